"""Products of samples and a layer's weights, cut as this machine's BLAS likes them.

OpenBLAS copies both factors of a product into an order of its own before it multiplies.  For small
products it has kernels for AVX-512 that read the factors where they are.  With these, a large
product takes a tenth to a fifth less time as many small ones; with few samples, whose product is
less work than copying the weights, half of the time or less.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from nncli.network.activations import Array
from nncli.network.engine.blas import has_small_kernels

# OpenBLAS's own limit for a small product, 100³, in sgemm_small_kernel_permit_skylakex.c
_SMALL_MULTIPLICATIONS = 10**6
# Measured: panels of 32 columns, and of the rows as many as fit, up to 128, for a narrow layer's
# blocks to stay in the caches.  Other widths are one panel, if that leaves a few rows.
_PANEL_COLUMNS, _MOST_COLUMNS = 32, 128
_FEWEST_ROWS, _MOST_ROWS = 8, 128
# Of larger weights, a second copy would be too much.
_MOST_COPIED_VALUES = 2**22


class Product(NamedTuple):
    """How to multiply samples by a layer's weights: multiply(x, weights, out)."""

    multiply: Callable[[Array, Array, Any], object]  # x: (samples, inputs)
    weights: Array  # as this way of multiplying takes them
    out: Any  # where the product is written


class Weights:
    """A layer's weights, from which products are made; in panels of columns too, if that helps."""

    def __init__(self, weights: Array) -> None:
        self._weights = weights
        self._columns = _columns(*weights.shape)
        self._panels: Array | None = None

    @property
    def cut(self) -> bool:
        """Whether large products are made of small ones, which BLAS computes on one thread."""
        return bool(self._columns) and has_small_kernels()

    def product(self, output: Array, *, cut: bool) -> Product:
        """Return how to compute an output (samples, neurons), C-contiguous as x has to be.

        cut: whether a large product may be made of small ones.
        """
        samples = len(output)
        if samples == 1:
            return Product(_multiply_one, self._weights, output[0])
        small = samples * self._weights.size <= _SMALL_MULTIPLICATIONS
        if small or not (cut and self.cut):
            return Product(np.dot, self._weights, output)
        if self._panels is None:
            self._panels = _in_panels(self._weights, self._columns)
        return Product(_multiply, self._panels, _blocks(output, self._panels))


class _Blocks(NamedTuple):
    """Some of the samples, in blocks of equally many rows."""

    begin: int  # the first sample, from 0
    end: int  # behind the last sample
    shape: tuple[int, ...]  # of their inputs: (blocks, 1, rows, inputs)
    out: Array  # (blocks, panels, rows, columns)


def _blocks(output: Array, panels: Array) -> list[_Blocks]:
    """Return an output's samples in blocks, and those that are left over in one of their own."""
    samples, (count, inputs, columns) = len(output), panels.shape
    most = _rows(inputs, columns)
    whole = samples - samples % most
    blocks = []
    for begin, end, rows in ((0, whole, most), (whole, samples, samples - whole)):
        if begin < end:
            out = output[begin:end].reshape(-1, rows, count, columns).transpose(0, 2, 1, 3)
            blocks.append(_Blocks(begin, end, (len(out), 1, rows, inputs), out))
    return blocks


def _multiply_one(x: Array, weights: Array, out: Array) -> None:
    """Multiply the only row of x by weights, as a vector: NumPy takes longer over a matrix."""
    np.dot(x[0], weights, out)


def _multiply(x: Array, panels: Array, blocks: Sequence[_Blocks]) -> None:
    """Multiply x (samples, inputs) by panels of weights, block by block."""
    for begin, end, shape, out in blocks:
        np.matmul(x[begin:end].reshape(shape), panels, out=out)


def _columns(inputs: int, neurons: int) -> int:
    """Return how many columns a panel has; 0: the weights are not to be cut."""
    columns = neurons if neurons % _PANEL_COLUMNS else _PANEL_COLUMNS
    fits = columns <= _MOST_COLUMNS and _rows(inputs, columns) >= _FEWEST_ROWS
    return columns if fits and inputs * neurons <= _MOST_COPIED_VALUES else 0


def _rows(inputs: int, columns: int) -> int:
    """Return how many rows a block has, a power of two."""
    most = max(1, _SMALL_MULTIPLICATIONS // (inputs * columns))
    return min(_MOST_ROWS, 1 << most.bit_length() - 1)


def _in_panels(weights: Array, columns: int) -> Array:
    """Return weights (inputs, neurons) as (panels, inputs, columns), each panel contiguous."""
    panels = weights.reshape(len(weights), -1, columns).transpose(1, 0, 2)
    return np.ascontiguousarray(panels)
