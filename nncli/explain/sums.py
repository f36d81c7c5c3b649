"""The steps of one layer for one sample: every neuron's sum, and a softmax over them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import numpy as np

from nncli.explain.arithmetic import Arithmetic
from nncli.explain.chains import from_rounded
from nncli.explain.exact import Exact, decimal_of, product, total
from nncli.explain.shown import Printing, Shown, rounded
from nncli.explain.steps import LeftOut, NeuronStep, Result, SoftmaxRow, SoftmaxStep, Term
from nncli.network.dense import LayerResult

# A sum of no more terms is written out.
MAX_TERMS = 12


@dataclass(frozen=True)
class LayerOfSample:
    """A layer and a sample, whose numbers are wanted."""

    arithmetic: Arithmetic
    printing: Printing
    result: LayerResult  # what `forward` makes of the samples
    row: int  # of the sample, from 0
    sample: int  # its number
    names: tuple[str, ...]  # of what the layer is handed; empty behind the first layer
    terms: int | Literal["all"]  # how many of a long sum are shown

    def neuron(self, number: int) -> NeuronStep:
        """Return a neuron's sum.  number: from 1."""
        layer, sums, neuron = self.result.layer, self.arithmetic, number - 1
        weights, bias = sums.parameters(layer, neuron)
        terms = self._terms(sums.inputs(layer, self.row), weights)
        chosen = self._chosen(terms)
        z = self._result(sums.sum(layer, self.row, neuron), neuron, of="pre_activation")
        b = self.printing.term(Exact(bias))
        return NeuronStep(
            sample=self.sample,
            row=self.row + 1,
            layer=layer,
            layer_name=self.result.name,
            neuron=number,
            terms=tuple(chosen),
            terms_total=len(terms),
            left_out=self._left_out(terms, chosen),
            terms_sum=self._sum(chosen),
            before_bias=self._sum(terms),
            bias=b,
            z=z,
            a=self._output(neuron),
            activation=sums.activation(layer),
            from_rounded=from_rounded(chosen, b, z.shown) if len(chosen) == len(terms) else None,
        )

    def softmax(self, names: Sequence[str]) -> SoftmaxStep | None:
        """Return the softmax over the neurons, whose names these are; None of what is no number."""
        layer = self.result.layer
        sums = [self.arithmetic.sum(layer, self.row, neuron) for neuron in range(len(names))]
        if not all(z.is_finite for z in sums):
            return None
        largest = max(sums, key=lambda z: z.value)
        differences = [
            z._replace(value=total([z.value, largest.value.copy_negate()])) for z in sums
        ]
        powers = [float(np.exp(float(each.value))) for each in differences]
        shown = [list(map(self.printing.term, each)) for each in (sums, differences)]
        exponentials = [self.printing.term(_not_exact(power)) for power in powers]
        shares = [self._output(neuron) for neuron in range(len(names))]
        rows = map(SoftmaxRow, names, *shown, exponentials, shares)
        printed = total(share.shown.number for share in shares)
        return SoftmaxStep(
            sample=self.sample,
            layer=layer,
            largest=self.printing.term(largest),
            rows=tuple(rows),
            sum=self.printing.term(_not_exact(sum(powers))),
            shares_sum=f"{printed:f}",
        )

    def _output(self, neuron: int) -> Result:
        value = self.arithmetic.output(self.result.layer, self.row, neuron)
        return self._result(value, neuron, of="output")

    def _result(self, value: Exact, neuron: int, *, of: str) -> Result:
        # a float32 as the shortest decimal that reads back to it, as in every result
        stored = float(str(getattr(self.result, of)[self.row, neuron]))
        printed = self.printing.result(value)
        other = rounded(decimal_of(stored), *self.printing.bounds)
        exact = rounded(value.value, *self.printing.bounds)
        return Result(printed, stored, None if other == exact else decimal_of(stored))

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
        """Return the terms that are shown: all of a short sum, the largest of a long one."""
        if self.terms == "all" or len(terms) <= max(MAX_TERMS, self.terms):
            return terms
        return sorted(terms, key=lambda term: (-_size(term), term.input))[: self.terms]

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


def _size(term: Term) -> Decimal:
    value = abs(term.product.value.value)
    return Decimal(0) if value.is_nan() else value


def _not_exact(value: float) -> Exact:
    return Exact(decimal_of(value), False)
