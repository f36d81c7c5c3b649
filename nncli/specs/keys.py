"""Which keys a mapping of a spec may have, and whether an absent one may be there all the same."""

from __future__ import annotations

from functools import lru_cache

from pydantic import BaseModel

from nncli.specs.faults import MAX_PROBLEMS, Path
from nncli.specs.model import (
    ACTIVATIONS,
    INITIALIZERS,
    SCALES,
    SHORT_KEYS,
    Clip,
    InitSpec,
    InputsSpec,
    LayerSpec,
    NetworkSpec,
    OutputsSpec,
)
from nncli.specs.origins import source_path, value_at
from nncli.specs.yaml_source import YamlSource
from nncli.words import nearest_spellings

_TOP_KEYS = [*SHORT_KEYS, *NetworkSpec.model_fields]
_MODELS: dict[str, type[BaseModel]] = {
    "inputs": InputsSpec,
    "outputs": OutputsSpec,
    "init": InitSpec,
    "clip": Clip,
}
# What says how large what is.
_LAYER_SIZES = ("neurons", "weights", "biases", "layout", "activation")
_SIZES: tuple[Path, ...] = (
    *((key,) for key in ("layer_sizes", "layers", "layout", "outputs")),
    *(("outputs", key) for key in ("columns", "classes")),
)
_INPUT_SIZES: tuple[Path, ...] = (("inputs",), ("inputs", "size"))
# The keys that make others needless.
_SAID_BY = {"size": "columns", "neurons": "weights"}
_LAYER_KEYS = list(LayerSpec.model_fields)
_REFERENCES = {"weights": ["tensor"], "biases": ["tensor", "within_weights"]}


def keys_at(path: Path) -> list[str]:
    """Return the keys that a mapping at *path* may have, as they are written in a spec."""
    if not path:
        return _TOP_KEYS
    if path[-1] in _MODELS:
        return list(_MODELS[str(path[-1])].model_fields)
    if path[0] == "layers" and len(path) == 2:
        return _LAYER_KEYS
    if path[-1] in _REFERENCES:
        return _REFERENCES[str(path[-1])]
    choice = (ACTIVATIONS | INITIALIZERS | SCALES).get(str(path[-1]))
    return [name for name in choice.model_fields if name != "kind"] if choice is not None else []


@lru_cache(maxsize=1)
def every_key() -> frozenset[str]:
    """Return every key that a spec may have anywhere, names of activations included."""
    choices = ACTIVATIONS | INITIALIZERS | SCALES
    models = (*_MODELS.values(), *choices.values())
    inner = {name for model in models for name in model.model_fields if name != "kind"}
    return frozenset({*_TOP_KEYS, *_LAYER_KEYS, *choices, *inner, "tensor", "within_weights"})


def may_hold(
    source: YamlSource, path: Path, *, among_empty: bool = False, exact: bool = True
) -> bool:
    """Whether an absent key may be there all the same, misspelt or by a merge.

    among_empty: whether an unknown key without a value may be it, though it is told of as empty;
    exact: whether to ask what an unknown key means; otherwise it may be any.
    """
    owner, known = source_path(source.value, path[:-1]), tuple(keys_at(path[:-1]))
    mapping = value_at(source.value, owner) if owner[:1] != ("layer_sizes",) else None
    items = mapping.items() if isinstance(mapping, dict) else ()
    unknown = tuple(
        key for key, value in items if key not in known and (among_empty or value is not None)
    )
    if path in _INPUT_SIZES and may_hold(source, ("layers", 0, "weights"), exact=exact):
        return True  # which may say how many there are
    sought = {path[-1], _SAID_BY.get(str(path[-1]))}
    is_misspelt = not sought.isdisjoint(_meanings(unknown, known)) if exact else bool(unknown)
    return is_misspelt or source.is_merged(owner)


def may_say_sizes(source: YamlSource, *layers: int) -> bool:
    """Whether an unknown key of some layers, or beside them, may say what they are to fit."""
    owners: list[Path] = [(), ("inputs",), ("outputs",), *(("layers", index) for index in layers)]
    if _with_others(source).isdisjoint(owners):
        return False
    of_inputs = _INPUT_SIZES if 0 in layers else ()
    of_layers = (("layers", index, key) for index in layers for key in _LAYER_SIZES)
    return any(may_hold(source, path) for path in (*of_layers, *_SIZES, *of_inputs))


@lru_cache(maxsize=1)  # each of thousands of layers asks for it, and hardly any is among them
def _with_others(source: YamlSource) -> frozenset[Path]:
    """Return which mappings have keys that do not belong there, or take some from elsewhere."""
    layers = value_at(source.value, ("layers",))
    count = len(layers) if isinstance(layers, list) else 0
    owners: list[Path] = [(), ("inputs",), ("outputs",), *(("layers", n) for n in range(count))]
    return frozenset(owner for owner in owners if _has_others(source, owner))


def _has_others(source: YamlSource, owner: Path) -> bool:
    where = source_path(source.value, owner)
    mapping = value_at(source.value, where)
    others = isinstance(mapping, dict) and not mapping.keys() <= {*keys_at(owner)}
    return others or source.is_merged(where)


def may_have_weights_file(source: YamlSource) -> bool:
    """Whether a spec names a weights file, however wrongly."""
    path: Path = ("weights_file",)
    layers = value_at(source.value, ("layers",))
    is_in_layer = isinstance(layers, list) and any(
        isinstance(layer, dict) and path[0] in layer for layer in layers
    )
    return is_in_layer or source.holds(path) or may_hold(source, path, among_empty=True)


@lru_cache(maxsize=64)
def _meanings(unknown: tuple[str, ...], known: tuple[str, ...]) -> frozenset[str]:
    """Return what unknown keys may mean: what is spelled nearly so, else any."""
    meant = [nearest_spellings(name, known) or known for name in unknown[:MAX_PROBLEMS]]
    return frozenset(name for names in meant for name in names)
