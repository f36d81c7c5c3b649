"""Views as Rich renderables, for a terminal."""

from __future__ import annotations

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from nncli.render.layout.text import inert
from nncli.render.layout.view import Block, Figure, Grid, Line, Span, Style, View, fitted, padded

_STYLES: dict[Style, str] = {
    "": "",
    "heading": "bold",
    "dim": "dim",
    "accent": "bold cyan",
    "error": "bold red",
    "note": "bold yellow",
}


def to_rich(view: View, width: int) -> RenderableType:
    """Return a view for a terminal of *width* columns; a grid that is too wide becomes a list."""
    blocks: list[Block] = []
    for block in view:
        if isinstance(block, Figure):
            # a drawing that is wrapped says nothing; the words below it do
            blocks += block.lines if block.width() <= width else []
        else:
            blocks += fitted(block, width) if isinstance(block, Grid) else [block]
    return Group(*(_renderable(block) for block in blocks))


def _renderable(block: Block) -> RenderableType:
    if isinstance(block, Grid):
        return _table(block)
    lines = block.lines if isinstance(block, Figure) else (block,)
    return Group(*map(_text, lines))


def _text(line: Line) -> Text:
    text = Text()
    for span in line.spans:
        text.append_text(_span(span))
    return text


def _span(span: Span) -> Text:
    # Text, never markup: brackets in foreign text must stay brackets
    return Text(inert(span.text), style=_STYLES[span.style])


def _column_texts(grid: Grid, index: int) -> list[str]:
    return [grid.columns[index].heading, *(row[index].text for row in grid.rows)]


def _table(grid: Grid) -> Table:
    table = Table(box=None, padding=0, pad_edge=False, header_style="bold")
    # as wide as Rich measures them: it cuts what it takes for wider than its column
    widths = [
        max(width, *(cell_len(inert(text)) for text in _column_texts(grid, index)))
        for index, width in enumerate(grid.widths())
    ]
    gaps = [*grid.gaps(), 0]
    table.add_column("", width=1)
    for column, width, gap in zip(grid.columns, widths, gaps, strict=True):
        heading = Text(padded(column.heading, width, column.align, cell_len))
        table.add_column(heading, width=width, no_wrap=True)
        table.add_column("", width=gap)
    for row in grid.rows:
        cells: list[Text] = [Text("")]
        for span, column, width in zip(row, grid.columns, widths, strict=True):
            # padded here: Rich would strip the spaces that align the decimal points
            aligned = span._replace(text=padded(span.text, width, column.align, cell_len))
            cells += [_span(aligned), Text("")]
        table.add_row(*cells)
    return table
