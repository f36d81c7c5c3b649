"""Texts in a number's place: which number was meant, and what is said of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nncli.data.csv.numbers import is_number
from nncli.doctor.disguises import numbers_meant


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ("\u22121", "U+2212 MINUS SIGN; use '-'"),
        ("\uff11", "U+FF11 FULLWIDTH DIGIT ONE"),
        ("1\x1a", "U+001A"),
        ("1,000", "thousands separator"),
        ("1 000 000", "thousands separator"),
        ("1'000", "thousands separator"),
        ("1_000", "thousands separator"),
        ("1,5", "decimal point"),
        ("'1'", "single quotes"),
        ("0x10", "decimal number"),
        ("5%", "fraction"),
    ],
)
def test_a_disguise_is_told_by_what_to_do_about_it(cell: str, words: str) -> None:
    assert words in numbers_meant(cell)[0][0]


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("1,000", "1000"),
        ("-1,234,567.5", "-1234567.5"),
        ("1 000", "1000"),
        ("1'000'000", "1000000"),
        ("1_000", "1000"),
        ("1,00,000", "100000"),
        ("1.000.000", "1000000"),
        ("1.000,5", "1000.5"),
        ("1,5", "1.5"),
        (",5", ".5"),
        ("\u22121.5", "-1.5"),
        ("\uff11\uff12", "12"),
        ("\u0661\u0662", "12"),
        ("\u00a05 ", "5"),
        ("' 5'", "5"),
        ("0x1F", "31"),
        ("-0b11", "-3"),
        ("5 %", "0.05"),
        ("12.5%", "0.125"),
        ("1d-3", "1e-3"),
        ("2.O", "2.0"),
        ("l2", "12"),
        ("$ 5.50", "5.50"),
        ("5 \N{EURO SIGN}", "5"),
        ("7 cm", "7"),
        ("3 km/h", "3"),
        ("(5)", "-5"),
        ("1/4", "0.25"),
        ("True", "1"),
        ("no", "0"),
        ("3\x1a", "3"),
        ("1.5f", "1.5"),
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
