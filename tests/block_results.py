"""Results written block by block, as tests want them."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from nncli.data.rows import Texts
from nncli.results.forms import open_sink
from nncli.results.listeners import ResultColumns, UnitOutputs

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
        sink.take(sink.prepare(UnitOutputs(start + 1, kept, list(result.values[start:end].T))))
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
