"""Models that nncli wrote: read back exactly, and believed only as far as their graph agrees."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from activation_cases import CASES

from nncli import Network, build_network, read_spec
from nncli.formats.config import read_config
from nncli.formats.onnx_model import onnx_model
from nncli.formats.stored_network import stored_spec
from nncli.specs.model import NetworkSpec

onnx = pytest.importorskip("onnx", reason="needs the package onnx, of the extra `onnx`")

SLOPES = {"prelu": {"slopes": [0.1, 0.25, -1]}}


def network_of(activation: Any, dtype: str, **keys: Any) -> Network:
    """Return a network of two layers: 2 inputs, 3 neurons with the activation, 3 outputs."""
    layers = [{"name": "a layer", "neurons": 3, "activation": activation}, {"neurons": 3}]
    document = {"name": "net", "dtype": dtype, "seed": 1, "layers": layers, "inputs": 2, **keys}
    return build_network(read_spec(json.dumps(document).encode(), "net.yaml"))


def read_back(model: bytes, folder: Path) -> tuple[NetworkSpec, Network]:
    """Return the spec of a model in a file, and the network."""
    path = folder / "other name.onnx"
    path.write_bytes(model)
    config = read_config(str(path))
    spec = config.reading.fitting_spec()
    return spec, build_network(spec, config.tensors)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("case", [*CASES, "prelu of each"])
def test_every_activation_comes_back_with_its_parameters_and_all_bits(
    case: str, dtype: str, tmp_path: Path
) -> None:
    network = network_of(CASES.get(case, SLOPES), dtype)
    spec, again = read_back(onnx_model(network.spec, network.layers), tmp_path)
    assert spec == stored_spec(network.spec)
    for layer, before in zip(again.layers, network.layers, strict=True):
        assert layer.weights.tobytes() == before.weights.tobytes()
        assert layer.biases.tobytes() == before.biases.tobytes()


def test_scales_bounds_names_and_thresholds_come_back(tmp_path: Path) -> None:
    """A scale of the outputs is no part of the last layer, and min_max is not standard."""
    scale = {"min_max": {"min": [0.1, -1 / 3], "max": 7, "to": [-1, 1]}}
    inputs = {"columns": ["x,y", "°"], "clip": {"low": -1e300, "high": [1, 2]}, "scale": scale}
    outputs = {"columns": ["p", "q", "r"], "scale": {"standard": {"mean": 0.1, "std": [1, 2, 3]}}}
    network = network_of("relu", "float32", inputs=inputs, outputs=outputs)
    spec, _ = read_back(onnx_model(network.spec, network.layers), tmp_path)
    assert spec == stored_spec(network.spec)

    last = {"layers": [{"neurons": 1, "activation": "sigmoid"}]}
    named = {"classes": ["no", "yes"], "threshold": 0.3}
    network = network_of("relu", "float32", outputs=named, **last)
    spec, _ = read_back(onnx_model(network.spec, network.layers), tmp_path)
    assert spec.outputs == network.spec.outputs


# ------------------------------------------------------------- models that somebody has changed


def changed(change: Callable[[Any], object]) -> bytes:
    """Return the model of a network after a change."""
    network = network_of("relu", "float64")
    model = onnx.load_from_string(onnx_model(network.spec, network.layers))
    change(model)
    content: bytes = model.SerializeToString()
    return content


def said(model: Any, old: str, new: str) -> None:
    """Change what the metadata says."""
    assert old in model.metadata_props[0].value
    model.metadata_props[0].value = model.metadata_props[0].value.replace(old, new)


def with_operator(model: Any, operator: str) -> None:
    next(node for node in model.graph.node if node.op_type == "Relu").op_type = operator


def test_the_graph_decides_where_the_metadata_say_another_activation(tmp_path: Path) -> None:
    spec, _ = read_back(changed(lambda model: said(model, "relu", "tanh")), tmp_path)
    assert spec.activations == ["relu", "linear"]
    spec, _ = read_back(changed(lambda model: with_operator(model, "Tanh")), tmp_path)
    assert spec.activations == ["tanh", "linear"]


def test_weights_that_were_trained_on_are_those_of_the_graph(tmp_path: Path) -> None:
    def train(model: Any) -> None:
        bias = next(each for each in model.graph.initializer if each.name == "a layer.bias")
        bias.raw_data = np.array([1.0, 2.0, 3.0]).tobytes()

    spec, network = read_back(changed(train), tmp_path)
    assert spec.layers[0].name == "a layer"
    assert network.layers[0].biases.tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("name: net", "name: [net"),
        ("a layer.weight", "no such array"),
        ("neurons: 3", "neurons: 4"),
        ("weights_file", "unknown_key"),
        ("a layer.bias", "layer_2.bias"),
        ("inputs: 2", "inputs: {size: 2, scale: {standard: {mean: 1, std: 2}}}"),
    ],
)
def test_metadata_that_are_no_spec_of_this_graph_are_not_believed(
    old: str, new: str, tmp_path: Path
) -> None:
    spec, _ = read_back(changed(lambda model: said(model, old, new)), tmp_path)
    assert (spec.layer_sizes, spec.activations) == ((2, 3, 3), ["relu", "linear"])
    assert spec.inputs.scale is None
    assert spec.layers[0].name == "layer_1"


def test_what_is_in_the_metadata_opens_no_file(tmp_path: Path) -> None:
    (tmp_path / "secret.safetensors").write_bytes(b"secret")
    content = changed(lambda model: said(model, "model.onnx", "secret.safetensors"))
    (tmp_path / "m.onnx").write_bytes(content)
    assert read_config(str(tmp_path / "m.onnx")).files == (str(tmp_path / "m.onnx"),)
