"""Weights and biases that a spec only points to: arrays of its weights file, one more input."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nncli.specs.faults import Fault, Path
from nncli.specs.model import Tensor, WithinWeights
from nncli.words import did_you_mean, quoted

# The keys that weights or biases may have as a mapping.
REFERENCES: dict[str, tuple[str, ...]] = {
    "weights": ("tensor",),
    "biases": ("tensor", "within_weights"),
}
_EXAMPLES = {"weights": "{tensor: NAME}", "biases": "{tensor: NAME}, or {within_weights: first}"}
_PLACES = ("first", "last")


def as_reference(key: str, value: dict[str, Any]) -> Tensor | WithinWeights | None:
    """Return what the mapping stands for, as `weights` or `biases`; None if it is faulty."""
    match value:
        case {"tensor": str(name)} if name and len(value) == 1:
            return Tensor(name)
        case {"within_weights": ("first" | "last") as where} if key == "biases" and len(value) == 1:
            return WithinWeights(where)
    return None


def reference_faults(path: Path, value: dict[str, Any]) -> Iterator[Fault]:
    """Yield what is wrong with the mapping at *path*; an empty value is told of elsewhere."""
    key = str(path[-1])
    known = REFERENCES[key]
    for name in value:
        if name not in known:
            listed = " and ".join(known)
            yield Fault(
                "N101",
                f"unknown key {quoted(name)} of `{key}`",
                (*did_you_mean(name, known), f"as a mapping it has one key, of {listed}"),
                (*path, name),
                of_key=True,
                kind="unknown key",
                typed=name,
                choices=known,
            )
            return
    if len(value) != 1:
        hint = f"write {_EXAMPLES[key]}"
        yield Fault("N105", f"`{key}` has one key as a mapping", (hint,), path, names_found=True)
        return
    tensor, where = value.get("tensor"), value.get("within_weights")
    if tensor is not None and not (isinstance(tensor, str) and tensor):
        hint = "write the array's name, in quotes if it looks like a number"
        message = "`tensor` is the name of an array"
        yield Fault("N105", message, (hint,), (*path, "tensor"), names_found=True)
    if key == "biases" and where is not None and where not in _PLACES:
        yield Fault(
            "N107",
            "`within_weights` is `first` or `last`",
            (*did_you_mean(str(where), _PLACES), "write `first` or `last`"),
            (*path, "within_weights"),
            names_found=True,
            kind="choice",
            typed=str(where),
            choices=_PLACES,
        )
