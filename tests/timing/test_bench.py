"""A whole benchmark on a clock of the test's own: every figure is known beforehand."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from typing import Any

import numpy as np
import pytest

from nncli import Dense, FileError, Network, NetworkSpec, build_network, read_spec
from nncli.data.batch import Batch
from nncli.data.frames import BatchLike
from nncli.errors import CheckFailed, UsageError
from nncli.machine import usable_processors
from nncli.network.activations import Array
from nncli.problems import Note
from nncli.timing.advice import CostLine
from nncli.timing.bench import BenchRun, run_bench
from nncli.timing.prepare import Request, Series
from nncli.timing.sampling import Clock, Plan, sample

SPEC = b"layer_sizes: [4, 8, 2]\nactivations: [relu, linear]\nseed: 0"
MULTIPLY_ADDS = 4 * 8 + 8 * 2
# Reading the clock takes so long, and it is the shortest measurement: a bit under 2 ms.
READING = 2.0**-9
# All times are sums of powers of two, hence exact.
OVERHEAD, COST = 2.0**-6, 2.0**-10
NUMPY = Series("numpy", "float64", 1)


@dataclass
class FakeTime:
    """A clock that only moves when it is read, and when somebody says that time went by."""

    now: float = 0.0

    def read(self) -> float:
        self.now += READING
        return self.now


def line(size: int) -> float:
    """The time of a forward pass: a measured one is longer by one reading of the clock."""
    return OVERHEAD - READING + COST * size


@dataclass(frozen=True, eq=False)
class TimedNetwork(Network):
    """A network whose forward pass takes a known time."""

    time: FakeTime = field(default_factory=FakeTime)
    seconds: Callable[[int], float] = line
    error: Callable[[int], float] = lambda _: 0.0

    def forward(self, batch: BatchLike) -> Array:
        size = len(np.asarray(batch))
        self.time.now += self.seconds(size)
        output: Array = super().forward(batch) + self.error(size)
        return output


@dataclass(frozen=True, eq=False)
class LookingNetwork(TimedNetwork):
    """A network that notes what it is given."""

    seen: list[Array] = field(default_factory=list)

    def forward(self, batch: BatchLike) -> Array:
        self.seen.append(np.array(batch))
        return super().forward(batch)


def parts(spec: bytes = SPEC) -> tuple[NetworkSpec, tuple[Dense, ...], FakeTime]:
    """Return what a network of the test's own is made of."""
    network = build_network(read_spec(spec, "spec.yaml"))
    return network.spec, network.layers, FakeTime()


def run(
    network: TimedNetwork,
    *sizes: int,
    data: Batch | None = None,
    notes: tuple[Note, ...] = (),
    max_seconds: float = 1e9,
    **request: Any,
) -> BenchRun:
    """Time a network on its own clock."""
    clock = Clock(network.time.read, tick_seconds=1e-9)
    plan = Plan(min_seconds=0.0, max_seconds=max_seconds)
    sampler = partial(sample, clock=clock, generator=random.Random(1))
    wanted = Request(sizes, plan=plan, **request)
    return run_bench({network.dtype: network}, data, wanted, sampler, notes)


def test_every_figure_of_a_result_follows_from_the_clock() -> None:
    done = run(TimedNetwork(*parts()), 1, 16, 64)
    assert done.rounds == 15
    assert [result.batch_size for result in done.results] == [1, 16, 64]
    for result in done.results:
        size = result.batch_size
        median = OVERHEAD + COST * size
        assert result.series == NUMPY
        assert result.measurements.calls == 1
        assert result.measurements.seconds == (median,) * 15
        assert (result.summary.median, result.summary.iqr, result.summary.p95) == (
            median,
            0,
            median,
        )
        assert result.timing.rate == size / median
        assert result.timing.seconds_per_sample == median / size
        assert result.gflops == pytest.approx(2 * MULTIPLY_ADDS * size / median / 1e9, rel=1e-15)
        assert result.speedup == pytest.approx(size * (OVERHEAD + COST) / median, rel=1e-15)
        assert result.verdict == "stable"


def test_the_share_is_of_a_matrix_product_timed_in_the_same_run() -> None:
    """512 × 512 by 512 × 512, which on this clock takes no more than its reading."""
    done = run(TimedNetwork(*parts()), 1)
    [rate] = done.matmuls
    assert (rate.dtype, rate.threads) == ("float64", 1)
    assert rate.gflops == pytest.approx(2 * 512**3 / READING / 1e9, rel=1e-15)
    [result] = done.results
    assert result.matmul_share == pytest.approx(result.gflops / rate.gflops, rel=1e-15)


def test_the_fitted_line_is_the_one_that_the_network_takes() -> None:
    [advice] = run(TimedNetwork(*parts()), 1, 16, 64).advice
    assert advice.line == CostLine(OVERHEAD, COST, 0.0)
    # 16 of 17 parts of a batch of one
    assert advice.line.overhead_share(1) == pytest.approx(16 / 17, rel=1e-15)


def test_the_recommended_size_is_the_smallest_that_reaches_nine_tenths_of_the_best_rate() -> None:
    """Rates are n / (16 + n) of the limit: 0.8 of it at 64, 0.94 at 256, 0.98 at 1024."""
    [advice] = run(TimedNetwork(*parts()), 1, 64, 256, 1024).advice
    assert advice.recommendation.batch_size == 256
    assert advice.recommendation.share == pytest.approx((256 / 272) / (1024 / 1040), rel=1e-12)
    assert not advice.recommendation.still_rising


def test_a_larger_batch_that_is_slower_is_a_cliff() -> None:
    def doubled_from_64(size: int) -> float:
        return line(size) + (OVERHEAD + COST * size if size >= 64 else 0)

    [advice] = run(TimedNetwork(*parts(), doubled_from_64), 16, 32, 64, 128).advice
    [cliff] = advice.cliffs
    per_sample = {32: (16 + 32) / 32, 64: 2 * (16 + 64) / 64}
    assert (cliff.smaller, cliff.larger) == (32, 64)
    assert cliff.slowdown == pytest.approx(per_sample[64] / per_sample[32], rel=1e-12)


def test_a_spread_of_a_tenth_of_the_median_is_noisy() -> None:
    """Calls take one, two or three times as long, and there is one a measurement."""
    calls = count()

    def uneven(_: int) -> float:
        return 2.0**-4 * (1 + next(calls) % 3)

    [result] = run(TimedNetwork(*parts(), uneven), 1, max_seconds=3.0).results
    assert result.measurements.calls == 1
    assert result.verdict == "noisy"


def test_outputs_that_differ_by_more_than_rounding_fail_with_the_batch_size() -> None:
    with pytest.raises(CheckFailed) as caught:
        run(TimedNetwork(*parts(), error=lambda size: 1e-9 * (size == 8)), 1, 8, 64)
    [problem] = caught.value.problems
    assert problem.code == "N604"
    assert "numpy, float64, 1 thread, batch size 8: the outputs differ by up to 1e-09" in (
        problem.message
    )


def test_outputs_that_differ_by_rounding_are_equal() -> None:
    assert run(TimedNetwork(*parts(), error=lambda size: 1e-18 * size), 1, 8, 64).results


def test_where_rounding_could_do_as_much_the_comparison_is_said_to_say_little() -> None:
    """Each layer cancels all but a hundred-millionth of what it is given, in float32."""
    spec = b"""
        {dtype: float32, inputs: 2, layers: [
          {neurons: 1, weights: [[1.0], [-1.0]], biases: [1e-6]}]}"""
    network = TimedNetwork(*parts(spec))
    rows = np.full((4, 2), 1e3)
    done = run(network, 1, 4, data=Batch("rows.csv", rows, ("a", "b"), {}))
    assert [note.code for note in done.notes] == ["loose_check"]


def test_data_is_repeated_from_its_first_row_to_fill_a_batch() -> None:
    rows = np.arange(12.0).reshape(3, 4)
    data = Batch("rows.csv", rows, ("a", "b", "c", "d"), {}, notes=(Note("blank", "a note"),))
    network = LookingNetwork(*parts())
    done = run(network, 2, 7, data=data, notes=(Note("spec", "first"),), max_seconds=0.0)
    assert done.source == "rows.csv"
    assert [note.message for note in done.notes][:2] == ["first", "a note"]
    expected = np.concatenate([rows, rows, rows[:1]])
    assert {len(batch) for batch in network.seen} == {2, 7}
    for batch in network.seen:
        assert np.array_equal(batch, expected[: len(batch)])


def test_without_data_the_samples_are_the_same_in_every_run() -> None:
    """Standard normal draws of seed 0, whose stream NumPy has frozen."""
    network = LookingNetwork(*parts())
    assert run(network, 5000, max_seconds=0.0).source is None
    expected = np.random.RandomState(0).standard_normal((5000, 4))
    assert np.array_equal(network.seen[0], expected)


def test_every_combination_is_a_series_and_plain_python_has_one_thread() -> None:
    done = run(TimedNetwork(*parts()), 1, 2, backends=("numpy", "python"), threads=(1, 2))
    assert [advice.series for advice in done.advice] == [
        Series("numpy", "float64", 1),
        Series("python", "float64", 1),
        Series("numpy", "float64", 2),
    ]
    assert [(rate.dtype, rate.threads) for rate in done.matmuls] == [("float64", 1), ("float64", 2)]


def test_each_layer_is_timed_by_itself_on_every_batch_size() -> None:
    """On this clock a layer takes a reading, and the whole what the network says."""
    done = run(TimedNetwork(*parts()), 1, 16, per_layer=True)
    keys = [(s.candidate.batch_size, s.candidate.layer, s.candidate.name) for s in done.layers]
    assert keys == [(1, 1, "layer_1"), (1, 2, "layer_2"), (16, 1, "layer_1"), (16, 2, "layer_2")]
    for share in done.layers:
        assert share.seconds == READING
        whole = OVERHEAD + COST * share.candidate.batch_size
        assert share.share == pytest.approx(READING / whole, rel=1e-15)


def test_the_memory_is_the_batch_and_what_the_pass_allocates() -> None:
    """Batch (n, 4), two arrays by turns (n, 8), output (n, 2) and its copy; a few bytes more."""
    small, large = run(TimedNetwork(*parts()), 1000, 2000).results
    assert small.peak_bytes is not None
    assert large.peak_bytes is not None
    values_per_sample = (large.peak_bytes - small.peak_bytes) / 1000 / 8
    assert values_per_sample == pytest.approx(4 + 8 + 8 + 2 + 2, rel=1e-2)


def test_the_memory_of_other_backends_is_unknown() -> None:
    done = run(TimedNetwork(*parts()), 1, backends=("loop",))
    assert [result.peak_bytes for result in done.results] == [None]


def test_a_batch_that_memory_cannot_hold_is_refused_with_its_size() -> None:
    with pytest.raises(FileError) as caught:
        run(TimedNetwork(*parts()), 1, 10**14)
    [problem] = caught.value.problems
    assert (problem.code, problem.help) == ("N508", ("use smaller --batch-sizes",))
    assert "100,000,000,000,000 samples" in problem.message


def test_what_takes_too_long_in_plain_python_is_left_out_with_a_note() -> None:
    """A million samples times 48 multiply-adds are more than 20 million."""
    done = run(TimedNetwork(*parts()), 1, 10**6, backends=("numpy", "python"))
    python = [result.batch_size for result in done.results if result.series.backend == "python"]
    assert python == [1]
    [note] = [note for note in done.notes if note.code == "skipped"]
    assert note.message == (
        "python is left out for batches of 1,000,000: a call would take too long"
    )


def test_if_nothing_is_left_to_be_timed_the_reasons_are_said() -> None:
    with pytest.raises(UsageError, match=r"nothing is left .* Python's numbers are float64"):
        run(TimedNetwork(*parts(SPEC + b"\ndtype: float32")), 1, backends=("python",))


def test_more_threads_than_processors_are_noted() -> None:
    codes = [
        note.code
        for note in run(TimedNetwork(*parts()), 1, threads=(usable_processors() + 1,)).notes
    ]
    assert codes == ["more_threads_than_processors"]
