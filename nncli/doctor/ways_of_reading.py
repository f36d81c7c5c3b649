"""Ways of reading a file that may have been meant: encoding, delimiter, header, fewer lines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import accumulate, islice, takewhile

from nncli.data.column_facts import counts_up
from nncli.data.columns import ColumnChoice
from nncli.data.csv.format import BLANKS
from nncli.data.csv.numbers import is_number
from nncli.doctor.case import MISREAD, Change, DataCase, decoded, text_lines
from nncli.doctor.column_kinds import lines_seem_features, may_be_names
from nncli.doctor.table_lines import Row, Table, cut_rows, joined_lines, lines_in_words, table_width
from nncli.file_kinds import NPY_MAGIC
from nncli.problems import Edit, Problem, Suggestion
from nncli.specs.spec_text import LINE_END
from nncli.words import shorten

# How each is said in words.
_DELIMITERS = {",": "','", ";": "';'", "\t": "tabs", "|": "'|'", BLANKS: "runs of blanks"}
_ALL_QUOTED = re.compile(r'"(?:[^"]|"")*+"')
# With a decimal comma it may as well be a number of thousands.
_MAY_BE_THOUSANDS = re.compile(r"[-+]?[1-9][0-9]{0,2},[0-9]{3}")
_MARKS_OF_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_UNREADABLE = frozenset({"N406", "N411"})
# What may come of a first row that was taken for what it is not.
_HEADER_FAULTS = frozenset({"N402", "N404", "N410"})
_MAX_WAYS = 40
# So many characters show what separates the values; of more bytes than a table's, the lines are so
# long that to look at each takes too long.
_MAX_SEPARATED, _MAX_TABLE = 2**15, 2**16


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
    """Yield the case in each encoding that it may have."""
    fault = change.case.fault()
    if fault is not None and fault.problems[0].code in _UNREADABLE:
        for encoding in _likely_encodings(change.case):
            is_sure = encoding.startswith("utf-16")
            words = f"{'read its text' if is_sure else 'if its text is encoded'} as {encoding}"
            yield change.with_options(words, 90, encoding=encoding)


def _likely_encodings(case: DataCase) -> tuple[str, ...]:
    """Return the encodings that a text may have, by its marks and zeros; none if it has its own."""
    content, own = case.look.content, case.options.encoding
    if content.startswith(_MARKS_OF_UTF_16):
        return ("utf-16",)
    if content.count(0) * 4 > len(content):
        # where characters take two bytes, the high one of an ASCII character is zero; where fewer
        # are, zeros are faults of a text in one byte
        low_first = content[1::2].count(0) > content[::2].count(0)
        return ("utf-16-le" if low_first else "utf-16-be",)
    try:
        content.decode(own)
    except UnicodeError as error:
        if case.look.complete and "unexpected end" in str(error):
            return ()  # it was cut off
        one_byte = "cp1252" if any(0x80 <= byte < 0xA0 for byte in content) else "latin-1"
        return tuple(encoding for encoding in ("utf-8", one_byte) if encoding != own)
    return ()


def _without_quotes(change: Change) -> Iterator[Change]:
    """Yield the case without the quotes that enclose each line as a whole."""
    case = change.case
    lines = LINE_END.split(decoded(case, case.look.content))
    filled = [line for line in lines if line.strip(" \t")]
    if case.look.complete and len(filled) > 1 and all(map(_ALL_QUOTED.fullmatch, filled)):
        text = "\n".join(line[1:-1].replace('""', '"') for line in lines)
        end = len(lines[-1]) + 1
        edit = Edit(case.file, 1, 1, len(lines), end, text, shorten(filled[0][1:-1]))
        words = "take away the quotes around each line, which make one cell of it"
        yield change.with_edits(words, 89, [edit])


def _separations(change: Change) -> Iterator[Change]:
    """Yield the case with other delimiters, and with decimal commas if its numbers have them."""
    case, lines = change.case, text_lines(change.case)
    ends = accumulate(map(len, lines))
    lines = lines[: sum(1 for _ in takewhile(_MAX_SEPARATED.__ge__, ends))]
    seen: list[list[Row]] = []
    for delimiter, shown in _DELIMITERS.items():
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
        read = f"read decimal commas{_doubt(rows)}" if has_commas else "read decimal points"
        said = {"delimiter": f"separate the values at {shown}", "decimal": read}
        new = {"delimiter": delimiter} if other else {}
        new |= {"decimal": decimal} if decimal != case.options.decimal else {}
        if new:
            yield change.with_options(" and ".join(said[name] for name in new), 90, **new)


def _doubt(rows: list[Row]) -> str:
    """Return what must be so for decimal commas, where each may as well stand behind thousands."""
    cells = [c for row in rows for c in row.cells if "," in c and is_number(c.replace(",", "."))]
    if not cells or not all(map(_MAY_BE_THOUSANDS.fullmatch, cells)):
        return ""
    return f", if {cells[0]} means {cells[0].replace(',', '.')}"


def _is_cut_wrong(row: Row) -> bool:
    """Whether a cell of a row is several numbers, to be cut at something else."""
    # one point may stand behind thousands
    cuts = (re.split(r"[;|\t]" if cell.count(".") < 2 else r"[;|\t,]", cell) for cell in row.cells)
    return any(len(parts) > 1 and all(map(is_number, parts)) for parts in cuts)


def _other_lines(change: Change) -> Iterator[Change]:
    """Yield the case without the lines that are none of its table, and with a whole header."""
    case = change.case
    table = Table(case) if len(case.look.content) <= _MAX_TABLE else None
    if table is None or not table.width or any(map(_is_cut_wrong, table.samples)):
        return
    for header in table.headers():
        lines = table.others(header)
        runs = ((first, last - first + 1) for first, last, _ in joined_lines(lines))
        edits = [Edit.without_lines(case.file, first, count) for first, count in runs]
        if lines:
            yield change.with_edits(lines_in_words(lines), 88, edits)
        if header is not None and (whole := _whole_header(header, table, case)):
            text, words = whole
            at, end = header.number, len(header.text) + 1
            edit = Edit(case.file, at, 1, at, end, text, shorten(text))
            words = f"{lines_in_words(lines)}, and {words}" if lines else words
            yield change.with_edits(words, 87, (*edits, edit))
            return


def _whole_header(header: Row, table: Table, case: DataCase) -> tuple[str, str] | None:
    """Return a header with as many names as there are values, and how to get it; or nothing."""
    separator = " " if case.delimiter == BLANKS else case.delimiter
    if header.cells[-1] == "" and len(header.cells) == table.width + 1:
        return header.text.rstrip(" \t")[:-1], f"take away the {separator!r} behind the header"
    if case.wanted.size < table.width and table.lacks_a_name(header):
        words = "give the first column an empty name, for R and pandas write none"
        return '""' + separator + header.text, words
    return None


def _headers(change: Change) -> Iterator[Change]:
    """Yield the case with its first row as data, and as a header."""
    case, header, fault = change.case, change.case.header, change.case.fault()
    problem = fault.problems[0] if fault is not None else None
    if case.options.header is None and (
        problem is None
        or problem.code not in _HEADER_FAULTS
        or (header and problem.place and problem.place.line != header.place.line)
    ):
        return
    first = case.records[0] if case.records else []
    named = header.named if header is not None else None
    if named is not False:
        # none at all, if the first one is longer than what was looked at
        kinds = [[is_number(cell) is not None for cell in row] for row in case.records]
        is_sample = len(kinds) > 1 and all(row == kinds[0] for row in kinds)
        likelihood = 95 if is_sample and not counts_up(first) else 70
        yield change.with_options("if the first row is data", likelihood, header=False)
    if named is not True and may_be_names(first):
        yield change.with_options("if the first row is a header", 80, header=True)


def _other_samples(change: Change) -> Iterator[Change]:
    """Yield the case with its rows as columns, or the reverse."""
    case = change.case
    numbers = (is_number(cell) for row in case.records[:1] for cell in row)
    has_names = case.wanted.columns is not None and not any(numbers)
    if case.options.samples == "columns":
        yield change.with_options("if each line is a sample", 95, samples="rows")
    elif case.choice == ColumnChoice() and case.look.complete and not has_names:
        likelihood = 90 if lines_seem_features(case) else 20
        yield change.with_options("if each column is a sample", likelihood, samples="columns")


# Each is tried on what those before it left to be mended.
_STEPS: tuple[Callable[[Change], Iterator[Change]], ...] = (
    _encodings,
    _without_quotes,
    _separations,
    _other_lines,
    _headers,
)
