"""Operators that are activations, with ONNX's defaults and attributes."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx_models import batch, computed, evaluated, imported, model, node

from nncli.errors import SpecError
from nncli.formats.onnx_import import Imported

RANDOM = np.random.RandomState(3)
W, V = RANDOM.standard_normal((4, 5)), RANDOM.standard_normal((5, 2))
SLOPES = np.array([0.1, -0.5, 0.0, 2.0, 0.25])


def between(folder: Path, *nodes: Any, opset: int = 20, **constants: Any) -> tuple[Imported, Any]:
    """Return a network whose hidden layer ends in nodes from `z` to `a`, and its model."""
    chain = [node("MatMul", "x w", "z"), *nodes, node("MatMul", "a v", "y")]
    made = model(chain, {"w": W, "v": V, **constants}, opset=opset)
    return imported(folder, made), made


CASES: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = [
    ("Relu", {}, "relu", {}),
    ("Sigmoid", {}, "sigmoid", {}),
    ("Tanh", {}, "tanh", {}),
    ("Softplus", {}, "softplus", {}),
    ("Softsign", {}, "softsign", {}),
    ("Mish", {}, "mish", {}),
    ("HardSwish", {}, "hard_silu", {}),
    ("Sign", {}, "sign", {"at_zero": 0.0}),
    ("LeakyRelu", {}, "leaky_relu", {"negative_slope": 0.01}),
    ("LeakyRelu", {"alpha": 0.3}, "leaky_relu", {"negative_slope": 0.3}),
    ("Elu", {}, "elu", {"alpha": 1.0}),
    ("Elu", {"alpha": 0.7}, "elu", {"alpha": 0.7}),
    ("Celu", {"alpha": 2.5}, "celu", {"alpha": 2.5}),
    ("Celu", {}, "celu", {"alpha": 1.0}),
    ("Selu", {}, "selu", {}),
    ("Gelu", {}, "gelu", {"approximate": "none"}),
    ("Gelu", {"approximate": "tanh"}, "gelu", {"approximate": "tanh"}),
    ("HardSigmoid", {}, "hard_sigmoid", {"slope": 0.2, "offset": 0.5}),
    ("HardSigmoid", {"alpha": 1 / 6}, "hard_sigmoid", {"slope": 1 / 6, "offset": 0.5}),
    ("HardSigmoid", {"alpha": 0.3, "beta": 0.4}, "hard_sigmoid", {"slope": 0.3, "offset": 0.4}),
    ("Softmax", {}, "softmax", {}),
    ("LogSoftmax", {}, "log_softmax", {}),
]


@pytest.mark.parametrize(("operator", "attributes", "kind", "parameters"), CASES)
def test_an_operator_is_an_activation_with_its_parameters(
    tmp_path: Path,
    operator: str,
    attributes: dict[str, Any],
    kind: str,
    parameters: dict[str, Any],
) -> None:
    network, made = between(tmp_path, node(operator, "z", "a", **attributes))
    assert network.spec.layer_sizes == (4, 5, 2)
    activation = network.spec.layers[0].activation
    assert (activation.kind, activation.parameters()) == (kind, parameters)
    np.testing.assert_allclose(
        computed(network, batch()), evaluated(made, batch()), rtol=1e-5, atol=1e-6
    )


@pytest.mark.parametrize(
    ("opset", "attributes", "alpha", "gamma"),
    [(20, {"alpha": 1.5, "gamma": 0.8}, 1.5, 0.8), (1, {}, 1.6732, 1.0507)],
)
def test_selu_with_other_constants_is_an_elu_and_a_factor(
    tmp_path: Path, opset: int, attributes: dict[str, float], alpha: float, gamma: float
) -> None:
    """The first version of the operator had rounded constants; the factor goes on."""
    network, _ = between(tmp_path, node("Selu", "z", "a", **attributes), opset=opset)
    assert network.spec.layers[0].activation.parameters() == {"alpha": alpha}
    expected = gamma * V.astype(np.float32)
    np.testing.assert_allclose(network.tensors["layer_2.weight"], expected, rtol=1e-6)


@pytest.mark.parametrize("slopes", [SLOPES, SLOPES.reshape(1, 5), SLOPES[:1]])
def test_prelu_has_a_slope_for_each_neuron_or_one_for_all(tmp_path: Path, slopes: Any) -> None:
    network, made = between(tmp_path, node("PRelu", "z s", "a"), s=slopes)
    assert network.spec.activations == ["prelu", "linear"]
    np.testing.assert_allclose(computed(network, batch()), evaluated(made, batch()), rtol=1e-5)


@pytest.mark.parametrize(
    ("opset", "attributes"),
    [
        (11, {}),
        (11, {"axis": 1}),
        (11, {"axis": -1}),
        (13, {}),
        (13, {"axis": 1}),
        (13, {"axis": -1}),
    ],
)
def test_softmax_over_the_features_by_default_and_by_name(
    tmp_path: Path, opset: int, attributes: dict[str, int]
) -> None:
    network, _ = between(tmp_path, node("Softmax", "z", "a", **attributes), opset=opset)
    assert network.spec.activations == ["softmax", "linear"]


@pytest.mark.parametrize(("opset", "axis"), [(11, 0), (13, 0), (13, -2)])
def test_softmax_over_the_samples_is_refused(tmp_path: Path, opset: int, axis: int) -> None:
    with pytest.raises(SpecError, match=r"axis 0 of \(N, 5\), not over a sample's features"):
        between(tmp_path, node("Softmax", "z", "a", axis=axis), opset=opset)


@pytest.mark.parametrize(
    ("opset", "attributes", "runs"),
    [(11, {}, True), (13, {"axis": 1}, False), (13, {}, False), (11, {"axis": 2}, False)],
)
def test_before_version_13_softmax_runs_over_all_axes_behind_its_own(
    tmp_path: Path, opset: int, attributes: dict[str, int], runs: bool
) -> None:
    """For samples of (2, 3): 6 shares of 1 up to version 12, 2 × 3 or 3 × 2 of them since."""
    nodes = [node("Softmax", "x", "s", **attributes), node("Flatten", "s", "y")]
    made = model(nodes, {}, inputs={"x": ("N", 2, 3)}, opset=opset)
    if not runs:
        with pytest.raises(SpecError, match="not over a sample's features"):
            imported(tmp_path, made)
        return
    network = imported(tmp_path, made)
    shares = computed(network, batch(5, 6))
    np.testing.assert_allclose(shares.sum(axis=1), 1, rtol=1e-6)
    expected = np.exp(batch(5, 6)) / np.exp(batch(5, 6)).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(shares, expected, rtol=1e-5)


@pytest.mark.parametrize(
    ("low", "high", "kind"),
    [
        (0.0, 6.0, "relu6"),
        (0.0, None, "relu"),
        (-1.0, 1.0, "hard_tanh"),
        (-0.5, 3.0, "hard_tanh"),
        (0.5, None, "relu"),
        (None, 1.5, "relu"),
    ],
)
def test_bounds_behind_a_product_are_an_activation(
    tmp_path: Path, low: float | None, high: float | None, kind: str
) -> None:
    limits = {"l": low, "h": high}
    given = {name: np.array(value) for name, value in limits.items() if value is not None}
    names = " ".join(name if name in given else "-" for name in limits)
    network, made = between(tmp_path, node("Clip", f"z {names}", "a"), opset=20, **given)
    assert network.spec.activations == [kind, "linear"]
    expected = evaluated(made, batch())
    np.testing.assert_allclose(computed(network, batch()), expected, rtol=1e-5, atol=1e-6)


def test_older_bounds_are_attributes_and_the_largest_float_is_none(tmp_path: Path) -> None:
    largest = float(np.finfo(np.float32).max)
    network, _ = between(tmp_path, node("Clip", "z", "a", min=0.0, max=largest), opset=6)
    assert network.spec.activations == ["relu", "linear"]
    network, _ = between(tmp_path, node("Clip", "z", "a", min=0.0, max=6.0), opset=6)
    assert network.spec.activations == ["relu6", "linear"]


def test_bounds_that_leave_nothing_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="which is nothing"):
        between(tmp_path, node("Clip", "z c c", "a"), c=np.array(2.0))


@pytest.mark.parametrize("operator", ["Max", "Min"])
def test_the_larger_or_smaller_of_a_value_and_one_number_per_neuron(
    tmp_path: Path, operator: str
) -> None:
    limits = np.array([0.0, 1.0, -1.0, 0.5, 2.0])
    for constant in (np.array(0.0), limits):
        network, made = between(tmp_path, node(operator, "c z", "a"), c=constant)
        np.testing.assert_allclose(
            computed(network, batch()), evaluated(made, batch()), rtol=1e-5, atol=1e-5
        )


def test_swish_with_a_factor_is_silu_between_two(tmp_path: Path) -> None:
    network, _ = between(tmp_path, node("Swish", "z", "a", alpha=2.0), opset=24)
    z = batch().astype(float) @ W.astype(np.float32)
    expected = z / (1 + np.exp(-2 * z)) @ V.astype(np.float32)
    assert network.spec.activations == ["silu", "linear"]
    np.testing.assert_allclose(computed(network, batch()), expected, rtol=1e-5)


@pytest.mark.parametrize("operator", ["Exp", "Sin", "ThresholdedRelu", "Hardmax", "Shrink"])
def test_what_is_no_activation_of_nncli_is_refused(tmp_path: Path, operator: str) -> None:
    with pytest.raises(SpecError, match=rf"node 'a' \({operator}\)") as caught:
        between(tmp_path, node(operator, "z", "a"))
    assert caught.value.problems[0].code == "N310"


def test_two_activations_in_a_row_have_a_layer_between_with_a_note(tmp_path: Path) -> None:
    network, made = between(tmp_path, node("Tanh", "z", "t"), node("Sigmoid", "t", "a"))
    assert network.spec.layer_sizes == (4, 5, 5, 2)
    (note,) = network.notes
    assert note.layer == 2
    assert "node 'a' (Sigmoid) has no layer of its own" in note.message
    np.testing.assert_allclose(computed(network, batch()), evaluated(made, batch()), rtol=1e-5)


def test_the_parameters_are_decimals_as_they_were_written(tmp_path: Path) -> None:
    """An attribute is a float32, which holds 0.1 as 0.100000001490116."""
    network, _ = between(tmp_path, node("LeakyRelu", "z", "a", alpha=0.1))
    assert network.spec.layers[0].activation.parameters()["negative_slope"] == 0.1
    assert math.isclose(float(np.float32(0.1)), 0.1, rel_tol=2e-8)
