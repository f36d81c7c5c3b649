"""Views as plain text: no colour, and as wide as it takes, for pipes and files."""

from __future__ import annotations

from nncli.render.layout.view import Figure, Grid, Span, View, padded


def to_plain(view: View) -> str:
    """Return a view as text with a line end after each line."""
    lines: list[str] = []
    for block in view:
        if isinstance(block, Grid):
            lines += _grid_lines(block)
        elif isinstance(block, Figure):
            lines += [line.text.rstrip() for line in block.lines]
        else:
            lines.append(block.text.rstrip())
    return "".join(f"{line}\n" for line in lines)


def _grid_lines(grid: Grid) -> list[str]:
    widths, gaps = grid.widths(), [*grid.gaps(), 0]
    heading = tuple(Span(column.heading) for column in grid.columns)
    lines = []
    for row in (heading, *grid.rows):
        cells = [
            padded(span.text, width, column.align) + " " * gap
            for span, column, width, gap in zip(row, grid.columns, widths, gaps, strict=True)
        ]
        lines.append((" " + "".join(cells)).rstrip())
    return lines
