"""NPY files of any size and order: the same bits in pieces, from a map, and from a stream."""

from __future__ import annotations

import gzip
import io
import os
import struct
import threading
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from whole_reading import open_samples

from nncli.data.batch import gathered
from nncli.data.columns import ColumnChoice, WantedInputs
from nncli.data.opened import DataOptions
from nncli.data.stream import SampleStream
from nncli.errors import DataError
from nncli.problems import Problem
from nncli.specs.model import FLOAT32_OVERFLOW

Array = npt.NDArray[Any]
Layout = Literal["C", "F"]
Version = tuple[int, int]
Direction = Literal["rows", "columns"]

LAYOUTS: tuple[Layout, ...] = ("C", "F")
WAYS = ("file", "gzip", "pipe", "memory")
SAMPLES: tuple[Direction, ...] = ("rows", "columns")
WAYS_TO_STAND = list(product(SAMPLES, LAYOUTS))
KINDS = [
    *("|i1", "|u1", "<i2", ">i2", "<u2", ">u2", "<i4", ">i4", "<u4", ">u4"),
    *("<i8", ">i8", "<u8", ">u8", "<f2", ">f2", "<f4", ">f4", "<f8", ">f8"),
]


def saved(array: Array, layout: Layout = "C", version: Version = (1, 0)) -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array(stream, np.asarray(array, order=layout), version)
    return stream.getvalue()


@contextmanager
def opened(
    folder: Path,
    content: bytes,
    way: str,
    samples: Direction = "rows",
    width: int = 3,
    largest: float = float("inf"),
) -> Iterator[SampleStream]:
    """Open an NPY file in one of several ways.  memory: as standard input that is no file."""
    options = DataOptions(samples=samples)
    arguments = (options, ColumnChoice(), WantedInputs(width, None, largest))
    path = folder / f"batch.{way}"
    if way == "memory":
        with open_samples(["-"], *arguments, io.BytesIO(content)) as stream:
            yield stream
        return
    if way != "pipe":
        path.write_bytes(gzip.compress(content, 1) if way == "gzip" else content)
        with open_samples([str(path)], *arguments) as stream:
            yield stream
        return
    if not path.exists():
        os.mkfifo(path)

    def fill() -> None:
        # whoever has seen enough closes the pipe
        with suppress(BrokenPipeError), path.open("wb", buffering=0) as pipe:
            for start in range(0, len(content), 1000):
                pipe.write(content[start : start + 1000])

    writer = threading.Thread(target=fill, daemon=True)
    writer.start()
    try:
        with open_samples([str(path)], *arguments) as stream:
            yield stream
    finally:
        writer.join(timeout=30)


def values_of(stream: SampleStream) -> npt.NDArray[np.float64]:
    """Return all samples of a stream: (samples, features)."""
    return np.transpose(gathered(stream).columns)


def refused(folder: Path, content: bytes, way: str, *arguments: Any) -> Problem:
    with pytest.raises(DataError) as caught, opened(folder, content, way, *arguments) as stream:
        values_of(stream)
    return caught.value.problems[0]


def bits(values: npt.NDArray[np.float64]) -> tuple[tuple[int, ...], bytes]:
    return values.shape, np.ascontiguousarray(values).tobytes()


def array_of(kind: str, rows: int, columns: int) -> Array:
    """Return an array of all bit patterns of a type, NaNs with a payload included."""
    item = np.dtype(kind)
    content = np.random.RandomState(rows).bytes(rows * columns * item.itemsize)
    return np.frombuffer(content, item).reshape(rows, columns)


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a piece hold four samples of three features, and a chunk end within a row."""
    monkeypatch.setattr("nncli.data.npy_rows._CHUNK_BYTES", 4 * 3 * 8)
    monkeypatch.setattr("nncli.data.npy_rows._SLAB_BYTES", 10 * 3 * 8)
    monkeypatch.setattr("nncli.data.source_bytes._CHUNK_BYTES", 37)
    monkeypatch.setattr("nncli.data.npy_rows.HEADER_BYTES", 128)


# ---------------------------------------------------------------------------- the same values


# what the bytes come through does not know their type
KINDS_AND_WAYS = [
    (kind, way) for kind in KINDS for way in WAYS if way == "file" or kind in ("<i2", ">f8")
]


@pytest.mark.parametrize(("kind", "way"), KINDS_AND_WAYS)
@pytest.mark.parametrize("samples", SAMPLES)
@pytest.mark.usefixtures("small_pieces")
@pytest.mark.filterwarnings("ignore:invalid value encountered in cast")
def test_every_type_in_every_order_gives_what_numpy_loads(
    tmp_path: Path, kind: str, way: str, samples: Direction
) -> None:
    array = array_of(kind, 13, 3)
    expected = array.astype(np.float64)
    kept = array if samples == "rows" else array.T
    for layout, version in product(LAYOUTS, [(1, 0), (2, 0)]):
        with opened(tmp_path, saved(kept, layout, version), way, samples) as stream:
            assert bits(values_of(stream)) == bits(expected)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("way", WAYS)
def test_integers_beyond_2_to_53_are_rounded_to_the_nearest_even(
    tmp_path: Path, layout: Layout, way: str
) -> None:
    numbers = [2**53 + 1, 2**53 + 3, 2**64 - 1, 2**63 + 1025, 2**62 + 513, 0]
    content = saved(np.array(numbers, ">u8").reshape(2, 3), layout)
    with opened(tmp_path, content, way) as stream:
        assert values_of(stream).reshape(-1).tolist() == [float(number) for number in numbers]


@settings(max_examples=120)
@given(
    rows=st.integers(1, 40),
    width=st.integers(1, 6),
    piece=st.integers(1, 400),
    chunk=st.integers(1, 300),
    standing=st.sampled_from(WAYS_TO_STAND),
    way=st.sampled_from(["file", "gzip", "memory"]),
    kind=st.sampled_from(["<f8", ">f4", "<i2", "|u1"]),
)
def test_no_border_of_a_piece_or_a_chunk_changes_a_bit(
    rows: int,
    width: int,
    piece: int,
    chunk: int,
    standing: tuple[Direction, Layout],
    way: str,
    kind: str,
) -> None:
    samples, layout = standing
    array = np.random.RandomState(rows).randint(0, 100, (rows, width)).astype(kind)
    content = saved(array if samples == "rows" else array.T, layout)
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as folder:
        patch.setattr("nncli.data.npy_rows._CHUNK_BYTES", piece)
        patch.setattr("nncli.data.npy_rows._SLAB_BYTES", 3 * piece)
        patch.setattr("nncli.data.source_bytes._CHUNK_BYTES", chunk)
        patch.setattr("nncli.data.npy_rows.HEADER_BYTES", 128)
        with opened(Path(folder), content, way, samples, width) as stream:
            assert bits(values_of(stream)) == bits(array.astype(np.float64))


@pytest.mark.parametrize(("samples", "layout"), WAYS_TO_STAND)
@pytest.mark.usefixtures("small_pieces")
def test_a_file_comes_in_pieces_of_bounded_size(
    tmp_path: Path, samples: Direction, layout: Layout
) -> None:
    array = np.arange(300.0).reshape(100, 3)
    content = saved(array if samples == "rows" else array.T, layout)
    with opened(tmp_path, content, "file", samples) as stream:
        assert stream.many
        first, *others = [len(part) for part in stream.rows_in_order()]
    assert first + sum(others) == 100
    # the first has what was read with the header; of bytes that come, there is a chunk more
    assert first <= 512 // 24
    assert max(others) <= 4 + 2


def test_a_small_file_is_not_worth_several_threads(tmp_path: Path) -> None:
    with opened(tmp_path, saved(np.ones((100, 3))), "file") as stream:
        assert not stream.many


@pytest.mark.parametrize("layout", LAYOUTS)
def test_only_the_columns_that_are_wanted_are_taken(tmp_path: Path, layout: Layout) -> None:
    path = tmp_path / "batch.npy"
    path.write_bytes(saved(np.array([[1, 2, 3], [4, 5, 6]]), layout))
    choice = ColumnChoice(columns=("3", "1"))
    with open_samples([str(path)], DataOptions(), choice, WantedInputs(2)) as stream:
        assert stream.columns == ("column_3", "column_1")
        assert values_of(stream).tolist() == [[3, 1], [6, 4]]


def test_the_file_itself_is_redirected_standard_input_too(tmp_path: Path) -> None:
    path = tmp_path / "batch.npy"
    path.write_bytes(saved(np.array([[1, 2, 3], [4, 5, 6]]), "F"))
    wanted = WantedInputs(3)
    with (
        path.open("rb") as stdin,
        open_samples(["-"], DataOptions(), ColumnChoice(), wanted, stdin) as stream,
    ):
        assert values_of(stream).tolist() == [[1, 2, 3], [4, 5, 6]]


def test_a_file_that_was_begun_is_read_from_where_it_stands(tmp_path: Path) -> None:
    """Standard input may be a file that somebody has read the beginning of."""
    path = tmp_path / "two.npy"
    first, second = saved(np.zeros((2, 3)), "F"), saved(np.array([[1, 2, 3], [4, 5, 6]]), "F")
    path.write_bytes(first + second)
    wanted = WantedInputs(3)
    with path.open("rb") as stdin:
        stdin.seek(len(first))
        with open_samples(["-"], DataOptions(), ColumnChoice(), wanted, stdin) as stream:
            assert values_of(stream).tolist() == [[1, 2, 3], [4, 5, 6]]


# ------------------------------------------------------------------------------- what is not read


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("samples", SAMPLES)
@pytest.mark.parametrize(("change", "word"), [(-1, "truncated"), (-50, "truncated"), (1, "longer")])
@pytest.mark.usefixtures("small_pieces")
def test_the_data_must_be_as_long_as_the_header_says_in_every_way(
    tmp_path: Path,
    way: str,
    layout: Layout,
    samples: Direction,
    change: int,
    word: str,
) -> None:
    content = saved(np.ones((9, 3) if samples == "rows" else (3, 9)), layout)
    content = content[:change] if change < 0 else content + bytes(change)
    problem = refused(tmp_path, content, way, samples)
    assert problem.code == "N414"
    assert word in problem.message
    assert f"216 bytes of data expected, {216 + change} found" in problem.message


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("samples", SAMPLES)
def test_an_array_without_samples_is_no_data_in_every_way(
    tmp_path: Path, way: str, layout: Layout, samples: Direction
) -> None:
    content = saved(np.ones((0, 3) if samples == "rows" else (3, 0)), layout)
    assert refused(tmp_path, content, way, samples).code == "N402"


def test_a_file_of_the_wrong_size_is_refused_before_any_sample_is_read(tmp_path: Path) -> None:
    content = saved(np.ones((9, 3)))
    for wrong in (content[:-1], content + b"\0"):
        with pytest.raises(DataError), opened(tmp_path, wrong, "file"):
            pytest.fail("opened")


def test_a_size_that_lies_takes_no_memory(tmp_path: Path) -> None:
    """A header may claim more than any machine has."""
    text = "{'descr': '<f8', 'fortran_order': %s, 'shape': (%d, 3), }"
    for order, way in product(["True", "False"], WAYS):
        header = (text % (order, 2**50)).encode()
        content = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + bytes(240)
        assert refused(tmp_path, content, way).code == "N414"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("samples", SAMPLES)
@pytest.mark.usefixtures("small_pieces")
def test_what_float32_cannot_hold_is_refused_with_its_row_in_a_later_piece(
    tmp_path: Path, way: str, layout: Layout, samples: Direction
) -> None:
    array = np.zeros((20, 3))
    array[1] = np.inf, np.nan, -np.inf
    array[2] = np.nextafter(FLOAT32_OVERFLOW, 0)
    array[17, 1] = -FLOAT32_OVERFLOW
    content = saved(array if samples == "rows" else array.T, layout)
    problem = refused(tmp_path, content, way, samples, 3, FLOAT32_OVERFLOW)
    assert problem.code == "N415"
    assert "-3.40282e+38 in row 18, column 2 is too large for float32" in problem.message


@pytest.mark.parametrize("way", ["gzip", "pipe", "memory"])
@pytest.mark.parametrize(
    ("layout", "samples", "order"),
    [
        ("F", "rows", "C order (np.ascontiguousarray)"),
        ("C", "columns", "Fortran order (np.asfortranarray)"),
    ],
)
def test_columns_that_come_one_after_the_other_from_a_stream_are_held_up_to_a_limit(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    way: str,
    layout: Layout,
    samples: Direction,
    order: str,
) -> None:
    array = np.ones((1000, 3))
    content = saved(array if samples == "rows" else array.T, layout)
    monkeypatch.setattr("nncli.data.npy_rows.MAX_HELD_BYTES", len(content))
    with opened(tmp_path, content, way, samples) as stream:
        assert values_of(stream).shape == (1000, 3)
    monkeypatch.setattr("nncli.data.npy_rows.MAX_HELD_BYTES", len(content) - 1)
    problem = refused(tmp_path, content, way, samples)
    assert problem.code == "N412"
    assert problem.help == (f"save it in {order}, or name the file itself",)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("samples", SAMPLES)
def test_the_file_itself_has_no_limit(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    layout: Layout,
    samples: Direction,
) -> None:
    monkeypatch.setattr("nncli.data.npy_rows.MAX_HELD_BYTES", 100)
    array = np.ones((1000, 3))
    content = saved(array if samples == "rows" else array.T, layout)
    with opened(tmp_path, content, "file", samples) as stream:
        assert values_of(stream).shape == (1000, 3)


@pytest.mark.parametrize("way", WAYS)
def test_rows_that_come_one_after_the_other_have_no_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr("nncli.data.npy_rows.MAX_HELD_BYTES", 100)
    with opened(tmp_path, saved(np.ones((1000, 3))), way) as stream:
        assert values_of(stream).shape == (1000, 3)


# ------------------------------------------------------------------- what a header only declares


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize(("samples", "layout"), WAYS_TO_STAND)
def test_a_file_that_shrinks_while_it_is_read_is_refused(
    tmp_path: Path, samples: Direction, layout: Layout
) -> None:
    shape = (3, 200) if samples == "columns" else (200, 3)
    content = saved(np.arange(600.0).reshape(shape), layout)
    with opened(tmp_path, content, "file", samples) as stream:
        rows = stream.rows_in_order()
        next(rows)
        os.truncate(tmp_path / "batch.file", 200)
        with pytest.raises(DataError) as caught:
            list(rows)
    assert caught.value.problems[0].code == "N414"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("samples", "layout"), WAYS_TO_STAND)
@pytest.mark.parametrize("shape", [(10**12, 3), (3, 10**12), (3, 3 * 10**7), (3 * 10**7, 3)])
def test_nothing_is_made_of_what_a_short_file_declares(
    tmp_path: Path, way: str, samples: Direction, layout: Layout, shape: tuple[int, int]
) -> None:
    written = saved(np.zeros((4, 3)), layout).replace(b"(4, 3), }", f"{shape}, }}".encode())
    content = written.replace(b" " * len(f"{shape}"), b" " * len("(4, 3)"), 1)
    tracemalloc.start()
    try:
        problem = refused(tmp_path, content, way, samples)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert problem.code == "N414"
    assert "truncated" in problem.message
    assert peak < 10_000_000


def test_more_columns_than_can_be_named_are_refused_before_they_come(tmp_path: Path) -> None:
    # nobody knows how much more comes of a pipe
    beginning = saved(np.zeros((4, 3000)), "C").replace(b"3000)", b"3000000)", 1)
    content = beginning.replace(b" " * 4, b" ", 1)
    problem = refused(tmp_path, content, "pipe")
    assert problem.code == "N412"
    assert "3,000,000 values in a sample: no more than 1,000,000 are read" in problem.message
