"""Which cells are numbers, and which float64 each of them is."""

from __future__ import annotations

import math
import string
import struct
from decimal import Context, Decimal
from fractions import Fraction

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from whole_reading import read_table

from nncli.data.columns import Header, Selection
from nncli.data.csv.format import CsvFormat
from nncli.data.csv.numbers import (
    is_infinity,
    is_missing,
    is_number,
    looks_like_a_number,
    why_not_a_number,
)
from nncli.errors import DataError

# Where the rounding of float64 ends: half a unit above the largest finite value.
FLOAT64_OVERFLOW = 2**1024 - 2**970
EXACT = Context(prec=2500)


def first_column(_: Header) -> Selection:
    return Selection((0,))


def value_of(cell: str, largest: float = math.inf) -> float:
    """Return what the reader makes of one cell."""
    form = CsvFormat("cell.csv", header=False)
    table = read_table([f"{cell},0\n".encode()], form, first_column, largest)
    return float(table.values[0, 0])


def refusal_of(cell: str, largest: float = math.inf) -> str:
    """Return the code of the problem with which one cell is refused."""
    with pytest.raises(DataError) as caught:
        value_of(cell, largest)
    (problem,) = caught.value.problems
    place = problem.place
    assert place is not None
    assert (place.line, place.column) == (1, 1)
    return problem.code


def bits(value: float) -> bytes:
    return struct.pack("<d", value)


# ------------------------------------------------------------------------------ the oracle


def is_a_literal(cell: str) -> bool:
    """Say by hand, character by character, whether a cell is a number."""
    rest = cell
    while rest[:1] in {" ", "\t"}:
        rest = rest[1:]
    while rest[-1:] in {" ", "\t"}:
        rest = rest[:-1]
    if rest[:1] in {"+", "-"}:
        rest = rest[1:]
    lowered = "".join(chr(ord(c) + 32) if "A" <= c <= "Z" else c for c in rest)
    if lowered in {"nan", "inf", "infinity"}:
        return True
    whole, rest = leading_digits(rest)
    fraction = ""
    if rest[:1] == ".":
        fraction, rest = leading_digits(rest[1:])
    if not whole and not fraction:
        return False
    if rest[:1] in {"e", "E"}:
        rest = rest[1:]
        if rest[:1] in {"+", "-"}:
            rest = rest[1:]
        exponent, rest = leading_digits(rest)
        if not exponent:
            return False
    return rest == ""


def leading_digits(text: str) -> tuple[str, str]:
    count = 0
    while count < len(text) and text[count] in string.digits:
        count += 1
    return text[:count], text[count:]


def is_correctly_rounded(value: float, exact: Fraction) -> bool:
    """Whether no other float64 is nearer, and a tie went to the even neighbour."""
    error = abs(Fraction(value) - exact)
    for neighbour in (math.nextafter(value, math.inf), math.nextafter(value, -math.inf)):
        if math.isinf(neighbour):
            continue
        other = abs(Fraction(neighbour) - exact)
        odd = struct.unpack("<q", bits(value))[0] % 2
        if other < error or (other == error and odd):
            return False
    return True


def exact_text(value: Fraction) -> str:
    """Return a binary fraction as decimal digits, all of them."""
    return str(EXACT.divide(Decimal(value.numerator), Decimal(value.denominator)))


# ------------------------------------------------------------------------------ strategies

DIGITS = st.text(string.digits, max_size=25)


@st.composite
def number_texts(draw: st.DrawFn) -> str:
    whole = draw(DIGITS)
    fraction = draw(DIGITS)
    point = draw(st.booleans()) or not whole
    if point and not whole and not fraction:
        whole = "7"
    text = whole + ("." + fraction if point else "")
    if draw(st.booleans()):
        exponent = draw(st.integers(-420, 420))
        plus = "+" if exponent >= 0 and draw(st.booleans()) else ""
        text += draw(st.sampled_from("eE")) + plus + str(exponent)
    return draw(st.sampled_from(["", "+", "-"])) + text


ALPHABET = (
    "0123456789" * 2
    + "+-..eEeEnNaAiIfFtTyYnaninf \t_xX%,'\v\f\n\r\0\u0661\u2212\u00a0\uff11\u0131\u017f\u212a"
)


@st.composite
def nearly_numbers(draw: st.DrawFn) -> str:
    """Return a number, or a word for one, with one character more, less or changed."""
    text = draw(number_texts() | st.sampled_from(["nan", "-NaN", "inf", "+INF", "Infinity"]))
    at = draw(st.integers(0, len(text)))
    length = draw(st.integers(0, 1))
    return text[:at] + draw(st.text(ALPHABET, max_size=1)) + text[at + length :]


# ------------------------------------------------------------------------------ the grammar


FORMS = ["0", "-0", "+1", "007", "1.", ".5", "-.5", "+.5e-3", "1.e5", "1E5", "1e+05", " 12", "1\t"]
SPECIAL = ["nan", "NaN", "-nan", "+NAN", "inf", "-inf", "+Inf", "Infinity", "-INFINITY", " \t inf "]


@pytest.mark.parametrize("cell", FORMS + SPECIAL)
def test_decimal_literals_and_the_words_nan_and_infinity_are_numbers(cell: str) -> None:
    assert is_number(cell)


BROKEN = ["", " ", "+", "-", ".", "e5", ".e5", "1e", "1e+", "--1", "+-1", "- 1", "1 2", "1e 5"]
FOREIGN = ["0x10", "0x1p3", "0b1", "0o7", "1d3", "1f", "1L", "1j", "1_000", "1,000", "1'000"]
WORDS = ["infin", "infinit", "infinityy", "nan(1)", "nan0", "1inf", "snan", "1.#INF", "NA", "true"]
UNITS = ["$5", "5%", "(5)", "1/2", "1:30", "2020-01-01", "'1'", '"1"', "1..2", "1.2.3", "1 000"]
# no other script's digits, minus or blanks, and no letter that only a wide case-folding makes an i
SCRIPTS = ["\u0661", "\uff11\uff12", "\u22121", "1\u00b2", "\u00a01", "1\u00a0", "2\u202f"]
CASES = ["\v1", "1\f", "1\n", "\u0131nf", "\u0130nf", "in\ufb01nity"]


@pytest.mark.parametrize("cell", BROKEN + FOREIGN + WORDS + UNITS + SCRIPTS + CASES)
def test_nothing_else_is_a_number(cell: str) -> None:
    assert not is_number(cell)


@given(st.text(ALPHABET, max_size=12) | nearly_numbers() | number_texts() | st.text(max_size=6))
def test_a_cell_is_a_number_exactly_if_the_grammar_read_by_hand_says_so(cell: str) -> None:
    assert (is_number(cell) is not None) == is_a_literal(cell)


@given(number_texts(), st.text(" \t", max_size=4), st.text(" \t", max_size=4))
def test_blanks_around_a_number_change_nothing(text: str, before: str, after: str) -> None:
    assert is_number(before + text + after)


# ------------------------------------------------------------------------------ the value


@given(number_texts())
@example("2.2250738585072011e-308")  # the largest subnormal's neighbour: once an endless loop
@example("2.4703282292062327e-324")  # just under half of the smallest number: zero
@example("2.4703282292062328e-324")  # just over it: the smallest number
@example("9007199254740993")  # a tie: 2^53 is even
@example("1.7976931348623158e308")  # nearer to the largest than to what would be next
@example("179769313486231580793" + "7" * 288)  # 309 digits, a tick over the boundary
def test_a_finite_literal_is_the_nearest_float64_or_too_large(text: str) -> None:
    exact = Fraction(text)
    if abs(exact) >= FLOAT64_OVERFLOW:
        assert refusal_of(text) == "N415"
    else:
        value = value_of(text)
        assert is_correctly_rounded(value, exact)
        assert math.copysign(1, value) == (-1 if text.startswith("-") else 1)


@given(
    st.floats(min_value=0, allow_infinity=False, allow_nan=False, max_value=1.7e308),
    st.sampled_from([-1, 0, 1]),
)
def test_a_literal_between_two_float64s_goes_to_the_nearer_and_a_tie_to_the_even_one(
    value: float, side: int
) -> None:
    above = Fraction(math.nextafter(value, math.inf))
    middle = (Fraction(value) + above) / 2
    text = exact_text(middle)
    assert Fraction(text) == middle
    if side == 1:  # the smallest excess that can be written behind so many digits
        mantissa, _, exponent = text.partition("E")
        point = "" if "." in mantissa else "."
        text = f"{mantissa}{point}0001" + (f"E{exponent}" if exponent else "")
        assert Fraction(text) > middle
    elif side == -1:
        text = exact_text((Fraction(value) * 3 + above * 5) / 8 - (above - Fraction(value)) / 8)
        assert Fraction(text) == middle  # the same tie, reached another way
    assert is_correctly_rounded(value_of(text), Fraction(text))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_shortest_text_of_a_float64_reads_back_to_the_same_bits(value: float) -> None:
    assert bits(value_of(repr(value))) == bits(value)


def test_a_number_of_thousands_of_digits_is_exact() -> None:
    text = "0." + "1" * 4000 + "e1"
    assert is_correctly_rounded(value_of(text), Fraction(text))
    assert value_of("1" + "0" * 5000 + "e-5000") == 1.0
    assert value_of("0" * 6000 + "12") == 12.0


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-400", 0.0),
        ("-1e-400", -0.0),
        ("4.9e-324", 5e-324),
        ("9007199254740993", 9007199254740992.0),
        ("0e99999999999999999999", 0.0),
        ("-0", -0.0),
        ("inf", math.inf),
        ("-Infinity", -math.inf),
        (" +inf\t", math.inf),
    ],
)
def test_the_edges_of_float64_are_accepted(text: str, value: float) -> None:
    assert bits(value_of(text)) == bits(value)


@pytest.mark.parametrize("text", ["nan", "NaN", "-nan", "+NAN"])
def test_nan_is_a_value(text: str) -> None:
    assert math.isnan(value_of(text))


@pytest.mark.parametrize(
    "text", ["1e400", "-1e400", "1e99999999999999999999", "1.7976931348623159e308", "9" * 400]
)
def test_a_finite_literal_that_overflows_is_an_error_and_no_infinity(text: str) -> None:
    assert refusal_of(text) == "N415"


def test_the_boundary_of_float64_is_where_rounding_would_make_an_infinity() -> None:
    assert value_of(str(FLOAT64_OVERFLOW - 1)) == 1.7976931348623157e308
    assert refusal_of(str(FLOAT64_OVERFLOW)) == "N415"


def test_a_float32_network_refuses_what_float32_cannot_hold() -> None:
    largest = float(2**128 - 2**103)  # float32 rounds this, a tie, to infinity
    below = math.nextafter(largest, 0)
    assert value_of(repr(below), largest) == below
    assert value_of(repr(-below), largest) == -below
    assert refusal_of(repr(largest), largest) == "N415"
    assert refusal_of(repr(-largest), largest) == "N415"
    assert value_of("-inf", largest) == -math.inf
    assert math.isnan(value_of("nan", largest))


# ------------------------------------------------------------------------------ other words


@pytest.mark.parametrize(
    "cell", ["", "  ", "\t", "NA", "na", "N/A", " null ", "None", "#N/A", "-", "?"]
)
def test_empty_cells_and_the_usual_words_mean_a_missing_value(cell: str) -> None:
    assert is_missing(cell)


@pytest.mark.parametrize("cell", ["0", "no", "nano", "a", "n.a", "1", "--x"])
def test_other_cells_are_not_missing(cell: str) -> None:
    assert not is_missing(cell)


@pytest.mark.parametrize(
    "cell",
    [
        *("2.O", "5%", " 1x", "+3a", "-.5b", ".1.2", "1/2", "0x10", "(5)", "$5", "'1'", "\u22121"),
        *("½", "\u00a01", "\u0661", "<5", "[1]", "~5"),
    ],
)
def test_a_mistyped_number_looks_like_one(cell: str) -> None:
    assert looks_like_a_number(cell)


@pytest.mark.parametrize("cell", ["x1", "", "e5", "-", ".", "+", "species", "größe 1", "#a1"])
def test_a_word_does_not_look_like_a_number(cell: str) -> None:
    assert not looks_like_a_number(cell)


@pytest.mark.parametrize(("cell", "infinite"), [("inf", True), ("-INFINITY", True), ("1e9", False)])
def test_an_infinity_is_told_by_its_spelling(cell: str, infinite: bool) -> None:
    assert is_infinity(cell) == infinite


def test_a_plain_word_needs_no_explanation() -> None:
    assert why_not_a_number("setosa") == ()


@given(st.text(max_size=30))
def test_an_explanation_can_be_asked_of_any_text(cell: str) -> None:
    assert all(hint.strip() for hint in why_not_a_number(cell))


def test_a_million_digits_that_are_no_number_are_judged_in_one_pass() -> None:
    """A pattern that tried every way to split the digits would take hours."""
    digits = "1" * 1_000_000
    assert is_number(digits) is not None
    assert is_number(f"{digits}x") is None
    assert is_number(f"{digits}.{digits}e1x") is None
