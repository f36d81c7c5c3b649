"""The sample networks with their data, and the numbers that each form of explanation shows."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import NamedTuple

from commands import run_here
from html_tree import read_page

SAMPLES: dict[str, tuple[str, ...]] = {
    name: (f"configs/{name}.yaml", f"sample_data/{data}.csv", *options)
    for name, data, *options in (
        ("neuron", "neuron"),
        ("neuron_3", "neuron_3"),
        ("dot_product", "dot_product"),
        ("layer", "layer"),
        ("batch", "batch"),
        ("two_layers", "two_layers"),
        ("layer_objects", "layer_objects"),
        ("by_hand", "by_hand", "--samples", "columns"),
        ("three_inputs", "three_inputs", "--samples", "columns"),
        ("weather", "weather"),
        ("exercise", "exercise"),
        ("iris", "iris_test"),
        ("cancer", "cancer_test"),
        ("diabetes", "diabetes_test"),
        ("digits", "digits_test"),
        ("sine", "sine_test"),
    )
}
_NUMBER = r"(−?\d[\d.]*(?:e-?\d+)?|NaN|−?∞)"
_LAST = re.compile(rf"(?:^|[ =≈]){_NUMBER}$")


@cache
def explained(form: str, *arguments: str) -> str:
    """Return what `nncli explain` writes.  form: text, md, latex, html, json."""
    done = run_here("explain", *arguments, "--format", form, "--quiet")
    assert done.code == 0, done.err
    return done.out


class Place(NamedTuple):
    """Whose number it is; all from 1."""

    sample: int
    layer: int
    neuron: int


# z and a, as they are printed, by whose they are
Numbers = dict[Place, tuple[str, str]]


def numbers_in_json(text: str) -> Numbers:
    """Return the numbers of the steps."""
    sums = [step for step in json.loads(text)["steps"] if step["step"] == "neuron"]
    return {
        Place(step["sample"], step["layer"], step["neuron"]): (
            step["z"]["shown"],
            step["a"]["shown"],
        )
        for step in sums
    }


def plain(number: str) -> str:
    """Return a printed number as Python reads it."""
    return number.replace("−", "-").replace("∞", "inf").replace("NaN", "nan")


def last_number(line: str) -> str:
    """Return the number that a line ends with."""
    found = _LAST.search(line)
    assert found, line
    return plain(found[1])


def numbers_in_text(lines: Iterable[str]) -> Numbers:
    """Return the numbers that stand at the ends of sums, of activations and of tables.

    lines: of the text form, at no width; a sum without a heading is the only one.
    """
    found: Numbers = {}
    of_sum, share = False, None
    for place, line in placed(lines):
        of_sum = bool(re.match(r" +z[₀-₉]+ +[=≈] " if not of_sum else r" +(z[₀-₉]+ +)?[=≈] ", line))
        if of_sum and _LAST.search(line):
            z = last_number(line)
            found[place] = (z, z)
        if re.match(r" +a[₀-₉]+ +[=≈] ", line):
            found[place] = (found[place][0], last_number(line))
        if "exp(z − m)" in line:
            share = place._replace(neuron=1)
        elif share and line.startswith("  sum "):
            share = None
        elif share:
            if share in found:
                found[share] = (found[share][0], last_number(line))
            share = share._replace(neuron=share.neuron + 1)
    return found


def placed(lines: Iterable[str]) -> Iterator[tuple[Place, str]]:
    """Yield each line with the sum that the headings above it name."""
    place = Place(1, 1, 1)
    for line in lines:
        if heading := re.search(r"\blayer (\d+) of \d", line):
            place = place._replace(layer=int(heading[1]))
        if heading := re.search(r"\bsample (\d+), neuron (\d+)", line):
            place = Place(int(heading[1]), place.layer, int(heading[2]))
        yield place, line


def numbers_in_markdown(text: str) -> Numbers:
    """Return the numbers of the text form that stands between fences, and below headings."""
    return numbers_in_text(line for line in text.splitlines() if not line.startswith("```"))


def numbers_in_latex(text: str) -> Numbers:
    """Return the numbers of the comments; each sum says the same in its formula."""
    found: Numbers = {}
    comment = r"^% sample (\d+), layer (\d+), neuron (\d+): z = (\S+), a = (\S+)$"
    parts = re.split(comment, text, flags=re.MULTILINE)[1:]
    for sample, layer, neuron, z, a, formula in zip(*[iter(parts)] * 6, strict=True):
        place = Place(int(sample), int(layer), int(neuron))
        assert place not in found, place
        assert is_said(z, formula), (place, z, formula)
        found[place] = (z, a)
    return found


def is_said(number: str, latex: str) -> bool:
    """Return whether a formula has a line that ends with a number."""
    texts = {"nan": r"\text{NaN}", "inf": r"\infty", "-inf": r"-\infty"}
    text = re.sub(r"e(-?\d+)$", r"\\times 10^{\1}", number)
    ending = rf"(?:=|\\approx)[ &}}$]*{re.escape(texts.get(number, text))}(?: \\\\)?$"
    whole = re.sub(r"\\rlap\{\$(.*)\$\}", r"\1", latex)  # what takes no room of its column
    return bool(re.search(ending, whole, re.MULTILINE))


def numbers_in_page(text: str) -> Numbers:
    """Return the numbers that a page's sums carry; each says the same in its plain line."""
    found: Numbers = {}
    for tag in read_page(text).having("data-z"):
        of = tag.attributes
        place = Place(int(of["data-sample"]), int(of["data-layer"]), int(of["data-neuron"]))
        assert place not in found, place
        z, a = found[place] = of["data-z"], of["data-a"]
        (line,) = (each for each in tag.below() if "line" in each.classes)
        of_z, _, of_a = line.text.partition(";")
        assert last_number(of_z) == z, line.text
        assert not of_a or last_number(of_a) == a, line.text
        shown = [each.text for each in tag.below() if {"n", "z"} <= each.classes]
        assert list(map(plain, shown)) == [z]
    return found
