"""Timing a network over batch sizes, types, threads and backends: from a request to its results."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from nncli.data.batches import Batch
from nncli.errors import Note, count_of
from nncli.network.network import Network
from nncli.network.shapes import shape_table
from nncli.spec.model import DType, NetworkSpec
from nncli.timing.advice import (
    Cliff,
    Line,
    Recommendation,
    Timing,
    find_cliffs,
    fit_line,
    recommend,
)
from nncli.timing.machine import Machine, describe_machine
from nncli.timing.prepare import (
    MATMUL_SIZE,
    Candidate,
    LayerCandidate,
    MatmulCandidate,
    Prepared,
    Request,
    Series,
    prepare_calls,
)
from nncli.timing.sampling import Clock, Contestant, Progress, Samples, Sampling, sample
from nncli.timing.statistics import Summary, Verdict, judge, summarize

Key: TypeAlias = Candidate | MatmulCandidate | LayerCandidate


@dataclass(frozen=True)
class Result:
    """One batch size of one series, timed.

    gflops: two operations for each multiply–add; matmul_share: of the machine's own rate; speedup:
    samples per second relative to the smallest batch size of the series; peak_bytes: the batch and
    what a forward pass allocates, None if unknown.
    """

    series: Series
    timing: Timing
    samples: Samples
    verdict: Verdict
    gflops: float
    matmul_share: float
    speedup: float
    peak_bytes: int | None

    @property
    def batch_size(self) -> int:
        """How many samples a call took."""
        return self.timing.batch_size

    @property
    def summary(self) -> Summary:
        """The timings in a few numbers."""
        return self.timing.summary


@dataclass(frozen=True)
class Advice:
    """What the batch sizes of one series show together."""

    series: Series
    line: Line | None
    recommendation: Recommendation
    cliffs: tuple[Cliff, ...]


@dataclass(frozen=True)
class LayerShare:
    """One layer timed by itself: the median, and its share of the whole forward pass."""

    candidate: LayerCandidate
    seconds: float
    share: float


@dataclass(frozen=True)
class MatmulRate:
    """The rate of this machine's own square matrix product, measured in the same run."""

    dtype: DType
    threads: int
    gflops: float


@dataclass(frozen=True, eq=False)
class BenchRun:
    """A finished benchmark.  source: where the samples came from, None for random ones."""

    spec: NetworkSpec
    source: str | None
    request: Request
    results: tuple[Result, ...]
    advice: tuple[Advice, ...]
    layers: tuple[LayerShare, ...]
    matmuls: tuple[MatmulRate, ...]
    machine: Machine
    rounds: int
    elapsed_seconds: float
    notes: tuple[Note, ...]

    def results_of(self, series: Series) -> list[Result]:
        """Return the results of one series, the smallest batch size first."""
        return [result for result in self.results if result.series == series]


def run_bench(
    networks: Mapping[DType, Network],
    data: Batch | None,
    request: Request,
    clock: Clock,
    *,
    notes: Sequence[Note] = (),
    generator: random.Random | None = None,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> BenchRun:
    """Time a network.

    networks: the same one in each type; data: samples, repeated as needed to fill a batch, or None
    for random ones; notes stand before those of the run; generator: of the random order.
    Raises CheckFailed if outputs differ by more than rounding, FileError if memory cannot hold the
    largest batch, UsageError if nothing is left to be timed.
    """
    spec = next(iter(networks.values())).spec
    machine = describe_machine(request.backends, clock.tick_seconds)  # before it is busy with this
    prepared = prepare_calls(networks, None if data is None else data.values, request)
    contestants: dict[Key, Contestant] = {}
    for group in (prepared.calls, prepared.matmuls, prepared.layers):
        contestants.update(group)  # type: ignore[arg-type]  # each has one of the three keys
    generator = generator or random.Random(0)  # noqa: S311  # an order, not a secret
    sampling = sample(contestants, request.plan, clock, generator, on_progress)
    measured = sampling.samples
    matmuls = tuple(_matmul_rate(key, measured[key]) for key in prepared.matmuls)
    results = _results(prepared, sampling, matmuls, shape_table(spec).total_multiply_adds)
    data_notes = () if data is None else data.notes
    machine_notes = _machine_notes(machine, request, results)
    return BenchRun(
        spec=spec,
        source=None if data is None else data.source,
        request=request,
        results=tuple(results),
        advice=_advice(results),
        layers=tuple(_layer_share(key, measured[key], results) for key in prepared.layers),
        matmuls=matmuls,
        machine=machine,
        rounds=sampling.rounds,
        elapsed_seconds=sampling.elapsed_seconds,
        notes=(*notes, *data_notes, *prepared.notes, *machine_notes),
    )


def _results(
    prepared: Prepared,
    sampling: Sampling[Key],
    matmuls: Sequence[MatmulRate],
    multiply_adds: int,
) -> list[Result]:
    own_rates = {(rate.dtype, rate.threads): rate.gflops for rate in matmuls}
    baselines: dict[Series, float] = {}
    results = []
    for candidate in prepared.calls:
        series, samples = candidate.series, sampling.samples[candidate]
        timing = Timing(candidate.batch_size, summarize(samples.seconds))
        baseline = baselines.setdefault(series, timing.rate)  # the smallest batch size comes first
        gflops = 2e-9 * multiply_adds * timing.rate
        results.append(
            Result(
                series=series,
                timing=timing,
                samples=samples,
                verdict=judge(timing.summary, samples.shortest_ticks(sampling.tick_seconds)),
                gflops=gflops,
                matmul_share=gflops / own_rates[series.dtype, series.threads],
                speedup=timing.rate / baseline,
                peak_bytes=prepared.peak_bytes.get(candidate),
            )
        )
    return results


def _matmul_rate(candidate: MatmulCandidate, samples: Samples) -> MatmulRate:
    gflops = 2e-9 * MATMUL_SIZE**3 / summarize(samples.seconds).median
    return MatmulRate(candidate.dtype, candidate.threads, gflops)


def _advice(results: Sequence[Result]) -> tuple[Advice, ...]:
    by_series: dict[Series, list[Timing]] = {}
    for result in results:
        by_series.setdefault(result.series, []).append(result.timing)
    return tuple(
        Advice(series, fit_line(timings), recommend(timings), tuple(find_cliffs(timings)))
        for series, timings in by_series.items()
    )


def _layer_share(
    candidate: LayerCandidate, samples: Samples, results: Sequence[Result]
) -> LayerShare:
    whole = next(
        result.summary.median
        for result in results
        if (result.series, result.batch_size) == (candidate.series, candidate.batch_size)
    )
    seconds = summarize(samples.seconds).median
    return LayerShare(candidate, seconds, seconds / whole)


def _machine_notes(machine: Machine, request: Request, results: Sequence[Result]) -> Iterator[Note]:
    """Say what about the machine makes its figures less than they seem."""
    most = max(request.threads)
    if most > machine.processors:
        what = f"{most} threads on {count_of(machine.processors, 'processor')}: they take turns"
        yield Note("more_threads_than_processors", what)
    if not machine.blas:
        what = "how many threads NumPy's matrix product runs on cannot be set here, nor known"
        yield Note("unknown_threads", what)
    noisy = any(result.verdict == "noisy" for result in results)
    if noisy and machine.load is not None and machine.load >= machine.processors / 2:
        load = f"{machine.load:.1f} processes were running on {machine.processors} processors"
        yield Note("busy_machine", f"the machine was busy at the start: {load}")
