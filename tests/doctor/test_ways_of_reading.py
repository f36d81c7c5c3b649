"""Ways of reading a file: rows that something encloses, delimiters, first rows of names."""

from __future__ import annotations

import pytest
from doctor.test_data import make_case, offered, treat

from nncli.doctor.ways_of_reading import may_be_names


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["a", "b", "2019"], True),
        (["", "0", "1", "2"], True),
        (["", "1990", "1991"], True),
        (["1", "2", "?"], False),
        (["", "5", "7"], False),
        (["76", "79;"], False),
        (["5.1", "3.5", "setosa"], False),
    ],
)
def test_most_cells_of_a_header_are_no_numbers_unless_they_count_up(
    cells: list[str], expected: bool
) -> None:
    assert may_be_names(cells) is expected


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("[[1, 2], [3, 4]]", "1,2\n3,4\n"),
        ("[1, 2]\n[3, 4]\n", "1,2\n3,4\n"),
        ("[[1. 2.]\n [3. 4.]]\n", "1.,2.\n3.,4.\n"),
        ("array([[1., 2.],\n       [3., 4.]], dtype=float32)\n", "1.,2.\n3.,4.\n"),
        ("A = [1 2; 3 4];\n", "1,2\n3,4\n"),
        ("     [,1] [,2]\n[1,]    1    2\n[2,]    3    4\n", "1,2\n3,4\n"),
        ("1 2,3 4\n5 6,7 8\n", "1,2\n3,4\n5,6\n7,8\n"),
        ('"a;b";\n"1;2";\n', "a;b\n1;2\n"),
    ],
)
def test_rows_that_something_encloses_are_written_alone(text: str, rows: str) -> None:
    suggestion = treat(make_case(text)).problems[0].suggestions[0]
    assert [edit.text for edit in suggestion.edits] == [rows]


@pytest.mark.parametrize(
    "text",
    ["1,5;2,5\n", "(5),3\n4,(2)\n", "1 2 3,4\n", '[{"a": 1, "b": 2}]', '{"a": 1}\n{"b": 2}\n'],
)
def test_rows_stay_where_nothing_encloses_them_all(text: str) -> None:
    for suggestion in treat(make_case(text)).problems[0].suggestions:
        assert not any(edit.text.count("\n") for edit in suggestion.edits)


@pytest.mark.parametrize("sign", "^~:!&/\x1f")
def test_any_sign_that_stands_in_no_number_may_separate_values(sign: str) -> None:
    [problem] = treat(make_case(f"a{sign}b\n1{sign}2\n")).problems
    assert offered(problem) == [(("--delimiter", sign), None)]


def test_a_text_that_may_be_a_number_is_not_left_out_as_text() -> None:
    rows = "".join(f"{n},{n}.5,{n + 4} kg,x\n" for n in range(1, 6))
    [problem, *_] = treat(make_case(f"id,a,weight,species\n{rows}")).problems
    assert problem.suggestions[0].options == ("--keep", "id", "--drop", "species")


@pytest.mark.parametrize("cells", ["12:30,3", "1/2/2010,3", "1.5-2,3"])
def test_a_table_that_fits_is_not_read_with_another_delimiter_and_decimal_commas(
    cells: str,
) -> None:
    [problem] = treat(make_case(f"a,b\n{cells}\n1,2\n")).problems
    assert (problem.code, problem.suggestions) == ("N404", ())
