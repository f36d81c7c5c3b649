"""Samples from an NPY file of any size: rows as they come, or columns from a map of the file."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nncli.data.cells import CellColumn, CellFaults
from nncli.data.columns import Header, Select
from nncli.data.content import MAX_HELD_BYTES, Content
from nncli.data.npy import HEADER_BYTES, NpyHeader, check_header, check_size
from nncli.data.rejects import OnReject
from nncli.data.rows import Faults, Rows
from nncli.data.samples import Piece, SampleStream
from nncli.errors import DataError
from nncli.problems import Place, Problem

_PIECE_BYTES = 2**22


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
    begun = b""
    while len(begun) < HEADER_BYTES and (chunk := next(chunks, b"")):
        begun += chunk
    header = check_header(begun, file)
    stream = content.file()
    if stream is not None:  # all that is to be known of its size is known now
        check_size(header, (content.size or 0) - header.start, file)
        content.check_held(header.size)
    form = _form(header, file, select, largest, transposed=transposed, listed=listed)
    pieces: Iterator[Piece]
    position = content.position
    if header.fortran_order == transposed:
        # a sample's values stand together
        pieces = _pieces_in_order(begun, chunks, header, form)
    elif stream is not None:
        mapped = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        mapping = _Mapping(mapped)
        pieces = _pieces_of(header.array(mapped), form, mapping)
        position = mapping.position
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


class _Mapping:
    """A file in memory, of which what was read is given back."""

    def __init__(self, mapped: mmap.mmap) -> None:
        self._mapped = mapped
        self._read = 0

    def position(self) -> int:
        """Return how many bytes were handed out."""
        return self._read

    def add(self, part: npt.NDArray[Any]) -> None:
        """Count what is handed out."""
        self._read += part.nbytes

    def give_back(self) -> None:
        """Let the system have the pages, which count as memory of this process until then."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self._mapped.madvise(mmap.MADV_DONTNEED)


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
    """Some samples as they are saved: (samples, columns).  first: number of the first, from 1."""

    values: npt.NDArray[Any]
    form: _Form
    first: int
    mapping: _Mapping | None = None

    def __call__(self) -> Rows | Faults:
        """Turn them into columns of float64."""
        form = self.form
        columns = []
        cells = CellFaults(form.file, self.first, listed=form.listed)
        for position in form.features:
            values = np.array(self.values[:, position], np.float64)
            column = CellColumn(position + 1, form.names[position], named=False)
            cells.add_too_large(column, values, form.largest)
            columns.append(values)
        if self.mapping is not None:
            self.mapping.give_back()
        return cells.faults() or Rows(tuple(columns))


def _pieces_of(
    saved: npt.NDArray[Any], form: _Form, mapping: _Mapping | None = None
) -> Iterator[Piece]:
    """Yield the samples of an array that is at hand, in memory or in a map of its file."""
    samples = saved.T if form.transposed else saved
    for start in range(0, len(samples), form.piece_rows):
        part = samples[start : start + form.piece_rows]
        if mapping is not None:
            mapping.add(part)
        yield _ArrayPiece(part, form, start + 1, mapping)


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
            yield _ArrayPiece(values, form, first)
        if not chunk:
            return
        found, first = found + whole * sample_bytes, first + whole
        pending, size = [content[whole * sample_bytes :]], size - whole * sample_bytes
