"""How far the loss of a random batch strays from the loss of all samples, for each batch size."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from nncli.evaluation.exact_sums import ExactSum, Floats
from nncli.evaluation.judged import losses_of
from nncli.evaluation.tasks import Task
from nncli.problems import Note
from nncli.results.listeners import UnitOutputs
from nncli.words import count_of, numbered

# So many losses are held, 8 MB; of more samples, those of a random sample.
MOST_LOSSES = 1_000_000
# Samples are shuffled until there are so many batches: that of a few thousand others would differ
# by about 1 %.
_BATCHES = 10_000
# Where one shuffle gives enough of them, there are still several.
_FEWEST_SHUFFLES = 4
# Shuffles of many samples take long: all of them together have no more than so many.
_MOST_SHUFFLED = 16 * MOST_LOSSES
# Small shuffles are looked at together, up to so many samples.
_BLOCK = 2**16


@dataclass(frozen=True)
class BatchSpread:
    """The losses of random batches of one size."""

    batch_size: int
    std: float  # the root mean square of how far they lie from the loss of all
    p05: float  # of the losses themselves: 5 % lie below
    p95: float  # 95 % lie below
    theory_std: float  # sigma / sqrt(batch size), with sigma of the losses of single samples


@dataclass(frozen=True)
class LossSpread:
    """The losses of random batches of several sizes."""

    samples: int
    held: int  # of how many the losses were held
    loss: float  # their mean
    sizes: tuple[BatchSpread, ...]  # the smallest first
    too_large: tuple[int, ...] = ()  # batch sizes that no batch has: there are fewer samples

    def of(self, batch_size: int) -> BatchSpread | None:
        """Return what was found of a batch size; None if no batch has it."""
        return next((spread for spread in self.sizes if spread.batch_size == batch_size), None)

    @property
    def notes(self) -> tuple[Note, ...]:
        """What a reader of the figures has to know."""
        notes = []
        if self.held < self.samples:
            drawn = f"a random sample of {self.held:,} of {count_of(self.samples, 'sample')}"
            notes.append(Note("sampled_losses", f"the batches are drawn from {drawn}"))
        if self.too_large:
            sizes = numbered("batch size", self.too_large)
            fewer = f"batches are drawn from {count_of(self.held, 'sample')}"
            notes.append(Note("large_batches", f"no losses of {sizes}: {fewer}"))
        return tuple(notes)


class BatchLosses:
    """A listener that finds out how far the losses of batches stray, in bounded memory.

    The figures are the same bits however many threads there are and however large the units.
    """

    layer = None  # the network's own outputs

    def __init__(
        self, task: Task, batch_sizes: Sequence[int], seed: int = 0, most: int = MOST_LOSSES
    ) -> None:
        """Begin without samples.  seed: 32 bits; most: of how many samples losses are held."""
        self._task = task
        self._batch_sizes = batch_sizes
        self._seed = seed
        self._samples = 0
        self._held: Floats = np.empty(most)
        # other draws than those of the shuffles
        self._generator = np.random.RandomState([seed, 1])

    def prepare(self, outputs: UnitOutputs) -> Floats:
        """Return the losses of a unit: (samples,).  outputs: with their targets."""
        return losses_of(self._task, outputs.values, outputs.targets)

    def take(self, prepared: Floats) -> None:
        """Take the losses of the next unit."""
        room = max(0, len(self._held) - self._samples)
        first = prepared[:room]
        self._held[self._samples : self._samples + len(first)] = first
        self._samples += len(first)
        if len(prepared) > room:
            self._replace(prepared[room:])

    def finish(self) -> None:
        """See to what is left: nothing."""

    def finished(self) -> LossSpread:
        """Return what came of it, once it is finished."""
        held = self._held[: self._samples]
        return spread_of(held, self._batch_sizes, self._seed, self._samples)

    def _replace(self, losses: Floats) -> None:
        """Let losses take the places of some that are held.

        Vitter 1985, "Random sampling with a reservoir", algorithm R: the sample of number i is
        held at a place drawn from the first i, if there is such a place.
        """
        numbers = self._samples + 1 + np.arange(len(losses))
        places = (self._generator.random_sample(len(losses)) * numbers).astype(np.intp)
        is_held = places < len(self._held)
        # of several for one place the last stays, as if they had come one by one
        self._held[places[is_held]] = losses[is_held]
        self._samples += len(losses)


def spread_of(
    losses: Floats, batch_sizes: Sequence[int], seed: int = 0, samples: int | None = None
) -> LossSpread:
    """Return how far the losses of random batches stray from the loss of all.

    losses: (samples,), one for each; samples: of how many these are a random sample.  What is found
    for a batch size does not depend on the others.  If any loss is not finite, nothing is.

    The batches are all the disjoint ones of several shuffles; what is left over of a shuffle is no
    batch.  Each batch by itself is a random sample of the data without replacement, so that the
    mean square of its distance from the loss of all is, for batches of n of N samples,

        sigma^2 / n * (N - n) / (N - 1)

    (Cochran 1977, "Sampling Techniques", theorem 2.2; sigma with N as the divisor).  That the
    batches of one shuffle are disjoint makes them depend on one another, but changes no mean.  The
    last factor is that of a finite population: a batch of all strays by nothing.  *theory_std* goes
    without it, as textbooks do: sigma / sqrt(n) is how far a batch strays of data without an end,
    and the factor the reason why *std* is smaller where a batch holds much of the data.

    >>> spread_of(np.array([0.0, 20.0]), [1]).sizes
    (BatchSpread(batch_size=1, std=10.0, p05=1.0, p95=19.0, theory_std=10.0),)
    """
    held = len(losses)
    total = ExactSum()
    total.add(losses)
    loss = total.over(held)
    wanted = sorted({*batch_sizes})
    sizes = [size for size in wanted if size <= held]
    with np.errstate(invalid="ignore", over="ignore"):
        strayed = losses - loss
    if held and np.isfinite(strayed).all():
        found = _spreads(strayed, loss, sizes, seed)
    else:
        found = [BatchSpread(size, *[math.nan] * 4) for size in sizes]
    too_large = tuple(size for size in wanted if size > held)
    return LossSpread(held if samples is None else samples, held, loss, tuple(found), too_large)


def _spreads(strayed: Floats, loss: float, sizes: Sequence[int], seed: int) -> list[BatchSpread]:
    """Return the spread of each size.  strayed: (samples,), how far each loss is off."""
    by_size = _batches(strayed, sizes, seed)
    sigma = _root_mean_square(strayed)
    spreads = []
    for size in sizes:
        p05, p95 = np.quantile(by_size[size], (0.05, 0.95)).tolist()
        std = _root_mean_square(by_size[size])
        spreads.append(BatchSpread(size, std, loss + p05, loss + p95, sigma / math.sqrt(size)))
    return spreads


def _batches(strayed: Floats, sizes: Sequence[int], seed: int) -> dict[int, Floats]:
    """Return, for each size, how far the losses of random batches are off: (batches,)."""
    samples = len(strayed)
    # however single samples are shuffled, they are the same; all of them are off by nothing
    found = {1: strayed, samples: np.zeros(1)} if samples > 1 else {1: strayed}
    shuffles = {size: _shuffles(samples, size) for size in sizes if size not in found}
    parts: dict[int, list[Floats]] = {size: [] for size in shuffles}
    first = 0
    for sums in _running_sums(strayed, max(shuffles.values(), default=0), seed):
        for size, wanted in shuffles.items():
            if wanted > first:
                ends = sums[: wanted - first, size - 1 :: size]  # (shuffles, batches)
                parts[size].append(np.diff(ends, axis=1, prepend=0.0).ravel() / size)
        first += len(sums)
    return found | {size: np.concatenate(of_size) for size, of_size in parts.items()}


def _shuffles(samples: int, size: int) -> int:
    """Return how often samples are shuffled for batches of a size."""
    enough = -(-_BATCHES // (samples // size))
    return min(max(enough, _FEWEST_SHUFFLES), _MOST_SHUFFLED // samples)


def _running_sums(values: Floats, shuffles: int, seed: int) -> Iterator[Floats]:
    """Yield the running sums of shuffled values, some shuffles at a time: (shuffles, samples)."""
    generator = np.random.RandomState(seed)
    at_once = max(1, _BLOCK // max(1, len(values)))
    for first in range(0, shuffles, at_once):
        count = min(at_once, shuffles - first)
        yield np.cumsum([generator.permutation(values) for _ in range(count)], axis=1)


def _root_mean_square(values: Floats) -> float:
    """Return it without a square that is too large or too small for a float."""
    largest = float(np.abs(values).max())
    if not largest:
        return 0.0
    return largest * math.sqrt(float(np.mean((values / largest) ** 2)))
