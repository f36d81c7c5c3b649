"""Views as plain text: no colour, and as wide as it takes, for pipes and files."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from nncli.render.layout.view import Figure, Grid, View, grid_texts

_LINES = 1024


def to_plain(view: View) -> str:
    """Return a view as text with a line end after each line."""
    return "".join(plain_texts(view))


def plain_texts(view: View) -> Iterator[str]:
    """Yield the same text, some lines at a time: of a long table, no more than these are held."""
    lines = (f"{line.rstrip()}\n" for line in _lines(view))
    while text := "".join(islice(lines, _LINES)):
        yield text


def _lines(view: View) -> Iterator[str]:
    for block in view:
        if isinstance(block, Grid):
            yield from grid_texts(block)
        else:
            lines = block.lines if isinstance(block, Figure) else (block,)
            yield from (line.text for line in lines)
