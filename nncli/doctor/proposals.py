"""Changes of a CSV file's text that its faulty lines ask for; whether they help is still open."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nncli.data.csv.records import cell_spans
from nncli.doctor.disguises import numbers_meant
from nncli.problems import Edit, FaultyRow, Place, Problem, Suggestion
from nncli.words import shorten

# Nobody mends a cell in a longer line by its number.
_MAX_EDITED_LINE = 100_000

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
    if problem.code == "N406":
        return problem.help, _without_mark(problem.help[0], place)
    if problem.code == "N405":
        return problem.help, _without_blanks(row, place)
    if not row.is_sample:
        return problem.help, _without_line(problem.help[0], place)
    return problem.help, _without_last_delimiter(problem.help[0], row, place)


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
    text, line = place.excerpt or "", place.line or 1
    if row.more or len(text) > _MAX_EDITED_LINE:
        return
    # of a quoted cell that goes on over the line's end, and of those behind it, nothing is known
    spans = dict(enumerate(cell_spans(text, row.delimiter)))
    for position, cell in row.cells:
        start, end = spans.get(position, (0, 0))
        yield [
            (words, Edit(place.file, line, start + 1, line, end + 1, number, number))
            for words, number in numbers_meant(cell)
            if position in spans and row.delimiter not in number
        ]


def _without_line(words: str, place: Place) -> tuple[Suggestion, ...]:
    return (Suggestion(words, edits=(Edit.without_lines(place.file, place.line or 1),)),)


def _without_last_delimiter(words: str, row: FaultyRow, place: Place) -> tuple[Suggestion, ...]:
    """Return the change of a line whose only cell too many is the blank one at its end."""
    if len(row.cells) + row.more != 1 or row.cells[0][1].strip():
        return ()
    text = place.excerpt or ""
    return _with_piece_removed(words, place, text.rfind(row.delimiter), len(text))


def _without_mark(words: str, place: Place) -> tuple[Suggestion, ...]:
    """Return the change of a line that holds a byte-order mark, if that is what is wrong."""
    at = place.caret
    if at is None or (place.excerpt or "")[at : at + 1] != "\ufeff":
        return ()
    return _with_piece_removed(words, place, at, at + 1)


def _without_blanks(row: FaultyRow, place: Place) -> tuple[Suggestion, ...]:
    """Return the change of a line whose only fault there is a blank beside a quoted cell."""
    text, caret = place.excerpt or "", place.caret or 0
    start = text.rfind(row.delimiter, 0, caret) + 1
    end = text.find(row.delimiter, caret)
    for first, last in ((start, caret), (caret, len(text) if end < 0 else end)):
        if last > first and not text[first:last].strip():
            words = "remove the blank beside the quoted cell"
            return _with_piece_removed(words, place, first, last)
    return ()


def _with_piece_removed(words: str, place: Place, start: int, end: int) -> tuple[Suggestion, ...]:
    """Return the change of a line that loses some characters; start, end: from 0."""
    text, line = place.excerpt or "", place.line or 1
    left = shorten(text[:start] + text[end:])
    return (Suggestion(words, edits=(Edit(place.file, line, start + 1, line, end + 1, "", left),)),)
