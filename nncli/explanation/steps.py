"""The steps of a network's arithmetic as values: the only source of everything that explains it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from nncli.explanation.notation import Notation
from nncli.explanation.shown import Shown
from nncli.problems import Note
from nncli.specs.model import Activation, NetworkSpec

Matrix = tuple[tuple[Shown, ...], ...]


@dataclass(frozen=True)
class ScaledColumn:
    """One number before the first layer, or after the last, and what scaling makes of it."""

    name: str
    formula: tuple[str | Shown, ...]  # signs and numbers: (20 - 12.5) / 3.2
    result: Shown

    @property
    def is_rounded(self) -> bool:
        """Whether the result is only about what the formula makes of its numbers."""
        parts = (part for part in self.formula if isinstance(part, Shown))
        return any(each.is_rounded for each in (*parts, self.result))


@dataclass(frozen=True)
class ScalingStep:
    """A sample's inputs scaled, or its outputs' scale undone."""

    where: Literal["inputs", "outputs"]
    sample: int
    columns: tuple[ScaledColumn, ...]

    @property
    def title(self) -> str:
        """What is done."""
        return "scaled inputs" if self.where == "inputs" else "outputs, their scale undone"


@dataclass(frozen=True)
class TransposeStep:
    """The spec holds a layer's weights the other way round than the notation writes them."""

    layer: int
    held: Matrix  # as the spec holds them
    spec_shape: tuple[int, int]
    shape: tuple[int, int]


@dataclass(frozen=True)
class ProductStep:
    """A layer's matrices for all samples shown, in the arrangement of the notation."""

    layer: int
    samples: tuple[int, ...]  # their numbers
    sample: int  # the one whose sums follow
    neuron: int  # the first of those whose sums follow
    x: Matrix  # (samples, inputs)
    w: Matrix  # (inputs, neurons)
    b: tuple[Shown, ...]  # (neurons,)
    z: Matrix  # (samples, neurons)
    a: Matrix | None  # (samples, neurons); None if the layer is linear
    has_ones: bool = False  # whether the biases stand in W, for an input that is always 1


@dataclass(frozen=True)
class Term:
    """A product of a neuron's sum."""

    input: int  # from 1
    name: str | None  # of the column, in the first layer
    x: Shown
    w: Shown
    product: Shown

    @property
    def is_rounded(self) -> bool:
        """Whether the product is only about what its factors make."""
        return any(each.is_rounded for each in (self.x, self.w, self.product))

    @property
    def is_named(self) -> bool:
        """Whether the data says what the input is called."""
        return self.name not in (None, f"column_{self.input}")

    @property
    def size(self) -> Decimal:
        """How far its product is from 0; NaN counts as infinite."""
        value = self.product.value.value
        return Decimal("inf") if value.is_nan() else value.copy_abs()


@dataclass(frozen=True)
class LeftOut:
    """The terms of a long sum that are not shown one by one."""

    count: int  # of those that are not 0
    sum: Shown
    zeros: int  # how many are 0
    zero_inputs: int  # of these, how many because the input is


@dataclass(frozen=True)
class Result:
    """A result, and the float that `forward` has for it."""

    shown: Shown
    float: float
    other: Decimal | None = None  # that float, if it is another one as far as is printed


@dataclass(frozen=True)
class Question:
    """A neuron's sum for one sample that a worksheet asks for."""

    number: int  # from 1
    sample: int
    layer: int
    neuron: int
    level: int  # 1: products are printed; 2: factors are; 3: symbols alone
    answers: tuple[tuple[str, Shown], ...]  # what is asked for, by its letter: z, a

    @property
    def points(self) -> int:
        """What it is worth."""
        return len(self.answers)


@dataclass(frozen=True)
class NeuronStep:
    """One neuron's sum for one sample."""

    sample: int  # its number, from 1
    row: int  # its row among the samples shown, from 1
    layer: int
    layer_name: str
    neuron: int
    neurons: int  # how many the layer has
    name: str | None  # of the neuron, if it is an output that the spec names
    terms: tuple[Term, ...]  # those that are shown: all in order, or the largest first
    terms_total: int
    left_out: LeftOut
    terms_sum: Shown  # of the terms that are shown
    before_bias: Shown
    bias: Shown
    z: Result
    a: Result
    activation: Activation
    slope: Shown | None  # by which the activation multiplies z, as leaky_relu does below 0
    from_rounded: tuple[str, str] | None  # what printed factors and products give, if another z
    question: Question | None = None  # of the worksheet that asks for it

    @property
    def compared(self) -> Result:
        """The result that `forward` may have another number for: z, or a if z is the same."""
        return self.z if self.z.other is not None else self.a

    @property
    def input_letter(self) -> str:
        """What an input is called in formulas."""
        return "x" if self.layer == 1 else "a"

    @property
    def is_whole(self) -> bool:
        """Whether all terms are shown."""
        return len(self.terms) == self.terms_total


@dataclass(frozen=True)
class SoftmaxRow:
    """One neuron's part of a softmax, or of its logarithm."""

    name: str
    z: Shown
    difference: Shown  # z - m
    exponential: Shown
    share: Result  # of the softmax; of log_softmax its logarithm


@dataclass(frozen=True)
class SoftmaxStep:
    """The softmax of a layer for one sample, or its logarithm."""

    sample: int
    layer: int
    largest: Shown  # m
    rows: tuple[SoftmaxRow, ...]
    sum: Shown  # of the exponentials
    log_sum: Shown | None  # its logarithm, for log_softmax
    shares_sum: Decimal  # of the shares as they are printed, with as many decimals


Step = ScalingStep | TransposeStep | ProductStep | NeuronStep | SoftmaxStep


@dataclass(frozen=True)
class Explanation:
    """Some of a network's numbers, each with the way to it."""

    spec: NetworkSpec
    notation: Notation
    has_ones: bool  # whether the biases stand in the matrices of weights
    precision: int  # decimals of a result that is rounded
    samples: tuple[int, ...]  # the numbers of those that matrices show
    samples_total: int | None  # None if there are more than were read
    layers: tuple[int, ...]
    columns: tuple[str, ...]  # the names of the features
    steps: tuple[Step, ...]
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Sheet:
    """A worksheet: an explanation in which some numbers stand in boxes, empty or filled in.

    Its sums are the worked example and the questions; what a question asks for stands in a box
    wherever it is used.
    """

    found: Explanation
    questions: tuple[Question, ...]
    variant: int  # from 1
    variants: int
    seed: int  # that drew the questions, and the weights if the spec draws them
    has_answers: bool  # whether the boxes are filled in
