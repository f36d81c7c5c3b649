"""Lists of a spec that are written as text: where they stand, and the change of all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from nncli.doctor.spec_edits import edit_at, offsets
from nncli.meant.lists import WRAPPER, Kind, Way, depth_of, in_brackets, list_meant
from nncli.problems import Edit, Suggestion
from nncli.specs.faults import Path
from nncli.specs.spec_text import SpecText
from nncli.specs.yaml_source import YamlSource
from nncli.words import shorten

# Reading a larger spec again and again would take longer than anyone waits for an error.
MAX_CHARACTERS = 32 * 1024

# How deep the lists of these keys are, and what stands in them.
_LISTS: dict[str, tuple[int, Kind]] = {
    "layer_sizes": (1, "sizes"),
    "activations": (1, "words"),
    **dict.fromkeys(("columns", "classes", "inputs", "outputs"), (1, "names")),
    **dict.fromkeys(("biases", "slopes", "mean", "std", "min", "max", "to"), (1, "numbers")),
    "weights": (2, "numbers"),
}
_START = re.compile(
    rf"(?<![\w.#'\"])([\"']?)({'|'.join(_LISTS)})\1\s*:\s*(?=[\"']?(?:{WRAPPER}|[\[({{]))"
)
# Nobody types more lists.
_MAX_PIECES = 200
# The ways to read what is doubtful: what each assumes, and what makes it differ from the first.
_WAYS: dict[Way, tuple[str, str]] = {
    "plain": ("write it as a list, in brackets and with commas", "^"),
    "joined": ("write the number without the blank in it", r"[\d.] [\d.]"),
    "decimal": ("write points instead of commas, if they are decimal commas", r"\d,\d"),
}
_FEWER_BRACKETS = "take the brackets away that are too many"


class _Piece(NamedTuple):
    """A piece of the text that stands for a list."""

    key: str
    depth: int  # of the list that belongs there; 0 for an item
    start: int  # offsets in the text
    end: int
    typed: str  # what stands there, on one line


@lru_cache(maxsize=1)  # every fault of a spec asks for it
def relisted(source: YamlSource) -> tuple[tuple[Suggestion, frozenset[str]], ...]:
    """Return the ways to write all such lists of a spec, each with the keys of what it changes."""
    pieces = list(islice(_pieces(source), _MAX_PIECES))
    plain: list[str | None] = [None] * len(pieces)
    found: dict[tuple[Edit, ...], tuple[Suggestion, frozenset[str]]] = {}
    for way, (words, pattern) in _WAYS.items():
        new = [
            (_written(piece, way, source) if re.search(pattern, piece.typed) else None) or before
            for piece, before in zip(pieces, plain, strict=True)
        ]
        plain = new if way == "plain" else plain
        changed = [(piece, text) for piece, text in zip(pieces, new, strict=True) if text]
        edits = tuple(_edit(source.text, piece, text) for piece, text in changed)
        bare = [
            (_without_brackets(piece.typed), _without_brackets(text)) for piece, text in changed
        ]
        said = _FEWER_BRACKETS if all(typed == text for typed, text in bare) else words
        if edits:
            keys = frozenset(piece.key for piece, _ in changed)
            found.setdefault(edits, (Suggestion(said, edits=edits), keys))
    return tuple(found.values())


def _without_brackets(text: str) -> str:
    return re.sub(r"[\[\]\s]", "", text)


def _edit(text: SpecText, piece: _Piece, new: str) -> Edit:
    """Return the edit that writes a list; one that is an item of a list of lines, as its items."""
    start = text.text.rfind("\n", 0, piece.start) + 1
    if not piece.depth:
        dash = max(text.text[start : piece.start].rfind("-"), 0)
        new = f"\n{' ' * dash}- ".join(new[1:-1].split(", "))
    elif text.text[piece.start] == "-":
        new = f"  {new}"  # below its key, brackets must stand further right than dashes
    shown = shorten(f"{piece.key}: {' '.join(new.split())}")
    return edit_at(text, piece.start, piece.end, new, shown)


def _pieces(source: YamlSource) -> Iterator[_Piece]:
    """Yield what stands in brackets behind the keys of lists, then the texts in their place."""
    text, found = source.text.text, []
    for match in islice(_START.finditer(text), _MAX_PIECES):
        line = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
        end = _closing(text, match.end(), match[2])
        if end is not None and not re.search(r"(^|\s)#", line):
            typed = text[match.end() : end]
            found.append(_Piece(match[2], _LISTS[match[2]][0], match.end(), end, typed))
    yield from found
    for key, depth, path, typed in _in_lists(source, source.value, (), None):
        if (span := source.span(path)) is not None:
            start, end = offsets(source.text, span)
            end = start + len(text[start:end].rstrip())
            if not any(piece.start <= start < piece.end for piece in found):
                yield _Piece(key, depth, start, end, typed or text[start:end])


def _in_lists(
    source: YamlSource, value: Any, path: Path, at: tuple[str, int] | None
) -> Iterator[tuple[str, int, Path, str]]:
    """Yield the texts and the lists in brackets in the place of lists, and lists too deep.

    at: the key of the list, and how deep it still is.  Of a list of lines: its items, too.
    """
    if isinstance(value, dict):
        for key, held in value.items():
            below = (key, _LISTS[key][0]) if key in _LISTS else None
            yield from _in_lists(source, held, (*path, key), below)
    elif isinstance(value, list):
        if at is not None and source.is_flow(path):
            yield (*at, path, "")
        elif at is not None and depth_of(value) > max(at[1], 1) and at[0] == path[-1]:
            yield (*at, path, in_brackets(_as_written(source, path, value)))
        else:
            inner = (at[0], at[1] - 1) if at is not None and at[1] > 0 else None
            for index, held in enumerate(value):
                yield from _in_lists(source, held, (*path, index), inner)
    elif isinstance(value, str) and at is not None and (at[1] or _LISTS[at[0]][1] != "names"):
        yield (*at, path, "")


def _as_written(source: YamlSource, path: Path, value: Any) -> Any:
    if isinstance(value, list):
        return [_as_written(source, (*path, i), held) for i, held in enumerate(value)]
    return source.written(path) or ":"


def _closing(text: str, start: int, key: str) -> int | None:
    """Return where the brackets end that open near *start*, of whatever kind; None of a mapping."""
    depth, quote = 0, text[start] if text[start] in "\"'" else ""
    for match in re.compile(r"[\[\](){}:]").finditer(text, start):
        if match[0] == ":":
            return None
        depth += 1 if match[0] in "[({" else -1
        if not depth:
            end = match.end()
            more = re.compile(r"[ \t]*[,;]?\s*(?=[\[(])").match(text, end)
            if quote or key != "weights" or more is None:
                return end + (quote != "" and text[end : end + 1] == quote)
    return None


def _written(piece: _Piece, way: Way, source: YamlSource) -> str | None:
    """Return the list that a text was meant for; None if it is none, or a proper one already."""
    typed = re.sub(r"(?m)(^|\s)#.*$", "", piece.typed)
    tree = list_meant(typed, _LISTS[piece.key][1], piece.depth, way)
    if not tree or (len(tree) < 2 and not (piece.depth and re.search(r"[\[({]", typed))):
        return None
    new = in_brackets(tree)
    before, after = map(_normal, (typed, new))
    if (
        "(" not in typed
        and before.count("[") == new.count("[") == typed.count("[")
        and (before.replace("}", "]") == after)
    ):
        return None  # one bracket is a slip of its own
    if before == after or (source.root is not None and _skeleton(before) == _skeleton(after)):
        return None  # single numbers are seen to by themselves
    return new


def _normal(text: str) -> str:
    return re.sub(r"\s*([\[\],])\s*", r"\1", re.sub(r"\s+", " ", text)).replace(",]", "]").strip()


def _skeleton(text: str) -> str:
    return re.sub(r"""(["'])[^"']*\1|[^\[\],]+""", "0", text)
