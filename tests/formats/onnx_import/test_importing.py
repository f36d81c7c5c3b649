"""From an ONNX file to a spec that is complete, and the arrays that it names."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from onnx_models import batch, computed, evaluated, imported, model, node

from nncli.errors import SpecError
from nncli.specs.model import Tensor

RANDOM = np.random.RandomState(1)
W1, B1 = RANDOM.standard_normal((4, 5)), RANDOM.standard_normal(5)
W2, B2 = RANDOM.standard_normal((5, 3)), RANDOM.standard_normal(3)
TWO_LAYERS = [
    node("Gemm", "x w1 b1", "h"),
    node("Relu", "h", "r"),
    node("MatMul", "r w2", "m"),
    node("Add", "m b2", "s"),
    node("Softmax", "s", "y"),
]
CONSTANTS = {"w1": W1, "b1": B1, "w2": W2, "b2": B2}


def test_a_chain_of_products_and_activations_is_read_whole(tmp_path: Path) -> None:
    network = imported(tmp_path, model(TWO_LAYERS, CONSTANTS))
    spec = network.spec
    assert (spec.name, spec.dtype) == ("m", "float32")
    assert spec.layer_sizes == (4, 5, 3)
    assert spec.activations == ["relu", "softmax"]
    first = spec.layers[0]
    assert (first.name, first.layout) == ("layer_1", "inputs_by_neurons")
    assert first.weights == Tensor("layer_1.weight", (4, 5))
    assert first.biases == Tensor("layer_1.bias", (5,))
    assert network.files == (str(tmp_path / "m.onnx"),)
    assert network.notes == ()
    np.testing.assert_array_equal(network.tensors["layer_1.weight"], W1.astype(np.float32))
    np.testing.assert_array_equal(network.tensors["layer_2.bias"], B2.astype(np.float32))


@pytest.mark.parametrize(("dtype", "room"), [("float32", 1e-5), ("float64", 1e-12)])
def test_the_numbers_are_those_of_the_reference_evaluator(
    tmp_path: Path, dtype: str, room: float
) -> None:
    made = model(TWO_LAYERS, CONSTANTS, dtype=dtype)
    network = imported(tmp_path, made)
    assert network.spec.dtype == dtype
    x = batch().astype(dtype)
    np.testing.assert_allclose(computed(network, x), evaluated(made, x), rtol=room)


@pytest.mark.parametrize("part", ["initializer", "input"])
def test_a_name_that_stands_for_two_arrays_or_inputs_is_refused(tmp_path: Path, part: str) -> None:
    made = model([node("MatMul", "x w", "y")], {"w": np.ones((4, 2))})
    parts = getattr(made.graph, part)
    parts.append(parts[0])
    with pytest.raises(SpecError, match="the same name"):
        imported(tmp_path, made)


def test_weights_that_thousands_of_layers_share_are_refused(tmp_path: Path) -> None:
    names = ["x", *(f"v{number}" for number in range(3_000)), "y"]
    nodes = [node("MatMul", f"{a} w", b) for a, b in pairwise(names)]
    made = model(nodes, {"w": np.eye(300)}, inputs={"x": ("N", 300)})
    with pytest.raises(SpecError, match="more than a dense network needs"):
        imported(tmp_path, made)


def test_a_few_layers_may_share_their_weights(tmp_path: Path) -> None:
    made = model([node("MatMul", "x w", "h"), node("MatMul", "h w", "y")], {"w": 2 * np.eye(4)})
    x = batch()
    assert np.allclose(computed(imported(tmp_path, made), x), 4 * x)


def test_a_network_of_five_thousand_layers_is_read(tmp_path: Path) -> None:
    layer = [("MatMul", "v{0} w", "m{0}"), ("Add", "m{0} b", "z{0}"), ("Relu", "z{0}", "v{1}")]
    nodes = [
        node(operator, inputs.format(number), output.format(number, number + 1))
        for number in range(5_000)
        for operator, inputs, output in layer
    ]
    made = model(nodes, {"w": np.eye(2), "b": np.ones(2)}, inputs={"v0": ("N", 2)},
                 outputs=["v5000"])  # fmt: skip
    network = imported(tmp_path, made)
    assert network.spec.activations == ["relu"] * 5_000
    assert np.array_equal(computed(network, np.zeros((1, 2))), [[5_000.0, 5_000.0]])
