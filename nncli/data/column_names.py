"""Which columns of a header names may mean: other spellings, with or without a unit, or joined."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from nncli.words import nearest_spellings, with_digits_of

# To compare more names with more, or longer ones, takes too long.
_MAX_FOUND = 10_000
_MAX_COMPARED = 2000
_MAX_LENGTH = 40
# Fewer letters of a name tell nothing.
_MIN_PART = 3
# Nobody joins more.
_MAX_WORDS = 10
# What people write between names instead of a comma.
BETWEEN = r"[\s;,|/+&]+"

# What is written behind a name to say what it is measured in.
_UNIT = re.compile(
    r"\s*(?:\([^\d()][^()]*\)|\[[^\d\[\]][^\[\]]*\]|[ _](?:in \S{1,8}|[cdkm]m|[km]g|ml|ms|[hk]?pa"
    r"|bar|usd|eur|kw|[mk]v|[mk]?hz|deg|rad|ft|lb|oz|mph|kmh|pct|sec|[°%]\w?))$",
    re.IGNORECASE,
)

# What stands in front of a name as that of its table: t1.ash, data$ash, num__ash.
_PREFIX = re.compile(r"^[^\W\d]\w*(?:[.$!]|::?|__)(?=[^\W\d])")

# The columns that each of some names means: one, several that were joined, or none.
Meant = list[tuple[str, ...]]


def columns_meant(names: Sequence[str], found: Sequence[str]) -> Meant:
    """Return which columns some names mean: their own, other spellings, joined, or nearly so.

    Exporters of models write `sepal_length__cm_` for `sepal length (cm)`.
    """
    exact = set(names).intersection(found)
    plain: dict[str, set[str]] = {}
    for name in found[:_MAX_FOUND]:
        plain.setdefault(plain_name(name), set()).add(name)
    only = {text: columns.pop() for text, columns in plain.items() if text and len(columns) == 1}
    others = [name for name in found[:_MAX_FOUND] if name not in exact]
    few = (len(names) - len(exact)) * len(others) <= _MAX_COMPARED
    compared = [name for name in others if len(name) <= _MAX_LENGTH] if few else []
    return [(name,) if name in exact else _meant(name, only, compared) for name in names]


def _meant(name: str, only: Mapping[str, str], candidates: Sequence[str]) -> tuple[str, ...]:
    if (column := only.get(plain_name(name))) is not None:
        return (column,)
    words = re.split(BETWEEN, name.strip())
    if 1 < len(words) <= _MAX_WORDS and (columns := _parted(words, only)):
        return columns
    # a unit or a prefix more or less is the same; but cm are not mm
    stem = _stem(name)
    same = [other for other in candidates if _stem(other) == stem]
    if same:
        is_sure = len(same) == 1 and stem in {plain_name(name), plain_name(same[0])}
        return (same[0],) if is_sure else ()
    # cut short, or with a word more: temp, temperature_mean
    longer = [other for other in candidates if _is_part(plain_name(name), plain_name(other))]
    if len(longer) == 1 and (len(words) == 1 or len(longer[0]) > len(name)):
        return (longer[0],)
    alike = with_digits_of(name, candidates)
    close = nearest_spellings(name[: _MAX_LENGTH + 2], alike) if alike else []
    return (close[0],) if len(close) == 1 else ()


def _stem(name: str) -> str:
    return plain_name(_UNIT.sub("", _PREFIX.sub("", name)))


def _is_part(one: str, other: str) -> bool:
    """Whether one name is the beginning or the end of the other; x1 is none of x10."""
    short, long = sorted((one, other), key=len)
    begins = long.startswith(short) and not (short[-1:] + long[len(short) :][:1]).isdigit()
    return len(short) >= _MIN_PART and (begins or long.endswith(short))


def _parted(words: Sequence[str], only: Mapping[str, str]) -> tuple[str, ...]:
    """Return the columns whose names the words are, one behind the other; none if they are not."""
    for count in range(len(words), 0, -1):
        column = only.get(plain_name("".join(words[:count])))
        if column is not None:
            others = _parted(words[count:], only)
            if others or count == len(words):
                return (column, *others)
    return ()


def plain_name(name: str) -> str:
    """Return a name without what is easily written otherwise: case, blanks, signs."""
    return re.sub(r"[\W_]+", "", name.casefold())
