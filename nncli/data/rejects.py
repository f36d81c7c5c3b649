"""What was refused of some data: one entry for every cell or row."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from nncli.problems import Problem


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
