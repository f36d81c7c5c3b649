"""Which texts are numbers, and why the others are not."""

from __future__ import annotations

import re
import unicodedata

from nncli.words import strange_character

# ASCII decimal literals, nan and inf(inity), with ASCII blanks around; nothing else is a number.
_NUMBER = re.compile(
    r"[ \t]*[+-]?(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:e[+-]?[0-9]+)?|nan|inf|infinity)[ \t]*",
    re.ASCII | re.IGNORECASE,
)
is_number = _NUMBER.fullmatch
_STARTS_LIKE_A_NUMBER = re.compile(r"[ \t]*[+-]?\.?[0-9]")
_MISSING_WORDS = frozenset(
    {
        *("na", "n/a", "null", "none", "nil", "nan", "missing", "<na>", "-", "--", "?", "."),
        *("#n/a", "#na", "#ref!", "#div/0!", "#value!", "#num!", "#name?"),
    }
)

# No number, date or time that somebody typed is longer.
_MAX_TYPED = 60
_LONGEST_MISSING_WORD = max(map(len, _MISSING_WORDS))


def is_missing(cell: str) -> bool:
    """Whether a cell is empty or a word for a missing value."""
    stripped = cell.strip()
    return not stripped or (
        len(stripped) <= _LONGEST_MISSING_WORD and stripped.casefold() in _MISSING_WORDS
    )


def looks_like_a_number(cell: str) -> bool:
    """Whether a cell may be a mistyped number, like 2.O, $5 or digits of another script."""
    if _STARTS_LIKE_A_NUMBER.match(cell):
        return True
    categories = {unicodedata.category(character) for character in set(cell)}
    has_letter = any(category.startswith("L") for category in categories)
    return bool(categories & {"Nd", "No"}) and not has_letter


def is_infinity(cell: str) -> bool:
    """Whether a number is written as an infinity, not as digits that overflow."""
    return "i" in cell or "I" in cell


_DATE = (
    r"(?:[0-9]{4}([-/.])[0-9]{1,2}\1[0-9]{1,2}|[0-9]{1,2}([-/.])[0-9]{1,2}\2[0-9]{4})(?:[ T].*)?"
)

# A group that is repeated takes memory for each time: of a longer text, the beginning will do.
_MAX_TIME = 60


def why_not_a_number(cell: str) -> tuple[str, ...]:
    """Return what would help a cell that is not a number, if its form tells."""
    if is_missing(cell):
        return ("fill the cell in, or leave the row out",)
    text = cell.strip(" \t")
    if "\n" in text or "\r" in text:
        return ("there is a line break inside the quotes: write the number on one line",)
    short = text[:_MAX_TIME]
    if re.fullmatch(_DATE, short):
        return ("a date is no number: write one, such as days since a first date",)
    if re.fullmatch(r"[0-9]+(:[0-9]+)+([.][0-9]*)?", short):
        return ("a time is no number: write one, such as seconds",)
    has_digit = any(character.isnumeric() for character in text)
    return strange_character(text) if has_digit and not text.isascii() else ()
