"""Whether a layer's explicit weights and biases fit the sizes that the spec declares."""

from __future__ import annotations

from dataclasses import dataclass

from nncli.specs.model import LayerSpec, Layout, WithinWeights
from nncli.words import count_of


@dataclass(frozen=True)
class Misfit:
    """One clash of two sizes that must be equal.

    code: a problem code; key: of the layer, what does not fit; found: the size that it has;
    wanted: the size that it meets.
    """

    code: str
    key: str
    message: str
    found: int
    wanted: int


def as_inputs_by_neurons(shape: tuple[int, int], layout: Layout) -> tuple[int, int]:
    """Return the (inputs, neurons) that a typed matrix has in its *layout*.

    >>> as_inputs_by_neurons((3, 4), "neurons_by_inputs")
    (4, 3)
    """
    rows, columns = shape
    return (rows, columns) if layout == "inputs_by_neurons" else (columns, rows)


def other_layout(layout: Layout) -> Layout:
    """Return the layout in which the same rows are columns."""
    return "neurons_by_inputs" if layout == "inputs_by_neurons" else "inputs_by_neurons"


def held_shape(shape: tuple[int, int], layout: Layout, *, within_weights: bool) -> tuple[int, int]:
    """Return the (inputs, neurons) that a matrix is for.

    within_weights: whether one of its inputs holds the biases.

    >>> held_shape((3, 5), "neurons_by_inputs", within_weights=True)
    (4, 3)
    """
    inputs, neurons = as_inputs_by_neurons(shape, layout)
    return inputs - within_weights, neurons


def shape_held_by(layer: LayerSpec) -> tuple[int, int] | None:
    """Return the (inputs, neurons) that a layer's given weights are for; None without them."""
    if (shape := layer.weights_shape) is None:
        return None
    within = isinstance(layer.biases, WithinWeights)
    return held_shape(shape, layer.layout, within_weights=within)


def find_misfits(
    layer: int,
    inputs: int | None,
    neurons: int | None,
    weights: tuple[int, int] | None,
    biases: int | None,
) -> list[Misfit]:
    """Compare what one layer holds with what the sizes around it ask for.

    layer: its number from 1; inputs, neurons: the declared sizes; weights: the (inputs, neurons)
    that they are for; biases: how many there are.  None means unknown and clashes with nothing.
    """
    found: list[Misfit] = []
    if weights is not None:
        found += _weights_misfits(layer, inputs, neurons, weights)
    if biases is not None and neurons is not None and biases != neurons:
        message = (
            f"layer {layer} has {count_of(neurons, 'neuron')}, "
            f"but {count_of(biases, 'bias', 'biases')}"
        )
        found.append(Misfit("N203", "biases", message, biases, neurons))
    return found


def _weights_misfits(
    layer: int,
    inputs: int | None,
    neurons: int | None,
    weights: tuple[int, int],
) -> list[Misfit]:
    held_inputs, held_neurons = weights
    if inputs is not None and (held_inputs, held_neurons) == (neurons, inputs) and neurons:
        if inputs == neurons:
            return []
        message = (
            f"layer {layer}: the weights are {(held_inputs, held_neurons)} as "
            f"(inputs, neurons), expected {(inputs, neurons)}; they look transposed"
        )
        return [Misfit("N201", "weights", message, held_inputs, inputs)]
    found: list[Misfit] = []
    if inputs is not None and held_inputs != inputs:
        owner = "the network" if layer == 1 else f"layer {layer - 1}"
        sizes = count_of(inputs, "input" if layer == 1 else "neuron")
        message = f"layer {layer} takes {count_of(held_inputs, 'input')}, but {owner} has {sizes}"
        found.append(Misfit("N201", "weights", message, held_inputs, inputs))
    if neurons is not None and held_neurons != neurons:
        message = (
            f"layer {layer} has weights for {count_of(held_neurons, 'neuron')}, "
            f"but `neurons` says {neurons:,}"
        )
        found.append(Misfit("N202", "weights", message, held_neurons, neurons))
    return found
