"""A long form → NetworkSpec, by pydantic; its faults told in the words of a spec, and placed."""

from __future__ import annotations

import re

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from nncli.problems import Suggestion
from nncli.specs.fit import as_inputs_by_neurons
from nncli.specs.long_form import TOP_KEYS, LongForm
from nncli.specs.model import (
    ACTIVATIONS,
    INITIALIZERS,
    MAX_SEED,
    InitSpec,
    InputsSpec,
    LayerSpec,
    NetworkSpec,
    OutputsSpec,
)
from nncli.specs.wording import (
    SPACE_HELP,
    as_number,
    better_choice,
    choice_help,
    describe,
    number_help,
)
from nncli.specs.yaml_source import MAX_PROBLEMS, Path
from nncli.words import did_you_mean, nearest, quoted, strange_character


def validate(form: LongForm) -> NetworkSpec | None:
    """Turn a long form into a spec; None, with every fault recorded, if it is none."""
    try:
        return NetworkSpec.model_validate(form.value)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=True)
        unknown: dict[Path, list[Path]] = {}  # parent → paths of its unknown keys
        for fault in faults:
            if fault["type"] == "extra_forbidden":
                unknown.setdefault(fault["loc"][:-1], []).append(fault["loc"])
        for fault in faults:
            if fault["loc"] in form.reported or _is_echo(form, fault, unknown):
                continue
            if form.full:
                form.count(fault["loc"])
            else:
                _report(form, fault)
        return None


def _is_echo(form: LongForm, fault: ErrorDetails, unknown: dict[Path, list[Path]]) -> bool:
    """Whether a fault only follows from another one.

    A tuple with a faulty item is also called too short; a key that is missing may stand right
    there, misspelt.
    """
    path: Path = fault["loc"]
    if fault["type"] == "missing":
        if form.source.holds_key_like(form.source_path(path[:-1]), f"{path[-1]}:"):
            return True  # a key such as `neurons:3`, which is reported
        near = [other[-1] for other in unknown.get(path[:-1], ())]
        keys = _keys_at(path[:-1])
        return any(nearest(str(key), keys) == path[-1] for key in near[:MAX_PROBLEMS])
    return fault["type"] == "too_short" and bool(fault["input"])


LAYER_KEYS = list(LayerSpec.model_fields)
RANGES = {
    "seed": f"a whole number from 0 to {MAX_SEED}",
    "neurons": "a whole number of at least 1",
    "size": "a whole number of at least 1",
    "std": "a number of at least 0",
}
_RANGE_HELP = {
    "neurons": "a layer needs at least one neuron",
    "size": "a sample needs at least one feature",
    "seed": "a seed is not negative",
    "std": "a standard deviation is not negative",
}
_EXAMPLES = {
    "outputs": "write `outputs: {columns: [left, right]}`",
    "init": "write `init: {weights: he_normal}`",
    "layers": "write one `- neurons: 3` per layer",
    "columns": "write a list of names: [left, right]",
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


def _report(form: LongForm, fault: ErrorDetails) -> None:
    """Word one of pydantic's faults at its place in the source."""
    path: Path = fault["loc"]
    key = path[-1] if path else ""
    kind, context = fault["type"], fault.get("ctx", {})
    if kind == "missing" and form.source.is_merged(form.source_path(path[:-1])):
        return  # it may well be among the keys of the merge, which is refused
    if kind == "missing":
        message = f"missing key `{key}`{_owner(path[:-1])}"
        form.report(path, "N106", message, _missing_help(path), proposals=_missing(form, path))
        return
    if kind == "extra_forbidden":
        _report_unknown_key(form, path)
        return
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        _report_choice(form, path, str(fault["input"]["kind"]))
        return
    typed = form.source.written(form.source_path(path)) or ""
    name = _named(form.source_path(path))
    found = describe(form.source, form.source_path(path))
    proposals: tuple[Suggestion, ...] = ()
    if kind == "literal_error":
        expected = str(context["expected"]).replace("'", "`")
        names = [name for name in expected.split("`") if name.isidentifier() and name != "or"]
        hints = (*did_you_mean(typed, names), *strange_character(typed)) or (f"write {expected}",)
        proposals = _renamed(form, path, typed, nearest(typed, names))
        code, message = "N107", f"`{name}` is {expected}, got {found}"
    elif kind in ("greater_than_equal", "less_than_equal"):
        hints = (_RANGE_HELP[str(key)] if kind[0] == "g" else "choose a smaller number",)
        code, message = "N107", f"`{name}` is {RANGES[str(key)]}, got {found}"
    elif kind in ("too_short", "string_too_short"):
        hints = (_EXAMPLES.get(str(key), "write one, or remove the key"),)
        code, message = "N107", f"`{name}` must not be empty"
    else:
        expected = _KINDS.get(kind, "something else")
        expected = RANGES.get(str(key), expected) if kind == "int_type" else expected
        hints = number_help(typed) if kind in ("int_type", "float_type") and typed else ()
        proposals = as_number(form.editor, path, typed) if hints else ()
        if kind == "string_type" and typed:
            hints = (f'write it in quotes: "{typed}"',)
            proposals = form.editor.suggest(hints[0], form.editor.replace(path, f'"{typed}"'))
        if expected == "a mapping" and re.match(r"\w+:\S", typed):
            hints = (SPACE_HELP,)
        hints = hints or (_EXAMPLES.get(str(key), f"write {expected}"),)
        code, message = "N105", f"`{name}` is {expected}, got {found}"
    form.report(path, code, message, *hints, proposals=proposals)


def _report_choice(form: LongForm, path: Path, typed: str) -> None:
    """Word an activation or initializer that does not exist, at its name."""
    what = "activation" if path[-1] == "activation" else "initializer"
    names = list(ACTIVATIONS if what == "activation" else INITIALIZERS)
    message = f"unknown {what} {quoted(typed)}"
    hints = (*did_you_mean(typed, names), *strange_character(typed), choice_help(what, typed))
    proposals = _renamed(form, path, typed, better_choice(what, typed))
    with_parameters = form.source.holds(form.source_path((*path, typed)))
    where = (*path, typed) if with_parameters else path
    form.report(where, "N107", message, *hints, of_key=with_parameters, proposals=proposals)
    form.reported.add(path)


def _renamed(form: LongForm, path: Path, typed: str, better: str | None) -> tuple[Suggestion, ...]:
    """Return the change of a misspelt choice: a value, or the key of its parameters."""
    if better is None:
        return ()
    editor = form.editor
    edit = editor.replace_key((*path, typed), better) or editor.replace(path, better)
    return editor.suggest(f"did you mean `{better}`?", edit)


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


def _missing(form: LongForm, path: Path) -> tuple[Suggestion, ...]:
    """Return the size that a missing key must have to fit the layer's own weights."""
    index = int(path[1]) if path[-1] == "neurons" and len(path) == 3 else 0
    layers = form.layers()
    layer = layers[index] if index < len(layers) else {}
    weights, layout = layer.get("weights"), layer.get("layout", "inputs_by_neurons")
    if weights is None or path not in (("inputs",), ("layers", index, "neurons")):
        return ()
    if layout not in ("inputs_by_neurons", "neurons_by_inputs"):
        return ()
    inputs, neurons = as_inputs_by_neurons((len(weights), len(weights[0])), layout)
    editor = form.editor
    if path == ("inputs",):
        edit = editor.insert_key(("layers",), "inputs", str(inputs))
    else:
        edit = editor.insert_key((*path[:-1], "weights"), "neurons", str(neurons))
    return editor.suggest("as its weights say", edit)


def _missing_help(path: Path) -> str:
    examples = {
        "neurons": "write `neurons: 3`: the number of neurons of this layer",
        "inputs": "write `inputs: 4`: the number of features of a sample",
        "size": "write `size: 4` or name the `columns`",
        "columns": "name the outputs: `columns: [left, right]`",
        "value": "write `{constant: {value: 0.5}}`",
    }
    return examples.get(str(path[-1]), f"write `{path[-1]}: …`")


def _report_unknown_key(form: LongForm, path: Path) -> None:
    key = str(path[-1])
    keys = _keys_at(path[:-1])
    if key.strip() != key.strip(" "):
        words = f"{strange_character(key)[0]}: indent with plain spaces"
        edit = form.editor.replace_key(path, re.sub(r"\s", " ", key))
        message = f"the key {quoted(key.strip())} is indented with blanks that YAML does not know"
        remedy = form.editor.suggest(words, edit)
        form.report(path, "N101", message, words, of_key=True, proposals=remedy)
        return
    if key == "weights_file":
        _report_weights_file(form, path)
        return
    hints = did_you_mean(key, keys)
    listed = {0: "no keys are allowed here", 1: f"the only key here is {''.join(keys)}"}.get(
        len(keys), f"the keys here are {', '.join(keys)}"
    )
    message = f"unknown key {quoted(key)}{_owner(path[:-1])}"
    hints = (*hints, *strange_character(key), listed)
    best = nearest(key, keys)
    edit = form.editor.replace_key(path, best) if best is not None else None
    proposals = form.editor.suggest(f"did you mean `{best}`?", edit)
    form.report(path, "N101", message, *hints, of_key=True, proposals=proposals)


def _report_weights_file(form: LongForm, path: Path) -> None:
    """Say that weights cannot come from a file, nor from two places."""
    everywhere = [("layers", index) for index in range(len(form.layers()))]
    owners: list[Path] = [path[:-1]] if len(path) > 1 else [*everywhere]
    given = next((o for o in owners if form.source.holds(form.source_path((*o, "weights")))), None)
    if given is None:
        hint = "write the weights into the spec: `weights: [[0.2, 0.8], [0.5, -0.9]]`"
        form.report(path, "N101", "unknown key 'weights_file'", hint, of_key=True)
        return
    first = form.editor.place((*given, "weights"), of_key=True)
    message = f"`weights_file` and the `weights` at {first.line}:{first.column} exclude each other"
    form.report(path, "N108", message, "keep the `weights` in the spec", of_key=True)


def _keys_at(path: Path) -> list[str]:
    """Return the keys that a mapping at *path* may have, as they are written in a spec."""
    if not path:
        return list(TOP_KEYS)
    if path[-1] in ("inputs", "outputs", "init"):
        models: dict[str, type[BaseModel]] = {
            "inputs": InputsSpec,
            "outputs": OutputsSpec,
            "init": InitSpec,
        }
        return list(models[str(path[-1])].model_fields)
    if len(path) == 2:
        return LAYER_KEYS
    choices = ACTIVATIONS | INITIALIZERS
    return [name for name in choices[str(path[-1])].model_fields if name != "kind"]
