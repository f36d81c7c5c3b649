"""What the numbers of a run look like: statistics per layer, and what deserves a remark."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from nncli.errors import Note, count_of, quoted
from nncli.network.activations import Array
from nncli.network.dense import LayerResult

Mask: TypeAlias = npt.NDArray[np.bool_]

# Beyond these the square of a value may overflow or vanish, so it is scaled before summing.
_LARGE = 1e150
_SMALL = 1e-140
# From this factor on, a change of the root mean square from layer to layer is worth a note.
_JUMP = 100.0
_NAMED_NEURONS = 8
# Activations whose output is small by their nature: that is not a vanishing signal.
_BOUNDED = frozenset({"step", "sigmoid", "tanh", "softmax"})


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


def layer_statistics(layer: int, values: Array) -> LayerStatistics:
    """Return the statistics of a layer's outputs.  values: (samples, neurons)."""
    finite = values[np.isfinite(values)].astype(np.float64)
    zeros = float(np.count_nonzero(values == 0)) / values.size
    nonfinite = values.size - finite.size
    if not finite.size:
        nan = math.nan
        return LayerStatistics(layer, nan, nan, nan, nan, nan, zeros, nonfinite)
    minimum, maximum = float(finite.min()), float(finite.max())
    largest = max(abs(minimum), abs(maximum))
    scale = 1.0
    if largest > _LARGE or 0 < largest < _SMALL:
        scale = 2.0 ** (math.frexp(largest)[1] - 1)  # a power of two, so that scaling is exact
    scaled = finite / scale
    mean = float(scaled.mean()) * scale
    std = float(scaled.std()) * scale
    rms = math.sqrt(float(np.square(scaled).mean())) * scale
    return LayerStatistics(layer, minimum, mean, maximum, std, rms, zeros, nonfinite)


@dataclass(frozen=True)
class NonFinite:
    """Where NaN or infinity first appears; layer 0 is the data.  All counted from 1."""

    layer: int
    sample: int
    column: int
    value: float
    count: int


def find_nonfinite(x: Array, results: Sequence[LayerResult]) -> tuple[NonFinite, ...]:
    """Return where non-finite values are in the data, and in which layer they first arise.

    x: (samples, features).  A layer that only passes on what came in non-finite is not named.
    """
    found: list[NonFinite] = []
    in_data: Mask = ~np.isfinite(x)
    if in_data.any():
        found.append(_first(0, in_data, x))
    clean: Mask = ~np.any(in_data, axis=1)  # (samples,): those whose inputs are all finite so far
    for result in results:
        z, a = result.pre_activation, result.output
        faulty = ~(np.isfinite(z) & np.isfinite(a)) & clean[:, None]
        if faulty.any():
            values = np.where(np.isfinite(a), z, a)
            found.append(_first(result.layer, faulty, values))
            break
    return tuple(found)


def _first(layer: int, mask: Mask, values: Array) -> NonFinite:
    sample, column = (int(index) for index in np.argwhere(mask)[0])
    value = float(values[sample, column])
    return NonFinite(layer, sample + 1, column + 1, value, int(np.count_nonzero(mask)))


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


def find_notes(
    results: Sequence[LayerResult],
    statistics: Sequence[LayerStatistics],
    activations: Sequence[str],
) -> tuple[Note, ...]:
    """Return what the values of a run give reason to remark, layer by layer.

    dead: 0 for every one of at least two samples; saturated: a sigmoid under 0.01 or over 0.99, or
    a tanh beyond ±0.99, for every sample; exploding, vanishing: the root mean square changes more
    than 100-fold from one layer to the next.
    """
    notes: list[Note] = []
    before: LayerStatistics | None = None
    for result, numbers, activation in zip(results, statistics, activations, strict=True):
        notes += _dead(result)
        notes += _saturated(result, activation)
        if before is not None:
            notes += _jump(before, numbers, activation)
        before = numbers
    return tuple(notes)


def _dead(result: LayerResult) -> list[Note]:
    samples, neurons = result.output.shape
    dead = np.flatnonzero((result.output == 0).all(axis=0))
    if samples < 2 or not dead.size:
        return []
    if dead.size == neurons:
        message = f"layer {result.layer}: every neuron is 0 for every sample (dead layer)"
    else:
        verb = "is" if dead.size == 1 else "are"
        message = f"layer {result.layer}: {_neurons(dead)} {verb} 0 for every sample (dead)"
    return [Note("dead", message, result.layer)]


def _saturated(result: LayerResult, activation: str) -> list[Note]:
    a = result.output
    if activation == "sigmoid":
        extreme = (a < 0.01) | (a > 0.99)
    elif activation == "tanh":
        extreme = np.abs(a) > 0.99
    else:
        return []
    saturated = np.flatnonzero(extreme.all(axis=0))
    if not saturated.size:
        return []
    verb = "is" if saturated.size == 1 else "are"
    where = f"layer {result.layer}: {_neurons(saturated)} {verb}"
    message = f"{where} at the flat ends of {activation} for every sample (saturated)"
    return [Note("saturated", message, result.layer)]


def _jump(before: LayerStatistics, after: LayerStatistics, activation: str) -> list[Note]:
    if not before.rms > 0 or not after.rms > 0:
        return []
    where = f"layer {after.layer}: the values' root mean square goes from"
    change = f"{where} {before.rms:.3g} to {after.rms:.3g}"
    if after.rms / before.rms > _JUMP:
        return [Note("exploding", f"{change} (exploding)", after.layer)]
    if before.rms / after.rms > _JUMP and activation not in _BOUNDED:
        return [Note("vanishing", f"{change} (vanishing)", after.layer)]
    return []


def _neurons(indices: npt.NDArray[np.intp]) -> str:
    """Return 'neuron 4', 'neurons 4 and 17', or the first few of many."""
    numbers = [str(index + 1) for index in indices[:_NAMED_NEURONS]]
    if indices.size > _NAMED_NEURONS:
        return f"neurons {', '.join(numbers)} and {indices.size - _NAMED_NEURONS:,} more"
    if len(numbers) == 1:
        return f"neuron {numbers[0]}"
    return f"neurons {', '.join(numbers[:-1])} and {numbers[-1]}"
