"""Ways of reading a file that may have been meant: encoding, delimiter, header, fewer lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from itertools import accumulate, count, islice, takewhile

from nncli.data.column_facts import counts_up
from nncli.data.csv.format import BLANKS, split
from nncli.data.csv.numbers import is_number
from nncli.doctor.case import (
    MISREAD,
    Change,
    DataCase,
    decoded,
    header_and_width,
    joined,
    text_lines,
    with_option,
    with_text,
)
from nncli.doctor.column_kinds import lines_seem_features, may_be_names
from nncli.doctor.edits import edited
from nncli.doctor.table_lines import Row, Table, cut_rows, lines_in_words, table_width
from nncli.file_kinds import NPY_MAGIC
from nncli.problems import Edit, Problem, Suggestion
from nncli.specs.spec_text import LINE_END
from nncli.words import count_of, shorten

TAB = "\t"
# How each is said in words, and how it is typed.
_DELIMITERS = {
    ",": ("','", ","),
    ";": ("';'", ";"),
    TAB: ("tabs", "tab"),
    "|": ("'|'", "|"),
    BLANKS: ("runs of blanks", BLANKS),
}
_ALL_QUOTED = re.compile(r'"(?:[^"]|"")*+"')
# What may come of a first row that was taken for what it is not.
_HEADER_FAULTS = frozenset({"N402", "N404", "N410"})
_MAX_WAYS = 40
# So many characters show what separates the values; of more bytes than a table's, the lines are so
# long that to look at each takes too long.
_MAX_SEPARATED, _MAX_TABLE = 2**15, 2**16


def ways_of_reading(problem: Problem, case: DataCase) -> Iterator[Change]:
    """Yield the case as it is, then each way of reading that could have caused the problem."""
    yield Change(case, Suggestion(""), 0)
    if case.look.content.startswith(NPY_MAGIC):
        yield from _other_samples(case)
    elif problem.code in MISREAD or problem.code in ("N406", "N411"):
        yield from islice(_ways_together(case), _MAX_WAYS)
        if problem.code in MISREAD:
            yield from _other_samples(case)


def _ways_together(case: DataCase) -> Iterator[Change]:
    """Yield ways of reading, and ways that follow one another: what each leaves to be mended."""
    found = [Change(case, Suggestion(""), 0)]
    for step in _STEPS:
        if any(change.case.fault() is None for change in found):
            return
        for change in tuple(found):
            for other in step(change.case):
                found.append(joined(change, other) if change.suggestion.words else other)
                yield found[-1]


def _code(case: DataCase) -> str:
    """Return the code of the first problem of a case; nothing if there is none."""
    fault = case.fault()
    return fault.problems[0].code if fault is not None else ""


def _headers(case: DataCase) -> Iterator[Change]:
    """Yield the case with its first row as data, and as a header."""
    fault, header = case.fault(), case.header
    place = fault.problems[0].place if fault is not None else None
    named = header.named if header is not None else None
    is_below = header is not None and place is not None and place.line != header.place.line
    if case.options.header is None and (is_below or _code(case) not in _HEADER_FAULTS):
        return
    first = case.records[0] if case.records else []
    if named is not False:
        is_sample = _first_row_is_like_the_others(case) and not counts_up(first)
        likelihood = 95 if is_sample else 70
        words = "if the first row is data"
        yield with_option(case, words, ("--no-header",), likelihood, header=False)
    if named is not True and may_be_names(first):
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


def _is_unreadable(case: DataCase) -> bool:
    """Whether its encoding cannot have been meant, or is that of no file with zeros."""
    content = case.look.content
    try:
        content.decode(case.options.encoding)
    except UnicodeDecodeError as error:
        return not (case.look.complete and error.reason == "unexpected end of data")
    except UnicodeError:
        return True
    return b"\0" in content or content.startswith((b"\xff\xfe", b"\xfe\xff"))


def _first_row_is_like_the_others(case: DataCase) -> bool:
    """Whether the first row has numbers and texts in the same columns as the rows below it."""
    # none at all, if the first one is longer than what was looked at
    rows = [[is_number(cell) is not None for cell in row] for row in case.records]
    return len(rows) > 1 and all(row == rows[0] for row in rows[1:])


def _encodings(case: DataCase) -> Iterator[Change]:
    """Yield the case in each encoding that it may have."""
    if _code(case) not in ("N406", "N411") or not _is_unreadable(case):
        return
    for encoding in _likely_encodings(case.look.content):
        if encoding != case.options.encoding:
            words = f"if its text is encoded as {encoding}"
            yield with_option(case, words, ("--encoding", encoding), 90, encoding=encoding)


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


def _without_quotes(case: DataCase) -> Iterator[Change]:
    """Yield the case without the quotes that enclose each line as a whole."""
    lines = LINE_END.split(decoded(case, case.look.content))
    filled = [line for line in lines if line.strip(" \t")]
    if not case.look.complete or len(filled) < 2 or not all(map(_ALL_QUOTED.fullmatch, filled)):
        return
    text = "\n".join(line[1:-1].replace('""', '"') for line in lines)
    edit = Edit(case.file, 1, 1, len(lines), len(lines[-1]) + 1, text, shorten(filled[0][1:-1]))
    words = "take away the quotes around each line, which make one cell of it"
    yield Change(with_text(case, text), Suggestion(words, edits=(edit,)), 89)


def _separations(case: DataCase) -> Iterator[Change]:
    """Yield the case with other delimiters, and with decimal commas if its numbers have them."""
    lines = text_lines(case)
    ends = accumulate(map(len, lines))
    lines = lines[: sum(1 for _ in takewhile(_MAX_SEPARATED.__ge__, ends))]
    seen: list[list[Row]] = []
    for delimiter, (shown, typed) in _DELIMITERS.items():
        points, commas = (
            list(cut_rows(lines, replace(case.csv, delimiter=delimiter, decimal=decimal)))
            for decimal in ".,"
        )
        has_commas = sum(row.numbers for row in commas) > sum(row.numbers for row in points)
        decimal, rows = (",", commas) if has_commas else (".", points)
        other = delimiter != case.delimiter
        if rows in seen or (other and (table_width(rows) < 2 or any(map(_is_cut_wrong, rows)))):
            continue
        seen.append(rows)
        words = [f"separate the values at {shown}"] if other else []
        options = ["--delimiter", typed] if other else []
        if decimal != case.options.decimal:
            words.append(f"read decimal {'commas' if has_commas else 'points'}")
            options += ["--decimal", decimal]
        if words:
            changes = {"delimiter": delimiter, "decimal": decimal}
            yield with_option(case, " and ".join(words), tuple(options), 90, **changes)


def _is_cut_wrong(row: Row) -> bool:
    """Whether a cell of a row is several numbers, to be cut at something else."""
    # one point may stand behind thousands
    cuts = (re.split(r"[;|\t]" if cell.count(".") < 2 else r"[;|\t,]", cell) for cell in row.cells)
    return any(len(parts) > 1 and all(map(is_number, parts)) for parts in cuts)


def _other_lines(case: DataCase) -> Iterator[Change]:
    """Yield the case without the lines that are none of its table, and with a whole header."""
    yield from _renamed_columns(case)
    if len(case.look.content) > _MAX_TABLE:
        return
    table = Table(case)
    if not table.width or any(map(_is_cut_wrong, table.samples)):
        return
    for kept in table.headers():
        lines = table.others(kept)
        edits = tuple(_edits_without(case, lines))
        if lines:
            yield _edited(case, lines_in_words(lines), edits, 88)
        if kept is not None and _lacks_a_name(kept, table, case.wanted.size):
            start, at = '""' + _separator(case), kept.number
            named = Edit(case.file, at, 1, at, 1, start, shorten(start + kept.text))
            words = "give the first column an empty name, for R and pandas write none"
            words = f"{lines_in_words(lines)}, and {words}" if lines else words
            yield _edited(case, words, (*edits, named), 87)
            return


def _lacks_a_name(header: Row, table: Table, inputs: int) -> bool:
    """Whether a header leaves out the name of a first column, which names the rows."""
    rows = table.samples
    cells = [row.cells[0] for row in rows]
    if len(header.cells) != table.width - 1 or inputs >= table.width or len(rows) < 2:
        return False
    if not all(map(str.isdecimal, cells)):
        return not any(map(is_number, cells))
    # numbered from 0 or 1, and no thousands of numbers with a comma
    are_groups = all(re.fullmatch("[0-9]{3}", row.cells[1]) for row in rows)
    return not are_groups and cells in (list(map(str, range(n, n + len(cells)))) for n in (0, 1))


def _edits_without(case: DataCase, numbers: Collection[int]) -> Iterator[Edit]:
    """Yield the edits that take lines away, given by their numbers in ascending order."""
    texts = LINE_END.split(decoded(case, case.look.content))
    for first in numbers:
        if first - 1 not in numbers:
            end = next(number for number in count(first) if number not in numbers)
            edit = Edit.without_lines(case.file, first, end - first)
            if end > len(texts):  # the last line does not end
                edit = replace(edit, end_line=end - 1, end_column=len(texts[-1]) + 1)
            yield edit


def _edited(case: DataCase, words: str, edits: tuple[Edit, ...], likelihood: int) -> Change:
    """Return the case with edits made in its text."""
    edits = tuple(sorted(edits, key=lambda edit: edit.line))
    text = edited(decoded(case, case.look.content), edits)
    return Change(with_text(case, text), Suggestion(words, edits=edits), likelihood)


def _renamed_columns(case: DataCase) -> Iterator[Change]:
    """Yield the case with as many names in the header as there are values in the rows."""
    names, width = header_and_width(case)
    if width in (0, len(names)) or any(map(is_number, names)):
        return
    if case.wanted.columns is None and width != case.wanted.size:
        return  # where a column is too many, its name may be the one that is missing
    text = text_lines(case)[0]
    # not a comment; without quotes; and no blank lines above
    if text.startswith(("#", "%", "//")) or split(text, case.delimiter) != names:
        return
    added = [f"column_{number + 1}" for number in range(len(names), width)]
    new = _separator(case).join([*names, *added][:width])
    how = "give the last of them a name" if added else "take away the name too many"
    words = f"the rows have {count_of(width, 'value')}: {how}"
    edit = Edit(case.file, 1, 1, 1, len(text) + 1, new, shorten(new))
    yield _edited(case, words, (edit,), 60)


def _separator(case: DataCase) -> str:
    return " " if case.delimiter == BLANKS else case.delimiter


# Each is tried on what those before it left to be mended.
_STEPS: tuple[Callable[[DataCase], Iterator[Change]], ...] = (
    _encodings,
    _without_quotes,
    _separations,
    _other_lines,
    _headers,
)
