"""The forms of a result: what a file's suffix means, and who writes each form."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, BinaryIO, Literal, TypeVar

if TYPE_CHECKING:
    from nncli.results.listeners import Listener, ResultColumns

Form = TypeVar("Form", bound=str)
# The forms that a file can have, by its suffix.
SUFFIXES: Mapping[str, str] = MappingProxyType(
    {
        ".csv": "csv",
        ".json": "json",
        ".jsonl": "jsonl",
        ".ndjson": "jsonl",
        ".npy": "npy",
        ".parquet": "parquet",
    }
)
# Those that the file of an explanation can have.
EXPLANATION_SUFFIXES: Mapping[str, Literal["text", "md", "latex", "html", "json"]] = (
    MappingProxyType(
        {".txt": "text", ".md": "md", ".tex": "latex", ".html": "html", ".json": "json"}
    )
)
FILE_FORMS = tuple(dict.fromkeys(SUFFIXES.values()))
# Written unit by unit, in bounded memory; the others are made of a whole result at its end.
STREAMED_FORMS = ("csv", "jsonl", "npy", "parquet")
# Made for the screen, where only some samples are shown.
SCREEN_FORMS = ("table", "md")


def form_of_suffix(path: str, suffixes: Mapping[str, Form]) -> Form | None:
    """Return the form that a path's suffix names, in letters of either case; None: it names none.

    >>> form_of_suffix("outputs.CSV", SUFFIXES)
    'csv'
    """
    return next((form for end, form in suffixes.items() if path.lower().endswith(end)), None)


def load_libraries(form: str) -> None:
    """Import what a sink of a form writes with.

    Arrow may end the process where memory is short: so before any place is opened.
    """
    if form in ("csv", "parquet"):
        importlib.import_module(f"pyarrow.{form}")


def open_sink(form: str, stream: BinaryIO, columns: ResultColumns) -> Listener:
    """Return the sink of one of the streamed forms.  What comes first in the file is written."""
    # each brings NumPy, which a wrong command line is refused without
    from nncli.results.csv import CsvSink
    from nncli.results.json_lines import JsonLinesSink
    from nncli.results.npy import NpySink
    from nncli.results.parquet import ParquetSink

    sinks: dict[str, Callable[[BinaryIO, ResultColumns], Listener]] = {
        "csv": CsvSink,
        "jsonl": JsonLinesSink,
        "npy": NpySink,
        "parquet": ParquetSink,
    }
    if form not in sinks:
        raise ValueError(f"no sink writes {form!r}")
    return sinks[form](stream, columns)
