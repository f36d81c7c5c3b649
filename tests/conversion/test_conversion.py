"""Random networks through every form and back: bits, names and outputs stay what they were."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from activation_cases import CASES

from nncli import build_network
from nncli.conversion.conversion import convert_network
from nncli.formats.config import Config, read_config
from nncli.formats.saving import SavingForm
from nncli.network.network import Network

# some of which look like what a form calls something else
NAMES = ["hidden", "output", "input", "a b", "é", "x", "x.weight", "layer_2", '"', "0", "on", "~"]
NAMES += ["x.z", "x.activation", "inputs.mean", "inputs.min", "outputs.range", "outputs.std"]


def numbers(generator: np.random.RandomState, count: int, low: float, high: float) -> Any:
    """Return one number, or one for each column."""
    drawn = generator.uniform(low, high, count).tolist()
    return drawn if generator.randint(2) else drawn[0]


def scale(generator: np.random.RandomState, count: int) -> dict[str, Any]:
    if generator.randint(2):
        mean, std = numbers(generator, count, -5, 5), numbers(generator, count, 0.1, 3)
        return {"standard": {"mean": mean, "std": std}}
    ends = {"min": numbers(generator, count, -5, 0), "max": numbers(generator, count, 1, 9)}
    return {"min_max": ends if generator.randint(2) else {**ends, "to": [-1, 2.5]}}


def document(seed: int, dtype: str) -> dict[str, Any]:
    """Return a random spec: of up to five layers, most of whose keys are there or not."""
    generator = np.random.RandomState(seed)
    kinds = list(CASES)
    layers = []
    for name in generator.permutation(NAMES)[: generator.randint(1, 6)]:
        activation = CASES[kinds[generator.randint(len(kinds))]]
        layer = {"neurons": int(generator.randint(1, 7)), "activation": activation}
        layers.append({"name": str(name), **layer} if generator.randint(4) else layer)
    size = int(generator.randint(1, 6))
    inputs: dict[str, Any] = {"size": size}
    if generator.randint(2):
        inputs["columns"] = [f"{name}, {index}" for index, name in enumerate(NAMES[:size])]
    if generator.randint(2):
        low, high = numbers(generator, size, -9, -1), numbers(generator, size, 1, 9)
        inputs["clip"] = {"low": low, "high": high}
    if generator.randint(2):
        inputs["scale"] = scale(generator, size)
    outputs: dict[str, Any] = {}
    if generator.randint(2):
        layers[-1]["activation"] = "linear"
        outputs["scale"] = scale(generator, layers[-1]["neurons"])
    if generator.randint(2):
        outputs["columns"] = [f"o{index}" for index in range(layers[-1]["neurons"])]
    random = {"normal": {"std": 1.0}}
    made = {"name": f"net {seed}", "dtype": dtype, "seed": seed, "inputs": inputs, "layers": layers}
    given = {"init": {"weights": random, "biases": random}}
    return {**made, **given, "outputs": outputs} if outputs else {**made, **given}


def read(path: Path) -> tuple[Config, Network]:
    config = read_config(str(path))
    return config, build_network(config.reading.fitting_spec(), config.tensors)


@pytest.mark.parametrize("form", ["yaml", "safetensors", "onnx"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("seed", range(15))
def test_a_random_network_comes_back(
    seed: int, dtype: str, form: SavingForm, tmp_path: Path
) -> None:
    if form == "onnx":
        pytest.importorskip("onnx", reason="needs the package onnx, of the extra `onnx`")
    (tmp_path / "source.yaml").write_text(json.dumps(document(seed, dtype)), encoding="utf-8")
    config, before = read(tmp_path / "source.yaml")
    path = tmp_path / f"net.{form}"
    conversion = convert_network(config, str(path), form, before.dtype)
    for file in conversion.files:
        Path(file.path).write_bytes(file.content)
    if form == "onnx":
        import onnx

        onnx.checker.check_model(path, full_check=True)
    _, after = read(path)
    for was, now in zip(before.layers, after.layers, strict=True):
        assert (was.name, was.weights.tobytes()) == (now.name, now.weights.tobytes())
        assert was.biases.tobytes() == now.biases.tobytes()
    for what in ("name", "dtype", "inputs", "outputs", "output_columns"):
        assert getattr(before.spec, what) == getattr(after.spec, what)
    activations = [[layer.activation for layer in each.spec.layers] for each in (before, after)]
    assert activations[0] == activations[1]
    assert conversion.notes == ()


@pytest.mark.parametrize("seed", range(15))
def test_a_random_network_as_a_script_gives_its_outputs(seed: int, tmp_path: Path) -> None:
    """The trial of a conversion runs it, and finds what is more than rounding."""
    (tmp_path / "source.yaml").write_text(json.dumps(document(seed, "float64")), encoding="utf-8")
    config, network = read(tmp_path / "source.yaml")
    conversion = convert_network(config, str(tmp_path / "net.py"), "py", "float64")
    assert conversion.trial.samples == 64
    assert conversion.network.spec == network.spec
