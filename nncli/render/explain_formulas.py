"""The formula of an activation with the number that it is of."""

from __future__ import annotations

from nncli.explain.chains import Symbol
from nncli.explain.steps import NeuronStep
from nncli.render.explain_signs import Signs
from nncli.specs.model import HardTanh

# By the name of the function: {z} is the number, {t} the same as a term, {minus} its opposite.
_FORMULAS = {
    "relu": "max(0, {z})",
    "relu6": "min(6, max(0, {z}))",
    "sigmoid": "1 / (1 + exp({minus}))",
    "log_sigmoid": "−log(1 + exp({minus}))",
    "silu": "{t} / (1 + exp({minus}))",
    "softplus": "log(1 + exp({z}))",
    "softsign": "{t} / (1 + abs({z}))",
}


def formula(step: NeuronStep, signs: Signs) -> str:
    """Return what an activation does with a neuron's sum."""
    activation, text = step.activation, step.z.shown.text
    if step.slope is not None:
        return f"{signs.term(step.slope.text)}{signs.times}{signs.term(text)}"
    if activation.kind in ("leaky_relu", "prelu"):
        return signs.symbol(Symbol("z", (step.neuron,)))
    if isinstance(activation, HardTanh):
        low, high = (signs.number(f"{bound:g}") for bound in (activation.min, activation.max))
        return f"min({high}, max({low}, {signs.number(text)}))"
    pattern = signs.said(_FORMULAS.get(activation.kind, f"{activation.kind}({{z}})"))
    minus = text[1:] if text.startswith("-") else text if text == "0" else f"-{text}"
    return pattern.format(z=signs.number(text), t=signs.term(text), minus=signs.number(minus))
