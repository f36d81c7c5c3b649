"""Changes of a CSV file's text that its faulty lines ask for; whether they help is still open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nncli.data.csv.numbers import is_number
from nncli.data.csv.records import cell_spans
from nncli.doctor.disguises import numbers_meant
from nncli.problems import Edit, FaultyRow, Place, Problem, Suggestion
from nncli.words import quoted, shorten

# Nobody mends a cell in a longer line by its number.
MAX_EDITED_LINE = 100_000

Advice = tuple[tuple[str, ...], tuple[Suggestion, ...]]


def with_proposals(problem: Problem) -> Problem:
    """Return a problem of a faulty line with what may mend it, in words and as changes.

    What a reader says of a line is used up by that: it is proposed once.
    """
    row, place = problem.row, problem.place
    if row is None or place is None:
        return problem
    advice, suggestions = _advice(problem, row, place)
    return replace(problem, help=advice, suggestions=suggestions, row=None)


def _advice(problem: Problem, row: FaultyRow, place: Place) -> Advice:
    if row.cells and problem.code in ("N404", "N410"):
        return _for_cells(problem, row, place)
    if not row.is_sample:
        return problem.help, _without_line(problem.help[0], place)
    needless = _needless_piece(problem.code, row, place)
    if needless is None:
        return problem.help, ()
    words = problem.help[0]
    if problem.code == "N405":
        words = "remove the blank beside the quoted cell"
    elif problem.code == "N403" and row.cells[0][1].strip():
        words = f"take the last cell away: {quoted(row.cells[0][1])} is text"
    text = place.excerpt or ""
    summary = shorten(text[: needless.start] + text[needless.stop :])
    edit = _edit(place, (needless.start, needless.stop), "", summary)
    return problem.help, (Suggestion(words, edits=(edit,)),)


def _needless_piece(code: str, row: FaultyRow, place: Place) -> slice | None:
    """Return which characters of a line had better not be there, if that is its only fault."""
    text, caret = place.excerpt or "", place.caret or 0
    if code == "N406":
        return slice(caret, caret + 1) if text.startswith("\ufeff", caret) else None
    if code == "N405":  # blanks beside a quoted cell
        before = text[text.rfind(row.delimiter, 0, caret) + 1 : caret]
        behind = text[caret:].partition(row.delimiter)[0]
        if before and not before.strip():
            return slice(caret - len(before), caret)
        return slice(caret, caret + len(behind)) if behind and not behind.strip() else None
    # a lone cell too many that is empty or text
    if len(row.cells) != 1 or row.more or is_number(row.cells[0][1]):
        return None
    spans = list(cell_spans(text, row.delimiter))
    is_whole = len(spans) == row.cells[0][0] + 1
    return slice(spans[-1][0] - len(row.delimiter), len(text)) if is_whole else None


def _edit(place: Place, span: tuple[int, int], text: str, summary: str) -> Edit:
    """Return the edit of some characters of a line.  span: the first, from 0, and the end."""
    line = place.line or 1
    return Edit(place.file, line, span[0] + 1, line, span[1] + 1, text, summary)


def _for_cells(problem: Problem, row: FaultyRow, place: Place) -> Advice:
    """Return the advice for cells that are no numbers, and may have been meant as some."""
    words = tuple(text for text, _ in numbers_meant(row.cells[0][1]))
    changes = _one_cell_changed(row, place) if row.is_sample else _all_cells_changed(row, place)
    if problem.code == "N410":
        # what else the first row may be is said last
        return (*words, problem.help[-1]) if words else problem.help, changes
    if row.is_sample:
        return words or problem.help, changes
    if changes:
        return (changes[0].words,), changes
    if any(numbers_meant(cell) for _, cell in row.cells):
        return ("write decimal numbers",), ()
    return problem.help, _without_line(problem.help[0], place)


def _one_cell_changed(row: FaultyRow, place: Place) -> tuple[Suggestion, ...]:
    """Return the changes of a lone faulty cell, one for each number that it may stand for."""
    edits = _edits_of_cells(row, place)
    return tuple(Suggestion(words, edits=(edit,)) for words, edit in next(edits, ()))


def _all_cells_changed(row: FaultyRow, place: Place) -> tuple[Suggestion, ...]:
    """Return the change of all faulty cells of a row, if each may have been meant as a number."""
    chosen = []
    for choices in _edits_of_cells(row, place):
        if not choices:
            return ()
        chosen.append(choices[0])
    edits = tuple(edit for _, edit in chosen)
    return (Suggestion(chosen[0][0], edits=edits),) if chosen else ()


def _edits_of_cells(row: FaultyRow, place: Place) -> Iterator[list[tuple[str, Edit]]]:
    """Yield what each faulty cell of a line may become, in words and as an edit.

    Yields nothing if not all of them are known.
    """
    text = place.excerpt or ""
    if row.more or len(text) > MAX_EDITED_LINE:
        return
    # of a quoted cell that goes on over the line's end, and of those behind it, nothing is known
    spans = dict(enumerate(cell_spans(text, row.delimiter)))
    for position, cell in row.cells:
        span = spans.get(position)
        yield [
            (words, _edit(place, span, number, number))
            for words, number in numbers_meant(cell)
            if span is not None and row.delimiter not in number
        ]


def _without_line(words: str, place: Place) -> tuple[Suggestion, ...]:
    return (Suggestion(words, edits=(Edit.without_lines(place.file, place.line or 1),)),)
