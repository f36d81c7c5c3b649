"""The columns of a trained network: found by name, whatever else the data holds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from commands import RunCli

Write = Callable[[str, str | bytes], Path]

# (temperature - 10) / 5 + 10 · (pressure - 1) / 0.5, times 2, plus 100
SPEC = """
inputs:
  columns: [temperature, pressure]
  scale: {standard: {mean: [10, 1], std: [5, 0.5]}}
layers: [{neurons: 1, weights: [[1], [10]]}]
outputs: {columns: [humidity], scale: {standard: {mean: 100, std: 2}}}
"""
HEADERS = ["temperature,pressure", "pressure,temperature", "id,pressure,note,temperature"]


@pytest.mark.parametrize("header", HEADERS)
def test_columns_are_scaled_by_their_names_wherever_they_stand(
    cli: RunCli, write: Write, header: str
) -> None:
    """By hand: 15 °C are 1, 2 bar are 2: 1 + 20 = 21, so 142."""
    cells = {"temperature": "15", "pressure": "2", "id": "x", "note": "warm"}
    data = write(
        "d.csv", header + "\n" + ",".join(cells[name] for name in header.split(",")) + "\n"
    )
    done = cli("forward", write("net.yaml", SPEC), data, "--format", "csv")
    assert done.out == "humidity\n142\n"
    ignored = "note: columns not among the network's inputs, ignored: id, note\n"
    assert done.err == (ignored if "id" in header else "")


def test_a_missing_column_is_named_with_the_nearest(cli: RunCli, write: Write) -> None:
    data = write("d.csv", "presure,temperature\n1,2\n")
    done = cli("forward", write("net.yaml", SPEC), data)
    assert done.code == 4
    (problem,) = done.told
    assert problem.code == "N408"
    assert "'pressure'" in problem.message
    assert "presure" in problem.help


def test_expected_values_are_those_after_the_scale(cli: RunCli, write: Write) -> None:
    config, data = write("net.yaml", SPEC), write("d.csv", "temperature,pressure\n15,2\n")
    expected = write("e.csv", "humidity\n142\n")
    assert cli("forward", config, data, "--expect", expected).code == 0
    done = cli("forward", config, data, "--expect", write("e2.csv", "humidity\n21\n"))
    assert done.code == 1
    assert "expected 21.0, got 142.0" in done.err


def test_a_cell_beyond_float32_can_be_scaled_into_it(cli: RunCli, write: Write) -> None:
    spec = """
dtype: float32
inputs: {size: 1, scale: {standard: {mean: 0, std: 1e300}}}
layers: [{neurons: 1, weights: [[3]]}]
"""
    data = write("d.csv", "x\n2e300\n")
    assert cli("forward", write("n.yaml", spec), data, "--format", "csv").out == "output_1\n6\n"
    plain = write("plain.yaml", spec.replace(", scale: {standard: {mean: 0, std: 1e300}}", ""))
    assert cli("forward", plain, data).code == 4


def test_bench_times_the_layers_on_scaled_inputs(cli: RunCli, write: Write) -> None:
    """Plain loops know layers alone: were anything scaled for NumPy, the outputs would differ."""
    data = write("d.csv", "temperature,pressure\n15,2\n5,0\n")
    done = cli(
        *("bench", write("net.yaml", SPEC), data, "--batch-sizes", "2,3"),
        *("--backend", "numpy,loop,python", "--max-time", "0", "--format", "json"),
    )
    assert done.code == 0, done.err
    assert len(done.json["results"]) == 6


def test_columns_in_another_order_are_noted(cli: RunCli, write: Write) -> None:
    data = write("d.csv", "temperature,pressure\n15,2\n")
    config = write("net.yaml", SPEC)
    done = cli("forward", config, data, "--columns", "pressure,temperature", "--format", "csv")
    assert done.code == 0
    message = "--columns takes 'pressure' for the input 'temperature': it names them in their order"
    assert done.err == f"note: {message}\n"
    same = cli("forward", config, data, "--columns", "temperature,pressure", "--format", "csv")
    assert (same.out, same.err) == ("humidity\n142\n", "")


def test_columns_that_a_trained_network_does_not_name_are_taken_in_order_with_a_note(
    cli: RunCli, write: Write, tmp_path: Path
) -> None:
    np.savez(tmp_path / "w.npz", W=np.array([[2.0], [3.0]]))
    config = write("net.yaml", "layers: [{layout: inputs_by_neurons}]\nweights_file: w.npz\n")
    done = cli("forward", config, write("d.csv", "b,a\n1,10\n"), "--format", "csv")
    assert done.out == "output_1\n32\n"
    message = "the network does not name its inputs: the columns are taken in their order, b, a"
    assert done.err == f"note: {message}\n"
    assert cli("forward", config, write("e.csv", "1,10\n"), "--format", "csv").err == ""
