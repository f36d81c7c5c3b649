"""Spec text → NetworkSpec, with every problem of the file found in one run and located."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import PurePath
from typing import Any

from nncli.errors import SpecError
from nncli.problems import Note, Problem, Suggestion
from nncli.specs.edits import SpecEditor
from nncli.specs.fit import find_misfits
from nncli.specs.long_form import LongForm, to_long_form
from nncli.specs.model import (
    FLOAT32_OVERFLOW,
    INITIALIZERS,
    MAX_NEURONS,
    MAX_SEED,
    UNSEEDED_INITIALIZERS,
    DType,
    InitSpec,
    NetworkSpec,
)
from nncli.specs.validation import LAYER_KEYS, RANGES, validate
from nncli.specs.yaml_source import MAX_PROBLEMS, Path, read_yaml
from nncli.words import count_of, nearest, quoted


@dataclass(frozen=True)
class Overrides:
    """What the command line says instead of the spec."""

    seed: int | None = None
    dtype: DType | None = None


@dataclass(frozen=True)
class SpecReading:
    """A spec whose keys and values are valid, and the places where its layers do not fit.

    misfits: a problem for each clash of sizes, in the order of the file; editor: makes changes of
    the spec's text.
    """

    spec: NetworkSpec
    editor: SpecEditor
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
        message = f"a seed is {RANGES['seed']}, got {overrides.seed}"
        raise SpecError(Problem("N107", message, help=("choose another seed",)))
    source = read_yaml(content, file)
    form = to_long_form(source, PurePath(file).stem or "network", overrides.dtype)
    if not form.value:
        raise SpecError((*source.problems, *form.problems), more=form.more)
    spec = validate(form)
    _check_seed(form, overrides)
    _check_columns(form)
    _check_initializers(form, overrides)
    misfits = tuple(_misfit_problems(form))
    problems = (*source.problems, *form.problems)
    if spec is None or problems:
        first = ("mend the other problems first: then it can be tried which change makes it fit",)
        later = tuple(replace(misfit, help=first) for misfit in misfits)
        raise SpecError(_in_order((*problems, *later)), more=form.more)
    changes = {"seed": overrides.seed, "dtype": overrides.dtype}
    given = {key: value for key, value in changes.items() if value is not None}
    notes = tuple(
        Note("overridden", f"{key} {value} from the command line, not the spec's {was}")
        for key, value in given.items()
        if key in form.value and (was := getattr(spec, key)) != value
    )
    spec = spec.model_copy(update=given)
    return SpecReading(spec, form.editor, _in_order(misfits), (*notes, *_square_notes(spec)))


def _in_order(problems: tuple[Problem, ...]) -> tuple[Problem, ...]:
    """Sort by place, and drop what one place would say twice with the same code."""

    def position(problem: Problem) -> tuple[int, int, str]:
        place = problem.place
        return (place.line or 0, place.column or 0, problem.code) if place else (0, 0, problem.code)

    unique: dict[tuple[int, int, str], Problem] = {}
    for problem in problems:
        unique.setdefault(position(problem), problem)
    return tuple(unique[key] for key in sorted(unique))


def _check_seed(form: LongForm, overrides: Overrides) -> None:
    """Record the first layer that draws random numbers without a seed to draw them from."""
    if form.source.is_merged(()) or any(key.strip() != key.strip(" ") for key in form.source.value):
        return  # a key that is out of place may bring the seed, or the weights
    seeded = "seed" in form.value or ("seed",) in form.reported or overrides.seed is not None
    if seeded or form.may_mean("seed"):
        return
    for index, layer in enumerate(form.layers()):
        if form.source.is_merged(form.source_path(("layers", index))):
            continue
        drawn = [key for key in ("weights", "biases") if _draws(form, index, layer, key)]
        if drawn:
            form.report(
                ("layers", index),
                "N109",
                f"layer {index + 1} draws its {' and '.join(drawn)} at random, "
                "but there is no seed",
                _SEED_HELP,
                proposals=_with_seed(form),
            )
            return


_SEED_HELP = "write `seed: 0` in the spec, or pass --seed 0"


def _with_seed(form: LongForm) -> tuple[Suggestion, ...]:
    """Return the two ways to give a seed: in the spec, or for this run."""
    first = next(iter(form.source.value))
    edit = form.editor.insert_key((first,), "seed", "0")
    this_run = Suggestion("choose one for this run", options=("--seed", "0"))
    return (*form.editor.suggest("write a seed into the spec", edit), this_run)


_DEFAULT_INIT = InitSpec()


@lru_cache(maxsize=64)
def _misspelt_keys(written: tuple[str, ...]) -> set[str | None]:
    """Return what the unknown keys of a layer probably mean."""
    unknown = [key for key in written if key not in LAYER_KEYS]
    return {nearest(key, LAYER_KEYS) for key in unknown[:MAX_PROBLEMS]}


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


def _check_initializers(form: LongForm, overrides: Overrides) -> None:
    """Record constants that float32 cannot hold, and ranges that are none."""
    is_float32 = (overrides.dtype or form.value.get("dtype")) == "float32"
    for index, layer in enumerate(form.layers()):
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
    layers = form.layers()
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


# What the reader alone can say of a clash; a command has the doctor try changes.
_DOCTOR = ("`nncli shapes` tries which change would make the layers fit",)


def _square_notes(spec: NetworkSpec) -> Iterator[Note]:
    """Say which weights could stand either way round without anyone noticing."""
    sizes = spec.layer_sizes
    for number, layer in enumerate(spec.layers, start=1):
        rows = layer.weights
        if rows is None or "layout" in layer.model_fields_set:
            continue
        # of those that do not fit, the clash says enough
        fits = len(rows) == len(rows[0]) == layer.neurons == sizes[number - 1]
        if fits and rows != tuple(zip(*rows, strict=True)):
            shape = f"({len(rows)}, {len(rows)})"
            message = (
                f"layer {number}: its {shape} weights would fit transposed, too; they are read as "
                "(inputs, neurons): say so with `layout: inputs_by_neurons`"
            )
            yield Note("ambiguous_layout", message, number)


def _misfit_problems(form: LongForm) -> Iterator[Problem]:
    inputs_spec = form.value.get("inputs")
    inputs = _whole(inputs_spec.get("size")) if isinstance(inputs_spec, dict) else None
    for index, layer in enumerate(form.layers()):
        neurons = _whole(layer.get("neurons"))
        weights, biases = layer.get("weights"), layer.get("biases")
        layout = layer.get("layout", "inputs_by_neurons")
        if layout in ("inputs_by_neurons", "neurons_by_inputs"):
            shape = (len(weights), len(weights[0])) if weights is not None else None
            count = len(biases) if biases is not None else None
            for misfit in find_misfits(index + 1, inputs, neurons, shape, layout, count):
                place = form.source.place(("layers", index, misfit.key))
                yield Problem(misfit.code, misfit.message, place, _DOCTOR)
        inputs = neurons


def _whole(value: Any) -> int | None:
    """Return a valid size, or None: a faulty one is reported elsewhere and clashes with nothing."""
    return value if type(value) is int and 1 <= value <= MAX_NEURONS else None
