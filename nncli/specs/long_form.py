"""The short forms of a spec written out in full.

The long form is plain data in the shape of `nncli.specs.model`, made before validation, so that a
typo in a short form is reported once and at its own place.  What cannot be written out is left
out; `nncli.specs.form_faults` says why.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from nncli.specs.faults import Fault
from nncli.specs.fit import shape_held_by
from nncli.specs.form_faults import form_faults
from nncli.specs.model import FLOAT32_OVERFLOW, MAX_NEURONS, DType, InitSpec, LayerSpec
from nncli.specs.numbers import as_biases, as_weights
from nncli.specs.references import as_reference
from nncli.specs.scaling import long_clip, long_scale
from nncli.specs.yaml_source import YamlSource


@dataclass(frozen=True)
class LongForm:
    """A spec in its long form, as far as it could be written out."""

    value: Mapping[str, Any]

    @cached_property
    def layers(self) -> tuple[Mapping[str, Any], ...]:
        """What is known of each layer; nothing of one that is no mapping."""
        layers = self.value.get("layers")
        layers = layers if isinstance(layers, tuple) else ()
        return tuple(layer if isinstance(layer, dict) else {} for layer in layers)

    def mapping(self, key: str) -> Mapping[str, Any]:
        """Return the mapping at a key of the spec; an empty one if there is none."""
        mapping = self.value.get(key)
        return mapping if isinstance(mapping, dict) else {}

    @property
    def inputs(self) -> int | None:
        """How many inputs there are, if that is known and valid."""
        return whole(self.mapping("inputs").get("size"))

    @property
    def outputs(self) -> int | None:
        """How many neurons the last layer has, if that is known and valid."""
        return whole(self.layers[-1].get("neurons")) if self.layers else None

    @property
    def last_activation(self) -> str | None:
        """The activation of the last layer; None if it is faulty."""
        activation = self.layers[-1].get("activation", {"kind": "linear"}) if self.layers else {}
        return activation.get("kind") if isinstance(activation, dict) else None


def whole(value: Any) -> int | None:
    """Return a valid size, or None: a faulty one is reported elsewhere and clashes with nothing."""
    return value if type(value) is int and 1 <= value <= MAX_NEURONS else None


_NOTHING_GIVEN = LayerSpec.model_construct(layout="inputs_by_neurons")


def given_by(layer: Mapping[str, Any]) -> LayerSpec:
    """Return a layer of a long form as far as its weights and biases are concerned."""
    given = {key: layer[key] for key in ("weights", "biases", "layout") if key in layer}
    return _NOTHING_GIVEN.model_copy(update=given)


def long_form(
    source: YamlSource, default_name: str, dtype: DType | None = None
) -> tuple[LongForm, tuple[Fault, ...]]:
    """Write every short form out, and say what is wrong with them.

    dtype: of the command line; weights must be finite in it as well as in the spec's own.
    """
    if not isinstance(source.value, dict):
        return LongForm({}), tuple(form_faults(source, {}, math.inf))
    written = source.value
    is_float32 = "float32" in (written.get("dtype"), dtype)
    largest = FLOAT32_OVERFLOW if is_float32 else math.inf
    spread = _spread(written)
    faults = tuple(form_faults(source, spread, largest))
    return LongForm({"name": default_name, **_written_out(spread, largest)}), faults


def _spread(written: dict[str, Any]) -> dict[str, Any]:
    """Return a spec with `inputs` and `layers`, whatever stands in them."""
    spec = _without_empty(written)
    sizes, activations = spec.pop("layer_sizes", None), spec.pop("activations", None)
    if sizes is not None:
        spec.pop("inputs", None)
        spec.pop("layers", None)
    if isinstance(sizes, list) and len(sizes) > 1:
        spec["inputs"] = {"size": sizes[0]}
        spec["layers"] = layers = [{"neurons": size} for size in sizes[1:]]
        one_for_each = activations if isinstance(activations, list) else [activations] * len(layers)
        for layer, activation in zip(layers, one_for_each, strict=False):
            if activation is not None or isinstance(activations, list):
                layer["activation"] = activation
    elif "inputs" in spec and not isinstance(spec["inputs"], dict):
        key = "columns" if isinstance(spec["inputs"], list) else "size"
        spec["inputs"] = {key: spec["inputs"]}
    if isinstance(spec.get("outputs"), list):
        spec["outputs"] = {"columns": spec["outputs"]}
    if isinstance(own := spec.get("layers"), list):  # copies: the source stays as it is written
        spec["layers"] = [dict(each) if isinstance(each, dict) else each for each in own]
    for owner in (spec, *spec["layers"]) if isinstance(own, list) else (spec,):
        if isinstance(owner, dict) and isinstance(owner.get("init"), str):
            owner["init"] = {"weights": owner["init"]}
    return spec


def _without_empty(mapping: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in mapping.items() if value is not None}


def _written_out(spread: dict[str, Any], largest: float) -> dict[str, Any]:
    spec = dict(spread)
    for key in ("inputs", "outputs"):
        if isinstance(spec.get(key), dict):
            spec[key] = _long_data(spec[key], has_size=key == "inputs")
    if isinstance(spec.get("init"), dict):
        spec["init"] = _long_init(spec["init"], {})
    if isinstance(spec.get("layers"), list):
        spec["layers"] = tuple(
            _long_layer(number, layer, spec, largest) if isinstance(layer, dict) else layer
            for number, layer in enumerate(spec["layers"], start=1)
        )
        if (inputs := _with_size(spec)) is not None:
            spec["inputs"] = inputs
    return spec


def _with_size(spec: dict[str, Any]) -> dict[str, Any] | None:
    """Return inputs with the size that the weights of the first layer say, if nothing else does."""
    inputs, layers = spec.get("inputs", {}), spec["layers"]
    if not isinstance(inputs, dict) or "size" in inputs:
        return None
    first = layers[0] if layers and isinstance(layers[0], dict) else {}
    held = shape_held_by(given_by(first))
    return {**inputs, "size": held[0]} if held is not None and held[0] > 0 else None


def _long_data(owner: dict[str, Any], *, has_size: bool) -> dict[str, Any]:
    """Return `inputs` or `outputs` with its names as tuples; columns say the size of inputs."""
    long = _without_empty(owner)
    for key in ("columns", "classes"):
        if isinstance(long.get(key), list):
            long[key] = tuple(long[key])
    columns = long.get("columns")
    if has_size and isinstance(columns, tuple) and columns and "size" not in owner:
        # of what are no names, nobody knows whether they are columns
        is_named = all(isinstance(column, str) for column in columns)
        long["size"] = len(columns) if is_named else None
    if isinstance(long.get("clip"), dict):
        long["clip"] = long_clip(long["clip"])
    if "scale" in long:
        scale = as_choice(long["scale"])
        long["scale"] = long_scale(scale) if scale is not None else None
    return _without_empty(long)


def _long_layer(
    number: int, layer: dict[str, Any], spec: Mapping[str, Any], largest: float
) -> dict[str, Any]:
    """Return a layer with what it inherits from the spec."""
    long = {"name": f"layer_{number}"} | _without_empty(layer)
    if "activation" in long:
        long["activation"] = _long_activation(long["activation"], largest)
    if "layout" in spec:
        long.setdefault("layout", spec["layout"])
    init, inherited = long.get("init", {}), spec.get("init")
    inherited = inherited if isinstance(inherited, dict) else {}
    if isinstance(init, dict) and ("init" in long or "init" in spec):
        long["init"] = _long_init(init, inherited)
    weights, biases = long.get("weights"), long.get("biases")
    if isinstance(weights, dict):
        long["weights"] = as_reference("weights", weights)
    elif weights is not None:
        sizes = long.get("neurons"), long.get("layout")
        long["weights"] = as_weights(weights, *sizes, largest)
    if isinstance(biases, dict):
        long["biases"] = as_reference("biases", biases)
    elif biases is not None:
        long["biases"] = as_biases(biases, largest)
    long = _without_empty(long)
    if "weights" not in long or "neurons" in layer:
        return long
    held = shape_held_by(given_by(long))
    return {**long, "neurons": held[1]} if held is not None else long


def _long_activation(value: Any, largest: float) -> dict[str, Any] | None:
    choice = as_choice(value)
    if choice is None or choice["kind"] != "prelu" or "slopes" not in choice:
        return choice
    return _without_empty({**choice, "slopes": as_biases(choice["slopes"], largest)})


def _long_init(init: dict[str, Any], inherited: dict[str, Any]) -> dict[str, Any]:
    choices = {key: as_choice(init[key]) for key in InitSpec.model_fields if key in init}
    own = _without_empty({**init, **choices})
    return {**{key: inherited[key] for key in InitSpec.model_fields if key in inherited}, **own}


def as_choice(value: Any) -> dict[str, Any] | None:
    """Return `relu` or `{leaky_relu: {negative_slope: 0.2}}` as a mapping with its `kind`.

    None if it is neither.
    """
    if isinstance(value, str):
        return _named(value)
    if not isinstance(value, dict) or len(value) != 1:
        return None
    [(kind, parameters)] = value.items()
    if not isinstance(parameters, dict):
        return None
    return {**_without_empty(parameters), "kind": kind}


@lru_cache(maxsize=64)  # 100,000 layers with one activation share it
def _named(kind: str) -> dict[str, Any]:
    return {"kind": kind}
