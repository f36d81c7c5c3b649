"""The matrices of a layer as tables: turned side by side, and around the corner of a product.

What lights up with a chosen number has the class of its sample or its neuron: `x2` a number of the
second sample, `w3` a weight of the third neuron, `z2-3` the result of both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from nncli.explanation.corner import corner, turned
from nncli.explanation.shown import Shown
from nncli.explanation.steps import Matrix, ProductStep, TransposeStep
from nncli.render.explain_names import Names
from nncli.render.numbers import format_shape
from nncli.render.page.markup import SIGNS, Html, joined, number, tag

# The ids of the radio buttons: by sample and neuron, both from 1; none for what has no sum.
Choices = dict[tuple[int, int], str]

# ---------------------------------------------------------------------------- both ways round


def transposed(step: TransposeStep, names: Names) -> Html:
    """Return the weights of a layer as the spec holds them, and as the product takes them."""
    letters, _ = names.letters(step.layer)
    is_by_neuron = names.found.notation != "columns"  # else the spec has a column per neuron
    ways = ["a row per neuron", "a column per neuron"][:: 1 if is_by_neuron else -1]
    is_torch = names.found.notation == "torch"
    of_spec, product = (letters.w, f"{letters.w}.T") if is_torch else ("the spec", letters.w)
    if names.found.notation == "rows":
        shapes = f"{format_shape(step.spec_shape)}ᵀ → {format_shape(step.shape)}"
        said = f"The spec holds {letters.w} turned, a row per neuron: {shapes}"
        return tag("p", said, class_="note")
    before = _table(step.held, is_by_neuron=is_by_neuron)
    behind = _table(turned(step.held), is_by_neuron=not is_by_neuron)
    return tag(
        "div",
        tag("figure", before, _caption(of_spec, step.spec_shape, ways[0])),
        tag("span", "transpose", tag("b", "→"), class_="arrow"),
        tag("figure", behind, _caption(product, step.shape, ways[1])),
        class_="turn fig",
    )


def _caption(name: str, shape: tuple[int, int], way: str) -> Html:
    return tag("figcaption", tag("b", name), f" {format_shape(shape)}, {way}")


def _table(matrix: Matrix, *, is_by_neuron: bool) -> Html:
    rows = []
    for row, values in enumerate(matrix, start=1):
        neurons = [row] * len(values) if is_by_neuron else range(1, len(values) + 1)
        rows.append((values, [f"w w{neuron}" for neuron in neurons]))
    lines = (tag("tr", *_cells(*each, _edges(rows, n))) for n, each in enumerate(rows))
    return tag("table", *lines, style=_width(list(zip(*matrix, strict=True))))


def _edges(rows: Sequence[object], at: int) -> str:
    """Return the classes of the brackets' ends in a row of a matrix."""
    return " top" * (at == 0) + " foot" * (at == len(rows) - 1)


def _cells(values: Sequence[Shown], classes: Sequence[str], edges: str) -> Iterator[Html]:
    """Yield a row of a matrix between its brackets."""
    for at, (value, class_) in enumerate(zip(values, classes, strict=True)):
        sides = " left" * (at == 0) + " right" * (at == len(values) - 1)
        yield tag("td", number(value), class_=f"{class_}{sides}{edges if sides else ''}")


# ----------------------------------------------------------------------------- around a corner


def arrangement(step: ProductStep, names: Names, choices: Choices) -> Html:
    """Return the matrices of a layer in the arrangement of the notation.

    choices: which numbers of the result can be chosen, and the button of each.
    """
    drawing = _Arrangement(step, names, choices)
    return tag(
        "div",
        tag("table", *drawing.rows(), class_="corner", style=drawing.style()),
        class_="fig",
    )


class _Arrangement:
    """Draws the matrices of one layer."""

    def __init__(self, step: ProductStep, names: Names, choices: Choices) -> None:
        self._step, self._names, self._choices = step, names, choices
        self._parts = corner(step, names.found.notation)
        self._letters, self._output = names.letters(step.layer)
        # the biases stand as a column between the left factor and the result
        self._has_column = bool(self._parts.bias) and self._parts.is_turned
        self._width = len(self._parts.left[0]) + 2 * self._has_column  # of the left factor

    def rows(self) -> Iterator[Html]:
        """Yield the rows of the table, from its caption on."""
        parts = self._parts
        yield tag("caption", self._caption())
        yield tag("tr", self._nothing(), *self._labels())
        yield from self._above()
        if parts.bias and not self._has_column:
            yield tag("tr", class_="gap")
            said = joined("+ ", tag("b", self._letters.b), tag("span", " to every row", class_="w"))
            cells = _cells(
                parts.bias, [f"b w{n + 1}" for n, _ in enumerate(parts.bias)], " top foot"
            )
            yield tag("tr", tag("td", said, colspan=self._width + 1, class_="side"), _GAP, *cells)
        yield tag("tr", class_="gap")
        yield from self._results()
        if parts.output is not None:
            yield tag("tr", class_="gap")
            yield from self._outputs(parts.output)

    def style(self) -> str:
        """Return how wide the table is."""
        parts = self._parts
        below = [*parts.above, *parts.result, *(parts.output or ())]
        below += [parts.bias] if parts.bias and not self._has_column else []
        columns = [*zip(*parts.left, strict=True), *zip(*below, strict=True)]
        return _width(columns, 6 + 3 * self._has_column)

    def _caption(self) -> str:
        left, above = self._names.written.factors(self._letters)
        shapes = self._parts.shapes
        return (
            f"{left} {shapes[0]} stands at the left, {above} {shapes[1]} above, and their product "
            f"{self._letters.z} {shapes[2]} where their rows and columns meet"
        )

    def _nothing(self) -> Html:
        return tag("td", colspan=self._width + 2)

    def _of(self, row: int, column: int) -> tuple[int, int]:
        """Return the sample and the neuron, both from 1, of a number of the result."""
        place = row + 1, column + 1
        return place[::-1] if self._parts.is_turned else place

    def _label(self, what: str, numbered: int | str) -> Html:
        return joined(tag("span", f"{what} ", class_="w"), str(numbered))

    def _labels(self) -> Iterator[Html]:
        """Yield what stands above the columns."""
        what, numbers = self._headings(not self._parts.is_turned)
        for each in numbers:
            yield tag("td", self._label(what, each), class_="label")

    def _headings(self, are_neurons: bool) -> tuple[str, Sequence[int]]:
        if are_neurons:
            return "neuron", range(1, len(self._step.b) + 1)
        return "sample", self._step.samples

    def _above(self) -> Iterator[Html]:
        """Yield the right factor; what all are stands in the empty corner."""
        above, is_turned = self._parts.above, self._parts.is_turned
        names = zip(
            (*self._names.written.factors(self._letters), self._letters.z),
            self._parts.shapes,
            ("below", "to the right", "where they meet"),
            strict=True,
        )
        said = (
            joined(tag("b", name), f" {shape}, {place}", tag("br")) for name, shape, place in names
        )
        span = {"rowspan": len(above), "colspan": self._width + 1}
        for at, row in enumerate(above):
            is_ones = self._step.has_ones and at == len(above) - 1
            letter = "x" if is_turned else "w"
            first = "b" if is_ones else letter
            classes = [f"{first} {letter}{n}" + " rule" * is_ones for n in range(1, len(row) + 1)]
            start = [tag("td", *said, class_="corner-name", **span)] if at == 0 else []
            yield tag("tr", *start, _GAP, *_cells(row, classes, _edges(above, at)))

    def _results(self) -> Iterator[Html]:
        """Yield the left factor and, beside it, the result."""
        parts = self._parts
        what, numbers = self._headings(parts.is_turned)
        letter = "w" if parts.is_turned else "x"
        for at, (left, result) in enumerate(zip(parts.left, parts.result, strict=True)):
            edges = _edges(parts.left, at)
            classes = [f"{letter} {letter}{at + 1}"] * len(left)
            if self._step.has_ones:
                classes[-1] = f"b {letter}{at + 1} bar"
            row = [tag("td", self._label(what, numbers[at]), class_="side")]
            row += _cells(left, classes, edges)
            if self._has_column:
                row.append(tag("td", "+", class_="plus"))
                row += _cells(parts.bias[at : at + 1], [f"b w{at + 1}"], edges)
            yield tag("tr", *row, _GAP, *self._numbers(result, at, edges))

    def _numbers(self, values: Sequence[Shown], row: int, edges: str) -> Iterator[Html]:
        """Yield a row of the result: a label of its button for each number that has one."""
        for column, value in enumerate(values):
            sample, neuron = self._of(row, column)
            button = self._choices.get((sample, neuron))
            shown = number(value)
            inner = tag("label", shown, for_=button) if button is not None else shown
            sides = " left" * (column == 0) + " right" * (column == len(values) - 1)
            kind = "z" if button is not None else "z still"
            yield tag(
                "td", inner, class_=f"{kind} z{sample}-{neuron}{sides}{edges if sides else ''}"
            )

    def _outputs(self, output: Matrix) -> Iterator[Html]:
        said = self._names.output(self._step.layer).removeprefix(self._output)
        said = joined(tag("b", self._output), said)
        for at, row in enumerate(output):
            places = [self._of(at, column) for column in range(len(row))]
            classes = [
                "a" + " off" * (value.box is None and value.text == "0") + f" a{sample}-{neuron}"
                for value, (sample, neuron) in zip(row, places, strict=True)
            ]
            side = tag("td", said if at == 0 else "", colspan=self._width + 1, class_="side")
            yield tag("tr", side, _GAP, *_cells(row, classes, _edges(output, at)))


_GAP = tag("td", class_="gap")


def _width(columns: Sequence[Sequence[Shown]], more: float = 0) -> str:
    """Return how wide columns are as a style: in units of their letters' size, and in boxes.

    more: what stands beside them, in such units.  The style's sheet makes letters so small that all
    of it has room; a box has a size of its own, and grows with an answer that is longer.
    """
    ems, boxes = more, 0
    for column in columns:
        width = max(len(SIGNS.number(each.text)) for each in column) * 0.62
        has_box = any(each.box is not None for each in column)
        boxes += has_box
        ems += 1.1 + (max(0.0, width - 2.5) if has_box else width)
    return f"--em:{ems:.1f}" + (f";--boxes:{boxes}" if boxes else "")
