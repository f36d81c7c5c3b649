"""A network's numbers for some samples as exact decimals, each computed once, when it is wanted."""

from __future__ import annotations

from decimal import Decimal

import numpy as np

from nncli.explanation.exact import Exact, activated, decimals_of, weighted
from nncli.network.activations import Array
from nncli.network.network import Network
from nncli.specs.model import Activation

# What these make of a neuron depends on the others.
OF_ALL = frozenset({"softmax", "log_softmax"})


class Arithmetic:
    """What every layer of a network makes of some samples."""

    def __init__(self, network: Network, inputs: list[list[Exact]]) -> None:
        """Begin with the inputs of the first layer.  inputs: for each sample, one per feature."""
        self._network = network
        self._inputs = inputs
        self._sums: dict[tuple[int, int, int], Exact] = {}
        self._outputs: dict[tuple[int, int], list[Exact]] = {}

    def inputs(self, layer: int, row: int) -> list[Exact]:
        """Return what a layer is handed.  layer: from 1; row: of the sample, from 0."""
        return self._inputs[row] if layer == 1 else self.outputs(layer - 1, row)

    def sum(self, layer: int, row: int, neuron: int) -> Exact:
        """Return a neuron's sum, z.  neuron: from 0."""
        key = layer, row, neuron
        if key not in self._sums:
            weights, bias = self.parameters(layer, neuron)
            self._sums[key] = weighted(self.inputs(layer, row), weights, bias)
        return self._sums[key]

    def outputs(self, layer: int, row: int) -> list[Exact]:
        """Return what a layer makes of a sample: a, of every neuron."""
        key = layer, row
        if key not in self._outputs:
            sums = [self.sum(layer, row, neuron) for neuron in range(self.neurons(layer))]
            self._outputs[key] = activated(sums, self.activation(layer))
        return self._outputs[key]

    def output(self, layer: int, row: int, neuron: int) -> Exact:
        """Return a neuron's output, a; of a function of one number, no other neuron is computed."""
        if self.activation(layer).kind in OF_ALL or (layer, row) in self._outputs:
            return self.outputs(layer, row)[neuron]
        return activated([self.sum(layer, row, neuron)], self.activation(layer), neuron)[0]

    def neurons(self, layer: int) -> int:
        """Return how many neurons a layer has."""
        return self._network.layers[layer - 1].neurons

    def activation(self, layer: int) -> Activation:
        """Return a layer's activation."""
        return self._network.spec.layers[layer - 1].activation

    def parameters(self, layer: int, neuron: int) -> tuple[list[Decimal], Decimal]:
        """Return a neuron's weights, one per input, and its bias."""
        held = self._network.layers[layer - 1]
        (bias,) = decimals_of(held.biases[neuron : neuron + 1])
        return decimals_of(np.ascontiguousarray(held.weights[:, neuron])), bias


def as_stored(values: Array) -> list[list[Exact]]:
    """Return numbers as they were read.  values: (samples, features)."""
    return [[Exact(value) for value in decimals_of(row)] for row in values]
