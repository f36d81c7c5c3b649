"""What is wrong with the short forms of a spec, and with its weights and biases."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from nncli.specs.faults import Fault, Path
from nncli.specs.model import SCALES, InitSpec
from nncli.specs.numbers import biases_faults, slopes_faults, weights_faults
from nncli.specs.origins import source_path, value_at
from nncli.specs.references import reference_faults
from nncli.specs.scaling import clip_faults, scale_faults
from nncli.specs.wording import (
    EMPTY_SPEC_HELP,
    FILE_LAYERS_HELP,
    LAYERS_HELP,
    OUTPUTS_HELP,
    PARAMETERS_EXAMPLES,
    SPACE_HELP,
    choice_help,
)
from nncli.specs.yaml_source import YamlSource
from nncli.words import count_of

_SIZES_HELP = "write the inputs, then the neurons of each layer: [4, 5, 2]"
_SIZES: Path = ("layer_sizes",)
# What is missing where the sizes are faulty or the layers are.
_BODY: tuple[Path, ...] = (("inputs",), ("layers",))


def form_faults(source: YamlSource, spread: Mapping[str, Any], largest: float) -> Iterator[Fault]:
    """Yield the faults of a spec's form.

    spread: the spec with its sizes and activations where the long form has them; largest: no
    magnitude of a weight may reach it.
    """
    written = source.value
    if written is None:
        yield Fault("N106", "the spec is empty", (EMPTY_SPEC_HELP,))
        return
    if not isinstance(written, dict):
        missing_space = isinstance(written, str) and re.match(r"\w+:\S", written)
        hint = SPACE_HELP if missing_space else EMPTY_SPEC_HELP
        yield Fault("N105", "a spec is a mapping of keys", (hint,), names_found=True)
        return
    yield from _empty(source, (), written)
    if written.get("layer_sizes") is not None:
        yield from _sizes_faults(source)
    elif "layers" not in written:
        hint = LAYERS_HELP if "inputs" in spread else EMPTY_SPEC_HELP
        hint = FILE_LAYERS_HELP if spread.get("weights_file") else hint
        instead = (("layers",), _SIZES)
        fault = Fault("N106", "the spec has no layers", (hint,), kind="missing key")
        yield fault._replace(covers=(("inputs",),), absent=instead)
    if written.get("activations") is not None and "layer_sizes" not in written:
        message = "`activations` belongs to `layer_sizes`; in `layers`, each has its `activation`"
        hint, path = "write `activation: relu` into each layer", ("activations",)
        fault = Fault("N108", message, (hint,), path, of_key=True, absent=(_SIZES,))
        yield fault._replace(kind="activations of layers")
    yield from _parts_faults(source, spread, largest)


def _parts_faults(source: YamlSource, spread: Mapping[str, Any], largest: float) -> Iterator[Fault]:
    """Yield the faults of what stands in inputs, outputs, init and layers."""
    for key in ("inputs", "outputs"):
        if isinstance(spread.get(key), dict):
            yield from _data_faults(source, (key,), spread[key])
    if spread.get("outputs") == {}:
        yield Fault("N106", "`outputs` says nothing", (OUTPUTS_HELP,), ("outputs",))
    yield from _init_faults(source, (), spread)
    layers = spread.get("layers")
    for index, layer in enumerate(layers if isinstance(layers, list) else ()):
        if isinstance(layer, dict):
            yield from _layer_faults(source, index, layer, largest, _row_length(spread, index))


def _row_length(spread: Mapping[str, Any], index: int) -> Any:
    """Return how long the sizes say that the rows of a layer's weights are, rightly or not."""
    layer = spread["layers"][index]
    if layer.get("layout", spread.get("layout")) != "neurons_by_inputs":
        return layer.get("neurons")
    if index == 0:
        return value_at(spread, ("inputs", "size"))
    return value_at(spread, ("layers", index - 1, "neurons"))


def _empty(source: YamlSource, path: Path, mapping: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield a fault for each empty value: `seed:` must not silently mean no seed."""
    for key, value in mapping.items():
        if value is None:
            yield _empty_fault(source, (*path, key))


def _empty_fault(source: YamlSource, path: Path) -> Fault:
    key = str(path[-1])
    where = source_path(source.value, path)
    if where[0] in ("layout", "init"):
        where = path  # what a layer leaves empty it inherits, but its own key is meant
    at = source.position(where, of_key=True)
    if colon := re.match(r"\w+:(?=\S)", key):  # such as neurons:3
        message, behind = "there is no space after the `:`", (at[0], at[1] + colon.end())
        return Fault("N100", message, (SPACE_HELP,), path, at=behind)
    hint = {
        "activation": choice_help("activation"),
        "activations": choice_help("activation"),
        "layers": LAYERS_HELP,
        "seed": "write a whole number: `seed: 0`",
    }.get(key, "write a value, or remove the key")
    return Fault("N105", f"`{key}` is empty", (hint,), path, at=at, kind="empty")


def _sizes_faults(source: YamlSource) -> Iterator[Fault]:
    written = source.value
    sizes = written["layer_sizes"]
    for key in ("layers", "inputs"):
        if written.get(key) is not None:
            line, _ = source.position(_SIZES, of_key=True)
            message = f"`layer_sizes` (line {line + 1}) and `{key}` exclude each other"
            hint = "keep `layer_sizes` alone, or `inputs` with `layers`"
            yield Fault("N108", message, (hint,), (key,), of_key=True)
    if not isinstance(sizes, list):
        message = "`layer_sizes` is a list"
        yield Fault("N105", message, (_SIZES_HELP,), _SIZES, names_found=True, covers=_BODY)
    elif len(sizes) < 2:
        message = f"`layer_sizes` holds {count_of(len(sizes), 'size')}, at least 2 are needed"
        yield Fault("N107", message, (_SIZES_HELP,), _SIZES, covers=_BODY)
    elif isinstance(written.get("activations"), list):
        yield from _activations_faults(source, written["activations"], len(sizes) - 1)


def _activations_faults(source: YamlSource, activations: list[Any], layers: int) -> Iterator[Fault]:
    if len(activations) != layers:
        line, column = source.position(_SIZES, of_key=True)
        message = (
            f"{count_of(len(activations), 'activation')} for {count_of(layers, 'layer')} "
            f"(`layer_sizes` at {line + 1}:{column + 1} holds the inputs, "
            f"then {count_of(layers, 'layer')})"
        )
        hint, path = f"write one activation for all, or {layers}", ("activations",)
        fault = Fault("N111", message, (hint,), path, kind="count of activations")
        yield fault._replace(choices=(str(layers),))
    # those beyond the last layer are still checked for their own faults
    for index in range(layers, len(activations)):
        yield from _choice_faults(source, ("activations", index), activations[index], "activation")


def _data_faults(source: YamlSource, path: Path, owner: Mapping[str, Any]) -> Iterator[Fault]:
    """Yield the faults of what stands in inputs or outputs."""
    yield from _empty(source, path, owner)
    clip, scale = owner.get("clip"), owner.get("scale")
    if isinstance(clip, dict):
        yield from _empty(source, (*path, "clip"), clip)
        yield from clip_faults((*path, "clip"), clip)
    if scale is not None:
        yield from _choice_faults(source, (*path, "scale"), scale, "scale")
    if isinstance(scale, dict) and len(scale) == 1:
        yield from scale_faults((*path, "scale"), scale)


def _layer_faults(
    source: YamlSource, index: int, layer: Mapping[str, Any], largest: float, row_length: Any
) -> Iterator[Fault]:
    path: Path = ("layers", index)
    yield from _empty(source, path, layer)
    if layer.get("activation") is not None:
        where = (*path, "activation")
        yield from _choice_faults(source, where, layer["activation"], "activation")
        slopes = value_at(layer["activation"], ("prelu", "slopes"))
        if slopes is not None:
            yield from slopes_faults((*where, "prelu", "slopes"), slopes, largest)
    yield from _init_faults(source, path, layer)
    for key in ("weights", "biases"):
        if isinstance(layer.get(key), dict):
            yield from _empty(source, (*path, key), layer[key])
            yield from reference_faults((*path, key), layer[key])
    weights, biases = layer.get("weights"), layer.get("biases")
    if weights is not None and not isinstance(weights, dict):
        # a size that these weights would say is not missing as well
        sizes: tuple[Path, ...] = ((*path, "neurons"), ("inputs",), ("inputs", "size"))
        neurons, where = layer.get("neurons"), (*path, "weights")
        for fault in weights_faults(where, weights, neurons, largest, row_length):
            yield fault._replace(covers=sizes if index == 0 else sizes[:1])
    if biases is not None and not isinstance(biases, dict):
        yield from biases_faults((*path, "biases"), biases, largest)


def _init_faults(source: YamlSource, path: Path, owner: Mapping[str, Any]) -> Iterator[Fault]:
    init = owner.get("init")
    if not isinstance(init, dict):
        return
    yield from _empty(source, (*path, "init"), init)
    for key in InitSpec.model_fields:
        if init.get(key) is not None:
            yield from _choice_faults(source, (*path, "init", key), init[key], "initializer")


def _choice_faults(source: YamlSource, path: Path, value: Any, what: str) -> Iterator[Fault]:
    """Yield what is wrong with an activation or the like, but for its name and numbers."""
    if isinstance(value, str):
        return
    if not isinstance(value, dict) or len(value) != 1:
        hint = (_scale_help(value) if what == "scale" else None) or choice_help(what)
        message = f"expected one {what}"
        yield Fault("N105", message, (hint,), path, names_found=True, kind="choice form")
        return
    [(kind, parameters)] = value.items()
    if parameters is None:
        yield _empty_fault(source, (*path, kind))._replace(kind="choice form")
    elif not isinstance(parameters, dict):
        hint = f"write them as a mapping: {PARAMETERS_EXAMPLES[what]}"
        message = f"`{kind}` takes parameters by name"
        yield Fault("N105", message, (hint,), (*path, kind), kind="choice form")
    else:
        yield from _empty(source, (*path, kind), parameters)
        if parameters.get("kind") is not None:
            message = f"unknown key `kind` in `{kind}`"
            where = (*path, kind, "kind")
            yield Fault("N101", message, ("remove it",), where, of_key=True)


def _scale_help(written: Any) -> str | None:
    """Return how to write a scale whose numbers stand there without its name."""
    for kind, model in SCALES.items() if isinstance(written, dict) else ():
        if written.keys() <= model.model_fields.keys() - {"kind"}:
            numbers = ", ".join(f"{key}: …" for key in written)
            return f"write `scale: {{{kind}: {{{numbers}}}}}`"
    return None
