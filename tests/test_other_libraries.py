"""Random networks give what the library gives that made them, from each file that it writes."""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from nncli import Network

NETWORKS = 12
SAMPLES = 40
# As a share of the largest output: the rounding of another order of additions stays far below.
TOLERANCE = {"float64": 1e-6, "float32": 1e-5}
# PyTorch's modules by the activation of a spec.
TORCH: dict[str, Callable[[Any], Any]] = {
    "linear": lambda nn: nn.Identity(),
    "relu": lambda nn: nn.ReLU(),
    "{leaky_relu: {negative_slope: 0.2}}": lambda nn: nn.LeakyReLU(0.2),
    "{elu: {alpha: 0.7}}": lambda nn: nn.ELU(0.7),
    "selu": lambda nn: nn.SELU(),
    "gelu": lambda nn: nn.GELU(),
    "{gelu: {approximate: tanh}}": lambda nn: nn.GELU(approximate="tanh"),
    "silu": lambda nn: nn.SiLU(),
    "sigmoid": lambda nn: nn.Sigmoid(),
    "tanh": lambda nn: nn.Tanh(),
    "softplus": lambda nn: nn.Softplus(),
    "softsign": lambda nn: nn.Softsign(),
    "relu6": lambda nn: nn.ReLU6(),
    "hard_tanh": lambda nn: nn.Hardtanh(),
    "softmax": lambda nn: nn.Softmax(dim=1),
    "log_softmax": lambda nn: nn.LogSoftmax(dim=1),
}


def agree(found: Any, expected: Any, dtype: str) -> None:
    bound = TOLERANCE[dtype] * np.abs(expected).max()
    np.testing.assert_allclose(found, expected, rtol=TOLERANCE[dtype], atol=bound)


def needs(*modules: str) -> None:
    missing = [module for module in modules if importlib.util.find_spec(module) is None]
    if missing:
        pytest.skip(f"needs {' and '.join(missing)}")


def torch_network(seed: int, dtype: str) -> tuple[Any, list[str], Any]:
    """Return a random network, its activations as a spec names them, and samples."""
    import torch

    random = np.random.RandomState(seed)
    sizes = random.randint(1, 12, size=random.randint(2, 6)).tolist()
    activations = [str(random.choice(list(TORCH))) for _ in sizes[1:]]
    torch.manual_seed(seed)
    modules = []
    for inputs, neurons, activation in zip(sizes, sizes[1:], activations, strict=False):
        bias = bool(random.randint(4))
        modules += [torch.nn.Linear(inputs, neurons, bias=bias), TORCH[activation](torch.nn)]
    kind = getattr(torch, dtype)
    samples = torch.tensor(random.randn(SAMPLES, sizes[0]), dtype=kind)
    return torch.nn.Sequential(*modules).to(kind).eval(), activations, samples


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("seed", range(NETWORKS))
def test_the_weights_of_a_pytorch_network(tmp_path: Path, seed: int, dtype: str) -> None:
    needs("torch")
    from safetensors.torch import save_file

    model, activations, samples = torch_network(seed, dtype)
    save_file(model.state_dict(), tmp_path / "weights.safetensors")
    layers = "".join(f"  - activation: {activation}\n" for activation in activations)
    spec = f"dtype: {dtype}\nlayers:\n{layers}weights_file: weights.safetensors\n"
    (tmp_path / "net.yaml").write_text(spec, encoding="utf-8")
    found = Network.load(tmp_path / "net.yaml").forward(samples.numpy())
    agree(found, model(samples).detach().numpy(), dtype)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("seed", range(NETWORKS, 2 * NETWORKS))
def test_a_pytorch_network_as_onnx(tmp_path: Path, seed: int, dtype: str) -> None:
    needs("torch", "onnx")
    import torch

    model, _, samples = torch_network(seed, dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter speaks of its successor, another package
        torch.onnx.export(model, (samples,), str(tmp_path / "m.onnx"), dynamo=False)
    found = Network.load(tmp_path / "m.onnx").forward(samples.numpy())
    agree(found, model(samples).detach().numpy(), dtype)


def scikit_learn_settings(activation: str) -> dict[str, Any]:
    """Return settings of a network that is hardly trained, so that no warning asks for more."""
    return {
        "hidden_layer_sizes": (7, 4),
        "activation": activation,
        "max_iter": 40,
        "tol": 1.0,
        "random_state": 1,
    }


@pytest.mark.parametrize("activation", ["identity", "logistic", "tanh", "relu"])
@pytest.mark.parametrize("classes", [2, 3, 5])
def test_a_scikit_learn_classifier_as_onnx(tmp_path: Path, activation: str, classes: int) -> None:
    needs("sklearn", "skl2onnx", "onnx")
    from skl2onnx import to_onnx
    from sklearn.neural_network import MLPClassifier
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import MinMaxScaler, StandardScaler

    samples = 3 * np.random.RandomState(classes).randn(SAMPLES, 5) + 1
    scaler = StandardScaler() if classes % 2 else MinMaxScaler()
    model = make_pipeline(scaler, MLPClassifier(**scikit_learn_settings(activation)))
    model.fit(samples, np.arange(SAMPLES) % classes)
    (tmp_path / "m.onnx").write_bytes(to_onnx(model, samples[:1]).SerializeToString())
    network = Network.load(tmp_path / "m.onnx")
    expected = model.predict_proba(samples)
    # of two classes, one sigmoid tells the probability of the second
    agree(network.forward(samples), expected[:, 1:] if classes == 2 else expected, "float32")
    assert network.predict(samples).classes.tolist() == [
        str(label) for label in model.predict(samples)
    ]


@pytest.mark.parametrize(("activation", "name"), [("logistic", "sigmoid"), ("relu", "relu")])
@pytest.mark.parametrize("targets", [1, 3])
def test_the_weights_of_a_scikit_learn_regressor(
    tmp_path: Path, activation: str, name: str, targets: int
) -> None:
    needs("sklearn")
    from sklearn.neural_network import MLPRegressor
    from sklearn.preprocessing import StandardScaler

    random = np.random.RandomState(targets)
    samples = 3 * random.randn(SAMPLES, 5) + 1
    scaler = StandardScaler().fit(samples)
    model = MLPRegressor(**scikit_learn_settings(activation))
    wanted = samples @ random.randn(5, targets)
    model.fit(scaler.transform(samples), wanted if targets > 1 else wanted[:, 0])
    arrays = {f"coefs_{number}": array for number, array in enumerate(model.coefs_)}
    arrays |= {f"intercepts_{number}": array for number, array in enumerate(model.intercepts_)}
    np.savez(tmp_path / "weights.npz", **arrays)
    scale = f"{{standard: {{mean: {scaler.mean_.tolist()}, std: {scaler.scale_.tolist()}}}}}"
    layers = f"[{{activation: {name}}}, {{activation: {name}}}, {{}}]"
    spec = f"inputs: {{scale: {scale}}}\nlayers: {layers}\nweights_file: weights.npz\n"
    (tmp_path / "net.yaml").write_text(spec, encoding="utf-8")
    expected = model.predict(scaler.transform(samples)).reshape(SAMPLES, targets)
    agree(Network.load(tmp_path / "net.yaml").forward(samples), expected, "float64")
