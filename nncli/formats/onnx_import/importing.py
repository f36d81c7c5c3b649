"""From an ONNX file to a network: a spec that is complete, and the arrays that it names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from nncli.formats.onnx_import.assembly import Layer, assembled, read_head
from nncli.formats.onnx_import.folding import Facts
from nncli.formats.onnx_import.graph import Graph, not_finite, read_graph, stored_array
from nncli.formats.onnx_import.inputs import Entry, in_file_order
from nncli.formats.onnx_import.model_file import damaged, read_model
from nncli.formats.onnx_import.outputs import Ending, ending
from nncli.formats.onnx_import.steps import Product, Step
from nncli.formats.onnx_import.walk import steps_to
from nncli.formats.onnx_own import own_network
from nncli.problems import Note
from nncli.specs.model import (
    Activation,
    DType,
    InputsSpec,
    LayerSpec,
    NetworkSpec,
    OutputsSpec,
    Tensor,
)
from nncli.specs.stored import SPEC_KEY
from nncli.words import shorten

Array = npt.NDArray[np.floating]


@dataclass(frozen=True, eq=False)
class Imported:
    """A network that was read from an ONNX model."""

    spec: NetworkSpec  # complete: every layer names its arrays, with their shapes
    tensors: dict[str, Array]  # by the names in the spec; weights are (inputs, neurons)
    notes: tuple[Note, ...]
    files: tuple[str, ...]  # every file that was read


def import_onnx(path: str) -> Imported:
    """Return the dense network in an ONNX file.

    Raises SpecError for a model that is none or damaged, FileError for the file, and UsageError if
    the package onnx is missing.
    """
    model = read_model(path)
    try:
        # what is not finite is looked for in the end, where it matters
        with np.errstate(all="ignore"):
            graph = read_graph(model, path)
            return _own(model, graph) or _imported(graph)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # a node without the inputs or attributes of its operator, or with those of another
        what = f"a node of it is not what its operator says ({type(error).__name__})"
        raise damaged(path, what) from error


def _imported(graph: Graph) -> Imported:
    facts = Facts(graph)
    end = ending(facts)
    entry, steps = in_file_order(graph, *steps_to(facts, end.value))
    head = read_head(graph, steps, entry.size)
    layers, notes = assembled(graph, head.rest, entry.size)
    dtype = _dtype(graph, head.rest)
    tensors = _tensors(layers, dtype)
    for tensor, array in tensors.items():
        if not np.isfinite(array).all():
            raise not_finite(graph, f"the array {tensor}")
    size = layers[0].weights.shape[0]
    spec = NetworkSpec(
        name=Path(graph.path).stem,
        dtype=dtype,
        inputs=InputsSpec(size=size, columns=entry.columns, clip=head.clip, scale=head.scale),
        layers=tuple(
            _layer_spec(number, tensors, layer.activation)
            for number, layer in enumerate(layers, start=1)
        ),
        outputs=_outputs(end, layers[-1]),
    )
    notes = [*_notes(graph, entry, end, spec), *notes]
    return Imported(spec, tensors, tuple(notes), (graph.path, *graph.files))


def _own(model: Any, graph: Graph) -> Imported | None:
    """Return the network that nncli wrote the model for, exactly; None if it is another model."""
    if SPEC_KEY not in graph.metadata:
        return None
    own = own_network(model, {name: stored_array(graph, name) for name in graph.tensors})
    if own is None:
        return None
    return Imported(own.spec, dict(own.tensors), (), (graph.path, *graph.files))


def _dtype(graph: Graph, steps: Sequence[Step]) -> DType:
    """Return float64 if the model holds weights as such, or takes such inputs; else float32."""
    products = [step for step in steps if isinstance(step, Product)]
    if any(step.is_double for step in products):
        return "float64"
    takes_double = any(value.type == "DOUBLE" for value in graph.inputs)
    return "float64" if takes_double and not products else "float32"


def _tensors(layers: Sequence[Layer], dtype: DType) -> dict[str, Array]:
    """Return the arrays of all layers by their names in the spec, in the model's float type."""
    tensors: dict[str, Array] = {}
    for number, layer in enumerate(layers, start=1):
        tensors[f"layer_{number}.weight"] = np.ascontiguousarray(layer.weights, dtype)
        if layer.biases is not None:
            tensors[f"layer_{number}.bias"] = np.ascontiguousarray(layer.biases, dtype)
    return tensors


def _layer_spec(number: int, tensors: dict[str, Array], activation: Activation) -> LayerSpec:
    weights, biases = f"layer_{number}.weight", f"layer_{number}.bias"
    has_biases = biases in tensors
    return LayerSpec(
        name=f"layer_{number}",
        neurons=tensors[weights].shape[1],
        activation=activation,
        weights=Tensor(weights, tensors[weights].shape),
        biases=Tensor(biases, tensors[biases].shape) if has_biases else None,
    )


def _outputs(end: Ending, last: Layer) -> OutputsSpec | None:
    """Return the names of the classes, if there is one for each neuron, or two for one sigmoid."""
    neurons = last.weights.shape[1]
    is_sigmoid = neurons == 1 and last.activation.kind == "sigmoid"
    fits = len(set(end.labels)) == len(end.labels) == (2 if is_sigmoid else neurons)
    fits = fits and all(end.labels) and len(end.labels) > 1
    if end.threshold is None or not is_sigmoid:
        return OutputsSpec(classes=end.labels) if fits else None
    fits = fits and 0 < end.threshold < 1
    return OutputsSpec(classes=end.labels, threshold=end.threshold) if fits else None


def _notes(graph: Graph, entry: Entry, end: Ending, spec: NetworkSpec) -> list[Note]:
    """Return what is said of inputs and outputs that look otherwise in the model."""
    notes = []
    if entry.is_image:
        what = (
            f"each sample's {spec.inputs.size:,} numbers are taken row by row (its last axis first)"
        )
        notes.append(Note("flattened", f"the model takes images: {what}"))
    used = set(entry.names)
    unused = [value.name for value in graph.inputs if value.name not in used]
    if unused:
        listed = shorten(", ".join(unused))
        notes.append(Note("inputs_left_out", f"inputs that the network does not use: {listed}"))
    if end.is_pair:
        message = "the model gives 1 - p and p of one sigmoid: the output is p, of the second class"
        notes.append(Note("one_of_two", message))
    if end.left_out:
        listed = ", ".join(end.left_out)
        notes.append(Note("outputs_left_out", f"outputs that are not computed: {listed}"))
    if end.labels and spec.outputs is None:
        listed = shorten(", ".join(end.labels))
        message = f"the model's labels ({listed}) are no classes: they do not match the neurons"
        notes.append(Note("labels_left_out", message))
    return notes
