"""How far batches stray from the loss of all, as a view, as JSON and as a picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from nncli.evaluation.spread import BatchSpread, LossSpread
from nncli.render.layout.view import Align, Block, Column, Grid, Line, Span, line
from nncli.render.numbers import format_numbers
from nncli.render.pictures import (
    COLOURS,
    PictureKind,
    clear_axes,
    label_sizes,
    own_settings,
    picture_bytes,
)
from nncli.render.quantities import bar, format_significant
from nncli.results.json_values import json_array
from nncli.words import count_of

_BAR_WIDTH, _SHORTEST_BAR = 16, 4
# On a narrow screen, a gap of two still sets columns apart.
_NARROW_GAP = 2
# The largest batch size that is commonly taken: such a one is told of beside the smallest.
_USUAL = 32
# Where batches hold this share of the data, they stray by visibly less than sigma / sqrt(n).
_LARGE_SHARE = 0.1

# So many digits of the smallest spread are shown, of other numbers as many decimals; where that
# would be too many, or none would suit, numbers have exponents with so many decimals.
_DIGITS = 3
_MOST_DECIMALS = 7
_HUGE = 1e8

_COLUMNS: tuple[tuple[str, Align], ...] = (
    ("batch size", "right"),
    ("strays by", "right"),
    ("5–95 %", "right"),
    ("σ/√n", "right"),
)
_SIZE_INCHES = (10.0, 4.2)


# -------------------------------------------------------------------------------- as a view


def spread_view(found: LossSpread, width: int | None) -> list[Block]:
    """Return how far batches stray, in a table and a sentence; nothing if no size has batches.

    width: of the terminal; None for no limit.  The notes of what was found are not in it.
    """
    if not found.sizes:
        return []
    if not np.isfinite(found.sizes[0].std):
        return [line(f" {spread_sentence(found)}")]
    precision = _decimals(found)
    (loss,) = format_numbers([found.loss], precision)
    title = f"the loss of a random batch, beside {loss} of {drawn_from(found)}"
    return [line(f" {title}"), _table(found.sizes, width, precision), *_meaning(found)]


def spread_sentence(found: LossSpread) -> str:
    """Return what the batch size does to the loss, in one sentence."""
    if not np.isfinite(found.sizes[0].std):
        return "not every loss is finite: how far batches stray cannot be said"
    if not found.loss:
        return "every loss is 0: no batch strays"
    smallest = found.sizes[0]
    usual = [spread for spread in found.sizes if spread.batch_size <= _USUAL]
    told = usual[-1] if len(usual) > 1 else found.sizes[-1]
    if told is smallest:
        return f"{_batch(told)} strays by {_share(told, found)} of the loss"
    other = f"of {smallest.batch_size:,}" if smallest.batch_size > 1 else "a single sample"
    strays = f"{_batch(told)} strays by {_share(told, found)} of the loss"
    return f"{strays}, {other} by {_share(smallest, found)}"


def strays_by(found: LossSpread, batch_size: int) -> str | None:
    """Return how far batches stray, as a share of the loss; None if that cannot be said."""
    spread = found.of(batch_size)
    if spread is None or not np.isfinite(spread.std) or not found.loss:
        return None
    return _share(spread, found)


def drawn_from(found: LossSpread) -> str:
    """Return of which samples the batches are."""
    is_all = 1 < found.held == found.samples
    return f"{'all ' * is_all}{count_of(found.held, 'sample')}"


def _decimals(found: LossSpread) -> int:
    """Return how many decimals the numbers of the table have."""
    spreads = [spread.std for spread in found.sizes if spread.std > 0]
    largest = max(spread.p95 for spread in found.sizes)
    if not spreads or largest >= _HUGE:
        return _DIGITS
    decimals = max(0, _DIGITS - 1 - math.floor(math.log10(min(spreads))))
    return decimals if decimals <= _MOST_DECIMALS else _DIGITS


def _batch(spread: BatchSpread) -> str:
    return f"a batch of {spread.batch_size:,}" if spread.batch_size > 1 else "a single sample"


def _share(spread: BatchSpread, found: LossSpread) -> str:
    """Return how far a batch strays as a percentage; of less than 1 % one digit."""
    percent = 100 * spread.std / found.loss
    return f"{percent:,.0f} %" if percent >= 1 else f"{format_significant(percent, 1)} %"


def _meaning(found: LossSpread) -> list[Line]:
    lines = [line(f" {spread_sentence(found)}")]
    if found.sizes[-1].std < found.sizes[-1].theory_std and (
        found.sizes[-1].batch_size >= _LARGE_SHARE * found.held
    ):
        why = f"a batch that holds much of {count_of(found.held, 'sample')} strays by less"
        lines.append(line(Span(f" σ/√n is of data without an end: {why}", "dim")))
    return lines


def _table(sizes: Sequence[BatchSpread], width: int | None, precision: int) -> Grid:
    """Return the table, with bars as long as there is room for them."""
    low = format_numbers((spread.p05 for spread in sizes), precision)
    high = format_numbers((spread.p95 for spread in sizes), precision)
    # these two are held beside each other, and have the same decimals
    beside = format_numbers((x for s in sizes for x in (s.std, s.theory_std)), precision)
    stds, theory = beside[::2], beside[1::2]
    rows = tuple(
        (
            Span(f"{spread.batch_size:,}"),
            Span(stds[number]),
            Span(f"{low[number]} … {high[number]}"),
            Span(theory[number], "dim"),
        )
        for number, spread in enumerate(sizes)
    )
    grid = Grid(tuple(Column(heading, align) for heading, align in _COLUMNS), rows)
    if width is None or grid.width() + 1 + _BAR_WIDTH <= width:
        return _with_bars(grid, sizes, _BAR_WIDTH)
    closer = replace(grid, gap=_NARROW_GAP)
    room = min(_BAR_WIDTH, width - closer.width() - 1)
    return _with_bars(closer, sizes, room) if room >= _SHORTEST_BAR else grid


def _with_bars(grid: Grid, sizes: Sequence[BatchSpread], width: int) -> Grid:
    """Return a table with bars behind it, the longest of the largest spread."""
    longest = max(spread.std for spread in sizes) or 1.0
    rows = tuple(
        (*row, Span(bar(spread.std / longest, width), "accent"))
        for row, spread in zip(grid.rows, sizes, strict=True)
    )
    return replace(grid, columns=(*grid.columns, Column("")), rows=rows)


# ---------------------------------------------------------------------------------- as JSON


def batch_losses(found: LossSpread) -> list[dict[str, Any]]:
    """Return the figures of each batch size; what is not finite as a text, nan."""
    names = ("std", "p05", "p95", "theory_std")
    return [
        {
            "batch_size": spread.batch_size,
            **dict(zip(names, json_array(_figures(spread)), strict=True)),
        }
        for spread in found.sizes
    ]


def _figures(spread: BatchSpread) -> np.ndarray[Any, np.dtype[np.float64]]:
    return np.array([spread.std, spread.p05, spread.p95, spread.theory_std])


# ------------------------------------------------------------------------------ as a picture


def spread_plot(found: LossSpread, kind: PictureKind) -> bytes:
    """Return a picture: the range of batch losses, and how far they stray, by batch size.

    found: with at least one size.  Raises ImportError without matplotlib.
    """
    with own_settings():
        from matplotlib.figure import Figure

        figure = Figure(figsize=_SIZE_INCHES, layout="constrained")
        ranges, strays = figure.subplots(1, 2)
        sizes = [spread.batch_size for spread in found.sizes]
        _draw_ranges(ranges, sizes, found)
        _draw_strays(strays, sizes, found)
        for axes, title in ((ranges, "loss of a batch"), (strays, "how far it strays")):
            label_sizes(axes, sizes)
            clear_axes(axes, title)
            axes.set_xlabel("batch size")
            axes.legend(frameon=False)
        return picture_bytes(figure, kind)


def _draw_ranges(axes: Any, sizes: Sequence[int], found: LossSpread) -> None:
    low, high = [s.p05 for s in found.sizes], [s.p95 for s in found.sizes]
    axes.fill_between(sizes, low, high, color=COLOURS[0], alpha=0.15, linewidth=0)
    axes.vlines(sizes, low, high, color=COLOURS[0], linewidth=3, label="5–95 % of batches")
    axes.axhline(found.loss, color=COLOURS[1], label=drawn_from(found))


def _draw_strays(axes: Any, sizes: Sequence[int], found: LossSpread) -> None:
    stds = [spread.std for spread in found.sizes]
    theory = [spread.theory_std for spread in found.sizes]
    axes.plot(sizes, theory, "--", color=COLOURS[1], label="σ/√n")
    axes.plot(sizes, stds, "o", markersize=5, color=COLOURS[0], label="batches of the data")
