"""Odd data that needs more than a row of a table: long, endless, slow, or from a terminal."""

from __future__ import annotations

import contextlib
import gzip
import io
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from commands import NNCLI, Done, run_apart
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

# Its output is its input, so that a result shows what was read.
IDENTITY = """\
inputs: 3
layers:
  - {neurons: 3, weights: [[1, 0, 0], [0, 1, 0], [0, 0, 1]], biases: [0, 0, 0]}
"""
OUTPUTS = "output_1,output_2,output_3\n"
ABC = b"a,b,c\n"
ONE = ABC + b"1,2,3\n"

Cli = Callable[..., Any]
Write = Callable[[str, str | bytes], Path]


@pytest.fixture
def spec(write: Write) -> Path:
    return write("spec.yaml", IDENTITY)


def forward(cli: Cli, spec: Path, content: bytes, options: tuple[str, ...], way: str) -> Any:
    """Run the content as a CSV result through the identity: from a file, or from a pipe."""
    folder = spec.parent
    arguments = ("forward", spec.name)
    if way == "pipe":
        return cli(*arguments, "-", "--format", "csv", *options, stdin=content, cwd=folder)
    (folder / "data.csv").write_bytes(content)
    return cli(*arguments, "data.csv", "--format", "csv", *options, cwd=folder)


def test_text_that_no_file_could_hold_is_refused_and_is_no_bug(cli: Cli, spec: Path) -> None:
    options = ("--keep", "id", "--encoding", "utf-7")
    done = forward(cli, spec, b"id,a,b,c\n+2AA-,1,2,3\n", options, "file")
    assert (done.code, done.told[0].code) == (4, "N406")


# ------------------------------------------------------------------------------ far and long


def test_a_bad_cell_far_down_is_located_and_nothing_is_written(cli: Cli, spec: Path) -> None:
    content = ABC + b"1,2,3\r\n" * 30_000 + b"4,five,6\r\n"
    done = forward(cli, spec, content, (), "file")
    near = forward(cli, spec, ABC + b"1,2,3\r\n4,five,6\r\n", (), "file")
    told = done.told[0]
    assert (done.code, done.out, told.code, told.line, told.column) == (4, "", "N404", 30_002, 2)
    assert told.message == near.told[0].message
    assert told.help == near.told[0].help.replace("data.csv:3", "data.csv:30002")
    out = spec.parent / "out.csv"
    assert cli("forward", spec, spec.parent / "data.csv", "-o", out).code == 4
    assert not out.exists()


@pytest.mark.parametrize("packed", [False, True])
def test_a_line_of_17_mebibytes_is_refused_at_its_number(
    cli: Cli, spec: Path, packed: bool
) -> None:
    content = ONE + b"1" * (17 * 2**20)
    done = forward(cli, spec, gzip.compress(content, 1) if packed else content, (), "file")
    told = done.told[0]
    assert (done.code, told.code, told.line) == (4, "N413", 3)
    assert "16 MiB" in told.message
    assert told.help


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="memory is read from /proc")
@pytest.mark.parametrize("start", [b"", b'1,"'])
def test_a_gzip_bomb_of_one_long_line_takes_little_memory(spec: Path, start: bytes) -> None:
    # 2 GiB in 2 MiB: one gzip member after another
    bomb = gzip.compress(ONE + start) + gzip.compress(b"1" * 2**20) * 2048
    (spec.parent / "data.csv").write_bytes(bomb)
    code = (
        "import sys; from nncli.cli.app import run; code = run(sys.argv[1:]);"
        "status = open('/proc/self/status').read();"
        "print(code, status.split('VmHWM:')[1].split()[0])"
    )
    done = run_apart([sys.executable, "-c", code, "forward", spec, spec.parent / "data.csv"])
    exit_code, kibibytes = map(int, done.out.split())
    assert (exit_code, "error[N4" in done.err) == (4, True)
    assert kibibytes < 300 * 1024


def test_what_must_be_held_whole_is_limited_after_decompression(cli: Cli, spec: Path) -> None:
    # five long lines, not a million short ones: the limit is on bytes
    row = b"1,2,3," + b"x" * (15 * 2**20) + b"\n"
    content = gzip.compress(b"a,b,c,id\n" + row * 5, 1)
    (spec.parent / "data.csv").write_bytes(content)
    options = ("--drop", "id", "--format", "json")
    done = cli("forward", spec, "data.csv", *options, cwd=spec.parent)
    assert (done.code, done.json["problems"][0]["code"]) == (4, "N412")
    told = done.told[0]
    assert (told.code, "64 MiB" in told.message) == ("N412", True)


# ------------------------------------------------------------------------------ standard input


def run_nncli(spec: Path, stdin: int) -> Done:
    return run_apart([*NNCLI, "forward", spec, "-", "--format", "csv"], stdin=stdin)


def test_an_array_on_standard_input_is_read(cli: Cli, spec: Path) -> None:
    stream = io.BytesIO()
    np.save(stream, np.array([[1.0, 2, 3]]))
    done = cli("forward", spec, "-", "--format", "csv", stdin=stream.getvalue())
    assert (done.code, done.out) == (0, OUTPUTS + "1,2,3\n")


def test_somebody_at_a_terminal_is_told_that_data_is_awaited(spec: Path) -> None:
    pty = pytest.importorskip("pty", reason="there are no pseudo-terminals here")
    master, slave = pty.openpty()
    try:
        os.write(master, b"1,2,3\n\x04")
        done = run_nncli(spec, slave)
    finally:
        os.close(slave)
        os.close(master)
    assert (done.code, done.out) == (0, OUTPUTS + "1,2,3\n")
    assert "terminal" in done.err


def test_a_slow_pipe_is_read_to_its_end(spec: Path) -> None:
    reader, writer = os.pipe()

    def write_slowly() -> None:
        for byte in ONE:
            os.write(writer, bytes([byte]))
        os.close(writer)

    thread = threading.Thread(target=write_slowly)
    thread.start()
    try:
        done = run_nncli(spec, reader)
    finally:
        thread.join()
        os.close(reader)
    assert (done.code, done.out, done.err) == (0, OUTPUTS + "1,2,3\n", "")


def test_a_line_that_never_ends_is_refused_while_it_is_written(spec: Path) -> None:
    reader, writer = os.pipe()

    def write_on() -> None:
        with contextlib.suppress(BrokenPipeError):
            while True:
                os.write(writer, b"1" * 2**16)
        os.close(writer)

    thread = threading.Thread(target=write_on)
    thread.start()
    try:
        done = run_nncli(spec, reader)
    finally:
        os.close(reader)
        thread.join()
    told = done.told[0]
    assert (done.code, done.out) == (4, "")
    assert (told.file, told.line, told.code) == ("<stdin>", 1, "N413")
    assert "16 MiB" in told.message
    assert told.help


def test_a_fifo_is_a_file_to_read_from(cli: Cli, spec: Path) -> None:
    fifo = spec.parent / "pipe"
    os.mkfifo(fifo)
    writer = threading.Thread(target=fifo.write_bytes, args=(ONE,), daemon=True)
    writer.start()
    done = cli("forward", spec, fifo, "--format", "csv")
    writer.join(10)
    assert (done.code, done.out) == (0, OUTPUTS + "1,2,3\n")


# ------------------------------------------------------------------------------ files


def test_a_missing_file_is_exit_code_5_with_the_nearest_name(cli: Cli, spec: Path) -> None:
    (spec.parent / "weather.csv").write_bytes(ONE)
    done = cli("forward", spec, "wether.csv", cwd=spec.parent)
    told = done.told[0]
    assert (done.code, told.file, told.code, told.line) == (5, "wether.csv", "N501", None)
    assert "weather.csv" in told.help


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_exit_code_5(cli: Cli, spec: Path, write: Write) -> None:
    path = write("secret.csv", ONE)
    path.chmod(0)
    done = cli("forward", spec, path)
    assert (done.code, done.told[0].code) == (5, "N503")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=80) | st.text('ab1.,;"\n\r\0é\ufeff -', max_size=40).map(str.encode))
def test_no_content_at_all_ends_in_a_bug(cli: Cli, spec: Path, content: bytes) -> None:
    done = forward(cli, spec, content, (), "pipe")
    assert done.code in {0, 4}, done.err
    assert "Traceback" not in done.err
    assert (done.out != "") == (done.code == 0)
