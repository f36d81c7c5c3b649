"""The doctor's door: what is wrong comes in, and goes out with the changes that mend it.

Whoever finds a fault only states it.  Remedies are proposed and tried in this room, and nobody
outside it needs to know how.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from nncli.doctor.case import DataCase
from nncli.doctor.column_names import at_the_spec
from nncli.doctor.command_line import treat_command
from nncli.doctor.data import treat_file
from nncli.doctor.layers import SAME_CAUSE, treat_layers
from nncli.doctor.line_changes import with_proposals
from nncli.doctor.spec import treat_spec
from nncli.doctor.spec_edits import SpecEditor
from nncli.errors import DataError, SpecError
from nncli.problems import Problem
from nncli.specs.reader import SpecReading

__all__ = ["DataCase", "Diagnosis", "diagnose", "treat_command", "treat_data", "treat_spec"]

# What the beginning of sound data may be refused for: no rows, an open quote, a short array.
_CUT_SHORT = frozenset({"N401", "N402", "N405", "N414"})


def treat_data(error: DataError, cases: Mapping[str, DataCase]) -> DataError:
    """Return an error of some data with the changes that mend it.

    cases: by their file's name.  For a file that is no case, changes are proposed but not tried.
    """
    if not cases and all(problem.row is None for problem in error.problems):
        return error
    by_file: dict[str, list[Problem]] = {}
    for problem in error.problems:
        by_file.setdefault(problem.place.file if problem.place else "", []).append(problem)
    problems: list[Problem] = []
    more, features = error.more, error.features
    for file, found in by_file.items():
        if file in cases:
            treated = treat_file(DataError(found, features=features), cases[file])
            problems += [at_the_spec(problem, cases[file]) for problem in treated.problems]
            more, features = more + treated.more, treated.features
        else:
            problems += map(with_proposals, found)
    return DataError(problems, more=more, features=features)


@dataclass(frozen=True)
class Diagnosis:
    """All problems of a spec and its data, the layers' first."""

    problems: tuple[Problem, ...]
    features: int | None = None  # the data's width, if the network takes another
    more: int = 0  # how many further problems of the data were counted

    def error(self) -> SpecError:
        """Return the problems as the error that the spec is refused with."""
        return SpecError(self.problems, more=self.more)


def diagnose(reading: SpecReading, case: DataCase | None) -> Diagnosis:
    """Say why the layers of a spec do not fit each other, and whether the data fits them.

    case: the beginning of the data, if there is any.
    """
    fault = case.fault() if case is not None else None
    features = fault.features if fault is not None else reading.spec.inputs.size
    layers = treat_layers(reading, features if case is not None else None)
    if case is None or fault is None:
        return Diagnosis(layers)
    if not case.look.complete and fault.problems[0].code in _CUT_SHORT:
        # the rest, which was not looked at, may hold what seems to be missing
        return Diagnosis(layers)
    editor = SpecEditor(reading.source) if reading.source is not None else None
    other_inputs = editor and editor.replace(("inputs", "size"), str(fault.features))
    if any(other_inputs in suggestion.edits for suggestion in layers[0].suggestions[:1]):
        of_data = tuple(replace(problem, help=(SAME_CAUSE,)) for problem in fault.problems)
        return Diagnosis((*layers, *of_data), fault.features, fault.more)
    treated = treat_file(fault, case)
    of_data = tuple(at_the_spec(problem, case) for problem in treated.problems)
    if of_data[0].code == "N408" and of_data[0].place != fault.problems[0].place:
        # with the names as they are meant, there are as many inputs as the layers take
        of_layers = (replace(each, help=(SAME_CAUSE,), suggestions=()) for each in layers)
        return Diagnosis((*of_data, *of_layers), treated.features, treated.more)
    return Diagnosis((*layers, *of_data), treated.features, treated.more)
