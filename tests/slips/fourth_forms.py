"""Values in another form than the spec takes."""

from __future__ import annotations

import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from random import Random
from typing import Any

from slips.fourth_words import ELU, LEAKY
from slips.intact import TELLING, Case, Document, flow
from slips.kinds import Kind, kind

SHAPES = ("(N,)", "(None, N)", "[null, N]", "[N]", "{shape: [N]}", "[None, N]", "(N)")
SIGNS, AROUND = ("-", ", ", ", ", " ", " -> ", "x", " → "), (("", ""), ("", ""), '""')
CODE = (("np.array(", ")"), ("array(", ")"), ("torch.tensor(", ")"), '""', "''", ("tensor(", ")"))


def value(key: str, change: Callable[[Any, Random], Any]) -> Kind:
    """Return the kind that gives a key of the network another value, if `change` returns one."""

    def slip(case: Case, rng: Random) -> Case | None:
        new = change(case.document[key], rng) if key in case.document else None
        return case.with_document({**case.document, key: new}) if new else None

    return Kind(slip)


def on_a_layer(key: str, change: Callable[[Document, Random], Any], block: bool = False) -> Kind:
    """Return the kind that changes a layer that has the key; block: which stands in no brackets."""

    def slip(case: Case, rng: Random) -> Case | None:
        document = deepcopy(case.document)
        found = [layer for layer in document.get("layers", []) if key in layer]
        if not found:
            return None
        change(layer := rng.choice(found), rng)
        for _ in range(30 if block else 0):
            broken = replace(case, style=rng.randrange(2**32)).with_document(document)
            if re.search(rf"^ +(- )?{key}: {re.escape(layer[key])}", broken.text, re.MULTILINE):
                return broken
        return None if block or document == case.document else case.with_document(document)

    return Kind(slip)


inputs_as_a_shape = value(
    "inputs", lambda old, rng: isinstance(old, str) and rng.choice(SHAPES).replace("N", old)
)
sizes_as_a_text = value(
    "layer_sizes", lambda old, rng: rng.choice(SIGNS).join(old).join(rng.choice(AROUND))
)
weights_as_code = on_a_layer(
    "weights",
    lambda layer, rng: layer.update(weights=flow(layer["weights"]).join(rng.choice(CODE))),
    block=True,
)


def on_activations(change: Callable[[list[str], list[str], Random], Document]) -> Kind:
    """Return the kind that gets sizes and activations of a short form, the hidden ones alike."""

    def slip(case: Case, rng: Random) -> Case | None:
        if "layer_sizes" not in case.document or len(case.sizes) < 3:
            return None
        one, other = rng.sample([name for name in TELLING if name[0] != "{"], 2)
        names = [*(one for _ in case.sizes[2:]), other]
        meant = case.with_document({**case.document, "activations": names})
        new = change(case.document["layer_sizes"], names, rng)
        return replace(meant.with_document({**meant.document, **new}), meant=meant) if new else None

    return Kind(slip)


def _by_layer(_: list[str], names: list[str], rng: Random) -> Document:
    """`{hidden: tanh, output: linear}`, `{1: …, 2: …}` or `{layer_1: …, layer_2: …}`."""
    start = rng.choice(("layer_", "layer", "", "hidden"))
    numbered = {f"{start}{index}": name for index, name in enumerate(names, 1)}
    return {"activations": {"hidden": names[0], "output": names[-1]} if "d" in start else numbered}


activations_by_layer = on_activations(_by_layer)


@kind()
def layers_as_a_mapping(case: Case, rng: Random) -> Case | None:
    document = dict(case.document)
    start = rng.choice(("layer_", "layer", "dense_", ""))
    layers = enumerate(document.pop("layers", []), 1)
    lines = [f"  {start}{index}: {flow(layer)}\n" for index, layer in layers]
    spec = case.with_document(document).text + "layers:\n" + "".join(lines)
    return replace(case, spec=spec) if lines else None


@kind()
def parameter_beside_the_activation(case: Case, rng: Random) -> Case | None:
    """A layer with `activation: elu` and `alpha: 0.5`."""
    document = deepcopy(case.document)
    layer = rng.choice(document.get("layers", [{}]))
    if not layer:
        return None
    layer["activation"] = rng.choice((LEAKY, ELU))
    meant = case.with_document(deepcopy(document))
    layer["activation"], parameter, layer[parameter] = re.findall(r"[\w.]+", layer["activation"])
    return replace(meant.with_document(document), meant=meant)


@kind()
def outputs_as_a_count(case: Case, rng: Random) -> Case | None:
    said = rng.choice(("N", "N", "{size: N}", "[N]", "(N,)")).replace("N", str(case.sizes[-1]))
    broken = case.with_document({**case.document, "outputs": said})
    return None if "outputs" in case.document else broken
