"""The first row of a CSV file: whether it is a header, and what it tells of all other rows."""

from __future__ import annotations

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
from nncli.words import quoted


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
    return DataError(Problem("N401", message, Place(csv.file, 1), ("one sample per line, please",)))


def no_rows(header: Header) -> Problem:
    """Word a header without rows below it."""
    advice = ("write a row for each sample below the header",)
    return Problem("N402", "there is a header, but no data rows", header.place, advice)


def positions(width: int) -> tuple[str, ...]:
    """Return what the columns are called of a file that does not name them."""
    return tuple(f"column_{number}" for number in range(1, width + 1))
