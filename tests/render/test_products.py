"""Layers in tables: the product as a notation writes it, the weights as the spec holds them."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import run_here

BATCH = ("configs/batch.yaml", "sample_data/batch.csv")  # a row per neuron
OBJECTS = ("configs/layer_objects.yaml", "sample_data/layer_objects.csv")  # drawn


@pytest.mark.parametrize(
    ("files", "notation", "product", "formula"),
    [
        (BATCH, None, "(3, 4) @ (3, 4)ᵀ → (4, 3) + (3,) linear (3, 3)", "a = x @ W.T + b"),
        (BATCH, "rows", "(3, 4) @ (3, 4)ᵀ → (4, 3) + (3,) linear (3, 3)", "a = x @ W + b"),
        (BATCH, "columns", "(3, 4) · (4, 3) + (3,) linear (3, 3)", "a = W · x + b"),
        (OBJECTS, None, "(3, 4) @ (4, 5) + (5,) linear (3, 5)", "a = x @ W + b"),
        (OBJECTS, "torch", "(3, 4) @ (4, 5) + (5,) linear (3, 5)", "a = x @ W.T + b"),
        (OBJECTS, "columns", "(5, 4) · (4, 3) + (5,) linear (5, 3)", "a = W · x + b"),
    ],
)
def test_a_layer_is_written_in_a_notation(
    files: tuple[str, str], notation: str | None, product: str, formula: str
) -> None:
    asked = ("--notation", notation) if notation is not None else ()
    forward = " ".join(run_here("forward", *files, *asked).out.split())
    assert f"1 layer_1 {product}" in forward
    assert f"1 layer_1 {formula}" in forward
    shapes = " ".join(run_here("shapes", *files, *asked).out.split())
    assert product.replace("linear", "→") in shapes


def test_samples_in_columns_are_written_so() -> None:
    files = ("configs/by_hand.yaml", "sample_data/by_hand.csv", "--samples", "columns")
    done = run_here("forward", *files, "--layers", "last")
    assert "4   layer_4   (1, 3)  · (3, 2) + (1,)     sigmoid      (1, 2)" in done.out
    assert "4 layer_4   z = W · x + b,  a = sigmoid(z)" in done.out
    title, _, heading, first, *_ = run_here("shapes", *files).out.splitlines()
    assert title == "by_hand   float64   4 layers   (4, 2) → (1, 2)"
    assert heading.split()[2:4] == ["weights", "input"]
    assert first.split("  ")[-1].strip() == "12"


def test_the_scaled_inputs_have_the_shape_of_the_samples() -> None:
    done = run_here("shapes", "configs/iris.yaml", "--notation", "columns")
    assert "     inputs.scale             (4, N)          → (4, N)\n" in done.out


@pytest.mark.parametrize(("layout", "name"), [("neurons_by_inputs", "  Wᵀ   "), ("", "   W   ")])
def test_a_clash_is_drawn_with_the_weights_as_the_product_takes_them(
    layout: str, name: str, tmp_path: Path
) -> None:
    spec = tmp_path / "net.yaml"
    weights = [[1, 2, 3, 4, 5]] * 2 if layout else [[1, 2]] * 5  # for 5 inputs, 2 neurons
    said = f"layout: {layout}" if layout else "name: one"
    spec.write_text(f"inputs: 3\nlayers:\n- {{weights: {weights}, biases: 0, {said}}}\n")
    done = run_here("shapes", spec)
    assert (done.code, done.told[0].code) == (3, "N201")
    assert f"│   x   │   ┌─ 5 │{name}│" in done.out
    assert ("(2, 5)ᵀ" if layout else "(5, 2) ") in done.out


def test_a_clash_with_the_data_is_drawn_in_the_notation_that_is_asked_for() -> None:
    command = ("configs/batch.yaml", "-", "--notation", "columns")
    for verb in ("forward", "explain"):
        done = run_here(verb, *command, stdin=b"1,2\n3,4\n")
        assert (done.code, done.told[0].code) == (4, "N407")
        assert "✗ 4 ≠ 2: the inner sizes must be equal" in done.err
        assert "│   ┌─ 2 │  x  │" in done.err
