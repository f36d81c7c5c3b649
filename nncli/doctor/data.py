"""Data that does not fit or cannot be read: options that would mend it, tried on its beginning.

An option is kept if the beginning of the data, read with it, has nothing wrong any more; failing
that, if it mends the reading of the file, and only then something shows in a row further down.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from nncli.data.csv.lines import whole_lines
from nncli.data.csv.numbers import is_number
from nncli.data.source_bytes import FirstLook
from nncli.doctor.case import MISREAD, Change, DataCase, decoded, header_and_width, with_text
from nncli.doctor.column_choices import column_changes
from nncli.doctor.edits import edited
from nncli.doctor.layers import SAME_CAUSE
from nncli.doctor.line_changes import with_proposals
from nncli.doctor.ways_of_reading import is_near_number, ways_of_reading
from nncli.doctor.whole_columns import SeenRows, seen_rows, what_is_odd
from nncli.errors import DataError
from nncli.file_kinds import kind_of
from nncli.problems import Problem
from nncli.words import count_of

# Of changes after which something else comes to light, the likeliest will do.
_MAX_PARTLY = 3
# Problems of a whole file, which hide what is wrong with its rows; those of its rows; and those
# that leaving columns out, or taking them in, may mend.
_OF_THE_WHOLE_FILE = frozenset({"N406", "N407", "N408", "N410", "N411"})
_OF_ROWS = frozenset({"N403", "N404", "N407", "N410"})
_OF_COLUMNS = frozenset({"N404", "N407", "N408", "N409"})
_OF_READING = {"--delimiter", "--decimal", "--encoding", "--header", "--no-header", "--samples"}
_NOTHING_WORKS = "no option or size that was tried makes the data fit"
# Trying takes a few milliseconds for so many bytes; so many rows are enough even if they are long.
_TRIAL_BYTES = 2**16
_TRIAL_ROWS = 20
# To write a number is nearest; to write many is further than an option; to lose a row is last.
_ONE_CELL, _MANY_CELLS, _A_ROW_LESS = 100, 89, 0


def treat_file(error: DataError, case: DataCase) -> DataError:
    """Return an error of one file with the changes that were seen to mend it.

    Changes of the whole reading stand at the first problem, those of a cell or line at its own.
    If the first is one, the width of the data, as it was read, is no fact.
    """
    seen = seen_rows(case) if error.problems[0].code in _OF_ROWS else None
    first, *others = (with_proposals(problem, seen) for problem in error.problems)
    case = replace(case, look=_shortened(case.look, case.options.encoding))
    explained = _as_csv(case) if first.code in MISREAD else ()
    # where nothing is wrong with the beginning, the fault stands further down
    tried = case.fault() is not None and not explained and not _is_of_another_kind(first, case)
    found = _changes_that_work(first, case) if tried else []
    ranked = _ranked([*_changes_of_lines(first, case), *found])
    in_words = replace(first, help=explained or _in_words(first, case, seen), suggestions=())
    problems = [_with_changes(first, ranked) if ranked else in_words]
    all_mended = ranked and case.look.complete and ranked[0].case.fault() is None
    for before, problem in zip(error.problems[1:], others, strict=True):
        if all_mended or any(_is_mended_by(other, problem) for other in problems):
            continue
        if own := _changes_of_lines(problem, case):
            problems.append(_with_changes(problem, own))
            continue
        same = found and problem.code == first.code
        advice = (SAME_CAUSE,) if same else _in_words(problem, case, seen)
        if not problems[0].help == advice != before.help:  # not worth the same words
            problems.append(replace(problem, help=advice, suggestions=()))
    is_fact = not _changes_the_reading(problems[0], case) and not _first_row_differs(case)
    more = error.more + len(error.problems) - len(problems)
    return DataError(problems, more=more, features=error.features if is_fact else None)


def _is_of_another_kind(problem: Problem, case: DataCase) -> bool:
    """Whether a file is known to hold no table."""
    kind = kind_of(case.look.content) if problem.code == "N411" else None
    return kind is not None and not kind.holds_csv


def _changes_the_reading(problem: Problem, case: DataCase) -> bool:
    """Whether the first change is one of how the file is read."""
    return any(
        any(edit.file == case.file for edit in first.edits)
        or not _OF_READING.isdisjoint(first.options)
        for first in problem.suggestions[:1]
    )


def _first_row_differs(case: DataCase) -> bool:
    """Whether the first row has another width than all of the next, which are numbers."""
    names, width = header_and_width(case)
    return width not in (0, len(names)) and any(map(is_number, case.records[1]))


def _is_mended_by(other: Problem, problem: Problem) -> bool:
    """Whether what is offered for another problem mends this one as well."""
    place = problem.place
    if place is None or not other.suggestions:
        return False
    edits = (edit for edit in other.suggestions[0].edits if edit.line == place.line)
    return any(problem.code == "N403" or edit.column - 1 == place.caret for edit in edits)


def _changes_of_lines(problem: Problem, case: DataCase) -> list[Change]:
    """Return the changes of a problem's own line, and of those like it, that mend it."""
    text = decoded(case, case.look.content)
    changes = []
    for suggestion in problem.suggestions:
        # beyond the beginning nothing is tried
        edits = [edit for edit in suggestion.edits if edit.end_line <= text.count("\n") + 1]
        after = with_text(case, edited(text, edits))
        if not edits or _mends(after, problem, case):
            removes = any(edit.end_line > edit.line and not edit.text for edit in suggestion.edits)
            likelihood = _MANY_CELLS if len(suggestion.edits) > 1 else _ONE_CELL
            changes.append(Change(after, suggestion, _A_ROW_LESS if removes else likelihood))
    return changes


def _mends(after: DataCase, problem: Problem, case: DataCase) -> bool:
    """Whether a problem is mended, even if further down something shows that was not told yet."""
    fault, before, place = after.fault(), case.fault(), problem.place
    if fault is None or place is None:
        return True
    known = [(other.code, other.place) for other in before.problems] if before else []
    left = [(other.code, other.place) for other in fault.problems]
    new = [where for code, where in left if (code, where) not in known]
    later = all(where is not None and (where.line or 0) >= (place.line or 0) for where in new)
    return (problem.code, place) not in left and later


def _ranked(changes: list[Change]) -> list[Change]:
    """Return changes, those first after which nothing is wrong, and then the likelier."""
    ranked = sorted(changes, key=lambda c: (c.case.fault() is not None, -c.likelihood))
    if ranked and ranked[0].suggestion.edits:  # the same line is taken away with others
        ranked[1:] = [change for change in ranked[1:] if change.likelihood != _A_ROW_LESS]
    return ranked


def _with_changes(problem: Problem, changes: Sequence[Change]) -> Problem:
    suggestions = tuple(dict.fromkeys(change.suggestion for change in changes))
    said = {suggestion.words for suggestion in suggestions}
    # what else may be so, of a first row that may be two things
    kept = problem.help if problem.code == "N410" else ()
    advice = tuple(text for text in kept if text not in said and "--header" not in text)
    return replace(problem, help=advice, suggestions=suggestions)


def _in_words(problem: Problem, case: DataCase, seen: SeenRows | None) -> tuple[str, ...]:
    """Return what to say of a problem that no change was found for."""
    names, width = header_and_width(case)
    if problem.code in ("N403", "N407") and _first_row_differs(case):
        row = "the first row" if any(map(is_number, names)) else "the header"
        found = f"{row} has {count_of(len(names), 'value')}, the other rows have {width}"
        return (f"{found}: {'add what is missing' if len(names) < width else 'take one away'}",)
    if problem.code != "N407":
        return problem.help
    if seen is None or len(names) < 2:
        return (_NOTHING_WORKS,)
    choose = ["--columns says which columns to read"] if len(names) > case.wanted.size else []
    odd = what_is_odd(seen) or (_NOTHING_WORKS,)
    return (*odd, *choose)


def _as_csv(case: DataCase) -> tuple[str, ...]:
    """Return how to turn the file into CSV, if it is one of another kind."""
    kind = kind_of(case.look.content, doubtful=True)
    is_other = kind is not None and kind.is_doubtful and kind.as_data
    return (f"this is {kind.name}: {kind.as_data}",) if kind and is_other else ()


def _shortened(look: FirstLook, encoding: str) -> FirstLook:
    """Return fewer of the first bytes, if they hold rows enough."""
    content = look.content
    if len(content) <= _TRIAL_BYTES:
        return look
    shorter = whole_lines(content[:_TRIAL_BYTES], encoding)
    if max(shorter.count(b"\n"), shorter.count(b"\r")) < _TRIAL_ROWS:
        return look
    return FirstLook(shorter, complete=False)


def _changes_that_work(problem: Problem, case: DataCase) -> list[Change]:
    """Return the changes of options, columns and inputs after which nothing is wrong."""
    found = [
        change
        for change in _candidates(problem, case)
        if not change.suggestion.options or change.case.suits_first(case)
        if not _loses_a_sample(change, case)
    ]
    whole = [change for change in found if change.case.fault() is None]
    if whole or problem.code not in _OF_THE_WHOLE_FILE:
        return whole
    partly = [change for change in found if change.likelihood > 50 and _is_further(change, problem)]
    return _ranked(partly)[:_MAX_PARTLY]


def _loses_a_sample(change: Change, case: DataCase) -> bool:
    """Whether a first row of numbers would be taken away from above others."""
    first, below = (next(iter(records), []) for records in (case.records, change.case.records))
    # one of another width is only taken away if it counts the rows
    removes = any(not edit.text for edit in change.suggestion.edits)
    goes = removes and first != below and len(first) == len(below)
    have_numbers = all(any(map(is_number, row)) for row in (first, below))
    return goes and have_numbers and all(map(is_near_number, first))


def _candidates(problem: Problem, case: DataCase) -> Iterator[Change]:
    """Yield the ways of reading, each followed by the choices of columns that it may need."""
    for change in ways_of_reading(problem, case):
        fault = change.case.fault()
        if change.likelihood:
            yield change
        if fault is not None and fault.problems[0].code in _OF_COLUMNS:
            # beside edits, the likeliest will do
            yield from islice(column_changes(change), 1 if change.suggestion.edits else None)


def _is_further(change: Change, problem: Problem) -> bool:
    """Whether the fault that a change leaves only came to light because the problem is mended."""
    left = change.case.fault()
    if left is None or "--samples" in change.suggestion.options:
        return False
    fault = left.problems[0]
    if change.suggestion.argv and fault.message != problem.message:
        return True  # what was mistyped is mended, whatever else is wrong
    if problem.code in ("N406", "N411"):
        return fault.code not in ("N406", "N411")
    line, other = (p.place.line if p.place is not None else None for p in (fault, problem))
    return fault.code in ("N404", "N415") and (line or 0) > (other or 0)
