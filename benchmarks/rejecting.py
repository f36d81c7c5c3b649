"""Time and memory that it takes to reject hostile and large wrong specs.

Runs `nncli shapes` on each and prints wall time, its ratio to rejecting an empty spec, and the peak
of the process's memory.  The aim is under 2 s and 200 MB each:

    python benchmarks/rejecting.py
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

AIM_SECONDS, AIM_BYTES = 2.0, 200_000_000
ROUNDS = 5


def matrix(rows: int, columns: int, number: str = "0.125") -> str:
    """Return weights in flow style."""
    return "[" + ", ".join(f"[{', '.join([number] * columns)}]" for _ in range(rows)) + "]"


def alias_bomb(levels: int, opening: str) -> str:
    """Return a value that repeats the one before nine times, over and over."""
    lines = [f"a0: &a0 {opening}1]" if opening == "[" else "a0: &a0 {k: 1}"]
    for level in range(1, levels):
        again = ", ".join([f"*a{level - 1}"] * 9)
        merged = f"a{level}: &a{level} {{<<: [{again}]}}"
        lines.append(merged if opening == "{" else f"a{level}: &a{level} [{again}]")
    return "\n".join(lines)


def specs() -> dict[str, str]:
    """Return what is to be rejected, by name; the first is what the others are compared with."""
    many = "layers:\n" + "  - {neurons: 2, weights: [[1], [2]]}\n" * 11_000
    return {
        "empty": "",
        "9^9 by aliases": alias_bomb(9, "["),
        "9^9 by merges": alias_bomb(9, "{"),
        "50,000 levels of lists": "a: " + "[" * 50_000,
        "50,000 levels of mappings": "{a: " * 50_000,
        "3 MiB": "a: " + "1" * (3 * 2**20),
        "2 MiB in one key": "a" * (2**21 - 10) + ": 1",
        "more than 100,000 values": "a: [" + "1, " * 100_001 + "1]",
        "45,000 unknown keys": "\n".join(f"k{number}: 1" for number in range(45_000)),
        "90,000 texts for sizes": "seed: 0\nlayer_sizes: [" + "x, " * 90_000 + "1]",
        "99,000 texts for weights": f"inputs: 300\nlayers:\n  - neurons: 330\n    weights: "
        f"{matrix(300, 329, 'x')}",
        "300 x 330 weights, transposed": f"inputs: 330\nlayers:\n  - neurons: 300\n    weights: "
        f"{matrix(300, 330)}",
        "300 x 330 weights, ragged": f"inputs: 300\nlayers:\n  - neurons: 330\n    weights: "
        f"{matrix(300, 329)[:-1]}, [1]]",
        "11,000 layers that do not fit": f"inputs: 3\n{many}",
        "a digit of 2 MiB": "seed: " + "9" * (2**21 - 20),
        "tags everywhere": "a: [" + "!!python/name:os.system 1, " * 50_000 + "1]",
    }


def measure(path: str) -> tuple[float, int, int]:
    """Return seconds, peak bytes and exit code of rejecting the spec at *path*."""
    started = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-m", "nncli", "shapes", path],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    unit = 1 if sys.platform == "darwin" else 1024
    return seconds, usage.ru_maxrss * unit, process.returncode


def main() -> None:
    """Measure every spec in turns, and print the table."""
    texts = specs()
    seconds: dict[str, list[float]] = {name: [] for name in texts}
    peaks = dict.fromkeys(texts, 0)
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(ROUNDS):
            for number, (name, text) in enumerate(texts.items()):
                path = Path(folder) / f"{number}.yaml"
                path.write_text(text, encoding="utf-8")
                elapsed, peak, code = measure(str(path))
                assert code == 3, (name, code)
                seconds[name].append(elapsed)
                peaks[name] = max(peaks[name], peak)
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    base = medians["empty"]
    print(f"{'spec':<32} {'time':>8} {'x empty':>8} {'peak':>8}")
    for name, median in medians.items():
        print(f"{name:<32} {median:6.2f} s {median / base:8.1f} {peaks[name] / 1e6:5.0f} MB")
    over = [n for n in texts if max(seconds[n]) > AIM_SECONDS or peaks[n] > AIM_BYTES]
    print(f"beyond {AIM_SECONDS:g} s or {AIM_BYTES / 1e6:.0f} MB in any round: {over or 'none'}")
    versions = {package: version(package) for package in ("pyyaml", "pydantic", "typer")}
    machine = {"python": platform.python_version(), "machine": platform.machine(), **versions}
    print(json.dumps({"seconds": medians, "peak_bytes": peaks, "machine": machine}))


if __name__ == "__main__":
    main()
