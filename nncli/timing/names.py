"""The names of the backends, for a command line that imports nothing heavy to show its help."""

from __future__ import annotations

from typing import Literal, get_args

BackendName = Literal["numpy", "loop", "python", "onnxruntime", "torch"]
BACKENDS: tuple[BackendName, ...] = get_args(BackendName)

# The packages that a backend imports beyond nncli's own.
BACKEND_PACKAGES: dict[str, tuple[str, ...]] = {
    "onnxruntime": ("onnx", "onnxruntime"),
    "torch": ("torch",),
}
