"""Numbers for the eye: rounded, never to a false zero, aligned at the decimal point."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from typing import SupportsFloat

DEFAULT_PRECISION = 4
# From here on NumPy, too, writes a number with an exponent.
_LARGE = 1e8
# What is written with an exponent because it is tiny has at least so many digits.
_FEWEST_DIGITS = 3
# A number may be so many units of its last bit beside the one that is shown for it.
_LAST_BITS = 4


def format_numbers(
    values: Iterable[SupportsFloat], precision: int = DEFAULT_PRECISION
) -> list[str]:
    """Return a column of numbers, aligned at the decimal point.

    All have the same decimals: as many as are needed, at most *precision*.  Beside them an exact
    zero is 0; what would round to 0 is written with an exponent and with as many digits as the
    others have; what would round to 1 has more decimals.  Very large numbers have an exponent, too.

    >>> format_numbers([1.25, -10, 0.5])
    ['  1.25', '-10.00', '  0.50']
    >>> format_numbers([0.9815, 0.018, 0.99995, 1 / 30000, 0])
    ['0.9815    ', '0.0180    ', '0.99995   ', '3.3333e-05', '0         ']
    """
    column = list(values)
    sizes = [_size(value, precision) for value in column]
    usual = [value for value, size in zip(column, sizes, strict=True) if size == "usual"]
    decimals = _needed(usual, _positional, precision)
    digits = max((_significant(_positional(value, decimals)) for value in usual), default=0)
    mantissas = {"huge": precision, "tiny": precision}
    if digits:
        mantissas["tiny"] = min(precision, max(_FEWEST_DIGITS, digits) - 1)
    for size, most in mantissas.items():
        own = [value for value, its in zip(column, sizes, strict=True) if its == size]
        mantissas[size] = _needed(own, _scientific, most)
    return align_decimals(
        [
            str(float(value)).removesuffix(".0")
            if size == "exact"
            else _not_one(value, decimals)
            if size == "usual"
            else _scientific(value, mantissas[size])
            for value, size in zip(column, sizes, strict=True)
        ]
    )


def _size(value: SupportsFloat, precision: int) -> str:
    """Return how a number is to be written: exact (0 and what is not finite), tiny, usual, huge."""
    size = abs(float(value))
    if size == 0 or not math.isfinite(size):
        return "exact"
    return "tiny" if size < 10.0**-precision else "huge" if size >= _LARGE else "usual"


def _needed(
    values: Iterable[SupportsFloat], write: Callable[[SupportsFloat, int], str], most: int
) -> int:
    """Return how many decimals show all of some numbers as they are; *most* where none do."""
    needed = 0
    for value in values:
        text = write(value, most)
        if not _is_meant(text, value):
            return most
        needed = max(needed, len(text.partition("e")[0].rstrip("0").partition(".")[2]))
    return needed


def _is_meant(text: str, value: SupportsFloat) -> bool:
    """Whether a number is the one that is shown for it, but for its last bits: 0.1 + 0.2 is 0.3."""
    eps = 2.0**-23 if getattr(value, "dtype", None) == "float32" else 2.0**-52
    error, size = abs(float(text) - float(value)), abs(float(value))
    return error <= _LAST_BITS * eps * (size if "e" in text else max(1.0, size))


def _positional(value: SupportsFloat, decimals: int) -> str:
    """Return a number with so many decimals."""
    import numpy as np

    text = np.format_float_positional(value, precision=decimals, trim="-")  # type: ignore[arg-type]
    whole, _, rest = text.partition(".")
    return f"{whole}.{rest.ljust(decimals, '0')}" if decimals else whole


def _scientific(value: SupportsFloat, decimals: int) -> str:
    """Return a number with an exponent and so many decimals in front of it."""
    import numpy as np

    text = np.format_float_scientific(value, precision=decimals, trim="-")  # type: ignore[arg-type]
    mantissa, _, exponent = text.partition("e")
    whole, _, rest = mantissa.partition(".")
    return f"{whole}.{rest.ljust(decimals, '0')}e{exponent}" if decimals else f"{whole}e{exponent}"


def _not_one(value: SupportsFloat, decimals: int) -> str:
    """Return a number with so many decimals; with more if it is less than 1, but would look so."""
    text = _positional(value, decimals)
    while abs(float(text)) == 1 and not _is_meant(text, value) and abs(float(value)) < 1:
        decimals += 1
        text = _positional(value, decimals)
    return text


def _significant(text: str) -> int:
    return len(text.lstrip("-0.").replace(".", ""))


def align_decimals(texts: Sequence[str]) -> list[str]:
    """Pad numbers so that their decimal points stand below one another, and where they would."""
    wholes = [re.split("[.e]", text)[0] for text in texts]
    rests = [text[len(whole) :] for text, whole in zip(texts, wholes, strict=True)]
    before, behind = (max(map(len, parts), default=0) for parts in (wholes, rests))
    return [w.rjust(before) + r.ljust(behind) for w, r in zip(wholes, rests, strict=True)]


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
