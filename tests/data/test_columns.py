"""Which columns become features, which are carried along, and what is said if that cannot be."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from whole_reading import read_batch, read_expected

from nncli.data.batch import Batch
from nncli.data.columns import (
    ColumnChoice,
    Header,
    Selection,
    WantedInputs,
    choose,
    choose_outputs,
)
from nncli.data.opened import DataOptions
from nncli.errors import DataError
from nncli.problems import Place, Problem

PLACE = Place("batch.csv", 1, 1, "…", 0)
NO_CHOICE = ColumnChoice()


def header(*names: str) -> Header:
    return Header(names, True, PLACE)


def headerless(width: int) -> Header:
    return Header(tuple(f"column_{i + 1}" for i in range(width)), False, PLACE)


def chosen(choice: ColumnChoice, wanted: WantedInputs, found: Header) -> Selection:
    return choose(found, choice, wanted)


def refused(choice: ColumnChoice, wanted: WantedInputs, found: Header) -> Problem:
    with pytest.raises(DataError) as caught:
        chosen(choice, wanted, found)
    (problem,) = caught.value.problems
    assert problem.place == PLACE
    assert problem.help or problem.code == "N407"  # there a doctor tries what would help
    return problem


ABCD = header("a", "b", "c", "d")


# ------------------------------------------------------------------------------ --columns


@pytest.mark.parametrize(
    ("columns", "positions"),
    [
        (("a", "b"), (0, 1)),
        (("d", "a"), (3, 0)),
        (("1", "4"), (0, 3)),
        (("4", "b"), (3, 1)),
    ],
)
def test_columns_are_taken_by_name_or_position_in_the_order_given(
    columns: tuple[str, ...], positions: tuple[int, ...]
) -> None:
    selection = chosen(ColumnChoice(columns=columns), WantedInputs(2), ABCD)
    assert selection == Selection(positions)


def test_an_exact_name_beats_a_position() -> None:
    years = header("2", "1", "2020")
    assert chosen(ColumnChoice(columns=("1", "2")), WantedInputs(2), years).features == (1, 0)
    assert chosen(ColumnChoice(columns=("2020", "3")[:1]), WantedInputs(1), years).features == (2,)


def test_columns_of_a_headerless_file_are_called_by_their_position() -> None:
    assert chosen(
        ColumnChoice(columns=("column_3", "1")), WantedInputs(2), headerless(3)
    ).features == (2, 0)


@pytest.mark.parametrize(
    "item", ["e", "0", "5", "-1", "+1", "1.0", "A", " a", "", "\u0661", "²", "9" * 20, "0000000012"]
)
@pytest.mark.parametrize("option", ["columns", "drop", "keep", "by"])
def test_an_unknown_column_is_refused_with_the_columns_there_are(item: str, option: str) -> None:
    problem = refused(ColumnChoice(**{option: (item,)}), WantedInputs(1), ABCD)
    assert problem.code == "N408"
    assert f"--{option}" in problem.message
    assert "a, b, c, d" in " ".join(problem.help)


def test_what_divides_the_samples_is_carried_first_and_once() -> None:
    choice = ColumnChoice(keep=("a", "c"), by=("3",))
    assert chosen(choice, WantedInputs(2), ABCD).kept == (2, 0)


def test_an_input_that_is_named_may_divide_the_samples() -> None:
    found = chosen(ColumnChoice(by=("a",)), WantedInputs(2, ("a", "b")), ABCD)
    assert (found.features, found.kept) == ((0, 1), (0,))


def test_a_position_of_thousands_of_digits_is_an_unknown_column() -> None:
    item = "0" * 8 + "1" * 5000
    assert refused(ColumnChoice(columns=(item,)), WantedInputs(1), ABCD).code == "N408"


def test_an_unknown_column_is_refused_with_the_nearest_name() -> None:
    found = header("sepal_length", "sepal_width")
    problem = refused(ColumnChoice(drop=("sepal_lenght",)), WantedInputs(1), found)
    assert "did you mean `sepal_length`?" in problem.help


def test_a_column_named_twice_in_two_ways_is_refused() -> None:
    problem = refused(ColumnChoice(columns=("a", "1")), WantedInputs(2), ABCD)
    assert problem.code == "N409"
    problem = refused(ColumnChoice(keep=("b", "2")), WantedInputs(2), ABCD)
    assert problem.code == "N409"


# ------------------------------------------------------------------------------ repeated names


def test_repeated_names_matter_only_when_they_are_chosen_by_name() -> None:
    found = header("x", "x", "y")
    assert chosen(NO_CHOICE, WantedInputs(3), found).features == (0, 1, 2)
    assert chosen(ColumnChoice(columns=("y", "2")), WantedInputs(2), found).features == (2, 1)
    assert chosen(ColumnChoice(drop=("y",)), WantedInputs(2), found).features == (0, 1)
    for choice in (
        ColumnChoice(columns=("x",)),
        ColumnChoice(drop=("x",)),
        ColumnChoice(keep=("x",)),
    ):
        problem = refused(choice, WantedInputs(1), found)
        assert problem.code == "N409"
        assert "columns 1 and 2" in problem.message
    problem = refused(NO_CHOICE, WantedInputs(1, ("x",)), found)
    assert (problem.code, "columns 1 and 2" in problem.message) == ("N409", True)


def test_two_kept_columns_of_the_same_name_are_refused() -> None:
    problem = refused(ColumnChoice(keep=("1", "2")), WantedInputs(1), header("x", "x", "y"))
    assert problem.code == "N409"


# ------------------------------------------------------------------------------ --drop, --keep


def test_what_is_dropped_or_kept_is_no_feature() -> None:
    choice = ColumnChoice(drop=("b",), keep=("d", "1"))
    assert chosen(choice, WantedInputs(1), ABCD) == Selection((2,), (3, 0))


def test_a_chosen_column_may_be_kept_as_well() -> None:
    choice = ColumnChoice(columns=("a", "b"), keep=("a",))
    assert chosen(choice, WantedInputs(2), ABCD) == Selection((0, 1), (0,))


# ------------------------------------------------------------------------------ the spec's columns


def test_the_specs_columns_are_found_by_name_and_the_others_ignored_with_a_note() -> None:
    selection = chosen(NO_CHOICE, WantedInputs(2, ("d", "b")), ABCD)
    assert selection.features == (3, 1)
    (note,) = selection.notes
    assert note.code == "ignored_columns"
    assert "a, c" in note.message


def test_what_the_user_dropped_or_kept_is_not_noted_as_ignored() -> None:
    choice = ColumnChoice(drop=("a",), keep=("c",))
    selection = chosen(choice, WantedInputs(2, ("d", "b")), ABCD)
    assert selection == Selection((3, 1), (2,))


def test_a_name_of_digits_in_the_spec_is_a_name_and_never_a_position() -> None:
    problem = refused(NO_CHOICE, WantedInputs(1, ("2",)), ABCD)
    assert problem.code == "N408"


def test_the_command_line_overrides_the_specs_columns() -> None:
    selection = chosen(ColumnChoice(columns=("a", "c")), WantedInputs(2, ("x", "y")), ABCD)
    assert selection == Selection((0, 2))


def test_missing_columns_of_the_spec_are_named_with_the_nearest() -> None:
    problem = refused(NO_CHOICE, WantedInputs(2, ("width", "hieght")), header("width", "height"))
    assert problem.code == "N408"
    assert "'hieght'" in problem.message
    assert "'width'" not in problem.message
    assert "did you mean `height`?" in problem.help


def test_a_spec_with_names_needs_a_header_or_positions() -> None:
    problem = refused(NO_CHOICE, WantedInputs(2, ("w", "h")), headerless(2))
    assert problem.code == "N408"
    assert "w,h" in " ".join(problem.help)


# ------------------------------------------------------------------------------ width


@pytest.mark.parametrize("size", [1, 3, 5, 400])
def test_without_names_the_width_must_match_exactly(size: int) -> None:
    problem = refused(NO_CHOICE, WantedInputs(size), ABCD)
    assert problem.code == "N407"
    assert "4 feature columns" in problem.message
    assert f"takes {size}" in problem.message


def test_chosen_columns_must_match_the_width_too() -> None:
    assert refused(ColumnChoice(columns=("a",)), WantedInputs(2), ABCD).code == "N407"
    assert refused(ColumnChoice(drop=("a",)), WantedInputs(4), ABCD).code == "N407"
    assert refused(ColumnChoice(keep=("a",)), WantedInputs(4), ABCD).code == "N407"


@pytest.mark.parametrize(
    ("found", "item"),
    [
        (header("a", "b", "label"), "label"),
        (header("a", "b", "the label"), "the label"),
        (headerless(3), "3"),
        # a name that no list can hold, or that stands twice, is called by its position
        (header("a", "b", ""), "3"),
        (header("a", "b", "x,y"), "3"),
        (header("a", "b", "b"), "3"),
    ],
)
def test_a_column_is_called_as_the_command_line_could_call_it(found: Header, item: str) -> None:
    assert found.item(2) == item


# ------------------------------------------------------------------------------ expected values


def test_expected_values_are_found_by_output_name_if_all_are_there() -> None:
    names = ["right", "left"]
    assert choose_outputs(header("id", "left", "right"), names).features == (2, 1)
    assert choose_outputs(header("left", "other"), names).features == (0, 1)
    assert choose_outputs(headerless(2), names).features == (0, 1)


def test_expected_values_are_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "expected.csv"
    path.write_text("id,left,right\nx,1,2\ny,3,4\n")
    values = read_expected(str(path), DataOptions(), ("right", "left"))
    assert values.tolist() == [[2, 1], [4, 3]]


# ------------------------------------------------------------------------------ with files


def batch(tmp_path: Path, content: str, choice: ColumnChoice, wanted: WantedInputs) -> Batch:
    path = tmp_path / "batch.csv"
    path.write_text(content)
    return read_batch(str(path), DataOptions(), choice, wanted)


def test_a_batch_has_its_features_in_order_and_its_kept_texts(tmp_path: Path) -> None:
    content = "id,b,label,a\n007,1,x,2\n008,3,y,4\n"
    choice = ColumnChoice(drop=("label",), keep=("id",))
    result = batch(tmp_path, content, choice, WantedInputs(2, ("a", "b")))
    assert result.columns == ("a", "b")
    assert result.kept == {"id": ("007", "008")}
    np.testing.assert_array_equal(result.values, [[2, 1], [4, 3]])
    assert result.notes == ()


def test_dropped_and_kept_cells_are_not_checked(tmp_path: Path) -> None:
    choice = ColumnChoice(drop=("b",), keep=("c",))
    result = batch(tmp_path, "a,b,c\n1,1e999,\n2,,NA\n", choice, WantedInputs(1))
    assert result.values.tolist() == [[1], [2]]
    assert result.kept == {"c": ("", "NA")}


def test_a_wrong_width_is_located_at_the_header(tmp_path: Path) -> None:
    path = tmp_path / "batch.csv"
    path.write_text("\n\na,b,c\n1,2,3\n")
    with pytest.raises(DataError) as caught:
        read_batch(str(path), DataOptions(), NO_CHOICE, WantedInputs(2))
    (problem,) = caught.value.problems
    assert problem.place is not None
    assert (problem.code, problem.place.line) == ("N407", 3)


def test_ten_thousand_columns_are_refused_or_taken_at_once(tmp_path: Path) -> None:
    width = 10_000
    content = ",".join(f"c{i}" for i in range(width)) + "\n" + ",".join("1" * width) + "\n"
    assert batch(tmp_path, content, NO_CHOICE, WantedInputs(width)).values.shape == (1, width)
    with pytest.raises(DataError):
        batch(tmp_path, content, NO_CHOICE, WantedInputs(4))
