"""Every activation against its formula in high-precision decimals, and at the ends of the range."""

from __future__ import annotations

import csv
import inspect
import math
from collections.abc import Callable, Sequence
from decimal import Decimal, localcontext
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nncli.network.activations import ACTIVATION_FUNCTIONS, Activation, Array, build_activation
from nncli.specs.model import ACTIVATIONS, PRelu

INF, NAN = math.inf, math.nan
ONE = Decimal(1)
DIGITS = 340  # 1 + exp(-700) keeps the digits of exp(-700)
# Klambauer et al. 2017, with the digits of the authors' own code.
SELU_ALPHA = Decimal("1.6732632423543772848170429916717")
SELU_SCALE = Decimal("1.0507009873554804934193349852946")
POINTS = (-12.0, -6.5, -3.0, -1.0, -0.5, -1e-3, -1e-9, 0.0, 1e-9, 1e-3, 0.25, 1.0, 2.5, 6.5, 12.0)
# Number by number; a prelu here has one slope for all neurons.
ELEMENTWISE = tuple(name for name in ACTIVATION_FUNCTIONS if name not in ("softmax", "log_softmax"))
SLOPE = 0.25


# ------------------------------------------------------------------------ formulas, in decimals


def decimal_elu(z: Decimal, alpha: Decimal) -> Decimal:
    return z if z > 0 else alpha * (z.exp() - 1)


def decimal_tanh(z: Decimal) -> Decimal:
    return ((2 * z).exp() - 1) / ((2 * z).exp() + 1)


def decimal_sigmoid(z: Decimal) -> Decimal:
    return ONE / (ONE + (-z).exp())


def decimal_hard_sigmoid(z: Decimal, slope: Decimal) -> Decimal:
    return min(max(slope * z + ONE / 2, Decimal(0)), ONE)


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
    "step 0.5": ("step", {"at_zero": 0.5}, lambda z: Decimal((z > 0) + (z >= 0)) / 2),
    "sign": ("sign", {}, lambda z: Decimal((z > 0) - (z < 0))),
    "sign 1": ("sign", {"at_zero": 1}, lambda z: ONE if z >= 0 else -ONE),
    "relu": ("relu", {}, lambda z: max(z, Decimal(0))),
    "leaky_relu": ("leaky_relu", {}, lambda z: z if z > 0 else Decimal("0.01") * z),
    "leaky_relu 0.2": (
        "leaky_relu",
        {"negative_slope": 0.2},
        lambda z: z if z > 0 else Decimal("0.2") * z,
    ),
    "prelu": ("prelu", {"slopes": -1.5}, lambda z: z if z > 0 else Decimal("-1.5") * z),
    "relu6": ("relu6", {}, lambda z: min(max(z, Decimal(0)), Decimal(6))),
    "elu": ("elu", {}, lambda z: decimal_elu(z, ONE)),
    "elu 1.5": ("elu", {"alpha": 1.5}, lambda z: decimal_elu(z, Decimal("1.5"))),
    "celu": ("celu", {}, lambda z: decimal_elu(z, ONE)),
    "celu 0.75": (
        "celu",
        {"alpha": 0.75},
        lambda z: z if z > 0 else Decimal("0.75") * ((z / Decimal("0.75")).exp() - 1),
    ),
    "selu": ("selu", {}, lambda z: SELU_SCALE * decimal_elu(z, SELU_ALPHA)),
    "gelu": ("gelu", {}, decimal_gelu),
    "silu": ("silu", {}, lambda z: z * decimal_sigmoid(z)),
    "hard_silu": ("hard_silu", {}, lambda z: z * decimal_hard_sigmoid(z, ONE / 6)),
    "mish": ("mish", {}, lambda z: z * decimal_tanh((ONE + z.exp()).ln())),
    "sigmoid": ("sigmoid", {}, decimal_sigmoid),
    "hard_sigmoid": ("hard_sigmoid", {}, lambda z: decimal_hard_sigmoid(z, ONE / 6)),
    "hard_sigmoid 0.25": (
        "hard_sigmoid",
        {"slope": 0.25},
        lambda z: decimal_hard_sigmoid(z, ONE / 4),
    ),
    "log_sigmoid": ("log_sigmoid", {}, lambda z: decimal_sigmoid(z).ln()),
    "tanh": ("tanh", {}, decimal_tanh),
    "hard_tanh": ("hard_tanh", {}, lambda z: min(max(z, -ONE), ONE)),
    "hard_tanh 0 2": (
        "hard_tanh",
        {"min": 0.0, "max": 2.0},
        lambda z: min(max(z, Decimal(0)), Decimal(2)),
    ),
    "softsign": ("softsign", {}, lambda z: z / (ONE + abs(z))),
    "softplus": ("softplus", {}, lambda z: (ONE + z.exp()).ln()),
}


def function(name: str) -> Activation:
    """Return an activation with its defaults."""
    of_name = ACTIVATION_FUNCTIONS[name]
    return partial(of_name, slopes=SLOPE) if name == "prelu" else of_name


def call(name: str, values: Sequence[float], dtype: str = "float64", **parameters: Any) -> Array:
    """Return an activation of one sample's values, NumPy's remarks about NaN aside."""
    if name == "prelu":
        parameters = {"slopes": SLOPE, **parameters}
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


# ------------------------------------------------------------------- other libraries' values

# Of PyTorch 2.13.0 and Keras 3.15.1, by activation_values.py.
TABLE = list(csv.reader(Path(__file__).with_name("activation_values.csv").read_text().splitlines()))
POINTS_OF_ROW = {row: list(map(float, z)) for library, _, row, *z in TABLE if library == "z"}
VALUES = [line for line in TABLE if line[0] != "z"]


@pytest.mark.parametrize("line", VALUES, ids=lambda line: " ".join(line[:3]))
def test_pytorch_and_keras_have_the_same_values(line: list[str]) -> None:
    _, activation, row, *values = line
    name, *written = activation.split()
    pairs = dict(parameter.split("=") for parameter in written)
    parameters: dict[str, Any] = {
        k: v if k == "approximate" else float(v) for k, v in pairs.items()
    }
    # their error function, or the sum with its offset, cancels where the result is nearly 0
    tolerance = 1e-15 if name in ("gelu", "hard_sigmoid") else 0
    ours = call(name, POINTS_OF_ROW[row], **parameters).tolist()
    assert ours == pytest.approx(list(map(float, values)), rel=4.5e-16, abs=tolerance)


def test_the_table_of_values_has_every_activation() -> None:
    assert {line[1].split()[0] for line in VALUES if line[0] == "torch"} == set(ACTIVATIONS)


# --------------------------------------------------------------------- the ends of the range

TINY = 5e-324  # the smallest number above zero
# Those that are neither flat nor shifted at zero, and a line there of a slope of about 1.
NEAR_LINES = (
    *("relu", "leaky_relu", "prelu", "relu6", "elu", "celu", "selu", "gelu", "silu", "hard_silu"),
    *("mish", "tanh", "hard_tanh", "softsign"),
)
NOT_ZERO_AT_ZERO = ("sigmoid", "hard_sigmoid", "log_sigmoid", "softplus")
# name → what the formula's limits are at -1e308, -700, 700, 1e308; None: far from a limit
EXTREMES: dict[str, tuple[float, float | None, float | None, float]] = {
    "linear": (-1e308, -700, 700, 1e308),
    "step": (0, 0, 1, 1),
    "sign": (-1, -1, 1, 1),
    "relu": (0, 0, 700, 1e308),
    "leaky_relu": (-1e306, -7, 700, 1e308),
    "prelu": (-2.5e307, -175, 700, 1e308),
    "relu6": (0, 0, 6, 6),
    "elu": (-1, -1, 700, 1e308),
    "celu": (-1, -1, 700, 1e308),
    "selu": (
        float(-SELU_ALPHA * SELU_SCALE),
        float(-SELU_ALPHA * SELU_SCALE),
        float(700 * SELU_SCALE),
        float(Decimal("1e308") * SELU_SCALE),
    ),
    "gelu": (0, 0, 700, 1e308),
    "silu": (0, None, 700, 1e308),
    "hard_silu": (0, 0, 700, 1e308),
    "mish": (0, None, 700, 1e308),
    "sigmoid": (0, None, 1, 1),
    "hard_sigmoid": (0, 0, 1, 1),
    "log_sigmoid": (-1e308, -700, None, 0),
    "tanh": (-1, -1, 1, 1),
    "hard_tanh": (-1, -1, 1, 1),
    "softsign": (-1, -700 / 701, 700 / 701, 1),
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


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", ACTIVATION_FUNCTIONS)
def test_finite_numbers_of_any_size_give_finite_numbers(name: str, dtype: str) -> None:
    """But for selu, which makes its input larger: its largest is no input here."""
    limits = np.finfo(dtype)
    large = float(limits.max) / 2
    values = [large, 1e4, 88.8, 40, 1, float(limits.eps), float(limits.tiny), TINY, 0.0]
    for value in values:
        assert np.isfinite(call(name, [value, -value, value], dtype)).all(), value


@pytest.mark.parametrize("name", ["silu", "mish", "sigmoid", "softplus", "log_sigmoid"])
def test_a_small_tail_keeps_its_digits(name: str) -> None:
    """exp(-700) is 9.86e-305: far from zero still."""
    _, parameters, formula = FORMULAS[name]
    z = 700.0 if name == "log_sigmoid" else -700.0
    assert_relatively_close(name, parameters, formula, [z], "float64")


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_celu_whose_alpha_its_type_rounds_to_zero_is_a_relu(dtype: str) -> None:
    values = call("celu", [-3.0, -1e-30, 0.0, 2.0], dtype, alpha=1e-300)
    assert values.tolist() == pytest.approx([0, 0, 0, 2], abs=1e-299)


@pytest.mark.parametrize("z", [700.0, 1000.0, 1e308])
def test_sigmoid_of_a_large_number_is_one_and_of_its_negative_nearly_zero(z: float) -> None:
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        above, below = ACTIVATION_FUNCTIONS["sigmoid"](np.array([[z, -z]]))[0]
    assert above == 1
    assert 0 <= below < 1e-300


def test_softplus_of_a_tiny_number_is_the_logarithm_of_two() -> None:
    assert call("softplus", [TINY])[0] == pytest.approx(math.log(2), rel=1e-15)


@pytest.mark.parametrize("name", NEAR_LINES)
def test_near_zero_the_sign_and_the_smallness_stay(name: str) -> None:
    """None of these is flat or shifted at zero: no digit may cancel."""
    small = call(name, [1e-300])[0]
    assert 0.4e-300 < small < 1.8e-300


@pytest.mark.parametrize("name", ACTIVATION_FUNCTIONS)
def test_nan_stays_nan(name: str) -> None:
    assert math.isnan(call(name, [NAN])[0])


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_nan_leaves_its_neighbours_alone(name: str) -> None:
    alone = call(name, [1.5])[0]
    assert call(name, [1.5, NAN, 1.5])[[0, 2]].tolist() == [alone, alone]


INFINITIES: dict[str, tuple[float, float]] = {
    "linear": (-INF, INF),
    "step": (0, 1),
    "sign": (-1, 1),
    "relu": (0, INF),
    "leaky_relu": (-INF, INF),
    "prelu": (-INF, INF),
    "relu6": (0, 6),
    "elu": (-1, INF),
    "celu": (-1, INF),
    "selu": (EXTREMES["selu"][0], INF),
    "gelu": (NAN, INF),  # -inf times 0
    "silu": (NAN, INF),  # -inf times 0
    "hard_silu": (NAN, INF),  # -inf times 0
    "mish": (NAN, INF),  # -inf times 0
    "sigmoid": (0, 1),
    "hard_sigmoid": (0, 1),
    "log_sigmoid": (-INF, 0),
    "tanh": (-1, 1),
    "hard_tanh": (-1, 1),
    "softsign": (NAN, NAN),  # inf by inf
    "softplus": (0, INF),
}


@pytest.mark.parametrize("name", ELEMENTWISE)
def test_infinity_is_taken_at_its_word(name: str) -> None:
    assert call(name, [-INF, INF]).tolist() == pytest.approx(INFINITIES[name], nan_ok=True)


@pytest.mark.parametrize("zero", [0.0, -0.0])
def test_a_jump_is_zero_at_both_zeros_or_what_it_says(zero: float) -> None:
    """step: 1 for x > 0, else 0; sign: -1 for x < 0, 1 for x > 0."""
    for name in ("step", "sign"):
        assert call(name, [zero]).tolist() == [0]
        for at_zero in (1.0, 0.5, -1.0):
            assert call(name, [zero], at_zero=at_zero).tolist() == [at_zero]


def test_linear_keeps_the_sign_of_zero() -> None:
    assert np.signbit(call("linear", [-0.0, 0.0])).tolist() == [True, False]


@pytest.mark.parametrize("name", [n for n in ELEMENTWISE if n not in NOT_ZERO_AT_ZERO])
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


# ------------------------------------------------------------------------------ log_softmax


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_log_softmax_is_the_logarithm_of_softmax(dtype: str) -> None:
    row = [-3.0, 0.5, 2.0, 2.25, -0.125]
    with localcontext(prec=60):
        powers = [Decimal(value).exp() for value in row]
        exact = [float((power / sum(powers)).ln()) for power in powers]
    tolerance = 8 * float(np.finfo(dtype).eps)
    assert call("log_softmax", row, dtype).tolist() == pytest.approx(exact, rel=tolerance)


def test_log_softmax_of_huge_scores_is_that_of_their_differences() -> None:
    """-log(1 + e) and 1 - log(1 + e), to 16 digits."""
    expected = [-1.3132616875182228, -0.3132616875182228]
    assert call("log_softmax", [1000.0, 1001.0]).tolist() == pytest.approx(expected, rel=1e-15)
    assert call("log_softmax", [-1001.0, -1000.0]).tolist() == pytest.approx(expected, rel=1e-15)
    assert call("log_softmax", [1e308, 0.0]).tolist() == [0, -1e308]


def test_log_softmax_of_what_is_nearly_certain_keeps_its_digits() -> None:
    """log(1 / (1 + exp(-50))) is -exp(-50) to 21 digits."""
    certain, unlikely = call("log_softmax", [50.0, 0.0])
    assert certain == pytest.approx(-1.9287498479639178e-22, rel=1e-15)
    assert unlikely == -50


def test_log_softmax_is_nan_where_softmax_is() -> None:
    for row in ([INF, 0.0], [-INF, -INF], [NAN, 0.0], [0.0, NAN], [INF, INF]):
        assert np.isnan(call("log_softmax", row)).all(), row
    assert call("log_softmax", [-INF, 1.0]).tolist() == [-INF, 0]


def test_log_softmax_looks_at_each_sample_alone_whatever_the_axes_before() -> None:
    z = np.random.RandomState(4).standard_normal((2, 5, 3))  # (blocks, neurons, samples)
    alone = [[call("log_softmax", sample) for sample in block.T] for block in z]
    together = ACTIVATION_FUNCTIONS["log_softmax"](z)
    assert np.allclose(together, np.swapaxes(alone, 1, 2), rtol=1e-14, atol=0)


# ------------------------------------------------------------------------------------ prelu


@pytest.mark.parametrize("slopes", [(0.5, 0.0, -2.0), np.array([0.5, 0.0, -2.0])])
def test_a_prelu_has_a_slope_for_each_neuron(slopes: Any) -> None:
    z = np.array([[-4.0, 3.0], [-4.0, 3.0], [-4.0, 3.0]])  # (neurons, samples)
    expected = [[-2, 3], [0, 3], [8, 3]]
    prelu = ACTIVATION_FUNCTIONS["prelu"]
    assert prelu(z, slopes=slopes).tolist() == expected
    assert prelu(z[None], slopes=slopes).tolist() == [expected]
    assert prelu(z, z, slopes=slopes) is z
    assert z.tolist() == expected


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_slopes_of_a_spec_become_numbers_of_its_type(dtype: Any) -> None:
    spec = PRelu(kind="prelu", slopes=(0.1, 0.2))
    z = np.array([[-1.0], [-1.0]], dtype)
    a = build_activation(spec, dtype)(z)
    assert a.dtype == dtype
    assert a.tolist() == (np.array([[-0.1], [-0.2]], dtype)).tolist()


# ----------------------------------------------------------------------------- all of them


def test_the_functions_are_those_that_a_spec_can_name() -> None:
    assert set(ACTIVATION_FUNCTIONS) == set(ACTIVATIONS)


@pytest.mark.parametrize("name", list(ACTIVATION_FUNCTIONS))
def test_parameters_and_defaults_are_those_of_the_spec(name: str) -> None:
    _, _, *parameters = inspect.signature(ACTIVATION_FUNCTIONS[name]).parameters.values()
    fields = {key: field for key, field in ACTIVATIONS[name].model_fields.items() if key != "kind"}
    given = {p.name: p.default for p in parameters if p.default is not p.empty}
    assert [p.name for p in parameters] == list(fields)
    assert given == {k: f.default for k, f in fields.items() if not f.is_required()}


@pytest.mark.parametrize("name", list(ACTIVATION_FUNCTIONS))
def test_a_batch_of_no_samples_stays_one(name: str) -> None:
    assert function(name)(np.empty((3, 0))).shape == (3, 0)


@pytest.mark.parametrize("name", list(ACTIVATION_FUNCTIONS))
def test_the_pre_activation_is_left_as_it_was(name: str) -> None:
    z = np.array([[-1.5, 0.5], [2.0, -0.25]])
    before = z.copy()
    function(name)(z)
    assert np.array_equal(z, before)


@pytest.mark.parametrize("name", list(ACTIVATION_FUNCTIONS))
def test_the_result_goes_into_the_array_that_is_given_be_it_the_input(name: str) -> None:
    z = np.array([[-1.5, 0.5, 0.0], [2.0, -0.25, 7.0]])
    expected, other = function(name)(z), np.empty_like(z)
    assert function(name)(z, other) is other
    assert function(name)(z, z) is z
    assert other.tolist() == z.tolist() == expected.tolist()


@pytest.mark.parametrize(
    "name", [n for n in ELEMENTWISE if n not in ("gelu", "silu", "hard_silu", "mish")]
)
@given(st.floats(-1e300, 1e300), st.floats(-1e300, 1e300))
def test_more_in_is_never_less_out(name: str, one: float, other: float) -> None:
    low, high = call(name, sorted((one, other))).tolist()
    assert low <= high + 4 * 2.0**-52 * abs(high)
