"""What must hold between the parts of a spec, each of them right by itself."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from nncli.problems import Note
from nncli.specs.faults import MAX_PROBLEMS, Fault, Path
from nncli.specs.fit import find_misfits, shape_held_by
from nncli.specs.keys import may_hold
from nncli.specs.long_form import LongForm
from nncli.specs.model import (
    FLOAT32_OVERFLOW,
    INITIALIZERS,
    MAX_NEURONS,
    UNSEEDED_INITIALIZERS,
    DType,
    InitSpec,
    LayerSpec,
    Layout,
    NetworkSpec,
)
from nncli.specs.yaml_source import YamlSource
from nncli.words import count_of, quoted

_SEED_HELP = "write `seed: 0` in the spec, or pass --seed 0"
_LARGE_HELP = "use a smaller one, or dtype: float64"
_DEFAULT_INIT = InitSpec()
# What the reader alone can say of a clash; a command has the doctor try changes.
_DOCTOR = ("`nncli shapes` tries which change would make the layers fit",)


def seed_faults(form: LongForm, source: YamlSource, known: Sequence[Fault]) -> Iterator[Fault]:
    """Yield the first layer that draws random numbers without a seed to draw them from.

    known: the faults so far; weights that are faulty are not drawn.
    """
    if "seed" in form.value or any(key.strip() != key.strip(" ") for key in source.value):
        return  # a key that is out of place may bring the seed, or the weights
    faulty = {fault.path[:3] for fault in known}
    for index, layer in enumerate(form.layers):
        drawn = [
            key
            for key in ("weights", "biases")
            if _draws(layer, key)
            and (path := ("layers", index, key)) not in faulty
            and not may_hold(source, path, exact=index < MAX_PROBLEMS)
        ]
        if drawn:
            message = f"layer {index + 1} draws its {' and '.join(drawn)} at random"
            yield Fault(
                "N109",
                f"{message}, but there is no seed",
                (_SEED_HELP,),
                ("layers", index),
                absent=(("seed",),),
                kind="no seed",
            )
            return


def _draws(layer: Any, key: str) -> bool:
    init = layer.get("init", {})
    if key in layer or not isinstance(init, dict):
        return False
    kind = init[key].get("kind") if key in init else getattr(_DEFAULT_INIT, key).kind
    return kind in INITIALIZERS and kind not in UNSEEDED_INITIALIZERS


def column_faults(form: LongForm) -> Iterator[Fault]:
    """Yield column names that are repeated, or not as many as the neurons they name."""
    neurons = _whole(form.layers[-1].get("neurons")) if form.layers else None
    for owner, expected, what in (
        ("inputs", _inputs(form), "input"),
        ("outputs", neurons, "output"),
    ):
        mapping = form.value.get(owner)
        columns = mapping.get("columns") if isinstance(mapping, dict) else None
        if not isinstance(columns, tuple):
            continue
        if expected is not None and columns and len(columns) != expected:
            message = f"{count_of(len(columns), 'column')} for {count_of(expected, what)}"
            yield Fault("N111", message, (f"name {expected}",), (owner, "columns"))
        seen: set[str] = set()
        for index, column in enumerate(columns):
            if isinstance(column, str) and column in seen:
                message, where = f"the column {quoted(column)} is named twice", (owner, "columns")
                yield Fault("N107", message, ("give each its own name",), (*where, index))
            elif isinstance(column, str):
                seen.add(column)


def activation_faults(form: LongForm, dtype: DType | None) -> Iterator[Fault]:
    """Yield parameters of activations that float32 cannot hold, or that do not fit."""
    is_float32 = (dtype or form.value.get("dtype")) == "float32"
    for index, layer in enumerate(form.layers):
        choice = layer.get("activation")
        if not isinstance(choice, dict) or len(choice) == 1:
            continue  # without parameters
        kind = choice["kind"]
        path: Path = ("layers", index, "activation", kind)
        for key, value in choice.items():
            number = _float(choice, kind, key, 0.0)
            if is_float32 and abs(number) >= FLOAT32_OVERFLOW:
                message = f"`{key}` {number:g} is too large for float32"
                yield Fault("N303", message, (_LARGE_HELP,), (*path, key))
            if isinstance(value, tuple):
                yield from _count_faults(index + 1, layer.get("neurons"), value, (*path, key))
        low = _float(choice, "hard_tanh", "min", -1.0)
        high = _float(choice, "hard_tanh", "max", 1.0)
        if low > high:
            message = f"`min` must not be above `max`, got {low:g} and {high:g}"
            yield Fault("N107", message, ("write a `max` above `min`",), path)


def _count_faults(
    number: int, neurons: Any, values: tuple[float, ...], path: Path
) -> Iterator[Fault]:
    """Yield a fault if a layer's parameter is a list that is not one number per neuron."""
    expected = _whole(neurons)
    if expected is not None and len(values) != expected:
        what = count_of(len(values), str(path[-1]).removesuffix("s"))
        message = f"layer {number} has {count_of(expected, 'neuron')}, but {what}"
        yield Fault("N111", message, (f"write one number for all, or {expected:,}",), path)


def initializer_faults(form: LongForm, dtype: DType | None) -> Iterator[Fault]:
    """Yield constants that float32 cannot hold, and ranges that are none."""
    is_float32 = (dtype or form.value.get("dtype")) == "float32"
    for index, layer in enumerate(form.layers):
        init = layer.get("init")
        for key, choice in init.items() if isinstance(init, dict) else ():
            path: Path = ("layers", index, "init", key)
            constant = _float(choice, "constant", "value", 0.0)
            if is_float32 and abs(constant) >= FLOAT32_OVERFLOW:
                message = f"the constant {constant:g} is too large for float32"
                yield Fault("N303", message, (_LARGE_HELP,), (*path, "constant", "value"))
            low = _float(choice, "uniform", "low", -0.1)
            high = _float(choice, "uniform", "high", 0.1)
            if not 0 <= high - low < math.inf:
                message = f"high - low must be finite and not negative, got {low:g} to {high:g}"
                hint = "write a `high` above `low`, not further than the largest float from it"
                yield Fault("N107", message, (hint,), (*path, "uniform"))


def _float(choice: Any, kind: str, key: str, default: float) -> float:
    """Return a parameter of a choice of that kind; the default if it is absent or no number."""
    if not isinstance(choice, dict) or choice.get("kind") != kind:
        return default
    value = choice.get(key, default)
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if is_number and abs(value) <= sys.float_info.max else default


def misfit_faults(form: LongForm, source: YamlSource) -> Iterator[Fault]:
    """Yield each clash of two sizes that must be equal."""
    inputs = _inputs(form)
    for index, layer in enumerate(form.layers):
        neurons = _whole(layer.get("neurons"))
        layout = layer.get("layout", "inputs_by_neurons")
        if layout in ("inputs_by_neurons", "neurons_by_inputs"):
            held, biases = _held(layer, layout)
            for misfit in find_misfits(index + 1, inputs, neurons, held, biases):
                at = source.position(("layers", index, misfit.key))
                yield Fault(misfit.code, misfit.message, _DOCTOR, at=at)
        inputs = neurons


def _held(layer: Mapping[str, Any], layout: Layout) -> tuple[tuple[int, int] | None, int | None]:
    """Return the (inputs, neurons) that a layer's weights are for, and how many biases it has."""
    given = {key: layer[key] for key in ("weights", "biases") if key in layer}
    known = LayerSpec.model_construct(layout=layout, **given)
    return shape_held_by(known), known.biases_count


def _inputs(form: LongForm) -> int | None:
    inputs = form.value.get("inputs")
    return _whole(inputs.get("size")) if isinstance(inputs, dict) else None


def _whole(value: Any) -> int | None:
    """Return a valid size, or None: a faulty one is reported elsewhere and clashes with nothing."""
    return value if type(value) is int and 1 <= value <= MAX_NEURONS else None


def square_notes(spec: NetworkSpec) -> Iterator[Note]:
    """Say which weights could stand either way round without anyone noticing."""
    sizes = spec.layer_sizes
    for number, layer in enumerate(spec.layers, start=1):
        rows = layer.weights
        if not isinstance(rows, tuple) or "layout" in layer.model_fields_set:
            continue
        # of those that do not fit, the clash says enough
        fits = layer.weights_shape == shape_held_by(layer) == (layer.neurons, sizes[number - 1])
        if fits and rows != tuple(zip(*rows, strict=True)):
            message = (
                f"layer {number}: its {layer.weights_shape} weights would fit transposed, too; "
                "they are read as (inputs, neurons): say so with `layout: inputs_by_neurons`"
            )
            yield Note("ambiguous_layout", message, number)
