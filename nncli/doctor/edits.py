"""Edits made in a text."""

from __future__ import annotations

from collections.abc import Iterable

from nncli.problems import Edit
from nncli.specs.spec_text import LINE_END


def edited(text: str, edits: Iterable[Edit]) -> str:
    """Return a text with edits made in it.

    >>> edited("a: 1", [Edit("net.yaml", 1, 4, 1, 5, "2", "a: 2")])
    'a: 2'
    """
    starts = [0, *(match.end() for match in LINE_END.finditer(text)), len(text)]
    parts: list[str] = []
    done = 0
    for edit in sorted(edits, key=lambda edit: (edit.line, edit.column)):
        start = starts[edit.line - 1] + edit.column - 1
        parts += (text[done:start], edit.text)
        done = starts[edit.end_line - 1] + edit.end_column - 1
    return "".join((*parts, text[done:]))
