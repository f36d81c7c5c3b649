"""Several sources as one: all have the same columns, and their samples follow each other."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import replace
from typing import Protocol

from nncli.data.columns import Header, Select, Selection
from nncli.data.samples import Piece, SampleStream, up_to_faults
from nncli.errors import DataError
from nncli.problems import KEPT_PROBLEMS, Problem
from nncli.words import count_of, quoted


class Opener(Protocol):
    """Opens one of the sources; its columns are chosen as those of the first were."""

    def __call__(self, source: str, before: int = 0) -> AbstractContextManager[SampleStream]:
        """before: bytes of the sources that were read already."""


class SharedSelection:
    """Chooses the columns of the first source, and the same of all others.

    Those must have the same columns: the same names in the same order, or none at all.
    """

    def __init__(self, select: Select) -> None:
        self._select = select
        self._first: tuple[Header, Selection] | None = None

    def __call__(self, header: Header) -> Selection:
        """Return what is chosen.  Raises DataError."""
        if self._first is None:
            selection = self._select(header)
            self._first = header, selection
            return selection
        first, selection = self._first
        difference = _difference(header, first)
        if difference:
            message = f"{difference} {first.place.file}"
            hint = "files that are read together have the same columns in the same order"
            place = replace(header.place, column=None, caret=None)  # the whole line
            raise DataError(Problem("N418", message, place, (hint,)))
        return selection


def _difference(header: Header, first: Header) -> str:
    """Say what is different about columns, up to the name of the first file; "" for nothing."""
    if len(header.names) != len(first.names):
        found, wanted = count_of(len(header.names), "column"), len(first.names)
        return f"{found} here, {wanted:,} in"
    if header.named != first.named:
        return "a header here, none in" if header.named else "no header here, but one in"
    pairs = zip(header.names, first.names, strict=True)
    for number, (name, wanted_name) in enumerate(pairs, start=1):
        if name != wanted_name:
            return f"column {number} is {quoted(name)} here, {quoted(wanted_name)} in"
    return ""


@contextmanager
def joined(first: SampleStream, sources: Sequence[str], opened: Opener) -> Iterator[SampleStream]:
    """Join the samples of an opened source with those of others, within the block.

    The headers of files are looked at before anything is read.  Raises DataError, FileError.
    """
    _check_headers(sources, opened)
    others = _Others(first, sources, opened)
    sizes = [first.size, *map(_size, sources)]
    pieces = up_to_faults(others.pieces())
    samples = replace(
        first,
        pieces=pieces,
        many=True,
        sources=(*first.sources, *sources),
        position=others.position,
        is_ready=others.is_ready,
        size=None if None in sizes else sum(size or 0 for size in sizes),
    )
    others.joined = samples
    with closing(pieces):
        yield samples


def _size(source: str) -> int | None:
    return os.path.getsize(source) if os.path.isfile(source) else None


def _is_read_once(source: str) -> bool:
    """Whether a source is a pipe or a device: what was read of it is gone."""
    return os.path.exists(source) and not (os.path.isfile(source) or os.path.isdir(source))


def _check_headers(sources: Sequence[str], opened: Opener) -> None:
    faults: list[DataError] = []
    for source in sources:
        if _is_read_once(source):
            continue
        try:
            with opened(source):
                pass
        except DataError as error:
            faults.append(error)
    if faults:
        problems = [problem for error in faults for problem in error.problems]
        more = max(0, len(problems) - KEPT_PROBLEMS)
        raise DataError(problems[:KEPT_PROBLEMS], more=more)


class _Others:
    """The samples of one source after the other; only the first and one other are open at a time.

    joined: the stream that they are part of.
    """

    joined: SampleStream

    def __init__(self, first: SampleStream, sources: Sequence[str], opened: Opener) -> None:
        self._first = first
        self._sources = sources
        self._opened = opened
        self._done = 0  # bytes of the sources that were read to their end
        self._current: Callable[[], int] = first.position
        self._current_is_ready: Callable[[], bool] = first.is_ready

    def position(self) -> int:
        """Return how many bytes were read."""
        return self._done + self._current()

    def is_ready(self) -> bool:
        """Whether the next piece is there without waiting."""
        return self._current_is_ready()

    def pieces(self) -> Generator[Piece]:
        """Yield the pieces of all sources, the first included."""
        yield from self._first.pieces
        self._close(self._first)
        total = self._first.total()
        for source in self._sources:
            with self._opened(source, total) as samples:
                self._current = samples.position
                self._current_is_ready = samples.is_ready
                self.joined.blank_lines += samples.blank_lines
                yield from samples.pieces
                self._close(samples)
                total += samples.total()

    def _close(self, samples: SampleStream) -> None:
        """Count the bytes of a source that was read to its end: a closed file has no position."""
        self._done += samples.position()
        self._current = int
        self._current_is_ready = lambda: True
