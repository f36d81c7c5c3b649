"""The reference CSV reader: slow, strict, and with words for every fault.

Bytes → physical lines → records of cells → a Table; the first two arrows are rooms of their own.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain

import numpy as np
import numpy.typing as npt

from nncli.data.columns import Header, Select
from nncli.data.lines import read_lines
from nncli.data.numbers import (
    is_infinity,
    is_missing,
    is_number,
    starts_like_a_number,
    why_not_a_number,
)
from nncli.data.records import Record, RecordReader
from nncli.errors import DataError, Note, Place, Problem, count_of, quoted

# Problems beyond these are counted, not kept: a wrong file may hold millions.
KEPT_PROBLEMS = 5


@dataclass(frozen=True)
class CsvFormat:
    """How a file is written.  header: None decides by the first row."""

    delimiter: str = ","
    encoding: str = "utf-8"
    header: bool | None = None


@dataclass(frozen=True, eq=False)
class Table:
    """What was read.  values: (rows, features) float64; kept: name → a text for each row."""

    names: tuple[str, ...]
    values: npt.NDArray[np.float64]
    kept: dict[str, tuple[str, ...]] = field(default_factory=dict)
    sample_names: tuple[str, ...] | None = None
    notes: tuple[Note, ...] = ()


class _Faults:
    """The faults met so far: the first few in full, the others as a count."""

    def __init__(self) -> None:
        self.kept: list[Problem] = []
        self.more = 0

    @property
    def full(self) -> bool:
        return len(self.kept) >= KEPT_PROBLEMS

    def add(self, problem: Problem) -> None:
        if self.full:
            self.count()
        else:
            self.kept.append(problem)

    def count(self) -> None:
        self.more += 1

    def error(self) -> DataError:
        return DataError(self.kept, more=self.more)


def _record_reader(chunks: Iterable[bytes], file: str, form: CsvFormat) -> RecordReader:
    lines = read_lines(chunks, file, form.encoding, form.delimiter)
    return RecordReader(lines, file, form.delimiter)


def read_table(
    chunks: Iterable[bytes], file: str, form: CsvFormat, select: Select, largest: float
) -> Table:
    """Read a file whose rows are the samples.

    select: chooses columns once the header is known; largest: a finite value of this magnitude or
    more is refused.  Raises DataError with the first few problems and a count of the others.
    """
    reader = _record_reader(chunks, file, form)
    records = iter(reader)
    first = next(records, None)
    if first is None:
        raise _empty(file, reader.blank_lines)
    named = _is_header(first, file, form)
    place = _place(file, first, None)
    width = len(first.cells)
    names = tuple(cell.strip(" \t") for cell in first.cells) if named else _positions(width)
    hint = _delimiter_hint(first, form.delimiter)
    columns = Header(names, named, place, hint)
    selection = select(columns)
    rows = records if named else chain([first], records)
    kept: list[list[str]] = [[] for _ in selection.kept]
    faults = _Faults()
    header = first if named else None
    numbers = _CellReader(file, form, columns, header, largest, faults, selection.can_leave_out)
    number_note = _FirstRowNote(first, named, form.header)
    try:
        for record in rows:
            if len(record.cells) != width:
                faults.add(_ragged(file, record, width, first, form.delimiter))
                continue
            numbers.read(record, selection.features)
            number_note.see(record)
            for texts, position in zip(kept, selection.kept, strict=True):
                texts.append(record.cells[position])
    except DataError as error:
        faults.kept += error.problems
        raise faults.error() from None
    if faults.kept:
        raise faults.error()
    if not numbers.values:
        hint_line = "if the first row is data, say --no-header"
        raise DataError(Problem("N402", "there is a header, but no data rows", place, (hint_line,)))
    matrix = np.frombuffer(numbers.values).reshape(-1, len(selection.features))
    return Table(
        names=tuple(names[i] for i in selection.features),
        values=matrix,  # (rows, features)
        kept={names[i]: tuple(texts) for i, texts in zip(selection.kept, kept, strict=True)},
        notes=(*_blank_note(reader.blank_lines), *number_note.notes(), *selection.notes),
    )


@dataclass(frozen=True)
class _CellReader:
    """Turns cells into float64 values; a faulty cell is recorded and stands as 0."""

    file: str
    form: CsvFormat
    columns: Header  # of the file, not of the selection
    header: Record | None
    largest: float
    faults: _Faults
    can_leave_out: bool
    values: array[float] = field(default_factory=lambda: array("d"))

    def read(self, record: Record, positions: Iterable[int]) -> None:
        for position in positions:
            cell = record.cells[position]
            if is_number(cell):
                value = float(cell)
                if abs(value) < self.largest or math.isnan(value) or is_infinity(cell):
                    self.values.append(value)
                    continue
            self.values.append(0.0)
            if self.faults.full:
                self.faults.count()
            elif self.header is not None and record.cells == self.header.cells:
                place = _place(self.file, record, None)
                hint = "were files joined? remove the line"
                self.faults.add(Problem("N404", "this row repeats the header", place, (hint,)))
                return
            else:
                self.faults.add(self._bad_cell(record, position))

    def _bad_cell(self, record: Record, position: int) -> Problem:
        cell = record.cells[position]
        place = _place(self.file, record, position)
        column = f"column {position + 1} ({quoted(self.columns.names[position])})"
        if is_number(cell):
            dtype = "float64" if self.largest == float("inf") else "float32"
            message = f"{quoted(cell.strip())} in {column} is too large for {dtype}"
            return Problem("N415", message, place, ("scale the column, or leave the row out",))
        if not cell.strip():
            message = f"empty value in {column}"
        else:
            kind = "a missing value" if is_missing(cell) else "not a number"
            message = f"{quoted(cell)} in {column} is {kind}"
        hints = (*_delimiter_hint(record, self.form.delimiter), *why_not_a_number(cell))
        item = self.columns.item(position)
        otherwise = (
            f"if the column is no feature: --drop {item} or --keep {item}"
            if self.can_leave_out
            else "write a number"
        )
        return Problem("N404", message, place, hints or (otherwise,))


def _ragged(file: str, record: Record, width: int, first: Record, delimiter: str) -> Problem:
    found = len(record.cells)
    message = f"{count_of(found, 'field')}, expected {width} as on line {first.line.number}"
    if record.line.text.strip() == "\x1a":
        hint = "remove the Ctrl-Z (U+001A) at the end of the file"
    elif found < width and not record.line.end:
        hint = "the last line has no line end: the file may be cut off"
    elif found > width and record.cells[-1] == "":
        hint = "remove the delimiter at the end of the line"
    elif found > width:
        hint = f'a cell that holds {delimiter!r} must be quoted: "…"'
    else:
        hint = "every row needs a value for every column"
    return Problem("N403", message, _place(file, record, None), (hint,))


def read_transposed(
    chunks: Iterable[bytes], file: str, form: CsvFormat, select: Select, largest: float
) -> Table:
    """Read a file whose lines are the features and whose columns are the samples.

    An all-text first line names the samples, an all-text first column the features.
    Raises DataError as `read_table` does.
    """
    reader = _record_reader(chunks, file, form)
    records = list(reader)
    if not records:
        raise _empty(file, reader.blank_lines)
    first = records[0]
    width = len(first.cells)
    faults = _Faults()
    for record in records[1:]:
        if len(record.cells) != width:
            faults.add(_ragged(file, record, width, first, form.delimiter))
    if faults.kept:
        raise faults.error()
    # The corner belongs to neither the names of the samples nor to those of the features.
    named = _is_header(first, file, form, corner=width > 1)
    body = records[1:] if named else records
    if not body:
        raise DataError(
            Problem("N402", "there is a header, but no data", _place(file, first, None))
        )
    labelled = width > 1 and _is_label_column(body, file)
    start = 1 if labelled else 0
    names = (
        tuple(record.cells[0].strip(" \t") for record in body)
        if labelled
        else _positions(len(body))
    )
    hint = _delimiter_hint(first, form.delimiter)
    place = _place(file, body[0], None)
    selection = select(
        Header(names, labelled, place, hint, positional=not labelled, transposed=True)
    )
    labels = tuple(cell.strip(" \t") for cell in first.cells) if named else _positions(width)
    columns = Header(labels, named, place)  # the file's own, which are the samples
    header = first if named else None
    numbers = _CellReader(file, form, columns, header, largest, faults, can_leave_out=False)
    for position in selection.features:
        numbers.read(body[position], range(start, width))
    if faults.kept:
        raise faults.error()
    matrix = np.frombuffer(numbers.values).reshape(len(selection.features), -1)
    return Table(
        names=tuple(names[i] for i in selection.features),
        values=np.ascontiguousarray(matrix.T),  # (samples, features)
        sample_names=labels[start:] if named else None,
        notes=(*_blank_note(reader.blank_lines), *selection.notes),
    )


def _is_label_column(body: list[Record], file: str) -> bool:
    """Whether the first column names the features: none of its cells is a number."""
    cells = [record.cells[0] for record in body]
    if any(is_number(cell) for cell in cells):
        return False
    if all(is_missing(cell) or starts_like_a_number(cell) for cell in cells):
        message = "the first column is neither names nor numbers"
        hint = "write a name for each feature, or mend the numbers"
        raise DataError(Problem("N410", message, _place(file, body[0], 0), (hint,)))
    return True


def _is_header(record: Record, file: str, form: CsvFormat, *, corner: bool = False) -> bool:
    """Whether the first row is a header: none of its cells is a number.

    corner: whether its first cell has no say, for it may also name a feature; a row that is then
    still mixed is data.
    """
    skipped = 1 if corner else 0
    cells = record.cells[skipped:]
    if form.header is not None:
        return form.header
    numbers = [is_number(cell) is not None for cell in cells]
    hints: tuple[str, ...] = (
        "if it is a header, say --header",
        "if it is data, mend it or say --no-header",
    )
    if any(numbers):
        if not all(numbers) and not corner:
            position = numbers.index(False)
            message = (
                f"the first row mixes numbers and text like {quoted(cells[position])}: "
                "header or data?"
            )
            reasons = why_not_a_number(cells[position])
            hints = (*_delimiter_hint(record, form.delimiter), *reasons, *hints)
            raise DataError(Problem("N410", message, _place(file, record, position), hints))
        return False
    if all(is_missing(cell) or starts_like_a_number(cell) for cell in cells):
        message = f"the first row is neither names nor numbers: {quoted(cells[0])}"
        hints = (*_delimiter_hint(record, form.delimiter), *why_not_a_number(cells[0]), *hints)
        raise DataError(Problem("N410", message, _place(file, record, skipped), hints))
    return True


class _FirstRowNote:
    """Notices a header made of numbers, like years: it was read as data."""

    def __init__(self, first: Record, named: bool, header: bool | None) -> None:
        self._line = first.line.number
        self._seen_fraction = False
        self._suspicious = False
        if not named and header is None and len(first.cells) > 1:
            texts = [cell.strip() for cell in first.cells]
            if all(text.isascii() and text.isdigit() and len(text) < 10 for text in texts):
                numbers = [int(text) for text in texts]
                self._suspicious = numbers == list(range(numbers[0], numbers[0] + len(numbers)))

    def see(self, record: Record) -> None:
        if self._suspicious and not self._seen_fraction and record.line.number != self._line:
            numbers = (float(cell) for cell in record.cells if is_number(cell))
            self._seen_fraction = any(not number.is_integer() for number in numbers)

    def notes(self) -> tuple[Note, ...]:
        if not (self._suspicious and self._seen_fraction):
            return ()
        message = f"line {self._line} holds consecutive numbers: read as data; --header names them"
        return (Note("numeric_header", message),)


def _blank_note(blank_lines: int) -> tuple[Note, ...]:
    if not blank_lines:
        return ()
    verb = "was" if blank_lines == 1 else "were"
    return (Note("blank_lines", f"{count_of(blank_lines, 'blank line')} {verb} skipped"),)


def _empty(file: str, blank_lines: int) -> DataError:
    message = "the file holds nothing but blank lines" if blank_lines else "the file is empty"
    return DataError(Problem("N401", message, Place(file, 1), ("one sample per line, please",)))


def _positions(width: int) -> tuple[str, ...]:
    return tuple(f"column_{number}" for number in range(1, width + 1))


def _place(file: str, record: Record, position: int | None) -> Place:
    """Return the place of a record, or of the cell at *position* in it."""
    line = record.line
    if position is None:
        return Place(file, line.number, 1, line.text, 0)
    caret = None
    if '"' not in line.text:  # otherwise a cell's length is not its width on the line
        caret = sum(len(cell) + 1 for cell in record.cells[:position])
    return Place(file, line.number, position + 1, line.text, caret)


def _delimiter_hint(record: Record, delimiter: str) -> tuple[str, ...]:
    """Return the flag for another delimiter, if one may have cut the line."""
    text = record.line.text.strip(" ")
    if text.startswith("#"):
        return ("a line that starts with # is no comment here: remove it",)
    for other, flag in ((";", "';'"), ("\t", "tab"), ("|", "'|'"), (",", "','"), (" ", "' '")):
        likely = other in ";\t|" or len(record.cells) == 1
        if other != delimiter and likely and other in text:
            return (f"are the values separated by {flag}? say --delimiter {flag}",)
    return ()
