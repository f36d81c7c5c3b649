"""Signals in the middle of a run: more data is awaited, threads compute, or nobody reads stdout."""

from __future__ import annotations

import fcntl
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import product
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from faults.conftest import MakeScene, Scene

OLD = b"an earlier result\n"
CODES = {
    signal.SIGINT: 130,
    signal.SIGTERM: 143,
    signal.SIGHUP: 129,
    signal.SIGKILL: -signal.SIGKILL,
}
HEADER = b"a,b,c,d\n"
# Only a guard: nothing here takes so long.
GUARD_SECONDS = 20

OUT_CSV = ("-o", "out.csv")
# Arguments, and data of which more is to come: as much as it takes for something to be written.
FORMS: dict[str, tuple[tuple[str, ...], bytes]] = {
    "csv": (OUT_CSV, b"1,2,3,4\n" * 600),
    "jsonl": (("-o", "out.jsonl"), b"1,2,3,4\n" * 600),
    "npy": (("-o", "out.npy"), b"1,2,3,4\n" * 1000),
    "parquet": (
        ("-o", "out.parquet", "--threads", "1"),
        b"".join(b"%d,.1,.2,.3\n" % row for row in range(70_000)),
    ),
    "rejects": (("--rejects", "out.csv"), b"1,2,3,4\n" + b"1,x,3,4\n" * 1000),
    "both": ((*OUT_CSV, "--rejects", "rejects.csv"), b"1,2,3,4\n" * 600 + b"1,x,3,4\n" * 1000),
    "threads": ((*OUT_CSV, "--threads", "2"), b"0.25,-1.5,3,0.5\n" * 2_200_000),
}


def name_of(value: object) -> str:
    return value.name if isinstance(value, signal.Signals) else str(value)


def wait_until(reached: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    """Wait for a condition that is sure to come; fail if the process ends before."""
    deadline = time.monotonic() + GUARD_SECONDS
    while not reached():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.002)


def temporaries(scene: Scene) -> dict[str, int]:
    """Return the sizes of the temporary files that are there."""
    return {path.name: path.stat().st_size for path in scene.folder.glob(".nncli-*.tmp")}


def end(process: subprocess.Popen[bytes], number: signal.Signals) -> tuple[int, bytes]:
    """Send a signal; return the exit code and standard error once the process has ended."""
    process.send_signal(number)
    code = process.wait(GUARD_SECONDS)
    assert process.stderr is not None
    return code, process.stderr.read()


@contextmanager
def waiting_for_more(scene: Scene, form: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start a command whose data does not end, and wait until it has written something."""
    arguments, data = FORMS[form]
    command = scene.command("forward", "net.yaml", "-", *arguments, "--force", "--quiet")
    with scene.start(command, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        try:
            process.stdin.write(HEADER + data)
            process.stdin.flush()
            wait_until(lambda: any(temporaries(scene).values()), process)
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize(
    ("form", "number"),
    [
        *product(FORMS, (signal.SIGTERM, signal.SIGKILL)),
        *product(("csv", "both"), (signal.SIGINT, signal.SIGHUP)),
    ],
    ids=name_of,
)
def test_in_the_middle_of_its_data_a_signal_leaves_every_place_as_before(
    make_scene: MakeScene, form: str, number: signal.Signals
) -> None:
    existing = number in (signal.SIGTERM, signal.SIGKILL)
    scene = make_scene()
    targets = [name for name in FORMS[form][0] if "." in name]
    before = dict.fromkeys(targets, OLD) if existing else {}
    for name, content in before.items():
        scene.write(name, content)
    with waiting_for_more(scene, form) as process:
        assert len(temporaries(scene)) == len(targets)
        assert end(process, number) == (CODES[number], b"")
    left = scene.left()
    remains = temporaries(scene)
    assert len(remains) == (len(targets) if number is signal.SIGKILL else 0)
    assert {name: left[name] for name in left if name not in remains} == before


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=name_of)
def test_json_which_is_written_at_the_end_is_not_begun_before(
    make_scene: MakeScene, number: signal.Signals
) -> None:
    scene = make_scene()
    scene.write("out.json", OLD)
    command = scene.command("forward", "net.yaml", "-", "-o", "out.json", "--force")
    with scene.start(command, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        # more than a pipe holds: once it is written, the command is reading
        process.stdin.write(b"1,2,3,4\n" * 100_000)
        assert end(process, number) == (CODES[number], b"")
        with suppress(BrokenPipeError):
            process.stdin.close()
    assert scene.left() == {"out.json": OLD}


def is_full(reading: int) -> bool:
    """Whether a pipe is as good as full; pages that are not filled up count as free."""
    held: int = struct.unpack("i", fcntl.ioctl(reading, termios.FIONREAD, bytes(4)))[0]
    size = getattr(fcntl, "F_GETPIPE_SZ", None)
    return held > (fcntl.fcntl(reading, size) if size else 2**16) * 3 // 4


@pytest.mark.parametrize(
    ("form", "number"),
    [("csv", signal.SIGINT), ("jsonl", signal.SIGTERM), ("table", signal.SIGTERM)],
    ids=name_of,
)
def test_a_signal_ends_it_though_nobody_reads_its_standard_output(
    make_scene: MakeScene, form: str, number: signal.Signals
) -> None:
    """As when the pager that shows a result is waiting for its user."""
    scene = make_scene(HEADER + b"0.1,0.2,0.3,0.4\n" * 20_000)
    show = ("--format", form, "--rows", "20000")
    command = scene.command("forward", "net.yaml", "data.csv", *show)
    with scene.start(command, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            reading = process.stdout.fileno()
            wait_until(lambda: is_full(reading), process)
            assert end(process, number) == (CODES[number], b"")
        finally:
            process.kill()
    assert scene.left() == {}
