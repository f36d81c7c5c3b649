"""The spec as data: what a network is, after every short form has been written out in full.

These models are strict (nothing is coerced, no key is ignored) and frozen.  The names, parameters
and defaults of activations and initializers are listed here and nowhere else; help texts, error
messages, the JSON Schema and the functions in `nncli.network` all follow this list.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, SkipValidation, WithJsonSchema

DType = Literal["float64", "float32"]
Layout = Literal["inputs_by_neurons", "neurons_by_inputs"]

# numpy.random.RandomState takes a 32-bit seed; an array's size must fit NumPy's index type.
MAX_SEED = 2**32 - 1
MAX_NEURONS = 2**63 - 1

# The largest magnitude that still rounds to a finite float32 is just under this.
FLOAT32_OVERFLOW = float.fromhex("0x1.ffffffp+127")

# Up to here float32 holds every whole number.
MAX_WHOLE_NUMBER = 2**24

# Klambauer et al. 2017, "Self-Normalizing Neural Networks", equation 14.
SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805

Name = Annotated[str, Field(min_length=1)]
Names = Annotated[tuple[Name, ...], Field(min_length=1)]
Size = Annotated[int, Field(ge=1, le=MAX_NEURONS)]
WholeNumber = Annotated[int, Field(ge=-MAX_WHOLE_NUMBER, le=MAX_WHOLE_NUMBER)]
_NUMBERS_SCHEMA = {"type": "array", "minItems": 1, "items": {"type": "number"}}
_ROWS_SCHEMA = {"type": "array", "minItems": 1, "items": _NUMBERS_SCHEMA}
_NUMBER_SCHEMA = {"type": "number"}


def _mapping_schema(key: str, value: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {key: value},
        "required": [key],
        "additionalProperties": False,
    }


_TENSOR_SCHEMA = _mapping_schema("tensor", {"type": "string", "minLength": 1})
_WITHIN_SCHEMA = _mapping_schema("within_weights", {"enum": ["first", "last"]})


@dataclass(frozen=True)
class Tensor:
    """An array of a weights file or of a model."""

    name: str
    shape: tuple[int, ...] | None = None  # as it is stored; None until the file's header says it


@dataclass(frozen=True)
class WithinWeights:
    """Biases that stand in the weights, as one more input."""

    where: Literal["first", "last"]


Matrix = tuple[tuple[float, ...], ...]
Vector = tuple[float, ...]
# The reader has checked these already, number by number and with a place for each fault.
Weights = Annotated[
    SkipValidation[Matrix | Tensor],
    WithJsonSchema({"anyOf": [_ROWS_SCHEMA, _NUMBERS_SCHEMA, _TENSOR_SCHEMA]}),
]
Biases = Annotated[
    SkipValidation[Vector | float | Tensor | WithinWeights],  # one number: that of every neuron
    WithJsonSchema({"anyOf": [_NUMBERS_SCHEMA, _NUMBER_SCHEMA, _TENSOR_SCHEMA, _WITHIN_SCHEMA]}),
]
# One number for all columns, or one per column.
Numbers = Annotated[
    SkipValidation[float | Vector],
    WithJsonSchema({"anyOf": [_NUMBER_SCHEMA, _NUMBERS_SCHEMA]}),
]


class _Model(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class _Choice(_Model):
    """One name of a registry (`kind`) with its parameters."""

    def parameters(self) -> dict[str, Any]:
        """Return the parameters by name, defaults included."""
        return {name: getattr(self, name) for name in type(self).model_fields if name != "kind"}


class PlainActivation(_Choice):
    """An activation without parameters."""

    kind: Literal[
        "linear",
        "relu",
        "relu6",
        "selu",
        "silu",
        "hard_silu",
        "mish",
        "sigmoid",
        "log_sigmoid",
        "tanh",
        "softsign",
        "softplus",
        "softmax",
        "log_softmax",
    ]


class Jump(_Choice):
    """An activation that jumps at 0, and what it is there."""

    kind: Literal["step", "sign"]
    at_zero: float = 0.0


class LeakyRelu(_Choice):
    """A ReLU that lets a share of the negative side through."""

    kind: Literal["leaky_relu"]
    negative_slope: float = 0.01


class PRelu(_Choice):
    """A leaky ReLU whose slopes below 0 were learnt: one for all neurons, or one for each."""

    kind: Literal["prelu"]
    slopes: Numbers


class Elu(_Choice):
    """An exponential linear unit."""

    kind: Literal["elu"]
    alpha: float = 1.0


class Celu(_Choice):
    """An exponential linear unit whose slope goes on through 0 whatever its alpha is."""

    kind: Literal["celu"]
    alpha: Annotated[float, Field(gt=0)] = 1.0


class Gelu(_Choice):
    """A Gaussian error linear unit, exact or by the tanh approximation."""

    kind: Literal["gelu"]
    approximate: Literal["none", "tanh"] = "none"


class HardSigmoid(_Choice):
    """A straight line from 0 to 1: with the slope of PyTorch and Keras 3, 0.2 in ONNX, Keras 2."""

    kind: Literal["hard_sigmoid"]
    slope: float = 1 / 6
    offset: float = 0.5


class HardTanh(_Choice):
    """The identity between two bounds."""

    kind: Literal["hard_tanh"]
    min: float = -1.0
    max: float = 1.0


class PlainInitializer(_Choice):
    """An initializer without parameters."""

    kind: Literal[
        "zeros",
        "ones",
        "glorot_uniform",
        "glorot_normal",
        "he_uniform",
        "he_normal",
        "lecun_uniform",
        "lecun_normal",
    ]


class Normal(_Choice):
    """A normal distribution."""

    kind: Literal["normal"]
    mean: float = 0.0
    std: Annotated[float, Field(ge=0)] = 0.1


class Uniform(_Choice):
    """A uniform distribution over [low, high)."""

    kind: Literal["uniform"]
    low: float = -0.1
    high: float = 0.1


class WholeNumbers(_Choice):
    """Small whole numbers for exercises: some 0, the others equally likely from *low* to *high*."""

    kind: Literal["whole_numbers"]
    low: WholeNumber = -2
    high: WholeNumber = 2
    zeros: Annotated[
        float, Field(ge=0, le=1, description="The share of zeros; 0.3 by default.")
    ] = 0.3


class Constant(_Choice):
    """The same value everywhere."""

    kind: Literal["constant"]
    value: float


Activation = Annotated[
    PlainActivation | Jump | LeakyRelu | PRelu | Elu | Celu | Gelu | HardSigmoid | HardTanh,
    Field(discriminator="kind"),
]
Initializer = Annotated[
    Normal | Uniform | PlainInitializer | WholeNumbers | Constant,
    Field(discriminator="kind"),
]


def choice_models(union: Any) -> dict[str, type[_Choice]]:
    """Return name → model for the members of `Activation` and the like, in their order."""
    members = get_args(get_args(union)[0])
    return {
        name: member
        for member in members
        for name in get_args(member.model_fields["kind"].annotation)
    }


ACTIVATIONS = choice_models(Activation)
INITIALIZERS = choice_models(Initializer)
# Initializers that need no random draws, hence no seed.
UNSEEDED_INITIALIZERS = frozenset({"zeros", "ones", "constant"})


class InitSpec(_Model):
    """How the weights and biases that the spec does not give are made."""

    weights: Initializer = Normal(kind="normal")
    biases: Initializer = PlainInitializer(kind="zeros")


class Clip(_Model):
    """The bounds that each input is kept within, before it is scaled."""

    low: Numbers
    high: Numbers


class Standard(_Choice):
    """(x - mean) / std, column by column."""

    kind: Literal["standard"]
    mean: Numbers
    std: Numbers


class MinMax(_Choice):
    """Linear, from [min, max] to *to*, column by column."""

    kind: Literal["min_max"]
    min: Numbers
    max: Numbers
    to: tuple[float, float] = (0.0, 1.0)


Scale = Annotated[Standard | MinMax, Field(discriminator="kind")]
SCALES = choice_models(Scale)


class InputsSpec(_Model):
    """The features of one sample: how many, which columns of the data, and how they are scaled."""

    size: Size
    columns: Names | None = None
    clip: Clip | None = None
    scale: Scale | None = None


class OutputsSpec(_Model):
    """What the neurons of the last layer are called, and what they mean."""

    columns: Names | None = None
    classes: Names | None = None  # one per neuron, or two for one sigmoid
    # of one sigmoid: above it, it is the second class; None: 0.5
    threshold: Annotated[float, Field(gt=0, lt=1)] | None = None
    scale: Scale | None = None  # that the targets were scaled by; undone after the last layer


# The keys of the short form of `inputs` and `layers`.
SHORT_KEYS = ("layer_sizes", "activations")


def shape_of(weights: Sequence[Sequence[float]] | None) -> tuple[int, int] | None:
    """Return the shape of weights as they are typed; None if there are none."""
    return (len(weights), len(weights[0])) if weights is not None else None


class LayerSpec(_Model):
    """One dense layer.  Given *weights* stand as typed or stored, oriented as *layout* says."""

    name: Name
    neurons: Size
    activation: Activation = PlainActivation(kind="linear")
    weights: Weights | None = None
    layout: Layout = "inputs_by_neurons"
    biases: Biases | None = None
    init: InitSpec = InitSpec()

    @property
    def weights_shape(self) -> tuple[int, int] | None:
        """The shape of given weights, as they stand; None: they are drawn, or not known yet."""
        if isinstance(self.weights, Tensor):
            shape = self.weights.shape
            return (shape[0], shape[1]) if shape is not None else None
        return shape_of(self.weights)

    @property
    def held_layout(self) -> Layout | None:
        """How given weights stand in the spec or its file; None: they are drawn."""
        return self.layout if self.weights is not None else None

    @property
    def biases_count(self) -> int | None:
        """How many biases are given by themselves; None: they are drawn, or not known yet."""
        if isinstance(self.biases, Tensor):
            return math.prod(self.biases.shape) if self.biases.shape is not None else None
        return len(self.biases) if isinstance(self.biases, tuple) else None


class NetworkSpec(_Model):
    """A dense network, every default filled in."""

    name: Name
    dtype: DType = "float64"
    layout: Layout = "inputs_by_neurons"
    seed: Annotated[int, Field(ge=0, le=MAX_SEED)] | None = None
    init: InitSpec = InitSpec()
    inputs: InputsSpec
    layers: Annotated[tuple[LayerSpec, ...], Field(min_length=1)]
    outputs: OutputsSpec | None = None
    weights_file: Name | None = None  # as written: relative to the spec's own folder

    @property
    def layer_sizes(self) -> tuple[int, ...]:
        """The number of inputs, then the neurons of each layer."""
        return (self.inputs.size, *(layer.neurons for layer in self.layers))

    @property
    def activations(self) -> list[str]:
        """The name of each layer's activation."""
        return [layer.activation.kind for layer in self.layers]

    @property
    def output_columns(self) -> tuple[str, ...]:
        """The names of the outputs: their columns, or classes, otherwise output_1 and so on.

        One neuron with two classes gives the probability of the second.
        """
        neurons = self.layers[-1].neurons
        outputs = self.outputs or OutputsSpec()
        if outputs.columns is not None:
            return outputs.columns
        if outputs.classes is not None:
            return outputs.classes[-neurons:]
        return tuple(f"output_{number}" for number in range(1, neurons + 1))
