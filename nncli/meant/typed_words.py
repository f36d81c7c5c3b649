"""Commands, options and their values as they were typed: what is meant by them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nncli.data.csv.numbers import is_number
from nncli.meant.known_words import alike, meanings
from nncli.meant.numbers import numbers_meant
from nncli.problems import OptionForm, UsageFault, Words
from nncli.words import nearest

# What other tools have other words for: a command, an option, or the values of one.
KINDS = {"N701": "command", "N702": "option"}
KINDS |= {"--delimiter": "delimiter", "--dtype": "dtype", "--format": "format"}
KINDS |= {"--activations": "activation", "--encoding": "encoding", "--samples": "samples"}
_YES, _NO = frozenset({"yes", "true", "on"}), frozenset({"no", "false", "none"})
NONE = frozenset({"none", "null", "default", "auto"})  # as a value: the option can go


def words_meant(kind: str, typed: str, own: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield what a word may have meant: by another tool's name, then by likeness.

    own: what can be meant; nothing else is yielded, but for the empty word: it can go.
    """
    # of a short word many are a letter away
    known = meanings(kind, typed, own) or (len(typed) > 4 and alike(kind, typed, own)) or ()
    for each in known:
        if each.instead is not None and {*each.instead.split()[:1]} <= {*own}:
            yield each.words, each.instead
    begun = [name for name in own if name.startswith(typed) and len(typed) > 4]
    like = begun[0] if len(begun) == 1 else nearest(typed, own)
    if not known and like is not None:
        yield f"did you mean `{like}`?", like


def as_value(word: str, fault: UsageFault) -> Iterator[tuple[str, Words]]:
    """Yield the options of which a word is a value, by any tool's name, each with the value."""
    for form in fault.options if word.replace("-", "").isalnum() else ():
        known = meanings(KINDS.get(form.name, ""), word, form.choices)
        value = word if word in form.choices else known[0].instead if known else None
        if value:
            yield f"`{word}` is a value of `{form.name}`", (form.name, value)


def answers_meant(form: OptionForm, option: str, typed: str) -> Iterator[tuple[str, str]]:
    """Yield the option that says what was given to one without values, if that is yes or no."""
    for names, answers in zip(form.answers(option), (_YES, _NO), strict=True):
        if typed.lower() in answers:
            text = f"write `{names[0]}` alone" if names else f"leave `{option}` out"
            yield text, "".join(names[:1])
        elif names and typed in ("0", "1"):
            yield f"if {max(answers)} is meant, write `{names[0]}` alone", names[0]


def values_meant(typed: str, form: OptionForm) -> Iterator[tuple[str, str]]:
    """Yield what a value may have meant, and the value so: what is beyond doubt first."""
    bare = typed.strip("=:'\"`()[]{} ") or typed.strip("'\"`")
    items = re.split(r"\s*[,;|]\s*|\s+", bare) if form.takes_list else [bare]
    alone = "separate the items with commas alone" if form.takes_list else "write it alone"
    yield alone, ",".join(filter(None, items))
    yield "write it once", bare[:1] if len({*bare}) == 1 else bare
    yield "name each once", ",".join(dict.fromkeys(items))
    yield "write out the range", ",".join(map(_range, items))
    if not re.search(r"[^\W\dexo_]", bare):  # a unit may change the number
        yield from ((text, _whole(number)) for text, number in numbers_meant(bare)[:1])
    yield "write a whole number", ",".join(map(_whole, items))
    known = [_choice_meant(item, form) for item in items]
    yield one_text(tuple(text for text, _ in known)), ",".join(word for _, word in known)
    if found := re.fullmatch(r"-?([0-9]+)(?:\.[0-9]*)?", bare):
        yield f"if {found[1]} is meant", found[1]
    if form.name == "--seed" and re.search(r"\w", bare):
        yield "if any seed will do", "0"


def _choice_meant(item: str, form: OptionForm) -> tuple[str, str]:
    """Return the choice that is meant, and words for it; without words the item as it is."""
    if len(form.choices) == 1:
        return f"the only value is `{form.choices[0]}`", form.choices[0]
    meant = (
        () if item in form.choices else words_meant(KINDS.get(form.name, ""), item, form.choices)
    )
    return next(iter(meant), ("", item))


def _range(item: str) -> str:
    """Return the whole numbers of a short range such as 1-4 or 1:4, or the item itself."""
    found = re.fullmatch(r"([0-9]{1,4})(?:-|:|\.\.+)([0-9]{1,4})", item)
    numbers = range(int(found[1]), int(found[2]) + 1) if found else ()
    return ",".join(map(str, numbers)) if 1 < len(numbers) <= 100 else item


def _whole(text: str) -> str:
    """Return 1.0 and 1e3 as 1 and 1000, anything else as it is."""
    found = re.fullmatch(r"[0-9.]+(?:[eE][0-9])?", text)
    number = float(text) if found and is_number(text) else 0.5
    return str(int(number)) if number == int(number) else text


def one_text(parts: Words) -> str:
    """Return several changes as one, and one question of several."""
    first, *others = dict.fromkeys(filter(None, parts)) or ("",)
    if first.startswith("did you mean"):
        others = [part.removeprefix("did you mean ") for part in others]
    text = ", and ".join(part.rstrip("?") for part in (first, *others))
    return f"{text}?" if "did you mean" in text else text
