"""Lines that are no samples: which are taken away, and that none is that may be one."""

from __future__ import annotations

import pytest

from nncli.data.columns import ColumnChoice, WantedInputs
from nncli.data.opened import DataOptions
from nncli.data.source_bytes import FirstLook
from nncli.doctor.case import DataCase
from nncli.doctor.table_lines import Table, lines_in_words
from nncli.specs.reader import inspect_spec

ROWS = "1,2\n3,4\n5,6\n"


def table_of(content: str, names: tuple[str, ...] = (), *, complete: bool = True) -> Table:
    look, wanted = FirstLook(content.encode(), complete), WantedInputs(2, names)
    reading = inspect_spec(b"layer_sizes: [2, 1]\nseed: 0\n", "net.yaml")
    return Table(DataCase("data.csv", look, DataOptions(), ColumnChoice(), wanted, reading))


def taken_away(content: str) -> list[dict[int, str]]:
    table = table_of(content)
    return [table.others(header) for header in table.headers()] if table.width else []


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (f"Report, of May\nby me\na,b\n{ROWS}", {1: "a title", 2: "a title"}),
        (
            f"Report\n\n2024\na,b\n{ROWS}",
            {1: "a title", 3: "a number above the table, if it is no sample"},
        ),
        (
            "Report\n2024\n1,2,3\n4,5,6\n",
            {1: "a title", 2: "a number above the table, if it is no sample"},
        ),
        (f"3,2,yes,no\n{ROWS}", {1: "no row of the table"}),
        (f"3\na,b\n{ROWS}", {1: "a number above the table, if it is no sample"}),
        (f"# a\n\n% b\na,b\n{ROWS}// c\n", {1: "a comment", 3: "a comment", 8: "a comment"}),
        (f"a,b\ncm,kg\n{ROWS}", {2: "units, or more names"}),
        (f"a,b\n---,:-:\n{ROWS}", {2: "a rule"}),
        (f"a,b\n{ROWS}a,b\n7,8\n", {5: "the header again"}),
        (f"a,b\n{ROWS},\n \t,\n", {5: "empty", 6: "empty"}),
        (f"a,b\n{ROWS}Total,12\n", {5: "a total, if it is no sample"}),
        (f"a,b\n{ROWS}Source: me, 2024, May\n", {5: "below the table"}),
    ],
)
def test_a_line_that_is_no_sample_is_told_what_it_is(content: str, lines: dict[int, str]) -> None:
    assert taken_away(content)[0] == lines


@pytest.mark.parametrize(
    "content",
    [
        f"2024\n{ROWS}",  # a value may be missing
        f"0.5\n{ROWS}",
        f"a,b\n1\n{ROWS}",
        f"1,2,ok\n{ROWS}3,4,!\n",  # with remarks behind them
        f"{ROWS}7\n",
        f"{ROWS}O.5,7\nerror,8\n",
        f"#REF!,2\n{ROWS}?,7\n",
        f"name,x\nAnn,1\nTotal,2\n{ROWS[:0]}",  # the names are texts
        f'"a,b\n{ROWS}',  # an open quote
        "x,y\nz,w\n",
        f"a,b1,2\n{ROWS}",  # a sample behind the header
        f"a,b,1,2\n{ROWS}",
    ],
)
def test_a_line_that_may_be_a_sample_stays(content: str) -> None:
    assert all(lines == {} for lines in taken_away(content))


def test_a_last_line_stays_where_more_may_follow() -> None:
    table = table_of(f"3\n{ROWS}Total,12\n", complete=False)
    assert table.others(None) == {}


def test_a_header_with_the_wanted_names_is_one_though_units_stand_below() -> None:
    table = table_of(f"length,time\nm,s\n{ROWS}", ("m", "s"))
    [header] = table.headers()
    assert header is not None
    assert header.cells == ("m", "s")
    assert table.others(header) == {1: "a title"}


def test_lines_that_follow_one_another_are_named_together_and_many_are_counted() -> None:
    lines = dict.fromkeys((1, 2, 3, 5), "a comment")
    assert lines_in_words(lines) == "remove lines 1 to 3 (a comment), and line 5 (a comment)"
    assert lines_in_words({1: "a title", 2: "units"}) == "remove lines 1 to 2 (a title; units)"
    several = dict.fromkeys((1, 3, 5, 7), "a comment")
    counted = "remove 4 lines that hold no sample, the first line 1 (a comment)"
    assert lines_in_words(several) == counted
