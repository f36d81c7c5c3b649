"""Names that a spec does not know: keys, activations, initializers and other choices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nncli.doctor.choices import choice_path, choices_meant
from nncli.doctor.known_words import Known, alike, meanings, plain
from nncli.doctor.spec_edits import SpecEditor
from nncli.problems import Edit, Suggestion
from nncli.specs.faults import Fault, Path
from nncli.specs.model import INITIALIZERS
from nncli.words import nearest

# A word that stands in more places is not changed in all of them at once.
_MAX_PLACES = 100


def named(fault: Fault, editor: SpecEditor) -> Iterator[Suggestion]:
    """Yield what was probably meant by a name, or what it is that nncli lacks (no edits)."""
    choice = choice_path(fault.path)
    if choice is not None and not (fault.of_key and fault.path[-2:-1] == ("init",)):
        what, path = choice
        written = editor.value_at(path)
        for words, text in choices_meant(what, written):
            yield _everywhere(words, [path], written, text, editor)
    elif fault.kind == "unknown key":
        yield from _keys(fault, editor)
    else:
        kind = str(fault.path[-1])
        for known in meanings(kind, fault.typed, fault.choices) or alike(
            kind, fault.typed, fault.choices
        ):
            edit = editor.replace(fault.path, known.instead) if known.instead else None
            yield Suggestion(known.words, edits=(edit,) if edit else ())


def _everywhere(
    words: str, paths: list[Path], written: Any, text: str | None, editor: SpecEditor
) -> Suggestion:
    """Return the change of a choice, in all layers that have the same."""
    if text is None:
        return Suggestion(words)
    [path] = paths
    layers = range(min(len(editor.value_at(path[:1]) or ()), _MAX_PLACES))
    if len(path) > 1 and isinstance(path[1], int):
        paths = [path, *((path[0], index, *path[2:]) for index in layers if index != path[1])]
    edits = [editor.replace(each, text) for each in paths if editor.value_at(each) == written]
    known = {(edit.line, edit.column): edit for edit in edits if edit is not None}
    return Suggestion(words, edits=tuple(known[place] for place in sorted(known)))


def _keys(fault: Fault, editor: SpecEditor) -> Iterator[Suggestion]:
    """Yield other keys in the place of an unknown one, or what stands there without it."""
    owner, written = fault.path[:-1], editor.value_at(fault.path)
    if owner[-1:] == ("init",):
        yield from _implied_weights(fault, editor)
    for known in _meant_keys(fault):
        if known.instead is None:
            yield Suggestion(known.words)
        elif known.instead or not known.only or plain("key", str(written)) in known.only:
            yield _in_all_layers(known, fault, editor)


def _meant_keys(fault: Fault) -> Iterator[Known]:
    known = meanings("key", fault.typed, fault.choices)
    fits = [each for each in known if each.instead in fault.choices]
    yield from fits
    if not fits:
        close = alike("key", fault.typed, fault.choices)
        fits = [each for each in close if each.instead in fault.choices and not known]
        better = nearest(fault.typed, fault.choices)
        yield from fits
        if better is not None and not fits and not known:
            yield Known(better, {}, f"did you mean `{better}`?", "")
    yield from (each for each in known if not each.instead)


def _in_all_layers(known: Known, fault: Fault, editor: SpecEditor) -> Suggestion:
    """Return the change of a key, in all layers that have it."""
    owner, key = fault.path[:-1], fault.path[-1]
    owners: list[Path] = [owner]
    if len(owner) == 2 and owner[0] == "layers":
        count = min(len(editor.value_at(("layers",))), _MAX_PLACES)
        held = [editor.value_at(("layers", index)) for index in range(count)]
        owners = [
            ("layers", index)
            for index, layer in enumerate(held)
            if isinstance(layer, dict) and key in layer
        ]
    edits: list[Edit | None] = [
        editor.replace_key((*each, key), known.instead)
        if known.instead
        else editor.remove_key((*each, key))
        for each in owners
    ]
    return Suggestion(known.words, edits=tuple(edit for edit in edits if edit is not None))


def _implied_weights(fault: Fault, editor: SpecEditor) -> Iterator[Suggestion]:
    """Yield the mapping in which an initializer stands that has been written as `init` itself."""
    path = fault.path[:-1]
    for words, text in choices_meant("initializer", editor.value_at(path)):
        if text is not None and text.strip("{").split(":")[0] in INITIALIZERS:
            edit = editor.replace(path, f"{{weights: {text}}}")
            yield Suggestion(f"of the weights: {words}", edits=(edit,) if edit else ())
