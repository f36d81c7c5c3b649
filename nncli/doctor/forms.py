"""Ways of reading a file that may have been meant: delimiter, header, encoding, first line."""

from __future__ import annotations

from collections.abc import Iterator

from nncli.data.csv.numbers import is_number
from nncli.data.kinds import NPY_MAGIC
from nncli.doctor.case import (
    FORM_FAULTS,
    Change,
    DataCase,
    decoded,
    header_and_width,
    joined,
    with_option,
    with_text,
)
from nncli.problems import Edit, Problem, Suggestion
from nncli.words import count_of, shorten

TAB = "\t"
DELIMITERS = {",": "','", ";": "';'", TAB: "tab", "|": "'|'", " ": "' '"}
_COMMENT_SIGNS = ("#", "%", "//")
# What may come of a first row that was taken for what it is not.
_HEADER_FAULTS = frozenset({"N402", "N404", "N410"})


def ways_of_reading(problem: Problem, case: DataCase) -> Iterator[Change]:
    """Yield the case as it is, then each way of reading that could have caused the problem."""
    yield Change(case, Suggestion(""), 0)
    if case.look.content.startswith(NPY_MAGIC):
        yield from _other_samples(case)
        return
    if problem.code in ("N406", "N411") and not _ends_within_a_character(case):
        for encoding in _encodings(case.look.content):
            if encoding != case.options.encoding:
                words = f"if its text is encoded as {encoding}"
                options = ("--encoding", encoding)
                encoded = with_option(case, words, options, 90, encoding=encoding)
                yield encoded
                yield from (joined(encoded, other) for other in _delimiters(encoded.case))
    if problem.code in FORM_FAULTS or case.look.content[:4].lower() == b"sep=":
        yield from _without_first_line(case)
    if problem.code not in FORM_FAULTS:
        return
    yield from _delimiters(case)
    yield from _renamed_columns(case)
    if problem.code in _HEADER_FAULTS or case.options.header is not None:
        as_data = 95 if _first_row_is_like_the_others(case) else 70
        if case.options.header is not False:
            words = "if the first row is data"
            yield with_option(case, words, ("--no-header",), as_data, header=False)
        if case.options.header is not True:
            words = "if the first row is a header"
            yield with_option(case, words, ("--header",), 80, header=True)
    yield from _other_samples(case)


def _other_samples(case: DataCase) -> Iterator[Change]:
    """Yield the case with its rows as columns, or the reverse."""
    chosen = (*case.choice.columns, *case.choice.drop, *case.choice.keep)
    if case.options.samples == "columns":
        words = "if each line is a sample"
        yield with_option(case, words, ("--samples", "rows"), 95, samples="rows")
    elif not chosen and case.look.complete and not _looks_for_names(case):
        words = "if each column is a sample"
        likelihood = 65 if case.look.content[:1] in b"0123456789+-." else 40
        options = ("--samples", "columns")
        yield with_option(case, words, options, likelihood, samples="columns")


def _ends_within_a_character(case: DataCase) -> bool:
    """Whether the text is cut off there, and right as far as it goes."""
    try:
        case.look.content.decode(case.options.encoding)
    except UnicodeDecodeError as error:
        return case.look.complete and error.reason == "unexpected end of data"
    except UnicodeError:
        pass
    return False


def _first_row_is_like_the_others(case: DataCase) -> bool:
    """Whether the first row has numbers and texts in the same columns as the rows below it."""
    # none at all, if the first one is longer than what was looked at
    rows = [[is_number(cell) is not None for cell in row] for row in case.records]
    return len(rows) > 1 and all(row == rows[0] for row in rows[1:])


def _encodings(content: bytes) -> Iterator[str]:
    """Yield the encodings that some bytes may have, by their marks and zeros."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        yield "utf-16"
    elif b"\0" in content:
        # where characters take two bytes, the high one of an ASCII character is zero
        low_first = content[1::2].count(0) > content[::2].count(0)
        yield "utf-16-le" if low_first else "utf-16-be"
    else:
        yield "utf-8"
        yield "cp1252" if any(0x80 <= byte < 0xA0 for byte in content) else "latin-1"


def _looks_for_names(case: DataCase) -> bool:
    """Whether the network wants columns by name, and the first row has names."""
    first = case.records[:1]
    return case.wanted.columns is not None and not any(map(is_number, *first or [[]]))


def _delimiters(case: DataCase) -> Iterator[Change]:
    start = decoded(case, case.look.content[:4096])
    for delimiter, shown in DELIMITERS.items():
        if delimiter != case.options.delimiter and delimiter in start:
            words = f"separate the values at {'tabs' if delimiter == TAB else shown}"
            options = ("--delimiter", "tab" if delimiter == TAB else delimiter)
            yield with_option(case, words, options, 90, delimiter=delimiter)


def _without_first_line(case: DataCase) -> Iterator[Change]:
    """Yield the case without a first line that is a comment, a title or Excel's `sep=;`."""
    lines = decoded(case, case.look.content).splitlines(keepends=True)
    if len(lines) < 2:
        return
    title = lines[0].strip(" \r\n")
    is_for_excel = title.lower().startswith("sep=")
    count = 1
    while not is_for_excel and count < len(lines) - 1 and _is_like_title(case, title, lines[count]):
        count += 1
    edit = Edit.without_lines(case.file, 1, count)
    what = "line" if count == 1 else f"{count} lines"
    below = with_text(case, "".join(lines[count:]))
    if is_for_excel:
        for other in _delimiters(below):
            if other.case.options.delimiter == title[len("sep=") :]:
                words = "remove the line for Excel, and separate the values as it says"
                yield Change(other.case, Suggestion(words, other.suggestion.options, (edit,)), 90)
        yield Change(below, Suggestion("remove the line for Excel", edits=(edit,)), 88)
    elif title.startswith(_COMMENT_SIGNS):
        sign = title[: 1 if title[0] in "#%" else 2]
        words = f"remove the first {what}: what starts with {sign} is no comment here"
        yield Change(below, Suggestion(words, edits=(edit,)), 88)
    elif title and (case.options.delimiter or ",") not in title:
        words = f"remove the first {what}, if it is a title"
        yield Change(below, Suggestion(words, edits=(edit,)), 50)


def _is_like_title(case: DataCase, title: str, following: str) -> bool:
    """Whether the line below a comment or a title is one more of its kind."""
    text = following.strip()
    if title.startswith(_COMMENT_SIGNS):
        return text.startswith(title[:1])
    return bool(text) and (case.options.delimiter or ",") not in title + text


def _renamed_columns(case: DataCase) -> Iterator[Change]:
    """Yield the case with as many names in the header as there are values in the rows."""
    names, width = header_and_width(case)
    if width in (0, len(names)) or any(map(is_number, names)):
        return
    if names[0].startswith(_COMMENT_SIGNS):
        return
    delimiter = case.options.delimiter or ","
    line, *rest = decoded(case, case.look.content).splitlines(keepends=True)
    text = line.rstrip("\r\n")
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
    below = with_text(case, "".join([f"{new}\n", *rest]))
    yield Change(below, Suggestion(words, edits=(edit,)), 60)
