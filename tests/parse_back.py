"""Reads sums back from their text and reckons them anew: is every line as true as its sign says?

It also asks whether each letter is the number below it, whether numbers have the digits that were
asked for, and whether a sign is no more careful than it need be.

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
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from activation_cases import CASES

from nncli.explanation.explanation import Run, WantedLayer, Wish, explain
from nncli.explanation.notation import Notation
from nncli.explanation.shown import Shown
from nncli.explanation.steps import Explanation, NeuronStep
from nncli.network.network import Network
from nncli.render.explain_signs import Signs
from nncli.render.explain_text import explanation_view
from nncli.render.layout.view import Line

NUMBER = r"\d+(?:\.\d+)?(?:e-?\d+)?"
TERM = rf"(?:{NUMBER}|\(−{NUMBER}\))(?:·(?:{NUMBER}|\(−{NUMBER}\)))?"
SIGNED = rf"−?{NUMBER}"
EXPRESSION = re.compile(rf"{TERM}(?: *\+ {TERM})*|−{NUMBER}")
NOTATIONS: tuple[Notation, ...] = ("rows", "torch", "columns")
PRECISIONS = (1, 2, 3, 4, 6, 8)
DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
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
    """Yield the lines of each sum, those that were wrapped joined again."""
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
    """Return the symbols, and the four lines below them, each with its sign.

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
    return whole


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


class Reading(NamedTuple):
    """An explanation of a network, and what it is to agree with."""

    network: Network
    batch: npt.NDArray[Any]  # (samples, features)
    wish: Wish

    def number(self, symbol: str, step: NeuronStep) -> float:
        """Return what a letter with its indices means: x₂, w₂₃ or w₂,₁₀, b₃."""
        layer, letter = self.network.layers[step.layer - 1], symbol[0]
        indices = symbol[1:].translate(DIGITS)
        places = [*indices] if letter == "w" and "," not in indices else indices.split(",")
        numbers = [int(place) - 1 for place in places]
        if letter == "b":
            return float(layer.biases[numbers[0]])
        if letter == "w":
            row, column = numbers if self.wish.notation == "rows" else numbers[::-1]
            assert row < layer.inputs, symbol
            assert column < layer.neurons, symbol
            return float(layer.weights[row, column])
        assert letter == ("x" if step.layer == 1 else "a")
        if letter == "a":  # another step holds it against `forward`
            return float(step.terms[numbers[0]].x.value.value)
        return float(self.batch[step.row - 1, numbers[0]])


def check_symbols(lines: tuple[str, str], step: NeuronStep, reading: Reading) -> None:
    """Check that each letter of a sum is the number below it, and that none is missing."""
    letters, numbers = (re.split(r" *\+ |·", text) for text in lines)
    inputs = [int(each[1:].translate(DIGITS)) for each in letters if each[0] in "xa"]
    assert inputs == [*range(1, step.terms_total + 1)]
    assert letters[-1][0] == "b"
    for letter, text in zip(letters, numbers, strict=True):
        found, bound = value(text, bounded=True)
        meant = Fraction(reading.number(letter, step))
        assert abs(found - meant) <= bound + abs(meant) / 10**5 + Fraction(1, 10**6), (letter, text)


def check_sum(texts: list[str], step: NeuronStep, reading: Reading) -> None:
    """Check every line of a sum that is written out, the line of symbols first."""
    signs, expressions = zip(*(text.split(None, 1) for text in texts), strict=True)
    check_symbols((expressions[0], expressions[1]), step, reading)
    for sign, expression in zip(signs[1:], expressions[1:], strict=True):
        assert EXPRESSION.fullmatch(expression), expression
        check_true(sign, expression, step.z.shown)
    factors = [each for term in step.terms for each in (term.x, term.w)]
    products = [term.product for term in step.terms]
    written: tuple[list[Shown], ...]
    written = ([], [*factors, step.bias], products, [step.before_bias], [step.z.shown])
    is_full = True
    for sign, numbers in zip(signs, written, strict=True):
        is_full &= all(map(is_in_full, numbers)) and (not numbers or is_in_full(step.z.shown))
        assert sign == ("=" if is_full else "≈"), (sign, numbers)


def check_true(sign: str, expression: str, number: Shown) -> None:
    """Check that an expression is a number, as exactly as its sign says."""
    reckoned, bound = value(expression, bounded=sign == "≈")
    assert abs(reckoned - Fraction(number.value.value)) <= bound, (sign, expression, number)


def check_long_sum(text: str, step: NeuronStep) -> None:
    """Check the products that are shown of a long sum, and that all its parts are z."""
    products = re.findall(rf"(\(?{SIGNED}\)?) · +(\(?{SIGNED}\)?)\s+([=≈]) +({SIGNED})", text)
    assert len(products) == len(step.terms)
    for (one, other, sign, printed), term in zip(products, step.terms, strict=True):
        check_true(sign, f"{one}·{other}", term.product)
        check_true(sign, printed, term.product)
    found = re.search(rf"\n  z[₀-₉]+ ([=≈])\s+({SIGNED})", text)
    assert found
    parts = {
        name: said.group(1) if (said := re.search(rf"the {name}\s+({SIGNED})", text)) else "0"
        for name in (
            r"(?:\d+ )?largest terms?",
            r"other \d+ that (?:is|are) not 0",
            "sum before the bias",
            "bias b[₀-₉]+",
        )
    }
    largest, others, before, bias = parts.values()
    for expression in (f"{largest} + {others} + {bias}", f"{before} + {bias}", found[2]):
        check_true(found[1], expression, step.z.shown)


def check_activation(text: str, step: NeuronStep) -> None:
    """Check what an activation makes of a sum: the last number, and the sign in front of it."""
    sign, printed = re.split(r"\s+", text)[-2:]
    check_true(sign, printed, step.a.shown)
    numbers = [step.z.shown, step.a.shown, *([step.slope] if step.slope else [])]
    assert sign == ("=" if all(map(is_in_full, numbers)) else "≈"), text


def is_in_full(number: Shown) -> bool:
    """Whether a number is exact and short: of up to six decimals, and up to nine digits."""
    for decimals in range(7):
        whole = Fraction(number.value.value) * 10**decimals
        if whole.denominator == 1:
            return number.value.is_exact and abs(whole) < 10**9
    return False


def check_digits(number: Shown, decimals: int) -> None:
    """Check that a number is printed in full, or with as many decimals as are asked for.

    More are there only for three digits that count.
    """
    exact, printed = Fraction(number.value.value), Fraction(number.text)
    if is_in_full(number):
        assert printed == exact, number
        assert not ("." in number.text and number.text.endswith("0")), number
    elif printed:
        unit = 2 * half_unit(number.text)
        assert abs(printed - exact) <= unit / 2, number
        is_small = unit < Fraction(1, 10**decimals)
        assert 100 <= abs(printed / unit) <= 1000 if is_small else unit == Fraction(1, 10**decimals)
    else:
        assert exact == 0, number


def check_step(text: str, step: NeuronStep, reading: Reading) -> int:
    """Check what is printed of a sum; return how many lines were read back."""
    sums, *made = re.split(r"\n  a[₀-₉]+ ", text)
    results = [step.z.shown, step.a.shown]
    terms = [each for term in step.terms for each in (term.x, term.w, term.product)]
    for number in [*terms, step.before_bias, step.bias, step.terms_sum, step.left_out.sum]:
        check_digits(number, reading.wish.precision + 1)
    for number in results:
        check_digits(number, reading.wish.precision)
    if made:
        check_activation(made[0].partition("\n  forward")[0].strip(), step)
    if not step.is_whole:
        check_long_sum(sums, step)
        return len(step.terms) + 4
    [texts] = chains(sums.split("\n"))
    check_sum(texts, step, reading)
    return len(texts)


def sums_of(lines: list[str]) -> list[str]:
    """Return the text of each sum with the activation below it; a long one has a blank line."""
    blocks = "\n".join(lines).split("\n\n")
    starts = [
        re.search(r"^  z[₀-₉]+(?:  | = [axw]|$)(?s:.*)", block, re.MULTILINE) for block in blocks
    ]
    return [
        f"{start[0]}\n{after}" if "…" in start[0] else start[0]
        for start, after in zip(starts, [*blocks[1:], ""], strict=True)
        if start
    ]


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
    printed = sums_of([each.text if isinstance(each, Line) else "" for each in view])
    steps = [step for step in found.steps if isinstance(step, NeuronStep)]
    reading = Reading(network, batch, wish)
    pairs = zip(printed, steps, strict=True)
    return sum(check_step(text, step, reading) for text, step in pairs)


def main() -> None:
    """Check as many networks as the command line says, by their seeds."""
    networks = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    lines = sum(map(check_seed, range(networks)))
    print(f"{networks:,} networks: {lines:,} lines are as true as their signs, none is too wide")


if __name__ == "__main__":
    main()
