"""What timings say: their middle, their spread, and how sure a difference is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

Verdict = Literal["stable", "noisy", "too short"]

# A spread wider than this share of the median is called noisy.
NOISY_SPREAD = 0.10
# With fewer rounds quartiles say little, with fewer clock steps the clock shows in the figures.
MIN_ROUNDS = 5
MIN_TICKS = 1000
# Half the width of a median's 95 % interval, in interquartile ranges over the root of the count
# (McGill, Tukey & Larsen 1978, "Variations of Box Plots").
_NOTCH = 1.57
CONFIDENCE = 0.95
RESAMPLES = 5000


@dataclass(frozen=True)
class Summary:
    """Timings in a few numbers, all in seconds but the count."""

    count: int
    median: float
    lower_quartile: float
    upper_quartile: float
    p95: float

    @property
    def iqr(self) -> float:
        """The interquartile range: how far the middle half of the timings spreads."""
        return self.upper_quartile - self.lower_quartile

    @property
    def spread(self) -> float:
        """The interquartile range as a share of the median."""
        return self.iqr / self.median if self.median else 0.0

    @property
    def uncertainty(self) -> float:
        """Half the width of the median's 95 % interval, by the notch rule of McGill et al."""
        return _NOTCH * self.iqr / math.sqrt(self.count)


def summarize(seconds: Sequence[float]) -> Summary:
    """Return the summary of at least one timing; quantiles lie on straight lines between timings.

    >>> summarize([4.0, 1.0, 3.0, 2.0]).median
    2.5
    """
    lower, median, upper, p95 = np.quantile(np.asarray(seconds), [0.25, 0.5, 0.75, 0.95]).tolist()
    return Summary(len(seconds), median, lower, upper, p95)


def judge(summary: Summary, shortest_ticks: float) -> Verdict:
    """Say whether timings can be trusted.

    shortest_ticks: how many steps of the clock the shortest measurement lasted.
    """
    if summary.count < MIN_ROUNDS or shortest_ticks < MIN_TICKS:
        return "too short"
    return "noisy" if summary.spread >= NOISY_SPREAD else "stable"


@dataclass(frozen=True)
class Interval:
    """An estimate with the interval that holds the true value in 95 of 100 cases."""

    estimate: float
    low: float
    high: float


def ratio_of_medians(
    seconds: Sequence[float],
    baseline: Sequence[float],
    generator: np.random.Generator,
    resamples: int = RESAMPLES,
) -> Interval:
    """Return how many times as long as the baseline's the median is.

    The interval is a percentile bootstrap (Efron & Tibshirani 1993, chapter 13): both sides are
    drawn again with replacement, *seconds* first, *resamples* times.
    """
    now, then = np.asarray(seconds), np.asarray(baseline)
    drawn_now = now[generator.integers(len(now), size=(resamples, len(now)))]
    drawn_then = then[generator.integers(len(then), size=(resamples, len(then)))]
    ratios = np.median(drawn_now, axis=1) / np.median(drawn_then, axis=1)
    outside = (1 - CONFIDENCE) / 2
    low, high = np.quantile(ratios, [outside, 1 - outside]).tolist()
    return Interval(float(np.median(now) / np.median(then)), low, high)
