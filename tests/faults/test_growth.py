"""What odd data costs: calls that grow no faster than the file, and messages that do not grow."""

from __future__ import annotations

import gzip
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Cli = Callable[..., Any]
# Runs the command and tells the peak of its memory, in bytes.
_PEAK = """
import resource, subprocess, sys
code = subprocess.run([sys.executable, "-m", "nncli", *sys.argv[1:]]).returncode
unit = 1 if sys.platform == "darwin" else 1024
print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit)
"""
MOST_BYTES = 250_000_000
MIB = 2**20
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


def packed(*parts: tuple[bytes, int]) -> bytes:
    """Compress some bytes, each repeated."""
    return gzip.compress(b"".join(part * count for part, count in parts), 1)


LARGE: dict[str, tuple[Callable[[], bytes], str]] = {
    "7 million columns": (lambda: b"1," * (7 * 10**6) + b"1\n", "N412"),
    "7 million values below a header": (lambda: b"a,b\n" + b"1," * (7 * 10**6), "N412"),
    "5 million quoted cells": (lambda: b'"",' * (5 * 10**6), "N412"),
    "a cell like a time": (lambda: b"a,b\n1," + b"1:1" * (5 * 10**6), "N404"),
    "a cell of doubled quotes": (lambda: b'a,b\n1,"' + b'x""' * (5 * 10**6) + b'"\n', "N404"),
    "an open quote": (lambda: packed((b'a,b\n1,2\n"', 1), (b"x" * MIB, 64)), "N413"),
    "lines behind an open quote": (
        lambda: packed((b'a,b\n1,2\n"', 1), (b"1,2,3,4,5,6,7,8,9,10,11,12\n" * 2**12, 320)),
        "N405",
    ),
    "blank lines": (lambda: packed((b"\n" * MIB, 40)), "N401"),
    "lines of blanks": (lambda: packed((b" \r\n" * MIB, 10)), "N401"),
}


@pytest.mark.parametrize("kind", LARGE)
def test_memory_is_bounded_whatever_stands_in_a_line(kind: str, tmp_path: Path) -> None:
    make, code = LARGE[kind]
    (tmp_path / "net.yaml").write_text("layer_sizes: [2, 2]\nseed: 0\n")
    (tmp_path / "data.csv").write_bytes(make())
    command = [sys.executable, "-c", _PEAK, "forward", "net.yaml", "data.csv"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    exit_code, peak = map(int, done.stdout.split())
    assert exit_code == 4
    assert f"error[{code}]" in done.stderr
    assert len(done.stderr) < 2000
    assert peak < MOST_BYTES


def test_blank_lines_are_counted_without_being_read_one_by_one(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text("layer_sizes: [2, 2]\nseed: 0\n")

    def calls(lines: int) -> int:
        (tmp_path / "data.csv").write_bytes(b"1,2\n" + b"\r\n" * (3 * MIB) + b"\n" * lines)
        return calls_of(
            lambda: cli("forward", "net.yaml", "data.csv", "--threads", "1", cwd=tmp_path)
        )

    calls(1)  # what is imported is no part of it
    assert calls(8 * MIB) - calls(4 * MIB) < 1000
