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
# What a scaler subtracts and divides by, which may be as long as a bias, too.
_OF_SCALERS = frozenset({"mean", "std", "var", "variance", "min", "max"})
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


def stems(name: str) -> tuple[tuple[str, ...], ...]:
    """Return the name of weights without each word that may say what they are.

    >>> stems("0.weight"), stems("W_in")
    ((('0', ''),), (('W', ''), ('', 'in')))
    """
    tokens, places = _split(name)
    return tuple(_without(tokens, place) for place in places)


def bias_stem(name: str) -> tuple[str, ...]:
    """Return the name of a vector without the word that says it is a bias, or its last one.

    The weights of the same layer have it among their `stems`.

    >>> bias_stem("0.bias"), bias_stem("b_in"), bias_stem("intercepts_1") in stems("coefs_1")
    (('0', ''), ('', 'in'), True)
    """
    tokens, places = _split(name)
    found = _bias_place(tokens, places)
    return _without(tokens, found if found is not None else places[0]) if places else ()


def words(name: str) -> tuple[str, ...]:
    """Return the words of a name: where all are the same, the numbers tell the order.

    >>> words("fc2.weight"), words("layers.10.fc.weight")
    (('fc', 'weight'), ('layers', 'fc', 'weight'))
    """
    return tuple(token for token in _TOKENS.findall(name) if not token.isdecimal())


def is_called_bias(name: str) -> bool:
    """Whether an array is called a bias: `0.bias`, `b1`, `b_hidden`."""
    return _bias_place(*_split(name)) is not None


def is_called_factor(name: str) -> bool:
    """Whether an array is called what no bias is called."""
    return any(word.casefold() in _FACTORS | _OF_SCALERS for word in words(name)[-1:])


def is_called_scale(name: str) -> bool:
    """Whether an array is called what inputs are scaled by: `mean`, `scaler.std`."""
    return any(word.casefold() in _OF_SCALERS for word in words(name)[-1:])


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


def _split(name: str) -> tuple[list[str], list[int]]:
    """Return the words and numbers of a name, and where those words stand that may say what it is.

    These are its last one, and the first one of its last step: `W_in`.
    """
    tokens, last_step = _TOKENS.findall(name), _TOKENS.findall(_STEPS.split(name)[-1])
    places = [place for place, token in enumerate(tokens) if not token.isdecimal()]
    of_step = [place for place in places if place >= len(tokens) - len(last_step)]
    return tokens, list(dict.fromkeys((*places[-1:], *of_step[:1])))


def _bias_place(tokens: list[str], places: list[int]) -> int | None:
    """Return where the word stands that calls an array a bias."""
    found = [place for place in places if tokens[place].casefold() in _BIASES]
    is_factor = bool(places) and tokens[places[0]].casefold() in _FACTORS | _OF_SCALERS
    return found[0] if found and not is_factor else None


def _without(tokens: list[str], place: int) -> tuple[str, ...]:
    return (*tokens[:place], "", *tokens[place + 1 :])
