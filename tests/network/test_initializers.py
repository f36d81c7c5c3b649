"""Drawn weights: the formulas, and the frozen stream of numbers that they are made from."""

from __future__ import annotations

import bisect
import hashlib
import inspect
import math
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from nncli.network.initializers import INITIALIZER_FUNCTIONS, Fans
from nncli.network.network import Network
from nncli.specs.model import INITIALIZERS

Float64Array = npt.NDArray[np.float64]
Draw = Callable[[np.random.RandomState, tuple[int, ...]], Float64Array]

INPUTS, NEURONS = 7, 5
# The first draws of seed 0, as they stand in countless tutorials.
FIRST_NORMALS = [1.76405235, 0.40015721, 0.97873798, 2.2408932, 1.86755799]
FIRST_UNIFORMS = [0.5488135, 0.71518937, 0.60276338, 0.54488318, 0.4236548]
# SHA-256 of the first 100,000 standard normals of seed 42, little-endian float64.
NORMALS_SHA256 = "b7a7219a5cbdb97effea3416b5bbd0d03b27ae4c1199e8117b7b9f289c01cff0"
UNIFORMS_SHA256 = "ab0fb206ab8e80db36de129ed44408580a21437e9065e4b97e4ee048327a6610"


def normals(scale: float) -> Draw:
    return lambda generator, shape: scale * generator.standard_normal(shape)


def uniforms(limit: float) -> Draw:
    return lambda generator, shape: 2 * limit * generator.random_sample(shape) - limit


def numbers_between(bounds: list[float], numbers: list[float]) -> Draw:
    """Return a draw of the number whose piece of [0, 1), cut at the bounds, holds a uniform one."""

    def draw(generator: np.random.RandomState, shape: tuple[int, ...]) -> Float64Array:
        uniform = generator.random_sample(shape)
        drawn = [numbers[bisect.bisect_right(bounds, each)] for each in uniform.flat]
        return np.array(drawn).reshape(shape)

    return draw


# What each formula's source says, for 7 inputs and 5 neurons.
FORMULAS: dict[str, tuple[dict[str, float], Draw]] = {
    "normal": ({}, normals(0.1)),
    "normal 3 0.5": (
        {"mean": 3.0, "std": 0.5},
        lambda generator, shape: 3 + 0.5 * generator.standard_normal(shape),
    ),
    "uniform": ({}, uniforms(0.1)),
    "uniform 2 5": (
        {"low": 2.0, "high": 5.0},
        lambda generator, shape: 2 + 3 * generator.random_sample(shape),
    ),
    "glorot_uniform": ({}, uniforms(math.sqrt(6 / (INPUTS + NEURONS)))),
    "glorot_normal": ({}, normals(math.sqrt(2 / (INPUTS + NEURONS)))),
    "he_uniform": ({}, uniforms(math.sqrt(6 / INPUTS))),
    "he_normal": ({}, normals(math.sqrt(2 / INPUTS))),
    "lecun_uniform": ({}, uniforms(math.sqrt(3 / INPUTS))),
    "lecun_normal": ({}, normals(math.sqrt(1 / INPUTS))),
    "whole_numbers": ({}, numbers_between([0.3, 0.475, 0.65, 0.825], [0.0, -2.0, -1.0, 1.0, 2.0])),
    "whole_numbers 2 5": (
        {"low": 2, "high": 5, "zeros": 0.6},
        numbers_between([0.6, 0.7, 0.8, 0.9], [0.0, 2.0, 3.0, 4.0, 5.0]),
    ),
    "whole_numbers -1 0": (
        {"low": -1, "high": 0, "zeros": 0.5},
        numbers_between([0.5], [0.0, -1.0]),
    ),
    "constant": ({"value": -0.25}, lambda _, shape: np.full(shape, -0.25)),
    "zeros": ({}, lambda _, shape: np.full(shape, 0.0)),
    "ones": ({}, lambda _, shape: np.full(shape, 1.0)),
}


@pytest.mark.parametrize("case", FORMULAS)
@pytest.mark.parametrize("shape", [(INPUTS, NEURONS), (NEURONS,)], ids=["weights", "biases"])
def test_an_initializer_is_its_formula_of_the_stream(case: str, shape: tuple[int, ...]) -> None:
    parameters, draw = FORMULAS[case]
    function = INITIALIZER_FUNCTIONS[case.partition(" ")[0]]
    drawn = function(np.random.RandomState(3), shape, Fans(INPUTS, NEURONS), **parameters)
    assert drawn.shape == shape
    assert drawn.dtype == np.float64
    np.testing.assert_allclose(drawn, draw(np.random.RandomState(3), shape), rtol=1e-14, atol=1e-16)


@pytest.mark.parametrize("name", ["glorot_uniform", "he_uniform", "lecun_uniform", "uniform"])
def test_uniform_draws_fill_their_range_and_no_more(name: str) -> None:
    fans = Fans(60, 40)
    limit = {"glorot_uniform": 6 / 100, "he_uniform": 6 / 60, "lecun_uniform": 3 / 60}
    bound = math.sqrt(limit.get(name, 0.01))
    drawn = INITIALIZER_FUNCTIONS[name](np.random.RandomState(0), (60, 40), fans)
    assert -bound <= drawn.min() < -0.99 * bound
    assert 0.99 * bound < drawn.max() <= bound


@pytest.mark.parametrize(
    ("name", "variance"),
    [
        ("glorot_uniform", 2 / 100),
        ("glorot_normal", 2 / 100),
        ("he_uniform", 2 / 60),
        ("he_normal", 2 / 60),
        ("lecun_uniform", 1 / 60),
        ("lecun_normal", 1 / 60),
    ],
)
def test_the_spread_is_what_the_paper_asks_for(name: str, variance: float) -> None:
    """Glorot: 2 / (inputs + neurons); He: 2 / inputs; LeCun: 1 / inputs."""
    drawn = INITIALIZER_FUNCTIONS[name](np.random.RandomState(0), (60, 400), Fans(60, 40))
    assert drawn.var() == pytest.approx(variance, rel=0.05)
    assert abs(drawn.mean()) < 4 * math.sqrt(variance / drawn.size)


@pytest.mark.parametrize(
    ("parameters", "shares"),
    [
        ({}, {0: 0.3, -2: 0.175, -1: 0.175, 1: 0.175, 2: 0.175}),
        ({"zeros": 0.0}, {-2: 0.25, -1: 0.25, 1: 0.25, 2: 0.25}),
        ({"low": 1, "high": 6, "zeros": 0.0}, dict.fromkeys(range(1, 7), 1 / 6)),
        ({"low": -3, "high": -1, "zeros": 0.4}, {0: 0.4, -3: 0.2, -2: 0.2, -1: 0.2}),
        ({"low": 0, "high": 2, "zeros": 0.2}, {0: 0.2, 1: 0.4, 2: 0.4}),
        ({"low": 4, "high": 4, "zeros": 0.9}, {0: 0.9, 4: 0.1}),
        ({"zeros": 1.0}, {0: 1.0}),
        ({"low": 0, "high": 0, "zeros": 1.0}, {0: 1.0}),
    ],
)
def test_whole_numbers_are_as_frequent_as_their_parameters_say(
    parameters: dict[str, float], shares: dict[int, float]
) -> None:
    """Within five standard deviations of a count of 40,000 draws."""
    generator, draws = np.random.RandomState(1), 40_000
    drawn = INITIALIZER_FUNCTIONS["whole_numbers"](generator, (200, 200), Fans(1, 1), **parameters)
    counts = Counter(drawn.ravel().tolist())
    assert set(counts) == set(shares)
    for number, share in shares.items():
        assert abs(counts[number] - draws * share) <= 5 * math.sqrt(draws * share * (1 - share))


class Last:
    """A generator that draws the largest number below 1 for ever."""

    def random_sample(self, shape: tuple[int, ...]) -> Float64Array:
        return np.full(shape, 1 - 2.0**-53)


@pytest.mark.parametrize("zeros", [0.0, 0.1, 0.3, 0.7, 0.99])
@pytest.mark.parametrize("high", [1, 2, 3, 7, 2**24])
def test_no_whole_number_is_above_the_highest(zeros: float, high: int) -> None:
    function = INITIALIZER_FUNCTIONS["whole_numbers"]
    drawn = function(Last(), (1,), Fans(1, 1), low=-high, high=high, zeros=zeros)
    assert drawn.tolist() == [high]


# ----------------------------------------------------------------------------- the stream


def test_the_first_draws_of_seed_0_are_the_well_known_ones() -> None:
    network = Network.from_yaml_text(
        "{layer_sizes: [1, 5], seed: 0, init: {weights: {normal: {std: 1}}}}"
    )
    assert network.layers[0].weights[0].tolist() == pytest.approx(FIRST_NORMALS, abs=5e-9)


def test_the_first_uniform_draws_of_seed_0_are_the_well_known_ones() -> None:
    text = "{layer_sizes: [1, 5], seed: 0, init: {weights: {uniform: {low: 0, high: 1}}}}"
    weights = Network.from_yaml_text(text).layers[0].weights
    assert weights[0].tolist() == pytest.approx(FIRST_UNIFORMS, abs=5e-9)


def digest(values: npt.NDArray[np.floating[Any]]) -> str:
    return hashlib.sha256(values.astype("<f8").tobytes()).hexdigest()


def test_a_large_draw_has_the_same_bits_everywhere() -> None:
    """NumPy has frozen these streams for good; the digests are those of the bare generator."""
    text = (
        "{{inputs: 100, seed: 42, layers: [{{neurons: 1000, init: {{weights: {{{}}}}}}}]}}"
    ).format
    normal = Network.from_yaml_text(text("normal: {mean: 0, std: 1}")).layers[0].weights
    uniform = Network.from_yaml_text(text("uniform: {low: 0, high: 1}")).layers[0].weights
    assert digest(normal) == NORMALS_SHA256
    assert digest(uniform) == UNIFORMS_SHA256


def test_the_digests_are_those_of_the_bare_generator() -> None:
    assert digest(np.random.RandomState(42).standard_normal(100_000)) == NORMALS_SHA256
    assert digest(np.random.RandomState(42).random_sample(100_000)) == UNIFORMS_SHA256


def test_the_default_is_a_tenth_of_a_standard_normal_and_biases_of_zero() -> None:
    """As the well-known video has it: 0.10 * np.random.randn(n_inputs, n_neurons)."""
    network = Network.from_yaml_text("{layer_sizes: [4, 5, 2], seed: 0}")
    stream = np.random.RandomState(0)
    for layer, shape in zip(network.layers, [(4, 5), (5, 2)], strict=True):
        assert np.array_equal(layer.weights, 0.1 * stream.randn(*shape))
        assert layer.biases.tolist() == [0] * shape[1]


def test_layers_draw_one_after_the_other_weights_before_biases() -> None:
    init = "init: {weights: {normal: {std: 1}}, biases: {normal: {std: 1}}}"
    network = Network.from_yaml_text(f"{{layer_sizes: [3, 4, 2], seed: 9, {init}}}")
    stream = np.random.RandomState(9)
    for layer, (inputs, neurons) in zip(network.layers, [(3, 4), (4, 2)], strict=True):
        assert np.array_equal(layer.weights, stream.standard_normal((inputs, neurons)))
        assert np.array_equal(layer.biases, stream.standard_normal(neurons))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_whole_numbers_of_a_seed_are_the_same_for_good(dtype: str) -> None:
    """Read from the uniform draws of seed 3 by hand; 0.3, 0.475, 0.65, 0.825 part the numbers.

    0.55 0.71 0.29 0.51 0.89 0.90 0.13 0.21 0.05 0.44 | 0.03 0.46
    """
    init = "init: {weights: whole_numbers, biases: whole_numbers}"
    network = Network.from_yaml_text(f"{{layer_sizes: [5, 2], seed: 3, dtype: {dtype}, {init}}}")
    [layer] = network.layers
    assert layer.weights.dtype == layer.biases.dtype == dtype
    assert layer.weights.tolist() == [[-1, 1], [0, -1], [2, 2], [0, 0], [0, -2]]
    assert layer.biases.tolist() == [0, -2]


def test_explicit_weights_draw_nothing() -> None:
    """The second layer's weights are the first of the stream."""
    text = """
inputs: 2
seed: 5
layers:
  - {neurons: 3, weights: [[1, 2, 3], [4, 5, 6]]}
  - {neurons: 4}
"""
    network = Network.from_yaml_text(text)
    assert np.array_equal(network.layers[1].weights, 0.1 * np.random.RandomState(5).randn(3, 4))


def test_explicit_biases_draw_nothing_where_others_are_drawn() -> None:
    text = """
inputs: 2
seed: 5
init: {weights: {normal: {std: 1}}, biases: {normal: {std: 1}}}
layers:
  - {neurons: 1, biases: [7]}
  - {neurons: 1, weights: [[1]]}
"""
    network = Network.from_yaml_text(text)
    stream = np.random.RandomState(5)
    assert np.array_equal(network.layers[0].weights, stream.standard_normal((2, 1)))
    assert network.layers[0].biases.tolist() == [7]
    assert np.array_equal(network.layers[1].biases, stream.standard_normal(1))


@pytest.mark.parametrize("name", ["zeros", "ones", "{constant: {value: 2}}"])
def test_constant_layers_draw_nothing(name: str) -> None:
    text = f"""
inputs: 2
seed: 5
layers:
  - {{neurons: 3, init: {{weights: {name}}}}}
  - {{neurons: 4}}
"""
    network = Network.from_yaml_text(text)
    assert np.array_equal(network.layers[1].weights, 0.1 * np.random.RandomState(5).randn(3, 4))


def test_the_layout_of_written_weights_does_not_turn_drawn_ones() -> None:
    rows = Network.from_yaml_text("{layer_sizes: [3, 2], seed: 1, layout: neurons_by_inputs}")
    columns = Network.from_yaml_text("{layer_sizes: [3, 2], seed: 1}")
    assert np.array_equal(rows.layers[0].weights, columns.layers[0].weights)


def test_float32_weights_are_the_float64_draws_rounded() -> None:
    network = Network.from_yaml_text("{layer_sizes: [3, 4], seed: 8, dtype: float32}")
    expected = (0.1 * np.random.RandomState(8).randn(3, 4)).astype(np.float32)
    assert network.layers[0].weights.dtype == np.float32
    assert np.array_equal(network.layers[0].weights, expected)


def test_the_global_generator_is_left_alone() -> None:
    np.random.seed(77)
    expected = np.random.RandomState(77).random_sample()
    Network.from_yaml_text("{layer_sizes: [3, 4], seed: 8}")
    assert np.random.random_sample() == expected


def test_a_second_network_of_the_same_seed_is_the_same() -> None:
    one, other = (Network.from_yaml_text("{layer_sizes: [3, 4], seed: 8}") for _ in range(2))
    assert np.array_equal(one.layers[0].weights, other.layers[0].weights)


# ----------------------------------------------------------------------------- the registry


def test_the_functions_are_those_that_a_spec_can_name() -> None:
    assert set(INITIALIZER_FUNCTIONS) == set(INITIALIZERS)
    assert {case.partition(" ")[0] for case in FORMULAS} == set(INITIALIZERS)


@pytest.mark.parametrize("name", list(INITIALIZER_FUNCTIONS))
def test_parameters_and_defaults_are_those_of_the_spec(name: str) -> None:
    _, _, _, *parameters = inspect.signature(INITIALIZER_FUNCTIONS[name]).parameters.values()
    fields = {key: field for key, field in INITIALIZERS[name].model_fields.items() if key != "kind"}
    wanted: dict[str, Any] = {
        key: inspect.Parameter.empty if field.is_required() else field.default
        for key, field in fields.items()
    }
    assert {p.name: p.default for p in parameters} == wanted
