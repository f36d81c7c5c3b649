"""Boxes of a worksheet: an empty one knows nothing of its number, wherever that comes back."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from sheet_cases import Scrambled, random_sheet, scaled_network, sheet_of

from nncli.explanation.boxes import boxed
from nncli.explanation.chains import Factor, chain
from nncli.explanation.explanation import WantedLayer, Wish
from nncli.explanation.shown import Shown
from nncli.explanation.steps import (
    NeuronStep,
    ProductStep,
    ScalingStep,
    Sheet,
    SoftmaxStep,
)
from nncli.network.network import Network

BATCH = np.array([[1.0, 2.0, -0.5], [3.5, -4.0, 1.0]])
WISH = Wish((1, 2), (WantedLayer(1), WantedLayer(2)))


def scaled_sheet(activation: str, level: int = 2) -> Sheet:
    return sheet_of(scaled_network(activation), BATCH, WISH, level, 0)


def sums(sheet: Sheet) -> dict[tuple[int, int, int], NeuronStep]:
    steps = (step for step in sheet.found.steps if isinstance(step, NeuronStep))
    return {(step.layer, step.sample, step.neuron): step for step in steps}


@pytest.mark.parametrize("seed", range(60))
def test_a_sheet_is_the_same_whatever_its_answers_are(seed: int) -> None:
    sheet = random_sheet(Random(seed))
    other = Scrambled(sheet, Random(seed)).sheet()
    assert repr(other) != repr(sheet)
    assert repr(boxed(other, has_answers=False)) == repr(boxed(sheet, has_answers=False))


@pytest.mark.parametrize("level", [1, 2, 3])
@pytest.mark.parametrize("activation", ["softmax", "log_softmax", "sigmoid", "linear", "relu"])
def test_a_scaled_one_too(activation: str, level: int) -> None:
    sheet = scaled_sheet(activation, level)
    for seed in range(5):
        other = Scrambled(sheet, Random(seed)).sheet()
        assert repr(boxed(other, has_answers=False)) == repr(boxed(sheet, has_answers=False))


def test_what_is_asked_for_has_its_label_wherever_it_comes_back() -> None:
    sheet = boxed(scaled_sheet("softmax"), has_answers=False)
    second = sums(sheet)[2, 2, 3]  # sample 2, neuron 3 of the last layer
    assert second.question is not None
    own = second.question.number
    letters = [letter for letter, _ in second.question.answers]
    assert (letters, second.question.points) == (["z", "p"], 2)
    hidden = [sums(sheet)[1, 2, neuron].question for neuron in (1, 2, 3)]
    assert [term.x.box for term in second.terms] == [f"{q.number}a" for q in hidden if q]
    assert {term.product.box for term in second.terms} == {""}
    assert (second.z.shown.box, second.a.shown.box) == (f"{own}z", f"{own}p")
    product = next(s for s in sheet.found.steps if isinstance(s, ProductStep) and s.layer == 2)
    assert [x.box for x in product.x[1]] == [f"{q.number}a" for q in hidden if q]
    assert product.z[1][2].box == f"{own}z"
    assert product.a is not None
    assert product.a[1][2].box == f"{own}p"
    softmax = [s for s in sheet.found.steps if isinstance(s, SoftmaxStep)][-1]
    assert (softmax.rows[2].z.box, softmax.rows[2].share.shown.box) == (f"{own}z", f"{own}p")
    assert {softmax.largest.box, softmax.sum.box, softmax.rows[2].exponential.box} == {""}


@pytest.mark.parametrize(("activation", "letter"), [("linear", "z"), ("tanh", "a")])
def test_an_output_whose_scale_is_undone_is_asked_for_too(activation: str, letter: str) -> None:
    sheet = boxed(scaled_sheet(activation), has_answers=False)
    question = sums(sheet)[2, 2, 3].question
    assert question is not None
    assert "".join(name for name, _ in question.answers) == ("zy" if letter == "z" else "zay")
    *_, unscaled = (step for step in sheet.found.steps if isinstance(step, ScalingStep))
    (a, *others) = [part for part in unscaled.columns[2].formula if isinstance(part, Shown)]
    assert a.box == f"{question.number}{letter}"
    assert unscaled.columns[2].result.box == f"{question.number}y"
    assert all(other.text for other in others)


def test_the_worked_example_and_weights_stand_there() -> None:
    for level in (1, 2, 3):
        sheet = boxed(scaled_sheet("linear", level), has_answers=False)
        example = sums(sheet)[1, 1, 1]
        assert example.question is None
        assert example.z.shown.text
        assert all(term.product.text for term in example.terms)
        for step in sheet.found.steps:
            if isinstance(step, ProductStep):
                assert all(each.text for row in step.w for each in (*row, *step.b))
        first = next(s for s in sheet.found.steps if isinstance(s, ProductStep))
        assert all(each.text for row in first.x for each in row)


@pytest.mark.parametrize(("level", "shown"), [(1, "x w product bias"), (2, "x w bias"), (3, "")])
def test_a_level_says_what_is_left_of_a_sum(level: int, shown: str) -> None:
    step = sums(boxed(scaled_sheet("linear", level), has_answers=False))[1, 1, 2]
    parts = {
        "x": [term.x for term in step.terms],
        "w": [term.w for term in step.terms],
        "product": [term.product for term in step.terms],
        "bias": [step.bias],
        "before": [step.before_bias, step.terms_sum],
        "z": [step.z.shown, step.a.shown],
    }
    for name, numbers in parts.items():
        assert [each.is_empty for each in numbers] == [name not in shown.split()] * len(numbers)


@pytest.mark.parametrize("activation", ["softmax", "linear", "tanh"])
def test_a_filled_in_sheet_has_the_answers_in_the_same_boxes_behind_the_same_signs(
    activation: str,
) -> None:
    sheet = scaled_sheet(activation)
    empty, filled = (boxed(sheet, has_answers=has) for has in (False, True))
    assert not empty.has_answers
    for one, other, own in zip(empty.questions, filled.questions, sheet.questions, strict=True):
        assert [shown.text for _, shown in other.answers] == [s.text for _, s in own.answers]
        assert [s.box for _, s in other.answers] == [s.box for _, s in one.answers]
    for step, its in zip(empty.found.steps, filled.found.steps, strict=True):
        if isinstance(step, NeuronStep) and isinstance(its, NeuronStep):
            assert step.z.shown.is_rounded == its.z.shown.is_rounded
            assert step.slope is its.slope is None or step.question is None
            assert [t.x.box for t in step.terms] == [t.x.box for t in its.terms]


def test_where_a_sheet_says_equals_no_answer_is_rounded() -> None:
    """On the sheet as well, which knows of no answer: so = may be missing where it could stand."""
    equals = 0
    for seed in range(60):
        sheet = random_sheet(Random(seed))
        empty, filled = (boxed(sheet, has_answers=has) for has in (False, True))
        notation = sheet.found.notation
        for place, step in sums(filled).items():
            lines, its = chain(step, notation)[1:], chain(sums(empty)[place], notation)[1:]
            assert [line.sign for line in lines] == [line.sign for line in its]
            for line in lines:
                numbers = [number for term in line.terms for number in term]
                if line.sign == "=":
                    assert all(map(is_in_full, numbers))
                    equals += step.question is not None
    assert equals > 100


def is_in_full(number: Factor) -> bool:
    assert isinstance(number, Shown)
    return number.value.is_exact and number.number == number.value.value


@pytest.mark.parametrize(
    ("kind", "z", "sign"),
    [
        ("linear", "[[0.25], [2]]", "="),
        ("linear", "[[0.123456], [2]]", "="),
        ("linear", "[[0.1234567], [0]]", "≈"),  # a weight that is printed rounded
        ("linear", "[[0.001], [1234567]]", "≈"),  # ten digits
        ("leaky_relu", "[[0.0001], [1]]", "="),  # z has not more than four decimals
        ("sigmoid", "[[1], [2]]", "="),
    ],
)
def test_whole_and_short_numbers_are_equal_to_their_answers(kind: str, z: str, sign: str) -> None:
    network = Network.from_yaml_text(
        f"inputs: 2\nlayers:\n- {{weights: {z}, biases: [1], activation: {kind}}}\n"
    )
    wish = Wish((1, 2), (WantedLayer(1),))
    sheet = boxed(
        sheet_of(network, np.array([[3.0, 2.0], [1.0, 1.0]]), wish, 3, 0), has_answers=False
    )
    step = sums(sheet)[1, 2, 1]
    assert {line.sign for line in chain(step, "rows")[1:]} == {sign}
    assert step.a.shown.is_rounded is (kind == "sigmoid" or sign == "≈")


def test_an_answer_has_one_text_wherever_it_stands() -> None:
    """Others have a decimal more where they go into a sum."""
    filled = boxed(scaled_sheet("softmax"), has_answers=True)
    key = {
        f"{question.number}{letter}": shown.text
        for question in filled.questions
        for letter, shown in question.answers
    }
    for step in filled.found.steps:
        if isinstance(step, SoftmaxStep):
            for row in step.rows:
                for shown in (row.z, row.share.shown):
                    assert shown.box is None or key[shown.box] == shown.text
        if isinstance(step, NeuronStep):
            for term in step.terms:
                assert not term.x.box or key[term.x.box] == term.x.text
