"""Quantities for the eye: tables worked by hand, and laws on exact decimals."""

from __future__ import annotations

import math
from decimal import Context, Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nncli.render.quantities import (
    bar,
    certain_digits,
    format_rate,
    format_seconds,
    format_significant,
)

DIGITS = st.integers(1, 4)


def exactly(value: float, digits: int) -> Decimal:
    """Return a number rounded to so many digits; it is exact before that."""
    return Context(prec=digits).create_decimal(Decimal(value))


def last_place(shown: Decimal, digits: int) -> Fraction:
    """Return what one step of the last significant digit is worth."""
    return Fraction(10) ** (shown.adjusted() - digits + 1)


# ------------------------------------------------------------------------- certain digits


@pytest.mark.parametrize(
    ("value", "uncertainty", "digits"),
    [
        (81.6, 0.7, 3),  # 81.6
        (81.6, 7, 2),  # 82
        (81.6, 0.07, 4),  # 81.60
        (81.6, 0.001, 4),  # no more than four
        (219, 32, 2),  # 220
        (219, 100, 1),
        (219, 99, 2),
        (219, 500, 1),  # at least one
        (219, 5000, 1),
        (1000, 1, 4),
        (1000, 10, 3),
        (999, 10, 2),
        (0.001, 0.00001, 3),
        (2.41e-05, 3e-07, 3),
        (5, 0, 4),
        (5, -1, 4),
        (0, 1, 4),
    ],
)
def test_digits_down_to_that_in_which_the_uncertainty_begins(
    value: float, uncertainty: float, digits: int
) -> None:
    assert certain_digits(value, uncertainty) == digits


@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_the_last_certain_digit_stands_where_the_uncertainty_has_its_first(
    value: int, uncertainty: int
) -> None:
    places = len(str(value)) - len(str(uncertainty)) + 1
    assert certain_digits(value, uncertainty) == sorted([1, places, 4])[1]


# -------------------------------------------------------------------- significant digits


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (81.649, 3, "81.6"),
        (81.649, 1, "80"),
        (81.649, 4, "81.65"),
        (219.4, 2, "220"),
        (219.4, 3, "219"),
        (3.0, 3, "3.00"),
        (9.996, 3, "10.0"),
        (9.994, 3, "9.99"),
        (99.96, 3, "100"),
        (999.6, 3, "1000"),
        (0.5, 1, "0.5"),
        (0.00012345, 2, "0.00012"),
        (1234567, 3, "1230000"),
        (-81.649, 3, "-81.6"),
        (0, 3, "0"),
        (math.inf, 3, "inf"),
        (-math.inf, 3, "-inf"),
        (math.nan, 3, "nan"),
    ],
)
def test_numbers_rounded_to_significant_digits(value: float, digits: int, text: str) -> None:
    assert format_significant(value, digits) == text


# beyond 2**53 not every whole number is a float
VALUES = st.floats(1e-12, 9e15) | st.floats(-9e15, -1e-12)


@given(VALUES, DIGITS)
def test_a_shown_number_is_within_half_a_unit_of_its_last_digit(value: float, digits: int) -> None:
    shown = Decimal(format_significant(value, digits))
    error = abs(Fraction(value) - Fraction(shown))
    assert error <= last_place(shown, digits) / 2


@given(VALUES, DIGITS)
def test_a_shown_number_is_the_exact_decimal_with_all_its_digits(value: float, digits: int) -> None:
    text = format_significant(value, digits)
    shown = exactly(value, digits)
    decimals = max(0, digits - 1 - shown.adjusted())
    assert Decimal(text) == shown
    assert len(text.partition(".")[2]) == decimals


# ---------------------------------------------------------------------------------- time


@pytest.mark.parametrize(
    ("seconds", "digits", "text"),
    [
        (2.41e-05, 3, "24.1 µs"),
        (0.0009994, 3, "999 µs"),
        (0.0009996, 3, "1.00 ms"),
        (0.001, 3, "1.00 ms"),
        (0.9996, 3, "1.00 s"),
        (0.9996, 4, "999.6 ms"),
        (9.996e-7, 3, "1.00 µs"),
        (1e-6, 2, "1.0 µs"),
        (1e-9, 3, "1.00 ns"),
        (5e-10, 3, "0.500 ns"),
        (1.2e-13, 2, "0.00012 ns"),
        (75, 3, "75.0 s"),
        (75, 1, "80 s"),
        (1234, 3, "1230 s"),
        (1234, 4, "1234 s"),
        (100_000, 3, "100000 s"),
        (-0.002, 3, "-2.00 ms"),
        (0, 3, "0 ns"),
        # half-way in decimal, but these floats lie below: 0.000999499999999999…
        (0.0009995, 3, "999 µs"),
        (0.995, 2, "990 ms"),
        (0.00095, 1, "900 µs"),
        # and these above: 0.00099500000000000001…
        (0.000995, 2, "1.0 ms"),
        (9.95e-07, 2, "1.0 µs"),
    ],
)
def test_times_in_the_unit_that_suits_them(seconds: float, digits: int, text: str) -> None:
    assert format_seconds(seconds, digits) == text


SECONDS = {"s": Fraction(1), "ms": Fraction(1, 10**3), "µs": Fraction(1, 10**6)}
SECONDS["ns"] = Fraction(1, 10**9)


@given(st.floats(1e-11, 1e6), DIGITS)
@example(0.0009995, 3)
@example(0.995, 2)
@example(0.000995, 2)
def test_a_shown_time_is_right_to_its_last_digit_and_between_one_and_a_thousand(
    seconds: float, digits: int
) -> None:
    number, unit = format_seconds(seconds, digits).split(" ")
    shown = Decimal(number)
    error = abs(Fraction(seconds) - Fraction(shown) * SECONDS[unit])
    assert error <= last_place(shown, digits) / 2 * SECONDS[unit]
    assert shown >= 1 or unit == "ns"
    assert shown < 1000 or unit == "s"


# ---------------------------------------------------------------------------------- rate


@pytest.mark.parametrize(
    ("rate", "digits", "text"),
    [
        (41_500, 3, "41.5 k"),
        (0.5, 3, "0.500"),
        (1, 3, "1.00"),
        (999, 3, "999"),
        (999.4, 3, "999"),
        (999.6, 3, "1.00 k"),
        (999_600, 3, "1.00 M"),
        (999_600, 4, "999.6 k"),
        (1_234_000, 3, "1.23 M"),
        (999.6e6, 3, "1.00 G"),
        (5.5e12, 3, "5500 G"),
        (81_649, 1, "80 k"),
        (0, 3, "0"),
        # half-way exactly: to the even neighbour, and in its unit
        (950, 1, "1 k"),
        (995, 2, "1.0 k"),
        (995_000, 2, "1.0 M"),
        (985, 2, "980"),
    ],
)
def test_rates_with_a_decimal_prefix(rate: float, digits: int, text: str) -> None:
    assert format_rate(rate, digits) == text


PREFIXES = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9}


@given(st.floats(1e-3, 1e14) | st.integers(1, 10**10).map(float), DIGITS)
@example(995.0, 2)
@example(950_000.0, 1)
def test_a_shown_rate_is_right_to_its_last_digit_and_between_one_and_a_thousand(
    rate: float, digits: int
) -> None:
    number, _, prefix = format_rate(rate, digits).partition(" ")
    shown = Decimal(number)
    error = abs(Fraction(rate) - Fraction(shown) * PREFIXES[prefix])
    assert error <= last_place(shown, digits) / 2 * PREFIXES[prefix]
    assert shown >= 1 or prefix == ""
    assert shown < 1000 or prefix == "G"


# ----------------------------------------------------------------------------------- bars


@pytest.mark.parametrize(
    ("eighths", "text"),
    [(0, ""), (1, "▏"), (2, "▎"), (3, "▍"), (4, "▌"), (5, "▋"), (6, "▊"), (7, "▉"), (8, "█")],
)
def test_a_bar_is_drawn_in_eighths_of_a_character(eighths: int, text: str) -> None:
    assert bar(eighths / 8, 1) == text
    assert bar((8 + eighths) / 32, 4) == "█" + text


@pytest.mark.parametrize("width", [1, 7, 20])
def test_nothing_is_no_bar_and_all_is_a_full_one(width: int) -> None:
    assert bar(0, width) == ""
    assert bar(1, width) == "█" * width


@pytest.mark.parametrize("share", [5e-324, 1e-9, 0.001])
def test_the_smallest_share_is_still_seen(share: float) -> None:
    assert bar(share, 10) == "▏"


@given(st.floats(0, 1, exclude_min=True), st.integers(1, 40))
def test_a_bar_is_as_long_as_its_share_to_half_an_eighth(share: float, width: int) -> None:
    text = bar(share, width)
    # U+2588 is a full block, and each of the seven code points after it one eighth less
    eighths = sum(8 - (ord(character) - 0x2588) for character in text)
    assert len(text) <= width
    assert abs(eighths - share * width * 8) <= 0.5 or eighths == 1
