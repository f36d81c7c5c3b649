"""Checks of a run that the user asked for, and the words for their failure."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from nncli.errors import Place, Problem, count_of, quoted
from nncli.network.compare import Tolerance, find_difference
from nncli.network.statistics import nonfinite_message
from nncli.pipeline import ForwardRun


def check_expected(
    run: ForwardRun, expected: npt.NDArray[np.float64], tolerance: Tolerance, source: str
) -> list[Problem]:
    """Compare a run's output with expected values: no problem, or one.

    expected: (samples, outputs); source: where they come from.
    """
    place = Place(source)
    output = run.output
    if output is None:
        raise ValueError("the run did not hold its output")
    if expected.shape != output.shape:
        message = f"expected values of shape {expected.shape}, the output is {output.shape}"
        hint = "rows are samples, columns are output neurons"
        return [Problem("N602", message, place, (hint,))]
    difference = find_difference(output, expected, tolerance)
    if difference is None:
        return []
    name = run.network.spec.output_columns[difference.neuron - 1]
    message = (
        f"sample {difference.sample}, neuron {difference.neuron} ({quoted(name)}): "
        f"expected {difference.expected!r}, got {difference.actual!r}; "
        f"{difference.count:,} of {count_of(difference.values, 'value')} differ"
    )
    hint = f"allowed was {tolerance.atol:g} + {tolerance.rtol:g} · |expected|: --atol, --rtol"
    return [Problem("N601", message, place, (hint,))]


def check_finite(run: ForwardRun) -> list[Problem]:
    """Return a problem for each place where non-finite values come from."""
    hint = ("without --strict they are shown and counted",)
    return [
        Problem("N603", nonfinite_message(found, run.columns), help=hint) for found in run.nonfinite
    ]
