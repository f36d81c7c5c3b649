"""Views: widths, gaps, and how a grid gives way on a narrow screen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nncli.render.layout.plain import to_plain
from nncli.render.layout.view import (
    BLANK,
    Align,
    Column,
    Grid,
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


def shown(grid: Grid, width: int) -> list[str]:
    """Return the lines of a grid on a screen, without blanks at their ends."""
    lines = to_plain(fitted(grid, width)).splitlines()
    return [line.rstrip() for line in lines]


def test_a_grid_that_is_far_too_wide_comes_in_parts_that_all_have_its_keys() -> None:
    assert shown(GRID, 21) == [
        " #   layer",
        " 1   hidden",
        " 2   out",
        "",
        " #   parameters",
        " 1 @         15",
        " 2 @          8",
    ]


LAYERS = Grid(
    tuple(Column(text) for text in ("#", "layer", "input", "", "W", "", "b", "parameters")),
    (
        tuple(Span(text) for text in ("", "scale", "(2)", "", "", "", "", "")),
        tuple(Span(text) for text in ("1", "in", "(2)", "@", "(2, 3)", "+", "(3)", "9")),
        tuple(Span(text) for text in ("", "total", "", "", "", "", "", "9")),
    ),
    keys=2,
)


def test_what_signs_tie_together_stays_together_if_it_fits() -> None:
    assert shown(LAYERS, 37) == [
        " #   layer   input   W        b",
        "     scale   (2)",
        " 1   in      (2)   @ (2, 3) + (3)",
        "",
        " #   layer   parameters",
        " 1   in      9",
        "     total   9",
    ]


def test_otherwise_a_part_begins_with_a_sign() -> None:
    assert shown(LAYERS, 25) == [
        " # layer input   W",
        "   scale (2)",
        " 1 in    (2)   @ (2, 3)",
        "",
        " # layer   b   parameters",
        " 1 in    + (3) 9",
        "   total       9",
    ]


def test_a_grid_says_it_in_fewer_words_before_it_comes_in_parts() -> None:
    long = Grid((Column("a"), Column("b")), ((Span("1"), Span("many words")),))
    brief = Grid(long.columns, ((Span("1"), Span("few")),))
    both = replace(long, shorter=brief)
    assert shown(both, 13) == [" a b", " 1 many words"]
    assert shown(both, 12) == [" a   b", " 1   few"]


def test_a_part_without_anything_in_it_is_left_out() -> None:
    columns = (Column("#"), Column("one heading"), Column("another heading"))
    grid = Grid(columns, ((Span("1"), Span(""), Span("value")), (Span("2"), Span(""), Span(""))))
    assert shown(grid, 20) == [" #   another heading", " 1   value", " 2"]


def test_what_does_not_fit_beside_its_keys_becomes_a_list() -> None:
    """Heading and value of each cell but the keys; empty ones and signs are left out."""
    columns = (Column("#"), Column("layer"), Column("one"), Column(""), Column("another heading"))
    cells = ("1", "a long name", "", "→", "value")
    grid = Grid(columns, (tuple(Span(text) for text in cells),), keys=2)
    assert shown(grid, 24) == [" 1   a long name", "     another heading value"]


def test_a_list_uses_the_width_that_there_is() -> None:
    wide = Grid(tuple(Column(f"heading {n}") for n in range(4)), ((Span("x" * 9),) * 4,))
    assert shown(wide, 15) == [
        " xxxxxxxxx   heading 1 xxxxxxxxx",
        "             heading 2 xxxxxxxxx",
        "             heading 3 xxxxxxxxx",
    ]


cells = st.text(st.characters(categories=("Lu", "Ll", "Nd"), max_codepoint=0x24F), max_size=9)


@given(st.lists(st.tuples(cells, cells, cells, cells), min_size=1, max_size=4), st.integers(10, 60))
def test_however_narrow_every_cell_is_shown_whole(
    rows: list[tuple[str, str, str, str]], width: int
) -> None:
    columns = tuple(Column(f"h{number}", "right") for number in range(4))
    grid = Grid(columns, tuple(tuple(Span(text) for text in row) for row in rows))
    blocks = fitted(grid, width)
    if isinstance(blocks[0], Grid):
        assert all(block.width() <= width for block in blocks if isinstance(block, Grid))
    words = [word for text in shown(grid, width) for word in text.split()]
    for row in rows:
        assert set(row) - {""} <= set(words)
