"""An explanation as JSON: the steps themselves; decimals are strings, so that nothing is lost."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from nncli.explanation.chains import last_sign
from nncli.explanation.notation import Notation
from nncli.explanation.shown import Shown, in_full
from nncli.explanation.steps import (
    Explanation,
    Matrix,
    NeuronStep,
    ProductStep,
    Question,
    Result,
    ScalingStep,
    Sheet,
    SoftmaxStep,
    Step,
    TransposeStep,
)
from nncli.problems import Note
from nncli.render.json_output import document, network_object, note_objects


def explain_json(found: Explanation, sources: Sequence[str], notes: Sequence[Note]) -> str:
    """Return an explanation as one JSON document.  sources: of the data; notes: all there are."""
    return document(_whole(found, {"steps": _steps(found)}, sources, notes))


def worksheets_json(sheets: Sequence[Sheet], sources: Sequence[str], notes: Sequence[Note]) -> str:
    """Return worksheets, which are in no boxes, as one JSON document."""
    objects = [
        {
            "variant": sheet.variant,
            "seed": sheet.seed,
            "points": sum(question.points for question in sheet.questions),
            "steps": _steps(sheet.found),
        }
        for sheet in sheets
    ]
    return document(_whole(sheets[0].found, {"sheets": objects}, sources, notes))


def _whole(
    found: Explanation, own: dict[str, Any], sources: Sequence[str], notes: Sequence[Note]
) -> dict[str, Any]:
    return {
        "format": "nncli.explain/1",
        "network": network_object(found.spec),
        "data": {
            "sources": list(sources),
            "samples": found.samples_total,
            "columns": list(found.columns),
        },
        "notation": found.notation,
        **own,
        "notes": note_objects(notes),
    }


def _steps(found: Explanation) -> list[dict[str, Any]]:
    return [_step(step, found.notation) for step in found.steps]


def _step(step: Step, notation: Notation) -> dict[str, Any]:
    match step:
        case NeuronStep():
            return _neuron(step, notation)
        case ProductStep():
            return _product(step, notation)
        case TransposeStep():
            shapes = {"spec_shape": list(step.spec_shape), "shape": list(step.shape)}
            return {"step": "transpose", "layer": step.layer, **shapes}
        case SoftmaxStep():
            return _softmax(step)
        case ScalingStep():
            return _scaling(step)


def _neuron(step: NeuronStep, notation: Notation) -> dict[str, Any]:
    left = step.left_out
    terms = [
        {
            "input": term.input,
            "name": term.name,
            "x": _exact(term.x),
            "w": _exact(term.w),
            "product": _exact(term.product),
        }
        for term in step.terms
    ]
    rounded = step.from_rounded and dict(
        zip(("factors", "products"), step.from_rounded, strict=True)
    )
    return {
        "step": "neuron",
        "sample": step.sample,
        "row": step.row,
        "layer": step.layer,
        "layer_name": step.layer_name,
        "neuron": step.neuron,
        "notation": notation,
        "terms": terms,
        "terms_total": step.terms_total,
        "terms_shown": len(terms),
        "left_out": {"count": left.count, "sum": _exact(left.sum), "zeros": left.zeros},
        "before_bias": _exact(step.before_bias),
        "bias": _exact(step.bias),
        "z": _result(step.z),
        "activation": step.activation.kind,
        "a": _result(step.a),
        "sign": last_sign(step, notation),
        "from_rounded": rounded,
        "blank": _blank(step.question) if step.question is not None else None,
    }


def _blank(question: Question) -> dict[str, Any]:
    return {
        "id": question.number,
        "parts": [letter for letter, _ in question.answers],
        "level": question.level,
        "points": question.points,
    }


def _shapes(samples: int, inputs: int, neurons: int, notation: Notation) -> dict[str, list[int]]:
    """Return the shapes of the matrices as the notation has them."""
    shapes = {"x": [samples, inputs], "w": [inputs, neurons], "z": [samples, neurons]}
    return {k: v[::-1] if notation == "columns" else v for k, v in shapes.items()}


def _product(step: ProductStep, notation: Notation) -> dict[str, Any]:
    inputs, neurons = len(step.w) + step.has_ones, len(step.b)
    return {
        "step": "product",
        "layer": step.layer,
        "ones": step.has_ones,
        "shapes": _shapes(len(step.samples), inputs, neurons, notation),
        "samples": list(step.samples),
        "focus": {"sample": step.sample, "neuron": step.neuron},
        "x": _matrix(step.x),
        "w": _matrix(step.w),
        "b": [_exact(value) for value in step.b],
        "z": _matrix(step.z),
        "a": _matrix(step.a) if step.a is not None else None,
    }


def _softmax(step: SoftmaxStep) -> dict[str, Any]:
    return {
        "step": "softmax",
        "sample": step.sample,
        "layer": step.layer,
        "max": _exact(step.largest),
        "exps": [_exact(row.exponential) for row in step.rows],
        "sum": _exact(step.sum),
        "log_sum": _exact(step.log_sum) if step.log_sum is not None else None,
        "shares": [_result(row.share) for row in step.rows],
    }


def _scaling(step: ScalingStep) -> dict[str, Any]:
    columns = [
        {
            "name": column.name,
            "formula": "".join(p if isinstance(p, str) else _exact(p) for p in column.formula),
            "result": _exact(column.result),
        }
        for column in step.columns
    ]
    return {"step": "scaling", "where": step.where, "sample": step.sample, "columns": columns}


def _result(result: Result) -> dict[str, Any]:
    shown, value = result.shown, result.float
    return {
        "exact": _exact(shown),
        "float": value if math.isfinite(value) else str(value),
        "shown": shown.text,
        "rounded": shown.is_rounded,
    }


def _matrix(matrix: Matrix) -> list[list[str]]:
    return [[_exact(value) for value in row] for row in matrix]


def _exact(shown: Shown) -> str:
    """Return a number in full."""
    return in_full(shown.value.value)
