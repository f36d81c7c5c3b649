"""`--rejects FILE`: every refused cell and row, listed whole or not at all."""

from __future__ import annotations

import csv
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import RunCli

Write = Callable[[str, str | bytes], Path]

NET = "layer_sizes: [3, 1]\nseed: 0\n"
HEADER = "file,line,column,name,code,text"


def listed(path: Path) -> list[list[str]]:
    """Return the lines of a list, all of whose faults are in data.csv, without the file's name."""
    with path.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    assert {row[0] for row in rows} <= {"data.csv"}
    return [header, *(row[1:] for row in rows)]


@pytest.mark.parametrize("command", ["forward", "shapes"])
def test_all_that_is_refused_is_listed_though_only_five_are_shown(
    cli: RunCli, write: Write, command: str
) -> None:
    rows = "".join(f"{number},x{number},3\n" for number in range(300))
    folder = write("data.csv", f"a,b,c\n{rows}1,2\n").parent
    write("net.yaml", NET)
    done = cli(command, "net.yaml", "data.csv", "--rejects", "rejects.csv", cwd=folder)
    assert (done.code, done.out) == (4, "")
    assert done.err.endswith("more problems; rejects.csv lists all\n")
    header, *found = listed(folder / "rejects.csv")
    assert ",".join(header) == HEADER
    expected = [[str(number + 2), "2", "b", "N404", f"x{number}"] for number in range(300)]
    assert found == [*expected, ["302", "", "", "N403", "1,2"]]


def test_each_kind_of_fault_has_its_code_and_the_text_as_it_stands(
    cli: RunCli, write: Write
) -> None:
    rows = ['"1,000",2,3', "1,,3", "1,2,1e400", "cm,kg,s", 'a,b,"c"', '1,"x""y",3', "1,2,3,4"]
    folder = write("data.csv", "a,b,c\n" + "\n".join(rows) + "\n").parent
    write("net.yaml", NET)
    assert cli("forward", "net.yaml", "data.csv", "--rejects", "r.csv", cwd=folder).code == 4
    assert listed(folder / "r.csv")[1:] == [
        ["2", "1", "a", "N404", "1,000"],
        ["3", "2", "b", "N404", ""],
        ["4", "3", "c", "N415", "1e400"],
        ["5", "", "", "N404", "cm,kg,s"],
        ["6", "", "", "N404", 'a,b,"c"'],
        ["7", "2", "b", "N404", 'x"y'],
        ["8", "", "", "N403", "1,2,3,4"],
    ]


@pytest.mark.parametrize(
    ("data", "line", "code"),
    [
        (b"a,b\n1,2\n", "1", "N407"),
        (b"1,x,3\n", "1", "N410"),
        (b"a,b,c\n1,2,3\n4,\xff,6\n", "3", "N406"),
        (b'a,b,c\n1,"2,3\n', "2", "N405"),
        (b"PK\x03\x04", "1", "N411"),
    ],
)
def test_what_ends_the_reading_is_listed_as_well(
    cli: RunCli, write: Write, data: bytes, line: str, code: str
) -> None:
    folder = write("data.csv", data).parent
    write("net.yaml", NET)
    assert cli("forward", "net.yaml", "data.csv", "--rejects", "r.csv", cwd=folder).code == 4
    assert [(row[0], row[3]) for row in listed(folder / "r.csv")[1:]] == [(line, code)]


def test_faults_before_the_one_that_ends_the_reading_are_listed_with_it(
    cli: RunCli, write: Write
) -> None:
    folder = write("data.csv", b"a,b,c\n1,x,3\n4,\xff,6\n").parent
    write("net.yaml", NET)
    cli("forward", "net.yaml", "data.csv", "--rejects", "r.csv", cwd=folder)
    assert [row[:4] for row in listed(folder / "r.csv")[1:]] == [
        ["2", "2", "b", "N404"],
        ["3", "", "", "N406"],
    ]


def test_samples_in_columns_are_listed_by_line_and_column_of_the_file(
    cli: RunCli, write: Write
) -> None:
    folder = write("data.csv", "name,s1,s2\nx,1,oops\ny,2,3\nz,-,4\n").parent
    write("net.yaml", NET)
    options = ("--samples", "columns", "--rejects", "r.csv")
    assert cli("forward", "net.yaml", "data.csv", *options, cwd=folder).code == 4
    assert listed(folder / "r.csv")[1:] == [
        ["2", "3", "s2", "N404", "oops"],
        ["4", "2", "s1", "N404", "-"],
    ]


def test_a_list_of_nothing_has_its_header(cli: RunCli, write: Write) -> None:
    folder = write("data.csv", "1,2,3\n").parent
    write("net.yaml", NET)
    assert cli("forward", "net.yaml", "data.csv", "--rejects", "r.csv", cwd=folder).code == 0
    assert (folder / "r.csv").read_text() == HEADER + "\n"


def test_an_existing_list_is_replaced_only_with_force(cli: RunCli, write: Write) -> None:
    folder = write("data.csv", "1,x,3\n4,5,6\n").parent
    write("net.yaml", NET)
    write("r.csv", "old\n")
    command = ("forward", "net.yaml", "data.csv", "--no-header", "--rejects", "r.csv")
    refused = cli(*command, cwd=folder)
    assert (refused.code, "error[N504]" in refused.err) == (5, True)
    assert (folder / "r.csv").read_text() == "old\n"
    assert cli(*command, "--force", cwd=folder).code == 4
    assert (folder / "r.csv").read_text() == f"{HEADER}\ndata.csv,1,2,column_2,N404,x\n"


def test_a_list_never_replaces_an_input_nor_the_output(cli: RunCli, write: Write) -> None:
    folder = write("data.csv", "1,2,3\n").parent
    write("net.yaml", NET)
    for path in ("data.csv", "./net.yaml"):
        done = cli("forward", "net.yaml", "data.csv", "--rejects", path, "--force", cwd=folder)
        assert (done.code, "error[N505]" in done.err) == (5, True)
    same = cli("forward", "net.yaml", "data.csv", "-o", "x.csv", "--rejects", "x.csv", cwd=folder)
    assert same.code == 2
    assert "-o and --rejects name the same file" in same.err
    assert sorted(os.listdir(folder)) == ["data.csv", "net.yaml"]


def test_shapes_without_data_have_nothing_to_reject(cli: RunCli, write: Write) -> None:
    folder = write("net.yaml", NET).parent
    done = cli("shapes", "net.yaml", "--rejects", "r.csv", cwd=folder)
    assert (done.code, "name the data file" in done.err) == (2, True)


def test_a_missing_data_file_leaves_no_list(cli: RunCli, write: Write) -> None:
    folder = write("net.yaml", NET).parent
    assert cli("forward", "net.yaml", "none.csv", "--rejects", "r.csv", cwd=folder).code == 5
    assert os.listdir(folder) == ["net.yaml"]


def test_a_list_goes_into_a_pipe_that_somebody_reads(cli: RunCli, write: Write) -> None:
    folder = write("data.csv", "a,b,c\n1,x,3\n").parent
    write("net.yaml", NET)
    fifo = folder / "fifo"
    os.mkfifo(fifo)
    received: list[str] = []
    reader = threading.Thread(target=lambda: received.append(fifo.read_text()))
    reader.start()
    assert cli("forward", "net.yaml", "data.csv", "--rejects", "fifo", cwd=folder).code == 4
    reader.join(timeout=30)
    assert received == [f"{HEADER}\ndata.csv,2,2,b,N404,x\n"]
