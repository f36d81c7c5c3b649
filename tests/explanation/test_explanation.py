"""The steps of a network: which there are, and that `forward` agrees with them."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from activation_cases import CASES
from parse_back import explained

from nncli.explanation.explanation import Run, WantedLayer, Wish, explain
from nncli.explanation.notation import Notation
from nncli.explanation.steps import NeuronStep, TransposeStep
from nncli.network.network import Network

SPEC = """\
inputs: 2
layers:
- {weights: [[0.5, -1], [0.25, 2], [1, 1]], biases: [0, 1, 0.1], layout: neurons_by_inputs}
"""
BATCH = np.array([[1.0, 2.0], [3.0, -0.5]])
WISH = Wish((1, 2), (WantedLayer(1),))


def run_of(network: Network, off: float = 0.0) -> Run:
    """Return a run whose last sum, and output, is off by so much."""
    (layer,) = network.trace(BATCH)
    wrong = layer.pre_activation.copy()
    wrong[-1, -1] += off
    layers = (replace(layer, pre_activation=wrong, output=wrong),)
    return Run((1, 2), 2, ("a", "b"), BATCH, None, layers, wrong)


@pytest.mark.parametrize("off", [1e-12, -0.5, np.inf])
def test_a_float_further_off_than_rounding_explains_is_a_bug(off: float) -> None:
    network = Network.from_yaml_text(SPEC)
    with pytest.raises(RuntimeError, match=r"layer 1, sample 2, neuron 3: forward has .*2\.6"):
        explain(network, run_of(network, off), WISH)


@pytest.mark.parametrize("off", [0.0, 4e-16, -4e-16])
def test_a_float_that_was_rounded_is_none(off: float) -> None:
    network = Network.from_yaml_text(SPEC)
    found = explain(network, run_of(network, off), WISH)
    sums = [step for step in found.steps if isinstance(step, NeuronStep)]
    assert [step.z.shown.text for step in sums] == ["-1.5", "5.25", "3.1", "2", "0.75", "2.6"]
    assert all(step.z.other is None for step in sums)


@pytest.mark.parametrize("activation", CASES)
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_every_activation_agrees_with_forward(activation: str, dtype: str) -> None:
    layer = f"neurons_by_inputs, activation: {json.dumps(CASES[activation])}}}"
    text = SPEC.replace("neurons_by_inputs}", layer)
    network = Network.from_yaml_text(f"dtype: {dtype}\n{text}")
    found = explained(network, BATCH, WISH)
    for step in found.steps:
        if isinstance(step, NeuronStep):
            a = network.forward(BATCH)[step.sample - 1, step.neuron - 1]
            assert float(step.a.shown.value.value) == pytest.approx(float(a), rel=1e-5, abs=1e-7)


@pytest.mark.parametrize(
    ("notation", "layout", "is_turned"),
    [
        ("rows", "inputs_by_neurons", False),
        ("torch", "inputs_by_neurons", False),
        ("columns", "inputs_by_neurons", True),
        ("rows", "neurons_by_inputs", True),
        ("torch", "neurons_by_inputs", True),
        ("columns", "neurons_by_inputs", False),
    ],
)
def test_weights_are_turned_only_if_the_spec_holds_them_otherwise(
    notation: Notation, layout: str, is_turned: bool
) -> None:
    weights = "[[1, 2, 3], [4, 5, 6]]"
    if layout == "neurons_by_inputs":
        weights = "[[1, 4], [2, 5], [3, 6]]"
    network = Network.from_yaml_text(
        f"inputs: 2\nlayers:\n- {{weights: {weights}, layout: {layout}}}\n"
    )
    found = explained(network, BATCH, replace(WISH, notation=notation))
    drawn = Network.from_yaml_text(f"layout: {layout}\nlayer_sizes: [2, 3]\nseed: 0\n")
    steps = explained(drawn, BATCH, replace(WISH, notation=notation)).steps
    assert not any(isinstance(step, TransposeStep) for step in steps)
    kinds = [type(step).__name__ for step in found.steps]
    assert ("TransposeStep" in kinds) is is_turned
    product = found.steps[kinds.index("ProductStep")]
    assert [[value.text for value in row] for row in product.w] == [  # type: ignore[union-attr]
        ["1", "2", "3"],
        ["4", "5", "6"],
    ]
