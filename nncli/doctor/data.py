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
from nncli.doctor.case import (
    MISREAD,
    Change,
    DataCase,
    header_and_width,
    text_lines,
    text_of,
    with_edits,
)
from nncli.doctor.column_choices import column_changes
from nncli.doctor.ways_of_reading import ways_of_reading
from nncli.doctor.whole_columns import SeenRows, seen_rows, what_is_odd, with_proposals
from nncli.errors import DataError
from nncli.file_kinds import kind_of
from nncli.problems import Problem
from nncli.words import count_of

# Of changes after which something else comes to light, the likeliest will do.
_MAX_PARTLY = 3
# Problems of a whole file, which hide what is wrong with its rows; and those that leaving columns
# out, or taking them in, may mend.
_UNREADABLE = frozenset({"N406", "N411"})
_OF_THE_WHOLE_FILE = frozenset({*_UNREADABLE, "N407", "N408", "N410"})
_OF_COLUMNS = frozenset({"N404", "N407", "N408", "N409"})
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
    seen = seen_rows(case)
    first, *others = (with_proposals(problem, case, seen) for problem in error.problems)
    case = replace(case, look=_shortened(case.look, case.options.encoding))
    kind = kind_of(case.look.content, doubtful=first.code in MISREAD)
    is_known = kind is not None and (kind.is_doubtful or first.code == "N411")
    has_table = kind is None or kind.holds_csv or not is_known
    # where nothing is wrong with the beginning, the fault stands further down
    found = _changes_that_work(first, case) if has_table and case.fault() is not None else []
    ranked = _ranked([*_changes_of_lines(first, case), *found])
    advice = _in_words(first, case, seen)
    if kind and kind.is_doubtful and kind.as_data and not has_table:
        advice = (f"this is {kind.name}: {kind.as_data}",)
    problems, made = [_with_changes(replace(first, help=advice), ranked)], ranked[:1]
    for before, problem in zip(error.problems[1:], others, strict=True):
        if any(_is_mended_by(change, problem) for change in made):
            continue
        own, words = _changes_of_lines(problem, case), _in_words(problem, case, seen)
        made += own[:1]
        if own or not advice == words != before.help:  # not worth the same words
            problems.append(_with_changes(replace(problem, help=words), own))
    widths = {c.header and len(c.header.names) for c in (case, *(c.case for c in ranked[:1]))}
    is_fact = len(widths) == 1 and not _first_row_differs(case)
    more = error.more + len(error.problems) - len(problems)
    return DataError(problems, more=more, features=error.features if is_fact else None)


def _first_row_differs(case: DataCase) -> bool:
    """Whether the first row has another width than all of the next, which are numbers."""
    names, width = header_and_width(case)
    return width not in (0, len(names)) and any(map(is_number, case.records[1]))


def _key(problem: Problem) -> tuple[int, str, str]:
    """Return the line, the code and the message of a problem."""
    line = problem.place.line if problem.place is not None else None
    return line or 0, problem.code, problem.message


def _faults(case: DataCase) -> set[tuple[int, str, str]]:
    fault = case.fault()
    return set(map(_key, fault.problems)) if fault is not None else set()


def _is_mended_by(change: Change, problem: Problem) -> bool:
    """Whether a change that is offered for another problem mends this one as well."""
    case, own = change.case, _key(problem)
    is_seen = change.suggestion.options or case.look.complete or own[0] <= len(text_lines(case))
    return bool(is_seen) and own not in _faults(case)


def _changes_of_lines(problem: Problem, case: DataCase) -> list[Change]:
    """Return the changes of a problem's own line, and of those like it, that mend it."""
    last = text_of(case).count("\n") + 1
    changes = []
    for suggestion in problem.suggestions:
        # beyond the beginning nothing is tried
        edits = [edit for edit in suggestion.edits if edit.end_line <= last]
        after = with_edits(case, edits)
        if not edits or _mends(after, problem, case):
            removes = any(edit.end_line > edit.line for edit in suggestion.edits)
            likelihood = _MANY_CELLS if len(suggestion.edits) > 1 else _ONE_CELL
            changes.append(Change(after, suggestion, _A_ROW_LESS if removes else likelihood))
    return changes


def _mends(after: DataCase, problem: Problem, case: DataCase) -> bool:
    """Whether a problem is mended, even if further down something shows that was not told yet."""
    own, left = _key(problem), _faults(after)
    return own not in left and all(line >= own[0] for line, *_ in left - _faults(case))


def _ranked(changes: list[Change]) -> list[Change]:
    """Return changes, those first after which nothing is wrong, and then the likelier."""
    ranked = sorted(changes, key=lambda c: (c.case.fault() is not None, -c.likelihood))
    if ranked and ranked[0].suggestion.edits:  # the same line is taken away with others
        ranked[1:] = [change for change in ranked[1:] if change.likelihood != _A_ROW_LESS]
    return ranked


def _with_changes(problem: Problem, changes: Sequence[Change]) -> Problem:
    """Return a problem with the changes that mend it: its advice stays only if there are none."""
    suggestions = tuple(dict.fromkeys(change.suggestion for change in changes))
    return replace(problem, help=() if changes else problem.help, suggestions=suggestions)


def _in_words(problem: Problem, case: DataCase, seen: SeenRows) -> tuple[str, ...]:
    """Return what to say of a problem that no change was found for."""
    names, width = header_and_width(case)
    if problem.code in ("N403", "N407") and _first_row_differs(case):
        row = "the first row" if any(map(is_number, names)) else "the header"
        found = f"{row} has {count_of(len(names), 'value')}, the other rows have {width}"
        return (f"{found}: {'add what is missing' if len(names) < width else 'take one away'}",)
    if problem.code != "N407":
        return problem.help
    odd = what_is_odd(seen) if len(names) > 1 else ()
    if (missing := case.wanted.size - len(names)) <= 0:
        return (*odd, "--columns says which columns to read")
    inputs = count_of(len(names), "input")
    return (*odd, f"add {count_of(missing, 'column')}, or write a network with {inputs}")


def _shortened(look: FirstLook, encoding: str) -> FirstLook:
    """Return fewer of the first bytes, if they hold rows enough."""
    shorter = whole_lines(look.content[:_TRIAL_BYTES], encoding)
    has_enough = max(shorter.count(b"\n"), shorter.count(b"\r")) >= _TRIAL_ROWS
    is_long = has_enough and len(look.content) > _TRIAL_BYTES
    return FirstLook(shorter, complete=False) if is_long else look


def _changes_that_work(problem: Problem, case: DataCase) -> list[Change]:
    """Return the changes of options, columns and inputs after which nothing is wrong."""
    candidates = _candidates(problem, case)
    found = [c for c in candidates if not c.suggestion.options or c.case.suits_first(case)]
    whole = [change for change in found if change.case.fault() is None]
    if whole or problem.code not in _OF_THE_WHOLE_FILE:
        return whole
    return _ranked([c for c in found if c.likelihood > 50 and _is_further(c, problem)])[
        :_MAX_PARTLY
    ]


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
    line, code, message = min(_faults(change.case))
    if problem.code in _UNREADABLE:
        return code not in _UNREADABLE
    is_cell = code in ("N404", "N415") and "--samples" not in change.suggestion.options
    # what was mistyped is mended, whatever else is wrong
    is_typed = change.suggestion.argv is not None and message != problem.message
    return is_typed or (is_cell and line > _key(problem)[0])
