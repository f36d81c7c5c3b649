"""The bytes of a source: all of them, the first ones, and what is seen before anyone reads on."""

from __future__ import annotations

import gzip
import io
import os
import random
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import BinaryIO

import pytest

from nncli.data.batch import gathered
from nncli.data.columns import ColumnChoice, WantedInputs, choose
from nncli.data.opened import DataOptions, open_source
from nncli.data.source_bytes import LOOK_BYTES, Content, FirstLook, look_at
from nncli.errors import DataError, FileError
from nncli.problems import Problem

SMALL = b"a,b\n1,2\n"
# Larger than any buffer on the way; random, so that it stays large when compressed.
LARGE = random.Random(0).randbytes(3 * 2**20 + 17)
SIZES = (0, 1, 511, 512, 513, LOOK_BYTES - 1, LOOK_BYTES, LOOK_BYTES + 1, len(LARGE))


def data_of(size: int) -> bytes:
    # never the mark of a gzip file
    return (b"x" + LARGE)[:size]


@cache
def packed_of(content: bytes) -> bytes:
    return gzip.compress(content, 1, mtime=0)


def fault(error: DataError | FileError) -> Problem:
    [problem] = error.problems
    return problem


@contextmanager
def piped(content: bytes) -> Iterator[BinaryIO]:
    """Give the reading end of a pipe that a thread fills and closes."""
    reading, writing = os.pipe()

    def write() -> None:
        with open(writing, "wb") as stream:
            stream.write(content)

    writer = threading.Thread(target=write)
    with open(reading, "rb") as stream:
        writer.start()
        yield stream
        stream.read()  # what was left, so that the writer comes to its end
    writer.join()


@contextmanager
def opened(kind: str, content: bytes, folder: Path) -> Iterator[BinaryIO]:
    if kind == "pipe":
        with piped(content) as stream:
            yield stream
    elif kind == "memory":
        yield io.BytesIO(content)
    else:
        path = folder / "data"
        path.write_bytes(content)
        with path.open("rb") as stream:
            yield stream


in_all_kinds = pytest.mark.parametrize("kind", ["file", "pipe", "memory"])
compressed_or_not = pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])


# ---- all of it -----------------------------------------------------------------------------------


@in_all_kinds
@compressed_or_not
@pytest.mark.parametrize("size", SIZES)
def test_all_the_bytes_come_in_chunks(kind: str, packed: bool, size: int, tmp_path: Path) -> None:
    wanted = data_of(size)
    with opened(kind, packed_of(wanted) if packed else wanted, tmp_path) as stream:
        content = Content(stream, "data")
        chunks = list(content.chunks())
    assert b"".join(chunks) == wanted
    assert all(chunks)


@in_all_kinds
@compressed_or_not
def test_the_head_is_the_beginning_and_still_comes_in_a_chunk(
    kind: str, packed: bool, tmp_path: Path
) -> None:
    for wanted in (SMALL, data_of(2000)):
        with opened(kind, gzip.compress(wanted, mtime=0) if packed else wanted, tmp_path) as stream:
            content = Content(stream, "data")
            head = content.head()
            assert head == content.head() == wanted[: len(head)]
            assert len(head) >= min(len(wanted), 512)
            assert b"".join(content.chunks()) == wanted


@compressed_or_not
def test_nothing_has_no_head_and_no_chunks(packed: bool) -> None:
    content = Content(io.BytesIO(gzip.compress(b"", mtime=0) if packed else b""), "data")
    assert content.head() == b""
    assert list(content.chunks()) == []
    assert content.first_look() == FirstLook(b"", complete=True)


def test_compressed_pieces_that_were_joined_are_one_content() -> None:
    joined = gzip.compress(b"a,b\n", mtime=0) + gzip.compress(b"1,2\n")
    assert b"".join(Content(io.BytesIO(joined), "data").chunks()) == SMALL


def test_a_short_stream_is_not_asked_again_for_more() -> None:
    """Somebody at a terminal types Ctrl-D once."""

    class Terminal(io.BytesIO):
        ends = 0

        def read(self, size: int | None = -1, /) -> bytes:
            chunk = super().read(size)
            self.ends += not chunk or len(chunk) < (size or 0)
            return chunk

    stream = Terminal(SMALL)
    content = Content(stream, "data")
    assert b"".join(content.chunks()) == SMALL
    assert stream.ends == 1


# ---- the first look ------------------------------------------------------------------------------


@in_all_kinds
@compressed_or_not
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("chunks_read", [0, 1, 100])
def test_the_first_look_is_the_beginning_however_much_was_read(
    kind: str, packed: bool, size: int, chunks_read: int, tmp_path: Path
) -> None:
    wanted = data_of(size)
    with opened(kind, packed_of(wanted) if packed else wanted, tmp_path) as stream:
        content = Content(stream, "data")
        for _ in zip(range(chunks_read), content.chunks(), strict=False):
            pass
        look = content.first_look()
        assert look == content.first_look()
    assert look.content == wanted[:LOOK_BYTES]
    # at the very edge nobody can tell without reading on
    assert look.complete == (size < LOOK_BYTES) or size == LOOK_BYTES


def test_after_the_first_look_everything_beyond_it_still_comes() -> None:
    content = Content(io.BytesIO(LARGE), "data")
    seen = content.first_look().content
    rest = b"".join(content.chunks())
    assert LARGE.startswith(seen)
    assert LARGE.endswith(rest)


class SlowPipe:
    """A pipe whose writer sends some bytes, and no more before it is let go on.

    A watchdog lets it go on if somebody waits for it, so that no test hangs.
    """

    def __init__(self, first: bytes, later: bytes) -> None:
        reading, writing = os.pipe()
        self._go_on, sent = threading.Event(), threading.Event()
        self._watchdog = threading.Timer(2, self._go_on.set)
        self.stream: BinaryIO = open(reading, "rb")  # noqa: SIM115  # closed with the pipe

        def write() -> None:
            with open(writing, "wb", buffering=0) as stream:
                stream.write(first)
                sent.set()
                self._go_on.wait()
                stream.write(later)

        self._writer = threading.Thread(target=write)
        self._writer.start()
        sent.wait()
        self._watchdog.start()

    def was_waited_for(self) -> bool:
        return self._go_on.is_set()

    def go_on(self) -> None:
        self._watchdog.cancel()
        self._go_on.set()

    def close(self) -> None:
        self.go_on()
        self._writer.join()
        self.stream.close()


@contextmanager
def slow_pipe(first: bytes, later: bytes) -> Iterator[SlowPipe]:
    pipe = SlowPipe(first, later)
    try:
        yield pipe
    finally:
        pipe.close()


# 8 KiB are taken at once from a pipe, and stand in a buffer
@pytest.mark.parametrize("size", [600, 20_000])
def test_the_first_look_does_not_wait_for_a_slow_pipe(size: int) -> None:
    with slow_pipe(data_of(size), b"later") as pipe:
        look = Content(pipe.stream, "data").first_look()
        assert not pipe.was_waited_for()
    assert data_of(size).startswith(look.content)
    assert not look.complete


@pytest.mark.parametrize("size", [1, 100, 600, 20_000])
def test_a_look_at_a_slow_pipe_is_what_there_is(size: int) -> None:
    with slow_pipe(data_of(size), b"later") as pipe:
        look = look_at("-", pipe.stream)
        assert not pipe.was_waited_for()
    assert look is not None
    assert look.content
    assert data_of(size).startswith(look.content)
    assert not look.complete


def test_nothing_is_seen_of_a_pipe_without_a_byte() -> None:
    with slow_pipe(b"", b"later") as pipe:
        assert look_at("-", pipe.stream) is None
        assert not pipe.was_waited_for()


def test_the_first_look_at_a_slow_pipe_has_what_was_taken_of_it() -> None:
    with slow_pipe(data_of(600), b"later") as pipe:
        content = Content(pipe.stream, "data")
        head = content.head()
        assert len(head) >= 512
        assert content.first_look().content.startswith(head)


def test_what_a_slow_pipe_brings_later_still_comes() -> None:
    wanted = data_of(600) + b"later"
    with slow_pipe(data_of(600), b"later") as pipe:
        content = Content(pipe.stream, "data")
        content.first_look()
        pipe.go_on()
        rest = b"".join(content.chunks())
        look = content.first_look()
    assert rest
    assert wanted.endswith(rest)
    assert look == FirstLook(wanted, complete=True)


# ---- what is broken ------------------------------------------------------------------------------

ROWS = "".join(f"{number},{number}.5\n" for number in range(1, 20_001)).encode()


@pytest.mark.parametrize("kept", [0.25, 0.5, 0.99])
def test_data_that_is_cut_off_names_the_last_whole_line(kept: float, tmp_path: Path) -> None:
    packed = gzip.compress(ROWS, mtime=0)
    packed = packed[: int(len(packed) * kept)]
    # what is left, by the decompressor underneath
    left = zlib.decompressobj(wbits=31).decompress(packed)
    lines = left.count(b"\n")
    assert 0 < lines < 20_000
    path = tmp_path / "rows.csv.gz"
    path.write_bytes(packed)
    with open_source(str(path), DataOptions()) as opened:
        with pytest.raises(DataError) as caught:
            gathered(opened.samples(choose(opened.header, ColumnChoice(), WantedInputs(2))))
        look = opened.look(str(path))
    problem = fault(caught.value)
    assert problem.code == "N416"
    assert problem.place is not None
    assert (problem.place.file, problem.place.line) == (str(path), lines)
    assert f"line {lines:,}" in problem.message
    # a doctor sees what there is
    assert look is not None
    assert look.content == left[:LOOK_BYTES]
    assert not look.complete


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (gzip.compress(ROWS, mtime=0)[:8], "cut off"),  # within its header
        (gzip.compress(ROWS, mtime=0)[:-8], "cut off"),  # without its checksum
        (gzip.compress(ROWS, mtime=0)[:-8] + bytes(8), "broken"),  # with another checksum
        (gzip.compress(ROWS, mtime=0) + b"1,2\n", "not compressed"),  # something behind it
        (b"\x1f\x8b\x08\x00" + bytes(6) + b"no deflate at all", "broken"),
    ],
)
def test_broken_compression_is_told_after_all_that_could_be_read(broken: bytes, words: str) -> None:
    content = Content(io.BytesIO(broken), "rows.csv.gz")
    read: list[bytes] = []
    with pytest.raises(DataError) as caught:
        read.extend(content.chunks())
    problem = fault(caught.value)
    assert problem.code == "N416"
    assert words in problem.message
    assert problem.place is not None
    assert problem.place.file == "rows.csv.gz"
    assert ROWS.startswith(content.first_look().content)


def test_a_first_look_at_broken_data_is_what_comes_before_the_fault() -> None:
    content = Content(io.BytesIO(gzip.compress(SMALL, mtime=0)[:-8]), "data")
    assert content.first_look() == FirstLook(SMALL, complete=False)


# ---- how much is held ----------------------------------------------------------------------------


@compressed_or_not
@pytest.mark.parametrize("limit", [1, 2**20, len(LARGE) - 1])
def test_more_than_may_be_held_is_refused(packed: bool, limit: int) -> None:
    content = Content(io.BytesIO(packed_of(LARGE) if packed else LARGE), "data", limit)
    chunks: list[bytes] = []
    with pytest.raises(DataError) as caught:
        chunks.extend(content.chunks())
    assert fault(caught.value).code == "N412"
    assert LARGE.startswith(b"".join(chunks))
    assert sum(map(len, chunks)) <= limit


@compressed_or_not
@pytest.mark.parametrize("limit", [None, len(LARGE), len(LARGE) + 1])
def test_as_much_as_may_be_held_is_read(packed: bool, limit: int | None) -> None:
    content = Content(io.BytesIO(packed_of(LARGE) if packed else LARGE), "data", limit)
    assert b"".join(content.chunks()) == LARGE


@pytest.mark.parametrize("limit", [100_000, 2**20, 2**21])
def test_a_first_look_at_too_much_is_its_beginning(limit: int) -> None:
    content = Content(io.BytesIO(LARGE), "data", limit)
    with pytest.raises(DataError):
        list(content.chunks())
    assert content.first_look() == FirstLook(LARGE[:LOOK_BYTES], complete=False)


# ---- look_at -------------------------------------------------------------------------------------


def test_a_look_at_a_file_or_at_standard_input_is_the_beginning(tmp_path: Path) -> None:
    path = tmp_path / "batch.csv.gz"
    path.write_bytes(gzip.compress(SMALL, mtime=0))
    assert look_at(str(path)) == FirstLook(SMALL, complete=True)
    assert look_at("-", io.BytesIO(SMALL)) == FirstLook(SMALL, complete=True)
    assert look_at("-", io.BytesIO(LARGE)) == FirstLook(LARGE[:LOOK_BYTES], complete=False)


def test_a_look_at_what_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileError) as caught:
        look_at(str(tmp_path / "missing.csv"))
    assert fault(caught.value).code == "N501"
    with pytest.raises(FileError) as caught:
        look_at(str(tmp_path))
    assert fault(caught.value).code == "N502"
    with pytest.raises(FileError) as caught:
        look_at("-", None)
    assert fault(caught.value).code == "N507"


def test_what_fails_while_looking_is_told_as_a_fault_of_reading() -> None:
    class Failing(io.BytesIO):
        def read(self, _size: int | None = -1, /) -> bytes:
            raise OSError(5, "Input/output error")

        read1 = read

    with pytest.raises(FileError) as caught:
        look_at("-", Failing())
    assert fault(caught.value).code == "N507"
