"""Which values of a graph are constant, and which shapes the others have."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from nncli.errors import SpecError
from nncli.formats.onnx_import.dims import (
    BATCH,
    RESHAPING,
    Dim,
    Dims,
    features,
    flattened,
    input_dims,
    reshaped,
    squeezed,
    transposed,
    unsqueezed,
)
from nncli.formats.onnx_import.external import TYPES, element_type, held_numbers, read_tensor
from nncli.formats.onnx_import.graph import Graph, Node, stored_array
from nncli.formats.onnx_import.operators import ELEMENTWISE, REDUCTIONS, Array, computed
from nncli.problems import Place, Problem

# How many numbers folding may make beyond what the file holds: a few bytes may ask for more.
_MOST_MADE = 1 << 21
# As many as float32 in the largest single file: a file beside may claim any size.
MOST_HELD = 1 << 29
# How often a node is computed at most to recognise activations by what they make of some points.
_MOST_EFFORT = 32_000
# A larger array is read again where it is needed again.
_MOST_KEPT = 4096
# Besides what is computed element by element, these keep the shape that they are given.
_SHAPELESS = (
    "BatchNormalization",
    "Cast",
    "CastLike",
    "Dropout",
    "LogSoftmax",
    "Scaler",
    "Softmax",
)
# What they make of whole numbers is whole numbers, too.
_KEEPS_TYPE = frozenset({*ELEMENTWISE, *RESHAPING, "Concat"})


class Facts:
    """What is known of a graph's values before it is walked: constants, and shapes of the rest."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.dims: dict[str, Dims | None] = {
            value.name: input_dims(value) for value in graph.inputs
        }
        sizes = {value.dims[0] for value in graph.inputs if value.dims}
        size = sizes.pop() if len(sizes) == 1 else None
        self.frozen_batch = size if isinstance(size, int) else None
        # what may still be spent on recognising activations: time is bounded
        self.effort_left = _MOST_EFFORT
        # computing with whole numbers is another thing: 3 / 2 is 1, and 0 - 1 may be 255
        self.whole = {value.name for value in graph.inputs if value.is_whole}
        self._made: dict[str, Array] = {}
        self._used: set[str] = set()
        self._left = _MOST_MADE + _held_numbers(graph)
        for node in graph.nodes:
            self._look_at(node)

    def is_constant(self, name: str) -> bool:
        """Tell whether a value is the same for every batch."""
        return name in self._made or name in self.graph.tensors

    def constant(self, name: str) -> Array:
        """Return a constant: floats as float64, whole numbers as int64.  Raises SpecError."""
        if name not in self._made:
            array = widened(stored_array(self.graph, name))
            if array.size > _MOST_KEPT:
                return array
            self._made[name] = array
        return self._made[name]

    def used(self, node: Node, name: str) -> Array:
        """Return a constant for a layer.  One that many layers share counts as made for each."""
        array = self.constant(name)
        if name in self._used:
            self._spend(node, array.size)
        self._used.add(name)
        return array

    def is_double(self, name: str) -> bool:
        """Tell whether a constant is of the file's float64 numbers."""
        tensor = self.graph.tensors.get(name)
        node = self.graph.producers.get(name)
        while tensor is None and node is not None:
            if node.operator == "Constant":
                tensor = node.attributes.get("value")
                break
            sources = [each for each in node.inputs if each]
            tensor = self.graph.tensors.get(sources[0]) if sources else None
            node = self.graph.producers.get(sources[0]) if sources else None
        return tensor is not None and element_type(tensor) == "DOUBLE"

    def data_inputs(self, node: Node) -> list[str]:
        """Return the inputs of a node that depend on the batch."""
        return [name for name in node.inputs if name and not self.is_constant(name)]

    def sizes(self, node: Node, place: int, attribute: str) -> list[Any] | None:
        """Return axes or a shape, which older operators have as an attribute; None: not given."""
        if attribute in node.attributes:
            return list(node.attributes[attribute])
        if place >= len(node.inputs) or not node.inputs[place]:
            return None
        if not self.is_constant(node.inputs[place]):
            return [None]
        return list(self.constant(node.inputs[place]).reshape(-1).tolist())

    def _look_at(self, node: Node) -> None:
        if not self.data_inputs(node) and node.operator in FOLDABLE:
            made = self._folded(node)
            if made is not None:
                self._made[node.outputs[0]] = made
                return
        if node.operator in _KEEPS_TYPE and not self.whole.isdisjoint(node.inputs):
            self.whole.update(node.outputs)
        dims = self.dims.get(node.inputs[0]) if node.operator == "Shape" else None
        if dims is not None and None not in dims:
            chosen = dims[node.attributes.get("start", 0) : node.attributes.get("end")]
            self._made[node.outputs[0]] = _tidy(np.array(chosen, object))
            return
        try:
            self.dims[node.outputs[0]] = self.shape_behind(node)
        except SpecError:  # if it stands between the inputs and the output, the walk says so
            self.dims[node.outputs[0]] = None

    def _folded(self, node: Node) -> Array | None:
        """Return what a node makes of constants; None if it is none of those that are folded."""
        self._spend(node, _made_size(self, node))
        try:
            return FOLDABLE[node.operator](self, node)
        except (ValueError, TypeError, IndexError, KeyError, OverflowError, ArithmeticError):
            return None

    def _spend(self, node: Node, size: int) -> None:
        if size > self._left:
            what = f"makes {size:,} numbers of constants, more than a dense network needs"
            raise self.graph.refusal(node, what)
        self._left -= size

    def shape_behind(self, node: Node) -> Dims | None:
        """Return the shape of what a node makes.  Raises SpecError if it mixes samples."""
        found = self.data_inputs(node)
        dims = self.dims.get(found[0]) if found else None
        if dims is None:
            return None
        match node.operator:
            case "Reshape":
                target = self.sizes(node, 1, "shape")
                return reshaped(self.graph, node, dims, target or [None], self.frozen_batch)
            case "Flatten":
                return flattened(self.graph, node, dims)
            case "Squeeze":
                return squeezed(self.graph, node, dims, self.sizes(node, 1, "axes"))
            case "Unsqueeze":
                return unsqueezed(self.graph, node, dims, self.sizes(node, 1, "axes") or [])
            case "Transpose":
                return transposed(self.graph, node, dims)
        return self._computed_shape(node, dims)

    def _computed_shape(self, node: Node, dims: Dims) -> Dims | None:
        """Return the shape of what a node computes of numbers."""
        match node.operator:
            case "Gemm" | "MatMul":
                return (*dims[:-1], *self._columns(node))
            case "Concat" | "FeatureVectorizer":
                every = [features(self.dims.get(name)) for name in node.inputs]
                return (BATCH, sum(filter(None, every)) if None not in every else None)
            case "LinearClassifier" | "LinearRegressor":
                return (BATCH, None)
            case operator if operator in ELEMENTWISE or operator in _SHAPELESS:
                return self._broadcast(node, dims)
            case operator if operator in REDUCTIONS and node.attributes.get("keepdims", 1):
                axes = {axis % len(dims) for axis in self.sizes(node, 1, "axes") or [0]}
                kept = tuple(1 if axis in axes else size for axis, size in enumerate(dims))
                return kept if 0 not in axes else None
        return None

    def _columns(self, node: Node) -> tuple[Dim, ...]:
        """Return how many neurons a product has: nothing where the weights are a vector."""
        weights = node.inputs[1]
        if not self.is_constant(weights):
            return (None,)
        shape = self.shape_of(weights)
        if len(shape) < 2:
            return ()
        return (shape[-2] if node.attributes.get("transB") else shape[-1],)

    def shape_of(self, name: str) -> tuple[int, ...]:
        """Return the shape of a constant, without reading it."""
        made = self._made.get(name)
        return made.shape if made is not None else tuple(self.graph.tensors[name].dims)

    def _broadcast(self, node: Node, dims: Dims) -> Dims | None:
        """Return the shape of what is computed element by element."""
        rank = len(dims)
        for name in filter(None, node.inputs):
            other = self.shape_of(name) if self.is_constant(name) else self.dims.get(name)
            if other is None or len(other) > rank:
                return None
        return dims


def _held_numbers(graph: Graph) -> int:
    """Return how many numbers a model's arrays may hold.  Raises SpecError if no memory would."""
    held = sum(held_numbers(tensor, graph.path) for tensor in graph.tensors.values())
    if held > MOST_HELD:
        message = f"the model's arrays hold {held:,} numbers, nncli reads {MOST_HELD:,} at most"
        hint = "save the weights as .safetensors, and name that as the weights_file of a spec"
        raise SpecError(Problem("N312", message, Place(graph.path), (hint,)))
    return held


def widened(array: Array) -> Array:
    """Return floats as float64 and whole numbers as int64; others as they are."""
    kinds = {"f": np.float64, "i": np.int64, "u": np.int64}
    kind = kinds.get(array.dtype.kind)
    return array.astype(kind) if kind is not None else array


def _made_size(facts: Facts, node: Node) -> int:
    """Return how many numbers a node will make, or a bound for it."""
    shapes = [facts.shape_of(name) for name in node.inputs if name]
    match node.operator:
        case "ConstantOfShape" | "Expand":
            sizes = facts.constant(node.inputs[-1]).reshape(-1).tolist()
            wanted = [size for size in sizes if isinstance(size, int) and size > 0]
            return math.prod(wanted) * max(1, math.prod(shapes[0] if len(shapes) > 1 else ()))
        case "Gather":
            return math.prod(shapes[0]) * max(1, math.prod(shapes[1]))
        case "MatMul":
            return math.prod(shapes[0]) * max(1, math.prod(shapes[1][-1:]))
        case operator if operator in ELEMENTWISE:
            try:
                return math.prod(np.broadcast_shapes(*shapes))
            except ValueError:
                return 0
    return sum(math.prod(shape) for shape in shapes)


def _arguments(facts: Facts, node: Node) -> list[Array | None]:
    return [facts.constant(name) if name else None for name in node.inputs]


def _compute(facts: Facts, node: Node) -> Array:
    made = computed(node, _arguments(facts, node))
    return _tidy(made)


def _tidy(made: Any) -> Array:
    """Return whole numbers as such again, once the batch is no longer among them."""
    array = np.asarray(made)
    if array.dtype == object and all(isinstance(item, int) for item in array.reshape(-1)):
        return array.astype(np.int64)
    return array


def _constant(facts: Facts, node: Node) -> Array:
    attributes = node.attributes
    if "value" in attributes:
        return widened(read_tensor(attributes["value"], facts.graph.path))
    (name,) = attributes
    return np.array(attributes[name], object if "string" in name else None)


def _constant_of_shape(facts: Facts, node: Node) -> Array:
    value = node.attributes.get("value")
    one = widened(read_tensor(value, facts.graph.path)) if value is not None else np.zeros(1)
    return np.full(_without_batch(facts.constant(node.inputs[0])), one.reshape(-1)[0])


def _without_batch(sizes: Array) -> list[int]:
    """Return a shape for a constant: one row for all samples."""
    return [1 if size is BATCH else int(size) for size in sizes.reshape(-1).tolist()]


def _expand(facts: Facts, node: Node) -> Array:
    array, sizes = (facts.constant(name) for name in node.inputs)
    shape = np.broadcast_shapes(array.shape, tuple(_without_batch(sizes)))
    return np.broadcast_to(array, shape)


def _gather(facts: Facts, node: Node) -> Array:
    array, places = facts.constant(node.inputs[0]), facts.constant(node.inputs[1])
    return _tidy(np.take(array, places.astype(np.int64), axis=node.attributes.get("axis", 0)))


def _concat(facts: Facts, node: Node) -> Array:
    arrays = [facts.constant(name) for name in node.inputs]
    return _tidy(np.concatenate(arrays, axis=node.attributes.get("axis", 1)))


def _cast(facts: Facts, node: Node) -> Array:
    from onnx import TensorProto

    array = facts.constant(node.inputs[0])
    kind = TensorProto.DataType.Name(node.attributes["to"])
    if array.dtype == object or kind == "STRING":
        return array
    dtype = np.dtype(TYPES[kind])
    whole = array.astype(np.int64) if dtype.kind in "iu" else array  # 258.7 as a UINT8 is 2
    return widened(whole.astype(dtype))


def _cast_like(facts: Facts, node: Node) -> Array:
    array, other = (facts.constant(name) for name in node.inputs)
    if array.dtype.kind != "f" or other.dtype.kind != "f":
        raise ValueError("the type of a constant is not kept")
    return array


def _reshape(facts: Facts, node: Node) -> Array:
    array, sizes = facts.constant(node.inputs[0]), facts.sizes(node, 1, "shape") or []
    shape = [
        array.shape[place] if size == 0 and not node.attributes.get("allowzero") else size
        for place, size in enumerate(sizes)
    ]
    return array.reshape([1 if size is BATCH else int(size) for size in shape])


def _squeeze(facts: Facts, node: Node) -> Array:
    axes = facts.sizes(node, 1, "axes")
    return np.squeeze(facts.constant(node.inputs[0]), None if axes is None else tuple(axes))


def _unsqueeze(facts: Facts, node: Node) -> Array:
    axes = facts.sizes(node, 1, "axes") or []
    return np.expand_dims(facts.constant(node.inputs[0]), tuple(axes))


def _flatten(facts: Facts, node: Node) -> Array:
    array, axis = facts.constant(node.inputs[0]), node.attributes.get("axis", 1)
    return array.reshape(math.prod(array.shape[:axis]), -1)


def _slice(facts: Facts, node: Node) -> Array:
    array = facts.constant(node.inputs[0])
    starts, ends = facts.sizes(node, 1, "starts") or [], facts.sizes(node, 2, "ends") or []
    axes = facts.sizes(node, 3, "axes") or list(range(len(starts)))
    steps = facts.sizes(node, 4, "steps") or [1] * len(starts)
    index = [slice(None)] * array.ndim
    for axis, *bounds in zip(axes, starts, ends, steps, strict=True):
        index[axis] = slice(*bounds)
    return _tidy(array[tuple(index)])


def _transpose(facts: Facts, node: Node) -> Array:
    return np.transpose(facts.constant(node.inputs[0]), node.attributes.get("perm"))


def _matmul(facts: Facts, node: Node) -> Array:
    return facts.constant(node.inputs[0]) @ facts.constant(node.inputs[1])


# The operators on constants that are folded: none makes much of little.
FOLDABLE: Mapping[str, Callable[[Facts, Node], Array]] = {
    **dict.fromkeys((*ELEMENTWISE, *REDUCTIONS), _compute),
    "Constant": _constant,
    "ConstantOfShape": _constant_of_shape,
    "Expand": _expand,
    "Gather": _gather,
    "Concat": _concat,
    "Cast": _cast,
    "CastLike": _cast_like,
    "Reshape": _reshape,
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
    "Flatten": _flatten,
    "Slice": _slice,
    "Transpose": _transpose,
    "MatMul": _matmul,
}
