"""CONFIG behind its one door: what is read, from which files, and what is left to the doctor."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from stored_files import npz, safetensors, safetensors_of

from nncli.errors import FileError, SpecError
from nncli.formats.config import Config, FaultySpec, examine_config, read_config
from nncli.specs.reader import Overrides
from nncli.specs.stored import WeightsHeader

Write = Callable[[str, str | bytes], Path]
ARRAYS = {"W": np.array([[1.0], [2.0]]), "b": np.array([0.5])}
SPEC = "layers: [{}]\nweights_file: net.npz\n"


def test_a_spec_alone_has_no_arrays(write: Write) -> None:
    path = str(write("net.yaml", "layer_sizes: [2, 1]\nseed: 0\n"))
    config = read_config(path)
    assert config.reading.spec.layer_sizes == (2, 1)
    assert (dict(config.tensors), config.files) == ({}, (path,))


def test_a_spec_with_a_weights_file_was_read_from_both(write: Write) -> None:
    path, weights = str(write("net.yaml", SPEC)), str(write("net.npz", npz(ARRAYS)))
    config = read_config(path)
    assert config.files == (path, weights)
    assert config.reading.source is not None
    assert config.tensors["W"].tolist() == [[1], [2]]


def test_a_spec_in_a_weights_file_is_no_text_of_its_user(write: Write) -> None:
    path = str(write("net.safetensors", safetensors(ARRAYS, {"nncli.spec": SPEC})))
    config = read_config(path)
    assert config.files == (path,)
    assert config.reading.source is None
    assert config.reading.spec.weights_file == "net.safetensors"
    assert config.tensors["b"].tolist() == [0.5]


def test_the_command_line_decides_in_which_dtype_weights_must_be_finite(write: Write) -> None:
    path = str(write("net.yaml", SPEC))
    write("net.npz", npz({"W": np.array([[1e300]])}))
    assert read_config(path).tensors["W"].tolist() == [[1e300]]
    narrow = read_config(path, Overrides(dtype="float32"))
    with pytest.raises(SpecError, match="too large for float32"):
        narrow.tensors["W"]


def test_what_is_examined_is_a_network_a_faulty_spec_or_weights_alone(write: Write) -> None:
    write("net.npz", npz(ARRAYS))
    for name, content, expected in (
        ("net.yaml", SPEC, Config),
        ("wrong.yaml", SPEC.replace("{}", "{x: 1}"), FaultySpec),
        ("bare.safetensors", safetensors(ARRAYS), WeightsHeader),
    ):
        assert isinstance(examine_config(str(write(name, content))), expected)
    for name, code in (("wrong.yaml", "N101"), ("bare.safetensors", "N313")):
        with pytest.raises(SpecError) as caught:
            read_config(str(write(name, (Path(write("x", "").parent) / name).read_bytes())))
        assert [problem.code for problem in caught.value.problems] == [code]


def test_faults_of_the_arrays_are_told_beside_those_of_the_spec_unless_they_follow(
    write: Write,
) -> None:
    """That a layer finds no matrix may come of the key that is misspelt."""
    write("net.npz", npz(ARRAYS))
    for layer, codes in (
        ("{activation: rleu, weights: {tensor: w}}", ["N107", "N305"]),
        ("{weigths: {tensor: W}}, {neurons: 1}", ["N101"]),
        ("{}, {neurons: 1}", ["N306"]),
    ):
        found = examine_config(str(write("net.yaml", SPEC.replace("{}", layer))))
        assert isinstance(found, FaultySpec)
        assert [problem.code for problem in found.examined.found.problems] == codes


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_spec_is_read_once_so_that_it_can_come_through_a_pipe(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_text, args=("layer_sizes: [2, 1]\nseed: 0\n",))
    writer.start()
    assert read_config(str(path)).reading.spec.layer_sizes == (2, 1)
    writer.join()


@pytest.mark.parametrize(
    ("others", "hint"),
    [
        (["nets.npz", "net.yml"], "did you mean `nets.npz`?"),
        (["nets.yaml"], "paths begin at the spec's own folder"),
    ],
)
def test_a_missing_weights_file_is_told_of_where_the_spec_names_it(
    write: Write, others: list[str], hint: str
) -> None:
    for other in others:
        write(other, "")
    path = str(write("net.yaml", SPEC))
    with pytest.raises(FileError) as caught:
        read_config(path)
    [problem] = caught.value.problems
    assert problem.place is not None
    assert (problem.code, problem.place.file) == ("N501", path)
    assert "'net.npz'" in problem.message
    assert hint in problem.help[0]


def test_a_path_that_begins_at_no_spec_is_refused_as_one(write: Write) -> None:
    for name in ("~/net.npz", "/net.npz", "https://net.npz", "C:/net.npz"):
        path = str(write("net.yaml", SPEC.replace("net.npz", name)))
        with pytest.raises(SpecError) as caught:
            read_config(path)
        [problem] = caught.value.problems
        assert (problem.code, "relative" in problem.message) == ("N107", True)


@pytest.mark.parametrize("text", ["", "[a", "name: \ud800", "layers: [{}]\nlayers: [{}]", "- a"])
def test_a_spec_within_a_weights_file_that_cannot_be_read_is_refused(
    write: Write, text: str
) -> None:
    header = {
        "__metadata__": {"nncli.spec": text},
        "W": {"dtype": "F32", "shape": [1, 1], "data_offsets": [0, 4]},
    }
    path = write("net.safetensors", safetensors_of(json.dumps(header), bytes(4)))
    with pytest.raises(SpecError) as caught:
        read_config(str(path))
    assert all(problem.help for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("arrays", "keys", "is_noted"),
    [
        ({"W1": (2, 2), "W2": (2, 2)}, "", True),
        ({"W1": (2, 2), "W2": (2, 2)}, "layout: inputs_by_neurons\n", False),
        ({"W1": (2, 2), "W2": (2, 3)}, "", False),
        ({"0.weight": (2, 2), "2.weight": (2, 2)}, "", False),
        ({"W1": (1, 1), "W2": (1, 1)}, "", False),
    ],
)
def test_square_matrices_of_which_nothing_says_how_they_stand_are_noted(
    write: Write, arrays: dict[str, tuple[int, int]], keys: str, is_noted: bool
) -> None:
    write("net.npz", npz({name: np.ones(shape) for name, shape in arrays.items()}))
    path = write("net.yaml", keys + "layers: [{}, {}]\nweights_file: net.npz\n")
    notes = read_config(str(path)).reading.notes
    assert ["would fit transposed" in note.message for note in notes] == [True] * is_noted
