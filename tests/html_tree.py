"""A page as a tree of its tags, strictly read: what is not closed, or twice there, is refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser

_VOID = {"meta", "input", "br", "hr", "img", "col", "wbr", "link", "base", "source", "embed"}
# Of these one cannot stand within another: a browser would close the first.
_CLOSED_BY = {"p": {"p", "div", "table", "section", "h1", "h2", "h3", "ul", "ol", "figure", "pre"}}


@dataclass(eq=False)
class Tag:
    """An element and what stands in it."""

    name: str
    attributes: dict[str, str]
    parent: Tag | None
    children: list[Tag | str] = field(default_factory=list)

    def below(self) -> Iterator[Tag]:
        """Yield all tags in it, in the order of the page."""
        for child in self.children:
            if isinstance(child, Tag):
                yield child
                yield from child.below()

    def having(self, attribute: str, value: str | None = None) -> list[Tag]:
        """Return the tags in it with an attribute."""
        return [
            tag
            for tag in self.below()
            if attribute in tag.attributes and value in (None, tag.attributes[attribute])
        ]

    def named(self, name: str) -> list[Tag]:
        """Return the tags in it of a name."""
        return [tag for tag in self.below() if tag.name == name]

    @property
    def classes(self) -> set[str]:
        """Return the names of its classes."""
        return set(self.attributes.get("class", "").split())

    @property
    def text(self) -> str:
        """Return all text in it."""
        return "".join(child if isinstance(child, str) else child.text for child in self.children)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.root = self.open = Tag("", {}, None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._add(tag, attrs)
        if tag not in _VOID:
            added = self.open.children[-1]
            assert isinstance(added, Tag)
            self.open = added

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        is_drawing = any(each.name == "svg" for each in self._path())
        assert tag in _VOID or is_drawing, f"<{tag}/> is not closed in HTML"
        self._add(tag, attrs)

    def _add(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice: {names}"
        for outer in self._path():
            assert tag not in _CLOSED_BY.get(outer.name, ()), f"<{tag}> in <{outer.name}>"
        values = {name: value or "" for name, value in attrs}
        self.open.children.append(Tag(tag, values, self.open))

    def _path(self) -> Iterator[Tag]:
        at: Tag | None = self.open
        while at is not None:
            yield at
            at = at.parent

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.open.name, f"</{tag}> where <{self.open.name}> is open"
        assert self.open.parent is not None
        self.open = self.open.parent

    def handle_data(self, data: str) -> None:
        if self.open.name != "style":
            assert not re.search("[<&]", data), f"not escaped: {data!r}"
        self.open.children.append(data)

    def handle_entityref(self, name: str) -> None:
        self._refer(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._refer(f"&#{name};")

    def _refer(self, reference: str) -> None:
        text = unescape(reference)
        assert text != reference, f"no such reference: {reference}"
        self.open.children.append(text)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"an instruction: {data}")

    def handle_decl(self, decl: str) -> None:
        assert decl.lower() == "doctype html"
        assert not self.root.children, "the doctype is not the first"

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a declaration: {data}")


def read_page(text: str) -> Tag:
    """Return the tree of a page.  Raises AssertionError for what is not well-formed."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    assert reader.open is reader.root, f"<{reader.open.name}> is not closed"
    return reader.root
