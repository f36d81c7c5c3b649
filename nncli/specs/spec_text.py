"""The text of a spec: its lines, and the places in them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from nncli.problems import Place

LINE_END = re.compile(r"\r\n|\r|\n")


class Span(NamedTuple):
    """A piece of text, from its first character to the one behind its last, counted from 0."""

    line: int
    column: int
    end_line: int
    end_column: int


@dataclass(frozen=True)
class SpecText:
    """The text of a spec and its physical lines."""

    file: str
    text: str
    lines: tuple[str, ...]

    @classmethod
    def of(cls, file: str, text: str) -> SpecText:
        """Split *text* into lines where YAML does: LF, CR or CRLF."""
        return cls(file, text, tuple(LINE_END.split(text)))

    def place(self, line: int, column: int) -> Place:
        """Make a Place from a 0-based line and column; past the end means the last line's end."""
        last = len(self.lines) - 1
        if last > 0 and not self.lines[last]:
            last -= 1
        if line > last:
            line, column = last, len(self.lines[last])
        return Place(self.file, line + 1, column + 1, self.lines[line], column)


def end_of(text: str) -> tuple[int, int]:
    """Return the 0-based line and column behind a text."""
    lines = LINE_END.split(text)
    return len(lines) - 1, len(lines[-1])


def code_of(line: str) -> str:
    """Return a line without its comment and the blanks at its end.

    >>> code_of("name: '#1'  # the first")
    "name: '#1'"
    """
    for match in re.finditer(r"(?<!\S)#", line):
        before = re.sub(r"(?<!\w)(\"[^\"]*\"|'[^']*')", "", line[: match.start()])
        if not re.search(r"(?<!\w)[\"']", before):  # no text in quotes is open
            return line[: match.start()].rstrip()
    return line.rstrip()


def indentation(line: str) -> int:
    """Return how many blanks and tabs a line begins with."""
    return len(line) - len(line.lstrip(" \t"))


def is_item(line: str) -> bool:
    """Whether a line begins with the dash of an item."""
    return line.lstrip(" \t").startswith(("- ", "-\t"))
