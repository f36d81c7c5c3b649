"""How many digits a number may have at most, by what a worksheet prints of its way.

A sheet must not tell by its signs whether an answer is rounded, and `=` must be true of it: so `=`
stands where no number of the same digits would have to be rounded.
"""

from __future__ import annotations

from collections.abc import Container, Iterable
from decimal import Decimal
from typing import NamedTuple

from nncli.explanation.exact import decimal_of
from nncli.explanation.questions import Place
from nncli.explanation.shown import Shown, is_short
from nncli.explanation.steps import Explanation, ProductStep, ScalingStep
from nncli.specs.model import Activation


class Digits(NamedTuple):
    """What a number's digits are at most."""

    decimals: int
    size: Decimal  # how far from 0 it is

    @property
    def are_short(self) -> bool:
        """Whether each such number is printed in full."""
        return is_short(Decimal(f"{'9' * len(str(int(self.size)))}.{'9' * self.decimals}"))


def digits_of(value: Decimal) -> Digits:
    """Return the digits of a number.

    >>> digits_of(Decimal("-2.50"))
    Digits(decimals=1, size=Decimal('2.50'))
    """
    _, _, decimals = f"{value:f}".partition(".")
    return Digits(len(decimals.rstrip("0")), abs(value))


class DigitsOnSheet:
    """The digits of what a worksheet asks for."""

    def __init__(self, found: Explanation, asked: Container[Place]) -> None:
        """found: of the worksheet, in no boxes yet; asked: what stands in boxes."""
        self._layers, self._asked = found.spec.layers, asked
        self._products = {step.layer: step for step in found.steps if isinstance(step, ProductStep)}
        self._unscaled = {
            step.sample: step
            for step in found.steps
            if isinstance(step, ScalingStep) and step.where == "outputs"
        }
        self._sums: dict[Place, Digits] = {}

    def sum(self, place: Place) -> Digits:
        """Return those of a sum; none of its products has more."""
        if place not in self._sums:
            step, neuron = self._products[place.layer], place.neuron - 1
            terms = [
                _product(self._input(place, n), digits_of(weights[neuron].value.value))
                for n, weights in enumerate(step.w, start=1)
            ]
            self._sums[place] = _total([*terms, digits_of(step.b[neuron].value.value)])
        return self._sums[place]

    def output(self, place: Place) -> Digits:
        """Return those of what a neuron hands on, if that is exact."""
        z, own = self.sum(place), _parameters(self._layers[place.layer - 1].activation)
        return _product(_more(z), own) if own is not None else z

    def unscaled(self, place: Place) -> Digits | None:
        """Return those of an output whose scale is undone; None if it is divided."""
        column = self._unscaled[place.sample].columns[place.neuron - 1]
        signs = [part for part in column.formula if isinstance(part, str)]
        _, *numbers = [part for part in column.formula if isinstance(part, Shown)]
        if any("/" in sign for sign in signs):
            return None
        digits = self.output(place)
        for number in numbers:  # each is added or multiplied
            digits = _product(_more(digits), _more(digits_of(number.value.value)))
        return digits

    def _input(self, place: Place, number: int) -> Digits:
        """Return those of an input, which is printed if it is not asked for."""
        before = Place(place.layer - 1, place.sample, number)
        if before in self._asked:
            return self.output(before)
        step = self._products[place.layer]
        return digits_of(step.x[step.samples.index(place.sample)][number - 1].value.value)


def _parameters(activation: Activation) -> Digits | None:
    """Return the digits that an activation adds by its parameters; None if it has none."""
    numbers: list[object] = []
    for value in activation.parameters().values():
        numbers += value if isinstance(value, tuple) else [value]
    digits = [digits_of(decimal_of(number)) for number in numbers if isinstance(number, float)]
    return _more(_total(digits)) if digits else None


def _more(digits: Digits) -> Digits:
    """Return the digits of a number that is at most so large, or 1."""
    return digits._replace(size=digits.size + 1)


def _product(one: Digits, other: Digits) -> Digits:
    return Digits(one.decimals + other.decimals, one.size * other.size)


def _total(each: Iterable[Digits]) -> Digits:
    digits = list(each)
    return Digits(max(d.decimals for d in digits), sum((d.size for d in digits), Decimal(0)))
