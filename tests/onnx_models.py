"""Small ONNX models for tests, and what ONNX's own evaluator makes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from nncli.formats.onnx_import import Imported, import_onnx
from nncli.network.activations import build_activation

onnx = pytest.importorskip("onnx", reason="needs the package onnx, of the extra `onnx`")

Array = npt.NDArray[Any]
Node = tuple[Any, ...]

_TYPES = {"float32": 1, "float64": 11, "int64": 7}


def node(operator: str, inputs: str, outputs: str, **attributes: Any) -> Any:
    """Return a node; names of values are separated by blanks, `-` is one that is left out."""
    split = [["" if name == "-" else name for name in text.split()] for text in (inputs, outputs)]
    domain = attributes.pop("domain", "")
    return onnx.helper.make_node(
        operator, *split, name=outputs.split(maxsplit=1)[0], domain=domain, **attributes
    )


def ml(operator: str, inputs: str, outputs: str, **attributes: Any) -> Any:
    """Return a node of ONNX's operators for machine learning."""
    return node(operator, inputs, outputs, domain="ai.onnx.ml", **attributes)


def model(
    nodes: Sequence[Any],
    constants: Mapping[str, Any],
    *,
    inputs: Mapping[str, Sequence[Any]] | None = None,
    outputs: Sequence[str] = ("y",),
    opset: int = 20,
    dtype: str = "float32",
) -> Any:
    """Return a model; floats are of *dtype*.  inputs: shapes by name, by default x of (N, 4)."""
    arrays = {
        name: np.asarray(value, dtype if np.asarray(value).dtype.kind == "f" else None)
        for name, value in constants.items()
    }
    helper = onnx.helper
    graph = helper.make_graph(
        list(nodes),
        "test",
        [
            helper.make_tensor_value_info(name, _TYPES[dtype], list(shape))
            for name, shape in (inputs or {"x": ("N", 4)}).items()
        ],
        [helper.make_tensor_value_info(name, _TYPES[dtype], None) for name in outputs],
        [onnx.numpy_helper.from_array(array, name) for name, array in arrays.items()],
    )
    domains = [helper.make_opsetid("", opset), helper.make_opsetid("ai.onnx.ml", 3)]
    return helper.make_model(graph, opset_imports=domains, ir_version=9)


def imported(folder: Path, made: Any) -> Imported:
    """Return the network that a model is, read from a file."""
    path = folder / "m.onnx"
    path.write_bytes(made.SerializeToString())
    return import_onnx(str(path))


def evaluated(made: Any, *batches: Array) -> Array:
    """Return a model's first output by ONNX's reference evaluator."""
    from onnx.reference import ReferenceEvaluator

    names = [value.name for value in made.graph.input]
    result: Array = ReferenceEvaluator(made).run(None, dict(zip(names, batches, strict=True)))[0]
    return result


def computed(network: Imported, x: Array) -> Array:
    """Return an imported network's output, layer after layer by its formulas, in float64."""
    spec = network.spec
    values: Array = np.asarray(x, np.float64).reshape(len(x), -1)
    if spec.inputs.clip is not None:
        clip = spec.inputs.clip
        values = np.clip(values, np.array(clip.low), np.array(clip.high))
    if spec.inputs.scale is not None:
        scale: Any = spec.inputs.scale
        values = (values - np.array(scale.mean)) / np.array(scale.std)
    for layer in spec.layers:
        weights, biases = (getattr(part, "name", "") for part in (layer.weights, layer.biases))
        values = values @ network.tensors[weights].astype(np.float64)
        if biases:
            values = values + network.tensors[biases]
        values = build_activation(layer.activation, "float64")(values.T.copy()).T
    return values


def batch(samples: int = 7, features: int = 4, seed: int = 0) -> Array:
    """Return random samples, as float32 numbers."""
    draws = np.random.RandomState(seed).standard_normal((samples, features)) * 2
    return draws.astype(np.float32)


def activations(network: Imported) -> list[str]:
    """Return the names of an imported network's activations."""
    return network.spec.activations
