"""What is said of each sample by itself: its class and its loss, or how far it is off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from nncli.evaluation.counts import Indices
from nncli.evaluation.exact_sums import Floats
from nncli.evaluation.tasks import ClassTask, LabelTask, Task
from nncli.network.activations import Array
from nncli.network.prediction import largest_outputs, probabilities_of
from nncli.specs.model import DType

Positions: TypeAlias = npt.NDArray[np.intp] | slice

# For more classes than these it is told how often a sample's own is among the k first.
_MOST_WITHOUT_TOP = 5
# Functions are applied to so many numbers, or multiples: of others, the last few may be rounded in
# another way.
_BLOCK = 256


@dataclass(frozen=True, eq=False)
class JudgedClasses:
    """Samples of one class each."""

    losses: Floats  # (samples,)
    targets: Indices  # (samples,)
    predicted: Indices  # (samples,); -1 where an output is NaN
    second: Floats | None = None  # (samples,): of two classes, the probability of the second
    ranks: Indices | None = None  # (samples,): how many classes come before a sample's own


@dataclass(frozen=True, eq=False)
class JudgedLabels:
    """Samples of several labels."""

    losses: Floats  # (samples,): the mean over labels
    labels: tuple[JudgedClasses, ...]


@dataclass(frozen=True, eq=False)
class JudgedNumbers:
    """Samples with numbers for targets."""

    losses: Floats  # (samples,): the mean over outputs
    targets: tuple[Floats, ...]  # for each output (samples,)
    errors: tuple[Floats, ...]  # likewise: output less target


Judged: TypeAlias = JudgedClasses | JudgedLabels | JudgedNumbers


def judge(task: Task, outputs: Sequence[Array], targets: Sequence[npt.NDArray[Any]]) -> Judged:
    """Return what is to be said of each sample.

    outputs: for each neuron an array (samples,), of the network's type; targets: for each target
    column an array (samples,): the number of a class, 0 or 1 of a label, or a number.
    """
    if isinstance(task, ClassTask):
        return _judged_classes(task, outputs, targets[0])
    if isinstance(task, LabelTask):
        return _judged_labels(task, outputs, targets)
    return _judged_numbers(outputs, targets)


def losses_of(task: Task, outputs: Sequence[Array], targets: Sequence[npt.NDArray[Any]]) -> Floats:
    """Return each sample's loss alone, with the arguments of `judge`: (samples,).

    The log loss of classes, or the mean of labels'; the mean squared error of numbers.
    """
    if isinstance(task, ClassTask):
        return _class_losses(task, outputs, targets[0])
    return judge(task, outputs, targets).losses


def predicted_by(task: Task, outputs: Sequence[Array]) -> list[Indices]:
    """Return the predicted classes of each target column; none of numbers.

    outputs: for each neuron an array (samples,), of the network's type.  -1 where one is NaN.
    """
    if isinstance(task, ClassTask):
        second = _second(task, outputs) if len(task.names) == 2 else None
        return [_predicted(task, outputs, second)]
    if isinstance(task, LabelTask):
        return [_above(row, task.threshold) for row in outputs]
    return []


def part_of(judged: Any, samples: Positions) -> Any:
    """Return what was said of some samples, in their order."""
    if isinstance(judged, np.ndarray):
        return judged[samples]
    if isinstance(judged, tuple):
        return tuple(part_of(one, samples) for one in judged)
    if judged is None:
        return None
    names = [field.name for field in fields(judged)]
    return type(judged)(**{name: part_of(getattr(judged, name), samples) for name in names})


# ------------------------------------------------------------------------------ classes


def _judged_classes(task: ClassTask, outputs: Sequence[Array], targets: Indices) -> JudgedClasses:
    second = _second(task, outputs) if len(task.names) == 2 else None
    ranks = _ranks(outputs, targets) if len(task.names) > _MOST_WITHOUT_TOP else None
    losses = _class_losses(task, outputs, targets)
    return JudgedClasses(losses, targets, _predicted(task, outputs, second), second, ranks)


def _class_losses(task: ClassTask, outputs: Sequence[Array], targets: Indices) -> Floats:
    if task.rule.meaning == "second":
        return _two_class_losses(outputs[0].astype(np.float64), targets == 1, task.dtype)
    own = _own(outputs, targets).astype(np.float64, copy=False)
    return _log_losses(_probabilities(task, outputs, own), task.dtype)


def _own(outputs: Sequence[Array], targets: Indices) -> Array:
    """Return the output of each sample's own class: (samples,)."""
    samples = len(targets)
    flat: Array = np.concatenate(outputs)
    return flat.take(targets * samples + np.arange(samples))


def _two_class_losses(second: Floats, is_second: npt.NDArray[np.bool_], dtype: DType) -> Floats:
    return _log_losses(np.where(is_second, second, 1 - second), dtype)


def _log_losses(probabilities: Floats, dtype: DType) -> Floats:
    """Return the log losses of the probabilities of samples' own classes: (samples,).

    As sklearn.metrics.log_loss clips: by the smallest step from 1 of the outputs' type.
    """
    epsilon = float(np.finfo(dtype).eps)
    clipped = np.clip(_whole_blocks(probabilities), epsilon, 1 - epsilon)
    losses: Floats = -np.log(clipped)[: len(probabilities)]
    return losses


def _probabilities(task: ClassTask, outputs: Sequence[Array], own: Floats) -> Floats:
    """Return the probability of a class of each sample.  own: (samples,), its outputs."""
    meaning = task.rule.meaning
    if meaning == "probabilities":
        return own
    # logarithms need the others' no more than probabilities do
    rows = outputs if meaning == "scores" else outputs[:1]
    values = np.stack([_whole_blocks(row.astype(np.float64)) for row in rows])
    found = probabilities_of(values, _whole_blocks(own), meaning)[: len(own)]
    return found.astype(np.float64, copy=False)


def _second(task: ClassTask, outputs: Sequence[Array]) -> Floats:
    """Return the probability of the second of two classes: (samples,)."""
    own = outputs[-1].astype(np.float64)
    return own if task.rule.meaning == "second" else _probabilities(task, outputs, own)


def _predicted(task: ClassTask, outputs: Sequence[Array], second: Floats | None) -> Indices:
    """Return the class of each sample as the rule has it, or a threshold of the command's."""
    if task.rule.meaning == "second":
        threshold = task.rule.threshold if task.threshold is None else task.threshold
        return _above(outputs[0], threshold)
    if task.threshold is not None and second is not None:
        return _above(second, task.threshold)
    return largest_outputs(outputs)


def _above(values: Array, threshold: float) -> Indices:
    """Return 1 where a value is above a threshold of its own type, 0 elsewhere, -1 for NaN."""
    found = (values > values.dtype.type(threshold)).astype(np.intp)
    found[np.isnan(values)] = -1
    return found


def _ranks(outputs: Sequence[Array], targets: Indices) -> Indices:
    """Return how many classes come before each sample's own: (samples,).

    Of equal outputs the last one comes first, as in sklearn.metrics.top_k_accuracy_score; with an
    output of NaN all classes come before.
    """
    own = _own(outputs, targets)
    ranks = np.zeros(len(targets), np.intp)
    unknown = np.isnan(own)
    for number, row in enumerate(outputs):
        ranks += (row > own) | ((row == own) & (number > targets))
        unknown |= np.isnan(row)
    ranks[unknown] = len(outputs)
    return ranks


# --------------------------------------------------------------------- labels, numbers


def _judged_labels(
    task: LabelTask, outputs: Sequence[Array], targets: Sequence[Indices]
) -> JudgedLabels:
    labels = []
    total = np.zeros(len(targets[0]))
    for row, target in zip(outputs, targets, strict=True):
        second = row.astype(np.float64)
        losses = _two_class_losses(second, target == 1, task.dtype)
        labels.append(JudgedClasses(losses, target, _above(row, task.threshold), second))
        total += losses
    return JudgedLabels(total / len(labels), tuple(labels))


def _judged_numbers(outputs: Sequence[Array], targets: Sequence[Floats]) -> JudgedNumbers:
    errors = []
    total = np.zeros(len(targets[0]))
    with np.errstate(over="ignore", invalid="ignore"):
        for row, target in zip(outputs, targets, strict=True):
            errors.append(row.astype(np.float64) - target)
            total += errors[-1] * errors[-1]
    return JudgedNumbers(total / len(errors), tuple(targets), tuple(errors))


def _whole_blocks(values: Floats) -> Floats:
    """Return values (samples,) with zeros up to a whole number of blocks."""
    rest = -len(values) % _BLOCK
    return np.pad(values, (0, rest)) if rest else values
