"""Every printed line is as true as its sign says: read back from the text, and reckoned anew."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from random import Random

import numpy as np
import pytest

from nncli.explain.explanation import Run, Wish, explain
from nncli.explain.steps import Explanation, NeuronStep, Notation
from nncli.network.network import Network
from nncli.render.explain_text import Signs, explanation_view
from nncli.render.layout.view import Line

NUMBER = r"\d+(?:\.\d+)?(?:e-?\d+)?"
TERM = rf"(?:{NUMBER}|\(−{NUMBER}\))(?:·(?:{NUMBER}|\(−{NUMBER}\)))?"
EXPRESSION = re.compile(rf"{TERM}(?: *\+ {TERM})*|−{NUMBER}")
ACTIVATIONS = ("linear", "relu", "leaky_relu", "tanh", "sigmoid", "step", "softplus", "hard_tanh")


def number(rng: Random) -> float:
    kind = rng.random()
    if kind < 0.3:
        return float(rng.randint(-9, 9))
    if kind < 0.7:
        return round(rng.uniform(-3, 3), rng.randint(1, 3))
    return rng.choice(
        [rng.gauss(0, 1), rng.gauss(0, 1e-3), rng.gauss(0, 1e-9), rng.gauss(0, 1e4), 0.0]
    )


def drawn(rng: Random) -> tuple[Network, np.ndarray]:
    sizes = [rng.randint(1, 9) for _ in range(rng.randint(2, 4))]
    layers = []
    for inputs, neurons in pairwise(sizes):
        rows = [[number(rng) for _ in range(neurons)] for _ in range(inputs)]
        biases = [number(rng) for _ in range(neurons)]
        layers.append(
            f"  - {{weights: {rows}, biases: {biases}, activation: {rng.choice(ACTIVATIONS)}}}"
        )
    text = (
        f"inputs: {sizes[0]}\ndtype: {rng.choice(['float64', 'float32'])}\nlayers:\n"
        + "\n".join(layers)
    )
    batch = np.array([[number(rng) for _ in range(sizes[0])] for _ in range(2)])
    return Network.from_yaml_text(text), batch


def explained(network: Network, batch: np.ndarray, wish: Wish) -> Explanation:
    names = tuple(f"column_{n + 1}" for n in range(batch.shape[1]))
    run = Run((1, 2), 2, names, batch, None, network.trace(batch), network.forward(batch))
    return explain(network, run, wish)


def chains(lines: list[str]) -> Iterator[list[str]]:
    """Yield the lines of each sum, those that were wrapped joined again, without the symbols."""
    found: list[str] = []
    for text in lines:
        if re.match(r"  z[₀-₉]+  [=≈]", text):
            found = [text]
        elif found and re.match(r" +[=≈+] ", text):
            found.append(text)
        elif found:
            yield joined(found)
            found = []
    if found:
        yield joined(found)


def joined(lines: list[str]) -> list[str]:
    whole: list[str] = []
    for text in (re.sub(r"^ *(z[₀-₉]+)? *", "", each) for each in lines):
        if text.startswith("+"):
            whole[-3] += f" + {text[1:].strip()}"
            whole[:] = [*whole[:-3], whole[-2], whole[-1], whole[-3]]
        else:
            whole.append(text)
    return whole[1:]


def value(text: str, *, bounded: bool) -> tuple[Fraction, Fraction]:
    total = bound = Fraction(0)
    for term in re.split(r" *\+ ", text):
        one, slack = Fraction(1), Fraction(0)
        for factor in term.split("·"):
            plain = factor.strip("()").replace("−", "-")
            number = Fraction(plain)
            own = half_unit(plain) if bounded else Fraction(0)
            one, slack = one * number, abs(one) * own + abs(number) * slack + own * slack
        total, bound = total + one, bound + slack
    return total, bound


def half_unit(text: str) -> Fraction:
    mantissa, _, exponent = text.partition("e")
    decimals = len(mantissa.partition(".")[2])
    return Fraction(10) ** (int(exponent or 0) - decimals) / 2


@pytest.mark.parametrize("seed", range(60))
def test_every_line_of_a_sum_is_as_true_as_its_sign(seed: int) -> None:
    rng = Random(seed)
    for notation in ("rows", "torch", "columns"):
        network, batch = drawn(rng)
        check(network, batch, notation, rng)


def check(network: Network, batch: np.ndarray, notation: Notation, rng: Random) -> None:
    precision, width = rng.choice([(2, 40), (4, 60), (6, 80), (4, 140), (4, None), (8, None)])
    layers = tuple(range(1, len(network.layers) + 1))
    found = explained(network, batch, Wish((1, 2), layers, None, notation, precision))
    view = [b for b in explanation_view(found, width, Signs()) if isinstance(b, Line)]
    wide = [b.text for b in view if b.is_copied and width is not None and b.width() > width]
    assert not wide, wide
    lines = [block.text for block in view]
    steps = [step for step in found.steps if isinstance(step, NeuronStep)]
    printed = list(chains(lines))
    assert len(printed) == len(steps)
    for step, texts in zip(steps, printed, strict=True):
        exact = Fraction(step.z.shown.value.value)
        assert len(texts) == 4
        for text in texts:
            sign, expression = text.split(None, 1)
            assert EXPRESSION.fullmatch(expression), expression
            reckoned, bound = value(expression, bounded=sign == "≈")
            assert abs(reckoned - exact) <= bound, (text, float(exact))
