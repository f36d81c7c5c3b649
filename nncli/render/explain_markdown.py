"""An explanation as Markdown: headings, and between them the lines of the text form."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from nncli.explanation.steps import Explanation, Sheet
from nncli.render.explain_sheets import worksheet_view
from nncli.render.explain_signs import Signs
from nncli.render.explain_text import explanation_view
from nncli.render.layout.markdown import escaped
from nncli.render.layout.plain import to_plain
from nncli.render.layout.view import Line, View


def explain_markdown(found: Explanation) -> str:
    """Return an explanation as Markdown."""
    return _markdown(explanation_view(found, None, Signs()))


def worksheet_markdown(sheets: Sequence[Sheet]) -> str:
    """Return worksheets as Markdown; if they are filled in, behind a table of all answers."""
    return _markdown(worksheet_view(sheets, None, Signs()))


def _markdown(view: View) -> str:
    """Return a view with its headings as such, and all other lines as they are."""
    parts: list[str] = []
    lines: list[str] = []
    for block in view:
        if not isinstance(block, Line) or not block.level:
            lines += to_plain([block]).splitlines()
            continue
        parts += _fenced(lines)
        title = block.spans[0] if block.level < 3 else block
        parts.append(f"{'#' * block.level} {escaped(title.text.strip())}\n")
        lines = [block.text.removeprefix(title.text).strip()]
    return "\n".join([*parts, *_fenced(lines)])


def _fenced(lines: Iterable[str]) -> Iterator[str]:
    """Yield lines as a block of text; nothing if all are blank."""
    text = "\n".join(lines).strip("\n")
    if text:
        longest = max(map(len, re.findall("`+", text)), default=0)
        fence = "`" * max(3, longest + 1)  # no name can close it
        yield f"{fence}text\n{text}\n{fence}\n"
