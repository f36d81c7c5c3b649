"""Activations as tables and formulas show them: with every number that they have."""

from __future__ import annotations

from nncli.specs.model import Activation

# So many slopes are shown one by one.
_MAX_SLOPES = 4


def activation_label(activation: Activation) -> str:
    """Return an activation as a table names it.

    >>> from nncli.specs.model import LeakyRelu
    >>> activation_label(LeakyRelu(kind="leaky_relu"))
    'leaky_relu(0.01)'
    """
    shown = ", ".join(parameter_texts(activation))
    return f"{activation.kind}({shown})" if shown else activation.kind


def activation_formula(activation: Activation) -> str:
    """Return an activation of z as a formula.

    >>> from nncli.specs.model import LeakyRelu
    >>> activation_formula(LeakyRelu(kind="leaky_relu"))
    'leaky_relu(z, 0.01)'
    """
    return f"{activation.kind}({', '.join(['z', *parameter_texts(activation)])})"


def parameter_texts(activation: Activation) -> list[str]:
    """Return the numbers of an activation, as they are shown."""
    shown: list[str] = []
    for name, value in activation.parameters().items():
        if name == "at_zero":  # a number alone could as well be where it jumps
            shown.append(f"at_zero={value:.6g}")
        elif isinstance(value, tuple):
            shown += _slopes(value)
        elif value != "none":  # the exact gelu has no parameter to show
            shown.append(value if isinstance(value, str) else f"{value:.6g}")
    return shown


def _slopes(slopes: tuple[float, ...]) -> list[str]:
    if len(slopes) <= _MAX_SLOPES:
        return [f"{slope:.6g}" for slope in slopes]
    return [f"{len(slopes):,} slopes from {min(slopes):.6g} to {max(slopes):.6g}"]
