"""Changes of a CSV file's text that its faulty lines ask for; whether they help is still open."""

from __future__ import annotations

from dataclasses import replace

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

Advice = tuple[tuple[str, ...], tuple[Suggestion, ...]]


def with_proposals(problem: Problem, seen: SeenRows | None = None) -> Problem:
    """Return a problem of a faulty line with what may mend it, in words and as changes.

    seen: the rows of its file, of which those that are wrong in the same way change with it.
    What a reader says of a line is used up by that: it is proposed once.
    """
    row, place = problem.row, problem.place
    if row is None or place is None:
        return problem
    suggestions: tuple[Suggestion, ...] = ()
    if row.cells and problem.code in ("N404", "N410"):
        advice, suggestions = _for_cells(problem, row, place, seen)
    elif not row.is_sample:
        advice, suggestions = problem.help, _without_line(problem.help[0], place)
    else:
        advice, suggestions = problem.help, _without_needless_piece(problem, row, place, seen)
    return replace(problem, help=advice, suggestions=suggestions, row=None)


def _without_needless_piece(
    problem: Problem, row: FaultyRow, place: Place, seen: SeenRows | None
) -> tuple[Suggestion, ...]:
    line = Line(place.line or 1, place.excerpt or "", "")
    piece = _needless_piece(problem.code, row, place)
    if piece is None:
        return ()
    words = "remove the blank beside the quoted cell" if problem.code == "N405" else problem.help[0]
    edits = [edit_of(place.file, line, piece, "")]
    if problem.code == "N403":
        cell = row.cells[0][1].strip()
        words = f"take the last cell away: {quoted(cell)} is text" if cell else words
        alike = _last_cells(seen, is_blank=not cell) if seen and seen.complete else []
        # a text in most lines is a column without a name
        if len(alike) > 1 and seen and (not cell or len(alike) <= seen.rows):
            words, edits = f"{words}, in {all_of(len(alike))} such lines", alike
    return (Suggestion(words, edits=tuple(edits)),)


def _last_cells(seen: SeenRows, *, is_blank: bool) -> list[Edit]:
    """Return what takes the last cell from all lines that have one too many.

    is_blank: whether from those where it is empty, or those where it is text.
    """
    edits = []
    for line, cells in seen.longer:
        spans = list(cell_spans(line.text, seen.csv.delimiter))
        if is_blank == (not cells[-1].strip()) and len(spans) == len(cells):
            edits.append(edit_of(seen.csv.file, line, (spans[-2][1], len(line.text)), ""))
    return edits


def _needless_piece(code: str, row: FaultyRow, place: Place) -> tuple[int, int] | None:
    """Return which characters of a line had better not be there, if that is its only fault."""
    text, caret = place.excerpt or "", place.caret or 0
    if code == "N406":
        return (caret, caret + 1) if text.startswith("\ufeff", caret) else None
    if code == "N405":  # blanks beside a quoted cell
        before = text[text.rfind(row.delimiter, 0, caret) + 1 : caret]
        behind = text[caret:].partition(row.delimiter)[0]
        if before and not before.strip():
            return caret - len(before), caret
        return (caret, caret + len(behind)) if behind and not behind.strip() else None
    # a lone cell too many that is empty or text
    if len(row.cells) != 1 or row.more or is_number(row.cells[0][1]):
        return None
    spans = list(cell_spans(text, row.delimiter))
    is_whole = len(spans) == row.cells[0][0] + 1 > 1
    return (spans[-2][1], len(text)) if is_whole else None


def _for_cells(problem: Problem, row: FaultyRow, place: Place, seen: SeenRows | None) -> Advice:
    """Return the advice for cells that are no numbers, and may have been meant as some."""
    is_first = problem.code == "N410"
    positions = {position for position, _ in row.cells}
    rows = seen or rows_of_one_line(row, place)
    own = [cell for cell in rows.odd_cells if cell.line.number == place.line]
    if not own:  # beyond the rows that were looked at
        rows = rows_of_one_line(row, place)
        own = list(rows.odd_cells)
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
    if positions <= set(rows.text_columns()):
        return what_is_odd(rows), ()
    if not row.is_sample:
        if any(cell.readings for cell in own):
            return ("write decimal numbers",), ()
        return problem.help, _without_line(problem.help[0], place)
    text = row.cells[0][1]
    if why := [cell.why for cell in own if cell.why]:
        return (why[0],), ()
    is_explained = not is_missing(text) and why_not_a_number(text)
    return problem.help if is_explained else what_is_odd(rows) or problem.help, ()


def _without_line(words: str, place: Place) -> tuple[Suggestion, ...]:
    return (Suggestion(words, edits=(Edit.without_lines(place.file, place.line or 1),)),)
