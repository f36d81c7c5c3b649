"""Predictions behind the outputs, in every form that holds texts."""

from __future__ import annotations

import csv
import io
import json
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from block_results import QUOTABLE, TEXTS, Result, assert_same_numbers, results_and_cuts, written
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from nncli.results.forms import open_sink
from nncli.results.listeners import ResultColumns, UnitOutputs, UnitPrediction

Numbers = npt.NDArray[np.floating[Any]]
Drawn = tuple[Result, list[int], list[str], Numbers]


@st.composite
def predicted_results(draw: st.DrawFn) -> Drawn:
    """Draw a result, ends of blocks, and a class and a probability for each sample."""
    result, cuts = draw(results_and_cuts())
    rows = len(result.values)
    classes = draw(st.lists(TEXTS | QUOTABLE, min_size=rows, max_size=rows))
    return result, cuts, classes, draw(npst.arrays(result.values.dtype, rows))


def predicted(form: str, drawn: Drawn) -> bytes:
    """Return what a sink writes of a result with predictions, block by block."""
    result, cuts, classes, probabilities = drawn
    stream, plain = io.BytesIO(), result.columns
    columns = ResultColumns(plain.kept_names, plain.names, plain.dtype, predicts=True)
    sink = open_sink(form, stream, columns)
    for start, end in pairwise([0, *cuts, len(classes)]):
        block = slice(start, end)
        kept = [texts[block] for texts in result.kept.values()]
        prediction = UnitPrediction(classes[block], probabilities[block])
        outputs = UnitOutputs(start + 1, kept, list(result.values[block].T), prediction)
        sink.take(sink.prepare(outputs))
    sink.finish()
    return stream.getvalue()


@given(predicted_results())
def test_csv_has_a_class_and_its_probability_behind_what_it_had(drawn: Drawn) -> None:
    result, _, classes, probabilities = drawn
    text = predicted("csv", drawn).decode()
    header, *rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    without = written("csv", result).decode()
    assert [[*header[:-2]], *(row[:-2] for row in rows)] == list(
        csv.reader(io.StringIO(without, newline=""), strict=True)
    )
    assert header[-2:] == ["class", "probability"]
    assert [row[-2] for row in rows] == classes
    back = np.array([float(row[-1]) for row in rows], probabilities.dtype)
    assert_same_numbers(back, probabilities)


@given(predicted_results())
def test_json_lines_have_a_prediction_behind_what_they_had(drawn: Drawn) -> None:
    result, _, classes, probabilities = drawn
    lines = [json.loads(line) for line in predicted("jsonl", drawn).splitlines()]
    found = [line.pop("prediction") for line in lines]
    assert lines == [json.loads(line) for line in written("jsonl", result).splitlines()]
    assert [list(one) for one in found] == [["class", "probability"]] * len(classes)
    assert [one["class"] for one in found] == classes
    back = np.array([float(one["probability"]) for one in found], probabilities.dtype)
    assert_same_numbers(back, probabilities)


@given(predicted_results())
def test_parquet_has_a_text_and_a_number_behind_what_it_had(drawn: Drawn) -> None:
    result, _, classes, probabilities = drawn
    table = pq.read_table(io.BytesIO(predicted("parquet", drawn)))
    before = pq.read_table(io.BytesIO(written("parquet", result)))
    assert table.column_names == [*before.column_names, "class", "probability"]
    assert table.schema.types[:-2] == before.schema.types
    assert table.schema.types[-2] == pa.string()
    assert table["class"].to_pylist() == classes
    assert_same_numbers(table["probability"].to_numpy(), probabilities)
