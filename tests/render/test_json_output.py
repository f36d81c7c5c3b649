"""Problems as JSON: of a result, or in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import RunCli

TWO_LAYERS = ("forward", "configs/two_layers.yaml", "sample_data/two_layers.csv")


def test_shapes_that_do_not_fit_are_problems_with_a_code_and_a_place(cli: RunCli) -> None:
    done = cli("shapes", "configs/broken.yaml", "--format", "json")
    assert done.code == 3
    (problem,) = done.json["problems"]
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
        "argv": None,
    }
    assert (problem["code"], problem["file"]) == ("N201", "configs/broken.yaml")
    assert (problem["line"], problem["column"]) == (12, 14)
    assert problem["message"] in done.err
    assert all(f"help: {text}\n" in done.err for text in problem["help"])


def test_a_check_that_failed_is_a_problem_of_the_result(cli: RunCli) -> None:
    wrong = ("--expect", "sample_data/layer_expected.csv")
    done = cli(*TWO_LAYERS, "--format", "json", *wrong)
    assert done.code == 1
    document = done.json
    assert document["format"] == "nncli.forward/1"
    assert [problem["code"] for problem in document["problems"]] == ["N602"]


@pytest.mark.parametrize("command", ["forward", "shapes", "bench"])
def test_a_command_that_fails_tells_programs_why(cli: RunCli, command: str) -> None:
    data = "sample_data/iris.csv"
    done = cli(command, "configs/layer_objects.yaml", data, "--format", "json")
    assert done.code == 4
    document = done.json
    known = {"forward": "nncli.problems/1", "shapes": "nncli.shapes/1", "bench": "nncli.problems/1"}
    assert document["format"] == known[command]
    (problem,) = document["problems"]
    assert (problem["code"], problem["severity"]) == ("N407", "error")
    assert (problem["file"], problem["line"], problem["column"]) == (data, 1, 1)
    assert problem["suggestions"][0]["options"] == ["--drop", "species"]


def test_wrong_usage_has_a_code_as_any_other_problem(cli: RunCli) -> None:
    done = cli("forward", "net.yaml", "-", "--format", "json", "--expect", "-")
    assert done.code == 2
    (problem,) = done.json["problems"]
    assert (problem["code"], problem["title"]) == ("N705", "options that do not go together")
