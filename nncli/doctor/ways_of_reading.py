"""Ways of reading a file that may have been meant: delimiter, header, encoding, first line."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from nncli.data.column_facts import counts_up
from nncli.data.csv.numbers import is_number
from nncli.doctor.case import (
    MISREAD,
    Change,
    DataCase,
    decoded,
    header_and_width,
    joined,
    with_option,
    with_text,
)
from nncli.doctor.column_kinds import lines_seem_features, may_be_names
from nncli.file_kinds import NPY_MAGIC
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
        yield from _encodings(case)
    if problem.code in MISREAD or case.look.content[:4].lower() == b"sep=":
        yield from _without_first_line(case)
    yield from _rows_of_arff(case)
    if problem.code not in MISREAD:
        return
    yield from _delimiters(case)
    yield from _renamed_columns(case)
    if problem.code in _HEADER_FAULTS or case.options.header is not None:
        yield from _headers(case)
    yield from _other_samples(case)


def _headers(case: DataCase) -> Iterator[Change]:
    """Yield the case with its first row as data, and as a header."""
    first = case.records[0] if case.records else []
    if case.options.header is not False:
        is_sample = _first_row_is_like_the_others(case) and not counts_up(first)
        likelihood = 95 if is_sample else 70
        words = "if the first row is data"
        yield with_option(case, words, ("--no-header",), likelihood, header=False)
    if case.options.header is not True and may_be_names(first):
        yield with_option(case, "if the first row is a header", ("--header",), 80, header=True)


def _other_samples(case: DataCase) -> Iterator[Change]:
    """Yield the case with its rows as columns, or the reverse."""
    chosen = (*case.choice.columns, *case.choice.drop, *case.choice.keep)
    if case.options.samples == "columns":
        words = "if each line is a sample"
        yield with_option(case, words, ("--samples", "rows"), 95, samples="rows")
    elif not chosen and case.look.complete and not _looks_for_names(case):
        words = "if each column is a sample"
        likelihood = 90 if lines_seem_features(case) else 20
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


def _encodings(case: DataCase) -> Iterator[Change]:
    """Yield the case in each encoding that it may have, also with another delimiter."""
    for encoding in _likely_encodings(case.look.content):
        if encoding != case.options.encoding:
            words = f"if its text is encoded as {encoding}"
            options = ("--encoding", encoding)
            encoded = with_option(case, words, options, 90, encoding=encoding)
            yield encoded
            yield from (joined(encoded, other) for other in _delimiters(encoded.case))


def _likely_encodings(content: bytes) -> tuple[str, ...]:
    """Return the encodings that some bytes may have, by their marks and zeros."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    if content.count(0) * 4 > len(content):
        # where characters take two bytes, the high one of an ASCII character is zero; where fewer
        # are, zeros are faults of a text in one byte
        low_first = content[1::2].count(0) > content[::2].count(0)
        return ("utf-16-le" if low_first else "utf-16-be",)
    return ("utf-8", "cp1252" if any(0x80 <= byte < 0xA0 for byte in content) else "latin-1")


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
    """Yield the case without first lines that are comments, a title or Excel's `sep=;`."""
    lines = decoded(case, case.look.content).splitlines(keepends=True)
    title = lines[0].strip(" \r\n") if len(lines) > 1 else ""
    if title.lower().startswith("sep="):
        yield from _without_line_for_excel(case, lines, title[len("sep=") :])
        return
    sign = next(filter(title.startswith, _COMMENT_SIGNS), "")
    if not sign and (not title or case.delimiter in title):
        return

    def is_one_more(text: str) -> bool:
        return text.startswith(sign[0]) if sign else bool(text) and case.delimiter not in text

    following = (line.strip() for line in lines[1:-1])
    count = 1 + sum(1 for _ in takewhile(is_one_more, following))
    why = f": what starts with {sign} is no comment here" if sign else ", if it is a title"
    yield _without_lines(case, lines, count, why, 88 if sign else 50)


def _rows_of_arff(case: DataCase) -> Iterator[Change]:
    """Yield the case without what stands above the rows of an ARFF file."""
    if b"@data" in case.look.content.lower():
        lines = decoded(case, case.look.content).splitlines(keepends=True)
        names = [line.strip().lower() for line in lines]
        if "@data" in names:
            count = names.index("@data") + 1
            yield _without_lines(case, lines, count, ", down to @data", 88)


def _without_lines(
    case: DataCase, lines: list[str], count: int, why: str, likelihood: int
) -> Change:
    """Return the case without its first lines."""
    words = "remove the first line" if count == 1 else f"remove the first {count} lines"
    edit = Edit.without_lines(case.file, 1, count)
    below = with_text(case, "".join(lines[count:]))
    return Change(below, Suggestion(words + why, edits=(edit,)), likelihood)


def _without_line_for_excel(case: DataCase, lines: list[str], delimiter: str) -> Iterator[Change]:
    """Yield the case without its first line, and with the delimiter that it names."""
    edits = (Edit.without_lines(case.file, 1),)
    below = with_text(case, "".join(lines[1:]))
    for other in _delimiters(below):
        if other.case.delimiter == delimiter:
            words = "remove the line for Excel, and separate the values as it says"
            yield Change(other.case, Suggestion(words, other.suggestion.options, edits), 90)
    yield Change(below, Suggestion("remove the line for Excel", edits=edits), 88)


def _renamed_columns(case: DataCase) -> Iterator[Change]:
    """Yield the case with as many names in the header as there are values in the rows."""
    names, width = header_and_width(case)
    if width in (0, len(names)) or any(map(is_number, names)):
        return
    line, *rest = decoded(case, case.look.content).splitlines(keepends=True)
    text = line.rstrip("\r\n")
    # not a comment; without quotes; and no blank lines above
    if text.startswith(_COMMENT_SIGNS) or text.split(case.delimiter) != names:
        return
    added = [f"column_{number + 1}" for number in range(len(names), width)]
    new = case.delimiter.join([*names, *added][:width])
    how = "give the last of them a name" if added else "take away the name too many"
    words = f"the rows have {count_of(width, 'value')}: {how}"
    edit = Edit(case.file, 1, 1, 1, len(text) + 1, new, shorten(new))
    below = with_text(case, "".join([f"{new}\n", *rest]))
    yield Change(below, Suggestion(words, edits=(edit,)), 60)
