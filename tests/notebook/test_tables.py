"""A network and its trace in a notebook: the tables that the commands print."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from sample_streams import network_of, rows_of

from nncli import LayerResult, Network, Trace

if TYPE_CHECKING:
    from conftest import RunCli

BATCH: list[list[float]] = [[1, 2, 3, 2.5], [2, 5, -1, 2]]
Cells = list[list[str]]


def tables(html: str) -> list[Cells]:
    """Return the cells of a fragment's tables."""
    root = ET.fromstring(html)  # noqa: S314  # our own text
    return [
        [["".join(cell.itertext()).strip() for cell in row] for row in table.iter("tr")]
        for table in root.iter("table")
    ]


def of_markdown(text: str) -> list[Cells]:
    """Return the cells of the tables that a command printed as Markdown."""
    found: list[Cells] = []
    before = ""
    for line in text.replace("\\", "").splitlines():
        if line.startswith("| "):
            found += [] if before.startswith("|") else [[]]
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            found[-1] += [cells] if set(cells) - {"---", "---:"} else []
        before = line
    return found


@pytest.mark.parametrize("name", ["two_layers", "iris", "by_hand"])
def test_a_network_shows_the_table_of_shapes(cli: RunCli, name: str) -> None:
    shown = cli("shapes", f"configs/{name}.yaml", "--format", "md", "-q").out
    html = Network.load(f"configs/{name}.yaml")._repr_html_()
    assert tables(html) == of_markdown(shown)
    assert "parameters" in html


def test_a_trace_shows_the_tables_of_forward(cli: RunCli) -> None:
    command = ("forward", "configs/two_layers.yaml", "-", "--format", "md", "-q")
    text = "\n".join(",".join(map(str, row)) for row in BATCH)
    shown = cli(*command, stdin=text.encode()).out
    trace = Network.load("configs/two_layers.yaml").trace(BATCH)
    assert tables(trace._repr_html_()) == of_markdown(shown)
    assert "2.385" in trace._repr_html_()


def test_the_first_and_the_last_of_many_samples_are_shown_and_all_are_counted(
    cli: RunCli,
) -> None:
    data = "sample_data/iris_test.csv"
    shown = cli("forward", "configs/iris.yaml", data, "--format", "md", "-q").out
    values = np.genfromtxt(data, delimiter=",", skip_header=1, usecols=range(4))
    html = Network.load("configs/iris.yaml").trace(values)._repr_html_()
    commands, own = of_markdown(shown), tables(html)
    # as on a terminal, z is left out where a alone fits
    assert [own[at] for at in (0, 1, 2, 3)] == [commands[at] for at in (0, 1, 2, 3)]
    assert [row[-8:] for row in own[4]] == [row[-8:] for row in commands[4]]
    assert [row[0] for row in own[4]] == ["sample", *"12345", "…", "46", "47", "48", "49", "50"]
    assert "40 of 50 samples not shown<" in html
    assert "-o FILE" not in html
    assert "--format" not in html


def test_neurons_that_are_too_many_are_left_out_and_told() -> None:
    html = network_of([30, 40, 2]).trace(rows_of(3, 30))._repr_html_()
    assert " of 40 neurons shown</small>" in html
    assert " of 30 inputs shown</small>" in html
    assert max(len(row) for table in tables(html) for row in table) < 30


def test_a_network_of_many_layers_stays_a_page() -> None:
    network = network_of([2] * 301)
    rows = tables(network._repr_html_())[0]
    assert [row[0] for row in rows[48:54]] == ["48", "49", "50", "…", "251", "252"]
    assert rows[51][1] == "200 more"
    assert len(network.trace([[1, 2]])._repr_html_()) < 100_000


def test_scaled_inputs_and_outputs_are_shown() -> None:
    spec = {
        "inputs": {"columns": ["cm"], "scale": {"standard": {"mean": 10, "std": 4}}},
        "layers": [{"neurons": 1, "weights": [[2]], "biases": [1]}],
        "outputs": {"columns": ["kg"], "scale": {"standard": {"mean": 5, "std": 3}}},
    }
    trace = Network.from_yaml_text(json.dumps(spec)).trace([[16], [8]])
    numbers = [[row[1:] for row in table[1:]] for table in tables(trace._repr_html_())[1:]]
    # x, (x - 10) / 4, 2·x + 1, 3·a + 5
    assert numbers == [
        [["16"], ["8"]],
        [["1.5"], ["-0.5"]],
        [["4"], ["0"]],
        [["17"], ["5"]],
    ]


def test_a_trace_is_the_tuple_that_it_was() -> None:
    trace = Network.load("configs/two_layers.yaml").trace(BATCH)
    assert isinstance(trace, Trace)
    assert isinstance(trace, tuple)
    first, second = trace
    assert (trace[0], trace[-1], len(trace)) == (first, second, 2)
    assert all(isinstance(result, LayerResult) for result in trace)
    again = copy.deepcopy(trace)
    assert again._repr_html_() == trace._repr_html_()
    assert np.array_equal(again[0].output, first.output)
    assert trace == (first, second)


def test_a_trace_shows_the_batch_that_it_is_of() -> None:
    batch = np.array(BATCH)
    trace = Network.load("configs/two_layers.yaml").trace(batch)
    before = trace._repr_html_()
    batch[:] = 0
    assert trace._repr_html_() == before


@pytest.mark.parametrize("samples", [0, 1, 9, 10, 11])
def test_so_many_samples_are_shown(samples: int) -> None:
    html = network_of([3, 2]).trace(rows_of(samples, 3))._repr_html_()
    *_, last = tables(html)
    wanted: Sequence[int | str] = range(1, samples + 1)
    if samples == 11:
        wanted = [1, 2, 3, 4, 5, "…", 7, 8, 9, 10, 11]
    assert [row[0] for row in last[1:]] == list(map(str, wanted))


def test_names_are_no_markup() -> None:
    spec = {"inputs": 1, "layers": [{"name": "<b>", "neurons": 1, "weights": [[1]]}]}
    network = Network.from_yaml_text(json.dumps(spec))
    assert "<b>" in [cell for row in tables(network._repr_html_())[0] for cell in row]
    assert "<b>" in [cell for row in tables(network.trace([[1]])._repr_html_())[0] for cell in row]
