"""Parts of a network that are exchanged, counted twice or counted among others."""

from __future__ import annotations

from random import Random

from slips.first_forms import at_layer, layers_with
from slips.first_shapes import _explicit
from slips.intact import Case
from slips.kinds import Kind, kind


def exchanged(key: str) -> Kind:
    """Return the kind that exchanges a part of two layers, where either fits its own only."""

    def slip(case: Case, rng: Random) -> Case | None:
        layers = case.document.get("layers", [])
        if not _explicit(case) or len(layers) < 2:
            return None
        one, other = rng.sample(range(len(layers)), 2)
        shapes = [case.sizes[n : n + 2] for n in (one, other)]
        if shapes[0][1] == shapes[1][1] or shapes[0] == shapes[1][::-1]:  # or they look transposed
            return None
        document = at_layer(case.document, one, **{key: layers[other][key]})
        return case.with_document(at_layer(document, other, **{key: layers[one][key]}))

    return Kind(slip)


biases_of_two_layers_exchanged = exchanged("biases")
weights_of_two_layers_exchanged = exchanged("weights")
neurons_of_two_layers_exchanged = exchanged("neurons")


@kind()
def layer_pasted_twice(case: Case, rng: Random) -> Case | None:
    layers = case.document.get("layers", [])
    places = [n for n in layers_with(case, "weights") if case.sizes[n] != case.sizes[n + 1]]
    if not places or "outputs" in case.document or any("name" in layer for layer in layers):
        return None
    at = rng.choice(places)
    return case.with_document({**case.document, "layers": [*layers[: at + 1], *layers[at:]]})


@kind()
def inputs_listed_as_a_layer(case: Case, rng: Random) -> Case | None:
    """As Keras has an input layer; beside written weights nothing is drawn for it."""
    layers = case.document.get("layers", [])
    if not _explicit(case):
        return None
    first = {"name": rng.choice(("input", "input_layer", "inputs")), "neurons": str(case.sizes[0])}
    if rng.random() < 0.5:
        first["activation"] = "linear"
    return case.with_document({**case.document, "layers": [first, *layers]})


@kind()
def samples_among_the_sizes(case: Case, rng: Random) -> Case | None:
    """`[None, 4, 5, 2]`, as a shape of Keras or PyTorch."""
    sizes = case.document.get("layer_sizes")
    if not sizes:
        return None
    first = rng.choice(("None", "-1", "null", "'?'", "batch", "N", "~"))
    return case.with_document({**case.document, "layer_sizes": [first, *sizes]})


@kind()
def activation_for_the_inputs(case: Case, rng: Random) -> Case | None:
    """One activation more than layers, as the inputs are counted as a layer without one."""
    names = case.document.get("activations")
    if not isinstance(names, list):
        return None
    first = rng.choice(("none", "None", "input", "null", "-", "~", '""'))
    return case.with_document({**case.document, "activations": [first, *names]})


@kind(2, "the biases may be the first row or the last")
def biases_among_the_weights(case: Case, rng: Random) -> Case | None:
    if not _explicit(case) or case.document.get("layout") == "neurons_by_inputs":
        return None
    layers = [*case.document["layers"]]
    index = rng.randrange(len(layers))
    layer = dict(layers[index])
    layer["weights"] = [*layer["weights"], layer.pop("biases")]
    layers[index] = layer
    return case.with_document({**case.document, "layers": layers})
