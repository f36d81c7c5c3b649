"""What may mend a fault of a spec, by its kind: each to be tried before it is told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from nncli.doctor.spec_edits import SpecEditor, edit_in_line, edit_of
from nncli.problems import Edit, Suggestion
from nncli.specs.faults import Fault, Kind
from nncli.specs.spec_text import Span, SpecText
from nncli.specs.wording import MAX_NUMBER, NO_ACTIVATION, number_help
from nncli.words import count_of, nearest, shorten

# Nobody has typed a longer list of weights without noticing.
_MAX_FLAT = 100
# A longer line is not written by hand.
_MAX_SHOWN_LINE = 10_000
_MAX_EDITS = 100

# A change in words, and its edit if the text allows it.
_Proposal = tuple[str, Edit | None]


def proposals(fault: Fault, editor: SpecEditor) -> Iterator[Suggestion]:
    """Yield the changes that may mend a fault, the likeliest first."""
    if fault.kind == "tab":
        yield from _untabbed(editor.source.text)
    propose = _PROPOSALS.get(fault.kind, _as_advised) if fault.kind is not None else _as_advised
    for words, edit in propose(fault, editor):
        if edit is not None:
            yield Suggestion(words, edits=(edit,))
    if fault.kind == "no seed":
        yield Suggestion("choose one for this run", options=("--seed", "0"))


def _as_advised(fault: Fault, editor: SpecEditor) -> Iterator[_Proposal]:
    """Yield the edit that does what the fault's own advice says."""
    edit = _value_edit(fault, editor) if fault.path else _text_edit(fault, editor.source.text)
    yield fault.help[-1], edit


def _value_edit(fault: Fault, editor: SpecEditor) -> Edit | None:
    match fault.kind:
        case "empty" if fault.path[-1] == "seed":
            return editor.fill(fault.path, "0")
        case "nested biases":
            return editor.flatten(fault.path)
        case "array name":
            return editor.replace(fault.path, f"{{tensor: {fault.typed}}}")
        case "no space":
            return _text_edit(fault, editor.source.text)
        case "no text":
            return editor.replace(fault.path, f'"{fault.typed}"')
        case "odd blank":
            return editor.replace_key(fault.path, re.sub(r"\s", " ", fault.typed))
    return None


def _text_edit(fault: Fault, text: SpecText) -> Edit | None:
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


def _closed(fault: Fault, editor: SpecEditor) -> Iterator[_Proposal]:
    """Yield the change that closes what was opened, at the end of its line."""
    number, column = fault.at or (0, 0)
    text, closing = editor.source.text, fault.choices[0]
    line = text.lines[number]
    if len(closing) == 1 and len(line) <= _MAX_SHOWN_LINE:
        comment = re.search(r"\s#", line)
        code = line[: comment.start() if comment else None].rstrip()
        end = max(len(code), column + 1)
        yield "perhaps it ends with its line", edit_in_line(text, number, end, end, closing)


def _untabbed(text: SpecText) -> Iterator[Suggestion]:
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


def _one_for_all(fault: Fault, editor: SpecEditor) -> Iterator[_Proposal]:
    if editor.source.items(fault.path) == 1:
        only = editor.source.written((*fault.path, 0))
        yield "the same for every layer", editor.replace(fault.path, only) if only else None


def _as_rows(fault: Fault, editor: SpecEditor) -> Iterator[_Proposal]:
    """Yield the ways to write a flat list as a matrix: in rows of each possible length."""
    source, where = editor.source, editor.source_path(fault.path)
    count = source.items(where)
    written = [source.written((*where, index)) or "" for index in range(min(count, _MAX_FLAT))]
    if count > _MAX_FLAT or not all(written):
        return
    for width in (width for width in range(1, count + 1) if count % width == 0):
        rows = [written[start : start + width] for start in range(0, count, width)]
        text = ", ".join(f"[{', '.join(row)}]" for row in rows)
        words = f"in {count_of(len(rows), 'row')} of {width}"
        yield words, editor.replace(fault.path, f"[{text}]")


def _with_seed(_fault: Fault, editor: SpecEditor) -> Iterator[_Proposal]:
    first = next(iter(editor.source.value))
    yield "write a seed into the spec", editor.insert_key((first,), "seed", "0")


def _turned(fault: Fault, editor: SpecEditor) -> Iterator[_Proposal]:
    """Yield the layout in which the matrices of a weights file fit."""
    yield fault.help[0], editor.insert_key(fault.path, "layout", fault.choices[0])


def _chosen(fault: Fault, editor: SpecEditor) -> Iterator[_Proposal]:
    """Yield the name that was probably meant: a value, a key, or the key of parameters."""
    better = nearest(fault.typed, fault.choices)
    if fault.typed.casefold() in NO_ACTIVATION and "linear" in fault.choices:
        better = "linear"
    if better is not None:
        rewrite = editor.replace_key if fault.of_key else editor.replace
        yield f"did you mean `{better}`?", rewrite(fault.path, better)


# Texts in a number's place whose number is beyond doubt, and how to get to it.
_NUMBERS_IN_DISGUISE: tuple[tuple[str, str], ...] = (
    (r'"\s*([-+]?[0-9.]+(?:[eE][-+]?[0-9]+)?)\s*"', r"\1"),
    (r"([-+]?[0-9]+)\.0*", r"\1"),
    (r"([-+]?)0+([0-9]+)", r"\1\2"),
)


def _as_number(fault: Fault, editor: SpecEditor) -> Iterator[_Proposal]:
    """Yield the number that a text looks like, if it looks like one."""
    written = editor.source.written(editor.source_path(fault.path))
    if written is None or len(written) > MAX_NUMBER:
        return
    text = written.replace("\u2212", "-").replace("\u00a0", "")
    if re.fullmatch(r"[-+]?[0-9][0-9_]*", written):
        text = written.replace("_", "")
    for pattern, number in _NUMBERS_IN_DISGUISE:
        if re.fullmatch(pattern, text):
            text = re.sub(pattern, number, text)
            break
    if text != written:
        words = number_help(written) or ("write a whole number",)
        yield words[0], editor.replace(fault.path, text)


_PROPOSALS: dict[Kind, Callable[[Fault, SpecEditor], Iterator[_Proposal]]] = {
    "choice": _chosen,
    "count of activations": _one_for_all,
    "flat weights": _as_rows,
    "no number": _as_number,
    "no seed": _with_seed,
    "not closed": _closed,
    "transposed file": _turned,
    "unknown key": _chosen,
}
