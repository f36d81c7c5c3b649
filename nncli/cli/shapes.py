"""`nncli shapes`: explain a network's shapes without building it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nncli.cli import options as opt
from nncli.cli.edge import Refused, error_edge, fail
from nncli.cli.reading import (
    DataArguments,
    DataRequest,
    check_file_names,
    column_choice,
    data_request,
    diagnosis,
    input_paths,
    opened_samples,
    overrides,
    read_config_or_weights,
)
from nncli.cli.streams import remark_notes, show_view, write_text
from nncli.errors import SpecError, UsageError
from nncli.files import sources_name
from nncli.problems import Note, Problem
from nncli.specs.stored import WeightsHeader

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nncli.errors import NncliError
    from nncli.render.shapes import BatchSize
    from nncli.results.places import OutputTarget
    from nncli.specs.model import LayerSpec
    from nncli.specs.reader import SpecReading


def shapes(
    config: opt.Config,
    data: opt.ShapesData = None,
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
    notation: opt.Notation = None,
    format_: opt.ShapesFormat = "table",
    batch_size: opt.MemoryBatchSize = None,
    draw: opt.Draw = False,
    quiet: opt.Quiet = False,
    rejects: opt.Rejects = None,
    force: opt.Force = False,
    debug: opt.Debug = False,
) -> None:
    """Explain the shapes of the network CONFIG, and why they do not fit if they do not.

    Nothing is built: a network of any size is explained at once.
    """
    with error_edge(debug=debug, json=format_ == "json"):
        arguments = DataArguments(
            columns, drop, keep, samples, header, delimiter, decimal, encoding
        )
        choice = column_choice(arguments)
        request = None
        if data is not None:
            request = data_request((data,), arguments, choice, quiet=quiet)
        _check_rejects(rejects, data)
        read = read_config_or_weights(config, overrides(seed, dtype), request)
        look = _Look(format_, notation, samples, draw)
        if isinstance(read, WeightsHeader):
            _show_weights(read, request, look, quiet=quiet)
            return
        reading = read.reading
        if reading.misfits:
            found = _diagnosed(reading, request)
        elif request is not None:
            found = _counted(reading, request, _target(rejects, read.files, request, force=force))
        else:
            found = _Findings()
        _show(reading, found, _batch_size(batch_size, found, request), look)
        notes = (*reading.notes, *found.notes)
        if found.error is not None:
            fail(Refused(found.error, () if quiet else notes, found.rejects))
        remark_notes(notes, quiet=quiet)


@dataclass(frozen=True)
class _Look:
    """How shapes are to be shown."""

    form: opt.ShapesForm
    notation: opt.NotationName | None  # None: as the layers are written
    samples: str  # whether they are rows or columns of the data
    draw: bool  # whether the matrices are drawn, too

    def notation_of(self, layers: Sequence[LayerSpec]) -> opt.NotationName:
        """Return how some layers are written."""
        from nncli.explanation.notation import notation_of

        return self.notation or notation_of(layers, self.samples)


def _show_weights(
    header: WeightsHeader, request: DataRequest | None, look: _Look, *, quiet: bool
) -> None:
    """Show the arrays of a weights file.  Raises SpecError if there is data for a network."""
    from nncli.formats.config import untrained_notes, weights_alone
    from nncli.formats.stored_layers import stored_layers
    from nncli.render.stored_weights import stored_json, stored_view

    if request is not None:
        raise SpecError(weights_alone(header))
    stored = stored_layers(header)
    if look.form == "json":
        write_text(stored_json(header, stored))
    else:
        notation = look.notation_of(stored.layers)
        show_view(lambda _: stored_view(header, stored, notation, draw=look.draw), look.form)
    remark_notes(untrained_notes(header), quiet=quiet)


@dataclass(frozen=True, eq=False)
class _Findings:
    """What there is to say of the data, and of layers that do not fit."""

    samples: int | None = None  # how many there are
    features: int | None = None  # the width of the data if it is this that does not fit
    error: NncliError | None = None
    rejects: str | None = None  # the file that lists what was refused
    notes: tuple[Note, ...] = ()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong."""
        return self.error.problems if self.error is not None else ()


def _check_rejects(rejects: str | None, data: str | None) -> None:
    """Check that there is something to list, and a place for it.  Raises UsageError."""
    check_file_names({"--rejects": rejects})
    if rejects is not None and data is None:
        raise UsageError("--rejects lists what is refused of DATA: name the data file, too")


def _target(
    rejects: str | None, files: tuple[str, ...], request: DataRequest, *, force: bool
) -> OutputTarget | None:
    """Return where to list what is refused, if it is listed.  Raises FileError."""
    from nncli.results.places import check_output  # brings NumPy, which shapes do without

    if rejects is None:
        return None
    return check_output(rejects, input_paths(*files, *request.sources), force=force)


def _diagnosed(reading: SpecReading, request: DataRequest | None) -> _Findings:
    """Say why layers do not fit, and what is wrong with the data besides."""
    found = diagnosis(reading, request)
    return _Findings(features=found.features, error=found.error())


def _counted(reading: SpecReading, request: DataRequest, rejects: OutputTarget | None) -> _Findings:
    """Count the samples.  Raises Refused for what has nothing to do with shapes, FileError."""
    try:
        with opened_samples(reading, request, rejects) as stream:
            samples = sum(map(len, stream.rows_in_order()))
            return _Findings(samples, notes=stream.notes())
    except Refused as refused:
        if refused.features is None:
            raise
        return _Findings(features=refused.features, error=refused.error, rejects=refused.rejects)


def _batch_size(wanted: int | None, found: _Findings, request: DataRequest | None) -> BatchSize:
    """Return how many samples memory is counted for, and what the data is called."""
    from nncli.render.shapes import BatchSize

    name = sources_name(request.sources) if request is not None else ""
    return BatchSize(wanted or found.samples or 1, found.samples, name)


def _show(reading: SpecReading, found: _Findings, size: BatchSize, look: _Look) -> None:
    """Show the shapes on standard output."""
    from nncli.network.shapes import shape_table
    from nncli.render.shapes import shapes_view

    table = shape_table(reading.spec, found.features)
    if look.form == "json":
        from nncli.render.shapes_json import shapes_json

        notes = (*reading.notes, *found.notes)
        write_text(shapes_json(reading.spec, table, size, notes, found.problems))
    else:
        notation = look.notation_of(reading.spec.layers)
        show_view(lambda _: shapes_view(table, size, notation, draw=look.draw), look.form)
