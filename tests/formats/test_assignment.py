"""Which arrays belong to which layer, told from names and shapes alone: no array is made."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from random import Random

import pytest

from nncli.formats.assignment import complete
from nncli.problems import Problem
from nncli.specs.model import LayerSpec, NetworkSpec, Tensor
from nncli.specs.reader import examine_form, read_form
from nncli.specs.stored import StoredTensor, WeightsHeader

Shapes = Mapping[str, tuple[int, ...]]
WEIGHTS = "\nweights_file: net.npz\n"
THREE = "layers: [{activation: relu}, {activation: relu}, {}]" + WEIGHTS
TWO = "layers: [{activation: relu}, {}]" + WEIGHTS


def header(shapes: Shapes, dtype: str = "float32") -> WeightsHeader:
    return WeightsHeader.of("net.npz", (StoredTensor(n, s, dtype) for n, s in shapes.items()))


def completed(spec: str, shapes: Shapes, dtype: str = "float32") -> NetworkSpec:
    examined = examine_form(complete(read_form(spec.encode(), "net.yaml"), header(shapes, dtype)))
    assert examined.found.problems == ()
    assert examined.spec is not None
    return examined.spec


def refused(spec: str, shapes: Shapes, dtype: str = "float32") -> Problem:
    examined = examine_form(complete(read_form(spec.encode(), "net.yaml"), header(shapes, dtype)))
    [problem] = examined.found.problems
    return problem


def taken(layer: LayerSpec) -> tuple[str | None, str | None]:
    """Return the names of the arrays that a layer takes."""
    weights, biases = (
        given.name if isinstance(given, Tensor) else None for given in (layer.weights, layer.biases)
    )
    return weights, biases


# ---------------------------------------------------------------------------- order and orientation

NAMED = {
    "PyTorch": (
        {"0.weight": (5, 4), "0.bias": (5,), "10.weight": (2, 7), "10.bias": (2,)}
        | {"2.weight": (7, 5), "2.bias": (7,), "1.num_batches_tracked": ()},
        [("0.weight", "0.bias"), ("2.weight", "2.bias"), ("10.weight", "10.bias")],
        "neurons_by_inputs",
    ),
    "Flax": (
        {"params.Dense_0.kernel": (4, 5), "params.Dense_0.bias": (5,)}
        | {"params.mid.kernel": (5, 7), "params.mid.bias": (7,)}
        | {"params.Dense_1.kernel": (7, 2), "params.Dense_1.bias": (2,)},
        [
            ("params.Dense_0.kernel", "params.Dense_0.bias"),
            ("params.mid.kernel", "params.mid.bias"),
            ("params.Dense_1.kernel", "params.Dense_1.bias"),
        ],
        "inputs_by_neurons",
    ),
    "scikit-learn": (
        {"coefs_0": (4, 5), "intercepts_0": (5,), "coefs_1": (5, 7), "intercepts_1": (7,)}
        | {"coefs_2": (7, 2), "intercepts_2": (2,)},
        [("coefs_0", "intercepts_0"), ("coefs_1", "intercepts_1"), ("coefs_2", "intercepts_2")],
        "inputs_by_neurons",
    ),
    "by hand": (
        {"W1": (4, 5), "b1": (1, 5), "W2": (5, 7), "b2": (7, 1), "W3": (7, 2), "b3": (2,)},
        [("W1", "b1"), ("W2", "b2"), ("W3", "b3")],
        "inputs_by_neurons",
    ),
    "numpy.savez without names": (
        {"arr_0": (4, 5), "arr_1": (5,), "arr_2": (5, 7), "arr_3": (7,)}
        | {"arr_4": (7, 2), "arr_5": (2,)},
        [("arr_0", "arr_1"), ("arr_2", "arr_3"), ("arr_4", "arr_5")],
        "inputs_by_neurons",
    ),
    "Keras": (
        {"dense/kernel:0": (4, 5), "dense/bias:0": (5,), "dense_1/kernel:0": (5, 7)}
        | {"dense_1/bias:0": (7,), "dense_2/kernel:0": (7, 2), "dense_2/bias:0": (2,)},
        [
            ("dense/kernel:0", "dense/bias:0"),
            ("dense_1/kernel:0", "dense_1/bias:0"),
            ("dense_2/kernel:0", "dense_2/bias:0"),
        ],
        "inputs_by_neurons",
    ),
    "without any bias": (
        {"a.kernel": (4, 5), "b.kernel": (5, 7), "c.kernel": (7, 2)},
        [("a.kernel", None), ("b.kernel", None), ("c.kernel", None)],
        "inputs_by_neurons",
    ),
    "with one bias": (
        {"a.kernel": (4, 5), "b.kernel": (5, 7), "c.kernel": (7, 2), "c.bias": (2,)},
        [("a.kernel", None), ("b.kernel", None), ("c.kernel", "c.bias")],
        "inputs_by_neurons",
    ),
}


@pytest.mark.parametrize(("shapes", "expected", "layout"), NAMED.values(), ids=NAMED)
def test_the_arrays_of_a_library_make_layers_whose_sizes_nobody_wrote(
    shapes: Shapes, expected: list[tuple[str, str | None]], layout: str
) -> None:
    names = list(shapes)
    Random(0).shuffle(names)
    spec = completed(THREE, {name: shapes[name] for name in names})
    assert [taken(layer) for layer in spec.layers] == expected
    assert {layer.layout for layer in spec.layers} == {layout}
    assert spec.layer_sizes == (4, 5, 7, 2)


def test_layers_that_fit_in_the_natural_order_take_it_though_others_fit_as_well() -> None:
    """Safetensors files list `10` before `2`."""
    shapes = {f"{number}.weight": (3, 3) for number in (0, 10, 12, 2, 4, 6, 8)}
    spec = completed("layer_sizes: [3, 3, 3, 3, 3, 3, 3, 3]" + WEIGHTS, shapes)
    names = [f"{number}.weight" for number in (0, 2, 4, 6, 8, 10, 12)]
    assert [taken(layer)[0] for layer in spec.layers] == names


def test_words_tell_no_order_where_widths_do_not() -> None:
    """In alphabetical order `hidden` comes before `input`."""
    shapes = {f"{name}.weight": (3, 3) for name in ("input", "hidden", "output")}
    problem = refused(THREE, shapes)
    assert problem.code == "N306"
    assert "more than one order" in problem.message
    assert "{tensor: NAME}" in "\n".join(problem.help)


def test_numbers_tell_the_order_of_those_that_are_called_alike() -> None:
    """Two layers of each half could change places as far as their widths are concerned."""
    widths = {"encoder": [8, 6, 6, 4], "decoder": [4, 6, 6, 8]}
    shapes = {
        f"{half}.{2 * number}.weight": shape[::-1]
        for half, sizes in widths.items()
        for number, shape in enumerate(pairwise(sizes))
    }
    spec = completed("layer_sizes: [8, 6, 6, 4, 6, 6, 8]" + WEIGHTS, shapes)
    names = [f"{half}.{number}.weight" for half in ("encoder", "decoder") for number in (0, 2, 4)]
    assert [taken(layer)[0] for layer in spec.layers] == names


def test_matrices_that_fit_turned_or_in_another_order_are_refused_with_both() -> None:
    problem = refused("inputs: 8\n" + TWO, {"encoder_w": (8, 4), "decoder_w": (4, 8)})
    assert "in another order than that of their names, or transposed" in problem.message
    assert "{tensor: NAME}" in problem.help[1]


def test_sizes_that_the_spec_declares_decide_between_orders() -> None:
    shapes = {"a.kernel": (5, 4), "b.kernel": (4, 5)}
    for sizes, order in (("5, 4, 5", ["a", "b"]), ("4, 5, 4", ["b", "a"])):
        spec = completed(f"layer_sizes: [{sizes}]{WEIGHTS}", shapes)
        assert [taken(layer)[0] for layer in spec.layers] == [f"{name}.kernel" for name in order]


def test_a_written_layout_wins_over_names() -> None:
    shapes = {"0.weight": (4, 5), "2.weight": (5, 2)}
    spec = completed("layout: inputs_by_neurons\n" + TWO, shapes)
    assert spec.layer_sizes == (4, 5, 2)
    spec = completed(
        "layers: [{layout: inputs_by_neurons}, {}]" + WEIGHTS, {**shapes, "2.weight": (2, 5)}
    )
    assert (spec.layers[0].layout, spec.layers[1].layout) == (
        "inputs_by_neurons",
        "neurons_by_inputs",
    )


def test_arrays_that_the_spec_names_are_taken_and_the_others_in_order() -> None:
    shapes = {"x": (5, 7), "W1": (4, 5), "W2": (7, 2), "y": (7,), "b1": (5,), "b2": (2,)}
    spec = completed(
        "layers: [{}, {weights: {tensor: x}, biases: {tensor: y}}, {}]" + WEIGHTS, shapes
    )
    assert [taken(layer) for layer in spec.layers] == [("W1", "b1"), ("x", "y"), ("W2", "b2")]
    assert spec.layer_sizes == (4, 5, 7, 2)


CALLED = {
    "the kind first": ("W_in", "W_hidden", "W_out", "b_in", "b_hidden", "b_out"),
    "the kind last": ("in_W", "hidden_W", "out_W", "in_b", "hidden_b", "out_b"),
    "the kind in a step": ("a/w_in", "a/w_hid", "a/w_out", "a/bias_in", "a/bias_hid", "a/bias_out"),
    "no kind": ("Wxh", "Whg", "Wgy", "bh", "bg", "by"),
}


@pytest.mark.parametrize("names", CALLED.values(), ids=CALLED)
def test_biases_go_with_their_weights_not_with_the_alphabet(names: tuple[str, ...]) -> None:
    shapes = dict(zip(names, [(4, 5), (5, 6), (6, 2), (1, 5), (6, 1), (2,)], strict=True))
    if names == CALLED["no kind"]:
        shapes |= {"bh": (5,), "bg": (6,)}
    spec = completed("inputs: 4\n" + THREE, shapes)
    assert [taken(layer) for layer in spec.layers] == [*zip(names[:3], names[3:], strict=True)]


def test_biases_that_words_alone_tell_apart_are_not_put_in_alphabetical_order() -> None:
    shapes = {"Wxh": (4, 5), "Whg": (5, 5), "Wgy": (5, 2), "bh": (5,), "bg": (5,), "by": (2,)}
    problem = refused("inputs: 4\n" + THREE, shapes)
    assert (problem.code, "'bg' (5,), 'bh' (5,)" in problem.message) == ("N305", True)


def test_numbered_biases_are_given_to_numbered_weights_alone() -> None:
    """The widths say that `in` comes first; whether its bias is the first one, nothing says."""
    weights = {"in": (4, 5), "and": (5, 5)}
    problem = refused("inputs: 4\n" + TWO, {**weights, "v1": (5,), "v2": (5,)})
    assert problem.code == "N305"


def test_a_single_number_that_is_called_a_bias_is_one() -> None:
    """scikit-learn's LinearRegression has its intercept as a number."""
    spec = completed("layers: [{}]" + WEIGHTS, {"coef": (4, 1), "intercept": (), "loss": ()})
    assert [taken(layer) for layer in spec.layers] == [("coef", "intercept")]
    problem = refused("layers: [{}]" + WEIGHTS, {"coef": (4, 2), "intercept": ()})
    assert problem.code == "N203"


def test_what_a_scaler_subtracts_is_no_bias() -> None:
    problem = refused("layers: [{}]" + WEIGHTS, {"W": (4, 4), "mean": (4,)})
    assert (problem.code, "'mean' (4,)" in problem.message) == ("N305", True)
    assert "inputs: {scale:" in problem.help[0]


def test_one_array_can_be_the_weights_of_several_layers() -> None:
    shared = "{weights: {tensor: W}, biases: {tensor: b}}"
    spec = completed(f"layers: [{shared}, {shared}]{WEIGHTS}", {"W": (3, 3), "b": (3,)})
    assert [taken(layer) for layer in spec.layers] == [("W", "b")] * 2


def test_what_a_layer_writes_wins_over_the_file() -> None:
    own = "{weights: [[1, 2], [3, 4], [5, 6]], biases: [7, 8]}"
    spec = completed(
        f"layers: [{{biases: [1, 2, 3]}}, {own}]{WEIGHTS}", {"0.weight": (3, 4), "0.bias": (3,)}
    )
    assert [taken(layer) for layer in spec.layers] == [("0.weight", None), (None, None)]
    assert spec.layers[0].biases == (1.0, 2.0, 3.0)
    assert spec.layer_sizes == (4, 3, 2)


def test_biases_within_the_weights_are_one_more_input() -> None:
    spec = completed(
        "layers: [{biases: {within_weights: first}}, {biases: {within_weights: last}}]" + WEIGHTS,
        {"W1": (5, 3), "W2": (4, 2)},
    )
    assert spec.layer_sizes == (4, 3, 2)


def test_random_networks_find_the_order_of_their_matrices_again() -> None:
    """Names in no order, widths that no two layers share: there is one way to put them together."""
    for seed in range(50):
        random = Random(seed)
        widths = random.sample(range(1, 1000), random.randint(3, 60))
        layers = list(pairwise(widths))
        names = random.sample(range(1000), len(layers))
        shapes = {f"{name}.kernel": shape for name, shape in zip(names, layers, strict=True)}
        listed = ", ".join(["{}"] * len(layers))
        spec = completed(f"layers: [{listed}]{WEIGHTS}", shapes)
        assert spec.layer_sizes == tuple(widths)
        assert [taken(layer)[0] for layer in spec.layers] == [f"{name}.kernel" for name in names]


# ---------------------------------------------------------------------------------- what is refused

REFUSED: dict[str, tuple[str, Shapes, str, tuple[str, ...]]] = {
    "no order": (
        THREE,
        {"a.kernel": (4, 5), "b.kernel": (6, 2), "c.kernel": (7, 8)},
        "N306",
        ("in no order", "'a.kernel' (4, 5)", "'b.kernel' (6, 2)", "{tensor: NAME}"),
    ),
    "two orders": (
        THREE,
        {"a.kernel": (5, 4), "b.kernel": (4, 5), "c.kernel": (4, 4)},
        "N306",
        ("more than one order", "'c.kernel' (4, 4)"),
    ),
    "transposed": (
        TWO,
        {"W1": (5, 4), "b1": (5,), "W2": (2, 5), "b2": (2,)},
        "N306",
        ("transposed? set `layout: neurons_by_inputs`", "'W1' (5, 4)"),
    ),
    "a matrix too many": (
        TWO,
        {"W1": (4, 5), "W2": (5, 7), "W3": (7, 2)},
        "N305",
        ("3 matrices for 2 layers", "'W3' (7, 2)"),
    ),
    "no matrix": (TWO, {"v": (4,)}, "N306", ("0 matrices for 2 layers", "`nncli shapes net.npz`")),
    "a matrix too few": (THREE, {"W1": (4, 5), "W2": (5, 7)}, "N306", ("2 matrices for 3 layers",)),
    "a vector that no layer takes": (
        TWO,
        {"0.weight": (5, 4), "0.bias": (5,), "2.weight": (2, 5), "extra": (9,)},
        "N305",
        ("'extra' (9,)",),
    ),
    "a LayerNorm": (
        TWO,
        {"0.weight": (5, 4), "0.bias": (5,), "1.weight": (5,), "1.bias": (5,), "2.weight": (2, 5)},
        "N305",
        ("'1.weight' (5,)", "'1.bias' (5,)", "normalisation"),
    ),
    "scales without biases": (
        TWO,
        {"0.weight": (5, 4), "1.weight": (5,), "2.weight": (2, 5), "3.weight": (2,)},
        "N305",
        ("'1.weight' (5,)", "normalisation"),
    ),
    "a kernel of a convolution": (
        TWO,
        {"0.weight": (5, 4), "2.weight": (2, 5), "c.weight": (3, 1, 2, 2)},
        "N305",
        ("'c.weight' (3, 1, 2, 2)",),
    ),
    "nothing in an array": (TWO, {"0.weight": (5, 4), "2.weight": (0, 5)}, "N306", ("1 matrix",)),
    "a name that is not there": (
        "layers: [{weights: {tensor: 0.wieght}}]" + WEIGHTS,
        {"0.weight": (5, 4)},
        "N305",
        ("has no array '0.wieght'", "did you mean `0.weight`?"),
    ),
    "weights that are a vector": (
        "layers: [{weights: {tensor: v}}]" + WEIGHTS,
        {"v": (5,)},
        "N306",
        ("'v' has the shape (5,)", "a matrix"),
    ),
    "biases that are a matrix": (
        "layers: [{weights: {tensor: W}, biases: {tensor: W}}]" + WEIGHTS,
        {"W": (5, 4)},
        "N306",
        ("'W' has the shape (5, 4)", "a vector"),
    ),
    "biases that are a number": (
        "layers: [{weights: {tensor: W}, biases: {tensor: n}}]" + WEIGHTS,
        {"W": (5, 4), "n": ()},
        "N203",
        ("layer 1 has 4 neurons, but 1 bias",),
    ),
}


@pytest.mark.parametrize(("spec", "shapes", "code", "words"), REFUSED.values(), ids=REFUSED)
def test_arrays_that_cannot_be_told_apart_or_do_not_fit_are_refused_by_name(
    spec: str, shapes: Shapes, code: str, words: tuple[str, ...]
) -> None:
    problem = refused(spec, shapes)
    assert problem.code == code
    told = "\n".join((problem.message, *problem.help))
    assert all(word in told for word in words), told


def test_a_name_that_is_not_there_is_told_of_where_it_stands() -> None:
    problem = refused("layers:\n- weights: {tensor: 0.wieght}" + WEIGHTS, {"0.weight": (5, 4)})
    assert problem.place is not None
    assert (problem.place.line, problem.place.column) == (2, 21)


def test_what_is_wrong_with_all_arrays_is_told_of_at_the_weights_file() -> None:
    problem = refused(TWO, {"W1": (4, 5)})
    assert problem.place is not None
    assert (problem.place.line, problem.place.column) == (2, 15)


STATES = {
    "PyTorch": {"1.weight": (5,), "1.bias": (5,), "1.running_mean": (5,), "1.running_var": (5,)},
    "PyTorch without weights": {"1.running_mean": (5,), "1.running_var": (5,)},
    "Keras": {
        "bn/gamma": (5,),
        "bn/beta": (5,),
        "bn/moving_mean": (5,),
        "bn/moving_variance": (5,),
    },
    "Flax": {"params.bn.scale": (5,), "params.bn.bias": (5,), "batch_stats.bn.mean": (5,)}
    | {"batch_stats.bn.var": (5,)},
}


@pytest.mark.parametrize("state", STATES.values(), ids=STATES)
def test_a_batch_norm_is_refused_with_what_to_do(state: Shapes) -> None:
    problem = refused(TWO, {"0.weight": (5, 4), "0.bias": (5,), "2.weight": (2, 5), **state})
    assert problem.code == "N308"
    assert all(f"'{name}'" in problem.message for name in state)
    told = "\n".join(problem.help)
    assert "torch.onnx.export" in told
    assert "sqrt(running_var + epsilon)" in told


@pytest.mark.parametrize("dtype", ["int8", "int64", "bool", "complex64", "F8_E4M3", "str128"])
def test_arrays_of_another_dtype_are_refused_by_it(dtype: str) -> None:
    problem = refused(TWO, {"W1": (4, 5), "W2": (5, 2)}, dtype)
    assert problem.code == "N307"
    assert f"'W1' holds {dtype}" in problem.message
    assert ("astype" in problem.help[0]) == (not dtype.startswith(("complex", "str")))


def test_sizes_that_the_spec_declares_clash_as_with_typed_weights() -> None:
    """The arrays fit each other: it is the spec that they do not fit."""
    shapes = {"W1": (4, 5), "b1": (5,), "W2": (5, 2), "b2": (3,)}
    spec = "inputs: 3\nlayers:\n- {neurons: 5}\n- {neurons: 7}" + WEIGHTS
    reading = complete(read_form(spec.encode(), "net.yaml"), header(shapes))
    found = examine_form(reading).found.problems
    assert [problem.code for problem in found] == ["N201", "N202", "N203"]
    assert [problem.place.line for problem in found if problem.place] == [3, 4, 4]


def test_a_matrix_that_is_transposed_is_called_so() -> None:
    spec = "inputs: 4\nlayers:\n- {neurons: 5}" + WEIGHTS
    problem = refused(spec, {"W": (5, 4)})
    assert problem.code in ("N201", "N306")
    assert "transposed" in problem.message


def test_a_form_with_faults_is_left_as_it_is() -> None:
    reading = read_form(b"layers: [{weights: [[x]]}]" + WEIGHTS.encode(), "net.yaml")
    assert reading.faults
    assert complete(reading, header({"W": (4, 5)})) is reading


@pytest.mark.parametrize("matrices", [200, 4_000])
def test_matrices_that_fit_in_very_many_ways_or_none_are_refused_in_time(matrices: int) -> None:
    """All orders of squares, but for one that fits nowhere: nobody can try them."""
    shapes = {f"{number}.kernel": (16, 16) for number in range(matrices)}
    listed = ", ".join(["{}"] * (matrices + 1))
    problem = refused(f"layers: [{listed}]{WEIGHTS}", {**shapes, "x.kernel": (7, 9)})
    assert problem.code == "N306"
    assert len("\n".join((problem.message, *problem.help))) < 2_000
