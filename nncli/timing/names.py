"""The names of backends and series: light, for a command line that only shows its help."""

from __future__ import annotations

from typing import Literal, get_args

from nncli.words import count_of

BackendName = Literal["numpy", "loop", "python", "onnxruntime", "torch"]
BACKENDS: tuple[BackendName, ...] = get_args(BackendName)

# The packages that a backend imports beyond nncli's own.
BACKEND_PACKAGES: dict[str, tuple[str, ...]] = {
    "onnxruntime": ("onnx", "onnxruntime"),
    "torch": ("torch",),
}


def series_name(backend: str, dtype: str, threads: int) -> str:
    """Return what messages call the timings of one backend, type and number of threads.

    >>> series_name("numpy", "float64", 1)
    'numpy, float64, 1 thread'
    """
    return f"{backend}, {dtype}, {count_of(threads, 'thread')}"
