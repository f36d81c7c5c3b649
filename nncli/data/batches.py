"""Samples from wherever they are: files, compressed or not, one or several, or standard input."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import BinaryIO, Literal

import numpy as np
import numpy.typing as npt

from nncli.data.columns import (
    ColumnChoice,
    Select,
    WantedInputs,
    expected_selector,
    feature_selector,
)
from nncli.data.content import Content, look_at, open_source
from nncli.data.csv.exact import CsvFormat, read_transposed
from nncli.data.csv.lines import whole_lines
from nncli.data.kinds import NPY_MAGIC, PARQUET_MAGIC, refuse_foreign_kinds
from nncli.data.rejects import OnReject
from nncli.data.rows import Rows, joined_texts, text_list
from nncli.data.samples import SampleStream, csv_samples, up_to_faults, whole_samples
from nncli.data.several import SharedSelection, joined
from nncli.errors import DataError, FirstLook, UsageError
from nncli.files import source_name
from nncli.problems import Note


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
    sources: Sequence[str],
    options: DataOptions,
    choice: ColumnChoice,
    wanted: WantedInputs,
    stdin: BinaryIO | None = None,
    on_reject: OnReject | None = None,
) -> Iterator[SampleStream]:
    """Open the samples for a network, to be read piece by piece within the block.

    sources: paths, at least one, whose columns are the same, or - alone for *stdin*; wanted: the
    network's inputs; on_reject: is told of every cell and row that is refused.
    Raises DataError for the content, with its place, and FileError for a file.
    """
    select = SharedSelection(feature_selector(choice, wanted))

    def opened(source: str, before: int = 0) -> AbstractContextManager[SampleStream]:
        return _open(source, options, select, wanted.largest, stdin, on_reject, before)

    first, *others = sources
    try:
        with opened(first) as samples:
            if not others:
                yield samples
                return
            with joined(samples, others, opened) as several:
                yield several
    except DataError as error:
        for source in _at_fault(error, others):
            look = look_at(source) if os.path.isfile(source) else None
            if look is not None:
                error.looks.setdefault(source, look)
        raise


def _at_fault(error: DataError, sources: Sequence[str]) -> list[str]:
    """Return those of some sources that the problems are in."""
    files = {problem.place.file for problem in error.problems if problem.place is not None}
    return [source for source in sources if source_name(source) in files]


def whole_batch(samples: SampleStream) -> Batch:
    """Return all of some opened samples, of one source.  Raises DataError."""
    rows = gathered(samples)
    kept = dict(zip(samples.kept, (tuple(text_list(texts)) for texts in rows.kept), strict=True))
    values = np.ascontiguousarray(np.transpose(rows.columns))  # (samples, features)
    names = samples.sample_names
    return Batch(samples.sources[0], values, samples.columns, kept, names, samples.notes())


def gathered(samples: SampleStream) -> Rows:
    """Return all rows of some samples.  Raises DataError."""
    parts = list(samples.rows_in_order())
    columns = zip(*(part.columns for part in parts), strict=True)
    kept = zip(*(part.kept for part in parts), strict=True)
    return Rows(tuple(map(np.concatenate, columns)), tuple(map(joined_texts, kept)))


def open_expected(
    source: str, options: DataOptions, names: tuple[str, ...], stdin: BinaryIO | None = None
) -> AbstractContextManager[SampleStream]:
    """Open expected outputs, whose columns are the outputs' names.  Raises DataError, FileError."""
    return _open(source, options, expected_selector(names), float("inf"), stdin)


def read_look(
    look: FirstLook,
    file: str,
    options: DataOptions,
    select: Select,
    largest: float = float("inf"),
) -> None:
    """Read the beginning of some data as if it were all.  Raises DataError."""
    content = look.content
    if not look.complete and content.startswith(NPY_MAGIC):
        from nncli.data.npy import first_samples

        content = first_samples(content, transposed=options.samples == "columns")
    elif not look.complete:
        content = whole_lines(content, options.encoding)
    options = replace(options, max_bytes=None)
    samples = _samples(Content(io.BytesIO(content), file), file, options, select, largest)
    for _ in samples.rows_in_order():
        pass


@contextmanager
def _open(
    source: str,
    options: DataOptions,
    select: Select,
    largest: float,
    stdin: BinaryIO | None,
    on_reject: OnReject | None = None,
    before: int = 0,
) -> Iterator[SampleStream]:
    """Open a source; an error within the block learns what the beginning looks like."""
    file = source_name(source)
    options = options.for_source(source)
    with open_source(source, stdin) as stream:
        content = Content(stream, file, options.max_bytes, before=before)
        try:
            samples = _samples(content, file, options, select, largest, on_reject)
            samples.sources = (source,)
            samples.pieces = up_to_faults(samples.pieces)
            samples.size, samples.total = content.size, lambda: content.total
            samples.is_ready = content.is_ready
            yield samples
        except DataError as error:
            if _at_fault(error, [source]) and (look := content.look()) is not None:
                error.looks.setdefault(source, look)
            raise


def _samples(
    content: Content,
    file: str,
    options: DataOptions,
    select: Select,
    largest: float,
    on_reject: OnReject | None = None,
) -> SampleStream:
    """Return the samples of some content, whatever it is."""
    head = content.head()
    transposed = options.samples == "columns"
    if head.startswith(NPY_MAGIC):
        from nncli.data.arrays import npy_samples

        return npy_samples(content, file, select, largest, on_reject, transposed=transposed)
    if head.startswith(PARQUET_MAGIC):
        from nncli.data.parquet import parquet_samples  # brings Arrow

        if transposed:
            raise UsageError("--samples columns is for CSV and NPY: a Parquet file has columns")
        return parquet_samples(content, file, select, largest, on_reject)
    refuse_foreign_kinds(head, file, options.encoding)
    form = CsvFormat(options.delimiter or ",", options.encoding, options.header)
    if transposed:
        table = read_transposed(content.chunks(), file, form, select, largest, on_reject)
        return whole_samples(table)
    return csv_samples(content, file, form, select, largest, on_reject)
