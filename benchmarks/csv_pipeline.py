"""`nncli forward` from CSV to CSV, compared with what one would write in Python instead.

Every contestant is a process of its own, timed from start to end, with the peak of its memory; they
run in turns, round after round, on the same file and the same weights, and each may use as many
threads as it does by default.  Their outputs must agree, else there is no table.

    pip install -e . polars pandas onnx onnxruntime torch==2.13.0
    python benchmarks/csv_pipeline.py [--megabytes 200] [--rounds 5] [--variants numeric,text]
        [--contestants nncli,polars,polars-batches,pandas,numpy] [--folder DIR]

What is not installed is left out.  --megabytes is the size of the numeric file; the text file has
the same rows with an id and a label in front.  --folder keeps the files, for the next run.  With
2,000 megabytes, those that take all rows at once may need 20 GB of memory.
"""

# Nothing large is imported here, and what needs NumPy or pyarrow runs in a process of its own: to
# Linux, the memory of the process that starts another is part of the other's peak.
from __future__ import annotations

import argparse
import importlib.util
import inspect
import json
import math
import multiprocessing
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

TARGET_RATIOS = {200: 0.85, 2000: 0.75}  # by megabytes: nncli's time over the best other one's
TARGET_PEAK_BYTES = 250_000_000
TARGET_TEXT = 1.15  # nncli's time for the text file over that for the numeric one

SPEC = """\
layer_sizes: [20, 64, 64, 3]
activations: [relu, relu, linear]
init: {weights: he_normal, biases: {normal: {std: 0.1}}}
outputs: {columns: [y1, y2, y3]}
seed: 0
"""
FEATURES = 20
KEPT = {"numeric": [], "text": ["id", "label"]}  # the columns that go to the output as they are
BLOCK_ROWS = 100_000
COMPARED_ROWS = 1_000  # of the beginning, and as many of the end
RTOL, ATOL = 1e-9, 1e-12  # the latter for outputs that are nearly 0, a difference of large terms


# The contestants.  Each runs from its source alone: imports and all are what it would take.


def polars_onnxruntime(data: str, weights: str, output: str, kept: list[str]) -> None:
    """Read with polars, run ONNX Runtime on all rows at once, write with polars."""
    import onnxruntime
    import polars as pl

    table = pl.read_csv(data)
    samples = table.drop(kept).to_numpy()
    session = onnxruntime.InferenceSession(weights + ".onnx")
    (outputs,) = session.run(None, {"input": samples})
    result = pl.DataFrame(outputs, schema=["y1", "y2", "y3"])
    if kept:
        result = table.select(kept).hstack(result)
    result.write_csv(output)


def polars_onnxruntime_in_batches(data: str, weights: str, output: str, kept: list[str]) -> None:
    """Do the same, with ONNX Runtime on so many rows at once as its processor's cache holds."""
    import numpy as np
    import onnxruntime
    import polars as pl

    table = pl.read_csv(data)
    samples = table.drop(kept).to_numpy()
    session = onnxruntime.InferenceSession(weights + ".onnx")
    batches = (samples[start : start + 8192] for start in range(0, len(samples), 8192))
    outputs = np.concatenate([session.run(None, {"input": batch})[0] for batch in batches])
    result = pl.DataFrame(outputs, schema=["y1", "y2", "y3"])
    if kept:
        result = table.select(kept).hstack(result)
    result.write_csv(output)


def pandas_torch(data: str, weights: str, output: str, kept: list[str]) -> None:
    """Read with pandas, run PyTorch on all rows at once, write with pandas."""
    import numpy as np
    import pandas as pd
    import torch
    from torch import nn

    network = nn.Sequential(
        *(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 64), nn.ReLU(), nn.Linear(64, 3))
    ).double()
    table = pd.read_csv(data)
    with torch.inference_mode(), np.load(weights + ".npz") as arrays:
        for number, layer in enumerate(network[::2], start=1):
            layer.weight.copy_(torch.from_numpy(arrays[f"weights{number}"].T))
            layer.bias.copy_(torch.from_numpy(arrays[f"biases{number}"]))
        samples = torch.from_numpy(table.drop(columns=kept).to_numpy(copy=True))
        outputs = network(samples).numpy()
    result = pd.DataFrame(outputs, columns=["y1", "y2", "y3"])
    if kept:
        result = pd.concat([table[kept], result], axis=1)
    result.to_csv(output, index=False)


def numpy_alone(data: str, weights: str, output: str, kept: list[str]) -> None:  # noqa: ARG001
    """Read with NumPy, multiply, write with NumPy; nothing is kept, for it reads numbers only."""
    import numpy as np

    samples = np.loadtxt(data, delimiter=",", skiprows=1)
    with np.load(weights + ".npz") as arrays:
        hidden = np.maximum(samples @ arrays["weights1"] + arrays["biases1"], 0)
        hidden = np.maximum(hidden @ arrays["weights2"] + arrays["biases2"], 0)
        outputs = hidden @ arrays["weights3"] + arrays["biases3"]
    np.savetxt(output, outputs, delimiter=",", fmt="%.17g", header="y1,y2,y3", comments="")


@dataclass(frozen=True)
class Contestant:
    """A way from CSV to CSV.

    function: None for nncli; threads: an expression for how many each package starts, as it comes;
    in_target: whether the target is about it, too.
    """

    title: str
    packages: tuple[str, ...]
    function: Callable[[str, str, str, list[str]], None] | None
    threads: str
    variants: tuple[str, ...] = ("numeric", "text")
    in_target: bool = True

    def command(self, case: Case, output: Path) -> list[str]:
        """Return the command that makes *output*."""
        data, weights = str(case.data), str(case.folder / "net")
        if self.function is None:
            options = ["-o", str(output), "--force", "-q"]
            options += ["--keep", ",".join(case.kept)] if case.kept else []
            return [sys.executable, "-m", "nncli", "forward", f"{weights}.yaml", data, *options]
        call = f"{self.function.__name__}{data, weights, str(output), case.kept}"
        return [sys.executable, "-c", f"{inspect.getsource(self.function)}\n{call}"]


@dataclass(frozen=True)
class Case:
    """A variant of the data: its file, in a folder with the network's files."""

    variant: str
    folder: Path
    data: Path
    rows: int

    @property
    def kept(self) -> list[str]:
        """The columns that go to the output as they are."""
        return KEPT[self.variant]


BLAS_THREADS = "{'NumPy': max(p['num_threads'] for p in threadpoolctl.threadpool_info())}"
POLARS_THREADS = "{'polars': polars.thread_pool_size(), 'ONNX Runtime': 'one per core'}"
CONTESTANTS = {
    "nncli": Contestant("nncli forward", ("pyarrow",), None, "{}"),
    "polars": Contestant(
        "polars, ONNX Runtime, polars",
        ("polars", "onnxruntime", "onnx"),
        polars_onnxruntime,
        POLARS_THREADS,
    ),
    "polars-batches": Contestant(
        "the same in batches of 8,192",
        ("polars", "onnxruntime", "onnx"),
        polars_onnxruntime_in_batches,
        POLARS_THREADS,
        in_target=False,
    ),
    "pandas": Contestant(
        "pandas, PyTorch, pandas",
        ("pandas", "torch"),
        pandas_torch,
        "{'pandas': 1, 'PyTorch': torch.get_num_threads()}",
    ),
    "numpy": Contestant(
        "NumPy alone", ("numpy", "threadpoolctl"), numpy_alone, BLAS_THREADS, ("numeric",)
    ),
}


def default_threads(contestant: Contestant) -> dict[str, int | str]:
    """Return how many threads each package of a contestant starts; this also warms its imports."""
    code = f"import json, {', '.join(contestant.packages)}\nprint(json.dumps({contestant.threads}))"
    command = [sys.executable, "-c", code]
    printed = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    threads: dict[str, int | str] = json.loads(printed)
    return threads


# The files.


def write_network(folder: Path) -> None:
    """Write the spec, and the weights that nncli draws from it for the others."""
    import numpy as np

    from nncli import Network
    from nncli.formats.onnx_model import onnx_model

    (folder / "net.yaml").write_text(SPEC, encoding="utf-8")
    network = Network.from_yaml(folder / "net.yaml")
    arrays = {f"weights{n}": layer.weights for n, layer in enumerate(network.layers, start=1)}
    arrays |= {f"biases{n}": layer.biases for n, layer in enumerate(network.layers, start=1)}
    np.savez(folder / "net.npz", **arrays)  # type: ignore[arg-type]  # arrays by name, no flag
    if importlib.util.find_spec("onnx"):
        (folder / "net.onnx").write_bytes(onnx_model(network.spec, network.layers))


def write_data(path: Path, kept: list[str], megabytes: int) -> None:
    """Write samples, as many as make *megabytes* of numbers: the same ones whatever is kept."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.csv

    names = [*kept, *(f"f{number}" for number in range(1, FEATURES + 1))]
    plain = pa.csv.WriteOptions(include_header=False, quoting_style="none")
    words = np.array(["setosa", "versicolor", "virginica"])
    numbers, labels = np.random.default_rng(0), np.random.default_rng(1)
    unfinished = path.with_suffix(".part")
    rows, total_rows = 0, BLOCK_ROWS
    with unfinished.open("wb") as file:
        file.write((",".join(names) + "\n").encode())
        while rows < total_rows:
            block = numbers.standard_normal((BLOCK_ROWS, FEATURES)).round(6)
            columns = [pa.array(column) for column in np.ascontiguousarray(block.T)]
            if rows == 0:
                sink = pa.BufferOutputStream()
                pa.csv.write_csv(pa.table(columns, names=names[len(kept) :]), sink, plain)
                total_rows = int(megabytes * 1e6 * BLOCK_ROWS / sink.tell())
            if kept:
                ids = pa.array([f"c{row:07}" for row in range(rows, rows + BLOCK_ROWS)])
                columns = [ids, pa.array(words[labels.integers(3, size=BLOCK_ROWS)]), *columns]
            table = pa.table(columns, names=names)[: total_rows - rows]
            pa.csv.write_csv(table, file, plain)
            rows += BLOCK_ROWS
    unfinished.rename(path)


def prepare(folder: Path, variants: list[str], megabytes: int) -> list[Case]:
    """Make the files that are not there yet, in a process whose memory ends with it."""
    spawn = multiprocessing.get_context("spawn")
    cases = []
    with ProcessPoolExecutor(1, mp_context=spawn) as process:
        process.submit(write_network, folder).result()
        for variant in variants:
            data = folder / f"{variant}-{megabytes}.csv"
            if not data.exists():
                print(f"making {data.name}", file=sys.stderr)
                process.submit(write_data, data, KEPT[variant], megabytes).result()
            cases.append(Case(variant, folder, data, count_lines(data) - 1))
    return cases


def count_lines(path: Path) -> int:
    """Return how many lines a file has; reading it all also brings it into memory's page cache."""
    with path.open("rb") as file:
        return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(2**20), b""))


# What is compared.


def sample_of(path: Path) -> tuple[str, list[list[str]]]:
    """Return the header of a result, and the cells of its first and last rows."""
    with path.open("rb") as file:
        header = file.readline().decode().strip()
        first = [file.readline().decode() for _ in range(COMPARED_ROWS)]
        file.seek(max(0, path.stat().st_size - 200 * COMPARED_ROWS))
        last = file.read().decode().splitlines()[-COMPARED_ROWS:]
    return header, [line.strip().split(",") for line in first + last]


def difference(result: Path, reference: Path, case: Case) -> str | None:
    """Return in what a result differs from another one, if in anything."""
    if (lines := count_lines(result)) != case.rows + 1:
        return f"{lines - 1:,} rows, not {case.rows:,}"
    header, rows = sample_of(result)
    other_header, other_rows = sample_of(reference)
    if header != other_header:
        return f"its header is {header!r}, not {other_header!r}"
    texts = len(case.kept)
    for row, other in zip(rows, other_rows, strict=True):
        if len(row) != len(other) or row[:texts] != other[:texts]:
            return f"{row}, not {other}"
        pairs = zip(map(float, row[texts:]), map(float, other[texts:]), strict=True)
        if not all(math.isclose(a, b, rel_tol=RTOL, abs_tol=ATOL) for a, b in pairs):
            return f"{row}, not {other}"
    return None


# The measurement.


@dataclass(frozen=True)
class Run:
    """What one process took."""

    seconds: float
    cpu_seconds: float
    peak_bytes: int


def measure(command: list[str]) -> Run:
    """Run a command.  Raises CalledProcessError if it fails or is killed."""
    # otherwise a run would compile what it imports, time after time
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    started = time.perf_counter()
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command[:3])
    unit = 1 if sys.platform == "darwin" else 1024
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit)


def run_rounds(case: Case, names: list[str], rounds: int) -> dict[str, list[Run]]:
    """Return the runs of each contestant; another than nncli is left out once it fails."""
    runs: dict[str, list[Run]] = {name: [] for name in names}
    for round_number in range(rounds):
        for name in list(runs):
            output = case.folder / f"{case.variant}-{name}-result.csv"
            output.unlink(missing_ok=True)
            count_lines(case.data)  # what ran before may have displaced the data from memory
            try:
                runs[name].append(measure(CONTESTANTS[name].command(case, output)))
            except subprocess.CalledProcessError as error:
                if name == "nncli":
                    sys.exit(f"{case.variant}: nncli ended with {error.returncode}")
                print(f"{CONTESTANTS[name].title}: left out, ended with {error.returncode}")
                del runs[name]
                continue
            with output.open("rb") as file:
                os.fsync(file.fileno())  # else it is written while the next one runs
        if round_number == 0:
            check_results(case, list(runs))
    return runs


def check_results(case: Case, names: list[str]) -> None:
    """Compare every contestant's result with the first one's.  Exits if one is different."""
    results = {name: case.folder / f"{case.variant}-{name}-result.csv" for name in names}
    reference = results[names[0]] if names else None
    for name, result in results.items():
        if reference and (what := difference(result, reference, case)):
            sys.exit(f"{case.variant}: {name} does not agree with {names[0]}: {what}")


# The report.


@dataclass(frozen=True)
class Summary:
    """A contestant's medians, and its highest peak."""

    seconds: float
    cores: float
    peak_bytes: int

    @classmethod
    def of(cls, runs: list[Run]) -> Summary:
        """Sum up the runs."""
        return cls(
            statistics.median(run.seconds for run in runs),
            statistics.median(run.cpu_seconds / run.seconds for run in runs),
            max(run.peak_bytes for run in runs),
        )


def print_table(case: Case, summaries: dict[str, Summary]) -> None:
    """Print a line per contestant."""
    size = case.data.stat().st_size / 1e6
    print(f"\n{case.variant}: {case.rows:,} rows, {size:,.0f} MB")
    print(f"{'':<30}{'wall':>10}{'nncli /':>9}{'cores':>7}{'peak':>11}")
    nncli = summaries.get("nncli")
    for name, summary in summaries.items():
        ratio = f"{nncli.seconds / summary.seconds:.2f}" if nncli else "-"
        print(
            f"{CONTESTANTS[name].title:<30}{summary.seconds:8.2f} s{ratio:>9}{summary.cores:7.1f}"
            f"{summary.peak_bytes / 1e6:8,.0f} MB"
        )


def print_targets(tables: dict[str, dict[str, Summary]], megabytes: int) -> None:
    """Print how nncli's figures compare with what they should be."""
    size = min(TARGET_RATIOS, key=lambda target: abs(target - megabytes))
    print("\ntargets" + ("" if size == megabytes else f", those for {size:,} MB"))
    nncli = {variant: table["nncli"] for variant, table in tables.items() if "nncli" in table}
    for variant, summary in nncli.items():
        others = {name: other.seconds for name, other in tables[variant].items() if name != "nncli"}
        counted = [others[name] for name in others if CONTESTANTS[name].in_target]
        if counted:
            print_target(f"{variant}, × best", summary.seconds / min(counted), TARGET_RATIOS[size])
        if len(counted) < len(others):
            ratio = summary.seconds / min(others.values())
            print(f"  {'nncli, ' + variant + ', × best with batches':<36}{ratio:8.4g}  no target")
        print_target(f"{variant}, peak in MB", summary.peak_bytes / 1e6, TARGET_PEAK_BYTES / 1e6)
    if len(nncli) == len(KEPT):
        # both files have the same rows
        ratio = nncli["text"].seconds / nncli["numeric"].seconds
        print_target("text, × numeric", ratio, TARGET_TEXT)


def print_target(title: str, value: float, target: float) -> None:
    """Print one figure and its upper limit."""
    verdict = "met" if value <= target else "MISSED"
    print(f"  {'nncli, ' + title:<36}{value:8.4g}  target {target:g} ({verdict})")


def record(
    arguments: argparse.Namespace,
    tables: dict[str, dict[str, Summary]],
    threads: dict[str, dict[str, int | str]],
) -> dict[str, object]:
    """Return all of it for a line of JSON."""
    packages = {"numpy", "pyarrow", *(p for name in threads for p in CONTESTANTS[name].packages)}
    return {
        "megabytes": arguments.megabytes,
        "rounds": arguments.rounds,
        "medians": {v: {n: vars(s) for n, s in table.items()} for v, table in tables.items()},
        "threads": threads,
        "least_peak_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        * (1 if sys.platform == "darwin" else 1024),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cpus": os.cpu_count(),
        "nncli": version("nncli-forward"),
        **{package: version(package) for package in sorted(packages)},
    }


# The command line.


def read_arguments() -> argparse.Namespace:
    """Return the options."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--megabytes", type=int, default=200, help="size of the numeric file")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--variants", type=names_of(KEPT), default=list(KEPT))
    parser.add_argument("--contestants", type=names_of(CONTESTANTS), default=list(CONTESTANTS))
    parser.add_argument("--folder", type=Path, help="where the files are, or are made to stay")
    return parser.parse_args()


def names_of(known: Collection[str]) -> Callable[[str], list[str]]:
    """Return a reader of names with commas between, in the order in which they are known."""

    def read(text: str) -> list[str]:
        names = text.split(",")
        if unknown := set(names) - set(known):
            raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: not in {', '.join(known)}")
        return [name for name in known if name in names]

    return read


@contextmanager
def folder_of(wanted: Path | None) -> Iterator[Path]:
    """Give the folder for the files: the one wanted, which stays, or one that does not."""
    if wanted is None:
        with tempfile.TemporaryDirectory() as folder:
            yield Path(folder)
    else:
        wanted.mkdir(parents=True, exist_ok=True)
        yield wanted


def installed(names: list[str]) -> list[str]:
    """Return the contestants that can run, and say which cannot."""
    able = []
    for name in names:
        missing = [p for p in CONTESTANTS[name].packages if importlib.util.find_spec(p) is None]
        if missing:
            print(f"{CONTESTANTS[name].title}: left out, not installed: {', '.join(missing)}")
        else:
            able.append(name)
    return able


def main() -> None:
    """Print a table per variant and the targets, then one line of JSON."""
    arguments = read_arguments()
    names = installed(arguments.contestants)
    threads = {name: default_threads(CONTESTANTS[name]) for name in names}
    tables: dict[str, dict[str, Summary]] = {}
    with folder_of(arguments.folder) as folder:
        for case in prepare(folder, arguments.variants, arguments.megabytes):
            running = [name for name in names if case.variant in CONTESTANTS[name].variants]
            runs = run_rounds(case, running, arguments.rounds)
            tables[case.variant] = {name: Summary.of(took) for name, took in runs.items()}
            print_table(case, tables[case.variant])
    if "nncli" in names:
        print_targets(tables, arguments.megabytes)
    counts = {package: count for each in threads.values() for package, count in each.items()}
    listed = ", ".join(f"{package} {count}" for package, count in counts.items())
    print(f"\nthreads by default: {listed}; processors: {os.cpu_count()}")
    print(json.dumps(record(arguments, tables, threads)))


if __name__ == "__main__":
    main()
