"""A network whose numbers stand in arrays with names, as files of every kind hold it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from nncli.specs.model import LayerSpec, NetworkSpec, Tensor

Array = npt.NDArray[np.floating[Any]]


class LayerArrays(Protocol):
    """The numbers of a dense layer."""

    @property
    def weights(self) -> Array:
        """(inputs, neurons), of the network's type."""

    @property
    def biases(self) -> Array:
        """(neurons,), of the network's type."""


def array_names(spec: NetworkSpec) -> list[tuple[str, str]]:
    """Return what each layer's weights and biases are called: by its name, if no other has it."""
    names = [layer.name for layer in spec.layers]
    if len(set(names)) < len(names):
        names = [f"layer_{number}" for number in range(1, len(names) + 1)]
    return [(f"{name}.weight", f"{name}.bias") for name in names]


def stored_spec(spec: NetworkSpec) -> NetworkSpec:
    """Return the spec of a network whose layers name their arrays; it draws nothing any more.

    Weights are stored as PyTorch stores what it calls `.weight`: (neurons, inputs).
    """
    layers = []
    for names, layer, inputs in zip(array_names(spec), spec.layers, spec.layer_sizes, strict=False):
        layers.append(
            LayerSpec(
                name=layer.name,
                neurons=layer.neurons,
                activation=layer.activation,
                weights=Tensor(names[0], (layer.neurons, inputs)),
                layout="neurons_by_inputs",
                biases=Tensor(names[1], (layer.neurons,)),
            )
        )
    return NetworkSpec(
        name=spec.name,
        dtype=spec.dtype,
        layout="neurons_by_inputs",
        inputs=spec.inputs,
        layers=tuple(layers),
        outputs=spec.outputs,
    )


def plainly_stored_spec(spec: NetworkSpec) -> NetworkSpec:
    """Return `stored_spec` in short: of layers that are numbered, the arrays' names say it all."""
    stored = stored_spec(spec)
    numbered = [f"layer_{number}" for number in range(1, len(spec.layers) + 1)]
    if [layer.name for layer in spec.layers] != numbered:
        return stored
    layers = tuple(
        LayerSpec(name=layer.name, neurons=layer.neurons, activation=layer.activation)
        for layer in spec.layers
    )
    return stored.model_copy(update={"layers": layers, "layout": "inputs_by_neurons"})


def stored_arrays(spec: NetworkSpec, layers: Sequence[LayerArrays]) -> dict[str, Array]:
    """Return the arrays that `stored_spec` names."""
    arrays: dict[str, Array] = {}
    for (weights, biases), layer in zip(array_names(spec), layers, strict=True):
        arrays[weights] = np.ascontiguousarray(layer.weights.T)  # (neurons, inputs)
        arrays[biases] = layer.biases
    return arrays
