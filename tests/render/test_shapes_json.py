"""A network's shapes as JSON."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import RunCli

Write = Callable[[str, str | bytes], Path]


def test_shapes_have_every_part_and_no_number_of_samples(cli: RunCli) -> None:
    done = cli("shapes", "configs/layer_objects.yaml", "--format", "json")
    document = done.json
    assert document["format"] == "nncli.shapes/1"
    assert document["layers"] == [
        {
            "layer": 1,
            "name": "layer_1",
            "activation": "linear",
            "activation_parameters": {},
            "input_shape": [None, 4],
            "weights_shape": [4, 5],
            "biases_shape": [5],
            "output_shape": [None, 5],
            "parameters": 25,
            "multiply_adds": 20,
            "tensors": None,
        },
        {
            "layer": 2,
            "name": "layer_2",
            "activation": "linear",
            "activation_parameters": {},
            "input_shape": [None, 5],
            "weights_shape": [5, 2],
            "biases_shape": [2],
            "output_shape": [None, 2],
            "parameters": 12,
            "multiply_adds": 10,
            "tensors": None,
        },
    ]
    assert (document["total_parameters"], document["total_multiply_adds"]) == (37, 30)
    assert (document["notes"], document["problems"]) == ([], [])


def test_shapes_given_data_know_the_number_of_samples(cli: RunCli) -> None:
    command = ("shapes", "configs/layer_objects.yaml", "sample_data/layer_objects.csv")
    document = cli(*command, "--format", "json").json
    assert document["layers"][0]["input_shape"] == [3, 4]
    assert (document["batch_size"], document["activation_bytes"]) == (3, 3 * (4 + 5 + 2) * 8)


def test_counts_beyond_64_bits_are_whole_numbers(cli: RunCli, write: Write) -> None:
    config = write("net.yaml", f"{{layer_sizes: [{10**12}, {10**12}], seed: 0}}")
    document = cli("shapes", config, "--format", "json").json
    assert document["total_parameters"] == 10**24 + 10**12
