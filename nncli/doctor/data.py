"""Data that does not fit or cannot be read: options that would mend it, tried on its beginning.

An option is kept if the beginning of the data, read with it, has nothing wrong any more.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from nncli.data.batches import DataOptions, read_look
from nncli.data.columns import (
    ColumnChoice,
    Header,
    Selection,
    WantedInputs,
    feature_selector,
    find_column,
)
from nncli.data.lines import read_lines
from nncli.data.npy import MAGIC as NPY_MAGIC
from nncli.data.numbers import is_missing, is_number, numbers_meant
from nncli.data.records import RecordReader
from nncli.doctor.columns import ColumnFacts, Suspicion, column_facts
from nncli.doctor.edits import edited
from nncli.doctor.layers import change_of_inputs
from nncli.errors import (
    DataError,
    Edit,
    FirstLook,
    Problem,
    Suggestion,
    count_of,
    nearest,
    quoted,
    shorten,
)
from nncli.spec.reader import SpecReading

TAB = "\t"
_COMMENT_SIGNS = ("#", "%", "//")
_DELIMITERS = {",": "','", ";": "';'", TAB: "tab", "|": "'|'", " ": "' '"}
_NOTHING_WORKS = "no option or size that was tried makes the data fit"
_SAME_CAUSE = "the first change above mends this, too"
# Trying takes a few milliseconds for so many bytes; so many rows are enough even if they are long.
_TRIAL_BYTES = 2**16
_TRIAL_ROWS = 20
# More of equal likelihood are no help.
_MAX_COLUMNS_TRIED = 8
# Whoever has more to leave out had better say what stays.
_MAX_COLUMNS_LEFT_OUT = 10


@dataclass(frozen=True)
class DataCase:
    """Some data, how it was to be read, and the network it was for."""

    file: str
    look: FirstLook
    options: DataOptions
    choice: ColumnChoice
    wanted: WantedInputs
    reading: SpecReading

    def fault(self) -> DataError | None:
        """Return what is wrong with the beginning of the data, if anything is."""
        try:
            select = feature_selector(self.choice, self.wanted)
            read_look(self.look, self.file, self.options, select, self.wanted.largest)
        except DataError as error:
            return error
        return None


@dataclass(frozen=True)
class _Change:
    """A case as it would be, and how to get there; likelihood: larger is likelier."""

    case: DataCase
    suggestion: Suggestion
    likelihood: int


def treat_data(error: DataError, case: DataCase) -> DataError:
    """Return the error with the changes that were seen to mend it.

    Changes of the whole reading stand at the first problem, those of a cell or line at its own.
    """
    case = replace(case, look=_shortened(case.look))
    first, *others = error.problems
    found = sorted(_changes_that_work(first, case), key=lambda change: -change.likelihood)
    text_column = _text_column(first, case)
    proposals = () if text_column else first.suggestions
    own = tuple(change for change in proposals if _mends(change, first, case))
    by_options = tuple(change.suggestion for change in found)
    # to write a number is nearer than to change the reading, to lose a row is further
    ranked = by_options + own if own and _removes_a_line(own[0]) else own + by_options
    suggestions = tuple(dict.fromkeys(ranked))
    problems = [_with(first, suggestions, text_column or _without_remedy(first, case))]
    counted = 0
    for problem in others:
        proposals = () if _text_column(problem, case) else problem.suggestions
        own = tuple(change for change in proposals if _mends(change, problem, case))
        shared = found and not own and problem.code == first.code
        advice = (_SAME_CAUSE,) if shared else _without_remedy(problem, case)
        if advice == problems[0].help != problem.help and not own:
            counted += 1  # the same cause, not worth the same words
        else:
            problems.append(_with(replace(problem, help=advice), own, advice))
    treated = DataError(problems, more=error.more + counted)
    treated.look, treated.features = error.look, error.features
    return treated


def _text_column(problem: Problem, case: DataCase) -> tuple[str, ...]:
    """Return what to say of a cell whose column is text in every row; nothing of another."""
    place = problem.place
    if problem.code != "N404" or place is None or place.column is None:
        return ()
    header = _header(case)
    if header is None or header.transposed or place.column > len(header.names):
        return ()
    cells = [row[place.column - 1] for row in _rows(case, header)]
    # one that holds digits has something of its own to be told
    if not cells or any(map(_may_be_a_number, cells)):
        return ()
    name = _called(header, place.column - 1)
    size = count_of(case.wanted.size, "column")
    return (f"{name} is text in every row, and the network takes {size} of numbers",)


def _may_be_a_number(cell: str) -> bool:
    return is_missing(cell) or bool(numbers_meant(cell)) or any(map(str.isnumeric, cell))


def _removes_a_line(suggestion: Suggestion) -> bool:
    return any(edit.end_line > edit.line and not edit.text for edit in suggestion.edits)


def _with(
    problem: Problem, suggestions: tuple[Suggestion, ...], otherwise: tuple[str, ...]
) -> Problem:
    """Return a problem with suggestions, without the advice that they repeat; or with other."""
    said = {suggestion.words for suggestion in suggestions}
    advice = tuple(text for text in problem.help if text not in said)
    return replace(problem, help=advice if suggestions else otherwise, suggestions=suggestions)


def _without_remedy(problem: Problem, case: DataCase) -> tuple[str, ...]:
    """Return what to say of a problem that no option mends: how to mend the file, or nothing."""
    content = case.look.content
    if problem.code not in _FORM_FAULTS:
        return problem.help
    names, width = _header_and_row(case)
    if problem.code == "N403" and width not in (0, len(names)):
        found = f"{count_of(len(names), 'name')}, the rows {count_of(width, 'value')}"
        return (f"the header has {found}: add or remove a name, or mend the rows",)
    blanks = re.sub(rb"(?m)^ +| +(?=\r?$)", b"", content)
    if _is_mended(case, re.sub(rb" +", b",", blanks), ","):
        return ("its columns are separated by blanks: make them commas (tr -s ' ' , < FILE > NEW)",)
    for delimiter in (";", TAB, "|", " "):
        if b"," not in content or delimiter.encode() not in content:
            continue
        if _is_mended(case, content.replace(b",", b"."), delimiter):
            flag = f"--delimiter {_DELIMITERS[delimiter]}"
            how = f"write points instead (tr , . < FILE > NEW), and say {flag}"
            return (f"its numbers have decimal commas: {how}",)
    return (_NOTHING_WORKS,) if problem.code == "N407" else problem.help


def _is_mended(case: DataCase, content: bytes, delimiter: str) -> bool:
    """Whether other content, read with another delimiter, has nothing wrong."""
    options = replace(case.options, delimiter=delimiter)
    look = replace(case.look, content=content)
    return replace(case, look=look, options=options).fault() is None


def _mends(suggestion: Suggestion, problem: Problem, case: DataCase) -> bool:
    """Whether an edit makes its own problem go away.  Beyond the beginning it is not tried."""
    place = problem.place
    text = _decoded(case, case.look.content)
    if place is None or (place.line or 0) > text.count("\n"):
        return True
    fault = _edited(case, suggestion.edits).fault()
    if fault is None:
        return True
    left = [(other.code, other.place) for other in fault.problems]
    lines = [other.line for _, other in left if other is not None and other.line is not None]
    return (problem.code, place) not in left and min(lines, default=0) >= (place.line or 0)


def _edited(case: DataCase, edits: Sequence[Edit]) -> DataCase:
    encoding = case.options.encoding
    text = edited(_decoded(case, case.look.content), edits)
    return replace(case, look=replace(case.look, content=text.encode(encoding, "replace")))


def _shortened(look: FirstLook) -> FirstLook:
    """Return fewer of the first bytes, if they hold rows enough."""
    content = look.content
    if len(content) <= _TRIAL_BYTES:
        return look
    cut = content.rfind(b"\n", 0, _TRIAL_BYTES) + 1
    if content.count(b"\n", 0, cut) < _TRIAL_ROWS:
        return look
    return FirstLook(content[:cut], complete=False)


def _changes_that_work(problem: Problem, case: DataCase) -> Iterator[_Change]:
    """Yield the changes of options, columns and inputs after which nothing is wrong."""
    for change in _ways_of_reading(problem, case):
        fault = change.case.fault()
        if fault is None and change.likelihood:
            yield change
        elif fault is not None and not change.suggestion.edits and _may_be_columns(fault):
            for other in _column_changes(change):
                if other.case.fault() is None:
                    yield other


def _may_be_columns(fault: DataError) -> bool:
    """Whether leaving columns out, or taking them in, may mend a fault."""
    return fault.problems[0].code in ("N404", "N407", "N408")


# What may come of reading a file in another form than it was written in.
_FORM_FAULTS = frozenset({"N402", "N403", "N404", "N405", "N407", "N408", "N410"})
# What may come of a first row that was taken for what it is not.
_HEADER_FAULTS = frozenset({"N402", "N404", "N408", "N410"})


def _ways_of_reading(problem: Problem, case: DataCase) -> Iterator[_Change]:
    """Yield the case as it is, then each way of reading that could have caused the problem."""
    yield _Change(case, Suggestion(""), 0)
    if problem.code in ("N406", "N411"):
        windows = any(0x80 <= byte < 0xA0 for byte in case.look.content)
        for encoding in ("utf-16", "utf-16-le", "utf-16-be", "cp1252" if windows else "latin-1"):
            words = f"if its text is encoded as {encoding}"
            yield _with_option(case, words, ("--encoding", encoding), 90, encoding=encoding)
    yield from _without_first_line(case)
    if problem.code not in _FORM_FAULTS:
        return
    yield from _delimiters(case)
    yield from _renamed_columns(case)
    if problem.code in _HEADER_FAULTS:
        if case.options.header is not True:
            words = "if the first row is a header"
            yield _with_option(case, words, ("--header",), 80, header=True)
        if case.options.header is not False:
            words = "if the first row is data"
            yield _with_option(case, words, ("--no-header",), 70, header=False)
    chosen = (*case.choice.columns, *case.choice.drop, *case.choice.keep)
    if case.options.samples == "columns":
        words = "if each line is a sample"
        yield _with_option(case, words, ("--samples", "rows"), 95, samples="rows")
    elif not chosen and case.look.complete:
        words = "if each column is a sample"
        likelihood = 65 if case.look.content[:1] in b"0123456789+-." else 40
        options = ("--samples", "columns")
        yield _with_option(case, words, options, likelihood, samples="columns")


def _delimiters(case: DataCase) -> Iterator[_Change]:
    start = case.look.content[:4096].decode("latin-1")
    for delimiter, shown in _DELIMITERS.items():
        if delimiter != case.options.delimiter and delimiter in start:
            words = f"separate the values at {'tabs' if delimiter == TAB else shown}"
            options = ("--delimiter", "tab" if delimiter == TAB else delimiter)
            yield _with_option(case, words, options, 90, delimiter=delimiter)


def _without_first_line(case: DataCase) -> Iterator[_Change]:
    """Yield the case without a first line that is a comment, a title or Excel's `sep=;`."""
    first, end, rest = case.look.content.partition(b"\n")
    title = _decoded(case, first).strip()
    edit = Edit(case.file, 1, 1, 2, 1, "", "(without this line)")
    below = replace(case, look=replace(case.look, content=rest))
    if title.lower().startswith("sep=") and end:
        for other in _delimiters(below):
            if other.case.options.delimiter == title[len("sep=") :]:
                words = "remove the line for Excel, and separate the values as it says"
                yield _Change(other.case, Suggestion(words, other.suggestion.options, (edit,)), 90)
        yield _Change(below, Suggestion("remove the line for Excel", edits=(edit,)), 88)
    elif title.startswith(_COMMENT_SIGNS) and end:
        words = "remove the first line: one that starts with # is no comment here"
        words = words.replace("#", title[: 1 if title[0] in "#%" else 2])
        yield _Change(below, Suggestion(words, edits=(edit,)), 88)
    elif end and (case.options.delimiter or ",") not in title:
        words = "if the first line is a title, remove it"
        yield _Change(below, Suggestion(words, edits=(edit,)), 50)


def _renamed_columns(case: DataCase) -> Iterator[_Change]:
    """Yield the case with as many names in the header as there are values in the rows."""
    names, width = _header_and_row(case)
    if width in (0, len(names)) or any(map(is_number, names)):
        return
    delimiter = case.options.delimiter or ","
    line, _, rest = case.look.content.partition(b"\n")
    text = _decoded(case, line).rstrip("\r")
    if '"' in text:
        return
    if width > len(names):
        added = [f"column_{number + 1}" for number in range(len(names), width)]
        new = delimiter.join([text, *added])
        words = f"the rows have {count_of(width, 'value')}: give the last of them a name"
    else:
        new = delimiter.join(text.split(delimiter)[:width])
        words = f"the rows have {count_of(width, 'value')}: take away the name too many"
    edit = Edit(case.file, 1, 1, 1, len(text) + 1, new, shorten(new))
    content = new.encode(case.options.encoding, "replace") + b"\n" + rest
    below = replace(case, look=replace(case.look, content=content))
    yield _Change(below, Suggestion(words, edits=(edit,)), 60)


def _header_and_row(case: DataCase) -> tuple[list[str], int]:
    """Return the first row, and how many values all of the next have: 0 if that differs."""
    records = _records(case)
    widths = {len(cells) for cells in records[1:]}
    alike = len(records) > 2 and len(widths) == 1
    return (records[0] if records else []), (widths.pop() if alike else 0)


def _decoded(case: DataCase, content: bytes) -> str:
    try:
        return content.decode(case.options.encoding, "replace")
    except UnicodeError:  # UTF-16 without its mark
        return content.decode("latin-1")


def _with_option(
    case: DataCase, words: str, options: tuple[str, ...], likelihood: int, **changes: object
) -> _Change:
    changed = replace(case.options, **changes)  # type: ignore[arg-type]
    return _Change(replace(case, options=changed), Suggestion(words, options), likelihood)


def _column_changes(change: _Change) -> Iterator[_Change]:
    """Yield the change together with a choice of columns, or with other inputs of the network."""
    case = change.case
    header = _header(case)
    if header is None or case.choice.columns:
        return
    if case.wanted.columns is not None and not header.positional:
        yield from _columns_by_name(change, header, case.wanted.columns)
        return
    items = (*case.choice.drop, *case.choice.keep)
    try:
        left_out = {find_column(item, header, "") for item in items}
    except DataError:
        return
    features = [position for position in range(len(header.names)) if position not in left_out]
    surplus = len(features) - case.wanted.size
    if surplus > 0 and not header.transposed:
        yield from _fewer_columns(change, header, features, surplus)
    if surplus < 0:
        yield from _more_columns(change)
    other_inputs = change_of_inputs(case.reading, len(features))
    if surplus and not change.suggestion.options and other_inputs is not None:
        wanted = replace(case.wanted, size=len(features))
        yield _Change(replace(case, wanted=wanted), other_inputs, 45)


def _fewer_columns(
    change: _Change, header: Header, features: list[int], surplus: int
) -> Iterator[_Change]:
    """Yield the columns to leave out, the most suspicious first."""
    rows = _rows(change.case, header)
    last = len(header.names) - 1
    facts = [
        column_facts(p, header.names[p], [row[p] for row in rows], is_last=p == last)
        for p in features
    ]
    text = [fact for fact in facts if fact.suspicion == Suspicion.TEXT]
    if len(text) > surplus or surplus > _MAX_COLUMNS_LEFT_OUT:
        return
    # where nothing speaks for either, the last columns are likelier than the first
    ranked = sorted(facts, key=lambda fact: (fact.suspicion, fact.position), reverse=True)
    if surplus == 1:
        choices = [[fact] for fact in (text or ranked[:_MAX_COLUMNS_TRIED])]
    else:
        choices = [ranked[:surplus]]
        if not text and facts[-surplus:] != sorted(ranked[:surplus], key=lambda f: f.position):
            choices.append(facts[-surplus:])
    for number, chosen in enumerate(choices):
        yield _leaving_out(change, header, chosen, number)
        if len(chosen) == 1 and chosen[0].suspicion:
            other = replace(chosen[0], is_identifier=not chosen[0].is_identifier, reason="")
            yield _leaving_out(change, header, [other], number + 1)


_LIKELIHOODS = {
    Suspicion.TEXT: 85,
    Suspicion.BY_NAME_AND_VALUES: 80,
    Suspicion.BY_NAME: 75,
    Suspicion.BY_VALUES: 70,
    Suspicion.NONE: 30,
}


def _leaving_out(change: _Change, header: Header, facts: list[ColumnFacts], number: int) -> _Change:
    kept = [fact.position for fact in facts if fact.is_identifier]
    dropped = [fact.position for fact in facts if not fact.is_identifier]
    options = list(change.suggestion.options)
    words = [change.suggestion.words] if change.suggestion.words else []
    for flag, positions, verb in (
        ("--keep", kept, "carry {} through unread"),
        ("--drop", dropped, "leave {} out"),
    ):
        if positions:
            options += [flag, ",".join(header.item(position) for position in positions)]
            names = " and ".join(_called(header, position) for position in positions)
            words.append(verb.format(names))
    if len(facts) == 1 and facts[0].reason:
        words[-1] += f"{facts[0].reason}"
    case = change.case
    choice = replace(
        case.choice,
        keep=(*case.choice.keep, *(str(position + 1) for position in kept)),
        drop=(*case.choice.drop, *(str(position + 1) for position in dropped)),
    )
    likelihood = min(_LIKELIHOODS[fact.suspicion] for fact in facts) - number
    return _Change(
        replace(case, choice=choice),
        Suggestion(", and ".join(words), tuple(options), change.suggestion.edits),
        min(likelihood, change.likelihood or likelihood),
    )


def _called(header: Header, position: int) -> str:
    has_name = header.named and header.names[position]
    return quoted(header.names[position]) if has_name else f"column {position + 1}"


def _more_columns(change: _Change) -> Iterator[_Change]:
    """Yield the case without each of the columns that the user has left out."""
    choice = change.case.choice
    for option in ("drop", "keep"):
        items: tuple[str, ...] = getattr(choice, option)
        for item in items:
            others = tuple(other for other in items if other != item)
            case = replace(change.case, choice=replace(choice, **{option: others}))
            words = f"do without `--{option} {item}`"
            yield _Change(case, Suggestion(words, change.suggestion.options), 60)


def _columns_by_name(change: _Change, header: Header, names: tuple[str, ...]) -> Iterator[_Change]:
    """Yield the columns that the spec's inputs may mean: of nearly those names, or in order."""
    if header.named:
        meant = [nearest(name, header.names[:1000]) for name in names]
        words = "take the columns whose names are nearest"
    else:
        meant = [str(position + 1) for position in range(len(names))]
        words = "take the columns in their order"
    items = tuple(item for item in meant if item is not None)
    if len(set(items)) < len(names) or len(items) > len(header.names):
        return
    case = replace(change.case, choice=replace(change.case.choice, columns=items))
    listed = ",".join(header.item(header.names.index(i)) if header.named else i for i in items)
    options = (*change.suggestion.options, "--columns", listed)
    words = f"{change.suggestion.words}, and {words}" if change.suggestion.words else words
    yield _Change(case, Suggestion(words, options), min(75, change.likelihood or 75))


class _HeaderSeen(Exception):  # noqa: N818  # no error: the way out of the reader
    """All that was wanted of the data is known."""


def _header(case: DataCase) -> Header | None:
    """Return the names of the columns as the case reads them, if it comes so far."""
    seen: list[Header] = []

    def see(header: Header) -> Selection:
        seen.append(header)
        raise _HeaderSeen

    with suppress(_HeaderSeen, DataError):
        read_look(case.look, case.file, case.options, see)
    return seen[0] if seen else None


def _rows(case: DataCase, header: Header) -> list[list[str]]:
    """Return the cells of the first rows below the header that are as wide as it."""
    if case.look.content.startswith(NPY_MAGIC):
        return []
    rows = _records(case)[int(header.named) :]
    return [row for row in rows if len(row) == len(header.names)]


def _records(case: DataCase) -> list[list[str]]:
    """Return the cells of all rows, as far as they can be cut into cells."""
    delimiter = case.options.delimiter or ","
    lines = read_lines([case.look.content], case.file, case.options.encoding, delimiter)
    rows: list[list[str]] = []
    with suppress(DataError):
        rows.extend(record.cells for record in RecordReader(lines, case.file, delimiter))
    return rows if case.look.complete else rows[:-1]
