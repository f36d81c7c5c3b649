"""`nncli bench`: time a network over batch sizes."""

from __future__ import annotations

import os
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from nncli.cli import options as opt
from nncli.cli.edge import error_edge, fail_if
from nncli.cli.installed import check_installed
from nncli.cli.pictures import check_plot, picture_kind
from nncli.cli.progress import progress_bar
from nncli.cli.reading import (
    DataArguments,
    DataRequest,
    check_targets,
    column_choice,
    data_request,
    input_paths,
    joined,
    opened_samples,
    overrides,
    read_config,
    read_data,
    refuse_misfits,
)
from nncli.cli.streams import (
    STDOUT_NAMES,
    open_stdout,
    remark_notes,
    show_view,
    write_result,
    write_text,
)
from nncli.cli.values import MAX_BATCH_SIZES
from nncli.errors import UsageError
from nncli.files import STDIN
from nncli.problems import Note, Problem
from nncli.timing.names import BACKEND_PACKAGES

if TYPE_CHECKING:
    from nncli.cli.progress import Advance
    from nncli.data.batch import Batch
    from nncli.data.columns import ColumnChoice
    from nncli.evaluation.spread import BatchLosses, LossSpread
    from nncli.evaluation.tasks import Task
    from nncli.formats.config import Config
    from nncli.network.network import Network
    from nncli.results.places import OutputTarget
    from nncli.specs.model import DType
    from nncli.specs.reader import SpecReading
    from nncli.timing.bench import BenchRun, Sampler
    from nncli.timing.comparison import Comparison
    from nncli.timing.names import BackendName
    from nncli.timing.prepare import Request
    from nncli.timing.sampling import Plan, Progress
    from nncli.timing.saved import SavedBench

_DEFAULT_SIZES = (1, 8, 32, 128, 512)


def bench(
    config: opt.Config,
    data: opt.BenchData = None,
    target: opt.BenchTarget = None,
    seed: opt.Seed = None,
    dtype: opt.DTypeNames = None,
    samples: opt.Samples = "rows",
    columns: opt.Columns = None,
    drop: opt.Drop = None,
    keep: opt.Keep = None,
    header: opt.HasHeader = None,
    delimiter: opt.Delimiter = None,
    decimal: opt.Decimal = ".",
    encoding: opt.Encoding = "utf-8",
    sizes: opt.BatchSizes = None,
    backend: opt.Backends = None,
    threads: opt.ThreadCounts = None,
    per_layer: opt.PerLayer = False,
    repetitions: opt.Repetitions = None,
    min_time: opt.MinTime = None,
    max_time: opt.MaxTime = None,
    format_: opt.BenchFormat = "table",
    quiet: opt.Quiet = False,
    save: opt.Save = None,
    plot: opt.Plot = None,
    force: opt.Force = False,
    compare: opt.Compare = None,
    fail_above: opt.FailAbove = None,
    debug: opt.Debug = False,
) -> None:
    """Time the forward pass of the network CONFIG, and advise which batch size to use.

    All batch sizes are measured in turns, in a random order; their outputs are compared.
    """
    with error_edge(debug=debug, json=format_ == "json"):
        arguments = DataArguments(
            columns, drop, keep, samples, header, delimiter, decimal, encoding
        )
        choice = column_choice(arguments)
        batches, plan = _batch_sizes(sizes), _plan(repetitions, min_time, max_time)
        wanted = _wanted(batches, _merged(threads), _merged(backend), per_layer, plan)
        files = BenchFiles(save, plot, compare, fail_above)
        _check_files(files)
        _check_packages(wanted.backends, plot)
        _check_parts(wanted, files)
        request = _data_request(data, arguments, choice, joined(target), quiet=quiet)
        configs = _configs(config, seed, _merged(dtype))
        readings = [each.reading for each in configs]
        networks = _networks(configs, request)
        task = _task(readings[0], request, config)
        inputs = input_paths(*configs[0].files, data, compare)
        places = _places(files, inputs, force=force)
        saved = _saved(files, networks, wanted)
        losses = _losses(task, readings[0], batches)
        batch = _batch(readings, request, networks[0], task, losses)
        run = _timed(networks, batch, wanted, readings[0].notes, quiet=quiet)
        outcome = _outcome(run, saved, fail_above, losses)
        _write_files(outcome, files, places)
        _show(outcome, format_)
        remark_notes(outcome.notes, quiet=quiet)
        fail_if(outcome.failures)


@dataclass(frozen=True)
class BenchFiles:
    """The files of a benchmark beside its network and its data: paths, None for what is not asked.

    fail_above: the share by which a result may be slower than the compared one.
    """

    save: str | None
    plot: str | None
    compare: str | None
    fail_above: float | None


@dataclass(frozen=True, eq=False)
class _Outcome:
    """What a benchmark showed."""

    run: BenchRun
    comparison: Comparison | None  # with a saved benchmark, if one was named
    failures: tuple[Problem, ...]  # what is slower than allowed
    spread: LossSpread | None  # of the losses of batches, if there is a target

    @property
    def notes(self) -> list[Note]:
        """The remarks on the run, the losses and the comparison."""
        of_spread = self.spread.notes if self.spread is not None else ()
        return [*self.run.notes, *of_spread, *(self.comparison.notes if self.comparison else ())]


# -------------------------------------------------------------------------- what is asked for


def _merged(lists: Sequence[Any] | None) -> tuple[Any, ...]:
    """Return the items of a repeated list option, each once, in their order."""
    return tuple(dict.fromkeys(item for items in lists or () for item in items))


def _batch_sizes(lists: Sequence[Any] | None) -> tuple[int, ...]:
    """Return the batch sizes, the smallest first.  Raises UsageError if there are too many."""
    wanted = tuple(sorted(_merged(lists))) or _DEFAULT_SIZES
    if len(wanted) > MAX_BATCH_SIZES:
        raise UsageError(f"{len(wanted)} batch sizes are more than {MAX_BATCH_SIZES}", code="N703")
    return wanted


def _plan(repetitions: int | None, min_time: float | None, max_time: float | None) -> Plan:
    """Return how much to measure.  Raises UsageError for a contradiction."""
    if min_time is not None and max_time is not None and min_time > max_time:
        raise UsageError(f"--min-time {min_time:g} is more than --max-time {max_time:g}")

    from nncli.timing.sampling import Plan

    usual = Plan()
    least = usual.min_seconds if min_time is None else min_time
    most = usual.max_seconds if max_time is None else max_time
    if max_time is None:
        return Plan(repetitions, least, max(least, most))  # what is not said gives way
    return Plan(repetitions, min(least, most), most)


def _wanted(
    batches: tuple[int, ...],
    threads: tuple[int, ...],
    backends: tuple[BackendName, ...],
    per_layer: bool,
    plan: Plan,
) -> Request:
    """Return what to time."""
    from nncli.timing.prepare import Request

    return Request(batches, threads or (1,), backends or ("numpy",), per_layer, plan)


def _check_files(files: BenchFiles) -> None:
    """Check the names of the files to write and to read.  Raises UsageError."""
    save, plot = files.save, files.plot
    if files.compare == STDIN:
        raise UsageError("--compare reads a file that --save wrote", code="N703")
    if save in STDOUT_NAMES:
        raise UsageError(
            "--save writes a file", "--format json writes to standard output", code="N703"
        )
    if save and plot and os.path.realpath(save) == os.path.realpath(plot):
        raise UsageError("--save and --plot name the same file")


def _check_packages(backends: Iterable[str], plot: str | None) -> None:
    """Check that what is asked for is installed.  Raises UsageError."""
    for backend in backends:
        check_installed(f"--backend {backend}", BACKEND_PACKAGES.get(backend, ()), "bench")
    check_plot(plot)


def _check_parts(wanted: Request, files: BenchFiles) -> None:
    """Check that nothing is asked of what is not there.  Raises UsageError."""
    if files.fail_above is not None and files.compare is None:
        raise UsageError("--fail-above needs a result to --compare with")
    if wanted.per_layer and "numpy" not in wanted.backends:
        raise UsageError("--per-layer times NumPy's layers: add numpy to --backend")


def _data_request(
    data: str | None,
    arguments: DataArguments,
    choice: ColumnChoice,
    targets: tuple[str, ...],
    *,
    quiet: bool,
) -> DataRequest | None:
    """Return what to read, if anything.

    Raises UsageError if a pattern matches several files, and for targets that cannot be.
    """
    if data is None and targets:
        hint = f"name the data, too: nncli bench CONFIG DATA --target {','.join(targets)}"
        raise UsageError("--target names a column of DATA, and there is no DATA", hint, code="N705")
    if data is None:
        return None
    check_targets(targets, choice)
    request = data_request((data,), arguments, choice, quiet=quiet)
    files = len(request.sources)
    if files > 1:
        raise UsageError(f"bench takes one file of data, and {data!r} matches {files}", code="N704")
    return replace(request, targets=targets)


# ---------------------------------------------------------------------------- what is read


def _configs(config: str, seed: int | None, dtypes: tuple[DType, ...]) -> list[Config]:
    """Read the network, once for each type that is asked for.  Raises SpecError, FileError."""
    return [read_config(config, overrides(seed, dtype)) for dtype in dtypes or (None,)]


def _networks(configs: list[Config], request: DataRequest | None) -> list[Network]:
    """Build the network in each type.  Raises Refused if its layers do not fit, FileError."""
    from nncli.network.network import build_network

    networks = []
    for config in configs:
        refuse_misfits(config.reading, request)
        networks.append(build_network(config.reading.spec, config.tensors))
    return networks


def _task(reading: SpecReading, request: DataRequest | None, config: str) -> Task | None:
    """Return what the network is to get right, if there is a target.  Raises UsageError."""
    from nncli.evaluation.tasks import task_of

    if request is None or not request.targets:
        return None
    return task_of(reading.spec, len(request.targets), file=config)


def _losses(task: Task | None, reading: SpecReading, sizes: Sequence[int]) -> BatchLosses | None:
    """Return what hears the losses of the samples, if there is something to get right."""
    from nncli.evaluation.spread import BatchLosses

    return BatchLosses(task, sizes, reading.spec.seed or 0) if task is not None else None


def _places(files: BenchFiles, inputs: list[str], *, force: bool) -> dict[str, OutputTarget]:
    """Return the checked places of the files to write, by their paths.  Raises FileError."""
    from nncli.results.places import check_output

    open_stdout()
    paths = [path for path in (files.save, files.plot) if path is not None]
    return {path: check_output(path, inputs, force=force) for path in paths}


def _saved(files: BenchFiles, networks: list[Network], wanted: Request) -> SavedBench | None:
    """Read what to compare with.  Raises FileError, DataError, UsageError if nothing is common."""
    if files.compare is None:
        return None
    from nncli.timing.comparison import check_comparable
    from nncli.timing.saved import read_saved

    saved = read_saved(files.compare)
    check_comparable(saved, [network.dtype for network in networks], wanted)
    return saved


def _batch(
    readings: list[SpecReading],
    request: DataRequest | None,
    network: Network,
    task: Task | None,
    losses: BatchLosses | None,
) -> Batch | None:
    """Read the samples to run, if there are any; losses hear what the network makes of them.

    Raises Refused, FileError.
    """
    if request is None:
        return None
    # what float32 cannot hold is refused, whatever else is timed
    narrowest = min(readings, key=lambda reading: reading.spec.dtype)
    if losses is None:
        return read_data(narrowest, request)

    from nncli.data.batch import at_hand, whole_batch
    from nncli.pipeline.run import RunPlan, run_forward
    from nncli.pipeline.shown import SamplesToShow

    with opened_samples(narrowest, request, task=task) as samples:
        again = at_hand(samples)
        run_forward(network, again(), RunPlan(SamplesToShow(0, 0)), [losses])
        return whole_batch(again())


# ----------------------------------------------------------------------- what is made of it


def _timed(
    networks: list[Network],
    batch: Batch | None,
    wanted: Request,
    notes: Sequence[Note],
    *,
    quiet: bool,
) -> BenchRun:
    """Time the networks, with a bar for somebody who waits.  Raises as `run_bench` does."""
    from nncli.timing.bench import run_bench

    with progress_bar(quiet=quiet) as advance:
        named = {network.dtype: network for network in networks}
        return run_bench(named, batch, wanted, _sampler(advance), notes)


def _sampler(advance: Advance) -> Sampler:
    """Return the way to measure: with this machine's clock, showing how far it is."""
    from nncli.timing.isolation import own_process
    from nncli.timing.sampling import sample, system_clock

    def show_progress(progress: Progress) -> None:
        what = f"round {progress.rounds}" if progress.rounds else "calibrating"
        advance(what, progress.elapsed_seconds, progress.expected_seconds)

    return partial(
        sample,
        clock=system_clock(),
        generator=random.Random(0),  # noqa: S311  # an order, not a secret
        on_progress=show_progress,
        isolate=own_process(),
    )


def _outcome(
    run: BenchRun, saved: SavedBench | None, fail_above: float | None, losses: BatchLosses | None
) -> _Outcome:
    """Compare a run with a saved one, if there is one.  Raises UsageError if nothing is common."""
    spread = losses.finished() if losses is not None else None
    if saved is None:
        return _Outcome(run, None, (), spread)
    from nncli.timing.comparison import compare, slower_than

    comparison = compare(run, saved)
    failures = slower_than(comparison, fail_above) if fail_above is not None else ()
    return _Outcome(run, comparison, tuple(failures), spread)


def _write_files(outcome: _Outcome, files: BenchFiles, places: dict[str, OutputTarget]) -> None:
    """Write the saved result and the picture, as far as they are asked for.  Raises FileError."""
    from nncli.results.places import write_output

    if files.save is not None:
        from nncli.render.bench_json import bench_json

        content = bench_json(outcome.run, outcome.comparison, spread=outcome.spread)
        write_output(places[files.save], [content.encode()])
    if files.plot is not None:
        from nncli.render.bench_plot import bench_plot

        write_output(places[files.plot], [bench_plot(outcome.run, picture_kind(files.plot))])


def _show(outcome: _Outcome, form: opt.BenchForm) -> None:
    """Show the result on standard output."""
    from nncli.render.bench import bench_view
    from nncli.render.bench_json import bench_columns, bench_json, bench_jsonl

    run, comparison, spread = outcome.run, outcome.comparison, outcome.spread
    if form in ("table", "md"):
        show_view(lambda width: bench_view(run, comparison, width, spread), form)
    elif form == "json":
        write_text(bench_json(run, comparison, outcome.failures, spread))
    elif form == "jsonl":
        write_result(bench_jsonl(run, comparison, spread))
    else:
        write_result(_csv(bench_columns(run, comparison, spread)))


def _csv(columns: dict[str, list[Any]]) -> Iterable[bytes]:
    """Return results as CSV: first the columns that are texts, or may be empty."""
    import numpy as np

    from nncli.results.csv import csv_chunks

    texts = {
        name: ["" if value is None else str(value) for value in values]
        for name, values in columns.items()
        if not all(isinstance(value, float) for value in values)
    }
    numbers = [name for name in columns if name not in texts]
    return csv_chunks(texts, numbers, np.array([columns[name] for name in numbers]).T)
