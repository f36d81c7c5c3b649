"""Weights files: safetensors and NPZ behind one door."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from nncli.errors import FileError, SpecError
from nncli.file_kinds import ABOUT_SPECS, ZIP_MAGIC, kind_of
from nncli.files import open_binary
from nncli.formats.stored_arrays import unusable
from nncli.formats.tensor_names import batch_norms, counts_batches, untrained_value
from nncli.formats.tensor_pool import FLOAT_DTYPES, not_floats
from nncli.problems import Place, Problem
from nncli.specs.model import FLOAT32_OVERFLOW, DType
from nncli.specs.stored import StoredTensor, WeightsHeader
from nncli.words import quoted

if TYPE_CHECKING:
    from nncli.formats.npz_file import NpzFile
    from nncli.formats.safetensors_file import SafetensorsFile
    from nncli.formats.stored_arrays import Floats

WeightsForm = Literal["safetensors", "npz"]
FORMS: tuple[WeightsForm, ...] = ("safetensors", "npz")
SUFFIXES = tuple(f".{form}" for form in FORMS)

# No layer that is followed by a BatchNorm has more neurons.
_MAX_NORM_VALUES = 1_000_000
# So much of a file shows what it is, the names of a ZIP archive's members included.
_FIRST_BYTES = 2**18
_MODEL_HINT = "a model needs no spec: name it instead of one, as in `nncli shapes model.onnx`"
_SAVE_HINT = "save the arrays by name: numpy.savez(FILE, W1=…, b1=…), or as safetensors"


@dataclass(frozen=True, eq=False)
class WeightsFile(Mapping[str, "Floats"]):
    """The arrays of a weights file by name, each read when it is asked for.

    Asking for one raises SpecError if a value is not finite in *dtype*, or if what is there cannot
    be used after all; FileError.
    """

    contents: SafetensorsFile | NpzFile
    dtype: DType = "float64"  # that all values must be finite in

    @cached_property
    def header(self) -> WeightsHeader:
        """What the file says of its arrays.

        A BatchNorm is told apart from one that has learned nothing by its values, which are few.
        """
        header = self.contents.header
        norms = batch_norms(self).values()
        left_out = {name for names in norms if self._hold_nothing(names) for name in names}
        if not left_out:
            return header
        kept = tuple(tensor for tensor in header.tensors if tensor.name not in left_out)
        others = tuple(tensor for tensor in header.tensors if tensor.name in left_out)
        return WeightsHeader(header.file, kept, others)

    def _hold_nothing(self, names: Sequence[str]) -> bool:
        """Whether all arrays of a BatchNorm hold what they did before it was trained."""
        for name in names:
            stored, untrained = self._stored[name], untrained_value(name)
            if counts_batches(name):
                continue
            is_vector = len(stored.shape) == 1 and stored.dtype in FLOAT_DTYPES
            if untrained is None or not is_vector or stored.shape[0] > _MAX_NORM_VALUES:
                return False
            if not (self[name] == untrained).all():
                return False
        return True

    @property
    def metadata(self) -> Mapping[str, str]:
        """What the file's maker noted in it."""
        return self.contents.metadata

    def __getitem__(self, name: str) -> Floats:
        stored = self._stored.get(name)
        if stored is None:
            raise KeyError(name)
        if stored.dtype not in FLOAT_DTYPES:
            raise SpecError(Problem("N307", not_floats(stored), Place(self.contents.header.file)))
        array: Floats = self.contents.array(stored)
        _check_finite(self.contents.header.file, stored, array, self.dtype)
        return array

    def __iter__(self) -> Iterator[str]:
        return iter(self._stored)

    def __len__(self) -> int:
        return len(self._stored)

    @cached_property
    def _stored(self) -> Mapping[str, StoredTensor]:
        return {tensor.name: tensor for tensor in self.contents.header.tensors}


def open_weights(path: str, dtype: DType = "float64") -> WeightsFile:
    """Read the header of a weights file, whatever its suffix.

    dtype: that its values must be finite in.
    Raises SpecError if it cannot be used, FileError if it cannot be read.
    """
    _check_regular(path)
    with open_binary(path) as stream:
        first = stream.read(_FIRST_BYTES)
    if not first:
        raise unusable(path, "it is empty")
    form = form_of_weights(first)
    kind = kind_of(first) if form is None else None
    if kind is not None:
        hint = _MODEL_HINT if kind.name == "an ONNX model" else kind.as_spec
        if hint is None or hint in ABOUT_SPECS:
            hint = _SAVE_HINT
        message = f"this is not a weights file but {kind.name}"
        program = kind.program_for(path)
        raise SpecError(Problem("N304", message, Place(path), (hint,), program=program))
    if form is None:  # a damaged file may still be called what it was
        form = next((form for form in FORMS if path.lower().endswith(f".{form}")), None)
    if form is None:
        raise unusable(path, "it is neither safetensors nor NPZ", _SAVE_HINT)
    if form == "npz":
        from nncli.formats.npz_file import read_npz

        return WeightsFile(read_npz(path), dtype)
    from nncli.formats.safetensors_file import read_safetensors

    return WeightsFile(read_safetensors(path), dtype)


def form_of_weights(first: bytes) -> WeightsForm | None:
    """Return which kind of weights file begins so; None if it is none.

    >>> form_of_weights(bytes([2, 0, 0, 0, 0, 0, 0, 0]) + b"{}")
    'safetensors'
    """
    # a header as long as a text's first eight characters would say cannot be
    if first[8:9] == b"{" and first[4:8] == bytes(4):
        return "safetensors"
    if not first.startswith((ZIP_MAGIC, b"PK\x05\x06")):
        return None
    kind = kind_of(first)
    return "npz" if kind is not None and kind.name == "a NumPy archive (.npz)" else None


def _check_regular(path: str) -> None:
    """Check that a path does not lead to a stream, which cannot be read twice."""
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError):  # opening it says what is wrong
        return
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        hint = "name a file: its arrays are read one by one"
        raise FileError(Problem("N502", "is not a regular file", Place(path), (hint,)))


def _check_finite(file: str, stored: StoredTensor, array: Floats, dtype: DType) -> None:
    """Check that all values are finite in *dtype*.  Raises SpecError with the first that is not."""
    import numpy as np

    largest = FLOAT32_OVERFLOW if dtype == "float32" else float("inf")
    if not array.size or -largest < float(array.min()) <= float(array.max()) < largest:
        return
    faulty = ~(np.abs(array.astype(np.float64)) < largest)
    index = tuple(map(int, np.unravel_index(int(np.argmax(faulty)), array.shape)))
    value = float(array[index])
    is_finite = float("-inf") < value < float("inf")
    fault = f"is too large for {dtype}" if is_finite else "is not finite"
    where = f"{quoted(stored.name)} at {list(index)}, counted from 0"
    hint = "use dtype: float64" if is_finite else "train and save the network anew"
    problem = Problem("N303", f"the weight {value:g} of {where}, {fault}", Place(file), (hint,))
    raise SpecError(problem)
