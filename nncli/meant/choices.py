"""Activations, initializers and scales in the words and forms of other programs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nncli.meant.known_words import Known, alike, formula_meant, meanings, other_parameters, plain
from nncli.specs.faults import Path
from nncli.specs.wording import CHOICES
from nncli.words import nearest

# leaky_relu, LeakyReLU(0.3), nn.ELU(alpha=0.1), elu: 0.1, elu 0.1
_CALL = re.compile(
    r"\s*([^\W\d][\w.\- ]*?)\s*(?:\((.*)\)|\[(.*)\]|[:=]\s*(.+)|\s([-+]?\.?\d\S*))?\s*", re.DOTALL
)
# Keys that hold a choice's name, and those that hold its parameters.
_NAMING = frozenset({"name", "type", "kind", "class", "classname", "function", "fn", "activation"})
HOLDING = frozenset({"config", "params", "parameters", "kwargs", "args", "options"})
# Keys whose value is a choice, or holds some.
_CHOOSING: dict[Any, str] = {
    "activation": "activation",
    "activations": "activation",
    "init": "initializer",
    "scale": "scale",
}
_AROUND = " ,;.\"'`\u2018\u2019\u201c\u201d"
# What a function is called on says nothing of it.
_MAX_TYPED = 200
_SHARES = ("softmax", "log_softmax")  # their first parameter is an axis
_APPROXIMATE = {"true": "tanh", "false": "none", "erf": "none", "exact": "none"}


@dataclass(frozen=True)
class Typed:
    """A choice as it was typed."""

    name: str
    positional: tuple[Any, ...] = ()
    named: tuple[tuple[str, Any], ...] = ()


def choice_at(path: Path) -> tuple[str, Path]:
    """Return the kind of choice that a path of the source leads to or into, and its own path.

    >>> choice_at(("inputs", "scale", "standard")), choice_at(("init", "normal"))
    (('scale', ('inputs', 'scale')), ('initializer', ('init',)))
    """
    for end, step in enumerate(path, start=1):
        if step in _CHOOSING:
            # what stands there itself is a choice, unless it holds some
            is_one_of_some = any(
                n in ("weights", "biases") or type(n) is int for n in path[end : end + 1]
            )
            return _CHOOSING[step], path[: end + is_one_of_some]
    return "", ()


def choices_meant(what: str, value: Any) -> Iterator[tuple[str, str | None]]:
    """Yield what was meant by a choice as it was written: in words, and as it should be written.

    None where nncli has no such thing.
    """
    is_formula = what == "activation" and isinstance(value, str)
    if (formula := formula_meant(value) if is_formula else None) is not None:
        yield f"write it `{formula}`", formula
        return
    typed, own = typed_choice(what, value), CHOICES[what]
    if typed is None:
        return
    found = meanings(what, typed.name, own) or alike(what, typed.name, own)
    if typed.name in own:
        found = (Known(typed.name, {}, "", ""),)
    seen: set[str] = set()
    for known in found:
        parameters = _parameters(known, what, typed) if known.instead else None
        if not known.instead or parameters is None:
            lost = f"`{known.instead}` has no such parameters here"
            yield (lost if known.instead else known.words), None
        elif (text := _text(known.instead, parameters)) not in seen:
            seen.add(text)
            said = known.words if parameters == known.parameters else ""
            yield said or _said(known.instead, typed, parameters), text


def _said(kind: str, typed: Typed, parameters: Mapping[str, Any]) -> str:
    if kind == "normal" and len(typed.positional) == 1:
        return "assuming that the number is the standard deviation"
    if kind in ("step", "sign") and typed.positional:
        return "assuming that the number is its value at 0"
    return "write its parameters like this" if parameters else f"write it `{kind}`"


def typed_choice(what: str, value: Any) -> Typed | None:
    """Return the name and the parameters of a choice, whatever form it has."""
    if isinstance(value, dict) and value:
        return _typed_mapping(what, value)
    if isinstance(value, list) and value and isinstance(value[0], str):
        return Typed(value[0], tuple(value[1:]))
    if what == "initializer" and isinstance(value, (int, float)) and not isinstance(value, bool):
        return Typed("constant", (value,))
    call = _CALL.fullmatch(value[:_MAX_TYPED].strip(_AROUND)) if isinstance(value, str) else None
    if call is None:
        return None
    name, *inside = call.groups()
    pieces = next((part for part in inside if part), "").split(",")
    pairs = [re.split(r"\s*[=:]\s*", piece.strip(_AROUND), maxsplit=1) for piece in pieces]
    positional = tuple(pair[0] for pair in pairs if len(pair) == 1 and pair[0])
    if plain(what, name).split(".")[-1] in ("activation", "get") and positional:
        return typed_choice(what, positional[0])
    return Typed(name, positional, tuple((key, held) for key, *rest in pairs for held in rest))


def _typed_mapping(what: str, value: Mapping[str, Any]) -> Typed:
    names = {key: plain(what, key) for key in value}
    naming = [key for key in value if names[key] in _NAMING and isinstance(value[key], str)]
    known = [key for key in value if key in CHOICES[what] or meanings(what, key)]
    key = next(iter((*naming, *known, *value)))
    others = {other: held for other, held in value.items() if other != key}
    inner = None if naming else value[key]
    for holding in [other for other in others if names[other] in HOLDING]:
        inner = others.pop(holding)
    if isinstance(inner, dict):
        others |= inner
        inner = None
    positional = inner if isinstance(inner, list) else [] if inner is None else [inner]
    return Typed(value[key] if naming else key, tuple(positional), tuple(others.items()))


def _parameters(known: Known, what: str, typed: Typed) -> dict[str, Any] | None:
    """Return the parameters by nncli's names; None if one of them has no counterpart."""
    kind = known.instead or ""
    fields = [name for name in CHOICES[what][kind].model_fields if name != "kind"]
    own = {plain("parameter", field): field for field in fields}
    others: dict[str, Any] = {**other_parameters(kind), **own}
    positional = [each for each in typed.positional if not _says_nothing(each, others)]
    if kind == "normal" and len(positional) == 1:
        positional = [0, *positional] if not typed.named else []
    if len(positional) not in (0, len(fields)) and kind not in _SHARES:
        return None
    result: dict[str, Any] = dict(known.parameters)
    for key, value in (*zip(fields, positional, strict=False), *typed.named):
        name = plain("parameter", key)
        target = others.get(name, own.get(nearest(name, list(own)) or ""))
        if target in fields:
            result[str(target)] = value
        elif target is None or (target != "" and _written(value) not in _these(target)):
            return None
    return result


def _says_nothing(value: Any, others: Mapping[str, Any]) -> bool:
    word = str(value).casefold()
    return word in ("true", "false", "none") or others.get(plain("parameter", word)) == ""


def _these(values: Any) -> list[str]:
    return list(map(_written, values if isinstance(values, list) else [values]))


def _text(name: str, parameters: Mapping[str, Any]) -> str:
    """Return a choice as a spec writes it."""
    pairs = [f"{key}: {_written(value)}" for key, value in parameters.items()]
    return f"{{{name}: {{{', '.join(pairs)}}}}}" if pairs else name


def _written(value: Any) -> str:
    """Return the value of a parameter as a spec writes it; gelu's `approximate` is a name here."""
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_written, value))}]"
    text = str(value).casefold()
    return _APPROXIMATE.get(text, text.removesuffix(".0"))
