"""The BLAS library that NumPy multiplies with: its kernels, and how many threads it may use."""

from __future__ import annotations

from functools import cache
from typing import Any

_CORES_WITH_SMALL_KERNELS = {"skylakex", "cooperlake", "sapphirerapids"}


@cache
def has_small_kernels() -> bool:
    """Whether small products have kernels of their own: those of OpenBLAS for AVX-512."""
    cores = {str(library.info().get("architecture")).lower() for library in _libraries()}
    return bool(cores) and cores <= _CORES_WITH_SMALL_KERNELS


def blas_thread_limit() -> int:
    """Return how many threads a product may use, as the caller has set it."""
    return min((int(library.num_threads) for library in _libraries()), default=1)


@cache
def _libraries() -> tuple[Any, ...]:
    """Return the OpenBLAS libraries of this process; importing NumPy has loaded its own."""
    from threadpoolctl import ThreadpoolController

    found = ThreadpoolController().select(internal_api="openblas")
    return tuple(found.lib_controllers)
