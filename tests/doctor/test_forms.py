"""Values in another form, and too many or too few of them: what a spec says once it is mended."""

from __future__ import annotations

from typing import Any

import pytest

from nncli.doctor.diagnosis import treat_spec
from nncli.doctor.edits import edited
from nncli.doctor.layers import treat_layers
from nncli.problems import Problem, Suggestion
from nncli.specs.reader import examine_spec, inspect_spec
from nncli.specs.yaml_source import read_yaml


def problems_of(text: str, features: int | None = None) -> tuple[Problem, ...]:
    examined = examine_spec(text.encode(), "net.yaml")
    if examined.spec is not None:
        return treat_layers(examined.reading(), features)
    return treat_spec(examined, features=features).problems


def followed(text: str, suggestion: Suggestion) -> Any:
    return read_yaml(edited(text, suggestion.edits).encode(), "net.yaml").value


def first_mended(text: str, features: int | None = None) -> Any:
    """Return what the spec says once the first suggestion is followed; it is right by then."""
    first = problems_of(text, features)[0].suggestions[0]
    assert inspect_spec(edited(text, first.edits).encode(), "net.yaml").misfits == ()
    return followed(text, first)


LAYER = "inputs: 2\nlayers:\n- {neurons: 2, weights: [[1, 2], [3, 4]]"

# ---- numbers -------------------------------------------------------------------------------------


@pytest.mark.parametrize("three", ["[3]", "three", "3 neurons", "3.0", '"3"', "03", "(3)", "3,"])
def test_a_whole_number_in_another_form_is_written_in_digits(three: str) -> None:
    text = f"inputs: 2\nlayers:\n- neurons: {three}\nseed: 0\n"
    assert first_mended(text)["layers"] == [{"neurons": 3}]


@pytest.mark.parametrize("inputs", ["[4]", "four", "4 inputs", "(None, 4)", "[-1, 4]", "“4”"])
def test_a_number_of_inputs_is_no_list_and_no_name(inputs: str) -> None:
    text = f"inputs: {inputs}\nlayers: [{{neurons: 1, weights: [1, 2, 3, 4]}}]\n"
    assert first_mended(text)["inputs"] == 4


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        *(("\u20130.5", -0.5), ("5f", 5), ("1_234.5", 1234.5), ("1'234.5", 1234.5), ("-1.O", -1)),
        *(("1/4", 0.25), ("50%", 0.5), ('"0.5"', 0.5), ("np.float64(-0.5)", -0.5), ("- 0.5", -0.5)),
    ],
)
def test_a_weight_is_forgiven_what_a_cell_is(typed: str, number: float) -> None:
    text = f"inputs: 2\nlayers:\n- {{neurons: 1, weights: [[{typed}], [1]]}}\n"
    assert first_mended(text)["layers"][0]["weights"] == [[number], [1]]


def test_all_numbers_of_a_kind_are_one_change() -> None:
    text = f"{LAYER.replace('1', '1f').replace('4', '4f')}, biases: [5f, 6]}}\n"
    layer = first_mended(text)["layers"][0]
    assert (layer["weights"], layer["biases"]) == ([[1, 2], [3, 4]], [5, 6])


def test_numbers_for_classes_are_one_change() -> None:
    text = "layer_sizes: [2, 3]\nseed: 0\noutputs: {classes: [0, 1, 2]}\n"
    assert first_mended(text)["outputs"] == {"classes": ["0", "1", "2"]}
    first, *others = problems_of(text)
    assert len(first.suggestions) == 1
    mended_too = (("the first change above mends this, too",), ())
    assert [(other.help, other.suggestions) for other in others] == [mended_too] * 2


# ---- as many as needed ---------------------------------------------------------------------------

SHORT = "layer_sizes: [4, 5, 3, 2]\nseed: 0\n"


@pytest.mark.parametrize(
    ("activations", "offered"),
    [
        ("[relu, tanh]", [["relu", "tanh", "linear"]]),
        ("[relu, relu]", [["relu", "relu", "linear"], "relu"]),
        ("[relu]", [["relu", "relu", "linear"], "relu"]),
        ("\n- relu\n- tanh", [["relu", "tanh", "linear"]]),
        ("[relu, tanh, elu, silu]", [["relu", "tanh", "elu"]]),
        ("[linear, tanh, elu, silu]", [["tanh", "elu", "silu"], ["linear", "tanh", "elu"]]),
    ],
)
def test_activations_become_as_many_as_layers(activations: str, offered: list[Any]) -> None:
    text = f"{SHORT}activations: {activations}\n"
    [problem] = problems_of(text)
    assert [followed(text, each)["activations"] for each in problem.suggestions] == offered
    assert all("if" in suggestion.words for suggestion in problem.suggestions)


@pytest.mark.parametrize("nothing", ["none", "input", "'-'", "null"])
def test_inputs_have_no_activation(nothing: str) -> None:
    text = f"{SHORT}activations: [{nothing}, tanh, elu, silu]\n"
    assert first_mended(text)["activations"] == ["tanh", "elu", "silu"]


def test_inputs_that_were_left_out_are_those_of_the_data() -> None:
    text = f"{SHORT}activations: [relu, tanh, elu, silu]\n"
    assert first_mended(text, features=7)["layer_sizes"] == [7, 4, 5, 3, 2]
    assert first_mended(text, features=4)["activations"] == ["relu", "tanh", "elu"]


@pytest.mark.parametrize(
    ("names", "offered"),
    [
        ("[a, b, c]", [(2, ["a", "b"]), (3, ["a", "b", "c"])]),
        ("[a]", [(1, ["a"]), (2, ["a", "output_2"])]),
    ],
)
def test_names_become_as_many_as_outputs_or_the_other_way_round(
    names: str, offered: list[tuple[int, list[str]]]
) -> None:
    text = f"{SHORT}outputs: {names}\n"
    [problem] = problems_of(text)
    found = [followed(text, each) for each in problem.suggestions]
    assert [(spec["layer_sizes"][-1], spec["outputs"]) for spec in found] == offered


@pytest.mark.parametrize(
    ("row", "mended"),
    [
        ("[0.5, 1,25, 3]", [[0.5, 1.25, 3]]),  # the only comma without a blank
        ("[0.5, 1,250.5, 3]", [[0.5, 1250.5, 3]]),
        ("[0.5, 1.250,5, 3]", [[0.5, 1250.5, 3]]),
        ("[0.5, 1,250, 3]", [[0.5, 1.25, 3], [0.5, 1250, 3]]),
        ("[0.5,-1,25,3.5]", [[0.5, -1.25, 3.5]]),
        ("[0.5, 1, 25, 3]", []),
        ("[0.5,1,25,3]", []),
    ],
)
def test_a_comma_within_a_number_does_not_separate(row: str, mended: list[list[float]]) -> None:
    for text in (
        f"inputs: 2\nlayers:\n- neurons: 3\n  weights: [[1, 2, 3], {row}]\n",
        f"inputs: 1\nlayers:\n- neurons: 3\n  weights: [{row}]\n",
        f"inputs: 1\nlayers:\n- neurons: 3\n  weights: [[1, 2, 3]]\n  biases: {row}\n",
    ):
        [problem] = problems_of(text)
        layers = [followed(text, each)["layers"][0] for each in problem.suggestions]
        rows = [layer.get("biases") or layer["weights"][-1] for layer in layers]
        assert rows[: len(mended)] == mended
        # what remains is without the last number, or of another size
        assert all(
            "last" in s.words or "let" in s.words for s in problem.suggestions[len(mended) :]
        )


def test_a_row_that_lacks_a_number_is_measured_by_the_sizes() -> None:
    [problem] = problems_of("inputs: 2\nlayers:\n- neurons: 3\n  weights: [[1, 2], [3, 4, 5]]\n")
    assert problem.message == "row 1 of the weights has 2 numbers, row 2 has 3"
    assert (problem.help, problem.suggestions) == (("add the missing number",), ())


# ---- layers --------------------------------------------------------------------------------------


def test_activations_beside_layers_go_into_them() -> None:
    text = "inputs: 2\nlayers:\n- {neurons: 3}\n- neurons: 1\nactivations: [relu, tanh]\nseed: 0\n"
    mended = first_mended(text)
    assert mended["layers"] == [
        {"activation": "relu", "neurons": 3},
        {"activation": "tanh", "neurons": 1},
    ]
    assert "activations" not in mended


@pytest.mark.parametrize(
    "layers",
    [
        "{a: {neurons: 3}, b: {neurons: 1}}",
        "\n  a: {neurons: 3}\n  b: {neurons: 1}",
        "\n  a:\n    neurons: 3\n  b:\n      neurons: 1",
    ],
)
def test_layers_under_their_names_are_a_list(layers: str) -> None:
    mended = first_mended(f"inputs: 2\nlayers: {layers}\nseed: 0\n")
    assert mended["layers"] == [{"name": "a", "neurons": 3}, {"name": "b", "neurons": 1}]


def test_bare_sizes_are_of_layers_or_of_the_whole_network() -> None:
    mended = first_mended("inputs: 2\nlayers: [3, 1]\nseed: 0\n")
    assert mended["layers"] == [{"neurons": 3}, {"neurons": 1}]
    assert first_mended("layers: [2, 3, 1]\nseed: 0\n")["layer_sizes"] == [2, 3, 1]
    assert first_mended("sizes: [2, 3, 1]\nseed: 0\n")["layer_sizes"] == [2, 3, 1]


def test_inputs_that_are_missing_are_those_of_the_data() -> None:
    text = "layers: [{neurons: 1}]\nseed: 0\n"
    assert first_mended(text, features=3)["inputs"] == 3
    assert problems_of(text)[0].suggestions == ()


def test_a_number_of_outputs_is_what_the_last_layer_says() -> None:
    assert "outputs" not in first_mended(f"{SHORT}outputs: 2\n")
    assert problems_of(f"{SHORT}outputs: 3\n")[0].suggestions == ()


@pytest.mark.parametrize("short", ["init: [he_normal]", "dtype: [float32]"])
def test_a_lone_value_needs_no_brackets(short: str) -> None:
    key, _, value = short.partition(": ")
    assert first_mended(f"layer_sizes: [2, 3]\nseed: 0\n{short}\n")[key] == value.strip("[]")


@pytest.mark.parametrize("samples", ["null", "-1", "N", "'?'"])
def test_samples_are_no_size_of_the_network(samples: str) -> None:
    assert first_mended(f"layer_sizes: [{samples}, 4, 2]\nseed: 0\n")["layer_sizes"] == [4, 2]


@pytest.mark.parametrize("nothing", ["none", "null", "off", "[]"])
def test_biases_that_there_are_not_are_left_out(nothing: str) -> None:
    [layer] = first_mended(f"{LAYER}, biases: {nothing}}}\n")["layers"]
    assert layer == {"neurons": 2, "weights": [[1, 2], [3, 4]]}


@pytest.mark.parametrize("relu", ["relu", "{activation: relu}", "{type: relu}"])
def test_an_activation_as_a_layer_is_that_of_the_layer_in_front(relu: str) -> None:
    mended = first_mended(
        f"inputs: 2\nlayers:\n- neurons: 3\n- {relu}\n- {{neurons: 1}}\nseed: 0\n"
    )
    assert mended["layers"] == [{"neurons": 3, "activation": "relu"}, {"neurons": 1}]


@pytest.mark.parametrize(
    "layers",
    [
        "- nn.Linear(2, 3)\n- nn.Tanh()\n- nn.Dropout(0.2)\n- nn.Linear(3, 1)",
        "- Dense: {units: 3, activation: tanh}\n- Dense: {units: 1}",
        "- {class_name: Dense, config: {units: 3, activation: tanh}}\n- Dense(1)",
        "- {type: InputLayer, shape: [2]}\n- {type: Dense, units: 3, activation: tanh}\n- [1]",
        "- [3, tanh]\n- 1",
        "- {name: input, neurons: 2}\n- {neurons: 3, activation: tanh}\n- {neurons: 1}",
        "- layer_dense(units = 3, activation = 'tanh')\n- fullyConnectedLayer(1)",
    ],
)
def test_layers_of_another_program_are_a_list_of_mappings(layers: str) -> None:
    text = f"seed: 0\nlayers:\n{layers}\n"
    text = text if "input" in layers.lower() or "Linear" in layers else f"inputs: 2\n{text}"
    mended = first_mended(text, features=2)
    keys = [{"neurons": 3, "activation": "tanh"}, {"neurons": 1}]
    assert (mended["inputs"], mended["layers"]) == (2, keys)


def test_what_a_layer_of_another_program_leaves_open_is_assumed_aloud() -> None:
    text = "inputs: 2\nlayers: [Dense(3), LeakyReLU]\nseed: 0\n"
    assert "assuming PyTorch's slope" in problems_of(text)[0].suggestions[0].words
    for layer in ("lstm(4)", "{type: conv, neurons: 4}", "{Dense: {units: 4, bias_init: ones}}"):
        assert problems_of(f"inputs: 2\nlayers: [{layer}, 1]\nseed: 0\n")[0].suggestions == ()


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("layer_sizes: [2, 2]\nclasses: [a, b]\nseed: 0\n", ("outputs", {"classes": ["a", "b"]})),
        ("inputs: 2\nlayers: [{neurons: 1, seed: 4}]\n", ("seed", 4)),
        (
            "inputs: 2\ncolumns: [a, b]\nlayers: [{neurons: 1}]\nseed: 0\n",
            ("inputs", {"size": 2, "columns": ["a", "b"]}),
        ),
    ],
)
def test_a_key_is_moved_to_the_part_to_which_it_belongs(text: str, part: tuple[str, Any]) -> None:
    assert first_mended(text)[part[0]] == part[1]


@pytest.mark.parametrize("called", ["sqrt(2)", "exp(0.5)", "-abs(3)"])
def test_a_function_of_a_number_is_not_that_number(called: str) -> None:
    text = f"inputs: 1\nlayers:\n- {{neurons: 1, weights: [[{called}]]}}\n"
    assert problems_of(text)[0].suggestions == ()


def test_a_seed_beside_given_weights_says_what_it_assumes() -> None:
    [problem] = problems_of(LAYER.replace("- {", "- {neurons: 2}\n- {") + "}\n")
    words = [suggestion.words for suggestion in problem.suggestions]
    assert words == [
        "leave layer 1 out, if it stands for the inputs",
        "write a seed into the spec, if layer 1 is to draw its weights",
        "choose one for this run, if layer 1 is to draw its weights",
    ]
    assert all("if" not in s.words for s in problems_of("layer_sizes: [2, 1]\n")[0].suggestions)
