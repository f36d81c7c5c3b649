"""A dense network as an ONNX model."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from nncli.formats.scaling_steps import Step, clip_steps, scale_steps, unscale_steps
from nncli.specs.model import Activation, DType, NetworkSpec, OutputsSpec, Scale

# The first operator set with Gelu, and the format version that goes with it: widely understood.
_OPERATOR_SET = 20
_IR_VERSION = 9

INPUT, OUTPUT = "input", "output"

Array = npt.NDArray[np.floating[Any]]


class LayerArrays(Protocol):
    """The numbers of a dense layer."""

    @property
    def weights(self) -> Array:
        """(inputs, neurons), of the network's type."""

    @property
    def biases(self) -> Array:
        """(neurons,), of the network's type."""


def onnx_model(spec: NetworkSpec, layers: Sequence[LayerArrays]) -> bytes:
    """Return an ONNX model that computes what a network does, in its type.

    It takes `input` (N, inputs) and gives `output` (N, neurons).  Inputs are clipped and scaled,
    and outputs unscaled, by operators in float64, as nncli does it.  Names that have no place in a
    graph stand in the model's metadata (`model_names`).  Operators:
    https://onnx.ai/onnx/operators/.  Raises ImportError without the package onnx, ValueError if
    the model is larger than its format allows, or float64 while ONNX has an activation's
    parameters and constants as float32 only.
    """
    from onnx import helper

    dtype = spec.dtype
    if dtype == "float64" and (narrow := narrow_activations(spec)):
        raise ValueError(f"ONNX has {narrow[0]} with float32 parameters only")
    chain = _Chain(dtype)
    chain.add_steps("inputs", (*clip_steps(spec.inputs.clip), *scale_steps(spec.inputs.scale)))
    for name, activation, layer in zip(
        _layer_names(spec), (each.activation for each in spec.layers), layers, strict=True
    ):
        chain.add_layer(name, activation, layer)
    outputs = spec.outputs or OutputsSpec()
    chain.add_steps("outputs", unscale_steps(outputs.scale))
    graph = helper.make_graph(
        chain.ended(),
        spec.name,
        [_described(INPUT, dtype, spec.layer_sizes[0])],
        [_described(OUTPUT, dtype, spec.layer_sizes[-1])],
        chain.constants,
    )
    model = helper.make_model(
        graph,
        producer_name="nncli",
        ir_version=_IR_VERSION,
        opset_imports=[helper.make_opsetid("", _OPERATOR_SET)],
    )
    helper.set_model_props(model, model_names(spec))
    serialized: bytes = model.SerializeToString()
    return serialized


def model_names(spec: NetworkSpec) -> dict[str, str]:
    """Return what a model's metadata says of a network, by key; each value is JSON.

    The scales stand in the graph as well: in the metadata they keep their kind, and those of the
    outputs are not taken for a part of the last layer.
    """
    outputs = spec.outputs or OutputsSpec()
    said = {
        "nncli.columns": spec.inputs.columns,
        "nncli.inputs.scale": _written(spec.inputs.scale),
        "nncli.layers": tuple(layer.name for layer in spec.layers),
        "nncli.output_columns": outputs.columns,
        "nncli.classes": outputs.classes,
        "nncli.threshold": outputs.threshold,
        "nncli.outputs.scale": _written(outputs.scale),
    }
    return {
        key: json.dumps(value, ensure_ascii=False)
        for key, value in said.items()
        if value is not None
    }


def _written(scale: Scale | None) -> dict[str, Any] | None:
    """Return a scale as a spec has it."""
    return {scale.kind: scale.parameters()} if scale is not None else None


def _layer_names(spec: NetworkSpec) -> list[str]:
    """Return a name for each layer: its own, unless several have the same."""
    names = [layer.name for layer in spec.layers]
    if len(set(names)) == len(names):
        return names
    return [f"layer_{number}" for number in range(1, len(names) + 1)]


def _described(name: str, dtype: DType, width: int) -> Any:
    """Return the description of a graph's input or output, (N, width)."""
    from onnx.helper import make_tensor_value_info

    return make_tensor_value_info(name, _element(dtype), ["N", width])


def _element(dtype: DType) -> int:
    from onnx import TensorProto

    return int(TensorProto.DOUBLE if dtype == "float64" else TensorProto.FLOAT)


class _Chain:
    """Operators, each of which takes what the one before gave, and their constants."""

    def __init__(self, dtype: DType) -> None:
        self.constants: list[Any] = []
        self._dtype = dtype
        self._nodes: list[Any] = []
        self._value = INPUT  # what was given last

    def add_layer(self, name: str, activation: Activation, layer: LayerArrays) -> None:
        """Add a layer's product, and its activation unless that is none."""
        weights, biases = f"{name}.weight", f"{name}.bias"
        self._keep(weights, layer.weights)
        self._keep(biases, layer.biases)
        self._add("Gemm", name, weights, biases)
        if activation.kind != "linear":
            z, self._value = self._value, f"{name}.activation"
            self._nodes += _activation_nodes(activation, z, self._value)

    def add_steps(self, what: str, steps: Sequence[Step]) -> None:
        """Add steps of arithmetic in float64, as nncli takes them.  what: whose they are."""
        if not steps:
            return
        narrow = self._dtype == "float32"
        if narrow:
            self._add("Cast", f"{what}.float64", to=_element("float64"))
        for step in steps:
            name = f"{what}.{step.name}"
            self._keep(f"{name}.values", step.values)
            self._add(step.operation.capitalize(), name, f"{name}.values")
        if narrow:
            self._add("Cast", f"{what}.float32", to=_element("float32"))

    def ended(self) -> list[Any]:
        """Return the operators, the last of which gives the graph's output."""
        self._nodes[-1].output[0] = OUTPUT
        return self._nodes

    def _add(self, operator: str, name: str, *constants: str, **attributes: Any) -> None:
        from onnx.helper import make_node

        given = f"{name}.result"
        node = make_node(operator, [self._value, *constants], [given], name, **attributes)
        self._nodes.append(node)
        self._value = given

    def _keep(self, name: str, values: Array) -> None:
        from onnx.numpy_helper import from_array

        self.constants.append(from_array(np.asarray(values, order="C"), name))


def narrow_activations(spec: NetworkSpec) -> list[str]:
    """Return the activations whose operators hold float32 numbers in any model, by name."""
    return [kind for layer in spec.layers if (kind := _narrow(layer.activation))]


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
