"""Reading a file at once, for tests of what is read."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from nncli.data.batches import (
    Batch,
    DataOptions,
    gathered,
    open_expected,
    open_samples,
    whole_batch,
)
from nncli.data.columns import ColumnChoice, WantedInputs


def read_batch(
    source: str, options: DataOptions, choice: ColumnChoice, wanted: WantedInputs
) -> Batch:
    """Read all samples of a file at once.  Raises DataError, FileError."""
    with open_samples([source], options, choice, wanted) as samples:
        return whole_batch(samples)


def read_expected(
    source: str, options: DataOptions, names: tuple[str, ...]
) -> npt.NDArray[np.float64]:
    """Read expected outputs: (samples, outputs).  Raises DataError, FileError."""
    with open_expected(source, options, names) as samples:
        return np.transpose(gathered(samples).columns)
