"""Whether two runs of `nncli bench` compare as equal, and a doubled layer as slower.

Runs configs/wide.yaml and the same with its first hidden layer doubled, in turns, and compares
every pair of runs:  python benchmarks/bench_repeat.py [RUNS]
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from importlib.metadata import version
from itertools import combinations, product
from pathlib import Path

import numpy as np

from nncli.timing.comparison import BETWEEN_RUNS, TimingDifference, compare_timings
from nncli.timing.saved import Key, SavedBench, read_saved

ROOT = Path(__file__).resolve().parent.parent
BATCH_SIZES = (1, 32, 1024)
WIDE = (ROOT / "configs" / "wide.yaml").read_text(encoding="utf-8")
DOUBLED = WIDE.replace("512", "1024")


def run_bench(config: Path, saved: Path) -> SavedBench:
    """Time a network in a process of its own."""
    sizes = ",".join(map(str, BATCH_SIZES))
    command = [sys.executable, "-m", "nncli", "bench", str(config), "--batch-sizes", sizes]
    command += ["--save", str(saved), "--format", "csv", "--quiet"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return read_saved(str(saved))


def compared(pairs: Iterable[tuple[SavedBench, SavedBench]], key: Key) -> list[TimingDifference]:
    """Return how the second run of each pair compares with the first."""
    kind = (key.dtype, key.threads)
    return [
        compare_timings(
            now.timings[key],
            then.timings[key],
            then.matmul_gflops[kind] / now.matmul_gflops[kind],
            np.random.default_rng(0),
        )
        for then, now in pairs
    ]


def main() -> None:
    """Print what the comparisons say, then one line of JSON."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    wide: list[SavedBench] = []
    doubled: list[SavedBench] = []
    with tempfile.TemporaryDirectory() as folder:
        other = Path(folder) / "doubled.yaml"
        other.write_text(DOUBLED, encoding="utf-8")
        for number in range(runs):
            wide.append(run_bench(ROOT / "configs" / "wide.yaml", Path(folder) / f"{number}.json"))
            doubled.append(run_bench(other, Path(folder) / f"doubled-{number}.json"))
    record: dict[str, object] = {"runs": runs, "between_runs": BETWEEN_RUNS}
    for size in BATCH_SIZES:
        key = Key("numpy", "float64", 1, size)
        medians = [statistics.median(run.timings[key]) for run in wide]
        same = compared(combinations(wide, 2), key)
        excluding_1 = sum(not one.ratio.low <= 1 <= one.ratio.high for one in same) / len(same)
        changes = Counter(one.change for one in same)
        against = compared(product(wide, doubled), key)
        slower = Counter(one.change for one in against)
        ratio = statistics.median(one.ratio.estimate for one in against)
        print(f"batch size {size}")
        print(
            f"  the same network, {len(same)} pairs: medians within "
            f"{max(medians) / min(medians) - 1:.1%} of one another"
        )
        print(f"    the interval leaves 1 out in {excluding_1:.0%} of the pairs")
        print(f"    nncli says: {dict(changes)}")
        print(f"  one layer doubled, {len(against)} pairs: {ratio:.2f} times as long")
        print(f"    nncli says: {dict(slower)}")
        record[f"batch_size_{size}"] = {
            "medians_seconds": medians,
            "interval_excludes_1": excluding_1,
            "same": changes,
            "doubled": slower,
            "doubled_ratio": ratio,
        }
    record |= {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cpus": os.cpu_count(),
        "numpy": version("numpy"),
    }
    print(json.dumps(record))


if __name__ == "__main__":
    main()
