"""Comparing outputs with expected values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nncli.network.activations import Array


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
    actual: Array, expected: npt.NDArray[np.float64], tolerance: Tolerance
) -> Difference | None:
    """Return the first difference in reading order, or None.

    actual, expected: (samples, neurons), the same shape.  NaN matches NaN, an infinity itself.
    """
    a = actual.astype(np.float64)
    with np.errstate(invalid="ignore", over="ignore"):
        near = np.abs(a - expected) <= tolerance.atol + tolerance.rtol * np.abs(expected)
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
