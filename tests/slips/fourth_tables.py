"""How the file of the table is written as a whole."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from random import Random

from slips.intact import Case, Row
from slips.kinds import kind


def _aligned(lines: Sequence[Row], gap: str) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    cells = ([c.rjust(w) for c, w in zip(line, widths, strict=True)] for line in lines)
    return [gap.join(line) for line in cells]


def _file(case: Case, lines: list[str]) -> Case:
    return replace(case, data="\n".join(lines) + "\n")


@kind()
def table_of_markdown_or_psql(case: Case, rng: Random) -> Case | None:
    if case.table.names is None:
        return None
    head, *rows = (f" {line} " for line in _aligned(case.table.lines, " | "))
    line = re.sub(r"[^|]", "-", head)
    if rng.random() < 0.6:
        return _file(case, [f"|{text}|" for text in (head, line, *rows)])
    return _file(case, [head, line.replace("|", "+"), *rows])


@kind()
def table_as_pandas_prints_it(case: Case, _: Random) -> Case | None:
    """With its index; no name has a blank."""
    names = case.table.names
    if names is None or any(" " in name for name in names):
        return None
    rows = ((str(index), *row) for index, row in enumerate(case.table.rows))
    return _file(case, _aligned([("", *names), *rows], "  "))


@kind()
def array_as_savetxt_writes_it(case: Case, _: Random) -> Case | None:
    lines = [" ".join(f"{float(cell):.18e}" for cell in row) for row in case.table.rows]
    return None if case.table.names else _file(case, lines)


@kind()
def footer_of_a_query(case: Case, rng: Random) -> Case | None:
    count = len(case.table.rows)
    said = rng.choice((f"({count} rows)", f"({count} rows affected)", f"{count} rows in set",
                       f"({count} rows)", "Source: UCI", f"Total: {count} samples"))  # fmt: skip
    return _file(case, [*case.table.text().splitlines(), *rng.choice(([], [""])), said])


@kind()
def units_below_the_header(case: Case, rng: Random) -> Case | None:
    if case.table.names is None:
        return None
    units = tuple(rng.choice(("kg", "cm", "[V]", "years", "(mm)", "°C")) for _ in case.table.names)
    return case.with_table(replace(case.table, rows=(units, *case.table.rows)))


@kind()
def each_line_in_quotes(case: Case, _: Random) -> Case | None:
    return _file(case, [f'"{line}"' for line in case.table.text().splitlines()])


@kind()
def unicode_text_of_excel(case: Case, _: Random) -> Case | None:
    return replace(case, data=case.table.text("\t").replace("\n", "\r\n").encode("utf-16"))
