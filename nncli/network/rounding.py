"""How far rounding can move a network's outputs, so that two ways to compute them can be compared.

Every order of additions is right; the results differ by rounding alone, within these bounds.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from nncli.network.activations import Array
from nncli.network.dense import Dense
from nncli.network.network import Network
from nncli.specs.model import Activation

Float64Array: TypeAlias = npt.NDArray[np.float64]

# How many units in the last place an implementation of exp, tanh or erf may be off.
_FUNCTION_UNITS = 16.0


class LayerBounds(NamedTuple):
    """How far what a layer makes of a batch may be from the exact values."""

    z: Float64Array  # of the pre-activations, (samples, neurons)
    a: Float64Array  # of the outputs, (samples, neurons)


def rounding_bounds(network: Network, batch: Array) -> Float64Array:
    """Return how far each output may be expected to be from its exact value.

    batch: (samples, inputs) → (samples, neurons of the last layer).  `layer_bounds` says how.
    """
    return layer_bounds(network, batch)[-1].a


def layer_bounds(
    network: Network, batch: Array, errors: Float64Array | None = None
) -> list[LayerBounds]:
    """Return how far each layer's numbers may be expected to be from their exact values.

    batch: (samples, inputs); errors: how far it is off itself, of the same shape.
    A sum of n products errs by at most n + 2 units of |x| @ |W| + |b| in any order (Higham 2002,
    "Accuracy and Stability of Numerical Algorithms", section 3.1).  The errors of a layer's inputs
    go on through its weights and its activation: those of each neuron's own add up like random ones
    (Higham & Mary 2019, "A New Approach to Probabilistic Rounding Error Analysis"), and those that
    all neurons share, such as a function that is always a little too large, as the values
    themselves do.  Infinite or NaN where nothing can be said.
    """
    found = []
    unit = float(np.finfo(network.dtype).eps) / 2
    vanishing = float(np.finfo(network.dtype).tiny)  # what underflow, or flushing to 0, may lose
    largest = float(np.finfo(network.dtype).max) / 2
    # (samples, inputs), as shared and x
    own = np.zeros(np.shape(batch)) if errors is None else errors
    shared = np.zeros(np.shape(batch))
    x = np.asarray(batch, dtype=np.float64)
    layers = zip(network.layers, network.spec.layers, network.trace(batch), strict=True)
    for layer, spec, result in layers:
        with np.errstate(all="ignore"):
            weights = layer.weights.astype(np.float64)
            terms = np.abs(x) @ np.abs(weights) + np.abs(layer.biases)
            # near its end, a sum overflows in one order of additions and not in another
            terms = np.where(terms < largest, terms, np.inf)
            summing = (layer.inputs + 2) * (unit * terms + vanishing)  # (samples, neurons)
            shared = shared @ weights + summing
            moved = np.sqrt(own**2 @ weights**2) + np.abs(shared) + summing
            z = result.pre_activation.astype(np.float64)
            a = _activated(layer, z)
            computing = _activation_error(layer, spec.activation, z, a, unit)
            own = _largest_change(layer, z, moved, a) + computing
            shared = _change(layer, z, shared, a) + computing
        found.append(LayerBounds(moved, own))
        x = result.output.astype(np.float64)
    return found


def _activation_error(
    layer: Dense, activation: Activation, z: Float64Array, a: Float64Array, unit: float
) -> Float64Array:
    """Return how far an implementation of the activation may be off."""
    if layer.activation_name == "linear":
        return np.zeros_like(a)
    error: Float64Array = _FUNCTION_UNITS * unit * (np.abs(a) + _cancelled(layer, activation, z))
    # the sum of so many powers, whose relative error is the logarithm's own
    if layer.activation_name == "softmax":
        error += layer.neurons * unit * a
    elif layer.activation_name == "log_softmax":
        error += layer.neurons * unit
    return error


def _largest_change(
    layer: Dense, z: Float64Array, moved: Float64Array, a: Float64Array
) -> Float64Array:
    """Return how far a layer's outputs may move if its pre-activations z do by *moved*."""
    if layer.activation_name == "softmax":
        # every exponent moves by twice the largest error at most: by its own, and by the sum's
        change: Float64Array = a * np.expm1(2 * moved.max(axis=1, keepdims=True))
        return change
    if layer.activation_name == "log_softmax":
        by_the_sum: Float64Array = moved.max(axis=1, keepdims=True)
        return moved + by_the_sum
    # over the interval z ± moved; at a jump, all of the jump, and what is between
    above, below = _change(layer, z, moved, a), _change(layer, z, -moved, a)
    farthest = np.maximum(np.abs(above), np.abs(below))
    if layer.activation_name in ("step", "sign"):
        at_zero = np.abs(_activated(layer, np.zeros_like(z)) - a)
        farthest = np.where(np.abs(z) <= moved, np.maximum(farthest, at_zero), farthest)
    return farthest


def _change(layer: Dense, z: Float64Array, by: Float64Array, a: Float64Array) -> Float64Array:
    """Return how much a layer's outputs a change if its pre-activations z do."""
    if layer.activation_name == "linear":
        return by  # exactly: the difference of sums would be rounded
    return _activated(layer, z + by) - a


def _activated(layer: Dense, z: Float64Array) -> Float64Array:
    """Return a layer's outputs; z and they: (samples, neurons), which activations want turned."""
    return layer.activation(z.T).T.astype(np.float64, copy=False)


def _cancelled(layer: Dense, activation: Activation, z: Float64Array) -> Float64Array:
    """Return the size of what an implementation may subtract on the way to an activation."""
    match activation.kind:
        case "elu" | "selu" | "celu":
            # alpha · exp(z) - alpha, whose digits cancel near 0
            alpha: Float64Array = np.abs(_activated(layer, np.full_like(z, -np.inf)))
            return alpha
        case "hard_sigmoid":
            # slope · z + offset, which is 1 at most
            return np.full_like(z, 1 + 2 * abs(activation.offset))
        case "log_softmax":
            return np.ones_like(z)  # the relative error of a sum is the logarithm's own
    # z · (1 + tanh(z / 2)) / 2 for silu and the like, which is 0 long before z is -40
    return np.minimum(np.abs(z), 4)


def agree_within(actual: Array, reference: Array, bounds: Float64Array) -> bool:
    """Whether two computed outputs differ by no more than rounding.

    actual, reference, bounds: (samples, neurons); each of the two may be off by the bounds.
    """
    if actual.shape != reference.shape:
        return False
    a, b = actual.astype(np.float64), reference.astype(np.float64)
    with np.errstate(all="ignore"):
        near = np.abs(a - b) <= 2 * bounds
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    return bool((near | same | ~np.isfinite(bounds)).all())
