"""What a network is to get right: classes, labels that are true or not, or numbers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

from nncli.errors import UsageError
from nncli.network.prediction import ClassRule, class_rule
from nncli.network.scaling import scales_outputs
from nncli.specs.model import DType, NetworkSpec
from nncli.words import count_of

_THRESHOLD = 0.5


@dataclass(frozen=True)
class ClassTask:
    """Each sample has one of some classes, which stands in one target column."""

    rule: ClassRule  # how outputs tell classes
    dtype: DType  # of the outputs
    threshold: float | None = None  # of the second of two classes; None: as the rule has it

    @property
    def names(self) -> tuple[str, ...]:
        """The classes."""
        return self.rule.classes


@dataclass(frozen=True)
class LabelTask:
    """Each sample has any of some labels: a sigmoid and a target column for each."""

    names: tuple[str, ...]  # of the labels
    dtype: DType  # of the outputs
    threshold: float = _THRESHOLD  # a label is there if its output is above it


@dataclass(frozen=True)
class NumberTask:
    """Each sample has a number for each output, in a target column of its own."""

    names: tuple[str, ...]  # of the outputs


Task: TypeAlias = ClassTask | LabelTask | NumberTask


def task_of(
    spec: NetworkSpec,
    targets: int,
    threshold: float | None = None,
    file: str | None = None,
    where: tuple[str, ...] = (),
) -> Task:
    """Return what a network is to get right, by its last layer and the count of target columns.

    threshold: of two classes, or of labels, in place of the spec's; file, where: as for class_rule.
    Raises UsageError if the columns are too many or too few, or a threshold has no use; SpecError
    if the outputs tell no class.
    """
    task = _task(spec, targets, file, where)
    if threshold is None:
        return task
    if isinstance(task, NumberTask) or (isinstance(task, ClassTask) and len(task.names) != 2):
        raise UsageError("--threshold is for two classes, or for labels that are true or not")
    return replace(task, threshold=threshold)


def _task(spec: NetworkSpec, targets: int, file: str | None, where: tuple[str, ...]) -> Task:
    neurons, activation = spec.layers[-1].neurons, spec.activations[-1]
    names = spec.output_columns
    if activation == "sigmoid" and neurons > 1:
        _check_count(targets, neurons, "one for each sigmoid, which says yes or no")
        spoken = spec.outputs.threshold if spec.outputs is not None else None
        return LabelTask(names, spec.dtype, _THRESHOLD if spoken is None else spoken)
    if _gives_numbers(spec, targets):
        _check_count(targets, neurons, "one for each output")
        return NumberTask(names)
    task = ClassTask(class_rule(spec, file, where), spec.dtype)
    _check_count(targets, 1, "it says the class of each sample")
    return task


def _gives_numbers(spec: NetworkSpec, targets: int) -> bool:
    """Whether a network's outputs are numbers to be compared with numbers."""
    outputs, neurons, activation = spec.outputs, spec.layers[-1].neurons, spec.activations[-1]
    if activation in ("softmax", "log_softmax", "sigmoid"):
        return False
    if outputs is not None and outputs.classes is not None:
        return False
    # several linear outputs and one target: they may be the scores of classes
    may_be_scores = activation == "linear" and neurons > 1 and targets == 1
    return scales_outputs(spec) or not may_be_scores


def _check_count(targets: int, wanted: int, why: str) -> None:
    if targets != wanted:
        named, needed = count_of(targets, "column"), count_of(wanted, "column")
        message = f"--target names {named}, and this network needs {needed}: {why}"
        raise UsageError(message, code="N703")
