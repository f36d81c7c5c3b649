"""Two shapes as a drawing: the matrices, and the two sizes that are equal, or should be."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from nncli.network.shapes import LayerShape
from nncli.render.layout.view import Block, Figure, Line, Span, Style, line
from nncli.render.numbers import format_shape, format_weights
from nncli.specs.fit import Misfit

_MARGIN = 4
# Boxes grow with the logarithm of their sizes, within what a narrow screen can hold.
_MAX_ROWS, _MAX_COLUMNS = 4, 13


def clash_blocks(layer: LayerShape, samples: str) -> list[Block]:
    """Return the first clash of a layer, drawn, and all of them in words.

    samples: what stands for the number of samples.
    """
    first = layer.misfits[0]
    words = [line(Span(" ✗ ", "error"), _words(misfit, layer, samples)) for misfit in layer.misfits]
    return [_drawing(first, layer, samples), *words]


def fit_blocks(layer: LayerShape, samples: str) -> list[Block]:
    """Return how the shapes of a layer that fits go together, drawn and in words.

    samples: what stands for the number of samples.
    """
    inputs, neurons = layer.weights_shape
    x = _Box("x", samples, str(inputs), _rows(samples), _columns(inputs))
    weights = _Box("W", str(inputs), str(neurons), _rows(inputs), _columns(neurons))
    product = _Box("x @ W", samples, str(neurons), _rows(samples), _columns(neurons))
    outer, biases = format_shape((samples, neurons)), format_shape(layer.biases_shape)
    words = [
        f"{inputs} = {inputs}: the inner sizes are equal; the outer ones remain, {outer}",
        f"b {biases} is added to each row",
    ]
    if layer.turned:
        written, turned = (
            format_shape((neurons, inputs)),
            format_weights((inputs, neurons), turned=True),
        )
        words.insert(0, f"W is written as {written}, a row per neuron, and transposed: {turned}")
    return [_linked_boxes(x, weights, product), *(line(f" {text}") for text in words)]


def _words(misfit: Misfit, layer: LayerShape, samples: str) -> str:
    unequal = f"{misfit.found} ≠ {misfit.wanted}"
    if misfit.code == "N407":
        outer = format_shape((samples, layer.weights_shape[1]))
        return f"{unequal}: the inner sizes must be equal; the outer ones remain, {outer}"
    if misfit.code == "N201":
        unequal = f"{misfit.wanted} ≠ {misfit.found}"
        outer = format_shape((samples, layer.weights_shape[1]))
        return f"{unequal}: the inner sizes must be equal; the outer ones remain, {outer}"
    if misfit.code == "N202":
        return f"{unequal}: each neuron has a column of W"
    return f"{unequal}: each neuron has one bias"


def _drawing(misfit: Misfit, layer: LayerShape, samples: str) -> Figure:
    inputs, neurons = layer.weights_shape
    if misfit.code in ("N201", "N407"):
        return _linked_boxes(
            _Box("x", samples, str(layer.inputs), _rows(samples), _columns(layer.inputs)),
            _Box("W", str(inputs), str(neurons), _rows(inputs), _columns(neurons)),
        )
    if misfit.code == "N202":
        box = _Box("W", str(inputs), str(neurons), _rows(inputs), _columns(neurons))
        return _box_and_number(box, f"neurons: {misfit.wanted}")
    box = _Box("x @ W", samples, str(layer.neurons), _rows(samples), _columns(layer.neurons))
    return _box_and_number(box, f"biases: {misfit.found}")


def _rows(size: int | str) -> int:
    if not isinstance(size, int) and not size.isdigit():
        return 1
    return min(_MAX_ROWS, 1 + int(math.log2(int(size)) / 2))


def _columns(size: int) -> int:
    # data whose only column is left out has none
    return min(_MAX_COLUMNS, 5 + 2 * int(math.log2(max(1, size))))


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


def _box_and_number(box: _Box, number: str) -> Figure:
    """Draw a matrix, its columns linked to a number that should be the same."""
    canvas = _Canvas()
    below, start, stop = _left_box(canvas, box)
    stop = max(stop, start + 4)
    canvas.put(below, start, "─" * (stop - start))
    canvas.put(below, (start + stop) // 2, "✗", "error")
    canvas.put(below, stop + 1, number, "error")
    return Figure(canvas.lines())
