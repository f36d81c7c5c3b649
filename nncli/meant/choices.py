"""Activations, initializers and scales in the words and forms of other programs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nncli.meant.known_words import Known, alike, meanings, other_parameters, plain
from nncli.specs.faults import Path
from nncli.specs.wording import CHOICES
from nncli.words import nearest

# leaky_relu, LeakyReLU(0.3), nn.ELU(alpha=0.1), elu: 0.1, elu 0.1
_CALL = re.compile(
    r"\s*([^\W\d][\w.\- ]*?)\s*(?:\((.*)\)|\[(.*)\]|[:=]\s*(.+)|\s([-+]?\.?\d\S*))?\s*", re.DOTALL
)
# Keys that hold a choice's name, and those that hold its parameters.
_NAMING = frozenset({"name", "type", "kind", "class", "classname", "function", "fn", "activation"})
_HOLDING = frozenset({"config", "params", "parameters", "kwargs", "args", "options"})
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


def choice_path(path: Path) -> tuple[str, Path] | None:
    """Return what a path leads to or into (activation, initializer, scale), and its own path."""
    for position, step in enumerate(path):
        if step in ("activation", "scale"):
            return str(step), path[: position + 1]
        if step in ("init", "activations") and len(path) > position + 1:
            what = "initializer" if step == "init" else "activation"
            return what, path[: position + 2]
    return None


def choices_meant(what: str, value: Any) -> Iterator[tuple[str, str | None]]:
    """Yield what was meant by a choice as it was written: in words, and as it should be written.

    None where nncli has no such thing.
    """
    typed, own = _typed(what, value), CHOICES[what]
    if typed is None:
        return
    given = bool(typed.positional or typed.named)
    if typed.name in own:
        found: tuple[Known, ...] = (Known(typed.name, {}, "", ""),)
    else:
        found = meanings(what, typed.name, own) or alike(what, typed.name, own)
    seen: set[str] = set()
    for known in found:
        parameters = _parameters(known, what, typed) if known.instead else None
        if parameters is None:
            lost = f"`{known.instead}` has no such parameters here"
            yield (lost if known.instead else known.words), None
        elif (text := _text(known.instead or "", parameters)) not in seen:
            seen.add(text)
            if typed.name in own or (given and parameters != known.parameters):
                yield _said(known.instead or "", typed, parameters), text
            else:
                yield known.words, text


def _said(kind: str, typed: Typed, parameters: Mapping[str, Any]) -> str:
    if kind == "normal" and len(typed.positional) == 1:
        return "assuming that the number is the standard deviation"
    return "write its parameters so" if parameters else f"write it `{kind}`"


def _typed(what: str, value: Any) -> Typed | None:
    """Return the name and the parameters of a choice, whatever form it has."""
    if isinstance(value, str) and (call := _CALL.fullmatch(value[:_MAX_TYPED].strip(_AROUND))):
        name, *inside = call.groups()
        pieces = next((part for part in inside if part), "").split(",")
        pairs = [re.split(r"\s*[=:]\s*", piece.strip(), maxsplit=1) for piece in pieces]
        positional = tuple(pair[0].strip(_AROUND) for pair in pairs if len(pair) == 1 and pair[0])
        if plain(what, name).split(".")[-1] in ("activation", "get") and positional:
            return _typed(what, positional[0])
        named = tuple((pair[0], pair[1].strip(_AROUND)) for pair in pairs if len(pair) == 2)
        return Typed(name, positional, named)
    if what == "initializer" and isinstance(value, (int, float)) and not isinstance(value, bool):
        return Typed("constant", (value,))
    if isinstance(value, list) and value and isinstance(value[0], str):
        return Typed(value[0], tuple(value[1:]))
    return _typed_mapping(what, value) if isinstance(value, dict) else None


def _typed_mapping(what: str, value: Mapping[str, Any]) -> Typed | None:
    names = {key: plain(what, key) for key in value}
    name = next((key for key in value if names[key] in _NAMING and isinstance(value[key], str)), "")
    if not name:
        if kind := _only_kind_with(what, set(value)):
            return Typed(kind, (), tuple(value.items()))
        name = next((key for key in value if key in CHOICES[what] or meanings(what, key)), "")
        name = name or next(iter(value), "")
        inner, shown = value.get(name), name
    else:
        inner, shown = None, value[name]
    named = {key: held for key, held in value.items() if key != name}
    for key in [key for key in named if names[key] in _HOLDING]:
        inner = named.pop(key)
    if isinstance(inner, dict):
        named |= inner
    positional = tuple(inner) if isinstance(inner, list) else (inner,)
    positional = positional if inner is not None and not isinstance(inner, dict) else ()
    return Typed(shown, positional, tuple(named.items())) if name else None


def _only_kind_with(what: str, keys: set[str]) -> str | None:
    """Return the only choice that has these parameters."""
    kinds = [kind for kind, model in CHOICES[what].items() if keys < set(model.model_fields)]
    return kinds[0] if len(kinds) == 1 and "kind" not in keys else None


def _parameters(known: Known, what: str, typed: Typed) -> dict[str, Any] | None:
    """Return the parameters by nncli's names; None if one of them has no counterpart."""
    kind = known.instead or ""
    fields = [name for name in CHOICES[what][kind].model_fields if name != "kind"]
    others = other_parameters(kind)
    result: dict[str, Any] = dict(known.parameters)
    positional = [each for each in typed.positional if not _says_nothing(each, others)]
    if kind == "normal" and len(positional) == 1:
        positional = [0, *positional] if not typed.named else []
    if len(positional) not in (0, len(fields)) and kind not in _SHARES:
        return None
    for key, value in (*zip(fields, positional, strict=False), *typed.named):
        name = plain("parameter", key)
        own = {plain("parameter", field): field for field in fields}
        target = own.get(name, others.get(name))
        if target is None:
            near = nearest(name, list(own))
            target = own[near] if near is not None else None
        if target in fields:
            result[str(target)] = value
        elif target is None or (target != "" and not _equal(value, target)):
            return None
    return result


def _says_nothing(value: Any, others: Mapping[str, Any]) -> bool:
    word = str(value).casefold()
    return word in ("true", "false", "none") or others.get(plain("parameter", word)) == ""


def _equal(value: Any, other: float | str) -> bool:
    try:
        return float(value) == other
    except (TypeError, ValueError):
        return str(value).casefold() == str(other)


def _text(name: str, parameters: Mapping[str, Any]) -> str:
    """Return a choice as a spec writes it."""
    pairs = [f"{key}: {_value(key, value)}" for key, value in parameters.items()]
    return f"{{{name}: {{{', '.join(pairs)}}}}}" if pairs else name


def _value(key: str, value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_value(key, item) for item in value)}]"
    text = str(value)
    if key == "approximate":
        return _APPROXIMATE.get(text.casefold(), text)
    return text.removesuffix(".0") if isinstance(value, float) else text
