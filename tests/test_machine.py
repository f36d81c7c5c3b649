"""What the machine has; and every command on a system that lacks what Linux and macOS have."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from nncli import machine

ROOT = Path(__file__).resolve().parent.parent
FORWARD = ("forward", "configs/layer_objects.yaml", "sample_data/layer_objects.csv")
# What stands in front of a command where these modules and functions are out of reach.
WITHOUT = """
import os, signal, sys
for name in ("fcntl", "resource"):
    sys.modules[name] = None
for name in ("fork", "getloadavg", "sched_getaffinity"):
    if hasattr(os, name):
        delattr(os, name)
from nncli.__main__ import main
main()
"""


def run_without(*arguments: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[bytes]:
    """Run a command in a process that cannot fork, nor ask for its resources."""
    command = [sys.executable, "-c", WITHOUT, *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, timeout=120, check=False)


def test_a_process_may_use_some_processors_and_some_memory() -> None:
    assert 1 <= machine.usable_processors() <= (os.cpu_count() or 1)
    assert (machine.memory_bytes() or 0) > 2**26
    assert 2**22 < (machine.peak_bytes() or 0) < (machine.memory_bytes() or 0)


def test_this_process_runs_and_one_of_a_number_that_none_can_have_does_not() -> None:
    assert machine.is_running(os.getpid())
    assert not machine.is_running(10**30)


@pytest.mark.parametrize(
    "arguments",
    [
        FORWARD,
        (*FORWARD, "--format", "json"),
        ("shapes", "configs/layer_objects.yaml"),
        ("shapes", "configs/broken.yaml"),
        ("forward", "configs/layer_objects.yaml", "sample_data/nothing.csv"),
        ("schema",),
        ("explain-error", "N201"),
    ],
    ids=lambda arguments: " ".join(arguments)[:40],
)
def test_without_fork_and_resources_commands_print_the_same(arguments: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "nncli", *arguments]
    usual = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=120, check=False)
    done = run_without(*arguments)
    assert (done.returncode, done.stdout, done.stderr) == (
        usual.returncode,
        usual.stdout,
        usual.stderr,
    )


@pytest.mark.parametrize("suffix", ["csv", "json", "jsonl", "npy", "parquet"])
def test_without_fork_and_resources_results_are_written(suffix: str, tmp_path: Path) -> None:
    """The line at the end leaves the peak out, which the system does not tell."""
    path = tmp_path / f"result.{suffix}"
    path.write_bytes(b"old")
    done = run_without(*FORWARD, "-o", path, "--force")
    assert done.returncode == 0, done.stderr.decode()
    assert b"3 rows in, 3 out" in done.stderr
    assert b"peak" not in done.stderr
    assert path.stat().st_size > 3
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    if suffix == "npy":
        assert np.load(path).shape == (3, 2)


def test_without_fork_bench_measures_in_its_own_process() -> None:
    done = run_without("bench", "configs/neuron.yaml", "--batch-sizes", "1,2", "--max-time", "0")
    assert done.returncode == 0, done.stderr.decode()
    assert b"batch size" in done.stdout
