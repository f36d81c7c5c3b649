"""What every JSON document has: the network, notes, problems; and the document of problems alone.

JSON is complete and at full precision, whatever the display options.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from nncli.errors import NncliError
from nncli.problems import PROBLEM_TITLES, Note, Problem, Suggestion
from nncli.specs.model import NetworkSpec, OutputsSpec, Scale


def network_object(spec: NetworkSpec) -> dict[str, Any]:
    """Return which network it is."""
    return {
        "name": spec.name,
        "dtype": spec.dtype,
        "seed": spec.seed,
        "layer_sizes": list(spec.layer_sizes),
    }


def scaling_objects(spec: NetworkSpec) -> dict[str, Any]:
    """Return what is done to inputs and outputs around the layers; null what is not."""
    outputs = spec.outputs or OutputsSpec()
    clip = spec.inputs.clip
    return {
        "inputs": {
            "clip": clip.model_dump(mode="json") if clip is not None else None,
            "scale": _scale(spec.inputs.scale),
        },
        "outputs": {
            "scale": _scale(outputs.scale),
            "classes": list(outputs.classes) if outputs.classes is not None else None,
            "threshold": outputs.threshold,
        },
    }


def _scale(scale: Scale | None) -> dict[str, Any] | None:
    """Return a scale as a spec writes it."""
    if scale is None:
        return None
    return {scale.kind: scale.model_dump(mode="json", exclude={"kind"})}


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
        "code": problem.code,
        "title": PROBLEM_TITLES[problem.code],
        "severity": "error",
        "file": place.file if place else None,
        "line": place.line if place else None,
        "column": place.column if place else None,
        "message": problem.message,
        "suggestions": [_suggestion(suggestion) for suggestion in problem.suggestions],
        "help": [*problem.help, *(["\n".join(problem.program)] if problem.program else ())],
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
        "argv": list(suggestion.argv) if suggestion.argv is not None else None,
    }


def document(content: dict[str, Any]) -> str:
    """Return one JSON document, on a line of its own."""
    return json.dumps(content, allow_nan=False) + "\n"
