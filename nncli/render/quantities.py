"""Measured quantities for the eye: with a unit, and only the digits that are certain."""

from __future__ import annotations

import math

MAX_DIGITS = 4
_TIME_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))
_RATE_UNITS = ((1e9, " G"), (1e6, " M"), (1e3, " k"), (1.0, ""))
_BAR_PARTS = " ▏▎▍▌▋▊▉"


def certain_digits(value: float, uncertainty: float) -> int:
    """Return how many leading digits of a value its uncertainty leaves, from 1 to 4.

    The last one is that in which the uncertainty begins.

    >>> certain_digits(81.6, 0.7), certain_digits(219, 32), certain_digits(5, 0)
    (3, 2, 4)
    """
    if uncertainty <= 0 or value <= 0:
        return MAX_DIGITS
    digits = math.floor(math.log10(value)) - math.floor(math.log10(uncertainty)) + 1
    return min(max(digits, 1), MAX_DIGITS)


def format_significant(value: float, digits: int) -> str:
    """Return a number rounded to so many significant digits, never with an exponent.

    >>> format_significant(81.649, 3), format_significant(219.4, 2), format_significant(3.0, 3)
    ('81.6', '220', '3.00')
    """
    if not math.isfinite(value) or value == 0:
        return f"{value:g}"
    rounded = float(f"{value:.{digits - 1}e}")
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(rounded))))
    return f"{rounded:.{decimals}f}"


def format_seconds(seconds: float, digits: int = 3) -> str:
    """Return a time in the unit that suits it.

    >>> format_seconds(2.41e-05), format_seconds(0.0009996), format_seconds(75)
    ('24.1 µs', '1.00 ms', '75.0 s')
    """
    rounded = float(f"{seconds:.{digits - 1}e}")
    scale, unit = next((u for u in _TIME_UNITS if abs(rounded) >= u[0]), _TIME_UNITS[-1])
    return f"{format_significant(rounded / scale, digits)} {unit}"


def format_rate(rate: float, digits: int = 3) -> str:
    """Return a rate with a decimal prefix.

    >>> format_rate(41_500), format_rate(0.5), format_rate(1_234_000)
    ('41.5 k', '0.500', '1.23 M')
    """
    rounded = float(f"{rate:.{digits - 1}e}")
    scale, prefix = next((u for u in _RATE_UNITS if rounded >= u[0]), _RATE_UNITS[-1])
    return f"{format_significant(rounded / scale, digits)}{prefix}"


def bar(share: float, width: int) -> str:
    """Return a bar of block characters; share: of the full width, from 0 to 1.

    >>> bar(0.5, 4), bar(0.3, 4)
    ('██', '█▎')
    """
    eighths = max(1, round(share * width * 8)) if share > 0 else 0
    full, part = divmod(eighths, 8)
    return "█" * full + (_BAR_PARTS[part] if part else "")
