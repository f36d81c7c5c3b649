"""A network against another one on the same samples: where their layers and predictions part."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import reduce
from itertools import zip_longest

import numpy as np
import numpy.typing as npt

from nncli.evaluation.counts import Indices
from nncli.evaluation.judged import predicted_by
from nncli.evaluation.tasks import LabelTask, Task
from nncli.network.activations import Array
from nncli.results.listeners import NetworkValues, UnitOutputs
from nncli.specs.model import DType, NetworkSpec

# Of the predictions that flip, so many are listed.
MOST_FLIPS = 10
# Unless the user says so.  Sums of many products in float32 are off by more than its last bits.
_DEFAULT_NEARNESS: dict[DType, float] = {"float64": 1e-9, "float32": 1e-5}
# So many numbers are compared at a time: what comes of them in between fits a core's second cache.
_PIECE = 2**14


@dataclass(frozen=True)
class Nearness:
    """How far two values may be apart: |a - b| <= atol + rtol · max(|a|, |b|)."""

    rtol: float  # relative to the larger one
    atol: float  # absolute


@dataclass(frozen=True)
class Furthest:
    """Where the values of two networks are furthest apart, of equals the first sample."""

    difference: float  # infinite where one is NaN or infinite and the other is not the same
    sample: int  # from 1
    neuron: int  # from 1
    values: tuple[float, float]  # of both networks


@dataclass(frozen=True)
class Difference:
    """How far the values of two networks are apart, over all samples."""

    absolute: Furthest | None  # None: nowhere
    relative: Furthest | None  # to the larger of both values: at most 2
    samples: int  # with a value beyond what is allowed
    values: int  # beyond what is allowed


@dataclass(frozen=True)
class LayerPair:
    """What stands at the same place in two networks."""

    layer: int  # its number, from 1
    names: tuple[str | None, str | None]  # in both networks; None: it has no such layer
    neurons: tuple[int | None, int | None]

    @property
    def are_comparable(self) -> bool:
        """Whether both layers are there and have outputs of one shape."""
        return self.neurons[0] == self.neurons[1]


@dataclass(frozen=True)
class LayerDifference:
    """How far a layer of two networks is apart."""

    pair: LayerPair
    difference: Difference | None  # None: their shapes differ


@dataclass(frozen=True)
class Flip:
    """A prediction that two networks do not share."""

    row: int  # of its sample, from 1
    classes: tuple[str, str]  # that both predict; an empty text is no class
    target: str | None  # None: it is not known
    label: str | None = None  # which it is of, where samples have several


@dataclass(frozen=True)
class Flips:
    """The predictions that two networks do not share."""

    count: int
    helped: int | None  # the first network is right, the second wrong; None: without targets
    hurt: int | None  # the other way round
    first: tuple[Flip, ...]  # the first few


@dataclass(frozen=True)
class Comparison:
    """How far a network is from another one on the same samples."""

    samples: int
    dtypes: tuple[DType, DType]
    nearness: Nearness
    layers: tuple[LayerDifference, ...]
    outputs: Difference  # of the networks, their scale undone
    neurons: int  # how many outputs there are
    flips: Flips | None  # None: the outputs tell no classes

    @property
    def first_beyond(self) -> LayerDifference | None:
        """The first layer with a value beyond what is allowed."""
        found = (each for each in self.layers if each.difference and each.difference.values)
        return next(found, None)


def nearness_of(
    first: DType, second: DType, rtol: float | None = None, atol: float | None = None
) -> Nearness:
    """Return how far values of two types may be apart.  rtol, atol: None for the default."""
    default = _DEFAULT_NEARNESS["float32" if "float32" in (first, second) else "float64"]
    return Nearness(default if rtol is None else rtol, default if atol is None else atol)


@dataclass(frozen=True, eq=False)
class _Prepared:
    """What came of a unit."""

    samples: int
    layers: tuple[Difference | None, ...]
    outputs: Difference
    flips: Flips | None


class Against:
    """A listener that compares a network with the one that runs beside it, in bounded memory.

    What it finds is the same however many threads there are and however large the units.
    """

    layer = None  # the network's own outputs, and with them all layers of both

    def __init__(
        self,
        first: NetworkSpec,
        second: NetworkSpec,
        nearness: Nearness,
        tasks: tuple[Task, Task] | None = None,
    ) -> None:
        """Begin without samples.

        first, second: comparable, the second being the one that runs beside; tasks: how their
        outputs tell classes or labels, in the same order; None: they do not.
        """
        self._pairs = layer_pairs(first, second)
        self._dtypes = (first.dtype, second.dtype)
        self._neurons = first.layers[-1].neurons
        self._nearness = nearness
        self._tasks = tasks
        nothing = Difference(None, None, 0, 0)
        layers = tuple(nothing if pair.are_comparable else None for pair in self._pairs)
        self._whole = _Prepared(0, layers, nothing, None)

    def prepare(self, outputs: UnitOutputs) -> _Prepared:
        """Return how far both networks are apart on a unit.  outputs: with both."""
        if outputs.both is None:
            raise ValueError("no other network runs beside this one")
        one, other = outputs.both
        layers = tuple(
            difference_of(a, b, self._nearness, outputs.first) if pair.are_comparable else None
            for pair, a, b in zip_longest(self._pairs, one.layers, other.layers)
        )
        whole = difference_of(one.outputs, other.outputs, self._nearness, outputs.first)
        flips = None if self._tasks is None else _flips(self._tasks, outputs, outputs.both)
        return _Prepared(one.outputs.shape[1], layers, whole, flips)

    def take(self, prepared: _Prepared) -> None:
        """Take the next unit."""
        before = self._whole
        layers = tuple(map(_merged, before.layers, prepared.layers))
        outputs = _both_together(before.outputs, prepared.outputs)
        flips = _all_flips(before.flips, prepared.flips)
        self._whole = _Prepared(before.samples + prepared.samples, layers, outputs, flips)

    def finish(self) -> None:
        """See to what is left when all units were taken: nothing."""

    def finished(self) -> Comparison:
        """Return what came of it, once it is finished."""
        whole = self._whole
        return Comparison(
            samples=whole.samples,
            dtypes=self._dtypes,
            nearness=self._nearness,
            layers=tuple(map(LayerDifference, self._pairs, whole.layers)),
            outputs=whole.outputs,
            neurons=self._neurons,
            flips=whole.flips,
        )


def layer_pairs(first: NetworkSpec, second: NetworkSpec) -> tuple[LayerPair, ...]:
    """Return the layers of two networks side by side, by their numbers."""
    return tuple(
        LayerPair(
            number,
            (one.name if one else None, other.name if other else None),
            (one.neurons if one else None, other.neurons if other else None),
        )
        for number, (one, other) in enumerate(zip_longest(first.layers, second.layers), start=1)
    )


# ----------------------------------------------------------------------------- differences


def difference_of(first: Array, second: Array, nearness: Nearness, start: int) -> Difference:
    """Return how far two arrays (neurons, samples) are apart.  start: their first sample's number.

    NaN is as far from NaN, and an infinity from itself, as a number from itself: not at all.
    """
    neurons, samples = first.shape
    step = max(1, _PIECE // neurons)
    pieces = [slice(at, at + step) for at in range(0, samples, step)]
    return reduce(
        _both_together,
        (
            _difference(first[:, piece], second[:, piece], nearness, start + piece.start)
            for piece in pieces
        ),
    )


def _difference(first: Array, second: Array, nearness: Nearness, start: int) -> Difference:
    """Return how far two small arrays are apart, as above."""
    a, b = (values.astype(np.float64, copy=False) for values in (first, second))
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    if same.all():
        return Difference(None, None, 0, 0)
    with np.errstate(all="ignore"):
        apart, size = np.abs(a - b), np.maximum(np.abs(a), np.abs(b))
        share = apart / size
        beyond = apart > nearness.atol + nearness.rtol * size
    # what has no distance is beyond any
    strange = ~(np.isfinite(apart) | same)
    beyond[strange] = True
    beyond[same] = False
    for far in (apart, share):
        far[strange] = math.inf
        far[same] = 0.0
    return Difference(
        absolute=_furthest(apart, a, b, start),
        relative=_furthest(share, a, b, start),
        samples=int(np.count_nonzero(beyond.any(axis=0))),
        values=int(np.count_nonzero(beyond)),
    )


def _furthest(far: npt.NDArray[np.float64], a: Array, b: Array, start: int) -> Furthest:
    """Return where the largest of some differences is.  far, a, b: (neurons, samples)."""
    sample = int(far.max(axis=0).argmax())
    neuron = int(far[:, sample].argmax())
    values = (float(a[neuron, sample]), float(b[neuron, sample]))
    return Furthest(float(far[neuron, sample]), start + sample, neuron + 1, values)


def _merged(one: Difference | None, other: Difference | None) -> Difference | None:
    return None if one is None or other is None else _both_together(one, other)


def _both_together(one: Difference, other: Difference) -> Difference:
    """Return the difference over samples and those that follow them."""
    return Difference(
        _further(one.absolute, other.absolute),
        _further(one.relative, other.relative),
        one.samples + other.samples,
        one.values + other.values,
    )


def _further(one: Furthest | None, other: Furthest | None) -> Furthest | None:
    if one is None or other is None:
        return one or other
    return other if other.difference > one.difference else one


# ----------------------------------------------------------------------------------- flips


def _flips(
    tasks: tuple[Task, Task], outputs: UnitOutputs, both: tuple[NetworkValues, NetworkValues]
) -> Flips | None:
    """Return the predictions of a unit that two networks do not share; None of numbers."""
    pairs = zip(tasks, both, strict=True)
    one, other = (predicted_by(task, list(network.outputs)) for task, network in pairs)
    parts = [
        _flips_of(tasks[0], number, outputs, (here, there))
        for number, (here, there) in enumerate(zip(one, other, strict=True))
    ]
    return reduce(_together, parts) if parts else None


def _flips_of(
    task: Task, number: int, outputs: UnitOutputs, predicted: tuple[Indices, Indices]
) -> Flips:
    """Return the flips of one target column.  number: of the column, from 0."""
    one, other = predicted
    flipped = np.flatnonzero(one != other)
    target = outputs.targets[number] if outputs.targets else None
    helped = hurt = None
    if target is not None:
        helped = int(np.count_nonzero(one[flipped] == target[flipped]))
        hurt = int(np.count_nonzero(other[flipped] == target[flipped]))
    is_label = isinstance(task, LabelTask)
    names = (*(("0", "1") if is_label else task.names), "")
    first = tuple(
        Flip(
            row=outputs.first + sample,
            classes=(names[one[sample]], names[other[sample]]),
            target=None if target is None else names[int(target[sample])],
            label=task.names[number] if is_label else None,
        )
        for sample in flipped[:MOST_FLIPS].tolist()
    )
    return Flips(len(flipped), helped, hurt, first)


def _all_flips(one: Flips | None, other: Flips | None) -> Flips | None:
    return _together(one, other) if one is not None and other is not None else one or other


def _together(one: Flips, other: Flips) -> Flips:
    """Return all flips: of some samples and others, or of their labels."""
    helped, hurt = _sum(one.helped, other.helped), _sum(one.hurt, other.hurt)
    # sorting is stable: the labels of a sample stay in their order
    first = sorted((*one.first, *other.first), key=lambda flip: flip.row)[:MOST_FLIPS]
    return Flips(one.count + other.count, helped, hurt, tuple(first))


def _sum(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other
