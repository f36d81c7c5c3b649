"""Numbers for the eye: rounded, never to a false zero, aligned at the decimal point."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import SupportsFloat

DEFAULT_PRECISION = 4
# From here on NumPy, too, writes a number with an exponent.
_LARGE = 1e8


def format_number(value: SupportsFloat, precision: int = DEFAULT_PRECISION) -> str:
    """Return a number with at most *precision* decimals, without trailing zeros.

    A number that would round to 0, and a very large one, is written with an exponent.

    >>> format_number(2.3850000001), format_number(3.0), format_number(0.00001234)
    ('2.385', '3', '1.234e-05')
    """
    import numpy as np

    number = float(value)
    if not math.isfinite(number):
        return str(number)
    if number and not 10.0**-precision <= abs(number) < _LARGE:
        text = np.format_float_scientific(value, precision=precision, trim="-")  # type: ignore[arg-type]
        return text.replace(".e", "e")  # NumPy leaves the point of a number that was rounded
    return np.format_float_positional(value, precision=precision, trim="-")  # type: ignore[arg-type]


def format_numbers(
    values: Iterable[SupportsFloat], precision: int = DEFAULT_PRECISION
) -> list[str]:
    """Return a column of numbers, aligned at the decimal point.

    >>> format_numbers([1.25, -10, 0.5])
    ['  1.25', '-10   ', '  0.5 ']
    """
    return align_decimals([format_number(value, precision) for value in values])


def align_decimals(texts: Sequence[str]) -> list[str]:
    """Pad numbers so that their decimal points stand below one another."""
    parts = [text.partition(".") for text in texts]
    whole = max((len(before) for before, _, _ in parts), default=0)
    rest = max((len(point + after) for _, point, after in parts), default=0)
    return [before.rjust(whole) + (point + after).ljust(rest) for before, point, after in parts]


def format_bytes(count: int) -> str:
    """Return a number of bytes with a binary unit.

    >>> format_bytes(296), format_bytes(800_000_000)
    ('296 B', '762.9 MiB')
    """
    if count < 1024:
        return f"{count:,} B"
    amount = float(count)
    units = ["KiB", "MiB", "GiB", "TiB", "PiB"]
    while round(amount / 1024, 1) >= 1024 and len(units) > 1:
        amount /= 1024
        units.pop(0)
    return f"{amount / 1024:,.1f} {units[0]}"


def format_percent(share: float) -> str:
    """Return a share as a percentage, 0 % and 100 % only when it is exactly that.

    >>> format_percent(0.484), format_percent(0.0001), format_percent(1)
    ('48 %', '<1 %', '100 %')
    """
    if 0 < share < 0.01:
        return "<1 %"
    if 0.99 < share < 1:
        return ">99 %"
    return f"{share:.0%}".replace("%", " %")


def format_shape(shape: Sequence[int | str]) -> str:
    """Return a shape as Python writes a tuple.

    >>> format_shape(("N", 4)), format_shape((5,))
    ('(N, 4)', '(5,)')
    """
    return f"({shape[0]},)" if len(shape) == 1 else f"({', '.join(map(str, shape))})"
