"""All samples of a source at once, as an array."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from nncli.data.rows import Rows, joined_texts, text_list
from nncli.data.stream import Accepted, AtHand, SampleStream
from nncli.problems import Note


@dataclass(frozen=True, eq=False)
class Batch:
    """Samples, ready for a network."""

    source: str  # a path, or - for standard input
    values: npt.NDArray[np.float64]  # (samples, features)
    columns: tuple[str, ...]  # the features' names
    kept: dict[str, tuple[str, ...]]  # name → a text for each sample
    sample_names: tuple[str, ...] | None = None  # if the file has them
    notes: tuple[Note, ...] = ()


def whole_batch(samples: SampleStream) -> Batch:
    """Return all of some opened samples, of one source.  Raises DataError."""
    rows = gathered(samples)
    kept = dict(zip(samples.kept, (tuple(text_list(texts)) for texts in rows.kept), strict=True))
    values = np.ascontiguousarray(np.transpose(rows.columns))  # (samples, features)
    names = samples.sample_names
    return Batch(samples.sources[0], values, samples.columns, kept, names, samples.notes())


def at_hand(samples: SampleStream) -> Callable[[], SampleStream]:
    """Read all of some samples; return what gives them again, as often as it is called.

    Raises DataError.
    """
    parts = list(samples.rows_in_order())
    return lambda: replace(samples, chunks=iter(parts), accepted=Accepted(), progress=AtHand())


def gathered(samples: SampleStream) -> Rows:
    """Return all rows of some samples.  Raises DataError."""
    parts = list(samples.rows_in_order())
    columns = zip(*(part.columns for part in parts), strict=True)
    kept = zip(*(part.kept for part in parts), strict=True)
    return Rows(tuple(map(np.concatenate, columns)), tuple(map(joined_texts, kept)))
