"""Activations as ONNX operators.

ONNX has an operator for most, with parameters and constants in float32.  In a float64 model those
are composed of simple operators, with constants of the model's own type, for which there are
kernels of both types in ONNX Runtime.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from nncli.specs.model import SELU_ALPHA, SELU_SCALE, Activation, DType

# The operators of set 20 that compute an activation in a model of any type.
# https://onnx.ai/onnx/operators/
_OPERATORS = MappingProxyType(
    {
        "linear": "Identity",
        "relu": "Relu",
        "sigmoid": "Sigmoid",
        "tanh": "Tanh",
        "softmax": "Softmax",
        "log_softmax": "LogSoftmax",
    }
)
# Those that have float32 parameters or constants, or no kernel for float64 in ONNX Runtime.
_FLOAT32_OPERATORS = MappingProxyType(
    {
        "leaky_relu": "LeakyRelu",
        "elu": "Elu",
        "celu": "Celu",
        "selu": "Selu",
        "gelu": "Gelu",
        "hard_sigmoid": "HardSigmoid",
        "hard_silu": "HardSwish",
        "mish": "Mish",
        "softsign": "Softsign",
        "softplus": "Softplus",
    }
)
# What ONNX calls a parameter, where it calls it something else.
_ATTRIBUTES = MappingProxyType({"negative_slope": "alpha", "slope": "alpha", "offset": "beta"})

_Value: TypeAlias = str | float | npt.ArrayLike  # one of the graph by its name, or a constant


class _Operators:
    """The operators of one activation; the one that is added last gives the output."""

    def __init__(self, output: str, dtype: DType) -> None:
        self._output = output
        self.dtype = dtype
        self._nodes: list[Any] = []

    def __call__(self, operator: str, *inputs: _Value, **attributes: Any) -> str:
        """Add an operator and return the name of its result."""
        from onnx.helper import make_node

        names = [value if isinstance(value, str) else self._constant(value) for value in inputs]
        result = f"{self._output}_{len(self._nodes) + 1}"
        self._nodes.append(make_node(operator, names, [result], **attributes))
        return result

    def _constant(self, value: npt.ArrayLike) -> str:
        from onnx.numpy_helper import from_array

        return self("Constant", value=from_array(np.array(value, self.dtype)))

    def nodes(self) -> list[Any]:
        """Return the operators in their order."""
        self._nodes[-1].output[0] = self._output
        return self._nodes


def activation_nodes(activation: Activation, z: str, a: str, dtype: DType) -> list[Any]:
    """Return the operators from a pre-activation to the activation, in a model of that type.

    z, a: the names of both values, (N, neurons).
    """
    add, kind, parameters = _Operators(a, dtype), activation.kind, activation.parameters()
    # there is no error function for float64 either, of which the exact gelu could be composed
    is_exact_gelu = parameters == {"approximate": "none"}
    if kind in ("softmax", "log_softmax"):
        add(_OPERATORS[kind], z, axis=1)
    elif kind in _OPERATORS:
        add(_OPERATORS[kind], z)
    elif kind in _FLOAT32_OPERATORS and (dtype == "float32" or is_exact_gelu):
        attributes = {_ATTRIBUTES.get(name, name): value for name, value in parameters.items()}
        add(_FLOAT32_OPERATORS[kind], z, **attributes)
    else:
        _COMPOSITIONS[kind](add, z, **parameters)
    return add.nodes()


# --------------------------------------------- activations of simple operators; NaN stays NaN


def _step(add: _Operators, z: str, at_zero: float) -> str:
    # the sign, and 0 for a negative one
    return _at_zero(add, z, add("Relu", add("Sign", z)), at_zero)


def _sign(add: _Operators, z: str, at_zero: float) -> str:
    return _at_zero(add, z, add("Sign", z), at_zero)


def _at_zero(add: _Operators, z: str, a: str, at_zero: float) -> str:
    return add("Where", add("Equal", z, 0.0), at_zero, a) if at_zero else a


def _prelu(add: _Operators, z: str, slopes: float | tuple[float, ...]) -> str:
    if add.dtype == "float32":
        return add("PRelu", z, np.atleast_1d(slopes))
    return _leaky_relu(add, z, slopes)


def _leaky_relu(add: _Operators, z: str, negative_slope: float | tuple[float, ...]) -> str:
    return _where_positive(add, z, add("Mul", z, negative_slope))


def _where_positive(add: _Operators, z: str, otherwise: str) -> str:
    return add("Where", add("Greater", z, 0.0), z, otherwise)


def _elu(add: _Operators, z: str, alpha: float) -> str:
    return _where_positive(add, z, add("Mul", _exp_minus_one(add, add("Min", z, 0.0)), alpha))


def _celu(add: _Operators, z: str, alpha: float) -> str:
    ratio = add("Div", add("Min", z, 0.0), alpha)
    return _where_positive(add, z, add("Mul", _exp_minus_one(add, ratio), alpha))


def _exp_minus_one(add: _Operators, x: str) -> str:
    return add("Sub", add("Exp", x), 1.0)


def _selu(add: _Operators, z: str) -> str:
    return add("Mul", _elu(add, z, SELU_ALPHA), SELU_SCALE)


def _gelu_tanh(add: _Operators, z: str, approximate: str) -> str:  # noqa: ARG001  # it is "tanh"
    cube = add("Mul", add("Mul", z, z), z)
    bent = add("Mul", add("Add", z, add("Mul", cube, 0.044715)), math.sqrt(2 / math.pi))
    return add("Mul", add("Mul", z, 0.5), add("Add", add("Tanh", bent), 1.0))


def _silu(add: _Operators, z: str) -> str:
    return add("Mul", z, add("Sigmoid", z))


def _hard_silu(add: _Operators, z: str) -> str:
    return add("Mul", z, _hard_sigmoid(add, z, 1 / 6, 0.5))


def _hard_sigmoid(add: _Operators, z: str, slope: float, offset: float) -> str:
    return _hard_tanh(add, add("Add", add("Mul", z, slope), offset), 0.0, 1.0)


def _hard_tanh(add: _Operators, z: str, min: float, max: float) -> str:  # noqa: A002  # as in a spec
    return add("Clip", z, min, max)


def _relu6(add: _Operators, z: str) -> str:
    return add("Clip", z, 0.0, 6.0)


def _mish(add: _Operators, z: str) -> str:
    # as in nncli.network.activations: z · n / (n + 2) with n = e · (e + 2)
    power = add("Exp", add("Min", z, 20.0))
    n = add("Mul", power, add("Add", power, 2.0))
    return add("Mul", z, add("Div", n, add("Add", n, 2.0)))


def _log_sigmoid(add: _Operators, z: str) -> str:
    opposite = add("Neg", z)
    is_float32 = add.dtype == "float32"
    return add("Neg", add("Softplus", opposite) if is_float32 else _softplus(add, opposite))


def _softplus(add: _Operators, z: str) -> str:
    power = add("Exp", add("Neg", add("Abs", z)))
    return add("Add", add("Max", z, 0.0), add("Log", add("Add", power, 1.0)))


def _softsign(add: _Operators, z: str) -> str:
    return add("Div", z, add("Add", add("Abs", z), 1.0))


_COMPOSITIONS: Mapping[str, Callable[..., str]] = MappingProxyType(
    {
        "step": _step,
        "sign": _sign,
        "leaky_relu": _leaky_relu,
        "prelu": _prelu,
        "relu6": _relu6,
        "elu": _elu,
        "celu": _celu,
        "selu": _selu,
        "gelu": _gelu_tanh,
        "silu": _silu,
        "hard_silu": _hard_silu,
        "mish": _mish,
        "hard_sigmoid": _hard_sigmoid,
        "log_sigmoid": _log_sigmoid,
        "hard_tanh": _hard_tanh,
        "softsign": _softsign,
        "softplus": _softplus,
    }
)
