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

from nncli.specs.model import SELU_ALPHA, SELU_SCALE, DType
from nncli.specs.model import Activation as ActivationSpec

Array: TypeAlias = npt.NDArray[np.floating[Any]]

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


def step(z: Array, out: Array | None = None, at_zero: float = 0.0) -> Array:
    """Return 1 where z > 0, at_zero where z is 0, else 0: the Heaviside function.

    Rosenblatt's perceptron (1958) fires above its threshold; others count the threshold in.
    """
    a: Array = np.heaviside(z, z.dtype.type(at_zero), out=out)
    return a


def sign(z: Array, out: Array | None = None, at_zero: float = 0.0) -> Array:
    """Return 1 where z > 0, at_zero where z is 0, else -1, as Widrow & Hoff's Adaline (1960)."""
    is_zero = z == 0 if at_zero else None
    a: Array = np.sign(z, out=out)
    if is_zero is not None:
        np.copyto(a, z.dtype.type(at_zero), where=is_zero)
    return a


def relu(z: Array, out: Array | None = None) -> Array:
    """Return max(0, z)."""
    a: Array = np.maximum(z, _zeros_beside(z), out=out)
    return a


def leaky_relu(z: Array, out: Array | None = None, negative_slope: float = 0.01) -> Array:
    """Return z where z > 0, else negative_slope · z (Maas et al. 2013)."""
    return _where_positive(z, negative_slope * z, out)


def prelu(z: Array, out: Array | None = None, *, slopes: npt.ArrayLike) -> Array:
    """Return z where z > 0, else slope · z (He et al. 2015, "Delving Deep into Rectifiers").

    slopes: one for all neurons, or (neurons,).
    """
    return _where_positive(z, np.asarray(slopes, z.dtype).reshape(-1, 1) * z, out)


def relu6(z: Array, out: Array | None = None) -> Array:
    """Return min(max(0, z), 6) (Krizhevsky 2010, "Convolutional Deep Belief Networks")."""
    a: Array = np.clip(z, 0, 6, out=out)
    return a


def elu(z: Array, out: Array | None = None, alpha: float = 1.0) -> Array:
    """Return z where z > 0, else alpha · (exp(z) - 1) (Clevert et al. 2015)."""
    # expm1 keeps the digits near 0; the minimum keeps the unused side from overflowing
    return _where_positive(z, alpha * np.expm1(np.minimum(z, 0)), out)


def celu(z: Array, out: Array | None = None, alpha: float = 1.0) -> Array:
    """Return z where z > 0, else alpha · (exp(z / alpha) - 1) (Barron 2017)."""
    # an alpha that the type rounds to 0 would make 0 / 0 of z = 0
    ratio = np.minimum(z, 0) / max(alpha, float(np.finfo(z.dtype).tiny))
    return _where_positive(z, alpha * np.expm1(ratio), out)


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


def hard_silu(z: Array, out: Array | None = None) -> Array:
    """Return z · hard_sigmoid(z), also known as hard swish (Howard et al. 2019, "MobileNetV3")."""
    a: Array = np.multiply(z, hard_sigmoid(z), out=out)
    return a


def mish(z: Array, out: Array | None = None) -> Array:
    """Return z · tanh(softplus(z)) (Misra 2019).

    With e = exp(z) and n = e · (e + 2), that is z · n / (n + 2), which cancels nowhere.
    """
    powers = np.exp(np.minimum(z, 20))  # from there on the quotient is 1
    powers *= powers + 2
    powers /= powers + 2
    a: Array = np.multiply(z, powers, out=out)
    return a


def sigmoid(z: Array, out: Array | None = None) -> Array:
    """Return 1 / (1 + exp(-z)), written so that exp only ever sees negative numbers."""
    decay = np.exp(-np.abs(z))
    a: Array = np.divide(np.where(z >= 0, 1, decay), 1 + decay, out=out)
    return a


def hard_sigmoid(
    z: Array, out: Array | None = None, slope: float = 1 / 6, offset: float = 0.5
) -> Array:
    """Return slope · z + offset, kept within 0 and 1 (Courbariaux et al. 2015, "BinaryConnect").

    The slope is 1/6 in PyTorch and Keras 3, 0.2 in ONNX and Keras 2.
    """
    a = slope * z
    a += offset
    return np.clip(a, 0, 1, out=a if out is None else out)


def log_sigmoid(z: Array, out: Array | None = None) -> Array:
    """Return log(sigmoid(z)) = -softplus(-z), as PyTorch's LogSigmoid."""
    a: Array = np.subtract(np.minimum(z, 0), np.log1p(np.exp(-np.abs(z))), out=out)
    return a


def tanh(z: Array, out: Array | None = None) -> Array:
    """Return the hyperbolic tangent."""
    a: Array = np.tanh(z, out=out)
    return a


def hard_tanh(
    z: Array,
    out: Array | None = None,
    min: float = -1.0,  # noqa: A002  # its name in a spec
    max: float = 1.0,  # noqa: A002
) -> Array:
    """Return z kept within min and max (Collobert 2004), as PyTorch's Hardtanh."""
    a: Array = np.clip(z, min, max, out=out)
    return a


def softsign(z: Array, out: Array | None = None) -> Array:
    """Return z / (1 + |z|) (Bergstra et al. 2009)."""
    a: Array = np.divide(z, 1 + np.abs(z), out=out)
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


def log_softmax(z: Array, out: Array | None = None) -> Array:
    """Return log(softmax(z)) over each sample's neurons: z - max - log(Σ exp(z - max)).

    Of a sample with +inf, or with nothing but -inf, softmax is NaN, and so is this.
    """
    largest = z.argmax(axis=-2, keepdims=True) if z.size else np.empty_like(z[..., :1, :], np.intp)
    shares: Array = np.subtract(z, np.take_along_axis(z, largest, -2), out=out)
    powers = np.exp(shares)
    # all but the largest, whose power is 1 or NaN: log1p keeps the digits of what is nearly certain
    np.put_along_axis(powers, largest, np.take_along_axis(powers, largest, -2) - 1, -2)
    shares -= np.log1p(powers.sum(axis=-2, keepdims=True))
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
            sign,
            relu,
            leaky_relu,
            prelu,
            relu6,
            elu,
            celu,
            selu,
            gelu,
            silu,
            hard_silu,
            mish,
            sigmoid,
            hard_sigmoid,
            log_sigmoid,
            tanh,
            hard_tanh,
            softsign,
            softplus,
            softmax,
            log_softmax,
        )
    }
)

# Those that may be given values in any shape; the others look at all neurons of a sample, or need
# to know which neuron is which.
ELEMENTWISE = frozenset(ACTIVATION_FUNCTIONS) - {"softmax", "log_softmax", "prelu"}


def build_activation(spec: ActivationSpec, dtype: DType) -> Activation:
    """Return an activation with its parameters; lists of them become arrays of the type."""
    function, parameters = ACTIVATION_FUNCTIONS[spec.kind], spec.parameters()
    if not parameters:
        return function
    given = {
        name: np.array(value, dtype) if isinstance(value, tuple) else value
        for name, value in parameters.items()
    }
    return partial(function, **given)


def in_place(activation: Activation, z: Array) -> Iterator[Callable[[], object]]:
    """Yield the calls that apply an activation to whatever an array holds by then."""
    if activation is relu:
        # the zeros are looked for once: with a single sample, that would be half of the time
        yield partial(np.maximum, z, _zeros_beside(z), out=z)
    elif activation is not linear:
        yield partial(activation, z, z)
