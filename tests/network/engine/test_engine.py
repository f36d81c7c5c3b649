"""The two forward loops held together: `Network.forward`, the engine's, against `Network.trace`."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from activation_cases import CASES
from hypothesis import given, settings
from hypothesis import strategies as st

from nncli import Network, ShapeError
from nncli.network.activations import Array
from nncli.network.engine import engine, products
from nncli.network.engine.engine import tile_samples
from nncli.network.engine.sharing import share
from nncli.network.rounding import agree_within, rounding_bounds

DTYPES = ["float64", "float32"]


# A kind, or a kind with its parameters.
Activation = str | dict[str, Any]
# Every activation, those with parameters also with others than usual.
ALL_ACTIVATIONS: list[Activation] = [
    *CASES.values(),
    {"elu": {"alpha": 2.5}},
]


def network_of(
    widths: list[int], activations: Activation | list[Activation] = "relu", dtype: str = "float64"
) -> Network:
    """Return a network whose values neither grow nor vanish from layer to layer."""
    spec: dict[str, Any] = {"layer_sizes": widths, "activations": activations, "dtype": dtype}
    init = {"weights": "he_normal", "biases": {"normal": {"std": 0.5}}}
    return Network.from_yaml_text(json.dumps({**spec, "seed": 3, "init": init}))


def batch_of(samples: int, features: int, dtype: str = "float64", seed: int = 1) -> Array:
    batch: Array = np.random.RandomState(seed).standard_normal((samples, features)).astype(dtype)
    return batch


def assert_same_but_for_rounding(network: Network, batch: Array) -> None:
    expected, output = network.trace(batch)[-1].output, network.forward(batch)
    assert output.dtype == expected.dtype == network.dtype
    assert agree_within(output, expected, rounding_bounds(network, batch))


@pytest.fixture(params=[True, False], ids=["small products", "whole products"])
def _either_product(request: pytest.FixtureRequest) -> Iterator[None]:
    """Both ways to multiply, whatever this machine's BLAS is good at."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(products, "has_small_kernels", lambda: request.param)
        yield


# ------------------------------------------------------------------------------ the numbers


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("activation", ALL_ACTIVATIONS, ids=str)
@settings(max_examples=40)  # of each activation in each type
@given(data=st.data())
def test_the_engine_gives_what_the_loop_over_the_layers_gives_but_for_rounding(
    activation: Activation, dtype: str, data: st.DataObject
) -> None:
    """Batch sizes around the edges of tiles, and of the long rows that elements are computed in."""
    hidden = data.draw(st.lists(st.sampled_from([1, 2, 3, 31, 64, 100]), max_size=2))
    last = data.draw(st.integers(1, 5))
    widths = [data.draw(st.integers(1, 4)), *hidden, last]
    # before and behind it, any other
    activations = [data.draw(st.sampled_from(ALL_ACTIVATIONS)) for _ in widths[1:]]
    activations[data.draw(st.integers(0, len(hidden)))] = activation
    edges = {0, 1, 8192 // max(widths[1:]), tile_samples(max(widths[1:]))}
    # the exact gelu takes a call of Python for each element
    edge = data.draw(st.sampled_from(sorted(edges if "gelu" not in activations else {0, 40})))
    samples = max(0, edge + data.draw(st.integers(-1, 2)))
    network = network_of(widths, activations, dtype)
    assert_same_but_for_rounding(network, batch_of(samples, widths[0], dtype))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("activation", ALL_ACTIVATIONS, ids=str)
def test_the_bounds_on_rounding_would_show_a_wrong_number(
    activation: Activation, dtype: str
) -> None:
    """One bias that is off by a thousandth, in the layer whose output it is."""
    network, batch = network_of([3, 5, 4], ["tanh", activation], dtype), batch_of(40, 3, dtype)
    last = network.layers[-1]
    biases = last.biases + np.array([1e-3, 0, 0, 0], dtype)
    wrong = replace(network, layers=(network.layers[0], replace(last, biases=biases)))
    bounds = rounding_bounds(network, batch)
    assert np.isfinite(bounds).all()
    # the output of a jump is left alone by such a change
    if last.activation_name not in ("step", "sign"):
        assert not agree_within(wrong.forward(batch), network.trace(batch)[-1].output, bounds)


@pytest.mark.usefixtures("_either_product")
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("widths", [[1000, 64, 3], [300, 320, 100], [64, 513, 96], [5000, 96]])
@pytest.mark.parametrize("samples", [1, 2, 3, 16, 17, 31, 63, 200, 1025])
def test_large_products_are_those_of_trace_but_for_rounding(
    samples: int, widths: list[int], dtype: str
) -> None:
    network = network_of(widths, "relu", dtype)
    assert_same_but_for_rounding(network, batch_of(samples, widths[0], dtype))


@pytest.mark.parametrize("samples", [1, 2, 300, 9000])
def test_each_neuron_of_a_prelu_has_its_own_slope(samples: int) -> None:
    slopes = [-1.0, 0.0, 0.25, 0.5, 1.0, 3.0, 8.0]
    network = network_of([3, 7, 7], {"prelu": {"slopes": slopes}})
    assert_same_but_for_rounding(network, batch_of(samples, 3))


def test_a_layer_wider_than_a_row_of_biases_is_computed_sample_by_sample() -> None:
    network = network_of([2, 9000, 3])
    assert_same_but_for_rounding(network, batch_of(5, 2))


def test_a_tile_of_a_very_wide_network_has_few_samples() -> None:
    assert [tile_samples(widest) for widest in (1, 64, 256, 512)] == [8192, 1024, 256, 256]
    assert [tile_samples(widest) for widest in (513, 4096, 2**20, 2**23)] == [1024, 1024, 4, 1]


@pytest.mark.usefixtures("_either_product")
def test_small_whole_numbers_give_the_very_digits_of_plain_loops() -> None:
    generator = np.random.RandomState(5)
    weights = generator.randint(-4, 5, (100, 192))
    layer = {"neurons": 192, "weights": weights.tolist(), "biases": list(range(192))}
    network = Network.from_yaml_text(json.dumps({"inputs": 100, "layers": [layer]}))
    batch = generator.randint(-4, 5, (130, 100))
    expected = [
        [sum(x * int(w) for x, w in zip(row, column, strict=True)) + neuron]
        for row in batch[[0, 77, 129]].tolist()
        for neuron, column in enumerate(weights.T)
    ]
    assert network.forward(batch)[[0, 77, 129]].reshape(-1, 1).tolist() == expected


# ---------------------------------------------------------------------------- arrays, in and out


def test_the_result_is_a_new_array_that_later_calls_leave_alone() -> None:
    network = network_of([4, 5, 2])
    batch = batch_of(7, 4)
    first = network.forward(batch)
    kept = first.copy()
    second = network.forward(-batch)
    assert first.flags.c_contiguous
    assert first.flags.owndata
    assert first.flags.writeable
    assert not np.shares_memory(first, second)
    assert np.array_equal(first, kept)


@pytest.mark.parametrize("widths", [[3, 3], [3, 3, 3]])
def test_a_result_does_not_share_memory_with_a_batch(widths: list[int]) -> None:
    batch = batch_of(5, 3)
    assert not np.shares_memory(network_of(widths, "linear").forward(batch), batch)


def test_the_same_batch_gives_the_same_bits_again() -> None:
    """Whatever was computed in the same memory meanwhile."""
    network = network_of([4, 50, 2])
    batches = [batch_of(samples, 4, seed=samples) for samples in range(1, 30)]
    first = [network.forward(batch).tobytes() for batch in batches]
    assert [network.forward(batch).tobytes() for batch in batches[::-1]] == first[::-1]


@pytest.mark.usefixtures("_either_product")
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("widths", [[4, 5, 2], [300, 320, 2]])
def test_any_layout_of_a_batch_is_the_same_batch(widths: list[int], dtype: str) -> None:
    network = network_of(widths, dtype=dtype)
    batch = batch_of(100, widths[0], dtype)
    wide, turned = np.zeros((200, 2 * widths[0]), dtype), np.asfortranarray(batch)
    wide[::2, ::2] = batch
    unaligned = np.frombuffer(b"x" + batch.tobytes(), dtype, offset=1).reshape(batch.shape)
    swapped: Array = batch.astype(batch.dtype.newbyteorder())
    expected, bounds = network.forward(batch), rounding_bounds(network, batch)
    for other in (turned, wide[::2, ::2], batch[::-1][::-1], unaligned, swapped, batch.tolist()):
        output = network.forward(other)
        assert output.dtype == dtype
        assert agree_within(output, expected, bounds)


class Labelled(np.ndarray[Any, np.dtype[Any]]):
    """An array with something more."""


def test_a_batch_of_a_subclass_gives_a_plain_array() -> None:
    network = network_of([4, 5, 2])
    batch = batch_of(3, 4)
    output = network.forward(batch.view(Labelled))
    assert type(output) is np.ndarray
    assert np.array_equal(output, network.forward(batch))


@pytest.mark.parametrize(
    "batch",
    [
        np.zeros((2, 3)),
        np.zeros(4),
        np.zeros((1, 2, 4)),
        np.zeros((2, 4), complex),
        np.full((2, 4), "1"),
        [[1, 2], [3]],
    ],
)
def test_what_is_no_batch_is_refused_after_good_ones_too(batch: Any) -> None:
    network = network_of([4, 5, 2])
    network.forward(batch_of(2, 4))
    with pytest.raises(ShapeError):
        network.forward(batch)


def test_nan_stays_in_its_own_sample() -> None:
    network = network_of([4, 50, 2], "sigmoid")
    batch = batch_of(300, 4)
    batch[7] = np.nan
    assert np.isnan(network.forward(batch)).any(axis=1).tolist() == [n == 7 for n in range(300)]


# ---------------------------------------------------------------------------- threads, copies


@pytest.mark.parametrize("widths", [[4, 5, 2], [300, 320, 96, 2]])
def test_threads_that_share_a_network_get_what_one_would(widths: list[int]) -> None:
    network, alone = network_of(widths), network_of(widths)
    batches = [batch_of(1 + 37 * n % 301, widths[0], seed=n) for n in range(200)]
    expected = [alone.forward(batch).tobytes() for batch in batches]
    with ThreadPoolExecutor(8) as pool:
        outputs = list(pool.map(network.forward, batches))
    assert [output.tobytes() for output in outputs] == expected


@pytest.mark.parametrize("threads", [2, 5])
def test_a_large_batch_is_shared_among_as_many_threads_as_blas_has(
    threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(products, "has_small_kernels", lambda: True)
    monkeypatch.setattr(engine, "blas_thread_limit", lambda: threads)
    monkeypatch.setattr(engine, "_SHARED_PARAMETERS", 2**26)
    shared: list[int] = []

    def recording_share(work: Callable[[int], None], pieces: range, threads: int) -> None:
        shared.append(threads)
        share(work, pieces, threads)

    monkeypatch.setattr(engine, "share", recording_share)
    network = network_of([64, 256, 96, 3])
    batch = batch_of(3001, 64)
    batch[5] = np.inf
    assert_same_but_for_rounding(network, batch)
    assert_same_but_for_rounding(network, batch[:200])
    assert shared == [threads]


def test_a_batch_of_middling_size_is_left_to_the_threads_of_blas(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def unwanted(*_: object) -> None:
        raise AssertionError("a product that BLAS would compute on one thread")

    monkeypatch.setattr(products, "has_small_kernels", lambda: True)
    monkeypatch.setattr(engine, "blas_thread_limit", lambda: 2)
    network = network_of([64, 256, 96, 3])
    assert_same_but_for_rounding(network, batch_of(100, 64))
    monkeypatch.setattr(products, "_multiply", unwanted)
    assert_same_but_for_rounding(network, batch_of(1000, 64))
    with pytest.raises(AssertionError):
        network.forward(batch_of(101, 64))


def test_a_network_that_has_computed_can_be_copied_and_pickled() -> None:
    network = network_of([4, 5, 2])
    batch = batch_of(3, 4)
    expected = network.forward(batch)
    others = [
        copy.copy(network),
        copy.deepcopy(network),
        pickle.loads(pickle.dumps(network)),  # noqa: S301 - of our own making
        replace(network),
    ]
    for other in others:
        assert np.array_equal(other.forward(batch), expected)


def test_other_layers_are_another_network() -> None:
    network = network_of([4, 5, 2])
    batch = batch_of(3, 4)
    network.forward(batch)
    (hidden, _) = network.layers
    shorter = replace(network, layers=(hidden,))
    assert np.array_equal(shorter.forward(batch), network.trace(batch)[0].output)


def test_memory_is_kept_for_few_batch_sizes_and_one_tile() -> None:
    network = network_of([4, 64, 2])
    for samples in [*range(1, 100), 5000]:
        network.forward(batch_of(samples, 4))
    memory = network._engine._idle.memory
    assert memory is not None
    assert len(memory.plans) <= 8
    assert [array.size for array in memory.arrays] == [64 * tile_samples(64)] * 2


def test_a_call_in_the_middle_of_another_leaves_its_numbers_alone() -> None:
    """A signal's handler may call the network that is computing, in the same thread."""
    network = network_of([6, 40, 2], "tanh")
    first, second = batch_of(50, 6, seed=1), batch_of(50, 6, seed=2)
    expected = network.forward(first).tobytes(), network.forward(second).tobytes()
    inner: list[bytes] = []

    def calling(z: Array, out: Array | None = None) -> Array:
        if not inner:
            inner.append(b"")
            inner.append(network.forward(second).tobytes())
        return np.tanh(z, out=out)

    hidden = replace(network.layers[0], activation=calling)
    network = Network(network.spec, (hidden, network.layers[1]))
    assert network.forward(first).tobytes() == expected[0]
    assert inner[1] == expected[1]
