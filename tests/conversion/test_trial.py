"""What was written is run before it is put in place, and whatever is wrong with it is found."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nncli import Network, build_network, read_spec
from nncli.conversion.trial import OtherNumbers, random_batch, try_files
from nncli.formats.saving import SavedFile, SavingForm, saved_files

FORMS: dict[str, SavingForm] = {
    "net.yaml": "yaml",
    "net.safetensors": "safetensors",
    "net.py": "py",
    "net.onnx": "onnx",
}


def network_of(**keys: Any) -> Network:
    document = {"layer_sizes": [2, 3, 2], "activations": ["tanh", "linear"], "seed": 1, **keys}
    return build_network(read_spec(json.dumps(document).encode(), "net.yaml"))


def files_of(network: Network, path: str) -> tuple[SavedFile, ...]:
    if path.endswith(".onnx"):
        pytest.importorskip("onnx", reason="needs the package onnx, of the extra `onnx`")
    return saved_files(network.spec, network.layers, path, FORMS[path])


def tampered(file: SavedFile, old: bytes, new: bytes) -> SavedFile:
    assert file.content.count(old) >= 1
    return replace(file, content=file.content.replace(old, new))


@pytest.mark.parametrize("path", FORMS)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("activation", ["gelu", "selu", "softmax"])
def test_what_is_right_passes(path: str, dtype: str, activation: str) -> None:
    network = network_of(activations=[activation, "linear"], dtype=dtype)
    trial = try_files(network, files_of(network, path), FORMS[path])
    assert trial.samples == 64
    assert trial.difference < (1e-5 if dtype == "float32" else 1e-6)
    if path in ("net.yaml", "net.safetensors"):
        assert trial.difference == 0


@pytest.mark.parametrize("path", ["net.yaml", "net.safetensors", "net.onnx"])
def test_a_weight_that_is_another_one_is_found(path: str) -> None:
    network = network_of()
    weight = network.layers[0].weights[1, 2]
    *others, last = files_of(network, path)
    wrong = tampered(last, weight.tobytes(), (weight * 1.001).tobytes())
    with pytest.raises(OtherNumbers, match="nncli gives other outputs for net"):
        try_files(network, (*others, wrong), FORMS[path])


def test_a_script_that_computes_something_else_is_found() -> None:
    network = network_of()
    (script,) = files_of(network, "net.py")
    wrong = tampered(script, b"x = tanh(x @ W1 + b1)", b"x = tanh(x @ W1 - b1) * 1.001")
    with pytest.raises(OtherNumbers, match=r"Python gives other outputs for net\.py"):
        try_files(network, (wrong,), "py")
    broken = tampered(script, b"return x", b"return y")
    with pytest.raises(OtherNumbers, match=r"net\.py does not run: NameError: name 'y'"):
        try_files(network, (broken,), "py")
    named = tampered(script, b'"output_2"', b'"output_3"')
    with pytest.raises(OtherNumbers, match=r"net\.py names its outputs otherwise"):
        try_files(network, (named,), "py")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("name: net", "name: Net", "net.yaml has other name"),
        ("outputs: [p, q]", "outputs: [p, r]", "net.yaml has other outputs"),
        ("inputs: [a, b]", "inputs: [b, a]", "net.yaml has other inputs"),
        ("slope: 0.3", "slope: 0.30001", "net.yaml has another layer than 'layer_1'"),
        ("neurons: 2", "neurons: 2, activation: lienar", "net.yaml is refused"),
    ],
)
def test_a_name_or_parameter_that_is_another_one_is_found(old: str, new: str, words: str) -> None:
    layers = [
        {"neurons": 3, "activation": {"leaky_relu": {"negative_slope": 0.3}}},
        {"neurons": 2, "activation": "linear", "init": "he_normal"},
    ]
    document = {"inputs": ["a", "b"], "layers": layers, "seed": 1, "outputs": ["p", "q"]}
    network = build_network(read_spec(json.dumps(document).encode(), "net.yaml"))
    spec, weights = files_of(network, "net.yaml")
    with pytest.raises(OtherNumbers, match=words):
        try_files(network, (tampered(spec, old.encode(), new.encode()), weights), "yaml")


def test_nothing_is_left_of_a_trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    network = network_of()
    try_files(network, files_of(network, "net.yaml"), "yaml")
    assert list(tmp_path.iterdir()) == []


# -------------------------------------------------------------------------------- the samples


def test_samples_lie_where_the_scale_says_that_inputs_lie() -> None:
    inputs = {"size": 2, "scale": {"standard": {"mean": [1000, -5], "std": [1, 100]}}}
    layers = [{"neurons": 1}]
    document = {"inputs": inputs, "layers": layers, "seed": 1}
    batch = random_batch(read_spec(json.dumps(document).encode(), "net"))
    assert batch.shape == (64, 2)
    assert np.all(np.abs(batch - [1000, -5]) < [5, 500])
    np.testing.assert_array_equal(batch, random_batch(read_spec(json.dumps(document).encode(), "")))
    document["inputs"] = {"size": 2, "scale": {"min_max": {"min": 10, "max": [20, 12]}}}
    batch = random_batch(read_spec(json.dumps(document).encode(), "net"))
    # within and beyond the bounds of the training
    assert np.all(batch.min(axis=0) < 10)
    assert np.all(batch.max(axis=0) > [20, 12])


def test_wide_samples_are_few() -> None:
    spec = read_spec(b"layer_sizes: [1000000, 1]\nseed: 0", "wide")
    assert random_batch(spec).shape == (2, 1_000_000)
