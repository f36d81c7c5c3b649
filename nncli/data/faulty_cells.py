"""Faulty cells of files that hold numbers, not text: found column by column, told row by row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np

from nncli.data.columns import Header, Selection
from nncli.data.rejects import Reject
from nncli.data.rows import Faults, Floats
from nncli.problems import KEPT_PROBLEMS, Place, Problem
from nncli.words import quoted


@dataclass(frozen=True)
class CellColumn:
    """A column of a file."""

    number: int  # from 1
    name: str
    named: bool  # whether the file itself gives it its name

    @property
    def called(self) -> str:
        """What messages call it."""
        return f"column {quoted(self.name)}" if self.named else f"column {self.number}"


@dataclass(frozen=True)
class _Found:
    """Faulty cells of a column.  rows: their positions; word: makes the problem of one of them."""

    column: CellColumn
    code: str
    rows: Any
    text: Callable[[int], str]
    word: Callable[[int], Problem]


@dataclass(frozen=True)
class CellFormat:
    """What is read of every row of a file that holds numbers."""

    file: str
    features: tuple[CellColumn, ...]
    kept: tuple[str, ...]  # the names of the carried columns
    largest: float  # a finite value of this magnitude or more is refused
    listed: bool  # whether somebody wants a list of all that is refused


def cell_format(file: str, header: Header, selection: Selection, *, listed: bool) -> CellFormat:
    """Return what is read of every row, if the columns are so called."""
    names = header.names
    features = tuple(CellColumn(i + 1, names[i], header.named) for i in selection.features)
    kept = tuple(names[i] for i in selection.kept)
    return CellFormat(file, features, kept, selection.largest, listed)


class CellFaults:
    """The faulty cells of some rows."""

    def __init__(self, form: CellFormat, first: int) -> None:
        """first: the number of the first row, from 1."""
        self._place = Place(form.file)
        self._largest = form.largest
        self._first = first
        self._listed = form.listed
        self._found: list[_Found] = []

    def add_missing(self, column: CellColumn, missing: Any) -> None:
        """Take in the cells that have no value.  missing: their positions."""

        def word(row: int) -> Problem:
            message = f"missing value in {column.called}, row {self._first + row:,}"
            hint = "fill the column in, or leave it out with --drop"
            return Problem("N404", message, self._place, (hint,))

        self._add(column, "N404", missing, lambda _: "", word)

    def add_too_large(self, column: CellColumn, values: Floats) -> None:
        """Take in finite values that are too large.  values: (rows,)."""
        if self._largest == float("inf"):
            return

        def word(row: int) -> Problem:
            place = f"row {self._first + row:,}, {column.called}"
            message = f"{values[row]:g} in {place} is too large for float32"
            hints = ("use dtype: float64", "scale the column, or leave the row out")
            return Problem("N415", message, self._place, hints)

        rows = np.flatnonzero(np.isfinite(values) & (np.abs(values) >= self._largest))
        self._add(column, "N415", rows, lambda row: repr(float(values[row])), word)

    def _add(
        self,
        column: CellColumn,
        code: str,
        rows: Any,
        text: Callable[[int], str],
        word: Callable[[int], Problem],
    ) -> None:
        if len(rows):
            self._found.append(_Found(column, code, rows, text, word))

    def faults(self) -> Faults | None:
        """Return them in the order of the rows, if there are any: the first few, and a count."""
        if not self._found:
            return None
        nearest = [
            (int(row), found.column.number, found)
            for found in self._found
            for row in found.rows[:KEPT_PROBLEMS]
        ]
        told = sorted(nearest, key=lambda cell: cell[:2])[:KEPT_PROBLEMS]
        problems = tuple(found.word(row) for row, _, found in told)
        more = sum(len(found.rows) for found in self._found) - len(problems)
        return Faults(problems, more, tuple(self._rejects()) if self._listed else ())

    def _rejects(self) -> list[Reject]:
        cells = chain.from_iterable(
            ((int(row), found) for row in found.rows) for found in self._found
        )
        return [
            Reject(
                self._place.file,
                self._first + row,
                found.column.number,
                found.column.name,
                found.code,
                found.text(row),
            )
            for row, found in sorted(cells, key=lambda cell: (cell[0], cell[1].column.number))
        ]
