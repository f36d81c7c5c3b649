"""Measuring in a process of its own, so that no measurement depends on what ran before it.

How fast a large array is made depends on what the process allocated and freed earlier: the C
library gives memory back to the system, or keeps it, by the largest piece it has seen freed.  In
one process for all, a batch size would be timed differently depending on its company.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import struct
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeAlias, TypeVar

from nncli.errors import FileError, Problem

T = TypeVar("T")

# Takes a function that measures, returns what it returned.
Isolate: TypeAlias = Callable[[Callable[[], tuple[float, ...]]], tuple[float, ...]]

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_PR_SET_PDEATHSIG = 1
_LOOK_UP_MILLISECONDS = 200
_NO_MEMORY = 1
_FAILED = 2


class MeasurementFailed(Exception):  # noqa: N818  # says what happened
    """A process that measured ended without a result."""


def here(measure: Callable[[], tuple[float, ...]]) -> tuple[float, ...]:
    """Measure in this process."""
    return measure()


def in_forked_process(measure: Callable[[], tuple[float, ...]]) -> tuple[float, ...]:
    """Measure in a copy of this process, which is as it was before any measurement.

    Raises MemoryError as *measure* does, MeasurementFailed if the copy ends in another way,
    FileError if none can be started.
    """

    def packed() -> bytes:
        numbers = measure()
        return struct.pack(f"{len(numbers)}d", *numbers)

    content = _in_copy(packed)
    return struct.unpack(f"{len(content) // 8}d", content)


def text_from_copy(make: Callable[[], str]) -> str:
    """Return a text that is made where it changes nothing for what is timed later.

    Raises as `in_forked_process` does.
    """
    if own_process() is here:
        return make()
    return _in_copy(lambda: make().encode("utf-8", "replace")).decode()


def _in_copy(make: Callable[[], bytes]) -> bytes:
    """Return what a forked copy of this process makes."""
    parent, child = os.getpid(), 0
    reading, writing = os.pipe()
    try:
        # The copy has to be known before a signal ends this run, and hears none while it begins.
        with _signals_held():
            try:
                child = _fork()
                if not child:
                    _send_and_exit(make, writing, parent)
            finally:
                os.close(writing)
        content = _read_all(reading)
    except BaseException:
        if child:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        raise
    finally:
        os.close(reading)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    if code in (_NO_MEMORY, -signal.SIGKILL):  # the latter is how Linux ends who takes too much
        raise MemoryError
    if code:
        what = content.decode(errors="replace") if code == _FAILED else f"exit status {code}"
        raise MeasurementFailed(f"a timed call failed in its own process: {what}")
    return content


@contextmanager
def _signals_held() -> Iterator[None]:
    """Put off the signals that end runs.

    Blocking them would not do: that holds for one thread, and any thread of a library may take one.
    """
    if threading.current_thread() is not threading.main_thread():
        yield  # handlers run in the main thread only
        return
    held: list[int] = []
    found = {number: signal.getsignal(number) for number in _ENDING}
    handlers = {number: handler for number, handler in found.items() if handler is not None}
    try:
        for number in handlers:
            signal.signal(number, lambda number, _: held.append(number))
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for came in held:
            signal.raise_signal(came)


def _fork() -> int:
    """Copy this process.  Raises FileError if the system has no room for another."""
    with warnings.catch_warnings():
        # from Python 3.12 on; the only other threads are OpenBLAS's, which is prepared for it
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            return os.fork()
        except OSError as error:
            message = f"no process to measure in could be started: {error.strerror}"
            hint = "end other processes, or raise the limit (ulimit -u)"
            raise FileError(Problem("N508", message, help=(hint,))) from None


def _send_and_exit(make: Callable[[], bytes], writing: int, parent: int) -> None:
    """Send what is made and end at once: nothing of the parent's is cleaned up twice."""
    code = _FAILED
    try:
        for number in _ENDING:
            signal.signal(number, signal.SIG_IGN)  # also discards what is pending
        _end_with(parent)
        _send(make(), writing)
        code = 0
    except MemoryError:
        code = _NO_MEMORY
    except Exception as error:
        _send(f"{type(error).__name__}: {error}".encode(), writing)
    finally:
        os._exit(code)


def _end_with(parent: int) -> None:
    """Let the system end this process when its parent ends, however that ends (Linux: prctl 2)."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(_FAILED)  # it ended before


def _send(content: bytes, descriptor: int) -> None:
    while content:
        content = content[os.write(descriptor, content) :]


def _read_all(descriptor: int) -> bytes:
    ready = select.poll()
    ready.register(descriptor, select.POLLIN)
    content = b""
    while True:
        # not for ever: a signal that comes just before the waiting begins does not interrupt it
        while not ready.poll(_LOOK_UP_MILLISECONDS):
            pass
        piece = os.read(descriptor, 4096)
        if not piece:
            return content
        content += piece


def own_process() -> Isolate:
    """Return the way to measure that suits this system.

    Only on Linux do the libraries that are timed survive a fork.
    """
    return in_forked_process if sys.platform == "linux" else here


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
