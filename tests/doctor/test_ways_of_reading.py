"""Whether a first row seems to be one of names."""

from __future__ import annotations

import pytest

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
