"""Command lines as habits of other tools and of word processors write them."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from slips.intact import Case
from slips.kinds import Kind, kind


def _said(right: dict[str, str]) -> Kind:
    """Return the kind that says options otherwise; several ways stand between ` | `."""

    def slip(case: Case, rng: Random) -> Case | None:
        option = rng.choice(list(right))
        said = rng.choice(right[option].split(" | "))
        meant = replace(case, words=(*case.words, *option.split()))
        return replace(case, words=(*case.words, *said.split()), meant=meant)

    return Kind(slip)


one_dash = _said(
    {"--seed 3": "-seed 3", "--dtype float32": "-dtype float32", "--limit 2": "-limit 2",
     "--threads 2": "-threads 2", "--quiet": "-quiet", "--weights": "-weights"}
)  # fmt: skip
dash_of_a_word_processor = _said(
    {"--seed 3": "—seed 3 | –seed 3", "--dtype float32": "—dtype float32", "-q": "–q | −q",
     "--limit 2": "—limit 2 | –limit 2 | ––limit 2", "--quiet": "—quiet"}
)  # fmt: skip
assignment_of_hydra = _said(
    {"--seed 3": "seed=3 | +seed=3", "--dtype float32": "dtype=float32", "--limit 2": "limit=2"}
)
first_rows = _said({"--limit 2": "--head 2 | --nrows 2 | --n-samples 2 | --max-rows 2 | --first 2"})
all_processors = _said({"": "--threads all | --threads auto | --threads max | --threads -1"})


@kind()
def options_before_the_command(case: Case, rng: Random) -> Case | None:
    more = rng.choice((("--seed", "3"), ("--limit", "2"), ("-q",), ()))
    meant = replace(case, words=(*case.words, *more))
    options = (*case.words[3:], *more)
    return replace(case, words=(*options, *case.words[:3]), meant=meant)
