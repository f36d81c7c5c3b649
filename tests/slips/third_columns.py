"""A column too many, or named otherwise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from slips.intact import Case
from slips.kinds import Kind, kind


def _added(case: Case, *columns: tuple[str, list[str]], first: bool = False) -> Case | None:
    """Add columns to a table with names whose columns the network takes by their places."""
    if case.table.names is None or isinstance(case.document.get("inputs"), dict):
        return None
    table = case.table
    for name, cells in columns:
        table = table.with_column(0 if first else len(table.columns), name, tuple(cells))
    return case.with_table(table)


@kind()
def row_names_of_r(case: Case, rng: Random) -> Case | None:
    """As write.table writes them: their column has no name, not even an empty one."""
    form = rng.choice(('"{}"', '"{}"', "{}"))
    if case.table.names is None:
        return None
    rows = ((form.format(at), *row) for at, row in enumerate(case.table.rows, 1))
    lines = [map(form.format, case.table.names), *rows]
    return replace(case, data="".join(",".join(line) + "\n" for line in lines))


@kind()
def results_of_another_run(case: Case, rng: Random) -> Case | None:
    """The outputs stand beside the inputs."""
    names = [f"output_{at}" for at in range(1, case.sizes[-1] + 1)]
    names = case.document.get("outputs", {}).get("columns", names)
    return _added(case, *((n, [f"{rng.random():.4f}" for _ in case.table.rows]) for n in names))


@kind()
def time_in_front(case: Case, rng: Random) -> Case | None:
    form = "2024-03-{:02} 12:00|2024-03-{:02}|{:02}/03/2024|12:{:02}:00|2024-03-{:02}T08:30:00Z"
    form = rng.choice(form.split("|"))
    name = rng.choice(("timestamp", "date", "time", "Date", "DateTime"))
    days = range(1, len(case.table.rows) + 1)
    return _added(case, (name, list(map(form.format, days))), first=True)


def _renamed(*ways: Callable[[str], str]) -> Kind:
    """Return the kind that renames the table's columns, which the spec names."""

    def slip(case: Case, rng: Random) -> Case | None:
        names = tuple(map(rng.choice(ways), case.table.names or ()))
        if not isinstance(case.document.get("inputs"), dict) or names == case.table.names:
            return None
        return case.with_table(replace(case.table, names=names))

    return Kind(slip)


names_in_another_case = _renamed(
    str.upper, str.lower, str.title, str.capitalize, lambda name: name.replace(" ", "_").lower()
)
names_with_units = _renamed("{} (cm)".format, "{} [kg]".format, "{}_V".format, "{} in years".format)
names_after_a_join = _renamed("{}_x".format, "{}.x".format, "t.{}".format, "patients.{}".format)
