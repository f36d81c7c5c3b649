"""What was refused of some data: one entry for every cell or row, and a file that lists them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, NamedTuple

from nncli.data.writers import OutputTarget, writing
from nncli.errors import Problem


class Reject(NamedTuple):
    """A cell, or a row, that was refused.

    file: what messages call it; line: physical, from 1; column: of the cell, from 1, with its name;
    None and empty for a row; code: the problem's; text: as it stands in the file.
    """

    file: str
    line: int | None
    column: int | None
    name: str
    code: str
    text: str


def rest_rejected(problem: Problem) -> Reject:
    """Return the entry for a problem behind which nothing could be read."""
    place = problem.place
    if place is None:
        return Reject("", None, None, "", problem.code, "")
    return Reject(place.file, place.line, None, "", problem.code, place.excerpt or "")


OnReject = Callable[[Reject], None]


class RejectList:
    """Writes what is refused of some data, one line of CSV for each cell or row."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._empty = True
        stream.write(b"file,line,column,name,code,text\n")

    def __call__(self, reject: Reject) -> None:
        """Write one more."""
        self._empty = False
        cells = ("" if value is None else str(value) for value in reject)
        line = ",".join(_csv_text(cell) for cell in cells) + "\n"
        self._stream.write(line.encode("utf-8", "surrogateescape"))

    def add_problems(self, problems: Iterable[Problem]) -> None:
        """Write what ended the reading before a cell or row could be refused."""
        for problem in problems if self._empty else ():
            self(rest_rejected(problem))


def _csv_text(text: str) -> str:
    needs_quotes = any(character in text for character in ',"\r\n')
    return '"' + text.replace('"', '""') + '"' if needs_quotes else text


@contextmanager
def listing_rejects(target: OutputTarget | None) -> Iterator[RejectList | None]:
    """Open a list of rejects, if it is wanted; it is in its place when the block ends.

    Raises FileError.
    """
    if target is None:
        yield None
        return
    with writing(target) as stream:
        yield RejectList(stream)
