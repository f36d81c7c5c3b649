"""A source, opened: what it is, its header, its first look, and its samples."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import BinaryIO, Literal, Protocol

from nncli.data.columns import Header, Selection
from nncli.data.csv.format import CsvFormat
from nncli.data.csv.lines import whole_lines
from nncli.data.csv.source import open_csv
from nncli.data.csv.transposed import open_transposed
from nncli.data.rejects import OnReject
from nncli.data.rows import Faults
from nncli.data.source_bytes import Content, FirstLook, open_stream
from nncli.data.stream import SampleStream, up_to_faults
from nncli.errors import DataError, UsageError
from nncli.file_kinds import NPY_MAGIC, PARQUET_MAGIC, ZIP_MAGIC, kind_of
from nncli.files import source_name
from nncli.problems import Place, Problem


@dataclass(frozen=True)
class DataOptions:
    """How a data file is to be read."""

    delimiter: str | None = None  # a character or BLANKS; None is a comma, or a tab for .tsv
    decimal: Literal[".", ","] = "."  # what stands before the decimals of a number
    encoding: str = "utf-8"
    header: bool | None = None  # None decides by the first row
    samples: Literal["rows", "columns"] = "rows"  # what a sample is
    max_bytes: int | None = None  # None is no limit

    def for_source(self, source: str) -> DataOptions:
        """Return the options with the delimiter that is usual for a source, if none is given."""
        is_tsv = source.lower().removesuffix(".gz").endswith(".tsv")
        return replace(self, delimiter=self.delimiter or ("\t" if is_tsv else ","))


class _Table(Protocol):
    """What a file of one format looks like once its beginning was read."""

    @property
    def header(self) -> Header:
        """The names of its columns."""

    def samples(self, selection: Selection) -> SampleStream:
        """Return its samples."""


class OpenedSource:
    """A source that can be asked for its header, then for samples of the columns chosen by it."""

    def __init__(
        self,
        source: str,
        content: Content,
        options: DataOptions,
        on_reject: OnReject | None = None,
    ) -> None:
        """on_reject: is told of every cell and row that is refused."""
        self.source = source
        self.content = content
        self._options = options
        self._on_reject = on_reject

    def look(self, source: str) -> FirstLook | None:
        """Return the beginning of the source, if a doctor could try other ways of reading on it."""
        return self.content.look() if source == self.source else None

    @property
    def header(self) -> Header:
        """The names of the columns.  Raises DataError for what is no table of numbers."""
        return self._table.header

    def samples(self, selection: Selection) -> SampleStream:
        """Return the samples, which one loop may read.  Raises DataError."""
        stream = self._table.samples(selection)
        return replace(
            stream,
            chunks=up_to_faults(stream.chunks),
            sources=(self.source,),
            progress=self.content,
            on_reject=self._on_reject,
        )

    @cached_property
    def _table(self) -> _Table:
        """The source as what it is."""
        content, options = self.content, self._options
        file, listed = source_name(self.source), self._on_reject is not None
        head = content.head()
        transposed = options.samples == "columns"
        if head.startswith(NPY_MAGIC):
            from nncli.data.npy_rows import open_npy

            return open_npy(content, file, transposed=transposed, listed=listed)
        if head.startswith(PARQUET_MAGIC):
            from nncli.data.parquet import open_parquet  # brings Arrow

            if transposed:
                message = "--samples columns is for CSV and NPY: a Parquet file has columns"
                raise UsageError(message)
            return open_parquet(content, file, listed=listed)
        _refuse_other_kinds(content, file, options.encoding)
        delimiter = options.delimiter or ","
        csv = CsvFormat(file, delimiter, options.encoding, options.header, options.decimal)
        if not transposed:
            return open_csv(content, csv, listed=listed)
        table = open_transposed(content, csv, listed=listed)
        if isinstance(table, Faults):
            for reject in table.rejects:
                if self._on_reject is not None:
                    self._on_reject(reject)
            raise DataError(table.problems, more=table.more)
        return table


def _refuse_other_kinds(content: Content, file: str, encoding: str) -> None:
    """Raise DataError if a file's first bytes show that it is no CSV."""
    head = content.head()
    what, hint = "UTF-16 text", "say --encoding utf-16"
    if encoding != "utf-8" or not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        # the names in an archive, which is refused whatever they are, stand further down
        kind = kind_of(content.first_look().content if head.startswith(ZIP_MAGIC) else head)
        if kind is None or kind.as_data is None:
            return
        what, hint = kind.name, kind.as_data
    message = f"this is not a plain CSV file but {what}"
    raise DataError(Problem("N411", message, Place(file, 1), (hint,)))


@contextmanager
def open_source(
    source: str,
    options: DataOptions,
    stdin: BinaryIO | None = None,
    on_reject: OnReject | None = None,
    *,
    before: int = 0,
) -> Iterator[OpenedSource]:
    """Open a path, or *stdin* for -, to be read within the block.

    on_reject: is told of every cell and row that is refused; before: bytes of other sources that
    count against the limit.  Raises FileError, also for what fails inside the block.
    """
    options = options.for_source(source)
    with open_stream(source, stdin) as stream:
        content = Content(stream, source_name(source), options.max_bytes, before=before)
        yield OpenedSource(source, content, options, on_reject)


def open_look(look: FirstLook, file: str, options: DataOptions) -> OpenedSource:
    """Open the beginning of some data as if it were all."""
    content = look.content
    if not look.complete and content.startswith(NPY_MAGIC):
        from nncli.data.npy_header import first_samples

        content = first_samples(content, transposed=options.samples == "columns")
    elif not look.complete:
        content = whole_lines(content, options.encoding)
    return OpenedSource(file, Content(io.BytesIO(content), file), options)
