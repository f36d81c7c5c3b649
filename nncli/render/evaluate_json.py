"""An evaluation as JSON: every figure at full precision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from nncli.evaluation.evaluated import Evaluated
from nncli.evaluation.figures import ClassFigures, Figures, LabelFigures
from nncli.evaluation.metrics import means_of, metrics_of
from nncli.problems import Problem
from nncli.render.against import against_object
from nncli.render.json_output import document, network_object, note_objects, problem_objects
from nncli.render.spread import batch_losses


def evaluate_json(evaluated: Evaluated, failures: Sequence[Problem] = ()) -> str:
    """Return an evaluation as one JSON document.  failures: of checks."""
    sources, result = evaluated.sources, evaluated.result
    content: dict[str, Any] = {
        "format": "nncli.evaluate/1",
        "network": network_object(evaluated.spec),
        "data": {
            "source": sources[0] if len(sources) == 1 else None,
            "sources": list(sources),
            "targets": list(evaluated.targets),
        },
        **(_figures(result.figures) if result is not None else {}),
        "threshold": evaluated.threshold,
    }
    if evaluated.by is not None and result is not None:
        content["by"] = evaluated.by
        content["groups"] = [
            {"value": group.value, **_figures(group.figures)} for group in result.groups
        ]
    if evaluated.spread is not None:
        content["batch_losses"] = batch_losses(evaluated.spread)
    if evaluated.beside is not None:
        other = evaluated.beside
        content["against"] = against_object(other.comparison, other.spec, other.names[1])
    content |= {
        "notes": note_objects(evaluated.notes),
        "problems": problem_objects(failures),
    }
    return document(_with_words(content))


def _figures(figures: Figures) -> dict[str, Any]:
    """Return figures; null for what does not apply."""
    found: dict[str, Any] = {"samples": figures.samples, "classes": None}
    found |= {"majority_rate": None, "confusion": None}
    if isinstance(figures, ClassFigures):
        found |= {
            "classes": [one.name for one in figures.classes],
            "majority_rate": figures.majority_rate,
            "confusion": figures.confusion,
            "per_class": [asdict(one) for one in figures.classes],
            "unclassified": figures.unclassified,
        }
    elif isinstance(figures, LabelFigures):
        own = zip(figures.names, figures.labels, strict=True)
        found |= {
            "classes": list(figures.names),
            "majority_rate": [label.majority_rate for label in figures.labels],
            "confusion": [label.confusion for label in figures.labels],
            "per_class": [{**asdict(label.classes[1]), "name": name} for name, label in own],
            "unclassified": figures.unclassified,
        }
    else:
        found["outputs"] = list(figures.names)
    found["metrics"] = metrics_of(figures)
    if means := means_of(figures):
        found["mean"] = means
    return found


def _with_words(value: Any) -> Any:
    """Return a value in which floats that are not finite are the strings nan, inf and -inf."""
    if isinstance(value, dict):
        return {key: _with_words(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_with_words(one) for one in value]
    if isinstance(value, float) and value - value != 0:
        return str(value)
    return value
