"""Scaling by hand: each number with the formula that it goes through."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from nncli.explanation.exact import EXACTLY, Exact, decimal_of, decimals_of
from nncli.explanation.shown import Shown
from nncli.explanation.steps import ScaledColumn
from nncli.network.activations import Array
from nncli.specs.model import Clip, MinMax, NetworkSpec, Numbers, Standard

# A formula as it is written: signs, and the numbers between them.
_Formula = tuple[str | Exact, ...]


class Scaled(NamedTuple):
    """A number that was scaled."""

    name: str
    formula: _Formula
    result: Exact

    def shown(self, printed: Callable[[Exact], Shown]) -> ScaledColumn:
        """Return the column as it is printed."""
        formula = tuple(p if isinstance(p, str) else printed(p) for p in self.formula)
        return ScaledColumn(self.name, formula, printed(self.result))


def scaled_inputs(
    spec: NetworkSpec, names: Sequence[str], batch: Array, scaled: Array | None
) -> list[list[Scaled]]:
    """Return for each sample what becomes of its inputs; nothing if they are not scaled.

    batch: (samples, features), as read; scaled: the same, as the first layer takes them.
    """
    if scaled is None:
        return []
    clip, scale = spec.inputs.clip, spec.inputs.scale
    return [
        [
            _scaled(name, Exact(x), decimal_of(float(y)), clip, scale, column)
            for column, (name, x, y) in enumerate(zip(names, decimals_of(row), result, strict=True))
        ]
        for row, result in zip(batch, scaled, strict=True)
    ]


def unscaled_outputs(spec: NetworkSpec, outputs: Sequence[Exact], results: Array) -> list[Scaled]:
    """Return what becomes of the outputs of the last layer, for one sample.

    results: (neurons,), the network's outputs.
    """
    scale = spec.outputs.scale if spec.outputs is not None else None
    stored = decimals_of(results)
    return [
        _unscaled(name, a, y, scale, column)
        for column, (name, a, y) in enumerate(
            zip(spec.output_columns, outputs, stored, strict=True)
        )
        if scale is not None
    ]


def _scaled(
    name: str,
    x: Exact,
    stored: Decimal,
    clip: Clip | None,
    scale: Standard | MinMax | None,
    column: int,
) -> Scaled:
    formula: _Formula = (x,)
    if clip is not None and not x.value.is_nan():
        low, high = _of(clip.low, column), _of(clip.high, column)
        within = x._replace(value=min(max(x.value, low.value), high.value))
        if within != x:
            formula = (f"{'max' if within == low else 'min'}(", x, ", ", within, ")")
        x = within
    if scale is None or not x.is_finite:
        return Scaled(name, formula, x)
    if isinstance(scale, Standard):
        mean, std = _of(scale.mean, column), _of(scale.std, column)
        formula = ("(", *formula, " - ", mean, ") / ", std)
        return Scaled(name, formula, _result((_f(x) - _f(mean)) / _f(std), x, stored))
    start, end = _of(scale.min, column), _of(scale.max, column)
    low, high = map(_exact, scale.to)
    span, width = _difference(end, start), _difference(high, low)
    formula = ("(", *formula, " - ", start, ") / ", span)
    formula += (" · ", width) if width.value != 1 else ()
    formula += (" + ", low) if low.value else ()
    share = (_f(x) - _f(start)) / _f(span)
    return Scaled(name, formula, _result(share * _f(width) + _f(low), x, stored))


def _unscaled(
    name: str, a: Exact, stored: Decimal, scale: Standard | MinMax, column: int
) -> Scaled:
    if isinstance(scale, Standard):
        mean, std = _of(scale.mean, column), _of(scale.std, column)
        formula: _Formula = (a, " · ", std, " + ", mean)
        value = _f(a) * _f(std) + _f(mean) if a.is_finite else None
        return Scaled(name, formula, _result(value, a, stored))
    low, high = map(_exact, scale.to)
    start, end = _of(scale.min, column), _of(scale.max, column)
    width, span = _difference(high, low), _difference(end, start)
    head: _Formula = ("(", a, " - ", low, ")") if low.value else (a,)
    head += (" / ", width) if width.value != 1 else ()
    formula = (*head, " · ", span, " + ", start)
    value = (_f(a) - _f(low)) / _f(width) * _f(span) + _f(start) if a.is_finite else None
    return Scaled(name, formula, _result(value, a, stored))


def _result(value: Fraction | None, before: Exact, stored: Decimal) -> Exact:
    """Return a fraction as a decimal if it ends, otherwise what float64 made of it."""
    rest = value.denominator if value is not None else 0
    for factor in (2, 5):
        while rest and rest % factor == 0:
            rest //= factor
    if value is None or rest != 1 or not before.is_exact:
        return Exact(stored, False)
    return Exact(EXACTLY.divide(Decimal(value.numerator), Decimal(value.denominator)), True)


def _of(numbers: Numbers, column: int) -> Exact:
    return _exact(numbers[column] if isinstance(numbers, tuple) else numbers)


def _exact(number: float) -> Exact:
    return Exact(decimal_of(number))


def _difference(one: Exact, other: Exact) -> Exact:
    return Exact(EXACTLY.subtract(one.value, other.value))


def _f(value: Exact) -> Fraction:
    return Fraction(value.value)
