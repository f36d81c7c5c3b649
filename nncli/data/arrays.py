"""Samples from an NPY file of any size: rows as they come, or columns read part by part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from nncli.data.cells import CellColumn, CellFaults
from nncli.data.columns import MAX_COLUMNS, Header, Select, check_width
from nncli.data.content import MAX_HELD_BYTES, Content
from nncli.data.npy import HEADER_BYTES, NpyHeader, check_header, check_size, shortened
from nncli.data.rejects import OnReject
from nncli.data.rows import Faults, Rows
from nncli.data.samples import Piece, SampleStream
from nncli.errors import DataError
from nncli.problems import Place, Problem

_PIECE_BYTES = 2**22
# Of columns that are read part by part, so much at a time: a read costs as much as its first bytes.
_SLAB_BYTES = 2**25


def npy_samples(
    content: Content,
    file: str,
    select: Select,
    largest: float,
    on_reject: OnReject | None = None,
    *,
    transposed: bool = False,
) -> SampleStream:
    """Open the samples of an NPY file.  transposed: whether they are its columns.

    Raises DataError.
    """
    listed = on_reject is not None
    chunks = content.chunks()
    begun, ended = b"", False
    while len(begun) < HEADER_BYTES and not ended:
        chunk = next(chunks, b"")
        begun, ended = begun + chunk, not chunk
    header = check_header(begun, file)
    stream = content.file()
    if stream is not None:  # all that is to be known of its size is known now
        check_size(header, (content.size or 0) - header.start, file)
        content.check_held(header.size)
    elif ended and max(header.shape) > MAX_COLUMNS:  # so many may only be declared
        check_size(header, len(begun) - header.start, file)
    form = _form(header, file, select, largest, transposed=transposed, listed=listed)
    pieces: Iterator[Piece]
    position = content.position
    if header.fortran_order == transposed:
        # a sample's values stand together
        pieces = _pieces_in_order(begun, chunks, header, form)
    elif stream is not None:
        columns = _SavedColumns(stream, header, file)
        pieces = columns.pieces(form)
        position = columns.position
    else:
        order, how = ("Fortran", "asfortranarray") if transposed else ("C", "ascontiguousarray")
        hint = f"save it in {order} order (np.{how}), or name the file itself"
        content.hold_at_most(MAX_HELD_BYTES, hint)
        whole = b"".join((begun, *chunks))
        check_size(header, len(whole) - header.start, file)
        pieces = _pieces_of(header.array(whole), form)
    return SampleStream(
        columns=tuple(form.names[index] for index in form.features),
        pieces=pieces,
        many=header.size > _PIECE_BYTES,
        position=position,
        on_reject=on_reject,
    )


@dataclass(frozen=True)
class _Form:
    """What is read of every sample: names of all columns, and positions of those that are read.

    listed: whether somebody wants a list of all that is refused.
    """

    file: str
    names: tuple[str, ...]
    features: tuple[int, ...]
    largest: float
    transposed: bool
    listed: bool

    @property
    def piece_rows(self) -> int:
        """How many samples make a piece."""
        return max(1, _PIECE_BYTES // (8 * len(self.names)))


def _form(
    header: NpyHeader, file: str, select: Select, largest: float, *, transposed: bool, listed: bool
) -> _Form:
    width = header.shape[0 if transposed else 1]
    check_width(width, Place(file))
    names = tuple(f"column_{number}" for number in range(1, width + 1))
    # Its columns have no names, so a spec's inputs.columns are taken by position.
    columns = Header(names, named=False, place=Place(file), positional=True, transposed=transposed)
    selection = select(columns)
    if selection.kept:
        message = "--keep carries text columns, and an NPY file has numbers only"
        raise DataError(Problem("N408", message, Place(file), ("leave --keep out",)))
    return _Form(file, names, selection.features, largest, transposed, listed)


@dataclass(frozen=True, eq=False)
class _ArrayPiece:
    """Some samples as they are saved.

    values: (samples, columns); positions: where in them the features are; first: the number of the
    first sample, from 1.
    """

    values: npt.NDArray[Any]
    positions: Sequence[int]
    form: _Form
    first: int

    def __call__(self) -> Rows | Faults:
        """Turn them into columns of float64."""
        form = self.form
        columns = []
        cells = CellFaults(form.file, self.first, listed=form.listed)
        for position, found in zip(form.features, self.positions, strict=True):
            values = np.array(self.values[:, found], np.float64)
            column = CellColumn(position + 1, form.names[position], named=False)
            cells.add_too_large(column, values, form.largest)
            columns.append(values)
        return cells.faults() or Rows(tuple(columns))


def _pieces_of(saved: npt.NDArray[Any], form: _Form) -> Iterator[Piece]:
    """Yield the samples of an array that is in memory."""
    samples = saved.T if form.transposed else saved
    for start in range(0, len(samples), form.piece_rows):
        part = samples[start : start + form.piece_rows]
        yield _ArrayPiece(part, form.features, form, start + 1)


class _SavedColumns:
    """A file of which each feature stands together, and not each sample.

    It is read, not mapped: touching a map of a file that has shrunk ends the process.
    """

    def __init__(self, stream: BinaryIO, header: NpyHeader, file: str) -> None:
        self._raw: Any = getattr(stream, "raw", stream)  # a buffer would read more than is wanted
        self._header = header
        self._file = file
        self._read = 0

    def position(self) -> int:
        """Return how many bytes were read."""
        return self._read

    def pieces(self, form: _Form) -> Iterator[Piece]:
        """Yield the samples."""
        samples = self._header.shape[1 if form.transposed else 0]
        slab_rows = max(1, _SLAB_BYTES // (8 * max(1, len(form.features))))
        positions = range(len(form.features))
        for start in range(0, samples, slab_rows):
            count = min(slab_rows, samples - start)
            slab = np.empty((len(form.features), count), self._header.dtype)
            for values, position in zip(slab, form.features, strict=True):
                self._fill(values, position * samples + start)
            for first in range(0, count, form.piece_rows):
                part = slab[:, first : first + form.piece_rows].T
                yield _ArrayPiece(part, positions, form, start + first + 1)

    def _fill(self, values: npt.NDArray[Any], offset: int) -> None:
        """Read the values from one on.  Raises DataError if the file is shorter than it was."""
        missing = values.view(np.uint8).data
        self._raw.seek(self._header.start + offset * values.itemsize)
        while missing:
            found = self._raw.readinto(missing)
            if not found:
                raise shortened(self._file)
            self._read += found
            missing = missing[found:]


def _pieces_in_order(
    begun: bytes, chunks: Iterator[bytes], header: NpyHeader, form: _Form
) -> Iterator[Piece]:
    """Yield samples whose values stand together, as their bytes come."""
    width = len(form.names)
    sample_bytes = width * header.dtype.itemsize
    wanted = form.piece_rows * sample_bytes
    pending, size = [begun[header.start :]], len(begun) - header.start
    found, first = 0, 1
    while True:
        chunk = next(chunks, b"")
        pending.append(chunk)
        size += len(chunk)
        check_size(header, found + size, form.file, ended=not chunk)
        if chunk and size < wanted:
            continue
        content = b"".join(pending)
        whole = size // sample_bytes
        if whole:
            values = np.frombuffer(content, header.dtype, whole * width).reshape(whole, width)
            yield _ArrayPiece(values, form.features, form, first)
        if not chunk:
            return
        found, first = found + whole * sample_bytes, first + whole
        pending, size = [content[whole * sample_bytes :]], size - whole * sample_bytes
