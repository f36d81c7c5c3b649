"""The three ways in which a layer's arithmetic is written down."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.explain.steps import Notation
from nncli.specs.model import NetworkSpec


@dataclass(frozen=True)
class Written:
    """A layer's formula in a notation."""

    notation: Notation

    def sum(self, x: str, *, many: bool) -> str:
        """Return the formula of the sums.  x: what is handed in; many: of several samples."""
        x, z = (x.upper(), "Z") if many else (x, "z")
        if self.notation == "columns":
            return f"{z} = W · {x} + b"
        return f"{z} = {x} @ W{'.T' if self.notation == 'torch' else ''} + b"

    @property
    def w(self) -> str:
        """The matrix of weights as it stands in the formula."""
        return "W.T" if self.notation == "torch" else "W"


def notation_of(spec: NetworkSpec, samples: str) -> Notation:
    """Return how the spec itself writes its layers.  samples: whether they are rows or columns.

    Weights that are drawn are written by nobody, and count as a column per neuron.
    """
    if samples == "columns":
        return "columns"
    turned = [
        layer.weights is not None and layer.layout == "neurons_by_inputs" for layer in spec.layers
    ]
    return "torch" if all(turned) else "rows"
