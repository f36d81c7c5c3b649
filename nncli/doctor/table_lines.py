"""Lines of a file cut into cells: which are its table, and what the others are."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, takewhile

from nncli.data.column_facts import counts_up
from nncli.data.csv.format import BLANKS, CsvFormat
from nncli.data.csv.numbers import is_missing, is_number, looks_like_a_number
from nncli.words import shorten

# A comment, ARFF's keywords, Excel's separator, the end of a file of old; a sample is none of them.
_SIGN = re.compile(r"[ \t]*(#|%|//|@|sep=|\x1a)", re.IGNORECASE)
# A rule has nothing but signs, of which some stand in a row.
_RULE = re.compile(r"(?=.*(?:[-=_*~]{3}|:-|-:|\+-))[-=+|:_*~ \t,;]+")
# MATLAB's `1.0e+03 *`, `x 1000`, `(in thousands)`; Total, Summe, Maximum.
_FACTOR = re.compile(r"(?i)\d\s*\*\s*$|[x×*] ?10+\b|\b(?:thousands?|millions?|billions?)\b")
_TOTAL = re.compile(r"(?i)\W*(?:(?:grand |sub)?total|sum|average|avg|mean|median|min|max|count)")


@dataclass(frozen=True)
class Row:
    """A line that is not blank, cut into cells."""

    number: int  # of the line, from 1
    text: str
    cells: tuple[str, ...]
    pointed: tuple[str, ...]  # the cells with decimal points
    spans: tuple[tuple[int, int], ...]  # where each cell begins and ends, quotes included

    @cached_property
    def numbers(self) -> int:
        """How many of the cells are numbers."""
        return sum(is_number(cell) is not None for cell in self.pointed)

    @cached_property
    def texts(self) -> frozenset[int]:
        """The positions of the cells that neither are nor were meant as numbers."""
        kinds = (is_number, is_missing, looks_like_a_number)
        is_open = self.text.count('"') % 2 > 0  # of an open quote, nothing is known
        cells = () if is_open else enumerate(self.pointed)
        return frozenset(at for at, cell in cells if not any(kind(cell) for kind in kinds))

    @property
    def is_text(self) -> bool:
        """Whether it has texts, and no number or what was meant as one."""
        return bool(self.texts) and len(self.texts) + self.cells.count("") == len(self.cells)


def cut_rows(lines: Iterable[str], csv: CsvFormat, first: int = 1) -> Iterator[Row]:
    """Yield the lines that are not blank, cut into cells.  first: the number of the first line."""
    sign, plain = re.escape(csv.delimiter), f"[^{re.escape(csv.delimiter)}]*"
    if csv.delimiter == BLANKS:
        sign, plain = "[ \t]+", "[^ \t]+"
    # as RFC 4180 quotes it; quotes that enclose no cell are letters like others
    a_cell = re.compile(f'(?:^|{sign})("((?:[^"]|"")*+)"(?={sign}|$)|{plain})')
    for number, text in enumerate(lines, first):
        if text.strip(" \t") or csv.delimiter in text:
            found = list(a_cell.finditer(text))
            contents = (m[1] if m[2] is None else m[2].replace('""', '"') for m in found)
            cells = [content.strip(" \t") for content in contents]
            spans = tuple(m.span(1) for m in found)
            yield Row(number, text, tuple(cells), tuple(csv.pointed(cells)), spans)


def table_width(rows: Sequence[Row]) -> int:
    """Return how many cells most rows with a number have; 0 if they differ."""
    widths = Counter(len(row.cells) for row in rows if row.numbers)
    width, count = max(widths.items(), key=lambda item: item[1], default=(0, 0))
    return width if 2 * count > widths.total() else 0


class Table:
    """The rows of a file, and which of them are its table."""

    def __init__(self, rows: Sequence[Row], is_whole: bool) -> None:
        """Find the samples among some rows.  is_whole: whether no more rows follow."""
        self.rows, self._is_whole = rows, is_whole
        self.width = table_width(rows)
        fitting = (row for row in self.rows if len(row.cells) == self.width and any(row.cells))
        self.samples = [row for row in fitting if not (row.is_text or self._sign_of(row))]
        self._texts = {position for row in self.samples[:-1] for position in row.texts}

    def lacks_a_name(self, header: Row) -> bool:
        """Whether a header lacks the name of a first column, which names or counts the rows."""
        cells = [row.cells[0] for row in self.samples]
        # and are no thousands of numbers with a comma
        are_groups = all(re.fullmatch("[0-9]{3}", "".join(row.cells[1:2])) for row in self.samples)
        counts = cells[:1] in (["0"], ["1"]) and counts_up(cells) and not are_groups
        is_near = len(header.cells) == self.width - 1 and len(cells) > 1
        return is_near and (counts or not any(map(is_number, cells)))

    def headers(self) -> list[Row | None]:
        """Return the row that may name the columns, and None if there is none, or it is a title."""
        rows = takewhile(lambda row: row is not self.samples[0], self.rows)
        above = [row for row in rows if row.is_text and not self._sign_of(row)]
        # below names may stand units, or more names
        fitting = [row for row in above[-2:] if len(row.cells) == self.width]
        near = [row for row in above[-1:] if abs(len(row.cells) - self.width) < 2]
        header = next(iter(fitting or near), None)
        if header is None or len(header.cells) == self.width:
            return [header]
        may_be_title = len(header.cells) == 1 or ", " in header.text
        return [header, None] if may_be_title else [header]

    def others(self, header: Row | None) -> dict[int, str]:
        """Return the numbers of the lines that are no samples, and what each seems to be."""
        found = {row.number: self._what(row, header) for row in self.rows if row is not header}
        return {number: what for number, what in found.items() if what}

    def _sign_of(self, row: Row) -> str:
        """Return what a line is that begins with a sign, or has nothing but signs."""
        if row.numbers and len(row.cells) == self.width:
            return ""  # a sample, whose first cell is #REF! or the like
        if found := _SIGN.match(row.text):
            return "a comment" if found[1] in ("#", "%", "//") else "no row of the table"
        return "a rule" if _RULE.fullmatch(row.text) else ""

    def _what(self, row: Row, header: Row | None) -> str:
        """Return what a row is, if it is no sample."""
        first, last = self.samples[0].number, self.samples[-1].number
        is_above = row.number < (header or self.samples[0]).number
        fits = len(row.cells) == self.width
        is_count = self._is_whole and row.cells[0] == str(len(self.samples))
        is_below = header is not None or row is not self.rows[0]  # something that is no sample
        is_lone = len(row.cells) == 1 and row.cells[0].isdigit() and is_below
        is_odd = bool(row.texts) and 2 * row.numbers <= len(row.cells)
        ends = self._is_whole and row.number == last != first and 0 not in self._texts
        kinds = {
            self._sign_of(row): True,
            "empty": not any(row.cells),
            "the header again": header is not None and row.text == header.text,
            "a factor, if the numbers hold without it": row.number < first
            and _FACTOR.search(row.text),
            "a title": is_above and row.is_text,
            "a number above the table, if it is no sample": is_above and (is_count or is_lone),
            "units, or more names": row.is_text and fits and header and row.number < first,
            "no sample": row.is_text and not (fits and row.number < last),
            "below the table": not fits and row.number > last and is_odd and not self._texts,
            "a total, if it is no sample": fits and ends and _TOTAL.match(row.cells[0]),
        }
        return next((what for what, holds in kinds.items() if what and holds), "")


def joined_lines(lines: Iterable[int]) -> list[tuple[int, int]]:
    """Return the first and the last of lines that follow one another."""
    groups = groupby(enumerate(lines), lambda item: item[1] - item[0])
    return [(run[0], run[-1]) for run in ([number for _, number in run] for _, run in groups)]


def lines_in_words(lines: Mapping[int, str]) -> str:
    """Return which lines to remove, and why.

    >>> lines_in_words({1: "a title", 2: "a title", 9: "no sample"})
    'remove lines 1 to 2, 9 (a title; no sample)'
    """
    runs = [f"{a} to {z}" if a < z else str(a) for a, z in joined_lines(lines)]
    what = "; ".join(dict.fromkeys(lines.values()))
    return f"remove line{'s' * (len(lines) > 1)} {shorten(', '.join(runs))} ({what})"
