"""Layers as other programs and people write them: calls, names, pairs, activations on their own.

One reading of them all: `nn.Linear(4, 5)`, `Dense: {units: 5}`, `5`, `[5, relu]`, `{type: ReLU}`.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import Any

from nncli.meant.choices import HOLDING, Typed, choices_meant, typed_choice
from nncli.meant.known_words import Known, keys_meant, meanings, plain
from nncli.specs.model import LayerSpec

_KEYS = tuple(LayerSpec.model_fields)
_TYPE = frozenset({"type", "kind", "class", "classname", "layer", "layertype", "op", "module"})
_AROUND = "()[]{}'\", "
_FLAGS = frozenset({"true", "false", "none"})  # bias=True says no numbers


@dataclass(frozen=True)
class Layer:
    """What a layer was meant to be."""

    keys: dict[str, Any]  # nncli's; none of what does nothing here
    inputs: str = ""  # how many it takes, if that is said
    assumed: tuple[str, ...] = ()  # what was assumed, in words


def layers_meant(layers: dict[str, Any] | list[Any], beside: list[Any]) -> list[Layer] | None:
    """Return the layers, those of inputs or activations alone within their neighbours.

    beside: the activations that stand beside the layers, one for each or one for all; or nothing.
    """
    found, inputs = list[Layer](), ""
    for name, written in (
        layers.items() if isinstance(layers, dict) else (("", it) for it in layers)
    ):
        if (layer := layer_meant(written)) is None:
            return None
        inputs = layer.inputs or inputs
        if layer.keys.keys() == {"activation"} and found and "activation" not in found[-1].keys:
            before = found.pop()
            assumed = (*before.assumed, *layer.assumed)
            found.append(Layer(before.keys | layer.keys, before.inputs, assumed))
        elif layer.keys:
            keys = {"name": name} | layer.keys if name else layer.keys
            found.append(Layer(keys, inputs if not found else "", layer.assumed))
    if not beside:
        return found
    each = beside[0] if isinstance(beside[0], list) else beside * len(found)
    if len(beside) > 1 or len(each) != len(found) or any("activation" in it.keys for it in found):
        return None
    pairs = zip(found, each, strict=True)
    return [replace(layer, keys=layer.keys | {"activation": held}) for layer, held in pairs]


def layer_meant(written: Any) -> Layer | None:
    """Return a layer by nncli's keys; of what only says the inputs or an activation, these alone.

    >>> layer_meant("nn.Linear(4, 5)").keys, layer_meant({"type": "ReLU"}).keys
    ({'neurons': '5'}, {'activation': 'relu'})
    """
    if (typed := _typed(written)) is None:
        return None
    values = [text for value in typed.positional if (text := str(value).strip(_AROUND))]
    sizes = [value for value in values if value.isdecimal()]
    words: list[Any] = [value for value in values if not value.isdecimal()]
    named = dict(typed.named)
    name = str(named.pop("name", "")) if named.keys() == {"name", "neurons"} else typed.name
    kind = _kind_of(name)
    if kind == "inputs":  # a layer of nothing but inputs is called so
        said = re.findall(r"\d+", f"{sizes} {list(named.values())}")
        return Layer({}, *said[:1])
    if (layer := _by_keys(typed)) is None:
        return None
    if typed.name and not (kind == "neurons" and (layer.keys or sizes)):
        if kind == "":
            return Layer({})
        words, layer, sizes = [written], Layer({}), []
    keys = layer.keys | dict(zip(("neurons",), sizes[-1:], strict=False))
    inputs, assumed = layer.inputs or next(iter(sizes[-2:-1]), ""), layer.assumed
    for each in words:
        meant = [(said, text) for said, text in choices_meant("activation", each) if text]
        if not meant or "activation" in keys:
            return None
        keys["activation"] = meant[0][1]
        assumed += (meant[0][0],) * ("assuming" in meant[0][0])
    return Layer(keys, inputs, assumed)


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


def _by_keys(typed: Typed) -> Layer | None:
    """Return what is said by keys; None if one of them is unknown."""
    layer, inputs, assumed = dict[str, Any](), "", tuple[str, ...]()
    for key, value in typed.named:
        text = str(value).strip(_AROUND)
        known = Known(key, {}, "", "") if key in _KEYS else next(iter(keys_meant(key, _KEYS)), None)
        if (
            known is None
            or known.instead is None
            or (known.only and plain("key", text) not in known.only)
        ):
            return None
        if any(each.instead == "inputs" for each in meanings("key", key)):
            inputs = text
        elif text.casefold() in _FLAGS or not known.instead:
            assumed += (known.words,) * ("assuming" in known.words)
        else:
            layer[known.instead] = value.strip("\"'") if isinstance(value, str) else value
    return Layer(layer, inputs, assumed)


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
