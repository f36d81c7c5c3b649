"""A source, opened: the header is known before anything is chosen, and chunks are values."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from nncli.data import npy_rows
from nncli.data.columns import ColumnChoice, WantedInputs, choose
from nncli.data.opened import DataOptions, open_source
from nncli.data.rows import Rows, read_chunk, text_list
from nncli.files import STDIN

ROWS = 3000


def written(folder: Path, name: str) -> Path:
    path = folder / name
    values = np.arange(2.0 * ROWS).reshape(ROWS, 2) / 8
    texts = [f"text, {number}" for number in range(ROWS)]
    if name.endswith(".npy"):
        np.save(path, np.asarray(values, order="F" if "fortran" in name else "C"))
    elif name.endswith(".parquet"):
        table = {"a": values[:, 0], "b": values[:, 1], "id": texts}
        parquet.write_table(pa.table(table), str(path), row_group_size=1000)
    else:
        lines = [f'{a},{b},"{text}"' for (a, b), text in zip(values, texts, strict=True)]
        path.write_text("\n".join(["a,b,id", *lines, ""]))
    return path


@pytest.mark.parametrize("name", ["b.csv", "b.npy", "fortran.npy", "b.parquet"])
def test_chunks_can_be_sent_and_read_in_any_order(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(npy_rows, "_CHUNK_BYTES", 2**14)
    monkeypatch.setattr("nncli.data.csv.cutting.CHUNK_BYTES", 2**13)
    monkeypatch.setattr("nncli.data.source_bytes._CHUNK_BYTES", 2**12)
    monkeypatch.setattr("nncli.data.parquet._MAX_ROWS", 1000)
    path = written(tmp_path, name)
    choice = ColumnChoice(keep=() if name.endswith(".npy") else ("id",))
    with open_source(str(path), DataOptions()) as opened:
        selection = choose(opened.header, choice, WantedInputs(2))
        sent = [pickle.dumps(chunk) for chunk in opened.samples(selection).chunks]
    path.unlink()
    assert len(sent) > 2
    read = [read_chunk(pickle.loads(chunk)) for chunk in reversed(sent)][::-1]  # noqa: S301  # ours
    rows = [part for part in read if isinstance(part, Rows)]
    assert len(rows) == len(sent)
    column = np.concatenate([part.columns[1] for part in rows])
    assert column.tolist() == [(2 * number + 1) / 8 for number in range(ROWS)]
    if choice.keep:
        texts = [text for part in rows for text in text_list(part.kept[0])]
        assert texts == [f"text, {number}" for number in range(ROWS)]


def test_the_header_is_known_before_a_row_is_read(tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    path.write_text("a,b\n1,x\n")
    with open_source(str(path), DataOptions()) as opened:
        assert (opened.header.names, opened.header.named) == (("a", "b"), True)
        look = opened.look(str(path))
        assert look is not None
        assert look.content == b"a,b\n1,x\n"
        assert opened.look(STDIN) is None
