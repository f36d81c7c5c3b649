"""Timing calls: calibrated, warmed up, interleaved in a random order, round after round.

The clock and the random order come in as arguments; nothing here knows what it times.
"""

from __future__ import annotations

import gc
import math
import random
import time
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise, repeat
from typing import Generic, TypeVar

from nncli.timing.isolation import Isolate, here
from nncli.timing.statistics import MIN_TICKS, summarize

K = TypeVar("K", bound=Hashable)

# One measurement lasts at least this long, and this many steps of the clock, so that the clock adds
# at most 0.1 %; but never so long that a coarse clock would make a run endless.
MIN_MEASUREMENT_SECONDS = 1e-3
_MAX_MEASUREMENT_SECONDS = 1.0
_MAX_CALLS = 2**24
# Untimed calls come first, for so long: they bring data into the caches, and make a process's
# memory its own.
_WARM_SECONDS = 3e-3

DEFAULT_ROUNDS = 15
# More rounds are measured until the median is certain to this share of itself.
GOOD_UNCERTAINTY = 0.01

_CLOCK_READINGS = 1000


@dataclass(frozen=True)
class Clock:
    """A clock that never goes back.  read: the time in seconds; tick_seconds: its smallest step."""

    read: Callable[[], float]
    tick_seconds: float


def system_clock() -> Clock:
    """Return this machine's best clock; its step is measured, for what it claims may be finer."""
    steps = [0.0]
    while not any(steps):
        readings = [time.perf_counter() for _ in range(_CLOCK_READINGS)]
        steps = [after - before for before, after in pairwise(readings)]
    return Clock(time.perf_counter, min(filter(None, steps)))


@dataclass(frozen=True, eq=False)
class Contestant:
    """What is timed: a call, and the surroundings it needs, which are not timed."""

    call: Callable[[], object]
    surroundings: Callable[[], AbstractContextManager[object]] = nullcontext


@dataclass(frozen=True)
class Plan:
    """How much to measure.

    repetitions: at least so many rounds, however long they take; None for the usual number, which
    max_seconds may cut short to one.  min_seconds: measure at least so long.  max_seconds: start no
    round after that, though medians are still uncertain.
    """

    repetitions: int | None = None
    min_seconds: float = 1.0
    max_seconds: float = 10.0


@dataclass(frozen=True)
class Progress:
    """How far a sampling is; rounds 0: it still calibrates."""

    rounds: int
    elapsed_seconds: float
    expected_seconds: float


@dataclass(frozen=True)
class Measurements:
    """The raw measurements of one contestant, in the order of the rounds.

    calls: how many calls one measurement held; seconds: per call, one for each round.
    """

    calls: int
    seconds: tuple[float, ...]

    def shortest_ticks(self, tick_seconds: float) -> float:
        """Return how many steps of the clock the shortest measurement lasted."""
        return min(self.seconds) * self.calls / tick_seconds


@dataclass(frozen=True)
class Sampling(Generic[K]):
    """A finished sampling; measurements: under the keys of the contestants."""

    measurements: dict[K, Measurements]
    rounds: int
    tick_seconds: float
    elapsed_seconds: float


@dataclass
class _Series:
    """One contestant while it is measured."""

    contestant: Contestant
    calls: int
    warm_calls: int
    seconds: list[float] = field(default_factory=list)

    def is_certain(self) -> bool:
        """Whether more rounds would change little."""
        summary = summarize(self.seconds)
        return summary.uncertainty <= GOOD_UNCERTAINTY * summary.median


def sample(
    contestants: Mapping[K, Contestant],
    plan: Plan,
    clock: Clock,
    generator: random.Random,
    on_progress: Callable[[Progress], None] = lambda _: None,
    isolate: Isolate = here,
) -> Sampling[K]:
    """Time every contestant once per round, in a new random order each round.

    A machine that slows down for a while then slows all of them alike.  isolate: where each
    measurement is made.
    """
    started = clock.read()
    series = []
    with _no_garbage_collection():
        for contestant in contestants.values():
            calls, seconds = isolate(partial(_calibrate, contestant, clock))
            series.append(_Series(contestant, calls, _warm_calls(calls, seconds)))
            on_progress(Progress(0, clock.read() - started, plan.max_seconds))
        began = clock.read()
        rounds = 0
        while not _is_enough(series, rounds, clock.read() - began, plan):
            for one in generator.sample(series, len(series)):
                measure = partial(_measure, one.contestant, one.calls, one.warm_calls, clock)
                one.seconds.append(isolate(measure) / one.calls)
            rounds += 1
            elapsed = clock.read() - began
            on_progress(Progress(rounds, elapsed, _expected_seconds(series, elapsed, plan)))
    measurements = {
        key: Measurements(one.calls, tuple(one.seconds))
        for key, one in zip(contestants, series, strict=True)
    }
    return Sampling(measurements, rounds, clock.tick_seconds, clock.read() - started)


def _calibrate(contestant: Contestant, clock: Clock) -> tuple[int, float]:
    """Return how many calls make a measurement long enough, a power of two, and its seconds."""
    target = max(MIN_MEASUREMENT_SECONDS, MIN_TICKS * clock.tick_seconds)
    target = min(target, _MAX_MEASUREMENT_SECONDS)
    calls = 1
    while True:
        seconds = _measure(contestant, calls, 1, clock)
        if seconds >= target or calls >= _MAX_CALLS:
            return calls, seconds
        calls *= 2


def _warm_calls(calls: int, seconds: float) -> int:
    """Return how many untimed calls come before *calls* calls that take *seconds* together.

    At least one: in a process of its own, the first call also makes what is made once.
    """
    return max(1, math.ceil(_WARM_SECONDS * calls / seconds)) if seconds else calls


def _measure(contestant: Contestant, calls: int, warm_calls: int, clock: Clock) -> float:
    """Return how many seconds *calls* calls take together, after some that are not counted."""
    call, read = contestant.call, clock.read
    with contestant.surroundings():
        for _ in repeat(None, warm_calls):
            call()
        before = read()
        for _ in repeat(None, calls):
            call()
        return read() - before


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Keep Python's cycle collector from running in the middle of a measurement."""
    was_enabled = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _is_enough(series: Sequence[_Series], rounds: int, elapsed: float, plan: Plan) -> bool:
    if rounds < (plan.repetitions or 1):
        return False
    if elapsed >= plan.max_seconds:
        return True
    if rounds < DEFAULT_ROUNDS and plan.repetitions is None:
        return False
    return elapsed >= plan.min_seconds and all(one.is_certain() for one in series)


def _expected_seconds(series: Sequence[_Series], elapsed: float, plan: Plan) -> float:
    """Return how long the rounds will take in all, as far as one can know."""
    rounds, usual = len(series[0].seconds), plan.repetitions or DEFAULT_ROUNDS
    goes_on = rounds >= usual and not all(one.is_certain() for one in series)
    wanted = max(elapsed / rounds * usual, plan.max_seconds if goes_on else plan.min_seconds)
    if plan.repetitions is None:
        wanted = min(wanted, plan.max_seconds)
    return max(elapsed, wanted)
