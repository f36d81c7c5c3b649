"""`nncli forward`: run a batch through a network."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, BinaryIO, Literal, cast

import typer

from nncli.cli.edge import error_edge, fail
from nncli.cli.options import (
    CHECKS,
    DATA,
    DISPLAY,
    OUTPUT,
    SPEED,
    Columns,
    Config,
    Data,
    Debug,
    Delimiter,
    Drop,
    DTypeName,
    Encoding,
    Force,
    HasHeader,
    Keep,
    Quiet,
    Rejects,
    Samples,
    SaveActivations,
    Seed,
    layer_list,
    nonnegative_number,
    whole_number,
)
from nncli.cli.progress import samples_progress
from nncli.cli.reading import (
    DataArguments,
    DataRequest,
    binary_stdin,
    check_file_names,
    column_choice,
    data_options,
    fitting,
    fitting_spec,
    input_paths,
    opened_samples,
    overrides,
    read_config,
)
from nncli.cli.streams import (
    ReaderGone,
    ResultStream,
    remark,
    remark_notes,
    show,
    write_result,
    write_text,
)
from nncli.errors import CheckFailed, DataError, FileError, UsageError
from nncli.files import STDIN, expand_sources
from nncli.machine import peak_bytes
from nncli.problems import Note, Problem
from nncli.render.layout.view import line
from nncli.words import count_of

if TYPE_CHECKING:
    from nncli.data.opened import DataOptions
    from nncli.data.stream import SampleStream
    from nncli.network.network import Network
    from nncli.pipeline.checks import ExpectedOutputs
    from nncli.pipeline.compare import Tolerance
    from nncli.pipeline.run import ForwardRun, RunPlan
    from nncli.render.forward import Display, ResourceUsage
    from nncli.results.layer_files import LayerFiles
    from nncli.results.places import OutputTarget
    from nncli.results.sinks import Sink
    from nncli.specs.model import DType, NetworkSpec

Format = Literal["table", "json", "jsonl", "csv", "md"]
_SUFFIXES = {
    ".csv": "csv",
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".npy": "npy",
    ".parquet": "parquet",
}
# Forms that are written sample by sample, in bounded memory.
_STREAMED = ("csv", "jsonl", "npy", "parquet")
_LISTED = "csv, json, jsonl, npy or parquet"
_STDOUT = "-"
_DEFAULT_RTOL = {"float64": 1e-9, "float32": 1e-5}


def forward(
    config: Config,
    data: Data,
    seed: Seed = None,
    dtype: DTypeName = None,
    samples: Samples = "rows",
    columns: Columns = None,
    drop: Drop = None,
    keep: Keep = None,
    header: HasHeader = None,
    delimiter: Delimiter = None,
    encoding: Encoding = "utf-8",
    limit: Annotated[
        int | None,
        typer.Option(
            "--limit",
            parser=whole_number(1),
            metavar="N",
            help="Run the first N samples only.",
            rich_help_panel=DATA,
            show_default=False,
        ),
    ] = None,
    format_: Annotated[
        Format | None,
        typer.Option(
            "--format",
            help="The form of the result; a table unless FILE's suffix says otherwise.",
            rich_help_panel=DISPLAY,
            show_default=False,
        ),
    ] = None,
    layers: Annotated[
        str,
        typer.Option(
            "--layers",
            parser=layer_list,
            metavar="all|last|1,3",
            help="Whose numbers the tables show.",
            rich_help_panel=DISPLAY,
        ),
    ] = "all",
    rows: Annotated[
        int,
        typer.Option(
            "--rows",
            parser=whole_number(1),
            metavar="N",
            help="How many samples the tables show.",
            rich_help_panel=DISPLAY,
        ),
    ] = 10,
    precision: Annotated[
        int,
        typer.Option(
            "--precision",
            parser=whole_number(1, 17),
            metavar="N",
            help="How many decimals the tables show.",
            rich_help_panel=DISPLAY,
        ),
    ] = 4,
    weights: Annotated[
        bool,
        typer.Option(
            "--weights",
            help="Show each layer's weights and biases, too.",
            rich_help_panel=DISPLAY,
        ),
    ] = False,
    quiet: Quiet = False,
    output: Annotated[
        str | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="Write the outputs: .csv, .json, .jsonl, .npy, .parquet; - is CSV on stdout.",
            rich_help_panel=OUTPUT,
            show_default=False,
        ),
    ] = None,
    save_activations: SaveActivations = None,
    rejects: Rejects = None,
    force: Force = False,
    expect: Annotated[
        str | None,
        typer.Option(
            "--expect",
            metavar="FILE",
            help="Fail with exit code 1 unless the outputs are those in this file, as DATA.",
            rich_help_panel=CHECKS,
            show_default=False,
        ),
    ] = None,
    rtol: Annotated[
        float | None,
        typer.Option(
            "--rtol",
            parser=nonnegative_number,
            metavar="X",
            help="The relative tolerance of --expect: 1e-9, or 1e-5 in float32.",
            rich_help_panel=CHECKS,
            show_default=False,
        ),
    ] = None,
    atol: Annotated[
        float,
        typer.Option(
            "--atol",
            parser=nonnegative_number,
            metavar="X",
            help="The absolute tolerance of --expect.",
            rich_help_panel=CHECKS,
        ),
    ] = 0,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict",
            help="Fail with exit code 1 if any value is not finite.",
            rich_help_panel=CHECKS,
        ),
    ] = False,
    batch_size: Annotated[
        int | None,
        typer.Option(
            "--batch-size",
            parser=whole_number(1),
            metavar="N",
            help="Samples per unit of work, rounded up to a multiple of 256; otherwise as many as "
            "are read at a time, fewer if they are wide. Changes memory and speed, never a result.",
            rich_help_panel=SPEED,
            show_default=False,
        ),
    ] = None,
    threads: Annotated[
        int | None,
        typer.Option(
            "--threads",
            parser=whole_number(1, 1024),
            metavar="N",
            help="Units of work at a time; as many as there are processors unless said here.",
            rich_help_panel=SPEED,
            show_default=False,
        ),
    ] = None,
    debug: Debug = False,
) -> None:
    """Run the batch DATA through the network CONFIG.

    Shows the shapes of every layer, then its numbers: samples down, neurons across.
    """
    output = _STDOUT if output == "/dev/stdout" else output
    with error_edge(debug=debug, json=format_ == "json" and output in (None, _STDOUT)):
        form = _resolve_format(format_, output)
        arguments = DataArguments(columns, drop, keep, samples, header, delimiter, encoding)
        choice = column_choice(arguments)
        sources = expand_sources(data)
        _check_sources(sources, samples, expect)
        written = {"-o": output, "--rejects": rejects}
        check_file_names({**written, "--save-activations": save_activations})

        from nncli.network.network import build_network
        from nncli.render.forward import Display, ResourceUsage
        from nncli.results.places import check_output

        data_form = data_options(arguments, whole=form == "json")
        request = DataRequest(sources, data_form, choice, quiet)
        reading = read_config(config, overrides(seed, dtype))
        spec = fitting_spec(reading, request)
        display = Display(_shown_layers(layers, len(spec.layers)), rows, precision, weights)
        network = build_network(spec)
        inputs = input_paths(config, *sources, expect)
        target, reject_list = (
            check_output(path, inputs, force=force) if path else None
            for path in (output if output != _STDOUT else None, rejects)
        )
        layer_files = None
        if save_activations is not None:
            from nncli.results.layer_files import check_layer_files

            layer_files = check_layer_files(save_activations, len(spec.layers), inputs, force=force)
            for place in layer_files.targets:
                check_file_names({**written, f"--save-activations ({place.path})": place.path})
        if target is not None and target.is_stream and format_ is None:
            form = "csv"
        plan = _plan(form, rows, batch_size, threads, limit)
        job = _Job(network, plan, form, display, target, layer_files, quiet)
        started = time.monotonic()
        with ExitStack() as stack:
            expected = None
            if expect is not None:
                tolerance = _tolerance(spec.dtype, rtol, atol)
                expected = stack.enter_context(_expected(expect, data_form, spec, tolerance, quiet))
            stack.enter_context(fitting(reading, quiet=quiet))
            stream = stack.enter_context(opened_samples(reading, request, reject_list))
            run = _run(job, stream, expected)
            usage = ResourceUsage(
                time.monotonic() - started, stream.progress.position(), peak_bytes()
            )
            failures = _failures(run, expected, strict=strict)
        run = replace(run, notes=(*reading.notes, *run.notes))
        _put_out(job, run, failures, usage)
        remark_notes((*_leftovers(target, reject_list, layer_files), *run.notes), quiet=quiet)
        if failures:
            fail(CheckFailed(failures))


def _leftovers(
    target: OutputTarget | None, rejects: OutputTarget | None, layer_files: LayerFiles | None
) -> tuple[Note, ...]:
    """Return what killed runs have left where this one has written."""
    from nncli.results.places import leftovers

    first_layer = layer_files.targets[0] if layer_files is not None else None
    written = (one for one in (target, rejects, first_layer) if one is not None)
    paths = [path for one in written for path in leftovers(one)]
    return tuple(
        Note("leftover", f"{path} was left by a run that was killed: it can be removed")
        for path in dict.fromkeys(paths)
    )


def _tolerance(dtype: DType, rtol: float | None, atol: float) -> Tolerance:
    from nncli.pipeline.compare import Tolerance

    return Tolerance(_DEFAULT_RTOL[dtype] if rtol is None else rtol, atol)


@contextmanager
def _expected(
    source: str, options: DataOptions, spec: NetworkSpec, tolerance: Tolerance, quiet: bool
) -> Iterator[ExpectedOutputs]:
    """Open what the outputs are to be compared with.  Raises DataError, FileError."""
    from nncli.data.columns import choose_outputs
    from nncli.data.opened import open_source
    from nncli.pipeline.checks import ExpectedOutputs

    stdin = binary_stdin(source, quiet=quiet)
    try:
        with open_source(source, options, stdin) as opened:
            selection = choose_outputs(opened.header, spec.output_columns)
            yield ExpectedOutputs(opened.samples(selection), tolerance)
    except DataError as error:
        from nncli.doctor.diagnosis import treat_data

        raise treat_data(error, {}) from None


def _failures(
    run: ForwardRun, expected: ExpectedOutputs | None, *, strict: bool
) -> tuple[Problem, ...]:
    """Return what a run does not pass of the checks that the user wants."""
    failures: list[Problem] = []
    if strict:
        from nncli.pipeline.checks import check_finite

        failures += check_finite(run)
    if expected is not None:
        failures += expected.problems(run)
    return tuple(failures)


@dataclass(frozen=True, eq=False)
class _Job:
    """A network to be run, how, and how its result is put out.

    target: where to, None for standard output; layer_files: where each layer's output is kept.
    """

    network: Network
    plan: RunPlan
    form: str
    display: Display
    target: OutputTarget | None
    layer_files: LayerFiles | None
    quiet: bool


def _plan(
    form: str,
    rows: int,
    batch_size: int | None,
    threads: int | None,
    limit: int | None,
) -> RunPlan:
    """Return how to run: what a form does not show is not held."""
    from nncli.machine import usable_processors
    from nncli.pipeline.held import EVERYTHING, Wish
    from nncli.pipeline.run import RunPlan

    shown = rows if form in ("table", "md") else 0
    wish = EVERYTHING if form == "json" else Wish(shown - shown // 2, shown // 2)
    return RunPlan(wish, batch_size, threads or usable_processors(), limit)


def _run(job: _Job, samples: SampleStream, check: ExpectedOutputs | None) -> ForwardRun:
    """Run all samples; a result that can be written in parts is written meanwhile."""
    from nncli.pipeline.run import run_forward
    from nncli.pipeline.work import Outlets

    with ExitStack() as stack:
        sink = None
        layers: list[Sink] = []
        streamed = job.form in _STREAMED
        if streamed or job.layer_files is not None:
            from nncli.results.forms import load_libraries, open_sink
            from nncli.results.layer_files import layer_folder, layer_sinks
            from nncli.results.places import writing_together
            from nncli.results.sinks import ResultColumns

            load_libraries(job.form)
            spec = job.network.spec
            places = stack.enter_context(layer_folder(job.layer_files))
            own = (job.target,) if streamed and job.target is not None else ()
            streams = stack.enter_context(writing_together((*own, *places)))
            if places:
                layers = layer_sinks(streams[len(own) :], spec.layer_sizes[1:], spec.dtype)
            if streamed:
                out = streams[0] if own else cast(BinaryIO, ResultStream())
                columns = ResultColumns(samples.kept, spec.output_columns, spec.dtype)
                sink = open_sink(job.form, out, columns)
        advance = stack.enter_context(samples_progress(samples, quiet=job.quiet))
        return run_forward(job.network, samples, job.plan, Outlets(sink, layers, check), advance)


def _resolve_format(format_: Format | None, output: str | None) -> str:
    """Return the form of the result.  Raises UsageError if it does not go with the output."""
    if output is None:
        return format_ or "table"
    if format_ in ("table", "md"):
        message = f"--format {format_} is for the screen, -o writes " + _LISTED
        raise UsageError(message)
    if format_ is not None:
        return format_
    if output == _STDOUT:
        return "csv"
    suffix = next((s for s in _SUFFIXES if output.lower().endswith(s)), None)
    if suffix is not None:
        return _SUFFIXES[suffix]
    from nncli.results.places import is_file_name

    if not is_file_name(output):
        return "csv"
    known = ", ".join(_SUFFIXES)
    message = f"the suffix of {output!r} names no format: {known}"
    raise UsageError(message, "or name it: --format csv")


def _check_sources(
    sources: tuple[str, ...], samples: Literal["rows", "columns"], expect: str | None
) -> None:
    """Check that the sources go with each other and with the options.  Raises UsageError."""
    if expect == STDIN in sources:
        raise UsageError("DATA and --expect cannot both be standard input")
    if samples == "columns" and len(sources) > 1:
        raise UsageError("--samples columns takes one file: the samples stand beside each other")


def _shown_layers(wanted: str, count: int) -> tuple[int, ...]:
    """Return the numbers of the layers to show, of a network with *count*."""
    if wanted == "all":
        return tuple(range(1, count + 1))
    if wanted == "last":
        return (count,)
    numbers = tuple(sorted({int(item) for item in wanted.split(",")}))
    if numbers[-1] > count:
        message = f"--layers {numbers[-1]}: the network has {count_of(count, 'layer')}"
        raise UsageError(message)
    return numbers


def _put_out(
    job: _Job, run: ForwardRun, failures: tuple[Problem, ...], usage: ResourceUsage
) -> None:
    """Show or write what was not written meanwhile; a file's layer table goes to the screen."""
    from nncli.render.forward import forward_view, layers_view, summary_line

    target = job.target
    if job.form == "json":
        from nncli.render.json_output import forward_json

        content = [forward_json(run, failures, weights=job.display.weights).encode()]
        if target is None:
            write_result(content)
        else:
            from nncli.results.places import write_output

            write_output(target, content)
    elif job.form == "table":
        show(lambda width: forward_view(run, job.display, width))
    elif job.form == "md":
        from nncli.render.layout.markdown import to_markdown

        write_text(to_markdown(forward_view(run, job.display, None)))
    if job.layer_files is not None and not job.quiet:
        remark([line(f"every layer's output → {job.layer_files.folder}")])
    if target is None:
        return
    if not target.is_stream:
        # the file is complete: it does not matter whether anybody sees the table
        with suppress(ReaderGone, FileError):
            show(lambda _: layers_view(run, job.display))
    if not job.quiet:
        remark([summary_line(run.samples, usage, target.path)])
