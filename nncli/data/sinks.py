"""Results as rows of CSV, JSON Lines, NPY or Parquet, written block by block.

The formats are one interface, Sink: a block is encoded, then written; the end is written by finish.
"""

from __future__ import annotations

import importlib
import io
import json
import os
import shutil
import tempfile
import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from nncli.data.json_values import json_array
from nncli.data.rows import Texts, number_array, text_array, text_list, text_scalar

Array: TypeAlias = npt.NDArray[np.floating[Any]]

# Rows whose lines are in memory at once while Arrow writes them.
_CSV_ROWS = 8192
# A row group is written once it has so many rows, or so many bytes: what a sink holds is bounded.
_GROUP_ROWS = 65_536
_GROUP_BYTES = 32 * 2**20
# As many rows as a file can have: no header is longer than this one's.
_MOST_ROWS = 2**63 - 1


@dataclass(frozen=True)
class ResultColumns:
    """What a row of a result consists of.

    kept_names: of the text columns carried from the data; names: of the output neurons; dtype: the
    network's, float64 or float32.
    """

    kept_names: tuple[str, ...]
    names: tuple[str, ...]
    dtype: str


class Sink(Protocol):
    """Writes a result block by block: encoding may happen on any thread, writing on one, in order.

    The stream is neither opened nor closed here.  A sink that is dropped before finish writes no
    more.
    """

    def encode(self, first_sample: int, kept: Sequence[Texts], outputs: Sequence[Array]) -> Any:
        """Return a block, ready to be written.

        first_sample: number of its first row, from 1; kept: a text per row, for each carried
        column; outputs: for each output neuron an array (rows,).  Thread-safe, and keeps none of
        its arguments' numbers: their memory can be used again.
        """

    def write(self, encoded: Any) -> None:
        """Write the next block.  Raises OSError."""

    def finish(self) -> None:
        """Write what was only known at the end; there are no more rows.  Raises OSError."""


def load_libraries(form: str) -> None:
    """Import what a sink of a form writes with.

    Arrow may end the process where memory is short: so before any place is opened.
    """
    if form in ("csv", "parquet"):
        importlib.import_module(f"pyarrow.{form}")


def open_sink(form: str, stream: BinaryIO, columns: ResultColumns) -> Sink:
    """Return the sink of *form*: csv, jsonl, npy or parquet.  What comes first is written."""
    if form == "csv":
        return CsvSink(stream, columns)
    if form == "jsonl":
        return JsonLinesSink(stream, columns)
    if form == "npy":
        return NpySink(stream, columns)
    if form == "parquet":
        return ParquetSink(stream, columns)
    raise ValueError(f"no sink writes {form!r}")


class CsvSink:
    """The one CSV form of nncli: a header, carried text columns, then numbers.

    A number is the shortest text that reads back to the same bits; a text is quoted only if it
    holds a comma, a quote or a line break.
    """

    def __init__(self, stream: BinaryIO, columns: ResultColumns) -> None:
        self._stream = stream
        header = ",".join(_quoted_name(name) for name in (*columns.kept_names, *columns.names))
        # written with the first rows: until then they may turn out to be wrong
        self._header = (header + "\n").encode("utf-8", "surrogateescape")

    def encode(self, first_sample: int, kept: Sequence[Texts], outputs: Sequence[Array]) -> Any:
        """Return the lines, a buffer."""
        del first_sample
        import pyarrow as pa
        import pyarrow.csv

        texts = [text_array(column) for column in kept]
        arrays = [*texts, *map(number_array, outputs)]
        block = pa.RecordBatch.from_arrays(arrays, [str(index) for index in range(len(arrays))])
        lines = pa.BufferOutputStream()
        options = pyarrow.csv.WriteOptions(
            include_header=False, batch_size=_CSV_ROWS, quoting_style="none"
        )
        try:
            pyarrow.csv.write_csv(block, lines, options)
        except pa.ArrowInvalid:  # some text needs quotes, and Arrow would quote all of them
            return _joined_lines([_quoted(column) for column in texts], arrays[len(texts) :])
        return lines.getvalue()

    def write(self, encoded: Any) -> None:
        """Write the lines, the first ones below the header."""
        self.finish()
        self._stream.write(encoded)

    def finish(self) -> None:
        """Write the header, if there were no rows: a CSV file has no end of its own."""
        if self._header:
            self._stream.write(self._header)
            self._header = b""


def csv_chunks(
    kept: Mapping[str, Sequence[str]], names: Sequence[str], values: Array
) -> Iterator[bytes]:
    """Yield a table that is held whole as CSV.  values: (samples, len(names))."""
    stream = io.BytesIO()
    sink = CsvSink(stream, ResultColumns(tuple(kept), tuple(names), str(values.dtype)))
    if len(values):
        sink.write(sink.encode(1, list(kept.values()), list(values.T)))
    sink.finish()
    yield stream.getvalue()


def _quoted_name(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"' if any(mark in name for mark in ',"\r\n') else name


def _quoted(texts: Any) -> Any:
    import pyarrow.compute as pc

    needed = pc.match_substring_regex(texts, '[,"\r\n]')
    doubled = pc.replace_substring(texts, '"', '""')
    mark, nothing = text_scalar('"'), text_scalar("")
    return pc.if_else(needed, pc.binary_join_element_wise(mark, doubled, mark, nothing), texts)


def _joined_lines(texts: list[Any], numbers: list[Any]) -> Any:
    """Return lines as a buffer, from cells that are fit for CSV and at least one row of numbers."""
    import pyarrow as pa
    import pyarrow.compute as pc

    *cells, last = [*texts, *(column.cast(pa.string()) for column in numbers)]
    line_feed, nothing, comma = map(text_scalar, ("\n", "", ","))
    ended = pc.binary_join_element_wise(last, line_feed, nothing)
    lines = pc.binary_join_element_wise(*cells, ended, comma)
    # the texts of an Arrow array lie one behind the other, where its offsets say
    _, offsets, data = lines.buffers()
    ends = np.frombuffer(offsets, np.int32)[lines.offset :]
    start, end = int(ends[0]), int(ends[len(lines)])
    return data.slice(start, end - start)


class JsonLinesSink:
    """One JSON object per sample: its number from 1, its carried texts, its outputs."""

    def __init__(self, stream: BinaryIO, columns: ResultColumns) -> None:
        self._stream = stream
        self._kept_names = columns.kept_names
        # one for all lines: json.dumps would build one for each
        self._line = json.JSONEncoder(allow_nan=False).encode

    def encode(self, first_sample: int, kept: Sequence[Texts], outputs: Sequence[Array]) -> bytes:
        """Return the lines."""
        texts = [text_list(column) for column in kept]
        rows = json_array(np.stack(outputs, axis=1))
        lines = []
        for index, values in enumerate(rows):
            carried = {
                name: column[index] for name, column in zip(self._kept_names, texts, strict=True)
            }
            sample = {"sample": first_sample + index, "kept": carried, "output": values}
            lines.append(self._line(sample) + "\n")
        return "".join(lines).encode()

    def write(self, encoded: bytes) -> None:
        """Write the lines."""
        self._stream.write(encoded)

    def finish(self) -> None:
        """Do nothing: JSON Lines have no end of their own."""


class NpySink:
    """An NPY file as np.save writes it: (samples, neurons), in C order, of the network's dtype.

    It holds numbers only: carried columns are left out without a word.
    The header says how many rows there are.  So a stream that can seek gets its header twice, and
    any other stream gets everything at the end, from a temporary file.
    """

    def __init__(self, stream: BinaryIO, columns: ResultColumns) -> None:
        self._stream = stream
        self._neurons = len(columns.names)
        self._dtype = np.dtype(columns.dtype)
        self._rows = 0
        self._header_bytes = len(self._header(_MOST_ROWS))
        self._start: int | None = stream.tell() if _is_rewritable(stream) else None
        self._body: BinaryIO = stream
        if self._start is None:
            spool: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115  # finish closes it,
            weakref.finalize(self, spool.close)  # or the end of a sink that is never finished
            self._body = spool
        else:
            stream.write(bytes(self._header_bytes))  # no NPY file, until it is finished

    def encode(
        self, first_sample: int, kept: Sequence[Texts], outputs: Sequence[Array]
    ) -> memoryview:
        """Return the rows' bytes."""
        del first_sample, kept
        block = np.empty((len(outputs[0]), self._neurons), self._dtype)  # C order
        np.stack(outputs, axis=1, out=block)
        return block.reshape(-1).view(np.uint8).data

    def write(self, encoded: memoryview) -> None:
        """Write the rows, and count them."""
        self._rows += len(encoded) // (self._neurons * self._dtype.itemsize)
        self._body.write(encoded)

    def finish(self) -> None:
        """Write the header, now that the number of rows is known."""
        header = _padded(self._header(self._rows), self._header_bytes)
        if self._start is None:
            self._stream.write(header)
            self._body.seek(0)
            shutil.copyfileobj(self._body, self._stream)
            self._body.close()
        else:
            end = self._stream.tell()
            self._stream.seek(self._start)
            self._stream.write(header)
            self._stream.seek(end)

    def _header(self, rows: int) -> bytes:
        buffer = io.BytesIO()
        described = {
            "descr": np.lib.format.dtype_to_descr(self._dtype),
            "fortran_order": False,
            "shape": (rows, self._neurons),
        }
        np.lib.format.write_array_header_1_0(buffer, described)
        return buffer.getvalue()


def _padded(header: bytes, size: int) -> bytes:
    """Return an NPY header of version 1.0 at *size* bytes: its place is already kept.

    NumPy pads headers so that all numbers of rows take the same room; then nothing changes.
    """
    # magic and version: 8 bytes; length of the rest: 2 bytes; a dictionary, spaces, a line feed
    rest = header[10:].rstrip().ljust(size - 11) + b"\n"
    return header[:8] + len(rest).to_bytes(2, "little") + rest


def _is_rewritable(stream: BinaryIO) -> bool:
    """Whether what has been written can be replaced: not in a pipe, nor where all is appended."""
    if not stream.seekable():
        return False
    try:
        descriptor = stream.fileno()
    except OSError:  # a buffer in memory
        return True
    import fcntl

    return not fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_APPEND


class ParquetSink:
    """A Parquet file: carried columns as strings, outputs as doubles or floats.

    Small blocks are gathered into row groups of some 65,536 rows, or 32 MiB if rows are wide.
    """

    def __init__(self, stream: BinaryIO, columns: ResultColumns) -> None:
        import pyarrow as pa
        import pyarrow.parquet

        self._stream = stream
        self._dtype = np.dtype(columns.dtype)
        number = pa.from_numpy_dtype(self._dtype)
        texts = [(_utf8_name(name), pa.string()) for name in columns.kept_names]
        self._schema = pa.schema([*texts, *((_utf8_name(name), number) for name in columns.names)])
        self._gathered: list[Any] = []
        self._gathered_rows = self._gathered_bytes = 0
        # Not the stream: Arrow writes an end even when it is dropped after a fault, and a broken
        # result would look complete.
        self._pending = io.BytesIO()
        self._writer = pyarrow.parquet.ParquetWriter(
            self._pending,
            self._schema,
            compression="zstd" if pa.Codec.is_available("zstd") else "snappy",
            use_dictionary=[name for name, _ in texts],  # numbers hardly ever repeat
        )

    def encode(self, first_sample: int, kept: Sequence[Texts], outputs: Sequence[Array]) -> Any:
        """Return the rows, an Arrow record batch."""
        del first_sample
        import pyarrow as pa

        # copies: an Arrow array would share the numbers' memory until its row group is written
        numbers = [number_array(np.array(column, self._dtype)) for column in outputs]
        arrays = [*(text_array(column) for column in kept), *numbers]
        return pa.RecordBatch.from_arrays(arrays, schema=self._schema)

    def write(self, encoded: Any) -> None:
        """Gather the rows, and write a row group once there are enough."""
        self._gathered.append(encoded)
        self._gathered_rows += encoded.num_rows
        self._gathered_bytes += encoded.nbytes
        if self._gathered_rows >= _GROUP_ROWS or self._gathered_bytes >= _GROUP_BYTES:
            self._write_group()

    def finish(self) -> None:
        """Write the last rows, and where everything is."""
        if self._gathered_rows:
            self._write_group()
        self._writer.close()
        self._write_pending()

    def _write_group(self) -> None:
        import pyarrow as pa

        self._writer.write_table(pa.Table.from_batches(self._gathered, self._schema))
        self._gathered = []
        self._gathered_rows = self._gathered_bytes = 0
        self._write_pending()

    def _write_pending(self) -> None:
        """Move what Arrow has written into the stream; Arrow itself counts how much it was."""
        self._stream.write(self._pending.getvalue())
        self._pending.seek(0)
        self._pending.truncate()


def _utf8_name(name: str) -> str:
    """Return a column's name as Parquet can hold it: a lone surrogate is spelt out."""
    return name.encode("utf-8", "backslashreplace").decode()
