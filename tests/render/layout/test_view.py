"""Views: widths, gaps, and how a grid gives way on a narrow screen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nncli.render.layout.view import (
    BLANK,
    Align,
    Column,
    Grid,
    Line,
    Span,
    fitted,
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


def test_a_grid_that_fits_stays_as_it_is() -> None:
    (block,) = fitted(GRID, 24)
    assert isinstance(block, Grid)
    assert block.gap == 3
    assert block.width() == 24


@pytest.mark.parametrize(("width", "gap"), [(23, 2), (22, 1)])
def test_a_grid_that_is_a_little_too_wide_moves_closer_together(width: int, gap: int) -> None:
    (block,) = fitted(GRID, width)
    assert isinstance(block, Grid)
    assert (block.gap, block.width()) == (gap, width)


def texts(blocks: object) -> list[str]:
    assert isinstance(blocks, list)
    assert all(isinstance(block, Line) for block in blocks)
    return [block.text for block in blocks]


def test_a_grid_that_is_far_too_wide_becomes_a_list_with_its_headings() -> None:
    assert texts(fitted(GRID, 21)) == [
        " 1   layer hidden",
        "     parameters 15",
        " 2   layer out",
        "     parameters 8",
    ]


def test_a_list_uses_the_width_that_there_is() -> None:
    wide = Grid(tuple(Column(f"heading {n}") for n in range(4)), ((Span("x"),) * 4,))
    assert texts(fitted(wide, 36)) == [" x   heading 1 x   heading 2 x", "     heading 3 x"]


def test_empty_cells_and_signs_are_left_out_of_a_list() -> None:
    columns = (Column("#"), Column("one heading"), Column(""), Column("another heading"))
    grid = Grid(columns, ((Span("1"), Span(""), Span("→"), Span("value")),))
    assert texts(fitted(grid, 20)) == [" 1   another heading value"]


cells = st.text(st.characters(categories=("Lu", "Ll", "Nd"), max_codepoint=0x24F), max_size=9)


@given(st.lists(st.tuples(cells, cells, cells, cells), min_size=1, max_size=4), st.integers(10, 60))
def test_however_narrow_every_cell_is_shown_whole(
    rows: list[tuple[str, str, str, str]], width: int
) -> None:
    columns = tuple(Column(f"h{number}", "right") for number in range(4))
    grid = Grid(columns, tuple(tuple(Span(text) for text in row) for row in rows))
    blocks = fitted(grid, width)
    if isinstance(blocks[0], Grid):
        assert blocks[0].width() <= width
        assert blocks[0].rows == grid.rows
        return
    shown = [word for block in blocks if isinstance(block, Line) for word in block.text.split()]
    for row in rows:
        assert set(row) - {""} <= set(shown)
