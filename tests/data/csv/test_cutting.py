"""A file cut into blocks: every row whole, every line numbered, and the same verdict as uncut."""

from __future__ import annotations

import io
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from whole_reading import Table, read_table

from nncli.data import source_bytes
from nncli.data.columns import Header, Selection
from nncli.data.csv import cutting
from nncli.data.csv import source as source_room
from nncli.data.csv.cutting import TextChunk, text_chunks
from nncli.data.csv.format import CsvFormat
from nncli.data.csv.lines import FILE_START, Start
from nncli.data.rejects import Reject
from nncli.data.rows import text_list
from nncli.data.source_bytes import Content
from nncli.errors import DataError
from nncli.problems import Place, Problem

FILE = "data.csv"


def cut(content: bytes, encoding: str = "utf-8", chunk: int = 7) -> list[TextChunk]:
    chunks = (content[start : start + chunk] for start in range(0, len(content), chunk))
    return list(text_chunks(chunks, CsvFormat(FILE, encoding=encoding), lambda: True))


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks are of a few bytes, and all go to the fast lane first."""
    monkeypatch.setattr(cutting, "CHUNK_BYTES", 16)
    monkeypatch.setattr(source_room, "_FAST_BYTES", 0)
    monkeypatch.setattr(source_bytes, "_CHUNK_BYTES", 8)
    monkeypatch.setattr(source_bytes, "HEAD_BYTES", 8)


def physical_lines(content: bytes) -> int:
    return len(content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")) - 1


pieces_of_csv = st.sampled_from(
    [b"1", b"2.5", b"-3e2", b",", b",", b"\n", b"\n", b"\r\n", b"\r", b'"', b'"4"', b'"a\nb"', b"x"]
)
contents = st.lists(pieces_of_csv, max_size=60).map(b"".join)


@given(contents, st.integers(1, 20))
def test_blocks_are_the_file_and_know_their_place(content: bytes, chunk: int) -> None:
    found = cut(content, chunk=chunk)
    assert b"".join(block.content for block in found) == content
    before = b""
    for block in found:
        assert block.start == Start(physical_lines(before) + 1, len(before))
        before += block.content


@given(contents, st.integers(1, 20))
def test_no_block_but_the_last_ends_within_a_line_or_within_quotes(
    content: bytes, chunk: int
) -> None:
    before = b""
    for block in cut(content, chunk=chunk)[:-1]:
        before += block.content
        assert before.endswith((b"\n", b"\r"))
        assert before.count(b'"') % 2 == 0
        assert not (before.endswith(b"\r") and content[len(before) :].startswith(b"\n"))


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1", "utf-32"])
def test_another_encoding_becomes_utf_8(encoding: str) -> None:
    text = "größe,x\n" + '"é\nü",2\n' * 20
    found = cut(text.encode(encoding), encoding)
    assert b"".join(block.content for block in found).decode() == text
    assert len(found) > 5
    assert found[1].start.line == physical_lines(found[0].content) + 1


def test_a_fault_comes_with_the_block_before_it() -> None:
    def chunks() -> object:
        yield b"1,2\n3,4\n5,"
        raise DataError(Problem("N416", "cut off", Place(FILE)))

    (block,) = text_chunks(chunks(), CsvFormat(FILE), lambda: True)  # type: ignore[arg-type]
    assert block.content == b"1,2\n3,4\n"
    assert block.fault is not None
    problem = block.fault
    assert problem.place is not None
    assert (problem.message, problem.place.line) == ("cut off, after line 2", 2)


def test_what_has_come_goes_on_its_way_if_there_is_nothing_to_read() -> None:
    answers = iter([False, True, False, True, True])
    chunks = [b"1\n", b"2\n", b"3\n4", b"\n"]
    found = list(text_chunks(chunks, CsvFormat(FILE), lambda: next(answers)))
    assert [block.content for block in found] == [b"1\n", b"2\n3\n", b"4\n"]


@pytest.mark.parametrize("lines", [0, 1, 2, 3])
def test_a_block_behind_some_lines(lines: int) -> None:
    content = b"a\r\nb\rc\n"
    rest = TextChunk(content, FILE_START).behind(lines)
    assert rest.content == [content, b"b\rc\n", b"c\n", b""][lines]
    assert rest.start == Start(lines + 1, len(content) - len(rest.content))


# ---------------------------------------------------------------- the same verdict as uncut


def first_two(header: Header) -> Selection:
    """Read the first column, and carry the second if there is one."""
    return Selection((0,), (1,) if len(header.names) > 1 else ())


def whole(content: bytes, rejects: list[Reject]) -> Table:
    return read_table([content], CsvFormat(FILE), first_two, math.inf, rejects.append)


def in_blocks(content: bytes, rejects: list[Reject]) -> Table:
    source = Content(io.BytesIO(content), FILE)
    opened = source_room.open_csv(source, CsvFormat(FILE), listed=True)
    selection = first_two(opened.header)
    stream = replace(opened.samples(selection), on_reject=rejects.append)
    parts = list(stream.rows_in_order())
    values = [value for part in parts for value in part.columns[0].tolist()]
    texts = [
        tuple(t for part in parts for t in text_list(part.kept[i])) for i in range(len(stream.kept))
    ]
    kept = dict(zip(stream.kept, texts, strict=True))
    return Table(stream.columns, np.array(values)[:, None], kept, notes=stream.notes())


def verdict(read: object, content: bytes) -> object:
    rejects: list[Reject] = []
    try:
        table = read(content, rejects)  # type: ignore[operator]
    except DataError as error:
        return error.problems, error.more, rejects
    return table.names, table.values.tobytes(), table.kept, table.notes, rejects


row = st.tuples(
    st.sampled_from(
        ["1", "-2.5", "3e4", '"5"', " 6", "1e999", "nan", "x", "", "7,8", '"9"9', "+.5"]
    ),
    st.sampled_from(
        ["a", "", "two words", '"q,q"', '"line\nline"', '"""', 'b"c', "é", "\ufeff", "\0"]
    ),
    st.sampled_from(["\n", "\n", "\n", "\n", "\r\n", "\r", "\n\n", "\n \n"]),
)
good_row = st.tuples(
    st.sampled_from(["1", "-2.5", "3e4", '"5"', "6 "]),
    st.sampled_from(["a", "", '"q,q"', '"line\nline"', "é"]),
    st.sampled_from(["\n", "\n", "\r\n", "\n\n"]),
)


@given(
    header=st.sampled_from(["", "n,t\n", "\n\nn,t\r\n", '"n\nn",t\n', "2019,2020\n"]),
    rows=st.lists(st.one_of(good_row, good_row, good_row, row), max_size=25),
    tail=st.sampled_from([b"", b"", b"8,z", b"8", b'8,"z', b"8,\xc3", b"8,\xff\n1,2\n"]),
)
@example("n,t\n", [("1", "a", "\n" * 40)] * 2, b"")
@example("n,t\n", [("1", "a", "\n")] * 9 + [("x", "a", "\n")] * 9, b"")
def test_a_file_in_blocks_is_read_as_the_whole_file_is(
    header: str, rows: list[tuple[str, str, str]], tail: bytes
) -> None:
    text = header + "".join(f"{number},{word}{end}" for number, word, end in rows)
    content = text.encode() + tail
    assert verdict(in_blocks, content) == verdict(whole, content)
