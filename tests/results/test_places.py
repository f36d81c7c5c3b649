"""Results into files: the one CSV form, NPY, and the whole new file or none of it."""

from __future__ import annotations

import csv
import errno
import io
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from whole_reading import read_batch

from nncli.data.columns import ColumnChoice, WantedInputs
from nncli.data.opened import DataOptions
from nncli.errors import FileError
from nncli.problems import Problem
from nncli.results.csv import csv_chunks
from nncli.results.places import (
    OutputTarget,
    check_output,
    is_file_name,
    leftovers,
    write_output,
)

ROOT_USER = os.geteuid() == 0
IDENTITY = """\
inputs: 2
layers:
  - {neurons: 2, weights: [[1, 0], [0, 1]], biases: [0, 0]}
"""


def csv_text(
    values: npt.ArrayLike,
    names: list[str] | None = None,
    kept: Mapping[str, tuple[str, ...]] | None = None,
    dtype: npt.DTypeLike = np.float64,
) -> str:
    array = np.array(values, dtype)
    names = names or [f"output_{i + 1}" for i in range(array.shape[1])]
    return b"".join(csv_chunks(kept or {}, names, array)).decode()


# ------------------------------------------------------------------------------ the CSV form


@given(npst.arrays(np.float64, st.tuples(st.integers(1, 8), st.just(1))))
def test_numbers_are_written_as_pyarrow_itself_writes_them(values: npt.NDArray[np.float64]) -> None:
    sink = pa.BufferOutputStream()
    pyarrow.csv.write_csv(pa.table({"y": pa.array(values[:, 0])}), sink)
    theirs = sink.getvalue().to_pybytes().decode()
    assert csv_text(values, ["y"]) == theirs.replace('"y"', "y")


@given(
    st.sampled_from([np.float64, np.float32]).flatmap(
        lambda dtype: npst.arrays(dtype, st.tuples(st.integers(1, 6), st.integers(1, 3)))
    )
)
def test_every_number_reads_back_to_the_same_bits(values: npt.NDArray[np.floating[Any]]) -> None:
    rows = list(csv.reader(io.StringIO(csv_text(values, dtype=values.dtype))))[1:]
    back = np.array([[float(cell) for cell in row] for row in rows], values.dtype)
    assert back.shape == values.shape
    np.testing.assert_array_equal(back, values)
    numbers = ~np.isnan(values)
    assert back[numbers].tobytes() == values[numbers].tobytes()


@given(npst.arrays(np.float32, st.integers(1, 5), elements=st.floats(width=32, allow_nan=False)))
def test_no_shorter_text_would_do_for_a_float32(values: npt.NDArray[np.float32]) -> None:
    for line in csv_text(values.reshape(-1, 1), dtype=np.float32).splitlines()[1:]:
        digits = line.lower().partition("e")[0].strip("-").replace(".", "").strip("0")
        number = np.float32(line)
        if np.isfinite(number) and len(digits) > 1:
            shorter = np.float32(f"{number:.{len(digits) - 2}e}")
            assert shorter != number


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@given(
    st.integers(1, 4).flatmap(
        lambda rows: st.dictionaries(
            TEXTS, st.lists(TEXTS, min_size=rows, max_size=rows).map(tuple), min_size=1, max_size=3
        )
    )
)
def test_carried_texts_are_read_back_by_pythons_csv_module(
    kept: dict[str, tuple[str, ...]],
) -> None:
    rows = len(next(iter(kept.values())))
    text = csv_text([[float(i)] for i in range(rows)], ["y"], kept)
    found = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert found[0] == [*kept, "y"]
    assert [row[-1] for row in found[1:]] == [str(i) for i in range(rows)]
    assert [tuple(column) for column in zip(*found[1:], strict=True)][:-1] == list(kept.values())


Cli = Callable[..., Any]
Write = Callable[[str, str | bytes], Path]

# no -0: adding the other column's 0 · x makes it 0
EDGES = [1.0, 0.0, 0.1, 1e-7, 5e-324, 1.7976931348623157e308, 1 / 3, -2.5e-10, 123456789.125]


def test_csv_through_the_identity_is_a_fixpoint(cli: Cli, write: Write, tmp_path: Path) -> None:
    spec = write("identity.yaml", IDENTITY)
    rows = "".join(
        f"id{i},{x!r},{y!r}\n" for i, (x, y) in enumerate(zip(EDGES, EDGES[::-1], strict=True))
    )
    first = write("first.csv", "id,a,b\n" + rows)
    second, third = tmp_path / "second.csv", tmp_path / "third.csv"
    assert cli("forward", spec, first, "--keep", "id", "-o", second, "-q").code == 0
    assert cli("forward", spec, second, "--keep", "id", "-o", third, "-q").code == 0
    assert third.read_bytes() == second.read_bytes()
    batch = read_batch(str(third), DataOptions(), ColumnChoice(keep=("id",)), WantedInputs(2))
    assert batch.values.tobytes() == np.array([EDGES, EDGES[::-1]]).T.copy().tobytes()
    assert batch.kept == {"id": tuple(f"id{i}" for i in range(len(EDGES)))}


def test_the_same_bytes_come_out_on_standard_output_and_in_a_file(
    cli: Cli, write: Write, tmp_path: Path
) -> None:
    spec, data = write("identity.yaml", IDENTITY), write("data.csv", "a,b\n0.1,1e-7\n-1,3\n")
    on_stdout = cli("forward", spec, data, "--format", "csv")
    dashed = cli("forward", spec, data, "-o", "-")
    assert cli("forward", spec, data, "-o", tmp_path / "out.csv").code == 0
    assert on_stdout.out == dashed.out == (tmp_path / "out.csv").read_text()
    assert on_stdout.out == "output_1,output_2\n0.1,1e-7\n-1,3\n"


# ------------------------------------------------------------------------------ where to write


def refused(path: str | Path, *inputs: str | Path, force: bool = False) -> Problem:
    with pytest.raises(FileError) as caught:
        check_output(str(path), map(str, inputs), force=force)
    (problem,) = caught.value.problems
    return problem


def target_at(path: str | Path, *, force: bool = False) -> OutputTarget:
    return check_output(str(path), [], force=force)


def written(path: str | Path, content: bytes = b"new\n", *, force: bool = False) -> None:
    write_output(target_at(path, force=force), [content[:2], content[2:]])


@contextmanager
def mask(value: int) -> Iterator[None]:
    before = os.umask(value)
    try:
        yield
    finally:
        os.umask(before)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_relative_name_is_written_into_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    written("out.csv")
    assert (tmp_path / "out.csv").read_bytes() == b"new\n"


def test_an_existing_file_is_refused_without_force_and_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_bytes(b"old\n")
    problem = refused(path)
    assert problem.code == "N504"
    assert "--force" in " ".join(problem.help)
    assert path.read_bytes() == b"old\n"


def test_force_replaces_the_content_and_keeps_the_mode(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_bytes(b"old and longer than the new one\n")
    path.chmod(0o640)
    with mask(0o077):
        written(path, force=True)
    assert path.read_bytes() == b"new\n"
    assert mode_of(path) == 0o640
    assert os.listdir(tmp_path) == ["out.csv"]


def test_force_on_a_new_file_is_no_error(tmp_path: Path) -> None:
    written(tmp_path / "out.csv", force=True)
    assert (tmp_path / "out.csv").read_bytes() == b"new\n"


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_a_new_file_honours_the_umask(tmp_path: Path, umask: int, mode: int) -> None:
    path = tmp_path / "out.csv"
    with mask(umask):
        written(path)
    assert mode_of(path) == mode


def test_a_symlink_is_written_through_and_stays_one(tmp_path: Path) -> None:
    target, link = tmp_path / "folder" / "real.csv", tmp_path / "link.csv"
    target.parent.mkdir()
    target.write_bytes(b"old\n")
    link.symlink_to(target)
    assert refused(link).code == "N504"
    written(link, force=True)
    assert link.is_symlink()
    assert target.read_bytes() == b"new\n"
    assert os.listdir(target.parent) == ["real.csv"]


def test_a_symlink_to_nothing_makes_its_target(tmp_path: Path) -> None:
    link = tmp_path / "link.csv"
    link.symlink_to("real.csv")
    written(link)
    assert link.is_symlink()
    assert (tmp_path / "real.csv").read_bytes() == b"new\n"


def test_a_circle_of_symlinks_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.csv").symlink_to("b.csv")
    (tmp_path / "b.csv").symlink_to("a.csv")
    assert refused(tmp_path / "a.csv").code == "N506"


def test_a_fifo_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    fifo = tmp_path / "pipe"
    os.mkfifo(fifo)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(fifo.read_bytes()), daemon=True)
    reader.start()
    written(fifo)
    reader.join(10)
    assert read == [b"new\n"]
    assert stat.S_ISFIFO(fifo.stat().st_mode)


def test_a_device_is_written_to_and_not_replaced() -> None:
    written("/dev/null")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full here")
def test_a_full_device_is_an_error() -> None:
    with pytest.raises(FileError) as caught:
        written("/dev/full")
    (problem,) = caught.value.problems
    assert problem.code == "N506"
    assert "space" in problem.message.lower()


@pytest.mark.parametrize("force", [True, False])
def test_an_input_is_never_overwritten_by_whatever_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, force: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    data = tmp_path / "data.csv"
    data.write_bytes(b"old\n")
    Path("link.csv").symlink_to("data.csv")
    Path("hard.csv").hardlink_to("data.csv")
    for name in (
        "data.csv",
        "./data.csv",
        str(data),
        f"../{tmp_path.name}/data.csv",
        "link.csv",
        "hard.csv",
    ):
        problem = refused(name, "missing.yaml", "data.csv", force=force)
        assert (problem.code, "input" in problem.message) == ("N505", True)
    assert refused("data.csv", "link.csv", force=force).code == "N505"
    assert data.read_bytes() == b"old\n"


def test_a_missing_folder_is_named_with_the_command_that_makes_it(tmp_path: Path) -> None:
    problem = refused(tmp_path / "none" / "out.csv")
    assert problem.code == "N501"
    assert problem.place is not None
    assert problem.place.file == str(tmp_path / "none")
    assert f"mkdir -p {tmp_path / 'none'}" in " ".join(problem.help)


def test_the_command_that_makes_a_folder_survives_a_blank_in_its_name(tmp_path: Path) -> None:
    problem = refused(tmp_path / "my results" / "out.csv")
    assert f"mkdir -p '{tmp_path / 'my results'}'" in " ".join(problem.help)


def test_the_missing_folder_behind_a_symlink_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("link.csv").symlink_to("none/out.csv")
    problem = refused("link.csv")
    assert problem.code == "N501"
    assert problem.place is not None
    assert "none" in problem.place.file


def test_a_folder_is_no_output(tmp_path: Path) -> None:
    assert refused(tmp_path, force=True).code == "N502"


def test_a_file_in_place_of_the_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert refused(tmp_path / "file" / "out.csv").code in {"N501", "N502"}


def test_a_nul_in_the_name_and_a_name_that_is_too_long_are_errors(tmp_path: Path) -> None:
    assert refused(f"{tmp_path}/a\0b").code == "N501"
    assert refused(tmp_path / ("x" * 300)).code == "N506"


@pytest.mark.skipif(ROOT_USER, reason="root may write everywhere")
def test_a_folder_without_permission_is_an_error(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        assert refused(tmp_path / "out.csv").code == "N503"
    finally:
        tmp_path.chmod(0o700)


def test_a_name_of_255_characters_can_be_written(tmp_path: Path) -> None:
    written(tmp_path / ("x" * 251 + ".csv"))
    assert len(os.listdir(tmp_path)) == 1


def test_what_may_become_a_file_is_told_from_what_cannot(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert is_file_name(str(tmp_path / "file"))
    assert is_file_name(str(tmp_path / "new"))
    assert not is_file_name(str(tmp_path))
    assert not is_file_name("/dev/null")


# ------------------------------------------------------------------------------ faults midway


def interrupted(error: BaseException, before: int) -> Iterator[bytes]:
    for _ in range(before):
        yield b"x" * 100_000  # more than any buffer
    raise error


@pytest.mark.parametrize("chunks", [0, 1, 3])
@pytest.mark.parametrize("existing", [True, False])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EFBIG])
def test_a_failing_write_leaves_what_was_there_and_no_temporary_file(
    tmp_path: Path, chunks: int, existing: bool, code: int
) -> None:
    path = tmp_path / "out.csv"
    if existing:
        path.write_bytes(b"old\n")
    target = target_at(path, force=existing)
    with pytest.raises(FileError) as caught:
        write_output(target, interrupted(OSError(code, os.strerror(code)), chunks))
    assert [problem.code for problem in caught.value.problems] == ["N506"]
    assert os.listdir(tmp_path) == (["out.csv"] if existing else [])
    if existing:
        assert path.read_bytes() == b"old\n"


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(3), MemoryError(), ValueError()])
def test_an_interruption_leaves_what_was_there_and_goes_on(
    tmp_path: Path, error: BaseException
) -> None:
    path = tmp_path / "out.csv"
    path.write_bytes(b"old\n")
    with pytest.raises(type(error)):
        write_output(target_at(path, force=True), interrupted(error, 2))
    assert path.read_bytes() == b"old\n"
    assert os.listdir(tmp_path) == ["out.csv"]


@pytest.mark.parametrize("name", ["fsync", "replace", "fchmod", "link"])
@pytest.mark.parametrize("code", [errno.EIO, errno.EXDEV, errno.EROFS, errno.ETXTBSY])
def test_a_failing_last_step_is_a_failed_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, code: int
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    path = tmp_path / "out.csv"
    force = name != "link"
    if force:
        path.write_bytes(b"old\n")
    target = target_at(path, force=force)
    monkeypatch.setattr(os, name, fail)
    with pytest.raises(FileError) as caught:
        write_output(target, [b"new\n"])
    assert caught.value.exit_code == 5
    assert os.listdir(tmp_path) == (["out.csv"] if force else [])
    assert not force or path.read_bytes() == b"old\n"


def test_a_file_system_without_hard_links_is_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", fail)
    written(tmp_path / "out.csv")
    assert (tmp_path / "out.csv").read_bytes() == b"new\n"
    assert os.listdir(tmp_path) == ["out.csv"]


def test_a_file_that_appears_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    target = target_at(path)
    path.write_bytes(b"somebody else's\n")
    with pytest.raises(FileError) as caught:
        write_output(target, [b"new\n"])
    assert [problem.code for problem in caught.value.problems] == ["N504"]
    assert path.read_bytes() == b"somebody else's\n"
    assert os.listdir(tmp_path) == ["out.csv"]


def test_a_folder_that_goes_away_meanwhile_is_an_error(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    target = target_at(folder / "out.csv")
    folder.rmdir()
    with pytest.raises(FileError):
        write_output(target, [b"new\n"])


def test_the_old_content_is_in_place_until_the_new_one_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    path.write_bytes(b"old\n")
    seen: list[bytes] = []

    def chunks() -> Iterator[bytes]:
        for _ in range(3):
            seen.append(path.read_bytes())
            yield b"n" * 100_000

    write_output(target_at(path, force=True), chunks())
    assert seen == [b"old\n"] * 3
    assert path.read_bytes() == b"n" * 300_000


def test_what_a_killed_run_left_is_found_and_what_a_running_one_writes_is_not(
    tmp_path: Path,
) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"],
        capture_output=True,
        check=True,
        encoding="utf-8",
    ).stdout.strip()
    names = [f".nncli-{ended}-0123abcd.tmp", f".nncli-{os.getpid()}-0123abcd.tmp"]
    others = [".nncli-x-0123abcd.tmp", f"nncli-{ended}-0123abcd.tmp", f".nncli-{ended}-0123abcd"]
    for name in (*names, *others, f".nncli-{10**30}-0123abcd.tmp"):
        (tmp_path / name).touch()
    found = leftovers(target_at(tmp_path / "out.csv"))
    assert found == tuple(
        str(tmp_path / f".nncli-{number}-0123abcd.tmp") for number in sorted((ended, str(10**30)))
    )
    assert leftovers(target_at(Path("/dev/null"))) == ()


def test_a_leftover_is_told_of_once_and_left_alone(
    cli: Cli, files: tuple[Path, Path], tmp_path: Path
) -> None:
    left = tmp_path / f".nncli-{10**30}-0123abcd.tmp"
    left.touch()
    for out in ("a.csv", "b.csv"):
        done = cli("forward", *files, "-o", tmp_path / out)
        assert done.code == 0
        assert f"note: {left} was left by a run that was killed" in done.err
    assert "note" not in cli("forward", *files, "-o", tmp_path / "c.csv", "-q").err
    assert left.exists()


# ------------------------------------------------------------------------------ on the command line


@pytest.fixture
def files(write: Write) -> tuple[Path, Path]:
    return write("identity.yaml", IDENTITY), write("data.csv", "a,b\n1,2\n")


def test_the_command_line_refuses_an_existing_output(
    cli: Cli, files: tuple[Path, Path], tmp_path: Path
) -> None:
    out = tmp_path / "out.csv"
    out.write_bytes(b"old\n")
    done = cli("forward", *files, "-o", out)
    assert (done.code, done.out) == (5, "")
    assert done.err.startswith(f"{out}: error[N504]: ")
    assert out.read_bytes() == b"old\n"
    assert cli("forward", *files, "-o", out, "--force").code == 0
    assert out.read_bytes() == b"output_1,output_2\n1,2\n"


def test_the_command_line_never_overwrites_what_it_reads(
    cli: Cli, files: tuple[Path, Path], write: Write
) -> None:
    spec, data = files
    expected = write("expected.csv", "1,2\n")
    for path in (spec, data, expected):
        before = path.read_bytes()
        options = ("-o", path, "--force", "--format", "csv", "--expect", expected)
        done = cli("forward", spec, data, *options)
        assert (done.code, "error[N505]" in done.err) == (5, True)
        assert path.read_bytes() == before


def test_data_that_is_redirected_into_standard_input_is_not_overwritten(
    files: tuple[Path, Path],
) -> None:
    spec, data = files
    before = data.read_bytes()
    with data.open("rb") as stdin:
        done = subprocess.run(
            [sys.executable, "-m", "nncli", "forward", spec, "-", "-o", data, "--force"],
            stdin=stdin,
            capture_output=True,
            check=False,
        )
    assert done.returncode == 5
    assert data.read_bytes() == before


def test_a_device_gets_csv_and_standard_output_nothing(cli: Cli, files: tuple[Path, Path]) -> None:
    done = cli("forward", *files, "-o", "/dev/null")
    assert (done.code, done.out) == (0, "")


def test_wrong_data_leaves_no_output(
    cli: Cli, files: tuple[Path, Path], write: Write, tmp_path: Path
) -> None:
    broken = write("broken.csv", "a,b\n1,2\n1,x\n")
    before = sorted(os.listdir(tmp_path))
    assert cli("forward", files[0], broken, "-o", tmp_path / "out.csv").code == 4
    assert sorted(os.listdir(tmp_path)) == before
