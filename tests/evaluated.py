"""Evaluations of outputs and targets as tests have them, without a network or a file."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from nncli.evaluation.evaluation import Evaluation, GroupColumn
from nncli.evaluation.figures import ClassFigures, Figures, LabelFigures, NumberFigures, Result
from nncli.evaluation.tasks import ClassTask, NumberTask, Task
from nncli.network.prediction import ClassRule, Meaning
from nncli.problems import Place
from nncli.results.listeners import UnitOutputs

Outputs = npt.NDArray[np.floating[Any]]


def class_task(
    classes: int,
    meaning: Meaning = "probabilities",
    threshold: float | None = None,
    dtype: Any = "float64",
) -> ClassTask:
    names = tuple(f"class {number}" for number in range(classes))
    return ClassTask(ClassRule(names, meaning), dtype, threshold)


def evaluated(
    task: Task,
    outputs: Any,
    targets: Any,
    cuts: Sequence[int] = (),
    kept: Sequence[Sequence[str]] = (),
    by: int | None = None,
) -> Result:
    """Evaluate outputs (samples, neurons) and targets (samples,) or (samples, columns)."""
    rows = np.asarray(outputs, getattr(task, "dtype", "float64"))
    kind = np.float64 if isinstance(task, NumberTask) else np.intp
    columns = np.asarray(targets, kind).reshape(len(rows), -1)
    group = None if by is None else GroupColumn(by, "group", Place("data.csv", 1))
    evaluation = Evaluation(task, group)
    edges = sorted({0, *(min(cut, len(rows)) for cut in cuts), len(rows)})
    units = []
    for start, end in pairwise(edges):
        texts = [column[start:end] for column in kept]
        values, wanted = list(rows[start:end].T), list(columns[start:end].T)
        units.append(UnitOutputs(start + 1, texts, values, targets=wanted))
    # as threads would: the last is prepared before the first is taken
    prepared = [evaluation.prepare(unit) for unit in reversed(units)]
    for one in reversed(prepared):
        evaluation.take(one)
    evaluation.finish()
    return evaluation.finished()


def classes_of(figures: Figures) -> ClassFigures:
    assert isinstance(figures, ClassFigures)
    return figures


def labels_of(figures: Figures) -> LabelFigures:
    assert isinstance(figures, LabelFigures)
    return figures


def numbers_of(figures: Figures) -> NumberFigures:
    assert isinstance(figures, NumberFigures)
    return figures


def shares(random: np.random.RandomState, samples: int, classes: int, digits: int) -> Outputs:
    """Return random probabilities (samples, classes); few digits make ties."""
    raw = np.round(random.random_sample((samples, classes)), digits) + 10.0**-digits
    found: Outputs = raw / raw.sum(axis=1, keepdims=True)
    return found
