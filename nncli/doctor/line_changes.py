"""Changes of a CSV file's text that its faulty lines ask for; whether they help is still open."""

from __future__ import annotations

from dataclasses import replace

from nncli.data.csv.numbers import is_missing, why_not_a_number
from nncli.doctor.case import DataCase
from nncli.doctor.whole_columns import SeenRows, changes_of_kinds, seen_rows, what_is_odd
from nncli.problems import Edit, FaultyRow, Place, Problem, Suggestion

Advice = tuple[tuple[str, ...], tuple[Suggestion, ...]]


def with_proposals(problem: Problem, case: DataCase, seen: SeenRows | None) -> Problem:
    """Return a problem of a faulty line with what may mend it, in words and as changes.

    seen: the rows of its file, of which those that are wrong in the same way change with it.
    What a reader says of a line is used up by that: it is proposed once.
    """
    row, place = problem.row, problem.place
    if row is None or place is None:
        return problem
    if seen is None or (place.line or 0) > seen.last_line:
        seen = seen_rows(case, place)
    advice, suggestions = _advice(problem, row, place, seen) if seen else (problem.help, ())
    return replace(problem, help=advice, suggestions=suggestions, row=None)


def _advice(problem: Problem, row: FaultyRow, place: Place, rows: SeenRows) -> Advice:
    """Return what to say of a line, and the changes of its pieces or of all of it."""
    is_first = problem.code == "N410"
    own = [piece for piece in rows.odd if piece.row.number == place.line]
    if problem.code in ("N403", "N404"):
        positions = {-1} if problem.code == "N403" else {position for position, _ in row.cells}
        own = [piece for piece in own if piece.position in positions]
    if own and all(piece.readings for piece in own):
        changes = changes_of_kinds({piece.readings[0].kind for piece in own}, rows)
        offered = tuple(change for change in changes if change.edits)
        # what else the first row may be is said last
        decide = problem.help[-1:] if is_first else ()
        said = () if is_first and offered else (changes[0].words,)
        return (*said, *decide), offered
    is_column = bool(own) and {piece.position for piece in own} <= set(rows.text_columns())
    if not (row.is_sample or is_first or is_column or any(piece.readings for piece in own)):
        without = Edit.without_lines(place.file, place.line or 1)
        return problem.help, (Suggestion(problem.help[0], edits=(without,)),)
    if problem.code != "N404":
        return problem.help, ()
    text = row.cells[0][1]
    is_explained = not (is_column or is_missing(text)) and why_not_a_number(text)
    return problem.help if is_explained else what_is_odd(rows) or problem.help, ()
