"""A first look at everything: layers that do not fit, and what is wrong with the data besides."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nncli.doctor.case import DataCase
from nncli.doctor.data import treat_data
from nncli.doctor.layers import SAME_CAUSE, treat_layers
from nncli.errors import SpecError
from nncli.problems import Problem
from nncli.specs.reader import SpecReading

# What the beginning of sound data may be refused for: no rows, an open quote, a short array.
_CUT_SHORT = frozenset({"N401", "N402", "N405", "N414"})


@dataclass(frozen=True)
class Diagnosis:
    """All problems, the layers' first; features: the data's width if the network takes another.

    more: how many further problems of the data were counted.
    """

    problems: tuple[Problem, ...]
    features: int | None = None
    more: int = 0

    def error(self) -> SpecError:
        """Return the problems as the error that the spec is refused with."""
        return SpecError(self.problems, more=self.more)


def diagnose(reading: SpecReading, case: DataCase | None) -> Diagnosis:
    """Say why the layers of a spec do not fit each other, and whether the data fits them.

    case: the beginning of the data, if there is any.
    """
    fault = case.fault() if case is not None else None
    if case is not None and fault is not None and not case.look.complete:
        # the rest, which was not looked at, may hold what seems to be missing
        fault = None if fault.problems[0].code in _CUT_SHORT else fault
    if case is None or fault is None:
        return Diagnosis(treat_layers(reading))
    layers = treat_layers(reading)
    other_inputs = reading.editor.replace(("inputs", "size"), str(fault.features))
    if any(other_inputs in suggestion.edits for suggestion in layers[0].suggestions[:1]):
        of_data = tuple(replace(problem, help=(SAME_CAUSE,)) for problem in fault.problems)
        return Diagnosis((*layers, *of_data), fault.features, fault.more)
    treated = treat_data(fault, case)
    return Diagnosis((*layers, *treated.problems), fault.features, treated.more)
