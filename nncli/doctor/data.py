"""Data that does not fit or cannot be read: options that would mend it, tried on its beginning.

An option is kept if the beginning of the data, read with it, has nothing wrong any more; failing
that, if it mends the reading of the file, and only then something shows in a row further down.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from nncli.data.csv.lines import whole_lines
from nncli.data.csv.numbers import is_missing, is_number, looks_like_a_number
from nncli.data.source_bytes import FirstLook
from nncli.doctor.case import (
    MISREAD,
    Change,
    DataCase,
    decoded,
    header_and_width,
    with_text,
)
from nncli.doctor.column_choices import column_changes
from nncli.doctor.edits import edited
from nncli.doctor.layers import SAME_CAUSE
from nncli.doctor.line_changes import with_proposals
from nncli.doctor.ways_of_reading import ways_of_reading
from nncli.doctor.whole_columns import SeenRows, seen_rows, what_is_odd
from nncli.errors import DataError
from nncli.file_kinds import kind_of
from nncli.meant.numbers import numbers_meant
from nncli.problems import Problem, Suggestion
from nncli.words import count_of

# Of changes after which something else comes to light, the likeliest will do.
_MAX_PARTLY = 3
# Problems of a whole file, which hide what is wrong with its rows.
_OF_THE_WHOLE_FILE = frozenset({"N406", "N407", "N408", "N410", "N411"})
_NOTHING_WORKS = "no option or size that was tried makes the data fit"
# Trying takes a few milliseconds for so many bytes; so many rows are enough even if they are long.
_TRIAL_BYTES = 2**16
_TRIAL_ROWS = 20


def treat_file(error: DataError, case: DataCase) -> DataError:
    """Return an error of one file with the changes that were seen to mend it.

    Changes of the whole reading stand at the first problem, those of a cell or line at its own.
    """
    of_rows = error.problems[0].code in ("N403", "N404", "N407", "N410")
    seen = seen_rows(case) if of_rows and case.options.decimal == "." else None
    first = with_proposals(error.problems[0], seen)
    case = replace(case, look=_shortened(case.look, case.options.encoding))
    explained = _as_csv(case) if first.code in MISREAD else ()
    found: list[Change] = []
    # where nothing is wrong with the beginning, the fault stands further down
    if case.fault() is not None and not explained:
        found = sorted(_changes_that_work(first, case), key=lambda change: -change.likelihood)
    problems = [_with_changes_of_reading(first, case, found, explained, seen)]
    counted = 0
    whole = found and case.look.complete and found[0].case.fault() is None
    all_mended = whole and found[0].suggestion in problems[0].suggestions[:1]
    for problem in error.problems[1:]:
        if all_mended or any(_is_mended_by(other, problem) for other in problems):
            counted += 1
            continue
        treated = _treat_by_itself(with_proposals(problem, seen), case)
        if found and problem.code == first.code and not treated.suggestions:
            treated = replace(treated, help=(SAME_CAUSE,))
        if not treated.suggestions and treated.help == problems[0].help != problem.help:
            counted += 1  # the same cause, not worth the same words
        else:
            problems.append(treated)
    return DataError(problems, more=error.more + counted, features=error.features)


def _is_mended_by(other: Problem, problem: Problem) -> bool:
    """Whether what is offered for another problem mends this one as well."""
    place = problem.place
    if place is None or problem.row is None or not other.suggestions:
        return False
    edits = (edit for edit in other.suggestions[0].edits if edit.line == place.line)
    return any(problem.code == "N403" or edit.column - 1 == place.caret for edit in edits)


def _with_changes_of_reading(
    problem: Problem,
    case: DataCase,
    found: Sequence[Change],
    explained: tuple[str, ...],
    seen: SeenRows | None,
) -> Problem:
    """Return the first problem with the changes of the whole reading that were found.

    explained: how to turn a table that is no CSV file into one.
    """
    treated = _treat_by_itself(problem, case)
    own, by_options = treated.suggestions, tuple(change.suggestion for change in found)
    # to write numbers is nearer than to change the reading if it is all; to lose a row is further
    is_further = bool(own and found) and (
        _removes_a_line(own[0])
        or (_fault_after(own[0], case) is not None and found[0].case.fault() is None)
        or (len(own[0].edits) > 1 and "--decimal" in by_options[0].options)
    )
    if is_further and by_options[0].edits and _removes_a_line(own[0]):
        own = ()  # the same line is taken away with others
    ranked = by_options + own if is_further else own + by_options
    if ranked:
        return _with_suggestions(problem, tuple(dict.fromkeys(ranked)))
    if problem.code == "N407" and not explained:
        return replace(treated, help=_dead_end(case, seen))
    return replace(treated, help=explained or treated.help)


def _dead_end(case: DataCase, seen: SeenRows | None) -> tuple[str, ...]:
    """Return what to say of data of another width that nothing was found for."""
    names, width = header_and_width(case)
    following = case.records[1] if width else []
    if any(map(is_number, following)) and width != len(names):
        found = f"the first row has {count_of(len(names), 'value')}, the other rows have {width}"
        return (f"{found}: {'add what is missing' if len(names) < width else 'take one away'}",)
    if seen is None or len(names) < 2:
        return (_NOTHING_WORKS,)
    choose = "--columns says which columns to read" if len(names) > case.wanted.size else ""
    return (_NOTHING_WORKS, *what_is_odd(seen), *filter(None, [choose]))


def _treat_by_itself(problem: Problem, case: DataCase) -> Problem:
    """Return a problem with the changes of its own line, or else with advice in words."""
    own = tuple(change for change in problem.suggestions if _mends(change, problem, case))
    if own:
        return _with_suggestions(problem, own)
    return replace(problem, help=_without_remedy(problem, case), suggestions=())


def _with_suggestions(problem: Problem, suggestions: tuple[Suggestion, ...]) -> Problem:
    said = {suggestion.words for suggestion in suggestions}
    # what else may be so, of a first row that may be two things
    kept = problem.help if problem.code == "N410" else ()
    advice = tuple(text for text in kept if text not in said and "--header" not in text)
    return replace(problem, help=advice, suggestions=suggestions)


def _removes_a_line(suggestion: Suggestion) -> bool:
    return any(edit.end_line > edit.line and not edit.text for edit in suggestion.edits)


def _without_remedy(problem: Problem, case: DataCase) -> tuple[str, ...]:
    """Return what to say of a problem that no option mends: how to mend the file, or nothing."""
    if problem.code not in MISREAD or problem.code == "N405":
        return problem.help
    names, width = header_and_width(case)
    if problem.code == "N403" and width not in (0, len(names)):
        found = f"{count_of(len(names), 'name')}, the rows {count_of(width, 'value')}"
        return (f"the header has {found}: add or remove a name, or mend the rows",)
    return problem.help


def _as_csv(case: DataCase) -> tuple[str, ...]:
    """Return how to turn the file into CSV, if it is one of another kind."""
    content = case.look.content
    kind = kind_of(content, doubtful=True)
    if kind is not None and kind.is_doubtful and kind.as_data is not None:
        return (f"this is {kind.name}: {kind.as_data}",)
    return ()


def _mends(suggestion: Suggestion, problem: Problem, case: DataCase) -> bool:
    """Whether an edit makes its own problem go away.  Beyond the beginning it is not tried."""
    place = problem.place
    text = decoded(case, case.look.content)
    if place is None or (place.line or 0) > text.count("\n"):
        return True
    fault = _fault_after(suggestion, case)
    if fault is None:
        return True
    before = case.fault()
    known = [(other.code, other.place) for other in before.problems] if before else []
    left = [(other.code, other.place) for other in fault.problems]
    new = [where for code, where in left if (code, where) not in known]
    # mended, even if further down something shows that had not been told yet
    later = all(where is not None and (where.line or 0) >= (place.line or 0) for where in new)
    return (problem.code, place) not in left and later


def _fault_after(suggestion: Suggestion, case: DataCase) -> DataError | None:
    """Return what is wrong with the beginning of the data once it is edited."""
    text = decoded(case, case.look.content)
    lines = text.count("\n") + 1
    edits = [edit for edit in suggestion.edits if edit.end_line <= lines]
    return with_text(case, edited(text, edits)).fault()


def _shortened(look: FirstLook, encoding: str) -> FirstLook:
    """Return fewer of the first bytes, if they hold rows enough."""
    content = look.content
    if len(content) <= _TRIAL_BYTES:
        return look
    shorter = whole_lines(content[:_TRIAL_BYTES], encoding)
    if max(shorter.count(b"\n"), shorter.count(b"\r")) < _TRIAL_ROWS:
        return look
    return FirstLook(shorter, complete=False)


def _changes_that_work(problem: Problem, case: DataCase) -> Iterator[Change]:
    """Yield the changes of options, columns and inputs after which nothing is wrong."""
    partly: list[Change] = []
    whole = False
    for change in _candidates(problem, case):
        if change.suggestion.options and not change.case.suits_first(case):
            continue
        if _loses_a_sample(change, case):
            continue
        fault = change.case.fault()
        if fault is None:
            whole = True
            yield change
        elif change.suggestion.argv and fault.problems[0].message != problem.message:
            partly.append(change)  # what was mistyped is mended, whatever else is wrong
        elif "--samples" not in change.suggestion.options and _is_further(
            fault.problems[0], problem
        ):
            partly.append(change)
    if not whole and problem.code in _OF_THE_WHOLE_FILE:
        likely = sorted(partly, key=lambda change: -change.likelihood)
        yield from (change for change in likely[:_MAX_PARTLY] if change.likelihood > 50)


def _loses_a_sample(change: Change, case: DataCase) -> bool:
    """Whether a first row of numbers would be taken away from above others."""
    first, below = (next(iter(records), []) for records in (case.records, change.case.records))
    texts = [cell for cell in first if not is_number(cell) and not is_missing(cell)]
    is_sample = all(looks_like_a_number(text) or numbers_meant(text) for text in texts)
    if not is_sample or not any(map(is_number, first)):
        return False
    # one of another width is only taken away if it counts the rows
    goes = bool(change.suggestion.edits) and first != below and len(first) == len(below)
    return goes and any(map(is_number, below))


def _candidates(problem: Problem, case: DataCase) -> Iterator[Change]:
    """Yield the ways of reading, each followed by the choices of columns that it may need."""
    encoded = False
    for change in ways_of_reading(problem, case):
        fault = change.case.fault()
        if change.likelihood and not (encoded and "--encoding" in change.suggestion.options):
            yield change
            encoded |= fault is None and "--encoding" in change.suggestion.options
        if fault is not None and _may_be_columns(fault):
            # beside edits, the likeliest will do
            yield from islice(column_changes(change), 1 if change.suggestion.edits else None)


def _is_further(fault: Problem, problem: Problem) -> bool:
    """Whether a fault only came to light because the problem is mended."""
    if problem.code in ("N406", "N411"):
        return fault.code not in ("N406", "N411")
    line, other = (p.place.line if p.place is not None else None for p in (fault, problem))
    return fault.code in ("N404", "N415") and (line or 0) > (other or 0)


def _may_be_columns(fault: DataError) -> bool:
    """Whether leaving columns out, or taking them in, may mend a fault."""
    return fault.problems[0].code in ("N404", "N407", "N408", "N409")
