"""A clash of two shapes as a drawing: whole ones by hand, and laws for all of them."""

from __future__ import annotations

import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from nncli.explanation.notation import Notation
from nncli.network.shapes import LayerShape, shape_table
from nncli.render.clash import clash_blocks, fit_blocks
from nncli.render.layout.markdown import to_markdown
from nncli.render.layout.plain import to_plain
from nncli.render.layout.terminal import to_rich
from nncli.render.layout.view import Figure, View
from nncli.render.shapes import BatchSize, layers_grid, shapes_view
from nncli.specs.fit import Misfit
from nncli.specs.reader import inspect_spec

# The code of a clash, the declared inputs and neurons, the shape of W, the number of biases.
Clash = tuple[str, int, int, tuple[int, int], int]
NOTATIONS: tuple[Notation, ...] = ("rows", "torch", "columns")
KEYS = {"N201": "weights", "N202": "weights", "N203": "biases", "N407": "inputs"}


def layer_with(*clashes: Clash) -> LayerShape:
    """Return a layer with clashes, the sizes of all being those of the last."""
    misfits = []
    for code, inputs, neurons, (held_inputs, held_neurons), biases in clashes:
        found, wanted = {
            "N201": (held_inputs, inputs),
            "N202": (held_neurons, neurons),
            "N203": (biases, neurons),
            "N407": (inputs, held_inputs),
        }[code]
        misfits.append(Misfit(code, KEYS[code], "", found, wanted))
    _, inputs, neurons, shape, biases = clashes[-1]
    return LayerShape(
        layer=1,
        name="layer_1",
        activation="linear",
        inputs=inputs,
        neurons=neurons,
        weights_shape=shape,
        biases_shape=(biases,),
        layout="inputs_by_neurons",
        misfits=tuple(misfits),
    )


INNER = "the inner sizes must be equal; the outer ones remain"
LARGEST = 2**63 - 1
DRAWINGS: dict[str, tuple[Clash, str, str]] = {
    "layer 2 takes 5, layer 1 gives 3": (
        ("N201", 3, 2, (5, 2), 2),
        "N",
        f"""\
      ┌───────┐        ┌───────┐
    N │   x   │   ┌─ 5 │   W   │
      └───────┘   │    │       │
          3 ───✗──┘    └───────┘
                           2
 ✗ 3 ≠ 5: {INNER}, (N, 2)
""",
    ),
    "one of each": (
        ("N201", 1, 1, (2, 1), 1),
        "N",
        f"""\
      ┌─────┐        ┌─────┐
    N │  x  │   ┌─ 2 │  W  │
      └─────┘   │    └─────┘
         1 ──✗──┘       1
 ✗ 1 ≠ 2: {INNER}, (N, 1)
""",
    ),
    "many samples": (
        ("N407", 5, 3, (4, 3), 3),
        "1000",
        f"""\
         ┌─────────┐        ┌───────┐
         │         │   ┌─ 4 │   W   │
    1000 │    x    │   │    │       │
         │         │   │    └───────┘
         │         │   │        3
         └─────────┘   │
              5 ───✗───┘
 ✗ 5 ≠ 4: {INNER}, (1000, 3)
""",
    ),
    "a million inputs": (
        ("N201", 10**6, 2, (999_999, 2), 2),
        "N",
        f"""\
      ┌─────────────┐             ┌───────┐
    N │      x      │   ┌─ 999999 │       │
      └─────────────┘   │         │   W   │
          1000000 ───✗──┘         │       │
                                  │       │
                                  └───────┘
                                      2
 ✗ 1000000 ≠ 999999: {INNER}, (N, 2)
""",
    ),
    # a number wider than its box
    "the largest size": (
        ("N201", LARGEST, 2, (3, 2), 2),
        "N",
        f"""\
      ┌─────────────┐           ┌───────┐
    N │      x      │      ┌─ 3 │   W   │
      └─────────────┘      │    └───────┘
    9223372036854775807 ─✗─┘        2
 ✗ {LARGEST} ≠ 3: {INNER}, (N, 2)
""",
    ),
    "the batch is too wide": (
        ("N407", 5, 3, (4, 3), 3),
        "N",
        f"""\
      ┌─────────┐        ┌───────┐
    N │    x    │   ┌─ 4 │   W   │
      └─────────┘   │    │       │
           5 ───✗───┘    └───────┘
                             3
 ✗ 5 ≠ 4: {INNER}, (N, 3)
""",
    ),
    "a column of W for each neuron": (
        ("N202", 3, 2, (3, 5), 2),
        "N",
        """\
      ┌─────────┐
    3 │    W    │
      └─────────┘
           5 ───✗─── neurons: 2
 ✗ 5 ≠ 2: each neuron has a column of W
""",
    ),
    "a million neurons": (
        ("N202", 1024, 999_999, (1024, 10**6), 2),
        "N",
        """\
         ┌─────────────┐
         │             │
    1024 │      W      │
         │             │
         │             │
         └─────────────┘
             1000000 ───✗── neurons: 999999
 ✗ 1000000 ≠ 999999: each neuron has a column of W
""",
    ),
    "a bias for each neuron": (
        ("N203", 3, 2, (3, 2), 4),
        "N",
        """\
      ┌───────┐
    N │ x @ W │
      └───────┘
          2 ───✗── biases: 4
 ✗ 4 ≠ 2: each neuron has one bias
""",
    ),
    "a bias for each of the most neurons": (
        ("N203", 3, LARGEST, (3, LARGEST), 1),
        "12",
        f"""\
       ┌─────────────┐
    12 │    x @ W    │
       │             │
       └─────────────┘
     9223372036854775807 ──✗─ biases: 1
 ✗ 1 ≠ {LARGEST}: each neuron has one bias
""",
    ),
}


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_clash_is_drawn_and_put_into_words(name: str) -> None:
    clash, samples, expected = DRAWINGS[name]
    assert to_plain(clash_blocks(layer_with(clash), samples)) == expected


def test_of_several_clashes_the_first_is_drawn_and_all_are_put_into_words() -> None:
    sizes = (3, 2, (5, 6), 4)
    layer = layer_with(("N201", *sizes), ("N202", *sizes), ("N203", *sizes))
    assert (
        to_plain(clash_blocks(layer, "N"))
        == f"""\
      ┌───────┐        ┌─────────┐
    N │   x   │   ┌─ 5 │    W    │
      └───────┘   │    │         │
          3 ───✗──┘    └─────────┘
                            6
 ✗ 3 ≠ 5: {INNER}, (N, 6)
 ✗ 6 ≠ 2: each neuron has a column of W
 ✗ 4 ≠ 2: each neuron has one bias
"""
    )


@pytest.mark.parametrize(
    ("spec", "features", "expected"),
    [
        ("inputs: 3\nlayers: [{neurons: 1, weights: [[1], [2]]}]\n", None, "3 ≠ 2"),
        ("inputs: 2\nlayers: [{neurons: 3, weights: [[1], [2]]}]\n", None, "1 ≠ 3"),
        ("inputs: 2\nlayers: [{neurons: 3, biases: [1]}]\nseed: 0\n", None, "1 ≠ 3"),
        ("inputs: 2\nlayers: [{neurons: 3}]\nseed: 0\n", 5, "5 ≠ 2"),
    ],
)
def test_the_clashes_of_a_spec_and_its_data_are_drawn(
    spec: str, features: int | None, expected: str
) -> None:
    table = shape_table(inspect_spec(spec.encode(), "net.yaml").spec, features)
    figure, words = clash_blocks(table.layers[0], "N")
    assert isinstance(figure, Figure)
    assert not isinstance(words, Figure)
    assert to_plain([words]).startswith(f" ✗ {expected}: ")


# ---- what fits -----------------------------------------------------------------------------------


FIT = """\
      ┌─────────┐        ┌───────┐       ┌───────┐
    3 │    x    │   ┌─ 4 │   W   │  =  3 │ x @ W │
      └─────────┘   │    │       │       └───────┘
           4 ───=───┘    └───────┘           3
                             3
 W is held as (3, 4), a row per neuron, and transposed: (3, 4)ᵀ → (4, 3)
 4 = 4: the inner sizes are equal; the outer ones remain, (3, 3)
 b (3,) is added to each row
"""


FIT_OF_COLUMNS = """\
      ┌─────────┐        ┌───────┐       ┌───────┐
    3 │    W    │   ┌─ 4 │   x   │  =  3 │ W · x │
      └─────────┘   │    │       │       └───────┘
           4 ───=───┘    └───────┘           2
                             2
 4 = 4: the inner sizes are equal; the outer ones remain, (3, 2)
 b (3,) is added to each column
"""
TURNED = " W is held as (4, 3), a column per neuron, and transposed: (4, 3)ᵀ → (3, 4)\n"


def layer_of(text: str) -> LayerShape:
    return shape_table(inspect_spec(text.encode(), "net.yaml").spec).layers[0]


def test_what_fits_is_drawn_as_the_twin_of_a_clash() -> None:
    """The book's batch: three samples of four numbers, and three neurons, each a row."""
    rows = "[[1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1]]"
    layer = layer_of(f"layers: [{{weights: {rows}, layout: neurons_by_inputs}}]\nseed: 0")
    assert to_plain(fit_blocks(layer, "3")) == FIT
    torch = to_plain(fit_blocks(layer, "3", "torch"))
    assert "│  =  3 │ x @ Wᵀ │\n" in torch
    assert torch.splitlines()[5:] == FIT.splitlines()[5:]
    assert to_plain(fit_blocks(layer, "2", "columns")) == FIT_OF_COLUMNS


def test_in_columns_it_is_a_column_per_neuron_that_is_transposed() -> None:
    rows = "[[1, 1, 1], [1, 1, 1], [1, 1, 1], [1, 1, 1]]"
    text = to_plain(fit_blocks(layer_of(f"layers: [{{weights: {rows}}}]"), "2", "columns"))
    assert text == FIT_OF_COLUMNS.replace(" 4 = 4", f"{TURNED} 4 = 4")


CLASH_OF_COLUMNS = f"""\
      ┌─────────┐        ┌───────┐
    2 │    W    │   ┌─ 3 │   x   │
      └─────────┘   │    └───────┘
           5 ───✗───┘        2
 ✗ 5 ≠ 3: {INNER}, (2, 2)
"""


def test_a_clash_is_drawn_in_the_notation_of_the_table() -> None:
    inner, biases = (layer_with((code, 3, 2, (5, 2), 4)) for code in ("N201", "N203"))
    assert to_plain(clash_blocks(inner, "2", "columns")) == CLASH_OF_COLUMNS
    assert "│  Wᵀ   │" in to_plain(clash_blocks(inner, "2", "torch"))
    assert "│ x @ Wᵀ │" in to_plain(clash_blocks(biases, "2", "torch"))


A_ROW_OF_W = """\
      ┌───────┐
      │   W   │ 5 ───✗─── neurons: 2
      │       │
      └───────┘
          3
 ✗ 5 ≠ 2: each neuron has a row of W
"""
A_ROW_OF_THE_SUMS = """\
      ┌─────────┐
      │  W · x  │ 2 ───✗─── biases: 4
      └─────────┘
           6
 ✗ 4 ≠ 2: each neuron has one bias
"""


def test_where_each_neuron_is_a_row_it_is_rows_that_clash() -> None:
    neurons = layer_with(("N202", 3, 2, (3, 5), 2))
    for notation in NOTATIONS[1:]:
        assert to_plain(clash_blocks(neurons, "2", notation)) == A_ROW_OF_W
    biases = layer_with(("N203", 3, 2, (3, 2), 4))
    assert to_plain(clash_blocks(biases, "6", "columns")) == A_ROW_OF_THE_SUMS


def test_nothing_is_said_to_be_transposed_that_is_not() -> None:
    """Weights with a column per neuron, and those that are drawn, in whatever layout."""
    for text in (
        "layers: [{weights: [[1, 2], [3, 4]]}]\nseed: 0",
        "layout: neurons_by_inputs\nlayer_sizes: [3, 2]\nseed: 0",
    ):
        assert "transposed" not in to_plain(fit_blocks(layer_of(text), "N"))
        assert "ᵀ" not in to_plain([layers_grid([layer_of(text)], "N")])
    for notation in NOTATIONS:
        assert "transposed" not in to_plain(fit_blocks(layer_of(text), "N", notation))
        assert "ᵀ" not in to_plain([layers_grid([layer_of(text)], "N", notation)])


def test_the_table_says_where_weights_are_transposed() -> None:
    layer = layer_of("layers: [{weights: [[1, 2, 3], [4, 5, 6]], layout: neurons_by_inputs}]")
    row = to_plain([layers_grid([layer], "N")]).splitlines()[1]
    assert row.startswith(" 1   layer_1   (N, 3) @ (2, 3)ᵀ → (3, 2) + (2,)   → (N, 2)")


@given(
    sizes=st.tuples(st.integers(1, 10**6), st.integers(1, 10**6)),
    samples=st.one_of(st.just("N"), st.integers(1, 10**6).map(str)),
    notation=st.sampled_from(NOTATIONS),
)
def test_a_fit_is_as_narrow_as_a_screen_and_shows_every_size(
    sizes: tuple[int, int], samples: str, notation: Notation
) -> None:
    layer = layer_with(("N201", sizes[0], sizes[1], sizes, sizes[1]))
    figure = fit_blocks(layer, samples, notation)[0]
    assert isinstance(figure, Figure)
    lines = [line.text for line in figure.lines]
    assert max(map(len, lines)) <= 79
    assert boxes(lines) == 3
    inputs, neurons = map(str, sizes)
    numbers = re.findall("[0-9]+|N", "\n".join(lines))
    assert sorted(numbers) == sorted([samples, inputs, inputs, neurons, samples, neurons])


def test_every_layer_that_fits_is_drawn_up_to_a_dozen() -> None:
    sizes = ", ".join(["2"] * 21)
    spec = inspect_spec(f"layer_sizes: [{sizes}]\nseed: 0".encode(), "net.yaml").spec
    text = to_plain(shapes_view(shape_table(spec), BatchSize(1), draw=True))
    assert text.count("x @ W") == text.count("is added to each row") == 12
    assert "\n12 layer_12\n" in text
    assert "\n 12 of 20 layers drawn\n" in text


# ---- laws ----------------------------------------------------------------------------------------


def drawn(layer: LayerShape, samples: str, notation: Notation = "rows") -> list[str]:
    figure = clash_blocks(layer, samples, notation)[0]
    assert isinstance(figure, Figure)
    return [line.text for line in figure.lines]


def boxes(lines: list[str]) -> int:
    """Return how many boxes there are; each must be closed all the way round."""
    found = 0
    for number, line in enumerate(lines):
        for match in re.finditer("┌─+┐", line):
            left, right = match.start(), match.end() - 1
            rows = iter(lines[number + 1 :])
            for row in rows:
                assert len(row) > right
                if row[left] != "│":
                    break
                assert row[right] == "│"
            assert row[left : right + 1] == "└" + "─" * (right - left - 1) + "┘"
            found += 1
    return found


SIZES = st.one_of(st.integers(1, 12), st.integers(1, 10**6))


@given(
    code=st.sampled_from(sorted(KEYS)),
    sizes=st.tuples(SIZES, SIZES, st.tuples(SIZES, SIZES), SIZES),
    samples=st.one_of(st.just("N"), SIZES.map(str)),
    notation=st.sampled_from(NOTATIONS),
)
def test_a_drawing_is_narrow_its_boxes_are_closed_and_it_shows_the_two_sizes(
    code: str, sizes: tuple[int, int, tuple[int, int], int], samples: str, notation: Notation
) -> None:
    layer = layer_with((code, *sizes))
    lines = drawn(layer, samples, notation)
    assert max(map(len, lines)) <= 79
    assert boxes(lines) == (2 if code in ("N201", "N407") else 1)
    numbers = re.findall("[0-9]+|N", "\n".join(lines))
    [misfit] = layer.misfits
    shape = [str(size) for size in layer.weights_shape]
    expected = {
        # samples × inputs, and W
        "N201": [samples, str(layer.inputs), *shape],
        "N407": [samples, str(layer.inputs), *shape],
        # W, and the neurons
        "N202": [*shape, str(layer.neurons)],
        # samples × neurons, and the biases
        "N203": [samples, str(layer.neurons), str(layer.biases_shape[0])],
    }[code]
    assert sorted(numbers) == sorted(expected)
    assert {str(misfit.found), str(misfit.wanted)} <= set(numbers)
    # the sign of the clash stands on the line between the two
    assert sum(line.count("✗") for line in lines) == 1


@given(small=SIZES, factor=st.integers(1, 1000))
def test_a_larger_matrix_is_not_drawn_smaller(small: int, factor: int) -> None:
    def extent(size: int) -> tuple[int, int]:
        lines = drawn(layer_with(("N202", 1, 1, (size, size), 1)), "N")
        [match] = re.finditer("┌─+┐", lines[0])
        return len(lines), match.end() - match.start()

    rows, columns = extent(small)
    more_rows, more_columns = extent(small * factor)
    assert more_rows >= rows
    assert more_columns >= columns


# ---- where it is shown ---------------------------------------------------------------------------


def test_markdown_keeps_the_drawing_in_a_code_fence_and_the_words_outside() -> None:
    clash, samples, plain = DRAWINGS["a bias for each neuron"]
    *drawing, words = plain.splitlines()
    text = to_markdown(clash_blocks(layer_with(clash), samples))
    assert text == "\n".join(["```", *drawing, "```", "", words.strip(), ""])


def on_terminal(view: View, width: int) -> str:
    stream = io.StringIO()
    console = Console(file=stream, width=width, highlight=False, legacy_windows=False)
    console.print(to_rich(view, width))
    return stream.getvalue()


@pytest.mark.parametrize("name", DRAWINGS)
def test_a_terminal_too_narrow_for_the_drawing_shows_the_words_alone(name: str) -> None:
    clash, samples, plain = DRAWINGS[name]
    *drawing, words = plain.splitlines()
    blocks = clash_blocks(layer_with(clash), samples)
    width = max(map(len, drawing))
    wide, narrow = on_terminal(blocks, width), on_terminal(blocks, width - 1)
    assert [line.rstrip() for line in wide.splitlines()][: len(drawing)] == drawing
    assert not set("┌┐└┘│─") & set(narrow)
    for text in (wide[wide.index("≠") :], narrow[narrow.index("≠") :]):
        assert text.split() == words[words.index("≠") :].split()


def test_the_table_of_shapes_ends_with_the_drawing() -> None:
    spec = inspect_spec(
        b"inputs: 2\nlayers: [{neurons: 3, biases: [1]}]\nseed: 0\n", "net.yaml"
    ).spec
    text = to_plain(shapes_view(shape_table(spec), BatchSize(1, 7, "batch.csv")))
    assert text.endswith("""
      ┌───────┐
    7 │ x @ W │
      │       │
      └───────┘
          3 ───✗── biases: 1
 ✗ 1 ≠ 3: each neuron has one bias

""")
