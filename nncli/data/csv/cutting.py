"""Cuts the bytes of a CSV file into chunks of whole rows, each with its place in the file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import numpy as np

from nncli.data.csv.format import CsvFormat
from nncli.data.csv.lines import (
    FILE_START,
    MAX_LINE_BYTES,
    Start,
    behind_line,
    read_lines,
)
from nncli.errors import DataError
from nncli.problems import Problem

# Large enough that cutting and handing over cost nothing, small enough for many to be in memory.
CHUNK_BYTES = 4 * 2**20
_LINE_FEED, _CARRIAGE_RETURN = b"\n\r"
_LINE_END = re.compile(rb"\r\n|\n|\r")


class TextChunk(NamedTuple):
    """Whole rows in UTF-8, and where they begin."""

    content: bytes
    start: Start
    fault: Problem | None = None  # what ended the reading behind them
    line_feeds: int | None = None  # how many they hold, if that is known

    def behind(self, lines: int) -> TextChunk:
        """Return the chunk without its first so many lines."""
        offset = 0
        for _ in range(lines):
            found = _LINE_END.search(self.content, offset)
            offset = found.end() if found else len(self.content)
        start = Start(self.start.line + lines, self.start.offset + offset)
        return TextChunk(self.content[offset:], start, self.fault)

    def blank_lines(self, delimiter: str) -> int | None:
        """Return how many lines there are if all are blank: a file may hold millions."""
        blanks = b" \t\r\n".replace(delimiter.encode(), b"")
        if not self.content or self.content.lstrip(blanks):
            return None
        ended = self.content.endswith((b"\r", b"\n"))
        return _line_ends(self.content, count_line_feeds(self.content)) + (not ended)


def text_chunks(
    chunks: Iterable[bytes], csv: CsvFormat, ready: Callable[[], bool]
) -> Iterator[TextChunk]:
    """Yield the rows of a file; a fault that ends the reading comes with the last chunk.

    ready: whether more can be read without waiting; otherwise what is there goes on its way.
    """
    if csv.encoding == "utf-8":
        return _cut(chunks, ready)
    return _recoded(chunks, csv)


def _cut(chunks: Iterable[bytes], ready: Callable[[], bool]) -> Iterator[TextChunk]:
    """Cut bytes at line ends that are not within quotes."""
    start = FILE_START
    pending: list[bytes] = []
    size, wanted = 0, CHUNK_BYTES
    fault: Problem | None = None
    following = iter(chunks)
    while True:
        try:
            chunk = next(following, b"")
        except DataError as error:
            chunk, (fault,) = b"", error.problems
        pending.append(chunk)
        size += len(chunk)
        if chunk and size < wanted and ready():
            continue
        content, rest = _whole_rows(pending, at_end=not chunk and fault is None)
        line_feeds = count_line_feeds(content)
        line = start.line + _line_ends(content, line_feeds)
        if not chunk:
            behind = behind_line(fault, line - 1) if fault else None
            yield TextChunk(content, start, behind, line_feeds)
            return
        if content:
            yield TextChunk(content, start, None, line_feeds)
            start = Start(line, start.offset + len(content))
        pending, size = [rest], len(rest)
        # a row that goes on for long is not looked at again with every chunk
        wanted = max(CHUNK_BYTES, 2 * size)


def _whole_rows(parts: list[bytes], *, at_end: bool) -> tuple[bytes, bytes]:
    """Return the whole rows at the beginning of some parts, and what comes behind them.

    at_end: whether there is nothing more to come, so that the last row is whole as well.
    """
    *before, last = parts
    end = last.rfind(b"\n") + 1
    if end and not at_end and not any(b'"' in part for part in parts):
        return b"".join((*before, memoryview(last)[:end])), last[end:]
    content = b"".join(parts)
    end = len(content) if at_end else _row_end(content)
    if not end and _is_too_long(content):
        end = len(content)
    return content[:end], content[end:]


def _is_too_long(content: bytes) -> bool:
    """Whether a row that is not complete is for the reader to refuse."""
    return len(content) > MAX_LINE_BYTES


def _row_end(content: bytes) -> int:
    """Return the end of the last line end outside of quotes; 0 if there is none."""
    end = content.rfind(b"\n") + 1
    if not end:
        # a final CR may be half of a CRLF
        end = content.rfind(b"\r", 0, len(content) - 1) + 1
    mark = content[end - 1 : end]
    quotes = content.count(b'"', 0, end) if b'"' in content else 0
    while end and quotes % 2:
        # all line ends behind the last quote are within its cell
        before = content.rfind(mark, 0, content.rfind(b'"', 0, end)) + 1
        quotes -= content.count(b'"', before, end)
        end = before
    return end


def count_line_feeds(content: bytes) -> int:
    """Return how many there are, ten times as fast as bytes.count, which stops at each."""
    return _count(content, _LINE_FEED)


def _count(content: bytes, character: int) -> int:
    return int(np.count_nonzero(np.frombuffer(content, np.uint8) == character))


def _line_ends(content: bytes, line_feeds: int) -> int:
    """Return how many lines end in some content.  line_feeds: of them."""
    if b"\r" not in content:
        return line_feeds
    return line_feeds + _count(content, _CARRIAGE_RETURN) - content.count(b"\r\n")


def _recoded(chunks: Iterable[bytes], csv: CsvFormat) -> Iterator[TextChunk]:
    """Turn lines of another encoding into chunks of UTF-8."""
    start = FILE_START
    texts: list[str] = []
    size = quotes = lines = 0
    fault: Problem | None = None
    try:
        for line in read_lines(chunks, csv):
            texts += (line.text, line.end)
            lines += 1
            size += len(line.text)
            quotes += line.text.count('"')
            if (size >= CHUNK_BYTES and not quotes % 2) or size > MAX_LINE_BYTES:
                content = "".join(texts).encode()
                yield TextChunk(content, start)
                start = Start(start.line + lines, start.offset + len(content))
                texts, size, quotes, lines = [], 0, 0, 0
    except DataError as error:
        (fault,) = error.problems
    yield TextChunk("".join(texts).encode(), start, fault)
