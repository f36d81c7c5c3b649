"""A folder that keeps every layer's output: an NPY file for each."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import BinaryIO

from nncli.errors import FileError
from nncli.files import file_error
from nncli.problems import Place, Problem
from nncli.results.listeners import ResultColumns
from nncli.results.npy import NpySink
from nncli.results.places import OutputTarget, check_output


@dataclass(frozen=True)
class LayerFiles:
    """Checked places for the layers' outputs."""

    folder: str
    targets: tuple[OutputTarget, ...]  # one for each layer, first to last
    new: bool  # whether the folder is yet to be made


def check_layer_files(
    folder: str, layers: int, inputs: Iterable[str], *, force: bool
) -> LayerFiles:
    """Check that layer_1.npy and so on could be written to a folder, which is made if need be.

    Raises FileError as `check_output` does.
    """
    if not folder:
        hint = ("name a folder",)
        raise FileError(Problem("N501", "the name of the folder is empty", help=hint))
    if os.path.lexists(folder) and not os.path.isdir(folder):
        hint = ("name a folder",)
        raise FileError(Problem("N502", "is a file, not a folder", Place(folder), hint))
    digits = len(str(layers))
    paths = [
        os.path.join(folder, f"layer_{number:0{digits}}.npy") for number in range(1, layers + 1)
    ]
    if os.path.isdir(folder):
        inputs = tuple(inputs)
        targets = tuple(check_output(path, inputs, force=force) for path in paths)
        return LayerFiles(folder, targets, new=False)
    check_output(folder.rstrip("/"), (), force=force)
    targets = tuple(OutputTarget(path, path, force, is_stream=False) for path in paths)
    return LayerFiles(folder, targets, new=True)


@contextmanager
def layer_folder(files: LayerFiles | None) -> Iterator[tuple[OutputTarget, ...]]:
    """Yield the places in the folder, if any is wanted; one that was made goes after a fault.

    Raises FileError.
    """
    if files is None:
        yield ()
        return
    try:
        if files.new:
            try:
                os.mkdir(files.folder)
            except OSError as error:
                raise file_error(error, files.folder, "writing") from None
        yield files.targets
    except BaseException:
        if files.new:
            _remove_folder(files.folder)
        raise


def layer_sinks(streams: Sequence[BinaryIO], neurons: Sequence[int], dtype: str) -> list[NpySink]:
    """Return a sink for each layer.  neurons: of each.  Raises FileError."""
    return [
        NpySink(stream, ResultColumns((), tuple(map(str, range(width))), dtype), layer)
        for layer, (stream, width) in enumerate(zip(streams, neurons, strict=True), start=1)
    ]


def _remove_folder(folder: str) -> None:
    """Remove a folder of which nothing came, if nobody else put something into it."""
    with suppress(OSError):
        os.rmdir(folder)
