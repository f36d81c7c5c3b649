"""What timings of several batch sizes advise: overhead and cost, a batch size, cliffs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from nncli.timing.statistics import MIN_ROUNDS, Summary

# A batch size is good enough if it reaches this share of the best rate.
KNEE_SHARE = 0.90
# A larger batch is a cliff if each of its samples takes longer by this share.
CLIFF_SHARE = 0.10


@dataclass(frozen=True)
class Timing:
    """The summary of one batch size's timings."""

    batch_size: int
    summary: Summary

    @property
    def rate(self) -> float:
        """Samples per second."""
        return self.batch_size / self.summary.median

    @property
    def seconds_per_sample(self) -> float:
        """The median's share for one sample."""
        return self.summary.median / self.batch_size


@dataclass(frozen=True)
class CostLine:
    """The line time(n) = overhead + n · cost that describes the times of batches of n samples.

    largest_error: of the described times, as a share of the measured one.
    """

    overhead_seconds: float
    seconds_per_sample: float
    largest_error: float

    def overhead_share(self, batch_size: int) -> float:
        """Return which share of a batch's time is overhead."""
        return self.overhead_seconds / self.seconds(batch_size)

    def seconds(self, batch_size: int) -> float:
        """Return what the line says about a batch size."""
        return self.overhead_seconds + self.seconds_per_sample * batch_size


def fit_line(timings: Sequence[Timing]) -> CostLine | None:
    """Return the line with the least sum of relative errors, neither of its parts negative.

    None for fewer than two batch sizes.  Least absolute errors ignore a single cliff, and relative
    ones give a batch of 1 the same say as one of 1000.  The best such line goes through two of the
    points, or through one if a part is zero (Bloomfield & Steiger 1983): all are tried.
    """
    if len({timing.batch_size for timing in timings}) < 2:
        return None
    points = [(timing.batch_size, timing.summary.median) for timing in timings]
    candidates = [(0.0, seconds / size) for size, seconds in points]
    candidates += [(seconds, 0.0) for _, seconds in points]
    for (size, seconds), (other_size, other_seconds) in combinations(points, 2):
        slope = (other_seconds - seconds) / (other_size - size)
        intercept = seconds - slope * size
        if slope >= 0 and intercept >= 0:
            candidates.append((intercept, slope))

    def errors(line: tuple[float, float]) -> list[float]:
        return [abs(line[0] + line[1] * size - seconds) / seconds for size, seconds in points]

    best = min(candidates, key=lambda line: sum(errors(line)))
    return CostLine(*best, largest_error=max(errors(best)))


@dataclass(frozen=True)
class Recommendation:
    """The smallest batch size that reaches 90 % of the best rate.

    share: of the best rate that it reaches; best_batch_size: where that rate is;
    still_rising: the best is the largest that was measured, and by far better than the one before.
    """

    batch_size: int
    share: float
    best_batch_size: int
    still_rising: bool


def recommend(timings: Sequence[Timing]) -> Recommendation:
    """Return which batch size to use.  timings: at least one."""
    by_size = sorted(timings, key=lambda timing: timing.batch_size)
    best = max(by_size, key=lambda timing: timing.rate)
    knee = next(timing for timing in by_size if timing.rate >= KNEE_SHARE * best.rate)
    still_rising = len(by_size) > 1 and knee is by_size[-1]
    return Recommendation(knee.batch_size, knee.rate / best.rate, best.batch_size, still_rising)


@dataclass(frozen=True)
class Cliff:
    """A larger batch that is slower: each of its samples takes *slowdown* times as long."""

    smaller: int
    larger: int
    slowdown: float


def find_cliffs(timings: Sequence[Timing]) -> list[Cliff]:
    """Return where the next larger batch size makes a sample slower, beyond their spreads.

    Where too few rounds leave the spread unknown, nothing is said.
    """
    by_size = sorted(timings, key=lambda timing: timing.batch_size)
    cliffs = []
    for smaller, larger in pairwise(by_size):
        slowdown = larger.seconds_per_sample / smaller.seconds_per_sample
        slower_half = smaller.summary.upper_quartile / smaller.batch_size
        faster_half = larger.summary.lower_quartile / larger.batch_size
        is_known = min(smaller.summary.count, larger.summary.count) >= MIN_ROUNDS
        if is_known and slowdown > 1 + CLIFF_SHARE and faster_half > slower_half:
            cliffs.append(Cliff(smaller.batch_size, larger.batch_size, slowdown))
    return cliffs
