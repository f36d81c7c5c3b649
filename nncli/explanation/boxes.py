"""Boxes in the place of what a worksheet asks for, and wherever that comes back.

An empty box knows nothing of its number: nothing that is drawn can depend on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

from nncli.explanation.digits import Digits, DigitsOnSheet
from nncli.explanation.exact import Exact
from nncli.explanation.questions import Place, place_of
from nncli.explanation.shown import Shown
from nncli.explanation.steps import (
    Matrix,
    NeuronStep,
    ProductStep,
    Question,
    Result,
    ScalingStep,
    Sheet,
    SoftmaxRow,
    SoftmaxStep,
    Step,
    Term,
)

_GONE = Decimal("NaN")
# The letters of what a neuron hands on.
_OUTPUTS = ("a", "p")


def boxed(sheet: Sheet, *, has_answers: bool) -> Sheet:
    """Return a worksheet with boxes, filled in or empty.  sheet: in no boxes yet."""
    questions = {place_of(question): question for question in sheet.questions}
    boxes = _Boxes(questions, DigitsOnSheet(sheet.found, questions), has_answers)
    sums = [step for step in sheet.found.steps if isinstance(step, NeuronStep)]
    last = len(sheet.found.spec.layers)
    outputs = {place for place in map(place_of, sums) if place.layer == last}
    return replace(
        sheet,
        found=replace(sheet.found, steps=tuple(boxes.steps(sheet.found.steps, last, outputs))),
        questions=tuple(map(boxes.question, sheet.questions)),
        has_answers=has_answers,
    )


@dataclass(frozen=True)
class _Boxes:
    """Puts into boxes whatever some questions ask for."""

    questions: Mapping[Place, Question]
    digits: DigitsOnSheet
    has_answers: bool

    def box(self, shown: Shown, digits: Digits | None, label: str = "") -> Shown:
        """Return a number in a box, or an empty one.

        digits: that such a number may have, None for any; label: of what is asked for.
        """
        is_rounded = not (shown.value.is_exact and digits is not None and digits.are_short)
        if self.has_answers:
            return Shown(shown.value, shown.text, is_rounded, label)
        return Shown(Exact(_GONE, shown.value.is_exact), "", is_rounded, label)

    @cached_property
    def answers(self) -> dict[Place, dict[str, Shown]]:
        """The boxes of what is asked for, by its letter."""
        return {
            place: {
                letter: self.box(shown, self._digits(place, letter), f"{question.number}{letter}")
                for letter, shown in question.answers
            }
            for place, question in self.questions.items()
        }

    @cached_property
    def z(self) -> dict[Place, Shown]:
        """The boxes of sums."""
        return {place: boxes["z"] for place, boxes in self.answers.items()}

    @cached_property
    def a(self) -> dict[Place, Shown]:
        """The boxes of what is handed on."""
        return {
            place: next((boxes[each] for each in _OUTPUTS if each in boxes), boxes["z"])
            for place, boxes in self.answers.items()
        }

    def _digits(self, place: Place, letter: str) -> Digits | None:
        if letter == "y":
            return self.digits.unscaled(place)
        return self.digits.sum(place) if letter == "z" else self.digits.output(place)

    def question(self, question: Question) -> Question:
        """Return a question with its answers in boxes."""
        return replace(question, answers=tuple(self.answers[place_of(question)].items()))

    def steps(self, steps: Iterable[Step], last: int, outputs: set[Place]) -> Iterator[Step]:
        """Yield steps with boxes.  last: the last layer; outputs: its sums that are shown."""
        for step in steps:
            match step:
                case NeuronStep():
                    yield self._neuron(step) if step.question is not None else step
                case ProductStep():
                    yield self._product(step)
                case SoftmaxStep():
                    is_asked = Place(step.layer, step.sample, 1) in self.questions
                    yield self._softmax(step) if is_asked else step
                case ScalingStep(where="outputs"):
                    yield self._unscaled(step, last, outputs)
                case _:
                    yield step

    def _neuron(self, step: NeuronStep) -> NeuronStep:
        place = place_of(step)
        digits = self.digits.sum(place)  # nothing that it is made of has more
        question, is_bare = self.questions[place], self.questions[place].level >= 3
        return replace(
            step,
            terms=tuple(self._term(term, step, question.level) for term in step.terms),
            terms_sum=self.box(step.terms_sum, digits),
            before_bias=self.box(step.before_bias, digits),
            bias=self.box(step.bias, digits) if is_bare else step.bias,
            z=self._result(step.z, self.z[place]),
            a=self._result(step.a, self.a[place]),
            slope=None,
            from_rounded=None,
            question=self.question(question),
        )

    def _term(self, term: Term, step: NeuronStep, level: int) -> Term:
        x = self.a.get(Place(step.layer - 1, step.sample, term.input))
        is_product_asked, digits = x is not None or level >= 2, self.digits.sum(place_of(step))
        return replace(
            term,
            x=x or (self.box(term.x, digits) if level >= 3 else term.x),
            w=self.box(term.w, digits) if level >= 3 else term.w,
            product=self.box(term.product, digits) if is_product_asked else term.product,
        )

    def _result(self, result: Result, box: Shown) -> Result:
        return Result(box, result.float if self.has_answers else float("nan"))

    def _product(self, step: ProductStep) -> ProductStep:
        return replace(
            step,
            x=self._matrix(step.x, step.layer - 1, step.samples, self.a),
            z=self._matrix(step.z, step.layer, step.samples, self.z),
            a=None if step.a is None else self._matrix(step.a, step.layer, step.samples, self.a),
        )

    def _matrix(
        self, matrix: Matrix, layer: int, samples: Sequence[int], boxes: Mapping[Place, Shown]
    ) -> Matrix:
        return tuple(
            tuple(boxes.get(Place(layer, sample, n), shown) for n, shown in enumerate(row, 1))
            for sample, row in zip(samples, matrix, strict=True)
        )

    def _softmax(self, step: SoftmaxStep) -> SoftmaxStep:
        places = (Place(step.layer, step.sample, n) for n in range(1, len(step.rows) + 1))
        return replace(
            step,
            largest=self.box(step.largest, None),
            rows=tuple(
                SoftmaxRow(
                    row.name,
                    self.z[place],
                    self.box(row.difference, None),
                    self.box(row.exponential, None),
                    self._result(row.share, self.a[place]),
                )
                for place, row in zip(places, step.rows, strict=True)
            ),
            sum=self.box(step.sum, None),
            log_sum=None if step.log_sum is None else self.box(step.log_sum, None),
            shares_sum=Decimal(1),
        )

    def _unscaled(self, step: ScalingStep, last: int, outputs: set[Place]) -> ScalingStep:
        """Return the outputs that are asked for, and the worked example's."""
        columns = []
        for neuron, column in enumerate(step.columns, start=1):
            place = Place(last, step.sample, neuron)
            if place in self.questions:
                a, y = self.a[place], self.answers[place]["y"]
                # its first number is the layer's output
                at = next(n for n, part in enumerate(column.formula) if isinstance(part, Shown))
                formula = (*column.formula[:at], a, *column.formula[at + 1 :])
                columns.append(replace(column, formula=formula, result=y))
            elif place in outputs:
                columns.append(column)
        return replace(step, columns=tuple(columns))
