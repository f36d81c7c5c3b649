"""Worksheets of random networks, and other numbers in the place of all that they ask for."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random

import numpy as np
import numpy.typing as npt
from parse_back import NOTATIONS, drawn

from nncli.explanation.exact import Exact
from nncli.explanation.explanation import Run, WantedLayer, Wish, explain
from nncli.explanation.questions import Place, drawn_places, place_of
from nncli.explanation.shown import Shown
from nncli.explanation.steps import (
    Explanation,
    Matrix,
    NeuronStep,
    ProductStep,
    Question,
    Result,
    ScaledColumn,
    ScalingStep,
    Sheet,
    SoftmaxStep,
    Step,
    Term,
)
from nncli.explanation.worksheet import Variant, worksheet
from nncli.network.network import Network
from nncli.network.scaling import scaled_inputs, scales_inputs

Array64 = npt.NDArray[np.float64]
# Scaled before the first layer and after the last, whose activation is still to be written.
SCALED = """\
inputs: {size: 3, scale: {standard: {mean: 1, std: 2.5}}}
outputs: {scale: {min_max: {min: [-1, 0, 2], max: [3, 5, 9], to: TO}}, columns: [a, b, c]}
layers:
  - weights: [[1, -2, 0.5], [0.25, 1, 3], [2, -1, 1]]
    biases: [1, 0, -1]
    activation: {leaky_relu: {negative_slope: 0.3}}
  - {weights: [[1, 2, 3], [-2, 1, 0.5], [0.25, 1, 1]], biases: 0.5, activation: ACTIVATION}
"""


def scaled_network(activation: str, to: str = "[0, 1]") -> Network:
    """Return a network of two layers, the last with this activation.  to: what outputs are from."""
    text = SCALED.replace("ACTIVATION", activation).replace("TO", to)
    if "softmax" in activation:  # shares have no other scale
        text = "".join(line for line in text.splitlines(True) if not line.startswith("outputs"))
    return Network.from_yaml_text(text)


def random_sheet(rng: Random) -> Sheet:
    """Return a worksheet of a random network, in no boxes yet."""
    network, batch = drawn(rng)
    while max(network.layer_sizes) > 12:
        network, batch = drawn(rng)
    layers = tuple(WantedLayer(n) for n in range(1, len(network.layers) + 1))
    wish = Wish(
        (1, 2),
        layers,
        rng.choice(NOTATIONS),
        has_ones=rng.random() < 0.5,
        precision=rng.choice([2, 4, 6]),
    )
    return sheet_of(network, batch, wish, rng.randint(1, 3), rng.randrange(10**6))


def sheet_of(network: Network, batch: Array64, wish: Wish, level: int, seed: int) -> Sheet:
    """Return the worksheet that asks for all sums but the first, in no boxes yet."""
    whole = whole_of(network, batch, wish)
    return worksheet(whole, drawn_places(whole, "all", seed), level, Variant(1, 1, seed))


def whole_of(network: Network, batch: Array64, wish: Wish) -> Explanation:
    """Return the explanation of a batch, as the command makes it."""
    names = tuple(f"column_{n + 1}" for n in range(network.layer_sizes[0]))
    inputs = scaled_inputs(batch, network.spec) if scales_inputs(network.spec) else None
    samples = tuple(range(1, len(batch) + 1))
    layers, outputs = network.trace(batch), network.forward(batch)
    run = Run(samples, len(batch), names, batch, inputs, layers, outputs)
    return explain(network, run, wish)


class Scrambled:
    """Puts other numbers into a worksheet, wherever it asks for one."""

    def __init__(self, sheet: Sheet, rng: Random) -> None:
        self._sheet, self._rng = sheet, rng
        self._asked: dict[Place, Question] = {place_of(q): q for q in sheet.questions}

    def sheet(self) -> Sheet:
        """Return the worksheet with other numbers, in no boxes yet."""
        steps = tuple(map(self._step, self._sheet.found.steps))
        questions = tuple(map(self._question, self._sheet.questions))
        return replace(
            self._sheet, found=replace(self._sheet.found, steps=steps), questions=questions
        )

    def _other(self, shown: Shown) -> Shown:
        value = Decimal(self._rng.randint(-(10**9), 10**9)).scaleb(-self._rng.randint(0, 8))
        text = str(value)[: self._rng.randint(1, 12)].rstrip("-.") or "7"
        return Shown(Exact(value, shown.value.is_exact), text, self._rng.random() < 0.5)

    def _result(self, result: Result) -> Result:
        other = Decimal(3) if self._rng.random() < 0.5 else None
        return Result(self._other(result.shown), self._rng.random(), other)

    def _question(self, question: Question) -> Question:
        answers = tuple((letter, self._other(shown)) for letter, shown in question.answers)
        return replace(question, answers=answers)

    def _step(self, step: Step) -> Step:
        match step:
            case NeuronStep() if place_of(step) in self._asked:
                return self._neuron(step)
            case ProductStep():
                return replace(
                    step,
                    x=self._matrix(step.x, step.layer - 1, step),
                    z=self._matrix(step.z, step.layer, step),
                    a=self._matrix(step.a, step.layer, step) if step.a is not None else None,
                )
            case SoftmaxStep() if (step.layer, step.sample, 1) in self._asked:
                return self._softmax(step)
            case ScalingStep(where="outputs"):
                return self._scaling(step)
            case _:
                return step

    def _matrix(self, matrix: Matrix, layer: int, step: ProductStep) -> Matrix:
        return tuple(
            tuple(
                self._other(shown) if (layer, sample, n) in self._asked else shown
                for n, shown in enumerate(row, 1)
            )
            for sample, row in zip(step.samples, matrix, strict=True)
        )

    def _neuron(self, step: NeuronStep) -> NeuronStep:
        question = self._asked[place_of(step)]
        return replace(
            step,
            terms=tuple(self._term(term, step, question.level) for term in step.terms),
            terms_sum=self._other(step.terms_sum),
            before_bias=self._other(step.before_bias),
            bias=self._other(step.bias) if question.level == 3 else step.bias,
            z=self._result(step.z),
            a=self._result(step.a),
            slope=None if step.slope is not None else step.bias,
            from_rounded=("1", "2") if step.from_rounded is None else None,
            question=self._question(question),
        )

    def _term(self, term: Term, step: NeuronStep, level: int) -> Term:
        is_asked = (step.layer - 1, step.sample, term.input) in self._asked
        return replace(
            term,
            x=self._other(term.x) if is_asked or level == 3 else term.x,
            w=self._other(term.w) if level == 3 else term.w,
            product=self._other(term.product) if is_asked or level >= 2 else term.product,
        )

    def _softmax(self, step: SoftmaxStep) -> SoftmaxStep:
        rows = tuple(
            replace(
                row,
                z=self._other(row.z),
                difference=self._other(row.difference),
                exponential=self._other(row.exponential),
                share=self._result(row.share),
            )
            for row in step.rows
        )
        return replace(
            step,
            largest=self._other(step.largest),
            rows=rows,
            sum=self._other(step.sum),
            log_sum=self._other(step.log_sum) if step.log_sum is not None else None,
            shares_sum=Decimal("0.9"),
        )

    def _scaling(self, step: ScalingStep) -> ScalingStep:
        last = len(self._sheet.found.spec.layers)
        columns = (
            self._column(column) if (last, step.sample, neuron) in self._asked else column
            for neuron, column in enumerate(step.columns, start=1)
        )
        return replace(step, columns=tuple(columns))

    def _column(self, column: ScaledColumn) -> ScaledColumn:
        at, a = next((n, p) for n, p in enumerate(column.formula) if isinstance(p, Shown))
        formula = (*column.formula[:at], self._other(a), *column.formula[at + 1 :])
        return replace(column, formula=formula, result=self._other(column.result))
