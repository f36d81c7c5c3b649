"""Start-up time of `nncli`, compared with `import numpy`.

Runs each command in turn, round after round, and prints the medians and their ratios.  Install the
package first (bytecode compiled), then:  python benchmarks/startup.py [ROUNDS]
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import pty
import statistics
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TARGET = 3.5  # forward on the quick-start sample, as a multiple of `import numpy`

CONFIG = str(ROOT / "configs" / "layer_objects.yaml")
DATA = str(ROOT / "sample_data" / "layer_objects.csv")
ON_A_TERMINAL = "nncli forward, on a terminal"
COMMANDS = {
    "python -c 'import numpy'": [sys.executable, "-c", "import numpy"],
    "nncli forward": [sys.executable, "-m", "nncli", "forward", CONFIG, DATA],
    ON_A_TERMINAL: [sys.executable, "-m", "nncli", "forward", CONFIG, DATA],
    "nncli forward --format json": [
        *(sys.executable, "-m", "nncli", "forward", CONFIG, DATA),
        *("--format", "json"),
    ],
    "nncli shapes": [sys.executable, "-m", "nncli", "shapes", CONFIG],
    "nncli --help": [sys.executable, "-m", "nncli", "--help"],
}


def measure(rounds: int) -> dict[str, list[float]]:
    """Return each command's wall times in seconds, interleaved, after one warm-up round."""
    # otherwise a run would compile what it imports, time after time
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    seconds: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for round_number in range(rounds + 1):
        for name, command in COMMANDS.items():
            started = time.perf_counter()
            if name == ON_A_TERMINAL:
                run_on_terminal(command, environment)
            else:
                subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
            if round_number:
                seconds[name].append(time.perf_counter() - started)
    return seconds


def run_on_terminal(command: list[str], environment: dict[str, str]) -> None:
    """Run a command whose standard output is a terminal, so that Rich draws its tables."""
    terminal, output = pty.openpty()
    with subprocess.Popen(command, env=environment, stdout=output) as process:
        os.close(output)
        with contextlib.suppress(OSError):  # how Linux says that the other side is closed
            while os.read(terminal, 65536):
                pass
        assert process.wait() == 0
    os.close(terminal)


def main() -> None:
    """Print the table, then one line of JSON."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    medians = {name: statistics.median(times) for name, times in measure(rounds).items()}
    base = medians["python -c 'import numpy'"]
    for name, median in medians.items():
        print(f"{name:<30}{median * 1000:>8.0f} ms   {median / base:5.2f} × import numpy")
    ratio = medians["nncli forward"] / base
    verdict = "met" if ratio <= TARGET else "MISSED"
    print(f"nncli forward: {ratio:.2f} ×, target {TARGET} × ({verdict})")
    record = {
        "rounds": rounds,
        "median_seconds": medians,
        "ratio": ratio,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cpus": os.cpu_count(),
        **{name: version(name) for name in ("numpy", "typer", "pydantic", "rich", "PyYAML")},
    }
    print(json.dumps(record))


if __name__ == "__main__":
    main()
