"""The bounds on rounding against exact fractions and wider arithmetic, and what they let pass."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from activation_cases import CASES
from hypothesis import given
from hypothesis import strategies as st

from nncli import Network, build_network, read_spec
from nncli.network.activations import Array
from nncli.network.rounding import agree_within, rounding_bounds

INF, NAN = math.inf, math.nan
Matrix = list[list[float]]
Exact = list[list[Fraction]]

DTYPES = ["float64", "float32"]
SLOPE = 0.3
# Activations whose values are exact in fractions.
EXACT: dict[str, tuple[Any, Callable[[Fraction], Fraction]]] = {
    "linear": ("linear", lambda z: z),
    "relu": ("relu", lambda z: max(z, Fraction(0))),
    "leaky_relu": (
        {"leaky_relu": {"negative_slope": SLOPE}},
        lambda z: z if z > 0 else Fraction(SLOPE) * z,
    ),
    "step": ("step", lambda z: Fraction(z > 0)),
    "step 3": ({"step": {"at_zero": 3}}, lambda z: Fraction(z > 0) if z else Fraction(3)),
    "sign": ("sign", lambda z: Fraction((z > 0) - (z < 0))),
    "prelu": ({"prelu": {"slopes": -SLOPE}}, lambda z: z if z > 0 else Fraction(-SLOPE) * z),
    "relu6": ("relu6", lambda z: min(max(z, Fraction(0)), Fraction(6))),
    "hard_tanh": ("hard_tanh", lambda z: min(max(z, Fraction(-1)), Fraction(1))),
    "softsign": ("softsign", lambda z: z / (1 + abs(z))),
    "hard_sigmoid": (
        {"hard_sigmoid": {"slope": SLOPE, "offset": 2}},
        lambda z: min(max(Fraction(SLOPE) * z + 2, Fraction(0)), Fraction(1)),
    ),
}
SMOOTH: dict[str, Any] = {
    case: activation
    for case, activation in CASES.items()
    if case.split()[0] not in (*EXACT, "prelu") or case == "hard_sigmoid"
}


def network_of(
    weights: list[Matrix], biases: Matrix, activation: Any = "linear", dtype: str = "float64"
) -> Network:
    """Return a network of explicit weights, one activation everywhere."""
    layers = [
        {"neurons": len(b), "weights": w, "biases": b, "activation": activation}
        for w, b in zip(weights, biases, strict=True)
    ]
    document = {"inputs": len(weights[0]), "layers": layers, "dtype": dtype}
    return build_network(read_spec(json.dumps(document).encode(), "x"))


def random_numbers(
    generator: np.random.RandomState, shape: tuple[int, int], smallest: int, dtype: str
) -> Matrix:
    """Return numbers from around 10**smallest to around 10, each exactly of *dtype*."""
    values = generator.standard_normal(shape) * 10.0 ** generator.randint(smallest, 2, shape)
    listed: Matrix = values.astype(dtype).astype(np.float64).tolist()
    return listed


def random_parameters(
    generator: np.random.RandomState, widths: list[int], smallest: int, dtype: str
) -> tuple[list[Matrix], Matrix]:
    """Return weights and biases for every layer."""
    shapes = list(pairwise(widths))
    weights = [random_numbers(generator, shape, smallest, dtype) for shape in shapes]
    biases = [random_numbers(generator, (1, shape[1]), smallest, dtype)[0] for shape in shapes]
    return weights, biases


def exact_outputs(
    batch: Matrix,
    weights: list[Matrix],
    biases: Matrix,
    activation: Callable[[Fraction], Fraction],
) -> Exact:
    """Return the outputs in exact fractions, by plain loops."""
    outputs = []
    for sample in batch:
        x = [Fraction(value) for value in sample]
        for w, b in zip(weights, biases, strict=True):
            z = [Fraction(bias) for bias in b]
            for value, row in zip(x, w, strict=True):
                for neuron, weight in enumerate(row):
                    z[neuron] += value * Fraction(weight)
            x = [activation(value) for value in z]
        outputs.append(x)
    return outputs


widths_of_layers = st.lists(st.integers(1, 5), min_size=2, max_size=4)
seeds = st.integers(0, 2**32 - 1)

# ---------------------------------------------------------------------- the bounds do bound


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", EXACT)
@given(widths=widths_of_layers, seed=seeds, spread=st.sampled_from(["none", "some", "underflow"]))
def test_the_outputs_are_within_the_bounds_of_the_exact_ones(
    name: str, dtype: str, widths: list[int], seed: int, spread: str
) -> None:
    smallest = {"none": 0, "some": -8, "underflow": -170 if dtype == "float64" else -24}[spread]
    generator = np.random.RandomState(seed)
    weights, biases = random_parameters(generator, widths, smallest, dtype)
    batch = random_numbers(generator, (3, widths[0]), smallest, dtype)
    activation, function = EXACT[name]
    network = network_of(weights, biases, activation, dtype)
    x = np.array(batch, dtype=dtype)
    outputs, bounds = network.forward(x).tolist(), rounding_bounds(network, x).tolist()
    expected = exact_outputs(batch, weights, biases, function)
    for output_row, exact_row, bound_row in zip(outputs, expected, bounds, strict=True):
        for output, exact, bound in zip(output_row, exact_row, bound_row, strict=True):
            assert abs(Fraction(output) - exact) <= Fraction(bound)


def test_sums_that_cancel_are_within_the_bounds() -> None:
    """1e16 + 1 - 1e16 is 1, and 0 in float64, or 2: far off relative to 1, not to 1e16."""
    network = network_of([[[1], [1], [1]]], [[0]])
    x = np.array([[1e16, 1.0, -1e16]])
    (error,) = abs(network.forward(x) - 1)[0]
    (bound,) = rounding_bounds(network, x)[0]
    assert error <= bound
    assert 2 <= 2 * bound < 100


@pytest.mark.parametrize(("dtype", "tiny"), [("float64", 1e-200), ("float32", 1e-30)])
def test_a_product_that_underflows_is_within_the_bounds(dtype: str, tiny: float) -> None:
    network = network_of([[[tiny]]], [[0]], "linear", dtype)
    x = np.array([[tiny]], dtype=dtype)
    assert network.forward(x).tolist() == [[0]]
    assert Fraction(rounding_bounds(network, x)[0, 0]) >= Fraction(tiny) ** 2


@pytest.mark.parametrize("case", SMOOTH)
def test_what_cancels_before_an_activation_is_within_the_bounds_after_it(case: str) -> None:
    """1e7 + 0.25 - 1e7 is 0.25, but 0 or 1 in float32."""
    weights, x = [[[1e7, 0], [0.25, 0], [-1e7, 0]]], np.ones((1, 3), dtype=np.float32)
    narrow = network_of(weights, [[0, 0]], SMOOTH[case], "float32")
    wide = network_of(weights, [[0, 0]], SMOOTH[case], "float64")
    difference = np.abs(narrow.forward(x).astype(np.float64) - wide.forward(x))
    assert difference.max() > 0.01
    assert (difference <= rounding_bounds(narrow, x)).all()


@pytest.mark.parametrize("case", SMOOTH)
@given(
    widths=widths_of_layers,
    seed=seeds,
    smallest=st.sampled_from([0, -3]),
    scale=st.sampled_from([0.01, 1.0, 20.0]),
)
def test_single_precision_is_within_its_bounds_of_double_precision(
    case: str, widths: list[int], seed: int, smallest: int, scale: float
) -> None:
    generator = np.random.RandomState(seed)
    weights, biases = random_parameters(generator, widths, smallest, "float32")
    x = (scale * generator.standard_normal((5, widths[0]))).astype(np.float32)
    narrow = network_of(weights, biases, SMOOTH[case], "float32")
    wide = network_of(weights, biases, SMOOTH[case], "float64")
    difference = np.abs(narrow.forward(x).astype(np.float64) - wide.forward(x))
    assert (difference <= rounding_bounds(narrow, x) + rounding_bounds(wide, x)).all()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("case", ["linear", "relu", "step", "tanh", "softmax", "gelu"])
@given(widths=widths_of_layers, seed=seeds)
def test_the_order_of_the_inputs_changes_nothing_beyond_the_bounds(
    case: str, dtype: str, widths: list[int], seed: int
) -> None:
    generator = np.random.RandomState(seed)
    weights, biases = random_parameters(generator, widths, -4, dtype)
    x = np.array(random_numbers(generator, (4, widths[0]), -4, dtype), dtype=dtype)
    order = generator.permutation(widths[0])
    turned = [[weights[0][row] for row in order], *weights[1:]]
    network = network_of(weights, biases, case, dtype)
    other = network_of(turned, biases, case, dtype).forward(x[:, order])
    assert agree_within(other, network.forward(x), rounding_bounds(network, x))


# ----------------------------------------------------------------- and they bound something


@pytest.mark.parametrize(("dtype", "most"), [("float64", 1e-13), ("float32", 1e-4)])
def test_the_bounds_of_a_small_network_are_small(dtype: str, most: float) -> None:
    generator = np.random.RandomState(3)
    weights, biases = random_parameters(generator, [4, 5, 2], 0, dtype)
    small = [(np.array(w) / 10).tolist() for w in weights]
    network = network_of(small, biases, "relu", dtype)
    x = generator.standard_normal((20, 4)).astype(dtype)
    bounds = rounding_bounds(network, x)
    assert bounds.shape == (20, 2)
    assert (bounds > 0).all()
    assert (bounds < most).all()


@pytest.mark.parametrize("case", ["linear", *SMOOTH])
def test_bounds_are_in_units_of_the_networks_type(case: str) -> None:
    """Single precision has 29 bits less than double.

    A bound is made of differences, which are rounded themselves: in the large values of
    logarithms a little more.
    """
    weights, biases = random_parameters(np.random.RandomState(1), [3, 4, 2], 0, "float32")
    x = np.ones((2, 3), dtype=np.float32)
    activation = SMOOTH.get(case, case)
    narrow, wide = (
        rounding_bounds(network_of(weights, biases, activation, dtype), x)
        for dtype in ("float32", "float64")
    )
    rtol = 0.02 if case.startswith("log_") else 0.01
    np.testing.assert_allclose(narrow / wide, 2.0**29, rtol=rtol)


def test_a_network_of_zeros_has_next_to_no_bounds() -> None:
    network = network_of([[[0, 0]]], [[0, 0]])
    bounds = rounding_bounds(network, np.zeros((1, 1)))
    assert ((bounds >= 0) & (bounds < 1e-300)).all()


def test_what_relu_cuts_off_does_not_widen_the_bounds_of_the_next_layer() -> None:
    """The first layer is at -1e10, certain to 1e-6 only; what goes on from it is 0."""
    network = network_of([[[-1e10]], [[1]]], [[0], [0]], "relu")
    assert rounding_bounds(network, np.ones((1, 1)))[0, 0] < 1e-13


def test_no_rows_have_no_bounds() -> None:
    network = network_of([[[1, 1]]], [[0, 0]], "tanh")
    assert rounding_bounds(network, np.empty((0, 1))).shape == (0, 2)


@pytest.mark.parametrize("value", [NAN, INF, -INF])
def test_where_a_number_is_not_finite_nothing_is_said(value: float) -> None:
    network = network_of([[[1]]], [[0]])
    bounds = rounding_bounds(network, np.array([[value], [1.0]]))
    assert np.isfinite(bounds).tolist() == [[False], [True]]


# --------------------------------------------------------------------------- agree_within


def agree(actual: Matrix, reference: Matrix, bounds: Matrix) -> bool:
    return agree_within(np.array(actual), np.array(reference), np.array(bounds))


def test_each_of_two_values_may_be_off_by_the_bound() -> None:
    for actual in (1.0, 1.25, 1.5, 0.5):
        assert agree([[actual]], [[1]], [[0.25]])
    for actual in (1.75, 0.25, 3.0):
        assert not agree([[actual]], [[1]], [[0.25]])


def test_one_value_that_is_off_is_enough() -> None:
    close, far = [[1.0, 2.0], [3.0, 4.0]], [[1.0, 2.0], [3.75, 4.0]]
    assert agree(close, close, [[0.25] * 2] * 2)
    assert not agree(far, close, [[0.25] * 2] * 2)


def test_equal_nan_and_infinities_agree() -> None:
    row = [[NAN, INF, -INF]]
    assert agree(row, row, [[0, 0, 0]])


@pytest.mark.parametrize(
    ("actual", "reference"),
    [(NAN, 1.0), (1.0, NAN), (INF, 1.0), (1.0, INF), (INF, -INF), (NAN, INF), (INF, NAN)],
)
def test_nan_infinity_and_numbers_do_not_agree(actual: float, reference: float) -> None:
    assert not agree([[actual]], [[reference]], [[0.25]])


@pytest.mark.parametrize("bound", [NAN, INF])
@pytest.mark.parametrize("actual", [7.0, NAN, INF])
def test_without_a_finite_bound_anything_agrees(bound: float, actual: float) -> None:
    assert agree([[actual]], [[1]], [[bound]])


def test_another_shape_does_not_agree_though_it_could_be_broadcast() -> None:
    bounds = np.ones((2, 1))
    ones: npt.NDArray[np.float64] = np.ones((2, 1))
    for other in (np.ones((1, 1)), np.ones((2, 2)), np.ones(2), np.ones((0, 1))):
        assert not agree_within(other, ones, bounds)
    assert agree_within(ones, ones, bounds)


def test_types_of_two_widths_are_compared_as_numbers() -> None:
    """0.1 in float32 is 1.5e-9 above 0.1."""
    narrow: Array = np.array([[0.1]], dtype=np.float32)
    assert agree_within(narrow, np.array([[0.1]]), np.array([[1e-9]]))
    assert not agree_within(narrow, np.array([[0.1]]), np.array([[5e-10]]))


# --------------------------------------------------------------------------------- the jump


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_step_may_fall_on_either_side_when_rounding_reaches_its_jump(dtype: str) -> None:
    """0.1 + 0.2 - 0.3 is zero on paper: the order of the sum and the type decide on the sign."""
    network = network_of([[[0.1], [0.2], [-0.3]]], [[0]], "step", dtype)
    x = np.ones((1, 3), dtype=dtype)
    bounds = rounding_bounds(network, x)
    for side in (0.0, 1.0):
        assert agree_within(np.array([[side]], dtype=dtype), network.forward(x), bounds)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("bias", [1e-3, -1e-3])
def test_a_step_far_from_its_jump_has_to_be_right(bias: float, dtype: str) -> None:
    network = network_of([[[0.1], [0.2], [-0.3]]], [[bias]], "step", dtype)
    x = np.ones((1, 3), dtype=dtype)
    bounds, expected = rounding_bounds(network, x), float(bias > 0)
    assert agree_within(np.array([[expected]]), network.forward(x), bounds)
    assert not agree_within(np.array([[1 - expected]]), network.forward(x), bounds)


@pytest.mark.parametrize("dtype", DTYPES)
def test_what_follows_an_undecided_step_may_move_by_the_whole_jump(dtype: str) -> None:
    """The step's 0 or 1, times 5, minus 2, through a step again: any of the two; times 0: sure."""
    undecided: list[Matrix] = [[[0.1], [0.2], [-0.3]], [[5, 0]]]
    network = network_of(undecided, [[0], [-2, 1]], "step", dtype)
    x = np.ones((1, 3), dtype=dtype)
    bounds = rounding_bounds(network, x)[0]
    assert bounds[0] >= 1
    assert bounds[1] < 1e-3


@pytest.mark.parametrize("order", [[0, 1, 2], [0, 2, 1], [2, 1, 0]])
@pytest.mark.parametrize(
    ("dtype", "large"),
    [("float64", 1.5e308), ("float32", 3e38)],
)
def test_sums_that_overflow_in_some_orders_only_are_left_open(
    dtype: str, large: float, order: list[int]
) -> None:
    """3e38 + 3e38 - 3e38 is infinity from the left, 3e38 from the right: both are right."""
    network = network_of([[[1], [1], [1]]], [[0]], "linear", dtype)
    x = np.array([[large, large, -large]], dtype=dtype)[:, order]
    bounds = rounding_bounds(network, x)
    for other in (INF, large):
        assert agree_within(np.array([[other]], dtype=dtype), network.forward(x), bounds)
