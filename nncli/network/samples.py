"""Samples as Python hands them over: an array, lists, or a table with names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from nncli.data.frames import BatchLike, as_array, column_names, refuse_masked, with_columns
from nncli.errors import ShapeError
from nncli.problems import Problem
from nncli.specs.model import NetworkSpec


@dataclass(frozen=True, eq=False)
class Samples:
    """Samples of a network's width, their numbers as they were given."""

    values: npt.NDArray[Any]  # (samples, features), real numbers of any type
    names: tuple[str, ...] | None  # of the features; None if nobody named them

    @property
    def columns(self) -> tuple[str, ...]:
        """What the features are called."""
        from nncli.data.csv.first_row import positions  # brings the reader of CSV

        return self.names or positions(self.values.shape[1])

    def at(self, rows: Iterable[int]) -> Samples:
        """Return copies of some samples.  rows: from 0."""
        return replace(self, values=self.values[list(rows)])


def read_samples(batch: BatchLike, spec: NetworkSpec) -> Samples:
    """Return a batch as samples for a network.

    batch: (samples, inputs), or a table with the columns that the spec names.
    Raises ShapeError if the batch is not 2-D or its width is not the network's, DataError for a
    table without a column that the spec names, and for missing and masked values.
    """
    table, wanted = with_columns(batch), spec.inputs.columns
    x, inputs = _numbers(as_array(table, wanted)), spec.inputs.size
    if x.ndim != 2:
        help_line = "for a single sample, give x[None, :]" if x.ndim == 1 else "give 2-D data"
        message = f"a batch has the shape (samples, features), got {x.shape}"
        raise ShapeError(Problem("N204", message, help=(help_line,)))
    if x.shape[1] != inputs:
        message = f"the batch has {x.shape[1]} features, but the network takes {inputs}"
        hints = ("the samples seem to stand in columns: give x.T",) if x.shape[0] == inputs else ()
        raise ShapeError(Problem("N204", message, help=hints))
    return Samples(x, wanted or column_names(table))


def _numbers(batch: npt.ArrayLike) -> npt.NDArray[Any]:
    """Return a batch as an array of real numbers.  Raises ShapeError, DataError if it is none."""
    hint = ("give a 2-D array of real numbers",)
    try:
        x = np.asarray(batch)
    except ValueError:  # rows of different lengths
        message = "the batch is not homologous: its rows differ in length"
        raise ShapeError(Problem("N204", message, help=hint)) from None
    if x.dtype.kind not in "fiub":
        raise ShapeError(Problem("N204", f"the batch holds {x.dtype}, not numbers", help=hint))
    refuse_masked(batch)
    return x
