"""A dense layer, and the arrays that nobody can change behind its back."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable

import numpy as np
import pytest

from nncli import Network
from nncli.network.activations import Array, linear, relu
from nncli.network.dense import Dense, LayerValues

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
