"""What odd data costs: calls that grow no faster than the file, and messages that do not grow."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cli = Callable[..., Any]
FEW, MANY = 400, 1600


def calls_of(act: Callable[[], object]) -> int:
    """Return how many calls *act* makes, of functions in Python and in C."""
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        act()
    finally:
        sys.setprofile(before)
    return calls


def names(size: int) -> str:
    return ",".join(f"c{number}" for number in range(size))


def row(cell: str, size: int) -> str:
    return ",".join([cell] * size)


# What is refused, of any size, and the options that it is read with.
KINDS: dict[str, tuple[Callable[[int], str], tuple[str, ...]]] = {
    "a line of commas": (lambda size: "," * size, ()),
    "a row without a value": (lambda size: f"{names(size)}\n{row('NA', size)}\n", ()),
    "a row of mistyped numbers": (lambda size: f"{names(size)}\n{row('1.O', size)}\n", ()),
    "a first row of mistyped numbers": (lambda size: f"{row('2.O', size)}\n", ()),
    "quoted cells": (lambda size: f"{names(size)}\n" + row('"x"', size), ()),
    "a ragged row": (lambda size: f"{names(size)}\n{row('1', size)},\n", ()),
    "columns too many": (lambda size: f"{names(size + 1)}\n{row('1', size + 1)}\n", ()),
    "columns of one name": (
        lambda size: f"{row('x', size)}\n{row('1', size)}\n",
        ("--columns", "x"),
    ),
    "rows of text": (lambda size: "a,b\n" + "1,x\n" * size, ()),
}
kinds = pytest.mark.parametrize("kind", KINDS)


def refused(cli: Cli, folder: Path, kind: str, size: int) -> tuple[int, str]:
    """Refuse data of a size: return how many calls that took, and what was said."""
    make, options = KINDS[kind]
    (folder / "net.yaml").write_text(f"layer_sizes: [{size}, 2]\nseed: 0\n")
    (folder / "data.csv").write_text(make(size))
    said: list[str] = []

    def act() -> None:
        done = cli("forward", "net.yaml", "data.csv", "--threads", "1", *options, cwd=folder)
        assert done.code == 4, done.err
        said.append(done.err)

    return calls_of(act), said[0]


@kinds
def test_calls_grow_no_faster_than_the_file(kind: str, cli: Cli, tmp_path: Path) -> None:
    refused(cli, tmp_path, kind, 2)  # what is imported is no part of it
    few, many = (refused(cli, tmp_path, kind, size)[0] for size in (FEW, MANY))
    assert many < few * 1.1 * MANY / FEW


@kinds
def test_messages_do_not_grow_with_the_file(kind: str, cli: Cli, tmp_path: Path) -> None:
    assert len(refused(cli, tmp_path, kind, 5000)[1]) < 2000


@pytest.mark.parametrize("command", ["forward", "shapes"])
@pytest.mark.parametrize("first", ["a name", "1.5"])
def test_a_first_line_longer_than_a_first_look_is_told_of_with_its_place(
    command: str, first: str, cli: Cli, tmp_path: Path
) -> None:
    width = 2000
    cells = [f"{first if number else 'x'}{'0' * 150}" for number in range(width)]
    (tmp_path / "net.yaml").write_text(f"layer_sizes: [{width}, 2]\nseed: 0\n")
    (tmp_path / "data.csv").write_text(f"{','.join(cells)}\n{row('1', width - 1)},x\n")
    done = cli(command, "net.yaml", "data.csv", cwd=tmp_path)
    line, code = ("2:2000", "N404") if first == "a name" else ("1:1", "N410")
    assert done.code == 4
    assert f"data.csv:{line}: error[{code}]: " in done.err


def test_names_in_another_case_are_not_proposed_by_the_thousand(cli: Cli, tmp_path: Path) -> None:
    listed = names(2000)
    (tmp_path / "net.yaml").write_text(
        f"inputs: {{columns: [{listed}]}}\nseed: 0\nlayers: [{{neurons: 2}}]\n"
    )
    (tmp_path / "data.csv").write_text(f"{listed.upper()}\n{row('1', 2000)}\n")
    done = cli("forward", "net.yaml", "data.csv", cwd=tmp_path)
    assert done.code == 4
    assert "error[N408]" in done.err
    assert len(done.err) < 2000


def test_thousands_of_columns_without_numbers_are_counted(cli: Cli, tmp_path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    columns = {f"text_{number}": ["x"] for number in range(2000)}
    parquet.write_table(pa.table(columns), tmp_path / "data.parquet")
    (tmp_path / "net.yaml").write_text("layer_sizes: [3, 2]\nseed: 0\n")
    done = cli("forward", "net.yaml", "data.parquet", cwd=tmp_path)
    assert done.code == 4
    assert "2,000 like 'text_0', 'text_1', " in done.err
    assert len(done.err) < 2000
