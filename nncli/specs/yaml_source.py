"""YAML text as plain values, with the line and column of every key and value.

Reading takes three steps, each safe before the next: the bytes become text, the events of the
text become nodes, each checked before it is taken, and their scalars are resolved by the YAML 1.2
rules.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import yaml

from nncli.errors import SpecError
from nncli.problems import Place, Problem
from nncli.specs.faults import Fault, Path
from nncli.specs.spec_text import Span, SpecText, end_of
from nncli.specs.yaml_nodes import MAX_DEPTH, TOO_LARGE_HELP, Composer, Items, Node, Pairs, Scalar
from nncli.words import quoted

MAX_BYTES = 2 * 1024 * 1024

# NEL, LS, PS and an inner BOM are legal YAML, but nobody types them on purpose.
REFUSED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]"
)
NULL = frozenset({"", "~", "null", "Null", "NULL"})
TRUE = frozenset({"true", "True", "TRUE"})
FALSE = frozenset({"false", "False", "FALSE"})
_INTEGER = re.compile(r"[-+]?[0-9]+")
# YAML 1.1 reads 010 as 8 and YAML 1.2 as 10: neither is taken, and the message says so.
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+")
_BASED_INTEGER = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_SPECIAL_FLOAT = re.compile(r"([-+]?)\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
# int() refuses more than 4,300 digits; no value in a spec needs a tenth of that.
_MAX_INTEGER_DIGITS = 400


@dataclass(frozen=True, eq=False)
class YamlSource:
    """One YAML document: its plain value, and where everything in it stands."""

    text: SpecText
    value: Any
    # a repeated key, a tag, a merge; or what makes the document unreadable as a whole
    faults: tuple[Fault, ...] = ()
    root: Node | None = field(default=None, repr=False)
    _tagged: frozenset[tuple[int, int]] = frozenset()  # where values with a tag begin
    _shared: frozenset[int] = frozenset()  # the ids of the nodes that aliases repeat
    # a mapping's children by key, made when first asked for: a wrong spec may have 40,000 keys
    _children: dict[int, dict[str, tuple[Scalar, Node]]] = field(default_factory=dict, repr=False)

    @property
    def is_unreadable(self) -> bool:
        """Whether there is nothing to look at but one fault."""
        return self.root is None and bool(self.faults)

    def position(self, path: Path, *, of_key: bool = False) -> tuple[int, int]:
        """Return the 0-based line and column at which the value at *path* begins, or its key.

        Of what is absent it is that of its nearest parent.
        """
        node, key = self._find(path)
        if node is None:
            return (0, 0)
        if key is None:
            return node.span[:2]
        if of_key:
            return key.span[:2]
        if node.span[:2] < key.span[:2]:
            # an alias: its value's own place is at the anchor, further up
            line, column = key.span.end_line, key.span.end_column
            found = self.text.lines[line].find("*", column)
            return (line, found if found >= 0 else column)
        return node.span[:2]

    def place(self, path: Path, *, of_key: bool = False) -> Place:
        """Return the place of the value at *path*, or of its key, for a message."""
        return self.text.place(*self.position(path, of_key=of_key))

    def written(self, path: Path) -> str | None:
        """Return the text of the scalar at *path* as it was typed, quotes included; else None."""
        node, _ = self._find(path)
        if not isinstance(node, Scalar):
            return None
        return node.text if node.plain else f'"{node.text}"'

    def span(self, path: Path) -> Span | None:
        """Return the piece of text that is the value at *path*, and is nothing else's value.

        None if there is no such value, or if an anchor shares it or what it stands in.
        """
        node = self._own_node(path)
        return node.span if node is not None else None

    def key_span(self, path: Path) -> Span | None:
        """Return the piece of text that is the last key of *path*; None as for `span`."""
        _, key = self._find(path)
        return key.span if key is not None and self._own_node(path[:-1]) is not None else None

    def holds(self, path: Path) -> bool:
        """Whether there is something at *path*."""
        return self.root is not None and len(list(self._way(path))) == len(path)

    def is_refused(self, path: Path) -> bool:
        """Whether the value at *path*, or what it stands in, has a tag: that is its fault."""
        if not self._tagged or self.root is None:
            return False
        nodes = [self.root, *(node for _, node in self._way(path))]
        return any(node.span[:2] in self._tagged for node in nodes)

    def holds_key_like(self, path: Path, start: str) -> bool:
        """Whether the mapping at *path* has a key that starts so."""
        return any(key.text.startswith(start) for key in self._keys(path))

    def is_merged(self, path: Path) -> bool:
        """Whether the mapping at *path* takes keys from elsewhere: a fault of its own."""
        return self._may_merge and any(map(_is_merge, self._keys(path)))

    @cached_property
    def _may_merge(self) -> bool:
        return "<<" in self.text.text  # hardly any spec does, and each of its layers asks

    def is_flow(self, path: Path) -> bool:
        """Whether the list or mapping at *path* is written in brackets."""
        node = self._own_node(path)
        return isinstance(node, Items | Pairs) and node.flow

    def items(self, path: Path) -> int:
        """Return how many items the list at *path* has; 0 if there is none."""
        node = self._own_node(path)
        return len(node.items) if isinstance(node, Items) else 0

    def _keys(self, path: Path) -> Iterator[Scalar]:
        node, _ = self._find(path)
        if isinstance(node, Pairs):
            yield from (key for key, _ in node.pairs if isinstance(key, Scalar))

    def _own_node(self, path: Path) -> Node | None:
        way = [node for _, node in self._way(path)]
        if len(way) < len(path) or any(id(node) in self._shared for node in way):
            return None
        return way[-1] if way else self.root

    def _find(self, path: Path) -> tuple[Node | None, Scalar | None]:
        """Return the value at *path* and its key; its nearest parent, without a key, if absent."""
        node, key, steps = self.root, None, 0
        for steps, (key, node) in enumerate(self._way(path), start=1):  # noqa: B007
            pass
        return node, key if steps == len(path) else None

    def _way(self, path: Path) -> Iterator[tuple[Scalar | None, Node]]:
        """Yield the keys and values on the way to *path*, as far as it exists."""
        node = self.root
        for step in path:
            if isinstance(node, Items) and isinstance(step, int) and step < len(node.items):
                key, node = None, node.items[step]
            elif isinstance(node, Pairs) and str(step) in self._children_of(node):
                key, node = self._children_of(node)[str(step)]
            else:
                return
            yield key, node

    def _children_of(self, node: Pairs) -> dict[str, tuple[Scalar, Node]]:
        if id(node) not in self._children:
            self._children[id(node)] = {
                key.text: (key, value)
                for key, value in reversed(node.pairs)  # the first of a repeated key counts
                if isinstance(key, Scalar)
            }
        return self._children[id(node)]


def read_yaml(content: bytes, file: str) -> YamlSource:
    """Read one YAML document.  Raises SpecError if it is too large to be read at all."""
    if len(content) > MAX_BYTES:
        raise too_large(file)
    text, fault = _decode(content, file)
    fault = fault or _strange_character(text)
    if fault is not None:
        return YamlSource(text, None, (fault,))
    if not any(map(_has_content, text.lines)):
        return YamlSource(text, None)
    try:
        composer, fault = _composed(text)
    except yaml.MarkedYAMLError as error:
        from nncli.specs.yaml_faults import syntax_fault  # only needed once something is wrong

        return YamlSource(text, None, (syntax_fault(error, text),))
    if fault is not None:
        return YamlSource(text, None, (fault,))
    faults = composer.faults
    value = _plain_value(composer.root, faults) if composer.root is not None else None
    shared, tagged = frozenset(composer.shared), frozenset(composer.tagged)
    return YamlSource(text, value, tuple(faults), composer.root, tagged, shared)


def is_yaml(text: str) -> bool:
    """Whether a text is one YAML document, as far as its marks go, and no deeper than allowed."""
    depth = documents = 0
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            documents += isinstance(event, yaml.DocumentStartEvent)
            if depth > MAX_DEPTH or documents > 1:
                return False
    except yaml.YAMLError:
        return False
    return documents == 1


def _has_content(line: str) -> bool:
    """Whether a line is more than blanks, a comment or a mark around documents."""
    line = line.strip(" \t")
    return not line.startswith("#") and line not in ("", "---", "...")


def _composed(text: SpecText, end: int | None = None) -> tuple[Composer, Fault | None]:
    """Make nodes of the text, or of its first characters; a fault stopped that.

    Raises MarkedYAMLError.
    """
    composer = Composer()
    try:
        for event in yaml.parse(text.text[:end], Loader=_LOADER):
            if (fault := composer.take(event)) is not None:
                return composer, fault
    except yaml.MarkedYAMLError as error:
        # libyaml 0.2.6 looks 1,000 brackets ahead and refuses one more, before it tells of any:
        # what stands before that one is deep enough, and nothing in it is refused
        mark = error.problem_mark
        if end is None and mark and mark.index and "nesting depth" in (error.problem or ""):
            return _composed(text, mark.index)
        raise
    if composer.error is not None:
        raise composer.error
    return composer, None


# The C parser is absent from PyYAML on some platforms; both give the same events and marks.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def too_large(file: str) -> SpecError:
    """Return the error for a spec beyond MAX_BYTES."""
    return SpecError(
        Problem("N104", "the spec is larger than 2 MiB", Place(file), (TOO_LARGE_HELP,))
    )


def _decode(content: bytes, file: str) -> tuple[SpecText, Fault | None]:
    encoding = "utf-8"
    for bom, name in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if content.startswith(bom):
            content, encoding = content[len(bom) :], name
            break
    try:
        return SpecText.of(file, content.decode(encoding)), None
    except UnicodeDecodeError as error:
        at = end_of(content[: error.start].decode(encoding, errors="replace"))
        message = f"byte 0x{content[error.start]:02X} is not {encoding.upper()} text"
        text = SpecText.of(file, content.decode(encoding, errors="replace"))
        return text, Fault("N110", message, ("save the file as UTF-8",), at=at)


def _strange_character(text: SpecText) -> Fault | None:
    match = REFUSED.search(text.text)
    if match is None:
        return None
    hint = {
        "\0": "is this a binary or a UTF-16 file? save it as UTF-8",
        "\ufeff": "it is a byte-order mark: were files joined? remove it",
    }.get(match.group(), "remove it; inside a text, write it as an escape in double quotes")
    if match.group() in "\x85\u2028\u2029":
        hint = "some programs take it for a line end: write a plain one"
    return Fault(
        "N110",
        f"character U+{ord(match.group()):04X} is not allowed in a spec",
        (hint,),
        at=end_of(text.text[: match.start()]),
    )


def _plain_value(node: Node, faults: list[Fault]) -> Any:
    """Turn nodes into dicts, lists and scalars; repeated keys and merges become faults."""
    if isinstance(node, Scalar):
        return _resolve(node)
    if isinstance(node, Items):
        return [_plain_value(child, faults) for child in node.items]
    result: dict[str, Any] = {}
    first: dict[str, tuple[Scalar, Node]] = {}
    for key, value in node.pairs:
        at = key.span[:2]
        if not isinstance(key, Scalar):
            hint = "the keys of a spec are words, like `layers`"
            faults.append(Fault("N105", "a key must be a plain word", (hint,), at=at))
        elif _is_merge(key):
            hint = "write the keys out, or repeat a whole value with an alias"
            faults.append(Fault("N103", "merge keys (<<) are not allowed", (hint,), at=at))
        elif key.text in first:
            faults.append(_twice(key, value, *first[key.text]))
        else:
            first[key.text] = key, value
            result[key.text] = _plain_value(value, faults)
    return result


def _twice(key: Scalar, value: Node, first: Scalar, before: Node) -> Fault:
    """Say that a key stands twice, and with which values if they differ."""
    message = f"the key {quoted(key.text)} stands twice; first at {first.span.line + 1}:"
    message += str(first.span.column + 1)
    if isinstance(value, Scalar) and isinstance(before, Scalar) and value.text != before.text:
        message += f" with {quoted(before.text)}, here with {quoted(value.text)}"
    return Fault("N102", message, ("remove one of the two",), at=key.span[:2])


def _is_merge(key: Scalar) -> bool:
    return key.text == "<<" and key.plain


def _resolve(node: Scalar) -> bool | int | float | str | None:
    """Resolve a scalar by the YAML 1.2 core schema (yaml.org/spec/1.2.2, section 10.3.2)."""
    text = node.text
    if not node.plain:
        return text
    if text in NULL:
        return None
    if text in TRUE or text in FALSE:
        return text in TRUE
    if _LEADING_ZERO.fullmatch(text):
        return text
    if _INTEGER.fullmatch(text):
        return int(text) if len(text) <= _MAX_INTEGER_DIGITS else float(text)
    if _BASED_INTEGER.fullmatch(text):
        return int(text, base=0)
    if _FLOAT.fullmatch(text):
        return float(text)
    special = _SPECIAL_FLOAT.fullmatch(text)
    if special:
        return float(text.lower().replace(".", ""))
    return text
