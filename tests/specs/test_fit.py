"""Whether explicit weights and biases fit the declared sizes, and what is said if they do not."""

from __future__ import annotations

from typing import Any, Literal

import pytest

from nncli.specs.fit import (
    Misfit,
    as_inputs_by_neurons,
    find_misfits,
    held_shape,
    other_layout,
    shape_held_by,
)
from nncli.specs.model import LayerSpec, Layout, Matrix, Tensor, WithinWeights


def codes(misfits: list[Misfit]) -> list[tuple[str, str]]:
    return [(misfit.code, misfit.key) for misfit in misfits]


def held(shape: tuple[int, int], layout: Layout) -> tuple[int, int]:
    return held_shape(shape, layout, within_weights=False)


def only(misfits: list[Misfit]) -> Misfit:
    [misfit] = misfits
    return misfit


@pytest.mark.parametrize(
    ("shape", "layout", "expected"),
    [
        ((3, 4), "inputs_by_neurons", (3, 4)),
        ((3, 4), "neurons_by_inputs", (4, 3)),
        ((1, 1), "neurons_by_inputs", (1, 1)),
    ],
)
def test_a_row_is_an_input_or_a_neuron_as_the_layout_says(
    shape: tuple[int, int], layout: Layout, expected: tuple[int, int]
) -> None:
    assert as_inputs_by_neurons(shape, layout) == expected


# layer, inputs, neurons, shape as typed, layout, biases → (code, key) of each misfit
FITS: list[
    tuple[
        tuple[int, int | None, int | None, tuple[int, int] | None, Layout, int | None],
        list[tuple[str, str]],
    ]
] = [
    ((1, 4, 3, (4, 3), "inputs_by_neurons", 3), []),
    ((1, 4, 3, (3, 4), "neurons_by_inputs", 3), []),
    ((1, 4, 3, None, "inputs_by_neurons", None), []),
    # transposed: one misfit, not one for each side
    ((1, 4, 3, (3, 4), "inputs_by_neurons", None), [("N201", "weights")]),
    ((1, 4, 3, (4, 3), "neurons_by_inputs", None), [("N201", "weights")]),
    # a square matrix cannot be told from its transpose
    ((2, 3, 3, (3, 3), "neurons_by_inputs", 3), []),
    # one side, the other, both
    ((2, 3, 2, (5, 2), "inputs_by_neurons", None), [("N201", "weights")]),
    ((2, 3, 2, (3, 5), "inputs_by_neurons", None), [("N202", "weights")]),
    (
        (2, 3, 2, (5, 6), "inputs_by_neurons", None),
        [("N201", "weights"), ("N202", "weights")],
    ),
    (
        (2, 3, 2, (6, 5), "neurons_by_inputs", 4),
        [("N201", "weights"), ("N202", "weights"), ("N203", "biases")],
    ),
    ((1, 4, 3, (4, 3), "inputs_by_neurons", 2), [("N203", "biases")]),
    ((1, 4, 3, None, "inputs_by_neurons", 4), [("N203", "biases")]),
    # what is not known clashes with nothing
    ((2, None, 3, (5, 3), "inputs_by_neurons", 3), []),
    ((2, 4, None, (4, 5), "inputs_by_neurons", 7), []),
    ((2, None, None, (4, 5), "neurons_by_inputs", 7), []),
    ((2, None, 3, (5, 4), "inputs_by_neurons", None), [("N202", "weights")]),
    ((2, 4, None, (5, 3), "inputs_by_neurons", None), [("N201", "weights")]),
]


@pytest.mark.parametrize(("layer", "expected"), FITS)
def test_weights_fit_their_inputs_and_neurons_and_biases_fit_the_neurons(
    layer: tuple[int, int | None, int | None, tuple[int, int] | None, Layout, int | None],
    expected: list[tuple[str, str]],
) -> None:
    number, inputs, neurons, shape, layout, biases = layer
    weights = held(shape, layout) if shape is not None else None
    assert codes(find_misfits(number, inputs, neurons, weights, biases)) == expected


@pytest.mark.parametrize("where", ["first", "last"])
@pytest.mark.parametrize(
    ("rows", "layout"),
    [
        (((1.0, 2.0), (3.0, 4.0), (5.0, 6.0)), "inputs_by_neurons"),
        (((1.0, 3.0, 5.0), (2.0, 4.0, 6.0)), "neurons_by_inputs"),
    ],
)
def test_weights_that_hold_the_biases_are_for_one_input_less(
    rows: Matrix, layout: Layout, where: Literal["first", "last"]
) -> None:
    layer = LayerSpec(name="x", neurons=2, weights=rows, layout=layout, biases=WithinWeights(where))
    assert shape_held_by(layer) == (2, 2)
    assert layer.biases_count is None


def test_a_stored_array_has_the_shape_that_its_file_says() -> None:
    stored: dict[str, Any] = {"weights": Tensor("w", (3, 4)), "biases": Tensor("b", (3,))}
    layer = LayerSpec(name="x", neurons=3, layout="neurons_by_inputs", **stored)
    assert (layer.weights_shape, shape_held_by(layer), layer.biases_count) == ((3, 4), (4, 3), 3)
    unknown = LayerSpec(name="x", neurons=3, weights=Tensor("w"), biases=Tensor("b"))
    assert (unknown.weights_shape, shape_held_by(unknown), unknown.biases_count) == (None,) * 3


def test_a_clash_between_layers_names_both_sides_and_both_sizes() -> None:
    misfit = only(find_misfits(2, 3, 2, (5, 2), 2))
    assert misfit.message == "layer 2 takes 5 inputs, but layer 1 has 3 neurons"
    assert (misfit.found, misfit.wanted) == (5, 3)


def test_a_clash_of_the_first_layer_names_the_inputs_of_the_network() -> None:
    misfit = only(find_misfits(1, 4, 1, (3, 1), 1))
    assert misfit.message == "layer 1 takes 3 inputs, but the network has 4 inputs"
    assert (misfit.found, misfit.wanted) == (3, 4)


def test_one_is_singular() -> None:
    misfit = only(find_misfits(2, 1, 2, (5, 2), None))
    assert misfit.message == "layer 2 takes 5 inputs, but layer 1 has 1 neuron"
    misfit = only(find_misfits(2, 5, 2, (1, 2), None))
    assert misfit.message == "layer 2 takes 1 input, but layer 1 has 5 neurons"


@pytest.mark.parametrize(
    ("shape", "layout"),
    [((3, 8), "inputs_by_neurons"), ((8, 3), "neurons_by_inputs")],
)
def test_transposed_weights_are_recognised(shape: tuple[int, int], layout: Layout) -> None:
    misfit = only(find_misfits(2, 8, 3, held(shape, layout), None))
    assert "(3, 8)" in misfit.message
    assert "(8, 3)" in misfit.message
    assert "transpose" in misfit.message


def test_the_other_layout_of_a_layout_is_the_one_that_it_is_not() -> None:
    assert other_layout("inputs_by_neurons") == "neurons_by_inputs"
    assert other_layout(other_layout("inputs_by_neurons")) == "inputs_by_neurons"


def test_biases_that_do_not_fit_name_both_counts() -> None:
    misfit = only(find_misfits(1, 4, 3, None, 1))
    assert misfit.message == "layer 1 has 3 neurons, but 1 bias"
    assert (misfit.found, misfit.wanted) == (1, 3)
