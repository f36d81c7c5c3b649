"""Commands, options and their values as they were typed: what is meant by them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nncli.data.csv.numbers import is_number
from nncli.meant.known_words import alike, meanings
from nncli.meant.numbers import numbers_meant
from nncli.problems import OptionForm, UsageFault, Words
from nncli.words import nearest

# What the kinds of known words are called, where it is not as the option whose values they are.
_KINDS = {"N701": "command", "N702": "option", "N704": "argument", "N501": "argument"}
_YES, _NO = frozenset({"yes", "true", "on"}), frozenset({"no", "false", "none"})
# As a value: the option can go.
_NONE = frozenset({"none", "null", "default", "auto", "max", "inf"})


def kind_of(fault: UsageFault) -> str:
    """Return what kind of word is at fault, by which the table of known words goes."""
    form = fault.form(fault.option)
    return form.kind if form is not None else _KINDS.get(fault.problem.code, "")


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
    bare = {name.lstrip("-"): name for name in own}  # all are alike by their dashes
    like = begun if len(begun) == 1 else [bare.get(nearest(typed.lstrip("-"), [*bare]) or "")]
    yield from ((f"did you mean `{name}`?", name) for name in like if name and not known)


def as_value(word: str, fault: UsageFault) -> Iterator[tuple[str, Words]]:
    """Yield the options of which a word is a value, by any tool's name, each with the value."""
    own = fault.form(fault.option)
    one = fault.form(own.name.removesuffix("s")) if own is not None and own.choices else None
    if one not in (None, own) and re.fullmatch(r"[0-9]+(,[0-9]+)*", word):  # --samples 2
        yield f"numbers are a value of `{one.name}`", (one.name, word)
    if own is not None and meanings(own.kind, word, own.choices):
        return  # the option at fault knows it
    for form in fault.options if re.fullmatch(r"[^\W\d_][^\W_-]+(-\w+)*", word) else ():
        known = meanings(form.kind, word, form.choices)
        value = word if word in form.choices else known[0].instead if known else None
        if value:
            yield f"`{word}` is a value of `{form.name}`", (form.name, value)


def values_meant(option: str, typed: str, form: OptionForm) -> Iterator[tuple[str, Words]]:
    """Yield what a value may have meant, and the option with it: what is beyond doubt first."""
    if not form.takes_value:
        yield from _answers_meant(option, typed.lower(), form)
        return
    if typed.lower() in _NONE:
        yield f"leave `{option}` out", ()
    bare = typed.strip("=:'\"`()[]{}<> ") or typed.strip("'\"`")
    items = re.split(r"\s*[,;|]\s*|\s+", bare) if form.takes_list else [bare]
    alone = "separate the items with commas alone" if form.takes_list else "write it alone"
    yield alone, (option, ",".join(filter(None, items)))
    yield "write it once", (option, bare[:1] if len({*bare}) == 1 else bare)
    yield "name each once", (option, ",".join(dict.fromkeys(items)))
    meant = [_item_meant(item, form) for item in items]
    if text := one_text(tuple(text for text, _ in meant)):
        yield text, (option, ",".join(item for _, item in meant))
    if found := re.fullmatch(r"-?([0-9]+)(?:\.[0-9]*)?", bare):
        yield f"if {found[1]} is meant", (option, found[1])
    if form.name == "--seed" and re.search(r"\w", bare):
        yield "if any seed will do", (option, "0")


def _answers_meant(option: str, typed: str, form: OptionForm) -> Iterator[tuple[str, Words]]:
    """Yield the option that says yes or no, whichever was given as a value to one without."""
    for names, answers in zip(form.answers(option), (_YES, _NO), strict=True):
        if typed in answers:
            yield f"write `{names[0]}` alone" if names else f"leave `{option}` out", names[:1]
        elif typed in ("0", "1") and names:
            yield f"if {max(answers)} is meant, write `{names[0]}` alone", names[:1]


def _item_meant(item: str, form: OptionForm) -> tuple[str, str]:
    """Return what one value may mean, in words and as it is written; itself if that is unknown."""
    if form.choices:
        meant = words_meant(form.kind, item, form.choices)
        return ("", item) if item in form.choices else next(meant, ("", item))
    has_unit = re.search(r"[^\W\dexo_]", item)  # which may change the number
    numbers_read = () if has_unit or is_number(item) else numbers_meant(item)
    text, number = next(iter(numbers_read), ("write a whole number", item))
    value = float(number) if is_number(number) else 0.5
    return text, str(int(value)) if value % 1 == 0 and value < 1e15 else number


def one_text(parts: Words) -> str:
    """Return several changes as one, and one question of several."""
    first, *others = dict.fromkeys(filter(None, parts)) or ("",)
    if first.startswith("did you mean"):
        others = [part.removeprefix("did you mean ") for part in others]
    text = ", and ".join(part.rstrip("?") for part in (first, *others))
    return f"{text}?" if "did you mean" in text else text
