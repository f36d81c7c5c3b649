"""Lessons about problem codes: read from lessons.toml, which has an entry for each, as views."""

from __future__ import annotations

import textwrap
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from nncli.problems import PROBLEM_TITLES
from nncli.render.layout.view import BLANK, Block, Column, Figure, Grid, Line, Span, View, line

# Text is hardest to read in very long lines.
_TEXT_WIDTH = 80
_GROUPS = {
    "N1": "the spec",
    "N2": "shapes",
    "N3": "weights",
    "N4": "the data",
    "N5": "files",
    "N6": "checks",
    "N7": "the command line",
}


@dataclass(frozen=True)
class Example:
    """A command on some files: what a reader can try."""

    command: str  # as typed after `nncli`
    files: Mapping[str, str]  # name → content, to be written as UTF-8


@dataclass(frozen=True)
class Lesson:
    """What a code means, an example that ends with it, and what mends it."""

    meaning: str
    remedy: str
    wrong: Example | None
    right: Example | None


@cache
def lessons() -> dict[str, Lesson]:
    """Return the lesson of every code, in the order of the codes."""
    text = (files("nncli.render") / "lessons.toml").read_text(encoding="utf-8")
    return {code: _lesson(entry) for code, entry in tomllib.loads(text).items()}


def _lesson(entry: dict[str, Any]) -> Lesson:
    wrong, right = (
        Example(entry[key]["command"], entry[key].get("files", {})) if key in entry else None
        for key in ("wrong", "right")
    )
    meaning, remedy = (" ".join(entry[key].split()) for key in ("meaning", "remedy"))
    return Lesson(meaning, remedy, wrong, right)


def lesson_view(code: str, width: int | None) -> View:
    """Return the lesson about a code: what it means, an example, how to mend it."""
    lesson = lessons()[code]
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
    command = Span(f"$ nncli {example.command}", "accent")
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
