"""How fast `nncli evaluate` goes through large data, compared with `nncli forward` without output.

Makes data of so many rows, runs both in turn, round after round, and prints the medians, their
ratios and the most memory that a process held.  Install the package first (bytecode compiled),
then:  python benchmarks/evaluate.py [ROWS] [ROUNDS]
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np

TARGET = 0.8  # of forward's rate
FEATURES, AT_ONCE = 4, 100_000
# By its name: the last layer of the network.
TASKS = {
    "three classes": "{neurons: 3, activation: softmax}",
    "two classes": "{neurons: 1, activation: sigmoid}",
    "numbers": "{neurons: 1}",
}


class Used(NamedTuple):
    """What a process took."""

    elapsed: float  # seconds
    processor: float  # seconds
    memory: float  # MB, at most


def write_data(path: Path, rows: int, task: str) -> None:
    """Write random features, and a target beside them."""
    draw = np.random.RandomState(0)
    with path.open("w", encoding="ascii") as file:
        file.write(",".join([*(f"x{n}" for n in range(FEATURES)), "y"]) + "\n")
        for start in range(0, rows, AT_ONCE):
            count = min(AT_ONCE, rows - start)
            features = draw.standard_normal((count, FEATURES)).round(4)
            classes = {"three classes": 3, "two classes": 2}.get(task)
            target = (
                features.sum(1).round(4) if classes is None else draw.randint(classes, size=count)
            )
            for row, y in zip(features.tolist(), target.tolist(), strict=True):
                file.write(f"{','.join(map(str, row))},{y}\n")


def measure(rows: int, rounds: int, folder: Path) -> Iterator[tuple[str, dict[str, Used]]]:
    """Yield the medians of each task, interleaved, after one warm-up round."""
    for task, last in TASKS.items():
        data, spec = folder / "data.csv", folder / "net.yaml"
        write_data(data, rows, task)
        layers = f"- {{neurons: 16, activation: relu}}\n- {last}\n"
        spec.write_text(f"inputs: {FEATURES}\nseed: 0\nlayers:\n{layers}", encoding="ascii")
        nncli = [sys.executable, "-m", "nncli"]
        commands = {
            "forward": [*nncli, "forward", str(spec), str(data), "--drop", "y", "--rows", "1"],
            "evaluate": [*nncli, "evaluate", str(spec), str(data), "--target", "y"],
        }
        used: dict[str, list[Used]] = {name: [] for name in commands}
        for round_number in range(rounds + 1):
            for name, command in commands.items():
                took = run([*command, "--quiet"])
                if round_number:
                    used[name].append(took)
        yield (
            task,
            {
                name: Used(*map(statistics.median, zip(*each, strict=True)))
                for name, each in used.items()
            },
        )


def run(command: list[str]) -> Used:
    """Run a command to its end."""
    # otherwise a run would compile what it imports, time after time
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    elapsed = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return Used(elapsed, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1e3)


def main() -> None:
    """Print a line for each task, then one line of JSON."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    record = {}
    with tempfile.TemporaryDirectory() as name:
        for task, medians in measure(rows, rounds, Path(name)):
            forward, evaluate = medians["forward"], medians["evaluate"]
            rate = forward.elapsed / evaluate.elapsed
            print(
                f"{task:<14} forward {forward.elapsed:6.2f} s   evaluate {evaluate.elapsed:6.2f} s"
                f"   {rate:.2f} of its rate ({'met' if rate >= TARGET else 'MISSED'})"
                f"   by processor time {forward.processor / evaluate.processor:.2f}"
                f"   memory {forward.memory:.0f} and {evaluate.memory:.0f} MB",
                flush=True,
            )
            record[task] = {name: each._asdict() for name, each in medians.items()}
    machine = {"python": platform.python_version(), "cpus": os.cpu_count()}
    print(
        json.dumps({"rows": rows, "rounds": rounds, **machine, "numpy": version("numpy"), **record})
    )


if __name__ == "__main__":
    main()
