"""The right things in another form: texts for lists, lists for numbers, one too few or too many."""

from __future__ import annotations

import re
from dataclasses import replace
from random import Random
from typing import Any

from slips.intact import Case, Document, draw_activation, flow
from slips.kinds import Kind, kind, pattern

WORDS = ("zero", "one", "two", "three", "four", "five", "six")


def marked(case: Case, document: Document, text: str) -> Case:
    """Write a document that holds the scalar `@@`, and put a text in its place."""
    broken = case.with_document(document)
    return replace(broken, spec=broken.text.replace("@@", text))


def at_layer(document: Document, index: int, **changes: Any) -> Document:
    layers = [dict(layer) for layer in document["layers"]]
    layers[index] |= changes
    return {**document, "layers": layers}


def layers_with(case: Case, key: str) -> list[int]:
    layers = enumerate(case.document.get("layers", []))
    return [index for index, layer in layers if key in layer]


@kind()
def layer_sizes_as_a_text(case: Case, rng: Random) -> Case | None:
    if "layer_sizes" not in case.document:
        return None
    sizes = case.document["layer_sizes"]
    text = rng.choice(
        (", ".join(sizes), ",".join(sizes), f'"{", ".join(sizes)}"', "-".join(sizes),
         " ".join(sizes), "x".join(sizes), f"({', '.join(sizes)})", f"[{' '.join(sizes)}]",
         f"[{'; '.join(sizes)}]", " -> ".join(sizes), f"'[{', '.join(sizes)}]'")
    )  # fmt: skip
    return marked(case, {**case.document, "layer_sizes": "@@"}, text)


@kind()
def layers_for_layer_sizes(case: Case, rng: Random) -> Case | None:
    if "layer_sizes" not in case.document:
        return None
    new = rng.choice(("layers: ", "neurons: ", "sizes: ", "layers_sizes: "))
    return replace(case, spec=re.sub(r"\blayer_sizes:( |(?=\n))", new, case.text))


@kind()
def layers_as_bare_numbers(case: Case, rng: Random) -> Case | None:
    """`layers: [3, 2]` beside `inputs`: what the layers hold has no place then."""
    if "layers" not in case.document:
        return None
    bare = [{"neurons": layer["neurons"]} for layer in case.document["layers"]]
    document = {"seed": str(rng.randrange(1000)), **case.document, "layers": bare}
    document.pop("layout", None)
    numbers = [layer["neurons"] for layer in bare]
    meant = case.with_document(document)
    return replace(marked(case, {**document, "layers": "@@"}, flow(numbers)), meant=meant)


parentheses_for_brackets = pattern(
    r"(?<=: )\[[^\[\]{}\n#]*\](?= *$)", lambda m, _: f"({m[0][1:-1]})"
)
parentheses_around_rows = pattern(
    r"(?<=[ \[])\[(-?[\d.][^\[\]{}\n#]*)\](?=[,\]\n])", lambda m, _: f"({m[1]})"
)
list_with_semicolons_or_blanks = pattern(
    r"(?<=[: ])\[[\w.-]+(?:, [\w.-]+)+\]",
    lambda m, rng: m[0].replace(", ", rng.choice(("; ", " ", ";", " | "))),
)


@kind()
def activations_as_a_text(case: Case, rng: Random) -> Case | None:
    names = case.document.get("activations")
    if not isinstance(names, list) or len(names) < 2 or "{" in "".join(names):
        return None
    text = rng.choice((", ", " ", "-", "; ", ",", " -> ")).join(names)
    return marked(case, {**case.document, "activations": "@@"}, text)


def _cut_first_size(case: Case) -> Case | None:
    sizes = case.document.get("layer_sizes", [])
    if len(sizes) < 3 or sizes[0] == sizes[1]:  # else one may run with what is left
        return None
    return case.with_document({**case.document, "layer_sizes": sizes[1:]})


@kind()
def inputs_left_out_of_sizes_beside_a_list(case: Case, _rng: Random) -> Case | None:
    listed = isinstance(case.document.get("activations"), list)
    return _cut_first_size(case) if listed else None


@kind(2, "the first size may be wrong, or may be left out")
def inputs_left_out_of_sizes(case: Case, _rng: Random) -> Case | None:
    listed = isinstance(case.document.get("activations"), list)
    return None if listed else _cut_first_size(case)


@kind(2, "the file may have a column too many, or samples in columns")
def first_size_off_by_one(case: Case, rng: Random) -> Case | None:
    sizes = case.document.get("layer_sizes")
    if not sizes:
        return None
    first = str(int(sizes[0]) + rng.choice((-1, 1)))
    return case.with_document({**case.document, "layer_sizes": [first, *sizes[1:]]})


@kind()
def activation_of_the_last_layer_left_out(case: Case, _rng: Random) -> Case | None:
    names = case.document.get("activations")
    if not isinstance(names, list) or len(names) < 2:
        return None
    meant = case.with_document({**case.document, "activations": [*names[:-1], "linear"]})
    broken = case.with_document({**case.document, "activations": names[:-1]})
    return replace(broken, meant=meant)


@kind(2, "any of them can be the one too many")
def activation_too_many(case: Case, rng: Random) -> Case | None:
    names = case.document.get("activations")
    if not isinstance(names, list):
        return None
    return case.with_document({**case.document, "activations": [*names, draw_activation(rng)]})


@kind()
def activations_beside_layers(case: Case, rng: Random) -> Case | None:
    if "layers" not in case.document:
        return None
    names = [layer.get("activation", "linear") for layer in case.document["layers"]]
    bare = [
        {key: value for key, value in layer.items() if key != "activation"}
        for layer in case.document["layers"]
    ]
    one = len(set(names)) == 1 and rng.random() < 0.5
    document = {**case.document, "layers": bare}
    return case.with_document({**document, "activations": names[0] if one else names})


@kind()
def neurons_as_something_else(case: Case, rng: Random) -> Case | None:
    if "layers" not in case.document:
        return None
    index = rng.randrange(len(case.document["layers"]))
    number = case.document["layers"][index]["neurons"]
    forms = ("[{}]", "{} neurons", "{}.0", '"{}"', "{} units", "({})")
    text = rng.choice((*(form.format(number) for form in forms), WORDS[int(number)]))
    return marked(case, at_layer(case.document, index, neurons="@@"), text)


@kind()
def inputs_as_something_else(case: Case, rng: Random) -> Case | None:
    number = case.document.get("inputs")
    if not isinstance(number, str):
        return None
    forms = ("[{}]", "{} inputs", "{}.0", '"{}"', "{} features", "({},)", "{{size: [{}]}}")
    text = rng.choice((*(form.format(number) for form in forms), WORDS[int(number)]))
    return marked(case, {**case.document, "inputs": "@@"}, text)


@kind()
def size_as_something_else(case: Case, rng: Random) -> Case | None:
    sizes = case.document.get("layer_sizes")
    if not sizes:
        return None
    index = rng.randrange(len(sizes))
    form = rng.choice(('"{}"', "{}.0", "[{}]", "'{}'"))
    changed = [*sizes[:index], form.format(sizes[index]), *sizes[index + 1 :]]
    return case.with_document({**case.document, "layer_sizes": changed})


def _names_otherwise(key: str) -> Kind:
    def slip(case: Case, rng: Random) -> Case | None:
        node = case.document.get(key)
        if not isinstance(node, dict):
            return None
        names = node["columns"]
        if any(" " in name for name in names) and len(names) > 1:
            return None
        text = rng.choice((flow(names), ", ".join(names) if len(names) > 1 else flow(names)))
        if text[0] in "'\"" and text[-1] in "'\"":
            text = flow(names)
        return marked(case, {**case.document, key: "@@"}, text)

    return Kind(slip)


inputs_as_bare_names = _names_otherwise("inputs")
outputs_as_bare_names = _names_otherwise("outputs")


@kind()
def outputs_as_a_number(case: Case, _rng: Random) -> Case | None:
    document = {key: value for key, value in case.document.items() if key != "outputs"}
    meant = case.with_document(document)
    return replace(case.with_document({**document, "outputs": str(case.sizes[-1])}), meant=meant)


@kind()
def init_as_a_name(case: Case, rng: Random) -> Case | None:
    init = case.document.get("init")
    if init is None:
        return None
    name = init["weights"]
    text = rng.choice((name, f'"{name}"', f"[{name}]", f"{{weights: [{name}]}}"))
    return marked(case, {**case.document, "init": "@@"}, text)


@kind()
def biases_in_more_brackets(case: Case, rng: Random) -> Case | None:
    places = layers_with(case, "biases")
    if not places:
        return None
    index = rng.choice(places)
    biases = case.document["layers"][index]["biases"]
    other = [biases] if rng.random() < 0.5 else [[bias] for bias in biases]
    return case.with_document(at_layer(case.document, index, biases=other))


@kind()
def one_bias_for_all(case: Case, rng: Random) -> Case | None:
    if "layers" not in case.document:
        return None
    index = rng.randrange(len(case.document["layers"]))
    number = rng.choice(("0.5", "0", "-1.25", "1"))
    count = int(case.document["layers"][index]["neurons"])
    meant = case.with_document(at_layer(case.document, index, biases=[number] * count))
    return replace(case.with_document(at_layer(case.document, index, biases=number)), meant=meant)


def _numpy(rows: list[list[str]], rng: Random) -> str:
    lines = [f"[{' '.join(row)}]" for row in rows]
    return rng.choice(
        (f"[{' '.join(lines)}]", f"array({flow(rows)})", f"np.array({flow(rows)})",
         f'"{flow(rows)}"', f"'[{' '.join(lines)}]'", f"torch.tensor({flow(rows)})",
         f"[{'; '.join(' '.join(row) for row in rows)}]")
    )  # fmt: skip


@kind()
def weights_as_a_program_prints_them(case: Case, rng: Random) -> Case | None:
    places = layers_with(case, "weights")
    if not places:
        return None
    index = rng.choice(places)
    text = _numpy(case.document["layers"][index]["weights"], rng)
    document = at_layer(case.document, index, weights="@@")
    return marked(case, document, text)


@kind()
def weights_in_more_brackets(case: Case, rng: Random) -> Case | None:
    places = layers_with(case, "weights")
    if not places:
        return None
    index = rng.choice(places)
    weights = case.document["layers"][index]["weights"]
    return case.with_document(at_layer(case.document, index, weights=[weights]))


@kind()
def weights_of_one_neuron_as_a_flat_list(case: Case, _rng: Random) -> Case | None:
    if "layers" not in case.document or case.sizes[-1] != 1 or not layers_with(case, "weights"):
        return None
    if "weights" not in case.document["layers"][-1]:
        return None
    rows = case.document["layers"][-1]["weights"]
    numbers = [number for row in rows for number in row]
    return case.with_document(at_layer(case.document, -1, weights=numbers))


@kind()
def sizes_that_the_weights_say_left_out(case: Case, _rng: Random) -> Case | None:
    layers = case.document.get("layers", [])
    if not layers or not all("weights" in layer for layer in layers):
        return None
    bare = [{k: v for k, v in layer.items() if k != "neurons"} for layer in layers]
    if any(not layer for layer in bare):
        return None
    return case.with_document({**case.document, "layers": bare})


@kind()
def layers_as_a_mapping(case: Case, _rng: Random) -> Case | None:
    layers = case.document.get("layers")
    if not layers:
        return None
    named = {
        layer.get("name", f"layer_{n}"): {k: v for k, v in layer.items() if k != "name"}
        for n, layer in enumerate(layers, 1)
    }
    return marked(case, {**case.document, "layers": "@@"}, flow(named))
