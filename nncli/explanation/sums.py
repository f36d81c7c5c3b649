"""The steps of one layer for one sample: every neuron's sum, and a softmax over them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import numpy as np

from nncli.explanation.arithmetic import Arithmetic
from nncli.explanation.chains import from_rounded
from nncli.explanation.exact import Exact, decimal_of, product, slope_of, total
from nncli.explanation.shown import Printing, Shown, rounded
from nncli.explanation.steps import LeftOut, NeuronStep, Result, SoftmaxRow, SoftmaxStep, Term
from nncli.network.activations import Array
from nncli.network.dense import LayerResult
from nncli.network.rounding import Float64Array, LayerBounds
from nncli.specs.model import Activation

# A sum of no more terms is written out.
MAX_TERMS = 12


@dataclass(frozen=True)
class LayerOfSample:
    """A layer and a sample, whose numbers are wanted."""

    arithmetic: Arithmetic
    printing: Printing
    result: LayerResult  # what `forward` makes of the samples
    bounds: LayerBounds  # how far that may be from the exact numbers
    row: int  # of the sample, from 0
    sample: int  # its number
    names: tuple[str, ...]  # of what the layer is handed; empty behind the first layer
    output_names: tuple[str, ...]  # of its neurons, if the spec names them
    terms: int | Literal["all"]  # how many of a long sum are shown

    def neuron(self, number: int) -> NeuronStep:
        """Return a neuron's sum.  number: from 1."""
        layer, sums, neuron = self.result.layer, self.arithmetic, number - 1
        weights, bias = sums.parameters(layer, neuron)
        terms = self._terms(sums.inputs(layer, self.row), weights)
        chosen = self._chosen(terms)
        found = sums.sum(layer, self.row, neuron)
        z = self._result(found, neuron, self.result.pre_activation, self.bounds.z)
        b = self.printing.term(Exact(bias))
        return NeuronStep(
            sample=self.sample,
            row=self.row + 1,
            layer=layer,
            layer_name=self.result.name,
            neuron=number,
            neurons=sums.neurons(layer),
            name=self.output_names[neuron] if self.output_names else None,
            terms=tuple(chosen),
            terms_total=len(terms),
            left_out=self._left_out(terms, chosen),
            terms_sum=self._sum(chosen),
            before_bias=self._sum(terms),
            bias=b,
            z=z,
            a=self._output(neuron),
            activation=sums.activation(layer),
            slope=self._slope(sums.activation(layer), found, neuron),
            from_rounded=from_rounded(chosen, b, z.shown) if len(chosen) == len(terms) else None,
        )

    def softmax(self) -> SoftmaxStep | None:
        """Return the softmax over the neurons, or its logarithm; None of what is no number."""
        layer, neurons = self.result.layer, range(self.arithmetic.neurons(self.result.layer))
        names = self.output_names or [str(neuron + 1) for neuron in neurons]
        sums = [self.arithmetic.sum(layer, self.row, neuron) for neuron in neurons]
        if not all(z.is_finite for z in sums):
            return None
        largest = max(sums, key=lambda z: z.value)
        differences = [
            z._replace(value=total([z.value, largest.value.copy_negate()])) for z in sums
        ]
        powers = [float(np.exp(float(each.value))) for each in differences]
        shown = [list(map(self.printing.term, each)) for each in (sums, differences)]
        exponentials = [
            self.printing.term(_not_exact(power) if each.value else Exact(Decimal(1)))
            for power, each in zip(powers, differences, strict=True)
        ]
        shares = [self._output(neuron) for neuron in neurons]
        rows = map(SoftmaxRow, names, *shown, exponentials, shares)
        printed = total(share.shown.number for share in shares)
        is_log = self.arithmetic.activation(layer).kind == "log_softmax"
        log_sum = self.printing.term(_not_exact(float(np.log(sum(powers))))) if is_log else None
        return SoftmaxStep(
            sample=self.sample,
            layer=layer,
            largest=self.printing.term(largest),
            rows=tuple(rows),
            sum=self.printing.term(_not_exact(sum(powers))),
            log_sum=log_sum,
            shares_sum=Decimal(f"{printed:.{self.printing.precision}f}"),
        )

    def _slope(self, activation: Activation, z: Exact, neuron: int) -> Shown | None:
        slope = slope_of(activation, neuron)
        if slope is None or z.value.is_nan() or z.value >= 0:
            return None
        return self.printing.term(Exact(slope))

    def _output(self, neuron: int) -> Result:
        value = self.arithmetic.output(self.result.layer, self.row, neuron)
        return self._result(value, neuron, self.result.output, self.bounds.a)

    def _result(self, value: Exact, neuron: int, floats: Array, bounds: Float64Array) -> Result:
        # a float32 as the shortest decimal that reads back to it, as in every result
        stored = float(str(floats[self.row, neuron]))
        self._check(value, decimal_of(stored), float(bounds[self.row, neuron]), neuron)
        printed = self.printing.result(value)
        decimals, most = self.printing.bounds
        if "e" not in printed.text:  # as many as are printed of it
            decimals = max(decimals, len(printed.text.partition(".")[2]))
        other = rounded(decimal_of(stored), decimals, most)
        is_same = other == rounded(value.value, decimals, most)
        return Result(printed, stored, None if is_same else decimal_of(stored))

    def _check(self, value: Exact, stored: Decimal, bound: float, neuron: int) -> None:
        """Raise RuntimeError if `forward` is further off than rounding explains: a bug of nncli."""
        if not (value.is_finite and math.isfinite(bound)):
            return
        if not stored.is_finite() or abs(stored - value.value) > 2 * Decimal(bound):
            where = f"layer {self.result.layer}, sample {self.sample}, neuron {neuron + 1}"
            raise RuntimeError(f"{where}: forward has {stored}, by hand it is {value.value}")

    def _terms(self, inputs: Sequence[Exact], weights: Sequence[Decimal]) -> list[Term]:
        printed = self.printing.term
        return [
            Term(
                number,
                self.names[number - 1] if self.names else None,
                printed(x),
                printed(Exact(w)),
                printed(Exact(product(x.value, w), x.is_exact)),
            )
            for number, (x, w) in enumerate(zip(inputs, weights, strict=True), start=1)
        ]

    def _chosen(self, terms: list[Term]) -> list[Term]:
        """Return the terms that are shown: all of a short sum, the largest of a long one.

        Of a long one none that is 0, unless all are.
        """
        if self.terms == "all" or len(terms) <= max(MAX_TERMS, self.terms):
            return terms
        others = [term for term in terms if term.size] or terms[:1]
        return sorted(others, key=lambda term: (term.size.copy_negate(), term.input))[: self.terms]

    def _left_out(self, terms: Sequence[Term], chosen: Sequence[Term]) -> LeftOut:
        shown = {term.input for term in chosen}
        others = [term for term in terms if term.input not in shown]
        zeros = [term for term in others if term.product.value.value == 0]
        by_input = sum(term.x.value.value == 0 for term in zeros)
        return LeftOut(len(others) - len(zeros), self._sum(others), len(zeros), by_input)

    def _sum(self, terms: Sequence[Term]) -> Shown:
        values = [term.product.value for term in terms]
        is_exact = all(value.is_exact for value in values)
        return self.printing.term(Exact(total(value.value for value in values), is_exact))


def _not_exact(value: float) -> Exact:
    return Exact(decimal_of(value), False)
