"""ONNX models that nncli wrote, read back exactly: their metadata hold the spec's text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from nncli.errors import NncliError
from nncli.formats.assignment import complete
from nncli.formats.onnx_model import OPERATOR_SET, network_graph
from nncli.formats.stored_network import Array, array_names, stored_spec
from nncli.specs.model import NetworkSpec, Tensor
from nncli.specs.reader import examine_form, read_form
from nncli.specs.stored import SPEC_KEY, StoredTensor, WeightsHeader


class OwnNetwork(NamedTuple):
    """A network as it was when it was written."""

    spec: NetworkSpec  # every layer names its arrays
    tensors: Mapping[str, Array]  # these by name


class _LayerArrays(NamedTuple):
    weights: Array  # (inputs, neurons)
    biases: Array  # (neurons,)


def own_network(model: Any, constants: Mapping[str, Array]) -> OwnNetwork | None:
    """Return the network that a model was written for; None if it is no such model any more.

    model: an onnx.ModelProto; constants: the arrays of its initializers, by name.  Its metadata may
    say anything: they are believed if the network that they describe has this very graph.
    """
    texts = [entry.value for entry in model.metadata_props if entry.key == SPEC_KEY]
    sets = [(each.domain, each.version) for each in model.opset_import]
    if len(texts) != 1 or sets != [("", OPERATOR_SET)] or model.functions:
        return None
    spec = _described_spec(texts[0], constants)
    if spec is None:
        return None
    names = array_names(spec)
    layers = [_LayerArrays(constants[weights].T, constants[biases]) for weights, biases in names]
    if network_graph(spec, layers) != model.graph:
        return None
    return OwnNetwork(spec, {name: constants[name] for both in names for name in both})


def _described_spec(text: str, constants: Mapping[str, Array]) -> NetworkSpec | None:
    """Return the spec that a text describes; None if it is none, or not one of these arrays."""
    try:
        reading = read_form(text.encode(), "model.onnx")
        named = {
            value.name
            for layer in reading.form.layers
            for value in (layer.get("weights"), layer.get("biases"))
            if isinstance(value, Tensor)
        }
        stored = [
            StoredTensor(name, array.shape, str(array.dtype))
            for name, array in constants.items()
            if name in named
        ]
        reading = complete(reading, WeightsHeader.of("model.onnx", stored))
        spec = examine_form(reading).reading().fitting_spec()
    except NncliError:
        return None
    # as it was written, every array is where it belongs
    as_written = stored_spec(spec)
    return as_written if as_written.layers == spec.layers else None
