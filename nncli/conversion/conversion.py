"""A network, ready to be written in another form."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace

import numpy as np

from nncli.conversion.trial import Trial, try_files
from nncli.errors import SpecError, UsageError
from nncli.formats.config import Config
from nncli.formats.saving import SavedFile, SavingForm, beside, saved_files, spec_file
from nncli.formats.weights_files import WeightsFile
from nncli.network.network import Network, build_network
from nncli.problems import Note, Problem
from nncli.specs.model import FLOAT32_OVERFLOW, DType
from nncli.words import count_of, first_misplaced, quoted


@dataclass(frozen=True, eq=False)
class Conversion:
    """A network in another form, which was tried and is not in its place yet."""

    network: Network  # as it is written
    files: tuple[SavedFile, ...]  # the one that was asked for first
    trial: Trial
    notes: tuple[Note, ...] = ()


def convert_network(config: Config, path: str, form: SavingForm, dtype: DType) -> Conversion:
    """Make of a network whose layers fit the files of a form, and run them.

    dtype: to write and to compute in.
    Raises what `build_network` does, ImportError without the package onnx, UsageError if an ONNX
    model would be too large, OtherNumbers if nncli is at fault.
    """
    network, notes = _network_in(config, dtype)
    weights = _weights_beside(config, path) if form == "yaml" else None
    if weights is not None:
        files: tuple[SavedFile, ...] = (spec_file(network.spec, path, weights),)
    else:
        try:
            files = saved_files(network.spec, network.layers, path, form)
        except ValueError as error:
            raise UsageError(
                str(error), "write a .safetensors file, which may be larger", code="N703"
            ) from None
    trial = try_files(network, files, form, weights)
    return Conversion(network, files, trial, notes)


def _network_in(config: Config, dtype: DType) -> tuple[Network, tuple[Note, ...]]:
    """Return a network in a type, and what is to be said of its numbers there.

    Raises SpecError if one is too large for it.
    """
    spec = config.reading.spec
    network = build_network(spec, config.tensors)
    if dtype == spec.dtype:
        return network, ()
    for layer in network.layers if dtype == "float32" else ():
        largest = max(float(np.abs(layer.weights).max()), float(np.abs(layer.biases).max()))
        if largest >= FLOAT32_OVERFLOW:
            message = f"layer {quoted(layer.name)} holds {largest:g}, too large for float32"
            raise SpecError(Problem("N303", message, help=("keep it with --dtype float64",)))
    changed = build_network(spec.model_copy(update={"dtype": dtype}), config.tensors)
    return changed, _rounding_notes(network, changed)


def with_columns(config: Config, columns: tuple[str, ...]) -> Config:
    """Return a network whose inputs have these names, one for each.  Raises UsageError."""
    spec = config.reading.spec
    repeated = next((name for name in columns if columns.count(name) > 1), None)
    if repeated is not None:
        raise UsageError(f"--columns names {repeated!r} twice", code="N703")
    if len(columns) != spec.inputs.size:
        inputs = count_of(spec.inputs.size, "input")
        raise UsageError(f"--columns names {len(columns):,}, the network has {inputs}", code="N703")
    misplaced = first_misplaced(columns, spec.inputs.columns or ())
    if misplaced is not None:
        here, there = misplaced
        message = f"--columns names input {here + 1} {columns[here]!r}, which is input {there + 1}"
        hint = "name them in the network's order, or not at all: columns are found by their names"
        raise UsageError(message, hint, code="N703")
    inputs_spec = spec.inputs.model_copy(update={"columns": columns})
    changed = spec.model_copy(update={"inputs": inputs_spec})
    return replace(config, reading=replace(config.reading, spec=changed))


def _weights_beside(config: Config, path: str) -> str | None:
    """Return the weights file of a network if its spec is to stand beside it, by the same name."""
    if not isinstance(config.tensors, WeightsFile):
        return None
    file, wanted = config.tensors.header.file, beside(path, ".safetensors")
    is_there = os.path.exists(wanted) and os.path.samefile(wanted, file)
    return file if is_there else None


def _rounding_notes(before: Network, after: Network) -> tuple[Note, ...]:
    """Return the note of numbers that the other type does not hold exactly."""
    rounded = parameters = 0
    for layer, changed in zip(before.layers, after.layers, strict=True):
        parameters += layer.parameters
        rounded += int(np.count_nonzero(layer.weights != changed.weights))
        rounded += int(np.count_nonzero(layer.biases != changed.biases))
    if not rounded:
        return ()
    message = (
        f"{rounded:,} of {parameters:,} weights and biases are rounded to {after.dtype}; "
        f"--dtype {before.dtype} keeps them"
    )
    return (Note("rounded_weights", message),)
