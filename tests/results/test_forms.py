"""What holds for every form of a result that is written block by block, whatever the cut."""

from __future__ import annotations

import errno
import gc
import io
import math
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet
import pytest
from block_results import (
    FORMS,
    NoSeeking,
    Result,
    feed,
    numbers,
    results,
    results_and_cuts,
    written,
)
from hypothesis import given

from nncli.results.forms import FILE_FORMS, STREAMED_FORMS, SUFFIXES, form_of_suffix, open_sink
from nncli.results.listeners import ResultColumns, UnitOutputs


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
    sink.take(sink.prepare(UnitOutputs(1, kept, list(result.values.T))))
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
    prepared = sink.prepare(UnitOutputs(1, [], list(memory.T)))
    memory[:] = 99
    sink.take(prepared)
    sink.finish()
    assert stream.getvalue() == written(form, Result({}, values))


@pytest.mark.parametrize("form", FORMS)
def test_blocks_can_be_prepared_on_several_threads_in_any_order(form: str) -> None:
    rows = 400
    values = np.arange(rows * 2, dtype=np.float64).reshape(rows, 2) / 7
    texts = [f"a,{row}" if row % 50 == 0 else f"r{row}" for row in range(rows)]
    result = Result({"id": texts}, values)
    stream = io.BytesIO()
    sink = open_sink(form, stream, result.columns)
    prepared: dict[int, Any] = {}

    def prepare(start: int) -> None:
        block = slice(start, start + 20)
        outputs = UnitOutputs(start + 1, [texts[block]], list(values[block].T))
        prepared[start] = sink.prepare(outputs)

    threads = [threading.Thread(target=prepare, args=(n,)) for n in reversed(range(0, rows, 20))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for start in range(0, rows, 20):
        sink.take(prepared[start])
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
    sink.take(sink.prepare(UnitOutputs(1, [], [np.zeros(rows)])))
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
        sink.take(sink.prepare(UnitOutputs(start + 1, [], [np.zeros(50_000)])))
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
from nncli.results.listeners import ResultColumns, UnitOutputs
sink = open_sink({form!r}, io.BytesIO(), ResultColumns(("id",), ("y",), "float32"))
sink.take(sink.prepare(UnitOutputs(1, [["a"]], [np.ones(1, np.float32)])))
sink.finish()
print([name for name in sys.modules if name.startswith("pyarrow")])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("out.csv", "csv"),
        ("OUT.JSON", "json"),
        ("a.b/out.jsonl", "jsonl"),
        ("out.ndjson", "jsonl"),
        ("x.npy.parquet", "parquet"),
        (".npy", "npy"),
        ("csv", None),
        ("out.csv.gz", None),
        ("out.md", None),
    ],
)
def test_a_suffix_names_a_form(path: str, form: str | None) -> None:
    assert form_of_suffix(path, SUFFIXES) == form


def test_every_form_of_a_file_but_json_is_written_block_by_block() -> None:
    assert set(FILE_FORMS) - set(STREAMED_FORMS) == {"json"}
    assert sorted(STREAMED_FORMS) == sorted(FORMS)


@pytest.mark.parametrize(
    ("form", "source"),
    [
        ("csv", "small.csv"),
        ("csv", "data.parquet"),
        ("parquet", "large.csv"),
        ("jsonl", "large.csv"),
    ],
)
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
