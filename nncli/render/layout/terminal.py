"""Views as Rich renderables, for a terminal."""

from __future__ import annotations

from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from nncli.render.layout.narrow import fitted
from nncli.render.layout.text import inert
from nncli.render.layout.view import Block, Figure, Grid, Line, Style, View, grid_lines

_STYLES: dict[Style, str] = {
    "": "",
    "heading": "bold",
    "dim": "dim",
    "accent": "bold cyan",
    "error": "bold red",
    "note": "bold yellow",
}

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
        return Group(*(_text(line, **(_WHOLE if line.is_copied else {})) for line in lines))
    # Rich takes some characters for wider than they are: what fits must not be wrapped or cut
    texts = [_text(line, **_WHOLE) for line in grid_lines(block)]
    for text in texts:
        text.rstrip_end(width)
    return Group(*texts)


def _text(line: Line, **wrapping: Any) -> Text:
    text = Text(**wrapping)
    for span in line.spans:
        # appended as text, never as markup: brackets in foreign text must stay brackets
        text.append(inert(span.text), _STYLES[span.style])
    return text
