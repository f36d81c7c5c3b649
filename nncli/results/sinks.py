"""What every form of result is to the pipeline: rows are encoded block by block, then written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from nncli.data.rows import Texts

Array: TypeAlias = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class ResultColumns:
    """What a row of a result consists of."""

    kept_names: tuple[str, ...]  # of the text columns carried from the data
    names: tuple[str, ...]  # of the output neurons
    dtype: str  # of the numbers, the network's: float64 or float32


class Sink(Protocol):
    """Writes a result block by block: encoding may happen on any thread, writing on one, in order.

    The stream is neither opened nor closed here.  A sink that is dropped before finish writes no
    more.
    """

    def encode(self, first_sample: int, kept: Sequence[Texts], outputs: Sequence[Array]) -> Any:
        """Return a block, ready to be written.

        first_sample: number of its first row, from 1; kept: a text per row, for each carried
        column; outputs: for each output neuron an array (rows,).  Thread-safe, and keeps none of
        its arguments' numbers: their memory can be used again.
        """

    def write(self, encoded: Any) -> None:
        """Write the next block.  Raises OSError."""

    def finish(self) -> None:
        """Write what was only known at the end; there are no more rows.  Raises OSError."""
