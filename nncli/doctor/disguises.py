"""Texts that were meant to be numbers: how they disguise themselves, and which numbers they are."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from statistics import median
from typing import NamedTuple

from nncli.data.csv.numbers import is_number
from nncli.words import strange_character

# No number that somebody typed is longer.
_MAX_TYPED = 60
# Nobody disguises a number more often.
_MAX_DISGUISES = 3
# So many cells tell how a column is written.
_MAX_AROUND = 1000


@dataclass(frozen=True)
class Surroundings:
    """What the cells of a column tell of one that may be two numbers."""

    comma: str = ""  # what a comma is for certain: "point" or "thousands"
    has_semicolons: bool = False  # between the values, as where commas are decimal
    has_groups: bool = False  # of thousands that are separated by points: 1.234 is 1234
    typical: float | None = None  # the size of its plain numbers: the median of their log10


ALONE = Surroundings()


class Reading(NamedTuple):
    """A number that a text may have been meant to be."""

    kind: str  # what such texts have in common
    words: str  # what would help; {cell} and {number} stand for the two
    number: str  # as it should be typed
    unit: str = ""  # what was written beside it


def numbers_meant(text: str, around: Surroundings = ALONE) -> list[tuple[str, str]]:
    """Return the numbers that a text may have been meant to be, each behind what would help.

    >>> numbers_meant("1 000")
    [('write it without the thousands separator', '1000')]
    """
    return [(in_words(text, reading), reading.number) for reading in readings(text, around)]


def in_words(text: str, reading: Reading) -> str:
    """Return what would help a text, with the text itself and its number where they belong."""
    return reading.words.replace("{number}", reading.number).replace("{cell}", text.strip())


def what_is_around(cells: Iterable[str], delimiter: str = ",") -> Surroundings:
    """Return what the cells of a column tell of how its numbers are written."""
    texts = list(islice(cells, _MAX_AROUND))
    odd = [text[:_MAX_TYPED] for text in texts if "," in text or text.count(".") > 1]
    digits = [re.sub("[^0-9.,]", "", text) for text in odd]
    points = any(map(_CERTAIN_POINT.fullmatch, digits))
    thousands = any(map(_CERTAIN_THOUSANDS.fullmatch, digits))
    certain = "" if points == thousands else "point" if points else "thousands"
    sizes = [_size(text) for text in texts if is_number(text) and float(text)]
    groups = any(map(_GROUPS.fullmatch, digits))
    typical = median(sizes) if sizes else None
    return Surroundings(certain, delimiter == ";", groups, typical)


def _size(number: str) -> float:
    value = abs(float(number))
    return math.log10(value) if 0 < value < math.inf else 0.0


def readings(text: str, around: Surroundings = ALONE, depth: int = 0) -> list[Reading]:
    """Return what a text may have been meant to be, the likeliest number first."""
    text = text.strip(" \t")
    if not text or len(text) > _MAX_TYPED or depth > _MAX_DISGUISES:
        return []
    plain = text if text.isascii() else "".join(map(_in_ascii, text)).strip()
    if plain != text:
        if is_number(plain):
            return [Reading("characters", strange_character(text)[0], plain)]
        return readings(plain, around, depth + 1)
    found: dict[str, Reading] = {}
    for reading in _read(text, around, depth):
        found.setdefault(reading.number, reading)  # the first way to a number says it best
    ranked = list(found.values())
    if around.typical is not None and not around.has_semicolons:
        usual = around.typical
        ranked.sort(key=lambda reading: abs(_size(reading.number) - usual))
    return ranked


def _read(text: str, around: Surroundings, depth: int) -> Iterator[Reading]:
    """Yield what a text may have been meant to be, and what it is without its first disguise."""
    yield from _with_commas(text, around)
    for form, words, number in _DISGUISES:
        found = form.fullmatch(text)
        if found is None:
            continue
        typed = found.expand(number) if isinstance(number, str) else number(found)
        unit = found.groupdict().get("unit") or ""
        if is_number(typed):
            yield Reading(words, words, typed, unit)
        elif typed != text:
            for inner in readings(typed, around, depth + 1):
                yield inner._replace(kind=words, words=_both(words, inner.words), unit=unit)


def _both(outer: str, inner: str) -> str:
    other = re.sub("^write (?:it )?(without)?", lambda found: found[1] or "with ", inner)
    said = f"{outer.removesuffix(_IF)}, and {other.removesuffix(_IF)}"
    return said + _IF if outer.endswith(_IF) or inner.endswith(_IF) else said


def _with_commas(text: str, around: Surroundings) -> list[Reading]:
    """Return the readings of a text with commas, of which one may be a decimal point."""
    found: dict[str, Reading] = {}
    if around.has_groups and _POINTED.fullmatch(text):
        return [Reading("point", _SEPARATOR, text.replace(".", ""))]
    if _THOUSANDS.fullmatch(text):
        found["thousands"] = Reading("thousands", _SEPARATOR, text.replace(",", ""))
    if _POINT.fullmatch(text):
        number = text.replace(".", "").replace(",", ".")
        words = f"{_SEPARATOR}, and with a decimal point" if "." in text else _DECIMAL
        found["point"] = Reading("point", words, number)
    if len(found) == 2 and around.comma:
        return [found[around.comma]]
    assumed = _IF if len(found) == 2 else ""
    either = [reading._replace(words=reading.words + assumed) for reading in found.values()]
    return either[::-1] if around.has_semicolons else either


_IN_ASCII = dict(
    zip(
        "\u2212\uff0e\u066b\uff0c\uff0b\uff05\u2018\u2019\u201c\u201d\u201e",
        '-..,+%\'\'"""',
        strict=True,
    )
)


def _in_ascii(character: str) -> str:
    """Return a digit, dash, point, quote or blank beyond ASCII as the ASCII one."""
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category in ("Pd", "Zs", "Cf"):
        return {"Pd": "-", "Zs": " ", "Cf": ""}[category]
    return _IN_ASCII.get(character, character)


def _without_separators(found: re.Match[str]) -> str:
    return re.sub("[' _]", "", found[0])


def _from_base(found: re.Match[str]) -> str:
    """Return a number of base 2, 8 or 16 in base 10."""
    try:
        return found[1] + str(int(found[3], {"x": 16, "o": 8, "b": 2}[found[2].lower()]))
    except ValueError:
        return ""


def _hundredth(found: re.Match[str]) -> str:
    """Return a percentage as a share, digit by digit."""
    from decimal import Decimal  # only needed once something is already wrong

    share = found[1].replace(",", ".")
    return format((Decimal(share) / 100).normalize(), "f") if is_number(share) else ""


def _quotient(found: re.Match[str]) -> str:
    return repr(int(found[1]) / int(found[2])) if int(found[2]) else ""


def _with_digits(found: re.Match[str]) -> str:
    return found[0].translate(str.maketrans("OolI", "0011"))


def _times_ten(found: re.Match[str]) -> str:
    power = unicodedata.normalize("NFKC", found[2]).replace("\u2212", "-")
    return f"{found[1] or '1'}e{power}"


_IF = ", if {cell} means {number}"
_SEPARATOR = "write it without the thousands separator"
_DECIMAL = "write a decimal point instead of the comma"
UNIT = "write the number without its unit"
_TEN = "write the power of ten with e"
_BESIDE = "write it without the signs beside it"
# Digits with commas, of which one is a decimal point for certain, or certainly none.
_CERTAIN_POINT = re.compile(
    r"0*,[0-9]+|[0-9]+,(?:[0-9]{1,2}|[0-9]{4,})|[0-9]{4,},[0-9]+|[0-9.]+\.[0-9]{3},[0-9]*"
)
_CERTAIN_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:,[0-9]{3}|\.[0-9]*)")
# Groups of three digits, or in India of two before the last; none begins with 0.
_THOUSANDS = re.compile(
    r"[+-]?[1-9](?:[0-9]{0,2}(?:,[0-9]{3})+|[0-9]?(?:,[0-9]{2})+,[0-9]{3})(?:\.[0-9]*)?"
)
_GROUPS = re.compile(r"[1-9][0-9]{0,2}(?:(?:\.[0-9]{3}){2,}|(?:\.[0-9]{3})+(?=,))(?:,[0-9]*)?")
_POINT = re.compile(rf"[+-]?(?:[0-9]*,[0-9]+(?:[eE][+-]?[0-9]+)?|{_GROUPS.pattern})")
_POINTED = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:\.[0-9]{3})+")
_N = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"  # digits and perhaps a point
_T = r"[+-]?[0-9.,][0-9.,' _]*(?<! )(?:[eE][+-]?[0-9]+)?"  # perhaps with separators
_MONEY = r"[$€£¥₹₽₩₺¢]"
_CODES = "EUR|USD|GBP|CHF|JPY|CNY|INR|AUD|CAD|NZD|SEK|NOK|DKK|PLN|CZK|BRL|MXN|ZAR|RUB|kr|Rs|Fr"
_WORD = r"[^\W\d_]+[23²³]?(?:[/·][^\W\d_]+[23²³]?)*\.?"
# No unit: a thousand or a million, an exponent, what looks like a digit.
_NO_UNIT = (
    r"(?!(?:k|M|[OolI]+|(?i:tsd|thousand|mio|mn|bn|mrd|[mb]illions?))$|[eEdDxX](?: ?[0-9+-]|$))"
)
_UNIT_IN_FRONT = (
    rf"(?P<sign>[+-]?) ?(?P<unit>(?:[A-Za-z]{{0,3}}\.? ?{_MONEY})|(?:{_CODES})\.?"
    rf"|[A-Z]{{3}}(?= )) ?(?P<number>{_T})"
)
_UNIT_BEHIND = (
    rf"(?!0[xXbBoO])(?P<number>{_T}) *"
    rf"(?P<unit>{_MONEY}|°(?: ?[CF])?|(?:(?<= )|(?=\S\S)){_NO_UNIT}{_WORD})"
)
# Of a text in a number's place: its form, what would help, and what stays without that disguise.
_DISGUISES: tuple[tuple[re.Pattern[str], str, str | Callable[[re.Match[str]], str]], ...] = tuple(
    (re.compile(form), words, number)
    for form, words, number in (
        (
            r"[+-]?[1-9][0-9]{0,2}([' _])[0-9]{3}(?:\1[0-9]{3})*(?:[.,][0-9]*)?",
            _SEPARATOR,
            _without_separators,
        ),
        (r"[+-]?[0-9][0-9_]*(?:\.[0-9_]*)?", _SEPARATOR, _without_separators),
        (r"(['\"`])\s*(.*?)\s*\1", "write it without the quotes", r"\2"),
        (r"=[\"']?(.*?)[\"']?", "write it without the equals sign", r"\1"),
        (rf"[#'*;:\"`|]+({_T})", _BESIDE, r"\1"),
        (rf"({_T}(?<=[0-9]))(?:[#'*;:\"`|!,†‡§]+|[,.]-+|\[[0-9a-z]\])", _BESIDE, r"\1"),
        (r"([+-]?[0-9]*\.[0-9]+)\.", _BESIDE, r"\1"),
        (r"([+-]?[0-9]*)(?:\.\.+|\.,|,\.|,,+)([0-9]+)", "write one point", r"\1.\2"),
        (rf"([+-])\1({_N})", f"write one sign{_IF}", r"\1\2"),
        (r"([+-]?)0([xXbBoO])([0-9a-fA-F]+)", "write it as a decimal number", _from_base),
        (r"([+-]?[0-9.,]+) *%", f"write the fraction{_IF}", _hundredth),
        (r"([+-]?[0-9.,]+) *%", f"write it without the percent sign{_IF}", r"\1"),
        (r"\(([^()+-]+)\)", f"write a minus sign instead of the parentheses{_IF}", r"-\1"),
        (r"\((.+)\)", f"write it without the parentheses{_IF}", r"\1"),
        (r"([+-]?[0-9]{1,15})/([0-9]{1,15})", "write the fraction as a decimal number", _quotient),
        (r"(?i)true|yes|on|wahr|ja", "write 1 for yes and 0 for no", "1"),
        (r"(?i)false|no|off|falsch|nein", "write 1 for yes and 0 for no", "0"),
        (rf"({_N})\x1a+", "remove the Ctrl-Z (U+001A) at the end of the file", r"\1"),
        (rf"({_N})[fFL]", "write the number without a letter for its type", r"\1"),
        (rf"({_N})[dDqQ]([+-]?[0-9]+)", "write the exponent with e", r"\1e\2"),
        (r"([+-]?[0-9]*\.[0-9]+)([+-][0-9]{3})", f"write the exponent with e{_IF}", r"\1e\2"),
        (
            r"(?=.*[0-9])(?![+-]?0[oO])[+-]?[0-9OolI.,]+(?:[eE][+-]?[0-9OolI]+)?",
            "write digits instead of the letters that look like them",
            _with_digits,
        ),
        (_UNIT_IN_FRONT, UNIT, r"\g<sign>\g<number>"),
        (_UNIT_BEHIND, UNIT, r"\g<number>"),
        (rf"({_N})(?: ?(?:k|(?i:tsd\.?|thousand))|K)", f"write the number in full{_IF}", r"\1e3"),
        (rf"({_N}) ?(?:M|(?i:mio\.?|millions?))", f"write the number in full{_IF}", r"\1e6"),
        (rf"([+-]) +({_T})", "write it without the blank behind the sign", r"\1\2"),
        (r"(?=.* )([+-]?[0-9]*) *([.,]) *([0-9]+)", "write it without the blank", r"\1\2\3"),
        (r"(?=.* )([+-]?[0-9.,]+) *[eE] *([+-]?) *([0-9]+)", _TEN, r"\1e\2\3"),
        (
            r"(?:([+-]?[0-9.,]+) *[xX×*·] *)?10 *(?:\^|\*\*|[eE]) *\(?([+-]?[0-9]{1,3})\)?",
            _TEN,
            _times_ten,
        ),
        (r"(?:([+-]?[0-9.,]+) *[xX×*·] *)?10([⁺⁻]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3})", _TEN, _times_ten),
        (r"([+-]?[0-9.,]+) *[xX×*·] *10([+-][0-9]{1,3})", _TEN, _times_ten),
        (r"([0-9.,]*[0-9])-", f"write the minus sign in front{_IF}", r"-\1"),
    )
)
