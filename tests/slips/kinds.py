"""What a kind of slip is, and where the kinds of a set are found."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from random import Random

from slips.intact import Case

Break = Callable[[Case, Random], Case | None]


@dataclass(frozen=True)
class Kind:
    """A way of going wrong; None where it does not apply to a case.

    readings: 1 if only one thing can be meant, more if several can, 0 if nobody but the user
    knows (then no change can be right, and none may be wrong); why: if not 1.
    """

    slip: Break
    readings: int = 1
    why: str = ""
    name: str = ""
    family: str = ""


def kind(readings: int = 1, why: str = "") -> Callable[[Break], Kind]:
    assert (readings == 1) == (not why), "say why there is no single reading"
    return lambda slip: Kind(slip, readings, why)


def kinds_of(which: str = "first") -> list[Kind]:
    """Return the kinds of a set, from the modules named `<set>_<family>.py` beside this one."""
    files = sorted(Path(__file__).parent.glob(f"{which}_*.py"))
    found = []
    for path in files:
        module = import_module(f"slips.{path.stem}")
        family = path.stem.removeprefix(f"{which}_")
        found += [
            replace(value, name=name, family=family)
            for name, value in vars(module).items()
            if isinstance(value, Kind)
        ]
    return found


# ---- for the kinds' own modules ------------------------------------------------------------------


def anywhere(
    pattern: str, change: Callable[[re.Match[str], Random], str], case: Case, rng: Random
) -> Case | None:
    """Change one place of the spec that a pattern matches, outside comments, drawn at random."""
    text = case.text
    found = [m for m in re.finditer(pattern, text, re.MULTILINE) if not _in_comment(text, m)]
    if not found:
        return None
    match = rng.choice(found)
    new = change(match, rng)
    if new == match[0]:
        return None
    return replace(case, spec=text[: match.start()] + new + text[match.end() :])


def _in_comment(text: str, match: re.Match[str]) -> bool:
    start = text.rfind("\n", 0, match.start()) + 1
    return bool(re.search(r"(^|\s)#", text[start : match.end()]))


def pattern(text: str, change: Callable[[re.Match[str], Random], str]) -> Kind:
    """Return the kind that changes one place of the spec that the pattern matches."""
    return Kind(lambda case, rng: anywhere(text, change, case, rng))


def without(text: str) -> Kind:
    """Return the kind that leaves out one place of the spec that the pattern matches."""
    return pattern(text, lambda *_: "")


def respelt(before: str, spellings: dict[str, Sequence[str]], after: str = "") -> Kind:
    """Return the kind that writes one of some words otherwise, between two patterns."""
    words = "|".join(sorted(map(re.escape, spellings), key=len, reverse=True))
    return pattern(
        f"(?P<before>{before})(?P<word>{words}){after}",
        lambda match, rng: match["before"] + rng.choice(spellings[match["word"]]),
    )
