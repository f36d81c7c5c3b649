"""Samples from an NPY file of any size: rows as they come, or columns from a map of the file."""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nncli.data.columns import Header, Select
from nncli.data.content import MAX_HELD_BYTES, Content
from nncli.data.npy import HEADER_BYTES, NpyHeader, check_header, check_size
from nncli.data.rows import Faults, Rows, too_large
from nncli.data.samples import Piece, SampleStream
from nncli.errors import DataError, Place, Problem

_PIECE_BYTES = 2**22


def npy_samples(
    content: Content, file: str, select: Select, largest: float, *, transposed: bool = False
) -> SampleStream:
    """Open the samples of an NPY file.  transposed: whether they are its columns.

    Raises DataError.
    """
    chunks = content.chunks()
    begun = b""
    while len(begun) < HEADER_BYTES and (chunk := next(chunks, b"")):
        begun += chunk
    header = check_header(begun, file)
    stream = content.file()
    if stream is not None:  # all that is to be known of its size is known now
        check_size(header, (content.size or 0) - header.start, file)
        content.check_held(header.size)
    form = _form(header, file, select, largest, transposed=transposed)
    pieces: Iterator[Piece]
    if header.fortran_order == transposed:
        # a sample's values stand together
        pieces = _pieces_in_order(begun, chunks, header, form)
    elif stream is not None:
        mapped = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        pieces = _pieces_of(header.array(mapped), form, mapped)
    else:
        order, how = ("Fortran", "asfortranarray") if transposed else ("C", "ascontiguousarray")
        hint = f"save it in {order} order (np.{how}), or name the file itself"
        content.hold_at_most(MAX_HELD_BYTES, hint)
        whole = b"".join((begun, *chunks))
        check_size(header, len(whole) - header.start, file)
        pieces = _pieces_of(header.array(whole), form)
    return SampleStream(
        columns=tuple(form.names[position] for position in form.features),
        pieces=pieces,
        many=header.size > _PIECE_BYTES,
    )


@dataclass(frozen=True)
class _Form:
    """What is read of every sample: names of all columns, and positions of those that are read."""

    file: str
    names: tuple[str, ...]
    features: tuple[int, ...]
    largest: float
    transposed: bool

    @property
    def piece_rows(self) -> int:
        """How many samples make a piece."""
        return max(1, _PIECE_BYTES // (8 * len(self.names)))


def _form(
    header: NpyHeader, file: str, select: Select, largest: float, *, transposed: bool
) -> _Form:
    width = header.shape[0 if transposed else 1]
    names = tuple(f"column_{number}" for number in range(1, width + 1))
    # Its columns have no names, so a spec's inputs.columns are taken by position.
    columns = Header(names, named=False, place=Place(file), positional=True, transposed=transposed)
    selection = select(columns)
    if selection.kept:
        message = "--keep carries text columns, and an NPY file has numbers only"
        raise DataError(Problem("N408", message, Place(file), ("leave --keep out",)))
    return _Form(file, names, selection.features, largest, transposed)


@dataclass(frozen=True, eq=False)
class _ArrayPiece:
    """Some samples as they are saved: (samples, columns).  first: number of the first, from 1."""

    values: npt.NDArray[Any]
    form: _Form
    first: int
    mapped: mmap.mmap | None = None

    def __call__(self) -> Rows | Faults:
        """Turn them into columns of float64."""
        form = self.form
        columns = []
        for position in form.features:
            column = np.array(self.values[:, position], np.float64)
            where = f"column {position + 1}"
            fault = too_large(column, form.largest, form.file, self.first, where)
            if fault is not None:
                return fault
            columns.append(column)
        if self.mapped is not None and hasattr(mmap, "MADV_DONTNEED"):
            # what was read counts as memory of this process until it is given back
            self.mapped.madvise(mmap.MADV_DONTNEED)
        return Rows(tuple(columns))


def _pieces_of(
    saved: npt.NDArray[Any], form: _Form, mapped: mmap.mmap | None = None
) -> Iterator[Piece]:
    """Yield the samples of an array that is at hand, in memory or in a map of its file."""
    samples = saved.T if form.transposed else saved
    for start in range(0, len(samples), form.piece_rows):
        part = samples[start : start + form.piece_rows]
        yield _ArrayPiece(part, form, start + 1, mapped)


def _pieces_in_order(
    begun: bytes, chunks: Iterator[bytes], header: NpyHeader, form: _Form
) -> Iterator[Piece]:
    """Yield samples whose values stand together, as their bytes come."""
    width = len(form.names)
    sample_bytes = width * header.dtype.itemsize
    wanted = max(1, form.piece_rows) * sample_bytes
    pending, size = [begun[header.start :]], len(begun) - header.start
    found, first = 0, 1
    while True:
        chunk = next(chunks, b"")
        pending.append(chunk)
        size += len(chunk)
        if chunk and size < wanted:
            continue
        content = b"".join(pending)
        whole = size // sample_bytes if sample_bytes else 0
        if not chunk:
            check_size(header, found + size, form.file)
        if whole:
            values = np.frombuffer(content, header.dtype, whole * width).reshape(whole, width)
            yield _ArrayPiece(values, form, first)
        if not chunk:
            return
        found, first = found + whole * sample_bytes, first + whole
        pending, size = [content[whole * sample_bytes :]], size - whole * sample_bytes
