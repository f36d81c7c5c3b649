"""Activation functions: name → function of an array, element by element (softmax: per sample).

Every function takes z of shape (…, neurons, samples) and returns an array of the same shape and
dtype.  All are stable: a finite input never gives NaN, nor a wrong infinity.  NaN stays NaN.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.floating[Any]]

# Klambauer et al. 2017, "Self-Normalizing Neural Networks", equation 14.
_SELU_ALPHA = 1.6732632423543772
_SELU_SCALE = 1.0507009873554805


def linear(z: Array) -> Array:
    """Return z: no activation."""
    return z


def step(z: Array) -> Array:
    """Return 1 where z > 0, else 0; NaN where z is NaN."""
    return np.heaviside(z, z.dtype.type(0))


def relu(z: Array) -> Array:
    """Return max(0, z)."""
    return np.maximum(z, 0)


def leaky_relu(z: Array, negative_slope: float = 0.01) -> Array:
    """Return z where z > 0, else negative_slope · z (Maas et al. 2013)."""
    return np.where(z > 0, z, negative_slope * z)


def elu(z: Array, alpha: float = 1.0) -> Array:
    """Return z where z > 0, else alpha · (exp(z) - 1) (Clevert et al. 2015)."""
    # expm1 keeps the digits near 0; the minimum keeps the unused side from overflowing
    return np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))


def selu(z: Array) -> Array:
    """Return the scaled elu whose constants keep mean 0 and variance 1 (Klambauer et al. 2017)."""
    a: Array = _SELU_SCALE * elu(z, _SELU_ALPHA)
    return a


def gelu(z: Array, approximate: str = "none") -> Array:
    """Return z · Φ(z), Φ the standard normal distribution (Hendrycks & Gimpel 2016).

    The exact form costs one Python call per element, for NumPy has no error function;
    approximate="tanh" is 0.5 z (1 + tanh(√(2/π) (z + 0.044715 z³))).
    """
    if approximate == "tanh":
        cubic: Array = 0.5 * z * (1 + np.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3)))
        return cubic
    # erfc of -z, not 1 + erf of z: the sum would cancel for negative z
    tails = [math.erfc(-value / math.sqrt(2)) for value in z.ravel().tolist()]
    exact: Array = 0.5 * z * np.array(tails, dtype=z.dtype).reshape(z.shape)
    return exact


def silu(z: Array) -> Array:
    """Return z · sigmoid(z), also known as swish (Elfwing et al. 2017)."""
    a: Array = z * sigmoid(z)
    return a


def sigmoid(z: Array) -> Array:
    """Return 1 / (1 + exp(-z)), written so that exp only ever sees negative numbers."""
    decay = np.exp(-np.abs(z))
    a: Array = np.where(z >= 0, 1, decay) / (1 + decay)
    return a


def tanh(z: Array) -> Array:
    """Return the hyperbolic tangent."""
    return np.tanh(z)


def softplus(z: Array) -> Array:
    """Return log(1 + exp(z)), written so that exp only ever sees negative numbers."""
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


def softmax(z: Array) -> Array:
    """Return exp(z) / Σ exp(z) over each sample's neurons.

    A sample with +inf, or with nothing but -inf, has no such limit and becomes NaN.
    """
    # subtract the maximum: exp of a large score overflows
    powers: Array = np.exp(z - z.max(axis=-2, keepdims=True))
    powers /= powers.sum(axis=-2, keepdims=True)
    return powers


# The names are those of nncli.spec.model.ACTIVATIONS; a test compares the two.
ACTIVATION_FUNCTIONS: Mapping[str, Callable[..., Array]] = MappingProxyType(
    {
        function.__name__: function
        for function in (
            linear,
            step,
            relu,
            leaky_relu,
            elu,
            selu,
            gelu,
            silu,
            sigmoid,
            tanh,
            softplus,
            softmax,
        )
    }
)
