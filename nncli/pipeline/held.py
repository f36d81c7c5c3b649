"""Samples of which everything is kept, to be shown: the first and the last of a stream."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nncli.data.rows import Texts, texts_at
from nncli.network.activations import Array
from nncli.network.dense import LayerResult
from nncli.network.network import Network
from nncli.pipeline.units import BLOCK_SAMPLES


@dataclass(frozen=True, eq=False)
class Held:
    """Samples of which everything is kept.

    numbers: theirs, from 1; kept: name → a text for each; sample_names: if they have some;
    layers: what each made of them, arrays (samples held, neurons).
    """

    numbers: tuple[int, ...]
    kept: dict[str, tuple[str, ...]]
    sample_names: tuple[str, ...] | None
    layers: tuple[LayerResult, ...]


@dataclass(frozen=True)
class Wish:
    """Of how many first and last samples to hold every layer's values; head None: of all."""

    head: int | None = None
    tail: int = 0

    def positions(self, first: int, samples: int) -> Any:
        """Return the positions, among so many samples, of those that may be held.

        first: the number of the first, from 1.
        """
        if self.head is None:
            return np.arange(samples)
        head = max(0, min(samples, self.head + 1 - first))
        tail = max(head, samples - self.tail)
        return np.r_[0:head, tail:samples]


def samples_of(z: Array, a: Array, positions: Any) -> tuple[Array, Array]:
    """Return some samples of what a layer made of blocks; one array stays one.

    z, a: (blocks, neurons, samples of a block); positions: in all of them → (samples, neurons).
    """
    groups, within = np.divmod(positions, BLOCK_SAMPLES)
    part = z[groups, :, within]  # (samples, neurons)
    return part, (part if a is z else a[groups, :, within])


def joined_values(parts: Sequence[tuple[Array, Array]]) -> tuple[Array, Array]:
    """Return a layer's values for all of some samples, one after the other."""
    z = np.concatenate([part[0] for part in parts])
    same = all(part[0] is part[1] for part in parts)
    return z, (z if same else np.concatenate([part[1] for part in parts]))


EVERYTHING = Wish()


@dataclass
class _HeldPart:
    """Some of the samples of a unit that are held."""

    numbers: Any
    kept: list[list[str]]
    values: list[tuple[Array, Array]]

    def cut(self, start: int, end: int) -> _HeldPart:
        values = [
            (z[start:end], z[start:end]) if z is a else (z[start:end], a[start:end])
            for z, a in self.values
        ]
        return _HeldPart(self.numbers[start:end], [k[start:end] for k in self.kept], values)


@dataclass
class Holder:
    """Keeps the first and the last samples of a stream, as many as are wished."""

    kept_names: tuple[str, ...]
    wish: Wish
    samples: int = 0
    _head: list[_HeldPart] = field(default_factory=list)
    _tail: deque[_HeldPart] = field(default_factory=deque)

    def add(self, samples: int, kept: Sequence[Texts], values: list[tuple[Array, Array]]) -> None:
        """Take the next so many samples in.

        kept: all their texts, for each carried column; values: of those that may be held, what each
        layer made, z and a of (samples, neurons).
        """
        first = self.samples + 1
        positions = self.wish.positions(first, samples)
        self.samples += samples
        if not positions.size:
            return
        texts = [texts_at(column, positions) for column in kept]
        part = _HeldPart(positions + first, texts, values)
        last_of_head = self.wish.head if self.wish.head is not None else math.inf
        head = int(np.count_nonzero(part.numbers <= last_of_head))
        if head:
            self._head.append(part.cut(0, head))
        if head < len(part.numbers):
            self._tail.append(part.cut(head, len(part.numbers)))
            self._forget(self.samples - self.wish.tail)

    def _forget(self, last: int) -> None:
        """Drop the samples up to a number from the tail."""
        while self._tail and self._tail[0].numbers[-1] <= last:
            self._tail.popleft()
        if self._tail:
            oldest = self._tail.popleft()
            start = int(np.count_nonzero(oldest.numbers <= last))
            self._tail.appendleft(oldest.cut(start, len(oldest.numbers)))

    def held(self, network: Network, names: tuple[str, ...] | None) -> Held:
        """Return the samples that are held."""
        parts = [*self._head, *self._tail]
        numbers = tuple(int(n) for part in parts for n in part.numbers)
        kept = {
            name: tuple(text for part in parts for text in part.kept[index])
            for index, name in enumerate(self.kept_names)
        }
        held_names = None if names is None else tuple(names[n - 1] for n in numbers)
        joined = [
            joined_values(layer) for layer in zip(*(part.values for part in parts), strict=True)
        ]
        layers = tuple(
            LayerResult(number, layer.name, z, a)
            for number, (layer, (z, a)) in enumerate(
                zip(network.layers, joined, strict=False), start=1
            )
        )
        return Held(numbers, kept, held_names, layers)
