"""The figures of an evaluation by their names, and the bounds that are asked of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import TypeAlias

from nncli.evaluation.figures import ClassFigures, Figures, LabelFigures, NumberFigures
from nncli.evaluation.metric_names import RISING
from nncli.evaluation.tasks import LabelTask, NumberTask, Task
from nncli.problems import Problem

# Of several targets, a list with one for each.
Metrics: TypeAlias = dict[str, float | list[float]]


def metrics_of(figures: Figures) -> Metrics:
    """Return the figures that apply, by their names."""
    if isinstance(figures, ClassFigures):
        return {**_of_classes(figures)}
    if isinstance(figures, LabelFigures):
        return _of_labels(figures)
    outputs = [asdict(one) for one in figures.outputs]
    if len(outputs) == 1:
        return outputs[0]
    return {name: [output[name] for output in outputs] for name in outputs[0]}


def means_of(figures: Figures) -> dict[str, float]:
    """Return the means over several targets; nothing of one."""
    if isinstance(figures, LabelFigures):
        return {"log_loss": figures.log_loss}
    if isinstance(figures, NumberFigures) and len(figures.outputs) > 1:
        return asdict(figures.mean)
    return {}


def _of_classes(figures: ClassFigures) -> dict[str, float]:
    found = {
        name: getattr(figures, name)
        for name in ("accuracy", "balanced_accuracy", "log_loss", "macro_f1")
    }
    found |= {name: getattr(figures, name) for name in ("macro_precision", "macro_recall")}
    found |= {f"top_{k}_accuracy": share for k, share in figures.top}
    if figures.ranking is not None and figures.brier is not None:
        ranking = figures.ranking
        found |= {"roc_auc": ranking.roc_auc, "average_precision": ranking.average_precision}
        found |= {"brier": figures.brier}
        if ranking.bins is not None:
            found["roc_auc_bound"] = ranking.roc_auc_bound
            found["average_precision_bound"] = ranking.average_precision_bound
    return found


def _of_labels(figures: LabelFigures) -> Metrics:
    """Return a list for each figure of the labels; the means over labels stand by themselves."""
    each = [_of_classes(label) for label in figures.labels]
    found: Metrics = {
        name: [label[name] for label in each]
        for name in each[0]
        if not name.startswith("macro") and all(name in label for label in each)
    }
    found["subset_accuracy"] = figures.accuracy
    for name in ("macro_f1", "macro_precision", "macro_recall"):
        found[name] = getattr(figures, name)
    return found


def missed_bounds(figures: Figures, bounds: Sequence[tuple[str, float]]) -> list[Problem]:
    """Return a problem for each figure that is below its bound, or not defined.

    bounds: names of figures that apply, and the least that is asked; of several targets each is.
    """
    metrics, found = metrics_of(figures), []
    for name, least in bounds:
        values = metrics[name]
        lowest = _lowest(values if isinstance(values, list) else [values])
        if lowest >= least:
            continue
        which = "the lowest " if isinstance(values, list) else ""
        if math.isnan(lowest):
            message = f"{which}{name} is not defined on these samples: {least:g} was asked for"
        else:
            message = f"{which}{name} is {lowest!r}, below {least:g}"
        found.append(Problem("N606", message))
    return found


def _lowest(values: Sequence[float]) -> float:
    """Return the least of some values; NaN if any is."""
    return math.nan if any(map(math.isnan, values)) else min(values)


def rising_names(task: Task) -> tuple[str, ...]:
    """Return the names of the figures of a task that are the better, the larger they are."""
    if isinstance(task, NumberTask):
        return ("r2",)
    of_two = isinstance(task, LabelTask) or len(task.names) == 2
    left_out = {"r2"} if of_two else {"r2", "roc_auc", "average_precision"}
    return tuple(name for name in RISING if name not in left_out)
