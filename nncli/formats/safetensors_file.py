"""Safetensors files: the header is checked before any array is made.

The format: https://github.com/huggingface/safetensors#format.  The `safetensors` package reads the
arrays.  What it accepts, such as a name that comes twice or a header of 100 MB, is refused here.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from nncli.files import file_error, open_binary
from nncli.formats.stored_arrays import (
    changed,
    check_count,
    check_described,
    check_names,
    unusable,
)
from nncli.specs.stored import StoredTensor, WeightsHeader
from nncli.words import quoted, shorten

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

# The header of ten thousand arrays takes a quarter of it.
_MAX_HEADER_BYTES = 4 * 1024 * 1024
_LENGTH_BYTES = 8
# The names of dtypes in the file: what NumPy calls them, and their bytes.
_DTYPES = {
    "F64": ("float64", 8),
    "F32": ("float32", 4),
    "F16": ("float16", 2),
    "BF16": ("bfloat16", 2),
    "I64": ("int64", 8),
    "I32": ("int32", 4),
    "I16": ("int16", 2),
    "I8": ("int8", 1),
    "U64": ("uint64", 8),
    "U32": ("uint32", 4),
    "U16": ("uint16", 2),
    "U8": ("uint8", 1),
    "BOOL": ("bool", 1),
    "C64": ("complex64", 8),
}
_METADATA = "__metadata__"
_ENTRY_KEYS = {"dtype", "shape", "data_offsets"}


class _Entry(NamedTuple):
    """What the header says of one array; begin and end count from behind the header."""

    begin: int
    end: int
    stored: StoredTensor


@dataclass(frozen=True, eq=False)
class SafetensorsFile:
    """A safetensors file whose header has been checked."""

    header: WeightsHeader
    metadata: Mapping[str, str]  # what its maker noted
    starts: Mapping[str, int]  # where the values of an array begin in the file, in bytes

    def array(self, stored: StoredTensor) -> npt.NDArray[Any]:
        """Return one of the arrays; bfloat16 as float32.  Raises SpecError, FileError."""
        from safetensors import SafetensorError

        if stored.dtype == "bfloat16":
            return self._bfloat16(stored)
        try:
            array: npt.NDArray[Any] = self._opened.get_tensor(stored.name)
        except SafetensorError:
            raise changed(self.header.file) from None
        except OSError as error:
            raise file_error(error, self.header.file, "reading") from None
        if (array.shape, array.dtype.name) != (stored.shape, stored.dtype):
            raise changed(self.header.file)
        return array

    @cached_property
    def _opened(self) -> Any:
        from safetensors import safe_open

        return safe_open(self.header.file, framework="np")

    def _bfloat16(self, stored: StoredTensor) -> npt.NDArray[np.float32]:
        """Read what NumPy has no dtype for: the upper half of a float32."""
        import numpy as np

        with open_binary(self.header.file) as stream:
            stream.seek(self.starts[stored.name])
            halves = np.frombuffer(stream.read(2 * math.prod(stored.shape)), "<u2")
        if halves.size != math.prod(stored.shape):
            raise changed(self.header.file)
        return (halves.astype(np.uint32) << 16).view(np.float32).reshape(stored.shape)


def read_safetensors(path: str) -> SafetensorsFile:
    """Read the header of a safetensors file.  Raises SpecError for it, FileError."""
    with open_binary(path) as stream:
        size = os.fstat(stream.fileno()).st_size
        length = int.from_bytes(stream.read(_LENGTH_BYTES), "little")
        left = size - _LENGTH_BYTES
        if not 2 <= length <= left:
            what = f"its header is said to take {length:,} bytes, but {max(left, 0):,} are there"
            raise unusable(path, what)
        if length > _MAX_HEADER_BYTES:
            what = f"its header takes {length:,} bytes, at most {_MAX_HEADER_BYTES:,} are read"
            raise unusable(path, what, "save the weights of the network alone")
        content = stream.read(length)
    described = _parsed(path, content)
    entries = _entries(path, described)
    _check_places(path, entries, left - length)
    behind = _LENGTH_BYTES + length
    return SafetensorsFile(
        WeightsHeader.of(path, (entry.stored for entry in entries)),
        _metadata(path, described),
        {entry.stored.name: behind + entry.begin for entry in entries},
    )


def _parsed(path: str, content: bytes) -> dict[str, Any]:
    """Return the header's JSON, in which no name comes twice."""

    def no_name_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            check_names(path, (name for name, _ in pairs))
        return found

    if not content.startswith(b"{"):
        raise unusable(path, "its header is no mapping, which begins with a brace")
    try:
        described = json.loads(content.decode(), object_pairs_hook=no_name_twice)
    except (ValueError, RecursionError) as error:
        reason = shorten(str(error).splitlines()[0])
        raise unusable(path, f"its header cannot be read ({reason})") from None
    found: dict[str, Any] = described
    return found


def _metadata(path: str, described: dict[str, Any]) -> dict[str, str]:
    metadata = described.get(_METADATA, {})
    if not isinstance(metadata, dict) or not all(
        isinstance(text, str) for text in metadata.values()
    ):
        raise unusable(path, f"its `{_METADATA}` is no mapping of texts")
    return metadata


def _entries(path: str, described: dict[str, Any]) -> list[_Entry]:
    """Return what the header says of each array, in the order of their values in the file."""
    check_count(path, len(described) - (_METADATA in described))
    entries = [_entry(path, name, entry) for name, entry in described.items() if name != _METADATA]
    return sorted(entries, key=lambda entry: entry[:2])


def _entry(path: str, name: str, entry: Any) -> _Entry:
    is_whole = isinstance(entry, dict) and entry.keys() == _ENTRY_KEYS
    if not is_whole or not isinstance(entry["dtype"], str) or not isinstance(entry["shape"], list):
        keys = ", ".join(sorted(_ENTRY_KEYS))
        raise unusable(path, f"{quoted(name)} is not described by {keys}")
    shape = check_described(path, name, entry["shape"])
    dtype, item_bytes = _DTYPES.get(entry["dtype"], (shorten(entry["dtype"], 20), None))
    begin, end = _offsets(path, name, entry["data_offsets"])
    if item_bytes is not None and end - begin != (needed := math.prod(shape) * item_bytes):
        what = (
            f"{quoted(name)} has {end - begin:,} bytes, but its shape {shape} in {dtype} takes "
            f"{shorten(f'{needed:,}', 30)}"
        )
        raise unusable(path, what)
    return _Entry(begin, end, StoredTensor(name, shape, dtype))


def _offsets(path: str, name: str, written: Any) -> tuple[int, int]:
    """Return where the values of an array begin and end."""
    if isinstance(written, list) and [type(place) for place in written] == [int, int]:
        begin, end = written
        if 0 <= begin <= end < 2**63:
            return begin, end
    raise unusable(path, f"the `data_offsets` of {quoted(name)} are no two places in the file")


def _check_places(path: str, entries: list[_Entry], found: int) -> None:
    """Check that the values of all arrays stand one behind the other and fill the file."""
    expected = 0
    for begin, end, stored in entries:
        if begin != expected:
            fault = "overlaps the array before it" if begin < expected else "leaves a gap before it"
            raise unusable(path, f"{quoted(stored.name)} {fault}")
        expected = end
    if expected != found:
        state = "truncated" if found < expected else "longer than its header says"
        what = f"it is {state}: {expected:,} bytes of values expected, {found:,} found"
        raise unusable(path, what)
