"""Files that are written by other programs than one that writes plain CSV."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from slips.intact import Case, Table
from slips.kinds import Kind, kind


def named(case: Case, data_name: str) -> Case:
    """Return the case with its data under another name."""
    words = tuple(data_name if word == "batch.csv" else word for word in case.words)
    return replace(case, words=words)


def _comma_free(case: Case) -> bool:
    return all("," not in cell for line in case.table.lines for cell in line)


def _german(table: Table) -> Table:
    rows = tuple(tuple(cell.replace(".", ",") for cell in row) for row in table.rows)
    return replace(table, rows=rows)


def separated(delimiter: str) -> Kind:
    return Kind(lambda case, _: replace(case, data=case.table.text(delimiter)))


semicolons = separated(";")
tabs = separated("\t")
pipes = separated("|")
single_blanks = Kind(
    lambda case, _: (
        None
        if any(" " in name for name in case.table.names or ())
        else replace(case, data=case.table.text(" "))
    )
)


@kind()
def aligned_with_blanks(case: Case, rng: Random) -> Case | None:
    if any(" " in name for name in case.table.names or ()):
        return None
    gap = rng.choice((1, 2, 3))
    widths = [max(map(len, column)) + gap for column in zip(*case.table.lines, strict=True)]
    side = str.rjust if rng.random() < 0.5 else str.ljust
    lines = ("".join(map(side, line, widths)) for line in case.table.lines)
    return replace(case, data="".join(f"{line.rstrip()}\n" for line in lines))


@kind()
def german_excel(case: Case, _rng: Random) -> Case | None:
    return replace(case, data=_german(case.table).text(";"))


@kind()
def tabs_and_decimal_commas(case: Case, rng: Random) -> Case | None:
    broken = replace(case, data=_german(case.table).text("\t"))
    return named(broken, rng.choice(("batch.csv", "batch.tsv", "batch.txt")))


@kind()
def german_excel_with_umlauts(case: Case, rng: Random) -> Case | None:
    names = case.table.names
    if names is None or isinstance(case.document.get("inputs"), dict):
        return None
    table = replace(_german(case.table), names=(f"{names[0]} Gr\u00f6\u00dfe", *names[1:]))
    encoding = rng.choice(("cp1252", "utf-8-sig", "utf-16"))
    return replace(case, data=table.text(";").encode(encoding))


@kind()
def umlauts_in_cp1252(case: Case, _rng: Random) -> Case | None:
    names = case.table.names
    if names is None or isinstance(case.document.get("inputs"), dict):
        return None
    table = replace(case.table, names=(f"{names[0]} Gr\u00f6\u00dfe", *names[1:]))
    return replace(case, data=table.text().encode("cp1252"))


@kind()
def saved_as_unicode(case: Case, rng: Random) -> Case | None:
    return replace(case, data=case.table.text().encode(rng.choice(("utf-8-sig", "utf-16"))))


@kind()
def carriage_returns_of_a_table(case: Case, rng: Random) -> Case | None:
    return replace(case, data=case.table.text().replace("\n", rng.choice(("\r\n", "\r"))))


@kind()
def wrong_extension(case: Case, rng: Random) -> Case | None:
    return named(case, rng.choice(("batch.tsv", "batch.txt", "batch.dat")))


@kind()
def says_that_it_is_binary(case: Case, rng: Random) -> Case | None:
    return named(case, rng.choice(("batch.npy", "batch.parquet", "batch.xlsx", "batch.csv.gz")))


@kind()
def excels_separator_line(case: Case, rng: Random) -> Case | None:
    delimiter = rng.choice((";", ",", "\t"))
    return replace(case, data=f"sep={delimiter}\n{case.table.text(delimiter)}")


@kind()
def each_line_in_quotes(case: Case, rng: Random) -> Case | None:
    delimiter = rng.choice((",", ",", ";"))
    lines = (delimiter.join(line) for line in case.table.lines)
    return replace(case, data="".join(f'"{line}"\n' for line in lines))


@kind()
def trailing_delimiters(case: Case, rng: Random) -> Case | None:
    lines = case.table.text().splitlines()
    first = int(case.table.names is not None and rng.random() < 0.3)
    return replace(case, data="".join(f"{x}{',' * (n >= first)}\n" for n, x in enumerate(lines)))


@kind()
def rs_write_table(case: Case, rng: Random) -> Case | None:
    table = case.table
    if table.names is None or isinstance(case.document.get("inputs"), dict):
        return None
    quote = rng.choice(("", '"'))
    rows = tuple((f"{quote}{n}{quote}", *row) for n, row in enumerate(table.rows, 1))
    return case.with_table(Table(tuple(f"{quote}{name}{quote}" for name in table.names), rows))


@kind()
def rs_write_csv(case: Case, _rng: Random) -> Case | None:
    table = case.table
    if table.names is None or len(table.rows) < 5:
        return None
    rows = tuple((f'"{n}"', *row) for n, row in enumerate(table.rows, 1))
    return case.with_table(Table(('""', *(f'"{name}"' for name in table.names)), rows))


TITLES = ("Report 2024", "My measurements", "Exported by LabTool", "Batch of chapter 2:")


@kind()
def title_above(case: Case, rng: Random) -> Case | None:
    return replace(case, data=f"{rng.choice(TITLES)}\n{case.table.text()}")


@kind()
def several_lines_above(case: Case, rng: Random) -> Case | None:
    more = rng.choice(("\n2024\n", "Station: 5\n\n", "by hand\n", "Source: DWD\n\n", "\n\n"))
    return replace(case, data=f"{rng.choice(TITLES)}\n{more}{case.table.text()}")


@kind()
def comments_above(case: Case, rng: Random) -> Case | None:
    lines = rng.sample(("# made by hand\n", "# 2024-03-01\n", "# unit: cm\n", "#\n"), 2)
    return replace(case, data="".join(lines[: rng.choice((1, 2))]) + case.table.text())


@kind()
def comment_between(case: Case, rng: Random) -> Case | None:
    lines = case.table.text().splitlines(keepends=True)
    comment = rng.choice(("# from here on the second day\n", "// new sensor\n", "% moved\n"))
    lines.insert(rng.randrange(2, len(lines)), comment)
    return replace(case, data="".join(lines))


@kind()
def count_of_lines_above(case: Case, _rng: Random) -> Case | None:
    return replace(case, data=f"{len(case.table.rows)}\n{case.table.text()}")


@kind()
def total_below(case: Case, rng: Random) -> Case | None:
    sums = [f"{sum(map(float, column)):.1f}" for column in case.table.columns[1:]]
    word = rng.choice(("Total", "Sum", "Mean", "Summe"))
    return replace(case, data=case.table.text() + ",".join([word, *sums]) + "\n")


@kind()
def source_below(case: Case, rng: Random) -> Case | None:
    blank = rng.choice(("", "\n"))
    line = rng.choice(("Source: DWD", "Quelle: DWD 2024", "# end", "(c) 2024 LabTool", "-- end --"))
    return replace(case, data=f"{case.table.text()}{blank}{line}\n")


@kind()
def blank_lines(case: Case, rng: Random) -> Case | None:
    lines = case.table.text().splitlines(keepends=True)
    lines.insert(rng.randrange(len(lines) + 1), "\n" * rng.choice((1, 2)))
    return replace(case, data="".join(lines))


@kind()
def markdown_table(case: Case, _rng: Random) -> Case | None:
    if case.table.names is None:
        return None
    lines = [f"| {' | '.join(line)} |\n" for line in case.table.lines]
    lines.insert(1, f"|{' --- |' * len(case.table.names)}\n")
    return replace(case, data="".join(lines))


def _row_with(cells: tuple[str, ...], case: Case, rng: Random) -> Case | None:
    rows = list(case.table.rows)
    at = rng.randrange(1, len(rows))
    rows[at] = (*rows[at], *cells)
    return case.with_table(replace(case.table, rows=tuple(rows)))


empty_cell_too_many = Kind(lambda case, rng: _row_with(("",), case, rng))
text_behind_a_row = Kind(
    lambda case, rng: _row_with((rng.choice(("checked", "ok", "see p. 3", "!")),), case, rng)
)


@kind(0, "which cell of the row is too many is open, and so is what was meant")
def number_behind_a_row(case: Case, rng: Random) -> Case | None:
    return _row_with((f"{rng.uniform(0, 5):.1f}",), case, rng)


@kind(0, "only the user knows the cell that is missing")
def row_misses_a_cell(case: Case, rng: Random) -> Case | None:
    rows = list(case.table.rows)
    at = rng.randrange(len(rows))
    rows[at] = rows[at][:-1]
    return case.with_table(replace(case.table, rows=tuple(rows)))


@kind(0, "only the user knows the rest of a file that was cut off")
def last_line_cut_off(case: Case, _rng: Random) -> Case | None:
    return replace(case, data=case.table.text().rsplit(",", 1)[0] + "\n")
