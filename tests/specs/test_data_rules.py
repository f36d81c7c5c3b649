"""Names and scales of inputs and outputs: as many as they stand for, and in no contradiction."""

from __future__ import annotations

from itertools import accumulate

import pytest

from nncli.errors import SpecError
from nncli.problems import Problem
from nncli.specs.model import Clip, MinMax, Standard
from nncli.specs.reader import read_spec

LAYERS = "seed: 0\nlayers: [{neurons: 3, activation: relu}, {neurons: 2}]\n"
SIGMOID = "seed: 0\ninputs: 2\nlayers: [{neurons: 1, activation: sigmoid}]\n"
SOFTMAX = "seed: 0\ninputs: 2\nlayers: [{neurons: 3, activation: softmax}]\n"
LINEAR = "seed: 0\ninputs: 2\nlayers: [{neurons: 1}]\n"


def problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(SpecError) as caught:
        read_spec(text.encode(), "net.yaml")
    return caught.value.problems


def places(text: str) -> list[tuple[str, int | None, int | None]]:
    return [(p.code, p.place.line, p.place.column) for p in problems(text) if p.place is not None]


def test_inputs_are_clipped_and_scaled_as_the_spec_says() -> None:
    inputs = "inputs: {columns: [a, b], clip: {low: -1, high: [1, 2.5]}, scale: "
    standard = inputs + "{standard: {mean: [12.5, 1], std: 0.5}}}\n"
    read = read_spec((standard + LAYERS).encode(), "net.yaml").inputs
    assert read.clip == Clip(low=-1.0, high=(1.0, 2.5))
    assert read.scale == Standard(kind="standard", mean=(12.5, 1.0), std=0.5)
    min_max = inputs + "{min_max: {min: 0, max: [255, 1]}}}\n"
    scale = read_spec((min_max + LAYERS).encode(), "net.yaml").inputs.scale
    assert scale == MinMax(kind="min_max", min=0.0, max=(255.0, 1.0), to=(0.0, 1.0))


def test_a_range_may_run_backwards_and_reach_where_it_likes() -> None:
    text = "inputs: {size: 2, scale: {min_max: {min: 1, max: 0, to: [1, -1]}}}\n" + LAYERS
    scale = read_spec(text.encode(), "net.yaml").inputs.scale
    assert scale == MinMax(kind="min_max", min=1.0, max=0.0, to=(1.0, -1.0))


@pytest.mark.parametrize(
    ("marked", "codes"),
    [
        ("clip: {low: 1, high: ^0}", ["N107"]),
        ("clip: {low: [0, 2], high: ^1}", ["N107"]),
        ("clip: {low: 0, high: [1, ^-1]}", ["N107"]),
        ("clip: {low: ^[0, 0, 0], high: 1}", ["N111"]),
        ("scale: {standard: {mean: 0, std: ^0}}", ["N107"]),
        ("scale: {standard: {mean: 0, std: [1, ^-1]}}", ["N107"]),
        ("scale: {standard: {mean: ^[1], std: 1}}", ["N111"]),
        ("scale: {min_max: {min: 1, max: ^1}}", ["N107"]),
        ("scale: {min_max: {min: [0, 1], max: [1, ^1]}}", ["N107"]),
        ("scale: {min_max: {min: -1e308, max: ^1e308}}", ["N107"]),
        # lists of different lengths are told of one by one, and not compared
        ("scale: {min_max: {min: ^[0, 1, 2], max: ^[1]}}", ["N111", "N111"]),
    ],
)
def test_numbers_that_do_not_go_together_are_told_at_the_second(
    marked: str, codes: list[str]
) -> None:
    text = f"inputs: {{size: 2, {marked}}}\n{LAYERS}"
    *parts, _ = text.split("^")
    ends = accumulate(map(len, parts))
    assert places(text.replace("^", "")) == [
        (code, 1, end + 1) for code, end in zip(codes, ends, strict=True)
    ]


def test_a_faulty_column_is_named() -> None:
    text = "inputs: {size: 2, scale: {standard: {mean: 0, std: [1, 0]}}}\n" + LAYERS
    [problem] = problems(text)
    assert problem.message == "`std` must be above 0 (column 2), got `0`"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SOFTMAX + "outputs: {classes: [a, b]}\n", [("N111", 4, 20)]),
        (SOFTMAX + "outputs: {classes: [a, b, a]}\n", [("N107", 4, 27)]),
        (SOFTMAX + "outputs: {classes: [0, 1, 2]}\n", [("N105", 4, c) for c in (21, 24, 27)]),
        (SOFTMAX + "outputs: {classes: []}\n", [("N107", 4, 20)]),
        (SOFTMAX + "outputs: {classes: [a, b, c], threshold: 0.3}\n", [("N108", 4, 31)]),
        (SIGMOID + "outputs: {classes: [a]}\n", [("N111", 4, 20)]),
        (SIGMOID + "outputs: {classes: [a, b, c]}\n", [("N111", 4, 20)]),
        (SIGMOID + "outputs: {threshold: 0.3}\n", [("N108", 4, 11)]),
        (SIGMOID + "outputs: {classes: [a, b], threshold: 1}\n", [("N107", 4, 39)]),
        (SIGMOID + "outputs: {classes: [a, b], threshold: 0}\n", [("N107", 4, 39)]),
        (SIGMOID + "outputs: {classes: [a, b], threshold: x}\n", [("N105", 4, 39)]),
        (LINEAR + "outputs: {classes: [a, b]}\n", [("N111", 4, 20)]),
        (LINEAR + "outputs: {classes: [a]}\n", [("N111", 4, 20)]),
        (SOFTMAX + "outputs: {scale: {standard: {mean: 0, std: 1}}}\n", [("N108", 4, 11)]),
        (
            SIGMOID + "outputs: {classes: [a, b], scale: {standard: {mean: 0, std: 1}}}\n",
            [("N108", 4, 28)],
        ),
        (LINEAR + "outputs: {scale: {standard: {mean: [0, 1], std: 1}}}\n", [("N111", 4, 36)]),
        (LINEAR + "outputs: {clip: {low: 0, high: 1}}\n", [("N101", 4, 11)]),
    ],
)
def test_outputs_that_do_not_go_with_the_last_layer_are_refused(
    text: str, expected: list[tuple[str, int, int]]
) -> None:
    assert places(text) == expected


@pytest.mark.parametrize("layers", [LINEAR, SIGMOID])
def test_a_target_can_be_scaled_whatever_bounds_the_last_layer(layers: str) -> None:
    text = layers + "outputs: {scale: {min_max: {min: 0, max: 18}}}\n"
    outputs = read_spec(text.encode(), "net.yaml").outputs
    assert outputs is not None
    assert outputs.scale == MinMax(kind="min_max", min=0.0, max=18.0)


def test_a_single_neuron_is_told_what_two_classes_need() -> None:
    [problem] = problems(LINEAR + "outputs: {classes: [no, yes]}\n")
    assert problem.message == "2 classes for one neuron, which is `linear`"
    assert "`sigmoid`" in problem.help[0]


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        (SOFTMAX, ("output_1", "output_2", "output_3")),
        (SOFTMAX + "outputs: {classes: [a, b, c]}\n", ("a", "b", "c")),
        (SOFTMAX + "outputs: {classes: [a, b, c], columns: [x, y, z]}\n", ("x", "y", "z")),
        # the probability of one sigmoid is that of the second class
        (SIGMOID + "outputs: {classes: [no, yes], threshold: 0.3}\n", ("yes",)),
        (LINEAR + "outputs: {scale: {standard: {mean: 0, std: 2}}}\n", ("output_1",)),
    ],
)
def test_outputs_are_called_by_their_columns_or_classes(
    text: str, columns: tuple[str, ...]
) -> None:
    assert read_spec(text.encode(), "net.yaml").output_columns == columns


@pytest.mark.parametrize(
    "text",
    [
        "{inputs: 2, layers: [{neurons: 3, weights: [[1, 2], [3, 4]]}], outputs: [a, b]}",
        "{inputs: {size: 3, columns: [a, b]}, layers: [{weights: [[1, 2], [3, 4]]}]}",
    ],
)
def test_names_are_not_counted_against_a_size_that_the_weights_contradict(text: str) -> None:
    """Their number may be what was meant: telling to add one would send people the wrong way."""
    assert [problem.code for problem in problems(text)] in (["N202"], ["N201"])
