"""A neuron's sum as a chain of lines, each with the sign that is true of it.

`=` is exactly true.  Once a rounded number has been written, every later sign is `≈`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from nncli.explanation.exact import product, total
from nncli.explanation.notation import Notation
from nncli.explanation.shown import Shown
from nncli.explanation.steps import NeuronStep, Term


class Symbol(NamedTuple):
    """A letter with its indices."""

    letter: str
    indices: tuple[int, ...]
    has_comma: bool = False  # between the indices: where one of the layer's has two digits


# One factor of a term.
Factor = Symbol | Shown


class ChainLine(NamedTuple):
    """One line: terms that are added, each of one or two factors."""

    sign: str  # = or ≈
    terms: tuple[tuple[Factor, ...], ...]


def chain(step: NeuronStep, notation: Notation) -> list[ChainLine]:
    """Return the lines of a whole sum: symbols, factors, products, sum and bias, z."""
    symbols = [product_of(term.input, step, notation) for term in step.terms]
    factors = [_ordered(term.x, term.w, notation) for term in step.terms]
    written: list[tuple[tuple[Factor, ...], ...]] = [
        (*symbols, (Symbol("b", (step.neuron,)),)),
        (*factors, (step.bias,)),
        (*((term.product,) for term in step.terms), (step.bias,)),
        ((step.before_bias,), (step.bias,)),
        ((step.z.shown,),),
    ]
    if step.z.shown.box is None and not step.z.shown.value.is_finite:
        written = [*written[:2], written[-1]]  # nothing is reckoned with NaN and infinity
    return [
        ChainLine(sign, terms) for sign, terms in zip(_signs(written, step), written, strict=True)
    ]


def _signs(written: Iterable[tuple[tuple[Factor, ...], ...]], step: NeuronStep) -> Iterator[str]:
    is_exact = True
    for number, terms in enumerate(written):
        numbers = [each for term in terms for each in term if isinstance(each, Shown)]
        is_exact &= not any(each.is_rounded for each in numbers)
        is_exact &= number == 0 or not step.z.shown.is_rounded
        yield "=" if is_exact else "≈"


def last_sign(step: NeuronStep, notation: Notation) -> str:
    """Return the sign in front of z: = if no rounded number stands before it."""
    if step.is_whole:
        return chain(step, notation)[-1].sign
    sums = step.terms_sum, step.left_out.sum, step.before_bias, step.bias, step.z.shown
    is_rounded = any(term.is_rounded for term in step.terms) or any(s.is_rounded for s in sums)
    return "≈" if is_rounded else "="


def product_of(number: int, step: NeuronStep, notation: Notation) -> tuple[Factor, Factor]:
    """Return the product of an input and its weight in symbols.

    The weight is w(input, neuron) in rows, else w(neuron, input).
    """
    indices = (number, step.neuron) if notation == "rows" else (step.neuron, number)
    weight = Symbol("w", indices, max(step.terms_total, step.neurons) > 9)
    return _ordered(Symbol(step.input_letter, (number,)), weight, notation)


def _ordered(x: Factor, w: Factor, notation: Notation) -> tuple[Factor, Factor]:
    return (w, x) if notation == "columns" else (x, w)


def from_rounded(terms: Sequence[Term], bias: Shown, z: Shown) -> tuple[str, str] | None:
    """Return what the printed factors and the printed products give; None if both give z."""
    numbers = [bias, *(each for t in terms for each in (t.x, t.w, t.product))]
    if not z.value.is_finite or not any(number.is_rounded for number in (z, *numbers)):
        return None
    factors = total([*(product(t.x.number, t.w.number) for t in terms), bias.number])
    products = total([*(t.product.number for t in terms), bias.number])
    found = _as_exact_as(z, factors), _as_exact_as(z, products)
    return found if set(map(Decimal, found)) != {z.number} else None


def _as_exact_as(z: Shown, value: Decimal) -> str:
    """Return a number with as many decimals as are printed of z."""
    mantissa, e, _ = z.text.partition("e")
    return f"{value:.{len(mantissa.partition('.')[2])}{e or 'f'}}"
