"""A copy of this process that does one thing and ends: where systems fork."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from nncli.errors import FileError
from nncli.machine import ENDING_SIGNALS, has_bytes
from nncli.problems import Problem
from nncli.timing.isolation import MeasurementFailed

if sys.platform == "win32":
    raise ImportError("Windows does not copy processes")

_PR_SET_PDEATHSIG = 1
_LOOK_UP_SECONDS = 0.2
_NO_MEMORY = 1
_FAILED = 2


def bytes_from_copy(make: Callable[[], bytes]) -> bytes:
    """Return what a forked copy of this process makes.

    Raises MemoryError as *make* does, MeasurementFailed if the copy ends in another way, FileError
    if none can be started.
    """
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
    found = {number: signal.getsignal(number) for number in ENDING_SIGNALS}
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
        for number in ENDING_SIGNALS:
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
    content = b""
    while True:
        # Not for ever: a signal that comes just before the waiting begins does not interrupt it.
        while not has_bytes(descriptor, _LOOK_UP_SECONDS):
            pass
        piece = os.read(descriptor, 4096)
        if not piece:
            return content
        content += piece
