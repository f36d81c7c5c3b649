"""Reading an ONNX file: its bytes, checked, then parsed."""

from __future__ import annotations

import io
import os
import stat
from typing import Any, BinaryIO

from nncli.errors import SpecError, UsageError
from nncli.files import open_binary
from nncli.formats.onnx_import.wire import Window, WireFault, count_pieces
from nncli.problems import Place, Problem

# The format's own limit: larger models keep their weights in files beside.
MAX_BYTES = (1 << 31) - 1
MAX_PIPED_BYTES = 64 << 20


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
