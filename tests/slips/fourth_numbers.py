"""How a weight, a bias, a seed or a size is written."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from random import Random

from slips.fourth_forms import on_a_layer, value
from slips.intact import Case, Document
from slips.kinds import Kind, pattern


def _one(right: dict[str, str]) -> Kind:
    """Return the kind that writes one number in another way; several stand between `|`."""

    def slip(case: Case, rng: Random) -> Case | None:
        document = deepcopy(case.document)
        layers = document.get("layers", [])
        rows = [row for layer in layers for row in layer.get("weights", [])]
        rows += [layer["biases"] for layer in layers if "biases" in layer]
        if not rows:
            return None
        row = rng.choice(rows)
        row[at := rng.randrange(len(row))] = number = rng.choice(list(right))
        meant = case.with_document(deepcopy(document))
        row[at] = rng.choice(right[number].split("|"))
        return replace(meant.with_document(document), meant=meant)

    return Kind(slip)


fraction = _one(
    {"0.5": "1/2", "0.25": "1/4", "-0.75": "-3/4", "0.2": "1/5", "1.5": "3/2", "-0.125": "-1/8",
     "0.3333333333333333": "1/3", "0.6666666666666666": "2/3", "-0.5": "-1/2"}
)  # fmt: skip
power_of_ten = _one(
    {"1.5e-3": "1.5*10^-3|1.5x10^-3|1.5d-3|1.5*^-3|1.5 × 10^-3|1.5·10⁻³|1.5*10**-3|1.5e -3",
     "-2.4e-2": "-2.4*10^-2|-2.4D-02|-2.4 x 10^-2|-2.4*10**-2|-2.4E -02",
     "3.1e+1": "3.1*10^1|3.1D+01|3.1 x 10^1|3.1*^1"}
)  # fmt: skip


def _row(change: Callable[[str], str]) -> Kind:
    def whole_row(layer: Document, rng: Random) -> None:
        row = rng.choice(layer["weights"])
        row[:] = map(change, row)

    return on_a_layer("weights", whole_row)


def _matrix(layer: Document, rng: Random) -> None:
    """`[1 2; 3 4]` as MATLAB has it, or `[[1 2] [3 4]]` as NumPy prints it."""
    rows = [rng.choice((" ", "  ")).join(row) for row in layer["weights"]]
    layer["weights"] = rng.choice(("[" + "; ".join(rows) + "]", "[[" + "] [".join(rows) + "]]"))


numbers_of_numpy_2 = _row("np.float64({})".format)
decimal_commas_in_a_row = _row(lambda number: number.replace(".", ","))
matrix_of_matlab_or_print = on_a_layer("weights", _matrix, block=True)
sign_apart = pattern(r"(?<=[\[ ])-(?=[\d.]+[,\]])", lambda *_: "- ")
seed_with_thousands_apart = value(
    "seed", lambda old, rng: old[3:] and rng.choice(",_' ").join((old[:-3], old[-3:]))
)
count_as_a_float_or_text = pattern(
    r"((?:neurons|inputs|size): )(\d)\b",
    lambda m, rng: m[1] + rng.choice(("N.0", '"N"', "N.", "N.00", "N neurons")).replace("N", m[2]),
)
