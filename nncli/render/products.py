"""A layer's product in a table of layers: which factor stands first, and which is turned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from nncli.explain.notation import Notation
from nncli.render.numbers import format_shape

T = TypeVar("T")


def batch_shape(samples: int | str, width: int, notation: Notation) -> tuple[int | str, int | str]:
    """Return the shape of some samples.

    >>> batch_shape("N", 4, "torch"), batch_shape("N", 4, "columns")
    (('N', 4), (4, 'N'))
    """
    return (width, samples) if notation == "columns" else (samples, width)


def weights_text(
    shape: tuple[int, ...], notation: Notation, *, by_neurons: bool, brief: bool = False
) -> str:
    """Return the shape of weights as they are held, and what the product makes of it by turning.

    shape: (inputs, neurons); by_neurons: whether they are held with a row per neuron; brief:
    whether it is enough to say that they are turned.

    >>> weights_text((4, 3), "torch", by_neurons=True)
    '(3, 4)ᵀ → (4, 3)'
    >>> weights_text((4, 3), "torch", by_neurons=True, brief=True)
    '(3, 4)ᵀ'
    >>> weights_text((4, 3), "columns", by_neurons=True)
    '(3, 4)'
    """
    held, other = (shape[::-1], shape) if by_neurons else (shape, shape[::-1])
    if by_neurons == (notation == "columns"):
        return format_shape(held)
    turned = f"{format_shape(held)}ᵀ"
    return turned if brief else f"{turned} → {format_shape(other)}"


def in_order(product: Sequence[T], notation: Notation) -> list[T]:
    """Return batch, sign and weights as the notation has them."""
    return list(product[::-1] if notation == "columns" else product)
