"""How a grid gives way on a narrow screen: nothing is lost but the middle of a long key."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nncli.render.layout.narrow import fitted
from nncli.render.layout.plain import to_plain
from nncli.render.layout.view import Column, Grid, Span

GRID = Grid(
    (Column("#", "right"), Column("layer"), Column(""), Column("parameters", "right")),
    (
        (Span("1"), Span("hidden"), Span("@"), Span("15")),
        (Span("2"), Span("out"), Span("@"), Span("8")),
    ),
)


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


def test_fewer_words_keep_more_together_where_signs_have_to_be_parted() -> None:
    columns = tuple(Column(text) for text in ("#", "x", "", "W", "", "b"))
    rows = [
        tuple(
            tuple(map(Span, row))
            for row in (
                ("scaled input", "(9, 4)", *[""] * 4),
                ("1", "(9, 4)", "@", text, "+", "(3)"),
            )
        )
        for text in ("(3, 4)ᵀ → (4, 3)", "(3, 4)ᵀ")
    ]
    long, brief = (Grid(columns, each) for each in rows)
    assert shown(replace(long, shorter=brief), 32) == [
        " #              x        W",
        " scaled input   (9, 4)",
        " 1              (9, 4) @ (3, 4)ᵀ",
        "",
        " #   b",
        " 1 + (3)",
    ]


def test_a_part_without_anything_in_it_is_left_out() -> None:
    columns = (Column("#"), Column("one heading"), Column("another heading"))
    grid = Grid(columns, ((Span("1"), Span(""), Span("value")), (Span("2"), Span(""), Span(""))))
    assert shown(grid, 20) == [" #   another heading", " 1   value", " 2"]


LONG = Grid(
    (Column("#", "right"), Column("layer"), Column(""), Column("made of"), Column("n", "right")),
    (
        tuple(Span(text) for text in ("1", "a_layer_with_a_long_name_of_its_own", "→", "one", "7")),
        tuple(Span(text) for text in ("", "scale", "→", "x from [min, max] to [0, 1]", "")),
        tuple(Span(text) for text in ("2", "out", "→", "first/array_of_weights", "8")),
    ),
    keys=2,
)


def test_a_part_is_only_as_wide_as_the_keys_of_its_own_rows() -> None:
    """The long name has no cell in the second part."""
    columns = (Column("#"), Column("layer"), Column("input"), Column("tensors"))
    cells = ("1", "in", "(2)", "in.weight + in.bias"), ("", "inputs.scale", "(2)", "")
    grid = Grid(columns, tuple(tuple(map(Span, row)) for row in cells), keys=2)
    assert shown(grid, 28) == [
        " # layer        input",
        " 1 in           (2)",
        "   inputs.scale (2)",
        "",
        " # layer tensors",
        " 1 in    in.weight + in.bias",
    ]


def test_of_long_keys_the_middle_is_left_out_before_any_text_is_broken() -> None:
    assert shown(LONG, 59) == [
        " # layer                      made of                     n",
        " 1 a_layer_with…_of_its_own → one                         7",
        "   scale                    → x from [min, max] to [0, 1]",
        " 2 out                      → first/array_of_weights      8",
    ]


def test_keys_are_cut_shorter_where_that_takes_fewer_parts() -> None:
    columns = (Column("#"), Column("name"), Column("one", "right"), Column("two", "right"))
    cells = tuple(map(Span, ("1", "a_name_that_is_long", "12345", "67890")))
    grid = Grid(columns, (cells,), keys=2)
    assert shown(grid, 27) == [" #  name         one    two", " 1  a_na…long  12345  67890"]
    assert len(shown(grid, 19)) == 5


def test_a_key_that_stands_alone_is_cut_last() -> None:
    columns = (Column("tensor"), Column("shape"), Column("n", "right"))
    grid = Grid(columns, (tuple(map(Span, ("a.tensor.of.a.model", "(2, 3)", "6"))),))
    assert shown(grid, 28) == [
        " tensor               shape",
        " a.tensor.of.a.model  (2, 3)",
        "",
        " tensor               n",
        " a.tensor.of.a.model  6",
    ]
    assert shown(grid, 20) == [
        " tensor     shape  n",
        " a.ten…odel (2, 3) 6",
    ]


def test_texts_that_are_still_too_wide_go_on_in_further_rows() -> None:
    assert shown(LONG, 30) == [
        " # layer        made of",
        " 1 a_lay…_own → one",
        "   scale      → x from [min,",
        "                max] to [0, 1]",
        " 2 out        → first/array_of",
        "                _weights",
        "",
        " # layer      n",
        " 1 a_lay…_own 7",
        " 2 out        8",
    ]


def test_a_number_is_never_cut() -> None:
    grid = Grid((Column("key"), Column("n", "right")), ((Span("name of it"), Span("9" * 20)),))
    assert shown(grid, 15) == [f" key{' ' * 25}n", f" name… it {'9' * 20}"]


def test_a_column_that_says_what_its_rows_are_of_may_be_all() -> None:
    grid = Grid((Column("layer"),), ((Span("a_layer_with_a_long_name"),),))
    assert shown(grid, 20) == [" layer", " a_layer_with_a_long_name"]


words = st.lists(st.text("abcdef重", min_size=1, max_size=30), max_size=4).map(" ".join)
numbers = st.integers(0, 10**8).map(str)


@given(st.lists(st.tuples(words, numbers, words, words), min_size=1), st.integers(20, 60))
def test_however_narrow_every_cell_is_shown_whole(
    rows: list[tuple[str, str, str, str]], width: int
) -> None:
    columns = (Column("key"), Column("n", "right"), Column("one"), Column("two"))
    grid = Grid(columns, tuple(tuple(map(Span, row)) for row in rows))
    blocks = fitted(grid, width)
    assert all(block.width() <= width for block in blocks if isinstance(block, Grid))
    text = "\n".join(shown(grid, width))
    for _, number, *texts in rows:
        assert number in text.split()
        assert all(piece[:4] in text for one in texts for piece in one.split())
