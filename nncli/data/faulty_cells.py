"""Faulty cells of files that hold numbers, not text: found column by column, told row by row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

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


@dataclass(frozen=True)
class _FaultyCells:
    """Faulty cells of a column."""

    column: CellColumn
    code: str  # N404 for missing values, N415 for values that are too large
    rows: npt.NDArray[np.intp]  # their positions
    values: Floats  # of the column: (rows,)

    def text(self, row: int) -> str:
        """Return what stands in one of them."""
        return "" if self.code == "N404" else repr(float(self.values[row]))

    def problem(self, row: int, first: int, file: str) -> Problem:
        """Word one of them.  first: the number of the first row, from 1."""
        called, number = self.column.called, f"row {first + row:,}"
        if self.code == "N404":
            message = f"missing value in {called}, {number}"
            hint = "fill the column in, or leave it out with --drop"
            return Problem("N404", message, Place(file), (hint,))
        message = f"{self.values[row]:g} in {number}, {called} is too large for float32"
        hints = ("use dtype: float64", "scale the column, or leave the row out")
        return Problem("N415", message, Place(file), hints)


class CellFaults:
    """The faulty cells of some rows."""

    def __init__(self, form: CellFormat, first: int) -> None:
        """Begin with none.  first: the number of the first row, from 1."""
        self._form = form
        self._first = first
        self._found: list[_FaultyCells] = []

    def add_missing(self, column: CellColumn, values: Floats, missing: Any) -> None:
        """Take in the cells that have no value.  values: (rows,); missing: their positions."""
        self._found.append(_FaultyCells(column, "N404", missing, values))

    def add_too_large(self, column: CellColumn, values: Floats) -> None:
        """Take in finite values that are too large.  values: (rows,)."""
        largest = self._form.largest
        if largest == float("inf"):
            return
        rows = np.flatnonzero(np.isfinite(values) & (np.abs(values) >= largest))
        if len(rows):
            self._found.append(_FaultyCells(column, "N415", rows, values))

    def faults(self) -> Faults | None:
        """Return them in the order of the rows, if there are any: the first few, and a count."""
        if not self._found:
            return None
        told = self._in_order(KEPT_PROBLEMS)[:KEPT_PROBLEMS]
        file, first = self._form.file, self._first
        problems = tuple(found.problem(row, first, file) for row, found in told)
        more = sum(len(found.rows) for found in self._found) - len(problems)
        return Faults(problems, more, tuple(self._rejects()) if self._form.listed else ())

    def _in_order(self, most: int | None) -> list[tuple[int, _FaultyCells]]:
        """Return the rows of so many cells of each column, None for all, in their order."""
        cells = [(int(row), found) for found in self._found for row in found.rows[:most]]
        return sorted(cells, key=lambda cell: (cell[0], cell[1].column.number))

    def _rejects(self) -> Iterator[Reject]:
        for row, found in self._in_order(None):
            column = found.column
            place = (self._form.file, self._first + row, column.number, column.name)
            yield Reject(*place, found.code, found.text(row))
