"""From a network's outputs to the class of each sample, and how probable it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from nncli.errors import SpecError
from nncli.network.activations import Array
from nncli.problems import Note, Place, Problem
from nncli.specs.model import NetworkSpec, OutputsSpec
from nncli.words import count_of

# What the outputs are: probabilities, their logarithms, scores, or the probability of the second of
# two classes.
Meaning: TypeAlias = Literal["probabilities", "logarithms", "scores", "second"]
_MEANINGS: dict[str, Meaning] = {
    "softmax": "probabilities",
    "log_softmax": "logarithms",
    "linear": "scores",
}
_THRESHOLD = 0.5


@dataclass(frozen=True)
class ClassRule:
    """How a sample's outputs tell its class."""

    classes: tuple[str, ...]
    meaning: Meaning
    threshold: float = _THRESHOLD  # of "second": above it, it is the second class
    is_named: bool = True  # otherwise the classes are numbers from 0

    def notes(self, unclassified: int = 0) -> tuple[Note, ...]:
        """Return what there is to remark.  unclassified: how many samples had an output of NaN."""
        notes = []
        if not self.is_named:
            words = "they are numbered from 0, as libraries count labels"
            notes.append(Note("unnamed_classes", f"the network does not name its classes: {words}"))
        if self.meaning == "scores":
            words = "the class is the largest score, its probability their softmax"
            message = f"the last layer is linear, so its outputs are taken as scores: {words}"
            notes.append(Note("scores", message))
        if unclassified:
            verb = "has" if unclassified == 1 else "have"
            message = f"{count_of(unclassified, 'sample')} {verb} an output of NaN, hence no class"
            notes.append(Note("no_class", message))
        return tuple(notes)


@dataclass(frozen=True, eq=False)
class Prediction:
    """The class of each sample, and its probability."""

    classes: npt.NDArray[np.object_]  # (samples,) of str; empty text where an output is NaN
    probabilities: Array  # (samples,), of the network's type; NaN where an output is


def class_rule(
    spec: NetworkSpec, file: str | None = None, where: tuple[str, ...] = ()
) -> ClassRule:
    """Return how a network's outputs tell a class.

    file: the network's, for the message; where: what else helps, if that is no text to write in.
    Raises SpecError, with what to write, if they tell none.
    """
    fault = _fault(spec)
    if fault is not None:
        message, hint = fault
        place = Place(file) if file is not None else None
        raise SpecError(Problem("N112", message, place, (hint, *where)))
    outputs, neurons = spec.outputs or OutputsSpec(), spec.layers[-1].neurons
    meaning = _MEANINGS.get(spec.activations[-1], "second")
    named = outputs.classes or (outputs.columns if meaning != "second" else None)
    numbers = tuple(map(str, range(2 if meaning == "second" else neurons)))
    threshold = _THRESHOLD if outputs.threshold is None else outputs.threshold
    return ClassRule(named or numbers, meaning, threshold, named is not None)


def _fault(spec: NetworkSpec) -> tuple[str, str] | None:
    """Return why outputs tell no class, and what to write; None if they do."""
    activation, neurons = spec.activations[-1], spec.layers[-1].neurons
    named = spec.outputs is not None and (spec.outputs.classes or spec.outputs.columns)
    if spec.outputs is not None and spec.outputs.scale is not None:
        hint = "leave --predict out, or `outputs.scale` if they are scores of classes"
        return "the outputs are quantities with a scale of their own, not scores of classes", hint
    if activation == "sigmoid" and neurons > 1:
        message = f"{count_of(neurons, 'sigmoid')} say yes or no to as many questions"
        hint = "if each sample has just one class, write `activation: softmax` for the last layer"
        return f"{message}, not which class it is", hint
    if activation == "sigmoid":
        return None
    if activation not in _MEANINGS:
        hint = "a class is told from softmax, log_softmax, scores (linear) or one sigmoid"
        return f"the last layer's activation is {activation}, which tells no class", hint
    if neurons == 1:
        hint = (
            "for two classes write `activation: sigmoid` for the last layer and "
            "`outputs: {classes: [NO, YES]}`"
        )
        return f"one {activation} output tells no class", hint
    if not named and activation == "linear":
        names = ", ".join(f"NAME_{number}" for number in range(1, min(neurons, 3) + 1))
        more = ", …" if neurons > 3 else ""
        hint = f"if they are, name the classes: `outputs: {{classes: [{names}{more}]}}`"
        return "the last layer is linear, and nothing says that its outputs are scores", hint
    return None


def are_classes(spec: NetworkSpec) -> bool:
    """Whether a network's outputs stand for classes, of which a sample's largest is its own."""
    if _fault(spec) is not None:
        return False
    # linear outputs whose columns alone have names may be quantities
    is_named = spec.outputs is not None and spec.outputs.classes is not None
    return spec.activations[-1] != "linear" or is_named


def largest_outputs(outputs: Sequence[Array] | Array) -> npt.NDArray[np.intp]:
    """Return which of each sample's outputs is the largest: (samples,).

    outputs: (neurons, samples).  Of equal ones it is the first; -1 where an output is NaN.
    """
    # row by row, in small numbers: argmax over the first axis of an array takes ten times as long
    kind = np.int16 if len(outputs) < 2**15 else np.intp
    largest = np.array(outputs[0])
    found = np.zeros(len(largest), kind)
    for number, row in enumerate(outputs[1:], start=1):
        np.maximum(found, (row > largest) * kind(number), out=found)
        np.maximum(largest, row, out=largest)  # NaN stays
    found[np.isnan(largest)] = -1
    return found.astype(np.intp)


def predict(outputs: Array, rule: ClassRule) -> Prediction:
    """Return the class of each sample by a rule; of equal outputs the first is the largest.

    outputs: (neurons, samples).
    """
    values = outputs.astype(np.float64, copy=False)
    if rule.meaning == "second":
        # in the outputs' own type: in float32, too, an output of 0.3 is not above 0.3
        second = outputs[0] > outputs.dtype.type(rule.threshold)
        chosen = second.astype(np.intp)  # (samples,)
        probabilities = np.where(second, values[0], 1 - values[0])
    else:
        chosen = values.argmax(axis=0)  # that of a NaN if there is one
        largest = values[chosen, np.arange(values.shape[1])]
        probabilities = probabilities_of(values, largest, rule.meaning)
    chosen[np.isnan(values).any(axis=0)] = len(rule.classes)
    names = np.array([*rule.classes, ""], object)
    return Prediction(names[chosen], probabilities.astype(outputs.dtype, copy=False))


def probabilities_of(values: Array, own: Array, meaning: Meaning) -> Array:
    """Return how probable one class of each sample is, by what the outputs mean: (samples,).

    values: (neurons, samples); own: (samples,), those of that class.
    """
    if meaning == "probabilities":
        return own
    with np.errstate(all="ignore"):  # of infinite scores
        if meaning == "logarithms":
            return np.exp(own)
        # infinite scores are equal, though their difference is NaN
        powers = np.exp(np.where(values == own, 0, values - own))
        shares: Array = 1 / powers.sum(axis=0)
        return shares
