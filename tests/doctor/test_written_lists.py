"""Lists that are written as text, or as other programs print them, and what they were meant for."""

from __future__ import annotations

from typing import Any

import pytest

from nncli.doctor.diagnosis import treat_spec
from nncli.doctor.edits import edited
from nncli.doctor.written_lists import relisted
from nncli.specs.reader import examine_spec, inspect_spec
from nncli.specs.yaml_source import read_yaml


def first_mended(text: str) -> Any:
    """Return what the spec says once the first suggestion is followed; it is right by then."""
    error = treat_spec(examine_spec(text.encode(), "net.yaml"))
    again = edited(text, error.problems[0].suggestions[0].edits)
    assert inspect_spec(again.encode(), "net.yaml").misfits == ()
    return read_yaml(again.encode(), "net.yaml").value


SIZES = """
(4, 5, 2)|4,5,2|"4, 5, 2"|4-5-2|4 5 2|[4 5 2]|4x5x2|4 -> 5 -> 2|{4, 5, 2}|[[4, 5, 2]]|[4; 5; 2]
[4, 5 2]|'[4, 5, 2]'|4/5/2|np.array([4, 5, 2])|784 - 5 - 2|4, 5, 2  # sizes
[[4, 5], [5, 2]]|4 inputs, 5 hidden, 2 outputs|[4, hidden: 5, 2]
{input: 4, hidden: [5], output: 2}|{in: 4, hidden: 5, out: 2}|[4, [5], 2]
"""


@pytest.mark.parametrize("sizes", SIZES.strip().replace("\n", "|").split("|"))
def test_sizes_are_a_list(sizes: str) -> None:
    first = 784 if "784" in sizes else 4
    assert first_mended(f"layer_sizes: {sizes}\nseed: 0\n")["layer_sizes"] == [first, 5, 2]


@pytest.mark.parametrize("lines", ["\n- 4 5\n- 2", "\n  4\n  5\n  2", "\n- 4\n- 5; 2"])
def test_sizes_on_lines_are_a_list(lines: str) -> None:
    assert first_mended(f"layer_sizes: {lines}\nseed: 0\n")["layer_sizes"] == [4, 5, 2]


@pytest.mark.parametrize(
    "names",
    [
        *("relu, linear", "relu linear", "[relu linear]", "(relu, linear)", "relu -> linear"),
        *("[[relu, linear]]", '"relu, linear"', "[relu; linear]", "['relu, linear']"),
        *("{relu, linear}", "\n- relu linear", "\n  relu\n  linear", "[relu | linear]"),
        *("{hidden: relu, output: linear}", "[(relu, linear)]"),
    ],
)
def test_activations_are_a_list(names: str) -> None:
    text = f"layer_sizes: [4, 5, 2]\nactivations: {names}\nseed: 0\n"
    assert first_mended(text)["activations"] == ["relu", "linear"]


LAYER = "inputs: 2\nlayers:\n- neurons: 2\n  "
WEIGHTS = [
    "[[0.1 0.2]\n   [0.3 0.4]]",  # NumPy prints it so
    "array([[0.1, 0.2],\n       [0.3, 0.4]])",
    "np.array([[0.1, 0.2], [0.3, 0.4]], dtype=float32)",
    "tensor([[0.1000, 0.2000],\n        [0.3000, 0.4000]])",
    "[0.1 0.2; 0.3 0.4]",  # MATLAB
    "[0.1, 0.2; 0.3, 0.4]",
    "rbind(c(0.1, 0.2), c(0.3, 0.4))",  # R
    "{{0.1, 0.2}, {0.3, 0.4}}",  # C
    "((0.1, 0.2), (0.3, 0.4))",
    "'[[0.1, 0.2], [0.3, 0.4]]'",
    "|\n    0.1 0.2\n    0.3 0.4",
    "\n  - 0.1 0.2\n  - (0.3, 0.4)",
    "\n  - 0.1 0.2\n  - 0.3 0.4",
    "|\n    0.1 0.2\n    0.3 0.4\n  activation: relu",
    "\n  - [0.1 0.2]\n  - [0.3, 0.4]",
    "[[0,1 0,2]; [0,3 0,4]]",
    "[[[0.1, 0.2], [0.3, 0.4]]]",
    "\n  - - [0.1, 0.2]\n    - [0.3, 0.4]",
    "[0.1, 0.2], [0.3, 0.4]",
    "[[0.1, 0.2] [0.3, 0.4]]",
    "[[0.1, 0.2], [0.3 0.4]]",
]


@pytest.mark.parametrize("weights", WEIGHTS)
def test_weights_are_rows_of_numbers(weights: str) -> None:
    mended = first_mended(f"{LAYER}weights: {weights}\n")
    assert mended["layers"][0]["weights"] == [[0.1, 0.2], [0.3, 0.4]]


@pytest.mark.parametrize(
    "biases",
    [
        *("0.1, -0.2", "0.1 -0.2", "(0.1, -0.2)", "[0.1 -0.2]", "[[0.1, -0.2]]", "[[0.1], [-0.2]]"),
        *("c(0.1, -0.2)", "[0.1; -0.2]", "[0.1, - 0.2]", "[0,1; -0,2]", "\n  - 0.1 -0.2"),
        *("\n  - - 0.1\n  - - -0.2", "\n    0.1\n    -0.2"),
    ],
)
def test_biases_are_a_list_of_numbers(biases: str) -> None:
    mended = first_mended(f"{LAYER}weights: [[1, 2], [3, 4]]\n  biases: {biases}\n")
    assert mended["layers"][0]["biases"] == [0.1, -0.2]


@pytest.mark.parametrize("zeros", ["np.zeros(2)", "zeros((2,))", "[0]*2", "[0] * 2"])
def test_a_number_again_and_again_is_a_list(zeros: str) -> None:
    mended = first_mended(f"{LAYER}weights: [[1, 2], [3, 4]]\n  biases: {zeros}\n")
    assert mended["layers"][0]["biases"] == [0, 0]


def test_all_lists_of_a_spec_are_one_change() -> None:
    text = f"{LAYER}weights: [[0.1 0.2]\n   [0.3 0.4]]\n  biases: [0. 1.]\n"
    assert first_mended(text)["layers"][0] == {
        "neurons": 2,
        "weights": [[0.1, 0.2], [0.3, 0.4]],
        "biases": [0, 1],
    }


@pytest.mark.parametrize(
    "text",
    [
        "layer_sizes: [4, 5, 2,]\nactivations: relu\nseed: 0\n",
        "inputs: [petal width, 'petal, length']\noutputs: {columns: [level, \"\", b]}\n",
        "activations: [{leaky_relu: {negative_slope: 0.2}}, relu]\n",
        "layers:\n- weights: [[1, 2],  # first\n    [3, 4]]\n  biases: [1, 2]  # [3; 4]\n",
        "# weights: (1, 2)\nname: 'weights: (1, 2)'\n",
        # what is filled column by column, or not whole, is not guessed at
        "layers:\n- weights: matrix(c(1, 2, 3, 4), nrow = 2)\n",
        "layers:\n- weights: '[[0.1 0.2 ... 0.9]]'\n",
        "layers:\n- biases: [1, , 2]\n",
        "layers:\n- biases: (1, 2\n",
    ],
)
def test_what_is_right_or_unclear_is_left_alone(text: str) -> None:
    assert relisted(read_yaml(text.encode(), "net.yaml")) == ()


def test_a_number_with_a_blank_in_it_is_not_told_to_be_brackets_too_many() -> None:
    text = f"{LAYER}biases: [-5 3077, 1]\n  weights: [[1, 2], [3, 4]]\n"
    offered = treat_spec(examine_spec(text.encode(), "net.yaml")).problems[0].suggestions
    assert [s.words for s in offered] == ["write the number without the blank in it, if it is one"]


@pytest.mark.parametrize(("sizes", "are_too_many"), [("[[4, 5]]", True), ("4, 5", False)])
def test_only_where_brackets_go_are_they_too_many(sizes: str, are_too_many: bool) -> None:
    [(suggestion, _)] = relisted(read_yaml(f"layer_sizes: {sizes}\n".encode(), "net.yaml"))
    assert suggestion.words.endswith("too many") is are_too_many


def test_brackets_without_end_take_no_longer_than_the_text() -> None:
    text = "layer_sizes: [" * 2000
    assert relisted(read_yaml(text.encode(), "net.yaml")) == ()


def test_a_word_without_end_takes_no_longer_than_the_text() -> None:
    """Searched anew from each of its letters, it would take a minute."""
    text = f"layer_sizes: {'3x' * 15_000}2\n"
    [(suggestion, _)] = relisted(read_yaml(text.encode(), "net.yaml"))
    assert suggestion.edits[0].text == f"[{'3, ' * 15_000}2]"
