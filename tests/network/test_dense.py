"""A dense layer, and the arrays that nobody can change behind its back."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Literal

import numpy as np
import pytest

from nncli import Network, SpecError
from nncli.network.activations import Array, linear, relu
from nncli.network.dense import Dense, LayerValues, build_dense
from nncli.specs.model import LayerSpec, Layout, Tensor, WithinWeights

SPEC = "layer_sizes: [3, 2]\nseed: 0\n"


def dense_of(weights: Array, biases: Array) -> Dense:
    return Dense("layer_1", weights, biases, "relu", relu)


def test_a_layer_copies_arrays_that_their_owner_can_change() -> None:
    weights, biases = np.ones((3, 2)), np.zeros(2)
    layer = dense_of(weights, biases)
    assert weights.flags.writeable
    assert biases.flags.writeable
    weights[:] = biases[:] = 7
    assert layer.weights.tolist() == [[1, 1]] * 3
    assert layer.biases.tolist() == [0, 0]


def test_a_read_only_view_of_an_array_that_can_be_changed_is_copied_too() -> None:
    weights = np.ones((3, 2))
    view = weights[:]
    view.flags.writeable = False
    layer = dense_of(view, np.zeros(2))
    weights[:] = 7
    assert layer.weights.tolist() == [[1, 1]] * 3


def test_a_layer_that_is_built_from_another_shares_its_arrays() -> None:
    """Weights may be most of the memory that there is."""
    layer = dense_of(np.ones((3, 2)), np.zeros(2))
    other = Dense("other", layer.weights, layer.biases, "linear", linear)
    assert other.weights is layer.weights
    assert other.biases is layer.biases


def same(network: Network) -> Network:
    return network


def pickled(network: Network) -> Network:
    copied: Network = pickle.loads(pickle.dumps(network))  # noqa: S301  # our own
    return copied


@pytest.mark.parametrize("copied", [same, copy.copy, copy.deepcopy, pickled])
def test_weights_and_biases_of_a_network_cannot_be_changed(
    copied: Callable[[Network], Network],
) -> None:
    """The engine has copies of them, so that a change would be half a change."""
    network = Network.from_yaml_text(SPEC)
    network.forward([[1, 2, 3]])
    (layer,) = copied(network).layers
    for array in (layer.weights, layer.biases):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_a_linear_layer_makes_one_array_which_stays_one() -> None:
    values = Dense("layer_1", np.ones((3, 2)), np.zeros(2), "linear", linear).run(np.ones((3, 4)))
    assert values.a is values.z
    turned = values.map(np.transpose)
    assert turned.a is turned.z
    assert turned.z.shape == (4, 2)


def test_z_and_a_are_changed_alike() -> None:
    values = LayerValues(np.array([[-1.0, 2.0]]), np.array([[0.0, 2.0]]))
    part = values.map(lambda array: array[:, :1])
    assert (part.z.tolist(), part.a.tolist()) == ([[-1]], [[0]])


@pytest.mark.parametrize("layout", ["inputs_by_neurons", "neurons_by_inputs"])
def test_a_layer_takes_its_arrays_from_a_file(layout: Layout) -> None:
    stored = np.arange(6, dtype=np.float16).reshape(3, 2)
    weights = stored if layout == "inputs_by_neurons" else np.ascontiguousarray(stored.T)
    biases = np.array([0.5, 7], np.float32)
    spec = LayerSpec(name="x", neurons=2, layout=layout, weights=Tensor("w"), biases=Tensor("b"))
    layer = build_dense(spec, 3, "float64", None, {"w": weights, "b": biases})
    assert layer.weights.tolist() == [[0, 1], [2, 3], [4, 5]]
    assert layer.biases.tolist() == [0.5, 7]
    assert layer.weights.dtype == layer.biases.dtype == np.float64
    assert weights.flags.writeable  # the arrays of the file stay their owner's
    assert biases.flags.writeable


@pytest.mark.parametrize("layout", ["inputs_by_neurons", "neurons_by_inputs"])
@pytest.mark.parametrize(
    ("where", "weights", "biases"),
    [("first", [[2, 3], [4, 5]], [0, 1]), ("last", [[0, 1], [2, 3]], [4, 5])],
)
def test_biases_within_the_weights_are_taken_out_of_them(
    layout: Layout, where: Literal["first", "last"], weights: object, biases: object
) -> None:
    whole = ((0.0, 1.0), (2.0, 3.0), (4.0, 5.0))
    rows = whole if layout == "inputs_by_neurons" else tuple(zip(*whole, strict=True))
    spec = LayerSpec(name="x", neurons=2, layout=layout, weights=rows, biases=WithinWeights(where))
    layer = build_dense(spec, 2, "float64", None)
    assert layer.weights.tolist() == weights
    assert layer.biases.tolist() == biases


def test_one_bias_is_that_of_every_neuron() -> None:
    spec = LayerSpec(name="x", neurons=3, weights=((1.0, 2.0, 3.0),), biases=0.1)
    layer = build_dense(spec, 1, "float32", None)
    assert layer.biases.tolist() == [np.float32(0.1)] * 3


def test_a_stored_weight_that_float32_cannot_hold_is_refused() -> None:
    spec = LayerSpec(name="x", neurons=1, weights=Tensor("w"), biases=(0.0,))
    with pytest.raises(SpecError, match="not finite in float32"):
        build_dense(spec, 1, "float32", None, {"w": np.array([[1e39]])})
