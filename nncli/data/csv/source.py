"""A CSV file, opened: its header, then chunks of whole rows for either of two readers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain, islice

import numpy as np

from nncli.data.columns import Header, Selection
from nncli.data.csv.cutting import CHUNK_BYTES, TextChunk, text_chunks
from nncli.data.csv.exact import read_rows
from nncli.data.csv.first_row import (
    CsvFrame,
    empty_file,
    header_of,
    holds_a_fraction,
    may_number_columns,
    no_rows,
    numeric_header_note,
    unclear_header,
)
from nncli.data.csv.format import CsvFormat
from nncli.data.csv.lines import FILE_START, whole_lines
from nncli.data.csv.records import Record, RecordReader, place_of
from nncli.data.rows import CellPlace, Faults, Rows, ended_by
from nncli.data.source_bytes import LOOK_BYTES, Content
from nncli.data.stream import SampleStream
from nncli.errors import DataError

# Below this, the exact reader is done before Arrow is imported.
_FAST_BYTES = 2**18
# A chunk is only larger if a row of it is: Arrow would take several times its size.
_MOST_FAST_BYTES = 3 * CHUNK_BYTES


@dataclass(frozen=True)
class CsvChunk:
    """Whole rows of a CSV file, and how to read them."""

    text: TextChunk
    frame: CsvFrame
    fast: bool  # whether Arrow may read them, where it is sure
    blank_lines: int = 0  # above them

    def read(self) -> Rows | Faults:
        """Read the rows; what the fast lane doubts is decided by the exact reader."""
        rows: Rows | Faults | None = None
        if (blank := self.text.blank_lines(self.frame.csv.delimiter)) is not None:
            rows = _no_rows(self.frame.selection, blank)
        elif self.fast and len(self.text.content) <= _MOST_FAST_BYTES:
            from nncli.data.csv.fast import parse_rows

            rows = parse_rows(self.text.content, self.frame, self.text.line_feeds)
        if rows is None:
            rows = self._read_exactly()
        if self.text.fault is not None:
            return ended_by((self.text.fault,), rows)
        if isinstance(rows, Rows) and self.blank_lines:
            return replace(rows, blank_lines=rows.blank_lines + self.blank_lines)
        return rows

    def cell(self, row: int, position: int) -> CellPlace:
        """Return where a cell is.  row: of those that were read; position: of its column."""
        record = next(islice(self._records(), row, None))
        place = place_of(self.frame.csv, record, position)
        return CellPlace(place, self.frame.header.numbered(position))

    def _records(self) -> RecordReader:
        utf8 = replace(self.frame.csv, encoding="utf-8")
        return RecordReader([self.text.content], utf8, self.text.start)

    def _read_exactly(self) -> Rows | Faults:
        reader = self._records()
        rows = read_rows(reader, self.frame)
        return replace(rows, blank_lines=reader.blank_lines) if isinstance(rows, Rows) else rows


def _no_rows(selection: Selection, blank_lines: int) -> Rows:
    """Return what there is to read of blank lines."""
    features = tuple(np.empty(0) for _ in selection.features)
    return Rows(features, tuple([] for _ in selection.kept), blank_lines)


@dataclass(frozen=True, eq=False)
class CsvSource:
    """A file of which the first row is known."""

    csv: CsvFormat
    first: Record
    header: Header
    rest: TextChunk  # the rows below the header, as far as they were read
    others: Iterator[TextChunk]
    blank_lines: int  # above the rest
    many: bool  # whether the rows are worth several threads
    listed: bool  # whether somebody wants a list of all that is refused

    def samples(self, selection: Selection) -> SampleStream:
        """Return the samples, to be read chunk by chunk."""
        frame = CsvFrame(self.header, selection, self.listed, self.csv, self.first)
        return SampleStream(
            columns=frame.features,
            chunks=self._chunks(frame),
            kept=frame.kept,
            many=self.many,
            remarks=selection.notes,
            if_fraction=numeric_header_note(frame),
            if_empty=no_rows(self.header),
        )

    def _chunks(self, frame: CsvFrame) -> Iterator[CsvChunk]:
        fast, blank_lines = False, self.blank_lines
        for text in chain([self.rest], self.others):
            fast = fast or len(text.content) >= _FAST_BYTES
            yield CsvChunk(text, frame, fast, blank_lines)
            blank_lines = 0


def open_csv(content: Content, csv: CsvFormat, *, listed: bool) -> CsvSource:
    """Read a file's first row.  listed: whether somebody wants a list of all that is refused.

    Raises DataError.
    """
    texts = text_chunks(content.chunks(), csv, content.is_ready)
    utf8 = replace(csv, encoding="utf-8")
    blank_lines = 0
    for text in texts:
        blank = text.blank_lines(csv.delimiter)
        if blank is not None and text.fault is None:
            blank_lines += blank
            continue
        reader = RecordReader([text.content], utf8, text.start)
        first = next(iter(reader), None)
        if first is not None:
            break
        blank_lines += reader.blank_lines
        if text.fault is not None:
            raise DataError(text.fault)
    else:
        raise empty_file(csv, blank_lines)
    header = header_of(first, csv)
    rest = text
    if header.named:
        rest = text.behind(reader.last_line - text.start.line + 1)
        blank_lines += reader.blank_lines
    elif text.start == FILE_START:
        rest = text._replace(content=text.content.removeprefix("\ufeff".encode()))
    if may_number_columns(first, csv):
        rest, texts = _with_first_look(rest, texts)
        _check_header(first, rest, csv)
    many = len(text.content) >= _FAST_BYTES
    return CsvSource(csv, first, header, rest, texts, blank_lines, many, listed)


def _with_first_look(
    rest: TextChunk, texts: Iterator[TextChunk]
) -> tuple[TextChunk, Iterator[TextChunk]]:
    """Return a chunk that holds as much as a first look does, and those behind it."""
    while len(rest.content) < LOOK_BYTES and (following := next(texts, None)) is not None:
        rest = TextChunk(rest.content + following.content, rest.start, following.fault)
    return rest, texts


def _check_header(first: Record, text: TextChunk, csv: CsvFormat) -> None:
    """Raise DataError if all rows but the first, as far as a first look goes, hold a fraction.

    text: the rows from the first one on.
    """
    utf8 = replace(csv, encoding="utf-8")
    content = text.content
    if len(content) > LOOK_BYTES:
        content = whole_lines(content[:LOOK_BYTES], "utf-8")
    below = islice(RecordReader([content], utf8, text.start), 1, None)
    has_rows = False
    with suppress(DataError):  # what is wrong further down is another problem
        for record in below:
            if not holds_a_fraction(record, csv):
                return
            has_rows = True
    if has_rows:
        raise unclear_header(first, csv)
