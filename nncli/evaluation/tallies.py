"""What samples add up to: sums and counts that give the same figures in any order and parts."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any, Protocol

import numpy as np

from nncli.evaluation.counts import Counts, mean, share, there
from nncli.evaluation.exact_sums import ExactSum, Floats, add_squares, nearest_float
from nncli.evaluation.figures import (
    ClassFigures,
    Figures,
    LabelFigures,
    NumberFigures,
    NumberScores,
)
from nncli.evaluation.judged import JudgedClasses, JudgedLabels, JudgedNumbers
from nncli.evaluation.ranking import Ranking
from nncli.evaluation.tasks import ClassTask, LabelTask, Task

# It is told how often a sample's own class is among so many that come first.
TOP = (2, 3, 5)


class ClassTally:
    """Samples of one class each."""

    def __init__(self, names: tuple[str, ...], *, with_table: bool = True) -> None:
        """Begin without samples.  with_table: whether to count by class and predicted class."""
        self._names = names
        self._with_table = with_table
        nothing = np.empty(0, np.intp)
        self._counts = Counts.of(nothing, nothing, len(names), with_table=with_table)
        self._loss = ExactSum()
        self._squares = ExactSum()  # of two classes: of target less probability
        self._ranking = Ranking() if len(names) == 2 else None
        self._top: dict[int, int] = {}  # how many samples have their class among the k first

    def add(self, judged: JudgedClasses) -> None:
        """Take samples in."""
        classes = len(self._names)
        found = Counts.of(judged.targets, judged.predicted, classes, with_table=self._with_table)
        self._counts = self._counts.merged(found)
        self._loss.add(judged.losses)
        if self._ranking is not None and judged.second is not None:
            is_second = judged.targets == 1
            self._ranking.add(judged.second, is_second)
            self._squares.add(np.square(judged.second - is_second))
        if judged.ranks is not None:
            for k in TOP:
                self._top[k] = self._top.get(k, 0) + int(np.count_nonzero(judged.ranks < k))

    def merge(self, other: ClassTally) -> None:
        """Take in what another tally, that has only just begun, has seen."""
        self._counts = self._counts.merged(other._counts)
        self._loss.merge(other._loss)
        self._squares.merge(other._squares)
        if self._ranking is not None and other._ranking is not None:
            self._ranking.merge(other._ranking)
        self._top = {k: self._top.get(k, 0) + hits for k, hits in other._top.items()}

    @property
    def rankings(self) -> list[Ranking]:
        """What holds scores, and may have to be told that they are too many."""
        return [] if self._ranking is None else [self._ranking]

    def figures(self) -> ClassFigures:
        """Return the figures of all samples."""
        counts = self._counts
        classes = counts.scores(self._names)
        averaged = there(classes)
        return ClassFigures(
            samples=counts.samples,
            unclassified=counts.unclassified,
            majority_rate=counts.majority_rate,
            accuracy=counts.accuracy,
            balanced_accuracy=counts.balanced_accuracy,
            log_loss=self._loss.over(counts.samples),
            classes=classes,
            macro_precision=mean([one.precision for one in averaged]),
            macro_recall=mean([one.recall for one in averaged]),
            macro_f1=mean([one.f1 for one in averaged]),
            confusion=counts.confusion,
            top=tuple((k, share(hits, counts.samples)) for k, hits in self._top.items()),
            ranking=None if self._ranking is None else self._ranking.figures(),
            brier=None if self._ranking is None else self._squares.over(counts.samples),
        )


class LabelTally:
    """Samples of several labels."""

    def __init__(self, names: tuple[str, ...]) -> None:
        """Begin without samples.  names: of the labels."""
        self._names = names
        self._labels = [ClassTally(("0", "1")) for _ in names]
        self._samples = 0
        self._right = 0  # samples with all labels right
        self._unclassified = 0  # samples with an output of NaN
        self._loss = ExactSum()

    def add(self, judged: JudgedLabels) -> None:
        """Take samples in."""
        right = np.ones(len(judged.losses), np.bool_)
        unknown = np.zeros(len(judged.losses), np.bool_)
        for tally, label in zip(self._labels, judged.labels, strict=True):
            tally.add(label)
            right &= label.targets == label.predicted
            unknown |= label.predicted < 0
        self._samples += len(right)
        self._right += int(np.count_nonzero(right))
        self._unclassified += int(np.count_nonzero(unknown))
        self._loss.add(judged.losses)

    def merge(self, other: LabelTally) -> None:
        """Take in what another tally, that has only just begun, has seen."""
        for tally, label in zip(self._labels, other._labels, strict=True):
            tally.merge(label)
        self._samples += other._samples
        self._right += other._right
        self._unclassified += other._unclassified
        self._loss.merge(other._loss)

    @property
    def rankings(self) -> list[Ranking]:
        """What holds scores, and may have to be told that they are too many."""
        return [ranking for tally in self._labels for ranking in tally.rankings]

    def figures(self) -> LabelFigures:
        """Return the figures of all samples.

        accuracy: as sklearn.metrics.accuracy_score, of whole samples; the means over labels are
        those of precision_recall_fscore_support with average="macro".
        """
        labels = tuple(tally.figures() for tally in self._labels)
        own = [label.classes[1] for label in labels]
        return LabelFigures(
            samples=self._samples,
            unclassified=self._unclassified,
            accuracy=share(self._right, self._samples),
            log_loss=self._loss.over(self._samples),
            macro_precision=mean([one.precision for one in own]),
            macro_recall=mean([one.recall for one in own]),
            macro_f1=mean([one.f1 for one in own]),
            names=self._names,
            labels=labels,
        )


class _OutputTally:
    """One output beside its targets."""

    def __init__(self) -> None:
        self.samples = 0
        self.squares = ExactSum()  # of errors
        self.magnitudes = ExactSum()  # likewise
        self.targets = ExactSum()
        self.target_squares = ExactSum()
        self.largest = 0.0  # error; NaN if any is

    def add(self, errors: Floats, targets: Floats) -> None:
        """Take samples in."""
        self.samples += len(errors)
        magnitudes = np.abs(errors)
        with np.errstate(over="ignore"):
            self.squares.add(errors * errors)
        self.magnitudes.add(magnitudes)
        self.targets.add(targets)
        add_squares(self.target_squares, targets)
        self.largest = float(np.maximum(self.largest, magnitudes.max(initial=0.0)))

    def merge(self, other: _OutputTally) -> None:
        """Take in what another tally has seen."""
        self.samples += other.samples
        for name in ("squares", "magnitudes", "targets", "target_squares"):
            getattr(self, name).merge(getattr(other, name))
        self.largest = float(np.maximum(self.largest, other.largest))

    def scores(self) -> NumberScores:
        """Return the figures, as scikit-learn defines them.

        mse, rmse, mae, r2, max_error: mean_squared_error, root_mean_squared_error,
        mean_absolute_error, r2_score, max_error of sklearn.metrics.
        """
        mse = self.squares.over(self.samples)
        return NumberScores(
            mse=mse,
            rmse=math.sqrt(mse),
            mae=self.magnitudes.over(self.samples),
            r2=self._r2(),
            max_error=self.largest if self.samples else math.nan,
        )

    def _r2(self) -> float:
        """Return 1 - the squared errors / the squared deviations of the targets from their mean.

        NaN of fewer than two samples; of targets that are all equal, 1 without errors, else 0.
        """
        if self.samples < 2:
            return math.nan
        if not (self.squares.is_finite and self.target_squares.is_finite):
            return math.nan
        deviations = self.target_squares.fraction - self.targets.fraction**2 / self.samples
        errors = self.squares.fraction
        if deviations <= 0:
            return 0.0 if errors else 1.0
        return nearest_float(Fraction(1) - errors / deviations)


class NumberTally:
    """Samples with numbers for targets."""

    def __init__(self, names: tuple[str, ...]) -> None:
        """Begin without samples.  names: of the outputs."""
        self._names = names
        self._outputs = [_OutputTally() for _ in names]
        self._samples = 0

    def add(self, judged: JudgedNumbers) -> None:
        """Take samples in."""
        self._samples += len(judged.losses)
        for tally, errors, targets in zip(
            self._outputs, judged.errors, judged.targets, strict=True
        ):
            tally.add(errors, targets)

    def merge(self, other: NumberTally) -> None:
        """Take in what another tally has seen."""
        self._samples += other._samples
        for tally, output in zip(self._outputs, other._outputs, strict=True):
            tally.merge(output)

    @property
    def rankings(self) -> list[Ranking]:
        """Nothing holds scores."""
        return []

    def figures(self) -> NumberFigures:
        """Return the figures of all samples; means as scikit-learn's "uniform_average"."""
        outputs = tuple(tally.scores() for tally in self._outputs)
        average = NumberScores(
            mse=mean([one.mse for one in outputs]),
            rmse=mean([one.rmse for one in outputs]),
            mae=mean([one.mae for one in outputs]),
            r2=mean([one.r2 for one in outputs]),
            max_error=float(np.max([one.max_error for one in outputs])),
        )
        return NumberFigures(self._samples, self._names, outputs, average)


class Tally(Protocol):
    """What samples add up to, whatever the task."""

    def add(self, judged: Any) -> None:
        """Take samples in."""

    def merge(self, other: Any) -> None:
        """Take in what another tally, that has only just begun, has seen."""

    @property
    def rankings(self) -> list[Ranking]:
        """What holds scores, and may have to be told that they are too many."""

    def figures(self) -> Figures:
        """Return the figures of all samples."""


def tally_of(task: Task, *, with_table: bool) -> Tally:
    """Return an empty tally.  with_table: whether to count classes by predicted classes."""
    if isinstance(task, ClassTask):
        return ClassTally(task.names, with_table=with_table)
    if isinstance(task, LabelTask):
        return LabelTally(task.names)
    return NumberTally(task.names)
