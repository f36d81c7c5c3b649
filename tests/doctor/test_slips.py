"""Slips that people make: the first suggestion mends them, and none gives other numbers unsaid.

`python tests/slips_measured.py` prints the same, kind by kind.
"""

from __future__ import annotations

import pytest
from slips.follow import BAD, GOOD, applied, measured
from slips.kinds import Kind, kinds_of

KINDS = kinds_of()
FAMILIES = sorted({kind.family for kind in KINDS})
# The first set was made along with what mends it, the others afterwards, each by somebody else.
SETS = ("first", "second", "third", "fourth")


def test_there_are_many_kinds_each_with_a_name_of_its_own() -> None:
    assert len({kind.name for kind in KINDS}) == len(KINDS) >= 60
    assert all(kind.why for kind in KINDS if kind.readings != 1)


def test_edits_are_applied_from_the_last_to_the_first() -> None:
    edits = [
        {"line": 1, "column": 2, "end_line": 1, "end_column": 3, "text": "XY"},
        {"line": 2, "column": 1, "end_line": 3, "end_column": 1, "text": ""},
    ]
    assert applied("abc\r\ndef\nghi", edits) == "aXYc\r\nghi"


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("which", SETS)
def test_no_suggestion_gives_other_numbers_without_saying_what_it_assumes(
    which: str, family: str
) -> None:
    wrong = [
        f"{kind.name}: {result.verdict}: {result.told}\n{result.broken.shown}"
        for kind in kinds_of(which)
        if kind.family == family
        for nth in (0, 1)
        for result in measured(kind, 1, nth=nth)
        if result.verdict in BAD
    ]
    assert not wrong, "\n\n".join(wrong)


def test_the_first_suggestion_mends_nearly_all_slips_that_have_one_reading() -> None:
    kinds = [kind for kind in KINDS if kind.readings == 1]
    failing = [kind.name for kind in kinds if not _is_mended(kind)]
    share = 1 - len(failing) / len(kinds)
    assert share >= 0.95, f"{share:.1%} mended; not: {', '.join(failing)}"


def _is_mended(kind: Kind) -> bool:
    return all(result.verdict in GOOD for result in measured(kind, 1, seed=1))
