"""A benchmark against one that was saved before: which batch sizes became slower or faster."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from nncli.errors import UsageError
from nncli.problems import Note, Problem
from nncli.specs.model import DType
from nncli.timing.bench import BenchRun, Result
from nncli.timing.names import series_name
from nncli.timing.prepare import Request, Series, wanted_series
from nncli.timing.saved import Key, SavedBench
from nncli.timing.statistics import MIN_ROUNDS, Interval, ratio_of_medians, summarize
from nncli.words import shorten

Change = Literal["slower", "faster", "no significant difference"]

# Two runs of the same network differ by more than the rounds of either show: memory is laid out
# anew, the machine is warmer.  A difference counts only beyond this (benchmarks/README.md).
BETWEEN_RUNS = 0.05
_BOOTSTRAP_SEED = 0


@dataclass(frozen=True)
class TimingDifference:
    """How many times as long something takes now.

    ratio: of the medians; middle_halves: the smallest and the largest ratio of a timing in the
    middle half of the one run to one in that of the other; machine_ratio: of the machine's own
    matrix product, 1 if unknown; rounds: of the run that had fewer.
    """

    ratio: Interval
    middle_halves: tuple[float, float]
    machine_ratio: float
    rounds: int

    @property
    def change(self) -> Change:
        """Say what it means.

        A difference counts if the whole interval lies beyond what two runs differ by and beyond
        what the machine itself changed by, and the middle halves do not overlap.
        """
        slowest, fastest = max(1.0, self.machine_ratio), min(1.0, self.machine_ratio)
        if self.rounds < MIN_ROUNDS:
            return "no significant difference"  # an interval from so few is too narrow
        low, high = self.middle_halves
        if self.ratio.low > slowest * (1 + BETWEEN_RUNS) and low > slowest:
            return "slower"
        if self.ratio.high < fastest / (1 + BETWEEN_RUNS) and high < fastest:
            return "faster"
        return "no significant difference"


def compare_timings(
    seconds: Sequence[float],
    baseline: Sequence[float],
    machine_ratio: float,
    generator: np.random.Generator,
) -> TimingDifference:
    """Compare the timings of two runs.  generator: of the bootstrap's draws."""
    now, then = summarize(seconds), summarize(baseline)
    return TimingDifference(
        ratio=ratio_of_medians(seconds, baseline, generator),
        middle_halves=(
            now.lower_quartile / then.upper_quartile,
            now.upper_quartile / then.lower_quartile,
        ),
        machine_ratio=machine_ratio,
        rounds=min(now.count, then.count),
    )


@dataclass(frozen=True)
class Compared:
    """One result against the saved one."""

    result: Result
    difference: TimingDifference


@dataclass(frozen=True)
class Comparison:
    """All results that have a counterpart in a saved benchmark."""

    source: str
    compared: tuple[Compared, ...]
    notes: tuple[Note, ...]


def check_comparable(saved: SavedBench, dtypes: Collection[DType], request: Request) -> None:
    """Check, before anything is timed, that something will be comparable.  Raises UsageError."""
    series = wanted_series(dtypes, request)
    wanted = {_key(one, size) for one in series for size in request.batch_sizes}
    if wanted & saved.timings.keys():
        return
    message = f"nothing to compare: {saved.source} has no measurement of what is to be timed"
    sizes: dict[str, list[int]] = {}
    for key in sorted(saved.timings):
        name = series_name(key.backend, key.dtype, key.threads)
        sizes.setdefault(shorten(name), []).append(key.batch_size)
    hints = [
        f"it holds {name}: --batch-sizes {shorten(','.join(map(str, found)))}"
        for name, found in sizes.items()
    ]
    raise UsageError(message, *(hints[:5] or ["it holds none at all"]))


def _key(series: Series, batch_size: int) -> Key:
    return Key(series.backend, series.dtype, series.threads, batch_size)


def compare(run: BenchRun, saved: SavedBench) -> Comparison:
    """Compare every result with the saved one of the same backend, type, threads and size.

    Raises UsageError if there is none: what was wanted may have been left out.
    """
    generator = np.random.default_rng(_BOOTSTRAP_SEED)
    own_rates = {(rate.dtype, rate.threads): rate.gflops for rate in run.matmuls}
    compared = []
    for result in run.results:
        key = _key(result.series, result.batch_size)
        if key in saved.timings:
            kind = (result.series.dtype, result.series.threads)
            then, now = saved.matmul_gflops.get(kind), own_rates.get(kind)
            machine_ratio = then / now if then and now else 1.0
            seconds, baseline = result.measurements.seconds, saved.timings[key]
            difference = compare_timings(seconds, baseline, machine_ratio, generator)
            compared.append(Compared(result, difference))
    if not compared:
        message = f"nothing to compare: what is also in {saved.source} was left out"
        raise UsageError(message, *(note.message for note in run.notes))
    return Comparison(saved.source, tuple(compared), tuple(_notes(run, saved)))


def slower_than(comparison: Comparison, limit: float) -> list[Problem]:
    """Return a problem for each result that is significantly slower by more than *limit*."""
    problems = []
    for one in comparison.compared:
        series, ratio = one.result.series, one.difference.ratio
        if one.difference.change == "slower" and ratio.estimate > 1 + limit:
            message = (
                f"batch size {one.result.batch_size:,} ({series.name}) takes "
                f"{ratio.estimate:.2f} × as long as in {comparison.source} "
                f"({ratio.low:.2f} to {ratio.high:.2f} ×), {1 + limit:.4g} × is allowed"
            )
            hint = "measure again before you trust it; --fail-above sets the limit"
            problems.append(Problem("N605", message, help=(hint,)))
    return problems


def _notes(run: BenchRun, saved: SavedBench) -> Iterable[Note]:
    """Say what is not compared, and in what else the two runs differ."""
    unknown: dict[Series, list[int]] = {}
    for result in run.results:
        if _key(result.series, result.batch_size) not in saved.timings:
            unknown.setdefault(result.series, []).append(result.batch_size)
    for series, missing in unknown.items():
        listed = shorten(", ".join(f"{size:,}" for size in missing))
        message = f"{saved.source} has no measurement of batch size {listed} ({series.name})"
        yield Note("not_compared", message)
    spec, machine = run.spec, run.machine
    now: dict[str, Any] = {"layer_sizes": list(spec.layer_sizes), "activations": spec.activations}
    if any(saved.network.get(key) != value for key, value in now.items()):
        sizes, kinds = saved.network.get("layer_sizes"), saved.network.get("activations")
        listed = "-".join(map(str, sizes)) if isinstance(sizes, list) else "unknown sizes"
        if sizes == now["layer_sizes"]:  # then it is the activations that differ
            listed = ", ".join(map(str, kinds)) if isinstance(kinds, list) else "no activations"
        yield Note("other_network", f"{saved.source} is of another network: {shorten(listed)}")
    then = saved.machine
    if (then.get("processor"), then.get("processors")) != (machine.processor, machine.processors):
        where = shorten(f"{then.get('processor')}, {then.get('processors')} processors")
        yield Note("other_machine", f"{saved.source} was measured on another machine: {where}")
    versions = then.get("versions")
    known = versions if isinstance(versions, dict) else {}
    changed = [
        f"{name} {shorten(str(known[name]))} → {version}"
        for name, version in machine.versions.items()
        if name in known and known[name] != version
    ]
    if changed:
        listed = ", ".join(changed)
        yield Note("other_versions", f"{saved.source} was measured with other versions: {listed}")
