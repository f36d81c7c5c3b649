"""The walk along a graph, from its output back to what goes in, as steps."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from nncli.errors import SpecError
from nncli.formats.onnx_import.activations import activation_steps
from nncli.formats.onnx_import.arithmetic import affine, bounds, linear_model, product
from nncli.formats.onnx_import.dims import RESHAPING
from nncli.formats.onnx_import.folding import Facts
from nncli.formats.onnx_import.graph import Node
from nncli.formats.onnx_import.inputs import Entry, entry, is_entry
from nncli.formats.onnx_import.operators import ELEMENTWISE
from nncli.formats.onnx_import.recognition import recognised
from nncli.formats.onnx_import.refusals import refusal
from nncli.formats.onnx_import.steps import Activate, Affine, Step


def steps_to(facts: Facts, value: str) -> tuple[Entry, list[Step]]:
    """Return what the samples are, and the steps from them to a value, first to last.

    Raises SpecError at the first node that a dense network does not have.
    """
    backwards: list[Step] = []
    while not is_entry(facts, value):
        node = facts.graph.producer(value)
        parts = _prepared_parts(facts, node)
        if parts is not None:
            columns = tuple(name for part in parts for name in part.columns)
            return Entry(columns, columns, len(columns)), [_joined(parts), *backwards[::-1]]
        steps, value = _steps_before(facts, node, value)
        backwards += reversed(steps)
    return entry(facts, value), backwards[::-1]


class _Part(NamedTuple):
    """Columns that are scaled alike before they are joined with others."""

    columns: tuple[str, ...]
    steps: list[Affine]


def _prepared_parts(facts: Facts, node: Node) -> list[_Part] | None:
    """Return what a node joins if that is columns of the input, each once, scaled part by part."""
    if node.operator != "Concat" or node.attributes.get("axis") not in (1, -1):
        return None
    try:
        parts = [_prepared(facts, name) for name in node.inputs if not facts.is_constant(name)]
    except SpecError:  # one of them is at fault; the joining node is refused for all of them
        return None
    found = [part for part in parts if part is not None]
    columns = [name for part in found for name in part.columns]
    whole = len(found) == len(node.inputs) and len(set(columns)) == len(columns)
    return found if whole else None


def _prepared(facts: Facts, value: str) -> _Part | None:
    """Return the columns that a value is made of by arithmetic alone; None if it is not."""
    backwards: list[Affine] = []
    while not is_entry(facts, value):
        node = facts.graph.producer(value)
        data = facts.data_inputs(node)
        if len(data) != 1:
            return None
        (value,) = data
        step = affine(facts, node, value)
        if step is not None:
            backwards.append(step)
        elif _plain_steps(facts, node, value) != []:
            return None
    found = entry(facts, value)
    columns = found.columns or (found.names if found.size == 1 else None)
    return _Part(columns, backwards[::-1]) if columns is not None else None


def _joined(parts: list[_Part]) -> Affine:
    """Return what is done to all columns, each part's in its place."""
    factors, offsets = [], []
    for columns, steps in parts:
        factor, offset = np.ones(len(columns)), np.zeros(len(columns))
        for step in steps:
            factor, offset = factor * step.factor, offset * step.factor + step.offset
        factors.append(factor)
        offsets.append(offset)
    title = "the scaling of the inputs"
    return Affine(np.concatenate(factors), np.concatenate(offsets), title)


def _steps_before(facts: Facts, node: Node, value: str) -> tuple[list[Step], str]:
    """Return the steps that end in a value, and the value that they begin with."""
    data = facts.data_inputs(node)
    steps = _plain_steps(facts, node, data[0]) if len(data) == 1 else None
    if steps is None or _follows_another(facts, node, steps):
        found = recognised(facts, value)
        if found is not None:
            return found.steps, found.data
    if steps is not None:
        return steps, data[0]
    if len(data) == 1:
        step = bounds(facts, node, data[0]) or affine(facts, node, data[0])
        if step is not None:
            return [step], data[0]
    raise refusal(facts, node)


def _follows_another(facts: Facts, node: Node, steps: list[Step]) -> bool:
    """Tell whether an activation stands right behind another: the two may be one."""
    maker = facts.graph.producers.get(node.inputs[0])
    is_activation = any(isinstance(step, Activate) for step in steps)
    return is_activation and maker is not None and maker.operator in ELEMENTWISE


def _plain_steps(facts: Facts, node: Node, data: str) -> list[Step] | None:
    """Return the steps of a node that says by its operator alone what it is; None for others."""
    if node.operator in ("Gemm", "MatMul"):
        return [product(facts, node, data)]
    if node.inputs[0] != data:
        return None
    if node.operator in RESHAPING:
        if facts.dims.get(data) is None:
            raise _unknown_shape(facts, node, data)
        facts.shape_behind(node)  # it raises the fault if numbers of samples are mixed
        return []
    if _is_passed(facts, node):
        return []
    if node.operator in ("LinearClassifier", "LinearRegressor"):
        return linear_model(facts, node)
    return activation_steps(facts, node, data)


def _unknown_shape(facts: Facts, node: Node, data: str) -> SpecError:
    """Return the error for a value whose shape is not known, from where that began."""
    maker = facts.graph.producers.get(data)
    while maker is not None:
        try:
            facts.shape_behind(maker)
        except SpecError as error:
            return error
        before = facts.data_inputs(maker)
        if before and facts.dims.get(before[0]) is not None:
            return refusal(facts, maker)
        maker = facts.graph.producers.get(before[0]) if before else None
    return facts.graph.refusal(node, "changes a shape that the file does not say")


def _is_passed(facts: Facts, node: Node) -> bool:
    """Tell whether a node gives what it is given."""
    if node.operator == "Dropout":
        return not _drops(facts, node)
    if node.operator == "CastLike":
        return facts.constant(node.inputs[1]).dtype.kind == "f"
    return node.operator == "Identity" or node.is_float_cast


def _drops(facts: Facts, node: Node) -> bool:
    """Tell whether Dropout is in training mode."""
    if node.opset < 7:
        return not node.attributes.get("is_test", 0)
    mode = node.inputs[2] if len(node.inputs) > 2 else ""
    return bool(mode) and bool(facts.constant(mode).any())
