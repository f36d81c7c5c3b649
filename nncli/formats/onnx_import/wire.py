"""How many pieces a serialized model has, counted before any object is made of it.

A protobuf parser makes an object of every message, also of an empty one of two bytes: a small file
may ask for gigabytes.  Format: https://protobuf.dev/programming-guides/encoding/.
"""

from __future__ import annotations

from typing import Any

# More than any dense network has; an object of each takes a few hundred bytes.
MOST_PIECES = 200_000
# Whole numbers written with a byte each take eight once they are parsed.
MOST_PACKED_BYTES = 8 << 20
_DEEPEST = 64
_VARINT, _FIXED64, _LENGTH, _FIXED32 = 0, 1, 2, 5
_PACKED_FLOATS = {1: 8, 2: 4}  # the types double and float, which packing does not make smaller


class WireFault(Exception):  # noqa: N818  # a finding, not an error of the program
    """The bytes are no message, or have more pieces than a dense network."""


def count_pieces(content: memoryview, descriptor: Any) -> int:
    """Return how many fields a message has, those of inner messages included.

    descriptor: the message's type, as protobuf describes it.  Raises WireFault.
    """
    pieces = packed = 0
    waiting = [(0, len(content), descriptor, 0)]
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


def _skip(content: memoryview, start: int, end: int, wire_type: int) -> tuple[int, int]:
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


def _whole_number(content: memoryview, start: int, end: int) -> tuple[int, int]:
    """Return a number written in groups of seven bits, and where it ends."""
    value = 0
    for place, byte in enumerate(content[start : min(end, start + 10)]):
        value |= (byte & 127) << (7 * place)
        if byte < 128:
            return value, start + place + 1
    raise WireFault("it ends in the middle of a number")
