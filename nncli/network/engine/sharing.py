"""Threads that help with work that can be cut into pieces."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import lru_cache
from typing import TypeVar

_Piece = TypeVar("_Piece")


def share(work: Callable[[_Piece], None], pieces: Iterable[_Piece], threads: int) -> None:
    """Do work on every piece, in this thread and in others that have time.

    threads: how many at most, this one included.  Raises what the work raises.
    """
    left = deque(pieces)

    def work_off() -> None:
        while True:
            try:
                piece = left.popleft()
            except IndexError:
                return
            work(piece)

    if threads == 1:
        work_off()
        return
    helpers: list[Future[None]] = []
    with suppress(RuntimeError):  # the interpreter is shutting down
        pool = _pool(os.getpid(), threads - 1)
        helpers.extend(pool.submit(work_off) for _ in range(threads - 1))
    try:
        work_off()
    finally:
        left.clear()
        # a helper that has not begun is not waited for: all of them may be busy
        begun = [helper for helper in helpers if not helper.cancel()]
        for helper in begun:
            helper.exception()
    for helper in begun:
        helper.result()


@lru_cache(maxsize=1)
def _pool(process: int, threads: int) -> ThreadPoolExecutor:  # noqa: ARG001
    """Return this process's threads; a fork has none of its parent's."""
    return ThreadPoolExecutor(threads, "nncli-forward")
