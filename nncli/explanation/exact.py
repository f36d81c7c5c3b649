"""Exact decimals: what a stored number is, and what follows from such numbers without rounding.

A stored number is taken as the shortest decimal that reads back to it, as it was most likely typed:
0.2, not 0.200000000000000011102230246251565404236316680908203125.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, Inexact, localcontext
from typing import Any, NamedTuple

import numpy as np

from nncli.network.activations import Array, build_activation
from nncli.specs.model import Activation

# Longer numbers are of networks so deep that nobody follows them: they are carried on rounded.
_MAX_DIGITS = 1_000
# Sums and products are exact, or an error: never rounded silently.
EXACTLY = Context(prec=100_000, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[Inexact])


class Exact(NamedTuple):
    """A number on its way through a network."""

    value: Decimal  # finite, NaN or infinite
    is_exact: bool = True  # whether it follows from what is stored without rounding

    @property
    def is_finite(self) -> bool:
        """Whether it is a number that can be computed with."""
        return self.value.is_finite()


def decimals_of(values: Array) -> list[Decimal]:
    """Return the shortest decimals that read back to some numbers, in their type and order."""
    flat = values.ravel()
    texts = flat.astype("U") if flat.dtype == np.float32 else map(repr, flat.tolist())
    return [Decimal(str(text)) for text in texts]


def decimal_of(value: float) -> Decimal:
    """Return the shortest decimal that reads back to a number."""
    return Decimal(repr(float(value)))


def product(one: Decimal, other: Decimal) -> Decimal:
    """Return a product, exactly."""
    return EXACTLY.multiply(one, other)


def total(values: Iterable[Decimal]) -> Decimal:
    """Return a sum, exactly."""
    result = Decimal(0)
    for value in values:
        result = EXACTLY.add(result, value)
    return result


def weighted(inputs: Sequence[Exact], weights: Sequence[Decimal], bias: Decimal) -> Exact:
    """Return a neuron's sum: exact if its inputs are."""
    value = bias
    for x, w in zip(inputs, weights, strict=True):
        value = EXACTLY.fma(x.value, w, value)
    is_exact = all(x.is_exact for x in inputs)
    if len(value.as_tuple().digits) > _MAX_DIGITS:
        return Exact(decimal_of(float(value)), False)
    return Exact(value, is_exact)


def activated(sums: Sequence[Exact], activation: Activation, first: int = 0) -> list[Exact]:
    """Return what an activation makes of the sums of some neurons, for one sample.

    first: the first of the neurons, from 0.

    Exact where it only compares, adds and multiplies; otherwise what float64 makes of it.
    """
    exactly = _EXACT_ACTIVATIONS.get(activation.kind)
    parameters = activation.parameters()
    if exactly is None:
        floats = np.array([float(each.value) for each in sums])
        with np.errstate(all="ignore"):
            results = build_activation(activation, "float64")(floats[:, None])[:, 0]
        return [Exact(value, False) for value in decimals_of(results)]
    parameters.pop("slopes", None)
    found = []
    with localcontext(EXACTLY):
        for neuron, z in enumerate(sums, first):
            own = {name: decimal_of(value) for name, value in parameters.items()}
            if (slope := slope_of(activation, neuron)) is not None:
                own["negative_slope"] = slope
            found.append(z if z.value.is_nan() else z._replace(value=exactly(z.value, **own)))
    return found


def slope_of(activation: Activation, neuron: int) -> Decimal | None:
    """Return by what an activation multiplies the negative sum of a neuron, if it does that."""
    parameters = activation.parameters()
    slopes = parameters.get("slopes", parameters.get("negative_slope"))
    if slopes is None:
        return None
    return decimal_of(slopes[neuron] if isinstance(slopes, tuple) else slopes)


def _relu(z: Decimal) -> Decimal:
    return max(z, Decimal(0))


def _leaky_relu(z: Decimal, negative_slope: Decimal) -> Decimal:
    return z if z > 0 else z * negative_slope


def _jump(below: int) -> Callable[..., Decimal]:
    def jump(z: Decimal, at_zero: Decimal) -> Decimal:
        return at_zero if z == 0 else Decimal(1 if z > 0 else below)

    return jump


def _between(z: Decimal, **bounds: Decimal) -> Decimal:
    return min(max(z, bounds["min"]), bounds["max"])


_EXACT_ACTIVATIONS: dict[str, Callable[..., Any]] = {
    "linear": lambda z: z,
    "relu": _relu,
    "relu6": lambda z: min(_relu(z), Decimal(6)),
    "leaky_relu": _leaky_relu,
    "prelu": _leaky_relu,
    "step": _jump(0),
    "sign": _jump(-1),
    "hard_tanh": _between,
}
