"""The CSV reader: lines, records, the header rule, places, and the same answer for any chunks."""

from __future__ import annotations

import csv
import io
import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from whole_reading import Select, Table, read_table

from nncli.data.columns import Header, Selection
from nncli.data.csv import lines, records
from nncli.data.csv.format import BLANKS, CsvFormat
from nncli.data.csv.lines import read_lines
from nncli.data.csv.records import RecordReader
from nncli.errors import DataError
from nncli.problems import Problem

FILE = "table.csv"
BOM = "\ufeff"
CUTS = (1, 2, 3, 7)


def cut(content: bytes, size: int) -> list[bytes]:
    return [content[i : i + size] for i in range(0, len(content), size)]


def as_bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


def every_column(header: Header) -> Selection:
    return Selection(tuple(range(len(header.names))))


def columns_at(*features: int, kept: tuple[int, ...] = ()) -> Select:
    return lambda _: Selection(features, kept)


def read(
    content: str | bytes,
    select: Select = every_column,
    *,
    header: bool | None = None,
    delimiter: str = ",",
    encoding: str = "utf-8",
    size: int = 2**20,
    decimal: str = ".",
) -> Table:
    form = CsvFormat(FILE, delimiter, encoding, header, decimal)
    return read_table(cut(as_bytes(content), size), form, select, math.inf)


def refused(content: str | bytes, select: Select = every_column, **options: object) -> DataError:
    with pytest.raises(DataError) as caught:
        read(content, select, **options)  # type: ignore[arg-type]  # handed on
    return caught.value


def only_problem(content: str | bytes, select: Select = every_column, **options: object) -> Problem:
    (problem,) = refused(content, select, **options).problems
    return problem


def where(problem: Problem) -> tuple[str, int | None, int | None]:
    place = problem.place
    assert place is not None
    assert place.file == FILE
    return problem.code, place.line, place.column


def caret_points_at(problem: Problem) -> str:
    """Return the text of the excerpt from the caret on."""
    place = problem.place
    assert place is not None
    assert place.excerpt is not None
    assert place.caret is not None
    return place.excerpt[place.caret :]


def outcome(content: bytes, size: int, **options: object) -> object:
    """Return all that there is to know about a reading, so that two can be compared."""
    try:
        table = read(content, size=size, **options)  # type: ignore[arg-type]  # handed on
    except DataError as error:
        return (error.problems, error.more)
    return (table.names, table.values.tobytes(), table.kept, table.notes)


def assert_same_for_all_chunks(content: bytes, **options: object) -> None:
    whole = outcome(content, max(len(content), 1), **options)
    for size in CUTS:
        assert outcome(content, size, **options) == whole, f"in chunks of {size}"


def cells_of(content: str | bytes) -> list[list[str]]:
    """Return the cells of every record."""
    return [record.cells for record in RecordReader([as_bytes(content)], CsvFormat(FILE))]


# ------------------------------------------------------------------------------ lines


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a\nb\n", [(1, "a", "\n"), (2, "b", "\n")]),
        ("a\r\nb", [(1, "a", "\r\n"), (2, "b", "")]),
        ("a\rb\r", [(1, "a", "\r"), (2, "b", "\r")]),
        ("a\r\rb", [(1, "a", "\r"), (2, "", "\r"), (3, "b", "")]),
        ("a\n\rb\r\n\n", [(1, "a", "\n"), (2, "", "\r"), (3, "b", "\r\n"), (4, "", "\n")]),
        # NEL, vertical tab, form feed and the line separator end no line
        ("a\x85b\vc\fd\u2028e\n", [(1, "a\x85b\vc\fd\u2028e", "\n")]),
        (BOM + "a\n", [(1, "a", "\n")]),
        ("", []),
        (BOM, []),
    ],
)
@pytest.mark.parametrize("size", [*CUTS, 1000])
def test_lines_end_with_lf_crlf_or_cr_and_nothing_else(
    content: str, expected: list[tuple[int, str, str]], size: int
) -> None:
    found = read_lines(cut(content.encode(), size), CsvFormat(FILE))
    assert [tuple(line) for line in found] == expected


@given(st.text("a\n\r\u00e9", max_size=30), st.sampled_from(CUTS))
def test_lines_put_together_again_are_the_text(text: str, size: int) -> None:
    found = list(read_lines(cut(text.encode(), size), CsvFormat(FILE)))
    assert "".join(line.text + line.end for line in found) == text
    assert [line.number for line in found] == list(range(1, len(found) + 1))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1"])
@pytest.mark.parametrize("size", CUTS)
def test_other_encodings_are_decoded_whatever_the_chunks(encoding: str, size: int) -> None:
    table = read("größe,b\r\n1,2\r\n".encode(encoding), encoding=encoding, size=size)
    assert table.names == ("größe", "b")
    assert table.values.tolist() == [[1, 2]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16-le", "utf-16-be"])
def test_a_byte_order_mark_at_the_start_is_no_part_of_the_first_cell(encoding: str) -> None:
    mark = "" if encoding == "utf-8-sig" else BOM  # that codec writes it
    assert read((mark + "1,2\n").encode(encoding), encoding=encoding).values.tolist() == [[1, 2]]
    assert read((mark + "a,b\n1,2\n").encode(encoding), encoding=encoding).names == ("a", "b")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    ("strange", "byte"), [(b"\xff", "0xFF"), (b"\xc3", "0xC3"), (b"\xed\xa0\x80", "0xED")]
)
def test_bytes_that_are_not_the_encoding_are_located_by_line_field_and_offset(
    end: str, strange: bytes, byte: str
) -> None:
    before = f"a,b{end}1,2{end}3,".encode()
    problem = only_problem(before + strange + f"4{end}".encode())
    assert where(problem) == ("N406", 3, 2)
    assert byte in problem.message
    assert f"offset {len(before)} " in problem.message


def test_a_file_that_ends_within_a_character_is_located_at_that_character() -> None:
    content = "a,b\n1,é".encode()[:-1]
    problem = only_problem(content)
    assert where(problem) == ("N406", 2, 2)
    assert f"offset {len(content) - 1} " in problem.message


@pytest.mark.parametrize("size", [*CUTS, 16, 1000])
@pytest.mark.parametrize("mark", [b"\xfe\xff", b"\xff\xfe"])
def test_half_a_surrogate_pair_in_utf_16_is_located_in_either_byte_order(
    mark: bytes, size: int
) -> None:
    codec = "utf-16-be" if mark == b"\xfe\xff" else "utf-16-le"
    half = b"\xd8\x00" if mark == b"\xfe\xff" else b"\x00\xd8"
    before = mark + "a,b\n1,2\n3,".encode(codec)
    content = before + half + "4\n".encode(codec)
    problem = only_problem(content, encoding="utf-16", size=size)
    assert where(problem) == ("N406", 3, 2)
    assert f"offset {len(before)} " in problem.message


@pytest.mark.parametrize("bad", [b"\xff", b"\0", BOM.encode()])
def test_an_unreadable_byte_is_located_by_the_files_own_delimiter(bad: bytes) -> None:
    # commas are text here: the second field, whatever they number
    problem = only_problem(b"a;b,b\n1,1,1;2" + bad + b"\n", delimiter=";")
    assert where(problem) == ("N406", 2, 2)


@pytest.mark.parametrize("bad", [b"\xff", b"\0", BOM.encode()])
def test_an_unreadable_byte_is_told_together_with_the_faults_before_it(bad: bytes) -> None:
    error = refused(b"a,b\n1,x\n2," + bad + b"\n")
    assert [where(problem) for problem in error.problems] == [("N404", 2, 2), ("N406", 3, 2)]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_nul_and_an_inner_byte_order_mark_are_located(end: str) -> None:
    nul = only_problem(f"a,b{end}1,2\0{end}")
    assert where(nul) == ("N406", 2, 2)
    assert caret_points_at(nul) == "\0"
    mark = only_problem(f"{BOM}a,b{end}1,2{end}{BOM}3,4{end}")
    assert where(mark) == ("N406", 3, 1)
    assert "concatenated" in " ".join(mark.help)


def endless(chunk: bytes, pulled: list[int]) -> Iterator[bytes]:
    """Yield a chunk for ever, and write down how much was taken."""
    for _ in itertools.count():
        pulled.append(len(chunk))
        yield chunk


LIMIT = 1000


@pytest.fixture
def short_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    for room in (lines, records):
        monkeypatch.setattr(room, "MAX_LINE_BYTES", LIMIT)


@pytest.mark.usefixtures("short_lines")
@pytest.mark.parametrize("size", [1, 100, 999])
def test_an_endless_line_is_refused_after_as_much_as_a_line_may_hold(size: int) -> None:
    pulled: list[int] = []
    chunks = itertools.chain([b"a,b\n1,2\n"], endless(b"1" * size, pulled))
    with pytest.raises(DataError) as caught:
        read_table(chunks, CsvFormat(FILE), every_column, math.inf)
    (problem,) = caught.value.problems
    assert where(problem)[:2] == ("N413", 3)
    assert sum(pulled) <= LIMIT + 2 * size


@pytest.mark.usefixtures("short_lines")
def test_a_line_that_is_too_long_is_refused_alike_within_one_chunk_and_over_many() -> None:
    content = b"a,b\n1,2\n" + b"1" * (LIMIT + 1) + b"\n"
    problem = only_problem(content)
    assert where(problem)[:2] == ("N413", 3)
    assert problem.help
    assert_same_for_all_chunks(content)


@pytest.mark.usefixtures("short_lines")
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_a_line_as_long_as_a_line_may_be_is_read(end: bytes) -> None:
    line = b"1" + b"0" * (LIMIT - 6) + b"e-9,2"
    assert len(line) == LIMIT
    for size in (*CUTS, 600, LIMIT + 5, 5000):
        table = read(b"a,b" + end + line + end + b"1,3" + end, columns_at(1), size=size)
        assert table.values.tolist() == [[2], [3]]


@pytest.mark.usefixtures("short_lines")
@pytest.mark.parametrize("text", [b"1,2,3\n", b"\n", b"\r\n", b"x\ry"])
def test_a_quote_that_is_never_closed_does_not_swallow_an_endless_file(text: bytes) -> None:
    pulled: list[int] = []
    chunks = itertools.chain([b'a,b\n1,"2\n'], itertools.islice(endless(text, pulled), 4 * LIMIT))
    with pytest.raises(DataError) as caught:
        read_table(chunks, CsvFormat(FILE), every_column, math.inf)
    (problem,) = caught.value.problems
    assert where(problem) == ("N405", 2, 2)
    assert sum(pulled) <= 2 * LIMIT


@pytest.mark.usefixtures("short_lines")
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("size", [*CUTS, 300])
def test_many_short_lines_are_never_taken_for_a_long_one(end: str, size: int) -> None:
    table = read(f"1,2{end}" * LIMIT, size=size)
    assert table.values.shape == (LIMIT, 2)


# ------------------------------------------------------------------------------ records


@pytest.mark.parametrize(
    ("content", "cells"),
    [
        ("a,b\n", [["a", "b"]]),
        ('"a","b"\n', [["a", "b"]]),
        ('"a,b",c\n', [["a,b", "c"]]),
        ('"say ""hi""",c\n', [['say "hi"', "c"]]),
        ('"","a"\n', [["", "a"]]),
        ('""\n', [[""]]),
        ('""""\n', [['"']]),
        ('"a\nb",c\n', [["a\nb", "c"]]),
        ('"a\r\nb\rc",d\n', [["a\r\nb\rc", "d"]]),
        ('"a\n\n\nb"\n', [["a\n\n\nb"]]),
        ('a,"b', None),
        (",\n", [["", ""]]),
        ("a,\n", [["a", ""]]),
        ('a,""\n', [["a", ""]]),
        ('"a",\n', [["a", ""]]),
        ("\n \n\t\n", []),
        (' "a"\n', None),
        ('"a" \n', None),
        ('"a"b\n', None),
        ('a"b\n', None),
        ('""a"\n', None),
        ('"a""\n', None),
    ],
)
def test_records_are_quoted_as_rfc_4180_says(content: str, cells: list[list[str]] | None) -> None:
    if cells is None:
        with pytest.raises(DataError) as caught:
            cells_of(content)
        assert [problem.code for problem in caught.value.problems] == ["N405"]
    else:
        assert cells_of(content) == cells


def csv_records(text: str) -> list[list[str]] | None:
    """Return what Python's csv module reads, blank lines left out, or None if it refuses."""
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error:
        return None
    return [row for row in rows if row]


def kept_records(text: str) -> list[list[str]] | None:
    try:
        return cells_of(text)
    except DataError:
        return None


@given(st.text('ab1,,""\n\r', max_size=14))
@example('"')
@example('"a\r')
@example('"a"\r\n"b')
def test_records_are_those_of_pythons_csv_module_wherever_nncli_accepts_them(text: str) -> None:
    ours, theirs = kept_records(text), csv_records(text)
    if ours is not None:
        assert ours == theirs
    else:
        # nncli is the stricter one only about a quote in the middle of a cell
        assert theirs is None or any('"' in cell for row in theirs for cell in row)


QUOTED_ROWS = st.lists(
    st.lists(st.text('a1 ,"\n\r;é', max_size=4), min_size=1, max_size=4), max_size=5
)
# with minimal quoting, the csv module leaves a CR bare that ends no line of its own
PLAIN_ROWS = st.lists(st.lists(st.text('a1 ,";é', max_size=4), min_size=2, max_size=4), max_size=5)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@given(QUOTED_ROWS.map(lambda rows: (rows, True)) | PLAIN_ROWS.map(lambda rows: (rows, False)))
def test_whatever_pythons_csv_module_writes_is_read_back(
    end: str, written: tuple[list[list[str]], bool]
) -> None:
    rows, quoted = written
    stream = io.StringIO(newline="")
    if quoted:
        csv.writer(stream, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows)
    else:
        csv.writer(stream, lineterminator=end).writerows(rows)
    assert cells_of(stream.getvalue()) == rows


@pytest.mark.parametrize(
    ("content", "line", "column", "rest"),
    [
        ('a,b\n1, "2"\n', 2, 2, '"2"'),
        ('a,b\n1,2"3\n', 2, 2, '"3'),
        ('a,b\n"1"x,2\n', 2, 1, "x,2"),
        ('a,b\n1,"2" \n', 2, 2, " "),
        ('a,b\n"1,2\n3,4\n', 2, 1, '"1,2'),
        ('a,b\n1,2\n\n"x\ny","z\n3,4\n', 5, 2, '"z'),
        ('a,b\n"x\ny"z,1\n', 3, 1, "z,1"),
    ],
)
def test_a_misplaced_quote_is_located_on_its_own_line(
    content: str, line: int, column: int, rest: str
) -> None:
    problem = only_problem(content, columns_at(1))
    assert where(problem) == ("N405", line, column)
    assert caret_points_at(problem) == rest
    assert problem.help


# ------------------------------------------------------------------------------ header rule


NUMBERS, MISSING = ["1", "-2.5", " 3 ", "nan", "-inf", "1e5"], ["", " ", "NA", "n/a", "-", "?"]
MISTYPED, WORDS = ["2.O", "5%", "1 000", "+3a", "$5"], ["a", "x1", "Ä", "width (cm)", "#1 b"]


@given(st.lists(st.sampled_from(NUMBERS + MISSING + MISTYPED + WORDS), min_size=2, max_size=5))
def test_the_header_rule_holds_for_any_first_row(cells: list[str]) -> None:
    content = ",".join(cells) + "\n" + ",".join("7" * len(cells)) + "\n"
    numbers = [cell in NUMBERS for cell in cells]
    if all(numbers):
        assert len(read(content).values) == 2
    elif any(numbers) and cells[0].strip() and not set(cells) & {*MISTYPED, *WORDS}:
        assert {problem.code for problem in refused(content).problems} == {"N404"}  # with gaps
    elif any(numbers) or not any(cell in WORDS for cell in cells):
        assert only_problem(content).code == "N410"
    else:
        table = read(content)
        assert table.names == tuple(cell.strip() for cell in cells)
        assert table.values.tolist() == [[7] * len(cells)]


@pytest.mark.parametrize("cell", ["?", "NA", "", "n/a"])
def test_a_gap_in_the_first_row_is_located_and_hurts_only_who_reads_it(cell: str) -> None:
    content = f"1,{cell},3\n4,5,6\n"
    assert where(only_problem(content)) == ("N404", 1, 2)
    others = read(content, lambda _: Selection((0, 2)))
    assert others.values.tolist() == [[1, 3], [4, 6]]


def test_all_columns_count_for_the_header_rule_unread_ones_too() -> None:
    assert only_problem("id7,1,2\nid8,3,4\n", columns_at(1, 2, kept=(0,))).code == "N410"
    table = read("id7,1,2\nid8,3,4\n", columns_at(1, 2, kept=(0,)), header=False)
    assert table.kept == {"column_1": ("id7", "id8")}


def test_the_user_decides_what_the_first_row_is() -> None:
    assert read("1,2\n3,4\n", header=True).names == ("1", "2")
    assert read("1,2\n3,4\n", header=True).values.tolist() == [[3, 4]]
    assert read("1,2\n3,4\n", header=False).names == ("column_1", "column_2")
    assert where(only_problem("a,2\n3,4\n", header=False)) == ("N404", 1, 1)
    assert read("NA,2\n3,4\n", header=True).names == ("NA", "2")


@pytest.mark.parametrize("content", ["a,b\n", "a,b", "\n\na,b\n\n", 'a,"b\nc"\n'])
def test_a_header_without_rows_is_an_error(content: str) -> None:
    assert only_problem(content).code == "N402"


@pytest.mark.parametrize(
    ("content", "noted"),
    [
        ("0,1,2\n0.5,1,2\n3,4,5\n", True),
        ("2019,2020\n1,2\n1.5,2\n", True),
        ("0,1,2\n3,4,5\n", False),
        ("1,3,5\n0.5,1,2\n", False),
        ("0.0,1.0\n0.5,1\n", False),
        ("a,b\n0.5,1\n", False),
    ],
)
def test_a_note_tells_of_a_header_made_of_numbers(content: str, noted: bool) -> None:
    table = read(content)
    assert [note.code for note in table.notes] == ["numeric_header"] * noted
    if content[0].isdigit():
        assert not read(content, header=False).notes  # the user has decided


def test_names_lose_the_blanks_around_them_and_kept_cells_lose_nothing() -> None:
    table = read(' a ,"\tid"\n1, x \n', columns_at(0, kept=(1,)))
    assert table.names == ("a",)
    assert table.kept == {"id": (" x ",)}


# ------------------------------------------------------------------------------ rows and places


def test_a_line_that_holds_a_delimiter_is_not_blank() -> None:
    assert [where(p) for p in refused("a,b\n ,\n").problems] == [("N404", 2, 1)]
    assert where(only_problem("a\n\t\n1\n", delimiter="\t")) == ("N403", 2, 1)


@pytest.mark.parametrize("strange", ["\u00a0", "\f", "\v", "\u2028", "\x85", "\u3000", "\x1c"])
def test_a_line_of_other_scripts_blanks_is_not_blank_and_never_dropped(strange: str) -> None:
    assert where(only_problem(f"a\n1\n{strange}\n2\n")) == ("N404", 3, 1)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", BOM])
@pytest.mark.parametrize("last", ["", "end"])
def test_a_bad_cell_is_located_by_physical_line_and_field(end: str, mark: str, last: str) -> None:
    rows = ["id,a,b", f'"two{end}lines",1,2', "", "x,3,4", "y,5,six"]
    content = mark + end.join(rows) + (end if last else "")
    problem = only_problem(content, columns_at(1, 2, kept=(0,)))
    assert where(problem) == ("N404", 6, 3)
    assert caret_points_at(problem) == "six"


def test_the_first_faults_are_told_in_full_and_the_others_counted() -> None:
    error = refused("a,b\n" + "x,1\n" * 40 + "1\n" * 3 + "1,1\n")
    assert [where(problem) for problem in error.problems] == [
        ("N404", line, 1) for line in range(2, 7)
    ]
    assert error.more == 38


def test_a_bad_cell_after_thirty_thousand_rows_is_like_one_in_the_first() -> None:
    near = only_problem("a,b\nx,2\n")
    far = only_problem("a,b\n" + "1,2\n" * 30_000 + "x,2\n")
    assert where(far) == ("N404", 30_002, 1)
    assert (far.message, far.help, caret_points_at(far)) == (
        near.message,
        near.help,
        caret_points_at(near),
    )


def test_cells_that_are_not_asked_for_are_not_read() -> None:
    table = read("a,b,c\n1,x,1e999\n2,,\n", columns_at(0, kept=(1,)))
    assert table.values.tolist() == [[1], [2]]
    assert table.kept == {"b": ("x", "")}


def test_columns_are_read_in_the_order_in_which_they_were_chosen() -> None:
    assert read("a,b,c\n1,2,3\n", columns_at(2, 0)).values.tolist() == [[3, 1]]
    assert read("a,b,c\n1,2,3\n", columns_at(2, 0)).names == ("c", "a")


# ------------------------------------------------------------------------------ random tables


@dataclass(frozen=True)
class Written:
    """A table and one of the many texts that stand for it."""

    names: list[str] | None
    numbers: list[list[float]]
    texts: list[str]
    content: bytes
    lines: list[int]  # the first physical line of each row
    blank_lines: int


NAMES = st.text('abcXYZ ;,"\n_é', min_size=1, max_size=5).map(lambda name: "n" + name)
TEXTS = st.text(st.characters(exclude_characters="\0\ufeff", exclude_categories=["Cs"]), max_size=6)


def quoted_cell(cell: str, always: bool) -> str:
    if always or any(character in cell for character in ',"\r\n'):
        return '"' + cell.replace('"', '""') + '"'
    return cell


@st.composite
def written_tables(draw: st.DrawFn) -> Written:
    """Return a table of numbers with one column of text behind them."""
    width, height = draw(st.integers(1, 3)), draw(st.integers(1, 6))
    values = st.floats(allow_nan=False)
    numbers = [[draw(values) for _ in range(width)] for _ in range(height)]
    texts = [draw(TEXTS) for _ in range(height)]
    named = draw(st.booleans())
    names = [draw(NAMES) for _ in range(width + 1)] if named else None
    padding = st.sampled_from(["", "", " ", "\t "])
    end = st.sampled_from(draw(st.sampled_from([["\n"], ["\r\n"], ["\r"], ["\n", "\r\n", "\r"]])))
    rows = [[draw(padding) + repr(x) + draw(padding) for x in row] for row in numbers]
    cells = [*([names] if names else []), *([*row, t] for row, t in zip(rows, texts, strict=True))]
    text, starts, blank_lines = "", [], 0
    for row in cells:
        if draw(st.integers(0, 5)) == 0:
            # an LF after a CR would make one line end of the two
            text += draw(st.sampled_from(["", " ", " \t"])) + (
                "\r\n" if not text.endswith("\r") else "\r"
            )
            blank_lines += 1
        starts.append(physical_lines(text) + 1)
        line_end = draw(end)
        text += ",".join(quoted_cell(cell, draw(st.booleans())) for cell in row) + line_end
    if draw(st.booleans()):
        text = text.removesuffix(line_end)
    mark = draw(st.sampled_from(["", BOM]))
    content = (mark + text).encode()
    return Written(names, numbers, texts, content, starts[-height:], blank_lines)


def physical_lines(text: str) -> int:
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def read_written(written: Written, size: int) -> Table:
    width = len(written.numbers[0])
    select = columns_at(*range(width), kept=(width,))
    return read(written.content, select, header=written.names is not None, size=size)


@given(written_tables(), st.sampled_from([*CUTS, 1000]))
def test_a_table_is_read_back_to_the_same_bits_however_it_is_written(
    written: Written, size: int
) -> None:
    table = read_written(written, size)
    width = len(written.numbers[0])
    names = written.names or [f"column_{i + 1}" for i in range(width + 1)]
    stripped = [name.strip(" \t") for name in names]
    assert list(table.names) == stripped[:-1]
    assert table.kept == {stripped[-1]: tuple(written.texts)}
    assert table.values.shape == (len(written.numbers), width)
    assert [[x.hex() for x in row] for row in table.values.tolist()] == [
        [x.hex() for x in row] for row in written.numbers
    ]
    counted = [int(note.message.split()[0]) for note in table.notes if note.code == "blank_lines"]
    assert counted == ([written.blank_lines] if written.blank_lines else [])


@given(written_tables(), st.data())
def test_a_bad_row_is_located_however_the_rows_before_it_are_written(
    written: Written, data: st.DataObject
) -> None:
    content = written.content.decode().removeprefix(BOM)
    if not content.endswith(("\n", "\r")):
        content += "\n"
    line = physical_lines(content) + 1
    width = len(written.numbers[0])
    bad = data.draw(st.integers(0, width - 1))
    content += ",".join("oops" if i == bad else "1" for i in range(width)) + ",t\n"
    problem = only_problem(
        content, columns_at(*range(width), kept=(width,)), header=written.names is not None
    )
    assert where(problem) == ("N404", line, bad + 1)


@given(written_tables())
def test_a_table_and_its_notes_are_the_same_for_all_chunks(written: Written) -> None:
    whole = read_written(written, 10**6)
    for size in CUTS:
        table = read_written(written, size)
        assert table.values.tobytes() == whole.values.tobytes()
        assert (table.names, table.kept, table.notes) == (whole.names, whole.kept, whole.notes)


# ------------------------------------------------------------------------------ chunks


@pytest.mark.parametrize(
    "content",
    [
        b"a,b\r\n1,2\r\n\r\n3,x\r\n",
        b"a,b\r1,2\r\r3,x\r",
        b"a,b\n\r1,2\r\n\r3,x",
        b"\xef\xbb\xbfa,b\n1,2\n",
        b"\xef\xbb\xbf",
        b"\xef\xbb",
        b"a,b\n1,2\n3,\xef\xbb\xbf4\n",
        b'a,"b\r\nb"\r\n1,"2"\r\n3,"4\r\n',
        b'a,b\n1,"2"3\n',
        b"a,b\n1,2\n3",
        b"a,b\n1,2\n3,4,5\n6,y\n",
        b"a,b\n1,x\n2,\0\n",
        b"a,b\n1,x\n2,\xff\n",
        b"a,b\r1,x\r2,\xff\r",
        b"a,b\n1,x\n2,\xc3",
        b"\xef\xbb\xbfa,b\n1,x\n2,\xff\n",
        b'a,b\r\n1,"x\r\n"\r\n2,\xff\r\n',
        b"a,b\r1,2\r\xff",
        b"a\xff,b\n1,2\n",
        b"\r\n\r\n",
    ],
)
def test_the_same_bytes_give_the_same_answer_in_any_chunks(content: bytes) -> None:
    assert_same_for_all_chunks(content)


@given(st.text('ab12,,"\n\r \0é\ufeff;', max_size=25))
def test_any_text_gives_the_same_table_or_the_same_error_in_any_chunks(text: str) -> None:
    assert_same_for_all_chunks(text.encode())


@given(st.lists(st.sampled_from([b"a", b"1", b",", b"\n", b"\r", b'"', b"\xc3", b"\xff"])))
@example([b"1", b",", b"a", b"\n", b"\xff"])
def test_any_bytes_give_the_same_error_in_any_chunks(parts: list[bytes]) -> None:
    assert_same_for_all_chunks(b"".join(parts), header=False)


ENCODINGS = ["utf-8-sig", "utf-16", "utf-16-be", "utf-32", "utf-7", "shift_jis", "gb18030", "ascii"]


@given(st.text("a1,\n\r+é時", max_size=12), st.binary(max_size=3), st.sampled_from(ENCODINGS))
def test_damaged_text_of_any_encoding_gives_the_same_error_in_any_chunks(
    text: str, damage: bytes, encoding: str
) -> None:
    content = text.encode(encoding, errors="replace")
    middle = len(content) // 2
    content = content[:middle] + damage + content[middle:]
    assert_same_for_all_chunks(content, header=False, encoding=encoding)


@given(st.binary(max_size=60), st.sampled_from(["utf-8", "utf-16", "utf-32", "utf-7", "latin-1"]))
@example(b"\0\0", "utf-16")  # no byte-order mark, where one is due
def test_no_content_makes_the_reader_stumble(content: bytes, encoding: str) -> None:
    try:
        table = read(content, encoding=encoding)
    except DataError as error:
        problems = error.problems
    else:
        assert len(table.values) >= 1
        return
    assert all(problem.place is not None for problem in problems)
    assert all(problem.code.startswith("N4") for problem in problems)


def test_text_that_cannot_be_written_again_is_refused_when_it_is_read() -> None:
    # UTF-7 can spell one half of a surrogate pair, which no file could hold
    problem = only_problem(b"id,a\n+2AA-,1\n", columns_at(1, kept=(0,)), encoding="utf-7")
    assert where(problem) == ("N406", 2, 1)


# ------------------------------------------------------------- runs of blanks, decimal commas


def test_runs_of_blanks_and_tabs_separate_and_stand_for_nothing_at_a_lines_ends() -> None:
    table = read('  a "b c"\td\n1   2 \t 3  \n \t \n\t4 "5" 6', delimiter=BLANKS)
    assert table.values.tolist() == [[1, 2, 3], [4, 5, 6]]
    assert table.names == ("a", "b c", "d")
    assert [note.message for note in table.notes] == ["1 blank line was skipped"]


@pytest.mark.parametrize(
    ("content", "place", "at"),
    [
        ("1 2\n3  4 5 \n", ("N403", 2, 1), "3  4 5 "),
        ("1 2\n 3   x4\n", ("N404", 2, 2), "x4"),
        ('1 2\n 3  "4"5\n', ("N405", 2, 2), "5"),
        ('1 2\n 3  4"5\n', ("N405", 2, 2), '"5'),
        ("1 2\n 3  4\0\n", ("N406", 2, 2), "\0"),
    ],
)
def test_between_blanks_a_fault_is_located_by_its_cell(
    content: str, place: tuple[str, int, int], at: str
) -> None:
    problem = only_problem(content, delimiter=BLANKS)
    assert where(problem) == place
    assert caret_points_at(problem) == at


def test_with_decimal_commas_a_point_is_in_no_number() -> None:
    content = "1,5;-,25e1;+3\ninf;4,;0,1\n"
    table = read(content, delimiter=";", decimal=",")
    assert table.values.tolist() == [[1.5, -2.5, 3], [math.inf, 4, 0.1]]
    problem = only_problem("1,5;2\n1.5;2\n", delimiter=";", decimal=",")
    assert where(problem) == ("N404", 2, 1)
    assert problem.help == (
        "write a number with a decimal comma, or remove the line if it is no sample",
    )
    assert where(only_problem("1.234,5;2,5\n", delimiter=";", decimal=",")) == ("N410", 1, 1)


def test_between_commas_a_decimal_comma_stands_in_quotes() -> None:
    assert read('"1,5",2\n', decimal=",").values.tolist() == [[1.5, 2]]
