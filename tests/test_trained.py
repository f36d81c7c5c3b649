"""docs/trained.md tells the truth: its recipes run, and its specs give the published numbers."""

from __future__ import annotations

import csv
import importlib.util
import io
import math
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from commands import ROOT, run_shell

if TYPE_CHECKING:
    from conftest import RunCli

DOCUMENT = (ROOT / "docs" / "trained.md").read_text(encoding="utf-8")
BLOCKS: list[tuple[str, str]] = re.findall(
    r"^```(\w+)\n(.*?)^```$", DOCUMENT, re.DOTALL | re.MULTILINE
)


def blocks(language: str) -> list[str]:
    """Return the document's fenced blocks of one language."""
    return [text for kind, text in BLOCKS if kind == language]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with every spec of the document, under the name in its first line."""
    for text in blocks("yaml"):
        name = text.split("\n", 1)[0].removeprefix("# ")
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def numbers(text: str) -> list[list[float]]:
    """Return the rows of a CSV text without its header."""
    return [[float(cell) for cell in row] for row in list(csv.reader(io.StringIO(text)))[1:]]


@pytest.mark.parametrize("block", blocks("console"), ids=lambda text: text.split("\n")[0][-40:])
def test_a_command_prints_what_is_shown(folder: Path, block: str) -> None:
    """Up to the rounding, which another processor does in another way."""
    command, _, shown = block.removeprefix("$ ").partition("\n")
    printed = run_shell(command, folder)
    assert printed.split("\n")[0] == shown.split("\n")[0]
    assert numbers(printed) == [pytest.approx(row, rel=1e-12) for row in numbers(shown)]


@dataclass(frozen=True)
class Published:
    """What another program printed for some inputs, and how exact its weights or numbers are."""

    spec: str
    data: str
    outputs: tuple[float, ...]
    within: float


def logistic(z: float) -> float:
    return 1 / (1 + math.exp(-z))


def nnet(x: float, y: float) -> float:
    """Return the equation that the author of nnet gave for its printout (S-news, 1998)."""
    first, second = 2.16 + 0.36 * x + 3.81 * y, 5.89 + 4.91 * x - 2.00 * y
    return 3.46 - 5.85 * logistic(first) - 8.83 * logistic(second)


PUBLISHED = [
    Published("xor.yaml", "1,1\n0,1\n", (0.00055875, 0.99943), 2e-6),
    Published("z.yaml", "x,y\n0,0\n1,-1\n", (nnet(0, 0), nnet(1, -1)), 1e-12),
    Published("attenu.yaml", "mag\n7\n7.4\n5.3\n", (80.27648, 158.34375, 23.00682), 5e-6),
    Published("predict.yaml", "2\n", (3.73555,), 5e-6),
    Published("brain.yaml", "1,0\n", (0.9331472516059875,), 2e-8),
]


@pytest.mark.parametrize("published", PUBLISHED, ids=lambda case: case.spec)
def test_a_spec_gives_the_published_numbers(
    folder: Path, cli: RunCli, published: Published
) -> None:
    done = cli("forward", published.spec, "-", "-o", "-", stdin=published.data.encode(), cwd=folder)
    assert done.code == 0
    outputs = [row[0] for row in numbers(done.out)]
    assert outputs == pytest.approx(published.outputs, rel=0, abs=published.within)


def test_the_network_of_weka_tells_148_of_150_irises_apart(folder: Path, cli: RunCli) -> None:
    data = ROOT / "sample_data" / "iris.csv"
    done = cli("forward", "weka_iris.yaml", data, "--keep", "species", "-o", "-", cwd=folder)
    header, *rows = csv.reader(io.StringIO(done.out))
    species = header[1:]
    # worked out with a plain loop
    assert [float(cell) for cell in rows[0][1:]] == pytest.approx(
        [0.9892924046, 0.0085266673, 0.0001455278], abs=1e-10
    )
    scores = [[float(cell) for cell in row[1:]] for row in rows]
    told = [species[row.index(max(row))] for row in scores]
    right = sum(name == row[0] for name, row in zip(told, rows, strict=True))
    assert (right, len(rows)) == (148, 150)


# ------------------------------------------------------------------ with the library installed

DATA = """
import numpy
X = numpy.random.default_rng(0).normal(size=(20, 4)).astype("float32")
numpy.savetxt("data.csv", X, delimiter=",", fmt="%.9g", header="a,b,c,d", comments="")
"""
EXPECTED = 'numpy.savetxt("expected.csv", numpy.asarray(expected), delimiter=",", fmt="%.9g")'
KERAS = """
import os; os.environ["KERAS_BACKEND"] = "torch"
import keras
dense = keras.layers.Dense
model = keras.Sequential([dense(8, activation="relu"), dense(3, activation="softmax")])
expected = keras.ops.convert_to_numpy(model(X))
"""
TORCH = """
import torch
layers = torch.nn.Linear(4, 8), torch.nn.BatchNorm1d(8), torch.nn.ReLU(), torch.nn.Linear(8, 3)
model = torch.nn.Sequential(*(each for number, each in enumerate(layers) if number != NORM)).eval()
expected = torch.softmax(model(torch.tensor(X)), 1).detach().numpy()
"""
SKLEARN = """
from sklearn.datasets import load_iris
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
X_train, y_train = load_iris(return_X_y=True)
pipeline = make_pipeline(StandardScaler(), MLPClassifier((8,), max_iter=2000)).fit(X_train, y_train)
expected = pipeline.predict_proba(X.astype(float))
"""
FLAX = """
import flax, jax
network = flax.linen.Sequential([flax.linen.Dense(8), flax.linen.relu, flax.linen.Dense(3)])
params = network.init(jax.random.key(0), X)
expected = network.apply(params, X)
"""
EQUINOX = """
import equinox, jax
model = equinox.nn.MLP(4, 3, 8, 1, key=jax.random.key(0))
expected = jax.vmap(model)(X)
"""
# By the comment in its first line, what a recipe needs, and the lines that train a network for it.
RECIPES = {
    "PyTorch: weights": (("torch", "safetensors"), TORCH.replace("NORM", "1")),
    "PyTorch: ONNX": (("torch", "onnxscript"), TORCH.replace("NORM", "-1")),
    "scikit-learn: ONNX": (("sklearn", "skl2onnx"), SKLEARN),
    "scikit-learn: weights": (("sklearn", "safetensors"), SKLEARN),
    "Keras: ONNX, with KERAS_BACKEND=torch": (("keras", "onnxscript"), KERAS),
    "Keras: weights": (("keras", "safetensors"), KERAS),
    "Flax: params as init returns them": (("flax", "safetensors"), FLAX),
    "Equinox: a model whose layers are equinox.nn.Linear": (("equinox", "safetensors"), EQUINOX),
}


def recipes() -> list[tuple[str, str, str]]:
    """Return each recipe's first line, its Python, and the commands of the next block of shell."""
    found = []
    for number, (language, text) in enumerate(BLOCKS):
        if language == "python":
            after = (shell for kind, shell in BLOCKS[number:] if kind == "sh")
            found.append((text.split("\n")[0].removeprefix("# "), text, next(after)))
    return found


@pytest.mark.parametrize(("name", "program", "commands"), recipes())
def test_a_recipe_gives_what_its_library_does(
    tmp_path: Path, name: str, program: str, commands: str
) -> None:
    modules, trained = RECIPES[name]
    if not all(map(importlib.util.find_spec, (*modules, "onnx"))):
        pytest.skip(f"needs {' and '.join(modules)}")
    script = f"{DATA}\n{trained}\n{program}\n{EXPECTED}"
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True, capture_output=True)
    config = re.findall(r"net\.yaml|model\.onnx", commands)[-1]
    check = (
        f"nncli forward {config} data.csv --expect expected.csv --rtol 1e-4 --atol 1e-6 --rows 1"
    )
    for command in (*commands.splitlines(), check):
        printed = run_shell(command, tmp_path)
        assert "[exit code" not in printed, printed
