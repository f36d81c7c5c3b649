"""The ONNX model of a network against ONNX's own checker and its reference evaluator."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from activation_cases import CASES

from nncli import Network, build_network, read_spec
from nncli.formats.onnx_model import onnx_model
from nncli.formats.stored_network import stored_spec
from nncli.network.rounding import agree_within, rounding_bounds
from nncli.specs.model import (
    Clip,
    InputsSpec,
    MinMax,
    OutputsSpec,
    PlainActivation,
    Standard,
)
from nncli.specs.written import spec_text

onnx = pytest.importorskip("onnx", reason="needs the package onnx, of the extra `onnx`")

DTYPES = ["float64", "float32"]


def network_of(document: dict[str, Any]) -> Network:
    return build_network(read_spec(json.dumps(document).encode(), "x"))


def random_network(activation: Any, dtype: str) -> Network:
    init = {"weights": {"normal": {"std": 1.0}}, "biases": {"normal": {"std": 1.0}}}
    return network_of(
        {
            "name": "small",
            "layer_sizes": [4, 5, 3],
            "activations": [activation] * 2,
            "seed": 1,
            "dtype": dtype,
            "init": init,
        }
    )


def model_of(network: Network) -> Any:
    """Return a network's model, parsed by the package onnx."""
    return onnx.load_from_string(onnx_model(network.spec, network.layers))


def evaluate(model: Any, batch: Any) -> Any:
    """Return the output of ONNX's reference evaluator."""
    from onnx.reference import ReferenceEvaluator

    (output,) = ReferenceEvaluator(model).run(None, {"input": batch})
    return output


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("case", CASES)
def test_the_model_passes_the_checker_with_shapes_and_types_inferred(case: str, dtype: str) -> None:
    onnx.checker.check_model(model_of(random_network(CASES[case], dtype)), full_check=True)


@pytest.mark.parametrize("case", CASES)
def test_in_a_float64_model_no_parameter_is_rounded_to_float32(case: str) -> None:
    """Attributes of ONNX's operators are float32; constants of the model's type are not."""
    nodes = model_of(random_network(CASES[case], "float64")).graph.node
    attributes = [a for n in nodes if n.op_type != "Gemm" for a in n.attribute]
    assert not [a.name for a in attributes if a.type == onnx.AttributeProto.FLOAT]
    constants = [onnx.numpy_helper.to_array(a.t) for a in attributes if a.name == "value"]
    assert {str(constant.dtype) for constant in constants} <= {"float64"}


@pytest.mark.parametrize("dtype", DTYPES)
def test_prelu_has_a_slope_for_each_neuron(dtype: str) -> None:
    prelu = {"prelu": {"slopes": [0.5, 0, -2]}}
    layer = {"neurons": 3, "weights": [[1, 1, 1]], "activation": prelu}
    model = model_of(network_of({"inputs": 1, "layers": [layer], "dtype": dtype}))
    output = evaluate(model, np.array([[-4], [3]], dtype=dtype))
    np.testing.assert_array_equal(output, [[-2, 0, 8], [3, 3, 3]])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("kind", "below"), [("step", 0), ("sign", -1)])
def test_a_jump_has_its_own_value_at_both_zeros(kind: str, below: float, dtype: str) -> None:
    layer = {"neurons": 1, "weights": [[1]], "activation": {kind: {"at_zero": 0.25}}}
    model = model_of(network_of({"inputs": 1, "layers": [layer], "dtype": dtype}))
    batch = np.array([[-2], [-0.0], [0], [1e-30], [math.nan]], dtype=dtype)
    np.testing.assert_array_equal(
        evaluate(model, batch), [[below], [0.25], [0.25], [1], [math.nan]]
    )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("case", CASES)
def test_the_reference_evaluator_gives_the_network_s_outputs(case: str, dtype: str) -> None:
    network = random_network(CASES[case], dtype)
    model = model_of(network)
    for samples in (1, 30):  # any number of samples
        batch = np.random.RandomState(0).standard_normal((samples, 4)).astype(dtype)
        output = evaluate(model, batch)
        assert output.dtype == dtype
        bounds = rounding_bounds(network, batch)
        if case == "gelu":
            bounds += 1e-6  # the evaluator's own erf is in single precision, whatever the model's
        assert agree_within(output, network.forward(batch), bounds)


def scaled_network(dtype: str) -> Network:
    """Return a network whose inputs are clipped and scaled, and whose output is scaled."""
    network = random_network("tanh", dtype)
    inputs = InputsSpec(
        size=4,
        columns=("a", "b", "c,d", "ä"),
        clip=Clip(low=-2.0, high=(1.0, 2.0, 3.0, 0.5)),
        scale=Standard(kind="standard", mean=(0.1, 2.0, 1e6, -3.0), std=(1.0, 0.3, 7.0, 2.5)),
    )
    outputs = OutputsSpec(
        columns=("x", "y", "z"),
        scale=MinMax(kind="min_max", min=(1.0, 2.0, 3.0), max=(11.0, 2.5, 7.0), to=(-1.0, 1.0)),
    )
    last = network.spec.layers[-1].model_copy(update={"activation": PlainActivation(kind="linear")})
    changes = {"inputs": inputs, "outputs": outputs, "layers": (network.spec.layers[0], last)}
    return build_network(network.spec.model_copy(update=changes))


@pytest.mark.parametrize(("dtype", "tolerance"), [("float64", 1e-14), ("float32", 1e-5)])
def test_inputs_are_clipped_and_scaled_and_outputs_unscaled(dtype: str, tolerance: float) -> None:
    """The formulas, written out here in float64 whatever the network's type."""
    network = scaled_network(dtype)
    model = model_of(network)
    onnx.checker.check_model(model, full_check=True)
    x = np.random.RandomState(0).uniform(-5, 5, (30, 4)).astype(dtype)
    scaled = np.clip(x.astype(float), -2, [1, 2, 3, 0.5]) - [0.1, 2, 1e6, -3]
    h = (scaled / [1, 0.3, 7, 2.5]).astype(dtype)
    first, last = network.layers
    z = np.tanh(h @ first.weights + first.biases) @ last.weights + last.biases
    expected = (z.astype(float) + 1) / 2 * [10, 0.5, 4] + [1, 2, 3]
    output = evaluate(model, x)
    assert output.dtype == dtype
    np.testing.assert_allclose(output, expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("dtype", DTYPES)
def test_onnx_runtime_computes_the_same(dtype: str) -> None:
    reason = "needs onnxruntime, of the extra `bench`"
    runtime = pytest.importorskip("onnxruntime", reason=reason)
    network = scaled_network(dtype)
    session = runtime.InferenceSession(
        onnx_model(network.spec, network.layers), providers=["CPUExecutionProvider"]
    )
    x = np.random.RandomState(0).uniform(-5, 5, (30, 4)).astype(dtype)
    tolerance = 1e-12 if dtype == "float64" else 1e-5
    expected = network.forward(x)
    np.testing.assert_allclose(session.run(None, {"input": x})[0], expected, rtol=tolerance)


@pytest.mark.parametrize("dtype", DTYPES)
def test_step_is_1_above_zero_0_from_zero_on_and_nan_for_nan(dtype: str) -> None:
    layer = {"neurons": 1, "weights": [[1]], "activation": "step"}
    model = model_of(network_of({"inputs": 1, "layers": [layer], "dtype": dtype}))
    batch = np.array([[-math.inf], [-2], [-0.0], [0], [1e-30], [math.inf], [math.nan]], dtype=dtype)
    np.testing.assert_array_equal(
        evaluate(model, batch), [[0], [0], [0], [0], [1], [1], [math.nan]]
    )


@pytest.mark.parametrize("dtype", DTYPES)
def test_softmax_is_taken_over_the_neurons_of_each_sample(dtype: str) -> None:
    """1 / (1 + e) and e / (1 + e), to 16 digits, whatever stands in the other sample."""
    layer = {"neurons": 2, "weights": [[1, 0], [0, 1]], "activation": "softmax"}
    model = model_of(network_of({"inputs": 2, "layers": [layer], "dtype": dtype}))
    output = evaluate(model, np.array([[0, 1], [50, 50]], dtype=dtype))
    expected = [[0.2689414213699951, 0.7310585786300049], [0.5, 0.5]]
    np.testing.assert_allclose(output, expected, rtol=4 * float(np.finfo(dtype).eps))


# ----------------------------------------------------------------------- what is written down


def dimensions(value: Any) -> list[str | int]:
    """Return a tensor's shape: names for the symbolic dimensions, numbers for the others."""
    return [d.dim_param or d.dim_value for d in value.type.tensor_type.shape.dim]


@pytest.mark.parametrize(("dtype", "element"), [("float64", "DOUBLE"), ("float32", "FLOAT")])
def test_input_and_output_are_named_typed_and_of_any_number_of_samples(
    dtype: str, element: str
) -> None:
    graph = model_of(random_network("relu", dtype)).graph
    described = [
        (value.name, onnx.TensorProto.DataType.Name(value.type.tensor_type.elem_type))
        for value in (*graph.input, *graph.output)
    ]
    assert described == [("input", element), ("output", element)]
    assert [dimensions(graph.input[0]), dimensions(graph.output[0])] == [["N", 4], ["N", 3]]


def test_the_operators_are_those_of_set_20_and_the_graph_has_the_network_s_name() -> None:
    model = model_of(random_network("relu", "float64"))
    assert [(each.domain, each.version) for each in model.opset_import] == [("", 20)]
    # the table of versions in ONNX's own documentation pairs set 20 with format version 9
    assert model.ir_version == 9
    assert model.graph.name == "small"


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("layout", ["inputs_by_neurons", "neurons_by_inputs"])
def test_weights_stand_neurons_by_inputs_in_the_network_s_type(layout: str, dtype: str) -> None:
    by_input = [[1, 2, 3], [4, 5, 6.5]]
    typed = by_input if layout == "inputs_by_neurons" else [[1, 4], [2, 5], [3, 6.5]]
    layer = {"neurons": 3, "weights": typed, "biases": [7, 8, 9]}
    network = network_of({"inputs": 2, "layers": [layer], "layout": layout, "dtype": dtype})
    stored = [onnx.numpy_helper.to_array(each) for each in model_of(network).graph.initializer]
    assert [each.tolist() for each in stored] == [[[1, 4], [2, 5], [3, 6.5]], [7, 8, 9]]
    assert {str(each.dtype) for each in stored} == {dtype}


def test_the_spec_stands_in_the_metadata_without_the_numbers_of_layers() -> None:
    network = scaled_network("float32")
    (entry,) = model_of(network).metadata_props
    assert entry.key == "nncli.spec"
    assert entry.value == spec_text(stored_spec(network.spec), weights_file="model.onnx")
    assert all(text in entry.value for text in ("c,d", "layer_2.bias", "min_max", "std"))


def test_products_and_arrays_carry_the_layers_names() -> None:
    layer = {"neurons": 2, "init": {"weights": "ones"}, "activation": "relu"}
    named = [{**layer, "name": name} for name in ("hidden", "output")]
    graph = model_of(network_of({"inputs": 2, "layers": named})).graph
    assert [node.name for node in graph.node if node.op_type == "Gemm"] == ["hidden", "output"]
    names = [array.name for array in graph.initializer]
    assert names == ["hidden.weight", "hidden.bias", "output.weight", "output.bias"]
    onnx.checker.check_model(model_of(network_of({"inputs": 2, "layers": named})), full_check=True)


def test_layers_of_one_name_are_told_apart_in_the_graph() -> None:
    layer = {"name": "same", "neurons": 2, "init": {"weights": "ones"}}
    graph = model_of(network_of({"inputs": 2, "layers": [layer, layer]})).graph
    assert [node.name for node in graph.node] == ["layer_1", "layer_2"]
