"""Columns in the order in which a file lists its inputs, whatever the order it joins them in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nncli.errors import SpecError
from nncli.formats.onnx_import.graph import Graph
from nncli.formats.onnx_import.inputs import Entry
from nncli.formats.onnx_import.steps import Activate, Affine, Bounds, Floats, Product, Step
from nncli.problems import Place, Problem


def in_file_order(graph: Graph, entry: Entry, steps: Sequence[Step]) -> tuple[Entry, list[Step]]:
    """Return the columns in the order of the file's inputs, and the steps for that order.

    Names that a user gives are in that order, too.  The rows of the first weights move with their
    columns, and so does what is done to the columns before.  Raises SpecError if nothing can.
    """
    if entry.columns is None:
        return entry, list(steps)
    place = {name: number for number, name in enumerate(entry.columns)}
    listed = tuple(value.name for value in graph.inputs if value.name in place)
    if listed == entry.columns:
        return entry, list(steps)
    places = [place[name] for name in listed]
    ordered = list(steps)
    for number, step in enumerate(steps):
        if isinstance(step, Affine):
            factor, offset = _moved(step.factor, places), _moved(step.offset, places)
            ordered[number] = replace(step, factor=factor, offset=offset)
        elif isinstance(step, Bounds):
            low, high = _moved(step.low, places), _moved(step.high, places)
            ordered[number] = replace(step, low=low, high=high)
        elif isinstance(step, Product) and len(step.weights) == len(places):
            ordered[number] = replace(step, weights=step.weights[places])
            return replace(entry, names=listed, columns=listed), ordered
        elif not isinstance(step, Activate) or step.activation.kind == "prelu":
            break
    message = "the inputs are joined in another order than they are listed in, before no layer"
    raise SpecError(Problem("N310", message, Place(graph.path)))


def _moved(values: Floats, places: list[int]) -> Floats:
    return values[places] if values.ndim else values
