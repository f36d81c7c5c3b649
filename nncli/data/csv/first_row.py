"""The first row of a CSV file: whether it is a header, and what it tells of all other rows."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nncli.data.columns import Frame, Header
from nncli.data.csv.format import CsvFormat
from nncli.data.csv.numbers import (
    is_missing,
    is_number,
    looks_like_a_number,
    why_not_a_number,
)
from nncli.data.csv.records import Record, faulty_row, place_of
from nncli.errors import DataError
from nncli.problems import Note, Place, Problem
from nncli.words import quoted, shorten

# Names of columns that are years are of a time that tables are made of.
_YEARS = range(1800, 2101)


@dataclass(frozen=True, eq=False)
class CsvFrame(Frame):
    """What the first row of a CSV file tells of all its rows."""

    csv: CsvFormat
    first: Record


def header_of(first: Record, csv: CsvFormat) -> Header:
    """Return the names of a file's columns, according to its first row.  Raises DataError."""
    named = is_header(first, csv)
    return Header(names_in(first, named=named), named, place_of(csv, first))


def names_in(first: Record, *, named: bool) -> tuple[str, ...]:
    """Return what a file's columns are called.  named: whether its first row says so."""
    if not named:
        return positions(len(first.cells))
    return tuple(cell.strip(" \t") for cell in first.cells)


def is_header(record: Record, csv: CsvFormat, *, corner: bool = False) -> bool:
    """Whether the first row is a header: none of its cells is a number.

    corner: whether its first cell has no say, for it may also name a feature; a row that is then
    still mixed is data.
    """
    skipped = 1 if corner else 0
    cells = record.cells[skipped:]
    if csv.header is not None:
        return csv.header
    pointed = csv.pointed(cells)
    numbers = [is_number(cell) is not None for cell in pointed]
    if any(numbers) and _has_gaps_only(record, numbers, skipped):
        return False
    decide = "mend the row, or say with --header or --no-header what it is"
    if any(numbers):
        if not all(numbers) and not corner:
            position = numbers.index(False)
            text = cells[position]
            other = f"text like {quoted(text)}" if text.strip() else "an empty cell"
            message = f"the first row mixes numbers and {other}: header or data?"
            place = place_of(csv, record, position + skipped)
            hints = (*(why_not_a_number(text) if text.strip() else ()), decide)
            texts = [i for i, number in enumerate(numbers) if not number]
            row = faulty_row(record, texts, csv, kept=1)
            raise DataError(Problem("N410", message, place, hints, row=row))
        return False
    pairs = zip(cells, pointed, strict=True)
    if all(is_missing(cell) or looks_like_a_number(point) for cell, point in pairs):
        message = f"the first row is neither names nor numbers: {quoted(cells[0])}"
        hints = (*why_not_a_number(cells[0]), decide)
        place = place_of(csv, record, skipped)
        faulty = range(skipped, len(record.cells))
        row = faulty_row(record, faulty, csv, is_sample=False)
        raise DataError(Problem("N410", message, place, hints, row=row))
    return True


def _has_gaps_only(record: Record, numbers: list[bool], skipped: int) -> bool:
    """Whether a first row of numbers misses some, and is a sample for that reason.

    An empty first cell tells nothing: it is what pandas writes above the numbers of the rows.
    """
    cells = record.cells[skipped:]
    gaps = [cell for cell, number in zip(cells, numbers, strict=True) if not number]
    return bool(cells[0].strip(" \t")) and bool(gaps) and all(map(is_missing, gaps))


def may_number_columns(first: Record, csv: CsvFormat) -> bool:
    """Whether a first row of numbers may be a header: 0, 1, 2, … as pandas writes it, or years."""
    cells = [cell.strip(" \t") for cell in first.cells]
    count = len(cells)
    if csv.header is not None or count < 2 or not re.fullmatch("[0-9]{1,4}", cells[0]):
        return False
    start = int(cells[0])
    are_years = count > 2 and start in _YEARS and start + count - 1 in _YEARS
    return (start == 0 or are_years) and cells == [str(start + i) for i in range(count)]


def holds_a_fraction(record: Record, csv: CsvFormat) -> bool:
    """Whether a value of a row is written with a decimal point, or is not whole."""
    numbers = [cell for cell in csv.pointed(record.cells) if is_number(cell)]
    return any("." in cell or float(cell) % 1 > 0 for cell in numbers)


def unclear_header(first: Record, csv: CsvFormat) -> DataError:
    """Word a first row that may number the columns, or be a sample."""
    shown = shorten(", ".join(cell.strip() for cell in first.cells), 40)
    message = f"the first row counts up, {shown}: are these names of columns, or a sample?"
    hints = ("say --header if they are names, --no-header if they are a sample",)
    return DataError(Problem("N410", message, place_of(csv, first, 0), hints))


def numeric_header_note(frame: CsvFrame) -> Note | None:
    """Return a remark on a first row, read as data, that may hold names that are numbers: years.

    It is worth making if any value below that row is not whole.
    """
    texts = [cell.strip() for cell in frame.first.cells]
    if frame.header.named or frame.csv.header is not None or len(texts) < 2:
        return None
    if not all(text.isascii() and text.isdigit() and len(text) < 10 for text in texts):
        return None
    numbers = [int(text) for text in texts]
    if numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        return None
    line = frame.first.line.number
    message = f"line {line} holds consecutive numbers: read as data; --header names them"
    return Note("numeric_header", message)


def empty_file(csv: CsvFormat, blank_lines: int) -> DataError:
    """Word a file without a single row."""
    message = "the file holds nothing but blank lines" if blank_lines else "the file is empty"
    return DataError(Problem("N401", message, Place(csv.file, 1), ("write one sample per line",)))


def no_rows(header: Header) -> Problem:
    """Word a header without rows below it."""
    advice = ("write a row for each sample below the header",)
    return Problem("N402", "there is a header, but no data rows", header.place, advice)


def positions(width: int) -> tuple[str, ...]:
    """Return what the columns are called of a file that does not name them."""
    return tuple(f"column_{number}" for number in range(1, width + 1))
