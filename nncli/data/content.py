"""The bytes of a source: opened, decompressed, and looked at before anyone reads them."""

from __future__ import annotations

import gzip
import io
import os
import select
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO

from nncli.data.kinds import GZIP_MAGIC, HEAD_BYTES, PARQUET_MAGIC
from nncli.errors import DataError, FileError, FirstLook, Place, Problem
from nncli.files import STDIN, STDIN_NAME, file_error, open_binary, source_name

_CHUNK_BYTES = 2**20
# What has to be held whole is refused beyond this many bytes, after decompression.
MAX_HELD_BYTES = 64 * 2**20
# Enough rows to see what a column is, few enough to read them a dozen times.
LOOK_BYTES = 2**18
_HELD_HINT = "--format json and --samples columns hold everything: use CSV, samples as rows"
# Nobody waits longer for an error because a pipe is slow.
_LOOK_SECONDS = 0.05


@contextmanager
def open_source(source: str, stdin: BinaryIO | None) -> Iterator[BinaryIO]:
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
        self._raw = stream
        self._stream: Any = stream
        self._seen = bytearray()
        self._total = 0
        self._before = before
        self._held = 0
        self._ended = False
        self._whole = waiting and is_file(stream)
        read = stream.read if waiting else getattr(stream, "read1", stream.read)
        self._next = read(HEAD_BYTES)
        self._compressed = self._next.startswith(GZIP_MAGIC)
        if self._compressed:
            rejoined = io.BufferedReader(_Rejoined(self._next, stream), _CHUNK_BYTES)
            self._stream = gzip.GzipFile(fileobj=rejoined)
            self._next = b""
        else:
            # a terminal would wait for a second Ctrl-D
            self._ended = len(self._next) < HEAD_BYTES if waiting else not self._next

    def position(self) -> int:
        """Return how many bytes were read."""
        return self._raw.tell() if self.size is not None else self._total

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
                complete = not self._take(waiting=False)
        return FirstLook(bytes(self._seen), complete)

    def _take(self, *, waiting: bool = True) -> bytes:
        """Return the next chunk; waiting: until there is one."""
        chunk, self._next = self._next, b""
        # a pipe's writer may be slow: what has come is taken
        chunk = chunk or self._read(_CHUNK_BYTES, waiting=waiting and self._whole)
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

    def _read(self, wanted: int, *, waiting: bool = True) -> bytes:
        if self._ended:
            return b""
        # piece by piece if compressed: all that came before a fault counts as read
        read = self._stream.read if waiting and not self._compressed else self._stream.read1
        hint = ("copy or download the file again",)
        try:
            chunk: bytes = read(wanted)
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
        whole = waiting and not self._compressed
        self._ended = len(chunk) < wanted if whole else not chunk
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


def is_ready(stream: BinaryIO) -> bool:
    """Whether reading will not block: it is a file, or a pipe with something in it."""
    return is_file(stream) or bool(select.select([stream], [], [], _LOOK_SECONDS)[0])


def look_at(source: str, stdin: BinaryIO | None = None) -> FirstLook | None:
    """Return the beginning of some data; None if somebody would have to wait for it, or of Parquet.

    Raises FileError, DataError.
    """
    with open_source(source, stdin) as stream:
        if not is_ready(stream):
            return None
        return Content(stream, source_name(source), waiting=False).look()


class _Rejoined(io.RawIOBase):
    """A stream whose first bytes were read already, and are put back in front."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self._head = head
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        data = self._head[: len(buffer)] or self._stream.read(len(buffer))
        self._head = self._head[len(data) :]
        buffer[: len(data)] = data
        return len(data)
