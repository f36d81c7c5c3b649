"""Which texts are numbers, and why the others are not."""

from __future__ import annotations

import re

from nncli.errors import strange_character

# ASCII decimal literals, nan and inf(inity), with ASCII blanks around; nothing else is a number.
_NUMBER = re.compile(
    r"[ \t]*[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?|nan|inf|infinity)[ \t]*",
    re.ASCII | re.IGNORECASE,
)
is_number = _NUMBER.fullmatch
_STARTS_LIKE_A_NUMBER = re.compile(r"[ \t]*[+-]?\.?[0-9]")
_MISSING_WORDS = frozenset(
    {"na", "n/a", "null", "none", "nil", "nan", "missing", "#n/a", "#na", "-", "--", "?", "."}
)


def is_missing(cell: str) -> bool:
    """Whether a cell is empty or a word for a missing value."""
    stripped = cell.strip()
    return not stripped or stripped.casefold() in _MISSING_WORDS


def starts_like_a_number(cell: str) -> bool:
    """Whether a cell may be a mistyped number, like 2.O or 5%."""
    return _STARTS_LIKE_A_NUMBER.match(cell) is not None


def is_infinity(cell: str) -> bool:
    """Whether a number is written as an infinity, not as digits that overflow."""
    return "i" in cell or "I" in cell


def why_not_a_number(cell: str) -> tuple[str, ...]:
    """Return what would help a cell that is not a number, if its form tells."""
    text = cell.strip(" \t")
    if is_missing(text):
        return ("fill the cell in, or leave the row out",)
    if strange := strange_character(text):
        return strange
    if re.fullmatch(r"[+-]?[0-9]{1,3}([,' _][0-9]{3})+(\.[0-9]*)?", text) or (
        re.fullmatch(r"[+-]?[0-9_]+", text)
    ):
        return ("write it without the thousands separator",)
    if re.fullmatch(r"[+-]?[0-9]+,[0-9]*", text):
        return ("write a decimal point instead of the comma",)
    if re.fullmatch(r"'[^']*'", text):
        return ("remove the single quotes; only double quotes enclose a cell",)
    if re.fullmatch(r"[+-]?0[xXbB][0-9a-fA-F.pP+-]+", text):
        return ("write it as a decimal number",)
    if text.endswith("%"):
        return ("write the fraction: 0.05 instead of 5%",)
    return ()
