"""Figures by their names, and bounds that they miss."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from evaluated import class_task, classes_of, evaluated, labels_of

from nncli.evaluation.evaluated import evaluation_notes
from nncli.evaluation.figures import ClassFigures, Result
from nncli.evaluation.metric_names import FALLING, RISING
from nncli.evaluation.metrics import metrics_of, missed_bounds, rising_names
from nncli.evaluation.ranking import RankFigures
from nncli.evaluation.tasks import LabelTask, NumberTask, Task

TASKS: dict[str, tuple[Task, object, object]] = {
    "one of two classes": (class_task(2), [[0.5, 0.5], [0.25, 0.75]], [0, 1]),
    "one of three classes": (class_task(3), [[0.5, 0.25, 0.25]], [0]),
    "labels": (LabelTask(("a", "b"), "float64"), [[0.1, 0.9], [0.9, 0.1]], [[0, 1], [1, 0]]),
    "numbers": (NumberTask(("a", "b")), [[1, 2], [3, 4]], [[1, 2], [3, 5]]),
    "a number": (NumberTask(("a",)), [[1], [3]], [1, 3]),
}


@pytest.mark.parametrize("name", TASKS)
def test_every_figure_that_can_be_bounded_is_there(name: str) -> None:
    task, outputs, targets = TASKS[name]
    metrics = metrics_of(evaluated(task, outputs, targets).figures)
    assert set(rising_names(task)) == set(RISING) & set(metrics)
    others = {found for found in metrics if not found.startswith(("top_", "subset_"))}
    assert others <= {*RISING, *FALLING}


def binned() -> ClassFigures:
    """Return figures of so many scores that they were put into bins."""
    figures = classes_of(evaluated(class_task(2), [[0.5, 0.5], [0.25, 0.75]], [0, 1]).figures)
    return replace(figures, ranking=RankFigures(0.75, 0.5, 2**20, 1e-6, 2e-6))


def test_what_is_not_exact_says_how_far_it_may_be_off() -> None:
    metrics = metrics_of(binned())
    assert (metrics["roc_auc_bound"], metrics["average_precision_bound"]) == (1e-6, 2e-6)
    (note,) = evaluation_notes(class_task(2), Result(binned(), ()))
    assert note.code == "binned_scores"
    assert "1,048,576 bins" in note.message
    assert "by at most 1e-06, the average precision by 2e-06" in note.message


def test_of_several_labels_the_note_has_the_largest_bounds() -> None:
    task = LabelTask(("a", "b", "c", "d"), "float64")
    figures = labels_of(evaluated(task, [[0.0, 0.5, 1.0, 1.0]], [[0, 0, 1, 1]]).figures)
    closer = replace(binned(), ranking=RankFigures(0.75, 0.5, 2**20, 3e-7, 4e-6))
    one_class = replace(binned(), ranking=RankFigures(math.nan, 1.0, 2**20, math.nan, 0.0))
    labels = (one_class, binned(), figures.labels[1], closer)
    (note,) = evaluation_notes(task, Result(replace(figures, labels=labels), ()))
    assert note.code == "binned_scores"
    assert "by at most 1e-06, the average precision by 4e-06" in note.message


def test_samples_without_all_labels_are_counted_in_a_note() -> None:
    task, outputs = LabelTask(("a", "b"), "float64"), [[math.nan, math.nan], [0.0, 1.0]]
    result = evaluated(task, outputs, [[0, 1], [0, 1]])
    (note,) = evaluation_notes(task, result)
    assert (note.code, note.message) == (
        "no_class",
        "1 sample has an output of NaN, hence not all labels",
    )
    assert evaluation_notes(task, evaluated(task, outputs[1:], [[0, 1]])) == ()


def test_bounds_are_missed_from_below_and_by_what_is_not_defined() -> None:
    figures = replace(binned(), ranking=RankFigures(math.nan, 0.5))
    assert missed_bounds(figures, [("accuracy", 1.0), ("average_precision", 0.5)]) == []
    one, other = missed_bounds(figures, [("average_precision", 0.51), ("roc_auc", 0.0)])
    assert one.message == "average_precision is 0.5, below 0.51"
    assert other.message == "roc_auc is not defined on these samples: 0 was asked for"
