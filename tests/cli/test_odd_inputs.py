"""Odd inputs that cannot be written down in a file of cases: packed, binary, or very wide."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

if TYPE_CHECKING:
    from conftest import RunCli

Write = Callable[[str, str | bytes], Path]

# Networks whose output is their input.
TWO = "inputs: 2\nlayers:\n  - {neurons: 2, weights: [[1, 0], [0, 1]]}\n"
THREE = "inputs: 3\nlayers:\n  - {neurons: 3, weights: [[1, 0, 0], [0, 1, 0], [0, 0, 1]]}\n"
ONE = b"a,b,c\n1,2,3\n"
PACKED = gzip.compress(ONE, mtime=0)
NAMES = ",".join(f"n{number}" for number in range(10_000)) + "\n" + ",".join(["1"] * 10_000)


def npy(rows: list[list[float]]) -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.array(rows))
    return stream.getvalue()


TAKEN: dict[str, tuple[str, bytes, str, tuple[str, ...]]] = {
    "gzip": ("data.csv.gz", PACKED, "1,2,3\n", ()),
    "gzip named .csv": ("data.csv", PACKED, "1,2,3\n", ()),
    "gzip of tabs": ("data.tsv.gz", gzip.compress(b"1\t2\t3\n", mtime=0), "1,2,3\n", ()),
    "gzip in several parts": (
        "data.csv",
        gzip.compress(b"a,b,c\n1,", mtime=0) + gzip.compress(b"2,3\n4,5,6\n", mtime=0),
        "1,2,3\n4,5,6\n",
        (),
    ),
    "gzip and zeros behind": ("data.csv", PACKED + b"\0" * 700, "1,2,3\n", ()),
    "10,000 names": ("data.csv", NAMES.encode(), "1,1,1\n", ("--columns", "n1,n2,n9999")),
}


@pytest.mark.parametrize(("source", "data", "rows", "options"), TAKEN.values(), ids=TAKEN)
def test_what_is_packed_or_wide_is_read(
    cli: RunCli, write: Write, source: str, data: bytes, rows: str, options: tuple[str, ...]
) -> None:
    folder = write("spec.yaml", THREE).parent
    write(source, data)
    done = cli("forward", "spec.yaml", source, *options, "--format", "csv", cwd=folder)
    assert (done.code, done.err) == (0, "")
    assert done.out.partition("\n")[2] == rows


BINARY = bytes(range(256)) * 40
REFUSED: dict[str, tuple[bytes, str, tuple[str, ...]]] = {
    "bzip2": (bz2.compress(ONE), ":1: error[N411]", ("bzip2", "bunzip2")),
    "xz": (lzma.compress(ONE), ":1: error[N411]", ("xz", "unxz")),
    "Zstandard": (b"\x28\xb5\x2f\xfd" + b"\0" * 30, ":1: error[N411]", ("Zstandard", "unzstd")),
    "gzip cut off": (
        gzip.compress(b"a,b,c\n" + b"1,2,3\n" * 1000, mtime=0)[:-20],
        ":1: error[N416]",
        ("ends early", "after line", "again"),
    ),
    "the start of a gzip header": (b"\x1f\x8b", ": error[N416]", ("ends early",)),
    "gzip and junk behind": (PACKED + b"junk", ":2: error[N416]", ()),
    "gzip with a wrong checksum": (
        PACKED[:-8] + b"\0" * 4 + PACKED[-4:],
        ":2: error[N416]",
        ("again",),
    ),
    "gzip in gzip": (gzip.compress(PACKED, mtime=0), ":1: error[N411]", ("twice",)),
    "binary": (BINARY, ":1:1: error[N406]", ("binary",)),
}


@pytest.mark.parametrize(("data", "place", "words"), REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("source", ["data.csv", "-"])
def test_what_is_packed_otherwise_or_broken_is_refused(
    cli: RunCli, write: Write, data: bytes, place: str, words: tuple[str, ...], source: str
) -> None:
    folder = write("spec.yaml", THREE).parent
    write("data.csv", data)
    done = cli("forward", "spec.yaml", source, "--format", "csv", stdin=data, cwd=folder)
    assert (done.code, done.out) == (4, "")
    assert done.err.startswith({"-": "<stdin>"}.get(source, source) + place)
    assert done.err.count("error[") == 1
    assert "\nhelp: " in done.err
    assert all(word in done.err for word in words)


# ------------------------------------------------------------------- decimals and aligned columns


@pytest.mark.parametrize(
    ("options", "data"),
    [
        (["--decimal", ",", "--delimiter", ";"], "a;b\n1,5;2\n-3;,25\n"),
        (["--decimal", ",", "--delimiter", "blanks"], "  a  b \n 1,5 2\n-3   \t,25\n"),
    ],
)
def test_every_command_reads_decimal_commas_and_aligned_columns(
    cli: RunCli, write: Write, options: list[str], data: str
) -> None:
    spec, batch = write("spec.yaml", TWO), write("data.csv", data)
    done = cli("forward", spec, batch, *options, "--format", "csv", "--expect", batch)
    assert (done.code, done.out.partition("\n")[2]) == (0, "1.5,2\n-3,0.25\n")
    assert cli("shapes", spec, batch, *options).code == 0
    quick = ("--batch-sizes", "1", "--repetitions", "1", "--min-time", "0", "--max-time", "0")
    assert cli("bench", spec, batch, *options, *quick).code == 0


def test_a_decimal_is_a_point_or_a_comma(cli: RunCli, write: Write) -> None:
    done = cli("forward", write("spec.yaml", TWO), write("data.csv", "1,2\n"), "--decimal=;")
    assert (done.code, done.out) == (2, "")
    assert "'.', ','" in done.err


# ------------------------------------------------------------------------------ what would help


@pytest.mark.parametrize(
    ("spec", "source", "data", "options"),
    [
        (TWO, "data.csv.gz", gzip.compress(b"a;b\n1;2\n3;4\n", mtime=0), ["--delimiter", ";"]),
        (THREE, "data.npy", npy([[1, 2], [3, 4], [5, 6]]), ["--samples", "columns"]),
    ],
    ids=["semicolons in gzip", "samples in the columns of an array"],
)
def test_a_file_that_cannot_be_edited_gets_options_that_mend_the_run(
    cli: RunCli, write: Write, spec: str, source: str, data: bytes, options: list[str]
) -> None:
    command = ("forward", write("spec.yaml", spec), write(source, data))
    done = cli(*command, "--format", "json")
    [problem] = done.json["problems"]
    place = (1, 1) if source.endswith(".gz") else (None, None)
    assert (done.code, problem["code"]) == (4, "N407")
    assert (problem["line"], problem["column"]) == place
    assert problem["suggestions"][0]["options"] == options
    assert problem["suggestions"][0]["edits"] == []
    rows = "1,2\n3,4\n" if source.endswith(".gz") else "1,3,5\n2,4,6\n"
    assert cli(*command, *options, "--format", "csv").out.partition("\n")[2] == rows


HOPELESS_LAYERS = """\
inputs: 2
layers:
  - neurons: 3
    weights: [[1, 2, 3], [4, 5, 6]]
  - neurons: 2
    weights: [[1, 2], [3, 4], [5, 6], [7, 8], [9, 10]]
  - neurons: 1
    weights: [[1], [2]]
"""
HOPELESS_DATA = "".join(
    ",".join(map(str, row)) + "\n" for row in np.random.default_rng(20).normal(size=(7, 30))
)


@pytest.mark.parametrize(
    ("spec", "data", "expected", "words"),
    [
        (TWO, HOPELESS_DATA, (4, "N407", 1, 1), "28 columns must go"),
        (HOPELESS_LAYERS, "1,2\n3,4\n", (3, "N201", 6, 14), "give layer 2 weights for 3 inputs"),
    ],
    ids=["data", "layers"],
)
def test_what_no_single_change_makes_fit_is_said_to_be_such(
    cli: RunCli, write: Write, spec: str, data: str, expected: tuple[int, str, int, int], words: str
) -> None:
    done = cli("forward", write("net.yaml", spec), write("data.csv", data), "--format", "json")
    [problem] = done.json["problems"]
    assert (done.code, problem["code"], problem["line"], problem["column"]) == expected
    told = [change["message"] for change in problem["suggestions"]] + problem["help"]
    assert any(text.startswith(words) for text in told)
    for change in problem["suggestions"]:
        assert (change["edits"], change["options"], change["argv"]) == ([], [], None)


@pytest.mark.parametrize("expected", ["5\n1O\n", "1O\n"])
def test_a_faulty_cell_of_expected_outputs_is_told_how_to_be_mended(
    cli: RunCli, write: Write, expected: str
) -> None:
    folder = write("net.yaml", "inputs: 1\nlayers: [{neurons: 1}]\nseed: 0\n").parent
    write("batch.csv", "1\n2\n")
    write("expected.csv", expected)
    done = cli("forward", "net.yaml", "batch.csv", "--expect", "expected.csv", cwd=folder)
    line = expected.count("\n")
    words = "help: write digits instead of the letters that look like them"
    assert done.code == 4
    assert f"{words}   expected.csv:{line}   10\n{words}\n" in done.err


@pytest.mark.parametrize("command", ["forward", "shapes"])
@pytest.mark.parametrize("option", ["--drop", "--keep"])
def test_data_without_a_single_feature_does_not_fit(
    cli: RunCli, write: Write, command: str, option: str
) -> None:
    folder = write("net.yaml", TWO).parent
    write("batch.csv", "a\n1\n2\n")
    done = cli(command, "net.yaml", "batch.csv", option, "1", cwd=folder)
    assert done.code == 4
    assert "batch.csv:1:1: error[N407]: the file has 0 feature columns" in done.err


def test_a_value_that_is_not_finite_fails_a_strict_run(cli: RunCli, write: Write) -> None:
    spec, data = write("spec.yaml", THREE), write("data.csv", "1,2,3\n4,nan,6\n")
    done = cli("forward", spec, data, "--strict", "--quiet")
    assert done.code == 1
    assert "error[N603]" in done.err
    assert "sample 2, column 2" in done.err
