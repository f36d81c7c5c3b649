"""The samples of greatest loss, found as samples come."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nncli.data.rows import texts_at
from nncli.evaluation.exact_sums import Floats
from nncli.evaluation.figures import GreatLoss
from nncli.evaluation.tasks import NumberTask, Task
from nncli.results.listeners import UnitOutputs

# So many are listed.
MOST_GREATEST = 1000


def positions_of_greatest(
    losses: Floats, floor: float, most: int = MOST_GREATEST
) -> npt.NDArray[np.intp]:
    """Return where the greatest losses stand that are above a floor, the greatest first.

    losses: (samples,).  NaN is the greatest of all; of equal ones the first comes first.
    """
    found = np.flatnonzero(~(losses <= floor))
    sizes = -np.where(np.isnan(losses[found]), math.inf, losses[found])
    if len(found) > most:
        near = np.flatnonzero(sizes <= np.partition(sizes, most - 1)[most - 1])
        found, sizes = found[near], sizes[near]
    return found[np.argsort(sizes, kind="stable")][:most]


def great_losses(
    task: Task,
    outputs: UnitOutputs,
    losses: Floats,
    predicted: Sequence[npt.NDArray[np.intp]],
    floor: float,
) -> list[GreatLoss]:
    """Return the samples of a unit with the greatest losses above a floor, the greatest first.

    predicted: for each target column the predicted classes (samples,), -1 for none; for numbers,
    which the outputs are themselves, nothing.
    """
    positions = positions_of_greatest(losses, floor)
    kept = [texts_at(texts, positions) for texts in outputs.kept]
    columns = _Columns.of(task, outputs, predicted, positions)
    return [
        GreatLoss(
            row=outputs.first + int(position),
            kept=tuple(texts[index] for texts in kept),
            targets=tuple(values[index] for values in columns.targets),
            predictions=tuple(values[index] for values in columns.predictions),
            loss=float(losses[position]),
        )
        for index, position in enumerate(positions)
    ]


@dataclass(frozen=True)
class _Columns:
    """What was to be said of some samples, and what was said, column by column."""

    targets: list[list[str]] | list[list[float]]
    predictions: list[list[str]] | list[list[float]]

    @classmethod
    def of(
        cls,
        task: Task,
        outputs: UnitOutputs,
        predicted: Sequence[npt.NDArray[np.intp]],
        positions: npt.NDArray[np.intp],
    ) -> _Columns:
        targets = [column[positions].tolist() for column in outputs.targets]
        if isinstance(task, NumberTask):
            return cls(targets, [row[positions].tolist() for row in outputs.values])
        # a label is there or not
        names = (*(task.names if len(outputs.targets) == 1 else ("0", "1")), "")
        found = [column[positions].tolist() for column in predicted]
        return cls(
            [[names[number] for number in column] for column in targets],
            [[names[number] for number in column] for column in found],
        )


class Greatest:
    """The greatest losses of all samples so far."""

    def __init__(self, most: int = MOST_GREATEST) -> None:
        """Begin without samples.  most: how many are held."""
        self._most = most
        self._found: list[GreatLoss] = []
        # What a later sample must exceed: it only rises, so to see it late does no harm.
        self.floor = -math.inf

    def take(self, found: list[GreatLoss]) -> None:
        """Take in those of samples that follow all others, the greatest first."""
        if not found:
            return
        # sorting is stable: of equal losses the first row stays first
        both = sorted([*self._found, *found], key=lambda one: -_size(one.loss))
        self._found = both[: self._most]
        if len(self._found) == self._most:
            self.floor = _size(self._found[-1].loss)

    def all(self) -> tuple[GreatLoss, ...]:
        """Return them, the greatest first."""
        return tuple(self._found)


def _size(loss: float) -> float:
    return math.inf if math.isnan(loss) else loss
