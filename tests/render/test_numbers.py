"""Numbers for the eye: near enough, never a false zero, and in line."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nncli.render.numbers import (
    align_decimals,
    format_bytes,
    format_number,
    format_numbers,
    format_percent,
    format_shape,
)

INF, NAN = math.inf, math.nan
precisions = st.integers(1, 17)


@pytest.mark.parametrize(
    ("value", "precision", "text"),
    [
        (0.0, 4, "0"),
        (-0.0, 4, "-0"),
        (1.0, 4, "1"),
        (-3.0, 4, "-3"),
        (2.3849999999999998, 4, "2.385"),
        (0.1076, 4, "0.1076"),
        (4.8, 1, "4.8"),
        (0.5031, 2, "0.5"),
        (99999.99996, 4, "100000"),
        (0.0001, 4, "0.0001"),
        (0.00009, 4, "9e-05"),
        (1.23456789e-7, 4, "1.2346e-07"),
        (-1.23456789e-7, 2, "-1.23e-07"),
        (5e-324, 4, "5e-324"),
        (0.05, 1, "5e-02"),
        (12345678.9, 4, "12345678.9"),
        (123456789.0, 4, "1.2346e+08"),
        (200000001.0, 4, "2e+08"),
        (1.00001e-5, 4, "1e-05"),
        (2.00001, 4, "2"),
        (1e308, 4, "1e+308"),
        (0.1, 17, "0.1"),
        (1 / 3, 17, "0.3333333333333333"),
        (NAN, 4, "nan"),
        (INF, 4, "inf"),
        (-INF, 4, "-inf"),
    ],
)
def test_a_number_is_shown_as_numpy_would(value: float, precision: int, text: str) -> None:
    assert format_number(value, precision) == text


@given(st.floats(allow_nan=False, allow_infinity=False), precisions)
@example(0.00005, 4)
@example(-0.00005, 4)
@example(0.99999, 4)
def test_a_shown_number_is_near_the_value(value: float, precision: int) -> None:
    """Off by at most half a unit of the last place, of the number or of its mantissa."""
    text = format_number(value, precision)
    shown, exact = Decimal(text), Decimal(value)
    unit = Decimal(10) ** -precision
    if "e" in text:
        unit *= Decimal(10) ** shown.adjusted()
    # a hair more than half: digits are taken from the shortest text that is the same float
    slack = abs(exact) * Decimal("2e-16") + Decimal("3e-324")
    assert abs(shown - exact) <= unit * Decimal("0.5000001") + slack


@given(st.floats(), precisions)
def test_only_zero_is_shown_as_zero(value: float, precision: int) -> None:
    assert (float(format_number(value, precision)) == 0) is (value == 0)


@given(st.floats(allow_nan=False, allow_infinity=False), precisions)
def test_the_sign_is_never_lost(value: float, precision: int) -> None:
    assert format_number(value, precision).startswith("-") is (math.copysign(1, value) < 0)


@given(st.floats(allow_nan=False, allow_infinity=False), precisions)
def test_no_more_decimals_than_asked_for_and_no_trailing_zeros(
    value: float, precision: int
) -> None:
    mantissa = format_number(value, precision).partition("e")[0]
    _, point, decimals = mantissa.partition(".")
    assert len(decimals) <= precision
    assert not decimals.endswith("0")
    assert bool(point) is bool(decimals)


def test_float32_has_its_own_shortest_digits() -> None:
    """0.1, not 0.10000000149011612."""
    assert format_number(np.float32(0.1), 17) == "0.1"
    assert format_number(np.float32(1e-7), 4) == "1e-07"
    assert format_number(np.float32(16777216.0), 4) == "16777216"


# --------------------------------------------------------------------------------- columns


def test_decimal_points_stand_below_one_another() -> None:
    assert format_numbers([4.8, -1.21, 100, 1e-9, NAN]) == [
        "    4.8 ",
        "   -1.21",
        "  100   ",
        "1e-09   ",
        "  nan   ",
    ]


@given(st.lists(st.floats(), min_size=1, max_size=8), precisions)
def test_a_column_is_of_one_width_and_loses_nothing(values: list[float], precision: int) -> None:
    texts = format_numbers(values, precision)
    assert len({len(text) for text in texts}) == 1
    assert [text.strip() for text in texts] == [format_number(v, precision) for v in values]
    points = {text.index(".") for text in texts if "." in text}
    assert len(points) <= 1
    for text in texts:
        if "." not in text and points:
            assert len(text.rstrip()) <= min(points)


def test_gaps_between_numbers_are_kept_in_line() -> None:
    assert align_decimals(["1.5", "", "-10"]) == ["  1.5", "     ", "-10  "]
    assert align_decimals([]) == []


# ------------------------------------------------------------------------- bytes and shares


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (296, "296 B"),
        (1023, "1,023 B"),
        (1024, "1.0 KiB"),
        (1536, "1.5 KiB"),
        (800_000_000, "762.9 MiB"),
        (2**30, "1.0 GiB"),
        (2**40, "1.0 TiB"),
        (2**50, "1.0 PiB"),
        (8 * (10**18 + 10**9), "7,105.4 PiB"),
    ],
)
def test_bytes_have_binary_units(count: int, text: str) -> None:
    assert format_bytes(count) == text


@given(st.integers(1, 2**59))
@example(2**20 - 1)
@example(2**30 - 1)
def test_no_amount_is_shown_as_a_thousand_and_more_of_a_unit(count: int) -> None:
    """1,048,575 B is 1.0 MiB, not 1,024.0 KiB."""
    number, unit = format_bytes(count).split()
    assert float(number.replace(",", "")) < 1024
    factor = 1024 ** ["B", "KiB", "MiB", "GiB", "TiB", "PiB"].index(unit)
    assert abs(float(number.replace(",", "")) * factor - count) <= 0.0501 * factor


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0 %"),
        (1e-9, "<1 %"),
        (0.0099, "<1 %"),
        (0.01, "1 %"),
        (0.484, "48 %"),
        (0.986, "99 %"),
        (0.99, "99 %"),
        (0.9901, ">99 %"),
        (1 - 2**-53, ">99 %"),
        (1.0, "100 %"),
    ],
)
def test_a_share_is_nothing_or_everything_only_if_exactly_so(share: float, text: str) -> None:
    assert format_percent(share) == text


def test_shapes_are_written_as_tuples() -> None:
    assert format_shape(("N", 4)) == "(N, 4)"
    assert format_shape((3, 4)) == "(3, 4)"
    assert format_shape((5,)) == "(5,)"
