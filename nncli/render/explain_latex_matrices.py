"""The matrices of an explanation in LaTeX: side by side, and around the corner of a product."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass

from nncli.explanation.corner import Corner, corner, turned
from nncli.explanation.notation import Letters, Written
from nncli.explanation.steps import Matrix, ProductStep, TransposeStep
from nncli.render.explain_latex_numbers import number, width
from nncli.render.layout.latex import fitted, maths, maths_width
from nncli.render.numbers import format_shape

# In points: between columns; of two brackets; between two matrices.
_COLUMN_GAP, _BRACKETS, _GAP = 8.0, 14.0, 12.0
# How much wider a number is in bold.
_BOLD = 1.17

# What the matrices are set with.
COMMANDS = r"""
\setlength{\arraycolsep}{4pt}
% \as{other}{number}: a number that takes as much room as another one
\newcommand{\as}[2]{\hphantom{#1}\llap{$#2$}}
"""


class _Cells:
    """A matrix whose cells are set, some of them in bold."""

    def __init__(self, matrix: Matrix, bold: tuple[int | None, int | None]) -> None:
        """Take a matrix.  bold: the row and the column of what is in bold, None for all of them."""
        self._matrix, self._bold = matrix, bold

    def _is_bold(self, row: int, column: int) -> bool:
        if self._matrix[row][column].box is not None:
            return False
        return all(lit in (None, at) for lit, at in zip(self._bold, (row, column), strict=True))

    def column(self, column: int) -> list[tuple[float, str]]:
        """Return a column's numbers, each behind its width in points."""
        return [self._cell(row, column) for row in range(len(self._matrix))]

    def columns(self) -> list[list[tuple[float, str]]]:
        """Return all columns."""
        return [self.column(at) for at in range(len(self._matrix[0]))]

    def _cell(self, row: int, column: int) -> tuple[float, str]:
        shown = self._matrix[row][column]
        text, wide = number(shown), width(shown, is_term=False)
        return (wide * _BOLD, rf"\mathbf{{{text}}}") if self._is_bold(row, column) else (wide, text)


@dataclass(frozen=True)
class _Display:
    """A matrix in brackets, or something else that is set, and how wide it is in points."""

    text: str
    width: float


def _in_brackets(
    cells: _Cells,
    widest: Sequence[tuple[float, str]] = (),
    *,
    tall: Set[int] = frozenset(),
    has_bar: bool = False,
    has_line: bool = False,
) -> _Display:
    """Return a matrix in brackets.

    widest: of each column, a number that it leaves room for; tall: rows beside which there are
    boxes; has_bar, has_line: before the last column, above the last row.
    """
    columns = cells.columns()
    widest = widest or [max(column) for column in columns]
    texts = [[text for _, text in column] for column in columns]
    has_boxes = [most.startswith(r"\blank") for _, most in widest]
    for at, (wide, most) in enumerate(widest):
        if wide > max(columns[at])[0]:
            as_wide = r"\amid" if has_boxes[at] else r"\as"
            texts[at][0] = rf"{as_wide}{{{most}}}{{{texts[at][0]}}}"
    for row in tall:
        texts[-1][row] += r" \tall"
    rows = [" & ".join(row) for row in zip(*texts, strict=True)]
    if has_line:
        rows[-1] = rf"\hline {rows[-1]}"
    spec = "".join("c" if has_box else "r" for has_box in has_boxes)
    spec = f"{spec[:-1]}|{spec[-1]}" if has_bar else spec
    body = " \\\\\n".join(rows)
    text = f"\\left[\\begin{{array}}{{@{{}}{spec}@{{}}}}\n{body}\n\\end{{array}}\\right]"
    total = sum(each for each, _ in widest) + _COLUMN_GAP * (len(columns) - 1)
    return _Display(text, total + _BRACKETS)


# ---------------------------------------------------------------------------- both ways round


def transposed(
    step: TransposeStep, neuron: int, names: tuple[str, str], *, is_by_neurons: bool
) -> list[str] | None:
    """Return weights as the spec holds them, and the other way round, side by side.

    neuron: whose numbers are in bold, 0 for none; names: of both; is_by_neurons: whether the spec
    has a row per neuron.  None if they do not fit.
    """
    order = 1 if is_by_neurons else -1
    ways = ("a row per neuron", "a column per neuron")[::order]
    bold = ((neuron - 1, None), (None, neuron - 1))[::order]
    parts = []
    pairs = zip((step.held, turned(step.held)), bold, strict=True)
    heads = zip(names, (step.spec_shape, step.shape), ways, strict=True)
    for (matrix, in_bold), (name, shape, way) in zip(pairs, heads, strict=True):
        drawn = _in_brackets(_Cells(matrix, in_bold))
        head = rf"\textstyle {name}\;{format_shape(shape)}\text{{: {way}}}"
        wide = max(drawn.width, maths_width(f"W₁.T{format_shape(shape)}: {way}"))
        parts.append(_Display(f"\\overset{{{head}}}{{{drawn.text}}}", wide))
    text = "\n\\quad\\to\\quad\n".join(part.text for part in parts)
    return fitted([text], sum(part.width for part in parts) + 3 * _GAP)


# ------------------------------------------------------------------------------ around a corner


@dataclass(frozen=True)
class _Named:
    """A product's parts around its corner, each with its name in its own signs."""

    left: _Display
    above: _Display
    result: _Display
    output: _Display | None
    bias: _Display | None
    names: tuple[str, str, str]  # of left, above and result
    shapes: tuple[str, str, str]
    bias_name: str
    output_name: str
    is_turned: bool  # whether the biases are a column beside the left factor

    @property
    def labels(self) -> list[str]:
        """What stands where, as texts without signs of LaTeX."""
        places = ("below", "to the right", "where they meet")
        pairs = zip(self.names, self.shapes, places, strict=True)
        return [f"{name} {shape} {place}" for name, shape, place in pairs]

    def set_labels(self) -> list[str]:
        """Return what stands where for LaTeX's mathematics."""
        places = ("below", "to the right", "where they meet")
        return [
            rf"{maths(name)}\;{shape}\text{{ {place}}}"
            for name, shape, place in zip(self.names, self.shapes, places, strict=True)
        ]

    def around_corner(self, *, are_labels_above: bool) -> list[str] | None:
        """Return the matrices around the corner; None if there is no room."""
        labels, shown = self.set_labels(), self.labels
        first, before = "", []
        if are_labels_above:
            before, shown = [", ".join(f"${label}$" for label in labels) + "."], []
        else:
            first = _stacked(labels)
        left = self.left
        if self.bias is not None and self.is_turned:
            added = rf"\overset{{\textstyle +\,{maths(self.bias_name)}}}{{{self.bias.text}}}"
            left = _Display(f"{left.text}\n\\;{added}", left.width + self.bias.width + 3)
        rows = [(first, self.above.text)]
        if self.bias is not None and not self.is_turned:
            rows.append((rf"+\,{maths(self.bias_name)}\text{{ to every row}}", self.bias.text))
            shown = [*shown, f"+ {self.bias_name} to every row"]
        rows.append((left.text, self.result.text))
        if self.output is not None:
            rows.append((maths(self.output_name), self.output.text))
            shown = [*shown, self.output_name]
        text = " \\\\\n\\noalign{\\vskip 4pt}\n".join(f"{one}\n&\n{other}" for one, other in rows)
        wide = max([left.width, *map(maths_width, shown)]) + _GAP + self.above.width
        found = fitted([f"\\begin{{array}}{{r@{{\\;\\;}}c}}\n{text}\n\\end{{array}}"], wide)
        return [*before, *found] if found is not None else None

    def one_below_the_other(self) -> list[str] | None:
        """Return each matrix behind its name; None if one of them is too wide."""
        first, second, third = zip(self.names, self.shapes, strict=True)
        shown = [(*first, self.left), (*second, self.above)]
        shown += [(self.bias_name, "", self.bias)] if self.bias is not None else []
        shown.append((*third, self.result))
        shown += [(self.output_name, "", self.output)] if self.output is not None else []
        texts = [rf"{maths(name)}\;{shape} =" + f"\n{each.text}" for name, shape, each in shown]
        wide = max(maths_width(f"{name}{shape}=") + each.width for name, shape, each in shown)
        return fitted(texts, wide)


def arrangement(
    step: ProductStep, names: tuple[Letters, str], written: Written, *, is_lit: bool
) -> list[str] | None:
    """Return the matrices of a layer around a corner, or one below the other.

    names: what they and the outputs are called, in their own signs; is_lit: whether the numbers of
    a sum are in bold.  None if one of them is wider than the page.
    """
    letters, output = names
    parts = corner(step, written.notation)
    factors = (*written.factors(letters), letters.z)
    named = _named(parts, (factors, letters.b, output), is_lit=is_lit)
    return (
        named.around_corner(are_labels_above=False)
        or named.around_corner(are_labels_above=True)
        or named.one_below_the_other()
    )


def _named(parts: Corner, names: tuple[tuple[str, str, str], str, str], *, is_lit: bool) -> _Named:
    factors, bias_name, output_name = names
    row, column = parts.lit if is_lit else (-1, -1)
    left, above = _Cells(parts.left, (row, None)), _Cells(parts.above, (None, column))
    result = _Cells(parts.result, (row, column))
    output = _Cells(parts.output, (row, column)) if parts.output is not None else None
    bias = None
    if parts.bias:
        matrix: Matrix = (parts.bias,)
        matrix = turned(matrix) if parts.is_turned else matrix
        bias = _Cells(matrix, (row, None) if parts.is_turned else (None, column))
    below = [above, result, *([output] if output else [])]
    below += [bias] if bias is not None and not parts.is_turned else []
    widest = [
        max(max(column) for column in columns)
        for columns in zip(*(b.columns() for b in below), strict=True)
    ]
    has_ones = not parts.bias
    tall = {
        at
        for at, (one, other) in enumerate(zip(parts.left, parts.result, strict=True))
        if any(shown.box is not None for shown in (*one, *other))
    }
    beside, across = (tall, ()) if parts.is_turned else (frozenset(), widest)
    return _Named(
        left=_in_brackets(left, tall=tall, has_bar=has_ones),
        above=_in_brackets(above, widest, has_line=has_ones),
        result=_in_brackets(result, widest, tall=tall),
        output=_in_brackets(output, widest) if output is not None else None,
        bias=_in_brackets(bias, across, tall=beside) if bias is not None else None,
        names=factors,
        shapes=parts.shapes,
        bias_name=bias_name,
        output_name=output_name,
        is_turned=parts.is_turned,
    )


def _stacked(lines: Sequence[str]) -> str:
    # {} because LaTeX takes what begins with [ for an argument of the line break
    body = " \\\\\n".join(f"{{}}{line}" if line.startswith("[") else line for line in lines)
    return f"\\begin{{array}}{{r@{{}}}}\n{body}\n\\end{{array}}"
