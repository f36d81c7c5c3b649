"""The pages of `nncli explain`, as a browser shows and prints them with scripts off."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser import PAPER, PRINTED_WIDTHS, printed
from commands import run_here
from explained_samples import SAMPLES, Place, numbers_in_json

if TYPE_CHECKING:
    from browser import Browser, Page

PageOf = Callable[..., Path]

WRONG = """<!doctype html><meta charset="utf-8"><title>wrong</title>
<style>body { margin: 0; background: #777 } p { color: #888 } @media print { p { color: #000 } }
.wide { width: 500px } .scrolls { overflow-x: auto; width: 50px }</style>
<p>hardly to be read</p><div class="wide">wide</div><div class="scrolls"><b>____________</b></div>
<img src="missing.png" alt=""><script>document.title = "run"</script>
"""


def test_what_is_wrong_with_a_page_is_found(
    browser: Browser, write: Callable[[str, str], Path]
) -> None:
    with browser.page(write("wrong.html", WRONG), 390) as page:
        assert page.of("document.title") == "wrong"
        _, wide, figure, *_ = page.looking("look.overflowing()")
        assert wide.startswith('<div class="wide"> wide: 0 to 500')
        assert figure.startswith('<div class="scrolls"> ___')
        faint = page.looking("look.faint(3)")
        assert len(faint) == 1
        assert faint[0].endswith('<p class=""> hardly to be read')
        assert page.addresses[1].endswith("/missing.png")
        assert "ERR_FILE_NOT_FOUND" in page.complaints[0]
        with page.as_printed():
            assert page.looking("look.faint(3)") == []


@pytest.fixture
def page_of(tmp_path: Path) -> PageOf:
    """Make the page of a sample."""

    def made(name: str, *options: str) -> Path:
        path = tmp_path / f"{name}.html"
        asked = ("explain", *SAMPLES[name], "--sample", "all", *options)
        done = run_here(*asked, "--quiet", "--force", "-o", path)
        assert done.code == 0, done.err
        return path

    return made


# ------------------------------------------------------------------------------- keys and clicks

STEPPED = ("by_hand", "batch", "layer_objects", "weather", "iris")


def buttons_of_layers(page: Page) -> dict[int, list[str]]:
    """Return the ids of the buttons by which each layer's sums are chosen, in their order."""
    pairs = page.looking(
        "look.all('[data-z]').map(e => [+e.dataset.layer,"
        " look.buttons(e.closest('section')).map(each => each.id)])"
    )
    return {layer: buttons for layer, buttons in pairs if buttons}


def focus(page: Page) -> str:
    """Return the id of the element that keys go to."""
    found: str = page.of("document.activeElement.id")
    return found


def tab_to(page: Page, layer: int, layers: dict[int, list[str]]) -> str:
    """Press Tab until a layer's buttons are reached, and say which of them is."""
    for _ in range(100):
        page.press("Tab")
        if (found := focus(page)) in layers[layer]:
            return found
        assert not [each for each in layers if found in layers[each]], "another layer is reached"
    raise AssertionError(f"Tab does not reach layer {layer}")


def sums(page: Page) -> dict[int, str]:
    """Return which sum of each layer is seen, as its button is called."""
    seen = page.looking("look.sums()")
    found = {layer: f"sample {sample}, neuron {neuron}" for layer, sample, neuron in seen}
    assert len(found) == len(seen), f"more than one sum of a layer: {seen}"
    return found


def check_chosen(page: Page, layer: int, button: str, before: dict[int, str]) -> dict[int, str]:
    """Check that a button's number is lit, and its sum is seen; return all sums that are.

    before: those that were seen; other layers' must not have changed.
    """
    looks = page.looking(f"look.looks({json.dumps(button)})")
    ((chosen, lit),) = ((each, look) for each, is_chosen, look in looks if is_chosen)
    assert chosen == button
    assert lit not in [look for _, is_chosen, look in looks if not is_chosen]
    after = sums(page)
    name = page.of(f"document.getElementById({json.dumps(button)}).ariaLabel")
    assert after == {**before, layer: name}
    return after


@pytest.mark.parametrize("name", STEPPED)
def test_tab_goes_to_the_next_layer_and_arrows_to_the_next_number(
    browser: Browser, page_of: PageOf, name: str
) -> None:
    with browser.page(page_of(name)) as page:
        layers, seen = buttons_of_layers(page), sums(page)
        assert set(seen) == set(layers) != set()
        for layer, buttons in layers.items():
            at = buttons.index(tab_to(page, layer, layers))
            seen = check_chosen(page, layer, buttons[at], seen)
            for key, step in (("ArrowRight", 1), ("ArrowDown", 1), ("ArrowLeft", -1)):
                page.press(key)
                at = (at + step) % len(buttons)
                assert focus(page) == buttons[at]
                seen = check_chosen(page, layer, buttons[at], seen)


@pytest.mark.parametrize("name", STEPPED)
def test_a_click_on_a_number_shows_its_sum(browser: Browser, page_of: PageOf, name: str) -> None:
    with browser.page(page_of(name)) as page:
        layers, seen = buttons_of_layers(page), sums(page)
        for layer, buttons in layers.items():
            for button in buttons[-1:] + buttons[:2]:
                page.click(f"document.querySelector('td label[for={json.dumps(button)}]')")
                seen = check_chosen(page, layer, button, seen)


def test_what_the_keys_go_to_is_outlined(browser: Browser, page_of: PageOf) -> None:
    with browser.page(page_of("by_hand")) as page:
        layers = buttons_of_layers(page)
        button = tab_to(page, 1, layers)
        cell = f"document.querySelector('td label[for={json.dumps(button)}]').closest('td')"
        assert page.of(f"getComputedStyle({cell}).outlineStyle") == "solid"


# --------------------------------------------------------------------------- what is seen, and how

# Their matrices have a dozen columns of seven digits: on a telephone they scroll.
WIDE = {"iris", "cancer"}
LOOKED_AT = ("by_hand", "batch", "neuron", "layer_objects", "weather", "iris", "cancer", "digits")


@pytest.mark.parametrize("width", [390, 1200])
@pytest.mark.parametrize("name", LOOKED_AT)
def test_nothing_is_too_wide_or_too_faint_light_and_dark(
    browser: Browser, page_of: PageOf, name: str, width: int
) -> None:
    path = page_of(name)
    with browser.page(path, width) as page:
        page.resize(width, page.of("document.documentElement.scrollHeight"))
        scrolling = "'.fig'" if name in WIDE and width == 390 else ""
        assert page.looking(f"look.overflowing({scrolling})") == []
        assert page.looking("look.broken()") == []
        for is_dark in (False, True):
            page.light(on=not is_dark)
            assert page.looking("look.faint(3)") == []
            paper = page.of("getComputedStyle(document.body).backgroundColor")
            assert (sum(map(int, re.findall(r"\d+", paper))) < 300) == is_dark
        assert page.addresses == [path.as_uri()]
        assert page.complaints == []


def test_without_styles_all_sums_are_seen(browser: Browser, page_of: PageOf) -> None:
    with browser.page(page_of("by_hand")) as page:
        page.of("document.querySelectorAll('style').forEach(each => each.remove())")
        assert len(page.looking("look.sums()")) == 22


# ---------------------------------------------------------------------------------------- in print


def printed_sums(pages: list[str]) -> dict[Place, str]:
    """Return what is printed of each sum, below its heading."""
    found, layer = {}, 1
    heading = r"^(?:Layer (\d+)\b.*|sample (\d+), neuron (\d+).*)$"
    parts = re.split(heading, "".join(pages), flags=re.MULTILINE)[1:]
    for number, sample, neuron, text in zip(*[iter(parts)] * 4, strict=True):
        if number:
            layer = int(number)
        else:
            place = Place(int(sample), layer, int(neuron))
            assert place not in found, f"{place} is printed twice"
            found[place] = text
    return found


@pytest.mark.parametrize("name", ["by_hand", "batch", "two_layers", "layer_objects", "iris"])
@pytest.mark.parametrize("paper", PAPER)
def test_paper_holds_every_sum(
    browser: Browser, page_of: PageOf, pdftotext: str, paper: str, name: str
) -> None:
    asked = ("explain", *SAMPLES[name], "--sample", "all", "--format", "json", "--quiet")
    expected = numbers_in_json(run_here(*asked).out)
    with browser.page(page_of(name), dark=True) as page:
        # it is what can be seen that must be on paper
        page.of("document.querySelectorAll('.line').forEach(each => each.remove())")
        found = printed_sums(printed(page, paper, pdftotext))
    assert set(found) == set(expected)
    for place, (z, _) in expected.items():
        number = re.escape(z.replace("-", "−"))
        assert re.search(rf"[=≈]\s*{number}(?![\d.])", found[place]), (place, z, found[place])


@pytest.mark.parametrize("name", LOOKED_AT)
def test_nothing_is_too_wide_for_paper(browser: Browser, page_of: PageOf, name: str) -> None:
    """A browser would print the whole document smaller."""
    with browser.page(page_of(name)) as page, page.as_printed():
        for width in PRINTED_WIDTHS.values():
            page.resize(width)
            assert page.looking("look.overflowing()") == []
            assert page.looking("look.broken()") == []


@pytest.mark.parametrize("name", ["by_hand", "batch", "layer_objects"])
def test_a4_and_letter_take_as_many_pages(
    browser: Browser, page_of: PageOf, pdftotext: str, name: str
) -> None:
    with browser.page(page_of(name)) as page:
        a4, letter = (len(printed(page, paper, pdftotext)) for paper in PAPER)
    assert a4 == letter <= 4


def test_paper_is_white_for_those_who_prefer_dark_pages(browser: Browser, page_of: PageOf) -> None:
    with browser.page(page_of("by_hand"), dark=True) as page, page.as_printed():
        page.resize(700, page.of("document.documentElement.scrollHeight"))
        assert page.of("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert page.looking("look.faint(4.5)") == []
