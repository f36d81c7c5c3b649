"""A stream of samples through a network, into results, in bounded memory and in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from nncli.data.rows import read_chunk
from nncli.data.stream import SampleStream
from nncli.errors import FileError
from nncli.network.network import Network
from nncli.network.prediction import ClassRule
from nncli.network.statistics import LayerStatistics, NonFinite, nonfinite_message
from nncli.network.tally import RunTally, tally_of
from nncli.pipeline.shown import ALL_SAMPLES, SamplesToShow, ShownSamples, ShownSoFar
from nncli.pipeline.units import limited, whole_blocks
from nncli.pipeline.work import work
from nncli.problems import Note, Problem
from nncli.results.listeners import Listener

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")
# Is told how many samples are done.
Advance = Callable[[int], None]


@dataclass(frozen=True)
class RunPlan:
    """How to run a stream."""

    to_show: SamplesToShow = ALL_SAMPLES  # of these, every layer's values are in the result
    batch_size: int | None = None  # samples per unit, rounded up to blocks; None: as they come
    threads: int = 1  # how many units to work on at a time
    limit: int | None = None  # how many samples to run; None: all
    rule: ClassRule | None = None  # how outputs tell classes, if these are wanted
    unit_bytes: int = 2**23  # of a unit's numbers, at most, unless a batch size is given
    beside: Network | None = None  # another one for the same samples: listeners hear all its layers


@dataclass(frozen=True, eq=False)
class ForwardRun:
    """A finished forward pass: what went in, what came of it, and what to remark."""

    network: Network
    sources: tuple[str, ...]  # paths, or - for standard input
    samples: int  # how many there were
    columns: tuple[str, ...]  # the names of the features
    shown: ShownSamples  # those that the plan wants to show
    statistics: tuple[LayerStatistics, ...]  # of each layer, over all samples
    nonfinite: tuple[NonFinite, ...]  # where NaN and infinity come from
    notes: tuple[Note, ...]


def run_forward(
    network: Network,
    samples: SampleStream,
    plan: RunPlan,
    listeners: Sequence[Listener] = (),
    advance: Advance | None = None,
    pool: Executor | None = None,
) -> ForwardRun:
    """Run samples through a network; listeners hear its outputs as soon as it is their turn.

    pool: computes the units; None: threads of this run's own, where there is enough to read.
    Raises DataError once all samples are read, FileError if memory cannot hold the results, and
    whatever a listener raises.
    """
    tally, shown = tally_of(network.spec), ShownSoFar(plan.to_show)
    most = plan.unit_bytes // _sample_bytes(network, listeners, plan)
    compute = partial(work, network, plan.to_show, plan.rule, listeners, beside=plan.beside)
    unclassified = 0
    try:
        with _workers(pool, plan.threads if samples.many else 1) as workers:
            in_order = partial(
                _in_order, workers, ahead=plan.threads, is_ready=samples.progress.is_ready
            )
            parsed = in_order(read_chunk, samples.chunks)
            accepted = limited(samples.accept(parsed), plan.limit)
            for result in in_order(compute, whole_blocks(accepted, plan.batch_size, most)):
                for listener, prepared in zip(listeners, result.prepared, strict=True):
                    listener.take(prepared)
                tally.merge(result.tally)
                unclassified += result.unclassified
                if result.shown is not None:
                    shown.add(result.shown, tally.samples)
                if advance is not None:
                    advance(tally.samples)
        # the last first: a check behind the results may fail before they get their end
        for listener in reversed(listeners):
            listener.finish()
        shown_samples = shown.samples(network, samples.kept, samples.sample_names, plan.rule)
    except MemoryError:
        raise _no_memory(samples.accepted.rows) from None
    about_classes = () if plan.rule is None else plan.rule.notes(unclassified)
    return _finished(network, samples, tally, shown_samples, about_classes)


def _finished(
    network: Network,
    samples: SampleStream,
    tally: RunTally,
    shown: ShownSamples,
    about_classes: tuple[Note, ...],
) -> ForwardRun:
    """Return the run, with its notes: on the data, non-finite values, the layers, classes."""
    nonfinite = tally.nonfinite()
    spec, layers = network.spec, range(1, len(network.layers) + 1)
    bad_values = tuple(
        Note(
            "non_finite",
            nonfinite_message(found, samples.columns, spec),
            found.layer if found.layer in layers else None,
        )
        for found in nonfinite
    )
    return ForwardRun(
        network=network,
        sources=samples.sources,
        samples=tally.samples,
        columns=samples.columns,
        shown=shown,
        statistics=tally.statistics(),
        nonfinite=nonfinite,
        notes=(*samples.notes(), *bad_values, *tally.notes(), *about_classes),
    )


def _no_memory(samples: int) -> FileError:
    message = f"not enough memory to hold every layer's values for {samples:,} samples"
    return FileError(Problem("N508", message, help=("split the data into smaller files",)))


def _sample_bytes(network: Network, listeners: Sequence[Listener], plan: RunPlan) -> int:
    """Return how many bytes one sample's numbers take on their way, and its class at most."""
    inputs, *neurons = network.layer_sizes
    heard = [neurons[(listener.layer or len(neurons)) - 1] for listener in listeners]
    longest = 0 if plan.rule is None else max(len(name.encode()) for name in plan.rule.classes)
    count = inputs + sum(heard)
    if plan.beside is not None:
        count += sum(neurons) + sum(plan.beside.layer_sizes)
    return count * np.dtype(network.dtype).itemsize + longest


@contextmanager
def _workers(pool: Executor | None, threads: int) -> Iterator[Executor | None]:
    """Yield what does the work: the pool if there is one, other threads, or None: this thread."""
    if pool is not None or threads == 1:
        yield pool
        return
    from concurrent.futures import ThreadPoolExecutor

    own = ThreadPoolExecutor(threads)
    try:
        yield own
    finally:
        own.shutdown(wait=True, cancel_futures=True)


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
