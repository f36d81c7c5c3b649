"""A neuron with 784 inputs: what is shown, the rest and the bias are its sum, to the last digit."""

from __future__ import annotations

from decimal import Context, Decimal, Inexact, localcontext
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from commands import run_here

from nncli import Network

INPUTS = 784
SPEC = """\
layer_sizes: [784, 12]
activations: relu
seed: 5
init: {weights: INIT, biases: normal}
"""
# Weights of a common size, and some whose products have exponents.
INITS = ("he_normal", "{normal: {std: 1.0e-19}}", "{normal: {std: 1.0e+12}}", "whole_numbers")
SUMS = Context(prec=2_000, traps=[Inexact])  # a digit that is lost is an error


@pytest.fixture
def pixels(tmp_path: Path) -> tuple[Path, list[str]]:
    """One sample of 784 numbers as they are typed, a fifth of them 0, some with many digits."""
    rng = np.random.RandomState(2)
    plain = [f"{each:.3f}" if each > 0.2 else "0" for each in rng.random_sample(INPUTS)]
    typed = [repr(rng.standard_normal()) if n % 9 == 0 else each for n, each in enumerate(plain)]
    path = tmp_path / "pixels.csv"
    path.write_text(",".join(typed) + "\n", encoding="utf-8")
    return path, typed


def step_of(spec: Path, data: Path, dtype: str, terms: str) -> dict[str, Any]:
    options = ("--layer", "1", "--neuron", "7", "--dtype", dtype, "--terms", terms)
    done = run_here("explain", spec, data, *options, "--format", "json")
    assert done.code == 0, done.err
    [step] = done.json["steps"]
    found: dict[str, Any] = step
    return found


def shortest(values: np.ndarray) -> list[Decimal]:
    """Return the shortest decimals that read back to some floats."""
    return [Decimal(np.format_float_scientific(each, unique=True)) for each in values]


@pytest.mark.parametrize("terms", ["8", "all"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("init", INITS)
def test_a_neuron_with_784_inputs_closes_exactly(
    init: str, dtype: str, terms: str, pixels: tuple[Path, list[str]], tmp_path: Path
) -> None:
    data, typed = pixels
    spec = tmp_path / "spec.yaml"
    spec.write_text(SPEC.replace("INIT", init), encoding="utf-8")
    step = step_of(spec, data, dtype, terms)
    layer = Network.from_yaml_text(f"dtype: {dtype}\n{spec.read_text()}").layers[0]
    x = shortest(np.array([float(each) for each in typed]).astype(dtype))
    w, [bias] = shortest(layer.weights[:, 6]), shortest(layer.biases[6:7])
    with localcontext(SUMS):
        products = [one * other for one, other in zip(x, w, strict=True)]
        shown = [Decimal(term["product"]) for term in step["terms"]]
        rest = Decimal(step["left_out"]["sum"])
        z = Decimal(step["z"]["exact"])
        assert [products[term["input"] - 1] for term in step["terms"]] == shown
        assert sum(shown) + rest == Decimal(step["before_bias"])
        assert sum(shown) + rest + Decimal(step["bias"]) == z == sum(products) + bias
        others = [each for number, each in enumerate(products, 1) if number not in numbers(step)]
    assert rest == sum_of(others)
    count = {"8": 8, "all": INPUTS}[terms]
    zeros = sum(each == 0 for each in others)
    assert (step["terms_shown"], step["terms_total"]) == (len(shown), INPUTS) == (count, INPUTS)
    assert step["left_out"]["zeros"] == zeros
    assert step["left_out"]["count"] == INPUTS - count - zeros


def numbers(step: dict[str, Any]) -> set[int]:
    return {term["input"] for term in step["terms"]}


def sum_of(values: list[Decimal]) -> Decimal:
    with localcontext(SUMS):
        return sum(values, Decimal(0))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_terms_that_are_shown_are_the_largest(
    dtype: str, pixels: tuple[Path, list[str]], tmp_path: Path
) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(SPEC.replace("INIT", "whole_numbers"), encoding="utf-8")
    every = step_of(spec, pixels[0], dtype, "all")["terms"]
    sizes = sorted((-abs(Decimal(term["product"])), term["input"]) for term in every)
    shown = step_of(spec, pixels[0], dtype, "20")["terms"]
    assert [term["input"] for term in shown] == [number for _, number in sizes[:20]]
    assert [term["input"] for term in every] == [*range(1, INPUTS + 1)]
