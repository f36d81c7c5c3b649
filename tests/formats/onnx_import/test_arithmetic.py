"""Products, and what is done per neuron, folded in float64."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx_models import batch, computed, evaluated, imported, ml, model, node, onnx

from nncli.errors import SpecError

RANDOM = np.random.RandomState(2)
W, B = RANDOM.standard_normal((4, 3)), RANDOM.standard_normal(3)
V = RANDOM.standard_normal((3, 2))


def check(folder: Path, made: Any, *, room: float = 1e-5) -> Any:
    """Return the imported network, once its numbers are those of the reference evaluator."""
    network = imported(folder, made)
    x = batch()
    expected = evaluated(made, x).reshape(len(x), -1)
    np.testing.assert_allclose(computed(network, x), expected, rtol=room, atol=1e-6)
    return network


@pytest.mark.parametrize("transposed", [0, 1])
@pytest.mark.parametrize(("alpha", "beta"), [(1.0, 1.0), (0.5, 2.0), (1.5, 0.0)])
def test_gemm_with_its_factors_and_either_orientation(
    tmp_path: Path, transposed: int, alpha: float, beta: float
) -> None:
    gemm = node("Gemm", "x w b", "y", transB=transposed, alpha=alpha, beta=beta)
    network = check(tmp_path, model([gemm], {"w": W.T if transposed else W, "b": B}))
    assert network.spec.layer_sizes == (4, 3)


@pytest.mark.parametrize(
    "bias", [B, B[:1].reshape(()), B[:1], B.reshape(1, 3), np.tile(B, (7, 1)), B[:1].reshape(1, 1)]
)
def test_a_bias_of_gemm_in_any_shape_that_stretches_to_the_neurons(
    tmp_path: Path, bias: Any
) -> None:
    network = check(tmp_path, model([node("Gemm", "x w b", "y")], {"w": W, "b": bias}))
    assert network.tensors["layer_1.bias"].shape == (3,)


def test_a_bias_that_differs_between_samples_is_refused(tmp_path: Path) -> None:
    bias = RANDOM.standard_normal((7, 3))
    made = model([node("Gemm", "x w b", "y")], {"w": W, "b": bias})
    with pytest.raises(SpecError, match=r"node 'y' \(Gemm\) .* other numbers for each sample"):
        imported(tmp_path, made)


def test_a_product_without_biases_has_none(tmp_path: Path) -> None:
    network = check(tmp_path, model([node("MatMul", "x w", "y")], {"w": W}))
    assert network.spec.layers[0].biases is None
    assert list(network.tensors) == ["layer_1.weight"]


def test_weights_that_are_a_vector_make_one_neuron(tmp_path: Path) -> None:
    network = check(tmp_path, model([node("MatMul", "x w", "y")], {"w": W[:, 0]}))
    assert network.spec.layer_sizes == (4, 1)


def test_weights_on_the_left_are_refused(tmp_path: Path) -> None:
    square = RANDOM.standard_normal((4, 4))
    made = model([node("MatMul", "w x", "y")], {"w": square}, inputs={"x": (4, 4)})
    with pytest.raises(SpecError, match="weights on the left"):
        imported(tmp_path, made)
    made = model([node("Gemm", "x w", "y", transA=1)], {"w": square}, inputs={"x": (4, 4)})
    with pytest.raises(SpecError, match="its samples stand in columns"):
        imported(tmp_path, made)


def test_each_product_opens_a_layer_of_its_own(tmp_path: Path) -> None:
    nodes = [node("MatMul", "x w", "h"), node("MatMul", "h v", "y")]
    network = check(tmp_path, model(nodes, {"w": W, "v": V}))
    assert network.spec.layer_sizes == (4, 3, 2)
    assert network.spec.activations == ["linear", "linear"]


@pytest.mark.parametrize(
    ("operator", "inputs"),
    [(operator, inputs) for operator in ("Add", "Sub", "Mul") for inputs in ("h c", "c h")],
)
@pytest.mark.parametrize("constant", [np.array([0.5, -2.0, 3.0]), np.array(0.25)])
def test_arithmetic_per_neuron_goes_into_the_open_layer(
    tmp_path: Path, operator: str, inputs: str, constant: Any
) -> None:
    nodes = [node("Gemm", "x w b", "h"), node(operator, inputs, "g"), node("Relu", "g", "y")]
    network = check(tmp_path, model(nodes, {"w": W, "b": B, "c": constant}))
    assert network.spec.layer_sizes == (4, 3)


def test_a_division_goes_into_the_open_layer_unless_it_is_by_zero(tmp_path: Path) -> None:
    nodes = [node("Gemm", "x w b", "h"), node("Div", "h c", "y")]
    check(tmp_path, model(nodes, {"w": W, "b": B, "c": np.array([0.5, -2.0, 3.0])}))
    with pytest.raises(SpecError, match="divides by 0"):
        imported(tmp_path, model(nodes, {"w": W, "b": B, "c": np.array([0.5, 0.0, 3.0])}))


def test_arithmetic_behind_an_activation_goes_into_the_next_layer(tmp_path: Path) -> None:
    nodes = [
        node("MatMul", "x w", "h"),
        node("Tanh", "h", "a"),
        node("Mul", "a c", "m"),
        node("Add", "m d", "s"),
        node("MatMul", "s v", "y"),
    ]
    constants = {"w": W, "v": V, "c": np.array([2.0, 0.5, -1.0]), "d": np.array([1.0, 2.0, 3.0])}
    network = check(tmp_path, model(nodes, constants))
    assert network.spec.layer_sizes == (4, 3, 2)
    expected = constants["d"].astype(np.float32) @ V.astype(np.float32).astype(float)
    np.testing.assert_allclose(network.tensors["layer_2.bias"], expected, rtol=1e-6)


def test_a_row_that_is_stretched_over_the_samples_alone_is_folded(tmp_path: Path) -> None:
    nodes = [node("MatMul", "x w", "h"), node("Add", "h c", "y")]
    check(tmp_path, model(nodes, {"w": W, "c": B.reshape(1, 3)}))
    wide = model([node("MatMul", "x w", "h"), node("Add", "h c", "y")], {"w": W[:, :1], "c": B})
    with pytest.raises(SpecError, match="not one number per neuron"):
        imported(tmp_path, wide)


def batch_normalisation(**attributes: Any) -> Any:
    return node("BatchNormalization", "h s b m v", "n", **attributes)


STATISTICS = {
    "s": RANDOM.uniform(0.5, 2, 3),
    "b": RANDOM.standard_normal(3),
    "m": RANDOM.standard_normal(3),
    "v": RANDOM.uniform(0.5, 2, 3),
}


@pytest.mark.parametrize("attributes", [{}, {"epsilon": 0.5}, {"training_mode": 0}])
@pytest.mark.parametrize("before", [True, False])
def test_batch_normalisation_before_and_behind_the_activation(
    tmp_path: Path, attributes: dict[str, Any], before: bool
) -> None:
    normalised = batch_normalisation(**attributes)
    if before:
        middle = [normalised, node("Relu", "n", "r")]
    else:
        relu = node("Relu", "z", "h")
        middle = [relu, normalised, node("Identity", "n", "r")]
    first = node("MatMul", "x w", "h" if before else "z")
    nodes = [first, *middle, node("MatMul", "r u", "y")]
    network = check(tmp_path, model(nodes, {"w": W, "u": V, **STATISTICS}))
    assert network.spec.layer_sizes == (4, 3, 2)
    assert network.spec.activations == ["relu", "linear"]


@pytest.mark.parametrize(
    ("opset", "attributes", "outputs"),
    [(15, {"training_mode": 1}, "n p q"), (9, {}, "n p q r t"), (6, {}, "n")],
)
def test_batch_normalisation_in_training_mode_is_refused(
    tmp_path: Path, opset: int, attributes: dict[str, Any], outputs: str
) -> None:
    nodes = [
        node("MatMul", "x w", "h"),
        node("BatchNormalization", "h s b m v", outputs, **attributes),
        node("Relu", "n", "y"),
    ]
    made = model(nodes, {"w": W, **STATISTICS}, opset=opset)
    with pytest.raises(SpecError, match="training mode"):
        imported(tmp_path, made)


def test_the_first_operators_line_an_array_up_by_an_axis(tmp_path: Path) -> None:
    """Before version 7 of the operators, `axis` says where a smaller array begins."""
    nodes = [node("MatMul", "x w", "h"), node("Add", "h c", "y", broadcast=1, axis=1)]
    network = imported(tmp_path, model(nodes, {"w": W, "c": B}, opset=6))
    np.testing.assert_array_equal(network.tensors["layer_1.bias"], B.astype(np.float32))
    column = node("Add", "h c", "y", broadcast=1, axis=0)
    made = model([nodes[0], column], {"w": W, "c": B}, opset=6, inputs={"x": (3, 4)})
    with pytest.raises(SpecError, match="other numbers for each sample"):
        imported(tmp_path, made)


def test_folding_is_done_in_float64(tmp_path: Path) -> None:
    """In float32, 1 + 1e-4 · 1e-4 twice over would lose the small part."""
    nodes = [node("MatMul", "x w", "h"), node("Add", "h c", "g"), node("Sub", "g d", "y")]
    big, near = np.float32(1e8), np.float32(1e8 - 8)
    made = model(nodes, {"w": np.ones((4, 1)), "c": np.array([big]), "d": np.array([near])})
    assert imported(tmp_path, made).tensors["layer_1.bias"].tolist() == [8.0]


@pytest.mark.parametrize("transform", ["NONE", "SOFTMAX", "LOGISTIC"])
def test_a_linear_classifier_of_three_classes(tmp_path: Path, transform: str) -> None:
    classifier = ml(
        "LinearClassifier",
        "x",
        "label y",
        coefficients=W.T.reshape(-1).tolist(),
        intercepts=B.tolist(),
        classlabels_strings=["a", "b", "c"],
        post_transform=transform,
    )
    network = imported(tmp_path, model([classifier], {}))
    z = batch() @ W.astype(np.float32) + B.astype(np.float32)
    expected = {
        "NONE": z,
        "SOFTMAX": np.exp(z) / np.exp(z).sum(1, keepdims=True),
        "LOGISTIC": 1 / (1 + np.exp(-z)),
    }[transform]
    np.testing.assert_allclose(computed(network, batch()), expected, rtol=1e-5)
    assert network.spec.outputs is not None
    assert network.spec.outputs.classes == ("a", "b", "c")


def test_two_opposite_scores_are_one_sigmoid(tmp_path: Path) -> None:
    """scikit-learn's logistic regression of two classes is written with both of them."""
    w, b = W[:, 0], float(B[0])
    classifier = ml(
        "LinearClassifier",
        "x",
        "label p",
        coefficients=[*(-w).tolist(), *w.tolist()],
        intercepts=[-b, b],
        classlabels_ints=[3, 7],
        post_transform="LOGISTIC",
    )
    nodes = [classifier, ml("Normalizer", "p", "y", norm="L1")]
    network = imported(tmp_path, model(nodes, {}))
    assert network.spec.layer_sizes == (4, 1)
    assert network.spec.outputs is not None
    assert network.spec.outputs.classes == ("3", "7")
    expected = 1 / (1 + np.exp(-(batch() @ w + b)))
    np.testing.assert_allclose(computed(network, batch())[:, 0], expected, rtol=1e-5)


def test_a_linear_regressor_of_two_targets(tmp_path: Path) -> None:
    regressor = ml(
        "LinearRegressor",
        "x",
        "y",
        coefficients=W[:, :2].T.reshape(-1).tolist(),
        intercepts=B[:2].tolist(),
        targets=2,
    )
    network = imported(tmp_path, model([regressor], {}))
    np.testing.assert_allclose(computed(network, batch()), batch() @ W[:, :2] + B[:2], rtol=1e-5)


def refused(tmp_path: Path, made: Any) -> str:
    with pytest.raises(SpecError) as caught:
        imported(tmp_path, made)
    return caught.value.problems[0].message


@pytest.mark.parametrize("operator", ["Div", "Mul", "Sub", "Max"])
def test_arithmetic_with_whole_numbers_is_refused(tmp_path: Path, operator: str) -> None:
    nodes = [node(operator, "x two", "d"), node("Cast", "d", "f", to=1), node("MatMul", "f w", "y")]
    made = model(nodes, {"two": np.array(2), "w": np.ones((4, 3))}, outputs=["y"])
    made.graph.input[0].type.tensor_type.elem_type = onnx.TensorProto.INT64
    assert "computes with whole numbers" in refused(tmp_path, made)


def test_whole_numbers_that_are_cast_first_are_inputs(tmp_path: Path) -> None:
    nodes = [node("Cast", "x", "f", to=1), node("Mul", "f half", "h"), node("MatMul", "h w", "y")]
    made = model(nodes, {"half": np.array(0.5), "w": np.ones((4, 3))})
    made.graph.input[0].type.tensor_type.elem_type = onnx.TensorProto.INT64
    x = np.arange(8).reshape(2, 4)
    assert np.allclose(computed(imported(tmp_path, made), x), evaluated(made, x))


@pytest.mark.parametrize("output", ["mask", "label"])
def test_what_a_node_gives_beside_its_numbers_is_no_value_of_the_network(
    tmp_path: Path, output: str
) -> None:
    maker = {
        "mask": node("Dropout", "x", "kept mask"),
        "label": ml("LinearClassifier", "x", "label scores", coefficients=[1.0] * 12,
                    intercepts=[0.0] * 3, classlabels_ints=[0, 1, 2]),
    }[output]  # fmt: skip
    made = model([maker, node("Cast", output, "y", to=1)], {})
    assert f"gives '{output}' beside its numbers" in refused(tmp_path, made)


@pytest.mark.parametrize("transform", ["LOGISTIC", "SOFTMAX"])
def test_a_transformed_regression_is_refused(tmp_path: Path, transform: str) -> None:
    made = model([ml("LinearRegressor", "x", "y", coefficients=[1.0] * 4, intercepts=[1.0],
                     post_transform=transform)], {})  # fmt: skip
    assert f"ends in {transform}" in refused(tmp_path, made)


def test_a_regression_has_one_target_unless_it_says_otherwise(tmp_path: Path) -> None:
    made = model([ml("LinearRegressor", "x", "y", coefficients=[1.0] * 12,
                     intercepts=[1.0, 2.0, 3.0])], {})  # fmt: skip
    assert "12 coefficients and 3 intercepts for 1 outputs" in refused(tmp_path, made)


def test_one_row_of_coefficients_for_two_classes_is_the_second_ones_score(tmp_path: Path) -> None:
    made = model([ml("LinearClassifier", "x", "label y", coefficients=[1.0, 2.0, -1.0, 0.5],
                     intercepts=[0.25], classlabels_strings=["no", "yes"],
                     post_transform="LOGISTIC")], {})  # fmt: skip
    network = imported(tmp_path, made)
    x = np.array([[1.0, 0, 0, 0], [0, 0, 1, 0]])
    assert np.allclose(computed(network, x), 1 / (1 + np.exp([[-1.25], [0.75]])))
    assert network.spec.output_columns == ("yes",)


@pytest.mark.parametrize(("number", "kind", "expected"), [(258.7, 2, 2.0), (200.0, 3, -56.0),
                         (1 / 3, 10, float(np.float16(1 / 3))), (2.7, 7, 2.0)])  # fmt: skip
def test_a_constant_is_cast_as_onnx_does_it(
    tmp_path: Path, number: float, kind: int, expected: float
) -> None:
    nodes = [node("Cast", "c", "k", to=kind), node("Cast", "k", "f", to=1),
             node("Mul", "x f", "s"), node("MatMul", "s w", "y")]  # fmt: skip
    made = model(nodes, {"c": np.array(number), "w": np.eye(4)})
    x = np.ones((1, 4))
    assert np.allclose(computed(imported(tmp_path, made), x), expected, rtol=1e-7)
