"""Results as NPY files: their bytes."""

from __future__ import annotations

import gc
import io
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from block_results import NoSeeking, Result, assert_same_numbers, numbers, results_and_cuts, written
from hypothesis import given

from nncli.results import npy
from nncli.results.forms import open_sink
from nncli.results.listeners import ResultColumns, UnitOutputs


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
    sink.take(sink.prepare(UnitOutputs(1, [], [np.zeros(3)])))
    del sink
    gc.collect()  # a warning about an open file is an error
