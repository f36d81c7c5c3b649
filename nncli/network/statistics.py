"""What the numbers of a run look like: a layer in a few numbers, and where they are no numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nncli.words import count_of, quoted


@dataclass(frozen=True)
class LayerStatistics:
    """One layer's outputs in a few numbers.

    minimum, mean, maximum, std and rms are over the finite values, NaN if there are none; zeros is
    a share of all values, from 0 to 1.
    """

    layer: int
    minimum: float
    mean: float
    maximum: float
    std: float
    rms: float
    zeros: float
    nonfinite: int


@dataclass(frozen=True)
class NonFinite:
    """Where NaN or infinity first appears; layer 0 is the data.  All counted from 1."""

    layer: int
    sample: int
    column: int
    value: float
    count: int


def nonfinite_message(found: NonFinite, columns: Sequence[str]) -> str:
    """Word a finding; columns: the names of the data's features."""
    count = count_of(found.count, "non-finite value")
    if found.layer == 0:
        place = f"column {found.column} ({quoted(columns[found.column - 1])})"
        return (
            f"the data holds {count}, the first ({found.value}) at sample {found.sample}, {place}"
        )
    place = f"sample {found.sample}, neuron {found.column}"
    return f"layer {found.layer}: {count}, the first ({found.value}) at {place}"
