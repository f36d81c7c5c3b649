"""Layers as other programs and people write them: calls, names, pairs, activations on their own.

One reading of them all: `nn.Linear(4, 5)`, `Dense: {units: 5}`, `5`, `[5, relu]`, `{type: ReLU}`.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

from nncli.meant.choices import HOLDING, Typed, choices_meant, typed_choice
from nncli.meant.known_words import keys_meant, meanings, plain
from nncli.specs.model import LayerSpec

_KEYS = tuple(LayerSpec.model_fields)
_TYPE = frozenset({"type", "kind", "class", "classname", "layer", "layertype", "op", "module"})
_AROUND = "()[]{}'\", "
_FLAGS = frozenset({"true", "false", "none"})  # bias=True says no numbers


def layers_meant(layers: Any, beside: Any) -> tuple[Any, list[dict[str, Any]]] | None:
    """Return the inputs, if they are said, and the layers, each by nncli's keys; None if unclear.

    beside: activations, one for all layers or one for each, that stand beside them.
    """
    found, inputs = list[dict[str, Any]](), None
    named = [*layers.items()] if isinstance(layers, dict) else [("", layer) for layer in layers]
    for name, written in named:
        layer = layer_meant(written)
        if layer is None:
            return None
        of_inputs = layer.pop("inputs", None)
        inputs = inputs if found else of_inputs or inputs
        if layer.keys() == {"activation"} and found and "activation" not in found[-1]:
            found[-1] |= layer
        elif layer:
            found.append(({"name": name} if name else {}) | layer)
    each = beside if isinstance(beside, list) else [beside] * len(found)
    if beside and (len(each) != len(found) or any("activation" in layer for layer in found)):
        return None
    if beside:
        found = [a | {"activation": b} for a, b in zip(found, each, strict=True)]
    return inputs, found


def layer_meant(written: Any) -> dict[str, Any] | None:
    """Return a layer by nncli's keys; of what only says the inputs or an activation, these alone.

    >>> layer_meant("nn.Linear(4, 5)"), layer_meant({"type": "ReLU"})
    ({'neurons': '5', 'inputs': '4'}, {'activation': 'relu'})
    """
    if (typed := _typed(written)) is None:
        return None
    values = [text for value in typed.positional if (text := str(value).strip(_AROUND))]
    sizes = [value for value in values if value.isdecimal()]
    words: list[Any] = [value for value in values if not value.isdecimal()]
    named = {key: value for key, value in typed.named if key != "name"}
    is_named = "name" in dict(typed.named) and named.keys() == {"neurons"}
    kind = _kind_of(str(dict(typed.named)["name"]) if is_named else typed.name)
    if kind == "inputs":  # a layer of nothing but inputs is called so
        said = re.findall(r"\d+", f"{sizes} {list(named.values())}")
        return {"inputs": said[0]} if said else {}
    if (layer := _by_keys(typed)) is None:
        return None
    if typed.name and not (kind == "neurons" and (layer or sizes)):
        if kind == "":
            return {}
        words, layer, sizes = [written], {}, []
    layer |= dict(zip(("neurons", "inputs"), sizes[::-1], strict=False))
    for each in words:
        meant = next((text for _, text in choices_meant("activation", each) if text), None)
        if meant is None or "activation" in layer:
            return None
        layer["activation"] = meant
    return layer


def _kind_of(name: str) -> str | None:
    """Return what a layer that is called so has; nothing of one that does nothing here."""
    known = meanings("layer", re.sub(r"[_\W]?\d+$", "", name))
    return known[0].instead if known else None


def _typed(written: Any) -> Typed | None:
    """Return what kind of layer is written, its numbers and words, and its keys."""
    if isinstance(written, str):
        return typed_choice("activation", written)
    if not isinstance(written, dict):
        values = tuple(written) if isinstance(written, list) else (written,)
        return Typed("", values) if all(isinstance(each, str | int) for each in values) else None
    pairs = dict(written)
    for key in [key for key in pairs if plain("key", key) in HOLDING]:
        pairs |= pairs.pop(key) if isinstance(pairs[key], dict) else {}
    first, *others = map(str, pairs or ("",))
    if not others and first not in _KEYS and not keys_meant(first, _KEYS):
        inner = _typed(pairs[first]) if pairs.get(first) is not None else Typed(first)
        return inner and replace(inner, name=first)
    kinds = [key for key in pairs if plain("key", key) in _TYPE and isinstance(pairs[key], str)]
    return Typed(pairs.pop(kinds[0]) if kinds else "", (), tuple(pairs.items()))


def _by_keys(typed: Typed) -> dict[str, Any] | None:
    """Return what is said by keys; None if one of them is unknown."""
    layer: dict[str, Any] = {}
    for key, value in typed.named:
        known = [each.instead for each in keys_meant(key, _KEYS)] if key not in _KEYS else [key]
        if not known or known[0] is None:
            return None
        if any(each.instead == "inputs" for each in meanings("key", key)):
            layer["inputs"] = str(value).strip(_AROUND)
        elif known[0] and str(value).casefold() not in _FLAGS:
            layer[known[0]] = value.strip("\"'") if isinstance(value, str) else value
    return layer


def flow_text(value: Any) -> str:
    """Return a value on one line, as a spec writes it; choices are written so already.

    >>> flow_text({"name": "a b", "neurons": "3", "activation": "{elu: {alpha: 2}}"})
    '{name: "a b", neurons: 3, activation: {elu: {alpha: 2}}}'
    """
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {flow_text(held)}' for key, held in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(flow_text, value))}]"
    is_plain = not isinstance(value, str) or value[:1] == "{" or re.fullmatch(r"[\w.-]+", value)
    return str(value) if is_plain else json.dumps(value, ensure_ascii=False)
