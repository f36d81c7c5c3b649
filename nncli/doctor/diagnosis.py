"""The doctor's door: what is wrong comes in, and goes out with the changes that mend it.

Whoever finds a fault only states it.  Remedies are proposed and tried in this room, and nobody
outside it needs to know how.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from nncli.doctor.case import DataCase
from nncli.doctor.command_line import treat_command, with_line, with_option
from nncli.doctor.data import treat_file
from nncli.doctor.spec import SAME_CAUSE, treat_spec
from nncli.doctor.spec_edits import SpecEditor
from nncli.errors import DataError, SpecError
from nncli.problems import Problem
from nncli.specs.reader import SpecReading

__all__ = [
    "DataCase",
    "Diagnosis",
    "diagnose",
    "treat_command",
    "treat_data",
    "treat_spec",
    "with_line",
    "with_option",
]

# What the beginning of sound data may be refused for: no rows, an open quote, a short array.
_CUT_SHORT = frozenset({"N401", "N402", "N405", "N414"})


def treat_data(error: DataError, cases: Mapping[str, DataCase]) -> DataError:
    """Return an error of some data with the changes that mend it.

    cases: by their file's name.  For a file that is no case, no changes are proposed.
    """
    by_file: dict[str, list[Problem]] = {}
    for problem in error.problems:
        file = problem.place.file if problem.place is not None else next(iter(cases), "")
        by_file.setdefault(file, []).append(problem)
    problems, more, features = list[Problem](), error.more, error.features
    for file, found in by_file.items():
        if (case := cases.get(file)) is not None:
            treated = treat_file(DataError(found, features=features), case)
            problems += treated.problems
            more, features = more + treated.more, treated.features
        else:
            problems += found
    return DataError(problems, more=more, features=features)


@dataclass(frozen=True)
class Diagnosis:
    """All problems of a spec and its data, the layers' first."""

    problems: tuple[Problem, ...]
    features: int | None = None  # the data's width, if the network takes another
    more: int = 0  # how many further problems were counted

    def error(self) -> SpecError:
        """Return the problems as the error that the spec is refused with."""
        return SpecError(self.problems, more=self.more)


def diagnose(reading: SpecReading, case: DataCase | None) -> Diagnosis:
    """Say why the layers of a spec do not fit each other, and whether the data fits them.

    case: the beginning of the data, if there is any.
    """
    fault = case.fault() if case is not None else None
    width = (fault.features if fault else reading.spec.inputs.size) if case is not None else None
    layers, more = reading.misfits, reading.more
    if reading.examined is not None:  # there is a text to change
        layers = treat_spec(reading.examined, reading.header, width).problems
    # what was not looked at may hold what seems to be missing
    if not (case and fault) or (not case.look.complete and fault.problems[0].code in _CUT_SHORT):
        return Diagnosis(layers, more=more)
    editor = SpecEditor(reading.source) if reading.source else None
    inputs = editor.replace(("inputs", "size"), str(fault.features)) if editor else None
    if any(inputs in suggestion.edits for suggestion in layers[0].suggestions[:1]):
        gone = (replace(problem, help=(SAME_CAUSE,)) for problem in fault.problems)
        return Diagnosis((*layers, *gone), fault.features, more + fault.more)
    treated = treat_data(fault, {case.file: case})
    return Diagnosis((*layers, *treated.problems), treated.features, more + treated.more)
