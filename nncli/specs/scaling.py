"""How inputs are clipped and scaled, and outputs scaled back: written out, and its own faults."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from nncli.specs.faults import Fault, Path
from nncli.specs.model import SCALES, Clip, Numbers
from nncli.specs.numbers import as_float, as_vector

CLIP_HELP = "write `clip: {low: 0, high: 1}`"


def long_clip(clip: Mapping[str, Any]) -> dict[str, Any]:
    """Return a clip with its numbers as floats, faulty ones left out."""
    return _with_numbers(clip, Clip.model_fields)


def long_scale(scale: Mapping[str, Any]) -> dict[str, Any]:
    """Return a scale that has its `kind`, with its numbers as floats, faulty ones left out."""
    long = _with_numbers(scale, _number_names(scale["kind"]))
    if "to" in long:
        to = as_numbers(long["to"])
        long["to"] = to if _is_range(to) else None
    return {key: value for key, value in long.items() if value is not None}


def _with_numbers(owner: Mapping[str, Any], names: Any) -> dict[str, Any]:
    long = {key: as_numbers(value) if key in names else value for key, value in owner.items()}
    return {key: value for key, value in long.items() if value is not None}


def _number_names(kind: Any) -> tuple[str, ...]:
    """Return the parameters of a scale that are a number or one per column."""
    model = SCALES.get(kind) if isinstance(kind, str) else None
    return tuple(key for key in model.model_fields if key not in ("kind", "to")) if model else ()


def as_numbers(value: Any) -> Numbers | None:
    """Return a finite number, or a list of some, as floats; None if anything in it is faulty."""
    if isinstance(value, list):
        return as_vector(value, math.inf)
    number = as_float(value)
    return number if number is not None and math.isfinite(number) else None


def _is_range(to: Numbers | None) -> bool:
    return isinstance(to, tuple) and len(to) == 2 and to[0] != to[1]


def clip_faults(path: Path, clip: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield what is wrong with the numbers of a clip."""
    for key in Clip.model_fields:
        if clip.get(key) is not None:
            yield from _numbers_faults((*path, key), clip[key])


def scale_faults(path: Path, scale: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield what is wrong with the numbers of `{standard: {mean: …, std: …}}` and the like."""
    [(kind, parameters)] = scale.items()
    if not isinstance(parameters, dict):
        return
    for key in _number_names(kind):
        if parameters.get(key) is not None:
            yield from _numbers_faults((*path, kind, key), parameters[key])
    to = parameters.get("to")
    if kind == "min_max" and to is not None and not _is_range(as_numbers(to)):
        where = (*path, kind, "to")
        message, hint = "`to` is a list of two different numbers", "write `to: [0, 1]`"
        yield Fault("N107", message, (hint,), where, names_found=True, covers=(where,))


def _numbers_faults(path: Path, value: Any) -> Iterator[Fault]:
    """Yield what is wrong with a number, or with a list of one per column."""
    key = path[-1]
    if isinstance(value, dict) or value == []:
        message = f"`{key}` is a number, or a list of one per column"
        hint = f"write `{key}: 0.5` or `{key}: [0.5, 2]`"
        yield Fault("N105", message, (hint,), path, names_found=True, covers=(path,))
        return
    many = isinstance(value, list)
    for index, item in enumerate(value if many else (value,)):
        number, where = as_float(item), (*path, index) if many else path
        if number is None:
            message, hint = (
                f"`{key}` holds numbers" if many else f"`{key}` is a number",
                "write a number",
            )
            fault = Fault("N105", message, (hint,), where, names_found=True, kind="no number")
            yield fault._replace(covers=(path,))
        elif not math.isfinite(number):
            message, hint = f"`{key}` must be finite", "write a finite number"
            yield Fault("N105", message, (hint,), where, names_found=True, covers=(path,))
