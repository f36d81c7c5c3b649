"""What other programs call the things that nncli has or lacks: known_words.toml, looked up."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from nncli.words import nearest, nearest_spellings, shorten

# What stands between the two words of a layout, and around the name of a function.
_BETWEEN = re.compile(r"(?<![a-z])(?:by|x|times|and|then|to|as|are|is|the|each|per|in a)(?![a-z])")
_BEGINNINGS = re.compile(r"^(nn|(layer)?activation)(?=\w)")
_ENDINGS = re.compile(r"(layer|activation|function|func|fn|fct|initializer|init|distribution)+$")
_LACKED = frozenset({"activation", "initializer", "scale", "dtype"})
_WITH_NUMBERS = frozenset({"activation", "initializer"})
# The keys of a row of the table that are no program.
_RESERVED = frozenset({"is", "with", "words", "only"})
_MAX_TYPED = 80


@dataclass(frozen=True)
class Known:
    """What a word is to nncli."""

    instead: str | None  # nncli's name; empty if the word can go, None if nncli has no such thing
    parameters: Mapping[str, float | str]  # that make it the same
    words: str  # a sentence that says so, and what is assumed
    source: str  # whose word it is; empty if it is nncli's own, spelled otherwise
    only: frozenset[str] = frozenset()  # the values with which it can go, if not with any


def meanings(kind: str, typed: str, own: Iterable[str] = ()) -> tuple[Known, ...]:
    """Return what a word may mean, the likeliest first; nothing if it is not known.

    own: nncli's names, which may be spelled with capitals or other separators.

    >>> [known.instead for known in meanings("activation", "tf.nn.swish")]
    ['silu']
    """
    words, names = _known(kind), {plain(kind, name): name for name in own}
    parts = plain(kind, typed).split(".")
    for start in range(len(parts)):
        name = ".".join(parts[start:])
        for spelled in (name, _ENDINGS.sub("", name) or name, _BEGINNINGS.sub("", name)):
            if spelled in words:
                return _worded(kind, typed, words[spelled])
            if spelled in names:
                return (Known(names[spelled], {}, f"write it `{names[spelled]}`", ""),)
    return ()


def alike(kind: str, typed: str, own: Iterable[str]) -> tuple[Known, ...]:
    """Return what a mistyped word may mean: what a word that differs by a letter or two means.

    >>> [known.instead for known in alike("activation", "logsitic", ["linear"])]
    ['sigmoid']
    """
    names = {plain(kind, name): name for name in own}
    words = _known(kind)
    last = plain(kind, typed).split(".")[-1]
    near = nearest_spellings(last, [*names, *words]) if len(last) > 2 else []
    if kind in _WITH_NUMBERS:  # leaky_relu_02 is no slip
        near = [word for word in near if re.sub(r"\D", "", word) == re.sub(r"\D", "", last)]
    meant = [names[word] for word in near if word in names]
    if meant:
        say = "did you mean `{}`?" if len(meant) == 1 else "perhaps `{}`"
        return tuple(Known(name, {}, say.format(name), "") for name in meant)
    return tuple(known for word in near for known in _worded(kind, word, words[word]))


@lru_cache(maxsize=1000)
def keys_meant(written: str, own: tuple[str, ...]) -> tuple[Known, ...]:
    """Return what an unknown key may mean: what can stand there, or can go, before what cannot."""
    for key in own:
        if plain("key", key) == plain("key", written):
            return (Known(key, {}, f"write it `{key}`", ""),)
    known = meanings("key", written)
    fits = tuple(each for each in known if each.instead in own)
    others = tuple(each for each in known if not each.instead)
    return fits or others or (() if known else nearest_meant("key", written, own))


def pairs_meant(key: str, value: Any, own: tuple[str, ...]) -> tuple[Known, ...]:
    """Return what an unknown key may mean, or what only its value tells that nncli lacks.

    >>> [known.instead for value in ("Dense", "LSTM") for known in pairs_meant("type", value, ())]
    ['', None]
    """
    lacking, typed = f"`{key}: {shorten(str(value))}` is something that nncli has not", str(value)
    return tuple(
        replace(each, instead=None, words=lacking)
        if each.only and plain("key", typed) not in each.only
        else each
        for each in keys_meant(key, own)
    )


def nearest_meant(kind: str, typed: str, own: Sequence[str]) -> tuple[Known, ...]:
    """Return what a mistyped word may mean: the nearest of nncli's, if no other is as near."""
    close = tuple(each for each in alike(kind, typed, own) if each.instead in own)
    part = [name for name in own if name in re.split(r"[\W_]", typed)]
    if not close and len(part) == 1:  # seed_value
        return (Known(part[0], {}, f"perhaps `{part[0]}`", ""),)
    better = nearest(typed, own) if not close and kind != "dtype" else None
    guess = (Known(better, {}, f"did you mean `{better}`?", ""),) if better is not None else ()
    return close or guess


def plain(kind: str, typed: str) -> str:
    """Return a word by its letters and digits alone, dots between the parts of a name.

    >>> plain("activation", "tf.nn.Leaky-ReLU"), plain("layout", "neurons x inputs")
    ('tf.nn.leakyrelu', 'neuroninput')
    """
    text = re.sub("(?<=[a-z])(?=[A-Z][a-z])", "_", typed[:_MAX_TYPED]).casefold()
    if kind == "layout":
        text = re.sub(r"s(?![a-z])", "", _BETWEEN.sub(" ", text.replace("_", " ")))
    return ".".join(re.sub(r"[\W_]", "", part) for part in text.split("."))


@cache
def _table() -> dict[str, Any]:
    text = (files("nncli.meant") / "known_words.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def formula_meant(written: str) -> str | None:
    """Return the activation with a formula, which may begin with `f(x) =` or the like.

    >>> formula_meant("1 / (1 + np.exp(-z))")
    'sigmoid'
    """
    text = re.sub(r"\s|\b(np|numpy|math|torch|tf|jnp)\.", "", written[:_MAX_TYPED].casefold())
    text = re.sub(r"\b[zt]\b", "x", text.replace("**", "^"))
    names = {formula: name for name, forms in _table()["formula"].items() for formula in forms}
    return names.get(text, names.get(re.sub(r"^\w+(\(x\))?=", "", text)))


def other_parameters(name: str) -> Mapping[str, Any]:
    """Return what a parameter of a choice is called elsewhere, without what its letters decide.

    The value is nncli's name; empty if the parameter changes nothing; else the only value, or a
    list of those, with which it changes nothing.
    """
    parameters = _table()["parameters"]
    merged = parameters["any"] | parameters.get(name, {})
    return {plain("parameter", word): value for word, value in merged.items()}


@cache
def _known(kind: str) -> dict[str, tuple[Known, ...]]:
    """Return word → its meanings, for the words of a kind; what is said of them is no sentence."""
    words: dict[str, tuple[Known, ...]] = {}
    for row in _table().get(kind, ()):
        only = frozenset(plain(kind, value) for value in row.get("only", ()))
        for source in [key for key in row if key not in _RESERVED]:
            said = (row.get("is"), row.get("with", {}), row.get("words", ""), source, only)
            for word in dict.fromkeys(plain(kind, name) for name in row[source]):
                words[word] = (*words.get(word, ()), Known(*said))
    return words


def _worded(kind: str, typed: str, known: tuple[Known, ...]) -> tuple[Known, ...]:
    """Return meanings, each told in a sentence and once."""
    told: dict[tuple[str | None, str], Known] = {}
    for each in known:
        whose = f" ({each.source})" if each.source != "common" else ""
        start, said = f"`{shorten(typed)}`{whose}" + (": " if kind == "key" else " is "), each.words
        if each.instead:
            start = f"`{shorten(typed)}`{whose} is "
            said = f"`{each.instead}` here" + (f", {said}" if said else "")
        elif each.instead is None and kind in _LACKED:
            said += "; nncli lacks it"
        told.setdefault((each.instead, each.words), replace(each, words=start + said))
    return tuple(told.values())
