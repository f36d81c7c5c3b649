"""A network's shapes as JSON."""

from __future__ import annotations

from nncli.network.shapes import LayerShape, ShapeTable
from nncli.problems import Note, Problem
from nncli.render.json_output import (
    document,
    network_object,
    note_objects,
    problem_objects,
    scaling_objects,
)
from nncli.render.shapes import BatchSize
from nncli.specs.model import NetworkSpec


def _tensors(layer: LayerShape) -> dict[str, str | None] | None:
    """Return which arrays of a file a layer takes, if it takes any."""
    if layer.tensors is None:
        return None
    weights, biases = layer.tensors
    return {"weights": weights, "biases": biases, "layout": layer.layout}


def shapes_json(
    spec: NetworkSpec,
    table: ShapeTable,
    batch: BatchSize,
    notes: tuple[Note, ...] = (),
    problems: tuple[Problem, ...] = (),
) -> str:
    """Return the shapes of a network; an unknown number of samples is null."""
    layers = [
        {
            "layer": layer.layer,
            "name": layer.name,
            "activation": layer.activation,
            "activation_parameters": of_spec.activation.parameters(),
            "input_shape": [batch.samples, layer.inputs],
            "weights_shape": list(layer.weights_shape),
            "biases_shape": list(layer.biases_shape),
            "output_shape": [batch.samples, layer.neurons],
            "parameters": layer.parameters,
            "multiply_adds": layer.multiply_adds,
            "tensors": _tensors(layer),
        }
        for layer, of_spec in zip(table.layers, spec.layers, strict=True)
    ]
    return document(
        {
            "format": "nncli.shapes/1",
            "network": network_object(spec),
            **scaling_objects(spec),
            "layers": layers,
            "total_parameters": table.total_parameters,
            "total_multiply_adds": table.total_multiply_adds,
            "parameter_bytes": table.parameter_bytes,
            "batch_size": batch.number,
            "activation_bytes": table.activation_bytes(batch.number),
            "notes": note_objects(notes),
            "problems": problem_objects(problems),
        }
    )
