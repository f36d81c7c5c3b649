"""Changes of a spec's text: the piece of it that a value is, and what would stand there instead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from nncli.problems import Edit
from nncli.specs.faults import Path
from nncli.specs.origins import source_path, value_at
from nncli.specs.spec_text import LINE_END, Span, SpecText
from nncli.specs.written import flow
from nncli.specs.yaml_source import YamlSource
from nncli.words import shorten

_MAX_SHOWN = 40  # characters of a list

# A change in words, and its edits if the text allows them.
Proposal = tuple[str, Edit | Sequence[Edit | None] | None]


def edit_of(text: SpecText, span: Span, new: str, summary: str) -> Edit:
    """Return the edit that puts *new* in the place of a piece."""
    return Edit(text.file, *Span(*(number + 1 for number in span)), new, summary)


def edited(text: str, edits: Iterable[Edit]) -> str:
    """Return a text with edits made in it.

    >>> edited("a: 1", [Edit("net.yaml", 1, 4, 1, 5, "2", "a: 2")])
    'a: 2'
    """
    starts = [0, *(match.end() for match in LINE_END.finditer(text)), len(text)]
    parts, done = list[str](), 0
    for edit in sorted(edits, key=lambda edit: (edit.line, edit.column)):
        start = starts[edit.line - 1] + edit.column - 1
        parts += (text[done:start], edit.text)
        done = starts[edit.end_line - 1] + edit.end_column - 1
    return "".join((*parts, text[done:]))


def piece_of(text: SpecText, span: Span) -> str:
    """Return a piece of a text, whatever its line ends are."""
    lines = list(text.lines[span.line : span.end_line + 1])
    lines[-1] = lines[-1][: span.end_column]
    return "\n".join((lines[0][span.column :], *lines[1:]))


def value_edit(text: SpecText, span: Span, new: str, key: str) -> Edit:
    """Return the edit that puts *new* in the place of the value of a key."""
    old, summary = piece_of(text, span), shorten(f"{key}: {new}")
    if old.startswith(("- ", "-\n")):
        new = f"  {new}"  # below its key, brackets must stand further right than dashes
    if not old:
        new = f" {new}"  # right behind the colon
    return edit_of(text, span, new + "\n" * old.endswith("\n"), summary)


@dataclass(frozen=True)
class SpecEditor:
    """Finds what stands where in one spec, and makes edits of it.  Paths are of the long form.

    Every edit is None where the text does not allow it: the value is not written out, or an
    anchor shares it with other places.
    """

    source: YamlSource
    features: int | None = None  # how many the data has, if that is known

    def source_path(self, path: Path) -> Path:
        """Return where the value at a long-form *path* stands in the source."""
        return source_path(self.source.value, path)

    def value_at(self, path: Path) -> Any:
        """Return what is written for the value at a long-form *path*; None if nothing is."""
        return value_at(self.source.value, self.source_path(path))

    def layers(self) -> int:
        """Return how many layers are written, one by one or by their sizes; 0 if neither is."""
        return max(self.source.items(("layers",)), self.source.items(("layer_sizes",)) - 1)

    def replace(self, path: Path, text: str) -> Edit | None:
        """Return the edit that writes *text* in the place of the value at *path*."""
        where = self.source_path(path)
        key = where[-1]
        if isinstance(key, int):
            return self.splice(where[:-1], key, key + 1, [text])
        span = self.source.span(where) if self.source.key_span(where) else None
        return span and value_edit(self.source.text, span, text, key)

    def replace_key(self, path: Path, key: str) -> Edit | None:
        """Return the edit that renames the last key of *path*; its line is shown whole."""
        span = self.source.key_span(self.source_path(path))
        if span is None:
            return None
        line = self.source.text.lines[span.line]
        shown = f"{line[: span.column]}{key}{line[span.end_column :]}".strip()
        return edit_of(self.source.text, span, key, shorten(shown))

    def remove_key(self, path: Path) -> Edit | None:
        """Return the edit that takes a key with its value away, if others stand beside it."""
        place = list(self.value_at(path[:-1])).index(path[-1])
        return self.splice(path[:-1], place, place + 1, ())

    def write(self, path: Path, text: str) -> Edit | None:
        """Return the edit that writes *text* at *path*: as a new key, if there is none."""
        owner = self.value_at(path[:-1])
        if self.source.holds(path) or not isinstance(owner, dict):
            return self.replace(path, text)
        # in front of what is long, or of all
        place = min((n for n, key in enumerate(owner) if key in ("weights", "layers")), default=0)
        return self.splice(path[:-1], place, place, [f"{path[-1]}: {text}"])

    def resize(self, path: Path, length: int, added: Sequence[str] = ()) -> Edit | None:
        """Return the edit that gives the list at *path* that many items, with *added* or zeros."""
        items = self.source.items(self.source_path(path))
        new = list(added) or ["0"] * (length - items)
        return self.splice(path, min(items, length), items, new if length > items else ())

    def swap(self, one: Path, other: Path) -> tuple[Edit, ...]:
        """Return the edits that write two values in each other's place; none if that cannot be."""
        pieces = [self.piece(path) for path in (other, one)]
        if not all(pieces) or any(re.search(r"[&*]\w", piece) for piece in pieces):
            return ()  # what repeats the other must stand behind it
        if isinstance(one[-1], str):  # only in a list can what stands on lines stand elsewhere
            pieces = [self.in_brackets(path) for path in (other, one)]
        return tuple(filter(None, map(self.replace, (one, other), pieces)))

    def splice(self, path: Path, start: int, stop: int, new: Sequence[str]) -> Edit | None:
        """Return the edit that writes *new* in the place of some members of a list or a mapping.

        start, stop: of those members, as of a slice.  One member must be left at least.
        """
        owner, held = self.source_path(path), self.value_at(path)
        whole = self.source.span(owner) if held and isinstance(held, list | dict) else None
        if whole is None or stop > len(held) or len(held) - (stop - start) + len(new) < 1:
            return None
        steps, dash = (list(held), "") if isinstance(held, dict) else (range(len(held)), "- ")
        gap = ", " if self.source.is_flow(owner) else f"\n{' ' * whole.column}{dash}"
        if new and start < stop:
            edges, text = ((start, False), (stop - 1, True)), gap.join(new)
        elif stop < len(held):
            edges, text = ((start, False), (stop, False)), "".join(item + gap for item in new)
        else:
            edges, text = ((start - 1, True), (stop - 1, True)), "".join(gap + i for i in new)
        one, other = (self._edge((*owner, steps[index]), of_end=end) for index, end in edges)
        if one is None or other is None:
            return None
        summary = new[0] if new else f"(without `{steps[min(start, len(held) - 1)]}`)"
        if isinstance(held, list):
            summary = self._list_with(owner, start, stop, new)
        return edit_of(self.source.text, Span(*one, *other), text, summary)

    def _edge(self, where: Path, *, of_end: bool) -> tuple[int, int] | None:
        """Return where an item, or a key with its value, begins or ends."""
        span = self.source.span(where)
        begin = self.source.key_span(where) or span
        return (span and span[2:]) if of_end else (begin and begin[:2])

    def _list_with(self, owner: Path, start: int, stop: int, new: Sequence[str]) -> str:
        """Return `key: [4, 5, 2]` with some items replaced; of a long one, the first of those."""
        key = next((step for step in reversed(owner) if isinstance(step, str)), "spec")
        items = [item or "…" for item in self.items(owner)]
        items[start:stop] = new
        inner = ", ".join(items)
        if len(inner) > _MAX_SHOWN or ": " in inner or inner.startswith("["):
            first, *more = new[0].split("\n") if new else ["(left out)"]
            return shorten(f"{key}, item {start + 1}: {first}{' …' if more else ''}")
        return f"{key}: [{inner}]"

    def typed(self, path: Path) -> str:
        """Return what stands for the value at *path*, on one line; nothing if that is shared."""
        return " ".join(self.piece(path).split())

    def piece(self, path: Path) -> str:
        """Return what stands for the value at *path*, whole; nothing if that is shared."""
        span = self.source.span(self.source_path(path))
        return piece_of(self.source.text, span) if span else ""

    def items(self, path: Path) -> list[str]:
        """Return the items that are written for the list at *path*; of what is none, nothing."""
        where = self.source_path(path)
        return [self.typed((*where, index)) for index in range(self.source.items(where))]

    def in_brackets(self, path: Path) -> str:
        """Return what stands at *path* with its lists and mappings in brackets."""
        held = self.value_at(path)
        if not isinstance(held, list):
            return flow(held)
        if self.source.is_flow(self.source_path(path)):
            return self.piece(path)
        return f"[{', '.join(self.in_brackets((*path, n)) for n in range(len(held)))}]"
