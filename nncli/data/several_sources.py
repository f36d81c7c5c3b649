"""Several sources as one: all have the same columns, and their samples follow each other."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import replace
from typing import BinaryIO

from nncli.data.columns import Header, Selection, check_same_columns
from nncli.data.opened import DataOptions, OpenedSource, open_source
from nncli.data.rejects import OnReject
from nncli.data.rows import Chunk
from nncli.data.source_bytes import FirstLook, look_at
from nncli.data.stream import AtHand, Progress, SampleStream, up_to_faults
from nncli.errors import DataError
from nncli.problems import KEPT_PROBLEMS


@contextmanager
def open_sources(
    sources: Sequence[str],
    options: DataOptions,
    stdin: BinaryIO | None = None,
    on_reject: OnReject | None = None,
) -> Iterator[OpenedSource | OpenedSources]:
    """Open one source or several, at least one, to be read within the block.

    sources: paths, whose columns are the same, or - alone for *stdin*; on_reject: is told of every
    cell and row that is refused.  Raises FileError, also for what fails inside the block.
    """
    first, *others = sources
    with ExitStack() as stack:
        opened = stack.enter_context(open_source(first, options, stdin, on_reject))
        yield OpenedSources(opened, others, options, on_reject, stack) if others else opened


class OpenedSources:
    """Several sources, of which the first is open; of the others, one at a time."""

    def __init__(
        self,
        first: OpenedSource,
        others: Sequence[str],
        options: DataOptions,
        on_reject: OnReject | None,
        stack: ExitStack,
    ) -> None:
        """stack: closes what is open when nobody reads any more."""
        self._first = first
        self._others = others
        self._options = options
        self._on_reject = on_reject
        self._stack = stack

    @property
    def header(self) -> Header:
        """The names of the first source's columns.  Raises DataError."""
        return self._first.header

    def look(self, source: str) -> FirstLook | None:
        """Return the beginning of one source, if a doctor could try other ways of reading on it."""
        if source in self._others:
            return look_at(source) if os.path.isfile(source) else None
        return self._first.look(source)

    def samples(self, selection: Selection) -> SampleStream:
        """Return the samples of one source after the other, which one loop may read.

        The headers of files are looked at before anything is read.  Raises DataError, FileError.
        """
        first = self._first.samples(selection)
        self._check_headers(selection)
        progress = _Progress(self._first.content, self._others)
        chunks = up_to_faults(self._chunks(first, selection, progress))
        self._stack.enter_context(closing(chunks))
        sources = (*first.sources, *self._others)
        return replace(first, chunks=chunks, many=True, sources=sources, progress=progress)

    def _chunks(
        self, first: SampleStream, selection: Selection, progress: _Progress
    ) -> Generator[Chunk]:
        yield from first.chunks
        progress.finish()
        total = self._first.content.total
        for source in self._others:
            with self._opened(source, total) as opened:
                progress.begin(opened.content)
                yield from self._same(opened, selection).chunks
                progress.finish()
                total += opened.content.total

    def _opened(self, source: str, before: int = 0) -> AbstractContextManager[OpenedSource]:
        return open_source(source, self._options, None, self._on_reject, before=before)

    def _same(self, opened: OpenedSource, selection: Selection) -> SampleStream:
        """Return the samples of a source, if its columns are those of the first.

        Raises DataError.
        """
        check_same_columns(opened.header, self._first.header, selection)
        return opened.samples(selection)

    def _check_headers(self, selection: Selection) -> None:
        faults: list[DataError] = []
        for source in self._others:
            if _is_read_once(source):
                continue
            try:
                with self._opened(source) as opened:
                    self._same(opened, selection)
            except DataError as error:
                faults.append(error)
        if faults:
            problems = [problem for error in faults for problem in error.problems]
            more = max(0, len(problems) - KEPT_PROBLEMS)
            raise DataError(problems[:KEPT_PROBLEMS], more=more)


class _Progress:
    """How far the reading of several sources is."""

    def __init__(self, first: Progress, others: Sequence[str]) -> None:
        sizes = [first.size, *map(_size, others)]
        self.size = None if None in sizes else sum(size or 0 for size in sizes)
        self._done = 0  # bytes of the sources that were read to their end
        self._current = first

    def position(self) -> int:
        """Return how many bytes were read."""
        return self._done + self._current.position()

    def is_ready(self) -> bool:
        """Whether reading on will not block."""
        return self._current.is_ready()

    def begin(self, source: Progress) -> None:
        """Count the bytes of one more source as they are read."""
        self._current = source

    def finish(self) -> None:
        """Count the bytes of a source that was read to its end: a closed file has no position."""
        self._done += self._current.position()
        self._current = AtHand()


def _size(source: str) -> int | None:
    return os.path.getsize(source) if os.path.isfile(source) else None


def _is_read_once(source: str) -> bool:
    """Whether a source is a pipe or a device: what was read of it is gone."""
    return os.path.exists(source) and not (os.path.isfile(source) or os.path.isdir(source))
