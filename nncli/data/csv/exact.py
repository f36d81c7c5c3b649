"""The reference CSV reader: slow, strict, and with words for every fault.

Bytes → physical lines → records of cells → rows of numbers; the first two arrows are rooms of their
own.
"""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from nncli.data.columns import Header, Selection
from nncli.data.csv.format import CsvFormat
from nncli.data.csv.numbers import (
    is_infinity,
    is_missing,
    is_number,
    looks_like_a_number,
    why_not_a_number,
)
from nncli.data.csv.records import Record, cell_span
from nncli.data.rejects import Reject
from nncli.data.rows import Faults, Rows, ended_by
from nncli.errors import DataError
from nncli.problems import KEPT_PROBLEMS, FaultyRow, Note, Place, Problem
from nncli.words import count_of, quoted, shorten, strange_character

# Of a longer line, a problem keeps one faulty cell; of a longer cell, its beginning.
_MAX_KEPT_LINE = 100_000
_MAX_KEPT_CELL = 1000


class FoundFaults:
    """The faults met so far: the first few in full, the others as a count."""

    def __init__(self, *, listed: bool) -> None:
        """Begin with none.  listed: whether somebody wants a list of all that is refused."""
        self._problems: list[Problem] = []
        self._more = 0
        self._listed = listed
        self._rejects: list[Reject] = []

    def add(self, reject: Reject, word: Callable[[], Problem]) -> None:
        """Take a fault in.  word: makes its problem, if anybody will read it."""
        if self._listed:
            self._rejects.append(reject)
        if len(self._problems) < KEPT_PROBLEMS:
            self._problems.append(word())
        else:
            self._more += 1

    def faults(self) -> Faults | None:
        """Return all of them, if there are any."""
        if not self._problems:
            return None
        return Faults(tuple(self._problems), self._more, tuple(self._rejects))


@dataclass(frozen=True, eq=False)
class Frame:
    """What the first row of a file tells of all its rows."""

    csv: CsvFormat
    first: Record
    columns: Header  # all of them
    selection: Selection  # those that are read

    @cached_property
    def seems_named(self) -> bool:
        """Whether the first row, though read as data, may hold names that are numbers: years."""
        if self.columns.named or self.csv.header is not None or len(self.first.cells) < 2:
            return False
        texts = [cell.strip() for cell in self.first.cells]
        if not all(text.isascii() and text.isdigit() and len(text) < 10 for text in texts):
            return False
        numbers = [int(text) for text in texts]
        return numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def header_of(first: Record, csv: CsvFormat) -> Header:
    """Return the names of a file's columns, according to its first row.  Raises DataError."""
    named = is_header(first, csv)
    names = (
        tuple(cell.strip(" \t") for cell in first.cells) if named else positions(len(first.cells))
    )
    return Header(names, named, place_of(csv, first))


def read_rows(records: Iterable[Record], frame: Frame) -> Rows | Faults:
    """Read the rows below a header."""
    kept: list[list[str]] = [[] for _ in frame.selection.kept]
    found = FoundFaults(listed=frame.csv.listed)
    numbers = CellReader(frame, found)
    end: DataError | None = None
    try:
        for record in records:
            if len(record.cells) != len(frame.columns.names):
                add_ragged(found, record, frame.first, frame.csv)
                continue
            numbers.read(record, frame.selection.features)
            for texts, position in zip(kept, frame.selection.kept, strict=True):
                texts.append(record.cells[position])
    except DataError as error:
        end = error
    faults = found.faults()
    if end is not None:
        return ended_by(end.problems, faults)
    if faults is not None:
        return faults
    matrix = np.frombuffer(numbers.values).reshape(-1, len(frame.selection.features))
    return Rows(tuple(matrix.T), tuple(kept))  # each column (rows,)


@dataclass(frozen=True)
class CellReader:
    """Turns cells into float64 values; a faulty cell is recorded and stands as 0."""

    frame: Frame
    faults: FoundFaults
    values: array[float] = field(default_factory=lambda: array("d"))

    def read(self, record: Record, positions: Sequence[int]) -> None:
        """Read the cells of a row that are features, in their order."""
        faulty = []
        for position in positions:
            cell = record.cells[position]
            if is_number(cell):
                value = float(cell)
                if (
                    abs(value) < self.frame.selection.largest
                    or math.isnan(value)
                    or is_infinity(cell)
                ):
                    self.values.append(value)
                    continue
            self.values.append(0.0)
            faulty.append(position)
        if not faulty:
            return
        if len(faulty) == len(positions) > 1 and not any(map(is_number, record.cells)):
            line = record.line
            row = Reject(self.frame.csv.file, line.number, None, "", "N404", line.text)
            self.faults.add(row, lambda: self._bad_row(record, faulty))
            return
        for position in faulty:
            self._add_cell(record, position)

    def _add_cell(self, record: Record, position: int) -> None:
        cell = record.cells[position]
        code = "N415" if is_number(cell) else "N404"
        name = self.frame.columns.names[position]
        line = record.line.number
        reject = Reject(self.frame.csv.file, line, position + 1, name, code, cell)
        self.faults.add(reject, lambda: self._bad_cell(record, position))

    def _bad_row(self, record: Record, positions: Sequence[int]) -> Problem:
        """Word a row without a single number, which is no sample with so many typing errors."""
        frame = self.frame
        if frame.columns.named and record.cells == frame.first.cells:
            row = FaultyRow(frame.csv.delimiter, is_sample=False)
            hint = "were files joined? remove the line"
            place = place_of(frame.csv, record)
            return Problem("N404", "this row repeats the header", place, (hint,), row=row)
        place = place_of(frame.csv, record, positions[0])
        if all(is_missing(record.cells[position]) for position in positions):
            message = f"{self._fault_of(record, positions[0])}, as in every other of this row"
            return Problem("N404", message, place, ("fill the row in, or remove it",))
        cells = ", ".join(quoted(record.cells[position]) for position in positions[:3])
        more = ", …" if len(positions) > 3 else ""
        message = f"no cell of this row is a number: {cells}{more}"
        hint = "if it is no sample (units, a comment, a title), remove the line"
        row = _faulty_row(record, positions, frame.csv.delimiter, is_sample=False)
        return Problem("N404", message, place, (hint,), row=row)

    def _fault_of(self, record: Record, position: int) -> str:
        """Say what is wrong with a cell, and in which column it is."""
        cell = record.cells[position]
        column = f"column {position + 1} ({quoted(self.frame.columns.names[position])})"
        if not cell.strip():
            return f"empty value in {column}"
        kind = "a missing value" if is_missing(cell) else "not a number"
        return f"{quoted(cell)} in {column} is {kind}"

    def _bad_cell(self, record: Record, position: int) -> Problem:
        cell = record.cells[position]
        place = place_of(self.frame.csv, record, position)
        if is_number(cell):
            column = f"column {position + 1} ({quoted(self.frame.columns.names[position])})"
            dtype = "float64" if self.frame.selection.largest == float("inf") else "float32"
            message = f"{quoted(cell.strip())} in {column} is too large for {dtype}"
            hint = "scale the column, or leave the row out"
            wider = ("use dtype: float64",) if dtype == "float32" else ()
            return Problem("N415", message, place, (*wider, hint))
        message = self._fault_of(record, position)
        hints = why_not_a_number(cell)
        hints = hints or ("write a decimal number, or remove the line if it is no sample",)
        row = _faulty_row(record, [position], self.frame.csv.delimiter)
        return Problem("N404", message, place, hints, row=row)


def _faulty_row(
    record: Record,
    positions: Sequence[int],
    delimiter: str,
    *,
    kept: int | None = None,
    is_sample: bool = True,
) -> FaultyRow:
    """Return what a problem tells of a row.  positions: its faulty cells; kept: so many of them."""
    if len(record.line.text) > _MAX_KEPT_LINE:
        kept = 1
    cells = tuple((i, shorten(record.cells[i], _MAX_KEPT_CELL)) for i in positions[:kept])
    return FaultyRow(delimiter, cells, len(positions) - len(cells), is_sample)


def add_ragged(faults: FoundFaults, record: Record, first: Record, csv: CsvFormat) -> None:
    """Take in a row whose width is not that of the first one."""
    reject = Reject(csv.file, record.line.number, None, "", "N403", record.line.text)
    faults.add(reject, lambda: _ragged(record, first, csv))


def _ragged(record: Record, first: Record, csv: CsvFormat) -> Problem:
    found, width = len(record.cells), len(first.cells)
    message = f"{count_of(found, 'field')}, expected {width} as on line {first.line.number}"
    no_sample = _why_no_sample(record, width)
    hint = no_sample or _why_ragged(record, width, csv.delimiter)
    row = _faulty_row(record, range(width, found), csv.delimiter, is_sample=not no_sample)
    return Problem("N403", message, place_of(csv, record), (hint,), row=row)


def _why_no_sample(record: Record, width: int) -> str | None:
    """Return what to do about a row of another width that seems to be none; None if it is one."""
    text, cells = record.line.text, record.cells
    if text.strip() == "\x1a":
        return "remove the Ctrl-Z (U+001A) at the end of the file"
    if len(cells) > width and not cells[-1].strip():
        return None
    if text.startswith("#"):
        return "remove the line: one that starts with # is no comment here"
    if len(cells) > 1:
        return None
    if not text.isascii() and not text.strip():
        return f"remove the line: {strange_character(text)[0]}"
    if not is_number(cells[0]) and record.line.end:
        return "if it is no sample (a comment, a title), remove the line"
    return None


def _why_ragged(record: Record, width: int, delimiter: str) -> str:
    """Return what would help a sample of another width."""
    if len(record.cells) < width:
        if not record.line.end:
            return "the last line has no line end: the file may be cut off"
        return "every row needs a value for every column"
    if not record.cells[-1].strip():
        return "remove the delimiter at the end of the line"
    if re.search(r"(^|\D)[0-9]{1,3},[0-9]{3}(\D|$)", record.line.text):
        return "if a comma separates thousands, write the number without it"
    return f'a cell that holds {delimiter!r} must be quoted: "…"'


def is_header(record: Record, csv: CsvFormat, *, corner: bool = False) -> bool:
    """Whether the first row is a header: none of its cells is a number.

    corner: whether its first cell has no say, for it may also name a feature; a row that is then
    still mixed is data.
    """
    skipped = 1 if corner else 0
    cells = record.cells[skipped:]
    if csv.header is not None:
        return csv.header
    numbers = [is_number(cell) is not None for cell in cells]
    decide = "mend the row, or say with --header or --no-header what it is"
    if any(numbers):
        if not all(numbers) and not corner:
            position = numbers.index(False)
            message = (
                f"the first row mixes numbers and text like {quoted(cells[position])}: "
                "header or data?"
            )
            place = place_of(csv, record, position + skipped)
            hints = (*why_not_a_number(cells[position]), decide)
            texts = [i for i, number in enumerate(numbers) if not number]
            row = _faulty_row(record, texts, csv.delimiter, kept=1)
            raise DataError(Problem("N410", message, place, hints, row=row))
        return False
    if all(is_missing(cell) or looks_like_a_number(cell) for cell in cells):
        message = f"the first row is neither names nor numbers: {quoted(cells[0])}"
        hints = (*why_not_a_number(cells[0]), decide)
        place = place_of(csv, record, skipped)
        faulty = range(skipped, len(record.cells))
        row = _faulty_row(record, faulty, csv.delimiter, is_sample=False)
        raise DataError(Problem("N410", message, place, hints, row=row))
    return True


def numeric_header_note(frame: Frame) -> Note | None:
    """Return a remark on a first row that may be a header made of numbers.

    It is worth making if any value below that row is not whole.
    """
    if not frame.seems_named:
        return None
    number = frame.first.line.number
    message = f"line {number} holds consecutive numbers: read as data; --header names them"
    return Note("numeric_header", message)


def empty_file(csv: CsvFormat, blank_lines: int) -> DataError:
    """Word a file without a single row."""
    message = "the file holds nothing but blank lines" if blank_lines else "the file is empty"
    return DataError(Problem("N401", message, Place(csv.file, 1), ("one sample per line, please",)))


def no_rows(header: Header) -> Problem:
    """Word a header without rows below it."""
    advice = ("write a row for each sample below the header",)
    return Problem("N402", "there is a header, but no data rows", header.place, advice)


def positions(width: int) -> tuple[str, ...]:
    """Return what the columns are called of a file that does not name them."""
    return tuple(f"column_{number}" for number in range(1, width + 1))


def place_of(csv: CsvFormat, record: Record, position: int | None = None) -> Place:
    """Return the place of a record, or of the cell at *position* in it."""
    line = record.line
    if position is None:
        return Place(csv.file, line.number, 1, line.text, 0)
    span = cell_span(line.text, csv.delimiter, position)
    return Place(csv.file, line.number, position + 1, line.text, span[0] if span else None)
