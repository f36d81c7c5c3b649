"""Sizes, layouts and counts that do not fit."""

from __future__ import annotations

from itertools import pairwise
from random import Random

from slips.fourth_forms import on_a_layer, on_activations
from slips.intact import Case, Document
from slips.kinds import kind

NOTHING = ("linear", "null", "none", "input", "identity")


def _matrix(layer: Document, rng: Random) -> None:
    biases = layer["biases"]
    layer["biases"] = [biases] if rng.random() < 0.5 else [[bias] for bias in biases]


def _without_inputs(sizes: list[str], _: list[str], __: Random) -> Document:
    """As Keras and scikit-learn have it; there are as many activations as sizes."""
    return {"layer_sizes": sizes[1:]} if sizes[0] != sizes[1] else {}


biases_as_a_row_or_column = on_a_layer("biases", _matrix)
weights_in_one_more_list = on_a_layer(
    "weights", lambda layer, _: layer.update(weights=[layer["weights"]])
)
sizes_without_the_inputs = on_activations(_without_inputs)
activation_for_the_inputs = on_activations(
    lambda _, names, rng: {"activations": [rng.choice(NOTHING), *names]}
)


@kind()
def neurons_are_the_inputs(case: Case, _: Random) -> Case | None:
    """Each layer says how many inputs it has; weights, biases, table and `inputs` know better."""
    layers = case.document.get("layers", [{}])
    told = all("weights" in layer for layer in layers) and "biases" in layers[-1]
    if not told or any(a == b for a, b in pairwise(case.sizes)):
        return None
    sizes = zip(layers, case.sizes, strict=False)
    wrong = [{**layer, "neurons": str(size)} for layer, size in sizes]
    return case.with_document({**case.document, "layers": wrong})


@kind()
def input_layer_among_the_layers(case: Case, rng: Random) -> Case | None:
    """`inputs` is missing; the first layer is called so."""
    document = dict(case.document)
    inputs = document.pop("inputs", None)
    if not isinstance(inputs, str):
        return None
    first = {"name": rng.choice(("input", "inputs", "input_layer", "Input")), "neurons": inputs}
    return case.with_document({**document, "layers": [first, *document["layers"]]})
