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


def elided(text: str, most: int) -> str:
    """Return a text of at most so many cells, without its middle: names differ at either end.

    >>> elided("layer_of_a_long_name", 10)
    'layer…name'
    """
    if text_width(text) <= most:
        return text
    half = most // 2
    start, end = text[:half], text[half + 1 - most :]
    while text_width(start) > half:
        start = start[:-1]
    while text_width(end) > most - half - 1:
        end = end[1:]
    return f"{start}…{end}"


def broken(text: str, width: int) -> list[str]:
    """Return a text in pieces of at most *width* cells, broken at blanks; a longer word anywhere.

    >>> broken("layer_1.weight + layer_1.bias", 16)
    ['layer_1.weight +', 'layer_1.bias']
    """
    pieces = [""]
    for word in text.split(" "):
        joined = f"{pieces[-1]} {word}" if pieces[-1] else word
        if text_width(joined) <= width:
            pieces[-1] = joined
            continue
        pieces += [""] if pieces[-1] else []
        for character in word:
            if text_width(pieces[-1] + character) > width:
                pieces.append("")
            pieces[-1] += character
    return pieces
