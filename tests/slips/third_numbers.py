"""How weights, biases and sizes are written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from random import Random

from slips.intact import Case
from slips.kinds import Kind, anywhere, kind, pattern
from slips.third_forms import with_layers


def _all_numbers(*ways: Callable[[str], str]) -> Kind:
    """Return the kind that writes all weights and biases in one of some ways."""

    def slip(case: Case, rng: Random) -> Case | None:
        write = rng.choice(ways)
        return with_layers(
            case,
            weights=lambda rows: [[write(number) for number in row] for row in rows],
            biases=lambda biases: list(map(write, biases)),
        )

    return Kind(slip)


# Whole numbers get a decimal, so that it is clear what they are.
decimal_commas = _all_numbers(lambda n: (n if "." in n else f"{n}.0").replace(".", ","))
scalars_of_numpy_2 = _all_numbers("np.float64({})".format, "np.float32({})".format)
numbers_in_quotes = _all_numbers("'{}'".format, '"{}"'.format)


_WEIGHT = r"(?<=[\[ ])-?\d+\.\d+(?=[,\]])"
lost_weight = replace(
    pattern(_WEIGHT, lambda _, rng: rng.choice(("null", "~", "nan", "NA", ".nan", "None"))),
    readings=0,
    why="nobody but the user knows the weight",
)


@kind()
def fraction(case: Case, rng: Random) -> Case | None:
    said, seed = (
        rng.choice(("1/2", "-1/2", "3/4", "-1/4", "1/3", "-2/3", "5/8", "3/2")),
        rng.random(),
    )
    texts = said, repr(float(Fraction(said)))
    broken, meant = (anywhere(_WEIGHT, lambda *_: t, case, Random(seed)) for t in texts)  # noqa: B023
    return broken and replace(broken, meant=meant)


@kind()
def counts_of_r(case: Case, rng: Random) -> Case | None:
    """All sizes as R's yaml package writes them, or as R's code does."""
    end = rng.choice((".0", ".0", "L", "."))
    sizes = [f"{size}{end}" for size in case.sizes]
    if "layer_sizes" in case.document:
        return case.with_document({**case.document, "layer_sizes": sizes})
    return with_layers(case, neurons=lambda count: count + end)
