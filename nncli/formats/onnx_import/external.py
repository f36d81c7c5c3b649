"""Arrays of a model: those within it, and those in a file beside it."""

from __future__ import annotations

import math
import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from nncli.errors import FileError, SpecError
from nncli.files import file_error
from nncli.formats.onnx_import.model_file import damaged
from nncli.problems import Place, Problem
from nncli.words import quoted

# The types whose every value is a whole number of bytes, by their names in the format.
TYPES = {
    "FLOAT": "<f4",
    "DOUBLE": "<f8",
    "FLOAT16": "<f2",
    "INT64": "<i8",
    "INT32": "<i4",
    "INT16": "<i2",
    "INT8": "i1",
    "UINT64": "<u8",
    "UINT32": "<u4",
    "UINT16": "<u2",
    "UINT8": "u1",
    "BOOL": "?",
}


def files_beside(tensors: Sequence[Any], path: str) -> tuple[str, ...]:
    """Return the files beside a model that hold some of its arrays.  Raises SpecError (N312)."""
    entries = (
        entry for tensor in tensors if tensor.data_location == 1 for entry in tensor.external_data
    )
    locations = {entry.value for entry in entries if entry.key == "location"}
    return tuple(data_file(path, location) for location in sorted(locations))


def element_type(tensor: Any) -> str:
    """Return the name of a stored array's type: FLOAT, INT64, …."""
    number = tensor.data_type
    kinds = type(tensor).DataType
    return kinds.Name(number) if number in kinds.values() else f"type {number}"


def read_tensor(tensor: Any, path: str) -> npt.NDArray[Any]:
    """Return a stored array; bfloat16 as float32.  path: the model's.

    Raises SpecError if it is damaged (N311) or its file is none that may be read (N312), FileError.
    """
    dims = tuple(tensor.dims)
    what = f"the array {quoted(tensor.name)}"
    if any(size < 0 for size in dims):
        raise damaged(path, f"{what} has the shape {dims}")
    numbers = _numbers(tensor, element_type(tensor), path)
    if numbers.size != math.prod(dims):
        raise damaged(path, f"{what} has {numbers.size:,} numbers for the shape {dims}")
    return numbers.reshape(dims)


def _numbers(tensor: Any, kind: str, path: str) -> npt.NDArray[Any]:
    """Return what an array holds, in one row."""
    if kind == "STRING":
        texts = [text.decode(errors="replace") for text in tensor.string_data]
        return np.array(texts, dtype=object)
    if kind not in TYPES and kind != "BFLOAT16":
        what = f"the array {quoted(tensor.name)} holds numbers of {kind}"
        raise damaged(path, f"{what}, which no dense network needs")
    dtype = np.dtype(TYPES.get(kind, "<u2"))
    if tensor.data_location == 1:
        needed = math.prod(tensor.dims) * dtype.itemsize
        stored = np.frombuffer(_read_beside(tensor, needed, path), dtype)
    elif tensor.HasField("raw_data"):
        stored = np.frombuffer(tensor.raw_data, dtype)
    else:
        stored = _written_numbers(tensor, kind, dtype)
    if kind == "BFLOAT16":  # the upper half of a float32
        return (stored.astype(np.uint32) << 16).view(np.float32)
    return stored


# Where numbers of a type are written one by one; those of others are int32.
_FIELDS = {
    "FLOAT": "float_data",
    "DOUBLE": "double_data",
    "INT64": "int64_data",
    "UINT32": "uint64_data",
    "UINT64": "uint64_data",
}


def _written_numbers(tensor: Any, kind: str, dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    written = np.array(getattr(tensor, _FIELDS.get(kind, "int32_data")))
    if kind == "FLOAT16":  # its two bytes, as a whole number
        return written.astype(np.uint16).view(dtype)
    return written.astype(dtype)


def held_numbers(tensor: Any, path: str) -> int:
    """Return how many numbers a stored array may hold: no more than there are bytes of it."""
    written = (len(getattr(tensor, field)) for field in {"int32_data", *_FIELDS.values()})
    held = len(tensor.raw_data) + max(written)
    if tensor.data_location == 1:
        held = _size_beside(tensor, path)
    return int(min(held, math.prod(tensor.dims)))


def _size_beside(tensor: Any, path: str) -> int:
    locations = [entry.value for entry in tensor.external_data if entry.key == "location"]
    try:
        return os.lstat(data_file(path, "".join(locations))).st_size
    except OSError:  # reading it says what is wrong
        return 0


def _read_beside(tensor: Any, needed: int, path: str) -> bytes:
    """Return the bytes of an array that stands in a file beside the model."""
    entries = {entry.key: entry.value for entry in tensor.external_data}
    location = entries.get("location", "")
    offset, length = _place(entries, needed, tensor.name, path)
    descriptor = _opened(path, location)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise refused(path, location, "is no regular file")
        end = offset + length
        if end > status.st_size:
            what = f"has {status.st_size:,} bytes; the array {quoted(tensor.name)} would end at"
            raise refused(path, location, f"{what} {end:,}")
        with os.fdopen(os.dup(descriptor), "rb") as stream:
            stream.seek(offset)
            return stream.read(length)
    finally:
        os.close(descriptor)


# A link is not followed, and a pipe must not hold us up.
_FLAGS = os.O_RDONLY | sum(
    getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY")
)


def _opened(path: str, location: str) -> int:
    """Return an open file beside the model.  Raises SpecError for a link, FileError."""
    file = data_file(path, location)
    if os.path.islink(file):  # where the system does not look itself
        raise refused(path, location, "is a link, which is not followed")
    try:
        return os.open(file, _FLAGS)
    except OSError as error:
        raise _missing(error, file) from None


def _missing(error: OSError, file: str) -> FileError:
    found = file_error(error, file, "reading")
    problem = found.problems[0]
    hint = "the model keeps its weights in this file: put it back beside the model"
    return FileError(Problem(problem.code, problem.message, problem.place, (hint,)))


def _place(entries: dict[str, str], needed: int, tensor: str, path: str) -> tuple[int, int]:
    """Return where in its file an array begins, and its bytes."""
    numbers = []
    for key, default in (("offset", 0), ("length", needed)):
        text = entries.get(key, str(default))
        if not (text.isascii() and text.isdigit() and len(text) < 20):
            raise damaged(path, f"the array {quoted(tensor)} has {quoted(text)} as its {key}")
        numbers.append(int(text))
    offset, length = numbers
    if length != needed:
        what = (
            f"the array {quoted(tensor)} is {needed:,} bytes, not the {length:,} that it declares"
        )
        raise damaged(path, what)
    return offset, length


def data_file(path: str, location: str) -> str:
    """Return the path of a file beside the model.  Raises SpecError if it is not named plainly."""
    if not location or location in (".", "..") or any(c in location for c in "/\\:\0"):
        raise refused(path, location, "is not the plain name of a file beside the model")
    if location == Path(path).name:
        raise refused(path, location, "is the model itself")
    return str(Path(path).parent / location)


def refused(path: str, location: str, why: str) -> SpecError:
    """Return the error for weights that are not read, because of the file that they are in."""
    message = f"weights are kept in {quoted(location)}, which {why}"
    hint = "save the model in one file: onnx.save(onnx.load(FILE), NEW_FILE)"
    return SpecError(Problem("N312", message, Place(path), (hint,)))
