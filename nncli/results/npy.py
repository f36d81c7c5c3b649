"""Results as an NPY file, whose header says at the end how many rows there are."""

from __future__ import annotations

import io
import shutil
import tempfile
import weakref
from typing import BinaryIO, cast

import numpy as np

from nncli.machine import appends
from nncli.results.listeners import ResultColumns, UnitOutputs

# As many rows as a file can have: no header is longer than this one's.
_MOST_ROWS = 2**63 - 1
_CACHED_VALUES = 2**15


class NpySink:
    """An NPY file as np.save writes it: (samples, neurons), in C order, of the network's dtype.

    It holds numbers only: carried columns are left out.
    The header says how many rows there are.  So a stream that can seek gets its header twice, and
    any other stream gets everything at the end, from a temporary file.
    """

    def __init__(self, stream: BinaryIO, columns: ResultColumns, layer: int | None = None) -> None:
        """Begin a file.  layer: the one that is heard, from 1; None: the last."""
        self.layer = layer
        self._stream = stream
        self._neurons = len(columns.names)
        self._dtype = np.dtype(columns.dtype)
        self._rows = 0
        self._header_bytes = len(self._header(_MOST_ROWS))
        self._start: int | None = stream.tell() if _is_rewritable(stream) else None
        self._body: BinaryIO = stream
        if self._start is None:
            spool = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115  # finish closes it,
            weakref.finalize(self, spool.close)  # or the end of a sink that is never finished
            self._body = spool
        else:
            stream.write(bytes(self._header_bytes))  # no NPY file, until it is finished

    def prepare(self, outputs: UnitOutputs) -> memoryview:
        """Return the rows' bytes."""
        rows = len(outputs.values[0])
        packed = np.empty((rows, self._neurons), self._dtype)  # C order
        # a few rows at a time, which stay in the cache while column after column is written
        step = max(1, _CACHED_VALUES // self._neurons)
        for start in range(0, rows, step):
            part = slice(start, start + step)
            np.stack([column[part] for column in outputs.values], axis=1, out=packed[part])
        return packed.reshape(-1).view(np.uint8).data

    def take(self, prepared: memoryview) -> None:
        """Write the rows, and count them."""
        self._rows += len(prepared) // (self._neurons * self._dtype.itemsize)
        self._body.write(prepared)

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
    return not appends(descriptor)
