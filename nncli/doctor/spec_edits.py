"""Changes of a spec's text: the piece of it that a value is, and what would stand there instead."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nncli.problems import Edit
from nncli.specs.faults import Path
from nncli.specs.origins import source_path, value_at
from nncli.specs.spec_text import LINE_END, Span, SpecText
from nncli.specs.yaml_source import YamlSource
from nncli.words import shorten

_MAX_SHOWN_ITEMS = 12

# A change in words, and its edits if the text allows them.
Proposal = tuple[str, Edit | Sequence[Edit | None] | None]


def edit_of(text: SpecText, span: Span, new: str, summary: str) -> Edit:
    """Return the edit that puts *new* in the place of a piece."""
    line, column, end_line, end_column = (number + 1 for number in span)
    return Edit(text.file, line, column, end_line, end_column, new, summary)


def offsets(text: SpecText, span: Span) -> tuple[int, int]:
    """Return where a piece begins and ends in the whole text, in characters."""
    starts = [0, *(match.end() for match in LINE_END.finditer(text.text))]
    return starts[span.line] + span.column, starts[span.end_line] + span.end_column


def piece_of(text: SpecText, span: Span) -> str:
    """Return a piece of a text, whatever its line ends are."""
    lines = list(text.lines[span.line : span.end_line + 1])
    lines[-1] = lines[-1][: span.end_column]
    return "\n".join((lines[0][span.column :], *lines[1:]))


def edit_at(text: SpecText, start: int, end: int, new: str, summary: str) -> Edit:
    """Return the edit of a piece of the whole text; start, end: in characters."""
    places = []
    for offset in (start, end):
        ends = [match.end() for match in LINE_END.finditer(text.text, 0, offset)]
        places += [len(ends), offset - (ends[-1] if ends else 0)]
    return edit_of(text, Span(*places), new, summary)


def edit_in_line(text: SpecText, line: int, start: int, end: int, new: str) -> Edit:
    """Return the edit of a piece of one line, which is shown whole; all count from 0."""
    content = text.lines[line]
    # of a line that is broken in two, the second part is shown
    changed = f"{content[:start]}{new}{content[end:]}".split("\n")[-1]
    return edit_of(text, Span(line, start, line, end), new, shorten(changed.strip()))


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

    def replace(self, path: Path, text: str) -> Edit | None:
        """Return the edit that writes *text* in the place of the value at *path*."""
        span = self._span(path)
        if span is None:
            return None
        where = self.source_path(path)
        key = where[-1]
        key_span = self.source.key_span(where)
        if key_span is not None and key_span.line < span.line and span.column <= key_span.column:
            text = "  " + text  # below its key, brackets must stand further right than dashes
        # a list is shown with all its items: a lone one would not say which
        summary = f"{key}: {text}" if isinstance(key, str) else self._list_with(where, text)
        return edit_of(self.source.text, span, text, summary)

    def replace_key(self, path: Path, key: str) -> Edit | None:
        """Return the edit that renames the last key of *path*."""
        span = self.source.key_span(self.source_path(path))
        if span is None:
            return None
        return edit_in_line(self.source.text, span.line, span.column, span.end_column, key)

    def remove_key(self, path: Path) -> Edit | None:
        """Return the edit that takes a key with its value away, if others stand beside it."""
        owner, key = self.source_path(path[:-1]), str(path[-1])
        keys = list(self.value_at(path[:-1]))
        place = keys.index(key)
        own, value = self.source.key_span((*owner, key)), self.source.span((*owner, key))
        others = [self.source.key_span((*owner, other)) for other in keys[place + 1 :][:1]]
        if own is None or value is None or not keys[1:] or None in others:
            return None
        if others and others[0] is not None:
            span = Span(own.line, own.column, others[0].line, others[0].column)
        else:
            before = self.source.span((*owner, keys[place - 1]))
            if before is None:
                return None
            span = Span(before.end_line, before.end_column, value.end_line, value.end_column)
        return edit_of(self.source.text, span, "", f"(without `{key}`)")

    def fill(self, path: Path, text: str) -> Edit | None:
        """Return the edit that gives an empty key a value."""
        span = self.source.key_span(self.source_path(path))
        if span is None:
            return None
        colon = self.source.text.lines[span.end_line].find(":", span.end_column) + 1
        if not colon:
            return None
        end = Span(span.end_line, colon, span.end_line, colon)
        return edit_of(self.source.text, end, f" {text}", f"{path[-1]}: {text}")

    def insert_key(self, before: Path, key: str, text: str) -> Edit | None:
        """Return the edit that writes a new key in front of the key at *before*."""
        source = self.source
        where = self.source_path(before)
        span = source.key_span(where)
        if span is None:
            return None
        in_flow = source.is_flow(where[:-1])
        gap = ", " if in_flow else "\n" + " " * span.column
        start = Span(span.line, span.column, span.line, span.column)
        return edit_of(self.source.text, start, f"{key}: {text}{gap}", f"{key}: {text}")

    def insert_first(self, path: Path, item: str) -> Edit | None:
        """Return the edit that writes an item in front of a list."""
        where = self.source_path(path)
        first, opening = self.source.span((*where, 0)), self.source.span(where)
        if first is None or opening is None:
            return None
        gap = ", " if self.source.is_flow(where) else f"\n{' ' * opening.column}- "
        start = Span(*first[:2], *first[:2])
        count = self.source.items(where)
        items = [self.shown((*where, index)) for index in range(min(count, _MAX_SHOWN_ITEMS))]
        shown = shorten(f"{where[-1]}: [{', '.join((item, *items))}]")
        return edit_of(self.source.text, start, f"{item}{gap}", shown)

    def swap(self, one: Path, other: Path) -> tuple[Edit, ...]:
        """Return the edits that write two values in each other's place; none if that cannot be."""
        spans = [self.source.span(self.source_path(path)) for path in (one, other)]
        text = self.source.text
        written = [piece_of(text, span) for span in spans if span is not None]
        if len(written) < 2 or any(re.search(r"[&*]\w", value) for value in written):
            return ()  # what repeats the other must stand behind it
        return tuple(
            edit_of(text, span, value, shorten(" ".join(value.split())))
            for span, value in zip(spans, reversed(written), strict=True)
            if span is not None
        )

    def replace_items(self, path: Path, first: int, last: int, text: str) -> Edit | None:
        """Return the edit that writes *text* in the place of neighbours in a list."""
        where = self.source_path(path)
        one, other = self.source.span((*where, first)), self.source.span((*where, last))
        if one is None or other is None:
            return None
        count = self.source.items(where)
        items = [self.shown((*where, index)) for index in range(count)]
        items[first : last + 1] = [text]
        key = next((step for step in reversed(where) if isinstance(step, str)), "spec")
        shown = shorten(f"{key}: [{', '.join(items)}]")
        return edit_of(self.source.text, Span(*one[:2], *other[2:]), text, shown)

    def resize(self, path: Path, length: int, added: Sequence[str] = ()) -> Edit | None:
        """Return the edit that gives the list at *path* that many items.

        added: what it is filled up with, instead of 0.
        """
        source, path = self.source, self.source_path(path)
        items = source.items(path)
        if not items or length < 1:
            return None
        last = source.span((*path, items - 1))
        if last is None:
            return None
        if length < items:
            keep = source.span((*path, length - 1))
            if keep is None:
                return None
            span = Span(keep.end_line, keep.end_column, last.end_line, last.end_column)
            text = ""
        else:
            span = Span(last.end_line, last.end_column, last.end_line, last.end_column)
            opening = source.span(path)
            indent = " " * opening.column if opening is not None else ""
            gap = ", " if source.is_flow(path) else f"\n{indent}- "
            added = added or ["0"] * (length - items)
            text = "".join(f"{gap}{item}" for item in added)
        written = [
            self.shown((*path, index)) for index in range(min(length, items, _MAX_SHOWN_ITEMS))
        ]
        shown = ", ".join([*written, *(added if length > items else ())])
        key = next((step for step in reversed(path) if isinstance(step, str)), "spec")
        return edit_of(self.source.text, span, text, shorten(f"{key}: [{shown}]"))

    def _span(self, path: Path) -> Span | None:
        return self.source.span(self.source_path(path))

    def shown(self, where: Path) -> str:
        """Return what stands somewhere in the source as one line."""
        span = self.source.span(where)
        return " ".join(piece_of(self.source.text, span).split()) if span else "…"

    def _list_with(self, where: Path, text: str) -> str:
        """Return `key: [4, 5, 2]` with *text* as the item at *where*; of a long list, the item."""
        owner, index = where[:-1], int(where[-1])
        key = next((step for step in reversed(owner) if isinstance(step, str)), "spec")
        count = self.source.items(owner)
        if count > _MAX_SHOWN_ITEMS:
            return f"{key}, item {index + 1}: {text}"
        items = [self.source.written((*owner, i)) or "…" for i in range(count)]
        items[index] = text
        return shorten(f"{key}: [{', '.join(items)}]")
