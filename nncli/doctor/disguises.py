"""Texts that were meant to be numbers: how they disguise themselves, and which numbers they are."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from nncli.data.csv.numbers import is_number
from nncli.words import strange_character

# No number that somebody typed is longer.
_MAX_TYPED = 60


def numbers_meant(cell: str) -> list[tuple[str, str]]:
    """Return the numbers that a text may have been meant to be, each behind what would help.

    >>> numbers_meant("1,000")[0]
    ('write it without the thousands separator', '1000')
    """
    text = cell.strip(" \t")
    if len(text) > _MAX_TYPED or not text:
        return []
    plain = text if text.isascii() else "".join(map(_ascii_sign, text)).strip()
    if plain != text:
        words = strange_character(text)[0]
        candidates = [plain, *(number for _, number in numbers_meant(plain))]
        return [(words, number) for number in candidates if is_number(number)][:1]
    # the first way to a number says it best
    meant: dict[str, str] = {}
    for form, words, number in _DISGUISES:
        if found := re.fullmatch(form, text):
            typed = found.expand(number) if isinstance(number, str) else number(found)
            meant.setdefault(typed, words)
    return [(words, number) for number, words in meant.items() if is_number(number)]


def _ascii_sign(character: str) -> str:
    """Return a digit, dash, point or blank of another script as the ASCII one."""
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category == "Pd" or character == "\u2212":
        return "-"
    if category == "Zs":
        return " "
    return {"\uff0e": ".", "\uff0c": ",", "\uff0b": "+"}.get(character, character)


def _without_separators(found: re.Match[str]) -> str:
    return re.sub("[,' _]", "", found[0])


def _with_point(found: re.Match[str]) -> str:
    return found[0].replace(".", "").replace(",", ".")


def _from_base(found: re.Match[str]) -> str:
    """Return a number of base 2, 8 or 16 in base 10."""
    try:
        return found[1] + str(int(found[3], {"x": 16, "o": 8, "b": 2}[found[2].lower()]))
    except ValueError:
        return ""


def _hundredth(found: re.Match[str]) -> str:
    """Return a percentage as a share, digit by digit."""
    from decimal import Decimal  # only needed once something is already wrong

    return format((Decimal(found[1]) / 100).normalize(), "f")


def _quotient(found: re.Match[str]) -> str:
    return repr(int(found[1]) / int(found[2])) if int(found[2]) else ""


def _with_digits(found: re.Match[str]) -> str:
    return found[0].translate(str.maketrans("OolI", "0011"))


def _without_currency(found: re.Match[str]) -> str:
    """Return the number that stands beside a unit, itself perhaps with separators."""
    text = found[2] or found[3]
    plain = [text.strip()] if is_number(text) else [number for _, number in numbers_meant(text)]
    return (found[1] or "") + next(iter(plain), "")


_N = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"  # digits and perhaps a point
_SEPARATOR = "write it without the thousands separator"
_UNIT = "write the number without its unit"
# Of a text in a number's place: its form, what would help, and the number as it should be typed.
_DISGUISES: tuple[tuple[str, str, str | Callable[[re.Match[str]], str]], ...] = (
    (r"[+-]?[0-9]{1,3}([,' _])[0-9]{3}(\1[0-9]{3})*(\.[0-9]*)?", _SEPARATOR, _without_separators),
    (r"[+-]?[0-9]{1,3}(,[0-9]{2,3})+(\.[0-9]*)?", _SEPARATOR, _without_separators),
    (
        r"[+-]?[0-9]{1,3}((\.[0-9]{3}){2,}|(\.[0-9]{3})+(?=,))(,[0-9]*)?",
        f"{_SEPARATOR}, and with a decimal point",
        _with_point,
    ),
    (r"[+-]?[0-9][0-9_]*", _SEPARATOR, _without_separators),
    (r"[+-]?[0-9]*,[0-9]+", "write a decimal point instead of the comma", _with_point),
    (
        r"'[^\S\n]*(.*?)[^\S\n]*'",
        "remove the single quotes; only double quotes enclose a cell",
        r"\1",
    ),
    (r"([+-]?)0([xXbBoO])([0-9a-fA-F]+)", "write it as a decimal number", _from_base),
    (rf"({_N}) *%", "write the fraction instead of the percentage", _hundredth),
    (rf"\(({_N})\)", "write a minus sign instead of the parentheses", r"-\1"),
    (r"([+-]?[0-9]{1,15})/([0-9]{1,15})", "write the fraction as a decimal number", _quotient),
    (r"(?i)true|yes", "write 1 for yes and 0 for no", "1"),
    (r"(?i)false|no", "write 1 for yes and 0 for no", "0"),
    (rf"({_N})\x1a+", "remove the Ctrl-Z (U+001A) at the end of the file", r"\1"),
    (rf"({_N})[fFL]", "write the number without a letter for its type", r"\1"),
    (rf"({_N})[dD]([+-]?[0-9]+)", "write the exponent with e", r"\1e\2"),
    (
        r"(?=.*[0-9])(?![+-]?0[oO])[+-]?[0-9OolI.]+",
        "write digits instead of the letters that look like them",
        _with_digits,
    ),
    (
        r"([+-]?)[$€£] *([0-9].*)|([+-]?[0-9][0-9.,' ]*?) *(?:[$€£]|°?[^\W\d_]{2,}|°[CF])",
        _UNIT,
        _without_currency,
    ),
    (rf"({_N}) +[^\W\d_]+(?:/[^\W\d_]+)?", _UNIT, r"\1"),
    (rf"([+-]) +({_N})", "remove the blank behind the sign", r"\1\2"),
)
