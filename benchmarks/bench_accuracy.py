"""Whether `nncli bench` measures what pyperf does: the ratio of their medians for one callable.

Both time `Network.forward` of configs/wide.yaml on the same samples, on one thread, in turns, each
in processes of its own.  Needs pyperf:  pip install pyperf && python benchmarks/bench_accuracy.py
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONFIG = str(ROOT / "configs" / "wide.yaml")
BATCH_SIZES = (1, 32, 1024)
REPEATS = 10
AIM = 0.05
WORKER = "pyperf-worker"


def run_pyperf_worker() -> None:
    """Be the script that pyperf starts again and again: pyperf-worker BATCH_SIZE, its options."""
    size = int(sys.argv.pop(2))
    sys.argv.remove(WORKER)
    import numpy as np
    import pyperf

    from nncli import Network
    from nncli.timing.prepare import INPUT_SEED

    network = Network.from_yaml(CONFIG)
    generator = np.random.RandomState(INPUT_SEED)
    samples = generator.standard_normal((max(BATCH_SIZES), network.layer_sizes[0]))
    runner = pyperf.Runner(program_args=(__file__, WORKER, str(size)))
    runner.bench_func("forward", network.forward, samples[:size])


def time_with_pyperf(size: int, environment: dict[str, str]) -> float:
    """Return pyperf's median in seconds, of ten processes with three values each (--fast)."""
    import pyperf

    with tempfile.TemporaryDirectory() as folder:
        output = str(Path(folder) / "result.json")
        command = [sys.executable, __file__, WORKER, str(size), "--fast", "--quiet"]
        command += ["--inherit-environ", ",".join(environment), "--output", output]
        subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)
        return float(pyperf.BenchmarkSuite.load(output).get_benchmarks()[0].median())


def time_with_nncli(environment: dict[str, str]) -> dict[int, float]:
    """Return nncli's medians in seconds, all batch sizes measured in turns in one run."""
    sizes = ",".join(map(str, BATCH_SIZES))
    command = [sys.executable, "-m", "nncli", "bench", CONFIG, "--batch-sizes", sizes]
    command += ["--format", "json"]
    done = subprocess.run(command, check=True, env=environment, capture_output=True)
    return {r["batch_size"]: r["median_seconds"] for r in json.loads(done.stdout)["results"]}


def main() -> None:
    """Print the ratios, then one line of JSON."""
    one_thread = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    environment = {**os.environ, **one_thread}
    pyperf_seconds: dict[int, list[float]] = {size: [] for size in BATCH_SIZES}
    nncli_seconds: dict[int, list[float]] = {size: [] for size in BATCH_SIZES}
    for _ in range(REPEATS):
        for size, seconds in time_with_nncli(environment).items():
            nncli_seconds[size].append(seconds)
        for size in BATCH_SIZES:
            pyperf_seconds[size].append(time_with_pyperf(size, environment))
    ratios = {}
    print(f"{'batch size':>10}{'nncli':>14}{'pyperf':>14}{'ratio':>9}   lowest to highest pair")
    for size in BATCH_SIZES:
        ours, theirs = nncli_seconds[size], pyperf_seconds[size]
        ratios[size] = statistics.median(ours) / statistics.median(theirs)
        pairs = sorted(a / b for a, b in zip(ours, theirs, strict=True))
        print(
            f"{size:>10}{statistics.median(ours) * 1e6:>11.1f} µs"
            f"{statistics.median(theirs) * 1e6:>11.1f} µs{ratios[size]:>9.3f}"
            f"   {pairs[0]:.3f} to {pairs[-1]:.3f}"
        )
    worst = max(abs(ratio - 1) for ratio in ratios.values())
    verdict = "met" if worst <= AIM else "MISSED"
    print(f"largest difference {worst:.1%}, aim {AIM:.0%} ({verdict})")
    record = {
        "repeats": REPEATS,
        "nncli_seconds": nncli_seconds,
        "pyperf_seconds": pyperf_seconds,
        "ratios": ratios,
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cpus": os.cpu_count(),
        **{name: version(name) for name in ("numpy", "pyperf")},
    }
    print(json.dumps(record))


if __name__ == "__main__":
    run_pyperf_worker() if WORKER in sys.argv else main()
