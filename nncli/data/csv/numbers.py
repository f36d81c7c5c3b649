"""Which texts are numbers, and why the others are not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

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


def why_not_a_number(cell: str) -> tuple[str, ...]:
    """Return what would help a cell that is not a number, if its form tells."""
    if is_missing(cell):
        return ("fill the cell in, or leave the row out",)
    if meant := numbers_meant(cell):
        return tuple(words for words, _ in meant)
    text = cell.strip(" \t")
    if "\n" in text or "\r" in text:
        return ("there is a line break inside the quotes: write the number on one line",)
    if len(text) > _MAX_TYPED:
        return ()
    if re.fullmatch(_DATE, text):
        return ("a date is no number: write one, such as days since a first date",)
    if re.fullmatch(r"[0-9]+(:[0-9]+)+([.][0-9]*)?", text):
        return ("a time is no number: write one, such as seconds",)
    has_digit = any(character.isnumeric() for character in text)
    return strange_character(text) if has_digit and not text.isascii() else ()


_BASES: dict[str, int] = {"x": 16, "o": 8, "b": 2}
# No number that somebody typed is longer.
_MAX_TYPED = 60
_DIGITS_AND_POINT = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
# Of a text in a number's place: its form, what would help, and the number as it should be typed.
_DISGUISES: tuple[tuple[str, str, Callable[[re.Match[str]], str]], ...] = (
    (
        r"[+-]?[0-9]{1,3}(?:([,' _])[0-9]{3})(?:\1[0-9]{3})*(?:\.[0-9]*)?",
        "write it without the thousands separator",
        lambda found: found[0].replace(found[1], ""),
    ),
    (
        r"[+-]?[0-9]{1,3}(?:,[0-9]{2,3})+(?:\.[0-9]*)?",
        "write it without the thousands separator",
        lambda found: found[0].replace(",", ""),
    ),
    (
        r"[+-]?[0-9]{1,3}(?:(?:\.[0-9]{3}){2,}|(?:\.[0-9]{3})+(?=,))(?:,[0-9]*)?",
        "write it without the thousands separator, and with a decimal point",
        lambda found: found[0].replace(".", "").replace(",", "."),
    ),
    (
        r"[+-]?[0-9][0-9_]*",
        "write it without the thousands separator",
        lambda found: found[0].replace("_", ""),
    ),
    (
        r"[+-]?[0-9]*,[0-9]+",
        "write a decimal point instead of the comma",
        lambda found: found[0].replace(",", "."),
    ),
    (
        r"'(.*)'",
        "remove the single quotes; only double quotes enclose a cell",
        lambda found: found[1].strip(),
    ),
    (
        r"([+-]?)0([xXbBoO])([0-9a-fA-F]+)",
        "write it as a decimal number",
        lambda found: found[1] + _from_base(found[3], _BASES[found[2].lower()]),
    ),
    (
        rf"({_DIGITS_AND_POINT}) *%",
        "write the fraction instead of the percentage",
        lambda found: _hundredth(found[1]),
    ),
    (
        rf"\(({_DIGITS_AND_POINT})\)",
        "write a minus sign instead of the parentheses",
        lambda found: f"-{found[1]}",
    ),
    (
        r"([+-]?[0-9]{1,15})/([0-9]{1,15})",
        "write the fraction as a decimal number",
        lambda found: repr(int(found[1]) / int(found[2])) if int(found[2]) else "",
    ),
    (r"(?i)true|yes", "write 1 for yes and 0 for no", lambda _: "1"),
    (r"(?i)false|no", "write 1 for yes and 0 for no", lambda _: "0"),
    (
        rf"({_DIGITS_AND_POINT})\x1a+",
        "remove the Ctrl-Z (U+001A) at the end of the file",
        lambda found: found[1],
    ),
    (
        rf"({_DIGITS_AND_POINT})[fFL]",
        "write the number without a letter for its type",
        lambda found: found[1],
    ),
    (
        rf"({_DIGITS_AND_POINT})[dD]([+-]?[0-9]+)",
        "write the exponent with e",
        lambda found: f"{found[1]}e{found[2]}",
    ),
    (
        r"(?=.*[0-9])(?![+-]?0[oO])[+-]?[0-9OolI.]+",
        "write digits instead of the letters that look like them",
        lambda found: found[0].translate(str.maketrans("OolI", "0011")),
    ),
    (
        r"([+-]?)[$€£] *([0-9].*)|([+-]?[0-9][0-9.,' ]*?) *(?:[$€£]|°?[^\W\d_]{2,}|°[CF])",
        "write the number without its unit",
        lambda found: (found[1] or "") + _plain(found[2] or found[3]),
    ),
    (
        rf"({_DIGITS_AND_POINT}) +[^\W\d_]+(?:/[^\W\d_]+)?",
        "write the number without its unit",
        lambda found: found[1],
    ),
    (
        rf"([+-]) +({_DIGITS_AND_POINT})",
        "remove the blank behind the sign",
        lambda found: found[1] + found[2],
    ),
)


def _hundredth(text: str) -> str:
    """Return a percentage as a share, digit by digit."""
    from decimal import Decimal  # only needed once something is already wrong

    return format((Decimal(text) / 100).normalize(), "f")


def _plain(text: str) -> str:
    """Return a number without separators, if it is one."""
    if is_number(text):
        return text.strip()
    return next((number for _, number in numbers_meant(text)), "")


def _from_base(digits: str, base: int) -> str:
    try:
        return str(int(digits, base))
    except ValueError:
        return ""


def numbers_meant(cell: str) -> list[tuple[str, str]]:
    """Return the numbers that a text may have been meant to be, each behind what would help.

    >>> numbers_meant("1,000")[0]
    ('write it without the thousands separator', '1000')
    """
    text = cell.strip(" \t")
    if len(text) > _MAX_TYPED or not text:
        return []
    meant: list[tuple[str, str]] = []
    plain = _with_ascii_signs(text)
    if plain != text:
        words = strange_character(text)[0]
        candidates = [plain, *(number for _, number in numbers_meant(plain))]
        return [(words, number) for number in candidates if is_number(number)][:1]
    for form, words, number in _DISGUISES:
        if found := re.fullmatch(form, text):
            meant.append((words, number(found)))
    # the first way to a number says it best
    unique = {number: words for words, number in reversed(meant) if is_number(number)}
    return [(words, number) for number, words in reversed(unique.items())]


def _with_ascii_signs(text: str) -> str:
    """Return a text with the digits, dashes, points and blanks of other scripts as ASCII ones."""
    if text.isascii():
        return text
    return "".join(map(_ascii_sign, text)).strip()


def _ascii_sign(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category == "Pd" or character == "\u2212":
        return "-"
    if category == "Zs":
        return " "
    return {"\uff0e": ".", "\uff0c": ",", "\uff0b": "+"}.get(character, character)
