"""Random models of many shapes and activations, against ONNX's reference evaluator."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx_models import batch, computed, evaluated, imported, model, node

Random = np.random.RandomState
ACTIVATIONS: dict[str, dict[str, Any]] = {
    "Relu": {},
    "LeakyRelu": {"alpha": 0.2},
    "Elu": {"alpha": 1.5},
    "Selu": {},
    "Celu": {"alpha": 0.5},
    "Gelu": {"approximate": "tanh"},
    "Sigmoid": {},
    "HardSigmoid": {"alpha": 0.3},
    "HardSwish": {},
    "Mish": {},
    "Tanh": {},
    "Softplus": {},
    "Softsign": {},
    "Softmax": {},
    "LogSoftmax": {},
}


def random_layer(
    random: Random, number: int, width: int, neurons: int
) -> tuple[list[Any], dict[str, Any]]:
    """Return the nodes of a layer from `v0` to `v1` (by its number), and their arrays."""
    name = f"v{number}"
    weights, biases = random.standard_normal((width, neurons)), random.standard_normal(neurons)
    if random.rand() < 0.5:
        turned = int(random.randint(2))
        arrays = {f"w{number}": weights.T if turned else weights, f"b{number}": biases}
        nodes = [node("Gemm", f"{name} w{number} b{number}", f"p{number}", transB=turned)]
    else:
        arrays = {f"w{number}": weights, f"b{number}": biases[None, :]}
        nodes = [
            node("MatMul", f"{name} w{number}", f"m{number}"),
            node("Add", f"b{number} m{number}", f"p{number}"),
        ]
    middle = [random_step(random, neurons) for _ in range(random.randint(3))]
    operator = str(random.choice(list(ACTIVATIONS)))
    value = f"p{number}"
    for place, (kind, constant) in enumerate(middle):
        step = f"s{number}_{place}"
        arrays[f"{step}c"] = constant
        nodes.append(node(kind, f"{value} {step}c", step))
        value = step
    nodes.append(node(operator, value, f"v{number + 1}", **ACTIVATIONS[operator]))
    return nodes, arrays


def random_step(random: Random, neurons: int) -> tuple[str, Any]:
    """Return arithmetic with one number per neuron, or one for all."""
    constant = random.uniform(0.5, 1.5, neurons if random.rand() < 0.7 else ())
    return str(random.choice(["Add", "Sub", "Mul", "Div"])), constant


@pytest.mark.parametrize("seed", range(40))
def test_a_random_model_gives_the_numbers_of_the_reference_evaluator(
    tmp_path: Path, seed: int
) -> None:
    random = Random(seed)
    sizes = [int(size) for size in random.choice([1, 2, 3, 5, 16, 33], random.randint(2, 6))]
    nodes: list[Any] = []
    constants: dict[str, Any] = {}
    for number, (width, neurons) in enumerate(pairwise(sizes)):
        more, arrays = random_layer(random, number, width, neurons)
        nodes += more
        constants |= arrays
    nodes.append(node("Identity", f"v{len(sizes) - 1}", "y"))
    made = model(nodes, constants, inputs={"v0": ("N", sizes[0])}, dtype="float64")
    network = imported(tmp_path, made)
    assert network.spec.layer_sizes == tuple(sizes)
    assert network.spec.dtype == "float64"
    x = batch(9, sizes[0], seed).astype(np.float64)
    expected = evaluated(made, x)
    np.testing.assert_allclose(computed(network, x), expected, rtol=1e-6, atol=1e-9)
