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
    match path:
        case ("layers", int(), "layout", *rest) if _is_inherited(written, path[:3], ("layout",)):
            return ("layout", *rest)
        case ("layers", int(), "init", str(key), *rest) if _is_inherited(
            written, path[:4], ("init", key)
        ):
            return ("init", key, *rest)
    if not isinstance(written, dict):
        return path
    sizes = written.get("layer_sizes")
    if not isinstance(sizes, list) or len(sizes) < 2:
        if path[:2] == ("inputs", "size") and not isinstance(written.get("inputs", {}), dict):
            return ("inputs", *path[2:])
        return path
    match path:
        case ("inputs", "size", *rest):
            return ("layer_sizes", 0, *rest)
        case ("layers", int(index), "activation", *rest) if _has_activation(written, index):
            each = (index,) if isinstance(written["activations"], list) else ()
            return ("activations", *each, *rest)
        case ("layers", int(index), "neurons", *rest) | ("layers", int(index), *rest):
            return ("layer_sizes", index + 1, *rest)
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
    return value_at(written, own) is None and value_at(written, shared) is not None


def _has_activation(written: dict[str, Any], index: int) -> bool:
    activations = written.get("activations")
    return activations is not None and (
        not isinstance(activations, list) or index < len(activations)
    )
