"""What a measurement was taken on: processor, libraries and their versions."""

from __future__ import annotations

import platform
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from nncli.machine import load_average, usable_processors


@dataclass(frozen=True)
class Machine:
    """A machine and its software.

    processors: those this process may use; versions: of Python and the libraries that were timed;
    blas: the libraries behind matrix products whose threads can be set, none if they cannot; load:
    processes that wanted a processor in the last minute, None if unknown.
    """

    system: str
    processor: str
    processors: int
    versions: dict[str, str]
    blas: tuple[str, ...]
    load: float | None


def describe_machine(libraries: Iterable[str]) -> Machine:
    """Describe this machine; libraries: other than NumPy, whose versions to note."""
    versions = {"python": platform.python_version()}
    for name in dict.fromkeys(["numpy", *libraries]):
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue  # loop and python are no packages
    return Machine(
        system=f"{platform.system()} {platform.release()} {platform.machine()}",
        processor=_processor(),
        processors=usable_processors(),
        versions=versions,
        blas=tuple(_blas()),
        load=load_average(),
    )


def _blas() -> list[str]:
    from threadpoolctl import threadpool_info

    return [
        " ".join(
            str(library[key])
            for key in ("internal_api", "version", "architecture")
            if library.get(key)
        )
        for library in threadpool_info()
        if library["user_api"] == "blas"
    ]


def _processor() -> str:
    """Return the processor's name: Linux keeps it in a file, elsewhere Python may know it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "") or platform.processor() or "unknown"
