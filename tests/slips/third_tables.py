"""How the file of data as a whole is written."""

from __future__ import annotations

import re
from dataclasses import replace
from random import Random

from slips.intact import Case
from slips.kinds import Kind, kind


@kind()
def table_as_pandas_prints_it(case: Case, rng: Random) -> Case | None:
    """`print(df)`: aligned, the index in front has no name. R's print numbers rows from 1."""
    names, start = case.table.names, rng.choice((0, 0, 1))
    if names is None or any(" " in name for name in names):
        return None
    index = ["", *map(str, range(start, start + len(case.table.rows)))]
    columns = [index, *(list(cells) for cells in zip(*case.table.lines, strict=True))]
    wide = [[cell.rjust(max(map(len, cells))) for cell in cells] for cells in columns]
    lines = zip(*wide, strict=True)
    return replace(case, data="".join("  ".join(line) + "\n" for line in lines))


@kind()
def array_as_python_prints_it(case: Case, rng: Random) -> Case | None:
    """`print(X)`, `print(X.tolist())`, or lists line by line; the names are gone, as in X."""
    ways = ((" ", "\n ", "[{}]"), (", ", ", ", "[{}]"), (", ", ",\n ", "[{}]"), (", ", "\n", "{}"))
    between, below, form = rng.choice(ways)
    rows = below.join(f"[{between.join(row)}]" for row in case.table.rows)
    named = isinstance(case.document.get("inputs"), dict)
    return None if named else replace(case, data=form.format(rows) + "\n")


@kind()
def units_below_the_names(case: Case, rng: Random) -> Case | None:
    form, found = rng.choice(("{}", "({})", "[{}]")), ("cm", "kg", "m/s", "V", "years", "mg", "-")
    second = tuple(form.format(rng.choice(found)) for _ in case.table.columns)
    table = replace(case.table, rows=(second, *case.table.rows))
    return case.with_table(table) if table.names else None


@kind()
def names_again(case: Case, rng: Random) -> Case | None:
    """Two files were put together with cat."""
    names, rows = case.table.names or (), case.table.rows
    at = rng.randrange(1, len(rows))
    more = replace(case.table, rows=(*rows[:at], names, *rows[at:]))
    return case.with_table(more) if names else None


lines_in_quotes = Kind(  # what Excel makes of a CSV file whose delimiter is not its own
    lambda case, rng: replace(
        case, data=re.sub("(.+)", rng.choice((r'"\1"', r'"\1"', r'"\1";')), case.table.text())
    )
)
commas_in_a_tsv = Kind(
    lambda case, _: replace(case, words=(*case.words[:2], "batch.tsv", *case.words[3:]), meant=case)
)
