"""The documents list what the code has: problem codes, activations, initializers, keys, options."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from nncli.problems import PROBLEM_TITLES
from nncli.specs.model import ACTIVATIONS, INITIALIZERS, SHORT_KEYS, LayerSpec, NetworkSpec

ROOT = Path(__file__).resolve().parent.parent
SOURCES = {path: path.read_text(encoding="utf-8") for path in (ROOT / "nncli").rglob("*.py")}


def document(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def test_the_list_of_problem_codes_is_the_one_in_the_code() -> None:
    listed = re.findall(r"^\| `(N\d+)` \| (.+) \|$", document("problems.md"), re.MULTILINE)
    assert dict(listed) == PROBLEM_TITLES


def test_every_code_that_is_used_has_a_title_and_every_title_is_used() -> None:
    used = {
        code
        for path, text in SOURCES.items()
        if path.name != "problems.py"
        for code in re.findall(r'"(N\d{3})"', text)
    }
    assert used == set(PROBLEM_TITLES)


@pytest.mark.parametrize(
    "name",
    [*ACTIVATIONS, *INITIALIZERS, *SHORT_KEYS, *NetworkSpec.model_fields, *LayerSpec.model_fields],
)
def test_the_spec_language_is_documented(name: str) -> None:
    assert f"`{name}`" in document("spec.md")
