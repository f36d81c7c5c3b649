"""From a run to its explanation: which numbers are explained, and the steps that lead to them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np

from nncli.explanation.arithmetic import OF_ALL, Arithmetic, as_stored
from nncli.explanation.exact import Exact, decimals_of
from nncli.explanation.notation import Notation, is_turned
from nncli.explanation.scaling import scaled_inputs, unscaled_outputs
from nncli.explanation.shown import Printing
from nncli.explanation.steps import (
    Explanation,
    Matrix,
    ProductStep,
    ScalingStep,
    Step,
    TransposeStep,
)
from nncli.explanation.sums import LayerOfSample
from nncli.network.activations import Array
from nncli.network.dense import LayerResult
from nncli.network.network import Network
from nncli.network.rounding import LayerBounds, layer_bounds
from nncli.problems import Note
from nncli.specs.model import NetworkSpec
from nncli.words import count_of, numbered

# A page has so many sums at most: a browser lays all of them out.
MAX_ON_PAGE = 2_000
# Matrices are drawn up to this size; of a layer with more neurons one is explained.
MAX_DRAWN = 12


class WantedLayer(NamedTuple):
    """A layer that is to be explained."""

    number: int  # from 1
    neurons: tuple[int, ...] | None = None  # None: all of a small layer, the first of a large one


@dataclass(frozen=True)
class Wish:
    """What is to be explained, and how."""

    samples: tuple[int, ...]  # whose sums are written out, by their numbers
    layers: tuple[WantedLayer, ...]
    notation: Notation = "rows"
    has_ones: bool = False  # whether matrices hold the biases, for an input that is always 1
    precision: int = 4
    terms: int | Literal["all"] = 8  # of a long sum
    most_sums: int | None = None  # layers whose sums would be more are left out; None: none is
    matrices: bool = True


@dataclass(frozen=True, eq=False)
class Run:
    """What a forward run made of some samples; arrays of one row for each."""

    numbers: tuple[int, ...]  # of the samples, from 1
    total: int | None  # how many there are; None: more than were read
    columns: tuple[str, ...]  # the names of the features
    batch: Array  # (samples, features), as it was read
    inputs: Array | None  # (samples, features), scaled, if they are
    layers: tuple[LayerResult, ...]
    outputs: Array  # (samples, neurons), of the network


def explain(network: Network, run: Run, wish: Wish) -> Explanation:
    """Return the steps to the numbers that are wished for: layer by layer, in their order."""
    maker = _Maker(network, run, wish)
    return Explanation(
        network.spec,
        wish.notation,
        wish.has_ones,
        wish.precision,
        run.numbers,
        run.total,
        tuple(layer.number for layer in maker.layers),
        run.columns,
        tuple(maker.steps()),
        tuple(maker.notes()),
    )


class _Maker:
    """Makes the steps of one explanation."""

    def __init__(self, network: Network, run: Run, wish: Wish) -> None:
        self._network, self._run, self._wish = network, run, wish
        self.layers = self._fitting()
        self._printing = Printing(wish.precision)
        self._rows = {number: row for row, number in enumerate(run.numbers)}
        self._scaled = scaled_inputs(network.spec, run.columns, run.batch, run.inputs)
        stored = run.batch.astype(network.dtype)
        inputs = [[column.result for column in row] for row in self._scaled] or as_stored(stored)
        self._arithmetic = Arithmetic(network, inputs)

    def steps(self) -> Iterator[Step]:
        """Yield everything that is explained."""
        wish, term = self._wish, self._printing.term
        explained = [layer.number for layer in self.layers]
        for sample in wish.samples if self._scaled and 1 in explained else ():
            columns = self._scaled[self._rows[sample]]
            yield ScalingStep("inputs", sample, tuple(column.shown(term) for column in columns))
        for layer in self.layers:
            yield from self._of_layer(layer)
        if len(self._network.layers) in explained:
            yield from self._unscaled()

    def notes(self) -> Iterator[Note]:
        """Yield what is left out."""
        left_out = [layer.number for layer in self._wish.layers[len(self.layers) :]]
        if left_out:
            words = f"at most {self._wish.most_sums:,} sums are shown; --layer N chooses others"
            are = f"{numbered('layer', left_out)} {'is' if len(left_out) == 1 else 'are'} left out"
            yield Note("layers_left_out", f"{are}: {words}")
        for layer, neurons in self.layers:
            count = self._network.layers[layer - 1].neurons
            if neurons is None and count > MAX_DRAWN:
                words = "the sum of the first one is shown; --neuron N chooses others"
                message = f"layer {layer} has {count_of(count, 'neuron')}: {words}"
                yield Note("neurons_left_out", message, layer)

    def _fitting(self) -> tuple[WantedLayer, ...]:
        """Return the first layers whose sums are not too many together, one at least."""
        wish, sums = self._wish, 0
        for number, layer in enumerate(wish.layers):
            sums += len(self._neurons(layer)) * len(wish.samples)
            if wish.most_sums is not None and number and sums > wish.most_sums:
                return wish.layers[:number]
        return wish.layers

    def _of_layer(self, wanted: WantedLayer) -> Iterator[Step]:
        layer, neurons = wanted.number, self._neurons(wanted)
        held = self._network.layers[layer - 1]
        if self._wish.matrices and max(held.weights.shape) <= MAX_DRAWN:
            yield from self._transposed(layer)
            yield self._product(layer, neurons[0])
        for sample in self._wish.samples:
            of_sample = self._of_sample(layer, sample)
            yield from map(of_sample.neuron, neurons)
            if held.activation_name in OF_ALL:
                softmax = of_sample.softmax()
                yield from [softmax] if softmax is not None else []

    def _of_sample(self, layer: int, sample: int) -> LayerOfSample:
        result, names = self._run.layers[layer - 1], self._run.columns if layer == 1 else ()
        return LayerOfSample(
            self._arithmetic,
            self._printing,
            result,
            self._bounds[layer - 1],
            self._rows[sample],
            sample,
            names,
            output_names(self._network.spec) if layer == len(self._network.layers) else (),
            self._wish.terms,
        )

    @cached_property
    def _bounds(self) -> list[LayerBounds]:
        """How far `forward` may be from the exact numbers."""
        run = self._run
        batch = run.inputs if run.inputs is not None else run.batch
        errors = [
            list(map(_difference, self._arithmetic.inputs(1, row), floats))
            for row, floats in enumerate(batch)
        ]
        return layer_bounds(self._network.without_scaling(), batch, np.array(errors))

    def _neurons(self, wanted: WantedLayer) -> tuple[int, ...]:
        if wanted.neurons is not None:
            return wanted.neurons
        count = self._network.layers[wanted.number - 1].neurons
        return (1,) if count > MAX_DRAWN else tuple(range(1, count + 1))

    def _transposed(self, layer: int) -> Iterator[TransposeStep]:
        """Yield how the weights are turned, if the spec holds them otherwise than the product."""
        held = self._network.layers[layer - 1]
        if is_turned(self._network.spec.layers[layer - 1].held_layout, self._wish.notation):
            array = held.weights if self._wish.notation == "columns" else held.weights.T
            yield TransposeStep(layer, self._matrix(array), array.shape, array.T.shape)

    def _product(self, layer: int, neuron: int) -> ProductStep:
        held, sums, printed = self._network.layers[layer - 1], self._arithmetic, self._printing
        rows = range(len(self._run.numbers))
        z = [[sums.sum(layer, row, n) for n in range(held.neurons)] for row in rows]
        a = [sums.outputs(layer, row) for row in rows]
        (b,) = self._matrix(held.biases[None])
        return ProductStep(
            layer=layer,
            samples=self._run.numbers,
            sample=self._wish.samples[0],
            neuron=neuron,
            x=tuple(tuple(map(printed.term, sums.inputs(layer, row))) for row in rows),
            w=self._matrix(held.weights),
            b=b,
            z=tuple(tuple(map(printed.result, row)) for row in z),
            a=None
            if held.activation_name == "linear"
            else tuple(tuple(map(printed.result, row)) for row in a),
            has_ones=self._wish.has_ones,
        )

    def _matrix(self, values: Array) -> Matrix:
        rows = (decimals_of(np.ascontiguousarray(row)) for row in values)
        return tuple(tuple(self._printing.term(Exact(value)) for value in row) for row in rows)

    def _unscaled(self) -> Iterator[ScalingStep]:
        last, spec = len(self._network.layers), self._network.spec
        for sample in self._wish.samples:
            row = self._rows[sample]
            outputs = self._arithmetic.outputs(last, row)
            columns = unscaled_outputs(spec, outputs, self._run.outputs[row])
            if columns:
                shown = tuple(column.shown(self._printing.result) for column in columns)
                yield ScalingStep("outputs", sample, shown)


def output_names(spec: NetworkSpec) -> tuple[str, ...]:
    """Return what a spec calls the neurons of its last layer; nothing if it does not."""
    outputs = spec.outputs
    if outputs is None or (outputs.columns is None and outputs.classes is None):
        return ()
    return spec.output_columns


def _difference(exact: Exact, value: float) -> float:
    """Return how far a float is from the exact number; 0 for what is no number."""
    if not exact.is_finite:
        return 0.0
    return abs(float(exact.value - Decimal(float(value))))
