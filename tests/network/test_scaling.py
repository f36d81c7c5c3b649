"""Scaling against the formulas of the spec in exact fractions, and the network around it."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nncli import Network, build_network
from nncli.network.scaling import scaled_inputs, unscaled_outputs
from nncli.specs.model import (
    Clip,
    InputsSpec,
    LayerSpec,
    MinMax,
    NetworkSpec,
    Numbers,
    OutputsSpec,
    PlainActivation,
    Standard,
)

UNIT = Fraction(1, 2**53)

plain = st.floats(-1e6, 1e6).map(lambda number: round(number, 6))
positive = st.floats(1e-3, 1e3)


def spec_of(
    inputs: InputsSpec,
    outputs: OutputsSpec | None = None,
    activation: str = "linear",
    dtype: str = "float64",
) -> NetworkSpec:
    """Return a network that hands its inputs on: its weights are the unit matrix."""
    size = inputs.size
    unit = tuple(tuple(float(row == column) for column in range(size)) for row in range(size))
    kind = PlainActivation.model_validate({"kind": activation})
    layer = LayerSpec(name="same", neurons=size, weights=unit, activation=kind)
    return NetworkSpec.model_validate(
        {"name": "net", "dtype": dtype, "inputs": inputs, "layers": (layer,), "outputs": outputs}
    )


def standard(mean: Numbers, std: Numbers) -> Standard:
    return Standard(kind="standard", mean=mean, std=std)


def min_max(low: Numbers, high: Numbers, to: tuple[float, float] = (0.0, 1.0)) -> MinMax:
    return MinMax(kind="min_max", min=low, max=high, to=to)


@given(x=plain, mean=plain, std=positive)
def test_standard_is_the_distance_from_the_mean_in_deviations(
    x: float, mean: float, std: float
) -> None:
    spec = spec_of(InputsSpec(size=1, scale=standard(mean, std)))
    found = float(scaled_inputs(np.array([[x]]), spec)[0, 0])
    exact = (Fraction(x) - Fraction(mean)) / Fraction(std)
    assert abs(Fraction(found) - exact) <= 3 * UNIT * abs(exact)


@given(x=plain, low=plain, width=positive, to=st.sampled_from([(0.0, 1.0), (-1.0, 1.0)]))
def test_min_max_is_linear_between_the_ends(
    x: float, low: float, width: float, to: tuple[float, float]
) -> None:
    high = low + width
    spec = spec_of(InputsSpec(size=1, scale=min_max(low, high, to)))
    found = float(scaled_inputs(np.array([[x]]), spec)[0, 0])
    share = (Fraction(x) - Fraction(low)) / (Fraction(high) - Fraction(low))
    exact = share * (Fraction(to[1]) - Fraction(to[0])) + Fraction(to[0])
    assert abs(Fraction(found) - exact) <= 8 * UNIT * (abs(share) * 2 + 1)


def test_the_ends_of_min_max_are_exactly_those_of_its_range() -> None:
    scale = min_max((0.1, -7.3), (0.7, 11.9), to=(-1.0, 1.0))
    found = scaled_inputs(
        np.array([[0.1, -7.3], [0.7, 11.9]]), spec_of(InputsSpec(size=2, scale=scale))
    )
    assert found.tolist() == [[-1, -1], [1, 1]]


def test_inputs_are_clipped_before_they_are_scaled() -> None:
    """By hand: 9 → 4 → (4 - 1) / 2; the second column has bounds of its own."""
    clip, scale = Clip(low=-4.0, high=(4.0, 100.0)), standard((1.0, 0.0), 2.0)
    spec = spec_of(InputsSpec(size=2, clip=clip, scale=scale))
    found = scaled_inputs(np.array([[9.0, 9.0], [-9.0, -9.0]]), spec)
    assert found.tolist() == [[1.5, 4.5], [-2.5, -2.0]]


def test_a_clip_leaves_nan_and_bounds_infinity() -> None:
    spec = spec_of(InputsSpec(size=1, clip=Clip(low=0.0, high=1.0)))
    below, nothing, above = scaled_inputs(np.array([[-math.inf], [math.nan], [math.inf]]), spec)[
        :, 0
    ]
    assert (below, above) == (0, 1)
    assert math.isnan(nothing)


def test_one_column_is_scaled_as_within_all() -> None:
    inputs = InputsSpec(
        size=3, clip=Clip(low=(-1.0, -2.0, 0.0), high=9.0), scale=min_max(0.0, (1.0, 3.0, 7.0))
    )
    x = np.random.RandomState(0).standard_normal((50, 3)) * 5
    for dtype in ("float64", "float32"):
        spec = spec_of(inputs, dtype=dtype)
        whole = scaled_inputs(x, spec)
        assert whole.dtype == dtype
        for column in range(3):
            alone = scaled_inputs(x[:, column], spec, column)
            assert alone.tobytes() == whole[:, column].tobytes()


@pytest.mark.parametrize(
    "scale", [standard((2.0, -1.0), (3.0, 0.5)), min_max((1.0, 0.0), 9.0, (-1.0, 1.0))]
)
def test_the_scale_of_outputs_is_undone(scale: Standard | MinMax) -> None:
    """Scaling as an input what was unscaled as an output gives the same again."""
    y = np.array([[0.25, -1.0], [1.0, 0.0]])
    spec = spec_of(InputsSpec(size=2, scale=scale), OutputsSpec(scale=scale))
    values = unscaled_outputs(y, spec).astype(np.float64)
    np.testing.assert_allclose(scaled_inputs(values, spec), y.tolist(), rtol=1e-15)
    np.testing.assert_allclose(build_network(spec).forward(values), values, rtol=1e-15)


def test_outputs_of_standard_by_hand() -> None:
    spec = spec_of(InputsSpec(size=2), OutputsSpec(scale=standard((10.0, 0.0), (2.0, 3.0))))
    assert build_network(spec).forward(np.array([[1, 1], [-0.5, 2]])).tolist() == [[12, 3], [9, 6]]


def test_scaling_in_float32_is_computed_in_float64() -> None:
    """In float32 the difference of 16777217 and 16777216 would be lost before it is scaled."""
    spec = spec_of(InputsSpec(size=1, scale=standard(16777216.0, 0.5)), dtype="float32")
    output = build_network(spec).forward(np.array([[16777217.0]]))
    assert output.dtype == "float32"
    assert output.tolist() == [[2.0]]


def test_a_value_that_no_scale_holds_becomes_infinity_without_a_warning() -> None:
    inputs = InputsSpec(size=1, scale=standard(0.0, 1e-300))
    assert build_network(spec_of(inputs)).forward([[1e300]]).tolist() == [[math.inf]]
    outputs = OutputsSpec(scale=standard(0.0, 1e30))
    spec = spec_of(InputsSpec(size=1), outputs, dtype="float32")
    assert build_network(spec).forward([[1e30]]).tolist() == [[math.inf]]


def scaled_network(dtype: str = "float64") -> Network:
    inputs = InputsSpec(size=2, clip=Clip(low=-2.0, high=2.0), scale=standard((0.5, 1.0), 2.0))
    return build_network(
        spec_of(inputs, OutputsSpec(scale=min_max(10.0, 30.0, (-1.0, 1.0))), "tanh", dtype)
    )


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_forward_is_scaling_then_layers_then_unscaling(dtype: str) -> None:
    network, x = scaled_network(dtype), np.array([[0.5, 9.0], [-9.0, 1.0], [1.0, 0.25]])
    by_hand = [
        [
            20 + 10 * math.tanh((min(max(v, -2), 2) - m) / 2)
            for v, m in zip(row, (0.5, 1), strict=True)
        ]
        for row in x.tolist()
    ]
    rtol = 1e-14 if dtype == "float64" else 1e-6
    np.testing.assert_allclose(network.forward(x), by_hand, rtol=rtol)


def test_a_trace_takes_scaled_inputs_and_leaves_outputs_scaled() -> None:
    (layer,) = scaled_network().trace([[0.5, 1.0], [2.5, 3.0]])
    assert layer.pre_activation.tolist() == [[0, 0], [0.75, 0.5]]
    np.testing.assert_allclose(layer.output, np.tanh(layer.pre_activation), rtol=1e-15)


def test_the_layers_alone_take_a_batch_as_it_is() -> None:
    network = scaled_network()
    alone = network.without_scaling()
    assert alone.layers is network.layers
    x = np.array([[9, 0.5]])
    np.testing.assert_allclose(alone.forward(x), np.tanh(x), rtol=1e-15)
    assert alone.without_scaling() is alone
