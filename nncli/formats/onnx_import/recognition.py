"""Several nodes that together are one activation, known by what they compute.

Exporters write an activation in many ways: gelu with its factors in any order, softplus with a
`Where` for large numbers.  So the nodes between two values are not compared with a list of such
ways: they are computed, at points of all magnitudes and on both sides of every constant among them,
and are an activation if they give its values there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from nncli.formats.onnx_import.dims import features
from nncli.formats.onnx_import.folding import Facts
from nncli.formats.onnx_import.graph import Node
from nncli.formats.onnx_import.operators import ELEMENTWISE, REDUCTIONS, Array, computed
from nncli.formats.onnx_import.steps import Activate, Floats, activation

# No exporter writes an activation with more nodes than this.
_MOST_NODES = 24
# How many numbers are computed at most to recognise something that works on whole samples.
_MOST_NUMBERS = 1 << 18
# Constants are float32: 1/sqrt(2) has an error of 2e-8, and 0.044715 likewise.
_NEAR = 1e-6
_FAR = 100.0
_FLOAT_TYPES = frozenset({1, 10, 11, 16})  # FLOAT, FLOAT16, DOUBLE, BFLOAT16
_LINKS = frozenset({"Cast", "Reshape", "Squeeze", "Unsqueeze"})  # they change no number


class Found(NamedTuple):
    """An activation, and the value that it is applied to."""

    step: Activate
    data: str


class _Span(NamedTuple):
    """The nodes between two values: all that leads from the earlier one to the later."""

    start: str
    nodes: tuple[Node, ...]  # in the graph's order


def recognised(facts: Facts, value: str) -> Found | None:
    """Return the activation that the last nodes before a value are; None if they are none."""
    for span in _spans(facts, value):
        if len(span.nodes) > 1 or span.nodes[0].operator not in ("Mul", "Add", "Div", "Sub"):
            found = _activation_of(facts, span, value)
            if found is not None:
                return Found(Activate(found, span.nodes[-1].title), span.start)
    return None


def _spans(facts: Facts, value: str) -> Iterator[_Span]:
    """Yield ever longer spans before a value: each begins at one value that all of it comes of."""
    open_values, nodes = {value}, list[Node]()
    while len(nodes) < _MOST_NODES:
        makers = [facts.graph.producers.get(name) for name in open_values]
        latest = max((node for node in makers if node), key=lambda node: node.number, default=None)
        if latest is None or not _is_computable(latest):
            return
        open_values -= set(latest.outputs)
        open_values |= set(facts.data_inputs(latest))
        nodes.append(latest)
        if len(open_values) == 1:
            yield _Span(next(iter(open_values)), tuple(reversed(nodes)))


def _is_computable(node: Node) -> bool:
    if node.operator == "Cast":
        return is_float_cast(node)
    return node.operator in _LINKS or node.operator in ELEMENTWISE or node.operator in REDUCTIONS


def is_float_cast(node: Node) -> bool:
    """Tell whether a Cast keeps numbers as they are, but for rounding."""
    return node.attributes.get("to") in _FLOAT_TYPES


def _activation_of(facts: Facts, span: _Span, value: str) -> Any:
    if any(node.operator in REDUCTIONS for node in span.nodes):
        return _sample_activation(facts, span, value)
    constants = [facts.constant(name) for name in _constants(facts, span)]
    if any(array.size > 1 for array in constants):
        return _prelu_of(facts, span, value)
    points = _points([float(array.reshape(())) for array in constants if array.dtype.kind in "fi"])
    values = _values(facts, span, value, points[:, None])
    if values is None or values.size != points.size:
        return None
    values = values.reshape(-1)
    # where the model's own way overflows, ours gives the limit
    kept = np.isfinite(values) | (np.abs(points) <= _FAR)
    points, values = points[kept], values[kept]
    candidates = ((kind, formula(points)) for kind, formula in _FORMULAS.items())
    for (kind, *parameters), expected in candidates:
        if _agree(values, expected):
            return activation(kind, **dict(parameters))
    return _with_parameter(points, values)


def _constants(facts: Facts, span: _Span) -> list[str]:
    nodes = (node for node in span.nodes if node.operator not in _LINKS)
    return [name for node in nodes for name in node.inputs if name and facts.is_constant(name)]


def _points(constants: list[float]) -> Floats:
    """Return points of all magnitudes, and close to each constant on both its sides."""
    magnitudes = np.concatenate([np.logspace(-12, 2, 141), np.linspace(0.01, 40, 400)])
    near = [
        sign * constant * (1 + step)
        for constant in constants
        if math.isfinite(constant) and abs(constant) < 1e30
        for sign in (1, -1)
        for step in (-1e-3, 0, 1e-3)
    ]
    return np.concatenate([-magnitudes[::-1], [0.0], magnitudes, near])


def _values(facts: Facts, span: _Span, value: str, points: Floats) -> Array | None:
    """Return what a span makes of some points; None if it cannot be computed."""
    known: dict[str, Array] = {span.start: points}
    try:
        for node in span.nodes:
            inputs = [
                None if not name else known[name] if name in known else facts.constant(name)
                for name in node.inputs
            ]
            known[node.outputs[0]] = _computed(node, inputs)
    except (ValueError, TypeError, KeyError, IndexError):
        return None
    return known[value] * 1.0


def _computed(node: Node, inputs: list[Array | None]) -> Array:
    if node.operator in _LINKS:
        assert inputs[0] is not None  # noqa: S101  # what it links is required
        return inputs[0]
    return computed(node, inputs)


def _agree(values: Array, expected: Array) -> bool:
    with np.errstate(all="ignore"):
        room = _NEAR * np.minimum(np.maximum(np.abs(expected), 1e-3), 1e30)
        return bool((np.abs(values - expected) <= room).all())


def _softplus(x: Array) -> Array:
    return np.logaddexp(0, x)


# Name and parameters → formula; those with a parameter that is not fixed are looked for below.
_FORMULAS: Mapping[tuple[Any, ...], Callable[[Array], Array]] = {
    ("relu",): lambda x: np.maximum(x, 0),
    ("relu6",): lambda x: np.clip(x, 0, 6),
    ("hard_tanh",): lambda x: np.clip(x, -1, 1),
    ("silu",): lambda x: x * np.exp(-_softplus(-x)),
    ("gelu",): ELEMENTWISE["Gelu"],
    ("gelu", ("approximate", "tanh")): lambda x: ELEMENTWISE["Gelu"](x, approximate="tanh"),
    ("mish",): lambda x: x * np.tanh(_softplus(x)),
    ("hard_silu",): lambda x: x * np.clip(x / 6 + 0.5, 0, 1),
    ("sigmoid",): lambda x: np.exp(-_softplus(-x)),
    ("log_sigmoid",): lambda x: -_softplus(-x),
    ("tanh",): np.tanh,
    ("softplus",): _softplus,
    ("softsign",): lambda x: x / (1 + np.abs(x)),
    ("step",): lambda x: np.heaviside(x, 0),
    ("step", ("at_zero", 1.0)): lambda x: np.heaviside(x, 1),
    ("sign",): np.sign,
    ("selu",): ELEMENTWISE["Selu"],
    ("hard_sigmoid",): lambda x: np.clip(x / 6 + 0.5, 0, 1),
    ("hard_sigmoid", ("slope", 0.2)): lambda x: np.clip(0.2 * x + 0.5, 0, 1),
}


def _with_parameter(points: Floats, values: Array) -> Any:
    """Return an activation whose parameter is read off the values below 0; None if it is none."""
    at_minus_one, far_below = (float(values[np.argmin(np.abs(points - x))]) for x in (-1, -40))
    slope, alpha = _short(-at_minus_one), _short(-far_below)
    if _agree(values, np.where(points > 0, points, slope * points)):
        return activation("leaky_relu", negative_slope=slope) if slope != 1 else None
    if _agree(values, ELEMENTWISE["Elu"](points, alpha=alpha)):
        return activation("elu", alpha=alpha)
    if alpha > 0 and _agree(values, ELEMENTWISE["Celu"](points, alpha=alpha)):
        return activation("celu", alpha=alpha)
    return None


def _short(number: float) -> float:
    """Return the shortest decimal that is the same float32."""
    return float(str(np.float32(number)))


def _prelu_of(facts: Facts, span: _Span, value: str) -> Any:
    """Return prelu with the slopes that are read off at -1; None if the span is another thing."""
    points = np.array([-1.0, *np.linspace(-30, 30, 61), -1e-9, 1e-9])[:, None]
    size = features(facts.dims.get(span.start))
    if size is None or size * points.size > _MOST_NUMBERS:
        return None
    values = _values(facts, span, value, np.repeat(points, size, axis=1))
    if values is None or values.shape != (len(points), size):
        return None
    slopes = -values[0]
    if _agree(values, np.where(points > 0, points, slopes * points)) and (slopes != 1).any():
        return activation("prelu", slopes=tuple(_short(slope) for slope in slopes.tolist()))
    return None


def _sample_activation(facts: Facts, span: _Span, value: str) -> Any:
    """Return softmax or log_softmax if a span is that, over all features of a sample."""
    dims = facts.dims.get(span.start)
    size = features(dims)
    if dims is None or size is None or not 1 < size <= _MOST_NUMBERS // 16:
        return None
    draws = np.random.RandomState(0).standard_normal((16, size)) * 3  # a frozen stream
    values = _values(facts, span, value, draws.reshape(16, *dims[1:]))
    if values is None or values.size != draws.size:
        return None
    for operator, kind in (("Softmax", "softmax"), ("LogSoftmax", "log_softmax")):
        if _agree(values.reshape(16, -1), REDUCTIONS[operator](draws)):
            return activation(kind)
    return None
