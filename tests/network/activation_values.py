"""Every activation of PyTorch and Keras at the same points, as a table for the tests.

Computes in float64 and writes the shortest decimals that read back to the same number.
With PyTorch 2.13.0 and Keras 3.15.1 on PyTorch:
python tests/network/activation_values.py > tests/network/activation_values.csv
"""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

os.environ["KERAS_BACKEND"] = "torch"

POINTS = (
    *(-1e4, -700.0, -88.0, -40.0, -20.0, -6.5, -6.0, -3.5, -3.0, -2.5, -1.0, -0.5, -1e-3, -1e-9),
    *(-1e-300, -0.0, 0.0, 1e-300, 1e-9, 1e-3, 0.25, 0.5, 1.0, 2.0, 2.5, 3.0, 3.5, 5.9, 6.0, 6.5),
    *(12.0, 20.0, 40.0, 88.0, 700.0, 1e4),
)
# Samples, each from one of the points up to another: for activations over a sample's neurons all
# of them, for others the first.
ROWS = ((0, len(POINTS)), (7, 12), (12, 20))

Functions = Mapping[str, Callable[[Any], Any]]


def torch_functions() -> Functions:
    """Return name → function of a tensor; over (samples, neurons) where it matters."""
    import torch
    from torch.nn import functional as f

    def constant(value: float) -> Any:
        return torch.tensor(value, dtype=torch.float64)

    return {
        "linear": torch.nn.Identity(),
        "step": lambda z: torch.heaviside(z, constant(0.0)),
        "step at_zero=0.5": lambda z: torch.heaviside(z, constant(0.5)),
        "sign": torch.sign,
        "relu": f.relu,
        "leaky_relu": f.leaky_relu,
        "leaky_relu negative_slope=0.2": lambda z: f.leaky_relu(z, 0.2),
        "prelu slopes=0.25": lambda z: f.prelu(z, constant(0.25)),
        "relu6": f.relu6,
        "elu": f.elu,
        "elu alpha=1.5": lambda z: f.elu(z, 1.5),
        "celu": f.celu,
        "celu alpha=0.75": lambda z: f.celu(z, 0.75),
        "selu": f.selu,
        "gelu": f.gelu,
        "gelu approximate=tanh": lambda z: f.gelu(z, approximate="tanh"),
        "silu": f.silu,
        "hard_silu": f.hardswish,
        "mish": f.mish,
        "sigmoid": torch.sigmoid,
        "hard_sigmoid": f.hardsigmoid,
        "log_sigmoid": f.logsigmoid,
        "tanh": torch.tanh,
        "hard_tanh": f.hardtanh,
        "hard_tanh min=-0.5 max=2": lambda z: f.hardtanh(z, -0.5, 2.0),
        "softsign": f.softsign,
        "softplus": lambda z: f.softplus(z, threshold=40),
        "softmax": lambda z: f.softmax(z, dim=-1),
        "log_softmax": lambda z: f.log_softmax(z, dim=-1),
    }


def keras_functions() -> Functions:
    """Return name → function of a tensor; over (samples, neurons) where it matters."""
    from keras import activations as k

    return {
        "linear": k.linear,
        "relu": k.relu,
        "leaky_relu negative_slope=0.2": lambda z: k.leaky_relu(z, negative_slope=0.2),
        "relu6": k.relu6,
        "elu": k.elu,
        "elu alpha=1.5": lambda z: k.elu(z, alpha=1.5),
        "celu": k.celu,
        "celu alpha=0.75": lambda z: k.celu(z, alpha=0.75),
        "selu": k.selu,
        "gelu": k.gelu,
        "gelu approximate=tanh": lambda z: k.gelu(z, approximate=True),
        "silu": k.silu,
        "hard_silu": k.hard_silu,
        "mish": k.mish,
        "sigmoid": k.sigmoid,
        "hard_sigmoid": k.hard_sigmoid,
        "log_sigmoid": k.log_sigmoid,
        "tanh": k.tanh,
        "hard_tanh": k.hard_tanh,
        "softsign": k.softsign,
        "softplus": k.softplus,
        "softmax": k.softmax,
        "log_softmax": k.log_softmax,
    }


def main() -> None:
    """Write the points of each row, then a line for each library, activation and row."""
    import torch

    writer = csv.writer(sys.stdout, lineterminator="\n")
    for number, (begin, end) in enumerate(ROWS):
        writer.writerow(["z", "", number, *POINTS[begin:end]])
    for library, functions in (("torch", torch_functions()), ("keras", keras_functions())):
        for name, function in functions.items():
            of_sample = name in ("softmax", "log_softmax")
            for number in range(len(ROWS)) if of_sample else (0,):
                z = torch.tensor([POINTS[slice(*ROWS[number])]], dtype=torch.float64)
                writer.writerow([library, name, number, *function(z)[0].tolist()])


if __name__ == "__main__":
    main()
