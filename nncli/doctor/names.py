"""Keys that a spec does not know: other words for its own, what can go, what stands around them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from nncli.doctor.spec_edits import Proposal, SpecEditor, edit_of, piece_of
from nncli.doctor.values import choice_readings
from nncli.meant.choices import choice_at
from nncli.meant.known_words import Known, keys_meant, meanings, plain
from nncli.problems import Edit, Suggestion
from nncli.specs.faults import Fault, Path
from nncli.specs.keys import keys_at
from nncli.specs.spec_text import Span
from nncli.words import shorten

# The keys of further layers are not changed at once.
_MAX_LAYERS = 50
# So many different ones are no words of another program.
_MAX_NAMES = 12


def renamed(fault: Fault, editor: SpecEditor) -> Iterator[Proposal | Suggestion]:
    """Yield other keys in the place of an unknown one: with all unknown ones, then alone."""
    owner, key = fault.path[:-1], fault.path[-1]
    if (
        not owner
        and list(editor.source.value) == [key]
        and isinstance(editor.value_at((key,)), dict)
    ):
        yield _unwrapped(str(key), editor)
        return
    unknown = _unknown_keys(owner, editor)
    known = {
        path: found[0] for path, found in unknown.items() if found and found[0].instead is not None
    }
    changes = (
        [known] if fault.path in known and len({path[-1] for path in known}) <= _MAX_NAMES else []
    )
    for each in unknown.get(fault.path, ()):
        # the same key may mean another thing elsewhere: `type: lstm` beside `type: dense`
        changes.append({p: each for p, found in unknown.items() if p[-1] == key and each in found})
    for change in changes:
        words = "; ".join(dict.fromkeys(each.words for each in change.values()))
        edits = [edit for path, each in change.items() for edit in _key_edits(path, each, editor)]
        yield (words, edits) if edits else Suggestion(words)


def _unwrapped(key: str, editor: SpecEditor) -> Proposal:
    """Return the change that takes the only key away, and the indentation of what stands below."""
    words, text = f"`{key}` stands around everything: take it away", editor.source.text
    own, inner = editor.source.key_span((key,)), editor.source.span((key,))
    if own is None or inner is None:
        return words, None
    whole = Span(*own[:2], *inner[2:])
    below = piece_of(text, inner).replace(f"\n{' ' * inner.column}", "\n")
    return words, edit_of(text, whole, below, f"(without `{key}`)")


def _unknown_keys(owner: Path, editor: SpecEditor) -> dict[Path, tuple[Known, ...]]:
    """Return the unknown keys of a spec, each with what it may mean; owner: of one of them."""
    layers = [("layers", n) for n in range(min(editor.layers(), _MAX_LAYERS))]
    found: dict[Path, tuple[Known, ...]] = {}
    for path in dict.fromkeys((owner, (), ("inputs",), ("outputs",), *layers)):
        held, keys = editor.value_at(path), tuple(keys_at(path))
        for key in held if isinstance(held, dict) else ():
            if key not in keys:
                found[*path, key] = tuple(
                    _with_value(key, held[key], each) for each in keys_meant(str(key), keys)
                )
    return found


def _with_value(key: str, value: object, known: Known) -> Known:
    """Return what a key means, or that nncli has no such thing: it can go with some values only."""
    typed = plain("key", value) if isinstance(value, str) else ""
    if not known.only or typed in known.only:
        return known
    words = f"`{key}: {shorten(str(value))}` is something that nncli has not"
    return replace(known, instead=None, words=words)


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
        is_size = any(each.instead == "inputs" for each in meanings("key", str(path[-1])))
        if path[:2] == ("layers", 0) and is_size and editor.value_at(("inputs",)) is None:
            yield editor.insert_key((next(iter(editor.source.value)),), "inputs", str(value))
