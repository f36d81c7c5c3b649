"""Advice from timings: lines by hand and against an exact search, thresholds at exactly them."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations, permutations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nncli.timing.advice import (
    Cliff,
    CostLine,
    Recommendation,
    Timing,
    find_cliffs,
    fit_line,
    recommend,
)
from nncli.timing.statistics import Summary

Points = Sequence[tuple[int, float]]


def timing(
    size: int, median: float, lower: float | None = None, upper: float | None = None
) -> Timing:
    """Return a timing whose quartiles are its median unless given."""
    low = median if lower is None else lower
    high = median if upper is None else upper
    return Timing(size, Summary(15, median, low, high, high))


def timings(points: Points) -> list[Timing]:
    return [timing(size, median) for size, median in points]


def fit(points: Points) -> CostLine:
    line = fit_line(timings(points))
    assert line is not None
    return line


def test_the_rate_and_the_time_per_sample() -> None:
    one = timing(8, 0.5)
    assert (one.rate, one.seconds_per_sample) == (16, 0.0625)


# ---------------------------------------------------------------------------------- line


@pytest.mark.parametrize(
    ("overhead", "cost"), [(0.5, 0.25), (4.0, 0.0), (0.0, 0.125), (1024.0, 2.0**-10)]
)
@pytest.mark.parametrize("sizes", [(1, 2), (1, 8, 64, 512), (16, 1, 4)])
def test_a_line_is_recovered_exactly(overhead: float, cost: float, sizes: tuple[int, ...]) -> None:
    assert fit([(size, overhead + cost * size) for size in sizes]) == CostLine(overhead, cost, 0.0)


@pytest.mark.parametrize("wild", range(1, 5))
@pytest.mark.parametrize("factor", [1.5, 10.0, 1000.0])
def test_one_batch_size_off_the_line_does_not_move_it(wild: int, factor: float) -> None:
    """largest_error: of a time that is so many times what the line says."""
    points = [(size, 1 + 2.0 * size) for size in (1, 2, 4, 8, 16)]
    size, seconds = points[wild]
    points[wild] = (size, factor * seconds)
    line = fit(points)
    assert (line.overhead_seconds, line.seconds_per_sample) == (1.0, 2.0)
    assert line.largest_error == pytest.approx(1 - 1 / factor, rel=1e-15)


def test_times_that_grow_faster_than_the_batch_have_no_overhead() -> None:
    """1, 3, 8 for 1, 2, 4: the times per sample 1, 1.5, 2 weigh 1, 2/3, 1/2; their median is 1.5.

    The errors are 0.5 of 1, 0 of 3, and 2 of 8.
    """
    assert fit([(1, 1.0), (2, 3.0), (4, 8.0)]) == CostLine(0.0, 1.5, 0.5)


def test_times_that_fall_have_no_cost_per_sample() -> None:
    """4, 3, 2 weigh 1/4, 1/3, 1/2; their median is 3.  The errors are 1/4, 0 and 1/2."""
    assert fit([(1, 4.0), (2, 3.0), (4, 2.0)]) == CostLine(3.0, 0.0, 0.5)


@pytest.mark.parametrize("points", [[(4, 1.0)], [(4, 1.0), (4, 2.0)]])
def test_one_batch_size_makes_no_line(points: Points) -> None:
    assert fit_line(timings(points)) is None


def test_no_batch_size_makes_no_line() -> None:
    assert fit_line([]) is None


def test_the_share_of_overhead_worked_by_hand() -> None:
    """3 s of overhead and 0.5 s a sample: half of a batch of 6, a quarter of one of 18."""
    line = CostLine(3.0, 0.5, 0.0)
    assert (line.seconds(6), line.seconds(18)) == (6, 12)
    assert (line.overhead_share(6), line.overhead_share(18)) == (0.5, 0.25)


# Batch sizes with whole seconds, for exact arithmetic.
WHOLE_POINTS = st.dictionaries(st.integers(1, 40), st.integers(1, 60), min_size=2, max_size=7).map(
    lambda found: list(found.items())
)


def relative_errors(points: Points, overhead: Fraction, cost: Fraction) -> Fraction:
    """Return the exact sum of relative errors of a line."""
    errors = (
        abs(overhead + cost * size - Fraction(seconds)) / Fraction(seconds)
        for size, seconds in points
    )
    return sum(errors, Fraction(0))


def of_line(points: Points, line: CostLine) -> float:
    overhead, cost = Fraction(line.overhead_seconds), Fraction(line.seconds_per_sample)
    return float(relative_errors(points, overhead, cost))


def least_errors(points: Points) -> Fraction:
    """Return the least sum of relative errors, by trying every corner of a linear programme.

    Where overhead + size·cost = seconds for two points, or for one point and an edge of the region
    in which neither part is negative, or where both edges meet.
    """
    edges = [(1, 0, 0), (0, 1, 0)]  # overhead = 0, cost = 0
    lines = edges + [(1, size, int(seconds)) for size, seconds in points]
    corners = []
    for (a, b, c), (d, e, f) in combinations(lines, 2):
        determinant = a * e - b * d
        if determinant:
            corner = Fraction(c * e - b * f, determinant), Fraction(a * f - c * d, determinant)
            if min(corner) >= 0:
                corners.append(corner)
    return min(relative_errors(points, *corner) for corner in corners)


@given(WHOLE_POINTS)
def test_no_line_has_a_smaller_sum_of_relative_errors(points: Points) -> None:
    line = fit(points)
    assert line.overhead_seconds >= 0
    assert line.seconds_per_sample >= 0
    assert of_line(points, line) == pytest.approx(float(least_errors(points)), rel=1e-9, abs=1e-12)


@given(WHOLE_POINTS, st.randoms(use_true_random=False))
def test_no_line_on_a_grid_or_near_by_is_better(points: Points, rng: random.Random) -> None:
    line = fit(points)
    found = of_line(points, line)
    highest = Fraction(max(seconds for _, seconds in points))
    grid = [Fraction(step, 8) for step in range(9)]
    tries = [(one * highest, other * highest) for one, other in product(grid, repeat=2)]
    tries += [
        (
            Fraction(line.overhead_seconds * rng.uniform(0.9, 1.1) + rng.choice([0, 0.01])),
            Fraction(line.seconds_per_sample * rng.uniform(0.9, 1.1) + rng.choice([0, 0.01])),
        )
        for _ in range(20)
    ]
    assert min(relative_errors(points, *one) for one in tries) >= found - 1e-9


@given(WHOLE_POINTS)
def test_the_largest_error_is_that_of_the_line(points: Points) -> None:
    line = fit(points)
    shares = [abs(line.seconds(size) - seconds) / seconds for size, seconds in points]
    assert line.largest_error == pytest.approx(max(shares), rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(
    "points",
    [
        [(1, 3.0), (2, 5.0), (4, 7.0), (8, 30.0)],
        [(1, 9.0), (2, 7.0), (4, 8.0), (8, 9.0)],
        [(1, 1.0), (3, 2.0), (9, 40.0), (27, 50.0)],
    ],
)
def test_the_order_of_the_timings_does_not_matter_to_the_sum_of_errors(points: Points) -> None:
    sums = [of_line(points, fit(order)) for order in permutations(points)]
    assert sums == pytest.approx([sums[0]] * 24, rel=1e-12)


@given(WHOLE_POINTS, st.integers(-30, 30))
def test_another_unit_of_time_gives_the_same_line_in_that_unit(
    points: Points, exponent: int
) -> None:
    unit = 2.0**exponent
    line, scaled = fit(points), fit([(size, seconds * unit) for size, seconds in points])
    assert scaled == CostLine(
        line.overhead_seconds * unit, line.seconds_per_sample * unit, line.largest_error
    )


# ------------------------------------------------------------------------- recommendation


def test_the_smallest_batch_size_with_nine_tenths_of_the_best_rate_is_recommended() -> None:
    """Rates 1, 8, 9.5, 10 and 9.8."""
    points = [(1, 1.0), (4, 0.5), (19, 2.0), (40, 4.0), (49, 5.0)]
    assert recommend(timings(points)) == Recommendation(19, 0.95, 40, still_rising=False)


@pytest.mark.parametrize(
    ("seconds", "recommended"),
    [(math.nextafter(1.0, 0), 9), (1.0, 9), (math.nextafter(1.0, 2), 20)],
)
def test_nine_tenths_exactly_are_enough(seconds: float, recommended: int) -> None:
    """9 samples in a second are nine tenths of 20 in two."""
    found = recommend(timings([(9, seconds), (20, 2.0)]))
    assert (found.batch_size, found.best_batch_size) == (recommended, 20)
    assert found.share == pytest.approx(0.9 if recommended == 9 else 1, rel=1e-15)
    assert found.still_rising is (recommended == 20)


def test_a_best_rate_at_the_largest_size_is_not_rising_if_a_smaller_one_comes_near() -> None:
    """Rates 5, 9.5, 10."""
    points = [(5, 1.0), (19, 2.0), (40, 4.0)]
    assert recommend(timings(points)) == Recommendation(19, 0.95, 40, still_rising=False)


def test_a_rate_that_falls_recommends_the_smallest_size() -> None:
    assert recommend(timings([(1, 1.0), (2, 4.0), (4, 9.0)])) == Recommendation(1, 1, 1, False)


def test_a_rate_that_doubles_all_the_way_is_still_rising() -> None:
    points = [(1, 1.0), (2, 1.0), (4, 1.0)]
    assert recommend(timings(points)) == Recommendation(4, 1.0, 4, still_rising=True)


def test_a_single_batch_size_is_not_called_rising() -> None:
    assert recommend([timing(64, 2.0)]) == Recommendation(64, 1.0, 64, still_rising=False)


@pytest.mark.parametrize(
    "points",
    [
        [(1, 1.0), (4, 0.5), (19, 2.0), (40, 4.0)],
        [(1, 1.0), (2, 1.0), (4, 1.0), (8, 1.0)],
        [(1, 1.0), (2, 3.0), (4, 9.0), (8, 27.0)],
    ],
)
def test_the_order_of_the_timings_does_not_matter_to_advice(points: Points) -> None:
    orders = list(permutations(timings(points)))
    assert len({recommend(order) for order in orders}) == 1
    assert len({tuple(find_cliffs(order)) for order in orders}) == 1


# -------------------------------------------------------------------------------- cliffs


@pytest.mark.parametrize(
    ("seconds", "cliff"), [(22 - 1e-12, False), (22.0, False), (22 + 1e-12, True), (40.0, True)]
)
def test_a_cliff_is_more_than_ten_percent_slower_per_sample(seconds: float, cliff: bool) -> None:
    """10 s for one sample, 22 s for two: 11 s for each."""
    found = find_cliffs([timing(1, 10.0), timing(2, seconds)])
    assert [(one.smaller, one.larger) for one in found] == [(1, 2)] * cliff
    assert [one.slowdown for one in found] == pytest.approx([seconds / 20] * cliff, rel=1e-15)


@pytest.mark.parametrize(
    ("upper", "lower", "cliff"),
    [
        (15.0, 30.0, False),  # both at 15 s a sample: they touch
        (math.nextafter(15.0, 0), 30.0, True),
        (15.0, math.nextafter(30.0, 31), True),
        (15.0, math.nextafter(30.0, 0), False),
        (25.0, 35.0, False),
        (10.0, 40.0, True),
    ],
)
def test_quartiles_that_overlap_are_no_cliff(upper: float, lower: float, cliff: bool) -> None:
    """10 s for one sample, 40 s for two; the other quartiles do not matter."""
    smaller, larger = timing(1, 10.0, 0.1, upper), timing(2, 40.0, lower, 99.0)
    assert find_cliffs([smaller, larger]) == ([Cliff(1, 2, 2.0)] if cliff else [])


def test_every_cliff_is_found_between_neighbours() -> None:
    """Per sample 8, 4, 8, 2, 3, 3: slower from 2 to 4 and from 8 to 16, against the one before."""
    points = [(1, 8.0), (2, 8.0), (4, 32.0), (8, 16.0), (16, 48.0), (32, 96.0)]
    expected = [Cliff(2, 4, 2.0), Cliff(8, 16, 1.5)]
    assert find_cliffs(timings(points)) == expected
    assert find_cliffs(timings(points[::-1])) == expected


def test_times_that_rise_in_proportion_or_slower_have_no_cliffs() -> None:
    assert find_cliffs(timings([(1, 1.0), (2, 2.0), (4, 3.0), (8, 3.0)])) == []
    assert find_cliffs([timing(1, 1.0)]) == []
