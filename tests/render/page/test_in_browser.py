"""The pages of `nncli explain`, as a browser shows and prints them with scripts off."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from browser import Browser

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
