"""A network of a bare weights file, whose activations somebody says."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from nncli.errors import SpecError, UsageError
from nncli.formats.config import Config, examine_completed, untrained_notes
from nncli.formats.tensor_pool import FLOAT_DTYPES, Pool, listed
from nncli.formats.weights_files import WeightsFile, form_of_weights, open_weights
from nncli.problems import Note, Place, Problem
from nncli.specs.files import read_beginning
from nncli.specs.reader import Examination, Overrides, read_form
from nncli.specs.stored import SPEC_KEY, WeightsHeader
from nncli.words import count_of


def read_weights_alone(path: str, activations: Sequence[str], overrides: Overrides) -> Config:
    """Read a weights file as a network.

    activations: the name of each layer's, or of all.  The matrices are taken as (inputs, neurons)
    unless their names say otherwise, or as (neurons, inputs) if they fit in no other way.
    Raises UsageError if the file says its activations itself or has another number of matrices,
    SpecError if it makes no network, FileError.
    """
    weights = _opened(path)
    layers = len(Pool.of(weights.header).matrices)
    if not layers:
        message = "no array of this file is a matrix, which could be the weights of a layer"
        hints = (f"the arrays are {listed(weights.header.tensors)}",)
        raise SpecError(Problem("N306", message, Place(path), hints))
    if len(activations) not in (1, layers):
        found = f"{path} has {count_of(layers, 'matrix', 'matrices')}"
        raise UsageError(
            f"--activations names {len(activations)}, {found}: one for each, or one", code="N703"
        )
    names = [*activations] * (layers if len(activations) == 1 else 1)
    examined = _examined(weights.header, names, {}, overrides)
    faults = examined.found.faults
    turned = examined
    # where several orders fit, one in which they fit turned says nothing
    if faults and (examined.spec is not None or faults[0].kind == "transposed file"):
        turned = _examined(weights.header, names, {"layout": "neurons_by_inputs"}, overrides)
    is_turned = turned is not examined and not turned.found.problems
    examined = turned if is_turned else examined
    if examined.spec is None:
        # no line of a text is at fault that nobody wrote
        problems = [replace(each, place=Place(path)) for each in examined.found.problems]
        raise SpecError(problems, more=examined.found.more)
    reading = replace(examined.reading(), source=None)
    notes = (*reading.notes, *untrained_notes(weights.header))
    if is_turned:
        message = "the matrices are taken as (neurons, inputs): in no other way they fit"
        notes = (*notes, Note("turned_weights", message))
    reading = replace(reading, notes=notes)
    return Config(reading, replace(weights, dtype=reading.spec.dtype), (path,))


def _opened(path: str) -> WeightsFile:
    """Open a weights file that says nothing of a network.  Raises UsageError if it is none."""
    is_weights = form_of_weights(read_beginning(path)) is not None
    weights = open_weights(path) if is_weights else None
    if weights is None or SPEC_KEY in weights.metadata:
        message = f"--activations says what a bare weights file does not, and {path!r} is none"
        raise UsageError(message, "leave it out: the network says its activations itself")
    return weights


def _examined(
    header: WeightsHeader,
    activations: Sequence[str],
    keys: Mapping[str, str],
    overrides: Overrides,
) -> Examination:
    """Say what a spec makes that has nothing but activations and a few further keys."""
    floats = {tensor.dtype for tensor in header.tensors} & FLOAT_DTYPES
    document: dict[str, Any] = {
        **keys,
        "dtype": "float64" if "float64" in floats else "float32",
        "layers": [{"activation": activation} for activation in activations],
        "weights_file": os.path.basename(header.file),
    }
    reading = read_form(json.dumps(document).encode(), header.file, overrides)
    return examine_completed(reading, header)
