"""`nncli bench` at the command line: what it takes, refuses, shows, writes and compares."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pytest
from commands import NNCLI, ROOT, environment, on_terminal, run_apart, run_here

from nncli.network.network import Network
from nncli.timing.isolation import here
from nncli.timing.sampling import Clock

if TYPE_CHECKING:
    from conftest import Done, RunCli

Write = Callable[[str, str | bytes], Path]

CONFIG = "configs/two_layers.yaml"
WIDE = "configs/wide.yaml"
DATA = "sample_data/two_layers.csv"
SMALL = ("--batch-sizes", "1,8")
# one round of each
QUICK = ("bench", CONFIG, "--max-time", "0")
# as many rounds as it takes to judge them
JUDGED = ("bench", CONFIG, "--max-time", "0", "--repetitions", "5", *SMALL)

CALL_SECONDS = 2.0**-9


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure in this process, which is too large to be copied each time, and small products."""
    monkeypatch.setattr("nncli.timing.isolation.own_process", lambda: here)
    for module in ("prepare", "bench"):
        monkeypatch.setattr(f"nncli.timing.{module}.MATMUL_SIZE", 64)


@pytest.fixture
def steady(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every measurement last 2^-9 s, exactly, by a clock with steps of 2^-20 s."""
    readings = iter(range(10**9))
    clock = Clock(lambda: next(readings) * CALL_SECONDS, 2.0**-20)
    monkeypatch.setattr("nncli.timing.sampling.system_clock", lambda: clock)


@pytest.fixture
def untimed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a run that gets as far as timing anything end as a bug."""

    def read() -> float:
        raise AssertionError("it was timed")

    monkeypatch.setattr("nncli.timing.sampling.system_clock", lambda: Clock(read, 1e-9))


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> dict[int, npt.NDArray[Any]]:
    """Collect the batches that the network ran on, by their size."""
    seen: dict[int, npt.NDArray[Any]] = {}
    forward = Network.forward

    def spy(self: Network, batch: npt.ArrayLike) -> npt.NDArray[Any]:
        values = np.array(batch)
        seen[len(values)] = values
        return forward(self, batch)

    monkeypatch.setattr(Network, "forward", spy)
    return seen


def measured(done: Done) -> list[int]:
    """Return the batch sizes of a JSON result, in its order."""
    assert (done.code, done.err) == (0, "")
    return [result["batch_size"] for result in done.json["results"]]


def refused(done: Done, code: int, *words: str) -> None:
    """Check that a run ended with *code*, said all the words on standard error, nothing else."""
    assert (done.code, done.out) == (code, ""), done.err
    assert done.err.count("error") >= 1
    for word in words:
        assert word in done.err
    assert "Traceback" not in done.err


# ----------------------------------------------------------------------------- batch sizes


@pytest.mark.parametrize(
    ("options", "sizes"),
    [
        ((), [1, 8, 32, 128, 512]),
        (("--batch-sizes", "3"), [3]),
        (("--batch-sizes", "1,2,4"), [1, 2, 4]),
        (("--batch-sizes", "4,1,2"), [1, 2, 4]),
        (("--batch-sizes", " 1 , 2 "), [1, 2]),
        (("--batch-sizes", "8-512*2"), [8, 16, 32, 64, 128, 256, 512]),
        (("--batch-sizes", "8-511*2"), [8, 16, 32, 64, 128, 256]),
        (("--batch-sizes", "1-100*10"), [1, 10, 100]),
        (("--batch-sizes", "16-64+16"), [16, 32, 48, 64]),
        (("--batch-sizes", "16-63+16"), [16, 32, 48]),
        (("--batch-sizes", "3-5"), [3, 4, 5]),
        (("--batch-sizes", "5-5"), [5]),
        (("--batch-sizes", "8-16*2,3"), [3, 8, 16]),
        (("--batch-sizes", "1-4,2-6+2"), [1, 2, 3, 4, 6]),
        (("--batch-sizes", "8", "--batch-sizes", "2"), [2, 8]),
        (("--batch-sizes", "8,2", "--batch-sizes", "2,4"), [2, 4, 8]),
        (("--batch-size", "7"), [7]),
        (("--batch-size", "7", "--batch-sizes", "2"), [2, 7]),
        (("--batch-sizes", "1,1"), [1]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
@pytest.mark.usefixtures("steady")
def test_batch_sizes_are_measured_once_each_the_smallest_first(
    cli: RunCli, options: tuple[str, ...], sizes: list[int]
) -> None:
    assert measured(cli(*QUICK, *options, "--format", "json")) == sizes


@pytest.mark.parametrize(
    "item",
    ["0", "-1", "1.0", "1_000", "1e3", "٣", "5-", "*2", "-5", "8-64*", "8-64+2*2", "8..64", "x"],
)
@pytest.mark.parametrize("form", ["{}", "1,{}", "{},1"])
@pytest.mark.usefixtures("untimed")
def test_what_is_no_batch_size_is_refused_with_all_forms(cli: RunCli, item: str, form: str) -> None:
    done = cli(*QUICK, f"--batch-sizes={form.format(item)}")
    forms = ("a whole number of at least 1", "8-512*2", "16-64+16")
    refused(done, 2, "--batch-sizes", f"'{item}' is not a batch size", *forms)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty item"),
        (",", "empty item"),
        ("1,,2", "'1,,2' has an empty item"),
        ("1,", "'1,' has an empty item"),
        ("8-4", "'8-4' does not go from a batch size of at least 1 to a larger one"),
        ("0-4", "'0-4' does not go from a batch size of at least 1 to a larger one"),
        ("8-64*1", "'8-64*1' never ends"),
        ("8-64*0", "'8-64*0' never ends"),
        ("8-64+0", "'8-64+0' never ends"),
        ("1-1000000", "'1-1000000' has more than 100 batch sizes"),
        ("1-101", "'1-101' has more than 100 batch sizes"),
        ("1-1000000+1", "'1-1000000+1' has more than 100 batch sizes"),
        (str(10**30), f"'{10**30}' is not a batch size"),
    ],
)
@pytest.mark.usefixtures("untimed")
def test_a_range_that_makes_no_sense_is_refused_by_name(cli: RunCli, text: str, words: str) -> None:
    refused(cli(*QUICK, f"--batch-sizes={text}"), 2, "--batch-sizes", words)


@pytest.mark.parametrize("text", [str(2**63), str(10**30), f"1-{2**63}*2", f"1-{10**18}0"])
@pytest.mark.usefixtures("untimed")
def test_a_batch_size_that_is_too_large_is_not_called_too_small(cli: RunCli, text: str) -> None:
    done = cli(*QUICK, f"--batch-sizes={text}")
    refused(done, 2, text)
    assert not done.err.partition("\n")[0].endswith("is not a whole number of at least 1")


@pytest.mark.usefixtures("steady")
def test_a_hundred_batch_sizes_are_allowed(cli: RunCli) -> None:
    done = cli(*QUICK, "--batch-sizes", "1-100", "--format", "json")
    assert measured(done) == list(range(1, 101))


@pytest.mark.parametrize(
    "options",
    [("--batch-sizes", "1-100,200"), ("--batch-sizes", "1-100", "--batch-sizes", "200")],
    ids=["one option", "two options"],
)
@pytest.mark.usefixtures("untimed")
def test_more_than_a_hundred_batch_sizes_in_all_are_refused(
    cli: RunCli, options: tuple[str, ...]
) -> None:
    refused(cli(*QUICK, *options), 2, "101 batch sizes are more than 100")


# ------------------------------------------------------------------------------ wrong usage


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--compare", "-"), "--compare reads a file that --save wrote"),
        (("--save", "/dev/stdout"), "--save writes a file"),
        (("--per-layer", "--backend", "loop"), "--per-layer times NumPy's layers"),
        (("--threads", "0"), "'0' is not a whole number from 1 to 1024"),
        (("--threads", "1,x"), "'x' is not a whole number from 1 to 1024"),
        (("--threads", "1025"), "'1025' is not a whole number from 1 to 1024"),
        (("--threads", "1,"), "'1,' has an empty item"),
        (("--backend", "numpi"), "did you mean `numpy`?"),
        (
            ("--backend", "numpy,pyhton"),
            "did you mean `python`?   nncli bench nothing.yaml --backend numpy,python",
        ),
        (("--backend", "xyzzy"), "numpy, loop, python, onnxruntime, torch"),
        (("--backend", ""), "empty item"),
        (("--dtype", "float16"), "'float16' is not one of float64, float32"),
        (("--dtype", "float64,int"), "'int' is not one of float64, float32"),
        (("--repetitions", "0"), "'0' is not a whole number of at least 1"),
        (("--repetitions", "2.5"), "'2.5' is not a whole number of at least 1"),
        (("--min-time", "-1"), "'-1' is not a finite number of at least 0"),
        (("--min-time", "nan"), "'nan' is not a finite number of at least 0"),
        (("--max-time", "inf"), "'inf' is not a finite number of at least 0"),
        (("--max-time", "1e999"), "'1e999' is not a finite number of at least 0"),
        (("--max-time", "1s"), "'1s' is not a finite number of at least 0"),
        (("--min-time", "5", "--max-time", "1"), "--min-time 5 is more than --max-time 1"),
        (("--fail-above", "10%"), "--fail-above needs a result to --compare with"),
        (("--compare", "x.json", "--fail-above", "abc"), "'abc' is not a finite number"),
        (("--compare", "x.json", "--fail-above", "-1%"), "'-1' is not a finite number"),
        (("--compare", "x.json", "--fail-above", "%"), "--fail-above"),
        (("--save", "-"), "help: --format json writes to standard output"),
        (("--plot", "x.jpg"), "the suffix of 'x.jpg' names no picture: .svg, .png"),
        (("--plot", "x"), ".svg, .png"),
        (("--plot", "-"), ".svg, .png"),
        (("--save", "x.svg", "--plot", "x.svg"), "--save and --plot name the same file"),
        (("--save", "x.svg", "--plot", "./x.svg"), "--save and --plot name the same file"),
        (("--columns", "1", "--drop", "2"), "--columns and --drop exclude each other"),
        (("--samples", "columns", "--drop", "2"), "--drop chooses columns"),
        (("--format", "xml"), "'table', 'json', 'jsonl', 'csv', 'md'"),
        (("--repetition", "1"), "did you mean `--repetitions`?"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
@pytest.mark.usefixtures("untimed")
def test_a_wrong_option_ends_with_2_and_names_what_is_wrong(
    cli: RunCli, tmp_path: Path, options: tuple[str, ...], words: str
) -> None:
    """The spec is missing, too: usage is the first stage."""
    refused(cli("bench", "nothing.yaml", *options, cwd=tmp_path), 2, words)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "installed", "what", "extra"),
    [
        (("--backend", "torch"), (), "--backend torch needs torch,", "bench"),
        (("--backend", "numpy,torch"), ("onnx",), "--backend torch needs torch,", "bench"),
        (("--backend", "onnxruntime"), (), "needs onnx and onnxruntime,", "bench"),
        (("--backend", "onnxruntime"), ("onnx",), "needs onnxruntime,", "bench"),
        (("--plot", "x.svg"), ("torch",), "--plot needs matplotlib,", "plot"),
        (("--plot", "X.PNG"), (), "--plot needs matplotlib,", "plot"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_package_that_is_missing_ends_with_2_and_what_to_install(
    cli: RunCli,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    options: tuple[str, ...],
    installed: tuple[str, ...],
    what: str,
    extra: str,
) -> None:
    monkeypatch.setattr(
        "nncli.cli.installed.find_spec", lambda name: object() if name in installed else None
    )
    done = cli("bench", "nothing.yaml", *options, cwd=tmp_path)
    refused(done, 2, what, "not installed here", f"help: pip install 'nncli-forward[{extra}]'")
    assert list(tmp_path.iterdir()) == []


def test_the_first_stage_with_an_error_decides(cli: RunCli, write: Write, tmp_path: Path) -> None:
    """Usage 2, spec 3, output path 5, data 4."""
    bad = write("bad.yaml", "{layer_sizes: [2, 2], sed: 0}")
    narrow = write("narrow.csv", "1,2\n")
    nowhere = tmp_path / "no" / "out.json"
    assert cli("bench", bad, narrow, "--save", nowhere, "--threads", "0").code == 2
    assert cli("bench", bad, narrow, "--save", nowhere).code == 3
    assert cli("bench", CONFIG, narrow, "--save", nowhere).code == 5
    assert cli("bench", CONFIG, narrow, "--save", nowhere, "--compare", narrow).code == 5
    assert cli("bench", CONFIG, narrow, "--compare", narrow).code == 4
    assert cli("bench", CONFIG, narrow).code == 4
    assert cli("bench", CONFIG, tmp_path / "nothing.csv").code == 5


@pytest.mark.parametrize(
    ("spec", "code"),
    [
        ("{layer_sizes: [2, 2], sed: 0}", 3),
        ("{inputs: 2, layers: [{neurons: 1, weights: [[1], [2], [3]]}]}", 3),
        ("[", 3),
        (None, 5),
    ],
)
def test_a_spec_that_forward_refuses_is_refused_in_the_same_words(
    cli: RunCli, write: Write, tmp_path: Path, spec: str | None, code: int
) -> None:
    path = tmp_path / "net.yaml" if spec is None else write("net.yaml", spec)
    data = write("data.csv", "1,2\n")
    done = cli("bench", path, data)
    refused(done, code)
    assert done == cli("forward", path, data)


@pytest.mark.parametrize("size", [10**12, 2**62])
@pytest.mark.parametrize("backend", ["numpy", "loop"])
@pytest.mark.usefixtures("untimed")
def test_a_batch_that_memory_cannot_hold_is_refused_before_anything_is_timed(
    cli: RunCli, size: int, backend: str
) -> None:
    done = cli(*QUICK, "--batch-sizes", f"1,{size}", "--backend", backend)
    refused(done, 5, "error[N508]: not enough memory for a batch of", f"{size:,}", "--batch-sizes")


# ---------------------------------------------------------------------- streams and formats


@pytest.mark.parametrize("form", ["table", "json", "jsonl", "csv", "md"])
def test_results_are_on_standard_output_and_notes_on_standard_error(
    cli: RunCli, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.setattr("nncli.timing.machine.usable_processors", lambda: 1)
    command = (*QUICK, *SMALL, "--threads", "2", "--format", form)
    loud = cli(*command)
    assert (loud.code, loud.err) == (0, "note: 2 threads on 1 processor: they take turns\n")
    assert "numpy" in loud.out
    quiet = cli(*command, "-q")
    assert (quiet.code, quiet.err) == (0, "")
    assert "numpy" in quiet.out


def test_off_a_terminal_there_is_no_progress(cli: RunCli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nncli.cli.progress._SILENT_SECONDS", 0)
    monkeypatch.setattr("nncli.cli.progress._REDRAW_SECONDS", 0)
    done = cli(*QUICK, *SMALL)
    assert (done.code, done.err) == (0, "")
    assert "calibrating" not in done.out


@pytest.mark.usefixtures("steady")
def test_the_table_shows_what_a_hand_calculates(cli: RunCli) -> None:
    """A call of 2^-9 s: 512 a second, 21 multiply–adds each; of a matrix product 64³."""
    done = cli(*JUDGED, "--backend", "loop")
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert "4 → 3 → 3   21 multiply–adds per sample   random inputs" in lines[0]
    assert lines[3].startswith("268 MFLOP/s as a float64 matrix product on 1 thread")
    rows = [" ".join(line.split()) for line in lines[5:8]]
    assert rows == [
        "batch size per batch IQR p95 per sample samples/s GFLOP/s of matmul vs 1 memory verdict",
        "1 1.953 ms 0 % 1.953 ms 1.953 ms 512.0 0.0000215 <1 % 1.0 × stable █▎",
        "8 1.953 ms 0 % 1.953 ms 244.1 µs 4.096 k 0.000172 <1 % 8.0 × stable ██████████",
    ]
    text = done.out
    assert "5 rounds in random order" in text
    assert "all outputs equal, within rounding" in text
    assert "stable: the middle half of the timings spreads less than 10 % of the median" in text
    assert "noisy" not in text
    assert " samples one by one, 244 µs each: the batch size changes nothing" in text


def test_what_is_measured_too_little_is_called_too_short(cli: RunCli) -> None:
    done = cli(*QUICK, "--batch-sizes", "3,5")
    rows = [line for line in done.out.splitlines() if " too short" in line]
    assert [row.split()[0] for row in rows[:2]] == ["3", "5"]
    assert "too short: fewer than 5 rounds, or under 1,000 clock steps" in done.out


RESULT_FIELDS = {
    *("backend", "dtype", "threads", "batch_size", "verdict", "peak_bytes", "calls"),
    *("median_seconds", "iqr_seconds", "p95_seconds", "per_sample_seconds", "samples_per_second"),
    *("gflops", "matmul_share", "speedup", "timings_seconds"),
}


def test_json_holds_all_fields_and_no_others(cli: RunCli) -> None:
    done = cli(*QUICK, *SMALL, "--format", "json")
    assert done.out.count("\n") == 1
    result = done.json
    assert list(result) == [
        *("format", "network", "data", "plan", "elapsed_seconds", "clock_tick_seconds"),
        *("results", "fit"),
        *("recommendation", "series", "layers", "machine", "notes", "problems"),
    ]
    assert result["format"] == "nncli.bench/2"
    network = result["network"]
    assert (network["name"], network["layer_sizes"]) == ("two_layers", [4, 3, 3])
    assert network["activations"] == ["linear", "linear"]
    assert result["data"] == {"source": None}
    assert result["plan"]["rounds"] == 1
    assert [set(one) for one in result["results"]] == [RESULT_FIELDS] * 2
    assert set(result["fit"]) >= {"overhead_seconds", "seconds_per_sample"}
    assert set(result["recommendation"]) == {"batch_size", "reason"}
    machine = result["machine"]
    assert machine["versions"]["python"] == ".".join(map(str, sys.version_info[:3]))
    assert machine["versions"]["numpy"] == np.__version__
    assert machine["processors"] >= 1
    assert result["clock_tick_seconds"] > 0
    assert [(one["dtype"], one["threads"]) for one in machine["matmul"]] == [("float64", 1)]


def same(number: float) -> Any:
    """Return what is equal to a number but for rounding."""
    return pytest.approx(number, rel=1e-9, abs=1e-18)


@cache
def measured_once() -> Any:
    options = ("--repetitions", "7", "--batch-sizes", "2,6,40", "--dtype", "float64,float32")
    return run_here(*QUICK, *options, "--format", "json").json


@pytest.fixture
def run() -> Any:
    """Return the JSON of a real run: seven rounds, three sizes, two types."""
    return measured_once()


def by_series(run: Any) -> dict[tuple[str, str, int], list[Any]]:
    found: dict[tuple[str, str, int], list[Any]] = {}
    for one in run["results"]:
        found.setdefault((one["backend"], one["dtype"], one["threads"]), []).append(one)
    return found


def test_the_figures_of_a_result_follow_from_its_raw_measurements(run: Any) -> None:
    multiply_adds = sum(a * b for a, b in pairwise(run["network"]["layer_sizes"]))
    assert multiply_adds == 4 * 3 + 3 * 3
    own_rates = {(m["dtype"], m["threads"]): m["gflops"] for m in run["machine"]["matmul"]}
    assert run["plan"]["rounds"] == 7
    assert len(run["results"]) == 6
    for one in run["results"]:
        seconds, size = one["timings_seconds"], one["batch_size"]
        assert len(seconds) == 7
        assert min(seconds) > 0
        median = statistics.median(seconds)
        lower, _, upper = statistics.quantiles(seconds, n=4, method="inclusive")
        p95 = statistics.quantiles(seconds, n=20, method="inclusive")[-1]
        gflops = 2 * multiply_adds * size / median / 1e9
        assert one["median_seconds"] == same(median)
        assert one["iqr_seconds"] == same(upper - lower)
        assert one["p95_seconds"] == same(p95)
        assert one["per_sample_seconds"] == same(median / size)
        assert one["samples_per_second"] == same(size / median)
        assert one["gflops"] == same(gflops)
        assert one["matmul_share"] == same(gflops / own_rates[one["dtype"], one["threads"]])
        assert one["peak_bytes"] >= size * 4 * (8 if one["dtype"] == "float64" else 4)
        ticks = min(seconds) * one["calls"] / run["clock_tick_seconds"]
        spread = "stable" if (upper - lower) / median < 0.1 else "noisy"
        assert one["verdict"] == (spread if ticks >= 1000 else "too short")


def test_speedup_is_relative_to_the_smallest_batch_size_of_the_series(run: Any) -> None:
    for results in by_series(run).values():
        rates = [one["batch_size"] / statistics.median(one["timings_seconds"]) for one in results]
        assert [one["speedup"] for one in results] == [same(rate / rates[0]) for rate in rates]
        assert results[0]["speedup"] == 1


def test_the_smallest_batch_size_with_90_percent_of_the_best_rate_is_recommended(run: Any) -> None:
    assert run["recommendation"] == run["series"][0]["recommendation"]
    for one, results in zip(run["series"], by_series(run).values(), strict=True):
        rates = {r["batch_size"]: r["samples_per_second"] for r in results}
        good = [size for size, rate in rates.items() if rate >= 0.9 * max(rates.values())]
        assert one["recommendation"]["batch_size"] == min(good)
        assert f"batch size {min(good)} " in one["recommendation"]["reason"]


def test_a_single_batch_size_has_no_fit(cli: RunCli) -> None:
    done = cli(*QUICK, "--batch-sizes", "4", "--format", "json")
    assert done.json["fit"] is None
    assert done.json["recommendation"]["batch_size"] == 4
    assert "compare several with --batch-sizes" in done.json["recommendation"]["reason"]


@pytest.mark.usefixtures("steady")
def test_every_format_holds_the_same_results(cli: RunCli) -> None:
    """The clock is a fake one, so every run measures the same."""
    command = (*JUDGED, "--dtype", "float64,float32")
    results = cli(*command, "--format", "json").json["results"]
    lines = cli(*command, "--format", "jsonl")
    rows = cli(*command, "--format", "csv")
    assert (lines.code, lines.err, rows.code, rows.err) == (0, "", 0, "")
    parsed = [json.loads(text) for text in lines.out.splitlines()]
    assert len(parsed) == len(results) == 4
    # what Python allocates is not the same twice
    for one in (*results, *parsed):
        del one["peak_bytes"]
    assert parsed == results
    cells = list(csv.DictReader(io.StringIO(rows.out)))
    assert len(cells) == 4
    for row, result in zip(cells, results, strict=True):
        assert set(row) == RESULT_FIELDS - {"timings_seconds"}
        for name in set(row) - {"peak_bytes"}:
            text = row[name]
            assert (text if isinstance(result[name], str) else float(text)) == result[name]


def test_csv_leaves_unknown_memory_empty(cli: RunCli) -> None:
    done = cli(*QUICK, *SMALL, "--backend", "loop,numpy", "--format", "csv")
    known = [(row["backend"], row["peak_bytes"]) for row in csv.DictReader(io.StringIO(done.out))]
    assert known[:2] == [("loop", ""), ("loop", "")]
    assert [int(text) > 0 for _, text in known[2:]] == [True, True]


def test_markdown_is_a_pipe_table_with_a_row_for_each_result(cli: RunCli) -> None:
    done = cli(*QUICK, "--batch-sizes", "1,8,32", "--format", "md")
    assert (done.code, done.err) == (0, "")
    head, rule, *rows = [text for text in done.out.splitlines() if text.startswith("|")]
    assert "batch size" in head
    assert "verdict" in head
    assert set(rule) <= set("|-: ")
    assert len(rows) == 3
    assert {text.count("|") for text in (head, rule, *rows)} == {head.count("|")}
    assert all("| too short |" in row for row in rows)


# -------------------------------------------------------------------------------------- DATA


@pytest.mark.parametrize(
    ("text", "options", "sample"),
    [
        ("9,1,2,3,4\n", ("--columns", "5,4,3,2"), [4, 3, 2, 1]),
        ("id,a,b,c,d\nx,1,2,3,4\n", ("--drop", "id"), [1, 2, 3, 4]),
        ("id,a,b,c,d\nx,1,2,3,4\n", ("--keep", "id"), [1, 2, 3, 4]),
        ("1,5\n2,6\n3,7\n4,8\n", ("--samples", "columns"), [1, 2, 3, 4]),
        ("1;2;3;4\n", ("--delimiter", ";"), [1, 2, 3, 4]),
    ],
)
@pytest.mark.usefixtures("steady")
def test_data_options_choose_what_is_run(
    cli: RunCli,
    write: Write,
    batches: dict[int, npt.NDArray[Any]],
    text: str,
    options: tuple[str, ...],
    sample: list[int],
) -> None:
    done = cli(*QUICK, write("data.csv", text), *options, "--batch-sizes", "1")
    assert (done.code, done.err) == (0, "")
    assert batches[1].tolist() == [sample]
    assert "data.csv" in done.out.splitlines()[0]


@pytest.mark.usefixtures("steady")
def test_a_dash_reads_standard_input(cli: RunCli, batches: dict[int, npt.NDArray[Any]]) -> None:
    command = (*QUICK, "-", "--batch-sizes", "2")
    done = cli(*command, "--format", "json", stdin=b"1,2,3,4\n5,6,7,8\n")
    assert (done.code, done.err) == (0, "")
    assert done.json["data"] == {"source": "-"}
    assert batches[2].tolist() == [[1, 2, 3, 4], [5, 6, 7, 8]]
    assert "<stdin>" in cli(*command, stdin=b"1,2,3,4\n").out.splitlines()[0]


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("1,2,3\n", 4, "error[N407]"),
        ("1,2,3,x\n", 4, ":1:"),
        ("", 4, "error[N401]"),
        (None, 5, "error[N501]: no such file"),
    ],
)
@pytest.mark.usefixtures("untimed")
def test_data_that_does_not_fit_is_refused_before_timing(
    cli: RunCli, write: Write, tmp_path: Path, text: str | None, code: int, words: str
) -> None:
    path = tmp_path / "data.csv" if text is None else write("data.csv", text)
    refused(cli(*QUICK, path), code, f"{path}", words)


@pytest.mark.usefixtures("untimed")
def test_a_number_too_large_for_one_of_the_types_is_refused(cli: RunCli, write: Write) -> None:
    data = write("data.csv", "1e300,1,1,1\n")
    refused(cli(*QUICK, data, "--dtype", "float64,float32"), 4, "error[N415]", "float32")


@pytest.mark.parametrize("cell", ["nan", "inf", "-inf", "1e308"])
def test_values_that_are_or_become_infinite_are_timed_like_others(
    cli: RunCli, write: Write, cell: str
) -> None:
    data = write("data.csv", f"{cell},1,2,3\n1,2,3,4\n")
    done = cli(*QUICK, data, *SMALL, "--backend", "numpy,loop,python", "--format", "json")
    doubt = "half of the float64 outputs may be infinite or NaN: comparing them says little"
    assert (done.code, done.err) == (0, f"note: {doubt}\n")
    assert len(done.json["results"]) == 6


# ------------------------------------------------------------------------------------ series


@pytest.mark.usefixtures("steady")
def test_types_and_threads_give_their_product(cli: RunCli) -> None:
    options = ("--dtype", "float64,float32", "--threads", "1,2", *SMALL)
    done = cli(*QUICK, *options, "--format", "json", "-q")
    found = {(r["dtype"], r["threads"], r["batch_size"]) for r in done.json["results"]}
    wanted = {(t, n, b) for t in ("float64", "float32") for n in (1, 2) for b in (1, 8)}
    assert found == wanted
    assert len(done.json["results"]) == len(done.json["series"]) * 2 == 8
    matmuls = {(m["dtype"], m["threads"]) for m in done.json["machine"]["matmul"]}
    assert matmuls == {(t, n) for t, n, _ in wanted}


def test_a_type_of_the_command_line_stands_instead_of_the_specs(cli: RunCli) -> None:
    done = cli(*QUICK, *SMALL, "--dtype", "float32", "--format", "json")
    assert {r["dtype"] for r in done.json["results"]} == {"float32"}


def test_backends_agree_and_python_is_left_out_where_it_would_take_too_long(cli: RunCli) -> None:
    """20,000,000 multiply–adds at most: 37 samples of the wide network."""
    command = ("bench", WIDE, "--max-time", "0", "--backend", "numpy,loop,python")
    done = cli(*command, "--batch-sizes", "1,64", "--format", "json")
    found = [(r["backend"], r["batch_size"]) for r in done.json["results"]]
    assert found == [("numpy", 1), ("numpy", 64), ("loop", 1), ("loop", 64), ("python", 1)]
    note = "python is left out for batches of 64: a call would take too long"
    assert done.err == f"note: {note}\n"
    assert [one["message"] for one in done.json["notes"]] == [note]


def test_outputs_that_differ_end_with_1_and_no_result(
    cli: RunCli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(_: Network) -> Callable[[list[list[float]]], list[list[float]]]:
        return lambda rows: [[1.0 + value for value in row[:3]] for row in rows]

    monkeypatch.setattr("nncli.timing.backends.plain_forward", wrong)
    done = cli(*QUICK, *SMALL, "--backend", "numpy,python")
    refused(done, 1, "error[N604]: python, float64, 1 thread, batch size 1", "batch size 8")


@pytest.mark.parametrize(
    "options",
    [
        (CONFIG, "--backend", "python", "--dtype", "float32"),
        (WIDE, "--backend", "python", "--batch-sizes", "64"),
    ],
    ids=["type", "size"],
)
@pytest.mark.usefixtures("untimed")
def test_if_nothing_is_left_to_be_timed_that_is_wrong_usage(
    cli: RunCli, options: tuple[str, ...]
) -> None:
    refused(cli("bench", *options), 2, "nothing is left to be timed: python is left out")


@pytest.mark.usefixtures("steady")
def test_layers_are_timed_by_themselves_on_request(cli: RunCli) -> None:
    """By the fake clock a layer takes as long as the whole: its share is 1."""
    done = cli(*JUDGED, "--per-layer", "--format", "json")
    assert (done.code, done.err) == (0, "")
    found = [(one["batch_size"], one["layer"], one["name"]) for one in done.json["layers"]]
    names = ["layer_1", "layer_2"]
    assert sorted(found) == [(b, n, names[n - 1]) for b in (1, 8) for n in (1, 2)]
    for one in done.json["layers"]:
        assert (one["median_seconds"], one["share"]) == (CALL_SECONDS, 1)
    table = cli(*JUDGED, "--per-layer").out
    assert "share of each layer" in table
    assert "200 %" in table
    assert "each layer was timed by itself: the parts need not add up to the whole" in table


def test_without_that_request_there_are_no_layers(cli: RunCli) -> None:
    assert cli(*QUICK, *SMALL, "--format", "json").json["layers"] == []
    assert "share of each layer" not in cli(*QUICK, *SMALL).out


# -------------------------------------------------------------------------- --save, --compare


def test_save_writes_the_json_of_the_run(cli: RunCli, tmp_path: Path) -> None:
    out = tmp_path / "saved.json"
    done = cli(*QUICK, *SMALL, "--save", out, "--format", "json")
    assert (done.code, done.err) == (0, "")
    assert out.read_text(encoding="utf-8") == done.out
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.usefixtures("untimed")
def test_an_existing_file_is_refused_before_timing(cli: RunCli, write: Write) -> None:
    path = write("saved.json", "precious")
    refused(cli(*QUICK, "--save", path), 5, f"{path}: error[N504]", "--force")
    assert path.read_text(encoding="utf-8") == "precious"


def test_force_replaces_an_existing_file(cli: RunCli, write: Write) -> None:
    path = write("saved.json", "precious")
    assert cli(*QUICK, *SMALL, "--save", path, "--force").code == 0
    assert json.loads(path.read_text(encoding="utf-8"))["format"] == "nncli.bench/2"


@pytest.mark.parametrize("target", ["net.yaml", "data.csv", "old.json"])
@pytest.mark.parametrize("options", [(), ("--force",)], ids=["", "--force"])
@pytest.mark.usefixtures("untimed")
def test_no_input_is_overwritten(
    cli: RunCli, write: Write, tmp_path: Path, target: str, options: tuple[str, ...]
) -> None:
    write("net.yaml", (ROOT / CONFIG).read_bytes())
    write("data.csv", (ROOT / DATA).read_bytes())
    write("old.json", "{}")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    command = ("bench", "net.yaml", "data.csv", "--compare", "old.json", "--save", f"./{target}")
    refused(cli(*command, *options, cwd=tmp_path), 5, f"./{target}: error[N505]")
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


Edit = Callable[[Any], None]


def scaled(factor: float) -> Edit:
    """Return a change of a saved benchmark: all its measurements, times a factor."""

    def edit(saved: Any) -> None:
        for one in saved["results"]:
            one["timings_seconds"] = [factor * seconds for seconds in one["timings_seconds"]]

    return edit


def uncertain(saved: Any) -> None:
    """Let the saved measurements be so far apart that nothing can be said."""
    for one in saved["results"]:
        one["timings_seconds"] = [CALL_SECONDS * power for power in (0.01, 0.1, 1, 10, 100)]


@pytest.fixture
def save(cli: RunCli, tmp_path: Path, steady: None) -> Callable[..., Path]:  # noqa: ARG001
    """Save a run by the fake clock, change what was saved, and return its path."""

    def save_changed(*edits: Edit) -> Path:
        path = tmp_path / "old.json"
        assert cli(*JUDGED, "--save", path, "--force").code == 0
        saved = json.loads(path.read_text(encoding="utf-8"))
        for edit in edits:
            edit(saved)
        path.write_text(json.dumps(saved), encoding="utf-8")
        return path

    return save_changed


@pytest.mark.parametrize(
    ("edit", "change", "ratio"),
    [
        (scaled(0.1), "slower", 10),
        (scaled(10), "faster", 0.1),
        (scaled(1), "no significant difference", 1),
        (scaled(1 / 1.06), "slower", 1.06),
        (uncertain, "no significant difference", 1),
    ],
    ids=["0.1", "10", "1", "1/1.06", "uncertain"],
)
def test_a_run_is_compared_with_a_saved_one(
    cli: RunCli, save: Callable[..., Path], edit: Edit, change: str, ratio: float
) -> None:
    old = save(edit)
    done = cli(*JUDGED, "--compare", old, "--format", "json")
    assert (done.code, done.err) == (0, "")
    comparison = done.json["comparison"]
    assert comparison["source"] == str(old)
    found = comparison["results"]
    assert [one["batch_size"] for one in found] == [1, 8]
    for one in found:
        assert set(one) == {
            *("backend", "dtype", "threads", "batch_size"),
            *("ratio", "low", "high", "machine_ratio", "change"),
        }
        assert one["ratio"] == pytest.approx(ratio)
        assert one["low"] <= one["ratio"] <= one["high"]
        assert one["change"] == change
    table = cli(*JUDGED, "--compare", old).out
    rows = [text for text in table.splitlines() if text.endswith(change)]
    assert [row.split()[0] for row in rows] == ["1", "8"]
    assert all(f" {ratio:.3f} × " in row for row in rows)


def test_slower_than_allowed_ends_with_1_after_the_result(
    cli: RunCli, save: Callable[..., Path]
) -> None:
    old = save(scaled(0.1))
    done = cli(*JUDGED, "--compare", old, "--fail-above", "10%", "--format", "json")
    assert done.code == 1
    assert len(done.json["comparison"]["results"]) == 2
    errors = [text for text in done.err.splitlines() if text.startswith("error[N605]: ")]
    assert len(errors) == 2
    for size, text in zip((1, 8), errors, strict=True):
        assert f"batch size {size} (numpy, float64" in text
        assert f" takes 10.00 × as long as in {old}" in text
        assert "1.1 × is allowed" in text


@pytest.mark.parametrize(
    ("edit", "limit", "code"),
    [
        (scaled(10), "10%", 0),
        (uncertain, "0", 0),
        (scaled(0.5), "101%", 0),
        (scaled(0.5), "99%", 1),
        (scaled(0.5), "99.5 %", 1),
        (scaled(1 / 1.2), "19%", 1),
    ],
)
def test_only_a_significant_slowdown_beyond_the_limit_fails(
    cli: RunCli, save: Callable[..., Path], edit: Edit, limit: str, code: int
) -> None:
    done = cli(*JUDGED, "--compare", save(edit), "--fail-above", limit)
    assert done.code == code
    assert ("error[N605]" in done.err) is (code == 1)
    assert "against " in done.out


def test_a_failed_limit_still_saves_the_run(
    cli: RunCli, save: Callable[..., Path], tmp_path: Path
) -> None:
    old, new = save(scaled(0.1)), tmp_path / "new.json"
    command = (*JUDGED, "--compare", old, "--fail-above", "10%", "--save", new)
    assert cli(*command).code == 1
    assert json.loads(new.read_text(encoding="utf-8"))["comparison"]["source"] == str(old)
    assert cli(*JUDGED, "--compare", new, "--fail-above", "0").code == 0


def other_sizes(saved: Any) -> None:
    saved["network"]["layer_sizes"] = [4, 5, 3]


def other_processor(saved: Any) -> None:
    saved["machine"]["processor"] = "Z80\x1b[31m"


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (other_sizes, ("another network", "4-5-3")),
        (other_processor, ("another machine", "Z80\\x1b[31m, ")),
    ],
)
def test_whatever_else_differs_is_noted(
    cli: RunCli, save: Callable[..., Path], edit: Edit, words: tuple[str, ...]
) -> None:
    old = save(edit)
    done = cli(*JUDGED, "--compare", old)
    assert done.code == 0
    assert done.err.startswith(f"note: {old} ")
    assert done.err.count("\n") == 1
    for word in words:
        assert word in done.err
    assert cli(*JUDGED, "--compare", old, "-q").err == ""
    noted = cli(*JUDGED, "--compare", old, "--format", "json").json["notes"]
    assert [f"note: {note['message']}\n".replace("\x1b", "\\x1b") for note in noted] == [done.err]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--batch-sizes", "3"), "--batch-sizes 1,8"),
        (("--dtype", "float32"), "float64"),
        (("--backend", "loop"), "numpy"),
        (("--threads", "2"), "1 thread"),
    ],
    ids=["size", "dtype", "backend", "threads"],
)
def test_nothing_in_common_is_wrong_usage_before_timing(
    cli: RunCli,
    save: Callable[..., Path],
    request: pytest.FixtureRequest,
    options: tuple[str, ...],
    said: str,
) -> None:
    """The help says what was saved, as far as it bears on what is missing."""
    old = save()
    request.getfixturevalue("untimed")
    sizes = () if "--batch-sizes" in options else SMALL
    done = cli(*QUICK, *sizes, *options, "--compare", old)
    refused(done, 2, "nothing to compare", str(old))
    assert said in done.err


def test_a_saved_run_without_results_has_nothing_to_compare(
    cli: RunCli, save: Callable[..., Path], request: pytest.FixtureRequest
) -> None:
    old = save(lambda saved: saved["results"].clear())
    request.getfixturevalue("untimed")
    refused(cli(*JUDGED, "--compare", old), 2, "nothing to compare", "none")


def test_plain_python_is_compared_whatever_the_threads(
    cli: RunCli,
    tmp_path: Path,
    steady: None,  # noqa: ARG001
) -> None:
    """It has one thread, and so it is timed and saved."""
    old = tmp_path / "old.json"
    command = (*JUDGED, "--backend", "python", "--threads", "2", "--format", "json", "-q")
    first = cli(*command, "--save", old)
    assert [one["threads"] for one in first.json["results"]] == [1, 1]
    done = cli(*command, "--compare", old)
    assert done.code == 0, done.err
    assert len(done.json["comparison"]["results"]) == 2


@pytest.mark.parametrize("seconds", [5e-324, 1e-300, 1.7e308])
@pytest.mark.parametrize("form", ["table", "json"])
def test_seconds_that_no_clock_measures_are_no_bug(
    cli: RunCli, save: Callable[..., Path], seconds: float, form: str
) -> None:
    def edit(saved: Any) -> None:
        for one in saved["results"]:
            one["timings_seconds"] = [seconds] * 4

    done = cli(*JUDGED, "--compare", save(edit), "--format", form)
    assert done.code in {0, 4}, done.err
    assert "inf" not in done.out
    assert "nan" not in done.out


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        ("{}", 4, "error[N417]: not a saved benchmark"),
        ("no json", 4, "error[N417]: not a saved benchmark"),
        (None, 5, "error[N501]: no such file"),
    ],
)
@pytest.mark.usefixtures("untimed")
def test_a_file_that_was_not_saved_is_refused_before_timing(
    cli: RunCli, write: Write, tmp_path: Path, content: str | None, code: int, words: str
) -> None:
    path = tmp_path / "old.json" if content is None else write("old.json", content)
    refused(cli(*QUICK, "--compare", path), code, f"{path}: {words}")


# ------------------------------------------------------------------------- losses of batches

# y = x, so that the losses of these samples are 0 and 4
SAME = "{inputs: 1, layers: [{neurons: 1, weights: [[1]], biases: [0]}]}"
OFF_BY_2 = "x,y\n1,1\n3,1\n"
IRIS = ("bench", "configs/iris.yaml", "sample_data/iris_test.csv", "--target", "species")


@pytest.fixture
def to_copy(
    cli: RunCli,
    write: Write,
    steady: None,  # noqa: ARG001
) -> Callable[..., Done]:
    """Return what times the network y = x with y as the target, on some data."""
    spec = write("same.yaml", SAME)

    def bench(*options: str, data: str = OFF_BY_2, stdin: bytes = b"") -> Done:
        path = "-" if stdin else write("same.csv", data)
        target = ("--target", "y", "--max-time", "0", "--repetitions", "5")
        return cli("bench", spec, path, *target, *options, stdin=stdin)

    return bench


def test_what_a_batch_size_costs_stands_beside_what_it_buys(to_copy: Callable[..., Done]) -> None:
    """Losses of 0 and 4 lie 2 from their mean, 2; a batch of both by nothing, and there is no 4."""
    done = to_copy("--batch-sizes", "1,2,4")
    assert done.code == 0
    assert done.err == "note: no losses of batch size 4: batches are drawn from 2 samples\n"
    text = done.out
    lines = text.splitlines()
    assert " ".join(lines[5].split()).startswith(
        "batch size per batch IQR p95 per sample strays by samples/s"
    )
    rows = [" ".join(row.split()) for row in lines[6:9]]
    for row, cells in zip(
        rows, ("1.953 ms 100 % 512.0", "976.6 µs 0 % 1.024 k", "488.3 µs – 2.048 k"), strict=True
    ):
        assert f" {cells} " in row
    assert (
        " strays by: how far the loss of a random batch lies from 2, that of all 2 samples" in text
    )
    sizes = (
        "batch size 2: 977 µs a sample, and its loss strays by 0 %; batch size 1: 1.95 ms, and by"
    )
    assert f" {sizes} 100 %\n" in text


def test_a_single_batch_size_is_told_of_alone(to_copy: Callable[..., Done]) -> None:
    text = to_copy("--batch-sizes", "1").out
    assert " batch size 1: 1.95 ms a sample, and its loss strays by 100 %\n" in text


def test_samples_one_by_one_are_no_cheaper_in_batches(to_copy: Callable[..., Done]) -> None:
    text = to_copy("--batch-sizes", "1,2", "--backend", "loop").out
    assert " a batch of 2 strays by 0 % of the loss, a single sample by 100 %\n" in text
    assert "a sample, and its loss" not in text


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ("x,y\n1,1\n3,3\n", "every loss is 0: no batch strays"),
        ("x,y\n1e200,1\n3,3\n", "not every loss is finite: how far batches stray cannot be said"),
    ],
)
def test_what_cannot_be_a_share_of_the_loss_is_said(
    to_copy: Callable[..., Done], data: str, sentence: str
) -> None:
    done = to_copy("--batch-sizes", "1,2", data=data)
    assert (done.code, done.err) == (0, "")
    assert f" {sentence}\n" in done.out
    assert done.out.count("   –   ") == 2
    assert " strays by: " not in done.out


def test_without_a_batch_that_the_data_fills_only_the_note_says_so(
    to_copy: Callable[..., Done],
) -> None:
    done = to_copy("--batch-sizes", "3,4")
    assert done.err == "note: no losses of batch sizes 3 and 4: batches are drawn from 2 samples\n"
    assert "a sample, and" not in done.out


def test_json_holds_the_losses_of_batches(to_copy: Callable[..., Done], tmp_path: Path) -> None:
    """Between 0 and 4, 5 % lie below 0.2, and below 3.8 95 %; sigma is 2."""
    saved = tmp_path / "saved.json"
    done = to_copy("--batch-sizes", "1,2,4", "--format", "json", "--save", str(saved))
    found = done.json
    assert found["loss"] == 2
    spread, none = found["batch_losses"]
    assert spread == {
        "batch_size": 1,
        "std": 2,
        "p05": same(0.2),
        "p95": same(3.8),
        "theory_std": 2,
    }
    assert (none["batch_size"], none["std"], none["theory_std"]) == (2, 0, same(2**0.5))
    assert [note["code"] for note in found["notes"]] == ["large_batches"]
    assert json.loads(saved.read_text(encoding="utf-8")) == found
    again = to_copy("--batch-sizes", "1,2", "--compare", str(saved))
    assert again.code == 0
    assert f"against {saved}" in again.out


def test_a_loss_that_is_not_finite_is_a_text_in_json(to_copy: Callable[..., Done]) -> None:
    found = to_copy("--batch-sizes", "1", "--format", "json", data="x,y\n1e200,1\n3,3\n").json
    assert found["loss"] == "inf"
    assert found["batch_losses"][0]["std"] == "nan"


def test_lines_and_csv_hold_how_far_losses_stray(to_copy: Callable[..., Done]) -> None:
    rows = [
        json.loads(row) for row in to_copy("--batch-sizes=1,2,4", "--format=jsonl").out.splitlines()
    ]
    assert [row["loss_std"] for row in rows] == [2, 0, None]
    table = list(csv.DictReader(io.StringIO(to_copy("--batch-sizes=1,2,4", "--format=csv").out)))
    assert [row["loss_std"] for row in table] == ["2.0", "0.0", ""]


def test_losses_are_those_of_evaluate(cli: RunCli) -> None:
    """With two types, those of the first."""
    sizes = ("--batch-sizes", "1,4,16", "--format", "json")
    done = cli(*IRIS, *sizes, "--max-time", "0", "--dtype", "float64,float32")
    evaluated = cli("evaluate", *IRIS[1:], *sizes)
    assert done.json["batch_losses"] == evaluated.json["batch_losses"]
    assert done.json["loss"] == same(evaluated.json["metrics"]["log_loss"])


def test_targets_of_standard_input_are_read_once(to_copy: Callable[..., Done]) -> None:
    done = to_copy("--batch-sizes", "1", "--format", "json", stdin=OFF_BY_2.encode())
    assert (done.code, done.json["loss"], done.json["data"]["source"]) == (0, 2, "-")


def test_a_target_is_no_input(
    to_copy: Callable[..., Done], batches: dict[int, npt.NDArray[Any]]
) -> None:
    assert to_copy("--batch-sizes", "5", data="y,x\n7,1\n8,3\n").code == 0
    assert batches[5].tolist() == [[1], [3], [1], [3], [1]]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), 2, ("error[N705]: --target names a column of DATA", "bench CONFIG DATA --target y")),
        (("same.csv", "--drop", "y"), 2, ("--target and --drop both name 'y'",)),
        (("same.csv", "--target", "y"), 2, ("--target names 'y' twice",)),
        (("same.csv", "--target", "x"), 2, ("--target names 2 columns, and this network needs 1",)),
        (("other.csv",), 4, ("other.csv:1:1: error[N408]: --target: there is no column 'y'",)),
    ],
)
@pytest.mark.usefixtures("untimed")
def test_targets_that_cannot_be_are_refused_before_timing(
    cli: RunCli, write: Write, arguments: tuple[str, ...], code: int, words: tuple[str, ...]
) -> None:
    folder = write("same.yaml", SAME).parent
    write("same.csv", OFF_BY_2)
    write("other.csv", "x,z\n1,1\n")
    refused(cli("bench", "same.yaml", *arguments, "--target", "y", cwd=folder), code, *words)


@pytest.mark.usefixtures("untimed")
def test_a_target_that_means_nothing_is_refused_at_its_line(cli: RunCli, write: Write) -> None:
    features = "sepal length (cm),sepal width (cm),petal length (cm),petal width (cm)"
    flowers = write("flowers.csv", f"{features},species\n1,2,3,4,setosa\n1,2,3,4,rose\n")
    done = cli("bench", "configs/iris.yaml", flowers, "--target", "species")
    refused(done, 4, f"{flowers}:3:", "error[N420]")


@pytest.mark.parametrize("width", [60, 80, 100])
def test_a_narrow_terminal_keeps_what_a_batch_size_costs_and_buys(width: int) -> None:
    code, _, shown = on_terminal(*IRIS, "--max-time", "0", *SMALL, width=width)
    assert code == 0
    lines = ESCAPES.sub("", shown).splitlines()
    heading = next(text for text in lines if text.startswith(" batch size"))
    assert "per sample" in heading
    assert "strays by" in heading
    assert max(map(len, lines)) <= width


# --------------------------------------------------------------------- signals and terminals


def wait_until_busy(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Wait until a process has used a processor for so long: then it has long begun to time."""
    deadline = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < deadline:
        fields = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2]
        ticks = sum(int(field) for field in fields.split()[11:15])  # its own, its children's
        if ticks / os.sysconf("SC_CLK_TCK") >= seconds:
            return
        time.sleep(0.02)
    pytest.fail("it ended, or never began")


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc here")
@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143)],
    ids=lambda value: value.name if isinstance(value, signal.Signals) else "",
)
def test_a_signal_ends_a_long_run_silently_and_saves_nothing(
    tmp_path: Path, number: signal.Signals, code: int
) -> None:
    command = ("bench", CONFIG, "--min-time", "60", "--max-time", "60", *SMALL)
    with subprocess.Popen(
        [*NNCLI, *command, "--save", str(tmp_path / "saved.json")],
        cwd=ROOT,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    ) as process:
        try:
            wait_until_busy(process, 1.2)
            if number == signal.SIGINT:
                os.killpg(process.pid, number)  # a terminal's Ctrl-C reaches all it started
            else:
                process.send_signal(number)
            out, err = process.communicate(timeout=30)
        finally:
            process.kill()
    assert (process.returncode, out, err) == (code, b"", b"")
    assert list(tmp_path.iterdir()) == []


SIGNAL_AT_A_FORK = """
import os, signal, sys
from nncli.__main__ import main
os.register_at_fork(after_in_child=lambda: os.kill(os.getpid(), signal.{name}))
sys.argv = ["nncli", *{arguments}]
main()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only there a copy of the process measures")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_at_the_moment_a_measuring_process_begins_shows_no_traceback(name: str) -> None:
    """Python calls hooks in a new process, and shows what is raised in them."""
    code = SIGNAL_AT_A_FORK.format(name=name, arguments=[*QUICK, *SMALL])
    done = run_apart([sys.executable, "-c", code], stdin=subprocess.DEVNULL)
    assert "Exception ignored" not in done.err
    assert "Traceback" not in done.err
    assert "bug" not in done.err


ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


ALL_COLUMNS = ("p95", "per sample", "GFLOP/s", "of matmul", "memory")


@pytest.mark.parametrize(
    ("width", "hidden", "by"),
    [
        (60, {"memory", "p95", "of matmul", "GFLOP/s", "bars", "per sample"}, "window"),
        (80, {"memory", "p95", "of matmul", "GFLOP/s"}, "COLUMNS"),
        (200, set(), "window"),
    ],
)
def test_a_narrow_terminal_drops_columns_and_names_them(
    width: int, hidden: set[str], by: str
) -> None:
    columns = str(width) if by == "COLUMNS" else ""
    code, _, shown = on_terminal(*QUICK, width=100 if columns else width, COLUMNS=columns)
    assert code == 0
    lines = ESCAPES.sub("", shown).splitlines()
    start = next(index for index, text in enumerate(lines) if text.startswith(" batch size"))
    table, rest = lines[start : start + 6], lines[start + 6 :]
    assert [row.split()[0] for row in table[1:]] == ["1", "8", "32", "128", "512"]
    assert all(" too short" in row for row in table[1:])
    assert max(map(len, lines)) <= width
    assert not any("…" in row for row in table)
    said, _, _ = " ".join(" ".join(rest).split()).partition(" not shown; --format json for all")
    named = {name.strip() for name in said.split(",")} if hidden else set()
    assert named == hidden
    assert ("--format json for all" in " ".join(" ".join(rest).split())) is bool(hidden)
    for column in ALL_COLUMNS:
        assert (column in table[0]) is (column not in hidden)


@pytest.mark.parametrize("width", [40, 80])
def test_no_line_of_several_series_is_wider_than_the_terminal(width: int) -> None:
    options = ("--backend", "numpy,loop", "--dtype", "float64,float32", *SMALL)
    code, _, shown = on_terminal(*QUICK, *options, width=width)
    assert code == 0
    assert max(map(len, ESCAPES.sub("", shown).splitlines())) <= width


@pytest.mark.parametrize(("options", "seen"), [((), True), (("-q",), False)], ids=["", "-q"])
def test_somebody_who_watches_sees_progress_and_none_is_left_in_the_result(
    options: tuple[str, ...], seen: bool
) -> None:
    """For the first second nothing is drawn."""
    command = ("bench", CONFIG, *SMALL, "--min-time", "2", "--max-time", "2", *options)
    code, out, shown = on_terminal(*command, piped=True)
    assert code == 0
    assert ("round" in shown) is seen
    assert ("s left" in shown) is seen
    assert out.startswith("two_layers ")
    assert "\x1b" not in out
    assert "left" not in out


def test_a_pattern_of_several_files_is_for_forward(cli: RunCli, write: Write) -> None:
    folder = write("a.csv", "1,2,3,4\n").parent
    write("b.csv", "1,2,3,4\n")
    done = cli("bench", ROOT / CONFIG, "[ab].csv", cwd=folder)
    assert (done.code, done.out) == (2, "")
    assert "bench takes one file of data, and '[ab].csv' matches 2" in done.err
