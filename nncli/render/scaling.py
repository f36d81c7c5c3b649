"""Scaling in a table of layers: a row before the first layer, a row after the last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nncli.explanation.notation import Notation
from nncli.network.shapes import ScalingStep
from nncli.render.layout.view import Grid, Span
from nncli.render.numbers import format_shape
from nncli.render.products import batch_shape


def with_scaling(
    grid: Grid,
    before: Sequence[ScalingStep],
    after: Sequence[ScalingStep],
    samples: str,
    notation: Notation = "rows",
) -> Grid:
    """Return a table of layers with what is done before the first and after the last.

    samples: what stands for their number in a shape.
    """
    if not before and not after:
        return grid
    rows = [[_row(grid, step, samples, notation) for step in steps] for steps in (before, after)]
    return replace(grid, rows=(*rows[0], *grid.rows, *rows[1]))


def _row(grid: Grid, step: ScalingStep, samples: str, notation: Notation) -> tuple[Span, ...]:
    shape = format_shape(batch_shape(samples, step.columns, notation))
    texts = {"layer": step.name, "input": shape, "activation": step.formula, "output": shape}
    row = [Span(texts.get(column.heading, "")) for column in grid.columns]
    headings = [column.heading for column in grid.columns]
    before_output = headings.index("output") - 1
    if not headings[before_output]:  # a column of signs
        row[before_output] = Span("→", "dim")
    return tuple(row)
