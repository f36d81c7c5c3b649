"""Several files as one stream: the same columns, and the samples of one after the other's."""

from __future__ import annotations

import gzip
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet
from whole_reading import open_samples

from nncli.data.batch import gathered
from nncli.data.columns import ColumnChoice, WantedInputs, choose
from nncli.data.opened import DataOptions
from nncli.data.rows import text_list
from nncli.data.several_sources import open_sources
from nncli.data.source_bytes import FirstLook, open_stream
from nncli.data.stream import SampleStream
from nncli.errors import DataError, FileError

Write = Callable[[str, str | bytes], Path]
Samples = tuple[list[list[float]], list[list[str]]]


def values_of(stream: SampleStream) -> Samples:
    """Return all of a stream: a list of values for each feature, of texts for each kept column."""
    rows = gathered(stream)
    return [column.tolist() for column in rows.columns], [text_list(texts) for texts in rows.kept]


def read(*paths: Path, width: int = 2, keep: tuple[str, ...] = ()) -> Samples:
    choice = ColumnChoice(keep=keep)
    with open_samples(list(map(str, paths)), DataOptions(), choice, WantedInputs(width)) as stream:
        return values_of(stream)


def refused(*paths: Path, width: int = 2) -> DataError:
    with pytest.raises(DataError) as caught:
        read(*paths, width=width)
    return caught.value


def told(error: DataError) -> list[tuple[str, str, int | None]]:
    """Return the code, the file's name and the line of each problem."""
    return [
        (problem.code, Path(problem.place.file).name, problem.place.line)
        for problem in error.problems
        if problem.place is not None
    ]


# ------------------------------------------------------------------- samples follow each other

cells = st.sampled_from(["0", "-1.5", "1e-7", " 2 ", "nan", "-0", "3.25"])
texts = st.sampled_from(["", "x", '"a,b"', '"two\nlines"', '"""q"""', "é"])
rows = st.lists(st.tuples(cells, texts, cells), min_size=1, max_size=12)
line_ends = st.sampled_from(["\n", "\r\n"])


@settings(max_examples=60)
@given(rows=rows, cuts=st.lists(st.integers(0, 12), max_size=4), end=line_ends, data=st.data())
def test_parts_of_a_file_give_what_the_whole_gives(
    rows: list[tuple[str, str, str]], cuts: list[int], end: str, data: st.DataObject
) -> None:
    lines = [",".join(row) for row in rows]
    borders = [0, *sorted(min(cut, len(lines)) for cut in cuts), len(lines)]
    with TemporaryDirectory() as folder:
        whole = Path(folder, "whole.csv")
        whole.write_bytes("\n".join(["a,id,b", *lines, ""]).encode())
        parts = []
        for number, (start, stop) in enumerate(pairwise(borders)):
            content = end.join(["a,id,b", *lines[start:stop]]).encode()
            closed = data.draw(st.booleans()) or start == stop
            content += end.encode() if closed else b""
            content = data.draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) + content
            part = Path(folder, f"part{number}.csv")
            part.write_bytes(gzip.compress(content) if data.draw(st.booleans()) else content)
            parts.append(part)
        one, several = read(whole, keep=("id",)), read(*parts, keep=("id",))
    assert repr(several) == repr(one)  # nan is itself, -0.0 is not 0.0


@pytest.mark.parametrize("large", [0, 1, 2])
def test_a_part_that_arrow_reads_and_parts_that_it_does_not_make_one_column(
    tmp_path: Path, large: int
) -> None:
    lengths = [20_000 if number == large else 3 for number in range(3)]
    expected: list[list[str]] = []
    paths = []
    for number, length in enumerate(lengths):
        lines = [[f"{number}.{i}", f"text {i}", f"{i}e-3"] for i in range(length)]
        paths.append(tmp_path / f"{number}.csv")
        paths[-1].write_text("a,id,b\n" + "".join(",".join(line) + "\n" for line in lines))
        expected += lines
    assert paths[large].stat().st_size > 2**18
    (a, b), (kept,) = read(*paths, keep=("id",))
    assert a == [float(line[0]) for line in expected]
    assert b == [float(line[2]) for line in expected]
    assert kept == [line[1] for line in expected]


def test_files_of_several_kinds_with_the_same_names_go_together(write: Write) -> None:
    table = pa.table({"id": ["p, q", None], "a": [3.0, 5.0], "b": [4, 6]})
    parquet.write_table(table, str(write("b.parquet", b"")))
    first, third = write("a.csv", "id,a,b\nx,1,2\n"), write("c.tsv", "id\ta\tb\nz\t7\t8\n")
    assert read(first, first.parent / "b.parquet", third, keep=("id",)) == (
        [[1, 3, 5, 7], [2, 4, 6, 8]],
        [["x", "p, q", "", "z"]],
    )


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("npy_first", [True, False])
def test_an_npy_file_goes_with_a_file_without_a_header(
    write: Write, order: str, npy_first: bool
) -> None:
    csv, npy = write("a.csv", "1,2\n"), write("b.npy", b"")
    np.save(npy, np.asarray(np.array([[3, 4], [5, 6]], "<i2"), order=order))  # type: ignore[call-overload]  # "C" or "F"
    if npy_first:
        assert read(npy, csv) == ([[3, 5, 1], [4, 6, 2]], [])
    else:
        assert read(csv, npy) == ([[1, 3, 5], [2, 4, 6]], [])


def test_an_npy_file_does_not_go_with_a_header(write: Write) -> None:
    csv, npy = write("a.csv", "a,b\n1,2\n"), write("b.npy", b"")
    np.save(npy, np.ones((1, 2)))
    assert told(refused(csv, npy)) == [("N418", "b.npy", None)]


def test_a_pipe_may_follow_a_file(write: Write) -> None:
    first = write("a.csv", "a,b\n1,2\n")
    fifo = first.parent / "fifo"
    os.mkfifo(fifo)
    writer = threading.Thread(target=lambda: fifo.write_text("a,b\n3,4\n"), daemon=True)
    writer.start()
    assert read(first, fifo, write("c.csv", "a,b\n5,6\n")) == ([[1, 3, 5], [2, 4, 6]], [])
    writer.join(timeout=30)


def test_the_stream_knows_its_sources_its_size_and_where_it_is(write: Write) -> None:
    paths = [write("a.csv", "a,b\n1,2\n"), write("b.csv", "a,b\n3,4\n5,6\n")]
    sources = list(map(str, paths))
    with open_samples(sources, DataOptions(), ColumnChoice(), WantedInputs(2)) as stream:
        assert stream.sources == tuple(sources)
        assert stream.progress.size == sum(path.stat().st_size for path in paths)
        values_of(stream)
        assert stream.progress.position() == stream.progress.size


def test_no_more_than_two_files_are_open_at_a_time(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [write(f"{number}.csv", f"a,b\n{number},0\n") for number in range(6)]
    now, most = 0, 0
    real = open_stream

    @contextmanager
    def counted(source: str, stdin: BinaryIO | None) -> Iterator[BinaryIO]:
        nonlocal now, most
        with real(source, stdin) as stream:
            now += 1
            most = max(now, most)
            yield stream
        now -= 1

    monkeypatch.setattr("nncli.data.opened.open_stream", counted)
    assert read(*paths)[0][0] == [0, 1, 2, 3, 4, 5]
    assert (most, now) == (2, 0)


def test_blank_lines_of_all_files_are_counted_in_one_note(write: Write) -> None:
    paths = [
        write("a.csv", "\na,b\n\n1,2\n\n"),
        write("b.csv", "a,b\n3,4\n"),
        write("c.csv", "\n\na,b\n5,6\n\n\n"),
    ]
    with open_samples(
        list(map(str, paths)), DataOptions(), ColumnChoice(), WantedInputs(2)
    ) as stream:
        values_of(stream)
        assert [note.message for note in stream.notes()] == ["7 blank lines were skipped"]


def test_columns_are_chosen_in_the_first_file_for_all(write: Write) -> None:
    paths = [str(write(name, f"x,y,z\n{name[0]},2,3\n")) for name in ("1.csv", "4.csv")]
    choice = ColumnChoice(columns=("z", "1"))
    with open_samples(paths, DataOptions(), choice, WantedInputs(2)) as stream:
        assert stream.columns == ("z", "x")
        assert values_of(stream)[0] == [[3, 3], [1, 4]]


# ------------------------------------------------------------------------- columns that differ


@pytest.mark.parametrize(
    ("first", "other", "words"),
    [
        ("a,b\n1,2\n", "a,b,c\n1,2,3\n", "3 columns here, 2 in"),
        ("a,b\n1,2\n", "a\n1\n", "1 column here, 2 in"),
        ("a,b\n1,2\n", "a,c\n1,2\n", "column 2 is 'c' here, 'b' in"),
        ("a,b\n1,2\n", "b,a\n1,2\n", "column 1 is 'b' here, 'a' in"),
        ("a,b\n1,2\n", "1,2\n", "no header here, but one in"),
        ("1,2\n", "a,b\n1,2\n", "a header here, none in"),
        ("1,2\n", "1,2,3\n", "3 columns here, 2 in"),
        ("a,b\n1,2\n", "a;b\n1;2\n", "1 column here, 2 in"),
        ("a,b\n1,2\n", "A,b\n1,2\n", "column 1 is 'A' here, 'a' in"),
    ],
)
def test_columns_that_differ_from_the_first_files_are_refused_at_their_line(
    write: Write, first: str, other: str, words: str
) -> None:
    paths = write("a.csv", first), write("b.csv", f"\n{other}")
    error = refused(*paths)
    assert told(error) == [("N418", "b.csv", 2)]
    assert error.problems[0].message == f"{words} {paths[0]}"
    assert error.problems[0].help


def test_columns_are_compared_before_any_sample_is_read(write: Write) -> None:
    paths = [write("a.csv", "a,b\n1,oops\n"), write("b.csv", "b,a\n1,2\n")]
    assert told(refused(*paths)) == [("N418", "b.csv", 1)]


def test_the_first_five_files_that_differ_are_told_and_the_others_counted(write: Write) -> None:
    others = [write(f"b{number}.csv", "b,a\n1,2\n") for number in range(8)]
    error = refused(write("a.csv", "a,b\n1,2\n"), *others)
    assert told(error) == [("N418", f"b{number}.csv", 1) for number in range(5)]
    assert error.more == 3


def test_a_pipe_that_differs_is_refused_when_it_is_its_turn(write: Write) -> None:
    first = write("a.csv", "a,b\n1,2\n")
    fifo = first.parent / "fifo"
    os.mkfifo(fifo)
    writer = threading.Thread(target=lambda: fifo.write_text("b,a\n3,4\n"), daemon=True)
    writer.start()
    assert told(refused(first, fifo)) == [("N418", "fifo", 1)]
    writer.join(timeout=30)


# -------------------------------------------------------------------------- faults in some files


def test_a_file_with_a_header_alone_is_fine_among_others(write: Write) -> None:
    paths = [write("a.csv", "a,b\n"), write("b.csv", "a,b\n1,2\n"), write("c.csv", "a,b")]
    assert read(*paths) == ([[1], [2]], [])


def test_headers_alone_are_no_data(write: Write) -> None:
    error = refused(write("a.csv", "a,b\n"), write("b.csv", "a,b\n"))
    assert told(error) == [("N402", "a.csv", 1)]


@pytest.mark.parametrize("content", ["", "\n\n"])
def test_an_empty_file_is_refused_wherever_it_stands(write: Write, content: str) -> None:
    full, empty = write("a.csv", "a,b\n1,2\n"), write("b.csv", content)
    for paths in ((full, empty), (empty, full)):
        assert [place[:2] for place in told(refused(*paths))] == [("N401", "b.csv")]


def test_problems_are_told_in_the_file_that_they_are_in(write: Write) -> None:
    paths = [
        write("a.csv", "a,b\n1,x\n"),
        write("b.csv", "a,b\n1,2\n"),
        write("c.csv", "a,b\n3,4\n5,6,7\n"),
    ]
    with open_sources(list(map(str, paths)), DataOptions()) as opened:
        stream = opened.samples(choose(opened.header, ColumnChoice(), WantedInputs(2)))
        with pytest.raises(DataError) as caught:
            gathered(stream)
        looks = [opened.look(str(path)) for path in paths]
    assert told(caught.value) == [("N404", "a.csv", 2), ("N403", "c.csv", 3)]
    assert looks == [FirstLook(path.read_bytes(), complete=True) for path in paths]


def test_problems_beyond_the_first_few_are_counted_over_all_files(write: Write) -> None:
    paths = [write(f"{name}.csv", "a,b\n" + "1,x\n" * 40) for name in "ab"]
    error = refused(*paths)
    assert len(error.problems) + error.more == 80


def test_a_broken_part_is_told_after_the_faults_before_it(write: Write) -> None:
    whole = gzip.compress(b"a,b\n" + b"3,4\n" * 1000)
    paths = write("a.csv", "a,b\n1,x\n"), write("b.csv.gz", whole[:-10])
    assert [place[:2] for place in told(refused(*paths))] == [
        ("N404", "a.csv"),
        ("N416", "b.csv.gz"),
    ]


def test_a_truncated_array_is_told_after_the_faults_before_it(write: Write) -> None:
    content = write("b.npy", b"")
    np.save(content, np.ones((9, 2)))
    broken = write("b.npy.gz", gzip.compress(content.read_bytes()[:-1]))
    paths = write("a.csv", "1,2\nx,4\n"), broken
    assert [place[:2] for place in told(refused(*paths))] == [
        ("N404", "a.csv"),
        ("N414", "b.npy.gz"),
    ]


def test_a_pipe_that_differs_is_told_after_the_faults_before_it(write: Write) -> None:
    first = write("a.csv", "a,b\n1,x\n")
    fifo = first.parent / "fifo"
    os.mkfifo(fifo)
    writer = threading.Thread(target=lambda: fifo.write_text("b,a\n3,4\n"), daemon=True)
    writer.start()
    assert told(refused(first, fifo)) == [("N404", "a.csv", 2), ("N418", "fifo", 1)]
    writer.join(timeout=30)


def test_the_limit_on_what_is_held_counts_all_files(write: Write) -> None:
    content = "a,b\n" + "1,2\n" * 25  # 104 bytes
    paths = [write(f"{name}.csv", content) for name in "abc"]
    wanted, choice = WantedInputs(2), ColumnChoice()
    for limit, fits in ((312, True), (311, False)):
        options = DataOptions(max_bytes=limit)
        with open_samples(list(map(str, paths)), options, choice, wanted) as stream:
            if fits:
                assert len(values_of(stream)[0][0]) == 75
                continue
            with pytest.raises(DataError) as caught:
                values_of(stream)
            assert told(caught.value) == [("N412", "c.csv", None)]


@pytest.mark.parametrize("files", [("a.csv", "none.csv"), ("a.csv", "b.csv", "none.csv")])
def test_a_missing_file_is_found_before_any_sample_is_read(
    write: Write, files: tuple[str, ...]
) -> None:
    folder = write("a.csv", "a,b\n1,2\n").parent
    write("b.csv", "a,b\n1,2\n")
    paths = [str(folder / name) for name in files]
    opening = open_samples(paths, DataOptions(), ColumnChoice(), WantedInputs(2))
    with pytest.raises(FileError) as caught, opening:
        pytest.fail("opened")
    assert [problem.code for problem in caught.value.problems] == ["N501"]


def test_a_folder_among_files_is_found_before_any_sample_is_read(write: Write) -> None:
    first = write("a.csv", "a,b\n1,2\n")
    paths = [str(first), str(first.parent)]
    opening = open_samples(paths, DataOptions(), ColumnChoice(), WantedInputs(2))
    with pytest.raises(FileError) as caught, opening:
        pytest.fail("opened")
    assert [problem.code for problem in caught.value.problems] == ["N502"]
