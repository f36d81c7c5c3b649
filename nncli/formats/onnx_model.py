"""A dense network as an ONNX model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from nncli.formats.onnx_activations import activation_nodes
from nncli.specs.model import Activation, DType

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
    the model is larger than its format allows.
    """
    from onnx import TensorProto, helper, numpy_helper

    element = {"float64": TensorProto.DOUBLE, "float32": TensorProto.FLOAT}
    dtype: DType = "float64" if layers[0].weights.dtype == np.float64 else "float32"
    nodes, initializers, value = [], [], INPUT
    for number, layer in enumerate(layers, start=1):
        z = f"z{number}"
        weights, biases = f"weights{number}", f"biases{number}"
        initializers.append(numpy_helper.from_array(np.ascontiguousarray(layer.weights), weights))
        initializers.append(numpy_helper.from_array(layer.biases, biases))
        nodes.append(helper.make_node("Gemm", [value, weights, biases], [z]))
        value = OUTPUT if number == len(layers) else f"a{number}"
        nodes += activation_nodes(layer.activation, z, value, dtype)
    graph = helper.make_graph(
        nodes,
        name,
        [helper.make_tensor_value_info(INPUT, element[dtype], ["N", layers[0].weights.shape[0]])],
        [helper.make_tensor_value_info(OUTPUT, element[dtype], ["N", layers[-1].weights.shape[1]])],
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
