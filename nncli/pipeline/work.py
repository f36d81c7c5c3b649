"""What is done with one unit of samples, on any thread: compute it, and prepare its results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from nncli.data.rows import Texts, joined_texts, texts_at
from nncli.network.activations import Array
from nncli.network.dense import LayerValues
from nncli.network.network import Network
from nncli.network.tally import RunTally
from nncli.pipeline.shown import Positions, SamplesToShow, ShownPart, joined_layers
from nncli.pipeline.units import BLOCK_SAMPLES, Unit, as_blocks
from nncli.results.listeners import Listener, UnitOutputs

# What is computed at once should fit into a core's second cache, several layers of it.
_TILE_BYTES = 2**19


@dataclass(frozen=True, eq=False)
class UnitResult:
    """What came of a unit."""

    tally: RunTally
    shown: ShownPart | None  # those of its samples that may be shown, if any
    prepared: tuple[Any, ...]  # what each listener is to take


def work(
    network: Network, to_show: SamplesToShow, listeners: Sequence[Listener], unit: Unit
) -> UnitResult:
    """Compute a unit, and have its results prepared by the listeners."""
    samples, x = len(unit), as_blocks(unit, network)
    layers = [listener.layer or len(network.layers) for listener in listeners]
    outputs = {  # layer → (neurons, blocks, samples of a block)
        layer: np.empty((network.layer_sizes[layer], len(x), BLOCK_SAMPLES), x.dtype)
        for layer in layers
    }
    tally = RunTally(network.spec.activations)
    positions = to_show.positions(unit.first, samples)
    shown: list[list[LayerValues]] = []
    for start, end in _tiles(x, network):
        results = list(network.run(x[start:end]))
        for layer, blocks in outputs.items():
            blocks[:, start:end] = results[layer - 1].a.transpose(1, 0, 2)
        before, upto = start * BLOCK_SAMPLES, min(samples, end * BLOCK_SAMPLES)
        _add(tally, unit.first + before, x[start:end], results, upto - before)
        here = positions[(positions >= before) & (positions < upto)] - before
        if here.size:
            shown.append([_at(values, here) for values in results])
    kept = tuple(joined_texts(parts) for parts in zip(*(p.kept for p in unit.parts), strict=True))
    heard = {
        layer: UnitOutputs(unit.first, kept, [row.reshape(-1)[:samples] for row in blocks])
        for layer, blocks in outputs.items()
    }
    prepared = (one.prepare(heard[layer]) for one, layer in zip(listeners, layers, strict=True))
    return UnitResult(tally, _shown(unit, kept, positions, shown), tuple(prepared))


def _shown(
    unit: Unit, kept: Sequence[Texts], positions: Positions, parts: Sequence[Sequence[LayerValues]]
) -> ShownPart | None:
    """Return the samples at some positions, if there are any.  parts: what layers made of them."""
    if not parts:
        return None
    texts = tuple(texts_at(column, positions) for column in kept)
    return ShownPart(positions + unit.first, texts, tuple(joined_layers(parts)))


def _tiles(x: Array, network: Network) -> Iterator[tuple[int, int]]:
    """Yield where tiles of a unit's blocks start and end, each to be computed at once."""
    blocks = max(1, _TILE_BYTES // (BLOCK_SAMPLES * x.itemsize * max(network.layer_sizes)))
    for start in range(0, len(x), blocks):
        yield start, min(len(x), start + blocks)


def _at(values: LayerValues, positions: Positions) -> LayerValues:
    """Return what a layer made of some samples: (samples, neurons) out of all blocks."""
    blocks, within = np.divmod(positions, BLOCK_SAMPLES)
    return values.map(lambda array: array[blocks, :, within])


def _add(
    tally: RunTally, first: int, x: Array, results: Sequence[LayerValues], samples: int
) -> None:
    """Tally a tile, without the zeros that fill its last block."""
    full, rest = divmod(samples, BLOCK_SAMPLES)
    if full:
        tally.add(first, x[:full], [values.map(lambda array: array[:full]) for values in results])
    if rest:
        part = [values.map(lambda array: array[full:, :, :rest]) for values in results]
        tally.add(first + full * BLOCK_SAMPLES, x[full:, :, :rest], part)
