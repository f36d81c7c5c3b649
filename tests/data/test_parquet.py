"""Parquet files as data: every type of number exactly, every other type and broken file refused."""

from __future__ import annotations

import errno
import gzip
import io
import random
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet
from whole_reading import open_samples, read_batch, read_expected

from nncli.data.batch import Batch
from nncli.data.columns import ColumnChoice, WantedInputs
from nncli.data.opened import DataOptions
from nncli.data.rows import text_list
from nncli.errors import DataError, FileError
from nncli.problems import Place, Problem
from nncli.specs.model import FLOAT32_OVERFLOW

NAME = "batch.parquet"
Write = Callable[[str, str | bytes], Path]


def saved(table: Any, **options: Any) -> bytes:
    stream = io.BytesIO()
    parquet.write_table(table, stream, **options)
    return stream.getvalue()


def read(
    folder: Path,
    table: Any,
    wanted: WantedInputs | int = 1,
    choice: ColumnChoice | None = None,
    **options: Any,
) -> Batch:
    """Save a table, or its bytes, and read it."""
    path = folder / NAME
    path.write_bytes(table if isinstance(table, bytes) else saved(table, **options))
    wanted = WantedInputs(wanted) if isinstance(wanted, int) else wanted
    return read_batch(str(path), DataOptions(), choice or ColumnChoice(), wanted)


def refused(folder: Path, table: Any, *arguments: Any, **options: Any) -> Problem:
    with pytest.raises(DataError) as caught:
        read(folder, table, *arguments, **options)
    problem = caught.value.problems[0]
    assert problem.place is not None
    assert problem.place.file == str(folder / NAME)
    assert problem.help
    return problem


# ------------------------------------------------------------------------------------- numbers


INTEGERS = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]


@pytest.mark.parametrize("kind", [*INTEGERS, "float16", "float32", "float64"])
def test_numbers_of_every_width_are_their_values(tmp_path: Path, kind: str) -> None:
    limits = np.iinfo(kind) if "int" in kind else np.finfo(kind)
    values = np.array([limits.min, 0, 1, 100, limits.max], kind)
    expected = [[float(value)] for value in values.tolist()]  # Python's own, rounded to nearest
    assert read(tmp_path, pa.table({"x": values})).values.tolist() == expected


@pytest.mark.parametrize("kind", ["int64", "uint64"])
def test_integers_beyond_2_to_53_are_rounded_to_the_nearest_even(tmp_path: Path, kind: str) -> None:
    values = [2**53 + 1, 2**53 + 2, 2**53 + 3, 2**62 + 511, 2**62 + 512, 2**62 + 513, 2**63 - 1]
    values += [2**64 - 1, 2**63 + 1025] if kind == "uint64" else [-(2**53) - 1, -(2**63)]
    batch = read(tmp_path, pa.table({"x": pa.array(values, kind)}))
    assert batch.values.tolist() == [[float(value)] for value in values]


decimals = st.builds(
    lambda digits, scale: Decimal(digits).scaleb(-scale),
    st.integers(-(10**37), 10**37),
    st.just(18),
)


@settings(max_examples=60)
@given(values=st.lists(decimals, min_size=1, max_size=8), wide=st.booleans())
def test_decimals_are_rounded_correctly(values: list[Decimal], wide: bool) -> None:
    kind = pa.decimal256(76, 18) if wide else pa.decimal128(38, 18)
    with TemporaryDirectory() as folder:
        batch = read(Path(folder), pa.table({"x": pa.array(values, kind)}))
    # a fraction's quotient is rounded once
    assert batch.values.tolist() == [[float(Fraction(value))] for value in values]


@pytest.mark.parametrize("scale", [0, 1, 37, 38])
def test_decimals_of_any_scale_are_read(tmp_path: Path, scale: int) -> None:
    value = Decimal(12345678901234567890123456789012345678).scaleb(-scale)
    batch = read(tmp_path, pa.table({"x": pa.array([value, -value], pa.decimal128(38, scale))}))
    assert batch.values.tolist() == [[float(Fraction(value))], [-float(Fraction(value))]]


@pytest.mark.parametrize(
    "values", [[1.5, 2.5, 1.5], [3, -4, 3], [Decimal("1.10"), Decimal("-2.25"), Decimal("1.10")]]
)
def test_numbers_that_are_stored_once_each_are_read(tmp_path: Path, values: list[Any]) -> None:
    column = pa.array(values).dictionary_encode()
    batch = read(tmp_path, pa.table({"x": column}))
    assert batch.values.tolist() == [[float(value)] for value in values]


def test_nan_infinity_and_negative_zero_are_values(tmp_path: Path) -> None:
    values = np.array([np.nan, np.inf, -np.inf, -0.0, 5e-324])
    assert read(tmp_path, pa.table({"x": values})).values[:, 0].tobytes() == values.tobytes()


floats = st.floats(allow_nan=False)
tables = st.integers(1, 4).flatmap(
    lambda width: st.lists(st.lists(floats, min_size=width, max_size=width), min_size=1)
)


@settings(max_examples=60)
@given(
    rows=tables,
    group=st.integers(1, 30),
    compression=st.sampled_from(["none", "snappy", "gzip", "zstd", "brotli", "lz4"]),
    dictionary=st.booleans(),
    version=st.sampled_from(["1.0", "2.6"]),
    page=st.sampled_from(["1.0", "2.0"]),
)
def test_a_table_has_the_bits_of_the_same_table_as_csv(
    rows: list[list[float]],
    group: int,
    compression: str,
    dictionary: bool,
    version: str,
    page: str,
) -> None:
    names = [f"x{number}" for number in range(len(rows[0]))]
    table = pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))
    lines = [",".join(names), *(",".join(map(repr, row)) for row in rows)]
    with TemporaryDirectory() as folder:
        csv = Path(folder, "batch.csv")
        csv.write_text("\n".join(lines) + "\n")
        wanted = WantedInputs(len(names))
        expected = read_batch(str(csv), DataOptions(), ColumnChoice(), wanted)
        batch = read(
            Path(folder),
            table,
            len(names),
            row_group_size=group,
            compression=compression,
            use_dictionary=dictionary,
            version=version,
            data_page_version=page,
        )
    assert batch.values.tobytes() == expected.values.tobytes()
    assert batch.columns == expected.columns


def test_more_rows_than_a_piece_holds_come_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nncli.data.parquet._MAX_ROWS", 7)
    table = pa.table({"x": np.arange(100.0), "id": [f"row {n}" for n in range(100)]})
    batch = read(tmp_path, table, 1, ColumnChoice(keep=("id",)), row_group_size=33)
    assert batch.values.tolist() == [[n] for n in range(100)]
    assert batch.kept["id"] == tuple(f"row {n}" for n in range(100))


def test_a_wide_table_comes_in_shorter_pieces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nncli.data.parquet._CHUNK_BYTES", 10 * 8 * 4)
    path = tmp_path / NAME
    path.write_bytes(saved(pa.table({f"x{n}": np.arange(10.0) for n in range(10)})))
    with open_samples([str(path)], DataOptions(), ColumnChoice(), WantedInputs(10)) as stream:
        assert stream.many
        lengths = [len(rows) for rows in stream.rows_in_order()]
    assert lengths == [4, 4, 2]


def test_the_position_goes_from_nothing_to_the_size_of_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("nncli.data.parquet._MAX_ROWS", 10)
    path = tmp_path / NAME
    path.write_bytes(saved(pa.table({"x": np.arange(40.0)})))
    with open_samples([str(path)], DataOptions(), ColumnChoice(), WantedInputs(1)) as stream:
        assert (stream.progress.position(), stream.progress.size) == (0, path.stat().st_size)
        positions = [stream.progress.position() for _ in stream.rows_in_order()]
    assert positions == sorted(set(positions))
    assert positions[-1] == path.stat().st_size


# ------------------------------------------------------------------------------- what is no number


NO_NUMBERS = {
    "bool": pa.array([True, False]),
    "string": pa.array(["1", "2"]),
    "large_string": pa.array(["1", "2"], pa.large_string()),
    "dictionary<values=string": pa.array(["1", "2"]).dictionary_encode(),
    "timestamp[us]": pa.array([1, 2], pa.timestamp("us")),
    "date32[day]": pa.array([1, 2], pa.date32()),
    "binary": pa.array([b"1", b"2"]),
    "null": pa.nulls(2),
    "list<": pa.array([[1.0], [2.0]]),
    "struct<": pa.array([{"y": 1.0}, {"y": 2.0}]),
}


@pytest.mark.parametrize("kind", NO_NUMBERS)
def test_a_feature_that_is_no_number_is_refused_with_its_type_and_what_can_be_done(
    tmp_path: Path, kind: str
) -> None:
    problem = refused(tmp_path, pa.table({"x": [1.0, 2.0], "y": NO_NUMBERS[kind]}), 2)
    assert problem.code == "N404"
    assert problem.message.startswith(f"column 2 ('y') holds {kind}")
    assert problem.message.endswith(", not numbers")
    # what has no text cannot be carried
    keep = "" if kind in ("list<", "struct<") else ", or carry it along with --keep y"
    assert problem.help == (f"leave it out with --drop y{keep}",)


@pytest.mark.parametrize("kind", NO_NUMBERS)
def test_what_is_left_out_may_be_of_any_type(tmp_path: Path, kind: str) -> None:
    table = pa.table({"x": [1.0, 2.0], "y": NO_NUMBERS[kind]})
    assert read(tmp_path, table, 1, ColumnChoice(drop=("y",))).values.tolist() == [[1], [2]]


@pytest.mark.parametrize("group", [2, 5, 100])
@pytest.mark.parametrize("piece", [3, 65_536])
def test_a_missing_value_is_refused_with_its_row_in_the_whole_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, group: int, piece: int
) -> None:
    monkeypatch.setattr("nncli.data.parquet._MAX_ROWS", piece)
    values = [float(n) if n not in (7, 12) else None for n in range(1, 20)]
    table = pa.table({"x": values, "good": [1.0] * 19})
    with pytest.raises(DataError) as caught:
        read(tmp_path, table, 2, row_group_size=group)
    first = caught.value.problems[0]
    assert first.code == "N404"
    assert first.message == "missing value in column 'x', row 7"
    assert len(caught.value.problems) + caught.value.more == 2


@pytest.mark.parametrize("value", [FLOAT32_OVERFLOW, -1e39])
def test_what_float32_cannot_hold_is_refused_with_its_row_in_the_whole_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: float
) -> None:
    monkeypatch.setattr("nncli.data.parquet._MAX_ROWS", 4)
    values = [np.inf, np.nan, np.nextafter(FLOAT32_OVERFLOW, 0), *[0.0] * 20, value, 1.0]
    table = pa.table({"a": [0.0] * len(values), "x": values})
    problem = refused(tmp_path, table, WantedInputs(2, None, FLOAT32_OVERFLOW), row_group_size=9)
    assert problem.code == "N415"
    assert "in row 24, column 'x' is too large for float32" in problem.message


# -------------------------------------------------------------------------------- carried texts


def test_carried_columns_are_written_as_arrow_writes_them(tmp_path: Path) -> None:
    seconds = 1_709_209_801  # 2024-02-29 12:30:01 UTC
    columns = {
        "int": [1, None],
        "float": [1e-7, float("nan")],
        "bool": [True, False],
        "date": pa.array([seconds // 86_400, None], pa.date32()),
        "time": pa.array([seconds * 10**6 + 500, None], pa.timestamp("us")),
        "text": ['a,"b"\nc', None],
        "unicode": ["é日", ""],
        "decimal": [Decimal("1.10"), None],
        "bytes": [b"abc", None],
    }
    table = pa.table(
        {"x": [1.0, 2.0], **columns, "dict": pa.array(["p", None]).dictionary_encode()}
    )
    batch = read(tmp_path, table, 1, ColumnChoice(keep=(*columns, "dict")))
    assert batch.values.tolist() == [[1], [2]]
    assert batch.kept == {
        "int": ("1", ""),
        "float": ("1e-7", "nan"),
        "bool": ("true", "false"),
        "date": ("2024-02-29", ""),
        "time": ("2024-02-29 12:30:01.000500", ""),
        "text": ('a,"b"\nc', ""),
        "unicode": ("é日", ""),
        "decimal": ("1.10", ""),
        "bytes": ("abc", ""),
        "dict": ("p", ""),
    }


@pytest.mark.parametrize("kind", ["list<", "struct<"])
def test_what_is_no_text_cannot_be_carried(tmp_path: Path, kind: str) -> None:
    table = pa.table({"x": [1.0, 2.0], "y": NO_NUMBERS[kind]})
    problem = refused(tmp_path, table, 1, ColumnChoice(keep=("y",)))
    assert problem.code == "N419"
    assert f"column 2 ('y') holds {kind}" in problem.message


@pytest.mark.parametrize(
    "column",
    [
        pa.array([b"a", b"\xff"]),
        pa.array([b"ab", b"\xff\xfe"], pa.binary(2)),
        pa.array([b"a", b"\xff"]).view(pa.string()),
        pa.array([b"a", b"\xff"]).view(pa.string()).dictionary_encode(),
        pa.array([1, 2], pa.timestamp("ms", "No/Where")),
    ],
    ids=["bytes", "fixed bytes", "text", "dictionary", "unknown time zone"],
)
def test_bytes_that_are_no_text_are_refused_with_their_column(tmp_path: Path, column: Any) -> None:
    table = pa.table({"x": [1.0, 2.0], "y": column})
    problem = refused(tmp_path, table, 1, ColumnChoice(keep=("y",)))
    assert problem.code == "N419"
    assert "column 'y' holds what is no text" in problem.message
    assert problem.help == ("leave it out of --keep",)


# ------------------------------------------------------------------------------------ columns


@pytest.mark.parametrize(
    "names",
    [("a", "a.b"), ("a.b", "a"), ("a.b", "a.b.c"), ("", "x"), (".", "a"), ("a.", ".a"), ("é", " ")],
)
def test_any_names_are_those_of_their_columns(tmp_path: Path, names: tuple[str, str]) -> None:
    table = pa.table([[1.0, 2.0], [3.0, 4.0]], names=list(names))
    both = read(tmp_path, table, 2)
    assert (both.columns, both.values.tolist()) == (names, [[1, 3], [2, 4]])
    for number, expected in ((1, [[1], [2]]), (2, [[3], [4]])):
        batch = read(tmp_path, table, 1, ColumnChoice(columns=(str(number),)))
        assert (batch.columns, batch.values.tolist()) == ((names[number - 1],), expected)
    swapped = read(tmp_path, table, WantedInputs(2, names[::-1]))
    assert swapped.values.tolist() == [[3, 1], [4, 2]]


def test_a_column_is_not_taken_for_a_field_of_another(tmp_path: Path) -> None:
    nested = pa.array([{"b": 7.0}, {"b": 8.0}])
    for columns in ({"a": nested, "a.b": [1.0, 2.0]}, {"a.b": [1.0, 2.0], "a": nested}):
        batch = read(tmp_path, pa.table(columns), 1, ColumnChoice(columns=("a.b",)))
        assert batch.values.tolist() == [[1], [2]]


def test_a_repeated_name_is_refused_only_if_it_is_chosen(tmp_path: Path) -> None:
    table = pa.table([[1.0], [2.0], [3.0]], names=["a", "a", "b"])
    chosen = read(tmp_path, table, 1, ColumnChoice(columns=("b",)))
    assert chosen.values.tolist() == [[3]]
    problem = refused(tmp_path, table, 3)
    assert problem.code == "N409"
    assert problem.message == "the file has 2 columns named 'a'"
    kept = refused(tmp_path, table, 1, ColumnChoice(columns=("b",), keep=("1",)))
    assert kept.code == "N409"


def test_the_specs_inputs_are_found_by_name(tmp_path: Path) -> None:
    table = pa.table({"z": ["t"], "y": [2.0], "x": [1.0]})
    batch = read(tmp_path, table, WantedInputs(2, ("x", "y")))
    assert (batch.columns, batch.values.tolist()) == (("x", "y"), [[1, 2]])
    assert [note.code for note in batch.notes] == ["ignored_columns"]
    assert refused(tmp_path, table, WantedInputs(2, ("x", "nope"))).code == "N408"


def test_columns_are_chosen_and_dropped_by_name_and_position(tmp_path: Path) -> None:
    table = pa.table({"a": [1.0], "b": [2.0], "c": [3.0]})
    batch = read(tmp_path, table, 2, ColumnChoice(columns=("c", "1")))
    assert (batch.columns, batch.values.tolist()) == (("c", "a"), [[3, 1]])
    batch = read(tmp_path, table, 2, ColumnChoice(drop=("2",)))
    assert (batch.columns, batch.values.tolist()) == (("a", "c"), [[1, 3]])


def test_a_width_that_does_not_fit_names_the_columns_without_numbers(tmp_path: Path) -> None:
    table = pa.table({"name": ["p"], "x": [1.0], "y": [2.0], "when, where": ["q"]})
    problem = refused(tmp_path, table, 2)
    assert problem.code == "N407"
    assert problem.help == (
        "'name', 'when, where' hold no numbers: --drop name,4, or --keep name,4 to carry along",
    )


@pytest.mark.parametrize(
    ("size", "choice"),
    [
        (1, ColumnChoice()),  # --drop name would leave two
        (4, ColumnChoice()),
        (1, ColumnChoice(columns=("name", "x"))),  # --columns and --drop exclude each other
    ],
)
def test_columns_without_numbers_are_named_but_not_offered_to_be_dropped_if_that_does_not_do(
    tmp_path: Path, size: int, choice: ColumnChoice
) -> None:
    table = pa.table({"name": ["p"], "x": [1.0], "y": [2.0]})
    problem = refused(tmp_path, table, size, choice)
    assert problem.help == ("'name' holds no numbers: choose with --columns",)


def test_columns_that_are_left_out_already_are_not_offered_to_be_dropped(tmp_path: Path) -> None:
    table = pa.table({"name": ["p"], "x": [1.0], "y": [2.0]})
    problem = refused(tmp_path, table, 1, ColumnChoice(drop=("name",)))
    assert problem.help == ("the columns are name, x, y: choose with --columns",)


def test_a_width_that_does_not_fit_though_all_are_numbers_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        read(tmp_path, pa.table({"x": [1.0], "y": [2.0]}), 3)
    (problem,) = caught.value.problems
    assert (problem.code, caught.value.features) == ("N407", 2)


def test_expected_values_are_found_by_the_outputs_names(tmp_path: Path) -> None:
    path = tmp_path / NAME
    path.write_bytes(saved(pa.table({"id": ["p"], "right": [2.0], "left": [1.0]})))
    assert read_expected(str(path), DataOptions(), ("left", "right")).tolist() == [[1, 2]]


# ------------------------------------------------------------------------------- unusable files


def test_a_table_without_rows_is_no_data(tmp_path: Path) -> None:
    problem = refused(tmp_path, pa.table({"x": pa.array([], pa.float64())}))
    assert (problem.code, problem.message) == ("N402", "the file has no rows")


GOOD = pa.table(
    {
        "x": np.arange(50) * 1.5,
        "y": np.arange(50, dtype="i4"),
        "é": [f"text {n % 7}" for n in range(50)],
    }
)
FILES = {
    "plain": saved(GOOD, row_group_size=20, compression="none"),
    "usual": saved(GOOD, row_group_size=20),
    "zstd": saved(GOOD, row_group_size=20, compression="zstd", use_dictionary=False),
    "bare": saved(GOOD, row_group_size=20, store_schema=False),
}
KEEP_TEXT = ColumnChoice(keep=("3",))


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_cut_anywhere_is_refused(tmp_path: Path, name: str) -> None:
    content = FILES[name]
    lengths = {*range(4, 12), *range(12, len(content), 37), *range(len(content) - 12, len(content))}
    for length in sorted(lengths):
        problem = refused(tmp_path, content[:length], 2, KEEP_TEXT)
        assert problem.code == "N419", length


@pytest.mark.parametrize("name", FILES)
def test_damage_anywhere_is_refused_or_changes_no_number_of_rows(tmp_path: Path, name: str) -> None:
    """Nothing but a checksum would show a bit that is wrong within a number."""
    generator = random.Random(name)
    outcomes = set()
    for _ in range(250):
        content = bytearray(FILES[name])
        for _ in range(generator.choice([1, 1, 3])):
            # the end says where everything is
            at = generator.choice([generator.random(), 1 - generator.random() ** 2 / 2])
            content[int(at * len(content)) % len(content)] ^= 1 << generator.randrange(8)
        try:
            batch = read(tmp_path, bytes(content), 2, KEEP_TEXT)
        except DataError:
            outcomes.add("refused")
            continue
        assert batch.values.shape == (50, 2)
        assert len(next(iter(batch.kept.values()))) == 50
        outcomes.add("read")
    assert outcomes == {"refused", "read"}


def test_a_count_of_rows_that_is_not_that_of_the_parts_is_refused(tmp_path: Path) -> None:
    """The footer says in Thrift how many rows there are: field 3, an i64 of 50, as 0x16 0x64."""
    content = saved(GOOD, row_group_size=20, compression="none", store_schema=False)
    assert content.count(b"\x16\x64") == 1
    problem = refused(tmp_path, content.replace(b"\x16\x64", b"\x16\x62"), 2, KEEP_TEXT)
    assert problem.code == "N419"
    assert "it says that it has 49 rows, but its parts have 50" in problem.message


def test_a_name_that_is_no_text_is_refused(tmp_path: Path) -> None:
    content = saved(pa.table({"xyz": [1.0]}), store_schema=False)
    problem = refused(tmp_path, content.replace(b"xyz", b"x\xffz"), 1)
    assert problem.code == "N419"


def test_a_compressed_file_is_refused_with_what_to_do(tmp_path: Path) -> None:
    problem = refused(tmp_path, gzip.compress(FILES["usual"]), 2, KEEP_TEXT)
    assert problem.code == "N419"
    assert "neither from a pipe nor compressed once more" in problem.message


class BrokenDisk(io.FileIO):
    """A file that cannot be read any more once *broken* is set."""

    broken = False

    def read(self, size: int | None = -1, /) -> bytes:
        if self.broken:
            raise OSError(errno.EIO, "Input/output error")
        return super().read(size)


def read_until_it_breaks(disk: BrokenDisk) -> None:
    wanted = WantedInputs(1)
    with open_samples(["-"], DataOptions(), ColumnChoice(), wanted, disk) as stream:
        rows = stream.rows_in_order()
        next(rows)
        disk.broken = True
        list(rows)


def test_a_disk_that_fails_is_no_fault_of_the_data(tmp_path: Path) -> None:
    path = tmp_path / NAME
    table = pa.table({"x": np.random.RandomState(0).standard_normal(400_000)})
    path.write_bytes(saved(table, row_group_size=100_000))
    with BrokenDisk(path) as disk, pytest.raises(FileError) as caught:
        read_until_it_breaks(disk)
    (problem,) = caught.value.problems
    assert (problem.code, problem.message) == ("N507", "reading failed: Input/output error")


@pytest.mark.parametrize("name", ["batch.csv", "batch.npy", "batch"])
def test_a_parquet_file_is_known_by_its_bytes_not_by_its_name(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(FILES["usual"])
    batch = read_batch(str(tmp_path / name), DataOptions(), KEEP_TEXT, WantedInputs(2))
    assert batch.values.shape == (50, 2)


def test_what_is_to_be_held_is_measured_by_its_numbers(tmp_path: Path) -> None:
    """Compressed, a file may be a thousandth of what it holds."""
    path = tmp_path / NAME
    path.write_bytes(saved(pa.table({"x": np.zeros(10_000)})))
    assert path.stat().st_size < 8_000
    for limit, code in ((80_000, None), (79_999, "N412")):
        options = DataOptions(max_bytes=limit)
        if code is None:
            read_batch(str(path), options, ColumnChoice(), WantedInputs(1))
            continue
        with pytest.raises(DataError) as caught:
            read_batch(str(path), options, ColumnChoice(), WantedInputs(1))
        assert [problem.code for problem in caught.value.problems] == [code]


def test_pieces_are_small_where_texts_are_wide_though_the_file_is_not(tmp_path: Path) -> None:
    rows = 20_000
    table = pa.table({"x": np.arange(float(rows)), "note": ["n" * 3000] * rows})
    parquet.write_table(table, tmp_path / "wide.parquet")
    assert (tmp_path / "wide.parquet").stat().st_size < 10**6
    choice = ColumnChoice(keep=("note",))
    path = str(tmp_path / "wide.parquet")
    with open_samples([path], DataOptions(), choice, WantedInputs(1)) as samples:
        sizes = [len(part) for part in samples.rows_in_order()]
    assert sum(sizes) == rows
    assert max(sizes) * 3000 < 2**22


def test_a_part_without_rows_adds_nothing(tmp_path: Path) -> None:
    full, none = pa.table({"x": [1.0, 2.0]}), pa.table({"x": pa.array([], pa.float64())})
    paths = [str(tmp_path / f"{name}.parquet") for name in "abc"]
    for path, table in zip(paths, (none, full, none), strict=True):
        parquet.write_table(table, path)
    with open_samples(paths, DataOptions(), ColumnChoice(), WantedInputs(1)) as samples:
        assert sum(map(len, samples.rows_in_order())) == 2
    with (
        pytest.raises(DataError, match="no rows"),
        open_samples(paths[::2], DataOptions(), ColumnChoice(), WantedInputs(1)) as samples,
    ):
        list(samples.rows_in_order())


def write_texts(path: Path, texts: list[str], *, once: bool) -> None:
    stored = pa.array(texts).dictionary_encode() if once else pa.array(texts)
    numbers = [1.0] * len(texts)
    parquet.write_table(pa.table({"t": stored, "a": numbers, "b": numbers}), path)


@pytest.mark.parametrize("once", [False, True])
def test_pieces_are_cut_by_what_their_texts_take(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, once: bool
) -> None:
    monkeypatch.setattr("nncli.data.parquet._CHUNK_BYTES", 1000)
    texts = ["x"] * 50 + ["y" * 400] * 20 + ["z" * 5000, ""]
    write_texts(tmp_path / "data.parquet", texts, once=once)
    choice = ColumnChoice(keep=("t",))
    with open_samples(
        [str(tmp_path / "data.parquet")], DataOptions(), choice, WantedInputs(2)
    ) as samples:
        pieces = [text_list(rows.kept[0]) for rows in samples.rows_in_order()]
    assert [text for piece in pieces for text in piece] == texts
    assert all(sum(map(len, piece[1:])) <= 1000 for piece in pieces)


@pytest.mark.parametrize("once", [False, True])
def test_texts_that_would_fill_the_memory_are_not_carried_along(tmp_path: Path, once: bool) -> None:
    path = tmp_path / "data.parquet"
    write_texts(path, ["x" * 2_000_000] * 30, once=once)
    with pytest.raises(DataError) as caught:
        read_batch(str(path), DataOptions(), ColumnChoice(keep=("t",)), WantedInputs(2))
    [problem] = caught.value.problems
    assert problem.code == "N412"
    assert problem.place == Place(str(path))
    assert "up to row 17" in problem.message
