"""How long `nncli explain` takes for a wide network, compared with `import numpy`.

Runs each command in turn, round after round, and prints the medians and their ratios.  Install the
package first (bytecode compiled), then:  python benchmarks/explain.py [ROUNDS]
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
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
CONFIG = str(ROOT / "configs" / "wide.yaml")
INPUTS = 784
TARGET = 3.0  # seconds for one neuron with 784 inputs, as text

BASE, ONE_NEURON = "python -c 'import numpy'", "one neuron of 784 inputs, as text"
OPTIONS = {
    ONE_NEURON: ("--layer", "1", "--neuron", "1"),
    "the same with all terms": ("--layer", "1", "--neuron", "1", "--terms", "all"),
    "one sample through all layers": ("--layer", "all"),
    "the same as JSON": ("--layer", "all", "--format", "json"),
    "the same as a page": ("--layer", "all", "--format", "html"),
}


class Times(NamedTuple):
    """What a process took, in seconds."""

    elapsed: float
    processor: float  # which the other processes of a busy machine change less


def measure(rounds: int, data: str) -> dict[str, Times]:
    """Return the medians of each command, interleaved, after one warm-up round."""
    explain = (sys.executable, "-m", "nncli", "explain", CONFIG, data, "--quiet")
    commands = {name: [*explain, *options] for name, options in OPTIONS.items()}
    commands = {BASE: [sys.executable, "-c", "import numpy"], **commands}
    times: dict[str, list[Times]] = {name: [] for name in commands}
    for round_number in range(rounds + 1):
        for name, command in commands.items():
            took = timed(command)
            if round_number:
                times[name].append(took)
    return {
        name: Times(*map(statistics.median, zip(*each, strict=True)))
        for name, each in times.items()
    }


def timed(command: list[str]) -> Times:
    """Run a command to its end."""
    # otherwise a run would compile what it imports, time after time
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    elapsed = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return Times(elapsed, usage.ru_utime + usage.ru_stime)


def main() -> None:
    """Print the table, then one line of JSON."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    with tempfile.TemporaryDirectory() as folder:
        data = os.path.join(folder, "pixels.csv")
        pixels = np.random.RandomState(0).randint(0, 256, (1, INPUTS)) / 255
        np.savetxt(data, pixels, delimiter=",", fmt="%.4g")
        medians = measure(rounds, data)
    base = medians[BASE]
    for name, (elapsed, processor) in medians.items():
        times = f"{elapsed:.2f} s {elapsed / base.elapsed:>7.1f} × import numpy"
        print(f"{name:<36}{times:>30}   processor {processor:.2f} s")
    verdict = "met" if medians[ONE_NEURON].elapsed < TARGET else "MISSED"
    print(f"{ONE_NEURON}: target {TARGET:g} s ({verdict})")
    record = {
        "rounds": rounds,
        "median_seconds": {name: each._asdict() for name, each in medians.items()},
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cpus": os.cpu_count(),
        **{name: version(name) for name in ("numpy", "typer", "pydantic", "rich", "PyYAML")},
    }
    print(json.dumps(record))


if __name__ == "__main__":
    main()
