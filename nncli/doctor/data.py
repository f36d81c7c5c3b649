"""Data that does not fit or cannot be read: options that would mend it, tried on its beginning.

An option is kept if the beginning of the data, read with it, has nothing wrong any more; failing
that, if it mends the reading of the file, and only then something shows in a row further down.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace

from nncli.data.csv.lines import whole_lines
from nncli.data.csv.numbers import is_missing
from nncli.data.source_bytes import FirstLook
from nncli.doctor.case import (
    MISREAD,
    Change,
    DataCase,
    called,
    decoded,
    header_and_width,
    read_rows,
    with_text,
)
from nncli.doctor.column_choices import column_changes, columns_seen
from nncli.doctor.disguises import numbers_meant
from nncli.doctor.edits import edited
from nncli.doctor.layers import SAME_CAUSE
from nncli.doctor.line_changes import with_proposals
from nncli.doctor.ways_of_reading import TAB, ways_of_reading
from nncli.errors import DataError
from nncli.file_kinds import kind_of
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
    case = replace(case, look=_shortened(case.look, case.options.encoding))
    first, *others = map(with_proposals, error.problems)
    explained = _as_csv(case) if first.code in MISREAD else ()
    found: list[Change] = []
    # where nothing is wrong with the beginning, the fault stands further down
    if case.fault() is not None and not explained:
        found = sorted(_changes_that_work(first, case), key=lambda change: -change.likelihood)
    problems = [_with_changes_of_reading(first, case, found, explained)]
    counted = 0
    for problem in others:
        treated = _treat_by_itself(problem, case)
        if found and problem.code == first.code and not treated.suggestions:
            treated = replace(treated, help=(SAME_CAUSE,))
        if not treated.suggestions and treated.help == problems[0].help != problem.help:
            counted += 1  # the same cause, not worth the same words
        else:
            problems.append(treated)
    return DataError(problems, more=error.more + counted, features=error.features)


def _with_changes_of_reading(
    problem: Problem, case: DataCase, found: Sequence[Change], explained: tuple[str, ...]
) -> Problem:
    """Return the first problem with the changes of the whole reading that were found.

    explained: how to turn a table that is no CSV file into one.
    """
    treated = _treat_by_itself(problem, case)
    own, by_options = treated.suggestions, tuple(change.suggestion for change in found)
    # to write a number is nearer than to change the reading, to lose a row is further
    ranked = by_options + own if own and _removes_a_line(own[0]) else own + by_options
    if ranked:
        return _with_suggestions(problem, tuple(dict.fromkeys(ranked)))
    seen = columns_seen(case) if problem.code in ("N404", "N407", "N408") else ()
    return replace(treated, help=explained or (*treated.help, *seen))


def _treat_by_itself(problem: Problem, case: DataCase) -> Problem:
    """Return a problem with the changes of its own line, or else with advice in words."""
    if advice := _text_column(problem, case):
        return replace(problem, help=advice, suggestions=())
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


def _text_column(problem: Problem, case: DataCase) -> tuple[str, ...]:
    """Return what to say of a cell whose column is text in every row; nothing of another."""
    place = problem.place
    if problem.code != "N404" or place is None or place.column is None:
        return ()
    header = case.header
    if header is None or header.transposed or place.column > len(header.names):
        return ()
    cells = [row[place.column - 1] for row in read_rows(case, header)]
    # one that holds digits has something of its own to be told
    if len(cells) < 2 or any(map(_may_be_a_number, cells)):
        return ()
    name = called(header, place.column - 1)
    size = count_of(case.wanted.size, "column")
    return (f"{name} is text in every row, and the network takes {size} of numbers",)


def _may_be_a_number(cell: str) -> bool:
    return is_missing(cell) or bool(numbers_meant(cell)) or any(map(str.isnumeric, cell))


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
    return (_NOTHING_WORKS,) if problem.code == "N407" else problem.help


def _as_csv(case: DataCase) -> tuple[str, ...]:
    """Return how to turn the file into CSV, if it is a table written in another way."""
    content = case.look.content
    kind = kind_of(content, doubtful=True)
    if kind is not None and kind.is_doubtful and kind.as_data is not None:
        return (f"this is {kind.name}: {kind.as_data}",)
    if b"  " in content:
        # (?<! ) and ++: a run of blanks is looked at once, not once from each of its blanks
        lines = re.sub(rb"(?m)^ +|(?<! ) ++(?=\r?$)", b"", content)
        if _options_for(case, re.sub(rb" +", b",", lines), ",") is not None:
            how = "sed 's/^ *//; s/ *$//; s/  */,/g' FILE > NEW"
            return (f"its columns are separated by blanks: make them commas ({how})",)
    delimiters = (";", TAB, "|", " ") if b"," in content else ()
    for delimiter in delimiters:
        if delimiter.encode() not in content:
            continue
        options = _options_for(case, content.replace(b",", b"."), delimiter)
        if options is not None:
            flags = shlex.join(("--delimiter", "tab" if delimiter == TAB else delimiter, *options))
            how = f"write points instead (tr , . < FILE > NEW), and say {flags}"
            return (f"its numbers have decimal commas: {how}",)
    return ()


def _options_for(case: DataCase, content: bytes, delimiter: str) -> tuple[str, ...] | None:
    """Return what to say, besides the delimiter, to read other content; None if nothing helps."""
    options = replace(case.options, delimiter=delimiter)
    changed = replace(case, look=replace(case.look, content=content), options=options)
    fault = changed.fault()
    if fault is None:
        return ()
    if _may_be_columns(fault):
        for change in column_changes(Change(changed, Suggestion(""), 0)):
            if change.suggestion.options and change.case.fault() is None:
                return change.suggestion.options
    return None


def _mends(suggestion: Suggestion, problem: Problem, case: DataCase) -> bool:
    """Whether an edit makes its own problem go away.  Beyond the beginning it is not tried."""
    place = problem.place
    text = decoded(case, case.look.content)
    if place is None or (place.line or 0) > text.count("\n"):
        return True
    fault = with_text(case, edited(text, suggestion.edits)).fault()
    if fault is None:
        return True
    before = case.fault()
    known = [(other.code, other.place) for other in before.problems] if before else []
    left = [(other.code, other.place) for other in fault.problems]
    new = [where for code, where in left if (code, where) not in known]
    # mended, even if further down something shows that had not been told yet
    later = all(where is not None and (where.line or 0) >= (place.line or 0) for where in new)
    return (problem.code, place) not in left and later


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


def _candidates(problem: Problem, case: DataCase) -> Iterator[Change]:
    """Yield the ways of reading, each followed by the choices of columns that it may need."""
    encoded = False
    for change in ways_of_reading(problem, case):
        fault = change.case.fault()
        if change.likelihood and not (encoded and "--encoding" in change.suggestion.options):
            yield change
            encoded |= fault is None and "--encoding" in change.suggestion.options
        if fault is not None and not change.suggestion.edits and _may_be_columns(fault):
            yield from column_changes(change)


def _is_further(fault: Problem, problem: Problem) -> bool:
    """Whether a fault only came to light because the problem is mended."""
    if problem.code in ("N406", "N411"):
        return fault.code not in ("N406", "N411")
    line, other = (p.place.line if p.place is not None else None for p in (fault, problem))
    return fault.code in ("N404", "N415") and (line or 0) > (other or 0)


def _may_be_columns(fault: DataError) -> bool:
    """Whether leaving columns out, or taking them in, may mend a fault."""
    return fault.problems[0].code in ("N404", "N407", "N408", "N409")
