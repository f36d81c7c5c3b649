"""Data that does not fit or cannot be read: options that would mend it, tried on its beginning.

An option is kept if the beginning of the data, read with it, has nothing wrong any more; failing
that, if only cells of rows further down are wrong, which could not be seen before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from nncli.data.csv.lines import whole_lines
from nncli.data.source_bytes import FirstLook
from nncli.doctor.case import MISREAD, Change, DataCase, text_of, with_edits
from nncli.doctor.column_choices import column_changes
from nncli.doctor.ways_of_reading import ways_of_reading
from nncli.doctor.whole_columns import SeenRows, seen_rows, what_is_odd, with_proposals
from nncli.errors import DataError
from nncli.file_kinds import kind_of
from nncli.problems import Problem
from nncli.words import count_of

# Problems of cells, those that hide them, and those that other columns may mend.
_OF_CELLS = frozenset({"N404", "N415"})
_HIDING = frozenset({"N406", "N407", "N408", "N410", "N411"})
_OF_COLUMNS = frozenset({"N404", "N407", "N408", "N409"})
# Trying takes a few milliseconds for so many bytes; so many rows are enough even if they are long.
_TRIAL_BYTES, _TRIAL_ROWS = 2**16, 20
# To write a number is nearest; to write many is further than an option; to lose a row is last, and
# only offered where nothing else is.
_ONE_CELL, _MANY_CELLS, _A_ROW_LESS = 100, 89, 0


def treat_file(error: DataError, case: DataCase) -> DataError:
    """Return an error of one file with the changes that were seen to mend it.

    Changes of the whole reading stand at the first problem, those of a cell or line at its own.
    If the first is one, the width of the data, as it was read, is no fact.
    """
    seen, trial = seen_rows(case), _shortened(case)
    told = (with_proposals(problem, seen) for problem in error.problems)
    first, *others = (_in_words(problem, trial, seen, error.features) for problem in told)
    kind = kind_of(case.look.content, doubtful=first.code in MISREAD)
    if kind is not None and kind.is_doubtful:
        advice = replace(first, help=(f"this is {kind.name}: {kind.as_data}",), suggestions=())
        return DataError(advice, more=error.more + len(others))
    # where nothing is wrong with the beginning, the fault stands further down
    found = _changes_that_work(first, trial) if trial.fault() is not None else []
    found = [*_changes_of_lines(first, trial), *found]
    ranked = sorted(found, key=lambda c: (c.case.fault() is not None, -c.likelihood))
    ranked = [c for c in ranked if c is ranked[0] or c.likelihood != _A_ROW_LESS]
    problems, made = [_with_changes(first, ranked)], ranked[:1]
    for before, problem in zip(error.problems[1:], others, strict=True):
        key = _key(problem)
        if key in _faults(trial) and any(key not in _faults(change.case) for change in made):
            continue
        own = list(_changes_of_lines(problem, trial))
        made += own[:1]
        if own or not first.help == problem.help != before.help:  # not worth the same words
            problems.append(_with_changes(problem, own))
    widths = {c.header and len(c.header.names) for c in (trial, *(c.case for c in ranked[:1]))}
    features = None if len(widths) > 1 or _odd_first_row(trial) else error.features
    more = error.more + len(error.problems) - len(problems)
    return DataError(problems, more=more, features=features)


def _shortened(case: DataCase) -> DataCase:
    """Return a case of fewer bytes, if they hold rows enough."""
    content = whole_lines(case.look.content[:_TRIAL_BYTES], case.options.encoding)
    if len(case.look.content) <= _TRIAL_BYTES or content.count(b"\n") < _TRIAL_ROWS:
        return case
    return replace(case, look=FirstLook(content, complete=False))


def _odd_first_row(case: DataCase) -> str:
    """Say how the first row differs in width from all the others, if those are numbers."""
    first, *widths = [len(row.cells) for row in case.rows] or [0]
    if len(widths) < 2 or len({*widths}) > 1 or first == widths[0] or not case.rows[1].numbers:
        return ""
    what = "add what is missing" if first < widths[0] else "take one away"
    return f"the first row has {count_of(first, 'value')}, the other rows have {widths[0]}: {what}"


def _in_words(problem: Problem, case: DataCase, seen: SeenRows, features: int | None) -> Problem:
    """Return a problem with what to say of it if no change is found."""
    if problem.code in ("N403", "N407") and (odd := _odd_first_row(case)):
        return replace(problem, help=(odd,))
    if problem.code != "N407":
        return problem
    width, advice = features or len(seen.header.names), "--columns says which columns to read"
    if (missing := case.wanted.size - width) > 0:
        inputs = count_of(width, "input")
        advice = f"add {count_of(missing, 'column')}, or write a network with {inputs}"
    return replace(problem, help=(*(what_is_odd(seen) if width > 1 else ()), advice))


def _key(problem: Problem) -> tuple[int, str, str]:
    """Return the line, the code and the message of a problem."""
    return (problem.place and problem.place.line) or 0, problem.code, problem.message


def _faults(case: DataCase) -> set[tuple[int, str, str]]:
    return set(map(_key, fault.problems)) if (fault := case.fault()) else set()


def _changes_of_lines(problem: Problem, case: DataCase) -> Iterator[Change]:
    """Yield the changes of a problem's own line, and of those like it, that mend it."""
    last = text_of(case).count("\n") + 1
    for suggestion in problem.suggestions:
        # beyond the beginning nothing is tried
        edits = [edit for edit in suggestion.edits if edit.end_line <= last]
        after = with_edits(case, edits)
        if not edits or _key(problem) not in _faults(after):
            removes = any(edit.end_line > edit.line for edit in suggestion.edits)
            likelihood = _MANY_CELLS if len(suggestion.edits) > 1 else _ONE_CELL
            yield Change(after, suggestion, _A_ROW_LESS if removes else likelihood)


def _with_changes(problem: Problem, changes: Sequence[Change]) -> Problem:
    """Return a problem with the changes that mend it: its advice stays only if there are none."""
    suggestions = tuple(dict.fromkeys(change.suggestion for change in changes))
    return replace(problem, help=() if changes else problem.help, suggestions=suggestions)


def _changes_that_work(problem: Problem, case: DataCase) -> list[Change]:
    """Return the changes of options, columns and inputs after which nothing is wrong."""
    found: list[Change] = []
    for change in ways_of_reading(problem, case):
        found.append(change)
        if (fault := change.case.fault()) and fault.problems[0].code in _OF_COLUMNS:
            # beside edits, the likeliest will do
            found += islice(column_changes(change), 1 if change.suggestion.edits else None)
    # an option would hold for another file as well, which is sound without it
    found = [change for change in found if not (case.follows and change.suggestion.options)]
    whole = [change for change in found if change.case.fault() is None]
    if whole or problem.code not in _HIDING:
        return whole
    # failing that, those that leave nothing but faulty cells below the problem that hid them
    likely = [c for c in found if c.likelihood > 50 and "--samples" not in c.suggestion.options]
    left = [(change, *min(_faults(change.case))) for change in likely]
    return [c for c, line, code, _ in left if code in _OF_CELLS and line > _key(problem)[0]]
