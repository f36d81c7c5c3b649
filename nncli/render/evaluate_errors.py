"""The samples of greatest loss as CSV."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from nncli.evaluation.evaluated import Evaluated, error_columns
from nncli.evaluation.tasks import NumberTask
from nncli.results.csv import CsvSink
from nncli.results.listeners import ResultColumns, UnitOutputs


def errors_csv(evaluated: Evaluated) -> Iterator[bytes]:
    """Yield the samples of greatest loss: row, carried columns, target, prediction, loss.

    evaluated: with targets; else a ValueError is raised.
    """
    task, result = evaluated.task, evaluated.result
    if task is None or result is None:
        raise ValueError("without targets there are no losses")
    greatest = result.greatest
    first, *own, last = error_columns(task)
    targets = _columns([one.targets for one in greatest], len(own) // 2)
    predictions = _columns([one.predictions for one in greatest], len(own) // 2)
    texts = [[str(one.row) for one in greatest]]
    texts += _columns([one.kept for one in greatest], len(evaluated.kept))
    losses = np.array([one.loss for one in greatest])
    if isinstance(task, NumberTask):
        numbers = [np.array(column, np.float64) for column in targets]
        numbers += [np.array(column, evaluated.spec.dtype) for column in predictions]
        columns = ResultColumns((first, *evaluated.kept), (*own, last), "float64")
    else:
        numbers, texts = [], [*texts, *targets, *predictions]
        columns = ResultColumns((first, *evaluated.kept, *own), (last,), "float64")
    stream = io.BytesIO()
    sink = CsvSink(stream, columns)
    if greatest:
        sink.take(sink.prepare(UnitOutputs(1, texts, [*numbers, losses])))
    sink.finish()
    yield stream.getvalue()


def _columns(rows: Sequence[Sequence[Any]], count: int) -> list[list[Any]]:
    return [[row[index] for row in rows] for index in range(count)]
