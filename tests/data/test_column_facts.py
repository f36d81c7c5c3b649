"""What a column seems to be, by its name, its cells and its place."""

from __future__ import annotations

import pytest

from nncli.data.column_facts import Suspicion, column_facts, table_facts
from nncli.data.columns import Header
from nncli.problems import Place

MEASURED = ["0.5", "2.25", "-1", "0.5", "3", "0.75"]
FEW = ["0", "1", "0", "1", "0", "1"]  # two values, each three times
COUNTED = ["7", "8", "9", "12", "13"]
SHUFFLED = ["12", "7", "9", "8", "13"]
LONE, PERHAPS, NAMED, VALUED, BOTH, TEXT = (
    Suspicion.NONE,
    Suspicion.PERHAPS,
    Suspicion.BY_NAME,
    Suspicion.BY_VALUES,
    Suspicion.BY_NAME_AND_VALUES,
    Suspicion.TEXT,
)

# position, name, cells, is it the last → how suspicious, whether it tells the rows apart
CASES: list[tuple[tuple[int, str, list[str], bool], tuple[Suspicion, bool]]] = [
    ((1, "width", MEASURED, False), (LONE, False)),
    ((1, "width", MEASURED, True), (LONE, False)),
    # labels: by name, by values if it is the last, or both
    ((1, "label", MEASURED, False), (NAMED, False)),
    ((1, "label", FEW, False), (BOTH, False)),
    ((2, "x3", FEW, True), (VALUED, False)),
    ((1, "x2", FEW, False), (PERHAPS, False)),
    ((1, "SalePrice", MEASURED, False), (NAMED, False)),
    ((1, "Klasse", FEW, False), (BOTH, False)),
    # each label in two rows on average, at least
    ((2, "x3", ["0", "1", "2", "1", "3", "0"], True), (LONE, False)),
    ((2, "x3", ["0.5", "1", "0.5", "1", "0.5"], True), (LONE, False)),
    # twenty classes may be labels, more are measurements
    ((2, "x3", [str(n % 20) for n in range(60)], True), (VALUED, False)),
    ((2, "x3", [str(n % 21) for n in range(63)], True), (LONE, False)),
    # identifiers: by name, by counting up in front, or both
    ((1, "id", MEASURED, False), (NAMED, True)),
    ((1, "id", SHUFFLED, False), (BOTH, True)),
    ((1, "id", COUNTED, False), (BOTH, True)),
    ((0, "x1", COUNTED, False), (VALUED, True)),
    ((1, "x2", COUNTED, False), (LONE, False)),
    ((0, "x1", SHUFFLED, False), (LONE, False)),
    # the index that pandas writes has no name
    ((0, "", ["0", "1", "2"], False), (BOTH, True)),
    ((0, "", MEASURED, False), (NAMED, True)),
    ((1, "", MEASURED, False), (LONE, False)),
    # text: told apart by its cells, unless its name is that of a label
    ((1, "city", ["Oslo", "Rome", "Oslo"], False), (TEXT, False)),
    ((1, "city", ["Oslo", "Rome", "Bonn"], False), (TEXT, True)),
    ((1, "species", ["a", "b", "c"], True), (TEXT, False)),
    ((1, "name", ["Ann", "Bob", "Ann"], False), (TEXT, True)),
    ((1, "city", ["Oslo"], False), (TEXT, False)),
    # a number or a gap among it: no column of text
    ((1, "city", ["Oslo", "3", "Rome"], False), (LONE, False)),
    ((1, "city", ["Oslo", "", "Rome"], False), (TEXT, True)),
    ((1, "city", ["Oslo", "n/a", "Rome"], False), (TEXT, True)),
    # four rows tell nothing but what names do
    ((2, "x3", FEW[:4], True), (LONE, False)),
    ((2, "label", FEW[:4], True), (NAMED, False)),
    ((0, "x1", COUNTED[:4], False), (LONE, False)),
    ((0, "id", COUNTED[:4], False), (NAMED, True)),
    # no rows
    ((0, "x1", [], True), (LONE, False)),
    ((0, "id", [], True), (NAMED, True)),
    # numbers as a file may hold them
    ((0, "x1", [" 1", "+2", "3 ", "4", "5.0"], False), (VALUED, True)),
    ((0, "x1", ["1", "1", "2"], False), (LONE, False)),
    ((0, "x1", ["5"], False), (LONE, False)),
]


@pytest.mark.parametrize(("column", "expected"), CASES)
def test_a_column_is_judged_by_its_name_its_cells_and_its_place(
    column: tuple[int, str, list[str], bool], expected: tuple[Suspicion, bool]
) -> None:
    position, name, cells, is_last = column
    facts = column_facts(position, name, cells, is_last=is_last)
    assert (facts.position, facts.suspicion, facts.is_identifier) == (position, *expected)


@pytest.mark.parametrize(
    ("name", "suspicion", "is_identifier"),
    [
        # whole words, however they are joined
        ("classId", NAMED, False),
        ("class_id", NAMED, False),
        ("CLASS", NAMED, False),
        ("Target", NAMED, False),
        ("sample no.", NAMED, True),
        ("patientId", NAMED, True),
        ("row-number", NAMED, True),
        ("y", NAMED, False),
        # not parts of words
        ("classical", LONE, False),
        ("width", LONE, False),
        ("idle", LONE, False),
        ("code_x", NAMED, True),
        ("encoder", LONE, False),
        ("noise", LONE, False),
    ],
)
def test_names_are_taken_word_by_word(name: str, suspicion: Suspicion, is_identifier: bool) -> None:
    facts = column_facts(1, name, MEASURED, is_last=False)
    assert (facts.suspicion, facts.is_identifier) == (suspicion, is_identifier)


def test_the_likelier_no_feature_the_higher_the_suspicion() -> None:
    assert LONE < PERHAPS < NAMED < VALUED < BOTH < TEXT


@pytest.mark.parametrize(
    ("first", "others", "suspicion"),
    [
        (["764223", "390906", "723286", "44", "995657"], "84", LONE),  # one is as small
        (["764223", "390906", "723286", "585471", "995657"], "84", PERHAPS),
        (["764223", "390906", "723286", "585471", "995657"], "390905", LONE),
        (["764223", "764223", "723286", "585471", "995657"], "84", LONE),
    ],
)
def test_a_first_column_of_far_larger_numbers_that_all_differ_tells_rows_apart(
    first: list[str], others: str, suspicion: Suspicion
) -> None:
    header = Header(("x1", "x2"), named=True, place=Place("batch.csv", 1))
    facts, _ = table_facts(header, [0, 1], [[cell, others] for cell in first])
    assert (facts.suspicion, facts.is_identifier) == (suspicion, bool(suspicion))


def test_the_name_of_a_label_tells_where_no_row_has_its_column() -> None:
    assert column_facts(0, "species", [], is_last=True).reason == "its name is that of a label"
