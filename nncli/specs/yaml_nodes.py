"""YAML events → nodes: the values of a document with the pieces of text that they are.

Every event is checked (size, depth, aliases, tags) before anything is made of it, and reading
stops at the first one that is too deep or one too many.  No YAML constructor ever runs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

import yaml

from nncli.specs.faults import Fault
from nncli.specs.spec_text import Span
from nncli.words import quoted

MAX_VALUES = 100_000
MAX_DEPTH = 64
# Characters of all values, each counted as often as aliases repeat it.
MAX_CHARACTERS = 4 * 1024 * 1024
TOO_LARGE_HELP = "put the weights in a `weights_file` (.safetensors or .npz) beside the spec"


class Scalar(NamedTuple):
    """A text, a number or the like; a plain one has no quotes."""

    span: Span
    text: str
    plain: bool


class Items(NamedTuple):
    """A list; flow: whether it is written in brackets."""

    span: Span
    items: list[Any]
    flow: bool


class Pairs(NamedTuple):
    """A mapping: its keys and values in their order, repeated keys included."""

    span: Span
    pairs: list[tuple[Any, Any]]
    flow: bool


Node = Scalar | Items | Pairs


@dataclass
class _Open:
    """A collection whose end has not been read yet."""

    event: Any
    before: tuple[int, int]  # how many values and characters came before it
    height: int = 1  # of the tallest collection in it, itself included
    children: list[Node] = field(default_factory=list)
    end: tuple[int, int] = (0, 0)  # of its last child: a block's own end is at the next token


class Composer:
    """Makes nodes of events; an alias counts as all the values that it stands for.

    root: of the document, once it is read; faults: tags; tagged: where the values with a tag
    begin; shared: the ids of the nodes that aliases repeat; error: an alias or an anchor that
    makes no sense, told if nothing worse comes.
    """

    def __init__(self) -> None:
        self.root: Node | None = None
        self.faults: list[Fault] = []
        self.tagged: set[tuple[int, int]] = set()
        self.shared: set[int] = set()
        self.error: yaml.MarkedYAMLError | None = None
        self._documents = 0
        self._values = self._characters = 0
        self._stack: list[_Open] = []
        self._anchors: dict[str, yaml.Mark] = {}
        self._anchored: dict[str, tuple[Node, int, int, int]] = {}
        # anchor → node, values, characters, height

    def take(self, event: Any) -> Fault | None:
        """Take the next event; a fault means that reading has to stop."""
        if isinstance(event, yaml.ScalarEvent):
            size = len(event.value)
            if (stop := self._start(event, size, height=0)) is None:
                # '' from the C parser, None from the Python one; quoted styles are ' " | >
                node = Scalar(_span(event, event.end_mark), event.value, not event.style)
                self._add(node, event, 1, size, height=0)
            return stop
        if isinstance(event, yaml.CollectionStartEvent):
            stop = self._start(event, 0, height=1)
            self._stack.append(_Open(event, (self._values - 1, self._characters)))
            return stop
        if isinstance(event, yaml.CollectionEndEvent):
            self._close(event)
        elif isinstance(event, yaml.AliasEvent):
            return self._repeat(event)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                hint = "a spec is one document; remove the `---` and what follows"
                return _stop("N103", "a second YAML document starts here", event, hint)
        return None

    def _start(self, event: Any, characters: int, height: int) -> Fault | None:
        if event.tag is not None:
            at = (event.start_mark.line, event.start_mark.column)
            self.faults.append(_tag_fault(event.tag)._replace(at=at))
            self.tagged.add(at)
        if event.anchor is not None and event.anchor in self._anchors:
            first = self._anchors[event.anchor]
            context, problem = "found duplicate anchor; first occurrence", "second occurrence"
            self._note(yaml.MarkedYAMLError(context, first, problem, event.start_mark))
        elif event.anchor is not None:
            self._anchors[event.anchor] = event.start_mark
        return self._grow(event, 1, characters, height)

    def _close(self, event: Any) -> None:
        closed = self._stack.pop()
        start, children = closed.event, closed.children
        flow = bool(start.flow_style)
        span = _span(start, event.end_mark)
        if not flow and children:
            span = Span(span.line, span.column, *closed.end)
        node: Node
        if isinstance(start, yaml.SequenceStartEvent):
            node = Items(span, children, flow)
        else:
            node = Pairs(span, list(zip(children[::2], children[1::2], strict=True)), flow)
        values, characters = closed.before
        values, characters = self._values - values, self._characters - characters
        self._add(node, start, values, characters, closed.height)

    def _add(self, node: Node, event: Any, values: int, characters: int, height: int) -> None:
        if event.anchor is not None:
            self._anchored[event.anchor] = (node, values, characters, height)
        self._put(node, node.span[2:])

    def _put(self, node: Node, end: tuple[int, int]) -> None:
        if self._stack:
            self._stack[-1].children.append(node)
            self._stack[-1].end = end
        else:
            self.root = node

    def _repeat(self, event: Any) -> Fault | None:
        if any(opened.event.anchor == event.anchor for opened in self._stack):
            message = f"the alias *{event.anchor} stands inside its own anchor"
            hint = "an alias may only repeat what is complete"
            return _stop("N104", message, event, hint)
        end = (event.end_mark.line, event.end_mark.column)
        if event.anchor not in self._anchored:
            self._note(yaml.MarkedYAMLError(None, None, "found undefined alias", event.start_mark))
            self._put(Scalar(_span(event, event.end_mark), "", plain=True), end)
            return self._grow(event, 1, 0, 0)
        node, *size = self._anchored[event.anchor]
        self.shared.add(id(node))
        self._put(node, end)
        return self._grow(event, *size)

    def _note(self, error: yaml.MarkedYAMLError) -> None:
        self.error = self.error or error

    def _grow(self, event: Any, values: int, characters: int, height: int) -> Fault | None:
        self._values += values
        self._characters += characters
        if self._characters > MAX_CHARACTERS:
            message = "the spec is larger than 4 MiB with its aliases written out"
            return _stop("N104", message, event, TOO_LARGE_HELP)
        if self._values > MAX_VALUES:
            message = f"the spec holds more than {MAX_VALUES:,} values"
            return _stop("N104", message, event, TOO_LARGE_HELP)
        if len(self._stack) + height > MAX_DEPTH:
            message = f"nested deeper than {MAX_DEPTH} levels"
            return _stop("N104", message, event, "a spec needs no more than six")
        # a scalar makes nothing taller
        for level, opened in enumerate(reversed(self._stack if height else ()), start=height + 1):
            if opened.height >= level:
                break
            opened.height = level
        return None


@lru_cache(maxsize=64)
def _tag_fault(tag: str) -> Fault:
    written = tag.replace("tag:yaml.org,2002:", "!!")
    message = f"the tag {quoted(written)} is not allowed"
    return Fault("N103", message, ("a spec is plain data: remove the tag",))


def _span(event: Any, end: Any) -> Span:
    start = event.start_mark
    return Span(start.line, start.column, end.line, end.column)


def _stop(code: str, message: str, event: Any, hint: str) -> Fault:
    at = (event.start_mark.line, event.start_mark.column)
    return Fault(code, message, (hint,), at=at)
