"""Time and memory that it takes to reject hostile and large wrong specs, and how they grow.

Runs `nncli shapes` on each and prints wall time, its ratio to rejecting an empty spec, and the peak
of the process's memory.  The aim is under 2 s and 200 MB each:

    python benchmarks/rejecting.py

With --growth, runs specs and data of three sizes instead, each twice as large as the one before,
and prints the processor's time and the peaks.  The aim is that four times the input takes at most
four times as long, and that no data takes more than 250 MB:

    python benchmarks/rejecting.py --growth
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np

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


def names(count: int) -> str:
    """Return a header of so many columns."""
    return ",".join(f"c{number}" for number in range(count))


def row(cell: str, count: int) -> str:
    """Return a row of equal cells."""
    return ",".join([cell] * count)


def packed(start: bytes, part: bytes, count: int) -> bytes:
    """Return some bytes behind others, compressed."""
    stream = io.BytesIO()
    with gzip.GzipFile(fileobj=stream, mode="wb", compresslevel=1) as file:
        file.write(start)
        for _ in range(count):
            file.write(part)
    return stream.getvalue()


def columns_file(rows: int) -> bytes:
    """Return an NPY file whose columns stand one after the other, and which is cut off."""
    stream = io.BytesIO()
    np.save(stream, np.zeros((rows, 2), order="F"))
    return stream.getvalue()[:-1]


SPEC = "layer_sizes: [4, 2]\nseed: 0\n"
MIB = 2**20
# What grows: its first size, the spec that is shown, or the data that is read for a network.
SPECS_THAT_GROW: dict[str, tuple[int, Callable[[int], str]]] = {
    "comments with blanks behind": (20_000, lambda n: "# c  \n" * n + SPEC),
    "lines of 2 blanks": (20_000, lambda n: "  \n" * n + SPEC),
    "a line of blanks, then a comment": (60_000, lambda n: " " * n + f"# x\n{SPEC}"),
    "comments": (120_000, lambda n: "#c\n" * n + SPEC),
    "sizes below zero": (24_000, lambda n: f"seed: 0\nlayer_sizes: [{row('-1', n)}]\n"),
    "layers": (24_000, lambda n: f"seed: 0\nlayer_sizes: [{row('2', n)}]\n"),
    "misspelt keys": (
        7_500,
        lambda n: "inputs: 2\nlayers:\n" + "  - {neurons: 2, activatoin: relu}\n" * n,
    ),
}
DATA_THAT_GROWS: dict[str, tuple[int, Callable[[int], bytes | str]]] = {
    "commas": (250_000, lambda n: "," * n),
    "columns without a value": (20_000, lambda n: f"{names(n)}\n{row('NA', n)}\n"),
    "columns of mistyped numbers": (10_000, lambda n: f"{row('2.O', n)}\n"),
    "columns of one name": (50_000, lambda n: f"{row('x', n)}\n{row('1', n)}\n"),
    "values in a line": (1_500_000, lambda n: "a,b\n" + "1," * n),
    "quoted cells in a line": (200_000, lambda n: "a,b\n" + '"x",' * n),
    "a cell like a time": (1_200_000, lambda n: "a,b\n1," + "1:1" * n),
    "a cell of doubled quotes": (1_200_000, lambda n: 'a,b\n1,"' + 'x""' * n + '"\n'),
    "rows that are no numbers": (100_000, lambda n: "a,b\n" + "x,y\n" * n),
    "rows that end with CR": (200_000, lambda n: "a,b\r" + "1.25,2.5\r" * n + "x,y\r"),
    "MiB of blank lines, packed": (16, lambda n: packed(b"", b"\n" * MIB, n)),
    "MiB behind a quote, packed": (16, lambda n: packed(b'1,2\n"', b"x" * MIB, n)),
    "MiB of lines behind a quote, packed": (
        4,
        lambda n: packed(b'"', b"1,2,3,4\n" * (MIB // 8), n),
    ),
    "rows of an NPY file in columns": (500_000, columns_file),
}


# A small process between: what this one took counts as the peak of whatever it starts itself.
_MEASURED = """
import resource, subprocess, sys, time
started = time.perf_counter()
command = [sys.executable, "-m", "nncli", *sys.argv[1:]]
code = subprocess.run(command, capture_output=True).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
unit = 1 if sys.platform == "darwin" else 1024
cpu_seconds = used.ru_utime + used.ru_stime
print(time.perf_counter() - started, cpu_seconds, used.ru_maxrss * unit, code)
"""


def measure(*arguments: str) -> tuple[float, float, int, int]:
    """Return seconds, those of the processor, peak bytes and exit code of a command."""
    command = [sys.executable, "-c", _MEASURED, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, cpu_seconds, peak, code = done.stdout.split()
    return float(seconds), float(cpu_seconds), int(peak), int(code)


def grown(folder: Path, command: str, size: int, make: Callable[[int], bytes | str]) -> str:
    """Return a row of the table: the time at three sizes, less that of a start, and the peak."""
    spec, file = folder / "net.yaml", folder / "input"
    spec.write_text("layer_sizes: [2, 2]\nseed: 0\n")
    arguments = [command, str(file)] if command == "shapes" else [command, str(spec), str(file)]
    if make(2) == "x,x\n1,1\n":
        arguments += ["--columns", "x"]
    start = min(measure("shapes", str(spec))[1] for _ in range(3))
    times, peaks = [], []
    for factor in (1, 2, 4):
        content = make(size * factor)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        del content
        rounds = [measure(*arguments) for _ in range(3)]
        times.append(max(0.0, min(cpu for _, cpu, _, _ in rounds) - start))
        peaks.append(max(peak for _, _, peak, _ in rounds))
    return " | ".join([f"{size:,}", *(f"{t:.2f} s" for t in times), f"{max(peaks) / 1e6:.0f} MB"])


def print_growth() -> None:
    """Print how time and memory grow, as a table of Markdown."""
    print("| input | n | n | 2n | 4n | peak |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for command, kinds in (("shapes", SPECS_THAT_GROW), ("forward", DATA_THAT_GROWS)):
            for name, (size, make) in kinds.items():
                print(f"| {name} | {grown(Path(folder), command, size, make)} |", flush=True)


def main() -> None:
    """Print one of the two tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--growth", action="store_true", help="time and memory at three sizes")
    if parser.parse_args().growth:
        print_growth()
    else:
        print_rejected()


def print_rejected() -> None:
    """Measure every spec in turns, and print the table."""
    texts = specs()
    seconds: dict[str, list[float]] = {name: [] for name in texts}
    peaks = dict.fromkeys(texts, 0)
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(ROUNDS):
            for number, (name, text) in enumerate(texts.items()):
                path = Path(folder) / f"{number}.yaml"
                path.write_text(text, encoding="utf-8")
                elapsed, _, peak, code = measure("shapes", str(path))
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
