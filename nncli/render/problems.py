"""Problems and notes as lines, in the manner of a compiler."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from itertools import chain

from nncli.errors import NncliError
from nncli.problems import Note, Problem, Suggestion
from nncli.render.layout.text import inert, text_width
from nncli.render.layout.view import BLANK, GAP, Line, Span, line
from nncli.words import count_of

_MARGIN = 7
_MAX_ALIGNED = 70
_MAX_EXCERPT = 100
# No screen is served by more; the count of the others is given.
_SHOWN_PROBLEMS = 20


def error_view(
    error: NncliError,
    width: int | None = None,
    notes: Sequence[Note] = (),
    rejects: str | None = None,
) -> list[Line]:
    """Return all problems of an error, each with place, excerpt and help.

    width: of the terminal, so that no excerpt is wrapped away from its caret; None for no limit.
    notes: what may have to do with it; rejects: the file that lists what was refused.
    """
    room = max(20, min(_MAX_EXCERPT, (width or _MAX_EXCERPT * 2) - _MARGIN - 2))
    lines: list[Line] = []
    for problem in error.problems[:_SHOWN_PROBLEMS]:
        if lines:
            lines.append(BLANK)
        lines += problem_lines(problem, room, width)
    more = error.more + max(0, len(error.problems) - _SHOWN_PROBLEMS)
    if more:
        words = f"… and {count_of(more, 'more problem')}"
        words += f"; {rejects} lists all" if rejects else ""
        lines += [BLANK, line(Span(words, "dim"))]
    elif rejects:
        lines += [BLANK, line(Span(f"{rejects} lists what was refused", "dim"))]
    if notes:
        lines += [BLANK, *map(note_line, notes)]
    return lines


def problem_lines(
    problem: Problem, room: int = _MAX_EXCERPT, width: int | None = None
) -> list[Line]:
    """Return one problem: FILE:LINE:COLUMN: error[CODE]: message, excerpt, caret, help.

    room: how many characters of the source line there is space for; width: of the terminal.
    """
    label = Span(f"error[{problem.code}]", "error")
    place = problem.place
    prefix = f"{place}: " if place is not None else ""
    lines = [line(Span(prefix, "heading"), label, ": ", problem.message)]
    if place is not None and place.excerpt is not None and place.line is not None:
        lines += _excerpt(place.line, place.excerpt, place.caret, room)
    lines += _suggestion_lines(problem.suggestions, width)
    lines += [line(Span("help", "accent"), ": ", text) for text in problem.help]
    # without a margin, so that they can be pasted as they stand
    lines += [line(text) for text in problem.program]
    return lines


def _suggestion_lines(suggestions: Sequence[Suggestion], room: int | None) -> list[Line]:
    """Return a line for each suggestion: in words, then where, then what to type.

    room: beyond which what to type gets a line of its own, which no terminal breaks at a blank.
    """
    words = [f"{'or ' if number else ''}{s.words}" for number, s in enumerate(suggestions)]
    typed = [_typed(suggestion) for suggestion in suggestions]
    pairs = list(zip(words, typed, strict=True))
    fitting = [text for text, rest in pairs if rest and _fits(_beside(text, rest, 0), room)]
    # aligned, as far as one long line does not push all others off the screen
    widths = map(text_width, map(inert, fitting))
    width = max((w for w in widths if w <= _MAX_ALIGNED), default=0)
    lines = []
    for text, rest in pairs:
        whole = _beside(text, rest, width)
        if rest and not _fits(whole, room):
            below = Line((Span(" " * len("help: ")), *rest), is_copied=True)
            lines += [_beside(text, (), 0), below]
        else:
            lines.append(whole)
    return lines


def _beside(text: str, typed: tuple[Span, ...], width: int) -> Line:
    """Return one line of words, and what to type behind a column of *width* characters."""
    said = (Span("help", "accent"), Span(": "), Span(text))
    if not typed:
        return Line(said)
    return Line((*said, Span(" " * (max(0, width - text_width(inert(text))) + GAP)), *typed))


def _fits(whole: Line, room: int | None) -> bool:
    return room is None or whole.width() <= room


def _typed(suggestion: Suggestion) -> tuple[Span, ...]:
    """Return what a suggestion changes: where and to what, then the words to type."""
    pieces: list[list[Span]] = []
    if suggestion.edits:
        edit = suggestion.edits[0]
        # a line that is put in between looks other than one that takes another's place
        is_new = edit.text.rstrip(" ").endswith("\n") and (edit.line, edit.column) == (
            edit.end_line,
            edit.end_column,
        )
        first, *others = (edit.summary or "(an empty line)").split("\n")
        summary = f"{first} …" if others else first
        shown = f"+ {summary}" if is_new else summary
        pieces.append([Span(f"{edit.file}:{edit.line}", "dim"), Span(" " * GAP)])
        pieces[-1].append(Span(shown, "accent"))
        if (more := len(suggestion.edits) - 1) > 0:
            pieces[-1].append(Span(f"   and {count_of(more, 'more change')}"))
    argv = ("nncli", *suggestion.argv) if suggestion.argv is not None else ()
    pieces += [[Span(shlex.join(words), "accent")] for words in (suggestion.options, argv) if words]
    spaced = [[*piece, Span(" " * GAP)] for piece in pieces]
    return tuple(chain.from_iterable(spaced))[:-1]


def note_line(note: Note) -> Line:
    """Return a note as one line."""
    return line(Span("note", "note"), ": ", note.message)


def _excerpt(number: int, text: str, caret: int | None, room: int) -> list[Line]:
    """Return the source line, cut to a window around the caret, and the caret below it."""
    start = 0
    if caret is not None and caret > room * 3 // 4:
        start = caret - room // 2
    window = text[start : start + room].replace("\t", " ")
    left = "…" if start else ""
    right = "…" if start + room < len(text) else ""
    margin = f"{number:>4} | "
    lines = [line(Span(margin, "dim"), left + window + right)]
    if caret is not None:
        before = inert(left + window[: caret - start])
        below = " " * (len(margin) - 2) + "| "
        lines.append(line(Span(below, "dim"), " " * text_width(before), Span("^", "error")))
    return lines
