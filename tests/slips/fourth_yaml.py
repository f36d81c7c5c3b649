"""Slips of YAML's writing."""

from __future__ import annotations

import re
from dataclasses import replace
from random import Random

from slips.intact import Case
from slips.kinds import kind, pattern

KEYS = "layers|neurons|seed|inputs|activations?|layer_sizes|weights|biases|outputs|init"

dash_without_a_blank = pattern(r"^( *)- (?=[a-z])", lambda match, _: match[1] + "-")
colon_forgotten = pattern(rf"^( *(?:- )?(?:{KEYS})):", lambda match, _: match[1])
equals_for_a_colon = pattern(
    r"^( *(?:- )?[a-z_]+): (?=[^\s#])",
    lambda match, rng: match[1] + rng.choice((" = ", "=", ": = ")),
)
indented_one_more_or_less = pattern(
    rf"^ ( +)(?=(?:{KEYS}):)", lambda match, rng: match[1] + " " * rng.choice((0, 2))
)


@kind()
def fence_of_markdown(case: Case, rng: Random) -> Case | None:
    start = rng.choice(("```yaml", "```", "```yml", "Here is the network:\n\n```yaml"))
    return replace(case, spec=f"{start}\n{case.text}```\n")


@kind()
def commas_at_the_ends_of_lines(case: Case, rng: Random) -> Case | None:
    """As JSON, Python or C have them."""
    sign = rng.choice(",,;")
    spec = re.sub(r"^( *(?:- )?[a-z]+: [\w.]+)$", rf"\1{sign}", case.text, flags=re.MULTILINE)
    return None if spec == case.text else replace(case, spec=spec)


@kind()
def name_with_signs(case: Case, rng: Random) -> Case | None:
    said = rng.choice(
        ("chapter 2: layers", "'Anna's net'", "@home", "%d neurons", "[draft] my net", "*best*",
         '"the "big" net"', "net: v2", '"my net', "`iris`", "& co", "> 90 % right", "'my net")
    )  # fmt: skip
    return case.with_document({**case.document, "name": said})
