"""Cells of a table that are written as people and spreadsheets write numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

from slips.intact import Case, Row
from slips.kinds import Kind, kind

Rewrite = Callable[[str, Random], str]


def one_cell(rewrite: Rewrite, such: str = r"-?\d+\.\d+") -> Kind:
    """Return the kind that rewrites one cell of those that match a pattern."""

    def slip(case: Case, rng: Random) -> Case | None:
        rows = case.table.rows
        places = [
            (r, c) for r, row in enumerate(rows) for c, cell in enumerate(row) if _is(such, cell)
        ]
        if not places:
            return None
        row, column = rng.choice(places)
        return case.with_table(case.table.with_cell(row, column, rewrite(rows[row][column], rng)))

    return Kind(slip)


def whole_column(rewrite: Rewrite, such: str = r"-?\d+\.\d+") -> Kind:
    """Return the kind that rewrites a column, all of whose cells match a pattern."""

    def slip(case: Case, rng: Random) -> Case | None:
        columns = case.table.columns
        places = [n for n, column in enumerate(columns) if all(_is(such, c) for c in column)]
        if not places:
            return None
        at = rng.choice(places)
        draw = rng.randrange(2**32)  # each cell in the same way
        cells = tuple(rewrite(cell, Random(draw)) for cell in columns[at])
        return case.with_table(case.table.mapped(at, cells))

    return Kind(slip)


def column_of(numbers: Rewrite, rewrite: Rewrite, cells: int = 0) -> Kind:
    """Return the kind that first fills a column with some numbers, then rewrites them.

    cells: how many of them are rewritten; 0 for all.
    """

    def slip(case: Case, rng: Random) -> Case | None:
        at = rng.randrange(len(case.table.rows[0]))
        meant = tuple(numbers("", rng) for _ in case.table.rows)
        draw = rng.randrange(2**32)
        chosen = set(rng.sample(range(len(meant)), cells or len(meant)))
        broken = tuple(
            rewrite(cell, Random(draw)) if n in chosen else cell for n, cell in enumerate(meant)
        )
        table = case.table
        return replace(
            case.with_table(table.mapped(at, broken)),
            meant=case.with_table(table.mapped(at, meant)),
        )

    return Kind(slip)


def _is(such: str, cell: str) -> bool:
    return bool(re.fullmatch(such, cell))


def _comma(cell: str) -> str:
    return '"' + cell.replace(".", ",") + '"'


def _large(_: str, rng: Random) -> str:
    return f"{rng.uniform(1000, 99999):.2f}"


def _fraction(_: str, rng: Random) -> str:
    return f"{rng.randrange(2, 99) / 100}"


def _flag(_: str, rng: Random) -> str:
    return rng.choice("01")


def _times_ten(cell: str, rng: Random) -> str:
    number, power = cell.split("e")
    return rng.choice(
        (f"{number}x10^{power}", f"{number}*10^{power}", f"{number}\u00d710^{power}",
         f"{number} e{power}", f"{number}e {power}", f"{number}D{power}", f"{number}*10**{power}")
    )  # fmt: skip


def _currency(cell: str, rng: Random) -> str:
    sign = rng.choice(
        ("${}", "{} \u20ac", "EUR {}", "US${}", "\u00a3{}", "{} USD", "{}\u20ac", "CHF {}")
    )
    return sign.format(cell)


def _unit(cell: str, rng: Random) -> str:
    return cell + rng.choice((" cm", "kg", " mm", " \u00b0C", "m", " km/h", " ms"))


def _truth(cell: str, rng: Random) -> str:
    words = rng.choice((("False", "True"), ("FALSE", "TRUE"), ("no", "yes"), ("false", "true")))
    return words[int(cell)]


def _grouped(cell: str, rng: Random) -> str:
    return rng.choice(('"{:,.2f}"', '"{:,.2f}"', "{:_.2f}")).format(float(cell))


decimal_comma_in_quotes = one_cell(lambda cell, _: _comma(cell))
decimal_commas_of_a_column = whole_column(lambda cell, _: _comma(cell))
letter_in_a_cell = one_cell(
    lambda cell, rng: re.sub(
        "[01]", lambda m: rng.choice({"0": "Oo", "1": "lI"}[m[0]]), cell, count=1
    ),
    r"-?\d*[01]\d*\.\d+",
)
minus_of_another_kind_in_a_cell = one_cell(
    lambda cell, rng: rng.choice("\u2212\u2013\u2010") + cell[1:], r"-\d+\.\d+"
)
minus_signs_of_a_column = whole_column(
    lambda cell, rng: cell.replace("-", rng.choice("\u2212\u2013")), r"-\d+\.\d+|\d+\.\d+"
)
blank_in_a_cell = one_cell(
    lambda cell, rng: (
        cell.replace(".", rng.choice((". ", " ."))) if cell[0] != "-" else f"- {cell[1:]}"
    )
)
point_twice_or_stray_sign = one_cell(
    lambda cell, rng: rng.choice(
        (cell.replace(".", ".."), f"{cell}*", f"'{cell}", f"{cell}`", f"{cell};", f"{cell}.")
    )
)
suffix_of_a_cell = one_cell(lambda cell, rng: cell + rng.choice(("f", "F", "f0")))
times_ten_in_a_cell = column_of(
    lambda _, rng: f"{rng.uniform(-9, 9):.2f}e{rng.randint(1, 3)}", _times_ten, cells=1
)
currency_in_one_cell = one_cell(_currency, r"\d+\.\d+")
currency_of_a_column = whole_column(_currency, r"\d+\.\d+")
currency_and_thousands_of_a_column = column_of(
    _large, lambda cell, rng: f'"{rng.choice("$£€")}{float(cell):,.2f}"'
)
thousands_of_a_column = column_of(_large, _grouped)
thousands_in_one_cell = column_of(_large, _grouped, cells=1)
apostrophe_thousands_of_a_column = column_of(
    _large, lambda cell, _: f"{float(cell):,.2f}".replace(",", "'")
)
percentage_in_one_cell = column_of(
    _fraction, lambda cell, _: f"{round(float(cell) * 100)}%", cells=1
)
percentages_of_a_column = column_of(
    _fraction, lambda cell, rng: f"{round(float(cell) * 100)}{rng.choice(('%', ' %'))}"
)
unit_in_one_cell = one_cell(_unit)
unit_of_a_column = whole_column(_unit)
truth_of_a_column = column_of(_flag, _truth)
blanks_and_quotes_around = whole_column(
    lambda cell, rng: rng.choice(("  {} ", '"{}"', "{}\t")).format(cell)
)
other_spellings_of_numbers = one_cell(
    lambda cell, rng: rng.choice((f"+{cell}", f"{cell}e0", f"{cell}00", f"0{cell}")), r"\d+\.\d+"
)


@kind()
def single_quotes_around_all_numbers(case: Case, _rng: Random) -> Case | None:
    rows = tuple(tuple(f"'{cell}'" for cell in row) for row in case.table.rows)
    return case.with_table(replace(case.table, rows=rows))


@kind()
def percentages_of_several_columns(case: Case, rng: Random) -> Case | None:
    table, meant = case.table, case.table
    for at in rng.sample(range(len(table.rows[0])), 2):
        cells: Row = tuple(_fraction("", rng) for _ in table.rows)
        meant = meant.mapped(at, cells)
        table = table.mapped(at, tuple(f"{round(float(cell) * 100)}%" for cell in cells))
    return replace(case.with_table(table), meant=case.with_table(meant))


@kind(2, "parentheses are minus signs for accountants only")
def parentheses_around_a_cell(case: Case, rng: Random) -> Case | None:
    slip = one_cell(lambda cell, _: f"({cell[1:]})", r"-\d+\.\d+").slip
    return slip(case, rng)


def missing(words: Sequence[str]) -> Kind:
    slip = one_cell(lambda _, rng: rng.choice(words), r".*").slip
    return Kind(slip, 0, "only the user knows the value that is missing")


missing_value = missing(("NA", "", "N/A", "null", "?", "-", "None", ".", "#N/A", "missing"))
error_of_a_spreadsheet = missing(("#DIV/0!", "#REF!", "#VALUE!", "error", "n.d.", "<0.1", "--"))


@kind(0, "only the user knows the values that are missing")
def missing_values_in_many_rows(case: Case, rng: Random) -> Case | None:
    word = rng.choice(("NA", "", "?"))
    at = rng.randrange(len(case.table.rows[0]))
    cells = tuple(word if rng.random() < 0.5 else cell for cell in case.table.columns[at])
    return case.with_table(case.table.mapped(at, cells)) if word in cells else None
