"""The layers that the arrays of a weights file make by themselves, without a spec."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nncli.formats.assignment import unused_fault, with_biases, with_matrices, with_sizes
from nncli.formats.tensor_pool import Pool
from nncli.specs.faults import Fault
from nncli.specs.fit import find_misfits
from nncli.specs.long_form import LongForm
from nncli.specs.model import LayerSpec, Layout
from nncli.specs.stored import WeightsHeader


@dataclass(frozen=True)
class StoredLayers:
    """Layers whose activations nobody knows, and what keeps them from being a network."""

    layers: tuple[LayerSpec, ...] = ()  # first to last; none if the matrices fit in no order
    layout: Layout | None = None  # that a spec must write, where no name says how matrices stand
    fault: Fault | None = None


def stored_layers(header: WeightsHeader) -> StoredLayers:
    """Return the layers that the arrays of a file make: as many as it has matrices."""
    pool = Pool.of(header)
    if not pool.matrices:
        return StoredLayers(fault=Fault("N306", f"{header.file} holds no matrix of weights"))
    usual = _layers(pool, header, None)
    # where several orders fit, one in which they fit turned says nothing
    if usual.fault is None or (usual.fault.kind, usual.fault.code) not in _TURNED:
        return usual
    turned = _layers(pool, header, "neurons_by_inputs")
    return turned if turned.fault is None or not usual.layers else usual


# The faults that matrices and biases have that stand the other way round.
_TURNED = (("transposed file", "N306"), (None, "N203"))


def _layers(pool: Pool, header: WeightsHeader, layout: Layout | None) -> StoredLayers:
    """Return the layers of a file whose matrices stand so, where no name says it."""
    own = {"layout": layout} if layout else {}
    bare = [{"name": f"layer_{number}", **own} for number in range(1, len(pool.matrices) + 1)]
    given = with_matrices(bare, LongForm({}), pool.matrices, header.file)
    if isinstance(given, Fault):
        return StoredLayers(fault=pool.fault(header.file) or given)
    completed, unused = with_biases(given, pool.vectors)
    sized = with_sizes(LongForm({}), completed)
    layers = tuple(LayerSpec.model_validate(layer) for layer in sized.layers)
    left = (*unused, *pool.others)
    fault = pool.fault(header.file) or (unused_fault(left, header.file) if left else None)
    fault = fault or next(_biases_faults(layers), None)
    return StoredLayers(layers, layout, fault)


def _biases_faults(layers: Sequence[LayerSpec]) -> Iterator[Fault]:
    """Yield biases that are not as many as the neurons of their layer."""
    for number, layer in enumerate(layers, start=1):
        for misfit in find_misfits(number, None, layer.neurons, None, layer.biases_count):
            yield Fault(misfit.code, misfit.message)
