"""Views as HTML: a fragment for a page whose own style is unknown, light or dark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from nncli.render.layout.text import inert
from nncli.render.layout.view import BLANK, Column, Figure, Grid, Line, Span, Style, View

# No colours but the page's own, so that both light and dark pages show them.  Blanks stay, and all
# characters are of one width: numbers are padded to meet at their decimal points.
_SHEET = """\
.nncli{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:13px;\
line-height:1.45;overflow-x:auto}
.nncli .n-heading{margin:1em 0 .4em;white-space:pre-wrap}
.nncli .n-heading:first-of-type{margin-top:0}
.nncli .n-text{margin:.4em 0;padding:0;border:0;background:none;color:inherit;font:inherit;\
white-space:pre-wrap}
.nncli .n-whole{line-height:1.25;white-space:pre}
.nncli .n-table{margin:.4em 0;border-collapse:collapse;font:inherit;color:inherit}
.nncli .n-table caption{caption-side:top;padding:0 0 .2em 1ch;text-align:left;color:inherit;\
opacity:.65}
.nncli .n-table th,.nncli .n-table td{padding:.1em 0 .1em 3ch;border:0;text-align:left;\
vertical-align:baseline;white-space:pre}
.nncli .n-table .n-near{padding-left:1ch}
.nncli .n-table .n-right{text-align:right}
.nncli .n-table thead th,.nncli .n-table thead td{border-bottom:1px solid currentColor;\
font-weight:600}
.nncli b,.nncli strong{font-weight:600}
.nncli strong{text-decoration:underline}
.nncli small{font-size:inherit;opacity:.65}
"""

# What a style is without a style sheet, too.
_ELEMENTS: dict[Style, str] = {
    "heading": "b",
    "dim": "small",
    "accent": "b",
    "error": "strong",
    "note": "b",
}


def to_html(view: View) -> str:
    """Return a view as an HTML fragment: no script, no address, and no style outside of it."""
    return f'<div class="nncli">\n<style>\n{_SHEET}</style>\n{"".join(_blocks(view))}</div>\n'


def _blocks(view: View) -> Iterator[str]:
    lines: list[Line] = []  # that stand together
    for block in (*view, BLANK):
        if isinstance(block, Line) and block.spans and not block.level:
            lines.append(block)
            continue
        if lines:
            yield _lines(lines)
            lines = []
        if isinstance(block, Grid):
            yield _table(block)
        elif isinstance(block, Figure):
            yield _lines(block.lines, is_whole=True)
        elif block.level:
            yield _heading(block)


def _heading(line: Line) -> str:
    # no element of headings: a notebook lists them as its own
    level = f'role="heading" aria-level="{line.level + 1}"'
    return f'<div class="n-heading" {level}>{_spans(line.spans)}</div>\n'


def _lines(lines: Sequence[Line], *, is_whole: bool = False) -> str:
    """Return lines of text.  is_whole: whether none may be broken."""
    whole = " n-whole" if is_whole or any(line.is_copied for line in lines) else ""
    text = "\n".join(_spans(line.spans).rstrip() for line in lines)
    # a first line end would be swallowed
    return f'<pre class="n-text{whole}">\n{text}</pre>\n'


def _table(grid: Grid) -> str:
    caption = f"<caption>{_text(grid.caption)}</caption>\n" if grid.caption else ""
    names = [
        " ".join(_classes(*each)) for each in zip(grid.columns, (1, *grid.gaps()), strict=True)
    ]
    attributes = [f' class="{name}"' if name else "" for name in names]
    headings = "".join(
        f'<th scope="col"{attribute}>{_text(column.heading)}</th>'
        if column.heading
        else f"<td{attribute}></td>"
        for column, attribute in zip(grid.columns, attributes, strict=True)
    )
    rows = "".join(_row(row, attributes) for row in grid.rows)
    head = f"<thead><tr>{headings}</tr></thead>\n"
    return f'<table class="n-table">\n{caption}{head}<tbody>\n{rows}</tbody></table>\n'


def _row(row: Sequence[Span], attributes: Sequence[str]) -> str:
    """Return a row of a table.  attributes: of each column's cells."""
    cells = zip(row, attributes, strict=True)
    return f"<tr>{''.join(f'<td{own}>{_span(cell)}</td>' for cell, own in cells)}</tr>\n"


def _classes(column: Column, gap: int) -> Iterator[str]:
    """Yield what is special about the cells of a column.  gap: before it."""
    if column.align == "right":
        yield "n-right"
    if gap == 1:
        yield "n-near"


def _spans(spans: Sequence[Span]) -> str:
    return "".join(map(_span, spans))


def _span(span: Span) -> str:
    text, element = _text(span.text), _ELEMENTS.get(span.style)
    return f"<{element}>{text}</{element}>" if element and text else text


def _text(text: str) -> str:
    return escape(inert(text), quote=False)
