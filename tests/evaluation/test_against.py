"""Two networks on the same samples: by hand, by plain loops, and the same in any units."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from evaluated import class_task
from hypothesis import given
from hypothesis import strategies as st
from sample_streams import Floats, network_of, rows_of

from nncli import Network, build_network, read_spec
from nncli.data.rows import Rows
from nncli.data.stream import SampleStream
from nncli.evaluation.against import (
    MOST_FLIPS,
    Against,
    Comparison,
    Difference,
    Flip,
    Furthest,
    Nearness,
    difference_of,
    nearness_of,
)
from nncli.evaluation.comparable import check_comparable, tasks_of
from nncli.evaluation.tasks import ClassTask, LabelTask, Task
from nncli.formats.saving import saved_files
from nncli.pipeline.run import RunPlan, run_forward
from nncli.results.listeners import NetworkValues, UnitOutputs

HALF = Nearness(rtol=0.0, atol=0.5)


def compared(
    first: Network,
    second: Network,
    x: Floats,
    targets: Sequence[Any] = (),
    cuts: Sequence[int] = (),
    task: Task | None = None,
    nearness: Nearness | None = None,
    **plan: Any,
) -> Comparison:
    """Compare two networks on samples that come in parts.  targets: columns."""
    check_comparable(first.spec, second.spec)
    near = nearness or nearness_of(first.dtype, second.dtype)
    tasks = tasks_of(task, first.spec, second.spec)
    listener = Against(first.spec, second.spec, near, tasks)
    edges = sorted({0, *(min(cut, len(x)) for cut in cuts), len(x)})
    parts = pairwise(edges)
    chunks = [
        Rows(
            tuple(x[start:end].T.astype(np.float64)),
            targets=tuple(np.array(column[start:end]) for column in targets),
        )
        for start, end in parts
    ]
    names = tuple(f"column_{number}" for number in range(1, x.shape[1] + 1))
    stream = SampleStream(names, iter(chunks), (), many=True)
    run_forward(first, stream, RunPlan(beside=second, **plan), [listener])
    return listener.finished()


def network(**keys: Any) -> Network:
    return build_network(read_spec(json.dumps(keys).encode(), "net.yaml"))


def of_weights(*layers: Sequence[Sequence[float]], **keys: Any) -> Network:
    return network(layers=[{"weights": weights, "biases": 0.0} for weights in layers], **keys)


# ------------------------------------------------------------------------------------ by hand


def test_differences_by_hand() -> None:
    first = np.array([[1.0, 2.0, 4.0], [0.0, 8.0, -1.0]])  # two neurons, three samples
    second = np.array([[1.0, 3.0, 4.25], [0.0, 7.0, 1.0]])
    found = difference_of(first, second, HALF, start=11)
    assert found == Difference(
        absolute=Furthest(2.0, 13, 2, (-1.0, 1.0)),
        relative=Furthest(2.0, 13, 2, (-1.0, 1.0)),
        samples=2,
        values=3,
    )
    # the same two: 1 of 3, and 1 of 8; both are 1 apart, the first neuron comes first
    found = difference_of(first[:, :2], second[:, :2], HALF, start=1)
    assert found.absolute == Furthest(1.0, 2, 1, (2.0, 3.0))
    assert found.relative == Furthest(1 / 3, 2, 1, (2.0, 3.0))


def test_the_tolerance_is_absolute_and_relative_to_the_larger_value() -> None:
    first, second = np.array([[10.0, 100.0, 111.5, 0.0]]), np.array([[11.5, 111.0, 100.0, 1.0]])
    # allowed: 0.5 + 0.1 · 11.5 = 1.65, 11.6, 11.65, 0.6
    assert difference_of(first, second, Nearness(0.1, 0.5), 1).values == 1
    assert difference_of(first, second, Nearness(0.1, 0.0), 1).values == 3


def test_what_is_not_finite_agrees_with_itself_alone() -> None:
    first = np.array([[math.nan, math.inf, -math.inf, 1.0, math.inf]])
    same = difference_of(first, first.copy(), HALF, 1)
    assert same == Difference(None, None, 0, 0)
    second = np.array([[1.0, -math.inf, -math.inf, math.nan, math.inf]])
    found = difference_of(first, second, HALF, 1)
    assert (found.samples, found.values) == (3, 3)
    assert found.absolute is not None
    assert found.relative is not None
    assert (found.absolute.difference, found.relative.difference) == (math.inf, math.inf)
    assert (found.absolute.sample, found.absolute.values[1]) == (1, 1.0)


def test_a_large_difference_is_found_wherever_it_is() -> None:
    """In arrays that are compared piece by piece."""
    first = np.zeros((2, 30_000))
    second = first.copy()
    second[1, [9_000, 29_000]], second[0, 20_000] = (3.0, 4.0), 4.0
    second[0, 11_000:11_005] = 0.25  # not beyond
    found = difference_of(first, second, HALF, start=257)
    assert found.absolute == Furthest(4.0, 20_257, 1, (0.0, 4.0))
    assert found.relative == Furthest(1.0, 9_257, 2, (0.0, 3.0))
    assert (found.samples, found.values) == (3, 3)


def test_a_changed_weight_shows_from_its_layer_on() -> None:
    """x → 2x → (2x, −2x), and with another weight (2x, −2.5x) → their sum."""
    first = of_weights([[2.0]], [[1.0, -1.0]], [[1.0], [1.0]])
    second = of_weights([[2.0]], [[1.0, -1.25]], [[1.0], [1.0]])
    found = compared(first, second, np.array([[1.0], [-4.0], [2.0]]), nearness=HALF)
    assert found.layers[0].difference == Difference(None, None, 0, 0)
    changed = Difference(
        Furthest(2.0, 2, 2, (8.0, 10.0)), Furthest(0.2, 1, 2, (-2.0, -2.5)), samples=2, values=2
    )
    assert found.layers[1].difference == changed
    assert found.first_beyond == found.layers[1]
    ends = Difference(
        Furthest(2.0, 2, 1, (0.0, 2.0)), Furthest(1.0, 1, 1, (0.0, -0.5)), samples=2, values=2
    )
    assert found.layers[2].difference == found.outputs == ends
    assert (found.samples, found.neurons, found.flips) == (3, 1, None)


def test_outputs_are_compared_with_their_scale_undone() -> None:
    scale = {"scale": {"standard": {"mean": 1.0, "std": 8.0}}}
    first = of_weights([[2.0]], outputs=scale)
    second = of_weights([[2.5]], outputs=scale)
    found = compared(first, second, np.array([[1.0]]))
    layer = found.layers[0].difference
    assert layer is not None
    assert layer.absolute == Furthest(0.5, 1, 1, (2.0, 2.5))
    assert found.outputs.absolute == Furthest(4.0, 1, 1, (17.0, 21.0))


def test_both_networks_scale_the_same_raw_inputs_in_their_own_way() -> None:
    """One scales, the other has it in its weights: (x − 1) / 2 · 4 = 2x − 2."""
    inputs = {"size": 1, "scale": {"standard": {"mean": 1.0, "std": 2.0}}}
    first = network(inputs=inputs, layers=[{"weights": [[4.0]], "biases": 0.0}])
    second = network(inputs=1, layers=[{"weights": [[2.0]], "biases": [-2.0]}])
    found = compared(first, second, np.array([[1.0], [-3.0], [0.5]]))
    assert found.outputs == Difference(None, None, 0, 0)


# -------------------------------------------------------------------------------------- flips


def flips_of(
    tasks: tuple[Task, Task], first: Floats, second: Floats, targets: Sequence[Any] = ()
) -> Any:
    spec = network_of([1, first.shape[1]]).spec
    listener = Against(spec, spec, HALF, tasks)
    both = (NetworkValues([first.T], first.T), NetworkValues([second.T], second.T))
    columns = [np.array(column) for column in targets]
    listener.take(listener.prepare(UnitOutputs(1, (), list(first.T), targets=columns, both=both)))
    return listener.finished().flips


def test_flips_help_and_hurt_by_hand() -> None:
    one, other = [0.75, 0.25], [0.25, 0.75]
    first = np.array([one, one, other, other, one, one])
    second = np.array([one, other, one, one, [math.nan, 0.0], other])
    task = class_task(2)
    found = flips_of((task, task), first, second, [[0, 0, 0, 1, 0, 1]])
    assert (found.count, found.helped, found.hurt) == (5, 3, 2)
    names = ("class 0", "class 1")
    assert found.first == (
        Flip(2, names, "class 0"),
        Flip(3, names[::-1], "class 0"),
        Flip(4, names[::-1], "class 1"),
        Flip(5, ("class 0", ""), "class 0"),
        Flip(6, names, "class 1"),
    )
    without = flips_of((task, task), first, second)
    assert (without.count, without.helped, without.hurt) == (5, None, None)
    assert without.first[0] == Flip(2, names, None)


def test_a_flip_between_two_wrong_classes_neither_helps_nor_hurts() -> None:
    task = class_task(3)
    found = flips_of((task, task), np.array([[1.0, 0, 0]]), np.array([[0, 1.0, 0]]), [[2]])
    assert (found.count, found.helped, found.hurt) == (1, 0, 0)


def test_each_network_has_its_own_threshold() -> None:
    tasks = (class_task(2, "second"), class_task(2, "second", threshold=0.8))
    outputs = np.array([[0.25], [0.75], [0.875]])
    assert flips_of(tasks, outputs, outputs).first == (Flip(2, ("class 1", "class 0"), None),)


def test_labels_flip_one_by_one() -> None:
    task = LabelTask(("red", "round"), "float64")
    first, second = np.array([[0.75, 0.25], [0.25, 0.25]]), np.array([[0.25, 0.75], [0.25, 0.75]])
    found = flips_of((task, task), first, second, [[1, 0], [1, 0]])
    assert (found.count, found.helped, found.hurt) == (3, 2, 1)
    assert found.first == (
        Flip(1, ("1", "0"), "1", "red"),
        Flip(1, ("0", "1"), "1", "round"),
        Flip(2, ("0", "1"), "0", "round"),
    )


def test_only_the_first_flips_are_listed() -> None:
    task = class_task(2)
    first = np.tile([[0.75, 0.25]], (30, 1))
    found = flips_of((task, task), first, first[:, ::-1])
    assert (found.count, [flip.row for flip in found.first]) == (30, [*range(1, MOST_FLIPS + 1)])


# -------------------------------------------------------------------------------- real networks


@pytest.mark.parametrize("activation", ["relu", "tanh", "gelu"])
def test_float32_against_float64_differs_by_rounding_alone(activation: str) -> None:
    first, second = (network_of([6, 20, 4], activation, dtype=t) for t in ("float64", "float32"))
    x = rows_of(700, 6, "float32")
    found = compared(first, second, x)
    assert found.dtypes == ("float64", "float32")
    assert found.nearness == Nearness(1e-5, 1e-5)
    assert (found.first_beyond, found.outputs.values) == (None, 0)
    traces = [each.trace(x) for each in (first, second)]
    for layer, one, other in zip(found.layers, *traces, strict=True):
        assert layer.difference is not None
        largest = layer.difference.absolute
        assert largest is not None
        assert 0 < largest.difference < 1e-4
        # the command and a trace may round otherwise, by the last bits of the smaller type
        apart = abs(one.output[largest.sample - 1, largest.neuron - 1] - largest.values[0])
        assert apart <= 1e-12
        assert largest.difference == abs(largest.values[0] - largest.values[1])
        differences = np.abs(one.output - other.output.astype(np.float64))
        assert largest.difference == pytest.approx(differences.max(), rel=0.5)


def test_the_onnx_that_was_made_from_a_spec_agrees_with_it(tmp_path: Path) -> None:
    pytest.importorskip("onnx", reason="needs the package onnx, of the extra `onnx`")
    first = network(
        inputs={"columns": ["a", "b"], "scale": {"standard": {"mean": [1, 2], "std": [3, 4]}}},
        layers=[{"neurons": 5, "activation": "relu"}, {"neurons": 3, "activation": "softmax"}],
        outputs={"classes": ["x", "y", "z"]},
        seed=4,
    )
    path = tmp_path / "net.onnx"
    (file,) = saved_files(first.spec, first.layers, str(path), "onnx")
    path.write_bytes(file.content)
    second = Network.load(path)
    found = compared(first, second, rows_of(300, 2), targets=[[0] * 300])
    assert found.first_beyond is None
    assert (found.outputs.values, len(found.layers)) == (0, 2)
    assert found.flips is not None
    assert found.flips.count == 0


def test_layers_of_different_sizes_are_not_compared() -> None:
    first, second = network_of([3, 4, 6, 2]), network_of([3, 4, 5, 2])
    found = compared(first, second, rows_of(20, 3))
    assert [layer.difference is None for layer in found.layers] == [False, True, False]
    assert [layer.pair.neurons for layer in found.layers] == [(4, 4), (6, 5), (2, 2)]
    deeper = compared(first, network_of([3, 4, 2]), rows_of(20, 3))
    assert [layer.pair.neurons for layer in deeper.layers] == [(4, 4), (6, 2), (2, None)]
    assert [layer.difference is None for layer in deeper.layers] == [False, True, True]
    assert deeper.outputs.values > 0


def loop_flips(first: Network, second: Network, x: Floats, targets: Sequence[int]) -> list[int]:
    """Count flips, help and hurt sample by sample."""
    one, other = (each.forward(x).tolist() for each in (first, second))
    count = helped = hurt = 0
    for a, b, target in zip(one, other, targets, strict=True):
        here, there = a.index(max(a)), b.index(max(b))
        count += here != there
        helped += here == target != there
        hurt += there == target != here
    return [count, helped, hurt]


@given(
    cuts=st.lists(st.integers(0, 900), max_size=4),
    threads=st.integers(1, 3),
    unit_bytes=st.integers(1, 10**5),
    batch_size=st.sampled_from([None, 1, 300]),
)
def test_units_and_threads_do_not_change_what_is_found(
    cuts: list[int], threads: int, unit_bytes: int, batch_size: int | None
) -> None:
    first, second = (network_of([3, 5, 4], "softmax", seed) for seed in (1, 2))
    x, targets = rows_of(900, 3), np.random.RandomState(0).randint(4, size=900)
    plan: dict[str, Any] = {"threads": threads, "unit_bytes": unit_bytes, "batch_size": batch_size}
    found = compared(first, second, x, [targets], cuts, **plan)
    assert found == compared(first, second, x, [targets])
    assert found.flips is not None
    counts = [found.flips.count, found.flips.helped, found.flips.hurt]
    assert counts == loop_flips(first, second, x, targets.tolist())
    apart = np.abs(first.forward(x) - second.forward(x))
    assert found.outputs.absolute is not None
    assert found.outputs.absolute.difference == pytest.approx(apart.max(), rel=1e-12)
    assert found.outputs.samples == np.count_nonzero((apart > 3e-9).any(axis=1))


def test_a_class_task_of_the_first_counts() -> None:
    first, second = network_of([3, 4], "softmax", 1), network_of([3, 4], "softmax", 2)
    tasks = tasks_of(None, first.spec, second.spec)
    assert tasks is not None
    assert isinstance(tasks[0], ClassTask)
    again = compared(first, second, rows_of(50, 3), task=tasks[0])
    assert again == compared(first, second, rows_of(50, 3))
