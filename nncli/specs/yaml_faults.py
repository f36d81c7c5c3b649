"""How a fault of the YAML itself is worded: where its reader should look, and what would help."""

from __future__ import annotations

import re

import yaml

from nncli.problems import Place, Problem, Suggestion
from nncli.specs.spec_text import Span, SpecText
from nncli.words import quoted, shorten, strange_character

# A key whose colon is followed by something else than a space.
_NO_SPACE = re.compile(r"[ -]*[A-Za-z_]+:[^ \n]")
# A longer line is not written by hand.
_MAX_SHOWN_LINE = 10_000
_MAX_EDITS = 100


def syntax_problem(error: yaml.MarkedYAMLError, text: SpecText) -> Problem:
    """Word a fault of the YAML itself, at the place where the reader should look."""
    mark = error.problem_mark or error.context_mark
    opening = error.context_mark
    place = text.place_of(mark) if mark else Place(text.file)
    what = error.problem or "it cannot be parsed"
    context = error.context or ""
    if "flow" in context and "expected ','" in what and opening is not None:
        return _open_bracket(text, opening, mark)
    if found := _at_a_token(text, what, place):
        return found
    if "mapping values are not allowed" in what or "expected ':'" in what:
        lines = [m.line for m in (opening, mark) if m is not None]
        return _unexpected_colon(text, [*lines, lines[-1] - 1], place)
    if "quoted scalar" in context and opening is not None:
        place = text.place_of(opening)
        quote = (place.excerpt or "")[place.caret or 0 :][:1]
        message = "the quote opened here is not closed"
        remedy = _closed(text, opening, quote)
        return Problem("N100", message, place, ("add the closing quote",), remedy)
    where = f" {context}" if context else ""
    hint = "check the indentation, brackets and quotes around this place"
    return Problem("N100", f"this is not YAML: {what}{where}", place, (hint,))


def _open_bracket(text: SpecText, opening: yaml.Mark, mark: yaml.Mark | None) -> Problem:
    """Word a bracket that is not closed, or by the wrong one.  mark: where reading stopped."""
    opened = text.place_of(opening)
    bracket = (opened.excerpt or "")[opened.caret or 0 :][:1]
    closing = {"[": "]", "{": "}"}.get(bracket, "its closing bracket")
    stopped = "the end of the file"
    if mark is not None and mark.line < len(text.lines) - 1:
        stopped = f"line {mark.line + 1}"
    line = text.lines[mark.line] if mark is not None and mark.line < len(text.lines) else ""
    wrong = line[mark.column : mark.column + 1] if mark is not None else ""
    if mark is not None and wrong in ("]", "}") and wrong != closing:
        span = Span(mark.line, mark.column, mark.line, mark.column + 1)
        shown = line[: mark.column] + closing + line[mark.column + 1 :]
        hint = f"write `{closing}` instead of the `{wrong}`"
        remedy = Suggestion(hint, edits=(text.edit(span, closing, shorten(shown.strip())),))
        message = f"the `{bracket}` opened here is closed by a `{wrong}`"
        return Problem("N100", message, opened, (hint,), (remedy,))
    message = (
        f"the `{bracket}` opened here is not closed: "
        f"a `,` or a `{closing}` was expected before {stopped}"
    )
    hint = f"add the missing `{closing}` or `,`"
    return Problem("N100", message, opened, (hint,), _closed(text, opening, closing))


def _at_a_token(text: SpecText, what: str, place: Place) -> Problem | None:
    """Word a fault that shows in the very characters at a place: an alias, a tag, a bracket."""
    excerpt, caret, line = place.excerpt or "", place.caret or 0, (place.line or 1) - 1
    token = re.match(r"[^\s,\]}]*", excerpt[caret:])
    word = token[0] if token is not None else ""
    if "undefined alias" in what:
        hint = f"write `&{word[1:]}` in front of the value that it repeats, further up"
        return Problem("N100", f"the alias {word} repeats nothing", place, (hint,))
    if "undefined tag handle" in what:
        hint = "a spec is plain data: remove the tag"
        return Problem("N103", f"the tag {quoted(word)} is not allowed", place, (hint,))
    if "document start" in what:
        hint = "a spec is one document; remove the `...` and what follows"
        return Problem("N103", "a second YAML document starts here", place, (hint,))
    sign = excerpt[caret : caret + 1]
    if sign in ("]", "}") and "did not find expected" in what:
        span = Span(line, caret, line, caret + 1)
        shown = shorten((excerpt[:caret] + excerpt[caret + 1 :]).strip())
        remedy = Suggestion("remove it", edits=(text.edit(span, "", shown),))
        return Problem("N100", f"this `{sign}` closes nothing", place, ("remove it",), (remedy,))
    indentation = excerpt[: caret + 1]
    if "\t" in indentation and not indentation.strip(" \t-"):
        remedies = _untabbed(text)
        return Problem("N100", "a tab cannot indent YAML", place, ("use spaces",), remedies)
    return None


def _closed(text: SpecText, opening: yaml.Mark, closing: str) -> tuple[Suggestion, ...]:
    """Return the change that closes what was opened, at the end of its line."""
    line = text.lines[opening.line]
    if len(closing) != 1 or len(line) > _MAX_SHOWN_LINE:
        return ()
    code = re.sub(r"\s+#.*$", "", line).rstrip()
    edit = text.inserted(opening.line, max(len(code), opening.column + 1), closing)
    return (Suggestion("perhaps it ends with its line", edits=(edit,)),)


def _untabbed(text: SpecText) -> tuple[Suggestion, ...]:
    """Return the change of every tab that indents into two spaces."""
    edits = []
    for number, line in enumerate(text.lines):
        width = len(line) - len(line.lstrip(" \t-"))
        if "\t" in line[:width]:
            spaces = line[:width].replace("\t", "  ")
            span = Span(number, 0, number, width)
            edits.append(text.edit(span, spaces, shorten((spaces + line[width:]).rstrip())))
    return (Suggestion("use spaces", edits=tuple(edits)),) if len(edits) <= _MAX_EDITS else ()


def _unexpected_colon(text: SpecText, lines: list[int], place: Place) -> Problem:
    """Word a `:` where no key can be, or a key without one: mostly a space is missing.

    lines: 0-based, those to look at.
    """
    for number in lines:
        match = _NO_SPACE.match(text.lines[number]) if 0 <= number < len(text.lines) else None
        if match is not None:
            before = text.place(number, match.end() - 1)
            hints = (*strange_character(match.group()[-1]), "put a plain space after the `:`")
            edit = text.inserted(number, match.end() - 1, " ")
            proposals = (Suggestion(hints[-1], edits=(edit,)),)
            return Problem("N100", "there is no space after the `:`", before, hints, proposals)
    hint = ("check the indentation; a text that contains `: ` needs quotes",)
    return Problem("N100", "a key or a `:` is out of place", place, hint)
