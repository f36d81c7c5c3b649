"""Results as JSON: complete, at full precision, whatever the display options."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from nncli.errors import NncliError
from nncli.network.shapes import ShapeTable
from nncli.problems import PROBLEM_TITLES, Note, Problem, Suggestion
from nncli.render.shapes import BatchSize
from nncli.results.json_values import json_array
from nncli.specs.model import NetworkSpec

if TYPE_CHECKING:
    from nncli.network.dense import Dense, LayerResult
    from nncli.pipeline.run import ForwardRun


def forward_json(run: ForwardRun, failures: Iterable[Problem] = (), *, weights: bool) -> str:
    """Return a run, all of whose samples are held, as one JSON document.

    failures: of checks; weights: whether to add them, as (inputs, neurons).
    """
    layers = [
        _layer(layer, result, weights=weights)
        for layer, result in zip(run.network.layers, run.held.layers, strict=True)
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
                "kept": {name: list(texts) for name, texts in run.held.kept.items()},
            },
            "layers": layers,
            "output": {
                "columns": list(run.network.spec.output_columns),
                "values": json_array(run.held.layers[-1].output),
            },
            "notes": note_objects(run.notes),
            "problems": problem_objects(failures),
        }
    )


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
            "input_shape": [batch.samples, layer.inputs],
            "weights_shape": list(layer.weights_shape),
            "biases_shape": list(layer.biases_shape),
            "output_shape": [batch.samples, layer.neurons],
            "parameters": layer.parameters,
            "multiply_adds": layer.multiply_adds,
        }
        for layer in table.layers
    ]
    return document(
        {
            "format": "nncli.shapes/1",
            "network": network_object(spec),
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


def _layer(layer: Dense, result: LayerResult, *, weights: bool) -> dict[str, Any]:
    samples = len(result.output)
    described: dict[str, Any] = {
        "layer": result.layer,
        "name": layer.name,
        "activation": layer.activation_name,
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


def network_object(spec: NetworkSpec) -> dict[str, Any]:
    """Return which network it is."""
    return {
        "name": spec.name,
        "dtype": spec.dtype,
        "seed": spec.seed,
        "layer_sizes": list(spec.layer_sizes),
    }


def note_objects(notes: Iterable[Note]) -> list[dict[str, Any]]:
    """Return the notes of a run."""
    return [
        {"code": n.code, "severity": "note", "layer": n.layer, "message": n.message} for n in notes
    ]


def problems_json(error: NncliError, notes: Sequence[Note] = ()) -> str:
    """Return why a run came to nothing; more: how many further problems were only counted."""
    problems = problem_objects(error.problems)
    return document(
        {
            "format": "nncli.problems/1",
            "problems": problems,
            "more": error.more,
            "notes": note_objects(notes),
        }
    )


def problem_objects(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Return problems, each with its place and with the changes that would mend it."""
    return [_problem(problem) for problem in problems]


def _problem(problem: Problem) -> dict[str, Any]:
    place = problem.place
    return {
        "code": problem.code or None,
        "title": PROBLEM_TITLES.get(problem.code, "wrong use of the command line"),
        "severity": "error",
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "message": problem.message,
        "suggestions": [_suggestion(suggestion) for suggestion in problem.suggestions],
        "help": list(problem.help),
    }


def _suggestion(suggestion: Suggestion) -> dict[str, Any]:
    return {
        "message": suggestion.words,
        "options": list(suggestion.options),
        "edits": [
            {
                "file": edit.file,
                "line": edit.line,
                "column": edit.column,
                "end_line": edit.end_line,
                "end_column": edit.end_column,
                "text": edit.text,
            }
            for edit in suggestion.edits
        ],
    }


def document(content: dict[str, Any]) -> str:
    """Return one JSON document, on a line of its own."""
    return json.dumps(content, allow_nan=False) + "\n"
