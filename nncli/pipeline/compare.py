"""Comparing outputs with expected values."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from nncli.network.activations import Array

Floats: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Tolerance:
    """How far a value a may be from its expected value e: |a - e| <= atol + rtol · |e|."""

    rtol: float  # relative to the expected value
    atol: float = 0.0  # absolute


@dataclass(frozen=True)
class Difference:
    """The first value out of tolerance, and how many are."""

    sample: int  # where it is, from 1
    neuron: int  # where it is, from 1
    actual: float
    expected: float
    count: int  # how many values are out of tolerance


def find_difference(
    actual: Array, expected: Floats, tolerance: Tolerance, halves: Floats | float = 0.0
) -> Difference | None:
    """Return the first difference in reading order, or None.

    actual, expected: (samples, neurons), the same shape.  NaN matches NaN, an infinity itself.
    halves: what is allowed besides, of each value or of all.
    """
    a = actual.astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        allowed = tolerance.atol + tolerance.rtol * np.abs(expected) + halves
        near = np.abs(a - expected) <= allowed
    # an infinite expectation would allow everything: it takes equality
    same = np.where(np.isfinite(expected), near, a == expected)
    wrong = ~(same | (np.isnan(a) & np.isnan(expected)))
    if not wrong.any():
        return None
    sample, neuron = (int(index) for index in np.argwhere(wrong)[0])
    return Difference(
        sample=sample + 1,
        neuron=neuron + 1,
        actual=float(a[sample, neuron]),
        expected=float(expected[sample, neuron]),
        count=int(np.count_nonzero(wrong)),
    )


def largest_difference(actual: Array, expected: Floats) -> float:
    """Return the largest difference of two arrays of the same shape; of NaN there is none."""
    with np.errstate(invalid="ignore", over="ignore"):
        away = np.abs(actual.astype(np.float64) - expected)
    return float(np.fmax.reduce(away, axis=None, initial=0.0))


def half_of_last_digit(text: str) -> float:
    """Return half of what the last digit of a number counts, as the number was typed.

    >>> half_of_last_digit("0.470"), half_of_last_digit("12"), half_of_last_digit("1.5e3")
    (0.0005, 0.5, 50.0)
    """
    exponent = Decimal(text.strip()).as_tuple().exponent
    return float(Decimal((0, (5,), exponent - 1))) if isinstance(exponent, int) else 0.0
