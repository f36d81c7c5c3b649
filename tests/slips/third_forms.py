"""Values in another form than the spec takes: as programs print them, or as papers write them."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from slips.intact import Case, flow
from slips.kinds import Kind, kind, pattern


def with_layers(case: Case, **change: Callable[[Any], Any]) -> Case | None:
    """Change the values of these keys in every layer of the long form; None if there are none."""
    layers = case.document.get("layers", [])
    changed = [{k: change.get(k, lambda old: old)(layer[k]) for k in layer} for layer in layers]
    return case.with_document({**case.document, "layers": changed}) if changed != layers else None


activation_as_a_call = pattern(
    r"\{(leaky_relu|elu): \{(\w+): ([\d.]+)\}\}",
    lambda match, rng: match.expand(rng.choice(
        (r"\1(\3)", r"\1(\2=\3)", r"{name: \1, \2: \3}", r"{\1: \3}", r"{type: \1, \2: \3}")
    )),
)  # fmt: skip


def _key_as(key: str, forms: str) -> Kind:
    """Write a key's value, a text or a list, in one of some forms."""

    def slip(case: Case, rng: Random) -> Case | None:
        value: Any = case.document.get(key)
        fit = isinstance(value, str if "__" in forms else list) and "{" not in flow(value)
        if not fit or value[1:] == []:
            return None
        start, between, end = rng.choice(forms.split("  ")).split("_")
        text = start + (value if isinstance(value, str) else between.join(value)) + end
        return case.with_document({**case.document, key: text})

    return Kind(slip)


sizes_as_a_text = _key_as("layer_sizes", "_, _  _-_  _ _  _x_  _ -> _  (_, _)  '[_, _]'  {_, _}")
activations_as_a_text = _key_as("activations", "[_ _]  (_, _)  '[_, _]'  [_; _]  [(_, _)]")
inputs_as_a_shape = _key_as(
    "inputs", "[__]  (__,)  (None, __)  [None, __]  (__)  {shape: [__]}  [null, __]  {features: __}"
)


@kind()
def biases_as_a_matrix(case: Case, rng: Random) -> Case | None:
    """As a column, or as the one row of a matrix, in every layer."""
    return with_layers(case, biases=rng.choice((lambda old: [old], lambda old: [[b] for b in old])))


@kind()
def outputs_as_a_count(case: Case, rng: Random) -> Case | None:
    form = rng.choice(("{}", "{}", "{{size: {}}}")).format(case.sizes[-1])
    document = {"outputs": form, **case.document}
    return None if "outputs" in case.document else case.with_document(document)


def _arrays(*ways: tuple[str, str, str]) -> Kind:
    """Ways: what stands around an array, between its numbers and between its rows."""

    def slip(case: Case, rng: Random) -> Case | None:
        around, between, gap = rng.choice(ways)
        whole, form = around.format("[{}]"), "{}" if gap[0] == ";" else "[{}]"
        more = with_layers(
            case,
            weights=lambda rows: whole.format(gap.join(map(form.format, map(between.join, rows)))),
            biases=lambda biases: whole.format(between.join(biases)),
        )
        layers = case.document.get("layers", [])
        return more if any(len(layer.get("weights", "")) > 1 for layer in layers) else None

    return Kind(slip)


arrays_as_numpy_prints_them = _arrays(("{}", " ", "\n" + " " * 16), ("{}", " ", " "))
arrays_in_a_call = _arrays(
    *((f"{name}({{}})", ", ", ", ") for name in ("array", "np.array", "tensor", "torch.tensor"))
)
arrays_of_matlab = _arrays(("{}", " ", "; "), ("{}", ", ", "; "), ("{}", ", ", ";"))
