"""What is done with one unit of samples, on any thread: compute it, and prepare its results."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from nncli.data.rows import Texts, joined_texts, texts_at
from nncli.network.activations import Array
from nncli.network.dense import LayerValues
from nncli.network.network import Network
from nncli.network.prediction import ClassRule
from nncli.network.scaling import scales_inputs, scales_outputs, unscaled_outputs
from nncli.network.tally import RunTally, tally_of
from nncli.pipeline.shown import Positions, SamplesToShow, ShownPart, in_blocks, joined_steps
from nncli.pipeline.units import BLOCK_SAMPLES, Unit, as_blocks
from nncli.results.listeners import Listener, NetworkValues, UnitOutputs, UnitPrediction
from nncli.specs.model import NetworkSpec

# What is computed at once should fit into a core's second cache, several layers of it.
_TILE_BYTES = 2**19


@dataclass(frozen=True, eq=False)
class UnitResult:
    """What came of a unit."""

    tally: RunTally
    shown: ShownPart | None  # those of its samples that may be shown, if any
    prepared: tuple[Any, ...]  # what each listener is to take
    unclassified: int  # how many samples have no class, where one is wanted


class _Tile(NamedTuple):
    """Some blocks on their way through a network; arrays (blocks, …, samples of a block)."""

    inputs: Array  # as the first layer takes them
    layers: list[LayerValues]
    outputs: Array  # of the network: the last layer's, their scale undone

    def of(self, layer: int | None) -> Array:
        """Return the outputs of a layer, from 1; None: of the network."""
        return self.outputs if layer is None else self.layers[layer - 1].a

    def part(self, blocks: slice, samples: slice) -> _Tile:
        """Return some of the blocks, and some samples of each."""
        layers = [values.map(lambda array: array[blocks, :, samples]) for values in self.layers]
        is_last = self.outputs is self.layers[-1].a
        outputs = layers[-1].a if is_last else self.outputs[blocks, :, samples]
        return _Tile(self.inputs[blocks, :, samples], layers, outputs)

    def steps(self, spec: NetworkSpec) -> list[LayerValues]:
        """Return what is shown of a sample: scaled inputs if they are, layers, unscaled outputs."""
        before = [LayerValues(self.inputs, self.inputs)] if scales_inputs(spec) else []
        after = [LayerValues(self.outputs, self.outputs)] if scales_outputs(spec) else []
        return [*before, *self.layers, *after]


class _Computed(NamedTuple):
    """A unit that went through a network."""

    tally: RunTally
    outputs: dict[int | None, Array]  # by layer, None: the network's; (neurons, blocks, samples)
    steps: list[list[LayerValues]]  # of the samples that may be shown, tile by tile


def work(
    network: Network,
    to_show: SamplesToShow,
    rule: ClassRule | None,
    listeners: Sequence[Listener],
    unit: Unit,
    beside: Network | None = None,
) -> UnitResult:
    """Compute a unit, and have its results prepared by the listeners.

    rule: how outputs tell classes, if these are wanted; beside: another network of as many inputs,
    whose layers are heard beside those of the first.
    """
    samples, positions = len(unit), to_show.positions(unit.first, len(unit))
    wanted = {listener.layer for listener in listeners} | ({None} if rule is not None else set())
    if beside is not None:
        wanted |= _all_layers(network)
    computed = _computed(network, unit, positions, wanted)
    kept = tuple(joined_texts(parts) for parts in zip(*(p.kept for p in unit.parts), strict=True))
    targets = [np.concatenate(c) for c in zip(*(p.targets for p in unit.parts), strict=True)]
    outputs = {
        layer: [row.reshape(-1)[:samples] for row in blocks]
        for layer, blocks in computed.outputs.items()
    }
    prediction = None if rule is None else _predicted(outputs[None], rule)
    heard = {
        layer: UnitOutputs(unit.first, kept, values, targets=targets)
        for layer, values in outputs.items()
    }
    if None in heard:
        both = None if beside is None else _both(computed.outputs, beside, unit)
        heard[None] = replace(heard[None], prediction=prediction, both=both)
    prepared = tuple(listener.prepare(heard[listener.layer]) for listener in listeners)
    shown = _shown(unit, kept, positions, computed.steps)
    unclassified = 0 if prediction is None else prediction.classes.count("")
    return UnitResult(computed.tally, shown, prepared, unclassified)


def _computed(
    network: Network, unit: Unit, positions: Positions, wanted: Iterable[int | None]
) -> _Computed:
    """Compute a unit tile by tile.

    positions: of the samples that may be shown; wanted: the layers whose outputs are heard.
    """
    samples, x = len(unit), as_blocks(unit, network)
    outputs = _room(network, x, wanted)
    tally = tally_of(network.spec)
    shown: list[list[LayerValues]] = []
    for start, end in _tiles(x, network):
        tile = _run(network, x[start:end])
        _keep(outputs, tile, start)
        before, upto = start * BLOCK_SAMPLES, min(samples, end * BLOCK_SAMPLES)
        _add(tally, unit.first + before, tile, upto - before)
        here = positions[(positions >= before) & (positions < upto)] - before
        if here.size:
            shown.append([_at(values, here) for values in tile.steps(network.spec)])
    return _Computed(tally, outputs, shown)


def _both(
    outputs: dict[int | None, Array], beside: Network, unit: Unit
) -> tuple[NetworkValues, NetworkValues]:
    """Return what two networks made of a unit.  outputs: of every layer of the first."""
    x = as_blocks(unit, beside)
    others = _room(beside, x, _all_layers(beside))
    for start, end in _tiles(x, beside):
        _keep(others, _run(beside, x[start:end]), start)
    return _values(outputs, len(unit)), _values(others, len(unit))


def _values(outputs: dict[int | None, Array], samples: int) -> NetworkValues:
    """Return the outputs of all layers without the zeros that fill the last block."""
    flat = {
        layer: blocks.reshape(len(blocks), -1)[:, :samples] for layer, blocks in outputs.items()
    }
    layers = [flat[layer] for layer in range(1, len(flat))]
    return NetworkValues(layers, flat[None])


def _all_layers(network: Network) -> set[int | None]:
    return {None, *range(1, len(network.layers) + 1)}


def _room(network: Network, x: Array, layers: Iterable[int | None]) -> dict[int | None, Array]:
    """Return room for the outputs of some layers: by layer (neurons, blocks, samples)."""
    sizes = network.layer_sizes
    return {
        layer: np.empty((sizes[layer or -1], len(x), BLOCK_SAMPLES), x.dtype) for layer in layers
    }


def _keep(outputs: dict[int | None, Array], tile: _Tile, start: int) -> None:
    """Put a tile's outputs in their room.  start: of its blocks, within the unit."""
    end = start + len(tile.inputs)
    for layer, blocks in outputs.items():
        blocks[:, start:end] = tile.of(layer).transpose(1, 0, 2)


def _run(network: Network, x: Array) -> _Tile:
    """Run some blocks through a network."""
    layers = list(network.run(x))
    return _Tile(x, layers, _unscaled(layers[-1].a, network))


def _unscaled(a: Array, network: Network) -> Array:
    """Return a network's outputs, given its last layer's: (blocks, neurons, samples)."""
    if not scales_outputs(network.spec):
        return a
    return unscaled_outputs(a.transpose(0, 2, 1), network.spec).transpose(0, 2, 1)


def _predicted(outputs: Sequence[Array], rule: ClassRule) -> UnitPrediction:
    """Return a unit's predictions.  outputs: for each neuron an array (samples,)."""
    found = in_blocks(np.stack(outputs), rule)
    return UnitPrediction(found.classes.tolist(), found.probabilities)


def _shown(
    unit: Unit, kept: Sequence[Texts], positions: Positions, parts: Sequence[Sequence[LayerValues]]
) -> ShownPart | None:
    """Return the samples at some positions, if there are any.  parts: what steps made of them."""
    if not parts:
        return None
    texts = tuple(texts_at(column, positions) for column in kept)
    batch = unit.samples_at(positions)
    return ShownPart(positions + unit.first, texts, batch, tuple(joined_steps(parts)))


def _tiles(x: Array, network: Network) -> Iterator[tuple[int, int]]:
    """Yield where tiles of a unit's blocks start and end, each to be computed at once."""
    blocks = max(1, _TILE_BYTES // (BLOCK_SAMPLES * x.itemsize * max(network.layer_sizes)))
    for start in range(0, len(x), blocks):
        yield start, min(len(x), start + blocks)


def _at(values: LayerValues, positions: Positions) -> LayerValues:
    """Return what a layer made of some samples: (samples, neurons) out of all blocks."""
    blocks, within = np.divmod(positions, BLOCK_SAMPLES)
    return values.map(lambda array: array[blocks, :, within])


def _add(tally: RunTally, first: int, tile: _Tile, samples: int) -> None:
    """Tally a tile, without the zeros that fill its last block."""
    full, rest = divmod(samples, BLOCK_SAMPLES)
    if full:
        _add_part(tally, first, tile.part(slice(full), slice(None)))
    if rest:
        _add_part(tally, first + full * BLOCK_SAMPLES, tile.part(slice(full, None), slice(rest)))


def _add_part(tally: RunTally, first: int, part: _Tile) -> None:
    outputs = None if part.outputs is part.layers[-1].a else part.outputs
    tally.add(first, part.inputs, part.layers, outputs)
