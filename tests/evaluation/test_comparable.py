"""Which networks can be compared, and in which words others are refused."""

from __future__ import annotations

import json
from typing import Any

import pytest

from nncli import read_spec
from nncli.errors import ExitCode, SpecError
from nncli.evaluation.comparable import check_comparable, tasks_of
from nncli.evaluation.tasks import ClassTask, LabelTask, task_of
from nncli.specs.model import NetworkSpec


def spec_of(sizes: list[int], last: str = "softmax", **keys: Any) -> NetworkSpec:
    inner = ["relu"] * (len(sizes) - 2)
    if "inputs" in keys:
        layers = [
            {"neurons": neurons, "activation": kind}
            for neurons, kind in zip(sizes[1:], [*inner, last], strict=True)
        ]
        document = {"layers": layers, "seed": 1, **keys}
    else:
        document = {"layer_sizes": sizes, "activations": [*inner, last], "seed": 1, **keys}
    return read_spec(json.dumps(document).encode(), "net.yaml")


NAMED = spec_of([2, 3], inputs={"columns": ["a", "b c"]}, outputs={"classes": ["x", "y", "z"]})


@pytest.mark.parametrize(
    "other",
    [
        spec_of([2, 3]),
        spec_of([2, 7, 3], "linear"),
        spec_of([2, 3], dtype="float32"),
        spec_of([2, 3], inputs={"columns": ["a", "b_c"]}),  # as exporters write names
        spec_of([2, 3], outputs={"classes": ["x", "y", "z"]}),
    ],
)
def test_the_same_inputs_and_outputs_are_compared(other: NetworkSpec) -> None:
    check_comparable(NAMED, other)
    check_comparable(other, NAMED)


REFUSED = [
    (
        spec_of([4, 3]),
        "b.yaml: it has 4 inputs, and the network compared with it 2: both must have the same",
        "compare networks made for the same data",
    ),
    (
        spec_of([2, 1], "sigmoid"),
        "b.yaml: it has 1 output, and the network compared with it 3: both must have the same",
        "compare networks made for the same data",
    ),
    (
        spec_of([2, 3], inputs={"columns": ["a", "d"]}),
        "b.yaml: its input 2 is 'd', and 'b c' is that of the network compared with it",
        "if only the name differs, write the same one into both specs: `inputs`",
    ),
    (
        spec_of([2, 3], outputs={"classes": ["y", "x", "z"]}),
        "b.yaml: its output 1 is 'y', and 'x' is that of the network compared with it",
        "the outputs must be the same ones in the same order",
    ),
]


@pytest.mark.parametrize(("other", "message", "hint"), REFUSED)
def test_others_are_refused(other: NetworkSpec, message: str, hint: str) -> None:
    with pytest.raises(SpecError) as caught:
        check_comparable(NAMED, other, "b.yaml")
    (problem,) = caught.value.problems
    assert str(problem) == f"{message}\nhelp: {hint}"
    assert (problem.code, caught.value.exit_code) == ("N114", ExitCode.SPEC)


def test_inputs_and_outputs_are_refused_at_once() -> None:
    with pytest.raises(SpecError) as caught:
        check_comparable(NAMED, spec_of([5, 4]), "b.yaml")
    assert len(caught.value.problems) == 2


def test_a_network_without_names_has_the_classes_of_the_other() -> None:
    tasks = tasks_of(None, NAMED, spec_of([2, 3], "linear", dtype="float32"))
    assert tasks is not None
    assert [task.names for task in tasks] == [("x", "y", "z")] * 2
    assert isinstance(tasks[1], ClassTask)
    assert (tasks[1].rule.meaning, tasks[1].dtype) == ("scores", "float32")


def test_each_spec_has_its_threshold_unless_one_is_given() -> None:
    spec = spec_of([2, 1], "sigmoid", outputs={"classes": ["n", "y"], "threshold": 0.75})
    other = spec_of([2, 1], "sigmoid")
    tasks = tasks_of(None, spec, other)
    assert tasks is not None
    assert [task.rule.threshold for task in tasks if isinstance(task, ClassTask)] == [0.75, 0.5]
    tasks = tasks_of(task_of(spec, 1, 0.25), spec, other, threshold=0.25)
    assert tasks is not None
    assert [task.threshold for task in tasks if isinstance(task, ClassTask)] == [0.25, 0.25]


def test_labels_are_told_by_sigmoids_alone() -> None:
    labels = spec_of([2, 3], "sigmoid")
    tasks = tasks_of(None, labels, labels)
    assert tasks is not None
    assert all(isinstance(task, LabelTask) for task in tasks)
    with pytest.raises(SpecError, match="only that one says yes or no to each label"):
        tasks_of(None, labels, NAMED, file="b.yaml")
    with pytest.raises(SpecError, match=r"b\.yaml: 3 sigmoids say yes or no"):
        tasks_of(None, NAMED, labels, file="b.yaml")


def test_numbers_are_told_no_classes() -> None:
    numbers = spec_of([2, 3], "linear")
    assert tasks_of(None, numbers, NAMED) is None
    assert tasks_of(task_of(numbers, 3), numbers, numbers) is None
