"""`nncli evaluate` beside its figures: the losses of batches, and a second network."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from commands import ROOT, RunCli

Write = Callable[[str, str | bytes], Path]

SINE = ("configs/sine.yaml", "sample_data/sine_test.csv")
DIGITS = ("configs/digits.yaml", "sample_data/digits_test.csv")
IRIS = ("configs/iris.yaml", "sample_data/iris_test.csv")

# The input is the output, so the losses are the squared differences in the data: 0, 1, 4, 9.
SAME = "inputs: {columns: [x]}\nlayers: [{neurons: 1, weights: [[1]]}]\n"
LINE = "x,y\n1,1\n2,3\n3,5\n4,7\n"

# The first tells the class by x alone, the second by 2 - x: they differ on x = 0 and x = 2.
SCORES = """
inputs: {{columns: [x]}}
layers: [{{neurons: 2, weights: [[0, {slope}]], biases: [0, {bias}]}}]
outputs: {{classes: [low, high]}}
"""
LEVELS = "x,level\n0,low\n0,high\n2,high\n2,low\n1,low\n"


@pytest.fixture
def line(write: Write) -> tuple[Path, Path]:
    return write("net.yaml", SAME), write("data.csv", LINE)


@pytest.fixture
def two(write: Write) -> tuple[Path, Path, Path]:
    """Return two networks, and data on whose first four samples they differ."""
    first = write("first.yaml", SCORES.format(slope=1, bias=-1))
    second = write("second.yaml", SCORES.format(slope=-1, bias=1))
    return first, second, write("levels.csv", LEVELS)


# ------------------------------------------------------------------------- losses of batches


def test_losses_of_batches_are_those_counted_by_hand(cli: RunCli, line: tuple[Path, Path]) -> None:
    """Of 0, 1, 4 and 9 the mean is 3.5, and the mean square distance from it 12.25."""
    options = ("--target", "y", "--batch-sizes", "4,1", "--format", "json")
    done = cli("evaluate", *line, *options)
    assert (done.code, done.err) == (0, "")
    one, four = done.json["batch_losses"]
    assert done.json["metrics"]["mse"] == 3.5
    assert list(one) == ["batch_size", "std", "p05", "p95", "theory_std"]
    assert one == pytest.approx(
        {"batch_size": 1, "std": 3.5, "p05": 0.15, "p95": 8.25, "theory_std": 3.5}, rel=1e-14
    )
    assert four == pytest.approx(
        {"batch_size": 4, "std": 0, "p05": 3.5, "p95": 3.5, "theory_std": 1.75}, rel=1e-14
    )


def test_batches_stray_as_samples_without_replacement_do(cli: RunCli, tmp_path: Path) -> None:
    """Cochran 1977, theorem 2.2, of the losses that a plain loop finds in what forward writes."""
    path = tmp_path / "outputs.csv"
    assert cli("forward", *SINE, "-o", path).code == 0
    outputs = [float(row["y"]) for row in csv.DictReader(path.read_text().splitlines())]
    with (ROOT / SINE[1]).open() as file:
        targets = [float(row["y"]) for row in csv.DictReader(file)]
    losses = np.array([(a - b) ** 2 for a, b in zip(outputs, targets, strict=True)])
    options = ("--target", "y", "--batch-sizes", "1,8,64", "--format", "json", "-q")
    found = cli("evaluate", *SINE, *options).json["batch_losses"]
    sigma, count = float(np.std(losses)), len(losses)
    for spread in found:
        size = spread["batch_size"]
        assert spread["theory_std"] == pytest.approx(sigma / math.sqrt(size), rel=1e-6)
        finite = math.sqrt((count - size) / (count - 1))
        assert spread["std"] == pytest.approx(sigma / math.sqrt(size) * finite, rel=0.05)
        assert spread["p05"] < losses.mean() < spread["p95"]


def test_the_table_has_bars_and_a_sentence(cli: RunCli, line: tuple[Path, Path]) -> None:
    done = cli("evaluate", *line, "--target", "y", "--batch-sizes", "1,4")
    assert done.out.splitlines()[3:] == [
        " the loss of a random batch, beside 3.5 of all 4 samples",
        " batch size   strays by        5–95 %   σ/√n",
        "          1        3.50   0.15 … 8.25   3.50 ████████████████",
        "          4        0      3.50 … 3.50   1.75",
        " a batch of 4 strays by 0 % of the loss, a single sample by 100 %",
        " σ/√n is of data without an end: a batch that holds much of 4 samples strays by less",
    ]


def test_markdown_has_the_same_table(cli: RunCli, line: tuple[Path, Path]) -> None:
    out = cli("evaluate", *line, "--target", "y", "--batch-sizes", "1", "--format", "md").out
    assert "| batch size | strays by | 5–95 % | σ/√n |  |\n" in out
    assert "| 1 | 3.5 | 0.15 … 8.25 | 3.5 | ████████████████ |\n" in out


@pytest.mark.parametrize(
    "options",
    [("--threads", "1"), ("--threads", "2", "--batch-size", "1"), ("--batch-size", "300")],
    ids=" ".join,
)
def test_threads_and_units_change_nothing_of_it(cli: RunCli, options: tuple[str, ...]) -> None:
    asked = ("--target", "digit", "--batch-sizes", "1,16", "--format", "json", "-q")
    arguments = (*DIGITS, *asked, "--against", DIGITS[0], "--dtype", "float32")
    assert cli("evaluate", *arguments, *options).json == cli("evaluate", *arguments).json


def test_a_seed_draws_other_batches_of_the_same_samples(cli: RunCli) -> None:
    arguments = ("evaluate", *SINE, "--target", "y", "--batch-sizes", "1,8", "--format", "json")
    found = [cli(*arguments, "--seed", seed).json["batch_losses"] for seed in ("1", "2", "1")]
    assert found[0] == found[2]
    assert found[0][0] == found[1][0]
    assert found[0][1] != found[1][1]
    assert found[0][1]["std"] == pytest.approx(found[1][1]["std"], rel=0.1)


def test_sizes_beyond_the_data_are_said_in_a_note(cli: RunCli, line: tuple[Path, Path]) -> None:
    arguments = ("evaluate", *line, "--target", "y", "--batch-sizes")
    note = "note: no losses of batch sizes 5 and 9: batches are drawn from 4 samples\n"
    done = cli(*arguments, "2,5,9")
    assert (done.code, done.err) == (0, note)
    none = cli(*arguments, "5,9")
    assert (none.code, none.err) == (0, note)
    assert none.out == cli("evaluate", *line, "--target", "y").out
    found = cli(*arguments, "2,5,9", "--format", "json").json
    assert [spread["batch_size"] for spread in found["batch_losses"]] == [2]
    assert [told["code"] for told in found["notes"]] == ["large_batches"]


def test_the_limit_is_one_of_batches_too(cli: RunCli, line: tuple[Path, Path]) -> None:
    arguments = ("evaluate", *line, "--target", "y", "--batch-sizes", "1", "--limit")
    assert "beside 0.5 of all 2 samples" in cli(*arguments, "2").out
    one = cli(*arguments, "1")
    assert one.code == 0
    assert "beside 0 of 1 sample\n" in one.out
    assert "every loss is 0: no batch strays" in one.out


def test_without_samples_there_are_no_batches(cli: RunCli, write: Write) -> None:
    arguments = (write("net.yaml", SAME), write("data.csv", "x,y\n"), "--target", "y")
    one = cli("evaluate", *arguments, "--batch-sizes", "1")
    other = cli("evaluate", *arguments)
    assert (one.code, one.told) == (other.code, other.told)


def test_a_loss_that_is_not_finite_has_no_spread(cli: RunCli, write: Write) -> None:
    config = write("net.yaml", SAME.replace("[[1]]", "[[1e200]]"))
    options = ("--target", "y", "--batch-sizes", "1", "--format", "json")
    done = cli("evaluate", config, write("data.csv", LINE), *options)
    assert done.code == 0
    assert set(done.json["batch_losses"][0].values()) == {1, "nan"}
    shown = cli("evaluate", config, write("data.csv", LINE), *options[:4]).out
    assert "\n\n not every loss is finite: how far batches stray cannot be said\n" in shown
    assert "batch size" not in shown


# ------------------------------------------------------------------------------- the picture


def plotted(cli: RunCli, path: Path, *options: str) -> Any:
    pytest.importorskip("matplotlib", reason="needs matplotlib, of the extra `plot`")
    sizes = ("--target", "y", "--batch-sizes", "1,4,16")
    return cli("evaluate", *SINE, *sizes, "--plot", path, *options)


def test_the_plot_is_a_picture_of_its_suffix(cli: RunCli, tmp_path: Path) -> None:
    vector, pixels = tmp_path / "a.svg", tmp_path / "a.PNG"
    assert plotted(cli, vector).code == 0
    assert plotted(cli, pixels, "--format", "json").json["batch_losses"]
    assert ET.parse(vector).getroot().tag == "{http://www.w3.org/2000/svg}svg"  # noqa: S314  # ours
    assert pixels.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    again = tmp_path / "b.svg"
    plotted(cli, again, "--threads", "1")
    assert again.read_bytes() == vector.read_bytes()


def test_a_picture_is_never_replaced_unasked(cli: RunCli, write: Write) -> None:
    path = write("mine.svg", "mine")
    done = plotted(cli, path)
    assert (done.code, done.out, path.read_text()) == (5, "", "mine")
    assert plotted(cli, path, "--force").code == 0
    assert path.read_text().startswith("<?xml")


def test_the_plot_and_the_errors_are_two_files(cli: RunCli, tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    done = plotted(cli, path, "--errors", str(path))
    assert (done.code, done.out, path.exists()) == (2, "", False)
    assert done.told[0].message == "--errors and --plot name the same file"


def test_of_no_batches_no_picture_is_drawn(cli: RunCli, tmp_path: Path) -> None:
    """The note says why."""
    path = tmp_path / "a.svg"
    pytest.importorskip("matplotlib", reason="needs matplotlib, of the extra `plot`")
    options = ("--target", "y", "--batch-sizes", "2", "--limit", "1", "--plot", path)
    done = cli("evaluate", *SINE, *options)
    assert (done.code, path.exists()) == (0, False)
    assert "no losses of batch size 2" in done.err


# ------------------------------------------------------------------------- a second network


def test_flips_are_those_counted_by_hand(cli: RunCli, two: tuple[Path, Path, Path]) -> None:
    first, second, data = two
    options = ("--target", "level", "--against", second, "--format", "json", "-q")
    done = cli("evaluate", first, data, *options)
    assert (done.code, done.err) == (0, "")
    found = done.json["against"]
    assert (found["source"], found["samples"]) == (str(second), 5)
    assert found["network"]["name"] == "second"
    (layer,) = found["layers"]
    assert (layer["layer"], layer["neurons"], found["first_layer_beyond"]) == (1, [2, 2], 1)
    # the scores of `high` are x - 1 and 1 - x
    assert layer["absolute"] == {"difference": 2, "sample": 1, "neuron": 2, "values": [-1, 1]}
    assert layer["relative"] == {"difference": 2, "sample": 1, "neuron": 2, "values": [-1, 1]}
    assert (layer["samples_beyond"], layer["values_beyond"]) == (4, 4)
    assert found["outputs"] == {key: layer[key] for key in found["outputs"]}
    flips = found["flips"]
    assert (flips["count"], flips["helped"], flips["hurt"]) == (4, 2, 2)
    assert flips["first"][0] == {
        "sample": 1,
        "label": None,
        "classes": ["low", "high"],
        "target": "low",
    }
    assert done.json["metrics"]["accuracy"] == 3 / 5


def test_the_table_says_where_networks_part(cli: RunCli, two: tuple[Path, Path, Path]) -> None:
    first, second, data = two
    out = cli("evaluate", first, data, "--against", second, "-q").out
    assert out.startswith(f"{first} against {second}\n")
    for said in (
        " layer 1 is the first with values beyond that\n",
        " outputs differ in 4 of 5 samples: 4 of 10 values\n",
        " 4 predictions flip\n",
    ):
        assert said in out
    out = cli("evaluate", first, data, "--against", second, "--target", "level").out
    assert " 4 predictions flip: 2 helped, 2 hurt, 0 wrong in both\n" in out
    assert " helped: right in first.yaml, wrong in second.yaml; hurt: the other way round\n" in out
    assert (
        "\n sample   first.yaml   second.yaml   target\n      1   low          high          low\n"
        in out
    )
    markdown = cli("evaluate", first, data, "--against", second, "-q", "--format", "md").out
    assert "| \\# | layer | neurons | beyond | difference | at | relative | at |\n" in markdown


def test_a_target_is_not_needed_to_compare(cli: RunCli, two: tuple[Path, Path, Path]) -> None:
    first, second, data = two
    done = cli("evaluate", first, data, "--against", second, "--format", "json", "-q")
    assert (done.code, done.err) == (0, "")
    assert not {"metrics", "samples", "classes", "batch_losses"} & set(done.json)
    flips = done.json["against"]["flips"]
    assert (flips["count"], flips["helped"], flips["hurt"]) == (4, None, None)
    assert {flip["target"] for flip in flips["first"]} == {None}


def test_a_network_is_at_no_place_apart_from_itself(cli: RunCli) -> None:
    done = cli("evaluate", *SINE, "--against", SINE[0], "-q")
    assert done.out.splitlines() == [
        "configs/sine.yaml (1) against configs/sine.yaml (2)",
        " #   layer     neurons   beyond   difference   relative",
        " 1   layer_1        16        0            0          0",
        " 2   layer_2         1        0            0          0",
        " beyond: apart by more than 1e-09 + 1e-09 · the larger one",
        " relative: to the larger one",
        "",
        " no layer has a value beyond that",
        " the outputs of 512 samples agree",
    ]


@pytest.mark.parametrize("config", ["digits", "iris", "cancer", "diabetes", "sine"])
def test_a_spec_agrees_with_the_onnx_model_that_is_written_of_it(
    config: str, cli: RunCli, tmp_path: Path
) -> None:
    pytest.importorskip("onnx", reason="needs onnx, of the extra `onnx`")
    model = tmp_path / "net.onnx"
    assert cli("convert", f"configs/{config}.yaml", model).code == 0
    data = f"sample_data/{config}_test.csv"
    for pair in ((f"configs/{config}.yaml", model), (model, f"configs/{config}.yaml")):
        options = ("--against", pair[1], "--format", "json", "-q")
        done = cli("evaluate", pair[0], data, *options)
        assert (done.code, done.err) == (0, "")
        found = done.json["against"]
        assert (found["rtol"], found["first_layer_beyond"]) == (1e-5, None)
        assert found["outputs"]["values_beyond"] == 0
        assert found["flips"] is None or found["flips"]["count"] == 0


def test_both_are_told_beside_each_other(cli: RunCli, tmp_path: Path) -> None:
    """Figures, the list of errors, groups, batches and a second network, all in one run."""
    options = ("--target", "species", "--by", "species", "--batch-sizes", "1,8", "-q")
    more = ("--against", IRIS[0], "--errors", tmp_path / "errors.csv", "--format", "json")
    found = cli("evaluate", *IRIS, *options, *more).json
    alone = cli("evaluate", *IRIS, "--target", "species", "--format", "json").json
    assert found["metrics"] == alone["metrics"]
    assert len(found["groups"]) == 3
    assert len(found["batch_losses"]) == 2
    assert found["against"]["samples"] == 50
    assert len((tmp_path / "errors.csv").read_text().splitlines()) == 51


# ------------------------------------------------------------------------ what is refused


@pytest.mark.parametrize(
    ("option", "value"),
    [("--batch-sizes", "1"), ("--errors", "e.csv"), ("--by", "x"), ("--fail-below", "r2=0.5")],
)
def test_what_needs_a_target_says_so(
    option: str, value: str, cli: RunCli, line: tuple[Path, Path]
) -> None:
    done = cli("evaluate", *line, "--against", line[0], option, value)
    assert (done.code, done.out) == (2, "")
    (told,) = done.told
    assert (told.code, told.message) == ("N705", f"{option} needs the column that is right")
    assert told.help == "help: name it: --target COLUMN"


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (("--plot", "a.svg"), "N705", "--plot draws how far the losses of batches stray"),
        (
            ("--plot", "a.pdf", "--batch-sizes", "1"),
            "N703",
            "the suffix of 'a.pdf' names no picture: .svg, .png",
        ),
        (("--batch-sizes", "0"), "N703", "'0' is not a batch size"),
        (("--batch-sizes", "4-1"), "N703", "does not go from a batch size"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_options_of_batches_are_checked(
    options: tuple[str, ...], code: str, message: str, cli: RunCli, line: tuple[Path, Path]
) -> None:
    done = cli("evaluate", *line, "--target", "y", *options)
    assert (done.code, done.out, done.told[0].code) == (2, "", code)
    assert message in done.told[0].message


def test_a_threshold_of_numbers_is_refused_without_a_target_too(
    cli: RunCli, line: tuple[Path, Path]
) -> None:
    for target in ((), ("--target", "y")):
        done = cli("evaluate", *line, "--against", line[0], "--threshold", "0.3", *target)
        assert (done.code, done.out, done.told[0].code) == (2, "", "N705")


def test_networks_for_other_data_cannot_be_compared(cli: RunCli) -> None:
    done = cli("evaluate", *IRIS, "--target", "species", "--against", DIGITS[0])
    assert (done.code, done.out) == (3, "")
    assert [told.code for told in done.told] == ["N114", "N114"]
    assert done.told[0].message.startswith("it has 64 inputs, and the network compared with it 4")
    assert done.told[1].message.startswith("it has 10 outputs, and")
    found = cli("evaluate", *IRIS, "--against", DIGITS[0], "--format", "json").json
    assert [problem["file"] for problem in found["problems"]] == [DIGITS[0]] * 2


def test_a_second_network_that_is_not_there_is_exit_code_5(
    cli: RunCli, line: tuple[Path, Path]
) -> None:
    done = cli("evaluate", *line, "--against", line[0].with_name("none.yaml"))
    assert (done.code, done.out, done.told[0].code) == (5, "", "N501")


def test_neither_network_is_ever_replaced(cli: RunCli, two: tuple[Path, Path, Path]) -> None:
    first, second, data = two
    before = second.read_text()
    options = ("--target", "level", "--against", second, "--errors", second, "--force")
    done = cli("evaluate", first, data, *options)
    assert (done.code, done.out, done.told[0].code) == (5, "", "N505")
    assert second.read_text() == before


def test_a_file_that_is_read_twice_is_left_out_and_not_the_second_network(cli: RunCli) -> None:
    told = cli("evaluate", IRIS[0], IRIS[1], IRIS[1], "--against", IRIS[0]).told[0]
    assert told.code == "N704"
    line = f"nncli evaluate {IRIS[0]} {IRIS[1]} --against {IRIS[0]}"
    assert told.help == f"help: leave `{IRIS[1]}` out   {line}"
