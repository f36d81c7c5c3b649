"""Two shapes as a drawing: the matrices, and the two sizes that are equal, or should be."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from nncli.explanation.notation import Notation, is_turned
from nncli.network.shapes import LayerShape
from nncli.render.layout.view import Block, Figure, Line, Span, Style, line
from nncli.render.numbers import format_shape
from nncli.render.products import batch_shape, in_order, weights_text
from nncli.specs.fit import Misfit

_MARGIN = 4
# Boxes grow with the logarithm of their sizes, within what a narrow screen can hold.
_MAX_ROWS, _MAX_COLUMNS, _MAX_OF_THREE = 4, 13, 11


def clash_blocks(layer: LayerShape, samples: str, notation: Notation = "rows") -> list[Block]:
    """Return the first clash of a layer, drawn, and all of them in words.

    samples: what stands for the number of samples.
    """
    words = [
        line(Span(" ✗ ", "error"), _words(misfit, layer, samples, notation))
        for misfit in layer.misfits
    ]
    return [_drawing(layer.misfits[0], layer, samples, notation), *words]


def fit_blocks(layer: LayerShape, samples: str, notation: Notation = "rows") -> list[Block]:
    """Return how the shapes of a layer that fits go together, drawn and in words.

    samples: what stands for the number of samples.
    """
    inputs, neurons = layer.weights_shape
    left, right = _factors(layer, samples, notation)
    outer = batch_shape(samples, neurons, notation)
    product = _box(_product_name(notation), outer)
    remaining, biases = format_shape(outer), format_shape(layer.biases_shape)
    each = "column" if notation == "columns" else "row"
    words = [
        f"{inputs} = {inputs}: the inner sizes are equal; the outer ones remain, {remaining}",
        f"b {biases} is added to each {each}",
    ]
    if is_turned(layer.held_layout, notation):
        weights = weights_text(layer.weights_shape, layer.held_layout, notation)
        held, _, _ = weights.partition("ᵀ")
        way = "a column per neuron" if notation == "columns" else "a row per neuron"
        words.insert(0, f"W is held as {held}, {way}, and transposed: {weights}")
    drawn = (replace(b, width=min(b.width, _MAX_OF_THREE)) for b in (left, right, product))
    return [_linked_boxes(*drawn), *(line(f" {text}") for text in words)]


def _words(misfit: Misfit, layer: LayerShape, samples: str, notation: Notation) -> str:
    unequal = f"{misfit.found} ≠ {misfit.wanted}"
    if misfit.code in ("N201", "N407"):
        left, right = in_order((layer.inputs, layer.weights_shape[0]), notation)
        outer = format_shape(batch_shape(samples, layer.weights_shape[1], notation))
        return f"{left} ≠ {right}: the inner sizes must be equal; the outer ones remain, {outer}"
    if misfit.code == "N202":
        way = "column" if notation == "rows" else "row"
        return f"{unequal}: each neuron has a {way} of W"
    return f"{unequal}: each neuron has one bias"


def _drawing(misfit: Misfit, layer: LayerShape, samples: str, notation: Notation) -> Figure:
    if misfit.code in ("N201", "N407"):
        return _linked_boxes(*_factors(layer, samples, notation))
    is_a_row = notation == "columns"
    name, number = _product_name(notation), f"biases: {misfit.found}"
    shape = batch_shape(samples, layer.neurons, notation)
    if misfit.code == "N202":
        is_a_row = notation != "rows"
        name, number = "W", f"neurons: {misfit.wanted}"
        shape = layer.weights_shape[::-1] if is_a_row else layer.weights_shape
    draw = _rows_and_number if is_a_row else _columns_and_number
    return draw(_box(name, shape), number)


def _factors(layer: LayerShape, samples: str, notation: Notation) -> tuple[_Box, _Box]:
    """Return the left and the right factor of a layer's product."""
    if notation == "columns":
        return _box("W", layer.weights_shape[::-1]), _box("x", (layer.inputs, samples))
    return _box("x", (samples, layer.inputs)), _box(_by_columns(notation), layer.weights_shape)


def _by_columns(notation: Notation) -> str:
    """Return what the weights are called where they have a column for each neuron."""
    return "W" if notation == "rows" else "Wᵀ"


def _product_name(notation: Notation) -> str:
    return "W · x" if notation == "columns" else f"x @ {_by_columns(notation)}"


def _box(name: str, shape: tuple[int | str, int | str]) -> _Box:
    """Return a matrix, drawn the larger the more rows and columns it has."""
    rows, columns = shape
    return _Box(name, str(rows), str(columns), _rows(rows), max(_columns(columns), len(name) + 2))


def _rows(size: int | str) -> int:
    return min(_MAX_ROWS, 1 + int(math.log2(_number(size)) / 2))


def _columns(size: int | str) -> int:
    return min(_MAX_COLUMNS, 5 + 2 * int(math.log2(_number(size))))


def _number(size: int | str) -> int:
    """Return a size that can be drawn; 1 for one that is not known."""
    # data whose only column is left out has none
    return max(1, int(size)) if str(size).isdigit() else 1


@dataclass(frozen=True)
class _Box:
    """A matrix: its name, its sizes as text, and how large it is drawn inside its border."""

    name: str
    rows: str
    columns: str
    height: int
    width: int


@dataclass
class _Canvas:
    """Characters with styles, put down by row and column."""

    cells: dict[tuple[int, int], tuple[str, Style]] = field(default_factory=dict)

    def put(self, row: int, column: int, text: str, style: Style = "dim") -> None:
        for offset, character in enumerate(text):
            self.cells[row, column + offset] = (character, style)

    def box(self, column: int, box: _Box) -> int:
        """Draw a box whose left border is at *column*; return the column of its right border."""
        bottom, right = box.height + 1, column + box.width + 1
        self.put(0, column, "┌" + "─" * box.width + "┐")
        for row in range(1, bottom):
            self.put(row, column, "│")
            self.put(row, right, "│")
        self.put(bottom, column, "└" + "─" * box.width + "┘")
        name = column + 1 + (box.width - len(box.name)) // 2
        self.put((box.height + 1) // 2, name, box.name, "")
        return right

    def lines(self) -> tuple[Line, ...]:
        rows = max(row for row, _ in self.cells)
        return tuple(self._line(row) for row in range(rows + 1))

    def _line(self, row: int) -> Line:
        columns = [column for r, column in self.cells if r == row]
        spans: list[Span] = []
        for column in range(max(columns, default=-1) + 1):
            character, style = self.cells.get((row, column), (" ", ""))
            if spans and spans[-1].style == style:
                spans[-1] = Span(spans[-1].text + character, style)
            else:
                spans.append(Span(character, style))
        return Line(tuple(spans))


def _left_box(canvas: _Canvas, box: _Box, style: Style = "error") -> tuple[int, int, int]:
    """Draw a matrix at the left margin, its rows beside it and its columns below.

    style: of its columns, those that are linked.
    Return the row and the column behind that lower label, where a link begins, and the column
    that the link must pass to be seen.
    """
    left = _MARGIN + len(box.rows) + 1
    right = canvas.box(left, box)
    canvas.put((box.height + 1) // 2, _MARGIN, box.rows, "accent")
    label = left + 1 + (box.width - len(box.columns)) // 2
    canvas.put(box.height + 2, label, box.columns, style)
    start = label + len(box.columns) + 1
    return box.height + 2, start, max(right, start - 1) + 4


def _linked_boxes(left: _Box, right: _Box, product: _Box | None = None) -> Figure:
    """Draw two matrices, the columns of the left one linked to the rows of the right one.

    product: of the two, where they fit.
    """
    canvas = _Canvas()
    style: Style = "error" if product is None else "accent"
    below, start, corner = _left_box(canvas, left, style)
    border = corner + len(right.rows) + 4
    end = canvas.box(border, right)
    # the link: from below the left box up to beside the right one
    canvas.put(below, start, "─" * (corner - start))
    canvas.put(below, (start + corner) // 2, "✗" if product is None else "=", style)
    canvas.put(below, corner, "┘")
    for row in range(2, below):
        canvas.put(row, corner, "│")
    canvas.put(1, corner, "┌─")
    canvas.put(1, border - len(right.rows) - 1, right.rows, style)
    middle = border + 1 + (right.width - len(right.columns)) // 2
    canvas.put(right.height + 2, middle, right.columns, "accent")
    if product is not None:
        _put_product(canvas, product, end)
    return Figure(canvas.lines())


def _put_product(canvas: _Canvas, product: _Box, after: int) -> None:
    """Draw a matrix behind an equals sign, its rows beside it and its columns below.

    after: the column of the last border before it.
    """
    row, border = (product.height + 1) // 2, after + len(product.rows) + 7
    canvas.put(row, after + 3, "=")
    canvas.put(row, after + 6, product.rows)
    canvas.box(border, product)
    middle = border + 1 + (product.width - len(product.columns)) // 2
    canvas.put(product.height + 2, middle, product.columns)


def _rows_and_number(box: _Box, number: str) -> Figure:
    """Draw a matrix, its rows linked to a number that should be the same."""
    canvas, left, row = _Canvas(), _MARGIN + 2, (box.height + 1) // 2
    end = canvas.box(left, box)
    start = end + 2 + len(box.rows) + 1
    canvas.put(row, end + 2, box.rows, "error")
    canvas.put(row, start, "───✗───")
    canvas.put(row, start + 3, "✗", "error")
    canvas.put(row, start + 8, number, "error")
    label = left + 1 + (box.width - len(box.columns)) // 2
    canvas.put(box.height + 2, label, box.columns, "accent")
    return Figure(canvas.lines())


def _columns_and_number(box: _Box, number: str) -> Figure:
    """Draw a matrix, its columns linked to a number that should be the same."""
    canvas = _Canvas()
    below, start, stop = _left_box(canvas, box)
    stop = max(stop, start + 4)
    canvas.put(below, start, "─" * (stop - start))
    canvas.put(below, (start + stop) // 2, "✗", "error")
    canvas.put(below, stop + 1, number, "error")
    return Figure(canvas.lines())
