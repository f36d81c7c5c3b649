"""Bytes into physical lines: decoded, numbered from 1, cut at LF, CRLF or CR."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple

from nncli.data.csv.format import CsvFormat
from nncli.errors import DataError
from nncli.problems import FaultyRow, Place, Problem

MAX_LINE_BYTES = 16 * 1024 * 1024  # in UTF-8

_LINE_END = re.compile(r"\r\n|\n|\r")
_BOM = "\ufeff"
_SURROGATE = re.compile("[\ud800-\udfff]")  # UTF-7 can spell a lone one, which nothing can write


class Start(NamedTuple):
    """Where in a file some content begins: its line, counted from 1, and its byte, from 0."""

    line: int
    offset: int


FILE_START = Start(1, 0)


class Line(NamedTuple):
    """A physical line, its number from 1, and the line end that followed it."""

    number: int
    text: str
    end: str


def read_lines(
    chunks: Iterable[bytes], csv: CsvFormat, start: Start = FILE_START
) -> Iterator[Line]:
    """Decode *chunks* and cut them into physical lines.

    start: where in the file they begin.
    Raises DataError, after all lines before the fault, for bytes that are not its encoding, for a
    NUL, for a byte-order mark that is not at the start, and for a line that is too long to be one.
    """
    number = start.line
    for text in _complete_lines(chunks, csv, start):
        # most texts need no look at each of their lines
        plain = text.isascii() and "\0" not in text and len(text) <= MAX_LINE_BYTES
        position = 0
        for match in _LINE_END.finditer(text):
            line = Line(number, text[position : match.start()], match.group())
            yield line if plain else _checked(line, csv)
            position = match.end()
            number += 1
        if position < len(text):
            line = Line(number, text[position:], "")
            yield line if plain else _checked(line, csv)


def whole_lines(content: bytes, encoding: str) -> bytes:
    r"""Return the beginning of some bytes that ends at a line end.

    >>> whole_lines(b"1,2\r3,4\r5,", "utf-8")
    b'1,2\r3,4\r'
    """
    if not encoding.startswith(("utf-16", "utf-32")):
        return content[: max(content.rfind(b"\n"), content.rfind(b"\r")) + 1]
    # a line end takes several bytes, and must begin where a character does
    unit = 2 if encoding.startswith("utf-16") else 4
    start = len(content) - len(content) % unit - unit
    for at in range(start, -1, -unit):
        if content[at : at + unit].strip(b"\0") in (b"\n", b"\r"):
            return content[: at + unit]
    return b""


def _complete_lines(chunks: Iterable[bytes], csv: CsvFormat, start: Start) -> Iterator[str]:
    """Yield decoded text that ends at line ends, except perhaps at the end of the file."""
    decoder = codecs.getincrementaldecoder(csv.encoding)("strict")
    pending: list[str] = []
    carriage_return = ""
    lines, offset = start.line - 1, start.offset
    first = start == FILE_START
    following = _with_last(chunks)
    while True:
        try:
            chunk, final = next(following)
        except StopIteration:
            return
        except DataError as error:
            (problem,) = error.problems
            raise DataError(behind_line(problem, lines)) from None
        text, fault = _decoded(decoder, chunk, csv, lines, final=final)
        if first and text:
            text, first = text.removeprefix(_BOM), False
        text, carriage_return = carriage_return + text, ""
        if text.endswith("\r") and not (final or fault):
            # perhaps half of a CRLF: it waits for the next chunk
            text, carriage_return = text[:-1], "\r"
        cut = max(text.rfind("\n"), text.rfind("\r")) + 1
        if final and not fault:
            cut = len(text)
        if cut or (final and not fault):
            whole = "".join([*pending, text[:cut]])
            pending = [text[cut:]]
            yield whole
            lines += whole.count("\n") + whole.count("\r") - whole.count("\r\n")
        else:
            pending.append(text)
        offset += len(chunk)
        if fault:
            byte, where = fault.object[fault.start], offset - _left(fault)
            cut = final and fault.reason == "unexpected end of data"
            raise _undecodable(csv, byte, where, lines + 1, "".join(pending), cut=cut)
        if sum(map(len, pending)) > MAX_LINE_BYTES:
            raise _too_long(csv, lines + 1)


def behind_line(problem: Problem, lines: int) -> Problem:
    """Return the problem of broken content with the last line that is whole."""
    if problem.code != "N416" or problem.place is None or not lines:
        return problem
    message = f"{problem.message}, after line {lines:,}"
    return replace(problem, message=message, place=replace(problem.place, line=lines))


def _decoded(
    decoder: codecs.IncrementalDecoder, chunk: bytes, csv: CsvFormat, lines: int, *, final: bool
) -> tuple[str, UnicodeDecodeError | None]:
    """Return the text of a chunk, or the text before its fault: those lines have faults to tell."""
    state = decoder.getstate()
    try:
        return decoder.decode(chunk, final), None
    except UnicodeError as error:
        fault = error
    # from Python 3.13 on, a missing mark is such an error too
    if isinstance(fault, UnicodeDecodeError) and "start with BOM" not in fault.reason:
        decoder.setstate(state)
        try:
            return decoder.decode(chunk[: max(0, len(chunk) - _left(fault))]), fault
        except UnicodeError as error:
            fault = error
    # a UTF-16 file without its mark
    message = str(fault)
    if isinstance(fault, UnicodeDecodeError):
        message = f"{fault.encoding.upper()} stream does not start with BOM"
    hint = ("name the right --encoding, like utf-16-le or utf-16-be without a mark",)
    raise DataError(Problem("N406", message, Place(csv.file, lines + 1), hint))


def _left(fault: UnicodeDecodeError) -> int:
    """Return how many bytes there are from a fault on; a decoder may have left some out before."""
    return len(fault.object) - fault.start


def _with_last(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Yield every chunk, then an empty one that is marked as the last."""
    for chunk in chunks:
        yield chunk, False
    yield b"", True


def _undecodable(
    csv: CsvFormat, byte: int, offset: int, line: int, before: str, *, cut: bool
) -> DataError:
    """Word a byte that is no text.  cut: whether the file ends within a character."""
    hint = (
        "the file ends within a character: it may be cut off"
        if cut
        else "if it is text, name its --encoding, such as latin-1; is it a binary file?"
    )
    message = f"byte 0x{byte:02X} at offset {offset} is not {csv.encoding} text"
    place = csv.place(line, before, f"{before}\ufffd")
    return DataError(Problem("N406", message, place, (hint,)))


def _checked(line: Line, csv: CsvFormat) -> Line:
    for character, message, hint in (
        ("\0", "NUL byte", "is this a binary or a UTF-16 file? (--encoding utf-16)"),
        (_BOM, "byte-order mark inside the file", "was it concatenated? remove the mark"),
    ):
        before, found, _ = line.text.partition(character)
        if found:
            place = csv.place(line.number, before, line.text)
            row = FaultyRow(csv.delimiter)
            raise DataError(Problem("N406", message, place, (hint,), row=row))
    if not line.text.isascii() and (half := _SURROGATE.search(line.text)):
        place = csv.place(line.number, line.text[: half.start()], line.text)
        help_line = ("name the right --encoding",)
        raise DataError(Problem("N406", "half of a surrogate pair", place, help_line))
    if 4 * len(line.text) > MAX_LINE_BYTES and len(line.text.encode()) > MAX_LINE_BYTES:
        raise _too_long(csv, line.number)
    return line


def _too_long(csv: CsvFormat, line: int) -> DataError:
    message = f"line longer than {MAX_LINE_BYTES // 2**20} MiB"
    hint = ("is this a CSV file, with line ends?",)
    return DataError(Problem("N413", message, Place(csv.file, line), hint))
