"""Slips of YAML's writing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from random import Random

from slips.intact import Case
from slips.kinds import Kind, pattern


def _everywhere(what: str, *ways: str | Callable[[re.Match[str]], str]) -> Kind:
    """Return the kind that replaces all that a pattern matches, in one of some ways."""

    def slip(case: Case, rng: Random) -> Case | None:
        spec = re.sub(what, rng.choice(ways), case.text, flags=re.MULTILINE)
        return replace(case, spec=spec) if spec != case.text else None

    return Kind(slip)


# At the outermost keys, as in Python or TOML, and behind their values, as in JSON or MATLAB.
equals_signs = _everywhere(r"^(\w+): (?=[^\s#])", r"\1 = ", r"\1=")
signs_at_line_ends = _everywhere(r"^(\w+: [^\s#]([^#\n]*[^#\s])?)$", r"\1,", r"\1,", r"\1;")
fence_of_markdown = _everywhere(r"\A([\s\S]*)\Z", "```yaml\n\\1```\n", "```\n\\1```\n")
blanks_of_a_web_page = _everywhere("^ +", lambda match: "\u00a0" * len(match[0]))


def _without_dashes(case: Case, rng: Random) -> Case | None:
    if len(case.document.get("layers", [])) < 2 or re.search(r"^ *- \{", case.text, re.MULTILINE):
        return None
    return _everywhere(r"^( *)- (?=\w+:)", r"\1  ").slip(case, rng)


layers_without_dashes = Kind(_without_dashes)
curly_quotes = pattern(
    r"(?<=activation: )[a-z]\w*|(?<=activations: )[a-z]\w*|(?<=activations: \[)[a-z]\w*",
    lambda match, rng: rng.choice(("“{}”", "“{}”", "„{}“", "`{}`")).format(match[0]),
)
comment_of_another_language = pattern(
    r"^(?:\w+: [^\s#\[{][^#\n]*|layers:|inputs:|[a-z_]+: \[[^#\n]*\])$",
    lambda match, rng: rng.choice(
        ("{}  // as before", "{} % see chapter 2", "// my network\n{}", "% my network\n{}",
         "{} /* as before */", "{} -- changed")
    ).replace("{}", match[0]),
)  # fmt: skip
