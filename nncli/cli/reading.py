"""From arguments to specs and batches: what every command that reads data does alike."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Literal

from nncli.cli.streams import remark
from nncli.errors import UsageError
from nncli.render.view import Span, line

if TYPE_CHECKING:
    from nncli.data.batches import DataOptions
    from nncli.data.columns import ColumnChoice, WantedInputs
    from nncli.spec.model import DType, NetworkSpec
    from nncli.spec.reader import Overrides


@dataclass(frozen=True)
class DataArguments:
    """The data options as they were parsed; lists hold one list per use of the option."""

    columns: list[list[str]] | list[str] | None
    drop: list[list[str]] | list[str] | None
    keep: list[list[str]] | list[str] | None
    samples: Literal["rows", "columns"]
    header: bool | None
    delimiter: str | None
    encoding: str


def column_choice(arguments: DataArguments) -> ColumnChoice:
    """Return which columns the user chose.  Raises UsageError for contradictions."""
    from nncli.data.columns import ColumnChoice

    choice = ColumnChoice(
        columns=_joined(arguments.columns),
        drop=_joined(arguments.drop),
        keep=_joined(arguments.keep),
    )
    used = {"--columns": choice.columns, "--drop": choice.drop, "--keep": choice.keep}
    for option, items in used.items():
        repeated = next((item for item in items if items.count(item) > 1), None)
        if repeated is not None:
            raise UsageError(f"{option} names {repeated!r} twice")
        if items and arguments.samples == "columns":
            message = f"{option} chooses columns, but with --samples columns they are the samples"
            raise UsageError(message)
    if choice.columns and choice.drop:
        message = "--columns and --drop exclude each other: one says what stays, one what goes"
        raise UsageError(message)
    both = next((item for item in choice.drop if item in choice.keep), None)
    if both is not None:
        raise UsageError(f"--drop and --keep both name {both!r}")
    return choice


def _joined(lists: list[list[str]] | list[str] | None) -> tuple[str, ...]:
    return tuple(item for items in lists or () for item in items)


def data_options(arguments: DataArguments, *, whole: bool) -> DataOptions:
    """Return how to read DATA; whole: the result will hold all of it at once."""
    from nncli.data.batches import MAX_HELD_BYTES, DataOptions

    held = whole or arguments.samples == "columns"
    return DataOptions(
        delimiter=arguments.delimiter,
        encoding=arguments.encoding,
        header=arguments.header,
        samples=arguments.samples,
        max_bytes=MAX_HELD_BYTES if held else None,
    )


def overrides(seed: int | None, dtype: DType | None) -> Overrides:
    """Return what the command line says instead of the spec."""
    from nncli.spec.reader import Overrides

    return Overrides(seed, dtype)


def wanted_inputs(spec: NetworkSpec) -> WantedInputs:
    """Return what a network wants of its data."""
    from nncli.data.columns import WantedInputs
    from nncli.spec.model import FLOAT32_OVERFLOW

    largest = FLOAT32_OVERFLOW if spec.dtype == "float32" else float("inf")
    return WantedInputs(spec.inputs.size, spec.inputs.columns, largest, spec.output_columns)


def binary_stdin(*sources: str | None, quiet: bool) -> BinaryIO | None:
    """Return standard input's bytes, if it is open; somebody at a terminal is told to type."""
    stdin = sys.stdin
    if stdin is None:
        return None
    if "-" in sources and stdin.isatty() and not quiet:
        remark([line(Span("note", "note"), ": reading from the terminal; Ctrl-D ends the data")])
    return stdin.buffer
