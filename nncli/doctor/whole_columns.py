"""Pieces of rows that are no numbers: which a file has, and what mends all of a kind at once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import accumulate, takewhile

from nncli.data.columns import Header, choose
from nncli.data.csv.format import BLANKS, CsvFormat
from nncli.data.csv.numbers import is_missing, is_number, why_not_a_number
from nncli.doctor.case import DataCase, called, text_lines
from nncli.doctor.table_lines import Row, cut_rows
from nncli.errors import DataError
from nncli.file_kinds import NPY_MAGIC
from nncli.meant.numbers import ALONE, Reading, Surroundings, in_words, readings, what_is_around
from nncli.problems import KEPT_PROBLEMS, Edit, Place, Problem, Suggestion
from nncli.words import count_of, quoted, shorten

# Nobody looks through more changes, and each has to be thought of.
_MAX_CELLS = 10_000
# Of more columns, a message says how many there are.
_MAX_NAMED = 3
# Where decimals stand behind a comma, each is said of the other.
_OTHER = {"point": "comma", "comma": "point"}
# The unit that a column's name says: height (cm), temp [°C].
_UNIT = re.compile(r"[(\[]([^()\[\]]+)[)\]]$")
# What may separate the values of a line that stands among lines of others.
_OTHER_CUTS = re.compile(r"[;,|\t ]+")


@dataclass(frozen=True)
class OddPiece:
    """A cell of a feature that is no number, or only by chance; or what spoils a row's width."""

    row: Row
    position: int  # of its column, from 0; -1 if it is no cell
    span: tuple[int, int]  # where it stands in its line
    is_missing: bool
    readings: tuple[Reading, ...]  # what it may mean, the likeliest of its column first
    units: str = ""  # those of its column, if they are several: then it may mean nothing

    def edit(self, file: str, text: str) -> Edit:
        """Return the edit that writes a text in its place."""
        line, (start, end) = self.row, self.span
        summary = text or shorten(line.text[:start] + line.text[end:])
        return Edit(file, line.number, start + 1, line.number, end + 1, text, summary)


@dataclass(frozen=True)
class SeenRows:
    """What the rows of a file hold, as far as it was looked at."""

    csv: CsvFormat
    header: Header
    rows: int
    last_line: int
    complete: bool  # whether these are all
    odd: tuple[OddPiece, ...]  # line by line, missing values too
    wanted: int = 0  # how many features the network takes

    def text_columns(self) -> list[int]:
        """Return the features that hold nothing but text, by their positions from 0."""
        texts = Counter(c.position for c in self.odd if not c.readings and not c.units)
        missing = Counter(c.position for c in self.odd if c.is_missing)
        return [i for i, count in texts.items() if count == self.rows > 1 and missing[i] < count]


def seen_rows(case: DataCase, place: Place | None = None) -> SeenRows:
    """Return what a case's rows hold besides numbers: nothing if columns are no features.

    place: of a line beyond the beginning, which is all that is then looked at.
    """
    csv, header = case.csv, case.header
    is_table = not (case.look.content.startswith(NPY_MAGIC) or (header and header.transposed))
    lines, first = text_lines(case) if is_table else [], 1
    if place is not None:
        lines, first = [place.excerpt or ""], place.line or 1
    found = list(cut_rows(lines, csv, first))
    if header is None:  # perhaps a doubtful first row stands in its way
        [(common, _)] = Counter(len(row.cells) for row in found).most_common(1) or [(0, 0)]
        header = Header(("",) * common, False, Place(case.file, 1))
    width = len(header.names)
    features: Sequence[int] = range(width)  # if it is not clear which they are
    with suppress(DataError):
        features = choose(header, case.choice, case.wanted).features
    title = [row for row in found if len(row.cells) == width][: header.named and place is None]
    cells = [row.pointed[position] for row in title for position in features]
    # a first row that reads like those below it is a sample, too: yes and no, EUR 5
    if case.options.header is not None or not all(_readings(cell, csv) for cell in cells):
        found = [row for row in found if row not in title]
    counts = accumulate(len(row.cells) - row.numbers for row in found)
    seen = found[: sum(1 for _ in takewhile(_MAX_CELLS.__ge__, counts))]
    rows = [row for row in seen if len(row.cells) == width]
    names = header.names
    odd = [cell for at in features for cell in _odd_cells(rows, at, names[at], csv)]
    odd += _of_another_width(seen, width, csv)
    return SeenRows(
        *(csv, header, len(rows), seen[-1].number if seen else 0),
        complete=place is not None or (case.look.complete and len(seen) == len(found)),
        odd=tuple(sorted(odd, key=lambda piece: (piece.row.number, piece.span))),
        wanted=case.wanted.size,
    )


def _of_another_width(rows: Sequence[Row], width: int, csv: CsvFormat) -> Iterator[OddPiece]:
    """Yield what makes rows too long that is no number, and rows that are cut otherwise."""
    delimiter = " " if csv.delimiter == BLANKS else csv.delimiter
    for row in rows:
        parts = _OTHER_CUTS.split(row.text.strip())
        is_cut_otherwise = len(row.cells) != width == len(parts) and csv.decimal == "."
        start, kind, text = row.spans[-2:][0][1], "too long", ""
        if is_cut_otherwise and all(map(is_number, parts)):
            words = f"write the delimiter of the other rows, if these are {width} values"
            start, kind, text = 0, "cut otherwise", delimiter.join(parts)
        elif not len(row.cells) == width + 1 > 1 or is_number(row.pointed[-1]):
            continue
        elif last := row.cells[-1]:
            words = f"take the last cell away: {quoted(last)} is text"
        else:
            kind, words = "delimiter behind", "remove the delimiter at the end of the line"
        yield OddPiece(row, -1, (start, len(row.text)), False, (Reading(kind, words, text),))


def _odd_cells(rows: Sequence[Row], position: int, name: str, csv: CsvFormat) -> Iterator[OddPiece]:
    """Yield the cells of a column that are no numbers, each read like the others."""
    texts = [row.pointed[position] for row in rows]
    if all(map(is_number, texts)):
        return
    # where commas are decimal, those that stand for points are none
    around = what_is_around(texts, csv.delimiter if csv.decimal == "." else "")
    odd = [row for row in rows if around.has_groups or not is_number(row.pointed[position])]
    texts = [row.pointed[position] for row in odd]
    meant = {text: _readings(text, csv, around) for text in set(texts)}
    votes = Counter(meant[text][0].kind for text in texts if meant[text]).most_common()
    ranks = {kind: rank for rank, (kind, _) in enumerate(votes)}
    units = sorted({found[0].unit for found in meant.values() if found and found[0].unit})
    if units and (own := _UNIT.search(name)) and own[1].strip("° ") != units[0].strip("° "):
        units.append(own[1])
    several = " and ".join(units[:_MAX_NAMED]) if len(units) > 1 else ""
    for row, text in zip(odd, texts, strict=True):
        found = sorted(meant[text], key=lambda reading: ranks.get(reading.kind, len(ranks)))
        lost = several if found and found[0].unit else ""  # what must not be
        if found or not is_number(text):
            readings = () if lost else tuple(found)
            yield OddPiece(row, position, row.spans[position], is_missing(text), readings, lost)


def _readings(text: str, csv: CsvFormat, around: Surroundings = ALONE) -> tuple[Reading, ...]:
    """Return what a cell may mean, as it is to be typed.  text: with decimal points."""
    found = []
    for reading in () if is_missing(text) else readings(text, around):
        cell, number = csv.pointed([text, reading.number])
        words = reading.words
        if csv.decimal == ",":
            words = re.sub("point|comma", lambda word: _OTHER[word[0]], words)
        if csv.delimiter not in number:
            typed = reading._replace(number=number, words=words)
            found.append(typed._replace(words=in_words(cell, typed)))
    return tuple(found)


def with_proposals(problem: Problem, case: DataCase, seen: SeenRows) -> Problem:
    """Return a problem of a faulty line with what may mend it, in words and as untried changes.

    seen: the rows of its file, of which those that are wrong in the same way change with it.
    """
    row, place = problem.row, problem.place
    problem = replace(problem, row=None)
    if row is None or place is None:
        return problem
    if (place.line or 0) > seen.last_line:
        seen = seen_rows(case, place)
    own = [piece for piece in seen.odd if piece.row.number == place.line]
    if problem.code in ("N403", "N404"):
        positions = {-1} if problem.code == "N403" else {position for position, _ in row.cells}
        own = [piece for piece in own if piece.position in positions]
    if own and all(piece.readings for piece in own):
        changes = tuple(_changes_of_kinds({piece.readings[0].kind for piece in own}, seen))
        if changes[0].edits:
            return replace(problem, suggestions=changes)
        return replace(problem, help=(changes[0].words,))
    of_text = set(seen.text_columns())
    is_column = bool(own) and all(piece.units or piece.position in of_text for piece in own)
    if not (row.is_sample or is_column or problem.code == "N410" or any(p.readings for p in own)):
        without = Edit.without_lines(place.file, place.line or 1)
        return replace(problem, suggestions=(Suggestion(problem.help[0], edits=(without,)),))
    text = row.cells[0][1] if row.cells else ""
    if problem.code != "N404" or not (is_column or is_missing(text) or not why_not_a_number(text)):
        return problem
    why = () if is_missing(text) or any(p.units for p in own) else why_not_a_number(text)
    return replace(problem, help=(*what_is_odd(seen), *why) or problem.help)


def what_is_odd(seen: SeenRows) -> tuple[str, ...]:
    """Say which columns are text or in several units, and where values are missing or text."""
    said = []
    if of_text := seen.text_columns():
        verb = "is" if len(of_text) == 1 else "are"
        wanted = f"the network takes {count_of(seen.wanted, 'column')} of numbers"
        said.append(f"{_columns(of_text, seen.header)} {verb} text in every row, and {wanted}")
    for i, units in dict.fromkeys((c.position, c.units) for c in seen.odd if c.units):
        said.append(f"{called(seen.header, i)} has values in {units}: write all in one unit")
    odd = [c for c in seen.odd if c.position not in of_text and not (c.readings or c.units)]
    for missing, noun in ((True, "missing value"), (False, "text")):
        counts = Counter(c.position for c in odd if c.is_missing == missing)
        found = [
            f"{called(seen.header, i)} has {count_of(counts[i], noun)}" for i in sorted(counts)
        ]
        found[_MAX_NAMED:] = ["…"] * (len(found) > _MAX_NAMED)
        if counts.total() > 1:
            said.append(f"{', '.join(found)}: write numbers, or leave those rows out")
    return tuple(said)


def _changes_of_kinds(kinds: Collection[str], seen: SeenRows) -> Iterator[Suggestion]:
    """Yield the change of all pieces of some kinds, and of those with two meanings the other."""
    alike = [piece for piece in seen.odd if piece.readings and piece.readings[0].kind in kinds]
    # many are not to be edited if others were not seen
    is_whole = seen.complete or len(alike) <= KEPT_PROBLEMS
    # of several kinds at once, nobody would read all that they may mean besides
    choices = max(len(piece.readings) for piece in alike) if len(kinds) == 1 else 1
    for choice in range(choices):
        chosen = [(piece, piece.readings[min(choice, len(piece.readings) - 1)]) for piece in alike]
        other = [(piece, reading) for piece, reading in chosen if len(piece.readings) > choice]
        edits = [piece.edit(seen.csv.file, reading.number) for piece, reading in chosen if is_whole]
        yield Suggestion(_in_words(other, seen), edits=tuple(edits))


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
    rest = "" if seen.complete else f" (up to line {seen.last_line:,})"
    return "; ".join(said) + rest


def _columns(positions: Collection[int], header: Header) -> str:
    """Return how a message calls some columns."""
    if len(positions) > _MAX_NAMED:
        return count_of(len(positions), "column")
    *others, last = [called(header, position) for position in sorted(positions)]
    return f"{', '.join(others)} and {last}" if others else last
