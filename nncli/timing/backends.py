"""Ways to run the same network, to be timed against one another.

Each prepares everything that does not belong to a call: arrays in its own form, sessions, threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np

from nncli.network.activations import Array
from nncli.network.network import Network
from nncli.specs.model import Activation
from nncli.timing.isolation import once_per_process, own_process
from nncli.timing.names import BackendName
from nncli.timing.plain import plain_forward
from nncli.timing.sampling import Contestant

# The slow ways are timed only as far as one call stays around a second.
MAX_PYTHON_MULTIPLY_ADDS = 20_000_000
MAX_LOOP_SAMPLES = 50_000

Surroundings: TypeAlias = Callable[[], AbstractContextManager[object]]


class Unsupported(Exception):  # noqa: N818  # nothing went wrong: it is a property of the backend
    """A backend cannot run this network; the text says why."""


def _same(output: Any) -> Any:
    return output


@dataclass(frozen=True, eq=False)
class ForwardCall(Contestant):
    """A forward pass that is ready to be timed: its call does all of it and nothing else."""

    output: Callable[[Any], Array] = _same  # turns what the call returns into (samples, neurons)

    def run(self) -> Array:
        """Return the output of a call in its surroundings: (samples, neurons)."""
        with self.surroundings():
            return self.output(self.call())


@dataclass(frozen=True, eq=False)
class Backend:
    """A network that is ready to be run in one way."""

    call_on: Callable[[Array], Callable[[], Any]]  # makes the call of a batch (samples, inputs)
    output: Callable[[Any], Array] = _same  # turns what a call returns into (samples, neurons)
    surroundings: Surroundings = nullcontext  # of a call

    def on(self, batch: Array) -> ForwardCall:
        """Return the forward pass of a batch (samples, inputs)."""
        return ForwardCall(self.call_on(batch), self.surroundings, self.output)


def prepare_backend(name: BackendName, network: Network, threads: int) -> Backend:
    """Return a network, ready to be run in this way on so many threads.

    Raises Unsupported if the backend cannot run the network, ImportError if it is not installed.
    """
    return _BACKENDS[name](network, threads)


def largest_batch(name: BackendName, multiply_adds: int) -> int | None:
    """Return the largest batch size that a backend is timed with, None for any.

    multiply_adds: of the network, for one sample.
    """
    if name == "python":
        return MAX_PYTHON_MULTIPLY_ADDS // multiply_adds
    return MAX_LOOP_SAMPLES if name == "loop" else None


def on_blas_threads(threads: int) -> Surroundings:
    """Return surroundings in which matrix products run on so many threads."""
    from threadpoolctl import ThreadpoolController

    return partial(ThreadpoolController().limit, limits=threads, user_api="blas")


def _numpy(network: Network, threads: int) -> Backend:
    surroundings = on_blas_threads(threads)
    return Backend(lambda batch: partial(network.forward, batch), surroundings=surroundings)


def _loop(network: Network, threads: int) -> Backend:
    def call_on(batch: Array) -> Callable[[], list[Array]]:
        samples = [batch[index : index + 1] for index in range(len(batch))]  # each (1, inputs)
        return lambda: [network.forward(sample) for sample in samples]

    return Backend(call_on, np.concatenate, on_blas_threads(threads))


def _python(network: Network, _: int) -> Backend:
    if network.dtype != "float64":
        raise Unsupported("Python's numbers are float64")
    forward = plain_forward(network)
    return Backend(lambda batch: partial(forward, batch.tolist()), np.array)


def _onnxruntime(network: Network, threads: int) -> Backend:
    import onnxruntime

    from nncli.formats.onnx_model import INPUT, onnx_model

    def make_session() -> Any:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 4  # what is wrong is said by nncli
        model = onnx_model(network.spec, network.layers)
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def refusal() -> str:
        try:
            make_session()
        except Exception as error:  # its exceptions have no common class of their own
            return str(error).rpartition(" : ")[2] or type(error).__name__
        return ""

    reason = own_process()(refusal)  # a session of this process would change what is timed later
    if reason:
        raise Unsupported(reason)
    session = once_per_process(make_session)  # its threads do not survive a fork
    return Backend(
        lambda batch: lambda: session().run(None, {INPUT: batch}), lambda outputs: outputs[0]
    )


def _torch(network: Network, threads: int) -> Backend:
    import torch
    from torch.nn.functional import linear

    layers = [
        (
            # copies, for PyTorch warns of arrays that are read-only
            torch.from_numpy(layer.weights.T.copy()),  # (neurons, inputs)
            torch.from_numpy(layer.biases.copy()),
            _torch_activation(spec.activation, network.dtype),
        )
        for layer, spec in zip(network.layers, network.spec.layers, strict=True)
    ]

    def forward(x: Any) -> Any:
        for weights, biases, activation in layers:
            x = linear(x, weights, biases)
            if activation is not None:
                x = activation(x)
        return x

    return Backend(
        lambda batch: partial(forward, torch.from_numpy(batch)),
        lambda output: output.numpy(),
        partial(_torch_threads, threads),
    )


@contextmanager
def _torch_threads(threads: int) -> Iterator[None]:
    """Let PyTorch run on so many threads, and keep no record for gradients."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        with torch.inference_mode():
            yield
    finally:
        torch.set_num_threads(before)


def _torch_activation(activation: Activation, dtype: str) -> Callable[[Any], Any] | None:
    """Return PyTorch's function for an activation, None for linear."""
    import torch
    from torch.nn import functional

    match activation.kind:
        case "linear":
            return None
        case "step":
            at_zero = torch.tensor(activation.at_zero, dtype=getattr(torch, dtype))
            return partial(torch.heaviside, values=at_zero)
        case "sign":
            return partial(_torch_sign, activation.at_zero)
        case "prelu":
            slopes = torch.tensor(activation.slopes, dtype=getattr(torch, dtype)).reshape(-1)
            return partial(functional.prelu, weight=slopes)
        case "hard_sigmoid":
            return partial(_torch_hard_sigmoid, activation.slope, activation.offset)
        case "hard_tanh":
            return partial(functional.hardtanh, min_val=activation.min, max_val=activation.max)
        case "softmax" | "log_softmax" as kind:
            return partial(getattr(functional, kind), dim=1)
        case "softplus":
            # from its threshold on PyTorch returns z itself, by default where digits are still lost
            return partial(functional.softplus, threshold=40)
        case "sigmoid" | "tanh" as kind:
            return partial(getattr(torch, kind))
        case kind:
            name = {"hard_silu": "hardswish", "log_sigmoid": "logsigmoid"}.get(kind, kind)
            return partial(getattr(functional, name), **activation.parameters())


def _torch_sign(at_zero: float, z: Any) -> Any:
    return z.sign() if at_zero == 0 else z.sign().masked_fill_(z == 0, at_zero)


def _torch_hard_sigmoid(slope: float, offset: float, z: Any) -> Any:
    from torch.nn.functional import hardsigmoid

    return hardsigmoid(z) if (slope, offset) == (1 / 6, 0.5) else (slope * z + offset).clamp_(0, 1)


_BACKENDS: Mapping[BackendName, Callable[[Network, int], Backend]] = MappingProxyType(
    {
        "numpy": _numpy,
        "loop": _loop,
        "python": _python,
        "onnxruntime": _onnxruntime,
        "torch": _torch,
    }
)
