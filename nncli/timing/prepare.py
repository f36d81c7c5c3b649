"""What is to be timed: every combination ready to be called, its outputs checked."""

from __future__ import annotations

import tracemalloc
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import product

import numpy as np

from nncli.errors import CheckFailed, FileError, Note, Problem, UsageError, count_of
from nncli.network.activations import Array
from nncli.network.network import Network, physical_memory_bytes
from nncli.network.rounding import Float64Array, agree_within, rounding_bounds
from nncli.network.shapes import shape_table
from nncli.spec.model import DType, NetworkSpec
from nncli.timing.backends import (
    PreparedCall,
    Unsupported,
    blas_threads,
    largest_batch,
    prepare_backend,
)
from nncli.timing.names import BackendName
from nncli.timing.sampling import Contestant, Plan

# Without data, inputs are standard normal draws from this seed.
INPUT_SEED = 0
# The square product whose rate stands for the machine: large enough for a flat rate.
MATMUL_SIZE = 512
# The checks of outputs hold a block of rows at a time.
_CHECKED_ROWS = 4096


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


@dataclass(frozen=True, eq=False)
class Prepared:
    """Everything that is to be timed, and what was found on the way.

    peak_bytes: the memory of a batch and of all that its forward pass allocates, where known.
    """

    calls: dict[Candidate, Contestant]
    matmuls: dict[MatmulCandidate, Contestant]
    layers: dict[LayerCandidate, Contestant]
    peak_bytes: dict[Candidate, int]
    notes: tuple[Note, ...]


def prepare_calls(
    networks: Mapping[DType, Network], values: Float64Array | None, request: Request
) -> Prepared:
    """Make ready every call of a request, and check that all give the same outputs.

    networks: the same one in each type; values: (samples, inputs), repeated as needed to fill a
    batch, or None for random ones.  Raises CheckFailed if outputs differ by more than rounding,
    FileError if memory cannot hold the largest batch, UsageError if nothing is left to be timed.
    """
    largest = request.batch_sizes[-1]
    _check_memory(next(iter(networks.values())).spec, largest)
    try:
        batches = {dtype: _batch(n, values, largest) for dtype, n in networks.items()}
        prepared, notes = _prepared_calls(networks, batches, request)
        _check_outputs(prepared, networks, batches)
        layers = _layer_calls(prepared, networks, batches) if request.per_layer else {}
        peaks = {
            candidate: _peak_bytes(call.contestant, _first_rows(batches, candidate))
            for candidate, call in prepared.items()
            if candidate.series.backend == "numpy" and not tracemalloc.is_tracing()
        }
    except MemoryError:
        raise _no_memory(largest) from None
    matmuls = dict.fromkeys(MatmulCandidate(c.series.dtype, c.series.threads) for c in prepared)
    return Prepared(
        calls={candidate: call.contestant for candidate, call in prepared.items()},
        matmuls={candidate: _matmul(candidate) for candidate in matmuls},
        layers=layers,
        peak_bytes=peaks,
        notes=tuple(notes),
    )


def _check_memory(spec: NetworkSpec, batch_size: int) -> None:
    """Refuse a batch that memory cannot hold: the system would end the process without a word."""
    values = batch_size * sum(spec.layer_sizes)
    # the batch, its layers' values and the bounds of their rounding, as float64
    if values * 8 * 3 > physical_memory_bytes():
        raise _no_memory(batch_size)


def _no_memory(batch_size: int) -> FileError:
    message = f"not enough memory for a batch of {batch_size:,} samples"
    return FileError(Problem("N508", message, help=("use smaller --batch-sizes",)))


def _batch(network: Network, values: Float64Array | None, size: int) -> Array:
    """Return the largest batch, (samples, inputs); the smaller ones are its first rows."""
    if values is None:
        generator = np.random.RandomState(INPUT_SEED)
        values = generator.standard_normal((size, network.layer_sizes[0]))
    # as often as needed, from the first row on
    return values[np.arange(size) % len(values)].astype(network.dtype)


def _first_rows(batches: Mapping[DType, Array], candidate: Candidate) -> Array:
    return batches[candidate.series.dtype][: candidate.batch_size]


def _prepared_calls(
    networks: Mapping[DType, Network], batches: Mapping[DType, Array], request: Request
) -> tuple[dict[Candidate, PreparedCall], list[Note]]:
    """Return everything that can be timed, series by series, and notes about what cannot."""
    prepared: dict[Candidate, PreparedCall] = {}
    notes: list[Note] = []
    for dtype, threads, backend in product(networks, request.threads, request.backends):
        # plain Python has one thread, whatever is asked for
        series = Series(backend, dtype, 1 if backend == "python" else threads)
        if backend == "python" and threads != request.threads[0]:
            continue
        network = networks[dtype]
        limit = largest_batch(backend, shape_table(network.spec).total_multiply_adds)
        sizes = [size for size in request.batch_sizes if limit is None or size <= limit]
        try:
            prepare = prepare_backend(backend, network, threads)
        except Unsupported as reason:
            notes.append(Note("skipped", f"{backend} is left out in {dtype}: {reason}"))
            continue
        for candidate in (Candidate(series, size) for size in sizes):
            prepared[candidate] = prepare(_first_rows(batches, candidate))
        left_out = ", ".join(f"{size:,}" for size in request.batch_sizes if size not in sizes)
        if left_out:
            what = f"{backend} is left out for batches of {left_out}: a call would take too long"
            notes.append(Note("skipped", what))
    if not prepared:
        reasons = "; ".join(note.message for note in notes)
        raise UsageError(f"nothing is left to be timed: {reasons}")
    return prepared, notes


def _check_outputs(
    prepared: Mapping[Candidate, PreparedCall],
    networks: Mapping[DType, Network],
    batches: Mapping[DType, Array],
) -> None:
    """Run every call once and compare its output with that of the largest batch, row by row.

    Raises CheckFailed with all that differ by more than rounding.
    """
    references = {dtype: _reference(networks[dtype], batch) for dtype, batch in batches.items()}
    problems = []
    for candidate, call in prepared.items():
        rows = slice(candidate.batch_size)
        reference, bounds = references[candidate.series.dtype]
        with call.contestant.surroundings():
            output = call.output(call.contestant.call())
        if not agree_within(output, reference[rows], bounds[rows]):
            problems.append(_difference(candidate, output, reference[rows]))
    if problems:
        raise CheckFailed(problems)


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
            largest = np.nanmax(np.abs(output.astype(np.float64) - reference.astype(np.float64)))
        how = f"differ by up to {largest:.2g} from NumPy's largest batch, more than rounding can"
    where = f"{series.backend}, {series.dtype}, {count_of(series.threads, 'thread')}"
    message = f"{where}, batch size {candidate.batch_size:,}: the outputs {how}"
    return Problem("N604", message, help=(f"time without it: --backend without {series.backend}",))


def _peak_bytes(contestant: Contestant, batch: Array) -> int:
    """Return the memory of a batch and of everything that its forward pass allocates.

    Python's memory tracer knows NumPy's arrays; other libraries' it does not see.
    """
    tracemalloc.start()
    try:
        contestant.call()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return batch.nbytes + peak


def _matmul(candidate: MatmulCandidate) -> Contestant:
    generator = np.random.RandomState(INPUT_SEED)
    shape = (MATMUL_SIZE, MATMUL_SIZE)
    a, b = (generator.standard_normal(shape).astype(candidate.dtype) for _ in range(2))
    product_call = partial(np.matmul, a, b, out=np.empty_like(a))
    return Contestant(product_call, blas_threads(candidate.threads))


def _layer_calls(
    prepared: Mapping[Candidate, PreparedCall],
    networks: Mapping[DType, Network],
    batches: Mapping[DType, Array],
) -> dict[LayerCandidate, Contestant]:
    """Return a call for each layer of each NumPy forward pass, on the values that reach it."""
    calls = {}
    for candidate, call in prepared.items():
        series, size = candidate.series, candidate.batch_size
        if series.backend != "numpy":
            continue
        network, x = networks[series.dtype], _first_rows(batches, candidate)
        results = network.trace(x)
        for number, (layer, result) in enumerate(zip(network.layers, results, strict=True), 1):
            key = LayerCandidate(series, size, number, layer.name)
            surroundings = call.contestant.surroundings
            calls[key] = Contestant(partial(layer.run, number, x), surroundings)
            x = result.output
    return calls
