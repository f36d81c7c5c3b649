"""The second forward loop: whole batches to their output, samples as rows, tile by tile.

The formulas are those of `Network.run`, whose results it gives but for rounding: a test holds the
two together.  It is faster: NumPy's calls are few, their inner loops long, arrays are used again,
and what one call writes the next finds in the cache.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeGuard

import numpy as np

from nncli.network.activations import ELEMENTWISE, Array, in_place
from nncli.network.dense import Dense
from nncli.network.engine.blas import blas_thread_limit
from nncli.network.engine.products import Product, Weights
from nncli.network.engine.sharing import share

# A layer's biases are repeated to a row of at most this many values, so that NumPy's inner loops
# are long, however narrow the layer.  It is the size of NumPy's buffers: rows of half of it or less
# are copied there, which takes as long again.
_ROW_VALUES = 8192
# In a narrow network: how many values of its widest layer a tile has.
_TILE_VALUES = 2**16
# In a network with a layer of more neurons than the first number, whose products copy the weights
# for every tile: how many samples a tile has, and how many values at most.
_WIDE_NEURONS, _WIDE_SAMPLES, _MOST_TILE_VALUES = 512, 1024, 2**22
# How many values a tile has if BLAS computes its products on several threads, which it has to wake
# for each product.
_THREADED_TILE_VALUES = 2**21
# For how many batch sizes a thread keeps a plan.
_MOST_PLANS = 8
# Samples times parameters from which several threads are faster than one, if BLAS may use them, and
# from which tiles shared among threads of Python are, whose every call of NumPy waits for Python's
# lock.  Both were measured with two threads.
_THREADED_PARAMETERS, _SHARED_PARAMETERS = 2**23, 2**29
# More than one, so that a thread that starts late takes fewer.
_TILES_PER_THREAD = 2


class _Plan(NamedTuple):
    """What to do with a number of samples."""

    first: Product  # of the batch and the first layer's weights
    calls: tuple[Callable[[], object], ...]  # then all of these, in their order
    output: Array  # (samples, neurons of the last layer), overwritten each time


class _Way(NamedTuple):
    """How to compute a batch."""

    threads: int  # how many
    tile: int  # how many samples at a time
    cut: bool  # whether to make large products of small ones, which BLAS computes on one thread


class _Memory:
    """What a call computes in: two arrays by turns, and plans that use them, by batch size."""

    def __init__(self, widest: int, dtype: np.dtype[Any]) -> None:
        self.widest = widest
        self.arrays: tuple[Array, Array] = (np.empty(0, dtype), np.empty(0, dtype))
        self.plans: dict[tuple[int, bool], _Plan] = {}

    def reserve(self, samples: int) -> None:
        """Make room for such a batch, and for one plan more."""
        values = samples * self.widest
        if values > self.arrays[0].size:
            dtype = self.arrays[0].dtype
            self.plans.clear()
            self.arrays = (np.empty(values, dtype), np.empty(values, dtype))
        elif len(self.plans) >= _MOST_PLANS:
            del self.plans[next(iter(self.plans))]


class _Idle(threading.local):
    """The memory of a thread, while no call is using it: a signal's handler may call as well."""

    memory: _Memory | None = None


class Engine:
    """Runs batches through layers; any number of threads may call it at once.

    It copies the layers' biases, and may copy their weights.  Each thread keeps the memory of a
    tile for later calls: at most two arrays of 2²² values, or of one sample.
    A batch is computed on as many threads as BLAS may use: on BLAS's own, or, if it is large, on as
    many of Python's.
    """

    def __init__(self, layers: Sequence[Dense]) -> None:
        self._layers = tuple(layers)
        self.dtype = self._layers[0].weights.dtype
        self._inputs = self._layers[0].inputs
        self._neurons = self._layers[-1].neurons
        self._weights = [Weights(layer.weights) for layer in self._layers]
        self._biases = [_repeated(layer.biases) for layer in self._layers]
        widest = max(layer.neurons for layer in self._layers)
        self._alone = _Way(1, tile_samples(widest), cut=True)
        parameters = sum(layer.parameters for layer in self._layers)
        self._parameters = parameters
        self._threaded_samples = max(2, -(-_THREADED_PARAMETERS // parameters))
        self._threaded_tile = max(1, min(8192, _THREADED_TILE_VALUES // widest))
        self._widest = widest
        self._idle = _Idle()

    def __reduce__(self) -> tuple[type[Engine], tuple[tuple[Dense, ...]]]:
        """Copy and pickle the layers alone: threads and their memory stay behind."""
        return Engine, (self._layers,)

    def takes(self, batch: object) -> TypeGuard[Array]:
        """Whether a batch is one that `forward` takes."""
        return (
            type(batch) is np.ndarray
            and batch.dtype is self.dtype
            and batch.ndim == 2
            and batch.shape[1] == self._inputs
            and batch.flags.c_contiguous
        )

    def forward(self, x: Array) -> Array:
        """Return the last layer's output, in a new array.

        x: (samples, inputs), C-contiguous, of the layers' type → (samples, neurons).
        """
        samples = len(x)
        threads, tile, cut = self._way(samples)
        if samples <= tile:
            return self._compute(x, None, cut)
        output = np.empty((samples, self._neurons), self.dtype)

        def compute(start: int) -> None:
            self._compute(x[start : start + tile], output[start : start + tile], cut)

        share(compute, range(0, samples, tile), threads)
        return output

    def _way(self, samples: int) -> _Way:
        """Return how to compute a batch.  samples: how many it has."""
        threads = blas_thread_limit() if samples >= self._threaded_samples else 1
        if threads == 1:
            return self._alone
        large = samples * self._parameters >= _SHARED_PARAMETERS
        if large and all(weights.cut for weights in self._weights):
            share_of_each = -(-samples // (threads * _TILES_PER_THREAD))
            return _Way(threads, min(self._alone.tile, share_of_each), cut=True)
        return _Way(1, self._threaded_tile, cut=False)

    def _compute(self, x: Array, target: Array | None, cut: bool) -> Array:
        """Return the last layer's output, in the target or a new array.  x: at most a tile."""
        idle = self._idle
        memory = idle.memory or _Memory(self._widest, self.dtype)
        idle.memory = None
        try:
            # NaN and infinity are results like others: counted and reported, never a warning
            with np.errstate(all="ignore"):
                output = self._run(memory, x, cut)
            if target is None:
                return output.copy()
            target[...] = output
            return target
        finally:
            idle.memory = memory

    def _run(self, memory: _Memory, x: Array, cut: bool) -> Array:
        """Return the last layer's output, in memory that is used again."""
        samples = len(x)
        plan = memory.plans.get((samples, cut))
        if plan is None:
            memory.reserve(samples)
            plan = self._plan(samples, memory.arrays, cut=cut)
            memory.plans[samples, cut] = plan
        (multiply, weights, out), calls, output = plan
        multiply(x, weights, out)
        for call in calls:
            call()
        return output

    def _plan(self, samples: int, arrays: tuple[Array, Array], *, cut: bool) -> _Plan:
        """Return a plan for batches of one size, which computes in these arrays."""
        outputs = [
            arrays[number % 2][: samples * layer.neurons].reshape(samples, layer.neurons)
            for number, layer in enumerate(self._layers)
        ]
        products = [
            factor.product(output, cut=cut)
            for factor, output in zip(self._weights, outputs, strict=True)
        ]
        calls: list[Callable[[], object]] = []
        for number, (layer, output) in enumerate(zip(self._layers, outputs, strict=True)):
            if number:
                multiply, weights, out = products[number]
                calls.append(partial(multiply, outputs[number - 1], weights, out))
            calls += _finishing(layer, self._biases[number], output)
        return _Plan(products[0], tuple(calls), outputs[-1])


def tile_samples(widest: int) -> int:
    """Return how many samples to compute at a time.  widest: the most neurons of a layer."""
    if widest > _WIDE_NEURONS:
        return max(1, min(_WIDE_SAMPLES, _MOST_TILE_VALUES // widest))
    return max(256, min(8192, _TILE_VALUES // widest))


def _repeated(biases: Array) -> Array:
    """Return biases as often as they fit into a row, at least once."""
    return np.tile(biases, max(1, _ROW_VALUES // biases.size))


def _finishing(layer: Dense, biases: Array, output: Array) -> Iterator[Callable[[], object]]:
    """Yield the calls that turn products into a layer's output.  biases: repeated."""
    values = output.reshape(-1)
    rest = values.size % biases.size
    whole = values.size - rest
    rows = (values[:whole].reshape(-1, biases.size), values[whole:])
    parts = [part for part in rows if part.size]
    for part in parts:
        yield partial(np.add, part, biases[: part.shape[-1]], part)
    for z in parts if layer.activation_name in ELEMENTWISE else [output.T]:
        yield from in_place(layer.activation, z)
