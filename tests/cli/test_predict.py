"""`--predict class`: a class and its probability in every form of a result."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from commands import RunCli

Write = Callable[[str, str | bytes], Path]

SPEC = """
inputs: {columns: [x, y]}
layers: [{neurons: 3, weights: [[0, 1, 2], [0, 0, 0]], activation: softmax}]
outputs: {classes: [rain, "sun, or not", snow]}
"""
DATA = 'id,y,x\na,0,1\n"b,c",0,-1\nd,0,nan\n'
SHARE = 1 / (1 + math.exp(-1) + math.exp(-2))  # of scores 0, 1 and 2: the largest


@pytest.fixture
def files(write: Write) -> tuple[Path, Path]:
    return write("net.yaml", SPEC), write("data.csv", DATA)


def test_csv_has_two_more_columns(cli: RunCli, files: tuple[Path, Path]) -> None:
    done = cli("forward", *files, "--keep", "id", "--predict", "class", "--format", "csv")
    header, one, two, three = done.out.splitlines()
    assert header == 'id,rain,"sun, or not",snow,class,probability'
    assert one.split(",")[-2] == "snow"
    assert float(one.split(",")[-1]) == pytest.approx(SHARE, rel=1e-15)
    assert two.startswith('"b,c",')
    assert two.split(",")[-2] == "rain"
    assert three == "d,nan,nan,nan,,nan"
    assert "note: 1 sample has an output of NaN, hence no class" in done.err


def test_a_class_that_needs_quotes_gets_them(cli: RunCli, write: Write) -> None:
    config = write("net.yaml", SPEC.replace("[[0, 1, 2]", "[[0, 2, 1]"))
    done = cli(
        "forward", config, write("d.csv", "x,y\n1,0\n"), "--predict", "class", "--format", "csv"
    )
    assert ',"sun, or not",0.6' in done.out.splitlines()[1]


def test_json_has_predictions_beside_the_output(cli: RunCli, files: tuple[Path, Path]) -> None:
    document = cli("forward", *files, "--predict", "class", "--format", "json").json
    names = list(document)
    assert names[names.index("output") + 1] == "predictions"
    found = document["predictions"]
    assert found["class"] == ["snow", "rain", ""]
    np.testing.assert_allclose(found["probability"][:2], SHARE, rtol=1e-15)
    assert found["probability"][2] == "nan"
    classes = ["rain", "sun, or not", "snow"]
    assert document["outputs"] == {"scale": None, "classes": classes, "threshold": None}


def test_json_lines_have_a_prediction_each(cli: RunCli, files: tuple[Path, Path]) -> None:
    lines = cli("forward", *files, "--predict", "class", "--format", "jsonl").json_lines
    assert [list(line) for line in lines] == [["sample", "kept", "output", "prediction"]] * 3
    assert [line["prediction"]["class"] for line in lines] == ["snow", "rain", ""]
    assert lines[0]["prediction"]["probability"] == max(lines[0]["output"])
    assert lines[2]["prediction"]["probability"] == "nan"


def test_parquet_has_two_more_columns(
    cli: RunCli, files: tuple[Path, Path], tmp_path: Path
) -> None:
    out = tmp_path / "out.parquet"
    assert cli("forward", *files, "--predict", "class", "-o", out).code == 0
    table = pq.read_table(out)
    assert table.column_names == ["rain", "sun, or not", "snow", "class", "probability"]
    assert [str(table.schema.field(name).type) for name in table.column_names[3:]] == [
        "string",
        "double",
    ]
    assert table["class"].to_pylist() == ["snow", "rain", ""]
    assert table["probability"][0].as_py() == pytest.approx(SHARE, rel=1e-15)


def test_every_form_has_the_same_bits(cli: RunCli, files: tuple[Path, Path]) -> None:
    options = ("--predict", "class", "--format")
    lines = cli("forward", *files, *options, "jsonl").json_lines
    document = cli("forward", *files, *options, "json").json
    rows = cli("forward", *files, *options, "csv").out.splitlines()[1:]
    for index in (0, 1):
        value = lines[index]["prediction"]["probability"]
        assert document["predictions"]["probability"][index] == value
        assert float(rows[index].rpartition(",")[2]) == value


def test_the_table_of_the_outputs_has_them(cli: RunCli, files: tuple[Path, Path]) -> None:
    done = cli("forward", *files, "--predict", "class")
    assert done.out.splitlines()[-4:] == [
        " sample   z 1   z 2   z 3       rain   sun, or not       snow   class   probability",
        "      1     0     1     2     0.0900        0.2447     0.6652   snow         0.6652",
        "      2     0    -1    -2     0.6652        0.2447     0.0900   rain         0.6652",
        "      3   nan   nan   nan   nan           nan        nan                   nan",
    ]


def test_one_sigmoid_tells_two_classes_apart(cli: RunCli, write: Write) -> None:
    """Sigmoids of -1, 0 and 1; by hand 1 / (1 + e) and the rest of it."""
    spec = (
        "layers: [{neurons: 1, weights: [[1]], activation: sigmoid}]\n"
        "outputs: {classes: [no, yes]}\ninputs: 1\n"
    )
    config, data = write("net.yaml", spec), write("data.csv", "x\n-1\n0\n1\n")
    done = cli("forward", config, data, "--predict", "class", "--format", "csv")
    header, *rows = [line.split(",") for line in done.out.splitlines()]
    assert header == ["yes", "class", "probability"]
    assert [row[1] for row in rows] == ["no", "no", "yes"]
    likely = 1 - 1 / (1 + math.e)
    np.testing.assert_allclose([float(row[2]) for row in rows], [likely, 0.5, likely], rtol=1e-15)
    lower = write("low.yaml", spec.replace("yes]", "yes], threshold: 0.4"))
    done = cli("forward", lower, data, "--predict", "class", "--format", "csv")
    assert [line.split(",")[1] for line in done.out.splitlines()] == ["class", "no", "yes", "yes"]


def test_scores_are_said_to_be_taken_as_such_once(cli: RunCli, write: Write) -> None:
    spec = SPEC.replace(", activation: softmax", "").replace("[0, 1, 2]", "[1, 2, 3]")
    config = write("net.yaml", spec)
    done = cli(
        "forward",
        config,
        write("d.csv", "x,y\n1,0\n-1,0\n"),
        "--predict",
        "class",
        "--format",
        "csv",
    )
    assert [line.split(",")[-2] for line in done.out.splitlines()[1:]] == ["snow", "rain"]
    assert done.err == (
        "note: the last layer is linear, so its outputs are taken as scores: the class is the "
        "largest score, its probability their softmax\n"
    )


# ------------------------------------------------------------------------------ what is refused


def test_npy_holds_no_classes(cli: RunCli, files: tuple[Path, Path], tmp_path: Path) -> None:
    done = cli("forward", *files, "--predict", "class", "-o", tmp_path / "out.npy")
    assert (done.code, done.out) == (2, "")
    assert "an NPY file holds numbers only" in done.err
    assert not (tmp_path / "out.npy").exists()


def test_an_output_of_the_same_name_is_refused(cli: RunCli, write: Write) -> None:
    config = write("net.yaml", SPEC.replace("rain", "class"))
    done = cli("forward", config, write("d.csv", DATA), "--predict", "class")
    assert done.code == 2
    assert "the outputs name 'class'" in done.err


@pytest.mark.parametrize("item", ["probability", "1"])
def test_a_kept_column_of_the_same_name_is_refused(
    cli: RunCli, write: Write, tmp_path: Path, item: str
) -> None:
    data, out = write("d.csv", DATA.replace("id", "probability")), tmp_path / "out.csv"
    config = write("net.yaml", SPEC)
    done = cli("forward", config, data, "--keep", item, "--predict", "class", "-o", out)
    assert done.code == 2
    assert "--keep carries 'probability'" in done.err
    assert not out.exists()


def test_classes_without_names_are_numbers(cli: RunCli, write: Write) -> None:
    config = write("net.yaml", SPEC.replace("outputs", "# outputs"))
    done = cli("forward", config, write("d.csv", DATA), "--predict", "class", "--format", "json")
    assert done.code == 0
    assert done.json["predictions"]["class"] == ["2", "0", ""]
    assert "numbered from 0" in done.err


def test_outputs_that_tell_no_class_are_a_fault_of_the_spec(cli: RunCli, write: Write) -> None:
    config = write("net.yaml", SPEC.replace("softmax", "linear").replace("outputs", "# outputs"))
    data = write("d.csv", DATA)
    done = cli("forward", config, data, "--predict", "class", "--format", "json")
    assert done.code == 3
    (problem,) = done.json["problems"]
    assert (problem["code"], problem["file"]) == ("N112", str(config))
    assert problem["help"] == [
        "if they are, name the classes: `outputs: {classes: [NAME_1, NAME_2, NAME_3]}`"
    ]
    assert cli("forward", config, data).code == 0


def test_json_lines_of_a_run_without_predictions_have_none(
    cli: RunCli, files: tuple[Path, Path]
) -> None:
    done = cli("forward", *files, "--format", "jsonl")
    assert "prediction" not in json.loads(done.out.splitlines()[0])


def test_a_table_without_the_last_layer_still_has_the_classes(
    cli: RunCli, files: tuple[Path, Path]
) -> None:
    config, data = files
    two = SPEC.replace("layers: [", "layers: [{neurons: 2, weights: [[1, 0], [0, 1]]}, ")
    config.write_text(two)
    options = ("--keep", "id", "--layers", "1", "--rows", "2")
    done = cli("forward", config, data, *options, "--predict", "class")
    assert done.out.endswith(
        " sample   id   class   probability\n"
        f"      1   a    snow         {SHARE:.4f}\n"
        "      …\n"
        "      3   d               nan\n"
        " 1 of 3 samples not shown; -o FILE writes all\n"
    ), done.out
    assert "probability" not in cli("forward", config, data, *options).out
