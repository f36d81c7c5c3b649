"""Which value of a graph is the network's output, and what its classes are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from nncli.formats.onnx_import.arithmetic import is_opposite_pair
from nncli.formats.onnx_import.dims import features
from nncli.formats.onnx_import.folding import Facts
from nncli.formats.onnx_import.graph import Node, Value
from nncli.formats.onnx_import.model_file import damaged
from nncli.words import quoted

_FLOATS = ("FLOAT", "DOUBLE", "FLOAT16", "BFLOAT16")
# Between labels and the scores that they were chosen by; they change no label.
_LABEL_LINKS = ("Identity", "Cast", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "ZipMap")
_CHOOSING = ("ArrayFeatureExtractor", "Gather")


@dataclass(frozen=True)
class Ending:
    """Where the walk begins: at the network's output."""

    value: str
    labels: tuple[str, ...] = ()
    threshold: float | None = None  # above which the second of two labels is given, if not 0.5
    is_pair: bool = False  # whether the model gives 1 - p beside each p
    left_out: tuple[str, ...] = ()  # outputs that are not computed


def ending(facts: Facts) -> Ending:
    """Return the output of a graph that holds numbers.  Raises SpecError if there are several."""
    graph = facts.graph
    scores = [_scores(facts, value.name) for value in graph.outputs if _is_float(facts, value)]
    labelled = [
        _labels(facts, value.name) for value in graph.outputs if not _is_float(facts, value)
    ]
    found = scores or [each for each in labelled if each.value]
    if not found:
        raise damaged(graph.path, "none of its outputs is computed from numbers")
    last = _last(facts, list(dict.fromkeys(each.value for each in found)))
    chosen = next(each for each in found if each.value == last)
    related = graph.behind(last)
    named = next((each for each in labelled if each.labels and each.value in related), chosen)
    others = {each.value for each in found} - {last}
    return replace(
        chosen,
        labels=chosen.labels or named.labels,
        threshold=named.threshold,
        left_out=tuple(sorted(others)),
    )


def _is_float(facts: Facts, value: Value) -> bool:
    """Tell whether an output holds numbers, or sequences of them; or only says so by its maker."""
    if value.type == "UNDEFINED":
        maker = facts.graph.producers.get(value.name)
        return maker is None or maker.operator not in ("ArgMax", "ArrayFeatureExtractor")
    return value.type in ("", *_FLOATS)


def _last(facts: Facts, values: Sequence[str]) -> str:
    """Return the value that is computed from all the others."""
    for value in values:
        if facts.graph.behind(value).issuperset(values):
            return value
    graph = facts.graph
    node = graph.producer(values[1]) if values[1] in graph.producers else graph.nodes[-1]
    listed = ", ".join(quoted(value) for value in values[:4])
    what = f"makes one of several outputs ({listed}): a dense network has one"
    raise graph.refusal(node, what, "export the model with the output that you want alone")


def _scores(facts: Facts, value: str) -> Ending:
    """Return the numbers that an output shows: before what only names, copies or completes them."""
    labels: tuple[str, ...] = ()
    is_pair = False
    while (node := facts.graph.producers.get(value)) is not None:
        positive = _positive_class(facts, node)
        if positive is not None and not is_pair:
            value, is_pair = positive, True
        elif node.operator == "ZipMap":
            value, labels = node.inputs[0], _attribute_labels(node)
        elif _is_copy(facts, node):
            value = node.inputs[0]
        else:
            if node.operator == "LinearClassifier":
                labels = labels or _attribute_labels(node)
                is_pair = is_pair or is_opposite_pair(node)
            break
    return Ending(value, labels, is_pair=is_pair)


def _is_copy(facts: Facts, node: Node) -> bool:
    """Tell whether a node gives the numbers that it is given."""
    return node.operator == "Identity" or node.is_float_cast or _divides_by_one(facts, node)


def _positive_class(facts: Facts, node: Node) -> str | None:
    """Return p where a node joins 1 - p and p; None where it does not."""
    if node.operator != "Concat" or len(node.inputs) != 2:
        return None
    rest, positive = node.inputs
    maker = facts.graph.producers.get(rest)
    if maker is None or maker.operator != "Sub" or maker.inputs[1] != positive:
        return None
    one = maker.inputs[0]
    is_one = facts.is_constant(one) and bool((np.asarray(facts.constant(one)) == 1).all())
    is_single = features(facts.dims.get(positive)) == 1
    return positive if is_one and is_single and node.attributes.get("axis") in (1, -1) else None


def _divides_by_one(facts: Facts, node: Node) -> bool:
    """Tell whether a Normalizer divides probabilities by their sum, which is 1."""
    if node.operator != "Normalizer" or node.attributes.get("norm", "MAX") != "L1":
        return False
    maker = facts.graph.producers.get(node.inputs[0])
    if maker is None or maker.operator not in ("Softmax", "LinearClassifier"):
        return False
    transform = maker.attributes.get("post_transform", "NONE")
    return maker.operator == "Softmax" or transform == "SOFTMAX" or is_opposite_pair(maker)


def _labels(facts: Facts, value: str) -> Ending:
    """Return the names of the classes that an output chooses of, and the scores it chooses by."""
    labels: tuple[str, ...] = ()
    while (node := facts.graph.producers.get(value)) is not None:
        if node.operator in _CHOOSING and facts.is_constant(node.inputs[0]):
            names = facts.constant(node.inputs[0]).reshape(-1).tolist()
            value, labels = node.inputs[1], tuple(str(name) for name in names)
        elif node.operator in _LABEL_LINKS:
            value = node.inputs[0]
        elif node.operator == "Binarizer" or _is_choice(node):
            limit = node.attributes.get("threshold", 0.0) if node.operator == "Binarizer" else 0.5
            threshold = None if limit == 0.5 else limit
            return replace(_scores(facts, node.inputs[0]), labels=labels, threshold=threshold)
        elif node.operator == "LinearClassifier":
            scores = node.outputs[1] if len(node.outputs) > 1 else ""
            pair = is_opposite_pair(node)
            return Ending(scores, labels or _attribute_labels(node), is_pair=pair)
        else:
            break
    return Ending("")


def _is_choice(node: Node) -> bool:
    """Tell whether a node gives the place of each sample's largest number."""
    return node.operator == "ArgMax" and node.attributes.get("axis", 0) in (1, -1)


def _attribute_labels(node: Node) -> tuple[str, ...]:
    names: Any = ()
    for key in ("classlabels_strings", "classlabels_int64s", "classlabels_ints"):
        names = names or node.attributes.get(key, ())
    return tuple(str(name) for name in names)
