"""What is to be timed: every combination ready to be called, its outputs checked."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import chain, product
from typing import TypeAlias

import numpy as np

from nncli.errors import CheckFailed, UsageError
from nncli.machine import memory_bytes
from nncli.network.activations import Array
from nncli.network.network import Network
from nncli.network.rounding import Float64Array, agree_within, rounding_bounds
from nncli.network.shapes import shape_table
from nncli.problems import Note, Problem
from nncli.specs.model import DType, NetworkSpec
from nncli.timing.backends import (
    ForwardCall,
    Unsupported,
    largest_batch,
    on_blas_threads,
    prepare_backend,
)
from nncli.timing.isolation import once_per_process
from nncli.timing.names import BackendName, series_name
from nncli.timing.sampling import Contestant, Plan

# Without data, inputs are standard normal draws from this seed.
INPUT_SEED = 0
# The square product whose rate stands for the machine: large enough for a flat rate.
MATMUL_SIZE = 512
# The checks of outputs hold a block of rows at a time.
_CHECKED_ROWS = 4096
_PIECE_VALUES = 8192


@dataclass(frozen=True)
class Request:
    """What to time: all combinations, batch sizes in ascending order."""

    batch_sizes: tuple[int, ...]
    threads: tuple[int, ...] = (1,)
    backends: tuple[BackendName, ...] = ("numpy",)
    per_layer: bool = False
    plan: Plan = field(default_factory=Plan)


@dataclass(frozen=True)
class Series:
    """What all batch sizes of one line of results share."""

    backend: BackendName
    dtype: DType
    threads: int

    @property
    def name(self) -> str:
        """What messages call it."""
        return series_name(self.backend, self.dtype, self.threads)


@dataclass(frozen=True)
class Candidate:
    """A forward pass to be timed: one batch size of one series."""

    series: Series
    batch_size: int


@dataclass(frozen=True)
class LayerCandidate:
    """One layer of a forward pass, to be timed by itself; layer: its number from 1."""

    series: Series
    batch_size: int
    layer: int
    name: str


@dataclass(frozen=True)
class MatmulCandidate:
    """A square matrix product, whose rate stands for the machine's."""

    dtype: DType
    threads: int


Contender: TypeAlias = Candidate | MatmulCandidate | LayerCandidate


@dataclass(frozen=True, eq=False)
class Prepared:
    """Everything that is to be timed.

    batches: the largest of each type, (samples, inputs); the smaller ones are its first rows.
    """

    calls: dict[Candidate, ForwardCall]
    matmuls: dict[MatmulCandidate, Contestant]
    layers: dict[LayerCandidate, Contestant]
    batches: dict[DType, Array]
    notes: tuple[Note, ...]

    def contestants(self) -> dict[Contender, Contestant]:
        """Return all of them under their keys."""
        return dict(chain(self.calls.items(), self.matmuls.items(), self.layers.items()))

    def batch(self, candidate: Candidate) -> Array:
        """Return the samples of a candidate: (batch size, inputs)."""
        return _first_rows(self.batches, candidate)


def prepare_calls(
    networks: Mapping[DType, Network], values: Float64Array | None, request: Request
) -> Prepared:
    """Make ready every call of a request.

    networks: the same one in each type; values: (samples, inputs), repeated as needed to fill a
    batch, or None for random ones.  Raises MemoryError if the largest batch cannot be held,
    UsageError if nothing is left to be timed.
    """
    largest = request.batch_sizes[-1]
    _check_memory(next(iter(networks.values())).spec, largest)
    batches = {dtype: _batch(network, values, largest) for dtype, network in networks.items()}
    calls, notes = _forward_calls(networks, batches, request)
    matmuls = dict.fromkeys(MatmulCandidate(c.series.dtype, c.series.threads) for c in calls)
    return Prepared(
        calls=calls,
        matmuls={candidate: _matmul(candidate) for candidate in matmuls},
        layers=_layer_calls(calls, networks, batches) if request.per_layer else {},
        batches=batches,
        notes=tuple(notes),
    )


def _check_memory(spec: NetworkSpec, batch_size: int) -> None:
    """Refuse a batch that memory cannot hold: the system would end the process without a word."""
    values = batch_size * sum(spec.layer_sizes)
    # the batch, its layers' values and the bounds of their rounding, as float64
    available = memory_bytes()
    if available is not None and values * 8 * 3 > available:
        raise MemoryError


def _batch(network: Network, values: Float64Array | None, size: int) -> Array:
    """Return the largest batch, (samples, inputs).

    It is filled piece by piece: a large array that is freed would change how fast the calls that
    are timed get their memory.
    """
    inputs = network.layer_sizes[0]
    generator = np.random.RandomState(INPUT_SEED)
    batch = np.empty((size, inputs), network.dtype)
    step = max(1, _PIECE_VALUES // inputs)
    for start in range(0, size, step):
        rows = np.arange(start, min(start + step, size))
        if values is None:
            batch[rows] = generator.standard_normal((len(rows), inputs))
        else:
            # as often as needed, from the first row on; what was scaled may be beyond float32
            with np.errstate(over="ignore"):
                batch[rows] = values[rows % len(values)]
    return batch


def _first_rows(batches: Mapping[DType, Array], candidate: Candidate) -> Array:
    return batches[candidate.series.dtype][: candidate.batch_size]


def wanted_series(dtypes: Iterable[DType], request: Request) -> list[Series]:
    """Return all series of a request, each once; plain Python has one thread, whatever is asked."""
    combinations = product(dtypes, request.threads, request.backends)
    return list(
        dict.fromkeys(
            Series(backend, dtype, 1 if backend == "python" else threads)
            for dtype, threads, backend in combinations
        )
    )


def _forward_calls(
    networks: Mapping[DType, Network], batches: Mapping[DType, Array], request: Request
) -> tuple[dict[Candidate, ForwardCall], list[Note]]:
    """Return everything that can be timed, series by series, and notes about what cannot."""
    calls: dict[Candidate, ForwardCall] = {}
    notes: list[Note] = []
    for series in wanted_series(networks, request):
        backend, network = series.backend, networks[series.dtype]
        limit = largest_batch(backend, shape_table(network.spec).total_multiply_adds)
        sizes = [size for size in request.batch_sizes if limit is None or size <= limit]
        try:
            prepared = prepare_backend(backend, network, series.threads)
        except Unsupported as reason:
            notes.append(Note("skipped", f"{backend} is left out in {series.dtype}: {reason}"))
            continue
        for candidate in (Candidate(series, size) for size in sizes):
            calls[candidate] = prepared.on(_first_rows(batches, candidate))
        left_out = ", ".join(f"{size:,}" for size in request.batch_sizes if size not in sizes)
        if left_out:
            what = f"{backend} is left out for batches of {left_out}: a call would take too long"
            notes.append(Note("skipped", what))
    if not calls:
        reasons = "; ".join(note.message for note in notes)
        raise UsageError(f"nothing is left to be timed: {reasons}")
    return calls, list(dict.fromkeys(notes))  # the same is said of several numbers of threads


def _matmul(candidate: MatmulCandidate) -> Contestant:
    """Return a product of square matrices, made by the process that times it."""

    def matrices() -> tuple[Array, Array, Array]:
        generator = np.random.RandomState(INPUT_SEED)
        shape = (MATMUL_SIZE, MATMUL_SIZE)
        a, b = (generator.standard_normal(shape).astype(candidate.dtype) for _ in range(2))
        return a, b, np.empty_like(a)

    made = once_per_process(matrices)
    return Contestant(lambda: np.matmul(*made()), on_blas_threads(candidate.threads))


def _layer_calls(
    calls: Mapping[Candidate, ForwardCall],
    networks: Mapping[DType, Network],
    batches: Mapping[DType, Array],
) -> dict[LayerCandidate, Contestant]:
    """Return a call for each layer of each NumPy forward pass, on the values that reach it."""
    layers = {}
    for candidate, call in calls.items():
        series, size = candidate.series, candidate.batch_size
        if series.backend != "numpy":
            continue
        network, batch = networks[series.dtype], _first_rows(batches, candidate)
        for number, layer in enumerate(network.layers, start=1):
            key = LayerCandidate(series, size, number, layer.name)
            layers[key] = Contestant(_layer_call(network, number, batch), call.surroundings)
    return layers


def _layer_call(network: Network, number: int, batch: Array) -> Callable[[], tuple[Array, Array]]:
    """Return a call of one layer; what reaches it is computed by the process that times it."""

    def inputs() -> Array:
        x = batch.T
        for layer in network.layers[: number - 1]:
            _, x = layer.run(x)
        return x

    layer, x = network.layers[number - 1], once_per_process(inputs)
    return lambda: layer.run(x())


# ------------------------------------------------------------------------ what was timed was right


def check_outputs(prepared: Prepared, networks: Mapping[DType, Network]) -> list[Note]:
    """Run every call once and compare its output with that of the largest batch, row by row.

    Returns a note if rounding alone could change the outputs by so much that this says little.
    Raises CheckFailed with all that differ by more than rounding.
    """
    references = {
        dtype: _reference(networks[dtype], batch) for dtype, batch in prepared.batches.items()
    }
    problems = []
    for candidate, call in prepared.calls.items():
        rows = slice(candidate.batch_size)
        reference, bounds = references[candidate.series.dtype]
        output = call.run()
        if not agree_within(output, reference[rows], bounds[rows]):
            problems.append(_difference(candidate, output, reference[rows]))
    if problems:
        raise CheckFailed(problems)
    doubts = [_doubt(dtype, *reference) for dtype, reference in references.items()]
    return [Note("loose_check", doubt) for doubt in doubts if doubt]


def _doubt(dtype: DType, reference: Array, bounds: Float64Array) -> str:
    """Say why a comparison of outputs within these bounds proves little; nothing if it does."""
    if np.count_nonzero(~np.isfinite(bounds)) * 2 >= bounds.size:
        return f"half of the {dtype} outputs may be infinite or NaN: comparing them says little"
    largest = np.max(np.abs(reference), where=np.isfinite(reference), initial=0.0)
    if 2 * np.median(bounds[np.isfinite(bounds)]) > 0.01 * largest > 0:
        return f"rounding may change the {dtype} outputs by 1 % or more: comparing them says little"
    return ""


def _reference(network: Network, batch: Array) -> tuple[Array, Float64Array]:
    """Return the output of the largest batch, and how far rounding may have moved it."""
    bounds = [
        rounding_bounds(network, batch[start : start + _CHECKED_ROWS])
        for start in range(0, len(batch), _CHECKED_ROWS)
    ]
    return network.forward(batch), np.concatenate(bounds)


def _difference(candidate: Candidate, output: Array, reference: Array) -> Problem:
    series = candidate.series
    if output.shape != reference.shape:
        how = f"have the shape {output.shape} instead of {reference.shape}"
    else:
        with np.errstate(all="ignore"):
            differences = np.abs(output.astype(np.float64) - reference.astype(np.float64))
            largest = np.fmax.reduce(differences, axis=None)  # of those that are numbers
        how = f"differ by up to {largest:.2g} from NumPy's largest batch, more than rounding can"
    message = f"{series.name}, batch size {candidate.batch_size:,}: the outputs {how}"
    return Problem("N604", message, help=(f"leave {series.backend} out of --backend",))


def measure_peaks(prepared: Prepared) -> dict[Candidate, int]:
    """Return the memory of each batch and of everything that its forward pass allocates, in bytes.

    Python's memory tracer knows NumPy's arrays; those of other libraries it does not see.
    Each pass has a thread of its own, for a network keeps memory for a thread's later calls.
    """
    peaks: dict[Candidate, int] = {}
    if tracemalloc.is_tracing():
        return peaks  # somebody else's figures are not to be disturbed
    for candidate, call in prepared.calls.items():
        if candidate.series.backend == "numpy":
            with ThreadPoolExecutor(1) as pool:
                peak = pool.submit(_peak, call.call).result()
            peaks[candidate] = prepared.batch(candidate).nbytes + peak
    return peaks


def _peak(call: Callable[[], object]) -> int:
    """Return the most memory that a call has allocated at a time, in bytes."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
