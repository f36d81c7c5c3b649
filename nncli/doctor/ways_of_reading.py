"""Ways of reading a file that may have been meant: encoding, delimiter, header, fewer lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate, islice, takewhile

from nncli.data.column_facts import NOT_OF_FEATURES, counts_up, is_series, words_of
from nncli.data.columns import ColumnChoice
from nncli.data.csv.format import BLANKS
from nncli.data.csv.numbers import is_missing, is_number, looks_like_a_number
from nncli.doctor.case import MISREAD, Change, DataCase, read_rows, text_lines, text_of
from nncli.doctor.table_lines import Row, Table, cut_rows, joined_lines, lines_in_words, table_width
from nncli.file_kinds import NPY_MAGIC
from nncli.meant.lists import list_meant
from nncli.meant.numbers import numbers_meant
from nncli.problems import Edit, Problem, Suggestion
from nncli.specs.spec_text import LINE_END
from nncli.words import shorten

# How each is said in words; of other signs, itself.
_DELIMITERS = {",": "','", ";": "';'", "\t": "tabs", "|": "'|'", BLANKS: "runs of blanks"}
# Other signs that may separate values: none that stands in a number, or encloses one.
_RARE_DELIMITER = re.compile(r"[!#$&*/:<=>?@\\^`~\x1c-\x1f]")
_TIME = re.compile(r"\b[0-9]{1,2}:[0-9]{2}\b|\b[0-9]+/[0-9]+/[0-9]+\b")
_ALL_QUOTED = re.compile(r'"((?:[^"]|"")*+)"[ \t;,]*')
# A variable that an array is given to, and the places that R prints beside one.
_NO_ROW = re.compile(r"^\s*\w+\s*(?:=|<-)|\[\d*,\d*\]")
# With a decimal comma it may as well be a number of thousands.
_MAY_BE_THOUSANDS = re.compile(r"[-+]?[1-9][0-9]{0,2},[0-9]{3}")
_UNREADABLE = frozenset({"N406", "N411"})
# What may come of a first row that was taken for what it is not.
_HEADER_FAULTS = frozenset({"N402", "N404", "N410"})
_MAX_WAYS = 40
# So many characters show what separates the values; of more bytes than a table's, the lines are so
# long that to look at each takes too long.
_MAX_SEPARATED, _MAX_TABLE = 2**15, 2**16
# Enough to know a table by.
_MAX_LINES = 50


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
    for step in _STEPS:
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
    if case.look.content.startswith((b"\xff\xfe", b"\xfe\xff")):
        yield change.with_options("read its text as utf-16", 90, encoding="utf-16")
        return
    try:
        case.look.content.decode(case.options.encoding)
    except UnicodeError as error:
        other = "utf-8" if case.options.encoding != "utf-8" else "cp1252"
        if "unexpected end" not in str(error):  # a file that is cut off may end so
            yield change.with_options(f"if its text is encoded as {other}", 90, encoding=other)


def _enclosures(change: Change) -> Iterator[Change]:
    """Yield the case with its rows alone, each on a line of its own."""
    case = change.case
    text = text_of(case)
    if not case.look.complete or len(text) > _MAX_SEPARATED:
        return
    lines = LINE_END.split(text)
    words, rows = _rows_alone(text, [line for line in lines if line.strip(" \t")], case)
    if rows:
        new, end = "".join(f"{row}\n" for row in rows), len(lines[-1]) + 1
        edit = Edit(case.file, 1, 1, len(lines), end, new, shorten(rows[0]))
        yield change.with_edits(words, 89, [edit])


def _rows_alone(text: str, lines: list[str], case: DataCase) -> tuple[str, list[str]]:
    """Return how to get rows without quotes or brackets around their values, and those."""
    quoted = [_ALL_QUOTED.fullmatch(line) for line in lines]
    if len(lines) > 1 and all(quoted):
        words = "take away the quotes around each line, which make one cell of it"
        return words, [line[1].replace('""', '"') for line in quoted if line]
    has_brackets = re.search(r"[\[({]", text) is not None
    has_blanks = re.search(r"\d[ \t]+[-+.\d]", text) is not None
    # values between blanks, samples between commas
    bare = text if has_brackets or not has_blanks else text.replace(",", ";")
    rows = list_meant(_NO_ROW.sub("", bare), "numbers", 2, "plain") or []
    rows = [rows] if rows and isinstance(rows[0], str) else rows  # of one dimension
    is_sure = len(rows) > len(lines) and {len(row) for row in rows} == {case.wanted.size}
    # of two numbers, a comma may be decimal
    if not (has_brackets or (is_sure and (has_blanks or case.wanted.size > 2))):
        return "", []
    words = f"write each row on a line of its own{', without brackets' * has_brackets}"
    return words, [",".join(row) for row in rows]


def _separations(change: Change) -> Iterator[Change]:
    """Yield the case with other delimiters, and with decimal commas if its numbers have them."""
    case, lines = change.case, text_lines(change.case)
    ends = accumulate(map(len, lines))
    lines = lines[: sum(1 for _ in takewhile(_MAX_SEPARATED.__ge__, ends))]
    seen: list[list[Row]] = []
    for delimiter in dict.fromkeys((*_DELIMITERS, *_RARE_DELIMITER.findall("".join(lines[-1:])))):
        formats = [replace(case.csv, delimiter=delimiter, decimal=decimal) for decimal in ".,"]
        read = [(list(cut_rows(lines, form)), form.decimal) for form in formats]
        rows, decimal = max(read, key=lambda each: sum(row.numbers for row in each[0]))
        is_other = delimiter != case.csv.delimiter
        # a rare sign parts no row that others part already, and no time or date
        is_parted = delimiter not in _DELIMITERS and (
            any(table_width(each) > 1 for each in seen) or _TIME.search(lines[-1])
        )
        if rows in seen or (is_other and (is_parted or table_width(rows) < 2)):
            continue
        seen.append(rows)
        # one blank is nearly a run of them: that mends all lines, and an edit but one
        likelihood = 101 if (case.csv.delimiter, delimiter) == (" ", BLANKS) else 90
        other = change
        if is_other:
            words = f"separate the values at {_DELIMITERS.get(delimiter, repr(delimiter))}"
            other = other.with_options(words, likelihood, delimiter=delimiter)
        if decimal != case.options.decimal:
            words = (
                f"read decimal commas{_doubt(rows)}" if decimal == "," else "read decimal points"
            )
            other = other.with_options(words, likelihood, decimal=decimal)
        if other is not change:
            yield other


def _doubt(rows: list[Row]) -> str:
    """Return what must be so for decimal commas, where each may as well stand behind thousands."""
    cells = [c for row in rows for c in row.cells if "," in c and is_number(c.replace(",", "."))]
    if not cells or not all(map(_MAY_BE_THOUSANDS.fullmatch, cells)):
        return ""
    return f", if {cells[0]} means {cells[0].replace(',', '.')}"


def _other_lines(change: Change) -> Iterator[Change]:
    """Yield the case without the lines that are none of its table, and with a whole header."""
    case = change.case
    if len(case.look.content) > _MAX_TABLE or not (table := Table(case)).width:
        return
    for header in table.headers():
        lines = table.others(header)
        runs = ((first, last - first + 1) for first, last, _ in joined_lines(lines))
        edits = [Edit.without_lines(case.file, first, count) for first, count in runs]
        if lines:
            yield change.with_edits(lines_in_words(lines), 88, edits)
        if header is not None and (whole := _whole_header(header, table, case)):
            (text, words), at = whole, header.number
            edits.append(Edit(case.file, at, 1, at, len(header.text) + 1, text, shorten(text)))
            words = f"{lines_in_words(lines)}, and {words}" if lines else words
            yield change.with_edits(words, 87, edits)
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
    if fault is None or fault.problems[0].code not in _HEADER_FAULTS:
        return
    if header and (place := fault.problems[0].place) and place.line != header.place.line:
        return
    first = case.records[0] if case.records else []
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
    found = cells if cells[:1] != [""] else cells[1:]  # pandas writes no name above its index
    kinds = (is_number, is_missing, looks_like_a_number, numbers_meant)
    near = sum(any(is_kind(cell) for is_kind in kinds) for cell in found) + len(cells) - len(found)
    numbers = [cell for cell in found if is_number(cell)]
    return 2 * near <= len(cells) or (counts_up(numbers) and not any(map(is_missing, found)))


def _other_samples(change: Change) -> Iterator[Change]:
    """Yield the case with its rows as columns, or the reverse."""
    case = change.case
    numbers = (is_number(cell) for row in case.records[:1] for cell in row)
    may_be = case.wanted.columns is None or any(numbers)
    if case.options.samples == "columns":
        yield change.with_options("if each line is a sample", 95, samples="rows")
    elif may_be and case.choice == ColumnChoice() and case.look.complete:
        likelihood = 90 if _lines_seem_features(case) else 20
        yield change.with_options("if each column is a sample", likelihood, samples="columns")


def _lines_seem_features(case: DataCase) -> bool:
    """Whether the lines of a file may well be features, by how their numbers are written.

    They are samples where names stand above numbers, or where each column has decimals of its own.
    """
    header = case.header
    rows = read_rows(case, header)[:_MAX_LINES] if header is not None else case.records
    labelled = not any(is_number(row[0]) or is_missing(row[0]) for row in rows)
    if header is None or not rows or len(header.names) == case.wanted.size:
        return labelled if header is None else not rows
    counts = labelled and is_series([row[0] for row in rows]) and not is_series(header.names[1:])
    is_label = not labelled or words_of(header.names[0]) & NOT_OF_FEATURES
    if counts or (header.named and is_label):
        return False
    columns = list(zip(*rows, strict=True))[labelled:]
    decimals = [{len(cell.strip().partition(".")[2]) for cell in column} for column in columns]
    return any(len(found) > 1 for found in decimals) or len(set().union(*decimals)) < 2


# Each is tried on what those before it left to be mended.
_STEPS: tuple[Callable[[Change], Iterator[Change]], ...] = (
    _encodings,
    _enclosures,
    _separations,
    _other_lines,
    _headers,
)
