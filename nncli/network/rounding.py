"""How far rounding can move a network's outputs, so that two ways to compute them can be compared.

Every order of additions is right; the results differ by rounding alone, within these bounds.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from nncli.network.activations import Array
from nncli.network.dense import Dense
from nncli.network.network import Network

Float64Array: TypeAlias = npt.NDArray[np.float64]

# How many units in the last place an implementation of exp, tanh or erf may be off.
_FUNCTION_UNITS = 16.0


def rounding_bounds(network: Network, batch: Array) -> Float64Array:
    """Return how far each output may be from its exact value.

    batch: (samples, inputs) → (samples, neurons of the last layer).  A sum of n products errs by at
    most n + 2 units of |x| @ |W| + |b| in any order (Higham 2002, "Accuracy and Stability of
    Numerical Algorithms", section 3.1), and the errors of a layer's inputs go through its weights
    and its activation.  Infinite or NaN where nothing can be said.
    """
    unit = float(np.finfo(network.dtype).eps) / 2
    vanishing = float(np.finfo(network.dtype).tiny)  # what underflow, or flushing to 0, may lose
    largest = float(np.finfo(network.dtype).max) / 2
    error = np.zeros(np.shape(batch))  # (samples, inputs)
    x = np.asarray(batch, dtype=np.float64)
    for layer, result in zip(network.layers, network.trace(batch), strict=True):
        with np.errstate(all="ignore"):
            weights = np.abs(layer.weights).astype(np.float64)
            terms = np.abs(x) @ weights + np.abs(layer.biases)
            # near its end, a sum overflows in one order of additions and not in another
            terms = np.where(terms < largest, terms, np.inf)
            # the errors of a layer's neurons add up like random ones (Higham & Mary 2019)
            carried = np.sqrt(error**2 @ weights**2)
            moved = carried + (layer.inputs + 2) * (unit * terms + vanishing)
            z = result.pre_activation.astype(np.float64)
            error = _through_activation(layer, z, moved, unit)
        x = result.output.astype(np.float64)
    return error


def _through_activation(
    layer: Dense, z: Float64Array, moved: Float64Array, unit: float
) -> Float64Array:
    """Return how far a layer's outputs may move if its pre-activations z do by *moved*."""
    if layer.activation_name == "linear":
        return moved
    a: Float64Array = layer.activation(z).astype(np.float64, copy=False)
    bound: Float64Array = _FUNCTION_UNITS * unit * (np.abs(a) + _cancelled(layer, z))
    if layer.activation_name == "softmax":
        # every exponent moves by twice the largest error at most: by its own, and by the sum's
        bound += a * (np.expm1(2 * moved.max(axis=1, keepdims=True)) + layer.neurons * unit)
    else:
        # the larger change over the interval z ± moved; at a jump, all of the jump
        above, below = layer.activation(z + moved), layer.activation(z - moved)
        bound += np.maximum(np.abs(above - a), np.abs(below - a))
    return bound


def _cancelled(layer: Dense, z: Float64Array) -> Float64Array:
    """Return the size of what an implementation may subtract on the way to an activation."""
    if layer.activation_name in ("elu", "selu"):
        # alpha · exp(z) - alpha, whose digits cancel near 0
        alpha: Float64Array = np.abs(layer.activation(np.full_like(z, -np.inf)))
        return alpha
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
