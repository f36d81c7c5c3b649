"""`nncli evaluate`: from files and options to figures, lists of errors and exit codes."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from commands import ROOT, RunCli

Write = Callable[[str, str | bytes], Path]

# The inputs are the scores, so what is predicted can be read off the data.
CLASSES = """
inputs: {columns: [a, b, c]}
layers: [{neurons: 3, weights: [[1, 0, 0], [0, 1, 0], [0, 0, 1]]}]
outputs: {classes: [ant, bee, cat]}
"""
INSECTS = """id,a,b,c,kind,place
p,1,0,0,ant,north
q,0,1,0,ant,south
r,0,1,0,bee,north
s,0,0,1,cat,south
t,0,0,1,cat,south
"""
LOSS_OF_RIGHT, LOSS_OF_WRONG = math.log(math.e + 2) - 1, math.log(math.e + 2)
YES_NO = """
inputs: {columns: [x]}
layers: [{neurons: 1, weights: [[1]], activation: sigmoid}]
outputs: {classes: ["no", "yes"]}
"""
LABELS = """
inputs: {columns: [x, y]}
layers: [{neurons: 2, weights: [[1, 0], [0, 1]], activation: sigmoid}]
outputs: {columns: [rain, wind]}
"""
NUMBERS = """
inputs: {columns: [x, y]}
layers: [{neurons: 2, weights: [[1, 0], [0, 1]]}]
outputs: {columns: [u, v]}
"""


@pytest.fixture
def insects(write: Write) -> tuple[Path, Path]:
    return write("net.yaml", CLASSES), write("data.csv", INSECTS)


def test_the_figures_of_classes_are_those_counted_by_hand(
    cli: RunCli, insects: tuple[Path, Path]
) -> None:
    done = cli("evaluate", *insects, "--target", "kind", "--format", "json", "-q")
    found = done.json
    assert (done.code, done.err) == (0, "")
    assert found["format"] == "nncli.evaluate/1"
    assert (found["samples"], found["classes"]) == (5, ["ant", "bee", "cat"])
    assert found["majority_rate"] == 2 / 5
    assert found["confusion"] == [[1, 1, 0], [0, 1, 0], [0, 0, 2]]
    metrics = found["metrics"]
    assert metrics["accuracy"] == 4 / 5
    assert metrics["balanced_accuracy"] == pytest.approx((1 / 2 + 1 + 1) / 3, rel=1e-15)
    assert metrics["macro_f1"] == pytest.approx((2 / 3 + 2 / 3 + 1) / 3, rel=1e-15)
    loss = (4 * LOSS_OF_RIGHT + LOSS_OF_WRONG) / 5
    assert metrics["log_loss"] == pytest.approx(loss, rel=1e-14)
    assert "roc_auc" not in metrics
    assert found["per_class"][1] == {
        "name": "bee",
        "samples": 1,
        "predicted": 2,
        "precision": 0.5,
        "recall": 1.0,
        "f1": 2 / 3,
    }


def test_two_classes_are_ranked_too(cli: RunCli, write: Write) -> None:
    data = write("d.csv", "x,y\n-2,no\n-1,yes\n1,no\n2,yes\n")
    found = cli("evaluate", write("n.yaml", YES_NO), data, "--target", "y", "--format", "json").json
    assert found["metrics"]["roc_auc"] == 3 / 4  # of four pairs, one stands the wrong way round
    assert found["metrics"]["average_precision"] == pytest.approx((1 + 2 / 3) / 2, rel=1e-15)
    p, q = 1 / (1 + math.e), 1 / (1 + math.e**2)
    brier = (2 * q**2 + 2 * (1 - p) ** 2) / 4
    assert found["metrics"]["brier"] == pytest.approx(brier, rel=1e-14)
    assert (found["threshold"], found["confusion"]) == (0.5, [[1, 1], [1, 1]])


def test_a_threshold_moves_the_second_class(cli: RunCli, write: Write) -> None:
    data = write("d.csv", "x,y\n-2,no\n-1,yes\n1,no\n2,yes\n")
    arguments = (write("n.yaml", YES_NO), data, "--target", "y", "--format", "json")
    found = cli("evaluate", *arguments, "--threshold", "0.8").json
    assert (found["threshold"], found["confusion"]) == (0.8, [[2, 0], [1, 1]])
    assert found["metrics"]["roc_auc"] == 3 / 4


def test_several_labels_have_a_list_each(cli: RunCli, write: Write) -> None:
    data = write("d.csv", "x,y,wet,windy\n1,1,1,true\n1,-1,0,false\n-1,1,1,true\n-1,-1,0,true\n")
    found = cli(
        "evaluate", write("n.yaml", LABELS), data, "--target", "wet,windy", "--format", "json"
    ).json
    assert found["classes"] == ["rain", "wind"]
    assert found["confusion"] == [[[1, 1], [1, 1]], [[1, 0], [1, 2]]]
    metrics = found["metrics"]
    assert metrics["accuracy"] == [0.5, 0.75]
    assert metrics["subset_accuracy"] == 0.25
    assert metrics["macro_f1"] == pytest.approx((1 / 2 + 4 / 5) / 2, rel=1e-15)
    assert found["majority_rate"] == [0.5, 0.75]
    assert len(metrics["log_loss"]) == len(metrics["brier"]) == len(metrics["roc_auc"]) == 2


def test_numbers_are_compared_output_by_output(cli: RunCli, write: Write) -> None:
    data = write("d.csv", "x,y,u,v\n1,0,2,0\n2,0,2,1\n3,4,0,2\n")
    found = cli(
        "evaluate", write("n.yaml", NUMBERS), data, "--target", "u,v", "--format", "json"
    ).json
    metrics = found["metrics"]
    assert (found["classes"], found["confusion"], found["majority_rate"]) == (None, None, None)
    assert metrics["mse"] == pytest.approx([10 / 3, 5 / 3], rel=1e-15)
    assert metrics["rmse"] == pytest.approx([math.sqrt(10 / 3), math.sqrt(5 / 3)], rel=1e-15)
    assert metrics["mae"] == pytest.approx([4 / 3, 1], rel=1e-15)
    assert metrics["max_error"] == [3, 2]
    # the targets' squared deviations from their means are 8/3 and 2
    assert metrics["r2"] == pytest.approx([1 - 10 / (8 / 3), 1 - 5 / 2], rel=1e-14)
    assert found["mean"]["mse"] == pytest.approx(5 / 2, rel=1e-15)


def test_one_output_has_figures_and_no_lists(cli: RunCli, write: Write) -> None:
    config = write("n.yaml", "inputs: {columns: [x]}\nlayers: [{neurons: 1, weights: [[2]]}]\n")
    data = write("d.csv", "x;y\n1,5;3\n2;5,5\n")
    options = ("--target", "y", "--format", "json", "--decimal", ",", "--delimiter", ";")
    found = cli("evaluate", config, data, *options).json
    assert found["metrics"] == pytest.approx(
        {"mse": 1.125, "rmse": math.sqrt(1.125), "mae": 0.75, "r2": 0.28, "max_error": 1.5},
        rel=1e-14,
    )
    assert "mean" not in found


@pytest.mark.parametrize(
    "options",
    [
        ("--threads", "1"),
        ("--threads", "2", "--batch-size", "1"),
        ("--batch-size", "300"),
        ("--dtype", "float64", "--seed", "3"),
    ],
)
def test_threads_and_units_change_no_bit(cli: RunCli, options: tuple[str, ...]) -> None:
    arguments = ("configs/digits.yaml", "sample_data/digits_test.csv", "--target", "digit")
    assert (
        cli("evaluate", *arguments, "--format", "json", *options).json["metrics"]
        == cli("evaluate", *arguments, "--format", "json").json["metrics"]
    )


def test_the_limit_counts_samples(cli: RunCli, insects: tuple[Path, Path]) -> None:
    arguments = (*insects, "--target", "kind", "--format", "json", "--limit", "2")
    assert cli("evaluate", *arguments).json["confusion"] == [[1, 1, 0], [0, 0, 0], [0, 0, 0]]


# ----------------------------------------------------------------------------- groups, errors


def test_groups_have_the_same_figures(cli: RunCli, insects: tuple[Path, Path]) -> None:
    options = ("--target", "kind", "--format", "json", "--by", "place")
    found = cli("evaluate", *insects, *options).json
    assert found["by"] == "place"
    north, south = found["groups"]
    assert (north["value"], north["samples"], north["metrics"]["accuracy"]) == ("north", 2, 1)
    assert (south["value"], south["samples"], south["majority_rate"]) == ("south", 3, 2 / 3)
    assert south["confusion"] == [[0, 1, 0], [0, 0, 0], [0, 0, 2]]


def test_the_target_itself_may_divide_the_samples(cli: RunCli, insects: tuple[Path, Path]) -> None:
    options = ("--target", "kind", "--format", "json", "--by", "kind")
    groups = cli("evaluate", *insects, *options).json["groups"]
    assert {one["value"]: one["samples"] for one in groups} == {"ant": 2, "bee": 1, "cat": 2}


def test_errors_are_listed_with_what_is_carried_along(
    cli: RunCli, insects: tuple[Path, Path], tmp_path: Path
) -> None:
    path = tmp_path / "errors.csv"
    options = ("--target", "kind", "--keep", "id", "--by", "place", "--errors", path)
    done = cli("evaluate", *insects, *options)
    assert done.code == 0
    assert done.err.startswith(f"5 samples of greatest loss → {path}\n")
    first, *others = csv.DictReader(path.read_text().splitlines())
    assert list(first) == ["row", "place", "id", "target", "prediction", "loss"]
    assert [*first.values()][:-1] == ["2", "south", "q", "ant", "bee"]
    assert float(first["loss"]) == pytest.approx(LOSS_OF_WRONG, rel=1e-15)
    assert [one["row"] for one in others] == ["1", "3", "4", "5"]


def test_errors_of_numbers_are_numbers_of_the_networks_type(
    cli: RunCli, write: Write, tmp_path: Path
) -> None:
    data = write("d.csv", "x,y,u,v\n0.1,0,2,0\n2,0,2,1\n")
    path = tmp_path / "errors.csv"
    options = ("--target", "u,v", "--dtype", "float32", "--errors", path, "-q")
    done = cli("evaluate", write("n.yaml", NUMBERS), data, *options)
    assert (done.code, done.err) == (0, "")
    header, first, _ = path.read_text().splitlines()
    assert header == "row,target_u,target_v,prediction_u,prediction_v,loss"
    assert first.startswith("1,2,0,0.1,0,1.80")


def test_a_file_of_errors_is_never_replaced_unasked(
    cli: RunCli, insects: tuple[Path, Path], write: Write
) -> None:
    path = write("errors.csv", "mine")
    done = cli("evaluate", *insects, "--target", "kind", "--errors", path)
    assert (done.code, done.out, path.read_text()) == (5, "", "mine")
    assert cli("evaluate", *insects, "--target", "kind", "--errors", path, "--force").code == 0
    assert path.read_text().startswith("row,")


def test_a_carried_column_is_not_called_as_one_of_the_list(cli: RunCli, write: Write) -> None:
    data = write("d.csv", "x,y,loss\n1,yes,2\n")
    arguments = (write("n.yaml", YES_NO), data, "--target", "y", "--keep", "loss")
    done = cli("evaluate", *arguments, "--errors", data.with_name("e.csv"))
    assert (done.code, done.told[0].code) == (2, "N705")
    assert cli("evaluate", *arguments).code == 0


# ------------------------------------------------------------------------------------- checks


def test_a_figure_below_its_bound_is_exit_code_1(cli: RunCli, insects: tuple[Path, Path]) -> None:
    options = ("--target", "kind", "--fail-below")
    done = cli("evaluate", *insects, *options, "accuracy=81%,macro_f1=0.7", "-q")
    assert done.code == 1
    assert done.out.startswith(" 5 samples   accuracy 80.0 %")
    (told,) = done.told
    assert (told.code, told.message) == ("N606", "accuracy is 0.8, below 0.81")
    assert cli("evaluate", *insects, *options, "accuracy=0.8").code == 0


def test_json_has_the_failures_as_problems(cli: RunCli, insects: tuple[Path, Path]) -> None:
    options = ("--target", "kind", "--format", "json", "--fail-below", "accuracy=1")
    done = cli("evaluate", *insects, *options)
    assert done.code == 1
    assert [problem["code"] for problem in done.json["problems"]] == ["N606"]


def test_of_several_targets_the_lowest_figure_counts(cli: RunCli, write: Write) -> None:
    data = write("d.csv", "x,y,wet,windy\n1,1,1,1\n1,-1,0,0\n")
    arguments = (write("n.yaml", LABELS), data, "--target", "wet,windy", "--fail-below")
    done = cli("evaluate", *arguments, "accuracy=0.6")
    assert (done.code, done.told[0].message) == (1, "the lowest accuracy is 0.5, below 0.6")


def test_a_figure_that_is_not_defined_is_below_every_bound(cli: RunCli, write: Write) -> None:
    data = write("d.csv", "x,y\n1,yes\n")
    arguments = (write("n.yaml", YES_NO), data, "--target", "y")
    done = cli("evaluate", *arguments, "--fail-below", "roc_auc=0.5")
    assert (done.code, done.told[0].code) == (1, "N606")
    assert "ROC AUC –" in done.out
    assert cli("evaluate", *arguments, "--format", "json").json["metrics"]["roc_auc"] == "nan"


# --------------------------------------------------------------------------- what is refused


def test_without_a_target_the_likely_column_is_named(cli: RunCli) -> None:
    for config, data, target in (
        ("configs/iris.yaml", "sample_data/iris_test.csv", "species"),
        ("configs/diabetes.yaml", "sample_data/diabetes_test.csv", "progression"),
        ("configs/cancer.yaml", "sample_data/cancer_test.csv", "diagnosis"),
    ):
        done = cli("evaluate", config, data)
        assert (done.code, done.out) == (2, "")
        assert done.told[0].code == "N704"
        assert f"`--target {target}` is likely" in done.told[0].help


def test_without_a_target_nothing_is_asked_of_standard_input(cli: RunCli) -> None:
    done = cli("evaluate", "configs/iris.yaml", "-", stdin=b"a,b\n1,2\n")
    assert (done.code, done.told[0].code) == (2, "N704")


@pytest.mark.parametrize(
    ("options", "code", "problem"),
    [
        (("--target", "kinds"), 4, "N408"),
        (("--target", "a"), 4, "N408"),
        (("--target", "kind", "--by", "plaice"), 4, "N408"),
        (("--target", "id"), 4, "N420"),
        (("--target", "kind,place"), 2, "N703"),
        (("--target", "kind", "--target", "kind"), 2, "N703"),
        (("--target", "kind", "--drop", "kind"), 2, "N705"),
        (("--target", "kind", "--threshold", "0.5"), 2, "N705"),
        (("--target", "kind", "--fail-below", "r2=0.5"), 2, "N703"),
        (("--target", "kind", "--fail-below", "log_loss=0.5"), 2, "N703"),
        (("--target", "kind", "--errors", "-"), 2, "N703"),
        (("--target", "kind", "--samples", "columns", "--by", "place"), 2, "N705"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_cannot_be_evaluated_is_refused(
    options: tuple[str, ...], code: int, problem: str, cli: RunCli, insects: tuple[Path, Path]
) -> None:
    done = cli("evaluate", *insects, *options)
    assert (done.code, done.out) == (code, "")
    assert done.told[0].code == problem


def test_an_input_as_target_is_refused_for_what_it_is(
    cli: RunCli, insects: tuple[Path, Path]
) -> None:
    (told,) = cli("evaluate", *insects, "--target", "a").told
    assert "'a', which is one of the network's inputs" in told.message
    assert told.help == (
        "help: a network that is given the answer shows nothing: name another column"
    )


@pytest.mark.parametrize(
    ("cell", "column"), [("bea", 5), ("", 5), ("7", 5)], ids=["unknown", "empty", "number"]
)
def test_a_cell_that_is_no_class_is_refused_at_its_place(
    cell: str, column: int, cli: RunCli, write: Write
) -> None:
    data = write("data.csv", INSECTS.replace(",bee,", f",{cell},"))
    done = cli("evaluate", write("net.yaml", CLASSES), data, "--target", "kind")
    told = done.told[0]
    assert (done.code, told.code, told.line, told.column) == (4, "N420", 4, column)


def test_labels_from_1_are_answered_with_the_line_to_write(cli: RunCli, write: Write) -> None:
    numbered = INSECTS.replace(",ant,", ",1,").replace(",bee,", ",2,").replace(",cat,", ",3,")
    done = cli("evaluate", write("net.yaml", CLASSES), write("d.csv", numbered), "--target", "kind")
    assert (done.code, done.told[0].line) == (4, 5)
    assert '`outputs: {classes: ["1", "2", "3"]}`' in done.told[0].help


def test_a_text_is_no_target_of_numbers(cli: RunCli, write: Write) -> None:
    data = write("d.csv", "x,y,u,v\n1,0,2,0\n2,0,much,1\n")
    done = cli("evaluate", write("n.yaml", NUMBERS), data, "--target", "u,v")
    told = done.told[0]
    assert (done.code, told.code, told.line, told.column) == (4, "N404", 3, 3)


def test_columns_called_otherwise_are_still_proposed(cli: RunCli, write: Write) -> None:
    """The doctor tries the data without the target, which is no input."""
    data = write("d.csv", INSECTS.replace("id,a,b,c", "id,A,B,C"))
    done = cli("evaluate", write("net.yaml", CLASSES), data, "--target", "kind")
    assert done.code == 4
    assert "--columns A,B,C" in done.told[0].help


# --------------------------------------------------------------------------- kinds of data


def test_an_array_has_its_targets_among_its_columns(cli: RunCli, write: Write) -> None:
    path = write("d.npy", b"")
    np.save(path, np.array([[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 2.0]]))
    done = cli("evaluate", write("net.yaml", CLASSES), path, "--target", "4", "--format", "json")
    assert done.json["confusion"] == [[1, 1, 0], [0, 0, 0], [0, 0, 1]]


def test_samples_may_be_columns_where_targets_are_numbers(cli: RunCli, write: Write) -> None:
    data = write("d.csv", "a,1,0,0\nb,0,1,0\nc,0,0,1\nkind,0,0,2\n")
    arguments = (write("net.yaml", CLASSES), data, "--target", "kind", "--samples", "columns")
    done = cli("evaluate", *arguments, "--format", "json")
    assert done.json["confusion"] == [[1, 1, 0], [0, 0, 0], [0, 0, 1]]


def test_several_files_and_standard_input_are_read(
    cli: RunCli, insects: tuple[Path, Path], write: Write
) -> None:
    config, data = insects
    other = write("more.csv", INSECTS)
    options = ("--target", "kind", "--format", "json")
    assert cli("evaluate", config, data, other, *options).json["samples"] == 10
    piped = cli("evaluate", config, "-", *options, stdin=INSECTS.encode())
    assert piped.json["samples"] == 5


def test_all_trained_samples_are_better_than_the_largest_class(cli: RunCli) -> None:
    for name, target in {"iris": "species", "digits": "digit", "cancer": "diagnosis"}.items():
        files = (f"configs/{name}.yaml", f"sample_data/{name}_test.csv")
        found = cli("evaluate", *files, "--target", target, "--format", "json").json
        rows = (ROOT / files[1]).read_text().splitlines()[1:]
        assert found["samples"] == len(rows)
        assert found["metrics"]["accuracy"] > found["majority_rate"] + 0.3
