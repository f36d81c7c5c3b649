"""What a faulty line of a CSV file asks for: in words, and as changes that nobody has tried yet."""

from __future__ import annotations

import itertools
import math

import pytest
from whole_reading import read_table

from nncli.data.columns import Header, Selection
from nncli.data.csv.format import CsvFormat
from nncli.doctor.edits import edited
from nncli.doctor.line_changes import with_proposals
from nncli.errors import DataError
from nncli.problems import FaultyRow, Place, Problem


def every_column(header: Header) -> Selection:
    return Selection(tuple(range(len(header.names))))


def first_problem(text: str, delimiter: str = ",") -> Problem:
    with pytest.raises(DataError) as caught:
        read_table([text.encode()], CsvFormat("a.csv", delimiter), every_column, math.inf)
    return caught.value.problems[0]


def changed(text: str, delimiter: str = ",") -> list[str]:
    """Return what each change that is proposed for the first problem makes of the text."""
    problem = with_proposals(first_problem(text, delimiter))
    return [edited(text, suggestion.edits) for suggestion in problem.suggestions]


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
        # the first row: one text among numbers; with two, nobody knows what it is
        ("1,2O\n3,4\n", ",", ["1,20\n3,4\n"]),
        ("1,2O,3O\n3,4,5\n", ",", []),
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


def test_what_a_reader_says_of_a_line_is_used_once() -> None:
    proposed = with_proposals(first_problem("a,b\n1,2O\n"))
    assert proposed.row is None
    assert with_proposals(proposed) is proposed


def test_problems_of_no_line_are_left_alone() -> None:
    problem = Problem("N407", "too wide", Place("a.csv"))
    assert with_proposals(problem) is problem


@pytest.mark.parametrize("cells", [1, 1000])
def test_nothing_is_edited_in_a_line_that_nobody_can_look_through(cells: int) -> None:
    text = ",".join(["2O"] * cells) + " " * 100_000
    row = FaultyRow(",", tuple(zip(range(cells), itertools.repeat("2O"))), is_sample=cells == 1)
    place = Place("a.csv", 2, 1, text, 0)
    assert with_proposals(Problem("N404", "no number", place, ("help",), row=row)).suggestions == ()
