"""How a fault of the YAML itself is worded: where its reader should look, and what would help."""

from __future__ import annotations

import re

import yaml

from nncli.problems import Place
from nncli.specs.faults import Fault
from nncli.specs.spec_text import SpecText
from nncli.words import quoted, strange_character

# A key whose colon is followed by something else than a space.
_NO_SPACE = re.compile(r"[ -]*[A-Za-z_]+:[^ \n]")


# What a parser says, in the words of someone who never read the YAML standard, and what helps.
_QUOTE_IT = "put quotes around the text"
_IN_WORDS = (
    ("'-' indicator", "this line stands between list items, but has no `- ` in front",
     "write `- `, or indent it like the other lines of its item"),
    ("expected <block end>", "this line does not fit what stands above it",
     "indent it like the lines that it belongs to"),
    ("expected key", "this line does not fit what stands above it",
     "a key needs a `:`, and the same indentation as the other keys beside it"),
    ("sequence entries", "a list cannot begin behind its key", "begin it on the next line"),
    ("start any token", "no value begins with this character", _QUOTE_IT),
    ("alphabetic", "no value begins with this character", _QUOTE_IT),
    ("escape", "there is no such sign behind a backslash", "use single quotes"),
    ("hexdecimal", "this is no sign in hexadecimal", "use single quotes"),
    ("comment or line break", "behind `|` or `>` a text begins on the next line", _QUOTE_IT),
    ("second occurrence", "this anchor is given twice", "give it another name"),
    ("%", "a line that begins with `%` is a setting of YAML", "write `#` in front of a comment"),
    ("directive", "a line that begins with `%` is a setting of YAML",
     "write `#` in front of a comment"),
)  # fmt: skip
_CHECK = "check the indentation, brackets and quotes of this line and the one above"


def syntax_fault(error: yaml.MarkedYAMLError, text: SpecText) -> Fault:
    """Word a fault of the YAML itself, at the place where the reader should look."""
    mark = error.problem_mark or error.context_mark
    stopped = (mark.line, mark.column) if mark else (0, 0)
    return _fault(error, text)._replace(stopped=stopped)


def _fault(error: yaml.MarkedYAMLError, text: SpecText) -> Fault:
    mark = error.problem_mark or error.context_mark
    opening = error.context_mark
    place = _place_of(text, mark) if mark else text.place(0, 0)
    what = error.problem or ""
    context = error.context or ""
    if "flow" in context and "expected ','" in what and opening is not None:
        return _open_bracket(text, opening, mark)
    if found := _at_a_token(what, place, text):
        return found
    if "mapping values are not allowed" in what or "expected ':'" in what:
        lines = [m.line for m in (opening, mark) if m is not None]
        return _unexpected_colon(text, [*lines, lines[-1] - 1], _at(place))
    if "quoted scalar" in context and opening is not None and "escape" not in what:
        at = _at(_place_of(text, opening))
        message, hint = "the quote opened here is not closed", "add the closing quote"
        return Fault("N100", message, (hint,), at=at)
    for part, message, hint in _IN_WORDS:
        if part in what or part in context:
            return Fault("N100", message, (hint,), at=_at(place))
    return Fault("N100", "from here on this is not YAML", (_CHECK,), at=_at(place))


def _place_of(text: SpecText, mark: yaml.Mark) -> Place:
    return text.place(mark.line, mark.column)


def _at(place: Place) -> tuple[int, int]:
    return (place.line or 1) - 1, place.caret or 0


def _open_bracket(text: SpecText, opening: yaml.Mark, mark: yaml.Mark | None) -> Fault:
    """Word a bracket that is not closed, or by the wrong one.  mark: where reading stopped."""
    opened = _place_of(text, opening)
    bracket = (opened.excerpt or "")[opened.caret or 0 :][:1]
    closing = {"[": "]", "{": "}"}.get(bracket, "its closing bracket")
    stopped = "the end of the file"
    if mark is not None and mark.line < len(text.lines) - 1:
        stopped = f"line {mark.line + 1}"
    line = text.lines[mark.line] if mark is not None and mark.line < len(text.lines) else ""
    wrong = line[mark.column : mark.column + 1] if mark is not None else ""
    if mark is not None and wrong in ("]", "}") and wrong != closing:
        return Fault(
            "N100",
            f"the `{bracket}` opened here is closed by a `{wrong}`",
            (f"write `{closing}` instead of the `{wrong}`",),
            at=_at(opened),
        )
    message = (
        f"the `{bracket}` opened here is not closed: "
        f"a `,` or a `{closing}` was expected before {stopped}"
    )
    hint = f"add the missing `{closing}` or `,`"
    return Fault("N100", message, (hint,), at=_at(opened))


def _at_a_token(what: str, place: Place, text: SpecText) -> Fault | None:
    """Word a fault that shows in the very characters at a place: an alias, a tag, a bracket."""
    excerpt, caret, at = place.excerpt or "", place.caret or 0, _at(place)
    token = re.match(r"[^\s,\]}]*", excerpt[caret:])
    word = token[0] if token is not None else ""
    if "undefined alias" in what:
        hint = f"write `&{word[1:]}` in front of the value that it repeats, further up"
        return Fault("N100", f"the alias {word} repeats nothing", (hint,), at=at)
    if "undefined tag handle" in what:
        hint = "a spec is plain data: remove the tag"
        return Fault("N103", f"the tag {quoted(word)} is not allowed", (hint,), at=at)
    first = next(line for line in text.lines if line.strip() and line.lstrip()[0] != "#")
    if "document start" in what and len(first) - len(first.lstrip()) > caret:
        hint = "give both the same indentation"
        return Fault("N100", "this line is indented less than the first one", (hint,), at=at)
    if "document start" in what:
        hint = "a spec is one document; remove the `...` and what follows"
        return Fault("N103", "a second YAML document starts here", (hint,), at=at)
    sign = excerpt[caret : caret + 1]
    if sign in ("]", "}") and "did not find expected" in what:
        message = f"this `{sign}` closes nothing"
        return Fault("N100", message, ("remove it",), at=at)
    indentation = excerpt[: caret + 1]
    if "\t" in indentation and not indentation.strip(" \t-"):
        return Fault("N100", "a tab cannot indent YAML", ("use spaces",), at=at)
    return None


def _unexpected_colon(text: SpecText, lines: list[int], at: tuple[int, int]) -> Fault:
    """Word a `:` where no key can be, or a key without one: mostly a space is missing.

    lines: 0-based, those to look at.
    """
    for number in lines:
        match = _NO_SPACE.match(text.lines[number]) if 0 <= number < len(text.lines) else None
        if match is not None:
            before = (number, match.end() - 1)
            hints = (*strange_character(match.group()[-1]), "put a plain space after the `:`")
            message = "there is no space after the `:`"
            return Fault("N100", message, hints, at=before)
    hint = "check the indentation; a text that contains `: ` needs quotes"
    return Fault("N100", "a key or a `:` is out of place", (hint,), at=at)
