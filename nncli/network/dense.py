"""One dense layer: weights, biases and an activation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from nncli.errors import SpecError
from nncli.network.activations import Activation, Array, build_activation
from nncli.network.initializers import INITIALIZER_FUNCTIONS, Fans
from nncli.problems import Problem
from nncli.specs.model import DType, Initializer, LayerSpec, Layout, Tensor, WithinWeights

_PIECE_VALUES = 8192
NO_TENSORS: Mapping[str, Array] = MappingProxyType({})


@dataclass(frozen=True, eq=False)
class LayerResult:
    """What one layer made of a batch."""

    layer: int  # its number, from 1
    name: str
    pre_activation: Array  # z, (samples, neurons)
    output: Array  # a, (samples, neurons)


class LayerValues(NamedTuple):
    """What one layer made of samples, in any order of the axes."""

    z: Array  # the pre-activation
    a: Array  # the output, which is z itself in a linear layer

    def map(self, change: Callable[[Array], Array]) -> LayerValues:
        """Return both after a change; one array stays one."""
        z = change(self.z)
        return LayerValues(z, z if self.a is self.z else change(self.a))


@dataclass(frozen=True, eq=False)
class Dense:
    """A dense layer: a = activation(x @ weights + biases).

    It copies weights and biases that somebody could still change, and its own cannot be written to:
    a network computes with copies of them.
    """

    name: str
    weights: Array  # (inputs, neurons), read-only
    biases: Array  # (neurons,), read-only
    activation_name: str  # as in the spec
    activation: Activation
    layout: Layout = "inputs_by_neurons"  # the orientation in which the spec writes the weights

    def __post_init__(self) -> None:
        for name in ("weights", "biases"):
            object.__setattr__(self, name, _unchangeable(getattr(self, name)))

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

    def run(self, x: Array) -> LayerValues:
        """Return what the layer makes of samples.

        x: (…, inputs, samples) → z, a: (…, neurons, samples).  Samples are the last axis because
        the bias and the activation then run along rows that are long, whatever the layer's width.
        """
        # NaN and infinity are results like others: counted and reported, never a warning
        with np.errstate(all="ignore"):
            z = np.matmul(self.weights.T, x)
            z += self.biases[:, None]
            return LayerValues(z, self.activation(z))


def _unchangeable(values: Array) -> Array:
    """Return these values, or a copy of them, in an array that cannot be written to."""
    if values.flags.writeable or values.base is not None:
        values = values.copy(order="K")
        values.flags.writeable = False
    return values


def build_dense(
    spec: LayerSpec,
    inputs: int,
    dtype: DType,
    generator: np.random.RandomState | None,
    tensors: Mapping[str, Array] = NO_TENSORS,
) -> Dense:
    """Build one layer; what the spec does not give is drawn from *generator*, weights first.

    tensors: what its `Tensor`s stand for, by name, in the shapes that they say.
    Raises SpecError if a value is not finite in *dtype*.
    """
    fans = Fans(inputs, spec.neurons)
    with np.errstate(over="ignore", invalid="ignore"):
        weights, biases = _given(spec, dtype, tensors)
        if weights is None:
            weights = np.empty((inputs, spec.neurons), dtype)  # (inputs, neurons)
            _draw_into(weights, spec.init.weights, fans, generator)
        if biases is None:
            biases = np.empty(spec.neurons, dtype)  # (neurons,)
            _draw_into(biases, spec.init.biases, fans, generator)
    if not (np.isfinite(weights).all() and np.isfinite(biases).all()):
        message = f"layer {spec.name!r}: its weights or biases are not finite in {dtype}"
        is_stored = any(isinstance(given, Tensor) for given in (spec.weights, spec.biases))
        hint = "use dtype: float64" if is_stored else "use smaller parameters in `init`"
        raise SpecError(Problem("N303", message, help=(hint,)))
    weights.flags.writeable = biases.flags.writeable = False  # ours alone: Dense needs no copy
    return Dense(
        name=spec.name,
        weights=weights,
        biases=biases,
        activation_name=spec.activation.kind,
        activation=build_activation(spec.activation, dtype),
        layout=spec.layout,
    )


def _given(
    spec: LayerSpec, dtype: DType, tensors: Mapping[str, Array]
) -> tuple[Array | None, Array | None]:
    """Return copies of a layer's given weights, (inputs, neurons), and biases, (neurons,)."""
    weights = biases = None
    if spec.weights is not None:
        values = spec.weights
        stored = np.asarray(tensors[values.name] if isinstance(values, Tensor) else values)
        turned = stored if spec.layout == "inputs_by_neurons" else stored.T
        if isinstance(spec.biases, WithinWeights):
            at = 0 if spec.biases.where == "first" else len(turned) - 1
            biases = np.array(turned[at], dtype)
            turned = turned[1:] if at == 0 else turned[:at]
        weights = np.array(turned, dtype, order="C")
    if isinstance(spec.biases, Tensor):
        biases = np.array(tensors[spec.biases.name], dtype).reshape(-1)
    elif isinstance(spec.biases, tuple):
        biases = np.array(spec.biases, dtype)
    elif isinstance(spec.biases, float):
        biases = np.full(spec.neurons, spec.biases, dtype)
    return weights, biases


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
