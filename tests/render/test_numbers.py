"""Numbers for the eye: near enough, never a false zero, and in line."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import SupportsFloat

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nncli.render.numbers import (
    align_decimals,
    format_bytes,
    format_numbers,
    format_percent,
    format_shape,
)

INF, NAN = math.inf, math.nan
precisions = st.integers(1, 17)


def alone(value: SupportsFloat, precision: int = 4) -> str:
    """Return a number as a column of its own shows it."""
    return format_numbers([value], precision)[0]


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
        (0.5031, 2, "0.50"),
        (99999.99996, 4, "100000.0000"),
        (0.0001, 4, "0.0001"),
        (0.00009, 4, "9e-05"),
        (1.23456789e-7, 4, "1.2346e-07"),
        (-1.23456789e-7, 2, "-1.23e-07"),
        (5e-324, 4, "5e-324"),
        (0.05, 1, "5e-02"),
        (12345678.9, 4, "12345678.9"),
        (123456789.0, 4, "1.2346e+08"),
        (200000001.0, 4, "2.0000e+08"),
        (1.00001e-5, 4, "1.0000e-05"),
        (2.00001, 4, "2.0000"),
        (0.99995, 4, "0.99995"),
        (-0.9999999, 4, "-0.9999999"),
        (0.96, 1, "0.96"),
        (1e308, 4, "1e+308"),
        (0.1, 17, "0.1"),
        (1 / 3, 17, "0.3333333333333333"),
        (NAN, 4, "nan"),
        (INF, 4, "inf"),
        (-INF, 4, "-inf"),
    ],
)
def test_a_number_is_rounded_and_zeros_at_its_end_say_so(
    value: float, precision: int, text: str
) -> None:
    assert alone(value, precision) == text


columns = st.lists(st.floats(), min_size=1, max_size=8)


@given(columns, precisions)
@example([0.00005], 4)
@example([-0.00005, 1.0], 4)
@example([0.99999], 4)
@example([0.5, 0.99999, 1e-5, 1e9], 4)
def test_a_shown_number_is_near_the_value(values: list[float], precision: int) -> None:
    """Off by at most half a unit of its own last place, and never by more than a thousandth."""
    for value, text in zip(values, format_numbers(values, precision), strict=True):
        if not math.isfinite(value):
            assert float(text) == value or math.isnan(value)
            continue
        mantissa, _, exponent = text.strip().partition("e")
        decimals = len(mantissa.partition(".")[2])
        unit = Decimal(10) ** (int(exponent or 0) - decimals)
        error, exact = abs(Decimal(text.strip()) - Decimal(value)), Decimal(value)
        # a hair more than half: digits are taken from the shortest text that is the same float,
        # and what is off by its last bits alone is shown without them
        slack = max(abs(exact), Decimal(0 if exponent else 1)) * Decimal("9e-16")
        assert error <= unit * Decimal("0.5000001") + slack + Decimal("3e-324")
        if precision >= 3:
            assert error <= abs(exact) / 200 + slack or abs(value) < 10.0 ** (2 - precision)


@given(columns, precisions)
def test_only_zero_is_shown_as_zero(values: list[float], precision: int) -> None:
    for value, text in zip(values, format_numbers(values, precision), strict=True):
        assert (float(text) == 0) is (value == 0)


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=4), precisions)
@example([0.99995, 0.5], 4)
def test_nothing_less_than_one_is_shown_as_one(values: list[float], precision: int) -> None:
    """Nothing but sums that are 1 in all but their last bits."""
    for value, text in zip(values, format_numbers(values, precision), strict=True):
        is_one, is_meant = abs(float(text)) == 1, abs(value) > 1 - 9e-16
        # so many decimals show those bits
        assert is_one is is_meant or (precision >= 15 and is_meant)


@given(columns, precisions)
def test_the_sign_is_never_lost(values: list[float], precision: int) -> None:
    for value, text in zip(values, format_numbers(values, precision), strict=True):
        if not math.isnan(value):
            assert text.strip().startswith("-") is (math.copysign(1, value) < 0)


def test_float32_has_its_own_shortest_digits() -> None:
    """0.1, not 0.10000000149011612."""
    assert alone(np.float32(0.1), 17) == "0.1"
    assert alone(np.float32(1e-7), 4) == "1e-07"
    assert alone(np.float32(16777216.0), 4) == "16777216"
    assert alone(np.float32(0.1) + np.float32(0.2), 4) == "0.3"


# --------------------------------------------------------------------------------- columns


def test_decimal_points_stand_below_one_another() -> None:
    assert format_numbers([4.8, -1.21, 100, 1e-9, 0, NAN]) == [
        "  4.80 ",
        " -1.21 ",
        "100.00 ",
        "  1e-09",
        "  0    ",
        "nan    ",
    ]


def test_the_columns_of_the_book_have_the_decimals_that_it_prints() -> None:
    """Chapter 2: 4.8, 8.9, 1.41 and 1.21, -1.81, 1.051; the floats miss some by their last bits."""
    assert format_numbers([4.8, 8.9, 1.4100000000000001]) == ["4.80", "8.90", "1.41"]
    assert format_numbers([1.21, -1.8100000000000005, 1.0510000000000002]) == [
        " 1.210",
        "-1.810",
        " 1.051",
    ]


def test_a_tiny_number_has_as_many_digits_as_the_others_and_at_least_three() -> None:
    assert format_numbers([0.9815, 1 / 30000]) == ["0.9815   ", "3.333e-05"]
    assert format_numbers([0.5, 1 / 30000]) == ["0.5     ", "3.33e-05"]
    assert format_numbers([1234.5678, 1 / 30000])[1].strip() == "3.3333e-05"
    assert format_numbers([0, 1 / 30000])[1].strip() == "3.3333e-05"


@given(columns, precisions)
def test_a_column_has_one_width_and_the_same_decimals(values: list[float], precision: int) -> None:
    texts = format_numbers(values, precision)
    assert len({len(text) for text in texts}) == 1
    assert len({text.index(".") for text in texts if "." in text}) <= 1
    usual = [
        text.strip().partition(".")[2]
        for value, text in zip(values, texts, strict=True)
        if value
        and math.isfinite(value)
        and "e" not in text
        # what would look like 1 alone may have more
        and not (abs(value) < 1 and round(abs(value), precision) == 1)
    ]
    assert len(set(map(len, usual))) <= 1
    assert all(len(decimals) <= precision for decimals in usual)


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
