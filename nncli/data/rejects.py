"""What was refused of some data, one entry for every cell or row."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Reject(NamedTuple):
    """A cell, or a row, that was refused.

    line: physical, from 1; column: of the cell, from 1, with its name; None and empty for a row;
    code: the problem's; text: as it stands in the file.
    """

    line: int | None
    column: int | None
    name: str
    code: str
    text: str


OnReject = Callable[[Reject], None]
