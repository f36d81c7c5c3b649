"""What single operators compute, in float64: for constants, and to recognise activations by."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial, reduce
from typing import Any

import numpy as np
import numpy.typing as npt

from nncli.formats.onnx_import.graph import Node

Array = npt.NDArray[Any]
Operator = Callable[..., Any]

_erf = np.frompyfunc(math.erf, 1, 1)


def _sigmoid(x: Array) -> Array:
    return np.exp(-_softplus(-x))


def _softplus(x: Array) -> Array:
    return np.asarray(np.logaddexp(0, x))


def _gelu(x: Array, approximate: str = "none") -> Array:
    bend = math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)
    bent = np.tanh(bend) if approximate == "tanh" else erf(x / math.sqrt(2))
    return np.asarray(0.5 * x * (1 + bent))


def erf(x: Array) -> Array:
    """Return the error function of each number."""
    return np.asarray(_erf(x), np.float64)


def _elu(x: Array, alpha: float = 1.0) -> Array:
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def _selu(x: Array, alpha: float = 1.6732632, gamma: float = 1.050701) -> Array:
    return gamma * _elu(x, alpha)


def _celu(x: Array, alpha: float = 1.0) -> Array:
    return _elu(x / alpha, 1.0) * alpha


def _clip(x: Array, *bounds: Array | None, min: float = -np.inf, max: float = np.inf) -> Array:  # noqa: A002
    low, high = (*bounds, None, None)[:2]
    return np.minimum(np.maximum(x, min if low is None else low), max if high is None else high)


def _hard_sigmoid(x: Array, alpha: float = 0.2, beta: float = 0.5) -> Array:
    return np.clip(alpha * x + beta, 0, 1)


def _divide(x: Array, y: Array) -> Array:
    if x.dtype.kind == "i":  # whole numbers are divided without the rest, towards zero
        return np.asarray(np.trunc(x / y), x.dtype)
    return x / y


# Element by element: the arguments are an operator's inputs, then its attributes.
ELEMENTWISE: Mapping[str, Operator] = {
    "Identity": lambda x: x,
    "Neg": np.negative,
    "Abs": np.abs,
    "Exp": np.exp,
    "Log": np.log,
    "Sqrt": np.sqrt,
    "Reciprocal": np.reciprocal,
    "Sign": np.sign,
    "Erf": erf,
    "Tanh": np.tanh,
    "Sigmoid": _sigmoid,
    "Softplus": _softplus,
    "Softsign": lambda x: x / (1 + np.abs(x)),
    "Relu": lambda x: np.maximum(x, 0),
    "LeakyRelu": lambda x, alpha=0.01: np.where(x >= 0, x, alpha * x),
    "PRelu": lambda x, slope: np.where(x >= 0, x, slope * x),
    "ThresholdedRelu": lambda x, alpha=1.0: np.where(x > alpha, x, 0.0),
    "Elu": _elu,
    "Selu": _selu,
    "Celu": _celu,
    "Gelu": _gelu,
    "HardSigmoid": _hard_sigmoid,
    "HardSwish": lambda x: x * _hard_sigmoid(x, 1 / 6),
    "Swish": lambda x, alpha=1.0: x * _sigmoid(alpha * x),
    "Mish": lambda x: x * np.tanh(_softplus(x)),
    "Clip": _clip,
    "Add": np.add,
    "Sub": np.subtract,
    "Mul": np.multiply,
    "Div": _divide,
    "Pow": np.power,
    "Max": lambda *xs: reduce(np.maximum, xs),
    "Min": lambda *xs: reduce(np.minimum, xs),
    "Sum": lambda *xs: reduce(np.add, xs),
    "Greater": np.greater,
    "GreaterOrEqual": np.greater_equal,
    "Less": np.less,
    "LessOrEqual": np.less_equal,
    "Equal": np.equal,
    "Not": np.logical_not,
    "And": np.logical_and,
    "Or": np.logical_or,
    "IsNaN": np.isnan,
    "Where": np.where,
}
# Attributes that say nothing of what is computed element by element.
_SILENT = frozenset({"consumed_inputs", "broadcast", "axis"})


def _reduced(function: Operator, x: Array, axes: Array | None = None, **options: Any) -> Array:
    chosen = options.get("axes", axes)
    if chosen is None and options.get("noop_with_empty_axes"):
        return x
    along = None if chosen is None or not len(chosen) else tuple(int(axis) for axis in chosen)
    return np.asarray(function(x, axis=along, keepdims=bool(options.get("keepdims", 1))))


# Each number of these is made of several along an axis.
REDUCTIONS: Mapping[str, Operator] = {
    "ReduceMax": partial(_reduced, np.max),
    "ReduceMin": partial(_reduced, np.min),
    "ReduceSum": partial(_reduced, np.sum),
    "ReduceMean": partial(_reduced, np.mean),
    "ReduceProd": partial(_reduced, np.prod),
    "ReduceLogSumExp": partial(_reduced, np.logaddexp.reduce),
    "Softmax": lambda x, axis=-1: np.exp(x - np.logaddexp.reduce(x, axis=axis, keepdims=True)),
    "LogSoftmax": lambda x, axis=-1: x - np.logaddexp.reduce(x, axis=axis, keepdims=True),
}


def computed(node: Node, inputs: list[Array | None]) -> Array:
    """Return what an operator of ELEMENTWISE or REDUCTIONS makes of its inputs."""
    function = ELEMENTWISE.get(node.operator) or REDUCTIONS[node.operator]
    silent = _SILENT if node.operator in ELEMENTWISE else frozenset()
    options = {key: value for key, value in node.attributes.items() if key not in silent}
    with np.errstate(all="ignore"):
        return np.asarray(function(*inputs, **options))
