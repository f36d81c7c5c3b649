"""A benchmark on the screen: whole tables, their digits, and what is said below them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from nncli import read_spec
from nncli.render.bench import bench_view, recommendation_reason
from nncli.render.layout.narrow import fitted
from nncli.render.layout.plain import to_plain
from nncli.render.layout.view import Grid
from nncli.timing.advice import Timing, find_cliffs, fit_line, recommend
from nncli.timing.bench import Advice, BenchRun, LayerShare, MatmulRate, Result
from nncli.timing.comparison import Compared, Comparison, TimingDifference
from nncli.timing.machine import Machine
from nncli.timing.prepare import LayerCandidate, Request, Series
from nncli.timing.sampling import Measurements
from nncli.timing.statistics import Interval, Summary, Verdict

NUMPY, LOOP = Series("numpy", "float64", 1), Series("loop", "float64", 1)
MACHINE = Machine(
    system="Linux 6 x86_64",
    processor="Some Processor",
    processors=2,
    versions={"python": "3.11.7", "numpy": "2.4.6"},
    blas=("openblas 0.3.31 SkylakeX",),
    load=0.1,
)


def result(
    size: int,
    microseconds: float,
    *,
    series: Series = NUMPY,
    spread: float = 0.02,
    verdict: Verdict = "stable",
    peak_bytes: int | None = 4096,
) -> Result:
    """Return a result as 25 rounds would give it; spread: of the quartiles around the median."""
    median = microseconds * 1e-6
    half = median * spread / 2
    summary = Summary(25, median, median - half, median + half, median * 1.1)
    gflops = 2 * 100 * size / median / 1e9
    return Result(
        series=series,
        timing=Timing(size, summary),
        measurements=Measurements(16, (median,) * 25),
        verdict=verdict,
        gflops=gflops,
        matmul_share=gflops / 50,
        speedup=1.0,
        peak_bytes=peak_bytes,
    )


def bench_run(*results: Result, **more: Any) -> BenchRun:
    by_series = {one.series: [r for r in results if r.series == one.series] for one in results}
    results = tuple(
        replace(one, speedup=one.timing.rate / by_series[one.series][0].timing.rate)
        for one in results
    )
    advice = tuple(
        Advice(
            series,
            fit_line([r.timing for r in of_series]),
            recommend([r.timing for r in of_series]),
            tuple(find_cliffs([r.timing for r in of_series])),
        )
        for series, of_series in by_series.items()
    )
    made: dict[str, Any] = {
        "spec": read_spec(b"name: wide\nlayer_sizes: [4, 20, 1]\nseed: 0", "spec.yaml"),
        "source": None,
        "request": Request(tuple(sorted({one.batch_size for one in results}))),
        "results": results,
        "advice": advice,
        "layers": (),
        "matmuls": (MatmulRate("float64", 1, 50.0),),
        "machine": MACHINE,
        "rounds": 25,
        "tick_seconds": 4e-8,
        "elapsed_seconds": 1.25,
        "notes": (),
    }
    return BenchRun(**{**made, **more})


def shown(run: BenchRun, comparison: Comparison | None = None, width: int | None = None) -> str:
    return to_plain(bench_view(run, comparison, width))


def one_series() -> BenchRun:
    return bench_run(
        result(1, 24.1), result(8, 38.0), result(64, 151, spread=0.12, verdict="noisy")
    )


def two_series() -> BenchRun:
    return bench_run(
        result(1, 24.1),
        result(32, 90.0),
        result(64, 400.0),
        result(1, 25.0, series=LOOP, peak_bytes=None),
        result(32, 812.0, series=LOOP, peak_bytes=None),
    )


ONE_SERIES = """\
wide   float64   4 → 20 → 1   100 multiply–adds per sample   random inputs
Some Processor, 2 processors
python 3.11.7, numpy 2.4.6, openblas 0.3.31 SkylakeX
50.0 GFLOP/s as a float64 matrix product on 1 thread

 batch size   per batch    IQR       p95   per sample   samples/s   GFLOP/s   of matmul    vs 1    memory   verdict
          1     24.1 µs    2 %   26.5 µs      24.1 µs      41.5 k   0.00830        <1 %   1.0 ×   4.0 KiB   stable  █
          8     38.0 µs    2 %   41.8 µs      4.75 µs       211 k    0.0421        <1 %   5.1 ×   4.0 KiB   stable  █████
         64      151 µs   12 %    166 µs      2.36 µs       424 k    0.0848        <1 %    10 ×   4.0 KiB   noisy   ██████████

 25 rounds in random order, 1.25 s; all outputs equal, within rounding
 stable: the middle half of the timings spreads less than 10 % of the median
 noisy: the middle half spreads 10 % of the median or more: close other programs and run it again

 time ≈ 22.1 µs + 2.01 µs × batch size
 at batch size 1, 92 % of the time is call overhead
 batch size 64 is the fastest, in 151 µs and 4.0 KiB; the rate still rises: try larger ones
"""  # noqa: E501  # as wide as it is shown

TWO_SERIES_80 = """\
wide   float64   4 → 20 → 1   100 multiply–adds per sample   random inputs
Some Processor, 2 processors
python 3.11.7, numpy 2.4.6, openblas 0.3.31 SkylakeX
50.0 GFLOP/s as a float64 matrix product on 1 thread

 backend   batch size   per batch   IQR   per sample   samples/s     vs 1   verdict
 numpy              1     24.1 µs   2 %      24.1 µs      41.5 k    1.0 ×   stable
 numpy             32     90.0 µs   2 %      2.81 µs       356 k    8.6 ×   stable
 numpy             64      400 µs   2 %      6.25 µs       160 k    3.9 ×   stable
 loop               1     25.0 µs   2 %      25.0 µs      40.0 k    1.0 ×   stable
 loop              32      812 µs   2 %      25.4 µs      39.4 k   0.99 ×   stable
 memory, p95, of matmul, GFLOP/s, bars not shown; --format json for all

 25 rounds in random order, 1.25 s; all outputs equal, within rounding
 stable: the middle half of the timings spreads less than 10 % of the median

numpy
 time ≈ 22.0 µs + 2.13 µs × batch size (off by up to 60 %)
 at batch size 1, 91 % of the time is call overhead
 batch size 32 is the fastest, in 90.0 µs and 4.0 KiB: larger batches are no faster
 cliff at batch size 64: a sample takes 2.22 × as long as at batch size 32

loop
 samples one by one, 25.4 µs each: the batch size changes nothing

 at batch size 32 numpy is the fastest; the others take loop 9.02 × as long
"""

LAYERS = """\
share of each layer
 #   layer     batch size 1   batch size 8
 1   layer_1           50 %           <1 %
 2   layer_2           25 %          102 %
     sum               75 %          102 %
 each layer was timed by itself: the parts need not add up to the whole
"""

COMPARISON = """\
against base.json   how many times as long it takes
 batch size   per batch     ratio   95 % interval    machine   change
          1     24.1 µs   1.240 ×   1.210 to 1.270   1.003 ×   slower
          8     38.0 µs   1.020 ×   0.990 to 1.060   1.003 ×   no significant difference
         64      151 µs   0.500 ×   0.490 to 0.520   1.003 ×   faster
 machine: the same for a matrix product; a difference counts beyond that and 5 % more
"""


def test_a_benchmark_of_one_series() -> None:
    assert shown(one_series()) == ONE_SERIES


def test_on_a_narrow_terminal_columns_are_left_out_and_named() -> None:
    assert shown(two_series(), width=80) == TWO_SERIES_80


@pytest.mark.parametrize("width", [60, 80, 100, 120, 140])
def test_the_timings_are_no_wider_than_the_terminal(width: int) -> None:
    view = bench_view(two_series(), None, width)
    timings = next(block for block in view if isinstance(block, Grid))
    assert all(block.width() <= width for block in fitted(timings, width))


def test_what_a_narrow_table_shows_is_what_the_wide_one_shows() -> None:
    wide, narrow = shown(two_series()).splitlines(), shown(two_series(), width=80).splitlines()
    for cells, all_cells in zip(narrow[6:11], wide[6:11], strict=True):
        assert set(cells.split()) <= set(all_cells.split())


def layers_run() -> BenchRun:
    shares = [(1, 1, 0.5), (1, 2, 0.25), (8, 1, 0.004), (8, 2, 1.02)]
    layers = tuple(
        LayerShare(LayerCandidate(NUMPY, size, number, f"layer_{number}"), 1e-5, share)
        for size, number, share in shares
    )
    return bench_run(result(1, 24.1), result(8, 38.0), layers=layers)


def test_shares_of_layers_come_with_their_sum_and_a_caveat() -> None:
    text = shown(layers_run())
    assert text[text.index("share of each layer") :] == LAYERS


def test_a_comparison_shows_ratio_interval_and_what_it_means() -> None:
    run = one_series()
    ratios = [Interval(1.24, 1.21, 1.27), Interval(1.02, 0.99, 1.06), Interval(0.5, 0.49, 0.52)]
    differences = [TimingDifference(ratio, (ratio.low, ratio.high), 1.003, 25) for ratio in ratios]
    compared = tuple(Compared(*pair) for pair in zip(run.results, differences, strict=True))
    text = shown(run, Comparison("base.json", compared, ()))
    assert text[text.index("against") :] == COMPARISON


def test_timings_that_cannot_be_judged_show_two_digits() -> None:
    run = bench_run(result(8, 123.456, verdict="too short"))
    row = next(row for row in shown(run).splitlines() if row.endswith("██"))
    assert "120 µs" in row
    assert "too short: fewer than 5 rounds, or under 1,000 clock steps" in shown(run)


@pytest.mark.parametrize(
    ("microseconds", "reason"),
    [
        ({8: 50}, "batch size 8 takes 50.0 µs and 4.0 KiB; compare several with --batch-sizes"),
        (
            {1: 10, 8: 20},
            "batch size 8 is the fastest, in 20.0 µs and 4.0 KiB; the rate still rises",
        ),
        ({1: 10, 8: 20, 16: 50}, "batch size 8 is the fastest, in 20.0 µs and 4.0 KiB: larger"),
        ({1: 10, 8: 20, 16: 38}, "batch size 8 reaches 95 % of the best rate, in 20.0 µs"),
        ({1: 10, 8: 79}, "batch size 1, the smallest, reaches 99 % of the best rate, in 10.00 µs"),
    ],
)
def test_the_reason_for_a_batch_size(microseconds: dict[int, float], reason: str) -> None:
    run = bench_run(*(result(size, time) for size, time in microseconds.items()))
    assert recommendation_reason(run, run.advice[0]).startswith(reason)


def test_names_from_outside_are_inert() -> None:
    spec = read_spec(b'name: "[red]\\e[31m"\nlayer_sizes: [4, 1]\nseed: 0', "spec.yaml")
    text = shown(bench_run(result(1, 10), spec=spec, source="a\x1b.csv"))
    assert text.startswith("[red]\\x1b[31m ")
    assert "\x1b" not in text
