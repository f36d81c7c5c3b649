"""Symbolic shapes: what a network would do to a batch, from the spec alone, no arrays made.

Everything is exact integer arithmetic, so a network far too large for memory is no trouble.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from nncli.specs.fit import Misfit, find_misfits, shape_held_by
from nncli.specs.model import (
    UNSEEDED_INITIALIZERS,
    DType,
    LayerSpec,
    Layout,
    MinMax,
    NetworkSpec,
    Standard,
    Tensor,
    WithinWeights,
)
from nncli.words import count_of

ITEM_BYTES: dict[DType, int] = {"float64": 8, "float32": 4}


@dataclass(frozen=True)
class LayerShape:
    """The shapes of one layer: (N, inputs) @ (inputs, neurons) + (neurons,) → (N, neurons)."""

    layer: int  # its number, from 1
    name: str
    activation: str
    inputs: int  # what the layer is handed
    neurons: int  # what it declares
    weights_shape: tuple[int, int]  # what it holds, as (inputs, neurons)
    biases_shape: tuple[int]  # what it holds
    layout: Layout  # the orientation in which the weights are written or stored
    held_layout: Layout | None = None  # how given weights stand; None: they are drawn
    tensors: tuple[str, str | None] | None = None  # those of the weights and biases, from a file
    misfits: tuple[Misfit, ...] = ()  # where these contradict each other

    @property
    def parameters(self) -> int:
        """Weights and biases together."""
        return self.weights_shape[0] * self.weights_shape[1] + self.biases_shape[0]

    @property
    def multiply_adds(self) -> int:
        """Multiplications, each with an addition, for one sample."""
        return self.weights_shape[0] * self.weights_shape[1]


@dataclass(frozen=True)
class ScalingStep:
    """What is done to each column before the first layer, or after the last: shapes stay."""

    name: str  # its key in the spec
    formula: str  # in the words of the spec
    columns: int  # how many


@dataclass(frozen=True)
class ShapeTable:
    """The shapes of a whole network, with its totals."""

    name: str
    dtype: DType
    layers: tuple[LayerShape, ...]  # first to last
    drawn_layers: tuple[int, ...]  # the numbers of those that draw random numbers
    before: tuple[ScalingStep, ...] = ()  # the first layer
    after: tuple[ScalingStep, ...] = ()  # the last layer

    @property
    def misfits(self) -> tuple[Misfit, ...]:
        """All clashes, first layer first."""
        return tuple(misfit for layer in self.layers for misfit in layer.misfits)

    @property
    def total_parameters(self) -> int:
        """Weights and biases of all layers."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def total_multiply_adds(self) -> int:
        """Multiply-adds of all layers for one sample."""
        return sum(layer.multiply_adds for layer in self.layers)

    @property
    def parameter_bytes(self) -> int:
        """Memory of all weights and biases."""
        return self.total_parameters * ITEM_BYTES[self.dtype]

    def activation_bytes(self, batch_size: int) -> int:
        """Memory of the batch and every layer's output, all held at once."""
        widths = self.layers[0].inputs + sum(layer.neurons for layer in self.layers)
        return batch_size * widths * ITEM_BYTES[self.dtype]


def shape_table(spec: NetworkSpec, features: int | None = None) -> ShapeTable:
    r"""Walk through the layers of a spec.

    features: the width of the batch, if it is known; another one than the network's is a misfit
    of layer 1.

    >>> from nncli.specs.reader import read_spec
    >>> table = shape_table(read_spec(b"layer_sizes: [4, 5, 2]\nseed: 0", "spec.yaml"))
    >>> [layer.weights_shape for layer in table.layers], table.total_parameters
    ([(4, 5), (5, 2)], 37)
    """
    stored = spec.weights_file is not None  # those of a model have names that nncli gave them
    layers = tuple(
        layer_shape(number, layer, inputs, stored=stored)
        for number, (inputs, layer) in enumerate(
            zip(spec.layer_sizes, spec.layers, strict=False), start=1
        )
    )
    before, after = input_steps(spec), output_steps(spec)
    # a first layer that does not fit its own network has trouble enough
    if features not in (None, spec.inputs.size) and not layers[0].misfits:
        layers, before = (_with_batch(layers[0], features), *layers[1:]), ()
    drawn = tuple(
        number for number, layer in enumerate(spec.layers, start=1) if _draws_at_random(layer)
    )
    return ShapeTable(spec.name, spec.dtype, layers, drawn, before, after)


def input_steps(spec: NetworkSpec) -> tuple[ScalingStep, ...]:
    """Return what is done to inputs before the first layer, in its order."""
    inputs, steps = spec.inputs, []
    if inputs.clip is not None:
        steps.append(ScalingStep("inputs.clip", "x within [low, high]", inputs.size))
    match inputs.scale:
        case Standard():
            steps.append(ScalingStep("inputs.scale", "(x - mean) / std", inputs.size))
        case MinMax(to=to):
            formula = f"x from [min, max] to {_range(to)}"
            steps.append(ScalingStep("inputs.scale", formula, inputs.size))
    return tuple(steps)


def output_steps(spec: NetworkSpec) -> tuple[ScalingStep, ...]:
    """Return what is done to the outputs of the last layer."""
    neurons = spec.layers[-1].neurons
    match spec.outputs.scale if spec.outputs is not None else None:
        case Standard():
            return (ScalingStep("outputs.scale", "a · std + mean", neurons),)
        case MinMax(to=to):
            return (ScalingStep("outputs.scale", f"a from {_range(to)} to [min, max]", neurons),)
    return ()


def _range(to: tuple[float, float]) -> str:
    texts = (f"{number:g}" if float(f"{number:g}") == number else repr(number) for number in to)
    return f"[{', '.join(texts)}]"


def _with_batch(first: LayerShape, features: int) -> LayerShape:
    message = f"the batch has {count_of(features, 'feature')}, the network takes {first.inputs:,}"
    misfit = Misfit("N407", "inputs", message, features, first.inputs)
    return replace(first, inputs=features, misfits=(misfit, *first.misfits))


def layer_shape(number: int, layer: LayerSpec, inputs: int, *, stored: bool = True) -> LayerShape:
    """Return the shapes of one layer.

    number: from 1; inputs: what it is handed; stored: whether its tensors' names are a file's.
    """
    held, biases = shape_held_by(layer), layer.biases_count
    misfits = find_misfits(number, inputs, layer.neurons, held, biases)
    return LayerShape(
        layer=number,
        name=layer.name,
        activation=layer.activation.kind,
        inputs=inputs,
        neurons=layer.neurons,
        weights_shape=held or (inputs, layer.neurons),
        biases_shape=(layer.neurons if biases is None else biases,),
        layout=layer.layout,
        held_layout=layer.held_layout,
        tensors=_tensors(layer) if stored else None,
        misfits=tuple(misfits),
    )


def _tensors(layer: LayerSpec) -> tuple[str, str | None] | None:
    """Return which arrays of a file a layer takes; None if its weights are none of them."""
    if not isinstance(layer.weights, Tensor):
        return None
    biases = layer.biases
    if isinstance(biases, WithinWeights):
        return layer.weights.name, layer.weights.name
    return layer.weights.name, biases.name if isinstance(biases, Tensor) else None


def _draws_at_random(layer: LayerSpec) -> bool:
    weights = layer.weights is None and layer.init.weights.kind not in UNSEEDED_INITIALIZERS
    biases = layer.biases is None and layer.init.biases.kind not in UNSEEDED_INITIALIZERS
    return weights or biases
