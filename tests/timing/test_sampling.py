"""Sampling under a clock that only the timed calls move, so that every figure is exact.

Durations are sums of powers of two: no addition of them rounds.
"""

from __future__ import annotations

import gc
import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain, cycle, pairwise, repeat
from statistics import median
from typing import Any

import pytest

from nncli.timing.sampling import (
    Clock,
    Contestant,
    Measurements,
    Plan,
    Progress,
    Sampling,
    sample,
    system_clock,
)

# a thousand steps of this clock are less than a millisecond
FINE_TICK = 2.0**-30
EIGHTH = 2.0**-3
DEFAULT_ROUNDS = 15


def generator(seed: int) -> random.Random:
    return random.Random(seed)


class FakeClock:
    """A clock that moves when told to, and by *per_reading* whenever it is read."""

    def __init__(self, per_reading: float = 0.0) -> None:
        self.now = 0.0
        self.per_reading = per_reading

    def read(self) -> float:
        self.now += self.per_reading
        return self.now


class Timed:
    """A call that takes the given durations in turn; counts: the calls in each measurement.

    free: the first call of a measurement, which is not counted in it, takes no time once it has
    been calibrated.
    """

    def __init__(self, clock: FakeClock, durations: Iterable[float], *, free: bool = False) -> None:
        self.free = free
        self.clock = clock
        self.durations = iter(durations)
        self.counts: list[int] = []

    def call(self) -> None:
        if not (self.free and len(self.counts) > 1 and self.counts[-1] == 0):
            self.clock.now += next(self.durations)
        self.counts[-1] += 1

    @contextmanager
    def surroundings(self) -> Iterator[None]:
        self.counts.append(0)
        yield

    @property
    def contestant(self) -> Contestant:
        return Contestant(self.call, self.surroundings)


def steady(clock: FakeClock, seconds: float) -> Timed:
    return Timed(clock, repeat(seconds), free=seconds >= 0.1)


def run(
    fake: FakeClock,
    plan: Plan,
    *timed: Timed,
    tick: float = FINE_TICK,
    events: list[Progress] | None = None,
) -> Sampling[int]:
    """Sample contestants numbered from 0; events: where progress is written to."""
    contestants = {number: one.contestant for number, one in enumerate(timed)}
    report = (lambda _: None) if events is None else events.append
    return sample(contestants, plan, Clock(fake.read, tick), generator(0), report)


NO_MINIMUM = Plan(min_seconds=0)
ONE_ROUND = Plan(min_seconds=0, max_seconds=0)


def uncertain(fake: FakeClock) -> Timed:
    """Return a call whose odd measurements take a quarter of a second, the others an eighth.

    The middle half of any number of them spreads over two thirds of their median or more, so that
    the median is not certain to 1 % before the ten thousandth.
    """
    return Timed(fake, cycle([0.25, 0.125]), free=True)


def disturbed(fake: FakeClock) -> Timed:
    """Return a call that takes twice as long in its first five rounds (two calls calibrate).

    The upper quartile of n rounds lies at position 3/4·(n-1) and the last of the n-5 short ones
    at n-6: the quartiles agree, and the median is certain, from n = 21 on.
    """
    return Timed(fake, chain(repeat(0.25, 2 + 5), repeat(0.125)), free=True)


# ----------------------------------------------------------------------------- calibration


@pytest.mark.parametrize(
    ("tick", "seconds", "calls"),
    [
        (FINE_TICK, 2.0**-9, 1),  # 1.95 ms
        (FINE_TICK, 2.0**-10, 2),  # 0.98 ms is not yet a millisecond
        (FINE_TICK, 2.0**-11, 4),
        (FINE_TICK, 2.0**-13, 16),  # 8.2 would do
        (FINE_TICK, 2.0**-20, 2048),  # 1024 calls last 0.98 ms
        (2.0**-16, 2.0**-10, 16),  # 1000 steps are 15.6 calls
        (2.0**-16, 2.0**-13, 128),  # 1000 steps are 125 calls
        (2.0**-16, 125 * 2.0**-16, 8),  # 1000 steps are 8 calls exactly
        (2.0**-16, 124 * 2.0**-16, 16),  # 992 steps are too few
        (2.0**-10, 2.0**-5, 32),  # 1000 steps are 0.98 s
        (2.0**-4, 2.0**-6, 64),  # 1000 steps would be 62.5 s: a second is enough
        (2.0**-4, 2.0**-10, 1024),
        (2.0**-4, 0.75, 2),
        (2.0**-4, 1.0, 1),
    ],
)
def test_a_measurement_holds_the_power_of_two_calls_that_reaches_its_shortest_time(
    tick: float, seconds: float, calls: int
) -> None:
    fake = FakeClock()
    sampling = run(fake, ONE_ROUND, steady(fake, seconds), tick=tick)
    assert sampling.measurements[0].calls == calls


def test_each_contestant_is_calibrated_by_itself() -> None:
    fake = FakeClock()
    sampling = run(fake, NO_MINIMUM, steady(fake, 2.0**-9), steady(fake, 2.0**-12))
    assert [sampling.measurements[number].calls for number in (0, 1)] == [1, 8]


@pytest.mark.parametrize("seconds", [2.0**-14, 2.0**-9, 0.125, 2.0])
def test_samples_are_the_duration_of_one_call(seconds: float) -> None:
    fake = FakeClock()
    sampling = run(fake, Plan(repetitions=7, min_seconds=0), steady(fake, seconds))
    assert sampling.measurements[0].seconds == (seconds,) * 7


def test_samples_are_in_the_order_of_the_rounds() -> None:
    fake = FakeClock()
    durations = [EIGHTH * number for number in (1, 1, 3, 2, 5, 4)]  # the first two calibrate
    sampling = run(fake, Plan(4, 0, 0), Timed(fake, durations, free=True))
    assert sampling.measurements[0].seconds == (3 / 8, 2 / 8, 5 / 8, 4 / 8)


def test_a_measurement_contains_one_reading_of_the_clock() -> None:
    """What reading takes is part of what the shortest time of a measurement makes negligible."""
    fake = FakeClock(per_reading=2.0**-20)
    sampling = run(fake, NO_MINIMUM, steady(fake, 2.0**-11))
    assert sampling.measurements[0] == Measurements(4, (2.0**-11 + 2.0**-22,) * DEFAULT_ROUNDS)


def test_the_shortest_measurement_in_steps_of_the_clock() -> None:
    assert Measurements(4, (3.0, 2.0, 2.5)).shortest_ticks(0.5) == 2.0 * 4 / 0.5


def test_a_sampling_tells_its_clock_and_its_whole_time() -> None:
    """Two calls calibrate, fifteen are measured."""
    fake = FakeClock()
    fake.now = 100.0
    sampling = run(fake, NO_MINIMUM, steady(fake, EIGHTH))
    assert (sampling.tick_seconds, sampling.elapsed_seconds) == (FINE_TICK, 17 * EIGHTH)


# -------------------------------------------------------------------------------- warm-up


@pytest.mark.parametrize(
    ("tick", "seconds", "calibration", "untimed", "timed"),
    [
        (FINE_TICK, 2.0**-11, [2, 3, 5], 7, 4),  # 3 ms are 6.1 calls
        (FINE_TICK, 2.0**-9, [2], 2, 1),
        (FINE_TICK, 0.003, [2], 1, 1),
        (FINE_TICK, 0.0015, [2], 2, 1),
        (FINE_TICK, 0.00149, [2], 3, 1),
        (FINE_TICK, 2.0**-4, [2], 1, 1),
        # however long a call, one comes first: what a process makes once is not timed
        (FINE_TICK, 0.1, [2], 1, 1),
        (FINE_TICK, 2.0, [2], 1, 1),
        (2.0**-16, 2.0**-11, [2, 3, 5, 9, 17, 33], 7, 32),
        (2.0**-10, 2.0**-4, [2, 3, 5, 9, 17], 1, 16),
        (2.0**-4, 2.0**-6, [2, 3, 5, 9, 17, 33, 65], 1, 64),
    ],
)
def test_untimed_calls_of_three_milliseconds_precede_each_measurement_and_one_at_least(
    tick: float, seconds: float, calibration: list[int], untimed: int, timed: int
) -> None:
    """To calibrate, one untimed call precedes each try."""
    fake = FakeClock()
    call = steady(fake, seconds)
    sampling = run(fake, Plan(15, 0, 0), call, tick=tick)
    assert call.counts == calibration + [untimed + timed] * 15
    assert sampling.measurements[0].calls == timed
    assert sampling.measurements[0].seconds == pytest.approx([seconds] * 15, rel=1e-12)


def test_what_a_first_call_takes_longer_is_never_timed() -> None:
    """As where each measurement is made in a process of its own, which begins with nothing."""
    fake = FakeClock()
    first_then_others = Timed(fake, cycle([2.0, 0.25]))
    sampling = run(fake, Plan(15, 0, 0), first_then_others)
    assert sampling.measurements[0] == Measurements(1, (0.25,) * 15)


def test_the_untimed_call_comes_before_the_timed_ones() -> None:
    """Calls of a millisecond and five in turn: the first of each pair is not timed."""
    fake = FakeClock()
    sampling = run(fake, NO_MINIMUM, Timed(fake, cycle([2.0**-10, 5 * 2.0**-10])))
    assert sampling.measurements[0] == Measurements(1, (5 * 2.0**-10,) * DEFAULT_ROUNDS)


# ----------------------------------------------------------------------------------- order


class Logged:
    """Contestants that note each measurement."""

    def __init__(self, fake: FakeClock, names: Iterable[str]) -> None:
        self.fake = fake
        self.log: list[str] = []
        self.contestants = {name: self._contestant(name) for name in names}

    def _contestant(self, name: str) -> Contestant:
        def call() -> None:
            self.fake.now += EIGHTH

        @contextmanager
        def surroundings() -> Iterator[None]:
            self.log.append(name)
            yield

        return Contestant(call, surroundings)


@pytest.mark.parametrize("names", ["a", "ab", "abcdefg"])
@pytest.mark.parametrize("seed", [0, 1, 2026])
def test_each_round_measures_every_contestant_once_in_the_generators_order(
    names: str, seed: int
) -> None:
    fake = FakeClock()
    logged = Logged(fake, names)
    clock = Clock(fake.read, FINE_TICK)
    sampling = sample(logged.contestants, Plan(20, 0, 0), clock, generator(seed))
    twin = generator(seed)
    expected = [twin.sample(names, len(names)) for _ in range(20)]
    rounds = logged.log[len(names) :]
    assert logged.log[: len(names)] == list(names)
    assert rounds == [name for order in expected for name in order]
    assert list(sampling.measurements) == list(names)
    assert {len(samples.seconds) for samples in sampling.measurements.values()} == {20}


def test_the_order_changes_from_round_to_round() -> None:
    fake = FakeClock()
    logged = Logged(fake, "abc")
    sample(logged.contestants, Plan(30, 0, 0), Clock(fake.read, FINE_TICK), generator(0))
    rounds = ["".join(logged.log[start : start + 3]) for start in range(3, 93, 3)]
    assert set(rounds) == {"abc", "acb", "bac", "bca", "cab", "cba"}


class SlowingDown:
    """A call on a machine that from some time on needs twice as long for everything."""

    def __init__(self, fake: FakeClock, seconds: float, since: float) -> None:
        self.fake, self.seconds, self.since = fake, seconds, since

    def __call__(self) -> None:
        self.fake.now += self.seconds * (1 if self.fake.now < self.since else 2)


@pytest.mark.parametrize("seed", range(5))
def test_a_machine_that_slows_down_slows_all_contestants_alike(seed: int) -> None:
    """Two calls calibrate each; from the sixth of fifteen rounds on all is slow.

    Were one contestant measured after the other, the first would be through at that time.
    """
    fake = FakeClock()
    durations = {"short": EIGHTH, "long": 2 * EIGHTH}
    since = (2 + 5) * 3 * EIGHTH
    contestants = {
        name: Contestant(SlowingDown(fake, seconds, since)) for name, seconds in durations.items()
    }
    clock = Clock(fake.read, FINE_TICK)
    sampling = sample(contestants, Plan(15, 0, 0), clock, generator(seed))
    medians = {name: median(samples.seconds) for name, samples in sampling.measurements.items()}
    assert medians == {"short": 2 * EIGHTH, "long": 4 * EIGHTH}


# -------------------------------------------------------------------------------- how long


@pytest.mark.parametrize(
    ("plan", "rounds"),
    [
        (Plan(None, 0, 10), 15),
        (Plan(None, 1, 10), 15),  # 15 rounds of an eighth of a second are more than a second
        (Plan(None, 4, 10), 32),
        (Plan(None, 4.01, 10), 33),
        (Plan(None, 0, 1), 8),
        (Plan(None, 0, 1.01), 9),
        (Plan(None, 0, 0), 1),
        (Plan(None, 0, EIGHTH), 1),
        (Plan(3, 0, 10), 3),
        (Plan(3, 1, 10), 8),
        (Plan(20, 0, 0), 20),
        (Plan(20, 1, 1), 20),
        (Plan(1, 0, 0), 1),
    ],
)
def test_rounds_of_a_steady_call(plan: Plan, rounds: int) -> None:
    fake = FakeClock()
    sampling = run(fake, plan, steady(fake, EIGHTH))
    assert sampling.rounds == len(sampling.measurements[0].seconds) == rounds


@pytest.mark.parametrize(
    ("plan", "rounds"),
    [
        (Plan(None, 0, 10), 53),  # 26 pairs of 3/8 s are 9.75 s, and the 53rd round takes 1/4 s
        (Plan(None, 0, 10.01), 54),
        (Plan(3, 0, 4.5), 24),  # 12 pairs of 3/8 s
        (Plan(30, 0, 4.5), 30),
        (Plan(None, 0, 1), 5),
    ],
)
def test_an_uncertain_median_is_measured_until_the_time_is_up(plan: Plan, rounds: int) -> None:
    fake = FakeClock()
    assert run(fake, plan, uncertain(fake)).rounds == rounds


@pytest.mark.parametrize("repetitions", [None, 3, 19])
def test_no_more_rounds_than_make_the_median_certain(repetitions: int | None) -> None:
    """With 3 repetitions: three equal ones are certain."""
    fake = FakeClock()
    sampling = run(fake, Plan(repetitions, 0, 100), disturbed(fake))
    assert sampling.rounds == (3 if repetitions == 3 else 21)


def test_one_uncertain_contestant_keeps_all_in_the_race() -> None:
    fake = FakeClock()
    sampling = run(fake, Plan(None, 0, 100), steady(fake, EIGHTH), disturbed(fake))
    assert [len(sampling.measurements[number].seconds) for number in (0, 1)] == [21, 21]


@pytest.mark.parametrize(("deviation", "certain"), [(0.0127, True), (0.0128, False)])
def test_a_median_is_certain_when_its_interval_is_within_one_percent(
    deviation: float, certain: bool
) -> None:
    """The middle half of sixteen rounds spreads over twice the deviation.

    At 0.01274 the median is certain to 1.57 · 2 · 0.01274 / 4, which is 1 %.
    """
    fake = FakeClock()
    spread = [1 - deviation] * 5 + [1.0] * 6 + [1 + deviation] * 5
    sampling = run(
        fake, Plan(16, 0, 1000), Timed(fake, chain([1.0, 1.0], cycle(spread)), free=True)
    )
    assert (sampling.rounds == 16) is certain


# -------------------------------------------------------------------------------- progress


def test_progress_is_told_after_each_calibration_and_each_round() -> None:
    """Two contestants, an eighth of a second each: a quarter for a round, 15 rounds 3.75 s."""
    fake = FakeClock()
    events: list[Progress] = []
    run(fake, NO_MINIMUM, steady(fake, EIGHTH), steady(fake, EIGHTH), events=events)
    calibration = [Progress(0, 0.25, 10.0), Progress(0, 0.5, 10.0)]
    assert events == calibration + [Progress(n, n / 4, 3.75) for n in range(1, 16)]


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        (Plan(None, 0, 10), 15 / 8),
        (Plan(None, 4, 10), 4.0),
        (Plan(None, 0, 1), 1.0),
        (Plan(20, 0, 1), 20 / 8),
        (Plan(3, 0, 1), 3 / 8),
        (Plan(3, 1, 5), 1.0),
    ],
)
def test_the_expected_time_of_a_steady_call_is_right_from_the_first_round(
    plan: Plan, expected: float
) -> None:
    fake = FakeClock()
    events: list[Progress] = []
    run(fake, plan, steady(fake, EIGHTH), events=events)
    assert {event.expected_seconds for event in events if event.rounds} == {expected}
    assert events[-1].elapsed_seconds == expected


def test_before_the_usual_number_of_rounds_the_expected_time_is_that_of_so_many() -> None:
    """Though the median is uncertain by then: the mean round so far, fifteen times."""
    fake = FakeClock()
    events: list[Progress] = []
    run(fake, Plan(None, 0, 100), uncertain(fake), events=events)
    expected = [event.expected_seconds for event in events[1:5]]
    assert expected == pytest.approx([0.25 * 15, 0.375 / 2 * 15, 0.625 / 3 * 15, 0.75 / 4 * 15])


@pytest.mark.parametrize("repetitions", [None, 3, 20])
def test_while_medians_stay_uncertain_all_the_time_is_expected_to_be_needed(
    repetitions: int | None,
) -> None:
    fake = FakeClock()
    events: list[Progress] = []
    run(fake, Plan(repetitions, 0, 9.75), uncertain(fake), events=events)
    wanted = repetitions or DEFAULT_ROUNDS
    assert {event.expected_seconds for event in events if event.rounds >= wanted} == {9.75}
    assert events[-1].elapsed_seconds == 9.75


@pytest.mark.parametrize("kind", [uncertain, disturbed])
@pytest.mark.parametrize(
    "plan",
    [
        Plan(None, 0, 10),
        Plan(None, 2, 10),
        Plan(None, 0, 1.1),
        Plan(None, 0, 0),
        Plan(3, 0, 4),
        Plan(3, 4, 4),
        Plan(30, 0, 1),
    ],
)
def test_rounds_and_time_count_up_and_never_beyond_what_is_expected(
    plan: Plan, kind: Callable[[FakeClock], Timed]
) -> None:
    fake = FakeClock()
    events: list[Progress] = []
    sampling = run(fake, plan, kind(fake), events=events)
    rounds = events[1:]
    assert [event.rounds for event in events] == list(range(sampling.rounds + 1))
    assert all(before.elapsed_seconds < after.elapsed_seconds for before, after in pairwise(rounds))
    assert [event for event in rounds if event.expected_seconds < event.elapsed_seconds] == []


# ---------------------------------------------------------------- surroundings, collector


def test_surroundings_are_entered_around_each_measurement_and_not_timed() -> None:
    fake = FakeClock()
    log: list[str] = []

    def call() -> None:
        log.append("call")
        fake.now += 2.0**-9

    @contextmanager
    def surroundings() -> Iterator[None]:
        log.append("enter")
        fake.now += 2.0**-5
        yield
        fake.now += 2.0**-6
        log.append("leave")

    clock = Clock(fake.read, FINE_TICK)
    contestants = {"one": Contestant(call, surroundings)}
    sampling = sample(contestants, Plan(5, 0, 0), clock, generator(0))
    assert sampling.measurements["one"] == Measurements(1, (2.0**-9,) * 5)
    calibration = ["enter", "call", "call", "leave"]
    assert log == calibration + ["enter", "call", "call", "call", "leave"] * 5


def test_each_measurement_is_made_where_it_is_told_to_be() -> None:
    """One isolation for each calibration and each measurement, and what it returns counts."""
    fake = FakeClock()
    timed = [steady(fake, EIGHTH), steady(fake, 2.0**-12)]
    isolated: list[type] = []

    def isolate(measure: Callable[[], Any], /) -> Any:
        found = measure()
        isolated.append(type(found))
        return found if len(isolated) <= 2 else 8.0

    contestants = {number: one.contestant for number, one in enumerate(timed)}
    clock = Clock(fake.read, FINE_TICK)
    sampling = sample(contestants, Plan(4, 0, 0), clock, generator(0), isolate=isolate)
    assert isolated == [tuple, tuple] + [float] * 2 * 4
    assert sampling.measurements == {0: Measurements(1, (8.0,) * 4), 1: Measurements(8, (1.0,) * 4)}


@pytest.fixture(params=[True, False], ids=["collector on", "collector off"])
def collector(request: pytest.FixtureRequest) -> Iterator[bool]:
    """Turn the collector on or off for one test, and yield which."""
    was_enabled = gc.isenabled()
    enabled: bool = request.param
    (gc.enable if enabled else gc.disable)()
    yield enabled
    (gc.enable if was_enabled else gc.disable)()


class Watching:
    """A call that notes whether the collector is on, and fails after so many calls."""

    def __init__(self, fake: FakeClock, calls: int) -> None:
        self.fake, self.left = fake, calls
        self.collecting: set[bool] = set()

    def __call__(self) -> None:
        self.collecting.add(gc.isenabled())
        self.fake.now += 2.0**-9
        self.left -= 1
        if self.left < 0:
            raise ZeroDivisionError


def test_the_collector_rests_during_calls_and_is_left_as_it_was(collector: bool) -> None:
    fake = FakeClock()
    call = Watching(fake, 1000)
    sample({"one": Contestant(call)}, NO_MINIMUM, Clock(fake.read, FINE_TICK), generator(0))
    assert call.collecting == {False}
    assert gc.isenabled() is collector


@pytest.mark.parametrize("calls", [0, 1, 10])
def test_a_call_that_raises_leaves_the_collector_as_it_was(collector: bool, calls: int) -> None:
    """The first two calls calibrate."""
    fake = FakeClock()
    contestants = {"one": Contestant(Watching(fake, calls))}
    with pytest.raises(ZeroDivisionError):
        sample(contestants, NO_MINIMUM, Clock(fake.read, FINE_TICK), generator(0))
    assert gc.isenabled() is collector


# ------------------------------------------------------------------------ the real clock


def test_this_machines_clock_has_a_small_step_and_never_goes_back() -> None:
    clock = system_clock()
    readings = [clock.read() for _ in range(1000)]
    assert 0 < clock.tick_seconds < 0.1
    assert readings == sorted(readings)
