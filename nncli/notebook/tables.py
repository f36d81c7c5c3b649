"""A network and its trace as a notebook shows them: the tables of `nncli shapes` and `forward`."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import numpy as np

from nncli.explanation.notation import notation_of
from nncli.network.dense import LayerResult
from nncli.network.network import Network
from nncli.network.scaling import scaled_inputs, scales_inputs, unscaled_outputs
from nncli.network.shapes import shape_table
from nncli.network.statistics import LayerStatistics
from nncli.network.tally import tally_of
from nncli.network.trace import Trace
from nncli.pipeline.run import ForwardRun
from nncli.pipeline.shown import ShownSamples
from nncli.render.forward import Display, forward_view
from nncli.render.layout.html import to_html
from nncli.render.layout.view import Block, Grid, Span, View
from nncli.render.shapes import BatchSize, shapes_view

# A page is no stream: of more rows or layers than these it shows the first and the last.
_MAX_ROWS = 100
_MAX_LAYERS = 20
# So many characters wide is a table before it leaves neurons out.
_WIDTH = 140


def network_html(network: Network) -> str:
    """Return the table of a network's layers."""
    notation = notation_of(network.spec.layers, "rows")
    return to_html(_bounded(shapes_view(shape_table(network.spec), BatchSize(1), notation)))


def trace_html(trace: Trace) -> str:
    """Return what every layer made of the first samples and the last ones."""
    run, spec = _run_of(trace), trace.network.spec
    display = Display(
        layers=_ends(range(len(trace) + 1), _MAX_LAYERS),
        rows=len(trace.shown),
        notation=notation_of(spec.layers, "rows"),
        options=False,
    )
    return to_html(_bounded(forward_view(run, display, _WIDTH)))


def _run_of(trace: Trace) -> ForwardRun:
    """Return a trace as what `forward` has of a run."""
    network, rows, batch = trace.network, list(trace.shown), trace.batch
    spec, last = network.spec, trace[-1].output[rows]
    values = batch.values.astype(np.float64)
    shown = ShownSamples(
        numbers=tuple(row + 1 for row in rows),
        kept={},
        sample_names=None,
        layers=tuple(
            LayerResult(one.layer, one.name, one.pre_activation[rows], one.output[rows])
            for one in trace
        ),
        batch=batch.values,
        inputs=scaled_inputs(values, spec) if scales_inputs(spec) else None,
        outputs=unscaled_outputs(last, spec),
        prediction=None,
    )
    statistics = _statistics(trace)
    return ForwardRun(network, (), trace.samples, batch.columns, shown, statistics, (), ())


def _statistics(trace: Trace) -> tuple[LayerStatistics, ...]:
    tally = tally_of(trace.network.spec)
    # without the inputs, which only remarks are made of: (blocks, features, samples)
    none = np.empty((1, 0, trace.samples), trace.network.dtype)
    tally.add(1, none, [(one.pre_activation.T[None], one.output.T[None]) for one in trace])
    return tally.statistics()


def _bounded(view: View) -> list[Block]:
    """Return a view whose tables are not too long for a page."""
    return [_shortened(block) if isinstance(block, Grid) else block for block in view]


def _shortened(grid: Grid) -> Grid:
    rows = tuple(islice(grid.rows, _MAX_ROWS + 1))
    if len(rows) <= _MAX_ROWS:
        return grid
    rows, half = tuple(grid.rows), _MAX_ROWS // 2
    between = (Span("…", "dim"), Span(f"{len(rows) - _MAX_ROWS:,} more", "dim"))
    empty = (Span(""),) * (len(grid.columns) - len(between))
    return replace(grid, rows=(*rows[:half], (*between, *empty), *rows[-half:]))


def _ends(numbers: range, most: int) -> tuple[int, ...]:
    """Return all numbers, or the first and the last ones if there are too many."""
    if len(numbers) <= most:
        return tuple(numbers)
    return (*numbers[: most // 2], *numbers[-(most // 2) :])
