"""Scripts that networks are written as: run, and read as a person would."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from activation_cases import CASES
from commands import run_apart

from nncli import Network, build_network, read_spec
from nncli.formats.python_activations import SOURCES
from nncli.formats.python_script import MAX_NUMBERS, PythonScript, python_script
from nncli.network.rounding import agree_within, rounding_bounds
from nncli.specs.model import ACTIVATIONS

INIT = {"weights": {"normal": {"std": 1.0}}, "biases": {"normal": {"std": 1.0}}}


def network_of(**keys: Any) -> Network:
    """Return a network of 4 inputs and 3 outputs, whose random weights are not small."""
    document = {"layer_sizes": [4, 5, 3], "seed": 1, "init": INIT, **keys}
    return build_network(read_spec(json.dumps(document).encode(), "small.yaml"))


def script_of(network: Network) -> PythonScript:
    return python_script(network.spec, network.layers, "net.npz")


def saved(network: Network, folder: Path) -> Path:
    """Write a network's script into a folder, and what it reads beside it."""
    script, path = script_of(network), folder / "net.py"
    path.write_bytes(script.text)
    if script.arrays is not None:
        (folder / "net.npz").write_bytes(script.arrays)
    return path


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("case", CASES)
def test_its_forward_pass_gives_the_network_s_outputs(
    case: str, dtype: str, tmp_path: Path
) -> None:
    network = network_of(activations=CASES[case], dtype=dtype)
    forward = runpy.run_path(str(saved(network, tmp_path)))["forward"]
    batch = np.random.RandomState(0).standard_normal((30, 4)) * 3
    batch[0] = 0
    output = forward(batch)
    assert output.dtype == dtype
    bounds = rounding_bounds(network, batch.astype(dtype))
    assert agree_within(output, network.forward(batch), bounds)


def test_slopes_of_each_neuron_stand_beside_its_weights(tmp_path: Path) -> None:
    """-2 · 0.5 and -2 · 0.25, the weights being 1."""
    layer = {"neurons": 2, "weights": [[1, 1]], "activation": {"prelu": {"slopes": [0.5, 0.25]}}}
    document = {"inputs": 1, "layers": [layer]}
    network = build_network(read_spec(json.dumps(document).encode(), "net"))
    names = runpy.run_path(str(saved(network, tmp_path)))
    assert names["slopes1"].tolist() == [0.5, 0.25]
    assert names["forward"](np.array([[-2.0], [3.0]])).tolist() == [[-1.0, -0.5], [3.0, 3.0]]


def test_every_activation_but_linear_has_its_source() -> None:
    assert SOURCES.keys() - {"gelu_tanh"} == ACTIVATIONS.keys() - {"linear"}


def test_it_prints_the_outputs_of_a_csv_file_as_csv(tmp_path: Path) -> None:
    """2·1 + 3·2 + 1 = 9 and 2·(-1) + 3·0.5 + 1 = 0.5; relu leaves both."""
    layer = {"neurons": 1, "weights": [[2], [3]], "biases": [1], "activation": "relu"}
    document = {"inputs": 2, "layers": [layer], "outputs": {"columns": ['a "sum", so to say']}}
    network = build_network(read_spec(json.dumps(document).encode(), "net"))
    for head in ("", "x,y\n", "\ufeffx,y\n\n"):
        (tmp_path / "data.csv").write_text(f"{head}1,2\n-1,0.5\n", encoding="utf-8")
        done = run_apart([sys.executable, saved(network, tmp_path), tmp_path / "data.csv"])
        assert (done.code, done.err) == (0, "")
        assert done.out == '"a ""sum"", so to say"\n9.0\n0.5\n'
    done = run_apart([sys.executable, "net.py"], cwd=tmp_path)
    assert (done.code, done.out) == (1, "")
    assert done.err == "usage: python3 net.py DATA.csv > OUTPUTS.csv\n"


def test_columns_are_found_by_their_names(tmp_path: Path) -> None:
    """(5 - 1) / 2 · 1 + (7 - 1) / 2 · 10 = 32 with b clipped to 7."""
    scale = {"standard": {"mean": 1, "std": 2}}
    inputs = {"columns": ["a", "b,é"], "clip": {"low": 0, "high": [6, 7]}, "scale": scale}
    layer = {"neurons": 1, "weights": [[1], [10]]}
    outputs = {"scale": {"min_max": {"min": 0, "max": 2}}}
    document = {"inputs": inputs, "layers": [layer], "outputs": outputs}
    network = build_network(read_spec(json.dumps(document).encode(), "net"))
    (tmp_path / "data.csv").write_text('id,"b,é",a\nx,99,5\n', encoding="utf-8")
    done = run_apart([sys.executable, saved(network, tmp_path), tmp_path / "data.csv"])
    assert (done.code, done.out, done.err) == (0, "output_1\n64.0\n", "")


def test_more_numbers_than_a_person_reads_stand_in_a_file_beside_it(tmp_path: Path) -> None:
    """A layer of n inputs and 1 neuron has n + 1 numbers."""
    last = network_of(layer_sizes=[MAX_NUMBERS - 1, 1])
    assert script_of(last).arrays is None
    network = network_of(layer_sizes=[MAX_NUMBERS, 1])
    script = script_of(network)
    assert script.arrays is not None
    assert len(script.text.splitlines()) < 50
    forward = runpy.run_path(str(saved(network, tmp_path)))["forward"]
    batch = np.random.RandomState(0).standard_normal((3, MAX_NUMBERS))
    np.testing.assert_allclose(forward(batch), network.forward(batch), rtol=1e-12)
    assert script_of(network) == script  # its bytes depend on nothing else


def test_foreign_names_stand_in_it_as_literals_only(tmp_path: Path) -> None:
    evil = 'x"""\'\nimport os; os._exit(9)\n#\\'
    layer = {"name": evil, "neurons": 1, "weights": [[1], [1]]}
    document = {
        "name": evil,
        "inputs": {"columns": [evil, "b"]},
        "layers": [layer],
        "outputs": {"columns": [evil]},
    }
    network = build_network(read_spec(json.dumps(document).encode(), "net"))
    names = runpy.run_path(str(saved(network, tmp_path)))
    assert (names["INPUTS"], names["OUTPUTS"]) == ([evil, "b"], [evil])


READ_BY_A_PERSON = '''"""Print what a neural network makes of the samples in a CSV file."""

import csv
import sys

import numpy as np

# "rain": 2 → 2 → 1, float32

INPUTS = ["pressure", "temperature"]

OUTPUTS = ["rain"]

input_mean = np.array([1013.25, 11.0])

# layer "hidden": 2 inputs, 2 neurons
W1 = np.array([
    [0.1, -0.2],
    [0.3, 0.4],
], dtype=np.float32)
b1 = np.array([0.0, 0.5], dtype=np.float32)

# layer "layer_2": 2 inputs, 1 neuron
W2 = np.array([
    [1.0],
    [-1.0],
], dtype=np.float32)
b2 = np.array([0.0], dtype=np.float32)


def leaky_relu(z, negative_slope):
    return np.where(z > 0, z, negative_slope * z)


def sigmoid(z):
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, e) / (1 + e)


def forward(x):
    """Return the outputs (samples, 1) for inputs (samples, 2)."""
    x = (x - input_mean) / 2.0  # scaled as in training
    x = x.astype(np.float32)
    x = leaky_relu(x @ W1 + b1, negative_slope=0.2)
    x = sigmoid(x @ W2 + b2)
    return x
'''


def test_it_reads_as_a_person_would_have_written_it() -> None:
    hidden = {
        "name": "hidden",
        "neurons": 2,
        "activation": {"leaky_relu": {"negative_slope": 0.2}},
        "weights": [[0.1, 0.3], [-0.2, 0.4]],
        "layout": "neurons_by_inputs",
        "biases": [0, 0.5],
    }
    last = {"neurons": 1, "activation": "sigmoid", "weights": [[1], [-1]]}
    scale = {"standard": {"mean": [1013.25, 11], "std": 2}}
    document = {
        "name": "rain",
        "dtype": "float32",
        "inputs": {"columns": ["pressure", "temperature"], "scale": scale},
        "layers": [hidden, last],
        "outputs": {"columns": ["rain"]},
    }
    network = build_network(read_spec(json.dumps(document).encode(), "net"))
    assert script_of(network).text.decode().startswith(READ_BY_A_PERSON)
