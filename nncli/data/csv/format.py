"""How a CSV file is written: what every step of its reading has to know."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.problems import Place


@dataclass(frozen=True)
class CsvFormat:
    """A CSV file and its way of writing."""

    file: str  # what messages call it
    delimiter: str = ","
    encoding: str = "utf-8"
    header: bool | None = None  # None decides by the first row

    def place(self, line: int, before: str, text: str | None = None) -> Place:
        """Return the place behind *before* on a line, its column counted by the delimiter."""
        caret = None if text is None else len(before)
        return Place(self.file, line, before.count(self.delimiter) + 1, text, caret)
