"""The short forms of a spec, written out in full."""

from __future__ import annotations

from typing import Any

import pytest

from nncli.problems import Problem
from nncli.specs.faults import Path
from nncli.specs.located import located
from nncli.specs.long_form import long_form
from nncli.specs.origins import source_path
from nncli.specs.yaml_source import read_yaml


def problems(text: str) -> tuple[Problem, ...]:
    """Return what is wrong with the form of a text, in the order of the file."""
    source = read_yaml(text.encode(), "spec.yaml")
    return located(long_form(source, "net")[1], source).problems


def written_out(text: str) -> dict[str, Any]:
    """Return the long form of a text in which there is nothing wrong."""
    form, faults = long_form(read_yaml(text.encode(), "spec.yaml"), "net")
    assert faults == ()
    return dict(form.value)


def faults(text: str) -> list[tuple[str, int | None, int | None]]:
    return [
        (problem.code, problem.place.line, problem.place.column)
        for problem in problems(text)
        if problem.place is not None
    ]


# ------------------------------------------------------------------------------ what is written


def test_layer_sizes_become_inputs_and_layers() -> None:
    assert written_out("layer_sizes: [4, 5, 2]\nseed: 0\n") == {
        "name": "net",
        "seed": 0,
        "inputs": {"size": 4},
        "layers": (
            {"name": "layer_1", "neurons": 5},
            {"name": "layer_2", "neurons": 2},
        ),
    }


def activations_of(text: str) -> list[Any]:
    return [layer.get("activation") for layer in written_out(text)["layers"]]


def test_one_activation_is_that_of_every_layer() -> None:
    relu = {"kind": "relu"}
    assert activations_of("layer_sizes: [4, 5, 2]\nactivations: relu\n") == [relu, relu]
    leaky = {"kind": "leaky_relu", "negative_slope": 0.2}
    text = "layer_sizes: [4, 5, 2]\nactivations: {leaky_relu: {negative_slope: 0.2}}\n"
    assert activations_of(text) == [leaky, leaky]


def test_a_list_of_activations_gives_each_layer_its_own() -> None:
    text = "layer_sizes: [4, 5, 2]\nactivations: [relu, {elu: {alpha: 2}}]\n"
    assert activations_of(text) == [{"kind": "relu"}, {"kind": "elu", "alpha": 2}]


def test_inputs_may_be_a_number_a_mapping_or_columns() -> None:
    for inputs in ("4", "{size: 4}"):
        text = f"inputs: {inputs}\nlayers: [{{neurons: 1}}]\n"
        assert written_out(text)["inputs"] == {"size": 4}
    text = "inputs: {columns: [a, b]}\nlayers: [{neurons: 1}]\n"
    assert written_out(text)["inputs"] == {"columns": ("a", "b"), "size": 2}


def test_a_size_beside_the_columns_is_kept() -> None:
    text = "inputs: {size: 3, columns: [a, b]}\nlayers: [{neurons: 1}]\n"
    assert written_out(text)["inputs"] == {"columns": ("a", "b"), "size": 3}


def test_layers_are_numbered_from_one_unless_they_are_named() -> None:
    text = "inputs: 1\nlayers: [{neurons: 1}, {neurons: 2, name: middle}, {neurons: 3}]\n"
    names = [layer["name"] for layer in written_out(text)["layers"]]
    assert names == ["layer_1", "middle", "layer_3"]


def test_a_name_in_the_spec_beats_the_default() -> None:
    assert written_out("name: mine\nlayer_sizes: [1, 1]\n")["name"] == "mine"


def test_the_layout_of_the_network_is_every_layers_unless_it_has_its_own() -> None:
    text = (
        "layout: neurons_by_inputs\ninputs: 1\n"
        "layers: [{neurons: 1}, {neurons: 1, layout: inputs_by_neurons}]\n"
    )
    layouts = [layer["layout"] for layer in written_out(text)["layers"]]
    assert layouts == ["neurons_by_inputs", "inputs_by_neurons"]


def test_a_layer_inherits_what_its_init_does_not_say() -> None:
    text = (
        "init: {weights: he_normal, biases: {constant: {value: 1}}}\ninputs: 1\n"
        "layers:\n  - neurons: 1\n  - {neurons: 1, init: {weights: {normal: {std: 2}}}}\n"
    )
    ones = {"kind": "constant", "value": 1}
    assert [layer["init"] for layer in written_out(text)["layers"]] == [
        {"weights": {"kind": "he_normal"}, "biases": ones},
        {"weights": {"kind": "normal", "std": 2}, "biases": ones},
    ]


def test_weights_and_biases_become_tuples_of_floats_as_they_stand() -> None:
    text = (
        "inputs: 2\nlayers:\n  - neurons: 3\n    layout: inputs_by_neurons\n"
        "    weights: [[1, -.5, 1e-3], [0x10, +2., 0]]\n    biases: [1, 2, 3]\n"
    )
    [layer] = written_out(text)["layers"]
    assert layer["weights"] == ((1.0, -0.5, 0.001), (16.0, 2.0, 0.0))
    assert layer["biases"] == (1.0, 2.0, 3.0)
    assert {type(number) for row in (*layer["weights"], layer["biases"]) for number in row} == {
        float
    }


# ------------------------------------------------------------------------------- the way back


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("inputs", "size"), ("layer_sizes", 0)),
        (("layers", 0, "neurons"), ("layer_sizes", 1)),
        (("layers", 1, "neurons"), ("layer_sizes", 2)),
        (("layers", 1, "activation", "elu", "alpha"), ("activations", 1, "elu", "alpha")),
        (("seed",), ("seed",)),
    ],
)
def test_a_path_of_the_long_form_leads_back_to_what_was_typed(path: Path, expected: Path) -> None:
    written = {"layer_sizes": [4, 5, 2], "activations": ["relu", {"elu": {"alpha": 2}}]}
    assert source_path(written, path) == expected


def test_what_a_layer_inherits_stands_where_the_network_says_it() -> None:
    written = {
        "layout": "x",
        "init": {"weights": "y"},
        "layers": [{"neurons": 1, "init": {"biases": "z"}}],
    }
    assert source_path(written, ("layers", 0, "layout")) == ("layout",)
    assert source_path(written, ("layers", 0, "init", "weights", "kind"))[:2] == ("init", "weights")
    assert source_path(written, ("layers", 0, "init", "biases"))[:2] == ("layers", 0)


# -------------------------------------------------------------------------------------- faults

FAULTS: list[tuple[str, list[tuple[str, int, int]]]] = [
    # sizes
    ("layer_sizes: 4\n", [("N105", 1, 14)]),
    ("layer_sizes: {a: 1}\n", [("N105", 1, 14)]),
    # what excludes each other, at the second of the two kinds
    ("layer_sizes: [4, 2]\nlayers: [{neurons: 1}]\n", [("N108", 2, 1)]),
    ("layers: [{neurons: 1}]\nlayer_sizes: [4, 2]\n", [("N108", 1, 1)]),
    ("layer_sizes: [4, 2]\ninputs: 4\n", [("N108", 2, 1)]),
    ("inputs: 4\nlayers: [{neurons: 1}]\nactivations: relu\n", [("N108", 3, 1)]),
    # activations that are not as many as the layers
    ("layer_sizes: [4, 5]\nactivations: []\n", [("N111", 2, 14)]),
    ("layer_sizes: [4, 5]\nactivations: [relu, 3]\n", [("N111", 2, 14), ("N105", 2, 21)]),
    # nothing is silently absent: an empty value is located at its key
    ("layer_sizes: [4, 2]\nactivations: ~\nname: null\n", [("N105", 2, 1), ("N105", 3, 1)]),
    ("layer_sizes: [4, 2]\ninit: {weights: }\n", [("N105", 2, 8)]),
    ("inputs: {size: }\nlayers:\n  - neurons:\n", [("N105", 1, 10), ("N105", 3, 5)]),
    # one name, or one name with a mapping
    ("layer_sizes: [4, 2]\nactivations: [3]\n", [("N105", 2, 15)]),
    ("layer_sizes: [4, 2]\nactivations: [[relu]]\n", [("N105", 2, 15)]),
    ("layer_sizes: [4, 2]\nactivations: {relu: {}, elu: {}}\n", [("N105", 2, 14)]),
    ("layer_sizes: [4, 2]\nactivations: {elu: 2}\n", [("N105", 2, 20)]),
    ("layer_sizes: [4, 2]\nactivations: {elu: {alpha: }}\n", [("N105", 2, 21)]),
    ("layer_sizes: [4, 2]\nactivations: {elu: {kind: relu}}\n", [("N101", 2, 21)]),
    ("layer_sizes: [4, 2]\ninit: {biases: 0}\n", [("N105", 2, 16)]),
]


@pytest.mark.parametrize(("text", "expected"), FAULTS)
def test_a_fault_of_a_short_form_is_recorded_once_at_its_own_place(
    text: str, expected: list[tuple[str, int, int]]
) -> None:
    assert faults(text) == expected


@pytest.mark.parametrize("text", [text for text, _ in FAULTS])
def test_every_fault_says_what_would_help(text: str) -> None:
    assert [problem.message for problem in problems(text) if not problem.help] == []


LAYER = "inputs: 2\nlayers:\n  - neurons: 2\n    "

NUMBERS: list[tuple[str, list[tuple[str, int, int]]]] = [
    ("weights: 3", [("N302", 4, 14)]),
    ("weights: []", [("N302", 4, 14)]),
    ("weights: {a: 1}", [("N101", 4, 15)]),
    ("weights: [1, 2]", [("N302", 4, 14)]),
    ("weights: [[]]", [("N302", 4, 15)]),
    ("weights: [[1, 2], [3], [4, 5], [6, 7, 8]]", [("N301", 4, 23), ("N301", 4, 36)]),
    ("weights: [[1, [2]], ['3', true]]", [("N302", 4, 19), ("N302", 4, 26), ("N302", 4, 31)]),
    (f"weights: [[1, 2], [3, {'9' * 5000}]]", [("N303", 4, 27)]),
    ("biases: x", [("N302", 4, 13)]),
    ("biases: .nan", [("N303", 4, 13)]),
    ("biases: []", [("N302", 4, 13)]),
    ("biases: [[1, 2], [3, 4]]", [("N302", 4, 14), ("N302", 4, 22)]),
    ("biases: [[1], 2]", [("N302", 4, 14)]),
    ("biases: [1_000, 1:30]", [("N302", 4, 14), ("N302", 4, 21)]),
    ("biases: [yes, 2024-01-01]", [("N302", 4, 14), ("N302", 4, 19)]),
]


@pytest.mark.parametrize(("line", "expected"), NUMBERS)
def test_every_number_that_is_none_is_recorded_at_its_own_place(
    line: str, expected: list[tuple[str, int, int]]
) -> None:
    assert faults(f"{LAYER}{line}\n") == expected


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("3.4028235677973366e38", "N303"),  # the midpoint above the largest float32 rounds to inf
        ("-1e39", "N303"),
        ("1e39", "N303"),
    ],
)
def test_a_weight_that_float32_cannot_hold_is_refused(number: str, code: str) -> None:
    layer = f"layers: [{{neurons: 1, weights: [[{number}]]}}]\n"
    assert faults(f"dtype: float32\ninputs: 1\n{layer}") == [(code, 3, 34)]
    assert faults(f"dtype: float64\ninputs: 1\n{layer}") == []


def test_the_largest_float32_is_taken() -> None:
    layer = "layers: [{neurons: 1, weights: [[3.4028234663852886e38]]}]\n"
    assert faults(f"dtype: float32\ninputs: 1\n{layer}") == []
