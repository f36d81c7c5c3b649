"""Spec text into a NetworkSpec: what is read, and every problem of a file in one run."""

from __future__ import annotations

import json
import math
import random
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nncli.errors import SpecError
from nncli.problems import PROBLEM_TITLES, Problem
from nncli.specs.model import (
    Constant,
    Elu,
    Gelu,
    HardSigmoid,
    InitSpec,
    InputsSpec,
    Jump,
    LayerSpec,
    LeakyRelu,
    NetworkSpec,
    Normal,
    OutputsSpec,
    PlainActivation,
    PlainInitializer,
    PRelu,
    Uniform,
    WholeNumbers,
)
from nncli.specs.reader import Overrides, inspect_spec, read_spec

ROOT = Path(__file__).resolve().parents[2]
CONFIGS = [path.read_bytes() for path in sorted((ROOT / "configs").glob("*.yaml"))]


def read(text: str, overrides: Overrides | None = None) -> NetworkSpec:
    return read_spec(text.encode(), "some/folder/net.yaml", overrides)


def problems(text: str, overrides: Overrides | None = None) -> tuple[Problem, ...]:
    with pytest.raises(SpecError) as caught:
        read(text, overrides)
    return caught.value.problems


def faults(text: str) -> list[tuple[str, int | None, int | None]]:
    """Return the code, line and column of every problem of a text."""
    return [
        (problem.code, problem.place.line, problem.place.column)
        for problem in problems(text)
        if problem.place is not None
    ]


# ------------------------------------------------------------------------------------ reading

LONG_TEXT = """\
name: a test
dtype: float32
layout: neurons_by_inputs
seed: 7
init: {weights: {normal: {std: 0.5}}, biases: {constant: {value: 1}}}
inputs: {columns: [a, b]}
layers:
  - name: hidden
    neurons: 3
    activation: {leaky_relu: {negative_slope: 0.2}}
    weights: [[0.25, -.5], [1e-3, 2], [0, -1]]
    biases: [2, 3.0, 5e-1]
  - neurons: 2
    layout: inputs_by_neurons
    activation: softmax
    init: {weights: he_normal}
outputs: {columns: [left, right]}
"""


def test_the_long_form_is_read_key_by_key() -> None:
    ones = Constant(kind="constant", value=1.0)
    init = InitSpec(weights=Normal(kind="normal", mean=0.0, std=0.5), biases=ones)
    assert read(LONG_TEXT) == NetworkSpec(
        name="a test",
        dtype="float32",
        layout="neurons_by_inputs",
        seed=7,
        init=init,
        inputs=InputsSpec(size=2, columns=("a", "b")),
        layers=(
            LayerSpec(
                name="hidden",
                neurons=3,
                activation=LeakyRelu(kind="leaky_relu", negative_slope=0.2),
                layout="neurons_by_inputs",
                weights=((0.25, -0.5), (0.001, 2.0), (0.0, -1.0)),
                biases=(2.0, 3.0, 0.5),
                init=init,
            ),
            LayerSpec(
                name="layer_2",
                neurons=2,
                activation=PlainActivation(kind="softmax"),
                layout="inputs_by_neurons",
                init=InitSpec(weights=PlainInitializer(kind="he_normal"), biases=ones),
            ),
        ),
        outputs=OutputsSpec(columns=("left", "right")),
    )


def test_the_short_form_is_read_with_the_defaults_of_the_language() -> None:
    normal = Normal(kind="normal", mean=0.0, std=0.1)
    init = InitSpec(weights=normal, biases=PlainInitializer(kind="zeros"))
    linear = PlainActivation(kind="linear")
    spec = read("layer_sizes: [4, 5, 2]\nseed: 0\n")
    assert spec == NetworkSpec(
        name="net",  # the file's stem
        dtype="float64",
        layout="inputs_by_neurons",
        seed=0,
        init=init,
        inputs=InputsSpec(size=4, columns=None),
        layers=tuple(
            LayerSpec(
                name=f"layer_{number}",
                neurons=neurons,
                activation=linear,
                weights=None,
                layout="inputs_by_neurons",
                biases=None,
                init=init,
            )
            for number, neurons in ((1, 5), (2, 2))
        ),
        outputs=None,
    )
    assert spec.layer_sizes == (4, 5, 2)
    assert spec.output_columns == ("output_1", "output_2")


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("leaky_relu", LeakyRelu(kind="leaky_relu", negative_slope=0.01)),
        ("elu", Elu(kind="elu", alpha=1.0)),
        ("{elu: {alpha: 2}}", Elu(kind="elu", alpha=2.0)),
        ("gelu", Gelu(kind="gelu", approximate="none")),
        ("{gelu: {approximate: tanh}}", Gelu(kind="gelu", approximate="tanh")),
        ("{relu: {}}", PlainActivation(kind="relu")),
        ("{step: {at_zero: 1}}", Jump(kind="step", at_zero=1.0)),
        ("hard_sigmoid", HardSigmoid(kind="hard_sigmoid", slope=1 / 6, offset=0.5)),
        ("{prelu: {slopes: 1}}", PRelu(kind="prelu", slopes=1.0)),
        ("{prelu: {slopes: [1]}}", PRelu(kind="prelu", slopes=(1.0,))),
    ],
)
def test_an_activation_is_a_name_or_a_name_with_parameters(written: str, expected: object) -> None:
    spec = read(f"layer_sizes: [1, 1]\nseed: 0\nactivations: {written}\n")
    assert spec.layers[0].activation == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("normal", Normal(kind="normal", mean=0.0, std=0.1)),
        ("{normal: {mean: 1, std: 0}}", Normal(kind="normal", mean=1.0, std=0.0)),
        ("{uniform: {low: -1, high: 1}}", Uniform(kind="uniform", low=-1.0, high=1.0)),
        (
            "whole_numbers",
            WholeNumbers(kind="whole_numbers", low=-2, high=2, zeros=0.3),
        ),
        (
            "{whole_numbers: {low: 1, high: 6, zeros: 0}}",
            WholeNumbers(kind="whole_numbers", low=1, high=6, zeros=0.0),
        ),
        ("{constant: {value: -.5}}", Constant(kind="constant", value=-0.5)),
        ("lecun_normal", PlainInitializer(kind="lecun_normal")),
    ],
)
def test_an_initializer_is_a_name_or_a_name_with_parameters(written: str, expected: object) -> None:
    spec = read(f"layer_sizes: [1, 1]\nseed: 0\ninit: {{weights: {written}}}\n")
    assert spec.layers[0].init.weights == expected


def test_a_repeated_value_may_be_written_once_and_referred_to() -> None:
    text = "seed: 0\ninputs: 3\nlayers:\n  - &hidden {neurons: 3, activation: relu}\n  - *hidden\n"
    spec = read(text)
    assert spec.layer_sizes == (3, 3, 3)
    assert [layer.name for layer in spec.layers] == ["layer_1", "layer_2"]


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("a/b.yaml", "b"),
        ("x", "x"),
        ("c.d.yml", "c.d"),
        ("gr\udcc3\udcb6\udcc3\udc9fe.yaml", "größe"),  # bytes, where the locale is ASCII
        ("not utf8 \udcff.yaml", "not utf8 \ufffd"),
        ("half \ud800 a character.yaml", "half \ufffd a character"),
    ],
)
def test_a_network_without_a_name_is_called_like_its_file(file: str, name: str) -> None:
    assert read_spec(b"layer_sizes: [1, 1]\nseed: 0\n", file).name == name


# ---------------------------------------------------------------------- the whole file at once


def test_all_problems_of_a_file_are_reported_in_one_run_in_their_order() -> None:
    text = """\
nam: x
seed: -1
seed: 2
dtype: float16
init: {weights: he_normel}
inputs: {size: 2.0, columns: [a, a]}
layers:
  - neurons: 0
    activation: sigmod
    activaton: relu
    weights: [[1, x], [.nan, 2, 3]]
  - neurons: "3"
    biases: [1, ~]
    layout: !mine neurons_by_input
  - 7
outputs: {columns: []}
"""
    assert faults(text) == [
        ("N101", 1, 1),
        ("N107", 2, 7),
        ("N102", 3, 1),
        ("N107", 4, 8),
        ("N107", 5, 17),
        ("N105", 6, 16),
        ("N107", 6, 34),
        ("N107", 8, 14),
        ("N107", 9, 17),
        ("N101", 10, 5),
        ("N302", 11, 19),
        ("N301", 11, 23),
        ("N303", 11, 24),
        ("N105", 12, 14),
        ("N302", 13, 17),
        ("N103", 14, 13),
        ("N105", 15, 5),
        ("N107", 16, 20),
    ]


def test_layers_that_do_not_fit_are_reported_beside_the_other_problems() -> None:
    text = """\
inputs: 4
layers:
  - neurons: 3
    weights: [[1, 2, 3], [1, 2, 3]]
  - neurons: 2
    weights: [[1, 2, 3], [1, 2, 3]]
    biases: [1]
  - neurons: 2
    activation: sigmod
    biases: [1, 2]
"""
    assert faults(text) == [
        ("N201", 4, 14),
        ("N201", 6, 14),
        ("N203", 7, 13),
        ("N109", 8, 5),
        ("N107", 9, 17),
    ]


def test_layers_that_do_not_fit_are_told_apart_from_a_spec_that_cannot_be_read() -> None:
    text = "inputs: 4\nlayers:\n  - {neurons: 3, weights: [[1, 2, 3]], biases: [1]}\n"
    reading = inspect_spec(text.encode(), "net.yaml")
    assert reading.spec.layer_sizes == (4, 3)
    assert [problem.code for problem in reading.misfits] == ["N201", "N203"]
    with pytest.raises(SpecError) as caught:
        reading.fitting_spec()
    assert caught.value.problems == reading.misfits


def test_a_spec_that_fits_has_no_misfits_and_no_notes() -> None:
    reading = inspect_spec(LONG_TEXT.encode(), "net.yaml")
    assert (reading.misfits, reading.notes) == ((), ())
    assert reading.fitting_spec() is reading.spec


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("layer_size: [2, 1]\nseed: 0\nactivations: relu\n", ("N101", 1, 1)),
        ("seed: 0\ninputs: 2\nlayers: [{neurns: 1}]\n", ("N101", 3, 11)),
        ("sed: 0\nlayer_sizes: [2, 1]\n", ("N101", 1, 1)),
        ("seed: 0\nlayer_sizes: [2, 1]\noutputs: {colums: [a]}\n", ("N101", 3, 11)),
        (
            "seed: 0\nlayer_sizes: [2, 1]\ninit: {weights: {constant: {valu: 1}}}\n",
            ("N101", 3, 29),
        ),
        ("inputs: 1\nlayers: [{neurons: 1, wieghts: [[1]]}]\n", ("N101", 2, 23)),
    ],
)
def test_a_typo_is_reported_once_at_its_own_place(
    text: str, expected: tuple[str, int, int]
) -> None:
    assert faults(text) == [expected]


def test_weights_that_do_not_fit_are_located_where_the_layer_names_them() -> None:
    text = (
        "inputs: 2\nlayers:\n  - neurons: 3\n    weights: &w [[1, 2, 3], [1, 2, 3]]\n"
        "  - neurons: 3\n    weights: *w\n"  # (2, 3), after a layer of three neurons
    )
    assert faults(text) == [("N201", 6, 14)]


def test_each_layer_that_does_not_fit_is_reported_even_if_they_share_their_weights() -> None:
    text = (
        "inputs: 2\nlayers:\n  - neurons: 3\n    weights: &w [[1, 2, 3], [1, 2, 3]]\n"
        "  - {neurons: 3, weights: *w}\n  - {neurons: 3, weights: *w}\n"
    )
    messages = [problem.message for problem in problems(text)]
    assert messages == [
        "layer 2 takes 2 inputs, but layer 1 has 3 neurons",
        "layer 3 takes 2 inputs, but layer 2 has 3 neurons",
    ]


# ------------------------------------------------------------------------------ single problems

SHORT = "layer_sizes: [2, 1]\nseed: 0\n"
LONG = "seed: 0\ninputs: 2\nlayers:\n  - neurons: 1\n"

SINGLE: list[tuple[str, tuple[str, int, int]]] = [
    (SHORT + "name: ''\n", ("N107", 3, 7)),
    (SHORT + "name: [x]\n", ("N105", 3, 7)),
    (SHORT + "layout: [x]\n", ("N107", 3, 9)),
    (SHORT + "activations: {elu: {alpha: .nan}}\n", ("N105", 3, 28)),
    (SHORT + "activations: {elu: {alpha: -.inf}}\n", ("N105", 3, 28)),
    (SHORT + "activations: {elu: {alpha: 1e400}}\n", ("N105", 3, 28)),
    (SHORT + f"activations: {{elu: {{alpha: 1{'0' * 309}}}}}\n", ("N105", 3, 28)),
    (SHORT + "activations: {elu: {alpha: true}}\n", ("N105", 3, 28)),
    (SHORT + "activations: {elu: {alpha: 010}}\n", ("N105", 3, 28)),
    (SHORT + "activations: {relu: {alpha: 1}}\n", ("N101", 3, 22)),
    (SHORT + "activations: {gelu: {approximate: tan}}\n", ("N107", 3, 35)),
    (SHORT + "activations: {celu: {alpha: 0}}\n", ("N107", 3, 29)),
    (SHORT + "activations: {hard_tanh: {min: 2}}\n", ("N107", 3, 26)),
    (SHORT + "activations: {step: {at_zero: x}}\n", ("N105", 3, 31)),
    (SHORT + "activations: {step: {at_zero: [1]}}\n", ("N105", 3, 31)),
    (SHORT + "activations: prelu\n", ("N106", 3, 14)),
    (SHORT + "activations: {prelu: {}}\n", ("N106", 3, 22)),
    (SHORT + "activations: {prelu: {slope: 1}}\n", ("N101", 3, 23)),
    (SHORT + "activations: {prelu: {slopes: }}\n", ("N105", 3, 23)),
    (SHORT + "activations: {prelu: {slopes: x}}\n", ("N302", 3, 31)),
    (SHORT + "activations: {prelu: {slopes: [x]}}\n", ("N302", 3, 32)),
    (SHORT + "activations: {prelu: {slopes: []}}\n", ("N302", 3, 31)),
    (SHORT + "activations: {prelu: {slopes: .inf}}\n", ("N303", 3, 31)),
    (SHORT + "activations: {prelu: {slopes: [1, 2]}}\n", ("N111", 3, 31)),
    (SHORT + "dtype: float32\nactivations: {prelu: {slopes: [1e39]}}\n", ("N303", 4, 32)),
    (SHORT + "dtype: float32\nactivations: {elu: {alpha: -1e39}}\n", ("N303", 4, 28)),
    (SHORT + "init: he_normel\n", ("N107", 3, 7)),
    (SHORT + "init: constant\n", ("N106", 3, 7)),
    (SHORT + "init: [he_normal]\n", ("N105", 3, 7)),
    (SHORT + "init: {weights: {normal: {std: -1}}}\n", ("N107", 3, 32)),
    (SHORT + "init: {weights: {whole_numbers: {low: 1.5}}}\n", ("N105", 3, 39)),
    (SHORT + "init: {weights: {whole_numbers: {low: 2.5}}}\n", ("N105", 3, 39)),
    (SHORT + "init: {weights: {whole_numbers: {low: -2.0}}}\n", ("N105", 3, 39)),
    (SHORT + "init: {weights: {whole_numbers: {low: true}}}\n", ("N105", 3, 39)),
    (SHORT + "init: {weights: {whole_numbers: {high: 16777217}}}\n", ("N107", 3, 40)),
    (SHORT + "init: {biases: {whole_numbers: {low: -16777217}}}\n", ("N107", 3, 38)),
    (SHORT + "init: {biases: {whole_numbers: {zeros: -0.1}}}\n", ("N107", 3, 40)),
    (SHORT + "init: {biases: {whole_numbers: {zeros: 1.01}}}\n", ("N107", 3, 40)),
    (SHORT + "init: {biases: {whole_numbers: {zeros: {}}}}\n", ("N105", 3, 40)),
    (SHORT + "init: {biases: {whole_numbers: {low: 3}}}\n", ("N107", 3, 32)),
    (SHORT + "init: {weights: {whole_numbers: {low: 0, high: 0}}}\n", ("N107", 3, 33)),
    (SHORT + "init: {weights: {whole_numbers: {mean: 0}}}\n", ("N101", 3, 34)),
    (SHORT + "init: {weights: constant}\n", ("N106", 3, 17)),
    (SHORT + "init: {weights: {constant: {}}}\n", ("N106", 3, 28)),
    (SHORT + "outputs: a\n", ("N105", 3, 10)),
    (SHORT + "outputs: []\n", ("N107", 3, 10)),
    (SHORT + "outputs: [a, b]\n", ("N111", 3, 10)),
    (SHORT + "outputs: [1]\n", ("N105", 3, 11)),
    (SHORT + "outputs: {}\n", ("N106", 3, 10)),
    (SHORT + "outputs: {columns: a}\n", ("N105", 3, 20)),
    (SHORT + "outputs: {columns: ['']}\n", ("N107", 3, 21)),
    (SHORT + "outputs: {columns: [a, b]}\n", ("N111", 3, 20)),
    (SHORT + "outputs: {columns: []}\n", ("N107", 3, 20)),
    ("seed: 0\ninputs: {columns: []}\nlayers: [{neurons: 1}]\n", ("N107", 2, 19)),
    ("seed: 0\ninputs: {size: 2, columns: []}\nlayers: [{neurons: 1}]\n", ("N107", 2, 28)),
    ("seed: 0\ninputs: {size: 2, columns: [a]}\nlayers: [{neurons: 1}]\n", ("N111", 2, 28)),
    ("seed: 0\ninputs: {columns: [a, a]}\nlayers: [{neurons: 1}]\n", ("N107", 2, 23)),
    ("seed: 0\ninputs: {}\nlayers: [{neurons: 1}]\n", ("N106", 2, 9)),
    ("seed: 0\ninputs: [2]\nlayers: [{neurons: 1}]\n", ("N105", 2, 10)),
    ("seed: 0\ninputs: []\nlayers: [{neurons: 1}]\n", ("N107", 2, 9)),
    ("seed: 0\ninputs: [a, a]\nlayers: [{neurons: 1}]\n", ("N107", 2, 13)),
    ("seed: 0\nlayers: [{neurons: 1}]\n", ("N106", 1, 1)),
    ("seed: 0\ninputs: 2\nlayers: 3\n", ("N105", 3, 9)),
    ("seed: 0\ninputs: 2\nlayers: [{}]\n", ("N106", 3, 10)),
    ("seed: 0\ninputs: 2\nlayers: [~]\n", ("N105", 3, 10)),
    ("seed: 0\nlayer_sizes: [4, [5], 2]\n", ("N105", 2, 18)),
    ("seed: 0\nlayer_sizes: [4, {}, 2]\n", ("N105", 2, 18)),
    ("seed: 0\nlayer_sizes: [4, {neurons: 3}, 2]\n", ("N105", 2, 18)),
    ("seed: 0\nlayer_sizes: [{size: 3}, 2]\n", ("N105", 2, 15)),
    ("seed: 0\nlayer_sizes: [[], 2]\n", ("N105", 2, 15)),
    ("seed: 0\nlayer_sizes: [4, 9223372036854775808]\n", ("N107", 2, 18)),
    ("seed: 0\nlayer_sizes: [4, 0x0]\n", ("N107", 2, 18)),
    (LONG + "    layout: columns\n", ("N107", 5, 13)),
    (LONG + "    name: 1\n", ("N105", 5, 11)),
    (LONG + "    init: 3\n", ("N105", 5, 11)),
    (LONG + "    activation: [relu]\n", ("N105", 5, 17)),
    (LONG + "    activation: {relu: 1}\n", ("N105", 5, 24)),
]


@pytest.mark.parametrize(("text", "expected"), SINGLE)
def test_one_problem_is_reported_once_at_its_place(
    text: str, expected: tuple[str, int, int]
) -> None:
    assert faults(text) == [expected]


@pytest.mark.parametrize("text", [text for text, _ in SINGLE])
def test_every_problem_has_a_known_code_a_line_a_caret_and_help(text: str) -> None:
    for problem in problems(text):
        assert problem.code in PROBLEM_TITLES
        assert problem.place is not None
        assert problem.place.file == "some/folder/net.yaml"
        assert problem.place.line is not None
        assert problem.place.excerpt == text.split("\n")[problem.place.line - 1]
        assert problem.place.caret is not None
        assert problem.place.column == problem.place.caret + 1
        assert problem.help != ()
        assert "something else" not in " ".join([problem.message, *problem.help])


HELP = [
    (SHORT + "activations: [null]\n", "`linear`"),
    # characters that only look like others
    ("layer_sizes: [2, 1]\nseed: 0\xa0\n", "U+00A0"),
    ("layer_sizes: [2, \u201c1\u201d]\nseed: 0\n", "U+201C"),
    (SHORT + "activations: \u2018relu\u2019\n", "U+2018"),
    (SHORT + "dtype: float32\xa0\n", "U+00A0"),
    ("inputs: 1\nlayers: [{neurons: 1, weights: [[\u22121]]}]\n", "U+2212"),
]


@pytest.mark.parametrize(("text", "words"), HELP)
def test_the_help_names_the_remedy(text: str, words: str) -> None:
    [problem] = problems(text)
    assert words in "\n".join(problem.help)


def test_a_size_that_is_too_large_is_not_called_too_small() -> None:
    [problem] = problems("seed: 0\nlayer_sizes: [4, 9223372036854775808]\n")
    assert "at least one" not in " ".join(problem.help)


# ---------------------------------------------------------------------------------------- seeds


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("layer_sizes: [2, 3, 1]\n", ("N109", 1, 18)),
        ("inputs: 2\nlayers:\n  - neurons: 1\n", ("N109", 3, 5)),
        # the second layer is the first that draws
        (
            "inputs: 1\nlayers:\n  - {neurons: 1, weights: [[1]]}\n  - neurons: 1\n",
            ("N109", 4, 5),
        ),
        (
            "inputs: 1\nlayers: [{neurons: 1, init: {weights: ones}}, {neurons: 1}]\n",
            ("N109", 2, 47),
        ),
        # biases draw too
        (
            "inputs: 1\nlayers:\n  - {neurons: 1, weights: [[1]], init: {biases: normal}}\n",
            ("N109", 3, 5),
        ),
        ("init: {biases: uniform, weights: zeros}\nlayer_sizes: [2, 1]\n", ("N109", 2, 18)),
    ],
)
def test_a_missing_seed_is_located_at_the_first_layer_that_draws(
    text: str, expected: tuple[str, int, int]
) -> None:
    assert faults(text) == [expected]
    assert read(text, Overrides(seed=3)).seed == 3


@pytest.mark.parametrize(
    "text",
    [
        "inputs: 1\nlayers: [{neurons: 1, weights: [[1]]}]\n",
        "inputs: 1\nlayers: [{neurons: 1, weights: [[1]], biases: [2], init: {biases: normal}}]\n",
        "init: {weights: {constant: {value: 2}}, biases: ones}\nlayer_sizes: [2, 1]\n",
    ],
)
def test_nothing_random_needs_no_seed(text: str) -> None:
    assert read(text).seed is None


def test_faulty_weights_are_no_reason_to_ask_for_a_seed() -> None:
    assert faults("inputs: 1\nlayers: [{neurons: 1, weights: [[x]]}]\n") == [("N302", 2, 34)]


def test_the_command_line_overrides_the_seed_and_says_so() -> None:
    reading = inspect_spec(b"layer_sizes: [2, 1]\nseed: 0\n", "net.yaml", Overrides(seed=5))
    assert reading.spec.seed == 5
    [note] = reading.notes
    assert "5" in note.message
    assert "0" in note.message


def test_an_override_that_changes_nothing_needs_no_note() -> None:
    reading = inspect_spec(b"layer_sizes: [2, 1]\nseed: 0\n", "net.yaml", Overrides(0, "float64"))
    assert reading.notes == ()


def test_weights_that_the_dtype_of_the_command_line_cannot_hold_are_refused() -> None:
    text = "inputs: 1\nlayers:\n  - {neurons: 1, weights: [[1e39]], biases: [-1e39]}\n"
    assert read(text).dtype == "float64"
    found = problems(text, Overrides(dtype="float32"))
    assert [(problem.code, problem.place and problem.place.column) for problem in found] == [
        ("N303", 29),
        ("N303", 46),
    ]


@pytest.mark.parametrize("dtype", ["", "dtype: float64\n"])
def test_a_larger_dtype_of_the_command_line_takes_larger_weights(dtype: str) -> None:
    text = f"{dtype}inputs: 1\nlayers: [{{neurons: 1, weights: [[1e39]]}}]\n"
    assert read(text, Overrides(dtype="float64")).layers[0].weights == ((1e39,),)


def test_a_constant_that_float32_cannot_hold_is_refused_like_any_weight() -> None:
    text = "dtype: float32\nlayer_sizes: [2, 1]\ninit: {weights: {constant: {value: 1e39}}}\n"
    assert faults(text) == [("N303", 3, 36)]


@pytest.mark.parametrize("value", [".inf", "1e400", f"1{'0' * 350}", f"0x1{'0' * 300}"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_constant_that_no_float_can_hold_is_refused(value: str, dtype: str) -> None:
    init = f"init: {{weights: {{constant: {{value: {value}}}}}}}\n"
    [problem] = problems(f"dtype: {dtype}\nlayer_sizes: [2, 1]\n{init}")
    assert problem.place is not None
    assert (problem.place.line, problem.place.column) == (3, 36)


# --------------------------------------------------------------------------------- random specs

EXAMPLES = settings(
    deadline=None,  # nothing is asserted about time
    max_examples=100,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)

# Pieces of YAML and of the spec language, to be thrown together.
PIECES = [
    *("\t", ": ", "- ", "[", "]", "{", "}", ", ", "&a ", "*a", "!t ", "|\n", ">\n", "'", '"'),
    *("# ", "\n", "\r", "\r\n", "  ", "\n  ", "\n  - ", "---\n", "...\n", "%", "? ", "<<: ", "~"),
    *("layer_sizes: ", "activations: ", "inputs: ", "layers:\n", "neurons: ", "weights: "),
    *("biases: ", "init: ", "outputs: ", "columns: ", "seed: ", "activation: ", "size: ", "name: "),
    *("weights_file: ", "m.npz", "tensor: ", "within_weights: ", "first", "classes: ", "scale: "),
    *("clip: ", "low: ", "high: ", "standard: ", "mean: ", "std: ", "min_max: ", "threshold: "),
    *("relu", "elu", "alpha: ", "constant", "value: ", "normal", "layout: ", "neurons_by_inputs"),
    *(
        "0",
        "1",
        "-1",
        "2.5",
        "1e400",
        ".nan",
        "0x10",
        "010",
        "true",
        "null",
        "[1, 2]",
        "[[1], [2]]",
    ),
    *("{}", "[]", "\xa0", "\u201c", "\ufeff", "\x85", "\0", "é", "😀"),
]


def problems_of(content: bytes) -> tuple[Problem, ...] | None:
    """Return what is wrong with a spec; None if nothing is."""
    try:
        inspect_spec(content, "net.yaml").fitting_spec()
    except SpecError as error:
        return error.problems
    return None


def ends_as_promised(content: bytes) -> None:
    """Read a spec: whatever is wrong with it ends as problems that can be shown."""
    found = problems_of(content)
    assert found != ()
    for problem in found or ():
        assert problem.code in PROBLEM_TITLES
        assert problem.message
        assert problem.help
        assert problem.place is not None


@EXAMPLES
@given(st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)))
def test_no_bytes_end_in_anything_but_a_spec_error(content: bytes) -> None:
    ends_as_promised(content)


@EXAMPLES
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_no_pieces_of_yaml_end_in_anything_but_a_spec_error(text: str) -> None:
    ends_as_promised(text.encode())


@EXAMPLES
@given(st.sampled_from(CONFIGS), st.randoms(use_true_random=False), st.integers(1, 4))
def test_no_damage_to_a_good_spec_ends_in_anything_but_a_spec_error(
    content: bytes, draw: random.Random, times: int
) -> None:
    damaged = bytearray(content)
    for _ in range(times):
        start = draw.randrange(len(damaged))
        piece = draw.choice([*map(str.encode, PIECES), bytes([draw.randrange(256)]), b""])
        damaged[start : start + draw.choice([0, 0, 1, 1, 5])] = piece
    ends_as_promised(bytes(damaged))


# A value of every kind in every place of the language, well-formed as YAML.
ODD_VALUES = st.recursive(
    st.sampled_from(
        [None, True, 0, 1, 3, -1, 2.0, 0.5, math.nan, 2**70, "", "x", "relu", "normal"]
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(
                [
                    *("size", "columns", "neurons", "name", "weights", "biases", "init"),
                    *("activation", "layout", "normal", "std", "constant", "value", "relu"),
                    *("elu", "alpha", "kind", "tensor", "within_weights", "clip", "low", "high"),
                    *("scale", "standard", "mean", "min_max", "min", "max", "to", "classes"),
                    *("threshold", "weights_file"),
                ]
            ),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=8,
)
ODD_SPECS = st.dictionaries(
    st.sampled_from(
        [
            *("layer_sizes", "activations", "inputs", "layers", "outputs", "seed", "init"),
            *("name", "dtype", "layout", "weights_file"),
        ]
    ),
    ODD_VALUES,
    max_size=5,
)


@EXAMPLES
@given(ODD_SPECS)
def test_no_well_formed_document_ends_in_anything_but_a_spec_error(spec: dict[str, Any]) -> None:
    text = json.dumps(spec).replace("NaN", ".nan")
    ends_as_promised(text.encode())


# ------------------------------------------------------------------ one network, many spellings

FLOATS = st.floats(-1e6, 1e6, allow_subnormal=False)
ACTIVATION_CHOICES = st.one_of(
    st.sampled_from(["linear", "step", "relu", "selu", "silu", "sigmoid", "tanh", "softmax"]),
    st.sampled_from(["leaky_relu", "elu", "gelu"]),
    FLOATS.map(lambda slope: {"leaky_relu": {"negative_slope": slope}}),
    FLOATS.map(lambda alpha: {"elu": {"alpha": alpha}}),
    st.just({"gelu": {"approximate": "tanh"}}),
)


@st.composite
def short_specs(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a valid spec in its short form."""
    sizes = draw(st.lists(st.integers(1, 2**63 - 1), min_size=2, max_size=5))
    spec: dict[str, Any] = {"layer_sizes": sizes, "seed": draw(st.integers(0, 2**32 - 1))}
    layers = len(sizes) - 1
    each = st.lists(ACTIVATION_CHOICES, min_size=layers, max_size=layers)
    activations = draw(st.one_of(st.none(), ACTIVATION_CHOICES, each))
    if activations is not None:
        spec["activations"] = activations
    if draw(st.booleans()):
        spec["dtype"] = draw(st.sampled_from(["float64", "float32"]))
    if draw(st.booleans()):
        text = st.text(st.characters(codec="ascii", min_codepoint=32, exclude_characters="\x7f"))
        spec["name"] = f"net {draw(text)}"
    return spec


def in_long_form(spec: dict[str, Any]) -> dict[str, Any]:
    """Write a short form out by the words of the language, nothing left to a default."""
    inputs, *neurons = spec["layer_sizes"]
    activations = spec.get("activations", "linear")
    if not isinstance(activations, list):
        activations = [activations] * len(neurons)
    layers = [
        {
            "name": f"layer_{number}",
            "neurons": count,
            "activation": {activation: {}} if isinstance(activation, str) else activation,
            "layout": "inputs_by_neurons",
            "init": {"weights": {"normal": {"mean": 0, "std": 0.1}}, "biases": "zeros"},
        }
        for number, (count, activation) in enumerate(zip(neurons, activations, strict=True), 1)
    ]
    rest: dict[str, Any] = {key: spec[key] for key in ("seed", "dtype", "name") if key in spec}
    return rest | {"inputs": {"size": inputs}, "layers": layers}


@EXAMPLES
@given(short_specs())
def test_the_short_and_the_long_form_are_read_to_the_same_network(spec: dict[str, Any]) -> None:
    long = in_long_form(spec)
    shorter: dict[str, Any] = {**long, "inputs": spec["layer_sizes"][0]}
    spellings = [
        json.dumps(spec),
        json.dumps(long),
        json.dumps(shorter),
        yaml.safe_dump(spec),  # in blocks
        yaml.safe_dump(long, default_flow_style=True),
    ]
    networks = [read(text) for text in spellings]
    assert networks == [networks[0]] * len(spellings)
    assert networks[0].layer_sizes == tuple(spec["layer_sizes"])


@st.composite
def explicit_layers(draw: st.DrawFn) -> tuple[int, list[dict[str, Any]]]:
    """Draw the inputs and fitting layers with explicit weights, as (inputs, neurons)."""
    sizes = draw(st.lists(st.integers(1, 4), min_size=2, max_size=4))
    layers = []
    for inputs, neurons in pairwise(sizes):
        row = st.lists(FLOATS, min_size=neurons, max_size=neurons)
        weights = draw(st.lists(row, min_size=inputs, max_size=inputs))
        layers.append({"neurons": neurons, "weights": weights, "biases": draw(row)})
    return sizes[0], layers


@EXAMPLES
@given(explicit_layers())
def test_explicit_weights_are_read_to_the_last_bit_in_either_layout(
    drawn: tuple[int, list[dict[str, Any]]],
) -> None:
    inputs, layers = drawn
    turned = [
        {**layer, "weights": [list(row) for row in zip(*layer["weights"], strict=True)]}
        for layer in layers
    ]
    straight = read(json.dumps({"inputs": inputs, "layers": layers}))
    transposed = read(
        json.dumps({"inputs": inputs, "layout": "neurons_by_inputs", "layers": turned})
    )
    for layer, one, other in zip(layers, straight.layers, transposed.layers, strict=True):
        assert one.weights == tuple(map(tuple, layer["weights"]))
        assert other.weights == tuple(zip(*layer["weights"], strict=True))
        assert one.biases == other.biases == tuple(layer["biases"])


# ------------------------------------------------------------------------- weights either way round


@pytest.mark.parametrize(
    ("layer", "is_noted"),
    [
        ("weights: [[1, 2], [3, 4]]", True),
        ("weights: [[1, 2], [3, 4]], layout: inputs_by_neurons", False),
        ("weights: [[1, 2], [3, 4]], layout: neurons_by_inputs", False),
        ("weights: [[1, 2], [2, 1]]", False),  # its own transpose
        ("init: {weights: ones}", False),
        # with the biases in them, there is one way round only
        ("weights: [[1, 2], [3, 4], [5, 6]], biases: {within_weights: last}", False),
    ],
)
def test_square_weights_without_a_layout_are_noted(layer: str, is_noted: bool) -> None:
    text = f"inputs: 2\nlayers:\n  - {{neurons: 2, {layer}}}\n"
    notes = inspect_spec(text.encode(), "net.yaml").notes
    assert [(note.code, note.layer) for note in notes] == [("ambiguous_layout", 1)] * is_noted


def test_weights_that_do_not_fit_are_not_noted_as_well() -> None:
    text = b"inputs: 3\nlayers: [{neurons: 2, weights: [[1, 2, 3], [4, 5, 6]]}]\n"
    assert inspect_spec(text, "net.yaml").notes == ()


def test_a_layout_for_all_layers_settles_square_weights_too() -> None:
    layers = b"inputs: 2\nlayers: [{neurons: 2, weights: [[1, 2], [3, 4]]}]"
    assert inspect_spec(b"layout: inputs_by_neurons\n" + layers, "net.yaml").notes == ()


def test_a_single_weight_has_no_other_way_round() -> None:
    text = b"inputs: 1\nlayers: [{neurons: 1, weights: [[5]]}]"
    assert inspect_spec(text, "net.yaml").notes == ()


@pytest.mark.parametrize(("activation", "value"), [("softmax", 1), ("log_softmax", 0)])
def test_a_softmax_over_one_neuron_is_remarked(activation: str, value: int) -> None:
    text = f"{{layer_sizes: [2, 1], activations: {activation}, seed: 0}}"
    (note,) = inspect_spec(text.encode(), "net.yaml").notes
    assert note.message.startswith(f"layer 1: a {activation} over one neuron is always {value}")
