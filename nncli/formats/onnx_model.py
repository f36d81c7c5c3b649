"""A dense network as an ONNX model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from nncli.formats.onnx_activations import activation_nodes
from nncli.formats.scaling_steps import Step, clip_steps, scale_steps, unscale_steps
from nncli.formats.stored_network import Array, LayerArrays, array_names, stored_spec
from nncli.specs.model import Activation, DType, NetworkSpec, OutputsSpec
from nncli.specs.stored import SPEC_KEY
from nncli.specs.written import spec_text

# The first operator set with Gelu, and the format version that goes with it: widely understood.
OPERATOR_SET = 20
_IR_VERSION = 9
# 2 GiB is the most that the format allows, less some room for what is no array.
_MAX_BYTES = 2**31 - 2**24

INPUT, OUTPUT = "input", "output"


def onnx_model(spec: NetworkSpec, layers: Sequence[LayerArrays]) -> bytes:
    """Return an ONNX model that computes what a network does, in its type.

    It takes `input` (N, inputs) and gives `output` (N, neurons).  Inputs are clipped and scaled,
    and outputs unscaled, by operators in float64, as nncli does it.  The spec's text, which names
    the graph's arrays, stands in the model's metadata.
    Raises ImportError without the package onnx, ValueError if the model is larger than its format
    allows.
    """
    from onnx import helper

    needed = sum(layer.weights.nbytes + layer.biases.nbytes for layer in layers)
    if needed > _MAX_BYTES:
        raise ValueError(f"the network has {needed:,} bytes, an ONNX file at most {_MAX_BYTES:,}")
    model = helper.make_model(
        network_graph(spec, layers),
        producer_name="nncli",
        ir_version=_IR_VERSION,
        opset_imports=[helper.make_opsetid("", OPERATOR_SET)],
    )
    text = spec_text(stored_spec(spec), weights_file="model.onnx")
    helper.set_model_props(model, {SPEC_KEY: text})
    serialized: bytes = model.SerializeToString()
    return serialized


def network_graph(spec: NetworkSpec, layers: Sequence[LayerArrays]) -> Any:
    """Return an onnx.GraphProto that computes what a network does, in its type.

    Operators: https://onnx.ai/onnx/operators/.
    """
    from onnx.helper import make_graph

    chain = _Chain(spec.dtype)
    chain.add_steps("inputs", (*clip_steps(spec.inputs.clip), *scale_steps(spec.inputs.scale)))
    for names, layer, arrays in zip(array_names(spec), spec.layers, layers, strict=True):
        chain.add_layer(names, layer.activation, arrays)
    outputs = spec.outputs or OutputsSpec()
    chain.add_steps("outputs", unscale_steps(outputs.scale))
    return make_graph(
        chain.ended(),
        spec.name,
        [_described(INPUT, spec.dtype, spec.layer_sizes[0])],
        [_described(OUTPUT, spec.dtype, spec.layer_sizes[-1])],
        chain.constants,
    )


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

    def add_layer(
        self, names: tuple[str, str], activation: Activation, arrays: LayerArrays
    ) -> None:
        """Add a layer's product, and its activation unless that is none.

        names: of the weights and the biases.
        """
        weights, biases = names
        name = weights.removesuffix(".weight")
        self._keep(weights, arrays.weights.T)
        self._keep(biases, arrays.biases)
        self._add("Gemm", name, f"{name}.z", weights, biases, transB=1)
        if activation.kind != "linear":
            z, self._value = self._value, f"{name}.activation"
            self._nodes += activation_nodes(activation, z, self._value, self._dtype)

    def add_steps(self, what: str, steps: Sequence[Step]) -> None:
        """Add steps of arithmetic in float64, as nncli takes them.  what: whose they are."""
        if not steps:
            return
        narrow = self._dtype == "float32"
        if narrow:
            self._add_step("Cast", f"{what}.float64", to=_element("float64"))
        for step in steps:
            name = f"{what}.{step.name}"
            self._keep(f"{name}.values", step.values)
            self._add_step(step.operation.capitalize(), name, f"{name}.values")
        if narrow:
            self._add_step("Cast", f"{what}.float32", to=_element("float32"))

    def ended(self) -> list[Any]:
        """Return the operators, the last of which gives the graph's output."""
        self._nodes[-1].output[0] = OUTPUT
        return self._nodes

    def _add_step(self, operator: str, name: str, *constants: str, **attributes: Any) -> None:
        self._add(operator, name, f"{name}.result", *constants, **attributes)

    def _add(
        self, operator: str, name: str, given: str, *constants: str, **attributes: Any
    ) -> None:
        """Add an operator.  given: the name of its result, by its end unlike any other."""
        from onnx.helper import make_node

        node = make_node(operator, [self._value, *constants], [given], name, **attributes)
        self._nodes.append(node)
        self._value = given

    def _keep(self, name: str, values: Array) -> None:
        from onnx.numpy_helper import from_array

        self.constants.append(from_array(np.asarray(values, order="C"), name))


def evaluate_onnx(model: bytes, batch: Array) -> Array:
    """Return what onnx's own evaluator makes of a batch: (samples, inputs) → (samples, outputs)."""
    from onnx import load_from_string
    from onnx.reference import ReferenceEvaluator

    evaluator = ReferenceEvaluator(load_from_string(model))
    output: Array = evaluator.run(None, {INPUT: batch})[0]
    return output
