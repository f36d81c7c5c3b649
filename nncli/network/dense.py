"""One dense layer: weights, biases and an activation."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import partial

import numpy as np

from nncli.errors import SpecError
from nncli.network.activations import ACTIVATION_FUNCTIONS, Activation, Array
from nncli.network.initializers import INITIALIZER_FUNCTIONS, Fans
from nncli.problems import Problem
from nncli.specs.model import DType, Initializer, LayerSpec, Layout

_PIECE_VALUES = 8192


@dataclass(frozen=True, eq=False)
class LayerResult:
    """What one layer made of a batch.

    layer: its number from 1; pre_activation z and output a: (samples, neurons).
    """

    layer: int
    name: str
    pre_activation: Array
    output: Array


@dataclass(frozen=True, eq=False)
class Dense:
    """A dense layer: a = activation(x @ weights + biases).

    weights: (inputs, neurons); biases: (neurons,); activation_name: as in the spec;
    layout: the orientation in which the spec writes the weights.  The arrays become read-only: a
    network keeps copies of them for speed.
    """

    name: str
    weights: Array
    biases: Array
    activation_name: str
    activation: Activation
    layout: Layout = "inputs_by_neurons"

    def __post_init__(self) -> None:
        self.weights.flags.writeable = self.biases.flags.writeable = False

    def __reduce__(self) -> tuple[type[Dense], tuple[object, ...]]:
        """Build copies as the original: NumPy's copies can be written to."""
        return type(self), tuple(getattr(self, field.name) for field in fields(self))

    @property
    def inputs(self) -> int:
        """How many features a sample must have."""
        return int(self.weights.shape[0])

    @property
    def neurons(self) -> int:
        """How many outputs a sample gets."""
        return int(self.weights.shape[1])

    @property
    def parameters(self) -> int:
        """How many weights and biases there are."""
        return self.weights.size + self.biases.size

    def run(self, x: Array) -> tuple[Array, Array]:
        """Return the pre-activation z and the output a, which is z itself in a linear layer.

        x: (…, inputs, samples) → z, a: (…, neurons, samples).  Samples are the last axis because
        the bias and the activation then run along rows that are long, whatever the layer's width.
        """
        # NaN and infinity are results like others: counted and reported, never a warning
        with np.errstate(all="ignore"):
            z = np.matmul(self.weights.T, x)
            z += self.biases[:, None]
            return z, self.activation(z)


def build_dense(
    spec: LayerSpec, inputs: int, dtype: DType, generator: np.random.RandomState | None
) -> Dense:
    """Build one layer; what the spec does not give is drawn from *generator*, weights first.

    Raises SpecError if a drawn value is not finite in *dtype*.
    """
    fans = Fans(inputs, spec.neurons)
    weights: Array  # (inputs, neurons)
    biases: Array  # (neurons,)
    with np.errstate(over="ignore", invalid="ignore"):
        if spec.weights is None:
            weights = np.empty((inputs, spec.neurons), dtype)
            _draw_into(weights, spec.init.weights, fans, generator)
        else:
            typed = np.array(spec.weights, dtype)
            weights = np.ascontiguousarray(typed if spec.layout == "inputs_by_neurons" else typed.T)
        if spec.biases is None:
            biases = np.empty(spec.neurons, dtype)
            _draw_into(biases, spec.init.biases, fans, generator)
        else:
            biases = np.array(spec.biases, dtype)
    if not (np.isfinite(weights).all() and np.isfinite(biases).all()):
        message = f"layer {spec.name!r}: drawn weights or biases are not finite in {dtype}"
        raise SpecError(Problem("N303", message, help=("use smaller parameters in `init`",)))
    function, parameters = ACTIVATION_FUNCTIONS[spec.activation.kind], spec.activation.parameters()
    return Dense(
        name=spec.name,
        weights=weights,
        biases=biases,
        activation_name=spec.activation.kind,
        activation=partial(function, **parameters) if parameters else function,
        layout=spec.layout,
    )


def _draw_into(
    values: Array, initializer: Initializer, fans: Fans, generator: np.random.RandomState | None
) -> None:
    """Fill an array with what an initializer draws, row by row.

    Piece by piece: the draws are float64, and a second copy of large weights is spared.
    """
    function = INITIALIZER_FUNCTIONS[initializer.kind]
    rows = max(1, _PIECE_VALUES * len(values) // values.size)
    for start in range(0, len(values), rows):
        piece = values[start : start + rows]
        piece[...] = function(generator, piece.shape, fans, **initializer.parameters())
