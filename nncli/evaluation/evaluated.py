"""An evaluation that is over: of which network on which data, and what came of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from nncli.evaluation.against import Comparison
from nncli.evaluation.figures import ClassFigures, LabelFigures, Result
from nncli.evaluation.spread import LossSpread
from nncli.evaluation.tasks import ClassTask, NumberTask, Task
from nncli.problems import Note
from nncli.specs.model import NetworkSpec
from nncli.words import count_of


@dataclass(frozen=True)
class Beside:
    """Another network that ran on the same samples, and how far both are apart."""

    spec: NetworkSpec
    names: tuple[str, str]  # of both networks, as they were named
    comparison: Comparison


@dataclass(frozen=True, eq=False)
class Evaluated:
    """What an evaluation was of, and what came of it."""

    spec: NetworkSpec
    task: Task | None  # None: no targets were named
    sources: tuple[str, ...]  # paths, or - for standard input
    targets: tuple[str, ...]  # the target columns, as they were named
    kept: tuple[str, ...]  # the names of the carried columns
    by: str | None  # the name of the column whose texts are groups
    result: Result | None  # None: likewise
    spread: LossSpread | None = None  # of the losses of batches, if it is wanted
    beside: Beside | None = None  # another network, if one is compared
    notes: tuple[Note, ...] = ()

    @property
    def threshold(self) -> float | None:
        """What a probability must be above, to be that of the second class or of a label."""
        task = self.task
        if task is None or isinstance(task, NumberTask):
            return None
        if isinstance(task, ClassTask) and task.threshold is None:
            return task.rule.threshold if task.rule.meaning == "second" else None
        return task.threshold


def error_columns(task: Task) -> tuple[str, ...]:
    """Return what the list of errors calls its columns, beside those that are carried along."""
    if isinstance(task, ClassTask) or len(task.names) == 1:
        return ("row", "target", "prediction", "loss")
    both = (f"{what}_{name}" for what in ("target", "prediction") for name in task.names)
    return ("row", *both, "loss")


def evaluation_notes(task: Task | None, result: Result | None) -> tuple[Note, ...]:
    """Return what there is to remark on how classes are told, and on figures that are not exact."""
    figures = result.figures if result is not None else None
    if isinstance(figures, LabelFigures):
        return _label_notes(figures)
    if not isinstance(task, ClassTask) or not isinstance(figures, ClassFigures):
        return ()
    return (*task.rule.notes(figures.unclassified), *_rank_notes([figures]))


def _label_notes(figures: LabelFigures) -> tuple[Note, ...]:
    notes = _rank_notes(figures.labels)
    if not figures.unclassified:
        return notes
    verb = "has" if figures.unclassified == 1 else "have"
    message = f"{count_of(figures.unclassified, 'sample')} {verb} an output of NaN"
    return (Note("no_class", f"{message}, hence not all labels"), *notes)


def _rank_notes(figures: Sequence[ClassFigures]) -> tuple[Note, ...]:
    """Return how far the ranks of scores may be off, at most, if they are not exact."""
    binned = [one.ranking for one in figures if one.ranking is not None and one.ranking.bins]
    if not binned:
        return ()
    bins = min(ranking.bins or 0 for ranking in binned)
    # where a class has no samples there is neither a ROC AUC nor a bound
    roc_auc = max((r.roc_auc_bound for r in binned if not math.isnan(r.roc_auc_bound)), default=0)
    precision = max(ranking.average_precision_bound for ranking in binned)
    message = (
        f"there are too many scores to rank each: they were put into {bins:,} bins, and the ROC "
        f"AUC is off by at most {roc_auc:.2g}, the average precision by {precision:.2g}"
    )
    return (Note("binned_scores", message),)
