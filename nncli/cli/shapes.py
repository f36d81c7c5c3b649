"""`nncli shapes`: explain a network's shapes without building it."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from nncli.cli.edge import error_edge
from nncli.cli.options import (
    DISPLAY,
    Columns,
    Config,
    Debug,
    Delimiter,
    Drop,
    DTypeName,
    Encoding,
    HasHeader,
    Keep,
    OptionalData,
    Quiet,
    Samples,
    Seed,
    whole_number,
)
from nncli.cli.reading import (
    DataArguments,
    binary_stdin,
    column_choice,
    data_options,
    overrides,
    wanted_inputs,
)
from nncli.cli.streams import remark_notes, show, write_text
from nncli.errors import SpecError
from nncli.files import source_name


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
    debug: Debug = False,
) -> None:
    """Explain the shapes of the network CONFIG, and why they do not fit if they do not.

    Nothing is built: a network of any size is explained at once.
    """
    with error_edge(debug=debug):
        arguments = DataArguments(columns, drop, keep, samples, header, delimiter, encoding)
        choice = column_choice(arguments)

        from nncli.network.shapes import shape_table
        from nncli.render.json_output import shapes_json
        from nncli.render.shapes import BatchSize, shapes_view
        from nncli.spec.files import inspect_spec_file

        reading = inspect_spec_file(config, overrides(seed, dtype))
        table = shape_table(reading.spec)
        notes = reading.notes
        count = None
        if data is not None and not reading.misfits:
            from nncli.data.batches import read_batch

            options = data_options(arguments, whole=False)
            wanted = wanted_inputs(reading.spec)
            batch = read_batch(data, options, choice, wanted, binary_stdin(data, quiet=quiet))
            count, notes = len(batch.values), (*notes, *batch.notes)
        number = batch_size or count or 1
        size = BatchSize(number, count, source_name(data) if data is not None else "")
        if format_ == "json":
            problems = reading.misfits
            write_text(
                shapes_json(
                    reading.spec,
                    table,
                    samples=count,
                    batch_size=number,
                    notes=notes,
                    problems=problems,
                )
            )
        elif format_ == "md":
            from nncli.render.markdown import to_markdown

            write_text(to_markdown(shapes_view(table, size)))
        else:
            show(lambda _: shapes_view(table, size))
        remark_notes(notes, quiet=quiet)
        if reading.misfits:
            raise SpecError(reading.misfits)
