"""Texts in a number's place: which number was meant, and what is said of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nncli.data.csv.numbers import is_number
from nncli.doctor.disguises import numbers_meant


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("1'000'000", "1000000"),
        (",5", ".5"),
        ("\u22121.5", "-1.5"),
        ("\uff11\uff12", "12"),
        ("\u0661\u0662", "12"),
        ("\u00a05 ", "5"),
        ("' 5'", "5"),
        ("-0b11", "-3"),
        ("1d-3", "1e-3"),
        ("$ 5.50", "5.50"),
        ("7 cm", "7"),
        ("3 km/h", "3"),
        ("True", "1"),
        ("no", "0"),
    ],
)
def test_a_number_in_disguise_is_found(cell: str, number: str) -> None:
    assert numbers_meant(cell)[0][1] == number


@pytest.mark.parametrize(
    "cell",
    ["", "NA", "x", "1²", "1j", "1:30", "2020-01-01", "1e", "0x", "1/0", "O", "1O" * 31],
)
def test_nothing_is_made_of_what_may_be_anything(cell: str) -> None:
    assert numbers_meant(cell) == []


def test_a_lone_group_behind_a_comma_may_be_thousands_or_decimals() -> None:
    assert [number for _, number in numbers_meant("1,000")] == ["1000", "1.000"]


@given(st.text(alphabet="0123456789+-.,'_ %$()/eExOlI\u2212\uff11\u00a0", max_size=12))
def test_whatever_was_meant_is_a_number(cell: str) -> None:
    for words, number in numbers_meant(cell):
        assert words
        assert is_number(number)
