"""Every activation that a spec can name, those with parameters also with others than usual."""

from __future__ import annotations

from typing import Any

from nncli.specs.model import ACTIVATIONS

CASES: dict[str, Any] = {name: name for name in ACTIVATIONS if name != "prelu"} | {
    "step 0.5": {"step": {"at_zero": 0.5}},
    "sign 1": {"sign": {"at_zero": 1}},
    "leaky_relu 0.3": {"leaky_relu": {"negative_slope": 0.3}},
    "prelu 0.25": {"prelu": {"slopes": 0.25}},
    "elu 1.7": {"elu": {"alpha": 1.7}},
    "celu 0.7": {"celu": {"alpha": 0.7}},
    "gelu tanh": {"gelu": {"approximate": "tanh"}},
    "hard_sigmoid 0.2": {"hard_sigmoid": {"slope": 0.2}},
    "hard_sigmoid -0.3 0.75": {"hard_sigmoid": {"slope": -0.3, "offset": 0.75}},
    "hard_tanh -0.5 2": {"hard_tanh": {"min": -0.5, "max": 2}},
}
