"""Sums of floats without any rounding: the same in every order, however they are cut."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]

# So many values at a time: they fit the first cache, and the sum of as many is exact below.
_TILE_BITS = 13
_TILE = 2**_TILE_BITS
# Every finite float is a whole number of these, 2**-_UNIT_BITS, the smallest of all.
_UNIT_BITS = 1074
# What is left of a value once this much of its tile's range is taken off: the digits of a float
# hold the sum of a tile, less one bit for the rounding of each.
_TAKEN_BITS = 53 - 1 - _TILE_BITS - 1
# Of a power of 2 that every float can be added to without loss, if it is no larger.
_SMALLEST_EXPONENT = 52 - _UNIT_BITS
# Tiles of larger values would overflow on their way.
_LARGEST = 2.0**1000


class ExactSum:
    """The sum of any number of floats, rounded only when it is asked for.

    It is held as a whole number, so that neither the order of the values nor how they come in parts
    makes a difference.
    """

    def __init__(self) -> None:
        """Begin at 0."""
        self._units = 0  # the sum of the finite values, in units of 2**-1074
        self._nonfinite = 0.0  # the sum of the others: infinite or NaN, if there were any

    def add(self, values: Floats) -> None:
        """Add all values of an array (samples,)."""
        for start in range(0, len(values), _TILE):
            self._add_tile(values[start : start + _TILE])

    def merge(self, other: ExactSum) -> None:
        """Add what another sum holds."""
        self._units += other._units
        self._nonfinite += other._nonfinite

    @property
    def fraction(self) -> Fraction:
        """The exact sum of the finite values."""
        return Fraction(self._units, 2**_UNIT_BITS)

    @property
    def is_finite(self) -> bool:
        """Whether all values were finite."""
        return self._nonfinite == 0.0

    @property
    def value(self) -> float:
        """The sum as the nearest float."""
        return self.over(1)

    def over(self, count: int) -> float:
        """Return the sum divided by a count, as the nearest float; NaN for a count of 0."""
        if not count:
            return math.nan
        if not self.is_finite:
            return self._nonfinite
        return nearest_float(Fraction(self._units, count << _UNIT_BITS))

    def _add_tile(self, values: Floats) -> None:
        largest = float(np.abs(values).max())
        if not largest < _LARGEST:
            self._add_one_by_one(values)
            return
        # Rump, Ogita & Oishi 2008, "Accurate floating-point summation part I", algorithm 3.2
        # (ExtractVector): the parts that are taken off are multiples of one power of 2 and so few
        # that their sum is exact; so is what is left.
        exponent = math.frexp(largest)[1] + _TILE_BITS + 1
        while largest:
            bound = math.ldexp(1.0, exponent)
            parts = (values + bound) - bound
            self._add_float(float(parts.sum()))
            values = values - parts
            largest = float(np.abs(values).max())
            exponent = max(exponent - _TAKEN_BITS, _SMALLEST_EXPONENT)

    def _add_one_by_one(self, values: Floats) -> None:
        for value in values.tolist():
            if math.isfinite(value):
                self._add_float(value)
            else:
                self._nonfinite += value

    def _add_float(self, value: float) -> None:
        numerator, denominator = value.as_integer_ratio()
        self._units += numerator << (_UNIT_BITS + 1 - denominator.bit_length())


def nearest_float(value: Fraction) -> float:
    """Return the nearest float, or an infinity beyond the largest."""
    try:
        return value.numerator / value.denominator
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def add_squares(total: ExactSum, values: Floats) -> None:
    """Add the squares of all values (samples,), without rounding unless they are below 1e-290.

    Dekker 1971, "A floating-point technique for extending the available precision": the rounding
    of a product is known exactly from the products of half the digits.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        squares = values * values
    total.add(squares)
    if not np.abs(values).max(initial=0.0) < 1e150:  # a square may overflow
        return
    stretched = values * 134217729.0  # 2**27 + 1
    high = stretched - (stretched - values)
    low = values - high
    rounding = ((high * high - squares) + 2.0 * high * low) + low * low
    if rounding.any():
        total.add(rounding)
