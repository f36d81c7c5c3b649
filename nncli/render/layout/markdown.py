"""Views as Markdown: headings, and grids as pipe tables."""

from __future__ import annotations

import re

from nncli.render.layout.text import inert
from nncli.render.layout.view import Figure, Grid, View

# Whatever Markdown or the HTML in it could take for more than text.
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#!~&])")


def to_markdown(view: View) -> str:
    """Return a view as Markdown text."""
    parts: list[str] = []
    for block in view:
        if isinstance(block, Grid):
            parts += [f"**{escaped(block.caption)}**\n"] if block.caption else []
            parts.append(_table(block))
        elif isinstance(block, Figure):
            drawing = "\n".join(line.text.rstrip() for line in block.lines)
            parts.append(f"```\n{drawing}\n```\n")
        else:
            texts = [span.text for span in block.spans]
            if block.level:
                parts.append(f"{'#' * block.level} {escaped(texts.pop(0).strip())}\n")
            if text := "".join(texts).strip():
                parts.append(escaped(text) + "\n")
    return "\n".join(parts)


def _table(grid: Grid) -> str:
    heading = _row([column.heading for column in grid.columns])
    rule = "|".join(" ---: " if column.align == "right" else " --- " for column in grid.columns)
    rows = [_row([span.text for span in row]) for row in grid.rows]
    return "\n".join([heading, f"|{rule}|", *rows]) + "\n"


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(escaped(cell.strip()) for cell in cells) + " |"


def escaped(text: str) -> str:
    """Return foreign text, made inert, so that nothing in it is Markdown."""
    return _SPECIAL.sub(r"\\\1", inert(text))
