"""Texts that were meant to be numbers: how they disguise themselves, and which numbers they are."""

from __future__ import annotations

import math
import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib.resources import files
from itertools import islice
from statistics import median
from typing import NamedTuple

from nncli.data.csv.numbers import is_number
from nncli.words import strange_character

_IF = ", if {cell} means {number}"
_SEPARATOR = "write it without the thousands separator"
_TRUTH = "write 1 for yes and 0 for no"
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
    is_truth: bool = False  # it holds nothing but y and n, or t and f
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
    parts = _table().parts
    odd = [text[:_MAX_TYPED] for text in texts if "," in text or text.count(".") > 1]
    digits = [re.sub("[^0-9.,]", "", text) for text in odd]
    groups = any(map(parts["GROUPS"].fullmatch, digits))
    points = groups or any(map(parts["CERTAIN_POINT"].fullmatch, digits))
    thousands = any(map(parts["CERTAIN_THOUSANDS"].fullmatch, digits))
    certain = "" if points == thousands else "point" if points else "thousands"
    sizes = [_size(text) for text in texts if is_number(text) and float(text)]
    typical = median(sizes) if sizes else None
    letters = {text.strip().casefold() for text in texts} - {""}
    is_truth = len(letters) == 2 and letters in ({"y", "n"}, {"t", "f"})
    return Surroundings(certain, delimiter == ";", groups, is_truth, typical)


def _size(number: str) -> float:
    value = abs(float(number))
    return math.log10(value) if 0 < value < math.inf else 0.0


def readings(text: str, around: Surroundings = ALONE, depth: int = 0) -> list[Reading]:
    """Return what a text may have been meant to be, the likeliest number first."""
    text = text.strip(" \t")
    if not text or len(text) > _MAX_TYPED or depth > _MAX_DISGUISES:
        return []
    if is_number(text):  # if it is one only by chance, it is another
        is_another = around.has_groups and _table().parts["POINTED"].fullmatch(text)
        return [Reading("point", _SEPARATOR, text.replace(".", ""))] if is_another else []
    if around.is_truth:
        return [Reading(_TRUTH, _TRUTH, "1" if text.casefold() in "yt" else "0")]
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
    for words, form, how in _table().disguises:
        found = form.fullmatch(text)
        if found is None:
            continue
        typed = _replaced(found, how)
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
    parts = _table().parts
    if parts["THOUSANDS"].fullmatch(text):
        found["thousands"] = Reading("thousands", _SEPARATOR, text.replace(",", ""))
    if parts["POINT"].fullmatch(text):
        number = text.replace(".", "").replace(",", ".")
        words = (
            f"{_SEPARATOR}, and with a decimal point"
            if "." in text
            else "write a decimal point instead of the comma"
        )
        found["point"] = Reading("point", words, number)
    if len(found) == 2 and around.comma:
        return [found[around.comma]]
    assumed = _IF if len(found) == 2 else ""
    either = [reading._replace(words=reading.words + assumed) for reading in found.values()]
    return either[::-1] if around.has_semicolons else either


def _in_ascii(character: str) -> str:
    """Return a digit, dash, point, quote or blank beyond ASCII as the ASCII one."""
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category in ("Pd", "Zs", "Cf"):
        return {"Pd": "-", "Zs": " ", "Cf": ""}[category]
    return _table().characters.get(character, character)


def _replaced(found: re.Match[str], how: str) -> str:
    """Return what a form's text is without its disguise; nothing if it is no number."""
    match how:
        case "=plain":
            return re.sub("[' _]", "", found[0])
        case "=digits":
            return found[0].translate(str.maketrans("OolI", "0011"))
        case "=from_base":
            base = {"x": 16, "o": 8, "b": 2}[found[2].lower()]
            with suppress(ValueError):
                return found[1] + str(int(found[3], base))
            return ""  # 0o9
        case "=hundredth":
            share = found[1].replace(",", ".")
            return format((Decimal(share) / 100).normalize(), "f") if is_number(share) else ""
        case "=quotient":
            return repr(int(found[1]) / int(found[2])) if int(found[2]) else ""
        case "=times_ten":
            power = unicodedata.normalize("NFKC", found[2]).replace("\u2212", "-")
            return f"{found[1] or '1'}e{power}"
    return found.expand(how)


@dataclass(frozen=True)
class _Table:
    """What numbers.toml holds."""

    parts: dict[str, re.Pattern[str]]  # by their names
    disguises: list[tuple[str, re.Pattern[str], str]]  # what would help, the form, what stays
    characters: dict[str, str]  # beyond ASCII, and those that are meant


@cache
def _table() -> _Table:
    content = tomllib.loads(files("nncli.meant").joinpath("numbers.toml").read_text("utf-8"))
    parts: dict[str, str] = {}

    def whole(form: str) -> str:
        return re.sub(r"\{([A-Z_]+)\}", lambda name: parts[name[1]], form)

    for name, form in content["parts"].items():
        parts[name] = whole(form)
    disguises = [
        (re.sub(r"\?$", _IF, words), re.compile(whole(form)), how)
        for words, rows in content["disguises"].items()
        for form, how in rows
    ]
    compiled = {name: re.compile(form) for name, form in parts.items()}
    return _Table(compiled, disguises, content["characters"])
