"""Texts that are pasted from elsewhere, or written with the signs of another language."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from slips.first_forms import marked
from slips.intact import Case, flow
from slips.kinds import kind, pattern

bullet_for_a_dash = pattern(
    r"^( *)- (?=[\w\[{-])", lambda m, rng: m[1] + rng.choice(("\u2022 ", "* ", "\u2013 ", "+ "))
)
braces_left_out_of_a_layer = pattern(
    r"^( *- )\{(.*neurons.*, .*)\}(?= *(?:#.*)?$)", lambda m, _: m[1] + m[2]
)
list_in_braces = pattern(r"(?<=: )\[([^\[\]{}\n#]+)\](?= *$)", lambda m, _: f"{{{m[1]}}}")


@kind()
def nested_key_on_the_same_line(case: Case, rng: Random) -> Case | None:
    """`inputs: size: 3` for `inputs: {size: 3}`."""
    places = [key for key, value in case.document.items() if isinstance(value, dict)]
    if not places:
        return None
    key = rng.choice(places)
    return marked(case, {**case.document, key: "@@"}, flow(case.document[key])[1:-1])


@kind()
def mapping_as_a_list(case: Case, rng: Random) -> Case | None:
    """`inputs: [size: 3, columns: […]]`, or with dashes."""
    places = [key for key, value in case.document.items() if isinstance(value, dict)]
    if not places:
        return None
    key = rng.choice(places)
    parts = [f"{name}: {flow(value)}" for name, value in case.document[key].items()]
    text = rng.choice((f"[{', '.join(parts)}]", "".join(f"\n  - {part}" for part in parts)))
    return marked(case, {**case.document, key: "@@"}, text)


@kind()
def fences_around(case: Case, rng: Random) -> Case | None:
    start, end = rng.choice((("```yaml", "```"), ("```", "```"), ("~~~", "~~~"), ('"""', '"""')))
    return replace(case, spec=f"{start}\n{case.text}{end}\n")


@kind()
def everything_under_one_key(case: Case, rng: Random) -> Case | None:
    word = rng.choice(("network", "model", "net", "config", "nn"))
    lines = case.text.removeprefix("---\n").splitlines()
    return replace(case, spec=f"{word}:\n" + "".join(f"  {line}\n" for line in lines))


@kind()
def apostrophe_between_quotes(case: Case, rng: Random) -> Case | None:
    name = rng.choice(("'Anna's net'", "'don't touch'", '"the "big" one"', "'chapter 2's net"))
    return replace(marked(case, {**case.document, "name": "@@"}, name), meant=case)
