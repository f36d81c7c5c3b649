"""Steps put together as layers, with what is per neuron folded into them, all in float64."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np

from nncli.errors import SpecError
from nncli.formats.onnx_import.activations import bounding_steps
from nncli.formats.onnx_import.graph import Graph, not_finite
from nncli.formats.onnx_import.model_file import damaged
from nncli.formats.onnx_import.steps import (
    Activate,
    Affine,
    Bounds,
    Floats,
    Product,
    Step,
    activation,
)
from nncli.problems import Note, Place, Problem
from nncli.specs.model import Activation, Clip, Numbers, Scale, Standard

# Weights of layers that only pass their inputs on are squares: no more than this is made of them.
_MOST_PASSED_ON = 1 << 21
_FLOAT_MAX = float(np.finfo(np.float64).max)


@dataclass(frozen=True, eq=False)
class Layer:
    """One dense layer."""

    weights: Floats  # (inputs, neurons)
    biases: Floats | None  # (neurons,)
    activation: Activation


@dataclass(frozen=True, eq=False)
class Head:
    """What is done to the inputs before the first layer, and the steps that are left."""

    clip: Clip | None
    scale: Scale | None
    rest: tuple[Step, ...]


def read_head(graph: Graph, steps: Sequence[Step], size: int | None) -> Head:
    """Return how the inputs are prepared: bounds and a scale.  Raises SpecError.

    size: the features of a sample, where the file says it.
    """
    factor, offset = np.ones(()), np.zeros(())
    low, high = np.array(-math.inf), np.array(math.inf)
    read = 0
    for step in steps:
        if isinstance(step, Affine):
            _check_factor(graph, step)
            factor, offset = factor * step.factor, offset * step.factor + step.offset
        elif isinstance(step, Bounds):
            # bounds behind a scale, as bounds before it; a negative factor exchanges the two
            ends = (step.low - offset) / factor, (step.high - offset) / factor
            lower, upper = np.minimum(*ends), np.maximum(*ends)
            low, high = np.clip(low, lower, upper), np.clip(high, lower, upper)
        else:
            break
        read += 1
    rest = list(steps[read:])
    width = _width(rest, size)
    for array in (factor, offset, low, high):
        if array.ndim and width not in (None, array.size):
            raise damaged(graph.path, f"it scales {array.size} inputs and has {width}")
    if (factor < 0).any():  # a spec's scale has no negative factors: the sign is the layer's
        sign = np.sign(factor)
        factor, offset = factor * sign, offset * sign
        rest.insert(0, Affine(sign, np.zeros(()), "the sign of a negative scale"))
    return Head(_clip(graph, low, high), _scale(graph, factor, offset), tuple(rest))


def _check_factor(graph: Graph, step: Affine) -> None:
    if step.factor.all() and np.isfinite(step.factor).all() and np.isfinite(step.offset).all():
        return
    what = f"{step.title} multiplies an input by 0 or by a number that is not finite"
    hint = "leave a column that never varies out of the training data, and train again"
    raise SpecError(
        Problem("N310", f"the inputs cannot be scaled: {what}", Place(graph.path), (hint,))
    )


def _width(rest: Sequence[Step], size: int | None) -> int | None:
    first = next((step for step in rest if isinstance(step, Product)), None)
    return size if size is not None or first is None else first.weights.shape[0]


def _clip(graph: Graph, low: Floats, high: Floats) -> Clip | None:
    if np.isinf(low).all() and np.isinf(high).all():
        return None
    if not (low < high).all():
        message = "the bounds of the inputs leave nothing: one of them is the same for all samples"
        raise SpecError(Problem("N310", message, Place(graph.path)))
    low, high = np.clip(low, -_FLOAT_MAX, None), np.clip(high, None, _FLOAT_MAX)
    return Clip(low=_numbers(low), high=_numbers(high))


def _scale(graph: Graph, factor: Floats, offset: Floats) -> Scale | None:
    if (factor == 1).all() and (offset == 0).all():
        return None
    mean, std = -offset / factor + 0.0, 1 / factor
    if not (np.isfinite(mean).all() and np.isfinite(std).all()):
        raise not_finite(graph, "the scale of the inputs")
    return Standard(kind="standard", mean=_numbers(mean), std=_numbers(std))


def _numbers(values: Floats) -> Numbers:
    """Return one number per column, or one for all."""
    flat = values.reshape(-1).tolist()
    return flat[0] if len(set(flat)) == 1 else tuple(flat)


@dataclass(eq=False)
class _Assembly:
    """The layers so far, and what has still to be folded into the next one."""

    graph: Graph
    width: int | None  # how many numbers go into the next step
    layers: list[Layer] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    passed_on: int = 0  # weights of layers that only pass their inputs on
    is_open: bool = False  # whether the last layer may still be folded into
    factor: Floats = field(default_factory=lambda: np.ones(()))
    offset: Floats = field(default_factory=lambda: np.zeros(()))

    @property
    def is_pending(self) -> bool:
        return bool((self.factor != 1).any() or (self.offset != 0).any())

    def add_product(self, step: Product) -> None:
        """Open a layer, with what stands before it folded in."""
        inputs, neurons = step.weights.shape
        if self.width not in (None, inputs):
            what = f"{step.title} takes {inputs} inputs, and gets {self.width}"
            raise damaged(self.graph.path, what)
        weights, biases = step.weights, step.biases
        if (self.offset != 0).any():
            shift = np.broadcast_to(self.offset, inputs) @ weights
            biases = shift if biases is None else biases + shift
        if (self.factor != 1).any():
            weights = np.broadcast_to(self.factor, inputs)[:, None] * weights
        self.factor, self.offset = np.ones(()), np.zeros(())
        self.layers.append(Layer(weights, biases, activation("linear")))
        self.width, self.is_open = neurons, True

    def fold(self, step: Affine) -> None:
        """Fold what is done to each neuron into the open layer, or keep it for the next."""
        for array in (step.factor, step.offset):
            if array.ndim and self.width not in (None, array.size):
                what = f"{step.title} has {array.size} numbers for {self.width} neurons"
                raise damaged(self.graph.path, what)
        if not self.is_open:
            self.factor = self.factor * step.factor
            self.offset = self.offset * step.factor + step.offset
            return
        layer = self.layers[-1]
        neurons = layer.weights.shape[1]
        biases = layer.biases if layer.biases is not None else np.zeros(neurons)
        shifted = biases * step.factor + step.offset
        kept = None if layer.biases is None and not shifted.any() else shifted
        self.layers[-1] = Layer(layer.weights * step.factor, kept, layer.activation)

    def close(self, step: Activate) -> None:
        """Give the open layer its activation."""
        if not self.is_open:
            self.pass_on(step.title)
        layer = self.layers[-1]
        self.layers[-1] = Layer(layer.weights, layer.biases, step.activation)
        self.is_open = False

    def pass_on(self, title: str) -> None:
        """Open a layer whose weights pass its inputs on, for what no layer stands before."""
        self.passed_on += self.width**2 if self.width is not None else 0
        if self.width is None or self.passed_on > _MOST_PASSED_ON:
            what = f"{title} stands behind no layer: it would need one of its own"
            many = "" if self.width is None else f", with {self.width:,} × {self.width:,} weights"
            raise SpecError(Problem("N310", f"{what}{many}", Place(self.graph.path)))
        self.add_product(Product(np.eye(self.width), None, False, title))
        message = (
            f"layer {len(self.layers)} has identity weights: "
            f"in the model, {title} has no layer of its own"
        )
        self.notes.append(Note("identity_layer", message, len(self.layers)))


def assembled(
    graph: Graph, steps: Sequence[Step], size: int | None
) -> tuple[list[Layer], list[Note]]:
    """Return the layers that steps make.  size: the inputs', if known.  Raises SpecError."""
    assembly = _Assembly(graph, size)
    plain = (bounding_steps(step) if isinstance(step, Bounds) else [step] for step in steps)
    for step in chain.from_iterable(plain):
        if isinstance(step, Product):
            assembly.add_product(step)
        elif isinstance(step, Affine):
            assembly.fold(step)
        elif isinstance(step, Activate):
            assembly.close(step)
    if assembly.is_pending or not assembly.layers:
        assembly.pass_on("what stands last")
    return assembly.layers, assembly.notes
