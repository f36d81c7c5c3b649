"""All cells of a kind at once: which ones change, and what is said of those that cannot."""

from __future__ import annotations

import pytest
from doctor.test_data import TWO_INPUTS, make_case, treat

from nncli.data.opened import DataOptions
from nncli.doctor.edits import edited
from nncli.doctor.whole_columns import seen_rows, with_proposals
from nncli.problems import FaultyRow, Place, Problem

THREE_INPUTS = "inputs: 3\nlayers:\n  - neurons: 1\n    weights: [[1], [2], [3]]\n"


def first(content: str, *, complete: bool = True, spec: str = TWO_INPUTS) -> Problem:
    return treat(make_case(content, spec, complete=complete)).problems[0]


def changed(content: str) -> list[str]:
    """Return what each change of the file for the first problem makes of it."""
    changes = first(content).suggestions
    return [edited(content, change.edits) for change in changes if change.edits]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        # below a header and without one, in one column and in several
        ("a,b\n1,43%\n2,5%\n", ["a,b\n1,0.43\n2,0.05\n", "a,b\n1,43\n2,5\n"]),
        ("1,4O\n2,5l\n", ["1,40\n2,51\n"]),
        ("a,b\n'1','2'\n'3','4'\n", ["a,b\n1,2\n3,4\n"]),
        ("a,b\nTrue,1\nFALSE,no\n", ["a,b\n1,1\n0,0\n"]),
        ("a,b\n1,Y\n2,N\n3,Y\n", ["a,b\n1,1\n2,0\n3,1\n"]),
        ("a,b\n1,Y\n2,4\n3,5\n", []),
        # one reading for a column: 0,67 tells what 1,234 is, and 12.345,6 what 1.234 is
        # (if that is all of its numbers, `--decimal ,` comes first)
        ('a,b\n1,"0,67"\n2,"1,234"\n', ["a,b\n1,0.67\n2,1.234\n"]),
        ('a,b\n1,"12.345,6"\n2,1.234\n', ["a,b\n1,12345.6\n2,1234\n"]),
        (
            "a,b\n1,0.5\n2,12.5%\n3,50%\n",
            ["a,b\n1,0.5\n2,0.125\n3,0.5\n", "a,b\n1,0.5\n2,12.5\n3,50\n"],
        ),
        # two kinds in a row without a number
        ("a,b\n$1,5%\n$2,6%\n", ["a,b\n1,0.05\n2,0.06\n"]),
        # a first row that only looks like names is a sample, too
        ("yes,EUR 5\nno,EUR 6\n", ["1,5\n0,6\n"]),
        # units of several kinds are not to be lost
        ("a,b\n1,5 cm\n2,6 mm\n", []),
        # all rows with a cell too many
        ("a,b\n1,2,\n3,4,\n5,6\n", ["a,b\n1,2\n3,4\n5,6\n"]),
        # a row that is cut like those of another file is none of a title's
        ("a,b\n1,2\n3;4\n5,6\n", ["a,b\n1,2\n3,4\n5,6\n"]),
        ("a,b\n1,2,ok\n3,4\n5,6,no\n7,8\n", ["a,b\n1,2\n3,4\n5,6\n7,8\n"]),
    ],
)
def test_all_cells_of_a_kind_are_one_change(content: str, expected: list[str]) -> None:
    assert changed(content) == expected


def test_cells_that_one_change_mends_are_counted_not_repeated() -> None:
    error = treat(make_case("a,b\n1,4 cm\n2,5 cm\n3,6 cm\n"))
    [problem] = error.problems
    assert error.more == 2
    assert problem.suggestions[0].words.endswith("in all 3 such cells of 'b'")


def test_what_was_not_looked_at_is_not_said_to_be_changed() -> None:
    content = "a,b\n" + "1,4 cm\n" * 30
    problem = first(content, complete=False)
    assert problem.suggestions == ()
    assert problem.help[0].endswith("in all 30 such cells of 'b' (up to line 31)")
    [change] = first("a,b\n1,4 cm\n" + "1,4\n" * 30, complete=False).suggestions
    assert len(change.edits) == 1


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("a,b,c\n1,,3\nNA,,6\n7,8,9\n", "'a' has 1 missing value, 'b' has 2 missing values"),
        ("a,b,c\n1,x,3\n4,y,6\n7,8,9\n", "'b' has 2 texts"),
        ("a,b,c\nx,y,3\nz,w,6\n", "'a' and 'b' are text in every row"),
        ("a,b,c\n1,5 cm,3\n4,5 mm,6\n", "'b' has values in cm and mm"),
    ],
)
def test_what_nobody_can_mend_is_said_for_the_whole_file(content: str, expected: str) -> None:
    problem = first(content, spec=THREE_INPUTS)
    assert problem.suggestions == ()
    assert problem.help[0].startswith(expected)


def test_a_column_of_times_is_told_what_to_write_instead() -> None:
    assert first("t,b,c\n12:30,2,3\n12:45,5,6\n", spec=THREE_INPUTS).help == (
        "'t' is text in every row, and the network takes 3 columns of numbers",
        "a time is no number: write one, such as seconds",
    )


def test_a_first_row_that_misses_a_value_is_never_a_title() -> None:
    problem = first("0.9\n0.6,-0.3\n-0.3,0.8\n0.8,0.3\n")
    assert problem.suggestions == ()
    assert problem.help == (
        "the first row has 1 value, the other rows have 2: add what is missing",
    )


@pytest.mark.parametrize("cell", ["?", "NA", "", "79;", "1.5.5", "#DIV/0!"])
def test_a_first_row_of_numbers_is_never_lost(cell: str) -> None:
    for row in (f"76,{cell}", f"{cell},79"):
        for change in first(f"{row}\n6,45\n44,9\n").suggestions:
            assert "--header" not in change.options
            assert all(edit.end_line == edit.line for edit in change.edits)


@pytest.mark.parametrize(
    ("cell", "number", "words"),
    [
        ("1.5", "1,5", "write a decimal comma instead of the point"),
        ("5%", "0,05", "write the fraction, if 5% means 0,05"),
        ("1.234,5", "1234,5", "write it without the thousands separator"),
    ],
)
def test_where_decimals_stand_behind_a_comma_numbers_are_written_so(
    cell: str, number: str, words: str
) -> None:
    options = DataOptions(delimiter=";", decimal=",")
    change = treat(make_case(f"a;b\n1;0,5\n2;{cell}\n", options=options)).problems[0].suggestions[0]
    assert (change.words, [edit.text for edit in change.edits]) == (words, [number])


def test_a_delimiter_with_which_all_fits_comes_before_numbers_with_which_it_does_not() -> None:
    case = make_case("5.095,63\n6.037,53\n7.412,37\n", options=DataOptions(delimiter="\t"))
    assert treat(case).problems[0].suggestions[0].options == ("--delimiter", ",")


# ---- one line ------------------------------------------------------------------------------------


def proposed(text: str, delimiter: str = ",") -> Problem:
    case = make_case(text, options=DataOptions(delimiter=delimiter))
    fault = case.fault()
    assert fault is not None
    return with_proposals(fault.problems[0], case, seen_rows(case))


def proposed_for(text: str, delimiter: str = ",") -> list[str]:
    """Return what each change that is proposed for the first problem makes of the text."""
    return [edited(text, suggestion.edits) for suggestion in proposed(text, delimiter).suggestions]


@pytest.mark.parametrize(
    ("text", "delimiter", "expected"),
    [
        # a cell that may have been meant as a number, or as one of two
        ("a,b\n1,2O\n", ",", ["a,b\n1,20\n"]),
        ('a,b\n" 3O",2\n', ",", ["a,b\n30,2\n"]),
        ("a;b\n1,000;2\n", ";", ["a;b\n1.000;2\n", "a;b\n1000;2\n"]),
        ('a,b\n"1,000",2\n', ",", ["a,b\n1000,2\n", "a,b\n1.000,2\n"]),
        # a whole row of them
        ("a,b\n1O,2O\n", ",", ["a,b\n10,20\n"]),
        ("1O,2O\n3,4\n", ",", ["10,20\n3,4\n"]),
        # the first row: texts among numbers
        ("1,2O\n3,4\n", ",", ["1,20\n3,4\n"]),
        ("1,2O,3O\n3,4,5\n", ",", ["1,20,30\n3,4,5\n"]),
        # what is no sample
        ("a,b\n1,2\na,b\n3,4\n", ",", ["a,b\n1,2\n3,4\n"]),
        ("a,b\nkg,cm\n1,2\n", ",", ["a,b\n1,2\n"]),
        ("a,b\n# 1\n1,2\n", ",", ["a,b\n1,2\n"]),
        ("a,b\nTitle\n1,2\n", ",", ["a,b\n1,2\n"]),
        ("a,b\n1,2\n\x1a\n", ",", ["a,b\n1,2\n"]),
        # a row of missing values, or with numbers among the texts, may be one
        ("a,b\nNA,\n1,2\n", ",", []),
        ("a,b\nkg,2O\n1,2\n", ",", []),
        ("a,b\n1\n1,2\n", ",", []),
        # a delimiter too many, and not two
        ("a,b\n1,2,\n", ",", ["a,b\n1,2\n"]),
        ("a,b\n1,2,,\n", ",", []),
        ("a,b\n1,2,3\n", ",", []),
        ("a,b\n1,2,ok\n", ",", ["a,b\n1,2\n"]),
        ('a,b\n1,2,"well, well"\n', ",", ["a,b\n1,2\n"]),
        # blanks beside quotes
        ('a,b\n1, "2"\n', ",", ["a,b\n1,2\n"]),
        ('a,b\n"1" ,2\n', ",", ["a,b\n1,2\n"]),
        ('a,b\n1"2",3\n', ",", []),
        # quotes around a number that are not closed, or behind Excel's equals sign
        ('a,b\n"1,2\n', ",", ["a,b\n1,2\n"]),
        ('a,b\n1,="2"\n', ",", ["a,b\n1,2\n"]),
        # a mark that a concatenated file has brought along
        ("a,b\n\ufeff1,2\n", ",", ["a,b\n1,2\n"]),
        ("a,b\n1,\x002\n", ",", []),
        # a cell of two lines is not where its number says
        ('a,b\n"1\n2",3\n', ",", []),
    ],
)
def test_the_changes_that_a_line_asks_for(text: str, delimiter: str, expected: list[str]) -> None:
    assert proposed_for(text, delimiter) == expected


def test_a_line_beyond_the_beginning_is_looked_at_alone() -> None:
    case = make_case("a,b\n1,2\n", complete=False)
    place = Place("batch.csv", 900, 2, "3,2O", 2)
    problem = Problem("N404", "no number", place, ("help",), row=FaultyRow(",", ((1, "2O"),)))
    [change] = with_proposals(problem, case, seen_rows(case)).suggestions
    assert [(edit.line, edit.column, edit.text) for edit in change.edits] == [(900, 3, "20")]
