"""`nncli shapes`: explain a network's shapes without building it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from nncli.cli.edge import Refused, error_edge, fail
from nncli.cli.options import (
    DISPLAY,
    Columns,
    Config,
    Debug,
    Delimiter,
    Drop,
    DTypeName,
    Encoding,
    Force,
    HasHeader,
    Keep,
    OptionalData,
    Quiet,
    Rejects,
    Samples,
    Seed,
    whole_number,
)
from nncli.cli.reading import (
    DataArguments,
    DataRequest,
    check_file_names,
    column_choice,
    data_options,
    diagnosis,
    input_paths,
    opened_samples,
    overrides,
    read_config,
)
from nncli.cli.streams import remark_notes, show, write_text
from nncli.errors import UsageError
from nncli.files import expand_sources, sources_name
from nncli.problems import Note, Problem

if TYPE_CHECKING:
    from nncli.render.shapes import BatchSize
    from nncli.specs.model import NetworkSpec


def shapes(
    config: Config,
    data: OptionalData = None,
    seed: Seed = None,
    dtype: DTypeName = None,
    samples: Samples = "rows",
    columns: Columns = None,
    drop: Drop = None,
    keep: Keep = None,
    header: HasHeader = None,
    delimiter: Delimiter = None,
    encoding: Encoding = "utf-8",
    format_: Annotated[
        Literal["table", "json", "md"],
        typer.Option("--format", help="The form of the result.", rich_help_panel=DISPLAY),
    ] = "table",
    batch_size: Annotated[
        int | None,
        typer.Option(
            "--batch-size",
            parser=whole_number(1),
            metavar="N",
            help="Count the memory of a batch of N samples; otherwise of DATA's, or of 1.",
            rich_help_panel=DISPLAY,
            show_default=False,
        ),
    ] = None,
    quiet: Quiet = False,
    rejects: Rejects = None,
    force: Force = False,
    debug: Debug = False,
) -> None:
    """Explain the shapes of the network CONFIG, and why they do not fit if they do not.

    Nothing is built: a network of any size is explained at once.
    """
    with error_edge(debug=debug, json=format_ == "json"):
        arguments = DataArguments(columns, drop, keep, samples, header, delimiter, encoding)
        choice = column_choice(arguments)
        request = None
        if data is not None:
            sources = expand_sources((data,))
            request = DataRequest(sources, data_options(arguments, whole=False), choice, quiet)
        check_file_names({"--rejects": rejects})
        if rejects is not None and data is None:
            raise UsageError("--rejects lists what is refused of DATA: name the data file, too")

        from nncli.render.shapes import BatchSize

        reading = read_config(config, overrides(seed, dtype))
        data_name = sources_name(request.sources) if request is not None else ""
        features = samples_found = None
        data_notes: tuple[Note, ...] = ()
        refused: Refused | None = None
        if reading.misfits:
            found = diagnosis(reading, request)
            features = found.features
            refused = Refused(found.error())
        elif request is not None:
            from nncli.results.places import check_output  # brings NumPy, which shapes do without

            inputs = input_paths(config, *request.sources)
            target = check_output(rejects, inputs, force=force) if rejects else None
            try:
                with opened_samples(reading, request, target) as stream:
                    samples_found = sum(map(len, stream.rows_in_order()))
                    data_notes = stream.notes()
            except Refused as error:
                if error.features is None:
                    raise
                features, refused = error.features, error
        size = BatchSize(batch_size or samples_found or 1, samples_found, data_name)
        notes = (*reading.notes, *data_notes)
        problems = refused.error.problems if refused is not None else ()
        _show(reading.spec, features, size, notes, problems, format_)
        if refused is not None:
            fail(Refused(refused.error, () if quiet else notes, refused.rejects))
        remark_notes(notes, quiet=quiet)


def _show(
    spec: NetworkSpec,
    features: int | None,
    size: BatchSize,
    notes: tuple[Note, ...],
    problems: tuple[Problem, ...],
    form: str,
) -> None:
    from nncli.network.shapes import shape_table
    from nncli.render.shapes import shapes_view

    table = shape_table(spec, features)
    if form == "json":
        from nncli.render.json_output import shapes_json

        write_text(shapes_json(spec, table, size, notes, problems))
    elif form == "md":
        from nncli.render.layout.markdown import to_markdown

        write_text(to_markdown(shapes_view(table, size)))
    else:
        show(lambda _: shapes_view(table, size))
