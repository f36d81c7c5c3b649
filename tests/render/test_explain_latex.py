"""Explanations and worksheets as LaTeX: the lines of the text form, and pages that hold them."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from random import Random

import numpy as np
import pytest
from commands import run_here
from explained_samples import SAMPLES, explained
from parse_back import NOTATIONS, chains, drawn
from parse_back import explained as explanation_of

from nncli.explanation.explanation import WantedLayer, Wish
from nncli.explanation.steps import Explanation
from nncli.network.network import Network
from nncli.render.explain_latex import explain_latex
from nncli.render.explain_signs import Signs
from nncli.render.explain_text import explanation_view
from nncli.render.layout.latex import escaped

needs_pdflatex = pytest.mark.skipif(
    shutil.which("pdflatex") is None, reason="pdflatex is not installed"
)
COMMENT = re.compile(
    r"^% sample (\d+), layer (\d+), neuron (\d+): z = (\S+), a = (\S+)$", re.MULTILINE
)
ROUNDING = (
    "Results are rounded to 4 decimals and what goes into a sum to 5, but to three significant "
    "digits at least; shorter numbers are exact; "
    r"= is exactly true, $\approx$ is rounded."
)
HOSTILE = r"a_b & $x$ \input{/etc/passwd} % ü 漢 ^^41 #1 ~ {"


def body(text: str) -> list[str]:
    return text.partition("\\begin{document}\n")[2].splitlines()


def overfull(text: str, folder: Path) -> float:
    """Compile a document with nothing but what it names; return how far it runs off its page."""
    (folder / "made.tex").write_text(text, encoding="ascii")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "made.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-2000:]
    log = (folder / "made.log").read_text(encoding="utf-8", errors="replace")
    return max(map(float, re.findall(r"Overfull \\hbox \(([\d.]+)pt", log)), default=0.0)


# ------------------------------------------------------------------------------- the same numbers


def test_a_neuron_is_a_short_document() -> None:
    assert body(explained("latex", *SAMPLES["neuron_3"])) == [
        r"\section*{neuron\_3}",
        r"$3 \to 1$, sample 1 of 1. " + ROUNDING,
        "",
        r"$z = x\,W + b$, \quad no activation",
        r"\par\nobreak",
        "% sample 1, layer 1, neuron 1: z = 2.3, a = 2.3",
        r"\textit{sample 1, neuron 1}",
        r"\[",
        r"\begin{alignedat}{4}",
        r"z_{1} &= x_{1}\cdot w_{11} &&+ x_{2}\cdot w_{21} &&+ x_{3}\cdot w_{31} &&+ b_{1} \\",
        r" &= 1\cdot 0.2 &&+ 2\cdot 0.8 &&+ 3\cdot (-0.5) &&+ 2 \\",
        r" &= 0.2 &&+ 1.6 &&+ (-1.5) &&+ 2 \\",
        r" &= \rlap{$0.3 + 2$} \\",
        r" &= 2.3",
        r"\end{alignedat}",
        r"\]",
        r"\end{document}",
    ]


@pytest.mark.parametrize(
    ("notation", "formula", "symbols"),
    [
        ("rows", r"Z = X\,W + b", r"x_{1}\cdot w_{13} &&+ x_{2}\cdot w_{23}"),
        ("torch", r"Z = X\,W^{T} + b", r"x_{1}\cdot w_{31} &&+ x_{2}\cdot w_{32}"),
        ("columns", r"Z = W \cdot X + b", r"w_{31}\cdot x_{1} &&+ w_{32}\cdot x_{2}"),
    ],
)
def test_a_layer_is_written_in_its_notation(notation: str, formula: str, symbols: str) -> None:
    text = explained("latex", *SAMPLES["batch"], "--notation", notation)
    assert f"${formula}$, \\quad no activation" in text
    assert f"z_{{3}} &= {symbols}" in text


def test_the_matrices_stand_around_their_corner() -> None:
    text = explained("latex", *SAMPLES["batch"], "--notation", "rows")
    # each column of the weights, the biases and the sums is as wide as its widest number
    assert (
        "\\left[\\begin{array}{@{}rrrr@{}}\n"
        "\\mathbf{1} & \\mathbf{2} & \\mathbf{3} & \\mathbf{2.5} \\\\\n"
        "2 & 5 & -1 & 2 \\\\\n"
        "-1.5 & 2.7 & 3.3 & -0.8\n"
        "\\end{array}\\right]\n"
        "&\n"
        "\\left[\\begin{array}{@{}rrr@{}}\n"
        "\\as{\\mathbf{-0.5}}{\\mathbf{4.8}} & 1.21 & \\as{-0.27}{2.385} \\\\\n"
        "8.9 & -1.81 & 0.2 \\\\\n"
        "1.41 & 1.051 & 0.026\n"
        "\\end{array}\\right]\n"
    ) in text


def plain(latex: str) -> str:
    """Return a line of a sum as the text form has it, without blanks."""
    text = re.sub(r"\\rlap\{\$(.*)\$\}", r"\1", latex).removesuffix(r" \\")
    text = re.sub(r"\\times 10\^\{(-?\d+)\}", r"e\1", text)
    for command, sign in ((r"\cdot", "·"), (r"\approx", "≈"), (r"\infty", "∞"), (r"\quad", "")):
        text = text.replace(command, sign)
    text = re.sub(r"\\text\{(\w+)\}", r"\1", text)
    # the minus of an exponent is that of ASCII
    return re.sub(r"(?<!e)-", "−", text).replace("&", "").replace(" ", "")


def sums(document: str) -> list[list[str]]:
    """Return the lines of every sum that is whole, those that are broken joined again."""
    found = []
    for block in re.findall(r"\\begin\{aligned(?:at\}\{\d+)?\}\n(z_.*?)\\end", document, re.DOTALL):
        lines: list[str] = []
        for text in map(plain, block.splitlines()):
            if text.startswith("a_"):
                break
            if text.startswith(("z_", "=", "≈")):
                lines.append(text)
            elif text.startswith("+"):
                lines[-1] += text
        found.append(lines[1:])  # without the symbols
    return found


@pytest.mark.parametrize("seed", range(60))
def test_the_lines_of_a_sum_are_those_of_the_text(seed: int) -> None:
    found = random_explanation(seed)
    view = explanation_view(found, None, Signs())
    printed = list(chains([each.text for each in view if hasattr(each, "text")]))
    # letters are set otherwise
    expected = [["".join(line.split()) for line in lines[1:]] for lines in printed]
    assert sums(explain_latex(found)) == expected
    assert expected or not any(hasattr(step, "is_whole") and step.is_whole for step in found.steps)


def random_explanation(seed: int) -> Explanation:
    rng = Random(seed)
    network, batch = drawn(rng)
    layers = tuple(WantedLayer(number + 1) for number, _ in enumerate(network.layers))
    wish = Wish((1, 2), layers, NOTATIONS[seed % 3], rng.random() < 0.3, rng.choice((1, 4, 6)))
    return explanation_of(network, batch, wish)


# ------------------------------------------------------------------------------------ its pages


@needs_pdflatex
@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_compiles_and_stays_on_its_page(name: str, tmp_path: Path) -> None:
    text = explained("latex", *SAMPLES[name])
    assert re.findall(r"\\usepackage.*", text) == [r"\usepackage{amsmath}"]
    assert overfull(text, tmp_path) < 5


@needs_pdflatex
@pytest.mark.parametrize("options", ["--ones", "--notation columns --ones", "--precision 17"])
@pytest.mark.parametrize("name", ["iris", "two_layers", "diabetes"])
def test_every_way_of_writing_stays_on_its_page(name: str, options: str, tmp_path: Path) -> None:
    assert overfull(explained("latex", *SAMPLES[name], *options.split()), tmp_path) < 5


@needs_pdflatex
@pytest.mark.parametrize("seed", range(9))
def test_long_numbers_stay_on_their_page(seed: int, tmp_path: Path) -> None:
    """Twelve terms of nine digits each, and layers of twelve."""
    rng = np.random.default_rng(seed)
    weights = rng.uniform(-1, 1, (12, 12)).round(8).tolist()
    text = f"inputs: 12\nlayers:\n- {{weights: {weights}, activation: softmax}}\n"
    wish = Wish((1, 2), (WantedLayer(1),), NOTATIONS[seed % 3], seed % 2 == 0, 4 + seed)
    batch = rng.uniform(-10, 10, (2, 12)).round(7)
    found = explanation_of(Network.from_yaml_text(text), batch, wish)
    assert overfull(explain_latex(found), tmp_path) < 5


@needs_pdflatex
def test_what_is_no_number_compiles(tmp_path: Path) -> None:
    network = Network.from_yaml_text("inputs: 2\nlayers:\n- {weights: [[1], [-1]]}\n")
    batch = np.array([[np.nan, 1.0], [np.inf, 2.0]])
    text = explain_latex(explanation_of(network, batch, Wish((1, 2), (WantedLayer(1),))))
    assert [found[3] for found in COMMENT.findall(text)] == ["nan", "inf"]
    assert overfull(text, tmp_path) < 5


# ----------------------------------------------------------------------------- names of strangers


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (r"\input{x}", r"\textbackslash{}input\{x\}"),
        ("50 % & more", r"50 \% \& more"),
        ("a\nb", r"a\textbackslash{}nb"),
        ("Größe ñ ệ", r"Gr\"{o}\ss{}e \~{n} \^{\d{e}}"),
        ("λ μ 漢", r"$\lambda$ $\mu$ [U+6F22]\allowbreak{}"),
        ("x₂²", "x$_{2}$$^{2}$"),
        ("^^41", r"\textasciicircum{}\textasciicircum{}41"),
        ("--", "-{}-{}"),
        ("a" * 30, "a" * 24 + r"\allowbreak{}" + "a" * 6),
    ],
)
def test_a_name_is_set_as_it_reads(name: str, shown: str) -> None:
    assert escaped(name) == shown


def hostile(tmp_path: Path, name: str) -> tuple[Path, Path]:
    spec, data = tmp_path / "net.yaml", tmp_path / "data.csv"
    quoted = "'" + name.replace("'", "''") + "'"
    spec.write_text(
        f"name: {quoted}\ninputs: {{columns: [{quoted}, other], scale: {{standard: {{"
        f"mean: 1, std: 3}}}}}}\nlayers:\n- {{name: {quoted}, neurons: 2, activation: softmax, "
        f"weights: [[1, 2], [3, 4]]}}\noutputs: {{classes: [{quoted}, other]}}\n",
        encoding="utf-8",
    )
    data.write_text(f'"{name}",other\n1,2\n3,5\n', encoding="utf-8")
    return spec, data


@needs_pdflatex
@pytest.mark.parametrize("name", [HOSTILE, "long " * 30, "x" * 150, "日本語" * 9])
@pytest.mark.parametrize("options", [(), ("--blanks", "2", "--answers")])
def test_names_are_no_commands(name: str, options: tuple[str, ...], tmp_path: Path) -> None:
    files = hostile(tmp_path, name.strip())
    done = run_here("explain", *files, "--format", "latex", "--sample", "1,2", *options)
    assert done.code == 0, done.err
    assert r"\input" not in done.out
    assert overfull(done.out, tmp_path) < 5


# --------------------------------------------------------------------------------- worksheets

SHEET = ("latex", *SAMPLES["by_hand"], "--blanks", "8")
BLANK = re.compile(r"\\blank\{(\d+\w)\}\{([^{}]*)\}")


def test_a_sheet_has_empty_boxes_and_says_what_to_do() -> None:
    text = explained(*SHEET)
    assert {answer for _, answer in BLANK.findall(text)} == {""}
    asked = {f"{number}{letter}" for number in range(1, 9) for letter in "za"}
    assert {label for label, _ in BLANK.findall(text)} == asked
    assert r"Points \rule{12mm}{0.4pt} / 16" in text
    assert "Worked example: sample 1, neuron 1" in text
    assert [int(n) for n in re.findall(r"\\textbf\{(\d+)\.\}", text)] == list(range(1, 9))
    assert "z = [1z], a = [1a]" in text
    assert r"\ifdim\blankwidth<16mm" in text  # at least 14 mm, and 7 mm tall
    assert r"\rule[-2mm]{0pt}{7mm}" in text


def test_a_sheet_filled_in_is_the_sheet_of_the_answers() -> None:
    sheet, key = explained(*SHEET), explained(*SHEET, "--answers")
    start = key.index("\\setcounter{page}{1}")
    numbers = dict(BLANK.findall(key[start:]))
    filled = BLANK.sub(lambda found: rf"\blank{{{found[1]}}}{{{numbers[found[1]]}}}", sheet)
    lines = iter(re.findall(r"\\gap\{([^{}]*)\}", key[start:]))
    filled = re.sub(r"\\gap\{\}", lambda _: rf"\gap{{{next(lines)}}}", filled)
    comments = re.compile("^% sample.*", re.MULTILINE)
    whole = filled[filled.index("\\setcounter{page}{1}") :]
    assert comments.sub("", whole) == comments.sub("", key[start:])
    # by hand: sample 2 of layer 1, 1·(−1) + 0·1 + (−1)·1 + 1·2 + 1
    assert numbers["1z"] == "1"


def test_the_key_has_a_row_for_every_variant() -> None:
    text = explained(
        "latex", *SAMPLES["exercise"], "--blanks", "4", "--variants", "30", "--answers"
    )
    key, *sheets = text.split("\\newpage")
    assert len(sheets) == 30
    rows = re.findall(r"^\$(\d+)\$ & (.*) \\\\$", key, re.MULTILINE)
    assert [int(number) for number, _ in rows] == list(range(1, 31))
    (heads,) = re.findall(r"^variant & (.*) \\\\ \\hline$", key, re.MULTILINE)
    for (_, row), sheet in zip(rows, sheets, strict=True):
        cells = dict(zip(heads.split(" & "), re.findall(r"\$(.*?)\$", row), strict=True))
        assert {label: cells[label] for label, _ in BLANK.findall(sheet)} == dict(
            BLANK.findall(sheet)
        )


@needs_pdflatex
@pytest.mark.parametrize(
    ("files", "options"),
    [
        (SAMPLES["by_hand"], "--blanks all --answers"),
        (SAMPLES["by_hand"], "--blanks 8 --level 3 --ones"),
        (SAMPLES["by_hand"], "--blanks 8 --level 1 --notation rows"),
        (SAMPLES["exercise"], "--blanks all --variants 3"),
        (SAMPLES["exercise"], "--blanks 5 --variants 60 --answers"),
        (SAMPLES["iris"], "--blanks all --level 3 --layer 2 --answers"),
        (SAMPLES["iris"], "--blanks 6 --layer 1"),
        (SAMPLES["diabetes"], "--blanks all --answers --sample 1,2"),
        (SAMPLES["two_layers"], "--blanks all --answers"),
    ],
)
def test_worksheets_compile_and_stay_on_their_page(
    files: tuple[str, ...], options: str, tmp_path: Path
) -> None:
    assert overfull(explained("latex", *files, *options.split()), tmp_path) < 5
