"""How a CSV file is written: what every step of its reading has to know."""

from __future__ import annotations

import re
from dataclasses import dataclass

from nncli.problems import Place

# As a delimiter: a run of blanks and tabs separates two cells, and none stands beside a line's end.
BLANKS = "blanks"
_RUN = re.compile(r"[ \t]+")
_SWAPPED = str.maketrans(".,", ",.")


@dataclass(frozen=True)
class CsvFormat:
    """A CSV file and its way of writing."""

    file: str  # what messages call it
    delimiter: str = ","  # one character, or BLANKS
    encoding: str = "utf-8"
    header: bool | None = None  # None decides by the first row
    decimal: str = "."  # what stands before the decimals of a number: a point or a comma

    def place(self, line: int, before: str, text: str | None = None) -> Place:
        """Return the place behind *before* on a line, its column counted by the delimiter."""
        caret = None if text is None else len(before)
        # what stands there counts as well: it begins a cell behind blanks
        column = count_cells(f"{before}?", self.delimiter)
        return Place(self.file, line, column, text, caret)

    def pointed(self, cells: list[str]) -> list[str]:
        """Return cells as they are with decimal points: points and commas change places.

        >>> CsvFormat("data.csv", decimal=",").pointed(["1,5", "1.5"])
        ['1.5', '1,5']
        """
        return cells if self.decimal == "." else [cell.translate(_SWAPPED) for cell in cells]


def count_cells(text: str, delimiter: str) -> int:
    """Return how many cells a line without quotes has."""
    if delimiter == BLANKS:
        return 1 + sum(1 for _ in _RUN.finditer(text.strip(" \t")))
    return 1 + text.count(delimiter)


def split(text: str, delimiter: str) -> list[str]:
    """Return the cells of a line without quotes."""
    if delimiter == BLANKS:
        return _RUN.split(text.strip(" \t"))
    return text.split(delimiter)


def first_cell(text: str, delimiter: str) -> int:
    """Return where the first cell of a line begins."""
    return len(text) - len(text.lstrip(" \t")) if delimiter == BLANKS else 0


def cell_end(text: str, delimiter: str, start: int) -> int:
    """Return where a cell without quotes ends."""
    if delimiter == BLANKS:
        found = _RUN.search(text, start)
        return found.start() if found else len(text)
    end = text.find(delimiter, start)
    return len(text) if end < 0 else end


def cell_behind(text: str, delimiter: str, end: int) -> int | None:
    """Return where the cell behind the separator at *end* begins; None at the line's end.

    Where no separator stands, *end* itself comes back.
    """
    if delimiter != BLANKS:
        return None if end == len(text) else end + text.startswith(delimiter, end)
    found = _RUN.match(text, end)
    start = found.end() if found else end
    return None if start == len(text) else start
