"""`nncli forward`: run a batch through a network."""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, BinaryIO, cast

from nncli.cli import options as opt
from nncli.cli.edge import error_edge, fail_if
from nncli.cli.progress import samples_progress
from nncli.cli.reading import (
    DataArguments,
    DataRequest,
    binary_stdin,
    check_file_names,
    column_choice,
    data_request,
    input_paths,
    of_expected,
    opened_samples,
    overrides,
    read_config,
    refuse_misfits,
)
from nncli.cli.streams import (
    STDOUT_NAMES,
    ReaderGone,
    ResultStream,
    remark,
    remark_notes,
    show,
    show_view,
    write_result,
)
from nncli.errors import DataError, FileError, UsageError
from nncli.files import STDIN
from nncli.machine import peak_bytes, usable_processors
from nncli.problems import Note, Problem
from nncli.render.layout.view import line
from nncli.results.forms import (
    EXPLANATION_SUFFIXES,
    FILE_FORMS,
    SCREEN_FORMS,
    STREAMED_FORMS,
    SUFFIXES,
    form_of_suffix,
    load_libraries,
    open_sink,
)
from nncli.words import count_of, quoted, shorten

if TYPE_CHECKING:
    from nncli.data.stream import SampleStream
    from nncli.network.network import Network
    from nncli.network.prediction import ClassRule
    from nncli.pipeline.checks import ExpectedOutputs
    from nncli.pipeline.run import ForwardRun, RunPlan
    from nncli.render.forward import Display, ResourceUsage
    from nncli.results.layer_files import LayerFiles
    from nncli.results.listeners import Listener
    from nncli.results.places import OutputTarget
    from nncli.specs.model import NetworkSpec
    from nncli.specs.reader import SpecReading

_STDOUT = "-"
# Files into which a shell can put the tables.
_TABLES = {".txt": "table", ".md": "md"}
# So many layers are named by a message.
_NAMED = 8
_NO_DIGITS = "--digits goes with --expect FILE, a CSV file whose rows are samples"


def forward(
    config: opt.Config,
    data: opt.Data,
    seed: opt.Seed = None,
    dtype: opt.DTypeName = None,
    samples: opt.Samples = "rows",
    columns: opt.Columns = None,
    drop: opt.Drop = None,
    keep: opt.Keep = None,
    header: opt.HasHeader = None,
    delimiter: opt.Delimiter = None,
    decimal: opt.Decimal = ".",
    encoding: opt.Encoding = "utf-8",
    limit: opt.Limit = None,
    format_: opt.ForwardFormat = None,
    layers: opt.Layers = "all",
    rows: opt.Rows = 10,
    precision: opt.Precision = 4,
    weights: opt.Weights = False,
    notation: opt.Notation = None,
    quiet: opt.Quiet = False,
    output: opt.Output = None,
    predict: opt.Predict = None,
    save_activations: opt.SaveActivations = None,
    rejects: opt.Rejects = None,
    force: opt.Force = False,
    expect: opt.Expect = None,
    digits: opt.Digits = False,
    rtol: opt.RTol = None,
    atol: opt.ATol = 0,
    strict: opt.Strict = False,
    batch_size: opt.UnitSize = None,
    threads: opt.Threads = None,
    debug: opt.Debug = False,
) -> None:
    """Run the batch DATA through the network CONFIG.

    Shows the shapes of every layer, then its numbers: samples down, neurons across.
    """
    output = _STDOUT if output in STDOUT_NAMES else output
    with error_edge(debug=debug, json=format_ == "json" and output in (None, _STDOUT)):
        form = _resolve_format(format_, output)
        if predict is not None and form == "npy":
            raise UsageError("--predict class adds text, and an NPY file holds numbers only")
        arguments = DataArguments(
            columns, drop, keep, samples, header, delimiter, decimal, encoding
        )
        choice = column_choice(arguments)
        request = data_request(
            data, arguments, choice, quiet=quiet, whole=form == "json", notation=notation
        )
        checks = _Checks(expect, digits, rtol, atol, strict)
        paths = _Paths(output, rejects, save_activations)
        _check_sources(request, checks)
        check_file_names(paths.by_option)

        from nncli.explanation.notation import notation_of
        from nncli.network.network import build_network

        read = read_config(config, overrides(seed, dtype), request)
        reading = read.reading
        refuse_misfits(reading, request)
        rule = _class_rule(reading, config) if predict is not None else None
        display = replace(
            _display(layers, rows, precision, weights, reading.spec),
            notation=notation or notation_of(reading.spec.layers, samples),
        )
        network = build_network(reading.spec, read.tensors)
        inputs = input_paths(*read.files, *request.sources, expect)
        places = _places(paths, inputs, network, force=force)
        form = form if format_ is not None else places.form(form)
        plan = replace(_plan(form, rows, batch_size, threads, limit), rule=rule)
        job = _Job(network, plan, form, display, places, quiet)
        done = _run(job, reading, request, checks)
        _put_out(job, done)
        remark_notes((*places.leftovers(), *done.run.notes), quiet=quiet)
        fail_if(done.failures)


@dataclass(frozen=True)
class _Checks:
    """What the user wants to be checked."""

    expect: str | None  # the source of the outputs that are expected
    digits: bool  # whether they are compared at the digits that they show
    rtol: float | None  # None for the default of the network's type
    atol: float
    strict: bool  # whether all values must be finite


@dataclass(frozen=True)
class _Paths:
    """What is to be written, as the user names it; None for what is not."""

    output: str | None  # - for standard output
    rejects: str | None
    activations: str | None  # a folder

    @property
    def by_option(self) -> dict[str, str | None]:
        """The paths by the options that name them."""
        return {
            "-o": self.output,
            "--rejects": self.rejects,
            "--save-activations": self.activations,
        }


@dataclass(frozen=True)
class _Places:
    """The checked places of what is to be written; None for what is not."""

    output: OutputTarget | None  # None also for standard output
    rejects: OutputTarget | None
    layers: LayerFiles | None

    def form(self, usual: str) -> str:
        """Return the form of the result where none is named: a FIFO or a device gets CSV."""
        return "csv" if self.output is not None and self.output.is_stream else usual

    def leftovers(self) -> tuple[Note, ...]:
        """Return what killed runs have left where this one has written."""
        from nncli.results.places import leftovers

        first_layer = self.layers.targets[0] if self.layers is not None else None
        written = (one for one in (self.output, self.rejects, first_layer) if one is not None)
        paths = [path for one in written for path in leftovers(one)]
        return tuple(
            Note("leftover", f"{path} was left by a run that was killed: it can be removed")
            for path in dict.fromkeys(paths)
        )


@dataclass(frozen=True, eq=False)
class _Job:
    """A network to be run, how, and how its result is put out."""

    network: Network
    plan: RunPlan
    form: str
    display: Display
    places: _Places
    quiet: bool


@dataclass(frozen=True, eq=False)
class _Done:
    """A finished run."""

    run: ForwardRun
    failures: tuple[Problem, ...]  # what it did not pass of the checks
    usage: ResourceUsage


# -------------------------------------------------------------------------- what is asked for


def _resolve_format(format_: opt.ForwardForm | None, output: str | None) -> str:
    """Return the form of the result.  Raises UsageError if it does not go with the output."""
    if output is None:
        return format_ or "table"
    if format_ in SCREEN_FORMS:
        listed = f"{', '.join(FILE_FORMS[:-1])} or {FILE_FORMS[-1]}"
        message = f"--format {format_} is for the screen, -o writes {listed}"
        raise UsageError(message, _with_redirection(f"--format {format_}", output))
    if format_ is not None:
        return format_
    if output == _STDOUT:
        return "csv"
    form = form_of_suffix(output, SUFFIXES)
    if form is not None:
        return form
    from nncli.results.places import is_file_name

    if not is_file_name(output):
        return "csv"
    known = ", ".join(SUFFIXES)
    message = f"the suffix of {output!r} names no format: {known}"
    tables = form_of_suffix(output, _TABLES)
    ways = (_with_redirection(f"--format {tables}", output),) if tables is not None else ()
    is_of_sums = form_of_suffix(output, EXPLANATION_SUFFIXES) is not None
    sums = f"`nncli explain` takes `-o {shlex.quote(output)}`, and writes the sums out"
    raise UsageError(
        message,
        *ways,
        "or name it: --format csv",
        code="N703",
        elsewhere=(sums, "explain") if is_of_sums else None,
    )


def _with_redirection(option: str, output: str) -> str:
    place = shlex.quote(output)
    return f"for the tables, write `{option} > {place}` in place of `-o {place}`"


def _check_sources(request: DataRequest, checks: _Checks) -> None:
    """Check that the sources go with each other and with the options.  Raises UsageError."""
    if checks.expect == STDIN in request.sources:
        raise UsageError("DATA and --expect cannot both be standard input")
    if checks.digits and (checks.expect is None or request.options.samples == "columns"):
        raise UsageError(_NO_DIGITS)
    if request.options.samples == "columns" and len(request.sources) > 1:
        raise UsageError("--samples columns takes one file: the samples stand beside each other")


def _display(layers: str, rows: int, precision: int, weights: bool, spec: NetworkSpec) -> Display:
    """Return what the tables show.  Raises UsageError for a layer that the network has not."""
    from nncli.render.forward import Display

    return Display(_shown_layers(layers, spec), rows, precision, weights)


def _shown_layers(wanted: str, spec: NetworkSpec) -> tuple[int, ...]:
    """Return the numbers of the layers to show; 0: the inputs.  Raises UsageError for unknown ones.

    wanted: their names or numbers; a name goes before a number.
    """
    names, numbers = [layer.name for layer in spec.layers], range(len(spec.layers) + 1)
    known: dict[str, tuple[int, ...]] = {str(number): (number,) for number in numbers}
    known |= {"inputs": (0,)} | {name: (number,) for number, name in enumerate(names, start=1)}
    known |= {"all": tuple(numbers), "last": (numbers[-1],)}
    items = [item.strip() for item in wanted.split(",")]
    unknown = next((item for item in items if item not in known), None)
    if unknown is None:
        return tuple(sorted({number for item in items for number in known[item]}))
    if unknown.isascii() and unknown.isdigit():
        message = f"--layers {shorten(unknown)}: the network has {count_of(len(names), 'layer')}"
        raise UsageError(message, code="N703", choices=tuple(known))
    listed = ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")
    message = f"--layers: the network has no layer {quoted(unknown)}"
    hint = f"its layers are {listed}; numbers count from 1, and 0 means the inputs"
    raise UsageError(message, hint, code="N703", choices=tuple(known))


def _class_rule(reading: SpecReading, config: str) -> ClassRule:
    """Return how outputs tell classes.  Raises SpecError if they do not, UsageError."""
    from nncli.network.prediction import class_rule

    _refuse_names_of_predictions(reading.spec.output_columns, "the outputs name")
    convert = f"`nncli convert {shlex.quote(config)} NEW.yaml` makes a spec, to write it in"
    return class_rule(reading.spec, config, (convert,) if reading.source is None else ())


def _refuse_names_of_predictions(names: Iterable[str], who: str) -> None:
    """Check that no column of a result is called as those of predictions.  Raises UsageError."""
    from nncli.results.listeners import PREDICTION_NAMES

    for name in PREDICTION_NAMES:
        if name in names:
            message = f"--predict class adds the columns class and probability, and {who} {name!r}"
            raise UsageError(message, "rename the column, or leave it out")


def _plan(
    form: str, rows: int, batch_size: int | None, threads: int | None, limit: int | None
) -> RunPlan:
    """Return how to run: what a form does not show is not kept."""
    from nncli.pipeline.run import RunPlan
    from nncli.pipeline.shown import ALL_SAMPLES, SamplesToShow

    shown = rows if form in SCREEN_FORMS else 0
    head_and_tail = SamplesToShow(shown - shown // 2, shown // 2)
    to_show = ALL_SAMPLES if form == "json" else head_and_tail
    return RunPlan(to_show, batch_size, threads or usable_processors(), limit)


def _places(paths: _Paths, inputs: list[str], network: Network, *, force: bool) -> _Places:
    """Check that all results could be written.  Raises FileError, UsageError if two are one."""
    from nncli.results.places import check_output

    output = paths.output if paths.output != _STDOUT else None
    target, rejects = (
        check_output(path, inputs, force=force) if path else None
        for path in (output, paths.rejects)
    )
    if paths.activations is None:
        return _Places(target, rejects, None)
    from nncli.results.layer_files import check_layer_files

    layers = check_layer_files(paths.activations, len(network.layers), inputs, force=force)
    for place in layers.targets:
        option = f"--save-activations ({place.path})"
        check_file_names({"-o": paths.output, "--rejects": paths.rejects, option: place.path})
    return _Places(target, rejects, layers)


# ----------------------------------------------------------------------------------- the run


def _run(job: _Job, reading: SpecReading, request: DataRequest, checks: _Checks) -> _Done:
    """Run all samples, and check what came of them.  Raises Refused, DataError, FileError."""
    from nncli.render.forward import ResourceUsage

    started = time.monotonic()
    with (
        _opened_expected(checks, request, reading) as expected,
        opened_samples(reading, request, job.places.rejects) as samples,
    ):
        run = _run_samples(job, samples, expected)
        usage = ResourceUsage(time.monotonic() - started, samples.progress.position(), peak_bytes())
        failures = _failures(run, expected, strict=checks.strict)
        compared = expected.notes() if expected is not None and not failures else ()
    notes = (*reading.notes, *run.notes, *compared)
    return _Done(replace(run, notes=notes), failures, usage)


@contextmanager
def _opened_expected(
    checks: _Checks, request: DataRequest, reading: SpecReading
) -> Iterator[ExpectedOutputs | None]:
    """Open what the outputs are to be compared with, if anything.  Raises DataError, FileError."""
    if checks.expect is None:
        yield None
        return
    from nncli.data.columns import choose_outputs
    from nncli.data.opened import open_source
    from nncli.file_kinds import NPY_MAGIC, PARQUET_MAGIC
    from nncli.pipeline.checks import ExpectedOutputs, tolerance_for

    spec = reading.spec
    tolerance = tolerance_for(spec.dtype, checks.rtol, checks.atol)
    stdin = binary_stdin(checks.expect, quiet=request.quiet)
    try:
        with open_source(checks.expect, request.options, stdin) as opened:
            names = spec.output_columns
            is_text = not opened.content.head().startswith((NPY_MAGIC, PARQUET_MAGIC))
            if checks.digits and not is_text:
                raise UsageError(_NO_DIGITS)
            decimal = request.options.decimal if checks.digits else None
            selection = choose_outputs(opened.header, names, with_texts=checks.digits)
            yield ExpectedOutputs(opened.samples(selection), tolerance, decimal, is_text=is_text)
    except DataError as error:
        raise of_expected(error, checks.expect, reading, request) from None


def _run_samples(job: _Job, samples: SampleStream, expected: ExpectedOutputs | None) -> ForwardRun:
    """Run all samples; a result that can be written in parts is written meanwhile."""
    from nncli.pipeline.run import run_forward

    if job.plan.rule is not None:
        _refuse_names_of_predictions(samples.kept, "--keep carries")
    with (
        _opened_writers(job, samples) as writers,
        samples_progress(samples, quiet=job.quiet) as advance,
    ):
        listeners = [*writers, *([expected] if expected is not None else [])]
        return run_forward(job.network, samples, job.plan, listeners, advance)


@contextmanager
def _opened_writers(job: _Job, samples: SampleStream) -> Iterator[list[Listener]]:
    """Open the places of what is written meanwhile; they hold it once the block has ended."""
    streamed, target = job.form in STREAMED_FORMS, job.places.output
    if not streamed and job.places.layers is None:
        yield []
        return
    from nncli.results.layer_files import layer_folder, layer_sinks
    from nncli.results.listeners import ResultColumns
    from nncli.results.places import writing_together

    load_libraries(job.form)
    spec = job.network.spec
    own = (target,) if streamed and target is not None else ()
    with layer_folder(job.places.layers) as folder, writing_together((*own, *folder)) as streams:
        writers: list[Listener] = []
        if streamed:
            out = streams[0] if own else cast(BinaryIO, ResultStream())
            predicts = job.plan.rule is not None
            columns = ResultColumns(samples.kept, spec.output_columns, spec.dtype, predicts)
            writers.append(open_sink(job.form, out, columns))
        if folder:
            writers += layer_sinks(streams[len(own) :], spec.layer_sizes[1:], spec.dtype)
        yield writers


def _failures(
    run: ForwardRun, expected: ExpectedOutputs | None, *, strict: bool
) -> tuple[Problem, ...]:
    """Return what a run does not pass of the checks that the user wants."""
    from nncli.pipeline.checks import check_finite

    not_finite = check_finite(run) if strict else []
    differing = expected.problems(run) if expected is not None else []
    if not differing:
        return tuple(not_finite)
    from nncli.doctor.diagnosis import with_option

    return (*not_finite, *(with_option(problem, "--digits") for problem in differing))


# -------------------------------------------------------------------------------- the result


def _put_out(job: _Job, done: _Done) -> None:
    """Show or write what was not written meanwhile; a file's layer table goes to the screen."""
    from nncli.render.forward import forward_view, layers_view, summary_line

    run, target, layers = done.run, job.places.output, job.places.layers
    if job.form == "json":
        _write_json(job, done)
    elif job.form in SCREEN_FORMS:
        show_view(lambda width: forward_view(run, job.display, width), job.form)
    if layers is not None and not job.quiet:
        remark([line(f"every layer's output → {layers.folder}")])
    if target is not None and not target.is_stream:
        # the file is complete: it does not matter whether anybody sees the table
        with suppress(ReaderGone, FileError):
            show(lambda _: layers_view(run, job.display))
    if target is not None and not job.quiet:
        remark([summary_line(run.samples, done.usage, target.path)])


def _write_json(job: _Job, done: _Done) -> None:
    """Write the whole run as JSON, to its file or to standard output.  Raises FileError."""
    from nncli.render.forward_json import forward_json

    content = [forward_json(done.run, done.failures, weights=job.display.weights).encode()]
    if job.places.output is None:
        write_result(content)
    else:
        from nncli.results.places import write_output

        write_output(job.places.output, content)
