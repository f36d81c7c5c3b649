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
        case ("layers", int(index), "layout", *rest) if _inherits(written, index, "layout"):
            return ("layout", *rest)
        case ("layers", int(index), "init", str(key), *rest) if _inherits_init(written, index, key):
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


def _layer(written: Any, index: int) -> dict[str, Any]:
    layers = written.get("layers") if isinstance(written, dict) else None
    layer = layers[index] if isinstance(layers, list) and index < len(layers) else None
    return layer if isinstance(layer, dict) else {}


def _inherits(written: Any, index: int, key: str) -> bool:
    return written.get(key) is not None and _layer(written, index).get(key) is None


def _inherits_init(written: Any, index: int, key: str) -> bool:
    shared, own = written.get("init"), _layer(written, index).get("init")
    return (
        isinstance(shared, dict)
        and shared.get(key) is not None
        and (own is None or (isinstance(own, dict) and own.get(key) is None))
    )


def _has_activation(written: dict[str, Any], index: int) -> bool:
    activations = written.get("activations")
    return activations is not None and (
        not isinstance(activations, list) or index < len(activations)
    )
