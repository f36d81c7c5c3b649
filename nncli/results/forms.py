"""The forms of a result that is written block by block, each in a file of its own."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import BinaryIO

from nncli.results.csv import CsvSink
from nncli.results.json_lines import JsonLinesSink
from nncli.results.npy import NpySink
from nncli.results.parquet import ParquetSink
from nncli.results.sinks import ResultColumns, Sink

_SINKS: dict[str, Callable[[BinaryIO, ResultColumns], Sink]] = {
    "csv": CsvSink,
    "jsonl": JsonLinesSink,
    "npy": NpySink,
    "parquet": ParquetSink,
}


def load_libraries(form: str) -> None:
    """Import what a sink of a form writes with.

    Arrow may end the process where memory is short: so before any place is opened.
    """
    if form in ("csv", "parquet"):
        importlib.import_module(f"pyarrow.{form}")


def open_sink(form: str, stream: BinaryIO, columns: ResultColumns) -> Sink:
    """Return the sink of *form*: csv, jsonl, npy or parquet.  What comes first is written."""
    return _SINKS[form](stream, columns)
