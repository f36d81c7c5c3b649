"""A model's graph as plain values: its nodes and arrays, what goes in and what comes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from nncli.errors import SpecError
from nncli.formats.onnx_import.external import files_beside, read_tensor
from nncli.formats.onnx_import.model_file import damaged
from nncli.problems import Place, Problem
from nncli.words import quoted

# Five thousand layers of three operators have fewer; and more outputs than any network has.
MOST_NODES = 16_000
MOST_OUTPUTS = 64
# The two domains whose operators have standard meanings; those of others go by their whole names.
_STANDARD_DOMAINS = ("", "ai.onnx", "ai.onnx.ml")
_FLOAT_TYPES = frozenset({1, 10, 11, 16})  # FLOAT, FLOAT16, DOUBLE, BFLOAT16


@dataclass(frozen=True, eq=False)
class Node:
    """One operator of a graph."""

    number: int  # from 1, in the model's order
    name: str  # may be empty
    operator: str  # "Gemm"; "com.microsoft.Gelu" for one of another domain
    opset: int  # the version of the operator's definition
    inputs: tuple[str, ...]  # an empty name: left out
    outputs: tuple[str, ...]
    attributes: Mapping[str, Any]

    @property
    def title(self) -> str:
        """What messages call it."""
        return f"node {quoted(self.name) if self.name else self.number} ({self.operator})"

    @property
    def is_float_cast(self) -> bool:
        """Whether it keeps numbers as they are, but for rounding."""
        return self.operator == "Cast" and self.attributes.get("to") in _FLOAT_TYPES


@dataclass(frozen=True)
class Value:
    """What goes into a graph or comes out of it."""

    name: str
    type: str  # "FLOAT", "INT64", …; empty for what is no tensor
    dims: tuple[int | str | None, ...] | None  # None: of any shape

    @property
    def is_whole(self) -> bool:
        """Whether it holds whole numbers, or yes and no."""
        return self.type == "BOOL" or "INT" in self.type


@dataclass(frozen=True, eq=False)
class Graph:
    """A model's graph."""

    path: str
    nodes: tuple[Node, ...]
    tensors: Mapping[str, Any]  # the stored arrays, not read yet, by name
    inputs: tuple[Value, ...]  # without those that the file has values for
    outputs: tuple[Value, ...]
    metadata: Mapping[str, str]
    files: tuple[str, ...]  # those beside the model that hold some of its arrays

    @cached_property
    def producers(self) -> dict[str, Node]:
        """The node that makes each value."""
        return {name: node for node in self.nodes for name in node.outputs if name}

    def producer(self, value: str) -> Node:
        """Return the node whose numbers are a value.  Raises SpecError where there is none."""
        node = self.producers.get(value)
        if node is None:
            raise damaged(self.path, f"nothing in it makes the value {quoted(value)}")
        place = 1 if node.operator == "LinearClassifier" else 0  # it gives labels first
        if node.outputs.index(value) != place:
            raise self.refusal(node, f"gives {quoted(value)} beside its numbers, not as them")
        return node

    def behind(self, *values: str) -> set[str]:
        """Return all values that some are computed from, these included."""
        seen: set[str] = set()
        waiting = list(values)
        while waiting:
            value = waiting.pop()
            if value not in seen:
                seen.add(value)
                node = self.producers.get(value)
                waiting += node.inputs if node is not None else ()
        return seen

    def nodes_behind(self, *values: str) -> list[Node]:
        """Return the nodes that some values come of, in the model's order."""
        behind = self.behind(*values)
        return [node for node in self.nodes if not behind.isdisjoint(node.outputs)]

    def refusal(self, node: Node, what: str, *help_lines: str) -> SpecError:
        """Return the error for a node that a dense network does not have.  what: it needs."""
        message = f"this model is no dense network: {node.title} {what}"
        return SpecError(Problem("N310", message, Place(self.path), help_lines))


def read_graph(model: Any, path: str) -> Graph:
    """Return the graph of a parsed model.  Raises SpecError if its parts do not go together."""
    graph = model.graph
    if graph.sparse_initializer:
        raise damaged(path, "it keeps weights as sparse arrays, which no dense network needs")
    if len(graph.node) > MOST_NODES or len(graph.output) > MOST_OUTPUTS:
        what = f"{len(graph.node):,} operators and {len(graph.output):,} outputs"
        raise damaged(path, f"it has {what}, far more than any dense network")
    versions = {entry.domain: entry.version for entry in model.opset_import}
    local = {(function.domain, function.name) for function in model.functions}
    nodes = tuple(_node(*numbered, versions, local) for numbered in enumerate(graph.node, start=1))
    tensors = {tensor.name: tensor for tensor in graph.initializer}
    inputs = [value.name for value in graph.input]
    if len(tensors) < len(graph.initializer) or len(set(inputs)) < len(inputs):
        raise damaged(path, "two of its arrays or inputs have the same name")
    _check_names(nodes, tensors, inputs, path)
    return Graph(
        path,
        nodes,
        tensors,
        tuple(_value(value) for value in graph.input if value.name not in tensors),
        tuple(_value(value) for value in graph.output),
        {entry.key: entry.value for entry in model.metadata_props},
        files_beside(graph.initializer, path),
    )


def _node(number: int, node: Any, versions: Mapping[str, int], local: set[tuple[str, str]]) -> Node:
    domain = node.domain
    standard = domain in _STANDARD_DOMAINS and (domain, node.op_type) not in local
    operator = node.op_type if standard else f"{domain}.{node.op_type}"
    opset = versions.get(domain, versions.get("" if domain == "ai.onnx" else "ai.onnx", 1))
    attributes = {each.name: _attribute(each) for each in node.attribute}
    return Node(
        number, node.name, operator, opset, tuple(node.input), tuple(node.output), attributes
    )


def _attribute(attribute: Any) -> Any:
    """Return an attribute's value: a number, a text, a tuple of them, a stored array, or None."""
    kind = type(attribute).AttributeType.Name(attribute.type)
    match kind:
        case "FLOAT":
            # it is kept as float32: the shortest decimal that says it is what was meant
            return float(str(np.float32(attribute.f)))
        case "INT":
            return attribute.i
        case "STRING":
            return attribute.s.decode(errors="replace")
        case "TENSOR":
            return attribute.t
        case "FLOATS" | "INTS":
            return tuple(getattr(attribute, kind.lower()))
        case "STRINGS":
            return tuple(text.decode(errors="replace") for text in attribute.strings)
    return None


def _value(value: Any) -> Value:
    if value.type.WhichOneof("value") != "tensor_type":
        return Value(value.name, "", None)
    tensor = value.type.tensor_type
    from onnx import TensorProto

    kind = TensorProto.DataType.Name(tensor.elem_type)
    if not tensor.HasField("shape"):
        return Value(value.name, kind, None)
    # exporters write 0, a name or nothing at all for a size that is not fixed
    dims = (each.dim_value or each.dim_param or None for each in tensor.shape.dim)
    return Value(value.name, kind, tuple(dims))


def _check_names(
    nodes: tuple[Node, ...], tensors: Mapping[str, Any], inputs: list[str], path: str
) -> None:
    """Raise SpecError if a value has two makers, or is used before it is made."""
    known = {*tensors, *inputs}
    for node in nodes:
        for name in node.inputs:
            if name and name not in known:
                what = f"{node.title} uses the value {quoted(name)}, which nothing before it makes"
                raise damaged(path, what)
        for name in filter(None, node.outputs):
            if name in known:
                raise damaged(path, f"{node.title} makes {quoted(name)}, which exists already")
            known.add(name)


def stored_array(graph: Graph, name: str) -> Any:
    """Return an array that the file holds, as it is stored.  Raises SpecError, FileError."""
    return read_tensor(graph.tensors[name], graph.path)


def not_finite(graph: Graph, what: str) -> SpecError:
    """Return the error for weights that are no numbers: NaN or infinite."""
    hint = "look for what made them so in training, then export again"
    message = f"{what} holds values that are not finite"
    return SpecError(Problem("N303", message, Place(graph.path), (hint,)))
