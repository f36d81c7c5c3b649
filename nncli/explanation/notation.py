"""The three ways in which a layer's arithmetic is written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from nncli.specs.model import LayerSpec, Layout

# Samples as rows and a column per neuron; the same with a row per neuron, as PyTorch holds it;
# samples as columns.
Notation = Literal["rows", "torch", "columns"]


class Letters(NamedTuple):
    """What a layer's parts are called."""

    x: str  # what it is handed
    w: str
    b: str
    z: str


@dataclass(frozen=True)
class Written:
    """A layer's formula in a notation."""

    notation: Notation
    has_ones: bool = False  # whether the weights hold the bias, for an input that is always 1

    def factors(self, letters: Letters) -> tuple[str, str]:
        """Return the left and the right factor of the product, of which one is the weights."""
        x, w, b, _ = letters
        if self.notation == "columns":
            return (f"[{w} | {b}]", f"[{x} ; 1]") if self.has_ones else (w, x)
        w = f"{w}.T" if self.notation == "torch" else w
        return (f"[{x} | 1]", f"[{w} ; {b}]") if self.has_ones else (x, w)

    def sum(self, letters: Letters) -> str:
        """Return the formula of the sums."""
        left, right = self.factors(letters)
        product = f"{left} {'·' if self.notation == 'columns' else '@'} {right}"
        return f"{letters.z} = {product}" + ("" if self.has_ones else f" + {letters.b}")


def notation_of(layers: Sequence[LayerSpec], samples: str) -> Notation:
    """Return how a spec itself writes its layers.  samples: whether they are rows or columns.

    Weights that are drawn are written by nobody, and count as a column per neuron.
    """
    if samples == "columns":
        return "columns"
    by_neurons = all(layer.held_layout == "neurons_by_inputs" for layer in layers)
    return "torch" if by_neurons else "rows"


def is_turned(held: Layout | None, notation: Notation) -> bool:
    """Whether the product takes weights turned that are held so.

    held: None if they are drawn, as the product takes them.

    >>> is_turned("neurons_by_inputs", "torch"), is_turned("neurons_by_inputs", "columns")
    (True, False)
    """
    return held is not None and (held == "neurons_by_inputs") != (notation == "columns")
