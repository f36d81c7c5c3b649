"""A dense network as an ONNX model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from nncli.specs.model import Activation

# The first operator set with Gelu, and the format version that goes with it: widely understood.
_OPERATOR_SET = 20
_IR_VERSION = 9

INPUT, OUTPUT = "input", "output"


class OnnxLayer(NamedTuple):
    """One dense layer.  weights: (inputs, neurons); biases: (neurons,)."""

    weights: npt.NDArray[np.floating[Any]]
    biases: npt.NDArray[np.floating[Any]]
    activation: Activation


def onnx_model(layers: Sequence[OnnxLayer], name: str) -> bytes:
    """Return an ONNX model that computes what the layers do, in the type of their weights.

    It takes `input` (N, inputs) and gives `output` (N, neurons).  Operators:
    https://onnx.ai/onnx/operators/.  Raises ImportError without the package onnx, ValueError if
    the model is larger than its format allows, or float64 while ONNX has an activation's
    parameters and constants as float32 only.
    """
    from onnx import TensorProto, helper, numpy_helper

    element = {"float64": TensorProto.DOUBLE, "float32": TensorProto.FLOAT}
    dtype = element[str(layers[0].weights.dtype)]
    narrow = next((kind for layer in layers if (kind := _narrow(layer.activation))), None)
    if narrow is not None and dtype == TensorProto.DOUBLE:
        raise ValueError(f"ONNX has {narrow} with float32 parameters only")
    nodes, initializers, value = [], [], INPUT
    for number, layer in enumerate(layers, start=1):
        z = f"z{number}"
        weights, biases = f"weights{number}", f"biases{number}"
        initializers.append(numpy_helper.from_array(np.ascontiguousarray(layer.weights), weights))
        initializers.append(numpy_helper.from_array(layer.biases, biases))
        nodes.append(helper.make_node("Gemm", [value, weights, biases], [z]))
        value = OUTPUT if number == len(layers) else f"a{number}"
        nodes += _activation_nodes(layer.activation, z, value)
    graph = helper.make_graph(
        nodes,
        name,
        [helper.make_tensor_value_info(INPUT, dtype, ["N", layers[0].weights.shape[0]])],
        [helper.make_tensor_value_info(OUTPUT, dtype, ["N", layers[-1].weights.shape[1]])],
        initializers,
    )
    model = helper.make_model(
        graph,
        producer_name="nncli",
        ir_version=_IR_VERSION,
        opset_imports=[helper.make_opsetid("", _OPERATOR_SET)],
    )
    serialized: bytes = model.SerializeToString()
    return serialized


def _narrow(activation: Activation) -> str | None:
    """Return the name of an activation whose operator holds float32 numbers in any model."""
    is_narrow = activation.parameters() not in ({}, {"approximate": "none"})
    return activation.kind if is_narrow or activation.kind == "selu" else None


def _activation_nodes(activation: Activation, z: str, a: str) -> list[Any]:
    """Return the operators from a pre-activation to the activation."""
    from onnx.helper import make_node as node

    match activation.kind:
        case "linear":
            return [node("Identity", [z], [a])]
        case "step":
            # the sign, and 0 for a negative one: 1 for z > 0, else 0; NaN stays NaN
            return [node("Sign", [z], [f"{a}_sign"]), node("Relu", [f"{a}_sign"], [a])]
        case "silu":
            sigmoid = f"{a}_sigmoid"
            return [node("Sigmoid", [z], [sigmoid]), node("Mul", [z, sigmoid], [a])]
        case "softmax":
            return [node("Softmax", [z], [a], axis=1)]
        case "leaky_relu":
            return [node("LeakyRelu", [z], [a], alpha=activation.parameters()["negative_slope"])]
        case "elu" | "gelu":
            return [node(activation.kind.capitalize(), [z], [a], **activation.parameters())]
        case kind:  # the operators of these are named alike: Relu, Selu, Sigmoid, Tanh, Softplus
            return [node(kind.capitalize(), [z], [a])]
