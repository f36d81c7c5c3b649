"""A layer's product in a table of layers: which factor stands first, and which is turned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from nncli.explain.notation import Notation
from nncli.render.numbers import format_shape
from nncli.specs.model import Layout

T = TypeVar("T")


def batch_shape(samples: int | str, width: int, notation: Notation) -> tuple[int | str, int | str]:
    """Return the shape of some samples.

    >>> batch_shape("N", 4, "torch"), batch_shape("N", 4, "columns")
    (('N', 4), (4, 'N'))
    """
    return (width, samples) if notation == "columns" else (samples, width)


def weights_text(shape: tuple[int, int], layout: Layout, notation: Notation) -> str:
    """Return the shape of weights as the spec holds them, turned if they are in the product.

    shape: (inputs, neurons).

    >>> weights_text((4, 3), "neurons_by_inputs", "torch")
    '(3, 4)ᵀ'
    """
    by_neurons = layout == "neurons_by_inputs"
    is_turned = by_neurons != (notation == "columns")
    return format_shape(shape[::-1] if by_neurons else shape) + "ᵀ" * is_turned


def in_order(product: Sequence[T], notation: Notation) -> list[T]:
    """Return batch, sign and weights as the notation has them."""
    return list(product[::-1] if notation == "columns" else product)
