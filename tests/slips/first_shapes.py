"""Sizes, weights and biases that do not fit each other."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from slips.first_forms import at_layer, layers_with
from slips.intact import Case, draw_number
from slips.kinds import kind


def _explicit(case: Case) -> bool:
    layers = case.document.get("layers", [])
    return bool(layers) and all("weights" in layer and "biases" in layer for layer in layers)


def _oblong(case: Case) -> list[int]:
    """The layers whose written weights fit one way round only."""
    return [n for n in layers_with(case, "weights") if case.sizes[n] != case.sizes[n + 1]]


def _turned(case: Case, places: list[int]) -> Case:
    document = case.document
    for n in places:
        rows = document["layers"][n]["weights"]
        document = at_layer(document, n, weights=[list(r) for r in zip(*rows, strict=True)])
    return case.with_document(document)


@kind()
def layer_transposed(case: Case, rng: Random) -> Case | None:
    places = _oblong(case)
    return _turned(case, [rng.choice(places)]) if len(places) > 1 else None


@kind()
def all_layers_transposed(case: Case, _rng: Random) -> Case | None:
    places = layers_with(case, "weights")
    return _turned(case, places) if len(places) > 1 and places == _oblong(case) else None


@kind(2, "square layers fit either way round")
def all_layers_transposed_and_some_square(case: Case, _rng: Random) -> Case | None:
    places = layers_with(case, "weights")
    return _turned(case, places) if places != _oblong(case) != [] else None


@kind()
def neurons_off_by_one(case: Case, rng: Random) -> Case | None:
    if not _explicit(case):
        return None
    index = rng.randrange(len(case.document["layers"]))
    wrong = str(max(1, int(case.document["layers"][index]["neurons"]) + rng.choice((-1, 1, 2))))
    if wrong == case.document["layers"][index]["neurons"]:
        return None
    return case.with_document(at_layer(case.document, index, neurons=wrong))


@kind()
def inputs_off_by_one(case: Case, rng: Random) -> Case | None:
    if not _explicit(case) or not isinstance(case.document["inputs"], str):
        return None
    wrong = str(case.sizes[0] + rng.choice((-1, 1)))
    return case.with_document({**case.document, "inputs": wrong})


@kind()
def two_layers_in_the_wrong_order(case: Case, rng: Random) -> Case | None:
    """Neighbours that fit in one order only."""
    layers = case.document.get("layers", [])
    if len(layers) < 2 or len(layers_with(case, "weights")) < len(layers):
        return None
    at = rng.randrange(len(layers) - 1)
    if case.sizes[at] == case.sizes[at + 1] or case.sizes[at + 1] == case.sizes[at + 2]:
        return None
    other = [*layers[:at], layers[at + 1], layers[at], *layers[at + 2 :]]
    return case.with_document({**case.document, "layers": other})


@kind(2, "which bias is missing or too many is open")
def bias_too_few_or_too_many(case: Case, rng: Random) -> Case | None:
    places = [n for n in layers_with(case, "biases") if case.sizes[n + 1] > 1]
    if not places or not _explicit(case):
        return None
    index = rng.choice(places)
    biases = case.document["layers"][index]["biases"]
    changed = biases[:-1] if rng.random() < 0.5 and len(biases) > 2 else [*biases, draw_number(rng)]
    return case.with_document(at_layer(case.document, index, biases=changed))


@kind(0, "only the user knows the number that is missing")
def number_missing_in_a_row(case: Case, rng: Random) -> Case | None:
    places = [
        n for n in layers_with(case, "weights") if len(_rows(case, n)[0]) > 1 < len(_rows(case, n))
    ]
    if not places:
        return None
    index = rng.choice(places)
    rows = [list(row) for row in _rows(case, index)]
    row = rng.choice(rows)
    del row[rng.randrange(len(row))]
    return case.with_document(at_layer(case.document, index, weights=rows))


def _rows(case: Case, index: int) -> list[list[str]]:
    rows: list[list[str]] = case.document["layers"][index]["weights"]
    return rows


@kind(2, "which number of the row is too many is open")
def number_too_many_in_a_row(case: Case, rng: Random) -> Case | None:
    places = [n for n in layers_with(case, "weights") if len(_rows(case, n)) > 2]
    if not places:
        return None
    index = rng.choice(places)
    rows = [list(row) for row in _rows(case, index)]
    rng.choice(rows).append(draw_number(rng))
    return case.with_document(at_layer(case.document, index, weights=rows))


@kind(0, "only the user knows the numbers that are missing")
def weights_miss_a_row(case: Case, rng: Random) -> Case | None:
    places = [n for n in layers_with(case, "weights") if len(_rows(case, n)) > 2]
    if not places or not _explicit(case):
        return None
    index = rng.choice(places)
    rows = list(_rows(case, index))
    del rows[rng.randrange(len(rows))]
    return case.with_document(at_layer(case.document, index, weights=rows))


@kind(2, "the names of the outputs or the size of the layer can be wrong")
def name_of_an_output_too_few_or_too_many(case: Case, rng: Random) -> Case | None:
    outputs = case.document.get("outputs")
    if outputs is None or len(outputs["columns"]) < 2 or "layers" in case.document:
        return None
    names = outputs["columns"]
    changed = names[:-1] if rng.random() < 0.5 else [*names, "extra"]
    return case.with_document({**case.document, "outputs": {"columns": changed}})


@kind()
def name_of_an_output_too_many_beside_weights(case: Case, _rng: Random) -> Case | None:
    """Weights and biases agree with each other, so that the name must go (and decides nothing)."""
    if not _explicit(case) or "outputs" not in case.document:
        return None
    names = [*case.document["outputs"]["columns"], "extra"]
    return case.with_document({**case.document, "outputs": {"columns": names}})


@kind()
def the_layout_of_one_layer(case: Case, rng: Random) -> Case | None:
    """A layer says the layout that its weights do not have."""
    places = _oblong(case)
    if not places:
        return None
    index = rng.choice(places)
    names = ("inputs_by_neurons", "neurons_by_inputs")
    wrong = names[case.document.get("layout") != "neurons_by_inputs"]
    return replace(case.with_document(at_layer(case.document, index, layout=wrong)))
