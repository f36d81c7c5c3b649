"""Activation functions: name → function of an array, element by element (softmax: per sample).

Every function takes z of shape (…, neurons, samples), in any memory layout, and returns an array of
the same shape and dtype: a new one, or *out*, which may be z itself.  (linear returns z itself.)
All are stable: a finite input never gives NaN, nor a wrong infinity.  NaN stays NaN.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

Array: TypeAlias = npt.NDArray[np.floating[Any]]

# Klambauer et al. 2017, "Self-Normalizing Neural Networks", equation 14.
SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805

_ZEROS: Mapping[np.dtype[Any], Array] = MappingProxyType(
    {np.dtype(name): np.zeros(8192, name) for name in ("float32", "float64")}
)


class Activation(Protocol):
    """An activation with its parameters."""

    def __call__(self, z: Array, out: Array | None = None) -> Array:
        """Return an array like z: *out*, which may be z, or a new one."""


def linear(z: Array, out: Array | None = None) -> Array:
    """Return z itself: no activation.  With *out*, return that."""
    if out is None or out is z:
        return z
    np.copyto(out, z)
    return out


def step(z: Array, out: Array | None = None) -> Array:
    """Return 1 where z > 0, else 0; NaN where z is NaN."""
    a: Array = np.heaviside(z, z.dtype.type(0), out=out)
    return a


def relu(z: Array, out: Array | None = None) -> Array:
    """Return max(0, z)."""
    a: Array = np.maximum(z, _zeros_beside(z), out=out)
    return a


def leaky_relu(z: Array, out: Array | None = None, negative_slope: float = 0.01) -> Array:
    """Return z where z > 0, else negative_slope · z (Maas et al. 2013)."""
    return _where_positive(z, negative_slope * z, out)


def elu(z: Array, out: Array | None = None, alpha: float = 1.0) -> Array:
    """Return z where z > 0, else alpha · (exp(z) - 1) (Clevert et al. 2015)."""
    # expm1 keeps the digits near 0; the minimum keeps the unused side from overflowing
    return _where_positive(z, alpha * np.expm1(np.minimum(z, 0)), out)


def selu(z: Array, out: Array | None = None) -> Array:
    """Return the scaled elu whose constants keep mean 0 and variance 1 (Klambauer et al. 2017)."""
    a = elu(z, out, SELU_ALPHA)
    a *= SELU_SCALE
    return a


def gelu(z: Array, out: Array | None = None, approximate: str = "none") -> Array:
    """Return z · Φ(z), Φ the standard normal distribution (Hendrycks & Gimpel 2016).

    The exact form costs one Python call per element, for NumPy has no error function;
    approximate="tanh" is 0.5 z (1 + tanh(√(2/π) (z + 0.044715 z³))).
    """
    if approximate == "tanh":
        bend = np.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3))
        cubic: Array = np.multiply(0.5 * z, 1 + bend, out=out)
        return cubic
    # erfc of -z, not 1 + erf of z: the sum would cancel for negative z
    tails = np.array([math.erfc(-value / math.sqrt(2)) for value in z.ravel().tolist()], z.dtype)
    exact: Array = np.multiply(0.5 * z, tails.reshape(z.shape), out=out)
    return exact


def silu(z: Array, out: Array | None = None) -> Array:
    """Return z · sigmoid(z), also known as swish (Elfwing et al. 2017)."""
    a: Array = np.multiply(z, sigmoid(z), out=out)
    return a


def sigmoid(z: Array, out: Array | None = None) -> Array:
    """Return 1 / (1 + exp(-z)), written so that exp only ever sees negative numbers."""
    decay = np.exp(-np.abs(z))
    a: Array = np.divide(np.where(z >= 0, 1, decay), 1 + decay, out=out)
    return a


def tanh(z: Array, out: Array | None = None) -> Array:
    """Return the hyperbolic tangent."""
    a: Array = np.tanh(z, out=out)
    return a


def softplus(z: Array, out: Array | None = None) -> Array:
    """Return log(1 + exp(z)), written so that exp only ever sees negative numbers."""
    a: Array = np.add(np.maximum(z, 0), np.log1p(np.exp(-np.abs(z))), out=out)
    return a


def softmax(z: Array, out: Array | None = None) -> Array:
    """Return exp(z) / Σ exp(z) over each sample's neurons.

    A sample with +inf, or with nothing but -inf, has no such limit and becomes NaN.
    """
    # subtract the maximum: exp of a large score overflows
    shares: Array = np.subtract(z, z.max(axis=-2, keepdims=True), out=out)
    np.exp(shares, out=shares)
    shares /= shares.sum(axis=-2, keepdims=True)
    return shares


def _zeros_beside(z: Array) -> Array:
    """Return zeros for a maximum with z, which with the number 0 takes twice the time or more."""
    zeros, width = _ZEROS[z.dtype], z.shape[-1]
    return zeros[: width if width <= zeros.size else 1]


def _where_positive(z: Array, otherwise: Array, out: Array | None) -> Array:
    """Return z where z > 0, else the other value."""
    if out is None:
        return np.where(z > 0, z, otherwise)
    positive = z > 0
    np.copyto(out, z)
    np.copyto(out, otherwise, where=~positive)
    return out


# The names are those of nncli.specs.model.ACTIVATIONS; a test compares the two.
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

# Those that may be given values in any shape; the others look at all neurons of a sample.
ELEMENTWISE = frozenset(ACTIVATION_FUNCTIONS) - {"softmax"}


def in_place(activation: Activation, z: Array) -> Iterator[Callable[[], object]]:
    """Yield the calls that apply an activation to whatever an array holds by then."""
    if activation is relu:
        # the zeros are looked for once: with a single sample, that would be half of the time
        yield partial(np.maximum, z, _zeros_beside(z), out=z)
    elif activation is not linear:
        yield partial(activation, z, z)
