"""YAML text as plain values, with the line and column of every key and value.

Reading takes three steps, each safe before the next: the bytes become text, the event stream is
checked (size, depth, aliases, tags) and stopped at the first excess, and only then are nodes
composed and their scalars resolved by the YAML 1.2 rules.  No YAML constructor ever runs.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import yaml

from nncli.errors import SpecError
from nncli.problems import Place, Problem, Suggestion
from nncli.specs.spec_text import LINE_END, Span, SpecText
from nncli.words import quoted, shorten

MAX_BYTES = 2 * 1024 * 1024
MAX_VALUES = 100_000
MAX_DEPTH = 64
_TOO_LARGE_HELP = "a spec is for what is written by hand: let larger layers be drawn from a seed"
# Nobody mends more at once; the others are counted.
MAX_PROBLEMS = 100

# A value's way from the top of the document: mapping keys and 0-based list positions.
Path = tuple[str | int, ...]

# Blank lines, comments and the marks around documents.
_NO_CONTENT = re.compile(r"(?:[ \t]*(?:#[^\r\n]*|---|\.\.\.)?[ \t]*(?:\r\n|\r|\n|$))*")
# NEL, LS, PS and an inner BOM are legal YAML, but nobody types them on purpose.
_REFUSED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]"
)
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_TRUE = frozenset({"true", "True", "TRUE"})
_FALSE = frozenset({"false", "False", "FALSE"})
_INTEGER = re.compile(r"[-+]?[0-9]+")
# YAML 1.1 reads 010 as 8 and YAML 1.2 as 10: neither is taken, and the message says so.
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+")
_BASED_INTEGER = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_SPECIAL_FLOAT = re.compile(r"([-+]?)\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
# int() refuses more than 4,300 digits; no value in a spec needs a tenth of that.
_MAX_INTEGER_DIGITS = 400


@dataclass(frozen=True)
class YamlSource:
    """One YAML document: its plain value, and where everything in it stands.

    *problems* are those that did not stop the reading (repeated keys, tags, merges).
    """

    text: SpecText
    value: Any
    problems: tuple[Problem, ...] = ()
    _tagged: frozenset[tuple[int, int]] = frozenset()  # where values with a tag begin
    _root: yaml.Node | None = field(default=None, repr=False)
    # a mapping's children by key, made when first asked for: a wrong spec may have 40,000 keys
    _children: dict[int, dict[str, tuple[yaml.Node, yaml.Node]]] = field(
        default_factory=dict, repr=False
    )

    def place(self, path: Path, *, of_key: bool = False) -> Place:
        """Return where the value at *path* begins, or its key; its nearest parent if absent."""
        node, key = self._find(path)
        if node is None:
            return self.text.place(0, 0)
        if key is None:
            return self.text.place_of(node.start_mark)
        if of_key:
            return self.text.place_of(key.start_mark)
        if node.start_mark.index < key.start_mark.index:
            return self._alias_place(key)
        return self.text.place_of(node.start_mark)

    def _alias_place(self, key: yaml.Node) -> Place:
        """Return where a key's alias stands: its value's own mark is at the anchor, further up."""
        line, column = key.end_mark.line, key.end_mark.column
        found = self.text.lines[line].find("*", column)
        return self.text.place(line, found if found >= 0 else column)

    def written(self, path: Path) -> str | None:
        """Return the text of the scalar at *path* as it was typed, quotes included; else None."""
        node, _ = self._find(path)
        if not isinstance(node, yaml.ScalarNode):
            return None
        return str(node.value) if _is_plain(node) else f'"{node.value}"'

    def span(self, path: Path) -> Span | None:
        """Return the piece of text that is the value at *path*, and is nothing else's value.

        None if there is no such value, or if an anchor shares it or what it stands in.
        """
        node = self._own_node(path)
        if node is None:
            return None
        start, end = node.start_mark, _end_mark(node)
        return Span(start.line, start.column, end.line, end.column)

    def key_span(self, path: Path) -> Span | None:
        """Return the piece of text that is the last key of *path*; None as for `span`."""
        _, key = self._find(path)
        if key is None or self._own_node(path[:-1]) is None:
            return None
        start, end = key.start_mark, key.end_mark
        return Span(start.line, start.column, end.line, end.column)

    def holds(self, path: Path) -> bool:
        """Whether there is something at *path*."""
        node = self._root
        for step in path:
            child = self._child(node, step)
            if child is None:
                return False
            node = child[1]
        return node is not None

    def is_refused(self, path: Path) -> bool:
        """Whether the value at *path*, or what it stands in, has a tag: that is its problem."""
        node = self._root
        for step in (*path, None):
            if node is not None and (node.start_mark.line, node.start_mark.column) in self._tagged:
                return True
            child = self._child(node, step) if step is not None else None
            if child is None:
                return False
            node = child[1]
        return False

    def holds_key_like(self, path: Path, start: str) -> bool:
        """Whether the mapping at *path* has a key that starts so."""
        node, _ = self._find(path)
        return isinstance(node, yaml.MappingNode) and any(
            isinstance(key, yaml.ScalarNode) and key.value.startswith(start)
            for key, _ in node.value
        )

    def is_merged(self, path: Path) -> bool:
        """Whether the mapping at *path* takes keys from elsewhere: a problem of its own."""
        node, _ = self._find(path)
        return isinstance(node, yaml.MappingNode) and any(
            key.value == "<<" and _is_plain(key)
            for key, _ in node.value
            if isinstance(key, yaml.ScalarNode)
        )

    def is_flow(self, path: Path) -> bool:
        """Whether the list or mapping at *path* is written in brackets."""
        node = self._own_node(path)
        return isinstance(node, yaml.CollectionNode) and bool(node.flow_style)

    def items(self, path: Path) -> int:
        """Return how many items the list at *path* has; 0 if there is none."""
        node = self._own_node(path)
        return len(node.value) if isinstance(node, yaml.SequenceNode) else 0

    def _own_node(self, path: Path) -> yaml.Node | None:
        node = self._root
        for step in path:
            child = self._child(node, step)
            if child is None or id(child[1]) in self._shared:
                return None
            node = child[1]
        return node

    @cached_property
    def _shared(self) -> frozenset[int]:
        """The nodes that stand in more than one place: aliases repeat them."""
        seen: set[int] = set()
        shared: set[int] = set()
        waiting = [self._root] if self._root is not None else []
        while waiting:
            node = waiting.pop()
            if id(node) in seen:
                shared.add(id(node))
                continue
            seen.add(id(node))
            if isinstance(node, yaml.SequenceNode):
                waiting += node.value
            elif isinstance(node, yaml.MappingNode):
                waiting += [value for _, value in node.value]
        return frozenset(shared)

    def _find(self, path: Path) -> tuple[yaml.Node | None, yaml.Node | None]:
        node, key = self._root, None
        for step in path:
            child = self._child(node, step)
            if child is None:
                return node, None
            key, node = child
        return node, key

    def _child(
        self, node: yaml.Node | None, step: str | int
    ) -> tuple[yaml.Node | None, yaml.Node] | None:
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            return (None, node.value[step]) if step < len(node.value) else None
        if not isinstance(node, yaml.MappingNode):
            return None
        if id(node) not in self._children:
            self._children[id(node)] = {
                key.value: (key, value)
                for key, value in reversed(node.value)  # the first of a repeated key counts
                if isinstance(key, yaml.ScalarNode)
            }
        return self._children[id(node)].get(str(step))


def _end_mark(node: yaml.Node) -> yaml.Mark:
    """Return where a value ends: a block's own mark is at the next token, perhaps lines below."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    return node.end_mark


def read_yaml(content: bytes, file: str) -> YamlSource:
    """Read one YAML document.

    Raises SpecError, located, for anything that makes the document unreadable as a whole.
    """
    text = SpecText.of(file, _decode(content, file))
    _refuse_characters(text)
    if _NO_CONTENT.fullmatch(text.text):
        return YamlSource(text, None)
    try:
        guard = _guarded(text)
        root = yaml.compose(text.text, Loader=_LOADER)
    except yaml.MarkedYAMLError as error:
        from nncli.specs.yaml_faults import syntax_problem  # only needed once something is wrong

        raise SpecError(syntax_problem(error, text)) from None
    problems = guard.problems
    value = _plain_value(root, text, problems) if root is not None else None
    return YamlSource(text, value, tuple(problems), frozenset(guard.tagged), root)


def _guarded(text: SpecText, end: int | None = None) -> _EventGuard:
    """Follow the events of the text, or of its first characters.  Raises SpecError, YAMLError."""
    guard = _EventGuard(text)
    try:
        for event in yaml.parse(text.text[:end], Loader=_LOADER):
            guard.check(event)
    except yaml.MarkedYAMLError as error:
        # libyaml 0.2.6 looks 1,000 brackets ahead and refuses one more, before it tells of any:
        # what stands before that one is deep enough, and nothing in it is refused
        mark = error.problem_mark
        if end is None and mark and mark.index and "nesting depth" in (error.problem or ""):
            return _guarded(text, mark.index)
        raise
    return guard


# The C parser is absent from PyYAML on some platforms; both give the same events and marks.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def too_large(file: str) -> SpecError:
    """Return the error for a spec beyond MAX_BYTES."""
    hint = (_TOO_LARGE_HELP,)
    return SpecError(Problem("N104", "the spec is larger than 2 MiB", Place(file), hint))


def _decode(content: bytes, file: str) -> str:
    if len(content) > MAX_BYTES:
        raise too_large(file)
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
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        before = LINE_END.split(content[: error.start].decode(encoding, errors="replace"))
        text = SpecText.of(file, content.decode(encoding, errors="replace"))
        place = text.place(len(before) - 1, len(before[-1]))
        message = f"byte 0x{content[error.start]:02X} is not {encoding.upper()} text"
        raise SpecError(Problem("N110", message, place, ("save the file as UTF-8",))) from None


def _refuse_characters(text: SpecText) -> None:
    match = _REFUSED.search(text.text)
    if match is None:
        return
    lines = LINE_END.split(text.text[: match.start()])
    line, column = len(lines) - 1, len(lines[-1])
    help_line = {
        "\0": "is this a binary or a UTF-16 file? save it as UTF-8",
        "\ufeff": "it is a byte-order mark: were files joined? remove it",
    }.get(match.group(), "remove it; inside a text, write it as an escape in double quotes")
    content = text.lines[line]
    replacement = "\n" if match.group() in "\x85\u2028\u2029" else ""
    if replacement:
        help_line = "some programs take it for a line end: write a plain one"
    edit = text.edit(
        Span(line, column, line, column + 1),
        replacement,
        shorten((content[:column] + replacement + content[column + 1 :]).split("\n")[-1].strip()),
    )
    raise SpecError(
        Problem(
            "N110",
            f"character U+{ord(match.group()):04X} is not allowed in a spec",
            text.place(line, column),
            (help_line,),
            (Suggestion(help_line, edits=(edit,)),),
        )
    )


@dataclass
class _Open:
    """A collection whose end has not been read yet."""

    anchor: str | None
    values_before: int
    height: int = 1


class _EventGuard:
    """Follows the event stream and stops at the first event that is too deep or one too many.

    An alias counts as all the values that it stands for, so that nothing explodes later.
    """

    def __init__(self, text: SpecText) -> None:
        self.text = text
        self.problems: list[Problem] = []
        self.tagged: list[tuple[int, int]] = []
        self._documents = 0
        self._values = 0
        self._stack: list[_Open] = []
        self._anchored: dict[str, tuple[int, int]] = {}  # anchor → (values, height)

    def check(self, event: yaml.Event) -> None:
        """Look at one event.  Raises SpecError."""
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                hint = "a spec is one document; remove the `---` and what follows"
                raise self._stop("N103", "a second YAML document starts here", event, hint)
        elif isinstance(event, yaml.AliasEvent):
            if any(opened.anchor == event.anchor for opened in self._stack):
                message = f"the alias *{event.anchor} stands inside its own anchor"
                hint = "an alias may only repeat what is complete"
                raise self._stop("N104", message, event, hint)
            self._grow(event, *self._anchored.get(str(event.anchor), (1, 0)))
        elif isinstance(event, yaml.NodeEvent):
            self._open(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            closed = self._stack.pop()
            if closed.anchor is not None:
                size = self._values - closed.values_before
                self._anchored[closed.anchor] = (size, closed.height)

    def _open(self, event: Any) -> None:
        if event.tag is not None and len(self.problems) < MAX_PROBLEMS:
            written = event.tag.replace("tag:yaml.org,2002:", "!!")
            message = f"the tag {quoted(written)} is not allowed"
            hint = "a spec is plain data: remove the tag"
            place = self.text.place_of(event.start_mark)
            proposals = _without_tag(self.text, event.start_mark)
            self.problems.append(Problem("N103", message, place, (hint,), proposals))
            self.tagged.append((event.start_mark.line, event.start_mark.column))
        is_collection = isinstance(event, yaml.CollectionStartEvent)
        self._grow(event, 1, 1 if is_collection else 0)
        if is_collection:
            self._stack.append(_Open(event.anchor, self._values - 1))
        elif event.anchor is not None:
            self._anchored[event.anchor] = (1, 0)

    def _grow(self, event: Any, values: int, height: int) -> None:
        self._values += values
        if self._values > MAX_VALUES:
            message = f"the spec holds more than {MAX_VALUES:,} values"
            raise self._stop("N104", message, event, _TOO_LARGE_HELP)
        if len(self._stack) + height > MAX_DEPTH:
            message = f"nested deeper than {MAX_DEPTH} levels"
            raise self._stop("N104", message, event, "a spec needs no more than six")
        for level, opened in enumerate(reversed(self._stack), start=height + 1):
            if opened.height >= level:
                break
            opened.height = level

    def _stop(self, code: str, message: str, event: Any, hint: str) -> SpecError:
        return SpecError(Problem(code, message, self.text.place_of(event.start_mark), (hint,)))


def _without_tag(text: SpecText, mark: yaml.Mark) -> tuple[Suggestion, ...]:
    line = text.lines[mark.line]
    tag = re.match(r"!\S*[ ]*", line[mark.column :])
    if tag is None:
        return ()
    rest = line[mark.column + tag.end() :]
    span = Span(mark.line, mark.column, mark.line, mark.column + tag.end())
    edit = text.edit(span, "", shorten((line[: mark.column] + rest).strip()))
    return (Suggestion("a spec is plain data: remove the tag", edits=(edit,)),)


def _plain_value(node: yaml.Node, text: SpecText, problems: list[Problem]) -> Any:
    """Turn nodes into dicts, lists and scalars; repeated keys and merges become problems."""
    if isinstance(node, yaml.ScalarNode):
        return _resolve(node)
    if isinstance(node, yaml.SequenceNode):
        return [_plain_value(child, text, problems) for child in node.value]
    result: dict[str, Any] = {}
    first_marks: dict[str, yaml.Mark] = {}
    for key_node, value_node in node.value:
        mark = key_node.start_mark
        place = text.place_of(mark)
        if not isinstance(key_node, yaml.ScalarNode):
            hint = ("the keys of a spec are words, like `layers`",)
            problems.append(Problem("N105", "a key must be a plain word", place, hint))
        elif key_node.value == "<<" and _is_plain(key_node):
            help_line = "write the keys out, or repeat a whole value with an alias"
            problems.append(Problem("N103", "merge keys (<<) are not allowed", place, (help_line,)))
        elif key_node.value in first_marks:
            first = first_marks[key_node.value]
            problems.append(
                Problem(
                    "N102",
                    f"the key {quoted(key_node.value)} is repeated; "
                    f"it is first defined at {first.line + 1}:{first.column + 1}",
                    place,
                    ("remove one of the two",),
                )
            )
        else:
            first_marks[key_node.value] = mark
            result[key_node.value] = _plain_value(value_node, text, problems)
    return result


def _resolve(node: yaml.ScalarNode) -> bool | int | float | str | None:
    """Resolve a scalar by the YAML 1.2 core schema (yaml.org/spec/1.2.2, section 10.3.2)."""
    text = str(node.value)
    if not _is_plain(node):
        return text
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
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


def _is_plain(node: yaml.ScalarNode) -> bool:
    # '' from the C composer, None from the Python one; quoted styles are ' " | >
    return not node.style
