"""Names that a spec does not know: keys, activations, initializers and other choices."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, replace
from functools import lru_cache

from nncli.doctor.spec_edits import SpecEditor, edit_of, piece_of
from nncli.meant.choices import choice_path, choices_meant
from nncli.meant.known_words import Known, alike, meanings, plain
from nncli.problems import Edit, Suggestion
from nncli.specs.faults import Fault, Path
from nncli.specs.keys import keys_at
from nncli.specs.spec_text import Span
from nncli.specs.wording import CHOICES
from nncli.words import nearest, shorten

# Names that stand in more places are not changed in all of them at once.
_MAX_PLACES = 50
# So many different ones are no words of another program.
_MAX_NAMES = 12
# Keys whose value is a choice.
_KINDS = {"activation": "activation", "activations": "activation", "init": "initializer"}


def named(fault: Fault, editor: SpecEditor) -> Iterator[Suggestion]:
    """Yield what was probably meant by a name, or what it is that nncli lacks (no edits)."""
    choice = choice_path(fault.path[:-1] if fault.kind == "unknown key" else fault.path)
    if choice is not None:
        yield from _choices(*choice, editor)
    elif fault.kind == "unknown key":
        yield from _keys(fault, editor)
    else:
        kind, typed, choices = str(fault.path[-1]), fault.typed, fault.choices
        found = meanings(kind, typed, choices) or alike(kind, typed, choices)
        for known in found or (() if kind == "dtype" else _nearest(typed, choices)):
            edit = editor.replace(fault.path, known.instead) if known.instead else None
            yield _suggestion([known.words], [edit])


def _suggestion(words: Iterable[str], edits: Iterable[Edit | None]) -> Suggestion:
    """Return a change in some places, each once; what is said of several is said once, too."""
    made: list[Edit] = []
    for edit in sorted(set(filter(None, edits)), key=astuple):
        if made and (edit.line, edit.column) < (made[-1].end_line, made[-1].end_column):
            before = made.pop()  # two neighbours are taken away: as one
            both = f"{before.summary} {edit.summary}"
            made.append(replace(edit, line=before.line, column=before.column, summary=both))
        else:
            made.append(edit)
    return Suggestion("; ".join(dict.fromkeys(words)), edits=tuple(made))


# ------------------------------------------------------------------------------------- choices


def _choices(what: str, path: Path, editor: SpecEditor) -> Iterator[Suggestion]:
    """Yield the ways to write a choice; what stands in other layers is changed as well."""
    written, others = editor.value_at(path), []
    if len(path) > 1 and isinstance(path[1], int):
        paths = ((path[0], n, *path[2:]) for n in range(min(editor.layers(), _MAX_PLACES)))
        others = [other for other in paths if other != path]
    for words, text in choices_meant(what, written):
        if text is None:
            yield Suggestion(words)
            continue
        is_alone = editor.source_path(path)[-1] == "init"  # as only a name may stand
        whole = f"{{weights: {text}}}" if is_alone and text[0] == "{" else text
        told, edits = [words], [editor.replace(path, whole)]
        for other in others:
            value = editor.value_at(other)
            is_foreign = isinstance(value, str) and value not in CHOICES[what]
            meant = choices_meant(what, value) if is_foreign else iter(())
            said, instead = (words, text) if value == written else next(meant, ("", None))
            if instead:
                told.append(said)
                edits.append(editor.replace(other, instead))
        yield _suggestion(told, edits)


# ---------------------------------------------------------------------------------------- keys


def _keys(fault: Fault, editor: SpecEditor) -> Iterator[Suggestion]:
    """Yield other keys in the place of an unknown one: with all unknown ones, then alone."""
    owner, key, held = fault.path[:-1], fault.path[-1], editor.value_at(fault.path)
    if not owner and isinstance(held, dict) and len(editor.source.value) == 1:
        yield _unwrapped(str(key), editor)
        return
    if owner[-1:] == ("init",):  # as which an initializer may have been written
        for words, text in choices_meant("initializer", editor.value_at(owner)):
            edit = editor.replace(owner, f"{{weights: {text}}}") if text is not None else None
            yield from [_suggestion([words], [edit])] if edit else []
    unknown = _unknown_keys(owner, editor)
    changes = []
    if 1 < len({path[-1] for path in unknown}) <= _MAX_NAMES:
        meant = {path: _meant(path, keys, editor)[:1] for path, keys in unknown.items()}
        known = {path: each for path, found in meant.items() for each in found}
        known = {path: each for path, each in known.items() if each.instead is not None}
        changes += [known] if fault.path in known else []
    for each in _meant(fault.path, fault.choices, editor):
        # the same key may mean another thing elsewhere: `type: lstm` beside `type: dense`
        alike_keys = (path for path in unknown if path[-1] == key)
        changes.append({p: each for p in alike_keys if each in _meant(p, unknown[p], editor)})
    for change in changes:
        edits = [edit for path, each in change.items() for edit in _key_edits(path, each, editor)]
        yield _suggestion([each.words for each in change.values()], edits)


def _unwrapped(key: str, editor: SpecEditor) -> Suggestion:
    """Return the change that takes the only key away, and the indentation of what stands below."""
    words, text = f"`{key}` stands around everything: take it away", editor.source.text
    own, inner = editor.source.key_span((key,)), editor.source.span((key,))
    if own is None or inner is None:
        return Suggestion(words)
    below = [Span(n, 0, n, inner.column) for n in range(inner.line + 1, inner.end_line + 1)]
    spans = [Span(*own[:2], *inner[:2]), *(s for s in below if not piece_of(text, s).strip())]
    return _suggestion([words], [edit_of(text, s, "", f"(without `{key}`)") for s in spans])


def _unknown_keys(owner: Path, editor: SpecEditor) -> dict[Path, tuple[str, ...]]:
    """Return the unknown keys of a spec, each with those that it may be; owner: of one of them."""
    layers = editor.value_at(("layers",))
    count = min(len(layers), _MAX_PLACES) if isinstance(layers, list) else 0
    found: dict[Path, tuple[str, ...]] = {}
    for path in (owner, (), ("inputs",), ("outputs",), *(("layers", n) for n in range(count))):
        held, keys = editor.value_at(path), tuple(keys_at(path))
        names = held if isinstance(held, dict) else ()
        found |= {(*path, key): keys for key in names if key not in keys}
    return found


def _meant(path: Path, choices: tuple[str, ...], editor: SpecEditor) -> tuple[Known, ...]:
    """Return what an unknown key may mean, unless it has a value with which it cannot go."""
    value = editor.value_at(path)
    typed = plain("key", value) if isinstance(value, str) else ""
    lacking = f"`{path[-1]}: {shorten(str(value))}` is something that nncli has not"
    return tuple(
        replace(each, instead=None, words=lacking) if each.only and typed not in each.only else each
        for each in _meanings(str(path[-1]), choices)
    )


@lru_cache(maxsize=1000)
def _meanings(written: str, choices: tuple[str, ...]) -> tuple[Known, ...]:
    """Return what an unknown key may mean: nncli's own first, then a word of another program."""
    typed = plain("key", written)
    own = [Known(key, {}, f"write it `{key}`", "") for key in choices if plain("key", key) == typed]
    if known := own or meanings("key", written):
        fits = tuple(each for each in known if each.instead in choices)
        return fits or tuple(each for each in known if not each.instead)
    close = tuple(each for each in alike("key", typed, choices) if each.instead in choices)
    part = [key for key in choices if key in re.split(r"[\W_]", written)]
    if not close and len(part) == 1:  # seed_value
        return (Known(part[0], {}, f"perhaps `{part[0]}`", ""),)
    return close or _nearest(written, choices)


def _nearest(typed: str, choices: Sequence[str]) -> tuple[Known, ...]:
    better = nearest(typed, choices)
    return (Known(better, {}, f"did you mean `{better}`?", ""),) if better is not None else ()


def _key_edits(path: Path, known: Known, editor: SpecEditor) -> Iterator[Edit | None]:
    """Yield the changes of a key: of its value, too, where that is another program's as well."""
    value = editor.value_at(path)
    if known.instead:
        yield editor.replace_key(path, known.instead)
        what = "initializer" if path[-2:-1] == ("init",) else _KINDS.get(known.instead)
        if what is not None and isinstance(value, str) and value not in CHOICES[what]:
            text = next((text for _, text in choices_meant(what, value)), None)
            yield editor.replace(path, text) if text is not None else None
    elif known.instead is not None:
        yield editor.remove_key(path)
        is_size = any(each.instead == "inputs" for each in meanings("key", str(path[-1])))
        if path[:2] == ("layers", 0) and is_size and editor.value_at(("inputs",)) is None:
            yield editor.insert_key((next(iter(editor.source.value)),), "inputs", str(value))
