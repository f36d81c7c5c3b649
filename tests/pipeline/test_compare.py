"""Comparing outputs with expected values: at the tolerance, beyond it, and without a number."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nncli.pipeline.compare import Difference, Tolerance, find_difference

INF, NAN = math.inf, math.nan
EXACT = Tolerance(rtol=0)
Rows = Sequence[Sequence[float]]


def differ(actual: Rows, expected: Rows, tolerance: Tolerance = EXACT) -> Difference | None:
    return find_difference(
        np.array(actual, dtype=np.float64), np.array(expected, dtype=np.float64), tolerance
    )


def test_equal_values_match_without_any_tolerance() -> None:
    assert differ([[1, -2], [0.1, 5e-324]], [[1, -2], [0.1, 5e-324]]) is None


def test_both_zeros_are_equal() -> None:
    assert differ([[0.0]], [[-0.0]]) is None


def test_the_first_difference_in_reading_order_is_reported_with_the_count() -> None:
    found = differ([[1, 2, 3], [4, 5, 6]], [[1, 2, 30], [40, 5, 60]])
    assert found == Difference(sample=1, neuron=3, actual=3, expected=30, count=3)


@pytest.mark.parametrize(
    ("actual", "expected", "rtol", "atol", "near"),
    [
        (1.5, 1.0, 0.5, 0.0, True),  # at the relative tolerance
        (math.nextafter(1.5, 2), 1.0, 0.5, 0.0, False),
        (1.25, 1.0, 0.0, 0.25, True),  # at the absolute one
        (math.nextafter(1.25, 2), 1.0, 0.0, 0.25, False),
        (1.75, 1.0, 0.5, 0.25, True),  # both add up
        (math.nextafter(1.75, 2), 1.0, 0.5, 0.25, False),
        (-0.5, -1.0, 0.5, 0.0, True),  # it is |expected| that counts
        (1.0, 2.0, 0.5, 0.0, True),  # half of the expected 2 …
        (2.0, 1.0, 0.5, 0.0, False),  # … but not of the expected 1: not symmetric
        (1e-300, 0.0, 1.0, 0.0, False),  # nothing is relatively near to zero
        (1e308, -1e308, 1.0, 0.0, False),  # a difference that overflows
        (1e308, 1e308, 10.0, 0.0, True),  # an allowance that overflows
    ],
)
def test_a_value_may_be_off_by_atol_plus_rtol_times_the_expected(
    actual: float, expected: float, rtol: float, atol: float, near: bool
) -> None:
    assert (differ([[actual]], [[expected]], Tolerance(rtol, atol)) is None) is near


@given(
    st.floats(-1e6, 1e6),
    st.floats(-1e6, 1e6),
    st.floats(0, 1),
    st.floats(0, 10),
)
def test_the_rule_holds_in_exact_arithmetic(
    actual: float, expected: float, rtol: float, atol: float
) -> None:
    gap = abs(Fraction(actual) - Fraction(expected))
    allowed = Fraction(atol) + Fraction(rtol) * abs(Fraction(expected))
    same = differ([[actual]], [[expected]], Tolerance(rtol, atol)) is None
    slack = (gap + allowed) / 10**12
    if gap > allowed + slack:
        assert not same
    if gap < allowed - slack or actual == expected:
        assert same


@pytest.mark.parametrize(
    ("actual", "expected", "near"),
    [
        (NAN, NAN, True),
        (NAN, 1.0, False),
        (1.0, NAN, False),
        (INF, INF, True),
        (-INF, -INF, True),
        (INF, -INF, False),
        (1.0, INF, False),  # inf · rtol would allow everything
        (INF, 1.0, False),
        (NAN, INF, False),
        (INF, NAN, False),
    ],
)
def test_nan_matches_nan_and_an_infinity_only_itself(
    actual: float, expected: float, near: bool
) -> None:
    found = differ([[actual]], [[expected]], Tolerance(rtol=0.5, atol=1e9))
    assert (found is None) is near


def test_float32_outputs_are_compared_as_float64() -> None:
    """The nearest float32 to 0.1 is 1.5e-9 away from 0.1."""
    actual = np.array([[0.1]], dtype=np.float32)
    expected = np.array([[0.1]])
    assert find_difference(actual, expected, Tolerance(1e-9)) is not None
    assert find_difference(actual, expected, Tolerance(1e-5)) is None
