"""The place of a result: checked before anything is computed, then the whole file or none of it."""

from __future__ import annotations

import errno
import os
import re
import shlex
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import BinaryIO

from nncli.errors import FileError, Place, Problem
from nncli.files import file_error

# The name of a result that is not complete yet, with the process that writes it.
_TEMPORARY = re.compile(r"\.nncli-([0-9]+)-[0-9a-f]{8}\.tmp")


@dataclass(frozen=True)
class OutputTarget:
    """A checked place for a result.

    path: as the user wrote it; real_path: behind all symlinks; is_stream: a FIFO or a device, which
    is written to and never replaced.
    """

    path: str
    real_path: str
    force: bool
    is_stream: bool


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
        if written and not _is_running(int(written[1])):
            found.append(os.path.join(folder, name))
    return tuple(sorted(found))


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        pass  # somebody else's
    return True


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
    try:
        with replacing(target) if not target.is_stream else open(target.real_path, "wb") as stream:
            yield stream
    except OSError as error:
        raise file_error(error, target.path, "writing") from None


@contextmanager
def replacing(target: OutputTarget) -> Iterator[BinaryIO]:
    """Open a temporary file in the same folder, and put it in its place once it is complete.

    Raises OSError, FileError; then nothing has changed.
    """
    folder = os.path.dirname(target.real_path)
    name = f".nncli-{os.getpid()}-{os.urandom(4).hex()}.tmp"  # as _TEMPORARY has it
    temporary = os.path.join(folder, name)
    try:
        # within: a signal that comes as the file is made must find who cleans up.
        # 0666 less the umask, as any new file; mkstemp would leave 0600
        descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
            stream.flush()
            if target.force and os.path.exists(target.real_path):
                os.fchmod(stream.fileno(), stat.S_IMODE(os.stat(target.real_path).st_mode))
            os.fsync(stream.fileno())
        if target.force:
            os.replace(temporary, target.real_path)
        else:
            _link_new(temporary, target)
    except BaseException:
        # clean up first: when the disk is full, even the message may fail
        _remove(temporary)
        raise


def _link_new(temporary: str, target: OutputTarget) -> None:
    """Move the file into its place unless something has appeared there meanwhile."""
    try:
        os.link(temporary, target.real_path)
    except FileExistsError:
        hint = ("it appeared while nncli was running; say --force to replace it",)
        problem = Problem("N504", "the file exists", Place(target.path), hint)
        raise FileError(problem) from None
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK):
            raise
        os.replace(temporary, target.real_path)  # a file system without hard links
    else:
        _remove(temporary)


def _remove(path: str) -> None:
    with suppress(OSError):
        os.unlink(path)
