"""Weights files put together by hand, byte for byte, so that they can be wrong in any way."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

Arrays = Mapping[str, Any]
_CODES = {"float64": "F64", "float32": "F32", "float16": "F16", "int64": "I64", "bool": "BOOL"}


def safetensors_of(header: bytes | str, values: bytes = b"") -> bytes:
    """Return a safetensors file with this header, whatever it says."""
    content = header.encode() if isinstance(header, str) else header
    return struct.pack("<Q", len(content)) + content + values


def safetensors(arrays: Arrays, metadata: Mapping[str, str] | None = None) -> bytes:
    """Return arrays as a safetensors file, their values in the order given."""
    header: dict[str, Any] = {} if metadata is None else {"__metadata__": metadata}
    values = b""
    for name, array in arrays.items():
        stored = np.asarray(array)
        content = stored.tobytes()
        header[name] = {
            "dtype": _CODES[stored.dtype.name],
            "shape": list(stored.shape),
            "data_offsets": [len(values), len(values) + len(content)],
        }
        values += content
    return safetensors_of(json.dumps(header), values)


def npy(array: Any) -> bytes:
    """Return an array as NumPy saves it."""
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def npy_of(shape: str, dtype: str = "<f8", values: bytes = b"") -> bytes:
    """Return an NPY file whose header claims a shape, written as in Python."""
    header = f"{{'descr': {dtype!r}, 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + values


def npz_of(members: Sequence[tuple[str, bytes]], compression: int = zipfile.ZIP_STORED) -> bytes:
    """Return an archive of members, each with its name as it stands, in their order."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return stream.getvalue()


def npz(arrays: Arrays) -> bytes:
    """Return arrays as NumPy saves them together."""
    return npz_of([(f"{name}.npy", npy(array)) for name, array in arrays.items()])
