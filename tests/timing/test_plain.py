"""The plain-Python network against exact fractions, and against the network of arrays."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from activation_cases import CASES

from nncli import Network, build_network, read_spec
from nncli.specs.model import ACTIVATIONS
from nncli.timing.plain import PLAIN_ACTIVATIONS, plain_forward

INF, NAN = math.inf, math.nan
ELEMENTWISE = [case for case in CASES if case not in ("linear", "softmax", "log_softmax")]


def network_of(document: dict[str, Any]) -> Network:
    return build_network(read_spec(json.dumps(document).encode(), "x"))


def one_neuron(activation: Any) -> Network:
    """Return a network whose pre-activation is its only input."""
    return network_of(
        {"inputs": 1, "layers": [{"neurons": 1, "weights": [[1]], "activation": activation}]}
    )


# ------------------------------------------------------------------------- exact fractions

BY_INPUT = [[1, -2, 0.5], [3, 0.25, -1]]
BY_NEURON = [[1, 3], [-2, 0.25], [0.5, -1]]


@pytest.mark.parametrize(
    ("layout", "first", "second"),
    [
        ("inputs_by_neurons", BY_INPUT, [[2], [-1], [4]]),
        ("neurons_by_inputs", BY_NEURON, [[2, -1, 4]]),
    ],
)
def test_two_layers_give_the_very_fractions_of_a_calculation_by_hand(
    layout: str, first: list[list[float]], second: list[list[float]]
) -> None:
    """All numbers are short in binary, so nothing is rounded.

    2, 1 → z = 2 + 3 + 1/2, -4 + 1/4 + 1, 1 - 1 - 2 → a = 11/2, 0, 0 → 11 + 1/8;
    -1, 1/2 → z = -1 + 3/2 + 1/2, 2 + 1/8 + 1, -1/2 - 1/2 - 2 → a = 1, 25/8, 0 → 2 - 25/8 + 1/8.
    """
    relu = {"neurons": 3, "weights": first, "biases": [0.5, 1, -2], "activation": "relu"}
    linear = {"neurons": 1, "weights": second, "biases": [0.125]}
    forward = plain_forward(network_of({"inputs": 2, "layout": layout, "layers": [relu, linear]}))
    assert forward([[2.0, 1.0], [-1.0, 0.5]]) == [[Fraction(89, 8)], [Fraction(-1)]]


def test_layers_of_whole_numbers_are_those_of_plain_fractions() -> None:
    generator = np.random.RandomState(5)
    shapes = [(3, 4), (4, 2), (2, 5)]
    weights = [generator.randint(-5, 6, shape).tolist() for shape in shapes]
    biases = [generator.randint(-5, 6, shape[1]).tolist() for shape in shapes]
    batch = generator.randint(-5, 6, (6, 3)).astype(float).tolist()
    layers = [
        {"neurons": len(b), "weights": w, "biases": b, "activation": "relu"}
        for w, b in zip(weights, biases, strict=True)
    ]
    expected = []
    for sample in batch:
        x = [Fraction(value) for value in sample]
        for w, b in zip(weights, biases, strict=True):
            columns = zip(*w, strict=True)
            sums = [
                sum((v * c for v, c in zip(x, column, strict=True)), Fraction(bias))
                for column, bias in zip(columns, b, strict=True)
            ]
            x = [max(z, Fraction(0)) for z in sums]
        expected.append(x)
    assert plain_forward(network_of({"inputs": 3, "layers": layers}))(batch) == expected


def test_no_samples_in_are_no_samples_out() -> None:
    assert plain_forward(one_neuron("relu"))([]) == []


def test_the_samples_are_left_as_they_were() -> None:
    batch = [[-1.5], [2.0]]
    plain_forward(one_neuron("relu"))(batch)
    assert batch == [[-1.5], [2.0]]


# -------------------------------------------------------------------- as the arrays compute


SELU_SCALE, SELU_FLOOR = 1.0507009873554805, -1.7580993408473766  # Klambauer et al. 2017
# case → the limits of the formula at -1000 and 1000, which double precision has long reached
FAR_OUT: dict[str, tuple[float, float]] = {
    "step": (0, 1),
    "step 0.5": (0, 1),
    "sign": (-1, 1),
    "sign 1": (-1, 1),
    "relu": (0, 1000),
    "leaky_relu": (-10, 1000),
    "leaky_relu 0.3": (-300, 1000),
    "prelu 0.25": (-250, 1000),
    "relu6": (0, 6),
    "elu": (-1, 1000),
    "elu 1.7": (-1.7, 1000),
    "celu": (-1, 1000),
    "celu 0.7": (-0.7, 1000),
    "selu": (SELU_FLOOR, 1000 * SELU_SCALE),
    "gelu": (0, 1000),
    "gelu tanh": (0, 1000),
    "silu": (0, 1000),
    "hard_silu": (0, 1000),
    "mish": (0, 1000),
    "sigmoid": (0, 1),
    "hard_sigmoid": (0, 1),
    "hard_sigmoid 0.2": (0, 1),
    "hard_sigmoid -0.3 0.75": (1, 0),
    "log_sigmoid": (-1000, 0),
    "tanh": (-1, 1),
    "hard_tanh": (-1, 1),
    "hard_tanh -0.5 2": (-0.5, 2),
    "softsign": (-1000 / 1001, 1000 / 1001),
    "softplus": (0, 1000),
}


@pytest.mark.parametrize("case", ELEMENTWISE)
def test_a_thousand_and_its_negative_reach_the_limits_without_an_overflow(case: str) -> None:
    (below,), (above,) = plain_forward(one_neuron(CASES[case]))([[-1000.0], [1000.0]])
    assert (below, above) == pytest.approx(FAR_OUT[case], rel=1e-15, abs=0)


E_TO_MINUS_700 = 9.859676543759770e-305
# case → a point far below zero, and the formula there; Φ(-10) is 7.619853024160526e-24
TAILS: dict[str, tuple[float, float]] = {
    "gelu": (-10.0, -10 * 7.619853024160526e-24),
    "silu": (-700.0, -700 * E_TO_MINUS_700),
    "sigmoid": (-700.0, E_TO_MINUS_700),
    "softplus": (-700.0, E_TO_MINUS_700),
    "mish": (-700.0, -700 * E_TO_MINUS_700),
    "log_sigmoid": (700.0, -E_TO_MINUS_700),
}


@pytest.mark.parametrize("case", TAILS)
def test_a_small_tail_keeps_its_digits(case: str) -> None:
    z, expected = TAILS[case]
    assert plain_forward(one_neuron(case))([[z]]) == [[pytest.approx(expected, rel=1e-13, abs=0)]]


def test_softmax_of_huge_scores_is_that_of_their_differences() -> None:
    """1 / (1 + e) and e / (1 + e), to 16 digits."""
    layer = {"neurons": 2, "weights": [[1, 0], [0, 1]], "activation": "softmax"}
    forward = plain_forward(network_of({"inputs": 2, "layers": [layer]}))
    shares = [0.2689414213699951, 0.7310585786300049]
    for row in forward([[1000.0, 1001.0], [-1001.0, -1000.0]]):
        assert row == pytest.approx(shares, rel=1e-15)
    assert forward([[1e308, -1e308]]) == [[1, 0]]


def test_log_softmax_of_huge_scores_is_that_of_their_differences() -> None:
    """log(1 / (1 + e)) = -log(1 + e), to 16 digits."""
    layer = {"neurons": 2, "weights": [[1, 0], [0, 1]], "activation": "log_softmax"}
    forward = plain_forward(network_of({"inputs": 2, "layers": [layer]}))
    for row in forward([[1000.0, 1001.0], [-1001.0, -1000.0]]):
        assert row == pytest.approx([-1.3132616875182228, -0.3132616875182228], rel=1e-15)


def test_a_prelu_has_a_slope_for_each_neuron() -> None:
    prelu = {"prelu": {"slopes": [0.5, 0, -2]}}
    layer = {"neurons": 3, "weights": [[1, 1, 1]], "activation": prelu}
    forward = plain_forward(network_of({"inputs": 1, "layers": [layer]}))
    assert forward([[-4.0], [3.0]]) == [[-2, 0, 8], [3, 3, 3]]


@pytest.mark.parametrize("case", CASES)
def test_nan_and_infinity_go_through_as_they_do_in_arrays(case: str) -> None:
    layer = {"neurons": 3, "weights": [[1, 0.5, -1]], "activation": CASES[case]}
    network = network_of({"inputs": 1, "layers": [layer]})
    batch = [[NAN], [INF], [-INF]]
    np.testing.assert_array_equal(plain_forward(network)(batch), network.forward(batch))


def test_the_functions_are_those_of_a_spec_that_work_number_by_number() -> None:
    row_by_row = {"linear", "prelu", "softmax", "log_softmax"}
    assert set(PLAIN_ACTIVATIONS) == set(ACTIVATIONS) - row_by_row
