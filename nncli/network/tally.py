"""Statistics of a run's layers, gathered tile by tile in one pass over a stream of any length."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from nncli.network.activations import Array
from nncli.network.statistics import LayerStatistics, NonFinite
from nncli.problems import Note
from nncli.specs.model import Jump, NetworkSpec
from nncli.words import count_of, numbered

Mask: TypeAlias = npt.NDArray[np.bool_]
Doubles: TypeAlias = npt.NDArray[np.float64]

# Beyond these the square of a value, or of a deviation in its last digits, may overflow or vanish,
# so it is scaled before summing.
_LARGE = 1e150
_SMALL = 1e-130
# A variance under this share of the mean square would lose more than a digit by subtraction.
_CANCELLED = 1 / 16
# From this factor on, a change of the root mean square from layer to layer is worth a note.
_JUMP = 100.0
# Activations whose output is small by their nature: that is not a vanishing signal.
_BOUNDED = frozenset(
    {"step", "sign", "relu6", "sigmoid", "hard_sigmoid", "tanh", "hard_tanh", "softsign", "softmax"}
)
# Below and above which an activation is at its flat ends.  Those of hard_tanh are its parameters.
_FLAT_ENDS = {
    "sigmoid": (0.01, 0.99),
    "hard_sigmoid": (0.01, 0.99),
    "tanh": (-0.99, 0.99),
    "softsign": (-0.99, 0.99),
    "softmax": (0.01, 0.99),
}
# Inputs that a network was trained on are scaled to a few units: these were not.
_UNSCALED = 100.0


class RunTally:
    """Statistics of every layer over a stream of samples, and what they give reason to remark.

    Tallies of consecutive parts of a stream can be merged; one tally is for one thread.
    """

    def __init__(self, activations: Sequence[str], undecided: Collection[int] = ()) -> None:
        """Start with no samples.

        activations: a name for each layer; undecided: the layers, by number, whose activation jumps
        at 0 and does not say what it is there.
        """
        self.samples = 0
        self._layers = [_LayerTally(activation) for activation in activations]
        self._undecided = frozenset(undecided)
        self._in_data: NonFinite | None = None
        self._arisen: NonFinite | None = None  # in a layer, from finite data
        self._scratch = _Scratch()
        self._reach = 0.0  # the largest magnitude of inputs, as long as every output is saturated

    def add(
        self,
        first_sample: int,
        x: Array,
        results: Sequence[tuple[Array, Array]],
        outputs: Array | None = None,
    ) -> None:
        """Take some consecutive samples in.

        first_sample: the number of the first, from 1.
        x: (blocks, features, samples of a block), in the network's dtype.
        results: for each layer z and a, which may be one array: (blocks, neurons, samples).
        outputs: the network's, if they are not the last layer's: looked at for non-finite values.
        """
        blocks, _, samples = x.shape
        if not blocks * samples:
            return
        self.samples += blocks * samples
        for number in self._undecided:
            self._layers[number - 1].add_jumps(results[number - 1][0], self._scratch)
        # NaN, infinity and overflow are looked for here, not warned of
        with np.errstate(all="ignore"):
            finite = [
                layer.add(a, self._scratch)
                for layer, (_, a) in zip(self._layers, results, strict=True)
            ]
            if self._layers[-1].saturated.all():
                # fmax passes NaN over
                self._reach = float(np.fmax.reduce(np.abs(x), axis=None, initial=self._reach))
            if outputs is not None:
                results = [*results, (outputs, outputs)]
                finite.append(_all_finite(outputs))
            self._add_nonfinite(first_sample, x, results, finite)

    def _add_nonfinite(
        self,
        first_sample: int,
        x: Array,
        results: Sequence[tuple[Array, Array]],
        finite: Sequence[bool],
    ) -> None:
        """Note where non-finite values are.  finite: for each layer, whether its output is."""
        clean: Mask | None = None  # (blocks, 1, samples): those of finite data; None: all are
        if not _all_finite(x):
            in_data = ~np.isfinite(x)
            self._in_data = _joined(self._in_data, _first(0, first_sample, in_data, x, x))
            clean = np.logical_not(in_data.any(axis=1, keepdims=True))
        for number, ((z, a), finite_a) in enumerate(zip(results, finite, strict=True), start=1):
            if self._arisen is not None and self._arisen.layer < number:
                return  # an earlier layer is to be named
            # some activations make a finite number of an infinite one
            if finite_a and (z is a or _all_finite(z)):
                continue
            faulty = ~(np.isfinite(z) & np.isfinite(a))
            if clean is not None:
                faulty &= clean
            if faulty.any():
                found = _first(number, first_sample, faulty, z, a)
                self._arisen = _joined(self._arisen, found)
                return

    def merge(self, later: RunTally) -> None:
        """Take in what *later*, a tally of samples that follow, has seen."""
        for layer, other in zip(self._layers, later._layers, strict=True):
            layer.merge(other)
        self.samples += later.samples
        self._in_data = _joined(self._in_data, later._in_data)
        self._arisen = _joined(self._arisen, later._arisen)
        self._reach = max(self._reach, later._reach)

    def statistics(self) -> tuple[LayerStatistics, ...]:
        """Return each layer's statistics, all NaN if there was no sample."""
        return tuple(layer.statistics(number) for number, layer in enumerate(self._layers, start=1))

    def nonfinite(self) -> tuple[NonFinite, ...]:
        """Return where non-finite values are in the data, and in which layer they first arise.

        A layer that only passes on what came in non-finite is not named.
        """
        return tuple(found for found in (self._in_data, self._arisen) if found is not None)

    def notes(self) -> tuple[Note, ...]:
        """Return what the values give reason to remark, layer by layer.

        dead: 0 for every one of at least two samples.
        saturated: a sigmoid under 0.01 or over 0.99, or a tanh beyond ±0.99, for every sample.
        exploding, vanishing: the root mean square changes more than 100-fold from one layer to the
        next.
        jumps: the input of a step or sign is exactly 0, and nobody said what that gives.
        unscaled: large inputs, and every output saturated.
        """
        notes: list[Note] = []
        before: LayerStatistics | None = None
        for layer, numbers in zip(self._layers, self.statistics(), strict=True):
            if self.samples >= 2:
                notes += _dead(numbers.layer, layer.dead)
            # the shares of a softmax are where they belong when all but one are small
            if layer.activation != "softmax":
                notes += _saturated(numbers.layer, layer.saturated, layer.activation)
            notes += _jumps(numbers.layer, layer.jumps, layer.activation)
            if before is not None:
                notes += _jump(before, numbers, layer.activation)
            before = numbers
        return (*notes, *_unscaled(self._reach, self._layers[-1].saturated))


def tally_of(spec: NetworkSpec) -> RunTally:
    """Return an empty tally of a network."""
    undecided = [
        number
        for number, layer in enumerate(spec.layers, start=1)
        if isinstance(layer.activation, Jump) and "at_zero" not in layer.activation.model_fields_set
    ]
    return RunTally(spec.activations, undecided)


class _Scratch:
    """Memory for intermediate values, used again for every tile: new memory is slow at first."""

    def __init__(self) -> None:
        self.values: Doubles = np.empty(0)
        self.deviations: Doubles = np.empty(0)
        self.zero: Mask = np.empty(0, dtype=np.bool_)

    def fit(self, size: int) -> None:
        """Have room for at least *size* values."""
        if size > self.values.size:
            self.values = np.empty(size)
            self.deviations = np.empty(size)
            self.zero = np.empty(size, dtype=np.bool_)

    def flat(self, values: Array) -> Doubles:
        """Return the values in one row of float64; a copy only where it must be."""
        if values.dtype == np.float64 and values.flags.c_contiguous:
            row: Doubles = np.asarray(values, dtype=np.float64).reshape(-1)
            return row
        copy = self.values[: values.size]
        np.copyto(copy.reshape(values.shape), values)
        return copy

    def count_zeros(self, values: Array) -> int:
        """Return how many of the values are 0."""
        zero = self.zero[: values.size].reshape(values.shape)
        return int(np.count_nonzero(np.equal(values, 0, out=zero)))


# ------------------------------------------------------------------------------- one layer


class _LayerTally:
    """What is known of a layer's outputs so far."""

    def __init__(self, activation: str) -> None:
        self.activation = activation
        # (neurons,): those that were dead, or saturated, for every sample; empty before the first
        self.dead: Mask = np.empty(0, dtype=np.bool_)
        self.saturated: Mask = np.empty(0, dtype=np.bool_)
        self.jumps = 0  # how many values of z were exactly 0, if the activation jumps there
        self._size = 0
        self._zeros = 0
        self._minimum = math.inf  # of the finite values, as are the moments
        self._maximum = -math.inf
        self._moments = _NO_MOMENTS
        self._centre = 0.0  # what the latest tile's deviations were from: a guess for the next

    def add(self, a: Array, scratch: _Scratch) -> bool:
        """Take in outputs (blocks, neurons, samples), and return whether all are finite."""
        scratch.fit(a.size)
        minimum, maximum = self._add_neurons(a)
        if not (minimum > 0 or maximum < 0):
            self._zeros += scratch.count_zeros(a)
        self._size += a.size
        finite = math.isfinite(minimum) and math.isfinite(maximum)
        values = scratch.flat(a)
        if not finite:
            values = values[np.isfinite(values)]
            if not values.size:
                return False
            minimum, maximum = float(values.min()), float(values.max())
        self._minimum = min(self._minimum, minimum)
        self._maximum = max(self._maximum, maximum)
        moments = _moments(values, minimum, maximum, self._centre, scratch.deviations)
        self._centre = moments.centre
        self._moments = self._moments.merged(moments)
        return finite

    def add_jumps(self, z: Array, scratch: _Scratch) -> None:
        """Count where z (blocks, neurons, samples) is exactly 0."""
        scratch.fit(z.size)
        self.jumps += scratch.count_zeros(z)

    def _add_neurons(self, a: Array) -> tuple[float, float]:
        """Update which neurons are dead or saturated; return minimum and maximum, which NaN is."""
        if not self._size:
            self.dead = np.ones(a.shape[1], dtype=np.bool_)
            self.saturated = np.full(a.shape[1], self.activation in _FLAT_ENDS)
        if not (self.dead.any() or self.saturated.any()):
            return float(a.min()), float(a.max())
        lows, highs = a.min(axis=(0, 2)), a.max(axis=(0, 2))  # (neurons,)
        self.dead &= (lows == 0) & (highs == 0)
        if self.saturated.any():
            self.saturated &= _extreme(lows, self.activation) & _extreme(highs, self.activation)
            # from one flat end to the other: the values between decide
            unsure = np.flatnonzero(self.saturated & (highs - lows > 0.5))
            if unsure.size:
                self.saturated[unsure] = _extreme(a[:, unsure], self.activation).all(axis=(0, 2))
        return float(lows.min()), float(highs.max())

    def merge(self, later: _LayerTally) -> None:
        if not later._size:
            return
        self.dead = self.dead & later.dead if self._size else later.dead.copy()
        self.saturated = self.saturated & later.saturated if self._size else later.saturated.copy()
        self._size += later._size
        self._zeros += later._zeros
        self.jumps += later.jumps
        self._minimum = min(self._minimum, later._minimum)
        self._maximum = max(self._maximum, later._maximum)
        self._moments = self._moments.merged(later._moments)
        self._centre = later._centre

    def statistics(self, layer: int) -> LayerStatistics:
        nan = math.nan
        zeros = self._zeros / self._size if self._size else nan
        moments = self._moments
        nonfinite = self._size - moments.count
        if not moments.count:
            return LayerStatistics(layer, nan, nan, nan, nan, nan, zeros, nonfinite)
        minimum, maximum = self._minimum, self._maximum
        largest = max(abs(minimum), abs(maximum))
        # no rounding may lead out of the range, least of all to infinity
        mean = min(max(moments.mean, minimum), maximum)
        std = min(moments.std, largest)
        rms = min(math.hypot(mean, std), largest)
        return LayerStatistics(layer, minimum, mean, maximum, std, rms, zeros, nonfinite)


def _extreme(a: Array, activation: str) -> Mask:
    """Return where an activation is at its flat ends."""
    low, high = _FLAT_ENDS[activation]
    beyond: Mask = (a < low) | (a > high)
    return beyond


# --------------------------------------------------------------------- mean and deviation


@dataclass(frozen=True)
class _Moments:
    """How many values there were, their mean and their standard deviation.

    The mean is held as its offset from a centre near the values, so that merging many means close
    together does not round each to the digits of their common size.
    """

    count: int
    centre: float  # near the values
    offset: float  # of the mean, from the centre
    std: float  # the standard deviation

    @property
    def mean(self) -> float:
        return self.centre + self.offset

    def merged(self, later: _Moments) -> _Moments:
        """Return the moments of both together.

        Chan, Golub & LeVeque 1983, "Algorithms for computing the sample variance", equation 2.1,
        with each sum of squares S held as √(S / count): no larger than the largest value.
        """
        if not self.count:
            return later
        if not later.count:
            return self
        count = self.count + later.count
        share, later_share = self.count / count, later.count / count
        offset = later.offset + (later.centre - self.centre)
        half_step = offset / 2 - self.offset / 2  # halves: the step itself may overflow
        std = math.hypot(
            self.std * math.sqrt(share),
            later.std * math.sqrt(later_share),
            half_step * (2 * math.sqrt(share * later_share)),
        )
        mean_offset = self.offset + later_share * half_step + later_share * half_step
        return _Moments(count, self.centre, mean_offset, std)


_NO_MOMENTS = _Moments(0, 0.0, 0.0, 0.0)


def _moments(
    values: Doubles, minimum: float, maximum: float, centre: float, room: Doubles
) -> _Moments:
    """Return the moments of finite values.

    centre: a guess of where they are, 0 to begin with.
    room: at least as many floats, overwritten.
    """
    largest = max(abs(minimum), abs(maximum))
    scale = 1.0
    if largest > _LARGE or 0 < largest < _SMALL:
        scale = 2.0 ** (math.frexp(largest)[1] - 1)  # a power of two, so that scaling is exact
        values, centre = values / scale, 0.0
    if minimum == maximum:
        offset, variance, centre = 0.0, 0.0, minimum / scale
    else:
        offset, variance, square = _about(centre, values, room)
        if variance < _CANCELLED * square:
            centre += offset
            offset, variance, _ = _about(centre, values, room)
    std = math.sqrt(max(variance, 0.0)) * scale
    if scale == 1.0:
        return _Moments(values.size, centre, offset, std)
    # far from every ordinary centre: their difference might overflow
    return _Moments(values.size, 0.0, (centre + offset) * scale, std)


def _about(centre: float, values: Doubles, room: Doubles) -> tuple[float, float, float]:
    """Return mean, variance and mean square of the values' deviations from the centre."""
    deviations = values
    if centre != 0:
        deviations = np.subtract(values, centre, out=room[: values.size])
    mean = float(_total(deviations)) / values.size
    square = float(np.dot(deviations, deviations)) / values.size
    return mean, square - mean * mean, square


def _total(values: npt.NDArray[Any]) -> float:
    # on one axis einsum adds about three times as fast as sum
    return float(np.einsum("i->", values))


# --------------------------------------------------------------------------- non-finite


def _all_finite(values: Array) -> bool:
    # a sum of finite values may overflow, but one with NaN or infinity is never finite
    return bool(math.isfinite(np.einsum("ijk->", values)) or np.isfinite(values).all())


def _first(layer: int, first_sample: int, faulty: Mask, z: Array, a: Array) -> NonFinite:
    """Return the first faulty place by sample, then column, and the count."""
    blocks, neurons, samples = faulty.shape
    by_sample = faulty.transpose(0, 2, 1).reshape(blocks * samples, neurons)
    sample, neuron = divmod(int(by_sample.argmax()), neurons)
    block, within = divmod(sample, samples)
    place = block, neuron, within
    value = float(z[place] if np.isfinite(a[place]) else a[place])
    count = int(np.count_nonzero(faulty))
    return NonFinite(layer, first_sample + sample, neuron + 1, value, count)


def _joined(one: NonFinite | None, other: NonFinite | None) -> NonFinite | None:
    """Return the finding in the earlier layer, or in one layer the first place and both counts."""
    if one is None or other is None:
        return one or other
    if one.layer != other.layer:
        return min(one, other, key=lambda found: found.layer)
    first = min(one, other, key=lambda found: (found.sample, found.column))
    count = one.count + other.count
    return NonFinite(first.layer, first.sample, first.column, first.value, count)


# -------------------------------------------------------------------------------- notes


def _dead(layer: int, mask: Mask) -> list[Note]:
    dead = np.flatnonzero(mask)
    if not dead.size:
        return []
    if dead.size == mask.size:
        message = f"layer {layer}: every neuron is 0 for every sample (dead layer)"
    else:
        verb = "is" if dead.size == 1 else "are"
        message = f"layer {layer}: {numbered('neuron', dead + 1)} {verb} 0 for every sample (dead)"
    return [Note("dead", message, layer)]


def _saturated(layer: int, mask: Mask, activation: str) -> list[Note]:
    saturated = np.flatnonzero(mask)
    if not saturated.size:
        return []
    verb = "is" if saturated.size == 1 else "are"
    where = f"layer {layer}: {numbered('neuron', saturated + 1)} {verb}"
    message = f"{where} at the flat ends of {activation} for every sample (saturated)"
    return [Note("saturated", message, layer)]


def _jumps(layer: int, count: int, activation: str) -> list[Note]:
    if not count:
        return []
    where = f"layer {layer}: z is exactly 0 in {count_of(count, 'place')}, where {activation} is 0"
    return [Note("jumps", f"{where} unless you write {{{activation}: {{at_zero: 1}}}}", layer)]


def _unscaled(reach: float, saturated: Mask) -> list[Note]:
    if (
        reach is None
        or not _UNSCALED < reach < math.inf
        or not (saturated.size and saturated.all())
    ):
        return []
    message = (
        f"the inputs reach {reach:,.0f}, and every output is saturated: perhaps the network was "
        "trained on scaled inputs (`inputs: scale`)"
    )
    return [Note("unscaled", message)]


def _jump(before: LayerStatistics, after: LayerStatistics, activation: str) -> list[Note]:
    if not before.rms > 0 or not after.rms > 0:
        return []
    where = f"layer {after.layer}: the values' root mean square goes from"
    change = f"{where} {before.rms:.3g} to {after.rms:.3g}"
    if after.rms / before.rms > _JUMP:
        return [Note("exploding", f"{change} (exploding)", after.layer)]
    if before.rms / after.rms > _JUMP and activation not in _BOUNDED:
        return [Note("vanishing", f"{change} (vanishing)", after.layer)]
    return []
