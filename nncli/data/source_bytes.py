"""The bytes of a source: opened, decompressed, and looked at before anyone reads them."""

from __future__ import annotations

import gzip
import io
import os
import stat
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, BinaryIO

from nncli.errors import DataError, FileError
from nncli.file_kinds import GZIP_MAGIC, HEAD_BYTES, PARQUET_MAGIC
from nncli.files import STDIN, STDIN_NAME, file_error, open_binary, source_name
from nncli.machine import has_bytes
from nncli.problems import Place, Problem

_CHUNK_BYTES = 2**20
# What has to be held whole is refused beyond this many bytes, after decompression.
MAX_HELD_BYTES = 64 * 2**20
# Enough rows to see what a column is, few enough to read them a dozen times.
LOOK_BYTES = 2**18
_HELD_HINT = "--format json and --samples columns hold everything: use CSV, samples as rows"
# Nobody waits longer for an error because a pipe is slow.
_LOOK_SECONDS = 0.05
# Nor for the end of a run that was told to stop.
_SIGNAL_SECONDS = 0.5


@dataclass(frozen=True)
class FirstLook:
    """The first bytes of some data, decompressed."""

    content: bytes
    complete: bool  # whether they are all there is


@contextmanager
def open_stream(source: str, stdin: BinaryIO | None) -> Iterator[BinaryIO]:
    """Open a path, or *stdin* for -.  Raises FileError, also for what fails inside the block."""
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


class Content:
    """What an open stream holds, decompressed if need be, in chunks."""

    def __init__(
        self,
        stream: BinaryIO,
        file: str,
        max_bytes: int | None = None,
        *,
        before: int = 0,
        waiting: bool = True,
    ) -> None:
        """Read the first bytes.

        file: what messages call it; more than *max_bytes* (None: any number) is refused, with
        *before* bytes of other files; waiting: until there are bytes enough, otherwise for what a
        pipe has.
        """
        self._file = file
        # of a compressed file, the compressed bytes: what is left is known of these
        self.size = _file_size(stream)
        self._max_bytes = max_bytes
        self._hint = _HELD_HINT
        self._whole = is_file(stream)
        # of a pipe no buffer may hold what the system no longer tells of
        self._raw: Any = stream if self._whole else getattr(stream, "raw", stream)
        self._stream: Any = self._raw
        self._seen = bytearray()
        self._total = 0
        self._before = before
        self._held = 0
        self._ended = False
        self._position: int | None = None
        self._next = self._first_bytes(waiting=waiting)
        self._compressed = self._next.startswith(GZIP_MAGIC)
        if self._compressed:
            rejoined = _Rejoined(self._next, self._read_raw)
            self._stream = gzip.GzipFile(fileobj=io.BufferedReader(rejoined, _CHUNK_BYTES))
            self._next, self._ended = b"", False

    def _first_bytes(self, *, waiting: bool) -> bytes:
        """Return the first bytes; waiting: until there are enough, or no more."""
        first = self._read_raw(HEAD_BYTES)
        while waiting and not self._ended and len(first) < HEAD_BYTES:
            first += self._read_raw(HEAD_BYTES)
        return first

    def _read_raw(self, wanted: int) -> bytes:
        """Read from the stream itself: of a pipe what it has, once it has something."""
        chunk: bytes | None = None
        while chunk is None:
            # a signal that comes just before a wait is heeded after it: no wait is for long
            if self._whole or is_ready(self._raw, _SIGNAL_SECONDS):
                chunk = self._raw.read(wanted)
        # a terminal would wait for a second Ctrl-D
        self._ended = len(chunk) < wanted if self._whole else not chunk
        return chunk

    def position(self) -> int:
        """Return how many bytes were read."""
        if self._position is not None:
            return self._position
        return self._raw.tell() if self.size is not None else self._total

    def set_position(self, position: int) -> None:
        """Say how many bytes of the file were read, if not in chunks."""
        self._position = position

    @property
    def total(self) -> int:
        """How many bytes of content were read, decompressed, or are to be held."""
        return max(self._total, self._held)

    def file(self) -> BinaryIO | None:
        """Return the file itself, if it is one: regular, not compressed, open from its start."""
        if self.size is None or self._compressed:
            return None
        started = self._raw.tell() - self._total - len(self._next)
        return self._raw if started == 0 else None

    def head(self) -> bytes:
        """Return the first bytes, which are still to come in a chunk.  Raises DataError."""
        if self._compressed and not self._total:
            self._next = self._next or self._read(HEAD_BYTES)
        return self._next

    def chunks(self) -> Iterator[bytes]:
        """Yield all the content.  Raises DataError where it is broken, or too much."""
        while chunk := self._take():
            yield chunk

    def look(self) -> FirstLook | None:
        """Return the beginning, if a doctor could try other ways of reading on it."""
        look = self.first_look()
        return None if look.content.startswith(PARQUET_MAGIC) else look

    def first_look(self) -> FirstLook:
        """Return what was read of the beginning, and more of it if nobody has to wait for it."""
        complete = False
        with suppress(DataError, OSError):  # what is wrong there is another problem
            while len(self._seen) < LOOK_BYTES and not complete and (self._next or self.is_ready()):
                complete = not self._take()
        return FirstLook(bytes(self._seen), complete)

    def _take(self) -> bytes:
        """Return the next chunk."""
        chunk, self._next = self._next, b""
        chunk = chunk or self._read(_CHUNK_BYTES)
        self._total += len(chunk)
        self._seen += chunk[: LOOK_BYTES - len(self._seen)]
        self.check_held(self._total)
        return chunk

    def hold_at_most(self, max_bytes: int, hint: str) -> None:
        """Refuse more content than this from now on.  hint: what to do instead of holding it."""
        self._max_bytes, self._hint = min(max_bytes, self._max_bytes or max_bytes), hint

    def check_held(self, total: int) -> None:
        """Check that so many bytes of this source may be held.  Raises DataError."""
        self._held = total
        if self._max_bytes is not None and self._before + total > self._max_bytes:
            message = f"more than {self._max_bytes // 2**20} MiB of data, which would be held whole"
            raise DataError(Problem("N412", message, Place(self._file), (self._hint,)))

    def _read(self, wanted: int) -> bytes:
        if self._ended and not self._compressed:
            return b""
        hint = ("copy or download the file again",)
        try:
            if not self._compressed:
                return self._read_raw(wanted)
            # piece by piece: all that came before a fault counts as read
            chunk: bytes = self._stream.read1(wanted)
        except EOFError:
            message = "the compressed data ends early: the file is cut off"
            raise DataError(Problem("N416", message, Place(self._file), hint)) from None
        except (gzip.BadGzipFile, zlib.error) as error:
            reason = str(error)
            if reason.startswith("Not a gzipped file"):
                reason = "what follows its end is not compressed"
            message = f"the compressed data is broken: {reason}"
            raise DataError(Problem("N416", message, Place(self._file), hint)) from None
        except OSError as error:
            raise file_error(error, self._file, "reading") from None
        return chunk

    def is_ready(self) -> bool:
        """Whether reading on will not block."""
        return self._ended or is_ready(self._raw)


def _file_size(stream: BinaryIO) -> int | None:
    """Return the size of a regular file; None of anything else."""
    status = _status(stream)
    return status.st_size if status is not None and stat.S_ISREG(status.st_mode) else None


def is_file(stream: BinaryIO) -> bool:
    """Whether a stream's bytes are all there already: of a regular file, or in memory."""
    status = _status(stream)
    return status is None or stat.S_ISREG(status.st_mode)


def _status(stream: BinaryIO) -> os.stat_result | None:
    try:
        return os.fstat(stream.fileno())
    except OSError:  # in memory
        return None


def is_ready(stream: BinaryIO, seconds: float = _LOOK_SECONDS) -> bool:
    """Whether reading will not block: it is a file, or a pipe that soon has something in it."""
    return is_file(stream) or has_bytes(stream, seconds)


def look_at(source: str, stdin: BinaryIO | None = None) -> FirstLook | None:
    """Return the beginning of some data; None if somebody would have to wait for it, or of Parquet.

    Raises FileError, DataError.
    """
    with open_stream(source, stdin) as stream:
        if not is_ready(stream):
            return None
        return Content(stream, source_name(source), waiting=False).look()


class _Rejoined(io.RawIOBase):
    """A stream whose first bytes were read already, and are put back in front."""

    def __init__(self, head: bytes, read: Callable[[int], bytes]) -> None:
        self._head = head
        self._read = read

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._head[: len(buffer)] or self._read(len(buffer))
        self._head = self._head[len(data) :]
        buffer[: len(data)] = data
        return len(data)
