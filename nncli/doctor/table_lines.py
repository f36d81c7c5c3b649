"""Lines of a file that belong to no table: titles, comments, units, sources, totals."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile

from nncli.data.csv.format import CsvFormat, split
from nncli.data.csv.numbers import is_missing, is_number, looks_like_a_number
from nncli.data.csv.records import cell_spans
from nncli.doctor.case import DataCase, text_lines
from nncli.words import count_of

_SIGNS = {
    **dict.fromkeys(("#", "%", "//"), "a comment"),
    "@": "the head of an ARFF file",
    "sep=": "for Excel",
    "\x1a": "Ctrl-Z, U+001A",
}
# A rule has nothing but signs, of which some stand in a row.
_RULE = re.compile(r"(?=.*(?:[-=_*~]{3}|:-|-:|\+-))[-=+|:_*~ \t,;]+")
_TOTAL = re.compile(
    r"(?i)\W*(?:(?:grand |sub)?totals?|sums?|average|avg|mean|median|min|max|count|std|summe|gesamt"
    r"|insgesamt|mittel(?:wert)?|durchschnitt|anzahl|suma|promedio|media|somme|moyenne)\b.*"
)
# Of more places, nobody reads which they are.
_MAX_PLACES = 4


@dataclass(frozen=True)
class Row:
    """A line that is not blank, cut into cells."""

    number: int  # of the line, from 1
    text: str
    cells: tuple[str, ...]
    numbers: int  # how many of the cells are numbers
    texts: frozenset[int]  # the positions of those that neither are nor were meant as numbers

    @property
    def is_text(self) -> bool:
        """Whether it has texts, and no number or what was meant as one."""
        return bool(self.texts) and len(self.texts) + self.cells.count("") == len(self.cells)


def cut_rows(lines: Sequence[str], csv: CsvFormat) -> Iterator[Row]:
    """Yield the lines that are not blank, cut into cells.  A quoted cell ends with its line."""
    for number, text in enumerate(lines, 1):
        if text.strip(" \t") or csv.delimiter in text:
            is_open = text.count('"') % 2 > 0  # of an open quote, nothing is known
            cells = [text] if is_open else split(text, csv.delimiter)
            if '"' in text and not is_open:
                cells = [text[start:end] for start, end in cell_spans(text, csv.delimiter)]
            cells = [cell.strip(" \t").strip('"') for cell in cells]
            kinds = [_kind(cell) for cell in csv.pointed(cells)]
            texts = frozenset(at for at, kind in enumerate(kinds) if kind == "text" and not is_open)
            yield Row(number, text, tuple(cells), kinds.count("number"), texts)


def _kind(cell: str) -> str:
    if is_number(cell):
        return "number"
    return "" if is_missing(cell) or looks_like_a_number(cell) else "text"


def table_width(rows: Sequence[Row]) -> int:
    """Return how many cells most rows with a number have; 0 if they differ."""
    widths = Counter(len(row.cells) for row in rows if row.numbers)
    width, count = max(widths.items(), key=lambda item: item[1], default=(0, 0))
    return width if 2 * count > widths.total() else 0


class Table:
    """The rows of a file, and which of them are its table."""

    def __init__(self, case: DataCase) -> None:
        """Cut the lines of a case into rows."""
        self.rows = list(cut_rows(text_lines(case), case.csv))
        self.width = table_width(self.rows)
        self._wanted = set(case.wanted.columns or ())
        self._is_complete = case.look.complete
        fitting = (row for row in self.rows if len(row.cells) == self.width and any(row.cells))
        self.samples = [row for row in fitting if not (row.is_text or self._sign_of(row))]
        self._texts = {position for row in self.samples[:-1] for position in row.texts}

    def headers(self) -> Iterator[Row | None]:
        """Yield the row that may name the columns, and None if there is none, or it is a title."""
        header = self._header()
        yield header
        fits = header is None or len(header.cells) == self.width
        if header is not None and not fits and (len(header.cells) == 1 or ", " in header.text):
            yield None

    def _header(self) -> Row | None:
        """Return the row that may name the columns: it may be too short or too long by one."""
        rows = takewhile(lambda row: row is not self.samples[0], self.rows)
        above = [row for row in rows if row.is_text and not self._sign_of(row)]
        named = [row for row in above if self._wanted and self._wanted <= set(row.cells)]
        if named:
            return named[-1]
        fitting = [row for row in above[-2:] if len(row.cells) == self.width]
        if len(fitting) == 2 and all(map(_may_be_a_unit, fitting[1].cells)):
            return fitting[0]
        return above[-1] if above and abs(len(above[-1].cells) - self.width) < 2 else None

    def others(self, header: Row | None) -> dict[int, str]:
        """Return the numbers of the lines that are no samples, and what each seems to be."""
        found: dict[int, str] = {}
        for row in self.rows:
            if row is not header and (what := self._what(row, header, found)):
                found[row.number] = what
        return found

    def _sign_of(self, row: Row) -> str:
        """Return what a line is that begins with a sign, or has nothing but signs."""
        text = row.text.lstrip(" \t").lower()
        sign = next(filter(text.startswith, _SIGNS), "")
        if row.numbers and len(row.cells) == self.width:
            return ""  # a sample, whose first cell is #REF! or the like
        return _SIGNS[sign] if sign else "a rule" if _RULE.fullmatch(text) else ""

    def _what(self, row: Row, header: Row | None, above: Mapping[int, str]) -> str:
        """Return what a row is, if it is no sample.  above: what was found so far."""
        first, last = self.samples[0].number, self.samples[-1].number
        fits = len(row.cells) == self.width
        # a sample with a remark behind it has as many numbers as the others
        has_texts = bool(row.texts) and 2 * row.numbers <= self.width
        if (sign := self._sign_of(row)) or not any(row.cells):
            return sign or "empty"
        if header is not None and row.cells == header.cells:
            return "the header again"
        if row.number < (header or self.samples[0]).number:
            # a lone number below a title may be a year; above all else, it may count the rows
            is_lone = "a title" in above.values() and len(row.cells) == 1 and row.cells[0].isdigit()
            counts = self._is_complete and not above and row.cells[0] == str(len(self.samples))
            return "a title" if has_texts or is_lone else "a count" if counts else ""
        if row.is_text:
            return (
                "units"
                if fits and row.number < first
                else ""
                if fits and row.number < last
                else "no sample"
            )
        if fits:
            is_total = row.number == last != first and _TOTAL.fullmatch(row.cells[0])
            return "a total" if is_total and self._is_complete and 0 not in self._texts else ""
        return "no sample" if row.number > last and has_texts and not self._texts else ""


def _may_be_a_unit(cell: str) -> bool:
    return len(cell) < 6 or cell[0] in "([" or "/" in cell


def lines_in_words(lines: dict[int, str]) -> str:
    """Return which lines to remove, and why.

    >>> lines_in_words({1: "a title", 2: "a title", 9: "a total"})
    'remove lines 1 and 2 (a title), and line 9 (a total)'
    """
    places = []
    for what, group in groupby(lines, key=lambda line: lines[line]):
        numbers = list(group)
        first, last = numbers[0], numbers[-1]
        named = {1: f"line {first}", 2: f"lines {first} and {last}"}
        many = f"lines {first} to {last}"
        if last - first >= len(numbers):
            many = f"{len(numbers)} lines from line {first} on"
        places.append(f"{named.get(len(numbers), many)} ({what})")
    if len(places) > _MAX_PLACES:
        return f"remove {count_of(len(lines), 'line')} that hold no sample, the first {places[0]}"
    *others, end = places
    return f"remove {', '.join(others)}, and {end}" if others else f"remove {end}"
