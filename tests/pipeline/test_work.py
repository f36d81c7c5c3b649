"""A unit through a network that scales: the same bits everywhere, and who hears what of it."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_streams import Floats, in_pieces, rows_of, stream_of

from nncli.network.network import Network
from nncli.network.prediction import class_rule
from nncli.pipeline.checks import check_finite
from nncli.pipeline.run import ForwardRun, RunPlan, run_forward
from nncli.results.listeners import UnitOutputs

INPUTS = {
    "size": 3,
    "clip": {"low": [-4, -3, -2], "high": 4},
    "scale": {"standard": {"mean": [0.5, -1, 2], "std": [3, 0.7, 1.1]}},
}
TARGET = {"scale": {"min_max": {"min": [1, 2], "max": [3, 40], "to": [-1, 1]}}}
CLASSES = {"classes": ["a", "b"]}


def network_of(
    outputs: dict[str, Any], activation: str = "linear", dtype: str = "float64"
) -> Network:
    spec = {
        "inputs": INPUTS,
        "layers": [{"neurons": 5, "activation": "tanh"}, {"neurons": 2, "activation": activation}],
        "outputs": outputs,
        "seed": 3,
        "dtype": dtype,
    }
    return Network.from_yaml_text(json.dumps(spec))


class Heard:
    """A listener that keeps what it hears, and the predictions with it."""

    def __init__(self, layer: int | None = None) -> None:
        self.layer = layer
        self.values: list[Floats] = []
        self.predictions: list[tuple[str, float]] = []

    def prepare(self, outputs: UnitOutputs) -> Any:
        found = outputs.prediction
        pairs = (
            [] if found is None else zip(found.classes, found.probabilities.tolist(), strict=True)
        )
        return np.stack(outputs.values, axis=1), list(pairs)

    def take(self, prepared: Any) -> None:
        self.values.append(prepared[0])
        self.predictions += prepared[1]

    def finish(self) -> None:
        self.together = np.concatenate(self.values)


def run_of(network: Network, x: Floats, *, classes: bool = False, **plan: Any) -> ForwardRun:
    rule = class_rule(network.spec) if classes else None
    return run_forward(network, stream_of(x), RunPlan(rule=rule, **plan))


@given(
    sizes=st.lists(st.integers(0, 700), max_size=4),
    threads=st.integers(1, 3),
    unit_bytes=st.integers(1, 10**5),
    dtype=st.sampled_from(["float64", "float32"]),
)
def test_scaled_outputs_have_the_same_bits_however_they_come(
    sizes: list[int], threads: int, unit_bytes: int, dtype: str
) -> None:
    network, x = network_of(TARGET, dtype=dtype), rows_of(900, 3, dtype)
    heard, whole = Heard(), run_of(network, x)
    plan = RunPlan(threads=threads, unit_bytes=unit_bytes)
    run = run_forward(network, in_pieces(x, sizes), plan, [heard])
    assert heard.together.dtype == dtype
    for outputs in (heard.together, run.shown.outputs):
        assert np.ascontiguousarray(outputs).tobytes() == whole.shown.outputs.tobytes()


@given(position=st.integers(0, 899), activation=st.sampled_from(["linear", "softmax"]))
def test_a_row_alone_has_the_class_and_the_bits_of_its_probability(
    position: int, activation: str
) -> None:
    network, x = network_of(CLASSES, activation), rows_of(900, 3)
    whole = run_of(network, x, classes=True).shown.prediction
    alone = run_of(network, x[position : position + 1], classes=True).shown.prediction
    assert whole is not None
    assert alone is not None
    assert alone.classes[0] == whole.classes[position]
    assert alone.probabilities.tobytes() == whole.probabilities[position].tobytes()


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_stream_gives_what_the_network_gives(dtype: str) -> None:
    network, x = network_of(TARGET, "tanh", dtype), rows_of(600, 3, dtype)
    shown, tolerance = run_of(network, x).shown, 20 * float(np.finfo(dtype).eps)
    np.testing.assert_allclose(shown.outputs, network.forward(x), rtol=tolerance)
    for block, whole in zip(shown.layers, network.trace(x), strict=True):
        np.testing.assert_allclose(block.output, whole.output, rtol=tolerance, atol=tolerance)


def test_inputs_are_shown_as_the_first_layer_takes_them() -> None:
    """By hand: 9 is clipped to 4, -9 to -3 and -2."""
    shown = run_of(network_of(TARGET), np.array([[9, -9, -9], [0.5, -1, 2]])).shown
    assert shown.batch.tolist() == [[9, -9, -9], [0.5, -1, 2]]
    assert shown.inputs is not None
    first, second = shown.inputs.tolist()
    assert first == pytest.approx([3.5 / 3, -2 / 0.7, -4 / 1.1], rel=1e-15)
    assert second == [0, 0, 0]


def test_layers_are_heard_before_the_scale_is_undone_and_the_network_after_it() -> None:
    network, x = network_of(TARGET), rows_of(300, 3)
    last, outputs = Heard(2), Heard()
    run_forward(network, stream_of(x), RunPlan(), [last, outputs])
    y = last.together  # ±1 are the ends of the targets' ranges
    np.testing.assert_allclose(
        outputs.together, np.stack([2 + y[:, 0], 21 + 19 * y[:, 1]], axis=1), rtol=1e-13
    )


def test_predictions_are_told_to_those_who_hear_the_network_alone() -> None:
    network, x = network_of(CLASSES, "softmax"), rows_of(300, 3)
    last, outputs = Heard(2), Heard()
    plan = RunPlan(rule=class_rule(network.spec))
    run_forward(network, stream_of(x), plan, [last, outputs])
    assert last.predictions == []
    expected = [("ab"[int(b > a)], max(a, b)) for a, b in outputs.together.tolist()]
    assert outputs.predictions == expected


def test_long_names_of_classes_make_units_smaller() -> None:
    """3 inputs and 2 outputs are 40 bytes a sample; a name of 1000 bytes leaves room for less."""
    network, lengths = network_of({"classes": ["a", "é" * 500]}, "softmax"), []
    for rule in (None, class_rule(network.spec)):
        heard = Heard()
        plan = RunPlan(rule=rule, unit_bytes=40 * 2048)
        run_forward(network, stream_of(rows_of(3000, 3)), plan, [heard])
        lengths.append(max(map(len, heard.values)))
    assert lengths == [2048, 256]


def test_samples_without_a_class_are_counted_in_a_note() -> None:
    x = rows_of(600, 3)
    x[[5, 590], 1] = np.nan
    run = run_of(network_of(CLASSES, "linear"), x, classes=True)
    assert [note.code for note in run.notes] == ["non_finite", "scores", "no_class"]
    assert run.notes[-1].message == "2 samples have an output of NaN, hence no class"


def test_what_is_not_finite_in_the_scaled_data_is_said_of_it() -> None:
    run = run_of(network_of(TARGET), np.array([[0, 0, 0], [0, math.nan, 0]]))
    (note,) = [note for note in run.notes if note.code == "non_finite"]
    assert note.message == (
        "the scaled data holds 1 non-finite value, the first (nan) at sample 2, "
        "column 2 ('column_2')"
    )


def test_what_the_outputs_scale_makes_infinite_is_found_there() -> None:
    """In float32 1e30 times 1e30 is beyond all numbers."""
    scale = {"standard": {"mean": 0, "std": 1e30}}
    layer = {"neurons": 1, "weights": [[1e30]]}
    spec = {"inputs": 1, "layers": [layer], "outputs": {"scale": scale}, "dtype": "float32"}
    run = run_of(Network.from_yaml_text(json.dumps(spec)), np.array([[0.0], [1.0], [2.0]]))
    (note,) = [note for note in run.notes if note.code == "non_finite"]
    words = "outputs.scale: 2 non-finite values, the first (inf) at sample 2, neuron 1"
    assert (note.layer, note.message) == (None, words)
    assert [problem.message for problem in check_finite(run)] == [words]


class HeardBoth:
    """A listener that keeps what both networks made, layer by layer."""

    layer = None

    def __init__(self) -> None:
        self.parts: list[list[Floats]] = []

    def prepare(self, outputs: UnitOutputs) -> list[Floats]:
        assert outputs.both is not None
        return [a.copy() for network in outputs.both for a in (*network.layers, network.outputs)]

    def take(self, prepared: list[Floats]) -> None:
        self.parts.append(prepared)

    def finish(self) -> None:
        self.together = [np.concatenate(each, axis=1) for each in zip(*self.parts, strict=True)]


@given(
    sizes=st.lists(st.integers(0, 700), max_size=4),
    threads=st.integers(1, 3),
    unit_bytes=st.integers(1, 10**5),
)
def test_a_network_beside_another_has_the_bits_of_its_own_run(
    sizes: list[int], threads: int, unit_bytes: int
) -> None:
    networks = (network_of(TARGET), network_of(CLASSES, "softmax", "float32"))
    x, both, first = rows_of(600, 3), HeardBoth(), Heard(1)
    plan = RunPlan(threads=threads, unit_bytes=unit_bytes, beside=networks[1])
    run_forward(networks[0], in_pieces(x, sizes), plan, [first, both])
    expected = []
    for network in networks:
        shown = run_of(network, x).shown
        expected += [*(layer.output for layer in shown.layers), shown.outputs]
    assert [a.dtype for a in both.together] == ["float64"] * 3 + ["float32"] * 3
    for found, alone in zip(both.together, expected, strict=True):
        assert np.ascontiguousarray(found.T).tobytes() == np.ascontiguousarray(alone).tobytes()
    assert np.array_equal(first.together, expected[0])
