"""Small words for messages: quoted texts, counts with their nouns, the nearest of some names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

# Of many numbered things, so many are named.
_NAMED = 8
# What exporters of models take for no part of a name.
_NO_WORD = re.compile("[^0-9A-Za-z_]")


def shorten(text: str, limit: int = 60) -> str:
    """Return *text*, cut to *limit* characters with an ellipsis, fit to be quoted in a message.

    >>> shorten("abcdef", limit=4)
    'abc…'
    """
    return text if len(text) <= limit else text[: limit - 1] + "…"


def quoted(text: str) -> str:
    """Return *text* in single quotes, shortened, for a message."""
    return f"'{shorten(text)}'"


def count_of(number: int, singular: str, plural: str | None = None) -> str:
    """Return a count with its noun.

    >>> count_of(1, "row"), count_of(1234, "row")
    ('1 row', '1,234 rows')
    """
    noun = singular if number == 1 else (plural or singular + "s")
    return f"{number:,} {noun}"


def numbered(noun: str, numbers: Iterable[int]) -> str:
    """Return which of some numbered things: all of a few, the first few of many.

    >>> numbered("neuron", [4]), numbered("layer", [4, 17])
    ('neuron 4', 'layers 4 and 17')
    """
    texts = [str(number) for number in numbers]
    if len(texts) == 1:
        return f"{noun} {texts[0]}"
    last = texts[-1] if len(texts) <= _NAMED else f"{len(texts) - _NAMED:,} more"
    return f"{noun}s {', '.join(texts[: min(_NAMED, len(texts) - 1)])} and {last}"


def nearest(word: str, candidates: Sequence[str]) -> str | None:
    """Return the candidate that *word* was probably meant to be, if one is close."""
    return _nearest(word, tuple(candidates))


@lru_cache(maxsize=256)
def _nearest(word: str, candidates: tuple[str, ...]) -> str | None:
    import difflib  # only needed once something is already wrong

    folded = {candidate.casefold(): candidate for candidate in reversed(candidates)}
    close = difflib.get_close_matches(word.casefold()[:200], list(folded), n=1, cutoff=0.6)
    return folded[close[0]] if close else None


def with_digits_of(word: str, candidates: Sequence[str]) -> list[str]:
    """Return the candidates with the same digits: x12 is no misspelling of x1.

    >>> with_digits_of("X3", ["x2", "x3", "y"])
    ['x3']
    """
    digits = re.findall("[0-9]+", word)
    return [candidate for candidate in candidates if re.findall("[0-9]+", candidate) == digits]


def nearest_spellings(word: str, candidates: Iterable[str]) -> list[str]:
    """Return the candidates that are *word* but for the fewest slips of typing: one, or two.

    Two only in longer words.  Those that begin alike come first.

    >>> nearest_spellings("reul", ["tanh", "relu"])
    ['relu']
    """
    limit = 1 if len(word) < 6 else 2
    close = {other: _slips(word, other, limit) for other in candidates if word and other}
    fewest = min([limit, *close.values()])
    closest = [other for other, slips in close.items() if slips == fewest]
    return sorted(closest, key=lambda other: other[0] != word[0])


def _slips(one: str, other: str, limit: int) -> int:
    """Return how many letters to add, drop, change or swap; more than *limit* if too many."""
    if abs(len(one) - len(other)) > limit or len({*one} ^ {*other}) > 2 * limit:
        return limit + 1  # quickly: a slip changes at most one letter for another
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one):
        above, row = row, [i + 1]
        for j, target in enumerate(other):
            row.append(min(above[j] + (letter != target), above[j + 1] + 1, row[j] + 1))
            if i and j and one[i - 1] == target and letter == other[j - 1]:
                row[-1] = min(row[-1], before[j - 1] + 1)
        before = above
    return row[-1]


def exported_name(name: str) -> str:
    """Return what exporters of models make of the name of a column.

    >>> exported_name("sepal length (cm)")
    'sepal_length__cm_'
    """
    return _NO_WORD.sub("_", name)


def first_misplaced(names: Sequence[str], own: Sequence[str]) -> tuple[int, int] | None:
    """Return where a name stands that belongs elsewhere, and where, by a network's own names.

    names: in the order in which they are taken for the network's inputs.

    >>> first_misplaced(["b", "a"], ["a", "b"])
    (0, 1)
    """
    places = {name: place for place, name in enumerate(own)}
    for place, name in enumerate(names[: len(own)]):
        forms = (name, exported_name(name))
        elsewhere = next((places[form] for form in forms if form in places), place)
        if own[place] not in forms and elsewhere != place:
            return place, elsewhere
    return None


def strange_character(text: str) -> tuple[str, ...]:
    """Return the help line that names the first character of *text* beyond plain ASCII, or none.

    Such a character often only looks like another: a no-break space, a curly quote, a minus sign.
    """
    import unicodedata

    strange = next((c for c in text if not 32 <= ord(c) < 127), None)
    if strange is None:
        return ()
    name = unicodedata.name(strange, "a control character")
    instead = "; use '-'" if strange == "\u2212" or unicodedata.category(strange) == "Pd" else ""
    return (f"it contains U+{ord(strange):04X} {name}{instead}",)


def did_you_mean(word: str, candidates: Sequence[str]) -> tuple[str, ...]:
    """Return the help line that proposes the nearest candidate, or none."""
    best = nearest(word, candidates)
    return (f"did you mean `{best}`?",) if best is not None else ()
