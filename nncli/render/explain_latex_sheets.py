"""Worksheets as one LaTeX document, and the key to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nncli.explanation.steps import Sheet
from nncli.render.explain_latex import explanation_lines, latex_document
from nncli.render.explain_latex_numbers import BOXES, SIGNS
from nncli.render.explain_sheets import (
    instructions,
    key_answers,
    key_columns,
    key_text,
    points_of,
    sheet_title,
)
from nncli.render.layout.latex import escaped, maths, maths_width

# How wide the key may be, in points, each of its columns with the space around it; how tall.
_ROOM, _SPACE, _ROWS = 470.0, 9.0, 50
# How wide a digit is in its size of type.
_SMALL = 0.87


def worksheet_latex(sheets: Sequence[Sheet]) -> str:
    """Return worksheets, each on pages of its own; filled in, behind a table of all answers."""
    lines = list(_key(sheets)) if sheets[0].has_answers else []
    for sheet in sheets:
        lines += [r"\newpage", ""] if lines else []
        lines += [*_top(sheet), *explanation_lines(sheet.found)]
    return latex_document(lines, BOXES)


def _top(sheet: Sheet) -> Iterator[str]:
    """Yield what stands above a sheet's numbers."""
    points = points_of(sheet.questions)
    yield r"\setcounter{page}{1}"
    title = escaped(sheet_title(sheet))
    yield rf"\section*{{{title} \hfill\normalfont\normalsize seed {sheet.seed}}}"
    yield r"Name \rule{75mm}{0.4pt}\hfill Date \rule{30mm}{0.4pt}\hfill"
    yield rf"Points \rule{{12mm}}{{0.4pt}} / {points}"
    yield ""
    yield " ".join(instructions(sheet))


# ------------------------------------------------------------------------------------ answers


def _key(sheets: Sequence[Sheet]) -> Iterator[str]:
    """Yield the table of all answers: a row for each sheet, in parts if it is wide or long."""
    yield rf"\section*{{{escaped(sheets[0].found.spec.name)}: answers}}"
    yield r"\begingroup\footnotesize\setlength{\tabcolsep}{4pt}"
    columns = list(_columns(sheets))
    for part in _parts(columns):
        for start in range(0, len(sheets), _ROWS):
            yield from ("", rf"\begin{{tabular}}{{{'r' * (len(part) + 1)}}}")
            shown = [columns[0], *part]
            yield " & ".join(column[0] for column in shown) + r" \\ \hline"
            for row in list(zip(*shown, strict=True))[1:][start : start + _ROWS]:
                yield " & ".join(f"${maths(cell)}$" for cell in row) + r" \\"
            yield r"\end{tabular}"
    yield r"\endgroup"


def _columns(sheets: Sequence[Sheet]) -> Iterator[list[str]]:
    """Yield the columns of the key: each heading, and below it what it is of every sheet."""
    answers = [key_answers(sheet) for sheet in sheets]
    yield ["variant", *(str(sheet.variant) for sheet in sheets)]
    yield ["seed", *(str(sheet.seed) for sheet in sheets)]
    yield ["points", *(str(points_of(sheet.questions)) for sheet in sheets)]
    for label in key_columns(sheets):
        yield [label, *(key_text(each[label], SIGNS) if label in each else "" for each in answers)]


def _parts(columns: Sequence[list[str]]) -> Iterator[Sequence[list[str]]]:
    """Yield which columns stand beside one another, behind the first."""
    widths = [max(map(maths_width, column)) * _SMALL + _SPACE for column in columns]
    start, used = 1, widths[0]
    for at in range(1, len(columns)):
        if at > start and used + widths[at] > _ROOM:
            yield columns[start:at]
            start, used = at, widths[0]
        used += widths[at]
    yield columns[start:]
