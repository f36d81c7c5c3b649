"""Lists of a spec that are written as text: where they stand, and the change of all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Any

from nncli.doctor.spec_edits import SpecEditor, piece_of, value_edit
from nncli.meant.lists import WRAPPER, Kind, Way, in_brackets, list_meant
from nncli.meant.numbers import numbers_meant
from nncli.problems import Edit, Suggestion
from nncli.specs.faults import Path
from nncli.specs.origins import value_at
from nncli.specs.spec_text import Span, code_of, end_of
from nncli.specs.yaml_source import YamlSource

# Reading a larger spec again and again would take longer than anyone waits for an error.
MAX_CHARACTERS = 32 * 1024

# What stands in the lists of these keys.
_LISTS: dict[str, Kind] = {
    "layer_sizes": "sizes",
    "activations": "words",
    **dict.fromkeys(("columns", "classes", "inputs", "outputs"), "names"),
    **dict.fromkeys(("weights", "biases", "slopes", "mean", "std", "min", "max", "to"), "numbers"),
}
_START = re.compile(
    rf"(?<![\w.#'\"])([\"']?)({'|'.join(_LISTS)})\1\s*:\s*(?=[\"']?(?:{WRAPPER}|[\[({{]))"
)
# A bracket and what belongs to it: a quote, or Python's [0] * 3; and whether more of them follow.
_BRACKET = re.compile(r"[\[({]|[\])}](?: *\* *\d+|[\"'])?(?=([ \t]*+[,;]?\s*+[\[(])?)|:")
_MAX_PIECES = 200  # nobody types more lists
# The ways to read what is doubtful, and what each assumes.
_WAYS: dict[Way, str] = {
    "plain": "write it as a plain list, with commas",
    "joined": "write the number without the blank in it, if it is one",
    "decimal": "write points instead of commas, if they are decimal commas",
}


@lru_cache(maxsize=1)  # every fault of a spec asks for it
def relisted(source: YamlSource) -> tuple[tuple[Suggestion, frozenset[str]], ...]:
    """Return the ways to write all such lists of a spec, each with the keys of what it changes."""
    pieces = list(islice(_pieces(source), _MAX_PIECES))
    found: dict[tuple[Edit, ...], tuple[Suggestion, frozenset[str]]] = {}
    for way, words in _WAYS.items():
        changed = [(k, span, new) for k, span, typed in pieces if (new := _written(k, typed, way))]
        edits = tuple(value_edit(source.text, span, new, key) for key, span, new in changed)
        found.setdefault(edits, (Suggestion(words, edits=edits), frozenset(k for k, *_ in changed)))
    found.pop((), None)
    return tuple(found.values())


def _pieces(source: YamlSource) -> Iterator[tuple[str, Span, str]]:
    """Yield the key, the place and the text of each list: in brackets, then of other forms."""
    text, spans = "\n".join(map(code_of, source.text.lines)), list[Span]()
    for match in islice(_START.finditer(text), _MAX_PIECES):
        if end := _closing(text, match.end(), match[2]):
            spans.append(Span(*end_of(text[: match.end()]), *end_of(text[:end])))
            yield match[2], spans[-1], text[match.end() : end]
    for path in _places(source.value, ()):
        where = source.span(path)
        if where and not any(span[:2] <= where[:2] < span[2:] for span in spans):
            editor, is_text = SpecEditor(source), isinstance(value_at(source.value, path), str)
            typed = piece_of(source.text, where) if is_text else editor.in_brackets(path)
            yield str(path[-1]), where, typed


def _places(value: Any, path: Path) -> Iterator[Path]:
    """Yield where texts, lists and mappings stand in the place of lists."""
    if isinstance(value, list):
        value = dict(enumerate(value))
    for key, held in value.items() if isinstance(value, dict) else ():
        of_names = _LISTS.get(key) == "names"
        if key in _LISTS and isinstance(held, str if of_names else str | list | dict):
            yield (*path, key)
        else:
            yield from _places(held, (*path, key))


def _closing(text: str, start: int, key: str) -> int | None:
    """Return where the brackets end that open near *start*, of whatever kind; None of a mapping."""
    depth = 0
    for match in _BRACKET.finditer(text, start):
        depth += (match[0] in "[({") - (match[0][0] in "])}")
        if match[0] == ":" or not (depth or (key == "weights" and match[1])):
            return match.end() if match[0] != ":" else None
    return None


def _written(key: str, typed: str, way: Way) -> str | None:
    """Return the list that a text was meant for; None if it is none, or a proper one already."""
    kind, depth = _LISTS[key], 2 if key == "weights" else 1
    plain = list_meant(typed, kind, depth, "plain")
    tree = list_meant(typed, kind, depth, way) or plain
    if not tree or (len(tree) < 2 and not re.search(r"[\[({]", typed)):
        return None
    new = in_brackets(tree)
    # single numbers are seen to by themselves
    return new if tree != plain or _form(typed) != _form(new) else None


def _form(text: str) -> str:
    """Return a text with 0 for each item of its lists, and without blanks."""
    text = re.sub(r"\s*([\[\](){}:,])\s*", r"\1", text.strip())
    text = re.sub(r"""(["'])[^"']*\1|[^\[\](){}:,]+""", "0", text)
    return text.replace("}", "]").replace(",]", "]")  # a `}` is a slip of its own


def joined_numbers(
    editor: SpecEditor, path: Path, surplus: int
) -> Iterator[tuple[str, tuple[Edit | None]]]:
    """Yield a list in which commas between digits belong to numbers, if so many are too many."""
    # 2,5 or 1,234.5 may be a number, but not 2,3.5
    parts = re.split(r"(?<!\d),|,(?!\d+(?![\d.])|\d{3}\.)", editor.typed(path).strip("[] "))
    # the likelier first: a decimal comma
    meant = [numbers_meant(part)[::-1] if "," in part else [("", part.strip())] for part in parts]
    if sum(part.count(",") for part in parts) == surplus > 0 and all(meant):
        for number in range(max(map(len, meant))):
            chosen = [each[min(number, len(each) - 1)] for each in meant]
            words = next(words for words, _ in chosen if words)
            words += "" if ", if " in words else ", if it is one number"
            yield words, (editor.replace(path, f"[{', '.join(plain for _, plain in chosen)}]"),)
