"""The documents list what the code has: problem codes, activations, initializers, keys, options."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from commands import run_shell
from safetensors.numpy import save_file

from nncli import Network
from nncli.problems import PROBLEM_TITLES
from nncli.specs.model import (
    ACTIVATIONS,
    INITIALIZERS,
    SCALES,
    SHORT_KEYS,
    InputsSpec,
    LayerSpec,
    NetworkSpec,
    OutputsSpec,
)
from nncli.specs.reader import inspect_spec

ROOT = Path(__file__).resolve().parent.parent
SOURCES = {path: path.read_text(encoding="utf-8") for path in (ROOT / "nncli").rglob("*.py")}


def document(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def test_the_list_of_problem_codes_is_the_one_in_the_code() -> None:
    listed = re.findall(r"^\| `(N\d+)` \| (.+) \|$", document("problems.md"), re.MULTILINE)
    assert dict(listed) == PROBLEM_TITLES


def test_every_code_that_is_used_has_a_title_and_every_title_is_used() -> None:
    used = {
        code
        for path, text in SOURCES.items()
        if path.name != "problems.py"
        for code in re.findall(r'"(N\d{3})"', text)
    }
    assert used == set(PROBLEM_TITLES)


SPECS = re.findall(r"^```yaml\n(.*?)^```$", document("spec.md"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("text", SPECS)
def test_every_example_of_the_spec_language_is_read(text: str) -> None:
    reading = inspect_spec(text.encode(), "example.yaml")
    assert (reading.misfits, reading.notes) == ((), ())


def test_the_example_of_biases_within_weights_is_the_network_that_it_is_said_to_be() -> None:
    [text] = [text for text in SPECS if "within_weights" in text]
    [layer] = Network.from_yaml_text(text).layers
    assert layer.weights.tolist() == [[2, 3], [4, 5]]
    assert layer.biases.tolist() == [0.5, -1]


def test_the_keys_of_inputs_and_outputs_are_documented() -> None:
    for name in (*InputsSpec.model_fields, *OutputsSpec.model_fields, *SCALES):
        assert re.search(rf"`(\{{)?{name}\b", document("spec.md"))


@pytest.mark.parametrize(
    "name",
    [*ACTIVATIONS, *INITIALIZERS, *SHORT_KEYS, *NetworkSpec.model_fields, *LayerSpec.model_fields],
)
def test_the_spec_language_is_documented(name: str) -> None:
    assert f"`{name}`" in document("spec.md")


@pytest.fixture
def workplace(tmp_path: Path) -> Path:
    """A folder with the samples, and a state_dict of PyTorch in weights.safetensors."""
    for name in ("configs", "sample_data"):
        (tmp_path / name).symlink_to(ROOT / name)
    shapes = {"0.weight": (3, 2), "0.bias": (3,), "2.weight": (1, 3), "2.bias": (1,)}
    arrays = {name: np.ones(shape, np.float32) for name, shape in shapes.items()}
    save_file(arrays, tmp_path / "weights.safetensors")
    return tmp_path


CONVERSIONS = re.findall(
    r"^```console\n(.*?)^```$", document("convert.md"), re.DOTALL | re.MULTILINE
)


@pytest.mark.parametrize("block", CONVERSIONS)
def test_a_conversion_prints_what_its_page_shows(block: str, workplace: Path) -> None:
    if ".onnx" in block:
        pytest.importorskip("onnx", reason="needs the package onnx, of the extra `onnx`")
    for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, shown = step.partition("\n")
        assert without_figures(run_shell(command, workplace)) == without_figures(shown)


README = (ROOT / "README.md").read_text(encoding="utf-8")
LESSONS = re.findall(
    r"^(nncli explain .*-o (\S+))(?: +#.*)?$", document("teaching.md") + README, re.MULTILINE
)


@pytest.mark.parametrize(("command", "file"), LESSONS, ids=[file for _, file in LESSONS])
def test_a_command_of_the_lesson_writes_its_file(command: str, file: str, workplace: Path) -> None:
    assert "error" not in run_shell(command, workplace)
    assert (workplace / file).stat().st_size > 1_000


def test_the_seed_of_the_lesson_is_that_of_the_exercise() -> None:
    spec = (ROOT / "configs" / "exercise.yaml").read_text(encoding="utf-8")
    [seed] = re.findall(r"--seed (\d+)` gives its numbers", document("teaching.md"))
    assert f"\nseed: {seed}\n" in spec


def without_figures(text: str) -> str:
    """Return what a command prints without what other releases and processors do otherwise."""
    sizes = re.sub(r" +[0-9,]+$", " SIZE", text, flags=re.MULTILINE)
    last_digits = re.sub(r"(?<=\.[0-9]{12})[0-9]+", "", sizes)
    return re.sub("(?<=the outputs ).*", "…", last_digits)
