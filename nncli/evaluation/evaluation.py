"""The evaluation of a run: a listener that holds a network's outputs against their targets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nncli.data.csv.numbers import is_number
from nncli.data.rows import Texts, coded_texts
from nncli.errors import DataError
from nncli.evaluation.figures import GreatLoss, GroupFigures, Result
from nncli.evaluation.greatest import Greatest, great_losses
from nncli.evaluation.judged import Judged, JudgedClasses, JudgedLabels, judge, part_of
from nncli.evaluation.ranking import limit_scores, settle_scores
from nncli.evaluation.tallies import Tally, tally_of
from nncli.evaluation.tasks import Task
from nncli.problems import Place, Problem
from nncli.results.listeners import UnitOutputs
from nncli.words import quoted

MOST_GROUPS = 1000
# Of more classes no table is counted: it would fill the memory, and nobody reads it.
_MOST_IN_TABLE = 1000
_MOST_IN_TABLES = 64  # of each group


@dataclass(frozen=True)
class GroupColumn:
    """A carried column whose texts divide the samples into groups."""

    index: int  # among the carried columns, from 0
    name: str
    place: Place  # of the header


@dataclass(frozen=True, eq=False)
class _Prepared:
    """What is to be taken of a unit."""

    whole: Tally
    groups: dict[str, Tally]  # by text; more than may be: they were not looked at
    greatest: list[GreatLoss]


class Evaluation:
    """A listener that finds out how good a network is, in bounded memory.

    Figures are the same bits however many threads there are and however large the units; in another
    order of the samples, too, if their outputs are.
    """

    layer = None  # the network's own outputs

    def __init__(self, task: Task, by: GroupColumn | None = None) -> None:
        """Begin without samples.  by: what divides them into groups, for figures of each."""
        self._task = task
        self._by = by
        self._whole = self._tally()
        self._groups: dict[str, Tally] = {}
        self._greatest = Greatest()

    def prepare(self, outputs: UnitOutputs) -> _Prepared:
        """Return what a unit adds up to.  outputs: with their targets."""
        judged = judge(self._task, outputs.values, outputs.targets)
        whole = self._tally()
        whole.add(judged)
        groups = {} if self._by is None else self._grouped(judged, outputs.kept[self._by.index])
        floor = self._greatest.floor
        greatest = great_losses(self._task, outputs, judged.losses, _predicted(judged), floor)
        return _Prepared(whole, groups, greatest)

    def take(self, prepared: _Prepared) -> None:
        """Take the next unit.  Raises DataError if there are too many groups."""
        self._whole.merge(prepared.whole)
        for text, tally in prepared.groups.items():
            if text in self._groups:
                self._groups[text].merge(tally)
            else:
                self._groups[text] = tally
        if len(self._groups) > MOST_GROUPS and self._by is not None:
            raise _too_many_groups(self._by)
        self._greatest.take(prepared.greatest)
        limit_scores([ranking for tally in self._tallies() for ranking in tally.rankings])

    def finish(self) -> None:
        """See to what is left when all units were taken."""
        settle_scores([ranking for tally in self._tallies() for ranking in tally.rankings])

    def finished(self) -> Result:
        """Return what came of it, once it is finished."""
        groups = tuple(
            GroupFigures(text, self._groups[text].figures()) for text in _in_order(self._groups)
        )
        return Result(self._whole.figures(), self._greatest.all(), groups)

    def _tally(self, most: int = _MOST_IN_TABLE) -> Tally:
        return tally_of(self._task, with_table=len(self._task.names) <= most)

    def _tallies(self) -> list[Tally]:
        return [self._whole, *self._groups.values()]

    def _grouped(self, judged: Judged, texts: Texts) -> dict[str, Tally]:
        """Return what the samples of each group add up to."""
        codes, names = coded_texts(texts)
        if len(names) > MOST_GROUPS:
            return {name: self._tally(0) for name in names[: MOST_GROUPS + 1]}
        order = np.argsort(codes, kind="stable")
        in_order = part_of(judged, order)
        ends = np.cumsum(np.bincount(codes, minlength=len(names))).tolist()
        groups: dict[str, Tally] = {}
        for name, start, end in zip(names, [0, *ends], ends, strict=False):
            groups[name] = self._tally(_MOST_IN_TABLES)
            groups[name].add(part_of(in_order, slice(start, end)))
        return groups


def _predicted(judged: Judged) -> Sequence[npt.NDArray[np.intp]]:
    """Return the predicted classes of each target column; none for numbers."""
    if isinstance(judged, JudgedClasses):
        return [judged.predicted]
    if isinstance(judged, JudgedLabels):
        return [label.predicted for label in judged.labels]
    return []


def _too_many_groups(by: GroupColumn) -> DataError:
    message = f"--by: the column {quoted(by.name)} divides the samples into more than "
    hint = "group by a column with fewer different texts"
    return DataError(Problem("N412", f"{message}{MOST_GROUPS:,} groups", by.place, (hint,)))


def _in_order(texts: dict[str, Tally]) -> list[str]:
    """Return the names of groups in their order: by number if all are numbers, else by text."""
    if not all(map(is_number, texts)):
        return sorted(texts)
    # NaN is neither before a number nor behind it
    numbers = {text: float(text) for text in texts}
    return sorted(texts, key=lambda t: (math.inf if numbers[t] != numbers[t] else numbers[t], t))
