"""Every backend against the network of arrays, and the surroundings that its calls need."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from activation_cases import CASES

from nncli import Network, build_network, read_spec
from nncli.data.frames import BatchLike
from nncli.network.activations import Array
from nncli.network.rounding import agree_within, rounding_bounds
from nncli.timing.backends import (
    Unsupported,
    largest_batch,
    on_blas_threads,
    prepare_backend,
)
from nncli.timing.names import BACKEND_PACKAGES, BACKENDS, BackendName

DTYPES = ["float64", "float32"]
# ONNX Runtime has no error function for float64; a later one may have it.
MAY_LACK_IN_FLOAT64 = {"gelu"}


def missing_packages(backend: BackendName) -> list[str]:
    return [name for name in BACKEND_PACKAGES.get(backend, ()) if find_spec(name) is None]


def needs(backend: BackendName) -> pytest.MarkDecorator:
    missing = missing_packages(backend)
    reason = f"needs {' and '.join(missing)}, of the extra `bench`"
    return pytest.mark.skipif(bool(missing), reason=reason)


INSTALLED = [pytest.param(name, marks=needs(name)) for name in BACKENDS]


def network_of(document: dict[str, Any]) -> Network:
    return build_network(read_spec(json.dumps(document).encode(), "x"))


def random_network(activation: Any, dtype: str) -> Network:
    init = {"weights": {"normal": {"std": 1.0}}, "biases": {"normal": {"std": 1.0}}}
    return network_of(
        {
            "layer_sizes": [4, 5, 3],
            "activations": [activation] * 2,
            "seed": 1,
            "dtype": dtype,
            "init": init,
        }
    )


def random_batch(samples: int, dtype: str) -> Array:
    batch: Array = np.random.RandomState(0).standard_normal((samples, 4)).astype(dtype)
    return batch


def output_of(backend: BackendName, network: Network, batch: Array) -> Array:
    """Return what a backend makes of a batch.  Skips what is known not to be supported."""
    kinds = {layer.activation_name for layer in network.layers}
    try:
        ready = prepare_backend(backend, network, 1)
    except Unsupported as reason:
        match backend, network.dtype:
            case "python", "float32":
                pass
            case "onnxruntime", "float64" if kinds & MAY_LACK_IN_FLOAT64:
                pass
            case _:
                raise
        pytest.skip(f"{backend} in {network.dtype}: {reason}")
    return ready.on(batch).run()


# ----------------------------------------------------------------------------- the outputs


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("backend", INSTALLED)
def test_every_backend_gives_the_network_s_outputs_within_rounding(
    backend: BackendName, dtype: str, case: str
) -> None:
    network, batch = random_network(CASES[case], dtype), random_batch(30, dtype)
    output = output_of(backend, network, batch)
    assert output.shape == (30, 3)
    assert output.dtype == dtype
    assert agree_within(output, network.forward(batch), rounding_bounds(network, batch))


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("backend", INSTALLED)
def test_every_backend_agrees_from_tiny_to_huge_pre_activations(
    backend: BackendName, dtype: str, case: str
) -> None:
    layer = {"neurons": 2, "weights": [[1, 0.5]], "activation": CASES[case]}
    network = network_of({"inputs": 1, "layers": [layer], "dtype": dtype})
    sizes = [1e-9, 1e-3, 0.1, 1, 3, 6.5, 10, 16.88, 25, 36.74, 50, 100, 1000, 1e30]
    batch = np.array([[0.0], *([s * size] for size in sizes for s in (1, -1))]).astype(dtype)
    output = output_of(backend, network, batch)
    assert agree_within(output, network.forward(batch), rounding_bounds(network, batch))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("backend", INSTALLED)
def test_a_step_is_zero_at_both_zeros_and_one_right_above(backend: BackendName, dtype: str) -> None:
    layer = {"neurons": 1, "weights": [[1]], "activation": "step"}
    network = network_of({"inputs": 1, "layers": [layer], "dtype": dtype})
    batch = np.array([[0.0], [-0.0], [-1e-30], [1e-30]], dtype=dtype)
    assert output_of(backend, network, batch).tolist() == [[0], [0], [0], [1]]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("kind", ["step", "sign"])
@pytest.mark.parametrize("backend", INSTALLED)
def test_a_jump_has_its_own_value_at_both_zeros(
    backend: BackendName, kind: str, dtype: str
) -> None:
    layer = {"neurons": 1, "weights": [[1]], "activation": {kind: {"at_zero": 0.25}}}
    network = network_of({"inputs": 1, "layers": [layer], "dtype": dtype})
    batch = np.array([[0.0], [-0.0], [-1e-30], [1e-30]], dtype=dtype)
    below = 0 if kind == "step" else -1
    assert output_of(backend, network, batch).tolist() == [[0.25], [0.25], [below], [1]]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("backend", INSTALLED)
def test_a_prelu_has_a_slope_for_each_neuron(backend: BackendName, dtype: str) -> None:
    prelu = {"prelu": {"slopes": [0.5, 0, -2]}}
    layer = {"neurons": 3, "weights": [[1, 1, 1]], "activation": prelu}
    network = network_of({"inputs": 1, "layers": [layer], "dtype": dtype})
    batch = np.array([[-4.0], [3.0]], dtype=dtype)
    assert output_of(backend, network, batch).tolist() == [[-2, 0, 8], [3, 3, 3]]


@pytest.mark.parametrize("samples", [1, 2, 7])
@pytest.mark.parametrize("backend", INSTALLED)
def test_a_call_gives_samples_by_neurons_and_the_same_again_when_repeated(
    backend: BackendName, samples: int
) -> None:
    network, batch = random_network("relu", "float64"), random_batch(samples, "float64")
    call = prepare_backend(backend, network, 1).on(batch)
    first, again = call.run(), call.run()
    assert first.shape == (samples, 3)
    assert first.tobytes() == again.tobytes()


@pytest.mark.parametrize("backend", INSTALLED)
def test_calls_on_several_batches_do_not_disturb_one_another(backend: BackendName) -> None:
    network, batch = random_network("tanh", "float64"), random_batch(8, "float64")
    ready = prepare_backend(backend, network, 1)
    few, many = ready.on(batch[:3]), ready.on(batch)
    bounds = rounding_bounds(network, batch)
    for call, rows in [(few, 3), (many, 8), (few, 3)]:
        assert agree_within(call.run(), network.forward(batch[:rows]), bounds[:rows])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("backend", INSTALLED)
def test_neither_the_batch_nor_the_network_is_changed(backend: BackendName, dtype: str) -> None:
    network, batch = random_network("relu", dtype), random_batch(5, dtype)
    arrays: list[npt.NDArray[Any]] = [
        batch,
        *(array for layer in network.layers for array in (layer.weights, layer.biases)),
    ]
    before = [array.copy() for array in arrays]
    output_of(backend, network, batch)
    for array, copy in zip(arrays, before, strict=True):
        assert array.tobytes() == copy.tobytes()


@dataclass(frozen=True, eq=False)
class RecordingNetwork(Network):
    """A network that notes the shape of every batch it is called with."""

    shapes: list[tuple[int, ...]] = field(default_factory=list)

    def forward(self, batch: BatchLike) -> Array:
        self.shapes.append(np.asarray(batch).shape)
        return super().forward(batch)


@pytest.mark.parametrize(("backend", "shapes"), [("loop", [(1, 4)] * 6), ("numpy", [(6, 4)])])
def test_loop_calls_the_network_once_per_sample_and_numpy_once_per_batch(
    backend: BackendName, shapes: list[tuple[int, ...]]
) -> None:
    plain = random_network("relu", "float64")
    network = RecordingNetwork(plain.spec, plain.layers)
    call = prepare_backend(backend, network, 1).on(random_batch(6, "float64"))
    assert network.shapes == []  # preparing runs nothing
    call.run()
    assert network.shapes == shapes


# ----------------------------------------------------------------------- what is not possible


def test_python_refuses_float32_and_says_why() -> None:
    with pytest.raises(Unsupported, match=r"^Python's numbers are float64$"):
        prepare_backend("python", random_network("relu", "float32"), 1)


@needs("onnxruntime")
def test_onnxruntime_refuses_gelu_in_float64_in_one_sentence_that_names_what_it_lacks() -> None:
    with pytest.raises(Unsupported, match="Erf") as caught:
        prepare_backend("onnxruntime", random_network("gelu", "float64"), 1)
    reason = str(caught.value)
    assert "\n" not in reason
    assert "ONNXRuntimeError" not in reason  # its code and class stand in front: "[…] : 9 : …"
    assert reason[0].isupper()
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("backend", BACKEND_PACKAGES)
def test_a_backend_that_is_not_installed_is_an_import_error(backend: BackendName) -> None:
    if not missing_packages(backend):
        pytest.skip(f"{backend} is installed")
    with pytest.raises(ImportError):
        prepare_backend(backend, random_network("relu", "float64"), 1)


def test_packages_are_named_for_backends_only() -> None:
    assert set(BACKEND_PACKAGES) < set(BACKENDS)
    assert not {"numpy", "loop", "python"} & set(BACKEND_PACKAGES)  # these need nothing more


@pytest.mark.parametrize(
    ("backend", "multiply_adds", "expected"),
    [
        ("python", 1, 20_000_000),
        ("python", 30, 666_666),
        ("python", 20_000_000, 1),
        ("python", 20_000_001, 0),
        ("loop", 1, 50_000),
        ("loop", 10**9, 50_000),
        ("numpy", 10**9, None),
        ("onnxruntime", 10**9, None),
        ("torch", 10**9, None),
    ],
)
def test_only_the_slow_backends_have_a_largest_batch(
    backend: BackendName, multiply_adds: int, expected: int | None
) -> None:
    assert largest_batch(backend, multiply_adds) == expected


# ---------------------------------------------------------------------------- surroundings


def blas_thread_counts() -> set[int]:
    from threadpoolctl import threadpool_info

    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


class _Stop(Exception):  # noqa: N818  # raised on purpose, by a call
    pass


@pytest.fixture
def three_blas_threads() -> Iterator[None]:
    """Start from a number that no test asks for."""
    if not blas_thread_counts():
        pytest.skip("threadpoolctl does not know this machine's BLAS")
    with on_blas_threads(3)():
        yield


@pytest.mark.usefixtures("three_blas_threads")
@pytest.mark.parametrize("threads", [1, 2])
def test_blas_runs_on_so_many_threads_inside_and_on_those_of_before_afterwards(
    threads: int,
) -> None:
    surroundings = on_blas_threads(threads)
    for _ in range(2):  # they are entered again and again
        assert blas_thread_counts() == {3}
        with surroundings():
            assert blas_thread_counts() == {threads}
    assert blas_thread_counts() == {3}
    with pytest.raises(_Stop), surroundings():
        raise _Stop
    assert blas_thread_counts() == {3}


@pytest.mark.usefixtures("three_blas_threads")
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("backend", ["numpy", "loop"])
def test_a_numpy_call_gets_the_threads_it_was_prepared_for(
    backend: BackendName, threads: int
) -> None:
    network, batch = random_network("relu", "float64"), random_batch(2, "float64")
    call = prepare_backend(backend, network, threads).on(batch)
    assert blas_thread_counts() == {3}
    with call.surroundings():
        assert blas_thread_counts() == {threads}


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_torch_runs_on_so_many_threads_without_gradients_and_restores_both(threads: int) -> None:
    torch = pytest.importorskip("torch", reason="needs torch, of the extra `bench`")
    network, batch = random_network("relu", "float64"), random_batch(2, "float64")
    call = prepare_backend("torch", network, threads).on(batch)
    originally = torch.get_num_threads()
    torch.set_num_threads(4)  # a number that no case asks for
    try:
        with call.surroundings():
            assert (torch.get_num_threads(), torch.is_inference_mode_enabled()) == (threads, True)
            assert call.call().is_inference()  # type: ignore[attr-defined]
        assert (torch.get_num_threads(), torch.is_inference_mode_enabled()) == (4, False)
        with pytest.raises(_Stop), call.surroundings():
            raise _Stop
        assert (torch.get_num_threads(), torch.is_inference_mode_enabled()) == (4, False)
    finally:
        torch.set_num_threads(originally)
