"""A forward run as JSON: every layer's values of every sample."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from nncli.network.dense import Dense, LayerResult
from nncli.network.prediction import Prediction
from nncli.pipeline.run import ForwardRun
from nncli.problems import Problem
from nncli.render.json_output import (
    document,
    network_object,
    note_objects,
    problem_objects,
    scaling_objects,
)
from nncli.results.json_values import json_array
from nncli.results.listeners import PREDICTION_NAMES
from nncli.specs.model import Activation


def forward_json(run: ForwardRun, failures: Iterable[Problem] = (), *, weights: bool) -> str:
    """Return a run, all of whose samples are held, as one JSON document.

    failures: of checks; weights: whether to add them, as (inputs, neurons).
    """
    network = run.network
    layers = [
        _layer(layer, spec.activation, result, weights=weights)
        for layer, spec, result in zip(
            network.layers, network.spec.layers, run.shown.layers, strict=True
        )
    ]
    return document(
        {
            "format": "nncli.forward/1",
            "network": network_object(run.network.spec),
            "data": {
                "source": run.sources[0] if len(run.sources) == 1 else None,
                "sources": list(run.sources),
                "samples": run.samples,
                "features": len(run.columns),
                "columns": list(run.columns),
                "kept": {name: list(texts) for name, texts in run.shown.kept.items()},
            },
            **scaling_objects(run.network.spec),
            "layers": layers,
            "output": {
                "columns": list(run.network.spec.output_columns),
                "values": json_array(run.shown.outputs),
            },
            **_predictions(run.shown.prediction),
            "notes": note_objects(run.notes),
            "problems": problem_objects(failures),
        }
    )


def _predictions(prediction: Prediction | None) -> dict[str, Any]:
    if prediction is None:
        return {}
    values = prediction.classes.tolist(), json_array(prediction.probabilities)
    return {"predictions": dict(zip(PREDICTION_NAMES, values, strict=True))}


def _layer(
    layer: Dense, activation: Activation, result: LayerResult, *, weights: bool
) -> dict[str, Any]:
    samples = len(result.output)
    described: dict[str, Any] = {
        "layer": result.layer,
        "name": layer.name,
        "activation": layer.activation_name,
        "activation_parameters": activation.parameters(),
        "input_shape": [samples, layer.inputs],
        "weights_shape": list(layer.weights.shape),
        "biases_shape": list(layer.biases.shape),
        "output_shape": [samples, layer.neurons],
        "parameters": layer.parameters,
        "pre_activation": json_array(result.pre_activation),
        "output": json_array(result.output),
    }
    if weights:
        described["weights"] = json_array(layer.weights)
        described["biases"] = json_array(layer.biases)
    return described
