"""Values and keys of a spec in another form or in other words, read as what belongs there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from nncli.data.csv.numbers import is_number
from nncli.doctor.spec_edits import Proposal, SpecEditor, edit_of, piece_of
from nncli.meant.choices import choice_at, choices_meant
from nncli.meant.known_words import Known, keys_meant, meanings, nearest_meant, plain
from nncli.meant.numbers import numbers_meant
from nncli.problems import Edit, Suggestion
from nncli.specs.faults import Fault, Path
from nncli.specs.keys import keys_at
from nncli.specs.spec_text import Span
from nncli.specs.wording import CHOICES, MAX_NUMBER, number_help
from nncli.words import shorten

# Nobody has typed more values that are as foreign.
_MAX_PLACES = 1000
_WHOLE = frozenset({"neurons", "size", "seed", "inputs", "layer_sizes"})
# Texts below these keys are no numbers.
_NO_NUMBERS = frozenset({"name", "columns", "classes", "activations", "outputs", "init"})
_YES_AND_NO = frozenset({"true", "false", "yes", "no", "on", "off", "y", "n"})
# np.float64(0.5), tensor(0.5): calls that change no number
_CAST = re.compile(
    r"(?i)^(?:\w+\.)*(?:as\.)?(?:u?int|float|double|single|numeric|integer|tensor|array|scalar|number|"
    r"decimal|constant|c)_?\d*\((.*)\)$"
)
_COUNTS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
# What a value may mean: in words, and how it is written then; None where nncli has no such thing.
_Readings = list[tuple[str, str | None]]
# Neither further layers nor further unknown keys of one place are changed at once.
_MAX_KEYS = 50
# So many different ones are no words of another program.
_MAX_NAMES = 12


def read_otherwise(fault: Fault, editor: SpecEditor) -> Iterator[Proposal | Suggestion]:
    """Yield what a value may mean, with all values of the spec that are to be read so, too."""
    what, where = choice_at(editor.source_path(fault.path))
    if fault.kind == "unknown key" and not what:
        return
    if not what or fault.kind in ("no number", "no text"):
        what, where = "", editor.source_path(fault.path)
    for words, text in _readings(where, where, what, fault, editor):
        if text is None:
            yield Suggestion(words)
            continue
        told, edits = {words: True}, [editor.replace(where, text)]
        for other in islice(_places(editor.source.value, ()), _MAX_PLACES):
            found = dict(_readings(other, where, what, fault, editor)) if other != where else {}
            said = words if words in found or not what else next(iter(found), words)
            if (instead := found.get(said)) is not None:
                told[said] = True
                edits.append(editor.replace(other, instead))
        yield "; ".join(told), edits


def _places(value: Any, path: Path) -> Iterator[Path]:
    """Yield where single values stand."""
    if isinstance(value, dict | list):
        for step, held in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _places(held, (*path, step))
    else:
        yield path


def _readings(path: Path, where: Path, what: str, fault: Fault, editor: SpecEditor) -> _Readings:
    """Return what the value at *path* may mean, where the one at *where* is at fault.

    what: if these are activations or the like.
    """
    value, written = editor.value_at(path), editor.source.written(path)
    is_own, is_text = path == where, isinstance(value, str)
    if what:
        is_foreign = is_text and choice_at(path) == (what, path)
        return choice_readings(path, value) if is_foreign or is_own else []
    if fault.kind == "no number":
        is_foreign = isinstance(value, str | float) and _NO_NUMBERS.isdisjoint(path)
        return _numbers(written, path) if is_foreign or is_own else []
    if fault.kind == "no text" and not is_text and written is not None:
        is_item = isinstance(where[-1], int)
        words = "write them in quotes" if is_item else fault.help[0]
        is_foreign = is_item and path[:-1] == where[:-1]
        return [(words, f'"{written}"')] if is_foreign or is_own else []
    word = str(path[-1]), fault.typed, fault.choices
    found = (meanings(*word) or nearest_meant(*word)) if is_own else ()
    return [(each.words, each.instead or None) for each in found]


def choice_readings(path: Path, value: Any) -> _Readings:
    """Return what a choice may mean; nothing of nncli's own names."""
    what, _ = choice_at(path)
    if isinstance(value, str) and value in CHOICES[what]:
        return []
    # instead of a mapping of initializers, only a name may stand
    form = "{{weights: {}}}" if path[-1] == "init" else "{}"
    return [
        (words, text and (form if text[0] == "{" else "{}").format(text))
        for words, text in choices_meant(what, value)
    ]


def _numbers(written: str | None, where: Path) -> _Readings:
    """Return the numbers that a text may mean in its place, each behind what would help."""
    text = (written or "").strip("\"'“”„‘’").strip().rstrip(",;")  # noqa: RUF001
    text = _CAST.sub(r"\1", text)
    if is_whole := not _WHOLE.isdisjoint(where[:1] if isinstance(where[-1], int) else where[-1:]):
        text = re.sub(r"^(None|-1|N), *", "", text.strip("([{,}])"))  # the samples
        text = str(_COUNTS.index(text.casefold())) if text.casefold() in _COUNTS else text
    if not text or len(text) > MAX_NUMBER or text.casefold() in _YES_AND_NO:
        return []
    numbers: _Readings = []
    for words, number in [("write it in digits", text)] if is_number(text) else numbers_meant(text):
        plain = re.sub(r"(?<![0-9.])0+(?=[0-9])", "", number)
        if is_whole:
            is_one = re.fullmatch(r"[0-9.]+(e[0-9]+)?", plain) and float(plain).is_integer()
            plain = str(int(float(plain))) if is_one else ""
        if plain != written and re.search("[0-9]", plain):
            numbers.append(((number_help(written) or (words,))[0], plain))
    return numbers


# ---- keys ------------------------------------------------------------------------------------


def renamed(fault: Fault, editor: SpecEditor) -> Iterator[Proposal | Suggestion]:
    """Yield other keys in the place of an unknown one: with all unknown ones, then alone."""
    owner, key = fault.path[:-1], fault.path[-1]
    if choice_at(owner)[0] in ("activation", "scale"):
        return  # that is read as a whole
    if not owner and len(editor.source.value) == 1 and isinstance(editor.value_at((key,)), dict):
        yield f"`{key}` stands around everything: take it away", _unwrapped(str(key), editor)
        return
    unknown = _unknown_keys(owner, editor)
    known = {
        path: found[0] for path, found in unknown.items() if found and found[0].instead is not None
    }
    is_foreign = fault.path in known and len({path[-1] for path in known}) <= _MAX_NAMES
    changes = [known] if is_foreign else []
    for each in unknown.get(fault.path, ()):
        # the same key may mean another thing elsewhere: `type: lstm` beside `type: dense`
        alike = (path for path, found in unknown.items() if path[-1] == key and each in found)
        changes.append(dict.fromkeys(alike, each))
    for change in changes:
        told = list(dict.fromkeys(each.words for each in change.values()))
        words = "; ".join(re.sub(r"did you mean (.*)\?", r"perhaps \1", each) for each in told)
        words = told[0] if len(told) == 1 else words
        edits = [edit for path, each in change.items() for edit in _key_edits(path, each, editor)]
        yield (words, edits) if edits else Suggestion(words)


def _unwrapped(key: str, editor: SpecEditor) -> Edit | None:
    """Return the edit that takes the only key away, and the indentation of what stands below."""
    own, inner = editor.source.key_span((key,)), editor.source.span((key,))
    if own is None or inner is None:
        return None
    below = piece_of(editor.source.text, inner).replace(f"\n{' ' * inner.column}", "\n")
    return edit_of(editor.source.text, Span(*own[:2], *inner[2:]), below, f"(without `{key}`)")


def _unknown_keys(owner: Path, editor: SpecEditor) -> dict[Path, tuple[Known, ...]]:
    """Return the unknown keys of a spec, each with what it may mean; owner: of one of them."""
    layers = [("layers", n) for n in range(min(editor.layers(), _MAX_KEYS))]
    found: dict[Path, tuple[Known, ...]] = {}
    for path in dict.fromkeys((owner, (), ("inputs",), ("outputs",), *layers)):
        held, keys = editor.value_at(path), tuple(keys_at(path))
        foreign = [key for key in held if key not in keys] if isinstance(held, dict) else []
        found |= {(*path, key): _meant(str(key), held[key], keys) for key in foreign[:_MAX_KEYS]}
    return found


def _meant(key: str, value: object, keys: tuple[str, ...]) -> tuple[Known, ...]:
    """Return what a key may mean; nothing that nncli has, if its value is none that can go."""
    typed = plain("key", value) if isinstance(value, str) else ""
    lacking = f"`{key}: {shorten(str(value))}` is something that nncli has not"
    return tuple(
        replace(each, instead=None, words=lacking) if each.only and typed not in each.only else each
        for each in keys_meant(key, keys)
    )


def _key_edits(path: Path, known: Known, editor: SpecEditor) -> Iterator[Edit | None]:
    """Yield the changes of a key: of its value, too, where that is another program's as well."""
    value = editor.value_at(path)
    if known.instead:
        yield editor.replace_key(path, known.instead)
        new_path = (*path[:-1], known.instead)
        if choice_at(new_path)[1] == new_path and isinstance(value, str):
            texts = (text for _, text in choice_readings(new_path, value) if text)
            yield from (editor.replace(path, text) for text in islice(texts, 1))
    elif known.instead is not None:
        yield editor.remove_key(path)
        meant = {path[-1], *(each.instead for each in meanings("key", str(path[-1])))}
        if path[:2] == ("layers", 0) and "inputs" in meant and editor.value_at(("inputs",)) is None:
            yield editor.insert_at_top("inputs", str(value))
