"""Time of `Network.forward`, compared with PyTorch's and ONNX Runtime's on the same numbers.

Networks from tiny to wide, batch sizes from 1 to 8192, float32 and float64, one thread and all.
Needs both:  pip install -e '.[bench]'  and then
python benchmarks/engine.py [--quick] [--threads 1,2] [--networks 4-5-2,20-64-64-3]

Each number of threads has a process of its own, with the libraries' environment variables set
before they are imported; BLAS, PyTorch and ONNX Runtime get equally many.  The contestants take
turns, in changing order, for 2 ms or one call at a time; what counts is the median of the rounds.
With several threads, a pause goes before each turn: threads that the previous contestant left
spinning are asleep by then, so spinning can stay as each library has it by default.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nncli import Network

NETWORKS = ("4-5-2", "20-64-64-3", "64-256-256-10", "784-512-256-10", "1024-1024-1024-1024")
BATCH_SIZES = (1, 8, 32, 128, 1024, 8192)
QUICK_BATCH_SIZES = (1, 32, 1024)
DTYPES = ("float32", "float64")
ROUNDS, QUICK_ROUNDS = 15, 7
TURN_SECONDS = 2e-3
PAUSE_SECONDS = 30e-3
TOLERANCES = {"float32": (1e-4, 1e-5), "float64": (1e-10, 1e-12)}  # relative, absolute

TARGET_MEAN = 0.85  # of time(nncli) / min(time(PyTorch), time(ONNX Runtime)), geometric
TARGET_CELL = 1.3  # the same, every cell
TARGET_MATMUL = 0.9  # of the rate of a bare product, for the widest network and largest batch

THREAD_VARIABLES = ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS")

Call = Callable[[], Any]


def build_network(sizes: str, dtype: str) -> Network:
    """Return a network of such layers: relu, the last one linear."""
    from nncli import Network

    widths = sizes.split("-")
    activations = ["relu"] * (len(widths) - 2) + ["linear"]
    return Network.from_yaml_text(
        f"layer_sizes: [{', '.join(widths)}]\nactivations: [{', '.join(activations)}]\n"
        f"dtype: {dtype}\nseed: 0\n"
        "init: {weights: he_normal, biases: {normal: {std: 0.1}}}"
    )


def torch_call(network: Network, batch: Any) -> Call:
    """Return PyTorch's forward pass of a batch (samples, inputs)."""
    import torch

    modules: list[Any] = []
    for layer in network.layers:
        linear = torch.nn.Linear(layer.inputs, layer.neurons, dtype=getattr(torch, network.dtype))
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(layer.weights.T.copy()))
            linear.bias.copy_(torch.tensor(layer.biases))
        modules += [linear, torch.nn.ReLU()] if layer.activation_name == "relu" else [linear]
    model = torch.nn.Sequential(*modules).eval()
    tensor = torch.from_numpy(batch)

    def call() -> Any:
        return model(tensor)

    return call


def onnxruntime_call(network: Network, batch: Any, threads: int) -> Call:
    """Return ONNX Runtime's forward pass of a batch (samples, inputs)."""
    import onnxruntime

    from nncli.formats.onnx_model import INPUT, onnx_model

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    model = onnx_model(network.spec, network.layers)
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])

    def call() -> Any:
        return session.run(None, {INPUT: batch})[0]

    return call


def matmul_call(network: Network, batch: Any) -> Call:
    """Return one product as large as a layer of a network of equal widths, into a fixed array."""
    import numpy as np

    weights = network.layers[0].weights
    product = np.empty((len(batch), weights.shape[1]), batch.dtype)

    def call() -> Any:
        return np.matmul(batch, weights, out=product)

    return call


def seconds_per_call(call: Call, number: int) -> float:
    """Return the time of one call, as the mean of so many."""
    times = itertools.repeat(None, number)
    started = time.perf_counter()
    for _ in times:
        call()
    return (time.perf_counter() - started) / number


def measure(calls: Mapping[str, Call], rounds: int, pause: float) -> dict[str, float]:
    """Return each contestant's median time per call in seconds, over interleaved rounds."""
    numbers = {}
    for name, call in calls.items():
        call()
        number = 1
        while (needed := seconds_per_call(call, number) * number) < TURN_SECONDS / 2:
            number *= 2
        numbers[name] = max(1, round(number * TURN_SECONDS / needed))
    times: dict[str, list[float]] = {name: [] for name in calls}
    orders = list(itertools.permutations(calls))
    for round_number in range(rounds):
        # steps that have no divisor in common with the number of orders: all of them come up
        for name in orders[round_number * 7 % len(orders)]:
            time.sleep(pause)
            if pause or numbers[name] > 1:
                seconds_per_call(calls[name], max(1, numbers[name] // 10))  # wakes its threads
            times[name].append(seconds_per_call(calls[name], numbers[name]))
    return {name: statistics.median(values) for name, values in times.items()}


def measure_cell(network: Network, batch_size: int, threads: int, rounds: int) -> dict[str, float]:
    """Return the contestants' times in seconds.  Raises AssertionError if outputs differ."""
    import numpy as np

    shape = (batch_size, network.layer_sizes[0])
    batch = np.random.default_rng(1).standard_normal(shape).astype(network.dtype)
    calls: dict[str, Call] = {
        "nncli": lambda: network.forward(batch),
        "torch": torch_call(network, batch),
        "onnxruntime": onnxruntime_call(network, batch, threads),
    }
    relative, absolute = TOLERANCES[network.dtype]
    expected = calls["nncli"]()
    for name in ("torch", "onnxruntime"):
        output = np.asarray(calls[name]())
        scale = float(np.abs(expected).max())
        close = np.allclose(output, expected, rtol=relative, atol=absolute * scale)
        assert close, f"{name} returns other numbers"
    if len(set(network.layer_sizes)) == 1:
        calls["matmul"] = matmul_call(network, batch)
    return measure(calls, rounds, PAUSE_SECONDS if threads > 1 else 0)


def run_child(arguments: argparse.Namespace) -> None:
    """Print one line of JSON per cell, all with the same number of threads."""
    import torch
    from threadpoolctl import threadpool_limits

    threads = int(arguments.threads)
    sizes = QUICK_BATCH_SIZES if arguments.quick else BATCH_SIZES
    torch.set_num_threads(threads)
    with threadpool_limits(threads, user_api="blas"), torch.inference_mode():
        for dtype in DTYPES:
            for name in arguments.networks.split(","):
                network = build_network(name, dtype)
                for size in sizes:
                    rounds = QUICK_ROUNDS if arguments.quick else ROUNDS
                    seconds = measure_cell(network, size, threads, rounds)
                    cell = {"network": name, "batch_size": size, "dtype": dtype, "threads": threads}
                    print(json.dumps({**cell, "seconds": seconds}), flush=True)


def ratio(cell: Mapping[str, Any]) -> float:
    """Return nncli's time as a multiple of the faster of the others'."""
    seconds = cell["seconds"]
    best: float = seconds["nncli"] / min(seconds["torch"], seconds["onnxruntime"])
    return best


def matmul_share(cell: Mapping[str, Any]) -> float:
    """Return nncli's rate of multiplications as a share of the bare product's."""
    layers = cell["network"].count("-")
    share: float = layers * cell["seconds"]["matmul"] / cell["seconds"]["nncli"]
    return share


def print_cell(cell: Mapping[str, Any]) -> None:
    """Print a row of the table."""
    seconds = cell["seconds"]
    place = f"{cell['threads']:>7}  {cell['dtype']:<8} {cell['network']:<20}{cell['batch_size']:>6}"
    others = "".join(
        f"{seconds['nncli'] / seconds[name]:>12.2f}" for name in ("torch", "onnxruntime")
    )
    share = f"{matmul_share(cell):>10.0%}" if "matmul" in seconds else ""
    print(f"{place}{seconds['nncli'] * 1e6:>12.1f}{others}{ratio(cell):>9.2f}{share}", flush=True)


def print_targets(cells: list[dict[str, Any]]) -> dict[str, Any]:
    """Print whether the aims are met; return the figures they are about."""
    ratios = [ratio(cell) for cell in cells]
    mean = statistics.geometric_mean(ratios)
    above = sum(value > TARGET_CELL for value in ratios)
    print_target(f"geometric mean {mean:.2f}, target ≤ {TARGET_MEAN}", mean <= TARGET_MEAN)
    worst = f"highest ratio {max(ratios):.2f}, {above} of {len(cells)} cells above"
    print_target(f"{worst} the target {TARGET_CELL}", not above)
    for threads, dtype in sorted({(cell["threads"], cell["dtype"]) for cell in cells}):
        some = [ratio(c) for c in cells if (c["threads"], c["dtype"]) == (threads, dtype)]
        print(f"  {dtype}, threads {threads}: geometric mean {statistics.geometric_mean(some):.2f}")
    largest = max(cell["batch_size"] for cell in cells)
    shares = {}
    for cell in cells:
        if cell["batch_size"] == largest and "matmul" in cell["seconds"]:
            share = shares[f"{cell['dtype']}, threads {cell['threads']}"] = matmul_share(cell)
            what = f"{cell['network']} × {largest}, {cell['dtype']}, threads {cell['threads']}"
            text = f"{what}: {share:.0%} of a bare product's rate, target ≥ {TARGET_MATMUL:.0%}"
            print_target(text, share >= TARGET_MATMUL)
    return {"geometric_mean": mean, "highest": max(ratios), "above": above, "matmul_share": shares}


def print_target(text: str, met: bool) -> None:
    """Print a line about an aim."""
    print(f"{text} ({'met' if met else 'MISSED'})")


def main() -> None:
    """Print the table and the aims, then one line of JSON; a child process measures each part."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer batch sizes and rounds")
    parser.add_argument("--threads", default=f"1,{os.cpu_count()}", help="numbers, with commas")
    parser.add_argument("--networks", default=",".join(NETWORKS), help="layer sizes, with commas")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        run_child(arguments)
        return
    print(f"{'threads':>7}  {'dtype':<8} {'network':<20}{'batch':>6}{'nncli, µs':>12}", end="")
    print(f"{'× torch':>12}{'× ort':>12}{'× best':>9}{'of matmul':>10}")
    cells: list[dict[str, Any]] = []
    for threads in dict.fromkeys(arguments.threads.split(",")):
        environment = os.environ | dict.fromkeys(THREAD_VARIABLES, threads)
        command = [sys.executable, __file__, "--child", "--threads", threads]
        command += ["--networks", arguments.networks, *(["--quick"] if arguments.quick else [])]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as child:
            for line in child.stdout or ():
                cells.append(json.loads(line))
                print_cell(cells[-1])
        if child.returncode:
            raise SystemExit(child.returncode)
    record = {
        **print_targets(cells),
        "rounds": QUICK_ROUNDS if arguments.quick else ROUNDS,
        "threads": [int(threads) for threads in arguments.threads.split(",")],
        "cpus": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        **{name: version(name) for name in ("numpy", "torch", "onnx", "onnxruntime")},
        "cells": cells,
    }
    print(json.dumps(record))


if __name__ == "__main__":
    main()
