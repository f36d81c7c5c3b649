"""Reading an ONNX file: its pieces are counted where they lie, then it is parsed.

A protobuf parser makes an object of every message, also of an empty one of two bytes: a small file
may ask for gigabytes.  Format: https://protobuf.dev/programming-guides/encoding/.
"""

from __future__ import annotations

import io
import os
import stat
from typing import Any, BinaryIO

from nncli.errors import SpecError, UsageError
from nncli.files import open_binary
from nncli.problems import Place, Problem

# The format's own limit: larger models keep their weights in files beside.
MAX_BYTES = (1 << 31) - 1
MAX_PIPED_BYTES = 64 << 20
# More than any dense network has; an object of each takes a few hundred bytes.
MOST_PIECES = 200_000
# Whole numbers written with a byte each take eight once they are parsed.
MOST_PACKED_BYTES = 8 << 20
_DEEPEST = 64
_WINDOW_BYTES = 1 << 16
_VARINT, _FIXED64, _LENGTH, _FIXED32 = 0, 1, 2, 5
_PACKED_FLOATS = {1: 8, 2: 4}  # the types double and float, which packing does not make smaller


def read_model(path: str) -> Any:
    """Return the model in a file, an `onnx.ModelProto`; weights in files beside are not read.

    Raises SpecError (N311) for a damaged one, FileError, and UsageError without the package onnx.
    """
    try:
        import onnx
        from google.protobuf.message import DecodeError
    except ImportError:
        raise UsageError(
            f"{path}: reading an ONNX model needs the package onnx, which is not installed",
            "pip install 'nncli-forward[onnx]'",
            code="N703",
        ) from None
    content = _checked_bytes(path, onnx.ModelProto.DESCRIPTOR)
    try:
        model = onnx.ModelProto.FromString(content)
    except DecodeError as error:
        raise damaged(path, f"its bytes cannot be parsed ({error})") from None
    if not model.graph.node:
        raise damaged(path, "it has no operators" if content else "the file is empty")
    return model


def _checked_bytes(path: str, descriptor: Any) -> bytes:
    """Return a file's bytes, once their pieces have been counted where they lie.

    So a file that is no model is never held in memory, however large it is.
    """
    with open_binary(path) as stream:
        status = os.fstat(stream.fileno())
        if stat.S_ISREG(status.st_mode):
            source: BinaryIO = stream
            size, most = status.st_size, MAX_BYTES
        else:  # a pipe is read once
            source = io.BytesIO(stream.read(MAX_PIPED_BYTES + 1))
            size, most = len(source.getbuffer()), MAX_PIPED_BYTES
        if size > most:
            raise damaged(path, f"it has more than {most >> 20:,} MiB")
        try:
            count_pieces(Window(source), size, descriptor)
        except WireFault as fault:
            raise damaged(path, str(fault)) from None
        source.seek(0)
        return source.read(size)


def damaged(path: str, what: str) -> SpecError:
    """Return the error for a file that is no whole ONNX model."""
    message = f"this is not a whole ONNX model: {what}"
    hint = "export the model again, and copy the file in binary mode"
    return SpecError(Problem("N311", message, Place(path), (hint,)))


class WireFault(Exception):  # noqa: N818  # a finding, not an error of the program
    """The bytes are no message, or have more pieces than a dense network."""


class Window:
    """The bytes of a file, of which a little is looked at here and there."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._start = 0
        self._seen = b""

    def bytes_at(self, start: int, count: int) -> bytes:
        """Return up to *count* bytes from a place on."""
        if not self._start <= start <= start + count <= self._start + len(self._seen):
            self._stream.seek(start)
            self._start, self._seen = start, self._stream.read(_WINDOW_BYTES)
        return self._seen[start - self._start : start - self._start + count]


def count_pieces(content: Window, size: int, descriptor: Any) -> int:
    """Return how many fields a message has, those of inner messages included.

    size: its bytes; descriptor: its type, as protobuf describes it.  Raises WireFault.
    """
    pieces = packed = 0
    waiting = [(0, size, descriptor, 0)]
    while waiting:
        start, end, kind, depth = waiting.pop()
        fields = kind.fields_by_number
        while start < end:
            key, start = _whole_number(content, start, end)
            field = fields.get(key >> 3)
            inner, start = _skip(content, start, end, key & 7)
            pieces += 1
            if key & 7 == _LENGTH and field is not None:
                if field.message_type is not None:
                    waiting.append((inner, start, field.message_type, depth + 1))
                elif field.type not in _PACKED_FLOATS and field.cpp_type < field.CPPTYPE_STRING:
                    packed += start - inner
            if pieces > MOST_PIECES or packed > MOST_PACKED_BYTES or depth > _DEEPEST:
                raise WireFault("it has far more pieces than any dense network")
    return pieces


def _skip(content: Window, start: int, end: int, wire_type: int) -> tuple[int, int]:
    """Return where a field's value begins, and where it ends."""
    if wire_type == _VARINT:
        return start, _whole_number(content, start, end)[1]
    if wire_type == _LENGTH:
        length, start = _whole_number(content, start, end)
        after = start + length
    elif wire_type in (_FIXED64, _FIXED32):
        after = start + (8 if wire_type == _FIXED64 else 4)
    else:
        raise WireFault("its bytes are no message")
    if after > end:
        raise WireFault("a piece of it is longer than what is left of the file")
    return start, after


def _whole_number(content: Window, start: int, end: int) -> tuple[int, int]:
    """Return a number written in groups of seven bits, and where it ends."""
    value = 0
    for place, byte in enumerate(content.bytes_at(start, min(end - start, 10))):
        value |= (byte & 127) << (7 * place)
        if byte < 128:
            return value, start + place + 1
    raise WireFault("it ends in the middle of a number")
