"""Cells that are no numbers: which there are in a file, and what changes all of a kind at once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import accumulate, groupby, takewhile

from nncli.data.columns import Header, choose
from nncli.data.csv.format import CsvFormat
from nncli.data.csv.lines import Line
from nncli.data.csv.numbers import is_missing, is_number
from nncli.data.csv.records import Record, RecordReader, cell_spans
from nncli.doctor.case import DataCase, called
from nncli.errors import DataError
from nncli.file_kinds import NPY_MAGIC
from nncli.meant.numbers import ALONE, Reading, Surroundings, in_words, readings, what_is_around
from nncli.problems import KEPT_PROBLEMS, Edit, FaultyRow, Place, Suggestion
from nncli.words import count_of, shorten

# Nobody looks through more changes, and each has to be thought of.
_MAX_CELLS = 10_000
# Nobody mends a cell in a longer line by its number.
_MAX_EDITED_LINE = 100_000
# Of more columns, a message says how many there are.
_MAX_NAMED = 3
# Where decimals stand behind a comma, each is said of the other.
_OTHER = {"point": "comma", "comma": "point"}


@dataclass(frozen=True)
class OddCell:
    """A cell of a feature that is no number, or is one only by chance."""

    line: Line
    position: int  # of its column, from 0
    is_missing: bool
    readings: tuple[Reading, ...]  # what it may mean, the likeliest of its column first
    units: str = ""  # those of its column, if they are several: then it may mean nothing


@dataclass(frozen=True)
class SeenRows:
    """What the rows of a file hold, as far as it was looked at."""

    csv: CsvFormat
    header: Header
    rows: int
    last_line: int
    complete: bool  # whether these are all
    odd_cells: tuple[OddCell, ...]  # of the features, missing values too
    longer: tuple[Record, ...] = ()  # with one cell too many, which is no number
    wanted: int = 0  # how many features the network takes

    def text_columns(self) -> list[int]:
        """Return the features that hold nothing but text, by their positions from 0."""
        texts = Counter(c.position for c in self.odd_cells if not c.readings and not c.units)
        missing = Counter(c.position for c in self.odd_cells if c.is_missing)
        return [i for i, count in texts.items() if count == self.rows > 1 and missing[i] < count]


def rows_of_one_line(row: FaultyRow, place: Place) -> SeenRows:
    """Return what is known of a line beyond those that were looked at."""
    line = Line(place.line or 1, place.excerpt or "", "")
    csv = CsvFormat(place.file, row.delimiter, decimal=row.decimal)
    texts = csv.pointed([text for _, text in row.cells])
    pairs = zip(row.cells, texts, strict=True)
    # with more of them, what is to become of those is not known
    known = [] if row.more else [(i, text) for (i, _), text in pairs]
    cells = [OddCell(line, i, is_missing(text), _readings(text, csv)) for i, text in known]
    longer = [Record(line, [*[""] * i, text]) for i, text in known[:1]]
    return SeenRows(
        csv, Header((), False, place), 1, line.number, True, tuple(cells), tuple(longer)
    )


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


def seen_rows(case: DataCase) -> SeenRows | None:
    """Return what a case's rows hold besides numbers; None if their columns are no features."""
    # perhaps nothing but a doubtful first row stands in the way of a header
    header = case.header or replace(case, options=replace(case.options, header=False)).header
    if header is None or header.transposed or case.look.content.startswith(NPY_MAGIC):
        return None
    width, csv = len(header.names), case.csv
    features: Sequence[int] = range(width)  # if it is not clear which they are
    with suppress(DataError):
        features = choose(header, case.choice, case.wanted).features
    found: list[Record] = []
    with suppress(DataError):
        for line, texts in RecordReader([case.look.content], csv):
            found.append(Record(line, csv.pointed(texts)))
    found = found if case.look.complete else found[:-1]
    records = [record for record in found if len(record.cells) == width]
    titles, rows = records[: int(header.named)], records[int(header.named) :]
    counts = accumulate(sum(not is_number(r.cells[i]) for i in features) for r in rows)
    seen = rows[: sum(1 for _ in takewhile(_MAX_CELLS.__ge__, counts))]
    cells = [cell for i in features for cell in _odd_cells(seen, i, csv)]
    if titles and cells and case.options.header is None:
        # a first row that reads like those below it is a sample, too: yes and no, EUR 5
        kinds = {(cell.position, reading.kind) for cell in cells for reading in cell.readings[:1]}
        all_cells = [cell for i in features for cell in _odd_cells([*titles, *seen], i, csv)]
        own = [cell for cell in all_cells if cell.line == titles[0].line]
        alike = [c for c in own if any((c.position, r.kind) in kinds for r in c.readings)]
        cells = all_cells if len(alike) == len(features) else cells
    return SeenRows(
        *(csv, header, len(seen)),
        last_line=found[-1].line.number if found else 0,
        complete=case.look.complete and len(seen) == len(rows),
        odd_cells=tuple(sorted(cells, key=lambda cell: (cell.line.number, cell.position))),
        longer=tuple(r for r in found if len(r.cells) == width + 1 and not is_number(r.cells[-1])),
        wanted=case.wanted.size,
    )


def what_is_odd(seen: SeenRows) -> tuple[str, ...]:
    """Say which columns are text or in several units, and where values are missing or text."""
    said = []
    if of_text := seen.text_columns():
        verb = "is" if len(of_text) == 1 else "are"
        wanted = f"the network takes {count_of(seen.wanted, 'column')} of numbers"
        said.append(f"{_columns(of_text, seen.header)} {verb} text in every row, and {wanted}")
    for i, units in dict.fromkeys((c.position, c.units) for c in seen.odd_cells if c.units):
        said.append(f"{called(seen.header, i)} has values in {units}: write all in one unit")
    odd = [c for c in seen.odd_cells if c.position not in of_text and not (c.readings or c.units)]
    for missing, noun in ((True, "missing value"), (False, "text")):
        counts = Counter(c.position for c in odd if c.is_missing == missing)
        found = [
            f"{called(seen.header, i)} has {count_of(counts[i], noun)}" for i in sorted(counts)
        ]
        if counts.total() > 1:
            where = ", ".join([*found[:_MAX_NAMED], *["…"] * (len(found) > _MAX_NAMED)])
            said.append(f"{where}: write numbers, or leave those rows out")
    return tuple(said)


def _odd_cells(rows: Sequence[Record], position: int, csv: CsvFormat) -> list[OddCell]:
    """Return the cells of a column that are no numbers, each read like the others."""
    texts = [record.cells[position] for record in rows]
    if all(map(is_number, texts)):
        return []
    # where commas are decimal, those that stand for points are none
    around = what_is_around(texts, csv.delimiter if csv.decimal == "." else "")
    odd = [
        (record.line, text)
        for record, text in zip(rows, texts, strict=True)
        if around.has_groups or not is_number(text)
    ]
    meant = {text: _readings(text, csv, around) for text in {text for _, text in odd}}
    votes = Counter(meant[text][0].kind for _, text in odd if meant[text])
    ranks = {kind: rank for rank, (kind, _) in enumerate(votes.most_common())}
    units = sorted({found[0].unit for found in meant.values() if found and found[0].unit})
    several = " and ".join(units[:_MAX_NAMED]) if len(units) > 1 else ""
    cells = []
    for line, text in odd:
        found = sorted(meant[text], key=lambda reading: ranks.get(reading.kind, len(ranks)))
        if several and found and found[0].unit:  # which must not be lost
            cells.append(OddCell(line, position, False, (), several))
        elif found or not is_number(text):
            cells.append(OddCell(line, position, is_missing(text), tuple(found)))
    return cells


def changes_of_kinds(kinds: Collection[str], seen: SeenRows) -> list[Suggestion]:
    """Return the change of all cells of some kinds, and of those with two meanings the other."""
    alike = [c for c in seen.odd_cells if c.readings and c.readings[0].kind in kinds]
    changes = []
    # of several kinds at once, nobody would read all that they may mean besides
    choices = max(len(cell.readings) for cell in alike) if len(kinds) == 1 else 1
    for choice in range(choices):
        chosen = [(cell, cell.readings[min(choice, len(cell.readings) - 1)]) for cell in alike]
        other = [(cell, reading) for cell, reading in chosen if len(cell.readings) > choice]
        changes.append(Suggestion(_in_words(other, seen), edits=_edits(chosen, seen)))
    return changes


def _in_words(chosen: Sequence[tuple[OddCell, Reading]], seen: SeenRows) -> str:
    """Say what becomes of some cells, kind by kind."""
    said = []
    for kind in dict.fromkeys(reading.kind for _, reading in chosen):
        group = [(cell, reading) for cell, reading in chosen if reading.kind == kind]
        texts = [(r.words, r.number) for _, r in group]
        # a cell that may mean two things says what is assumed of all; 0 says less than others
        words, _ = max(texts, key=lambda text: (", if " in text[0], text[1].strip("-0.,") != ""))
        if len(group) > 1:
            where = _columns({cell.position for cell, _ in group}, seen.header)
            words += f", in {all_of(len(group))} such cells of {where}"
        said.append(words)
    rest = "" if seen.complete else f" (in the first {count_of(seen.rows, 'row')})"
    return "; ".join(said) + rest


def all_of(count: int) -> str:
    """Return a count of at least two things that are all there are."""
    return "both" if count == 2 else f"all {count:,}"


def _columns(positions: Collection[int], header: Header) -> str:
    """Return how a message calls some columns."""
    if len(positions) > _MAX_NAMED:
        return count_of(len(positions), "column")
    *others, last = [called(header, position) for position in sorted(positions)]
    return f"{', '.join(others)} and {last}" if others else last


def _edits(chosen: Sequence[tuple[OddCell, Reading]], seen: SeenRows) -> tuple[Edit, ...]:
    """Return the changes of some cells: none at all if others were not seen."""
    if not seen.complete and len(chosen) > KEPT_PROBLEMS:
        return ()
    edits = []
    for line, cells in groupby(chosen, lambda pair: pair[0].line):
        within = len(line.text) <= _MAX_EDITED_LINE
        spans = dict(enumerate(cell_spans(line.text, seen.csv.delimiter))) if within else {}
        for cell, reading in cells:
            if cell.position not in spans:
                return ()
            edits.append(edit_of(seen.csv.file, line, spans[cell.position], reading.number))
    return tuple(edits)


def edit_of(file: str, line: Line, span: tuple[int, int], text: str) -> Edit:
    """Return the edit of some characters of a line.  span: the first, from 0, and the end."""
    start, end = span
    summary = text or shorten(line.text[:start] + line.text[end:])
    return Edit(file, line.number, start + 1, line.number, end + 1, text, summary)
