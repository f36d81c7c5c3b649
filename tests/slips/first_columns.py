"""Columns that are no features, names that differ, and tables that lie on their side."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

from slips.first_words import doubled, dropped, swapped
from slips.intact import Case, Row, Table
from slips.kinds import Kind, kind

Values = Callable[[int, Random], Sequence[str]]
ROWS = 6  # from so few on, values say of themselves what they are


def one_more(
    names: Sequence[str], values: Values, place: Callable[[int, Random], int], headed: bool = True
) -> Kind:
    """Return the kind of a column too many: under one of the names, or in a file without any."""

    def slip(case: Case, rng: Random) -> Case | None:
        table, rows = case.table, len(case.table.rows)
        if rows < ROWS or bool(table.names) != headed or isinstance(_inputs(case), dict):
            return None
        at = place(len(table.rows[0]), rng)
        name = rng.choice(names) if names else ""
        return case.with_table(table.with_column(at, name, tuple(values(rows, rng))))

    return Kind(slip)


def _inputs(case: Case) -> object:
    return case.document.get("inputs")


def _first(_width: int, _rng: Random) -> int:
    return 0


def _last(width: int, _rng: Random) -> int:
    return width


def _middle(width: int, rng: Random) -> int:
    return rng.randrange(1, width)


def _anywhere(width: int, rng: Random) -> int:
    return rng.randrange(width + 1)


def _counted(rows: int, rng: Random) -> list[str]:
    start = rng.choice((0, 1, 1, 101))
    return [str(start + n) for n in range(rows)]


def _serials(rows: int, rng: Random) -> list[str]:
    return [str(number) for number in rng.sample(range(10000, 99999), rows)]


def _classes(rows: int, rng: Random) -> list[str]:
    some = ["0", "1", *rng.choice(([], ["2"]))]
    return [*some, *rng.choices(some, k=rows - len(some))]


def _species(rows: int, rng: Random) -> list[str]:
    return rng.choices(("setosa", "virginica", "versicolor"), k=rows)


def _prices(rows: int, rng: Random) -> list[str]:
    return [f"{rng.uniform(5, 50):.1f}" for _ in range(rows)]


def _people(rows: int, rng: Random) -> list[str]:
    return [f"{rng.choice('pqr')}{n:02}" for n in range(rows)]


def _dates(rows: int, rng: Random) -> list[str]:
    form = rng.choice(("2024-03-{:02}", "{:02}.03.2024", "03/{:02}/2024"))
    return [form.format(n + 1) for n in range(rows)]


LABELS = ("species", "class", "label", "target", "y", "Outcome", "diagnosis")
ODD = ("HeartDisease", "smoker", "Survived", "churn", "grp", "kind_of", "z9")
identifier_first_counted = one_more(
    ("id", "ID", "index", "No.", "Unnamed: 0", ""), _counted, _first
)
identifier_first_of_serial_numbers = one_more(
    ("code", "serial", "account", "record", "customer_id", "patient_id"), _serials, _first
)
identifier_of_texts = one_more(("name", "patient", "sample", "person"), _people, _first)
dates = one_more(("date", "Date", "day", "timestamp"), _dates, _anywhere)
label_of_texts = one_more(LABELS + ODD, _species, _anywhere)
label_of_numbers_last = one_more(LABELS, _classes, _last)
label_of_numbers_first = one_more(LABELS, _classes, _first)
label_of_numbers_in_the_middle = one_more(LABELS, _classes, _middle)
label_of_numbers_with_an_odd_name = one_more(ODD, _classes, _anywhere)
response_with_a_telling_name = one_more(
    ("price", "MEDV", "sales", "SalePrice", "salary", "score", "target", "y"), _prices, _last
)
counted_without_header = one_more((), _counted, _first, headed=False)
label_without_header = one_more((), _classes, _last, headed=False)
texts_without_header = one_more((), _species, _anywhere, headed=False)
nothing_in_a_column = one_more(("", "Unnamed: 7"), lambda rows, _: [""] * rows, _last)


@kind(2, "nothing but the user says that this column is no feature")
def response_with_any_name(case: Case, rng: Random) -> Case | None:
    return one_more(("qz", "col7", "value"), _prices, _last).slip(case, rng)


@kind()
def identifier_and_label(case: Case, rng: Random) -> Case | None:
    more = one_more(("id", "index"), _counted, _first).slip(case, rng)
    return more and one_more(LABELS, rng.choice((_species, _classes)), _last).slip(more, rng)


# ---- names ---------------------------------------------------------------------------------------


def _renamed(rename: Callable[[str, Random], str], only: str = ".*", every: bool = False) -> Kind:
    """Return the kind whose header names the columns otherwise than the spec."""

    def slip(case: Case, rng: Random) -> Case | None:
        names = case.table.names
        if names is None or not isinstance(_inputs(case), dict):
            return None
        places = [n for n, name in enumerate(names) if re.fullmatch(only, name)]
        if not places:
            return None
        chosen = places if every else [rng.choice(places)]
        new: Row = tuple(rename(name, rng) if n in chosen else name for n, name in enumerate(names))
        return case.with_table(replace(case.table, names=new)) if new != names else None

    return Kind(slip)


name_in_other_capitals = _renamed(
    lambda name, _: name.title() if name.title() != name else name.upper(), every=True
)
name_joined_otherwise = _renamed(
    lambda name, rng: re.sub("[ _]", rng.choice(("_", "-", ".", "", " ")), name), r"\w+[ _]\w+"
)
name_misspelt = _renamed(
    lambda name, rng: rng.choice((dropped, doubled, swapped))(name, rng), r"[a-zA-Z]{6,}"
)
name_with_its_unit = _renamed(
    lambda name, rng: name + rng.choice((" (kg)", " [mm]", "_cm", " in m")), r"[a-zA-Z ]{4,}"
)
name_with_blanks_around = _renamed(
    lambda name, rng: rng.choice((" {}", "{} ", '" {}"')).format(name)
)


@kind(0, "only the user knows the column that is missing")
def column_missing(case: Case, rng: Random) -> Case | None:
    at = rng.randrange(len(case.table.rows[0]))
    names = case.table.names
    cut = tuple((*row[:at], *row[at + 1 :]) for row in case.table.rows)
    if len(cut[0]) == len(cut):  # one may take its lines for the inputs
        return None
    return case.with_table(Table(names and (*names[:at], *names[at + 1 :]), cut))


# ---- headers and orientation ---------------------------------------------------------------------


def _on_its_side(case: Case, rng: Random) -> Case | None:
    table = case.table
    width = len(table.rows[0])
    if isinstance(_inputs(case), dict) or abs(len(table.rows) - width) < 2:
        return None
    columns = tuple(table.columns)
    if table.names is None or rng.random() < 0.4:
        return case.with_table(Table(None, columns))
    lines = tuple((name, *cells) for name, cells in zip(table.names, columns, strict=True))
    if rng.random() < 0.5:
        return case.with_table(Table(None, lines))
    corner = rng.choice(("feature", "", "name"))
    return case.with_table(Table((corner, *(f"s{n}" for n in range(len(table.rows)))), lines))


samples_in_columns = Kind(_on_its_side)


def _header_of(names: Callable[[int, Random], list[str]], least: int) -> Kind:
    """Return the kind of a header of numbers above rows that hold fractions, each of them."""

    def slip(case: Case, rng: Random) -> Case | None:
        table, width = case.table, len(case.table.rows[0])
        fractions = all(any("." in cell for cell in row) for row in table.rows)
        if isinstance(_inputs(case), dict) or width < least or not fractions:
            return None
        headed = replace(table, names=tuple(names(width, rng)))
        return replace(case.with_table(headed), meant=case.with_table(replace(table, names=None)))

    return Kind(slip)


header_from_zero = _header_of(lambda width, _: [str(n) for n in range(width)], 2)
header_of_years = _header_of(
    lambda width, rng: [str(n) for n in range(rng.randint(1950, 2015), 2030)][:width], 3
)


@kind()
def a_number_among_the_names(case: Case, rng: Random) -> Case | None:
    names = case.table.names
    if names is None or isinstance(_inputs(case), dict) or len(names) < 3:
        return None
    at = rng.randrange(len(names))
    number = rng.choice(("2019", "2020", "1", "7"))
    return case.with_table(replace(case.table, names=(*names[:at], number, *names[at + 1 :])))


@kind()
def header_again_in_the_middle(case: Case, rng: Random) -> Case | None:
    names, rows = case.table.names, case.table.rows
    if names is None:
        return None
    at = rng.randrange(1, len(rows))
    return case.with_table(replace(case.table, rows=(*rows[:at], names, *rows[at:])))


@kind()
def units_below_the_names(case: Case, rng: Random) -> Case | None:
    names, rows = case.table.names, case.table.rows
    if names is None:
        return None
    units = tuple(rng.choice(("(cm)", "(kg)", "[m]", "mm", "s")) for _ in names)
    return case.with_table(replace(case.table, rows=(units, *rows)))
