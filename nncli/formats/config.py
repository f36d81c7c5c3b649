"""What CONFIG may be, behind one door: a spec, alone or with its weights file, or a model file.

What a file is, its content says.
"""

from __future__ import annotations

import itertools
import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import PurePath
from types import MappingProxyType
from typing import TYPE_CHECKING

from nncli.errors import FileError, NncliError, SpecError
from nncli.file_kinds import kind_of
from nncli.formats.tensor_names import batch_norms
from nncli.formats.weights_files import SUFFIXES, WeightsFile, form_of_weights, open_weights
from nncli.problems import Note, Place, Problem
from nncli.specs.files import check_spec_bytes, read_beginning
from nncli.specs.reader import (
    NOT_ASKED,
    Examination,
    FormReading,
    Overrides,
    SpecReading,
    examine_form,
    read_form,
)
from nncli.specs.stored import SPEC_KEY, WeightsHeader
from nncli.words import nearest, quoted

if TYPE_CHECKING:
    from nncli.formats.stored_arrays import Floats

    Tensors = Mapping[str, Floats]

# More are not written out in a line to type.
_MAX_ACTIVATIONS = 12
_WEIGHTS_KEY = "weights_file"
_NO_TENSORS: Mapping[str, Floats] = MappingProxyType({})


@dataclass(frozen=True, eq=False)
class Config:
    """A network as it was asked for: its spec, and where its arrays come from."""

    reading: SpecReading  # its layers may not fit each other
    tensors: Tensors  # what the `Tensor`s of the spec stand for, each read when it is asked for
    files: tuple[str, ...]  # every file that it was read from, that on the command line first


@dataclass(frozen=True, eq=False)
class FaultySpec:
    """A spec in text that makes no network, and what to look at it again with."""

    examined: Examination
    header: WeightsHeader | None = None  # of its weights file

    def error(self) -> SpecError:
        """Return what is wrong with it."""
        return SpecError(self.examined.found.problems, more=self.examined.found.more)


def read_config(path: str, overrides: Overrides | None = None) -> Config:
    """Read the network at a path.  Raises SpecError for its content, FileError."""
    found = examine_config(path, overrides)
    if isinstance(found, FaultySpec):
        raise found.error()
    if isinstance(found, WeightsHeader):
        raise SpecError(weights_alone(found))
    return found


def examine_config(
    path: str, overrides: Overrides | None = None
) -> Config | FaultySpec | WeightsHeader:
    """Read a network, or a weights file that says nothing of one.

    Its spec may be wrong where it is a text that its user can change.  Of a weights file the header
    is read, of a spec the text, of a model all of it.
    Raises SpecError for whatever else is wrong, FileError.
    """
    overrides = overrides or Overrides()
    content = read_beginning(path)
    suffix = PurePath(path).suffix.lower()
    if form_of_weights(content) is not None:
        return _of_weights(path, overrides)
    kind = kind_of(content)
    if suffix == ".onnx" or (kind is not None and kind.name == "an ONNX model"):
        return _of_model(path, overrides)
    text = check_spec_bytes(content, path)
    if suffix in SUFFIXES:
        return _of_weights(path, overrides)
    return _of_text(text, path, overrides)


# ------------------------------------------------------------------------------- a spec in text


def _of_text(content: bytes, path: str, overrides: Overrides) -> Config | FaultySpec:
    """Read a spec, and the header of the weights file that it names."""
    reading = read_form(content, path, overrides)
    name = reading.form.value.get(_WEIGHTS_KEY)
    if not isinstance(name, str) or reading.faults:
        examined = examine_form(reading)
        if examined.spec is None:
            return FaultySpec(examined)
        return Config(examined.reading(), _NO_TENSORS, (path,))
    alone = examine_form(reading)
    own = [fault for fault in alone.found.faults if fault != NOT_ASKED]
    if any(fault.path == (_WEIGHTS_KEY,) for fault in own):
        return FaultySpec(alone)  # it says why this file is not to be opened
    try:
        weights = open_weights(os.path.join(os.path.dirname(path), name))
    except NncliError as error:
        if own:  # what is wrong with the spec itself comes first
            return FaultySpec(alone)
        if error.problems[0].code == "N501":
            raise _missing_weights(reading, path, name) from None
        raise
    examined = examine_completed(reading, weights.header)
    if examined.spec is None:
        return FaultySpec(examined, weights.header)
    return _with_weights(examined.reading(), weights, path)


def _missing_weights(reading: FormReading, path: str, name: str) -> FileError:
    """Return the error of a weights file that is not there, at the place that names it."""
    beside = os.path.dirname(name)
    try:
        files = os.listdir(os.path.join(os.path.dirname(path), beside) or ".")
    except OSError:
        files = []
    near = nearest(os.path.basename(name), [file for file in files if file.endswith(SUFFIXES)])
    hint = "put it beside the spec, and write its name alone: paths begin at the spec's own folder"
    if near is not None:
        hint = f"did you mean `{os.path.join(beside, near)}`?"
    message = f"there is no weights file {quoted(name)}"
    return FileError(Problem("N501", message, reading.source.place((_WEIGHTS_KEY,)), (hint,)))


def examine_completed(reading: FormReading, header: WeightsHeader) -> Examination:
    """Say what a form makes with the arrays of a weights file."""
    from nncli.formats.assignment import complete

    completed = complete(reading, header)
    if any(fault.path == (_WEIGHTS_KEY,) for fault in completed.faults):
        # what fits no layer may do so because of what is wrong with the layers
        alone = examine_form(reading)
        if any(fault != NOT_ASKED for fault in alone.found.faults):
            return alone
    return examine_form(completed)


def _with_weights(reading: SpecReading, weights: WeightsFile, path: str) -> Config:
    """Return a network whose weights must be finite in its own type."""
    own = replace(weights, dtype=reading.spec.dtype)
    notes = (*reading.notes, *untrained_notes(weights.header))
    reading = replace(reading, notes=notes, header=weights.header)
    return Config(reading, own, tuple(dict.fromkeys((path, weights.header.file))))


def untrained_notes(header: WeightsHeader) -> tuple[Note, ...]:
    """Say which BatchNorms are left out, and what that changes."""
    norms = batch_norms(tensor.name for tensor in header.left_out)
    return tuple(
        Note(
            "untrained_norm",
            f"{quoted(owner)} is a BatchNorm that has learned nothing (mean 0, variance 1) and is "
            "left out: with its epsilon, usually 1e-5, its outputs would be smaller by 0.0005 %",
        )
        for owner in norms
    )


# ---------------------------------------------------------------------- a spec in a weights file


def _of_weights(path: str, overrides: Overrides) -> Config | WeightsHeader:
    """Read the spec that stands in a safetensors file beside its weights, if one does."""
    weights = open_weights(path)
    text = weights.metadata.get(SPEC_KEY)
    if text is None:
        return weights.header
    # half a character of UTF-16, as JSON can write it, is no text: reading says so
    reading = read_form(text.encode(errors="surrogatepass"), path, overrides)
    if reading.faults:
        raise SpecError(examine_form(reading).found.problems)
    # whatever file it names, its weights are those of this one
    value = {**reading.form.value, _WEIGHTS_KEY: os.path.basename(path)}
    reading = replace(reading, form=replace(reading.form, value=value))
    examined = examine_completed(reading, weights.header)
    # no user wrote its text: nobody can change it
    return _with_weights(replace(examined.reading(), source=None, examined=None), weights, path)


# -------------------------------------------------------------------------------- an ONNX model


def _of_model(path: str, overrides: Overrides) -> Config:
    """Read an ONNX model.  Raises UsageError without the package onnx."""
    from nncli.formats.onnx_import import import_onnx

    imported = import_onnx(path)
    spec, dtype, notes = imported.spec, overrides.dtype, imported.notes
    if dtype is not None and dtype != spec.dtype:
        message = f"dtype {dtype} from the command line, not the model's {spec.dtype}"
        notes = (*notes, Note("overridden", message))
        spec = spec.model_copy(update={"dtype": dtype})
    return Config(SpecReading(spec, None, (), notes), imported.tensors, imported.files)


def weights_alone(header: WeightsHeader) -> Problem:
    """Return the problem of a weights file that is named where a network is asked for."""
    message = "this file holds weights, but not what network they are: its activations are missing"
    hints = (
        f"`{convert_line(header)}` writes a spec beside them, one activation for each layer",
        f"`nncli shapes {shlex.quote(header.file)}` lists its arrays and the layers they make",
    )
    return Problem("N313", message, Place(header.file), hints)


def convert_line(header: WeightsHeader) -> str:
    """Return what to type to make a network of a weights file."""
    from nncli.formats.tensor_pool import Pool

    layers = len(Pool.of(header).matrices)
    activations = ["relu"] * (layers - 1) + ["linear"]
    shown = activations if layers <= _MAX_ACTIVATIONS else ["relu", "…", "linear"]
    paths = (header.file, _new_file(PurePath(header.file)))
    return shlex.join(["nncli", "convert", *paths, "--activations"]) + f" {','.join(shown)}"


def _new_file(weights: PurePath) -> str:
    """Return the name of a spec beside a weights file that does not exist yet."""
    numbered = (f"{weights.stem}_{number}" for number in itertools.count(2))
    stems = itertools.chain([weights.stem], numbered)
    return next(
        path for stem in stems if not os.path.lexists(path := f"{weights.with_name(stem)}.yaml")
    )
