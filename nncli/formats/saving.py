"""A network as files: which ones a path asks for, and what stands in them."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from nncli.formats.stored_network import (
    Array,
    LayerArrays,
    plainly_stored_spec,
    stored_arrays,
)
from nncli.specs.model import NetworkSpec
from nncli.specs.stored import SPEC_KEY
from nncli.specs.written import spec_text
from nncli.words import count_of

SavingForm = Literal["yaml", "safetensors", "onnx", "py"]
SAVING_FORMS: Mapping[str, SavingForm] = {
    ".yaml": "yaml",
    ".yml": "yaml",
    ".safetensors": "safetensors",
    ".onnx": "onnx",
    ".py": "py",
}


@dataclass(frozen=True)
class SavedFile:
    """A file of a network."""

    path: str
    holds: str  # what stands in it, in a few words
    content: bytes


def saving_form(path: str) -> SavingForm | None:
    """Return the form of a network that a path's suffix names, if it names one."""
    return SAVING_FORMS.get(os.path.splitext(path)[1].lower())


def beside(path: str, suffix: str) -> str:
    """Return the path of the file that belongs to another.

    >>> beside("models/iris.yaml", ".safetensors")
    'models/iris.safetensors'
    """
    return os.path.splitext(path)[0] + suffix


def saved_files(
    spec: NetworkSpec, layers: Sequence[LayerArrays], path: str, form: SavingForm
) -> tuple[SavedFile, ...]:
    """Return a network as the files of a form, the one at *path* first.

    Raises ValueError if an ONNX model would be larger than its format allows, ImportError without
    the package onnx.
    """
    if form == "onnx":
        from nncli.formats.onnx_model import onnx_model

        return (SavedFile(path, "the network, an ONNX model", onnx_model(spec, layers)),)
    if form == "py":
        return _script_files(spec, layers, path)
    stored = plainly_stored_spec(spec)
    arrays = stored_arrays(spec, layers)
    numbers = count_of(sum(array.size for array in arrays.values()), "number")
    holds = f"{count_of(len(arrays), 'array')}: {numbers} as {spec.dtype}"
    if form == "safetensors":
        # whatever it is called, the text is about the file that it stands in
        text = spec_text(stored, weights_file="model.safetensors")
        content = _safetensors(arrays, {SPEC_KEY: text})
        return (SavedFile(path, f"the network, {holds}", content),)
    weights_path = beside(path, ".safetensors")
    text = spec_text(stored, weights_file=os.path.basename(weights_path))
    return (
        SavedFile(path, "the network", text.encode()),
        SavedFile(weights_path, holds, _safetensors(arrays, {})),
    )


def spec_file(spec: NetworkSpec, path: str, weights_path: str) -> SavedFile:
    """Return the spec of a network whose arrays stand in a file already, in the same folder."""
    layouts = {layer.layout for layer in spec.layers}
    if len(layouts) == 1:  # to be said once
        spec = spec.model_copy(update={"layout": layouts.pop()})
    text = spec_text(spec, weights_file=os.path.basename(weights_path))
    return SavedFile(path, "the network", text.encode())


def _script_files(
    spec: NetworkSpec, layers: Sequence[LayerArrays], path: str
) -> tuple[SavedFile, ...]:
    from nncli.formats.python_script import python_script

    arrays_path = beside(path, ".npz")
    script = python_script(spec, layers, os.path.basename(arrays_path))
    written = SavedFile(path, "the network, a script that needs NumPy", script.text)
    if script.arrays is None:
        return (written,)
    return (written, SavedFile(arrays_path, "its arrays", script.arrays))


def _safetensors(arrays: Mapping[str, Array], metadata: Mapping[str, str]) -> bytes:
    from safetensors.numpy import save

    content: bytes = save(dict(arrays), dict(metadata) or None)
    return content
