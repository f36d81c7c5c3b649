"""Foreign text made inert, and how wide text is on a screen."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

# Control, format (bidi, zero-width), surrogate, private, unassigned, line and paragraph separators.
_ESCAPED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def inert(text: str) -> str:
    r"""Return *text* with everything escaped that could steer a terminal or hide in it.

    >>> print(inert("a\x1b[31m\u202e"))
    a\x1b[31m\u202e
    """
    if text.isprintable():  # so Python calls a text with none of these
        return text
    return "".join(map(_inert_character, text))


@lru_cache(maxsize=4096)
def _inert_character(character: str) -> str:
    if character != " " and unicodedata.category(character) in _ESCAPED:
        return character.encode("unicode_escape").decode()
    return character


def text_width(text: str) -> int:
    """Return how many terminal cells *text* takes."""
    if text.isascii():
        return len(text)
    return sum(map(_character_width, text))


@lru_cache(maxsize=4096)
def _character_width(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
