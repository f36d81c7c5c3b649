"""Explanations and worksheets as Markdown: every line of the text form, and headings."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from commands import run_here
from explained_samples import SAMPLES, explained

from nncli.render.layout.text import inert


def test_a_neuron_is_a_heading_and_its_lines() -> None:
    assert explained("md", *SAMPLES["neuron_3"]) == (
        "# neuron\\_3\n\n"
        "```text\n"
        "3 → 1   sample 1 of 1   z = x @ W + b   no activation\n\n"
        "  z₁  =  x₁·w₁₁ + x₂·w₂₁ + x₃·w₃₁   + b₁\n"
        "      =  1·0.2  + 2·0.8  + 3·(−0.5) + 2\n"
        "      =  0.2    + 1.6    + (−1.5)   + 2\n"
        "      =  0.3 + 2\n"
        "      =  2.3\n"
        "```\n"
    )


def test_layers_samples_and_neurons_have_headings() -> None:
    text = explained(
        "md", *SAMPLES["two_layers"], "--layer", "2", "--sample", "1,3", "--neuron", "1"
    )
    headings = [line for line in text.splitlines() if line.startswith("#")]
    assert headings == [
        "# two\\_layers",
        "## layer 2 of 2",
        "### sample 1, neuron 1",
        "### sample 3, neuron 1",
    ]


def unescaped(heading: str) -> str:
    return re.sub(r"\\(.)", r"\1", heading.lstrip("#").strip())


def lines_of(markdown: str) -> list[str]:
    """Return a document's lines, headings as they read, without blank lines and fences."""
    lines = [unescaped(text) if text.startswith("#") else text for text in markdown.splitlines()]
    return [text for text in lines if text.strip() and not re.match("`{3,}", text)]


@pytest.mark.parametrize(
    "arguments",
    [
        *SAMPLES.values(),
        (*SAMPLES["exercise"], "--blanks", "3"),
        (*SAMPLES["exercise"], "--blanks", "3", "--answers", "--variants", "2"),
    ],
)
def test_it_has_the_lines_of_the_text_form(arguments: tuple[str, ...]) -> None:
    markdown, text = (explained(form, *arguments) for form in ("md", "text"))
    assert "".join(" ".join(lines_of(markdown)).split()) == "".join(text.split())
    indented = {line for line in text.splitlines() if line.startswith("      ")}
    assert indented <= set(markdown.splitlines())


@pytest.mark.parametrize(
    "name", ["```", "` ``` `", "# x", "<script>", "a*b_[c](d)|e", "\n## 漢 \x1b"]
)
def test_names_stay_text(name: str, tmp_path: Path) -> None:
    spec = tmp_path / "net.yaml"
    quoted = json.dumps(name)
    spec.write_text(
        f"name: {quoted}\ninputs: 1\nlayers:\n- {{name: {quoted}, neurons: 2, activation: softmax, "
        f"weights: [[1, 2]]}}\noutputs: {{classes: [{quoted}, b]}}\n",
        encoding="utf-8",
    )
    done = run_here("explain", spec, "-", "--format", "md", stdin=b"1\n3\n")
    assert done.code == 0, done.err
    headings = [text for text in done.out.splitlines() if text.startswith("#")]
    assert len(headings) == 3
    assert not re.search(r"(?<!\\)[<`*_\[|]", "".join(headings))
    assert "\x1b" not in done.out
    fences = [text for text in done.out.splitlines() if re.match(r"`{3,}(text)?$", text)]
    openings, closings = fences[::2], fences[1::2]
    assert openings == [f"{fence}text" for fence in closings]
    runs = [len(run) for run in re.findall("`+", inert(name))]
    assert max(map(len, closings)) > max(runs, default=0)
