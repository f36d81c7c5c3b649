"""Activations that exporters write as several nodes, in the ways that they write them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx_models import batch, computed, evaluated, imported, model, node, onnx

from nncli import Network
from nncli.errors import SpecError
from nncli.formats.onnx_model import onnx_model

RANDOM = np.random.RandomState(4)
W, V = RANDOM.standard_normal((4, 5)), RANDOM.standard_normal((5, 2))
CONSTANTS = {
    "root": np.sqrt(2.0),
    "half": 0.5,
    "one": 1.0,
    "two": 2.0,
    "zero": 0.0,
    "three": 3.0,
    "six": 6.0,
    "sixth": 1 / 6,
    "tenth": 0.1,
    "twenty": 20.0,
    "cubic": 0.044715,
    "bend": np.sqrt(2 / np.pi),
    "inverse": 1 / np.sqrt(2.0),
    "slopes": np.array([0.1, 0.2, 0.5, 0.0, -0.3]),
    "thresholds": np.array([0.1, -0.2, 0.05, 0.3, 0.0]),
}
ERF = [node("Div", "z root", "d"), node("Erf", "d", "e"), node("Add", "e one", "p")]
CUBE = [
    node("Pow", "z three", "c"),
    node("Mul", "c cubic", "k"),
    node("Add", "z k", "s"),
    node("Mul", "bend s", "u"),
    node("Tanh", "u", "t"),
    node("Add", "one t", "p"),
]
WAYS: dict[str, tuple[list[Any], str, dict[str, Any]]] = {
    "silu": ([node("Sigmoid", "z", "s"), node("Mul", "z s", "a")], "silu", {}),
    "silu, turned": ([node("Sigmoid", "z", "s"), node("Mul", "s z", "a")], "silu", {}),
    "gelu of torch": (
        [*ERF, node("Mul", "z p", "m"), node("Mul", "m half", "a")],
        "gelu",
        {"approximate": "none"},
    ),
    "gelu, half first": (
        [*ERF, node("Mul", "z half", "m"), node("Mul", "p m", "a")],
        "gelu",
        {"approximate": "none"},
    ),
    "gelu, half with the sum": (
        [*ERF, node("Mul", "half p", "m"), node("Mul", "m z", "a")],
        "gelu",
        {"approximate": "none"},
    ),
    "gelu, multiplied": (
        [
            node("Mul", "z inverse", "d"),
            node("Erf", "d", "e"),
            node("Add", "one e", "p"),
            node("Mul", "p half", "q"),
            node("Mul", "q z", "a"),
        ],
        "gelu",
        {"approximate": "none"},
    ),
    "gelu by tanh": (
        [*CUBE, node("Mul", "half z", "h"), node("Mul", "h p", "a")],
        "gelu",
        {"approximate": "tanh"},
    ),
    "mish": (
        [node("Softplus", "z", "p"), node("Tanh", "p", "t"), node("Mul", "z t", "a")],
        "mish",
        {},
    ),
    "hard silu": (
        [
            node("Add", "z three", "s"),
            node("Clip", "s zero six", "c"),
            node("Mul", "z c", "m"),
            node("Div", "m six", "a"),
        ],
        "hard_silu",
        {},
    ),
    "hard silu of its sigmoid": (
        [node("HardSigmoid", "z", "h", alpha=1 / 6), node("Mul", "h z", "a")],
        "hard_silu",
        {},
    ),
    "softplus with a switch": (
        [
            node("Greater", "z twenty", "g"),
            node("Softplus", "z", "s"),
            node("Where", "g z s", "a"),
        ],
        "softplus",
        {},
    ),
    "softplus written out": (
        [node("Exp", "z", "e"), node("Add", "e one", "s"), node("Log", "s", "a")],
        "softplus",
        {},
    ),
    "sigmoid written out": (
        [
            node("Neg", "z", "n"),
            node("Exp", "n", "e"),
            node("Add", "one e", "s"),
            node("Reciprocal", "s", "a"),
        ],
        "sigmoid",
        {},
    ),
    "log sigmoid": ([node("Sigmoid", "z", "s"), node("Log", "s", "a")], "log_sigmoid", {}),
    "log sigmoid of softplus": (
        [node("Neg", "z", "n"), node("Softplus", "n", "s"), node("Neg", "s", "a")],
        "log_sigmoid",
        {},
    ),
    "softsign": (
        [node("Abs", "z", "b"), node("Add", "b one", "s"), node("Div", "z s", "a")],
        "softsign",
        {},
    ),
    "relu by where": (
        [node("Greater", "z zero", "g"), node("Where", "g z zero", "a")],
        "relu",
        {},
    ),
    "leaky relu by where": (
        [
            node("Greater", "z zero", "g"),
            node("Mul", "z tenth", "m"),
            node("Where", "g z m", "a"),
        ],
        "leaky_relu",
        {"negative_slope": 0.1},
    ),
    "leaky relu by max": (
        [node("Mul", "tenth z", "m"), node("Max", "z m", "a")],
        "leaky_relu",
        {"negative_slope": 0.1},
    ),
    "elu by where": (
        [
            node("Less", "z zero", "g"),
            node("Exp", "z", "e"),
            node("Sub", "e one", "m"),
            node("Where", "g m z", "a"),
        ],
        "elu",
        {"alpha": 1.0},
    ),
    "prelu by two relus": (
        [
            node("Relu", "z", "r"),
            node("Neg", "z", "n"),
            node("Relu", "n", "q"),
            node("Mul", "q slopes", "m"),
            node("Sub", "r m", "a"),
        ],
        "prelu",
        {"slopes": (0.1, 0.2, 0.5, 0.0, -0.3)},
    ),
    "step": (
        [node("Greater", "z zero", "g"), node("Cast", "g", "a", to=1)],
        "step",
        {"at_zero": 0},
    ),
    "step, 1 at 0": (
        [node("GreaterOrEqual", "z zero", "g"), node("Cast", "g", "a", to=1)],
        "step",
        {"at_zero": 1},
    ),
    "step of nncli": ([node("Sign", "z", "s"), node("Relu", "s", "a")], "step", {"at_zero": 0}),
    "relu6 by two": (
        [node("Relu", "z", "r"), node("Min", "r six", "a")],
        "relu6",
        {},
    ),
    "softmax written out": (
        [
            node("ReduceMax", "z axes", "m"),
            node("Sub", "z m", "s"),
            node("Exp", "s", "e"),
            node("ReduceSum", "e axes", "t"),
            node("Div", "e t", "a"),
        ],
        "softmax",
        {},
    ),
    "log softmax": ([node("Softmax", "z", "s"), node("Log", "s", "a")], "log_softmax", {}),
}


def between(folder: Path, nodes: list[Any]) -> tuple[Any, Any]:
    chain = [node("MatMul", "x w", "z"), *nodes, node("MatMul", "a v", "y")]
    used = {name for each in chain for name in each.input}
    constants = {name: value for name, value in CONSTANTS.items() if name in used}
    if "axes" in used:
        constants["axes"] = np.array([-1])
    made = model(chain, {"w": W, "v": V, **constants})
    return imported(folder, made), made


@pytest.mark.parametrize("way", WAYS)
def test_several_nodes_are_known_by_what_they_compute(tmp_path: Path, way: str) -> None:
    nodes, kind, parameters = WAYS[way]
    network, made = between(tmp_path, nodes)
    assert network.spec.layer_sizes == (4, 5, 2)
    activation = network.spec.layers[0].activation
    assert activation.kind == kind
    found = activation.parameters()
    assert found == parameters or np.allclose(found["slopes"], parameters["slopes"], rtol=1e-6)
    np.testing.assert_allclose(
        computed(network, batch()), evaluated(made, batch()), rtol=1e-5, atol=1e-6
    )


@pytest.mark.parametrize(
    ("nodes", "kind"),
    [
        ([node("Mul", "z two", "m"), node("Sigmoid", "m", "s"), node("Mul", "z s", "a")], "silu"),
        (
            [
                node("Mul", "z two", "m"),
                node("Greater", "m twenty", "g"),
                node("Softplus", "m", "p"),
                node("Div", "p two", "d"),
                node("Where", "g z d", "a"),
            ],
            "softplus",
        ),
    ],
)
def test_a_slope_within_is_kept_as_factors_of_the_layers(
    tmp_path: Path, nodes: list[Any], kind: str
) -> None:
    """x · sigmoid(2x) is silu(2x) / 2."""
    network, made = between(tmp_path, nodes)
    assert network.spec.activations == [kind, "linear"]
    np.testing.assert_allclose(network.tensors["layer_1.weight"], 2 * W, rtol=1e-6)
    np.testing.assert_allclose(computed(network, batch()), evaluated(made, batch()), rtol=1e-5)


def test_a_division_at_the_head_of_gelu_is_none_of_the_layer_before(tmp_path: Path) -> None:
    """Taken for a factor of the layer, it would leave its other branch without it."""
    nodes, *_ = WAYS["gelu of torch"]
    network, _ = between(tmp_path, nodes)
    np.testing.assert_allclose(network.tensors["layer_1.weight"], W, rtol=1e-6)


ALMOST = {
    "another slope for each neuron": [
        node("Greater", "z thresholds", "g"),
        node("Mul", "z tenth", "m"),
        node("Where", "g z m", "a"),
    ],
    "relu that begins at 0.1": [
        node("Greater", "z tenth", "g"),
        node("Where", "g z zero", "a"),
    ],
    "square of a sigmoid": [node("Sigmoid", "z", "s"), node("Mul", "s s", "a")],
    "residual": [node("Tanh", "z", "t"), node("Add", "t z", "a")],
    "softmax of the batch": [
        node("Exp", "z", "e"),
        node("ReduceSum", "e first", "t"),
        node("Div", "e t", "a"),
    ],
    "cut to whole numbers": [node("Cast", "z", "i", to=7), node("Cast", "i", "a", to=1)],
}


@pytest.mark.parametrize("what", ALMOST)
def test_what_is_almost_an_activation_is_refused(tmp_path: Path, what: str) -> None:
    CONSTANTS["first"] = np.array([0])
    with pytest.raises(SpecError) as caught:
        between(tmp_path, ALMOST[what])
    assert caught.value.problems[0].code == "N310"


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "written",
    [
        "step: {at_zero: 0.5}",
        "sign: {at_zero: -1.0}",
        "leaky_relu: {negative_slope: 0.3333333333333333}",
        "prelu: {slopes: [0.3333333333333333, 0.1, 0.7]}",
        "elu: {alpha: 0.3333333333333333}",
        "celu: {alpha: 2.5}",
    ],
)
def test_an_activation_that_nncli_wrote_is_known_without_its_metadata(
    tmp_path: Path, written: str, dtype: str
) -> None:
    spec = tmp_path / "net.yaml"
    layers = f"- neurons: 3\n  activation: {{{written}}}\n"
    spec.write_text(f"dtype: {dtype}\nseed: 1\ninputs: 4\nlayers:\n{layers}")
    network = Network.load(spec)
    made = onnx.ModelProto.FromString(onnx_model(network.spec, network.layers))
    del made.metadata_props[:]
    (read,), (was,) = imported(tmp_path, made).spec.layers, network.spec.layers
    wanted, found = (list(each.activation.parameters().values()) for each in (was, read))
    assert read.activation.kind == was.activation.kind
    # a float32 model says no more than float32
    assert np.allclose(found, wanted, rtol=3e-8 if dtype == "float32" else 0, atol=0)


def test_what_bends_far_out_is_no_activation_that_does_not(tmp_path: Path) -> None:
    nodes = [node("MatMul", "x w", "z"), node("Mul", "z milli", "m"), node("Relu", "z", "r"),
             node("Greater", "m five", "is"), node("Mul", "r two", "d"),
             node("Where", "is d r", "y")]  # fmt: skip
    constants = {
        "w": np.eye(4),
        "milli": np.array(1e-3),
        "five": np.array(5.0),
        "two": np.array(2.0),
    }
    with pytest.raises(SpecError, match="two branches"):
        imported(tmp_path, model(nodes, constants))


def test_a_deep_network_of_composed_activations_is_read(tmp_path: Path) -> None:
    nodes = [
        each
        for number in range(1_500)
        for each in (
            node("MatMul", f"v{number} w{number}", f"z{number}"),
            node("Sigmoid", f"z{number}", f"s{number}"),
            node("Mul", f"s{number} z{number}", f"v{number + 1}"),
        )
    ]
    weights = {f"w{number}": np.eye(2) for number in range(1_500)}
    made = model(nodes, weights, inputs={"v0": ("N", 2)}, outputs=["v1500"])
    assert imported(tmp_path, made).spec.activations == ["silu"] * 1_500


def test_activations_of_wide_layers_are_not_looked_for_endlessly(tmp_path: Path) -> None:
    layer = [("Relu", "v{0}", "a{0}"), ("Mul", "v{0} c", "b{0}"), ("Add", "a{0} b{0}", "v{1}")]
    nodes = [
        node(operator, inputs.format(number), output.format(number, number + 1))
        for number in range(1_500)
        for operator, inputs, output in layer
    ]
    made = model(nodes, {"c": np.linspace(0.1, 2, 4_000)}, inputs={"v0": ("N", 4_000)},
                 outputs=["v1500"])  # fmt: skip
    with pytest.raises(SpecError, match="two branches"):
        imported(tmp_path, made)
