"""The file that lists what was refused of some data, a line of CSV for each cell or row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from nncli.data.rejects import Reject, rest_rejected
from nncli.problems import Problem
from nncli.results.csv import csv_cell
from nncli.results.places import OutputTarget, writing


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
        line = ",".join(csv_cell(cell) for cell in cells) + "\n"
        self._stream.write(line.encode("utf-8", "surrogateescape"))

    def add_problems(self, problems: Iterable[Problem]) -> None:
        """Write what ended the reading before a cell or row could be refused."""
        for problem in problems if self._empty else ():
            self(rest_rejected(problem))


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
