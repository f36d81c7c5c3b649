"""Single nodes that are activations, with ONNX's parameters and defaults, as steps."""

from __future__ import annotations

import math

import numpy as np

from nncli.formats.onnx_import.arithmetic import neuron_values
from nncli.formats.onnx_import.dims import shape_text
from nncli.formats.onnx_import.folding import Facts
from nncli.formats.onnx_import.graph import Node
from nncli.formats.onnx_import.steps import Activate, Bounds, Step, activation, scaled, shifted
from nncli.specs.model import SELU_ALPHA, SELU_SCALE

# Operators that have no parameters, and the activations that they are.
_PLAIN = {
    "Relu": "relu",
    "Sigmoid": "sigmoid",
    "Tanh": "tanh",
    "Softplus": "softplus",
    "Softsign": "softsign",
    "Mish": "mish",
    "HardSwish": "hard_silu",
    "Sign": "sign",
}
# Since when these look along their last axis; before, at all axes behind the one they name.
_LAST_AXIS_SINCE = 13
_SELU_EXACT_SINCE = 6


def activation_steps(facts: Facts, node: Node, data: str) -> list[Step] | None:
    """Return the steps of a node that is an activation; None if it is none.

    Raises SpecError if it is one that works along something else than a sample's features.
    """
    title, number = node.title, node.attributes.get
    match node.operator:
        case operator if operator in _PLAIN:
            return [Activate(activation(_PLAIN[operator]), title)]
        case "LeakyRelu":
            slope = number("alpha", 0.01)
            return [Activate(activation("leaky_relu", negative_slope=slope), title)]
        case "PRelu":
            return [_prelu(facts, node, data)]
        case "Elu" | "Celu":
            kind = node.operator.lower()
            return [Activate(activation(kind, alpha=number("alpha", 1.0)), title)]
        case "Selu":
            return _selu(node)
        case "Gelu":
            kind = number("approximate", "none")
            return [Activate(activation("gelu", approximate=kind), title)]
        case "HardSigmoid":
            return [_hard_sigmoid(number("alpha", 0.2), number("beta", 0.5), title)]
        case "Swish":
            return _swish(number("alpha", 1.0), title)
        case "Softmax" | "LogSoftmax":
            return [_softmax(facts, node, data)]
    return None


def _prelu(facts: Facts, node: Node, data: str) -> Activate:
    slopes = neuron_values(facts, node, node.inputs[1], facts.dims.get(data))
    given = slopes.item() if slopes.ndim == 0 else tuple(slopes.tolist())
    return Activate(activation("prelu", slopes=given), node.title)


def _selu(node: Node) -> list[Step]:
    """Return selu, or what it is with other constants: gamma · elu."""
    # the first version of the operator rounded its defaults
    defaults = (SELU_ALPHA, SELU_SCALE) if node.opset >= _SELU_EXACT_SINCE else (1.6732, 1.0507)
    alpha, gamma = (
        node.attributes.get(key, default)
        for key, default in zip(("alpha", "gamma"), defaults, strict=True)
    )
    if _same(alpha, SELU_ALPHA) and _same(gamma, SELU_SCALE):
        return [Activate(activation("selu"), node.title)]
    return [Activate(activation("elu", alpha=alpha), node.title), scaled(gamma, node.title)]


def _hard_sigmoid(slope: float, offset: float, title: str) -> Activate:
    slope = 1 / 6 if _same(slope, 1 / 6) else slope  # 0.16666667 is all that a float32 says
    return Activate(activation("hard_sigmoid", slope=slope, offset=offset), title)


def _swish(alpha: float, title: str) -> list[Step]:
    """Return x · sigmoid(alpha x), which is silu(alpha x) / alpha."""
    silu = Activate(activation("silu"), title)
    return [silu] if alpha == 1 else [scaled(alpha, title), silu, scaled(1 / alpha, title)]


def _same(value: float, other: float) -> bool:
    """Tell whether two numbers are the same float32, which is how a model holds parameters."""
    return bool(np.float32(value) == np.float32(other))


def _softmax(facts: Facts, node: Node, data: str) -> Activate:
    dims = facts.dims.get(data)
    newer = node.opset >= _LAST_AXIS_SINCE
    axis = node.attributes.get("axis", -1 if newer else 1)
    rank = len(dims) if dims is not None else 2
    axis += rank if axis < 0 else 0
    others = dims[1:axis] + (dims[axis + 1 :] if newer else ()) if dims is not None else ()
    if axis == 0 or axis >= rank or any(size != 1 for size in others):
        what = f"works along axis {axis} of {shape_text(dims)}, not over a sample's features"
        raise facts.graph.refusal(node, what, "a dense layer's softmax runs over its neurons")
    return Activate(
        activation("softmax" if node.operator == "Softmax" else "log_softmax"), node.title
    )


def bounding_steps(bounds: Bounds) -> list[Step]:
    """Return bounds behind a product as activations: relu, relu6, hard_tanh, and shifts of relu."""
    low, high, title = bounds.low, bounds.high, bounds.title
    if low.ndim == high.ndim == 0:
        ends = float(low), float(high)
        if ends in ((0, math.inf), (0, 6)):
            return [Activate(activation("relu" if ends[1] > 6 else "relu6"), title)]
        if np.isfinite(ends).all() and ends[0] < ends[1]:
            return [Activate(activation("hard_tanh", min=ends[0], max=ends[1]), title)]
    relu = Activate(activation("relu"), title)
    steps: list[Step] = []
    if np.isfinite(low).all():  # max(x, low) is relu(x - low) + low
        steps += [shifted(-low, title), relu, shifted(low, title)]
    if np.isfinite(high).all():  # min(x, high) is high - relu(high - x)
        turned: list[Step] = [scaled(-1, title), shifted(high, title), relu, scaled(-1, title)]
        steps += [*turned, shifted(high, title)]
    return steps
