"""Specs as text: read back to the same spec, and as a person would have written them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nncli.specs.model import (
    Activation,
    Clip,
    Gelu,
    InitSpec,
    InputsSpec,
    LayerSpec,
    Layout,
    LeakyRelu,
    MinMax,
    NetworkSpec,
    Normal,
    OutputsSpec,
    PlainActivation,
    PlainInitializer,
    Standard,
    Tensor,
    Uniform,
    WholeNumbers,
    WithinWeights,
)
from nncli.specs.reader import inspect_spec, read_spec
from nncli.specs.written import spec_text

EXAMPLES = settings(
    deadline=None,  # nothing is asserted about time
    max_examples=60,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
NAMES = st.one_of(
    st.sampled_from(["a", "no", "null", "true", "1", "-", "#a", "a: b", "größe (cm)", "a ", "x\n"]),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8),
)
BOTH_LAYOUTS: tuple[Layout, ...] = get_args(Layout)
LAYOUTS = st.sampled_from(BOTH_LAYOUTS)
INITS = st.builds(
    InitSpec,
    weights=st.one_of(
        st.just(PlainInitializer(kind="he_normal")),
        st.just(Normal(kind="normal")),
        st.builds(Normal, kind=st.just("normal"), mean=NUMBERS, std=st.floats(0, 9)),
        st.builds(
            WholeNumbers,
            kind=st.just("whole_numbers"),
            low=st.integers(-9, -1),
            high=st.integers(-1, 2**24),
            zeros=st.floats(0, 1),
        ),
    ),
    biases=st.one_of(
        st.sampled_from([PlainInitializer(kind="zeros"), PlainInitializer(kind="ones")]),
        st.builds(Uniform, kind=st.just("uniform"), low=st.floats(-9, 0), high=st.floats(0, 9)),
    ),
)
CHOICES: list[Activation] = [
    PlainActivation(kind="linear"),
    PlainActivation(kind="sigmoid"),
    PlainActivation(kind="softmax"),
    LeakyRelu(kind="leaky_relu"),
    LeakyRelu(kind="leaky_relu", negative_slope=-0.0),
    Gelu(kind="gelu", approximate="tanh"),
]
ACTIVATIONS = st.sampled_from(CHOICES)


def one_or_each(count: int, number: st.SearchStrategy[float]) -> st.SearchStrategy[Any]:
    return st.one_of(number, st.lists(number, min_size=count, max_size=count).map(tuple))


def scales(columns: int) -> st.SearchStrategy[Any]:
    low, high, positive = st.floats(-1e9, 0), st.floats(1e-3, 1e9), st.floats(1e-300, 1e300)
    return st.one_of(
        st.none(),
        st.builds(
            Standard,
            kind=st.just("standard"),
            mean=one_or_each(columns, NUMBERS),
            std=one_or_each(columns, positive),
        ),
        st.builds(
            MinMax,
            kind=st.just("min_max"),
            min=one_or_each(columns, low),
            max=one_or_each(columns, high),
            to=st.sampled_from([(0.0, 1.0), (-1.0, 1.0), (-0.0, 0.5)]),
        ),
    )


def names(count: int) -> st.SearchStrategy[Any]:
    several = st.lists(NAMES, min_size=count, max_size=count, unique=True).map(tuple)
    return st.one_of(st.none(), several)


@st.composite
def given_arrays(draw: st.DrawFn, inputs: int, neurons: int, *, stored: bool) -> dict[str, Any]:
    """Draw what a layer is given, or nothing where it may draw it."""
    layout = draw(LAYOUTS)
    if stored:
        arrays = {"weights": Tensor(draw(NAMES)), "biases": Tensor(draw(NAMES))}
        return {"layout": layout, **arrays}
    kind = draw(st.sampled_from(["drawn", "separate", "one bias", "within"]))
    if kind == "drawn":
        return {}
    held = inputs + (kind == "within")
    rows, width = (held, neurons) if layout == "inputs_by_neurons" else (neurons, held)
    row = st.lists(NUMBERS, min_size=width, max_size=width).map(tuple)
    weights = draw(st.lists(row, min_size=rows, max_size=rows).map(tuple))
    each = st.lists(NUMBERS, min_size=neurons, max_size=neurons).map(tuple)
    biases = {
        "separate": each,
        "one bias": NUMBERS,
        "within": st.sampled_from([WithinWeights("first"), WithinWeights("last")]),
    }[kind]
    return {"layout": layout, "weights": weights, "biases": draw(biases)}


@st.composite
def specs(draw: st.DrawFn) -> NetworkSpec:
    """Draw a spec that fits, with arrays in a file or without."""
    stored = draw(st.booleans())
    sizes = draw(st.lists(st.integers(1, 3), min_size=2, max_size=4))
    layout, init = draw(LAYOUTS), InitSpec() if stored else draw(INITS)
    is_scaled = draw(st.booleans())
    layers = []
    for number, (inputs, neurons) in enumerate(pairwise(sizes), start=1):
        given = draw(given_arrays(inputs, neurons, stored=stored))
        is_last = number == len(sizes) - 1
        linear = PlainActivation(kind="linear")
        layer: dict[str, Any] = {
            "name": draw(st.one_of(st.just(f"layer_{number}"), NAMES)),
            "neurons": neurons,
            "activation": linear if is_last and is_scaled else draw(ACTIVATIONS),
            "layout": layout,
            "init": init if stored else draw(st.one_of(st.just(init), INITS)),
        }
        layers.append(LayerSpec(**(layer | given)))
    clip = st.builds(
        Clip,
        low=one_or_each(sizes[0], st.floats(-1e9, 0)),
        high=one_or_each(sizes[0], st.floats(0, 1e9)),
    )
    outputs: dict[str, Any] = {"columns": draw(names(sizes[-1]))}
    if is_scaled:
        outputs["scale"] = draw(scales(sizes[-1]))
    elif sizes[-1] > 1:
        outputs["classes"] = draw(names(sizes[-1]))
    elif layers[-1].activation.kind == "sigmoid":
        outputs["classes"] = draw(names(2))
        if outputs["classes"] is not None:
            outputs["threshold"] = draw(st.one_of(st.none(), st.floats(0.01, 0.99)))
    says_something = any(value is not None for value in outputs.values())
    return NetworkSpec(
        name=draw(NAMES),
        layout=layout,
        seed=None if stored else draw(st.integers(0, 2**32 - 1)),
        init=init,
        inputs=InputsSpec(
            size=sizes[0],
            columns=draw(names(sizes[0])),
            clip=draw(st.one_of(st.none(), clip)),
            scale=draw(scales(sizes[0])),
        ),
        layers=tuple(layers),
        outputs=OutputsSpec(**outputs) if says_something else None,
        weights_file=draw(NAMES.filter(is_relative)) if stored else None,
    )


def is_relative(name: str) -> bool:
    return not ("\0" in name or ":" in name or name.startswith(("/", "\\")))


@EXAMPLES
@given(specs())
def test_a_spec_is_read_back_to_the_last_bit(spec: NetworkSpec) -> None:
    text = spec_text(spec, weights_file=spec.weights_file)
    # by their text: 0.0 and -0.0 are equal
    reading = inspect_spec(text.encode(), "other.yaml")
    assert repr(reading.fitting_spec()) == repr(spec)
    # nothing in it is doubtful, though it may make little sense
    assert {note.code for note in reading.notes} <= {"lone_softmax"}
    assert text.endswith("\n")
    assert all(line == line.rstrip() for line in text.split("\n")[:-1])


SHORT = """\
name: net
seed: 0
layer_sizes: [4, 5, 2]
"""
SHORT_WITH_ALL = """\
name: net
dtype: float32
layout: neurons_by_inputs
seed: 0
init: he_normal
layer_sizes: [4, 5, 2]
activations: [{leaky_relu: {negative_slope: 0.2}}, softmax]
outputs: [left, right]
"""
TYPED = """\
name: net
inputs: 2
layers:
  - neurons: 2
    activation: relu
    weights:
      - [0.5, -1]
      - [1e-07, 2]
    biases: 0.5
  - name: last
    neurons: 1
    weights: [1, 2, 3]
    biases: {within_weights: first}
"""
TRAINED = """\
name: iris
inputs:
  columns: [sepal length (cm), sepal width (cm), petal length (cm), petal width (cm)]
  clip: {low: 0, high: [8, 5, 7, 3]}
  scale: {standard: {mean: [5.84, 3.05, 3.76, 1.2], std: [0.82, 0.43, 1.76, 0.76]}}
layers:
  - neurons: 16
    activation: relu
    weights: {tensor: 0.weight}
    biases: {tensor: 0.bias}
  - neurons: 3
    activation: softmax
    weights: {tensor: 2.weight}
    biases: {tensor: 2.bias}
outputs: {classes: [setosa, versicolor, virginica]}
weights_file: model.safetensors
"""
NAMED = """\
name: net
seed: 1
inputs: [a, b]
layers:
  - {name: hidden, neurons: 3, activation: relu}
  - {neurons: 1, activation: sigmoid, init: {weights: he_normal, biases: ones}}
outputs: {classes: [no, yes], threshold: 0.3}
"""
LONG_LINES = """\
name: net
seed: 1
inputs: [column_number_1, column_number_2, column_number_3, column_number_4, column_number_5,
    column_number_6, column_number_7, column_number_8, column_number_9]
layers:
  - {neurons: 1}
"""


@pytest.mark.parametrize(
    "text",
    [
        SHORT,
        SHORT_WITH_ALL,
        TYPED.replace("name: net\n", "name: net\nlayout: inputs_by_neurons\n"),
        TRAINED,
        NAMED,
        LONG_LINES,
    ],
)
def test_a_spec_is_written_as_a_person_would(text: str) -> None:
    spec = read_spec(text.encode(), "x.yaml")
    assert spec_text(spec, weights_file=spec.weights_file) == text


def test_a_wide_row_of_weights_is_broken_below_its_bracket() -> None:
    weights = tuple(tuple(float(100 * row + column) for column in range(30)) for row in range(2))
    layer = LayerSpec(name="layer_1", neurons=30, weights=weights, biases=(0.25,) * 30)
    spec = NetworkSpec(name="x", inputs=InputsSpec(size=2), layers=(layer,))
    text = spec_text(spec, weights_file=None)
    assert max(map(len, text.split("\n"))) <= 100
    assert read_spec(text.encode(), "x.yaml") == spec
