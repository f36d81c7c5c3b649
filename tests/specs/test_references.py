"""Weights and biases that a spec points to, in a file or within the weights."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nncli.errors import SpecError
from nncli.problems import Problem
from nncli.specs.long_form import LongForm
from nncli.specs.model import Tensor, WithinWeights
from nncli.specs.reader import Overrides, examine_form, inspect_spec, read_form, read_spec

FILE = "weights_file: model.safetensors\n"


def problems(text: str) -> tuple[Problem, ...]:
    with pytest.raises(SpecError) as caught:
        read_spec(text.encode(), "net.yaml")
    return caught.value.problems


def places(text: str) -> list[tuple[str, int | None, int | None]]:
    return [(p.code, p.place.line, p.place.column) for p in problems(text) if p.place is not None]


# ---------------------------------------------------------------------------- what is read


def test_a_layer_names_its_arrays_in_the_weights_file() -> None:
    layer = "{neurons: 1, weights: {tensor: net.0.weight}, biases: {tensor: net.0.bias}}"
    spec = read_spec(f"{FILE}inputs: 2\nlayers: [{layer}]\n".encode(), "net.yaml")
    assert spec.weights_file == "model.safetensors"
    assert spec.layers[0].weights == Tensor("net.0.weight")
    assert spec.layers[0].biases == Tensor("net.0.bias")


@pytest.mark.parametrize("where", ["first", "last"])
def test_biases_within_the_weights_are_one_more_input(where: str) -> None:
    layer = f"{{weights: [[1, 2], [3, 4], [5, 6]], biases: {{within_weights: {where}}}}}"
    spec = read_spec(f"layers: [{layer}]\n".encode(), "net.yaml")
    assert spec.layer_sizes == (2, 2)
    assert spec.layers[0].biases == WithinWeights("first" if where == "first" else "last")


def test_weights_say_the_sizes_that_are_left_out() -> None:
    text = (
        "layout: neurons_by_inputs\nlayers:\n"
        "  - {weights: [[1, 2, 3], [4, 5, 6]], biases: 0.5}\n  - {weights: [7, 8]}\n"
    )
    spec = read_spec(text.encode(), "net.yaml")
    assert spec.layer_sizes == (3, 2, 1)
    assert spec.layers[0].biases == 0.5
    assert spec.layers[1].weights == ((7.0, 8.0),)  # one row for the one neuron


def test_a_size_that_is_written_is_not_taken_from_the_weights() -> None:
    text = "inputs: 4\nlayers: [{neurons: 3, weights: [[1, 2], [3, 4]]}]\n"
    assert [code for code, _, _ in places(text)] == ["N201", "N202"]


def test_inputs_that_are_only_scaled_get_their_size_from_the_weights() -> None:
    text = (
        "inputs: {scale: {standard: {mean: [1, 2, 3], std: 1}}}\nlayers: [{weights: [[1], [2]]}]\n"
    )
    assert places(text) == [("N111", 1, 35)]


# ------------------------------------------------------------------------- beside a weights file


def test_sizes_that_the_file_says_are_missing_only_if_nobody_asks_it() -> None:
    text = FILE + "layers: [{activation: relu}, {activation: softmax}]\n"
    reading = read_form(text.encode(), "net.yaml")
    assert reading.faults == ()
    assert [layer.get("neurons") for layer in reading.form.layers] == [None, None]
    assert places(text) == [("N106", 1, 15)]
    assert "not read here" in problems(text)[0].message
    # other faults come first, and the file is not asked
    assert places(text.replace("relu", "rleu")) == [("N107", 2, 23)]


@pytest.mark.parametrize("layers", ["layer_sizes: [2, 1]\n", "inputs: 2\nlayers: [{neurons: 1}]\n"])
def test_nothing_is_drawn_beside_a_weights_file_and_a_seed_is_noted(layers: str) -> None:
    assert inspect_spec((FILE + layers).encode(), "net.yaml").notes == ()
    for text, changes in ((f"{FILE}{layers}seed: 1\n", Overrides()), (FILE + layers, Overrides(2))):
        [note] = inspect_spec(text.encode(), "net.yaml", changes).notes
        assert note.message == "the seed has no effect: the weights are in model.safetensors"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{FILE}layer_sizes: [2, 1]\ninit: he_normal\n", [("N108", 3, 1)]),
        (f"{FILE}inputs: 2\nlayers: [{{neurons: 1, init: ones}}]\n", [("N108", 3, 23)]),
        ("weights_file: 3\nlayer_sizes: [2, 1]\n", [("N105", 1, 15)]),
        ("weights_file: ''\nlayer_sizes: [2, 1]\n", [("N107", 1, 15)]),
        ("weights_file:\nlayer_sizes: [2, 1]\n", [("N105", 1, 1)]),
        ("weights_file: /m.npz\nlayer_sizes: [2, 1]\n", [("N107", 1, 15)]),
        ('weights_file: "C:\\\\m.npz"\nlayer_sizes: [2, 1]\n', [("N107", 1, 15)]),
        ('weights_file: "m\\0.npz"\nlayer_sizes: [2, 1]\n', [("N107", 1, 15)]),
        ("weight_file: m.npz\nlayer_sizes: [2, 1]\n", [("N101", 1, 1)]),
        ("inputs: 2\nlayers: [{neurons: 1, weights_file: m.npz}]\nseed: 1\n", [("N101", 2, 23)]),
    ],
)
def test_what_does_not_go_with_a_weights_file_is_refused(
    text: str, expected: list[tuple[str, int, int]]
) -> None:
    assert places(text) == expected
    assert all(problem.help for problem in problems(text))


# ---------------------------------------------------------------------------------- faults


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        ("weights: {tensor: }", [("N105", 33)]),
        ("weights: {tensor: 0}", [("N105", 41)]),
        ("weights: {tensor: ''}", [("N105", 41)]),
        ("weights: {}", [("N105", 32)]),
        ("weights: {tensro: w}", [("N101", 33)]),
        ("weights: {tensor: w, layout: x}", [("N101", 44)]),
        ("weights: {within_weights: first}", [("N101", 33)]),
        ("biases: {within_weights: start}", [("N107", 48)]),
        ("biases: {within_weights: [first]}", [("N107", 48)]),
        ("biases: {within_weights: first, tensor: b}", [("N105", 31)]),
    ],
)
def test_a_faulty_reference_is_told_once_at_its_own_place(
    layer: str, expected: list[tuple[str, int]]
) -> None:
    text = f"{FILE}inputs: 2\nlayers: [{{neurons: 1, {layer}}}]\n"
    assert [(code, column) for code, _, column in places(text)] == expected


def test_an_array_without_a_weights_file_says_what_to_write() -> None:
    [problem] = problems("inputs: 2\nlayers: [{neurons: 1, weights: {tensor: w}}]\n")
    assert problem.message == "layer 1 takes its weights from the array 'w' of no file"
    assert "`weights_file: model.safetensors`" in problem.help[0]
    assert places("layers: [{weights: {tensor: w}}]\n") == [("N106", 1, 20)]


def test_layers_that_are_missing_beside_a_weights_file_need_no_sizes() -> None:
    [problem] = problems(FILE)
    assert "`- activation: relu`" in problem.help[0]


def test_biases_within_weights_need_weights() -> None:
    text = "seed: 0\ninputs: 2\nlayers: [{neurons: 1, biases: {within_weights: first}}]\n"
    assert places(text) == [("N106", 3, 31)]
    # those of a file are weights, too
    with_file = read_spec((FILE + text).encode(), "net.yaml")
    assert with_file.layers[0].biases == WithinWeights("first")


def test_weights_that_hold_nothing_but_the_biases_are_refused() -> None:
    layer = "{neurons: 2, weights: [[1, 2]], biases: {within_weights: last}}"
    assert places(f"layers: [{layer}]\n") == [("N107", 1, 32)]
    assert places(f"inputs: 2\nlayers: [{layer}]\n") == [("N201", 2, 32)]


def test_faulty_weights_do_not_lack_the_sizes_that_they_would_say() -> None:
    assert places("layers: [{weights: [[1, x]]}]\n") == [("N302", 1, 25)]


def test_a_form_that_a_file_completed_is_examined_like_any_other() -> None:
    reading = read_form((FILE + "layers: [{activation: relu}]\n").encode(), "net.yaml")
    layer = {**reading.form.layers[0], "neurons": 1, "weights": Tensor("w", (1, 2))}
    layer["layout"] = "neurons_by_inputs"
    form = LongForm({**reading.form.value, "inputs": {"size": 2}, "layers": (layer,)})
    spec = examine_form(replace(reading, form=form)).reading().fitting_spec()
    assert spec.layer_sizes == (2, 1)
    assert spec.layers[0].weights_shape == (1, 2)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("layers: [{weights: 0.weight}]", "write `{tensor: 0.weight}`"),
        ("layers: [{weights: [1, 2], biases: net/b1}]", "write `{tensor: net/b1}`"),
        ("layers: [{neurons: 1, tensor: W}]", "write `weights: {tensor: NAME}`"),
        ("layers: [{neurons: 1, within_weights: first}]", "`biases: {within_weights: first}`"),
        ("layers: [{neurons: 1, weights_file: m.npz}]", "at the top of the spec"),
        ("layers: [{}]\nscale: {standard: {mean: 1, std: 1}}", "`inputs: {scale: …}`"),
        ("layers: [{}]\nclasses: [a, b]", "`outputs: {classes: […]}`"),
        ("layers: [{}]\ninputs: {size: 2, standard: {mean: 1}}", "`scale: {standard: {mean: …"),
        (
            "layers: [{}]\ninputs: {size: 2, scale: {min: 1, max: 2}}",
            "write `scale: {min_max: {min: …, max: …}}`",
        ),
        ("layers: [{}]\ninputs: {size: 2, scale: {low: 1, high: 2}}", "the scales are standard"),
        (
            "layers: [{activation: softmax}]\noutputs: {classes: [a, b, c], threshold: 0.4}",
            "the class is that of the largest output",
        ),
    ],
)
def test_what_stands_in_the_wrong_place_is_told_where_it_belongs(text: str, hint: str) -> None:
    """Of a file in a layer, nothing that the file would say is missed as well."""
    file = "" if "weights_file" in text else "\nweights_file: m.npz"
    [problem] = problems(text + file + "\n")
    assert hint in problem.help[0]
