"""Results as CSV: one form for small and large ones, written by Arrow."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO

import numpy as np

from nncli.data.rows import number_array, text_array, text_scalar
from nncli.results.listeners import Array, ResultColumns, UnitOutputs

# Rows whose lines are in memory at once while Arrow writes them.
_CSV_ROWS = 8192


class CsvSink:
    """The one CSV form of nncli: a header, carried text columns, numbers, then any predictions.

    A number is the shortest text that reads back to the same bits; a text is quoted only if it
    holds a comma, a quote or a line break.
    """

    layer = None  # the network's own outputs

    def __init__(self, stream: BinaryIO, columns: ResultColumns) -> None:
        self._stream = stream
        header = ",".join(map(csv_cell, columns.all_names))
        # written with the first rows: until then they may turn out to be wrong
        self._header = (header + "\n").encode("utf-8", "surrogateescape")

    def prepare(self, outputs: UnitOutputs) -> Any:
        """Return the lines, a buffer."""
        import pyarrow as pa
        import pyarrow.csv

        arrays = [*map(text_array, outputs.kept), *map(number_array, outputs.values)]
        if outputs.prediction is not None:
            arrays.append(text_array(outputs.prediction.classes))
            arrays.append(number_array(outputs.prediction.probabilities))
        rows = pa.RecordBatch.from_arrays(arrays, [str(index) for index in range(len(arrays))])
        lines = pa.BufferOutputStream()
        options = pyarrow.csv.WriteOptions(
            include_header=False, batch_size=_CSV_ROWS, quoting_style="none"
        )
        try:
            pyarrow.csv.write_csv(rows, lines, options)
        except pa.ArrowInvalid:  # some text needs quotes, and Arrow would quote all of them
            return _joined_lines(list(map(_cells, arrays)))
        return lines.getvalue()

    def take(self, prepared: Any) -> None:
        """Write the lines, the first ones below the header."""
        self.finish()
        self._stream.write(prepared)

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
        sink.take(sink.prepare(UnitOutputs(1, list(kept.values()), list(values.T))))
    sink.finish()
    yield stream.getvalue()


def csv_cell(text: str) -> str:
    """Return a text as a cell of CSV, quoted only if it must be."""
    doubled = text.replace('"', '""')
    return f'"{doubled}"' if any(mark in text for mark in ',"\r\n') else text


def _cells(column: Any) -> Any:
    """Return a column as texts that are fit for CSV, quoted where they must be."""
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = column.cast(pa.string())
    if column.type != pa.string():
        return texts

    needed = pc.match_substring_regex(texts, '[,"\r\n]')
    doubled = pc.replace_substring(texts, '"', '""')
    mark, nothing = text_scalar('"'), text_scalar("")
    return pc.if_else(needed, pc.binary_join_element_wise(mark, doubled, mark, nothing), texts)


def _joined_lines(columns: list[Any]) -> Any:
    """Return lines as a buffer, from columns of cells that are fit for CSV, of at least one row."""
    import pyarrow.compute as pc

    *cells, last = columns
    line_feed, nothing, comma = map(text_scalar, ("\n", "", ","))
    ended = pc.binary_join_element_wise(last, line_feed, nothing)
    lines = pc.binary_join_element_wise(*cells, ended, comma)
    # the texts of an Arrow array lie one behind the other, where its offsets say
    _, offsets, data = lines.buffers()
    ends = np.frombuffer(offsets, np.int32)[lines.offset :]
    start, end = int(ends[0]), int(ends[len(lines)])
    return data.slice(start, end - start)
