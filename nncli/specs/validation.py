"""A long form → NetworkSpec, by pydantic; its faults told in the words of a spec."""

from __future__ import annotations

import re
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from nncli.specs.faults import Fault, Path
from nncli.specs.keys import keys_at
from nncli.specs.long_form import LongForm
from nncli.specs.model import (
    MAX_SEED,
    MAX_WHOLE_NUMBER,
    LayerSpec,
    NetworkSpec,
)
from nncli.specs.origins import source_path
from nncli.specs.scaling import CLIP_HELP
from nncli.specs.wording import CHOICES, OUTPUTS_HELP, PARAMETERS_EXAMPLES, SPACE_HELP, choice_help
from nncli.specs.yaml_source import YamlSource
from nncli.words import quoted, strange_character

_WHOLE_NUMBER = f"a whole number from -{MAX_WHOLE_NUMBER} to {MAX_WHOLE_NUMBER}"
RANGES = {
    "seed": f"a whole number from 0 to {MAX_SEED}",
    "neurons": "a whole number of at least 1",
    "size": "a whole number of at least 1",
    "std": "a number of at least 0",
    "alpha": "a number above 0",
    "low": _WHOLE_NUMBER,
    "high": _WHOLE_NUMBER,
    "zeros": "a number from 0 to 1",
    "threshold": "a number between 0 and 1",
}
# Of so many faults the 100 that are told can be chosen; of the others only the places count.
_MAX_WORDED = 500
_RANGE_HELP = {
    "neurons": "a layer needs at least one neuron",
    "size": "a sample needs at least one feature",
    "seed": "a seed is not negative",
    "std": "a standard deviation is not negative",
    "alpha": "celu divides by its alpha",
    "low": "choose a larger number",
    "high": "choose a larger number",
    "zeros": "it is the share of weights that are 0",
    "threshold": "without it, it is 0.5",
}
_EXAMPLES = {
    "outputs": OUTPUTS_HELP,
    "init": "write `init: {weights: he_normal}`",
    "layers": "write one `- neurons: 3` per layer",
    "columns": "write a list of names: [left, right]",
    "classes": "write a list of names: [no, yes]",
    "clip": CLIP_HELP,
    "scale": f"write `scale: {PARAMETERS_EXAMPLES['scale']}`",
}
_CODES = {
    "missing": "N106",
    "extra_forbidden": "N101",
    "union_tag_invalid": "N107",
    "union_tag_not_found": "N107",
    "literal_error": "N107",
    "greater_than": "N107",
    "less_than": "N107",
    "greater_than_equal": "N107",
    "less_than_equal": "N107",
    "too_short": "N107",
    "string_too_short": "N107",
}
_KINDS = {
    "int_type": "a whole number",
    "float_type": "a number",
    "finite_number": "a finite number",
    "string_type": "text",
    "tuple_type": "a list",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}
# Keys of a trained network that stand in the wrong mapping, and where they belong.
_HOMES = {
    "seed": "it belongs to the whole network: write `seed: 0` at the top of the spec",
    "dtype": "it belongs to the whole network: write `dtype: float64` at the top of the spec",
    "weights_file": "name the file at the top of the spec, and in the layer the array: "
    "`weights: {tensor: NAME}`",
    "tensor": "write `weights: {tensor: NAME}`, or `biases: {tensor: NAME}`",
    "within_weights": "write `biases: {within_weights: first}`, or `last`",
    "scale": "inputs are scaled in `inputs: {scale: …}`, a scaled target in `outputs: {scale: …}`",
    "standard": "write `scale: {standard: {mean: …, std: …}}`",
    "min_max": "write `scale: {min_max: {min: …, max: …}}`",
    "clip": "it belongs to the inputs: `inputs: {clip: {low: …, high: …}}`",
    "columns": "it belongs to the inputs or to the outputs: `inputs: {columns: […]}`",
    "classes": "it belongs to the outputs: `outputs: {classes: […]}`",
    "threshold": "it stands beside the classes: `outputs: {classes: […], threshold: 0.5}`",
}
# What stands for a faulty layer while the rest of its network is looked at.
_ANY_LAYER = LayerSpec(name="any", neurons=1)


def validate(form: LongForm, source: YamlSource) -> tuple[NetworkSpec | None, tuple[Fault, ...]]:
    """Turn a long form into a spec, or say why it is none.

    Layers are looked at one by one: of 100,000 faulty ones, pydantic would describe each.
    """
    value = dict(form.value)
    faults: list[Fault] = []
    layers: list[LayerSpec] = []
    for index, layer in enumerate(value["layers"] if _has_layers(value) else ()):
        try:
            layers.append(LayerSpec.model_validate(layer))
        except ValidationError as error:
            path = ("layers", index)
            faults += _faults_of(error, path, source, is_worded=len(faults) < _MAX_WORDED)
            layers.append(_ANY_LAYER)
    if layers:
        value["layers"] = tuple(layers)
    try:
        spec = NetworkSpec.model_validate(value)
    except ValidationError as error:
        of_network = _faults_of(error, (), source, is_worded=True)
        return None, (*of_network, *faults)
    return (None if faults else spec), tuple(faults)


def _has_layers(value: dict[str, Any]) -> bool:
    return isinstance(value.get("layers"), tuple)


def _faults_of(
    error: ValidationError, path: Path, source: YamlSource, *, is_worded: bool
) -> list[Fault]:
    """Return pydantic's faults of what stands at *path*."""
    found = error.errors(include_url=False, include_context=is_worded, include_input=True)
    faults = []
    for number, details in enumerate(found):
        kind, where = details["type"], path + details["loc"]
        if kind == "too_short" and details["input"]:
            continue  # so is called a list with a faulty item
        absent = (where,) if kind == "missing" else ()
        bare = Fault(_CODES.get(kind, "N105"), "", path=where, absent=absent)
        worded = is_worded and number < _MAX_WORDED
        faults.append(_worded(bare, details, source) if worded else bare)
    return faults


def _worded(fault: Fault, details: ErrorDetails, source: YamlSource) -> Fault:
    """Return one of pydantic's faults in the words of a spec."""
    kind, path = details["type"], fault.path
    if kind == "missing":
        message = f"missing key `{path[-1]}`{_owner(path[:-1])}"
        return fault._replace(message=message, help=(_missing_help(path),), kind="missing key")
    if kind == "extra_forbidden":
        return _unknown_key(fault)
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return _unknown_choice(fault, str(details["input"]["kind"]), source)
    where = source_path(source.value, path)
    fault = fault._replace(names_found=True)
    typed, key, name = source.written(where) or "", str(path[-1]) if path else "", _named(where)
    if kind == "literal_error":
        expected = str(details["ctx"]["expected"]).replace("'", "`")
        names = tuple(name for name in expected.split("`") if name.isidentifier() and name != "or")
        hints = strange_character(typed) or (f"write {expected}",)
        message = f"`{name}` is {expected}"
        return fault._replace(
            message=message, help=hints, kind="choice", typed=typed, choices=names
        )
    if kind in ("greater_than", "less_than", "greater_than_equal", "less_than_equal"):
        is_large = kind[0] == "l" and key != "threshold"
        hint = "choose a smaller number" if is_large else _RANGE_HELP[key]
        return fault._replace(message=f"`{name}` is {RANGES[key]}", help=(hint,))
    if kind in ("too_short", "string_too_short"):
        hint = _EXAMPLES.get(key, "write one, or remove the key")
        # where no column says how many inputs there are, their size is not missing as well
        covers = (("inputs", "size"),) if path == ("inputs", "columns") else ()
        message = f"`{name}` must not be empty"
        return fault._replace(message=message, help=(hint,), names_found=False, covers=covers)
    return _wrong_kind(fault, kind, key, name, typed)


def _wrong_kind(fault: Fault, kind: str, key: str, name: str, typed: str) -> Fault:
    """Word a value that is a number where text belongs, and the like."""
    expected = _KINDS.get(kind, "something else")
    expected = RANGES.get(key, expected) if kind == "int_type" else expected
    fault = fault._replace(message=f"`{name}` is {expected}", typed=typed)
    if kind == "string_type" and typed:
        # whatever stands there, it is not known how many inputs it means
        covers = (("inputs", "size"),) if fault.path[:2] == ("inputs", "columns") else ()
        hint = f'write it in quotes: "{typed}"'
        return fault._replace(help=(hint,), kind="no text", covers=covers)
    if expected == "a mapping" and re.match(r"\w+:\S", typed):
        return fault._replace(help=(SPACE_HELP,))
    if key == "outputs" and typed.isdecimal():
        hint = "the last layer says how many there are: remove `outputs`, or name them"
        return fault._replace(help=(hint,), kind="count of outputs")
    if key == "layers" and kind == "tuple_type" and not typed:
        return fault._replace(help=(_EXAMPLES[key],), kind="other layers")
    if fault.path[:1] == ("layers",) and len(fault.path) == 2 and typed.isdecimal():
        return fault._replace(help=(f"write `{{neurons: {typed}}}`",), kind="other layers")
    hint = _EXAMPLES.get(key, f"write {expected}")
    if expected == "a mapping" and fault.path[:1] == ("layers",) and len(fault.path) == 2:
        hint = "write a layer with its keys: `{neurons: 3, activation: relu}`"
    fault = fault._replace(help=(hint,))
    return fault._replace(kind="no number") if kind in ("int_type", "float_type") else fault


def _unknown_choice(fault: Fault, typed: str, source: YamlSource) -> Fault:
    """Word an activation or the like that does not exist, at its name."""
    path = fault.path
    what = str(path[-1]) if path[-1] in CHOICES else "initializer"
    names = tuple(CHOICES[what])
    has_parameters = source.holds(source_path(source.value, (*path, typed)))
    return fault._replace(
        message=f"unknown {what} {quoted(typed)}",
        help=(*strange_character(typed), choice_help(what, typed)),
        path=(*path, typed) if has_parameters else path,
        of_key=has_parameters,
        kind="choice",
        typed=typed,
        choices=names,
    )


def _unknown_key(fault: Fault) -> Fault:
    path = fault.path
    key, keys = str(path[-1]), keys_at(path[:-1])
    fault = fault._replace(of_key=True, typed=key)
    if key.strip() != key.strip(" "):
        hint = f"{strange_character(key)[0]}: indent with plain spaces"
        message = f"the key {quoted(key.strip())} is indented with blanks that YAML does not know"
        return fault._replace(message=message, help=(hint,), kind="odd blank")
    message = f"unknown key {quoted(key)}{_owner(path[:-1])}"
    if key in _HOMES:
        return fault._replace(message=message, help=(_HOMES[key],))
    listed = {0: "no keys are allowed here", 1: f"the only key here is {''.join(keys)}"}.get(
        len(keys), f"the keys here are {', '.join(keys)}"
    )
    hints = (*strange_character(key), listed)
    return fault._replace(message=message, help=hints, kind="unknown key", choices=tuple(keys))


def _named(path: Path) -> str:
    """Return the last key of a path, with the list position behind it if it has one."""
    if path and isinstance(path[-1], int):
        return f"{_named(path[:-1])}[{path[-1] + 1}]"
    return str(path[-1]) if path else "spec"


def _owner(path: Path) -> str:
    """Return ' of layer 2' and the like, for a message."""
    if len(path) == 2 and path[0] == "layers":
        return f" of layer {int(path[1]) + 1}"
    return f" of `{path[-1]}`" if path else ""


def _missing_help(path: Path) -> str:
    examples = {
        "neurons": "write `neurons:` with the number of neurons of this layer",
        "inputs": "write `inputs:` with the number of features of a sample",
        "size": "write `size: 4` or name the `columns`",
        "low": CLIP_HELP,
        "high": CLIP_HELP,
        "mean": "write `mean: 0`, or the mean of each column",
        "std": "write `std: 1`, or the standard deviation of each column",
        "min": "write `min: 0`, or the least value of each column",
        "max": "write `max: 1`, or the greatest value of each column",
        "value": "write `{constant: {value: 0.5}}`",
        "slopes": "write `{prelu: {slopes: 0.25}}`, or a list of one slope per neuron",
    }
    return examples.get(str(path[-1]), f"write `{path[-1]}: …`")
