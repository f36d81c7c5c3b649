"""What goes into a model: one matrix, or one input per column; how it is clipped and scaled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx_models import batch, computed, evaluated, imported, ml, model, node, onnx

from nncli.errors import SpecError
from nncli.specs.model import Clip, Standard

RANDOM = np.random.RandomState(6)
W = RANDOM.standard_normal((4, 3))
PRODUCT = node("MatMul", "h w", "y")
ALONE = dict.fromkeys(("a b", "c", "d", "e"), ("N", 1))
OFFSET, SCALE = np.array([1.0, -2.0, 0.5, 0.0]), np.array([2.0, 0.5, 4.0, 0.25])


def joined(operator: str) -> Any:
    make = onnx.helper.make_node
    if operator == "Concat":
        return make("Concat", list(ALONE), ["h"], axis=1)
    sizes = [1, 1, 1, 1]
    return make(operator, list(ALONE), ["h"], domain="ai.onnx.ml", inputdimensions=sizes)


@pytest.mark.parametrize("operator", ["Concat", "FeatureVectorizer"])
def test_inputs_of_one_column_each_are_named_by_it(tmp_path: Path, operator: str) -> None:
    network = imported(tmp_path, model([joined(operator), PRODUCT], {"w": W}, inputs=ALONE))
    assert network.spec.inputs.columns == ("a b", "c", "d", "e")
    np.testing.assert_allclose(
        computed(network, batch()), batch() @ W.astype(np.float32), rtol=1e-5, atol=1e-6
    )


@pytest.mark.parametrize("width", [4, 1])
def test_one_matrix_names_no_columns(tmp_path: Path, width: int) -> None:
    made = model([node("MatMul", "x w", "y")], {"w": W[:width]}, inputs={"x": ("N", width)})
    assert imported(tmp_path, made).spec.inputs.columns is None


def test_inputs_that_the_file_has_values_for_are_none(tmp_path: Path) -> None:
    """Older exporters list the weights among the inputs."""
    inputs = {"x": ("N", 4), "w": (4, 3)}
    network = imported(tmp_path, model([node("MatMul", "x w", "y")], {"w": W}, inputs=inputs))
    assert network.spec.layer_sizes == (4, 3)


def test_an_input_that_is_not_used_is_named_in_a_note(tmp_path: Path) -> None:
    inputs = {"x": ("N", 4), "spare": ("N", 1)}
    network = imported(tmp_path, model([node("MatMul", "x w", "y")], {"w": W}, inputs=inputs))
    assert [note.message for note in network.notes] == [
        "inputs that the network does not use: spare"
    ]


def test_two_matrices_are_refused(tmp_path: Path) -> None:
    inputs = {"p": ("N", 2), "q": ("N", 2)}
    nodes = [node("Concat", "p q", "h", axis=1), PRODUCT]
    with pytest.raises(SpecError, match=r"of which 'p' is \(N, 2\): they are no single columns"):
        imported(tmp_path, model(nodes, {"w": W}, inputs=inputs))
    nodes = [node("Add", "p q", "h"), PRODUCT]
    with pytest.raises(SpecError, match="combines 2 inputs, 'p' and 'q': a dense network has one"):
        imported(tmp_path, model(nodes, {"w": W[:2]}, inputs=inputs))


SCALERS: dict[str, list[Any]] = {
    "Scaler": [ml("Scaler", "x", "h", offset=OFFSET.tolist(), scale=SCALE.tolist())],
    "arithmetic": [node("Sub", "x o", "s"), node("Mul", "s k", "h")],
    "division": [node("Sub", "x o", "s"), node("Div", "s d", "h")],
}


@pytest.mark.parametrize("way", SCALERS)
def test_arithmetic_before_the_first_product_is_the_scale_of_the_inputs(
    tmp_path: Path, way: str
) -> None:
    nodes = SCALERS[way]
    used = {name for each in nodes for name in each.input}
    constants = {"o": OFFSET, "k": SCALE, "d": 1 / SCALE}
    given = {name: value for name, value in constants.items() if name in used}
    network = imported(tmp_path, model([*nodes, PRODUCT], {"w": W, **given}))
    scale = network.spec.inputs.scale
    assert isinstance(scale, Standard)
    np.testing.assert_allclose(np.array(scale.mean), OFFSET)
    np.testing.assert_allclose(np.array(scale.std), 1 / SCALE)
    np.testing.assert_array_equal(network.tensors["layer_1.weight"], W.astype(np.float32))
    expected = (batch() - OFFSET) * SCALE @ W
    np.testing.assert_allclose(computed(network, batch()), expected, rtol=1e-4, atol=1e-5)


def test_one_scale_for_all_columns_is_one_number(tmp_path: Path) -> None:
    made = model([node("Div", "x d", "h"), PRODUCT], {"w": W, "d": np.array(255.0)})
    scale = imported(tmp_path, made).spec.inputs.scale
    assert scale == Standard(kind="standard", mean=0.0, std=255.0)


def test_columns_that_are_scaled_part_by_part_keep_the_order_of_the_files_inputs(
    tmp_path: Path,
) -> None:
    """As scikit-learn's ColumnTransformer is written; one column is passed as it is."""
    nodes = [
        node("Concat", "c d", "cd", axis=1),
        ml("Scaler", "cd", "scaled", offset=[1.0, -2.0], scale=[2.0, 0.5]),
        node("Mul", "e four", "m"),
        node("Concat", "scaled m b", "h", axis=1),
        PRODUCT,
    ]
    inputs = dict.fromkeys("bcde", ("N", 1))
    made = model(nodes, {"w": W, "four": 4.0}, inputs=inputs)
    network = imported(tmp_path, made)
    assert network.spec.inputs.columns == ("b", "c", "d", "e")
    assert network.spec.inputs.scale == Standard(
        kind="standard", mean=(0.0, 1.0, -2.0, 0.0), std=(1.0, 0.5, 2.0, 0.25)
    )
    x = batch()
    expected = evaluated(made, *(x[:, [place]] for place in range(4)))
    np.testing.assert_allclose(computed(network, x), expected, rtol=1e-5, atol=1e-6)


def test_a_column_that_is_joined_twice_is_refused(tmp_path: Path) -> None:
    inputs = dict.fromkeys("bcd", ("N", 1))
    nodes = [node("Mul", "c four", "m"), node("Concat", "m c d b", "h", axis=1), PRODUCT]
    with pytest.raises(SpecError, match="joins values that are more than the inputs' columns"):
        imported(tmp_path, model(nodes, {"w": W, "four": 4.0}, inputs=inputs))


def test_columns_in_another_order_before_no_layer_are_refused(tmp_path: Path) -> None:
    inputs = dict.fromkeys("bc", ("N", 1))
    nodes = [node("Concat", "c b", "h", axis=1), node("Relu", "h", "y")]
    with pytest.raises(SpecError, match="joined in another order than they are listed in"):
        imported(tmp_path, model(nodes, {}, inputs=inputs))


def test_a_clip_behind_a_scale_is_moved_before_it(tmp_path: Path) -> None:
    """scikit-learn's MinMaxScaler(clip=True): x/2 + 0.5 within [0, 1] is x within [-1, 1]."""
    nodes = [
        node("Mul", "x half", "m"),
        node("Add", "m half", "s"),
        node("Clip", "s zero one", "h"),
        PRODUCT,
    ]
    made = model(nodes, {"w": W, "half": 0.5, "zero": 0.0, "one": 1.0})
    network = imported(tmp_path, made)
    assert network.spec.inputs.clip == Clip(low=-1.0, high=1.0)
    assert network.spec.inputs.scale == Standard(kind="standard", mean=-1.0, std=2.0)
    np.testing.assert_allclose(computed(network, batch()), evaluated(made, batch()), rtol=1e-5)


@pytest.mark.parametrize("factor", [-0.5, np.array([1.0, -1.0, 2.0, -3.0])])
def test_a_negative_factor_leaves_its_sign_to_the_first_layer(tmp_path: Path, factor: Any) -> None:
    nodes = [
        node("Mul", "x k", "m"),
        node("Add", "m one", "s"),
        node("Clip", "s low high", "h"),
        PRODUCT,
    ]
    made = model(nodes, {"w": W, "k": factor, "one": 1.0, "low": -1.0, "high": 1.5})
    network = imported(tmp_path, made)
    scale = network.spec.inputs.scale
    assert isinstance(scale, Standard)
    assert np.all(np.array(scale.std) > 0)
    expected = evaluated(made, batch())
    np.testing.assert_allclose(computed(network, batch()), expected, rtol=1e-5, atol=1e-6)


def test_a_column_that_is_multiplied_by_zero_is_refused(tmp_path: Path) -> None:
    made = model([node("Mul", "x k", "h"), PRODUCT], {"w": W, "k": SCALE * [1, 0, 1, 1]})
    with pytest.raises(SpecError, match=r"node 'h' \(Mul\) multiplies an input by 0"):
        imported(tmp_path, made)


def test_an_activation_before_the_first_product_has_a_layer_with_a_note(tmp_path: Path) -> None:
    made = model([node("Tanh", "x", "h"), PRODUCT], {"w": W})
    network = imported(tmp_path, made)
    assert network.spec.layer_sizes == (4, 4, 3)
    assert network.notes[0].message.startswith("layer 1 has identity weights")
    np.testing.assert_allclose(computed(network, batch()), evaluated(made, batch()), rtol=1e-5)
