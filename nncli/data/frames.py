"""Tables of other libraries (pandas, polars, Arrow, …) as arrays, their columns found by name.

None of these libraries is imported: a table is known by what it can do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

from nncli.errors import DataError, ShapeError
from nncli.problems import Problem
from nncli.words import count_of, did_you_mean, quoted, shorten

# Of columns that a message lists.
_MAX_LISTED = 5


class HasColumns(Protocol):
    """A table whose columns have names: `columns` lists them, `table[name]` is one of them."""

    @property
    def columns(self) -> Any:
        """What the columns are called."""

    def __getitem__(self, name: Any, /) -> Any: ...


class HasArrowData(Protocol):
    """A table that hands over its columns as Arrow's PyCapsule interface has it."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object: ...


# Samples as rows: an array, or a table with names.
BatchLike: TypeAlias = npt.ArrayLike | HasColumns | HasArrowData


def as_array(batch: Any, wanted: tuple[str, ...] | None) -> Any:
    """Return a table's columns as an array (samples, columns); anything else as it is.

    wanted: the names of the columns to take, in this order; None: all, in the table's order.
    Raises DataError for a name that is missing or repeated, and for missing values; ShapeError for
    columns that hold no numbers.
    """
    if hasattr(batch, "collect") and hasattr(batch, "collect_schema"):  # a LazyFrame of polars
        hint = ("give what its .collect() returns",)
        raise ShapeError(Problem("N204", "the batch is a plan to read data, not data", help=hint))
    table = with_columns(batch)
    labels = _labels(table)
    if labels is None:
        return batch
    places: dict[str, list[int]] = {}
    for place, label in enumerate(labels):
        places.setdefault(str(label), []).append(place)
    if wanted is None and len(places) < len(labels):
        return table  # no name is needed, and none can be trusted
    chosen = _chosen(wanted or tuple(places), places)
    columns = [_numbers(table[labels[place]], str(labels[place])) for place in chosen]
    return np.stack(columns, axis=1) if columns else np.empty((0, 0))


def column_names(table: Any) -> tuple[str, ...] | None:
    """Return what a table with columns calls them; None if it is no table with names."""
    labels = _labels(table)
    return None if labels is None else tuple(map(str, labels))


def refuse_masked(values: Any, what: str = "the batch") -> None:
    """Do nothing unless values of a masked array, or of a list of them, are masked.

    Raises DataError.
    """
    arrays = values if isinstance(values, list | tuple) else [values]
    # without naming NumPy's masked arrays, which would import them
    masks = (getattr(array, "mask", 0) for array in arrays if isinstance(array, np.ndarray))
    masked = sum(int(np.sum(mask)) for mask in masks)
    if masked:
        raise _missing(f"{what} has {count_of(masked, 'masked value')}")


def with_columns(batch: Any) -> Any:
    """Return what hands over Arrow data, and has no columns itself, as a table of Arrow.

    It may hand it over only once.
    """
    if _labels(batch) is not None or not hasattr(batch, "__arrow_c_stream__"):
        return batch
    import pyarrow as pa

    try:
        return pa.table(batch)
    except pa.ArrowInvalid:  # a column alone
        return batch


def _labels(table: Any) -> list[Any] | None:
    """Return what a table calls its columns; None if it is no table with names."""
    if isinstance(table, np.ndarray) or not hasattr(table, "__getitem__"):
        return None
    # Arrow's `columns` are the columns themselves
    found = getattr(table, "column_names", None)
    found = getattr(table, "columns", None) if found is None else found
    return None if found is None or callable(found) or isinstance(found, str) else list(found)


def _chosen(wanted: tuple[str, ...], places: Mapping[str, list[int]]) -> list[int]:
    """Return where some columns stand.  Raises DataError for a name that is missing or repeated."""
    names = list(places)
    missing = [name for name in wanted if name not in places]
    if missing:
        listed = ", ".join(quoted(name) for name in missing[:_MAX_LISTED])
        message = f"the network's inputs name {listed}, which the table has not"
        hints = (
            *did_you_mean(missing[0], names[:1000]),
            f"the columns are {shorten(', '.join(names), 200)}",
        )
        raise DataError(Problem("N408", message, help=hints))
    repeated = next((name for name in wanted if len(places[name]) > 1), None)
    if repeated is not None:
        message = f"the table has {len(places[repeated]):,} columns named {quoted(repeated)}"
        raise DataError(Problem("N409", message, help=("rename them",)))
    return [places[name][0] for name in wanted]


def _numbers(column: Any, name: str) -> Any:
    """Return a column of a table as an array (samples,).  Raises DataError, ShapeError."""
    what = f"the column {quoted(name)}"
    nulls = _nulls(column)
    if nulls:
        raise _missing(f"{what} has {count_of(nulls, 'missing value')}")
    values = np.asarray(column)
    if values.dtype.kind not in "fiub":
        hint = ("give a column of real numbers",)
        raise ShapeError(Problem("N204", f"{what} holds {values.dtype}, not numbers", help=hint))
    refuse_masked(column, what)
    return values


def _nulls(column: Any) -> int:
    """Return how many values of a column are missing: not NaN in floats, which may be a result."""
    found = getattr(column, "null_count", None)  # Arrow's is a number, polars' a method
    if found is None and hasattr(column, "isna") and not isinstance(column.dtype, np.dtype):
        found = column.isna().sum()  # of pandas' own types, which NumPy gets as NaN
    return int(found() if callable(found) else found or 0)


def _missing(message: str) -> DataError:
    hint = ("fill them in, or leave these samples out",)
    return DataError(Problem("N404", message, help=hint))
