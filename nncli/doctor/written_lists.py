"""Lists of a spec that are written as text: where they stand, and the change of all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from nncli.doctor.spec_edits import SpecEditor, edit_of, piece_of
from nncli.meant.lists import WRAPPER, Kind, Way, in_brackets, list_meant
from nncli.meant.numbers import numbers_meant
from nncli.problems import Edit, Suggestion
from nncli.specs.faults import Path
from nncli.specs.spec_text import Span, SpecText, end_of
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
# The ways to read what is doubtful, and what each assumes.
_WAYS: dict[Way, str] = {
    "plain": "write it as one list, in brackets and with commas",
    "joined": "write the number without the blank in it, if it is one",
    "decimal": "write points instead of commas, if they are decimal commas",
}


class _Piece(NamedTuple):
    """A piece of the text that stands for a list."""

    key: str
    span: Span
    typed: str  # what stands there, a list on lines in brackets


@lru_cache(maxsize=1)  # every fault of a spec asks for it
def relisted(source: YamlSource) -> tuple[tuple[Suggestion, frozenset[str]], ...]:
    """Return the ways to write all such lists of a spec, each with the keys of what it changes."""
    pieces = list(islice(_pieces(source), _MAX_PIECES))
    found: dict[tuple[Edit, ...], tuple[Suggestion, frozenset[str]]] = {}
    for way, words in _WAYS.items():
        changed = [(piece, new) for piece in pieces if (new := _written(piece, way, source))]
        edits = tuple(_edit(source.text, piece, new) for piece, new in changed)
        keys = frozenset(piece.key for piece, _ in changed)
        bare = [[re.sub(r"[\[\]]", "", _normal(t)) for t in (p.typed, new)] for p, new in changed]
        are_fewer = all(p.typed.count("[") > new.count("[") for p, new in changed)
        is_same = are_fewer and all(typed == new for typed, new in bare)
        said = "take the brackets away that are too many" if is_same else words
        found.setdefault(edits, (Suggestion(said, edits=edits), keys))
    found.pop((), None)
    return tuple(found.values())


def _edit(text: SpecText, piece: _Piece, new: str) -> Edit:
    shown = shorten(f"{piece.key}: {new}")
    if text.lines[piece.span.line][piece.span.column] == "-":
        new = f"  {new}"  # below its key, brackets must stand further right than dashes
    return edit_of(text, piece.span, new + "\n" * piece.typed.endswith("\n"), shown)


def _pieces(source: YamlSource) -> Iterator[_Piece]:
    """Yield what stands in brackets behind the keys of lists, then what else is in their place."""
    text, found = source.text.text, []
    for match in islice(_START.finditer(text), _MAX_PIECES):
        line = text[text.rfind("\n", 0, match.start()) + 1 : match.start()]
        end = _closing(text, match.end(), match[2])
        if end is not None and not re.search(r"(^|\s)#", line):
            span = Span(*end_of(text[: match.end()]), *end_of(text[:end]))
            found.append(_Piece(match[2], span, text[match.end() : end]))
    yield from found
    editor = SpecEditor(source)
    for path in _places(source.value, ()):
        where = source.span(path)
        if where and not any(piece.span[:2] <= where[:2] < piece.span[2:] for piece in found):
            is_text = isinstance(editor.value_at(path), str)
            typed = piece_of(source.text, where) if is_text else editor.in_brackets(path)
            yield _Piece(str(path[-1]), where, typed)


def _places(value: Any, path: Path) -> Iterator[Path]:
    """Yield where texts and lists stand in the place of lists."""
    if isinstance(value, list):
        value = dict(enumerate(value))
    for key, held in value.items() if isinstance(value, dict) else ():
        is_list = isinstance(held, list) and _LISTS.get(key, (0, "names"))[1] != "names"
        is_named = key in ("layer_sizes", "activations") and isinstance(held, dict)
        if is_list or is_named or (key in _LISTS and isinstance(held, str)):
            yield (*path, key)
        else:
            yield from _places(held, (*path, key))


def _closing(text: str, start: int, key: str) -> int | None:
    """Return where the brackets end that open near *start*, of whatever kind; None of a mapping."""
    depth, quote = 0, text[start] if text[start] in "\"'" else ""
    for match in re.compile(r"(?<=\s)#.*|[\[\](){}:]").finditer(text, start):
        if match[0] == ":":
            return None
        if match[0][0] == "#":
            continue
        depth += 1 if match[0] in "[({" else -1
        repeated = re.compile(r" *\* *\d+").match(text, match.end())  # Python's [0] * 3
        end = repeated.end() if repeated else match.end()
        more = re.compile(r"[ \t]*+[,;]?\s*+[\[(]").match(text, end)
        if not depth and (quote or key != "weights" or more is None):
            return end + (quote != "" and text[end : end + 1] == quote)
    return None


def _written(piece: _Piece, way: Way, source: YamlSource) -> str | None:
    """Return the list that a text was meant for; None if it is none, or a proper one already."""
    typed = re.sub(r"(?m)(^|\s)#.*$", "", piece.typed)
    depth, kind = _LISTS[piece.key]
    plain = list_meant(typed, kind, depth, "plain")
    tree = list_meant(typed, kind, depth, way) or plain
    if not tree or (len(tree) < 2 and not re.search(r"[\[({]", typed)):
        return None
    new = in_brackets(tree)
    before, after = map(_normal, (typed, new))
    is_same = source.root is not None and tree == plain and not re.search(r"\[\(|:", before)
    if before == after or (is_same and _skeleton(before) == _skeleton(after)):
        return None  # single numbers are seen to by themselves
    return new


def _normal(text: str) -> str:
    """Return a text without the blanks and the kind of bracket at its end that mean nothing."""
    text = re.sub(r"\s*([\[\]},])\s*", r"\1", re.sub(r"\s+", " ", text))
    return text.replace("}", "]").replace(",]", "]").strip()  # a `}` is a slip of its own


def _skeleton(text: str) -> str:
    return re.sub(r"""(["'])[^"']*\1|[^\[\],]+""", "0", text)


def joined_numbers(
    editor: SpecEditor, path: Path, surplus: int
) -> Iterator[tuple[str, tuple[Edit | None, ...]]]:
    """Yield a list in which a comma that belongs to a number does not separate it any more.

    surplus: by how many numbers the list is too long.
    """
    parts = editor.typed(path).strip("[] ").split(",") if 0 < surplus < _MAX_PIECES else []
    close = {n for n, part in enumerate(parts) if n and part[:1].strip()}
    joined = {n for n in close if numbers_meant(f"{parts[n - 1].strip()},{parts[n].strip()}")}
    are_all_close = len(close) == len(parts) - 1
    if len(joined) != surplus or not (are_all_close or joined == close):
        return
    pieces: list[str] = []
    for number, part in enumerate(parts):
        pieces[-1:] = [f"{pieces[-1]},{part}"] if number in joined else [*pieces[-1:], part.strip()]
    # the likelier first: a decimal comma
    meant = [numbers_meant(each)[::-1] if "," in each else [("", each)] for each in pieces]
    for number in range(max(map(len, meant)) if all(meant) else 0):
        chosen = [each[min(number, len(each) - 1)] for each in meant]
        words = next(words for words, _ in chosen if words)
        words += ", if it is one number" if are_all_close and ", if " not in words else ""
        text = f"[{', '.join(plain for _, plain in chosen)}]"
        yield words, (editor.replace(path, text),)
