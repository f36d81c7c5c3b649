"""What an evaluation finds: worked by hand, by plain loops, and the same in any parts and order."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from evaluated import (
    class_task,
    classes_of,
    evaluated,
    labels_of,
    numbers_of,
    shares,
)
from hypothesis import given
from hypothesis import strategies as st

from nncli.errors import DataError
from nncli.evaluation.figures import NumberScores
from nncli.evaluation.tasks import LabelTask, NumberTask, Task

# ------------------------------------------------------------------------------ by hand


def test_three_classes_by_hand() -> None:
    outputs = [[0.5, 0.25, 0.25], [0.5, 0.25, 0.25], [0.25, 0.5, 0.25], [0.125, 0.125, 0.75]]
    found = classes_of(evaluated(class_task(3), outputs, [0, 1, 1, 0]).figures)
    assert found.confusion == ((1, 0, 1), (1, 1, 0), (0, 0, 0))
    assert (found.samples, found.unclassified) == (4, 0)
    assert (found.accuracy, found.majority_rate, found.balanced_accuracy) == (0.5, 0.5, 0.5)
    log_loss = (math.log(2) + math.log(4) + math.log(2) + math.log(8)) / 4
    assert found.log_loss == pytest.approx(log_loss, rel=1e-15)
    scores = [(one.samples, one.predicted, one.precision, one.recall) for one in found.classes]
    assert scores == [(2, 2, 0.5, 0.5), (2, 1, 1.0, 0.5), (0, 1, 0.0, 0.0)]
    assert [one.f1 for one in found.classes] == [0.5, 2 / 3, 0.0]
    assert found.macro_f1 == pytest.approx((0.5 + 2 / 3) / 3, rel=1e-15)
    assert (found.ranking, found.brier, found.top) == (None, None, ())


def test_a_class_that_is_nowhere_is_left_out_of_the_means() -> None:
    outputs = [[0.75, 0.25, 0.0], [0.25, 0.75, 0.0]]
    found = classes_of(evaluated(class_task(3), outputs, [0, 1]).figures)
    assert (found.macro_f1, found.macro_precision, found.balanced_accuracy) == (1.0, 1.0, 1.0)
    assert found.classes[2].f1 == 0.0


def test_one_sigmoid_by_hand() -> None:
    """Pairs of a 1 and a 0: 0.75 beats both 0s; 0.25 beats 0.125 and ties: 3.5 of 4."""
    outputs = [[0.75], [0.25], [0.25], [0.125]]
    task = class_task(2, "second")
    found = classes_of(evaluated(task, outputs, [1, 0, 1, 0]).figures)
    assert found.confusion == ((2, 0), (1, 1))
    assert found.ranking is not None
    assert found.ranking.roc_auc == 3.5 / 4
    # recall 1/2 at precision 1, then 1 at 2/3
    assert found.ranking.average_precision == pytest.approx(0.5 + 0.5 * 2 / 3, rel=1e-15)
    assert found.brier == (0.25**2 + 0.25**2 + 0.75**2 + 0.125**2) / 4


def test_a_threshold_decides_between_two_classes() -> None:
    task = class_task(2, "second", threshold=0.2)
    found = classes_of(evaluated(task, [[0.75], [0.25], [0.2], [0.1]], [1, 0, 1, 0]).figures)
    assert found.confusion == ((1, 1), (1, 1))
    by_softmax = class_task(2, threshold=0.2)
    outputs = [[0.25, 0.75], [0.75, 0.25], [0.8, 0.2], [0.9, 0.1]]
    assert classes_of(evaluated(by_softmax, outputs, [1, 0, 1, 0]).figures) == found


def test_a_certain_error_costs_what_scikit_learn_clips_it_to() -> None:
    for dtype in ("float64", "float32"):
        task = class_task(2, dtype=dtype)
        found = classes_of(evaluated(task, [[1.0, 0.0], [0.0, 1.0]], [1, 1]).figures)
        epsilon = float(np.finfo(dtype).eps)
        expected = -(math.log(epsilon) + math.log(1 - epsilon)) / 2
        assert found.log_loss == pytest.approx(expected, rel=1e-15)


def test_scores_and_logarithms_have_the_loss_of_their_probabilities() -> None:
    random = np.random.RandomState(0)
    outputs, targets = shares(random, 40, 3, 3), random.randint(3, size=40)
    expected = classes_of(evaluated(class_task(3), outputs, targets).figures)
    for meaning in ("logarithms", "scores"):
        values = np.log(outputs) + (5.0 if meaning == "scores" else 0.0)
        found = classes_of(evaluated(class_task(3, meaning), values, targets).figures)
        assert found.log_loss == pytest.approx(expected.log_loss, rel=1e-12)
        assert found.confusion == expected.confusion


def test_an_output_of_nan_is_no_class_and_counts_as_wrong() -> None:
    result = evaluated(class_task(2), [[math.nan, 0.5], [1.0, 0.0]], [0, 0])
    found = classes_of(result.figures)
    assert (found.unclassified, found.accuracy, found.confusion) == (1, 0.5, ((1, 0), (0, 0)))
    assert math.isnan(found.log_loss)
    assert found.ranking is not None
    assert result.greatest[0].row == 1
    assert result.greatest[0].predictions == ("",)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_outputs_that_are_not_finite_are_judged_without_a_warning(value: float) -> None:
    scores, numbers = [[value, 1.0], [value, value]], NumberTask(("a", "b"))
    assert classes_of(evaluated(class_task(2, "scores"), scores, [0, 1]).figures).samples == 2
    assert math.isnan(numbers_of(evaluated(numbers, scores, [[0, 0], [1, 1]]).figures).mean.r2)
    if math.isnan(value):
        task = LabelTask(("a", "b"), "float64")
        found = labels_of(evaluated(task, scores, [[0, 1], [1, 1]]).figures)
        assert [label.unclassified for label in found.labels] == [2, 1]
        assert found.unclassified == 2
        assert (math.isnan(found.log_loss), found.accuracy) == (True, 0.0)


def test_the_class_may_be_among_the_first() -> None:
    outputs = [[0.3, 0.25, 0.2, 0.1, 0.1, 0.05]] * 6
    found = classes_of(evaluated(class_task(6), outputs, [0, 1, 2, 3, 4, 5]).figures)
    # of the equal ones the last comes first, as scikit-learn has it
    assert found.top == ((2, 2 / 6), (3, 3 / 6), (5, 5 / 6))
    assert classes_of(evaluated(class_task(6), outputs[:1], [3]).figures).top[2] == (5, 1.0)
    nan = [[math.nan] * 6]
    assert classes_of(evaluated(class_task(6), nan, [0]).figures).top[2] == (5, 0.0)


def test_labels_by_hand() -> None:
    task = LabelTask(("wet", "cold"), "float64")
    outputs = [[0.75, 0.75], [0.25, 0.75], [0.25, 0.25]]
    found = labels_of(evaluated(task, outputs, [[1, 1], [0, 0], [1, 0]]).figures)
    assert [label.confusion for label in found.labels] == [((1, 0), (1, 1)), ((1, 1), (0, 1))]
    assert found.accuracy == 1 / 3
    assert found.macro_f1 == pytest.approx(2 / 3, rel=1e-15)
    losses = [math.log(4 / 3) * 2, math.log(4 / 3) + math.log(4), math.log(4) + math.log(4 / 3)]
    assert found.log_loss == pytest.approx(sum(losses) / 6, rel=1e-15)
    assert [label.accuracy for label in found.labels] == [2 / 3, 2 / 3]


def test_numbers_by_hand() -> None:
    task = NumberTask(("a", "b"))
    found = numbers_of(evaluated(task, [[1, 0], [3, 0], [5, 3]], [[1, 0], [2, 0], [6, 0]]).figures)
    first = NumberScores(2 / 3, math.sqrt(2 / 3), 2 / 3, 6 / 7, 1.0)
    # targets that are all equal
    second = NumberScores(3.0, math.sqrt(3), 1.0, 0.0, 3.0)
    assert found.outputs == (first, second)
    assert found.mean.mse == (2 / 3 + 3) / 2
    assert found.mean.rmse == pytest.approx((math.sqrt(2 / 3) + math.sqrt(3)) / 2, rel=1e-15)
    assert found.mean.max_error == 3.0


def test_equal_targets_met_exactly_have_an_r2_of_1_and_one_sample_has_none() -> None:
    task = NumberTask(("a",))
    assert numbers_of(evaluated(task, [[0.1]] * 3, [0.1] * 3).figures).mean.r2 == 1.0
    assert math.isnan(numbers_of(evaluated(task, [[0.1]], [0.1]).figures).mean.r2)


def test_r2_of_targets_far_from_0_loses_no_digits() -> None:
    """Deviations -1, 0, 1 and errors 1, 0, 0: 1 - 1/2."""
    targets = [1e9 - 1, 1e9, 1e9 + 1]
    outputs = [[1e9], [1e9], [1e9 + 1]]
    assert numbers_of(evaluated(NumberTask(("a",)), outputs, targets).figures).mean.r2 == 0.5


def test_errors_that_overflow_are_infinite_and_warn_of_nothing() -> None:
    found = numbers_of(evaluated(NumberTask(("a",)), [[1e308], [0]], [-1e308, 1]).figures).mean
    assert (found.mse, found.rmse, found.max_error) == (math.inf, math.inf, math.inf)


# --------------------------------------------------------------------- greatest losses


def test_the_greatest_losses_come_first_with_their_rows_and_texts() -> None:
    outputs = [[0.5, 0.5], [0.25, 0.75], [0.75, 0.25], [0.25, 0.75]]
    result = evaluated(class_task(2), outputs, [0, 0, 1, 1], cuts=[1, 3], kept=[list("abcd")])
    assert [(one.row, one.kept) for one in result.greatest] == [
        (2, ("b",)),
        (3, ("c",)),
        (1, ("a",)),
        (4, ("d",)),
    ]
    second = result.greatest[0]
    assert (second.targets, second.predictions) == (("class 0",), ("class 1",))
    assert second.loss == pytest.approx(math.log(4))


def test_of_equal_losses_the_first_rows_are_listed() -> None:
    result = evaluated(class_task(2), [[0.5, 0.5]] * 3000, [0] * 3000, cuts=[256, 2048])
    assert [one.row for one in result.greatest] == list(range(1, 1001))


def test_the_greatest_losses_of_many_are_those_of_a_sorted_list() -> None:
    random = np.random.RandomState(3)
    outputs, targets = random.randint(-40, 40, (5000, 2)), random.randint(-40, 40, (5000, 2))
    losses = ((outputs - targets) ** 2).sum(axis=1) / 2
    expected = sorted(range(5000), key=lambda row: (-losses[row], row))[:1000]
    task = NumberTask(("a", "b"))
    found = evaluated(task, outputs, targets, cuts=[256, 512, 3072]).greatest
    assert [one.row - 1 for one in found] == expected
    assert [one.loss for one in found] == losses[expected].tolist()
    assert found[0].targets == tuple(targets[expected[0]])
    assert found[0].predictions == tuple(outputs[expected[0]])


# ------------------------------------------------------------------------------ groups


def test_each_group_has_the_figures_of_its_samples() -> None:
    random = np.random.RandomState(5)
    outputs, targets = shares(random, 600, 2, 1), random.randint(2, size=600)
    texts = [str(number) for number in random.choice([10, 9, -1], 600)]
    result = evaluated(class_task(2), outputs, targets, [256, 512], [texts], by=0)
    assert [group.value for group in result.groups] == ["-1", "9", "10"]
    for group in result.groups:
        chosen = [text == group.value for text in texts]
        alone = evaluated(class_task(2), outputs[chosen], targets[chosen])
        assert group.figures == alone.figures


def test_groups_of_labels_and_of_numbers() -> None:
    labels = LabelTask(("a", "b"), "float64")
    outputs, targets = [[0.75, 0.25], [0.5, 0.75]], [[1, 0], [0, 0]]
    for task in (labels, NumberTask(("a", "b"))):
        result = evaluated(task, outputs, targets, kept=[["x", "y"]], by=0)
        alone = [evaluated(task, outputs[i : i + 1], targets[i : i + 1]).figures for i in (0, 1)]
        # R² of one sample is NaN
        assert repr([group.figures for group in result.groups]) == repr(alone)


def test_more_than_a_thousand_groups_are_refused() -> None:
    texts = [str(number) for number in range(1001)]
    outputs, targets = [[0.5, 0.5]] * 1001, [0] * 1001
    for cuts in ([], [600]):
        with pytest.raises(DataError, match="'group' divides the samples into more than 1,000"):
            evaluated(class_task(2), outputs, targets, cuts, [texts], by=0)
    groups = evaluated(class_task(2), outputs[1:], targets[1:], [600], [texts[1:]], by=0).groups
    assert len(groups) == 1000


# ------------------------------------------------------------------ parts and orders


@st.composite
def cases(draw: st.DrawFn) -> tuple[Task, Any, Any]:
    """Draw a task with outputs and targets: many ties, constant predictions, missing classes."""
    random = np.random.RandomState(draw(st.integers(0, 2**32 - 1)))
    samples, kind = draw(st.integers(1, 700)), draw(st.sampled_from("CSLN"))
    digits = draw(st.sampled_from([0, 1, 3, 15]))
    width = draw(st.integers(2, 7))
    seen = draw(st.integers(1, width))
    if kind == "C":
        outputs = shares(random, samples, width, digits)
        return class_task(width), outputs, random.randint(seen, size=samples)
    if kind == "S":
        outputs = np.round(random.random_sample((samples, 1)), digits)
        return class_task(2, "second"), outputs, random.randint(min(seen, 2), size=samples)
    if kind == "L":
        outputs = np.round(random.random_sample((samples, width)), digits)
        names = tuple(map(str, range(width)))
        return LabelTask(names, "float64"), outputs, random.randint(2, size=(samples, width))
    scale = 10.0 ** random.randint(-20, 20, (2, 1, width))
    outputs = np.round(random.standard_normal((samples, width)), digits) * scale[0]
    targets = np.round(random.standard_normal((samples, width)), digits) * scale[1] + scale[0]
    return NumberTask(tuple(map(str, range(width)))), outputs, targets


@given(cases(), st.lists(st.integers(0, 3).map(lambda block: 256 * block), max_size=3))
def test_parts_make_no_difference(case: tuple[Task, Any, Any], cuts: list[int]) -> None:
    assert repr(evaluated(*case, cuts=cuts)) == repr(evaluated(*case))


@given(cases(), st.integers(0, 2**32 - 1))
def test_another_order_of_the_samples_gives_the_same_figures(
    case: tuple[Task, Any, Any], seed: int
) -> None:
    task, outputs, targets = case
    order = np.random.RandomState(seed).permutation(len(outputs))
    found = evaluated(task, outputs[order], targets[order], cuts=[256])
    assert repr(found.figures) == repr(evaluated(task, outputs, targets).figures)
