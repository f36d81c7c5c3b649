"""Values and keys of a spec in another form or in other words, read as what belongs there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

from nncli.data.csv.numbers import is_number
from nncli.doctor.spec_edits import Proposal, SpecEditor
from nncli.meant.choices import choice_at, choices_meant
from nncli.meant.known_words import Known, meanings, nearest_meant, pairs_meant
from nncli.meant.numbers import numbers_meant
from nncli.problems import Edit, Suggestion
from nncli.specs.faults import Fault, Path
from nncli.specs.keys import keys_at
from nncli.specs.origins import value_at
from nncli.specs.wording import number_help

# Nobody has typed more values that are as foreign.
_MAX_PLACES = 1000
# Texts below these keys are no numbers.
_NO_NUMBERS = frozenset({"name", "columns", "classes", "activations", "outputs", "init"})
# Neither further layers nor further unknown keys of one place are changed at once.
_MAX_KEYS = 50
# What a value may mean: in words, and how it is written then; None where nncli has no such thing.
_Readings = list[tuple[str, str | None]]


def read_otherwise(fault: Fault, editor: SpecEditor) -> Iterator[Proposal | Suggestion]:
    """Yield what a value may mean, with all values of the spec that are to be read so, too."""
    where = editor.source_path(fault.path)
    what, choice = choice_at(where) if fault.kind != "no number" else ("", where)
    if fault.kind == "unknown key" and not what:
        return
    where = choice if what else where
    others = [path for path in _alike(what, fault, editor) if path != where]
    for words, text in _readings(where, what, fault, editor):
        if text is None:
            yield Suggestion(words)
            continue
        told, edits = {words: True}, [editor.replace(where, text)]
        for other in others:
            found = dict(_readings(other, what, fault, editor))
            said = words if words in found or not what else next(iter(found), words)
            if (instead := found.get(said)) is not None:
                told[said] = True
                edits.append(editor.replace(other, instead))
        yield "; ".join(told), edits


def _alike(what: str, fault: Fault, editor: SpecEditor) -> Iterator[Path]:
    """Yield where values stand that may be at fault as well: choices of a kind, or numbers."""
    paths = list[Path]([()] if what or fault.kind == "no number" else [])
    for path in islice(paths, _MAX_PLACES):
        value = value_at(editor.source.value, path)
        value = dict(enumerate(value)) if isinstance(value, list) else value
        paths += [(*path, step) for step in (value if isinstance(value, dict) else ())]
        is_alike = choice_at(path) == (what, path) if what else _NO_NUMBERS.isdisjoint(path)
        if is_alike and isinstance(value, str | float):
            yield path


def _readings(path: Path, what: str, fault: Fault, editor: SpecEditor) -> _Readings:
    """Return what the value at *path* may mean; what: if these are activations or the like."""
    if what:
        return _choice_readings(path, editor.value_at(path))
    if fault.kind == "no number":
        return _numbers(editor.source.written(path) or "", path)
    word = str(path[-1]), fault.typed, fault.choices
    found = meanings(*word) or nearest_meant(*word)
    return [(each.words, each.instead or None) for each in found]


def _choice_readings(path: Path, value: Any) -> _Readings:
    # instead of a mapping of initializers, only a name may stand
    form = "{{weights: {}}}" if path[-1] == "init" else "{}"
    return [
        (words, text and (form if text[0] == "{" else "{}").format(text))
        for words, text in choices_meant(choice_at(path)[0], value)
        if text != value  # nncli's own name
    ]


def _numbers(written: str, path: Path) -> _Readings:
    """Return the numbers that a text may mean, each behind what would help."""
    text = written.strip("\"'")
    shape = re.fullmatch(r"\W*(None|-1|N), *(\d+)\W*", text)
    if shape and path[0] == "inputs":
        text = shape[2]  # behind the samples
    if not re.search(r"\d", text):
        return []  # yes and no
    readings = [("write it in digits", text)] if is_number(text) else numbers_meant(text)
    numbers: _Readings = []
    for words, each in readings:
        # where whole numbers belong, none has a point, an exponent or zeros in front
        is_short = re.fullmatch(r"[+-]?[0-9.]{1,15}(e[0-9])?", each) is not None
        number = str(int(float(each))) if is_short and float(each).is_integer() else each
        if number != written:
            numbers.append(((number_help(written) or (words,))[0], number))
    return numbers


def renamed(fault: Fault, editor: SpecEditor) -> Iterator[Proposal | Suggestion]:
    """Yield other keys in the place of an unknown one: with all unknown ones, then alone."""
    owner, key = fault.path[:-1], fault.path[-1]
    if choice_at(owner)[0] in ("activation", "scale"):
        return  # that is read as a whole
    unknown = _unknown_keys(owner, editor)
    known = {path: found[0] for path, found in unknown.items() if found}
    known = {path: each for path, each in known.items() if each.instead is not None}
    changes = [known] if fault.path in known else []
    for each in unknown.get(fault.path, ()):
        # the same key may mean another thing elsewhere: `type: lstm` beside `type: dense`
        alike = (path for path, found in unknown.items() if path[-1] == key and each in found)
        changes.append(dict.fromkeys(alike, each))
    for change in changes:
        words = "; ".join(dict.fromkeys(each.words for each in change.values())).replace("?;", "?")
        edits = [edit for path, each in change.items() for edit in _key_edits(path, each, editor)]
        yield (words, edits) if edits else Suggestion(words)


def _key_edits(path: Path, known: Known, editor: SpecEditor) -> Iterator[Edit | None]:
    """Yield the changes of a key: of its value, too, where that is another program's as well."""
    value = editor.value_at(path)
    if known.instead:
        yield editor.replace_key(path, known.instead)
        new_path = (*path[:-1], known.instead)
        if choice_at(new_path)[1] == new_path and isinstance(value, str):
            readings = _choice_readings(new_path, value)[:1]
            yield from (editor.replace(path, text) for _, text in readings if text)
    elif known.instead is not None:
        yield editor.remove_key(path)
        meant = {path[-1], *(each.instead for each in meanings("key", str(path[-1])))}
        if path[:2] == ("layers", 0) and "inputs" in meant and editor.value_at(("inputs",)) is None:
            yield editor.splice((), 0, 0, [f"inputs: {value}"])


def _unknown_keys(owner: Path, editor: SpecEditor) -> dict[Path, tuple[Known, ...]]:
    """Return the unknown keys of a spec, each with what it may mean; owner: of one of them."""
    layers = [("layers", n) for n in range(min(editor.layers(), _MAX_KEYS))]
    found: dict[Path, tuple[Known, ...]] = {}
    for path in dict.fromkeys((owner, (), ("inputs",), ("outputs",), *layers)):
        held, keys = editor.value_at(path), tuple(keys_at(path))
        foreign = [key for key in held if key not in keys] if isinstance(held, dict) else []
        for key in foreign[:_MAX_KEYS]:
            found[*path, key] = pairs_meant(str(key), held[key], keys)
    return found
