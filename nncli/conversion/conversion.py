"""A network, ready to be written in another form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nncli.conversion.trial import Trial, try_files
from nncli.formats.saving import SavedFile, SavingForm, saved_files
from nncli.network.activations import Array
from nncli.network.network import Network, build_network
from nncli.problems import Note
from nncli.specs.model import DType, NetworkSpec
from nncli.words import count_of


@dataclass(frozen=True, eq=False)
class Conversion:
    """A network in another form, which was tried and is not in its place yet."""

    network: Network  # as it was written
    files: tuple[SavedFile, ...]  # the one that was asked for first
    trial: Trial
    notes: tuple[Note, ...] = ()


def convert_network(
    spec: NetworkSpec, tensors: Mapping[str, Array], path: str, form: SavingForm, dtype: DType
) -> Conversion:
    """Make of a network the files of a form, and run them.

    tensors: what the spec's tensors stand for; dtype: to write and to compute in.
    Raises what `build_network` and `saved_files` do, OtherNumbers if nncli is at fault.
    """
    network = build_network(spec.model_copy(update={"dtype": dtype}), tensors)
    notes = _rounding_notes(build_network(spec, tensors), network) if dtype != spec.dtype else ()
    files = saved_files(network.spec, network.layers, path, form)
    return Conversion(network, files, try_files(network, files, form), tuple(notes))


def _rounding_notes(before: Network, after: Network) -> tuple[Note, ...]:
    """Return the note of numbers that the other type does not hold exactly."""
    rounded = parameters = 0
    for layer, changed in zip(before.layers, after.layers, strict=True):
        parameters += layer.parameters
        rounded += int(np.count_nonzero(layer.weights != changed.weights))
        rounded += int(np.count_nonzero(layer.biases != changed.biases))
    if not rounded:
        return ()
    of = f"{rounded:,} of {count_of(parameters, 'weight')} and biases"
    message = f"{of} are rounded to {after.dtype}; --dtype {before.dtype} keeps them"
    return (Note("rounded_weights", message),)
