"""Problems and notes as lines, in the manner of a compiler."""

from __future__ import annotations

from nncli.errors import NncliError, Note, Place, Problem, count_of
from nncli.render.text import inert, text_width
from nncli.render.view import BLANK, Line, Span, line

_EXCERPT_CHARACTERS = 100
# No screen is served by more; the count of the others is given.
_SHOWN_PROBLEMS = 20


def error_view(error: NncliError) -> list[Line]:
    """Return all problems of an error, each with place, excerpt and help."""
    lines: list[Line] = []
    for problem in error.problems[:_SHOWN_PROBLEMS]:
        if lines:
            lines.append(BLANK)
        lines += problem_lines(problem)
    more = error.more + max(0, len(error.problems) - _SHOWN_PROBLEMS)
    if more:
        lines += [BLANK, line(Span(f"… and {count_of(more, 'more problem')}", "dim"))]
    return lines


def problem_lines(problem: Problem) -> list[Line]:
    """Return one problem: FILE:LINE:COLUMN: error[CODE]: message, excerpt, caret, help."""
    label = Span(f"error[{problem.code}]" if problem.code else "error", "error")
    place = problem.place
    prefix = f"{_position(place)}: " if place is not None else ""
    lines = [line(Span(prefix, "heading"), label, ": ", problem.message)]
    if place is not None and place.excerpt is not None and place.line is not None:
        lines += _excerpt(place.line, place.excerpt, place.caret)
    lines += [line(Span("help", "accent"), ": ", text) for text in problem.help]
    return lines


def note_line(note: Note) -> Line:
    """Return a note as one line."""
    return line(Span("note", "note"), ": ", note.message)


def _position(place: Place) -> str:
    numbers = [str(number) for number in (place.line, place.column) if number is not None]
    return ":".join([place.file, *numbers])


def _excerpt(number: int, text: str, caret: int | None) -> list[Line]:
    """Return the source line, cut to a window around the caret, and the caret below it."""
    start = 0
    if caret is not None and caret > _EXCERPT_CHARACTERS * 3 // 4:
        start = caret - _EXCERPT_CHARACTERS // 2
    window = text[start : start + _EXCERPT_CHARACTERS].replace("\t", " ")
    left = "…" if start else ""
    right = "…" if start + _EXCERPT_CHARACTERS < len(text) else ""
    margin = f"{number:>4} | "
    lines = [line(Span(margin, "dim"), left + window + right)]
    if caret is not None:
        before = inert(left + window[: caret - start])
        lines.append(
            line(Span(" " * 4 + " | ", "dim"), " " * text_width(before), Span("^", "error"))
        )
    return lines
