"""Ways of reading a file that may have been meant: encoding, delimiter, header, fewer lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from nncli.data.column_facts import NOT_OF_FEATURES, counts_up, is_series, words_of
from nncli.data.columns import ColumnChoice
from nncli.data.csv.format import BLANKS
from nncli.data.csv.numbers import is_missing, is_number, looks_like_a_number
from nncli.doctor.case import MISREAD, Change, DataCase, read_rows, text_of
from nncli.doctor.table_lines import Row, Table, cut_rows, joined_lines, lines_in_words, table_width
from nncli.file_kinds import NPY_MAGIC
from nncli.meant.lists import list_meant
from nncli.meant.numbers import numbers_meant, what_is_around
from nncli.problems import Edit, Problem, Suggestion
from nncli.specs.spec_text import LINE_END
from nncli.words import shorten

# How each is said in words.
_DELIMITERS = {",": "','", ";": "';'", "\t": "tabs", "|": "'|'", BLANKS: "runs of blanks"}
_ALL_QUOTED = re.compile(r'"((?:[^"]|"")*+)"[ \t;,]*')
# A variable that an array is given to, and the places that R prints beside one.
_NO_ROW = re.compile(r"^\s*\w+\s*(?:=|<-)|\[\d*,\d*\]")
_UNREADABLE = frozenset({"N406", "N411"})
_MAX_WAYS = 40
# So much shows how a table is written; of more, the lines are too long to look at each.
_MAX_SIZE = 2**16


def ways_of_reading(problem: Problem, case: DataCase) -> Iterator[Change]:
    """Yield the case as it is, then each way of reading that could have caused the problem."""
    as_it_is = Change(case, Suggestion(""), 0)
    yield as_it_is
    is_npy = case.look.content.startswith(NPY_MAGIC)
    if not is_npy and problem.code in MISREAD | _UNREADABLE:
        yield from islice(_ways_together(as_it_is), _MAX_WAYS)
    if is_npy or problem.code in MISREAD:
        yield from _other_samples(as_it_is)


def _ways_together(as_it_is: Change) -> Iterator[Change]:
    """Yield ways of reading, each followed by those that mend what it leaves to be mended."""
    found = [as_it_is]
    # each is tried on what those before it left to be mended
    for step in (_encodings, _enclosures, _separations, _other_lines, _headers):
        if any(change.case.fault() is None for change in found):
            return
        for change in tuple(found):
            for other in step(change):
                found.append(other)
                yield other


def _encodings(change: Change) -> Iterator[Change]:
    """Yield the case in each encoding that it may have, if it cannot be read in its own."""
    case, fault = change.case, change.case.fault()
    if fault is None or fault.problems[0].code not in _UNREADABLE:
        return
    other = "cp1252" if case.options.encoding == "utf-8" else "utf-8"
    if case.look.content.startswith((b"\xff\xfe", b"\xfe\xff")):
        other = "utf-16"
    try:
        case.look.content.decode(case.options.encoding)
    except UnicodeError as error:
        if "unexpected end" not in str(error):  # a file that is cut off may end so
            yield change.with_options(f"if its text is encoded as {other}", 90, encoding=other)


def _enclosures(change: Change) -> Iterator[Change]:
    """Yield the case with its rows alone: one on a line, without quotes or brackets around them."""
    case, text = change.case, text_of(change.case)
    if not case.look.complete or len(text) > _MAX_SIZE:
        return
    lines = LINE_END.split(text)
    quoted = [_ALL_QUOTED.fullmatch(line) for line in lines if line.strip(" \t")]
    if len(quoted) > 1 and all(quoted):
        words = "take away the quotes around each line, which make one cell of it"
        rows = [found[1].replace('""', '"') for found in quoted if found]
    else:
        has_brackets = re.search(r"[\[({]", text) is not None
        # else values may stand between blanks, and samples between commas
        bare = _NO_ROW.sub("", text) if has_brackets else text.replace(",", ";")
        values = list_meant(bare, "numbers", 2, "plain") or []
        values = [values] if values and isinstance(values[0], str) else values  # of one dimension
        are_sure = len(values) > len(quoted) and {*map(len, values)} == {case.wanted.size} != {1}
        words = f"write each row on a line of its own{', without brackets' * has_brackets}"
        rows = [",".join(row) for row in values if has_brackets or are_sure]
    if rows:
        new, end = "".join(f"{row}\n" for row in rows), len(lines[-1]) + 1
        edit = Edit(case.file, 1, 1, len(lines), end, new, shorten(rows[0]))
        yield change.with_edits(words, 89, [edit])


def _separations(change: Change) -> Iterator[Change]:
    """Yield the case with other delimiters, and with decimal commas if its numbers have them."""
    case = change.case
    lines = LINE_END.split(text_of(case)[: _MAX_SIZE // 2].rstrip("\r\n"))
    seen: list[list[Row]] = []
    for delimiter, called in _DELIMITERS.items():
        formats = [replace(case.csv, delimiter=delimiter, decimal=decimal) for decimal in ".,"]
        read = [(list(cut_rows(lines, form)), form.decimal) for form in formats]
        rows, decimal = max(read, key=lambda each: sum(row.numbers for row in each[0]))
        is_other = delimiter != case.csv.delimiter
        if rows in seen or (is_other and table_width(rows) < 2):
            continue
        seen.append(rows)
        words = [f"separate the values at {called}"] * is_other
        options = {"delimiter": delimiter} if is_other else {}
        if decimal != case.options.decimal:
            around = what_is_around(cell for row in rows if row.numbers for cell in row.cells)
            doubt = "" if around.comma == "point" else ", if 1,234 means 1.234"
            words.append(f"read decimal {'commas' + doubt if decimal == ',' else 'points'}")
            options["decimal"] = decimal
        if options:
            yield change.with_options(", and ".join(words), 90, **options)


def _other_lines(change: Change) -> Iterator[Change]:
    """Yield the case without the lines that are none of its table, and with a whole header."""
    case, look = change.case, change.case.look
    if len(look.content) > _MAX_SIZE or not (table := Table(case.rows, look.complete)).width:
        return
    for header in table.headers():
        lines = table.others(header)
        if lines:
            runs = ((first, last - first + 1) for first, last in joined_lines(lines))
            edits = [Edit.without_lines(case.file, first, count) for first, count in runs]
            yield change.with_edits(lines_in_words(lines), 88, edits)
        elif header is not None and (whole := _whole_header(header, table, case)):
            (text, words), at = whole, header.number
            edit = Edit(case.file, at, 1, at, len(header.text) + 1, text, shorten(text))
            yield change.with_edits(words, 87, [edit])
            return


def _whole_header(header: Row, table: Table, case: DataCase) -> tuple[str, str] | None:
    """Return a header with as many names as there are values, and how to get it; or nothing."""
    separator = " " if case.csv.delimiter == BLANKS else case.csv.delimiter
    if header.cells[-1] == "" and len(header.cells) == table.width + 1:
        return header.text.rstrip(" \t")[:-1], f"take away the {separator!r} behind the header"
    if case.wanted.size < table.width and table.lacks_a_name(header):
        words = "give the first column an empty name, for R and pandas write none"
        return '""' + separator + header.text, words
    return None


def _headers(change: Change) -> Iterator[Change]:
    """Yield the case with its first row as data, and as a header."""
    case, header, fault = change.case, change.case.header, change.case.fault()
    # what may come of a first row that was taken for what it is not
    if fault is None or fault.problems[0].code not in ("N402", "N404", "N410"):
        return
    if header and (place := fault.problems[0].place) and place.line != header.place.line:
        return
    first = list(case.rows[0].pointed) if case.rows else []
    if header is None or header.named:
        likelihood = 70 if counts_up(first) else 95
        yield change.with_options("if the first row is data", likelihood, header=False)
    if (header is None or not header.named) and may_be_names(first):
        yield change.with_options("if the first row is a header", 80, header=True)


def may_be_names(cells: Sequence[str]) -> bool:
    """Whether a first row may be a header: not if most cells are numbers, or nearly, that differ.

    >>> may_be_names(["1.5", "2,5", "?"]), may_be_names(["", "2019", "2020"])
    (False, True)
    """
    kinds = (is_number, is_missing, looks_like_a_number, numbers_meant)
    near = sum(any(is_kind(cell) for is_kind in kinds) for cell in cells)
    named = cells[cells[:1] == [""] :]  # pandas writes no name above its index
    numbers = [cell for cell in named if is_number(cell)]
    return 2 * near <= len(cells) or (counts_up(numbers) and not any(map(is_missing, named)))


def _other_samples(change: Change) -> Iterator[Change]:
    """Yield the case with its rows as columns, or the reverse."""
    case = change.case
    likelihood = 90 if _lines_seem_features(case) else 20
    may_be = (likelihood > 50 or not case.wanted.columns) and case.choice == ColumnChoice()
    if case.options.samples == "columns":
        yield change.with_options("if each line is a sample", 95, samples="rows")
    elif may_be and case.look.complete:
        yield change.with_options("if each column is a sample", likelihood, samples="columns")


def _lines_seem_features(case: DataCase) -> bool:
    """Whether the lines of a file may well be features: no names of theirs speak against it."""
    header = case.header
    if header is None:
        return not any(is_number(row.pointed[0]) for row in case.rows)
    rows = read_rows(case, header)
    if not header.named:  # samples have columns with decimals of their own
        columns = zip(*rows, strict=True)
        decimals = [{len(cell.partition(".")[2]) for cell in column} for column in columns]
        is_apart = {*map(len, decimals)} == {1} and len(set().union(*decimals)) > 1
        return not is_apart and len(header.names) != case.wanted.size
    labels = [row[0] for row in rows]
    are_names = not any(is_number(label) or is_missing(label) for label in labels)
    are_samples = is_series(labels) and not is_series(header.names[1:])
    return are_names and not are_samples and not words_of(header.names[0]) & NOT_OF_FEATURES
