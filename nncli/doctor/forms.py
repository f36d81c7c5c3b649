"""Ways of reading a file that may have been meant: delimiter, header, encoding, first line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from nncli.data.numbers import is_number
from nncli.doctor.case import (
    FORM_FAULTS,
    Change,
    DataCase,
    decoded,
    header_and_width,
    with_option,
)
from nncli.errors import Edit, Problem, Suggestion, count_of, shorten

TAB = "\t"
DELIMITERS = {",": "','", ";": "';'", TAB: "tab", "|": "'|'", " ": "' '"}
_COMMENT_SIGNS = ("#", "%", "//")
# What may come of a first row that was taken for what it is not.
_HEADER_FAULTS = frozenset({"N402", "N404", "N408", "N410"})


def ways_of_reading(problem: Problem, case: DataCase) -> Iterator[Change]:
    """Yield the case as it is, then each way of reading that could have caused the problem."""
    yield Change(case, Suggestion(""), 0)
    if problem.code in ("N406", "N411"):
        windows = any(0x80 <= byte < 0xA0 for byte in case.look.content)
        for encoding in ("utf-16", "utf-16-le", "utf-16-be", "cp1252" if windows else "latin-1"):
            words = f"if its text is encoded as {encoding}"
            yield with_option(case, words, ("--encoding", encoding), 90, encoding=encoding)
    yield from _without_first_line(case)
    if problem.code not in FORM_FAULTS:
        return
    yield from _delimiters(case)
    yield from _renamed_columns(case)
    if problem.code in _HEADER_FAULTS:
        if case.options.header is not True:
            words = "if the first row is a header"
            yield with_option(case, words, ("--header",), 80, header=True)
        if case.options.header is not False:
            words = "if the first row is data"
            yield with_option(case, words, ("--no-header",), 70, header=False)
    chosen = (*case.choice.columns, *case.choice.drop, *case.choice.keep)
    if case.options.samples == "columns":
        words = "if each line is a sample"
        yield with_option(case, words, ("--samples", "rows"), 95, samples="rows")
    elif not chosen and case.look.complete:
        words = "if each column is a sample"
        likelihood = 65 if case.look.content[:1] in b"0123456789+-." else 40
        options = ("--samples", "columns")
        yield with_option(case, words, options, likelihood, samples="columns")


def _delimiters(case: DataCase) -> Iterator[Change]:
    start = case.look.content[:4096].decode("latin-1")
    for delimiter, shown in DELIMITERS.items():
        if delimiter != case.options.delimiter and delimiter in start:
            words = f"separate the values at {'tabs' if delimiter == TAB else shown}"
            options = ("--delimiter", "tab" if delimiter == TAB else delimiter)
            yield with_option(case, words, options, 90, delimiter=delimiter)


def _without_first_line(case: DataCase) -> Iterator[Change]:
    """Yield the case without a first line that is a comment, a title or Excel's `sep=;`."""
    first, end, rest = case.look.content.partition(b"\n")
    title = decoded(case, first).strip()
    edit = Edit(case.file, 1, 1, 2, 1, "", "(without this line)")
    below = replace(case, look=replace(case.look, content=rest))
    if title.lower().startswith("sep=") and end:
        for other in _delimiters(below):
            if other.case.options.delimiter == title[len("sep=") :]:
                words = "remove the line for Excel, and separate the values as it says"
                yield Change(other.case, Suggestion(words, other.suggestion.options, (edit,)), 90)
        yield Change(below, Suggestion("remove the line for Excel", edits=(edit,)), 88)
    elif title.startswith(_COMMENT_SIGNS) and end:
        words = "remove the first line: one that starts with # is no comment here"
        words = words.replace("#", title[: 1 if title[0] in "#%" else 2])
        yield Change(below, Suggestion(words, edits=(edit,)), 88)
    elif title and end and (case.options.delimiter or ",") not in title:
        words = "if the first line is a title, remove it"
        yield Change(below, Suggestion(words, edits=(edit,)), 50)


def _renamed_columns(case: DataCase) -> Iterator[Change]:
    """Yield the case with as many names in the header as there are values in the rows."""
    names, width = header_and_width(case)
    if width in (0, len(names)) or any(map(is_number, names)):
        return
    delimiter = case.options.delimiter or ","
    line, _, rest = case.look.content.partition(b"\n")
    text = decoded(case, line).rstrip("\r")
    if text.split(delimiter) != names:  # quotes, or blank lines above
        return
    if width > len(names):
        added = [f"column_{number + 1}" for number in range(len(names), width)]
        new = delimiter.join([text, *added])
        words = f"the rows have {count_of(width, 'value')}: give the last of them a name"
    else:
        new = delimiter.join(text.split(delimiter)[:width])
        words = f"the rows have {count_of(width, 'value')}: take away the name too many"
    edit = Edit(case.file, 1, 1, 1, len(text) + 1, new, shorten(new))
    content = new.encode(case.options.encoding, "replace") + b"\n" + rest
    below = replace(case, look=replace(case.look, content=content))
    yield Change(below, Suggestion(words, edits=(edit,)), 60)
