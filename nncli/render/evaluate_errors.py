"""The samples of greatest loss as CSV."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from nncli.evaluation.evaluated import Evaluated
from nncli.evaluation.tasks import NumberTask
from nncli.results.csv import CsvSink
from nncli.results.listeners import ResultColumns, UnitOutputs


def error_columns(names: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return what the columns of targets and of predictions are called.

    names: of the outputs that have a target each.

    >>> error_columns(["y"]), error_columns(["a", "b"])
    ((('target',), ('prediction',)), (('target_a', 'target_b'), ('prediction_a', 'prediction_b')))
    """
    if len(names) == 1:
        return ("target",), ("prediction",)
    return tuple(f"target_{name}" for name in names), tuple(f"prediction_{name}" for name in names)


def errors_csv(evaluated: Evaluated) -> Iterator[bytes]:
    """Yield the samples of greatest loss: row, carried columns, target, prediction, loss."""
    greatest, task = evaluated.result.greatest, evaluated.task
    names = evaluated.outputs_with_targets
    target_names, prediction_names = error_columns(names)
    targets = _columns([one.targets for one in greatest], len(target_names))
    predictions = _columns([one.predictions for one in greatest], len(target_names))
    texts = [[str(one.row) for one in greatest]]
    texts += _columns([one.kept for one in greatest], len(evaluated.kept))
    losses = np.array([one.loss for one in greatest])
    own = (*target_names, *prediction_names)
    if isinstance(task, NumberTask):
        numbers = [np.array(column, np.float64) for column in targets]
        numbers += [np.array(column, evaluated.spec.dtype) for column in predictions]
        columns = ResultColumns(("row", *evaluated.kept), (*own, "loss"), "float64")
    else:
        numbers, texts = [], [*texts, *targets, *predictions]
        columns = ResultColumns(("row", *evaluated.kept, *own), ("loss",), "float64")
    stream = io.BytesIO()
    sink = CsvSink(stream, columns)
    if greatest:
        sink.take(sink.prepare(UnitOutputs(1, texts, [*numbers, losses])))
    sink.finish()
    yield stream.getvalue()


def _columns(rows: Sequence[Sequence[Any]], count: int) -> list[list[Any]]:
    return [[row[index] for row in rows] for index in range(count)]
