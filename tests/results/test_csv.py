"""Results as CSV: their bytes."""

from __future__ import annotations

import csv
import io
import math
import os

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet
import pytest
from block_results import EDGES, Result, assert_same_numbers, numbers, results_and_cuts, written
from hypothesis import given

from nncli.results.listeners import ResultColumns


def cell(text: str) -> str:
    """Return a text as a cell of CSV, by RFC 4180."""
    return '"' + text.replace('"', '""') + '"' if set(text) & set(',"\r\n') else text


@given(results_and_cuts())
def test_csv_is_cells_between_commas_with_numbers_in_arrows_text(
    drawn: tuple[Result, list[int]],
) -> None:
    result, cuts = drawn
    columns = [[cell(text) for text in texts] for texts in result.kept.values()]
    columns += [
        pa.array(np.ascontiguousarray(values)).cast(pa.string()).to_pylist()
        for values in result.values.T
    ]
    lines = [",".join(cell(n) for n in (*result.kept, *result.columns.names))]
    lines += [",".join(row) for row in zip(*columns, strict=True)]
    assert written("csv", result, cuts) == "".join(line + "\n" for line in lines).encode()


@given(results_and_cuts())
def test_csv_is_read_back_by_pythons_csv_module(drawn: tuple[Result, list[int]]) -> None:
    result, cuts = drawn
    text = written("csv", result, cuts).decode()
    header, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    assert header == [*result.kept, *result.columns.names]
    width = len(result.kept)
    assert [row[:width] for row in rows] == [
        [texts[index] for texts in result.kept.values()] for index in range(len(result.values))
    ]
    back = np.array([[float(n) for n in row[width:]] for row in rows], result.values.dtype)
    assert_same_numbers(back.reshape(result.values.shape), result.values)


@pytest.mark.parametrize("texts", [[], ["plain"], ["a,b"]], ids=["no", "plain", "quoted"])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_csv_edges_of_the_number_line_read_back_to_the_same_bits(
    texts: list[str], dtype: npt.DTypeLike
) -> None:
    values = numbers([[edge, -edge] for edge in EDGES], dtype)
    kept = {"id": texts * len(EDGES)} if texts else {}
    rows = list(csv.reader(io.StringIO(written("csv", Result(kept, values)).decode())))[1:]
    assert_same_numbers(np.array([[float(n) for n in row[-2:]] for row in rows], dtype), values)


@pytest.mark.parametrize(
    ("values", "dtype", "lines"),
    [
        ([1, -0.0, 1e-7, 0.1, 1e22, 5e-324], np.float64, "1 -0 1e-7 0.1 1e+22 5e-324"),
        ([math.nan, math.inf, -math.inf], np.float64, "nan inf -inf"),
        ([0.1, 16777216, 1e-45, 1 / 3], np.float32, "0.1 16777216 1e-45 0.33333334"),
    ],
)
@pytest.mark.parametrize("text", ["x", '"'])
def test_csv_numbers_have_one_text_beside_plain_and_quoted_cells(
    values: list[float], dtype: npt.DTypeLike, lines: str, text: str
) -> None:
    result = Result({"t": [text] * len(values)}, numbers([[value] for value in values], dtype))
    expected = ["t,y0", *(f"{cell(text)},{number}" for number in lines.split(" "))]
    assert written("csv", result).decode().splitlines() == expected


def test_csv_texts_are_quoted_only_if_they_must_be() -> None:
    kept = {
        "a b": ["x", "semi;colon", " blank ", "tab\t", "'", "=1+1"],
        "q": ["a,b", 'a"b', "a\nb", "a\rb", "", "\u2028é漢🦉"],
    }
    expected = (
        'a b,q,y0\nx,"a,b",1\nsemi;colon,"a""b",1\n blank ,"a\nb",1\ntab\t,"a\rb",1\n\',,1\n'
        "=1+1,\u2028é漢🦉,1\n"
    )
    result = Result(kept, numbers([[1]] * 6))
    assert written("csv", result, [4]).decode() == expected


def test_csv_empty_texts_stay_empty() -> None:
    result = Result({"a": ["", ""], "b": ["", "x"]}, numbers([[1], [2]]))
    assert written("csv", result) == b"a,b,y0\n,,1\n,x,2\n"


def test_csv_names_are_quoted_by_the_same_rule() -> None:
    columns = ResultColumns(("", " a", 'say "a"'), ("b,c", "d\ne", "f\rg", "é"), "float64")
    header = ', a,"say ""a""","b,c","d\ne","f\rg",é\n'
    nothing = Result({}, np.empty((0, 4)))
    assert written("csv", nothing, columns=columns) == header.encode()


def test_csv_bytes_that_were_no_text_leave_a_name_as_they_came() -> None:
    columns = ResultColumns((os.fsdecode(b"k\xff"),), ("y",), "float64")
    result = Result({"k": ["a"]}, numbers([[1]]))
    assert written("csv", result, columns=columns) == b"k\xff,y\na,1\n"


def test_csv_without_rows_is_a_header() -> None:
    assert written("csv", Result({"id": []}, np.empty((0, 2)))) == b"id,y0,y1\n"


def test_csv_rows_come_through_a_long_block_in_order() -> None:
    rows = 8192 * 2 + 3
    values = np.arange(rows, dtype=np.float64).reshape(-1, 1)
    for last in ("plain", "comma,"):
        texts = [*(f"r{row}" for row in range(rows - 1)), last]
        lines = written("csv", Result({"id": texts}, values)).decode().splitlines()
        assert lines == ["id,y0", *(f"{cell(t)},{row}" for row, t in enumerate(texts))]
