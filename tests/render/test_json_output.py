"""JSON: complete, at full precision, the same whatever the display options say."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nncli.results.json_values import json_array

if TYPE_CHECKING:
    from conftest import RunCli

Write = Callable[[str, str | bytes], Path]
TWO_LAYERS = ("forward", "configs/two_layers.yaml", "sample_data/two_layers.csv")


def refuse(constant: str) -> NoReturn:
    raise AssertionError(f"{constant} is no JSON")


def strictly(text: str) -> Any:
    """Parse JSON as RFC 8259 has it: no bare NaN or Infinity."""
    return json.loads(text, parse_constant=refuse)


def test_a_forward_pass_has_every_part(cli: RunCli) -> None:
    done = cli(*TWO_LAYERS, "--format", "json")
    assert (done.code, done.err) == (0, "")
    document = strictly(done.out)
    assert list(document) == [
        *("format", "network", "data", "layers", "output", "notes", "problems")
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
    assert {key: first[key] for key in list(first)[:8]} == {
        "layer": 1,
        "name": "layer_1",
        "activation": "linear",
        "input_shape": [3, 4],
        "weights_shape": [4, 3],
        "biases_shape": [3],
        "output_shape": [3, 3],
        "parameters": 15,
    }
    assert list(first)[8:] == ["pre_activation", "output"]
    assert document["output"]["columns"] == ["output_1", "output_2", "output_3"]
    assert document["output"]["values"] == document["layers"][-1]["output"]
    assert document["notes"] == []


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
    objects = [strictly(text) for text in done.out.splitlines()]
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
    document = strictly(done.out)
    assert document["output"]["values"] == [["nan"], ["inf"], ["-inf"], [1e300]]
    assert [(note["code"], note["layer"]) for note in document["notes"]] == [
        ("non_finite", None),
        ("non_finite", 1),
    ]
    lines = cli("forward", config, "-", "--format", "jsonl", stdin=b"nan\n1\n").out.splitlines()
    assert [strictly(text)["output"] for text in lines] == [["nan"], [1e300]]


def test_notes_are_objects_and_lines_alike(cli: RunCli, write: Write) -> None:
    config = write(
        "net.yaml", "{inputs: 1, layers: [{neurons: 1, weights: [[-1]], activation: relu}]}"
    )
    done = cli("forward", config, "-", "--format", "json", stdin=b"1\n2\n")
    (note,) = done.json["notes"]
    assert (note["code"], note["layer"]) == ("dead", 1)
    assert done.err == f"note: {note['message']}\n"


@given(
    st.lists(
        st.lists(st.floats(), min_size=2, max_size=2),
        min_size=1,
        max_size=5,
    )
)
def test_every_float_reads_back_to_the_same_bits(rows: list[list[float]]) -> None:
    listed = strictly(json.dumps(json_array(np.array(rows)), allow_nan=False))
    for row, read in zip(rows, listed, strict=True):
        for value, back in zip(row, read, strict=True):
            if math.isfinite(value):
                assert math.copysign(1, back) == math.copysign(1, value)
                assert back == value
            else:
                assert back == str(value)


@given(st.lists(st.floats(width=32), min_size=1, max_size=5))
def test_a_float32_is_its_shortest_decimal(values: list[float]) -> None:
    """0.1, not 0.10000000149011612; it reads back to the same float32."""
    narrow = np.array([values], dtype=np.float32)
    for value, back in zip(narrow[0], json_array(narrow)[0], strict=True):
        if np.isfinite(value):
            assert np.float32(back) == value
            assert Decimal(repr(back)) == Decimal(str(value))
        else:
            assert back == str(value)
    assert json_array(np.array([[0.1]], dtype=np.float32)) == [[0.1]]


# ----------------------------------------------------------------------------------- shapes


def test_shapes_have_every_part_and_no_number_of_samples(cli: RunCli) -> None:
    done = cli("shapes", "configs/layer_objects.yaml", "--format", "json")
    document = strictly(done.out)
    assert document["format"] == "nncli.shapes/1"
    assert document["layers"] == [
        {
            "layer": 1,
            "name": "layer_1",
            "activation": "linear",
            "input_shape": [None, 4],
            "weights_shape": [4, 5],
            "biases_shape": [5],
            "output_shape": [None, 5],
            "parameters": 25,
            "multiply_adds": 20,
        },
        {
            "layer": 2,
            "name": "layer_2",
            "activation": "linear",
            "input_shape": [None, 5],
            "weights_shape": [5, 2],
            "biases_shape": [2],
            "output_shape": [None, 2],
            "parameters": 12,
            "multiply_adds": 10,
        },
    ]
    assert (document["total_parameters"], document["total_multiply_adds"]) == (37, 30)
    assert (document["notes"], document["problems"]) == ([], [])


def test_shapes_given_data_know_the_number_of_samples(cli: RunCli) -> None:
    command = ("shapes", "configs/layer_objects.yaml", "sample_data/layer_objects.csv")
    document = cli(*command, "--format", "json").json
    assert document["layers"][0]["input_shape"] == [3, 4]
    assert (document["batch_size"], document["activation_bytes"]) == (3, 3 * (4 + 5 + 2) * 8)


def test_counts_beyond_64_bits_are_whole_numbers(cli: RunCli, write: Write) -> None:
    config = write("net.yaml", f"{{layer_sizes: [{10**12}, {10**12}], seed: 0}}")
    document = cli("shapes", config, "--format", "json").json
    assert document["total_parameters"] == 10**24 + 10**12


def test_shapes_that_do_not_fit_are_problems_with_a_code_and_a_place(cli: RunCli) -> None:
    done = cli("shapes", "configs/broken.yaml", "--format", "json")
    assert done.code == 3
    (problem,) = strictly(done.out)["problems"]
    assert list(problem) == [
        *("code", "title", "severity", "file", "line", "column", "message"),
        *("suggestions", "help"),
    ]
    assert problem["severity"] == "error"
    assert problem["suggestions"][0] == {
        "message": "let layer 1 have 5 neurons",
        "options": [],
        "edits": [
            {
                "file": "configs/broken.yaml",
                "line": 8,
                "column": 14,
                "end_line": 8,
                "end_column": 15,
                "text": "5",
            }
        ],
    }
    assert (problem["code"], problem["file"]) == ("N201", "configs/broken.yaml")
    assert (problem["line"], problem["column"]) == (12, 14)
    assert problem["message"] in done.err
    assert all(f"help: {text}\n" in done.err for text in problem["help"])


def test_a_check_that_failed_is_a_problem_of_the_result(cli: RunCli) -> None:
    wrong = ("--expect", "sample_data/layer_expected.csv")
    done = cli(*TWO_LAYERS, "--format", "json", *wrong)
    assert done.code == 1
    document = strictly(done.out)
    assert document["format"] == "nncli.forward/1"
    assert [problem["code"] for problem in document["problems"]] == ["N602"]


@pytest.mark.parametrize("command", ["forward", "shapes", "bench"])
def test_a_command_that_fails_tells_programs_why(cli: RunCli, command: str) -> None:
    data = "sample_data/iris.csv"
    done = cli(command, "configs/layer_objects.yaml", data, "--format", "json")
    assert done.code == 4
    document = strictly(done.out)
    known = {"forward": "nncli.problems/1", "shapes": "nncli.shapes/1", "bench": "nncli.problems/1"}
    assert document["format"] == known[command]
    (problem,) = document["problems"]
    assert (problem["code"], problem["severity"]) == ("N407", "error")
    assert (problem["file"], problem["line"], problem["column"]) == (data, 1, 1)
    assert problem["suggestions"][0]["options"] == ["--drop", "species"]


def test_wrong_usage_has_no_code(cli: RunCli) -> None:
    done = cli("forward", "net.yaml", "-", "--format", "json", "--expect", "-")
    assert done.code == 2
    (problem,) = strictly(done.out)["problems"]
    assert (problem["code"], problem["title"]) == (None, "wrong use of the command line")
