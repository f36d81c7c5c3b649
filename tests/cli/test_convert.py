"""`nncli convert`: exit codes, both streams, and what is in the files."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from commands import Done, RunCli, run_apart, run_here
from safetensors.numpy import load, save_file

from nncli import Network
from nncli.formats.stored_network import stored_arrays

Write = Callable[[str, str | bytes], Path]

SCALED = """\
name: rain
seed: 3
inputs:
  columns: [pressure, "temperature, °C"]
  clip: {low: [900, -50], high: 1100}
  scale: {standard: {mean: [1013.25, 11.5], std: [7.7, 8]}}
layers:
  - {name: hidden, neurons: 3, activation: {leaky_relu: {negative_slope: 0.3}}}
  - {name: second one, neurons: 4, activation: gelu}
  - {name: output, neurons: 2}
outputs: {columns: ["rain, mm", wind], scale: {min_max: {min: 0, max: [80, 30], to: [-1, 1]}}}
"""
CLASSES = """\
name: flowers
dtype: float32
seed: 0
inputs: 2
layers: [{neurons: 3, activation: mish}, {neurons: 3, activation: softmax}]
outputs: {classes: [setosa, "versi,color", virginica]}
"""
DATA = 'pressure,"temperature, °C"\n1000,20\n1020.5,-3.25\n2000,0\n'


@pytest.fixture
def here(tmp_path: Path) -> Callable[..., Done]:
    """Run a command line in the test's own folder."""
    return lambda *arguments, **options: run_here(*arguments, cwd=tmp_path, **options)


def outputs_of(folder: Path, network: str, data: str = DATA) -> Any:
    """Return what a network makes of some data."""
    (folder / "data.csv").write_text(data, encoding="utf-8")
    done = run_here("forward", network, "data.csv", "--format", "json", "-q", cwd=folder)
    assert (done.code, done.err) == (0, "")
    return done.json["output"]


def needs_onnx() -> None:
    pytest.importorskip("onnx", reason="needs the package onnx, of the extra `onnx`")


# ----------------------------------------------------------------------------- what is written


def test_a_spec_gets_its_weights_in_a_file_beside_it(
    here: Callable[..., Done], write: Write, tmp_path: Path
) -> None:
    write("source.yaml", CLASSES)
    done = here("convert", "source.yaml", "flowers.yaml")
    assert (done.code, done.err) == (0, "")
    sizes = [(tmp_path / f"flowers{suffix}").stat().st_size for suffix in (".yaml", ".safetensors")]
    assert done.out == (
        "flowers   float32   2 layers   2 → 3 → 3\n"
        "\n"
        " file                  holds                             bytes\n"
        f" flowers.yaml          the network                       {sizes[0]:>5}\n"
        f" flowers.safetensors   4 arrays: 21 numbers as float32   {sizes[1]:>5}\n"
        "\n"
        " run on 64 random samples: the outputs are the same\n"
    )
    assert (tmp_path / "flowers.yaml").read_text(encoding="utf-8") == (
        "name: flowers\n"
        "dtype: float32\n"
        "inputs: 2\n"
        "layers:\n"
        "  - {neurons: 3, activation: mish}\n"
        "  - {neurons: 3, activation: softmax}\n"
        'outputs: {classes: [setosa, "versi,color", virginica]}\n'
        "weights_file: flowers.safetensors\n"
    )
    arrays = load((tmp_path / "flowers.safetensors").read_bytes())
    network = Network.from_yaml(tmp_path / "source.yaml")
    for layer in network.layers:
        # PyTorch's form: a state_dict of layers of these names
        np.testing.assert_array_equal(arrays[f"{layer.name}.weight"], layer.weights.T)
        np.testing.assert_array_equal(arrays[f"{layer.name}.bias"], layer.biases)


@pytest.mark.parametrize("spec", [SCALED, CLASSES], ids=["scaled", "classes"])
@pytest.mark.parametrize("way", ["net.yaml", "net.safetensors", "net.onnx"])
def test_a_round_trip_keeps_weights_bit_by_bit_and_every_name(
    here: Callable[..., Done], write: Write, tmp_path: Path, way: str, spec: str
) -> None:
    if way.endswith("onnx"):
        needs_onnx()
    write("source.yaml", spec)
    dtype = "float32" if "float32" in spec else "float64"
    there = here("convert", "source.yaml", way, "--dtype", dtype)
    back = here("convert", way, "back.yaml")
    assert (there.code, there.err, back.code, back.err) == (0, "", 0, "")
    direct = here("convert", "source.yaml", "direct.yaml")
    assert direct.code == 0
    for suffix in (".yaml", ".safetensors"):
        one, other = ((tmp_path / f"{stem}{suffix}").read_bytes() for stem in ("direct", "back"))
        assert one.replace(b"direct.", b"back.") == other


def test_what_was_converted_gives_the_numbers_of_its_source(
    here: Callable[..., Done], write: Write, tmp_path: Path
) -> None:
    write("source.yaml", SCALED)
    expected = outputs_of(tmp_path, "source.yaml")
    for name in ("a.yaml", "b.safetensors"):
        assert here("convert", "source.yaml", name).code == 0
        assert outputs_of(tmp_path, name) == expected
    assert here("convert", "source.yaml", "c.py").code == 0
    done = run_apart([sys.executable, "c.py", "data.csv"], cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    names, *rows = done.out.splitlines()
    assert names == '"rain, mm",wind'
    printed = [[float(cell) for cell in row.split(",")] for row in rows]
    np.testing.assert_allclose(printed, expected["values"], rtol=1e-13)


def test_an_onnx_model_has_float32_unless_told_and_says_what_it_rounded(
    here: Callable[..., Done], write: Write, tmp_path: Path
) -> None:
    """3·2 + 3, 4·3 + 4 and 4·2 + 2 weights and biases, of which the 9 biases are 0."""
    needs_onnx()
    write("source.yaml", SCALED)
    done = here("convert", "source.yaml", "net.onnx")
    assert done.code == 0
    assert done.err == (
        "note: 26 of 35 weights and biases are rounded to float32; --dtype float64 keeps them\n"
    )
    assert done.out.startswith("rain   float32   3 layers   2 → 3 → 4 → 2\n")
    wide = outputs_of(tmp_path, "source.yaml")
    narrow = outputs_of(tmp_path, "net.onnx")
    assert narrow["columns"] == wide["columns"] == ["rain, mm", "wind"]
    np.testing.assert_allclose(narrow["values"], wide["values"], rtol=1e-5)
    assert here("convert", "source.yaml", "net.onnx", "--force", "-q").err == ""


def test_converting_twice_gives_the_same_bytes_whatever_the_file_is_called(
    here: Callable[..., Done], write: Write, tmp_path: Path
) -> None:
    needs_onnx()
    write("source.yaml", SCALED)
    for suffix in (".onnx", ".safetensors", ".py"):
        for stem in ("one", "two"):
            assert here("convert", "source.yaml", stem + suffix).code == 0
        one, two = ((tmp_path / f"{stem}{suffix}").read_bytes() for stem in ("one", "two"))
        assert one == two


def test_a_script_of_more_than_a_thousand_numbers_has_them_beside_it(
    here: Callable[..., Done], write: Write, tmp_path: Path
) -> None:
    write("wide.yaml", "layer_sizes: [50, 40, 2]\nseed: 1\nactivations: [tanh, linear]\n")
    done = here("convert", "wide.yaml", "wide.py")
    assert (done.code, done.err) == (0, "")
    assert " wide.npz " in done.out
    assert sorted(os.listdir(tmp_path)) == ["wide.npz", "wide.py", "wide.yaml"]


# ------------------------------------------------------------------------- a bare weights file


@pytest.fixture
def state(tmp_path: Path) -> dict[str, Any]:
    """A state_dict of PyTorch, square so that nothing but names says how it stands."""
    generator = np.random.RandomState(0)
    arrays = {
        f"{number}.{what}": generator.standard_normal(shape).astype(np.float32)
        for number in (0, 2, 10)
        for what, shape in (("weight", (3, 3)), ("bias", (3,)))
    }
    save_file(arrays, tmp_path / "model.safetensors")
    return arrays


def forward_by_hand(arrays: dict[str, Any], x: Any) -> Any:
    for number in (0, 2):
        x = np.maximum(x @ arrays[f"{number}.weight"].T + arrays[f"{number}.bias"], 0)
    return x @ arrays["10.weight"].T + arrays["10.bias"]


def test_a_spec_beside_a_bare_weights_file_leaves_it_where_it_is(
    here: Callable[..., Done], state: dict[str, Any], tmp_path: Path
) -> None:
    before = (tmp_path / "model.safetensors").stat()
    done = here(
        "convert", "model.safetensors", "model.yaml", "--activations", "relu,relu,linear",
        "--columns", "a, b,c",
    )  # fmt: skip
    assert (done.code, done.err) == (0, "")
    assert (
        (tmp_path / "model.yaml")
        .read_text(encoding="utf-8")
        .startswith(
            "name: model\ndtype: float32\nlayout: neurons_by_inputs\ninputs: [a, b, c]\nlayers:\n"
            "  - neurons: 3\n    activation: relu\n    weights: {tensor: 0.weight}\n"
        )
    )
    after = (tmp_path / "model.safetensors").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    found = outputs_of(tmp_path, "model.yaml", "c,b,a\n3,2,1\n-1,-2.5,4\n")
    x = np.array([[1, 2, 3], [4, -2.5, -1]], np.float32)
    np.testing.assert_allclose(found["values"], forward_by_hand(state, x), rtol=1e-5)


def test_one_activation_is_that_of_all_layers(
    here: Callable[..., Done], state: dict[str, Any], tmp_path: Path
) -> None:
    assert state
    assert here("convert", "model.safetensors", "all.yaml", "--activations", "tanh").code == 0
    text = (tmp_path / "all.yaml").read_text(encoding="utf-8")
    assert text.count("tanh") == 3 or "activations: tanh" in text


def test_without_activations_it_is_refused_with_the_line_to_type(
    here: Callable[..., Done], state: dict[str, Any], tmp_path: Path
) -> None:
    assert state
    done = here("convert", "model.safetensors", "model.yaml")
    (told,) = done.told
    assert (done.code, done.out, told.code) == (3, "", "N313")
    line = "nncli convert model.safetensors model.yaml --activations relu,relu,linear"
    assert f"`{line}`" in told.help
    assert here(*line.split()[1:]).code == 0
    assert (tmp_path / "model.yaml").exists()


def test_as_many_activations_as_matrices_or_one(
    here: Callable[..., Done], state: dict[str, Any], tmp_path: Path
) -> None:
    assert state
    done = here("convert", "model.safetensors", "model.yaml", "--activations", "relu,linear")
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "error[N703]: --activations names 2, model.safetensors has 3 matrices: one for each, "
        "or one\n"
    )
    assert not (tmp_path / "model.yaml").exists()


def test_matrices_that_fit_only_turned_are_turned_with_a_note(
    here: Callable[..., Done], tmp_path: Path
) -> None:
    first, last = np.arange(10.0).reshape(5, 2), np.ones((1, 5))
    np.savez(tmp_path / "model.npz", W1=first, b1=np.zeros(5), W2=last, b2=np.ones(1))
    done = here("convert", "model.npz", "model.yaml", "--activations", "linear")
    assert done.code == 0
    assert done.err == (
        "note: the matrices are taken as (neurons, inputs): in no other way they fit\n"
    )
    found = outputs_of(tmp_path, "model.yaml", "1,2\n")
    assert found["values"] == (np.array([[1, 2]]) @ first.T @ last.T + 1).tolist()


def test_biases_too_say_how_a_matrix_stands(here: Callable[..., Done], tmp_path: Path) -> None:
    np.savez(tmp_path / "model.npz", W=np.arange(10.0).reshape(5, 2), b=np.arange(5.0))
    done = here("convert", "model.npz", "model.yaml", "--activations", "linear")
    assert (done.code, "(neurons, inputs)" in done.err) == (0, True)
    assert "5, as (neurons, inputs)" in here("shapes", "model.npz").out
    found = outputs_of(tmp_path, "model.yaml", "1,2\n")
    assert found["values"] == [[2 + 6 * n + n for n in range(5)]]  # 2n + 2(2n + 1) + n


def test_matrices_that_fit_in_another_order_too_are_not_turned(
    here: Callable[..., Done], tmp_path: Path
) -> None:
    """Alphabetically the output's come first: transposed, they would run from end to beginning."""
    weights = (np.ones((4, 3)), np.ones((3, 2)))
    np.savez(tmp_path / "model.npz", Wxh=weights[0], Why=weights[1], bh=np.ones(3), by=np.ones(2))
    done = here("convert", "model.npz", "model.yaml", "--activations", "linear")
    assert (done.code, "or transposed" in done.err) == (3, True)
    assert "or transposed" in here("shapes", "model.npz").out


@pytest.mark.parametrize(
    ("arrays", "code", "words"),
    [
        ({"W": np.ones((2, 2), int)}, "N307", "'W' holds int64"),
        ({"W1": np.ones((2, 3)), "W2": np.ones((4, 5))}, "N306", "fit together in no order"),
        ({"conv": np.ones((2, 3, 3, 3))}, "N306", "no array of this file is a matrix"),
        ({"W1": np.ones((2, 3)), "b1": np.ones(3), "x": np.ones(7)}, "N305", "takes: 'x' (7,)"),
        ({"W": np.full((2, 3), np.nan)}, "N303", "'W' at [0, 0], counted from 0, is not finite"),
    ],
)
def test_arrays_that_make_no_network_are_refused_at_the_file(
    here: Callable[..., Done], tmp_path: Path, arrays: dict[str, Any], code: str, words: str
) -> None:
    np.savez(tmp_path / "model.npz", **arrays)
    done = here("convert", "model.npz", "model.yaml", "--activations", "relu")
    (told,) = done.told
    assert (done.code, done.out, told.code, told.file) == (3, "", code, "model.npz")
    assert told.line is None
    assert words in told.message
    assert os.listdir(tmp_path) == ["model.npz"]


@pytest.mark.parametrize("source", ["source.yaml", "net.safetensors"])
def test_activations_are_for_bare_weights_files_only(
    here: Callable[..., Done], write: Write, source: str
) -> None:
    write("source.yaml", CLASSES)
    assert here("convert", "source.yaml", "net.safetensors").code == 0
    done = here("convert", source, "new.yaml", "--activations", "relu")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(
        "error[N705]: --activations says what a bare weights file does not, "
        f"and '{source}' is none\n"
    )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("rely", "'rely' is not an activation"),
        ("relu,", "'' is not an activation"),
        ("prelu", "'prelu' has parameters that only a spec can say"),
    ],
)
def test_an_activation_that_is_none_is_wrong_usage(
    here: Callable[..., Done], given: str, words: str
) -> None:
    done = here("convert", "m.npz", "m.yaml", "--activations", given)
    assert (done.code, done.out) == (2, "")
    assert f"error[N703]: --activations: {words}\n" in done.err


# ------------------------------------------------------------------------------ names of inputs


def test_columns_name_the_inputs_in_the_order_of_the_network(
    here: Callable[..., Done], write: Write, tmp_path: Path
) -> None:
    write("source.yaml", SCALED)
    done = here("convert", "source.yaml", "new.safetensors", "--columns", "p,t")
    assert (done.code, done.err) == (0, "")
    expected = outputs_of(tmp_path, "source.yaml")
    data = "t,p\n20,1000\n-3.25,1020.5\n0,2000\n"
    assert outputs_of(tmp_path, "new.safetensors", data) == expected


def test_names_of_the_network_itself_in_another_order_are_wrong_usage(
    here: Callable[..., Done], write: Write
) -> None:
    """As they are, or as exporters of models write them: the weights would get other columns."""
    source = SCALED.replace('columns: [pressure, "temperature, °C"]', "columns: [p__bar_, t]")
    write("source.yaml", source)
    done = here("convert", "source.yaml", "new.yaml", "--columns", "t,p (bar)")
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error[N703]: --columns names input 1 't', which is input 2\n")
    assert here("convert", "source.yaml", "new.yaml", "--columns", "p (bar),time").code == 0


@pytest.mark.parametrize("columns", ["p", "p,t,x"])
def test_as_many_columns_as_inputs(
    here: Callable[..., Done], write: Write, tmp_path: Path, columns: str
) -> None:
    write("source.yaml", SCALED)
    done = here("convert", "source.yaml", "new.yaml", "--columns", columns)
    names = columns.count(",") + 1
    assert (done.code, done.out) == (2, "")
    assert done.err == f"error[N703]: --columns names {names}, the network has 2 inputs\n"
    twice = here("convert", "source.yaml", "new.yaml", "--columns", "p", "--columns", "p")
    assert (twice.code, twice.err) == (2, "error[N703]: --columns names 'p' twice\n")
    assert os.listdir(tmp_path) == ["source.yaml"]


# -------------------------------------------------------------------------------- what is refused


def test_a_suffix_that_names_no_form_is_wrong_usage(here: Callable[..., Done]) -> None:
    for name in ("net.h5", "net", "-", "net.npz"):
        done = here("convert", "source.yaml", name)
        assert (done.code, done.out) == (2, "")
        assert done.err == (
            f"error[N703]: the suffix of '{name}' names no form of a network: "
            ".yaml, .yml, .safetensors, .onnx, .py\n"
        )


def test_an_existing_file_is_kept_without_force_also_the_one_beside(
    here: Callable[..., Done], write: Write, tmp_path: Path
) -> None:
    write("source.yaml", CLASSES)
    write("new.safetensors", "mine")
    done = here("convert", "source.yaml", "new.yaml")
    (told,) = done.told
    assert (done.code, done.out, told.code, told.file) == (5, "", "N504", "new.safetensors")
    assert not (tmp_path / "new.yaml").exists()
    assert (tmp_path / "new.safetensors").read_text(encoding="utf-8") == "mine"
    assert here("convert", "source.yaml", "new.yaml", "--force").code == 0


def test_an_input_is_never_overwritten(
    here: Callable[..., Done], write: Write, tmp_path: Path
) -> None:
    write("source.yaml", CLASSES)
    assert here("convert", "source.yaml", "net.yaml").code == 0
    held = {path: path.read_bytes() for path in tmp_path.iterdir()}
    for arguments in (
        ("source.yaml", "./source.yaml"),
        ("net.yaml", "net.safetensors"),  # its weights file
        ("net.yaml", "net.yaml"),
    ):
        done = here("convert", *arguments, "--force")
        (told,) = done.told
        assert (done.code, done.out, told.code) == (5, "", "N505")
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == held


def test_a_source_that_is_wrong_is_told_of_as_everywhere(
    here: Callable[..., Done], write: Write, tmp_path: Path
) -> None:
    clash = {"inputs": 2, "layers": [{"neurons": 3, "weights": [[1, 2]]}]}
    write("clash.yaml", json.dumps(clash))
    write("unseeded.yaml", "layer_sizes: [2, 1]\n")
    for name, code in (("clash.yaml", "N2"), ("unseeded.yaml", "N109")):
        done = here("convert", name, "new.yaml")
        assert (done.code, done.out) == (3, "")
        assert done.told[0].code.startswith(code)
    assert here("convert", "unseeded.yaml", "new.yaml", "--seed", "1").code == 0
    missing = here("convert", "missing.yaml", "other.yaml")
    assert (missing.code, missing.told[0].code) == (5, "N501")
    assert not (tmp_path / "other.yaml").exists()


def test_weights_that_float32_cannot_hold_are_refused_with_what_keeps_them(
    here: Callable[..., Done], write: Write, tmp_path: Path
) -> None:
    needs_onnx()
    write("large.yaml", "inputs: 1\nlayers: [{name: l, neurons: 1, weights: [[1.0e+300]]}]\n")
    done = here("convert", "large.yaml", "large.onnx")
    assert (done.code, done.out) == (3, "")
    assert done.err == (
        "error[N303]: layer 'l' holds 1e+300, too large for float32\n"
        "help: keep it with --dtype float64\n"
    )
    assert not (tmp_path / "large.onnx").exists()


def test_an_onnx_model_without_the_package_is_wrong_usage(
    here: Callable[..., Done], write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("source.yaml", CLASSES)
    monkeypatch.setattr("nncli.cli.installed.find_spec", lambda _: None)
    done = here("convert", "source.yaml", "net.onnx")
    assert (done.code, done.out) == (2, "")
    assert done.err == (
        "error[N703]: an ONNX model needs onnx, not installed here\n"
        "help: pip install 'nncli-forward[onnx]'\n"
    )


def test_nothing_is_put_in_place_if_what_was_written_gives_other_numbers(
    here: Callable[..., Done], write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A fault of ours, planted: the last bias is not what it was."""

    def wrong(spec: Any, layers: Any) -> dict[str, Any]:
        arrays = stored_arrays(spec, layers)
        return {
            **arrays,
            "layer_2.bias": arrays["layer_2.bias"] + np.array([0, 0, 1e-3], np.float32),
        }

    monkeypatch.setattr("nncli.formats.saving.stored_arrays", wrong)
    write("source.yaml", CLASSES)
    done = here("convert", "source.yaml", "net.safetensors")
    assert (done.code, done.out) == (70, "")
    assert "OtherNumbers: nncli gives other outputs for net.safetensors" in done.err
    assert os.listdir(tmp_path) == ["source.yaml"]


def test_help_names_the_forms(cli: RunCli) -> None:
    done = cli("convert", "--help")
    assert (done.code, done.err) == (0, "")
    assert all(word in done.out for word in ("SOURCE", "DESTINATION", ".onnx", ".safetensors"))
