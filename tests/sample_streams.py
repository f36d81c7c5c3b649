"""Networks and streams of samples, as tests want them."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import numpy.typing as npt
from whole_reading import Table, samples_of

from nncli.data.rows import Rows
from nncli.data.stream import SampleStream
from nncli.network.network import Network
from nncli.problems import Note

Floats = npt.NDArray[np.floating[Any]]


def network_of(
    sizes: list[int], activation: str = "tanh", seed: int = 1, dtype: str = "float64"
) -> Network:
    named: Any = {"prelu": {"slopes": 0.25}} if activation == "prelu" else activation
    spec = {"layer_sizes": sizes, "activations": named, "seed": seed, "dtype": dtype}
    # weights as large as they come in practice, so that activations see all of their range
    return Network.from_yaml_text(json.dumps({**spec, "init": {"weights": "he_normal"}}))


def rows_of(count: int, width: int, dtype: str = "float64") -> Floats:
    values: Floats = np.random.RandomState(count).standard_normal((count, width)) * 3
    return values.astype(dtype)


def stream_of(values: Any, notes: tuple[Note, ...] = ()) -> SampleStream:
    array = np.array(values, dtype=np.float64)
    names = tuple(f"column_{number}" for number in range(1, array.shape[1] + 1))
    return samples_of(Table(names, array, notes=notes))


def in_pieces(x: Floats, sizes: list[int], texts: list[str] | None = None) -> SampleStream:
    """Return samples that come in pieces of these sizes, then the rest."""
    chunks: list[Rows] = []
    start = 0
    for size in [*sizes, len(x)]:
        part = x[start : start + size].astype(np.float64)
        kept = () if texts is None else (texts[start : start + size],)
        chunks.append(Rows(tuple(part.T), kept))
        start += size
    names = tuple(f"column_{number}" for number in range(1, x.shape[1] + 1))
    return SampleStream(names, iter(chunks), ("id",) if texts else (), many=True)
