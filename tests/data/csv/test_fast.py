"""The Arrow lane: the same bits as the exact reader or no answer, and an answer for plain files."""

from __future__ import annotations

import math
import random
import struct
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from whole_reading import Table, read_table

from nncli.data.columns import Header, Selection
from nncli.data.csv import fast, lines, records
from nncli.data.csv.fast import parse_rows
from nncli.data.csv.first_row import CsvFrame
from nncli.data.csv.format import BLANKS, CsvFormat
from nncli.data.csv.lines import Line
from nncli.data.csv.records import Record
from nncli.data.rows import Rows, text_list
from nncli.errors import DataError
from nncli.problems import Place, Problem

BOM = "\ufeff"
FLOAT32 = 2.0**128 - 2.0**103


def frame_of(
    width: int,
    *features: int,
    kept: tuple[int, ...] = (),
    delimiter: str = ",",
    largest: float = math.inf,
    decimal: str = ".",
) -> CsvFrame:
    first = Record(Line(1, "", ""), [""] * width)
    header = Header(tuple(map(str, range(width))), named=False, place=Place("block.csv", 1))
    selection = Selection(features, kept, largest=largest)
    csv = CsvFormat("block.csv", delimiter, header=False, decimal=decimal)
    return CsvFrame(header, selection, False, csv, first)


TEXT_AND_NUMBER = frame_of(2, 1, kept=(0,))
ONE_NUMBER = frame_of(1, 0)


def as_bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content


def read_exactly(content: bytes, frame: CsvFrame) -> Table | None:
    """Return what the exact reader makes of a block, or None if it refuses it."""

    def select(header: Header) -> Selection:
        if len(header.names) != len(frame.header.names):
            raise DataError(Problem("N407", "the file has another width", header.place))
        return Selection(frame.selection.features, frame.selection.kept)

    try:
        return read_table([content], frame.csv, select, frame.selection.largest)
    except DataError:
        return None


def blank_lines_of(table: Table) -> int:
    counts = [int(note.message.split()[0]) for note in table.notes if note.code == "blank_lines"]
    assert len(counts) == len(table.notes)
    return sum(counts)


def bits(values: object) -> list[list[str]]:
    return [[float(x).hex() for x in row] for row in np.asarray(values).tolist()]


def kept_texts(rows: Rows) -> list[list[str]]:
    return [text_list(column) for column in rows.kept]


def assert_lawful(content: bytes, frame: CsvFrame) -> Rows | None:
    """Assert that an answer is what the exact reader says, and return it."""
    rows = parse_rows(content, frame)
    if rows is None:
        return None
    table = read_exactly(content, frame)
    assert table is not None, "the exact reader refuses it"
    assert all(column.flags.c_contiguous for column in rows.columns)
    assert bits(np.column_stack(rows.columns)) == bits(table.values)
    assert kept_texts(rows) == [*map(list, table.kept.values())]
    assert rows.blank_lines == blank_lines_of(table)
    return rows


def fast_rows(content: str | bytes, frame: CsvFrame = TEXT_AND_NUMBER) -> Rows:
    """Return the rows of what must be read fast."""
    rows = assert_lawful(as_bytes(content), frame)
    assert rows is not None, "left to the exact reader"
    return rows


def is_left_to_the_exact_reader(content: str | bytes, frame: CsvFrame = TEXT_AND_NUMBER) -> bool:
    return parse_rows(as_bytes(content), frame) is None


# ------------------------------------------------------------------------------ read fast


@pytest.mark.parametrize(
    "content",
    [
        "a,1\nb,2\n",
        "a,1\r\nb,2\r\n",
        "a,1\r\nb,2\n",
        "a,1\nb,2",
        "a,1\r\nb,2",
        "a,1\rb,2\r",
        "a,1\rb,2",
        "a,1\nb,2\r",
        '"a","1"\n"b","2"\n',
        '"a","1"\r\n"b","2"',
        "a, 1\t\nb,\t2 \n",
        'a," 1 "\nb,"2\t"\n',
    ],
)
def test_ordinary_rows_are_read_fast_however_their_lines_end(content: str) -> None:
    rows = fast_rows(content)
    assert rows.columns[0].tolist() == [1, 2]
    assert kept_texts(rows)[0] == ["a", "b"]
    assert rows.blank_lines == 0


@pytest.mark.parametrize(
    ("content", "rows", "blank_lines"),
    [
        ("a,1\r\r\n", 1, 1),
        ("a,1\n\rb,2\n", 2, 1),
        ("a,1\r\r\rb,2\r\r", 2, 3),
        ('"a",1\r"b,c",2\r', 2, 0),
    ],
)
def test_a_return_alone_ends_a_line(content: str, rows: int, blank_lines: int) -> None:
    found = fast_rows(content)
    assert (len(found), found.blank_lines) == (rows, blank_lines)


@pytest.mark.parametrize(
    ("content", "blank_lines"),
    [
        ("\n\na,1\n", 2),
        ("a,1\n\n", 1),
        ("a,1\r\n\r\nb,2\r\n\r\n", 2),
        ("a,1\n\r\n\nb,2", 2),
        ('"a",1\n\n"b",2\n', 1),
        ('"a\n\nb",1\n', 0),
        ('"a\n\nb",1\n\n', 1),
        ('\n"a\r\n\r\nb",1\r\n\r\n"\n",2', 2),
    ],
)
def test_empty_lines_are_skipped_and_counted_but_those_inside_quotes_are_text(
    content: str, blank_lines: int
) -> None:
    assert fast_rows(content).blank_lines == blank_lines


@pytest.mark.parametrize("content", ["1\n\n2\n", "\n1\r\n\r\n2", '"1"\n\n"2"\n'])
def test_empty_lines_are_skipped_in_a_file_of_one_column_too(content: str) -> None:
    rows = fast_rows(content, ONE_NUMBER)
    assert rows.columns[0].tolist() == [1, 2]
    assert rows.blank_lines == 1 + content.startswith("\n")


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("", ""),
        ('""', ""),
        ('""""', '"'),
        ('"a,b"', "a,b"),
        ('"a""b"', 'a"b'),
        ('"""a"""', '"a"'),
        ('"\n"', "\n"),
        ('"a\r\nb"', "a\r\nb"),
        ('","",""\n"', ',","\n'),
        (" a\t", " a\t"),
        ("NA", "NA"),
        ("null", "null"),
        ("größe", "größe"),
        ("時間 🙂", "時間 🙂"),
        ("'a'", "'a'"),
        ("\x1a", "\x1a"),
        ("a\x85b\u2028c\v\f", "a\x85b\u2028c\v\f"),
        ("#", "#"),
        ("\\n", "\\n"),
    ],
)
@pytest.mark.parametrize("last", ["", "\n", "\r\n"])
def test_a_carried_cell_keeps_every_character(cell: str, text: str, last: str) -> None:
    rows = fast_rows(f"{cell},1\nb,2\n")
    assert kept_texts(rows)[0] == [text, "b"]
    rows = fast_rows(f"1,b\n2,{cell}{last}", frame_of(2, 0, kept=(1,)))
    assert kept_texts(rows)[0] == ["b", text]


def test_columns_come_in_the_order_in_which_they_were_chosen() -> None:
    rows = fast_rows("1,2,a,b\n3,4,c,d\n", frame_of(4, 1, 0, kept=(3, 2)))
    assert [column.tolist() for column in rows.columns] == [[2, 4], [1, 3]]
    assert kept_texts(rows) == [["b", "d"], ["a", "c"]]


def test_a_text_column_may_be_carried_twice() -> None:
    rows = parse_rows(b"1,2,a,b\n3,4,c,d\n", frame_of(4, 1, 0, kept=(3, 2, 3)), None)
    assert isinstance(rows, Rows)
    assert kept_texts(rows) == [["b", "d"], ["a", "c"], ["b", "d"]]


@pytest.mark.parametrize("cell", ["", "x", "1e999", "nan", "é", '"a\nb"'])
def test_a_cell_that_is_not_asked_for_is_not_read(cell: str) -> None:
    assert fast_rows(f"{cell},1\n{cell},2\n", frame_of(2, 1)).columns[0].tolist() == [1, 2]


@pytest.mark.parametrize("delimiter", [";", "\t", "|", " ", ":"])
def test_another_delimiter_is_as_good(delimiter: str) -> None:
    content = f'"a{delimiter}b",1\n\n,2'.replace(",", delimiter)
    rows = fast_rows(content, frame_of(2, 1, kept=(0,), delimiter=delimiter))
    assert kept_texts(rows)[0] == [f"a{delimiter}b", ""]
    assert rows.columns[0].tolist() == [1, 2]
    assert rows.blank_lines == 1


def test_a_blank_delimiter_cuts_cells_and_the_other_blank_is_still_no_part_of_a_number() -> None:
    rows = fast_rows("1\t 2 \n", frame_of(2, 0, 1, delimiter="\t"))
    assert [column.tolist() for column in rows.columns] == [[1], [2]]
    rows = fast_rows("\t1 2\t\n", frame_of(2, 0, 1, delimiter=" "))
    assert [column.tolist() for column in rows.columns] == [[1], [2]]
    # a line of one delimiter is a row of two empty cells
    two_texts = frame_of(3, 0, kept=(1, 2), delimiter="\t")
    assert kept_texts(fast_rows("1\t\t\n", two_texts)) == [[""], [""]]


def test_a_column_in_one_piece_is_handed_on_without_a_copy() -> None:
    column = fast_rows("a,1\nb,2\n").columns[0]
    assert not column.flags.owndata


# ------------------------------------------------------------------------------ doubt


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"\r\n\r\n",
        b"a,1\nb\n",
        b"a,1\nb",
        b"a,1\nb,2,3\n",
        b"a,1\nb,2,\n",
        b"a,1,2\n",
        b"a\n",
        b"a,1\n,,\n",
        b"a,1\n \t\n",
        b" \na,1\n",
        b"a,1\n\xc2\xa0\n",
    ],
)
def test_a_line_that_is_no_row_of_the_form_is_left_to_the_exact_reader(content: bytes) -> None:
    assert is_left_to_the_exact_reader(content)


@pytest.mark.parametrize(
    "content",
    [
        b"a\0,1\n",
        b"a,1\0\n",
        b'"a\rb",1\n',
        b"a\r,1\r\n",
        b"\xef\xbb\xbfa,1\n",
        b"a,1\n\xef\xbb\xbfb,2\n",
        "é\ufeff,1\n".encode(),
        b"\xff,1\n",
        b"a,1\n\xc3",
        b"\xed\xa0\x80,1\n",
        b"\xc0\x80,1\n",
        "größe,1\n".encode("latin-1"),
        "a,1\n".encode("utf-16"),
    ],
)
@pytest.mark.parametrize("frame", [TEXT_AND_NUMBER, frame_of(2, 1)])
def test_bytes_that_are_no_plain_text_are_left_to_the_exact_reader(
    content: bytes, frame: CsvFrame
) -> None:
    assert is_left_to_the_exact_reader(content, frame)


@pytest.mark.parametrize(
    "cell",
    [
        *('a"', 'a"b', '"a"b', '"a" ', ' "a"', '"a', '"a""', '"a"""b', '"a""b', 'a""b', '"""'),
        *('"a"é', 'é"a"', '"a"\t', "\"a'", '"a,b', '""a""', '"a\n"b', 'a\n"b"c'),
    ],
)
@pytest.mark.parametrize("rows", ["{},1\n", "b,2\n{},1\n", "{},1\nb,2\n", '"b",2\n{},1\n"c",3\n'])
@pytest.mark.parametrize("frame", [TEXT_AND_NUMBER, frame_of(2, 1)])
def test_a_misplaced_quote_is_left_to_the_exact_reader_in_any_column(
    cell: str, rows: str, frame: CsvFrame
) -> None:
    content = rows.format(cell)
    assert read_exactly(content.encode(), frame) is None
    assert is_left_to_the_exact_reader(content, frame)


@pytest.mark.parametrize("cell", ['"1"2', '1"2"', '1"', '"1', '"', '"1\n"', '"1""2"', '"1" '])
@pytest.mark.parametrize("end", ["", "\n"])
def test_a_misplaced_quote_in_a_number_at_the_end_is_left_to_the_exact_reader(
    cell: str, end: str
) -> None:
    assert is_left_to_the_exact_reader(f"a,1\nb,{cell}{end}")


NO_NUMBERS = [
    *("", " ", "NA", "N/A", "NULL", "None", "#N/A", "-", "?", "x", "true", "TRUE", "yes"),
    *("0x10", "0x1p3", "0b1", "1d3", "1D3", "1f", "1L", "1_0", "1 000", "1'000", "'1'", "2.O"),
    *("$5", "5%", "(5)", "1/2", "1:30", "2024-01-02", "1j", "1..2", "1e", "1e+", "e5", ".", "+"),
    *("+-1", "++1", "- 1", "+ 1", "1 2", "1.5.2", "infi", "nan(1)", "nan()", "1#INF", "1\x1a"),
    *("\u0661", "\uff11\uff12", "\u22121", "1\u00b2", "\u00a01", "1\u202f", "1\v", "\f1", "1\x1c"),
    *("\u20281", "1\x85", "\x1a"),
]


@pytest.mark.parametrize("cell", NO_NUMBERS)
@pytest.mark.parametrize("quote", ["", '"'])
def test_a_cell_that_is_no_number_is_left_to_the_exact_reader(cell: str, quote: str) -> None:
    assert is_left_to_the_exact_reader(f"a,1\nb,{quote}{cell}{quote}\n")
    assert is_left_to_the_exact_reader(f"1\n{quote}{cell}{quote}x\n", ONE_NUMBER)


@pytest.mark.parametrize(
    "cell",
    [
        *("nan", "NaN", "-nan", "+nan", "inf", "-inf", "Infinity", "+INF"),
        *("1e400", "-1e400", "1" * 400, "1.8e308"),
    ],
)
def test_a_value_that_is_not_finite_is_left_to_the_exact_reader(cell: str) -> None:
    for content in (f"a,{cell}\nb,1\n", f"a,1\nb,{cell}\nc,2\n", f"a,1\nb,{cell}"):
        assert is_left_to_the_exact_reader(content)


@pytest.mark.parametrize("sign", ["", "-"])
def test_a_value_as_large_as_the_limit_is_left_to_the_exact_reader(sign: str) -> None:
    frame = frame_of(2, 1, largest=FLOAT32)
    below = math.nextafter(FLOAT32, 0)
    assert fast_rows(f"a,{sign}{below!r}\n", frame).columns[0].tolist() == [float(f"{sign}{below}")]
    assert is_left_to_the_exact_reader(f"a,{sign}{FLOAT32!r}\n", frame)
    assert is_left_to_the_exact_reader(f"a,{sign}1e300\n", frame)


@pytest.mark.parametrize(
    "frame",
    [
        frame_of(2, 1, kept=(1,)),
        frame_of(2, 1, 1),
        frame_of(2, kept=(0,)),
        frame_of(2, 1, delimiter="é"),
        frame_of(2, 1, delimiter="::"),
        frame_of(2, 1, delimiter=""),
        frame_of(2, 1, delimiter='"'),
        frame_of(2, 1, delimiter="\n"),
        frame_of(3, 1),
        frame_of(1, 0),
    ],
)
def test_a_format_that_arrow_cannot_be_told_of_is_left_to_the_exact_reader(frame: CsvFrame) -> None:
    assert is_left_to_the_exact_reader("a,1\nb,2\n", frame)


@pytest.mark.parametrize("short", ["1,a\n", '1,"a"\n', '\n1,"a\n\nb"\n', "1,a\r\n"])
@pytest.mark.parametrize("long", ["1,{}\n", '1,"{}"\n', "1,{}", '1,"{}\n{}"\n', "{},1\n"])
@pytest.mark.parametrize("letter", ["a", "é"])
def test_a_line_or_quoted_cell_that_is_too_long_is_left_to_the_exact_reader(
    monkeypatch: pytest.MonkeyPatch, short: str, long: str, letter: str
) -> None:
    for module in (fast, lines, records):
        monkeypatch.setattr(module, "MAX_LINE_BYTES", 40)
    frame = frame_of(2, 0, kept=(1,))
    assert len(fast_rows(short * 30, frame).columns[0]) == 30
    content = short * 3 + long.replace("{}", letter * 41) + ("" if long[-1] != "\n" else short)
    assert is_left_to_the_exact_reader(content, frame)
    for length in range(15, 45):
        assert_lawful((short * 9 + long.replace("{}", letter * length)).encode(), frame)


# ------------------------------------------------------------------------------ rounding


def midpoint(value: float) -> str:
    """Return all the digits of the number halfway to the next float."""
    with localcontext(prec=1100):
        return str((Decimal(value) + Decimal(math.nextafter(value, math.inf))) / 2)


HARD = [
    *("9007199254740993", "9007199254740992.9999999999999999", "-0", "-0.0", "0e999999999999"),
    *("4.9e-324", "2.4703282292062327e-324", "2.4703282292062328e-324", "1e-400", "-1e-99999999"),
    *("2.2250738585072011e-308", "2.2250738585072012e-308", "2.2250738585072014e-308"),
    *("1.7976931348623157e308", "1.7976931348623158e308", "179769313486231580793e288"),
    *("6.631236846766477e-316", "3.2378839133029012895883524125015321748630094150e-319"),
    *("7.8459735791271921e65", "8.533e+68", "9214843084008499", "30078505129381147446200"),
    *("1e23", "8.5e22", "5e-324", "0.1", "0.30000000000000004", "1e22", "123456789012345678901"),
    *("0." + "0" * 320 + "5" * 400, "1" + "0" * 300, "9" * 308, "." + "3" * 1024, "7" * 20 + "."),
    *("+.5e1", "5.E-1", "1E+05", "00000000000000000001.5", "1e-0000000000000000005", "0" * 800),
    *(midpoint(value) for value in (1.0, 0.1, 1e22, 5e-324, 2.2250738585072014e-308, 1.5e300)),
    *(midpoint(value) + "1" for value in (1.0625, 5e-324)),
    *(midpoint(value)[:-1] + "4999" for value in (1.0625, 5e-324)),
]


@pytest.mark.parametrize("text", HARD, ids=lambda text: text[:24])
def test_a_hard_number_is_rounded_correctly(text: str) -> None:
    value = fast_rows(f"a,{text}\n").columns[0][0]
    assert float(value).hex() == float(text).hex()


@pytest.mark.parametrize("seed", range(4))
def test_numbers_of_any_bits_and_any_digits_are_rounded_correctly(seed: int) -> None:
    source = random.Random(seed)
    texts: list[str] = []
    while len(texts) < 5000:
        (value,) = struct.unpack("<d", source.randbytes(8))
        if math.isfinite(value):
            digits = source.randrange(10 ** source.randint(1, 40))
            texts += [repr(value), f"{value:.17e}", f"{value:.{source.randint(0, 30)}e}"]
            texts += [f"{digits}e{source.randint(-360, 300)}", midpoint(value % 1e9)]
    texts = [text for text in texts if math.isfinite(float(text))]
    found = parse_rows("\n".join(texts).encode(), ONE_NUMBER)
    assert found is not None
    (column,) = found.columns
    wrong = [t for t, x in zip(texts, column.tolist(), strict=True) if x.hex() != float(t).hex()]
    assert not wrong


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 800))
def test_a_float_written_with_any_number_of_digits_is_read_as_python_reads_it(
    value: float, digits: int
) -> None:
    text = f"{value:.{digits}e}"
    if math.isfinite(float(text)):
        assert float(fast_rows(text, ONE_NUMBER).columns[0][0]).hex() == float(text).hex()


# ------------------------------------------------------------------------------ random tables

DELIMITERS = ",,,;\t| "
PLAIN_NUMBERS = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.integers(-(10**25), 10**25).map(str),
    st.sampled_from(["0", "-0", ".5", "1.", "+1e5", "1E-400", "9007199254740993", "4.9e-324"]),
)
PLAIN_TEXTS = st.one_of(
    st.sampled_from(["", "NA", "null", "a", "größe", "🙂", "1,5", 'say "x"', "a\nb", "a\r\n", " "]),
    st.text('ab,;| \t"\n時', max_size=6),
)


def quoted_cell(cell: str, delimiter: str, always: bool) -> str:
    if always or any(character in cell for character in f'{delimiter}"\r\n'):
        return '"' + cell.replace('"', '""') + '"'
    return cell


@st.composite
def plain_blocks(draw: st.DrawFn) -> tuple[bytes, CsvFrame]:
    """Return rows without any oddity, and their frame."""
    delimiter = draw(st.sampled_from(DELIMITERS))
    kinds = draw(st.lists(st.sampled_from(["number", "text", "unread"]), max_size=3))
    kinds.insert(draw(st.integers(0, len(kinds))), "number")
    features = [i for i, kind in enumerate(kinds) if kind == "number"]
    kept = [i for i, kind in enumerate(kinds) if kind == "text"]
    ends = draw(st.sampled_from([["\n"], ["\r\n"], ["\n", "\r\n"]]))
    quotes = draw(st.sampled_from([[False], [False, True]]))
    content = end = ""
    for _ in range(draw(st.integers(1, 5))):
        content += "".join(draw(st.lists(st.sampled_from(ends), max_size=1)))
        cells = [draw(PLAIN_NUMBERS if kind == "number" else PLAIN_TEXTS) for kind in kinds]
        end = draw(st.sampled_from(ends))
        written = [quoted_cell(c, delimiter, draw(st.sampled_from(quotes))) for c in cells]
        content += delimiter.join(written) + end
    if draw(st.booleans()):
        content = content.removesuffix(end)
    order = draw(st.permutations(features)), draw(st.permutations(kept))
    frame = frame_of(len(kinds), *order[0], kept=tuple(order[1]), delimiter=delimiter)
    return content.encode(), frame


ODD_PIECES = [
    *(BOM.encode(), b"\r", b"\n", b"\r\n", b"\n\r", b"\r\r\n", b"\0", b"\x1a", b"\xf6", b"\xff"),
    *(b"\xc3", b"\xed\xa0\x80", b" ", b"\t", b" \n", b"\n \t\n", b"\v", b"\f", b"\x1c", b"\n\n"),
    *(b",", b",,", b"\n,,,\n", b";", b"|", b'"', b'""', b'"""', b' "', b'" ', b'"x', b'x"', b'"\n'),
    *(b'\n"', b',"', b'",', b'"2"3', b'"a"b', b'"\r"', b"'", b"\\", b"\n#x\n", b"\n1\n", b"\n1,2"),
]
ODD_CELLS = [
    *(cell.encode() for cell in NO_NUMBERS),
    *(b"nan", b"-inf", b"Infinity", b"1e400", b"1e-400", b"e999", b"9" * 320, b"1,000", b"3.5e38"),
    *("\u2028é時🙂".encode(), b"a,b\n", b"1,2,3\n", b'"a\nb"', b'"a\r\nb",'),
]


@st.composite
def odd_blocks(draw: st.DrawFn) -> tuple[bytes, CsvFrame]:
    """Return rows with oddities put in, or pieces taken out, anywhere."""
    content, frame = draw(plain_blocks())
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(content)))
        end = start + draw(st.sampled_from([0, 0, 0, 1, 2, 5]))
        piece = draw(
            st.sampled_from(draw(st.sampled_from([[b""], ODD_PIECES, ODD_PIECES, ODD_CELLS])))
        )
        content = content[:start] + piece + content[end:]
    if draw(st.booleans()):
        content = content[: draw(st.integers(0, len(content)))]
    largest = draw(st.sampled_from([math.inf, FLOAT32]))
    selection = replace(frame.selection, largest=largest)
    return content, replace(frame, selection=selection)


@settings(max_examples=300)
@given(plain_blocks())
def test_plain_rows_are_read_fast_and_to_the_same_bits(block: tuple[bytes, CsvFrame]) -> None:
    content, frame = block
    fast_rows(content, frame)


@settings(max_examples=1000)
@given(odd_blocks())
@example((b'a,1\n"b"c,2\n', TEXT_AND_NUMBER))
@example((b'a,1\n"b,2\n', frame_of(2, 1)))
@example((b"a\0,1\n", TEXT_AND_NUMBER))
def test_what_is_read_fast_is_what_the_exact_reader_reads(block: tuple[bytes, CsvFrame]) -> None:
    assert_lawful(*block)


@settings(max_examples=500)
@given(
    st.text('1a2.,,""\n\n\r  \t\té', max_size=16),
    st.sampled_from([1, 2, 3]),
    st.booleans(),
    st.sampled_from([",", ",", "\t", BLANKS]),
    st.sampled_from("..,"),
)
@example(" 1 2 \r\n \t\r\n3\t 4", 2, False, BLANKS, ".")
@example("1\n ", 1, False, BLANKS, ".")
@example('"1,5",1,5\n1.5,2', 2, False, ",", ",")
def test_any_text_is_read_as_the_exact_reader_reads_it_or_not_at_all(
    text: str, width: int, last: bool, delimiter: str, decimal: str
) -> None:
    feature = width - 1 if last else 0
    kept = tuple(position for position in range(min(width, 2)) if position != feature)
    frame = frame_of(width, feature, kept=kept, delimiter=delimiter, decimal=decimal)
    assert_lawful(text.encode(), frame)


@given(st.lists(st.lists(PLAIN_NUMBERS, min_size=2, max_size=2), min_size=1), st.data())
def test_aligned_columns_with_decimal_commas_are_read_fast_and_to_the_same_bits(
    rows: list[list[str]], data: st.DataObject
) -> None:
    run = st.text(" \t", max_size=3)
    content = "".join(
        f"{data.draw(run)}{a} {data.draw(run)}{b}{data.draw(run)}\r\n{data.draw(run)}\n"
        for a, b in rows
    )
    frame = frame_of(2, 1, 0, delimiter=BLANKS, decimal=",")
    found = fast_rows(content.replace(".", ","), frame)
    assert bits(np.column_stack(found.columns)) == [
        [float(b).hex(), float(a).hex()] for a, b in rows
    ]


@given(st.binary(max_size=24))
def test_no_bytes_make_the_lane_stumble(content: bytes) -> None:
    assert_lawful(content, ONE_NUMBER)
    assert_lawful(content, frame_of(2, 0, kept=(1,), delimiter=content[:1].decode("latin-1")))


@pytest.mark.parametrize(
    ("row", "frame"),
    [
        (lambda i: f"id{i},{i / 7!r}\n", TEXT_AND_NUMBER),
        (lambda i: f"id{i},{i / 7!r}\r\n" + "\r\n" * (i % 1000 == 0), TEXT_AND_NUMBER),
        (lambda i: f'"é\n{i}""",{i / 7!r}\n' + "\n" * (i % 1000 == 0), TEXT_AND_NUMBER),
    ],
)
def test_a_block_of_a_megabyte_is_read_like_a_small_one(
    row: Callable[[int], str], frame: CsvFrame
) -> None:
    content = "".join(map(row, range(50_000)))
    assert len(fast_rows(content, frame).columns[0]) == 50_000
    assert is_left_to_the_exact_reader(content + "x\n", frame)
