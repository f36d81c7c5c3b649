"""Lines into records of cells, quoted as RFC 4180 says and in no other way."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from nncli.data.columns import MAX_COLUMNS, check_width
from nncli.data.csv.format import (
    CsvFormat,
    cell_behind,
    cell_end,
    count_cells,
    first_cell,
    split,
)
from nncli.data.csv.lines import FILE_START, MAX_LINE_BYTES, Line, Start, read_lines
from nncli.errors import DataError
from nncli.problems import FaultyRow, Place, Problem
from nncli.words import shorten

# All of a quoted cell up to its closing quote, which no other follows; kept as it is once found.
_QUOTED = re.compile(r'(?:[^"]++|"")*+')
# Of a longer line, a problem keeps one faulty cell; of a longer cell, its beginning.
_MAX_KEPT_LINE = 100_000
_MAX_KEPT_CELL = 1000


class Record(NamedTuple):
    """The cells of one row, with the first physical line that it stands on."""

    line: Line
    cells: list[str]


def cell_span(text: str, delimiter: str, position: int) -> tuple[int, int] | None:
    """Return where a cell stands in its line, quotes included: first character, end.

    None if a quoted cell before it goes on over the line's end.

    >>> cell_span('1,"2,5",3', ",", 1)
    (2, 7)
    """
    return next(islice(cell_spans(text, delimiter), position, None), None)


def cell_spans(text: str, delimiter: str) -> Iterator[tuple[int, int]]:
    """Yield where each cell of a line stands, up to a quoted one that goes on over its end."""
    start: int | None = first_cell(text, delimiter)
    while start is not None:
        if text.startswith('"', start):
            closed = _closing_quote(text, start)
            if closed is None:
                return
            end = closed
        else:
            end = cell_end(text, delimiter, start)
        yield start, end
        start = cell_behind(text, delimiter, end)


def _closing_quote(text: str, opening: int) -> int | None:
    """Return the end of a quoted cell that begins at *opening*."""
    end = _end_of_quoted(text, opening + 1)
    return end + 1 if end < len(text) else None


def _end_of_quoted(text: str, start: int) -> int:
    """Return where the quote is that closes a cell, or the length of a text without it."""
    found = _QUOTED.match(text, start)
    return found.end() if found else start


def place_of(csv: CsvFormat, record: Record, position: int | None = None) -> Place:
    """Return the place of a record, or of the cell at *position* in it."""
    line = record.line
    if position is None:
        return Place(csv.file, line.number, 1, line.text, 0)
    span = cell_span(line.text, csv.delimiter, position)
    return Place(csv.file, line.number, position + 1, line.text, span[0] if span else None)


def faulty_row(
    record: Record,
    positions: Sequence[int],
    csv: CsvFormat,
    *,
    kept: int | None = None,
    is_sample: bool = True,
) -> FaultyRow:
    """Return what a problem tells of a row.  positions: its faulty cells; kept: so many of them."""
    if len(record.line.text) > _MAX_KEPT_LINE:
        kept = 1
    cells = tuple((i, shorten(record.cells[i], _MAX_KEPT_CELL)) for i in positions[:kept])
    more = len(positions) - len(cells)
    return FaultyRow(csv.delimiter, cells, more, is_sample, csv.decimal)


class RecordReader:
    """Cuts some content into records; blank lines are no records, and are counted."""

    def __init__(self, chunks: Iterable[bytes], csv: CsvFormat, start: Start = FILE_START) -> None:
        """Take some content.  start: where in the file it begins."""
        self._csv = csv
        self.blank_lines = 0
        self.last_line = 0  # the number of the last one that was read
        self._lines = read_lines(chunks, csv, start)

    def __iter__(self) -> Iterator[Record]:
        """Yield every record.  Raises DataError for a misplaced or unterminated quote."""
        for line in self._lines:
            text = line.text
            self.last_line = line.number
            if '"' in text:
                yield Record(line, self._quoted_cells(line))
            elif text.strip(" \t") or self._csv.delimiter in text:
                if len(text) >= MAX_COLUMNS:
                    place = Place(self._csv.file, line.number)
                    check_width(count_cells(text, self._csv.delimiter), place)
                yield Record(line, split(text, self._csv.delimiter))
            else:
                self.blank_lines += 1

    def _quoted_cells(self, line: Line) -> list[str]:
        cells: list[str] = []
        delimiter = self._csv.delimiter
        position: int | None = first_cell(line.text, delimiter)
        while position is not None:
            if len(cells) >= MAX_COLUMNS:
                check_width(len(cells) + 1, Place(self._csv.file, line.number))
            if line.text.startswith('"', position):
                cell, line, end = self._quoted_cell(line, position, len(cells) + 1)
                cells.append(cell)
                position = cell_behind(line.text, delimiter, end)
                if position == end:
                    raise self._quote_error(line, len(cells), end, "text after a closing quote")
            else:
                end = cell_end(line.text, delimiter, position)
                cell = line.text[position:end]
                if '"' in cell:
                    caret = line.text.index('"', position)
                    raise self._quote_error(line, len(cells) + 1, caret, "quote inside a cell")
                cells.append(cell)
                position = cell_behind(line.text, delimiter, end)
        return cells

    def _quoted_cell(self, line: Line, position: int, column: int) -> tuple[str, Line, int]:
        """Read from an opening quote to its closing one, over line ends if need be."""
        opening, opened_at = line, position
        cell = io.StringIO()  # of millions of lines, a list would take ten times as much
        characters = 0
        position += 1
        while True:
            closing = _end_of_quoted(line.text, position)
            cell.write(line.text[position:closing].replace('""', '"'))
            if closing < len(line.text):
                return cell.getvalue(), line, closing + 1
            cell.write(line.end)
            characters += len(line.text) + len(line.end)
            following = next(self._lines, None)
            if following is None or characters > MAX_LINE_BYTES:
                raise self._quote_error(
                    opening, column, opened_at, "the quote opened here is never closed"
                )
            line, position = following, 0
            self.last_line = line.number

    def _quote_error(self, line: Line, column: int, caret: int, message: str) -> DataError:
        place = Place(self._csv.file, line.number, column, line.text, caret)
        hint = 'a quoted cell starts and ends with ", and a quote inside it is written ""'
        row = FaultyRow(self._csv.delimiter)
        return DataError(Problem("N405", message, place, (hint,), row=row))
