"""From arguments to specs and batches: what every command that reads data does alike."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, BinaryIO, Literal, TextIO

from nncli.cli.edge import TYPED, Refused
from nncli.cli.streams import remark
from nncli.errors import DataError, NncliError, SpecError, UsageError
from nncli.files import STDIN, expand_sources, source_name
from nncli.render.layout.view import Span, View, line

if TYPE_CHECKING:
    from nncli.data.batch import Batch
    from nncli.data.columns import ColumnChoice, Header, WantedInputs
    from nncli.data.opened import DataOptions, OpenedSource
    from nncli.data.several_sources import OpenedSources
    from nncli.data.source_bytes import FirstLook
    from nncli.data.stream import SampleStream
    from nncli.doctor.diagnosis import DataCase, Diagnosis
    from nncli.evaluation.tasks import Task
    from nncli.explanation.notation import Notation
    from nncli.formats.config import Config
    from nncli.results.places import OutputTarget
    from nncli.specs.model import DType, NetworkSpec
    from nncli.specs.reader import Overrides, SpecReading
    from nncli.specs.stored import WeightsHeader


@dataclass(frozen=True)
class DataArguments:
    """The data options as they were parsed; lists hold one list per use of the option."""

    columns: list[list[str]] | list[str] | None
    drop: list[list[str]] | list[str] | None
    keep: list[list[str]] | list[str] | None
    samples: Literal["rows", "columns"]
    header: bool | None
    delimiter: str | None
    decimal: Literal[".", ","]
    encoding: str


def column_choice(arguments: DataArguments) -> ColumnChoice:
    """Return which columns the user chose.  Raises UsageError for contradictions."""
    from nncli.data.columns import ColumnChoice

    choice = ColumnChoice(
        columns=joined(arguments.columns),
        drop=joined(arguments.drop),
        keep=joined(arguments.keep),
    )
    used = {"--columns": choice.columns, "--drop": choice.drop, "--keep": choice.keep}
    for option, items in used.items():
        repeated = next((item for item in items if items.count(item) > 1), None)
        if repeated is not None:
            raise UsageError(f"{option} names {repeated!r} twice", code="N703")
        if items and arguments.samples == "columns":
            message = f"{option} chooses columns, but with --samples columns they are the samples"
            raise UsageError(message)
    if choice.columns and choice.drop:
        message = "--columns and --drop exclude each other: one says what stays, one what goes"
        raise UsageError(message)
    both = next((item for item in choice.drop if item in choice.keep), None)
    if both is not None:
        message = f"--drop and --keep both name {both!r}"
        raise UsageError(message, "what is kept is no feature either: name it with --keep alone")
    return choice


def check_targets(targets: tuple[str, ...], choice: ColumnChoice) -> None:
    """Check that targets are named once, and nowhere else.  Raises UsageError."""
    repeated = next((name for name in targets if targets.count(name) > 1), None)
    if repeated is not None:
        raise UsageError(f"--target names {repeated!r} twice", code="N703")
    for option, names in {"--columns": choice.columns, "--drop": choice.drop}.items():
        both = next((name for name in targets if name in names), None)
        if both is not None:
            hint = "a target is never an input: name it with --target alone"
            raise UsageError(f"--target and {option} both name {both!r}", hint)


def joined(lists: list[list[str]] | list[str] | None) -> tuple[str, ...]:
    """Return the items of a repeated list option, which hold one list per use of the option."""
    return tuple(item for items in lists or () for item in items)


def read_config(config: str, changes: Overrides, request: DataRequest | None = None) -> Config:
    """Read the network at a path.

    request: the data for it.  Raises SpecError with the changes that mend it, FileError.
    """
    from nncli.formats.config import Config, weights_alone

    found = read_config_or_weights(config, changes, request)
    if not isinstance(found, Config):
        raise SpecError(weights_alone(found))
    return found


def read_config_or_weights(
    config: str, changes: Overrides, request: DataRequest | None = None
) -> Config | WeightsHeader:
    """Read a network, or a weights file that says nothing of one.  Raises as `read_config` does."""
    from nncli.formats.config import FaultySpec, examine_config

    found = examine_config(config, changes)
    if isinstance(found, FaultySpec):
        from nncli.doctor.diagnosis import treat_spec

        features = _features(request) if request is not None else None
        raise treat_spec(found.examined, header=found.header, features=features)
    return found


def _features(request: DataRequest) -> int | None:
    """Return how many features the data has as it is to be read; None if nobody knows."""
    header, choice = header_of(request), request.choice
    if header is None:
        return None
    left_out = len({*choice.drop, *choice.keep, *request.targets})
    return len(choice.columns) or len(header.names) - left_out


def header_of(request: DataRequest) -> Header | None:
    """Return the columns of the data, as it is to be read; None if nobody knows."""
    from nncli.data.opened import open_look
    from nncli.data.source_bytes import look_at

    source = request.sources[0]
    if source == STDIN:
        return None  # what is asked there is gone
    with suppress(NncliError):
        if (look := look_at(source)) is not None:
            options = request.options.for_source(source)
            return open_look(look, source_name(source), options).header
    return None


@dataclass(frozen=True)
class DataRequest:
    """Some data to read for a network, and how; quiet: whether without a word to a terminal.

    sources: paths, or - alone; notation: in which a clash is drawn; None: the spec's own; targets:
    the columns of what is right, names or positions, which are no inputs.
    """

    sources: tuple[str, ...]
    options: DataOptions
    choice: ColumnChoice
    quiet: bool = False
    notation: Notation | None = None
    targets: tuple[str, ...] = ()

    def case(self, reading: SpecReading, source: str, look: FirstLook) -> DataCase:
        """Return one of the sources as a case for a doctor."""
        from nncli.doctor.diagnosis import DataCase

        options = self.options.for_source(source)
        wanted = wanted_inputs(reading.spec)
        return DataCase(
            source_name(source),
            look,
            options,
            self.choice,
            wanted,
            reading,
            argv=TYPED.get(),
            targets=self.targets,
        )


def data_request(
    data: Sequence[str],
    arguments: DataArguments,
    choice: ColumnChoice,
    *,
    quiet: bool,
    whole: bool = False,
    notation: Notation | None = None,
) -> DataRequest:
    """Return what to read.

    data: paths and patterns; whole: the result will hold all of it at once.  Raises UsageError.
    """
    from nncli.data.opened import DataOptions
    from nncli.data.source_bytes import MAX_HELD_BYTES

    held = whole or arguments.samples == "columns"
    options = DataOptions(
        delimiter=arguments.delimiter,
        decimal=arguments.decimal,
        encoding=arguments.encoding,
        header=arguments.header,
        samples=arguments.samples,
        max_bytes=MAX_HELD_BYTES if held else None,
    )
    return DataRequest(expand_sources(data), options, choice, quiet, notation)


def diagnosis(reading: SpecReading, request: DataRequest | None) -> Diagnosis:
    """Return what is wrong with a spec whose layers do not fit, and with the data for it."""
    from nncli.data.source_bytes import look_at
    from nncli.doctor.diagnosis import diagnose

    source = request.sources[0] if request is not None else None
    if request is None or source is None or (source == STDIN and _is_terminal(sys.stdin)):
        return diagnose(reading, None)  # nobody is asked to type data for such a spec
    try:
        look = look_at(source, binary_stdin(source, quiet=True))
        if look is None:
            return diagnose(reading, None)
    except NncliError as error:
        found = diagnose(reading, None)
        return replace(found, problems=(*found.problems, *error.problems))
    return diagnose(reading, request.case(reading, source, look))


def refuse_misfits(reading: SpecReading, request: DataRequest | None) -> None:
    """Do nothing if a spec's layers fit.  Raises Refused, with a drawing of what does not fit."""
    if reading.misfits:
        found = diagnosis(reading, request)
        # -q silences notes, those beside an error too
        quiet = request is not None and request.quiet
        notes = () if quiet else reading.notes
        raise Refused(found.error(), notes, clash=_clash(reading.spec, found.features, request))


def _clash(spec: NetworkSpec, features: int | None, request: DataRequest | None) -> View:
    """Return a drawing of where shapes clash.  features: of the data, if they clash."""
    from nncli.explanation.notation import notation_of
    from nncli.network.shapes import shape_table
    from nncli.render.shapes import BatchSize, shapes_view

    samples = request.options.samples if request is not None else "rows"
    wanted = request.notation if request is not None else None
    notation = wanted or notation_of(spec.layers, samples)
    return shapes_view(shape_table(spec, features), BatchSize(1), notation)


@contextmanager
def opened_samples(
    reading: SpecReading,
    request: DataRequest,
    rejects: OutputTarget | None = None,
    task: Task | None = None,
) -> Iterator[SampleStream]:
    """Open the samples for a network whose layers fit.

    rejects: where to list what is refused of them; task: how the targets are read, if the request
    has some.  Raises Refused, also for what is found within the block, with the changes that mend
    it.
    """
    from nncli.data.several_sources import open_sources
    from nncli.results.reject_list import listing_rejects

    stdin = binary_stdin(*request.sources, quiet=request.quiet)
    with (
        listing_rejects(rejects) as on_reject,
        open_sources(request.sources, request.options, stdin, on_reject) as opened,
    ):
        try:
            yield _samples(opened, request, wanted_inputs(reading.spec), task)
            return
        except DataError as error:
            fault = error
            at_fault = _sources_of(error, request)
            if at_fault is None:
                raise
            if on_reject is not None:
                on_reject.add_problems(error.problems)
            looks = {source: opened.look(source) for source in at_fault}
    fault = _treated(fault, reading, request, looks)
    listed = rejects.path if rejects is not None else None
    if fault.features is None:
        raise Refused(fault, rejects=listed)
    notes = () if request.quiet else reading.notes
    raise Refused(fault, notes, listed, _clash(reading.spec, fault.features, request))


def _samples(
    opened: OpenedSource | OpenedSources,
    request: DataRequest,
    wanted: WantedInputs,
    task: Task | None,
) -> SampleStream:
    """Return the samples of what was opened, with their targets if there is a task."""
    from nncli.data.columns import choose, choose_with_targets

    header, choice = opened.header, request.choice
    if task is None:
        return opened.samples(choose(header, choice, wanted))
    from nncli.evaluation.targets import Targets, with_targets
    from nncli.evaluation.tasks import NumberTask

    # nothing but numbers is read of what has no names, and of samples that are columns
    as_numbers = isinstance(task, NumberTask) or header.positional or header.transposed
    wanted = replace(wanted, outputs=())  # outputs are not written beside what is carried
    selection = choose_with_targets(header, choice, request.targets, wanted, as_numbers=as_numbers)
    both = selection.features if as_numbers else selection.kept
    targets = Targets(
        task, both[-len(request.targets) :], as_numbers, decimal=request.options.decimal
    )
    return with_targets(opened.samples(selection), targets)


def _sources_of(error: DataError, request: DataRequest) -> list[str] | None:
    """Return the sources that an error is about; None if it is about no data of the network."""
    files = {problem.place.file for problem in error.problems if problem.place is not None}
    found = [source for source in request.sources if source_name(source) in files]
    return None if files and not found else found


def _treated(
    error: DataError,
    reading: SpecReading,
    request: DataRequest,
    looks: Mapping[str, FirstLook | None],
) -> DataError:
    """Return an error with the changes that mend it; each source at fault is a case of its own."""
    from nncli.doctor.diagnosis import treat_data

    # the options hold for all files, and what mends one of them need not suit the first
    follows = request.sources[0] not in looks
    cases = {
        source_name(source): replace(request.case(reading, source, look), follows=follows)
        for source, look in looks.items()
        if look is not None
    }
    return treat_data(error, cases)


def of_expected(
    error: DataError, source: str, reading: SpecReading, request: DataRequest
) -> DataError:
    """Return an error of expected outputs with the changes of their own file that mend it."""
    from nncli.data.columns import ColumnChoice, WantedInputs
    from nncli.data.source_bytes import look_at
    from nncli.doctor.diagnosis import treat_data

    look = look_at(source) if source != STDIN else None
    if look is None:
        return error
    case = replace(
        request.case(reading, source, look),
        choice=ColumnChoice(),
        wanted=WantedInputs(len(reading.spec.output_columns)),
    )
    treated = treat_data(error, {case.file: case})
    # an option would be for DATA, which is read as it is to be
    problems = [
        replace(problem, suggestions=tuple(s for s in problem.suggestions if not s.options))
        for problem in treated.problems
    ]
    return DataError(problems, more=treated.more)


def read_data(
    reading: SpecReading, request: DataRequest, rejects: OutputTarget | None = None
) -> Batch:
    """Read all samples of one source; arguments and errors are those of opened_samples."""
    from nncli.data.batch import whole_batch

    with opened_samples(reading, request, rejects) as samples:
        return whole_batch(samples)


def overrides(seed: int | None, dtype: DType | None) -> Overrides:
    """Return what the command line says instead of the spec."""
    from nncli.specs.reader import Overrides

    return Overrides(seed, dtype)


def wanted_inputs(spec: NetworkSpec) -> WantedInputs:
    """Return what a network wants of its data."""
    from nncli.data.columns import WantedInputs
    from nncli.network.scaling import scales_inputs
    from nncli.specs.model import FLOAT32_OVERFLOW, Tensor

    # what is clipped or scaled is float64 until then
    is_float32 = spec.dtype == "float32" and not scales_inputs(spec)
    largest = FLOAT32_OVERFLOW if is_float32 else float("inf")
    is_trained = any(isinstance(layer.weights, Tensor) for layer in spec.layers)
    return WantedInputs(
        spec.inputs.size, spec.inputs.columns, largest, spec.output_columns, is_trained
    )


def input_paths(*sources: str | None) -> list[str]:
    """Return the paths of what is read, standard input's included; None is nothing."""
    return ["/dev/stdin" if source == STDIN else source for source in sources if source]


def check_file_names(files: Mapping[str, str | None]) -> None:
    """Check that options do not name the same file to write.  Raises UsageError."""
    seen: dict[str, str] = {}
    for option, path in files.items():
        if path == STDIN and option == "--rejects":
            raise UsageError("--rejects writes a file: - would be the result's place", code="N703")
        if path is None or path == STDIN:
            continue
        real = os.path.realpath(path)
        if real in seen:
            raise UsageError(f"{seen[real]} and {option} name the same file")
        seen[real] = option


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()


def binary_stdin(*sources: str | None, quiet: bool) -> BinaryIO | None:
    """Return standard input's bytes, if it is open; somebody at a terminal is told to type."""
    stdin = sys.stdin
    if stdin is None:
        return None
    if STDIN in sources and _is_terminal(stdin) and not quiet:
        remark([line(Span("note", "note"), ": reading from the terminal; Ctrl-D ends the data")])
    return stdin.buffer
