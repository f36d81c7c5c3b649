"""Bytes into physical lines: decoded, numbered from 1, cut at LF, CRLF or CR."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from nncli.errors import DataError, Place, Problem

MAX_LINE_CHARACTERS = 16 * 1024 * 1024

_LINE_END = re.compile(r"\r\n|\n|\r")
_BOM = "\ufeff"


class Line(NamedTuple):
    """A physical line, its number from 1, and the line end that followed it."""

    number: int
    text: str
    end: str


def read_lines(chunks: Iterable[bytes], file: str, encoding: str) -> Iterator[Line]:
    """Decode *chunks* and cut them into physical lines.

    Raises DataError for bytes that are not *encoding*, for a NUL, for a byte-order mark that is not
    at the start, and for a line that is too long to be one.
    """
    number = 1
    for text in _complete_lines(chunks, file, encoding):
        position = 0
        for match in _LINE_END.finditer(text):
            yield _checked(Line(number, text[position : match.start()], match.group()), file)
            position = match.end()
            number += 1
        if position < len(text):
            yield _checked(Line(number, text[position:], ""), file)


def _complete_lines(chunks: Iterable[bytes], file: str, encoding: str) -> Iterator[str]:
    """Yield decoded text that ends at line ends, except perhaps at the end of the file."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    pending: list[str] = []
    lines = offset = 0
    first = True
    for chunk, final in _with_last(chunks):
        held = len(decoder.getstate()[0])
        try:
            text = decoder.decode(chunk, final)
        except UnicodeDecodeError as error:
            before = error.object[: error.start].decode(encoding, errors="replace")
            tail = "".join(pending) + before
            byte = error.object[error.start]
            raise _undecodable(
                file, encoding, byte, offset - held + error.start, lines, tail
            ) from None
        offset += len(chunk)
        if first and text:
            text, first = text.removeprefix(_BOM), False
        # A CR at the very end may be half of a CRLF: it waits for the next chunk.
        cut = len(text) if final else _last_line_end(text)
        if cut or final:
            whole = "".join([*pending, text[:cut]])
            pending = [text[cut:]]
            yield whole
            lines += len(_LINE_END.findall(whole))
        else:
            pending.append(text)
        if sum(map(len, pending)) > MAX_LINE_CHARACTERS:
            raise DataError(
                Problem(
                    "N413",
                    f"line longer than {MAX_LINE_CHARACTERS // 2**20} MiB",
                    Place(file, lines + 1),
                    ("is this a CSV file, with line ends?",),
                )
            )


def _last_line_end(text: str) -> int:
    """Return where the last complete line of *text* ends; 0 if it holds none."""
    body = text.removesuffix("\r")
    return max(body.rfind("\n"), body.rfind("\r")) + 1


def _with_last(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Yield every chunk, then an empty one that is marked as the last."""
    for chunk in chunks:
        yield chunk, False
    yield b"", True


def _undecodable(
    file: str, encoding: str, byte: int, offset: int, lines_before: int, tail: str
) -> DataError:
    parts = _LINE_END.split(tail)
    line = lines_before + len(parts)
    hint = (
        "if it is not UTF-8, name the encoding: --encoding latin-1"
        if encoding.replace("_", "-").lower() in ("utf-8", "utf8")
        else "name the right --encoding"
    )
    return DataError(
        Problem(
            "N406",
            f"byte 0x{byte:02X} at offset {offset} is not {encoding} text",
            Place(file, line, parts[-1].count(",") + 1),
            (hint,),
        )
    )


def _checked(line: Line, file: str) -> Line:
    for character, message, hint in (
        ("\0", "NUL byte", "is this a binary or a UTF-16 file? (--encoding utf-16)"),
        (_BOM, "byte-order mark inside the file", "was it concatenated? remove the mark"),
    ):
        if character in line.text:
            caret = line.text.index(character)
            column = line.text.count(",", 0, caret) + 1
            place = Place(file, line.number, column, line.text, caret)
            raise DataError(Problem("N406", message, place, (hint,)))
    if len(line.text) > MAX_LINE_CHARACTERS:
        raise DataError(Problem("N413", "line longer than 16 MiB", Place(file, line.number)))
    return line
