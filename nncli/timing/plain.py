"""A network in plain Python, as a first book writes it: loops over samples, neurons and inputs.

It is the slow way that arrays replace, kept to be timed against them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import TypeAlias

from nncli.network.network import Network
from nncli.specs.model import SELU_ALPHA, SELU_SCALE, Activation, PRelu

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
    if activation.kind in _ROW_ACTIVATIONS:
        return _ROW_ACTIVATIONS[activation.kind]
    if isinstance(activation, PRelu):
        return _prelu(activation.slopes)
    function = partial(PLAIN_ACTIVATIONS[activation.kind], **activation.parameters())
    return lambda row: [function(z) for z in row]


def _step(z: float, at_zero: float) -> float:
    if z == 0:
        return at_zero
    return z if math.isnan(z) else float(z > 0)


def _sign(z: float, at_zero: float) -> float:
    if z == 0:
        return at_zero
    return z if math.isnan(z) else math.copysign(1, z)


def _relu(z: float) -> float:
    return max(z, 0.0)


def _leaky_relu(z: float, negative_slope: float) -> float:
    return z if z > 0 else negative_slope * z


def _prelu(slopes: float | Sequence[float]) -> Callable[[Row], Row]:
    def of_row(row: Row) -> Row:
        own = slopes if isinstance(slopes, Sequence) else [slopes] * len(row)
        return [_leaky_relu(z, slope) for z, slope in zip(row, own, strict=True)]

    return of_row


def _relu6(z: float) -> float:
    return min(max(z, 0.0), 6.0)


def _elu(z: float, alpha: float) -> float:
    return z if z > 0 else alpha * math.expm1(z)


def _celu(z: float, alpha: float) -> float:
    return z if z > 0 else alpha * math.expm1(z / alpha)


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


def _hard_sigmoid(z: float, slope: float, offset: float) -> float:
    return min(max(slope * z + offset, 0.0), 1.0)


def _hard_silu(z: float) -> float:
    return z * _hard_sigmoid(z, 1 / 6, 0.5)


def _mish(z: float) -> float:
    return z * math.tanh(_softplus(z))


def _log_sigmoid(z: float) -> float:
    return -_softplus(-z)


def _hard_tanh(z: float, **bounds: float) -> float:
    return min(max(z, bounds["min"]), bounds["max"])


def _softsign(z: float) -> float:
    return z / (1 + abs(z))


def _softplus(z: float) -> float:
    return max(z, 0.0) + math.log1p(math.exp(-abs(z)))


def _softmax(row: Row) -> Row:
    largest = max(row)
    powers = [math.exp(z - largest) for z in row]
    total = sum(powers)
    return [power / total for power in powers]


def _log_softmax(row: Row) -> Row:
    largest = max(row)
    logarithm = math.log(sum(math.exp(z - largest) for z in row))
    return [z - largest - logarithm for z in row]


_ROW_ACTIVATIONS: Mapping[str, Callable[[Row], Row]] = MappingProxyType(
    {"softmax": _softmax, "log_softmax": _log_softmax}
)
# Number by number; linear, prelu and those above are functions of a row.  A test compares with the
# arrays'.
PLAIN_ACTIVATIONS: Mapping[str, Callable[..., float]] = MappingProxyType(
    {
        "step": _step,
        "sign": _sign,
        "relu": _relu,
        "leaky_relu": _leaky_relu,
        "relu6": _relu6,
        "elu": _elu,
        "celu": _celu,
        "selu": _selu,
        "gelu": _gelu,
        "silu": _silu,
        "hard_silu": _hard_silu,
        "mish": _mish,
        "sigmoid": _sigmoid,
        "hard_sigmoid": _hard_sigmoid,
        "log_sigmoid": _log_sigmoid,
        "tanh": math.tanh,
        "hard_tanh": _hard_tanh,
        "softsign": _softsign,
        "softplus": _softplus,
    }
)
