"""Files whose lines are the features and whose columns are the samples."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from whole_reading import read_batch, read_expected

from nncli.data.batch import Batch
from nncli.data.columns import ColumnChoice, WantedInputs
from nncli.data.opened import DataOptions
from nncli.errors import DataError
from nncli.problems import Problem


def read(
    folder: Path, content: str | bytes, wanted: WantedInputs, *, header: bool | None = None
) -> Batch:
    path = folder / "batch.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    options = DataOptions(samples="columns", header=header)
    return read_batch(str(path), options, ColumnChoice(), wanted)


def refused(
    folder: Path, content: str, wanted: WantedInputs, *, header: bool | None = None
) -> Problem:
    with pytest.raises(DataError) as caught:
        read(folder, content, wanted, header=header)
    return caught.value.problems[0]


def where(problem: Problem) -> tuple[str, int | None, int | None]:
    assert problem.place is not None
    return problem.code, problem.place.line, problem.place.column


@pytest.mark.parametrize(
    ("content", "features", "samples"),
    [
        ("1,3,5\n2,4,6\n", None, None),
        ("x,1,3,5\ny,2,4,6\n", ("x", "y"), None),
        ("s1,s2,s3\n1,3,5\n2,4,6\n", None, ("s1", "s2", "s3")),
        (",s1,s2,s3\nx,1,3,5\ny,2,4,6\n", ("x", "y"), ("s1", "s2", "s3")),
        ("feature,s1,s2,s3\nx,1,3,5\ny,2,4,6\n", ("x", "y"), ("s1", "s2", "s3")),
        ("\ufeffx,1,3,5\r\n\r\ny,2,4,6\r\n", ("x", "y"), None),
    ],
)
def test_names_may_stand_in_the_first_line_the_first_column_both_or_neither(
    tmp_path: Path,
    content: str,
    features: tuple[str, ...] | None,
    samples: tuple[str, ...] | None,
) -> None:
    batch = read(tmp_path, content, WantedInputs(2))
    np.testing.assert_array_equal(batch.values, [[1, 2], [3, 4], [5, 6]])
    assert batch.columns == (features or ("column_1", "column_2"))
    assert batch.sample_names == samples
    assert batch.kept == {}


def test_a_lone_sample_and_a_lone_feature_are_batches(tmp_path: Path) -> None:
    assert read(tmp_path, "1\n2\n", WantedInputs(2)).values.tolist() == [[1, 2]]
    assert read(tmp_path, "x,1\ny,2\n", WantedInputs(2)).values.tolist() == [[1, 2]]
    assert read(tmp_path, "1,2\n", WantedInputs(1)).values.tolist() == [[1], [2]]
    assert read(tmp_path, "x,1,2\n", WantedInputs(1)).values.tolist() == [[1], [2]]


def test_the_specs_inputs_are_found_by_the_names_of_the_lines(tmp_path: Path) -> None:
    batch = read(tmp_path, "x,1,2\ny,3,4\nz,5,6\n", WantedInputs(2, ("z", "x")))
    assert batch.columns == ("z", "x")
    assert batch.values.tolist() == [[5, 1], [6, 2]]
    assert [note.code for note in batch.notes] == ["ignored_columns"]


def test_without_names_the_specs_inputs_are_taken_in_order(tmp_path: Path) -> None:
    batch = read(tmp_path, "1,2\n3,4\n", WantedInputs(2, ("z", "x")))
    assert batch.values.tolist() == [[1, 3], [2, 4]]


def test_the_user_decides_whether_the_first_line_names_the_samples(tmp_path: Path) -> None:
    named = read(tmp_path, "2019,2020\n1,2\n3,4\n", WantedInputs(2), header=True)
    assert named.sample_names == ("2019", "2020")
    assert named.values.tolist() == [[1, 3], [2, 4]]
    plain = read(tmp_path, "2019,2020\n1,2\n", WantedInputs(2), header=False)
    assert plain.values.tolist() == [[2019, 1], [2020, 2]]


def test_sample_names_are_for_tables_and_the_features_keep_their_values(tmp_path: Path) -> None:
    batch = read(tmp_path, "corner, s1 ,s2\n x ,1,2\n", WantedInputs(1))
    assert (batch.columns, batch.sample_names) == (("x",), ("s1", "s2"))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.integers(1, 4).flatmap(
        lambda width: st.lists(
            st.lists(st.floats(allow_nan=False), min_size=width, max_size=width),
            min_size=1,
            max_size=4,
        )
    ),
    st.booleans(),
    st.booleans(),
)
def test_a_transposed_file_holds_the_same_bits_as_the_upright_one(
    tmp_path: Path, rows: list[list[float]], labelled: bool, named: bool
) -> None:
    lines = [[repr(x) for x in row] for row in np.array(rows).T.tolist()]
    if labelled:
        lines = [[f"f{i}", *line] for i, line in enumerate(lines)]
    if named:
        corner = [""] if labelled else []
        lines.insert(0, [*corner, *(f"s{i}" for i in range(len(rows)))])
    text = "".join(",".join(line) + "\n" for line in lines)
    batch = read(tmp_path, text, WantedInputs(len(rows[0])))
    assert batch.values.tobytes() == np.array(rows).tobytes()
    assert batch.values.flags.c_contiguous


# ------------------------------------------------------------------------------ faults


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("x,1,2\ny,3,oops\n", ("N404", 2, 3)),
        (",s1,s2\nx,1,2\n\ny,,3\n", ("N404", 4, 2)),
        ("1,2\n3\n", ("N403", 2, 1)),
        ("x,1,1e400\ny,1,2\n", ("N415", 1, 3)),
        ("s1,s2\n", ("N402", 1, 1)),
        (",s1,s2\n", ("N402", 1, 1)),
        ("", ("N401", 1, None)),
        ("\n\n", ("N401", 1, None)),
        ('x,1,"2\ny,3,4\n', ("N405", 1, 3)),
    ],
)
def test_faults_are_located_where_they_stand(
    tmp_path: Path, content: str, expected: tuple[str, int | None, int | None]
) -> None:
    assert where(refused(tmp_path, content, WantedInputs(2))) == expected


def test_a_first_line_that_is_neither_names_nor_numbers_is_located_at_its_first_value(
    tmp_path: Path,
) -> None:
    # the corner is a name; the fault is in the field behind it
    problem = refused(tmp_path, "x,2.O,3.O\ny,1,2\n", WantedInputs(2))
    assert where(problem) == ("N410", 1, 2)
    assert problem.place is not None
    assert problem.place.caret == len("x,")


def test_a_first_column_that_is_neither_names_nor_numbers_is_an_error(tmp_path: Path) -> None:
    problem = refused(tmp_path, ",s1\n2.O,1\n3.O,2\n", WantedInputs(2))
    assert where(problem) == ("N410", 2, 1)


def test_a_wrong_number_of_features_is_refused(tmp_path: Path) -> None:
    problem = refused(tmp_path, "x,1,2\ny,3,4\nz,5,6\n", WantedInputs(2))
    assert problem.code == "N407"
    assert "3 feature" in problem.message


@pytest.mark.parametrize(
    "content",
    ["x,1,2\ny,3,4\nz,5,6\n", "x,1,oops\ny,3,4\n", "1,2\n3,oops\n", "1,2\n3,4\n5,6\n"],
)
def test_no_help_proposes_a_flag_that_does_not_go_with_samples_in_columns(
    tmp_path: Path, content: str
) -> None:
    problem = refused(tmp_path, content, WantedInputs(2))
    for flag in ("--drop", "--keep", "--columns"):
        assert flag not in " ".join(problem.help)


def test_data_that_would_be_held_whole_is_limited(tmp_path: Path) -> None:
    path = tmp_path / "batch.csv"
    path.write_text("1,2\n" * 300_000)
    options = DataOptions(samples="columns", max_bytes=2**20)
    with pytest.raises(DataError) as caught:
        read_batch(str(path), options, ColumnChoice(), WantedInputs(2))
    (problem,) = caught.value.problems
    assert problem.code == "N412"
    assert "1 MiB" in problem.message


def test_expected_values_are_read_the_same_way(tmp_path: Path) -> None:
    path = tmp_path / "expected.csv"
    path.write_text(",s1,s2\nright,1,2\nleft,3,4\n")
    options = DataOptions(samples="columns")
    values = read_expected(str(path), options, ("left", "right"))
    assert values.tolist() == [[3, 1], [4, 2]]


def test_an_npy_file_is_turned_over_as_well(tmp_path: Path) -> None:
    path = tmp_path / "batch.npy"
    np.save(path, np.array([[1.0, 3, 5], [2, 4, 6]]))
    options = DataOptions(samples="columns")
    batch = read_batch(str(path), options, ColumnChoice(), WantedInputs(2))
    assert batch.values.tolist() == [[1, 2], [3, 4], [5, 6]]
