"""Worksheets as a browser shows and prints them: room to write in, and each on paper of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser import MILLIMETRE, PAPER, PRINTED_WIDTHS, printed
from commands import run_here
from explained_samples import SAMPLES

if TYPE_CHECKING:
    from browser import Browser

SheetOf = Callable[..., Path]
SHEETS = {
    "all": ("by_hand", "--blanks", "all"),
    "variants": ("by_hand", "--blanks", "6", "--variants", "3"),
    "answers": ("by_hand", "--blanks", "6", "--variants", "3", "--answers"),
    "symbols": ("layer_objects", "--blanks", "5", "--level", "3"),
    "products": ("batch", "--blanks", "4", "--level", "1"),
    "softmax": ("iris", "--blanks", "4"),
}
LEAST = (14 * MILLIMETRE, 7 * MILLIMETRE)


@pytest.fixture
def sheet_of(tmp_path: Path) -> SheetOf:
    """Make the page of a worksheet."""

    def made(name: str) -> Path:
        sample, *options = SHEETS[name]
        path = tmp_path / f"{name}.html"
        done = run_here("explain", *SAMPLES[sample], *options, "--quiet", "-o", path)
        assert done.code == 0, done.err
        return path

    return made


@pytest.mark.parametrize("name", SHEETS)
def test_boxes_have_room_for_handwriting_and_nothing_is_too_wide_for_paper(
    browser: Browser, sheet_of: SheetOf, name: str
) -> None:
    with browser.page(sheet_of(name)) as page, page.as_printed():
        for width in PRINTED_WIDTHS.values():
            page.resize(width)
            boxes = page.looking("look.boxes('.box')")
            assert len(boxes) >= 4
            small = [b for b in boxes if b["width"] < LEAST[0] or b["height"] < LEAST[1]]
            assert small == []
            assert page.looking("[...look.overflowing(), ...look.broken()]") == []


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_can_be_read_on_a_screen(browser: Browser, sheet_of: SheetOf, name: str) -> None:
    with browser.page(sheet_of(name)) as page:
        page.resize(1200, page.of("document.documentElement.scrollHeight"))
        assert page.looking("look.overflowing()") == []
        assert page.looking("look.broken()") == []
        for is_dark in (False, True):
            page.light(on=not is_dark)
            assert page.looking("look.faint(3)") == []
        assert page.complaints == []


@pytest.mark.parametrize("paper", PAPER)
def test_each_sheet_begins_on_a_page_of_its_own(
    browser: Browser, sheet_of: SheetOf, pdftotext: str, paper: str
) -> None:
    with browser.page(sheet_of("answers")) as page:
        titles = page.of("[...document.querySelectorAll('h1')].map(each => each.textContent)")
        pages = printed(page, paper, pdftotext)
    assert len(titles) == 4
    begun = [[title for title in titles if title in text] for text in pages]
    assert [title for begins in begun for title in begins] == titles
    assert max(map(len, begun)) == 1


@pytest.mark.parametrize("name", SHEETS)
def test_a_sheet_takes_as_many_pages_of_a4_as_of_letter(
    browser: Browser, sheet_of: SheetOf, pdftotext: str, name: str
) -> None:
    with browser.page(sheet_of(name)) as page:
        a4, letter = (len(printed(page, paper, pdftotext)) for paper in PAPER)
    assert a4 == letter
