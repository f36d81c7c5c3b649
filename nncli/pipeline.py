"""A stream of samples through a network, into results, in bounded memory and in order."""

from __future__ import annotations

import math
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from nncli.data.rows import Rows, Texts, joined_texts, sliced, text_list
from nncli.data.samples import SampleStream
from nncli.data.sinks import Sink
from nncli.errors import FileError, Note, Problem
from nncli.network.activations import Array
from nncli.network.dense import LayerResult
from nncli.network.network import Network
from nncli.network.statistics import LayerStatistics, NonFinite, nonfinite_message
from nncli.network.tally import RunTally

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

# A matrix product may round a sample differently in a batch of another size.  Samples are therefore
# always computed in blocks of this size, counted from the first one, the last padded with zeros.
# Kernels take 16, 24 or 48 of them at a time; benchmarks/row_position.py shows that in a block of
# this size its place makes no difference.
BLOCK_SAMPLES = 256
# What is computed at once should fit into a core's second cache, several layers of it.
_TILE_BYTES = 2**19

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
# Is told how many samples are done.
Advance = Callable[[int], None]


@dataclass(frozen=True)
class RunPlan:
    """How to run a stream.

    head, tail: of how many first and last samples to hold every layer's values, None: of all;
    outputs: whether to hold all outputs; batch_size: samples per unit of work, rounded up to whole
    blocks, None: as they come; threads: how many units to work on at a time; limit: stop after so
    many samples.
    """

    head: int | None = None
    tail: int = 0
    outputs: bool = False
    batch_size: int | None = None
    threads: int = 1
    limit: int | None = None


@dataclass(frozen=True, eq=False)
class Held:
    """Samples of which everything is kept.

    numbers: theirs, from 1; kept: name → a text for each; sample_names: if they have some;
    layers: what each made of them, arrays (samples held, neurons).
    """

    numbers: tuple[int, ...]
    kept: dict[str, tuple[str, ...]]
    sample_names: tuple[str, ...] | None
    layers: tuple[LayerResult, ...]


@dataclass(frozen=True, eq=False)
class ForwardRun:
    """A finished forward pass: what went in, what came of it, and what to remark.

    source: a path, or - for standard input; columns: the names of the features; output: (samples,
    neurons) of the last layer, if it was to be held.
    """

    network: Network
    source: str
    samples: int
    columns: tuple[str, ...]
    held: Held
    output: Array | None
    statistics: tuple[LayerStatistics, ...]
    nonfinite: tuple[NonFinite, ...]
    notes: tuple[Note, ...]


def run_forward(
    network: Network,
    samples: SampleStream,
    plan: RunPlan,
    sink: Sink | None = None,
    advance: Advance | None = None,
) -> ForwardRun:
    """Run samples through a network, each block of results into a sink as soon as it is its turn.

    Raises DataError once all samples are read, FileError if memory cannot hold the results.
    """
    holder = _Holder(samples.kept, plan)
    tally = RunTally(network.spec.activations)
    work = partial(_work, network, plan, sink)
    try:
        with ExitStack() as stack:
            pool = _pool(stack, plan.threads if samples.many else 1)
            parsed = _in_order(pool, lambda piece: piece(), samples.pieces, plan.threads)
            accepted = limited(samples.accept(parsed), plan.limit)
            units = whole_blocks(accepted, plan.batch_size)
            for done in _in_order(pool, work, units, plan.threads):
                if sink is not None:
                    sink.write(done.encoded)
                tally.merge(done.tally)
                holder.add(done)
                if advance is not None:
                    advance(holder.samples)
        if sink is not None:
            sink.finish()
        held = holder.held(network, samples.sample_names)
    except MemoryError:
        count = f"{samples.rows:,} samples"
        message = f"not enough memory to hold every layer's values for {count}"
        hint = ("split the data into smaller files",)
        raise FileError(Problem("N508", message, help=hint)) from None
    bad_values = tuple(
        Note("non_finite", nonfinite_message(found, samples.columns), found.layer or None)
        for found in tally.nonfinite()
    )
    return ForwardRun(
        network=network,
        source=samples.source,
        samples=holder.samples,
        columns=samples.columns,
        held=held,
        output=holder.output(),
        statistics=tally.statistics(),
        nonfinite=tally.nonfinite(),
        notes=(*samples.notes(), *bad_values, *tally.notes()),
    )


def usable_cores() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _pool(stack: ExitStack, threads: int) -> Executor | None:
    if threads == 1:
        return None
    from concurrent.futures import ThreadPoolExecutor

    pool = ThreadPoolExecutor(threads)
    stack.callback(pool.shutdown, wait=True, cancel_futures=True)
    return pool


def _in_order(
    pool: Executor | None,
    function: Callable[[_Item], _Result],
    items: Iterable[_Item],
    ahead: int,
) -> Iterator[_Result]:
    """Yield the results for some items in their order, a few of them being worked on at a time."""
    if pool is None:
        yield from map(function, items)
        return
    waiting: deque[Future[_Result]] = deque()
    for item in items:
        waiting.append(pool.submit(function, item))
        if len(waiting) > ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def limited(stream: Iterator[Rows], limit: int | None) -> Iterator[Rows]:
    """Yield so many rows of a stream; None: all of them."""
    if limit is None:
        yield from stream
        return
    for rows in stream:
        yield sliced(rows, 0, min(limit, len(rows)))
        limit -= len(rows)
        if limit <= 0:
            return


@dataclass(frozen=True)
class _Unit:
    """Consecutive samples to be worked on at a time; first: the number of the first, from 1."""

    first: int
    parts: tuple[Rows, ...]

    def __len__(self) -> int:
        return sum(map(len, self.parts))


def whole_blocks(stream: Iterable[Rows], batch_size: int | None) -> Iterator[_Unit]:
    """Cut a stream into units of whole blocks; only the last one may end with a part of one.

    batch_size: samples per unit, rounded up to whole blocks; None: as many as are there.
    """
    wanted = math.ceil(batch_size / BLOCK_SAMPLES) * BLOCK_SAMPLES if batch_size else None
    first = 1
    pending: list[Rows] = []
    count = 0
    for rows in stream:
        pending.append(rows)
        count += len(rows)
        while count >= (wanted or BLOCK_SAMPLES):
            size = wanted or count - count % BLOCK_SAMPLES
            parts, pending = _split(pending, size)
            yield _Unit(first, parts)
            first, count = first + size, count - size
    if count:
        yield _Unit(first, tuple(pending))


def _split(parts: Sequence[Rows], size: int) -> tuple[tuple[Rows, ...], list[Rows]]:
    """Return the first so many rows of some parts, and the others."""
    taken: list[Rows] = []
    for index, part in enumerate(parts):
        if size < len(part):
            rest = [sliced(part, size, len(part)), *parts[index + 1 :]]
            return (*taken, *([sliced(part, 0, size)] if size else [])), rest
        taken.append(part)
        size -= len(part)
    return tuple(taken), []


@dataclass(frozen=True, eq=False)
class _Done:
    """What came of a unit.

    head, tail: of its first and last samples what each layer made, z and a of (samples, neurons).
    """

    first: int
    samples: int
    kept: tuple[Texts, ...]
    outputs: list[Array]
    values: list[tuple[Array, Array]]
    tally: RunTally
    encoded: Any


def _work(network: Network, plan: RunPlan, sink: Sink | None, unit: _Unit) -> _Done:
    """Compute a unit, and make its results ready to be written."""
    samples = len(unit)
    x = _as_blocks(unit, network)
    groups = len(x)
    out = np.empty((network.layer_sizes[-1], groups, BLOCK_SAMPLES), x.dtype)
    tally = RunTally(network.spec.activations)
    wanted = _held_positions(unit.first, samples, plan)
    pieces: list[list[tuple[Array, Array]]] = []
    step = max(1, _TILE_BYTES // (BLOCK_SAMPLES * x.itemsize * max(network.layer_sizes)))
    for start in range(0, groups, step):
        tile = x[start : start + step]
        results = list(network.run(tile))
        out[:, start : start + step] = results[-1][1].transpose(1, 0, 2)
        begin = start * BLOCK_SAMPLES
        _add(tally, unit.first + begin, tile, results, samples - begin)
        held = wanted[(wanted >= begin) & (wanted < begin + len(tile) * BLOCK_SAMPLES)] - begin
        if held.size:
            pieces.append([_samples_of(z, a, held) for z, a in results])
    outputs = [column.reshape(-1)[:samples] for column in out]
    kept = tuple(joined_texts(parts) for parts in zip(*(p.kept for p in unit.parts), strict=True))
    encoded = sink.encode(unit.first, kept, outputs) if sink is not None else None
    values = [_joined(layer) for layer in zip(*pieces, strict=True)]
    return _Done(unit.first, samples, kept, outputs, values, tally, encoded)


def _as_blocks(unit: _Unit, network: Network) -> Array:
    """Return a unit's samples as (blocks, features, samples of a block), padded with zeros."""
    groups = math.ceil(len(unit) / BLOCK_SAMPLES)
    x = np.empty((groups, network.layer_sizes[0], BLOCK_SAMPLES), network.dtype)
    column = np.zeros(groups * BLOCK_SAMPLES)
    for feature in range(network.layer_sizes[0]):
        start = 0
        for part in unit.parts:
            column[start : start + len(part)] = part.columns[feature]
            start += len(part)
        x[:, feature] = column.reshape(groups, BLOCK_SAMPLES)
    return x


def _add(
    tally: RunTally,
    first: int,
    x: Array,
    results: Sequence[tuple[Array, Array]],
    samples: int,
) -> None:
    """Tally a tile, without the zeros that fill its last block."""
    full, rest = divmod(min(samples, len(x) * BLOCK_SAMPLES), BLOCK_SAMPLES)
    if full:
        whole = [_same_views(z, a, slice(0, full), slice(None)) for z, a in results]
        tally.add(first, x[:full], whole)
    if rest:
        part = [_same_views(z, a, slice(full, full + 1), slice(0, rest)) for z, a in results]
        tally.add(first + full * BLOCK_SAMPLES, x[full : full + 1, :, :rest], part)


def _same_views(z: Array, a: Array, groups: slice, samples: slice) -> tuple[Array, Array]:
    """Return equal parts of z and a; one array stays one."""
    part = z[groups, :, samples]
    return part, (part if a is z else a[groups, :, samples])


def _held_positions(first: int, samples: int, plan: RunPlan) -> Any:
    """Return the positions in a unit of the samples that may be held."""
    if plan.head is None:
        return np.arange(samples)
    head = max(0, min(samples, plan.head + 1 - first))
    tail = max(head, samples - plan.tail)
    return np.r_[0:head, tail:samples]


def _samples_of(z: Array, a: Array, positions: Any) -> tuple[Array, Array]:
    groups, within = np.divmod(positions, BLOCK_SAMPLES)
    part = z[groups, :, within]  # (samples, neurons)
    return part, (part if a is z else a[groups, :, within])


def _joined(parts: Sequence[tuple[Array, Array]]) -> tuple[Array, Array]:
    z = np.concatenate([part[0] for part in parts])
    same = all(part[0] is part[1] for part in parts)
    return z, (z if same else np.concatenate([part[1] for part in parts]))


@dataclass
class _HeldPart:
    """Some of the samples of a unit that are held."""

    numbers: Any
    kept: list[list[str]]
    values: list[tuple[Array, Array]]

    def cut(self, start: int, end: int) -> _HeldPart:
        values = [
            (z[start:end], z[start:end]) if z is a else (z[start:end], a[start:end])
            for z, a in self.values
        ]
        return _HeldPart(self.numbers[start:end], [k[start:end] for k in self.kept], values)


@dataclass
class _Holder:
    """Keeps the first and the last samples of a stream, and all outputs if they are wanted."""

    kept_names: tuple[str, ...]
    plan: RunPlan
    samples: int = 0
    _head: list[_HeldPart] = field(default_factory=list)
    _tail: deque[_HeldPart] = field(default_factory=deque)
    _outputs: list[Array] = field(default_factory=list)

    def add(self, done: _Done) -> None:
        """Take a unit's results in, in their order."""
        if self.plan.outputs:
            self._outputs.append(np.stack(done.outputs, axis=1))
        positions = _held_positions(done.first, done.samples, self.plan)
        self.samples += done.samples
        if not positions.size:
            return
        listed = [text_list(texts) for texts in done.kept]
        kept = [[texts[position] for position in positions] for texts in listed]
        part = _HeldPart(positions + done.first, kept, done.values)
        last_of_head = self.plan.head if self.plan.head is not None else math.inf
        head = int(np.count_nonzero(part.numbers <= last_of_head))
        if head:
            self._head.append(part.cut(0, head))
        if head < len(part.numbers):
            self._tail.append(part.cut(head, len(part.numbers)))
            self._forget(self.samples - self.plan.tail)

    def _forget(self, last: int) -> None:
        """Drop the samples up to a number from the tail."""
        while self._tail and self._tail[0].numbers[-1] <= last:
            self._tail.popleft()
        if self._tail:
            oldest = self._tail.popleft()
            start = int(np.count_nonzero(oldest.numbers <= last))
            self._tail.appendleft(oldest.cut(start, len(oldest.numbers)))

    def held(self, network: Network, names: tuple[str, ...] | None) -> Held:
        """Return the samples that are held."""
        parts = [*self._head, *self._tail]
        numbers = tuple(int(n) for part in parts for n in part.numbers)
        kept = {
            name: tuple(text for part in parts for text in part.kept[index])
            for index, name in enumerate(self.kept_names)
        }
        held_names = None if names is None else tuple(names[n - 1] for n in numbers)
        joined = [_joined(layer) for layer in zip(*(part.values for part in parts), strict=True)]
        layers = tuple(
            LayerResult(number, layer.name, z, a)
            for number, (layer, (z, a)) in enumerate(
                zip(network.layers, joined, strict=False), start=1
            )
        )
        return Held(numbers, kept, held_names, layers)

    def output(self) -> Array | None:
        """Return all outputs, if they were to be held."""
        return np.concatenate(self._outputs) if self.plan.outputs else None
