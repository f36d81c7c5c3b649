"""Samples from wherever they are, piece by piece: files of any size, or standard input."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import TypeAlias

import numpy as np

from nncli.data.columns import Select
from nncli.data.content import Content
from nncli.data.csv.blocks import TextBlock, text_blocks
from nncli.data.csv.exact import (
    CsvFormat,
    Frame,
    Table,
    blank_note,
    empty_file,
    frame_of,
    has_fraction,
    no_rows,
    numeric_header_note,
    read_rows,
    record_reader,
)
from nncli.data.csv.lines import FILE_START
from nncli.data.csv.records import Record
from nncli.data.rejects import OnReject, Reject, rest_rejected
from nncli.data.rows import Faults, RowForm, Rows, text_bytes
from nncli.errors import DataError
from nncli.files import source_name
from nncli.problems import KEPT_PROBLEMS, Note, Place, Problem

# Below this, the exact reader is done before Arrow is imported.
_FAST_BYTES = 2**18

# A block of the network goes through with all the texts of its samples.
_MAX_TEXT_BYTES = 2**25
_TEXT_ROWS = 256

# Reads some rows: pieces may be read in any order, by any thread.
Piece: TypeAlias = Callable[[], "Rows | Faults"]


@dataclass(frozen=True)
class _TextPiece:
    """A block of a CSV file, to be read by the fast lane or by the exact reader."""

    block: TextBlock
    frame: Frame
    fast: bool
    listed: bool

    def __call__(self) -> Rows | Faults:
        """Read the rows; what the fast lane doubts is decided by the exact reader."""
        frame, block = self.frame, self.block
        rows: Rows | Faults | None = None
        if (blank := block.blank_lines(frame.form.delimiter)) is not None:
            rows = no_rows_of(frame, blank)
        elif self.fast:
            from nncli.data.csv.fast import parse_rows

            rows = parse_rows(block.content, row_form(frame), block.line_feeds)
        if rows is None:
            rows = self._read_exactly()
        return rows if block.fault is None else _ended_by(block.fault, rows)

    def _read_exactly(self) -> Rows | Faults:
        frame, block = self.frame, self.block
        form = CsvFormat(frame.form.delimiter, "utf-8", frame.form.header)
        reader = record_reader([block.content], frame.file, form, block.start)
        rejects: list[Reject] = []
        result = read_rows(iter(reader), frame, rejects.append if self.listed else None)
        if isinstance(result, Rows):
            return Rows(result.columns, result.kept, reader.blank_lines)
        return Faults(result.problems, result.more, tuple(rejects), result.ended)


def no_rows_of(frame: Frame, blank_lines: int) -> Rows:
    """Return what there is to read of blank lines."""
    features = tuple(np.empty(0) for _ in frame.selection.features)
    return Rows(features, tuple([] for _ in frame.selection.kept), blank_lines)


def row_form(frame: Frame) -> RowForm:
    """Return what every row looks like, according to the first one."""
    selection = frame.selection
    width, delimiter = len(frame.columns.names), frame.form.delimiter
    return RowForm(width, selection.features, selection.kept, delimiter, frame.largest)


def _ended_by(fault: DataError, rows: Rows | Faults | None = None) -> Faults:
    """Return the faults of some rows behind which nothing could be read."""
    before = rows if isinstance(rows, Faults) else Faults(())
    if before.ended:
        return before
    return Faults(
        (*before.problems, *fault.problems),
        before.more + fault.more,
        (*before.rejects, *map(rest_rejected, fault.problems)),
        ended=True,
    )


@dataclass(eq=False)
class SampleStream:
    """An opened source of samples.

    columns: the names of the features; pieces: what is still to be read, which only one loop may
    do; kept: the names of the carried columns; sample_names: if the source has them; many: whether
    they are worth several threads; sources: paths, or - for standard input; position: how many
    bytes were read, of *size* if that is known; total: the same, decompressed; is_ready: whether
    reading on will not block; rows: how many were accepted so far.
    """

    columns: tuple[str, ...]
    pieces: Iterator[Piece]
    kept: tuple[str, ...] = ()
    sample_names: tuple[str, ...] | None = None
    many: bool = False
    sources: tuple[str, ...] = ()
    position: Callable[[], int] = lambda: 0
    size: int | None = None
    total: Callable[[], int] = lambda: 0
    is_ready: Callable[[], bool] = lambda: True
    rows: int = 0
    frame: Frame | None = None  # of a CSV file
    empty: Callable[[], DataError] | None = None  # the fault that it is to have no rows at all
    first_notes: tuple[Note, ...] = ()
    on_reject: OnReject | None = None
    blank_lines: int = 0
    _fraction: bool = False
    _texts: list[tuple[int, int]] = field(default_factory=list)  # rows and bytes of late

    def rows_in_order(self) -> Iterator[Rows]:
        """Read all pieces, one after the other, and yield their rows.  Raises as `accept` does."""
        return self.accept(piece() for piece in self.pieces)

    def accept(self, results: Iterable[Rows | Faults]) -> Iterator[Rows]:
        """Yield the rows of all pieces, in order.

        Raises DataError with the first few problems and a count of the others; from the first one
        on, no rows are yielded any more.
        """
        problems: list[Problem] = []
        more = 0
        for result in results:
            if isinstance(result, Rows):
                self.blank_lines += result.blank_lines
                if not problems and len(result):
                    self._look(result)
                    yield result
                continue
            for reject in result.rejects:
                if self.on_reject is not None:
                    self.on_reject(reject)
            # the one that ended the reading is told in any case
            counted = len(result.problems) - result.ended
            room = max(0, KEPT_PROBLEMS - len(problems))
            more += result.more + max(0, counted - room)
            problems += (*result.problems[:counted][:room], *result.problems[counted:])
            if result.ended:
                break
        if problems:
            raise DataError(problems, more=more)
        if self.empty is not None and not self.rows:
            raise self.empty()

    def _look(self, rows: Rows) -> None:
        self.rows += len(rows)
        if rows.kept:
            self._check_texts(rows)
        if self.frame is not None and self.frame.seems_named and not self._fraction:
            self._fraction = has_fraction(rows.columns)

    def _check_texts(self, rows: Rows) -> None:
        """Refuse carried texts that would fill the memory.  Raises DataError."""
        self._texts.append((len(rows), sum(map(text_bytes, rows.kept))))
        while sum(count for count, _ in self._texts[1:]) >= _TEXT_ROWS:
            del self._texts[0]
        if sum(size for _, size in self._texts) > _MAX_TEXT_BYTES:
            message = (
                f"the texts that are carried along take more than {_MAX_TEXT_BYTES // 2**20} MiB "
                f"in {_TEXT_ROWS} rows or fewer, up to row {self.rows:,}"
            )
            place = Place(source_name(self.sources[0])) if len(self.sources) == 1 else None
            hint = "leave the column of long texts out of --keep"
            raise DataError(Problem("N412", message, place, (hint,)))

    def notes(self) -> tuple[Note, ...]:
        """Return what there is to remark once all rows were accepted."""
        header = numeric_header_note(self.frame, self._fraction) if self.frame else ()
        return (*blank_note(self.blank_lines), *header, *self.first_notes)


def up_to_faults(pieces: Iterator[Piece]) -> Generator[Piece]:
    """Yield pieces; what ends the reading is the last of them, so that no fault before it is lost.

    Those that were handed over already may not have been read yet.
    """
    try:
        yield from pieces
    except DataError as error:
        faults = _ended_by(error)
        yield lambda: faults


def whole_samples(table: Table) -> SampleStream:
    """Return the samples of a table that was read at once."""
    rows = Rows(tuple(table.values.T), tuple(table.kept.values()))
    return SampleStream(
        table.names,
        iter([lambda: rows]),
        kept=tuple(table.kept),
        sample_names=table.sample_names,
        first_notes=table.notes,
    )


def csv_samples(
    content: Content,
    file: str,
    form: CsvFormat,
    select: Select,
    largest: float,
    on_reject: OnReject | None = None,
) -> SampleStream:
    """Open the samples of a CSV file.  Raises DataError for its header."""
    blocks = text_blocks(content.chunks(), file, form.encoding, form.delimiter, content.is_ready)
    blank_lines = 0
    first: Record | None = None
    utf8 = CsvFormat(form.delimiter, "utf-8", form.header)
    for block in blocks:
        blank = block.blank_lines(form.delimiter)
        if blank is not None and block.fault is None:
            blank_lines += blank
            continue
        reader = record_reader([block.content], file, utf8, block.start)
        first = next(iter(reader), None)
        if first is not None:
            break
        blank_lines += reader.blank_lines
        if block.fault is not None:
            raise block.fault
    else:
        raise empty_file(file, blank_lines)
    frame = frame_of(first, file, form, select, largest)
    rest = block
    if frame.columns.named:
        rest = block.behind(reader.last_line - block.start.line + 1)
        blank_lines += reader.blank_lines
    elif block.start == FILE_START:
        rest = block._replace(content=block.content.removeprefix("\ufeff".encode()))
    pieces = _text_pieces(rest, blocks, frame, listed=on_reject is not None)
    return SampleStream(
        columns=frame.features,
        pieces=pieces,
        kept=frame.kept,
        many=len(block.content) >= _FAST_BYTES,
        frame=frame,
        empty=lambda: no_rows(frame),
        first_notes=frame.selection.notes,
        position=content.position,
        on_reject=on_reject,
        blank_lines=blank_lines,
    )


def _text_pieces(
    first: TextBlock, others: Iterator[TextBlock], frame: Frame, *, listed: bool
) -> Iterator[Piece]:
    fast = False
    for block in chain([first], others):
        fast = fast or len(block.content) >= _FAST_BYTES
        yield _TextPiece(block, frame, fast, listed)
