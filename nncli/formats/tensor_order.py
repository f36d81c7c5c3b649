"""In which order matrices become layers: each must take what the one before it gives.

Safetensors files keep no order.  The matrices are the edges of a graph whose nodes are widths; an
order that fits is a path along all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from nncli.specs.model import Layout

# (inputs, neurons)
Shape = tuple[int, int]

# Hostile widths have more orders than anyone can try; those of networks are found by then.
_MAX_TRIES = 200_000


class Way(NamedTuple):
    """How a layer takes a matrix."""

    layout: Layout | None  # that the spec writes
    within_weights: bool  # whether one of its inputs holds the biases


@dataclass(frozen=True)
class Slot:
    """A layer that waits for its weights."""

    inputs: int | None  # what it must take, if that is known
    neurons: int | None  # what it must give, if that is known
    is_joined: bool  # whether the layer before it waits as well, whose neurons it takes
    way: Way

    def takes(self, shape: Shape, before: int | None) -> bool:
        """Whether it takes a matrix.  before: the neurons of the layer before, if it waits, too."""
        inputs, neurons = shape
        wanted = (self.inputs, before if self.is_joined else None)
        return all(width in (None, inputs) for width in wanted) and self.neurons in (None, neurons)


@dataclass(frozen=True)
class Matrices:
    """The matrices that there are, as they would stand in a layer of each way."""

    shapes: Mapping[Way, Sequence[Shape]]

    def fit(self, slots: Sequence[Slot], order: Sequence[int]) -> bool:
        """Whether they fit in an order: the positions of those for the slots, first to last."""
        before: int | None = None
        for slot, matrix in zip(slots, order, strict=True):
            shape = self.shapes[slot.way][matrix]
            if not slot.takes(shape, before):
                return False
            before = shape[1]
        return True

    def orders(self, slots: Sequence[Slot], follows: Sequence[int | None]) -> list[tuple[int, ...]]:
        """Return the only order in which all of them fit, or two of several, or none.

        follows: for each matrix the one that it must stand behind, if there is one.
        There are as many as slots.  None also if too many orders would have to be tried.
        """
        found: list[tuple[int, ...]] = []
        chosen: list[int] = []
        used: set[int | None] = {None}
        by_inputs = {way: _by_inputs(shapes) for way, shapes in self.shapes.items()}
        waiting = [self._candidates(slots[0], by_inputs, None)]
        tries = 0
        while waiting and len(found) < 2:
            tries += 1
            if tries > _MAX_TRIES:
                return []
            matrix = next(waiting[-1], None)
            if matrix is None:
                waiting.pop()
                used.difference_update(chosen[-1:])
                del chosen[-1:]
            elif matrix == _UNFIT or matrix in used or follows[matrix] not in used:
                continue
            elif len(chosen) + 1 == len(slots):
                found.append((*chosen, matrix))
            else:
                before = self.shapes[slots[len(chosen)].way][matrix][1]
                chosen.append(matrix)
                used.add(matrix)
                waiting.append(self._candidates(slots[len(chosen)], by_inputs, before))
        return found

    def _candidates(
        self, slot: Slot, by_inputs: Mapping[Way, Mapping[int, Sequence[int]]], before: int | None
    ) -> Iterator[int]:
        """Yield the matrices that a slot takes, and a sign for each that was tried in vain."""
        shapes = self.shapes[slot.way]
        width = before if slot.is_joined else slot.inputs
        likely = range(len(shapes)) if width is None else by_inputs[slot.way].get(width, ())
        for matrix in likely:
            yield matrix if slot.takes(shapes[matrix], before) else _UNFIT


_UNFIT = -1


def _by_inputs(shapes: Sequence[Shape]) -> dict[int, list[int]]:
    """Return the matrices by the inputs that they take."""
    found: dict[int, list[int]] = {}
    for matrix, (inputs, _) in enumerate(shapes):
        found.setdefault(inputs, []).append(matrix)
    return found
