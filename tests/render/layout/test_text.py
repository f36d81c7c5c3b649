"""Foreign text made inert: nothing in it steers a terminal, everything in it is seen."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nncli.render.layout.text import inert, text_width

# every character there is, lone surrogates included: a file name may hold them
any_text = st.text(st.characters(categories=None, exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text", "plain text"),
        ("", ""),
        ("tab\there", r"tab\there"),
        ("two\nlines\r", r"two\nlines\r"),
        ("\x1b[31mred\x1b[0m", r"\x1b[31mred\x1b[0m"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("\x9b31m", r"\x9b31m"),  # the one-byte form of ESC [
        ("a\x08b\x7f\x00", r"a\x08b\x7f\x00"),
        ("\u202egnp.exe", r"\u202egnp.exe"),  # right to left
        ("zero\u200bwidth\ufeff", r"zero\u200bwidth\ufeff"),
        ("\u2028\u2029", r"\u2028\u2029"),
        ("soft\u00adhyphen", r"soft\xadhyphen"),
        ("\ud800\udcff", r"\ud800\udcff"),  # lone surrogates
        ("\ue000\U000f0000", r"\ue000\U000f0000"),  # private use
        ("Größe 重さ é ½ µm °C", "Größe 重さ é ½ µm °C"),
        ("[red]x[/red]", "[red]x[/red]"),
    ],
)
def test_what_could_steer_a_terminal_is_escaped(text: str, shown: str) -> None:
    assert inert(text) == shown


@given(any_text)
def test_no_control_or_format_character_is_left(text: str) -> None:
    safe = inert(text)
    steering = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert not [c for c in safe if unicodedata.category(c) in steering]
    safe.encode()  # no lone surrogate is left


@given(any_text)
def test_inert_text_stays_as_it_is(text: str) -> None:
    assert inert(inert(text)) == inert(text)


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_printable_ascii_is_left_alone(text: str) -> None:
    assert inert(text) == text
    assert text_width(text) == len(text)


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("", 0),
        ("abc", 3),
        ("Größe", 5),
        ("重さ", 4),  # East Asian, two cells each
        ("🙂", 2),
        ("e\u0301", 1),  # a combining accent takes no cell
        ("\uff21", 2),  # fullwidth A
        ("×·→✗", 4),
    ],
)
def test_width_is_counted_in_terminal_cells(text: str, width: int) -> None:
    assert text_width(text) == width
