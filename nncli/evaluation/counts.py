"""How often each class is taken for which: counts, and the figures made of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from nncli.evaluation.figures import ClassScores, Table

Indices: TypeAlias = npt.NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Counts:
    """Samples by their class and the one that they were taken for."""

    true: Indices  # (classes,): those that have it
    predicted: Indices  # (classes,): those that were taken for it
    hits: Indices  # (classes,): those that have it and were taken for it
    samples: int
    table: Indices | None  # (classes, classes + 1): by both; the last column is no class

    @classmethod
    def of(cls, targets: Indices, predicted: Indices, classes: int, *, with_table: bool) -> Counts:
        """Count samples.  targets, predicted: (samples,), the number of a class; -1 for none."""
        if with_table:
            columns = np.where(predicted < 0, classes, predicted)
            flat = np.bincount(targets * (classes + 1) + columns, minlength=classes * (classes + 1))
            table = flat.reshape(classes, classes + 1)
            by_column = table.sum(axis=0)[:-1]
            return cls(table.sum(axis=1), by_column, table.diagonal(), len(targets), table)
        true, right = np.bincount(targets, minlength=classes), targets[targets == predicted]
        known = np.bincount(predicted[predicted >= 0], minlength=classes)
        return cls(true, known, np.bincount(right, minlength=classes), len(targets), None)

    def merged(self, other: Counts) -> Counts:
        """Return the counts of both together."""
        table = None
        if self.table is not None and other.table is not None:
            table = self.table + other.table
        return Counts(
            self.true + other.true,
            self.predicted + other.predicted,
            self.hits + other.hits,
            self.samples + other.samples,
            table,
        )

    @property
    def unclassified(self) -> int:
        """How many were taken for none of the classes."""
        return self.samples - int(self.predicted.sum())

    @property
    def confusion(self) -> Table | None:
        """By class and predicted class: sklearn.metrics.confusion_matrix of the classified."""
        if self.table is None:
            return None
        return tuple(tuple(row) for row in self.table[:, :-1].tolist())

    @property
    def accuracy(self) -> float:
        """sklearn.metrics.accuracy_score: the share of those that were taken for their class."""
        return share(int(self.hits.sum()), self.samples)

    @property
    def majority_rate(self) -> float:
        """The share of the largest class."""
        return share(int(self.true.max()), self.samples)

    @property
    def balanced_accuracy(self) -> float:
        """sklearn.metrics.balanced_accuracy_score: the mean recall of classes with samples."""
        pairs = zip(self.hits.tolist(), self.true.tolist(), strict=True)
        return mean([hits / true for hits, true in pairs if true])

    def scores(self, names: Sequence[str]) -> tuple[ClassScores, ...]:
        """Return each class's.

        As sklearn.metrics.precision_recall_fscore_support: 0 where there is nothing to divide by.
        """
        columns = (self.true.tolist(), self.predicted.tolist(), self.hits.tolist())
        return tuple(
            ClassScores(
                name,
                true,
                predicted,
                precision=hits / predicted if predicted else 0.0,
                recall=hits / true if true else 0.0,
                f1=2 * hits / (true + predicted) if true + predicted else 0.0,
            )
            for name, true, predicted, hits in zip(names, *columns, strict=True)
        )


def share(part: int, whole: int) -> float:
    """Return part / whole; NaN of nothing."""
    return part / whole if whole else math.nan


def mean(values: Sequence[float]) -> float:
    """Return the mean; NaN of no values."""
    return math.fsum(values) / len(values) if values else math.nan


def there(scores: Sequence[ClassScores]) -> list[ClassScores]:
    """Return the classes that samples have or were taken for: those that scikit-learn averages."""
    return [one for one in scores if one.samples or one.predicted]
