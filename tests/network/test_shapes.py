"""Shapes from the spec alone: what is predicted is what comes out, and nothing is allocated."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import numpy as np
import pytest
from activation_cases import CASES
from hypothesis import given
from hypothesis import strategies as st

from nncli import Network, NetworkSpec, ShapeTable, read_spec, shape_table
from nncli.network.shapes import ITEM_BYTES, ScalingStep
from nncli.specs.model import INITIALIZERS, InputsSpec, LayerSpec, Tensor


def read(content: dict[str, Any]) -> NetworkSpec:
    return read_spec(json.dumps(content).encode(), "net.yaml")


def table_of(content: dict[str, Any]) -> ShapeTable:
    return shape_table(read(content))


@st.composite
def layers(draw: st.DrawFn, inputs: int) -> dict[str, Any]:
    """Draw a layer with any mix of written and drawn parameters, in either layout."""
    neurons = draw(st.integers(1, 6))
    layer: dict[str, Any] = {
        "neurons": neurons,
        "activation": draw(st.sampled_from(list(CASES.values()))),
    }
    if draw(st.booleans()):
        layer["layout"] = draw(st.sampled_from(["inputs_by_neurons", "neurons_by_inputs"]))
    by_neuron = layer.get("layout") == "neurons_by_inputs"
    if draw(st.booleans()):
        rows, columns = (neurons, inputs) if by_neuron else (inputs, neurons)
        layer["weights"] = [[0.5] * columns for _ in range(rows)]
    else:
        name = draw(st.sampled_from(sorted(INITIALIZERS)))
        weights = {"constant": {"value": 0.25}} if name == "constant" else name
        layer["init"] = {"weights": weights}
    if draw(st.booleans()):
        layer["biases"] = [1.0] * neurons
    return layer


@st.composite
def specs(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a spec whose layers fit."""
    inputs = width = draw(st.integers(1, 6))
    drawn = []
    for _ in range(draw(st.integers(1, 4))):
        layer = draw(layers(width))
        drawn.append(layer)
        width = layer["neurons"]
    dtype = draw(st.sampled_from(["float64", "float32"]))
    return {"inputs": inputs, "layers": drawn, "seed": draw(st.integers(0, 99)), "dtype": dtype}


@given(specs(), st.integers(0, 5))
def test_predicted_shapes_are_the_shapes_produced(content: dict[str, Any], samples: int) -> None:
    table = table_of(content)
    network = Network.from_yaml_text(json.dumps(content))
    results = network.trace(np.ones((samples, content["inputs"])))
    held = [(layer.weights.shape, layer.biases.shape) for layer in network.layers]
    assert [(layer.weights_shape, layer.biases_shape) for layer in table.layers] == held
    assert [(samples, layer.neurons) for layer in table.layers] == [r.output.shape for r in results]
    assert [layer.activation for layer in table.layers] == [
        layer.activation_name for layer in network.layers
    ]
    assert [layer.parameters for layer in table.layers] == [
        layer.weights.size + layer.biases.size for layer in network.layers
    ]
    assert table.misfits == ()
    assert table.parameter_bytes == sum(
        layer.weights.nbytes + layer.biases.nbytes for layer in network.layers
    )
    outputs = sum(result.output.nbytes for result in results)
    batch = samples * content["inputs"] * ITEM_BYTES[table.dtype]
    assert table.activation_bytes(samples) == batch + outputs


@given(specs())
def test_the_layers_said_to_draw_are_those_that_need_the_seed(content: dict[str, Any]) -> None:
    """Zeros, ones, constants and written numbers need none."""
    plain = ("zeros", "ones")
    wanted = tuple(
        number
        for number, layer in enumerate(content["layers"], start=1)
        if "weights" not in layer
        and layer["init"]["weights"] not in plain
        and not isinstance(layer["init"]["weights"], dict)
    )
    assert table_of(content).drawn_layers == wanted


def test_counts_worked_by_hand() -> None:
    """4·5 + 5 = 25 and 5·2 + 2 = 12, so 37 parameters; 20 + 10 = 30 multiply-adds."""
    table = table_of({"layer_sizes": [4, 5, 2], "seed": 0})
    first, second = table.layers
    assert (first.inputs, first.neurons, first.weights_shape, first.biases_shape) == (
        4,
        5,
        (4, 5),
        (5,),
    )
    assert (first.parameters, first.multiply_adds) == (25, 20)
    assert (second.parameters, second.multiply_adds) == (12, 10)
    assert (table.total_parameters, table.total_multiply_adds) == (37, 30)
    assert table.parameter_bytes == 37 * 8
    # three samples: a batch of 4 and outputs of 5 and 2 numbers each, 8 bytes a number
    assert table.activation_bytes(3) == 3 * (4 + 5 + 2) * 8


def test_float32_takes_half_the_memory() -> None:
    table = table_of({"layer_sizes": [4, 5, 2], "seed": 0, "dtype": "float32"})
    assert (table.parameter_bytes, table.activation_bytes(3)) == (37 * 4, 3 * 11 * 4)


@pytest.mark.parametrize(
    ("sizes", "parameters", "multiply_adds"),
    [
        # 10,000² + 10,000, twice
        ([10_000] * 3, 200_020_000, 200_000_000),
        # 10⁹ · 10⁹ + 10⁹
        ([10**9, 10**9], 10**18 + 10**9, 10**18),
        # beyond 64 bits
        ([2**63 - 1, 2**63 - 1], (2**63 - 1) ** 2 + 2**63 - 1, (2**63 - 1) ** 2),
    ],
)
def test_a_huge_network_is_counted_without_being_allocated(
    sizes: list[int], parameters: int, multiply_adds: int
) -> None:
    spec = read({"layer_sizes": sizes, "seed": 0})
    tracemalloc.start()
    try:
        table = shape_table(spec)
        counted = (table.total_parameters, table.total_multiply_adds, table.parameter_bytes)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert counted == (parameters, multiply_adds, 8 * parameters)
    assert peak_bytes < 100_000


def unfitting(layer: LayerSpec, inputs: int) -> ShapeTable:
    spec = NetworkSpec(name="net", inputs=InputsSpec(size=inputs), layers=(layer,))
    return shape_table(spec)


def test_weights_for_other_inputs_are_a_misfit_that_shows_what_is_held() -> None:
    weights = ((1.0, 2.0),) * 3
    table = unfitting(LayerSpec(name="one", neurons=2, weights=weights), 5)
    assert table.layers[0].weights_shape == (3, 2)
    assert [(misfit.code, misfit.key) for misfit in table.misfits] == [("N201", "weights")]


def test_weights_for_other_neurons_are_a_misfit() -> None:
    weights = ((1.0, 2.0, 3.0),) * 5
    table = unfitting(LayerSpec(name="one", neurons=2, weights=weights), 5)
    assert [(misfit.code, misfit.key) for misfit in table.misfits] == [("N202", "weights")]


def test_too_many_biases_are_a_misfit() -> None:
    layer = LayerSpec(name="one", neurons=2, weights=((1.0, 2.0),), biases=(1.0, 2.0, 3.0))
    table = unfitting(layer, 1)
    assert [(misfit.code, misfit.key) for misfit in table.misfits] == [("N203", "biases")]
    assert table.layers[0].biases_shape == (3,)


def test_transposed_weights_are_called_transposed() -> None:
    weights = ((1.0, 2.0, 3.0, 4.0),) * 3
    (misfit,) = unfitting(LayerSpec(name="one", neurons=3, weights=weights), 4).misfits
    assert "transposed" in misfit.message
    assert (misfit.code, misfit.found, misfit.wanted) == ("N201", 3, 4)


SCALED = b"""
inputs: {size: 2, clip: {low: 0, high: 1}, scale: {min_max: {min: 0, max: 4, to: [-0.5, 1e-7]}}}
layers: [{neurons: 3}, {neurons: 1}]
outputs: {scale: {standard: {mean: 1, std: 2}}}
seed: 0
"""


def test_scaling_is_steps_before_the_first_layer_and_after_the_last() -> None:
    table = shape_table(read_spec(SCALED, "net.yaml"))
    assert table.before == (
        ScalingStep("inputs.clip", "x within [low, high]", 2),
        ScalingStep("inputs.scale", "x from [min, max] to [-0.5, 1e-07]", 2),
    )
    assert table.after == (ScalingStep("outputs.scale", "a · std + mean", 1),)
    assert [layer.layer for layer in table.layers] == [1, 2]


def test_a_batch_of_another_width_is_not_scaled() -> None:
    table = shape_table(read_spec(SCALED, "net.yaml"), features=3)
    assert (table.before, len(table.misfits)) == ((), 1)


def test_only_a_files_own_names_of_arrays_are_told() -> None:
    """An imported model has no weights file: what its arrays are called, nncli made up."""
    weights, biases = Tensor(name="w", shape=(2, 1)), Tensor(name="b", shape=(1,))
    layer = LayerSpec(name="one", neurons=1, weights=weights, biases=biases)
    model = NetworkSpec(name="net", inputs=InputsSpec(size=2), layers=(layer,))
    stored = model.model_copy(update={"weights_file": "w.npz"})
    assert [shape_table(spec).layers[0].tensors for spec in (model, stored)] == [None, ("w", "b")]
