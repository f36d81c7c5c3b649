"""A network's last layer says what it is to get right."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nncli import Network
from nncli.errors import SpecError, UsageError
from nncli.evaluation.tasks import ClassTask, LabelTask, NumberTask, Task, task_of


def task_for(
    activation: str,
    neurons: int,
    targets: int,
    outputs: dict[str, Any] | None = None,
    threshold: float | None = None,
) -> Task:
    layer = {"neurons": neurons, "activation": activation, "weights": [[1] * neurons]}
    spec = {"layers": [layer], "inputs": 1, **({"outputs": outputs} if outputs else {})}
    return task_of(Network.from_yaml_text(json.dumps(spec)).spec, targets, threshold)


def test_a_softmax_tells_classes() -> None:
    task = task_for("softmax", 3, 1, {"classes": ["a", "b", "c"]})
    assert isinstance(task, ClassTask)
    assert (task.names, task.rule.meaning, task.threshold) == (
        ("a", "b", "c"),
        "probabilities",
        None,
    )
    task = task_for("log_softmax", 2, 1, threshold=0.25)
    assert isinstance(task, ClassTask)
    assert (task.rule.meaning, task.threshold, task.dtype) == ("logarithms", 0.25, "float64")


def test_one_sigmoid_tells_two_classes_and_several_tell_labels() -> None:
    task = task_for("sigmoid", 1, 1)
    assert isinstance(task, ClassTask)
    assert (task.names, task.rule.meaning) == (("0", "1"), "second")
    assert task_for("sigmoid", 2, 2) == LabelTask(("output_1", "output_2"), "float64", 0.5)
    assert task_for("sigmoid", 2, 2, {"columns": ["a", "b"]}, 0.125) == LabelTask(
        ("a", "b"), "float64", 0.125
    )


def test_linear_outputs_are_scores_of_named_classes_or_numbers() -> None:
    for named in ({"classes": ["a", "b"]}, {"columns": ["a", "b"]}):
        task = task_for("linear", 2, 1, named)
        assert isinstance(task, ClassTask)
        assert task.rule.meaning == "scores"
    assert task_for("linear", 2, 2, {"columns": ["a", "b"]}) == NumberTask(("a", "b"))
    assert task_for("linear", 1, 1) == NumberTask(("output_1",))
    assert task_for("relu", 2, 2) == NumberTask(("output_1", "output_2"))
    scale = {"scale": {"standard": {"mean": 1.0, "std": 2.0}}}
    assert task_for("linear", 1, 1, scale) == NumberTask(("output_1",))


def test_scores_that_nobody_names_are_refused_with_the_line_for_them() -> None:
    with pytest.raises(SpecError, match=r"outputs: \{classes: \[NAME_1, NAME_2, NAME_3\]\}"):
        task_for("linear", 3, 1)


@pytest.mark.parametrize(
    ("activation", "neurons", "targets", "words"),
    [
        ("softmax", 3, 3, "names 3 columns, and this network needs 1 column: it says the class"),
        ("sigmoid", 3, 1, "names 1 column, and this network needs 3 columns: one for each sigmoid"),
        ("linear", 3, 2, "names 2 columns, and this network needs 3 columns: one for each output"),
        ("relu", 2, 1, "names 1 column, and this network needs 2 columns: one for each output"),
    ],
)
def test_too_many_or_too_few_targets_are_refused(
    activation: str, neurons: int, targets: int, words: str
) -> None:
    with pytest.raises(UsageError, match=words):
        task_for(activation, neurons, targets)


def test_a_threshold_without_use_is_refused() -> None:
    for case in (("softmax", 3, 1), ("linear", 1, 1)):
        with pytest.raises(UsageError, match="--threshold is for two classes"):
            task_for(*case, threshold=0.5)
