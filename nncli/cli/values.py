"""Parsers of what is written after an option; what they refuse is said in a ValueError."""

from __future__ import annotations

import codecs
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nncli.data.csv.format import BLANKS
from nncli.evaluation.metric_names import FALLING, RISING

_MAX_WHOLE = 2**63 - 1


def whole_number(minimum: int, maximum: int = _MAX_WHOLE) -> Callable[[Any], int]:
    """Return a parser of plain decimal integers: no 1_000, no 1.0, no other script's digits."""

    def parse(value: Any) -> int:
        text = str(value)
        number = int(text) if re.fullmatch(r"[+-]?[0-9]{1,30}", text) else None
        if number is not None and minimum <= number <= maximum:
            return number
        has_end = maximum < _MAX_WHOLE or (number or 0) > maximum
        bounds = f"from {minimum} to {maximum}" if has_end else f"of at least {minimum}"
        raise ValueError(f"{text!r} is not a whole number {bounds}")

    return parse


def nonnegative_number(value: Any) -> float:
    """Parse a finite number that is not negative."""
    text = str(value)
    if re.fullmatch(r"\+?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", text):
        number = float(text)
        if math.isfinite(number):
            return number
    raise ValueError(f"{text!r} is not a finite number of at least 0")


def percentage(value: Any) -> float:
    """Parse a percentage, with or without its sign, into a share: 10% is 0.1."""
    return nonnegative_number(str(value).removesuffix("%").rstrip()) / 100


def share(value: Any) -> float:
    """Parse a share: a number from 0 to 1, or a percentage with its sign."""
    text = str(value)
    number = percentage(text) if text.endswith("%") else nonnegative_number(text)
    if number > 1:
        raise ValueError(f"{text!r} is not a number from 0 to 1")
    return number


def bounds(value: Any) -> list[tuple[str, float]]:
    """Parse a comma-separated list of figures and the least that they may be.

    >>> bounds("accuracy=95%, macro_f1=0.9")
    [('accuracy', 0.95), ('macro_f1', 0.9)]
    """
    found = []
    for item in comma_list(value):
        name, equals, least = (part.strip() for part in item.partition("="))
        if not equals:
            raise ValueError(f"{item!r} has no bound: write {name}=0.95")
        if name in FALLING:
            raise ValueError(f"{name!r} is the better, the smaller it is")
        if name not in RISING:
            raise ValueError(f"{name!r} is not one of {', '.join(RISING)}")
        found.append((name, share(least)))
    return found


def comma_list(value: Any) -> list[str]:
    """Parse a comma-separated list of names: none empty, none twice."""
    items = [item.strip() for item in str(value).split(",")]
    if "" in items:
        raise ValueError(f"{value!r} has an empty item")
    repeated = next((item for item in items if items.count(item) > 1), None)
    if repeated is not None:
        raise ValueError(f"{repeated!r} is named twice")
    return items


@dataclass(frozen=True)
class ChoiceList:
    """A parser of comma-separated lists of some names."""

    choices: tuple[str, ...]

    def __call__(self, value: Any) -> list[str]:
        """Parse a list."""
        items = comma_list(value)
        for item in items:
            if item not in self.choices:
                raise ValueError(f"{item!r} is not one of {', '.join(self.choices)}")
        return items


class ActivationList:
    """A parser of the names of activations, one for each layer."""

    @property
    def choices(self) -> tuple[str, ...]:
        """The activations that have no parameters which only a spec can say."""
        from nncli.specs.model import ACTIVATIONS

        return tuple(name for name, model in ACTIVATIONS.items() if not _requires(model))

    def __call__(self, value: Any) -> list[str]:
        """Parse a list."""
        from nncli.specs.model import ACTIVATIONS

        items = [item.strip() for item in str(value).split(",")]
        for item in items:
            if item not in ACTIVATIONS:
                raise ValueError(f"{item!r} is not an activation")
            if _requires(ACTIVATIONS[item]):
                raise ValueError(f"{item!r} has parameters that only a spec can say")
        return items


def _requires(model: Any) -> bool:
    """Whether an activation has parameters without a default."""
    return any(f.is_required() for name, f in model.model_fields.items() if name != "kind")


def whole_numbers(minimum: int, maximum: int) -> Callable[[Any], list[int]]:
    """Return a parser of comma-separated lists of whole numbers."""
    parse = whole_number(minimum, maximum)
    return lambda value: [parse(item) for item in comma_list(value)]


_SIZES = re.compile(r"([0-9]{1,19})-([0-9]{1,19})(?:([*+])([0-9]{1,19}))?")
MAX_BATCH_SIZES = 100


def batch_sizes(value: Any) -> list[int]:
    """Parse batch sizes: a list of numbers and ranges such as 8-512*2 and 16-64+16.

    >>> batch_sizes("1,8-64*2,100-120+10")
    [1, 8, 16, 32, 64, 100, 110, 120]
    """
    sizes: list[int] = []
    items = [item.strip() for item in str(value).split(",")]
    if "" in items:
        raise ValueError(f"{value!r} has an empty item")
    for item in items:  # one may be there twice, as ranges may overlap
        found = _SIZES.fullmatch(item)
        if found is None:
            try:
                sizes.append(whole_number(1)(item))
            except ValueError:
                forms = "a whole number of at least 1, or a range as 8-512*2 or 16-64+16"
                raise ValueError(f"{item!r} is not a batch size: {forms}") from None
        else:
            sizes += _range(item, *found.groups())
    return sizes


def _range(item: str, first: str, last: str, sign: str | None, by: str | None) -> list[int]:
    """Return the numbers of a range: first-last*factor, first-last+step, or every one."""
    size, end, change = int(first), int(last), int(by or 1)
    if end > _MAX_WHOLE:
        raise ValueError(f"{item!r} goes beyond {_MAX_WHOLE}")
    if size < 1 or size > end:
        raise ValueError(f"{item!r} does not go from a batch size of at least 1 to a larger one")
    if change < (2 if sign == "*" else 1):
        raise ValueError(f"{item!r} never ends: it has to grow")
    sizes = []
    while size <= end:
        sizes.append(size)
        if len(sizes) > MAX_BATCH_SIZES:
            raise ValueError(f"{item!r} has more than {MAX_BATCH_SIZES} batch sizes")
        size = size * change if sign == "*" else size + change
    return sizes


def layer_list(value: Any) -> str:
    """Check a list of layers, named or numbered; which ones there are is not known."""
    text = str(value)
    if "" in (item.strip() for item in text.split(",")):
        raise ValueError(f"{text!r} has an empty item")
    return text


def numbers_or(word: str, most: int | None = None) -> Callable[[Any], str]:
    """Return a parser of numbers from 1, rising, or a word.  most: how many of them."""

    def parse(value: Any) -> str:
        if value == word:
            return word
        numbers = sorted({whole_number(1)(item) for item in str(value).split(",", most or -1)})
        return ",".join(map(str, numbers))

    return parse


def delimiter(value: Any) -> str:
    r"""Parse a delimiter: one ASCII character, or blanks; tab and \t are understood."""
    if value == BLANKS:
        return BLANKS
    text = {"tab": "\t", "\\t": "\t"}.get(str(value), str(value))
    if len(text) != 1 or text in '\r\n"' or not text.isascii() or text == "\0":
        others = "tab for a tab, blanks for runs of blanks"
        raise ValueError(f"{value!r} is not one character that can separate ({others})")
    if text.isalnum() or text in "+-.":
        raise ValueError(f"{value!r} is part of numbers or names")
    return text


# Codecs that turn text into text, or only host names: no file is written in them.
_NO_ENCODINGS = frozenset({"unicode-escape", "raw-unicode-escape", "idna", "punycode", "charmap"})


def encoding(value: Any) -> str:
    """Parse the name of a text encoding."""
    try:
        codec = codecs.lookup(str(value))
        if codec.name in _NO_ENCODINGS:
            raise LookupError
        "".encode(codec.name)
        codecs.getincrementaldecoder(codec.name)
    except (LookupError, ValueError):
        raise ValueError(
            f"{value!r} is not a text encoding; for example utf-8, utf-16, latin-1, cp1252"
        ) from None
    return codec.name
