"""`nncli forward` on Parquet files: from the file itself only, and in words if it is unusable."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest
from commands import NNCLI, run_apart
from pyarrow import parquet

if TYPE_CHECKING:
    from conftest import RunCli

NET = "layer_sizes: [3, 4, 2]\nactivations: tanh\nseed: 0\n"


def saved(table: pa.Table) -> bytes:
    stream = io.BytesIO()
    parquet.write_table(table, stream, row_group_size=100)
    return stream.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A network, and 700 samples for it as Parquet and as CSV."""
    values = np.random.RandomState(1).standard_normal((700, 3))
    names = [f"id, {number}" for number in range(700)]
    table = pa.table({"id": names, **dict(zip("abc", values.T, strict=True))})
    (tmp_path / "data.parquet").write_bytes(saved(table))
    rows = zip(names, values.tolist(), strict=True)
    lines = [f'"{name}",' + ",".join(map(repr, row)) for name, row in rows]
    (tmp_path / "data.csv").write_text("\n".join(["id,a,b,c", *lines, ""]))
    (tmp_path / "net.yaml").write_text(NET)
    return tmp_path


@pytest.mark.parametrize("form", ["csv", "jsonl", "json", "table", "md"])
@pytest.mark.parametrize("options", [(), ("--limit", "150"), ("--batch-size", "1")])
def test_a_table_gives_what_the_same_table_gives_as_csv(
    cli: RunCli, folder: Path, form: str, options: tuple[str, ...]
) -> None:
    """Some JSON texts and titles name the file."""
    command = ("forward", "net.yaml", "--keep", "id", "--format", form, *options)
    table = cli(*command, "data.parquet", cwd=folder)
    csv = cli(*command, "data.csv", cwd=folder)
    assert (table.code, csv.code, table.err) == (0, 0, "")
    assert table.out == csv.out.replace("data.csv", "data.parquet")


def test_standard_input_may_be_a_parquet_file_but_not_a_pipe(folder: Path) -> None:
    command = [*NNCLI, "forward", "net.yaml", "-", "--drop", "id", "--format", "csv"]
    content = (folder / "data.parquet").read_bytes()
    with (folder / "data.parquet").open("rb") as stream:
        redirected = run_apart(command, cwd=folder, stdin=stream)
    assert (redirected.code, redirected.err) == (0, "")
    assert len(redirected.out.splitlines()) == 701
    piped = run_apart(command, cwd=folder, input=content)
    assert (piped.code, piped.out) == (4, "")
    assert piped.err == (
        "<stdin>: error[N419]: not a usable Parquet file: it is read from its end, "
        "so neither from a pipe nor compressed once more\n"
        "help: name the Parquet file itself\n"
    )


def test_samples_in_columns_are_not_for_parquet(cli: RunCli, folder: Path) -> None:
    done = cli("forward", "net.yaml", "data.parquet", "--samples", "columns", cwd=folder)
    assert (done.code, done.out) == (2, "")
    assert "a Parquet file has columns" in done.err


def test_a_file_that_is_cut_off_leaves_no_output(cli: RunCli, folder: Path) -> None:
    content = (folder / "data.parquet").read_bytes()
    (folder / "cut.parquet").write_bytes(content[:-20])
    command = ("forward", "net.yaml", "cut.parquet", "--drop", "id", "-o", "out.csv")
    done = cli(*command, cwd=folder)
    assert (done.code, done.out) == (4, "")
    assert "cut.parquet: error[N419]: not a usable Parquet file" in done.err
    assert not (folder / "out.csv").exists()


def test_a_pattern_reads_the_parts_of_a_data_set(cli: RunCli, folder: Path) -> None:
    table = parquet.read_table(folder / "data.parquet")
    (folder / "parts").mkdir()
    for number in range(7):
        part = table.slice(number * 100, 100)
        (folder / f"parts/part-{number}.parquet").write_bytes(saved(part))
    command = ("forward", "net.yaml", "--keep", "id", "--format", "csv")
    parts = cli(*command, "parts/*.parquet", cwd=folder)
    assert (parts.code, parts.err) == (0, "")
    assert parts.out == cli(*command, "data.parquet", cwd=folder).out


def test_shapes_counts_the_samples_of_a_table(cli: RunCli, folder: Path) -> None:
    done = cli("shapes", "net.yaml", "data.parquet", "--drop", "id", "--format", "json", cwd=folder)
    assert (done.code, done.json["batch_size"]) == (0, 700)


def test_a_list_of_rejects_has_every_cell_with_its_row(cli: RunCli, tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text("layer_sizes: [2, 1]\nseed: 0\ndtype: float32\n")
    values = [None if row % 3 == 0 else 1e300 if row % 3 == 1 else 1.0 for row in range(9)]
    table = pa.table({"a": [0.0] * 9, "b": values})
    (tmp_path / "bad.parquet").write_bytes(saved(table))
    done = cli("forward", "net.yaml", "bad.parquet", "--rejects", "r.csv", cwd=tmp_path)
    assert done.code == 4
    assert "missing value in column 'b', row 1\n" in done.err
    assert done.err.endswith("… and 1 more problem; r.csv lists all\n")
    assert (tmp_path / "r.csv").read_text().splitlines()[1:] == [
        f"bad.parquet,{row + 1},2,b," + ("N404," if row % 3 == 0 else "N415,1e+300")
        for row in range(9)
        if row % 3 < 2
    ]
