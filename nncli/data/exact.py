"""The reference CSV reader: slow, strict, and with words for every fault.

Bytes → physical lines → records of cells → a Table; the first two arrows are rooms of their own.
"""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Callable, Iterable, Sequence
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
    looks_like_a_number,
    numbers_meant,
    why_not_a_number,
)
from nncli.data.records import Record, RecordReader, cell_span
from nncli.data.rejects import OnReject, Reject
from nncli.errors import (
    DataError,
    Edit,
    Note,
    Place,
    Problem,
    Suggestion,
    count_of,
    quoted,
    shorten,
    strange_character,
)

# Problems beyond these are counted, not kept: a wrong file may hold millions.
KEPT_PROBLEMS = 5
# Nobody mends a cell in a longer line by its number.
_MAX_EDITED_LINE = 100_000


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

    def __init__(self, on_reject: OnReject | None) -> None:
        self.kept: list[Problem] = []
        self.more = 0
        self._on_reject = on_reject

    def add(self, reject: Reject, word: Callable[[], Problem]) -> None:
        """Take a fault in.  word: makes its problem, if anybody will read it."""
        if self._on_reject is not None:
            self._on_reject(reject)
        if len(self.kept) < KEPT_PROBLEMS:
            self.kept.append(word())
        else:
            self.more += 1

    def error(self, last: DataError | None = None) -> DataError:
        """Return all faults; *last* is the one behind which nothing could be read."""
        for problem in last.problems if last is not None else ():
            place = problem.place
            line, text = (place.line, place.excerpt or "") if place is not None else (None, "")
            if self._on_reject is not None:
                self._on_reject(Reject(line, None, "", problem.code, text))
            self.kept.append(problem)
        return DataError(self.kept, more=self.more)


def _record_reader(chunks: Iterable[bytes], file: str, form: CsvFormat) -> RecordReader:
    lines = read_lines(chunks, file, form.encoding, form.delimiter)
    return RecordReader(lines, file, form.delimiter)


def read_table(
    chunks: Iterable[bytes],
    file: str,
    form: CsvFormat,
    select: Select,
    largest: float,
    on_reject: OnReject | None = None,
) -> Table:
    """Read a file whose rows are the samples.

    select: chooses columns once the header is known; largest: a finite value of this magnitude or
    more is refused; on_reject: is told of every fault.
    Raises DataError with the first few problems and a count of the others.
    """
    reader = _record_reader(chunks, file, form)
    records = iter(reader)
    first = next(records, None)
    if first is None:
        raise _empty(file, reader.blank_lines)
    named = _is_header(first, file, form)
    place = _place(file, first)
    width = len(first.cells)
    names = tuple(cell.strip(" \t") for cell in first.cells) if named else _positions(width)
    columns = Header(names, named, place)
    selection = select(columns)
    rows = records if named else chain([first], records)
    kept: list[list[str]] = [[] for _ in selection.kept]
    faults = _Faults(on_reject)
    header = first if named else None
    numbers = _CellReader(file, form, columns, header, largest, faults)
    number_note = _FirstRowNote(first, named, form.header)
    try:
        for record in rows:
            if len(record.cells) != width:
                _add_ragged(faults, file, record, width, first, form.delimiter)
                continue
            numbers.read(record, selection.features)
            number_note.see(record)
            for texts, position in zip(kept, selection.kept, strict=True):
                texts.append(record.cells[position])
    except DataError as error:
        raise faults.error(error) from None
    if faults.kept:
        raise faults.error()
    if not numbers.values:
        advice = ("write a row for each sample below the header",)
        raise DataError(Problem("N402", "there is a header, but no data rows", place, advice))
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
    values: array[float] = field(default_factory=lambda: array("d"))

    def read(self, record: Record, positions: Sequence[int]) -> None:
        """Read the cells of a row that are features, in their order."""
        faulty = []
        for position in positions:
            cell = record.cells[position]
            if is_number(cell):
                value = float(cell)
                if abs(value) < self.largest or math.isnan(value) or is_infinity(cell):
                    self.values.append(value)
                    continue
            self.values.append(0.0)
            faulty.append(position)
        if not faulty:
            return
        if len(faulty) == len(positions) > 1 and not any(map(is_number, record.cells)):
            row = Reject(record.line.number, None, "", "N404", record.line.text)
            self.faults.add(row, lambda: self._bad_row(record, faulty))
            return
        for position in faulty:
            self._add_cell(record, position)

    def _add_cell(self, record: Record, position: int) -> None:
        cell = record.cells[position]
        code = "N415" if is_number(cell) else "N404"
        reject = Reject(record.line.number, position + 1, self.columns.names[position], code, cell)
        self.faults.add(reject, lambda: self._bad_cell(record, position))

    def _bad_row(self, record: Record, positions: Sequence[int]) -> Problem:
        """Word a row without a single number, which is no sample with so many typing errors."""
        without = Edit.without_lines(self.file, record.line.number)
        if self.header is not None and record.cells == self.header.cells:
            place = _place(self.file, record)
            words = "were files joined? remove the line"
            remedy = (Suggestion(words, edits=(without,)),)
            return Problem("N404", "this row repeats the header", place, (words,), remedy)
        place = _place(self.file, record, positions[0], self.form.delimiter)
        if all(is_missing(record.cells[position]) for position in positions):
            message = f"{self._fault_of(record, positions[0])}, as in every other of this row"
            return Problem("N404", message, place, ("fill the row in, or remove it",))
        cells = ", ".join(quoted(record.cells[position]) for position in positions[:3])
        more = ", …" if len(positions) > 3 else ""
        message = f"no cell of this row is a number: {cells}{more}"
        if remedies := _row_edits(self.file, record, self.form, positions):
            return Problem("N404", message, place, (remedies[0].words,), remedies)
        if any(numbers_meant(record.cells[position]) for position in positions):
            return Problem("N404", message, place, ("write decimal numbers",))
        words = "if it is no sample (units, a comment, a title), remove the line"
        return Problem("N404", message, place, (words,), (Suggestion(words, edits=(without,)),))

    def _fault_of(self, record: Record, position: int) -> str:
        """Say what is wrong with a cell, and in which column it is."""
        cell = record.cells[position]
        column = f"column {position + 1} ({quoted(self.columns.names[position])})"
        if not cell.strip():
            return f"empty value in {column}"
        kind = "a missing value" if is_missing(cell) else "not a number"
        return f"{quoted(cell)} in {column} is {kind}"

    def _bad_cell(self, record: Record, position: int) -> Problem:
        cell = record.cells[position]
        place = _place(self.file, record, position, self.form.delimiter)
        if is_number(cell):
            column = f"column {position + 1} ({quoted(self.columns.names[position])})"
            dtype = "float64" if self.largest == float("inf") else "float32"
            message = f"{quoted(cell.strip())} in {column} is too large for {dtype}"
            hint = "scale the column, or leave the row out"
            wider = ("use dtype: float64",) if dtype == "float32" else ()
            return Problem("N415", message, place, (*wider, hint))
        message = self._fault_of(record, position)
        remedies = _cell_edits(self.file, record, position, self.form.delimiter)
        hints = why_not_a_number(cell)
        hints = hints or ("write a decimal number, or remove the line if it is no sample",)
        return Problem("N404", message, place, hints, remedies)


def _cell_edits(file: str, record: Record, position: int, delimiter: str) -> tuple[Suggestion, ...]:
    """Return the changes of a cell into the numbers that it may have been meant to be."""
    line = record.line
    span = cell_span(line.text, delimiter, position)
    if span is None or len(line.text) > _MAX_EDITED_LINE:
        return ()
    return tuple(
        Suggestion(
            words,
            edits=(Edit(file, line.number, span[0] + 1, line.number, span[1] + 1, text, text),),
        )
        for words, text in numbers_meant(record.cells[position])
        if delimiter not in text
    )


def _row_edits(
    file: str, record: Record, form: CsvFormat, positions: Sequence[int]
) -> tuple[Suggestion, ...]:
    """Return the change of cells of a row into numbers, if each may have been meant as one."""
    remedies = [
        _cell_edits(file, record, position, form.delimiter)[:1]
        for position in positions
        if not is_number(record.cells[position])
    ]
    if not all(remedies):
        return ()
    edits = tuple(edit for (remedy,) in remedies for edit in remedy.edits)
    return (Suggestion(remedies[0][0].words, edits=edits),)


def _add_ragged(
    faults: _Faults, file: str, record: Record, width: int, first: Record, delimiter: str
) -> None:
    reject = Reject(record.line.number, None, "", "N403", record.line.text)
    faults.add(reject, lambda: _ragged(file, record, width, first, delimiter))


def _ragged(file: str, record: Record, width: int, first: Record, delimiter: str) -> Problem:
    found, line = len(record.cells), record.line
    place = _place(file, record)
    message = f"{count_of(found, 'field')}, expected {width} as on line {first.line.number}"
    without = Edit.without_lines(file, line.number)
    if line.text.strip() == "\x1a":
        hint = "remove the Ctrl-Z (U+001A) at the end of the file"
        return Problem("N403", message, place, (hint,), (Suggestion(hint, edits=(without,)),))
    if found < width and not line.end:
        hint = "the last line has no line end: the file may be cut off"
    elif found > width and not record.cells[-1].strip():
        hint = "remove the delimiter at the end of the line"
        end = line.text.rfind(delimiter) + 1
        rest = len(line.text) + 1
        edit = Edit(file, line.number, end, line.number, rest, "", shorten(line.text[: end - 1]))
        proposals = (Suggestion(hint, edits=(edit,)),) if found == width + 1 else ()
        return Problem("N403", message, place, (hint,), proposals)
    elif found > width and re.search(r"(^|\D)[0-9]{1,3},[0-9]{3}(\D|$)", line.text):
        hint = "if a comma separates thousands, write the number without it"
    elif found > width:
        hint = f'a cell that holds {delimiter!r} must be quoted: "…"'
    else:
        hint = "every row needs a value for every column"
    if line.text.startswith("#"):
        hint = "remove the line: one that starts with # is no comment here"
        return Problem("N403", message, place, (hint,), (Suggestion(hint, edits=(without,)),))
    if found == 1 and not line.text.isascii() and not line.text.strip():
        hint = f"remove the line: {strange_character(line.text)[0]}"
        return Problem("N403", message, place, (hint,), (Suggestion(hint, edits=(without,)),))
    if found == 1 and width > 1 and not is_number(record.cells[0]) and line.end:
        hint = "if it is no sample (a comment, a title), remove the line"
        return Problem("N403", message, place, (hint,), (Suggestion(hint, edits=(without,)),))
    return Problem("N403", message, place, (hint,))


def read_transposed(
    chunks: Iterable[bytes],
    file: str,
    form: CsvFormat,
    select: Select,
    largest: float,
    on_reject: OnReject | None = None,
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
    faults = _Faults(on_reject)
    for record in records[1:]:
        if len(record.cells) != width:
            _add_ragged(faults, file, record, width, first, form.delimiter)
    if faults.kept:
        raise faults.error()
    # The corner belongs to neither the names of the samples nor to those of the features.
    named = _is_header(first, file, form, corner=width > 1)
    body = records[1:] if named else records
    if not body:
        raise DataError(
            Problem(
                "N402",
                "there is a header, but no data",
                _place(file, first),
                ("write a line for each feature",),
            )
        )
    labelled = width > 1 and _is_label_column(body, file)
    start = 1 if labelled else 0
    names = (
        tuple(record.cells[0].strip(" \t") for record in body)
        if labelled
        else _positions(len(body))
    )
    place = _place(file, body[0])
    selection = select(Header(names, labelled, place, positional=not labelled, transposed=True))
    labels = tuple(cell.strip(" \t") for cell in first.cells) if named else _positions(width)
    columns = Header(labels, named, place)  # the file's own, which are the samples
    header = first if named else None
    numbers = _CellReader(file, form, columns, header, largest, faults)
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
    if all(is_missing(cell) or looks_like_a_number(cell) for cell in cells):
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
    decide = "mend the row, or say with --header or --no-header what it is"
    if any(numbers):
        if not all(numbers) and not corner:
            position = numbers.index(False)
            message = (
                f"the first row mixes numbers and text like {quoted(cells[position])}: "
                "header or data?"
            )
            place = _place(file, record, position + skipped, form.delimiter)
            hints = (*why_not_a_number(cells[position]), decide)
            lone = numbers.count(False) == 1
            edits = _cell_edits(file, record, position, form.delimiter) if lone else ()
            raise DataError(Problem("N410", message, place, hints, edits))
        return False
    if all(is_missing(cell) or looks_like_a_number(cell) for cell in cells):
        message = f"the first row is neither names nor numbers: {quoted(cells[0])}"
        hints = (*why_not_a_number(cells[0]), decide)
        place = _place(file, record, skipped, form.delimiter)
        remedies = _row_edits(file, record, form, range(skipped, len(record.cells)))
        raise DataError(Problem("N410", message, place, hints, remedies))
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
            self._seen_fraction = any(number % 1 > 0 for number in numbers)  # not so nan and inf

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


def _place(file: str, record: Record, position: int | None = None, delimiter: str = ",") -> Place:
    """Return the place of a record, or of the cell at *position* in it."""
    line = record.line
    if position is None:
        return Place(file, line.number, 1, line.text, 0)
    span = cell_span(line.text, delimiter, position)
    return Place(file, line.number, position + 1, line.text, span[0] if span else None)
