"""Changes of a spec's text: the piece of it that a value is, and what would stand there instead."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nncli.problems import Edit
from nncli.specs.faults import Path
from nncli.specs.origins import source_path, value_at
from nncli.specs.spec_text import Span, SpecText
from nncli.specs.yaml_source import YamlSource
from nncli.words import shorten

_MAX_SHOWN_ITEMS = 12

# A change in words, and its edits if the text allows them.
Proposal = tuple[str, Edit | Sequence[Edit | None] | None]


def edit_of(text: SpecText, span: Span, new: str, summary: str) -> Edit:
    """Return the edit that puts *new* in the place of a piece."""
    line, column, end_line, end_column = (number + 1 for number in span)
    return Edit(text.file, line, column, end_line, end_column, new, summary)


def piece_of(text: SpecText, span: Span) -> str:
    """Return a piece of a text, whatever its line ends are."""
    lines = list(text.lines[span.line : span.end_line + 1])
    lines[-1] = lines[-1][: span.end_column]
    return "\n".join((lines[0][span.column :], *lines[1:]))


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
        value = self.source.value
        written = value.get("layers") or value.get("layer_sizes")
        return len(written) - ("layers" not in value) if isinstance(written, list) else 0

    def replace(self, path: Path, text: str) -> Edit | None:
        """Return the edit that writes *text* in the place of the value at *path*."""
        where = self.source_path(path)
        key = where[-1]
        if isinstance(key, int):
            return self.splice(where[:-1], key, key + 1, [text])
        span, key_span = self.source.span(where), self.source.key_span(where)
        if span is None or key_span is None:
            return None
        if key_span.line < span.line and span.column <= key_span.column:
            text = "  " + text  # below its key, brackets must stand further right than dashes
        if span[:2] == span[2:]:
            text = " " + text  # right behind the colon
        return edit_of(self.source.text, span, text, f"{key}: {text.strip()}")

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

    def insert_key(self, before: Path, key: str, text: str) -> Edit | None:
        """Return the edit that writes a new key in front of the key at *before*."""
        where = self.source_path(before)
        owner = value_at(self.source.value, where[:-1])
        if not isinstance(owner, dict) or where[-1] not in owner:
            return None
        place = list(owner).index(where[-1])
        return self.splice(where[:-1], place, place, [f"{key}: {text}"])

    def insert_at_top(self, key: str, text: str) -> Edit | None:
        """Return the edit that writes a new key in front of all others."""
        return self.splice((), 0, 0, [f"{key}: {text}"])

    def write(self, path: Path, text: str) -> Edit | None:
        """Return the edit that writes *text* at *path*: as a new key, if there is none."""
        if self.source.holds(path) or not isinstance(owner := self.value_at(path[:-1]), dict):
            return self.replace(path, text)
        before = next((key for key in ("weights", "layers") if key in owner), next(iter(owner)))
        return self.insert_key((*path[:-1], before), str(path[-1]), text)

    def insert_first(self, path: Path, item: str) -> Edit | None:
        """Return the edit that writes an item in front of a list."""
        return self.splice(path, 0, 0, [item])

    def resize(self, path: Path, length: int, added: Sequence[str] = ()) -> Edit | None:
        """Return the edit that gives the list at *path* that many items.

        added: what it is filled up with, instead of 0.
        """
        items = self.source.items(self.source_path(path))
        new = list(added) or ["0"] * (length - items)
        return self.splice(path, min(items, length), items, new if length > items else ())

    def swap(self, one: Path, other: Path) -> tuple[Edit, ...]:
        """Return the edits that write two values in each other's place; none if that cannot be.

        Lists of dashes cannot stand wherever those in brackets do; items of one list can.
        """
        pieces = [self.piece(path) for path in (other, one)]
        if not all(pieces) or any(re.search(r"[&*]\w", piece) for piece in pieces):
            return ()  # what repeats the other must stand behind it
        if isinstance(one[-1], str):
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
        dash = "" if isinstance(held, dict) else "- "
        gap = ", " if self.source.is_flow(owner) else f"\n{' ' * whole.column}{dash}"
        if new and start < stop:
            edges, text = ((start, False), (stop - 1, True)), gap.join(new)
        elif stop < len(held):
            edges, text = ((start, False), (stop, False)), "".join(item + gap for item in new)
        else:
            edges, text = ((start - 1, True), (stop - 1, True)), "".join(gap + i for i in new)
        steps = list(held) if isinstance(held, dict) else range(len(held))
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
        shown = new[0] if new else self.typed((*owner, start))
        is_long = new and (self.source.items(owner) > _MAX_SHOWN_ITEMS or shown[:1] == "[")
        if start < stop and (is_long or ": " in shown or "\n" in shown):
            first, *more = new[0].split("\n") if new else ("(left out)",)
            return shorten(f"{key}, item {start + 1}: {first}{' …' if more else ''}")
        items = [item or "…" for item in self.items(owner)]
        items[start:stop] = new
        return shorten(f"{key}: [{', '.join(items)}]")

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
        where, value = self.source_path(path), self.value_at(path)
        if isinstance(value, list | dict) and not self.source.is_flow(where):
            steps = range(len(value)) if isinstance(value, list) else value
            inner = [self.in_brackets((*where, step)) for step in steps]
            if isinstance(value, list):
                return f"[{', '.join(inner)}]"
            return f"{{{', '.join(map('{}: {}'.format, value, inner))}}}"
        if isinstance(value, str) and re.search(r"[\s,\[\]{}]", value):
            return json.dumps(value, ensure_ascii=False)
        return self.piece(where)
