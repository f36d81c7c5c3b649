"""Some rows of a file on their way: yet to be read, as numbers with carried texts, or as faults."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from nncli.data.rejects import Reject, rest_rejected
from nncli.problems import Place, Problem

Floats: TypeAlias = npt.NDArray[np.float64]
# Carried texts, one per row: of the exact reader, or an Arrow string array.
Texts: TypeAlias = Sequence[str] | Any


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows that were read."""

    columns: tuple[Floats, ...]  # an array (rows,) for each feature
    kept: tuple[Texts, ...] = ()  # as many texts for each carried column
    blank_lines: int = 0  # that were skipped
    targets: tuple[npt.NDArray[Any], ...] = ()  # an array (rows,) for each target column

    def __len__(self) -> int:
        return len(self.columns[0])


@dataclass(frozen=True)
class Faults:
    """What was wrong with some rows."""

    problems: tuple[Problem, ...]  # the first few
    more: int = 0  # how many others were only counted
    rejects: tuple[Reject, ...] = ()  # all of them, if somebody wants a list
    ended: bool = False  # whether nothing behind them can be read


@dataclass(frozen=True)
class CellPlace:
    """Where a cell is that was read well, for those who find that it cannot be what it says."""

    place: Place  # of the cell, or of the file's columns where rows are no lines
    called: str  # column 5 ('species'); with its row where rows are no lines


class UnreadRows(Protocol):
    """Some rows of a source as a value: chunks may be read in any order, by any thread."""

    def read(self) -> Rows | Faults:
        """Read them."""

    def cell(self, row: int, position: int) -> CellPlace | None:
        """Return where a cell is, if that is known.

        row: of those that were read, from 0; position: of its column in the file, from 0.
        """


# A part of a source: rows to be read, or already read.
Chunk: TypeAlias = UnreadRows | Rows | Faults


def read_chunk(chunk: Chunk) -> Rows | Faults:
    """Return the rows of a chunk, or what is wrong with them."""
    return chunk if isinstance(chunk, (Rows, Faults)) else chunk.read()


def ended_by(problems: tuple[Problem, ...], rows: Rows | Faults | None = None) -> Faults:
    """Return the faults of some rows behind which nothing could be read."""
    before = rows if isinstance(rows, Faults) else Faults(())
    if before.ended:
        return before
    rejects = (*before.rejects, *map(rest_rejected, problems))
    return Faults((*before.problems, *problems), before.more, rejects, ended=True)


def has_fraction(columns: Iterable[Floats]) -> bool:
    """Whether any value of some columns is not whole."""
    with np.errstate(invalid="ignore"):  # of an infinity: it is no fraction
        return any(bool((column % 1 > 0).any()) for column in columns)


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


def coded_texts(texts: Texts) -> tuple[npt.NDArray[np.intp], list[str]]:
    """Return carried texts as numbers (rows,) from 0, and the distinct text of each number."""
    encode = getattr(texts, "dictionary_encode", None)
    if encode is not None:
        encoded = encode()
        codes = numbers_of(encoded.indices, np.int32).astype(np.intp)
        return codes, encoded.dictionary.to_pylist()
    numbers: dict[str, int] = {}
    found = [numbers.setdefault(text, len(numbers)) for text in texts]
    return np.array(found, np.intp), list(numbers)


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
    columns, targets = (
        tuple(column[start:end] for column in columns) for columns in (rows.columns, rows.targets)
    )
    return Rows(columns, kept, targets=targets)
