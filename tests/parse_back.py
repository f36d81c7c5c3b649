"""Reads sums back from their text and reckons them anew: is every line as true as its sign says?

python tests/parse_back.py [NETWORKS] does that for 2,000 random networks, or as many as it says.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from random import Random

import numpy as np
from activation_cases import CASES

from nncli.explain.explanation import Run, WantedLayer, Wish, explain
from nncli.explain.notation import Notation
from nncli.explain.steps import Explanation, NeuronStep
from nncli.network.network import Network
from nncli.render.explain_signs import Signs
from nncli.render.explain_text import explanation_view
from nncli.render.layout.view import Line

NUMBER = r"\d+(?:\.\d+)?(?:e-?\d+)?"
TERM = rf"(?:{NUMBER}|\(−{NUMBER}\))(?:·(?:{NUMBER}|\(−{NUMBER}\)))?"
EXPRESSION = re.compile(rf"{TERM}(?: *\+ {TERM})*|−{NUMBER}")
NOTATIONS: tuple[Notation, ...] = ("rows", "torch", "columns")
PRECISIONS = (1, 2, 3, 4, 6, 8)
WIDTHS = (40, 44, 60, 80, 140, None)


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
    most = rng.choice([4, 9, 9, 13])
    sizes = [rng.randint(1, most) for _ in range(rng.randint(2, 4))]
    layers = []
    for inputs, neurons in pairwise(sizes):
        rows = [[number(rng) for _ in range(neurons)] for _ in range(inputs)]
        biases = [number(rng) for _ in range(neurons)]
        activation = json.dumps(rng.choice([*CASES.values()]))
        layers.append(f"  - {{weights: {rows}, biases: {biases}, activation: {activation}}}")
    text = (
        f"inputs: {sizes[0]}\ndtype: {rng.choice(['float64', 'float32'])}\nlayers:\n"
        + "\n".join(layers)
    )
    batch = np.array([[number(rng) for _ in range(sizes[0])] for _ in range(2)])
    return Network.from_yaml_text(text), batch


def explained(network: Network, batch: np.ndarray, wish: Wish) -> Explanation:
    names = tuple(f"{'a long name' if n % 2 else 'column'}_{n + 1}" for n in range(batch.shape[1]))
    run = Run((1, 2), 2, names, batch, None, network.trace(batch), network.forward(batch))
    return explain(network, run, wish)


def chains(lines: list[str]) -> Iterator[list[str]]:
    """Yield the lines of each sum, those that were wrapped joined again, without the symbols."""
    found: list[str] = []
    for text in lines:
        if re.match(r"  z[₀-₉]+(  [=≈]|$)", text):
            found = [text]
        elif found and re.match(r" +[=≈+·]  ", text):
            found.append(text)
        elif found:
            yield joined(found)
            found = []
    if found:
        yield joined(found)


def joined(lines: list[str]) -> list[str]:
    """Return the four lines below the symbols, each with its sign.

    Three lines run side by side: what begins with + belongs to the line three above, or, behind the
    fourth sign, to the line above; what begins with the sign of products belongs to the line above.
    """
    texts = [re.sub(r"^ *(z[₀-₉]+)? *", "", each) for each in lines]
    whole: list[str] = []
    at = 0
    for text in filter(None, texts):
        if text[0] == "·":
            whole[at] += f"·{text[1:].strip()}"
        elif text[0] == "+":
            at = 3 if len(whole) > 3 else (at + 1) % 3
            whole[at] += f" + {text[1:].strip()}"
        else:
            at = len(whole)
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


def check_seed(seed: int) -> int:
    """Check a network that is drawn; return how many lines were read back."""
    rng = Random(seed)
    network, batch = drawn(rng)
    precision, width = rng.choice(PRECISIONS), rng.choice(WIDTHS)
    layers = tuple(WantedLayer(number + 1) for number, _ in enumerate(network.layers))
    has_ones = rng.random() < 0.3
    wish = Wish((1, 2), layers, NOTATIONS[seed % 3], has_ones, precision)
    found = explained(network, batch, wish)
    view = explanation_view(found, width, Signs())
    wide = [each for each in view if width is not None and each.width() > width]
    assert not wide, (seed, width, wide[:3])
    lines = [each for each in view if isinstance(each, Line)]
    steps = [step for step in found.steps if isinstance(step, NeuronStep) and step.is_whole]
    printed = list(chains([each.text for each in lines]))
    assert len(printed) == len(steps)
    for step, texts in zip(steps, printed, strict=True):
        exact = Fraction(step.z.shown.value.value)
        assert len(texts) == 4
        for text in texts:
            sign, expression = text.split(None, 1)
            assert EXPRESSION.fullmatch(expression), (seed, expression)
            reckoned, bound = value(expression, bounded=sign == "≈")
            assert abs(reckoned - exact) <= bound, (seed, text, float(exact))
    return 4 * len(steps)


def main() -> None:
    """Check as many networks as the command line says, by their seeds."""
    networks = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    lines = sum(map(check_seed, range(networks)))
    print(f"{networks:,} networks: {lines:,} lines are as true as their signs, none is too wide")


if __name__ == "__main__":
    main()
