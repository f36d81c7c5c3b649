"""A forward run as JSON: complete, the same whatever the display options say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import RunCli

Write = Callable[[str, str | bytes], Path]
TWO_LAYERS = ("forward", "configs/two_layers.yaml", "sample_data/two_layers.csv")


def test_a_forward_pass_has_every_part(cli: RunCli) -> None:
    done = cli(*TWO_LAYERS, "--format", "json")
    assert (done.code, done.err) == (0, "")
    document = done.json
    assert list(document) == [
        *("format", "network", "data", "inputs", "outputs", "layers", "output"),
        *("notes", "problems"),
    ]
    assert document["format"] == "nncli.forward/1"
    assert document["network"] == {
        "name": "two_layers",
        "dtype": "float64",
        "seed": None,
        "layer_sizes": [4, 3, 3],
    }
    assert document["data"]["source"] == "sample_data/two_layers.csv"
    assert (document["data"]["samples"], document["data"]["features"]) == (3, 4)
    first = document["layers"][0]
    assert {key: first[key] for key in list(first)[:9]} == {
        "layer": 1,
        "name": "layer_1",
        "activation": "linear",
        "activation_parameters": {},
        "input_shape": [3, 4],
        "weights_shape": [4, 3],
        "biases_shape": [3],
        "output_shape": [3, 3],
        "parameters": 15,
    }
    assert list(first)[9:] == ["pre_activation", "output"]
    assert document["output"]["columns"] == ["output_1", "output_2", "output_3"]
    assert document["output"]["values"] == document["layers"][-1]["output"]
    assert document["inputs"] == {"clip": None, "scale": None}
    assert document["outputs"] == {"scale": None, "classes": None, "threshold": None}
    assert document["notes"] == []


SCALED = """
inputs: {columns: [x, y], clip: {low: -1, high: [1, 2]}, scale: {standard: {mean: 0, std: [1, 2]}}}
layers: [{neurons: 1, weights: [[1], [1]]}]
outputs: {columns: [z], scale: {min_max: {min: 0, max: 10, to: [-1, 1]}}}
"""


def test_layers_are_layers_only_and_scaling_stands_beside_them(cli: RunCli, write: Write) -> None:
    """By hand: 3 is clipped to 1, 4 to 2 and then halved; 2 is 15 on the scale of the target."""
    config, data = write("net.yaml", SCALED), write("data.csv", "x,y\n3,4\n")
    document = cli("forward", config, data, "--format", "json").json
    assert document["inputs"] == {
        "clip": {"low": -1, "high": [1, 2]},
        "scale": {"standard": {"mean": 0, "std": [1, 2]}},
    }
    scale = {"min_max": {"min": 0, "max": 10, "to": [-1, 1]}}
    assert document["outputs"] == {"scale": scale, "classes": None, "threshold": None}
    (layer,) = document["layers"]
    assert layer["output"] == [[2]]
    assert document["output"] == {"columns": ["z"], "values": [[15]]}
    shapes = cli("shapes", config, "--format", "json").json
    assert {key: shapes[key] for key in ("inputs", "outputs")} == {
        key: document[key] for key in ("inputs", "outputs")
    }


@pytest.mark.parametrize(
    "options",
    [("--rows", "1"), ("--precision", "1"), ("--layers", "last"), ("--quiet",)],
    ids=lambda options: options[0],
)
@pytest.mark.parametrize("form", ["json", "jsonl", "csv"])
def test_display_options_change_nothing(cli: RunCli, form: str, options: tuple[str, ...]) -> None:
    assert (
        cli(*TWO_LAYERS, "--format", form, *options).out == cli(*TWO_LAYERS, "--format", form).out
    )


def test_weights_are_inputs_by_neurons_whatever_the_layout(cli: RunCli) -> None:
    """The spec writes them one row per neuron."""
    layers = cli(*TWO_LAYERS, "--format", "json", "--weights").json["layers"]
    assert layers[0]["weights"] == [
        [0.2, 0.5, -0.26],
        [0.8, -0.91, -0.27],
        [-0.5, 0.26, 0.17],
        [1.0, -0.5, 0.87],
    ]
    assert layers[0]["biases"] == [2, 3, 0.5]


def test_standard_input_is_a_dash(cli: RunCli) -> None:
    done = cli("forward", "configs/neuron_3.yaml", "-", "--format", "json", stdin=b"1,2,3\n")
    assert done.json["data"]["source"] == "-"


def test_kept_columns_are_texts_by_name(cli: RunCli) -> None:
    command = ("forward", "configs/neuron_3.yaml", "-", "--keep", "id")
    data = b"id,a,b,c\n007,1,2,3\n,4,5,6\n"
    document = cli(*command, "--format", "json", stdin=data).json
    assert document["data"]["kept"] == {"id": ["007", ""]}
    assert document["data"]["columns"] == ["a", "b", "c"]


def test_json_lines_have_an_object_for_each_sample(cli: RunCli) -> None:
    """0.2 + 1.6 - 1.5 + 2 = 2.3 and, with 4, 5, 6, 0.8 + 4 - 3 + 2 = 3.8."""
    command = ("forward", "configs/neuron_3.yaml", "-", "--keep", "id", "--format", "jsonl")
    done = cli(*command, stdin=b"id,a,b,c\nx,1,2,3\n\xc3\xa9,4,5,6\n")
    objects = done.json_lines
    assert [list(item) for item in objects] == [["sample", "kept", "output"]] * 2
    assert [(item["sample"], item["kept"]) for item in objects] == [
        (1, {"id": "x"}),
        (2, {"id": "é"}),
    ]
    assert [item["output"] for item in objects] == [
        [pytest.approx(2.3, rel=1e-12)],
        [pytest.approx(3.8, rel=1e-12)],
    ]


def test_non_finite_values_are_words(cli: RunCli, write: Write) -> None:
    config = write("net.yaml", "{inputs: 1, layers: [{neurons: 1, weights: [[1e300]]}]}")
    done = cli("forward", config, "-", "--format", "json", stdin=b"nan\n1e300\n-1e300\n1\n")
    document = done.json
    assert document["output"]["values"] == [["nan"], ["inf"], ["-inf"], [1e300]]
    assert [(note["code"], note["layer"]) for note in document["notes"]] == [
        ("non_finite", None),
        ("non_finite", 1),
    ]
    lines = cli("forward", config, "-", "--format", "jsonl", stdin=b"nan\n1\n").json_lines
    assert [read["output"] for read in lines] == [["nan"], [1e300]]


def test_notes_are_objects_and_lines_alike(cli: RunCli, write: Write) -> None:
    config = write(
        "net.yaml", "{inputs: 1, layers: [{neurons: 1, weights: [[-1]], activation: relu}]}"
    )
    done = cli("forward", config, "-", "--format", "json", stdin=b"1\n2\n")
    (note,) = done.json["notes"]
    assert (note["code"], note["layer"]) == ("dead", 1)
    assert done.err == f"note: {note['message']}\n"
