"""Files that hold a table, in the forms of programs that print, teach or archive tables."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from slips.intact import Case
from slips.kinds import kind


@kind()
def box_around_a_table(case: Case, rng: Random) -> Case | None:
    """As psql, SQLite, MySQL or tabulate print one."""
    if case.table.names is None:
        return None
    widths = [max(map(len, column)) for column in zip(*case.table.lines, strict=True)]
    lines = [[x.ljust(w) for x, w in zip(line, widths, strict=True)] for line in case.table.lines]
    rule = ["-" * (width + 2) for width in widths]
    if rng.random() < 0.5:
        edge = f"+{'+'.join(rule)}+"
        rows = [f"| {' | '.join(line)} |" for line in lines]
        return replace(case, data="\n".join([edge, rows[0], edge, *rows[1:], edge, ""]))
    end = rng.choice(("", f"({len(case.table.rows)} rows)\n"))
    rows = [f" {' | '.join(line)}" for line in lines]
    return replace(case, data="\n".join([rows[0], "+".join(rule), *rows[1:], end]))


@kind()
def rows_in_brackets(case: Case, rng: Random) -> Case | None:
    """As NumPy, Python or JSON print an array."""
    if case.table.names is not None:
        return None
    gap, start, between, end = rng.choice(
        ((", ", "[[", "],\n [", "]]\n"), (",", "[", "]\n[", "]\n"), (" ", "[[", "]\n [", "]]\n"),
         (", ", "[", "],\n[", "],\n"), (", ", "(", ")\n(", ")\n"))
    )  # fmt: skip
    rows = between.join(gap.join(row) for row in case.table.rows)
    return replace(case, data=f"{start}{rows}{end}")


@kind()
def one_row_with_another_delimiter(case: Case, rng: Random) -> Case | None:
    lines = case.table.text().splitlines(keepends=True)
    at = rng.randrange(1, len(lines))
    lines[at] = lines[at].replace(",", rng.choice((";", "\t", " ", ";")))
    return replace(case, data="".join(lines))


@kind()
def delimiter_that_is_rare(case: Case, rng: Random) -> Case | None:
    return replace(case, data=case.table.text(rng.choice(("^", "~", ":", "!", "\x1f", "&", "/"))))


@kind()
def delimiter_before_every_line(case: Case, rng: Random) -> Case | None:
    sign = rng.choice((",", ",", ", "))
    lines = case.table.text().splitlines(keepends=True)
    return replace(case, data="".join(sign + line for line in lines))


@kind()
def delimiter_behind_the_header_only(case: Case, _rng: Random) -> Case | None:
    if case.table.names is None:
        return None
    return replace(case, data=case.table.text().replace("\n", ",\n", 1))


@kind()
def comma_within_a_name(case: Case, rng: Random) -> Case | None:
    names = case.table.names
    if names is None or isinstance(case.document.get("inputs"), dict):
        return None
    at = rng.randrange(len(names))
    name = f"{names[at]}, {rng.choice(('cm', 'mean', 'in kg', 'day 1'))}"
    return case.with_table(replace(case.table, names=(*names[:at], name, *names[at + 1 :])))
