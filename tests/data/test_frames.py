"""Tables with names, handed to a network in Python: matched by name, whatever library made them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from nncli import DataError, Network, ShapeError
from nncli.data.frames import as_array


class Table:
    """A table as some library may have it: columns with names, found by name."""

    def __init__(self, columns: Mapping[Any, Any]) -> None:
        self._columns = dict(columns)
        self.columns = list(columns)

    def __getitem__(self, name: Any) -> Any:
        return self._columns[name]


class Streamed:
    """Something that hands over Arrow data, and has nothing else."""

    def __init__(self, columns: Mapping[str, Sequence[float | None]]) -> None:
        self._table = pa.table(dict(columns))

    def __arrow_c_stream__(self, schema: object = None) -> object:
        return self._table.__arrow_c_stream__(schema)


def pandas_frame(columns: Any) -> Any:
    return pytest.importorskip("pandas", reason="pandas is not installed").DataFrame(columns)


def polars_frame(columns: Any) -> Any:
    return pytest.importorskip("polars", reason="polars is not installed").DataFrame(columns)


MAKERS: list[Callable[[Any], Any]] = [
    Table,
    Streamed,
    pa.table,
    pa.RecordBatch.from_pydict,
    pandas_frame,
    polars_frame,
]
each_maker = pytest.mark.parametrize(
    "make", MAKERS, ids=["columns", "stream", "arrow", "record batch", "pandas", "polars"]
)
COLUMNS = {"pressure": [1.0, 2.0], "site": ["x", "y"], "temperature": [20.0, 30.0]}

WEATHER = """
inputs: {columns: [temperature, pressure]}
layers: [{neurons: 1, weights: [[1], [100]]}]
"""


@each_maker
def test_columns_are_taken_by_name_in_any_order_and_others_ignored(
    make: Callable[[Any], Any],
) -> None:
    """temperature + 100 · pressure, by hand; a text column between them is not looked at."""
    network = Network.from_yaml_text(WEATHER)
    table = make(COLUMNS)
    assert network.forward(table).tolist() == [[120], [230]]
    assert network.trace(table)[0].output.tolist() == [[120], [230]]


@each_maker
def test_a_missing_name_is_an_error_with_the_nearest(make: Callable[[Any], Any]) -> None:
    table = make({"pressure": [1.0], "temperatur": [2.0]})
    with pytest.raises(DataError, match="'temperature'") as caught:
        Network.from_yaml_text(WEATHER).forward(table)
    (problem,) = caught.value.problems
    assert problem.code == "N408"
    assert problem.help == (
        "did you mean `temperatur`?",
        "the columns are pressure, temperatur",
    )


@each_maker
def test_without_names_in_the_spec_columns_are_taken_in_order(make: Callable[[Any], Any]) -> None:
    network = Network.from_yaml_text("{inputs: 2, layers: [{neurons: 1, weights: [[1], [100]]}]}")
    assert network.forward(make({"b": [1.0, 2.0], "a": [3, 4]})).tolist() == [[301], [402]]
    with pytest.raises(ShapeError, match="3 features, but the network takes 2"):
        network.forward(make({"a": [1.0], "b": [1.0], "c": [1.0]}))


@each_maker
def test_a_column_of_text_is_refused_by_name(make: Callable[[Any], Any]) -> None:
    with pytest.raises(ShapeError, match=r"the column 'temperature' holds .*, not numbers"):
        Network.from_yaml_text(WEATHER).forward(
            make({"temperature": ["a", "b"], "pressure": [1.0, 2.0]})
        )


@pytest.mark.parametrize("make", [Streamed, pa.table, polars_frame])
def test_missing_values_are_refused(make: Callable[[Any], Any]) -> None:
    table = make({"temperature": [None, 1.5, None], "pressure": [1.0, 2.0, 3.0]})
    with pytest.raises(DataError, match="the column 'temperature' has 2 missing values"):
        Network.from_yaml_text(WEATHER).forward(table)


class OwnType:
    """A column as pandas has those of its own types: NumPy gets a missing value as NaN."""

    dtype = "Int64"

    def __init__(self, values: Sequence[float]) -> None:
        self._values = np.array(values, np.float64)

    def __array__(self, dtype: object = None, copy: bool | None = None) -> Any:
        return self._values

    def isna(self) -> Any:
        return np.isnan(self._values)


def test_missing_values_of_a_column_with_its_own_type_are_refused() -> None:
    network = Network.from_yaml_text(WEATHER)
    column = OwnType([1.0, np.nan])
    with pytest.raises(DataError, match="the column 'temperature' has 1 missing value"):
        network.forward(Table({"temperature": column, "pressure": [1.0, 2.0]}))
    whole = Table({"temperature": OwnType([1.0, 2.0]), "pressure": [1.0, 2.0]})
    assert network.forward(whole).tolist() == [[101], [202]]


@pytest.mark.parametrize("dtype", ["Int64", "Float64", "int64[pyarrow]"])
def test_missing_values_of_types_of_pandas_are_refused(dtype: str) -> None:
    frame = pandas_frame({"temperature": [1, None], "pressure": [1.0, 1.0]})
    with pytest.raises(DataError, match="the column 'temperature' has 1 missing value"):
        Network.from_yaml_text(WEATHER).forward(frame.astype({"temperature": dtype}))


def test_a_column_alone_is_no_batch() -> None:
    """It hands over Arrow data as a table does."""
    with pytest.raises(ShapeError, match=r"\(samples, features\), got \(2,\)"):
        Network.from_yaml_text(WEATHER).forward(pa.chunked_array([[1.0, 2.0]]))


def test_a_table_that_is_not_read_yet_is_refused() -> None:
    frame = polars_frame({"temperature": [1.0], "pressure": [1.0]})
    with pytest.raises(ShapeError, match="a plan to read data, not data") as caught:
        Network.from_yaml_text(WEATHER).forward(frame.lazy())
    assert caught.value.problems[0].help == ("give what its .collect() returns",)


def test_a_nan_of_pandas_stays_nan() -> None:
    frame = pandas_frame({"temperature": [np.nan, 1.0], "pressure": [1.0, 1.0]})
    assert np.isnan(Network.from_yaml_text(WEATHER).forward(frame)).ravel().tolist() == [
        True,
        False,
    ]


def test_a_repeated_name_that_is_wanted_is_refused() -> None:
    table = pa.table([[1.0], [2.0], [3.0]], names=["pressure", "temperature", "pressure"])
    with pytest.raises(DataError, match="the table has 2 columns named 'pressure'"):
        Network.from_yaml_text(WEATHER).forward(table)


def test_names_that_are_no_texts_are_matched_by_their_text() -> None:
    network = Network.from_yaml_text(
        "{inputs: {columns: ['1', '0']}, layers: [{neurons: 1, weights: [[1], [100]]}]}"
    )
    assert network.forward(Table({0: [1.0], 1: [2.0]})).tolist() == [[102]]


def test_masked_values_are_refused_and_a_mask_without_any_is_none() -> None:
    network = Network.from_yaml_text("{inputs: 2, layers: [{neurons: 1, weights: [[1], [1]]}]}")
    masked = np.ma.masked_greater(np.array([[1.0, 2.0], [3.0, 99.0]]), 50)
    for call in (network.forward, network.trace):
        with pytest.raises(DataError, match="the batch has 1 masked value") as caught:
            call(masked)
        assert caught.value.problems[0].code == "N404"
    assert network.forward(np.ma.masked_greater(np.ones((1, 2)), 50)).tolist() == [[2]]
    with pytest.raises(DataError, match="the batch has 1 masked value"):
        network.forward(list(masked))
    with pytest.raises(DataError, match="the column 'temperature' has 1 masked value"):
        Network.from_yaml_text(WEATHER).forward(
            Table({"temperature": np.ma.masked_equal([1.0, 2.0], 2.0), "pressure": [1.0, 2.0]})
        )


@pytest.mark.parametrize("batch", [[[1, 2]], np.ones((1, 2)), "text", 3, None])
def test_what_has_no_names_is_left_as_it_is(batch: Any) -> None:
    assert as_array(batch, ("a", "b")) is batch


def test_a_forward_pass_imports_no_library_of_tables() -> None:
    code = (
        "import sys; from nncli import Network; "
        "Network.from_yaml_text('{layer_sizes: [1, 1], seed: 0}').forward([[1]]); "
        "print({'pandas', 'polars', 'pyarrow', 'numpy.ma'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == "set()\n"
