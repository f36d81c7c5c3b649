"""Cells that carry the traces of the program, the page or the country that they come from."""

from __future__ import annotations

import re
from random import Random

from slips.first_cells import column_of, one_cell, whole_column
from slips.intact import Case
from slips.kinds import kind


def _large(_: str, rng: Random) -> str:
    return f"{rng.uniform(100000, 9999999):.2f}"


def _lakh(cell: str, _rng: Random) -> str:
    whole, decimals = cell.split(".")
    head, tail = whole[:-3], whole[-3:]
    pairs = [head[max(0, n - 2) : n] for n in range(len(head), 0, -2)][::-1]
    return f'"{",".join(pairs)},{tail}.{decimals}"'


def _european(cell: str, rng: Random) -> str:
    text = f"{float(cell):,.2f}".replace(",", rng.choice(" \u202f\u00a0;"))
    return '"' + text.replace(".", ",").replace(";", ".") + '"'


PRINTED = ("np.float64({})", "tensor({})", "[{}]", "Decimal('{}')", "array({})", "np.float32({})")
formulas_of_excel = whole_column(
    lambda cell, rng: rng.choice(('="{}"', '"=""{}"""', "={}")).format(cell)
)


@kind()
def minus_behind(case: Case, rng: Random) -> Case | None:
    """As SAP writes a column."""
    column = whole_column(lambda cell, _: re.sub("^-(.*)", r"\1-", cell), r"-?\d+\.\d+")
    broken = column.slip(case, rng)
    return broken if broken and broken.data != case.data else None


lakhs_of_a_column = column_of(_large, _lakh)
thousands_and_decimal_commas_of_a_column = column_of(_large, _european)
printed_by_a_program = whole_column(lambda cell, rng: rng.choice(PRINTED).format(cell), r"\d+\.\d+")
footnote_behind_a_cell = one_cell(
    lambda cell, rng: cell + rng.choice(("[1]", "\u00b9", "\u2020", " a)", " [2]", "^1", " (1)"))
)
quote_left_open_in_a_cell = one_cell(
    lambda cell, rng: rng.choice(('"{}', '{}"', '""{}""', '"""{}"""')).format(cell)
)


@kind(0, "only the user knows the numbers that the words had in training")
def categories_among_the_features(case: Case, rng: Random) -> Case | None:
    words = rng.choice((("male", "female"), ("low", "medium", "high"), ("red", "green", "blue")))
    cells = tuple(rng.choice(words) for _ in case.table.rows)
    return case.with_table(case.table.mapped(rng.randrange(len(case.table.rows[0])), cells))
