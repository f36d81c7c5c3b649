"""What the columns of a table seem to be: features, labels, identifiers or text."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from nncli.data.columns import Header
from nncli.data.csv.numbers import is_missing, is_number

# Also in German, Spanish and French.
_LABEL_NAMES = frozenset(
    re.findall(
        r"\w+",
        "label labels class classes target targets y species category outcome result answer truth "
        "prediction expected diagnosis response output price prices sales salary medv score yield "
        "mpg quality survived churn charges klasse ziel zielwert ergebnis preis clase etiqueta "
        "objetivo precio classe étiquette cible prix",
    )
)
_IDENTIFIER_NAMES = frozenset(
    re.findall(
        r"\w+",
        "id ids index idx no nr num number row rows key uuid guid name date time timestamp "
        "datetime sample subject patient code serial record account nummer kennung datum zeit "
        "código fecha número nombre nom identifiant numéro",
    )
)
# Names that stand above samples, not above the names of features.
NOT_OF_FEATURES = _LABEL_NAMES | _IDENTIFIER_NAMES - {"name", "nombre", "nom", "index"}
# A label takes few values: so many at most, each in two rows or more on average.
_MAX_LABELS = 20
# Fewer values tell nothing of a column.
_MIN_ROWS = 5
# What is so large, and so many times as large as all else, counts nothing and measures nothing.
_LARGE, _FAR_LARGER = 1000, 10


class Suspicion(IntEnum):
    """How likely it is that a column is no feature."""

    NONE = 0
    PERHAPS = 1  # by values that features may have as well
    BY_NAME = 2
    BY_VALUES = 3
    BY_NAME_AND_VALUES = 5
    TEXT = 6


@dataclass(frozen=True)
class ColumnFacts:
    """What a column seems to be."""

    position: int  # from 0
    suspicion: Suspicion
    reason: str  # why, behind the column's name
    is_identifier: bool  # worth carrying through to the output, as what tells the rows apart


def table_facts(
    header: Header, positions: Sequence[int], rows: Sequence[Sequence[str]]
) -> list[ColumnFacts]:
    """Say what each of some columns of a table seems to be.  rows: those below the header."""
    others = (cell for row in rows for cell in row[1:] if is_number(cell))
    largest = max((abs(float(cell)) for cell in others), default=float("inf"))
    last = len(header.names) - 1
    columns = ([row[position] for row in rows] for position in positions)
    return [
        column_facts(
            position, header.names[position], cells, is_last=position == last, rest=largest
        )
        for position, cells in zip(positions, columns, strict=True)
    ]


def column_facts(
    position: int, name: str, cells: Sequence[str], *, is_last: bool, rest: float = float("inf")
) -> ColumnFacts:
    """Say what a column seems to be.

    cells: those below the header, as text; rest: the largest number of the columns but the first.
    """
    words = words_of(name)
    label = bool(words & _LABEL_NAMES)
    # a first column without a name is the index that pandas and R write
    unnamed = name == "" and position == 0
    identifier = bool(words & _IDENTIFIER_NAMES) or unnamed
    texts = [cell for cell in cells if not is_missing(cell)]
    if texts and not any(map(is_number, texts)):
        identifies = not label and (identifier or len(set(cells)) == len(cells) > 1)
        return ColumnFacts(position, Suspicion.TEXT, "it is text", identifies)
    if len(cells) > 1 and not any(cell.strip() for cell in cells):
        reason = "it is empty in every row"
        return ColumnFacts(position, Suspicion.TEXT, reason, is_identifier=False)
    numbers = [int(float(cell)) for cell in cells if re.fullmatch(_WHOLE, cell)]
    whole = len(numbers) == len(cells) >= (1 if unnamed else _MIN_ROWS)
    distinct = len(set(numbers))
    by_values, why = Suspicion.NONE, ""
    if whole and (identifier or position == 0):
        by_values, why = _as_identifier(numbers, rest)
    if by_values or (identifier and not label):
        by_name = "it has no name" if unnamed else "its name is that of an identifier"
        suspicion = _suspicion(True, whole and distinct == len(cells)) if identifier else by_values
        reason = by_name if unnamed else why or by_name
        return ColumnFacts(position, suspicion, reason, is_identifier=True)
    repeated = whole and distinct <= min(_MAX_LABELS, len(cells) // 2)
    if label or repeated:
        few = f"it holds only {distinct} whole numbers"
        alike = few if distinct > 1 else f"it is {''.join(cells[:1]).strip()} in every row"
        reason = alike if repeated else "its name is that of a label"
        suspicion = _suspicion(label, repeated)
        if not (label or is_last):
            suspicion = Suspicion.PERHAPS
        return ColumnFacts(position, suspicion, reason, is_identifier=False)
    numbers_rows = position == 0 and len(cells) > 2 and cells[0] in ("0", "1") and counts_up(cells)
    return ColumnFacts(position, Suspicion.NONE, "", is_identifier=numbers_rows)


_WHOLE = r" *[+-]?[0-9]{1,15}(\.0*)? *"


def _as_identifier(numbers: Sequence[int], rest: float) -> tuple[Suspicion, str]:
    """Say whether whole numbers seem to tell rows apart, and why.  rest: the largest other."""
    if all(a < b for a, b in itertools.pairwise(numbers)):
        return Suspicion.BY_VALUES, "its values increase from row to row"
    large = min(numbers) >= max(_LARGE, _FAR_LARGER * rest)
    if large and len(set(numbers)) == len(numbers):
        return Suspicion.PERHAPS, "its values all differ, and are far larger than the others"
    return Suspicion.NONE, ""


def words_of(name: str) -> set[str]:
    """Return the words of a column's name, however they are joined."""
    return set(re.split(r"[\W_]+", re.sub(r"([a-z])([A-Z])", r"\1_\2", name).casefold()))


def _suspicion(by_name: bool, by_values: bool) -> Suspicion:
    return Suspicion(by_name * Suspicion.BY_NAME + by_values * Suspicion.BY_VALUES)


def counts_up(cells: Sequence[str]) -> bool:
    """Whether cells are whole numbers that follow each other, as pandas numbers columns."""
    texts = [cell.strip() for cell in cells]
    if len(texts) < 2 or not all(re.fullmatch("[0-9]{1,4}", text) for text in texts):
        return False
    return [int(text) - int(texts[0]) for text in texts] == list(range(len(texts)))


def is_series(names: Sequence[str]) -> bool:
    """Whether names differ in their numbers alone, as those of samples do: s1, s2, s3."""
    stems = {re.sub("[0-9]+", "", name) for name in names}
    return len(stems) == 1 and len(set(names)) == len(names)
