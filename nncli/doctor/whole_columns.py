"""Cells that are no numbers: which there are in a file, and what changes all of a kind at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from nncli.data.columns import Header, choose
from nncli.data.csv.format import CsvFormat
from nncli.data.csv.lines import Line
from nncli.data.csv.numbers import is_missing, is_number
from nncli.data.csv.records import Record, RecordReader, cell_spans
from nncli.doctor.case import DataCase, called
from nncli.doctor.disguises import Reading, in_words, readings, what_is_around
from nncli.doctor.line_changes import MAX_EDITED_LINE
from nncli.errors import DataError
from nncli.file_kinds import NPY_MAGIC
from nncli.problems import KEPT_PROBLEMS, Edit, Place, Suggestion
from nncli.words import count_of

# Nobody looks through more changes, and each has to be thought of.
_MAX_CELLS = 10_000
# Of more columns, a message says how many there are.
_MAX_NAMED = 3


@dataclass(frozen=True)
class OddCell:
    """A cell of a feature that is no number, or is one only by chance."""

    line: Line
    position: int  # of its column, from 0
    text: str
    readings: tuple[Reading, ...]  # what it may mean, the likeliest of its column first


@dataclass(frozen=True)
class SeenRows:
    """What the rows of a file hold, as far as it was looked at."""

    file: str
    delimiter: str
    header: Header
    rows: int
    complete: bool  # whether these are all
    odd_cells: tuple[OddCell, ...]  # of the features, missing values too


@dataclass(frozen=True)
class WholeChange:
    """What would mend all cells of a kind, in words, and as changes if all of them were seen."""

    words: str
    suggestions: tuple[Suggestion, ...]


def seen_rows(case: DataCase) -> SeenRows | None:
    """Return what a case's rows hold besides numbers; None if its features cannot be told."""
    header = case.header
    if header is None:  # perhaps nothing but a doubtful first row stands in the way
        header = replace(case, options=replace(case.options, header=False)).header
    if header is None or header.transposed or case.look.content.startswith(NPY_MAGIC):
        return None
    try:
        features = choose(header, case.choice, case.wanted).features
    except DataError:
        return None
    records = _records(case, len(header.names))
    titles, rows = records[: int(header.named)], records[int(header.named) :]
    seen = _first_rows(rows, features)
    cells = [cell for i in features for cell in _odd_cells(seen, i, case.delimiter)]
    if case.options.header is None:
        cells += _cells_taken_for_names(titles, features, cells)
    cells.sort(key=lambda cell: (cell.line.number, cell.position))
    complete = case.look.complete and len(seen) == len(rows)
    return SeenRows(case.file, case.delimiter, header, len(seen), complete, tuple(cells))


def _first_rows(rows: Sequence[Record], features: Sequence[int]) -> Sequence[Record]:
    """Return the first rows that have no more odd cells than anybody would change."""
    count = 0
    for number, record in enumerate(rows):
        count += sum(not is_number(record.cells[position]) for position in features)
        if count > _MAX_CELLS:
            return rows[:number]
    return rows


def _records(case: DataCase, width: int) -> list[Record]:
    """Return the first rows that are so wide, each with its line."""
    csv = CsvFormat(case.file, case.delimiter, case.options.encoding)
    records: list[Record] = []
    with suppress(DataError):
        records.extend(RecordReader([case.look.content], csv))
    whole = records if case.look.complete else records[:-1]
    return [record for record in whole if len(record.cells) == width]


def _odd_cells(rows: Sequence[Record], position: int, delimiter: str) -> list[OddCell]:
    """Return the cells of a column that are no numbers, each read like the others."""
    found = [record for record in rows if not is_number(record.cells[position])]
    if not found:
        return []
    around = what_is_around((record.cells[position] for record in rows), delimiter)
    cells = []
    for record in rows if around.has_groups else found:
        text = record.cells[position]
        meant = () if is_missing(text) else readings(text, around)
        typed = tuple(reading for reading in meant if delimiter not in reading.number)
        if typed or not is_number(text):
            cells.append(OddCell(record.line, position, text, typed))
    votes = Counter(cell.readings[0].kind for cell in cells if cell.readings)
    units = {reading.unit for cell in cells for reading in cell.readings[:1]} - {""}
    if len(units) > 1:  # what is measured in several units must not lose them
        return [replace(cell, readings=()) for cell in cells]
    return [
        replace(cell, readings=tuple(sorted(cell.readings, key=lambda r: -votes[r.kind])))
        for cell in cells
    ]


def _cells_taken_for_names(
    titles: Sequence[Record], features: Sequence[int], cells: Sequence[OddCell]
) -> list[OddCell]:
    """Return the cells of a first row that is a sample like those below it: yes and no, EUR 5."""
    kinds = {(cell.position, reading.kind) for cell in cells for reading in cell.readings[:1]}
    found = []
    for record in titles:
        for position in features:
            text = record.cells[position]
            alike = [r for r in readings(text) if (position, r.kind) in kinds]
            if not alike:
                return []
            found.append(OddCell(record.line, position, text, tuple(alike)))
    return found


def whole_change(
    place: Place, positions: Sequence[int] | None, seen: SeenRows
) -> WholeChange | None:
    """Return what changes the cells of a line, and all others of their kinds.

    positions: of those cells; None are all odd ones.  None if one of them may mean nothing.
    """
    own = [
        cell
        for cell in seen.odd_cells
        if cell.line.number == place.line and (positions is None or cell.position in positions)
    ]
    if not own or not all(cell.readings for cell in own):
        return None
    kinds = {cell.readings[0].kind for cell in own}
    alike = [c for c in seen.odd_cells if c.readings and c.readings[0].kind in kinds]
    suggestions = []
    for choice in (0, 1):
        chosen = [(cell, cell.readings[min(choice, len(cell.readings) - 1)]) for cell in alike]
        if choice and all(len(cell.readings) == 1 for cell in alike):
            break
        suggestions.append(Suggestion(_in_words(chosen, seen), edits=_edits(chosen, seen)))
    offered = tuple(change for change in suggestions if change.edits)
    return WholeChange(suggestions[0].words, offered)


def _in_words(chosen: Sequence[tuple[OddCell, Reading]], seen: SeenRows) -> str:
    """Say what becomes of some cells, kind by kind."""
    by_kind: dict[str, list[tuple[OddCell, Reading]]] = {}
    for cell, reading in chosen:
        by_kind.setdefault(reading.kind, []).append((cell, reading))
    said = []
    for group in by_kind.values():
        # a cell that may mean two things says what is assumed of all
        cell, reading = next((pair for pair in group if "{" in pair[1].words), group[0])
        words = in_words(cell.text, reading)
        if len(group) > 1:
            where = _columns({cell.position for cell, _ in group}, seen.header)
            words += f", in all {len(group):,} such cells of {where}"
        said.append(words)
    rest = "" if seen.complete else f" (in the first {count_of(seen.rows, 'row')})"
    return "; ".join(said) + rest


def _columns(positions: set[int], header: Header) -> str:
    """Return how a message calls some columns."""
    if len(positions) > _MAX_NAMED:
        return count_of(len(positions), "column")
    return " and ".join(called(header, position) for position in sorted(positions))


def _edits(chosen: Sequence[tuple[OddCell, Reading]], seen: SeenRows) -> tuple[Edit, ...]:
    """Return the changes of some cells: none at all if others were not seen."""
    if not seen.complete and len(chosen) > KEPT_PROBLEMS:
        return ()
    edits = []
    spans: list[tuple[int, int]] = []
    before = 0
    for cell, reading in chosen:
        line = cell.line
        if line.number != before:
            before = line.number
            spans = list(cell_spans(line.text, seen.delimiter))
        if cell.position >= len(spans) or len(line.text) > MAX_EDITED_LINE:
            return ()
        start, end = spans[cell.position]
        number = reading.number
        edits.append(Edit(seen.file, line.number, start + 1, line.number, end + 1, number, number))
    return tuple(edits)
