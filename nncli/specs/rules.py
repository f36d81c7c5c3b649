"""What must hold between the parts of a spec, each of them right by itself."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import PureWindowsPath
from typing import Any

from nncli.problems import Note
from nncli.specs.faults import MAX_PROBLEMS, Fault, Path
from nncli.specs.fit import find_misfits, shape_held_by
from nncli.specs.keys import may_have_weights_file, may_hold, may_say_sizes
from nncli.specs.long_form import LongForm, given_by, whole
from nncli.specs.model import (
    FLOAT32_OVERFLOW,
    INITIALIZERS,
    UNSEEDED_INITIALIZERS,
    DType,
    InitSpec,
    LayerSpec,
    NetworkSpec,
    Tensor,
    WithinWeights,
)
from nncli.specs.origins import value_at
from nncli.specs.yaml_source import YamlSource
from nncli.words import count_of, numbered, quoted

_SEED_HELP = "write `seed: 0` in the spec, or pass --seed 0"
_LARGE_HELP = "use a smaller one, or dtype: float64"
_DEFAULT_INIT = InitSpec()
_FILE_HELP = (
    "name the file beside the spec, at its top: `weights_file: model.safetensors` (or a .npz)"
)
_WITHIN_HELP = "write the `weights` with one more input, which holds the biases"
# What the reader alone can say of a clash; a command has the doctor try changes.
_DOCTOR = ("`nncli shapes` tries which change would make the layers fit",)


def seed_faults(form: LongForm, source: YamlSource, known: Sequence[Fault]) -> Iterator[Fault]:
    """Yield the first layer that draws random numbers without a seed to draw them from.

    known: the faults so far; weights that are faulty are not drawn, nor those of a file.
    """
    if (
        "seed" in form.value
        or may_have_weights_file(source)
        or any(key.strip() != key.strip(" ") for key in source.value)
    ):
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


def fileless_faults(form: LongForm, source: YamlSource) -> Iterator[Fault]:
    """Yield arrays of a weights file that no spec names, and biases within no weights."""
    if may_have_weights_file(source):
        return
    for index, layer in enumerate(form.layers):
        # a size that the array would say is not missing as well
        sizes: tuple[Path, ...] = (("layers", index, "neurons"), ("inputs",), ("inputs", "size"))
        for key in ("weights", "biases"):
            path: Path = ("layers", index, key)
            if isinstance(layer.get(key), Tensor):
                name = quoted(layer[key].name)
                message = f"layer {index + 1} takes its {key} from the array {name} of no file"
                covers = sizes if index == 0 else sizes[:1]
                absent: tuple[Path, ...] = (("weights_file",),)
                yield Fault("N106", message, (_FILE_HELP,), path, covers=covers, absent=absent)
        if isinstance(layer.get("biases"), WithinWeights):
            yield from _within_faults(form, source, index)


def _within_faults(form: LongForm, source: YamlSource, index: int) -> Iterator[Fault]:
    """Yield a fault if a layer's biases stand within weights that are not there, or all of them."""
    weights, biases = (("layers", index, key) for key in ("weights", "biases"))
    held = shape_held_by(given_by(form.layers[index]))
    if not source.holds(weights):
        message = f"the biases of layer {index + 1} stand within weights that it does not have"
        yield Fault("N106", message, (_WITHIN_HELP,), biases, absent=(weights,))
    elif held is not None and held[0] == 0 and index == 0 and form.inputs is None:
        message = "the weights of layer 1 hold its biases and nothing else"
        sizes: tuple[Path, ...] = (("inputs",), ("inputs", "size"))
        yield Fault("N107", message, (_WITHIN_HELP,), weights, covers=sizes)


def weights_file_faults(form: LongForm, source: YamlSource) -> Iterator[Fault]:
    """Yield a weights file that is not relative to its spec, and what is drawn beside one."""
    file = form.value.get("weights_file")
    if file is None:
        return
    if isinstance(file, str) and (
        PureWindowsPath(file).anchor or re.match(r"/|~|\w+://", file) or "\0" in file
    ):
        message = "`weights_file` is a path relative to the spec's own folder"
        hint = "put the file beside the spec, and write its name alone"
        yield Fault("N107", message, (hint,), ("weights_file",), names_found=True)
    line, _ = source.position(("weights_file",), of_key=True)
    owners: list[Path] = [(), *(("layers", index) for index in range(len(form.layers)))]
    for owner in owners:
        if (value_at(source.value, (*owner, "init"))) is not None:
            message = f"`init` draws nothing beside the `weights_file` (line {line + 1})"
            yield Fault("N108", message, ("remove `init`",), (*owner, "init"), of_key=True)


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
    expected = whole(neurons)
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
            yield from _whole_numbers_faults(choice, (*path, "whole_numbers"))


def _whole_numbers_faults(choice: Any, path: Path) -> Iterator[Fault]:
    """Yield a fault if there is nothing to draw from."""
    low = _float(choice, "whole_numbers", "low", -2.0)
    high = _float(choice, "whole_numbers", "high", 2.0)
    if not (low.is_integer() and high.is_integer()):
        return  # told of as such
    if low > high:
        message = f"`low` must not be above `high`, got {low:.0f} and {high:.0f}"
        yield Fault("N107", message, (f"write a `high` of at least {low:.0f}",), path)
    elif low == high == 0 and _float(choice, "whole_numbers", "zeros", 0.3) < 1:
        hint = "write a `high` of at least 1, or `zeros: 1`"
        yield Fault("N107", "from `low` to `high` there is no number but 0", (hint,), path)


def _float(choice: Any, kind: str, key: str, default: float) -> float:
    """Return a parameter of a choice of that kind; the default if it is absent or no number."""
    if not isinstance(choice, dict) or choice.get("kind") != kind:
        return default
    value = choice.get(key, default)
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return float(value) if is_number and abs(value) <= sys.float_info.max else default


def misfit_faults(form: LongForm, source: YamlSource) -> Iterator[Fault]:
    """Yield each clash of two sizes that must be equal."""
    inputs = form.inputs
    for index, layer in enumerate(form.layers):
        neurons = whole(layer.get("neurons"))
        layout = layer.get("layout", "inputs_by_neurons")
        is_given = "weights" in layer or "biases" in layer
        if is_given and layout in ("inputs_by_neurons", "neurons_by_inputs"):
            given = given_by(layer)
            held, biases = shape_held_by(given), given.biases_count
            for misfit in find_misfits(index + 1, inputs, neurons, held, biases):
                if may_say_sizes(source, max(0, index - 1), index):
                    break
                at = source.position(("layers", index, misfit.key))
                yield Fault(misfit.code, misfit.message, _DOCTOR, at=at, layer=index + 1)
        inputs = neurons


def spec_notes(spec: NetworkSpec) -> Iterator[Note]:
    """Say what of a sound spec may be otherwise than was meant."""
    yield from _stored_square_notes(spec)
    handed = enumerate(zip(spec.layers, spec.layer_sizes, strict=False), start=1)
    square = [number for number, (layer, inputs) in handed if _is_square(layer, inputs)]
    if square:
        message = (
            f"{numbered('layer', square)}: square weights would fit transposed, too; they are read "
            "as (inputs, neurons): say so with `layout: inputs_by_neurons`"
        )
        yield Note("ambiguous_layout", message, square[0] if len(square) == 1 else None)
    for number, layer in enumerate(spec.layers, start=1):
        constant = {"softmax": 1, "log_softmax": 0}.get(layer.activation.kind)
        if layer.neurons == 1 and constant is not None:
            message = (
                f"layer {number}: a {layer.activation.kind} over one neuron is always {constant}; "
                "for one of two classes write `activation: sigmoid`"
            )
            yield Note("lone_softmax", message, number)


def _is_square(layer: LayerSpec, inputs: int) -> bool:
    """Whether weights that were typed could stand either way round without anyone noticing.

    inputs: what the layer is handed.
    """
    rows = layer.weights
    if not isinstance(rows, tuple) or "layout" in layer.model_fields_set:
        return False
    # of those that do not fit, the clash says enough
    square = (layer.neurons, inputs)
    fits = layer.weights_shape == shape_held_by(layer) == square == square[::-1]
    return fits and rows != tuple(zip(*rows, strict=True))


def _stored_square_notes(spec: NetworkSpec) -> Iterator[Note]:
    """Say it of arrays, if none of those that nothing is said of shows how all of them stand."""
    shapes = {
        layer.weights_shape if layer.weights_shape == shape_held_by(layer) else None
        for layer in spec.layers
        if isinstance(layer.weights, Tensor) and "layout" not in layer.model_fields_set
    }
    if shapes - {(1, 1)} and all(shape is not None and shape[0] == shape[1] for shape in shapes):
        message = (
            f"the weights in {spec.weights_file} would fit transposed, too; they are read as "
            "(inputs, neurons): say so with `layout: inputs_by_neurons`"
        )
        yield Note("ambiguous_layout", message)
