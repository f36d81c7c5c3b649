"""What the names of arrays say: how a matrix stands, whose a bias is, what is no dense layer.

Names as PyTorch, Flax, Keras, scikit-learn and people give them: `0.weight` and `0.bias`,
`params.Dense_0.kernel`, `coefs_0` and `intercepts_0`, `W1` and `b1`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from nncli.specs.model import Layout

_STEPS = re.compile(r"[./]")
# Words and numbers; `hiddenWeights` is two words.
_TOKENS = re.compile(r"[0-9]+|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_A-Za-z]+")
_LAYOUTS: dict[str, Layout] = {"weight": "neurons_by_inputs", "kernel": "inputs_by_neurons"}
_BIASES = frozenset({"b", "bias", "biases", "intercept", "intercepts"})
# What a normalisation multiplies by, which is as long as a bias.
_FACTORS = frozenset({"weight", "weights", "kernel", "scale", "gamma", "w", "g"})
# The state of a BatchNorm in PyTorch and in Keras; Flax keeps it in a collection of its own.
_STATE = frozenset({"running_mean", "running_var", "moving_mean", "moving_variance"})
# What the arrays of a BatchNorm of PyTorch or Flax hold before it has learned anything.
_UNTRAINED = {"mean": 0, "var": 1, "running_mean": 0, "running_var": 1}
_UNTRAINED |= {"weight": 1, "scale": 1, "bias": 0}
_FLAX_STATE, _FLAX_COLLECTIONS = "batch_stats", ("batch_stats", "params")


def layout_of(name: str) -> Layout | None:
    """Return how a matrix of that name stands, if the end of its name says it.

    >>> layout_of("0.weight"), layout_of("params/Dense_0/kernel"), layout_of("W1")
    ('neurons_by_inputs', 'inputs_by_neurons', None)
    """
    return _LAYOUTS.get(_STEPS.split(name)[-1])


def stem(name: str) -> tuple[str | None, ...]:
    """Return a name without its last word: weights and biases of one layer have the same.

    >>> stem("0.weight"), stem("W1"), stem("coefs_0") == stem("intercepts_0")
    (('0', None), (None, '1'), True)
    """
    tokens: list[str | None] = [*_TOKENS.findall(name)]
    for place in range(len(tokens) - 1, -1, -1):
        if not str(tokens[place]).isdecimal():
            tokens[place] = None
            break
    return tuple(tokens)


def is_called_bias(name: str) -> bool:
    """Whether an array is called a bias."""
    return _last_word(name) in _BIASES


def is_called_factor(name: str) -> bool:
    """Whether an array is called what no bias is called."""
    return _last_word(name) in _FACTORS


def counts_batches(name: str) -> bool:
    """Whether an array only counts what PyTorch has trained on."""
    return _STEPS.split(name)[-1] == "num_batches_tracked"


def batch_norms(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the BatchNorms among some arrays: what each is called, and the names of its arrays."""
    owners: dict[str, list[str]] = {}
    states: dict[str, None] = {}
    for name in names:
        *parts, last = _STEPS.split(name)
        owner = ".".join(parts[parts[:1] in ([each] for each in _FLAX_COLLECTIONS) :])
        owners.setdefault(owner, []).append(name)
        if last.partition(":")[0] in _STATE or parts[:1] == [_FLAX_STATE]:
            states[owner] = None
    return {owner: tuple(owners[owner]) for owner in states}


def untrained_value(name: str) -> int | None:
    """Return what an array of a BatchNorm holds before it was trained, if its epsilon is tiny.

    None for those of Keras, whose epsilon is a hundred times that of others.
    """
    return _UNTRAINED.get(_STEPS.split(name)[-1])


def _last_word(name: str) -> str:
    words = [token for token in _TOKENS.findall(name) if not token.isdecimal()]
    return words[-1].casefold() if words else ""
