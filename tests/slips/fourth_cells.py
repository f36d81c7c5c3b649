"""Cells that are not plain numbers."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from slips.intact import Case
from slips.kinds import Kind, kind


def _column(*forms: str) -> Kind:
    def slip(case: Case, rng: Random) -> Case | None:
        at, form = rng.randrange(len(case.table.rows[0])), rng.choice(forms)
        cells = tuple(form.replace("N", cell) for cell in case.table.columns[at])
        return case.with_table(case.table.mapped(at, cells))

    return Kind(slip)


unit_in_each_cell = _column("N kg", "Ncm", "N V", "N°C", "N mm", "N years", "N m/s", "Nms")
text_of_excel = _column('="N"', "'N", '="N"')
no_break_space = _column("\xa0N", "N\xa0", "\u202fN", "N\u200b", "\u200bN")
array_of_numpy_or_torch = _column("[N]", "tensor(N)", "np.float64(N)", "array(N)")


@kind()
def minus_of_sap_or_of_print(case: Case, rng: Random) -> Case | None:
    """Behind the number, or another sign; in all cells below 0."""
    form = rng.choice(("N-", "N -", "- N", "−N", "–N", "N-"))
    rows = tuple(
        tuple(form.replace("N", cell[1:]) if cell[0] == "-" else cell for cell in row)
        for row in case.table.rows
    )
    return None if rows == case.table.rows else case.with_table(replace(case.table, rows=rows))


@kind()
def truth_values(case: Case, rng: Random) -> Case | None:
    at = rng.randrange(len(case.table.rows[0]))
    bits = [rng.choice("01") for _ in case.table.rows]
    if len(set(bits)) < 2:
        return None
    meant = case.with_table(case.table.mapped(at, tuple(bits)))
    words = rng.choice((("False", "True"), ("FALSE", "TRUE"), ("no", "yes"), ("false", "true")))
    cells = tuple(words[int(bit)] for bit in bits)
    return replace(meant.with_table(meant.table.mapped(at, cells)), meant=meant)


@kind(0, "only the user knows the value, or whether the sample may go")
def value_of_none(case: Case, rng: Random) -> Case | None:
    row, at = rng.randrange(len(case.table.rows)), rng.randrange(len(case.table.rows[0]))
    said = rng.choice(("NULL", "#N/A", "None", "#DIV/0!", "n/a", "-", "\\N", "missing"))
    return case.with_table(case.table.with_cell(row, at, said))
