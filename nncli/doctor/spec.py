"""A spec that cannot be read as it stands: the proposed changes of its text, tried one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from nncli.doctor.edits import edited
from nncli.doctor.proposals import proposals
from nncli.doctor.spec_edits import SpecEditor
from nncli.doctor.written_lists import MAX_CHARACTERS
from nncli.errors import SpecError
from nncli.formats.config import examine_completed
from nncli.problems import Problem, Suggestion
from nncli.specs.faults import Fault
from nncli.specs.reader import Examination, examine_form, read_form
from nncli.specs.stored import WeightsHeader

_TREATED_PROBLEMS = 10
# How much is read for all changes together: of a long spec, fewer are tried.
_MAX_READ_CHARACTERS = 1024 * 1024
# Where a suggestion says all that the advice says.
_SELF_EXPLAINING = frozenset({"N106", "N109", "N110"})


def treat_spec(
    examined: Examination,
    propose: Callable[[Fault, SpecEditor], Iterable[Suggestion]] = proposals,
    header: WeightsHeader | None = None,
    features: int | None = None,
) -> SpecError:
    """Return what a spec is refused for, with the changes that were seen to mend it.

    header: of the weights file that the spec names, if it has been read; features: how many the
    data has, if that is known.
    """
    found, editor = examined.found, SpecEditor(examined.source, features)
    characters, read = len(examined.source.text.text), 0
    is_tried = characters <= MAX_CHARACTERS
    problems = list(found.problems)
    for number, fault in enumerate(found.faults[:_TREATED_PROBLEMS] if is_tried else ()):
        problem = problems[number]
        kept: tuple[Suggestion, ...] = ()
        for suggestion in propose(fault, editor):
            if not suggestion.edits and not suggestion.options:
                problem = replace(problem, help=(suggestion.words, *problem.help))
                continue
            read += characters
            if read <= _MAX_READ_CHARACTERS and _works(suggestion, problem, examined, header):
                kept += (suggestion,)
        said = {suggestion.words for suggestion in kept}
        advice = tuple(text for text in problem.help if text not in said)
        if kept and problem.code in _SELF_EXPLAINING:
            advice = ()
        problems[number] = replace(problem, help=advice, suggestions=kept)
    return SpecError(problems, more=found.more)


def _works(
    suggestion: Suggestion,
    problem: Problem,
    examined: Examination,
    header: WeightsHeader | None,
) -> bool:
    """Whether a change makes its problem go away, and brings none where it changes something.

    A misspelt key hides what is wrong below it: that may come to light.
    """
    text, overrides = examined.source.text, examined.overrides
    if suggestion.options:
        overrides = replace(overrides, seed=int(suggestion.options[1]))
    content = edited(text.text, suggestion.edits).encode()
    reading = read_form(content, text.file, overrides)
    again = examine_form(reading) if header is None else examine_completed(reading, header)
    left = again.found.problems
    known = {(old.code, old.message) for old in examined.found.problems}
    if (problem.code, problem.message) in {(other.code, other.message) for other in left}:
        return False
    new = [other for other in left if (other.code, other.message) not in known]
    if any(other.code == "N100" for other in new):
        return False  # the text cannot be read any more
    changed = {edit.line for edit in suggestion.edits}
    return not any(other.place is None or other.place.line in changed for other in new)
