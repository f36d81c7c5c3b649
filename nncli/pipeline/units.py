"""Samples in units of whole blocks: what is worked on at a time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nncli.data.rows import Rows, sliced
from nncli.network.activations import Array
from nncli.network.network import Network
from nncli.network.scaling import scaled_inputs, scales_inputs

# A matrix product may round a sample differently in a batch of another size.  Samples are therefore
# always computed in blocks of this size, counted from the first one, the last padded with zeros.
# Kernels take 16, 24 or 48 of them at a time; benchmarks/row_position.py shows that in a block of
# this size its place makes no difference.
BLOCK_SAMPLES = 256


@dataclass(frozen=True)
class Unit:
    """Consecutive samples to be worked on at a time."""

    first: int  # the number of the first sample, from 1
    parts: tuple[Rows, ...]  # the samples, as they were read

    def __len__(self) -> int:
        return sum(map(len, self.parts))

    def samples_at(self, positions: npt.NDArray[np.intp]) -> Array:
        """Return some samples as they were read.  positions: from 0, rising → (…, features)."""
        found, start = [], 0
        for part in self.parts:
            own = positions[(positions >= start) & (positions < start + len(part))] - start
            found.append(np.stack([column[own] for column in part.columns], axis=-1))
            start += len(part)
        return np.concatenate(found)


def limited(stream: Iterator[Rows], limit: int | None) -> Iterator[Rows]:
    """Yield the first rows of a stream.  limit: how many; None: all of them."""
    if limit is None:
        yield from stream
        return
    for rows in stream:
        yield sliced(rows, 0, min(limit, len(rows)))
        limit -= len(rows)
        if limit <= 0:
            return


def whole_blocks(
    stream: Iterable[Rows], batch_size: int | None, most: int = BLOCK_SAMPLES * 2**20
) -> Iterator[Unit]:
    """Cut a stream into units of whole blocks; only the last one may end with a part of one.

    batch_size: samples per unit, rounded up to whole blocks; None: as many as have been read.
    most: samples per unit where there is no batch size, rounded down to whole blocks.
    """
    wanted = math.ceil(batch_size / BLOCK_SAMPLES) * BLOCK_SAMPLES if batch_size else None
    most = max(1, most // BLOCK_SAMPLES) * BLOCK_SAMPLES
    first = 1
    pending: list[Rows] = []
    count = 0
    for rows in stream:
        pending.append(rows)
        count += len(rows)
        while count >= (wanted or BLOCK_SAMPLES):
            size = wanted or min(count - count % BLOCK_SAMPLES, most)
            parts, pending = _split(pending, size)
            yield Unit(first, parts)
            first, count = first + size, count - size
    if count:
        yield Unit(first, tuple(pending))


def _split(parts: Sequence[Rows], size: int) -> tuple[tuple[Rows, ...], list[Rows]]:
    """Return the first rows and the remaining ones.  size: how many are the first."""
    taken: list[Rows] = []
    for index, part in enumerate(parts):
        if size < len(part):
            rest = [sliced(part, size, len(part)), *parts[index + 1 :]]
            return (*taken, *([sliced(part, 0, size)] if size else [])), rest
        taken.append(part)
        size -= len(part)
    return tuple(taken), []


def as_blocks(unit: Unit, network: Network) -> Array:
    """Return a unit's samples as the first layer takes them: scaled, in blocks padded with zeros.

    (blocks, features, samples of a block), of the network's type.
    """
    blocks, samples = math.ceil(len(unit) / BLOCK_SAMPLES), len(unit)
    x = np.empty((blocks, network.layer_sizes[0], BLOCK_SAMPLES), network.dtype)
    column = np.zeros(blocks * BLOCK_SAMPLES)
    is_scaled = scales_inputs(network.spec)
    for feature in range(network.layer_sizes[0]):
        start = 0
        for part in unit.parts:
            column[start : start + len(part)] = part.columns[feature]
            start += len(part)
        if is_scaled:
            column[:samples] = scaled_inputs(column[:samples], network.spec, feature)
        x[:, feature] = column.reshape(blocks, BLOCK_SAMPLES)
    return x
