"""NPY arrays as data: the header checked before anything is made of it, nothing ever unpickled."""

from __future__ import annotations

import ast
import io
import math
import re
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from nncli.data.columns import AS_ROWS, check_width
from nncli.errors import DataError
from nncli.problems import Place, Problem
from nncli.words import shorten

# NumPy's own limit for a header that is parsed as a Python literal.
_MAX_HEADER_BYTES = 10_000
# A size of more digits cannot be told: Python does not write them out.
_IMPOSSIBLE = 10**1000
# Magic, version and length of the header stand in front of it.
HEADER_BYTES = _MAX_HEADER_BYTES + 12


class StoredArray(NamedTuple):
    """What the beginning of an NPY file says of its array, nothing of it checked."""

    shape: tuple[Any, ...]
    fortran_order: bool
    dtype: np.dtype[Any]
    start: int  # where the values begin, in bytes


@dataclass(frozen=True)
class NpyHeader:
    """A checked header of a 2-D array of numbers, or of one whose samples are arrays, in rows."""

    shape: tuple[int, int]  # (rows, columns) as saved
    fortran_order: bool
    dtype: np.dtype[Any]
    start: int  # where the numbers begin, in bytes
    image: tuple[int, ...] = ()  # the shape of a sample that is an array itself

    @property
    def size(self) -> int:
        """How many bytes the numbers take."""
        return math.prod(self.shape) * self.dtype.itemsize


def check_header(content: bytes, file: str) -> NpyHeader:
    """Check the header at the beginning of some content: a 2-D array of real numbers, or images.

    Integers and floats of up to 8 bytes are taken, in any byte order and memory order.
    Raises DataError for everything else.
    """
    try:
        shape, fortran_order, dtype, start = read_header(content)
    except ValueError as error:
        raise _fault(file, str(error), "save it again") from None
    if dtype.hasobject:
        raise _fault(file, "it holds Python objects, which are never loaded", "save numbers only")
    if dtype.kind not in "fiu" or dtype.itemsize > 8:
        what = f"its dtype is {shorten(str(dtype))}, not a real number of up to 64 bits"
        raise _fault(file, what, "save it as float64")
    if not all(type(size) is int and 0 <= size < _IMPOSSIBLE for size in shape):
        raise _fault(file, f"its shape{shown_shape(shape)} is not possible", "save it again")
    if len(shape) < 2 or (len(shape) > 2 and fortran_order):
        what = f"its shape is {shorten(str(shape))}, a batch is (samples, features)"
        how = "save a single sample as a row: x.reshape(1, -1)" if len(shape) < 2 else AS_ROWS
        raise _fault(file, what, how)
    if 0 in shape:
        what = f"its shape is {shape}: no data"
        raise DataError(Problem("N402", what, Place(file), ("save some samples",)))
    image = shape[1:] if len(shape) > 2 else ()
    return NpyHeader((shape[0], math.prod(shape[1:])), fortran_order, dtype, start, image)


def check_size(header: NpyHeader, found: int, file: str, *, ended: bool = True) -> None:
    """Check that there are as many bytes of numbers as a header says, or no more so far.

    ended: whether nothing comes behind them.  Raises DataError.
    """
    if not ended and found <= header.size:
        return
    if header.size != found:
        # a product of hostile sizes may have hundreds of digits
        needed_bytes = shorten(f"{header.size:,}", 30)
        found_bytes = f"{found:,}" if ended else f"{found:,} or more"
        state = "truncated" if found < header.size else "longer than its header says"
        what = f"it is {state}: {needed_bytes} bytes of data expected, {found_bytes} found"
        raise _fault(file, what, "save it again")


def shortened(file: str) -> DataError:
    """Return the error of a file that ends earlier than when its header was checked."""
    return _fault(file, "it became shorter while it was read", "save it again")


def first_samples(content: bytes, *, transposed: bool) -> bytes:
    """Return the beginning of an NPY file as a file of its own, with the samples that are whole.

    transposed: whether they are its columns.  If none is, or their values stand apart, zeros are
    the only sample.  Unchanged if it is no such file.
    """
    try:
        header = check_header(content, "")
        features = header.shape[0 if transposed else 1]
        check_width(features, Place(""))
    except DataError:
        return content
    together = header.fortran_order == transposed
    samples = (len(content) - header.start) // (features * header.dtype.itemsize) * together
    found = np.frombuffer(content, header.dtype, samples * features, offset=header.start)
    found = found.reshape(samples, features) if samples else np.zeros((1, features))
    if header.image and not transposed:
        found = found.reshape(-1, *header.image)
    stream = io.BytesIO()
    np.save(stream, found.T if transposed else found, allow_pickle=False)
    return stream.getvalue()


def read_header(content: bytes) -> StoredArray:
    """Read what the beginning of an NPY file says.  Raises ValueError, in words, if it is none."""
    try:
        version = np.lib.format.read_magic(io.BytesIO(content))
        length_bytes = {(1, 0): 2, (2, 0): 4, (3, 0): 4}[version]
        length = int.from_bytes(content[8 : 8 + length_bytes], "little")
        if length > _MAX_HEADER_BYTES:
            raise ValueError(f"a header of {length:,} bytes")
        start = 8 + length_bytes + length
        header = content[8 + length_bytes : start]
        if len(header) < length:
            raise ValueError(f"{length:,} bytes of it expected, {len(header):,} found")
        if version == (3, 0):
            header = header.decode().encode("latin-1", "backslashreplace")
        stream = io.BytesIO(_as_version_2(header))
        read = np.lib.format.read_array_header_2_0
        shape, fortran_order, dtype = read(stream, max_header_size=_MAX_HEADER_BYTES)
    # NumPy evaluates the header as a literal; hostile text makes that fail in a dozen ways
    except Exception as error:
        reason = shorten(str(error).splitlines()[0] if str(error) else type(error).__name__)
        raise ValueError(f"its header cannot be read ({reason})") from None
    return StoredArray(shape, fortran_order, dtype, start)


def _as_version_2(header: bytes) -> bytes:
    """Return the length and text of a header, whose numbers may end as Python 2 wrote them: 4L.

    With what is no literal NumPy tries that by itself, so slowly that many headers take minutes.
    """
    header = re.sub(rb"(?<=[0-9])L(?=[,)])", b" ", header)
    ast.literal_eval(header.decode("latin-1"))
    return len(header).to_bytes(4, "little") + header


def shown_shape(shape: tuple[Any, ...]) -> str:
    """Return a shape behind a blank, shortened; nothing if it cannot be written out."""
    try:
        return f" {shorten(str(shape))}"
    except ValueError:  # a number of thousands of digits, which Python does not write out
        return ""


def _fault(file: str, what: str, hint: str) -> DataError:
    return DataError(Problem("N414", f"not a usable NPY file: {what}", Place(file), (hint,)))
