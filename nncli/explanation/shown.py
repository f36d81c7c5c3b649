"""How an exact number is printed: in full if it is short, otherwise rounded, and it says which."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from nncli.explanation.exact import EXACTLY, Exact

# A number is short up to so many decimals and significant digits.
_SHORT_DECIMALS, _SHORT_DIGITS = 6, 9
# Rounded, it keeps at least so many significant digits.
_LEAST_DIGITS = 3
# For that it takes so many decimals more than are asked for; then it is written with an exponent.
_MORE_DECIMALS = 4
# From here on it is written with an exponent.
_LARGE = Decimal("1e16")


class Shown(NamedTuple):
    """A number and what is printed of it."""

    value: Exact
    text: str  # as Python reads it: -1.5, 1.23e-12, nan; nothing in an empty box
    is_rounded: bool  # whether the text says another number, or one that was rounded before
    box: str | None = None  # the label of the worksheet's box that it stands in: 5z, or none: ""

    @property
    def is_empty(self) -> bool:
        """Whether it is a box that a pupil is to fill in: then nothing is known of its value."""
        return self.box is not None and not self.text

    @property
    def number(self) -> Decimal:
        """What the text says."""
        return Decimal(self.text)


def is_short(value: Decimal) -> bool:
    """Whether a number is printed in full."""
    if not value.is_finite():
        return False
    # as text: Decimal's own operations round a long number before they look at it
    whole, _, decimals = f"{value:f}".lstrip("-").partition(".")
    decimals = decimals.rstrip("0")
    return len(decimals) <= _SHORT_DECIMALS and len((whole + decimals).lstrip("0")) <= _SHORT_DIGITS


def shown(value: Exact, decimals: int, most: int) -> Shown:
    """Return a number as it is printed.

    decimals: of a rounded one; most: so many for one that has fewer than three digits then.

    >>> shown(Exact(Decimal("2.3850")), 4, 8).text, shown(Exact(Decimal("0.00293416")), 4, 8).text
    ('2.385', '0.00293')
    """
    number = value.value
    if value.is_exact and is_short(number):
        return Shown(value, _plain(number), False)
    return Shown(value, rounded(number, decimals, most), True)


def in_full(number: Decimal) -> str:
    """Return a number with all its digits, as Python reads it.

    >>> in_full(Decimal("16777216.0")), in_full(Decimal("1e30")), in_full(Decimal("-Infinity"))
    ('16777216', '1e+30', '-inf')
    """
    if not number.is_finite():
        return str(number).lower().replace("infinity", "inf")
    if not number or -16 < number.adjusted() < 16:
        return _plain(number)
    return f"{number.normalize(EXACTLY):e}"  # its zeros are cut off, but no other digit


def rounded(number: Decimal, decimals: int, most: int) -> str:
    """Return a number rounded half to even.  Arguments as for `shown`."""
    if not number.is_finite():
        return in_full(number)
    if number == 0:
        return "0"
    needed = _LEAST_DIGITS - 1 - number.adjusted()
    if needed > max(most, decimals):
        return _with_exponent(number, _LEAST_DIGITS - 1)
    if abs(number) >= _LARGE:
        return _with_exponent(number, number.adjusted() + decimals)
    return f"{number:.{max(decimals, needed)}f}"


def _with_exponent(number: Decimal, decimals: int) -> str:
    mantissa, _, exponent = f"{number:.{min(decimals, 16)}e}".partition("e")
    return f"{mantissa}e{int(exponent)}"


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


class Printing(NamedTuple):
    """How numbers are printed: what goes into a sum with one decimal more than what comes out."""

    precision: int  # decimals of a result

    @property
    def bounds(self) -> tuple[int, int]:
        """How many decimals a result has, and how many at most if it is small."""
        return self.precision, self.precision + _MORE_DECIMALS

    def result(self, value: Exact) -> Shown:
        """Return what comes out of a sum or a function."""
        return shown(value, *self.bounds)

    def term(self, value: Exact) -> Shown:
        """Return what goes into a sum."""
        return shown(value, self.precision + 1, self.precision + _MORE_DECIMALS)
