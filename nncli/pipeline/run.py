"""A stream of samples through a network, into results, in bounded memory and in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from nncli.data.rows import read_chunk
from nncli.data.stream import SampleStream
from nncli.errors import FileError
from nncli.network.network import Network
from nncli.network.statistics import LayerStatistics, NonFinite, nonfinite_message
from nncli.network.tally import RunTally
from nncli.pipeline.held import EVERYTHING, Held, Holder, Wish
from nncli.pipeline.units import limited, whole_blocks
from nncli.pipeline.work import Done, Outlets, work
from nncli.problems import Note, Problem

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

    from nncli.results.sinks import Sink

# Samples on their way take no more than this, with their results, unless a batch size is wished.
_UNIT_BYTES = 2**23

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
# Is told how many samples are done.
Advance = Callable[[int], None]
NO_OUTLETS = Outlets()


@dataclass(frozen=True)
class RunPlan:
    """How to run a stream.

    wish: which samples to hold; batch_size: samples per unit of work, rounded up to whole blocks,
    None: as they come; threads: how many units to work on at a time; limit: stop after so many
    samples.
    """

    wish: Wish = EVERYTHING
    batch_size: int | None = None
    threads: int = 1
    limit: int | None = None


@dataclass(frozen=True, eq=False)
class ForwardRun:
    """A finished forward pass: what went in, what came of it, and what to remark.

    sources: paths, or - for standard input; columns: the names of the features.
    """

    network: Network
    sources: tuple[str, ...]
    samples: int
    columns: tuple[str, ...]
    held: Held
    statistics: tuple[LayerStatistics, ...]
    nonfinite: tuple[NonFinite, ...]
    notes: tuple[Note, ...]


def run_forward(
    network: Network,
    samples: SampleStream,
    plan: RunPlan,
    outlets: Outlets = NO_OUTLETS,
    advance: Advance | None = None,
) -> ForwardRun:
    """Run samples through a network, results into the outlets as soon as it is their turn.

    Raises DataError once all samples are read, FileError if memory cannot hold the results.
    """
    holder = Holder(samples.kept, plan.wish)
    tally = RunTally(network.spec.activations)
    most = _UNIT_BYTES // _sample_bytes(network, outlets)
    compute = partial(work, network, plan.wish, outlets)
    try:
        with ExitStack() as stack:
            pool = _pool(stack, plan.threads if samples.many else 1)
            in_order = partial(
                _in_order, pool, ahead=plan.threads, is_ready=samples.progress.is_ready
            )
            parsed = in_order(read_chunk, samples.chunks)
            accepted = limited(samples.accept(parsed), plan.limit)
            units = whole_blocks(accepted, plan.batch_size, most)
            for done in in_order(compute, units):
                _let_out(done, outlets)
                tally.merge(done.tally)
                holder.add(done.samples, done.kept, done.values)
                if advance is not None:
                    advance(holder.samples)
        if outlets.check is not None:
            outlets.check.finish()
        for sink in _sinks(outlets):
            sink.finish()
        held = holder.held(network, samples.sample_names)
    except MemoryError:
        count = f"{samples.accepted.rows:,} samples"
        message = f"not enough memory to hold every layer's values for {count}"
        hint = ("split the data into smaller files",)
        raise FileError(Problem("N508", message, help=hint)) from None
    bad_values = tuple(
        Note("non_finite", nonfinite_message(found, samples.columns), found.layer or None)
        for found in tally.nonfinite()
    )
    return ForwardRun(
        network=network,
        sources=samples.sources,
        samples=holder.samples,
        columns=samples.columns,
        held=held,
        statistics=tally.statistics(),
        nonfinite=tally.nonfinite(),
        notes=(*samples.notes(), *bad_values, *tally.notes()),
    )


def _let_out(done: Done, outlets: Outlets) -> None:
    """Hand the results of the next unit out."""
    if outlets.result is not None:
        outlets.result.write(done.encoded)
    for sink, parts in zip(outlets.layers, done.encoded_layers, strict=True):
        for encoded in parts:
            sink.write(encoded)
    if outlets.check is not None:
        outlets.check(done.outputs)


def _sinks(outlets: Outlets) -> tuple[Sink, ...]:
    return (*((outlets.result,) if outlets.result is not None else ()), *outlets.layers)


def _sample_bytes(network: Network, outlets: Outlets) -> int:
    """Return how many bytes the numbers of one sample take while they are on their way."""
    inputs, *neurons = network.layer_sizes
    values = inputs + neurons[-1] + (sum(neurons) if outlets.layers else 0)
    return values * np.dtype(network.dtype).itemsize


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
    *,
    ahead: int,
    is_ready: Callable[[], bool],
) -> Iterator[_Result]:
    """Yield the results for some items in their order, a few of them being worked on at a time.

    is_ready: whether the next item is there without waiting; otherwise results go first.
    """
    if pool is None:
        yield from map(function, items)
        return
    waiting: deque[Future[_Result]] = deque()
    following = iter(items)
    while True:
        while waiting and (len(waiting) > ahead or not is_ready()):
            yield waiting.popleft().result()
        item = next(following, None)
        if item is None:
            break
        waiting.append(pool.submit(function, item))
    while waiting:
        yield waiting.popleft().result()
