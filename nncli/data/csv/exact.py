"""The reference CSV reader: slow, strict, and with words for every fault.

Bytes → physical lines → records of cells → rows of numbers; the first two arrows are rooms of their
own, and so is what the first row tells.
"""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from nncli.data.csv.first_row import CsvFrame
from nncli.data.csv.format import BLANKS, CsvFormat
from nncli.data.csv.numbers import (
    is_infinity,
    is_missing,
    is_number,
    why_not_a_number,
)
from nncli.data.csv.records import Record, faulty_row, place_of
from nncli.data.rejects import Reject
from nncli.data.rows import Faults, Rows, ended_by
from nncli.errors import DataError
from nncli.problems import KEPT_PROBLEMS, FaultyRow, Problem
from nncli.words import count_of, quoted, strange_character


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


def read_rows(records: Iterable[Record], frame: CsvFrame) -> Rows | Faults:
    """Read the rows below a header."""
    kept: list[list[str]] = [[] for _ in frame.selection.kept]
    found = FoundFaults(listed=frame.listed)
    numbers = CellReader(frame, found)
    end: DataError | None = None
    try:
        for record in records:
            if len(record.cells) != len(frame.header.names):
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

    frame: CsvFrame
    faults: FoundFaults
    values: array[float] = field(default_factory=lambda: array("d"))

    def read(self, record: Record, positions: Sequence[int]) -> None:
        """Read the cells of a row that are features, in their order."""
        faulty = []
        cells = self.frame.csv.pointed(record.cells)
        for position in positions:
            cell = cells[position]
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
        # numbers with another decimal sign are those of a sample, too
        if len(faulty) == len(positions) > 1 and not any(map(is_number, (*cells, *record.cells))):
            line = record.line
            row = Reject(self.frame.csv.file, line.number, None, "", "N404", line.text)
            self.faults.add(row, lambda: self._bad_row(record, faulty))
            return
        for position in faulty:
            self._add_cell(record, position)

    def _is_number(self, cell: str) -> bool:
        return any(map(is_number, self.frame.csv.pointed([cell])))

    def _add_cell(self, record: Record, position: int) -> None:
        cell = record.cells[position]
        code = "N415" if self._is_number(cell) else "N404"
        name = self.frame.header.names[position]
        line = record.line.number
        reject = Reject(self.frame.csv.file, line, position + 1, name, code, cell)
        self.faults.add(reject, lambda: self._bad_cell(record, position))

    def _bad_row(self, record: Record, positions: Sequence[int]) -> Problem:
        """Word a row without a single number, which is no sample with so many typing errors."""
        frame = self.frame
        if frame.header.named and record.cells == frame.first.cells:
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
        row = faulty_row(record, positions, frame.csv, is_sample=False)
        return Problem("N404", message, place, (hint,), row=row)

    def _fault_of(self, record: Record, position: int) -> str:
        """Say what is wrong with a cell, and in which column it is."""
        cell = record.cells[position]
        column = self.frame.header.numbered(position)
        if not cell.strip():
            return f"empty value in {column}"
        kind = "a missing value" if is_missing(cell) else "not a number"
        return f"{quoted(cell)} in {column} is {kind}"

    def _bad_cell(self, record: Record, position: int) -> Problem:
        cell = record.cells[position]
        place = place_of(self.frame.csv, record, position)
        if self._is_number(cell):
            column = self.frame.header.numbered(position)
            dtype = "float64" if self.frame.selection.largest == float("inf") else "float32"
            message = f"{quoted(cell.strip())} in {column} is too large for {dtype}"
            hint = "scale the column, or leave the row out"
            wider = ("use dtype: float64",) if dtype == "float32" else ()
            return Problem("N415", message, place, (*wider, hint))
        message = self._fault_of(record, position)
        hints = why_not_a_number(cell)
        number = (
            "decimal number" if self.frame.csv.decimal == "." else "number with a decimal comma"
        )
        hints = hints or (f"write a {number}, or remove the line if it is no sample",)
        row = faulty_row(record, [position], self.frame.csv)
        return Problem("N404", message, place, hints, row=row)


def add_ragged(faults: FoundFaults, record: Record, first: Record, csv: CsvFormat) -> None:
    """Take in a row whose width is not that of the first one."""
    reject = Reject(csv.file, record.line.number, None, "", "N403", record.line.text)
    faults.add(reject, lambda: _ragged(record, first, csv))


def _ragged(record: Record, first: Record, csv: CsvFormat) -> Problem:
    found, width = len(record.cells), len(first.cells)
    message = f"{count_of(found, 'cell')}, expected {width} as on line {first.line.number}"
    no_sample = _why_no_sample(record, width)
    hint = no_sample or _why_ragged(record, width, csv.delimiter)
    row = faulty_row(record, range(width, found), csv, is_sample=not no_sample)
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
    # numbers with another delimiter between them are a sample's
    is_number_row = all(map(is_number, re.split(r"[;,|\t ]+", text.strip())))
    if not is_number_row and record.line.end:
        return "if it is no sample (a comment, a title), remove the line"
    return None


def _why_ragged(record: Record, width: int, delimiter: str) -> str:
    """Return what would help a sample of another width."""
    if len(record.cells) < width:
        if not record.line.end:
            return "the last line has no line end: the file may be cut off"
        parts = re.split(r"[;,|\t ]+", record.line.text.strip())
        if len(parts) == width and all(map(is_number, parts)):
            return f"write the delimiter of the other rows, if these are {width} values"
        missing = count_of(width - len(record.cells), "missing value")
        return f"add the {missing.removeprefix('1 ')}: every row needs one for every column"
    if not record.cells[-1].strip():
        return "remove the delimiter at the end of the line"
    if re.search(r"(^|\D)[0-9]{1,3},[0-9]{3}(\D|$)", record.line.text):
        return "if a comma separates thousands, write the number without it"
    held = "blanks" if delimiter == BLANKS else repr(delimiter)
    return f'take one away, or quote the cell that holds {held}: "…"'
