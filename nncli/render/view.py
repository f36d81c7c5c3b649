"""What a screen shows, before anyone decides how: lines and grids of styled text.

A view knows nothing of Rich or Markdown; one renderer for each turns it into output.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from nncli.render.text import inert, text_width

Style = Literal["", "heading", "dim", "accent", "error", "note"]
GAP = 3


class Span(NamedTuple):
    """A piece of text in one style."""

    text: str
    style: Style = ""


@dataclass(frozen=True)
class Line:
    """One line of text."""

    spans: tuple[Span, ...] = ()

    @property
    def text(self) -> str:
        """The line without its styles, foreign text made inert."""
        return "".join(inert(span.text) for span in self.spans)

    def width(self) -> int:
        """Return how wide the line is on a screen."""
        return text_width(self.text)


@dataclass(frozen=True)
class Column:
    """A column of a grid.  A column without a heading holds signs between its neighbours."""

    heading: str
    align: Literal["left", "right"] = "left"


@dataclass(frozen=True)
class Grid:
    """A table: columns and rows of spans."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Span, ...], ...]

    def widths(self) -> list[int]:
        """Return how wide each column is on a screen."""
        return [
            max(
                text_width(inert(column.heading)),
                *(text_width(inert(row[index].text)) for row in self.rows),
                0,
            )
            for index, column in enumerate(self.columns)
        ]

    def width(self) -> int:
        """Return how wide the table is on a screen."""
        return 1 + sum(self.widths()) + sum(self.gaps())

    def gaps(self) -> list[int]:
        """Return the space after each column but the last; signs stand close to their operands."""
        return [
            1 if not left.heading or not right.heading else GAP
            for left, right in zip(self.columns, self.columns[1:], strict=False)
        ]


Block = Line | Grid
View = Sequence[Block]

BLANK = Line()


def line(*parts: str | Span) -> Line:
    """Make a line of plain texts and spans."""
    return Line(tuple(part if isinstance(part, Span) else Span(part) for part in parts))


def stacked(grid: Grid) -> list[Block]:
    """Return a grid that is too wide for the screen as a list: heading and value, row by row."""
    headings = max(text_width(inert(column.heading)) for column in grid.columns)
    blocks: list[Block] = []
    for row in grid.rows:
        cells = [
            (column.heading, span)
            for column, span in zip(grid.columns, row, strict=True)
            if column.heading and span.text.strip()
        ]
        for index, (heading, span) in enumerate(cells):
            mark = "-" if index == 0 else " "
            blocks.append(
                line(
                    Span(f" {mark} {heading.ljust(headings)}  ", "dim"),
                    span._replace(text=span.text.strip()),
                )
            )
    return blocks
