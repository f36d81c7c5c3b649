"""What a screen shows, before anyone decides how: lines, drawings and grids of styled text.

A view knows nothing of Rich or Markdown; one renderer for each turns it into output.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Generic, Literal, NamedTuple, TypeVar

from nncli.render.layout.text import inert, text_width

Style = Literal["", "heading", "dim", "accent", "error", "note"]
Align = Literal["left", "right"]
GAP = 3
T = TypeVar("T")


class Span(NamedTuple):
    """A piece of text in one style."""

    text: str
    style: Style = ""


@dataclass(frozen=True)
class Line:
    """One line of text."""

    spans: tuple[Span, ...] = ()
    is_copied: bool = False  # whether it is to be pasted: a screen must not break it
    level: int = 0  # of the heading that its first span is, 1 being the title; 0: it is none

    @property
    def text(self) -> str:
        """The line without its styles, foreign text made inert."""
        return "".join(inert(span.text) for span in self.spans)

    def width(self) -> int:
        """Return how wide the line is on a screen."""
        return text_width(self.text)


@dataclass(frozen=True)
class Figure:
    """A drawing of characters: lines that belong together."""

    lines: tuple[Line, ...]

    def width(self) -> int:
        """Return how wide the drawing is on a screen."""
        return max(line.width() for line in self.lines)


@dataclass(frozen=True)
class Column:
    """A column of a grid.  A column without a heading holds signs between its neighbours."""

    heading: str
    align: Align = "left"


@dataclass(frozen=True)
class Grid:
    """A table: columns and rows of spans."""

    columns: tuple[Column, ...]
    rows: Iterable[tuple[Span, ...]]  # can be gone through again and again
    gap: int = GAP
    keys: int = 1  # how many columns say what a row is of: each part of the table has them
    shorter: Grid | None = None  # the same in fewer words, for a screen on which it does not fit
    caption: str = ""  # what it shows, for pages on which nothing else parts it from a table above

    def widths(self) -> list[int]:
        """Return how wide each column is on a screen."""
        widths = [text_width(inert(column.heading)) for column in self.columns]
        for row in self.rows:
            for index, span in enumerate(row):
                widths[index] = max(widths[index], text_width(inert(span.text)))
        return widths

    def width(self) -> int:
        """Return how wide the table is on a screen."""
        return 1 + sum(self.widths()) + sum(self.gaps())

    def gaps(self) -> list[int]:
        """Return the space after each column but the last; signs stand close to their operands."""
        return [
            1 if not left.heading or not right.heading else self.gap
            for left, right in zip(self.columns, self.columns[1:], strict=False)
        ]


@dataclass(frozen=True)
class Field(Generic[T]):
    """A column of a table whose rows each tell of a thing."""

    heading: str
    cell: Callable[[T], Span]  # what it says of a thing
    align: Align = "left"


@dataclass(frozen=True)
class _RowsOf(Generic[T]):
    """Rows that are made of things whenever they are wanted: those of a long table take no room."""

    fields: Sequence[Field[T]]
    things: Sequence[T]

    def __iter__(self) -> Iterator[tuple[Span, ...]]:
        cells = [field.cell for field in self.fields]
        for thing in self.things:
            yield tuple([cell(thing) for cell in cells])


def table(fields: Sequence[Field[T]], things: Iterable[T], keys: int = 1) -> Grid:
    """Return a grid with a row for each of some things."""
    columns = tuple(Column(field.heading, field.align) for field in fields)
    return Grid(columns, _RowsOf(fields, tuple(things)), keys=keys)


Block = Line | Figure | Grid
View = Sequence[Block]

BLANK = Line()


def line(*parts: str | Span, level: int = 0) -> Line:
    """Make a line of plain texts and spans.  level: of a heading."""
    spans = tuple(part if isinstance(part, Span) else Span(part) for part in parts)
    return Line(spans, level=level)


def grid_lines(grid: Grid) -> Iterator[Line]:
    """Yield a table as lines: the headings, then the rows, every cell as wide as its column."""
    gaps = [" " * gap for gap in (*grid.gaps(), 1)]
    for number, (row, texts) in enumerate(_padded_rows(grid)):
        style: Style = "" if number else "heading"
        spans = [Span(" ", style)]
        for span, text, gap in zip(row, texts, gaps, strict=True):
            spans += [Span(text, span.style), Span(gap, style)]
        yield Line(tuple(spans))


def grid_texts(grid: Grid) -> Iterator[str]:
    """Yield the same lines as texts without styles: of a long table, sooner than the lines."""
    pattern = " " + "".join("%s" + " " * gap for gap in (*grid.gaps(), 1))
    for _, texts in _padded_rows(grid):
        yield pattern % texts


def _padded_rows(grid: Grid) -> Iterator[tuple[tuple[Span, ...], tuple[str, ...]]]:
    """Yield the headings, then each row, both with their texts as wide as the columns."""
    widths, aligns = grid.widths(), [column.align for column in grid.columns]
    heading = tuple(Span(column.heading, "heading") for column in grid.columns)
    for row in chain([heading], grid.rows):
        yield row, tuple(map(padded, [span.text for span in row], widths, aligns))


def padded(text: str, width: int, align: Align) -> str:
    """Return *text*, made inert, filled up with spaces to *width* cells of a screen."""
    if not (text.isascii() and text.isprintable()):
        text = inert(text)
        width += len(text) - text_width(text)  # what follows counts characters
    return text.rjust(width) if align == "right" else text.ljust(width)
