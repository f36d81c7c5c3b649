"""Every activation against its formula in high-precision decimals, and at the ends of the range."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Sequence
from decimal import Decimal, localcontext
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nncli.network.activations import ACTIVATION_FUNCTIONS, Array
from nncli.specs.model import ACTIVATIONS

INF, NAN = math.inf, math.nan
ONE = Decimal(1)
DIGITS = 340  # 1 + exp(-700) keeps the digits of exp(-700)
# Klambauer et al. 2017, with the digits of the authors' own code.
SELU_ALPHA = Decimal("1.6732632423543772848170429916717")
SELU_SCALE = Decimal("1.0507009873554804934193349852946")
POINTS = (-12.0, -6.5, -3.0, -1.0, -0.5, -1e-3, -1e-9, 0.0, 1e-9, 1e-3, 0.25, 1.0, 2.5, 6.5, 12.0)
ELEMENTWISE = tuple(name for name in ACTIVATION_FUNCTIONS if name != "softmax")


# ------------------------------------------------------------------------ formulas, in decimals


def decimal_elu(z: Decimal, alpha: Decimal) -> Decimal:
    return z if z > 0 else alpha * (z.exp() - 1)


def decimal_tanh(z: Decimal) -> Decimal:
    return ((2 * z).exp() - 1) / ((2 * z).exp() + 1)


def decimal_sigmoid(z: Decimal) -> Decimal:
    return ONE / (ONE + (-z).exp())


def arctan_of_inverse(number: int) -> Decimal:
    """Return arctan(1 / number) by its Taylor series."""
    power = ONE / number
    total, term, step = power, power, 1
    while abs(term) > Decimal(10) ** -DIGITS:
        power = -power / (number * number)
        step += 2
        term = power / step
        total += term
    return total


@cache
def decimal_pi() -> Decimal:
    """Return π by Machin's formula."""
    return 16 * arctan_of_inverse(5) - 4 * arctan_of_inverse(239)


def decimal_erf(x: Decimal) -> Decimal:
    """Return the error function by its Taylor series: 2/√π Σ (-1)ⁿ x²ⁿ⁺¹ / (n! (2n + 1))."""
    power, total, n = x, Decimal(0), 0
    while n < 400:
        total += power / (2 * n + 1)
        n += 1
        power = -power * x * x / n
    return 2 * total / decimal_pi().sqrt()


def decimal_gelu(z: Decimal) -> Decimal:
    return z * (ONE + decimal_erf(z / Decimal(2).sqrt())) / 2


def decimal_gelu_tanh(z: Decimal) -> Decimal:
    inner = (2 / decimal_pi()).sqrt() * (z + Decimal("0.044715") * z**3)
    return z * (ONE + decimal_tanh(inner)) / 2


Formula = Callable[[Decimal], Decimal]
FORMULAS: dict[str, tuple[str, dict[str, Any], Formula]] = {
    "linear": ("linear", {}, lambda z: z),
    "step": ("step", {}, lambda z: ONE if z > 0 else Decimal(0)),
    "relu": ("relu", {}, lambda z: max(z, Decimal(0))),
    "leaky_relu": ("leaky_relu", {}, lambda z: z if z > 0 else Decimal("0.01") * z),
    "leaky_relu 0.2": (
        "leaky_relu",
        {"negative_slope": 0.2},
        lambda z: z if z > 0 else Decimal("0.2") * z,
    ),
    "elu": ("elu", {}, lambda z: decimal_elu(z, ONE)),
    "elu 1.5": ("elu", {"alpha": 1.5}, lambda z: decimal_elu(z, Decimal("1.5"))),
    "selu": ("selu", {}, lambda z: SELU_SCALE * decimal_elu(z, SELU_ALPHA)),
    "gelu": ("gelu", {}, decimal_gelu),
    "silu": ("silu", {}, lambda z: z * decimal_sigmoid(z)),
    "sigmoid": ("sigmoid", {}, decimal_sigmoid),
    "tanh": ("tanh", {}, decimal_tanh),
    "softplus": ("softplus", {}, lambda z: (ONE + z.exp()).ln()),
}


def call(name: str, values: Sequence[float], dtype: str = "float64", **parameters: Any) -> Array:
    """Return an activation of one sample's values, NumPy's remarks about NaN aside."""
    with np.errstate(all="ignore"):
        z = np.array(values, dtype=dtype)[:, None]  # (neurons, samples)
        result: Array = ACTIVATION_FUNCTIONS[name](z, **parameters)
    assert result.shape == (len(values), 1)
    assert result.dtype == dtype
    only: Array = result[:, 0]
    return only


def assert_relatively_close(
    name: str, parameters: dict[str, Any], formula: Formula, points: Sequence[float], dtype: str
) -> None:
    epsilon = Decimal(float(np.finfo(dtype).eps))
    inputs = [float(np.dtype(dtype).type(point)) for point in points]
    results = call(name, inputs, dtype, **parameters)
    for point, result in zip(inputs, results, strict=True):
        with localcontext(prec=DIGITS):
            exact = formula(Decimal(point))
            # the tail of a normal distribution magnifies the rounding of its argument by z²
            roundings = 8 + (2 * Decimal(point) ** 2 if name == "gelu" else 0)
            allowed = epsilon * roundings * abs(exact)
            assert abs(Decimal(float(result)) - exact) <= allowed, (name, point, result, exact)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("case", FORMULAS)
def test_an_activation_is_its_formula_to_the_last_digits(case: str, dtype: str) -> None:
    name, parameters, formula = FORMULAS[case]
    assert_relatively_close(name, parameters, formula, POINTS, dtype)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_tanh_form_of_gelu_is_its_formula(dtype: str) -> None:
    """1 + tanh cancels for negative z: the error is bounded against |z|, not against the result."""
    epsilon = Decimal(float(np.finfo(dtype).eps))
    inputs = [float(np.dtype(dtype).type(point)) for point in POINTS]
    for point, result in zip(inputs, call("gelu", inputs, dtype, approximate="tanh"), strict=True):
        with localcontext(prec=DIGITS):
            error = abs(Decimal(float(result)) - decimal_gelu_tanh(Decimal(point)))
            assert error <= 8 * epsilon * abs(Decimal(point)), (point, result)


def test_the_two_forms_of_gelu_differ_by_less_than_a_thousandth() -> None:
    """Hendrycks and Gimpel call it an approximation; it is not the same function."""
    gap = np.abs(call("gelu", POINTS) - call("gelu", POINTS, approximate="tanh"))
    assert 1e-5 < float(gap.max()) < 1e-3


@given(st.floats(-30, 30))
def test_gelu_agrees_with_the_error_function_of_the_standard_library(z: float) -> None:
    expected = z * (1 + math.erf(z / math.sqrt(2))) / 2
    assert math.isclose(float(call("gelu", [z])[0]), expected, rel_tol=1e-15, abs_tol=1e-14)


# --------------------------------------------------------------------- the ends of the range

TINY = 5e-324  # the smallest number above zero
# name → what the formula's limits are at -1e308, -700, 700, 1e308; None: far from a limit
EXTREMES: dict[str, tuple[float, float | None, float, float]] = {
    "linear": (-1e308, -700, 700, 1e308),
    "step": (0, 0, 1, 1),
    "relu": (0, 0, 700, 1e308),
    "leaky_relu": (-1e306, -7, 700, 1e308),
    "elu": (-1, -1, 700, 1e308),
    "selu": (
        float(-SELU_ALPHA * SELU_SCALE),
        float(-SELU_ALPHA * SELU_SCALE),
        float(700 * SELU_SCALE),
        float(Decimal("1e308") * SELU_SCALE),
    ),
    "gelu": (0, 0, 700, 1e308),
    "silu": (0, None, 700, 1e308),
    "sigmoid": (0, None, 1, 1),
    "tanh": (-1, -1, 1, 1),
    "softplus": (0, None, 700, 1e308),
}


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_no_finite_input_overflows(name: str) -> None:
    results = [float(value) for value in call(name, [-1e308, -700, 700, 1e308])]
    for result, expected in zip(results, EXTREMES[name], strict=True):
        if expected is not None:
            assert result == pytest.approx(expected, rel=1e-15, abs=0), (name, results)


def test_the_tanh_form_of_gelu_takes_values_whose_cube_overflows() -> None:
    values = call("gelu", [-1e308, -1e103, 1e103, 1e308], approximate="tanh")
    assert values.tolist() == [0, 0, 1e103, 1e308]


@pytest.mark.parametrize("name", ["silu", "sigmoid", "softplus"])
def test_a_small_tail_keeps_its_digits(name: str) -> None:
    """exp(-700) is 9.86e-305: far from zero still."""
    _, parameters, formula = FORMULAS[name]
    assert_relatively_close(name, parameters, formula, [-700.0], "float64")


@pytest.mark.parametrize("z", [700.0, 1000.0, 1e308])
def test_sigmoid_of_a_large_number_is_one_and_of_its_negative_nearly_zero(z: float) -> None:
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        above, below = ACTIVATION_FUNCTIONS["sigmoid"](np.array([[z, -z]]))[0]
    assert above == 1
    assert 0 <= below < 1e-300


def test_softplus_of_a_tiny_number_is_the_logarithm_of_two() -> None:
    assert call("softplus", [TINY])[0] == pytest.approx(math.log(2), rel=1e-15)


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "elu", "selu", "gelu", "silu", "tanh"])
def test_near_zero_the_sign_and_the_smallness_stay(name: str) -> None:
    """None of these is flat or shifted at zero: no digit may cancel."""
    small = call(name, [1e-300])[0]
    assert 0.4e-300 < small < 1.8e-300


@pytest.mark.parametrize("name", [*ELEMENTWISE, "softmax"])
def test_nan_stays_nan(name: str) -> None:
    assert math.isnan(call(name, [NAN])[0])


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_nan_leaves_its_neighbours_alone(name: str) -> None:
    alone = call(name, [1.5])[0]
    assert call(name, [1.5, NAN, 1.5])[[0, 2]].tolist() == [alone, alone]


INFINITIES: dict[str, tuple[float, float]] = {
    "linear": (-INF, INF),
    "step": (0, 1),
    "relu": (0, INF),
    "leaky_relu": (-INF, INF),
    "elu": (-1, INF),
    "selu": (EXTREMES["selu"][0], INF),
    "gelu": (NAN, INF),  # -inf times 0
    "silu": (NAN, INF),  # -inf times 0
    "sigmoid": (0, 1),
    "tanh": (-1, 1),
    "softplus": (0, INF),
}


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_infinity_is_taken_at_its_word(name: str) -> None:
    assert call(name, [-INF, INF]).tolist() == pytest.approx(INFINITIES[name], nan_ok=True)


@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_step_is_zero_at_both_zeros(zero: float) -> None:
    """1 for x > 0, else 0."""
    assert call("step", [zero]).tolist() == [0]


def test_linear_keeps_the_sign_of_zero() -> None:
    assert np.signbit(call("linear", [-0.0, 0.0])).tolist() == [True, False]


@pytest.mark.parametrize("name", [n for n in ELEMENTWISE if n not in ("sigmoid", "softplus")])
@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_zero_goes_to_zero(name: str, zero: float) -> None:
    assert call(name, [zero])[0] == 0


def test_an_alpha_of_zero_makes_elu_a_relu() -> None:
    assert call("elu", [-2.0, 0.0, 3.0], alpha=0.0).tolist() == [0, 0, 3]


# ---------------------------------------------------------------------------------- softmax


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_softmax_is_its_formula(dtype: str) -> None:
    row = [-3.0, 0.5, 2.0, 2.25, -0.125]
    with localcontext(prec=60):
        powers = [Decimal(value).exp() for value in row]
        exact = [float(power / sum(powers)) for power in powers]
    tolerance = 8 * float(np.finfo(dtype).eps)
    assert call("softmax", row, dtype).tolist() == pytest.approx(exact, rel=tolerance)


def test_softmax_of_huge_scores_is_that_of_their_differences() -> None:
    """1 / (1 + e) and e / (1 + e), by hand 0.268941421369995… and 0.731058578630004…."""
    expected = [0.2689414213699951, 0.7310585786300049]
    assert call("softmax", [1000.0, 1001.0]).tolist() == pytest.approx(expected, rel=1e-15)
    assert call("softmax", [-1001.0, -1000.0]).tolist() == pytest.approx(expected, rel=1e-15)
    assert call("softmax", [1e308, -1e308]).tolist() == [1, 0]


def test_softmax_over_one_neuron_is_one() -> None:
    assert call("softmax", [-700.0]).tolist() == [1]


def test_softmax_with_positive_infinity_is_nan_and_without_finite_scores_too() -> None:
    assert np.isnan(call("softmax", [INF, 0.0])).all()
    assert np.isnan(call("softmax", [-INF, -INF])).all()
    assert np.isnan(call("softmax", [NAN, 0.0])).all()


def test_softmax_gives_a_score_of_minus_infinity_no_share() -> None:
    assert call("softmax", [-INF, 1.0]).tolist() == [0, 1]


scores = st.lists(
    st.lists(st.floats(-1e308, 1e308), min_size=3, max_size=3), min_size=1, max_size=6
)


@given(scores)
def test_softmax_rows_are_shares_that_sum_to_one(rows: list[list[float]]) -> None:
    with np.errstate(all="ignore"):
        shares = ACTIVATION_FUNCTIONS["softmax"](np.array(rows).T).T
    assert ((shares >= 0) & (shares <= 1)).all()
    for row in shares.tolist():
        assert abs(math.fsum(row) - 1) <= 3 * 2.0**-52


@given(scores)
def test_softmax_rows_do_not_affect_one_another(rows: list[list[float]]) -> None:
    with np.errstate(all="ignore"):
        together = ACTIVATION_FUNCTIONS["softmax"](np.array(rows).T).T
        alone = [ACTIVATION_FUNCTIONS["softmax"](np.array([row]).T)[:, 0] for row in rows]
    assert np.allclose(together, alone, rtol=1e-14, atol=0)


@given(st.lists(st.floats(-1e300, 1e300), min_size=2, max_size=5))
def test_softmax_orders_neurons_as_their_scores(row: list[float]) -> None:
    shares = call("softmax", row).tolist()
    assert [shares[i] for i in np.argsort(row)] == sorted(shares)


# ----------------------------------------------------------------------------- all of them


def test_the_functions_are_those_that_a_spec_can_name() -> None:
    assert set(ACTIVATION_FUNCTIONS) == set(ACTIVATIONS)


@pytest.mark.parametrize("name", list(ACTIVATION_FUNCTIONS))
def test_parameters_and_defaults_are_those_of_the_spec(name: str) -> None:
    _, _, *parameters = inspect.signature(ACTIVATION_FUNCTIONS[name]).parameters.values()
    fields = {key: field for key, field in ACTIVATIONS[name].model_fields.items() if key != "kind"}
    assert {p.name: p.default for p in parameters} == {k: f.default for k, f in fields.items()}


@pytest.mark.parametrize("name", list(ACTIVATION_FUNCTIONS))
def test_a_batch_of_no_samples_stays_one(name: str) -> None:
    assert ACTIVATION_FUNCTIONS[name](np.empty((3, 0))).shape == (3, 0)


@pytest.mark.parametrize("name", list(ACTIVATION_FUNCTIONS))
def test_the_pre_activation_is_left_as_it_was(name: str) -> None:
    z = np.array([[-1.5, 0.5], [2.0, -0.25]])
    before = z.copy()
    ACTIVATION_FUNCTIONS[name](z)
    assert np.array_equal(z, before)


@pytest.mark.parametrize("name", ["relu", "sigmoid", "tanh", "softplus", "elu", "selu", "step"])
@given(st.floats(-1e300, 1e300), st.floats(-1e300, 1e300))
def test_more_in_is_never_less_out(name: str, one: float, other: float) -> None:
    low, high = call(name, sorted((one, other))).tolist()
    assert low <= high + 4 * 2.0**-52 * abs(high)
