"""Opening files for reading, with words for every way in which that fails."""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from nncli.errors import FileError, UsageError
from nncli.problems import Place, Problem
from nncli.words import count_of, nearest

# A part of a pattern that stands for any number of folders.
_ANY_DEPTH = re.compile(r"(?:(?<=/)|^)(?:\*\*/)+")
STDIN = "-"
STDIN_NAME = "<stdin>"


def source_name(source: str) -> str:
    """Return what messages call a source: its path, or <stdin>."""
    return STDIN_NAME if source == STDIN else source


def sources_name(sources: Sequence[str]) -> str:
    """Return what a screen calls some sources.

    >>> sources_name(["a.csv"]), sources_name(["a.csv", "b.csv", "c.csv"])
    ('a.csv', 'a.csv and 2 more files')
    """
    first, *others = sources
    more = f" and {count_of(len(others), 'more file')}" if others else ""
    return source_name(first) + more


def expand_sources(patterns: Sequence[str]) -> tuple[str, ...]:
    """Return the sources that are meant: paths, and what matches patterns, by their paths' bytes.

    A pattern that nothing matches stays as it is, and is told of when it is opened.
    Raises UsageError if a file is named twice, or standard input beside others.
    """
    sources = tuple(path for pattern in patterns for path in _matching(pattern))
    if STDIN in sources and len(sources) > 1:
        raise UsageError("standard input (-) is read alone, not beside files", code="N704")
    seen: dict[str, str] = {}
    for source in sources:
        real = os.path.realpath(source) if "\0" not in source else source
        if real in seen:
            again = f" again, as {source!r}" if source != seen[real] else " twice"
            raise UsageError(
                f"DATA names {seen[real]!r}{again}: each file is read once", code="N704"
            )
        seen[real] = source
    return sources


def _matching(pattern: str) -> tuple[str, ...]:
    if not _is_pattern(pattern) or os.path.lexists(pattern):
        return (pattern,)
    from glob import escape, glob

    pattern = pattern.replace(os.sep, "/")
    first, *others = re.split(_ANY_DEPTH, re.sub(r"(^|/)\*\*$", r"\1**/*", pattern))
    patterns = [first]
    for rest in others:
        tops = [folder for start in patterns for folder in ([""] if not start else glob(start))]
        patterns = [f"{escape(folder)}{rest}" for folder in _folders_below(tops)]
    found = (path for each in patterns for path in glob(each) if not os.path.isdir(path))
    files = (f"./{path}" if path == STDIN else path for path in found)  # it matches no stream
    return tuple(sorted(files, key=os.fsencode)) or (pattern,)


def _folders_below(tops: Iterable[str]) -> list[str]:
    """Return some folders and those in them, each once, however many links lead to it.

    Each ends in a slash, but the current folder, which is empty; what is hidden is left out.
    """
    seen: set[tuple[int, int]] = set()
    folders: list[str] = []
    waiting, linked = list(tops), list[str]()
    while waiting or linked:
        # links come last: what is reached without one has the plainer path
        folder = waiting.pop() if waiting else linked.pop()
        try:
            status = os.stat(folder or ".")
            if (status.st_dev, status.st_ino) in seen:
                continue
            with os.scandir(folder or ".") as entries:
                inner = [entry for entry in entries if not entry.name.startswith(".")]
        except OSError:  # what cannot be looked into has nothing that matches
            continue
        seen.add((status.st_dev, status.st_ino))
        folders.append(folder)
        for entry in inner:
            if os.path.isdir(entry):
                (linked if entry.is_symlink() else waiting).append(f"{folder}{entry.name}/")
    return folders


def _is_pattern(path: str) -> bool:
    return "\0" not in path and any(mark in path for mark in "*?[")


@contextmanager
def open_binary(path: str) -> Iterator[BinaryIO]:
    """Open a file, FIFO or device for reading; an OSError inside the block becomes a FileError."""
    if not path:
        raise FileError(missing(path))
    try:
        stream = Path(path).open("rb")  # noqa: SIM115  # closed below, where other faults belong
    except OSError as error:
        raise file_error(error, path, "reading") from None
    except ValueError as error:  # a NUL byte in the name
        problem = Problem("N501", f"not a file name: {error}", Place(path), ("check the name",))
        raise FileError(problem) from None
    try:
        with stream:
            yield stream
    except OSError as error:
        raise file_error(error, path, "reading") from None


def read_at_most(path: str, limit: int) -> bytes | None:
    """Return a file's bytes, or None if there are more than *limit*.  Raises FileError."""
    with open_binary(path) as stream:
        status = os.fstat(stream.fileno())
        if stat.S_ISREG(status.st_mode) and status.st_size > limit:
            return None  # its size alone refuses it: unread
        content = stream.read(limit + 1)
    return content if len(content) <= limit else None


def file_error(error: OSError, path: str, doing: str) -> FileError:
    """Turn an OSError into a FileError.  doing: "reading" or "writing"."""
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return FileError(missing(path))
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


def missing(path: str) -> Problem:
    """Return the problem of a path where nothing is."""
    if not path:
        return Problem("N501", "the file name is empty", help=("name a file",))
    folder, name = os.path.split(path)
    if os.path.isfile(folder):
        return Problem("N501", "is a file, not a folder", Place(folder), ("check the path",))
    if not os.path.isdir(folder or "."):
        return Problem("N501", "no such folder", Place(folder), ("check the path",))
    # two short names with the same ending are not alike for that
    names = [other for other in _names(folder) if nearest(_stem(name), [_stem(other)])]
    best = nearest(name, names)
    if _is_pattern(path) and best is None:
        return Problem("N501", "no file matches", Place(path), ("check the pattern",))
    hint = f"did you mean `{os.path.join(folder, best)}`?" if best else "check the path"
    return Problem("N501", "no such file", Place(path), (hint,))


# What files of a kind are usually called, and how much is looked at for one.
SUFFIXES = {
    "CONFIG": (".yaml", ".yml", ".onnx", ".safetensors"),
    "DATA": (".csv", ".tsv", ".txt", ".dat", ".npy", ".parquet", ".gz"),
}
_MAX_NAMES, _MAX_FOLDERS = 10_000, 100


def may_be(path: str, argument: str) -> bool:
    """Whether a file is called as one for this argument, CONFIG or DATA, usually is."""
    return path.lower().endswith(SUFFIXES.get(argument, ""))


def paths_like(path: str, argument: str) -> list[str]:
    """Return files that may be meant by a path where none is, the likeliest first.

    Those with its name but another suffix, those in a folder below, those with a name like it.
    """
    plain = (
        path.strip(" ,;'\"`[]<>(){}@").rpartition("=")[2].replace("\\", "/").removeprefix("file://")
    )
    if plain != path and os.path.isfile(plain):
        return [plain]
    folder, name = os.path.split(path)
    if folder and not os.path.isdir(folder):
        above, last = os.path.split(folder)
        other = nearest(last, [n for n in _names(above) if os.path.isdir(os.path.join(above, n))])
        moved = [os.path.join(above, other, name)] if other is not None else []
        return [each for each in (*moved, name) if os.path.isfile(each)]
    names = _names(folder)
    stems = {_stem(n): os.path.join(folder, n) for n in reversed(names) if may_be(n, argument)}
    deeper = (os.path.join(folder, each, name) for each in names[:_MAX_FOLDERS])
    same, like = stems.get(_stem(name)), nearest(_stem(name), list(stems))
    found = [same, *filter(os.path.isfile, deeper), stems[like] if like is not None else None]
    return list(dict.fromkeys(each for each in found if each is not None))


def _stem(name: str) -> str:
    return name.partition(".")[0].lower()


def _names(folder: str) -> list[str]:
    try:
        with os.scandir(folder or ".") as entries:
            return sorted(entry.name for entry in islice(entries, _MAX_NAMES))
    except (OSError, ValueError):
        return []
