"""Arrays of numbers as JSON values: complete, at full precision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


def json_array(values: npt.NDArray[np.floating[Any]]) -> list[Any]:
    """Return nested lists of numbers, non-finite ones as the strings nan, inf and -inf.

    A float32 becomes the shortest decimal that reads back to the same float32.
    """
    import numpy as np

    exact = values.astype("U").astype(np.float64) if values.dtype == np.float32 else values
    listed: list[Any] = exact.tolist()
    return listed if bool(np.isfinite(values).all()) else _with_words(listed)


def _with_words(values: list[Any]) -> list[Any]:
    return [
        _with_words(value)
        if isinstance(value, list)
        else (value if value - value == 0 else str(value))  # inf - inf and nan - nan are nan
        for value in values
    ]
