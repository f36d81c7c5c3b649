"""Odd and broken data through the command line: exit code, problem, place, and what would help."""

from __future__ import annotations

import gzip
import io
import os
import re
import subprocess
import sys
import threading
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parents[2]
# Its output is its input, so that a result shows what was read.
IDENTITY = """\
inputs: 3
layers:
  - {neurons: 3, weights: [[1, 0, 0], [0, 1, 0], [0, 0, 1]], biases: [0, 0, 0]}
"""
OUTPUTS = "output_1,output_2,output_3\n"
ABC = b"a,b,c\n"
ONE = ABC + b"1,2,3\n"
BOM = b"\xef\xbb\xbf"

Cli = Callable[..., Any]
Write = Callable[[str, str | bytes], Path]

_HEADLINE = re.compile(r"(.*?)(?::(\d+))?(?::(\d+))?: error\[(N\d{3})\]: (.*)")


@dataclass(frozen=True)
class Told:
    """The first problem that a run told, and its help lines."""

    file: str
    line: int | None
    column: int | None
    code: str
    message: str
    help: str


def first_problem(text: str) -> Told:
    lines = text.partition("\n\n")[0].splitlines()
    found = _HEADLINE.fullmatch(lines[0])
    assert found, text
    file, line, column, code, message = found.groups()
    helps = "\n".join(part for part in lines if part.startswith("help: "))
    return Told(file, int(line or 0) or None, int(column or 0) or None, code, message, helps)


def assert_fit_for_a_screen(text: str) -> None:
    """Check that no line is endless, and that none steers the terminal or hides something."""
    for line in text.split("\n"):
        assert len(line) < 300
        assert not {unicodedata.category(c) for c in line} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@dataclass(frozen=True)
class Bad:
    """Content that is refused: with this problem, here, with these words in message or help."""

    content: bytes
    code: str
    line: int | None
    column: int | None = None
    words: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Good:
    """Content that is accepted: these are the rows of the result."""

    content: bytes
    rows: str
    notes: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


GOOD: dict[str, Good] = {
    "a header and rows": Good(ABC + b"1,2,3\n4,5,6\n7,8,9\n", "1,2,3\n4,5,6\n7,8,9\n"),
    "numbers only": Good(b"1,2,3\n4,5,6\n", "1,2,3\n4,5,6\n"),
    "a header of years": Good(
        b"2019,2020,2021\n1,2.5,3\n", "2019,2020,2021\n1,2.5,3\n", ("--header",)
    ),
    "a header of years, said to be one": Good(
        b"2019,2020,2021\n1,2.5,3\n", "1,2.5,3\n", options=("--header",)
    ),
    "a byte-order mark before names": Good(BOM + ONE, "1,2,3\n"),
    "a byte-order mark before numbers": Good(BOM + b"1,2,3\n", "1,2,3\n"),
    "CRLF": Good(b"a,b,c\r\n1,2,3\r\n", "1,2,3\n"),
    "CR": Good(b"a,b,c\r1,2,3\r", "1,2,3\n"),
    "mixed line ends": Good(b"a,b,c\r1,2,3\r\n4,5,6\n7,8,9", "1,2,3\n4,5,6\n7,8,9\n"),
    "no line end at the end": Good(ABC + b"1,2,3", "1,2,3\n"),
    "blank lines": Good(b"\n" + ABC + b"\n1,2,3\n \t\n\n", "1,2,3\n", ("4 blank lines",)),
    "quoted numbers": Good(ABC + b'"1","2"," 3 "\n', "1,2,3\n"),
    "blanks around numbers": Good(ABC + b" 1,2\t, 3 \n", "1,2,3\n"),
    "a line break in a name": Good(b'a,"b\nb",c\n1,2,3\n', "1,2,3\n"),
    "infinite and missing values": Good(
        b"nan,NaN,-nan\n", "nan,nan,nan\n", ("3 non-finite values", "sample 1, column 1")
    ),
    "tiny values": Good(b"1e-400,4.9e-324,1\n", "0,5e-324,1\n"),
    "a whole number between two float64s": Good(
        b"36028797018963969,0,1\n", "36028797018963970,0,1\n"
    ),
    "thousands of digits": Good(b"1" + b"0" * 1100 + b"e-1100,2,3\n", "1,2,3\n"),
    "UTF-16, said to be so": Good(
        ONE.decode().encode("utf-16"), "1,2,3\n", options=("--encoding", "utf-16")
    ),
    "Latin-1, said to be so": Good(
        b"gr\xf6\xdfe,b,c\n1,2,3\n", "1,2,3\n", options=("--encoding", "latin-1")
    ),
    "semicolons, said to be so": Good(b"a;b;c\n1;2;3\n", "1,2,3\n", options=("--delimiter", ";")),
    "tabs, said to be so": Good(b"a\tb\tc\n1\t2\t3\n", "1,2,3\n", options=("--delimiter", "tab")),
    "blanks, said to be so": Good(b"a b c\n1 2 3\n", "1,2,3\n", options=("--delimiter", " ")),
    "a label, dropped": Good(b"a,b,c,label\n1,2,3,x\n", "1,2,3\n", options=("--drop", "label")),
    "a trailing comma, dropped": Good(b"a,b,c,\n1,2,3,\n", "1,2,3\n", options=("--drop", "4")),
    "the same name twice": Good(b"a,a,\n1,2,3\n", "1,2,3\n"),
    "a very long name": Good(b"a" * 100_000 + b",b,c\n1,2,3\n", "1,2,3\n"),
    "gzip": Good(gzip.compress(ONE), "1,2,3\n"),
    "gzip in several members": Good(
        gzip.compress(ABC + b"1,") + gzip.compress(b"2,3\n4,5,6\n"), "1,2,3\n4,5,6\n"
    ),
    "gzip and zeros behind": Good(gzip.compress(ONE) + b"\0" * 700, "1,2,3\n"),
}

BAD: dict[str, Bad] = {
    "a first row of numbers and a typo": Bad(
        b"1.0,2.O,3.0\n1,2,3\n", "N410", 1, 2, ("2.O", "--header", "--no-header")
    ),
    "a header only": Bad(ABC, "N402", 1, 1, ("no data rows",)),
    "nothing": Bad(b"", "N401", 1),
    "a line end only": Bad(b"\n", "N401", 1),
    "blank lines only": Bad(b"\r\n\r\n \n", "N401", 1),
    "a byte-order mark only": Bad(BOM, "N401", 1),
    "a byte-order mark inside": Bad(ONE + BOM + ONE, "N406", 3, 1, ("concatenated",)),
    "a bad cell behind CRLF": Bad(b"a,b,c\r\n1,2,3\r\n\r\n4,x,6\r\n", "N404", 4, 2),
    "a bad cell behind CR": Bad(b"a,b,c\r1,2,3\r\r4,x,6\r", "N404", 4, 2),
    "a bad cell behind mixed line ends": Bad(b"a,b,c\r1,2,3\r\n\n4,x,6", "N404", 4, 2),
    "a bad cell behind a byte-order mark": Bad(BOM + ABC + b"1,x,3\n", "N404", 2, 2),
    "a bad cell behind a quoted line break": Bad(b'a,"b\nb",c\n1,x,3\n', "N404", 3, 2),
    "a file cut within a row": Bad(ONE + b"4,5", "N403", 3, 1, ("2 fields", "cut off")),
    "a file cut within a character": Bad(
        ONE + "4,5,é".encode()[:-1], "N406", 3, 3, ("0xC3", "offset 16")
    ),
    "a line of commas": Bad(ONE + b",,\n", "N404", 3, 1, ("empty value in column 1",)),
    "a first line of commas": Bad(b",,\n1,2,3\n", "N410", 1, 1),
    "a comma behind every line": Bad(b"a,b,c,\n1,2,3,\n", "N407", 1, 1, ("--drop 4",)),
    "a comma behind the rows": Bad(ABC + b"1,2,3,\n", "N403", 2, 1, ("end of the line",)),
    "a short row": Bad(ONE + b"1,2\n4,5,6\n", "N403", 3, 1, ("2 fields, expected 3",)),
    "a long row": Bad(ONE + b"1,2,3,4\n", "N403", 3, 1, ("4 fields, expected 3",)),
    "fewer names than values": Bad(b"a,b\n1,2,3\n", "N407", 1, 1, ("2 feature columns",)),
    "more names than values": Bad(b"a,b,c\n1,2\n", "N403", 2, 1, ("expected 3",)),
    "a label column": Bad(
        b"a,b,c,label\n1,2,3,x\n", "N407", 1, 1, ("takes 3", "--drop label", "--keep label")
    ),
    "a blank before a quote": Bad(ABC + b'1, "2",3\n', "N405", 2, 2),
    "a quote inside a cell": Bad(ABC + b'1,2"3,4\n', "N405", 2, 2),
    "text behind a quote": Bad(ABC + b'"1"x,2,3\n', "N405", 2, 1),
    "a quote that is never closed": Bad(ABC + b'1,"2,3\n' + b"4,5,6\n" * 3, "N405", 2, 2),
    "a line break in a number": Bad(ABC + b'1,"2\n",3\n', "N404", 2, 2),
    "single quotes": Bad(ABC + b"'1','2','3'\n", "N404", 2, 1, ("single quotes",)),
    "a NUL": Bad(ONE + b"1,2\0,3\n", "N406", 3, 2, ("NUL", "UTF-16")),
    "a Ctrl-Z at the end": Bad(ONE + b"\x1a", "N403", 3, 1, ("Ctrl-Z",)),
    "UTF-16": Bad(ONE.decode().encode("utf-16"), "N411", 1, None, ("--encoding utf-16",)),
    "UTF-16 without its mark": Bad(ONE.decode().encode("utf-16-le"), "N406", 1, 1, ("UTF-16",)),
    "UTF-16, said to be so, without its mark": Bad(
        ONE.decode().encode("utf-16-le"), "N406", 1, None, ("utf-16-le",), ("--encoding", "utf-16")
    ),
    "Latin-1": Bad(b"gr\xf6\xdfe,b,c\n1,2,3\n", "N406", 1, 1, ("0xF6", "--encoding latin-1")),
    "Latin-1 behind a byte-order mark": Bad(
        BOM + ABC + b"1,2,\xf6\n", "N406", 2, 3, ("0xF6", "--encoding latin-1")
    ),
    "semicolons": Bad(b"a;b;c\n1;2;3\n", "N407", 1, 1, ("--delimiter ';'",)),
    "semicolons without header": Bad(b"1;2;3\n", "N410", 1, 1, ("--delimiter ';'",)),
    "tabs": Bad(b"a\tb\tc\n1\t2\t3\n", "N407", 1, 1, ("--delimiter tab",)),
    "bars": Bad(b"1|2|3\n", "N410", 1, 1, ("--delimiter '|'",)),
    "blanks": Bad(b"1 2 3\n", "N410", 1, 1, ("--delimiter ' '",)),
    "semicolons and decimal commas": Bad(b"1,5;2,5;3,5\n", "N410", 1, 2, ("--delimiter ';'",)),
    "decimal commas": Bad(
        b"a;b;c\n1,5;2,5;3,5\n", "N404", 2, 1, ("decimal point",), ("--delimiter", ";")
    ),
    "a thousands comma": Bad(ABC + b'"1,000",2,3\n', "N404", 2, 1, ("thousands separator",)),
    "a thousands blank": Bad(ABC + b"1 000,2,3\n", "N404", 2, 1, ("thousands separator",)),
    "a thousands apostrophe": Bad(ABC + b"1'000,2,3\n", "N404", 2, 1, ("thousands separator",)),
    "an underscore": Bad(ABC + b"1_000,2,3\n", "N404", 2, 1, ("thousands separator",)),
    "a bare thousands comma": Bad(ABC + b"1,000,2,3\n", "N403", 2, 1, ("4 fields",)),
    "an empty cell": Bad(ABC + b"1,,3\n", "N404", 2, 2, ("empty value", "'b'")),
    "a number too large": Bad(ONE + b"1,1e400,3\n", "N415", 3, 2, ("too large for float64",)),
    "a number too large for float32": Bad(
        ONE + b"1,3.5e38,3\n", "N415", 3, 2, ("too large for float32",), ("--dtype", "float32")
    ),
    "a minus of typographers": Bad(
        ABC + "\u22121,2,3\n".encode(), "N404", 2, 1, ("U+2212 MINUS SIGN", "'-'")
    ),
    "Arabic digits": Bad(ABC + "1,\u0661,3\n".encode(), "N404", 2, 2, ("U+0661",)),
    "fullwidth digits": Bad(ABC + "1,\uff11\uff12,3\n".encode(), "N404", 2, 2, ("U+FF11",)),
    "a superscript": Bad(ABC + "1²,2,3\n".encode(), "N404", 2, 1, ("U+00B2",)),
    "a no-break space": Bad(ABC + "\u00a01,2,3\n".encode(), "N404", 2, 1, ("U+00A0",)),
    "a narrow no-break space": Bad(ABC + "1,2\u202f,3\n".encode(), "N404", 2, 2, ("U+202F",)),
    "the header again": Bad(ONE + ONE, "N404", 3, 1, ("header",)),
    "a row of units": Bad(ABC + b"cm,cm,cm\n1,2,3\n", "N404", 2, 1),
    "a row of totals": Bad(ONE + b"total,2,3\n", "N404", 3, 1, ("total",)),
    "a comment before the header": Bad(b"# made by hand\n" + ONE, "N407", 1, 1, ("#",)),
    "a comment between rows": Bad(ONE + b"# half time\n4,5,6\n", "N403", 3, 1),
    "a line for Excel": Bad(b"sep=,\n" + ONE, "N411", 1, None, ("first line",)),
    "an id without a flag": Bad(b"id,a,b,c\nx,1,2,3\n", "N407", 1, 1, ("--keep",)),
    "a name that stands twice, chosen": Bad(
        b"a,a,b,c\n1,2,3,4\n", "N409", 1, 1, ("columns 1 and 2", "position"), ("--drop", "a")
    ),
    "a name that is not there, chosen": Bad(
        b"width,b,c,d\n1,2,3,4\n", "N408", 1, 1, ("`width`",), ("--drop", "widht")
    ),
    "a hundred thousand columns": Bad(
        b",".join([b"1"] * 100_000) + b"\n", "N407", 1, 1, ("100,000 feature columns",)
    ),
    "gzip cut off": Bad(gzip.compress(os.urandom(3000).hex().encode())[:-20], "N416", None),
    "gzip with junk behind": Bad(gzip.compress(ONE) + b"junk", "N416", None),
    "gzip with a wrong checksum": Bad(
        gzip.compress(ONE)[:-8] + b"\0" * 4 + gzip.compress(ONE)[-4:], "N416", None
    ),
    "a gzip header and no more": Bad(b"\x1f\x8b", "N416", None),
    "gzip inside gzip": Bad(gzip.compress(gzip.compress(ONE)), "N406", 1, 1),
    "Zstandard": Bad(b"\x28\xb5\x2f\xfd" + b"\0" * 30, "N411", 1, None, ("Zstandard",)),
    "bzip2": Bad(b"BZh91AY&SY" + b"\0" * 30, "N411", 1, None, ("bzip2",)),
    "an HTML page": Bad(b"<!DOCTYPE html>\n<html>", "N411", 1, None, ("HTML",)),
    "JSON": Bad(b'{"a": [1, 2]}', "N411", 1, None, ("JSON",)),
    "a PDF": Bad(b"%PDF-1.7\n\xe2\xe3", "N411", 1, None, ("PDF",)),
    "an Excel sheet": Bad(b"PK\x03\x04\x14\0\x06\0", "N411", 1, None, ("Excel", "CSV")),
    "Parquet": Bad(b"PAR1\x15\x04", "N411", 1, None, ("Parquet",)),
    "a Git LFS pointer": Bad(
        b"version https://git-lfs.github.com/spec/v1\n", "N411", 1, None, ("git lfs pull",)
    ),
}
MISSING = ["NA", "N/A", "NULL", "None", "#N/A", "-", "?"]
BAD |= {
    f"{word} for a missing value": Bad(
        ABC + f"1,{word},3\n".encode(), "N404", 2, 2, ("missing value",)
    )
    for word in MISSING
}
NO_NUMBERS = ["0x10", "0x1p3", "0b1", "1d3", "1f", "1j", "true", "TRUE", "yes"]
NO_NUMBERS += ["$5", "5%", "(5)", "1/2", "1:30", "2020-01-01", "1.2.3", "1e", "--1", "2.O"]
BAD |= {
    f"{word} for a number": Bad(ABC + f"1,2,{word}\n".encode(), "N404", 2, 3, (f"'{word}'",))
    for word in NO_NUMBERS
}


@pytest.fixture
def spec(write: Write) -> Path:
    return write("spec.yaml", IDENTITY)


def forward(cli: Cli, spec: Path, content: bytes, options: tuple[str, ...], way: str) -> Any:
    """Run the content as a CSV result through the identity: from a file, or from a pipe."""
    folder = spec.parent
    arguments = ("forward", spec.name)
    if way == "pipe":
        return cli(*arguments, "-", "--format", "csv", *options, stdin=content, cwd=folder)
    (folder / "data.csv").write_bytes(content)
    return cli(*arguments, "data.csv", "--format", "csv", *options, cwd=folder)


@pytest.mark.parametrize("way", ["file", "pipe"])
@pytest.mark.parametrize("case", GOOD.values(), ids=GOOD.keys())
def test_odd_data_that_is_clear_is_read(cli: Cli, spec: Path, case: Good, way: str) -> None:
    done = forward(cli, spec, case.content, case.options, way)
    assert done.code == 0, done.err
    header, _, rows = done.out.partition("\n")
    assert header + "\n" == OUTPUTS
    as_numbers = [[float(cell) for cell in row.split(",")] for row in rows.splitlines()]
    expected = [[float(cell) for cell in row.split(",")] for row in case.rows.splitlines()]
    np.testing.assert_array_equal(as_numbers, expected)
    for words in case.notes:
        assert words in done.err
    if not case.notes:
        assert done.err == ""


@pytest.mark.parametrize("way", ["file", "pipe"])
@pytest.mark.parametrize("case", BAD.values(), ids=BAD.keys())
def test_data_that_is_not_clear_is_refused_where_it_stands(
    cli: Cli, spec: Path, case: Bad, way: str
) -> None:
    done = forward(cli, spec, case.content, case.options, way)
    assert (done.code, done.out) == (4, ""), done.err
    assert "Traceback" not in done.err
    told = first_problem(done.err)
    assert told.file == ("<stdin>" if way == "pipe" else "data.csv")
    assert told.code == case.code
    assert (told.line, told.column) == (case.line, case.column)
    for words in case.words:
        assert words in told.message + told.help
    assert told.help
    assert_fit_for_a_screen(done.err)
    assert_the_caret_is_under_the_field(done.err, told, case)


def assert_the_caret_is_under_the_field(text: str, told: Told, case: Bad) -> None:
    """Check that as many delimiters stand before a caret as there are fields before its own."""
    excerpt, _, after = text.partition("\n")[2].partition("\n")
    caret = after.partition("\n")[0]
    # only a line without quotes, wide characters and cuts can be counted so simply
    if not caret.startswith("     | ") or told.column is None:
        return
    if '"' not in excerpt and excerpt.isascii():
        delimiter = case.options[1] if case.options[:1] == ("--delimiter",) else ","
        assert excerpt[7 : caret.index("^")].count(delimiter) == told.column - 1


@pytest.mark.parametrize("case", BAD.values(), ids=BAD.keys())
def test_a_file_and_a_pipe_are_told_the_same(cli: Cli, spec: Path, case: Bad) -> None:
    from_file = forward(cli, spec, case.content, case.options, "file")
    from_pipe = forward(cli, spec, case.content, case.options, "pipe")
    assert from_pipe.err == from_file.err.replace("data.csv:", "<stdin>:")


UNPACKED = {name: case for name, case in BAD.items() if "gzip" not in name}


@pytest.mark.parametrize("case", UNPACKED.values(), ids=UNPACKED.keys())
def test_gzip_changes_neither_the_place_nor_the_words(cli: Cli, spec: Path, case: Bad) -> None:
    plain = forward(cli, spec, case.content, case.options, "file")
    packed = forward(cli, spec, gzip.compress(case.content), case.options, "file")
    assert (packed.code, packed.out, packed.err) == (plain.code, plain.out, plain.err)


# ------------------------------------------------------------------------------ kept columns


def test_a_column_that_is_kept_is_carried_to_the_output_unread(cli: Cli, spec: Path) -> None:
    content = b'id,a,b,c\n007,1,2,3\n"x, ""y""",4,5,6\n NA ,7,8,9\n'
    done = forward(cli, spec, content, ("--keep", "id"), "file")
    assert (done.code, done.err) == (0, "")
    assert done.out == f'id,{OUTPUTS}007,1,2,3\n"x, ""y""",4,5,6\n NA ,7,8,9\n'


def test_an_id_beyond_float64_survives_because_it_is_not_parsed(cli: Cli, spec: Path) -> None:
    content = b"id,a,b,c\n9007199254740993,1,2,3\n1e999,4,5,6\n"
    done = forward(cli, spec, content, ("--keep", "id"), "pipe")
    assert done.out == f"id,{OUTPUTS}9007199254740993,1,2,3\n1e999,4,5,6\n"


def test_text_that_no_file_could_hold_is_refused_and_is_no_bug(cli: Cli, spec: Path) -> None:
    options = ("--keep", "id", "--encoding", "utf-7")
    done = forward(cli, spec, b"id,a,b,c\n+2AA-,1,2,3\n", options, "file")
    assert (done.code, first_problem(done.err).code) == (4, "N406")


# ------------------------------------------------------------------------------ delimiters by name


@pytest.mark.parametrize("name", ["data.tsv", "data.TSV", "data.tsv.gz"])
def test_a_tsv_file_has_tabs(cli: Cli, spec: Path, name: str) -> None:
    content = b"a\tb\tc\n1\t2\t3\n"
    (spec.parent / name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    done = cli("forward", spec, name, "--format", "csv", cwd=spec.parent)
    assert (done.code, done.out) == (0, OUTPUTS + "1,2,3\n")


def test_gzip_is_known_by_its_bytes_and_not_by_its_name(cli: Cli, spec: Path) -> None:
    (spec.parent / "packed.csv").write_bytes(gzip.compress(ONE))
    (spec.parent / "plain.csv.gz").write_bytes(ONE)
    for name in ("packed.csv", "plain.csv.gz"):
        done = cli("forward", spec, name, "--format", "csv", cwd=spec.parent)
        assert (done.code, done.out) == (0, OUTPUTS + "1,2,3\n")


# ------------------------------------------------------------------------------ far and long


def test_a_bad_cell_far_down_is_located_and_nothing_is_written(cli: Cli, spec: Path) -> None:
    content = ABC + b"1,2,3\r\n" * 30_000 + b"4,five,6\r\n"
    done = forward(cli, spec, content, (), "file")
    near = forward(cli, spec, ABC + b"4,five,6\r\n", (), "file")
    told = first_problem(done.err)
    assert (done.code, done.out, told.code, told.line, told.column) == (4, "", "N404", 30_002, 2)
    assert (told.message, told.help) == (
        first_problem(near.err).message,
        first_problem(near.err).help,
    )
    out = spec.parent / "out.csv"
    assert cli("forward", spec, spec.parent / "data.csv", "-o", out).code == 4
    assert not out.exists()


def test_a_cell_of_a_megabyte_is_quoted_in_short(cli: Cli, spec: Path) -> None:
    done = forward(cli, spec, ABC + b"1," + b"x" * 2**20 + b",3\n", (), "file")
    assert first_problem(done.err).code == "N404"
    assert len(done.err) < 1000


@pytest.mark.parametrize("packed", [False, True])
def test_a_line_of_17_mebibytes_is_refused_at_its_number(
    cli: Cli, spec: Path, packed: bool
) -> None:
    content = ONE + b"1" * (17 * 2**20)
    done = forward(cli, spec, gzip.compress(content, 1) if packed else content, (), "file")
    told = first_problem(done.err)
    assert (done.code, told.code, told.line) == (4, "N413", 3)
    assert "16 MiB" in told.message
    assert told.help


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="memory is read from /proc")
@pytest.mark.parametrize("start", [b"", b'1,"'])
def test_a_gzip_bomb_of_one_long_line_takes_little_memory(spec: Path, start: bytes) -> None:
    # 2 GiB in 2 MiB: one gzip member after another
    bomb = gzip.compress(ONE + start) + gzip.compress(b"1" * 2**20) * 2048
    (spec.parent / "data.csv").write_bytes(bomb)
    code = (
        "import sys; from nncli.cli.app import run; code = run(sys.argv[1:]);"
        "status = open('/proc/self/status').read();"
        "print(code, status.split('VmHWM:')[1].split()[0])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "forward", spec, spec.parent / "data.csv"],
        capture_output=True,
        text=True,
        check=False,
    )
    exit_code, kibibytes = map(int, done.stdout.split())
    assert (exit_code, "error[N4" in done.stderr) == (4, True)
    assert kibibytes < 300 * 1024


def test_what_must_be_held_whole_is_limited_after_decompression(cli: Cli, spec: Path) -> None:
    # five long lines, not a million short ones: the limit is on bytes
    row = b"1,2,3," + b"x" * (15 * 2**20) + b"\n"
    content = gzip.compress(b"a,b,c,id\n" + row * 5, 1)
    (spec.parent / "data.csv").write_bytes(content)
    options = ("--drop", "id", "--format", "json")
    done = cli("forward", spec, "data.csv", *options, cwd=spec.parent)
    assert (done.code, done.out) == (4, "")
    told = first_problem(done.err)
    assert (told.code, "64 MiB" in told.message) == ("N412", True)


# ------------------------------------------------------------------------------ standard input


def run_nncli(spec: Path, stdin: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "nncli", "forward", spec, "-", "--format", "csv"],
        stdin=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )


def test_a_closed_standard_input_is_exit_code_5(spec: Path) -> None:
    command = f'exec "{sys.executable}" -m nncli forward "{spec}" - <&-'
    done = subprocess.run(
        ["/bin/sh", "-c", command], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert (done.returncode, done.stdout) == (5, "")
    assert done.stderr.startswith("<stdin>: error[N507]: ")


def test_an_empty_standard_input_is_empty_data(cli: Cli, spec: Path) -> None:
    done = cli("forward", spec, "-", stdin=b"")
    told = first_problem(done.err)
    assert (done.code, told.file, told.code, told.line) == (4, "<stdin>", "N401", 1)


def test_binary_on_standard_input_is_refused(cli: Cli, spec: Path) -> None:
    done = cli("forward", spec, "-", stdin=bytes(range(256)) * 40)
    assert (done.code, "Traceback" in done.err) == (4, False)


def test_an_array_on_standard_input_is_read(cli: Cli, spec: Path) -> None:
    stream = io.BytesIO()
    np.save(stream, np.array([[1.0, 2, 3]]))
    done = cli("forward", spec, "-", "--format", "csv", stdin=stream.getvalue())
    assert (done.code, done.out) == (0, OUTPUTS + "1,2,3\n")


def test_somebody_at_a_terminal_is_told_that_data_is_awaited(spec: Path) -> None:
    pty = pytest.importorskip("pty", reason="there are no pseudo-terminals here")
    master, slave = pty.openpty()
    try:
        os.write(master, b"1,2,3\n\x04")
        done = run_nncli(spec, slave)
    finally:
        os.close(slave)
        os.close(master)
    assert (done.returncode, done.stdout) == (0, OUTPUTS + "1,2,3\n")
    assert "terminal" in done.stderr


def test_a_slow_pipe_is_read_to_its_end(spec: Path) -> None:
    reader, writer = os.pipe()

    def write_slowly() -> None:
        for byte in ONE:
            os.write(writer, bytes([byte]))
        os.close(writer)

    thread = threading.Thread(target=write_slowly)
    thread.start()
    try:
        done = run_nncli(spec, reader)
    finally:
        thread.join()
        os.close(reader)
    assert (done.returncode, done.stdout, done.stderr) == (0, OUTPUTS + "1,2,3\n", "")


def test_a_fifo_is_a_file_to_read_from(cli: Cli, spec: Path) -> None:
    fifo = spec.parent / "pipe"
    os.mkfifo(fifo)
    writer = threading.Thread(target=fifo.write_bytes, args=(ONE,), daemon=True)
    writer.start()
    done = cli("forward", spec, fifo, "--format", "csv")
    writer.join(10)
    assert (done.code, done.out) == (0, OUTPUTS + "1,2,3\n")


# ------------------------------------------------------------------------------ files


def test_a_missing_file_is_exit_code_5_with_the_nearest_name(cli: Cli, spec: Path) -> None:
    (spec.parent / "weather.csv").write_bytes(ONE)
    done = cli("forward", spec, "wether.csv", cwd=spec.parent)
    assert done.code == 5
    told = first_problem(done.err)
    assert (told.file, told.code, told.line) == ("wether.csv", "N501", None)
    assert "weather.csv" in told.help


def test_a_folder_is_no_data(cli: Cli, spec: Path) -> None:
    done = cli("forward", spec, spec.parent)
    assert (done.code, first_problem(done.err).code) == (5, "N502")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_exit_code_5(cli: Cli, spec: Path, write: Write) -> None:
    path = write("secret.csv", ONE)
    path.chmod(0)
    done = cli("forward", spec, path)
    assert (done.code, first_problem(done.err).code) == (5, "N503")


@pytest.mark.parametrize(
    "name", ["a b.csv", "ünï.csv", "[red]x.csv", "-x.csv", "n\nl.csv", "x" * 251 + ".csv"]
)
def test_odd_names_of_files_work_and_are_shown_inert(cli: Cli, spec: Path, name: str) -> None:
    (spec.parent / name).write_bytes(ONE)
    done = cli("forward", spec, "--format", "csv", "--", name, cwd=spec.parent)
    assert (done.code, done.out) == (0, OUTPUTS + "1,2,3\n")
    (spec.parent / name).write_bytes(ABC + b"1,x,3\n")
    done = cli("forward", spec, "--", name, cwd=spec.parent)
    shown = name.replace("\n", "\\n")
    assert done.err.startswith(f"{shown}:2:2: error[N404]: ")


@pytest.mark.parametrize(
    "cell", ["\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\u202eabc", "[red]x[/red]", "a\bb", "\x7f"]
)
def test_a_cell_that_would_steer_a_terminal_is_shown_inert(cli: Cli, spec: Path, cell: str) -> None:
    done = forward(cli, spec, ABC + f"1,{cell},3\n".encode(), (), "file")
    assert done.code == 4
    assert_fit_for_a_screen(done.err)
    if "[red]" in cell:
        assert cell in done.err


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=80) | st.text('ab1.,;"\n\r\0é\ufeff -', max_size=40).map(str.encode))
def test_no_content_at_all_ends_in_a_bug(cli: Cli, spec: Path, content: bytes) -> None:
    done = forward(cli, spec, content, (), "pipe")
    assert done.code in {0, 4}, done.err
    assert "Traceback" not in done.err
    assert (done.out != "") == (done.code == 0)
