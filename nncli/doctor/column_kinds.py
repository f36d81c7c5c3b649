"""What the columns of a file seem to be: features, labels, identifiers or text."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from nncli.data.csv.numbers import is_missing, is_number
from nncli.words import count_of

_LABEL_NAMES = frozenset(
    {
        *("label", "labels", "class", "classes", "target", "targets", "y", "species", "category"),
        *("outcome", "result", "answer", "truth", "prediction", "expected", "diagnosis"),
    }
)
_IDENTIFIER_NAMES = frozenset(
    {
        *("id", "ids", "index", "idx", "no", "nr", "num", "number", "row", "key", "uuid", "guid"),
        *("name", "date", "time", "timestamp", "datetime", "sample", "subject", "patient"),
    }
)
# A label takes few values: so many at most, each in two rows or more on average.
_MAX_LABELS = 20


class Suspicion(IntEnum):
    """How likely it is that a column is no feature."""

    NONE = 0
    BY_NAME = 1
    BY_VALUES = 2
    BY_NAME_AND_VALUES = 3
    TEXT = 4


@dataclass(frozen=True)
class ColumnFacts:
    """What a column seems to be."""

    position: int  # from 0
    suspicion: Suspicion
    reason: str  # why, behind the column's name
    is_identifier: bool  # worth carrying through to the output, as what tells the rows apart


def column_facts(position: int, name: str, cells: Sequence[str], *, is_last: bool) -> ColumnFacts:
    """Say what a column seems to be.  cells: those below the header, as text."""
    words = set(re.split(r"[^a-z0-9]+", re.sub(r"([a-z])([A-Z])", r"\1_\2", name).casefold()))
    label = bool(words & _LABEL_NAMES)
    # a first column without a name is the index that pandas writes
    identifier = bool(words & _IDENTIFIER_NAMES) or (name == "" and position == 0)
    if cells and not any(is_number(cell) or is_missing(cell) for cell in cells):
        identifies = not label and (identifier or len(set(cells)) == len(cells) > 1)
        return ColumnFacts(position, Suspicion.TEXT, ": it is text", identifies)
    if len(cells) > 1 and not any(cell.strip() for cell in cells):
        reason = ": it is empty in every row"
        return ColumnFacts(position, Suspicion.TEXT, reason, is_identifier=False)
    numbers = [int(cell) for cell in cells if re.fullmatch(r" *[+-]?[0-9]{1,18} *", cell)]
    whole = len(numbers) == len(cells) > 1
    distinct = len(set(numbers))
    increasing = whole and all(a < b for a, b in itertools.pairwise(numbers))
    repeated = whole and distinct <= min(_MAX_LABELS, len(cells) // 2)
    if (increasing and (identifier or position == 0)) or (identifier and not label):
        by_name = ": its name is that of an identifier"
        reason = ": its values increase from row to row" if increasing else by_name
        suspicion = _suspicion(identifier, increasing or (whole and distinct == len(cells)))
        return ColumnFacts(position, suspicion, reason, is_identifier=True)
    if label or (repeated and is_last):
        by_values = f": it holds only {count_of(distinct, 'whole number')}"
        reason = by_values if repeated else ": its name is that of a label"
        return ColumnFacts(position, _suspicion(label, repeated), reason, is_identifier=False)
    return ColumnFacts(position, Suspicion.NONE, ", if it is no feature", is_identifier=False)


def _suspicion(by_name: bool, by_values: bool) -> Suspicion:
    return Suspicion(by_name * Suspicion.BY_NAME + by_values * Suspicion.BY_VALUES)
