"""Work that threads share."""

from __future__ import annotations

import os
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from nncli.network.engine import sharing
from nncli.network.engine.sharing import share


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_every_piece_is_worked_on_once(threads: int) -> None:
    done: list[int] = []
    share(done.append, range(100), threads)
    assert sorted(done) == list(range(100))


def test_pieces_are_worked_on_at_the_same_time() -> None:
    """Neither of the two would get past the barrier alone."""
    barrier = threading.Barrier(2, timeout=60)

    def meet(_: int) -> None:
        barrier.wait()

    share(meet, range(2), 2)


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_what_the_work_raises_is_raised(threads: int) -> None:
    def work(piece: int) -> None:
        if piece == 3:
            raise MemoryError("piece 3")

    with pytest.raises(MemoryError, match="piece 3"):
        share(work, range(50), threads)


def test_nobody_waits_for_helpers_that_are_busy() -> None:
    """Work that shares its own work, from many threads: more than there are helpers."""
    done: list[int] = []

    def outer(_: int) -> None:
        share(done.append, range(10), 3)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: share(outer, range(5), 3), range(20)))
    assert len(done) == 20 * 5 * 10


def test_without_helpers_the_work_is_done_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """As while the interpreter shuts down."""
    pool = ThreadPoolExecutor(1)
    pool.shutdown()
    monkeypatch.setattr(sharing, "_pool", lambda *_: pool)
    done: list[int] = []
    share(done.append, range(10), 2)
    assert done == list(range(10))


def test_a_forked_process_has_helpers_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = sharing._pool(os.getpid(), 1)
    assert sharing._pool(os.getpid(), 1) is ours
    monkeypatch.setattr(os, "getpid", lambda: -1)
    done: list[int] = []
    share(done.append, range(10), 2)
    assert sorted(done) == list(range(10))
    assert sharing._pool(-1, 1) is not ours
