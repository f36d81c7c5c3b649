"""A spec that cannot be read as it stands: the proposed changes of its text, tried one by one."""

from __future__ import annotations

import codecs
from dataclasses import replace

from nncli.doctor.edits import edited
from nncli.errors import SpecError
from nncli.problems import Problem, Suggestion
from nncli.specs.reader import Overrides, inspect_spec

# Reading a larger spec again and again would take longer than anyone waits for an error.
_MAX_BYTES = 32 * 1024
_TREATED_PROBLEMS = 10
# Where a suggestion says all that the advice says.
_SELF_EXPLAINING = frozenset({"N106", "N109", "N110"})


def treat_spec(
    error: SpecError, content: bytes, file: str, overrides: Overrides | None
) -> SpecError:
    """Return the error with those of its proposed changes that were seen to work.

    *content* is the spec's text; *overrides* what the command line says instead of it.
    """
    problems = []
    for number, problem in enumerate(error.problems):
        kept: list[Suggestion] = []
        if number < _TREATED_PROBLEMS and len(content) <= _MAX_BYTES:
            kept = [
                suggestion
                for suggestion in problem.suggestions
                if _works(suggestion, problem, error, content, file, overrides)
            ]
        said = {suggestion.words for suggestion in kept}
        advice = tuple(text for text in problem.help if text not in said)
        if kept and problem.code in _SELF_EXPLAINING:
            advice = ()
        problems.append(replace(problem, help=advice, suggestions=tuple(kept)))
    return SpecError(problems, more=error.more)


def _works(
    suggestion: Suggestion,
    problem: Problem,
    error: SpecError,
    content: bytes,
    file: str,
    overrides: Overrides | None,
) -> bool:
    """Whether a change makes its problem go away, and brings none where it changes something.

    A misspelt key hides what is wrong below it: that may come to light.
    """
    if suggestion.options:
        overrides = replace(overrides or Overrides(), seed=int(suggestion.options[1]))
    else:
        marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        text = content.decode("utf-16" if marked else "utf-8-sig", "replace")
        content = edited(text, suggestion.edits).encode()
    try:
        left = inspect_spec(content, file, overrides).misfits
    except SpecError as other:
        left = other.problems
    known = {(old.code, old.message) for old in error.problems}
    if (problem.code, problem.message) in {(other.code, other.message) for other in left}:
        return False
    new = [other for other in left if (other.code, other.message) not in known]
    if any(other.code == "N100" for other in new):
        return False  # the text cannot be read any more
    changed = {edit.line for edit in suggestion.edits}
    return not any(other.place is None or other.place.line in changed for other in new)
