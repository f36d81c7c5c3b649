"""Sizes, layouts and counts that do not fit."""

from __future__ import annotations

from random import Random

from slips.intact import Case
from slips.kinds import Kind, kind
from slips.third_forms import with_layers


@kind()
def weights_of_pytorch(case: Case, rng: Random) -> Case | None:  # noqa: ARG001
    """All written with a row per neuron, none of them square, and no word of it."""
    written = [layer["weights"] for layer in case.document.get("layers", []) if "weights" in layer]
    if "layout" in case.document or any(len(rows) == len(rows[0]) for rows in written):
        return None
    return with_layers(case, weights=lambda rows: list(map(list, zip(*rows, strict=True))))


@kind()
def inputs_counted_wrong(case: Case, rng: Random) -> Case | None:
    """Against the weights and the table: with an id or a label, say."""
    inputs, layers = case.document.get("inputs"), case.document.get("layers")
    if not isinstance(inputs, str) or not layers or "weights" not in layers[0]:
        return None
    wrong = str(int(inputs) + rng.choice((1, 1, 1, -1, 2)))
    return case.with_document({**case.document, "inputs": wrong})


@kind()
def sizes_without_the_inputs(case: Case, rng: Random) -> Case | None:  # noqa: ARG001
    """As scikit-learn's `hidden_layer_sizes`; the activations tell how many layers there are."""
    sizes = case.document.get("layer_sizes")
    if not sizes or not isinstance(case.document.get("activations"), list) or sizes[0] == sizes[1]:
        return None
    return case.with_document({**case.document, "layer_sizes": sizes[1:]})


@kind()
def activation_for_the_inputs(case: Case, rng: Random) -> Case | None:
    """One for each size: none for the inputs."""
    listed, first = case.document.get("activations"), rng.choice(["none", "input", "null", "~"])
    if not isinstance(listed, list):
        return None
    return case.with_document({**case.document, "activations": [first, *listed]})


@kind()
def neurons_changed_alone(case: Case, rng: Random) -> Case | None:
    """The count is another than that of the weights and the biases."""
    layers = list(case.document.get("layers", []))
    ripe = [at for at, layer in enumerate(layers) if {"weights", "biases"} <= layer.keys()]
    for at in ripe and [rng.choice(ripe)]:
        wrong = str(int(layers[at]["neurons"]) + rng.choice((1, 2)))
        layers[at] = {**layers[at], "neurons": wrong}
    return case.with_document({**case.document, "layers": layers}) if ripe else None


def _in_layers(*keys: str, more: bool) -> Kind:
    """Return the kind that says the inputs in a layer: one more, or the first that there is."""

    def slip(case: Case, rng: Random) -> Case | None:
        document, key = dict(case.document), rng.choice(keys)
        inputs = document.pop("inputs", None)
        if not isinstance(inputs, str):
            return None
        first, *rest = document["layers"]
        layers = [{"name": key, "neurons": inputs}, first] if more else [{key: inputs, **first}]
        return case.with_document({**document, "layers": layers + rest})

    return Kind(slip)


inputs_as_a_layer = _in_layers("input", "inputs", "input_layer", "Input", "input_1", more=True)
first_layer_says_the_inputs = _in_layers("input_dim", "inputs", "in_features", "n_in", more=False)
