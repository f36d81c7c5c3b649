"""Activation functions as a person would write them down with NumPy: name → its source text."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nncli.specs.model import Activation

# Each takes z (samples, neurons); a finite z never overflows, as in nncli.network.activations.
_FUNCTIONS = """
def step(z, at_zero):
    return np.heaviside(z, at_zero)


def sign(z, at_zero):
    return np.where(z == 0, at_zero, np.sign(z)).astype(z.dtype)


def relu(z):
    return np.maximum(z, 0)


def leaky_relu(z, negative_slope):
    return np.where(z > 0, z, negative_slope * z)


def prelu(z, slopes):
    return np.where(z > 0, z, slopes * z)


def relu6(z):
    return np.clip(z, 0, 6)


def elu(z, alpha):
    return np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))


def celu(z, alpha):
    return np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0) / alpha))


def selu(z):
    return 1.0507009873554805 * elu(z, alpha=1.6732632423543772)


def gelu(z):
    tails = [math.erfc(-value / math.sqrt(2)) for value in z.ravel().tolist()]
    return 0.5 * z * np.array(tails, z.dtype).reshape(z.shape)


def gelu_tanh(z):
    return 0.5 * z * (1 + np.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3)))


def silu(z):
    return z * sigmoid(z)


def hard_silu(z):
    return z * np.clip(z / 6 + 0.5, 0, 1)


def mish(z):
    return z * np.tanh(softplus(z))


def sigmoid(z):
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, e) / (1 + e)


def hard_sigmoid(z, slope, offset):
    return np.clip(slope * z + offset, 0, 1)


def log_sigmoid(z):
    return -softplus(-z)


def tanh(z):
    return np.tanh(z)


def hard_tanh(z, min, max):
    return np.clip(z, min, max)


def softsign(z):
    return z / (1 + np.abs(z))


def softplus(z):
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def log_softmax(z):
    z = z - z.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))
"""

SOURCES: dict[str, str] = {
    source[4 : source.index("(")]: source for source in _FUNCTIONS.strip().split("\n\n\n")
}


def function_name(activation: Activation) -> str:
    """Return the name of the function that computes an activation."""
    is_bent = activation.kind == "gelu" and activation.approximate == "tanh"
    return "gelu_tanh" if is_bent else activation.kind


def sources_of(names: Iterable[str]) -> list[str]:
    """Return the source texts of some functions, after those that they call.

    >>> [source.splitlines()[0] for source in sources_of(["silu"])]
    ['def sigmoid(z):', 'def silu(z):']
    """
    found: dict[str, str] = {}
    for name in names:
        if name in SOURCES:  # linear is none
            source = SOURCES[name]
            called = re.findall(r"(?<![.\w])(\w+)\(", source.partition("\n")[2])
            found |= dict.fromkeys([*sources_of(called), source], "")
    return list(found)
