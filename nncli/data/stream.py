"""A stream of samples: chunks to be read, and what is known once their rows were accepted."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from nncli.data.rejects import OnReject
from nncli.data.rows import Chunk, Faults, Rows, ended_by, has_fraction, read_chunk, text_bytes
from nncli.errors import DataError
from nncli.files import source_name
from nncli.problems import KEPT_PROBLEMS, Note, Place, Problem
from nncli.words import count_of

# A block of the network goes through with all the texts of its samples.
_MAX_TEXT_BYTES = 2**25
_TEXT_ROWS = 256


class Progress(Protocol):
    """How far the reading of a source is."""

    @property
    def size(self) -> int | None:
        """How many bytes there are, if that is known."""

    def position(self) -> int:
        """Return how many of them were read."""

    def is_ready(self) -> bool:
        """Whether reading on will not block."""


@dataclass(frozen=True)
class AtHand:
    """The progress of what needs no reading: it is in memory."""

    size: int | None = None

    def position(self) -> int:
        """Return how many bytes were read."""
        return 0

    def is_ready(self) -> bool:
        """Whether reading on will not block."""
        return True


@dataclass
class Accepted:
    """What was seen of the rows that were accepted so far."""

    rows: int = 0
    blank_lines: int = 0
    fraction: bool = False  # whether any value is not whole, if a remark depends on it
    texts: list[tuple[int, int]] = field(default_factory=list)  # rows of late, bytes of their texts


@dataclass(frozen=True, eq=False)
class SampleStream:
    """Samples of an opened source, or of several."""

    columns: tuple[str, ...]  # the names of the features
    chunks: Iterator[Chunk]  # what is still to be read, which only one loop may do
    kept: tuple[str, ...] = ()  # the names of the carried columns
    sample_names: tuple[str, ...] | None = None  # if the source has them
    sources: tuple[str, ...] = ()  # paths, or - for standard input
    many: bool = False  # whether they are worth several threads
    remarks: tuple[Note, ...] = ()  # on the choice of columns
    if_fraction: Note | None = None  # a remark, if any value is not whole
    if_empty: Problem | None = None  # what is wrong, if there are no rows at all
    progress: Progress = AtHand()
    on_reject: OnReject | None = None  # is told of every cell and row that is refused
    accepted: Accepted = field(default_factory=Accepted)

    def rows_in_order(self) -> Iterator[Rows]:
        """Read all chunks, one after the other, and yield their rows.  Raises as `accept` does."""
        return self.accept(map(read_chunk, self.chunks))

    def accept(self, results: Iterable[Rows | Faults]) -> Iterator[Rows]:
        """Yield the rows of all chunks, in order.

        Raises DataError with the first few problems and a count of the others; from the first one
        on, no rows are yielded any more.
        """
        problems: list[Problem] = []
        more = 0
        for result in results:
            if isinstance(result, Rows):
                self.accepted.blank_lines += result.blank_lines
                if not problems and len(result):
                    self._look(result)
                    yield result
                continue
            for reject in result.rejects:
                if self.on_reject is not None:
                    self.on_reject(reject)
            # the one that ended the reading is told in any case
            counted = len(result.problems) - result.ended
            room = max(0, KEPT_PROBLEMS - len(problems))
            more += result.more + max(0, counted - room)
            problems += (*result.problems[:counted][:room], *result.problems[counted:])
            if result.ended:
                break
        if problems:
            raise DataError(problems, more=more)
        if self.if_empty is not None and not self.accepted.rows:
            raise DataError(self.if_empty)

    def _look(self, rows: Rows) -> None:
        self.accepted.rows += len(rows)
        if rows.kept:
            self._check_texts(rows)
        if self.if_fraction is not None and not self.accepted.fraction:
            self.accepted.fraction = has_fraction(rows.columns)

    def _check_texts(self, rows: Rows) -> None:
        """Refuse carried texts that would fill the memory.  Raises DataError."""
        texts = self.accepted.texts
        texts.append((len(rows), sum(map(text_bytes, rows.kept))))
        while sum(count for count, _ in texts[1:]) >= _TEXT_ROWS:
            del texts[0]
        if sum(size for _, size in texts) > _MAX_TEXT_BYTES:
            message = (
                f"the texts that are carried along take more than {_MAX_TEXT_BYTES // 2**20} MiB "
                f"in {_TEXT_ROWS} rows or fewer, up to row {self.accepted.rows:,}"
            )
            place = Place(source_name(self.sources[0])) if len(self.sources) == 1 else None
            hint = "leave the column of long texts out of --keep"
            raise DataError(Problem("N412", message, place, (hint,)))

    def notes(self) -> tuple[Note, ...]:
        """Return what there is to remark once all rows were accepted."""
        named = (self.if_fraction,) if self.if_fraction and self.accepted.fraction else ()
        return (*_blank_note(self.accepted.blank_lines), *named, *self.remarks)


def up_to_faults(chunks: Iterator[Chunk]) -> Generator[Chunk]:
    """Yield chunks; what ends the reading is the last of them, so that no fault before it is lost.

    Those that were handed over already may not have been read yet.
    """
    try:
        yield from chunks
    except DataError as error:
        yield ended_by(error.problems)


def _blank_note(blank_lines: int) -> tuple[Note, ...]:
    """Return a remark on the blank lines of a file, if there are any."""
    if not blank_lines:
        return ()
    verb = "was" if blank_lines == 1 else "were"
    return (Note("blank_lines", f"{count_of(blank_lines, 'blank line')} {verb} skipped"),)
