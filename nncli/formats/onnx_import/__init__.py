"""An ONNX model as a network's spec and arrays; operators: https://onnx.ai/onnx/operators/."""

from nncli.formats.onnx_import.importing import Imported, import_onnx

__all__ = ["Imported", "import_onnx"]
