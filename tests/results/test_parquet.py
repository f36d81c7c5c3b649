"""Results as Parquet files, as pyarrow reads them."""

from __future__ import annotations

import io

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
from block_results import Result, assert_same_numbers, numbers, results_and_cuts, written
from hypothesis import given

from nncli.results.forms import open_sink
from nncli.results.listeners import ResultColumns, UnitOutputs


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
    sink.take(sink.prepare(UnitOutputs(1, [], [block])))
    assert stream.tell() > block.nbytes / 2


@pytest.mark.parametrize("name", ["a.b", "", "k\udcff", "list", "🦉"])
def test_parquet_columns_can_have_any_name(name: str) -> None:
    columns = ResultColumns((name,), (name + "y",), "float64")
    data = written("parquet", Result({"x": ["a"]}, numbers([[1]])), columns=columns)
    table = pyarrow.parquet.read_table(io.BytesIO(data))
    expected = name.replace("\udcff", r"\udcff")
    assert table.to_pydict() == {expected: ["a"], expected + "y": [1.0]}
