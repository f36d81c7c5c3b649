"""Lessons about problem codes as views."""

from __future__ import annotations

import textwrap

from nncli.errors import PROBLEM_TITLES
from nncli.lessons import LESSONS, Example
from nncli.render.view import BLANK, Block, Column, Figure, Grid, Line, Span, View, line

# Text is hardest to read in very long lines.
_TEXT_WIDTH = 80
_GROUPS = {
    "N1": "the spec",
    "N2": "shapes",
    "N3": "weights",
    "N4": "the data",
    "N5": "files",
    "N6": "checks",
}


def lesson_view(code: str, width: int | None) -> View:
    """Return the lesson about a code: what it means, an example, how to mend it."""
    lesson = LESSONS[code]
    columns = min(width or _TEXT_WIDTH, _TEXT_WIDTH)
    blocks: list[Block] = [line(Span(code, "error"), "   ", Span(PROBLEM_TITLES[code], "heading"))]
    blocks += [BLANK, *_paragraph(lesson.meaning, columns)]
    if lesson.wrong is not None:
        blocks += [BLANK, *_example(lesson.wrong, f"   ends with {code}")]
    blocks += [BLANK, *_paragraph(lesson.remedy, columns)]
    if lesson.right is not None:
        blocks += [BLANK, *_example(lesson.right, "   runs")]
    return blocks


def _paragraph(text: str, width: int) -> list[Block]:
    return [line(part) for part in textwrap.wrap(text, width, break_on_hyphens=False)]


def _example(example: Example, outcome: str) -> list[Block]:
    """Return files and the command on them, indented."""
    lines: list[Line] = []
    for name, content in example.files.items():
        lines.append(line("    ", Span(name, "dim")))
        rows = content.splitlines() or ["(empty)"]
        lines += [line("      ", Span(row)) for row in rows]
    command = Span(f"$ nncli {example.arguments}", "accent")
    lines.append(line("    ", command, Span(outcome, "dim")))
    return [Figure(tuple(lines))]


def codes_view() -> View:
    """Return the list of all codes."""
    rows = tuple(
        (Span(code), Span(title), Span(_GROUPS[code[:2]], "dim"))
        for code, title in PROBLEM_TITLES.items()
    )
    grid = Grid((Column("code"), Column("what it is about"), Column("found in")), rows)
    return [grid, BLANK, line(Span("nncli explain-error N201", "accent"), " explains one of them")]
