"""The shapes of a graph's values: the batch, then the features of one sample."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

from nncli.formats.onnx_import.graph import Graph, Node, Value


class _Batch:
    """The number of samples, whatever it is."""

    def __repr__(self) -> str:
        return "N"


BATCH: Final = _Batch()
Dim = int | _Batch | None  # None: not known
Dims = tuple[Dim, ...]

# They change no number and no order: what passes them is looked at, nothing more.
RESHAPING = ("Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose")


def input_dims(value: Value) -> Dims:
    """Return the shape of an input, a batch size that was frozen into it ignored.

    An input of any shape takes a matrix, too.
    """
    if value.dims is None:
        return (BATCH, None)
    sizes = (size if isinstance(size, int) else None for size in value.dims[1:])
    return (BATCH, *sizes) if value.dims else ()


def features(dims: Dims | None) -> int | None:
    """Return how many numbers a sample has; None if that is not known."""
    if dims is None or any(not isinstance(size, int) for size in dims[1:]):
        return None
    return math.prod(size for size in dims[1:] if isinstance(size, int))


def shape_text(dims: Dims | None) -> str:
    """Return a shape for a message.

    >>> shape_text((BATCH, 8, None))
    '(N, 8, ?)'
    """
    if dims is None:
        return "a shape that the file does not say"
    inner = ", ".join("?" if size is None else str(size) for size in dims)
    return f"({inner},)" if len(dims) == 1 else f"({inner})"


def reshaped(
    graph: Graph, node: Node, dims: Dims, target: Sequence[Any], frozen: int | None
) -> Dims:
    """Return the shape that Reshape makes.  Raises SpecError if it mixes samples.

    frozen: the batch size that the model was exported with, if it was.
    """
    keeps_zero = not node.attributes.get("allowzero", 0)
    wanted = [
        dims[place] if size == 0 and keeps_zero and place < len(dims) else size
        for place, size in enumerate(target)
    ]
    first, *rest = wanted or [None]
    total = features(dims)
    known = [size for size in rest if isinstance(size, int) and size > 0]
    if len(known) == len(rest) and total == math.prod(known) and first in (-1, frozen, BATCH):
        return (BATCH, *rest)
    one_open = rest.count(-1) == 1 and len(known) == len(rest) - 1
    if first in (frozen, BATCH) and one_open:
        open_size = _quotient(total, math.prod(known))
        if total is None or open_size is not None:
            return (BATCH, *(open_size if size == -1 else size for size in rest))
    to = f"({', '.join(str(size) for size in target)})"
    raise graph.refusal(
        node,
        f"makes {to} of {shape_text(dims)}, which mixes the numbers of different samples",
        *_MIXING_HELP,
    )


# What scikit-learn's exporter writes for several targets: all of them below one another.
_MIXING_HELP = (
    "scikit-learn's exporter writes this by mistake for a regressor with several targets; with it,",
    "take the weights themselves, one pair for each layer, and convert them:",
    "    numpy.savez('model.npz', coefs_0=mlp.coefs_[0], intercepts_0=mlp.intercepts_[0], …)",
)


def _quotient(total: int | None, known: int) -> int | None:
    return total // known if total is not None and known and total % known == 0 else None


def flattened(graph: Graph, node: Node, dims: Dims) -> Dims:
    """Return the shape that Flatten makes.  Raises SpecError if it mixes samples."""
    axis = node.attributes.get("axis", 1)
    axis += len(dims) if axis < 0 else 0
    outer = features(dims[:axis]) if axis else None
    if axis == 0 or outer != 1:
        what = f"flattens {shape_text(dims)} at axis {axis}, which mixes samples"
        raise graph.refusal(node, what, "flatten at axis 1, behind the batch")
    return (BATCH, features(dims))


def squeezed(graph: Graph, node: Node, dims: Dims, axes: Sequence[int] | None) -> Dims:
    """Return the shape without the axes of size 1 that Squeeze takes away."""
    places = (
        {axis % len(dims) for axis in axes}
        if axes is not None
        else {place for place, size in enumerate(dims) if size == 1}
    )
    if any(dims[place] != 1 for place in places):
        what = f"takes axes {sorted(places)} of {shape_text(dims)} away, which are not of size 1"
        raise graph.refusal(node, what)
    return tuple(size for place, size in enumerate(dims) if place not in places)


def unsqueezed(graph: Graph, node: Node, dims: Dims, axes: Sequence[int]) -> Dims:
    """Return the shape with the axes of size 1 that Unsqueeze puts in."""
    rank = len(dims) + len(axes)
    places = {axis % rank for axis in axes}
    if 0 in places:
        raise graph.refusal(node, "puts an axis before the batch: samples stand in rows")
    rest = iter(dims)
    return tuple(1 if place in places else next(rest) for place in range(rank))


def transposed(graph: Graph, node: Node, dims: Dims) -> Dims:
    """Return the shape behind a Transpose.  Raises SpecError if it moves numbers."""
    order = node.attributes.get("perm", tuple(reversed(range(len(dims)))))
    moved = [axis for axis in order if dims[axis % len(dims)] != 1]
    if len(order) != len(dims) or moved != sorted(moved) or order[0] != 0:
        what = f"turns {shape_text(dims)} around, by the order {tuple(order)}"
        raise graph.refusal(node, what, "samples stand in rows, and features keep their order")
    return tuple(dims[axis] for axis in order)
