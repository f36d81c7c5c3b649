"""Which arrays of a weights file belong to which layer of a spec, told by names and shapes alone.

A form and a header become a form in which every layer says which arrays it takes, and every size
is known.  What cannot be told is a fault at the place in the spec that it is about.
"""

from __future__ import annotations

import math
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from nncli.formats.tensor_names import (
    bias_stem,
    is_called_bias,
    is_called_factor,
    is_called_scale,
    layout_of,
    stems,
    words,
)
from nncli.formats.tensor_order import Matrices, Shape, Slot, Way
from nncli.formats.tensor_pool import FILE, FLOAT_DTYPES, Pool, dtype_fault, listed
from nncli.specs.faults import Fault, Path
from nncli.specs.fit import held_shape, other_layout, shape_held_by
from nncli.specs.long_form import LongForm, given_by, whole
from nncli.specs.model import Layout, Tensor, WithinWeights
from nncli.specs.reader import FormReading
from nncli.specs.stored import StoredTensor, WeightsHeader, natural
from nncli.words import count_of, did_you_mean, quoted

_Layer = Mapping[str, Any]
_DEFAULT_LAYOUT: Layout = "inputs_by_neurons"
_NAME_THEM = "name the array of each layer: `weights: {tensor: NAME}`"


def complete(reading: FormReading, header: WeightsHeader) -> FormReading:
    """Say in a form which arrays each layer takes, and the sizes that they have.

    A form with faults is left as it is: those come first.
    """
    if reading.faults:
        return reading
    form, faults = _assigned(reading.form, header)
    return replace(reading, form=form, faults=faults)


def _assigned(form: LongForm, header: WeightsHeader) -> tuple[LongForm, tuple[Fault, ...]]:
    """Return a form with the arrays of each layer, or unchanged with what is wrong."""
    if not form.layers:
        return form, ()
    named, faults = _named(form.layers, header)
    pool = Pool.of(header, {tensor.name for tensor in named.values()})
    if fault := pool.fault(header.file):
        faults.append(fault)
    if faults or not all(isinstance(layer, dict) for layer in form.value.get("layers", ())):
        return form, tuple(faults)
    layers = [_with_named(layer, index, named) for index, layer in enumerate(form.layers)]
    given = with_matrices(layers, form, pool.matrices, header.file)
    if isinstance(given, Fault):
        return form, (given,)
    layers, unused = with_biases(given, pool.vectors)
    if unused := (*unused, *pool.others):
        return form, (unused_fault(unused, header.file),)
    return with_sizes(form, layers), ()


# ------------------------------------------------------------------------------ arrays by name


def _named(
    layers: Sequence[_Layer], header: WeightsHeader
) -> tuple[dict[tuple[int, str], StoredTensor], list[Fault]]:
    """Return the arrays that the spec names, by a layer's position and key, and what is wrong."""
    by_name = {tensor.name: tensor for tensor in header.tensors}
    named: dict[tuple[int, str], StoredTensor] = {}
    faults: list[Fault] = []
    for index, layer in enumerate(layers):
        for key in ("weights", "biases"):
            if isinstance(wanted := layer.get(key), Tensor):
                path: Path = ("layers", index, key, "tensor")
                stored = by_name.get(wanted.name)
                if stored is None:
                    faults.append(_not_there(wanted.name, header, path))
                elif fault := _unfit(stored, key, path):
                    faults.append(fault)
                else:
                    named[index, key] = stored
    return named, faults


def _not_there(name: str, header: WeightsHeader, path: Path) -> Fault:
    names = tuple(tensor.name for tensor in header.tensors)
    message = f"{header.file} has no array {quoted(name)}"
    hints = (*did_you_mean(name, names), f"it has {listed(header.tensors)}")
    return Fault("N305", message, hints, path, kind="choice", typed=name, choices=names)


def _unfit(stored: StoredTensor, key: str, path: Path) -> Fault | None:
    """Return why an array cannot be a layer's weights or biases at all."""
    if stored.dtype not in FLOAT_DTYPES:
        return dtype_fault(stored, path)
    axes = len(stored.shape)
    is_vector = axes < 2 or (axes == 2 and 1 in stored.shape)
    if 0 not in stored.shape and (axes == 2 if key == "weights" else is_vector):
        return None
    wanted = "a matrix" if key == "weights" else "a vector"
    message = f"{quoted(stored.name)} has the shape {stored.shape}, but `{key}` are {wanted}"
    return Fault("N306", message, (f"name an array that is {wanted}",), path)


def _with_named(
    layer: _Layer, index: int, named: Mapping[tuple[int, str], StoredTensor]
) -> dict[str, Any]:
    """Return a layer with the shapes of the arrays that it names."""
    found = dict(layer)
    if weights := named.get((index, "weights")):
        found = _with_weights(found, weights)
    if biases := named.get((index, "biases")):
        found["biases"] = Tensor(biases.name, biases.shape)
    return found


def _with_weights(layer: _Layer, stored: StoredTensor) -> dict[str, Any]:
    """Return a layer with its weights and how they stand."""
    given = {**layer, "weights": Tensor(stored.name, stored.shape)}
    layout = layout_of(stored.name)
    return {"layout": layout, **given} if layout is not None else given


# ------------------------------------------------------------------------- matrices by their order


def with_matrices(
    layers: Sequence[dict[str, Any]], form: LongForm, stored: Sequence[StoredTensor], file: str
) -> list[dict[str, Any]] | Fault:
    """Give each layer that has no weights one of the matrices, or say why that cannot be told."""
    waiting = [index for index, layer in enumerate(layers) if "weights" not in layer]
    if len(stored) != len(waiting):
        return _miscounted(len(waiting), stored, file)
    order = _order(_slots(layers, form), stored, file) if waiting else ()
    if isinstance(order, Fault):
        return order
    given = list(layers)
    for index, matrix in zip(waiting, order, strict=True):
        given[index] = _with_weights(layers[index], stored[matrix])
    return given


def _order(
    slots: Sequence[Slot], stored: Sequence[StoredTensor], file: str
) -> tuple[int, ...] | Fault:
    """Return which matrix each slot takes, or why that cannot be told."""
    by_name = tuple(range(len(stored)))
    matrices, follows = _matrices(slots, stored), _numbered(stored)
    is_natural = matrices.fit(slots, by_name)
    if is_natural and follows.count(None) == 1:
        return by_name
    # the numbers in names tell an order; words, such as `hidden` and `input`, do not
    orders = matrices.orders(slots, follows)
    # transposed matrices fit in the reverse order, too: where nothing says how they stand, nothing
    # can be told of their order
    transposed = _matrices(slots, stored, transposed=True)
    is_transposed = not is_natural and transposed.fit(slots, by_name)
    if not (orders or is_natural or is_transposed):
        orders = matrices.orders(slots, [None] * len(stored))
    if len(orders) == 1 and not is_transposed:
        return orders[0]
    loose = [replace(slot, inputs=None, neurons=None) for slot in slots]
    if not (is_natural or is_transposed or orders) and matrices.fit(loose, by_name):
        return by_name  # they fit each other: the sizes that the spec declares are what does not
    ways = is_natural + len(orders)
    return _unordered(is_transposed=is_transposed, ways=ways, stored=stored, file=file)


def _numbered(stored: Sequence[StoredTensor]) -> list[int | None]:
    """Return for each matrix the one before it whose name differs in its numbers alone."""
    last: dict[tuple[str, ...], int] = {}
    follows: list[int | None] = []
    for matrix, tensor in enumerate(stored):
        follows.append(last.get(words(tensor.name)))
        last[words(tensor.name)] = matrix
    return follows


def _miscounted(layers: int, stored: Sequence[StoredTensor], file: str) -> Fault:
    matrices = count_of(len(stored), "matrix", "matrices")
    wanted = count_of(layers, "layer") + (" that has" if layers == 1 else " that have")
    message = f"{file} has {matrices} for {wanted} no weights of its own"
    if layers != 1:
        message = message.replace("its own", "their own")
    hints = [f"the matrices are {listed(stored)}", "write one layer for each matrix"][
        : 2 * bool(stored)
    ]
    if len(stored) < layers:
        hints.append(f"`nncli shapes {shlex.quote(file)}` lists all arrays of the file")
    return Fault("N305" if len(stored) > layers else "N306", message, tuple(hints), FILE)


def _unordered(
    *, is_transposed: bool, ways: int, stored: Sequence[StoredTensor], file: str
) -> Fault:
    """Return the fault of matrices that fit in no order, or in several ways."""
    hints = [f"the matrices are {listed(stored)}", _NAME_THEM]
    message = f"the matrices of {file} fit together in no order"
    if is_transposed and ways:
        message = (
            f"the matrices of {file} fit in another order than that of their names, or transposed"
        )
        hints.append("if each row is one neuron, set `layout: neurons_by_inputs`")
    elif is_transposed:
        message = f"the matrices of {file} do not fit as (inputs, neurons), but transposed they do"
        turned = other_layout(_DEFAULT_LAYOUT)
        hints.insert(0, f"transposed? set `layout: {turned}`")
        fault = Fault("N306", message, tuple(hints), FILE)
        return fault._replace(kind="transposed file", choices=(turned,))
    elif ways:
        message = f"the matrices of {file} fit together in more than one order"
    return Fault("N306", message, tuple(hints), FILE)


def _slots(layers: Sequence[_Layer], form: LongForm) -> list[Slot]:
    """Return what each layer without weights asks of them."""
    slots: list[Slot] = []
    inputs, is_joined = form.inputs, False
    for index, layer in enumerate(layers):
        neurons = whole(layer.get("neurons"))
        if "weights" in layer:
            held = _held(layer)
            inputs, is_joined = neurons or (held[1] if held else None), False
            continue
        following = layers[index + 1] if index + 1 < len(layers) else {}
        held = _held(following) if "weights" in following else None
        way = Way(layer.get("layout"), isinstance(layer.get("biases"), WithinWeights))
        slots.append(Slot(inputs, neurons or (held[0] if held else None), is_joined, way))
        inputs, is_joined = neurons, True
    return slots


def _matrices(
    slots: Sequence[Slot], stored: Sequence[StoredTensor], *, transposed: bool = False
) -> Matrices:
    """Return matrices as they would stand; transposed: those that nothing is said of."""
    default = other_layout(_DEFAULT_LAYOUT) if transposed else _DEFAULT_LAYOUT

    def shape_in(way: Way, tensor: StoredTensor) -> Shape:
        rows, columns = tensor.shape
        layout = way.layout or layout_of(tensor.name) or default
        return held_shape((rows, columns), layout, within_weights=way.within_weights)

    ways = {slot.way for slot in slots}
    return Matrices({way: [shape_in(way, tensor) for tensor in stored] for way in ways})


def _held(layer: _Layer) -> tuple[int, int] | None:
    """Return the (inputs, neurons) that a layer's weights are for."""
    return shape_held_by(given_by(layer))


# ----------------------------------------------------------------------------------------- biases


def with_biases(
    layers: Sequence[dict[str, Any]], vectors: Sequence[StoredTensor]
) -> tuple[list[dict[str, Any]], tuple[StoredTensor, ...]]:
    """Give each layer whose weights are an array its biases, and return the vectors left over."""
    biases = _biases_by_name(layers, vectors)
    taken = {bias.name for bias in biases.values()}
    left = [vector for vector in vectors if vector.name not in taken]
    waiting = [
        index
        for index, layer in enumerate(layers)
        if isinstance(layer["weights"], Tensor) and "biases" not in layer
    ]
    is_nameless = not biases and not any(is_called_factor(vector.name) for vector in left)
    if is_nameless and (order := _biases_in_order([layers[index] for index in waiting], left)):
        biases, left = dict(zip(waiting, order, strict=True)), []
    given = [
        {**layer, "biases": Tensor(biases[index].name, biases[index].shape)}
        if index in biases and "biases" not in layer  # its own win over the file's
        else layer
        for index, layer in enumerate(layers)
    ]
    return given, tuple(left)


def _biases_by_name(
    layers: Sequence[_Layer], vectors: Sequence[StoredTensor]
) -> dict[int, StoredTensor]:
    """Return the biases that are called as the weights of a layer are, by its position."""
    named = [
        (index, layer["weights"].name)
        for index, layer in enumerate(layers)
        if isinstance(layer["weights"], Tensor)
    ]
    owners: dict[tuple[str, ...], set[str]] = {}
    for name in {name for _, name in named}:
        for stem in stems(name):
            owners.setdefault(stem, set()).add(name)
    alike: dict[str, list[StoredTensor]] = {}
    for vector in vectors:
        # several matrices that are called alike share no bias
        names = owners.get(bias_stem(vector.name), set())
        for name in names if len(names) == 1 else ():
            alike.setdefault(name, []).append(vector)
    biases = {name: _bias_among(vectors) for name, vectors in alike.items()}
    return {index: bias for index, name in named if (bias := biases.get(name)) is not None}


def _biases_in_order(
    layers: Sequence[_Layer], vectors: Sequence[StoredTensor]
) -> Sequence[StoredTensor] | None:
    """Return one bias for each layer, told by sizes or by numbers; None if neither tells them."""
    if len(vectors) != len(layers):
        return None
    by_size = {math.prod(vector.shape): vector for vector in vectors}
    neurons = [held[1] for layer in layers if (held := _held(layer)) is not None]
    if len(by_size) == len(vectors) and by_size.keys() == set(neurons):
        return [by_size[size] for size in neurons]
    names = [layer["weights"].name for layer in layers]
    is_told = len({words(vector.name) for vector in vectors}) == 1
    return vectors if is_told and names == sorted(names, key=natural) else None


def _bias_among(vectors: Sequence[StoredTensor]) -> StoredTensor | None:
    """Return the bias among vectors that are called alike; None if it cannot be told."""
    likely = [vector for vector in vectors if is_called_bias(vector.name)]
    if not likely:
        likely = [vector for vector in vectors if not is_called_factor(vector.name)]
    return likely[0] if len(likely) == 1 else None


def unused_fault(tensors: Sequence[StoredTensor], file: str) -> Fault:
    """Return the fault of arrays that no layer takes."""
    message = f"{file} holds what no layer takes: {listed(tensors)}"
    hints = ["name it in a layer: `biases: {tensor: NAME}`, or save the file without it"]
    vectors = [tensor.name for tensor in tensors if len(tensor.shape) == 1]
    if any(map(is_called_scale, vectors)):
        scale = "`inputs: {scale: {standard: {mean: […], std: […]}}}`"
        hints.insert(0, f"what inputs are scaled by stands in the spec: {scale}")
    elif any(map(is_called_factor, vectors)):
        hints.insert(
            0,
            "a vector called so belongs to a normalisation, which is no dense layer, or holds the "
            "slopes of a PReLU, which the spec writes: `activation: {prelu: {slopes: […]}}`",
        )
    return Fault("N305", message, tuple(hints), FILE)


# ------------------------------------------------------------------------------------------ sizes


def with_sizes(form: LongForm, layers: Sequence[_Layer]) -> LongForm:
    """Return a form with its layers, and the sizes that it leaves to their weights."""
    value = dict(form.value)
    inputs = value.get("inputs", {})
    held = [_held(layer) for layer in layers]
    if held[0] is not None and isinstance(inputs, dict):
        value["inputs"] = {"size": held[0][0], **inputs}
    value["layers"] = tuple(
        {"neurons": shape[1], **layer} if shape is not None else layer
        for layer, shape in zip(layers, held, strict=True)
    )
    return LongForm(value)
