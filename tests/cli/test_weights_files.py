"""Networks whose weights stand in a file: what is run, shown, and refused, by every command."""

from __future__ import annotations

import io
import json
import shutil
import struct
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from commands import NNCLI, run_apart, run_limited
from stored_files import npy, npy_of, npz, npz_of, safetensors, safetensors_of

from nncli import Network

if TYPE_CHECKING:
    from conftest import RunCli

Write = Callable[[str, str | bytes], Path]
FILES = Path(__file__).resolve().parents[1] / "formats" / "files"

# (inputs, neurons), and biases
W1 = np.array([[0.5, -1.0, 2.0], [1.5, 0.25, -0.5]])
B1 = np.array([0.125, -0.25, 1.0])
W2 = np.array([[1.0], [-2.0], [0.5]])
B2 = np.array([3.0])
ARRAYS = {"W1": W1, "b1": B1, "W2": W2, "b2": B2}
SPEC = "layers: [{neurons: 3, activation: relu}, {neurons: 1}]\nweights_file: net.npz\n"
ROWS = [[1.0, 2.0], [-3.0, 0.5]]
DATA = "a,b\n1,2\n-3,0.5\n"
IN_ORDER = (
    "note: the network does not name its inputs: the columns are taken in their order, a, b\n"
)


def expected(rows: list[list[float]], layers: list[tuple[Any, Any, bool]]) -> list[list[float]]:
    """Return what layers of weights and biases, some with a relu, give in a plain loop."""
    outputs = []
    for row in rows:
        values = list(row)
        for weights, biases, is_relu in layers:
            sums = [
                sum(value * float(weights[i][j]) for i, value in enumerate(values)) + float(bias)
                for j, bias in enumerate(biases)
            ]
            values = [max(0.0, z) for z in sums] if is_relu else sums
        outputs.append(values)
    return outputs


TWO_LAYERS: list[tuple[Any, Any, bool]] = [(W1, B1, True), (W2, B2, False)]
STORED = {
    "npz": (npz(ARRAYS), ""),
    "npz, packed and in another byte order": (
        npz_of(
            [(f"{name}.npy", npy(array.astype(">f8"))) for name, array in ARRAYS.items()],
            zipfile.ZIP_DEFLATED,
        ),
        "",
    ),
    "PyTorch": (
        safetensors({"2.bias": B2, "2.weight": W2.T, "0.bias": B1, "0.weight": W1.T}),
        "",
    ),
    "PyTorch in float16": (
        safetensors(
            {
                name: array.astype(np.float16)
                for name, array in {
                    "0.weight": W1.T,
                    "0.bias": B1,
                    "2.weight": W2.T,
                    "2.bias": B2,
                }.items()
            }
        ),
        "",
    ),
    "Flax": (
        safetensors({"Dense_0.kernel": W1, "Dense_0.bias": B1, "x.kernel": W2, "x.bias": B2}),
        "",
    ),
    "as (neurons, inputs)": (
        npz({"W1": W1.T, "W2": W2.T, "b1": B1[:, None], "b2": B2}),
        "layout: neurons_by_inputs\n",
    ),
}


@pytest.mark.parametrize(("content", "more"), STORED.values(), ids=STORED)
def test_the_numbers_of_a_network_are_those_of_its_file(
    cli: RunCli, write: Write, content: bytes, more: str
) -> None:
    folder = write("net.yaml", more + SPEC).parent
    write("net.npz", content)
    write("data.csv", DATA)
    done = cli("forward", "net.yaml", "data.csv", "--format", "json", cwd=folder)
    assert (done.code, done.err) == (0, IN_ORDER)
    wanted = expected(ROWS, TWO_LAYERS)
    assert done.json["output"]["values"] == wanted
    assert Network.load(folder / "net.yaml").forward(ROWS).tolist() == wanted


def test_the_file_is_looked_for_beside_its_spec(cli: RunCli, write: Write, tmp_path: Path) -> None:
    (tmp_path / "nets").mkdir()
    write("nets/net.yaml", SPEC.replace("net.npz", "more/../net.npz"))
    (tmp_path / "nets" / "more").mkdir()
    write("nets/net.npz", npz(ARRAYS))
    assert cli("shapes", "nets/net.yaml", cwd=tmp_path).code == 0


def test_a_spec_within_a_safetensors_file_runs_whatever_the_file_is_called(
    cli: RunCli, write: Write
) -> None:
    content = safetensors(ARRAYS, {"nncli.spec": SPEC})
    folder = write("renamed.bin", content).parent
    write("data.csv", DATA)
    done = cli("forward", "renamed.bin", "data.csv", "--format", "csv", cwd=folder)
    assert (done.code, done.err) == (0, IN_ORDER)
    values = [[float(line)] for line in done.out.splitlines()[1:]]
    assert values == expected(ROWS, TWO_LAYERS)


def test_a_faulty_spec_within_a_safetensors_file_is_refused_without_any_change_of_it(
    cli: RunCli, write: Write
) -> None:
    content = safetensors(ARRAYS, {"nncli.spec": SPEC.replace("relu", "rleu")})
    done = cli("shapes", write("net.safetensors", content), "--format", "json")
    assert done.code == 3
    [problem] = done.json["problems"]
    assert (problem["code"], problem["suggestions"]) == ("N107", [])


# ------------------------------------------------------------------------------------------- shapes


def test_shapes_show_each_layers_arrays_and_how_they_stand(cli: RunCli, write: Write) -> None:
    folder = write("net.yaml", SPEC).parent
    write("net.npz", npz({"0.weight": W1.T, "0.bias": B1, "2.weight": W2.T}))
    done = cli("shapes", "net.yaml", cwd=folder)
    assert done.code == 0
    assert done.out == (
        "net   float64   2 layers   (N, 2) → (N, 1)\n"
        "\n"
        " #   layer     input    weights            biases   output    parameters   multiply–adds"
        "   tensors             layout\n"
        " 1   layer_1   (N, 2) @ (3, 2)ᵀ → (2, 3) + (3,)   → (N, 3)   2×3 + 3 = 9               6"
        "   0.weight + 0.bias   neurons_by_inputs\n"
        " 2   layer_2   (N, 3) @ (1, 3)ᵀ → (3, 1) + (1,)   → (N, 1)   3×1 + 1 = 4               3"
        "   2.weight + —        neurons_by_inputs\n"
        "\n"
        " parameters      13   104 B as float64\n"
        " multiply–adds    9   per sample\n"
        " activations   48 B   batch and outputs of 1 sample\n"
    )
    layers = cli("shapes", "net.yaml", "--format", "json", cwd=folder).json["layers"]
    assert [layer["tensors"] for layer in layers] == [
        {"weights": "0.weight", "biases": "0.bias", "layout": "neurons_by_inputs"},
        {"weights": "2.weight", "biases": None, "layout": "neurons_by_inputs"},
    ]


def test_a_network_of_ten_gigabytes_is_explained_from_its_header(write: Write) -> None:
    size = 10 * 2**30
    header = {"W": {"dtype": "F32", "shape": [size // 4096, 1024], "data_offsets": [0, size]}}
    content = safetensors_of(json.dumps(header))
    path = write("net.safetensors", content)
    with path.open("r+b") as stream:
        stream.truncate(len(content) + size)  # a hole: no disk holds it
    spec = write("net.yaml", "layers: [{neurons: 1024}]\nweights_file: net.safetensors\n")
    for config in (spec, path):
        done = run_limited("shapes", config)
        assert done.returncode == 0
        assert "2,684,354,560" in done.stdout
        assert_little_memory(done.stderr)


def assert_little_memory(err: str) -> None:
    last = err.rstrip("\n").rpartition("\n")[2]
    if last.startswith("peak KiB"):  # where the system tells
        assert int(last.split()[-1]) < 200 * 1024


# ------------------------------------------------------------------------ weights without a network


def test_a_file_of_weights_alone_is_listed_with_the_layers_it_makes(
    cli: RunCli, write: Write
) -> None:
    folder = write("w.npz", npz({"W2": W2, "W1": W1, "b1": B1})).parent
    done = cli("shapes", "w.npz", cwd=folder)
    assert (done.code, done.err) == (0, "")
    assert done.out == (
        "w.npz   3 arrays   12 values\n"
        "\n"
        " tensor   shape    dtype\n"
        " W1       (2, 3)   float64\n"
        " W2       (3, 1)   float64\n"
        " b1       (3,)     float64\n"
        "\n"
        "the matrices fit together: 2 → 3 → 1\n"
        "\n"
        " #   layer     input    weights   biases   output    parameters   multiply–adds   tensors"
        "   layout\n"
        " 1   layer_1   (N, 2) @ (2, 3)  + (3,)   → (N, 3)   2×3 + 3 = 9               6   W1 + b1"
        "   inputs_by_neurons\n"
        " 2   layer_2   (N, 3) @ (3, 1)  + (1,)   → (N, 1)   3×1 + 1 = 4               3   W2 + —"
        "    inputs_by_neurons\n"
        "\n"
        "with their activations, which no weights file holds, they are a network:\n"
        "  nncli convert w.npz w.yaml --activations relu,linear\n"
    )
    document = cli("shapes", "w.npz", "--format", "json", cwd=folder).json
    assert (document["format"], document["problems"]) == ("nncli.weights/1", [])
    assert document["tensors"][0] == {"name": "W1", "shape": [2, 3], "dtype": "float64"}
    assert [layer["weights"] for layer in document["layers"]] == ["W1", "W2"]


def test_the_line_to_type_makes_a_network(cli: RunCli, write: Write) -> None:
    folder = write("a net's.npz", npz(ARRAYS)).parent
    write("data.csv", DATA)
    line = cli("shapes", "a net's.npz", cwd=folder).out.rstrip("\n").rpartition("\n")[2].strip()
    assert run_apart(["sh", "-c", line.replace("nncli", " ".join(NNCLI), 1)], cwd=folder).code == 0
    done = cli("forward", "a net's.yaml", "data.csv", "--format", "json", cwd=folder)
    assert done.json["output"]["values"] == expected(ROWS, TWO_LAYERS)


@pytest.mark.parametrize("content", [npz(ARRAYS), safetensors(ARRAYS)])
def test_a_network_is_more_than_its_weights(cli: RunCli, write: Write, content: bytes) -> None:
    path, data = write("w.npz", content), write("data.csv", DATA)
    for command in (("forward", path, data), ("bench", path), ("shapes", path, data)):
        done = cli(*command)
        assert (done.code, done.out) == (3, "")
        [problem] = done.told
        assert (problem.code, problem.file) == ("N313", str(path))
        assert f"nncli convert {path} {path.with_suffix('.yaml')} --activations relu,linear" in (
            problem.help
        )


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"W1": W1, "W2": W1}, "fit together in no order"),
        ({"W1": W1, "n": np.arange(3)}, "'n' holds int64"),
        ({"b": B1}, "no matrix of weights"),
        ({"W1": W1, "b1": B2}, "layer 1 has 3 neurons, but 1 bias"),
        ({"W1": W1, "b1": B1, "scale": B2}, "what no layer takes: 'scale' (1,)"),
    ],
)
def test_what_keeps_weights_from_being_a_network_is_said_below_them(
    cli: RunCli, write: Write, arrays: dict[str, Any], words: str
) -> None:
    path = write("w.npz", npz(arrays))
    done = cli("shapes", path)
    assert (done.code, done.err) == (0, "")
    assert words in done.out
    assert "nncli convert" not in done.out
    [problem] = cli("shapes", path, "--format", "json").json["problems"]
    assert words in problem["message"]


# ---------------------------------------------------------------------------------- files of others


def spec_for(name: str, layers: int) -> str:
    listed = ", ".join(["{activation: relu}"] * (layers - 1) + ["{}"])
    return f"layers: [{listed}]\nweights_file: {name}.safetensors\n"


def stored_floats(path: Path) -> dict[str, list[Any]]:
    """Return the float32 arrays of a sound file as lists, read in the plainest way."""
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    arrays = {}
    for name, entry in json.loads(content[8 : 8 + length]).items():
        begin, end = (8 + length + place for place in entry["data_offsets"])
        values = list(struct.unpack(f"<{(end - begin) // 4}f", content[begin:end]))
        if len(entry["shape"]) == 2:
            width = entry["shape"][1]
            arrays[name] = [values[at : at + width] for at in range(0, len(values), width)]
        else:
            arrays[name] = values
    return arrays


def test_eleven_layers_of_pytorch_run_in_their_order(cli: RunCli, write: Write) -> None:
    """Safetensors files list `10` before `2`, and all shapes are (3, 3)."""
    folder = write("net.yaml", spec_for("eleven", 11)).parent
    shutil.copy(FILES / "eleven.safetensors", folder)
    write("data.csv", "a,b,c\n1,2,3\n-40,0.5,2\n")
    done = cli("forward", "net.yaml", "data.csv", "--format", "json", cwd=folder)
    arrays = stored_floats(folder / "eleven.safetensors")
    layers = [
        (list(zip(*arrays[f"{number}.weight"], strict=True)), arrays[f"{number}.bias"], number < 20)
        for number in range(0, 22, 2)
    ]
    wanted = expected([[1, 2, 3], [-40, 0.5, 2]], layers)
    assert np.allclose(done.json["output"]["values"], wanted, rtol=1e-12, atol=0)


def test_layers_of_flax_are_found_in_the_one_order_that_fits(cli: RunCli, write: Write) -> None:
    """`Dense_1` comes last though its name does not."""
    folder = write("net.yaml", spec_for("linen", 3)).parent
    shutil.copy(FILES / "linen.safetensors", folder)
    write("data.csv", "a,b,c,d\n1,2,3,4\n-40,0.5,2,0\n")
    done = cli("forward", "net.yaml", "data.csv", "--format", "json", cwd=folder)
    arrays = stored_floats(folder / "linen.safetensors")
    names = [f"params.{name}" for name in ("Dense_0", "mid", "Dense_1")]
    layers = [
        (arrays[f"{name}.kernel"], arrays[f"{name}.bias"], name != names[-1]) for name in names
    ]
    wanted = expected([[1, 2, 3, 4], [-40, 0.5, 2, 0]], layers)
    assert np.allclose(done.json["output"]["values"], wanted, rtol=1e-12, atol=0)
    listed = cli("shapes", "linen.safetensors", "--format", "json", cwd=folder).json
    assert [layer["weights"] for layer in listed["layers"]] == [f"{name}.kernel" for name in names]
    assert len(listed["tensors"]) == 10


def test_a_batch_norm_that_has_learned_nothing_is_left_out_with_a_note(
    cli: RunCli, write: Write
) -> None:
    """In this file of Flax its mean is 0, its variance 1, its scale 1 and its bias 0."""
    folder = write("net.yaml", spec_for("linen", 3)).parent
    shutil.copy(FILES / "linen.safetensors", folder)
    for config in ("net.yaml", "linen.safetensors"):
        done = cli("shapes", config, cwd=folder)
        assert done.code == 0
        assert "note: 'BatchNorm_0' is a BatchNorm that has learned nothing" in done.err
        assert "0.0005 %" in done.err


@pytest.mark.parametrize("name", ["scale", "bias", "running_mean", "running_var"])
def test_a_batch_norm_that_has_learned_anything_is_not_left_out(
    cli: RunCli, write: Write, name: str
) -> None:
    ones, zeros = np.ones(3, np.float32), np.zeros(3, np.float32)
    state = {"scale": ones, "bias": zeros, "running_mean": zeros, "running_var": ones}
    arrays = {f"1.{key}": array for key, array in state.items()}
    learned = {f"1.{name}": state[name] + np.array([0, 0, 1e-7], np.float32)}
    layers = {"0.weight": W1.T, "2.weight": W2.T}
    path = write("net.yaml", SPEC)
    write("net.npz", npz({**layers, **arrays}))
    assert cli("shapes", path).code == 0
    write("net.npz", npz({**layers, **arrays, **learned}))
    done = cli("shapes", path)
    assert (done.code, [told.code for told in done.told]) == (3, ["N308"])


def test_a_batch_norm_is_refused_at_the_weights_file(cli: RunCli, write: Write) -> None:
    folder = write("net.yaml", spec_for("iris_bn", 2)).parent
    shutil.copy(FILES / "iris_bn.safetensors", folder)
    write("data.csv", "a,b,c,d\n1,2,3,4\n")
    done = cli("forward", "net.yaml", "data.csv", cwd=folder)
    assert (done.code, done.out) == (3, "")
    [problem] = done.told
    assert (problem.code, problem.line, problem.column) == ("N308", 2, 15)
    assert "'1'" in problem.message
    assert "ONNX" in problem.help
    assert "epsilon" in problem.help


# ------------------------------------------------------------------------------------ what is wrong


def test_what_is_wrong_with_the_spec_comes_before_its_file(cli: RunCli, write: Write) -> None:
    data = write("data.csv", DATA)
    for spec, code, found in (
        (SPEC, 5, ["N501"]),
        (SPEC.replace("relu", "rleu"), 3, ["N107"]),
        (SPEC.replace("net.npz", "/etc/net.npz"), 3, ["N107"]),
        (SPEC + "init: he_normal\n", 3, ["N108"]),
    ):
        path = write("net.yaml", spec)
        for command in (("shapes", path), ("forward", path, data)):
            done = cli(*command)
            assert (done.code, done.out) == (code, "")
            assert [problem.code for problem in done.told] == found


def test_the_sizes_of_the_spec_and_the_arrays_are_told_in_one_run(
    cli: RunCli, write: Write
) -> None:
    write("net.npz", npz(ARRAYS))
    spec = "layers:\n- {activation: rleu, weights: {tensor: w_1}}\n- {}\nweights_file: net.npz\n"
    path = write("net.yaml", spec)
    done = cli("shapes", path)
    assert [(told.code, told.line) for told in done.told] == [("N107", 2), ("N305", 2)]
    assert "write it `W1`" in done.told[1].help
    problems = cli("shapes", path, "--format", "json").json["problems"]
    [edit] = problems[1]["suggestions"][0]["edits"]
    assert (edit["line"], edit["text"]) == (2, "W1")


def test_transposed_weights_get_the_layout_that_they_need(cli: RunCli, write: Write) -> None:
    write("net.npz", npz({"W": W1.T}))
    spec = "inputs: 2\nlayers:\n- {neurons: 3, weights: {tensor: W}}\nweights_file: net.npz\n"
    done = cli("shapes", write("net.yaml", spec))
    assert done.code == 3
    assert [told.code for told in done.told] == ["N201"]
    assert "transposed" in done.told[0].message
    assert "layout: neurons_by_inputs" in done.told[0].help


def test_a_weight_that_is_not_finite_is_refused_before_any_data_is_read(
    cli: RunCli, write: Write
) -> None:
    faulty = W1.copy()
    faulty[1, 2] = np.nan
    file = write("net.npz", npz({**ARRAYS, "W1": faulty}))
    done = cli("forward", write("net.yaml", SPEC), "missing.csv")
    assert (done.code, done.out) == (3, "")
    [problem] = done.told
    assert (problem.code, problem.file) == ("N303", str(file))
    assert "nan of 'W1' at [1, 2]" in problem.message


def test_a_seed_beside_a_weights_file_has_no_effect_and_a_note(cli: RunCli, write: Write) -> None:
    write("net.npz", npz(ARRAYS))
    path, data = write("net.yaml", SPEC), write("data.csv", DATA)
    plain = cli("forward", path, data)
    seeded = cli("forward", path, data, "--seed", "7")
    assert seeded.out == plain.out
    assert "the seed has no effect" in seeded.err


def test_no_output_takes_the_place_of_the_weights(cli: RunCli, write: Write) -> None:
    weights = write("weights.csv", npz(ARRAYS))
    path, data = write("net.yaml", SPEC.replace("net.npz", "weights.csv")), write("data.csv", DATA)
    done = cli("forward", path, data, "-o", weights, "--force")
    assert (done.code, [told.code for told in done.told]) == (5, ["N505"])
    assert weights.read_bytes() == npz(ARRAYS)


# ---------------------------------------------------------------------------- files made to do harm


def zeros_in_zip(size: int) -> bytes:
    """Return an archive of a megabyte that inflates to *size* bytes of an array."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("W1.npy", "w", force_zip64=True) as member,
    ):
        member.write(npy_of(f"({size // 8},)"))
        for _ in range(size // 2**20):
            member.write(bytes(2**20))
    return stream.getvalue()


HARMFUL: dict[str, tuple[Callable[[], bytes], str]] = {
    "an array of 256 MB that no layer takes": (lambda: zeros_in_zip(2**28), "N306"),
    "a header of 5 MB": (lambda: safetensors_of('{"W":' + "[" * 5_000_000), "N304"),
    "4 MB of empty entries": (
        lambda: safetensors_of("{" + ",".join(f'"{n}":{{}}' for n in range(320_000)) + "}"),
        "N304",
    ),
    "4 MB of nothing": (
        lambda: safetensors_of('{"W":[' + "{}," * 1_390_000 + "{}]}"),
        "N304",
    ),
    "2 MB of nesting": (lambda: safetensors_of('{"W":' + "[" * 2_000_000), "N304"),
    "20,000 members": (
        lambda: npz_of([(f"{n}.npy", b"") for n in range(20_000)]),
        "N304",
    ),
    "10,000 matrices for two layers": (
        lambda: safetensors({f"{n}.weight": np.zeros((1, 1), np.float16) for n in range(10_000)}),
        "N305",
    ),
}


@pytest.mark.parametrize(("make", "code"), HARMFUL.values(), ids=HARMFUL)
def test_a_file_that_is_made_to_do_harm_is_refused_with_little_memory(
    write: Write, make: Callable[[], bytes], code: str
) -> None:
    write("net.npz", make())
    done = run_limited("shapes", write("net.yaml", SPEC))
    assert (done.returncode, done.stdout) == (3, "")
    assert "Traceback" not in done.stderr
    assert len(done.stderr) < 5_000
    assert f": error[{code}]: " in done.stderr
    assert_little_memory(done.stderr)


def test_safetensors_is_imported_for_arrays_alone(write: Write) -> None:
    path = write("net.yaml", SPEC.replace("npz", "safetensors"))
    write("net.safetensors", safetensors(ARRAYS))
    data = write("data.csv", DATA)
    for arguments, is_needed in (
        (["shapes", str(path)], False),
        (["forward", "configs/two_layers.yaml", "sample_data/two_layers.csv"], False),
        (["forward", str(path), str(data)], True),
    ):
        code = (
            f"import sys; from nncli.cli.app import run; assert run({arguments!r}) == 0; "
            "found = {'safetensors', 'onnx', 'zipfile'} & set(sys.modules); "
            "sys.stderr.write(repr(sorted(found)))"
        )
        done = run_apart([sys.executable, "-c", code])
        assert ("safetensors" in done.err) == is_needed
        assert "onnx" not in done.err
