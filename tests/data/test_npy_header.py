"""NPY arrays as data: what is taken, and that no hostile file does more than be refused."""

from __future__ import annotations

import io
import os
import pickle
import struct
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from whole_reading import read_batch

from nncli.data.batch import Batch
from nncli.data.columns import ColumnChoice, WantedInputs
from nncli.data.npy_header import check_header, check_size, first_samples
from nncli.data.opened import DataOptions
from nncli.errors import DataError
from nncli.problems import Problem

FILE = "batch.npy"
DATA = struct.pack("<2d", 1.0, 2.0)
USUAL = "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2), }"


def npy(header: str, data: bytes = DATA, version: tuple[int, int] = (1, 0)) -> bytes:
    """Put an NPY file together by hand."""
    text = header.encode("latin-1")
    length = struct.pack("<H" if version[0] == 1 else "<I", len(text))
    return b"\x93NUMPY" + bytes(version) + length + text + data


def with_shape(shape: str, data: bytes = DATA, descr: str = "'<f8'", order: str = "False") -> bytes:
    return npy(f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}", data)


def saved(array: Any) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def read_npy(content: bytes, file: str) -> npt.NDArray[np.float64]:
    """Return the array of a file that is held whole, its header and size checked."""
    header = check_header(content, file)
    check_size(header, len(content) - header.start, file)
    flat = np.frombuffer(content, header.dtype, offset=header.start)
    array = flat.reshape(*header.shape, order="F" if header.fortran_order else "C")
    return np.ascontiguousarray(array, dtype=np.float64)


def refused(content: bytes) -> Problem:
    with pytest.raises(DataError) as caught:
        read_npy(content, FILE)
    (problem,) = caught.value.problems
    assert problem.place is not None
    assert problem.place.file == FILE
    return problem


# ------------------------------------------------------------------------------ what is taken


@given(st.lists(st.tuples(st.floats(), st.floats()), min_size=1, max_size=8))
def test_float64_is_taken_bit_by_bit(rows: list[tuple[float, float]]) -> None:
    array = np.array(rows)
    assert read_npy(saved(array), FILE).tobytes() == array.tobytes()


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_every_version_of_the_header_is_read(version: tuple[int, int]) -> None:
    assert read_npy(npy(USUAL, version=version), FILE).tolist() == [[1, 2]]


# ------------------------------------------------------------------------------ what is not


@pytest.mark.filterwarnings("ignore:Stored array in format 3.0")
def test_names_of_fields_in_a_header_in_utf_8_are_shown_as_they_are() -> None:
    content = saved(np.array([(1.0,)], [("größe ≥ 年", "<f8")]))
    assert content[6] == 3
    with pytest.raises(DataError, match="'größe ≥ 年'"):
        check_header(content, FILE)


def test_a_header_of_version_3_that_is_not_utf_8_is_refused() -> None:
    with pytest.raises(DataError, match="its header cannot be read"):
        check_header(npy(USUAL.replace("<f8", "\xff"), version=(3, 0)), FILE)


@pytest.mark.parametrize(
    ("descr", "name"),
    [
        ("'|b1'", "bool"),
        ("'<c16'", "complex"),
        ("'<U2'", "U2"),
        ("'|S8'", "S8"),
        ("'<M8[s]'", "datetime64"),
        ("'<m8[s]'", "timedelta64"),
        ("'|V8'", "V8"),
        ("[('x', '<f8')]", "x"),
        ("('<f8', (2,))", "f8"),
    ],
)
def test_other_types_are_refused_by_name(descr: str, name: str) -> None:
    problem = refused(with_shape("(1, 2)", descr=descr))
    assert problem.code == "N414"
    assert name in problem.message
    assert problem.help


@pytest.mark.skipif(np.dtype(np.longdouble).itemsize <= 8, reason="long double is a double here")
def test_numbers_wider_than_64_bits_are_refused() -> None:
    assert refused(saved(np.ones((1, 2), np.longdouble))).code == "N414"


NO_BATCH = ["()", "(2,)", "(1000000000000,)", "(4294967296, 4294967296, 4294967296)"]
NO_SHAPE = ["(-1, -2)", "(1, -2)", "(True, 2)", "(1.0, 2)", "(None, 2)", "('1', 2)", "[1, 2]", "12"]
TOO_LARGE = ["(4294967296, 4294967296)", "(9223372036854775807, 2)", "(1, 2" + "0" * 300 + ")"]


@pytest.mark.parametrize("shape", NO_BATCH + NO_SHAPE + TOO_LARGE)
def test_an_impossible_shape_or_one_that_is_no_batch_is_refused(shape: str) -> None:
    problem = refused(with_shape(shape))
    assert problem.code == "N414"
    assert len(problem.message) < 300


@pytest.mark.parametrize("shape", ["(0, 2)", "(2, 0)", "(0, 0)", "(0, 1" + "0" * 40 + ")"])
def test_an_array_without_samples_or_features_is_no_data(shape: str) -> None:
    problem = refused(with_shape(shape, b""))
    assert problem.code == "N402"


def test_every_truncation_of_a_file_is_refused() -> None:
    content = saved(np.arange(6.0).reshape(2, 3))
    for length in range(6, len(content)):
        assert refused(content[:length]).code == "N414"


@pytest.mark.parametrize(
    "header",
    [
        "",
        "x",
        "[1]",
        "{}",
        "{'descr': '<f8'}",
        USUAL + USUAL,
        USUAL.replace("<f8", "<f0"),
        USUAL.replace("<f8", "<zz"),
        USUAL.replace("<f8", "\x1b[31m"),
        USUAL.replace("<f8", "<f8\0"),
        USUAL.replace("False", "1"),
        USUAL.replace("False", "None"),
        USUAL.replace("'<f8'", "7"),
        USUAL.replace("'<f8'", "[[[[]]]]"),
        USUAL.replace("'<f8'", "['<f8', '<f8']"),
        USUAL.replace("(1, 2)", "(" + "9" * 5000 + ", 2)"),
        USUAL.replace("}", "'more': 1}"),
        USUAL.replace("}", "'\\d': 1}"),
        "(" * 9000,
        "[" * 4000 + "]" * 4000,
        "-" * 9000 + "1",
        "{" * 150 + "}" * 150,
        "\xff\xfe",
    ],
)
def test_a_hostile_header_is_refused_with_one_line(header: str) -> None:
    problem = refused(npy(header))
    assert problem.code == "N414"
    assert "\n" not in problem.message
    assert len(problem.message) < 300


@pytest.mark.parametrize(
    "content",
    [
        b"\x93NUMPY",
        b"\x93NUMPY\x01",
        b"\x93NUMPY\x01\x00",
        b"\x93NUMPY\x01\x00\xff\xff",
        b"\x93NUMPY\x02\x00\xff\xff\xff\xff",
        b"\x93NUMPY\x02\x00\x00\x00\x00\xc0" + b" " * 100,
        b"\x93NUMPY\x09\x09" + b"a" * 100,
        b"\x93NUMPY\x00\x00" + b"a" * 100,
        npy(" " * 60_000 + USUAL),
    ],
)
def test_a_header_that_lies_about_itself_is_refused(content: bytes) -> None:
    assert refused(content).code == "N414"


@given(st.binary(max_size=120))
def test_no_bytes_behind_the_magic_make_the_reader_stumble(content: bytes) -> None:
    try:
        values = read_npy(b"\x93NUMPY" + content, FILE)
    except DataError:
        return
    assert values.ndim == 2


@given(st.integers(0, 200), st.binary(min_size=1, max_size=3))
def test_no_damage_to_a_good_file_makes_the_reader_stumble(at: int, damage: bytes) -> None:
    content = saved(np.arange(6.0).reshape(2, 3))
    at = min(at, len(content))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            values = read_npy(content[:at] + damage + content[at + len(damage) :], FILE)
        except DataError:
            return
    assert values.ndim == 2


# ------------------------------------------------------------------------------ nothing runs


class _Bomb:
    """An object whose unpickling makes a folder."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (os.mkdir, (self.path,))


def test_pickled_objects_are_never_loaded(tmp_path: Path) -> None:
    bomb = tmp_path / "exploded"
    content = saved(np.array([[_Bomb(str(bomb)), 1]], dtype=object))
    problem = refused(content)
    assert problem.code == "N414"
    assert "objects" in problem.message
    assert not bomb.exists()


def test_a_pickle_is_no_data(tmp_path: Path) -> None:
    bomb = tmp_path / "exploded"
    path = tmp_path / "batch.npy"
    path.write_bytes(pickle.dumps(_Bomb(str(bomb))))
    with pytest.raises(DataError):
        read_batch(str(path), DataOptions(), ColumnChoice(), WantedInputs(2))
    assert not bomb.exists()


def test_code_in_a_header_does_not_run(tmp_path: Path) -> None:
    bomb = tmp_path / "exploded"
    code = f"__import__('os').mkdir({str(bomb)!r})"
    assert refused(npy(USUAL.replace("'<f8'", code))).code == "N414"
    assert not bomb.exists()


def test_a_header_of_python_2_says_nothing_of_its_own_on_standard_error(tmp_path: Path) -> None:
    # NumPy warns about long integers; the user hears of it from nncli or not at all
    data, spec = tmp_path / "batch.npy", tmp_path / "spec.yaml"
    data.write_bytes(with_shape("(1L, 2L)"))
    spec.write_text("{inputs: 2, layers: [{neurons: 1, weights: [[1], [1]], biases: [0]}]}")
    done = subprocess.run(
        [sys.executable, "-m", "nncli", "forward", spec, data, "--format", "csv"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 4)
    assert "Warning" not in done.stderr


# ------------------------------------------------------------------------------ as a batch


def read(
    folder: Path,
    content: bytes,
    wanted: WantedInputs,
    choice: ColumnChoice | None = None,
    name: str = FILE,
) -> Batch:
    path = folder / name
    path.write_bytes(content)
    return read_batch(str(path), DataOptions(), choice or ColumnChoice(), wanted)


CONTENT = saved(np.array([[1.0, 2, 3], [4, 5, 6]]))


@pytest.mark.parametrize("name", ["batch.npy", "batch.csv", "batch"])
def test_an_npy_file_is_known_by_its_bytes_not_by_its_name(tmp_path: Path, name: str) -> None:
    batch = read(tmp_path, CONTENT, WantedInputs(3), name=name)
    assert batch.values.tolist() == [[1, 2, 3], [4, 5, 6]]
    assert batch.columns == ("column_1", "column_2", "column_3")


def test_the_specs_names_are_taken_by_position(tmp_path: Path) -> None:
    batch = read(tmp_path, CONTENT, WantedInputs(3, ("x", "y", "z")))
    assert batch.values.tolist() == [[1, 2, 3], [4, 5, 6]]
    with pytest.raises(DataError):
        read(tmp_path, CONTENT, WantedInputs(2, ("x", "y")))


def test_columns_can_be_chosen_and_dropped_by_position(tmp_path: Path) -> None:
    batch = read(tmp_path, CONTENT, WantedInputs(2), ColumnChoice(columns=("3", "1")))
    assert batch.values.tolist() == [[3, 1], [6, 4]]
    batch = read(tmp_path, CONTENT, WantedInputs(2), ColumnChoice(drop=("2",)))
    assert batch.values.tolist() == [[1, 3], [4, 6]]


def test_numbers_cannot_be_kept_as_text(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        read(tmp_path, CONTENT, WantedInputs(2), ColumnChoice(keep=("3",)))
    assert [problem.code for problem in caught.value.problems] == ["N408"]


@pytest.mark.parametrize("digits", [300, 4000])
@pytest.mark.parametrize("shape", ["(0x1{}, 3)", "(3, 0x1{})", "(0x1{0}, 0x1{0})", "(0x1{},)"])
def test_a_size_of_thousands_of_digits_is_refused(digits: int, shape: str) -> None:
    problem = refused(with_shape(shape.format("0" * digits)))
    assert problem.code == "N414"
    assert len(problem.message) < 200


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("order", ["C", "F"])
def test_the_first_samples_have_all_their_features(transposed: bool, order: Any) -> None:
    shape = (3, 9) if transposed else (9, 3)
    content = saved(np.asarray(np.ones(shape), order=order))[: -4 * 24]
    values = read_npy(first_samples(content, transposed=transposed), FILE)
    assert values.shape[0 if transposed else 1] == 3
    assert read_npy(content + bytes(4 * 24), FILE).shape == shape
