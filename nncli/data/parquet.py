"""Samples from a Parquet file, some rows at a time; its columns have names and types."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nncli.data.cells import CellColumn, CellFaults
from nncli.data.columns import Header, Select, Selection
from nncli.data.content import Content
from nncli.data.rejects import OnReject
from nncli.data.rows import Faults, Rows, numbers_of, text_scalar
from nncli.data.samples import Piece, SampleStream
from nncli.errors import DataError
from nncli.problems import Place, Problem
from nncli.words import count_of, quoted, shorten

# Rows of a piece: large enough that handing them over costs nothing.
_PIECE_BYTES = 2**21
_MAX_ROWS = 65_536
# Nobody types more names.
_MAX_DROPPED = 100


def parquet_samples(
    content: Content,
    file: str,
    select: Select,
    largest: float,
    on_reject: OnReject | None = None,
) -> SampleStream:
    """Open the samples of a Parquet file.  Raises DataError for what is not a table of numbers."""
    import pyarrow.parquet

    stream = content.file()
    if stream is None:
        what = "it is read from its end, so neither from a pipe nor compressed once more"
        raise _unusable(file, what, "name the Parquet file itself")
    with _readable(file):
        source = pyarrow.parquet.ParquetFile(
            stream, pre_buffer=False, buffer_size=2**20, page_checksum_verification=True
        )
        schema, rows = source.schema_arrow, source.metadata.num_rows
        names = tuple(schema.names)
        groups = map(source.metadata.row_group, range(source.metadata.num_row_groups))
        found = sum(group.num_rows for group in groups)
    if found != rows:
        what = f"it says that it has {count_of(rows, 'row')}, but its parts have {found:,}"
        raise _unusable(file, what, "save it again")
    place = Place(file)
    header = Header(names, named=True, place=place)
    selection = _selected(select, header, schema)
    for position in selection.features:
        _check_feature(header, schema, position)
    for position in selection.kept:
        _check_kept(header, schema, position)
    content.check_held(rows * 8 * len(selection.features))
    form = _Form(
        file,
        tuple(CellColumn(i + 1, header.names[i], named=True) for i in selection.features),
        tuple(header.names[position] for position in selection.kept),
        largest,
        listed=on_reject is not None,
    )
    with _readable(file):
        texts = [name for name in form.kept if _is_string(schema.field(name).type)]
        # what is stored once each may be far wider than the file: it is seen before it is spread
        source = pyarrow.parquet.ParquetFile(
            stream,
            metadata=source.metadata,
            read_dictionary=texts,
            pre_buffer=False,
            buffer_size=2**20,
            page_checksum_verification=True,
        )
    no_rows = Problem("N402", "the file has no rows", place, ("save some samples",))
    read = _Progress()
    return SampleStream(
        columns=tuple(column.name for column in form.features),
        pieces=_pieces(source, form, read),
        kept=form.kept,
        many=rows > _batch_rows(source.metadata.row_group(0), form) if rows else False,
        empty=lambda: DataError(no_rows),
        first_notes=selection.notes,
        on_reject=on_reject,
        position=lambda: int((content.size or 0) * read.rows / max(1, rows)),
    )


def _batch_rows(group: Any, form: _Form) -> int:
    """Return how many rows of a part of the file are read at a time, by their average size."""
    texts = int(group.total_byte_size) // max(1, group.num_rows) if form.kept else 0
    return max(1, min(_MAX_ROWS, _PIECE_BYTES // max(1, 8 * len(form.features) + texts)))


def _is_string(kind: Any) -> bool:
    import pyarrow as pa

    kinds = (pa.types.is_string, pa.types.is_large_string)
    return any(is_kind(_value_type(kind)) for is_kind in kinds)


def _row_bytes(batch: Any, form: _Form) -> Any:
    """Return how much each row of a batch takes once its texts are written out: (rows,)."""
    import pyarrow as pa
    import pyarrow.compute as pc

    sizes = np.full(batch.num_rows, 8 * len(form.features), np.int64)
    for name in form.kept:
        column = batch.column(batch.schema.get_field_index(name))
        if not _is_string(column.type):
            continue
        stored = pa.types.is_dictionary(column.type)
        texts = column.dictionary if stored else column
        lengths = numbers_of(pc.binary_length(texts).cast(pa.int64()).fill_null(0), np.int64)
        if stored and len(lengths):
            lengths = lengths[numbers_of(column.indices.cast(pa.int64()).fill_null(0), np.int64)]
        sizes[: len(lengths)] += lengths
    return sizes


@dataclass(frozen=True)
class _Form:
    """What is read of every row: columns of numbers, and columns that are carried as text.

    listed: whether somebody wants a list of all that is refused.
    """

    file: str
    features: tuple[CellColumn, ...]
    kept: tuple[str, ...]
    largest: float
    listed: bool


@dataclass
class _Progress:
    """How many rows were read."""

    rows: int = 0


@dataclass(frozen=True, eq=False)
class _BatchPiece:
    """Some rows, as Arrow has them.  first: the number of the first, from 1."""

    batch: Any
    form: _Form
    first: int

    def __call__(self) -> Rows | Faults:
        """Turn them into numbers and texts."""
        import pyarrow.compute as pc

        form = self.form
        columns = []
        cells = CellFaults(form.file, self.first, listed=form.listed)
        for column in form.features:
            stored = self._column(column.name)
            values = _as_float64(stored)
            if stored.null_count:
                missing = numbers_of(pc.indices_nonzero(stored.is_null()), np.uint64)
                cells.add_missing(column, missing)
                values = values.copy()
                values[missing] = np.nan
            cells.add_too_large(column, values, form.largest)
            columns.append(values)
        return cells.faults() or self._with_texts(columns)

    def _with_texts(self, columns: list[Any]) -> Rows | Faults:
        import pyarrow as pa

        texts = []
        for name in self.form.kept:
            try:
                texts.append(_as_text(self._column(name)))
            except pa.ArrowException as error:
                what = f"column {quoted(name)} holds what is no text ({_reason(error)})"
                return Faults(_unusable(self.form.file, what, "leave it out of --keep").problems)
        return Rows(tuple(columns), tuple(texts))

    def _column(self, name: str) -> Any:
        # by name: Arrow may hand over more than it was asked for, `a.b` along with `a`
        return self.batch.column(self.batch.schema.get_field_index(name))


def _pieces(source: Any, form: _Form, read: _Progress) -> Iterator[Piece]:
    wanted = list(dict.fromkeys((*(column.name for column in form.features), *form.kept)))
    for number in range(source.metadata.num_row_groups):
        group = source.metadata.row_group(number)
        size, missing = _batch_rows(group, form), group.num_rows
        batches = source.iter_batches(size, row_groups=[number], columns=wanted, use_threads=False)
        while True:
            with _readable(form.file):
                batch = next(batches, None)
            if batch is None:
                break
            missing -= batch.num_rows
            for part in _parts(batch, form):
                first = read.rows + 1
                read.rows += part.num_rows
                yield _BatchPiece(part, form, first)
        if missing:
            raise _unusable(
                form.file, "a part of it has not as many rows as it says", "save it again"
            )


def _parts(batch: Any, form: _Form) -> Iterator[Any]:
    """Cut a batch where its texts, each written out, take too much."""
    if not form.kept:
        yield batch
        return
    piece = np.cumsum(_row_bytes(batch, form)) // _PIECE_BYTES
    ends = [*(np.flatnonzero(np.diff(piece)) + 1).tolist(), batch.num_rows]
    for start, end in itertools.pairwise([0, *ends]):
        yield batch.slice(start, end - start)


def _selected(select: Select, header: Header, schema: Any) -> Selection:
    """Return what is chosen.  Raises DataError; of another width, with what holds no numbers."""
    try:
        return select(header)
    except DataError as error:
        others = [i for i, kind in enumerate(schema.types) if not _is_numeric(kind)]
        if error.features is None:
            raise
        hold = "holds" if len(others) == 1 else "hold"
        listed = ", ".join(quoted(header.names[position]) for position in others[:5])
        carried = all(_is_text(schema.types[position]) for position in others)
        hint = f"the columns are {shorten(', '.join(header.names), 200)}: choose with --columns"
        if len(others) > _MAX_DROPPED:
            hint = f"{len(others):,} like {listed} {hold} no numbers: choose with --columns"
        elif others:
            items = ",".join(map(header.item, others))
            keep = f", or --keep {items} to carry along" if carried else ""
            hint = f"{listed} {hold} no numbers: --drop {items}{keep}"
        problems = [replace(problem, help=(hint,)) for problem in error.problems]
        told = DataError(problems, more=error.more)
        told.features = error.features
        raise told from None


def _is_numeric(kind: Any) -> bool:
    import pyarrow as pa

    kind = _value_type(kind)
    return bool(
        pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    )


def _check_feature(header: Header, schema: Any, position: int) -> None:
    """Check that a column holds numbers.  Raises DataError."""
    _check_only(header, position)
    kind = schema.types[position]
    if not _is_numeric(kind):
        name = header.names[position]
        message = f"column {position + 1} ({quoted(name)}) holds {kind}, not numbers"
        item = header.item(position)
        keep = f", or carry it along with --keep {item}" if _is_text(kind) else ""
        hint = f"leave it out with --drop {item}{keep}"
        raise DataError(Problem("N404", message, header.place, (hint,)))


def _check_kept(header: Header, schema: Any, position: int) -> None:
    """Check that a column can be carried as text.  Raises DataError."""
    _check_only(header, position)
    kind = schema.types[position]
    if not _is_text(kind):
        name = header.names[position]
        what = f"column {position + 1} ({quoted(name)}) holds {kind}, which is no text"
        raise _unusable(header.place.file, what, "leave it out of --keep")


def _is_text(kind: Any) -> bool:
    """Whether values of a type have a text."""
    import pyarrow as pa

    try:
        _as_text(pa.nulls(0, kind))
    except pa.ArrowException:
        return False
    return True


def _check_only(header: Header, position: int) -> None:
    """Check that no other column has the same name.  Raises DataError."""
    name = header.names[position]
    if len(header.positions[name]) > 1:
        count = count_of(len(header.positions[name]), "column")
        message = f"the file has {count} named {quoted(name)}"
        raise DataError(Problem("N409", message, header.place, ("rename them",)))


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
