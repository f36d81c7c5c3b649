"""A network's forward pass against plain loops in exact fractions, and its Python interface."""

from __future__ import annotations

import json
import math
from dataclasses import FrozenInstanceError
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nncli import Dense, FileError, Network, NncliError, ShapeError, SpecError, build_network
from nncli.network.network import drawn_networks
from nncli.specs.model import InputsSpec, LayerSpec, NetworkSpec
from nncli.specs.reader import read_spec

ROOT = Path(__file__).resolve().parents[2]
UNIT_ROUNDOFF = {"float64": Fraction(1, 2**53), "float32": Fraction(1, 2**24)}

Matrix = list[list[float]]
Exact = list[list[Fraction]]


def spec_text(layers: list[dict[str, Any]], inputs: int, **more: Any) -> str:
    """Return a spec as JSON, which is YAML too."""
    return json.dumps({"inputs": inputs, "layers": layers, **more})


def exact_sums(x: Exact, weights: Matrix, biases: list[float]) -> tuple[Exact, Exact]:
    """Return x @ W + b in exact fractions, and the same with every number's absolute value.

    x: (samples, inputs), weights: (inputs, neurons) → both (samples, neurons).
    """
    sums: Exact = []
    sizes: Exact = []
    for row in x:
        sums.append([])
        sizes.append([])
        for neuron, bias in enumerate(biases):
            products = [value * Fraction(w[neuron]) for value, w in zip(row, weights, strict=True)]
            sums[-1].append(sum(products, Fraction(bias)))
            sizes[-1].append(sum(map(abs, products), abs(Fraction(bias))))
    return sums, sizes


def gamma(operations: int, unit: Fraction) -> Fraction:
    """Return Higham's gamma: k·u / (1 - k·u): the relative error of k roundings at most."""
    return operations * unit / (1 - operations * unit)


def random_matrix(generator: np.random.RandomState, rows: int, columns: int, dtype: str) -> Matrix:
    """Return numbers of many magnitudes, each exactly of *dtype*."""
    values = generator.standard_normal((rows, columns)) * 10.0 ** generator.randint(
        -6, 6, (rows, columns)
    )
    listed: Matrix = values.astype(dtype).astype(np.float64).tolist()
    return listed


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@given(
    sizes=st.tuples(st.integers(1, 5), st.integers(1, 40), st.integers(1, 6)),
    seed=st.integers(0, 2**32 - 1),
)
def test_a_layer_is_within_the_error_bound_of_exact_arithmetic(
    dtype: str, sizes: tuple[int, int, int], seed: int
) -> None:
    """|z - exact| <= gamma(inputs + 1) · (|x| |W| + |b|), whatever the order of summation."""
    samples, inputs, neurons = sizes
    generator = np.random.RandomState(seed)
    weights = random_matrix(generator, inputs, neurons, dtype)
    (biases,) = random_matrix(generator, 1, neurons, dtype)
    batch = random_matrix(generator, samples, inputs, dtype)
    layer = {"neurons": neurons, "weights": weights, "biases": biases}
    network = Network.from_yaml_text(spec_text([layer], inputs, dtype=dtype))
    output = network.forward(batch)
    assert output.dtype == dtype
    exact, size = exact_sums([[Fraction(v) for v in row] for row in batch], weights, biases)
    bound = gamma(inputs + 1, UNIT_ROUNDOFF[dtype])
    for row, exact_row, size_row in zip(output.tolist(), exact, size, strict=True):
        for value, wanted, magnitude in zip(row, exact_row, size_row, strict=True):
            assert abs(Fraction(value) - wanted) <= bound * magnitude


def test_every_layer_takes_what_the_layer_before_puts_out() -> None:
    """Small whole numbers, so that plain loops give the very same digits."""
    generator = np.random.RandomState(4)
    shapes = [(3, 4), (4, 2), (2, 5)]
    weights = [generator.randint(-5, 6, shape).astype(float).tolist() for shape in shapes]
    biases = [generator.randint(-5, 6, shape[1]).astype(float).tolist() for shape in shapes]
    batch = generator.randint(-5, 6, (6, 3)).astype(float).tolist()
    layers = [
        {"neurons": len(b), "weights": w, "biases": b, "activation": "relu"}
        for w, b in zip(weights, biases, strict=True)
    ]
    results = Network.from_yaml_text(spec_text(layers, 3)).trace(batch)

    x: Exact = [[Fraction(v) for v in row] for row in batch]
    for result, w, b in zip(results, weights, biases, strict=True):
        z, _ = exact_sums(x, w, b)
        x = [[max(value, Fraction(0)) for value in row] for row in z]
        assert result.pre_activation.tolist() == z
        assert result.output.tolist() == x


def test_trace_names_the_layers() -> None:
    layers: list[dict[str, Any]] = [{"name": "hidden", "neurons": 2}, {"neurons": 1}]
    results = Network.from_yaml_text(spec_text(layers, 2, seed=0)).trace([[1, 2]] * 3)
    assert [(result.layer, result.name) for result in results] == [(1, "hidden"), (2, "layer_2")]
    assert [result.pre_activation.shape for result in results] == [(3, 2), (3, 1)]
    assert [result.output.shape for result in results] == [(3, 2), (3, 1)]


def test_an_activation_gets_its_parameters() -> None:
    layer = {
        "neurons": 1,
        "weights": [[1]],
        "activation": {"leaky_relu": {"negative_slope": 0.5}},
    }
    network = Network.from_yaml_text(spec_text([layer], 1))
    assert network.forward([[-4], [4]]).tolist() == [[-2], [4]]


# -------------------------------------------------------------------------------- the batch


@pytest.fixture
def network() -> Network:
    return Network.from_yaml_text("{layer_sizes: [4, 5, 2], seed: 0}")


def test_a_single_sample_has_to_be_a_batch_of_one(network: Network) -> None:
    with pytest.raises(ShapeError, match=r"\(samples, features\), got \(4,\)") as caught:
        network.forward([1, 2, 3, 4])
    assert caught.value.problems[0].code == "N204"
    assert caught.value.problems[0].help == ("for a single sample, give x[None, :]",)


@pytest.mark.parametrize("shape", [(), (4,), (1, 2, 4)])
def test_only_two_dimensions_are_a_batch(network: Network, shape: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError):
        network.trace(np.zeros(shape))


@pytest.mark.parametrize("width", [0, 1, 3, 5])
def test_a_batch_of_another_width_is_refused_with_both_widths(network: Network, width: int) -> None:
    for call in (network.forward, network.trace):
        with pytest.raises(ShapeError, match=f"{width} features, but the network takes 4"):
            call(np.zeros((2, width)))


def test_a_batch_with_samples_in_columns_is_told_to_turn(network: Network) -> None:
    with pytest.raises(ShapeError) as caught:
        network.forward(np.zeros((4, 3)))
    assert "x.T" in caught.value.problems[0].help[0]


def test_no_rows_in_are_no_rows_out(network: Network) -> None:
    assert network.forward(np.empty((0, 4))).shape == (0, 2)
    assert [result.output.shape for result in network.trace(np.empty((0, 4)))] == [(0, 5), (0, 2)]


def test_lists_and_whole_numbers_are_taken_as_floats(network: Network) -> None:
    as_floats = network.forward(np.array([[1.0, 2.0, 3.0, 2.0]]))
    assert np.array_equal(network.forward([[1, 2, 3, 2]]), as_floats)
    assert np.array_equal(network.forward(np.array([[1, 2, 3, 2]], dtype=np.int8)), as_floats)


def test_the_batch_is_left_as_it_was(network: Network) -> None:
    batch = np.arange(8.0).reshape(2, 4)
    batch.flags.writeable = False
    network.forward(batch)
    network.trace(batch)
    assert batch.tolist() == [[0, 1, 2, 3], [4, 5, 6, 7]]


def test_nan_and_infinity_are_results_like_others() -> None:
    """inf · 0 is NaN; no warning is raised."""
    layer = {"neurons": 2, "weights": [[1, 0]]}
    network = Network.from_yaml_text(spec_text([layer], 1))
    infinite, nothing = network.forward([[math.inf]])[0]
    assert infinite == math.inf
    assert math.isnan(nothing)
    assert np.isnan(network.forward([[math.nan]])).all()


def test_an_overflow_in_the_second_layer_is_infinity_without_a_warning() -> None:
    layer = {"neurons": 1, "weights": [[1e200]]}
    results = Network.from_yaml_text(spec_text([layer, layer], 1)).trace([[1]])
    assert [result.output.tolist() for result in results] == [[[1e200]], [[math.inf]]]


def test_the_smallest_numbers_go_through() -> None:
    network = Network.from_yaml_text(spec_text([{"neurons": 1, "weights": [[1]]}], 1))
    assert network.forward([[5e-324]]).tolist() == [[5e-324]]


def test_denormal_weights_are_kept() -> None:
    network = Network.from_yaml_text(spec_text([{"neurons": 1, "weights": [[5e-324]]}], 1))
    assert network.forward([[3]]).tolist() == [[1.5e-323]]


# ------------------------------------------------------------------------------- float32


def test_float32_is_float32_all_the_way() -> None:
    network = Network.from_yaml_text("{layer_sizes: [4, 5, 2], seed: 0, dtype: float32}")
    assert network.dtype == "float32"
    for layer, result in zip(network.layers, network.trace(np.ones((3, 4))), strict=True):
        arrays: list[npt.NDArray[Any]] = [
            layer.weights,
            layer.biases,
            result.pre_activation,
            result.output,
        ]
        assert {array.dtype for array in arrays} == {np.dtype("float32")}


def test_a_value_beyond_float32_becomes_infinity_without_a_warning() -> None:
    layer = {"neurons": 1, "weights": [[1]]}
    network = Network.from_yaml_text(spec_text([layer], 1, dtype="float32"))
    assert network.forward([[1e39]]).tolist() == [[math.inf]]


# ------------------------------------------------------------------------------ building


def test_a_network_comes_from_a_file() -> None:
    network = Network.from_yaml(ROOT / "configs" / "two_layers.yaml")
    assert (network.name, network.layer_sizes, network.dtype) == (
        "two_layers",
        (4, 3, 3),
        "float64",
    )
    # by hand: 4.8 · 0.1 - 1.21 · 0.14 + 2.385 · 0.5 - 1 = 0.5031, and so on
    expected = [[0.5031, -1.04185, -2.03875]]
    np.testing.assert_allclose(network.forward([[1, 2, 3, 2.5]]), expected, rtol=1e-12)


def test_a_network_is_loaded_with_the_weights_file_that_its_spec_names(tmp_path: Path) -> None:
    """By hand: (3 - 1) / 2 = 1, times 5, plus 7; the spec names its file beside itself."""
    np.savez(tmp_path / "w.npz", kernel=np.array([[5.0]]), bias=np.array([7.0]))
    path = tmp_path / "net.yaml"
    scale = "inputs: {size: 1, scale: {standard: {mean: 1, std: 2}}}\n"
    path.write_text(scale + "layers: [{neurons: 1}]\nweights_file: w.npz\n", encoding="utf-8")
    for load in (Network.load, Network.from_yaml):
        assert load(path).forward([[3]]).tolist() == [[12]]


def test_weights_written_by_neuron_are_turned() -> None:
    layer = {"neurons": 2, "weights": [[1, 2, 3], [4, 5, 6]], "layout": "neurons_by_inputs"}
    network = Network.from_yaml_text(spec_text([layer], 3))
    assert network.layers[0].weights.tolist() == [[1, 4], [2, 5], [3, 6]]
    assert network.layers[0].weights.flags.c_contiguous
    assert network.layers[0].layout == "neurons_by_inputs"


def test_a_seed_from_outside_overrides_that_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text("{layer_sizes: [2, 2], seed: 1}", encoding="utf-8")
    assert np.array_equal(
        Network.from_yaml(path, seed=6).layers[0].weights,
        0.1 * np.random.RandomState(6).randn(2, 2),
    )


def test_a_missing_file_is_a_file_error(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no such file"):
        Network.from_yaml(tmp_path / "nothing.yaml")


def test_a_faulty_spec_is_a_spec_error_with_every_problem() -> None:
    with pytest.raises(SpecError) as caught:
        Network.from_yaml_text("{layer_sizes: [2, 2], sed: 1, dtype: float16}")
    assert {"N101", "N107"} <= {problem.code for problem in caught.value.problems}


def plain_spec(layer: LayerSpec, inputs: int) -> NetworkSpec:
    return NetworkSpec(name="net", inputs=InputsSpec(size=inputs), layers=(layer,))


def test_layers_that_do_not_fit_are_a_shape_error() -> None:
    layer = LayerSpec(name="one", neurons=2, weights=((1.0, 2.0),) * 3)
    with pytest.raises(ShapeError) as caught:
        build_network(plain_spec(layer, 5))
    assert caught.value.problems[0].code == "N201"
    assert isinstance(caught.value, NncliError)


def test_drawing_without_a_seed_is_an_error() -> None:
    with pytest.raises(ShapeError) as caught:
        build_network(plain_spec(LayerSpec(name="one", neurons=2), 5))
    assert caught.value.problems[0].code == "N109"


@pytest.mark.parametrize("neurons", [10**9, 2**63 - 1])
def test_a_network_that_no_memory_holds_is_a_file_error(neurons: int) -> None:
    text = json.dumps({"layer_sizes": [10**9, neurons], "seed": 0})
    with pytest.raises(FileError, match=r"need .* bytes of memory"):
        Network.from_yaml_text(text)


def test_a_network_and_its_layers_are_frozen(network: Network) -> None:
    with pytest.raises(FrozenInstanceError):
        network.layers = ()  # type: ignore[misc]
    layer: Dense = network.layers[0]
    with pytest.raises(FrozenInstanceError):
        layer.name = "other"  # type: ignore[misc]


def test_layers_know_their_sizes(network: Network) -> None:
    assert [(layer.inputs, layer.neurons, layer.parameters) for layer in network.layers] == [
        (4, 5, 25),
        (5, 2, 12),
    ]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_large_weights_are_drawn_as_if_all_at_once(dtype: str) -> None:
    """Row by row, then the biases, from one stream of NumPy's frozen generator."""
    init = {"weights": {"normal": {"std": 1.0}}, "biases": {"uniform": {"low": 0.0, "high": 1.0}}}
    spec = {"layer_sizes": [301, 103, 20_000], "seed": 7, "init": init, "dtype": dtype}
    generator = np.random.RandomState(7)
    for layer, shape in zip(
        Network.from_yaml_text(json.dumps(spec)).layers, [(301, 103), (103, 20_000)], strict=True
    ):
        assert layer.weights.dtype == layer.biases.dtype == dtype
        assert np.array_equal(layer.weights, generator.standard_normal(shape).astype(dtype))
        assert np.array_equal(layer.biases, generator.uniform(0, 1, shape[1]).astype(dtype))


@pytest.mark.parametrize(
    "text",
    [
        "layer_sizes: [2, 1]\nseed: 0\n",
        "inputs: 2\nlayers: [{neurons: 1, weights: {tensor: w}, biases: 0}]\n",
    ],
)
def test_weights_of_a_file_that_was_not_read_are_not_drawn_instead(text: str) -> None:
    """A spec's text alone does not say where its folder is."""
    with pytest.raises(SpecError, match=r"the weights are in m\.npz, which was not read"):
        Network.from_yaml_text(f"weights_file: m.npz\n{text}")


def test_a_network_is_built_of_the_arrays_that_it_is_handed() -> None:
    text = (
        "weights_file: m.npz\ninputs: 2\nlayers: [{neurons: 1, weights: {tensor: w}, biases: 3}]\n"
    )
    network = build_network(read_spec(text.encode(), "x"), {"w": np.array([[1.0], [2.0]])})
    assert network.forward([[10, 100]]).tolist() == [[213]]


def test_a_network_tells_of_itself_on_one_line() -> None:
    text = "name: 'two\nlines'\nlayer_sizes: [4, 5, 2]\nactivations: [relu, softmax]\nseed: 0"
    shown = repr(Network.from_yaml_text(text))
    assert shown == "<Network 'two lines': 4 -> 5 relu -> 2 softmax, float64>"
    deep = repr(Network.from_yaml_text(f"layer_sizes: {[1] * 100}\nseed: 0\n"))
    assert deep == f"<Network 'network': 1{' -> 1 linear' * 6} -> ... -> 1 linear, float64>"


def test_networks_drawn_in_a_row_are_those_that_are_built_one_by_one() -> None:
    text = b"inputs: 3\nseed: 9\nlayers: [{neurons: 4, biases: [1, 2, 3, 4]}, {neurons: 2}]\n"
    spec = read_spec(text + b"init: {biases: normal}\n", "net.yaml")
    seeds = [5, 0, 2**32 - 1, 5]
    for seed, drawn in zip(seeds, drawn_networks(spec, {}, seeds), strict=True):
        built = build_network(spec.model_copy(update={"seed": seed}))
        assert drawn.spec == built.spec
        for one, other in zip(drawn.layers, built.layers, strict=True):
            assert np.array_equal(one.weights, other.weights)
            assert np.array_equal(one.biases, other.biases)
