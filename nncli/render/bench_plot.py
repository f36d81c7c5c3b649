"""A benchmark as a picture: rate and latency against batch size, with their spread."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from typing import Any, Literal

from nncli.render.bench import series_label
from nncli.render.layout.text import inert
from nncli.timing.bench import Advice, BenchRun, Result
from nncli.words import shorten

PictureKind = Literal["svg", "png"]

_SIZE_INCHES = (10.0, 4.6)
_DOTS_PER_INCH = 150
# Okabe & Ito's colours, which most kinds of colour blindness leave apart.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_MARKERS = "osD^vPX"
_MAX_TICKS = 12
_LONGEST_LEVEL_TICK = 9999


def bench_plot(run: BenchRun, kind: PictureKind) -> bytes:
    """Return a picture of a benchmark: lines through the medians, bars from quartile to quartile.

    Raises ImportError without matplotlib.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    # the same picture for the same figures, whatever the user's settings, and inert foreign text
    settings = {"svg.hashsalt": "nncli", "text.parse_math": False}
    with mpl.rc_context({**mpl.rcParamsDefault, **settings, "backend": "agg"}):
        figure = Figure(figsize=_SIZE_INCHES, layout="constrained")
        rate, latency = figure.subplots(1, 2)
        for number, advice in enumerate(run.advice):
            _draw(run, advice, rate, latency, number)
        _label(run, rate, latency)
        stream = io.BytesIO()
        metadata = {"Date": None} if kind == "svg" else {"Software": None}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # a name that no font has all signs for
            figure.savefig(stream, format=kind, dpi=_DOTS_PER_INCH, metadata=metadata)
    return stream.getvalue()


def _draw(run: BenchRun, advice: Advice, rate: Any, latency: Any, number: int) -> None:
    """Draw one series into both panels, and mark its recommended batch size."""
    results = run.results_of(advice.series)
    sizes = [result.batch_size for result in results]
    style = {
        "color": _COLOURS[number % len(_COLOURS)],
        "marker": _MARKERS[(number + number // len(_COLOURS)) % len(_MARKERS)],
        "markersize": 5,
        "capsize": 3,
        "label": series_label(run, advice.series),
    }
    rates = [result.timing.rate for result in results]
    rate.errorbar(sizes, rates, yerr=_rate_spread(results), **style)
    seconds = [result.summary.median for result in results]
    latency.errorbar(sizes, seconds, yerr=_seconds_spread(results), **style)
    if len(results) > 1:
        chosen = sizes.index(advice.recommendation.batch_size)
        mark = {"facecolors": "none", "edgecolors": style["color"], "s": 160, "zorder": 5}
        for axes, values in ((rate, rates), (latency, seconds)):
            axes.scatter([sizes[chosen]], [values[chosen]], **mark)


def _seconds_spread(results: list[Result]) -> list[list[float]]:
    """Return how far the quartiles lie below and above the medians."""
    summaries = [result.summary for result in results]
    return [
        [s.median - s.lower_quartile for s in summaries],
        [s.upper_quartile - s.median for s in summaries],
    ]


def _rate_spread(results: list[Result]) -> list[list[float]]:
    """Return the same for samples per second: the slow quartile is the low one."""
    return [
        [r.timing.rate - r.batch_size / r.summary.upper_quartile for r in results],
        [r.batch_size / r.summary.lower_quartile - r.timing.rate for r in results],
    ]


def _label(run: BenchRun, rate: Any, latency: Any) -> None:
    from matplotlib.ticker import EngFormatter, LogLocator, NullLocator

    for axes, title, unit in ((rate, "samples per second", ""), (latency, "time per batch", "s")):
        axes.set_xscale("log", base=2)
        axes.set_yscale("log")
        axes.set_xticks(_spread_out(run.request.batch_sizes))
        axes.xaxis.set_major_formatter("{x:,.0f}")
        if run.request.batch_sizes[-1] > _LONGEST_LEVEL_TICK:
            axes.tick_params(axis="x", rotation=45)
        axes.xaxis.set_minor_locator(NullLocator())
        low, high = axes.get_ylim()
        # few powers of ten lie in a short range
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high / low < 1000 else (1,)))
        axes.yaxis.set_major_formatter(EngFormatter(unit=unit))
        axes.yaxis.set_minor_formatter("")
        axes.set_xlabel("batch size (circle: recommended)")
        axes.set_title(title, loc="left")
        axes.grid(visible=True, which="major", color="#dddddd")
        axes.set_axisbelow(True)
        axes.spines[["top", "right"]].set_visible(False)
    figure = rate.figure
    sizes_text = "-".join(map(str, run.spec.layer_sizes))
    title = f"{shorten(run.spec.name, 40)}   {shorten(sizes_text, 40)}   {run.machine.processor}"
    figure.suptitle(inert(title), fontsize=11)
    if len(run.advice) > 1:
        handles, labels = rate.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside right upper", frameon=False)


def _spread_out(sizes: Sequence[int]) -> list[int]:
    """Return as many batch sizes as can be labelled on a logarithmic axis, the last among them."""
    least_step = max((sizes[-1] / sizes[0]) ** (1 / _MAX_TICKS), 1.0)
    chosen: list[int] = []
    for size in reversed(sizes):
        if not chosen or size * least_step <= chosen[-1]:
            chosen.append(size)
    return chosen[::-1]
