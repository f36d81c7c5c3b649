"""Reading an ONNX file: its bytes, checked, then parsed."""

from __future__ import annotations

from typing import Any

from nncli.errors import SpecError, UsageError
from nncli.files import read_at_most
from nncli.formats.onnx_import.wire import WireFault, count_pieces
from nncli.problems import Place, Problem

# The format's own limit: larger models keep their weights in files beside.
MAX_BYTES = (1 << 31) - 1


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
    content = read_at_most(path, MAX_BYTES)
    if content is None:
        raise damaged(path, "it has more than 2 GiB, which no ONNX file can have")
    try:
        count_pieces(memoryview(content), onnx.ModelProto.DESCRIPTOR)
        model = onnx.ModelProto.FromString(content)
    except WireFault as fault:
        raise damaged(path, str(fault)) from None
    except DecodeError as error:
        raise damaged(path, f"its bytes cannot be parsed ({error})") from None
    if not model.graph.node:
        raise damaged(path, "it has no operators" if content else "the file is empty")
    return model


def damaged(path: str, what: str) -> SpecError:
    """Return the error for a file that is no whole ONNX model."""
    message = f"this is not a whole ONNX model: {what}"
    hint = "export the model again, and copy the file in binary mode"
    return SpecError(Problem("N311", message, Place(path), (hint,)))
