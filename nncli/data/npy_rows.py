"""Samples from an NPY file of any size: rows as they come, or gathered from where they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from nncli.data.columns import MAX_COLUMNS, Frame, Header, Selection, check_width
from nncli.data.faulty_cells import CellFaults, numbered_cell
from nncli.data.npy_header import HEADER_BYTES, NpyHeader, check_header, check_size, shortened
from nncli.data.rows import CellPlace, Faults, Rows
from nncli.data.source_bytes import MAX_HELD_BYTES, Content
from nncli.data.stream import SampleStream
from nncli.errors import DataError
from nncli.problems import Place, Problem

_CHUNK_BYTES = 2**22
# Of features that are read one by one, so much at a time: a read costs as much as its first bytes.
_SLAB_BYTES = 2**25

# Returns so many bytes of a file from an offset on, or fewer, none if it ends there.
_ReadAt = Callable[[int, int], bytes]


@dataclass(frozen=True, eq=False)
class NpyChunk:
    """Some samples as they are saved."""

    columns: tuple[npt.NDArray[Any], ...]  # an array (rows,) for each feature
    frame: Frame
    first: int  # the number of the first, from 1

    def read(self) -> Rows | Faults:
        """Turn them into columns of float64."""
        columns = tuple(np.array(column, np.float64) for column in self.columns)
        cells = CellFaults(self.frame, self.first)
        for position, values in zip(self.frame.selection.features, columns, strict=True):
            cells.add_too_large(position, values)
        return cells.faults() or Rows(columns)

    def cell(self, row: int, position: int) -> CellPlace:
        """Return where a cell is.  row: of those that were read; position: of its column."""
        return numbered_cell(self.frame.header, self.first + row, position)


@dataclass(frozen=True, eq=False)
class NpySource:
    """A file of which the header is known."""

    content: Content
    file: str
    array: NpyHeader
    begun: bytes  # of the file: its header, and what was read with it
    following: Iterator[bytes]
    header: Header
    listed: bool

    @property
    def chunk_rows(self) -> int:
        """How many samples make a chunk."""
        return max(1, _CHUNK_BYTES // (8 * len(self.header.names)))

    def samples(self, selection: Selection) -> SampleStream:
        """Return the samples, to be read chunk by chunk.  Raises DataError."""
        if selection.kept:
            message = "--keep carries text columns, and an NPY file has numbers only"
            raise DataError(Problem("N408", message, self.header.place, ("leave --keep out",)))
        frame = Frame(self.header, selection, self.listed)
        if self.array.fortran_order == self.header.transposed:
            chunks = self._in_order(frame)
        else:
            chunks = self._gathered(frame, self._reader())
        many = self.array.size > _CHUNK_BYTES
        return SampleStream(frame.features, chunks, many=many, remarks=selection.notes)

    def _in_order(self, frame: Frame) -> Iterator[NpyChunk]:
        """Yield samples whose values stand together, as their bytes come."""
        dtype, width = self.array.dtype, len(self.header.names)
        positions = frame.selection.features
        sample_bytes = width * dtype.itemsize
        wanted = self.chunk_rows * sample_bytes
        pending = [self.begun[self.array.start :]]
        size = len(pending[0])
        found, first = 0, 1
        while True:
            chunk = next(self.following, b"")
            pending.append(chunk)
            size += len(chunk)
            check_size(self.array, found + size, self.file, ended=not chunk)
            if chunk and size < wanted:
                continue
            content = b"".join(pending)
            whole = size // sample_bytes
            if whole:
                rows = np.frombuffer(content, dtype, whole * width).reshape(whole, width)
                yield NpyChunk(tuple(rows[:, i] for i in positions), frame, first)
            if not chunk:
                return
            found, first = found + whole * sample_bytes, first + whole
            pending, size = [content[whole * sample_bytes :]], size - whole * sample_bytes

    def _gathered(self, frame: Frame, read_at: _ReadAt) -> Iterator[NpyChunk]:
        """Yield samples whose values are scattered over the file: a feature's stand together."""
        dtype = self.array.dtype
        samples = self.array.shape[1 if self.header.transposed else 0]
        positions = frame.selection.features
        slab_rows = max(1, _SLAB_BYTES // (8 * max(1, len(positions))))
        read = 0
        for start in range(0, samples, slab_rows):
            count = min(slab_rows, samples - start)
            slab = np.empty((len(positions), count), dtype)
            for values, position in zip(slab, positions, strict=True):
                offset = self.array.start + (position * samples + start) * dtype.itemsize
                _fill(values.view(np.uint8).data, offset, read_at, self.file)
            for first in range(0, count, self.chunk_rows):
                part = slab[:, first : first + self.chunk_rows]
                read += part.nbytes
                self.content.set_position(read)
                yield NpyChunk(tuple(part), frame, start + first + 1)

    def _reader(self) -> _ReadAt:
        """Return how to read the file at any place: of a pipe, all of it is held."""
        stream = self.content.file()
        if stream is not None:
            return _reader_of(stream)
        transposed = self.header.transposed
        order, how = ("Fortran", "asfortranarray") if transposed else ("C", "ascontiguousarray")
        hint = f"save it in {order} order (np.{how}), or name the file itself"
        self.content.hold_at_most(MAX_HELD_BYTES, hint)
        whole = b"".join((self.begun, *self.following))
        check_size(self.array, len(whole) - self.array.start, self.file)
        return lambda offset, size: whole[offset : offset + size]


def _reader_of(stream: BinaryIO) -> _ReadAt:
    """Return how to read a file.  It is not mapped: were it to shrink, the process would end."""
    raw: Any = getattr(stream, "raw", stream)  # a buffer would read more than is wanted

    def read_at(offset: int, size: int) -> bytes:
        raw.seek(offset)
        found: bytes = raw.read(size)
        return found

    return read_at


def _fill(missing: memoryview, offset: int, read_at: _ReadAt, file: str) -> None:
    """Read values from an offset on.  Raises DataError if the file is shorter than it was."""
    while missing:
        found = read_at(offset, len(missing))
        if not found:
            raise shortened(file)
        missing[: len(found)] = found
        missing, offset = missing[len(found) :], offset + len(found)


def open_npy(content: Content, file: str, *, transposed: bool, listed: bool) -> NpySource:
    """Read a file's header.  transposed: whether the samples are its columns.

    listed: whether somebody wants a list of all that is refused.  Raises DataError.
    """
    following = content.chunks()
    begun, ended = b"", False
    while len(begun) < HEADER_BYTES and not ended:
        chunk = next(following, b"")
        begun, ended = begun + chunk, not chunk
    array = check_header(begun, file)
    width = array.shape[0 if transposed else 1]
    if content.file() is not None:  # before anything is made of what the header declares
        check_size(array, (content.size or 0) - array.start, file)
        content.check_held(array.size)
    elif ended and max(array.shape) > MAX_COLUMNS:  # so many may only be declared
        check_size(array, len(begun) - array.start, file)
    check_width(width, Place(file))
    names = tuple(f"column_{number}" for number in range(1, width + 1))
    # Its columns have no names, so a spec's inputs.columns are taken by position.
    image = array.image
    header = Header(names, False, Place(file), True, transposed=transposed, image=image)
    return NpySource(content, file, array, begun, following, header, listed)
