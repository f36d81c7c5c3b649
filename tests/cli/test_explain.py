"""`nncli explain`: the sums that the texts print, in full, and every number as `forward` has it."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from commands import NNCLI, Done, environment, on_terminal, run_apart, run_here

from nncli.cli.streams import write_texts
from nncli.render.layout.plain import to_plain

NEURON = ("configs/neuron.yaml", "-")
BATCH = ("configs/batch.yaml", "sample_data/batch.csv")
TWO_LAYERS = ("configs/two_layers.yaml", "sample_data/two_layers.csv")
BY_HAND = ("configs/by_hand.yaml", "sample_data/by_hand.csv", "--samples", "columns")


def explained(*arguments: str | Path) -> str:
    done = run_here("explain", *arguments)
    assert done.code == 0, done.err
    return done.out


def steps(*arguments: str | Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(explained(*arguments, "--format", "json"))["steps"]
    return found


def ends(text: str) -> list[str]:
    """Return the last lines of the sums: sign and number."""
    lines = [*text.splitlines(), ""]
    return [
        " ".join(one.split())
        for one, other in pairwise(lines)
        if re.match(r" +[=≈] ", one) and not re.match(r" +[=≈+] ", other)
    ]


def test_one_neuron_is_eight_lines_the_last_of_which_is_its_number() -> None:
    text = explained("configs/neuron.yaml", "sample_data/neuron.csv")
    assert text.splitlines()[2:] == [
        "  z₁  =  x₁·w₁₁ + x₂·w₁₂ + x₃·w₁₃   + x₄·w₁₄ + b₁",
        "      =  1·0.2  + 2·0.8  + 3·(−0.5) + 2.5·1  + 2",
        "      =  0.2    + 1.6    + (−1.5)   + 2.5    + 2",
        "      =  2.8 + 2",
        "      =  4.8",
    ]
    assert explained("configs/neuron_3.yaml", "sample_data/neuron_3.csv").endswith("=  2.3\n")


def test_the_batch_s_nine_sums_and_what_they_are_before_the_bias() -> None:
    found = [s for s in steps(*BATCH, "--sample", "all") if s["step"] == "neuron"]
    # Kinsley and Kukiela 2020, chapter 2, as the arithmetic has it
    before = ["2.8", "-1.79", "1.885", "6.9", "-4.81", "-0.3", "-0.59", "-1.949", "-0.474"]
    after = ["4.8", "1.21", "2.385", "8.9", "-1.81", "0.2", "1.41", "1.051", "0.026"]
    assert [step["before_bias"] for step in found] == before
    assert [step["z"]["exact"] for step in found] == after
    assert {step["sign"] for step in found} == {"="}


def test_two_layers_come_out_in_full() -> None:
    text = explained(*TWO_LAYERS, "--layer", "2")
    assert ends(text) == ["= 0.5031", "= −1.04185", "= −2.03875"]


def test_the_worksheet_s_sums() -> None:
    found = [s for s in steps(*BY_HAND, "--sample", "all") if s["step"] == "neuron"]
    sums = {(s["layer"], s["sample"], s["neuron"]): s["z"]["exact"] for s in found}
    assert len(sums) == 22
    assert [sums[4, sample, 1] for sample in (1, 2)] == ["-2", "3"]
    assert [sums[3, 1, neuron] for neuron in (1, 2, 3)] == ["-1", "0", "8"]
    assert all("." not in z for z in sums.values())


@pytest.mark.parametrize(
    ("notation", "symbols"),
    [
        ("rows", "x₁·w₁₃ + x₂·w₂₃ + x₃·w₃₃ + x₄·w₄₃ + b₃"),
        ("torch", "x₁·w₃₁ + x₂·w₃₂ + x₃·w₃₃ + x₄·w₃₄ + b₃"),
        ("columns", "w₃₁·x₁ + w₃₂·x₂ + w₃₃·x₃ + w₃₄·x₄ + b₃"),
    ],
)
def test_a_sum_is_written_in_the_order_of_the_notation(notation: str, symbols: str) -> None:
    text = explained(*BATCH, "--neuron", "3", "--notation", notation)
    assert symbols in re.sub(" +", " ", text)
    assert ends(text) == ["= 2.385"]


def test_the_result_stands_where_row_and_column_meet() -> None:
    text = explained(*BATCH, "--neuron", "3")
    assert "  ▸ ⎡    1    2    3   2.5 ⎤  ⎡   4.8     1.21   [2.385] ⎤\n" in text
    *_, (pointing, first) = (
        (line, below) for line, below in pairwise(text.splitlines()) if "▾" in line
    )
    assert first[: pointing.index("▾") + 1].endswith("−0.26")


@pytest.mark.parametrize("name", ["iris", "cancer", "diabetes", "digits"])
def test_the_floats_are_those_of_forward(name: str) -> None:
    files = (f"configs/{name}.yaml", f"sample_data/{name}_test.csv")
    forward: Done = run_here("forward", *files, "--format", "json", "--limit", "2")
    layers = json.loads(forward.out)["layers"]
    for step in steps(*files, "--sample", "1,2", "--neuron", "1,2"):
        if step["step"] == "neuron":
            layer, at = layers[step["layer"] - 1], (step["sample"] - 1, step["neuron"] - 1)
            assert step["z"]["float"] == layer["pre_activation"][at[0]][at[1]]
            assert step["a"]["float"] == layer["output"][at[0]][at[1]]
            assert float(step["z"]["exact"]) == pytest.approx(step["z"]["float"], rel=1e-5)


def test_a_long_sum_closes_exactly() -> None:
    files = ("configs/digits.yaml", "sample_data/digits_test.csv")
    for step in steps(*files, "--layer", "1", "--neuron", "1,5"):
        if step["step"] == "neuron":
            shown = [Decimal(term["product"]) for term in step["terms"]]
            assert (len(shown), step["terms_total"]) == (8, 64)
            assert sorted(map(abs, shown), reverse=True) == list(map(abs, shown))
            rest = Decimal(step["left_out"]["sum"])
            assert sum(shown) + rest + Decimal(step["bias"]) == Decimal(step["z"]["exact"])


def test_what_forward_s_own_type_makes_of_a_sum_is_said_where_it_differs(tmp_path: Path) -> None:
    spec = tmp_path / "net.yaml"
    spec.write_text("inputs: 2\nlayers:\n- neurons: 1\n  weights: [[1], [1]]\ndtype: float32\n")
    done = run_here("explain", spec, "-", stdin=b"16777216,1\n")
    assert done.out.endswith("      =  16777217\n  forward, in float32, gets 16777216\n")


def test_a_softmax_is_a_table_of_the_sample() -> None:
    text = explained("configs/iris.yaml", "sample_data/iris_test.csv", "--layer", "last")
    rows = [line.split() for line in text.splitlines() if " ÷ 1" in line]
    assert [row[0] for row in rows] == ["setosa", "versicolor", "virginica"]
    assert sum(float(row[-1]) for row in rows) == pytest.approx(1, abs=1e-3)


def test_scaling_is_a_step_of_its_own() -> None:
    (step,) = [
        s
        for s in steps("configs/digits.yaml", "sample_data/digits_test.csv", "--layer", "1")
        if s["step"] == "scaling"
    ]
    assert step["columns"][3] == {
        "name": "pixel_0_3",
        "formula": "(13 - 0) / 16",
        "result": "0.8125",
    }


def test_a_column_of_ones_carries_the_biases() -> None:
    text = explained(*BATCH, "--neuron", "3", "--notation", "columns", "--ones")
    assert text.splitlines()[:13] == [
        "batch   4 → 3   3 samples of 3   Z = [W | b] · [X ; 1]   no activation",
        "",
        "                                               ▾",
        "  [W | b] (3, 4+1) below                ⎡      1        2     −1.5  ⎤",
        "  [X ; 1] (4+1, 3) to the right         ⎢      2        5      2.7  ⎥",
        "  Z (3, 3) where they meet              ⎢      3       −1      3.3  ⎥",
        "                                        ⎢    2.5        2     −0.8  ⎥",
        "                                        ⎣      1        1        1  ⎦",
        "",
        "    ⎡   0.2    0.8  −0.5     1 │   2 ⎤  ⎡    4.8      8.9     1.41  ⎤",
        "    ⎢   0.5  −0.91  0.26  −0.5 │   3 ⎥  ⎢   1.21    −1.81    1.051  ⎥",
        "  ▸ ⎣ −0.26  −0.27  0.17  0.87 │ 0.5 ⎦  ⎣ [2.385]     0.2    0.026  ⎦",
        "",
    ]
    assert ends(text) == ["= 2.385"]
    rows = explained(*BATCH, "--neuron", "3", "--notation", "rows", "--ones")
    assert "Z = [X | 1] @ [W ; b]" in rows
    assert "  ▸ ⎡    1    2    3   2.5 │ 1 ⎤  ⎡   4.8     1.21   [2.385] ⎤\n" in rows
    assert "⎣     2        3      0.5  ⎦\n" in rows
    assert "Z = [X | 1] @ [W.T ; b]" in explained(*BATCH, "--ones")
    (product,) = [s for s in steps(*BATCH, "--ones", "--neuron", "3") if s["step"] == "product"]
    assert (product["ones"], product["shapes"]) == (True, {"x": [3, 5], "w": [5, 3], "z": [3, 3]})


def test_in_columns_the_biases_are_a_column_of_their_own() -> None:
    text = explained(*BY_HAND, "--layer", "3")
    assert text.splitlines()[2:16] == [
        "layer 3 of 4   Z₃ = W₃ · A₂ + b₃   A₃ = relu(Z₃)",
        "",
        "                                  ▾",
        "  W₃ (3, 4) below             ⎡   7    4  ⎤",
        "  A₂ (4, 2) to the right      ⎢   2    1  ⎥",
        "  Z₃ (3, 2) where they meet   ⎢   6    4  ⎥",
        "                              ⎣   5    9  ⎦",
        "                      + b₃",
        "  ▸ ⎡  0  1  −1  1 ⎤  ⎡ −2 ⎤  ⎡ [−1]   4  ⎤",
        "    ⎢ −1  0   1  0 ⎥  ⎢  1 ⎥  ⎢   0    1  ⎥",
        "    ⎣  0  1   1  0 ⎦  ⎣  0 ⎦  ⎣   8    5  ⎦",
        "",
        "  A₃ = relu(Z₃)               ⎡  [0]   4  ⎤",
        "                              ⎢   0    1  ⎥",
    ]
    assert "  a₁  =  relu(z₁)  =  max(0, −1)  =  0\n" in text


@pytest.mark.parametrize("name", ["iris", "cancer", "batch"])
def test_a_model_in_another_form_is_explained_alike(name: str, tmp_path: Path) -> None:
    data = "sample_data/batch.csv" if name == "batch" else f"sample_data/{name}_test.csv"
    for suffix in ("onnx", "yaml"):
        model = tmp_path / f"{name}.{suffix}"
        assert run_here("convert", f"configs/{name}.yaml", model).code == 0
        found, own = (steps(each, data) for each in (model, f"configs/{name}.yaml"))
        kinds = [step["step"] for step in found if step["step"] != "transpose"]
        assert kinds == [step["step"] for step in own if step["step"] != "transpose"]
        sums, others = ([s for s in each if s["step"] == "neuron"] for each in (found, own))
        for one, other in zip(sums, others, strict=True):
            assert one["a"]["float"] == pytest.approx(other["a"]["float"], rel=1e-5, abs=1e-7)


def test_a_file_holds_what_the_screen_shows(tmp_path: Path) -> None:
    text, document = tmp_path / "sum.txt", tmp_path / "sum.json"
    for file, form in ((text, "text"), (document, "json")):
        shown = explained(*BATCH, "--format", form)
        assert explained(*BATCH, "-o", file) == ""
        assert file.read_text(encoding="utf-8") == shown
        again = run_here("explain", *BATCH, "-o", file)
        assert (again.code, again.told[0].code) == (5, "N504")
        assert explained(*BATCH, "-o", file, "--force") == ""
    assert explained(*BATCH, "-o", "-") == explained(*BATCH)
    assert explained(*BATCH, "-o", text, "--force", "--format", "json") == ""
    assert text.read_bytes() == document.read_bytes()


def test_an_output_never_replaces_an_input(tmp_path: Path) -> None:
    data = tmp_path / "data.txt"
    data.write_bytes(b"1,2,3,4\n")
    done = run_here("explain", BATCH[0], data, "-o", data, "--force")
    assert (done.code, done.told[0].code, data.read_bytes()) == (5, "N505", b"1,2,3,4\n")


def test_in_ascii_nothing_between_inputs_reads_as_a_product(tmp_path: Path) -> None:
    data = tmp_path / "data.csv"
    data.write_text("a,b,c\n1,2,3\n", encoding="utf-8")
    command = [*NNCLI, "explain", "configs/neuron_3.yaml", str(data)]
    done = run_apart(command, encoding="ascii", env=environment(PYTHONIOENCODING="ascii"))
    assert done.out.splitlines()[2] == "  x1 a 1, x2 b 2, x3 c 3"


def test_ascii_can_be_pasted_into_python() -> None:
    command = (*NNCLI, "explain", *BATCH, "--neuron", "3")
    done = run_apart(command, encoding="ascii", env=environment(PYTHONIOENCODING="ascii"))
    assert done.out.isascii()
    lines = [line.partition("=")[2] for line in done.out.splitlines() if line[:8] == "      = "]
    values = [eval(line) for line in lines]  # noqa: S307  # it is this that somebody does
    assert values == pytest.approx([2.385] * 4)


WIDE = ("--precision", "6", "--sample", "1,2")


@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize(
    "arguments",
    [
        ("configs/iris.yaml", "sample_data/iris_test.csv", *WIDE),
        ("configs/digits.yaml", "sample_data/digits_test.csv", "--neuron", "2", *WIDE),
        ("configs/diabetes.yaml", "sample_data/diabetes_test.csv", "--ones", *WIDE),
        BY_HAND,
    ],
)
def test_no_line_is_wider_than_the_screen(
    arguments: tuple[str, ...], width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "nncli.cli.explain.show", lambda build: write_texts([to_plain(build(width))])
    )
    shown = explained(*arguments)
    assert shown.count("\n") > 20
    assert [line for line in shown.splitlines() if len(line) > width] == []


def test_a_terminal_gets_lines_of_its_width() -> None:
    code, _, shown = on_terminal("explain", *BY_HAND, "-q", width=40, NO_COLOR="1")
    assert code == 0
    assert max(map(len, shown.splitlines())) <= 40
    assert "      =  0·7    + 1·2    + (−1)·6\n" in shown
    assert "      +  1·5    + (−2)\n" in shown


def test_letters_with_two_indices_are_written_alike_in_a_layer(tmp_path: Path) -> None:
    spec = tmp_path / "net.yaml"
    weights = [[1, 0]] * 10
    spec.write_text(f"inputs: 10\nlayers:\n- {{weights: {weights}, biases: 0}}\n")
    done = run_here("explain", spec, "-", "--neuron", "2", stdin=b"1,2,3,4,5,6,7,8,9,10\n")
    symbols = next(line for line in done.out.splitlines() if "z₂  =" in line)
    assert re.findall("w[₀-₉,]+", symbols) == [
        *(f"w{digit},₂" for digit in "₁₂₃₄₅₆₇₈₉"),
        "w₁₀,₂",
    ]
    text = explained("configs/digits.yaml", "sample_data/digits_test.csv", "--layer", "1")
    assert "z₁ = x₁·w₁,₁ + x₂·w₁,₂ + … + x₆₄·w₁,₆₄ + b₁" in text


def test_names_of_columns_stand_above_the_first_sum_of_a_sample() -> None:
    text = explained(
        "configs/iris.yaml", "sample_data/iris_test.csv", "--layer", "1", "--sample", "1,2"
    )
    assert text.count("x₁ sepal length (cm) −0.08929 · x₂ sepal width (cm) −0.78156") == 1
    assert text.count("x₁ sepal length (cm)") == 2


def test_a_neuron_with_a_name_is_one_of_the_last_layer() -> None:
    files = ("configs/iris.yaml", "sample_data/iris_test.csv")
    text = explained(*files, "--neuron", "virginica,1")
    assert re.findall("sample .*neuron .*", text) == [
        "sample 1, neuron 1",
        "sample 1, neuron 1 (setosa)",
        "sample 1, neuron 3 (virginica)",
    ]
    assert explained(*files, "--neuron", "setosa").count("sample 1, neuron") == 1


def test_a_sum_alone_says_whose_it_is() -> None:
    files = ("configs/layer_objects.yaml", "sample_data/layer_objects.csv")
    text = explained(*files, "--sample", "2", "--layer", "1", "--neuron", "3")
    head, *lines = text.splitlines()
    whose = "layer 1 of 2   sample 2 of 3   neuron 3   z = x @ W + b   no activation"
    assert head == f"layer_objects   4 → 5 → 2   {whose}"
    assert lines == [
        "",
        "  z₃  =  x₁·w₁₃    + x₂·w₂₃       + x₃·w₃₃       + x₄·w₄₃       + b₃",
        "      ≈  2·0.09787 + 5·(−0.01514) + (−1)·0.07610 + 2·(−0.02052) + 0",
        "      ≈  0.19575   + (−0.07568)   + (−0.07610)   + (−0.04103)   + 0",
        "      ≈  0.00293 + 0",
        "      ≈  0.00293",
        "      the rounded factors give 0.00290, the rounded products 0.00294",
    ]


def test_a_long_sum_ends_with_what_the_others_add() -> None:
    files = ("configs/digits.yaml", "sample_data/digits_test.csv", "--layer", "1", "--neuron", "2")
    text = explained(*files, "--terms", "2").splitlines()
    at = text.index("  sample 1, neuron 2")
    assert text[at + 1 :] == [
        "  z₂ = x₁·w₂,₁ + x₂·w₂,₂ + … + x₆₄·w₂,₆₄ + b₂     64 terms, 34 of them 0",
        "",
        "                xₖ      w₂,ₖ   xₖ·w₂,ₖ",
        "  pixel_2_2  0.875 · 0.53596 ≈ 0.46896  + ████████████████",
        "  pixel_3_4  0.625 · 0.69330 ≈ 0.43331  + ███████████████",
        "  the 2 largest terms           0.90227",
        "  the other 28 that are not 0  −0.43759",
        "  the 34 with x = 0                   0",
        "                               ────────",
        "  the sum before the bias       0.46468",
        "  the bias b₂                  −0.17541",
        "                               ────────",
        "  z₂ ≈                           0.2893",
        "  a₂  =  relu(z₂)  ≈  max(0, 0.2893)  ≈  0.2893",
    ]
    whole = explained(*files, "--terms", "all")
    assert "+ x₆₄·w₂,₆₄" in whole
    assert ends(whole) == ["≈ 0.2893"]


def test_nothing_is_reckoned_with_what_is_no_number() -> None:
    done = run_here("explain", *NEURON, "--sample", "1,2", stdin=b"1,nan,3,2.5\n1,2,inf,0\n")
    assert [line.split(None, 1)[-1] for line in done.out.splitlines() if line[6:7] == "≈"] == [
        "1·0.2  + NaN·0.8 + 3·(−0.5) + 2.5·1  + 2",
        "NaN",
        "1·0.2  + 2·0.8  + ∞·(−0.5) + 0·1    + 2",
        "−∞",
    ]
    assert "the first (nan) at sample 1, column 2" in done.err


def test_infinity_is_kept_within_bounds_as_forward_keeps_it(tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    inputs = "inputs: {columns: [t], clip: {low: 0, high: 5}}"
    spec.write_text(f"{inputs}\nlayers: [{{weights: [[2]]}}]\n", encoding="utf-8")
    done = run_here("explain", spec, "-", "--sample", "all", stdin=b"t\ninf\n-inf\nnan\n")
    assert [line.strip() for line in done.out.splitlines() if line.startswith("  t")] == [
        "t  min(∞, 5)  ≈  5",
        "t  max((−∞), 0)  ≈  0",
        "t  NaN  ≈  NaN",
    ]
    assert "forward" not in done.out


@pytest.mark.parametrize("form", ["text", "md", "html"])
@pytest.mark.parametrize("blanks", [(), ("--blanks", "all", "--level", "3")])
def test_an_activation_is_told_with_its_numbers(
    blanks: tuple[str, ...], form: str, tmp_path: Path
) -> None:
    """Without them nobody could say what it makes of a sum, least of all on a worksheet."""
    spec = tmp_path / "spec.yaml"
    slopes = [0.25, -0.5, 1.0e-7, 2, 3]
    spec.write_text(
        "layers:\n"
        "- {weights: [[1, 2]], activation: {elu: {alpha: 0.5}}}\n"
        "- {weights: [[1, 2], [3, 4]], activation: hard_tanh, layout: inputs_by_neurons}\n"
        "- {weights: [[1, 2], [3, 4]], activation: {prelu: {slopes: [0.25, -0.5]}}, "
        "layout: inputs_by_neurons}\n"
        f"- {{weights: [{[1] * 5}, {[2] * 5}], activation: {{prelu: {{slopes: {slopes}}}}}}}\n",
        encoding="utf-8",
    )
    done = run_here("explain", spec, "-", "--format", form, *blanks, stdin=b"1\n2\n")
    assert done.code == 0, done.err
    for formula in (
        "elu(Z₁, 0.5)",
        "hard_tanh(Z₂, −1, 1)",
        "prelu(Z₃, 0.25, −0.5)",
        "prelu(Z₄, …)",
    ):
        assert formula in done.out


def test_a_slope_is_of_no_sum_that_is_nan(tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text("layers: [{weights: [[1], [2]], activation: leaky_relu}]\n", encoding="utf-8")
    done = run_here("explain", spec, "-", stdin=b"nan,2\n")
    assert done.code == 0, done.err
    assert done.out.splitlines()[-1] == "  a₁  =  leaky_relu(z₁)  =  z₁  ≈  NaN"


@pytest.mark.parametrize("form", ["text", "md", "latex", "html", "json"])
def test_the_largest_term_of_a_long_sum_may_be_nan(form: str, tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(f"layers: [{{weights: {[[1]] * 13}}}]\n", encoding="utf-8")
    numbers = b"1,2,3,4,nan,-6,7,8,9,10,11,12,13\n"
    done = run_here("explain", spec, "-", "--terms", "2", "--format", form, stdin=numbers)
    assert done.code == 0, done.err
    if form == "text":
        assert done.out.splitlines()[5:7] == [
            "   5  NaN ·    1 ≈     NaN",
            "  13   13 ·    1 =      13",
        ]


@pytest.mark.parametrize(
    ("arguments", "message", "remedy"),
    [
        ("--sample 60", "--sample 60: there are 50 samples", ""),
        ("--layer 3", "--layer 3: the network has 2 layers", ""),
        ("--layer 0", "--layer 0: layers are numbered from 1, and the network has 2 layers", ""),
        ("--layer layr_2", "there is no layer 'layr_2'", "--layer layer_2"),
        ("--layer 1,lst", "there is no layer 'lst'", "--layer 1,last"),
        ("--layer 1.0", "there is no layer '1.0'", "--layer 1"),
        ("--neuron 9", "--neuron 9: the layers have at most 8 neurons", ""),
        ("--layer last --neuron 4", "--neuron 4: layer 2 has 3 neurons", ""),
        ("--neuron setoza,1", "there is no neuron 'setoza'", "--neuron setosa,1"),
        ("--layer 1 --neuron setosa", "--neuron setosa: it is in layer 2, the last", ""),
        ("--terms 0", "'0' is not a whole number", ""),
        ("--samples 2", "'2' is not one of 'rows', 'columns'", "--sample 2"),
        ("--sample columns", "'columns' is not a whole number", "--samples columns"),
        ("--layers 2", "explain has no option '--layers'", "--layer 2"),
        (
            "-o sums.pdf",
            "the suffix of 'sums.pdf' names no format: .txt, .md, .tex, .html, .json",
            "",
        ),
    ],
)
def test_what_is_not_there_is_a_wrong_command_line(
    arguments: str, message: str, remedy: str
) -> None:
    files = ("configs/iris.yaml", "sample_data/iris_test.csv")
    done = run_here("explain", *files, *arguments.split())
    assert (done.code, done.out) == (2, "")
    (told,) = done.told
    assert message in told.message
    assert (f"   nncli explain {' '.join(files)} {remedy}" in told.help) is bool(remedy)


def test_a_long_sum_says_why_its_other_terms_are_0_and_what_is_rounded(tmp_path: Path) -> None:
    spec = tmp_path / "net.yaml"
    weights = [[1], [-1], *[[0]] * 6, *[[2]] * 6]
    spec.write_text(f"inputs: 14\nlayers:\n- {{weights: {weights}, biases: [0.5]}}\n")
    row = ["1.12345678"] * 2 + ["7"] * 6 + ["0"] * 6
    done = run_here("explain", spec, "-", "--terms", "1", stdin=",".join(row).encode())
    assert [" ".join(line.split()) for line in done.out.splitlines()[5:]] == [
        "1 1.12346 · 1 ≈ 1.12346 + ████████████████",
        "the largest term 1.12346",
        "the other 1 that is not 0 −1.12346",
        "the 12 that are 0 0",
        "────────",
        "the sum before the bias 0",
        "the bias b₁ 0.5",
        "────────",
        "z₁ ≈ 0.5",
    ]
    arguments = ("explain", spec, "-", "--terms", "1", "--format", "json")
    (step,) = run_here(*arguments, stdin=",".join(row).encode()).json["steps"]
    assert (step["sign"], step["z"]["exact"], step["left_out"]["zeros"]) == ("≈", "0.5", 12)
