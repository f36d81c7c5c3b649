"""Texts in a number's place: which number was meant, and what is said of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nncli.data.csv.numbers import is_number
from nncli.meant.numbers import numbers_meant, what_is_around


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
        # a comma that can only be decimal, and groups that can only be thousands
        ("0,67", "0.67"),
        ("-0,472", "-0.472"),
        ("12,50", "12.50"),
        ("1234,567", "1234.567"),
        ("12,50 €", "12.50"),
        ("1,5e3", "1.5e3"),
        ("1.234,56", "1234.56"),
        ("1,234,567.8", "1234567.8"),
        ("12,34,567", "1234567"),
        ("1_234.5", "1234.5"),
        ("1 234,5", "1234.5"),
        # as a program prints them
        ("np.float64(39.9)", "39.9"),
        ("Decimal('7.5')", "7.5"),
        ("[0.8]", "0.8"),
        # signs too many, or in the wrong place
        ("1..5", "1.5"),
        ("0.9*", "0.9"),
        ("'7", "7"),
        ("79;", "79"),
        ("1.5.", "1.5"),
        ('="5"', "5"),
        ("5-", "-5"),
        ("- 0.5", "-0.5"),
        ("0. 5", "0.5"),
        ("\u201c808\u201d", "808"),
        # powers of ten
        ("1.5x10^3", "1.5e3"),
        ("1.5*10**3", "1.5e3"),
        ("1.5\u00d710\u207b\u00b3", "1.5e-3"),
        ("1.5 e3", "1.5e3"),
        ("5.687-304", "5.687e-304"),
        ("1.5f0", "1.5e0"),
        ("5k", "5e3"),
        # units
        ("EUR 5", "5"),
        ("US$1.5", "1.5"),
        ("CHF 5", "5"),
        ("-$5", "-5"),
        ("20 \u00b0C", "20"),
        ("5 m\u00b2", "5"),
        ("5m", "5"),
    ],
)
def test_a_number_in_disguise_is_found(cell: str, number: str) -> None:
    assert numbers_meant(cell)[0][1] == number


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "NA",
        "x",
        "1²",
        "1j",
        "0.095,63",
        "0,1,2",
        "n.d.",
        "<0.1",
        "3 May",
        "10 am",
        "2 dozen",
        "#DIV/0!",
        "5 or 6",
        "1.2.3",
        "ABC1",
        "2",
        "1:30",
        "2020-01-01",
        "1e",
        "0x",
        "1/0",
        "O",
        "sin(0.5)",
        "[1,5]",
        "2^3",
        "2pi",
        "~.5",  # a digit may be gone
        "0.$",
        "1O" * 31,
    ],
)
def test_nothing_is_made_of_what_may_be_anything(cell: str) -> None:
    assert numbers_meant(cell) == []


@pytest.mark.parametrize(
    ("cell", "others", "delimiter", "numbers"),
    [
        ("1,234", [], ",", ["1234", "1.234"]),
        ("1,234", [], ";", ["1.234", "1234"]),
        ("1,234", ["0,67"], ",", ["1.234"]),
        ("1,234", ["12,345.5"], ",", ["1234"]),
        ("1,234", ["3.25", "0.5"], ",", ["1.234", "1234"]),
        ("1,234", ["1500", "820.5"], ",", ["1234", "1.234"]),
        ("1.234", ["12.345,6"], ",", ["1234"]),
        ("43%", [], ",", ["0.43", "43"]),
        ("43 percent", [], ",", ["0.43", "43"]),
        ("43%", ["61", "35"], ",", ["43", "0.43"]),
        ("(5)", [], ",", ["-5", "5"]),
    ],
)
def test_what_may_be_two_numbers_is_read_as_its_column_and_says_what_it_assumes(
    cell: str, others: list[str], delimiter: str, numbers: list[str]
) -> None:
    meant = numbers_meant(cell, what_is_around([*others, cell], delimiter))
    assert [number for _, number in meant] == numbers
    if len(numbers) > 1:
        assert all(words.endswith(f"if {cell} means {number}") for words, number in meant)


@given(st.text(alphabet="0123456789+-.,'_ %$()/eExOlI\u2212\uff11\u00a0", max_size=12))
def test_whatever_was_meant_is_a_number(cell: str) -> None:
    for words, number in numbers_meant(cell):
        assert words
        assert is_number(number)
