"""A spec that is not YAML: small changes of its text, near the place where reading stopped."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nncli.doctor.spec_edits import Proposal, SpecEditor, edit_in_line, edit_of
from nncli.problems import Edit, Suggestion
from nncli.specs.faults import Fault
from nncli.specs.spec_text import Span, SpecText
from nncli.words import shorten

# A longer line is not written by hand.
_MAX_SHOWN_LINE = 10_000
_MAX_EDITS = 100


def text_edit(fault: Fault, text: SpecText) -> Edit | None:
    """Return the edit of the very characters that are at fault."""
    line, column = fault.stopped or fault.at or (0, 0)
    match fault.kind:
        case "character":
            instead = "\n" if fault.typed in "\x85\u2028\u2029" else ""
            return edit_in_line(text, line, column, column + 1, instead)
        case "closes nothing":
            return edit_in_line(text, line, column, column + 1, "")
        case "wrong bracket":
            return edit_in_line(text, line, column, column + 1, fault.choices[0])
        case "no space":
            return edit_in_line(text, line, column, column, " ")
        case "tag" if tag := re.match(r"!\S*[ ]*", text.lines[line][column:]):
            return edit_in_line(text, line, column, column + tag.end(), "")
    return None


def closed(fault: Fault, editor: SpecEditor) -> Iterator[Proposal]:
    """Yield the change that closes what was opened, at the end of its line."""
    number, column = fault.at or (0, 0)
    text, closing = editor.source.text, fault.choices[0]
    line = text.lines[number]
    if len(closing) == 1 and len(line) <= _MAX_SHOWN_LINE:
        comment = re.search(r"\s#", line)
        code = line[: comment.start() if comment else None].rstrip()
        end = max(len(code), column + 1)
        yield "perhaps it ends with its line", edit_in_line(text, number, end, end, closing)


def untabbed(text: SpecText) -> Iterator[Suggestion]:
    """Yield the change of every tab that indents into two spaces."""
    edits = []
    for number, line in enumerate(text.lines):
        width = len(line) - len(line.lstrip(" \t-"))
        if "\t" in line[:width]:
            spaces = line[:width].replace("\t", "  ")
            summary = shorten((spaces + line[width:]).rstrip())
            edits.append(edit_of(text, Span(number, 0, number, width), spaces, summary))
    if len(edits) <= _MAX_EDITS:
        yield Suggestion("use spaces", edits=tuple(edits))
