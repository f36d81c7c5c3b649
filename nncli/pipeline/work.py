"""What is done with one unit of samples, on any thread: computed, tallied, made ready to write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from nncli.data.rows import Texts, joined_texts
from nncli.network.activations import Array
from nncli.network.network import Network
from nncli.network.tally import RunTally
from nncli.pipeline.held import Wish, joined_values, samples_of
from nncli.pipeline.units import BLOCK_SAMPLES, Unit, as_blocks

if TYPE_CHECKING:
    from nncli.results.sinks import Sink

# What is computed at once should fit into a core's second cache, several layers of it.
_TILE_BYTES = 2**19

# What a layer makes of blocks: z and a, (blocks, neurons, samples of a block).
_Result = tuple[Array, Array]


class OutputCheck(Protocol):
    """Looks at outputs as they come."""

    def __call__(self, outputs: Sequence[Array]) -> None:
        """Look at the next: for each neuron an array (samples,)."""

    def finish(self) -> None:
        """See to what is left once there are no more, before any result is in its place."""


@dataclass(frozen=True)
class Outlets:
    """Where numbers go while a run goes on.

    result: takes carried texts and outputs; layers: one for each layer's output; check: is given
    the outputs.
    """

    result: Sink | None = None
    layers: Sequence[Sink] = ()
    check: OutputCheck | None = None


@dataclass(frozen=True, eq=False)
class Done:
    """What came of a unit.

    kept: its carried texts; outputs: for each neuron an array (samples,); values: of the samples
    that may be held what each layer made, z and a of (samples, neurons); encoded: for the outlets.
    """

    samples: int
    kept: tuple[Texts, ...]
    outputs: list[Array]
    values: list[tuple[Array, Array]]
    tally: RunTally
    encoded: Any
    encoded_layers: list[list[Any]]


def work(network: Network, wish: Wish, outlets: Outlets, unit: Unit) -> Done:
    """Compute a unit, and make its results ready to be written."""
    samples = len(unit)
    x = as_blocks(unit, network)
    groups = len(x)
    out = np.empty((network.layer_sizes[-1], groups, BLOCK_SAMPLES), x.dtype)
    tally = RunTally(network.spec.activations)
    wanted = wish.positions(unit.first, samples)
    pieces: list[list[_Result]] = []
    layers: list[list[Any]] = [[] for _ in outlets.layers]
    step = max(1, _TILE_BYTES // (BLOCK_SAMPLES * x.itemsize * max(network.layer_sizes)))
    for start in range(0, groups, step):
        tile = x[start : start + step]
        results = list(network.run(tile))
        out[:, start : start + step] = results[-1][1].transpose(1, 0, 2)
        begin = start * BLOCK_SAMPLES
        first, count = unit.first + begin, min(samples - begin, len(tile) * BLOCK_SAMPLES)
        _add(tally, first, tile, results, count)
        for encoded, outlet, (_, a) in zip(layers, outlets.layers, results, strict=False):
            encoded.append(outlet.encode(first, (), _by_neuron(a, count)))
        held = wanted[(wanted >= begin) & (wanted < begin + count)] - begin
        if held.size:
            pieces.append([samples_of(z, a, held) for z, a in results])
    outputs = [column.reshape(-1)[:samples] for column in out]
    kept = tuple(joined_texts(parts) for parts in zip(*(p.kept for p in unit.parts), strict=True))
    sink = outlets.result
    return Done(
        samples,
        kept,
        outputs,
        [joined_values(layer) for layer in zip(*pieces, strict=True)],
        tally,
        sink.encode(unit.first, kept, outputs) if sink is not None else None,
        layers,
    )


def _by_neuron(a: Array, samples: int) -> list[Array]:
    """Return a layer's output of blocks as an array (samples,) for each neuron."""
    return [column.reshape(-1)[:samples] for column in a.transpose(1, 0, 2)]


def _add(tally: RunTally, first: int, x: Array, results: Sequence[_Result], samples: int) -> None:
    """Tally a tile, without the zeros that fill its last block."""
    full, rest = divmod(samples, BLOCK_SAMPLES)
    if full:
        whole = [_same_views(z, a, slice(0, full), slice(None)) for z, a in results]
        tally.add(first, x[:full], whole)
    if rest:
        part = [_same_views(z, a, slice(full, full + 1), slice(0, rest)) for z, a in results]
        tally.add(first + full * BLOCK_SAMPLES, x[full : full + 1, :, :rest], part)


def _same_views(z: Array, a: Array, groups: slice, samples: slice) -> _Result:
    """Return equal parts of z and a; one array stays one."""
    part = z[groups, :, samples]
    return part, (part if a is z else a[groups, :, samples])
