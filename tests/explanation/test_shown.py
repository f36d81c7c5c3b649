"""How exact numbers are printed: in full if they are short, else rounded half to even."""

from __future__ import annotations

from decimal import Decimal

import pytest

from nncli.explanation.exact import Exact
from nncli.explanation.shown import Printing, in_full

PRINTING = Printing(4)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("2.3850", "2.385"),  # without the zeros at its end
        ("1e2", "100"),
        ("-0.0", "0"),
        ("0.123456", "0.123456"),  # six decimals
        ("123.456789", "123.456789"),  # nine digits
        ("999999999", "999999999"),
    ],
)
def test_a_short_exact_number_is_printed_in_full(number: str, text: str) -> None:
    shown = PRINTING.result(Exact(Decimal(number)))
    assert (shown.text, shown.is_rounded) == (text, False)
    assert PRINTING.term(Exact(Decimal(number))).text == text


@pytest.mark.parametrize(
    ("number", "result", "term"),
    [
        ("0.1234567", "0.1235", "0.12346"),  # seven decimals
        ("1234.567891", "1234.5679", "1234.56789"),  # ten digits
        ("1000000000", "1000000000.0000", "1000000000.00000"),  # nothing left of the point goes
        ("0.00012345678", "0.000123", "0.000123"),  # never fewer than three digits
        ("0.0000000123456", "1.23e-8", "1.23e-8"),  # behind eight decimals an exponent
        ("-0.00000000055", "-5.50e-10", "-5.50e-10"),
        ("0.40000000001", "0.4000", "0.40000"),  # zeros at the end: it was rounded
        ("0.12345000000", "0.12345", "0.12345"),
        ("0.123450000001", "0.1235", "0.12345"),
        ("0.12335000000000", "0.12335", "0.12335"),
        ("nan", "nan", "nan"),
        ("-infinity", "-inf", "-inf"),
    ],
)
def test_other_numbers_are_rounded(number: str, result: str, term: str) -> None:
    value = Exact(Decimal(number))
    assert (PRINTING.result(value).text, PRINTING.term(value).text) == (result, term)


@pytest.mark.parametrize(("number", "text"), [("0.5", "0.5000"), ("0", "0"), ("2", "2.0000")])
def test_what_was_rounded_before_keeps_its_decimals(number: str, text: str) -> None:
    shown = PRINTING.result(Exact(Decimal(number), is_exact=False))
    assert (shown.text, shown.is_rounded) == (text, True)


@pytest.mark.parametrize(("number", "text"), [("0.12345", "0.1234"), ("0.12355", "0.1236")])
def test_a_half_goes_to_the_even_digit(number: str, text: str) -> None:
    assert PRINTING.result(Exact(Decimal(number), is_exact=False)).text == text


@pytest.mark.parametrize("exponent", ["e-40", "e-1", "e+0", "e+40"])
def test_a_number_in_full_has_all_its_digits(exponent: str) -> None:
    """A product of two float64 has up to 34, and Decimal's own operations keep 28."""
    number = Decimal(f"1.2345678901234567890123456789012345678901{exponent}")
    assert Decimal(in_full(number)) == number
