"""The place of a result: checked before anything is computed, then the whole file or none of it."""

from __future__ import annotations

import errno
import io
import os
import re
import shlex
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from typing import Any, BinaryIO

from nncli.errors import FileError
from nncli.files import file_error
from nncli.machine import BINARY_FLAG, copy_mode, is_running
from nncli.problems import Place, Problem

# The name of a result that is not complete yet, with the process that writes it.
_TEMPORARY = re.compile(r"\.nncli-([0-9]+)-[0-9a-f]{8}\.tmp")


@dataclass(frozen=True)
class OutputTarget:
    """A checked place for a result."""

    path: str  # as the user wrote it
    real_path: str  # behind all symbolic links
    force: bool  # whether a file that is there may be replaced
    is_stream: bool  # whether it is a FIFO or a device, which is written to and never replaced


def is_file_name(path: str) -> bool:
    """Whether *path* is, or could become, a regular file: no folder, FIFO or device is there."""
    return not os.path.exists(path) or os.path.isfile(path)


def check_output(path: str, inputs: Iterable[str], *, force: bool) -> OutputTarget:
    """Check that a result could be written to *path*, before anything is computed.

    Raises FileError: it is an input, exists without *force*, is a folder, or its folder is missing
    or not writable.
    """
    try:
        # a pipe behind /dev/stdout has no path of its own
        mode: int | None = os.stat(path).st_mode
    except FileNotFoundError:
        mode = None
    except OSError as error:
        raise file_error(error, path, "writing") from None
    except ValueError as error:  # a NUL byte in the name
        raise FileError(Problem("N501", f"not a file name: {error}", Place(path))) from None
    if mode is not None:
        _check_existing(path, mode, inputs, force=force)
        if not stat.S_ISREG(mode):
            return OutputTarget(path, path, force, is_stream=True)
    real_path = os.path.realpath(path)
    folder = real_path if path.endswith("/") else os.path.dirname(real_path)
    if not os.path.isdir(folder):
        # behind a symbolic link, the folder that is missing is not the one that was written
        written = os.path.dirname(path)
        shown = folder if not written or os.path.isdir(written) else written
        hint = (f"create it first: mkdir -p {shlex.quote(shown)}",)
        raise FileError(Problem("N501", "no such folder", Place(shown), hint))
    if not os.access(folder, os.W_OK | os.X_OK):
        hint = ("choose another folder, or change its permissions",)
        raise FileError(Problem("N503", "the folder is not writable", Place(folder), hint))
    return OutputTarget(path, real_path, force, is_stream=False)


def leftovers(target: OutputTarget) -> tuple[str, ...]:
    """Return the temporary files beside a target whose process was killed before it was done."""
    if target.is_stream:
        return ()
    folder = os.path.dirname(target.path)
    found = []
    names: list[str] = []
    with suppress(OSError):  # a folder may be written into and not be listed
        names = os.listdir(os.path.dirname(target.real_path))
    for name in names:
        written = _TEMPORARY.fullmatch(name)
        if written and not is_running(int(written[1])):
            found.append(os.path.join(folder, name))
    return tuple(sorted(found))


def _check_existing(path: str, mode: int, inputs: Iterable[str], *, force: bool) -> None:
    if stat.S_ISDIR(mode):
        raise FileError(Problem("N502", "is a directory", Place(path), ("name a file in it",)))
    for source in inputs:
        if os.path.exists(source) and os.path.samefile(source, path):
            message = "the output would overwrite an input"
            raise FileError(Problem("N505", message, Place(path), ("choose another name",)))
    if stat.S_ISREG(mode) and not force:
        hint = ("choose another name, or say --force to replace it",)
        raise FileError(Problem("N504", "the file exists", Place(path), hint))


def write_output(target: OutputTarget, chunks: Iterable[bytes]) -> None:
    """Write a whole result.  Raises FileError."""
    with writing(target) as stream:
        stream.writelines(chunks)


@contextmanager
def writing(target: OutputTarget) -> Iterator[BinaryIO]:
    """Open the place of a result: after the block it holds all of it, after any fault what it held.

    Raises FileError.
    """
    with writing_together([target]) as (stream,):
        yield stream


@contextmanager
def writing_together(targets: Sequence[OutputTarget]) -> Iterator[list[BinaryIO]]:
    """Open the places of results that belong together, one stream for each.

    They are put in their places once all of them are complete; after any fault before that, every
    place holds what it held.  Raises FileError, of the first place for what no stream is at fault.
    """
    pending = [_Pending(target) for target in targets]
    try:
        # within: a signal that comes as a file is made must find who cleans up
        streams = [result.open() for result in pending]
        with _worded(targets[0].path) if targets else nullcontext():
            yield streams
        for result in pending:
            result.complete()
        for result in pending:
            result.put()
    except BaseException:
        # clean up first: when the disk is full, even the message may fail
        for result in pending:
            result.drop()
        raise


class _Pending:
    """A result on its way: a temporary file beside its place, or what a FIFO or device takes."""

    def __init__(self, target: OutputTarget) -> None:
        self._target = target
        name = f".nncli-{os.getpid()}-{os.urandom(4).hex()}.tmp"  # as _TEMPORARY has it
        self._temporary = os.path.join(os.path.dirname(target.real_path), name)
        self._stream: _ResultStream | None = None

    def open(self) -> BinaryIO:
        """Open it for writing."""
        with _worded(self._target.path):
            if self._target.is_stream:
                raw = io.FileIO(self._target.real_path, "wb")
            else:
                # 0666 less the umask, as any new file; mkstemp would leave 0600
                flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | BINARY_FLAG
                raw = io.FileIO(os.open(self._temporary, flags, 0o666), "wb")
            self._stream = _ResultStream(raw, self._target.path)
        return self._stream

    def complete(self) -> None:
        """Have all of it written, on the disk if it is a file."""
        target, stream = self._target, self._stream
        if stream is None:
            raise ValueError("it was not opened")
        with _worded(target.path):
            stream.flush()
            if not target.is_stream:
                if target.force and os.path.exists(target.real_path):
                    copy_mode(stream.fileno(), target.real_path)
                os.fsync(stream.fileno())
            stream.close()
        if not target.is_stream and not target.force and os.path.lexists(target.real_path):
            raise _appeared(target)

    def put(self) -> None:
        """Put it in its place."""
        if self._target.is_stream:
            return
        with _worded(self._target.path):
            if self._target.force:
                os.replace(self._temporary, self._target.real_path)
            else:
                _link_new(self._temporary, self._target)

    def drop(self) -> None:
        """Leave nothing of it, unless it is in its place already."""
        if self._stream is not None:
            with suppress(OSError, FileError):
                self._stream.close()
        if not self._target.is_stream:
            _remove(self._temporary)


class _ResultStream(io.BufferedWriter):
    """A stream whose faults name the place that the user has named."""

    def __init__(self, raw: io.FileIO, path: str) -> None:
        self._path = path  # first: a signal may end this, and what there is of it is still flushed
        super().__init__(raw)

    def write(self, data: Any) -> int:
        """Write.  Raises FileError."""
        with _worded(self._path):
            return super().write(data)

    def seek(self, position: int, whence: int = os.SEEK_SET) -> int:
        """Seek, once all is written.  Raises FileError."""
        with _worded(self._path):
            return super().seek(position, whence)

    def flush(self) -> None:
        """Write what is held back.  Raises FileError."""
        with _worded(self._path):
            super().flush()


@contextmanager
def _worded(path: str) -> Iterator[None]:
    """Turn an OSError into a FileError."""
    try:
        yield
    except OSError as error:
        raise file_error(error, path, "writing") from None


def _link_new(temporary: str, target: OutputTarget) -> None:
    """Move the file into its place unless something has appeared there meanwhile."""
    try:
        os.link(temporary, target.real_path)
    except FileExistsError:
        raise _appeared(target) from None
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK):
            raise
        os.replace(temporary, target.real_path)  # a file system without hard links
    else:
        _remove(temporary)


def _appeared(target: OutputTarget) -> FileError:
    hint = ("it appeared while nncli was running; say --force to replace it",)
    return FileError(Problem("N504", "the file exists", Place(target.path), hint))


def _remove(path: str) -> None:
    with suppress(OSError):
        os.unlink(path)
