"""Samples from a Parquet file, some rows at a time; its columns have names and types."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np

from nncli.data.columns import ColumnKind, Frame, Header, Selection
from nncli.data.faulty_cells import CellFaults, numbered_cell
from nncli.data.rows import CellPlace, Faults, Rows, numbers_of, text_scalar
from nncli.data.source_bytes import Content
from nncli.data.stream import SampleStream
from nncli.errors import DataError
from nncli.problems import Place, Problem
from nncli.words import count_of, quoted, shorten

# Rows of a chunk: large enough that handing them over costs nothing.
_CHUNK_BYTES = 2**21
_MAX_ROWS = 65_536


@dataclass(frozen=True, eq=False)
class ParquetSource:
    """A file of which the schema is known."""

    content: Content
    stream: BinaryIO
    file: str
    table: Any  # Arrow's reader of it
    header: Header
    rows: int
    listed: bool

    def samples(self, selection: Selection) -> SampleStream:
        """Return the samples, to be read chunk by chunk.  Raises DataError."""
        self.content.check_held(self.rows * 8 * len(selection.features))
        frame = Frame(self.header, selection, self.listed)
        metadata = self.table.metadata
        self.content.set_position(0)
        advice = ("save some samples",)
        return SampleStream(
            columns=frame.features,
            chunks=self._chunks(frame, self._reader(frame)),
            kept=frame.kept,
            many=self.rows > 0 and self.rows > _batch_rows(metadata.row_group(0), selection),
            remarks=selection.notes,
            if_empty=Problem("N402", "the file has no rows", self.header.place, advice),
        )

    def _reader(self, frame: Frame) -> Any:
        """Return a reader of what is carried, too.

        What is stored once each may be far wider than the file: it is seen before it is spread.
        """
        with _readable(self.file):
            schema = self.table.schema_arrow
            texts = [name for name in frame.kept if _is_string(schema.field(name).type)]
            return _open_file(self.stream, metadata=self.table.metadata, read_dictionary=texts)

    def _chunks(self, frame: Frame, reader: Any) -> Iterator[ParquetChunk]:
        wanted = list(dict.fromkeys((*frame.features, *frame.kept)))
        read = 0
        for number in range(reader.metadata.num_row_groups):
            group = reader.metadata.row_group(number)
            size, missing = _batch_rows(group, frame.selection), group.num_rows
            batches = reader.iter_batches(
                size, row_groups=[number], columns=wanted, use_threads=False
            )
            while (batch := _next(batches, self.file)) is not None:
                missing -= batch.num_rows
                for part in _parts(batch, frame):
                    first = read + 1
                    read += part.num_rows
                    self.content.set_position((self.content.size or 0) * read // self.rows)
                    yield ParquetChunk(part, frame, first)
            if missing:
                what = "a part of it has not as many rows as it says"
                raise _unusable(self.file, what, "save it again")


def _open_file(stream: BinaryIO, **options: Any) -> Any:
    """Return Arrow's reader of a file."""
    import pyarrow.parquet

    return pyarrow.parquet.ParquetFile(
        stream,
        pre_buffer=False,
        buffer_size=2**20,
        page_checksum_verification=True,
        **options,
    )


def _next(batches: Iterator[Any], file: str) -> Any:
    with _readable(file):
        return next(batches, None)


def open_parquet(content: Content, file: str, *, listed: bool) -> ParquetSource:
    """Read a file's schema.  listed: whether somebody wants a list of all that is refused.

    Raises DataError for what is no Parquet file.
    """
    stream = content.file()
    if stream is None:
        what = "it is read from its end, so neither from a pipe nor compressed once more"
        raise _unusable(file, what, "name the Parquet file itself")
    with _readable(file):
        table = _open_file(stream)
        schema, rows = table.schema_arrow, table.metadata.num_rows
        names = tuple(schema.names)
        groups = map(table.metadata.row_group, range(table.metadata.num_row_groups))
        found = sum(group.num_rows for group in groups)
    if found != rows:
        what = f"it says that it has {count_of(rows, 'row')}, but its parts have {found:,}"
        raise _unusable(file, what, "save it again")
    kinds = {
        kind: ColumnKind(str(kind), _is_numeric(kind), _is_text(kind)) for kind in set(schema.types)
    }
    header = Header(
        names, named=True, place=Place(file), kinds=tuple(kinds[kind] for kind in schema.types)
    )
    return ParquetSource(content, stream, file, table, header, rows, listed)


def _batch_rows(group: Any, selection: Selection) -> int:
    """Return how many rows of a part of the file are read at a time, by their average size."""
    texts = int(group.total_byte_size) // max(1, group.num_rows) if selection.kept else 0
    return max(1, min(_MAX_ROWS, _CHUNK_BYTES // max(1, 8 * len(selection.features) + texts)))


def _is_string(kind: Any) -> bool:
    import pyarrow as pa

    kinds = (pa.types.is_string, pa.types.is_large_string)
    return any(is_kind(_value_type(kind)) for is_kind in kinds)


def _row_bytes(batch: Any, frame: Frame) -> Any:
    """Return how much each row of a batch takes once its texts are written out: (rows,)."""
    import pyarrow as pa
    import pyarrow.compute as pc

    sizes = np.full(batch.num_rows, 8 * len(frame.selection.features), np.int64)
    for name in frame.kept:
        column = batch.column(batch.schema.get_field_index(name))
        if not _is_string(column.type):
            continue
        stored = pa.types.is_dictionary(column.type)
        texts = column.dictionary if stored else column
        lengths = _whole_numbers(pc.binary_length(texts))
        if stored and len(lengths):
            lengths = lengths[_whole_numbers(column.indices)]
        sizes[: len(lengths)] += lengths
    return sizes


def _whole_numbers(array: Any) -> Any:
    """Return an Arrow array of whole numbers as (rows,) int64; a null is 0."""
    import pyarrow as pa
    import pyarrow.compute as pc

    numbers = numbers_of(array.cast(pa.int64()), np.int64).copy()
    # Arrow's own way to fill nulls with a number imports pandas where it is installed
    numbers[numbers_of(pc.indices_nonzero(array.is_null()), np.uint64)] = 0
    return numbers


@dataclass(frozen=True, eq=False)
class ParquetChunk:
    """Some rows, as Arrow has them."""

    batch: Any
    frame: Frame
    first: int  # the number of the first row, from 1

    def read(self) -> Rows | Faults:
        """Turn them into numbers and texts."""
        import pyarrow.compute as pc

        header, selection = self.frame.header, self.frame.selection
        columns = []
        cells = CellFaults(self.frame, self.first)
        for position in selection.features:
            stored = self._column(header.names[position])
            values = _as_float64(stored)
            if stored.null_count:
                missing = numbers_of(pc.indices_nonzero(stored.is_null()), np.uint64)
                cells.add_missing(position, values, missing)
                values = values.copy()
                values[missing] = np.nan
            cells.add_too_large(position, values)
            columns.append(values)
        return cells.faults() or self._with_texts(columns)

    def cell(self, row: int, position: int) -> CellPlace:
        """Return where a cell is.  row: of those that were read; position: of its column."""
        return numbered_cell(self.frame.header, self.first + row, position)

    def _with_texts(self, columns: list[Any]) -> Rows | Faults:
        import pyarrow as pa

        texts = []
        for name in self.frame.kept:
            try:
                texts.append(_as_text(self._column(name)))
            except pa.ArrowException as error:
                file = self.frame.header.place.file
                what = f"column {quoted(name)} holds what is no text ({_reason(error)})"
                return Faults(_unusable(file, what, "leave it out of --keep").problems)
        return Rows(tuple(columns), tuple(texts))

    def _column(self, name: str) -> Any:
        # by name: Arrow may hand over more than it was asked for, `a.b` along with `a`
        return self.batch.column(self.batch.schema.get_field_index(name))


def _parts(batch: Any, frame: Frame) -> Iterator[Any]:
    """Cut a batch where its texts, each written out, take too much."""
    if not frame.selection.kept:
        yield batch
        return
    chunk = np.cumsum(_row_bytes(batch, frame)) // _CHUNK_BYTES
    ends = [*(np.flatnonzero(np.diff(chunk)) + 1).tolist(), batch.num_rows]
    for start, end in itertools.pairwise([0, *ends]):
        yield batch.slice(start, end - start)


def _is_numeric(kind: Any) -> bool:
    import pyarrow as pa

    kind = _value_type(kind)
    return bool(
        pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    )


def _is_text(kind: Any) -> bool:
    """Whether values of a type have a text."""
    import pyarrow as pa

    try:
        _as_text(pa.nulls(0, kind))
    except pa.ArrowException:
        return False
    return True


def _value_type(kind: Any) -> Any:
    """Return the type of a column's values, which may be stored once each."""
    import pyarrow as pa

    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _as_float64(column: Any) -> Any:
    """Return a column of numbers as an array (rows,) float64; for a null, whatever is there."""
    import pyarrow as pa

    kind = _value_type(column.type)
    column = column.cast(kind)
    if pa.types.is_decimal(kind):  # by its text, which is rounded correctly
        column = column.cast(pa.string())
    return numbers_of(column.cast(pa.float64(), safe=False))


def _as_text(column: Any) -> Any:
    """Return a column as Arrow strings; a missing text is empty."""
    import pyarrow as pa

    texts = column.cast(_value_type(column.type)).cast(pa.string())
    # a file may say that any bytes are text: Arrow looks at them only on their way from bytes
    return texts.cast(pa.binary()).cast(pa.string()).fill_null(text_scalar(""))


@contextmanager
def _readable(file: str) -> Iterator[None]:
    """Turn Arrow's faults into a DataError; those of the disk stay what they are."""
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:  # names may be any bytes
        if isinstance(error, OSError) and error.errno is not None:
            raise
        what = f"it cannot be read ({_reason(error)})"
        raise _unusable(file, what, "save it again") from None


def _reason(error: Exception) -> str:
    lines = str(error).splitlines() or [type(error).__name__]
    return shorten(lines[0], 200)


def _unusable(file: str, what: str, hint: str) -> DataError:
    return DataError(Problem("N419", f"not a usable Parquet file: {what}", Place(file), (hint,)))
