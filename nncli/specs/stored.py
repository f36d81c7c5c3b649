"""What the header of a weights file says: its arrays, by name, shape and dtype."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

# Under this key of its metadata a safetensors file holds the spec of its network.
SPEC_KEY = "nncli.spec"

_DIGITS = re.compile(r"([0-9]+)")


@dataclass(frozen=True)
class StoredTensor:
    """An array of a weights file, not read yet."""

    name: str
    shape: tuple[int, ...]
    dtype: str  # as NumPy calls it; one that NumPy does not know as the file does


@dataclass(frozen=True)
class WeightsHeader:
    """The arrays of a weights file."""

    file: str  # its path, for messages
    tensors: tuple[StoredTensor, ...]  # in the natural order of their names
    left_out: tuple[StoredTensor, ...] = ()  # of BatchNorms that have learned nothing

    @classmethod
    def of(cls, file: str, tensors: Iterable[StoredTensor]) -> WeightsHeader:
        """Put arrays, which a file holds in any order, into the natural one.

        >>> stored = [StoredTensor(name, (1,), "float32") for name in ("l.10.b", "l.2.w", "l.2.b")]
        >>> [tensor.name for tensor in WeightsHeader.of("m.npz", stored).tensors]
        ['l.2.b', 'l.2.w', 'l.10.b']
        """
        return cls(file, tuple(sorted(tensors, key=lambda tensor: natural(tensor.name))))


def natural(name: str) -> tuple[list[tuple[int, int, str]], str]:
    """Return a key that sorts names with their numbers as numbers, however long they are."""
    parts: list[tuple[int, int, str]] = []
    for part in _DIGITS.split(name):
        digits = part.lstrip("0")
        parts.append((0, len(digits), digits) if _DIGITS.fullmatch(part) else (1, 0, part))
    return parts, name
