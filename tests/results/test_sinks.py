"""Results written block by block: each format's bytes, whatever the cut into blocks."""

from __future__ import annotations

import csv
import errno
import gc
import io
import json
import math
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from nncli.data.rows import Texts
from nncli.results import npy
from nncli.results.forms import open_sink
from nncli.results.sinks import ResultColumns

FORMS = ["csv", "jsonl", "npy", "parquet"]
# Shortest text, of any sign and size; each has its own float32, too.
EDGES = [
    0.0, -0.0, 1.0, -3.0, 0.1, 1 / 3, 1e-7, 1e-5, 123456789.0, 1e16, 1e21, 1e22, 3.4e38, 1.2e-38,
    1e-45, 1e300, 5e-324, 2.2250738585072014e-308, math.nan, math.inf, -math.inf,
]  # fmt: skip


class NoSeeking(io.BytesIO):
    """A stream that only goes forward, as a pipe does."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: object) -> int:
        raise io.UnsupportedOperation("seek")

    def tell(self) -> int:
        raise io.UnsupportedOperation("tell")


@dataclass(frozen=True)
class Result:
    """A whole result.  kept: texts by name; values: (samples, neurons)."""

    kept: dict[str, list[str]]
    values: npt.NDArray[np.floating[Any]]

    @property
    def columns(self) -> ResultColumns:
        names = tuple(f"y{index}" for index in range(self.values.shape[1]))
        return ResultColumns(tuple(self.kept), names, str(self.values.dtype))


def feed(
    form: str,
    stream: BinaryIO,
    result: Result,
    cuts: Sequence[int] = (),
    columns: ResultColumns | None = None,
) -> None:
    """Write a result in blocks that end at *cuts*."""
    sink = open_sink(form, stream, columns or result.columns)
    edges = [0, *cuts, len(result.values)]
    for start, end in pairwise(edges):
        kept: list[Texts] = [texts[start:end] for texts in result.kept.values()]
        sink.write(sink.encode(start + 1, kept, list(result.values[start:end].T)))
    sink.finish()


def written(
    form: str, result: Result, cuts: Sequence[int] = (), columns: ResultColumns | None = None
) -> bytes:
    stream = io.BytesIO()
    feed(form, stream, result, cuts, columns)
    return stream.getvalue()


def numbers(
    values: Sequence[Sequence[float]], dtype: npt.DTypeLike = np.float64
) -> npt.NDArray[np.floating[Any]]:
    with np.errstate(over="ignore"):
        array: npt.NDArray[np.floating[Any]] = np.array(values, np.float64).astype(dtype)
    return array


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
QUOTABLE = st.text(',"\r\n ab', max_size=4)


@st.composite
def results(draw: st.DrawFn) -> Result:
    """Draw a result of 0 to 8 rows."""
    shape = draw(st.tuples(st.integers(0, 8), st.integers(1, 3)))
    dtype = draw(st.sampled_from([np.float64, np.float32]))
    column = st.lists(TEXTS | QUOTABLE, min_size=shape[0], max_size=shape[0])
    kept = draw(st.dictionaries(st.sampled_from(["id", "k,1", "é"]), column, max_size=2))
    return Result(kept, draw(npst.arrays(dtype, shape)))


@st.composite
def results_and_cuts(draw: st.DrawFn) -> tuple[Result, list[int]]:
    """Draw a result with ends of blocks; a block can be empty."""
    result = draw(results())
    return result, sorted(draw(st.lists(st.integers(0, len(result.values)), max_size=4)))


def assert_same_numbers(
    found: npt.NDArray[np.floating[Any]], expected: npt.NDArray[np.floating[Any]]
) -> None:
    """Check that all bits are the same; a NaN need only be a NaN."""
    assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
    np.testing.assert_array_equal(np.isnan(found), np.isnan(expected))
    known = ~np.isnan(expected)
    assert found[known].tobytes() == expected[known].tobytes()


# ------------------------------------------------------------------------------ every form


@pytest.mark.parametrize("form", FORMS)
@given(results_and_cuts())
def test_the_cut_into_blocks_leaves_no_trace(form: str, drawn: tuple[Result, list[int]]) -> None:
    result, cuts = drawn
    assert written(form, result, cuts) == written(form, result)


@pytest.mark.parametrize("form", FORMS)
@given(results_and_cuts())
def test_a_stream_that_cannot_seek_gets_the_same_bytes(
    form: str, drawn: tuple[Result, list[int]]
) -> None:
    result, cuts = drawn
    stream = NoSeeking()
    feed(form, stream, result, cuts)
    assert stream.getvalue() == written(form, result)


@pytest.mark.parametrize("form", FORMS)
@given(results())
def test_carried_texts_can_be_arrow_arrays_or_parts_of_them(form: str, result: Result) -> None:
    stream = io.BytesIO()
    sink = open_sink(form, stream, result.columns)
    longer = [pa.array(["other", *texts, "x"], pa.string()) for texts in result.kept.values()]
    kept = [array.slice(1, len(result.values)) for array in longer]
    sink.write(sink.encode(1, kept, list(result.values.T)))
    sink.finish()
    assert stream.getvalue() == written(form, result)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_the_layout_of_the_arrays_does_not_matter(form: str, dtype: npt.DTypeLike) -> None:
    values = numbers([[1, -2.5], [0.1, math.nan], [1e-7, 4]], dtype)
    apart = np.zeros((12, 6), dtype)[::4, ::3]
    apart[:] = values
    expected = written(form, Result({}, np.asfortranarray(values)))
    assert written(form, Result({}, apart)) == expected
    assert written(form, Result({}, values[::-1].copy()[::-1])) == expected


@pytest.mark.parametrize("form", FORMS)
def test_the_memory_of_the_numbers_can_be_used_again_before_a_block_is_written(form: str) -> None:
    values = numbers([[1, 2], [3, 4]])
    stream = io.BytesIO()
    sink = open_sink(form, stream, Result({}, values).columns)
    memory = np.asfortranarray(values)
    encoded = sink.encode(1, [], list(memory.T))
    memory[:] = 99
    sink.write(encoded)
    sink.finish()
    assert stream.getvalue() == written(form, Result({}, values))


@pytest.mark.parametrize("form", FORMS)
def test_blocks_can_be_encoded_on_several_threads_in_any_order(form: str) -> None:
    rows = 400
    values = np.arange(rows * 2, dtype=np.float64).reshape(rows, 2) / 7
    texts = [f"a,{row}" if row % 50 == 0 else f"r{row}" for row in range(rows)]
    result = Result({"id": texts}, values)
    stream = io.BytesIO()
    sink = open_sink(form, stream, result.columns)
    encoded: dict[int, Any] = {}

    def encode(start: int) -> None:
        block = slice(start, start + 20)
        encoded[start] = sink.encode(start + 1, [texts[block]], list(values[block].T))

    threads = [threading.Thread(target=encode, args=(n,)) for n in reversed(range(0, rows, 20))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for start in range(0, rows, 20):
        sink.write(encoded[start])
    sink.finish()
    assert stream.getvalue() == written(form, result)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", [io.BytesIO, NoSeeking])
def test_the_stream_stays_open_and_at_its_end(form: str, kind: type[io.BytesIO]) -> None:
    stream = kind()
    result = Result({}, numbers([[1]]))
    feed(form, stream, result)
    gc.collect()
    stream.write(b"more")
    assert stream.getvalue() == written(form, result) + b"more"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("rows", [0, 3])
def test_a_sink_that_is_never_finished_adds_nothing_when_it_goes(form: str, rows: int) -> None:
    stream = io.BytesIO()
    sink = open_sink(form, stream, ResultColumns((), ("y",), "float64"))
    sink.write(sink.encode(1, [], [np.zeros(rows)]))
    before = stream.getvalue()
    del sink
    gc.collect()
    assert stream.getvalue() == before


@pytest.mark.parametrize("form", ["npy", "parquet"])
@pytest.mark.parametrize("kind", [io.BytesIO, NoSeeking])
def test_an_unfinished_file_cannot_be_taken_for_a_complete_one(
    form: str, kind: type[io.BytesIO]
) -> None:
    stream = kind()
    sink = open_sink(form, stream, ResultColumns((), ("y",), "float64"))
    for start in range(0, 200_000, 50_000):
        sink.write(sink.encode(start + 1, [], [np.zeros(50_000)]))
    del sink
    gc.collect()
    read: Any = pyarrow.parquet.read_table if form == "parquet" else np.load
    with pytest.raises((ValueError, EOFError)):  # Arrow's errors are ValueErrors
        read(io.BytesIO(stream.getvalue()))


class Full(io.BytesIO):
    """A device without room for more than a header."""

    def write(self, data: Any) -> int:
        if self.getbuffer().nbytes + memoryview(data).nbytes > 200:
            raise OSError(errno.ENOSPC, "no room")
        return super().write(data)


@pytest.mark.parametrize("form", FORMS)
def test_a_failing_stream_is_an_oserror_with_its_own_number(form: str) -> None:
    values = np.arange(70_000, dtype=np.float64).reshape(-1, 1)
    with pytest.raises(OSError, match="no room") as caught:
        feed(form, Full(), Result({}, values), [100])
    assert caught.value.errno == errno.ENOSPC
    del caught
    gc.collect()  # a warning about anything left open is an error


def test_an_unknown_form_is_refused() -> None:
    with pytest.raises(ValueError, match="'xml'"):
        open_sink("xml", io.BytesIO(), ResultColumns((), ("y",), "float64"))


@pytest.mark.parametrize("form", FORMS)
def test_a_real_pipe_gets_the_same_bytes(form: str) -> None:
    result = Result({"id": ["a", "b"]}, numbers([[1, 2], [3, math.nan]]))
    reading, writing = os.pipe()
    with open(reading, "rb") as source:
        with open(writing, "wb") as stream:
            feed(form, stream, result)
        assert source.read() == written(form, result)


@pytest.mark.parametrize("form", FORMS)
def test_a_file_that_is_only_appended_to_gets_the_same_bytes(form: str, tmp_path: Path) -> None:
    result = Result({}, numbers([[1, 2], [3, 4]]))
    path = tmp_path / "all"
    path.write_bytes(b"before")
    with path.open("ab") as stream:
        feed(form, stream, result)
    assert path.read_bytes() == b"before" + written(form, result)


@pytest.mark.parametrize("form", FORMS)
def test_a_file_gets_the_same_bytes_after_what_it_holds(form: str, tmp_path: Path) -> None:
    result = Result({}, numbers([[1, 2], [3, 4]]))
    path = tmp_path / "file"
    with path.open("wb") as stream:
        stream.write(b"before")
        feed(form, stream, result)
    assert path.read_bytes() == b"before" + written(form, result)


@pytest.mark.parametrize("form", ["jsonl", "npy"])
def test_lines_and_arrays_need_no_pyarrow(form: str) -> None:
    code = f"""\
import io, sys
import numpy as np
from nncli.results.forms import open_sink
from nncli.results.sinks import ResultColumns
sink = open_sink({form!r}, io.BytesIO(), ResultColumns(("id",), ("y",), "float32"))
sink.write(sink.encode(1, [["a"]], [np.ones(1, np.float32)]))
sink.finish()
print([name for name in sys.modules if name.startswith("pyarrow")])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


# ------------------------------------------------------------------------------ CSV


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


# ------------------------------------------------------------------------------ JSON Lines


def as_json(value: float) -> float | str:
    return value if math.isfinite(value) else str(value)


def refuse(word: str) -> None:
    raise AssertionError(f"{word} is not JSON")


@given(results_and_cuts())
def test_json_lines_are_one_object_per_sample(drawn: tuple[Result, list[int]]) -> None:
    result, cuts = drawn
    lines = written("jsonl", result, cuts).decode().split("\n")
    assert lines.pop() == ""
    assert len(lines) == len(result.values)
    for index, line in enumerate(lines):
        found = json.loads(line, parse_constant=refuse)
        assert list(found) == ["sample", "kept", "output"]
        assert found["sample"] == index + 1
        assert found["kept"] == {name: texts[index] for name, texts in result.kept.items()}
        output = np.array([float(value) for value in found["output"]], result.values.dtype)
        assert_same_numbers(output, result.values[index])


def test_json_lines_are_these_bytes() -> None:
    result = Result({"id": ['a"', "é"]}, numbers([[1, -0.0], [math.nan, -math.inf]]))
    assert written("jsonl", result).decode() == (
        '{"sample": 1, "kept": {"id": "a\\""}, "output": [1.0, -0.0]}\n'
        '{"sample": 2, "kept": {"id": "\\u00e9"}, "output": ["nan", "-inf"]}\n'
    )


def test_json_lines_hold_the_shortest_decimal_of_a_float32() -> None:
    result = Result({}, numbers([[0.1, 1 / 3, 1e-45, math.inf]], np.float32))
    assert written("jsonl", result).decode() == (
        '{"sample": 1, "kept": {}, "output": [0.1, 0.33333334, 1e-45, "inf"]}\n'
    )


@given(npst.arrays(np.float32, (4, 1), elements=st.floats(width=32, allow_nan=False)))
def test_json_numbers_of_a_float32_are_those_of_numpys_shortest_text(
    values: npt.NDArray[np.float32],
) -> None:
    for line, value in zip(written("jsonl", Result({}, values)).splitlines(), values, strict=True):
        shortest = np.format_float_scientific(value[0], unique=True)
        assert json.loads(line)["output"] == [as_json(float(shortest))]


@pytest.mark.parametrize("edge", EDGES)
def test_json_edges_of_the_number_line_read_back(edge: float) -> None:
    [line] = written("jsonl", Result({}, numbers([[edge]]))).splitlines()
    assert json.loads(line)["output"] == [as_json(edge)]


def test_json_lines_without_rows_are_empty() -> None:
    assert written("jsonl", Result({"id": []}, np.empty((0, 2)))) == b""


def test_json_lines_spell_a_lone_surrogate_out() -> None:
    result = Result({"k\udcff": ["a\udcfe"]}, numbers([[1]]))
    assert written("jsonl", result) == (
        b'{"sample": 1, "kept": {"k\\udcff": "a\\udcfe"}, "output": [1.0]}\n'
    )


# ------------------------------------------------------------------------------ NPY


def saved(values: npt.NDArray[np.floating[Any]]) -> bytes:
    """Return what NumPy itself writes."""
    stream = io.BytesIO()
    np.save(stream, np.ascontiguousarray(values), allow_pickle=False)
    return stream.getvalue()


@given(results_and_cuts())
def test_npy_is_the_file_that_numpy_writes(drawn: tuple[Result, list[int]]) -> None:
    result, cuts = drawn
    found = written("npy", result, cuts)
    assert found == saved(result.values)
    assert_same_numbers(np.load(io.BytesIO(found), allow_pickle=False), result.values)


@pytest.mark.parametrize("rows", [0, 1, 9, 10, 99_999, 100_000])
@pytest.mark.parametrize("neurons", [1, 10])
def test_npy_headers_have_room_for_any_number_of_rows(rows: int, neurons: int) -> None:
    values = np.arange(rows * neurons, dtype=np.float32).reshape(rows, neurons)
    assert written("npy", Result({}, values), [rows // 2]) == saved(values)


def test_npy_holds_no_carried_texts() -> None:
    values = numbers([[1, 2], [3, 4]])
    assert written("npy", Result({"id": ["a", "b"]}, values)) == saved(values)


def test_npy_numbers_are_of_the_networks_dtype() -> None:
    columns = ResultColumns((), ("y",), "float32")
    values = numbers([[0.1]], np.float64)
    found = written("npy", Result({}, values), columns=columns)
    assert found == saved(values.astype(np.float32))


@pytest.mark.parametrize("longer", [0, 1, 63, 64])
def test_npy_header_of_another_length_is_padded_into_its_place(longer: int) -> None:
    whole = saved(numbers([[1, 2]]))
    size = whole.index(b"\n") + 1
    padded = npy._padded(whole[:size], size + longer)
    assert len(padded) == size + longer
    back = np.load(io.BytesIO(padded + whole[size:]), allow_pickle=False)
    np.testing.assert_array_equal(back, [[1, 2]])


def test_npy_left_unfinished_in_a_pipe_leaves_no_open_file() -> None:
    sink = open_sink("npy", NoSeeking(), ResultColumns((), ("y",), "float64"))
    sink.write(sink.encode(1, [], [np.zeros(3)]))
    del sink
    gc.collect()  # a warning about an open file is an error


# ------------------------------------------------------------------------------ Parquet


@given(results_and_cuts())
def test_parquet_is_read_back_by_pyarrow(drawn: tuple[Result, list[int]]) -> None:
    result, cuts = drawn
    table = pyarrow.parquet.read_table(io.BytesIO(written("parquet", result, cuts)))
    assert table.column_names == [*result.kept, *result.columns.names]
    number = pa.float64() if result.values.dtype == np.float64 else pa.float32()
    texts = [pa.string()] * len(result.kept)
    assert table.schema.types == [*texts, *([number] * result.values.shape[1])]
    for name, expected in result.kept.items():
        assert table[name].to_pylist() == expected
    for name, column in zip(result.columns.names, result.values.T, strict=True):
        assert_same_numbers(table[name].to_numpy(), column)


def test_parquet_without_a_single_block_is_a_table_without_rows() -> None:
    stream = io.BytesIO()
    open_sink("parquet", stream, ResultColumns(("id",), ("y",), "float32")).finish()
    table = pyarrow.parquet.read_table(stream)
    assert table.schema.equals(pa.schema([("id", pa.string()), ("y", pa.float32())]))
    assert table.num_rows == 0


def group_rows(data: bytes) -> list[int]:
    metadata = pyarrow.parquet.ParquetFile(io.BytesIO(data)).metadata
    return [metadata.row_group(index).num_rows for index in range(metadata.num_row_groups)]


def test_parquet_gathers_small_blocks_into_row_groups() -> None:
    rows = 150_000
    values = np.arange(rows, dtype=np.float64).reshape(-1, 1)
    data = written("parquet", Result({}, values), range(1000, rows, 1000))
    assert group_rows(data) == [66_000, 66_000, 18_000]
    table = pyarrow.parquet.read_table(io.BytesIO(data))
    np.testing.assert_array_equal(table["y0"].to_numpy(), values[:, 0])


@pytest.mark.parametrize("wide", ["numbers", "texts"])
def test_parquet_gathers_no_more_than_a_few_mebibytes_of_wide_rows(wide: str) -> None:
    rows, blocks = 100, 120  # of 400 KiB
    result = (
        Result({}, np.zeros((rows * blocks, 512)))
        if wide == "numbers"
        else Result({"t": ["x" * 4096] * rows * blocks}, np.zeros((rows * blocks, 1)))
    )
    groups = group_rows(written("parquet", result, range(rows, rows * blocks, rows)))
    assert len(groups) == 2
    assert groups[0] * 4096 < 33 * 2**20


def test_parquet_groups_leave_the_sink_before_the_end() -> None:
    stream = io.BytesIO()
    sink = open_sink("parquet", stream, ResultColumns((), ("y",), "float64"))
    block = np.random.default_rng(1).normal(size=70_000)
    sink.write(sink.encode(1, [], [block]))
    assert stream.tell() > block.nbytes / 2


@pytest.mark.parametrize("name", ["a.b", "", "k\udcff", "list", "🦉"])
def test_parquet_columns_can_have_any_name(name: str) -> None:
    columns = ResultColumns((name,), (name + "y",), "float64")
    data = written("parquet", Result({"x": ["a"]}, numbers([[1]])), columns=columns)
    table = pyarrow.parquet.read_table(io.BytesIO(data))
    expected = name.replace("\udcff", r"\udcff")
    assert table.to_pydict() == {expected: ["a"], expected + "y": [1.0]}


@pytest.mark.parametrize("form", ["csv", "parquet", "jsonl"])
@pytest.mark.parametrize("source", ["small.csv", "large.csv", "data.parquet"])
def test_pandas_is_left_alone(tmp_path: Path, form: str, source: str) -> None:
    """Arrow imports it where it is installed, for its own ways from and to NumPy and lists."""
    (tmp_path / "pandas").mkdir()
    marker = tmp_path / "imported"
    (tmp_path / "pandas" / "__init__.py").write_text(
        f"open({str(marker)!r}, 'w').close()\nraise ImportError\n"
    )
    (tmp_path / "net.yaml").write_text("layer_sizes: [1, 2]\nseed: 0\n")
    rows = {"small.csv": 3, "large.csv": 40_000, "data.parquet": 3}[source]
    texts = ["plain", "with, comma", 'with "quotes"'] * (rows // 3)
    if source.endswith(".csv"):
        quoted = ["plain", '"with, comma"', '"with ""quotes"""'] * (rows // 3)
        lines = [f"{number}.5,{text}" for number, text in enumerate(quoted)]
        (tmp_path / source).write_text("\n".join(["x,name", *lines, ""]))
    else:
        pa.parquet.write_table(pa.table({"x": [0.5, 1.5, 2.5], "name": texts}), tmp_path / source)
    arguments = ("net.yaml", source, "--keep", "name", "-o", f"out.{form}")
    done = subprocess.run(
        [sys.executable, "-m", "nncli", "forward", *arguments],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    assert not marker.exists()
