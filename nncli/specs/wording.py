"""How a spec's faults are worded: what was found, and what would help."""

from __future__ import annotations

import re
from typing import Any

from nncli.specs.faults import Path
from nncli.specs.model import ACTIVATIONS, INITIALIZERS, SCALES
from nncli.specs.yaml_source import YamlSource
from nncli.words import shorten, strange_character

SPACE_HELP = "put a space after the `:`"
LAYERS_HELP = "write `layers:`, and below it one `- neurons: 3` per layer"
FILE_LAYERS_HELP = (
    "write `layers:`, and below it one `- activation: relu` per layer: the file says the sizes"
)
OUTPUTS_HELP = "write `outputs: {columns: [left, right]}`"
EMPTY_SPEC_HELP = "a minimal spec: `layer_sizes: [4, 5, 2]` and `seed: 0`, a line each"

CHOICES = {"activation": ACTIVATIONS, "initializer": INITIALIZERS, "scale": SCALES}
PARAMETERS_EXAMPLES = {
    "activation": "{leaky_relu: {negative_slope: 0.2}}",
    "initializer": "{normal: {std: 0.1}}",
    "scale": "{standard: {mean: 12.5, std: 3.2}}",
}

NO_ACTIVATION = frozenset({"no", "off", "none", "null", "~", "identity"})


def describe(source: YamlSource, path: Path) -> str:
    """Return what stands at *path*, as it was typed or by its kind."""
    written = source.written(path)
    if written is not None:
        return f"`{shorten(written)}`" if written else "nothing"
    value: Any = source.value
    for step in path:
        # a value that should be a mapping may be a scalar: its nearest parent speaks for it
        held = value if isinstance(value, dict) else dict(enumerate(_items(value)))
        value = held.get(step, value)
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    # so YAML reads a question mark alone: as a key without a name and without a value
    return "`?`" if value == {"": None} else "a mapping"


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def choice_help(what: str, typed: str | None = None) -> str:
    """Return the help line that lists the activations, initializers or scales."""
    names = ", ".join(CHOICES[what])
    if what == "activation" and (typed is None or typed.casefold() in NO_ACTIVATION):
        return f"write `linear` for none; the activations are {names}"
    return f"the {what}s are {names}"


# No number is longer; looking for what a longer text may mean would only cost time.
MAX_NUMBER = 100
# What a text in a number's place may have been meant as; the first match speaks.
_ALMOST_NUMBERS: tuple[tuple[str, str], ...] = (
    (r'"\s*[-+]?\.?[0-9][0-9.eE+-]*\s*"', "quoted, it is text, not a number: remove the quotes"),
    (r'".*"', "quoted, it is text: write a number, without quotes"),
    (r"[-+]?[0-9]+\.0*", "write it without the point"),
    (r"[-+]?0+[0-7]+", "it looks like an octal number: write {decimal} or 0o{decimal}"),
    (r"[-+]?0+[0-9]+", "write {decimal}, without the leading 0"),
    (r"[-+]?[0-9]+(:[0-9]+)+(\.[0-9]*)?", "YAML 1.2 has no base-60 numbers: write a plain number"),
    (r"(?=.*_)[-+0-9._]+", "write {plain}, without underscores"),
    (r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*", "it looks like a date: write a plain number"),
    (r"(?i)true|yes|on|y|false|no|off|n", "it is a word for yes or no, not a number"),
    (r"(?i)nan|[-+]?inf(inity)?", "it is text in YAML, and a finite number belongs here"),
)


def number_help(written: str | None) -> tuple[str, ...]:
    """Return why a text that stands in a number's place is not a number."""
    if written is None:
        return ()
    if len(written) > MAX_NUMBER:
        return ("it is too long to be a number",)
    if strange := strange_character(written):
        return strange
    for pattern, words in _ALMOST_NUMBERS:
        if re.fullmatch(pattern, written, re.DOTALL):
            decimal = written.lstrip("+-0") or "0"
            return (words.format(decimal=decimal, plain=written.replace("_", "")),)
    return ()
