"""`nncli evaluate`: how good a network is, beside the targets of its samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from os.path import realpath
from typing import TYPE_CHECKING, Any

from nncli.cli import options as opt
from nncli.cli.edge import error_edge, fail_if
from nncli.cli.pictures import check_plot, picture_kind
from nncli.cli.progress import samples_progress
from nncli.cli.reading import (
    DataArguments,
    DataRequest,
    check_targets,
    column_choice,
    data_request,
    header_of,
    input_paths,
    joined,
    opened_samples,
    overrides,
    read_config,
    refuse_misfits,
)
from nncli.cli.streams import (
    STDOUT_NAMES,
    open_stdout,
    remark,
    remark_notes,
    show_view,
    write_text,
)
from nncli.errors import UsageError
from nncli.files import source_name
from nncli.machine import usable_processors
from nncli.problems import Place
from nncli.render.layout.view import line
from nncli.words import count_of

if TYPE_CHECKING:
    from nncli.evaluation.against import Against
    from nncli.evaluation.evaluated import Beside, Evaluated
    from nncli.evaluation.spread import BatchLosses
    from nncli.evaluation.tasks import Task
    from nncli.formats.config import Config
    from nncli.network.network import Network
    from nncli.pipeline.run import RunPlan
    from nncli.problems import Problem
    from nncli.results.places import OutputTarget
    from nncli.specs.model import NetworkSpec
    from nncli.specs.reader import SpecReading


def evaluate(
    config: opt.Config,
    data: opt.Data,
    target: opt.Target = None,
    seed: opt.Seed = None,
    dtype: opt.DTypeName = None,
    threshold: opt.Threshold = None,
    samples: opt.Samples = "rows",
    columns: opt.Columns = None,
    drop: opt.Drop = None,
    keep: opt.Keep = None,
    by: opt.By = None,
    header: opt.HasHeader = None,
    delimiter: opt.Delimiter = None,
    decimal: opt.Decimal = ".",
    encoding: opt.Encoding = "utf-8",
    limit: opt.Limit = None,
    format_: opt.EvaluateFormat = "table",
    quiet: opt.Quiet = False,
    batch_sizes: opt.LossBatchSizes = None,
    against: opt.Against = None,
    plot: opt.LossPlot = None,
    errors: opt.Errors = None,
    force: opt.Force = False,
    fail_below: opt.FailBelow = None,
    batch_size: opt.UnitSize = None,
    threads: opt.Threads = None,
    debug: opt.Debug = False,
) -> None:
    """Say how good the network CONFIG is on DATA, whose column --target says what is right.

    Figures are those of scikit-learn, and the same for any number of threads and batch size.
    """
    with error_edge(debug=debug, json=format_ == "json"):
        arguments = DataArguments(
            columns, drop, keep, samples, header, delimiter, decimal, encoding
        )
        request = _request(data, arguments, joined(target), by, quiet=quiet)
        read = read_config(config, overrides(seed, dtype), request)
        reading = read.reading
        refuse_misfits(reading, request)
        second = _second(against, reading.spec)
        task = _task(reading, request, config, threshold, is_needed=second is None)
        extras = _Extras(joined(batch_sizes), second, (config, against or ""), threshold)
        _check_parts(task, extras, errors=errors, by=by, fail_below=fail_below, plot=plot)
        bounds = _bounds(fail_below, task)
        beside = second.files if second is not None else ()
        inputs = input_paths(*read.files, *beside, *request.sources)
        places = _places(errors, plot, inputs, force=force)

        from nncli.network.network import build_network

        network = build_network(reading.spec, read.tensors)
        plan = _plan(batch_size, threads, limit)
        found = _run(network, reading, request, task, plan, extras, has_list=errors is not None)
        failures = _failures(found, bounds)
        _put_out(found, failures, format_, places)
        _remark(found, places, quiet=quiet)
        fail_if(failures)


# -------------------------------------------------------------------------- what is asked for


def _request(
    data: Sequence[str],
    arguments: DataArguments,
    targets: tuple[str, ...],
    by: str | None,
    *,
    quiet: bool,
) -> DataRequest:
    """Return what to read.  Raises UsageError for options that contradict each other."""
    choice = column_choice(arguments)
    check_targets(targets, choice)
    if by is not None and arguments.samples == "columns":
        raise UsageError("--by names a column, but with --samples columns they are the samples")
    request = data_request(
        data, arguments, replace(choice, by=(by,) if by is not None else ()), quiet=quiet
    )
    if arguments.samples == "columns" and len(request.sources) > 1:
        raise UsageError("--samples columns takes one file: the samples stand beside each other")
    return replace(request, targets=targets)


def _task(
    reading: SpecReading,
    request: DataRequest,
    config: str,
    threshold: float | None,
    *,
    is_needed: bool,
) -> Task | None:
    """Return what the network is to get right; None if nobody says it, and it is not needed.

    Raises UsageError, SpecError.
    """
    from nncli.evaluation.tasks import task_of

    if not request.targets and not is_needed:
        return None
    if not request.targets:
        raise _without_target(reading.spec, request)
    return task_of(reading.spec, len(request.targets), threshold, config)


def _without_target(spec: NetworkSpec, request: DataRequest) -> UsageError:
    """Return what to say if no target is named: which column it may be."""
    from nncli.evaluation.likely_targets import likely_targets

    message = "no --target says which column of DATA is right"
    header = header_of(request)
    likely = likely_targets(spec, header, request.choice) if header is not None else ()
    if not likely:
        return UsageError(message, "name it: --target COLUMN", code="N704")
    return UsageError(message, f"`--target {','.join(likely)}` is likely", code="N704")


def _second(path: str | None, spec: NetworkSpec) -> Config | None:
    """Read the network that is compared, if one is.  Raises SpecError, FileError."""
    from nncli.evaluation.comparable import check_comparable

    if path is None:
        return None
    second = read_config(path, overrides(None, None))
    check_comparable(spec, second.reading.spec, path)
    return second


def _check_parts(
    task: Task | None,
    extras: _Extras,
    *,
    errors: str | None,
    by: str | None,
    fail_below: list[Any] | None,
    plot: str | None,
) -> None:
    """Check that nothing is asked of what is not there.  Raises UsageError."""
    asked = {
        "--batch-sizes": extras.batch_sizes,
        "--errors": errors,
        "--by": by,
        "--fail-below": fail_below,
    }
    for option in (name for name, value in asked.items() if value and task is None):
        hint = "name it: --target COLUMN"
        raise UsageError(f"{option} needs the column that is right", hint, code="N705")
    if plot is not None and not extras.batch_sizes:
        message = "--plot draws how far the losses of batches stray"
        raise UsageError(message, "say of which: --batch-sizes 1,4,16,64", code="N705")
    check_plot(plot)


def _bounds(lists: list[Any] | None, task: Task | None) -> list[tuple[str, float]]:
    """Return the bounds that are asked for.  Raises UsageError for a figure that does not apply."""
    from nncli.evaluation.metrics import rising_names

    known = rising_names(task) if task is not None else ()
    bounds: list[tuple[str, float]] = list(joined(lists))  # type: ignore[arg-type]  # parsed
    for name, _ in bounds:
        if name not in known:
            message = f"--fail-below: {name} is no figure of this network"
            hint = f"a bound can be asked for {', '.join(known)}"
            raise UsageError(message, hint, code="N703")
    return bounds


def _places(
    errors: str | None, plot: str | None, inputs: list[str], *, force: bool
) -> dict[str, OutputTarget]:
    """Check that files could be written; return their places, by their options.

    Raises FileError, UsageError.
    """
    from nncli.results.places import check_output

    open_stdout()
    if errors in STDOUT_NAMES:
        raise UsageError("--errors writes a file: the figures go to standard output", code="N703")
    if errors is not None and plot is not None and realpath(errors) == realpath(plot):
        raise UsageError("--errors and --plot name the same file")
    paths = {"--errors": errors, "--plot": plot}
    return {
        option: check_output(path, inputs, force=force)
        for option, path in paths.items()
        if path is not None
    }


def _refuse_names_of_errors(kept: Sequence[str], task: Task) -> None:
    """Check that no carried column is called as those of the list of errors.  Raises UsageError."""
    from nncli.evaluation.evaluated import error_columns

    for name in (found for found in kept if found in error_columns(task)):
        message = f"--errors has a column {name!r}, and another of this name is carried along"
        raise UsageError(message, "rename the column, or leave it out of --keep and --by")


def _plan(batch_size: int | None, threads: int | None, limit: int | None) -> RunPlan:
    from nncli.pipeline.run import RunPlan
    from nncli.pipeline.shown import SamplesToShow

    return RunPlan(SamplesToShow(0, 0), batch_size, threads or usable_processors(), limit)


# ----------------------------------------------------------------------------------- the run


@dataclass(frozen=True)
class _Extras:
    """What else is wanted beside the figures."""

    batch_sizes: tuple[Any, ...]
    second: Config | None  # the network that is compared
    names: tuple[str, str]  # of both networks
    threshold: float | None

    def losses(self, task: Task | None, seed: int | None) -> BatchLosses | None:
        """Return what hears the losses of batches, if they are wanted."""
        from nncli.evaluation.spread import BatchLosses

        if not self.batch_sizes or task is None:
            return None
        return BatchLosses(task, sorted(set(self.batch_sizes)), seed or 0)

    def against(self, task: Task | None, spec: NetworkSpec) -> Against | None:
        """Return what compares both networks, if there is a second one."""
        from nncli.evaluation.against import Against, nearness_of
        from nncli.evaluation.comparable import tasks_of

        if self.second is None:
            return None
        other = self.second.reading.spec
        file = self.names[1]
        tasks = tasks_of(task, spec, other, threshold=self.threshold, file=file)
        return Against(spec, other, nearness_of(spec.dtype, other.dtype), tasks)

    def compared(self, against: Against | None) -> Beside | None:
        """Return what came of the comparison, if there was one."""
        from nncli.evaluation.evaluated import Beside

        if self.second is None or against is None:
            return None
        return Beside(self.second.reading.spec, self.names, against.finished())

    def beside(self) -> Network | None:
        """Return the second network, built."""
        from nncli.network.network import build_network

        second = self.second
        return build_network(second.reading.spec, second.tensors) if second is not None else None


def _run(
    network: Network,
    reading: SpecReading,
    request: DataRequest,
    task: Task | None,
    plan: RunPlan,
    extras: _Extras,
    *,
    has_list: bool,
) -> Evaluated:
    """Run all samples, and hold what comes of them beside their targets.

    has_list: whether errors are listed.  Raises Refused, DataError, FileError, UsageError.
    """
    from nncli.evaluation.evaluated import Evaluated, evaluation_notes
    from nncli.evaluation.evaluation import Evaluation, GroupColumn
    from nncli.pipeline.run import run_forward

    losses = extras.losses(task, reading.spec.seed)
    against = extras.against(task, reading.spec)
    plan = replace(plan, beside=extras.beside())
    with (
        opened_samples(reading, request, task=task) as samples,
        samples_progress(samples, quiet=request.quiet) as advance,
    ):
        if has_list and task is not None:
            _refuse_names_of_errors(samples.kept, task)
        place = Place(source_name(samples.sources[0]))
        group = GroupColumn(0, samples.kept[0], place) if request.choice.by else None
        evaluation = Evaluation(task, group) if task is not None else None
        listeners = [each for each in (evaluation, losses, against) if each is not None]
        run = run_forward(network, samples, plan, listeners, advance)
    result = evaluation.finished() if evaluation is not None else None
    spread = losses.finished() if losses is not None else None
    of_spread = spread.notes if spread is not None else ()
    return Evaluated(
        spec=reading.spec,
        task=task,
        sources=run.sources,
        targets=request.targets,
        kept=samples.kept,
        by=group.name if group is not None else None,
        result=result,
        spread=spread,
        beside=extras.compared(against),
        notes=(*reading.notes, *run.notes, *evaluation_notes(task, result), *of_spread),
    )


# -------------------------------------------------------------------------------- the result


def _failures(found: Evaluated, bounds: Sequence[tuple[str, float]]) -> list[Problem]:
    """Return the figures that are below what was asked for."""
    from nncli.evaluation.metrics import missed_bounds

    return missed_bounds(found.result.figures, bounds) if found.result is not None else []


def _put_out(
    found: Evaluated,
    failures: Sequence[Problem],
    form: opt.EvaluateForm,
    places: Mapping[str, OutputTarget],
) -> None:
    """Write the files that are asked for, and show the figures.  Raises FileError."""
    from nncli.render.evaluate import evaluate_view
    from nncli.render.evaluate_errors import errors_csv
    from nncli.render.evaluate_json import evaluate_json
    from nncli.results.places import write_output

    if "--errors" in places:
        write_output(places["--errors"], errors_csv(found))
    if "--plot" in places and found.spread is not None and found.spread.sizes:
        from nncli.render.spread import spread_plot

        plot = places["--plot"]
        write_output(plot, [spread_plot(found.spread, picture_kind(plot.path))])
    if form == "json":
        write_text(evaluate_json(found, failures))
    else:
        show_view(lambda width: evaluate_view(found, width), form)


def _remark(found: Evaluated, places: Mapping[str, OutputTarget], *, quiet: bool) -> None:
    """Say where the errors are, and what else there is to remark."""
    if "--errors" in places and found.result is not None and not quiet:
        listed = count_of(len(found.result.greatest), "sample")
        remark([line(f"{listed} of greatest loss → {places['--errors'].path}")])
    remark_notes(found.notes, quiet=quiet)
