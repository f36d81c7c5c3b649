"""Opening files for reading, with words for every way in which that fails."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from nncli.errors import FileError, Place, Problem, did_you_mean


@contextmanager
def open_binary(path: str) -> Iterator[BinaryIO]:
    """Open a file, FIFO or device for reading; an OSError inside the block becomes a FileError."""
    try:
        with Path(path).open("rb") as stream:
            yield stream
    except OSError as error:
        raise file_error(error, path, "reading") from None
    except ValueError as error:  # a NUL byte in the name
        raise FileError(Problem("N501", f"not a file name: {error}", Place(path))) from None


def read_at_most(path: str, limit: int) -> bytes:
    """Return a file's bytes, but never more than *limit* + 1 of them.  Raises FileError."""
    with open_binary(path) as stream:
        size = os.fstat(stream.fileno())
        if stat.S_ISREG(size.st_mode) and size.st_size > limit:
            return b" " * (limit + 1)  # its size alone refuses it: unread
        return stream.read(limit + 1)


def file_error(error: OSError, path: str, doing: str) -> FileError:
    """Turn an OSError into a FileError.  doing: "reading" or "writing"."""
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return FileError(_missing(path))
    if error.errno == errno.EISDIR:
        return FileError(Problem("N502", "is a directory", Place(path), ("name a file in it",)))
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        message = f"{doing} is not permitted ({error.strerror})"
        hint = "check the permissions of the file and its folder"
        return FileError(Problem("N503", message, Place(path), (hint,)))
    code = "N507" if doing == "reading" else "N506"
    reason = error.strerror or str(error)
    hint = {
        errno.ENOSPC: "free some space, or write to another disk",
        errno.ENAMETOOLONG: "choose a shorter name",
        errno.EMFILE: "raise the limit of open files (ulimit -n)",
    }.get(error.errno or 0, "check the disk and the file, then try again")
    return FileError(Problem(code, f"{doing} failed: {reason}", Place(path), (hint,)))


def _missing(path: str) -> Problem:
    folder, name = os.path.split(path)
    try:
        neighbours = os.listdir(folder or ".")
    except OSError:
        return Problem("N501", "no such folder", Place(folder), ("check the path",))
    hints = tuple(
        hint.replace("`", f"`{os.path.join(folder, '')}", 1)
        for hint in did_you_mean(name, neighbours)
    )
    return Problem("N501", "no such file", Place(path), hints or ("check the path",))
