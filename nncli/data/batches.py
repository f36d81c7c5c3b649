"""A batch from wherever it is: a CSV or NPY file, compressed or not, or standard input."""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Literal

import numpy as np
import numpy.typing as npt

from nncli.data.columns import (
    ColumnChoice,
    Header,
    Select,
    WantedInputs,
    expected_selector,
    feature_selector,
)
from nncli.data.exact import CsvFormat, Table, read_table, read_transposed
from nncli.data.kinds import GZIP_MAGIC, HEAD_BYTES, refuse_foreign_kinds
from nncli.data.npy import MAGIC as NPY_MAGIC
from nncli.data.npy import read_npy
from nncli.errors import DataError, FileError, Note, Place, Problem
from nncli.files import STDIN, STDIN_NAME, file_error, open_binary, source_name

# What has to be held whole is refused beyond this many bytes, after decompression.
MAX_HELD_BYTES = 64 * 2**20
_CHUNK_BYTES = 2**20


@dataclass(frozen=True)
class DataOptions:
    """How a data file is to be read.

    delimiter: None is a comma, or a tab for .tsv; header: None decides by the first row;
    samples: whether a sample is a row or a column; max_bytes: None is no limit.
    """

    delimiter: str | None = None
    encoding: str = "utf-8"
    header: bool | None = None
    samples: Literal["rows", "columns"] = "rows"
    max_bytes: int | None = None


@dataclass(frozen=True, eq=False)
class Batch:
    """Samples, ready for a network.

    source: a path, or - for standard input; values: (samples, features) float64; columns: the
    features' names; kept: name → a text for each sample; sample_names: if the file has them.
    """

    source: str
    values: npt.NDArray[np.float64]
    columns: tuple[str, ...]
    kept: dict[str, tuple[str, ...]]
    sample_names: tuple[str, ...] | None = None
    notes: tuple[Note, ...] = ()


def read_batch(
    source: str,
    options: DataOptions,
    choice: ColumnChoice,
    wanted: WantedInputs,
    stdin: BinaryIO | None = None,
) -> Batch:
    """Read the batch for a network.

    source: a path, or - for *stdin*; wanted: the network's inputs.
    Raises DataError for the content, with its place, and FileError for the file.
    """
    table = _read(source, options, feature_selector(choice, wanted), wanted.largest, stdin)
    return Batch(source, table.values, table.names, table.kept, table.sample_names, table.notes)


def read_expected(
    source: str, options: DataOptions, names: tuple[str, ...], stdin: BinaryIO | None = None
) -> npt.NDArray[np.float64]:
    """Read expected outputs: (samples, outputs) float64.  Raises DataError, FileError."""
    return _read(source, options, expected_selector(names), float("inf"), stdin).values


def _read(
    source: str, options: DataOptions, select: Select, largest: float, stdin: BinaryIO | None
) -> Table:
    file = source_name(source)
    with _open(source, stdin) as stream, _decompression_faults(file):
        head, chunks = _decompressed(stream, options.max_bytes, file)
        if head.startswith(NPY_MAGIC):
            return _npy_table(b"".join(chunks), file, options, select, largest)
        encoding = options.encoding
        refuse_foreign_kinds(head, file, encoding)
        form = CsvFormat(options.delimiter or _usual_delimiter(source), encoding, options.header)
        read = read_table if options.samples == "rows" else read_transposed
        return read(chunks, file, form, select, largest)


def _usual_delimiter(source: str) -> str:
    return "\t" if source.lower().removesuffix(".gz").endswith(".tsv") else ","


@contextmanager
def _open(source: str, stdin: BinaryIO | None) -> Iterator[BinaryIO]:
    if source != STDIN:
        with open_binary(source) as stream:
            yield stream
        return
    if stdin is None:
        message = "standard input is closed"
        raise FileError(Problem("N507", message, Place(STDIN_NAME), ("pipe the data in",)))
    try:
        yield stdin
    except OSError as error:
        raise file_error(error, STDIN_NAME, "reading") from None


def _decompressed(
    stream: BinaryIO, max_bytes: int | None, file: str
) -> tuple[bytes, Iterator[bytes]]:
    """Return the first bytes of the content, and all of it in chunks."""
    head = stream.read(HEAD_BYTES)
    if head.startswith(GZIP_MAGIC):
        raw = io.BufferedReader(_Rejoined(head, stream), _CHUNK_BYTES)
        stream = gzip.GzipFile(fileobj=raw)  # type: ignore[assignment]  # reads like one
        head = stream.read(HEAD_BYTES)
    return head, _chunks(head, stream, max_bytes, file)


class _Rejoined(io.RawIOBase):
    """A stream whose first bytes were read already, and are put back in front."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self._head = head
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._head[: len(buffer)] or self._stream.read(len(buffer))
        self._head = self._head[len(data) :]
        buffer[: len(data)] = data
        return len(data)


def _chunks(head: bytes, stream: BinaryIO, max_bytes: int | None, file: str) -> Iterator[bytes]:
    total, chunk, wanted = 0, head, HEAD_BYTES
    while chunk:
        total += len(chunk)
        if max_bytes is not None and total > max_bytes:
            message = f"more than {max_bytes // 2**20} MiB of data, which would be held whole"
            hint = "--format json and --samples columns hold everything: use CSV, samples as rows"
            raise DataError(Problem("N412", message, Place(file), (hint,)))
        yield chunk
        if len(chunk) < wanted:
            return  # the end was seen: a terminal would wait for a second Ctrl-D
        wanted = _CHUNK_BYTES
        chunk = stream.read(wanted)


@contextmanager
def _decompression_faults(file: str) -> Iterator[None]:
    hint = ("copy or download the file again",)
    try:
        yield
    except EOFError:
        message = "the compressed data ends early: the file is cut off"
        raise DataError(Problem("N416", message, Place(file), hint)) from None
    except (gzip.BadGzipFile, zlib.error) as error:
        message = f"the compressed data is broken: {error}"
        raise DataError(Problem("N416", message, Place(file), hint)) from None


def _npy_table(
    content: bytes, file: str, options: DataOptions, select: Select, largest: float
) -> Table:
    values = read_npy(content, file)
    if options.samples == "columns":
        values = np.ascontiguousarray(values.T)
    names = tuple(f"column_{number}" for number in range(1, values.shape[1] + 1))
    # Its columns have no names, so a spec's inputs.columns are taken by position.
    selection = select(Header(names, named=False, place=Place(file), positional=True))
    if selection.kept:
        message = "--keep carries text columns, and an NPY file has numbers only"
        raise DataError(Problem("N408", message, Place(file), ("leave --keep out",)))
    values = values[:, list(selection.features)]
    too_large = np.argwhere(np.isfinite(values) & (np.abs(values) >= largest))
    if len(too_large):
        row, column = (int(index) + 1 for index in too_large[0])
        value = values[row - 1, column - 1]
        message = f"{value:g} in row {row}, column {column} is too large for float32"
        raise DataError(Problem("N415", message, Place(file), ("scale the column",)))
    return Table(tuple(names[i] for i in selection.features), values)
