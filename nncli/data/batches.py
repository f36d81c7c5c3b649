"""A batch from wherever it is: a CSV or NPY file, compressed or not, or standard input."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
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
from nncli.data.content import Content, open_source
from nncli.data.exact import CsvFormat, Table, read_table, read_transposed
from nncli.data.kinds import refuse_foreign_kinds
from nncli.data.lines import whole_lines
from nncli.data.npy import MAGIC as NPY_MAGIC
from nncli.data.npy import first_rows, read_npy
from nncli.data.rejects import OnReject
from nncli.data.rows import Rows, joined_texts, text_list
from nncli.data.samples import SampleStream, csv_samples, whole_samples
from nncli.errors import DataError, FirstLook, Note, Place, Problem
from nncli.files import source_name

# What has to be held whole is refused beyond this many bytes, after decompression.
MAX_HELD_BYTES = 64 * 2**20


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

    def for_source(self, source: str) -> DataOptions:
        """Return the options with the delimiter that is usual for a source, if none is given."""
        is_tsv = source.lower().removesuffix(".gz").endswith(".tsv")
        return replace(self, delimiter=self.delimiter or ("\t" if is_tsv else ","))


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


@contextmanager
def open_samples(
    source: str,
    options: DataOptions,
    choice: ColumnChoice,
    wanted: WantedInputs,
    stdin: BinaryIO | None = None,
    on_reject: OnReject | None = None,
) -> Iterator[SampleStream]:
    """Open the samples for a network, to be read piece by piece within the block.

    source: a path, or - for *stdin*; wanted: the network's inputs; on_reject: is told of every
    cell and row that is refused.
    Raises DataError for the content, with its place, and FileError for the file.
    """
    select = feature_selector(choice, wanted)
    with _open(source, options, select, wanted.largest, stdin, on_reject) as samples:
        yield samples


def read_batch(
    source: str,
    options: DataOptions,
    choice: ColumnChoice,
    wanted: WantedInputs,
    stdin: BinaryIO | None = None,
    on_reject: OnReject | None = None,
) -> Batch:
    """Read all samples for a network at once; arguments and errors are those of open_samples."""
    with open_samples(source, options, choice, wanted, stdin, on_reject) as samples:
        return whole_batch(samples)


def whole_batch(samples: SampleStream) -> Batch:
    """Return all of some opened samples.  Raises DataError."""
    rows = gathered(samples)
    kept = dict(zip(samples.kept, (tuple(text_list(texts)) for texts in rows.kept), strict=True))
    values = np.ascontiguousarray(np.transpose(rows.columns))  # (samples, features)
    names = samples.sample_names
    return Batch(samples.source, values, samples.columns, kept, names, samples.notes())


def gathered(samples: SampleStream) -> Rows:
    """Return all rows of some samples.  Raises DataError."""
    parts = list(samples.accept(piece() for piece in samples.pieces))
    columns = zip(*(part.columns for part in parts), strict=True)
    kept = zip(*(part.kept for part in parts), strict=True)
    return Rows(tuple(map(np.concatenate, columns)), tuple(map(joined_texts, kept)))


def read_expected(
    source: str, options: DataOptions, names: tuple[str, ...], stdin: BinaryIO | None = None
) -> npt.NDArray[np.float64]:
    """Read expected outputs: (samples, outputs) float64.  Raises DataError, FileError."""
    select = expected_selector(names)
    with _open(source, options, select, float("inf"), stdin) as samples:
        return np.transpose(gathered(samples).columns)


def read_look(
    look: FirstLook,
    file: str,
    options: DataOptions,
    select: Select,
    largest: float = float("inf"),
) -> Table:
    """Read the beginning of some data as if it were all.  Raises DataError."""
    content = look.content
    if not look.complete:
        is_npy = content.startswith(NPY_MAGIC)
        content = first_rows(content) if is_npy else whole_lines(content, options.encoding)
    return _parse(content, file, options, select, largest)


@contextmanager
def _open(
    source: str,
    options: DataOptions,
    select: Select,
    largest: float,
    stdin: BinaryIO | None,
    on_reject: OnReject | None = None,
) -> Iterator[SampleStream]:
    """Open a source; an error within the block learns what the beginning looks like."""
    file = source_name(source)
    options = options.for_source(source)
    with open_source(source, stdin) as stream:
        content = Content(stream, file, options.max_bytes)
        try:
            samples = _samples(content, file, options, select, largest, on_reject)
            samples.source = source
            samples.position, samples.size = content.position, content.size
            yield samples
        except DataError as error:
            error.look = content.first_look()
            raise


def _samples(
    content: Content,
    file: str,
    options: DataOptions,
    select: Select,
    largest: float,
    on_reject: OnReject | None,
) -> SampleStream:
    """Return the samples of some content, whatever it is."""
    head = content.head()
    if head.startswith(NPY_MAGIC):
        return whole_samples(_npy_table(b"".join(content.chunks()), file, options, select, largest))
    refuse_foreign_kinds(head, file, options.encoding)
    form = CsvFormat(options.delimiter or ",", options.encoding, options.header)
    if options.samples == "columns":
        table = read_transposed(content.chunks(), file, form, select, largest, on_reject)
        return whole_samples(table)
    return csv_samples(content, file, form, select, largest, on_reject)


def _parse(
    content: bytes, file: str, options: DataOptions, select: Select, largest: float
) -> Table:
    """Turn content into a table.  Raises DataError."""
    if content.startswith(NPY_MAGIC):
        return _npy_table(content, file, options, select, largest)
    refuse_foreign_kinds(content, file, options.encoding)
    form = CsvFormat(options.delimiter or ",", options.encoding, options.header)
    read = read_table if options.samples == "rows" else read_transposed
    return read([content], file, form, select, largest)


def _npy_table(
    content: bytes, file: str, options: DataOptions, select: Select, largest: float
) -> Table:
    values = read_npy(content, file)
    if options.samples == "columns":
        values = np.ascontiguousarray(values.T)
    names = tuple(f"column_{number}" for number in range(1, values.shape[1] + 1))
    # Its columns have no names, so a spec's inputs.columns are taken by position.
    transposed = options.samples == "columns"
    header = Header(names, named=False, place=Place(file), positional=True, transposed=transposed)
    selection = select(header)
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
