"""Several nodes that together are one activation, known by what they compute.

Exporters write an activation in many ways: gelu with its factors in any order, softplus with a
`Where` for large numbers.  So the nodes between two values are not compared with a list of such
ways: they are computed, at points of all magnitudes and on both sides of every constant among them,
and are an activation if they give its values there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from nncli.formats.onnx_import.dims import features
from nncli.formats.onnx_import.folding import Facts
from nncli.formats.onnx_import.graph import Node
from nncli.formats.onnx_import.operators import ELEMENTWISE, REDUCTIONS, Array, computed
from nncli.formats.onnx_import.steps import Activate, Floats, Step, activation, scaled
from nncli.specs.model import Activation

# No exporter writes an activation with more nodes than this.
_MOST_NODES = 16
# How many numbers are computed at most to recognise something that works on whole samples.
_MOST_NUMBERS = 1 << 20
# Computing a node takes about as long as so many of its numbers.
_NUMBERS_AS_LONG = 1_000
# Constants are float32: 1/sqrt(2) has an error of 2e-8, and 0.044715 likewise.
_NEAR = 1e-6
_FAR = 100.0
_FEW_POINTS = np.array([-40, -6, -2.5, -1, -0.3, 0, 0.4, 1, 2, 7])
# Of these alone, no activation is made.
_ARITHMETIC = frozenset({"Add", "Sub", "Mul", "Div", "Neg", "Cast", "Reshape"})
_LINKS = frozenset({"Cast", "Reshape", "Squeeze", "Unsqueeze"})  # they change no number


class Found(NamedTuple):
    """Steps that end in a value, and the value that they begin with."""

    steps: list[Step]
    data: str


class _Span(NamedTuple):
    """The nodes between two values: all that leads from the earlier one to the later."""

    start: str
    nodes: tuple[Node, ...]  # in the graph's order


def recognised(facts: Facts, value: str) -> Found | None:
    """Return the activation that the last nodes before a value are; None if they are none.

    Of several, it is the one of most nodes: softmax begins where the maximum is subtracted.
    """
    best: Found | None = None
    for span in _spans(facts, value):
        if any(node.operator not in _ARITHMETIC for node in span.nodes):
            match = _activation_of(facts, span, value)
            if match is not None:
                step = Activate(match.activation, span.nodes[-1].title)
                best = Found(_with_slope(step, match.slope), span.start)
    return best


def _spans(facts: Facts, value: str) -> Iterator[_Span]:
    """Yield ever longer spans before a value: each begins at one value that all of it comes of."""
    open_values, nodes = {value}, list[Node]()
    while len(nodes) < _MOST_NODES and facts.effort_left > 0:
        makers = [facts.graph.producers.get(name) for name in open_values]
        latest = max((node for node in makers if node), key=lambda node: node.number, default=None)
        if latest is None or not _is_computable(facts, latest):
            return
        open_values -= set(latest.outputs)
        open_values |= set(facts.data_inputs(latest))
        nodes.append(latest)
        if len(open_values) == 1:
            yield _Span(next(iter(open_values)), tuple(reversed(nodes)))


def _is_computable(facts: Facts, node: Node) -> bool:
    if node.operator == "Cast":
        return node.is_float_cast
    if node.operator in _LINKS:  # it must not move a number to another sample
        dims = facts.dims.get(node.outputs[0])
        return dims is not None and dims == facts.dims.get(node.inputs[0])
    if not facts.whole.isdisjoint(node.inputs):
        return False
    return node.operator in ELEMENTWISE or node.operator in REDUCTIONS


class _Match(NamedTuple):
    """What a span computes: activation(slope · x) / slope."""

    activation: Activation
    slope: float = 1.0


def _with_slope(step: Activate, slope: float) -> list[Step]:
    if slope == 1:
        return [step]
    return [scaled(slope, step.title), step, scaled(1 / slope, step.title)]


def _activation_of(facts: Facts, span: _Span, value: str) -> _Match | None:
    if any(node.operator in REDUCTIONS for node in span.nodes):
        return _sample_activation(facts, span, value)
    constants = [facts.constant(name) for name in _constants(facts, span)]
    if any(array.size > 1 for array in constants):
        return _prelu_of(facts, span, value, constants)
    if _match_at(facts, span, value, _FEW_POINTS) is None:  # most spans end here
        return None
    numbers = [float(array.reshape(())) for array in constants if array.dtype.kind in "fi"]
    return _match_at(facts, span, value, _points(numbers), numbers)


def _match_at(
    facts: Facts, span: _Span, value: str, points: Floats, constants: Sequence[float] = ()
) -> _Match | None:
    """Return what a span computes element by element, as far as some points tell."""
    values = _values(facts, span, value, points[:, None])
    if values is None or values.size != points.size:
        return None
    values = values.reshape(-1)
    # where the model's own way overflows, ours gives the limit
    kept = np.isfinite(values) | (np.abs(points) <= _FAR)
    points, values = points[kept], values[kept]
    for (kind, *parameters), formula in _FORMULAS.items():
        if _agree(values, formula(points)):
            return _Match(activation(kind, **dict(parameters)))
    return _with_parameter(points, values, constants)


def _constants(facts: Facts, span: _Span) -> list[str]:
    nodes = (node for node in span.nodes if node.operator not in _LINKS)
    return [name for node in nodes for name in node.inputs if name and facts.is_constant(name)]


def _points(constants: list[float]) -> Floats:
    """Return points of all magnitudes, and close to each constant on both its sides."""
    magnitudes = np.concatenate(
        [np.logspace(-12, 2, 141), np.linspace(0.01, 40, 400), np.logspace(2, 12, 101)]
    )
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
    facts.effort_left -= len(span.nodes) * (1 + points.size // _NUMBERS_AS_LONG)
    known: dict[str, Array] = {span.start: points}
    try:
        for node in span.nodes:
            if node.operator in _LINKS:
                known[node.outputs[0]] = known[node.inputs[0]]
                continue
            inputs = [
                None if not name else known[name] if name in known else facts.constant(name)
                for name in node.inputs
            ]
            known[node.outputs[0]] = computed(node, inputs)
    except (ValueError, TypeError, KeyError, IndexError):
        return None
    return known[value] * 1.0


def _agree(values: Array, expected: Array) -> bool:
    with np.errstate(all="ignore"):
        room = _NEAR * np.minimum(np.maximum(np.abs(expected), 1e-3), 1e30)
        return bool((np.abs(values - expected) <= room).all())


_softplus = ELEMENTWISE["Softplus"]
# Name and parameters → formula; those with a parameter that is not fixed are looked for below.
_FORMULAS: Mapping[tuple[Any, ...], Callable[..., Array]] = {
    ("relu",): ELEMENTWISE["Relu"],
    ("relu6",): lambda x: np.clip(x, 0, 6),
    ("hard_tanh",): lambda x: np.clip(x, -1, 1),
    ("silu",): ELEMENTWISE["Swish"],
    ("gelu",): ELEMENTWISE["Gelu"],
    ("gelu", ("approximate", "tanh")): partial(ELEMENTWISE["Gelu"], approximate="tanh"),
    ("mish",): ELEMENTWISE["Mish"],
    ("hard_silu",): ELEMENTWISE["HardSwish"],
    ("sigmoid",): ELEMENTWISE["Sigmoid"],
    ("log_sigmoid",): lambda x: -_softplus(-x),
    ("tanh",): ELEMENTWISE["Tanh"],
    ("softplus",): ELEMENTWISE["Softplus"],
    ("softsign",): ELEMENTWISE["Softsign"],
    ("selu",): ELEMENTWISE["Selu"],
    ("hard_sigmoid",): lambda x: np.clip(x / 6 + 0.5, 0, 1),
    ("hard_sigmoid", ("slope", 0.2)): ELEMENTWISE["HardSigmoid"],
}


def _with_parameter(points: Floats, values: Array, constants: Sequence[float]) -> _Match | None:
    """Return an activation whose parameter is read off a value; None if it is none.

    constants: of the model, one of which the parameter may be.
    """
    at = {x: float(values[np.argmin(np.abs(points - x))]) for x in (-40, -1, 0, 1)}
    slope, alpha = _given(-at[-1], constants), _given(-at[-40], constants)
    for kind, low in (("step", 0), ("sign", -1)):
        at_zero = _short(at[0])
        expected = np.where(points == 0, at_zero, np.where(points > 0, 1, low))
        if low <= at_zero <= 1 and _agree(values, expected):
            return _Match(activation(kind, at_zero=at_zero))
    with np.errstate(all="ignore"):
        if slope != 1 and _agree(values, np.where(points > 0, points, slope * points)):
            return _Match(activation("leaky_relu", negative_slope=slope))
        if _agree(values, ELEMENTWISE["Elu"](points, alpha=alpha)):
            return _Match(activation("elu", alpha=alpha))
        if alpha > 0 and _agree(values, ELEMENTWISE["Celu"](points, alpha=alpha)):
            return _Match(activation("celu", alpha=alpha))
        if 0 < at[0] < math.inf:  # softplus(0) is log 2
            beta = _given(math.log(2) / at[0], constants)
            if _agree(values, _softplus(beta * points) / beta):
                return _Match(activation("softplus"), beta)
        if 0 < at[1] < 1:  # x · sigmoid(beta x), at 1
            beta = _given(math.log(at[1] / (1 - at[1])), constants)
            if beta and _agree(values, ELEMENTWISE["Swish"](points, alpha=beta)):
                return _Match(activation("silu"), beta)
    return None


def _short(number: float) -> float:
    """Return the shortest decimal that is the same float32."""
    return float(str(np.float32(number)))


def _given(number: float, constants: Sequence[float]) -> float:
    """Return the constant that a number is but for rounding, or its shortest decimal.

    A constant that no float32 holds is of a float64 model, and taken as it is.
    """
    close = [each for each in constants if abs(each - number) <= _NEAR * abs(number)]
    if not close:
        return _short(number)
    nearest = min(close, key=lambda each: abs(each - number))
    return _short(nearest) if nearest == float(np.float32(nearest)) else nearest


def _prelu_of(facts: Facts, span: _Span, value: str, constants: list[Array]) -> _Match | None:
    """Return prelu with the slopes that are read off at -1; None if the span is another thing."""
    size = features(facts.dims.get(span.start))
    if size is None or any(array.size not in (1, size) for array in constants):
        return None
    magnitudes = np.concatenate([np.logspace(-9, 2, 34), np.linspace(1, 30, 30)])
    same = np.concatenate([[-1.0], -magnitudes, [0.0], magnitudes])
    rows = [np.full(size, point) for point in same]
    for array in constants:  # close to each constant, on both its sides
        spread = np.broadcast_to(array.reshape(-1), size).astype(float)
        rows += [spread * factor for factor in (-1.001, -1, -0.999, 0.999, 1, 1.001)]
    points = np.array(rows)  # (points, features)
    if points.size > _MOST_NUMBERS:
        return None
    values = _values(facts, span, value, points)
    if values is None or values.shape != points.shape:
        return None
    slopes = -values[0]
    if _agree(values, np.where(points > 0, points, slopes * points)) and (slopes != 1).any():
        near = [np.broadcast_to(array.reshape(-1), size).tolist() for array in constants]
        places = enumerate(slopes.tolist())
        given = tuple(_given(slope, [each[place] for each in near]) for place, slope in places)
        return _Match(activation("prelu", slopes=given))
    return None


def _sample_activation(facts: Facts, span: _Span, value: str) -> _Match | None:
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
            return _Match(activation(kind))
    return None
