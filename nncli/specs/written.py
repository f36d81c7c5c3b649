"""A spec as the YAML text that a person would have written for it."""

from __future__ import annotations

import json
import re
from typing import Any

from pydantic import BaseModel

from nncli.specs.model import (
    Activation,
    InitSpec,
    InputsSpec,
    LayerSpec,
    NetworkSpec,
    OutputsSpec,
    Tensor,
    WithinWeights,
)
from nncli.specs.yaml_source import FALSE, NULL, REFUSED, TRUE

_MAX_WIDTH = 100
# What needs no quotes wherever it stands, and by no rules of YAML is anything but text.
_PLAIN = re.compile(r"(?:[^\W\d]|\d+\.[A-Za-z]{2})(?:[\w .()/%+-]*[\w.()/%+-])?")


def spec_text(spec: NetworkSpec, *, weights_file: str | None) -> str:
    """Return a spec as YAML that reads back to the same spec, in short forms where there are some.

    weights_file: the file that holds the arrays of its `Tensor`s, relative to the spec's folder, if
    it has some; their shapes are left to that file's header.  Then nothing may be drawn.
    """
    written: dict[str, Any] = {"name": spec.name}
    if spec.dtype != "float64":
        written["dtype"] = spec.dtype
    if spec.layout != "inputs_by_neurons" or any(map(_is_square, spec.layers)):
        written["layout"] = spec.layout
    if weights_file is None:
        if spec.seed is not None:
            written["seed"] = spec.seed
        _set(written, "init", _init(spec.init, InitSpec()))
    if weights_file is None and _is_short(spec):
        written["layer_sizes"] = list(spec.layer_sizes)
        _set(written, "activations", _activations([layer.activation for layer in spec.layers]))
    else:
        written["inputs"] = _inputs(spec.inputs)
        numbered = enumerate(spec.layers, start=1)
        written["layers"] = [_layer(number, layer, spec) for number, layer in numbered]
    _set(written, "outputs", _outputs(spec.outputs))
    _set(written, "weights_file", weights_file)
    return "\n".join(_mapping_lines(written, "")) + "\n"


def _set(owner: dict[str, Any], key: str, value: Any) -> None:
    if value is not None:
        owner[key] = value


# ----------------------------------------------------------------------------- in short forms


def _is_square(layer: LayerSpec) -> bool:
    """Whether typed weights would also fit the other way round, if nothing is said of them."""
    shape = layer.weights_shape
    return isinstance(layer.weights, tuple) and shape is not None and shape[0] == shape[1]


def _is_short(spec: NetworkSpec) -> bool:
    """Whether `layer_sizes` says all that there is to say of inputs and layers."""
    return spec.inputs == InputsSpec(size=spec.inputs.size) and all(
        layer.weights is layer.biases is None
        and (layer.name, layer.layout, layer.init) == (f"layer_{number}", spec.layout, spec.init)
        for number, layer in enumerate(spec.layers, start=1)
    )


def _activations(activations: list[Activation]) -> Any:
    """Return one activation for all layers, or one for each; None for the default."""
    choices = [_choice(activation) for activation in activations]
    if any(choice != choices[0] for choice in choices):
        return choices
    return choices[0] if choices[0] != "linear" else None


def _inputs(inputs: InputsSpec) -> Any:
    written: dict[str, Any] = {}
    _set(written, "columns", _listed(inputs.columns))
    if inputs.columns is None:
        written["size"] = inputs.size
    if inputs.clip is not None:
        written["clip"] = {"low": _listed(inputs.clip.low), "high": _listed(inputs.clip.high)}
    _set(written, "scale", _choice(inputs.scale))
    return next(iter(written.values())) if len(written) == 1 else written


def _outputs(outputs: OutputsSpec | None) -> Any:
    if outputs is None:
        return None
    written: dict[str, Any] = {}
    for key in ("columns", "classes", "threshold"):
        _set(written, key, _listed(getattr(outputs, key)))
    _set(written, "scale", _choice(outputs.scale))
    return written["columns"] if list(written) == ["columns"] else written


def _layer(number: int, layer: LayerSpec, spec: NetworkSpec) -> dict[str, Any]:
    written: dict[str, Any] = {}
    if layer.name != f"layer_{number}":
        written["name"] = layer.name
    written["neurons"] = layer.neurons
    if (activation := _choice(layer.activation)) != "linear":
        written["activation"] = activation
    if layer.layout != spec.layout:
        written["layout"] = layer.layout
    if isinstance(layer.weights, tuple) and layer.neurons == 1 and 1 in (layer.weights_shape or ()):
        written["weights"] = [weight for row in layer.weights for weight in row]
    else:
        _set(written, "weights", _given(layer.weights))
    _set(written, "biases", _given(layer.biases))
    _set(written, "init", _init(layer.init, spec.init))
    return written


def _given(value: Any) -> Any:
    match value:
        case Tensor(name=name):
            return {"tensor": name}
        case WithinWeights(where=where):
            return {"within_weights": where}
    return _listed(value)


def _init(init: InitSpec, inherited: InitSpec) -> Any:
    """Return what differs from what is inherited; None if nothing does."""
    written = {
        key: _choice(getattr(init, key))
        for key in InitSpec.model_fields
        if repr(getattr(init, key)) != repr(getattr(inherited, key))
    }
    is_name = list(written) == ["weights"] and isinstance(written["weights"], str)
    return (written["weights"] if is_name else written) if written else None


def _choice(choice: BaseModel | None) -> Any:
    """Return a name, or a mapping of it to the parameters that are not the default."""
    if choice is None:
        return None
    values = {key: getattr(choice, key) for key in type(choice).model_fields}
    kind = values.pop("kind")
    defaults = {key: field.default for key, field in type(choice).model_fields.items()}
    # by their text: 0.0 and -0.0 are equal
    own = {key: value for key, value in values.items() if repr(value) != repr(defaults[key])}
    return {kind: {key: _listed(value) for key, value in own.items()}} if own else kind


def _listed(value: Any) -> Any:
    return [_listed(item) for item in value] if isinstance(value, tuple) else value


# -------------------------------------------------------------------------------------- text


def _mapping_lines(mapping: dict[str, Any], indent: str) -> list[str]:
    """Return a mapping as lines, each value on the line of its key if it can stand there."""
    lines: list[str] = []
    for key, value in mapping.items():
        start = f"{indent}{scalar(key)}:"
        if key == "layers" or not _fits(value, f"{start} "):
            lines += _nested_lines(start, value, indent + "  ")
        else:
            lines.append(f"{start} {flow(value)}")
    return lines


def _nested_lines(start: str, value: Any, indent: str) -> list[str]:
    """Return a key, as *start*, with a value that takes more than its line."""
    if isinstance(value, dict):
        return [start, *_mapping_lines(value, indent)]
    if any(isinstance(item, (dict, list)) for item in value):
        return [start, *(line for item in value for line in _item_lines(item, indent))]
    return _wrapped(f"{start} [", value, f"{indent}  ")


def _item_lines(item: Any, indent: str) -> list[str]:
    """Return an item of a list: numbers, a choice, or a layer, which stands in braces if small."""
    start = f"{indent}- "
    if isinstance(item, list):
        return _wrapped(f"{start}[", item, f"{indent}   ")
    if isinstance(item, dict) and (item.keys() & {"weights", "biases"} or not _fits(item, start)):
        first, *rest = _mapping_lines(item, f"{indent}  ")
        return [start + first.lstrip(), *rest]
    return [f"{start}{flow(item)}"]


def _wrapped(start: str, items: list[Any], indent: str) -> list[str]:
    """Return a list in brackets, broken where a line would become too long."""
    lines, line = [], start
    for number, item in enumerate(items):
        piece = flow(item) + ("]" if number == len(items) - 1 else ",")
        if len(line) + len(piece) + 1 > _MAX_WIDTH and line.strip() and line != start:
            lines.append(line.rstrip())
            line = indent
        line += piece + " "
    return [*lines, line.rstrip()]


def _fits(value: Any, start: str) -> bool:
    """Whether a value can stand on the line that starts so."""
    if isinstance(value, list) and any(isinstance(item, list) for item in value[1:]):
        return False  # rows stand one below the other
    return not isinstance(value, (dict, list)) or len(start) + len(flow(value)) <= _MAX_WIDTH


def flow(value: Any) -> str:
    """Return a value as YAML writes it on one line.

    >>> flow({"columns": ["a b", "1"], "size": 2.0, "clip": None})
    '{columns: [a b, "1"], size: 2, clip: null}'
    """
    if isinstance(value, dict):
        items = [f"{scalar(key)}: {flow(item)}" for key, item in value.items()]
        return "{" + ", ".join(items) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    return "null" if value is None else scalar(value)


def scalar(value: str | float) -> str:
    """Return how YAML writes a text or a number in a list."""
    if isinstance(value, float):
        text = repr(value)
        # -0 would be read as a whole number, which has no sign there
        return text.removesuffix(".0") if text != "-0.0" else text
    if isinstance(value, int):
        return str(value)
    if _PLAIN.fullmatch(value) and value not in NULL | TRUE | FALSE:
        return value
    quoted = json.dumps(value, ensure_ascii=False)
    return REFUSED.sub(lambda match: f"\\u{ord(match.group()):04x}", quoted)
