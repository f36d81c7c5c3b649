"""Measuring in a process of its own: what comes back, what does not, and what is left behind."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable

import pytest

from nncli import FileError
from nncli.timing.isolation import (
    MeasurementFailed,
    here,
    in_forked_process,
    once_per_process,
    own_process,
)

linux = pytest.mark.skipif(sys.platform != "linux", reason="only on Linux measurements are forked")


def children() -> bool:
    """Whether this process has a child, running or waiting to be asked how it ended."""
    try:
        os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        return False
    return True


@linux
def test_the_numbers_of_a_forked_measurement_come_back_to_the_last_bit() -> None:
    numbers = (0.1, -0.0, 5e-324, 1.7976931348623157e308, float("inf"))
    returned = in_forked_process(lambda: numbers)
    assert [number.hex() for number in returned] == [number.hex() for number in numbers]


@linux
def test_a_forked_measurement_leaves_this_process_as_it_was() -> None:
    seen: list[int] = []

    def measure() -> tuple[float, ...]:
        seen.append(os.getpid())
        return (float(os.getpid()), float(len(seen)))

    first, second = in_forked_process(measure), in_forked_process(measure)
    assert seen == []
    assert len({first[0], second[0], float(os.getpid())}) == 3
    assert first[1] == second[1] == 1
    assert not children()


@linux
@pytest.mark.parametrize("by", ["itself", "the system"])
def test_a_forked_measurement_that_runs_out_of_memory_says_so(by: str) -> None:
    """The system kills a process that takes more than there is."""

    def measure() -> tuple[float, ...]:
        if by == "the system":
            os.kill(os.getpid(), signal.SIGKILL)
        raise MemoryError

    with pytest.raises(MemoryError):
        in_forked_process(measure)
    assert not children()


def exits() -> tuple[float, ...]:
    sys.exit(0)


def divides() -> tuple[float, ...]:
    return (1 / 0,)


def waits() -> tuple[float, ...]:
    signal.pause()
    return ()


def is_ended_by_a_signal() -> tuple[float, ...]:
    os.kill(os.getpid(), signal.SIGUSR1)
    return ()


@linux
@pytest.mark.parametrize(
    ("measure", "why"),
    [
        (exits, "in its own process: $"),
        (divides, "in its own process: ZeroDivisionError: "),
        (is_ended_by_a_signal, "in its own process: exit status -10$"),
    ],
)
def test_a_forked_measurement_that_ends_in_another_way_has_failed(
    measure: Callable[[], tuple[float, ...]], why: str
) -> None:
    with pytest.raises(MeasurementFailed, match=why):
        in_forked_process(measure)
    assert not children()


@linux
def test_if_no_process_can_be_started_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def fork() -> int:
        raise BlockingIOError(errno.EAGAIN, "Resource temporarily unavailable")

    monkeypatch.setattr(os, "fork", fork)
    with pytest.raises(FileError, match=r"could be started: Resource temporarily unavailable"):
        in_forked_process(lambda: (1.0,))


@linux
def test_a_long_text_comes_back_from_a_copy_whole() -> None:
    text = "é" * 100_000
    assert in_forked_process(lambda: text) == text


@linux
def test_an_interrupt_ends_the_forked_measurement_too() -> None:
    """The child interrupts its parent, and would then wait for ever."""

    def measure() -> tuple[float, ...]:
        os.kill(os.getppid(), signal.SIGINT)
        signal.pause()
        return ()

    with pytest.raises(KeyboardInterrupt):
        in_forked_process(measure)
    assert not children()


@linux
def test_an_interrupt_that_another_thread_takes_waits_until_the_copy_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Blocking signals in one thread leaves them to the others, such as those of a BLAS."""
    forked, taken, fork = threading.Event(), threading.Event(), os.fork

    def take() -> None:
        forked.wait()
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)
        taken.set()

    def fork_and_wait() -> int:
        child = fork()
        if child:
            forked.set()
            taken.wait()
        return child

    monkeypatch.setattr(os, "fork", fork_and_wait)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, ()), signal.getsignal(signal.SIGINT)
    taker = threading.Thread(target=take)
    taker.start()
    with pytest.raises(KeyboardInterrupt):
        in_forked_process(waits)
    taker.join()
    assert not children()
    after = signal.pthread_sigmask(signal.SIG_BLOCK, ()), signal.getsignal(signal.SIGINT)
    assert after == before


@linux
def test_a_forked_measurement_leaves_no_file_open() -> None:
    def open_files() -> set[str]:
        return set(os.listdir("/proc/self/fd"))

    before = open_files()
    in_forked_process(lambda: (1.0,))
    with pytest.raises(MeasurementFailed):
        in_forked_process(divides)
    assert open_files() == before


def test_a_measurement_here_runs_in_this_process() -> None:
    assert here(lambda: (float(os.getpid()),)) == (float(os.getpid()),)


def test_linux_forks_and_other_systems_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    assert own_process() is in_forked_process
    monkeypatch.setattr(sys, "platform", "darwin")
    assert own_process() is here


@linux
def test_what_is_made_once_per_process_is_made_again_after_a_fork() -> None:
    made: list[int] = []

    def make() -> int:
        made.append(os.getpid())
        return os.getpid()

    get = once_per_process(make)
    assert get() == get() == os.getpid()
    in_child, again, times = in_forked_process(lambda: (get(), get(), len(made)))
    assert in_child == again != os.getpid()
    assert times == 2  # its own, and the one that was made before the fork
    assert len(made) == 1


@linux
def test_a_measurement_ends_with_the_process_that_started_it() -> None:
    """A process starts one that would wait for ever, and is killed before it could say goodbye."""
    program = """if True:
        import os, signal
        from nncli.timing.isolation import in_forked_process
        def measure():
            os.write(1, b"%d" % os.getpid())
            signal.pause()
            return ()
        in_forked_process(measure)
    """
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        started = os.read(parent.stdout.fileno(), 64)
        parent.kill()
        # the pipe ends when nobody holds it: neither the process nor the one it started
        assert parent.stdout.read() == b""
    assert int(started) != parent.pid
