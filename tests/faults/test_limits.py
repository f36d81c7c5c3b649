"""Limits and shortages: file sizes, open files, memory, a full disk, a folder that goes away."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from faults.conftest import MakeScene

OLD = b"an earlier result\n"
FORMS = ("csv", "jsonl", "npy", "parquet", "json")
every_form = pytest.mark.parametrize("form", FORMS)


def forward(*arguments: str) -> tuple[str, ...]:
    return ("forward", "net.yaml", "data.csv", "--force", "--threads", "1", *arguments)


# ------------------------------------------------------------------------------------ file sizes


@pytest.mark.parametrize(
    ("form", "most"), [("csv", 200), *((form, 9000) for form in FORMS if form != "parquet")]
)
def test_a_result_larger_than_files_may_be_leaves_the_place_as_before(
    make_scene: MakeScene, form: str, most: int
) -> None:
    scene = make_scene()
    scene.write(f"out.{form}", OLD)
    command = scene.limited("RLIMIT_FSIZE", most, *forward("-o", f"out.{form}"))
    ended = scene.run(command)
    assert ended.fault({f"out.{form}": OLD}) == ""
    assert f"out.{form}: error[N506]: writing failed: File too large" in ended.err


def test_a_list_of_rejects_larger_than_files_may_be_leaves_the_place_as_before(
    make_scene: MakeScene,
) -> None:
    scene = make_scene(b"1,2,3,4\n" + b"1,x,3,4\n" * 2000)
    scene.write("out.csv", OLD)
    ended = scene.run(scene.limited("RLIMIT_FSIZE", 9000, *forward("--rejects", "out.csv")))
    assert ended.fault({"out.csv": OLD}) == ""
    assert "out.csv: error[N506]: writing failed: File too large" in ended.err


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("form", ["csv", "json"])
def test_standard_output_that_may_not_grow_ends_it_with_5(
    make_scene: MakeScene, form: str, tmp_path: Path, unbuffered: str
) -> None:
    """A part of a block still fits in: without a buffer, writing it is no error by itself."""
    scene = make_scene()
    command = scene.limited("RLIMIT_FSIZE", 9000, *forward("--format", form))
    with (tmp_path / "stdout").open("wb") as stdout:
        ended = scene.run(command, stdout=stdout, env={"PYTHONUNBUFFERED": unbuffered})
    assert ended.fault({}) == ""
    assert "<stdout>: error[N506]: writing failed: File too large" in ended.err


def test_a_standard_output_that_must_not_wait_ends_it_with_5(make_scene: MakeScene) -> None:
    """Without a buffer, a pipe that takes nothing at the moment is no error by itself."""
    scene = make_scene()
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with open(reading, "rb"), open(writing, "wb") as stdout:
        command = scene.command(*forward("--format", "json"))
        os.write(writing, bytes(2**20))  # as much of it as fits in
        ended = scene.run(command, stdout=stdout, env={"PYTHONUNBUFFERED": "1"})
    assert ended.fault({}) == ""
    assert "<stdout>: error[N506]: writing failed" in ended.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("form", ["csv", "json"])
def test_a_long_result_on_a_full_standard_output_ends_it_with_5(
    make_scene: MakeScene, form: str
) -> None:
    scene = make_scene()
    with Path("/dev/full").open("wb") as full:
        ended = scene.run(scene.command(*forward("--format", form)), stdout=full)
    assert ended.fault({}) == ""
    assert "<stdout>: error[N506]: writing failed: No space left on device" in ended.err


def test_a_closed_standard_output_ends_a_streamed_result_with_5(make_scene: MakeScene) -> None:
    scene = make_scene()
    command = ["sh", "-c", '"$@" >&-', "sh", *scene.command(*forward("--format", "csv"))]
    ended = scene.run(command)
    assert ended.fault({}) == ""
    assert "error[N506]: standard output is closed" in ended.err


# ------------------------------------------------------------------------------------ open files


def test_with_ever_fewer_open_files_it_is_done_or_both_places_are_as_before(
    make_scene: MakeScene,
) -> None:
    """From plenty down to a few: the first limit that is too small ends it with a message."""
    scene = make_scene()
    before = {"out.csv": OLD, "rejects.csv": OLD}
    outputs = ("-o", "out.csv", "--rejects", "rejects.csv", "--quiet")
    for most in range(9, 3, -1):
        for name, content in before.items():
            scene.write(name, content)
        ended = scene.run(scene.limited("RLIMIT_NOFILE", most, *forward(*outputs)))
        if ended.code:
            break
        assert ended.left.keys() == before.keys()
        assert OLD not in ended.left.values()
    assert ended.fault(before) == ""
    assert "ulimit -n" in ended.err


# ---------------------------------------------------------------------------------------- memory


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the addresses in use")
def test_with_ever_less_memory_it_is_done_or_the_place_is_as_before(make_scene: MakeScene) -> None:
    """The libraries take 100 to 300 MB of addresses: with a little less, one cannot be loaded.

    Their C code may end the process by a signal, which leaves no time to clean up.
    """
    scene = make_scene()
    codes = []
    new = b""
    for mebibytes in (4096, 220, 150, 60):
        scene.write("out.csv", OLD)
        options = ("-o", "out.csv", "--quiet")
        ended = scene.run(scene.limited("RLIMIT_AS", mebibytes * 2**20, *forward(*options)))
        codes.append(ended.code)
        new = new or ended.left["out.csv"]
        if ended.code < 0:
            assert ended.left["out.csv"] in (OLD, new)
            continue
        assert ended.left.keys() == {"out.csv"}
        assert ended.left["out.csv"] == (OLD if ended.code else new)
        assert "Traceback" not in ended.err
        assert "bug" not in ended.err
        if ended.code == 5:
            assert "error[N508]: not enough memory" in ended.err
    assert codes[0] == 0
    assert 5 in codes


# --------------------------------------------------------------------------------- disk and folder


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system that takes 64 KiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if shutil.which("mount") is None or os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    mounted = subprocess.run(command, capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip(f"no small disk can be mounted: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.parametrize(("form", "existing"), [*((form, True) for form in FORMS), ("csv", False)])
def test_a_disk_that_fills_up_holds_what_it_held(
    make_scene: MakeScene, small_disk: Path, form: str, existing: bool
) -> None:
    scene = make_scene(b"".join(b"%d.5,%d.25,-1e-3,.1\n" % (-row, row) for row in range(6000)))
    target = small_disk / f"out.{form}"
    if existing:
        target.write_bytes(OLD)
    ended = scene.run(scene.command(*forward("-o", str(target))))
    assert ended.fault({}) == ""
    assert f"{target}: error[N506]: writing failed: No space left on device" in ended.err
    assert "free some space" in ended.err
    assert {p.name: p.read_bytes() for p in small_disk.iterdir()} == (
        {target.name: OLD} if existing else {}
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_becomes_read_only_ends_it_with_5(make_scene: MakeScene) -> None:
    scene = make_scene()
    scene.write("out.csv", OLD)
    scene.folder.chmod(0o500)
    try:
        ended = scene.run(scene.command(*forward("-o", "out.csv")))
    finally:
        scene.folder.chmod(0o700)
    assert ended.fault({"out.csv": OLD}) == ""


@pytest.mark.parametrize("option", ["-o", "--rejects"])
def test_a_folder_that_is_removed_meanwhile_ends_it_with_5(
    make_scene: MakeScene, option: str
) -> None:
    """The data comes through a FIFO: the folder goes once the command has opened it."""
    scene = make_scene()
    results = scene.folder / "results"
    results.mkdir()
    os.mkfifo(scene.folder / "fifo")
    command = scene.command("forward", "net.yaml", "fifo", option, "results/out.csv")
    with scene.start(command) as process:
        try:
            # opening waits for the reader; the list of rejects is opened before, the result after
            with (scene.folder / "fifo").open("wb") as fifo:
                if option == "-o":
                    fifo.write(b"1,2,3,4\n" * 600)
                    fifo.flush()
                    _wait_for_entry(results, process)
                shutil.rmtree(results)
                fifo.write(b"5,6,7,8\n")
            _, err = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 5
    assert b"error[N501]: no such folder" in err
    assert err.count(b"error") == 1
    assert not results.exists()


def _wait_for_entry(folder: Path, process: subprocess.Popen[bytes]) -> None:
    while not any(folder.iterdir()):
        assert process.poll() is None, process.communicate()
        time.sleep(0.002)
