"""Whether the first lines and columns of a file seem to be names, numbers, samples or features."""

from __future__ import annotations

from collections.abc import Sequence

from nncli.data.column_facts import NOT_OF_FEATURES, counts_up, is_series, words_of
from nncli.data.csv.numbers import is_missing, is_number, looks_like_a_number
from nncli.doctor.case import DataCase, read_rows
from nncli.meant.numbers import numbers_meant

# Enough to know a table by.
_MAX_LINES = 50


def may_be_names(cells: Sequence[str]) -> bool:
    """Whether a first row may be a header: not if most cells are numbers, or nearly, that differ.

    >>> may_be_names(["1.5", "2,5", "?"]), may_be_names(["", "2019", "2020"])
    (False, True)
    """
    found = cells if cells[:1] != [""] else cells[1:]  # pandas writes no name above its index
    near = sum(map(is_near_number, found)) + len(cells) - len(found)
    numbers = [cell for cell in found if is_number(cell)]
    return 2 * near <= len(cells) or (counts_up(numbers) and not any(map(is_missing, found)))


def is_near_number(cell: str) -> bool:
    """Whether a cell is a number, a missing one, or looks like one that is badly written."""
    kinds = (is_number, is_missing, looks_like_a_number, numbers_meant)
    return any(is_kind(cell) for is_kind in kinds)


def lines_seem_features(case: DataCase) -> bool:
    """Whether the lines of a file may well be features, by how their numbers are written.

    They are samples where names stand above numbers, or where each column has decimals of its own.
    """
    header = case.header
    if header is None:
        return not any(is_number(row[0]) or is_missing(row[0]) for row in case.records)
    rows = read_rows(case, header)[:_MAX_LINES]
    if not rows or len(header.names) == case.wanted.size:
        return not rows
    texts = [row[0] for row in rows]
    labelled = not any(is_number(text) or is_missing(text) for text in texts)
    if header.named and (not labelled or words_of(header.names[0]) & NOT_OF_FEATURES):
        return False
    if labelled and is_series(texts) and not is_series(header.names[1:]):
        return False
    columns = list(zip(*rows, strict=True))[labelled:]
    decimals = [{len(cell.strip().partition(".")[2]) for cell in column} for column in columns]
    return any(len(found) > 1 for found in decimals) or len(set().union(*decimals)) < 2
