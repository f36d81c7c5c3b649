"""Pieces of HTML: elements, text that cannot be taken for markup, numbers and letters."""

from __future__ import annotations

from html import escape

from nncli.explanation.chains import Factor, Symbol
from nncli.explanation.shown import Shown
from nncli.render.explain_signs import Signs
from nncli.render.layout.text import inert

SIGNS = Signs()


class Html(str):
    """Text that is HTML."""

    __slots__ = ()


def html(content: str) -> Html:
    """Return text as HTML that says it; HTML as it is.

    >>> html("a < b")
    'a &lt; b'
    """
    return content if isinstance(content, Html) else Html(escape(inert(content)))


def joined(*contents: str) -> Html:
    """Return pieces one after another."""
    return Html("".join(map(html, contents)))


def tag(name: str, /, *contents: str, **attributes: str | int | None) -> Html:
    """Return an element.

    attributes: `_` is written as `-`, but for one at the end; None: without it.

    >>> tag("label", "a & b", for_="L1", data_z="2")
    '<label for="L1" data-z="2">a &amp; b</label>'
    """
    written = "".join(
        f' {key.removesuffix("_").replace("_", "-")}="{html(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    start = f"<{name}{written}>"
    return Html(
        start if name in ("br", "input", "meta") else f"{start}{joined(*contents)}</{name}>"
    )


def symbol(letter: Symbol) -> Html:
    """Return a letter with its indices below the line."""
    indices = ("," if letter.has_comma else "").join(map(str, letter.indices))
    return joined(tag("i", letter.letter), tag("sub", indices))


def number(shown: Shown, class_: str | None = None) -> Html:
    """Return a number, or the box that it is to be written in."""
    if shown.box is None:
        text = SIGNS.number(shown.text)
        return html(text) if class_ is None else tag("span", text, class_=class_)
    label = tag("small", shown.box) if shown.box else ""
    filled = tag("b", SIGNS.number(shown.text)) if shown.text else ""
    return tag("span", label, filled, class_="box" if shown.box else "line-box")


def factor(each: Factor, class_: str | None = None) -> Html:
    """Return a letter, or a number that is added or multiplied: a negative one in parentheses."""
    if isinstance(each, Symbol):
        return symbol(each)
    if each.box is not None or not each.text.startswith("-"):
        return number(each, class_)
    text = SIGNS.term(each.text)
    return html(text) if class_ is None else tag("span", text, class_=class_)
