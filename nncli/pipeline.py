"""A batch through a network, in blocks that make a row's result independent of its surroundings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nncli.data.batches import Batch
from nncli.errors import FileError, Note, Problem
from nncli.network.activations import Array
from nncli.network.dense import LayerResult
from nncli.network.network import Network
from nncli.network.statistics import (
    LayerStatistics,
    NonFinite,
    find_nonfinite,
    find_notes,
    layer_statistics,
    nonfinite_message,
)

# A matrix product may round a row differently in a batch of another size, and a sum may differ for
# a lone row.  Rows are therefore always computed in blocks of this size, counted from row 0, the
# last one padded with zeros.  A multiple of 48: BLAS kernels take 16 or 24 rows at a time, and the
# rows that are left over at the end of a block of 256 round differently on some processors
# (benchmarks/row_position.py).
BLOCK_ROWS = 384


@dataclass(frozen=True, eq=False)
class ForwardRun:
    """A finished forward pass: what went in, what every layer made of it, and what to remark."""

    network: Network
    batch: Batch
    layers: tuple[LayerResult, ...]
    statistics: tuple[LayerStatistics, ...]
    nonfinite: tuple[NonFinite, ...]
    notes: tuple[Note, ...]

    @property
    def output(self) -> Array:
        """The output of the last layer: (samples, neurons)."""
        return self.layers[-1].output


def run_forward(network: Network, batch: Batch, notes: tuple[Note, ...] = ()) -> ForwardRun:
    """Run a batch through a network; *notes* stand before those of the run.

    Raises FileError if memory cannot hold the results.
    """
    try:
        x = batch.values.astype(network.dtype)
        layers = run_in_blocks(network, x)
        statistics = tuple(layer_statistics(result.layer, result.output) for result in layers)
        nonfinite = find_nonfinite(x, layers)
    except MemoryError:
        samples = f"{len(batch.values):,} samples"
        message = f"not enough memory to hold every layer's values for {samples}"
        hint = ("split the data into smaller files",)
        raise FileError(Problem("N508", message, help=hint)) from None
    remarks = find_notes(layers, statistics, network.spec.activations)
    bad_values = tuple(
        Note("non_finite", nonfinite_message(found, batch.columns), found.layer or None)
        for found in nonfinite
    )
    all_notes = (*notes, *batch.notes, *bad_values, *remarks)
    return ForwardRun(network, batch, layers, statistics, nonfinite, all_notes)


def run_in_blocks(network: Network, x: Array) -> tuple[LayerResult, ...]:
    """Return what every layer makes of x, block by block.

    x: (samples, inputs) of the network's dtype; each result's arrays are (samples, neurons).
    """
    samples = x.shape[0]
    collected: list[tuple[Array, Array]] = []
    for start in range(0, samples, BLOCK_ROWS):
        rows = slice(start, min(start + BLOCK_ROWS, samples))
        block = np.zeros((BLOCK_ROWS, x.shape[1]), dtype=x.dtype)
        used = rows.stop - rows.start
        block[:used] = x[rows]
        results = network.trace(block)
        if not collected:
            collected = [_empty_like(result, samples) for result in results]
        for (z, a), result in zip(collected, results, strict=True):
            z[rows] = result.pre_activation[:used]
            if a is not z:
                a[rows] = result.output[:used]
    return tuple(
        LayerResult(number, layer.name, z, a)
        for number, (layer, (z, a)) in enumerate(
            zip(network.layers, collected, strict=True), start=1
        )
    )


def _empty_like(result: LayerResult, samples: int) -> tuple[Array, Array]:
    """Make room for all samples of a layer; a linear layer's z and a are one array."""
    z = np.empty((samples, result.output.shape[1]), dtype=result.output.dtype)
    return z, (z if result.output is result.pre_activation else np.empty_like(z))
