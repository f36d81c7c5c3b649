"""A layer's product in a table of layers: which factor stands first, and which is turned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from nncli.explanation.notation import Notation, is_turned
from nncli.render.numbers import format_shape
from nncli.specs.model import Layout

T = TypeVar("T")


def batch_shape(samples: int | str, width: int, notation: Notation) -> tuple[int | str, int | str]:
    """Return the shape of some samples.

    >>> batch_shape("N", 4, "torch"), batch_shape("N", 4, "columns")
    (('N', 4), (4, 'N'))
    """
    return (width, samples) if notation == "columns" else (samples, width)


def product_sign(notation: Notation) -> str:
    """Return the sign of a product, as the notation's formula has it."""
    return "·" if notation == "columns" else "@"


def weights_text(
    shape: tuple[int, ...], held: Layout | None, notation: Notation, *, brief: bool = False
) -> str:
    """Return the shape of weights as they are held, and what the product makes of it by turning.

    shape: (inputs, neurons); held: how they stand in the spec or its file; None: they are drawn;
    brief: whether it is enough to say that they are turned.

    >>> weights_text((4, 3), "neurons_by_inputs", "torch")
    '(3, 4)ᵀ → (4, 3)'
    >>> weights_text((4, 3), "neurons_by_inputs", "torch", brief=True)
    '(3, 4)ᵀ'
    >>> weights_text((4, 3), "neurons_by_inputs", "columns")
    '(3, 4)'
    """
    product = format_shape(shape[::-1] if notation == "columns" else shape)
    if not is_turned(held, notation):
        return product
    turned = f"{format_shape(shape if notation == 'columns' else shape[::-1])}ᵀ"
    return turned if brief else f"{turned} → {product}"


def in_order(product: Sequence[T], notation: Notation) -> list[T]:
    """Return batch, sign and weights as the notation has them."""
    return list(product[::-1] if notation == "columns" else product)
