"""The matrices of an explanation on screens on which they do not fit as they are."""

from __future__ import annotations

import re

import pytest
from commands import run_here

from nncli.cli.streams import write_texts
from nncli.render.layout.plain import to_plain

SAMPLES = {
    "batch": "batch",
    "by_hand": "by_hand",
    "diabetes": "diabetes_test",
    "iris": "iris_test",
    "layer_objects": "layer_objects",
    "two_layers": "two_layers",
    "weather": "weather",
}


def explained(monkeypatch: pytest.MonkeyPatch, width: int | None, *arguments: str) -> str:
    """Return what a terminal of a width gets."""
    monkeypatch.setattr(
        "nncli.cli.explain.show", lambda build: write_texts([to_plain(build(width))])
    )
    done = run_here("explain", *arguments, "-q")
    assert done.code == 0, done.err
    return done.out


BELOW = """\
  W has a row per neuron, and the
  product takes W.T: (3, 4)ᵀ → (4, 3)

  X (3, 4)
  ▸ ⎡    1    2    3   2.5 ⎤
    ⎢    2    5   −1     2 ⎥
    ⎣ −1.5  2.7  3.3  −0.8 ⎦

  @ W.T (4, 3)
         ▾
    ⎡  0.2    0.5  −0.26 ⎤
    ⎢  0.8  −0.91  −0.27 ⎥
    ⎢ −0.5   0.26   0.17 ⎥
    ⎣    1   −0.5   0.87 ⎦

  + b to every row
    [ 2  3  0.5 ]

  Z (3, 3)
         ▾
  ▸ ⎡  4.8   1.21  2.385 ⎤
    ⎢  8.9  −1.81    0.2 ⎥
    ⎣ 1.41  1.051  0.026 ⎦
"""


def test_where_no_corner_fits_the_matrices_stand_below_one_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    arguments = ("configs/batch.yaml", "sample_data/batch.csv")
    text = explained(monkeypatch, 40, *arguments)
    assert BELOW in text
    # who asks for some neurons wants their sums
    chosen = explained(monkeypatch, 40, *arguments, "--neuron", "3")
    assert "▸" not in chosen
    assert "      =  2.385\n" in chosen


CLOSER = """\
                                 ▾
  W₃ (3, 4) below            ⎡   7  4  ⎤
  A₂ (4, 2) to the right     ⎢   2  1  ⎥
  Z₃ (3, 2) where they meet  ⎢   6  4  ⎥
                             ⎣   5  9  ⎦
                   + b₃
  ▸ ⎡  0 1 −1 1 ⎤  ⎡ −2 ⎤    ⎡ [−1] 4  ⎤
    ⎢ −1 0  1 0 ⎥  ⎢  1 ⎥    ⎢   0  1  ⎥
    ⎣  0 1  1 0 ⎦  ⎣  0 ⎦    ⎣   8  5  ⎦

  A₃ = relu(Z₃)              ⎡  [0] 4  ⎤
                             ⎢   0  1  ⎥
                             ⎣   8  5  ⎦
"""


def test_first_their_columns_stand_closer_together(monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ("configs/by_hand.yaml", "sample_data/by_hand.csv", "--samples", "columns")
    assert CLOSER in explained(monkeypatch, 40, *arguments, "--layer", "3")


FEWER = """\
  [W₂ | b₂] (3, 8+1)
  ▸ ⎡  0.04397 −1.17329 … │ −0.25135 ⎤
    ⎢ −0.45671 −0.04991 … │  0.30026 ⎥
    ⎣  0.08735  0.61741 … │ −0.13667 ⎦

  · [A₁ ; 1] (8+1, 8)
                      ▾
    ⎡       0 …       0 … 1.96709 ⎤
    ⎢ 2.33988 … 2.34151 …       0 ⎥
    ⎢       0 …       0 … 3.52681 ⎥
"""


def test_at_last_some_columns_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """But not the last one, nor the one that is pointed at: of the fifth sample."""
    iris = ("configs/iris.yaml", "sample_data/iris_test.csv", "--layer", "2", "--sample", "5")
    assert FEWER in explained(monkeypatch, 40, *iris, "--ones", "--notation", "columns")


def test_a_screen_that_is_too_narrow_for_a_matrix_gets_the_sums(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = explained(monkeypatch, 12, "configs/batch.yaml", "sample_data/batch.csv")
    assert "the matrices are wider than 12 columns: they are left out" in " ".join(text.split())
    assert "▸" not in text


@pytest.mark.parametrize("width", [40, 60, 80])
@pytest.mark.parametrize("notation", ["rows", "torch", "columns"])
@pytest.mark.parametrize("name", SAMPLES)
def test_every_matrix_is_shown_and_no_number_is_cut(
    monkeypatch: pytest.MonkeyPatch, name: str, notation: str, width: int
) -> None:
    columns = ("--samples", "columns") if name == "by_hand" else ()
    arguments = (f"configs/{name}.yaml", f"sample_data/{SAMPLES[name]}.csv", *columns)
    wide, narrow = (
        explained(monkeypatch, each, *arguments, "--notation", notation) for each in (None, width)
    )
    assert "left out" not in narrow
    rows = {
        text: [line for line in text.splitlines() if re.search("[⎡⎢⎣]|\\[ ", line)]
        for text in (wide, narrow)
    }
    numbers = [set(re.findall(r"−?\d[\d.e-]*", "\n".join(rows[text]))) for text in (narrow, wide)]
    assert numbers[0] <= numbers[1]
    assert max(map(len, narrow.splitlines())) <= width
