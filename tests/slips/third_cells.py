"""Cells that are not plain numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random

from slips.intact import Case
from slips.kinds import Kind, kind


def _column(case: Case, at: int, write: Callable[[str], str]) -> Case:
    return case.with_table(case.table.mapped(at, tuple(map(write, case.table.columns[at]))))


def _column_as(*forms: str) -> Kind:
    """Write each cell of a column in one of some forms."""

    def slip(case: Case, rng: Random) -> Case:
        return _column(case, rng.randrange(len(case.table.columns)), rng.choice(forms).format)

    return Kind(slip)


units = _column_as("{} cm", "{}cm", "{} kg", "{}kg", "{} °C", "{}°", "{} mm", "{} V", "{} years")
texts_of_excel = _column_as('="{}"', "'{}", '"=""{}"""', "={}")  # what makes it take a text
error_of_measurement = _column_as("{} ± 0.1", "{}±0.1", "{} +/- 0.3", "{}+-2")
arrays_of_one = _column_as("[{}]", "[{}]", "[[{}]]", "tensor({})", "np.float64({})")


def _other_column(case: Case, rng: Random, cells: list[str], write: Callable[[str], str]) -> Case:
    """Put other numbers into a column, and write them otherwise."""
    at = rng.randrange(len(case.table.columns))
    meant = case.with_table(case.table.mapped(at, tuple(cells)))
    return replace(_column(meant, at, write), meant=meant)


@kind()
def thousands(case: Case, rng: Random) -> Case | None:
    """As Excel shows amounts, all with two decimals: `1,234.50` (in quotes), or `1 234.50`."""
    cells = [f"{rng.uniform(1000, 90000):.2f}" for _ in case.table.rows]
    group = rng.choice((",", ",", "'", " ", "\u00a0"))
    form = '"{:,.2f}"' if group == "," else "{:,.2f}"
    return _other_column(case, rng, cells, lambda c: form.format(float(c)).replace(",", group))


@kind()
def truths(case: Case, rng: Random) -> Case | None:
    cells = [*rng.sample("01", 2), *(rng.choice("01") for _ in case.table.rows[2:])]
    said = rng.choice(("FALSE TRUE", "False True", "no yes", "No Yes", "F T", "false true", "N Y"))
    return _other_column(case, rng, cells, lambda cell: said.split()[int(cell)])


@kind()
def negatives_of_accounting(case: Case, rng: Random) -> Case | None:
    """`(12.5)` or `12.5-`, beside numbers above 0."""
    columns = enumerate(case.table.columns)
    mixed = [at for at, cells in columns if len({cell[0] == "-" for cell in cells}) == 2]
    form = rng.choice(("({})", "({})", "{}-", "{} -"))
    if not mixed:
        return None
    return _column(case, rng.choice(mixed), lambda c: form.format(c[1:]) if c[0] == "-" else c)


@kind(0, why="what to take for a value beyond a limit is for the user to say")
def beyond_a_limit(case: Case, rng: Random) -> Case | None:
    row, at = rng.randrange(len(case.table.rows)), rng.randrange(len(case.table.columns))
    said = rng.choice(("<", "< ", ">", "≤")) + case.table.rows[row][at].lstrip("-")
    return case.with_table(case.table.with_cell(row, at, said))
