"""What is meant is there, but built as other programs build it."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from slips.first_forms import at_layer, marked
from slips.intact import Case, draw_number, flow
from slips.kinds import kind


@kind()
def type_of_a_layer(case: Case, rng: Random) -> Case | None:
    layers = case.document.get("layers")
    if not layers:
        return None
    key, word = rng.choice(("type", "kind", "class")), rng.choice(("dense", "Dense", "linear"))
    changed = [{key: word, **layer} for layer in layers]
    return case.with_document({**case.document, "layers": changed})


@kind()
def activation_as_a_layer(case: Case, rng: Random) -> Case | None:
    """As a stack of PyTorch or Keras: the activation behind the layer."""
    form = rng.choice(("  - {{activation: {}}}", "  - {}", "  - {{type: {}}}"))
    lines = [""]
    for layer in case.document.get("layers", []):
        rest = {key: value for key, value in layer.items() if key != "activation"}
        lines += [f"  - {flow(rest)}", form.format(layer.get("activation", "linear"))]
    if len(lines) == 1:
        return None
    return marked(case, {**case.document, "layers": "@@"}, "\n".join(lines))


@kind()
def sizes_with_names(case: Case, rng: Random) -> Case | None:
    sizes = case.document.get("layer_sizes", [])
    if len(sizes) < 3:
        return None
    first, *hidden, last = sizes
    inner = f"hidden: {hidden[0] if len(hidden) == 1 else flow(hidden)}"
    if rng.random() < 0.4:
        inner = ", ".join(f"hidden{n}: {size}" for n, size in enumerate(hidden, 1))
    ends = rng.choice((("input", "output"), ("inputs", "outputs"), ("in", "out")))
    text = f"{{{ends[0]}: {first}, {inner}, {ends[1]}: {last}}}"
    return marked(case, {**case.document, "layer_sizes": "@@"}, text)


@kind()
def inputs_as_a_shape(case: Case, rng: Random) -> Case | None:
    inputs = case.document.get("inputs")
    if not isinstance(inputs, str):
        return None
    form = rng.choice(
        ("({},)", "[None, {}]", "(None, {})", "{{shape: {}}}", "{{shape: [{}]}}", "[-1, {}]",
         "{{dim: {}}}", "{{features: {}}}", "{{columns: {}}}", "{} features")
    )  # fmt: skip
    return marked(case, {**case.document, "inputs": "@@"}, form.format(inputs))


@kind()
def keys_of_training(case: Case, rng: Random) -> Case | None:
    """What only training needs has no say in a forward pass."""
    pairs = (("optimizer", "adam"), ("learning_rate", "0.001"), ("epochs", "50"), ("loss", "mse"),
             ("batch_size", "32"), ("metrics", "[accuracy]"), ("momentum", "0.9"))  # fmt: skip
    if "layers" in case.document and rng.random() < 0.4:
        index = rng.randrange(len(case.document["layers"]))
        key, value = rng.choice((("dropout", "0.2"), ("trainable", "true"), ("l2", "0.01")))
        return case.with_document(at_layer(case.document, index, **{key: value}))
    return case.with_document({**case.document, **dict(rng.sample(pairs, rng.choice((1, 1, 2))))})


@kind()
def biases_that_there_are_not(case: Case, rng: Random) -> Case | None:
    """`biases: none` in a layer whose biases are left out otherwise, so 0."""
    layers = case.document.get("layers", [])
    places = [n for n, layer in enumerate(layers) if "biases" not in layer]
    if not places:
        return None
    word = rng.choice(("false", "none", "None", "null", "no", "[]", "off", "~"))
    return case.with_document(at_layer(case.document, rng.choice(places), biases=word))


@kind()
def scale_in_words_of_others(case: Case, rng: Random) -> Case | None:
    inputs = case.document.get("inputs")
    if not isinstance(inputs, str):
        return None
    low = [draw_number(rng) for _ in range(int(inputs))]
    high = [f"{rng.uniform(5.5, 9):.2f}" for _ in low]
    name, forms = rng.choice(
        ((("standard", "mean", "std"),
          ("{{mean: {}, std: {}}}", "{{StandardScaler: {{mean: {}, scale: {}}}}}",
           "{{standard: {{mean_: {}, scale_: {}}}}}", "{{standard: {{mu: {}, sigma: {}}}}}",
           "{{zscore: {{mean: {}, std: {}}}}}", "{{standard: {{mean: {}, sd: {}}}}}")),
         (("min_max", "min", "max"),
          ("{{min: {}, max: {}}}", "{{minmax: {{min: {}, max: {}}}}}",
           "{{MinMaxScaler: {{data_min: {}, data_max: {}}}}}",
           "{{min_max: {{minimum: {}, maximum: {}}}}}", "{{min_max: {{low: {}, high: {}}}}}")))
    )  # fmt: skip
    scale = {name[0]: {name[1]: low, name[2]: high}}
    meant = {**case.document, "inputs": {"size": inputs, "scale": scale}}
    broken = {**case.document, "inputs": {"size": inputs, "scale": "@@"}}
    text = rng.choice(forms).format(flow(low), flow(high))
    return replace(marked(case, broken, text), meant=case.with_document(meant))
