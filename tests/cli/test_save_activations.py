"""`--save-activations FOLDER`: an NPY file for each layer, all of them or none."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pytest

from nncli.network.network import Network

if TYPE_CHECKING:
    from conftest import Done, RunCli

Write = Callable[[str, str | bytes], Path]
Floats = npt.NDArray[np.floating[Any]]

NET = "layer_sizes: [3, 5, 4, 2]\nactivations: [tanh, silu, softmax]\nseed: 0\n"
SAMPLES = 700
LAYERS = ["layer_1.npy", "layer_2.npy", "layer_3.npy"]


@pytest.fixture
def folder(write: Write) -> Path:
    """A network of three layers, and samples that fill two blocks and a part of one."""
    write("net.yaml", NET)
    lines = [",".join(map(repr, row)) for row in samples().tolist()]
    return write("data.csv", "\n".join(["a,b,c", *lines, ""])).parent


def samples() -> npt.NDArray[np.float64]:
    return np.random.RandomState(1).standard_normal((SAMPLES, 3))


@pytest.fixture
def save(cli: RunCli, folder: Path) -> Callable[..., Done]:
    """Run the network on the samples: save(*options), into acts unless another place is named."""

    def run(*options: str, data: str = "data.csv", to: str = "acts") -> Done:
        command = ("forward", "net.yaml", data, "--save-activations", to)
        return cli(*command, "--format", "csv", *options, cwd=folder)

    return run


Save = Callable[..., "Done"]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# --------------------------------------------------------------------------------- what is kept


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_every_layers_output_is_what_the_network_computes(
    save: Save, folder: Path, dtype: str
) -> None:
    done = save("--dtype", dtype)
    assert (done.code, done.err) == (0, "every layer's output → acts\n")
    assert sorted(os.listdir(folder / "acts")) == LAYERS
    network = Network.from_yaml_text(NET + f"dtype: {dtype}\n")
    tolerance = 20 * float(np.finfo(dtype).eps)
    for name, result in zip(LAYERS, network.trace(samples().astype(dtype)), strict=True):
        kept = np.load(folder / "acts" / name)
        assert kept.dtype == dtype
        assert kept.shape == (SAMPLES, result.output.shape[1])
        np.testing.assert_allclose(kept, result.output, rtol=tolerance, atol=tolerance)


def test_the_last_layers_file_is_the_result(save: Save, folder: Path) -> None:
    assert save("-o", "out.npy", "--format", "npy").code == 2  # a form of files only
    done = save()
    rows = [line.split(",") for line in done.out.splitlines()[1:]]
    assert np.load(folder / "acts/layer_3.npy").tolist() == [
        [float(x) for x in row] for row in rows
    ]


def test_the_result_as_npy_has_the_bytes_of_the_last_layer(cli: RunCli, folder: Path) -> None:
    command = ("net.yaml", "data.csv", "-o", "out.npy", "--save-activations", "acts")
    done = cli("forward", *command, cwd=folder)
    assert done.code == 0
    assert (folder / "out.npy").read_bytes() == (folder / "acts/layer_3.npy").read_bytes()
    assert done.err.startswith("every layer's output → acts\n")


@pytest.mark.parametrize(
    "options",
    [
        ("--batch-size", "1"),
        ("--batch-size", "300", "--threads", "3"),
        ("--batch-size", "1000"),
        ("--threads", "2"),
        ("--threads", "1"),
    ],
)
def test_no_batch_size_and_no_number_of_threads_changes_a_bit(
    save: Save, folder: Path, options: tuple[str, ...]
) -> None:
    assert save().code == 0
    assert save(*options, to="others").code == 0
    assert contents(folder / "others") == contents(folder / "acts")


def test_a_wide_network_is_kept_in_units_and_tiles(cli: RunCli, write: Write) -> None:
    folder = write("wide.yaml", "layer_sizes: [2, 900, 1]\nactivations: tanh\nseed: 0\n").parent
    values = np.random.RandomState(2).standard_normal((1500, 2))
    np.save(folder / "data.npy", values)
    command = ("wide.yaml", "data.npy", "--save-activations", "acts", "-q", "--batch-size", "1")
    assert cli("forward", *command, cwd=folder).code == 0
    (hidden, _) = Network.from_yaml_text((folder / "wide.yaml").read_text()).trace(values)
    kept = np.load(folder / "acts/layer_1.npy")
    np.testing.assert_allclose(kept, hidden.output, rtol=1e-13, atol=1e-13)


@pytest.mark.parametrize("form", ["table", "json", "jsonl", "md"])
def test_every_form_of_the_result_keeps_the_same(
    cli: RunCli, save: Save, folder: Path, form: str
) -> None:
    assert save().code == 0
    command = ("net.yaml", "data.csv", "--format", form, "--save-activations", "others")
    assert cli("forward", *command, cwd=folder).code == 0
    assert contents(folder / "others") == contents(folder / "acts")


def test_the_result_is_what_it_is_without(cli: RunCli, save: Save, folder: Path) -> None:
    alone = cli("forward", "net.yaml", "data.csv", "--format", "csv", cwd=folder)
    assert save().out == alone.out


def test_ten_layers_are_numbered_with_leading_zeros(cli: RunCli, write: Write) -> None:
    folder = write("deep.yaml", f"layer_sizes: {[2] * 11}\nseed: 0\n").parent
    write("data.csv", "1,2\n")
    command = ("deep.yaml", "data.csv", "--save-activations", "acts", "-q")
    assert cli("forward", *command, cwd=folder).code == 0
    expected = [f"layer_0{number}.npy" for number in range(1, 10)] + ["layer_10.npy"]
    assert sorted(os.listdir(folder / "acts")) == expected


@pytest.mark.parametrize("limit", [1, 256, 257, 699, 5000])
def test_a_limit_holds_for_every_layer(save: Save, folder: Path, limit: int) -> None:
    assert save("--limit", str(limit)).code == 0
    assert save(to="others").code == 0
    for name in LAYERS:
        kept, whole = np.load(folder / "acts" / name), np.load(folder / "others" / name)
        assert kept.tobytes() == whole[:limit].tobytes()


def test_quiet_keeps_without_a_word(save: Save, folder: Path) -> None:
    assert save("-q").err == ""
    assert sorted(os.listdir(folder / "acts")) == LAYERS


# ------------------------------------------------------------------------------------ the place


def test_an_existing_folder_is_used_and_what_it_holds_stays(save: Save, folder: Path) -> None:
    (folder / "acts").mkdir()
    (folder / "acts/notes.txt").write_text("mine")
    assert save().code == 0
    assert sorted(os.listdir(folder / "acts")) == [*LAYERS, "notes.txt"]
    assert (folder / "acts/notes.txt").read_text() == "mine"


@pytest.mark.parametrize("to", ["acts/", "./acts", "link"])
def test_a_folder_may_be_named_in_any_way(save: Save, folder: Path, to: str) -> None:
    if to == "link":
        (folder / "acts").mkdir()
        os.symlink("acts", folder / "link")
    assert save(to=to).code == 0
    assert sorted(os.listdir(folder / "acts")) == LAYERS


@pytest.mark.parametrize("name", LAYERS)
def test_an_existing_file_is_refused_without_force(save: Save, folder: Path, name: str) -> None:
    (folder / "acts").mkdir()
    (folder / "acts" / name).write_text("old")
    done = save()
    assert (done.code, done.out) == (5, "")
    assert done.err.startswith(f"acts/{name}: error[N504]: the file exists")
    assert contents(folder / "acts") == {name: b"old"}
    assert save("--force").code == 0
    assert np.load(folder / "acts" / name).shape[0] == SAMPLES
    assert sorted(os.listdir(folder / "acts")) == LAYERS


def test_a_file_in_the_folders_place_is_refused(save: Save, folder: Path) -> None:
    (folder / "acts").write_text("old")
    done = save("--force")
    assert (done.code, done.out) == (5, "")
    assert "acts: error[N502]: is a file, not a folder" in done.err
    assert (folder / "acts").read_text() == "old"


def test_a_missing_parent_is_refused(save: Save, folder: Path) -> None:
    done = save(to="no/acts")
    assert (done.code, done.out) == (5, "")
    assert "no: error[N501]: no such folder" in done.err
    assert "help: create it first: mkdir -p no" in done.err
    assert sorted(os.listdir(folder)) == ["data.csv", "net.yaml"]


@pytest.mark.parametrize("to", ["", "x" * 300])
def test_a_name_that_no_folder_can_have_is_refused(save: Save, folder: Path, to: str) -> None:
    done = save(to=to)
    assert (done.code, done.out) == (5, "")
    assert ("name of the folder is empty" if not to else "File name too long") in done.err
    assert sorted(os.listdir(folder)) == ["data.csv", "net.yaml"]


@pytest.mark.parametrize("option", ["-o", "--rejects"])
@pytest.mark.parametrize("exists", [True, False])
def test_no_other_result_goes_into_a_layers_place(
    save: Save, folder: Path, option: str, exists: bool
) -> None:
    if exists:
        (folder / "acts").mkdir()
    done = save(option, "acts/layer_1.npy", "--force")
    assert done.code == (2 if exists else 5)  # without the folder, there is no such place
    assert done.out == ""
    if exists:
        assert f"{option} and --save-activations (acts/layer_1.npy) name the same file" in done.err
    assert not (folder / "acts/layer_1.npy").exists()


@pytest.mark.parametrize("option", ["-o", "--rejects"])
def test_the_folder_is_no_other_results_place(save: Save, folder: Path, option: str) -> None:
    done = save(option, "./both.csv", to="both.csv")
    assert (done.code, done.out) == (2, "")
    assert "name the same file" in done.err
    assert not (folder / "both.csv").exists()


def test_an_input_is_never_overwritten(save: Save, folder: Path) -> None:
    (folder / "acts").mkdir()
    np.save(folder / "acts/layer_2.npy", samples())
    before = contents(folder / "acts")
    done = save("--force", data="acts/layer_2.npy")
    assert (done.code, done.out) == (5, "")
    assert "acts/layer_2.npy: error[N505]" in done.err
    assert contents(folder / "acts") == before


def test_expected_values_are_not_overwritten_either(save: Save, folder: Path) -> None:
    assert save().code == 0
    before = contents(folder / "acts")
    assert save("--force", "--expect", "acts/layer_3.npy").code == 5
    assert contents(folder / "acts") == before


# --------------------------------------------------------------------------------- all or nothing


@pytest.mark.parametrize("bad", ["first", "last"])
def test_faulty_data_leave_no_new_folder(save: Save, folder: Path, bad: str) -> None:
    good = "1,2,3\n" * 3000
    content = f"x,2,3\n{good}" if bad == "first" else f"{good}1,x,3\n"
    (folder / "bad.csv").write_text("a,b,c\n" + content)
    assert save("--threads", "1", data="bad.csv").code == 4
    assert sorted(os.listdir(folder)) == ["bad.csv", "data.csv", "net.yaml"]


def test_faulty_data_change_nothing_in_an_old_folder(save: Save, folder: Path) -> None:
    assert save().code == 0
    before = contents(folder / "acts")
    (folder / "bad.csv").write_text("a,b,c\n" + "1,2,3\n" * 3000 + "1,2\n")
    assert save("--force", data="bad.csv").code == 4
    assert contents(folder / "acts") == before


def test_a_width_that_does_not_fit_makes_no_folder(save: Save, folder: Path) -> None:
    (folder / "bad.csv").write_text("1,2\n")
    assert save(data="bad.csv").code == 4
    assert not (folder / "acts").exists()


def test_a_folder_into_which_somebody_else_put_something_stays(
    save: Save, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from nncli.results.npy import NpySink

    def put_and_fail(*_: object) -> None:
        (folder / "acts/theirs.txt").write_text("theirs")
        raise MemoryError

    monkeypatch.setattr(NpySink, "take", put_and_fail)
    assert save().code == 5
    assert contents(folder / "acts") == {"theirs.txt": b"theirs"}


def test_a_folder_that_cannot_be_made_is_told(
    save: Save, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(path: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", path)

    monkeypatch.setattr("nncli.results.layer_files.os.mkdir", no_space)
    done = save()
    assert (done.code, done.out) == (5, "")
    assert "acts: error[N506]: writing failed: No space left on device" in done.err
    assert not (folder / "acts").exists()


def test_a_failed_check_keeps_the_files(save: Save, folder: Path) -> None:
    np.save(folder / "e.npy", np.zeros((SAMPLES, 2)))
    assert save("--expect", "e.npy").code == 1
    assert sorted(os.listdir(folder / "acts")) == LAYERS


def test_help_says_what_is_kept(cli: RunCli) -> None:
    page = " ".join(cli("forward", "--help").out.replace("│", " ").split())
    assert "--save-activations FOLDER Keep every layer's output in this folder: layer_1.npy" in page


def test_a_result_that_cannot_be_completed_leaves_no_layer_in_its_place(
    cli: RunCli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full when the last of them is to be written out."""
    (tmp_path / "net.yaml").write_text("layer_sizes: [2, 3, 1]\nseed: 0\n")
    (tmp_path / "data.csv").write_text("1,2\n3,4\n")
    command = ("forward", "net.yaml", "data.csv", "-o", "out.csv", "--save-activations", "acts")
    real, calls = os.fsync, []

    def full_at_last(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", full_at_last)
    done = cli(*command, cwd=tmp_path)
    assert (done.code, "error[N506]" in done.err) == (5, True)
    assert sorted(os.listdir(tmp_path)) == ["data.csv", "net.yaml"]
    monkeypatch.setattr(os, "fsync", real)
    assert cli(*command, cwd=tmp_path).code == 0
    assert sorted(os.listdir(tmp_path / "acts")) == ["layer_1.npy", "layer_2.npy"]
