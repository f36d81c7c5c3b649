"""Views: widths, gaps, and the lines of a grid."""

from __future__ import annotations

import pytest

from nncli.render.layout.view import (
    BLANK,
    Align,
    Column,
    Grid,
    Span,
    grid_lines,
    grid_texts,
    line,
    padded,
)

GRID = Grid(
    (Column("#", "right"), Column("layer"), Column(""), Column("parameters", "right")),
    (
        (Span("1"), Span("hidden"), Span("@"), Span("15")),
        (Span("2"), Span("out"), Span("@"), Span("8")),
    ),
)


def test_a_line_is_the_text_of_its_parts() -> None:
    assert line("note", Span(": ", "note"), "words").text == "note: words"
    assert BLANK.text == ""


def test_foreign_text_in_a_line_is_inert_and_counted_so() -> None:
    dangerous = line("a\x1b[1m")
    assert dangerous.text == r"a\x1b[1m"
    assert dangerous.width() == 8


def test_a_column_is_as_wide_as_its_widest_text_or_heading() -> None:
    assert GRID.widths() == [1, 6, 1, 10]


def test_signs_stand_close_to_their_operands() -> None:
    """Three spaces between columns, one around a column without a heading."""
    assert GRID.gaps() == [3, 1, 1]
    # one space in front of the first column
    assert GRID.width() == 1 + (1 + 6 + 1 + 10) + (3 + 1 + 1)


def test_escaped_and_wide_text_count_as_they_are_shown() -> None:
    grid = Grid((Column("重"),), ((Span("\x07"),), (Span("重さ"),)))
    assert grid.widths() == [4]


@pytest.mark.parametrize(
    ("text", "align", "expected"),
    [
        ("ab", "left", "ab   "),
        ("ab", "right", "   ab"),
        ("重", "left", "重   "),
        ("\x07", "right", r" \x07"),
        ("abcde", "left", "abcde"),
    ],
)
def test_text_is_filled_up_to_a_number_of_cells(text: str, align: Align, expected: str) -> None:
    assert padded(text, 5, align) == expected


def test_the_lines_of_a_grid_are_the_same_as_plain_texts() -> None:
    """Headings first, foreign text inert, a percent sign no format; one space ends each line."""
    rows = ((Span("1", "dim"), Span("重\x07")), (Span("20"), Span("5 %s")))
    grid = Grid((Column("#", "right"), Column("layer")), rows)
    expected = ["  #   layer  ", r"  1   重\x07 ", " 20   5 %s   "]
    assert list(grid_texts(grid)) == expected
    assert [line.text for line in grid_lines(grid)] == expected
