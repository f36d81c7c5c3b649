"""Where what a long form holds was written."""

from __future__ import annotations

from typing import Any

from nncli.specs.faults import Path


def source_path(written: Any, path: Path) -> Path:
    """Return where the value at a long-form *path* was written.

    written: the value of the source.

    >>> source_path({"layer_sizes": [4, 5, 2]}, ("layers", 1, "neurons"))
    ('layer_sizes', 2)
    >>> source_path({"layout": "neurons_by_inputs", "layers": [{}]}, ("layers", 0, "layout"))
    ('layout',)
    """
    # of thousands of faults nearly all are of a layer's own values: those come through untouched
    if path[:1] != ("layers",) or path[2:3] in (("layout",), ("init",)):
        match path:
            case ("layers", int(), "layout", *rest) if _is_inherited(
                written, path[:3], ("layout",)
            ):
                return ("layout", *rest)
            case ("layers", int(), "init", str(key), *rest) if _is_inherited(
                written, path[:4], ("init", key)
            ):
                return _without_implied(written, ("init", key, *rest))
        path = _without_implied(written, path)
    sizes = written.get("layer_sizes") if isinstance(written, dict) else None
    if not isinstance(sizes, list) or len(sizes) < 2:
        return path
    match path:
        case ("layers", int(index), "neurons", *rest):
            return ("layer_sizes", index + 1, *rest)
        case ("inputs", "size", *rest):
            return ("layer_sizes", 0, *rest)
        case ("layers", int(index), "activation", *rest) if _has_activation(written, index):
            each = (index,) if isinstance(written["activations"], list) else ()
            return ("activations", *each, *rest)
        case ("layers", int(index), *rest):
            return ("layer_sizes", index + 1, *rest)
    return path


def _without_implied(written: Any, path: Path) -> Path:
    """Return a path without the key that `inputs: 4`, `outputs: [a]` or `init: ones` implies."""

    def stands_for(owner: Path, *kinds: type) -> bool:
        return isinstance(value_at(written, owner), kinds)

    match path:
        case ("inputs", "size", *rest) if not stands_for(("inputs",), dict, list, type(None)):
            return ("inputs", *rest)
        case ("inputs" | "outputs" as owner, "columns", *rest) if stands_for((owner,), list):
            return (owner, *rest)
        case ("init", "weights", *rest) if stands_for(("init",), str):
            return ("init", *rest)
        case ("layers", index, "init", "weights", *rest) if stands_for(path[:3], str):
            return ("layers", index, "init", *rest)
    return path


def value_at(written: Any, path: Path) -> Any:
    """Return what was written at *path*; None if nothing was."""
    for step in path:
        if isinstance(written, dict):
            written = written.get(step)
        elif isinstance(written, list) and isinstance(step, int) and step < len(written):
            written = written[step]
        else:
            return None
    return written


def _is_inherited(written: Any, own: Path, shared: Path) -> bool:
    own, shared = (_without_implied(written, path) for path in (own, shared))
    return value_at(written, own) is None and value_at(written, shared) is not None


def _has_activation(written: dict[str, Any], index: int) -> bool:
    activations = written.get("activations")
    return activations is not None and (
        not isinstance(activations, list) or index < len(activations)
    )
