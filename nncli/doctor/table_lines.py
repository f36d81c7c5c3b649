"""Lines of a file that belong to no table: titles, comments, units, sources, totals."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby, pairwise, takewhile

from nncli.data.column_facts import counts_up
from nncli.data.csv.format import CsvFormat
from nncli.data.csv.numbers import is_missing, is_number, looks_like_a_number
from nncli.data.csv.records import cell_spans
from nncli.doctor.case import DataCase, text_lines
from nncli.words import count_of

_MARK = "\ufeff"  # of a file's beginning, where files were joined
# A comment, ARFF's keywords, Excel's separator, the end of a file of old; a sample is none of them.
_SIGN = re.compile(r"[ \t]*(#|%|//|@|sep=|\x1a)", re.IGNORECASE)
_SIGNS = {"@": "the head of an ARFF file", "sep=": "for Excel", "\x1a": "the end of an old file"}
# A rule has nothing but signs, of which some stand in a row.
_RULE = re.compile(r"(?=.*(?:[-=_*~]{3}|:-|-:|\+-))[-=+|:_*~ \t,;]+")
# A cell as RFC 4180 quotes it.
_QUOTED = re.compile(r'"(?:[^"]|"")*+"')
# MATLAB's `1.0e+03 *`, `x 1000`, `(in thousands)`.
_FACTOR = re.compile(r"(?i)\d\s*\*\s*$|[x×*] ?10+\b|\b(?:thousands?|millions?|billions?)\b")
_TOTAL = re.compile(
    r"(?i)\W*(?:(?:grand |sub)?totals?|sums?|average|avg|mean|median|min|max|count|std|summe|gesamt"
    r"|insgesamt|mittel(?:wert)?|durchschnitt|anzahl|suma|promedio|media|somme|moyenne)\b.*"
)
# Of more places, nobody reads which they are.
_MAX_PLACES = 3


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
    for number, text in enumerate(lines, first):
        if text.strip(" \t") or csv.delimiter in text:
            spans = _spans(text, csv.delimiter)
            cells = [_unquoted(text[start:end]).strip(" \t") for start, end in spans]
            yield Row(number, text, tuple(cells), tuple(csv.pointed(cells)), spans)


def _spans(text: str, delimiter: str) -> tuple[tuple[int, int], ...]:
    """Return where the cells of a line stand: quotes that enclose none are letters like others."""
    spans = tuple(cell_spans(text, delimiter))
    cells = [text[start:end] for start, end in spans]
    is_whole = sum(cell.count('"') for cell in cells) == text.count('"')
    are_apart = all(end < start for (_, end), (start, _) in pairwise(spans))
    if is_whole and are_apart and all('"' not in _unquoted(cell, "") for cell in cells):
        return spans
    return tuple(cell_spans(text.replace('"', "'"), delimiter))


def _unquoted(cell: str, quote: str = '"') -> str:
    """Return a cell without the quotes that enclose it.  quote: what two of them within mean."""
    return cell[1:-1].replace('""', quote) if _QUOTED.fullmatch(cell) else cell


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
        named = [row for row in above if self._wanted and self._wanted <= set(row.cells)]
        fitting = [row for row in above[-2:] if len(row.cells) == self.width]
        near = [row for row in above[-1:] if abs(len(row.cells) - self.width) < 2]
        # below names may stand units, or more names
        header = next(iter(named[-1:] or fitting or near), None)
        if header is None or len(header.cells) == self.width:
            return [header]
        may_be_title = len(header.cells) == 1 or ", " in header.text
        return [header, None] if may_be_title else [header]

    def others(self, header: Row | None) -> dict[int, str]:
        """Return the numbers of the lines that are no samples, and what each seems to be."""
        found: dict[int, str] = {}
        for row in self.rows:
            if row is not header and (what := self._what(row, header, bool(found))):
                found[row.number] = what
        return found

    def _sign_of(self, row: Row) -> str:
        """Return what a line is that begins with a sign, or has nothing but signs."""
        if row.numbers and len(row.cells) == self.width:
            return ""  # a sample, whose first cell is #REF! or the like
        if found := _SIGN.match(row.text):
            return _SIGNS.get(found[1].lower(), "a comment")
        return "a rule" if _RULE.fullmatch(row.text) else ""

    def _what(self, row: Row, header: Row | None, is_below: bool) -> str:
        """Return what a row is, if it is no sample.  is_below: whether one above is none, too."""
        first, last = self.samples[0].number, self.samples[-1].number
        is_above = row.number < (header or self.samples[0]).number
        fits = len(row.cells) == self.width
        # a sample with a remark behind it has as many numbers as the others
        is_odd = bool(row.texts) and 2 * row.numbers <= len(row.cells)
        with_sample = not header and len(row.cells) > self.width and is_number(row.pointed[-1])
        is_count = self._is_complete and not is_below and row.cells[0] == str(len(self.samples))
        is_lone = len(row.cells) == 1 and row.cells[0].isdigit() and (header or is_below)
        ends = self._is_complete and row.number == last != first and 0 not in self._texts
        kinds = {
            self._sign_of(row): True,
            "empty": not any(row.cells),
            "the header again": header is not None and row.text.lstrip(_MARK) == header.text,
            "a factor, if the numbers hold without it": row.number < first
            and _FACTOR.search(row.text),
            "a title": is_above and row.is_text,
            "no row of the table": is_above and is_odd and not with_sample,
            "a number above the table, if it is no sample": is_above and (is_count or is_lone),
            "units, or more names": row.is_text and fits and header and row.number < first,
            "no sample": row.is_text and not (fits and row.number < last),
            "below the table": not fits and row.number > last and is_odd and not self._texts,
            "a total, if it is no sample": fits and ends and _TOTAL.fullmatch(row.cells[0]),
        }
        return next((what for what, holds in kinds.items() if what and holds), "")


def joined_lines(lines: Mapping[int, str]) -> list[tuple[int, int, str]]:
    """Return the first and the last of lines that follow one another, and what they are."""
    runs = []
    for _, run in groupby(enumerate(lines), lambda item: item[1] - item[0]):
        numbers = [number for _, number in run]
        what = "; ".join(dict.fromkeys(lines[number] for number in numbers))
        runs.append((numbers[0], numbers[-1], what))
    return runs


def lines_in_words(lines: Mapping[int, str]) -> str:
    """Return which lines to remove, and why.

    >>> lines_in_words({1: "a title", 2: "a title", 9: "no sample"})
    'remove lines 1 to 2 (a title), and line 9 (no sample)'
    """
    places = [
        f"line {first} ({what})" if first == last else f"lines {first} to {last} ({what})"
        for first, last, what in joined_lines(lines)
    ]
    if len(places) > _MAX_PLACES:
        return f"remove {count_of(len(lines), 'line')} that hold no sample, the first {places[0]}"
    return f"remove {', and '.join(places)}"
