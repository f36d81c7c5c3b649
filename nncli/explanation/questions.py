"""Which sums a worksheet asks for: drawn by a seed, spread over the layers."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from nncli.errors import UsageError
from nncli.explanation.arithmetic import OF_ALL
from nncli.explanation.explanation import MAX_DRAWN
from nncli.explanation.steps import Explanation, NeuronStep, Question
from nncli.specs.model import NetworkSpec
from nncli.words import count_of

# What these make of a neuron depends on the others: a row is asked for as a whole, or not at all.


class Place(NamedTuple):
    """Where a sum stands."""

    layer: int
    sample: int
    neuron: int


# Sums that are asked for together, of one layer and sample.
_Unit = tuple[Place, ...]


def place_of(of: NeuronStep | Question) -> Place:
    """Return where a sum stands."""
    return Place(of.layer, of.sample, of.neuron)


def example_of(found: Explanation) -> Place:
    """Return the sum that a worksheet shows worked out: the first one."""
    return place_of(next(step for step in found.steps if isinstance(step, NeuronStep)))


def refuse_large_layers(spec: NetworkSpec, layers: Sequence[int]) -> None:
    """Raise UsageError if a worksheet has no room for the matrices of some layers."""
    sizes = spec.layer_sizes
    fitting = [n for n in range(1, len(sizes)) if max(sizes[n - 1 : n + 1]) <= MAX_DRAWN]
    large = next((layer for layer in layers if layer not in fitting), None)
    if large is None:
        return
    inputs, neurons = sizes[large - 1], sizes[large]
    has = f"{count_of(inputs, 'input')} and {count_of(neurons, 'neuron')}"
    message = f"--blanks: layer {large} has {has}, a worksheet takes up to {MAX_DRAWN} of each"
    options = ",".join(map(str, fitting))
    help_line = f"leave it out: --layer {options}" if fitting else "no layer of this network fits"
    raise UsageError(message, help_line, code="N703")


def drawn_places(found: Explanation, wanted: int | Literal["all"], seed: int) -> tuple[Place, ...]:
    """Return the sums to ask for, in the order of the worksheet.

    found: all sums of the layers and samples that may be asked for; wanted: how many, or all but
    the worked example.  Raises UsageError if there are not so many.
    """
    units = _units(found)
    if wanted == "all" and units:
        return tuple(sorted(place for unit in units for place in unit))
    _refuse_impossible(wanted, units)
    generator = random.Random(seed)  # noqa: S311  # it keeps no secret
    shuffled = sorted(units, key=lambda _: generator.random())
    # the first way leaves more to chance
    ways = [_Draw(shuffled, int(wanted), rather_apart=each) for each in (False, True)]
    return tuple(sorted(min(ways, key=_Draw.flaws).taken))


def _units(found: Explanation) -> list[_Unit]:
    """Return what can be asked for: not the worked example, and nothing that is no number."""
    units: dict[tuple[int, ...], list[NeuronStep]] = {}
    for step in found.steps:
        if isinstance(step, NeuronStep):
            place = place_of(step)
            key = place[:2] if step.activation.kind in OF_ALL else place
            units.setdefault(key, []).append(step)
    example = example_of(found)
    return [
        tuple(map(place_of, steps))
        for steps in units.values()
        if example not in map(place_of, steps) and all(map(_is_number, steps))
    ]


def _is_number(step: NeuronStep) -> bool:
    return step.z.shown.value.is_finite and step.a.shown.value.is_finite


def _refuse_impossible(wanted: int | Literal["all"], units: Sequence[_Unit]) -> None:
    """Raise UsageError if no choice of some units has so many sums."""
    option, sizes = f"--blanks {wanted}", list(map(len, units))
    if not sizes:
        message = f"{option}: there is nothing to ask for beside the worked example"
        help_line = "more layers or samples would do: see --layer and --sample"
        raise UsageError(message, help_line, code="N703")
    most, count = sum(sizes), int(wanted)
    if count > most:
        message = f"{option}: there are {count_of(most, 'question')}"
        known, help_line = [str(most), "all"], "--blanks all asks for all of them"
        raise UsageError(message, help_line, code="N703", choices=known)
    possible = _sums(sizes)
    if possible >> count & 1:
        return
    near = [n for n in (*range(count - 1, 0, -1), *range(count, most + 1)) if possible >> n & 1]
    below, above = (n for n in near if n < count), (n for n in near if n > count)
    known = [str(n) for n in (next(below, None), next(above, None)) if n is not None]
    message = f"{option}: a softmax is asked for as a whole, with all its neurons"
    help_line = f"this would do: --blanks {' or '.join(known)}"
    raise UsageError(message, help_line, code="N703", choices=known)


def _sums(sizes: Iterable[int]) -> int:
    """Return all sums of some of the sizes, as the bits of a number."""
    sums = 1
    for size in sizes:
        sums |= sums << size
    return sums


class _Draw:
    """Takes units layer by layer in turn: the first of each by which not too many use an answer."""

    def __init__(self, units: Sequence[_Unit], wanted: int, *, rather_apart: bool) -> None:
        """Draw.  rather_apart: whether to take those first by which the fewest use an answer."""
        layers = sorted({unit[0].layer for unit in units})
        self._waiting = {n: [unit for unit in units if unit[0].layer == n] for n in layers}
        self._left, self._rather_apart = wanted, rather_apart
        self._asked: Counter[tuple[int, int]] = Counter()  # by layer and sample
        self.taken: list[Place] = []
        self._dependents = 0
        limit = self._most = wanted // 2
        while self._left:
            if not [layer for layer in layers if self._take(layer, limit)]:
                limit = wanted  # there are no others

    def flaws(self) -> tuple[bool, int]:
        """Return whether more than half use an answer, and how uneven the layers are asked for."""
        counts = Counter(place.layer for place in self.taken)
        uneven = max(counts.values()) - min(counts[layer] for layer in self._waiting)
        return self._dependents > self._most, uneven

    def _take(self, layer: int, limit: int) -> bool:
        """Take a unit of a layer, if one fits.  limit: how many may use an answer."""
        rooms = {size: self._leaves_a_way(size) for size in {len(u) for u in self._waiting[layer]}}
        fitting = [unit for unit in self._waiting[layer] if rooms[len(unit)]]
        if self._rather_apart:
            fitting.sort(key=self._new_dependents)
        room = limit - self._dependents
        unit = next((unit for unit in fitting if self._new_dependents(unit) <= room), None)
        if unit is None:
            return False
        self._dependents += self._new_dependents(unit)
        self._waiting[layer].remove(unit)
        self.taken += unit
        self._asked[layer, unit[0].sample] += len(unit)
        self._left -= len(unit)
        return True

    def _leaves_a_way(self, size: int) -> bool:
        """Whether the rest can still be reached once a unit of this size is taken."""
        if size > self._left:
            return False
        sizes = [len(unit) for units in self._waiting.values() for unit in units]
        sizes.remove(size)
        return bool(_sums(sizes) >> (self._left - size) & 1)

    def _new_dependents(self, unit: _Unit) -> int:
        """Return how many more sums would use an answer, once this one is asked for."""
        layer, sample, _ = unit[0]
        own = len(unit) if self._asked[layer - 1, sample] else 0
        return own + (0 if self._asked[layer, sample] else self._asked[layer + 1, sample])
