"""Whole tables as plain text, held against hand-set ones, and their numbers against each other."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nncli.render.layout.plain import to_plain
from nncli.render.layout.view import BLANK, Column, Grid, Span, line

if TYPE_CHECKING:
    from conftest import RunCli

ROOT = Path(__file__).resolve().parents[3]

# z of layer 1 worked by hand in the book: 4.8, 1.21, 2.385 and so on; layer 2 from those.
FORWARD = """\
two_layers   float64   3 samples × 4 features   sample_data/two_layers.csv

 #   layer     input    weights            biases   activation   output   parameters
 1   layer_1   (3, 4) @ (3, 4)ᵀ → (4, 3) + (3,)     linear       (3, 3)           15
 2   layer_2   (3, 3) @ (3, 3)ᵀ → (3, 3) + (3,)     linear       (3, 3)           12
     total                                                                        27

0 inputs   x, the batch as it was read
 sample    x 1   x 2    x 3    x 4
      1    1.0   2.0    3.0    2.5
      2    2.0   5.0   -1.0    2.0
      3   -1.5   2.7    3.3   -0.8

1 layer_1   a = x @ W.T + b
 sample    a 1      a 2     a 3
      1   4.80    1.210   2.385
      2   8.90   -1.810   0.200
      3   1.41    1.051   0.026

2 layer_2   a = x @ W.T + b
 sample       a 1       a 2       a 3
      1    0.5031   -1.0418   -2.0388
      2    0.2434   -2.7332   -5.7633
      3   -0.9931    1.4125   -0.3566
"""

SHAPES = """\
two_layers   float64   2 layers   (N, 4) → (N, 3)

 #   layer     input    weights            biases   output     parameters   multiply–adds
 1   layer_1   (N, 4) @ (3, 4)ᵀ → (4, 3) + (3,)   → (N, 3)   4×3 + 3 = 15              12
 2   layer_2   (N, 3) @ (3, 3)ᵀ → (3, 3) + (3,)   → (N, 3)   3×3 + 3 = 12               9

 parameters      27   216 B as float64
 multiply–adds   21   per sample
 activations   80 B   batch and outputs of 1 sample
"""


def find_rows(text: str, pattern: str) -> list[Any]:
    """Return what the groups of *pattern* match, line by line."""
    return re.findall(pattern, text, re.MULTILINE)


def test_a_forward_pass_is_shown_like_this(cli: RunCli) -> None:
    done = cli("forward", "configs/two_layers.yaml", "sample_data/two_layers.csv")
    assert (done.code, done.out, done.err) == (0, FORWARD, "")


def test_shapes_are_shown_like_this(cli: RunCli) -> None:
    done = cli("shapes", "configs/two_layers.yaml")
    assert (done.code, done.out, done.err) == (0, SHAPES, "")


CONFIGS = sorted(p.stem for p in (ROOT / "configs").glob("*.yaml") if p.stem != "broken")


def whole(text: str) -> int:
    return int(text.replace(",", ""))


@pytest.mark.parametrize("stem", CONFIGS)
def test_the_derivations_add_up_to_the_totals(cli: RunCli, stem: str) -> None:
    """inputs × neurons + biases = parameters; both columns sum to the lines below the table."""
    done = cli("shapes", f"configs/{stem}.yaml")
    # behind them may stand which arrays of a file a layer takes
    rows = re.findall(
        r"([\d,]+)×([\d,]+) \+ ([\d,]+) = ([\d,]+) +([\d,]+)(?:  .*)?$", done.out, re.MULTILINE
    )
    assert rows
    parameters = multiply_adds = 0
    for inputs, neurons, biases, product, products in (map(whole, row) for row in rows):
        assert inputs * neurons + biases == product
        assert inputs * neurons == products
        assert neurons == biases
        parameters += product
        multiply_adds += products
    assert find_rows(done.out, rf"^ parameters +{parameters:,} ")
    assert find_rows(done.out, rf"^ multiply–adds +{multiply_adds:,} ")


def test_the_parameters_column_of_a_forward_pass_adds_up_to_its_total(cli: RunCli) -> None:
    done = cli("forward", "configs/layer_objects.yaml", "sample_data/layer_objects.csv")
    table = done.out.split("\n\n")[1].splitlines()
    *counts, total = [whole(row.split()[-1]) for row in table[1:]]
    assert counts == [4 * 5 + 5, 5 * 2 + 2]
    assert sum(counts) == total


def test_one_layer_has_no_total(cli: RunCli) -> None:
    done = cli("forward", "configs/batch.yaml", "sample_data/batch.csv")
    assert "total" not in done.out


def test_the_layers_chain_up_and_rows_are_of_one_shape(cli: RunCli) -> None:
    """What one layer puts out is what the next takes in."""
    done = cli("forward", "configs/two_layers.yaml", "sample_data/two_layers.csv")
    shapes = re.findall(
        r"(\(\d+, \d+\)) @ (\(\d+, \d+\)).* (\(\d+, \d+\)) +\d+$", done.out, re.MULTILINE
    )
    assert len(shapes) == 2
    assert shapes[0][2] == shapes[1][0]


# ----------------------------------------------------------------------------- large batches


def test_of_a_large_batch_the_first_and_last_samples_are_shown(cli: RunCli) -> None:
    command = ("forward", "configs/iris.yaml", "sample_data/iris.csv", "--keep", "species")
    done = cli(*command, "--rows", "5", "--layers", "last")
    block = done.out.split("2 layer_2 ")[1]
    numbers = find_rows(block, r"^ {2,}(\d+|…)(?: |$)")
    assert numbers == ["1", "2", "3", "…", "149", "150"]
    assert " 145 of 150 samples not shown; -o FILE writes all" in block


def test_every_sample_of_a_small_batch_is_shown(cli: RunCli) -> None:
    done = cli("forward", "configs/batch.yaml", "sample_data/batch.csv", "--rows", "3")
    assert "not shown" not in done.out
    assert "mean" not in done.out


def test_left_out_samples_are_summed_up_in_a_line_for_each_layer(cli: RunCli) -> None:
    done = cli("forward", "configs/batch.yaml", "sample_data/batch.csv", "--rows", "2")
    heading, row = done.out.split("\n\n")[2].splitlines()
    assert heading.split() == ["#", "layer", "min", "mean", "max", "std", "zeros", "non-finite"]
    # the book's nine numbers: their sum is 18.172, their mean 2.0191
    assert row.split()[:5] == ["1", "layer_1", "-1.81", "2.0191", "8.9"]
    assert row.split()[-3:] == ["0", "%", "0"]


def test_only_the_layers_asked_for_show_their_numbers(cli: RunCli) -> None:
    command = ("forward", "configs/two_layers.yaml", "sample_data/two_layers.csv")
    last = cli(*command, "--layers", "last").out
    assert ("\n0 inputs" in last, "\n1 layer_1" in last) == (False, False)
    assert "\n2 layer_2" in cli(*command, "--layers", "2").out
    assert "\n2 layer_2" not in cli(*command, "--layers", "1").out
    assert cli(*command, "--layers", "2,0,1").out == cli(*command).out
    assert cli(*command, "--layers", "0").out.endswith("   2.7    3.3   -0.8\n")


def test_layers_are_asked_for_by_name_or_number(cli: RunCli) -> None:
    files = ("configs/three_inputs.yaml", "sample_data/three_inputs.csv")
    command = ("forward", *files, "--samples", "columns", "--layers")
    for by_name, by_number in (("output", "2"), ("inputs, hidden", "0,1"), ("0,last", "0,2")):
        done = cli(*command, by_name)
        assert (done.code, done.out) == (0, cli(*command, by_number).out)


def test_a_layers_name_goes_before_a_number(
    cli: RunCli, write: Callable[[str, str | bytes], Path]
) -> None:
    layers = "[{name: '2', neurons: 1, weights: [[1]]}, {name: inputs, neurons: 1, weights: [[1]]}]"
    command = ("forward", write("net.yaml", f"{{layers: {layers}}}"), write("x.csv", "x\n1\n"))
    assert "\n1 2   " in cli(*command, "--layers", "2").out
    assert "\n2 inputs   " in cli(*command, "--layers", "inputs").out


BY_INPUT = """\
 W         neuron 1   neuron 2   neuron 3
 input 1        0.2       0.50      -0.26
 input 2        0.8      -0.91      -0.27
 input 3       -0.5       0.26       0.17
 input 4        1.0      -0.50       0.87
 b              2.0       3.00       0.50
"""
BY_NEURON = """\
 W          input 1   input 2   input 3   input 4     b
 neuron 1      0.20      0.80     -0.50      1.00   2.0
 neuron 2      0.50     -0.91      0.26     -0.50   3.0
 neuron 3     -0.26     -0.27      0.17      0.87   0.5
"""


def test_weights_are_shown_as_the_formula_has_them(cli: RunCli) -> None:
    """The book writes a row per neuron; x @ W + b has a column."""
    command = ("configs/two_layers.yaml", "sample_data/two_layers.csv", "--weights")
    for notation, expected in {
        "--quiet": f"1 layer_1   a = x @ W.T + b\n{BY_NEURON}",
        "--notation=rows": f"1 layer_1   a = x @ W + b\n{BY_INPUT}",
        "--notation=torch": f"1 layer_1   a = x @ W.T + b\n{BY_NEURON}",
        "--notation=columns": f"1 layer_1   a = W · x + b\n{BY_NEURON}",
    }.items():
        assert expected in cli("forward", *command, notation).out
    drawn = ("configs/layer_objects.yaml", "sample_data/layer_objects.csv")
    by_input = cli("forward", *drawn, "--weights").out
    assert find_rows(by_input, r"^ W +neuron 1 .* neuron 5$")
    assert find_rows(by_input, r"^ input 1 +0\.1764 +0\.0400 +0\.0979 +0\.2241 +0\.1868$")
    assert find_rows(by_input, r"^ b +0 +0 +0 +0 +0$")


# --------------------------------------------------------------------------------- mechanics


def test_plain_text_is_lines_without_trailing_spaces() -> None:
    grid = Grid((Column("a"), Column("b", "right")), ((Span("xyz"), Span("1")),))
    text = to_plain([line(Span("title", "accent"), "  "), BLANK, grid])
    assert text == "title\n\n a     b\n xyz   1\n"


def test_foreign_text_keeps_the_columns_in_line() -> None:
    grid = Grid(
        (Column("重さ"), Column("n", "right")),
        ((Span("\x1b[2J"), Span("1")), (Span("🙂"), Span("22"))),
    )
    assert to_plain([grid]) == (" 重さ       n\n \\x1b[2J    1\n 🙂        22\n")


def test_nothing_to_show_is_no_text() -> None:
    assert to_plain([]) == ""
