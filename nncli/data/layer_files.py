"""A folder that keeps every layer's output: an NPY file for each."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass

from nncli.data.sinks import NpySink, ResultColumns, Sink
from nncli.data.writers import OutputTarget, check_output, writing
from nncli.errors import FileError, Place, Problem
from nncli.files import file_error


@dataclass(frozen=True)
class LayerFiles:
    """Checked places for the layers' outputs.  new: whether their folder is yet to be made."""

    folder: str
    targets: tuple[OutputTarget, ...]
    new: bool


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
def open_layer_sinks(files: LayerFiles, neurons: Sequence[int], dtype: str) -> Iterator[list[Sink]]:
    """Open a sink for each layer; after the block all files are complete, or as they were.

    neurons: of each layer.  Raises FileError.
    """
    with ExitStack() as stack:
        if files.new:
            try:
                os.mkdir(files.folder)
            except OSError as error:
                raise file_error(error, files.folder, "writing") from None
            stack.push(lambda kind, *_: _remove_folder(files.folder) if kind else None)
        yield [
            NpySink(
                stack.enter_context(writing(target)),
                ResultColumns((), tuple(map(str, range(width))), dtype),
            )
            for target, width in zip(files.targets, neurons, strict=True)
        ]


def _remove_folder(folder: str) -> None:
    """Remove a folder of which nothing came, if nobody else put something into it."""
    with suppress(OSError):
        os.rmdir(folder)
