"""Activations as tables and formulas show them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from activation_cases import CASES

from nncli import read_spec
from nncli.render.activations import activation_formula, activation_label

LABELS = {
    "step": "step(at_zero=0)",
    "step 0.5": "step(at_zero=0.5)",
    "sign": "sign(at_zero=0)",
    "sign 1": "sign(at_zero=1)",
    "leaky_relu": "leaky_relu(0.01)",
    "leaky_relu 0.3": "leaky_relu(0.3)",
    "prelu 0.25": "prelu(0.25)",
    "elu": "elu(1)",
    "elu 1.7": "elu(1.7)",
    "celu": "celu(1)",
    "celu 0.7": "celu(0.7)",
    "gelu tanh": "gelu(tanh)",
    "hard_sigmoid": "hard_sigmoid(0.166667, 0.5)",
    "hard_sigmoid 0.2": "hard_sigmoid(0.2, 0.5)",
    "hard_sigmoid -0.3 0.75": "hard_sigmoid(-0.3, 0.75)",
    "hard_tanh": "hard_tanh(-1, 1)",
    "hard_tanh -0.5 2": "hard_tanh(-0.5, 2)",
}


def activation_of(written: Any, neurons: int = 1) -> Any:
    document = {"layer_sizes": [1, neurons], "activations": written, "seed": 0}
    return read_spec(json.dumps(document).encode(), "x").layers[0].activation


@pytest.mark.parametrize("case", CASES)
def test_every_number_of_an_activation_is_shown_whether_it_was_written_or_not(case: str) -> None:
    """Without numbers, it is the name alone."""
    assert activation_label(activation_of(CASES[case])) == LABELS.get(case, CASES[case])


def test_a_formula_has_the_pre_activation_in_front_of_the_numbers() -> None:
    for written, formula in [
        ("relu", "relu(z)"),
        ("leaky_relu", "leaky_relu(z, 0.01)"),
        ("step", "step(z, at_zero=0)"),
        ({"gelu": {"approximate": "tanh"}}, "gelu(z, tanh)"),
    ]:
        assert activation_formula(activation_of(written)) == formula


def test_a_few_slopes_are_shown_and_of_many_how_many_and_between_what() -> None:
    few = activation_of({"prelu": {"slopes": [0.5, 1, -2, 0.1]}}, neurons=4)
    assert activation_label(few) == "prelu(0.5, 1, -2, 0.1)"
    slopes = [0.001 * number for number in range(1200)]
    many = activation_of({"prelu": {"slopes": slopes}}, neurons=1200)
    assert activation_label(many) == "prelu(1,200 slopes from 0 to 1.199)"
