"""Views as HTML fragments: well formed, for light and dark pages, and foreign text stays text."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nncli.render.layout.html import to_html
from nncli.render.layout.view import (
    BLANK,
    Column,
    Figure,
    Grid,
    Line,
    Span,
    Style,
    View,
    line,
)


def parsed(view: View) -> list[ET.Element]:
    """Return what an XML parser makes of a fragment, without its style sheet."""
    root = ET.fromstring(to_html(view))  # noqa: S314  # our own text
    assert (root.tag, root.attrib) == ("div", {"class": "nncli"})
    assert root[0].tag == "style"
    return root[1:]


def text_of(element: ET.Element) -> str:
    return "".join(element.itertext())


GRID = Grid(
    (Column("layer"), Column("x 1", "right"), Column(""), Column("shape")),
    (
        (Span("a", "dim"), Span("-10.00"), Span("@"), Span("(2,)", "error")),
        (Span("b"), Span("0    "), Span("@"), Span("")),
    ),
    caption="z and a",
)


def test_a_table_has_headings_rows_and_the_blanks_that_align_its_numbers() -> None:
    [table] = parsed([GRID])
    assert [text_of(each) for each in table.iter("caption")] == ["z and a"]
    headings = {text_of(cell): cell.get("scope") for cell in table.iter("th")}
    assert headings == {"layer": "col", "x 1": "col", "shape": "col"}
    rows = [[text_of(cell) for cell in row.iter("td")] for row in table.iter("tr")]
    assert rows == [[""], ["a", "-10.00", "@", "(2,)"], ["b", "0    ", "@", ""]]
    classes = [cell.get("class") for cell in table[2][0]]
    assert classes == ["n-near", "n-right", "n-near", "n-near"]
    assert [each.tag for each in table.iter() if text_of(each) in ("a", "(2,)")] == [
        *("td", "small"),
        *("td", "strong"),
    ]


def test_lines_stand_together_up_to_a_blank_one() -> None:
    view = [line("one"), line(" two ", Span("2", "accent")), BLANK, line("<three>")]
    first, second = parsed(view)
    assert (first.tag, text_of(first)) == ("pre", "\none\n two 2")
    assert (second.tag, text_of(second)) == ("pre", "\n<three>")
    assert [each.text for each in first.iter("b")] == ["2"]


def test_a_heading_says_its_level_and_is_none_of_the_page_s() -> None:
    [heading] = parsed([BLANK, line(Span("net", "accent"), "   float64", level=1), BLANK])
    assert text_of(heading) == "net   float64"
    assert (heading.get("role"), heading.get("aria-level")) == ("heading", "2")
    assert not re.search("<h[1-6]", to_html([line("net", level=1)]))


def test_what_is_copied_or_drawn_is_not_broken() -> None:
    lines = (line("┌──┐"), line("└──┘"))
    drawn, copied, text = parsed(
        [Figure(lines), BLANK, Line((Span("a"),), is_copied=True), BLANK, line("a")]
    )
    assert text_of(drawn) == "\n┌──┐\n└──┘"
    assert [each.get("class") for each in (drawn, copied, text)] == [
        "n-text n-whole",
        "n-text n-whole",
        "n-text",
    ]


def test_no_colour_but_the_page_s_own_and_nothing_from_outside() -> None:
    html = to_html([GRID, line("text")])
    colours = re.findall(r"(?:color|background|border[a-z-]*):([^;}]*)", html)
    assert set(colours) <= {"inherit", "none", "0", "collapse", "1px solid currentColor"}
    assert not re.search(r"<script|\bon[a-z]+=|https?:|url\(|@import|\bid=", html)
    # no rule reaches beyond the fragment
    rules = re.findall(r"^(.*?)\{", html, re.MULTILINE)
    assert len(rules) > 8
    assert all(part.startswith(".nncli") for rule in rules for part in rule.split(","))


HOSTILE = "</style><script>alert(1)</script>&lt;\"'\x1b[31m\u202e"


@pytest.mark.parametrize("style", ["", "heading", "dim", "accent", "error", "note"])
def test_foreign_text_stays_text(style: Style) -> None:
    span = Span(HOSTILE, style)
    grid = Grid((Column(HOSTILE),), ((span,),), caption=HOSTILE)
    view: View = [line(span, level=1), line(span), BLANK, Figure((line(span),)), grid]
    inert = "</style><script>alert(1)</script>&lt;\"'\\x1b[31m\\u202e"
    elements = parsed(view)
    assert [text_of(each).strip() for each in elements[:3]] == [inert] * 3
    assert [
        text_of(each) for each in elements[3].iter() if each.tag in ("th", "td", "caption")
    ] == [inert] * 3


@given(st.text(max_size=30))
def test_whatever_a_text_holds_the_fragment_is_well_formed(text: str) -> None:
    *_, table = parsed([line(text), Grid((Column(text),), ((Span(text, "dim"),),))])
    assert len(list(table.iter("td"))) == (2 if not text else 1)


def test_an_empty_view_is_an_empty_fragment() -> None:
    assert parsed([]) == []
    assert parsed([BLANK, BLANK]) == []
