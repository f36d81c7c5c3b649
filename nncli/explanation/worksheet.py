"""From an explanation to a worksheet: the sums that it shows, and its questions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from nncli.explanation.arithmetic import OF_ALL
from nncli.explanation.questions import Place, example_of, place_of
from nncli.explanation.shown import Shown
from nncli.explanation.steps import (
    Explanation,
    NeuronStep,
    Question,
    ScalingStep,
    Sheet,
    SoftmaxStep,
    Step,
)
from nncli.problems import Note
from nncli.words import count_of


@dataclass(frozen=True)
class Variant:
    """Which of several worksheets one is."""

    number: int  # from 1
    of: int  # how many there are
    seed: int  # that drew it


def worksheet(whole: Explanation, places: Sequence[Place], level: int, variant: Variant) -> Sheet:
    """Return a worksheet, in no boxes yet.

    whole: all sums of the layers and samples that may be asked for; places: of those that are, in
    their order; level: as of a Question.
    """
    steps = {place_of(step): step for step in whole.steps if isinstance(step, NeuronStep)}
    unscaled = {
        (len(whole.spec.layers), step.sample): [column.result for column in step.columns]
        for step in whole.steps
        if isinstance(step, ScalingStep) and step.where == "outputs"
    }
    questions = {}
    for number, place in enumerate(places, start=1):
        answers = tuple(_answers(steps[place], unscaled.get(place[:2], ())))
        layer, sample, neuron = place
        questions[place] = Question(number, sample, layer, neuron, level, answers)
    shown = {example_of(whole), *places}
    found = replace(whole, steps=tuple(_chosen(whole, shown, questions)))
    return Sheet(found, tuple(questions.values()), variant.number, variant.of, variant.seed, True)


def rounded_answers(sheets: Iterable[Sheet]) -> Iterator[Note]:
    """Yield that some answers have to be rounded, if it is so.  sheets: in no boxes yet."""
    answers, precision = [], 0
    for sheet in sheets:
        answers += [shown for question in sheet.questions for _, shown in question.answers]
        precision = sheet.found.precision
    rounded = sum(answer.is_rounded for answer in answers)
    if rounded:
        share = f"{rounded:,} of {count_of(len(answers), 'answer')}"
        to = f"to be rounded to {count_of(precision, 'decimal')}: say so to your class"
        yield Note("rounded_answers", f"{share} {'has' if rounded == 1 else 'have'} {to}")


def equal_sheets(sheets: Sequence[Sheet]) -> Iterator[Note]:
    """Yield that some worksheets are the same but for their seeds, if it is so."""
    equal = sum(
        any(sheet.found.steps == other.found.steps for other in sheets[:number])
        for number, sheet in enumerate(sheets)
    )
    if equal:
        share = f"{equal:,} of {count_of(len(sheets), 'worksheet')}"
        are = "is the same as another one" if equal == 1 else "are the same as others"
        yield Note("equal_worksheets", f"{share} {are}: weights that are drawn would differ")


def _answers(step: NeuronStep, outputs: Sequence[Shown]) -> Iterator[tuple[str, Shown]]:
    """Yield what is asked for of a sum.  outputs: of the network, if their scale is undone."""
    kind = step.activation.kind
    yield "z", step.z.shown
    if kind != "linear":
        yield "p" if kind in OF_ALL else "a", step.a.shown
    if outputs:
        yield "y", outputs[step.neuron - 1]


def _chosen(
    whole: Explanation, shown: set[Place], questions: Mapping[Place, Question]
) -> Iterator[Step]:
    """Yield the steps that lead to some sums, these with their questions."""
    rows = {place[:2] for place in shown}
    for step in whole.steps:
        match step:
            case NeuronStep():
                place = place_of(step)
                if place in shown:
                    yield replace(step, question=questions.get(place))
            case SoftmaxStep():
                if (step.layer, step.sample) in rows:
                    yield step
            case ScalingStep():
                layer = 1 if step.where == "inputs" else len(whole.spec.layers)
                if (layer, step.sample) in rows:
                    yield step
            case _:
                yield step
