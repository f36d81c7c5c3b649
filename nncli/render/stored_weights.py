"""A weights file that says nothing of a network: its arrays, and the layers that they make."""

from __future__ import annotations

import math

from nncli.explanation.notation import Notation
from nncli.formats.config import convert_line, untrained_notes
from nncli.formats.stored_layers import StoredLayers
from nncli.network.shapes import LayerShape, layer_shape
from nncli.problems import Place, Problem
from nncli.render.json_output import document, note_objects, problem_objects
from nncli.render.layout.view import BLANK, Block, Field, Line, Span, View, line, table
from nncli.render.numbers import format_shape
from nncli.render.shapes import drawn_layers, layers_grid
from nncli.specs.fit import shape_held_by
from nncli.specs.stored import StoredTensor, WeightsHeader
from nncli.words import count_of


def stored_view(
    header: WeightsHeader, stored: StoredLayers, notation: Notation = "rows", *, draw: bool = False
) -> View:
    """Return the arrays of a file, the layers that they make, and what to type next.

    draw: whether to draw the matrices of the layers, too.
    """
    tensors = (*header.tensors, *header.left_out)
    values = sum(math.prod(tensor.shape) for tensor in tensors)
    counted = f"   {count_of(len(tensors), 'array')}   {count_of(values, 'value')}"
    fields: list[Field[StoredTensor]] = [
        Field("tensor", lambda tensor: Span(tensor.name)),
        Field("shape", lambda tensor: Span(format_shape(tensor.shape))),
        Field("dtype", lambda tensor: Span(tensor.dtype)),
    ]
    title = line(Span(header.file, "accent"), counted, level=1)
    blocks: list[Block] = [title, BLANK, table(fields, tensors), BLANK]
    if stored.layers:
        shapes = _shapes(stored)
        sizes = (shapes[0].inputs, *(shape.neurons for shape in shapes))
        chain = f"the matrices fit together: {' → '.join(map(str, sizes))}"
        if stored.layout is not None:
            chain += ", as (neurons, inputs)"
        blocks += [line(chain), BLANK, layers_grid(shapes, "N", notation)]
        blocks += [*(drawn_layers(shapes, "N", notation) if draw else []), BLANK]
    return [*blocks, *_next(header, stored)]


def _next(header: WeightsHeader, stored: StoredLayers) -> list[Line]:
    """Return what to type to make a network of the file, or what is in its way."""
    if stored.fault is not None:
        return [line(f"this is no network: {stored.fault.message}"), *map(line, stored.fault.help)]
    return [
        line("with their activations, which no weights file holds, they are a network:"),
        Line((Span(f"  {convert_line(header)}"),), is_copied=True),
    ]


def _shapes(stored: StoredLayers) -> list[LayerShape]:
    return [
        layer_shape(number, layer, (shape_held_by(layer) or (0, 0))[0])
        for number, layer in enumerate(stored.layers, start=1)
    ]


def stored_json(header: WeightsHeader, stored: StoredLayers) -> str:
    """Return the arrays of a file, and the layers that they make: null if they make none."""
    fault = stored.fault
    problems = [Problem(fault.code, fault.message, Place(header.file), fault.help)] if fault else []
    layers = [
        {
            "layer": shape.layer,
            "inputs": shape.inputs,
            "neurons": shape.neurons,
            "weights": shape.tensors[0],
            "biases": shape.tensors[1],
            "layout": shape.layout,
        }
        for shape in _shapes(stored)
        if shape.tensors is not None
    ]
    return document(
        {
            "format": "nncli.weights/1",
            "file": header.file,
            "tensors": [
                {"name": tensor.name, "shape": list(tensor.shape), "dtype": tensor.dtype}
                for tensor in (*header.tensors, *header.left_out)
            ],
            "layers": layers or None,
            "notes": note_objects(untrained_notes(header)),
            "problems": problem_objects(problems),
        }
    )
