"""Measuring in a process of its own, so that no measurement depends on what ran before it.

How fast a large array is made depends on what the process allocated and freed earlier: the C
library gives memory back to the system, or keeps it, by the largest piece it has seen freed.  In
one process for all, a batch size would be timed differently depending on its company.
"""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Callable
from typing import Protocol, TypeVar

from nncli.machine import can_fork

T = TypeVar("T")


class Isolate(Protocol):
    """A way to measure: calls a function, and returns what it returned."""

    def __call__(self, measure: Callable[[], T], /) -> T:
        """Measure."""


class MeasurementFailed(Exception):  # noqa: N818  # says what happened
    """A process that measured ended without a result."""


def here(measure: Callable[[], T], /) -> T:
    """Measure in this process."""
    return measure()


def in_forked_process(measure: Callable[[], T], /) -> T:
    """Measure in a copy of this process, which is as it was before any measurement.

    Raises MemoryError as *measure* does, MeasurementFailed if the copy ends in another way,
    FileError if none can be started.
    """
    if sys.platform == "win32":
        raise MeasurementFailed("Windows does not copy processes")
    from nncli.timing.forked import bytes_from_copy

    sent = bytes_from_copy(lambda: pickle.dumps(measure()))
    measured: T = pickle.loads(sent)  # noqa: S301  # from ourselves
    return measured


def own_process() -> Isolate:
    """Return the way to measure that suits this system.

    Only on Linux do the libraries that are timed survive a fork.
    """
    return in_forked_process if can_fork() else here


def once_per_process(make: Callable[[], T]) -> Callable[[], T]:
    """Return a function that makes something when a process first asks for it.

    For what a fork would leave behind broken, such as a pool of threads.
    """
    made: dict[int, T] = {}

    def get() -> T:
        process = os.getpid()
        if process not in made:
            made.clear()
            made[process] = make()
        return made[process]

    return get
