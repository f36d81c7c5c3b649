"""Columns that were named otherwise, in the spec or on the command line, and what was meant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import chain

from nncli.data.column_names import BETWEEN, Meant, columns_meant, plain_name
from nncli.data.columns import Header, find_column
from nncli.doctor.case import Change, DataCase
from nncli.doctor.command_line import replaced
from nncli.doctor.spec_edits import SpecEditor
from nncli.errors import DataError
from nncli.network.shapes import shape_table
from nncli.problems import Problem, Suggestion
from nncli.specs.written import scalar
from nncli.words import quoted, shorten

# Nobody types more, and nobody means a longer range.
_MAX_COLUMNS = 1000
# The numbers of the first column and of the last one of a range that ends with it: as they are
# here, from 0, and as in Python, where a range stops before its end.
_COUNTINGS = ((1, 1), (0, 0), (0, 1))
_RANGE = re.compile(r"(.*?)(?::|\.\.+)(.*)|(.+)-(.+)")
_LAST = {"last": "-1", "end": "-1"}


def inputs_by_name(change: Change, header: Header, names: tuple[str, ...]) -> Iterator[Change]:
    """Yield the columns that the spec's inputs may mean: of nearly those names, or in order."""
    is_repeated = any(len(header.positions.get(name, ())) > 1 for name in names)
    if change.case.choice.drop or len(names) > _MAX_COLUMNS or is_repeated:
        return  # the one goes with no other choice, the other would fill the screen
    meant = columns_meant(names, header.names) if header.named else []
    columns = tuple(chain.from_iterable(meant))
    in_order = [header.positions.get(name, [at]) for at, name in enumerate(names)]
    if all(meant) and len(set(columns)) == len(columns) >= len(names):
        yield from _renamed_inputs(change, meant)
        if len(columns) == len(names):
            words = "take the columns of those names, if they are meant"
            yield _taken(change, [header.item(header.positions[c][0]) for c in columns], words, 75)
    elif in_order == [[at] for at in range(len(header.names))]:
        words = f"if they stand in the order of the inputs ({shorten(', '.join(names))}), take all"
        yield _taken(change, [str(at + 1) for at in range(len(names))], words, 30)


def _taken(change: Change, items: Sequence[str], words: str, likelihood: int) -> Change:
    case = replace(change.case, choice=replace(change.case.choice, columns=tuple(items)))
    return change.then(case, words, likelihood, ("--columns", ",".join(items)))


def _renamed_inputs(change: Change, meant: Meant) -> Iterator[Change]:
    """Yield the change of the spec's names, if its text allows it and the layers then fit."""
    case, source, spec = change.case, change.case.reading.source, change.case.reading.spec
    old, columns = case.wanted.columns or (), tuple(chain.from_iterable(meant))
    inputs = spec.inputs.model_copy(update={"columns": columns, "size": len(columns)})
    if source is None or shape_table(spec.model_copy(update={"inputs": inputs})).misfits:
        return
    pairs = list(zip(old, meant, strict=True))
    edits = [
        SpecEditor(source).splice(("inputs", "columns"), at, at + 1, list(map(scalar, new)))
        for at, (name, new) in enumerate(pairs)
        if new != (name,)
    ]
    named = [quoted(name) for name in columns if name not in old]
    how = "separate the names" if len(columns) > len(meant) else "write"
    alike = all(plain_name(name) == plain_name("".join(new)) for name, new in pairs)
    doubt = "" if alike else ", if they are meant"
    words = f"{how} as in the header{doubt}: {shorten(', '.join(named))}"
    wanted = replace(case.wanted, columns=columns, size=len(columns))
    if written := [edit for edit in edits if edit is not None]:
        yield change.then(replace(case, wanted=wanted), words, 78, edits=written)


def at_the_spec(problem: Problem, case: DataCase) -> Problem:
    """Return a problem of names that an edit of the spec mends, with its place in the spec."""
    source = case.reading.source
    edits = problem.suggestions[0].edits if problem.suggestions else ()
    if problem.code != "N408" or source is None or not edits or edits[0].file != source.text.file:
        return problem
    place = source.text.place(edits[0].line - 1, edits[0].column - 1)
    message = problem.message.replace("not in the header", "not in the header of the data")
    return replace(problem, message=message, place=place)


def mistyped_items(change: Change, header: Header) -> list[Change] | None:
    """Return what a list on the command line may mean if one of its items is no column.

    None if all items are columns.
    """
    case, found = change.case, []
    for option, items in vars(case.choice).items():
        if all(_is_column(item, header) for item in items):
            continue
        for counting in _COUNTINGS:
            meant = [_meant(item, header, *counting) for item in items]
            columns = tuple(chain.from_iterable(meant))
            if not all(meant) or len(set(columns)) < len(columns):
                continue
            typed, words = ",".join(columns), "if the nearest name is meant"
            words = "positions count from 1" if typed.replace(",", "").isdecimal() else words
            words = "name each column, with commas between" if len(columns) > len(items) else words
            argv = replaced(case.argv, f"--{option}", ",".join(items), typed)
            other = replace(case, choice=replace(case.choice, **{option: columns}))
            suggestion = Suggestion(f"{words}: `--{option} {typed}`", argv=argv)
            found.append(Change(other, suggestion, 85))
        # what counts from 1 and fits is not said to count from 0
        return [each for each in found if each.case.fault() is None][:1] or found[:1]
    return None


def _is_column(item: str, header: Header) -> bool:
    with suppress(DataError):
        return find_column(item, header, "") >= 0
    return False


def _meant(item: str, header: Header, first: int, last: int) -> list[str]:
    """Return what to type for an item: itself, a range, the nearest name, or several joined."""
    if first == 1 and _is_column(item, header):
        return [item]
    if (place := _place(item, header, first)) is not None:
        return [str(place + 1)]
    if ends := _RANGE.fullmatch(item):
        start, stop = ends[1] or ends[3] or str(first), ends[2] or ends[4] or "-1"
        begin, end = _place(start, header, first), _place(stop, header, last)
        if begin is not None and end is not None:
            end -= first < last and stop == ends[2] and stop.startswith("-")
            return [header.item(place) for place in range(begin, end + 1)[:_MAX_COLUMNS]]
    if re.search(r"[^\d\W]", item) and item not in header.positions:
        [columns] = columns_meant([item], header.names)
        if columns:
            return [header.item(header.positions[column][0]) for column in columns]
    words = re.split(BETWEEN, item)
    parts = [_meant(word, header, first, last) for word in words] if len(words) > 1 else []
    return list(chain.from_iterable(parts)) if all(parts) else []


def _place(text: str, header: Header, first: int) -> int | None:
    """Return the place, from 0, that a name or a number has; first: the number of the first one."""
    number, width = _LAST.get(text, text), len(header.names)
    if text in header.positions or not re.fullmatch("-?[0-9]{1,9}", number):
        places = header.positions.get(text, ())
        return places[0] if len(places) == 1 else None
    place = int(number) + (width if number[0] == "-" else -first)
    return place if 0 <= place < width else None
