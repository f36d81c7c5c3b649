"""What the numbers of a run look like: a layer in a few numbers, and where they are no numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nncli.specs.model import NetworkSpec
from nncli.words import count_of, quoted


@dataclass(frozen=True)
class LayerStatistics:
    """One layer's outputs in a few numbers, of the finite values; NaN where there are none."""

    layer: int  # its number, from 1
    minimum: float
    mean: float
    maximum: float
    std: float  # the standard deviation
    rms: float  # the root mean square
    zeros: float  # the share of all values that are 0, from 0 to 1
    nonfinite: int  # how many values are NaN or infinite


@dataclass(frozen=True)
class NonFinite:
    """Where NaN or infinity first appears."""

    layer: int  # its number, from 1; 0: the inputs; one more than there are: the outputs' scale
    sample: int  # from 1
    column: int  # the feature of the data, or the neuron of the layer, from 1
    value: float
    count: int  # how many such values there are


def nonfinite_message(found: NonFinite, columns: Sequence[str], spec: NetworkSpec) -> str:
    """Word a finding in a network of this spec; columns: the names of the data's features."""
    count = count_of(found.count, "non-finite value")
    if found.layer == 0:
        place = f"column {found.column} ({quoted(columns[found.column - 1])})"
        is_scaled = spec.inputs.clip is not None or spec.inputs.scale is not None
        holder = "the scaled data" if is_scaled else "the data"
        return (
            f"{holder} holds {count}, the first ({found.value}) at sample {found.sample}, {place}"
        )
    where = "outputs.scale" if found.layer > len(spec.layers) else f"layer {found.layer}"
    place = f"sample {found.sample}, neuron {found.column}"
    return f"{where}: {count}, the first ({found.value}) at {place}"
