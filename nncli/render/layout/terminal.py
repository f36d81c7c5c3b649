"""Views as Rich renderables, for a terminal."""

from __future__ import annotations

import re
from itertools import chain
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from nncli.render.layout.narrow import fitted
from nncli.render.layout.text import inert, text_width
from nncli.render.layout.view import Block, Figure, Grid, Line, Style, View, grid_lines

_STYLES: dict[Style, str] = {
    "": "",
    "heading": "bold",
    "dim": "dim",
    "accent": "bold cyan",
    "error": "bold red",
    "note": "bold yellow",
}

# What a line says at a time: parts stand three blanks apart, as columns do.
_PART = re.compile(r"\S+(?: {1,2}\S+)*")
_WHOLE: dict[str, Any] = {"no_wrap": True, "overflow": "ignore"}


def to_rich(view: View, width: int) -> RenderableType:
    """Return a view for a terminal of *width* columns; a grid that is too wide comes in parts."""
    blocks: list[Block] = []
    for block in view:
        if isinstance(block, Figure):
            # a drawing that is wrapped says nothing; the words below it do
            blocks += block.lines if block.width() <= width else []
        else:
            blocks += fitted(block, width) if isinstance(block, Grid) else [block]
    return Group(*(_renderable(block, width) for block in blocks))


def _renderable(block: Block, width: int) -> RenderableType:
    if not isinstance(block, Grid):
        lines = block.lines if isinstance(block, Figure) else (block,)
        return Group(*chain.from_iterable(_lines(line, width) for line in lines))
    # Rich takes some characters for wider than they are: what fits must not be wrapped or cut
    texts = [_text(line, **_WHOLE) for line in grid_lines(block)]
    for text in texts:
        text.rstrip_end(width)
    return Group(*texts)


def _lines(line: Line, width: int) -> list[Text]:
    """Return a line as those that fit: broken between its parts, if they fit, or else at blanks."""
    if line.is_copied or line.width() <= width:
        return [_text(line, **(_WHOLE if line.is_copied else {}))]
    text = _text(line)
    parts = list(_PART.finditer(text.plain))
    margin = " " * (len(text.plain) - len(text.plain.lstrip()) + 2 * (len(parts) > 1))
    starts = [0]
    for part in parts:
        for piece in _pieces(part, width - len(margin)):
            before = len(margin) * (len(starts) > 1)
            if before + text_width(text.plain[starts[-1] : piece.end()]) > width and piece.start():
                starts.append(piece.start())
    first, *others = text.divide(starts[1:])
    lines = [first, *(Text(margin).append_text(other) for other in others)]
    for each in lines:
        each.rstrip()
    return lines


def _pieces(part: re.Match[str], width: int) -> list[re.Match[str]]:
    """Return a part of a line, or its words if it is wider than a line."""
    if text_width(part[0]) <= width:
        return [part]
    return list(re.compile(r"\S+").finditer(part.string, *part.span()))


def _text(line: Line, **wrapping: Any) -> Text:
    text = Text(**wrapping)
    for span in line.spans:
        # appended as text, never as markup: brackets in foreign text must stay brackets
        text.append(inert(span.text), _STYLES[span.style])
    return text
