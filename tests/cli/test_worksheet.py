"""`nncli explain --blanks`: worksheets, with numbers as `forward` has them."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from commands import run_here

BY_HAND = ("configs/by_hand.yaml", "sample_data/by_hand.csv", "--samples", "columns")
EXERCISE = ("configs/exercise.yaml", "sample_data/exercise.csv")
IRIS = ("configs/iris.yaml", "sample_data/iris_test.csv")


def made(*arguments: str | Path) -> str:
    done = run_here("explain", *arguments)
    assert done.code == 0, done.err
    return done.out


def sheets(*arguments: str | Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(made(*arguments, "--format", "json"))["sheets"]
    return found


def neurons(sheet: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for step in sheet["steps"] if step["step"] == "neuron"]


def test_all_sums_of_the_worksheet_but_the_first_are_asked_for() -> None:
    arguments = (*BY_HAND, "--ones", "--blanks", "all", "--seed", "7")
    text = made(*arguments)
    assert text.startswith("by_hand: worksheet   seed 7\n\n  Name ____")
    assert text.count("worked example: sample 1, neuron 1") == 1
    assert re.findall(r"^  (\d+)\. sample", text, re.MULTILINE) == [str(n) for n in range(1, 22)]
    assert "Points ____ / 42\n" in text  # z and a of 21 neurons
    assert re.search(r"\[\d+[za]:", text) is None
    steps = json.loads(made(*arguments, "--format", "json"))["steps"]
    sums = [step for step in steps if step["step"] == "neuron"]
    assert [step["blank"] and step["blank"]["id"] for step in sums] == [None, *range(1, 22)]
    # the numbers of the exercise that the spec is taken from
    last = {(s["sample"]): s["z"]["exact"] for s in sums if s["layer"] == 4}
    assert last == {1: "-2", 2: "3"}
    assert sums[5]["blank"] == {"id": 5, "parts": ["z", "a"], "level": 2, "points": 2}


def test_what_is_not_drawn_stays_and_its_seeds_draw_the_questions() -> None:
    found = sheets(*BY_HAND, "--blanks", "8", "--variants", "5", "--seed", "3")
    assert [sheet["seed"] for sheet in found] == [3, 10_003, 20_003, 30_003, 40_003]
    asked = [
        tuple((s["layer"], s["sample"], s["neuron"]) for s in neurons(sheet) if s["blank"])
        for sheet in found
    ]
    assert len(set(asked)) == 5
    assert all(len(places) == 8 for places in asked)
    (weights,) = {
        json.dumps([s["w"] for s in sh["steps"] if s["step"] == "product"]) for sh in found
    }
    assert weights


@pytest.mark.parametrize("blanks", ["4", "8", "12"])
def test_of_one_network_thirty_sheets_ask_for_other_numbers(blanks: str) -> None:
    found = sheets(*BY_HAND, "--blanks", blanks, "--variants", "30")
    assert len({json.dumps(sheet["steps"]) for sheet in found}) == 30


def test_sheets_that_cannot_differ_are_said_to_be_the_same() -> None:
    arguments = (*BY_HAND, "--layer", "1,2", "--blanks", "all", "--variants", "3")
    done = run_here("explain", *arguments)
    words = "2 of 3 worksheets are the same as others: weights that are drawn would differ"
    assert done.err == f"note: {words}\n"
    assert [sheet["seed"] for sheet in sheets(*arguments)] == [0, 10_000, 20_000]


def test_sheets_of_few_weights_differ_as_long_as_there_are_others(tmp_path: Path) -> None:
    spec = tmp_path / "net.yaml"
    spec.write_text(
        "layer_sizes: [1, 2]\nseed: 0\n"
        "init: {weights: {whole_numbers: {low: -1, high: 1, zeros: 0}}}\n"
    )
    done = run_here(
        "explain", spec, "-", "--blanks", "1", "--variants", "5", "--format", "json", stdin=b"2\n"
    )
    weights = [json.dumps(sheet["steps"][0]["w"]) for sheet in done.json["sheets"]]
    assert len(set(weights)) == 4  # there are no more
    (note,) = done.json["notes"]
    assert (note["code"], note["message"][:6]) == ("equal_worksheets", "1 of 5")


def test_thirty_variants_differ_and_say_their_seeds_and_points() -> None:
    arguments = (*EXERCISE, "--blanks", "6", "--variants", "30", "--seed", "0")
    parts = re.split("(?m)^(?=exercise: worksheet)", made(*arguments))[1:]
    heads = [part.splitlines()[0] for part in parts]
    seeds = [int(head.split()[-1]) for head in heads]
    assert heads == [
        f"exercise: worksheet {number} of 30   seed {seed}"
        for number, seed in enumerate(seeds, start=1)
    ]
    assert all(10_000 * k <= seed < 10_000 * (k + 1) for k, seed in enumerate(seeds))
    assert len({"".join(part.splitlines(True)[1:]) for part in parts}) == 30
    points = [int(re.findall(r"Points ____ / (\d+)", part)[0]) for part in parts]
    found = sheets(*arguments)
    assert [(s["variant"], s["seed"], s["points"]) for s in found] == list(
        zip(range(1, 31), seeds, points, strict=True)
    )
    # a sum of layer 1 is worth 2, one of layer 2, which is linear, 1
    for sheet in found:
        worth = [2 if step["layer"] == 1 else 1 for step in neurons(sheet) if step["blank"]]
        assert (len(worth), sum(worth)) == (6, sheet["points"])


def test_the_printed_seed_gives_forward_the_numbers_of_the_sheet() -> None:
    """Bit for bit, also where sums are rounded."""
    for sheet in sheets(*EXERCISE, "--blanks", "all", "--variants", "4", "--seed", "11"):
        check_floats(EXERCISE, sheet)


def test_so_it_does_where_sums_are_rounded(tmp_path: Path) -> None:
    spec = tmp_path / "net.yaml"
    spec.write_text("layer_sizes: [4, 7, 3]\nactivations: [relu, tanh]\nseed: 5\ninit: he_normal\n")
    files = (str(spec), "sample_data/batch.csv")
    for sheet in sheets(*files, "--blanks", "all", "--variants", "4"):
        check_floats(files, sheet)


def check_floats(files: tuple[str, ...], sheet: dict[str, Any]) -> None:
    """Hold a sheet's numbers against what `forward` has with its seed."""
    done = run_here("forward", *files, "--format", "json", "--seed", str(sheet["seed"]))
    layers = json.loads(done.out)["layers"]
    for step in neurons(sheet):
        layer, at = layers[step["layer"] - 1], (step["sample"] - 1, step["neuron"] - 1)
        assert step["z"]["float"] == layer["pre_activation"][at[0]][at[1]]
        assert step["a"]["float"] == layer["output"][at[0]][at[1]]


def test_every_drawn_sheet_suits_a_lesson() -> None:
    for sheet in sheets(*EXERCISE, "--blanks", "all", "--variants", "20"):
        first, last = (step for step in sheet["steps"] if step["step"] == "product")
        for step in (first, last):
            w = [[int(each) for each in row] for row in step["w"]]  # they are whole
            assert all(any(row) for row in (*w, *zip(*w, strict=True)))
            assert all(abs(int(each)) <= 20 for row in step["z"] for each in row)
        cut = [each.startswith("-") or each == "0" for row in first["z"] for each in row]
        assert any(each.startswith("-") for row in first["z"] for each in row)
        assert sum(cut) <= 0.6 * len(cut)
        assert all(set(row) != {"0"} for row in (*first["a"], *last["z"]))


def test_what_has_to_be_rounded_is_said_to_the_teacher_and_nothing_else() -> None:
    arguments = (*BY_HAND, "--layer", "4", "--blanks", "1")
    done = run_here("explain", *arguments)
    words = "1 of 2 answers has to be rounded to 4 decimals: say so to your class"
    assert done.err == f"note: {words}\n"
    done = run_here("explain", *arguments, "--quiet")
    assert done.err == ""
    (note,) = json.loads(made(*arguments, "--format", "json"))["notes"]
    assert (note["code"], note["message"]) == ("rounded_answers", words)
    assert run_here("explain", *BY_HAND, "--layer", "1,2", "--blanks", "5").err == ""


def test_a_softmax_is_asked_for_as_a_whole() -> None:
    text = made(*IRIS, "--layer", "last", "--sample", "2,3", "--blanks", "3", "--answers")
    assert text.splitlines()[2].split() == ["variant", "seed", "points", *LABELS]
    rows = [line for line in text.splitlines() if re.search(r"\[3p: ", line) and "÷" in line]
    assert len(rows) == 1
    assert "the printed shares" not in text.partition("1. sample 3")[2]


LABELS = ["1z", "1p", "2z", "2p", "3z", "3p"]


def test_samples_are_the_first_eight_unless_they_are_said() -> None:
    asked = {
        step["sample"]
        for step in neurons(
            {"steps": json.loads(made(*IRIS, "--blanks", "all", "--format", "json"))["steps"]}
        )
    }
    assert asked == set(range(1, 9))
    text = made(*IRIS, "--blanks", "3", "--sample", "5")
    assert {
        line.split()[2].rstrip(",") for line in text.splitlines() if re.match(r"  \d+\. s", line)
    } == {"5"}


def test_answers_are_a_key_and_then_the_sheets() -> None:
    arguments = (*EXERCISE, "--blanks", "4", "--variants", "3")
    text = made(*arguments, "--answers")
    assert text.startswith("exercise: answers   3 worksheets\n\n variant    seed   points   1z")
    assert text.count("Name ____") == 3
    key = [line.split() for line in text.splitlines()[2:6]]
    for row, sheet in zip(key[1:], sheets(*arguments), strict=True):
        found = dict(zip(key[0], row, strict=True))
        assert (found["variant"], found["seed"]) == (str(sheet["variant"]), str(sheet["seed"]))
        for step in neurons(sheet):
            if step["blank"] is not None:
                number = step["blank"]["id"]
                assert found[f"{number}z"].replace("−", "-") == step["z"]["exact"]


def test_a_file_holds_what_the_screen_shows(tmp_path: Path) -> None:
    file = tmp_path / "sheet.txt"
    assert made(*EXERCISE, "--blanks", "4", "-o", file) == ""
    assert file.read_text(encoding="utf-8") == made(*EXERCISE, "--blanks", "4")


@pytest.mark.parametrize("level", ["1", "2", "3"])
def test_levels_leave_less_and_less(level: str) -> None:
    text = made(*EXERCISE, "--blanks", "3", "--layer", "1", "--level", level)
    start = text.index("  1. sample")
    sums = [line for line in text[start:].splitlines() if re.match("      =", line)]
    boxes = [line.count("________") for line in sums[:3]]
    assert boxes == {"1": [0, 0, 1], "2": [0, 3, 1], "3": [7, 4, 2]}[level]


@pytest.mark.parametrize(
    ("files", "arguments", "message", "help_line"),
    [
        (IRIS, "--level 2", "--level is about worksheets", "--blanks 12"),
        (IRIS, "--variants 2", "--variants is about worksheets", "--blanks 12"),
        (IRIS, "--answers", "--answers is about worksheets", "--blanks 12"),
        (IRIS, "--blanks 3 --neuron 1", "--neuron says whose sums to write out", "leave one"),
        (IRIS, "--blanks 0", "'0' is not a whole number of at least 1", ""),
        (IRIS, "--blanks some", "'some' is not a whole number of at least 1", ""),
        (IRIS, "--blanks 3 --level 4", "'4' is not a whole number from 1 to 3", ""),
        (IRIS, "--blanks 3 --variants 201", "'201' is not a whole number from 1 to 200", ""),
        (IRIS, "--blanks 88", "--blanks 88: there are 87 questions", "--blanks all"),
        (IRIS, "--blanks 2 --layer 2", "a softmax is asked for as a whole", "--blanks 3"),
        (IRIS, "--blanks 1 --layer 2 --sample 1", "nothing to ask for", "--sample"),
        (
            ("configs/digits.yaml", "sample_data/digits_test.csv"),
            "--blanks 3",
            "layer 1 has 64 inputs and 32 neurons, a worksheet takes up to 12 of each",
            "no layer of this network fits",
        ),
        (
            EXERCISE,
            "--blanks 3 --variants 2 --seed 4294947297",
            "--seed 4294947297: worksheets try the seeds behind it",
            "at most --seed 4294947296",
        ),
    ],
)
def test_what_makes_no_worksheet_is_a_wrong_command_line(
    files: tuple[str, ...], arguments: str, message: str, help_line: str
) -> None:
    done = run_here("explain", *files, *arguments.split())
    assert (done.code, done.out) == (2, "")
    (told,) = done.told
    assert message in told.message
    assert help_line in told.help


def test_the_last_seeds_of_all_are_tried() -> None:
    (sheet,) = sheets(*EXERCISE, "--blanks", "3", "--variants", "1", "--seed", "4294957296")
    assert 4294957296 <= sheet["seed"] < 2**32


def test_where_no_seed_suits_the_spec_is_at_fault(tmp_path: Path) -> None:
    spec = tmp_path / "net.yaml"
    spec.write_text(
        "layer_sizes: [3, 2]\ninit: {weights: {whole_numbers: {low: 9, high: 9}}}\nseed: 1\n"
    )
    done = run_here("explain", spec, EXERCISE[1], "--blanks", "2")
    assert (done.code, done.out, done.told[0].code) == (3, "", "N113")
    assert re.match("none of the 10,000 seeds from 1 on draws", done.told[0].message)


def test_a_spec_that_draws_without_a_seed_is_told_so(tmp_path: Path) -> None:
    spec = tmp_path / "net.yaml"
    spec.write_text("layer_sizes: [3, 2]\ninit: {weights: whole_numbers}\n")
    done = run_here("explain", spec, EXERCISE[1], "--blanks", "2")
    assert (done.code, done.told[0].code) == (3, "N109")
    text = made(spec, EXERCISE[1], "--blanks", "2", "--seed", "0")
    assert re.match(r"net: worksheet   seed \d+\n", text)


def test_only_one_question_more_is_asked_at_a_time() -> None:
    """Every number of questions can be had."""
    counts = [made(*EXERCISE, "--blanks", str(n)).count(". sample") for n in range(1, 15)]
    assert [two - one for one, two in pairwise(counts)] == [1] * 13


def test_a_sheet_says_how_many_digits_its_key_has(tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text("layers: [{weights: [[1, -2]], activation: sigmoid}]\n", encoding="utf-8")
    data = tmp_path / "data.csv"
    data.write_text("3.5\n", encoding="utf-8")
    text = made(spec, data, "--blanks", "1", "--answers")
    assert "  round any other to 4 decimals, but to three significant digits at least.\n" in text
    assert "0.000911 ± 0.000001" in text  # not 0.0009


def test_no_weights_are_drawn_for_what_is_no_number(tmp_path: Path) -> None:
    data = tmp_path / "nan.csv"
    data.write_text("a,b,c\n1,2,3\n1,nan,3\n")
    done = run_here("explain", "configs/exercise.yaml", data, "--blanks", "3")
    assert (done.code, done.out) == (4, "")
    assert "error[N404]: sample 2: no weights can be drawn for what is no number" in done.err
    assert "help: make worksheets of data without NaN and infinity" in done.err
