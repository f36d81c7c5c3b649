"""The page of an explanation is one file: it is well-formed, fetches nothing and runs nothing."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path

import pytest
from activation_cases import CASES
from commands import run_here
from explained_samples import SAMPLES, numbers_in_json, numbers_in_page
from html_tree import Tag, read_page

# Where a browser would look for an address, but for href.
_ADDRESSES = {
    "src",
    "srcset",
    "action",
    "formaction",
    "poster",
    "data",
    "cite",
    "ping",
    "xlink:href",
}
_TAGS = {"script", "link", "base", "iframe", "object", "embed", "img", "form", "image"}

HOSTILE = (
    "<script>alert(1)</script>",
    '" onload="alert(1)" x="',
    "' onload='alert(1)",
    "&lt;b&gt; & &amp;#106;",
    "</style><b>--></title>]]>",
    "\u202egnihtemos\u2066\u200b",
    "javascript:alert(1) // url(https://example.org)",
)
SPEC = """\
name: {name}
inputs: {{columns: {columns}}}
layers:
- {{name: {layers[0]}, weights: [[1, -2], [0.5, 3]], activation: relu}}
- {{name: {layers[1]}, weights: [[1, 2], [3, 4]], activation: softmax}}
outputs: {{classes: {classes}}}
"""


@cache
def page_of(*arguments: str | Path, stdin: bytes = b"") -> str:
    done = run_here("explain", *arguments, "--format", "html", "--quiet", stdin=stdin)
    assert done.code == 0, done.err
    return done.out


def check(text: str) -> Tag:
    """Return a page's tree.  Raises AssertionError if it could fetch, run or miss anything."""
    assert text.lower().startswith("<!doctype html>")
    page = read_page(text)
    tags = list(page.below())
    assert not _TAGS & {tag.name for tag in tags}
    names = {name for tag in tags for name in tag.attributes}
    assert not _ADDRESSES & names
    assert not [name for name in names if name.startswith("on")]
    styles = [tag.text for tag in page.named("style")]
    styles += [tag.attributes["style"] for tag in page.having("style")]
    for style in styles:
        assert not re.search(r"url\(|@import|image-set|src\(|https?:|//|expression|<", style), style
    ids = [tag.attributes["id"] for tag in page.having("id")]
    assert len(ids) == len(set(ids))
    links = [tag.attributes["href"] for tag in page.having("href")]
    assert all(link.startswith("#") for link in links)
    wanted = [link[1:] for link in links]
    for reference in ("for", "aria-labelledby", "aria-describedby"):
        wanted += [
            each for tag in page.having(reference) for each in tag.attributes[reference].split()
        ]
    assert set(wanted) <= set(ids)
    return page


@pytest.mark.parametrize("name", SAMPLES)
def test_the_page_of_a_sample_is_one_file(name: str) -> None:
    text = page_of(*SAMPLES[name])
    check(text)
    assert not re.search(r"https?:|<script|\son\w+=|url\(|@import|\bsrc=", text)


@pytest.mark.parametrize("name", SAMPLES)
def test_each_number_that_can_be_chosen_has_its_sum(name: str) -> None:
    page = read_page(page_of(*SAMPLES[name]))
    labels = {tag.attributes["for"] for tag in page.named("label")}
    buttons = {tag.attributes["id"] for tag in page.named("input")}
    assert buttons == labels
    assert len(page.having("checked")) == len({t.attributes["name"] for t in page.named("input")})


@pytest.mark.parametrize("name", SAMPLES)
def test_a_page_has_the_sums_of_all_samples_in_its_matrices(name: str) -> None:
    asked = ("explain", *SAMPLES[name], "--sample", "all", "--format", "json", "--quiet")
    assert numbers_in_page(page_of(*SAMPLES[name])) == numbers_in_json(run_here(*asked).out)


def test_the_page_of_the_worksheet_is_small() -> None:
    assert len(page_of(*SAMPLES["by_hand"]).encode()) < 200_000


@pytest.mark.parametrize("options", [(), ("--answers",)], ids=["blank", "filled in"])
@pytest.mark.parametrize("name", ["by_hand", "layer_objects", "weather", "iris"])
def test_worksheets_are_one_file_without_buttons(name: str, options: tuple[str, ...]) -> None:
    page = check(page_of(*SAMPLES[name], "--blanks", "3", "--variants", "2", *options))
    assert not page.named("input") + page.named("label")
    assert len([tag for tag in page.named("article") if "sheet" in tag.classes]) == 2


@pytest.mark.parametrize("activation", CASES)
def test_the_page_of_every_activation_is_well_formed(activation: str, tmp_path: Path) -> None:
    spec = tmp_path / "net.yaml"
    layer = f"{{weights: [[1, -2], [0.5, 3]], activation: {json.dumps(CASES[activation])}}}"
    spec.write_text(f"inputs: 2\nlayers:\n- {layer}\n- {layer}\n")
    check(page_of(spec, "-", stdin=b"1,2\n-3,0.1\n"))


def test_the_page_of_what_is_no_number_is_well_formed() -> None:
    rows = b"1,nan,3,2.5\n1,2,inf,0\n-inf,0,0,0\n"
    page = check(page_of("configs/layer.yaml", "-", "--sample", "all", stdin=rows))
    assert {"NaN", "∞", "−∞"} <= {tag.text for tag in page.named("label")}


def named(write_to: Path, name: str, at: int, *options: str) -> str:
    """Return the page of a network in which one name is as given, the others as usual."""
    names = ["net", "one", "two", "hidden", "last", "cat", "dog"]
    names[at] = name
    quoted = [json.dumps(each) for each in names]
    columns, layers, classes = (quoted[start : start + 2] for start in (1, 3, 5))
    listed = [f"[{', '.join(each)}]" for each in (columns, classes)]
    text = SPEC.format(name=quoted[0], columns=listed[0], layers=layers, classes=listed[1])
    spec, data = write_to / "net.yaml", write_to / "data.csv"
    spec.write_text(text, encoding="utf-8")
    heads = ",".join('"' + each.replace('"', '""') + '"' for each in names[1:3])
    data.write_text(f"{heads}\n1,2\n-3,0.1\n", encoding="utf-8")
    return page_of.__wrapped__(spec, data, *options)


def skeleton(page: Tag) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
    """Return the tags of a page, and those attributes of theirs that no name may change."""
    free = {"aria-label", "title", "style", "viewbox", "width", "height", "x", "y", "d", "cx", "cy"}
    return [
        (tag.name, tuple((k, "" if k in free else v) for k, v in tag.attributes.items()))
        for tag in page.below()
    ]


@pytest.mark.parametrize("at", range(7), ids=["net", "x1", "x2", "layer1", "layer2", "y1", "y2"])
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_text_and_nothing_else(name: str, at: int, tmp_path: Path) -> None:
    for options in (("--sample", "all"), ("--blanks", "2")):
        names = (name, "_" * len(name))
        page, tame = (check(named(tmp_path, each, at, *options)) for each in names)
        assert skeleton(page) == skeleton(tame)
        assert not re.search("[\u200b-\u200f\u202a-\u202e\u2060-\u206f]", page.text)
        visible = name.encode("unicode_escape").decode() if "\u202e" in name else name
        assert visible[:12] in page.text
