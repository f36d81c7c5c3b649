"""Markdown: pipe tables in which foreign text stays text."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from nncli.render.layout.markdown import to_markdown
from nncli.render.layout.view import BLANK, Column, Grid, Span, line

if TYPE_CHECKING:
    from conftest import RunCli

SHAPES = """\
# two\\_layers

float64   2 layers   (N, 4) → (N, 3)

| \\# | layer | input |  | weights |  | biases |  | output | parameters | multiply–adds |
| ---: | --- | --- | --- | --- | --- | --- | --- | --- | ---: | ---: |
| 1 | layer\\_1 | (N, 4) | @ | (3, 4)ᵀ → (4, 3) | + | (3,) | → | (N, 3) | 4×3 + 3 = 15 | 12 |
| 2 | layer\\_2 | (N, 3) | @ | (3, 3)ᵀ → (3, 3) | + | (3,) | → | (N, 3) | 3×3 + 3 = 12 | 9 |

parameters      27   216 B as float64

multiply–adds   21   per sample

activations   80 B   batch and outputs of 1 sample
"""


def test_shapes_in_markdown_look_like_this(cli: RunCli) -> None:
    done = cli("shapes", "configs/two_layers.yaml", "--format", "md")
    assert (done.code, done.out, done.err) == (0, SHAPES, "")


def table_cells(markdown: str) -> list[str]:
    """Return what an independent Markdown parser makes of the cells of a table."""
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    inline = [token for token in tokens if token.type == "inline"]
    return ["".join(child.content for child in token.children or ()) for token in inline]


def kinds(markdown: str) -> set[str]:
    """Return what kinds of things an independent parser sees within lines."""
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown)
    return {child.type for token in tokens for child in token.children or ()}


def test_a_forward_pass_in_markdown_has_every_number(cli: RunCli) -> None:
    command = ("forward", "configs/two_layers.yaml", "sample_data/two_layers.csv")
    cells = table_cells(cli(*command, "--format", "md").out)
    for number in ("4.80", "-1.810", "2.385", "0.5031", "-5.7633"):
        assert number in cells


def test_a_forward_pass_in_markdown_has_headings_and_tables_that_stand_apart(cli: RunCli) -> None:
    """Between any two tables stands a heading or a line of text."""
    command = ("forward", "configs/iris.yaml", "sample_data/iris_test.csv")
    text = cli(*command, "--weights", "--rows", "2", "--format", "md").out
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    kinds = [token.type for token in tokens if token.level == 0]
    assert "table_open" in kinds
    assert ("table_close", "table_open") not in pairwise(kinds)
    assert re.findall("^#.*$", text, re.MULTILINE) == [
        "# iris",
        "## 0 inputs",
        "## inputs.scale",
        "## 1 layer\\_1",
        "## 2 layer\\_2",
    ]
    bold = re.findall(r"^\*\*(.*)\*\*$", text, re.MULTILINE)
    assert bold == ["over all samples", "W and b", "z and a", "W and b", "z and a"]


def test_a_heading_is_one_whatever_stands_in_it() -> None:
    markdown = to_markdown([line(Span("a\n# <b>", "accent"), "   and   more", level=2)])
    assert markdown == "## a\\\\n\\# \\<b\\>\n\nand   more\n"


def test_markdown_has_no_trailing_decorations_for_the_eye(cli: RunCli) -> None:
    out = cli("forward", "configs/batch.yaml", "sample_data/batch.csv", "--format", "md").out
    assert "\x1b" not in out
    assert out.endswith("|\n")


HOSTILE = "|a| *b* _c_ `d` [e](f) <script> #g !h ~~i~~ &lt; \\ $j$"


def test_foreign_text_in_a_cell_is_text() -> None:
    grid = Grid((Column("name"), Column("n", "right")), ((Span(HOSTILE), Span("1")),))
    assert table_cells(to_markdown([grid])) == ["name", "n", HOSTILE, "1"]


def test_foreign_text_in_a_line_is_text() -> None:
    markdown = to_markdown([line(Span(HOSTILE, "accent"))])
    assert kinds(markdown) <= {"text", "text_special"}
    assert table_cells(markdown) == [HOSTILE]


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=30))
def test_whatever_a_name_holds_the_table_keeps_its_cells(name: str) -> None:
    grid = Grid((Column("name"), Column("n")), ((Span(name), Span("1")), (Span("x"), Span("2"))))
    assert table_cells(to_markdown([grid])) == ["name", "n", name.strip(), "1", "x", "2"]


def test_control_characters_are_escaped() -> None:
    markdown = to_markdown([Grid((Column("a"),), ((Span("\x1b[0m\n\u202e"),),))])
    assert "\x1b" not in markdown
    assert table_cells(markdown) == ["a", r"\x1b[0m\n\u202e"]


def test_blank_lines_only_separate() -> None:
    assert to_markdown([line("one"), BLANK, line("two")]) == "one\n\ntwo\n"


@pytest.mark.parametrize("layer", ["a|b", "*", "<b>"])
def test_a_hostile_layer_name_keeps_the_table(
    cli: RunCli, write: Callable[[str, str | bytes], Path], layer: str
) -> None:
    spec = f"{{inputs: 1, layers: [{{name: '{layer}', neurons: 1, weights: [[1]]}}]}}"
    cells = table_cells(cli("shapes", write("net.yaml", spec), "--format", "md").out)
    assert layer in cells
