"""From a run to its explanation: which numbers are explained, and the steps that lead to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import numpy as np

from nncli.explain.arithmetic import Arithmetic, as_stored
from nncli.explain.chains import from_rounded
from nncli.explain.exact import Exact, decimal_of, decimals_of, product, total
from nncli.explain.scaling import scaled_inputs, unscaled_outputs
from nncli.explain.shown import Shown, shown
from nncli.explain.steps import (
    Explanation,
    LeftOut,
    Matrix,
    NeuronStep,
    Notation,
    ProductStep,
    Result,
    ScalingStep,
    SoftmaxRow,
    SoftmaxStep,
    Step,
    Term,
    TransposeStep,
)
from nncli.network.activations import Array
from nncli.network.dense import LayerResult
from nncli.network.network import Network
from nncli.network.scaling import scales_inputs, scales_outputs
from nncli.problems import Note
from nncli.words import count_of

# Matrices are drawn up to this size, and sums written out up to so many terms.
MAX_DRAWN = 12
MAX_TERMS = 12


@dataclass(frozen=True)
class Wish:
    """What is to be explained, and how."""

    samples: tuple[int, ...]  # whose sums are written out, by their numbers
    layers: tuple[int, ...]
    neurons: tuple[int, ...] | None = None  # None: all of a small layer, the first of a large one
    notation: Notation = "rows"
    precision: int = 4
    terms: int | Literal["all"] = 8  # of a long sum
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
        run.numbers,
        run.total,
        wish.layers,
        run.columns,
        tuple(maker.steps()),
        tuple(maker.notes()),
    )


class _Maker:
    """Makes the steps of one explanation."""

    def __init__(self, network: Network, run: Run, wish: Wish) -> None:
        self._network, self._run, self._wish = network, run, wish
        self._most = wish.precision + 4
        self._scaled = scaled_inputs(network.spec, run.columns, run.batch, run.inputs)
        stored = run.batch.astype(network.dtype)
        inputs = [[column.result for column in row] for row in self._scaled] or as_stored(stored)
        self._arithmetic = Arithmetic(network, inputs)
        self._large: dict[int, int] = {}  # layer -> neurons that are not explained

    def steps(self) -> Iterator[Step]:
        """Yield everything that is explained."""
        if 1 in self._wish.layers:
            yield from self._scaling_of_inputs()
        for layer in self._wish.layers:
            yield from self._of_layer(layer)
        if len(self._network.layers) in self._wish.layers:
            yield from self._scaling_of_outputs()

    def notes(self) -> Iterator[Note]:
        """Yield what is left out."""
        for layer, neurons in self._large.items():
            yield Note(
                "neurons_left_out",
                f"layer {layer} has {count_of(neurons, 'neuron')}: the sum of the first one is "
                "shown; --neuron N chooses others",
                layer,
            )

    def _of_layer(self, layer: int) -> Iterator[Step]:
        neurons = self._neurons(layer)
        if not neurons:
            return
        held = self._network.layers[layer - 1]
        is_small = max(held.weights.shape) <= MAX_DRAWN
        is_turned = (held.layout == "neurons_by_inputs") != (self._wish.notation != "rows")
        if self._wish.matrices and is_small:
            if is_turned or self._wish.notation == "torch":
                yield self._transpose(layer)
            yield self._product(layer, neurons[0])
        for sample in self._wish.samples:
            row = self._run.numbers.index(sample)
            for neuron in neurons:
                yield self._neuron(layer, row, neuron)
            if held.activation_name == "softmax":
                yield self._softmax(layer, row)

    def _neurons(self, layer: int) -> tuple[int, ...]:
        count = self._network.layers[layer - 1].neurons
        if self._wish.neurons is not None:
            return tuple(number for number in self._wish.neurons if number <= count)
        if count > MAX_DRAWN:
            self._large[layer] = count
            return (1,)
        return tuple(range(1, count + 1))

    # ------------------------------------------------------------------------------ matrices

    def _transpose(self, layer: int) -> TransposeStep:
        held = self._network.layers[layer - 1]
        shape = held.weights.shape
        spec_shape = shape if held.layout == "inputs_by_neurons" else shape[::-1]
        array = held.weights if held.layout == "inputs_by_neurons" else held.weights.T
        return TransposeStep(layer, self._matrix(array), spec_shape, spec_shape[::-1])

    def _product(self, layer: int, neuron: int) -> ProductStep:
        held, sums = self._network.layers[layer - 1], self._arithmetic
        rows, neurons = range(len(self._run.numbers)), range(held.neurons)
        x = [[self._term(value) for value in sums.inputs(layer, row)] for row in rows]
        z = [[self._result(sums.sum(layer, row, n)) for n in neurons] for row in rows]
        a = [[self._result(value) for value in sums.outputs(layer, row)] for row in rows]
        is_linear = held.activation_name == "linear"
        (b,) = self._matrix(held.biases[None])
        return ProductStep(
            layer,
            self._run.numbers,
            self._wish.samples[0],
            neuron,
            tuple(map(tuple, x)),
            self._matrix(held.weights),
            b,
            tuple(map(tuple, z)),
            None if is_linear else tuple(map(tuple, a)),
        )

    def _matrix(self, values: Array) -> Matrix:
        return tuple(
            tuple(self._term(Exact(value)) for value in decimals_of(np.ascontiguousarray(row)))
            for row in values
        )

    # ---------------------------------------------------------------------------------- sums

    def _neuron(self, layer: int, row: int, number: int) -> NeuronStep:
        neuron, sums = number - 1, self._arithmetic
        weights, bias = sums.parameters(layer, neuron)
        terms = self._terms(layer, sums.inputs(layer, row), weights)
        chosen = self._chosen(terms)
        z, result = sums.sum(layer, row, neuron), self._run.layers[layer - 1]
        shown_z, b = self._result(z), self._term(Exact(bias))
        return NeuronStep(
            sample=self._run.numbers[row],
            row=row + 1,
            layer=layer,
            layer_name=result.name,
            neuron=number,
            terms=tuple(chosen),
            terms_total=len(terms),
            left_out=self._left_out(terms, chosen),
            terms_sum=self._sum(chosen),
            before_bias=self._sum(terms),
            bias=b,
            z=Result(shown_z, float(str(result.pre_activation[row, neuron]))),
            a=self._output(layer, row, neuron, z),
            activation=sums.activation(layer),
            from_rounded=from_rounded(chosen, b, shown_z) if len(chosen) == len(terms) else None,
        )

    def _output(self, layer: int, row: int, neuron: int, z: Exact) -> Result:
        value, activation = z, self._arithmetic.activation(layer)
        if activation.kind != "linear":
            value = self._arithmetic.output(layer, row, neuron)
        stored = self._run.layers[layer - 1].output[row, neuron]
        return Result(self._result(value), float(str(stored)))

    def _terms(self, layer: int, inputs: Sequence[Exact], weights: Sequence[Decimal]) -> list[Term]:
        names = self._run.columns if layer == 1 else ()
        return [
            Term(
                number,
                names[number - 1] if names else None,
                self._term(x),
                self._term(Exact(w)),
                self._term(Exact(product(x.value, w), x.is_exact)),
            )
            for number, (x, w) in enumerate(zip(inputs, weights, strict=True), start=1)
        ]

    def _chosen(self, terms: list[Term]) -> list[Term]:
        """Return the terms that are shown: all of a short sum, the largest of a long one."""
        most = self._wish.terms
        if most == "all" or len(terms) <= max(MAX_TERMS, most):
            return terms
        return sorted(terms, key=lambda term: (-_size(term), term.input))[:most]

    def _left_out(self, terms: Sequence[Term], chosen: Sequence[Term]) -> LeftOut:
        shown_inputs = {term.input for term in chosen}
        others = [term for term in terms if term.input not in shown_inputs]
        zeros = [term for term in others if term.product.value.value == 0]
        by_input = sum(term.x.value.value == 0 for term in zeros)
        return LeftOut(len(others) - len(zeros), self._sum(others), len(zeros), by_input)

    def _sum(self, terms: Sequence[Term]) -> Shown:
        values = [term.product.value for term in terms]
        is_exact = all(value.is_exact for value in values)
        return self._term(Exact(total(value.value for value in values), is_exact))

    def _softmax(self, layer: int, row: int) -> SoftmaxStep:
        result = self._run.layers[layer - 1]
        neurons = range(self._network.layers[layer - 1].neurons)
        sums = [self._arithmetic.sum(layer, row, neuron) for neuron in neurons]
        largest = max(sums)
        differences = [each._replace(value=total([each.value, -largest.value])) for each in sums]
        powers = [float(np.exp(float(each.value))) for each in differences]
        is_last = layer == len(self._network.layers)
        names = (
            self._network.spec.output_columns if is_last and self._network.spec.outputs else None
        )
        rows = tuple(
            SoftmaxRow(
                names[neuron] if names else str(neuron + 1),
                self._term(sums[neuron]),
                self._term(differences[neuron]),
                self._term(_rounded(powers[neuron])),
                self._output(layer, row, neuron, sums[neuron]),
            )
            for neuron in neurons
        )
        exponentials = self._term(_rounded(sum(powers)))
        shares = total(each.share.shown.number for each in rows)
        return SoftmaxStep(
            result.layer,
            self._run.numbers[row],
            self._term(largest),
            rows,
            exponentials,
            f"{shares:f}",
        )

    # ------------------------------------------------------------------------------- scaling

    def _scaling_of_inputs(self) -> Iterator[ScalingStep]:
        if not scales_inputs(self._network.spec):
            return
        for sample in self._wish.samples:
            columns = self._scaled[self._run.numbers.index(sample)]
            yield ScalingStep("inputs", sample, tuple(each.shown(self._term) for each in columns))

    def _scaling_of_outputs(self) -> Iterator[ScalingStep]:
        spec = self._network.spec
        if not scales_outputs(spec):
            return
        for sample in self._wish.samples:
            row = self._run.numbers.index(sample)
            outputs = self._arithmetic.outputs(len(self._network.layers), row)
            columns = unscaled_outputs(spec, outputs, self._run.outputs[row])
            yield ScalingStep(
                "outputs", sample, tuple(each.shown(self._result) for each in columns)
            )

    # ------------------------------------------------------------------------------ printing

    def _term(self, value: Exact) -> Shown:
        """Return what goes into a sum: with one decimal more than what comes out."""
        return shown(value, self._wish.precision + 1, self._most)

    def _result(self, value: Exact) -> Shown:
        return shown(value, self._wish.precision, self._most)


def _size(term: Term) -> Decimal:
    value = abs(term.product.value.value)
    return Decimal(0) if value.is_nan() else value


def _rounded(value: float) -> Exact:
    return Exact(decimal_of(value), False)
