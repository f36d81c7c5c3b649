"""A benchmark against one that was saved before: which batch sizes became slower or faster."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from nncli.errors import Note, Problem, UsageError, count_of, shorten
from nncli.spec.model import DType
from nncli.timing.bench import BenchRun, Result
from nncli.timing.prepare import Request, Series, wanted_series
from nncli.timing.saved import Key, SavedBench
from nncli.timing.statistics import MIN_ROUNDS, Interval, ratio_of_medians

Change = Literal["slower", "faster", "no significant difference"]

# Two runs of the same network differ by more than the rounds of either show: memory is laid out
# anew, the machine is warmer.  A difference counts only beyond this (benchmarks/README.md).
BETWEEN_RUNS = 0.05
_BOOTSTRAP_SEED = 0


def judge_change(ratio: Interval) -> Change:
    """Say what a ratio means: a difference needs the whole interval beyond what two runs differ."""
    if ratio.low > 1 + BETWEEN_RUNS:
        return "slower"
    if ratio.high < 1 / (1 + BETWEEN_RUNS):
        return "faster"
    return "no significant difference"


@dataclass(frozen=True)
class Compared:
    """One result against the saved one.

    ratio: of the medians, above 1 if it takes longer now; rounds: of the run that had fewer.
    """

    result: Result
    ratio: Interval
    rounds: int = MIN_ROUNDS

    @property
    def change(self) -> Change:
        """What became of it."""
        if self.rounds < MIN_ROUNDS:
            return "no significant difference"  # an interval from so few is too narrow
        return judge_change(self.ratio)


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
        name = f"{key.backend}, {key.dtype}, {count_of(key.threads, 'thread')}"
        sizes.setdefault(shorten(name), []).append(key.batch_size)
    hints = [
        f"it holds {name}: --batch-sizes {shorten(','.join(map(str, found)))}"
        for name, found in sizes.items()
    ]
    raise UsageError(message, *(hints[:5] or ["it holds none at all"]))


def _key(series: Series, batch_size: int) -> Key:
    return Key(series.backend, series.dtype, series.threads, batch_size)


def compare(run: BenchRun, saved: SavedBench) -> Comparison:
    """Compare every result with the saved one of the same backend, type, threads and size."""
    generator = np.random.default_rng(_BOOTSTRAP_SEED)
    compared = []
    for result in run.results:
        key = _key(result.series, result.batch_size)
        if key in saved.timings:
            ratio = ratio_of_medians(result.samples.seconds, saved.timings[key], generator)
            rounds = min(len(result.samples.seconds), len(saved.timings[key]))
            compared.append(Compared(result, ratio, rounds))
    return Comparison(saved.source, tuple(compared), tuple(_notes(run, saved)))


def slower_than(comparison: Comparison, limit: float) -> list[Problem]:
    """Return a problem for each result that is significantly slower by more than *limit*."""
    problems = []
    for one in comparison.compared:
        if one.change == "slower" and one.ratio.estimate > 1 + limit:
            series, ratio = one.result.series, one.ratio
            message = (
                f"batch size {one.result.batch_size:,} ({series.backend}, {series.dtype}, "
                f"{count_of(series.threads, 'thread')}) takes "
                f"{ratio.estimate:.2f} × as long as in {comparison.source} "
                f"({ratio.low:.2f} to {ratio.high:.2f} ×), {1 + limit:.4g} × is allowed"
            )
            problems.append(Problem("N605", message))
    return problems


def _notes(run: BenchRun, saved: SavedBench) -> Iterable[Note]:
    """Say in what else the two runs differ: then a ratio says more than one thing."""
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
