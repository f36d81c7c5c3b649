"""Mistakes that an explanation could have are found: each is planted, and a check must fail.

The checks: what is printed is read back and reckoned anew (tests/parse_back.py), and every number
is held against that of `forward`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import ROUND_CEILING, ROUND_DOWN, Decimal, localcontext

import pytest
from parse_back import check_seed

from nncli.explanation import arithmetic, chains, shown
from nncli.explanation.arithmetic import Arithmetic
from nncli.explanation.chains import ChainLine, Factor
from nncli.explanation.exact import Exact, decimals_of, weighted
from nncli.explanation.notation import Notation
from nncli.explanation.shown import Printing, Shown
from nncli.explanation.steps import NeuronStep
from nncli.explanation.sums import LayerOfSample
from nncli.render import explain_long_sums, explain_sums
from nncli.render.explain_signs import Signs

SEEDS = range(40)
Plant = Callable[[pytest.MonkeyPatch], None]


def found_by_a_check() -> bool:
    """Whether a check fails for one of some networks."""
    try:
        for seed in SEEDS:
            check_seed(seed)
    except (AssertionError, RuntimeError):  # RuntimeError: `forward` has another number
        return True
    return False


def a_dropped_bias(planted: pytest.MonkeyPatch) -> None:
    def without(inputs: Sequence[Exact], weights: Sequence[Decimal], _: Decimal) -> Exact:
        return weighted(inputs, weights, Decimal(0))

    planted.setattr(arithmetic, "weighted", without)


def a_bias_of_the_first_neuron(planted: pytest.MonkeyPatch) -> None:
    real = Arithmetic.parameters

    def first(self: Arithmetic, layer: int, neuron: int) -> tuple[list[Decimal], Decimal]:
        return real(self, layer, neuron)[0], real(self, layer, 0)[1]

    planted.setattr(Arithmetic, "parameters", first)


def weights_read_the_other_way_round(planted: pytest.MonkeyPatch) -> None:
    def turned(self: Arithmetic, layer: int, neuron: int) -> tuple[list[Decimal], Decimal]:
        held = self._network.layers[layer - 1]
        (bias,) = decimals_of(held.biases[neuron : neuron + 1])
        return decimals_of(held.weights.reshape(held.neurons, -1)[neuron]), bias

    planted.setattr(Arithmetic, "parameters", turned)


def indices_the_other_way_round(planted: pytest.MonkeyPatch) -> None:
    real = chains.product_of

    def turned(number: int, step: NeuronStep, notation: Notation) -> tuple[Factor, Factor]:
        return real(number, step, "torch" if notation == "rows" else "rows")

    planted.setattr(chains, "product_of", turned)


def letters_of_the_next_input(planted: pytest.MonkeyPatch) -> None:
    real = chains.product_of
    planted.setattr(
        chains,
        "product_of",
        lambda number, step, notation: real(number % step.terms_total + 1, step, notation),
    )


def signs_planted(signs: Callable[[list[str]], list[str]]) -> Plant:
    def plant(planted: pytest.MonkeyPatch) -> None:
        real = chains._signs
        planted.setattr(chains, "_signs", lambda *given: signs(list(real(*given))))

    return plant


def an_equal_sign_for_a_long_sum(planted: pytest.MonkeyPatch) -> None:
    planted.setattr(explain_long_sums, "last_sign", lambda *_: "=")


def an_equal_sign_for_what_is_not(planted: pytest.MonkeyPatch) -> None:
    planted.setattr(Signs, "sign", lambda *_, **__: "=")


def rounding_planted(rounding: str) -> Plant:
    """Return what rounds otherwise than half to even."""

    def plant(planted: pytest.MonkeyPatch) -> None:
        real = shown.rounded

        def otherwise(number: Decimal, decimals: int, most: int) -> str:
            with localcontext(rounding=rounding):
                return real(number, decimals, most)

        planted.setattr(shown, "rounded", otherwise)

    return plant


def digits_planted(printed: str, more: int) -> Plant:
    """Return what prints more or fewer decimals of results or terms."""

    def plant(planted: pytest.MonkeyPatch) -> None:
        real = getattr(Printing, printed)
        planted.setattr(
            Printing, printed, lambda self, value: real(Printing(self.precision + more), value)
        )

    return plant


def fewer_digits_than_three(planted: pytest.MonkeyPatch) -> None:
    planted.setattr(shown, "_LEAST_DIGITS", 2)


def a_seventh_decimal_in_full(planted: pytest.MonkeyPatch) -> None:
    planted.setattr(shown, "_SHORT_DECIMALS", 7)


def a_line_planted(number: int, change: Callable[[ChainLine], ChainLine]) -> Plant:
    """Return what changes a line of every sum.  number: from 0, the symbols."""

    def plant(planted: pytest.MonkeyPatch) -> None:
        real = chains.chain

        def changed(step: NeuronStep, notation: Notation) -> list[ChainLine]:
            lines = real(step, notation)
            return [*lines[:number], change(lines[number]), *lines[number + 1 :]]

        planted.setattr(explain_sums, "chain", changed)

    return plant


def without_its_first_term(line: ChainLine) -> ChainLine:
    """Return a line that ends with a 0 in place of its first term, so that columns stay."""
    zero = Shown(Exact(Decimal(0)), "0", is_rounded=False)
    return line._replace(terms=((zero,), *line.terms[1:]))


def a_sum_without_its_last_term(planted: pytest.MonkeyPatch) -> None:
    real = LayerOfSample._sum
    planted.setattr(LayerOfSample, "_sum", lambda self, terms: real(self, terms[:-1]))


def a_long_sum_without_the_others(planted: pytest.MonkeyPatch) -> None:
    real = LayerOfSample._left_out
    planted.setattr(LayerOfSample, "_left_out", lambda self, terms, _: real(self, terms, terms))


def a_negative_number_without_parentheses(planted: pytest.MonkeyPatch) -> None:
    planted.setattr(Signs, "term", Signs.number)


def an_activation_of_another_sum(planted: pytest.MonkeyPatch) -> None:
    real = Arithmetic.output
    planted.setattr(Arithmetic, "output", lambda self, layer, row, _: real(self, layer, row, 0))


MUTATIONS: dict[str, Plant] = {
    "a dropped bias": a_dropped_bias,
    "the first neuron's bias": a_bias_of_the_first_neuron,
    "w(k, j) for w(j, k), the numbers": weights_read_the_other_way_round,
    "w(k, j) for w(j, k), the letters": indices_the_other_way_round,
    "the letters of the next input": letters_of_the_next_input,
    "= for ≈": signs_planted(lambda signs: ["="] * len(signs)),
    "≈ for =": signs_planted(lambda signs: ["≈"] * len(signs)),
    "= behind ≈": signs_planted(lambda signs: [*signs[:-1], "="]),
    "= for ≈ in front of a long sum": an_equal_sign_for_a_long_sum,
    "= for ≈ in front of products and functions": an_equal_sign_for_what_is_not,
    "rounding toward zero": rounding_planted(ROUND_DOWN),
    "rounding up": rounding_planted(ROUND_CEILING),
    "a digit fewer of results": digits_planted("result", -1),
    "a digit more of results": digits_planted("result", 1),
    "a digit fewer of terms": digits_planted("term", -1),
    "a digit more of terms": digits_planted("term", 1),
    "two digits that count": fewer_digits_than_three,
    "seven decimals in full": a_seventh_decimal_in_full,
    "letters without a term": a_line_planted(0, without_its_first_term),
    "factors without a term": a_line_planted(1, without_its_first_term),
    "products without a term": a_line_planted(2, without_its_first_term),
    "a sum without its last term": a_sum_without_its_last_term,
    "a long sum without the others": a_long_sum_without_the_others,
    "a negative number without parentheses": a_negative_number_without_parentheses,
    "the first neuron's output": an_activation_of_another_sum,
}


def test_without_a_mistake_no_check_fails() -> None:
    assert not found_by_a_check()


@pytest.mark.parametrize("plant", MUTATIONS.values(), ids=MUTATIONS)
def test_a_mistake_is_found(plant: Plant, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    assert found_by_a_check()
