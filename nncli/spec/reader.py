"""Spec text → NetworkSpec, with every problem of the file found in one run and located."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePath
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from nncli.errors import (
    Note,
    Problem,
    SpecError,
    count_of,
    did_you_mean,
    nearest,
    quoted,
    strange_character,
)
from nncli.spec.fit import find_misfits
from nncli.spec.long_form import TOP_KEYS, LongForm, to_long_form
from nncli.spec.model import (
    ACTIVATIONS,
    FLOAT32_OVERFLOW,
    INITIALIZERS,
    MAX_NEURONS,
    MAX_SEED,
    UNSEEDED_INITIALIZERS,
    DType,
    InitSpec,
    InputsSpec,
    LayerSpec,
    NetworkSpec,
    OutputsSpec,
)
from nncli.spec.wording import choice_help, describe, number_help
from nncli.spec.yaml_source import MAX_PROBLEMS, Path, read_yaml


@dataclass(frozen=True)
class Overrides:
    """What the command line says instead of the spec."""

    seed: int | None = None
    dtype: DType | None = None


@dataclass(frozen=True)
class SpecReading:
    """A spec whose keys and values are valid, and the places where its layers do not fit."""

    spec: NetworkSpec
    misfits: tuple[Problem, ...] = ()
    notes: tuple[Note, ...] = ()

    def fitting_spec(self) -> NetworkSpec:
        """Return the spec.  Raises SpecError if its layers do not fit."""
        if self.misfits:
            raise SpecError(self.misfits)
        return self.spec


def read_spec(content: bytes, file: str, overrides: Overrides | None = None) -> NetworkSpec:
    """Read a spec.

    content: YAML text as bytes; file: its name for messages and for the network's default name.
    Raises SpecError with every problem of the file, misfits between layers included.
    """
    return inspect_spec(content, file, overrides).fitting_spec()


def inspect_spec(content: bytes, file: str, overrides: Overrides | None = None) -> SpecReading:
    """Read a spec whose layers may not fit each other.

    Raises SpecError, misfits included, if anything else is wrong too.
    """
    overrides = overrides or Overrides()
    if overrides.seed is not None and not 0 <= overrides.seed <= MAX_SEED:
        message = f"a seed is {_RANGES['seed']}, got {overrides.seed}"
        raise SpecError(Problem("N107", message, help=("choose another seed",)))
    source = read_yaml(content, file)
    form = to_long_form(source, PurePath(file).stem or "network", overrides.dtype)
    if not form.value:
        raise SpecError((*source.problems, *form.problems), more=form.more)
    spec = _validate(form)
    _check_seed(form, overrides)
    _check_columns(form)
    _check_initializers(form, overrides)
    misfits = tuple(_misfit_problems(form))
    problems = (*source.problems, *form.problems)
    if spec is None or problems:
        raise SpecError(_in_order((*problems, *misfits)), more=form.more)
    changes = {"seed": overrides.seed, "dtype": overrides.dtype}
    given = {key: value for key, value in changes.items() if value is not None}
    notes = tuple(
        Note("overridden", f"{key} {value} from the command line, not the spec's {was}")
        for key, value in given.items()
        if key in form.value and (was := getattr(spec, key)) != value
    )
    return SpecReading(spec.model_copy(update=given), _in_order(misfits), notes)


def _in_order(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Sort by place, and drop what one place would say twice with the same code."""

    def position(problem: Problem) -> tuple[int, int, str]:
        place = problem.place
        return (place.line or 0, place.column or 0, problem.code) if place else (0, 0, problem.code)

    unique: dict[tuple[int, int, str], Problem] = {}
    for problem in problems:
        unique.setdefault(position(problem), problem)
    return tuple(unique[key] for key in sorted(unique))


def _validate(form: LongForm) -> NetworkSpec | None:
    try:
        return NetworkSpec.model_validate(form.value)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=True)
        unknown: dict[Path, list[Path]] = {}  # parent → paths of its unknown keys
        for fault in faults:
            if fault["type"] == "extra_forbidden":
                unknown.setdefault(fault["loc"][:-1], []).append(fault["loc"])
        for fault in faults:
            if fault["loc"] in form.reported or _is_echo(fault, unknown):
                continue
            if form.full:
                form.count(fault["loc"])
            else:
                _report(form, fault)
        return None


def _is_echo(fault: ErrorDetails, unknown: dict[Path, list[Path]]) -> bool:
    """Whether a fault only follows from another one.

    A tuple with a faulty item is also called too short; a key that is missing may stand right
    there, misspelt.
    """
    path: Path = fault["loc"]
    if fault["type"] == "missing":
        near = [other[-1] for other in unknown.get(path[:-1], ())]
        keys = _keys_at(path[:-1])
        return any(nearest(str(key), keys) == path[-1] for key in near[:MAX_PROBLEMS])
    return fault["type"] == "too_short" and bool(fault["input"])


_LAYER_KEYS = list(LayerSpec.model_fields)
_DEFAULT_INIT = InitSpec()
_RANGES = {
    "seed": f"a whole number from 0 to {MAX_SEED}",
    "neurons": f"a whole number from 1 to {MAX_NEURONS:,}",
    "size": f"a whole number from 1 to {MAX_NEURONS:,}",
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
    if kind == "missing":
        form.report(path, "N106", f"missing key `{key}`{_owner(path[:-1])}", _missing_help(path))
        return
    if kind == "extra_forbidden":
        _report_unknown_key(form, path)
        return
    typed = form.source.written(form.source_path(path))
    found = describe(form.source, form.source_path(path))
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        what = "activation" if key == "activation" else "initializer"
        names = list(ACTIVATIONS if what == "activation" else INITIALIZERS)
        typed = str(fault["input"]["kind"])
        message = f"unknown {what} {quoted(typed)}"
        hints = (*did_you_mean(typed, names), *strange_character(typed), choice_help(what, typed))
        form.report(path, "N107", message, *hints)
    elif kind == "literal_error":
        expected = str(context["expected"]).replace("'", "`")
        names = [name for name in expected.split("`") if name.isidentifier() and name != "or"]
        hints = (*did_you_mean(typed or "", names), *strange_character(typed or ""))
        hints = hints or (f"write {expected}",)
        form.report(path, "N107", f"`{key}` is {expected}, got {found}", *hints)
    elif kind in ("greater_than_equal", "less_than_equal"):
        help_line = _RANGE_HELP[str(key)] if kind[0] == "g" else "choose a smaller number"
        form.report(path, "N107", f"`{key}` is {_RANGES[str(key)]}, got {found}", help_line)
    elif kind in ("too_short", "string_too_short"):
        hint = _EXAMPLES.get(str(key), "write one, or remove the key")
        form.report(path, "N107", f"`{_named(path)}` must not be empty", hint)
    else:
        expected = _KINDS.get(kind, "something else")
        expected = _RANGES.get(str(key), expected) if kind == "int_type" else expected
        hints = number_help(typed) if kind in ("int_type", "float_type") else ()
        if kind == "string_type" and typed is not None:
            hints = (f'write it in quotes: "{typed}"',)
        if expected == "a mapping" and re.match(r"\w+:\S", typed or ""):
            hints = ("put a space after the `:`",)
        hints = hints or (_EXAMPLES.get(str(key), f"write {expected}"),)
        form.report(path, "N105", f"`{_named(path)}` is {expected}, got {found}", *hints)


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
    hints = did_you_mean(key, keys)
    listed = f"the keys here are {', '.join(keys)}" if keys else "no keys are allowed here"
    message = f"unknown key {quoted(key)}{_owner(path[:-1])}"
    form.report(path, "N101", message, *hints, *strange_character(key), listed, of_key=True)


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
        return _LAYER_KEYS
    choices = ACTIVATIONS | INITIALIZERS
    return [name for name in choices[str(path[-1])].model_fields if name != "kind"]


def _check_seed(form: LongForm, overrides: Overrides) -> None:
    """Record the first layer that draws random numbers without a seed to draw them from."""
    seeded = "seed" in form.value or ("seed",) in form.reported or overrides.seed is not None
    if seeded or form.may_mean("seed"):
        return
    for index, layer in enumerate(_layers(form)):
        drawn = [key for key in ("weights", "biases") if _draws(form, index, layer, key)]
        if drawn:
            form.report(
                ("layers", index),
                "N109",
                f"layer {index + 1} draws its {' and '.join(drawn)} at random, "
                "but there is no seed",
                "write `seed: 0` in the spec, or pass --seed 0",
            )
            return


@lru_cache(maxsize=64)
def _misspelt_keys(written: tuple[str, ...]) -> set[str | None]:
    """Return what the unknown keys of a layer probably mean."""
    unknown = [key for key in written if key not in _LAYER_KEYS]
    return {nearest(key, _LAYER_KEYS) for key in unknown[:MAX_PROBLEMS]}


def _draws(form: LongForm, index: int, layer: dict[str, Any], key: str) -> bool:
    if key in layer or ("layers", index, key) in form.faulty:
        return False
    if key in _misspelt_keys(tuple(layer)):
        return False
    init = layer.get("init", {})
    if not isinstance(init, dict):
        return False
    kind = init[key].get("kind") if key in init else getattr(_DEFAULT_INIT, key).kind
    return kind in INITIALIZERS and kind not in UNSEEDED_INITIALIZERS


def _layers(form: LongForm) -> list[dict[str, Any]]:
    layers = form.value.get("layers")
    if not isinstance(layers, tuple):
        return []
    return [layer if isinstance(layer, dict) else {} for layer in layers]


def _check_initializers(form: LongForm, overrides: Overrides) -> None:
    """Record constants that float32 cannot hold, and ranges that are none."""
    is_float32 = (overrides.dtype or form.value.get("dtype")) == "float32"
    for index, layer in enumerate(_layers(form)):
        init = layer.get("init")
        for key, choice in init.items() if isinstance(init, dict) else ():
            path: Path = ("layers", index, "init", key)
            constant = _float(choice, "constant", "value", 0.0)
            if is_float32 and abs(constant) >= FLOAT32_OVERFLOW:
                message = f"the constant {constant:g} is too large for float32"
                hint = "use a smaller one, or dtype: float64"
                form.report((*path, "constant", "value"), "N303", message, hint)
            low, high = (
                _float(choice, "uniform", "low", -0.1),
                _float(choice, "uniform", "high", 0.1),
            )
            if not 0 <= high - low < math.inf:
                message = f"high - low must be finite and not negative, got {low:g} to {high:g}"
                hint = "write a `high` above `low`, not further than the largest float from it"
                form.report((*path, "uniform"), "N107", message, hint)


def _float(choice: Any, kind: str, key: str, default: float) -> float:
    """Return a parameter of a choice of that kind; the default if it is absent or no number."""
    if not isinstance(choice, dict) or choice.get("kind") != kind:
        return default
    value = choice.get(key, default)
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if is_number and abs(value) <= sys.float_info.max else default


def _check_columns(form: LongForm) -> None:
    """Record column names that are repeated, or not as many as the neurons they name."""
    layers = _layers(form)
    inputs = form.value.get("inputs")
    size = _whole(inputs.get("size")) if isinstance(inputs, dict) else None
    neurons = _whole(layers[-1].get("neurons")) if layers else None
    for owner, expected, what in (("inputs", size, "input"), ("outputs", neurons, "output")):
        mapping = form.value.get(owner)
        columns = mapping.get("columns") if isinstance(mapping, dict) else None
        if not isinstance(columns, tuple):
            continue
        if expected is not None and columns and len(columns) != expected:
            message = f"{count_of(len(columns), 'column')} for {count_of(expected, what)}"
            form.report((owner, "columns"), "N111", message, f"name {expected}")
        seen: set[str] = set()
        for index, column in enumerate(columns):
            if isinstance(column, str) and column in seen:
                message = f"the column {quoted(column)} is named twice"
                form.report((owner, "columns", index), "N107", message, "give each its own name")
            elif isinstance(column, str):
                seen.add(column)


def _misfit_problems(form: LongForm) -> Iterator[Problem]:
    inputs_spec = form.value.get("inputs")
    inputs = _whole(inputs_spec.get("size")) if isinstance(inputs_spec, dict) else None
    for index, layer in enumerate(_layers(form)):
        neurons = _whole(layer.get("neurons"))
        weights, biases = layer.get("weights"), layer.get("biases")
        layout = layer.get("layout", "inputs_by_neurons")
        if layout in ("inputs_by_neurons", "neurons_by_inputs"):
            shape = (len(weights), len(weights[0])) if weights is not None else None
            count = len(biases) if biases is not None else None
            for misfit in find_misfits(index + 1, inputs, neurons, shape, layout, count):
                place = form.source.place(("layers", index, misfit.key))
                yield Problem(misfit.code, misfit.message, place, misfit.help)
        inputs = neurons


def _whole(value: Any) -> int | None:
    """Return a valid size, or None: a faulty one is reported elsewhere and clashes with nothing."""
    return value if type(value) is int and 1 <= value <= MAX_NEURONS else None
