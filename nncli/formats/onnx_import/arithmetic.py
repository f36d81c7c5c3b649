"""Nodes that compute a product, or something per neuron from constants, as steps."""

from __future__ import annotations

import math

import numpy as np

from nncli.formats.onnx_import.dims import Dims, features, shape_text
from nncli.formats.onnx_import.folding import Facts
from nncli.formats.onnx_import.graph import Node, not_finite
from nncli.formats.onnx_import.steps import (
    Activate,
    Affine,
    Bounds,
    Floats,
    Product,
    Step,
    activation,
    scaled,
    shifted,
)
from nncli.words import quoted

# The largest finite float32: what older models bound by where they mean no bound.
_FLOAT32_MAX = float(np.finfo(np.float32).max)
_OF_TWO = ("Add", "Sum", "Sub", "Mul", "Div")
_POST_TRANSFORMS = {"NONE": (), "LOGISTIC": ("sigmoid",), "SOFTMAX": ("softmax",)}


def neuron_values(facts: Facts, node: Node, name: str, dims: Dims | None) -> Floats:
    """Return a constant as one number per feature, (features,), or () where one serves all.

    Raises SpecError if it differs between samples, or would make more of each sample.
    """
    array = np.asarray(facts.used(node, name), np.float64)
    if array.size == 1:
        return _checked(facts, node, name, array.reshape(()))
    rank = len(dims) if dims is not None else array.ndim
    if node.opset < 7 and "axis" in node.attributes and array.ndim < rank:
        axis = node.attributes["axis"] % rank
        array = array.reshape(array.shape + (1,) * (rank - axis - array.ndim))
    if array.ndim == rank and array.shape[0] > 1 and rank > 1:
        array = _one_row(facts, node, name, array)
    sizes = dims[1:] if dims is not None and None not in dims else array.shape[-1:]
    inner = array.reshape(array.shape[array.ndim == rank and rank > 1 :])
    try:
        spread = np.broadcast_to(inner, sizes)  # type: ignore[arg-type]
    except ValueError:
        what = f"combines {shape_text(dims)} with {quoted(name)} of {array.shape}"
        raise facts.graph.refusal(node, f"{what}: not one number per neuron") from None
    return _checked(facts, node, name, spread.reshape(-1))


def _one_row(facts: Facts, node: Node, name: str, array: Floats) -> Floats:
    """Return the one row that all rows of a constant repeat."""
    if (array != array[:1]).any():
        what = f"adds {quoted(name)} of {array.shape}, other numbers for each sample"
        raise facts.graph.refusal(node, what, "a dense layer has one bias per neuron")
    return array[:1]


def _checked(facts: Facts, node: Node, name: str, array: Floats) -> Floats:
    if np.isnan(array).any():
        raise not_finite(facts.graph, f"the array {quoted(name)}, used by {node.title},")
    return array


def product(facts: Facts, node: Node, data: str) -> Product:
    """Return what Gemm or MatMul computes.  Raises SpecError unless it is samples @ weights."""
    if node.inputs[0] != data or node.attributes.get("transA"):
        raise facts.graph.refusal(
            node,
            "has the weights on the left: its samples stand in columns",
            "a dense layer computes samples @ weights: export the model with samples in rows",
        )
    weights = np.asarray(facts.used(node, node.inputs[1]), np.float64)
    if weights.ndim == 1 and node.operator == "MatMul":
        weights = weights[:, None]
    if weights.ndim != 2 or not weights.size:
        what = f"multiplies by {quoted(node.inputs[1])} of shape {weights.shape}, not by a matrix"
        raise facts.graph.refusal(node, what)
    _check_rows(facts, node, data)
    weights = weights.T if node.attributes.get("transB") else weights
    alpha, beta = (node.attributes.get(key, 1.0) for key in ("alpha", "beta"))
    weights = weights if alpha == 1 else weights * alpha
    biases = None
    if len(node.inputs) > 2 and node.inputs[2]:
        # whatever its shape, it is stretched over (N, neurons)
        row = neuron_values(facts, node, node.inputs[2], (None, weights.shape[1]))
        biases = np.broadcast_to(beta * row, weights.shape[1:])
    return Product(weights, biases, facts.is_double(node.inputs[1]), node.title)


def _check_rows(facts: Facts, node: Node, data: str) -> None:
    """Raise SpecError if a sample is a matrix: its rows would share the weights."""
    dims = facts.dims.get(data)
    if dims is not None and any(size != 1 for size in dims[1:-1]):
        what = f"multiplies {shape_text(dims)}: each sample has several rows that share the weights"
        raise facts.graph.refusal(node, what, "a dense network flattens its samples first")


def linear_model(facts: Facts, node: Node) -> list[Step]:
    """Return the steps of a LinearClassifier or LinearRegressor."""
    coefficients, intercepts = _coefficients(node)
    is_classifier, is_pair = node.operator == "LinearClassifier", is_opposite_pair(node)
    rows = 1 if is_pair and intercepts.size == 1 else _outputs(node)
    transform = str(node.attributes.get("post_transform", "NONE"))
    # runtimes do not agree on what a transformed regression is
    if transform not in _POST_TRANSFORMS or not (is_classifier or transform == "NONE"):
        raise facts.graph.refusal(node, f"ends in {transform}, which is no activation of nncli")
    if not coefficients.size or coefficients.size % rows or intercepts.size not in (0, rows):
        what = f"has {coefficients.size} coefficients and {intercepts.size} intercepts"
        raise facts.graph.refusal(node, f"{what} for {rows} outputs")
    weights = coefficients.reshape(rows, -1).T  # (inputs, neurons)
    if is_pair:  # 1 - p and p: the second one says all
        weights, intercepts = weights[:, -1:], intercepts[-1:]
    made: list[Step] = [
        Product(weights, intercepts if intercepts.size else None, False, node.title)
    ]
    return made + [Activate(activation(kind), node.title) for kind in _POST_TRANSFORMS[transform]]


def is_opposite_pair(node: Node) -> bool:
    """Tell whether a LinearClassifier gives 1 - p and p: sigmoids of a score and its opposite."""
    if node.attributes.get("post_transform") != "LOGISTIC" or _outputs(node) != 2:
        return False
    coefficients, intercepts = _coefficients(node)
    if intercepts.size == 1:  # it has the second class's score alone
        return True
    if coefficients.size % 2 or intercepts.size not in (0, 2):
        return False
    first, second = coefficients.reshape(2, -1)
    return bool((first == -second).all() and not intercepts.sum())


def _coefficients(node: Node) -> tuple[Floats, Floats]:
    """Return the weights of a linear model, output by output, and one bias for each."""
    coefficients, intercepts = (
        np.array(node.attributes.get(key, ()), np.float64) for key in ("coefficients", "intercepts")
    )
    return coefficients, intercepts


def _outputs(node: Node) -> int:
    if node.operator == "LinearRegressor":
        return int(node.attributes.get("targets", 1))
    attributes = node.attributes
    return len(attributes.get("classlabels_strings") or attributes.get("classlabels_ints") or "1")


def _normalised(facts: Facts, node: Node, data: str) -> Affine:
    """Return what BatchNormalization does once it is trained (Ioffe & Szegedy 2015)."""
    attributes = node.attributes
    in_training = (
        attributes.get("training_mode")
        or (node.opset < 7 and not attributes.get("is_test"))
        or (node.opset < 14 and any(node.outputs[1:]))
    )
    if in_training:
        what = "was exported in training mode: it takes mean and variance from the batch itself"
        raise facts.graph.refusal(node, what, "export the model for inference: model.eval() first")
    dims = facts.dims.get(data)
    scale, bias, mean, variance = (
        _per_channel(facts, node, name, dims) for name in node.inputs[1:5]
    )
    factor = scale / np.sqrt(variance + attributes.get("epsilon", 1e-5))
    return Affine(factor, bias - mean * factor, node.title)


def _per_channel(facts: Facts, node: Node, name: str, dims: Dims | None) -> Floats:
    """Return one number per feature of one number per channel, the first axis behind the batch."""
    array = np.asarray(facts.constant(name), np.float64).reshape(-1)
    total = features(dims)
    if dims is None or len(dims) == 2 or total in (None, array.size):
        return array
    if array.size != dims[1] or total is None:
        raise facts.graph.refusal(node, f"has {array.size} channels for {shape_text(dims)}")
    return np.repeat(array, total // array.size)


def _scaled(node: Node) -> Affine:
    """Return (x - offset) · scale, as scikit-learn's scalers are written."""
    offset, scale = (
        np.array(node.attributes.get(key) or (default,), np.float64)
        for key, default in (("offset", 0.0), ("scale", 1.0))
    )
    offset, scale = (
        values.reshape(()) if values.size == 1 else values for values in (offset, scale)
    )
    return Affine(scale, -offset * scale, node.title)


def affine(facts: Facts, node: Node, data: str) -> Affine | None:
    """Return what a node does per neuron, if it is a sum, a product or a scaling with constants.

    Raises SpecError if its constants are not one number per neuron.
    """
    is_pair = node.operator in _OF_TWO and len(node.inputs) == 2
    if not is_pair and node.operator not in ("Neg", "BatchNormalization", "Scaler"):
        return None
    _check_type(facts, node, data)
    match node.operator:
        case "Neg":
            return scaled(-1, node.title)
        case "BatchNormalization":
            return _normalised(facts, node, data)
        case "Scaler":
            return _scaled(node)
    return _combined(facts, node, data)


def _combined(facts: Facts, node: Node, data: str) -> Affine:
    """Return what an operator makes of a value and a constant."""
    (other,) = (name for name in node.inputs if name != data)
    values, title = neuron_values(facts, node, other, facts.dims.get(data)), node.title
    is_first = node.inputs[0] == data
    match node.operator:
        case "Add" | "Sum":
            return shifted(values, title)
        case "Sub":
            return shifted(-values, title) if is_first else Affine(-np.ones(()), values, title)
        case "Mul":
            return Affine(values, np.zeros(()), title)
    if not is_first:
        raise facts.graph.refusal(node, "divides by what it is given, which no activation does")
    if not values.all():
        raise facts.graph.refusal(node, f"divides by 0, which is in {quoted(other)}")
    return Affine(1 / values, np.zeros(()), title)


def _check_type(facts: Facts, node: Node, data: str) -> None:
    """Raise SpecError for arithmetic with whole numbers: it rounds, or begins anew at 0."""
    if data in facts.whole:
        hint = "cast the samples to float first, and export again"
        raise facts.graph.refusal(node, "computes with whole numbers, before they are floats", hint)


def bounds(facts: Facts, node: Node, data: str) -> Bounds | None:
    """Return the bounds that Clip, or Max or Min with one constant, keeps each number within."""
    others = [name for name in node.inputs if name and name != data]
    dims = facts.dims.get(data)
    low, high = np.array(-math.inf), np.array(math.inf)
    if node.operator in ("Clip", "Max", "Min"):
        _check_type(facts, node, data)
    if node.operator == "Clip" and node.inputs[0] == data:
        for place, name in enumerate(node.inputs):
            if name and place:
                limit = neuron_values(facts, node, name, dims)
                low, high = (limit, high) if place == 1 else (low, limit)
        low = np.array(node.attributes.get("min", low), np.float64)
        high = np.array(node.attributes.get("max", high), np.float64)
    elif node.operator in ("Max", "Min") and len(others) == 1:
        limit = neuron_values(facts, node, others[0], dims)
        low, high = (limit, high) if node.operator == "Max" else (low, limit)
    else:
        return None
    low = np.where(low <= -_FLOAT32_MAX, -math.inf, low)
    high = np.where(high >= _FLOAT32_MAX, math.inf, high)
    if not (low < high).all():
        raise facts.graph.refusal(node, f"keeps numbers between {low} and {high}, which is nothing")
    for limit in (low, high):
        if np.isinf(limit).any() != np.isinf(limit).all():
            raise facts.graph.refusal(node, "bounds some neurons, and others not")
    return Bounds(low, high, node.title)
