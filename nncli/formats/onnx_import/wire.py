"""How many pieces a serialized model has, counted before any object is made of it.

A protobuf parser makes an object of every message, also of an empty one of two bytes: a small file
may ask for gigabytes.  Format: https://protobuf.dev/programming-guides/encoding/.
"""

from __future__ import annotations

from typing import Any, BinaryIO

# More than any dense network has; an object of each takes a few hundred bytes.
MOST_PIECES = 60_000
# Whole numbers written with a byte each take eight once they are parsed.
MOST_PACKED_BYTES = 8 << 20
_DEEPEST = 64
_WINDOW_BYTES = 1 << 16
_VARINT, _FIXED64, _LENGTH, _FIXED32 = 0, 1, 2, 5
_PACKED_FLOATS = {1: 8, 2: 4}  # the types double and float, which packing does not make smaller


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
