"""Lines of an explanation, none of them wider than the screen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from nncli.render.explain_signs import Signs
from nncli.render.layout.text import text_width
from nncli.render.layout.view import Line, Span, Style

INDENT = "  "


@dataclass(frozen=True)
class Screen:
    """Where an explanation is shown."""

    width: int | None  # None for no limit
    signs: Signs

    def holds(self, lines: Iterable[str]) -> bool:
        """Whether lines are not too wide."""
        return self.width is None or max(map(text_width, lines)) <= self.width

    def copied(self, text: str) -> Line:
        """Return a line that nothing else breaks."""
        return Line((Span(text),), is_copied=True)

    def heading(self, name: str, pieces: Sequence[str], level: int = 1) -> Iterator[Line]:
        """Yield a name, and beside it what is said of it.  level: of the heading."""
        first, *others = self.wrapped([name, *pieces], 0, "   ", indent=len(INDENT))
        shown = first[: len(name)]
        yield Line((Span(shown, "accent"), Span(first[len(shown) :])), is_copied=True, level=level)
        yield from map(self.copied, others)

    def said(self, text: str) -> Iterator[Line]:
        """Yield what a sum or a table is of, as a heading."""
        first, *others = self.words([text], style="dim")
        yield replace(first, level=3)
        yield from others

    def words(
        self, pieces: Sequence[str], *, gap: str = " ", indent: str = INDENT, style: Style = ""
    ) -> Iterator[Line]:
        """Yield pieces of text, on one line or several."""
        for text in self.wrapped(pieces, text_width(indent), gap):
            yield Line((Span(indent), Span(text.lstrip(), style)), is_copied=True)

    def wrapped(self, pieces: Sequence[str], used: int, gap: str, indent: int = 0) -> Iterator[str]:
        """Yield pieces joined by a gap, broken where the screen ends; a long piece at its blanks.

        used: of the width already; indent: of every line but the first.
        """
        room = 10**9 if self.width is None else self.width - used - text_width(gap.rstrip())
        text = ""
        for piece in pieces:
            joined = f"{text}{gap}{piece}" if text.strip() else f"{text}{piece}"
            if text_width(joined) <= room:
                text = joined
                continue
            if text.strip() and text_width(piece) + indent <= room:
                yield (text + gap).rstrip()
                text = " " * indent + piece
                continue
            if text.strip():
                yield (text + gap).rstrip()
                text = " " * indent
            for word in piece.split(" "):
                if text.strip() and text_width(f"{text} {word}") > room:
                    yield text.rstrip()
                    text = " " * indent + word
                else:
                    text = f"{text} {word}" if text.strip() else text + word
        yield text.rstrip()


def right(text: str, width: int) -> str:
    """Return a text at the right end of a column."""
    return " " * (width - text_width(text)) + text


def left(text: str, width: int) -> str:
    """Return a text at the left end of a column."""
    return text + " " * (width - text_width(text))
