"""Results as JSON Lines: their bytes."""

from __future__ import annotations

import json
import math

import numpy as np
import numpy.typing as npt
import pytest
from block_results import EDGES, Result, assert_same_numbers, numbers, results_and_cuts, written
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst


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
