"""Statistics of timings by hand, against the standard library, and against a plain bootstrap."""

from __future__ import annotations

import math
import random
import statistics
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nncli.timing.statistics import Interval, Summary, Verdict, judge, ratio_of_medians, summarize

# ---------------------------------------------------------------------------- quantiles


@pytest.mark.parametrize(
    ("seconds", "lower", "median", "upper", "p95"),
    [
        ([7], 7, 7, 7, 7),
        ([3, 1], 1.5, 2, 2.5, 2.9),
        ([4, 1, 2], 1.5, 2, 3, 3.8),  # at 1/2, 1, 3/2 and 1.9 steps from the smallest
        ([2, 8, 1, 4], 1.75, 3, 5, 7.4),  # at 0.75, 1.5, 2.25 and 2.85
        ([16, 1, 8, 4, 2], 2, 4, 8, 14.4),  # at 1, 2, 3 and 3.8
        ([128, 1, 64, 2, 32, 4, 16, 8], 3.5, 12, 40, 105.6),  # at 1.75, 3.5, 5.25 and 6.65
    ],
)
def test_quantiles_lie_on_straight_lines_between_timings(
    seconds: list[float], lower: float, median: float, upper: float, p95: float
) -> None:
    found = summarize(seconds)
    assert found.count == len(seconds)
    assert found.median == pytest.approx(median, rel=1e-15)
    assert found.lower_quartile == pytest.approx(lower, rel=1e-15)
    assert found.upper_quartile == pytest.approx(upper, rel=1e-15)
    assert found.p95 == pytest.approx(p95, rel=1e-15)


TIMINGS = st.floats(1e-9, 1e3)


@given(st.lists(TIMINGS, min_size=2, max_size=40))
def test_quantiles_agree_with_the_standard_library(seconds: list[float]) -> None:
    found = summarize(seconds)
    quartiles = statistics.quantiles(seconds, n=4, method="inclusive")
    twentieths = statistics.quantiles(seconds, n=20, method="inclusive")
    quantiles = [found.lower_quartile, found.median, found.upper_quartile, found.p95]
    assert quantiles == pytest.approx([*quartiles, twentieths[-1]], rel=1e-12)


@given(st.lists(TIMINGS, min_size=1, max_size=20), st.randoms(use_true_random=False))
def test_the_order_of_timings_does_not_matter(seconds: list[float], rng: random.Random) -> None:
    shuffled = rng.sample(seconds, len(seconds))
    assert summarize(shuffled) == summarize(seconds)


def test_spread_and_uncertainty_worked_by_hand() -> None:
    """Quartiles 2 and 8 around 4: spread 6/4; uncertainty 1.57 · 6 / 3 for nine timings."""
    summary = Summary(count=9, median=4, lower_quartile=2, upper_quartile=8, p95=9)
    assert (summary.iqr, summary.spread) == (6, 1.5)
    assert summary.uncertainty == pytest.approx(3.14, rel=1e-15)


def test_four_times_the_timings_halve_the_uncertainty() -> None:
    few, many = Summary(6, 4, 2, 8, 9), Summary(24, 4, 2, 8, 9)
    assert few.uncertainty == pytest.approx(2 * many.uncertainty, rel=1e-15)


def test_equal_timings_have_no_spread_and_no_uncertainty() -> None:
    summary = summarize([0.3] * 7)
    assert (summary.spread, summary.uncertainty) == (0, 0)


def test_timings_of_zero_have_no_spread() -> None:
    assert summarize([0.0] * 5).spread == 0
    assert summarize([0.0, 0.0, 0.0, 1.0, 1.0]).spread == 0


# ------------------------------------------------------------------------------ verdicts


@pytest.mark.parametrize(
    ("count", "upper", "ticks", "verdict"),
    [
        (15, 10.0, 1e6, "stable"),
        (15, math.nextafter(10.5, 0), 1e6, "stable"),
        (15, 10.5, 1e6, "noisy"),
        (15, math.nextafter(10.5, 11), 1e6, "noisy"),
        (4, 10.0, 1e6, "too short"),
        (5, 10.0, 1e6, "stable"),
        (6, 10.0, 1e6, "stable"),
        (15, 10.0, math.nextafter(1000, 0), "too short"),
        (15, 10.0, 1000, "stable"),
        (15, 10.0, math.nextafter(1000, 2000), "stable"),
        (4, 99.0, 1e6, "too short"),
        (15, 99.0, 999, "too short"),
        (5, 10.5, 1000, "noisy"),
    ],
)
def test_verdicts_at_their_thresholds(
    count: int, upper: float, ticks: float, verdict: Verdict
) -> None:
    """The median is 10 and the lower quartile 9.5: an upper one of 10.5 makes a spread of 10 %."""
    assert judge(Summary(count, 10.0, 9.5, upper, 100.0), ticks) == verdict


# ----------------------------------------------------------------------- ratio of medians


def quantile(values: Sequence[float], share: float) -> float:
    """Return the quantile on the straight line between its neighbours."""
    ordered = sorted(values)
    position = share * (len(ordered) - 1)
    below = math.floor(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (position - below) * (ordered[above] - ordered[below])


def resampled_medians(
    values: Sequence[float], rng: np.random.Generator, resamples: int
) -> list[float]:
    """Draw as many values as there are, one by one, so many times."""
    return [
        statistics.median(values[int(rng.integers(len(values)))] for _ in values)
        for _ in range(resamples)
    ]


def plain_bootstrap(
    seconds: Sequence[float], baseline: Sequence[float], seed: int, resamples: int
) -> Interval:
    rng = np.random.default_rng(seed)
    now = resampled_medians(seconds, rng, resamples)
    then = resampled_medians(baseline, rng, resamples)
    ratios = [one / other for one, other in zip(now, then, strict=True)]
    estimate = statistics.median(seconds) / statistics.median(baseline)
    return Interval(estimate, quantile(ratios, 0.025), quantile(ratios, 0.975))


def typical(seed: int, count: int, middle: float = 1.0) -> list[float]:
    """Return timings as machines give them: a few of them far too long."""
    rng = random.Random(seed)
    return [middle * rng.lognormvariate(0, 0.1) * (1 + (rng.random() < 0.1)) for _ in range(count)]


@pytest.mark.parametrize("seed", [0, 1, 42])
@pytest.mark.parametrize(
    ("count", "baseline_count"), [(1, 1), (2, 3), (5, 4), (15, 15), (16, 31), (40, 7)]
)
def test_the_interval_is_that_of_a_plain_bootstrap(
    seed: int, count: int, baseline_count: int
) -> None:
    now, then = typical(seed, count, 2e-5), typical(seed + 100, baseline_count, 3e-5)
    found = ratio_of_medians(now, then, np.random.default_rng(seed), resamples=200)
    expected = plain_bootstrap(now, then, seed, resamples=200)
    assert found.estimate == pytest.approx(expected.estimate, rel=1e-14)
    assert found.low == pytest.approx(expected.low, rel=1e-12)
    assert found.high == pytest.approx(expected.high, rel=1e-12)


def test_both_sides_are_drawn_five_thousand_times_unless_told_otherwise() -> None:
    now, then = typical(7, 8), typical(8, 6)  # medians of pairs: almost no two are equal
    found = ratio_of_medians(now, then, np.random.default_rng(9))
    expected = plain_bootstrap(now, then, 9, resamples=5000)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high), rel=1e-12)


SAMPLES = st.lists(st.floats(1e-6, 1e3), min_size=1, max_size=20)


def ratio(seconds: Sequence[float], baseline: Sequence[float], seed: int = 3) -> Interval:
    return ratio_of_medians(seconds, baseline, np.random.default_rng(seed), resamples=100)


@given(SAMPLES, SAMPLES)
def test_the_estimate_is_the_ratio_of_the_medians(now: list[float], then: list[float]) -> None:
    expected = statistics.median(now) / statistics.median(then)
    assert ratio(now, then).estimate == pytest.approx(expected, rel=1e-14)


@given(SAMPLES, SAMPLES)
def test_the_interval_lies_between_the_extreme_ratios(now: list[float], then: list[float]) -> None:
    found = ratio(now, then)
    least, most = min(now) / max(then), max(now) / min(then)
    assert least * (1 - 1e-12) <= found.low <= found.high <= most * (1 + 1e-12)


@given(SAMPLES, SAMPLES)
def test_doubling_all_timings_doubles_the_ratio_and_its_interval(
    now: list[float], then: list[float]
) -> None:
    once, twice = ratio(now, then), ratio([2 * one for one in now], then)
    assert twice == Interval(2 * once.estimate, 2 * once.low, 2 * once.high)


@pytest.mark.parametrize("seconds", [1.0, 0.1, 3e-7])
@pytest.mark.parametrize("count", [1, 2, 15])
def test_equal_constant_timings_have_a_ratio_of_exactly_one(seconds: float, count: int) -> None:
    assert ratio([seconds] * count, [seconds] * (count + 1)) == Interval(1, 1, 1)


@pytest.mark.parametrize("count", [5, 15, 31])
@pytest.mark.parametrize("seed", range(20))
def test_the_interval_of_typical_timings_contains_the_estimate(seed: int, count: int) -> None:
    found = ratio_of_medians(
        typical(seed, count), typical(seed + 100, count), np.random.default_rng(seed)
    )
    assert found.low < found.estimate < found.high
