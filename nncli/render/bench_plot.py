"""A benchmark as a picture: rate and latency against batch size, with their spread."""

from __future__ import annotations

from typing import Any

from nncli.render.bench import series_label
from nncli.render.layout.text import inert
from nncli.render.pictures import (
    COLOURS,
    PictureKind,
    clear_axes,
    label_sizes,
    own_settings,
    picture_bytes,
)
from nncli.timing.bench import Advice, BenchRun, Result
from nncli.words import shorten

_SIZE_INCHES = (10.0, 4.6)
_MARKERS = "osD^vPX"


def bench_plot(run: BenchRun, kind: PictureKind) -> bytes:
    """Return a picture of a benchmark: lines through the medians, bars from quartile to quartile.

    Raises ImportError without matplotlib.
    """
    with own_settings():
        from matplotlib.figure import Figure

        figure = Figure(figsize=_SIZE_INCHES, layout="constrained")
        rate, latency = figure.subplots(1, 2)
        for number, advice in enumerate(run.advice):
            _draw(run, advice, rate, latency, number)
        _label(run, rate, latency)
        return picture_bytes(figure, kind)


def _draw(run: BenchRun, advice: Advice, rate: Any, latency: Any, number: int) -> None:
    """Draw one series into both panels, and mark its recommended batch size."""
    results = run.results_of(advice.series)
    sizes = [result.batch_size for result in results]
    style = {
        "color": COLOURS[number % len(COLOURS)],
        "marker": _MARKERS[(number + number // len(COLOURS)) % len(_MARKERS)],
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
    from matplotlib.ticker import EngFormatter, LogLocator

    for axes, title, unit in ((rate, "samples per second", ""), (latency, "time per batch", "s")):
        axes.set_yscale("log")
        label_sizes(axes, run.request.batch_sizes)
        low, high = axes.get_ylim()
        # few powers of ten lie in a short range
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high / low < 1000 else (1,)))
        axes.yaxis.set_major_formatter(EngFormatter(unit=unit))
        axes.yaxis.set_minor_formatter("")
        axes.set_xlabel("batch size (circle: recommended)")
        clear_axes(axes, title)
    figure = rate.figure
    sizes_text = "-".join(map(str, run.spec.layer_sizes))
    title = f"{shorten(run.spec.name, 40)}   {shorten(sizes_text, 40)}   {run.machine.processor}"
    figure.suptitle(inert(title), fontsize=11)
    if len(run.advice) > 1:
        handles, labels = rate.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside right upper", frameon=False)
