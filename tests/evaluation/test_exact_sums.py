"""Sums are exact, whatever their order and parts."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from nncli.evaluation.exact_sums import ExactSum, add_squares

FLOATS = st.floats(allow_nan=False, allow_infinity=False)


def sum_of(values: list[float], cuts: tuple[int, ...] = ()) -> ExactSum:
    total = ExactSum()
    edges = [0, *sorted(cuts), len(values)]
    for start, end in pairwise(edges):
        part = ExactSum()
        part.add(np.array(values[start:end]))
        total.merge(part)
    return total


@given(st.lists(FLOATS, max_size=40), st.lists(st.integers(0, 40), max_size=4))
def test_a_sum_is_exact_in_every_order_and_in_any_parts(
    values: list[float], cuts: list[int]
) -> None:
    expected = sum((Fraction(value) for value in values), Fraction(0))
    assert sum_of(values, tuple(min(cut, len(values)) for cut in cuts)).fraction == expected
    assert sum_of(sorted(values)).fraction == expected


def test_a_long_sum_of_values_of_many_sizes_is_exact() -> None:
    random = np.random.RandomState(0)
    values = random.standard_normal(50_000) * 10.0 ** random.uniform(-30, 30, 50_000)
    found = sum_of(values.tolist())
    assert found.value == math.fsum(values.tolist())
    assert found.fraction == sum(map(Fraction, values.tolist()), Fraction(0))


def test_the_largest_and_the_smallest_floats_are_summed_exactly() -> None:
    assert sum_of([1.7e308, 1.7e308]).value == math.inf
    assert sum_of([1.7e308, 1.7e308, -1.7e308]).value == 1.7e308
    assert sum_of([5e-324] * 3 + [1.0, -1.0]).value == 3 * 5e-324


def test_what_is_not_finite_is_passed_on() -> None:
    assert sum_of([1.0, math.inf]).over(2) == math.inf
    assert math.isnan(sum_of([math.inf, -math.inf]).value)
    assert math.isnan(sum_of([math.nan, 1.0]).value)
    assert not sum_of([math.inf]).is_finite


def test_the_mean_is_rounded_once_and_that_of_nothing_is_nan() -> None:
    assert sum_of([0.1, 0.2]).over(3) == float((Fraction(0.1) + Fraction(0.2)) / 3)
    assert math.isnan(sum_of([]).over(0))


@given(st.lists(st.floats(-1e100, 1e100), min_size=1, max_size=20))
def test_squares_are_summed_exactly(values: list[float]) -> None:
    total = ExactSum()
    add_squares(total, np.array(values, np.float64))
    expected = sum((Fraction(value) ** 2 for value in values), Fraction(0))
    # the digits of tiny squares are no floats
    assert abs(total.fraction - expected) <= len(values) * Fraction(1e-320)


def test_a_square_that_overflows_is_infinite() -> None:
    total = ExactSum()
    add_squares(total, np.array([1e200, 1.0]))
    assert total.value == math.inf
