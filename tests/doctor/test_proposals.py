"""What the doctor proposes for a fault of a spec, before it is tried."""

from __future__ import annotations

from typing import get_args

import pytest

from nncli.doctor.proposals import proposals
from nncli.doctor.spec_edits import SpecEditor
from nncli.formats.assignment import complete
from nncli.specs.faults import Kind
from nncli.specs.reader import examine_form, read_form
from nncli.specs.stored import StoredTensor, WeightsHeader

LAYER = "inputs: 2\nlayers:\n  - neurons: 1\n    "

# a kind of fault → a spec that has it, and the summaries of the edits that are proposed
PROPOSED: dict[Kind, tuple[str, list[str]]] = {
    "activations of layers": (
        "inputs: 1\nactivations: relu\nlayers:\n- neurons: 2\nseed: 0\n",
        ["(without `activations`)", "layers, item 1: {neurons: 2, activation: relu}"],
    ),
    "array name": (
        "weights_file: m.npz\nlayers:\n  - weights: coefs_0\n",
        [],
    ),
    "choice": ("layer_sizes: [1, 2]\nseed: 0\nactivations: rleu\n", ["activations: relu"]),
    "choice form": (
        "layer_sizes: [1, 2]\nseed: 0\nactivations: {elu: 2}\n",
        ["activations: {elu: {alpha: 2}}", "activations: 2"],
    ),
    "count of activations": (
        "layer_sizes: [1, 2, 3]\nseed: 0\nactivations: [relu]\n",
        ["activations: [relu, linear]", "activations: relu"],
    ),
    "count of names": (
        "layer_sizes: [1, 2]\nseed: 0\noutputs: [a]\n",
        ["layer_sizes: [1, 1]", "outputs: [a, output_2]"],
    ),
    "count of outputs": ("layer_sizes: [1, 2]\nseed: 0\noutputs: 2\n", ["(without `outputs`)"]),
    "empty": ("layer_sizes: [1, 2]\nseed:\n", []),
    "flat weights": (
        "inputs: 1\nlayers:\n  - neurons: 2\n    weights: [1, 2]\n",
        ["weights: [[1], [2]]", "weights: [[1, 2]]"],
    ),
    "missing key": (
        "layers: [1, 2]\nseed: 0\n",
        ["layers, item 1: {neurons: 1}", "layers, item 2: {neurons: 2}", "layer_sizes: [1, 2]"],
    ),
    "nested biases": (f"{LAYER}weights: [[1], [2]]\n    biases: [[1]]\n", ["biases: [1]"]),
    "no number": (f"{LAYER}weights: [[1], [007]]\n", ["weights: [7]"]),
    "no seed": ("layer_sizes: [1, 2]\n", ["seed: 0"]),
    "no text": ("name: 1\nlayer_sizes: [1, 2]\nseed: 0\n", ['name: "1"']),
    "odd blank": ("layer_sizes: [1, 2]\nseed: 0\n\u00a0name: a\n", ["name: a"]),
    "other layers": (
        "inputs: 1\nlayers: [3]\nseed: 0\n",
        ["layers, item 1: {neurons: 3}", "layer_sizes: [3]"],
    ),
    "row length": (
        f"{LAYER}weights: [[1], [2,5]]\n",
        ["weights, item 2: [2.5]", "weights: [2]"],
    ),
    "transposed file": (
        "inputs: 2\nlayers:\n  - neurons: 1\nweights_file: m.npz\n",
        ["layout: neurons_by_inputs"],
    ),
    "unknown key": ("layer_sizes: [1, 2]\nsed: 0\n", ["seed: 0"]),
}


def test_every_kind_of_fault_has_an_example() -> None:
    assert set(PROPOSED) == set(get_args(Kind))


@pytest.mark.parametrize("kind", PROPOSED)
def test_each_kind_of_fault_has_its_proposals(kind: Kind) -> None:
    text, expected = PROPOSED[kind]
    header = WeightsHeader("m.npz", (StoredTensor("W", (1, 2), "float32"),))
    reading = read_form(text.encode(), "net.yaml")
    completed = complete(reading, header) if "weights_file" in text else reading
    examined = examine_form(completed)
    fault = next(fault for fault in examined.found.faults if fault.kind == kind)
    suggestions = proposals(fault, SpecEditor(examined.source))
    assert [edit.summary for s in suggestions for edit in s.edits] == expected
