"""A network in plain Python, as a first book writes it: loops over samples, neurons and inputs.

It is the slow way that arrays replace, kept to be timed against them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import TypeAlias

from nncli.network.activations import SELU_ALPHA, SELU_SCALE
from nncli.network.network import Network
from nncli.specs.model import Activation

Row: TypeAlias = list[float]


def plain_forward(network: Network) -> Callable[[Sequence[Row]], list[Row]]:
    """Return a function from a batch, as a list of samples, to the list of their outputs."""
    layers = [
        (layer.weights.T.tolist(), layer.biases.tolist(), _row_function(spec.activation))
        for layer, spec in zip(network.layers, network.spec.layers, strict=True)
    ]

    def forward(batch: Sequence[Row]) -> list[Row]:
        outputs = []
        for sample in batch:
            values = sample
            for weights, biases, activation in layers:
                values = activation(_pre_activation(values, weights, biases))
            outputs.append(values)
        return outputs

    return forward


def _pre_activation(inputs: Row, weights: Sequence[Row], biases: Row) -> Row:
    """Return a layer's weighted sums.  weights: one row for each neuron."""
    sums = []
    for neuron_weights, bias in zip(weights, biases, strict=True):
        total = 0.0
        for value, weight in zip(inputs, neuron_weights, strict=True):
            total += value * weight
        sums.append(total + bias)
    return sums


def _row_function(activation: Activation) -> Callable[[Row], Row]:
    if activation.kind == "linear":
        return lambda row: row
    if activation.kind == "softmax":
        return _softmax
    function = partial(PLAIN_ACTIVATIONS[activation.kind], **activation.parameters())
    return lambda row: [function(z) for z in row]


def _step(z: float) -> float:
    return z if math.isnan(z) else float(z > 0)


def _relu(z: float) -> float:
    return max(z, 0.0)


def _leaky_relu(z: float, negative_slope: float) -> float:
    return z if z > 0 else negative_slope * z


def _elu(z: float, alpha: float) -> float:
    return z if z > 0 else alpha * math.expm1(z)


def _selu(z: float) -> float:
    return SELU_SCALE * _elu(z, SELU_ALPHA)


def _gelu(z: float, approximate: str) -> float:
    if approximate == "tanh":
        return 0.5 * z * (1 + math.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z * z * z)))
    return 0.5 * z * math.erfc(-z / math.sqrt(2))


def _sigmoid(z: float) -> float:
    if z >= 0:
        return 1 / (1 + math.exp(-z))
    power = math.exp(z)
    return power / (1 + power)


def _silu(z: float) -> float:
    return z * _sigmoid(z)


def _softplus(z: float) -> float:
    return max(z, 0.0) + math.log1p(math.exp(-abs(z)))


def _softmax(row: Row) -> Row:
    largest = max(row)
    powers = [math.exp(z - largest) for z in row]
    total = sum(powers)
    return [power / total for power in powers]


# Number by number; linear and softmax are functions of a row.  A test compares with the arrays'.
PLAIN_ACTIVATIONS: Mapping[str, Callable[..., float]] = MappingProxyType(
    {
        "step": _step,
        "relu": _relu,
        "leaky_relu": _leaky_relu,
        "elu": _elu,
        "selu": _selu,
        "gelu": _gelu,
        "silu": _silu,
        "sigmoid": _sigmoid,
        "tanh": math.tanh,
        "softplus": _softplus,
    }
)
