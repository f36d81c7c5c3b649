"""The reference CSV reader: slow, strict, and with words for every fault.

Bytes → physical lines → records of cells → a Table; the first two arrows are rooms of their own.
"""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

import numpy as np
import numpy.typing as npt

from nncli.data.columns import Header, Select, Selection
from nncli.data.csv.lines import FILE_START, Start, read_lines
from nncli.data.csv.numbers import (
    is_infinity,
    is_missing,
    is_number,
    looks_like_a_number,
    why_not_a_number,
)
from nncli.data.csv.records import Record, RecordReader, cell_span
from nncli.data.rejects import OnReject, Reject, rest_rejected
from nncli.data.rows import Faults, Floats, Rows
from nncli.errors import DataError
from nncli.problems import KEPT_PROBLEMS, FaultyRow, Note, Place, Problem
from nncli.words import count_of, quoted, shorten, strange_character

# Of a longer line, a problem keeps one faulty cell; of a longer cell, its beginning.
_MAX_KEPT_LINE = 100_000
_MAX_KEPT_CELL = 1000


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

    def add_last(self, error: DataError) -> None:
        """Take in the fault behind which nothing could be read."""
        for problem in error.problems:
            if self._on_reject is not None:
                self._on_reject(rest_rejected(problem))
            self.kept.append(problem)

    def error(self) -> DataError:
        """Return all faults."""
        return DataError(self.kept, more=self.more)


def record_reader(
    chunks: Iterable[bytes], file: str, form: CsvFormat, start: Start = FILE_START
) -> RecordReader:
    """Return a reader of the records in some content.  start: where in the file it begins."""
    lines = read_lines(chunks, file, form.encoding, form.delimiter, start)
    return RecordReader(lines, file, form.delimiter)


@dataclass(frozen=True, eq=False)
class Frame:
    """What the first row of a file tells of all its rows.

    first: that row; columns: all of them; selection: those that are read; largest: a finite value
    of this magnitude or more is refused.
    """

    file: str
    form: CsvFormat
    first: Record
    columns: Header
    selection: Selection
    largest: float

    @property
    def header(self) -> Record | None:
        """The row of names, if there is one."""
        return self.first if self.columns.named else None

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the columns that are read as numbers."""
        return tuple(self.columns.names[i] for i in self.selection.features)

    @property
    def kept(self) -> tuple[str, ...]:
        """The names of the columns that are carried as text."""
        return tuple(self.columns.names[i] for i in self.selection.kept)

    @cached_property
    def seems_named(self) -> bool:
        """Whether the first row, though read as data, may hold names that are numbers: years."""
        if self.columns.named or self.form.header is not None or len(self.first.cells) < 2:
            return False
        texts = [cell.strip() for cell in self.first.cells]
        if not all(text.isascii() and text.isdigit() and len(text) < 10 for text in texts):
            return False
        numbers = [int(text) for text in texts]
        return numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def frame_of(first: Record, file: str, form: CsvFormat, select: Select, largest: float) -> Frame:
    """Return what a file's first row tells.  Raises DataError."""
    named = _is_header(first, file, form)
    names = (
        tuple(cell.strip(" \t") for cell in first.cells) if named else _positions(len(first.cells))
    )
    columns = Header(names, named, _place(file, first))
    return Frame(file, form, first, columns, select(columns), largest)


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
    reader = record_reader(chunks, file, form)
    records = iter(reader)
    first = next(records, None)
    if first is None:
        raise empty_file(file, reader.blank_lines)
    frame = frame_of(first, file, form, select, largest)
    result = read_rows(
        records if frame.columns.named else chain([first], records), frame, on_reject
    )
    if isinstance(result, Faults):
        raise DataError(result.problems, more=result.more)
    if not len(result):
        raise no_rows(frame)
    return Table(
        names=frame.features,
        values=np.ascontiguousarray(np.transpose(result.columns)),  # (rows, features)
        kept=dict(zip(frame.kept, map(tuple, result.kept), strict=True)),
        notes=(
            *blank_note(reader.blank_lines),
            *numeric_header_note(frame, has_fraction(result.columns)),
            *frame.selection.notes,
        ),
    )


def read_rows(
    records: Iterable[Record], frame: Frame, on_reject: OnReject | None = None
) -> Rows | Faults:
    """Read the rows below a header.  on_reject: is told of every fault."""
    kept: list[list[str]] = [[] for _ in frame.selection.kept]
    faults = _Faults(on_reject)
    numbers = _CellReader(frame, faults)
    ended = False
    try:
        for record in records:
            if len(record.cells) != len(frame.columns.names):
                _add_ragged(faults, record, frame.first, frame.file, frame.form.delimiter)
                continue
            numbers.read(record, frame.selection.features)
            for texts, position in zip(kept, frame.selection.kept, strict=True):
                texts.append(record.cells[position])
    except DataError as error:
        faults.add_last(error)
        ended = True
    if faults.kept:
        return Faults(tuple(faults.kept), faults.more, ended=ended)
    matrix = np.frombuffer(numbers.values).reshape(-1, len(frame.selection.features))
    return Rows(tuple(matrix.T), tuple(kept))  # each column (rows,)


def has_fraction(columns: Iterable[Floats]) -> bool:
    """Whether any value of some columns is not whole."""
    with np.errstate(invalid="ignore"):  # of an infinity: it is no fraction
        return any(bool((column % 1 > 0).any()) for column in columns)


@dataclass(frozen=True)
class _CellReader:
    """Turns cells into float64 values; a faulty cell is recorded and stands as 0."""

    frame: Frame
    faults: _Faults
    values: array[float] = field(default_factory=lambda: array("d"))

    def read(self, record: Record, positions: Sequence[int]) -> None:
        """Read the cells of a row that are features, in their order."""
        faulty = []
        for position in positions:
            cell = record.cells[position]
            if is_number(cell):
                value = float(cell)
                if abs(value) < self.frame.largest or math.isnan(value) or is_infinity(cell):
                    self.values.append(value)
                    continue
            self.values.append(0.0)
            faulty.append(position)
        if not faulty:
            return
        if len(faulty) == len(positions) > 1 and not any(map(is_number, record.cells)):
            line = record.line
            row = Reject(self.frame.file, line.number, None, "", "N404", line.text)
            self.faults.add(row, lambda: self._bad_row(record, faulty))
            return
        for position in faulty:
            self._add_cell(record, position)

    def _add_cell(self, record: Record, position: int) -> None:
        cell = record.cells[position]
        code = "N415" if is_number(cell) else "N404"
        name = self.frame.columns.names[position]
        line = record.line.number
        reject = Reject(self.frame.file, line, position + 1, name, code, cell)
        self.faults.add(reject, lambda: self._bad_cell(record, position))

    def _bad_row(self, record: Record, positions: Sequence[int]) -> Problem:
        """Word a row without a single number, which is no sample with so many typing errors."""
        frame = self.frame
        if frame.header is not None and record.cells == frame.header.cells:
            row = FaultyRow(frame.form.delimiter, is_sample=False)
            hint = "were files joined? remove the line"
            place = _place(frame.file, record)
            return Problem("N404", "this row repeats the header", place, (hint,), row=row)
        place = _place(frame.file, record, positions[0], frame.form.delimiter)
        if all(is_missing(record.cells[position]) for position in positions):
            message = f"{self._fault_of(record, positions[0])}, as in every other of this row"
            return Problem("N404", message, place, ("fill the row in, or remove it",))
        cells = ", ".join(quoted(record.cells[position]) for position in positions[:3])
        more = ", …" if len(positions) > 3 else ""
        message = f"no cell of this row is a number: {cells}{more}"
        hint = "if it is no sample (units, a comment, a title), remove the line"
        row = _faulty_row(record, positions, frame.form.delimiter, is_sample=False)
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
        place = _place(self.frame.file, record, position, self.frame.form.delimiter)
        if is_number(cell):
            column = f"column {position + 1} ({quoted(self.frame.columns.names[position])})"
            dtype = "float64" if self.frame.largest == float("inf") else "float32"
            message = f"{quoted(cell.strip())} in {column} is too large for {dtype}"
            hint = "scale the column, or leave the row out"
            wider = ("use dtype: float64",) if dtype == "float32" else ()
            return Problem("N415", message, place, (*wider, hint))
        message = self._fault_of(record, position)
        hints = why_not_a_number(cell)
        hints = hints or ("write a decimal number, or remove the line if it is no sample",)
        row = _faulty_row(record, [position], self.frame.form.delimiter)
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


def _add_ragged(faults: _Faults, record: Record, first: Record, file: str, delimiter: str) -> None:
    reject = Reject(file, record.line.number, None, "", "N403", record.line.text)
    faults.add(reject, lambda: _ragged(record, first, file, delimiter))


def _ragged(record: Record, first: Record, file: str, delimiter: str) -> Problem:
    found, width = len(record.cells), len(first.cells)
    message = f"{count_of(found, 'field')}, expected {width} as on line {first.line.number}"
    no_sample = _why_no_sample(record, width)
    hint = no_sample or _why_ragged(record, width, delimiter)
    row = _faulty_row(record, range(width, found), delimiter, is_sample=not no_sample)
    return Problem("N403", message, _place(file, record), (hint,), row=row)


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
    reader = record_reader(chunks, file, form)
    records = list(reader)
    if not records:
        raise empty_file(file, reader.blank_lines)
    first = records[0]
    width = len(first.cells)
    faults = _Faults(on_reject)
    for record in records[1:]:
        if len(record.cells) != width:
            _add_ragged(faults, record, first, file, form.delimiter)
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
    numbers = _CellReader(Frame(file, form, first, columns, selection, largest), faults)
    for position in selection.features:
        numbers.read(body[position], range(start, width))
    if faults.kept:
        raise faults.error()
    matrix = np.frombuffer(numbers.values).reshape(len(selection.features), -1)
    return Table(
        names=tuple(names[i] for i in selection.features),
        values=np.ascontiguousarray(matrix.T),  # (samples, features)
        sample_names=labels[start:] if named else None,
        notes=(*blank_note(reader.blank_lines), *selection.notes),
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
            texts = [i for i, number in enumerate(numbers) if not number]
            row = _faulty_row(record, texts, form.delimiter, kept=1)
            raise DataError(Problem("N410", message, place, hints, row=row))
        return False
    if all(is_missing(cell) or looks_like_a_number(cell) for cell in cells):
        message = f"the first row is neither names nor numbers: {quoted(cells[0])}"
        hints = (*why_not_a_number(cells[0]), decide)
        place = _place(file, record, skipped, form.delimiter)
        faulty = range(skipped, len(record.cells))
        row = _faulty_row(record, faulty, form.delimiter, is_sample=False)
        raise DataError(Problem("N410", message, place, hints, row=row))
    return True


def numeric_header_note(frame: Frame, fraction: bool) -> tuple[Note, ...]:
    """Return a remark on a header made of numbers, if it seems to be one.

    fraction: whether any value below it is not whole.
    """
    if not (fraction and frame.seems_named):
        return ()
    number = frame.first.line.number
    message = f"line {number} holds consecutive numbers: read as data; --header names them"
    return (Note("numeric_header", message),)


def blank_note(blank_lines: int) -> tuple[Note, ...]:
    """Return a remark on the blank lines of a file, if there are any."""
    if not blank_lines:
        return ()
    verb = "was" if blank_lines == 1 else "were"
    return (Note("blank_lines", f"{count_of(blank_lines, 'blank line')} {verb} skipped"),)


def empty_file(file: str, blank_lines: int) -> DataError:
    """Word a file without a single row."""
    message = "the file holds nothing but blank lines" if blank_lines else "the file is empty"
    return DataError(Problem("N401", message, Place(file, 1), ("one sample per line, please",)))


def no_rows(frame: Frame) -> DataError:
    """Word a header without rows below it."""
    advice = ("write a row for each sample below the header",)
    message = "there is a header, but no data rows"
    return DataError(Problem("N402", message, frame.columns.place, advice))


def _positions(width: int) -> tuple[str, ...]:
    return tuple(f"column_{number}" for number in range(1, width + 1))


def _place(file: str, record: Record, position: int | None = None, delimiter: str = ",") -> Place:
    """Return the place of a record, or of the cell at *position* in it."""
    line = record.line
    if position is None:
        return Place(file, line.number, 1, line.text, 0)
    span = cell_span(line.text, delimiter, position)
    return Place(file, line.number, position + 1, line.text, span[0] if span else None)
