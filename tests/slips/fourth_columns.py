"""Columns too many, missing or named otherwise."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from random import Random

from slips.intact import Case, Row
from slips.kinds import Kind, kind


def _named(case: Case) -> Case | None:
    """Let the spec name its columns as the table does."""
    inputs, names = case.document.get("inputs"), case.table.names
    if isinstance(inputs, str) and names:
        document = {**case.document, "inputs": {"columns": [f"'{name}'" for name in names]}}
        return case.with_document(document)
    return case if isinstance(inputs, dict) else None


def _headed(change: Callable[[str, str], str], *forms: str) -> Kind:
    def slip(case: Case, rng: Random) -> Case | None:
        meant, form = _named(case), rng.choice(forms)
        if meant is None or not meant.table.names:
            return None
        names = meant.table.names
        changed = tuple(change(name, form) for name in names)
        if changed == names:
            return None
        return replace(meant.with_table(replace(meant.table, names=changed)), meant=meant)

    return Kind(slip)


names_of_r = _headed(lambda name, form: re.sub(r"[^A-Za-z0-9_.]", form, name), ".")
names_with_units = _headed(
    lambda name, more: re.sub(r"(?<!\))$", more, name), " (cm)", " [V]", "_kg"
)
names_with_the_origin = _headed(lambda name, form: form + name, "num__", "df.", "data$", "t1.")


def _more(case: Case, at: int, name: str, cells: Row) -> Case | None:
    """Put a column into a table whose columns have names, and are taken by position."""
    if case.table.names is None or isinstance(case.document.get("inputs"), dict):
        return None
    return case.with_table(case.table.with_column(at, name, cells))


@kind()
def ones_for_the_bias(case: Case, rng: Random) -> Case | None:
    name = rng.choice(("(Intercept)", "const", "intercept", "bias", "ones"))
    return _more(case, 0, name, (rng.choice(("1", "1.0")),) * len(case.table.rows))


@kind()
def column_twice(case: Case, rng: Random) -> Case | None:
    if case.table.names is None:
        return None
    at = rng.randrange(len(case.table.names))
    name = case.table.names[at] + rng.choice((".1", "_y", "_1", "_right", " (2)"))
    return _more(case, len(case.table.names), name, case.table.columns[at])


@kind()
def row_names_of_r(case: Case, rng: Random) -> Case | None:
    """`write.table` names the rows, and the header has no cell for that."""
    names = case.table.names
    if names is None:
        return None
    quote = rng.choice(('"', '"', ""))
    head = tuple(f"{quote}{name}{quote}" for name in names)
    rows = enumerate(case.table.rows, 1)
    named = tuple((f"{quote}{number}{quote}", *row) for number, row in rows)
    return case.with_table(replace(case.table, names=head, rows=named))
