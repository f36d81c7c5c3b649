"""Every form of an explanation shows the same numbers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from commands import ROOT, run_here
from explained_samples import (
    SAMPLES,
    Numbers,
    Place,
    numbers_in_json,
    numbers_in_latex,
    numbers_in_markdown,
    numbers_in_page,
    numbers_in_text,
)

FORMS: dict[str, Callable[[str], Numbers]] = {
    "text": lambda text: numbers_in_text(text.splitlines()),
    "md": numbers_in_markdown,
    "latex": numbers_in_latex,
    "html": numbers_in_page,
}
# Without a result: one that is broken on purpose, and one that takes 784 inputs.
WITHOUT_DATA = {"broken", "wide"}


def test_every_sample_is_looked_at() -> None:
    networks = {path.stem for path in (ROOT / "configs").glob("*.yaml")}
    assert networks - set(SAMPLES) == WITHOUT_DATA


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("notation", ["rows", "torch", "columns"])
def test_all_forms_show_the_same_numbers(name: str, notation: str) -> None:
    # the trained ones have many samples, and large layers
    samples = "1,5" if "_test" in SAMPLES[name][1] else "all"
    asked = ("explain", *SAMPLES[name], "--sample", samples, "--notation", notation, "--quiet")
    expected = numbers_in_json(run_here(*asked, "--format", "json").out)
    assert expected
    for form, read in FORMS.items():
        done = run_here(*asked, "--format", form)
        assert done.code == 0, done.err
        assert read(done.out) == expected, form


@pytest.mark.parametrize("form", FORMS)
def test_not_a_number_and_infinity_are_said_alike(form: str) -> None:
    asked = ("explain", "configs/layer.yaml", "-", "--sample", "all", "--quiet", "--format")
    rows = b"1,nan,3,2.5\n1,2,inf,0\n-inf,0,0,0\n"
    expected = numbers_in_json(run_here(*asked, "json", stdin=rows).out)
    assert {z for z, _ in expected.values()} == {"nan", "inf", "-inf"}
    assert FORMS[form](run_here(*asked, form, stdin=rows).out) == expected


@pytest.mark.parametrize("form", FORMS)
def test_small_and_large_numbers_are_said_alike(form: str, tmp_path: Path) -> None:
    spec = tmp_path / "net.yaml"
    layers = "{weights: [[1.23456e-9, 1.2e+20]]}, {weights: [[1, 2], [0, -3]], activation: tanh}"
    spec.write_text(f"inputs: 1\nlayers: [{layers}]\n")
    asked = ("explain", spec, "-", "--sample", "all", "--quiet", "--format")
    rows = b"0.0001234567\n-1\n"
    expected = numbers_in_json(run_here(*asked, "json", stdin=rows).out)
    assert expected[Place(1, 1, 1)] == ("1.52e-13", "1.52e-13")
    assert "e20" in expected[Place(2, 1, 2)][0]
    assert FORMS[form](run_here(*asked, form, stdin=rows).out) == expected
