"""Columns that preparing data leaves behind, and names that a program has changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from slips.first_columns import _first, _last, one_more
from slips.intact import Case, Row, Table
from slips.kinds import Kind, kind


def _ones(rows: int, rng: Random) -> list[str]:
    return [rng.choice(("1", "1.0"))] * rows


def _seconds(rows: int, rng: Random) -> list[str]:
    start = rng.randrange(1_600_000_000, 1_710_000_000)
    return [str(start + 60 * n) for n in range(rows)]


def _chances(rows: int, rng: Random) -> list[str]:
    return [f"{rng.random():.3f}" for _ in range(rows)]


column_of_ones = one_more(
    ("const", "intercept", "bias", "(Intercept)", "ones"),
    _ones,
    lambda width, rng: rng.choice((0, 0, width)),
)
seconds_since_1970 = one_more(("ts", "epoch", "unix_time", "time", "timestamp_s"), _seconds, _first)
prediction_of_before = one_more(
    ("prediction", "y_pred", "predicted", "y_hat", "prob_1", "output"), _chances, _last
)


@kind()
def label_in_several_columns(case: Case, rng: Random) -> Case | None:
    """One column for each class, of 0 and 1."""
    names = rng.choice(
        (("species_setosa", "species_virginica", "species_versicolor"), ("label_0", "label_1"),
         ("class=no", "class=yes"), ("target_0", "target_1", "target_2"))
    )  # fmt: skip
    chosen = [rng.randrange(len(names)) for _ in case.table.rows]
    for place, name in enumerate(names):
        cells = [str(int(place == n)) for n in chosen]
        more = one_more((name,), lambda *_, cells=cells: cells, _last).slip(case, rng)
        if more is None:
            return None
        case = replace(more, meant=case.meant or case)
    return case


@kind()
def column_twice(case: Case, rng: Random) -> Case | None:
    """A join leaves a copy behind the others."""
    table = case.table
    if table.names is None or isinstance(case.document.get("inputs"), dict) or len(table.rows) < 4:
        return None
    at = rng.randrange(len(table.names))
    name = table.names[at] + rng.choice(("", ".1", "_y", " (copy)", "_copy"))
    return case.with_table(table.with_column(len(table.names), name, table.columns[at]))


def renamed_all(rename: Callable[[str, Random], str]) -> Kind:
    """Return the kind that changes all names of a header alike, whose columns a spec names."""

    def slip(case: Case, rng: Random) -> Case | None:
        names = case.table.names
        if names is None or not isinstance(case.document.get("inputs"), dict):
            return None
        draw = rng.randrange(2**32)
        new: Row = tuple(rename(name, Random(draw)) for name in names)
        different = new != names and len(set(new)) == len(names)
        return case.with_table(replace(case.table, names=new)) if different else None

    return Kind(slip)


names_with_a_prefix = renamed_all(
    lambda name, rng: rng.choice(("df.", "data$", "t1.", "iris_", "num__", "x.")) + name
)
names_in_quotes_of_another_kind = renamed_all(
    lambda name, rng: rng.choice(("'{}'", "\u201c{}\u201d", "`{}`", "[{}]", "<{}>")).format(name)
)


@kind(2, "the file may have the order of the spec, or another one")
def names_that_say_nothing(case: Case, rng: Random) -> Case | None:
    form = rng.choice(("V{}", "col{}", "feature_{}", "Column{}"))
    names = case.table.names
    if names is None or not isinstance(case.document.get("inputs"), dict):
        return None
    new = tuple(form.format(n) for n in range(1, len(names) + 1))
    return case.with_table(Table(new, case.table.rows))
