"""Samples that are shown with everything that each layer made of them."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nncli.network.activations import Array
from nncli.network.dense import LayerResult, LayerValues
from nncli.network.network import Network
from nncli.network.prediction import ClassRule, Prediction, predict
from nncli.network.scaling import scales_inputs, scales_outputs
from nncli.pipeline.units import BLOCK_SAMPLES

Positions = npt.NDArray[np.intp]


@dataclass(frozen=True)
class SamplesToShow:
    """Which samples of a stream are shown."""

    head: int | None = None  # how many of the first ones; None: all samples
    tail: int = 0  # how many of the last ones
    others: tuple[int, ...] = ()  # the numbers of some more; not together with a tail

    def positions(self, first: int, samples: int) -> Positions:
        """Return which samples of a unit may be shown, as positions from 0.

        first: the number of the unit's first sample, from 1; samples: how many it has.
        """
        if self.head is None:
            return np.arange(samples)
        head = max(0, min(samples, self.head + 1 - first))
        tail = max(head, samples - self.tail)
        others = [n - first for n in sorted(self.others) if head <= n - first < samples]
        return np.concatenate([np.arange(head), np.arange(tail, samples), *[others] * bool(others)])


ALL_SAMPLES = SamplesToShow()


@dataclass(frozen=True, eq=False)
class ShownSamples:
    """The samples of a run that are shown, and what was made of them."""

    numbers: tuple[int, ...]  # of the samples, from 1
    kept: dict[str, tuple[str, ...]]  # carried column → a text for each sample
    sample_names: tuple[str, ...] | None  # None if samples have no names
    layers: tuple[LayerResult, ...]  # arrays (samples shown, neurons); empty without samples
    batch: Array  # (samples shown, features), as it was read
    inputs: Array | None  # the same, scaled, if they are
    outputs: Array  # (samples shown, neurons), of the network
    prediction: Prediction | None  # of the samples shown, if it is wanted


@dataclass(frozen=True, eq=False)
class ShownPart:
    """Consecutive samples of a unit that may be shown, or those of its beginning and its end."""

    numbers: Positions  # of the samples, from 1
    kept: tuple[list[str], ...]  # for each carried column a text for each sample
    batch: Array  # (samples, features), as it was read
    steps: tuple[LayerValues, ...]  # inputs if scaled, layers, outputs if scaled; (samples, …)

    def cut(self, start: int, end: int) -> ShownPart:
        """Return the samples of some positions."""
        return ShownPart(
            self.numbers[start:end],
            tuple(texts[start:end] for texts in self.kept),
            self.batch[start:end],
            tuple(values.map(lambda array: array[start:end]) for values in self.steps),
        )


class ShownSoFar:
    """The first and the last samples of a stream, as far as it was run."""

    def __init__(self, to_show: SamplesToShow) -> None:
        self._to_show = to_show
        self._head: list[ShownPart] = []
        self._tail: deque[ShownPart] = deque()

    def add(self, part: ShownPart, samples: int) -> None:
        """Take in what may be shown of the next unit.  samples: how many were run, with it."""
        to_show = self._to_show
        last_of_head = math.inf if to_show.head is None or not to_show.tail else to_show.head
        head = int(np.count_nonzero(part.numbers <= last_of_head))
        if head:
            self._head.append(part.cut(0, head))
        if head < len(part.numbers):
            self._tail.append(part.cut(head, len(part.numbers)))
            self._forget(samples - to_show.tail)

    def _forget(self, last: int) -> None:
        """Drop the samples up to this number from the tail."""
        while self._tail and self._tail[0].numbers[-1] <= last:
            self._tail.popleft()
        if self._tail:
            oldest = self._tail.popleft()
            start = int(np.count_nonzero(oldest.numbers <= last))
            self._tail.appendleft(oldest.cut(start, len(oldest.numbers)))

    def samples(
        self,
        network: Network,
        kept_names: Sequence[str],
        sample_names: Sequence[str] | None,
        rule: ClassRule | None = None,
    ) -> ShownSamples:
        """Return them, once all were run.

        sample_names: of all samples; rule: how outputs tell classes, if these are wanted.
        """
        parts = [*self._head, *self._tail]
        numbers = tuple(int(number) for part in parts for number in part.numbers)
        kept = {
            name: tuple(text for part in parts for text in part.kept[index])
            for index, name in enumerate(kept_names)
        }
        names = None if sample_names is None else tuple(sample_names[n - 1] for n in numbers)
        steps = joined_steps([part.steps for part in parts])
        if not steps:
            empty = np.empty((0, 0))
            return ShownSamples(numbers, kept, names, (), empty, None, empty, None)
        batch = np.concatenate([part.batch for part in parts])
        inputs = steps.pop(0).a if scales_inputs(network.spec) else None
        outputs = steps.pop().a if scales_outputs(network.spec) else steps[-1].a
        results = tuple(
            LayerResult(number, layer.name, *values)
            for number, (layer, values) in enumerate(
                zip(network.layers, steps, strict=True), start=1
            )
        )
        prediction = None if rule is None else in_blocks(outputs.T, rule)
        return ShownSamples(numbers, kept, names, results, batch, inputs, outputs, prediction)


def in_blocks(outputs: Array, rule: ClassRule) -> Prediction:
    """Return predictions, computed in whole blocks.  outputs: (neurons, samples)."""
    # a function may round the last few of some numbers in another way
    samples = outputs.shape[1]
    padding = -samples % BLOCK_SAMPLES
    found = predict(np.pad(outputs, ((0, 0), (0, padding))), rule)
    return Prediction(found.classes[:samples], found.probabilities[:samples])


def joined_steps(parts: Sequence[Sequence[LayerValues]]) -> list[LayerValues]:
    """Return each step's values for all samples.  parts: for some of them, every step's."""
    return [_joined(step) for step in zip(*parts, strict=True)]


def _joined(parts: Sequence[LayerValues]) -> LayerValues:
    z = np.concatenate([values.z for values in parts])
    one_array = all(values.a is values.z for values in parts)
    return LayerValues(z, z if one_array else np.concatenate([values.a for values in parts]))
