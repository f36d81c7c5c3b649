"""`nncli forward`: run a batch through a network."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from nncli.cli.edge import error_edge, fail
from nncli.cli.options import (
    CHECKS,
    DISPLAY,
    OUTPUT,
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
    Seed,
    layer_list,
    nonnegative_number,
    whole_number,
)
from nncli.cli.reading import (
    DataArguments,
    DataRequest,
    binary_stdin,
    check_file_names,
    column_choice,
    data_options,
    fitting_batch,
    fitting_spec,
    overrides,
    read_config,
)
from nncli.cli.streams import (
    ReaderGone,
    remark,
    remark_notes,
    show,
    write_result,
    write_text,
)
from nncli.errors import CheckFailed, FileError, Problem, UsageError, count_of
from nncli.files import source_name
from nncli.render.view import line

if TYPE_CHECKING:
    from nncli.data.writers import OutputTarget
    from nncli.pipeline import ForwardRun
    from nncli.render.forward import Display

Format = Literal["table", "json", "jsonl", "csv", "md"]
_SUFFIXES = {".csv": "csv", ".json": "json", ".jsonl": "jsonl", ".ndjson": "jsonl", ".npy": "npy"}
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
            help="Write the outputs: .csv, .json, .jsonl or .npy; - is CSV on standard output.",
            rich_help_panel=OUTPUT,
            show_default=False,
        ),
    ] = None,
    rejects: Rejects = None,
    force: Force = False,
    expect: Annotated[
        str | None,
        typer.Option(
            "--expect",
            metavar="FILE",
            help="Fail with exit code 1 unless the outputs are those in this CSV or NPY file.",
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
        _check_stdin_use(data, expect)
        check_file_names({"-o": output, "--rejects": rejects})

        from nncli.checks import check_expected, check_finite
        from nncli.data.batches import read_expected
        from nncli.data.writers import check_output
        from nncli.network.compare import Tolerance
        from nncli.network.network import build_network
        from nncli.pipeline import run_forward
        from nncli.render.forward import Display

        options = data_options(arguments, whole=form == "json")
        request = DataRequest(data, options, choice, quiet)
        reading = read_config(config, overrides(seed, dtype))
        spec = fitting_spec(reading, request)
        display = Display(_shown_layers(layers, len(spec.layers)), rows, precision, weights)
        network = build_network(spec)
        sources = ["/dev/stdin" if path == "-" else path for path in (config, data, expect)]
        target, reject_list = (
            check_output(path, filter(None, sources), force=force) if path else None
            for path in (output if output != _STDOUT else None, rejects)
        )
        if target is not None and target.is_stream and format_ is None:
            form = "csv"
        batch = fitting_batch(reading, request, reject_list)
        expected = None
        if expect is not None:
            stdin = binary_stdin(expect, quiet=quiet)
            expected = read_expected(expect, options, spec.output_columns, stdin)
        run = run_forward(network, batch, reading.notes)
        failures = check_finite(run) if strict else []
        if expected is not None:
            tolerances = Tolerance(_DEFAULT_RTOL[spec.dtype] if rtol is None else rtol, atol)
            failures += check_expected(run, expected, tolerances, source_name(str(expect)))
        result = _Result(run, form, display, tuple(failures))
        _put_out(result, target, quiet=quiet)
        remark_notes(run.notes, quiet=quiet)
        if failures:
            fail(CheckFailed(failures))


@dataclass(frozen=True, eq=False)
class _Result:
    """A finished run, how to put it out, and the checks that failed."""

    run: ForwardRun
    form: str
    display: Display
    failures: tuple[Problem, ...]


def _resolve_format(format_: Format | None, output: str | None) -> str:
    """Return the form of the result.  Raises UsageError if it does not go with the output."""
    if output is None:
        return format_ or "table"
    if format_ in ("table", "md"):
        message = f"--format {format_} is for the screen, -o writes csv, json, jsonl or npy"
        raise UsageError(message)
    if format_ is not None:
        return format_
    if output == _STDOUT:
        return "csv"
    suffix = next((s for s in _SUFFIXES if output.lower().endswith(s)), None)
    if suffix is not None:
        return _SUFFIXES[suffix]
    from nncli.data.writers import is_file_name

    if not is_file_name(output):
        return "csv"
    known = ", ".join(_SUFFIXES)
    message = f"the suffix of {output!r} names no format: {known}"
    raise UsageError(message, "or name it: --format csv")


def _check_stdin_use(data: str, expect: str | None) -> None:
    if data == expect == "-":
        raise UsageError("DATA and --expect cannot both be standard input")


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


def _put_out(result: _Result, target: OutputTarget | None, *, quiet: bool) -> None:
    """Write the result where it belongs; a file's layer table still goes to the screen."""
    from nncli.render.forward import forward_view, layers_view

    run, form, display = result.run, result.form, result.display
    if target is not None:
        from nncli.data.writers import write_output

        write_output(target, _chunks(result))
        if not target.is_stream:
            # the file is complete: it does not matter whether anybody sees the table
            with suppress(ReaderGone, FileError):
                show(lambda _: layers_view(run, display))
        if not quiet:
            rows = len(run.batch.values)
            remark([line(f"{count_of(rows, 'row')} in, {rows:,} out → {target.path}")])
    elif form == "table":
        show(lambda width: forward_view(run, display, width))
    elif form == "md":
        from nncli.render.markdown import to_markdown

        write_text(to_markdown(forward_view(run, display, None)))
    else:
        write_result(_chunks(result))


def _chunks(result: _Result) -> Iterable[bytes]:
    from nncli.data.writers import csv_chunks, npy_bytes
    from nncli.render.json_output import forward_json, forward_jsonl

    run = result.run
    if result.form == "json":
        return [forward_json(run, result.failures, weights=result.display.weights).encode()]
    if result.form == "jsonl":
        return forward_jsonl(run)
    if result.form == "npy":
        return [npy_bytes(run.output)]
    return csv_chunks(run.batch.kept, run.network.spec.output_columns, run.output)
