"""Faulty cells of files that hold numbers, not text: found column by column, told row by row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from nncli.data.columns import Frame, Header
from nncli.data.rejects import Reject
from nncli.data.rows import CellPlace, Faults, Floats
from nncli.problems import KEPT_PROBLEMS, Problem
from nncli.words import quoted


@dataclass(frozen=True)
class _FaultyCells:
    """Faulty cells of a column."""

    position: int  # of the column, from 0
    code: str  # N404 for missing values, N415 for values that are too large
    rows: npt.NDArray[np.intp]  # their positions
    values: Floats  # of the column: (rows,)

    def text(self, row: int) -> str:
        """Return what stands in one of them."""
        return "" if self.code == "N404" else repr(float(self.values[row]))

    def problem(self, row: int, first: int, header: Header) -> Problem:
        """Word one of them.  first: the number of the first row, from 1."""
        number, called = f"row {first + row:,}", _column_called(header, self.position)
        place = header.place
        if self.code == "N404":
            message = f"missing value in {called}, {number}"
            hint = "fill the column in, or leave it out with --drop"
            return Problem("N404", message, place, (hint,))
        message = f"{self.values[row]:g} in {number}, {called} is too large for float32"
        hints = ("use dtype: float64", "scale the column, or leave the row out")
        return Problem("N415", message, place, hints)


def numbered_cell(header: Header, row: int, position: int) -> CellPlace:
    """Return where a cell is of a file whose rows are no lines.  row: its number, from 1."""
    return CellPlace(header.place, f"{_column_called(header, position)}, row {row:,}")


def _column_called(header: Header, position: int) -> str:
    return f"column {quoted(header.names[position]) if header.named else position + 1}"


class CellFaults:
    """The faulty cells of some rows."""

    def __init__(self, frame: Frame, first: int) -> None:
        """Begin with none.  first: the number of the first row, from 1."""
        self._frame = frame
        self._first = first
        self._found: list[_FaultyCells] = []

    def add_missing(self, position: int, values: Floats, missing: Any) -> None:
        """Take in the cells that have no value.  values: (rows,); missing: their positions."""
        self._found.append(_FaultyCells(position, "N404", missing, values))

    def add_too_large(self, position: int, values: Floats) -> None:
        """Take in finite values that are too large.  values: (rows,)."""
        largest = self._frame.selection.largest
        if largest == float("inf"):
            return
        rows = np.flatnonzero(np.isfinite(values) & (np.abs(values) >= largest))
        if len(rows):
            self._found.append(_FaultyCells(position, "N415", rows, values))

    def faults(self) -> Faults | None:
        """Return them in the order of the rows, if there are any: the first few, and a count."""
        if not self._found:
            return None
        told = self._in_order(KEPT_PROBLEMS)[:KEPT_PROBLEMS]
        header, first = self._frame.header, self._first
        problems = tuple(found.problem(row, first, header) for row, found in told)
        more = sum(len(found.rows) for found in self._found) - len(problems)
        return Faults(problems, more, tuple(self._rejects()) if self._frame.listed else ())

    def _in_order(self, most: int | None) -> list[tuple[int, _FaultyCells]]:
        """Return the rows of so many cells of each column, None for all, in their order."""
        cells = [(int(row), found) for found in self._found for row in found.rows[:most]]
        return sorted(cells, key=lambda cell: (cell[0], cell[1].position))

    def _rejects(self) -> Iterator[Reject]:
        header = self._frame.header
        for row, found in self._in_order(None):
            name = header.names[found.position]
            place = (header.place.file, self._first + row, found.position + 1, name)
            yield Reject(*place, found.code, found.text(row))
