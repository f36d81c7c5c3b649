"""Pieces of rows that are no numbers: which a file has, and what mends all of a kind at once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import accumulate, takewhile

from nncli.data.columns import Header, choose
from nncli.data.csv.format import CsvFormat
from nncli.data.csv.numbers import is_missing, is_number, why_not_a_number
from nncli.doctor.case import DataCase, called
from nncli.doctor.table_lines import Row
from nncli.errors import DataError
from nncli.meant.numbers import ALONE, Reading, Surroundings, in_words, readings, what_is_around
from nncli.problems import KEPT_PROBLEMS, Edit, Place, Problem, Suggestion
from nncli.words import count_of, shorten

# Nobody looks through more changes, and each has to be thought of.
_MAX_CELLS = 10_000
# The unit that a column's name says: height (cm), temp [°C].
_UNIT = re.compile(r"[(\[]([^()\[\]]+)[)\]]$")


@dataclass(frozen=True)
class OddPiece:
    """A cell of a feature that is no number, or only by chance; or what spoils a row's width."""

    row: Row
    position: int  # of its column, from 0; -1 if it is no cell
    span: tuple[int, int]  # where it stands in its line
    readings: tuple[Reading, ...]  # what it may mean, the likeliest of its column first

    def edit(self, file: str, text: str) -> Edit:
        """Return the edit that writes a text in its place."""
        line, (start, end) = self.row, self.span
        summary = text or shorten(line.text[:start] + line.text[end:])
        return Edit(file, line.number, start + 1, line.number, end + 1, text, summary)


@dataclass(frozen=True)
class SeenRows:
    """What the rows of a file hold, as far as it was looked at."""

    case: DataCase
    header: Header
    rows: tuple[Row, ...]  # those of its width
    complete: bool  # whether these are all
    odd: tuple[OddPiece, ...]  # line by line, missing values too

    def gaps(self) -> Counter[int]:
        """Count the missing values of each feature, by its position from 0."""
        odd = (c for c in self.odd if not c.readings)
        return Counter(c.position for c in odd if is_missing(c.row.pointed[c.position]))

    def text_columns(self) -> list[int]:
        """Return the features that hold nothing but text, by their positions from 0."""
        texts, gaps = Counter(c.position for c in self.odd if not c.readings), self.gaps()
        return [i for i, count in texts.items() if count == len(self.rows) > 1 and gaps[i] < count]


def seen_rows(case: DataCase) -> SeenRows:
    """Return what a case's rows hold besides numbers: nothing if columns are no features."""
    csv, header = case.csv, case.header
    found = [] if header and header.transposed else case.rows
    if header is None:  # perhaps a doubtful first row stands in its way
        [(common, _)] = Counter(len(row.cells) for row in found).most_common(1) or [(0, 0)]
        header = Header(("",) * common, False, Place(case.file, 1))
    width = len(header.names)
    features: Sequence[int] = range(width)  # if it is not clear which they are
    with suppress(DataError):
        features = choose(header, case.chosen, case.wanted).features
    title = [row for row in found if len(row.cells) == width][: header.named]
    cells = [row.pointed[position] for row in title for position in features]
    # a first row that reads like those below it is a sample, too: yes and no, EUR 5
    if case.options.header is not None or not all(_readings(cell, csv) for cell in cells):
        found = [row for row in found if row not in title]
    counts = accumulate(len(row.cells) - row.numbers for row in found)
    seen = found[: sum(1 for _ in takewhile(_MAX_CELLS.__ge__, counts))]
    rows = [row for row in seen if len(row.cells) == width]
    odd = [cell for at in features for cell in _odd_cells(rows, at, header.names[at], csv)]
    odd = sorted([*odd, *_too_long(seen, width)], key=lambda piece: (piece.row.number, piece.span))
    return SeenRows(case, header, tuple(rows), case.look.complete and seen == found, tuple(odd))


def _too_long(rows: Sequence[Row], width: int) -> Iterator[OddPiece]:
    """Yield what makes rows longer by a cell that is no number."""
    reading = Reading("too long", "remove what stands behind the last value of the line", "")
    for row in rows:
        if len(row.cells) == width + 1 > 1 and not is_number(row.pointed[-1]):
            span = (row.spans[-2][1], len(row.text))
            yield OddPiece(row, -1, span, (reading,))


def _odd_cells(rows: Sequence[Row], position: int, name: str, csv: CsvFormat) -> Iterator[OddPiece]:
    """Yield the cells of a column that are no numbers, each read like the others."""
    texts = [row.pointed[position] for row in rows]
    if all(map(is_number, texts)):
        return
    # where commas are decimal, those that stand for points are none
    around = what_is_around(texts, csv.delimiter if csv.decimal == "." else "")
    odd = {text for text in texts if around.has_groups or not is_number(text)}
    meant = {text: _readings(text, csv, around) for text in odd}
    units = {found[0].unit.strip("° ") for found in meant.values() if found} - {""}
    units |= {named[1].strip("° ") for named in _UNIT.finditer(name) if units}
    if len(units) > 1:  # of which none must be lost
        meant = {text: tuple(r for r in found if not r.unit) for text, found in meant.items()}
    votes = Counter(meant[text][0].kind for text in texts if meant.get(text)).most_common()
    ranks = [kind for kind, _ in votes]
    for row, text in zip(rows, texts, strict=True):
        found = sorted(meant.get(text, ()), key=lambda r: [*ranks, r.kind].index(r.kind))
        if found or not is_number(text):
            yield OddPiece(row, position, row.spans[position], tuple(found))


def _readings(text: str, csv: CsvFormat, around: Surroundings = ALONE) -> tuple[Reading, ...]:
    """Return what a cell may mean, as it is to be typed.  text: with decimal points."""
    found = []
    for reading in () if is_missing(text) else readings(text, around):
        cell, number = csv.pointed([text, reading.number])
        words = reading.words
        if csv.decimal == ",":
            words = words.replace("point instead of the comma", "comma instead of the point")
        if csv.delimiter not in number:
            typed = reading._replace(number=number, words=words)
            found.append(typed._replace(words=in_words(cell, typed)))
    return tuple(found)


def with_proposals(problem: Problem, seen: SeenRows) -> Problem:
    """Return a problem of a line with what may mend it and all like it, in words or untried."""
    row, place = problem.row, problem.place
    problem = replace(problem, row=None)
    if row is None or place is None:
        return problem
    own = [piece for piece in seen.odd if piece.row.number == place.line]
    if problem.code == "N404":
        own = [piece for piece in own if piece.position in dict(row.cells)]
    readable = [piece.readings[0].kind for piece in own if piece.readings]
    if own and len(readable) == len(own):
        changes = tuple(_changes_of_kinds(set(readable), seen))
        if changes[0].edits:
            return replace(problem, suggestions=changes)
        return replace(problem, help=(changes[0].words,))
    is_column = bool(own) and {piece.position for piece in own} <= set(seen.text_columns())
    was_meant = any(readings(text) for _, text in row.cells)  # as numbers, if of several units
    if not (row.is_sample or is_column or problem.code == "N410" or was_meant):
        without = Edit.without_lines(place.file, place.line or 1)
        return replace(problem, suggestions=(Suggestion(problem.help[0], edits=(without,)),))
    text = row.cells[0][1] if row.cells else ""
    if problem.code != "N404" or not (is_column or is_missing(text)):
        return problem
    why = () if is_missing(text) else why_not_a_number(text)
    return replace(problem, help=(*what_is_odd(seen), *why) or problem.help)


def what_is_odd(seen: SeenRows) -> tuple[str, ...]:
    """Say which columns are text, and which have how many gaps."""
    said, of_text = [], seen.text_columns()
    if of_text:
        verb = "is" if len(of_text) == 1 else "are"
        wanted = f"the network takes {count_of(seen.case.wanted.size, 'column')} of numbers"
        said.append(f"{_columns(of_text, seen.header)} {verb} text in every row, and {wanted}")
    gaps = {i: count for i, count in sorted(seen.gaps().items()) if i not in of_text}
    if sum(gaps.values()) > 1:
        verb = "has" if seen.complete else "has at least"
        has = [
            f"{called(seen.header, i)} {verb} {count_of(gaps[i], 'missing value')}" for i in gaps
        ]
        found = ", ".join((*has[:3], *["…"] * (len(has) > 3)))
        said.append(f"{found}: write numbers, or leave those rows out")
    return tuple(said)


def _changes_of_kinds(kinds: Collection[str], seen: SeenRows) -> Iterator[Suggestion]:
    """Yield the change of all pieces of some kinds, and of those with two meanings the other."""
    alike = [piece for piece in seen.odd if piece.readings and piece.readings[0].kind in kinds]
    file = seen.case.file
    # many are not to be edited if others were not seen
    is_whole = seen.complete or len(alike) <= KEPT_PROBLEMS
    for choice in range(max(len(piece.readings) for piece in alike)):
        chosen = [(piece, piece.readings[min(choice, len(piece.readings) - 1)]) for piece in alike]
        edits = (piece.edit(file, reading.number) for piece, reading in chosen if is_whole)
        yield Suggestion(_in_words(chosen, seen), edits=tuple(edits))


def _in_words(chosen: Sequence[tuple[OddPiece, Reading]], seen: SeenRows) -> str:
    """Say what becomes of some pieces, kind by kind."""
    said = []
    for kind in dict.fromkeys(reading.kind for _, reading in chosen):
        group = [(piece, reading) for piece, reading in chosen if reading.kind == kind]
        # one that may mean two things says what is assumed of all
        words = max((reading.words for _, reading in group), key=lambda text: ", if " in text)
        if len(group) > 1:
            columns = {piece.position for piece, _ in group}
            where = "rows" if -1 in columns else f"cells of {_columns(columns, seen.header)}"
            count = "both" if len(group) == 2 else f"all {len(group):,}"
            words += f", in {count} such {where}"
        said.append(words)
    last = max(row.number for row in (*seen.rows[-1:], chosen[-1][0].row))
    return "; ".join(said) + ("" if seen.complete else f" (up to line {last:,})")


def _columns(positions: Collection[int], header: Header) -> str:
    """Return how a message calls some columns."""
    if len(positions) > 3:  # nobody reads which they are
        return count_of(len(positions), "column")
    *others, last = [called(header, position) for position in sorted(positions)]
    return f"{', '.join(others)} and {last}" if others else last
