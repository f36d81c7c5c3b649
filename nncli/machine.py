"""What a process may use of its machine, and what systems do differently: memory, signals, forks.

Linux and macOS have all of it.  What Windows lacks is said where it is missing.
"""

from __future__ import annotations

import os
import select
import signal
import stat
import sys
from typing import IO

# What asks a process to end; Windows has no SIGHUP.
ENDING_SIGNALS = tuple(
    signal.Signals[name]
    for name in ("SIGINT", "SIGTERM", "SIGHUP")
    if name in signal.Signals.__members__
)

# Windows turns line feeds into CRLF on the way to a descriptor that was not opened with this.
BINARY_FLAG: int = getattr(os, "O_BINARY", 0)


def usable_processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def load_average() -> float | None:
    """Return how many processes wanted a processor in the last minute; None if nobody counts."""
    if not hasattr(os, "getloadavg"):
        return None
    try:
        return round(float(os.getloadavg()[0]), 2)
    except OSError:
        return None


def can_fork() -> bool:
    """Whether a copy of this process works: only on Linux do the libraries in use survive it."""
    return sys.platform == "linux" and hasattr(os, "fork")


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    class _MemoryStatus(ctypes.Structure):
        """MEMORYSTATUSEX of the Windows API."""

        _fields_ = (
            ("dwLength", wintypes.DWORD),
            ("dwMemoryLoad", wintypes.DWORD),
            ("ullTotalPhys", ctypes.c_ulonglong),
            ("others", ctypes.c_ulonglong * 6),
        )

    class _MemoryCounters(ctypes.Structure):
        """PROCESS_MEMORY_COUNTERS of the Windows API."""

        _fields_ = (
            ("cb", wintypes.DWORD),
            ("PageFaultCount", wintypes.DWORD),
            ("PeakWorkingSetSize", ctypes.c_size_t),
            ("others", ctypes.c_size_t * 7),
        )

    def memory_bytes() -> int | None:
        """Return how much memory this machine has; None if the system does not say."""
        status = _MemoryStatus(dwLength=ctypes.sizeof(_MemoryStatus))
        told = ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status))
        return int(status.ullTotalPhys) if told else None

    def peak_bytes() -> int | None:
        """Return the most memory that this process has had; None if the system does not say."""
        kernel = ctypes.windll.kernel32
        kernel.GetCurrentProcess.restype = wintypes.HANDLE
        query = kernel.K32GetProcessMemoryInfo
        query.argtypes = [wintypes.HANDLE, ctypes.c_void_p, wintypes.DWORD]
        counters = _MemoryCounters(cb=ctypes.sizeof(_MemoryCounters))
        told = query(kernel.GetCurrentProcess(), ctypes.byref(counters), counters.cb)
        return int(counters.PeakWorkingSetSize) if told else None

    def is_running(process: int) -> bool:  # noqa: ARG001
        """Whether a process with this number runs: always said to, for asking would end it."""
        return True

    def has_bytes(stream: IO[bytes] | int, seconds: float) -> bool:  # noqa: ARG001
        """Whether a pipe has bytes to read, or has ended: unknown on Windows, reading waits."""
        return True

    def copy_mode(descriptor: int, path: str) -> None:
        """Give an open file the permissions of another: Windows keeps them with the folder."""

    def appends(descriptor: int) -> bool:  # noqa: ARG001
        """Whether all that is written goes to the end of a file: no descriptor of Windows does."""
        return False

else:

    def memory_bytes() -> int | None:
        """Return how much memory this machine has; None if the system does not say."""
        try:
            return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        except (OSError, ValueError):
            return None

    def peak_bytes() -> int | None:
        """Return the most memory that this process has had; None if the system does not say."""
        try:
            import resource
        except ImportError:
            return None
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024

    def is_running(process: int) -> bool:
        """Whether a process with this number runs."""
        try:
            os.kill(process, 0)
        except (ProcessLookupError, OverflowError):
            return False
        except PermissionError:
            pass  # somebody else's
        return True

    def has_bytes(stream: IO[bytes] | int, seconds: float) -> bool:
        """Whether a pipe has bytes to read, or has ended, after so many seconds at most."""
        if not hasattr(select, "poll"):
            return bool(select.select([stream], [], [], seconds)[0])
        waiting = select.poll()  # takes descriptors of any number
        waiting.register(stream, select.POLLIN)
        return bool(waiting.poll(seconds * 1000))

    def copy_mode(descriptor: int, path: str) -> None:
        """Give an open file the permissions of the file at *path*.  Raises OSError."""
        os.fchmod(descriptor, stat.S_IMODE(os.stat(path).st_mode))

    def appends(descriptor: int) -> bool:
        """Whether all that is written goes to the end of a file, whatever is sought."""
        try:
            import fcntl
        except ImportError:
            return False
        return bool(fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_APPEND)
