"""`nncli bench`: time a network over batch sizes."""

from __future__ import annotations

import os
import random
from collections.abc import Iterable, Sequence
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from nncli.cli.edge import error_edge, fail
from nncli.cli.options import (
    CHECKS,
    DISPLAY,
    MAX_BATCH_SIZES,
    NETWORK,
    OUTPUT,
    SPEED,
    Columns,
    Config,
    Debug,
    Delimiter,
    Drop,
    Encoding,
    Force,
    HasHeader,
    Keep,
    Quiet,
    Samples,
    Seed,
    batch_sizes,
    choice_list,
    nonnegative_number,
    percentage,
    whole_number,
    whole_numbers,
)
from nncli.cli.progress import progress_bar
from nncli.cli.reading import (
    DataArguments,
    DataRequest,
    column_choice,
    data_options,
    fitting,
    fitting_spec,
    input_paths,
    overrides,
    read_config,
    read_data,
)
from nncli.cli.streams import open_stdout, remark_notes, show, write_result, write_text
from nncli.errors import CheckFailed, UsageError
from nncli.files import expand_sources
from nncli.problems import Problem
from nncli.timing.names import BACKEND_PACKAGES, BACKENDS

if TYPE_CHECKING:
    from nncli.cli.progress import Advance
    from nncli.render.bench_plot import PictureKind
    from nncli.results.places import OutputTarget
    from nncli.specs.model import DType
    from nncli.timing.bench import BenchRun, Sampler
    from nncli.timing.comparison import Comparison
    from nncli.timing.sampling import Plan, Progress

Format = Literal["table", "json", "jsonl", "csv", "md"]

_DEFAULT_SIZES = (1, 8, 32, 128, 512)
_MAX_THREADS = 1024
_PICTURES: dict[str, PictureKind] = {".svg": "svg", ".png": "png"}


def bench(
    config: Config,
    data: Annotated[
        str | None,
        typer.Argument(
            metavar="[DATA]",
            help="Samples to run, repeated to fill each batch: a CSV or NPY file; - is standard "
            "input.  Random ones without it.",
            show_default=False,
        ),
    ] = None,
    seed: Seed = None,
    dtype: Annotated[
        list[str] | None,
        typer.Option(
            "--dtype",
            parser=choice_list("float64", "float32"),
            metavar="float64,float32",
            help="Time the network in these types instead of the spec's.",
            rich_help_panel=NETWORK,
            show_default=False,
        ),
    ] = None,
    samples: Samples = "rows",
    columns: Columns = None,
    drop: Drop = None,
    keep: Keep = None,
    header: HasHeader = None,
    delimiter: Delimiter = None,
    encoding: Encoding = "utf-8",
    sizes: Annotated[
        list[str] | None,
        typer.Option(
            "--batch-sizes",
            "--batch-size",
            parser=batch_sizes,
            metavar="1,8,32-512*2",
            help="Time batches of these sizes: numbers, ranges 8-512*2 and 16-64+16; otherwise "
            "1,8,32,128,512.",
            rich_help_panel=SPEED,
            show_default=False,
        ),
    ] = None,
    backend: Annotated[
        list[str] | None,
        typer.Option(
            "--backend",
            parser=choice_list(*BACKENDS),
            metavar="numpy,loop,…",
            help="What runs the network: numpy; loop, one sample at a time; python, without "
            "arrays; onnxruntime; torch.  numpy unless said here.",
            rich_help_panel=SPEED,
            show_default=False,
        ),
    ] = None,
    threads: Annotated[
        list[str] | None,
        typer.Option(
            "--threads",
            parser=whole_numbers(1, _MAX_THREADS),
            metavar="1,2",
            help="On how many threads a matrix product runs; otherwise 1, as in forward.",
            rich_help_panel=SPEED,
            show_default=False,
        ),
    ] = None,
    per_layer: Annotated[
        bool,
        typer.Option(
            "--per-layer", help="Time each layer by itself, too (NumPy).", rich_help_panel=SPEED
        ),
    ] = False,
    repetitions: Annotated[
        int | None,
        typer.Option(
            "--repetitions",
            parser=whole_number(1),
            metavar="N",
            help="Measure at least N rounds, however long they take; otherwise 15 if time allows.",
            rich_help_panel=SPEED,
            show_default=False,
        ),
    ] = None,
    min_time: Annotated[
        float | None,
        typer.Option(
            "--min-time",
            parser=nonnegative_number,
            metavar="SECONDS",
            help="Measure at least so long; otherwise 1 second.",
            rich_help_panel=SPEED,
            show_default=False,
        ),
    ] = None,
    max_time: Annotated[
        float | None,
        typer.Option(
            "--max-time",
            parser=nonnegative_number,
            metavar="SECONDS",
            help="Start no round after that, though figures are uncertain; otherwise 10 seconds.",
            rich_help_panel=SPEED,
            show_default=False,
        ),
    ] = None,
    format_: Annotated[
        Format,
        typer.Option("--format", help="The form of the result.", rich_help_panel=DISPLAY),
    ] = "table",
    quiet: Quiet = False,
    save: Annotated[
        str | None,
        typer.Option(
            "--save",
            metavar="FILE",
            help="Write the result as JSON, to compare with later.",
            rich_help_panel=OUTPUT,
            show_default=False,
        ),
    ] = None,
    plot: Annotated[
        str | None,
        typer.Option(
            "--plot",
            metavar="FILE",
            help="Draw rate and latency against batch size: .svg or .png.",
            rich_help_panel=OUTPUT,
            show_default=False,
        ),
    ] = None,
    force: Force = False,
    compare: Annotated[
        str | None,
        typer.Option(
            "--compare",
            metavar="FILE",
            help="Compare with a result that --save wrote.",
            rich_help_panel=CHECKS,
            show_default=False,
        ),
    ] = None,
    fail_above: Annotated[
        float | None,
        typer.Option(
            "--fail-above",
            parser=percentage,
            metavar="10%",
            help="Fail with exit code 1 if a batch size is significantly slower than in the "
            "compared result, by more than this.",
            rich_help_panel=CHECKS,
            show_default=False,
        ),
    ] = None,
    debug: Debug = False,
) -> None:
    """Time the forward pass of the network CONFIG, and advise which batch size to use.

    All batch sizes are measured in turns, in a random order; their outputs are compared.
    """
    with error_edge(debug=debug, json=format_ == "json"):
        arguments = DataArguments(columns, drop, keep, samples, header, delimiter, encoding)
        choice = column_choice(arguments)
        backends = _merged(backend) or ("numpy",)
        batches = _batch_sizes(sizes)
        plan = _plan(repetitions, min_time, max_time)
        _check_files(save, plot, compare)
        _check_packages(backends, plot)
        if fail_above is not None and compare is None:
            raise UsageError("--fail-above needs a result to --compare with")
        if per_layer and "numpy" not in backends:
            raise UsageError("--per-layer times NumPy's layers: add numpy to --backend")

        from nncli.network.network import build_network
        from nncli.results.places import check_output
        from nncli.timing.bench import run_bench
        from nncli.timing.comparison import check_comparable, slower_than
        from nncli.timing.comparison import compare as compare_runs
        from nncli.timing.prepare import Request
        from nncli.timing.saved import read_saved

        dtypes: tuple[DType | None, ...] = _merged(dtype) or (None,)
        request = None
        if data is not None:
            request = DataRequest(
                _one_source(data), data_options(arguments, whole=False), choice, quiet
            )
        readings = [read_config(config, overrides(seed, name)) for name in dtypes]
        networks = [build_network(fitting_spec(reading, request)) for reading in readings]
        inputs = input_paths(config, data, compare)
        open_stdout()
        targets = {
            path: check_output(path, inputs, force=force)
            for path in (save, plot)
            if path is not None
        }
        wanted = Request(batches, _merged(threads) or (1,), backends, per_layer, plan)
        saved = read_saved(compare) if compare is not None else None
        if saved is not None:
            check_comparable(saved, [network.dtype for network in networks], wanted)
        batch = None
        if request is not None:
            # what float32 cannot hold is refused, whatever else is timed
            narrowest = min(readings, key=lambda r: r.spec.dtype)
            with fitting(narrowest, quiet=quiet):
                batch = read_data(narrowest, request)
        with progress_bar(quiet=quiet) as advance:
            named = {network.dtype: network for network in networks}
            run = run_bench(named, batch, wanted, _sampler(advance), readings[0].notes)
        comparison = compare_runs(run, saved) if saved is not None else None
        _write_files(run, comparison, targets, save, plot)
        failures: list[Problem] = []
        if comparison is not None and fail_above is not None:
            failures = slower_than(comparison, fail_above)
        _show(run, comparison, failures, format_)
        remark_notes([*run.notes, *(comparison.notes if comparison else ())], quiet=quiet)
        if failures:
            fail(CheckFailed(failures))


def _one_source(data: str) -> tuple[str]:
    """Return the source that is meant.  Raises UsageError if a pattern matches several."""
    source, *others = expand_sources((data,))
    if others:
        raise UsageError(f"bench takes one file of data, and {data!r} matches {len(others) + 1}")
    return (source,)


def _merged(lists: Sequence[Any] | None) -> tuple[Any, ...]:
    """Return the items of a repeated list option, each once, in their order."""
    return tuple(dict.fromkeys(item for items in lists or () for item in items))


def _batch_sizes(lists: Sequence[Any] | None) -> tuple[int, ...]:
    """Return the batch sizes, the smallest first.  Raises UsageError if there are too many."""
    wanted = tuple(sorted(_merged(lists))) or _DEFAULT_SIZES
    if len(wanted) > MAX_BATCH_SIZES:
        raise UsageError(f"{len(wanted)} batch sizes are more than {MAX_BATCH_SIZES}")
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


def _check_files(save: str | None, plot: str | None, compare: str | None) -> None:
    """Check the names of the files to write and to read.  Raises UsageError."""
    if compare == "-":
        raise UsageError("--compare reads a file that --save wrote")
    if save in ("-", "/dev/stdout"):
        raise UsageError("--save writes a file", "--format json writes to standard output")
    if save and plot and os.path.realpath(save) == os.path.realpath(plot):
        raise UsageError("--save and --plot name the same file")
    if plot is not None:
        _picture_kind(plot)


def _picture_kind(path: str) -> PictureKind:
    for suffix, kind in _PICTURES.items():
        if path.lower().endswith(suffix):
            return kind
    raise UsageError(f"the suffix of {path!r} names no picture: .svg, .png")


def _check_packages(backends: Iterable[str], plot: str | None) -> None:
    """Check that what is asked for is installed.  Raises UsageError."""
    for backend in backends:
        _check_installed(f"--backend {backend}", BACKEND_PACKAGES.get(backend, ()), "bench")
    if plot is not None:
        _check_installed("--plot", ("matplotlib",), "plot")


def _check_installed(what: str, packages: Iterable[str], extra: str) -> None:
    missing = [package for package in packages if find_spec(package) is None]
    if missing:
        message = f"{what} needs {' and '.join(missing)}, not installed here"
        raise UsageError(message, f"pip install 'nncli-forward[{extra}]'")


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


def _write_files(
    run: BenchRun,
    comparison: Comparison | None,
    targets: dict[str, OutputTarget],
    save: str | None,
    plot: str | None,
) -> None:
    from nncli.results.places import write_output

    if save is not None:
        from nncli.render.bench_json import bench_json

        write_output(targets[save], [bench_json(run, comparison).encode()])
    if plot is not None:
        from nncli.render.bench_plot import bench_plot

        write_output(targets[plot], [bench_plot(run, _picture_kind(plot))])


def _show(
    run: BenchRun, comparison: Comparison | None, failures: Iterable[Problem], form: Format
) -> None:
    """Show the result on standard output."""
    from nncli.render.bench import bench_view
    from nncli.render.bench_json import bench_columns, bench_json, bench_jsonl

    if form == "table":
        show(lambda width: bench_view(run, comparison, width))
    elif form == "md":
        from nncli.render.layout.markdown import to_markdown

        write_text(to_markdown(bench_view(run, comparison, None)))
    elif form == "json":
        write_text(bench_json(run, comparison, failures))
    elif form == "jsonl":
        write_result(bench_jsonl(run, comparison))
    else:
        write_result(_csv(bench_columns(run, comparison)))


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
