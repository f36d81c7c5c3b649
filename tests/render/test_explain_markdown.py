"""Explanations and worksheets as Markdown: every line of the text form, and headings."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from commands import run_here
from explained_samples import SAMPLES, Found, explained, results


def test_a_neuron_is_headings_and_its_lines() -> None:
    assert explained("layer", "md", "--neuron", "2") == (
        "# layer\n\n"
        "```text\n4 → 3   sample 1 of 1   Z = X @ W.T + b   no activation\n```\n"
    )


def unescaped(heading: str) -> str:
    return re.sub(r"\\(.)", r"\1", heading.lstrip("#").strip())


def lines_of(markdown: str) -> list[str]:
    """Return a document's lines, headings as they read, without blank lines and fences."""
    lines = [unescaped(text) if text.startswith("#") else text for text in markdown.splitlines()]
    return [text for text in lines if text.strip() and not re.match("`{3,}", text)]


@pytest.mark.parametrize("options", [(), ("--blanks", "3"), ("--blanks", "3", "--answers")])
@pytest.mark.parametrize("name", SAMPLES)
def test_it_has_the_lines_of_the_text_form(name: str, options: tuple[str, ...]) -> None:
    if options and name not in ("by_hand", "exercise", "iris"):
        return
    markdown, text = (explained(name, form, *options) for form in ("md", "text"))
    assert "".join(" ".join(lines_of(markdown)).split()) == "".join(text.split())
    indented = {line for line in text.splitlines() if line.startswith("      ")}
    assert indented <= set(markdown.splitlines())


def results_in(markdown: str) -> list[Found]:
    """Return every sum's results, found by the headings above it."""
    found = []
    layer = 1
    for part in re.split(r"^(?=#)", markdown, flags=re.MULTILINE):
        head, _, block = part.partition("\n")
        if place := re.match(r"## layer (\d+)", head):
            layer = int(place[1])
        if not (place := re.match(r"### sample (\d+), neuron (\d+)", head)):
            continue
        lines = re.findall(r"^  [ za₀-₉]+[=≈] (?:.* )?(\S+)$", block, re.MULTILINE)
        last = re.findall(r"^  a[₀-₉]+  =.* (\S+)$", block, re.MULTILINE)
        shares = re.findall(r"^ (?!sum)\S.* (\S+)$", block, re.MULTILINE)
        found.append((int(place[1]), layer, int(place[2]), lines, last, shares))
    return found
