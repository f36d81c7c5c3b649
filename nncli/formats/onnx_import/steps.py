"""The steps of a dense network as a graph has them: products, activations, sums per neuron.

Every array is float64.  One for the neurons is (neurons,), or () for the same number everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from nncli.specs.model import ACTIVATIONS, Activation

Floats: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Product:
    """x @ weights + biases."""

    weights: Floats  # (inputs, neurons)
    biases: Floats | None  # (neurons,)
    is_double: bool  # whether the file holds the weights as float64
    title: str  # of its node


@dataclass(frozen=True, eq=False)
class Affine:
    """x · factor + offset, neuron by neuron."""

    factor: Floats
    offset: Floats
    title: str


@dataclass(frozen=True, eq=False)
class Bounds:
    """x kept within bounds, which may be infinite."""

    low: Floats
    high: Floats
    title: str


@dataclass(frozen=True, eq=False)
class Activate:
    """An activation function."""

    activation: Activation
    title: str


Step: TypeAlias = Product | Affine | Bounds | Activate


def activation(kind: str, **parameters: object) -> Activation:
    """Return an activation of the spec's language by its name."""
    made: Activation = ACTIVATIONS[kind].model_validate({"kind": kind, **parameters})  # type: ignore[assignment]
    return made


def scaled(factor: float, title: str) -> Affine:
    """Return the step that multiplies by a number."""
    return Affine(np.array(factor, np.float64), np.zeros(()), title)


def shifted(offset: Floats, title: str) -> Affine:
    """Return the step that adds to each neuron."""
    return Affine(np.ones(()), offset, title)
