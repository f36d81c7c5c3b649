"""What the parts of an explanation are called: its samples, layers, neurons and matrices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from nncli.explanation.notation import Letters, Written
from nncli.explanation.steps import (
    Explanation,
    NeuronStep,
    ProductStep,
    ScaledColumn,
    ScalingStep,
)
from nncli.render.activations import parameter_texts
from nncli.render.explain_signs import Signs
from nncli.render.layout.text import inert
from nncli.words import count_of, numbered


@dataclass(frozen=True)
class Names:
    """The names in one explanation, as plain text."""

    found: Explanation
    signs: Signs

    @cached_property
    def written(self) -> Written:
        """The formulas of the notation."""
        return Written(self.found.notation, self.found.has_ones)

    @cached_property
    def sums(self) -> tuple[NeuronStep, ...]:
        """The sums that are explained."""
        return tuple(step for step in self.found.steps if isinstance(step, NeuronStep))

    @cached_property
    def products(self) -> dict[int, ProductStep]:
        """The matrices that are shown, by the number of their layer."""
        return {step.layer: step for step in self.found.steps if isinstance(step, ProductStep)}

    @property
    def is_sheet(self) -> bool:
        """Whether it is a worksheet: then the sums without a question are worked examples."""
        return any(step.question is not None for step in self.sums)

    @property
    def sizes(self) -> str:
        """The sizes of all layers."""
        return self.signs.said(" → ".join(map(str, self.found.spec.layer_sizes)))

    @property
    def rounding(self) -> str:
        """How numbers are rounded, in a sentence."""
        decimals = self.found.precision
        results = f"Results are rounded to {count_of(decimals, 'decimal')} and what goes into a sum"
        least = "but to three significant digits at least"
        exact = "shorter numbers are exact; = is exactly true, ≈ is rounded."
        return f"{results} to {decimals + 1}, {least}; {exact}"

    def samples(self) -> str:
        """Return which samples are shown."""
        found = self.found
        explained = tuple(dict.fromkeys(step.sample for step in self.sums))
        numbers = found.samples if self.products else explained
        total = f" of {found.samples_total:,}" if found.samples_total is not None else ""
        if len(numbers) == 1 or not self.products:
            return f"{numbered('sample', numbers)}{total}"
        first = "first " if numbers[-1] == len(numbers) and not total else ""
        return f"{first}{count_of(len(numbers), 'sample')}{total}"

    def scaled(self, step: ScalingStep) -> list[ScaledColumn]:
        """Return which scaled numbers are shown: those that the sums shown are made of."""
        sums = [one for one in self.sums if one.layer == 1 and one.sample == step.sample]
        if step.where == "outputs" or any(one.is_whole for one in sums):
            return list(step.columns)
        wanted = {term.name for one in sums for term in one.terms}
        return [column for column in step.columns if column.name in wanted]

    def layer(self, number: int) -> str:
        """Return what a layer is called."""
        layers = self.found.spec.layers
        name = layers[number - 1].name
        own = f" {inert(name)}" if name != f"layer_{number}" else ""
        return f"layer {number} of {len(layers)}{own}"

    def neuron(self, step: NeuronStep) -> str:
        """Return what a neuron is called."""
        return f"neuron {step.neuron}" + (f" ({inert(step.name)})" if step.name else "")

    def formulas(self, number: int) -> list[str]:
        """Return the formulas of a layer: of its sums, and of its outputs."""
        letters, _ = self.letters(number)
        activation = self.found.spec.layers[number - 1].activation
        # words stand for slopes that are too many to be told
        texts = ("…" if " " in text else text for text in parameter_texts(activation))
        output = self.output(number, [self.signs.said(self.signs.number(text)) for text in texts])
        if activation.kind == "linear":
            output = "no activation"
        return [self.signs.said(self.written.sum(letters)), output]

    def output(self, number: int, parameters: Sequence[str] = ()) -> str:
        """Return the formula of a layer's outputs.  parameters: of its activation, if wanted."""
        letters, a = self.letters(number)
        kind = self.found.spec.layers[number - 1].activation.kind
        return f"{a} = {kind}({', '.join([letters.z, *parameters])})"

    def letters(self, number: int) -> tuple[Letters, str]:
        """Return what a layer's parts are called, and its output."""
        layers = self.found.spec.layers
        is_softmax = layers[number - 1].activation.kind == "softmax"
        a = "P" if is_softmax and number == len(layers) else "A"
        if number in self.products:
            letters = self.signs.letters(number, len(layers))
            return letters, a + letters.z[1:]
        return Letters("x" if number == 1 else "a", "W", "b", "z"), a.lower()
