"""What a faulty line of a CSV file asks for: in words, and as changes that nobody has tried yet."""

from __future__ import annotations

import pytest
from doctor.test_data import make_case

from nncli.data.opened import DataOptions
from nncli.doctor.edits import edited
from nncli.doctor.whole_columns import seen_rows, with_proposals
from nncli.problems import FaultyRow, Place, Problem


def proposed(text: str, delimiter: str = ",") -> Problem:
    case = make_case(text, options=DataOptions(delimiter=delimiter))
    fault = case.fault()
    assert fault is not None
    return with_proposals(fault.problems[0], case, seen_rows(case))


def changed(text: str, delimiter: str = ",") -> list[str]:
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
    assert changed(text, delimiter) == expected


def test_a_line_beyond_the_beginning_is_looked_at_alone() -> None:
    case = make_case("a,b\n1,2\n", complete=False)
    place = Place("batch.csv", 900, 2, "3,2O", 2)
    problem = Problem("N404", "no number", place, ("help",), row=FaultyRow(",", ((1, "2O"),)))
    [change] = with_proposals(problem, case, seen_rows(case)).suggestions
    assert [(edit.line, edit.column, edit.text) for edit in change.edits] == [(900, 3, "20")]
