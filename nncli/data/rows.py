"""Some rows of a file on their way: as bytes, as numbers with carried texts, or as faults."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from nncli.data.rejects import Reject
from nncli.problems import Problem

Floats: TypeAlias = npt.NDArray[np.float64]
# Carried texts, one per row: of the exact reader, or an Arrow string array.
Texts: TypeAlias = Sequence[str] | Any


@dataclass(frozen=True)
class RowForm:
    """What every row of a file looks like.

    width: its cells; features, kept: 0-based positions of what is read as numbers, and as text;
    largest: a finite value of this magnitude or more is refused.
    """

    width: int
    features: tuple[int, ...]
    kept: tuple[int, ...]
    delimiter: str
    largest: float


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows that were read.

    columns: an array (rows,) for each feature; kept: as many texts for each carried column.
    """

    columns: tuple[Floats, ...]
    kept: tuple[Texts, ...] = ()
    blank_lines: int = 0

    def __len__(self) -> int:
        return len(self.columns[0])


@dataclass(frozen=True)
class Faults:
    """What was wrong with some rows.

    problems: the first few; more: how many others were only counted; rejects: all of them, if
    somebody wants a list; ended: whether nothing behind them can be read.
    """

    problems: tuple[Problem, ...]
    more: int = 0
    rejects: tuple[Reject, ...] = field(default=())
    ended: bool = False


def text_list(texts: Texts) -> list[str]:
    """Return carried texts as Python's own."""
    # an Arrow array is known by its method: no need to import it
    to_list = getattr(texts, "to_pylist", None)
    return list(texts) if to_list is None else to_list()


def text_bytes(texts: Texts) -> int:
    """Return about how many bytes carried texts take."""
    held = getattr(texts, "nbytes", None)
    return sum(map(len, texts)) if held is None else int(held)


def texts_at(texts: Texts, positions: Any) -> list[str]:
    """Return some of the texts.  positions: (wanted,), 0-based."""
    take = getattr(texts, "take", None)
    if take is None:
        return [texts[position] for position in positions]
    return text_list(take(positions))


def text_array(texts: Texts) -> Any:
    """Return carried texts as an Arrow string array."""
    import pyarrow as pa

    if isinstance(texts, pa.Array):
        return texts
    encoded = [text.encode() for text in texts]
    ends = np.zeros(len(encoded) + 1, np.int32)
    np.cumsum([len(text) for text in encoded], out=ends[1:])
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(b"".join(encoded))]
    return pa.Array.from_buffers(pa.string(), len(encoded), buffers)


# Arrow's own ways from and to NumPy, and from lists, import pandas if it is there, which takes
# longer than a whole run of a small file.


def text_scalar(text: str) -> Any:
    """Return a text as Arrow's functions take it."""
    return text_array([text])[0]


def number_array(values: npt.NDArray[Any]) -> Any:
    """Return numbers (rows,) as an Arrow array, without a copy if they stand together."""
    import pyarrow as pa

    buffers = [None, pa.py_buffer(np.ascontiguousarray(values))]
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), len(values), buffers)


def numbers_of(array: Any, dtype: npt.DTypeLike = np.float64) -> npt.NDArray[Any]:
    """Return an Arrow array of such numbers as NumPy's: (rows,); of a null, whatever is there."""
    if not len(array):
        return np.empty(0, dtype)
    flat = np.frombuffer(array.buffers()[1], dtype)
    return flat[array.offset : array.offset + len(array)]


def joined_texts(parts: Sequence[Texts]) -> Texts:
    """Return the texts of some parts, one after the other."""
    if len(parts) == 1:
        return parts[0]
    if all(isinstance(part, (list, tuple)) for part in parts):
        return [text for part in parts for text in part]
    import pyarrow as pa

    return pa.concat_arrays(list(map(text_array, parts)))


def sliced(rows: Rows, start: int, end: int) -> Rows:
    """Return some of the rows."""
    if (start, end) == (0, len(rows)):
        return rows
    kept = tuple(texts[start:end] for texts in rows.kept)
    return Rows(tuple(column[start:end] for column in rows.columns), kept)
