"""Timing a network over batch sizes, types, threads and backends: from a request to its results."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from nncli.data.batch import Batch
from nncli.errors import FileError
from nncli.network.network import Network
from nncli.network.scaling import clipped_and_scaled
from nncli.network.shapes import shape_table
from nncli.problems import Note, Problem
from nncli.specs.model import DType, NetworkSpec
from nncli.timing.advice import (
    Cliff,
    CostLine,
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
    Contender,
    LayerCandidate,
    MatmulCandidate,
    Request,
    Series,
    check_outputs,
    measure_peaks,
    prepare_calls,
)
from nncli.timing.sampling import Contestant, Measurements, Plan, Sampling
from nncli.timing.statistics import Summary, Verdict, judge, summarize
from nncli.words import count_of


@dataclass(frozen=True)
class Result:
    """One batch size of one series, timed."""

    series: Series
    timing: Timing
    measurements: Measurements
    verdict: Verdict
    gflops: float  # two operations for each multiply–add
    matmul_share: float  # of the rate of the machine's own matrix product
    speedup: float  # of the rate, over that of the smallest batch size of the series
    peak_bytes: int | None  # the batch and what a forward pass allocates; None if unknown

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
    line: CostLine | None
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
    tick_seconds: float
    elapsed_seconds: float
    notes: tuple[Note, ...]

    def results_of(self, series: Series) -> list[Result]:
        """Return the results of one series, the smallest batch size first."""
        return [result for result in self.results if result.series == series]


# Times contestants as planned: `sample` with its clock, its order and its surroundings.
Sampler: TypeAlias = Callable[[Mapping[Contender, Contestant], Plan], Sampling[Contender]]


def run_bench(
    networks: Mapping[DType, Network],
    data: Batch | None,
    request: Request,
    sampler: Sampler,
    notes: Sequence[Note] = (),
) -> BenchRun:
    """Time a network.

    networks: the same one in each type; data: samples, repeated as needed to fill a batch, or None
    for random ones; notes stand before those of the run.
    Raises CheckFailed if outputs differ by more than rounding, FileError if memory cannot hold the
    largest batch, UsageError if nothing is left to be timed.
    """
    spec = next(iter(networks.values())).spec
    networks = {dtype: network.without_scaling() for dtype, network in networks.items()}
    values = None if data is None else clipped_and_scaled(data.values, spec.inputs)
    machine = describe_machine(request.backends)  # before it is busy with this
    try:
        prepared = prepare_calls(networks, values, request)
        sampling = sampler(prepared.contestants(), request.plan)
        # last: threads that this starts would not survive into the processes that measure
        check_notes = check_outputs(prepared, networks)
        peak_bytes = measure_peaks(prepared)
    except MemoryError:
        message = f"not enough memory for a batch of {request.batch_sizes[-1]:,} samples"
        problem = Problem("N508", message, help=("use smaller --batch-sizes",))
        raise FileError(problem) from None
    measured = sampling.measurements
    matmuls = tuple(_matmul_rate(key, measured[key]) for key in prepared.matmuls)
    results = _results(sampling, matmuls, peak_bytes, shape_table(spec).total_multiply_adds)
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
        tick_seconds=sampling.tick_seconds,
        elapsed_seconds=sampling.elapsed_seconds,
        notes=(*notes, *data_notes, *prepared.notes, *check_notes, *machine_notes),
    )


def _results(
    sampling: Sampling[Contender],
    matmuls: Sequence[MatmulRate],
    peak_bytes: Mapping[Candidate, int],
    multiply_adds: int,
) -> list[Result]:
    own_rates = {(rate.dtype, rate.threads): rate.gflops for rate in matmuls}
    baselines: dict[Series, float] = {}
    results = []
    for candidate, measured in sampling.measurements.items():
        if not isinstance(candidate, Candidate):
            continue
        series = candidate.series
        timing = Timing(candidate.batch_size, summarize(measured.seconds))
        baseline = baselines.setdefault(series, timing.rate)  # the smallest batch size comes first
        gflops = 2e-9 * multiply_adds * timing.rate
        results.append(
            Result(
                series=series,
                timing=timing,
                measurements=measured,
                verdict=judge(timing.summary, measured.shortest_ticks(sampling.tick_seconds)),
                gflops=gflops,
                matmul_share=gflops / own_rates[series.dtype, series.threads],
                speedup=timing.rate / baseline,
                peak_bytes=peak_bytes.get(candidate),
            )
        )
    return results


def _matmul_rate(candidate: MatmulCandidate, measured: Measurements) -> MatmulRate:
    gflops = 2e-9 * MATMUL_SIZE**3 / summarize(measured.seconds).median
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
    candidate: LayerCandidate, measured: Measurements, results: Sequence[Result]
) -> LayerShare:
    whole = next(
        result.summary.median
        for result in results
        if (result.series, result.batch_size) == (candidate.series, candidate.batch_size)
    )
    seconds = summarize(measured.seconds).median
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
        load = f"{machine.load:.1f} processes ran on {count_of(machine.processors, 'processor')}"
        yield Note("busy_machine", f"the machine was busy in the minute before: {load}")
