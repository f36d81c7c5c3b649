"""Where the matrices of a layer stand, so that a product can be read off.

The right factor stands above, the left one beside the result: each number of the result stands
where the row and the column meet that it is made of.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from nncli.explanation.exact import Exact
from nncli.explanation.notation import Notation
from nncli.explanation.shown import Shown
from nncli.explanation.steps import Matrix, ProductStep

_ONE = Shown(Exact(Decimal(1)), "1", False)


@dataclass(frozen=True)
class Corner:
    """A product's parts around its corner."""

    left: Matrix
    above: Matrix
    result: Matrix
    shapes: tuple[str, str, str]  # of left, above and result; 4+1 counts the biases apart
    lit: tuple[int, int]  # the row and the column of the result whose sum is written out
    bias: tuple[Shown, ...]  # what is added: a number for each neuron; none if the factors hold it
    is_turned: bool  # whether the neurons are the rows of the result, and a bias its column
    output: Matrix | None  # of the same size as the result; None if the layer is linear


def corner(step: ProductStep, notation: Notation) -> Corner:
    """Return where the matrices of a layer stand in a notation."""
    left, above, result, output = step.x, step.w, step.z, step.a
    if step.has_ones:
        left, above = tuple((*row, _ONE) for row in left), (*above, step.b)
    lit = step.samples.index(step.sample), step.neuron - 1
    is_turned = notation == "columns"
    if is_turned:
        left, above, result, lit = turned(above), turned(left), turned(result), lit[::-1]
        output = turned(output) if output is not None else None
    inner = f"{len(step.w)}{'+1' * step.has_ones}"
    rows, columns = len(result), len(result[0])
    shapes = f"({rows}, {inner})", f"({inner}, {columns})", f"({rows}, {columns})"
    bias = () if step.has_ones else step.b
    return Corner(left, above, result, shapes, lit, bias, is_turned, output)


def turned(matrix: Matrix) -> Matrix:
    """Return columns as rows."""
    return tuple(zip(*matrix, strict=True))
