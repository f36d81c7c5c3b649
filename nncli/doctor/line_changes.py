"""Changes of a CSV file's text that its faulty lines ask for; whether they help is still open."""

from __future__ import annotations

import re
from dataclasses import replace

from nncli.data.csv.format import BLANKS, cell_end
from nncli.data.csv.lines import Line
from nncli.data.csv.numbers import is_missing, is_number, why_not_a_number
from nncli.data.csv.records import cell_spans
from nncli.doctor.whole_columns import (
    SeenRows,
    all_of,
    changes_of_kinds,
    edit_of,
    rows_of_one_line,
    what_is_odd,
)
from nncli.problems import Edit, FaultyRow, Place, Problem, Suggestion
from nncli.words import quoted

# What may separate the values of a line that stands among lines of others.
_OTHER_CUTS = re.compile(r"[;,|\t ]+")
Advice = tuple[tuple[str, ...], tuple[Suggestion, ...]]


def with_proposals(problem: Problem, seen: SeenRows | None = None) -> Problem:
    """Return a problem of a faulty line with what may mend it, in words and as changes.

    seen: the rows of its file, of which those that are wrong in the same way change with it.
    What a reader says of a line is used up by that: it is proposed once.
    """
    row, place = problem.row, problem.place
    if row is None or place is None:
        return problem
    advice: tuple[str, ...] = problem.help
    suggestions: tuple[Suggestion, ...] = ()
    is_seen = seen is not None and (place.line or 0) <= seen.last_line
    rows = seen if seen is not None and is_seen else rows_of_one_line(row, place)
    if row.cells and problem.code in ("N404", "N410"):
        advice, suggestions = _for_cells(problem, row, place, rows)
    elif not row.is_sample:
        suggestions = _without_line(problem.help[0], place)
    elif problem.code == "N403":
        suggestions = _of_another_width(problem.help[0], row, place, rows)
    else:
        suggestions = _without_piece(problem, row, place)
    return replace(problem, help=advice, suggestions=suggestions, row=None)


def _without_line(words: str, place: Place) -> tuple[Suggestion, ...]:
    return (Suggestion(words, edits=(Edit.without_lines(place.file, place.line or 1),)),)


def _without_piece(problem: Problem, row: FaultyRow, place: Place) -> tuple[Suggestion, ...]:
    """Return the change that takes away what had better not stand beside a line's fault."""
    line = Line(place.line or 1, place.excerpt or "", "")
    caret = place.caret or 0
    start = line.text.rfind(row.delimiter, 0, caret) + 1
    end = cell_end(line.text, row.delimiter, caret)
    pieces, needless = [(start, caret), (caret, end)], " \t"
    words = "remove the blank beside the quoted cell"
    if problem.code == "N406":
        words, needless, pieces = problem.help[0], "\ufeff", [(caret, caret + 1)]
    text = ""
    found = [(i, j) for i, j in pieces if i < j and not line.text[i:j].strip(needless)]
    bare = line.text[start:end].strip('"= \t')
    if not found and problem.code == "N405" and is_number(bare):
        # where a file is cut off, its last number may be, too
        words = f"write the number without quotes, if it is {bare}"
        text, found = bare, [(start, end)]
    edits = [edit_of(place.file, line, span, text) for span in found[:1]]
    return (Suggestion(words, edits=tuple(edits)),) if edits else ()


def _of_another_width(
    words: str, row: FaultyRow, place: Place, rows: SeenRows
) -> tuple[Suggestion, ...]:
    """Return the change of a row that has a lone cell too many, empty or text, or is cut wrong."""
    line = Line(place.line or 1, place.excerpt or "", "")
    parts = _OTHER_CUTS.split(line.text.strip())
    if len(parts) == len(rows.header.names) and row.decimal == "." and all(map(is_number, parts)):
        text = (" " if row.delimiter == BLANKS else row.delimiter).join(parts)
        words = f"write the delimiter of the other rows, if these are {len(parts)} values"
        whole = edit_of(place.file, line, (0, len(line.text)), text)
        return (Suggestion(words, edits=(whole,)),)
    if len(row.cells) != 1 or row.more or is_number(row.cells[0][1]):
        return ()
    cell = row.cells[0][1].strip()
    alike = [
        edit_of(place.file, line, (spans[-2][1], len(line.text)), "")
        for line, cells in rows.longer
        if bool(cell) == bool(cells[-1].strip())
        and len(spans := list(cell_spans(line.text, row.delimiter))) == len(cells) > 1
    ]
    own = [edit for edit in alike if edit.line == place.line]
    # a text in most lines is a column without a name
    edits = own if not rows.complete or (cell and len(alike) > rows.rows) else alike
    words = f"take the last cell away: {quoted(cell)} is text" if cell else words
    words += f", in {all_of(len(edits))} such lines" if len(edits) > 1 else ""
    return (Suggestion(words, edits=tuple(edits)),) if own else ()


def _for_cells(problem: Problem, row: FaultyRow, place: Place, rows: SeenRows) -> Advice:
    """Return the advice for cells that are no numbers, and may have been meant as some."""
    is_first = problem.code == "N410"
    positions = {position for position, _ in row.cells}
    own = [cell for cell in rows.odd_cells if cell.line.number == place.line]
    own = [cell for cell in own if is_first or cell.position in positions]
    if own and all(cell.readings for cell in own):
        changes = changes_of_kinds({cell.readings[0].kind for cell in own}, rows)
        offered = tuple(change for change in changes if change.edits)
        # what else the first row may be is said last
        decide = problem.help[-1:] if is_first else ()
        said = () if is_first and offered else (changes[0].words,)
        return (*said, *decide), offered
    if is_first:
        return problem.help, ()
    is_column = positions <= set(rows.text_columns()) or any(cell.units for cell in own)
    if row.is_sample or is_column:
        text = row.cells[0][1]
        is_explained = not is_column and not is_missing(text) and why_not_a_number(text)
        return problem.help if is_explained else what_is_odd(rows) or problem.help, ()
    if any(cell.readings for cell in own):
        return ("write decimal numbers",), ()
    return problem.help, _without_line(problem.help[0], place)
