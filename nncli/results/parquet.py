"""Results as a Parquet file, in row groups."""

from __future__ import annotations

import io
from typing import Any, BinaryIO

import numpy as np

from nncli.data.rows import number_array, text_array
from nncli.results.listeners import ResultColumns, UnitOutputs

# A row group is written once it has as many rows, or as many bytes: a sink's memory is bounded.
_GROUP_ROWS = 65_536
_GROUP_BYTES = 32 * 2**20


class ParquetSink:
    """A Parquet file: carried columns and classes as strings, numbers as doubles or floats.

    Small units are gathered into row groups of some 65,536 rows, or 32 MiB if rows are wide.
    """

    layer = None  # the network's own outputs

    def __init__(self, stream: BinaryIO, columns: ResultColumns) -> None:
        import pyarrow as pa
        import pyarrow.parquet

        self._stream = stream
        self._dtype = np.dtype(columns.dtype)
        number = pa.from_numpy_dtype(self._dtype)
        text, names = pa.string(), columns.all_names
        types = [text] * len(columns.kept_names) + [number] * len(columns.names)
        types += [text, number] if columns.predicts else []
        self._schema = pa.schema(list(zip(map(_utf8_name, names), types, strict=True)))
        self._gathered: list[Any] = []
        self._gathered_rows = self._gathered_bytes = 0
        # Not the stream: Arrow writes an end even when it is dropped after a fault, and a broken
        # result would look complete.
        self._pending = io.BytesIO()
        self._writer = pyarrow.parquet.ParquetWriter(
            self._pending,
            self._schema,
            compression="zstd" if pa.Codec.is_available("zstd") else "snappy",
            # numbers hardly ever repeat
            use_dictionary=[field.name for field in self._schema if field.type == text],
        )

    def prepare(self, outputs: UnitOutputs) -> Any:
        """Return the rows, an Arrow record batch."""
        import pyarrow as pa

        # copies: an Arrow array would share the numbers' memory until its row group is written
        numbers = [number_array(np.array(column, self._dtype)) for column in outputs.values]
        arrays = [*map(text_array, outputs.kept), *numbers]
        if outputs.prediction is not None:
            arrays.append(text_array(outputs.prediction.classes))
            arrays.append(number_array(outputs.prediction.probabilities))
        return pa.RecordBatch.from_arrays(arrays, schema=self._schema)

    def take(self, prepared: Any) -> None:
        """Gather the rows, and write a row group once there are enough."""
        self._gathered.append(prepared)
        self._gathered_rows += prepared.num_rows
        self._gathered_bytes += prepared.nbytes
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
