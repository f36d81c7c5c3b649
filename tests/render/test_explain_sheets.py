"""Worksheets as text: boxes of one width, and a key that fills them in."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from random import Random

import numpy as np
import pytest
from sheet_cases import Scrambled, random_sheet, scaled_network, sheet_of, whole_of

from nncli.explanation.boxes import boxed
from nncli.explanation.exact import Exact, decimal_of
from nncli.explanation.explanation import WantedLayer, Wish
from nncli.explanation.shown import Printing
from nncli.explanation.steps import Sheet
from nncli.network.network import Network
from nncli.render.explain_latex_sheets import worksheet_latex
from nncli.render.explain_markdown import worksheet_markdown
from nncli.render.explain_sheets import key_answers, key_text, worksheet_view
from nncli.render.explain_signs import Signs
from nncli.render.explain_text import explanation_view
from nncli.render.layout.plain import to_plain
from nncli.render.page.worksheet import worksheet_page

SIGNS = Signs()
NEURONS = """\
inputs: 2
name: two
layers:
  - {weights: [[1, -2], [0.5, 1]], biases: [1, 0], activation: relu}
  - {weights: [[1], [3]], biases: [-1], activation: sigmoid}
"""
NUMBER = r"\(?[−-]?(?:\d+(?:\.\d+)?(?:e-?\d+)?)\)?"


def text_of(
    sheet: Sheet, width: int | None = None, *, has_answers: bool = False, is_ascii: bool = False
) -> str:
    sheets = [boxed(sheet, has_answers=has_answers)]
    return to_plain(worksheet_view(sheets, width, Signs(is_ascii)))


def two_neurons(level: int = 2) -> Sheet:
    network = Network.from_yaml_text(NEURONS)
    wish = Wish((1,), (WantedLayer(1), WantedLayer(2)))
    return sheet_of(network, np.array([[2.0, -1.0]]), wish, level, 7)


def test_a_sheet_is_what_a_pupil_needs_and_no_more() -> None:
    assert text_of(two_neurons()) == SHEET


SHEET = """\
two: worksheet   seed 7

  Name ________________________  Date __________  Points ____ / 4

  Fill in the boxes; those with the same label hold the same number.
  Write a number in full if it has at most 6 decimals;
  round any other to 4 decimals, but to three significant digits at least.

two   2 → 2 → 1   sample 1 of 1

layer 1 of 2   Z₁ = X @ W₁ + b₁   A₁ = relu(Z₁)

  X (1, 2) below
  W₁ (2, 2) to the right     ⎡    1            −2  ⎤
  Z₁ (1, 2) where they meet  ⎣  0.5             1  ⎦
  + b₁ to every row          [    1             0  ]

    [ 2  −1 ]                [  2.5    [1z      ]  ]

  A₁ = relu(Z₁)              [  2.5    [1a      ]  ]

  worked example: sample 1, neuron 1
  z₁  =  x₁·w₁₁ + x₂·w₂₁   + b₁
      =  2·1    + (−1)·0.5 + 1
      =  2      + (−0.5)   + 1
      =  1.5 + 1
      =  2.5
  a₁  =  relu(z₁)  =  max(0, 2.5)  =  2.5

  1. sample 1, neuron 2
  z₂  =  x₁·w₁₂   + x₂·w₂₂   + b₂
      =  2·(−2)   + (−1)·1   + 0
      =  ________ + ________ + 0
      =  ________ + 0
      =  [1z      ]
  a₂  =  relu(z₂)  =  [1a      ]

layer 2 of 2   Z₂ = A₁ @ W₂ + b₂   A₂ = sigmoid(Z₂)

  A₁ (1, 2) below
  W₂ (2, 1) to the right     ⎡           1  ⎤
  Z₂ (1, 1) where they meet  ⎣           3  ⎦
  + b₂ to every row          [          −1  ]

    [ 2.5  [1a      ] ]      [  [2z      ]  ]

  A₂ = sigmoid(Z₂)           [  [2a      ]  ]

  2. sample 1, neuron 1
  z₁  =  a₁·w₁₁   + a₂·w₂₁       + b₁
      =  2.5·1    + [1a      ]·3 + (−1)
      =  ________ + ________     + (−1)
      =  ________ + (−1)
      =  [2z      ]
  a₁  =  sigmoid(z₁)  ≈  [2a      ]
"""


def test_the_key_stands_before_the_sheets_that_are_filled_in() -> None:
    key, _, filled = text_of(two_neurons(), has_answers=True).partition("\n\n\n")
    assert key.splitlines() == [
        "two: answers   1 worksheet",
        "",
        " variant   seed   points   1z   1a    2z                2a",
        "       1      7        4   −5    0   1.5   0.8176 ± 0.0001",
    ]
    assert "  [2.5  [1a: 0] ]" in filled.replace("[ 2", "[2")
    assert "a₁  =  sigmoid(z₁)  ≈  [2a: 0.8176]" in filled
    assert "=  2.5·1  + [1a: 0]·3 + (−1)" in filled


@pytest.mark.parametrize("seed", range(25))
def test_what_a_box_is_to_hold_changes_nothing_on_a_sheet(seed: int) -> None:
    sheet = random_sheet(Random(seed))
    other = Scrambled(sheet, Random(seed)).sheet()
    for width in (40, 80, None):
        for is_ascii in (False, True):
            assert text_of(other, width, is_ascii=is_ascii) == text_of(
                sheet, width, is_ascii=is_ascii
            )


@pytest.mark.parametrize("write", [worksheet_markdown, worksheet_latex, worksheet_page])
def test_nor_in_any_other_form(write: Callable[[Sequence[Sheet]], str]) -> None:
    for seed in range(10):
        sheet = random_sheet(Random(seed))
        other = Scrambled(sheet, Random(seed)).sheet()
        assert other.found != sheet.found
        one, two = (write([boxed(each, has_answers=False)]) for each in (sheet, other))
        assert one == two


def filled_in(text: str, key: dict[str, str]) -> str:
    """Fill a sheet in by hand: the boxes that have labels."""
    return re.sub(r"\[(\d+[zapy]) *\]", lambda found: f"[{found[1]}: {key[found[1]]}]", text)


def same_but_for_products(sheet: str, answers: str) -> bool:
    """Whether two words are the same, once a box without a label may hold any number."""
    pattern = re.escape(sheet).replace("________", NUMBER)
    return sheet == answers or re.fullmatch(pattern, answers) is not None


@pytest.mark.parametrize("activation", ["softmax", "log_softmax", "tanh", "linear"])
@pytest.mark.parametrize("level", [1, 2, 3])
def test_a_sheet_filled_in_from_the_key_is_the_one_with_answers(
    level: int, activation: str
) -> None:
    wish = Wish((1, 2), (WantedLayer(1), WantedLayer(2)))
    batch = np.array([[1.0, 2.0, -0.5], [3.5, -4.0, 1.0]])
    sheet = sheet_of(scaled_network(activation), batch, wish, level, 0)
    table, _, answers = text_of(sheet, has_answers=True).partition("\n\n\n")
    _, _, heads, row = table.splitlines()
    texts = [text.split(" ")[0] for text in re.split("  +", row.strip())]
    key = dict(zip(heads.split(), texts, strict=True))
    one, other = filled_in(text_of(sheet), key).split(), answers.split()
    assert len(one) == len(other)
    assert [pair for pair in zip(one, other, strict=True) if not same_but_for_products(*pair)] == []
    assert "____" not in answers.partition("Fill in")[2]


@pytest.mark.parametrize("level", [1, 2, 3])
def test_the_sums_of_the_answers_are_those_of_the_explanation(level: int) -> None:
    network, batch = Network.from_yaml_text(NEURONS), np.array([[2.0, -1.0]])
    wish = Wish((1,), (WantedLayer(1), WantedLayer(2)))
    answers = text_of(sheet_of(network, batch, wish, level, 0), has_answers=True)
    unlabelled = re.sub(r"\[\d+[za]: (.*?)\]", r"\1", answers)
    found = {" ".join(line.split()) for line in unlabelled.splitlines()}
    explanation = whole_of(network, batch, wish)
    lines = to_plain(explanation_view(explanation, None, SIGNS)).splitlines()
    sums = [" ".join(line.split()) for line in lines if re.match(" +[=≈] |  z.  =", line)]
    # a negative answer among the factors stands in no parentheses
    assert len(sums) == 15
    assert set(sums) <= found


def test_on_a_sheet_no_box_holds_anything_and_nothing_is_pointed_at() -> None:
    for level in (1, 2, 3):
        for activation in ("softmax", "relu"):
            wish = Wish((1,), (WantedLayer(1), WantedLayer(2)), notation="columns")
            batch = np.array([[1.0, 2.0, -0.5]])
            text = text_of(sheet_of(scaled_network(activation), batch, wish, level, 0))
            assert set(re.findall(r"\[\d+[zapy](.*?)\]", text)) <= {" " * 6, " " * 5}
            assert re.search("[▸▾]", text) is None


@pytest.mark.parametrize(
    ("number", "is_exact", "text"),
    [
        (2.5, True, "2.5"),
        (0.8176, False, "0.8176 ± 0.0001"),
        (123456.5, False, "123456.5000 ± 0.0001"),
        (0.000123456, False, "0.000123 ± 0.000001"),
        (-1.5e-9, False, "−1.50e-9 ± 0.00000000001"),
        (0.1234567, True, "0.1235 ± 0.0001"),
    ],
)
def test_a_rounded_answer_may_be_off_by_one_unit(number: float, is_exact: bool, text: str) -> None:
    assert key_text(Printing(4).result(Exact(decimal_of(number), is_exact)), SIGNS) == text


def test_a_narrow_key_has_its_columns_in_parts() -> None:
    sheet = boxed(two_neurons(), has_answers=True)
    for line in to_plain(worksheet_view([sheet], 40, SIGNS)).splitlines():
        assert len(line) <= 40
    assert set(key_answers(sheet)) == {"1z", "1a", "2z", "2a"}
