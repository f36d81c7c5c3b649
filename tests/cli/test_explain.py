"""`nncli explain`: the sums that the texts print, in full, and every number as `forward` has it."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from commands import Done, run_here

BATCH = ("configs/batch.yaml", "sample_data/batch.csv")
TWO_LAYERS = ("configs/two_layers.yaml", "sample_data/two_layers.csv")
BY_HAND = ("configs/by_hand.yaml", "sample_data/by_hand.csv", "--samples", "columns")


def explained(*arguments: str) -> str:
    done = run_here("explain", *arguments)
    assert done.code == 0, done.err
    return done.out


def steps(*arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(explained(*arguments, "--format", "json"))["steps"]
    return found


def ends(text: str) -> list[str]:
    """Return the last lines of the sums: sign and number."""
    lines = [*text.splitlines(), ""]
    return [
        " ".join(one.split())
        for one, other in pairwise(lines)
        if re.match(r" +[=≈] ", one) and not re.match(r" +[=≈+] ", other)
    ]


def test_one_neuron_is_eight_lines_the_last_of_which_is_its_number() -> None:
    text = explained("configs/neuron.yaml", "sample_data/neuron.csv")
    assert text.splitlines()[2:] == [
        "  z₁  =  x₁·w₁₁ + x₂·w₁₂ + x₃·w₁₃   + x₄·w₁₄ + b₁",
        "      =  1·0.2  + 2·0.8  + 3·(−0.5) + 2.5·1  + 2",
        "      =  0.2    + 1.6    + (−1.5)   + 2.5    + 2",
        "      =  2.8 + 2",
        "      =  4.8",
    ]
    assert explained("configs/neuron_3.yaml", "sample_data/neuron_3.csv").endswith("=  2.3\n")


def test_the_batch_s_nine_sums_and_what_they_are_before_the_bias() -> None:
    found = [s for s in steps(*BATCH, "--sample", "all") if s["step"] == "neuron"]
    # Kinsley and Kukiela 2020, chapter 2, as the arithmetic has it
    before = ["2.8", "-1.79", "1.885", "6.9", "-4.81", "-0.3", "-0.59", "-1.949", "-0.474"]
    after = ["4.8", "1.21", "2.385", "8.9", "-1.81", "0.2", "1.41", "1.051", "0.026"]
    assert [step["before_bias"] for step in found] == before
    assert [step["z"]["exact"] for step in found] == after
    assert {step["sign"] for step in found} == {"="}


def test_two_layers_come_out_in_full() -> None:
    text = explained(*TWO_LAYERS, "--layer", "2")
    assert ends(text) == ["= 0.5031", "= −1.04185", "= −2.03875"]


def test_the_worksheet_s_sums() -> None:
    found = [s for s in steps(*BY_HAND, "--sample", "all") if s["step"] == "neuron"]
    sums = {(s["layer"], s["sample"], s["neuron"]): s["z"]["exact"] for s in found}
    assert len(sums) == 22
    assert [sums[4, sample, 1] for sample in (1, 2)] == ["-2", "3"]
    assert [sums[3, 1, neuron] for neuron in (1, 2, 3)] == ["-1", "0", "8"]
    assert all("." not in z for z in sums.values())


@pytest.mark.parametrize(
    ("notation", "symbols"),
    [
        ("rows", "x₁·w₁₃ + x₂·w₂₃ + x₃·w₃₃ + x₄·w₄₃ + b₃"),
        ("torch", "x₁·w₃₁ + x₂·w₃₂ + x₃·w₃₃ + x₄·w₃₄ + b₃"),
        ("columns", "w₃₁·x₁ + w₃₂·x₂ + w₃₃·x₃ + w₃₄·x₄ + b₃"),
    ],
)
def test_a_sum_is_written_in_the_order_of_the_notation(notation: str, symbols: str) -> None:
    text = explained(*BATCH, "--neuron", "3", "--notation", notation)
    assert symbols in re.sub(" +", " ", text)
    assert ends(text) == ["= 2.385"]


def test_the_result_stands_where_row_and_column_meet() -> None:
    text = explained(*BATCH, "--neuron", "3")
    assert "  ▸ ⎡    1    2    3   2.5 ⎤  ⎡   4.8     1.21   [2.385] ⎤\n" in text
    *_, (pointing, first) = (
        (line, below) for line, below in pairwise(text.splitlines()) if "▾" in line
    )
    assert first[: pointing.index("▾") + 1].endswith("−0.26")


@pytest.mark.parametrize("name", ["iris", "cancer", "diabetes", "digits"])
def test_the_floats_are_those_of_forward(name: str) -> None:
    files = (f"configs/{name}.yaml", f"sample_data/{name}_test.csv")
    forward: Done = run_here("forward", *files, "--format", "json", "--limit", "2")
    layers = json.loads(forward.out)["layers"]
    for step in steps(*files, "--sample", "1,2", "--neuron", "1,2"):
        if step["step"] == "neuron":
            layer, at = layers[step["layer"] - 1], (step["sample"] - 1, step["neuron"] - 1)
            assert step["z"]["float"] == layer["pre_activation"][at[0]][at[1]]
            assert step["a"]["float"] == layer["output"][at[0]][at[1]]
            assert float(step["z"]["exact"]) == pytest.approx(step["z"]["float"], rel=1e-5)


def test_a_long_sum_closes_exactly() -> None:
    files = ("configs/digits.yaml", "sample_data/digits_test.csv")
    for step in steps(*files, "--layer", "1", "--neuron", "1,5"):
        if step["step"] == "neuron":
            shown = [Decimal(term["product"]) for term in step["terms"]]
            assert (len(shown), step["terms_total"]) == (8, 64)
            assert sorted(map(abs, shown), reverse=True) == list(map(abs, shown))
            rest = Decimal(step["left_out"]["sum"])
            assert sum(shown) + rest + Decimal(step["bias"]) == Decimal(step["z"]["exact"])


def test_what_forward_s_own_type_makes_of_a_sum_is_said_where_it_differs(tmp_path: Path) -> None:
    spec = tmp_path / "net.yaml"
    spec.write_text("inputs: 2\nlayers:\n- neurons: 1\n  weights: [[1], [1]]\ndtype: float32\n")
    done = run_here("explain", spec, "-", stdin=b"16777216,1\n")
    assert done.out.endswith("      =  16777217\n  forward, in float32, gets 16777216\n")


def test_a_softmax_is_a_table_of_the_sample() -> None:
    text = explained("configs/iris.yaml", "sample_data/iris_test.csv", "--layer", "last")
    rows = [line.split() for line in text.splitlines() if " ÷ 1" in line]
    assert [row[0] for row in rows] == ["setosa", "versicolor", "virginica"]
    assert sum(float(row[-1]) for row in rows) == pytest.approx(1, abs=1e-3)


def test_scaling_is_a_step_of_its_own() -> None:
    (step,) = [
        s
        for s in steps("configs/digits.yaml", "sample_data/digits_test.csv", "--layer", "1")
        if s["step"] == "scaling"
    ]
    assert step["columns"][3] == {
        "name": "pixel_0_3",
        "formula": "(13 - 0) / 16",
        "result": "0.8125",
    }


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--sample", "30", "--sample 30: there are 3 samples"),
        ("--layer", "2", "--layer 2: the network has 1 layer"),
        ("--neuron", "nine", "there is no neuron 'nine'"),
        ("--terms", "0", "'0' is not a whole number"),
    ],
)
def test_what_is_not_there_is_a_wrong_command_line(option: str, value: str, message: str) -> None:
    done = run_here("explain", *BATCH, option, value)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
