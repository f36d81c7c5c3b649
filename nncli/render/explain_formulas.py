"""The formula of an activation with the number that it is of."""

from __future__ import annotations

from nncli.explanation.arithmetic import OF_ALL
from nncli.explanation.chains import Symbol
from nncli.explanation.steps import NeuronStep
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


def activation_links(step: NeuronStep, signs: Signs) -> list[tuple[str, str]]:
    """Return how an activation makes a of z: its name, its formula, a, each behind its sign.

    Nothing if it is linear, or a table shows it.
    """
    kind, z = step.activation.kind, step.z.shown
    if kind == "linear" or kind in OF_ALL:
        return []
    is_asked = step.question is not None  # then the formula is the pupil's to find
    is_z_itself = is_asked or (kind in ("leaky_relu", "prelu") and step.slope is None)
    factors = (z, step.slope or z)
    is_formula_rounded = not is_z_itself and any(each.is_rounded for each in factors)
    is_rounded = z.is_rounded or is_formula_rounded or step.a.shown.is_rounded
    return [
        ("=", f"{kind}({signs.symbol(Symbol('z', (step.neuron,)))})"),
        *[(signs.sign(is_rounded=is_formula_rounded), _formula(step, signs))] * (not is_asked),
        (signs.sign(is_rounded=is_rounded), signs.number(step.a.shown)),
    ]


def _formula(step: NeuronStep, signs: Signs) -> str:
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
